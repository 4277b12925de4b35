//! `_thread._local`: attributes that every thread has its own values of (`Modules/_threadmodule.c`).
//!
//! The object holds the dicts of all threads, so that the collector sees them. A thread's state holds, in its own dict, a
//! small object for each `_local` that it used; when the thread ends that object dies and takes the thread's dict away.

use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::thread::states;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyResult, attr, call, dict, exceptions, gc, glue, long, object, tuple, types, unicode, weakref,
};

/// An instance of `_thread._local`.
#[repr(C)]
struct LocalObject {
    ob_base: PyObject,
    /// What threads' dicts know this object by.
    key: Cell<*mut PyObject>,
    /// The arguments that `__init__` gets again in every thread, or NULL.
    args: Cell<*mut PyObject>,
    kw: Cell<*mut PyObject>,
    /// The dicts, by the number of the thread's state.
    dicts: Cell<*mut PyObject>,
    weakrefs: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for LocalObject {}

/// What a thread's dict holds for a `_local` that the thread used.
#[repr(C)]
struct UseObject {
    ob_base: PyObject,
    /// A weak reference to the `_local`.
    local: Cell<*mut PyObject>,
    /// The number of the thread's state.
    id: Cell<u64>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for UseObject {}

pub static LOCAL: StaticType = StaticType::new::<LocalObject>(c"_thread._local")
    .doc(c"Attributes that every thread has its own values of.")
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE)
    .weaklist(offset_of!(LocalObject, weakrefs))
    .traverse(glue::traverse(|l: &LocalObject, v: &glue::Visitor| {
        v.visit(&l.args)?;
        v.visit(&l.kw)?;
        v.visit(&l.dicts)
    }))
    .clear(glue::clear(local_clear))
    .dealloc(glue::dealloc(local_dealloc))
    .getattro(glue::binary(local_getattr))
    .setattro(glue::assign(local_setattr))
    .create(glue::create(local_new));

/// CPython's name for it.
pub static USE: StaticType = StaticType::new::<UseObject>(c"_thread._localdummy")
    .doc(c"Says that a thread used a _local.")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .dealloc(glue::dealloc(use_dealloc));

/// A field as a dict, if it is one.
fn as_dict(field: &Cell<*mut PyObject>) -> Option<Owned<PyDictObject>> {
    // SAFETY: LIVE: the field holds its object, or NULL.
    unsafe { field.get().as_ref() }.and_then(dict::check).map(Object::to_owned)
}

fn local_clear(py: Py<'_>, l: &LocalObject) {
    object::clear_field(&l.args);
    object::clear_field(&l.kw);
    object::clear_field(&l.dicts);
    // SAFETY: LIVE: the object holds its key, or NULL.
    let Some(key) = (unsafe { l.key.get().as_ref() }) else { return };
    let mut uses = Vec::new();
    for s in states::all(py) {
        if let Some(d) = as_dict(&s.abi.dict) {
            // The key is a str, whose comparison with others runs no code of theirs.
            uses.extend(dict::pop(py, &d, key).ok().flatten());
        }
    }
    drop(uses);
}

fn local_dealloc(py: Py<'_>, l: &LocalObject) {
    weakref::clear_all(py, l.as_object());
    // SAFETY: the type has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(l.as_object());
        local_clear(py, l);
        object::clear_field(&l.key);
        object::tp_free(l.as_object());
    }
}

/// The end of a thread, or of the `_local`: the thread's dict goes.
fn use_dealloc(py: Py<'_>, u: &UseObject) {
    // SAFETY: LIVE: the field holds a weak reference, or NULL; its memory goes last.
    unsafe {
        let target = u.local.get().as_ref().and_then(weakref::check_ref).and_then(weakref::target);
        if let Some(l) = target {
            // LAYOUT: made by `make_dict` with a weak reference to a `_local`.
            let l: Owned<LocalObject> = l.cast();
            if let (Some(d), Ok(id)) = (as_dict(&l.dicts), long::from_u64(py, u.id.get())) {
                drop(dict::pop(py, &d, id.as_object()).ok().flatten());
            }
        }
        object::clear_field(&u.local);
        object::tp_free(u.as_object());
    }
}

/// `local_new`: arguments are for an `__init__` of a subclass.
fn local_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if (tuple::len(args) > 0 || has_keywords(kw)) && !has_init(ty) {
        let text = format_args!("Initialization arguments are not supported");
        return Err(exceptions::type_error(py, text));
    }
    // SAFETY: LAYOUT: subtypes begin like this struct.
    let l: Owned<LocalObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    l.args.set(args.to_owned().into_ptr());
    l.kw.set(kw.map_or(core::ptr::null_mut(), |kw| kw.to_owned().into_ptr()));
    l.key.set(unicode::from_str(py, &format!("thread.local.{:p}", l.as_ptr()))?.into_ptr());
    // This thread's `__init__` runs as every object's.
    make_dict(py, &l)?;
    Ok(l.upcast())
}

/// Has a type an `__init__` of its own?
fn has_init(ty: &PyTypeObject) -> bool {
    let (own, plain) = (ty.tp_init.get(), types::PyBaseObject_Type.0.tp_init.get());
    own.map(|f| f as usize) != plain.map(|f| f as usize)
}

/// A dict for this thread, and the note of it in the thread's own (`_local_create_dummy`).
fn make_dict(py: Py<'_>, l: &LocalObject) -> PyResult<Owned<PyDictObject>> {
    let d = dict::new(py)?;
    let id = py.state().abi.id.get();
    if l.dicts.get().is_null() {
        l.dicts.set(dict::new(py)?.into_ptr());
    }
    let w = weakref::new_ref(py, &weakref::_PyWeakref_RefType, l.as_object(), None)?;
    // SAFETY: LAYOUT: the type's own struct.
    let u: Owned<UseObject> = unsafe { object::tp_alloc(py, &USE, 0)?.cast() };
    u.local.set(w.into_ptr());
    u.id.set(id);
    if let Some(all) = as_dict(&l.dicts) {
        dict::set(py, &all, long::from_u64(py, id)?.as_object(), d.as_object())?;
    }
    let own = states::own_dict(py)?;
    // SAFETY: LIVE: the object holds its key.
    dict::set(py, &own, unsafe { &*l.key.get() }, u.as_object())?;
    Ok(d)
}

/// The dict of this thread; a new one where the thread meets the object for the first time, after `__init__` of a
/// subclass ran (`_ldict`).
fn local_dict(py: Py<'_>, l: &LocalObject) -> PyResult<Owned<PyDictObject>> {
    let own = states::own_dict(py)?;
    // SAFETY: LIVE: the object holds its key.
    let key = unsafe { (*l.key.get()).to_owned() };
    if dict::contains(py, &own, &key)?
        && let Some(all) = as_dict(&l.dicts)
    {
        let id = long::from_u64(py, py.state().abi.id.get())?;
        if let Some(d) = dict::get(py, &all, id.as_object())?.filter(|d| dict::check(d).is_some()) {
            // SAFETY: LAYOUT: just checked.
            return Ok(unsafe { d.cast() });
        }
    }
    let d = make_dict(py, l)?;
    if has_init(l.ty())
        && let Some(init) = l.ty().tp_init.get()
    {
        // SAFETY: LIVE: the object holds its arguments, and is held by the caller. The contract of the slot.
        let r = unsafe {
            let args = l.args.get().as_ref().map_or_else(|| tuple::empty().upcast(), Object::to_owned);
            let kw = l.kw.get().as_ref().map(Object::to_owned);
            init(l.as_ptr(), args.as_ptr(), kw.as_ref().map_or(core::ptr::null_mut(), |k| k.as_ptr()))
        };
        if r < 0 {
            let e = dxpy_core::PyErr::fetch(py);
            // The next access tries again.
            drop(dict::pop(py, &own, &key)?);
            return Err(e);
        }
    }
    Ok(d)
}

fn local_getattr(py: Py<'_>, l: &LocalObject, name: &PyObject) -> PyResult {
    let name = attr::check_name(py, name)?;
    let d = local_dict(py, l)?;
    if unicode::equals_str(name.as_object(), "__dict__") {
        return Ok(d.upcast());
    }
    match attr::generic_lookup(py, l.as_object(), name, Some(&d))? {
        Some(v) => Ok(v),
        None => Err(attr::no_attribute(py, l.as_object(), name)),
    }
}

fn local_setattr(py: Py<'_>, l: &LocalObject, name: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    let name = attr::check_name(py, name)?;
    let d = local_dict(py, l)?;
    if unicode::equals_str(name.as_object(), "__dict__") {
        let shown = call::type_name(l.ty());
        return Err(exceptions::format(
            py,
            &exceptions::AttributeError,
            format_args!("'{shown}' object attribute '__dict__' is read-only"),
        ));
    }
    attr::generic_set_with_dict(py, l.as_object(), name, value, Some(&d))
}
