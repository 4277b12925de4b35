//! The `dx-py` executable: command line, configuration and REPL over the runtime below it.
//! Start-up is not CPython's yet: code of `-c` or of one script runs with the built-ins that are there.

// Linked for the symbols it exports.
extern crate dxpy_capi as _;

use dxpy_core::ptr::Object;
use dxpy_core::thread::{ThreadState, attach};
use dxpy_core::{Py, PyErr, PyResult, dict, module, name, unicode};
use dxpy_import::source::{self, Compile};

fn main() {
    // The call keeps the stubs of the C API in the link.
    dxpy_capi::missing::dxpy_missing_anchor();
    let args: Vec<String> = std::env::args().collect();
    let (filename, text) = match args.get(1).map(String::as_str) {
        Some("-c") if args.len() > 2 => ("<string>".to_owned(), args[2].clone().into_bytes()),
        Some(path) => match std::fs::read(path) {
            Ok(text) => (path.to_owned(), text),
            Err(e) => {
                eprintln!("dx-py: can't open file '{path}': {e}");
                std::process::exit(2);
            }
        },
        None => {
            eprintln!("dx-py: the interactive mode is not implemented yet; give a script or -c");
            std::process::exit(1);
        }
    };
    // SAFETY: the state is the main thread's and never freed.
    let py = unsafe {
        attach(Box::into_raw(ThreadState::new()));
        Py::assume()
    };
    let code = match run(py, &filename, &text) {
        Ok(()) => 0,
        Err(e) => {
            report(py, &e);
            1
        }
    };
    std::process::exit(code);
}

fn run(py: Py<'_>, filename: &str, text: &[u8]) -> PyResult<()> {
    dxpy_interp::install();
    dxpy_types::init(py)?;
    let builtins = module::new(py, name!("builtins").get(py))?;
    module::add_functions(
        py,
        builtins.as_object(),
        &dxpy_mod_lang::builtins::BUILTINS,
        name!("builtins").get(py),
    )?;
    module::exec_def(py, &builtins, &dxpy_mod_lang::builtins::BUILTINS)?;
    let filename = unicode::from_str(py, filename)?;
    let code = source::compile(py, text, &filename, Compile::module())?;
    let main = module::new(py, name!("__main__").get(py))?;
    let globals = module::dict_of(&main);
    dict::set(py, globals, name!("__builtins__").obj(py), builtins.as_object())?;
    dxpy_mod_lang::builtins::run(py, &code, globals.as_object(), globals.as_object()).map(drop)
}

/// The last line of a traceback, until tracebacks print.
fn report(py: Py<'_>, e: &PyErr) {
    let value = e.value();
    // SAFETY: LIVE, LAYOUT: an exception holds its traceback, its args, or NULL; a link its frame, a frame its code.
    let mut tb = unsafe { (value.traceback.get() as *const dxpy_core::abi::PyTracebackObject).as_ref() };
    while let Some(t) = tb {
        // SAFETY: as above.
        let code = unsafe { dxpy_types::frame::code_of((*t.tb_frame.get()).f_frame.get()) };
        // SAFETY: as above.
        let (file, name) = unsafe { (&*code.co_filename.get(), &*code.co_name.get()) };
        let (file, name) = (unicode::display(file), unicode::display(name));
        eprintln!("  File \"{file}\", line {}, in {name}", dxpy_types::traceback::lineno(t));
        tb = dxpy_types::traceback::next(t);
    }
    // SAFETY: as above.
    let args: Vec<String> = unsafe { (value.args.get() as *const dxpy_core::abi::PyTupleObject).as_ref() }
        .map(|t| {
            dxpy_core::tuple::items(t)
                .iter()
                .map(|a| {
                    dxpy_core::protocol::str(py, a)
                        .map(|s| unicode::display(s.as_object()))
                        .unwrap_or_default()
                })
                .collect()
        })
        .unwrap_or_default();
    eprintln!("{}: {}", dxpy_core::call::type_name(value.as_object().ty()), args.join(", "));
}
