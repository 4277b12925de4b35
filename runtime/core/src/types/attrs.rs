//! `type`: attributes of classes, calling them, and `type`'s own methods (`type_getattro`, `type_call` and the getset
//! table of `Objects/typeobject.c`). Making classes is in `create`.

use super::inherit::has;
use super::lookup::{find, subclasses, types_of};
use super::ready::{base, dict_of};
use super::{PyType_Type, create, is_subtype, ready, slotdefs};
use crate::abi::constants::*;
use crate::abi::*;
use crate::call::{short_name, type_name};
use crate::err::{PyErr, PyResult, from_ptr};
use crate::ptr::{Object, Owned};
use crate::statics::StaticType;
use crate::thread::Py;
use crate::{attr, dict, doc, exceptions, glue, list, name, object, protocol, tuple, unicode};
use core::ffi::CStr;
use core::mem::offset_of;

/// `type`, but for its name in C.
pub(super) const fn type_type() -> StaticType {
    StaticType::new::<PyHeapTypeObject>(c"type")
        .sized(size_of::<PyHeapTypeObject>(), size_of::<PyMemberDef>())
        .flags(
            Py_TPFLAGS_HAVE_GC
                | Py_TPFLAGS_BASETYPE
                | Py_TPFLAGS_TYPE_SUBCLASS
                | Py_TPFLAGS_HAVE_VECTORCALL
                | Py_TPFLAGS_ITEMS_AT_END,
        )
        .doc(c"type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type")
        .weaklist(offset_of!(PyTypeObject, tp_weaklist))
        .dict(offset_of!(PyTypeObject, tp_dict))
        .vectorcall_offset(offset_of!(PyTypeObject, tp_vectorcall))
        .call(glue::call(call))
        .create(create::new_slot)
        .init(glue::init(init))
        .repr(glue::unary(repr))
        .getattro(glue::binary(getattro))
        .setattro(glue::assign(setattro))
        .is_gc(is_gc)
        .alloc(object::generic_alloc_slot)
        .free(object::free_slot)
        .traverse(glue::traverse(create::type_traverse))
        .clear(glue::clear(create::type_clear))
        .dealloc(glue::dealloc(create::type_dealloc))
        .methods(&METHODS)
        .members(&MEMBERS)
        .getset(&GETSET)
}

crate::methods! { static METHODS: for PyTypeObject [
    "mro" = mro [0], "($self, /)", "The type's method resolution order.";
    "__subclasses__" = list_subclasses [0], "($self, /)", "The list of the type's immediate subclasses.";
    "__prepare__" = prepare [2], "?($cls, /, *bases, **kwds)", "Create the namespace of a class statement.", class;
    "__instancecheck__" = instancecheck [1], "($self, instance, /)", "Whether an object is an instance.";
    "__subclasscheck__" = subclasscheck [1], "($self, subclass, /)", "Whether a class is a subclass.";
    "__dir__" = dir [0], "($self, /)", "The list of names dir(type) shows.";
    "__sizeof__" = sizeof [0], "($self, /)", "Size of the type object in memory, in bytes.";
] }

crate::members! { static MEMBERS [
    "__basicsize__" = Py_T_PYSSIZET, offset_of!(PyTypeObject, tp_basicsize), Py_READONLY, "";
    "__itemsize__" = Py_T_PYSSIZET, offset_of!(PyTypeObject, tp_itemsize), Py_READONLY, "";
    "__flags__" = Py_T_ULONG, offset_of!(PyTypeObject, tp_flags), Py_READONLY, "";
    "__weakrefoffset__" = Py_T_PYSSIZET, offset_of!(PyTypeObject, tp_weaklistoffset), Py_READONLY, "";
    "__base__" = _Py_T_OBJECT, offset_of!(PyTypeObject, tp_base), Py_READONLY, "";
    "__dictoffset__" = Py_T_PYSSIZET, offset_of!(PyTypeObject, tp_dictoffset), Py_READONLY, "";
] }

crate::getset! { static GETSET [
    "__name__" = get_name, set set_name, "";
    "__qualname__" = get_qualname, set set_qualname, "";
    "__bases__" = get_bases, set create::set_bases, "";
    "__mro__" = get_mro, "";
    "__module__" = get_module, set set_module, "";
    "__abstractmethods__" = get_abstract, set set_abstract, "";
    "__dict__" = get_dict, "";
    "__doc__" = get_doc, set set_doc, "";
    "__text_signature__" = get_text_signature, "";
    "__annotations__" = get_annotations, set set_annotations, "";
    "__type_params__" = get_type_params, set set_type_params, "";
] }

/// The struct of a heap type.
pub(super) fn heap(ty: &PyTypeObject) -> Option<&PyHeapTypeObject> {
    // SAFETY: LAYOUT by the flag.
    has(ty, Py_TPFLAGS_HEAPTYPE).then(|| unsafe { &*(ty as *const PyTypeObject as *const PyHeapTypeObject) })
}

/// `type_is_gc`: only heap types have a collector header.
unsafe extern "C" fn is_gc(t: *mut PyObject) -> core::ffi::c_int {
    // SAFETY: LAYOUT: the slot's contract.
    has(unsafe { &*(t as *const PyTypeObject) }, Py_TPFLAGS_HEAPTYPE) as _
}

/// `type_init`.
fn init(py: Py<'_>, _: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let n = tuple::len(args);
    if n == 1 && super::slots::has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("type.__init__() takes no keyword arguments")));
    }
    if n != 1 && n != 3 {
        return Err(exceptions::type_error(py, format_args!("type.__init__() takes 1 or 3 arguments")));
    }
    Ok(())
}

/// `type_call`.
fn call(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if ty.is(&PyType_Type.0) {
        let n = tuple::len(args);
        if n == 1 && !super::slots::has_keywords(kw) {
            return Ok(tuple::items(args)[0].ty().as_object().to_owned());
        }
        if n != 3 {
            return Err(exceptions::type_error(py, format_args!("type() takes 1 or 3 arguments")));
        }
    }
    let Some(new) = ty.tp_new.get() else {
        return Err(exceptions::type_error(py, format_args!("cannot create '{}' instances", type_name(ty))));
    };
    let kw_ptr = kw.map_or(core::ptr::null_mut(), |d| d.as_ptr());
    // SAFETY: the slots' contracts.
    unsafe {
        let o = new(ty.as_ptr() as *mut PyTypeObject, args.as_ptr(), kw_ptr);
        let o = crate::call::check_result(py, ty.as_object(), o)?;
        if !is_subtype(o.ty(), ty) {
            return Ok(o);
        }
        if let Some(f) = o.ty().tp_init.get()
            && f(o.as_ptr(), args.as_ptr(), kw_ptr) < 0
        {
            return Err(PyErr::fetch(py));
        }
        Ok(o)
    }
}

/// `type_repr`.
fn repr(py: Py<'_>, ty: &PyTypeObject) -> PyResult<Owned<PyUnicodeObject>> {
    let module = module_of(py, ty).unwrap_or_else(|_| object::none());
    let text = match unicode::check(&module) {
        Some(m) if !unicode::equals_str(m.as_object(), "builtins") => {
            let q = qualname_of(py, ty)?;
            format!("<class '{}.{}'>", unicode::display(&module), unicode::display(q.as_object()))
        }
        _ => format!("<class '{}'>", type_name(ty)),
    };
    unicode::from_str(py, &text)
}

/// `type_getattro`: data descriptors of the metatype, then the type's own MRO, then the metatype's rest.
fn getattro(py: Py<'_>, ty: &PyTypeObject, name: &PyObject) -> PyResult {
    let name = attr::check_name(py, name)?;
    match lookup(py, ty, name)? {
        Some(v) => Ok(v),
        None => Err(no_attribute(py, ty, name)),
    }
}

/// `_Py_type_getattro_impl` without its error.
pub fn lookup(py: Py<'_>, ty: &PyTypeObject, name: &PyUnicodeObject) -> PyResult<Option<Owned>> {
    let meta = ty.as_object().ty();
    let on_meta = find(py, meta, name);
    let getter = on_meta.as_ref().and_then(|d| d.ty().tp_descr_get.get());
    if let (Some(d), Some(f)) = (&on_meta, getter)
        && attr::is_data_descriptor(d)
    {
        return attr::bind(py, f, d, ty.as_object()).map(Some);
    }
    if let Some(v) = find(py, ty, name) {
        return match v.ty().tp_descr_get.get() {
            // SAFETY: the slot's contract: no object, the type itself.
            Some(f) => unsafe { from_ptr(py, f(v.as_ptr(), core::ptr::null_mut(), ty.as_ptr())).map(Some) },
            None => Ok(Some(v)),
        };
    }
    match (on_meta, getter) {
        (Some(d), Some(f)) => attr::bind(py, f, &d, ty.as_object()).map(Some),
        (d, _) => Ok(d),
    }
}

/// The error for an attribute a class does not have.
#[cold]
pub fn no_attribute(py: Py<'_>, ty: &PyTypeObject, name: &PyUnicodeObject) -> PyErr {
    let e = exceptions::attribute_error(
        py,
        format_args!(
            "type object '{}' has no attribute '{}'",
            type_name(ty),
            unicode::display(name.as_object())
        ),
    );
    exceptions::with_attribute_context(py, e, ty.as_object(), name)
}

/// `type_setattro`.
fn setattro(py: Py<'_>, ty: &PyTypeObject, name: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    if has(ty, Py_TPFLAGS_IMMUTABLETYPE) {
        let shown = protocol::repr(py, name)?;
        return Err(exceptions::type_error(
            py,
            format_args!(
                "cannot set {} attribute of immutable type '{}'",
                unicode::display(shown.as_object()),
                type_name(ty)
            ),
        ));
    }
    let name = unicode::intern(py, attr::check_name(py, name)?.to_owned())?;
    let r = attr::generic_set(py, ty.as_object(), &name, value);
    if r.is_ok() {
        changed(py, ty, &name)?;
    }
    r
}

/// After the type's dict changed under `name`.
pub fn changed(py: Py<'_>, ty: &PyTypeObject, name: &PyUnicodeObject) -> PyResult<()> {
    super::lookup::modified(py, ty);
    let text = unicode::display(name.as_object());
    if text.len() > 4 && text.starts_with("__") && text.ends_with("__") {
        slotdefs::name_changed(py, ty, name)?;
    }
    Ok(())
}

/// `check_set_special_type_attr`.
fn settable<'a>(
    py: Py<'_>,
    ty: &PyTypeObject,
    value: Option<&'a PyObject>,
    name: &str,
) -> PyResult<&'a PyObject> {
    let no_room = !has(ty, Py_TPFLAGS_HEAPTYPE) && matches!(name, "__name__" | "__qualname__" | "__bases__");
    if has(ty, Py_TPFLAGS_IMMUTABLETYPE) || no_room {
        return Err(exceptions::type_error(
            py,
            format_args!("cannot set '{name}' attribute of immutable type '{}'", type_name(ty)),
        ));
    }
    let Some(value) = value else {
        return Err(exceptions::type_error(
            py,
            format_args!("cannot delete '{name}' attribute of immutable type '{}'", type_name(ty)),
        ));
    };
    crate::audit::write(py, ty.as_object(), name, Some(value))?;
    Ok(value)
}

/// As [`settable`], for the attributes set in `create`.
pub(super) fn check_settable<'a>(
    py: Py<'_>,
    ty: &PyTypeObject,
    value: Option<&'a PyObject>,
    name: &str,
) -> PyResult<&'a PyObject> {
    settable(py, ty, value, name)
}

fn get_name(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    match heap(ty) {
        // SAFETY: LIVE: a heap type holds its name.
        Some(h) => Ok(unsafe { (*h.ht_name.get()).to_owned() }),
        None => unicode::from_str(py, &short_name(ty)).map(Owned::upcast),
    }
}

fn set_name(py: Py<'_>, ty: &PyTypeObject, value: Option<&PyObject>) -> PyResult<()> {
    let value = settable(py, ty, value, "__name__")?;
    let Some(s) = unicode::check(value) else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "can only assign string to {}.__name__, not '{}'",
                type_name(ty),
                type_name(value.ty())
            ),
        ));
    };
    create::store_name(py, ty, s)
}

/// `type_qualname`.
pub fn qualname_of(py: Py<'_>, ty: &PyTypeObject) -> PyResult<Owned<PyUnicodeObject>> {
    match heap(ty) {
        // SAFETY: LIVE, LAYOUT: a heap type holds its qualified name, a str.
        Some(h) => Ok(unsafe { (*(h.ht_qualname.get() as *const PyUnicodeObject)).to_owned() }),
        None => unicode::from_str(py, &short_name(ty)),
    }
}

fn get_qualname(py: Py<'_>, ty: &PyTypeObject) -> PyResult<Owned<PyUnicodeObject>> {
    qualname_of(py, ty)
}

fn set_qualname(py: Py<'_>, ty: &PyTypeObject, value: Option<&PyObject>) -> PyResult<()> {
    let value = settable(py, ty, value, "__qualname__")?;
    if unicode::check(value).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "can only assign string to {}.__qualname__, not '{}'",
                type_name(ty),
                type_name(value.ty())
            ),
        ));
    }
    let h = heap(ty).expect("a mutable type is a heap type");
    let old = h.ht_qualname.replace(value.to_owned().into_ptr());
    // SAFETY: OWNED: the type held its former name.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    Ok(())
}

fn get_bases(_: Py<'_>, ty: &PyTypeObject) -> PyResult {
    // SAFETY: LIVE: a ready type holds its bases.
    Ok(unsafe { ty.tp_bases.get().as_ref() }.map_or_else(|| tuple::empty().upcast(), Object::to_owned))
}

fn get_mro(_: Py<'_>, ty: &PyTypeObject) -> PyResult {
    // SAFETY: LIVE: a ready type holds its MRO.
    Ok(unsafe { ty.tp_mro.get().as_ref() }.map_or_else(object::none, Object::to_owned))
}

/// `type_module`.
pub fn module_of(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    if heap(ty).is_some() {
        return match dict::get_name(py, dict_of(ty), name!("__module__"))? {
            Some(m) => Ok(m),
            None => Err(exceptions::attribute_error(py, format_args!("__module__"))),
        };
    }
    let full = type_name(ty);
    match full.rsplit_once('.') {
        Some((module, _)) => unicode::intern_str(py, module).map(Owned::upcast),
        None => Ok(name!("builtins").obj(py).to_owned()),
    }
}

fn get_module(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    module_of(py, ty)
}

fn set_module(py: Py<'_>, ty: &PyTypeObject, value: Option<&PyObject>) -> PyResult<()> {
    let value = settable(py, ty, value, "__module__")?;
    super::lookup::modified(py, ty);
    dict::set(py, dict_of(ty), name!("__module__").obj(py), value)
}

fn get_abstract(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    let found = if ty.is(&PyType_Type.0) {
        None
    } else {
        dict::get_name(py, dict_of(ty), name!("__abstractmethods__"))?
    };
    found.ok_or_else(|| exceptions::attribute_error(py, format_args!("__abstractmethods__")))
}

fn set_abstract(py: Py<'_>, ty: &PyTypeObject, value: Option<&PyObject>) -> PyResult<()> {
    let (d, key) = (dict_of(ty), name!("__abstractmethods__").obj(py));
    let is_abstract = match value {
        Some(v) => {
            let truth = protocol::is_true(py, v)?;
            dict::set(py, d, key, v)?;
            truth
        }
        None => {
            if dict::pop(py, d, key)?.is_none() {
                return Err(exceptions::attribute_error(py, format_args!("__abstractmethods__")));
            }
            false
        }
    };
    super::lookup::modified(py, ty);
    let flags = ty.tp_flags.get() & !Py_TPFLAGS_IS_ABSTRACT;
    ty.tp_flags.set(flags | if is_abstract { Py_TPFLAGS_IS_ABSTRACT } else { 0 });
    Ok(())
}

fn get_dict(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    crate::mappingproxy::new(py, dict_of(ty).as_object())
}

/// A static type's docstring text.
fn c_doc(ty: &PyTypeObject) -> Option<String> {
    let p = ty.tp_doc.get();
    // SAFETY: STATIC, or owned by the type: a C string.
    (!p.is_null()).then(|| unsafe { CStr::from_ptr(p) }.to_string_lossy().into_owned())
}

fn get_doc(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    if heap(ty).is_none()
        && has(ty, Py_TPFLAGS_IMMUTABLETYPE)
        && let Some(text) = c_doc(ty)
    {
        return match doc::docstring(&type_name(ty), &text) {
            Some(t) => unicode::from_str(py, t).map(Owned::upcast),
            None => Ok(object::none()),
        };
    }
    match dict::get_name(py, dict_of(ty), name!("__doc__"))? {
        None => Ok(object::none()),
        Some(v) => match v.ty().tp_descr_get.get() {
            // SAFETY: the slot's contract: no object, the type itself.
            Some(f) => unsafe { from_ptr(py, f(v.as_ptr(), core::ptr::null_mut(), ty.as_ptr())) },
            None => Ok(v),
        },
    }
}

fn set_doc(py: Py<'_>, ty: &PyTypeObject, value: Option<&PyObject>) -> PyResult<()> {
    let value = settable(py, ty, value, "__doc__")?;
    super::lookup::modified(py, ty);
    dict::set(py, dict_of(ty), name!("__doc__").obj(py), value)
}

fn get_text_signature(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    let text = c_doc(ty);
    match text.as_deref().and_then(|t| doc::text_signature(&type_name(ty), t)) {
        Some(t) => unicode::from_str(py, t).map(Owned::upcast),
        None => Ok(object::none()),
    }
}

fn get_annotations(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    let key = name!("__annotations__");
    if heap(ty).is_none() {
        return Err(exceptions::attribute_error(
            py,
            format_args!("type object '{}' has no attribute '__annotations__'", type_name(ty)),
        ));
    }
    match dict::get_name(py, dict_of(ty), key)? {
        Some(v) => match v.ty().tp_descr_get.get() {
            // SAFETY: the slot's contract: no object, the type itself.
            Some(f) => unsafe { from_ptr(py, f(v.as_ptr(), core::ptr::null_mut(), ty.as_ptr())) },
            None => Ok(v),
        },
        None => {
            let fresh = dict::new(py)?.upcast();
            dict::set(py, dict_of(ty), key.obj(py), &fresh)?;
            super::lookup::modified(py, ty);
            Ok(fresh)
        }
    }
}

fn set_annotations(py: Py<'_>, ty: &PyTypeObject, value: Option<&PyObject>) -> PyResult<()> {
    if has(ty, Py_TPFLAGS_IMMUTABLETYPE) {
        return Err(exceptions::type_error(
            py,
            format_args!("cannot set '__annotations__' attribute of immutable type '{}'", type_name(ty)),
        ));
    }
    let key = name!("__annotations__").obj(py);
    match value {
        Some(v) => dict::set(py, dict_of(ty), key, v)?,
        None if dict::pop(py, dict_of(ty), key)?.is_none() => {
            return Err(exceptions::attribute_error(py, format_args!("__annotations__")));
        }
        None => {}
    }
    super::lookup::modified(py, ty);
    Ok(())
}

fn get_type_params(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    let own =
        heap(ty).map(|_| dict::get_name(py, dict_of(ty), name!("__type_params__"))).transpose()?.flatten();
    Ok(own.unwrap_or_else(|| tuple::empty().upcast()))
}

fn set_type_params(py: Py<'_>, ty: &PyTypeObject, value: Option<&PyObject>) -> PyResult<()> {
    let value = settable(py, ty, value, "__type_params__")?;
    dict::set(py, dict_of(ty), name!("__type_params__").obj(py), value)?;
    super::lookup::modified(py, ty);
    Ok(())
}

fn mro(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    let order = ready::standard_mro(py, ty)?;
    crate::sequence::to_list(py, order.as_object()).map(Owned::upcast)
}

/// Whether this is the method descriptor of `type.mro`.
pub(super) fn is_mro_method(d: &PyObject) -> bool {
    // SAFETY: LAYOUT: just checked.
    d.ty().is(&crate::descr::PyMethodDescr_Type.0)
        && core::ptr::eq(
            unsafe { (*(d as *const PyObject as *const PyMethodDescrObject)).d_method.get() },
            &METHODS.0[0],
        )
}

fn list_subclasses(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    // SAFETY: LIVE: a type leaves the list before it dies; one that is dying already is passed over.
    let alive = subclasses(ty).into_iter().filter_map(|t| unsafe {
        let t = (*t).as_object();
        (t.refcnt() > 0).then(|| t.to_owned())
    });
    list::from_iter(py, alive.collect::<Vec<_>>()).map(Owned::upcast)
}

fn prepare(py: Py<'_>, _: &PyTypeObject, _: crate::args::Rest<'_>, _: crate::args::Keywords<'_>) -> PyResult {
    dict::new(py).map(Owned::upcast)
}

fn instancecheck(py: Py<'_>, ty: &PyTypeObject, o: &PyObject) -> PyResult<bool> {
    super::isinstance::real_instance(py, o, ty.as_object())
}

fn subclasscheck(py: Py<'_>, ty: &PyTypeObject, o: &PyObject) -> PyResult<bool> {
    super::isinstance::real_subclass(py, o, ty.as_object())
}

fn dir(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    let names = dict::new(py)?;
    super::object::merge_class_dict(py, &names, ty.as_object())?;
    list::from_iter(py, dict::items(&names).into_iter().map(|(k, _)| k)).map(Owned::upcast)
}

/// `type___sizeof___impl`: a heap type counts its struct and shared keys.
fn sizeof(_: Py<'_>, ty: &PyTypeObject) -> PyResult<usize> {
    match heap(ty) {
        None => Ok(size_of::<PyTypeObject>()),
        // SAFETY: LIVE: a heap type holds its keys, or NULL.
        Some(h) => Ok(size_of::<PyHeapTypeObject>()
            + unsafe { h.ht_cached_keys.get().as_ref() }.map_or(0, dict::keys::bytes)),
    }
}

/// The first of the type's bases along `tp_base` for which `f` holds, the type included.
pub(super) fn along_base(ty: &PyTypeObject, f: impl Fn(&PyTypeObject) -> bool) -> Option<&PyTypeObject> {
    let mut t = Some(ty);
    while let Some(x) = t {
        if f(x) {
            return Some(x);
        }
        t = base(x);
    }
    None
}

/// `_PySuper_Lookup`: the attribute `name` as found after `start` in the MRO of `class`, bound for `o` (NULL of the
/// descriptor protocol when `o` is the class itself).
pub fn super_lookup(
    py: Py<'_>,
    start: &PyTypeObject,
    o: &PyObject,
    class: &PyTypeObject,
    name: &PyUnicodeObject,
) -> PyResult<Option<Owned>> {
    let Some(v) = super_find(py, start, class, name)? else { return Ok(None) };
    match v.ty().tp_descr_get.get() {
        // SAFETY: the slot's contract.
        Some(f) => unsafe {
            let object = if o.is(class) { core::ptr::null_mut() } else { o.as_ptr() };
            from_ptr(py, f(v.as_ptr(), object, class.as_ptr())).map(Some)
        },
        None => Ok(Some(v)),
    }
}

/// What `name` is after `start` in the MRO of `class`, not bound.
pub fn super_find(
    py: Py<'_>,
    start: &PyTypeObject,
    class: &PyTypeObject,
    name: &PyUnicodeObject,
) -> PyResult<Option<Owned>> {
    // SAFETY: LIVE: the class holds its MRO, and it is held here against replacement.
    let _held = unsafe { class.tp_mro.get().as_ref() }.map(Object::to_owned);
    let order = types_of(&class.tp_mro);
    let Some(at) = order.iter().position(|t| core::ptr::eq(*t, start)) else { return Ok(None) };
    for t in &order[at + 1..] {
        // SAFETY: LIVE: the MRO holds its types.
        if let Some(v) = dict::get(py, dict_of(unsafe { &**t }), name.as_object())? {
            return Ok(Some(v));
        }
    }
    Ok(None)
}
