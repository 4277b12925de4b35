//! Compression streams without Python objects: `zlib` on zlib-rs ([`zlib`]), its raw streams behind one safe type
//! (`raw`), `bz2` on its port
//! ([`bz2`]). Not here: the checksums (`dxpy-algos`), lzma, gzip and zip files (which are Python).

pub mod bz2;
mod raw;
pub mod zlib;
