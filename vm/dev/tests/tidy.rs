//! The structural rules of the workspace, asserted: layers, what may be named where, file heads and sizes, pinned
//! dependencies, nothing of a machine or a registry in a committed file. Clippy's lints cover SAFETY comments.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every crate's folder and layer. A crate depends only on crates of lower layers.
const LAYERS: &[(&str, u8)] = &[
    ("runtime/abi", 0),
    ("runtime/libm", 0),
    ("runtime/num", 1),
    ("runtime/text", 0),
    ("vm/ast", 0),
    ("vm/bytecode", 1),
    ("vm/parser", 1),
    ("stdlib/algos", 0),
    ("stdlib/host", 0),
    ("stdlib/lib", 0),
    ("stdlib/zip", 0),
    ("stdlib/decimal", 0),
    ("stdlib/sre", 1),
    ("vm/compiler", 2),
    ("runtime/core", 3),
    ("runtime/types", 4),
    ("vm/ops", 5),
    ("vm/interp", 6),
    ("vm/import", 7),
    ("stdlib/lang", 8),
    ("stdlib/io", 8),
    ("stdlib/sys", 8),
    ("stdlib/os", 5),
    ("stdlib/math", 5),
    ("stdlib/text", 5),
    ("stdlib/data", 8),
    ("stdlib/formats", 8),
    ("stdlib/net", 8),
    ("stdlib/async", 8),
    ("capi", 9),
    ("vm/dx-py", 10),
    ("vm/dev", 9),
    ("cpython-tests", 9),
    ("benches", 10),
];

/// Crates that hold text, tables and algorithms only, and no `unsafe`.
const SAFE: &[&str] = &[
    "vm/ast",
    "vm/parser",
    "vm/bytecode",
    "vm/compiler",
    "runtime/num",
    "runtime/text",
    "stdlib/sre",
    "stdlib/algos",
    "stdlib/decimal",
];

/// Files over the hard limit of lines, each because it is a table.
const LONG: &[&str] = &["runtime/abi/tests/layout.rs", "runtime/text/src/unicode/tables.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files git knows, relative to the root.
fn committed() -> Vec<String> {
    let out = Command::new("git").arg("-C").arg(root()).arg("ls-files").output().expect("git runs");
    let files: Vec<String> = String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect();
    assert!(files.len() > 50, "git lists the files of the checkout");
    files
}

fn manifest(folder: &str) -> String {
    fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap()
}

/// The entries of one table of a manifest.
fn table(manifest: &str, name: &str) -> Vec<String> {
    let head = format!("[{name}]");
    let lines = manifest.lines().skip_while(|l| *l != head).skip(1).take_while(|l| !l.starts_with('['));
    lines.filter(|l| !l.trim().is_empty() && !l.starts_with('#')).map(str::to_owned).collect()
}

/// `dxpy-core` is `runtime/core`.
fn crate_names() -> HashMap<String, &'static str> {
    let name = |folder: &str| {
        let text = manifest(folder);
        let line = text.lines().find(|l| l.starts_with("name = ")).expect("a package has a name");
        line.split('"').nth(1).unwrap().to_owned()
    };
    LAYERS.iter().map(|(folder, _)| (name(folder), *folder)).collect()
}

#[test]
fn crates_depend_on_lower_layers_only() {
    let (names, layers): (_, HashMap<_, _>) = (crate_names(), LAYERS.iter().copied().collect());
    let mut edges = 0;
    for (folder, layer) in LAYERS {
        for entry in table(&manifest(folder), "dependencies") {
            let dependency = entry.split(['.', ' ', '=']).next().unwrap().to_owned();
            if let Some(other) = names.get(&dependency) {
                edges += 1;
                assert!(layers[other] < *layer, "{folder} must not depend on {other}");
                let front_end = ["vm/ast", "vm/parser", "vm/bytecode", "vm/compiler"].contains(folder);
                assert!(!front_end || !other.starts_with("runtime/"), "{folder} must not see {other}");
            }
            let cranelift = dependency.starts_with("cranelift");
            assert!(!cranelift || folder.starts_with("jit/"), "{folder} must not name Cranelift");
        }
    }
    assert!(edges > 3, "the manifests were read");
}

#[test]
fn every_member_has_a_layer_and_the_workspace_lints() {
    let text = manifest("");
    let list = text.split("\nmembers = [").nth(1).unwrap().split(']').next().unwrap();
    let members: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    assert_eq!(members.len(), LAYERS.len());
    for member in members {
        assert!(LAYERS.iter().any(|(folder, _)| *folder == member), "{member} has no layer");
        assert_eq!(table(&manifest(member), "lints"), ["workspace = true"], "{member}");
    }
}

#[test]
fn dependencies_are_pinned_in_one_place() {
    for entry in table(&manifest(""), "workspace.dependencies") {
        assert!(entry.contains("path = ") || entry.contains("\"="), "not pinned: {entry}");
    }
    for (folder, _) in LAYERS {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for entry in table(&manifest(folder), section) {
                assert!(entry.contains("workspace"), "{folder}: {entry}");
            }
        }
    }
}

#[test]
fn safe_crates_forbid_unsafe_code() {
    for folder in SAFE {
        let lib = fs::read_to_string(root().join(folder).join("src/lib.rs")).unwrap();
        assert!(lib.contains("#![forbid(unsafe_code)]"), "{folder}");
    }
}

#[test]
fn files_say_what_they_are_and_stay_small() {
    for file in committed().iter().filter(|f| f.ends_with(".rs")) {
        let text = fs::read_to_string(root().join(file)).unwrap();
        assert!(text.starts_with("//!"), "{file} does not begin with what is in it");
        let lines = text.lines().count();
        assert!(lines <= 1500 || LONG.contains(&file.as_str()), "{file} has {lines} lines");
    }
}

#[test]
fn nothing_of_a_machine_or_a_registry_is_committed() {
    // Spelt in two parts, so that this file does not contain them.
    let forbidden = [
        ("crates", ".io"),
        ("pypi", ".org"),
        ("pythonhosted", ".org"),
        ("npmjs", ".org"),
        ("npmjs", ".com"),
        ("deb.debian", ".org"),
        ("/ro", "ot/"),
        ("/wo", "rk/"),
    ];
    // The lock file names the registry because cargo writes it so.
    for file in committed().iter().filter(|f| *f != "Cargo.lock") {
        let Ok(text) = fs::read_to_string(root().join(file)) else { continue };
        for (a, b) in forbidden {
            assert!(!text.contains(&format!("{a}{b}")), "{file} contains {a}{b}");
        }
    }
}

/// Two modules of one name: the second would never be imported, and nothing else would tell.
#[test]
fn built_in_modules_are_listed_once() {
    let list = fs::read_to_string(root().join("vm/dx-py/src/modules.rs")).unwrap();
    let mut names: Vec<&str> =
        list.lines().filter_map(|l| Some(l.trim().strip_prefix("(\"")?.split_once('"')?.0)).collect();
    assert!(names.len() > 50, "the list is not as this test reads it");
    names.sort_unstable();
    let twice: Vec<_> = names.windows(2).filter(|w| w[0] == w[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}
