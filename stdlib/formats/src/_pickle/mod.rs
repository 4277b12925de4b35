//! `_pickle`: the module, its exceptions, and what both directions need of other modules (`Modules/_pickle.c`). Writing is
//! in [`pickler`] and [`save`], reading in [`unpickler`] and [`load`], what `memo` gives in [`memo`].

mod load;
mod memo;
mod opcode;
mod persistent;
mod pickler;
mod save;
mod unpickler;

use crate::boxed::{Class, no_class};
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, dict, exceptions, hooks, methods, name, tuple, types, unicode,
};

/// `_pickle`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_pickle").doc(c"Reading and writing pickles.").methods(&FUNCTIONS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    types::ready(py, &memo::PICKLER_MEMO)?;
    types::ready(py, &memo::UNPICKLER_MEMO)?;
    module::add(py, m, "PickleBuffer", dxpy_types::picklebuffer::PyPickleBuffer_Type.as_object())?;
    module::add_type(py, m, &pickler::PICKLER)?;
    module::add_type(py, m, &unpickler::UNPICKLER)?;
    let base = exception(py, m, "PickleError", exceptions::Exception.as_object(), &PICKLE_ERROR)?;
    exception(py, m, "PicklingError", base, &PICKLING_ERROR)?;
    exception(py, m, "UnpicklingError", base, &UNPICKLING_ERROR)?;
    Ok(())
});

methods! { static FUNCTIONS: for PyModuleObject [
    "dump" = pickler::dump [5], "($module, /, obj, file, protocol=None, *, fix_imports=True,\n     buffer_callback=None)", "Writes a pickle of an object to a file.";
    "dumps" = pickler::dumps [4], "($module, /, obj, protocol=None, *, fix_imports=True,\n      buffer_callback=None)", "A pickle of an object as bytes.";
    "load" = unpickler::load [5], "($module, /, file, *, fix_imports=True, encoding='ASCII',\n     errors='strict', buffers=())", "Reads an object from the pickle in a file.";
    "loads" = unpickler::loads [5], "($module, data, /, *, fix_imports=True, encoding='ASCII',\n      errors='strict', buffers=())", "The object of a pickle in bytes.";
] }

static PICKLE_ERROR: Class = no_class();
static PICKLING_ERROR: Class = no_class();
static UNPICKLING_ERROR: Class = no_class();

fn exception(
    py: Py<'_>,
    m: &PyModuleObject,
    name: &str,
    base: &PyObject,
    slot: &'static Class,
) -> PyResult<&'static PyObject> {
    if slot.get().is_null() {
        let d = dict::new(py)?;
        let module = unicode::from_str(py, "_pickle")?;
        dict::set(py, &d, name!("__module__").obj(py), module.as_object())?;
        let bases = tuple::from_iter(py, [base.to_owned()])?;
        let n = unicode::from_str(py, name)?;
        let made = call::call(
            py,
            types::PyType_Type.as_object(),
            [n.as_object(), bases.as_object(), d.as_object()],
        )?;
        slot.set(made.into_ptr());
    }
    // SAFETY: LIVE: kept for ever once set.
    let class = unsafe { &*slot.get() };
    module::add(py, m, name, class)?;
    Ok(class)
}

/// A `PicklingError`.
#[cold]
fn pickling_error(py: Py<'_>, message: &str) -> PyErr {
    crate::boxed::error(py, &PICKLING_ERROR, format_args!("{message}"))
}

/// An `UnpicklingError`.
#[cold]
fn unpickling_error(py: Py<'_>, message: &str) -> PyErr {
    crate::boxed::error(py, &UNPICKLING_ERROR, format_args!("{message}"))
}

fn is_unpickling_error(e: &PyErr) -> bool {
    // SAFETY: LIVE: kept for ever once set; LAYOUT: a type's.
    let class = unsafe { (UNPICKLING_ERROR.get() as *const PyTypeObject).as_ref() };
    class.is_some_and(|c| types::is_subtype(e.value().ty(), c))
}

/// An attribute of a module that pickling works with.
fn from_module(py: Py<'_>, module: &'static unicode::Name, name: &'static unicode::Name) -> PyResult {
    attr::get_name(py, &*hooks::import(py, module)?, name)
}

/// A table of `copyreg` or `_compat_pickle`.
fn table(
    py: Py<'_>,
    module: &'static unicode::Name,
    name: &'static unicode::Name,
) -> PyResult<Owned<PyDictObject>> {
    let d = from_module(py, module, name)?;
    match dict::check(&d) {
        Some(d) => Ok(d.to_owned()),
        None => Err(exceptions::runtime_error(
            py,
            format_args!(
                "{}.{} should be a dict, not {}",
                module.text(),
                name.text(),
                call::type_name(d.ty())
            ),
        )),
    }
}

/// `getattribute`: an attribute by a dotted path, and the object it is an attribute of.
fn dotted(py: Py<'_>, o: &PyObject, path: &PyUnicodeObject) -> PyResult<(Owned, Owned)> {
    let text = unicode::utf8(py, path)?;
    let (mut parent, mut found) = (o.to_owned(), o.to_owned());
    for part in text.split('.') {
        if part == "<locals>" {
            let (p, o) =
                (dxpy_core::protocol::repr(py, path.as_object())?, dxpy_core::protocol::repr(py, o)?);
            return Err(exceptions::attribute_error(
                py,
                format_args!(
                    "Can't get local attribute {} on {}",
                    unicode::display(p.as_object()),
                    unicode::display(o.as_object())
                ),
            ));
        }
        let part = unicode::intern_str(py, part)?;
        let next = attr::get(py, &found, &part)?;
        parent = core::mem::replace(&mut found, next);
    }
    Ok((found, parent))
}

/// Imports a module of any name and gives it itself (`sys.modules[name]`), not its first package.
fn import_named(py: Py<'_>, module: &PyUnicodeObject) -> PyResult {
    hooks::import_by_name(py, module)
}
