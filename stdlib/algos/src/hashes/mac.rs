//! HMAC (RFC 2104) over any [`Hash`], PBKDF2 (RFC 8018) over HMAC and scrypt (RFC 7914), as `hmac.digest`,
//! `hashlib.pbkdf2_hmac` and `hashlib.scrypt`.

use super::Hash;

/// An HMAC being computed; `None` from [`Hmac::new`] where the algorithm is unknown or extendable.
#[derive(Clone)]
pub struct Hmac {
    inner: Hash,
    outer: Hash,
}

impl Hmac {
    pub fn new(key: &[u8], algorithm: &str) -> Option<Hmac> {
        let hash = Hash::new(algorithm)?;
        let info = hash.info();
        if info.digest_size == 0 {
            return None;
        }
        let mut block = vec![0; info.block_size];
        if key.len() > block.len() {
            let mut hash = hash.clone();
            hash.update(key);
            block[..info.digest_size].copy_from_slice(&hash.digest());
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let padded = |pad: u8| {
            let mut hash = hash.clone();
            hash.update(&block.iter().map(|b| b ^ pad).collect::<Vec<u8>>());
            hash
        };
        Some(Hmac { inner: padded(0x36), outer: padded(0x5c) })
    }

    pub fn update(&mut self, data: &[u8]) {
        self.inner.update(data);
    }

    pub fn digest(&self) -> Vec<u8> {
        let mut outer = self.outer.clone();
        outer.update(&self.inner.digest());
        outer.digest()
    }

    pub fn info(&self) -> super::Info {
        self.inner.info()
    }
}

/// `pbkdf2_hmac`: `length` bytes of key; `None` where the algorithm is unknown. `iterations` is at least 1.
pub fn pbkdf2(
    algorithm: &str,
    password: &[u8],
    salt: &[u8],
    iterations: u64,
    length: usize,
) -> Option<Vec<u8>> {
    let keyed = Hmac::new(password, algorithm)?;
    let mut out = Vec::with_capacity(length);
    let mut block = 0u32;
    while out.len() < length {
        block = block.wrapping_add(1);
        let mut first = keyed.clone();
        first.update(salt);
        first.update(&block.to_be_bytes());
        let mut u = first.digest();
        let mut sum = u.clone();
        for _ in 1..iterations {
            let mut next = keyed.clone();
            next.update(&u);
            u = next.digest();
            sum.iter_mut().zip(&u).for_each(|(s, u)| *s ^= u);
        }
        out.extend(sum);
    }
    out.truncate(length);
    Some(out)
}

/// Why `hashlib.scrypt` refuses its parameters; the texts of the `ValueError`s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScryptError {
    /// `n` is no power of two above 1.
    Cost,
    /// Beyond what the algorithm allows.
    Parameters,
    /// More memory than `maxmem` (0: 32 MiB); OpenSSL's own text.
    Memory,
}

impl std::fmt::Display for ScryptError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ScryptError::Cost => "n must be a power of 2.",
            ScryptError::Parameters => "Invalid parameter combination for n, r, p, maxmem.",
            ScryptError::Memory => "[digital envelope routines] memory limit exceeded",
        })
    }
}

/// Eight rounds of Salsa20 over sixteen words.
fn salsa(words: &mut [u32; 16]) {
    let start = *words;
    let mut step = |to: usize, a: usize, b: usize, by: u32| {
        words[to] ^= words[a].wrapping_add(words[b]).rotate_left(by);
    };
    for _ in 0..4 {
        // Columns, then rows: each a quarter round that begins one place further on.
        for i in 0..4 {
            let at = |k: usize| (i * 5 + k * 4) % 16;
            step(at(1), at(0), at(3), 7);
            step(at(2), at(1), at(0), 9);
            step(at(3), at(2), at(1), 13);
            step(at(0), at(3), at(2), 18);
        }
        for i in 0..4 {
            let at = |k: usize| i * 4 + (i + k) % 4;
            step(at(1), at(0), at(3), 7);
            step(at(2), at(1), at(0), 9);
            step(at(3), at(2), at(1), 13);
            step(at(0), at(3), at(2), 18);
        }
    }
    words.iter_mut().zip(start).for_each(|(w, s)| *w = w.wrapping_add(s));
}

/// Mixes `2 * r` blocks of sixteen words; even ones come first in the result.
fn block_mix(blocks: &[[u32; 16]], out: &mut [[u32; 16]]) {
    let mut x = blocks[blocks.len() - 1];
    for (i, block) in blocks.iter().enumerate() {
        x.iter_mut().zip(block).for_each(|(x, b)| *x ^= b);
        salsa(&mut x);
        out[i / 2 + i % 2 * (blocks.len() / 2)] = x;
    }
}

/// `hashlib.scrypt`.
pub fn scrypt(
    password: &[u8],
    salt: &[u8],
    (n, r, p): (u64, u64, u64),
    maxmem: u64,
    length: usize,
) -> Result<Vec<u8>, ScryptError> {
    if n < 2 || !n.is_power_of_two() {
        return Err(ScryptError::Cost);
    }
    let fits = r >= 1 && p >= 1 && p <= ((1 << 30) - 1) / r && (16 * r > 63 || n < 1 << (16 * r));
    // The blocks of every lane, the table, and two blocks of work, as OpenSSL counts them.
    let memory = 128u64
        .checked_mul(r)
        .and_then(|block| block.checked_mul(n.checked_add(2)?)?.checked_add(block.checked_mul(p)?));
    let most = if maxmem == 0 { 32 << 20 } else { maxmem };
    if !fits {
        return Err(ScryptError::Parameters);
    }
    if memory.is_none_or(|m| m > most) {
        return Err(ScryptError::Memory);
    }
    let (n, blocks) = (n as usize, 2 * r as usize);
    let Some(mut lanes) = pbkdf2("sha256", password, salt, 1, blocks * 64 * p as usize) else {
        return Err(ScryptError::Parameters);
    };
    let mut table = vec![[0u32; 16]; n * blocks];
    let mut next = vec![[0u32; 16]; blocks];
    for lane in lanes.chunks_exact_mut(blocks * 64) {
        let word = |b: &[u8]| u32::from_le_bytes(b.try_into().unwrap_or_default());
        let mut x: Vec<[u32; 16]> =
            lane.chunks_exact(64).map(|b| std::array::from_fn(|i| word(&b[i * 4..i * 4 + 4]))).collect();
        for slot in table.chunks_exact_mut(blocks) {
            slot.copy_from_slice(&x);
            block_mix(&x, &mut next);
            std::mem::swap(&mut x, &mut next);
        }
        for _ in 0..n {
            let last = &x[blocks - 1];
            let j = (u64::from(last[0]) | u64::from(last[1]) << 32) as usize & (n - 1);
            let slot = &table[j * blocks..(j + 1) * blocks];
            x.iter_mut().zip(slot).for_each(|(x, v)| x.iter_mut().zip(v).for_each(|(x, v)| *x ^= v));
            block_mix(&x, &mut next);
            std::mem::swap(&mut x, &mut next);
        }
        let bytes = x.iter().flatten().flat_map(|w| w.to_le_bytes());
        lane.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    }
    pbkdf2("sha256", password, &lanes, 1, length).ok_or(ScryptError::Parameters)
}
