//! Finds the pinned package: `DXPY_LIB_ARCHIVE`, else the user's cache, else npm. Whatever the way, only bytes with the
//! pinned hash are accepted; a cached file with another hash is fetched again.

use super::{archive, pins};
use sha2::{Digest, Sha256, Sha512};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lower-case hexadecimal of a digest.
pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

/// `python_stdlib.zip` of the package, verified.
pub fn stdlib_zip(out: &Path) -> Result<Vec<u8>, String> {
    if let Some(path) = std::env::var_os("DXPY_LIB_ARCHIVE") {
        let data = fs::read(&path).map_err(|e| format!("DXPY_LIB_ARCHIVE={}: {e}", path.display()))?;
        return inner(&data).map_err(|e| format!("DXPY_LIB_ARCHIVE={}: {e}", path.display()));
    }
    // The user's cache serves every checkout; where there is none, this build keeps the package for itself.
    let places = [cache_folder(), Some(out.to_owned())];
    for place in places.iter().flatten() {
        if let Ok(zip) = fs::read(place.join(pins::FILE)).map_err(|e| e.to_string()).and_then(|d| inner(&d)) {
            return Ok(zip);
        }
    }
    let data = npm_pack(out)?;
    let zip = inner(&data).map_err(|e| format!("npm pack {}: {e}", pins::PACKAGE))?;
    // A cache that cannot be written costs a later build some seconds, no more.
    let _ = places.iter().flatten().find(|place| store(place, &data).is_ok());
    Ok(zip)
}

/// The archive inside `data`, which is the npm package or that archive itself.
pub fn inner(data: &[u8]) -> Result<Vec<u8>, String> {
    if data.starts_with(b"PK") {
        return check(&hex(&Sha256::digest(data)), pins::INNER_SHA256).map(|()| data.to_vec());
    }
    check(&hex(&Sha512::digest(data)), pins::PACKAGE_SHA512)?;
    let tar = archive::gunzip(data)?;
    let zip = archive::tar_member(&tar, pins::INNER)?;
    check(&hex(&Sha256::digest(zip)), pins::INNER_SHA256)?;
    Ok(zip.to_vec())
}

fn check(found: &str, pinned: &str) -> Result<(), String> {
    if found == pinned {
        return Ok(());
    }
    Err(format!("not the pinned file {}, or damaged: its hash is {found}, not {pinned}", pins::FILE))
}

fn cache_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    Some(base.join("dx-py/archives"))
}

/// Writes a file so that no reader ever sees half of it.
fn store(folder: &Path, data: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let half = folder.join(format!("{}.{}", pins::FILE, std::process::id()));
    fs::write(&half, data)?;
    fs::rename(&half, folder.join(pins::FILE))
}

fn npm_pack(out: &Path) -> Result<Vec<u8>, String> {
    let folder = out.join("npm");
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let offline = format!(
        "Without npm or the network: get {} elsewhere (npm pack {}) and set DXPY_LIB_ARCHIVE to its path.",
        pins::FILE,
        pins::PACKAGE
    );
    let run = Command::new("npm")
        .args(["pack", pins::PACKAGE, "--ignore-scripts", "--silent", "--pack-destination"])
        .arg(&folder)
        // Outside any checkout, so that no project's npm settings apply.
        .current_dir(&folder)
        .output();
    let run = run.map_err(|e| {
        let what = "the Python part of the standard library is fetched with npm, which could not be started";
        format!("{what}: {e}. {offline}")
    })?;
    if !run.status.success() {
        let said = String::from_utf8_lossy(&run.stderr);
        let said: Vec<&str> =
            said.lines().filter(|l| l.contains("npm err") || l.contains("npm ERR!")).take(4).collect();
        return Err(format!(
            "npm pack {} failed ({}). {} {offline}",
            pins::PACKAGE,
            run.status,
            said.join(" / ")
        ));
    }
    let file = folder.join(pins::FILE);
    let data = fs::read(&file).map_err(|e| format!("npm pack left no {}: {e}", file.display()))?;
    let _ = fs::remove_file(&file);
    Ok(data)
}
