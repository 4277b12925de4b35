//! The structs of cpython/initconfig.h: `PyConfig` and `PyPreConfig` with their defaults, setters, copies and dicts.
//! The process is configured before any of this can be called: `PyConfig_Read` fills a struct with what the process has. Starting an interpreter with a struct is not here.

use crate::initconfig::{ERROR, NO_MEMORY, OK, PyStatus};
use crate::pymem::{_PyMem_RawWcsdup, PyMem_RawFree};
use crate::unicodeobject::wide::Wide;
use crate::util::{api, free};
use crate::widelist::{
    Argv, bytes_list, clear_list, insert, items, list_object, set_list, set_os_list, to_object, widen,
};
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_ulong};
use core::mem::offset_of;
use dxpy_core::abi::{PyConfig, PyDictObject, PyObject, PyPreConfig, PyWideStringList};
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, dict, exceptions, long, object, unicode};
use dxpy_import::config::{self, Program};
use std::ffi::{OsStr, OsString};

/// What a field of `PyConfig` holds.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Int,
    Unsigned,
    Text,
    List,
}

macro_rules! fields { ($($kind:ident: $($name:ident)*;)*) => {
    /// The fields of `PyConfig` by name.
    pub(crate) const FIELDS: &[(&str, Kind, usize)] =
        &[$($((stringify!($name), Kind::$kind, offset_of!(PyConfig, $name)),)*)*];
} }
fields! {
    Int: _config_init isolated use_environment dev_mode install_signal_handlers use_hash_seed;
    Unsigned: hash_seed;
    Int: faulthandler tracemalloc perf_profiling import_time code_debug_ranges show_ref_count dump_refs;
    Text: dump_refs_file;
    Int: malloc_stats;
    Text: filesystem_encoding filesystem_errors pycache_prefix;
    Int: parse_argv;
    List: orig_argv argv xoptions warnoptions;
    Int: site_import bytes_warning warn_default_encoding inspect interactive optimization_level parser_debug
         write_bytecode verbose quiet user_site_directory configure_c_stdio buffered_stdio;
    Text: stdio_encoding stdio_errors check_hash_pycs_mode;
    Int: use_frozen_modules safe_path int_max_str_digits pathconfig_warnings;
    Text: program_name pythonpath_env home platlibdir;
    Int: module_search_paths_set;
    List: module_search_paths;
    Text: stdlib_dir executable base_executable prefix base_prefix exec_prefix base_exec_prefix;
    Int: skip_source_first_line;
    Text: run_command run_module run_filename;
    Int: _install_importlib _init_main _is_python_build;
}

/// A field as a cell.
///
/// # Safety
/// The offset is that of a `T`; the struct is the caller's and initialised.
unsafe fn at<T>(c: *mut PyConfig, offset: usize) -> &'static Cell<T> {
    // SAFETY: the caller's promise; not kept.
    unsafe { &*c.byte_add(offset).cast() }
}

/// Replaces a text by a copy, or by NULL.
fn set_text(place: &Cell<*mut Wide>, text: *const Wide) -> PyStatus {
    let new = if text.is_null() {
        core::ptr::null_mut()
    } else {
        // SAFETY: the C API's contract: a wide string.
        let p = unsafe { _PyMem_RawWcsdup(text) };
        if p.is_null() {
            return NO_MEMORY;
        }
        p
    };
    // SAFETY: the struct owns its texts, which are from this allocator, or NULL.
    unsafe { PyMem_RawFree(place.replace(new).cast()) };
    OK
}

/// Sets a text to that of the system.
fn set_os(place: &Cell<*mut Wide>, s: &OsStr) {
    // SAFETY: owned texts, or NULL.
    unsafe { PyMem_RawFree(place.replace(widen(s)).cast()) };
}

/// `_PyConfig_InitCompatConfig`; `mode` is `_PyConfigInitEnum`.
fn defaults(c: &PyConfig, mode: c_int) {
    // SAFETY: the C API's contract: memory for the struct, whose content is not looked at; all zero is valid.
    unsafe { core::ptr::write_bytes((&raw const *c).cast_mut(), 0, 1) };
    let unset = [
        &c.isolated,
        &c.use_environment,
        &c.dev_mode,
        &c.use_hash_seed,
        &c.faulthandler,
        &c.tracemalloc,
        &c.perf_profiling,
        &c.site_import,
        &c.bytes_warning,
        &c.inspect,
        &c.interactive,
        &c.optimization_level,
        &c.parser_debug,
        &c.write_bytecode,
        &c.verbose,
        &c.quiet,
        &c.user_site_directory,
        &c.buffered_stdio,
        &c.pathconfig_warnings,
        &c.int_max_str_digits,
    ];
    unset.into_iter().for_each(|f| f.set(-1));
    let on = [
        &c.install_signal_handlers,
        &c._install_importlib,
        &c._init_main,
        &c.use_frozen_modules,
        &c.code_debug_ranges,
    ];
    on.into_iter().for_each(|f| f.set(1));
    c._config_init.set(mode);
    if mode == COMPAT {
        return;
    }
    let off = [
        &c.isolated,
        &c.bytes_warning,
        &c.inspect,
        &c.interactive,
        &c.optimization_level,
        &c.parser_debug,
        &c.verbose,
        &c.quiet,
    ];
    off.into_iter().for_each(|f| f.set(0));
    let on = [
        &c.use_environment,
        &c.site_import,
        &c.write_bytecode,
        &c.user_site_directory,
        &c.buffered_stdio,
        &c.pathconfig_warnings,
    ];
    on.into_iter().for_each(|f| f.set(1));
    if mode == PYTHON {
        c.configure_c_stdio.set(1);
        c.parse_argv.set(1);
        return;
    }
    let off = [
        &c.use_environment,
        &c.user_site_directory,
        &c.dev_mode,
        &c.install_signal_handlers,
        &c.use_hash_seed,
        &c.faulthandler,
        &c.tracemalloc,
        &c.perf_profiling,
        &c.pathconfig_warnings,
    ];
    off.into_iter().for_each(|f| f.set(0));
    c.isolated.set(1);
    c.safe_path.set(1);
    c.int_max_str_digits.set(4300);
}

/// `_PyConfig_INIT_COMPAT` and its kin.
const COMPAT: c_int = 1;
const PYTHON: c_int = 2;
const ISOLATED: c_int = 3;

/// `_PyPreConfig_InitCompatConfig` and its kin.
fn pre_defaults(c: &PyPreConfig, mode: c_int) {
    // SAFETY: as for `defaults`.
    unsafe { core::ptr::write_bytes((&raw const *c).cast_mut(), 0, 1) };
    c._config_init.set(mode);
    c.configure_locale.set((mode != ISOLATED) as c_int);
    let (isolated, environment, dev) = match mode {
        COMPAT => (-1, -1, -1),
        PYTHON => (0, 1, -1),
        _ => (1, 0, 0),
    };
    c.isolated.set(isolated);
    c.use_environment.set(environment);
    c.dev_mode.set(dev);
    if mode == PYTHON {
        c.parse_argv.set(1);
        [&c.coerce_c_locale, &c.coerce_c_locale_warn, &c.utf8_mode].into_iter().for_each(|f| f.set(-1));
    }
}

fn clear(c: &PyConfig) {
    let c = (&raw const *c).cast_mut();
    for (_, kind, offset) in FIELDS {
        // SAFETY: the table's kinds are the fields'.
        unsafe {
            match kind {
                Kind::Text => {
                    set_text(at(c, *offset), core::ptr::null());
                }
                Kind::List => clear_list(&*c.byte_add(*offset).cast()),
                _ => {}
            }
        }
    }
}

/// `_PyConfig_Copy`.
fn copy(to: &PyConfig, from: &PyConfig) -> PyStatus {
    let (to, from) = ((&raw const *to).cast_mut(), (&raw const *from).cast_mut());
    for (_, kind, offset) in FIELDS {
        // SAFETY: the table's kinds are the fields'.
        let s = unsafe {
            match kind {
                Kind::Int => {
                    at::<c_int>(to, *offset).set(at::<c_int>(from, *offset).get());
                    OK
                }
                Kind::Unsigned => {
                    at::<c_ulong>(to, *offset).set(at::<c_ulong>(from, *offset).get());
                    OK
                }
                Kind::Text => set_text(at(to, *offset), at::<*mut Wide>(from, *offset).get()),
                Kind::List => set_list(&*to.byte_add(*offset).cast(), items(&*from.byte_add(*offset).cast())),
            }
        };
        if s.is_exception() {
            return s;
        }
    }
    OK
}

/// Fills a struct with what the process was started with.
fn fill(c: &PyConfig) {
    let p = config::get();
    let int = |f: &Cell<c_int>, n: i64| f.set(n as c_int);
    c._config_init.set(PYTHON);
    for (f, n) in [
        (&c.isolated, p.isolated),
        (&c.use_environment, (p.ignore_environment == 0) as i64),
        (&c.dev_mode, p.dev_mode as i64),
        (&c.install_signal_handlers, 1),
        (&c.use_hash_seed, p.hash_seed.is_some() as i64),
        (&c.faulthandler, p.faulthandler as i64),
        (&c.tracemalloc, p.tracemalloc),
        (&c.perf_profiling, p.perf_profiling as i64),
        (&c.import_time, p.import_time as i64),
        (&c.code_debug_ranges, p.code_debug_ranges as i64),
        (&c.show_ref_count, p.show_ref_count as i64),
        (&c.dump_refs, p.dump_refs as i64),
        (&c.malloc_stats, p.malloc_stats as i64),
        (&c.parse_argv, 2),
        (&c.site_import, (p.no_site == 0) as i64),
        (&c.bytes_warning, p.bytes_warning),
        (&c.warn_default_encoding, p.warn_default_encoding),
        (&c.inspect, p.inspect),
        (&c.interactive, p.interactive),
        (&c.optimization_level, p.optimize),
        (&c.parser_debug, p.debug),
        (&c.write_bytecode, (p.dont_write_bytecode == 0) as i64),
        (&c.verbose, p.verbose),
        (&c.quiet, p.quiet),
        (&c.user_site_directory, (p.no_user_site == 0) as i64),
        (&c.configure_c_stdio, 1),
        (&c.buffered_stdio, !p.unbuffered as i64),
        (&c.use_frozen_modules, p.use_frozen_modules as i64),
        (&c.safe_path, p.safe_path as i64),
        (&c.int_max_str_digits, p.int_max_str_digits),
        (&c.pathconfig_warnings, 1),
        (&c.module_search_paths_set, 1),
        (&c.skip_source_first_line, p.skip_first_line as i64),
        (&c._install_importlib, 1),
        (&c._init_main, 1),
    ] {
        int(f, n);
    }
    c.hash_seed.set(p.hash_seed.unwrap_or(0).into());
    for (f, s) in [
        (&c.filesystem_encoding, &p.fs_encoding),
        (&c.filesystem_errors, &p.fs_errors),
        (&c.stdio_encoding, &p.stdio_encoding),
        (&c.stdio_errors, &p.stdio_errors),
        (&c.check_hash_pycs_mode, &p.check_hash_pycs),
    ] {
        set_os(f, OsStr::new(s));
    }
    for (f, s) in [
        (&c.program_name, &p.program_name),
        (&c.platlibdir, &p.platlibdir),
        (&c.stdlib_dir, &p.stdlib),
        (&c.executable, &p.executable),
        (&c.base_executable, &p.base_executable),
        (&c.prefix, &p.prefix),
        (&c.base_prefix, &p.base_prefix),
        (&c.exec_prefix, &p.exec_prefix),
        (&c.base_exec_prefix, &p.base_prefix),
    ] {
        set_os(f, s);
    }
    let program = match &p.program {
        Program::Command(s) => Some((&c.run_command, s)),
        Program::Module(s) => Some((&c.run_module, s)),
        Program::File(s) => Some((&c.run_filename, s)),
        Program::Stdin => None,
    };
    let optional =
        [(&c.pycache_prefix, &p.pycache_prefix), (&c.home, &p.home), (&c.pythonpath_env, &p.pythonpath_env)];
    let given = optional.into_iter().filter_map(|(f, s)| s.as_ref().map(|s| (f, s)));
    for (f, s) in program.into_iter().chain(given) {
        set_os(f, s);
    }
    set_os_list(&c.argv, &p.argv);
    set_os_list(&c.orig_argv, &p.orig_argv);
    set_os_list(&c.warnoptions, &p.warnoptions);
    set_os_list(&c.module_search_paths, &p.path);
    let options: Vec<OsString> = p
        .xoptions
        .iter()
        .map(|(k, v)| {
            let mut whole = k.clone();
            if let Some(v) = v {
                whole.push("=");
                whole.push(v);
            }
            whole
        })
        .collect();
    set_os_list(&c.xoptions, &options);
}

/// The struct of the process, made when it is first asked for, and kept.
fn own() -> &'static PyConfig {
    static OWN: Gil<Cell<*mut PyConfig>> = Gil(Cell::new(core::ptr::null_mut()));
    if OWN.get().is_null() {
        // SAFETY: all zero is a valid struct of numbers and NULLs.
        let c: Box<PyConfig> = Box::new(unsafe { core::mem::zeroed() });
        fill(&c);
        OWN.set(Box::into_raw(c));
    }
    // SAFETY: made above, and never freed.
    unsafe { &*OWN.get() }
}

/// `_PyConfig_AsDict`.
pub(crate) fn as_dict(py: Py<'_>, c: &PyConfig) -> PyResult {
    let d = dict::new(py)?;
    let c = (&raw const *c).cast_mut();
    for (name, kind, offset) in FIELDS {
        // SAFETY: the table's kinds are the fields'.
        let value = unsafe {
            match kind {
                Kind::Int => long::from_i64(py, at::<c_int>(c, *offset).get().into())?.upcast(),
                Kind::Unsigned => long::from_u64(py, at::<c_ulong>(c, *offset).get())?.upcast(),
                Kind::Text => to_object(py, at::<*mut Wide>(c, *offset).get())?,
                Kind::List => list_object(py, &*c.byte_add(*offset).cast())?,
            }
        };
        dict::set_str(py, &d, name, &value)?;
    }
    Ok(d.upcast())
}

/// A str as a wide text of its own, from the raw allocator.
fn raw_text(py: Py<'_>, o: &PyObject) -> PyResult<*mut Wide> {
    let s = unicode::check(o).ok_or_else(|| exceptions::type_error(py, format_args!("a str is needed")))?;
    let mut all: Vec<Wide> = unicode::code_points(s).map(|c| c as Wide).collect();
    if all.contains(&0) {
        return Err(exceptions::value_error(py, format_args!("embedded null character")));
    }
    all.push(0);
    // SAFETY: a wide string.
    let p = unsafe { _PyMem_RawWcsdup(all.as_ptr()) };
    if p.is_null() { Err(exceptions::memory_error(py)) } else { Ok(p) }
}

/// `_PyConfig_FromDict`: every field must be there.
fn from_dict(py: Py<'_>, c: &PyConfig, d: &PyDictObject) -> PyResult<()> {
    let c = (&raw const *c).cast_mut();
    for (name, kind, offset) in FIELDS {
        let Some(v) = dict::get_str(py, d, name)? else {
            return Err(exceptions::value_error(py, format_args!("missing config key: {name}")));
        };
        let wrong_type = || exceptions::type_error(py, format_args!("invalid config type: {name}"));
        let wrong_value = || exceptions::value_error(py, format_args!("invalid config value: {name}"));
        // SAFETY: the table's kinds are the fields'; texts and lists own what they are given.
        unsafe {
            match kind {
                Kind::Int => {
                    let n = long::to_i64(long::check(&v).ok_or_else(wrong_type)?);
                    let n = n.and_then(|n| c_int::try_from(n).ok()).ok_or_else(wrong_value)?;
                    at::<c_int>(c, *offset).set(n);
                }
                Kind::Unsigned => {
                    let n = long::to_u64(long::check(&v).ok_or_else(wrong_type)?).ok_or_else(wrong_value)?;
                    at::<c_ulong>(c, *offset).set(n);
                }
                Kind::Text => {
                    let new = if object::is_none(&v) {
                        core::ptr::null_mut()
                    } else {
                        unicode::check(&v).ok_or_else(wrong_type)?;
                        raw_text(py, &v)?
                    };
                    PyMem_RawFree(at::<*mut Wide>(c, *offset).replace(new).cast());
                }
                Kind::List => {
                    let all = dxpy_core::sequence::to_tuple(py, &v)?;
                    let l: &PyWideStringList = &*c.byte_add(*offset).cast();
                    clear_list(l);
                    for s in dxpy_core::tuple::items(&all) {
                        unicode::check(s).ok_or_else(wrong_type)?;
                        let p = raw_text(py, s)?;
                        let r = insert(l, isize::MAX, p);
                        PyMem_RawFree(p.cast());
                        if r.is_exception() {
                            return Err(exceptions::memory_error(py));
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

api! {
    /// C: `const PyConfig *_PyInterpreterState_GetConfig(PyInterpreterState *)`: the process' own.
    fn _PyInterpreterState_GetConfig(_py, _i: *mut PyObject) -> *const PyConfig {
        own()
    }
    /// C: `const PyConfig *_Py_GetConfig(void)`.
    fn _Py_GetConfig(_py) -> *const PyConfig {
        own()
    }
    /// C: `int _PyInterpreterState_GetConfigCopy(PyConfig *)`.
    fn _PyInterpreterState_GetConfigCopy(py, c: &PyConfig) -> PyResult<()> {
        if copy(c, own()).is_exception() { Err(exceptions::memory_error(py)) } else { Ok(()) }
    }
    /// C: `PyObject *_PyConfig_AsDict(const PyConfig *)`.
    fn _PyConfig_AsDict(py, c: &PyConfig) -> PyResult<Owned> {
        as_dict(py, c)
    }
    /// C: `int _PyConfig_FromDict(PyConfig *, PyObject *)`.
    fn _PyConfig_FromDict(py, c: &PyConfig, d: &PyObject) -> PyResult<()> {
        let d = dict::check(d).ok_or_else(|| exceptions::type_error(py, format_args!("dict expected")))?;
        from_dict(py, c, d)
    }
}

free! {
    /// C: `void _PyConfig_InitCompatConfig(PyConfig *)`.
    fn _PyConfig_InitCompatConfig(c: &PyConfig) -> () { defaults(c, COMPAT) }
    /// C: `void PyConfig_InitPythonConfig(PyConfig *)`.
    fn PyConfig_InitPythonConfig(c: &PyConfig) -> () { defaults(c, PYTHON) }
    /// C: `void PyConfig_InitIsolatedConfig(PyConfig *)`.
    fn PyConfig_InitIsolatedConfig(c: &PyConfig) -> () { defaults(c, ISOLATED) }
    /// C: `void PyConfig_Clear(PyConfig *)`.
    fn PyConfig_Clear(c: &PyConfig) -> () { clear(c) }
    /// C: `PyStatus PyConfig_Read(PyConfig *)`: what the process has.
    fn PyConfig_Read(c: &PyConfig) -> PyStatus { copy(c, own()) }
    /// C: `PyStatus PyConfig_SetString(PyConfig *, wchar_t **, const wchar_t *)`.
    fn PyConfig_SetString(_c: &PyConfig, place: &Cell<*mut Wide>, text: *const Wide) -> PyStatus { set_text(place, text) }
    /// C: `PyStatus PyConfig_SetBytesString(PyConfig *, wchar_t **, const char *)`.
    fn PyConfig_SetBytesString(_c: &PyConfig, place: &Cell<*mut Wide>, text: *const c_char) -> PyStatus {
        if text.is_null() {
            return set_text(place, core::ptr::null());
        }
        // SAFETY: a C string.
        let new = unsafe { crate::fileobject::Py_DecodeLocale(text, core::ptr::null_mut()) };
        if new.is_null() {
            return PyStatus::new(ERROR, c"cannot decode string".as_ptr(), 0);
        }
        // SAFETY: the struct owned the old text, or it is NULL.
        unsafe { PyMem_RawFree(place.replace(new).cast()) };
        OK
    }
    /// C: `PyStatus PyConfig_SetWideStringList(PyConfig *, PyWideStringList *, Py_ssize_t, wchar_t **)`.
    fn PyConfig_SetWideStringList(_c: &PyConfig, l: &PyWideStringList, n: isize, texts: *mut *mut Wide) -> PyStatus {
        set_list(l, items(&PyWideStringList { length: Cell::new(n), items: Cell::new(texts) }))
    }
    /// C: `PyStatus PyConfig_SetArgv(PyConfig *, Py_ssize_t, wchar_t * const *)`.
    fn PyConfig_SetArgv(c: &PyConfig, n: isize, texts: *mut *mut Wide) -> PyStatus {
        set_list(&c.argv, items(&PyWideStringList { length: Cell::new(n), items: Cell::new(texts) }))
    }
    /// C: `PyStatus PyConfig_SetBytesArgv(PyConfig *, Py_ssize_t, char * const *)`.
    fn PyConfig_SetBytesArgv(c: &PyConfig, n: isize, texts: *const *const c_char) -> PyStatus { bytes_list(&c.argv, n, texts) }
    /// C: `void _PyPreConfig_InitCompatConfig(PyPreConfig *)`.
    fn _PyPreConfig_InitCompatConfig(c: &PyPreConfig) -> () { pre_defaults(c, COMPAT) }
    /// C: `void PyPreConfig_InitPythonConfig(PyPreConfig *)`.
    fn PyPreConfig_InitPythonConfig(c: &PyPreConfig) -> () { pre_defaults(c, PYTHON) }
    /// C: `void PyPreConfig_InitIsolatedConfig(PyPreConfig *)`.
    fn PyPreConfig_InitIsolatedConfig(c: &PyPreConfig) -> () { pre_defaults(c, ISOLATED) }
    /// C: `PyStatus Py_PreInitialize(const PyPreConfig *)`: done before anybody can ask.
    fn Py_PreInitialize(_c: *const PyPreConfig) -> PyStatus { OK }
    /// C: `PyStatus Py_PreInitializeFromArgs(const PyPreConfig *, Py_ssize_t, wchar_t **)`.
    fn Py_PreInitializeFromArgs(_c: *const PyPreConfig, _n: isize, _argv: *mut *mut Wide) -> PyStatus { OK }
    /// C: `PyStatus Py_PreInitializeFromBytesArgs(const PyPreConfig *, Py_ssize_t, char **)`.
    fn Py_PreInitializeFromBytesArgs(_c: *const PyPreConfig, _n: isize, _argv: *mut *mut c_char) -> PyStatus { OK }
    /// C: `PyStatus _Py_PreInitializeFromPyArgv(const PyPreConfig *, const _PyArgv *)`.
    fn _Py_PreInitializeFromPyArgv(_c: *const PyPreConfig, _argv: *const Argv) -> PyStatus { OK }
    /// C: `PyStatus _Py_PreInitializeFromConfig(const PyConfig *, const _PyArgv *)`.
    fn _Py_PreInitializeFromConfig(_c: *const PyConfig, _argv: *const Argv) -> PyStatus { OK }
    /// C: `void Py_GetArgcArgv(int *argc, wchar_t ***argv)`: the command line as it was.
    fn Py_GetArgcArgv(argc: *mut c_int, argv: *mut *mut *mut Wide) -> () {
        let all = &own().orig_argv;
        crate::util::put(argc, all.length.get() as c_int);
        crate::util::put(argv, all.items.get());
    }
    /// C: `void _Py_ClearArgcArgv(void)`.
    fn _Py_ClearArgcArgv() -> () { clear_list(&own().orig_argv) }
}

/// C: `void Py_ExitStatusException(PyStatus)`: ends the process as the status says.
///
/// # Safety
/// The status' texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_ExitStatusException(s: PyStatus) {
    // SAFETY: the caller's promise.
    unsafe { s.end() }
}
