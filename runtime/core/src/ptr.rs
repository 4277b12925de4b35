//! References: [`Owned`] (drop = decref), `&T` (borrowed), and the counting itself with 3.12's immortal objects.
//! Allocation is in `alloc`, type checks and casts by type are in `glue` and the type modules.

use crate::abi::{PyObject, PyTypeObject};
use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr::NonNull;

/// The low 32 bits of an immortal object's count, as `_Py_IMMORTAL_REFCNT`.
pub const IMMORTAL_REFCNT: isize = 0xFFFF_FFFF;

/// A struct whose memory begins with a `PyObject`.
///
/// # Safety
/// The type is `#[repr(C)]` and its first field is (transitively) a `PyObject`.
pub unsafe trait Layout {}

macro_rules! layouts {
    ($($t:ident)*) => { $(
        // SAFETY: the struct is `#[repr(C)]` and starts with `ob_base`; `dxpy-abi` tests the offset.
        unsafe impl Layout for crate::abi::$t {}
    )* };
}
layouts! {
    PyObject PyVarObject PyTypeObject PyHeapTypeObject PyLongObject PyFloatObject PyComplexObject PyASCIIObject
    PyCompactUnicodeObject PyUnicodeObject PyBytesObject PyByteArrayObject PyTupleObject _PyTupleIterObject
    PyListObject _PyListIterObject PyDictObject _PyDictViewObject PySetObject PySliceObject PyModuleObject
    PyCFunctionObject PyCMethodObject PyMethodObject PyInstanceMethodObject PyFunctionObject PyCodeObject
    PyFrameObject PyGenObject PyCoroObject PyAsyncGenObject PyCellObject PyDescrObject PyMethodDescrObject
    PyMemberDescrObject PyGetSetDescrObject PyWrapperDescrObject _PyPropertyObject PyMemoryViewObject
    _PyManagedBufferObject PyWeakReference PyBaseExceptionObject PyBaseExceptionGroupObject PySyntaxErrorObject
    PyImportErrorObject PyUnicodeErrorObject PySystemExitObject PyOSErrorObject PyStopIterationObject
    PyNameErrorObject PyAttributeErrorObject PyTracebackObject PyContext PyContextVar PyContextToken
    PyPickleBufferObject unionobject gaobject mappingproxyobject wrapperobject superobject staticmethod classmethod
    PyCapsule PyODictObject enumobject reversedobject filterobject mapobject zipobject rangeobject
    _PyRangeIterObject longrangeiterobject seqiterobject calliterobject dictiterobject setiterobject
    listreviterobject _PyNamespaceObject typevarobject paramspecobject PyHamtObject unicodeiterobject
    PyAsyncGenASend PyCoroWrapper PyStructSequence PyModuleDef
}

/// What every object can do without running Python code.
pub trait Object: Layout {
    /// The object seen as its header.
    #[inline(always)]
    fn as_object(&self) -> &PyObject {
        // SAFETY: LAYOUT, by the contract of `Layout`.
        unsafe { &*(self as *const Self as *const PyObject) }
    }

    /// The raw pointer C code receives; the reference count is not touched.
    #[inline(always)]
    fn as_ptr(&self) -> *mut PyObject {
        self.as_object() as *const PyObject as *mut PyObject
    }

    /// The object's type (`Py_TYPE`). Borrowed for as long as the object keeps its `__class__`.
    #[inline(always)]
    fn ty(&self) -> &PyTypeObject {
        // SAFETY: INIT: `ob_type` is set at allocation and never NULL; the object holds its (heap) type alive.
        unsafe { &*self.as_object().ob_type.get() }
    }

    /// `Py_REFCNT`.
    #[inline(always)]
    fn refcnt(&self) -> isize {
        self.as_object().ob_refcnt.get()
    }

    /// A new owned reference to the same object (`Py_NewRef`).
    #[inline(always)]
    fn to_owned(&self) -> Owned<Self>
    where
        Self: Sized,
    {
        incref(self.as_object());
        Owned(NonNull::from(self), PhantomData)
    }

    /// Same object? (`Py_Is`)
    #[inline(always)]
    fn is<U: Layout + ?Sized>(&self, other: &U) -> bool {
        core::ptr::addr_eq(self, other)
    }
}
impl<T: Layout + ?Sized> Object for T {}

/// `_Py_IsImmortal`: the sign of the low half, so that old extensions' 64-bit increments do not matter.
#[inline(always)]
pub fn is_immortal(o: &PyObject) -> bool {
    (o.ob_refcnt.get() as i32) < 0
}

/// `Py_INCREF`: adds to the low half only, and leaves an immortal object's count alone.
#[inline(always)]
pub fn incref(o: &PyObject) {
    let low = o.ob_refcnt.as_ptr() as *mut u32;
    #[cfg(feature = "zeal")]
    crate::zeal::check(o);
    // SAFETY: the low half of the count, on a little-endian target; the cell is not borrowed.
    unsafe {
        let next = (*low).wrapping_add(1);
        #[cfg(feature = "zeal")]
        crate::zeal::count(!is_immortal(o) as isize);
        if next != 0 {
            *low = next;
        }
    }
}

/// `Py_DECREF`.
///
/// # Safety
/// OWNED: the caller gives up one reference; GIL.
#[inline(always)]
pub unsafe fn decref(o: *mut PyObject) {
    // SAFETY: LIVE by the reference being given up.
    unsafe {
        let count = &(*o).ob_refcnt;
        #[cfg(feature = "zeal")]
        crate::zeal::check(&*o);
        if (count.get() as i32) < 0 {
            return;
        }
        #[cfg(feature = "zeal")]
        {
            assert!(count.get() > 0, "negative reference count on {o:p}");
            crate::zeal::count(-1);
        }
        count.set(count.get() - 1);
        if count.get() == 0 {
            dealloc(o);
        }
    }
}

/// How deep deallocations nest before the rest waits (`_PyTrash_UNWIND_LEVEL`).
const TRASH_LEVEL: i32 = 50;

/// `_Py_Dealloc`: calls `tp_dealloc`. A long chain of collected objects, each holding the last reference to the next, is
/// taken apart iteratively: from some depth on objects wait in a list (CPython's trashcan, which its containers use one
/// by one; here it is every collected type's, those of extensions included).
///
/// # Safety
/// The last reference was just given up; GIL.
#[cold]
#[inline(never)]
pub unsafe fn dealloc(o: *mut PyObject) {
    // SAFETY: INIT: every type has a `tp_dealloc` once it is ready. A waiting object is kept by nobody else; its
    // collector header's link is free once it is untracked.
    unsafe {
        let ty = &*(*o).ob_type.get();
        let destructor = ty.tp_dealloc.get().expect("a type without tp_dealloc has instances");
        if !crate::gc::collect::is_collectable(&*o) {
            return destructor(o);
        }
        let state = crate::thread::current();
        if state.is_null() {
            return destructor(o);
        }
        let trash = &(*state).abi.trash;
        let depth = trash.delete_nesting.get();
        if depth >= TRASH_LEVEL {
            crate::gc::untrack(&*o);
            crate::gc::set_link(&*o, trash.delete_later.replace(o));
            return;
        }
        trash.delete_nesting.set(depth + 1);
        destructor(o);
        if depth == 0 {
            // Still one level deep, so that what these release waits here too instead of starting a loop of its own.
            while let Some(next) = trash.delete_later.get().as_ref() {
                trash.delete_later.set(crate::gc::link(next));
                let destructor = next.ty().tp_dealloc.get().expect("it was deallocated before");
                destructor(next.as_ptr());
            }
        }
        trash.delete_nesting.set(depth);
    }
}

/// One owned reference to an object that begins with `T`. Dropping it may run finalisers, that is: any Python code.
#[repr(transparent)]
pub struct Owned<T: Layout = PyObject>(NonNull<T>, PhantomData<T>);

impl<T: Layout> Owned<T> {
    /// Takes over the reference that `p` carries.
    ///
    /// # Safety
    /// OWNED, LAYOUT; `p` is not NULL.
    #[inline(always)]
    pub unsafe fn from_raw(p: *mut T) -> Owned<T> {
        debug_assert!(!p.is_null());
        // SAFETY: the caller's promise.
        Owned(unsafe { NonNull::new_unchecked(p) }, PhantomData)
    }

    /// As [`Owned::from_raw`], with NULL as `None`.
    ///
    /// # Safety
    /// OWNED, LAYOUT where `p` is not NULL.
    #[inline(always)]
    pub unsafe fn from_raw_opt(p: *mut T) -> Option<Owned<T>> {
        NonNull::new(p).map(|p| Owned(p, PhantomData))
    }

    /// Gives the reference to whoever takes the pointer.
    #[inline(always)]
    pub fn into_raw(self) -> *mut T {
        let p = self.0.as_ptr();
        core::mem::forget(self);
        p
    }

    /// As `into_raw`, as the header pointer that slots and tables carry.
    #[inline(always)]
    pub fn into_ptr(self) -> *mut PyObject {
        self.into_raw() as *mut PyObject
    }

    /// Forgets the more exact struct.
    #[inline(always)]
    pub fn upcast(self) -> Owned<PyObject> {
        // SAFETY: LAYOUT: every layout begins with a `PyObject`.
        unsafe { Owned::from_raw(self.into_raw() as *mut PyObject) }
    }

    /// Reads the object as a more exact struct.
    ///
    /// # Safety
    /// LAYOUT: the object's type was checked.
    #[inline(always)]
    pub unsafe fn cast<U: Layout>(self) -> Owned<U> {
        // SAFETY: the caller's promise.
        unsafe { Owned::from_raw(self.into_raw() as *mut U) }
    }
}

impl<T: Layout> Deref for Owned<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: LIVE: this value holds a reference.
        unsafe { self.0.as_ref() }
    }
}

impl<T: Layout> Clone for Owned<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        (**self).to_owned()
    }
}

impl<T: Layout> Drop for Owned<T> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: OWNED: this value's reference ends here; GIL: references exist only while it is held.
        unsafe { decref(self.0.as_ptr() as *mut PyObject) }
    }
}

/// Borrows the object behind a pointer that C code passed in.
///
/// # Safety
/// LIVE for `'a`, LAYOUT, not NULL.
#[inline(always)]
pub unsafe fn borrow<'a, T: Layout>(p: *mut PyObject) -> &'a T {
    debug_assert!(!p.is_null());
    // SAFETY: the caller's promise.
    unsafe { &*(p as *const T) }
}

impl<T: Layout> core::fmt::Debug for Owned<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "<{} at {:p}>", crate::call::type_name(self.ty()), self.as_ptr())
    }
}
