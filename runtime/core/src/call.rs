//! Calling objects: vectorcall and its results (`Objects/call.c`), and the guard against running out of native stack.
//! Calls that need a keyword dict (`PyObject_Call` with `**kwargs`, `tp_call` with keywords) are not here yet: they
//! raise `SystemError`.

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::{PyErr, PyResult, from_ptr};
use crate::exceptions;
use crate::ptr::Object;
use crate::thread::Py;
use crate::tuple;
use crate::types::inherit::has;

/// `PyVectorcall_NARGS`.
#[inline(always)]
pub fn nargs(nargsf: usize) -> usize {
    nargsf & !PY_VECTORCALL_ARGUMENTS_OFFSET
}

/// `PyVectorcall_Function`: the function an instance carries where its type says.
#[inline(always)]
pub fn vectorcall_function(callable: &PyObject) -> Option<vectorcallfunc> {
    let ty = callable.ty();
    if !has(ty, Py_TPFLAGS_HAVE_VECTORCALL) {
        return None;
    }
    // SAFETY: LAYOUT: the flag promises a function pointer, or NULL, at the offset.
    unsafe {
        *(callable.as_ptr().byte_offset(ty.tp_vectorcall_offset.get()) as *const Option<vectorcallfunc>)
    }
}

/// `_PyObject_VectorcallTstate`: calls with arguments as C passes them.
///
/// # Safety
/// `args` points to `nargs(nargsf)` live objects and one more for each of `kwnames`; with
/// `PY_VECTORCALL_ARGUMENTS_OFFSET` set, `args[-1]` may be written for the duration of the call.
#[inline]
pub unsafe fn vectorcall_raw(
    py: Py<'_>,
    callable: &PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: Option<&PyTupleObject>,
) -> PyResult {
    // SAFETY: the caller's promise is the vectorcall contract.
    unsafe {
        let Some(f) = vectorcall_function(callable) else {
            return make_tp_call(py, callable, args, nargs(nargsf), kwnames);
        };
        let names = kwnames.map_or(core::ptr::null_mut(), |k| k.as_ptr());
        let result = f(callable.as_ptr(), args, nargsf, names);
        check_result(py, callable, result)
    }
}

/// `_PyObject_MakeTpCall`: through `tp_call`, with a new argument tuple.
///
/// # Safety
/// As [`vectorcall_raw`].
pub unsafe fn make_tp_call(
    py: Py<'_>,
    callable: &PyObject,
    args: *const *mut PyObject,
    nargs: usize,
    kwnames: Option<&PyTupleObject>,
) -> PyResult {
    let Some(f) = callable.ty().tp_call.get() else { return Err(not_callable(py, callable)) };
    if kwnames.is_some_and(|k| k.ob_base.ob_size.get() > 0) {
        return Err(exceptions::system_error(
            py,
            format_args!("tp_call with keywords is not implemented yet"),
        ));
    }
    // SAFETY: LIVE: the caller holds the arguments; the slot's contract.
    unsafe {
        let args = if nargs == 0 { &[] } else { core::slice::from_raw_parts(args, nargs) };
        let tuple = tuple::from_iter(py, args.iter().map(|a| (**a).to_owned()))?;
        let _depth = Depth::enter(py, " while calling a Python object")?;
        let result = f(callable.as_ptr(), tuple.as_ptr(), core::ptr::null_mut());
        check_result(py, callable, result)
    }
}

/// The error for an object without `tp_call`.
#[cold]
fn not_callable(py: Py<'_>, callable: &PyObject) -> PyErr {
    let name = type_name(callable.ty());
    exceptions::type_error(py, format_args!("'{name}' object is not callable"))
}

/// The name of a type for messages: what follows the last dot of `tp_name`.
pub fn type_name(ty: &PyTypeObject) -> String {
    // SAFETY: STATIC, or owned by the type.
    let full = unsafe { core::ffi::CStr::from_ptr(ty.tp_name.get()) }.to_string_lossy();
    full.rsplit('.').next().unwrap_or_default().to_owned()
}

/// `_Py_CheckFunctionResult`: a result comes with no exception, NULL with one.
///
/// # Safety
/// OWNED where not NULL.
#[inline(always)]
pub unsafe fn check_result(py: Py<'_>, _callable: &PyObject, result: *mut PyObject) -> PyResult {
    // SAFETY: the caller's promise.
    let result = unsafe { from_ptr::<PyObject>(py, result) };
    if result.is_ok() && !py.pending().is_null() {
        return Err(result_with_exception(py));
    }
    result
}

#[cold]
fn result_with_exception(py: Py<'_>) -> PyErr {
    // The exception left behind is dropped for the complaint, which is what a program sees in CPython too.
    drop(PyErr::take(py));
    exceptions::system_error(py, format_args!("a function returned a result with an exception set"))
}

/// Calls with these positional arguments (`PyObject_CallFunctionObjArgs`).
pub fn call<const N: usize>(py: Py<'_>, callable: &PyObject, args: [&PyObject; N]) -> PyResult {
    // One word in front, so that a bound method can put its self there without copying.
    let mut stack = [const { core::ptr::null_mut() }; 10];
    const { assert!(N < 10, "more arguments than `call` has room for") };
    for (slot, arg) in stack[1..].iter_mut().zip(args) {
        *slot = arg.as_ptr();
    }
    // SAFETY: the arguments are borrowed for the call; `stack[0]` is free to be written.
    unsafe { vectorcall_raw(py, callable, stack.as_ptr().add(1), N | PY_VECTORCALL_ARGUMENTS_OFFSET, None) }
}

/// One level of native recursion, given back when dropped (`Py_EnterRecursiveCall`).
pub struct Depth<'py>(Py<'py>);

impl<'py> Depth<'py> {
    /// Enters a level, or raises `RecursionError` with `place` at the end of its message.
    #[inline(always)]
    pub fn enter(py: Py<'py>, place: &str) -> PyResult<Depth<'py>> {
        let left = &py.state().abi.c_recursion_remaining;
        if left.get() <= 0 {
            return Err(Self::exhausted(py, place));
        }
        left.set(left.get() - 1);
        Ok(Depth(py))
    }

    /// `_Py_CheckRecursiveCall`: making the error itself gets some room.
    #[cold]
    fn exhausted(py: Py<'py>, place: &str) -> PyErr {
        let (left, headroom) = (&py.state().abi.c_recursion_remaining, &py.state().abi.recursion_headroom);
        headroom.set(headroom.get() + 1);
        let saved = left.replace(50);
        let e = exceptions::format(
            py,
            &exceptions::RecursionError,
            format_args!("maximum recursion depth exceeded{place}"),
        );
        left.set(saved);
        headroom.set(headroom.get() - 1);
        e
    }
}

impl Drop for Depth<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        let left = &self.0.state().abi.c_recursion_remaining;
        left.set(left.get() + 1);
    }
}
