//! Compression streams without Python objects: `zlib` on zlib-rs ([`zlib`]), its raw streams behind one safe type
//! (`raw`). Not here: the checksums (`dxpy-algos`), bz2 and lzma, gzip and zip files (which are Python).

mod raw;
pub mod zlib;
