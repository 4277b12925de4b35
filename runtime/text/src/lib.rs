//! Text kernels without Python objects. `strings`: views of the three kinds, the builder, what `str` methods do; `bytes`: what
//! those of bytes do otherwise; `codecs`: decoders, encoders, error handlers; `format`: the parsers of `str.format` and `%`;
//! `unicode`: the character database; `hash`: string hashing. Objects, messages and the codec registry are the
//! runtime's; the mini-language of format specifications is in `dxpy-num`.
#![forbid(unsafe_code)]

pub mod bytes;
pub mod codecs;
pub mod format;
pub mod hash;
pub mod strings;
pub mod unicode;
