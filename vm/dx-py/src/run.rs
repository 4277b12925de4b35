//! What a command line runs (`pymain_run_python` of `Modules/main.c`): a command, a module, a file, standard input, the
//! prompt.

use crate::options::Program;
use crate::{paths, repl};
use core::sync::atomic::Ordering;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, audit, boolean, call, codecs, dict, list, module, name, object, unicode,
};
use dxpy_import::run::{self, Exit};
use dxpy_import::{import, interactive, state};
use dxpy_mod_sys::config;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Runs a program, and the prompt behind it where that is asked for. The status of the process.
pub fn program(py: Py<'_>, p: &Program) -> i32 {
    let status = match all(py, p) {
        Ok(status) => status,
        Err(Exit(status)) => return status,
    };
    match behind(py, p, status) {
        Ok(status) | Err(Exit(status)) => status,
    }
}

/// The status of a run.
fn status(ran: run::Ran) -> Result<i32, Exit> {
    ran.map(|fine| !fine as i32)
}

fn all(py: Py<'_>, p: &Program) -> Result<i32, Exit> {
    let c = config::get();
    let mut importer = None;
    let mut script = None;
    if let Program::File(f) = p {
        let full = paths::absolute(Path::new(f)).into_os_string();
        let name = match codecs::decode_fs(py, full.as_bytes()) {
            Ok(n) => n,
            Err(e) => return unhandled(py, e),
        };
        match path_importer(py, name.as_object()) {
            Ok(true) => importer = Some(name.clone()),
            Ok(false) => {}
            Err(e) => {
                run::print(py, e, true)?;
            }
        }
        script = Some((full, name));
    }
    if c.isolated == 0 && (c.inspect != 0 || matches!(p, Program::Stdin(_))) && stdin_is_interactive() {
        // Where there is no such module there is no such help.
        for n in [name!("readline"), name!("rlcompleter")] {
            drop(import::import_module(py, n.get(py)));
        }
    }
    let first = match &importer {
        Some(name) => Some(name.clone()),
        None if c.safe_path => None,
        None => {
            match paths::first(argv0(p).as_deref()).map(|f| codecs::decode_fs(py, f.as_bytes())).transpose() {
                Ok(f) => f,
                Err(e) => return unhandled(py, e),
            }
        }
    };
    if let Some(first) = first
        && let Err(e) = prepend(py, &first)
    {
        return unhandled(py, e);
    }
    header(p);
    match p {
        Program::Command(text) => command(py, text),
        Program::Module(name) => match codecs::decode_fs(py, name.as_bytes()) {
            Ok(name) => run_module(py, &name, true),
            Err(e) => unhandled(py, e),
        },
        Program::File(_) if importer.is_some() => run_module(py, name!("__main__").get(py), false),
        Program::File(_) => match script {
            Some((path, name)) => file(py, &path, &name),
            None => Ok(1),
        },
        Program::Stdin(_) => stdin(py),
    }
}

/// `sys.argv[0]` as it is at start.
fn argv0(p: &Program) -> Option<OsString> {
    Some(match p {
        Program::Command(_) => "-c".into(),
        Program::Module(_) => "-m".into(),
        Program::File(f) => f.clone(),
        Program::Stdin(said) => if *said { "-" } else { "" }.into(),
    })
}

/// `pymain_exit_err_print`.
fn unhandled(py: Py<'_>, e: PyErr) -> Result<i32, Exit> {
    run::print(py, e, true).map(|()| 1)
}

/// `pymain_get_importer`: whether something can be imported from a path: a folder, an archive.
fn path_importer(py: Py<'_>, path: &PyObject) -> PyResult<bool> {
    let sys = module::dict_of(state::sys());
    let (Some(cache), Some(hooks)) = (
        dict::get_name(py, sys, name!("path_importer_cache"))?,
        dict::get_name(py, sys, name!("path_hooks"))?,
    ) else {
        return Err(dxpy_core::exceptions::runtime_error(py, format_args!("lost sys.path_hooks")));
    };
    let (Some(cache), Some(hooks)) = (dict::check(&cache), list::check(&hooks)) else { return Ok(false) };
    if let Some(found) = dict::get(py, cache, path)? {
        return Ok(!object::is_none(&found));
    }
    dict::set(py, cache, path, &object::none())?;
    let hooks: Vec<Owned> = list::items(hooks).iter().map(|h| (*h).to_owned()).collect();
    for hook in hooks {
        match call::call(py, &hook, [path]) {
            Ok(importer) => {
                dict::set(py, cache, path, &importer)?;
                return Ok(!object::is_none(&importer));
            }
            Err(e) if dxpy_core::exceptions::matches(&e, &dxpy_core::exceptions::ImportError) => drop(e),
            Err(e) => return Err(e),
        }
    }
    Ok(false)
}

/// `pymain_sys_path_add_path0`.
fn prepend(py: Py<'_>, path: &PyUnicodeObject) -> PyResult<()> {
    let Some(list) = dict::get_name(py, module::dict_of(state::sys()), name!("path"))? else {
        return Err(dxpy_core::exceptions::runtime_error(py, format_args!("unable to get sys.path")));
    };
    let zero = dxpy_core::long::from_i64(py, 0)?;
    call::method(py, &list, name!("insert"), [zero.as_object(), path.as_object()]).map(drop)
}

/// Whether standard input is asked as a person is.
fn stdin_is_interactive() -> bool {
    use std::io::IsTerminal;
    std::io::stdin().is_terminal() || config::get().interactive != 0
}

/// `pymain_header`.
fn header(p: &Program) {
    let c = config::get();
    let prompt = matches!(p, Program::Stdin(_)) && stdin_is_interactive();
    if c.quiet != 0 || !(c.verbose != 0 || prompt) {
        return;
    }
    eprintln!("Python {} on linux", config::VERSION);
    if c.no_site == 0 {
        eprintln!("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.");
    }
}

/// `-c`.
fn command(py: Py<'_>, text: &OsStr) -> Result<i32, Exit> {
    let run = || -> PyResult<Owned<PyBytesObject>> {
        let mut source = text.as_bytes().to_vec();
        source.push(b'\n');
        let source = codecs::decode_fs(py, &source)?;
        audit::event(py, "cpython.run_command", [source.as_object()])?;
        codecs::encode_utf8(py, &source, None)
    };
    match run() {
        Ok(b) => {
            let flags = dxpy_import::source::flag::IGNORE_COOKIE;
            status(run::simple_string(py, dxpy_core::bytes::as_slice(&b), flags))
        }
        Err(e) => {
            run::write_stderr(py, "Unable to decode the command from the command line:\n");
            unhandled(py, e)
        }
    }
}

/// `pymain_run_module`: through `runpy`.
fn run_module(py: Py<'_>, name: &PyUnicodeObject, set_argv0: bool) -> Result<i32, Exit> {
    if let Err(e) = audit::event(py, "cpython.run_module", [name.as_object()]) {
        return unhandled(py, e);
    }
    let runpy = match import::import_module(py, name!("runpy").get(py)) {
        Ok(m) => m,
        Err(e) => {
            eprintln!("Could not import runpy module");
            return unhandled(py, e);
        }
    };
    let f = match attr::get_name(py, &runpy, name!("_run_module_as_main")) {
        Ok(f) => f,
        Err(e) => {
            eprintln!("Could not access runpy._run_module_as_main");
            return unhandled(py, e);
        }
    };
    match call::call(py, &f, [name.as_object(), boolean::new(set_argv0).as_object()]) {
        Ok(_) => Ok(0),
        Err(e) => {
            if dxpy_core::exceptions::matches(&e, &dxpy_core::exceptions::KeyboardInterrupt) {
                run::INTERRUPTED.store(true, Ordering::Relaxed);
            }
            unhandled(py, e)
        }
    }
}

/// `pymain_run_file_obj`.
fn file(py: Py<'_>, path: &OsStr, name: &PyUnicodeObject) -> Result<i32, Exit> {
    if let Err(e) = audit::event(py, "cpython.run_file", [name.as_object()]) {
        return unhandled(py, e);
    }
    let c = config::get();
    let shown = || dxpy_core::protocol::repr(py, name.as_object()).map(|r| unicode::display(r.as_object()));
    let program = c.program_name.to_string_lossy();
    if Path::new(path).is_dir() {
        let shown = shown().unwrap_or_default();
        run::write_stderr(py, &format!("{program}: {shown} is a directory, cannot continue\n"));
        return Ok(1);
    }
    let mut content = match std::fs::read(path) {
        Ok(content) => content,
        Err(e) => {
            let text = e.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            let (shown, code) = (shown().unwrap_or_default(), e.raw_os_error().unwrap_or(0));
            run::write_stderr(py, &format!("{program}: can't open file {shown}: [Errno {code}] {text}\n"));
            return Ok(2);
        }
    };
    if c.skip_first_line {
        // Its end stays, so that lines keep their numbers.
        let end = content.iter().position(|b| *b == b'\n').unwrap_or(content.len());
        content.drain(..end);
    }
    status(run::simple_file(py, &content, name, 0))
}

/// `pymain_run_stdin`.
fn stdin(py: Py<'_>) -> Result<i32, Exit> {
    if stdin_is_interactive() {
        run::INSPECT.store(false, Ordering::Relaxed);
        startup(py)?;
        interactive_hook(py)?;
    }
    if let Err(e) = audit::event(py, "cpython.run_stdin", []) {
        return unhandled(py, e);
    }
    from_stdin(py)
}

/// `PyRun_AnyFile(stdin, "<stdin>")`.
fn from_stdin(py: Py<'_>) -> Result<i32, Exit> {
    if stdin_is_interactive() {
        let mut reader = repl::reader(py);
        interactive::run_loop(py, &mut *reader, "<stdin>")?;
        return Ok(0);
    }
    let mut content = Vec::new();
    {
        use std::io::Read;
        // What cannot be read is a program that ends there.
        let _ = std::io::stdin().lock().read_to_end(&mut content);
    }
    match unicode::from_str(py, "<stdin>") {
        Ok(name) => status(run::simple_file(py, &content, &name, 0)),
        Err(e) => unhandled(py, e),
    }
}

/// `pymain_run_startup`: the file of `PYTHONSTARTUP`.
fn startup(py: Py<'_>) -> Result<(), Exit> {
    let path = std::env::var_os("PYTHONSTARTUP").filter(|v| !v.is_empty());
    let Some(path) = path.filter(|_| config::get().ignore_environment == 0) else { return Ok(()) };
    let name = match codecs::decode_fs(py, path.as_bytes()) {
        Ok(n) => n,
        Err(e) => return run::print(py, e, true),
    };
    if let Err(e) = audit::event(py, "cpython.run_startup", [name.as_object()]) {
        return run::print(py, e, true);
    }
    match std::fs::read(&path) {
        Ok(content) => run::simple_file(py, &content, &name, 0).map(drop),
        Err(e) => {
            run::write_stderr(py, "Could not open PYTHONSTARTUP\n");
            let number = dxpy_core::long::from_i64(py, e.raw_os_error().unwrap_or(0) as i64);
            let text = e.to_string();
            let text = unicode::from_str(py, text.split(" (os error").next().unwrap_or_default());
            let made = number.and_then(|n| Ok((n, text?))).and_then(|(n, t)| {
                let class = dxpy_core::exceptions::OSError.as_object();
                call::call(py, class, [n.as_object(), t.as_object(), name.as_object()])
            });
            match made {
                Ok(e) => run::print(py, dxpy_core::exceptions::raise_object(py, &e), true),
                Err(e) => run::print(py, e, true),
            }
        }
    }
}

/// `pymain_run_interactive_hook`.
fn interactive_hook(py: Py<'_>) -> Result<(), Exit> {
    let hook = dict::get_name(py, module::dict_of(state::sys()), name!("__interactivehook__")).ok().flatten();
    let Some(hook) = hook else { return Ok(()) };
    let r = audit::event(py, "cpython.run_interactivehook", [&hook]).and_then(|()| call::call(py, &hook, []));
    match r {
        Ok(_) => Ok(()),
        Err(e) => {
            run::write_stderr(py, "Failed calling sys.__interactivehook__\n");
            run::print(py, e, true)
        }
    }
}

/// `pymain_repl`: the prompt behind a program. `PYTHONINSPECT` may have been set by it.
fn behind(py: Py<'_>, p: &Program, status: i32) -> Result<i32, Exit> {
    if matches!(p, Program::Stdin(_)) {
        return Ok(status);
    }
    let environment = config::get().ignore_environment == 0
        && dxpy_host::env::get(c"PYTHONINSPECT").is_some_and(|v| !v.is_empty());
    if !(run::INSPECT.load(Ordering::Relaxed) || environment) || !stdin_is_interactive() {
        return Ok(status);
    }
    run::INSPECT.store(false, Ordering::Relaxed);
    interactive_hook(py)?;
    from_stdin(py)
}
