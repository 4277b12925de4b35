//! Start-up and the run of a program (`pymain_run_python`).

use crate::modules::MODULES;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Py, PyErr, PyResult, dict, exceptions, module, name, unicode};
use dxpy_import::source::{self, Compile};
use dxpy_import::{bootstrap, display, state};
use dxpy_mod_sys::config::{self, Config};

/// What to run.
enum Program {
    Command(String),
    Script(String),
}

/// Runs the program of a command line; the exit status.
pub fn main(args: Vec<String>) -> i32 {
    let (config, program) = match parse(args) {
        Ok(x) => x,
        Err(status) => return status,
    };
    config::set(config);
    let py = dxpy_core::thread::states::start_main();
    let status = match start(py).and_then(|()| run(py, &program)) {
        Ok(()) => 0,
        Err(e) => exit_status(py, e),
    };
    if let Err(e) = finish(py) {
        report(py, e);
    }
    status
}

fn parse(args: Vec<String>) -> Result<(Config, Program), i32> {
    let mut c = Config {
        orig_argv: args.clone(),
        int_max_str_digits: 4300,
        hash_randomization: 1,
        ..Config::default()
    };
    let mut at = 1;
    let program = loop {
        let Some(a) = args.get(at) else {
            eprintln!("dx-py: the interactive mode is not implemented yet; give a script or -c");
            return Err(1);
        };
        at += 1;
        match a.as_str() {
            "-c" => match args.get(at) {
                Some(text) => {
                    at += 1;
                    break Program::Command(text.clone());
                }
                None => {
                    eprintln!("Argument expected for the -c option");
                    return Err(2);
                }
            },
            "-V" | "--version" => {
                println!("Python 3.12.1");
                return Err(0);
            }
            "-S" => c.no_site = 1,
            "-E" => c.ignore_environment = 1,
            "-I" => {
                c.isolated = 1;
                c.ignore_environment = 1;
                c.no_user_site = 1;
                c.safe_path = true;
            }
            "-s" => c.no_user_site = 1,
            "-B" => c.dont_write_bytecode = 1,
            "-O" => c.optimize += 1,
            "-OO" => c.optimize = 2,
            "-u" => c.unbuffered = true,
            "-q" => c.quiet = 1,
            "-v" => c.verbose += 1,
            "-P" => c.safe_path = true,
            "-W" | "-X" => {
                let Some(v) = args.get(at) else {
                    eprintln!("Argument expected for the {a} option");
                    return Err(2);
                };
                at += 1;
                if a == "-W" {
                    c.warnoptions.push(v.clone());
                } else {
                    let (k, v) = match v.split_once('=') {
                        Some((k, v)) => (k.to_owned(), Some(v.to_owned())),
                        None => (v.clone(), None),
                    };
                    c.xoptions.push((k, v));
                }
            }
            _ if a.starts_with('-') && a.len() > 1 => {
                eprintln!("dx-py: the option {a} is not implemented yet");
                return Err(2);
            }
            path => break Program::Script(path.to_owned()),
        }
    };
    let first = match &program {
        Program::Command(_) => "-c".to_owned(),
        Program::Script(p) => p.clone(),
    };
    c.argv = std::iter::once(first).chain(args[at..].iter().cloned()).collect();
    c.executable = std::env::current_exe().map(|p| p.to_string_lossy().into_owned()).unwrap_or_default();
    let lib = match dxpy_lib::locate() {
        Ok(p) => p,
        Err(e) => {
            eprintln!("dx-py: the standard library cannot be written out: {e}");
            return Err(1);
        }
    };
    c.stdlib = lib.to_string_lossy().into_owned();
    let prefix = std::path::Path::new(&c.executable).parent().and_then(|p| p.parent());
    c.prefix = prefix.map(|p| p.to_string_lossy().into_owned()).unwrap_or_default();
    c.base_prefix = c.prefix.clone();
    if !c.safe_path {
        c.path.push(match &program {
            Program::Command(_) => String::new(),
            Program::Script(p) => {
                let full = std::fs::canonicalize(p).unwrap_or_else(|_| p.into());
                full.parent().map(|p| p.to_string_lossy().into_owned()).unwrap_or_default()
            }
        });
    }
    if c.ignore_environment == 0
        && let Ok(extra) = std::env::var("PYTHONPATH")
    {
        c.path.extend(extra.split(':').filter(|p| !p.is_empty()).map(str::to_owned));
    }
    c.path.push(c.stdlib.clone());
    Ok((c, program))
}

/// The key of hashes: `PYTHONHASHSEED`, or random bytes.
fn hash_secret() {
    use dxpy_text::hash::HashSecret;
    let seed = std::env::var("PYTHONHASHSEED").ok().filter(|_| config::get().ignore_environment == 0);
    let seed = seed.map(|s| HashSecret::parse_seed(&s));
    let secret = match seed {
        Some(Ok(Some(seed))) => HashSecret::from_seed(seed),
        Some(Err(_)) => {
            eprintln!(
                "Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]"
            );
            std::process::exit(1);
        }
        _ => {
            let mut bytes = [0u8; HashSecret::BYTES];
            let read = std::fs::File::open("/dev/urandom").and_then(|mut f| {
                use std::io::Read;
                f.read_exact(&mut bytes)
            });
            if read.is_err() {
                eprintln!(
                    "Fatal Python error: _Py_HashRandomization_Init: failed to get random numbers to initialize Python"
                );
                std::process::exit(1);
            }
            HashSecret::random(&bytes)
        }
    };
    unicode::HASH_SECRET.set(secret);
}

/// `Py_InitializeFromConfig`.
fn start(py: Py<'_>) -> PyResult<()> {
    hash_secret();
    dxpy_mod_lang::builtins::OPTIMIZE.set(config::get().optimize as u8);
    dxpy_interp::install();
    dxpy_mod_lang::_warnings::install();
    state::register(MODULES);
    dxpy_types::init(py)?;
    bootstrap::first_modules(py, &dxpy_mod_lang::builtins::BUILTINS, &dxpy_mod_sys::sys::SYS)?;
    crate::streams::open(py)?;
    crate::streams::start(py)?;
    if let Err(e) = bootstrap::importlib(py).and_then(|()| bootstrap::external_importers(py)) {
        // While the types it needs are being written, programs that import nothing run without it.
        eprintln!("dx-py: importlib does not start yet:");
        report(py, e);
        return Ok(());
    }
    streams(py)?;
    if !config::get().warnoptions.is_empty() {
        dxpy_import::import::import_module(py, name!("warnings").get(py))?;
    }
    if config::get().no_site == 0 {
        dxpy_import::import::import_module(py, name!("site").get(py))?;
    }
    Ok(())
}

/// `init_sys_streams`: UTF-8; what cannot be decoded is kept, what cannot be encoded is shown in standard error.
fn streams(py: Py<'_>) -> PyResult<()> {
    let unbuffered = config::get().unbuffered;
    let sys = module::dict_of(state::sys());
    for (fd, attribute, name, mode, errors) in [
        (0, "stdin", "<stdin>", "r", "strict"),
        (1, "stdout", "<stdout>", "w", "strict"),
        (2, "stderr", "<stderr>", "w", "backslashreplace"),
    ] {
        let through = unbuffered && mode == "w";
        let stream = dxpy_mod_io::standard_stream(py, fd, name, mode, "utf-8", errors, false, through)?;
        dict::set_str(py, sys, attribute, &stream)?;
        dict::set_str(py, sys, &format!("__{attribute}__"), &stream)?;
    }
    Ok(())
}

fn run(py: Py<'_>, program: &Program) -> PyResult<()> {
    let main = module::new(py, name!("__main__").get(py))?;
    let globals = module::dict_of(&main);
    dict::set(py, state::module_dict(), name!("__main__").obj(py), main.as_object())?;
    dict::set(py, globals, name!("__builtins__").obj(py), state::builtins().as_object())?;
    let (filename, text) = match program {
        Program::Command(text) => ("<string>".to_owned(), text.clone().into_bytes()),
        Program::Script(path) => match std::fs::read(path) {
            Ok(text) => (path.clone(), text),
            Err(e) => {
                let code = e.raw_os_error().unwrap_or(0);
                let text = e.to_string();
                let text = text.split(" (os error").next().unwrap_or_default();
                let exe = config::get().orig_argv.first().cloned().unwrap_or_default();
                let full = std::env::current_dir().unwrap_or_default().join(path);
                eprintln!("{exe}: can't open file '{}': [Errno {code}] {text}", full.display());
                return Err(exceptions::create(
                    py,
                    &exceptions::SystemExit,
                    Some(dxpy_core::long::from_i64(py, 2)?.as_object()),
                ));
            }
        },
    };
    if matches!(program, Program::Script(_)) {
        let file = unicode::from_str(py, &filename)?;
        dict::set(py, globals, name!("__file__").obj(py), file.as_object())?;
        dict::set(py, globals, name!("__cached__").obj(py), &dxpy_core::object::none())?;
    }
    let filename = unicode::from_str(py, &filename)?;
    let script = matches!(program, Program::Script(_));
    let how = Compile { optimize: config::get().optimize as u8, script, ..Compile::module() };
    let code = source::compile(py, &text, &filename, how)?;
    dxpy_interp::eval_code(py, &code, globals.as_object(), globals.as_object()).map(drop)
}

/// `flush_std_files` at the end.
fn finish(py: Py<'_>) -> PyResult<()> {
    for n in [name!("stdout"), name!("stderr")] {
        if let Some(f) = dict::get_name(py, module::dict_of(state::sys()), n)?
            && !dxpy_core::object::is_none(&f)
        {
            dxpy_core::call::method(py, &f, name!("flush"), [])?;
        }
    }
    use std::io::Write;
    let _ = std::io::stdout().flush();
    Ok(())
}

/// What an exception that leaves the program means: `SystemExit` is a status, anything else is shown.
fn exit_status(py: Py<'_>, e: PyErr) -> i32 {
    if !exceptions::matches(&e, &exceptions::SystemExit) {
        report(py, e);
        return 1;
    }
    // SAFETY: LAYOUT: just checked; LIVE: the exception holds its code, or NULL.
    let code = unsafe {
        let s = &*(e.value() as *const PyBaseExceptionObject as *const PySystemExitObject);
        s.code.get().as_ref().or_else(|| {
            let args = (s.args.get() as *const PyTupleObject).as_ref()?;
            dxpy_core::tuple::items(args).first().copied()
        })
    };
    match code {
        None => 0,
        Some(c) if dxpy_core::object::is_none(c) => 0,
        Some(c) => match dxpy_core::long::check(c) {
            Some(n) => dxpy_core::long::to_i64(n).map_or(-1, |v| (v & 0xFF) as i32),
            None => {
                let text = dxpy_core::protocol::str(py, c).map(|s| unicode::display(s.as_object()));
                eprintln!("{}", text.unwrap_or_default());
                1
            }
        },
    }
}

/// `PyErr_Print`: shows an exception that nothing handled, by `sys.excepthook`.
fn report(py: Py<'_>, e: PyErr) -> Option<PyErr> {
    display::print(py, e, true)
}
