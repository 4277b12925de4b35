//! The build step: fetches CPython 3.12.1's `Lib`, undoes what the package changed, lays our own files over it, and
//! writes one blob with an index for `src/lib.rs`. Files that are upstream's keep the packed bytes they came with, so
//! the step is mostly copying; it runs again only when this folder, the overlay or `DXPY_LIB_ARCHIVE` changes.

mod archive;
mod fetch;
mod pins;

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use zlib_rs::{Deflate, DeflateFlush, Status};

/// One file to embed.
struct Entry {
    packed: Vec<u8>,
    deflated: bool,
    size: usize,
}

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=overlay");
    println!("cargo::rerun-if-env-changed=DXPY_LIB_ARCHIVE");
    if let Err(error) = run() {
        println!("cargo::error={}", error.replace('\n', " "));
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("no OUT_DIR: run this through cargo")?);
    let zip = fetch::stdlib_zip(&out)?;
    let mut files = BTreeMap::new();
    for file in archive::zip_files(&zip)? {
        let dropped = |d: &&str| if d.ends_with('/') { file.path.starts_with(*d) } else { file.path == *d };
        if pins::DROPPED.iter().any(dropped) {
            continue;
        }
        let entry = match pins::UNDO.iter().find(|u| u.path == file.path) {
            Some(undo) => pack(&restore(undo, &file.unpack()?)?)?,
            None => Entry { packed: file.data.to_vec(), deflated: file.deflated, size: file.size },
        };
        files.insert(file.path.to_owned(), entry);
    }
    if files.len() < 400 {
        return Err(format!("the archive has only {} files", files.len()));
    }
    overlay(Path::new("overlay"), "", &mut files)?;
    write(&out, &files).map_err(|e| format!("{}: {e}", out.display()))
}

/// Upstream's file, proven by its hash.
fn restore(undo: &pins::Undo, data: &[u8]) -> Result<Vec<u8>, String> {
    let mut text = Vec::with_capacity(data.len());
    for (number, line) in (1..).zip(data.split_inclusive(|&b| b == b'\n')) {
        let mut line = line;
        let mut keep = true;
        for edit in undo.edits {
            match *edit {
                pins::Edit::Delete(from, to) if (from..=to).contains(&number) => keep = false,
                pins::Edit::Dedent(at) if at == number => line = line.strip_prefix(b"    ").unwrap_or(line),
                _ => {}
            }
        }
        if keep {
            text.extend_from_slice(line);
        }
    }
    let found = fetch::hex(&Sha256::digest(&text));
    if found != undo.sha256 {
        return Err(format!(
            "{}: undoing the package's changes gave {found}, not upstream's file",
            undo.path
        ));
    }
    Ok(text)
}

/// Adds our own files; one that upstream has too would hide it, and is an error.
fn overlay(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Entry>) -> Result<(), String> {
    let broken = |e: std::io::Error| format!("{}: {e}", folder.display());
    for item in fs::read_dir(folder).map_err(broken)? {
        let item = item.map_err(broken)?;
        let path = format!("{prefix}{}", item.file_name().to_string_lossy());
        if item.path().is_dir() {
            if !path.ends_with("__pycache__") {
                overlay(&item.path(), &format!("{path}/"), files)?;
            }
        } else {
            let entry = pack(&fs::read(item.path()).map_err(broken)?)?;
            if files.insert(path.clone(), entry).is_some() {
                return Err(format!("overlay/{path} would hide upstream's file"));
            }
        }
    }
    Ok(())
}

fn pack(data: &[u8]) -> Result<Entry, String> {
    let mut packed = vec![0; data.len() + data.len() / 8 + 64];
    let mut state = Deflate::new(9, false, 15);
    match state.compress(data, &mut packed, DeflateFlush::Finish) {
        Ok(Status::StreamEnd) => packed.truncate(state.total_out() as usize),
        other => return Err(format!("packing failed: {other:?}")),
    }
    Ok(Entry { packed, deflated: true, size: data.len() })
}

fn write(out: &Path, files: &BTreeMap<String, Entry>) -> std::io::Result<()> {
    let (mut blob, mut rows) = (Vec::new(), String::new());
    for (path, entry) in files {
        let (start, len) = (blob.len(), entry.packed.len());
        blob.extend_from_slice(&entry.packed);
        let Entry { deflated, size, .. } = entry;
        let _ = writeln!(
            rows,
            "    File {{ path: {path:?}, start: {start}, len: {len}, deflated: {deflated}, size: {size} }},"
        );
    }
    let mut state = Sha256::new();
    state.update(&rows);
    state.update(&blob);
    let print = fetch::hex(&state.finalize()[..10]);
    let count = files.len();
    let text = format!(
        "const FINGERPRINT: &str = {print:?};\nconst COUNT: usize = {count};\nstatic FILES: [File; COUNT] = [\n{rows}];\n"
    );
    fs::write(out.join("lib.bin"), blob)?;
    fs::write(out.join("index.rs"), text)
}
