//! Readying a type: `PyType_Ready` of `Objects/typeobject.c`, in its order, for static and heap types.

use super::inherit::{self, add_flags, has};
use super::mro::{MroError, linearize};
use super::{PyBaseObject_Type, PyType_Type, lookup, object, slotdefs};
use crate::abi::constants::*;
use crate::abi::*;
use crate::call::type_name;
use crate::dict;
use crate::err::{PyErr, PyResult};
use crate::exceptions;
use crate::ptr::{Object, Owned};
use crate::thread::Py;
use crate::{descr, doc, name, protocol, tuple, unicode};
use core::ffi::CStr;

/// The place of the managed dict relative to its object (`MANAGED_DICT_OFFSET`).
const MANAGED_WEAKREF_OFFSET: isize = -4 * size_of::<*mut PyObject>() as isize;

/// A type's base.
pub fn base(ty: &PyTypeObject) -> Option<&PyTypeObject> {
    // SAFETY: LIVE: a type holds its base.
    unsafe { ty.tp_base.get().as_ref() }
}

/// A type's own dict. Every ready type has one; a type of an extension that forgot `PyType_Ready` is made ready now.
pub fn dict_of(ty: &PyTypeObject) -> &PyDictObject {
    if ty.tp_dict.get().is_null() {
        // SAFETY: GIL: whoever has a type holds it.
        make_ready_late(unsafe { Py::assume() }, ty);
    }
    let d = ty.tp_dict.get() as *const PyDictObject;
    assert!(!d.is_null(), "a type that is not ready was asked for its dict");
    // SAFETY: LAYOUT: only dicts are stored there; LIVE: the type holds it.
    unsafe { &*d }
}

/// Makes a type ready that is used without having been, which CPython allows. Failing leaves it as it was.
#[cold]
pub fn make_ready_late(py: Py<'_>, ty: &PyTypeObject) {
    const OURS: core::ffi::c_ulong =
        Py_TPFLAGS_READY | Py_TPFLAGS_READYING | Py_TPFLAGS_HEAPTYPE | _Py_TPFLAGS_STATIC_BUILTIN;
    if !has(ty, OURS)
        && let Err(e) = ready_as_given(py, ty)
    {
        exceptions::unraisable(py, e, None);
    }
}

/// Modules whose types are static in CPython too.
const STATIC: &[&[u8]] = &[
    b"Token",
    b"_contextvars",
    b"collections.OrderedDict",
    b"datetime",
    b"decimal",
    b"pickle",
    b"sys",
    b"types",
    b"typing",
    b"weakref",
];

/// Readies a type of our own. Types that CPython makes on the heap have their `__module__` in their dict, where instances
/// find it; so have ours, though they are static.
pub fn ready(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    ready_as_given(py, ty)?;
    if has(ty, Py_TPFLAGS_HEAPTYPE) {
        return Ok(());
    }
    // SAFETY: LIVE: a ready type has a name.
    let full = unsafe { CStr::from_ptr(ty.tp_name.get()) }.to_bytes();
    let Some(dot) = full.iter().rposition(|b| *b == b'.') else { return Ok(()) };
    if STATIC.iter().any(|s| *s == &full[..dot] || *s == full) {
        return Ok(());
    }
    let d = dict_of(ty);
    if dict::get_name(py, d, name!("__module__"))?.is_none()
        && let Ok(module) = core::str::from_utf8(&full[..dot])
    {
        dict::set(py, d, name!("__module__").obj(py), unicode::from_str(py, module)?.as_object())?;
    }
    Ok(())
}

/// `PyType_Ready`.
pub fn ready_as_given(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    if has(ty, Py_TPFLAGS_READY) {
        return Ok(());
    }
    if !has(ty, Py_TPFLAGS_HEAPTYPE | _Py_TPFLAGS_STATIC_BUILTIN) {
        // Historically no type in static memory can be changed; ours say it themselves.
        add_flags(ty, Py_TPFLAGS_IMMUTABLETYPE);
    }
    add_flags(ty, Py_TPFLAGS_READYING);
    let r = run(py, ty);
    ty.tp_flags.set(ty.tp_flags.get() & !Py_TPFLAGS_READYING);
    if r.is_ok() {
        add_flags(ty, Py_TPFLAGS_READY);
    }
    r
}

fn run(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    if ty.tp_name.get().is_null() {
        return Err(exceptions::system_error(py, format_args!("Type does not define the tp_name field.")));
    }
    if ty.tp_dict.get().is_null() {
        ty.tp_dict.set(dict::new(py)?.into_ptr());
    }
    set_bases(py, ty)?;
    set_new(py, ty)?;
    fill_dict(py, ty)?;
    set_mro(py, ty)?;
    inherit_all(py, ty)?;
    // C code calls these slots of its own types, and of their bases.
    if ty.tp_alloc.get().is_none() {
        ty.tp_alloc.set(Some(crate::object::generic_alloc_slot));
    }
    if ty.tp_free.get().is_none() {
        ty.tp_free.set(Some(crate::object::free_slot));
    }
    preheader(py, ty)?;
    set_hash(py, ty)?;
    for b in lookup::types_of(&ty.tp_bases) {
        // SAFETY: LIVE: a type holds its bases.
        lookup::add_subclass(unsafe { &**b }, ty);
    }
    managed_dict(py, ty)?;
    if has(ty, Py_TPFLAGS_HAVE_GC) && ty.tp_traverse.get().is_none() {
        return Err(exceptions::system_error(
            py,
            format_args!(
                "type {} has the Py_TPFLAGS_HAVE_GC flag but has no traverse function",
                type_name(ty)
            ),
        ));
    }
    Ok(())
}

/// `type_ready_set_base`, `type_ready_set_type` and `type_ready_set_bases`.
fn set_bases(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    let is_object = ty.is(&PyBaseObject_Type.0);
    if ty.tp_base.get().is_null() && !is_object {
        ty.tp_base.set(PyBaseObject_Type.0.as_ptr() as *mut PyTypeObject);
    }
    if let Some(b) = base(ty).filter(|b| b.tp_dict.get().is_null()) {
        ready_as_given(py, b)?;
    }
    if ty.ob_base.ob_base.ob_type.get().is_null()
        && let Some(b) = base(ty)
    {
        ty.ob_base.ob_base.ob_type.set(b.as_object().ob_type.get());
    }
    if ty.tp_bases.get().is_null() {
        let bases = match base(ty) {
            Some(b) => tuple::from_iter(py, [b.as_object().to_owned()])?,
            None => tuple::empty(),
        };
        ty.tp_bases.set(bases.into_ptr());
    }
    Ok(())
}

/// The rows of a C table that ends in a row whose name is NULL.
///
/// # Safety
/// `first` is NULL or begins such a table, which lives as long as the type.
unsafe fn rows<'a, T>(first: *const T, is_end: impl Fn(&T) -> bool) -> &'a [T] {
    if first.is_null() {
        return &[];
    }
    let mut n = 0;
    // SAFETY: the caller's promise.
    unsafe {
        while !is_end(&*first.add(n)) {
            n += 1;
        }
        core::slice::from_raw_parts(first, n)
    }
}

/// `type_ready_fill_dict`: what the C tables define, under the names a program finds them by.
fn fill_dict(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    let d = dict_of(ty);
    slotdefs::add_operators(py, ty, d)?;
    // SAFETY: the tables of a type live as long as it does.
    let (methods, members, getsets): (&'static [PyMethodDef], &[PyMemberDef], &[PyGetSetDef]) = unsafe {
        (
            rows(ty.tp_methods.get(), |r: &PyMethodDef| r.ml_name.get().is_null()),
            rows(ty.tp_members.get(), |r: &PyMemberDef| r.name.get().is_null()),
            rows(ty.tp_getset.get(), |r: &PyGetSetDef| r.name.get().is_null()),
        )
    };
    for m in methods {
        add_method(py, ty, d, m)?;
    }
    for m in members {
        let descriptor = descr::new_member(py, ty, m)?;
        put(py, d, &descriptor, false)?;
    }
    for g in getsets {
        let descriptor = descr::new_getset(py, ty, g)?;
        put(py, d, &descriptor, false)?;
    }
    let key = name!("__doc__").obj(py);
    if !dict::contains(py, d, key)? {
        let text = match ty.tp_doc.get() {
            p if p.is_null() => None,
            // SAFETY: STATIC, or owned by the type: a C string.
            p => Some(unsafe { CStr::from_ptr(p) }.to_string_lossy()),
        };
        match text.as_deref().and_then(|t| doc::docstring(&type_name(ty), t)) {
            Some(t) => dict::set(py, d, key, unicode::from_str(py, t)?.as_object())?,
            None => dict::set(py, d, key, &crate::object::none())?,
        }
    }
    Ok(())
}

/// Adds a descriptor under its name, unless (`replace` aside) the name is taken.
fn put(py: Py<'_>, d: &PyDictObject, descriptor: &PyObject, replace: bool) -> PyResult<()> {
    // SAFETY: LAYOUT: all descriptors begin so.
    let name = descr::name(unsafe { &*(descriptor as *const PyObject as *const PyDescrObject) });
    if replace {
        dict::set(py, d, name.as_object(), descriptor)
    } else {
        dict::set_default(py, d, name.as_object(), descriptor).map(drop)
    }
}

/// `type_add_method`.
fn add_method(py: Py<'_>, ty: &PyTypeObject, d: &PyDictObject, m: &'static PyMethodDef) -> PyResult<()> {
    let flags = m.ml_flags.get();
    let replace = flags & METH_COEXIST != 0;
    if flags & METH_CLASS != 0 {
        if flags & METH_STATIC != 0 {
            return Err(exceptions::value_error(py, format_args!("method cannot be both class and static")));
        }
        return put(py, d, &*descr::new_method(py, ty, m, true)?, replace);
    }
    if flags & METH_STATIC == 0 {
        return put(py, d, &*descr::new_method(py, ty, m, false)?, replace);
    }
    let f = crate::cfunction::new(py, m, Some(ty.as_object()), None, None)?;
    let s = super::staticmethod(py, &f)?;
    let name = unicode::intern_str(py, &crate::cfunction::name_of(m))?;
    if replace {
        dict::set(py, d, name.as_object(), &s)
    } else {
        dict::set_default(py, d, name.as_object(), &s).map(drop)
    }
}

/// `type_ready_mro`.
fn set_mro(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    compute_mro(py, ty)?;
    if !has(ty, Py_TPFLAGS_HEAPTYPE) {
        for t in lookup::types_of(&ty.tp_mro) {
            // SAFETY: LIVE: the MRO holds its types.
            let t = unsafe { &**t };
            if has(t, Py_TPFLAGS_HEAPTYPE) {
                return Err(exceptions::type_error(
                    py,
                    format_args!(
                        "type '{}' is not dynamically allocated but its base type '{}' is dynamically allocated",
                        type_name(ty),
                        type_name(t)
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// `mro_implementation`: the C3 order as a tuple.
pub fn standard_mro(py: Py<'_>, ty: &PyTypeObject) -> PyResult<Owned<PyTupleObject>> {
    let bases = lookup::types_of(&ty.tp_bases);
    for b in bases {
        // SAFETY: LIVE: a type holds its bases.
        let b = unsafe { &**b };
        if b.tp_dict.get().is_null() {
            ready(py, b)?;
        }
        if b.tp_mro.get().is_null() {
            return Err(exceptions::type_error(
                py,
                format_args!("Cannot extend an incomplete type '{}'", type_name(b)),
            ));
        }
    }
    // SAFETY: LIVE: as above.
    let mros: Vec<&[*mut PyTypeObject]> =
        bases.iter().map(|b| lookup::types_of(unsafe { &(**b).tp_mro })).collect();
    let this = ty.as_ptr() as *mut PyTypeObject;
    match linearize(this, bases, &mros) {
        // SAFETY: LIVE: every type in the order is a base's or the type itself.
        Ok(order) => tuple::from_iter(
            py,
            order.into_iter().map(|t| unsafe { (*t).as_object().to_owned() }).collect::<Vec<_>>(),
        ),
        Err(e) => Err(mro_error(py, e)),
    }
}

/// The name of a class for messages about bases: its `__name__` through attribute lookup.
fn class_name(py: Py<'_>, t: *mut PyTypeObject) -> String {
    // SAFETY: LIVE: one of the bases in hand.
    let t = unsafe { &*t };
    match crate::attr::lookup_name(py, t.as_object(), name!("__name__")) {
        Ok(Some(n)) if unicode::check(&n).is_some() => unicode::display(&n),
        _ => "?".to_owned(),
    }
}

#[cold]
fn mro_error(py: Py<'_>, e: MroError<*mut PyTypeObject>) -> PyErr {
    match e {
        MroError::Duplicate(t) => {
            exceptions::type_error(py, format_args!("duplicate base class {}", class_name(py, t)))
        }
        MroError::Inconsistent(heads) => {
            let names: Vec<String> = heads.into_iter().map(|t| class_name(py, t)).collect();
            exceptions::type_error(
                py,
                format_args!(
                    "Cannot create a consistent method resolution\norder (MRO) for bases {}",
                    names.join(", ")
                ),
            )
        }
    }
}

/// `mro_internal`: computes the order, asking a metaclass's own `mro()`, and installs it. Whether it was installed: a
/// `mro()` that readied the type on the way wins.
pub fn compute_mro(py: Py<'_>, ty: &PyTypeObject) -> PyResult<bool> {
    let old = ty.tp_mro.get();
    let custom = !ty.as_object().ty().is(&PyType_Type.0);
    let order =
        match custom.then(|| super::special::lookup(py, ty.as_object(), name!("mro"))).transpose()?.flatten()
        {
            Some(m) if !object::is_type_mro(&m.function) => {
                let r = m.call(py, ty.as_object(), [])?;
                let order = crate::sequence::to_tuple(py, &r)?;
                check_mro(py, ty, &order)?;
                order
            }
            _ => standard_mro(py, ty)?,
        };
    if ty.tp_mro.get() != old {
        return Ok(false);
    }
    ty.tp_mro.set(order.into_ptr());
    mro_modified(ty);
    lookup::modified(py, ty);
    // SAFETY: OWNED: the type held its old order.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    Ok(true)
}

/// `mro_check`.
fn check_mro(py: Py<'_>, ty: &PyTypeObject, order: &PyTupleObject) -> PyResult<()> {
    let solid = super::create::solid_base(ty);
    for t in tuple::items(order) {
        let Some(class) = super::check(t) else {
            return Err(exceptions::type_error(
                py,
                format_args!("mro() returned a non-class ('{}')", type_name(t.ty())),
            ));
        };
        if !super::is_subtype(solid, super::create::solid_base(class)) {
            return Err(exceptions::type_error(
                py,
                format_args!("mro() returned base with unsuitable layout ('{}')", type_name(class)),
            ));
        }
    }
    Ok(())
}

/// `type_mro_modified`: a type whose order is not the standard one of its bases may not be cached if an order holds
/// something that is no subtype relation. Ours is always a tuple of types, so only invalidation is needed, which
/// `modified` does.
fn mro_modified(ty: &PyTypeObject) {
    ty.tp_flags.set(ty.tp_flags.get() & !Py_TPFLAGS_VALID_VERSION_TAG);
    ty.tp_version_tag.set(0);
}

/// `type_ready_set_new`.
fn set_new(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    let b = base(ty);
    if ty.tp_new.get().is_none()
        && b.is_some_and(|b| b.is(&PyBaseObject_Type.0))
        && !has(ty, Py_TPFLAGS_HEAPTYPE)
    {
        add_flags(ty, Py_TPFLAGS_DISALLOW_INSTANTIATION);
    }
    if has(ty, Py_TPFLAGS_DISALLOW_INSTANTIATION) {
        ty.tp_new.set(None);
        return Ok(());
    }
    match ty.tp_new.get() {
        // A static type that stands for a heap type of CPython's says so that it has `object`'s, as that inherits it.
        Some(f)
            if b.is_some_and(|b| b.is(&PyBaseObject_Type.0))
                && core::ptr::fn_addr_eq(f, object::new_slot as newfunc) =>
        {
            Ok(())
        }
        Some(_) => object::add_new_wrapper(py, ty),
        None => {
            ty.tp_new.set(b.and_then(|b| b.tp_new.get()));
            Ok(())
        }
    }
}

/// `type_ready_inherit`.
fn inherit_all(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    let Some(b) = base(ty) else { return Ok(()) };
    inherit::special(ty, b);
    let d = dict_of(ty);
    let overrides_hash =
        dict::contains(py, d, name!("__eq__").obj(py))? || dict::contains(py, d, name!("__hash__").obj(py))?;
    for t in lookup::types_of(&ty.tp_mro).iter().skip(1) {
        // SAFETY: LIVE: the MRO holds its types.
        let t = unsafe { &**t };
        inherit::slots(ty, t, overrides_hash);
        inherit::pattern_flags(ty, t);
    }
    inherit::tables(ty, b);
    Ok(())
}

/// `type_ready_preheader`.
fn preheader(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    if has(ty, Py_TPFLAGS_MANAGED_DICT) {
        if ty.tp_dictoffset.get() > 0 || ty.tp_dictoffset.get() < -1 {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "type {} has the Py_TPFLAGS_MANAGED_DICT flag but tp_dictoffset is set",
                    type_name(ty)
                ),
            ));
        }
        ty.tp_dictoffset.set(-1);
    }
    if has(ty, Py_TPFLAGS_MANAGED_WEAKREF) {
        let offset = ty.tp_weaklistoffset.get();
        if offset != 0 && offset != MANAGED_WEAKREF_OFFSET {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "type {} has the Py_TPFLAGS_MANAGED_WEAKREF flag but tp_weaklistoffset is set",
                    type_name(ty)
                ),
            ));
        }
        ty.tp_weaklistoffset.set(MANAGED_WEAKREF_OFFSET);
    }
    Ok(())
}

/// `type_ready_set_hash`: a type that compares and does not hash says so in its dict.
fn set_hash(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    if ty.tp_hash.get().is_some() {
        return Ok(());
    }
    let (d, key) = (dict_of(ty), name!("__hash__").obj(py));
    if dict::contains(py, d, key)? {
        return Ok(());
    }
    dict::set(py, d, key, &crate::object::none())?;
    ty.tp_hash.set(Some(protocol::hash_not_implemented));
    Ok(())
}

/// `type_ready_managed_dict`: the keys that instances share.
fn managed_dict(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    if !has(ty, Py_TPFLAGS_MANAGED_DICT) {
        return Ok(());
    }
    if !has(ty, Py_TPFLAGS_HEAPTYPE) {
        return Err(exceptions::system_error(
            py,
            format_args!(
                "type {} has the Py_TPFLAGS_MANAGED_DICT flag but not Py_TPFLAGS_HEAPTYPE flag",
                type_name(ty)
            ),
        ));
    }
    // SAFETY: LAYOUT by the flag.
    let heap = unsafe { &*(ty as *const PyTypeObject as *const PyHeapTypeObject) };
    if heap.ht_cached_keys.get().is_null() {
        heap.ht_cached_keys.set(dict::keys::new_shared(py)?);
    }
    Ok(())
}
