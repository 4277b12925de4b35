//! `sys`: attributes made at start-up, and the functions (`Python/sysmodule.c`). Tracing, monitoring, audit hooks and
//! the structures `flags`, `version_info`, … as named tuples are not complete yet: `whatsleft` counts what lacks.

use crate::{config, hooks};
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{
    Owned, Py, PyResult, attr, call, dict, exceptions, list, long, methods, name, object, protocol, tuple,
    types, unicode,
};
use dxpy_import::state;
use dxpy_types::frame;

/// `sys`.
pub static SYS: StaticModule = StaticModule::new(c"sys")
    .doc(c"Objects and functions of the interpreter itself.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "displayhook" = displayhook [1], "($module, object, /)", "Prints an object, and keeps it in builtins._";
    "excepthook" = hooks::excepthook [3], "($module, exctype, value, traceback, /)", "Shows an exception and its traceback in sys.stderr.";
    "unraisablehook" = hooks::unraisablehook [1], "($module, unraisable, /)", "Shows an exception that nobody can receive.";
    "breakpointhook" = hooks::breakpointhook [2], "?($module, /, *args, **kws)", "Called by breakpoint(): starts a debugger.";
    "exc_info" = exc_info [0], "($module, /)", "Type, value and traceback of the exception being handled.";
    "exception" = exception [0], "($module, /)", "The exception being handled.";
    "exit" = exit [1], "($module, status=None, /)", "Exits the interpreter by raising SystemExit(status).";
    "getdefaultencoding" = getdefaultencoding [0], "($module, /)", "The encoding of str by default.";
    "getfilesystemencoding" = getdefaultencoding [0], "($module, /)", "The encoding of file names.";
    "getfilesystemencodeerrors" = getfilesystemencodeerrors [0], "($module, /)", "The error handler of file names.";
    "getrecursionlimit" = getrecursionlimit [0], "($module, /)", "How deep calls may nest.";
    "setrecursionlimit" = setrecursionlimit [1], "($module, limit, /)", "Sets how deep calls may nest.";
    "getrefcount" = getrefcount [1], "($module, object, /)", "The number of references to an object, this call's included.";
    "getsizeof" = getsizeof [2], "($module, /, object, default=None)", "Size of an object in memory, in bytes.";
    "_getframe" = getframe [1], "($module, depth=0, /)", "A frame of the call stack.";
    "_getframemodulename" = getframemodulename [1], "($module, /, depth=0)", "The module of a frame of the call stack.";
    "intern" = intern [1], "($module, string, /)", "The one str of this text that the interpreter keeps.";
    "is_finalizing" = is_finalizing [0], "($module, /)", "Whether the interpreter is shutting down.";
    "getswitchinterval" = getswitchinterval [0], "($module, /)", "Seconds between switches of threads.";
    "setswitchinterval" = setswitchinterval [1], "($module, interval, /)", "Sets the seconds between switches of threads.";
    "getallocatedblocks" = getallocatedblocks [0], "($module, /)", "The number of memory blocks in use.";
    "get_int_max_str_digits" = get_int_max_str_digits [0], "($module, /)", "The most digits converted between int and str.";
    "set_int_max_str_digits" = set_int_max_str_digits [1], "($module, /, maxdigits)", "Sets the most digits converted between int and str.";
    "audit" = audit [2], "($module, event, /, *args)", "Passes an event to the audit hooks.";
    "addaudithook" = addaudithook [1], "($module, /, hook)", "Adds an audit hook.";
    "gettrace" = gettrace [0], "($module, /)", "The trace function.";
    "getprofile" = gettrace [0], "($module, /)", "The profile function.";
    "call_tracing" = call_tracing [2], "($module, func, args, /)", "Calls a function while tracing.";
] }

/// The object `sys.flags` and its like are until named tuples are there: attributes, and nothing else.
fn record(py: Py<'_>, class: &str, fields: &[(&str, Owned)]) -> PyResult {
    let d = dict::new(py)?;
    for (k, v) in fields {
        dict::set_str(py, &d, k, v)?;
    }
    let bases = tuple::empty();
    let name = unicode::from_str(py, class)?;
    let ty =
        call::call(py, types::PyType_Type.as_object(), [name.as_object(), bases.as_object(), d.as_object()])?;
    call::call(py, &ty, [])
}

fn int(py: Py<'_>, n: i64) -> PyResult {
    long::from_i64(py, n).map(Owned::upcast)
}

fn text(py: Py<'_>, s: &str) -> PyResult {
    unicode::from_str(py, s).map(Owned::upcast)
}

fn text_list(py: Py<'_>, items: &[String]) -> PyResult {
    let items: Vec<Owned> = items.iter().map(|s| text(py, s)).collect::<PyResult<_>>()?;
    list::from_iter(py, items).map(Owned::upcast)
}

/// The attributes of the module.
fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    let c = config::get();
    let add = |n: &str, v: Owned| module::add(py, m, n, &v);
    for (n, s) in [
        ("byteorder", "little"),
        ("platform", "linux"),
        ("executable", c.executable.as_str()),
        ("_base_executable", c.executable.as_str()),
        ("prefix", c.prefix.as_str()),
        ("exec_prefix", c.prefix.as_str()),
        ("base_prefix", c.base_prefix.as_str()),
        ("base_exec_prefix", c.base_prefix.as_str()),
        ("platlibdir", "lib"),
        ("abiflags", ""),
        ("_framework", ""),
        ("_stdlib_dir", c.stdlib.as_str()),
        ("float_repr_style", "short"),
        ("copyright", "Copyright (c) the dx-py developers."),
        ("version", concat!("3.12.1 (dx-py ", env!("CARGO_PKG_VERSION"), ") [Rust]")),
    ] {
        add(n, text(py, s)?)?;
    }
    add("hexversion", int(py, 0x030C01F0)?)?;
    add("api_version", int(py, 1013)?)?;
    add("maxsize", int(py, i64::MAX)?)?;
    add("maxunicode", int(py, 0x10FFFF)?)?;
    add("dont_write_bytecode", dxpy_core::boolean::new(c.dont_write_bytecode != 0).upcast())?;
    add(
        "pycache_prefix",
        match &c.pycache_prefix {
            Some(p) => text(py, p)?,
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
            Some(v) => text(py, v)?,
            None => dxpy_core::boolean::new(true).upcast(),
        };
        dict::set_str(py, &x, k, &v)?;
    }
    add("_xoptions", x.upcast())?;
    let names: Vec<Owned> = state::built_in_names().iter().map(|n| text(py, n)).collect::<PyResult<_>>()?;
    add("builtin_module_names", tuple::from_iter(py, names)?.upcast())?;
    add("flags", flags(py, c)?)?;
    let version = [int(py, 3)?, int(py, 12)?, int(py, 1)?, text(py, "final")?, int(py, 0)?];
    add("version_info", crate::sys::version_info(py, version)?)?;
    add("implementation", implementation(py)?)?;
    hooks::fill(py, m)?;
    // The hooks' originals.
    for (original, hook) in [("__displayhook__", "displayhook")] {
        if let Some(f) = dict::get_str(py, module::dict_of(m), hook)? {
            add(original, f)?;
        }
    }
    Ok(())
}

/// `sys.version_info`: a tuple for now.
fn version_info(py: Py<'_>, parts: [Owned; 5]) -> PyResult {
    tuple::from_iter(py, parts).map(Owned::upcast)
}

/// `sys.flags`.
fn flags(py: Py<'_>, c: &config::Config) -> PyResult {
    let b = |v: bool| dxpy_core::boolean::new(v).upcast();
    let fields = [
        ("debug", int(py, c.debug)?),
        ("inspect", int(py, c.inspect)?),
        ("interactive", int(py, c.interactive)?),
        ("optimize", int(py, c.optimize)?),
        ("dont_write_bytecode", int(py, c.dont_write_bytecode)?),
        ("no_user_site", int(py, c.no_user_site)?),
        ("no_site", int(py, c.no_site)?),
        ("ignore_environment", int(py, c.ignore_environment)?),
        ("verbose", int(py, c.verbose)?),
        ("bytes_warning", int(py, c.bytes_warning)?),
        ("quiet", int(py, c.quiet)?),
        ("hash_randomization", int(py, c.hash_randomization)?),
        ("isolated", int(py, c.isolated)?),
        ("dev_mode", b(c.dev_mode)),
        ("utf8_mode", int(py, c.utf8_mode)?),
        ("warn_default_encoding", int(py, c.warn_default_encoding)?),
        ("safe_path", b(c.safe_path)),
        ("int_max_str_digits", int(py, c.int_max_str_digits)?),
    ];
    record(py, "flags", &fields)
}

/// `sys.implementation`. The cache tag is CPython's, for the bytecode is.
fn implementation(py: Py<'_>) -> PyResult {
    let version = [int(py, 3)?, int(py, 12)?, int(py, 1)?, text(py, "final")?, int(py, 0)?];
    let arch = std::env::consts::ARCH;
    let fields = [
        ("name", text(py, "cpython")?),
        ("cache_tag", text(py, "cpython-312")?),
        ("version", version_info(py, version)?),
        ("hexversion", int(py, 0x030C01F0)?),
        ("_multiarch", text(py, &format!("{arch}-linux-gnu"))?),
    ];
    let d = dict::new(py)?;
    for (k, v) in &fields {
        dict::set_str(py, &d, k, v)?;
    }
    dxpy_types::namespace::new(py, &d)
}

fn displayhook(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult<()> {
    if object::is_none(o) {
        return Ok(());
    }
    let builtins = module::dict_of(state::builtins());
    dict::set(py, builtins, name!("_").obj(py), &object::none())?;
    let Some(out) =
        dict::get_name(py, module::dict_of(state::sys()), name!("stdout"))?.filter(|o| !object::is_none(o))
    else {
        return Err(exceptions::runtime_error(py, format_args!("lost sys.stdout")));
    };
    let shown = protocol::repr(py, o)?;
    call::method(py, &out, name!("write"), [shown.as_object()])?;
    let newline = unicode::from_str(py, "\n")?;
    call::method(py, &out, name!("write"), [newline.as_object()])?;
    dict::set(py, builtins, name!("_").obj(py), o)
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

fn exit(py: Py<'_>, _: &PyModuleObject, status: Option<&PyObject>) -> PyResult {
    Err(exceptions::create(py, &exceptions::SystemExit, status))
}

fn getdefaultencoding(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    Ok(name!("utf-8").obj(py).to_owned())
}

fn getfilesystemencodeerrors(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    Ok(name!("surrogateescape").obj(py).to_owned())
}

fn getrecursionlimit(py: Py<'_>, _: &PyModuleObject) -> i32 {
    py.state().abi.py_recursion_limit.get()
}

fn setrecursionlimit(py: Py<'_>, _: &PyModuleObject, limit: i32) -> PyResult<()> {
    if limit < 1 {
        return Err(exceptions::value_error(
            py,
            format_args!("recursion limit must be greater or equal than 1"),
        ));
    }
    let abi = &py.state().abi;
    let depth = abi.py_recursion_limit.get() - abi.py_recursion_remaining.get();
    if depth >= limit {
        return Err(exceptions::format(
            py,
            &exceptions::RecursionError,
            format_args!(
                "cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
            ),
        ));
    }
    abi.py_recursion_limit.set(limit);
    abi.py_recursion_remaining.set(limit - depth);
    Ok(())
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
            let header = dxpy_core::object::preheader_size(o.ty()) as isize;
            let collected = dxpy_core::gc::collect::is_collectable(o);
            int(py, (n + if collected { header } else { 0 }) as i64)
        }
        Err(e) => match default.filter(|_| exceptions::matches(&e, &exceptions::TypeError)) {
            Some(d) => Ok(d.to_owned()),
            None => Err(e),
        },
    }
}

/// The frame `depth` calls below the caller's.
fn frame_at(py: Py<'_>, depth: i32) -> Option<*mut frame::Frame> {
    let mut f = frame::current(py);
    for _ in 0..depth.max(0) {
        if f.is_null() {
            return None;
        }
        // SAFETY: LIVE: frames of the running thread.
        f = unsafe { frame::first_complete((*f).previous.get()) };
    }
    (!f.is_null()).then_some(f)
}

fn getframe(py: Py<'_>, _: &PyModuleObject, depth: Option<i32>) -> PyResult {
    match frame_at(py, depth.unwrap_or(0)) {
        // SAFETY: LIVE: a running frame.
        Some(f) => unsafe { frame::object_of(py, f).map(Owned::upcast) },
        None => Err(exceptions::value_error(py, format_args!("call stack is not deep enough"))),
    }
}

fn getframemodulename(py: Py<'_>, _: &PyModuleObject, depth: Option<i32>) -> PyResult {
    let Some(f) = frame_at(py, depth.unwrap_or(0)) else { return Ok(object::none()) };
    // SAFETY: LIVE: a running frame holds its function.
    unsafe {
        let func = (*f).f_funcobj.get();
        match attr::lookup_name(py, &*func, name!("__module__"))? {
            Some(m) => Ok(m),
            None => Ok(object::none()),
        }
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
    false
}

/// Microseconds between switches.
static SWITCH: core::sync::atomic::AtomicU64 = core::sync::atomic::AtomicU64::new(5000);

fn getswitchinterval(_: Py<'_>, _: &PyModuleObject) -> f64 {
    SWITCH.load(core::sync::atomic::Ordering::Relaxed) as f64 / 1e6
}

fn setswitchinterval(py: Py<'_>, _: &PyModuleObject, seconds: f64) -> PyResult<()> {
    if seconds.is_nan() || seconds <= 0.0 {
        return Err(exceptions::value_error(py, format_args!("switch interval must be strictly positive")));
    }
    SWITCH.store((seconds * 1e6) as u64, core::sync::atomic::Ordering::Relaxed);
    Ok(())
}

fn getallocatedblocks(_: Py<'_>, _: &PyModuleObject) -> i64 {
    0
}

static MAX_STR_DIGITS: core::sync::atomic::AtomicI64 = core::sync::atomic::AtomicI64::new(4300);

fn get_int_max_str_digits(_: Py<'_>, _: &PyModuleObject) -> i64 {
    MAX_STR_DIGITS.load(core::sync::atomic::Ordering::Relaxed)
}

fn set_int_max_str_digits(py: Py<'_>, _: &PyModuleObject, n: i32) -> PyResult<()> {
    if n != 0 && n < 640 {
        return Err(exceptions::value_error(py, format_args!("maxdigits must be 0 or larger than 640")));
    }
    MAX_STR_DIGITS.store(n as i64, core::sync::atomic::Ordering::Relaxed);
    Ok(())
}

/// `sys.audit`: there are no hooks until `addaudithook` works.
fn audit(py: Py<'_>, _: &PyModuleObject, event: &PyObject, _: dxpy_core::args::Rest<'_>) -> PyResult<()> {
    if unicode::check(event).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("expected str for argument 'event', not {}", call::type_name(event.ty())),
        ));
    }
    Ok(())
}

fn addaudithook(py: Py<'_>, _: &PyModuleObject, _: &PyObject) -> PyResult<()> {
    Err(exceptions::not_implemented_error(py, format_args!("dx-py: sys.addaudithook is not implemented yet")))
}

fn gettrace(_: Py<'_>, _: &PyModuleObject) -> Owned {
    object::none()
}

fn call_tracing(py: Py<'_>, _: &PyModuleObject, f: &PyObject, args: &PyTupleObject) -> PyResult {
    call::call_tuple(py, f, args, None)
}
