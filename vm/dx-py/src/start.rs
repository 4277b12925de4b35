//! Start-up of the interpreter (`Py_InitializeFromConfig` of `Python/pylifecycle.c`). Command line and environment are
//! in `options` and `settings`, what is run then in `run`.

use crate::modules::MODULES;
use crate::options::{self, Parsed};
use crate::settings::{self, Environment, Fatal};
use crate::{finish, help, run};
use core::sync::atomic::Ordering;
use dxpy_core::abi::PyModuleObject;
use dxpy_core::ptr::Object;
use dxpy_core::{Py, PyErr, PyResult, attr, debug_alloc, dict, module, name, unicode};
use dxpy_import::{bootstrap, display, run as program, state};
use dxpy_mod_sys::config;
use dxpy_types::tracemalloc;
use std::ffi::OsString;
use std::io::Write;

/// The options of a command line, or the status of one that only shows something.
fn parsed(args: &[OsString]) -> Result<Box<options::Options>, i32> {
    let program_name = args.first().map(|a| a.to_string_lossy().into_owned()).unwrap_or_default();
    Err(match options::parse(args) {
        Parsed::Run(o) => return Ok(o),
        Parsed::Help(h) => shown(&help::text(&program_name, h)),
        Parsed::Version(long) => {
            let version = if long { config::VERSION } else { "3.12.1" };
            shown(&format!("Python {version}\n"))
        }
        Parsed::Wrong(text) => {
            eprint!("{text}{}", help::after_error(&program_name));
            2
        }
    })
}

/// Runs the program of a command line; the exit status.
pub fn main(args: Vec<OsString>) -> i32 {
    let o = match parsed(&args) {
        Ok(o) => o,
        Err(status) => return status,
    };
    let environment = Environment::new(&o);
    let configured = settings::encodings(&o, &environment)
        .and_then(|text| Ok((settings::configure(&args, &o, &environment, &text)?, text)));
    let (config, text) = match configured {
        Ok(x) => x,
        Err(e) => {
            e.show();
            return 1;
        }
    };
    let frames = config.tracemalloc;
    config::set(config);
    debug_alloc::FATAL.set(Some(|function, message| dxpy_types::dump::fatal(Some(function), message)));
    debug_alloc::SOURCE.set(Some(tracemalloc::dump_block));
    if matches!(text.allocator, 2 | 4 | 6) {
        debug_alloc::install();
    }
    let py = dxpy_core::thread::states::start_main();
    if let Err(failed) = start(py, frames) {
        return failed.show(py);
    }
    if let Some(warning) = text.warning {
        eprintln!("{warning}");
    }
    let status = run::program(py, &o.program);
    end(py, status)
}

/// `Py_Main` of a process that runs its program already: what only shows something is shown, another program is an error,
/// and the interpreter ends. No arguments are those of the process (`Py_RunMain`).
fn again(args: Option<Vec<OsString>>) -> i32 {
    let args = args.unwrap_or_else(|| config::get().orig_argv.clone());
    if let Err(status) = parsed(&args) {
        return status;
    }
    dxpy_core::thread::states::ensure();
    // SAFETY: the GIL was just taken, if this thread did not have it.
    let py = unsafe { Py::assume() };
    let e = dxpy_core::exceptions::runtime_error(py, format_args!("interpreter already running"));
    let status = match program::print(py, e, true) {
        Ok(()) => 1,
        Err(program::Exit(status)) => status,
    };
    end(py, status)
}

/// Ends the interpreter; the status of the process.
fn end(py: Py<'_>, status: i32) -> i32 {
    let status = if finish::finish(py) { status } else { 120 };
    debug_alloc::check_gil(false);
    if program::INTERRUPTED.load(Ordering::Relaxed) {
        return dxpy_mod_sys::_signal::end_by_interrupt();
    }
    status
}

/// Writes a help or the version; the status.
fn shown(text: &str) -> i32 {
    let mut out = std::io::stdout();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.is_err() as i32
}

/// Start-up that failed: what at, and the exception.
struct Failed {
    function: &'static str,
    message: &'static str,
    state: &'static str,
    error: PyErr,
}

impl Failed {
    /// `fatal_error` with an exception.
    fn show(self, py: Py<'_>) -> i32 {
        eprintln!(
            "Fatal Python error: {}: {}\nPython runtime state: {}",
            self.function, self.message, self.state
        );
        let placed = !self.error.value().traceback.get().is_null();
        display::display_exception(py, &self.error);
        program::flush(py);
        eprintln!();
        if !placed {
            let thread = dxpy_host::thread::identity();
            eprintln!("Current thread 0x{thread:016x} (most recent call first):\n  <no Python frame>");
        }
        1
    }
}

/// `_Py_DumpPathConfig`: where the library was looked for, when it was not found.
fn path_configuration(py: Py<'_>) {
    let c = config::get();
    let set = |name: &str| {
        let v = std::env::var_os(name).filter(|v| c.ignore_environment == 0 && !v.is_empty());
        v.map_or_else(|| "(not set)".to_owned(), |v| format!("'{}'", v.to_string_lossy()))
    };
    let sys = |n: &unicode::Name| -> Option<dxpy_core::Owned> {
        dict::get_name(py, module::dict_of(state::sys()), n).ok().flatten()
    };
    let shown = |o: Option<dxpy_core::Owned>| {
        let text = o.and_then(|o| dxpy_core::protocol::ascii(py, &o).ok());
        text.map_or_else(|| "NULL".to_owned(), |t| unicode::display(t.as_object()))
    };
    eprintln!("Python path configuration:");
    eprintln!("  PYTHONHOME = {}\n  PYTHONPATH = {}", set("PYTHONHOME"), set("PYTHONPATH"));
    eprintln!("  program name = '{}'", c.program_name.to_string_lossy());
    eprintln!("  isolated = {}\n  environment = {}", c.isolated, (c.ignore_environment == 0) as i32);
    eprintln!("  user site = {}\n  safe_path = {}", (c.no_user_site == 0) as i32, c.safe_path as i32);
    eprintln!("  import site = {}\n  is in build tree = 0", (c.no_site == 0) as i32);
    for (label, name) in [
        ("stdlib dir", name!("_stdlib_dir")),
        ("sys._base_executable", name!("_base_executable")),
        ("sys.base_prefix", name!("base_prefix")),
        ("sys.base_exec_prefix", name!("base_exec_prefix")),
        ("sys.platlibdir", name!("platlibdir")),
        ("sys.executable", name!("executable")),
        ("sys.prefix", name!("prefix")),
        ("sys.exec_prefix", name!("exec_prefix")),
    ] {
        eprintln!("  {label} = {}", shown(sys(name)));
    }
    if let Some(path) = sys(name!("path"))
        && let Some(path) = dxpy_core::list::check(&path)
    {
        eprintln!("  sys.path = [");
        for item in dxpy_core::list::items(path).iter() {
            eprintln!("    {},", shown(Some((*item).to_owned())));
        }
        eprintln!("  ]");
    }
}

/// `Py_InitializeFromConfig`.
fn start(py: Py<'_>, frames: i64) -> Result<(), Failed> {
    let step = |function, message, state| move |error| Failed { function, message, state, error };
    core(py).map_err(step("pycore_init_builtins", "failed to start the interpreter", "preinitialized"))?;
    debug_alloc::check_gil(true);
    if frames > 0 {
        let frames = i32::try_from(frames).unwrap_or(i32::MAX);
        tracemalloc::start(py, frames).map_err(step(
            "init_interp_main",
            "can't start tracemalloc",
            "core initialized",
        ))?;
    }
    bootstrap::external_importers(py).map_err(step(
        "init_importlib_external",
        "external importer setup failed",
        "core initialized",
    ))?;
    import(py, "encodings").inspect_err(|_| path_configuration(py)).map_err(step(
        "init_fs_encoding",
        "failed to get the Python codec of the filesystem encoding",
        "core initialized",
    ))?;
    install_signals(py).map_err(step("_PySignal_Init", "can't initialize signals", "core initialized"))?;
    crate::streams::check_encoding(py).map_err(step(
        "init_stdio_encoding",
        "failed to get the Python codec name of the stdio encoding",
        "core initialized",
    ))?;
    crate::streams::start(py).map_err(step(
        "init_sys_streams",
        "can't initialize sys standard streams",
        "core initialized",
    ))?;
    if config::get().faulthandler {
        dxpy_mod_sys::faulthandler::enable_at_start(py).map_err(step(
            "_PyFaulthandler_Init",
            "failed to enable faulthandler",
            "core initialized",
        ))?;
    }
    main_module(py).map_err(step("add_main_module", "can't create __main__ module", "core initialized"))?;
    if !config::get().warnoptions.is_empty()
        && let Err(e) = import(py, "warnings")
    {
        eprintln!("'import warnings' failed; traceback:");
        drop(display::print(py, e, true));
    }
    dxpy_capi::pylifecycle::start(py);
    dxpy_capi::entry::set_main(again);
    if config::get().no_site == 0 {
        import(py, "site").map_err(step(
            "init_import_site",
            "Failed to import the site module",
            "initialized",
        ))?;
    }
    Ok(())
}

/// `_PySignal_Init`, with the module that the handler of `SIGINT` is in; what modules do in a child process.
fn install_signals(py: Py<'_>) -> PyResult<()> {
    let m = dxpy_import::import::import_module(py, name!("_signal").get(py))?;
    if module::check(&m) {
        // SAFETY: LAYOUT: just checked.
        dxpy_mod_sys::_signal::install(py, unsafe { &*(m.as_ptr() as *const PyModuleObject) })?;
    }
    dxpy_core::thread::fork::in_child(py, |_| {
        dxpy_mod_sys::_signal::after_fork_child();
        dxpy_mod_sys::faulthandler::after_fork_child();
    });
    Ok(())
}

fn import(py: Py<'_>, name: &str) -> PyResult<()> {
    let name = unicode::from_str(py, name)?;
    dxpy_import::import::import_module(py, &name).map(drop)
}

/// `init_interp_create`, `pycore_interp_init`: types, `builtins`, `sys`, `importlib._bootstrap`.
fn core(py: Py<'_>) -> PyResult<()> {
    let c = config::get();
    hash_secret();
    dxpy_core::codecs::set_fs(&c.fs_encoding, &c.fs_errors);
    if c.dev_mode {
        dxpy_core::codecs::check_names();
    }
    program::OPTIMIZE.store(c.optimize.clamp(0, 2) as u8, Ordering::Relaxed);
    program::INSPECT.store(c.inspect != 0, Ordering::Relaxed);
    dxpy_import::frozen::WANTED.store(c.use_frozen_modules, Ordering::Relaxed);
    dxpy_mod_lang::builtins::OPTIMIZE.set(c.optimize.clamp(0, 2) as u8);
    dxpy_types::code::DEBUG_RANGES.set(c.code_debug_ranges);
    dxpy_interp::install();
    dxpy_mod_lang::_warnings::install();
    state::register(MODULES);
    program::EXIT.set(Some(|py, status| std::process::exit(end(py, status))));
    dxpy_types::init(py)?;
    bootstrap::first_modules(py, &dxpy_mod_lang::builtins::BUILTINS, &dxpy_mod_sys::sys::SYS)?;
    dxpy_interp::remember(py, state::builtins().as_object())?;
    // For tests of builds that are for them: hot code runs by its micro-ops.
    #[cfg(debug_assertions)]
    if std::env::var_os("DXPY_TIER").is_some_and(|tier| tier == "reference") {
        dxpy_interp::tier::reference::install(py);
    }
    finish::keep_builtins(py)?;
    let printer = dxpy_import::stdprinter::new(py, 2)?;
    for n in [name!("stderr"), name!("__stderr__")] {
        dict::set(py, module::dict_of(state::sys()), n.obj(py), &printer)?;
    }
    crate::streams::open(py)?;
    bootstrap::importlib(py)
}

/// The key of hashes: of the seed, or random bytes.
fn hash_secret() {
    use dxpy_text::hash::HashSecret;
    let secret = match config::get().hash_seed {
        Some(seed) => HashSecret::from_seed(seed),
        None => {
            let mut bytes = [0u8; HashSecret::BYTES];
            let mut read = 0;
            // Never waits for the entropy pool: start-up early in a boot must not hang.
            while read < bytes.len() {
                match dxpy_host::env::getrandom(&mut bytes[read..], GRND_NONBLOCK) {
                    Ok(n) if n > 0 => read += n,
                    _ => break,
                }
            }
            if read < bytes.len()
                && std::fs::File::open("/dev/urandom")
                    .and_then(|mut f| {
                        use std::io::Read;
                        f.read_exact(&mut bytes)
                    })
                    .is_err()
            {
                let message = "failed to get random numbers to initialize Python".to_owned();
                Fatal { function: "_Py_HashRandomization_Init", message, state: "core initialized" }.show();
                std::process::exit(1);
            }
            HashSecret::random(&bytes)
        }
    };
    unicode::HASH_SECRET.set(secret);
}

const GRND_NONBLOCK: u32 = 1;

/// `add_main_module`: `__main__` with what every program finds in it.
fn main_module(py: Py<'_>) -> PyResult<()> {
    let main = module::new(py, name!("__main__").get(py))?;
    let d = module::dict_of(&main);
    dict::set(py, state::module_dict(), name!("__main__").obj(py), main.as_object())?;
    dict::set(py, d, name!("__annotations__").obj(py), dict::new(py)?.as_object())?;
    dict::set(py, d, name!("__builtins__").obj(py), state::builtins().as_object())?;
    let loader = attr::get_name(py, state::importlib(), name!("BuiltinImporter"))?;
    dict::set(py, d, name!("__loader__").obj(py), &loader)
}
