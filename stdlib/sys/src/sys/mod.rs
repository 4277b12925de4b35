//! `sys`: attributes made at start-up, and the table of functions (`Python/sysmodule.c`). Structure sequences are in
//! `records`, what looks at running threads in `frames`, hooks and audit events in `hooks`, knobs and counters in `limits`,
//! tracing in `tracing` and `monitoring`.

mod frames;
mod hooks;
mod limits;
mod monitoring;
mod records;
mod tracing;

use crate::config;
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::gil;
use dxpy_core::{
    Owned, Py, PyResult, call, codecs, dict, exceptions, list, long, methods, name, object, tuple, types,
    unicode,
};
use dxpy_import::state;
use std::ffi::{OsStr, OsString};

/// `sys`.
pub static SYS: StaticModule = StaticModule::new(c"sys")
    .doc(c"Objects and functions of the interpreter itself.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "addaudithook" = limits::addaudithook [1], "($module, /, hook)", "Adds an audit hook.";
    "audit" = hooks::audit [1], "?($module, *args)", "Passes an event to the audit hooks.";
    "breakpointhook" = crate::hooks::breakpointhook [2], "?($module, /, *args, **kws)", "Called by breakpoint(): starts a debugger.";
    "_clear_type_cache" = limits::clear_type_cache [0], "($module, /)", "Empties the cache of attributes found in types.";
    "_current_frames" = frames::current_frames [0], "($module, /)", "The topmost frame of each thread.";
    "_current_exceptions" = frames::current_exceptions [0], "($module, /)", "The exception each thread handles.";
    "displayhook" = hooks::displayhook [1], "($module, object, /)", "Prints an object, and keeps it in builtins._";
    "exception" = exception [0], "($module, /)", "The exception being handled.";
    "exc_info" = exc_info [0], "($module, /)", "Type, value and traceback of the exception being handled.";
    "excepthook" = crate::hooks::excepthook [3], "($module, exctype, value, traceback, /)", "Shows an exception and its traceback in sys.stderr.";
    "exit" = exit [1], "($module, status=None, /)", "Exits the interpreter by raising SystemExit(status).";
    "getdefaultencoding" = getdefaultencoding [0], "($module, /)", "The encoding of str by default.";
    "getdlopenflags" = limits::getdlopenflags [0], "($module, /)", "The flags extension modules are loaded with.";
    "getallocatedblocks" = limits::getallocatedblocks [0], "($module, /)", "The number of memory blocks in use.";
    "getunicodeinternedsize" = limits::getunicodeinternedsize [0], "($module, /)", "The number of interned str.";
    "getfilesystemencoding" = getfilesystemencoding [0], "($module, /)", "The encoding of file names.";
    "getfilesystemencodeerrors" = getfilesystemencodeerrors [0], "($module, /)", "The error handler of file names.";
    "getrefcount" = getrefcount [1], "($module, object, /)", "The number of references to an object, this call's included.";
    "getrecursionlimit" = limits::getrecursionlimit [0], "($module, /)", "How deep calls may nest.";
    "getsizeof" = getsizeof [2], "?($module, /, object, default=None)", "Size of an object in memory, in bytes.";
    "_getframe" = frames::getframe [1], "($module, depth=0, /)", "A frame of the call stack.";
    "_getframemodulename" = frames::getframemodulename [1], "($module, /, depth=0)", "The module of a frame of the call stack.";
    "intern" = intern [1], "($module, string, /)", "The one str of this text that the interpreter keeps.";
    "is_finalizing" = is_finalizing [0], "($module, /)", "Whether the interpreter is shutting down.";
    "setswitchinterval" = limits::setswitchinterval [1], "($module, interval, /)", "Sets the seconds between switches of threads.";
    "getswitchinterval" = limits::getswitchinterval [0], "($module, /)", "Seconds between switches of threads.";
    "setdlopenflags" = limits::setdlopenflags [1], "($module, flags, /)", "Sets the flags extension modules are loaded with.";
    "getprofile" = tracing::getprofile [0], "($module, /)", "The profile function.";
    "setprofile" = tracing::setprofile [1], "?($module, function, /)", "Sets the profile function, called for calls and returns.";
    "_setprofileallthreads" = tracing::setprofileallthreads [1], "($module, arg, /)", "As setprofile(), in all threads.";
    "setrecursionlimit" = limits::setrecursionlimit [1], "($module, limit, /)", "Sets how deep calls may nest.";
    "settrace" = tracing::settrace [1], "?($module, function, /)", "Sets the trace function, called for calls, lines, returns and exceptions.";
    "_settraceallthreads" = tracing::settraceallthreads [1], "($module, arg, /)", "As settrace(), in all threads.";
    "gettrace" = tracing::gettrace [0], "($module, /)", "The trace function.";
    "call_tracing" = tracing::call_tracing [2], "($module, func, args, /)", "Calls a function with tracing on, from inside a trace function.";
    "_debugmallocstats" = limits::debugmallocstats [0], "($module, /)", "Prints how memory is used to stderr.";
    "set_coroutine_origin_tracking_depth" = hooks::set_coroutine_origin_tracking_depth [1], "($module, /, depth)", "Sets how many frames coroutines keep of where they were made.";
    "get_coroutine_origin_tracking_depth" = hooks::get_coroutine_origin_tracking_depth [0], "($module, /)", "How many frames coroutines keep of where they were made.";
    "set_asyncgen_hooks" = hooks::set_asyncgen_hooks [2], "?($module, /, firstiter=None, finalizer=None)", "Sets what is called for asynchronous generators at their first iteration and end.";
    "get_asyncgen_hooks" = hooks::get_asyncgen_hooks [0], "($module, /)", "The hooks of asynchronous generators.";
    "activate_stack_trampoline" = limits::activate_stack_trampoline [1], "($module, backend, /)", "Asks for native frames for Python functions, for a profiler of the system. dx-py has none.";
    "deactivate_stack_trampoline" = limits::deactivate_stack_trampoline [0], "($module, /)", "The end of activate_stack_trampoline().";
    "is_stack_trampoline_active" = limits::is_stack_trampoline_active [0], "($module, /)", "Whether activate_stack_trampoline() is in force.";
    "unraisablehook" = crate::hooks::unraisablehook [1], "($module, unraisable, /)", "Shows an exception that nobody can receive.";
    "get_int_max_str_digits" = limits::get_int_max_str_digits [0], "($module, /)", "The most digits converted between int and str.";
    "set_int_max_str_digits" = limits::set_int_max_str_digits [1], "($module, /, maxdigits)", "Sets the most digits converted between int and str.";
] }

#[cfg(feature = "zeal")]
methods! { static ZEAL: for PyModuleObject [
    "gettotalrefcount" = limits::gettotalrefcount [0], "($module, /)", "How many references there are, of those to mortal objects.";
] }

fn int(py: Py<'_>, n: i64) -> PyResult {
    long::from_i64(py, n).map(Owned::upcast)
}

fn text(py: Py<'_>, s: &str) -> PyResult {
    unicode::from_str(py, s).map(Owned::upcast)
}

/// Text of the system's: undecodable bytes are surrogates.
fn system_text(py: Py<'_>, s: &OsStr) -> PyResult {
    codecs::decode_fs(py, s.as_encoded_bytes()).map(Owned::upcast)
}

fn text_list(py: Py<'_>, items: &[OsString]) -> PyResult {
    let items: Vec<Owned> = items.iter().map(|s| system_text(py, s)).collect::<PyResult<_>>()?;
    list::from_iter(py, items).map(Owned::upcast)
}

/// The attributes of the module.
fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    #[cfg(feature = "zeal")]
    // SAFETY: STATIC: `methods!` ends its tables.
    unsafe {
        module::add_table(py, m.as_object(), ZEAL.as_ptr(), &*unicode::from_str(py, "sys")?)?
    };
    let c = config::get();
    long::MAX_STR_DIGITS.set(c.int_max_str_digits as usize);
    dxpy_core::bytes::WARNING.set(c.bytes_warning != 0);
    let add = |n: &str, v: Owned| module::add(py, m, n, &v);
    for (n, s) in [
        ("byteorder", "little"),
        ("platform", "linux"),
        ("abiflags", ""),
        ("_framework", ""),
        ("float_repr_style", "short"),
        ("copyright", "Copyright (c) the dx-py developers."),
        ("version", config::VERSION),
    ] {
        add(n, text(py, s)?)?;
    }
    for (n, s) in [
        ("executable", &c.executable),
        ("_base_executable", &c.base_executable),
        ("prefix", &c.prefix),
        ("exec_prefix", &c.exec_prefix),
        ("base_prefix", &c.base_prefix),
        ("base_exec_prefix", &c.exec_prefix),
        ("platlibdir", &c.platlibdir),
        ("_stdlib_dir", &c.stdlib),
    ] {
        add(n, system_text(py, s)?)?;
    }
    add("hexversion", int(py, 0x030C01F0)?)?;
    add("api_version", int(py, 1013)?)?;
    add("maxsize", int(py, i64::MAX)?)?;
    add("maxunicode", int(py, 0x10FFFF)?)?;
    add("dont_write_bytecode", dxpy_core::boolean::new(c.dont_write_bytecode != 0).upcast())?;
    add(
        "pycache_prefix",
        match &c.pycache_prefix {
            Some(p) => system_text(py, p)?,
            None => object::none(),
        },
    )?;
    add("argv", text_list(py, &c.argv)?)?;
    add("orig_argv", text_list(py, &c.orig_argv)?)?;
    add("path", text_list(py, &c.path)?)?;
    add("warnoptions", text_list(py, &c.warnoptions)?)?;
    add("meta_path", list::new(py)?.upcast())?;
    add("path_hooks", list::new(py)?.upcast())?;
    add("path_importer_cache", dict::new(py)?.upcast())?;
    let x = dict::new(py)?;
    for (k, v) in &c.xoptions {
        let v = match v {
            Some(v) => system_text(py, v)?,
            None => dxpy_core::boolean::new(true).upcast(),
        };
        dict::set(py, &x, &*system_text(py, k)?, &v)?;
    }
    add("_xoptions", x.upcast())?;
    let names: Vec<Owned> = state::built_in_names().iter().map(|n| text(py, n)).collect::<PyResult<_>>()?;
    add("builtin_module_names", tuple::from_iter(py, names)?.upcast())?;
    let version = records::add(py, m, c)?;
    add("monitoring", monitoring::make(py)?)?;
    add("implementation", implementation(py, &version)?)?;
    let git = [text(py, "CPython")?, text(py, "")?, text(py, "")?];
    add("_git", tuple::from_iter(py, git)?.upcast())?;
    let names = dxpy_import::display::STDLIB_MODULE_NAMES.iter();
    let names: Vec<Owned> = names.map(|n| text(py, n)).collect::<PyResult<_>>()?;
    add("stdlib_module_names", dxpy_core::set::frozen(py, &names)?.upcast())?;
    crate::hooks::fill(py, m)?;
    // The hooks' originals.
    for (original, hook) in [("__displayhook__", "displayhook")] {
        if let Some(f) = dict::get_str(py, module::dict_of(m), hook)? {
            add(original, f)?;
        }
    }
    Ok(())
}

/// The exception being handled, with its traceback.
fn handled(py: Py<'_>) -> (Owned, Owned, Owned) {
    match exceptions::handled(py) {
        None => (object::none(), object::none(), object::none()),
        Some(e) => {
            // SAFETY: LIVE: an exception holds its traceback, or NULL.
            let tb = unsafe { e.traceback.get().as_ref() }.map_or_else(object::none, Object::to_owned);
            (e.as_object().ty().as_object().to_owned(), e.upcast(), tb)
        }
    }
}

fn exc_info(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    let (t, v, tb) = handled(py);
    tuple::from_iter(py, [t, v, tb]).map(Owned::upcast)
}

fn exception(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    Ok(handled(py).1)
}

/// `sys.implementation`. The cache tag is CPython's, for the bytecode is.
fn implementation(py: Py<'_>, version: &PyObject) -> PyResult {
    let arch = std::env::consts::ARCH;
    let fields = [
        ("name", text(py, "cpython")?),
        ("cache_tag", text(py, "cpython-312")?),
        ("version", version.to_owned()),
        ("hexversion", int(py, 0x030C01F0)?),
        ("_multiarch", text(py, &format!("{arch}-linux-gnu"))?),
    ];
    let d = dict::new(py)?;
    for (k, v) in &fields {
        dict::set_str(py, &d, k, v)?;
    }
    dxpy_types::namespace::new(py, &d)
}

fn exit(py: Py<'_>, _: &PyModuleObject, status: Option<&PyObject>) -> PyResult {
    Err(exceptions::create(py, &exceptions::SystemExit, status))
}

fn getdefaultencoding(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    Ok(name!("utf-8").obj(py).to_owned())
}

fn getfilesystemencodeerrors(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    text(py, &config::get().fs_errors)
}

fn getfilesystemencoding(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    text(py, &config::get().fs_encoding)
}

fn getrefcount(_: Py<'_>, _: &PyModuleObject, o: &PyObject) -> isize {
    o.refcnt()
}

/// `_PySys_GetSizeOf`: `__sizeof__` and the collector's header.
fn getsizeof(py: Py<'_>, _: &PyModuleObject, o: &PyObject, default: Option<&PyObject>) -> PyResult {
    let run = || -> PyResult<isize> {
        let Some(m) = types::special::bound(py, o, name!("__sizeof__"))? else {
            return Err(exceptions::type_error(
                py,
                format_args!("Type {} doesn't define __sizeof__", call::type_name(o.ty())),
            ));
        };
        let r = call::call(py, &m, [])?;
        let n = dxpy_core::number::as_ssize(py, &r, &exceptions::OverflowError)?;
        if n < 0 {
            return Err(exceptions::value_error(py, format_args!("__sizeof__() should return >= 0")));
        }
        Ok(n)
    };
    match run() {
        Ok(n) => {
            // Of every object of a collected type, also of those that are never collected, as CPython counts.
            let header = dxpy_core::object::preheader_size(o.ty()) as u64;
            long::from_u64(py, n as u64 + header).map(Owned::upcast)
        }
        Err(e) => match default.filter(|_| exceptions::matches(&e, &exceptions::TypeError)) {
            Some(d) => Ok(d.to_owned()),
            None => Err(e),
        },
    }
}

fn intern(py: Py<'_>, _: &PyModuleObject, s: &PyUnicodeObject) -> PyResult {
    if unicode::check_exact(s.as_object()).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("can't intern {}", call::type_name(s.as_object().ty())),
        ));
    }
    unicode::intern(py, s.to_owned()).map(Owned::upcast)
}

fn is_finalizing(_: Py<'_>, _: &PyModuleObject) -> bool {
    !gil::finalizing().is_null()
}
