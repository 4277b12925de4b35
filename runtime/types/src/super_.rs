//! `super` (`Objects/typeobject.c`): attribute access that begins after a class in the MRO. Without arguments it reads the
//! class and the object from the running frame.

use crate::property::{held, replace};
use crate::{Part, frame, no_hooks};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::bind_call;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::types::attrs::{super_find, super_lookup};
use dxpy_core::types::inherit::has;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::types::{self, is_subtype};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, cell, exceptions, gc, glue, members, name, object, signature,
    tuple, unicode,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[], types: &[&PySuper_Type], hooks: no_hooks };

/// `super`.
#[unsafe(no_mangle)]
pub static PySuper_Type: StaticType = StaticType::new::<superobject>(c"super")
    .flags(Py_TPFLAGS_BASETYPE)
    .doc(c"super() -> attributes of the classes after the one being defined\nsuper(type) -> unbound\nsuper(type, obj) -> bound; obj is an instance of type\nsuper(type, type2) -> bound; type2 is a subclass of type")
    .create(glue::create(|py, ty, _, _| object::tp_alloc(py, ty, 0)))
    .init(glue::init(init))
    .repr(glue::unary(repr))
    .getattro(glue::binary(getattro))
    .descr_get(glue::descr_get(descr_get))
    .members(&MEMBERS)
    .traverse(glue::traverse(|s: &superobject, v: &glue::Visitor| {
        v.visit(object::field(&s.r#type))?;
        v.visit(&s.obj)?;
        v.visit(object::field(&s.obj_type))
    }))
    .dealloc(glue::dealloc(|_: Py<'_>, s: &superobject| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(s.as_object());
            object::clear_field(&s.obj);
            object::clear_field(object::field(&s.r#type));
            object::clear_field(object::field(&s.obj_type));
            object::tp_free(s.as_object());
        }
    }));

members! { static MEMBERS [
    "__thisclass__" = _Py_T_OBJECT, offset_of!(superobject, r#type), Py_READONLY, "the class whose successors are searched";
    "__self__" = _Py_T_OBJECT, offset_of!(superobject, obj), Py_READONLY, "the object or class it is bound to";
    "__self_class__" = _Py_T_OBJECT, offset_of!(superobject, obj_type), Py_READONLY, "the class whose MRO is searched";
] }

fn wrong(py: Py<'_>, text: &str) -> PyErr {
    exceptions::runtime_error(py, format_args!("super(): {text}"))
}

/// `supercheck`: the class whose MRO is searched.
pub fn check(py: Py<'_>, ty: &PyTypeObject, o: &PyObject) -> PyResult<Owned<PyTypeObject>> {
    if let Some(t) = types::check(o)
        && is_subtype(t, ty)
    {
        return Ok(t.to_owned());
    }
    if is_subtype(o.ty(), ty) {
        return Ok(o.ty().to_owned());
    }
    if let Some(class) = attr::lookup_name(py, o, name!("__class__"))?
        && let Some(t) = types::check(&class)
        && !t.is(o.ty())
        && is_subtype(t, ty)
    {
        return Ok(t.to_owned());
    }
    Err(exceptions::type_error(
        py,
        format_args!("super(type, obj): obj must be an instance or subtype of type"),
    ))
}

/// `super_init_without_args`.
fn from_frame(py: Py<'_>) -> PyResult<(Owned<PyTypeObject>, Owned)> {
    let f = frame::current(py);
    if f.is_null() {
        return Err(wrong(py, "no current frame"));
    }
    // SAFETY: LIVE: the frame runs; its locals are live objects or NULL, the tables of its code are what they say.
    unsafe {
        let code = frame::code_of(f);
        if code.co_argcount.get() == 0 {
            return Err(wrong(py, "no arguments"));
        }
        let kinds = &*(code.co_localspluskinds.get() as *const PyBytesObject);
        let kinds = dxpy_core::bytes::as_slice(kinds);
        let names = tuple::items(&*(code.co_localsplusnames.get() as *const PyTupleObject));
        let at = |i: usize| (*frame::locals(f).add(i)).as_ref().map(Object::to_owned);
        let mut first = at(0);
        if kinds.first().is_some_and(|k| i32::from(*k) & 0x40 != 0)
            && let Some(o) = &first
            && let Some(c) = cell::check(o)
        {
            first = cell::get(c);
        }
        let Some(first) = first else { return Err(wrong(py, "arg[0] deleted")) };
        let total = code.co_nlocalsplus.get() as usize;
        let free = total - code.co_nfreevars.get() as usize;
        for (i, variable) in names.iter().enumerate().skip(free) {
            if !unicode::equals_str(variable, "__class__") {
                continue;
            }
            let held = at(i);
            let Some(c) = held.as_deref().and_then(cell::check) else {
                return Err(wrong(py, "bad __class__ cell"));
            };
            let Some(v) = cell::get(c) else { return Err(wrong(py, "empty __class__ cell")) };
            return match types::check(&v) {
                Some(t) => Ok((t.to_owned(), first)),
                None => Err(wrong(py, &format!("__class__ is not a type ({})", type_name(v.ty())))),
            };
        }
    }
    Err(wrong(py, "__class__ cell not found"))
}

/// `super_init_impl`.
fn init(py: Py<'_>, s: &superobject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    if has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("super() takes no keyword arguments")));
    }
    let (ty, o) = if tuple::len(args) == 0 {
        let (t, o) = from_frame(py)?;
        (t, Some(o))
    } else {
        bind_call(py, signature!("super", "(type, object=None, /)"), args, None, |b| {
            let t: &PyObject = b.arg(py, 0)?;
            let Some(t) = dxpy_core::types::check(t) else {
                let given = type_name(t.ty());
                return Err(exceptions::type_error(
                    py,
                    format_args!("super() argument 1 must be a type, not {given}"),
                ));
            };
            Ok((t.to_owned(), b.get(1).filter(|o| !object::is_none(o)).map(Object::to_owned)))
        })?
    };
    let class = match &o {
        Some(o) => Some(check(py, &ty, o)?),
        None => None,
    };
    replace(object::field(&s.r#type), Some(ty.upcast()));
    replace(&s.obj, o);
    replace(object::field(&s.obj_type), class.map(Owned::upcast));
    Ok(())
}

fn type_in(f: &core::cell::Cell<*mut PyTypeObject>) -> Option<Owned<PyTypeObject>> {
    // SAFETY: LIVE: the object holds its field.
    unsafe { f.get().as_ref() }.map(Object::to_owned)
}

/// `super_repr`.
fn repr(py: Py<'_>, s: &superobject) -> PyResult<Owned<PyUnicodeObject>> {
    let name = |t: Option<Owned<PyTypeObject>>| t.map_or_else(|| "NULL".to_owned(), |t| type_name(&t));
    let ty = name(type_in(&s.r#type));
    let text = match type_in(&s.obj_type) {
        Some(t) => format!("<super: <class '{ty}'>, <{} object>>", type_name(&t)),
        None => format!("<super: <class '{ty}'>, NULL>"),
    };
    unicode::from_str(py, &text)
}

/// `_PySuper_Lookup`: the attribute of `super(ty, o)` without making that object, and, where a method is asked for,
/// whether it is one that takes `o` first and was not bound. None for what only the object itself can answer.
pub fn load(
    py: Py<'_>,
    ty: &PyTypeObject,
    o: &PyObject,
    n: &PyUnicodeObject,
    method: bool,
) -> PyResult<Option<(Owned, bool)>> {
    if !is_subtype(o.ty(), ty) || types::check(o).is_some() || unicode::equals_str(n.as_object(), "__class__")
    {
        return Ok(None);
    }
    let class = o.ty().to_owned();
    if method {
        let Some(v) = super_find(py, ty, &class, n)? else { return Ok(None) };
        if has(v.ty(), Py_TPFLAGS_METHOD_DESCRIPTOR) {
            return Ok(Some((v, true)));
        }
    }
    Ok(super_lookup(py, ty, o, &class, n)?.map(|v| (v, false)))
}

/// `super_getattro`. `__class__` is super's own.
fn getattro(py: Py<'_>, s: &superobject, n: &PyObject) -> PyResult {
    let n = attr::check_name(py, n)?;
    if let (Some(ty), Some(class)) = (type_in(&s.r#type), type_in(&s.obj_type))
        && !unicode::equals_str(n.as_object(), "__class__")
        && let Some(o) = held(&s.obj).map(Object::to_owned)
        && let Some(v) = super_lookup(py, &ty, &o, &class, n)?
    {
        return Ok(v);
    }
    attr::generic_get(py, s.as_object(), n)
}

/// `super_descr_get`.
fn descr_get(py: Py<'_>, s: &superobject, o: Option<&PyObject>, _: Option<&PyObject>) -> PyResult {
    let itself = || Ok(s.as_object().to_owned());
    let Some(o) = o.filter(|o| !object::is_none(o)) else { return itself() };
    if held(&s.obj).is_some() {
        return itself();
    }
    let Some(ty) = type_in(&s.r#type) else { return itself() };
    let own = s.as_object().ty();
    if !own.is(&PySuper_Type.0) {
        return call::call(py, own.as_object(), [ty.as_object(), o]);
    }
    let class = check(py, &ty, o)?;
    // SAFETY: LAYOUT: a zeroed object of the type.
    let new: Owned<superobject> = unsafe { object::generic_alloc(py, &PySuper_Type, 0)?.cast() };
    new.r#type.set(ty.into_raw());
    new.obj.set(o.to_owned().into_ptr());
    new.obj_type.set(class.into_raw());
    Ok(new.upcast())
}
