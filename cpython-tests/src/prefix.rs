//! A folder laid out as an installation, for an interpreter that has no test suite beside it: `bin/` with a copy of the
//! program, `lib/python3.12/` with the library, and in it, from an installed CPython 3.12.1, a copy of `test` (compiled files
//! that the interpreter under test leaves there must not reach the oracle) and links to the C helper modules of the tests.
//! Tests start children with `-I` and `-E`, so that a path in the environment would not do.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The library folder of an installed interpreter, found by the place of its program, without running it.
pub fn library_beside(python: &Path) -> Option<PathBuf> {
    let program = fs::canonicalize(python).ok()?;
    let library = program.parent()?.parent()?.join("lib/python3.12");
    library.join("os.py").is_file().then_some(library)
}

/// The library folder of the oracle, with CPython 3.12.1's tests in it.
pub fn oracle_library(oracle: &Path) -> Result<PathBuf, String> {
    let code =
        "import sys, os; print('%d.%d.%d' % sys.version_info[:3]); print(os.path.dirname(os.__file__))";
    let out = Command::new(oracle).args(["-I", "-c", code]).output();
    let out = out.map_err(|error| format!("{}: {error}", oracle.display()))?;
    let text = String::from_utf8_lossy(&out.stdout);
    match text.lines().collect::<Vec<_>>()[..] {
        ["3.12.1", library] if Path::new(library).join("test/support").is_dir() => Ok(library.into()),
        ["3.12.1", library] => Err(format!("{library} has no test suite")),
        [version, _] => Err(format!("{} is Python {version}, not 3.12.1", oracle.display())),
        _ => Err(format!("{} cannot run a script", oracle.display())),
    }
}

/// Lays out the installation below `home` and returns its program.
pub fn lay_out(program: &Path, oracle_library: &Path, home: &Path) -> io::Result<PathBuf> {
    let (bin, library) = (home.join("bin"), home.join("lib/python3.12"));
    fs::create_dir_all(&bin)?;
    let stamp = dxpy_lib::stamp_of(&library);
    if stamp.as_deref() != Some(dxpy_lib::fingerprint()) {
        let _ = fs::remove_dir_all(&library);
        dxpy_lib::unpack(&library)?;
    }
    let dynload = library.join("lib-dynload");
    fs::create_dir_all(&dynload)?;
    let tests = library.join("test");
    // The last file copied says that all were.
    if !tests.join("__init__.py").is_file() {
        copy_tests(&oracle_library.join("test"), &tests)?;
    }
    for entry in fs::read_dir(oracle_library.join("lib-dynload"))?.flatten() {
        let name = entry.file_name();
        let text = name.to_string_lossy();
        let helper = ["_test", "_ctypes_test", "_xxtest", "xxlimited", "xxsubtype"];
        if helper.iter().any(|start| text.starts_with(start)) {
            link(&entry.path(), &dynload.join(name))?;
        }
    }
    // The packages pip and ensurepip's tests look for are not linked: tests must not see the oracle's.
    fs::create_dir_all(library.join("site-packages"))?;
    let target = bin.join("dx-py");
    copy_program(program, &target)?;
    for name in ["python", "python3", "python3.12"] {
        link(Path::new("dx-py"), &bin.join(name))?;
    }
    std::path::absolute(target)
}

/// Copies a folder without compiled files, its `__init__.py` last.
fn copy_tests(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let mut entries: Vec<_> = fs::read_dir(from)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(|entry| entry.file_name() == "__init__.py");
    for entry in entries.iter().filter(|entry| entry.file_name() != "__pycache__") {
        let (source, target, kind) = (entry.path(), to.join(entry.file_name()), entry.file_type()?);
        if kind.is_dir() {
            copy_tests(&source, &target)?;
        } else if kind.is_symlink() {
            let _ = fs::remove_file(&target);
            symlink(fs::read_link(&source)?, &target)?;
        } else {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

fn link(to: &Path, at: &Path) -> io::Result<()> {
    if fs::read_link(at).is_ok_and(|now| now == to) {
        return Ok(());
    }
    let _ = fs::remove_file(at);
    symlink(to, at)
}

/// A copy and not a link: the program finds its installation by its own place, with links followed.
fn copy_program(from: &Path, to: &Path) -> io::Result<()> {
    let (new, old) = (fs::metadata(from)?, fs::metadata(to));
    if old.is_ok_and(|old| old.len() == new.len() && old.mtime() >= new.mtime()) {
        return Ok(());
    }
    // Moved into place, since a running program cannot be written to.
    let half = to.with_extension("half");
    let _ = fs::remove_file(&half);
    fs::copy(from, &half)?;
    fs::set_permissions(&half, fs::Permissions::from_mode(0o755))?;
    fs::rename(half, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_has_the_library_the_tests_and_the_program() {
        let base = std::env::temp_dir().join(format!("dxpy-prefix-{}", std::process::id()));
        let oracle = base.join("oracle");
        fs::create_dir_all(oracle.join("test/__pycache__")).unwrap();
        fs::write(oracle.join("test/__init__.py"), "").unwrap();
        fs::create_dir_all(oracle.join("lib-dynload")).unwrap();
        for name in ["_testcapi.x.so", "_ssl.x.so"] {
            fs::write(oracle.join("lib-dynload").join(name), "").unwrap();
        }
        let program = base.join("program");
        fs::write(&program, "one").unwrap();
        let home = base.join("home");
        // Twice: the second time finds everything in place.
        for _ in 0..2 {
            let python = lay_out(&program, &oracle, &home).unwrap();
            assert_eq!(python, home.join("bin/dx-py"));
            let library = home.join("lib/python3.12");
            assert_eq!(library_beside(&home.join("bin/python3")), fs::canonicalize(&library).ok());
            assert!(library.join("test/__init__.py").is_file() && !library.join("test/__pycache__").exists());
            assert!(library.join("os.py").is_file());
            assert!(library.join("lib-dynload/_testcapi.x.so").exists());
            assert!(!library.join("lib-dynload/_ssl.x.so").exists());
        }
        fs::remove_dir_all(&base).unwrap();
    }
}
