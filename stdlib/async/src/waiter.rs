//! `FutureIter`: what `await` and `yield from` make of a future.

use crate::future::{self, FutureObject, Outcome};
use crate::{held, put};
use core::cell::Cell;
use core::ffi::c_int;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{Owned, Py, PyErr, PyResult, exceptions, gc, glue, methods, object, types};

#[repr(C)]
pub struct Waiter {
    ob_base: PyObject,
    /// The future, until it gave its result.
    future: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Waiter {}

/// `_asyncio.FutureIter`.
pub static WAITER: StaticType = StaticType::new::<Waiter>(c"_asyncio.FutureIter")
    .getattro(dxpy_core::attr::generic_get_slot)
    .flags(Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE)
    .iter(glue::unary(|_: Py<'_>, w: &Waiter| Ok(w.as_object().to_owned())))
    .iternext(glue::iternext(next))
    .asynchronous(&ASYNC)
    .methods(&METHODS)
    .traverse(glue::traverse(|w: &Waiter, v: &glue::Visitor| v.visit(&w.future)))
    .clear(glue::clear(|_: Py<'_>, w: &Waiter| object::clear_field(&w.future)))
    .dealloc(glue::dealloc(|_: Py<'_>, w: &Waiter| {
        // SAFETY: the object has a collector header; its field is released once and its memory last.
        unsafe {
            gc::untrack(w.as_object());
            object::clear_field(&w.future);
            object::tp_free(w.as_object());
        }
    }));

static ASYNC: StaticTable<PyAsyncMethods> = StaticTable::<PyAsyncMethods>::empty().send(am_send);

methods! { static METHODS: for Waiter [
    "send" = send [1], "?($self, value, /)", "Goes on; the value is of no use.";
    "throw" = throw [1], "?($self, /, *args)", "Raises an exception, and waits no more.";
    "close" = close [0], "!($self, /)", "Waits no more.";
] }

/// A waiter for a future.
pub fn new(py: Py<'_>, f: &FutureObject) -> PyResult {
    future::alive(py, f)?;
    // SAFETY: LAYOUT: the type's own struct.
    let w: Owned<Waiter> = unsafe { object::generic_alloc(py, &WAITER, 0)?.cast() };
    w.future.set(f.to_owned().into_ptr());
    Ok(w.upcast())
}

/// How a step ended.
enum Step {
    Wait(Owned),
    Done(Owned),
    /// It was done before.
    Over,
}

fn step(py: Py<'_>, w: &Waiter) -> PyResult<Step> {
    let Some(f) = held(&w.future) else { return Ok(Step::Over) };
    // SAFETY: LAYOUT: `new` puts a future there.
    let f: Owned<FutureObject> = unsafe { f.cast() };
    if f.is_pending() {
        if !f.blocking.get() {
            f.blocking.set(true);
            return Ok(Step::Wait(f.upcast()));
        }
        return Err(exceptions::runtime_error(py, format_args!("await wasn't used with future")));
    }
    put(&w.future, None);
    match future::outcome(py, &f)? {
        Outcome::Result(v) => Ok(Step::Done(v)),
        Outcome::Exception(e) => Err(exceptions::raise_object(py, &e)),
    }
}

fn next(py: Py<'_>, w: &Waiter) -> PyResult<Option<Owned>> {
    match step(py, w)? {
        Step::Wait(f) => Ok(Some(f)),
        Step::Over => Ok(None),
        Step::Done(v) => Err(exceptions::stop_iteration(py, Some(&v))),
    }
}

unsafe extern "C" fn am_send(w: *mut PyObject, _: *mut PyObject, out: *mut *mut PyObject) -> c_int {
    // SAFETY: GIL, LIVE, LAYOUT: the contract of `am_send`.
    unsafe {
        let py = Py::assume();
        let (o, r) = match step(py, &*(w as *const Waiter)) {
            Ok(Step::Wait(f)) => (f.into_ptr(), PYGEN_NEXT),
            Ok(Step::Done(v)) => (v.into_ptr(), PYGEN_RETURN),
            Ok(Step::Over) => (object::none().into_ptr(), PYGEN_RETURN),
            Err(e) => {
                e.restore(py);
                (core::ptr::null_mut(), PYGEN_ERROR)
            }
        };
        *out = o;
        r
    }
}

fn send(py: Py<'_>, w: &Waiter, _: &PyObject) -> PyResult {
    match next(py, w)? {
        Some(f) => Ok(f),
        None => Err(exceptions::stop_iteration(py, None)),
    }
}

fn throw(py: Py<'_>, w: &Waiter, args: Rest<'_>) -> PyResult {
    let n = args.0.len();
    let error = |text: String| Err(exceptions::type_error(py, format_args!("{text}")));
    if !(1..=3).contains(&n) {
        let (word, bound, s) = if n == 0 { ("least", 1, "") } else { ("most", 3, "s") };
        return error(format!("throw expected at {word} {bound} argument{s}, got {n}"));
    }
    if n > 1 {
        let text = format_args!(
            "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead."
        );
        exceptions::warn(py, &exceptions::DeprecationWarning, 1, text)?;
    }
    // SAFETY: LIVE: the caller holds its arguments.
    let arg = |i: usize| args.0.get(i).map(|a| unsafe { &**a }).filter(|o| !object::is_none(o));
    let tb = arg(2);
    if tb.is_some_and(|t| dxpy_types::traceback::check(t).is_none()) {
        return error("throw() third argument must be a traceback".into());
    }
    put(&w.future, None);
    let Some(what) = arg(0) else {
        return error(
            "exceptions must be classes deriving BaseException or instances of such a class".into(),
        );
    };
    let e: PyErr = if types::check(what).is_some_and(is_exception_class) {
        match arg(1) {
            Some(v) if is_exception(v) => exceptions::raise_object(py, v),
            Some(v) => exceptions::create(py, types::check(what).expect("just checked"), Some(v)),
            None => exceptions::raise_object(py, what),
        }
    } else if is_exception(what) {
        if arg(1).is_some() {
            return error("instance exception may not have a separate value".into());
        }
        exceptions::raise_object(py, what)
    } else {
        return error(
            "exceptions must be classes deriving BaseException or instances of such a class".into(),
        );
    };
    if let Some(tb) = tb {
        put(&e.value().traceback, Some(tb.to_owned()));
    }
    Err(e)
}

/// `PyExceptionClass_Check`.
pub fn is_exception_class(ty: &PyTypeObject) -> bool {
    ty.tp_flags.get() & Py_TPFLAGS_BASE_EXC_SUBCLASS != 0
}

/// `PyExceptionInstance_Check`.
pub fn is_exception(o: &PyObject) -> bool {
    is_exception_class(o.ty())
}

fn close(_: Py<'_>, w: &Waiter) {
    put(&w.future, None);
}
