//! Wrappers: what calls a C slot when a program calls the special method it shows as (`wrap_unaryfunc` and siblings).
//! Each takes the object, the argument tuple and the slot's function.
//!
//! Functions with a slot's signature have that slot's contract (GIL, LIVE, LAYOUT) as their safety condition.
#![allow(clippy::missing_safety_doc)]

use crate::abi::*;
use crate::call::type_name;
use crate::err::{PyErr, PyResult, from_ptr, into_ptr};
use crate::exceptions;
use crate::object::{is_none, none};
use crate::protocol;
use crate::ptr::{Object, Owned};
use crate::thread::Py;
use crate::{boolean, long, number, tuple};
use core::ffi::{c_int, c_void};

/// `check_num_args` and `PyArg_UnpackTuple`.
fn arguments<'a>(py: Py<'_>, args: &'a PyObject, min: usize, max: usize) -> PyResult<&'a [&'a PyObject]> {
    // SAFETY: LAYOUT: wrappers receive a tuple.
    let items = tuple::items(unsafe { &*(args as *const PyObject as *const PyTupleObject) });
    let n = items.len();
    if n >= min && n <= max {
        return Ok(items);
    }
    let e = if min == max {
        let s = if min == 1 { "" } else { "s" };
        exceptions::type_error(py, format_args!("expected {min} argument{s}, got {n}"))
    } else {
        let (word, limit) = if n < min { ("at least", min) } else { ("at most", max) };
        let s = if limit == 1 { "" } else { "s" };
        exceptions::type_error(py, format_args!("expected {word} {limit} argument{s}, got {n}"))
    };
    Err(e)
}

/// A C int result: -1 is an error.
fn done(py: Py<'_>, r: c_int) -> PyResult {
    if r < 0 { Err(PyErr::fetch(py)) } else { Ok(none()) }
}

macro_rules! wrappers {
    ($( $(#[$m:meta])* $name:ident($slot:ty, $min:literal..=$max:literal) = |$py:ident, $o:ident, $a:ident, $f:ident| $body:expr; )*) => { $(
        $(#[$m])*
        pub unsafe extern "C" fn $name(o: *mut PyObject, args: *mut PyObject, f: *mut c_void) -> *mut PyObject {
            // SAFETY: GIL, LIVE; the descriptor passes the function of the slot it was made for.
            unsafe {
                let $py = Py::assume();
                let $f = core::mem::transmute::<*mut c_void, $slot>(f);
                let $o: &PyObject = &*o;
                let run = || -> PyResult {
                    let $a = arguments($py, &*args, $min, $max)?;
                    $body
                };
                into_ptr($py, run())
            }
        }
    )* };
}

macro_rules! compare {
    ($($name:ident $op:ident;)*) => { wrappers! { $(
        /// One operator of `tp_richcompare`.
        $name(richcmpfunc, 1..=1) = |py, o, a, f| from_ptr(py, f(o.as_ptr(), a[0].as_ptr(), protocol::$op));
    )* } };
}
compare! { lt LT; le LE; eq EQ; ne NE; gt GT; ge GE; }

/// An index argument of a sequence slot (`getindex`): negative ones count from the end.
fn sequence_index(py: Py<'_>, o: &PyObject, arg: &PyObject) -> PyResult<isize> {
    let i = number::as_ssize(py, arg, &exceptions::OverflowError)?;
    if i >= 0 {
        return Ok(i);
    }
    // SAFETY: LIVE: the table of a live type; the slot's contract.
    let len = unsafe {
        o.ty().tp_as_sequence.get().as_ref().and_then(|t| t.sq_length.get()).map(|f| f(o.as_ptr()))
    };
    match len {
        Some(n) if n < 0 => Err(PyErr::fetch(py)),
        Some(n) => Ok(i + n),
        None => Ok(i),
    }
}

wrappers! {
    /// `wrap_unaryfunc`.
    unary(unaryfunc, 0..=0) = |py, o, _a, f| from_ptr(py, f(o.as_ptr()));
    /// `wrap_binaryfunc`.
    binary(binaryfunc, 1..=1) = |py, o, a, f| from_ptr(py, f(o.as_ptr(), a[0].as_ptr()));
    /// `wrap_binaryfunc_l`.
    binary_left(binaryfunc, 1..=1) = |py, o, a, f| from_ptr(py, f(o.as_ptr(), a[0].as_ptr()));
    /// `wrap_binaryfunc_r`.
    binary_right(binaryfunc, 1..=1) = |py, o, a, f| from_ptr(py, f(a[0].as_ptr(), o.as_ptr()));
    /// `wrap_ternaryfunc`.
    ternary(ternaryfunc, 1..=2) = |py, o, a, f| {
        let none = none();
        from_ptr(py, f(o.as_ptr(), a[0].as_ptr(), a.get(1).map_or(none.as_ptr(), |m| m.as_ptr())))
    };
    /// `wrap_ternaryfunc_r`.
    ternary_right(ternaryfunc, 1..=2) = |py, o, a, f| {
        let none = none();
        from_ptr(py, f(a[0].as_ptr(), o.as_ptr(), a.get(1).map_or(none.as_ptr(), |m| m.as_ptr())))
    };
    /// `wrap_inquirypred`.
    inquiry(crate::abi::inquiry, 0..=0) = |py, o, _a, f| match f(o.as_ptr()) {
        -1 if !py.pending().is_null() => Err(PyErr::fetch(py)),
        r => Ok(boolean::new(r != 0).upcast()),
    };
    /// `wrap_lenfunc`.
    length(lenfunc, 0..=0) = |py, o, _a, f| match f(o.as_ptr()) {
        -1 if !py.pending().is_null() => Err(PyErr::fetch(py)),
        n => long::from_i64(py, n as i64).map(Owned::upcast),
    };
    /// `wrap_hashfunc`.
    hash(hashfunc, 0..=0) = |py, o, _a, f| match f(o.as_ptr()) {
        -1 if !py.pending().is_null() => Err(PyErr::fetch(py)),
        n => long::from_i64(py, n as i64).map(Owned::upcast),
    };
    /// `wrap_indexargfunc`.
    repeat(ssizeargfunc, 1..=1) = |py, o, a, f| {
        let n = number::as_ssize(py, a[0], &exceptions::OverflowError)?;
        from_ptr(py, f(o.as_ptr(), n))
    };
    /// `wrap_sq_item`.
    sq_item(ssizeargfunc, 1..=1) = |py, o, a, f| {
        let i = sequence_index(py, o, a[0])?;
        from_ptr(py, f(o.as_ptr(), i))
    };
    /// `wrap_sq_setitem`.
    sq_setitem(ssizeobjargproc, 2..=2) = |py, o, a, f| {
        let i = sequence_index(py, o, a[0])?;
        done(py, f(o.as_ptr(), i, a[1].as_ptr()))
    };
    /// `wrap_sq_delitem`.
    sq_delitem(ssizeobjargproc, 1..=1) = |py, o, a, f| {
        let i = sequence_index(py, o, a[0])?;
        done(py, f(o.as_ptr(), i, core::ptr::null_mut()))
    };
    /// `wrap_objobjproc`.
    contains(objobjproc, 1..=1) = |py, o, a, f| match f(o.as_ptr(), a[0].as_ptr()) {
        -1 if !py.pending().is_null() => Err(PyErr::fetch(py)),
        r => Ok(boolean::new(r != 0).upcast()),
    };
    /// `wrap_objobjargproc`.
    setitem(objobjargproc, 2..=2) = |py, o, a, f| done(py, f(o.as_ptr(), a[0].as_ptr(), a[1].as_ptr()));
    /// `wrap_delitem`.
    delitem(objobjargproc, 1..=1) = |py, o, a, f| done(py, f(o.as_ptr(), a[0].as_ptr(), core::ptr::null_mut()));
    /// `wrap_setattr`.
    setattr(setattrofunc, 2..=2) = |py, o, a, f| {
        not_carlo_verre(py, o, f, "__setattr__")?;
        done(py, f(o.as_ptr(), a[0].as_ptr(), a[1].as_ptr()))
    };
    /// `wrap_delattr`.
    delattr(setattrofunc, 1..=1) = |py, o, a, f| {
        not_carlo_verre(py, o, f, "__delattr__")?;
        done(py, f(o.as_ptr(), a[0].as_ptr(), core::ptr::null_mut()))
    };
    /// `wrap_next`: the end is `StopIteration`.
    next(iternextfunc, 0..=0) = |py, o, _a, f| {
        let r = Owned::from_raw_opt(f(o.as_ptr()));
        match r {
            Some(r) => Ok(r),
            None => Err(PyErr::take(py).unwrap_or_else(|| exceptions::stop_iteration(py, None))),
        }
    };
    /// `wrap_descr_get`.
    descr_get(descrgetfunc, 1..=2) = |py, o, a, f| {
        let given = |x: Option<&&PyObject>| x.filter(|x| !is_none(x)).map_or(core::ptr::null_mut(), |x| x.as_ptr());
        let (obj, ty) = (given(a.first()), given(a.get(1)));
        if obj.is_null() && ty.is_null() {
            return Err(exceptions::type_error(py, format_args!("__get__(None, None) is invalid")));
        }
        from_ptr(py, f(o.as_ptr(), obj, ty))
    };
    /// `wrap_descr_set`.
    descr_set(descrsetfunc, 2..=2) = |py, o, a, f| done(py, f(o.as_ptr(), a[0].as_ptr(), a[1].as_ptr()));
    /// `wrap_descr_delete`.
    descr_delete(descrsetfunc, 1..=1) = |py, o, a, f| done(py, f(o.as_ptr(), a[0].as_ptr(), core::ptr::null_mut()));
    /// `wrap_del`.
    del(destructor, 0..=0) = |_py, o, _a, f| {
        f(o.as_ptr());
        Ok(none())
    };
    /// `wrap_buffer`.
    buffer(getbufferproc, 1..=1) = |py, o, a, proc| {
        let flags = crate::number::as_ssize(py, a[0], &exceptions::OverflowError)?;
        let Ok(flags) = core::ffi::c_int::try_from(flags) else {
            return Err(exceptions::overflow_error(py, format_args!("buffer flags out of range")));
        };
        match crate::hooks::HOOKS.memoryview.get() {
            Some(f) => f(py, o, flags, proc),
            None => Err(exceptions::not_implemented_error(py, format_args!("memoryview before its type is ready"))),
        }
    };
    /// `wrap_releasebuffer`.
    releasebuffer(releasebufferproc, 1..=1) = |py, o, a, _f| {
        match crate::hooks::HOOKS.end_memoryview.get() {
            Some(f) => f(py, o, a[0]).map(|()| none()),
            None => Err(exceptions::not_implemented_error(py, format_args!("memoryview before its type is ready"))),
        }
    };
}

/// `hackcheck`: the `__setattr__` of a base must not be used to get round that of a more derived built-in type.
fn not_carlo_verre(py: Py<'_>, o: &PyObject, f: setattrofunc, what: &str) -> PyResult<()> {
    let ty = o.ty();
    let slot = |t: &PyTypeObject| t.tp_setattro.get().map(|f| f as usize);
    let python = super::slots::tp_setattro as setattrofunc as usize;
    // The base that defined the type's slot; classes made in Python never define one of their own.
    let mut defining = ty;
    for t in super::lookup::types_of(&ty.tp_mro).iter().rev() {
        // SAFETY: LIVE: the MRO holds its types.
        let t = unsafe { &**t };
        if slot(t) != Some(python) && slot(t) == slot(ty) {
            defining = t;
            break;
        }
    }
    // No built-in override may lie between it and the one that is called.
    let mut at = Some(defining);
    while let Some(t) = at {
        if slot(t) == Some(f as usize) {
            break;
        }
        if slot(t) != Some(python) {
            return Err(exceptions::type_error(
                py,
                format_args!("can't apply this {what} to {} object", type_name(ty)),
            ));
        }
        at = super::ready::base(t);
    }
    Ok(())
}

/// `wrap_call`: with keywords, so not in the table's shape; the descriptor calls it through [`keywords`].
pub unsafe extern "C" fn call(o: *mut PyObject, args: *mut PyObject, f: *mut c_void) -> *mut PyObject {
    // SAFETY: GIL, LIVE; the slot's contract.
    unsafe { keywords(o, args, f, core::ptr::null_mut(), false) }
}

/// `wrap_init`, as [`call`].
pub unsafe extern "C" fn init(o: *mut PyObject, args: *mut PyObject, f: *mut c_void) -> *mut PyObject {
    // SAFETY: GIL, LIVE; the slot's contract.
    unsafe { keywords(o, args, f, core::ptr::null_mut(), true) }
}

/// `wrap_call` and `wrap_init`.
///
/// # Safety
/// The contract of `tp_call` or `tp_init`, whichever `f` is.
pub unsafe fn keywords(
    o: *mut PyObject,
    args: *mut PyObject,
    f: *mut c_void,
    kw: *mut PyObject,
    is_init: bool,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        if !is_init {
            return core::mem::transmute::<*mut c_void, ternaryfunc>(f)(o, args, kw);
        }
        let py = Py::assume();
        let r = core::mem::transmute::<*mut c_void, initproc>(f)(o, args, kw);
        into_ptr(py, done(py, r))
    }
}
