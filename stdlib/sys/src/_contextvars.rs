//! `_contextvars`: the types of context variables, and the current context (`Modules/_contextvarsmodule.c`).

use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, methods};
use dxpy_types::context::{self, PyContext_Type, PyContextToken_Type, PyContextVar_Type};

/// `_contextvars`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_contextvars").doc(c"Context variables.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "copy_context" = copy_context [0], "($module, /)", "A copy of the current context.";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    module::add(py, m, "Context", PyContext_Type.as_object())?;
    module::add(py, m, "ContextVar", PyContextVar_Type.as_object())?;
    module::add(py, m, "Token", PyContextToken_Type.as_object())
}

fn copy_context(py: Py<'_>, _: &PyModuleObject) -> PyResult<Owned<PyContext>> {
    context::copy_current(py)
}
