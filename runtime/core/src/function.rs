//! `function`, `staticmethod` and `classmethod`: the types, construction, and binding (`Objects/funcobject.c`).
//! Attributes and the constructor of `function` are in the crate of built-in types; its execution is the interpreter's.

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyResult;
use crate::gc;
use crate::glue;
use crate::object;
use crate::ptr::{Object, Owned};
use crate::statics::StaticType;
use crate::thread::Py;
use crate::watch::{self, FunctionEvent};
use crate::{attr, dict, name, unicode};
use core::cell::Cell;
use core::ffi::c_int;
use core::mem::offset_of;

/// `function`.
#[unsafe(no_mangle)]
pub static PyFunction_Type: StaticType = StaticType::new::<PyFunctionObject>(c"function")
    .flags(Py_TPFLAGS_METHOD_DESCRIPTOR)
    .weaklist(offset_of!(PyFunctionObject, func_weakreflist))
    .dict(offset_of!(PyFunctionObject, func_dict))
    .vectorcall_offset(offset_of!(PyFunctionObject, vectorcall))
    .call(crate::call::vectorcall_call)
    .descr_get(glue::descr_get(function_get))
    .traverse(glue::traverse(function_traverse))
    .clear(glue::clear(function_clear))
    .dealloc(glue::dealloc(function_dealloc));

/// `PyFunction_Check`.
#[inline(always)]
pub fn check(o: &PyObject) -> Option<&PyFunctionObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyFunction_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyFunctionObject) })
}

/// The fields of a function that hold a reference, in the order `func_traverse` visits them.
fn fields(f: &PyFunctionObject) -> [&Cell<*mut PyObject>; 13] {
    [
        &f.func_code,
        &f.func_globals,
        &f.func_builtins,
        &f.func_module,
        &f.func_defaults,
        &f.func_kwdefaults,
        &f.func_doc,
        &f.func_name,
        &f.func_dict,
        &f.func_closure,
        &f.func_annotations,
        &f.func_typeparams,
        &f.func_qualname,
    ]
}

fn function_traverse(f: &PyFunctionObject, v: &glue::Visitor) -> Result<(), c_int> {
    fields(f).into_iter().try_for_each(|c| v.visit(c))
}

/// `func_clear`: the code, which a function cannot be without, stays; its names become empty, since they may be of a
/// subclass of str and so in a cycle themselves.
fn function_clear(py: Py<'_>, f: &PyFunctionObject) {
    f.func_version.set(0);
    for c in [
        &f.func_globals,
        &f.func_builtins,
        &f.func_module,
        &f.func_defaults,
        &f.func_kwdefaults,
        &f.func_doc,
        &f.func_dict,
        &f.func_closure,
        &f.func_annotations,
        &f.func_typeparams,
    ] {
        object::clear_field(c);
    }
    let Ok(empty) = crate::unicode::from_str(py, "") else { return };
    for c in [&f.func_name, &f.func_qualname] {
        let old = c.replace(empty.clone().into_ptr());
        // SAFETY: OWNED: the function held its name.
        drop(unsafe { Owned::<PyObject>::from_raw(old) });
    }
}

fn function_dealloc(py: Py<'_>, f: &PyFunctionObject) {
    if watch::watches_functions()
        && !watch::ends(f.as_object(), || watch::function(py, FunctionEvent::Destroy, f, None))
    {
        return;
    }
    // SAFETY: a function has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(f.as_object());
        if !f.func_weakreflist.get().is_null() {
            crate::weakref::clear_all(py, f.as_object());
        }
        fields(f).into_iter().for_each(object::clear_field);
        object::free(f.as_object());
    }
}

/// `func_descr_get`.
fn function_get(py: Py<'_>, f: &PyObject, o: Option<&PyObject>, _: Option<&PyObject>) -> PyResult {
    match o.filter(|o| !object::is_none(o)) {
        Some(o) => crate::method::new(py, f, o).map(Owned::upcast),
        None => Ok(f.to_owned()),
    }
}

/// `PyFunction_NewWithQualName`: a function of a code object. Module, doc and the rest follow from code and globals.
/// `vectorcall` is the interpreter's entry.
pub fn new(
    py: Py<'_>,
    code: &PyCodeObject,
    globals: &PyObject,
    builtins: &PyObject,
    qualname: &PyObject,
    vectorcall: vectorcallfunc,
) -> PyResult<Owned<PyFunctionObject>> {
    let null = core::ptr::null_mut::<PyObject>;
    let doc = code_doc(code);
    let module = match dict::check(globals) {
        Some(d) => dict::get_name(py, d, name!("__name__"))?,
        None => None,
    };
    // SAFETY: every field after the header is set before the object is tracked; LIVE: a code object holds its name.
    unsafe {
        let f =
            object::alloc_uninit::<PyFunctionObject>(py, &PyFunction_Type, size_of::<PyFunctionObject>())?;
        f.func_globals.set(globals.to_owned().into_ptr());
        f.func_builtins.set(builtins.to_owned().into_ptr());
        f.func_name.set((*code.co_name.get()).to_owned().into_ptr());
        f.func_qualname.set(qualname.to_owned().into_ptr());
        f.func_code.set(code.to_owned().into_ptr());
        f.func_defaults.set(null());
        f.func_kwdefaults.set(null());
        f.func_closure.set(null());
        f.func_doc.set(doc.into_ptr());
        f.func_dict.set(null());
        f.func_weakreflist.set(null());
        f.func_module.set(module.map_or_else(null, Owned::into_ptr));
        f.func_annotations.set(null());
        f.func_typeparams.set(null());
        f.vectorcall.set(Some(vectorcall));
        f.func_version.set(0);
        gc::track(f.as_object());
        watch::function(py, FunctionEvent::Create, &f, None);
        Ok(f)
    }
}

/// The docstring of a code object: its first constant, if that is a str.
fn code_doc(code: &PyCodeObject) -> Owned {
    // SAFETY: LIVE, LAYOUT: a code object holds its constants, a tuple.
    let consts = unsafe { &*(code.co_consts.get() as *const PyTupleObject) };
    match crate::tuple::items(consts).first() {
        Some(d) if unicode::check(d).is_some() => (*d).to_owned(),
        _ => object::none(),
    }
}

macro_rules! wrappers {
    ($($static:ident $text:literal $layout:ident $callable:ident $dict:ident $new:ident $get:ident;)*) => { $(
        #[doc = concat!("`", stringify!($layout), "`.")]
        #[unsafe(no_mangle)]
        pub static $static: StaticType = StaticType::new::<$layout>($text)
            .flags(Py_TPFLAGS_BASETYPE)
            .dict(offset_of!($layout, $dict))
            .descr_get(glue::descr_get($get))
            .traverse(glue::traverse(|w: &$layout, v: &glue::Visitor| {
                v.visit(&w.$dict)?;
                v.visit(&w.$callable)
            }))
            .clear(glue::clear(|_: Py<'_>, w: &$layout| {
                object::clear_field(&w.$dict);
                object::clear_field(&w.$callable);
            }))
            .dealloc(glue::dealloc(|_: Py<'_>, w: &$layout| {
                // SAFETY: the object has a collector header; its fields are released once and its memory last.
                unsafe {
                    gc::untrack(w.as_object());
                    object::clear_field(&w.$callable);
                    object::clear_field(&w.$dict);
                    object::tp_free(w.as_object());
                }
            }));

        #[doc = concat!("`", stringify!($layout), "(callable)`; what `functools.wraps` copies is copied.")]
        pub fn $new(py: Py<'_>, callable: &PyObject) -> PyResult {
            // SAFETY: LAYOUT: a zeroed object of the type.
            let w: Owned<$layout> = unsafe { object::generic_alloc(py, &$static, 0)?.cast() };
            w.$callable.set(callable.to_owned().into_ptr());
            copy_attributes(py, callable, w.as_object())?;
            Ok(w.upcast())
        }
    )* };
}
wrappers! {
    PyStaticMethod_Type c"staticmethod" staticmethod sm_callable sm_dict new_static static_get;
    PyClassMethod_Type c"classmethod" classmethod cm_callable cm_dict new_class class_get;
}

/// `functools_wraps`.
pub fn copy_attributes(py: Py<'_>, from: &PyObject, to: &PyObject) -> PyResult<()> {
    for n in [
        name!("__module__"),
        name!("__name__"),
        name!("__qualname__"),
        name!("__doc__"),
        name!("__annotations__"),
    ] {
        if let Some(v) = attr::lookup_name(py, from, n)? {
            attr::set_name(py, to, n, &v)?;
        }
    }
    Ok(())
}

fn unset(py: Py<'_>, what: &str) -> crate::err::PyErr {
    crate::exceptions::runtime_error(py, format_args!("uninitialized {what} object"))
}

/// `sm_descr_get`.
fn static_get(py: Py<'_>, w: &staticmethod, _: Option<&PyObject>, _: Option<&PyObject>) -> PyResult {
    // SAFETY: LIVE: the object holds its callable, or NULL.
    unsafe { w.sm_callable.get().as_ref() }.map(Object::to_owned).ok_or_else(|| unset(py, "staticmethod"))
}

/// `cm_descr_get`: bound to the class; a callable that is itself a descriptor is asked (deprecated chaining).
fn class_get(py: Py<'_>, w: &classmethod, o: Option<&PyObject>, ty: Option<&PyObject>) -> PyResult {
    // SAFETY: LIVE: the object holds its callable, or NULL.
    let f = unsafe { w.cm_callable.get().as_ref() }.ok_or_else(|| unset(py, "classmethod"))?;
    let ty = ty.or(o.map(|o| o.ty().as_object())).unwrap_or(&object::_Py_NoneStruct.0);
    if let Some(get) = f.ty().tp_descr_get.get() {
        // SAFETY: the slot's contract.
        return unsafe { crate::err::from_ptr(py, get(f.as_ptr(), ty.as_ptr(), ty.as_ptr())) };
    }
    crate::method::new(py, f, ty).map(Owned::upcast)
}
