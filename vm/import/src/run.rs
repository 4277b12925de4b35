//! Running programs: text, files, compiled files, and what becomes of their exceptions (`Python/pythonrun.c`). The
//! interactive loop is in `interactive`.

use crate::source::{self, Compile};
use crate::{display, import, state};
use core::cell::Cell;
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, alloc, attr, bytes, call, dict, exceptions, long, module, name, object,
    protocol, unicode,
};

/// `PyConfig.inspect`: an unhandled `SystemExit` is shown, for the prompt comes next.
pub static INSPECT: AtomicBool = AtomicBool::new(false);
/// `PyConfig.optimization_level`.
pub static OPTIMIZE: AtomicU8 = AtomicU8::new(0);
/// A `KeyboardInterrupt` that no Python code handled: the process dies of the signal in the end.
pub static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The process is to end with this status (`Py_Exit`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit(pub i32);

/// What running gives: whether there was no exception, which was shown otherwise.
pub type Ran = Result<bool, Exit>;

fn sys_attribute(py: Py<'_>, name: &unicode::Name) -> Option<Owned> {
    dict::get_name(py, module::dict_of(state::sys()), name).ok().flatten()
}

/// `PySys_WriteStderr`.
pub fn write_stderr(py: Py<'_>, text: &str) {
    display::write_stderr(py, text);
}

/// `_Py_HandleSystemExit`: the status that a `SystemExit` asks for, with its text shown.
pub fn system_exit(py: Py<'_>, e: &PyErr) -> Option<i32> {
    if INSPECT.load(Ordering::Relaxed) || !exceptions::matches(e, &exceptions::SystemExit) {
        return None;
    }
    let code = attr::get_name(py, e.value().as_object(), name!("code")).ok();
    let code = code.unwrap_or_else(|| e.value().as_object().to_owned());
    if object::is_none(&code) {
        return Some(0);
    }
    if let Some(n) = long::check(&code) {
        return Some(long::to_i64(n).map_or(-1, |n| n as i32));
    }
    let text = protocol::str(py, &code).ok();
    let written =
        sys_attribute(py, name!("stderr")).filter(|f| !object::is_none(f)).map(|f| -> PyResult<()> {
            if let Some(t) = &text {
                call::method(py, &f, name!("write"), [t.as_object()])?;
            }
            Ok(())
        });
    if written.is_none()
        && let Some(t) = &text
    {
        eprint!("{}", unicode::display(t.as_object()));
    }
    write_stderr(py, "\n");
    Some(1)
}

/// `PyErr_PrintEx`: shows an exception; a `SystemExit` ends the process.
pub fn print(py: Py<'_>, e: PyErr, set_last: bool) -> Result<(), Exit> {
    if let Some(status) = system_exit(py, &e) {
        return Err(Exit(status));
    }
    let shown = if exceptions::matches(&e, &exceptions::MemoryError) {
        // Where a program's allocator refuses everything, this is still to be said.
        alloc::with_reserve(py, || display::print(py, e, set_last))
    } else {
        display::print(py, e, set_last)
    };
    match shown {
        Some(exit) => match system_exit(py, &exit) {
            Some(status) => Err(Exit(status)),
            None => {
                display::display_exception(py, &exit);
                Ok(())
            }
        },
        None => Ok(()),
    }
}

/// `flush_io`: what is in the streams goes out, whatever happens.
pub fn flush(py: Py<'_>) {
    for n in [name!("stderr"), name!("stdout")] {
        if let Some(f) = sys_attribute(py, n).filter(|f| !object::is_none(f)) {
            drop(call::method(py, &f, name!("flush"), []));
        }
    }
}

/// `PyImport_AddModule("__main__")`.
pub fn main_module(py: Py<'_>) -> PyResult<Owned<PyModuleObject>> {
    let modules = state::modules(py)?;
    let name = name!("__main__");
    if let Some(m) = dxpy_ops::names::mapping_get(py, &modules, name.obj(py))?
        && module::check(&m)
    {
        // SAFETY: LAYOUT: just checked.
        return Ok(unsafe { &*(m.as_ptr() as *const PyModuleObject) }.to_owned());
    }
    let m = module::new(py, name.get(py))?;
    dxpy_core::sequence::set_item(py, &modules, name.obj(py), Some(m.as_object()))?;
    Ok(m)
}

/// `run_eval_code_obj`: runs code in namespaces that get their `__builtins__`.
pub fn eval(py: Py<'_>, code: &PyCodeObject, globals: &PyDictObject, locals: &PyObject) -> PyResult {
    if dict::get_name(py, globals, name!("__builtins__"))?.is_none() {
        dict::set(py, globals, name!("__builtins__").obj(py), &*dxpy_core::hooks::builtins(py)?)?;
    }
    INTERRUPTED.store(false, Ordering::Relaxed);
    dxpy_interp::eval_code(py, code, globals.as_object(), locals).inspect_err(|e| {
        if exceptions::matches(e, &exceptions::KeyboardInterrupt) {
            INTERRUPTED.store(true, Ordering::Relaxed);
        }
    })
}

/// How programs are compiled that say nothing.
pub fn defaults() -> Compile {
    Compile { optimize: OPTIMIZE.load(Ordering::Relaxed), ..Compile::module() }
}

/// `PyRun_StringFlags`.
pub fn string(
    py: Py<'_>,
    text: &[u8],
    filename: &PyUnicodeObject,
    how: Compile,
    globals: &PyDictObject,
    locals: &PyObject,
) -> PyResult {
    let code = source::compile(py, text, filename, how)?;
    eval(py, &code, globals, locals)
}

/// `PyRun_SimpleStringFlags`: text in `__main__`.
pub fn simple_string(py: Py<'_>, text: &[u8], flags: u32) -> Ran {
    let run = || -> PyResult<()> {
        let m = main_module(py)?;
        let d = module::dict_of(&m);
        let filename = unicode::from_str(py, "<string>")?;
        let how = Compile { flags, ..defaults() };
        string(py, text, &filename, how, d, d.as_object()).map(drop)
    };
    finished(py, run())
}

/// Shows the exception of a run.
pub fn finished(py: Py<'_>, r: PyResult<()>) -> Ran {
    match r {
        Ok(()) => Ok(true),
        Err(e) => print(py, e, true).map(|()| false),
    }
}

/// `set_main_loader`.
fn set_loader(py: Py<'_>, d: &PyDictObject, filename: &PyUnicodeObject, class: &str) -> PyResult<()> {
    let external = attr::get_name(py, state::importlib(), name!("_bootstrap_external"))?;
    let class = attr::get(py, &external, &*unicode::from_str(py, class)?)?;
    let loader = call::call(py, &class, [name!("__main__").obj(py), filename.as_object()])?;
    dict::set(py, d, name!("__loader__").obj(py), &loader)
}

/// Whether a file is a compiled one (`maybe_pyc_file`).
fn is_compiled(filename: &str, content: &[u8]) -> bool {
    filename.ends_with(".pyc") || content.starts_with(&MAGIC[..2])
}

/// The first four bytes of a `.pyc` of 3.12.
const MAGIC: [u8; 4] = [0xCB, 0x0D, 0x0D, 0x0A];

/// `run_pyc_file`.
fn compiled(py: Py<'_>, content: &[u8], d: &PyDictObject) -> PyResult<()> {
    let bad = |text: &str| exceptions::runtime_error(py, format_args!("{text}"));
    if !content.starts_with(&MAGIC) {
        return Err(bad("Bad magic number in .pyc file"));
    }
    let marshal = import::import_module(py, name!("marshal").get(py))?;
    let data = bytes::new(py, content.get(16..).unwrap_or_default())?;
    let code = call::method(py, &marshal, name!("loads"), [data.as_object()])?;
    let Some(code) = dxpy_types::code::check(&code) else { return Err(bad("Bad code object in .pyc file")) };
    eval(py, code, d, d.as_object()).map(drop)
}

/// `_PyRun_SimpleFile`: the content of a file in `__main__`, which has `__file__` meanwhile.
pub fn simple_file(py: Py<'_>, content: &[u8], filename: &PyUnicodeObject, flags: u32) -> Ran {
    let m = match main_module(py) {
        Ok(m) => m,
        Err(e) => return print(py, e, true).map(|()| false),
    };
    let d = module::dict_of(&m);
    let mut named = false;
    let mut run = || -> PyResult<()> {
        if dict::get_name(py, d, name!("__file__"))?.is_none() {
            dict::set(py, d, name!("__file__").obj(py), filename.as_object())?;
            named = true;
            dict::set(py, d, name!("__cached__").obj(py), &object::none())?;
        }
        let shown = unicode::display(filename.as_object());
        if is_compiled(&shown, content) {
            set_loader(py, d, filename, "SourcelessFileLoader")?;
            return compiled(py, content, d);
        }
        if shown != "<stdin>" {
            set_loader(py, d, filename, "SourceFileLoader")?;
        }
        let how = Compile { flags, script: true, ..defaults() };
        string(py, content, filename, how, d, d.as_object()).map(drop)
    };
    let r = run();
    flush(py);
    let r = finished(py, r);
    if named {
        for n in [name!("__file__"), name!("__cached__")] {
            drop(dict::remove(py, d, n.obj(py)));
        }
    }
    r
}

/// `PyRun_FileExFlags`: the content of a file in these namespaces.
pub fn file(
    py: Py<'_>,
    content: &[u8],
    filename: &PyUnicodeObject,
    how: Compile,
    globals: &PyDictObject,
    locals: &PyObject,
) -> PyResult {
    let how = Compile { script: true, ..how };
    let r = string(py, content, filename, how, globals, locals);
    flush(py);
    r
}

/// Ends the interpreter and the process; set by the executable.
pub static EXIT: Gil<Cell<Option<ExitFn>>> = Gil(Cell::new(None));

/// A function that ends the process with a status.
pub type ExitFn = fn(Py<'_>, i32) -> !;

/// `Py_Exit`.
pub fn exit(py: Py<'_>, status: i32) -> ! {
    match EXIT.get() {
        Some(f) => f(py, status),
        None => std::process::exit(status),
    }
}
