//! `_typing`: the types that `typing` takes from C (`Modules/_typingmodule.c`). They are built-in types of the runtime.

use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, methods};
use dxpy_types::typing;

/// `_typing`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_typing").doc(c"Primitives of the typing module.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "_idfunc" = idfunc [1], "($module, x, /)", "";
] }

fn idfunc(_: Py<'_>, _: &PyModuleObject, x: &PyObject) -> PyResult<Owned> {
    Ok(x.to_owned())
}

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    typing::complete(py)?;
    for (name, ty) in typing::TYPES {
        module::add(py, m, name, ty.as_object())?;
    }
    module::add(py, m, "Generic", typing::alias::generic().as_object())?;
    Ok(())
}
