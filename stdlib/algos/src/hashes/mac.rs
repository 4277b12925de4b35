//! HMAC (RFC 2104) over any [`Hash`] and PBKDF2 (RFC 8018) over HMAC, as `hmac.digest` and `hashlib.pbkdf2_hmac`.

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
