//! Allocation of objects and the singletons `None`, `NotImplemented` and `Ellipsis`.
//! The object protocol (`PyObject_Repr`, `PyObject_GetAttr`, …) is not here yet.

use crate::abi::constants::*;
use crate::abi::*;
use crate::alloc;
use crate::err::PyResult;
use crate::exceptions;
use crate::gc;
use crate::glue;
use crate::ptr::{IMMORTAL_REFCNT, Layout, Object, Owned};
use crate::statics::{Gil, StaticType};
use crate::thread::Py;
use core::cell::Cell;

/// The bytes in front of an object of this type: collector header, and the two words of a managed dict or weak list
/// (`_PyType_PreHeaderSize`).
#[inline(always)]
pub fn preheader_size(ty: &PyTypeObject) -> usize {
    let flags = ty.tp_flags.get();
    let gc = if flags & Py_TPFLAGS_HAVE_GC != 0 { size_of::<PyGC_Head>() } else { 0 };
    let managed = flags & (Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF) != 0;
    gc + if managed { 2 * size_of::<*mut PyObject>() } else { 0 }
}

/// Memory for an object of this type and `size` bytes, with type and count set and a cleared pre-header; the rest of
/// the object is not initialised (`_PyObject_New`, `_PyObject_GC_New`). The object is not tracked.
///
/// # Safety
/// `size` covers `T` and the type's instances are `T`s; the caller fills every field before anyone else sees it.
#[inline]
pub unsafe fn alloc_uninit<T: Layout>(py: Py<'_>, ty: &PyTypeObject, size: usize) -> PyResult<Owned<T>> {
    let pre = preheader_size(ty);
    let Some(total) = size.checked_add(pre) else { return Err(exceptions::memory_error(py)) };
    let block = alloc::malloc(total);
    if block.is_null() {
        return Err(exceptions::memory_error(py));
    }
    if ty.tp_flags.get() & Py_TPFLAGS_HAVE_GC != 0 {
        gc::collect::allocated();
    }
    // SAFETY: the block holds the pre-header and the object; OWNED: the count is the reference handed out.
    unsafe {
        core::ptr::write_bytes(block as *mut u8, 0, pre);
        let o = block.byte_add(pre) as *mut T;
        let header = o as *mut PyObject;
        (*header).ob_refcnt = Cell::new(1);
        #[cfg(feature = "zeal")]
        crate::zeal::count(1);
        (*header).ob_type = Cell::new(ty.as_ptr() as *mut PyTypeObject);
        if ty.tp_flags.get() & Py_TPFLAGS_HEAPTYPE != 0 {
            crate::ptr::incref(ty.as_object());
        }
        Ok(Owned::from_raw(o))
    }
}

/// `PyType_GenericAlloc`: a zeroed object with room for `items` items (one more where the type has items), tracked.
pub fn generic_alloc(py: Py<'_>, ty: &PyTypeObject, items: usize) -> PyResult {
    let (basic, item) = (ty.tp_basicsize.get() as usize, ty.tp_itemsize.get() as usize);
    // The sentinel item is what C code counts on behind an array of pointers.
    let room = if item == 0 { Some(0) } else { items.checked_add(1).and_then(|n| n.checked_mul(item)) };
    let size = room.and_then(|r| r.checked_add(basic)).and_then(|s| s.checked_next_multiple_of(8));
    let Some(size) = size.filter(|s| *s <= isize::MAX as usize) else {
        return Err(exceptions::memory_error(py));
    };
    // SAFETY: every byte after the header is zeroed here, which is what `tp_alloc` promises.
    unsafe {
        let o = alloc_uninit::<PyObject>(py, ty, size)?;
        let header = size_of::<PyObject>();
        core::ptr::write_bytes((o.as_ptr() as *mut u8).add(header), 0, size - header);
        if item != 0 {
            (*(o.as_ptr() as *mut PyVarObject)).ob_size = Cell::new(items as isize);
        }
        if ty.tp_flags.get() & Py_TPFLAGS_HAVE_GC != 0 {
            gc::track(&o);
        }
        Ok(o)
    }
}

/// Frees the memory of a dead object: `PyObject_Free` or `PyObject_GC_Del`, minding the pre-header.
///
/// # Safety
/// The object's fields were released, it is untracked, its count is zero, and nobody uses it again.
#[inline]
pub unsafe fn free(o: &PyObject) {
    let pre = preheader_size(o.ty());
    if o.ty().tp_flags.get() & Py_TPFLAGS_HAVE_GC != 0 {
        gc::collect::freed();
    }
    // SAFETY: the block began `pre` bytes before the object.
    unsafe { alloc::free((o.as_ptr() as *mut core::ffi::c_void).byte_sub(pre)) }
}

/// `tp_dealloc` of singletons: extensions built against an older ABI change immortal counts with 64-bit additions and
/// so can bring one to zero; it becomes immortal again (`_Py_SetImmortal` in CPython's `none_dealloc`).
pub fn revive(_: Py<'_>, o: &PyObject) {
    o.ob_refcnt.set(IMMORTAL_REFCNT);
}

/// Gives up the reference a field holds and leaves NULL there (`Py_CLEAR`).
#[inline]
pub fn clear_field(field: &Cell<*mut PyObject>) {
    // SAFETY: OWNED: the field held one reference, or NULL.
    drop(unsafe { Owned::from_raw_opt(field.replace(core::ptr::null_mut())) });
}

/// A field of a more exact pointer, as the collector and [`clear_field`] take it.
#[inline(always)]
pub fn field<T: Layout>(field: &Cell<*mut T>) -> &Cell<*mut PyObject> {
    // SAFETY: LAYOUT: every layout begins with a `PyObject`, and all thin pointers look alike.
    unsafe { &*(field as *const Cell<*mut T> as *const Cell<*mut PyObject>) }
}

/// Calls `tp_free`, the last thing a `tp_dealloc` does; a type without one gets [`free`]. The reference an object
/// holds to its heap type is given up by the dealloc of that heap type.
///
/// # Safety
/// As [`free`].
#[inline]
pub unsafe fn tp_free(o: &PyObject) {
    // SAFETY: the caller's promise.
    unsafe {
        match o.ty().tp_free.get() {
            Some(f) if !core::ptr::fn_addr_eq(f, free_slot as freefunc) => {
                f(o.as_ptr() as *mut core::ffi::c_void)
            }
            _ => free(o),
        }
    }
}

/// An immortal singleton of a static type.
pub const fn immortal(ty: &'static StaticType) -> Gil<PyObject> {
    Gil(PyObject {
        ob_refcnt: Cell::new(IMMORTAL_REFCNT),
        ob_type: Cell::new(&raw const ty.0 as *mut PyTypeObject),
    })
}

/// `NoneType`.
#[unsafe(no_mangle)]
pub static _PyNone_Type: StaticType = StaticType::new::<PyObject>(c"NoneType").dealloc(glue::dealloc(revive));
/// `NotImplementedType`.
#[unsafe(no_mangle)]
pub static _PyNotImplemented_Type: StaticType =
    StaticType::new::<PyObject>(c"NotImplementedType").dealloc(glue::dealloc(revive));
/// `ellipsis`.
#[unsafe(no_mangle)]
pub static PyEllipsis_Type: StaticType =
    StaticType::new::<PyObject>(c"ellipsis").dealloc(glue::dealloc(revive));

/// `None`.
#[unsafe(no_mangle)]
pub static _Py_NoneStruct: Gil<PyObject> = immortal(&_PyNone_Type);
/// `NotImplemented`.
#[unsafe(no_mangle)]
pub static _Py_NotImplementedStruct: Gil<PyObject> = immortal(&_PyNotImplemented_Type);
/// `Ellipsis`.
#[unsafe(no_mangle)]
pub static _Py_EllipsisObject: Gil<PyObject> = immortal(&PyEllipsis_Type);

/// A reference to `None`.
#[inline(always)]
pub fn none() -> Owned {
    _Py_NoneStruct.to_owned()
}

/// Is this `None`?
#[inline(always)]
pub fn is_none(o: &PyObject) -> bool {
    o.is(&_Py_NoneStruct.0)
}

/// A reference to `NotImplemented`.
#[inline(always)]
pub fn not_implemented() -> Owned {
    _Py_NotImplementedStruct.to_owned()
}

/// Is this `NotImplemented`?
#[inline(always)]
pub fn is_not_implemented(o: &PyObject) -> bool {
    o.is(&_Py_NotImplementedStruct.0)
}

/// `PyType_GenericAlloc` as the slot.
///
/// # Safety
/// GIL, LIVE; the type is ready.
#[unsafe(export_name = "PyType_GenericAlloc")]
pub unsafe extern "C" fn generic_alloc_slot(ty: *mut PyTypeObject, items: Py_ssize_t) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of `tp_alloc`.
    unsafe {
        let py = Py::assume();
        crate::err::into_ptr(py, generic_alloc(py, &*ty, items.max(0) as usize))
    }
}

/// `PyObject_Free` and `PyObject_GC_Del` as the slot: the object's type tells which.
///
/// # Safety
/// As [`free`].
pub unsafe extern "C" fn free_slot(o: *mut core::ffi::c_void) {
    // SAFETY: the caller's promise.
    unsafe { free(&*(o as *const PyObject)) }
}

/// `PyObject_GenericSetDict`: assigning `__dict__`.
pub fn set_dict_attribute(py: Py<'_>, o: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    if !crate::instance::has_dict(o) {
        return Err(exceptions::attribute_error(py, format_args!("This object has no __dict__")));
    }
    let Some(v) = value else {
        return Err(exceptions::type_error(py, format_args!("cannot delete __dict__")));
    };
    let Some(d) = crate::dict::check(v) else {
        return Err(exceptions::type_error(
            py,
            format_args!("__dict__ must be set to a dictionary, not a '{}'", crate::call::type_name(v.ty())),
        ));
    };
    crate::instance::set_dict(o, Some(d.to_owned()));
    Ok(())
}

/// The head of the object's list of weak references, where its type has one.
pub fn weakrefs_cell(o: &PyObject) -> Option<&Cell<*mut PyObject>> {
    crate::weakref::list(o)
}

/// `PyObject_CallFinalizerFromDealloc`: whether the finaliser brought the object back to life.
///
/// # Safety
/// The object's count is zero and its dealloc runs.
pub unsafe fn finalize_from_dealloc(py: Py<'_>, o: &PyObject, f: destructor) -> bool {
    let collected = gc::collect::is_collectable(o);
    // SAFETY: the caller's promise; the object is whole while the finaliser sees it.
    unsafe {
        if collected && gc::is_finalized(o) {
            return false;
        }
        o.ob_refcnt.set(1);
        let pending = crate::err::PyErr::take(py);
        f(o.as_ptr());
        if let Some(e) = pending {
            e.restore(py);
        }
        if collected {
            gc::set_finalized(o);
        }
        o.ob_refcnt.set(o.ob_refcnt.get() - 1);
        if o.ob_refcnt.get() == 0 {
            return false;
        }
        true
    }
}

/// `ty->tp_alloc(ty, items)`: how constructors make instances of subclasses.
pub fn tp_alloc(py: Py<'_>, ty: &PyTypeObject, items: usize) -> PyResult {
    match ty.tp_alloc.get() {
        // SAFETY: OWNED: the slot's contract.
        Some(f) if !core::ptr::fn_addr_eq(f, generic_alloc_slot as allocfunc) => unsafe {
            crate::err::from_ptr(py, f(ty.as_ptr() as *mut PyTypeObject, items as Py_ssize_t))
        },
        _ => generic_alloc(py, ty, items),
    }
}

/// `PyType_GenericNew` as the slot: an instance, whatever the arguments are.
///
/// # Safety
/// GIL, LIVE; the type is ready.
#[unsafe(export_name = "PyType_GenericNew")]
pub unsafe extern "C" fn generic_new_slot(
    ty: *mut PyTypeObject,
    _: *mut PyObject,
    _: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: the contract of `tp_new` and `tp_alloc`.
    unsafe {
        let alloc = (*ty).tp_alloc.get().unwrap_or(generic_alloc_slot);
        alloc(ty, 0)
    }
}
