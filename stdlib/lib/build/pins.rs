//! What is fetched, and what is done to it: names, hashes, and the edits that undo the package's own changes.
//! No upstream text is here; an edit names lines, and the hash of the result proves that it is CPython 3.12.1's file.

/// The npm package whose `python_stdlib.zip` is CPython 3.12.1's `Lib`.
pub const PACKAGE: &str = "pyodide@0.26.4";
/// The name `npm pack` gives the file, and the one it has in the cache.
pub const FILE: &str = "pyodide-0.26.4.tgz";
/// The archive inside the package.
pub const INNER: &str = "package/python_stdlib.zip";
/// SHA-512 of the package, in hexadecimal (npm shows the same in base64 as its integrity).
pub const PACKAGE_SHA512: &str = "cf6087b23565861262e6d60117401801f3443e8df3abfcfec4ea45b64d6dc1e26445a4ea53850affba4bbe8f03054d950cf1f7d6f077a5223ef1f9e8aab56b16";
/// SHA-256 of the archive inside.
pub const INNER_SHA256: &str = "72894522b791858b9d613ac786b951d8b5094035dcf376313ea24a466810f336";

/// Paths of the archive that are not CPython's: a folder ends in a slash.
pub const DROPPED: &[&str] = &[
    "pyodide/",
    "_pyodide/",
    "site-packages/",
    "_sysconfigdata__emscripten_wasm32-emscripten.py",
    // A replacement for web pages; the overlay has one for the desktop.
    "webbrowser.py",
];

/// One change of lines, counted from 1, both ends included.
pub enum Edit {
    /// These lines are not upstream's.
    Delete(usize, usize),
    /// This line stands four columns too far right.
    Dedent(usize),
}

/// A file the package changed: how to undo it, and the SHA-256 of upstream's file.
pub struct Undo {
    pub path: &'static str,
    pub edits: &'static [Edit],
    pub sha256: &'static str,
}

/// The changed files that can be restored exactly.
pub const UNDO: &[Undo] = &[
    Undo {
        path: "ctypes/util.py",
        edits: &[Edit::Delete(83, 106)],
        sha256: "f24c68eecc8b57f0e6bba44e6964dfa1812179e92685eec4462ab26036ca8af0",
    },
    Undo {
        path: "multiprocessing/connection.py",
        edits: &[Edit::Delete(22, 22), Edit::Dedent(23), Edit::Delete(24, 25)],
        sha256: "0aefc3bfec2f73f93a7cdffbbbee0bfcba31c8e37be45afbfe19a5f963654d55",
    },
    Undo {
        path: "zoneinfo/_common.py",
        edits: &[Edit::Delete(14, 19)],
        sha256: "67deaf0ba41aa4865e007297677207485a89b75629eea0ee5c472be8a3e83bf6",
    },
];
