//! `_blake2`: `blake2b` and `blake2s` with every parameter of the constructor and its error texts.

use std::fmt;

/// The arguments of `blake2b(...)` and `blake2s(...)`. Those that are ints have been taken as C takes them: negative
/// `leaf_size` and `node_offset` are a `ValueError` of the conversion («value must be positive»).
#[derive(Clone, Copy, Debug)]
pub struct Params<'a> {
    pub digest_size: i32,
    pub key: &'a [u8],
    pub salt: &'a [u8],
    pub person: &'a [u8],
    pub fanout: i32,
    pub depth: i32,
    pub leaf_size: u64,
    pub node_offset: u64,
    pub node_depth: i32,
    pub inner_size: i32,
    pub last_node: bool,
}

impl Params<'_> {
    /// The defaults: of `blake2s` where `small`.
    pub fn new(small: bool) -> Self {
        Params {
            digest_size: Sizes::of(small).digest as i32,
            key: &[],
            salt: &[],
            person: &[],
            fanout: 1,
            depth: 1,
            leaf_size: 0,
            node_offset: 0,
            node_depth: 0,
            inner_size: 0,
            last_node: false,
        }
    }
}

/// The module's constants of one algorithm (`MAX_DIGEST_SIZE` equals `MAX_KEY_SIZE`, `SALT_SIZE` `PERSON_SIZE`).
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub name: &'static str,
    pub digest: usize,
    pub salt: usize,
    pub block: usize,
}

impl Sizes {
    pub fn of(small: bool) -> Sizes {
        match small {
            false => Sizes { name: "blake2b", digest: 64, salt: 16, block: 128 },
            true => Sizes { name: "blake2s", digest: 32, salt: 8, block: 64 },
        }
    }
}

/// `ValueError`, except the two that are too large (`OverflowError`). The number is the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    DigestSize(usize),
    Salt(usize),
    Person(usize),
    Fanout,
    Depth,
    LeafSize,
    NodeOffset,
    NodeDepth,
    InnerSize(usize),
    Key(usize),
}

impl Error {
    pub fn is_overflow(self) -> bool {
        matches!(self, Error::LeafSize | Error::NodeOffset)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::DigestSize(n) => write!(f, "digest_size must be between 1 and {n} bytes"),
            Error::Salt(n) => write!(f, "maximum salt length is {n} bytes"),
            Error::Person(n) => write!(f, "maximum person length is {n} bytes"),
            Error::Fanout => f.write_str("fanout must be between 0 and 255"),
            Error::Depth => f.write_str("depth must be between 1 and 255"),
            Error::LeafSize => f.write_str("leaf_size is too large"),
            Error::NodeOffset => f.write_str("node_offset is too large"),
            Error::NodeDepth => f.write_str("node_depth must be between 0 and 255"),
            Error::InnerSize(n) => write!(f, "inner_size must be between 0 and is {n}"),
            Error::Key(n) => write!(f, "maximum key length is {n} bytes"),
        }
    }
}

/// A hash being computed. `copy()` is `clone`.
#[derive(Clone)]
pub enum Blake2 {
    B(Box<blake2b_simd::State>),
    S(Box<blake2s_simd::State>),
}

impl Blake2 {
    /// `blake2s` where `small`. The checks are in CPython's order.
    pub fn new(small: bool, p: &Params) -> Result<Blake2, Error> {
        let sizes = Sizes::of(small);
        let within = |n: i32, low: i32, high: usize, e: Error| {
            if n >= low && n as usize <= high { Ok(n as usize) } else { Err(e) }
        };
        let digest = within(p.digest_size, 1, sizes.digest, Error::DigestSize(sizes.digest))?;
        if p.salt.len() > sizes.salt {
            return Err(Error::Salt(sizes.salt));
        }
        if p.person.len() > sizes.salt {
            return Err(Error::Person(sizes.salt));
        }
        let fanout = within(p.fanout, 0, 255, Error::Fanout)? as u8;
        let depth = within(p.depth, 1, 255, Error::Depth)? as u8;
        let leaf = u32::try_from(p.leaf_size).map_err(|_| Error::LeafSize)?;
        if small && p.node_offset >= 1 << 48 {
            return Err(Error::NodeOffset);
        }
        let node_depth = within(p.node_depth, 0, 255, Error::NodeDepth)? as u8;
        let inner = within(p.inner_size, 0, sizes.digest, Error::InnerSize(sizes.digest))?;
        if p.key.len() > sizes.digest {
            return Err(Error::Key(sizes.digest));
        }
        // The two crates have the same interface, and no trait of it.
        macro_rules! build {
            ($params:expr) => {{
                let mut params = $params;
                params
                    .hash_length(digest)
                    .key(p.key)
                    .salt(p.salt)
                    .personal(p.person)
                    .fanout(fanout)
                    .max_depth(depth)
                    .max_leaf_length(leaf)
                    .node_offset(p.node_offset)
                    .node_depth(node_depth)
                    .inner_hash_length(inner)
                    .last_node(p.last_node);
                Box::new(params.to_state())
            }};
        }
        Ok(match small {
            false => Blake2::B(build!(blake2b_simd::Params::new())),
            true => Blake2::S(build!(blake2s_simd::Params::new())),
        })
    }

    pub fn update(&mut self, data: &[u8]) {
        match self {
            Blake2::B(s) => drop(s.update(data)),
            Blake2::S(s) => drop(s.update(data)),
        }
    }

    /// The digest so far, without ending the computation.
    pub fn digest(&self) -> Vec<u8> {
        match self {
            Blake2::B(s) => s.finalize().as_bytes().to_vec(),
            Blake2::S(s) => s.finalize().as_bytes().to_vec(),
        }
    }

    pub fn sizes(&self) -> Sizes {
        Sizes::of(matches!(self, Blake2::S(_)))
    }
}
