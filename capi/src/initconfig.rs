//! initconfig.h as far as an extension asks of it: what the process was configured with. Embedding another interpreter by
//! `Py_InitializeFromConfig` is not here.

use crate::util::api;
use core::ffi::{c_char, c_int, c_void};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, codecs, dict, list, long, object, unicode};
use dxpy_import::config::{self, Config};
use std::ffi::{OsStr, OsString};

api! {
    /// C: `void PyConfig_InitIsolatedConfig(PyConfig *)`. The struct stays empty: its content is the process' own.
    fn PyConfig_InitIsolatedConfig(_py, _config: *mut c_void) -> () {}
    /// C: `void PyConfig_InitPythonConfig(PyConfig *)`.
    fn PyConfig_InitPythonConfig(_py, _config: *mut c_void) -> () {}
    /// C: `void PyConfig_Clear(PyConfig *)`.
    fn PyConfig_Clear(_py, _config: *mut c_void) -> () {}
    /// C: `int _PyInterpreterState_GetConfigCopy(PyConfig *)`.
    fn _PyInterpreterState_GetConfigCopy(_py, _config: *mut c_void) -> c_int {
        0
    }
    /// C: `PyObject *_PyConfig_AsDict(const PyConfig *)`.
    fn _PyConfig_AsDict(py, _config: *const c_void) -> PyResult<Owned> {
        as_dict(py, config::get())
    }
    /// C: `PyObject *_Py_GetConfigsAsDict(void)`.
    fn _Py_GetConfigsAsDict(py) -> PyResult<Owned> {
        let all = dict::new(py)?;
        dict::set_str(py, &all, "config", &*as_dict(py, config::get())?)?;
        let pre = dict::new(py)?;
        let c = config::get();
        for (k, n) in [
            ("_config_init", 1),
            ("allocator", 0),
            ("coerce_c_locale", 0),
            ("coerce_c_locale_warn", 0),
            ("configure_locale", 1),
            ("dev_mode", c.dev_mode as i64),
            ("isolated", c.isolated),
            ("parse_argv", 1),
            ("use_environment", (c.ignore_environment == 0) as i64),
            ("utf8_mode", c.utf8_mode),
        ] {
            dict::set_str(py, &pre, k, long::from_i64(py, n)?.as_object())?;
        }
        dict::set_str(py, &all, "pre_config", pre.as_object())?;
        Ok(all.upcast())
    }
}

fn text(py: Py<'_>, s: &OsStr) -> PyResult {
    codecs::decode_fs(py, s.as_encoded_bytes()).map(Owned::upcast)
}

fn texts(py: Py<'_>, items: &[OsString]) -> PyResult {
    let items: Vec<Owned> = items.iter().map(|s| text(py, s)).collect::<PyResult<_>>()?;
    list::from_iter(py, items).map(Owned::upcast)
}

/// `_PyConfig_AsDict`.
fn as_dict(py: Py<'_>, c: &Config) -> PyResult<Owned> {
    let d = dict::new(py)?;
    let numbers = [
        ("_config_init", 2),
        ("isolated", c.isolated),
        ("use_environment", (c.ignore_environment == 0) as i64),
        ("dev_mode", c.dev_mode as i64),
        ("install_signal_handlers", 1),
        ("use_hash_seed", c.hash_seed.is_some() as i64),
        ("hash_seed", c.hash_seed.unwrap_or(0) as i64),
        ("faulthandler", c.faulthandler as i64),
        ("tracemalloc", c.tracemalloc),
        ("perf_profiling", 0),
        ("import_time", c.import_time as i64),
        ("code_debug_ranges", c.code_debug_ranges as i64),
        ("show_ref_count", 0),
        ("dump_refs", 0),
        ("malloc_stats", 0),
        ("parse_argv", 2),
        ("site_import", (c.no_site == 0) as i64),
        ("bytes_warning", c.bytes_warning),
        ("warn_default_encoding", c.warn_default_encoding),
        ("inspect", c.inspect),
        ("interactive", c.interactive),
        ("optimization_level", c.optimize),
        ("parser_debug", c.debug),
        ("write_bytecode", (c.dont_write_bytecode == 0) as i64),
        ("verbose", c.verbose),
        ("quiet", c.quiet),
        ("user_site_directory", (c.no_user_site == 0) as i64),
        ("configure_c_stdio", 1),
        ("buffered_stdio", !c.unbuffered as i64),
        ("pathconfig_warnings", 1),
        ("_install_importlib", 1),
        ("_init_main", 1),
        ("_is_python_build", 0),
        ("use_frozen_modules", c.use_frozen_modules as i64),
        ("safe_path", c.safe_path as i64),
        ("int_max_str_digits", c.int_max_str_digits),
        ("skip_source_first_line", c.skip_first_line as i64),
        ("module_search_paths_set", 1),
    ];
    for (k, n) in numbers {
        dict::set_str(py, &d, k, long::from_i64(py, n)?.as_object())?;
    }
    for (k, s) in [
        ("filesystem_encoding", &c.fs_encoding),
        ("filesystem_errors", &c.fs_errors),
        ("stdio_encoding", &c.stdio_encoding),
        ("stdio_errors", &c.stdio_errors),
        ("check_hash_pycs_mode", &c.check_hash_pycs),
    ] {
        dict::set_str(py, &d, k, unicode::from_str(py, s)?.as_object())?;
    }
    for (k, s) in [
        ("program_name", &c.program_name),
        ("executable", &c.executable),
        ("base_executable", &c.base_executable),
        ("prefix", &c.prefix),
        ("base_prefix", &c.base_prefix),
        ("exec_prefix", &c.exec_prefix),
        ("base_exec_prefix", &c.exec_prefix),
        ("platlibdir", &c.platlibdir),
        ("stdlib_dir", &c.stdlib),
    ] {
        dict::set_str(py, &d, k, &*text(py, s)?)?;
    }
    for (k, items) in [
        ("argv", &c.argv),
        ("orig_argv", &c.orig_argv),
        ("warnoptions", &c.warnoptions),
        ("module_search_paths", &c.path),
    ] {
        dict::set_str(py, &d, k, &*texts(py, items)?)?;
    }
    let x: Vec<OsString> = c
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
    dict::set_str(py, &d, "xoptions", &*texts(py, &x)?)?;
    let prefix = match &c.pycache_prefix {
        Some(p) => text(py, p)?,
        None => object::none(),
    };
    dict::set_str(py, &d, "pycache_prefix", &prefix)?;
    for k in ["home", "pythonpath_env", "run_command", "run_module", "run_filename", "sys_path_0"] {
        dict::set_str(py, &d, k, &object::none())?;
    }
    Ok(d.upcast())
}

/// `PyStatus`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct PyStatus {
    kind: c_int,
    func: *const c_char,
    err_msg: *const c_char,
    exitcode: c_int,
}

/// `_PyStatus_TYPE_ERROR` and `_PyStatus_TYPE_EXIT`.
const ERROR: c_int = 1;
const EXIT: c_int = 2;

impl PyStatus {
    const fn new(kind: c_int, message: *const c_char, exitcode: c_int) -> PyStatus {
        PyStatus { kind, func: core::ptr::null(), err_msg: message, exitcode }
    }
}

/// C: `PyStatus PyStatus_Ok(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_Ok() -> PyStatus {
    PyStatus::new(0, core::ptr::null(), 0)
}

/// C: `PyStatus PyStatus_Error(const char *err_msg)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_Error(message: *const c_char) -> PyStatus {
    PyStatus::new(ERROR, message, 0)
}

/// C: `PyStatus PyStatus_NoMemory(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_NoMemory() -> PyStatus {
    PyStatus::new(ERROR, c"memory allocation failed".as_ptr(), 0)
}

/// C: `PyStatus PyStatus_Exit(int exitcode)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_Exit(status: c_int) -> PyStatus {
    PyStatus::new(EXIT, core::ptr::null(), status)
}

/// C: `int PyStatus_IsError(PyStatus)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_IsError(s: PyStatus) -> c_int {
    (s.kind == ERROR) as c_int
}

/// C: `int PyStatus_IsExit(PyStatus)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_IsExit(s: PyStatus) -> c_int {
    (s.kind == EXIT) as c_int
}

/// C: `int PyStatus_Exception(PyStatus)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_Exception(s: PyStatus) -> c_int {
    (s.kind != 0) as c_int
}

/// C: `void _PyErr_SetFromPyStatus(PyStatus)`.
///
/// # Safety
/// GIL; the status' texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyErr_SetFromPyStatus(s: PyStatus) {
    // SAFETY: the caller's promise.
    let py = unsafe { crate::util::token() };
    let e = if s.kind != ERROR || s.err_msg.is_null() {
        dxpy_core::exceptions::system_error(
            py,
            format_args!("_PyErr_SetFromPyStatus() expects an error PyStatus"),
        )
    } else {
        // SAFETY: the caller's promise.
        let message = unsafe { core::ffi::CStr::from_ptr(s.err_msg) }.to_string_lossy();
        dxpy_core::exceptions::runtime_error(py, format_args!("{message}"))
    };
    e.restore(py);
}

const NO_SUBINTERPRETERS: &core::ffi::CStr = c"dx-py: sub-interpreters are not implemented yet";

/// C: `PyStatus Py_NewInterpreterFromConfig(PyThreadState **, const PyInterpreterConfig *)`: there is one interpreter.
///
/// # Safety
/// The first pointer may be written through.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_NewInterpreterFromConfig(
    state: *mut *mut c_void,
    _config: *const c_void,
) -> PyStatus {
    // SAFETY: the caller's promise.
    unsafe {
        if let Some(state) = state.as_mut() {
            *state = core::ptr::null_mut();
        }
    }
    PyStatus::new(ERROR, NO_SUBINTERPRETERS.as_ptr(), 0)
}
