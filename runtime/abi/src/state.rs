//! Thread state, data stack, configuration and allocator hooks. Layout only: behaviour lives in `runtime/core` and above.

use crate::*;
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_uint, c_ulong, c_void};

#[repr(C)]
pub struct _PyCFrame {
    pub current_frame: Cell<*mut _PyInterpreterFrame>,
    pub previous: Cell<*mut _PyCFrame>,
}

#[repr(C)]
pub struct _PyStackChunk {
    pub previous: Cell<*mut _PyStackChunk>,
    pub size: Cell<usize>,
    pub top: Cell<usize>,
    pub data: [Cell<*mut PyObject>; 1],
}

#[repr(C)]
pub struct _py_trashcan {
    pub delete_nesting: Cell<c_int>,
    pub delete_later: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct PyThreadState {
    pub prev: Cell<*mut PyThreadState>,
    pub next: Cell<*mut PyThreadState>,
    pub interp: Cell<*mut PyInterpreterState>,
    pub _status: Cell<u32>,
    pub py_recursion_remaining: Cell<c_int>,
    pub py_recursion_limit: Cell<c_int>,
    pub c_recursion_remaining: Cell<c_int>,
    pub recursion_headroom: Cell<c_int>,
    pub tracing: Cell<c_int>,
    pub what_event: Cell<c_int>,
    pub cframe: Cell<*mut _PyCFrame>,
    pub c_profilefunc: Cell<Option<Py_tracefunc>>,
    pub c_tracefunc: Cell<Option<Py_tracefunc>>,
    pub c_profileobj: Cell<*mut PyObject>,
    pub c_traceobj: Cell<*mut PyObject>,
    pub current_exception: Cell<*mut PyObject>,
    pub exc_info: Cell<*mut _PyErr_StackItem>,
    pub dict: Cell<*mut PyObject>,
    pub gilstate_counter: Cell<c_int>,
    pub async_exc: Cell<*mut PyObject>,
    pub thread_id: Cell<c_ulong>,
    pub native_thread_id: Cell<c_ulong>,
    pub trash: _py_trashcan,
    pub on_delete: Cell<Option<unsafe extern "C" fn()>>,
    pub on_delete_data: Cell<*mut c_void>,
    pub coroutine_origin_tracking_depth: Cell<c_int>,
    pub async_gen_firstiter: Cell<*mut PyObject>,
    pub async_gen_finalizer: Cell<*mut PyObject>,
    pub context: Cell<*mut PyObject>,
    pub context_ver: Cell<u64>,
    pub id: Cell<u64>,
    pub datastack_chunk: Cell<*mut _PyStackChunk>,
    pub datastack_top: Cell<*mut *mut PyObject>,
    pub datastack_limit: Cell<*mut *mut PyObject>,
    pub exc_state: _PyErr_StackItem,
    pub root_cframe: _PyCFrame,
}

#[repr(C)]
pub struct PyConfig {
    pub _config_init: Cell<c_int>,
    pub isolated: Cell<c_int>,
    pub use_environment: Cell<c_int>,
    pub dev_mode: Cell<c_int>,
    pub install_signal_handlers: Cell<c_int>,
    pub use_hash_seed: Cell<c_int>,
    pub hash_seed: Cell<c_ulong>,
    pub faulthandler: Cell<c_int>,
    pub tracemalloc: Cell<c_int>,
    pub perf_profiling: Cell<c_int>,
    pub import_time: Cell<c_int>,
    pub code_debug_ranges: Cell<c_int>,
    pub show_ref_count: Cell<c_int>,
    pub dump_refs: Cell<c_int>,
    pub dump_refs_file: Cell<*mut wchar_t>,
    pub malloc_stats: Cell<c_int>,
    pub filesystem_encoding: Cell<*mut wchar_t>,
    pub filesystem_errors: Cell<*mut wchar_t>,
    pub pycache_prefix: Cell<*mut wchar_t>,
    pub parse_argv: Cell<c_int>,
    pub orig_argv: PyWideStringList,
    pub argv: PyWideStringList,
    pub xoptions: PyWideStringList,
    pub warnoptions: PyWideStringList,
    pub site_import: Cell<c_int>,
    pub bytes_warning: Cell<c_int>,
    pub warn_default_encoding: Cell<c_int>,
    pub inspect: Cell<c_int>,
    pub interactive: Cell<c_int>,
    pub optimization_level: Cell<c_int>,
    pub parser_debug: Cell<c_int>,
    pub write_bytecode: Cell<c_int>,
    pub verbose: Cell<c_int>,
    pub quiet: Cell<c_int>,
    pub user_site_directory: Cell<c_int>,
    pub configure_c_stdio: Cell<c_int>,
    pub buffered_stdio: Cell<c_int>,
    pub stdio_encoding: Cell<*mut wchar_t>,
    pub stdio_errors: Cell<*mut wchar_t>,
    pub check_hash_pycs_mode: Cell<*mut wchar_t>,
    pub use_frozen_modules: Cell<c_int>,
    pub safe_path: Cell<c_int>,
    pub int_max_str_digits: Cell<c_int>,
    pub pathconfig_warnings: Cell<c_int>,
    pub program_name: Cell<*mut wchar_t>,
    pub pythonpath_env: Cell<*mut wchar_t>,
    pub home: Cell<*mut wchar_t>,
    pub platlibdir: Cell<*mut wchar_t>,
    pub module_search_paths_set: Cell<c_int>,
    pub module_search_paths: PyWideStringList,
    pub stdlib_dir: Cell<*mut wchar_t>,
    pub executable: Cell<*mut wchar_t>,
    pub base_executable: Cell<*mut wchar_t>,
    pub prefix: Cell<*mut wchar_t>,
    pub base_prefix: Cell<*mut wchar_t>,
    pub exec_prefix: Cell<*mut wchar_t>,
    pub base_exec_prefix: Cell<*mut wchar_t>,
    pub skip_source_first_line: Cell<c_int>,
    pub run_command: Cell<*mut wchar_t>,
    pub run_module: Cell<*mut wchar_t>,
    pub run_filename: Cell<*mut wchar_t>,
    pub _install_importlib: Cell<c_int>,
    pub _init_main: Cell<c_int>,
    pub _is_python_build: Cell<c_int>,
}

#[repr(C)]
pub struct PyPreConfig {
    pub _config_init: Cell<c_int>,
    pub parse_argv: Cell<c_int>,
    pub isolated: Cell<c_int>,
    pub use_environment: Cell<c_int>,
    pub configure_locale: Cell<c_int>,
    pub coerce_c_locale: Cell<c_int>,
    pub coerce_c_locale_warn: Cell<c_int>,
    pub utf8_mode: Cell<c_int>,
    pub dev_mode: Cell<c_int>,
    pub allocator: Cell<c_int>,
}

#[repr(C)]
pub struct PyStatus {
    pub _type: Cell<c_uint>,
    pub func: Cell<*mut c_char>,
    pub err_msg: Cell<*mut c_char>,
    pub exitcode: Cell<c_int>,
}

#[repr(C)]
pub struct PyWideStringList {
    pub length: Cell<Py_ssize_t>,
    pub items: Cell<*mut *mut wchar_t>,
}

#[repr(C)]
pub struct PyInterpreterConfig {
    pub use_main_obmalloc: Cell<c_int>,
    pub allow_fork: Cell<c_int>,
    pub allow_exec: Cell<c_int>,
    pub allow_threads: Cell<c_int>,
    pub allow_daemon_threads: Cell<c_int>,
    pub check_multi_interp_extensions: Cell<c_int>,
    pub gil: Cell<c_int>,
}

#[repr(C)]
pub struct PyMemAllocatorEx {
    pub ctx: Cell<*mut c_void>,
    pub malloc: Cell<Option<unsafe extern "C" fn()>>,
    pub calloc: Cell<Option<unsafe extern "C" fn()>>,
    pub realloc: Cell<Option<unsafe extern "C" fn()>>,
    pub free: Cell<Option<unsafe extern "C" fn()>>,
}

#[repr(C)]
pub struct Py_tss_t {
    pub _is_initialized: Cell<c_int>,
    pub _key: Cell<c_uint>,
}

#[repr(C)]
pub struct _inittab {
    pub name: Cell<*mut c_char>,
    pub initfunc: Cell<Option<unsafe extern "C" fn()>>,
}

#[repr(C)]
pub struct _frozen {
    pub name: Cell<*mut c_char>,
    pub code: Cell<*mut u8>,
    pub size: Cell<c_int>,
    pub is_package: Cell<c_int>,
    pub get_code: Cell<Option<unsafe extern "C" fn()>>,
}

#[repr(C)]
pub struct PyHash_FuncDef {
    pub hash: Cell<Option<unsafe extern "C" fn()>>,
    pub name: Cell<*mut c_char>,
    pub hash_bits: Cell<c_int>,
    pub seed_bits: Cell<c_int>,
}
