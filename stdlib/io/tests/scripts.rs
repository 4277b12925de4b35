//! Runs the scripts beside this file, which assert what streams do, with the module under test; and with the oracle, so that
//! what they assert is what CPython does.

use dxpy_core::ptr::Object;
use dxpy_core::{Py, PyResult, dict, module, name, protocol, unicode};
use dxpy_import::source::{self, Compile};
use std::path::Path;
use std::process::Command;

fn scripts() -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut all: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    assert!(!all.is_empty());
    all
}

fn run(py: Py<'_>, file: &str, text: &[u8]) -> PyResult<()> {
    let main = module::new(py, name!("__main__").get(py))?;
    let globals = module::dict_of(&main);
    let builtins = module::new(py, name!("builtins").get(py))?;
    let def = &dxpy_mod_lang::builtins::BUILTINS;
    module::add_functions(py, builtins.as_object(), def, name!("builtins").get(py))?;
    module::exec_def(py, &builtins, def)?;
    let io = module::new(py, name!("_io").get(py))?;
    module::add_functions(py, io.as_object(), &dxpy_mod_io::IO, name!("_io").get(py))?;
    module::exec_def(py, &io, &dxpy_mod_io::IO)?;
    dict::set(py, globals, name!("__builtins__").obj(py), builtins.as_object())?;
    dict::set(py, globals, name!("_io").obj(py), io.as_object())?;
    // A type that the tests need, whether built-ins have its name or not.
    let ty = &dxpy_types::bytearray::PyByteArray_Type;
    dict::set_str(py, globals, &dxpy_core::call::type_name(ty), ty.as_object())?;
    let folder = std::env::temp_dir().join(format!("dxpy-io-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let folder = unicode::from_str(py, folder.to_str().unwrap())?;
    dict::set(py, globals, name!("TMP").obj(py), folder.as_object())?;
    let file = unicode::from_str(py, file)?;
    let code = source::compile(py, text, &file, Compile::module())?;
    dxpy_mod_lang::builtins::run(py, &code, globals.as_object(), globals.as_object()).map(drop)
}

#[test]
fn scripts_hold_here() {
    let py = dxpy_core::thread::states::start_main();
    dxpy_interp::install();
    dxpy_types::init(py).unwrap();
    let mut failed = Vec::new();
    for path in scripts() {
        let text = std::fs::read(&path).unwrap();
        if let Err(e) = run(py, path.to_str().unwrap(), &text) {
            let value = e.value();
            let shown = protocol::str(py, value.as_object()).map(|s| unicode::display(s.as_object()));
            // SAFETY: LIVE, LAYOUT: an exception holds its traceback or NULL.
            let mut tb =
                unsafe { (value.traceback.get() as *const dxpy_core::abi::PyTracebackObject).as_ref() };
            let mut lines = Vec::new();
            while let Some(t) = tb {
                lines.push(dxpy_types::traceback::lineno(t));
                tb = dxpy_types::traceback::next(t);
            }
            failed.push(format!("{path:?} lines {lines:?}: {e:?}: {}", shown.unwrap_or_default()));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn scripts_hold_in_the_oracle() {
    let oracle = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".to_owned());
    let version = Command::new(&oracle).args(["-c", "import sys; print(sys.version.split()[0])"]).output();
    if !version.is_ok_and(|o| o.stdout == b"3.12.1\n") {
        eprintln!("SKIP: no CPython 3.12.1 (DXPY_ORACLE): the scripts are not checked against it");
        return;
    }
    for path in scripts() {
        let start = "import _io, sys, tempfile; TMP = tempfile.mkdtemp(); exec(compile(open(sys.argv[1], encoding='utf-8').read(), sys.argv[1], 'exec'))";
        let out = Command::new(&oracle).args(["-c", start]).arg(&path).output().unwrap();
        assert!(out.status.success(), "{path:?}: {}", String::from_utf8_lossy(&out.stderr));
    }
}
