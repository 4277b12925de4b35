//! The tables of modules that import.h and cpython/import.h export, and the functions in them: what is built in, what is
//! frozen. C code may read them; they are complete when the process starts, so that adding to them is too late.

use crate::util::{api, free};
use core::ffi::{c_char, c_int, c_uchar, c_void};
use dxpy_core::abi::PyObject;
use dxpy_core::{PyResult, exceptions};
use dxpy_import::state;

/// The functions of built-in modules. They answer the module's definition, or the module.
macro_rules! inits { ($(
    fn $function:ident($name:literal);
)*) => { api! { $(
    #[doc = concat!("C: `PyObject *", stringify!($function), "(void)`.")]
    fn $function(py) -> PyResult<*mut PyObject> {
        match state::built_in($name) {
            // SAFETY: GIL; a definition that lives as long as the process.
            Some(m) => Ok(unsafe { crate::moduleobject::PyModuleDef_Init(m) }),
            None => Err(exceptions::format(py, &exceptions::ImportError, format_args!("no built-in module named {}", $name))),
        }
    }
)* } } }

inits! {
    fn PyInit__abc("_abc");
    fn PyInit__ast("_ast");
    fn PyInit__codecs("_codecs");
    fn PyInit__collections("_collections");
    fn PyInit__functools("_functools");
    fn PyInit__imp("_imp");
    fn PyInit__io("_io");
    fn PyInit__locale("_locale");
    fn PyInit__operator("_operator");
    fn PyInit__signal("_signal");
    fn PyInit__sre("_sre");
    fn PyInit__stat("_stat");
    fn PyInit__string("_string");
    fn PyInit__symtable("_symtable");
    fn PyInit__thread("_thread");
    fn PyInit__tokenize("_tokenize");
    fn PyInit__tracemalloc("_tracemalloc");
    fn PyInit__typing("_typing");
    fn PyInit__weakref("_weakref");
    fn PyInit_atexit("atexit");
    fn PyInit_errno("errno");
    fn PyInit_faulthandler("faulthandler");
    fn PyInit_gc("gc");
    fn PyInit_itertools("itertools");
    fn PyInit_posix("posix");
    fn PyInit_pwd("pwd");
    fn PyInit_time("time");
    fn PyMarshal_Init("marshal");
    fn _PyWarnings_Init("_warnings");
}

const LATE: &str = "may not be called after Py_Initialize()";

free! {
    /// C: `int PyImport_AppendInittab(const char *, PyObject *(*)(void))`: it is always too late, which ends the process as
    /// in CPython.
    fn PyImport_AppendInittab(_name: *const c_char, _f: *const c_void) -> c_int {
        dxpy_types::dump::fatal(Some("PyImport_AppendInittab"), &format!("PyImport_AppendInittab() {LATE}"))
    }
    /// C: `int PyImport_ExtendInittab(struct _inittab *)`.
    fn PyImport_ExtendInittab(_table: *const Builtin) -> c_int {
        dxpy_types::dump::fatal(Some("PyImport_ExtendInittab"), &format!("PyImport_ExtendInittab() {LATE}"))
    }
}

/// `struct _inittab`.
#[repr(C)]
pub struct Builtin {
    name: *const c_char,
    init: Option<unsafe extern "C" fn() -> *mut PyObject>,
}

/// `struct _frozen`.
#[repr(C)]
pub struct Frozen {
    name: *const c_char,
    code: *const c_uchar,
    size: c_int,
    is_package: c_int,
    get_code: Option<unsafe extern "C" fn() -> *mut PyObject>,
}

/// A pointer to a table, which C code may replace.
#[repr(transparent)]
pub struct Table<T>(core::cell::Cell<*const T>);
// SAFETY: the C API's contract: looked at and changed with the GIL held.
unsafe impl<T> Sync for Table<T> {}

struct Constant<T>(T);
// SAFETY: constants.
unsafe impl<T> Sync for Constant<T> {}

macro_rules! init {
    ($name:literal, $f:path) => {
        Builtin { name: $name.as_ptr(), init: Some($f) }
    };
}

static BUILTINS: Constant<[Builtin; 29]> = Constant([
    init!(c"_abc", PyInit__abc),
    init!(c"_ast", PyInit__ast),
    init!(c"_codecs", PyInit__codecs),
    init!(c"_collections", PyInit__collections),
    init!(c"_functools", PyInit__functools),
    init!(c"_imp", PyInit__imp),
    init!(c"_io", PyInit__io),
    init!(c"_locale", PyInit__locale),
    init!(c"_operator", PyInit__operator),
    init!(c"_signal", PyInit__signal),
    init!(c"_sre", PyInit__sre),
    init!(c"_stat", PyInit__stat),
    init!(c"_string", PyInit__string),
    init!(c"_symtable", PyInit__symtable),
    init!(c"_thread", PyInit__thread),
    init!(c"_tokenize", PyInit__tokenize),
    init!(c"_typing", PyInit__typing),
    init!(c"_weakref", PyInit__weakref),
    init!(c"atexit", PyInit_atexit),
    init!(c"errno", PyInit_errno),
    init!(c"faulthandler", PyInit_faulthandler),
    init!(c"gc", PyInit_gc),
    init!(c"itertools", PyInit_itertools),
    init!(c"posix", PyInit_posix),
    init!(c"pwd", PyInit_pwd),
    init!(c"time", PyInit_time),
    init!(c"marshal", PyMarshal_Init),
    init!(c"_warnings", _PyWarnings_Init),
    Builtin { name: core::ptr::null(), init: None },
]);

/// Frozen modules are kept in another form, which these tables do not show: they only have their end.
static FROZEN: Constant<[Frozen; 1]> = Constant([Frozen {
    name: core::ptr::null(),
    code: core::ptr::null(),
    size: 0,
    is_package: 0,
    get_code: None,
}]);

/// `PyImport_Inittab`.
#[unsafe(no_mangle)]
pub static PyImport_Inittab: Table<Builtin> =
    Table(core::cell::Cell::new(&raw const BUILTINS.0 as *const Builtin));
/// `PyImport_FrozenModules`: NULL, unless a program sets it.
#[unsafe(no_mangle)]
pub static PyImport_FrozenModules: Table<Frozen> = Table(core::cell::Cell::new(core::ptr::null()));
/// `_PyImport_FrozenBootstrap`.
#[unsafe(no_mangle)]
pub static _PyImport_FrozenBootstrap: Table<Frozen> =
    Table(core::cell::Cell::new(&raw const FROZEN.0 as *const Frozen));
/// `_PyImport_FrozenStdlib`.
#[unsafe(no_mangle)]
pub static _PyImport_FrozenStdlib: Table<Frozen> =
    Table(core::cell::Cell::new(&raw const FROZEN.0 as *const Frozen));
/// `_PyImport_FrozenTest`.
#[unsafe(no_mangle)]
pub static _PyImport_FrozenTest: Table<Frozen> =
    Table(core::cell::Cell::new(&raw const FROZEN.0 as *const Frozen));
