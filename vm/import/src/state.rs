//! What the process imports into: `sys.modules`, the modules made at start-up, and the table of built-in modules.

use core::cell::{Cell, RefCell};
use dxpy_core::abi::*;
use dxpy_core::module::StaticModule;
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, dict, exceptions, module};

/// References held for the life of the process.
struct State {
    modules: Cell<*mut PyDictObject>,
    builtins: Cell<*mut PyModuleObject>,
    sys: Cell<*mut PyModuleObject>,
    importlib: Cell<*mut PyObject>,
    import_function: Cell<*mut PyObject>,
}

static STATE: Gil<State> = Gil(State {
    modules: Cell::new(core::ptr::null_mut()),
    builtins: Cell::new(core::ptr::null_mut()),
    sys: Cell::new(core::ptr::null_mut()),
    importlib: Cell::new(core::ptr::null_mut()),
    import_function: Cell::new(core::ptr::null_mut()),
});

/// The built-in modules by name.
static TABLE: Gil<RefCell<Vec<(&'static str, &'static StaticModule)>>> = Gil(RefCell::new(Vec::new()));

/// Adds built-in modules (`PyImport_ExtendInittab`); before start-up.
pub fn register(list: &[(&'static str, &'static StaticModule)]) {
    TABLE.borrow_mut().extend_from_slice(list);
}

/// A built-in module's definition.
pub fn built_in(name: &str) -> Option<&'static StaticModule> {
    TABLE.borrow().iter().find(|(n, _)| *n == name).map(|(_, m)| *m)
}

/// `sys.builtin_module_names`, sorted.
pub fn built_in_names() -> Vec<&'static str> {
    let mut names: Vec<&'static str> = TABLE.borrow().iter().map(|(n, _)| *n).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// `sys.modules`: what `sys` says, as a program may replace it.
pub fn modules(py: Py<'_>) -> PyResult {
    // SAFETY: LIVE: held by the state since start-up.
    unsafe {
        if let Some(sys) = STATE.sys.get().as_ref()
            && let Some(m) = dict::get_name(py, module::dict_of(sys), dxpy_core::name!("modules"))?
        {
            return Ok(m);
        }
        match STATE.modules.get().as_ref() {
            Some(d) => Ok(d.as_object().to_owned()),
            None => Err(exceptions::runtime_error(py, format_args!("unable to get sys.modules"))),
        }
    }
}

macro_rules! held {
    ($($get:ident $set:ident $field:ident $t:ty, $what:literal;)*) => { $(
        #[doc = concat!("`", $what, "`.")]
        ///
        /// # Panics
        /// Before start-up.
        pub fn $get() -> &'static $t {
            let p = STATE.$field.get();
            assert!(!p.is_null(), concat!($what, " was asked for before start-up"));
            // SAFETY: LIVE: held for the life of the process.
            unsafe { &*p }
        }

        #[doc = concat!("Sets `", $what, "`, for the life of the process.")]
        pub fn $set(o: Owned<$t>) {
            STATE.$field.set(o.into_raw());
        }
    )* };
}
held! {
    builtins set_builtins builtins PyModuleObject, "builtins";
    sys set_sys sys PyModuleObject, "sys";
    module_dict set_module_dict modules PyDictObject, "sys.modules";
    importlib set_importlib importlib PyObject, "importlib._bootstrap";
    import_function set_import_function import_function PyObject, "the built-in `__import__`";
}

/// Whether the import system is up.
pub fn has_importlib() -> bool {
    !STATE.importlib.get().is_null()
}
