//! Compiles the library's modules that start-up needs, so that a start reads no files and compiles nothing: one blob of
//! marshalled code objects, and the table of where each is.

use dxpy_parser::{Mode, Options, StdUnicode};
use std::path::Path;
use std::rc::Rc;
use std::{env, fs};

/// Origin (the name that code shows) and source in the library.
const MODULES: &[(&str, &str)] = &[
    ("importlib._bootstrap", "importlib/_bootstrap.py"),
    ("importlib._bootstrap_external", "importlib/_bootstrap_external.py"),
    ("zipimport", "zipimport.py"),
    ("abc", "abc.py"),
    ("codecs", "codecs.py"),
    ("io", "io.py"),
    ("_collections_abc", "_collections_abc.py"),
    ("_sitebuiltins", "_sitebuiltins.py"),
    ("genericpath", "genericpath.py"),
    ("ntpath", "ntpath.py"),
    ("posixpath", "posixpath.py"),
    ("os", "os.py"),
    ("site", "site.py"),
    ("stat", "stat.py"),
    ("importlib.util", "importlib/util.py"),
    ("importlib.machinery", "importlib/machinery.py"),
    ("runpy", "runpy.py"),
    ("__hello__", "__hello__.py"),
    ("__phello__", "__phello__/__init__.py"),
    ("__phello__.ham", "__phello__/ham/__init__.py"),
    ("__phello__.ham.eggs", "__phello__/ham/eggs.py"),
    ("__phello__.spam", "__phello__/spam.py"),
    ("frozen_only", "__hello__.py"),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let (mut blob, mut table) = (Vec::new(), String::new());
    for (origin, path) in MODULES {
        // Modules that only tests import may lack in the library: they are empty.
        let text = dxpy_lib::find(path).unwrap_or_default();
        let code = marshalled(text, &format!("<frozen {origin}>"));
        table += &format!("({origin:?}, {}, {}),\n", blob.len(), blob.len() + code.len());
        blob.extend(code);
    }
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("frozen.bin"), blob).expect("the output folder can be written");
    fs::write(Path::new(&out).join("frozen.rs"), format!("&[\n{table}]\n"))
        .expect("the output folder can be written");
}

/// The code object of a source, in marshal's format.
fn marshalled(text: &[u8], filename: &str) -> Vec<u8> {
    let (mut tree, _) =
        dxpy_parser::parse(text, &Options::new(Mode::Exec), &StdUnicode).expect("the library parses");
    // Frozen code is compiled without -O, whatever the program is started with.
    let options = dxpy_compiler::Options {
        optimize: 0,
        flags: 0,
        used_depth: 0,
        printable: |c| (0x20..0x7F).contains(&c),
    };
    let code = dxpy_compiler::compile(&mut tree, &filename.into(), options, &mut Vec::new());
    let code = Rc::new(code.expect("the library compiles"));
    let constant = dxpy_bytecode::Const::Code(code);
    let graph = dxpy_bytecode::marshal::Graph::from_const(&constant).expect("code can be marshalled");
    graph.write(dxpy_bytecode::marshal::VERSION).expect("code can be marshalled")
}
