//! Calling objects: vectorcall and its results (`Objects/call.c`), and the guard against running out of native stack.

use crate::Owned;
use crate::abi::constants::*;
use crate::abi::*;
use crate::dict;
use crate::err::{PyErr, PyResult};
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
    // SAFETY: LIVE: the caller holds the arguments; the slot's contract.
    unsafe {
        let keywords = kwnames.map_or(0, |k| k.ob_base.ob_size.get() as usize);
        let all =
            if nargs + keywords == 0 { &[] } else { core::slice::from_raw_parts(args, nargs + keywords) };
        let tuple = tuple::from_iter(py, all[..nargs].iter().map(|a| (**a).to_owned()))?;
        let kw = match kwnames.filter(|_| keywords > 0) {
            None => None,
            Some(names) => {
                let d = dict::presized(py, keywords)?;
                for (name, value) in tuple::items(names).iter().zip(&all[nargs..]) {
                    dict::set(py, &d, name, &**value)?;
                }
                Some(d)
            }
        };
        let _depth = Depth::enter(py, " while calling a Python object")?;
        let kw = kw.as_ref().map_or(core::ptr::null_mut(), |d| d.as_ptr());
        let result = f(callable.as_ptr(), tuple.as_ptr(), kw);
        check_result(py, callable, result)
    }
}

/// `PyObject_Call`: positional arguments in a tuple, keywords in a dict.
pub fn call_tuple(
    py: Py<'_>,
    callable: &PyObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    if vectorcall_function(callable).is_some() {
        return call_spread(py, callable, None, args, kw);
    }
    let Some(f) = callable.ty().tp_call.get() else { return Err(not_callable(py, callable)) };
    let _depth = Depth::enter(py, " while calling a Python object")?;
    let kw = kw.map_or(core::ptr::null_mut(), |d| d.as_ptr());
    // SAFETY: the slot's contract.
    unsafe { check_result(py, callable, f(callable.as_ptr(), args.as_ptr(), kw)) }
}

/// `_PyObject_Call_Prepend`: as [`call_tuple`], with one argument before those of the tuple.
pub fn call_prepended(
    py: Py<'_>,
    callable: &PyObject,
    first: &PyObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    call_spread(py, callable, Some(first), args, kw)
}

/// `_PyVectorcall_Call` and `_PyStack_UnpackDict`: tuple and dict spread on a stack.
fn call_spread(
    py: Py<'_>,
    callable: &PyObject,
    first: Option<&PyObject>,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    // SAFETY: `spread` holds the arguments.
    spread(py, first, args, kw, |args, n, names| unsafe { vectorcall_raw(py, callable, args, n, names) })
}

/// Hands a tuple and a dict to `f` as C passes arguments; all are held meanwhile.
fn spread(
    py: Py<'_>,
    first: Option<&PyObject>,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
    f: impl FnOnce(*const *mut PyObject, usize, Option<&PyTupleObject>) -> PyResult,
) -> PyResult {
    let kw = kw.filter(|d| dict::len(d) > 0);
    let items = tuple::items(args);
    if kw.is_none() {
        let Some(first) = first else {
            return f(args.ob_item.as_ptr() as *const *mut PyObject, items.len(), None);
        };
        let mut stack = [core::ptr::null_mut(); 8];
        if items.len() + 2 <= stack.len() {
            stack[1] = first.as_ptr();
            for (place, item) in stack[2..].iter_mut().zip(items) {
                *place = item.as_ptr();
            }
            return f(stack[1..].as_mut_ptr(), (items.len() + 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, None);
        }
    }
    let mut stack = Vec::with_capacity(2 + items.len() + kw.map_or(0, dict::len));
    stack.push(core::ptr::null_mut());
    stack.extend(first.map(|f| f.as_ptr()));
    stack.extend(items.iter().map(|a| a.as_ptr()));
    let n = stack.len() - 1;
    // The values are held, for the callee may change the dict.
    let (mut names, mut held) = (Vec::new(), Vec::new());
    if let Some(d) = kw {
        let mut pos = 0;
        while let Some((k, v)) = dict::next(d, &mut pos) {
            if crate::unicode::check(k).is_none() {
                return Err(exceptions::type_error(py, format_args!("keywords must be strings")));
            }
            names.push(k.to_owned());
            stack.push(v.as_ptr());
            held.push(v.to_owned());
        }
    }
    let names = if names.is_empty() { None } else { Some(tuple::from_iter(py, names)?) };
    // The word before the first is ours to lend.
    f(stack[1..].as_ptr(), n | PY_VECTORCALL_ARGUMENTS_OFFSET, names.as_deref())
}

/// `PyVectorcall_Call`: the `tp_call` of types whose instances carry a vectorcall function.
///
/// # Safety
/// The `tp_call` contract.
#[unsafe(export_name = "PyVectorcall_Call")]
pub unsafe extern "C" fn vectorcall_call(
    callable: *mut PyObject,
    args: *mut PyObject,
    kw: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE, LAYOUT: the caller's promise.
    unsafe {
        let py = Py::assume();
        let args = crate::ptr::borrow::<PyTupleObject>(args);
        // A class in Python with a `__call__` of its own does not say that it is called so, but has the function.
        let offset = (*callable).ty().tp_vectorcall_offset.get();
        let f = match offset {
            1.. => *(callable.byte_offset(offset) as *const Option<vectorcallfunc>),
            _ => None,
        };
        let r = match f {
            None => Err(exceptions::type_error(
                py,
                format_args!("'{}' object does not support vectorcall", type_name((*callable).ty())),
            )),
            Some(f) => spread(py, None, args, (kw as *const PyDictObject).as_ref(), |args, n, names| {
                let names = names.map_or(core::ptr::null_mut(), |n| n.as_ptr());
                check_result(py, &*callable, f(callable, args, n, names))
            }),
        };
        crate::err::into_ptr(py, r)
    }
}

/// Calls a method by name (`PyObject_CallMethodObjArgs`).
pub fn method<const N: usize>(
    py: Py<'_>,
    o: &PyObject,
    name: &crate::unicode::Name,
    args: [&PyObject; N],
) -> PyResult {
    method_str(py, o, name.get(py), args)
}

/// As [`method`], with the name as a str.
pub fn method_str<const N: usize>(
    py: Py<'_>,
    o: &PyObject,
    name: &PyUnicodeObject,
    args: [&PyObject; N],
) -> PyResult {
    let m = match crate::attr::get_method(py, o, name)? {
        crate::attr::Method::Unbound(function) => crate::types::special::Special { function, unbound: true },
        crate::attr::Method::Bound(function) => crate::types::special::Special { function, unbound: false },
    };
    m.call(py, o, args)
}

/// The error for an object without `tp_call`.
#[cold]
fn not_callable(py: Py<'_>, callable: &PyObject) -> PyErr {
    let name = type_name(callable.ty());
    match module_namesake(py, callable) {
        Some(m) => exceptions::type_error(
            py,
            format_args!("'{name}' object is not callable. Did you mean: '{m}.{m}(...)'?"),
        ),
        None => exceptions::type_error(py, format_args!("'{name}' object is not callable")),
    }
}

/// The name of a module that has something callable of the same name, which was probably meant.
fn module_namesake(py: Py<'_>, callable: &PyObject) -> Option<String> {
    let m =
        crate::module::as_module(callable).filter(|_| callable.ty().is(&crate::module::PyModule_Type.0))?;
    let name = crate::dict::get_name(py, crate::module::dict_of(m), crate::name!("__name__")).ok()??;
    let found = crate::attr::lookup(py, callable, crate::unicode::check(&name)?).ok()??;
    found.ty().tp_call.get().map(|_| crate::unicode::display(&name))
}

/// The name of a type as messages show it (`tp_name`): with its module for static types outside `builtins`.
pub fn type_name(ty: &PyTypeObject) -> String {
    // SAFETY: STATIC, or owned by the type.
    unsafe { core::ffi::CStr::from_ptr(ty.tp_name.get()) }.to_string_lossy().into_owned()
}

/// `_PyType_Name`: the name after the last dot.
pub fn short_name(ty: &PyTypeObject) -> String {
    let full = type_name(ty);
    full.rsplit('.').next().unwrap_or_default().to_owned()
}

/// `_Py_CheckFunctionResult`: a result comes with no exception, NULL with one.
///
/// # Safety
/// OWNED where not NULL.
#[inline(always)]
pub unsafe fn check_result(py: Py<'_>, callable: &PyObject, result: *mut PyObject) -> PyResult {
    // SAFETY: the caller's promise.
    match unsafe { Owned::<PyObject>::from_raw_opt(result) } {
        Some(result) if py.pending().is_null() => Ok(result),
        result => Err(bad_result(py, callable, result)),
    }
}

/// The error of a call without a result, which the callable should have raised, or of one with both.
#[cold]
fn bad_result(py: Py<'_>, callable: &PyObject, result: Option<Owned>) -> PyErr {
    let cause = PyErr::take(py);
    let text = match (result, &cause) {
        (None, Some(_)) => return cause.expect("just matched"),
        (None, None) => "returned NULL without setting an exception",
        (Some(_), _) => "returned a result with an exception set",
    };
    let shown = match crate::protocol::repr(py, callable) {
        Ok(r) => crate::unicode::display(r.as_object()),
        Err(e) => return e,
    };
    let e = exceptions::system_error(py, format_args!("{shown} {text}"));
    match cause {
        Some(cause) => exceptions::caused_by(py, e, cause),
        None => e,
    }
}

/// Calls with these positional arguments (`PyObject_CallFunctionObjArgs`).
pub fn call<const N: usize>(py: Py<'_>, callable: &PyObject, args: [&PyObject; N]) -> PyResult {
    /// One word in front, so that a bound method can put its self there without copying.
    #[repr(C)]
    struct Stack<const N: usize>(*mut PyObject, [*mut PyObject; N]);
    let mut stack = Stack::<N>(core::ptr::null_mut(), args.map(|a| a.as_ptr()));
    // SAFETY: the arguments are borrowed for the call; the word in front of them is free to be written.
    unsafe {
        let first = (&raw mut stack as *mut *mut PyObject).add(1);
        vectorcall_raw(py, callable, first, N | PY_VECTORCALL_ARGUMENTS_OFFSET, None)
    }
}

/// One level of native recursion, given back when dropped (`Py_EnterRecursiveCall`).
pub struct Depth<'py>(Py<'py>);

impl<'py> Depth<'py> {
    /// Enters a level, or raises `RecursionError` with `place` at the end of its message.
    #[inline(always)]
    pub fn enter(py: Py<'py>, place: &str) -> PyResult<Depth<'py>> {
        let left = &py.state().abi.c_recursion_remaining;
        if left.get() <= 0 || py.stack_is_full() {
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
