//! Shims: `const fn`s that turn a safe Rust function into the C function pointer of a slot or table.
//!
//! A function item is a zero-sized type, so each shim is monomorphised once for its function and calls it directly:
//! `StaticType::repr(glue::unary(list_repr))`. The shim takes the token, borrows the arguments as the structs the
//! function asks for, and turns its `PyResult` into C's result. `T` of the first argument is trusted: a slot is only
//! called on instances of the type that has it, or of subtypes, whose memory begins alike.

use crate::abi::*;
use crate::err::{PyErr, PyResult, into_ptr};
use crate::ptr::{Layout, Owned, borrow};
use crate::thread::Py;
use core::ffi::{c_int, c_void};

/// The value of a zero-sized function type.
///
/// # Safety
/// A value of `F` was once made (its shim was).
#[inline(always)]
pub(crate) unsafe fn conjure<F: Copy>() -> F {
    const { assert!(size_of::<F>() == 0, "glue takes functions and closures without captures") };
    // SAFETY: a zero-sized `Copy` value has no bytes to read, and one existed.
    unsafe { core::ptr::read(core::ptr::NonNull::<F>::dangling().as_ptr()) }
}

/// What a slot that answers with a C int returns: 0 or 1, -1 with an exception.
#[inline(always)]
fn int_result(py: Py<'_>, r: PyResult<bool>) -> c_int {
    match r {
        Ok(b) => b as c_int,
        Err(e) => {
            e.restore(py);
            -1
        }
    }
}

#[inline(always)]
fn unit_result(py: Py<'_>, r: PyResult<()>) -> c_int {
    int_result(py, r.map(|()| false))
}

/// `reprfunc`, `unaryfunc`, `getiterfunc`.
pub const fn unary<T: Layout, R: Layout, F>(_: F) -> unaryfunc
where
    F: for<'a> Fn(Py<'a>, &'a T) -> PyResult<Owned<R>> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, R: Layout, F>(a: *mut PyObject) -> *mut PyObject
    where
        F: for<'a> Fn(Py<'a>, &'a T) -> PyResult<Owned<R>> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots.
        unsafe {
            let py = Py::assume();
            into_ptr(py, conjure::<F>()(py, borrow(a)))
        }
    }
    shim::<T, R, F>
}

/// `binaryfunc` of slots whose first argument is always of the slot's type (`sq_concat`, `mp_subscript`, `getattro`).
pub const fn binary<T: Layout, U: Layout, R: Layout, F>(_: F) -> binaryfunc
where
    F: for<'a> Fn(Py<'a>, &'a T, &'a U) -> PyResult<Owned<R>> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, U: Layout, R: Layout, F>(
        a: *mut PyObject,
        b: *mut PyObject,
    ) -> *mut PyObject
    where
        F: for<'a> Fn(Py<'a>, &'a T, &'a U) -> PyResult<Owned<R>> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots.
        unsafe {
            let py = Py::assume();
            into_ptr(py, conjure::<F>()(py, borrow(a), borrow(b)))
        }
    }
    shim::<T, U, R, F>
}

/// `iternextfunc`: `None` is the end, without an exception.
pub const fn iternext<T: Layout, F>(_: F) -> iternextfunc
where
    F: for<'a> Fn(Py<'a>, &'a T) -> PyResult<Option<Owned>> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject) -> *mut PyObject
    where
        F: for<'a> Fn(Py<'a>, &'a T) -> PyResult<Option<Owned>> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots.
        unsafe {
            let py = Py::assume();
            match conjure::<F>()(py, borrow(a)) {
                Ok(Some(o)) => o.into_ptr(),
                Ok(None) => core::ptr::null_mut(),
                Err(e) => {
                    e.restore(py);
                    core::ptr::null_mut()
                }
            }
        }
    }
    shim::<T, F>
}

/// `richcmpfunc`; the operator is `Py_LT` … `Py_GE`.
pub const fn richcompare<T: Layout, F>(_: F) -> richcmpfunc
where
    F: for<'a> Fn(Py<'a>, &'a T, &'a PyObject, c_int) -> PyResult + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject, b: *mut PyObject, op: c_int) -> *mut PyObject
    where
        F: for<'a> Fn(Py<'a>, &'a T, &'a PyObject, c_int) -> PyResult + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots.
        unsafe {
            let py = Py::assume();
            into_ptr(py, conjure::<F>()(py, borrow(a), borrow(b), op))
        }
    }
    shim::<T, F>
}

/// `hashfunc`: a hash of -1 is the caller's mistake and becomes -2.
pub const fn hash<T: Layout, F>(_: F) -> hashfunc
where
    F: for<'a> Fn(Py<'a>, &'a T) -> PyResult<Py_hash_t> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject) -> Py_hash_t
    where
        F: for<'a> Fn(Py<'a>, &'a T) -> PyResult<Py_hash_t> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots.
        unsafe {
            let py = Py::assume();
            match conjure::<F>()(py, borrow(a)) {
                Ok(-1) => -2,
                Ok(h) => h,
                Err(e) => {
                    e.restore(py);
                    -1
                }
            }
        }
    }
    shim::<T, F>
}

/// `lenfunc`.
pub const fn len<T: Layout, F>(_: F) -> lenfunc
where
    F: for<'a> Fn(Py<'a>, &'a T) -> PyResult<usize> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject) -> Py_ssize_t
    where
        F: for<'a> Fn(Py<'a>, &'a T) -> PyResult<usize> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots.
        unsafe {
            let py = Py::assume();
            match conjure::<F>()(py, borrow(a)) {
                Ok(n) => n as Py_ssize_t,
                Err(e) => {
                    e.restore(py);
                    -1
                }
            }
        }
    }
    shim::<T, F>
}

/// `inquiry` as a truth test (`nb_bool`).
pub const fn truth<T: Layout, F>(_: F) -> inquiry
where
    F: for<'a> Fn(Py<'a>, &'a T) -> PyResult<bool> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject) -> c_int
    where
        F: for<'a> Fn(Py<'a>, &'a T) -> PyResult<bool> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots.
        unsafe {
            let py = Py::assume();
            int_result(py, conjure::<F>()(py, borrow(a)))
        }
    }
    shim::<T, F>
}

/// `objobjproc` (`sq_contains`).
pub const fn contains<T: Layout, F>(_: F) -> objobjproc
where
    F: for<'a> Fn(Py<'a>, &'a T, &'a PyObject) -> PyResult<bool> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject, b: *mut PyObject) -> c_int
    where
        F: for<'a> Fn(Py<'a>, &'a T, &'a PyObject) -> PyResult<bool> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots.
        unsafe {
            let py = Py::assume();
            int_result(py, conjure::<F>()(py, borrow(a), borrow(b)))
        }
    }
    shim::<T, F>
}

/// `ssizeargfunc` (`sq_item`, `sq_repeat`).
pub const fn indexed<T: Layout, R: Layout, F>(_: F) -> ssizeargfunc
where
    F: for<'a> Fn(Py<'a>, &'a T, isize) -> PyResult<Owned<R>> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, R: Layout, F>(a: *mut PyObject, i: Py_ssize_t) -> *mut PyObject
    where
        F: for<'a> Fn(Py<'a>, &'a T, isize) -> PyResult<Owned<R>> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots.
        unsafe {
            let py = Py::assume();
            into_ptr(py, conjure::<F>()(py, borrow(a), i))
        }
    }
    shim::<T, R, F>
}

/// `ssizeobjargproc` (`sq_ass_item`): `None` deletes.
pub const fn assign_indexed<T: Layout, F>(_: F) -> ssizeobjargproc
where
    F: for<'a> Fn(Py<'a>, &'a T, isize, Option<&'a PyObject>) -> PyResult<()> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject, i: Py_ssize_t, v: *mut PyObject) -> c_int
    where
        F: for<'a> Fn(Py<'a>, &'a T, isize, Option<&'a PyObject>) -> PyResult<()> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots; the value may be NULL.
        unsafe {
            let py = Py::assume();
            unit_result(py, conjure::<F>()(py, borrow(a), i, v.as_ref()))
        }
    }
    shim::<T, F>
}

/// `objobjargproc` (`mp_ass_subscript`, `setattro`, `descr_set`): `None` deletes.
pub const fn assign<T: Layout, F>(_: F) -> objobjargproc
where
    F: for<'a> Fn(Py<'a>, &'a T, &'a PyObject, Option<&'a PyObject>) -> PyResult<()> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject, k: *mut PyObject, v: *mut PyObject) -> c_int
    where
        F: for<'a> Fn(Py<'a>, &'a T, &'a PyObject, Option<&'a PyObject>) -> PyResult<()> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots; the value may be NULL.
        unsafe {
            let py = Py::assume();
            unit_result(py, conjure::<F>()(py, borrow(a), borrow(k), v.as_ref()))
        }
    }
    shim::<T, F>
}

/// `descrgetfunc`: `(self, object or None, type or None)`.
pub const fn descr_get<T: Layout, F>(_: F) -> descrgetfunc
where
    F: for<'a> Fn(Py<'a>, &'a T, Option<&'a PyObject>, Option<&'a PyObject>) -> PyResult + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(
        a: *mut PyObject,
        o: *mut PyObject,
        t: *mut PyObject,
    ) -> *mut PyObject
    where
        F: for<'a> Fn(Py<'a>, &'a T, Option<&'a PyObject>, Option<&'a PyObject>) -> PyResult + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots; object and type may be NULL.
        unsafe {
            let py = Py::assume();
            into_ptr(py, conjure::<F>()(py, borrow(a), o.as_ref(), t.as_ref()))
        }
    }
    shim::<T, F>
}

/// `ternaryfunc` as `tp_call`: positional tuple, keyword dict or none.
pub const fn call<T: Layout, F>(_: F) -> ternaryfunc
where
    F: for<'a> Fn(Py<'a>, &'a T, &'a PyTupleObject, Option<&'a PyDictObject>) -> PyResult + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(
        a: *mut PyObject,
        args: *mut PyObject,
        kw: *mut PyObject,
    ) -> *mut PyObject
    where
        F: for<'a> Fn(Py<'a>, &'a T, &'a PyTupleObject, Option<&'a PyDictObject>) -> PyResult + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of `tp_call`; keywords may be NULL.
        unsafe {
            let py = Py::assume();
            into_ptr(py, conjure::<F>()(py, borrow(a), borrow(args), (kw as *const PyDictObject).as_ref()))
        }
    }
    shim::<T, F>
}

/// `ternaryfunc` as `nb_power`: base, exponent, and the modulus or `None`, any of which may be of the slot's type.
pub const fn ternary<F>(_: F) -> ternaryfunc
where
    F: for<'a> Fn(Py<'a>, &'a PyObject, &'a PyObject, &'a PyObject) -> PyResult + Copy,
{
    unsafe extern "C" fn shim<F>(a: *mut PyObject, b: *mut PyObject, c: *mut PyObject) -> *mut PyObject
    where
        F: for<'a> Fn(Py<'a>, &'a PyObject, &'a PyObject, &'a PyObject) -> PyResult + Copy,
    {
        // SAFETY: GIL, LIVE: the contract of slots.
        unsafe {
            let py = Py::assume();
            into_ptr(py, conjure::<F>()(py, borrow(a), borrow(b), borrow(c)))
        }
    }
    shim::<F>
}

/// `newfunc`.
pub const fn create<F>(_: F) -> newfunc
where
    F: for<'a> Fn(Py<'a>, &'a PyTypeObject, &'a PyTupleObject, Option<&'a PyDictObject>) -> PyResult + Copy,
{
    unsafe extern "C" fn shim<F>(
        t: *mut PyTypeObject,
        args: *mut PyObject,
        kw: *mut PyObject,
    ) -> *mut PyObject
    where
        F: for<'a> Fn(Py<'a>, &'a PyTypeObject, &'a PyTupleObject, Option<&'a PyDictObject>) -> PyResult
            + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of `tp_new`; keywords may be NULL.
        unsafe {
            let py = Py::assume();
            into_ptr(py, conjure::<F>()(py, &*t, borrow(args), (kw as *const PyDictObject).as_ref()))
        }
    }
    shim::<F>
}

/// `vectorcallfunc` of a static type: a call that makes an instance of exactly this type.
pub const fn type_vectorcall<F>(_: F) -> vectorcallfunc
where
    F: for<'a> Fn(Py<'a>, &'a PyTypeObject, crate::args::RawArgs<'a>) -> PyResult + Copy,
{
    unsafe extern "C" fn shim<F>(
        t: *mut PyObject,
        args: *const *mut PyObject,
        nargsf: usize,
        kwnames: *mut PyObject,
    ) -> *mut PyObject
    where
        F: for<'a> Fn(Py<'a>, &'a PyTypeObject, crate::args::RawArgs<'a>) -> PyResult + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the vectorcall contract; the callable is the type.
        unsafe {
            let py = Py::assume();
            let raw = crate::args::RawArgs::new(args, crate::call::nargs(nargsf), kwnames);
            into_ptr(py, conjure::<F>()(py, &*(t as *const PyTypeObject), raw))
        }
    }
    shim::<F>
}

/// `initproc`.
pub const fn init<T: Layout, F>(_: F) -> initproc
where
    F: for<'a> Fn(Py<'a>, &'a T, &'a PyTupleObject, Option<&'a PyDictObject>) -> PyResult<()> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject, args: *mut PyObject, kw: *mut PyObject) -> c_int
    where
        F: for<'a> Fn(Py<'a>, &'a T, &'a PyTupleObject, Option<&'a PyDictObject>) -> PyResult<()> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of `tp_init`; keywords may be NULL.
        unsafe {
            let py = Py::assume();
            unit_result(py, conjure::<F>()(py, borrow(a), borrow(args), (kw as *const PyDictObject).as_ref()))
        }
    }
    shim::<T, F>
}

/// `getter`; the closure pointer is not passed on.
pub const fn getter<T: Layout, R: Layout, F>(_: F) -> crate::abi::getter
where
    F: for<'a> Fn(Py<'a>, &'a T) -> PyResult<Owned<R>> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, R: Layout, F>(a: *mut PyObject, _: *mut c_void) -> *mut PyObject
    where
        F: for<'a> Fn(Py<'a>, &'a T) -> PyResult<Owned<R>> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of getset descriptors, which check the type.
        unsafe {
            let py = Py::assume();
            into_ptr(py, conjure::<F>()(py, borrow(a)))
        }
    }
    shim::<T, R, F>
}

/// `setter`: `None` deletes.
pub const fn setter<T: Layout, F>(_: F) -> crate::abi::setter
where
    F: for<'a> Fn(Py<'a>, &'a T, Option<&'a PyObject>) -> PyResult<()> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject, v: *mut PyObject, _: *mut c_void) -> c_int
    where
        F: for<'a> Fn(Py<'a>, &'a T, Option<&'a PyObject>) -> PyResult<()> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of getset descriptors; the value may be NULL.
        unsafe {
            let py = Py::assume();
            unit_result(py, conjure::<F>()(py, borrow(a), v.as_ref()))
        }
    }
    shim::<T, F>
}

/// `inquiry` as `tp_clear`, and `destructor`-like hooks that cannot fail.
pub const fn clear<T: Layout, F>(_: F) -> inquiry
where
    F: for<'a> Fn(Py<'a>, &'a T) + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject) -> c_int
    where
        F: for<'a> Fn(Py<'a>, &'a T) + Copy,
    {
        // SAFETY: GIL, LAYOUT: the collector holds a reference.
        unsafe {
            conjure::<F>()(Py::assume(), borrow(a));
        }
        0
    }
    shim::<T, F>
}

/// `destructor` as `tp_dealloc`: the function receives an object whose count is zero, releases what it holds, and
/// frees it through `tp_free`. It must not make an [`Owned`] of it.
pub const fn dealloc<T: Layout, F>(_: F) -> destructor
where
    F: for<'a> Fn(Py<'a>, &'a T) + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject)
    where
        F: for<'a> Fn(Py<'a>, &'a T) + Copy,
    {
        // SAFETY: GIL, LAYOUT; the memory is valid until the function frees it.
        unsafe { conjure::<F>()(Py::assume(), borrow(a)) }
    }
    shim::<T, F>
}

/// What visits the references of one object for the collector: `visit(&o.field)?` for each field.
pub struct Visitor {
    visit: visitproc,
    arg: *mut c_void,
}

impl Visitor {
    /// The visitor of a C traversal.
    ///
    /// # Safety
    /// The contract of `tp_traverse`.
    pub unsafe fn new(visit: visitproc, arg: *mut c_void) -> Visitor {
        Visitor { visit, arg }
    }

    /// `Py_VISIT`: NULL is passed over; a non-zero answer ends the traversal.
    #[inline(always)]
    pub fn visit(&self, field: &core::cell::Cell<*mut PyObject>) -> Result<(), c_int> {
        let p = field.get();
        if p.is_null() {
            return Ok(());
        }
        // SAFETY: LIVE: a field of a live object holds a reference to its child.
        match unsafe { (self.visit)(p, self.arg) } {
            0 => Ok(()),
            stop => Err(stop),
        }
    }
}

impl Visitor {
    /// Goes on with another traversal of the same object, such as that of a module's state.
    pub fn delegate(&self, f: traverseproc, o: &PyObject) -> Result<(), c_int> {
        // SAFETY: LIVE; the contract of `tp_traverse`.
        match unsafe { f(o as *const PyObject as *mut PyObject, self.visit, self.arg) } {
            0 => Ok(()),
            stop => Err(stop),
        }
    }
}

/// `traverseproc`. The function must not allocate, run Python code, or change a count.
pub const fn traverse<T: Layout, F>(_: F) -> traverseproc
where
    F: for<'a> Fn(&'a T, &'a Visitor) -> Result<(), c_int> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject, visit: visitproc, arg: *mut c_void) -> c_int
    where
        F: for<'a> Fn(&'a T, &'a Visitor) -> Result<(), c_int> + Copy,
    {
        // SAFETY: LIVE, LAYOUT: the contract of `tp_traverse`.
        let r = unsafe { conjure::<F>()(borrow(a), &Visitor { visit, arg }) };
        r.err().unwrap_or(0)
    }
    shim::<T, F>
}

/// `getbufferproc`: fills the view, or leaves it without an object.
pub const fn get_buffer<T: Layout, F>(_: F) -> getbufferproc
where
    F: for<'a> Fn(Py<'a>, &'a T, &'a Py_buffer, c_int) -> PyResult<()> + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject, view: *mut Py_buffer, flags: c_int) -> c_int
    where
        F: for<'a> Fn(Py<'a>, &'a T, &'a Py_buffer, c_int) -> PyResult<()> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots; a NULL view is an old way to ask for a lock, now an error.
        unsafe {
            let py = Py::assume();
            let Some(view) = view.as_ref() else {
                crate::exceptions::buffer_error(
                    py,
                    format_args!(
                        "{}: view==NULL argument is obsolete",
                        crate::call::type_name(&*(*a).ob_type.get())
                    ),
                )
                .restore(py);
                return -1;
            };
            let r = conjure::<F>()(py, borrow(a), view, flags);
            if r.is_err() {
                view.obj.set(core::ptr::null_mut());
            }
            unit_result(py, r)
        }
    }
    shim::<T, F>
}

/// `releasebufferproc`.
pub const fn release_buffer<T: Layout, F>(_: F) -> releasebufferproc
where
    F: for<'a> Fn(Py<'a>, &'a T, &'a Py_buffer) + Copy,
{
    unsafe extern "C" fn shim<T: Layout, F>(a: *mut PyObject, view: *mut Py_buffer)
    where
        F: for<'a> Fn(Py<'a>, &'a T, &'a Py_buffer) + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of slots.
        unsafe { conjure::<F>()(Py::assume(), borrow(a), &*view) }
    }
    shim::<T, F>
}

/// Unused errors would vanish silently; this says where one is dropped on purpose (`PyErr_Clear`).
pub fn ignore(e: PyErr) {
    drop(e);
}
