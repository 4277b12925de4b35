//! The Python part of the standard library: CPython 3.12.1's `Lib`, unmodified, and our own files for what its package
//! lacks, embedded compressed in the executable, so that a copied `dx-py` needs nothing beside it.
//! `build/` fetches and verifies it; here it is found, read and, for programs that want real files (`__file__`,
//! tools, tests), written out once to a folder. What is missing against CPython, the list in `tests/library.rs` says.

#![forbid(unsafe_code)]

mod tree;

pub use tree::{locate, stamp_of, unpack};

use std::sync::OnceLock;
use zlib_rs::{Inflate, InflateFlush, Status};

/// One embedded file.
pub struct File {
    /// Relative to the library's folder, with slashes: `importlib/__init__.py`.
    pub path: &'static str,
    /// The length of its content in bytes.
    pub size: usize,
    start: usize,
    len: usize,
    deflated: bool,
}

static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lib.bin"));
include!(concat!(env!("OUT_DIR"), "/index.rs"));
/// The contents asked for so far; each is unpacked once and kept.
static CONTENT: [OnceLock<Box<[u8]>>; COUNT] = [const { OnceLock::new() }; COUNT];

/// Every file, ordered by path.
pub fn files() -> &'static [File] {
    &FILES
}

/// Names this exact set of files; another build with the same files has the same.
pub fn fingerprint() -> &'static str {
    FINGERPRINT
}

fn position(path: &str) -> Option<usize> {
    FILES.binary_search_by(|file| file.path.cmp(path)).ok()
}

/// The content of one file.
pub fn find(path: &str) -> Option<&'static [u8]> {
    position(path).map(content)
}

fn content(index: usize) -> &'static [u8] {
    let file = &FILES[index];
    let packed = &BLOB[file.start..file.start + file.len];
    if !file.deflated {
        return packed;
    }
    CONTENT[index].get_or_init(|| {
        let mut data = vec![0; file.size];
        let mut state = Inflate::new(false, 15);
        let end = state.decompress(packed, &mut data, InflateFlush::Finish);
        let whole = matches!(end, Ok(Status::StreamEnd)) && state.total_out() == file.size as u64;
        // The build packed and a test unpacks every file: only a damaged executable gets here.
        assert!(whole, "the embedded {} is damaged", file.path);
        data.into()
    })
}

impl File {
    /// The content.
    pub fn content(&self) -> &'static [u8] {
        find(self.path).expect("a file finds itself")
    }
}

/// One module of the library.
pub struct Module {
    /// Dotted: `importlib.abc`.
    pub name: String,
    /// Whether it is a package's `__init__.py`.
    pub package: bool,
    /// Its source.
    pub file: &'static File,
}

/// Every Python module, ordered by path: what a build step that compiles the library ahead of time goes through.
pub fn modules() -> impl Iterator<Item = Module> {
    FILES.iter().filter_map(|file| {
        let stem = file.path.strip_suffix(".py")?;
        let package = stem.strip_suffix("/__init__");
        let name = package.unwrap_or(stem).replace('/', ".");
        Some(Module { name, package: package.is_some(), file })
    })
}

/// A module by its dotted name: whether it is a package, and its file.
pub fn module(name: &str) -> Option<(bool, &'static File)> {
    if name.contains('/') {
        return None;
    }
    let stem = name.replace('.', "/");
    let at = |path: String| position(&path).map(|index| &FILES[index]);
    // A package wins over a module of the same name, as in CPython's path finder.
    let package = at(format!("{stem}/__init__.py")).map(|file| (true, file));
    package.or_else(|| at(format!("{stem}.py")).map(|file| (false, file)))
}
