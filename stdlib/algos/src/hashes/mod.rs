//! The hashes of `_md5`, `_sha1`, `_sha2` and `_sha3` as one type ([`Hash`]), BLAKE2 in [`blake2`], and what
//! `_hashlib` makes of them: HMAC, PBKDF2 and scrypt ([`mac`]). Not here: objects, OpenSSL's further algorithms.

pub mod blake2;
pub mod mac;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};
use shake::digest::{ExtendableOutput, Update, XofReader};
use shake::{Shake128, Shake256};

/// The `ValueError` of a shake digest of 2^29 bytes and more.
pub const LENGTH_TOO_LARGE: &str = "length is too large";

/// What is different in each algorithm and needed by the modules' attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// `name`, in lower case as the built-in modules have it
    pub name: &'static str,
    /// `digest_size`; 0 for the extendable ones
    pub digest_size: usize,
    pub block_size: usize,
}

macro_rules! algorithms {
    ($($variant:ident $type:ty, $name:literal, $digest:literal, $block:literal;)*) => {
        /// A hash being computed. `copy()` is `clone`.
        #[derive(Clone)]
        pub enum Hash {
            $($variant($type),)*
            Shake128(Shake128),
            Shake256(Shake256),
        }

        /// Every algorithm.
        pub const ALL: &[Info] = &[
            $(Info { name: $name, digest_size: $digest, block_size: $block },)*
            Info { name: "shake_128", digest_size: 0, block_size: 168 },
            Info { name: "shake_256", digest_size: 0, block_size: 136 },
        ];

        impl Hash {
            /// By the name of [`Info`].
            pub fn new(name: &str) -> Option<Hash> {
                Some(match name {
                    $($name => Hash::$variant(<$type as Digest>::new()),)*
                    "shake_128" => Hash::Shake128(Shake128::default()),
                    "shake_256" => Hash::Shake256(Shake256::default()),
                    _ => return None,
                })
            }

            pub fn name(&self) -> &'static str {
                match self {
                    $(Hash::$variant(_) => $name,)*
                    Hash::Shake128(_) => "shake_128",
                    Hash::Shake256(_) => "shake_256",
                }
            }

            pub fn update(&mut self, data: &[u8]) {
                match self {
                    $(Hash::$variant(h) => Digest::update(h, data),)*
                    Hash::Shake128(h) => Update::update(h, data),
                    Hash::Shake256(h) => Update::update(h, data),
                }
            }

            /// The digest so far, without ending the computation; empty for the extendable ones ([`Hash::extended`]).
            pub fn digest(&self) -> Vec<u8> {
                match self {
                    $(Hash::$variant(h) => h.clone().finalize().to_vec(),)*
                    Hash::Shake128(_) | Hash::Shake256(_) => Vec::new(),
                }
            }
        }
    };
}

algorithms! {
    Md5 Md5, "md5", 16, 64;
    Sha1 Sha1, "sha1", 20, 64;
    Sha224 Sha224, "sha224", 28, 64;
    Sha256 Sha256, "sha256", 32, 64;
    Sha384 Sha384, "sha384", 48, 128;
    Sha512 Sha512, "sha512", 64, 128;
    Sha3_224 Sha3_224, "sha3_224", 28, 144;
    Sha3_256 Sha3_256, "sha3_256", 32, 136;
    Sha3_384 Sha3_384, "sha3_384", 48, 104;
    Sha3_512 Sha3_512, "sha3_512", 64, 72;
}

impl Hash {
    pub fn info(&self) -> Info {
        let name = self.name();
        let unknown = Info { name, digest_size: 0, block_size: 0 };
        ALL.iter().find(|i| i.name == name).copied().unwrap_or(unknown)
    }

    /// A shake's digest of any length below 2^29 (`None`: [`LENGTH_TOO_LARGE`]); other hashes give their own, cut.
    pub fn extended(&self, length: usize) -> Option<Vec<u8>> {
        if length >= 1 << 29 {
            return None;
        }
        let mut out = vec![0; length];
        match self {
            Hash::Shake128(h) => h.clone().finalize_xof().read(&mut out),
            Hash::Shake256(h) => h.clone().finalize_xof().read(&mut out),
            other => {
                out = other.digest();
                out.truncate(length);
            }
        }
        Some(out)
    }
}
