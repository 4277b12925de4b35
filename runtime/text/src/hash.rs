//! `hash()` of text and bytes: siphash-1-3 with the process's secret (PEP 456, `_Py_HashBytes`, `_Py_KeyedHash`), and
//! the secret that `PYTHONHASHSEED` stands for. Reading the environment and the operating system's random bytes is the
//! caller's work. Hashes of numbers and tuples are elsewhere.

/// The secret of a process: `_Py_HashSecret`'s siphash key, and the salt that is given to expat. Laid out as
/// `_Py_HashSecret_t`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashSecret {
    pub k0: u64,
    pub k1: u64,
    pub expat_salt: u64,
}

/// `PYTHONHASHSEED` is neither `random` nor a number of 32 bits; the caller words the fatal error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSeed;

impl HashSecret {
    /// The number of bytes `random` wants.
    pub const BYTES: usize = 24;

    /// What `PYTHONHASHSEED=0` means: hashes are the same everywhere.
    pub const ZERO: HashSecret = HashSecret { k0: 0, k1: 0, expat_salt: 0 };

    /// What `PYTHONHASHSEED=seed` means: 0 turns randomisation off, anything else seeds a linear congruential generator
    /// (`lcg_urandom`).
    pub fn from_seed(seed: u32) -> HashSecret {
        if seed == 0 {
            return HashSecret::ZERO;
        }
        let mut state = seed;
        HashSecret::random(&core::array::from_fn(|_| {
            state = state.wrapping_mul(214013).wrapping_add(2531011);
            (state >> 16) as u8
        }))
    }

    /// A secret from bytes nobody can guess, which the caller gets from the operating system.
    pub fn random(bytes: &[u8; HashSecret::BYTES]) -> HashSecret {
        let word = |i: usize| u64::from_le_bytes(core::array::from_fn(|j| bytes[8 * i + j]));
        HashSecret { k0: word(0), k1: word(1), expat_salt: word(2) }
    }

    /// The value of `PYTHONHASHSEED` as the start-up reads it: `Ok(None)` asks for a random secret, `Err` is a fatal error
    /// (the text must be `random` or an integer in `0..=4294967295`).
    pub fn parse_seed(text: &str) -> Result<Option<u32>, InvalidSeed> {
        if text.is_empty() || text == "random" {
            return Ok(None);
        }
        // `strtoul` takes leading white space and signs; a negative number is out of range once it is unsigned.
        let t = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
        let (negative, digits) = match t.as_bytes().first() {
            Some(b'+') => (false, &t[1..]),
            Some(b'-') => (true, &t[1..]),
            _ => (false, t),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(InvalidSeed);
        }
        match digits.parse::<u32>() {
            Ok(n) if !negative || n == 0 => Ok(Some(n)),
            _ => Err(InvalidSeed),
        }
    }
}

/// A code unit of stored text: what a str of one, two or four bytes per character is made of.
pub trait HashUnit: Copy {
    /// The unit's bytes in memory order, as the low bytes of a word.
    fn word(self) -> u64;
    const SIZE: usize;
}

macro_rules! unit {
    ($($t:ty)*) => {$(
        impl HashUnit for $t {
            const SIZE: usize = size_of::<$t>();
            #[inline(always)]
            fn word(self) -> u64 {
                self.to_le() as u64
            }
        }
    )*};
}
unit!(u8 u16 u32);

/// `_Py_HashBytes` of bytes: never -1, and 0 for the empty string whatever the secret.
#[inline]
pub fn hash_bytes(secret: &HashSecret, bytes: &[u8]) -> i64 {
    hash_units(secret, bytes)
}

/// `unicode_hash`: the hash of a str from its stored characters (the same as `hash_bytes` of the raw buffer).
#[inline]
pub fn hash_units<T: HashUnit>(secret: &HashSecret, units: &[T]) -> i64 {
    if units.is_empty() {
        return 0;
    }
    match siphash13(secret.k0, secret.k1, units) as i64 {
        -1 => -2,
        h => h,
    }
}

/// `_Py_KeyedHash`, which `importlib` uses to recognise a source file: one key word, no special values.
pub fn keyed_hash(key: u64, bytes: &[u8]) -> u64 {
    siphash13(key, 0, bytes)
}

/// Siphash with one round per word and three at the end.
pub fn siphash13<T: HashUnit>(k0: u64, k1: u64, units: &[T]) -> u64 {
    let mut v = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    let per_word = 8 / T::SIZE;
    let gather =
        |part: &[T]| part.iter().enumerate().fold(0u64, |w, (i, u)| w | u.word() << (8 * T::SIZE * i));
    let mut words = units.chunks_exact(per_word);
    for part in words.by_ref() {
        let m = gather(part);
        v[3] ^= m;
        round(&mut v);
        v[0] ^= m;
    }
    let bytes = (units.len() as u64).wrapping_mul(T::SIZE as u64);
    let m = bytes << 56 | gather(words.remainder());
    v[3] ^= m;
    round(&mut v);
    v[0] ^= m;
    v[2] ^= 0xff;
    round(&mut v);
    round(&mut v);
    round(&mut v);
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

#[inline(always)]
fn round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[2] = v[2].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[1]);
    v[0] = v[0].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].rotate_left(32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_as_the_environment_writes_them() {
        assert_eq!(HashSecret::parse_seed(""), Ok(None));
        assert_eq!(HashSecret::parse_seed("random"), Ok(None));
        assert_eq!(HashSecret::parse_seed("0"), Ok(Some(0)));
        assert_eq!(HashSecret::parse_seed("4294967295"), Ok(Some(u32::MAX)));
        for bad in ["4294967296", "-1", "12x", "x", " ", "1 "] {
            assert_eq!(HashSecret::parse_seed(bad), Err(InvalidSeed), "{bad}");
        }
    }
}
