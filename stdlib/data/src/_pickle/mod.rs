//! `_pickle`: pickling and unpickling (`Modules/_pickle.c`). Writing is in `pickler`, `save` and `reduce`, reading in
//! `unpickler` and `load`.

mod input;
mod load;
mod memo;
mod names;
mod op;
mod out;
mod pickler;
mod reduce;
mod save;
mod unpickler;

use core::cell::Cell;
use core::fmt;
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, bytes, call, dict, exceptions, hooks, methods, name, types, unicode,
};
use dxpy_types::picklebuffer::PyPickleBuffer_Type;

/// `_pickle`.
pub static MODULE: StaticModule = StaticModule::new(c"_pickle")
    .doc(c"Pickling and unpickling without Python code.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "dump" = dump [5], "($module, /, obj, file, protocol=None, *, fix_imports=True,\n     buffer_callback=None)", "Write a pickle of obj to the open file object file.\n\nAs Pickler(file, protocol).dump(obj).";
    "dumps" = dumps [4], "($module, /, obj, protocol=None, *, fix_imports=True,\n      buffer_callback=None)", "Return the pickle of obj as a bytes object.";
    "load" = load_file [5], "($module, /, file, *, fix_imports=True, encoding='ASCII',\n     errors='strict', buffers=())", "Read an object from the pickle in the open file object file.\n\nAs Unpickler(file).load().";
    "loads" = loads [5], "($module, data, /, *, fix_imports=True, encoding='ASCII',\n      errors='strict', buffers=())", "Read an object from the pickle in a bytes-like object.";
] }

/// What is looked up once, when the module is imported.
struct State {
    pickle_error: Cell<*mut PyObject>,
    pickling_error: Cell<*mut PyObject>,
    unpickling_error: Cell<*mut PyObject>,
    dispatch_table: Cell<*mut PyObject>,
    extension_registry: Cell<*mut PyObject>,
    extension_cache: Cell<*mut PyObject>,
    inverted_registry: Cell<*mut PyObject>,
    names_2to3: Cell<*mut PyObject>,
    modules_2to3: Cell<*mut PyObject>,
    names_3to2: Cell<*mut PyObject>,
    modules_3to2: Cell<*mut PyObject>,
    codecs_encode: Cell<*mut PyObject>,
    partial: Cell<*mut PyObject>,
}

const fn unset() -> Cell<*mut PyObject> {
    Cell::new(core::ptr::null_mut())
}

static STATE: Gil<State> = {
    Gil(State {
        pickle_error: unset(),
        pickling_error: unset(),
        unpickling_error: unset(),
        dispatch_table: unset(),
        extension_registry: unset(),
        extension_cache: unset(),
        inverted_registry: unset(),
        names_2to3: unset(),
        modules_2to3: unset(),
        names_3to2: unset(),
        modules_3to2: unset(),
        codecs_encode: unset(),
        partial: unset(),
    })
};

/// One of the objects of the state, which the module set before anything else could run.
fn held(field: &Cell<*mut PyObject>) -> Owned {
    crate::fields::get(field).expect("the module was executed")
}

/// One of the dicts of the state.
fn table(field: &Cell<*mut PyObject>) -> Owned<PyDictObject> {
    // SAFETY: LAYOUT: `fill` let only dicts through.
    unsafe { held(field).cast() }
}

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    let s = &STATE.0;
    if s.pickle_error.get().is_null() {
        let base = exceptions::new_class(py, "_pickle", "PickleError", &exceptions::Exception)?;
        for (name, field) in [("PicklingError", &s.pickling_error), ("UnpicklingError", &s.unpickling_error)]
        {
            crate::fields::put(field, subclass(py, name, &base)?);
        }
        crate::fields::put(&s.pickle_error, base);
    }
    let dicts = [
        ("copyreg", "dispatch_table", &s.dispatch_table),
        ("copyreg", "_extension_registry", &s.extension_registry),
        ("copyreg", "_inverted_registry", &s.inverted_registry),
        ("copyreg", "_extension_cache", &s.extension_cache),
        ("_compat_pickle", "NAME_MAPPING", &s.names_2to3),
        ("_compat_pickle", "IMPORT_MAPPING", &s.modules_2to3),
        ("_compat_pickle", "REVERSE_NAME_MAPPING", &s.names_3to2),
        ("_compat_pickle", "REVERSE_IMPORT_MAPPING", &s.modules_3to2),
    ];
    for (from, name, field) in dicts {
        let d = imported(py, from, name)?;
        if dict::check_exact(&d).is_none() {
            let given = call::type_name(d.ty());
            return Err(exceptions::runtime_error(
                py,
                format_args!("{from}.{name} should be a dict, not {given}"),
            ));
        }
        crate::fields::put(field, d);
    }
    crate::fields::put(&s.codecs_encode, imported(py, "codecs", "encode")?);
    crate::fields::put(&s.partial, imported(py, "functools", "partial")?);
    for ty in [&pickler::PICKLER, &unpickler::UNPICKLER, &memo::PICKLER_MEMO, &memo::UNPICKLER_MEMO] {
        types::ready::ready(py, ty)?;
    }
    module::add(py, m, "Pickler", pickler::PICKLER.as_object())?;
    module::add(py, m, "Unpickler", unpickler::UNPICKLER.as_object())?;
    module::add(py, m, "PickleBuffer", PyPickleBuffer_Type.as_object())?;
    module::add(py, m, "PickleError", &held(&s.pickle_error))?;
    module::add(py, m, "PicklingError", &held(&s.pickling_error))?;
    module::add(py, m, "UnpicklingError", &held(&s.unpickling_error))
}

fn imported(py: Py<'_>, from: &str, name: &str) -> PyResult {
    let m = hooks::import_by_name(py, &*unicode::from_str(py, from)?)?;
    attr::get(py, &m, &*unicode::from_str(py, name)?)
}

/// A subclass of `PickleError`.
fn subclass(py: Py<'_>, name: &str, base: &PyObject) -> PyResult {
    let d = dict::new(py)?;
    dict::set_str(py, &d, "__module__", unicode::from_str(py, "_pickle")?.as_object())?;
    let bases = dxpy_core::tuple::from_iter(py, [base.to_owned()])?;
    let name = unicode::from_str(py, name)?;
    call::call(py, types::PyType_Type.as_object(), [name.as_object(), bases.as_object(), d.as_object()])
}

fn error(py: Py<'_>, class: &Cell<*mut PyObject>, text: fmt::Arguments<'_>) -> PyErr {
    let text = match unicode::from_str(py, &text.to_string()) {
        Ok(t) => t,
        Err(e) => return e,
    };
    let class = held(class);
    match types::check(&class) {
        Some(ty) => exceptions::create(py, ty, Some(text.as_object())),
        None => exceptions::system_error(py, format_args!("an exception is no class")),
    }
}

/// A `PicklingError`.
#[cold]
fn pickling_error(py: Py<'_>, text: fmt::Arguments<'_>) -> PyErr {
    error(py, &STATE.pickling_error, text)
}

/// An `UnpicklingError`.
#[cold]
fn unpickling_error(py: Py<'_>, text: fmt::Arguments<'_>) -> PyErr {
    error(py, &STATE.unpickling_error, text)
}

/// An object's repr, for a message.
fn shown(py: Py<'_>, o: &PyObject) -> PyResult<String> {
    dxpy_core::protocol::repr(py, o).map(|s| unicode::display(s.as_object()))
}

fn dump(
    py: Py<'_>,
    _: &PyModuleObject,
    obj: &PyObject,
    file: &PyObject,
    protocol: Option<&PyObject>,
    fix_imports: Option<bool>,
    buffer_callback: Option<&PyObject>,
) -> PyResult<()> {
    let p = pickler::new(py)?;
    pickler::set_up(py, &p, protocol, fix_imports.unwrap_or(true), buffer_callback)?;
    pickler::set_file(py, &p, file)?;
    pickler::dump_to_file(py, &p, obj)
}

fn dumps(
    py: Py<'_>,
    _: &PyModuleObject,
    obj: &PyObject,
    protocol: Option<&PyObject>,
    fix_imports: Option<bool>,
    buffer_callback: Option<&PyObject>,
) -> PyResult<Owned<PyBytesObject>> {
    let p = pickler::new(py)?;
    pickler::set_up(py, &p, protocol, fix_imports.unwrap_or(true), buffer_callback)?;
    pickler::dump_object(py, &p, obj)?;
    bytes::new(py, &pickler::state(py, &p)?.out.take())
}

fn load_file(
    py: Py<'_>,
    _: &PyModuleObject,
    file: &PyObject,
    fix_imports: Option<bool>,
    encoding: Option<&PyUnicodeObject>,
    errors: Option<&PyUnicodeObject>,
    buffers: Option<&PyObject>,
) -> PyResult {
    let u = unpickler::new(py)?;
    unpickler::set_up(py, &u, fix_imports.unwrap_or(true), encoding, errors, buffers)?;
    unpickler::set_file(py, &u, file)?;
    load::load(py, &u)
}

fn loads(
    py: Py<'_>,
    _: &PyModuleObject,
    data: &PyObject,
    fix_imports: Option<bool>,
    encoding: Option<&PyUnicodeObject>,
    errors: Option<&PyUnicodeObject>,
    buffers: Option<&PyObject>,
) -> PyResult {
    let u = unpickler::new(py)?;
    unpickler::set_up(py, &u, fix_imports.unwrap_or(true), encoding, errors, buffers)?;
    unpickler::set_bytes(py, &u, data)?;
    load::load(py, &u)
}

/// A bound method that an object has for itself, without holding the object: the function, and that it wants the object.
/// Anything else callable is kept as it is.
fn own_method(py: Py<'_>, o: &PyObject, name: &unicode::Name) -> PyResult<Option<(Owned, bool)>> {
    let Some(m) = attr::lookup_name(py, o, name)? else { return Ok(None) };
    if m.ty().is(&dxpy_core::method::PyMethod_Type.0) {
        // SAFETY: LAYOUT: just checked.
        let method = unsafe { &*(m.as_ptr() as *const PyMethodObject) };
        if dxpy_core::method::this(method).is(o) {
            return Ok(Some((dxpy_core::method::function(method).to_owned(), true)));
        }
    }
    Ok(Some((m, false)))
}

/// `getattr`, by which nested names are pickled in old protocols.
fn getattr(py: Py<'_>) -> PyResult {
    hooks::builtin(py, name!("getattr"))
}
