//! The embedded library: every file unpacks, looks up and is written out whole, and, where the oracle is installed, is
//! byte for byte CPython 3.12.1's. `MISSING` is the list of what dx-py still lacks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files and folders (with a slash) of CPython 3.12.1's `Lib` that no package has and nobody has written here yet.
const MISSING: &[&str] = &[
    "_aix_support.py",
    "curses/",
    "ensurepip/",
    "idlelib/",
    "lib2to3/",
    "lzma.py",
    "sqlite3/",
    "ssl.py",
    "tkinter/",
    "turtle.py",
    "turtledemo/",
    "venv/",
];

/// Files of the overlay that CPython has under the same name, ours written anew.
const REWRITTEN: &[&str] = &[
    "_osx_support.py",
    "_pydecimal.py",
    "_sysconfigdata__linux_x86_64-linux-gnu.py",
    "dbm/__init__.py",
    "dbm/dumb.py",
    "dbm/gnu.py",
    "dbm/ndbm.py",
    "pydoc_data/topics.py",
    "webbrowser.py",
];

/// The `Lib` of CPython 3.12.1, where one is installed.
fn oracle() -> Option<PathBuf> {
    let python = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let code = "import sys, os; print(sys.version.split()[0], os.path.dirname(os.__file__), sep='|')";
    let out = Command::new(python).args(["-I", "-c", code]).output().ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    Some(text.trim().strip_prefix("3.12.1|")?.into())
}

fn walk(folder: &Path, prefix: &str, into: &mut BTreeSet<String>) {
    for item in fs::read_dir(folder).unwrap() {
        let item = item.unwrap();
        let name = item.file_name().to_string_lossy().into_owned();
        let skipped = prefix.is_empty() && ["test", "site-packages", "lib-dynload"].contains(&&*name);
        if item.file_type().unwrap().is_dir() {
            if name != "__pycache__" && !skipped && !name.starts_with("config-") {
                walk(&item.path(), &format!("{prefix}{name}/"), into);
            }
        } else if name.ends_with(".py") {
            into.insert(format!("{prefix}{name}"));
        }
    }
}

fn listed(list: &[&str], path: &str) -> bool {
    list.iter().any(|l| if l.ends_with('/') { path.starts_with(l) } else { path == *l })
}

#[test]
fn files_are_ordered_whole_and_found() {
    let files = dxpy_lib::files();
    assert!(files.len() > 490, "{}", files.len());
    assert!(files.is_sorted_by(|a, b| a.path < b.path));
    for file in files {
        assert_eq!(dxpy_lib::find(file.path).unwrap().len(), file.size, "{}", file.path);
    }
    let os = std::str::from_utf8(dxpy_lib::find("os.py").unwrap()).unwrap();
    assert!(os.contains("\ndef makedirs("));
    for absent in ["", "os", "/os.py", "os.py/", "../os.py", "importlib"] {
        assert!(dxpy_lib::find(absent).is_none(), "{absent}");
    }
}

#[test]
fn modules_have_their_dotted_names() {
    let of = |name: &str| dxpy_lib::module(name).map(|(package, file)| (package, file.path));
    assert_eq!(of("importlib"), Some((true, "importlib/__init__.py")));
    assert_eq!(of("importlib.abc"), Some((false, "importlib/abc.py")));
    assert_eq!(of("importlib/abc"), None);
    assert_eq!(of("no_such"), None);
    let mut count = 0;
    for m in dxpy_lib::modules() {
        assert_eq!(of(&m.name), Some((m.package, m.file.path)));
        count += 1;
    }
    assert!(count > 480, "{count}");
}

#[test]
fn a_tree_is_written_whole() {
    let folder = std::env::temp_dir().join(format!("dxpy-lib-test-{}", std::process::id()));
    dxpy_lib::unpack(&folder).unwrap();
    assert_eq!(dxpy_lib::stamp_of(&folder).as_deref(), Some(dxpy_lib::fingerprint()));
    for file in dxpy_lib::files() {
        assert!(fs::read(folder.join(file.path)).unwrap() == file.content(), "{}", file.path);
    }
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(dxpy_lib::stamp_of(&folder), None);
}

#[test]
fn it_is_cpythons_library_but_for_the_lists() {
    let Some(lib) = oracle() else {
        eprintln!("SKIP: no CPython 3.12.1 (set DXPY_ORACLE): the library was NOT compared with it");
        return;
    };
    let mut theirs = BTreeSet::new();
    walk(&lib, "", &mut theirs);
    let mut same = 0;
    for file in dxpy_lib::files() {
        if theirs.remove(file.path) && !REWRITTEN.contains(&file.path) {
            assert!(fs::read(lib.join(file.path)).unwrap() == file.content(), "{} differs", file.path);
            same += 1;
        }
    }
    assert_eq!(same, 490);
    let unlisted: Vec<&String> = theirs.iter().filter(|path| !listed(MISSING, path)).collect();
    assert!(unlisted.is_empty(), "missing, and not in the list: {unlisted:?}");
    for entry in MISSING {
        assert!(
            theirs.iter().any(|path| listed(&[entry], path)),
            "{entry} is there now: take it off the list"
        );
    }
}
