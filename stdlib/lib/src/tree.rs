//! The library as a folder of real files: written once to the user's cache, named by its content, so that several
//! versions of `dx-py` never disturb each other and a half-written folder is never used.

use crate::{FINGERPRINT, files};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::{env, fs, io, process};

/// The file that says which library a folder holds; written last.
const STAMP: &str = "dxpy-lib.stamp";

/// The fingerprint of the library in `folder` (`…/lib/python3.12`), where one was written there by [`unpack`].
pub fn stamp_of(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.join(STAMP)).ok().map(|text| text.trim().to_owned())
}

/// Writes every file below `folder`, which is made if need be. Files of other names are left alone.
pub fn unpack(folder: &Path) -> io::Result<()> {
    let _ = fs::remove_file(folder.join(STAMP));
    fs::create_dir_all(folder)?;
    let mut last = None;
    for file in files() {
        let target = folder.join(file.path);
        let parent = target.parent().unwrap_or(folder).to_owned();
        if last.as_ref() != Some(&parent) {
            fs::create_dir_all(&parent)?;
            last = Some(parent);
        }
        fs::write(&target, file.content())?;
    }
    fs::write(folder.join(STAMP), format!("{FINGERPRINT}\n"))
}

/// The folder to import the standard library from: beside the executable (`<prefix>/lib/python3.12` for
/// `<prefix>/bin/dx-py`) where this very library was installed there, else in the user's cache, written on first use.
/// An error means that there is no place to write to; the embedded files still can be imported from memory.
pub fn locate() -> io::Result<PathBuf> {
    let ours = |folder: &Path| stamp_of(folder).is_some_and(|stamp| stamp == FINGERPRINT);
    let program = env::current_exe().ok();
    if let Some(prefix) = program.as_deref().and_then(Path::parent).and_then(Path::parent) {
        let beside = prefix.join("lib/python3.12");
        if ours(&beside) {
            return Ok(beside);
        }
    }
    let mut failed = io::Error::new(
        io::ErrorKind::NotFound,
        "neither XDG_CACHE_HOME nor HOME names a folder to keep the library in",
    );
    for cache in [cache_folder(), temporary_folder()].into_iter().flatten() {
        match in_cache(&cache) {
            Ok(folder) => return Ok(folder),
            Err(e) => failed = e,
        }
    }
    Err(failed)
}

/// The library in a cache, written there if it is not yet.
fn in_cache(cache: &Path) -> io::Result<PathBuf> {
    let ours = |folder: &Path| stamp_of(folder).is_some_and(|stamp| stamp == FINGERPRINT);
    let home = cache.join(format!("lib-{FINGERPRINT}"));
    let folder = home.join("lib/python3.12");
    if ours(&folder) {
        return Ok(folder);
    }
    // Written under another name and moved into place: of several processes at once, one wins and the others use its.
    let half = cache.join(format!("lib-{FINGERPRINT}.{}", process::id()));
    let written = unpack(&half.join("lib/python3.12")).and_then(|()| {
        if home.exists() && !ours(&folder) {
            // What stands there is not whole: files were removed by hand.
            fs::remove_dir_all(&home)?;
        }
        fs::rename(&half, &home)
    });
    if written.is_err() {
        let _ = fs::remove_dir_all(&half);
    }
    if ours(&folder) { Ok(folder) } else { written.map(|()| folder) }
}

fn cache_folder() -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache")))?;
    Some(base.join("dx-py"))
}

/// The user's folder: `HOME`, or without it what the database of users says.
fn home() -> Option<PathBuf> {
    env::home_dir().filter(|path| path.is_absolute())
}

/// Where users keep the library who have no folder of their own, such as `nobody`: a folder that nobody else can write
/// to, or none.
fn temporary_folder() -> Option<PathBuf> {
    let me = fs::metadata("/proc/self").ok()?.uid();
    let folder = env::temp_dir().join(format!("dx-py-{me}"));
    let _ = fs::DirBuilder::new().mode(0o700).create(&folder);
    // Others may have made it first, as a link or with another owner.
    let found = fs::symlink_metadata(&folder).ok()?;
    (found.is_dir() && found.uid() == me && found.mode() & 0o022 == 0).then_some(folder)
}
