//! Calls: every way C code calls an object, except with a format (modsupport).

use crate::util::{api, name, null_error};
use crate::varargs::{VaList, variadic};
use core::ffi::c_char;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, attr, call, dict, exceptions, tuple};

api! {
    /// C: `PyObject *PyObject_CallNoArgs(PyObject *)`.
    fn PyObject_CallNoArgs(py, f: &PyObject) -> PyResult<Owned> {
        call::call(py, f, [])
    }

    /// C: `PyObject *PyObject_CallOneArg(PyObject *, PyObject *)`.
    fn PyObject_CallOneArg(py, f: &PyObject, a: &PyObject) -> PyResult<Owned> {
        call::call(py, f, [a])
    }

    /// C: `PyObject *PyObject_Vectorcall(PyObject *, PyObject *const *, size_t, PyObject *kwnames)`.
    fn PyObject_Vectorcall(
        py,
        f: &PyObject,
        args: *const *mut PyObject,
        nargsf: usize,
        names: Option<&PyTupleObject>,
    ) -> PyResult<Owned> {
        // SAFETY: the vectorcall contract.
        unsafe { call::vectorcall_raw(py, f, args, nargsf, names) }
    }

    /// C: `PyObject *PyObject_VectorcallDict(PyObject *, PyObject *const *, size_t, PyObject *kwargs)`.
    fn PyObject_VectorcallDict(
        py,
        f: &PyObject,
        args: *const *mut PyObject,
        nargsf: usize,
        kw: Option<&PyDictObject>,
    ) -> PyResult<Owned> {
        with_dict(py, f, args, nargsf, kw)
    }

    /// C: `PyObject *_PyObject_FastCallDictTstate(PyThreadState *, PyObject *, PyObject *const *, size_t, PyObject *kwargs)`.
    fn _PyObject_FastCallDictTstate(
        py,
        _state: *mut PyThreadState,
        f: &PyObject,
        args: *const *mut PyObject,
        nargsf: usize,
        kw: Option<&PyDictObject>,
    ) -> PyResult<Owned> {
        with_dict(py, f, args, nargsf, kw)
    }

    /// C: `PyObject *PyObject_VectorcallMethod(PyObject *name, PyObject *const *, size_t, PyObject *kwnames)`: the first
    /// argument is the object.
    fn PyObject_VectorcallMethod(
        py,
        key: &PyUnicodeObject,
        args: *const *mut PyObject,
        nargsf: usize,
        names: Option<&PyTupleObject>,
    ) -> PyResult<Owned> {
        // SAFETY: the vectorcall contract: at least the object is there; the method may use its place when bound.
        unsafe {
            let this = &**args;
            let n = call::nargs(nargsf);
            match attr::get_method(py, this, key)? {
                attr::Method::Unbound(f) => call::vectorcall_raw(py, &f, args, n, names),
                attr::Method::Bound(f) => call::vectorcall_raw(py, &f, args.add(1), n - 1, names),
            }
        }
    }

    /// C: `PyObject *PyObject_Call(PyObject *, PyObject *args, PyObject *kwargs)`.
    fn PyObject_Call(py, f: &PyObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<Owned> {
        call::call_tuple(py, f, args, kw)
    }

    /// C: `PyObject *PyCFunction_Call(PyObject *, PyObject *, PyObject *)`.
    fn PyCFunction_Call(py, f: &PyObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<Owned> {
        call::call_tuple(py, f, args, kw)
    }

    /// C: `PyObject *PyObject_CallObject(PyObject *, PyObject *args)`; NULL: no arguments.
    fn PyObject_CallObject(py, f: &PyObject, args: Option<&PyObject>) -> PyResult<Owned> {
        call_object(py, f, args, None)
    }

    /// C: `PyObject *PyEval_CallObjectWithKeywords(PyObject *, PyObject *, PyObject *)`.
    fn PyEval_CallObjectWithKeywords(py, f: &PyObject, args: Option<&PyObject>, kw: Option<&PyObject>) -> PyResult<Owned> {
        let kw = match kw {
            None => None,
            Some(d) => Some(dict::check(d).ok_or_else(|| {
                exceptions::type_error(py, format_args!("keyword list must be a dictionary"))
            })?),
        };
        call_object(py, f, args, kw)
    }

    /// C: `PyObject *_PyObject_FastCall(PyObject *, PyObject *const *, Py_ssize_t)`.
    fn _PyObject_FastCall(py, f: &PyObject, args: *const *mut PyObject, n: isize) -> PyResult<Owned> {
        // SAFETY: the vectorcall contract.
        unsafe { call::vectorcall_raw(py, f, args, n as usize, None) }
    }

    /// C: `PyObject *_PyObject_MakeTpCall(PyThreadState *, PyObject *, PyObject *const *, Py_ssize_t, PyObject *)`: a call
    /// by `tp_call`, keywords a dict or a tuple of names.
    fn _PyObject_MakeTpCall(
        py,
        _state: *mut PyThreadState,
        f: &PyObject,
        args: *const *mut PyObject,
        n: isize,
        keywords: Option<&PyObject>,
    ) -> PyResult<Owned> {
        match keywords {
            Some(k) if dict::check(k).is_some() => {
                let t = pack(py, args, n as usize)?;
                call::call_tuple(py, f, &t, dict::check(k))
            }
            // SAFETY: the vectorcall contract.
            k => unsafe { call::make_tp_call(py, f, args, n as usize, k.and_then(tuple::check)) },
        }
    }

    /// C: `PyObject *_Py_CheckFunctionResult(PyThreadState *, PyObject *, PyObject *result, const char *where)`.
    fn _Py_CheckFunctionResult(
        py,
        _state: *mut PyThreadState,
        f: Option<&PyObject>,
        result: *mut PyObject,
        _place: *const c_char,
    ) -> PyResult<Owned> {
        // SAFETY: OWNED: a call's result.
        unsafe { call::check_result(py, f.unwrap_or(&dxpy_core::object::none()), result) }
    }

}

/// C: `vectorcallfunc PyVectorcall_Function(PyObject *)`.
///
/// # Safety
/// LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyVectorcall_Function(f: &PyObject) -> Option<vectorcallfunc> {
    call::vectorcall_function(f)
}

/// C: `Py_ssize_t PyVectorcall_NARGS(size_t)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyVectorcall_NARGS(n: usize) -> Py_ssize_t {
    call::nargs(n) as Py_ssize_t
}

/// A call with positional arguments in a vector and keywords in a dict.
fn with_dict(
    py: Py<'_>,
    f: &PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kw: Option<&PyDictObject>,
) -> PyResult {
    match kw.filter(|d| dict::len(d) > 0) {
        // SAFETY: the vectorcall contract.
        None => unsafe { call::vectorcall_raw(py, f, args, nargsf, None) },
        Some(_) => {
            let t = pack(py, args, call::nargs(nargsf))?;
            call::call_tuple(py, f, &t, kw)
        }
    }
}

/// Arguments of a vector as a tuple.
fn pack(py: Py<'_>, args: *const *mut PyObject, n: usize) -> PyResult<Owned<PyTupleObject>> {
    // SAFETY: LIVE: the vectorcall contract.
    tuple::from_iter(py, (0..n).map(|i| unsafe { (**args.add(i)).to_owned() }).collect::<Vec<_>>())
}

fn call_object(py: Py<'_>, f: &PyObject, args: Option<&PyObject>, kw: Option<&PyDictObject>) -> PyResult {
    match args {
        None => call::call_tuple(py, f, &tuple::empty(), kw),
        Some(a) => match tuple::check(a) {
            Some(t) => call::call_tuple(py, f, t, kw),
            None => Err(exceptions::type_error(py, format_args!("argument list must be a tuple"))),
        },
    }
}

/// The arguments up to a NULL.
///
/// # Safety
/// As the C function's contract: objects, ended by NULL.
unsafe fn objects<'a>(args: &mut VaList) -> Vec<&'a PyObject> {
    // SAFETY: the caller's promise.
    core::iter::from_fn(|| unsafe { (args.word() as *const PyObject).as_ref() }).collect()
}

fn call_all(py: Py<'_>, f: &PyObject, args: &[&PyObject]) -> PyResult {
    let pointers: Vec<*mut PyObject> = args.iter().map(|o| o.as_ptr()).collect();
    // SAFETY: the vectorcall contract: live objects.
    unsafe { call::vectorcall_raw(py, f, pointers.as_ptr(), pointers.len(), None) }
}

/// `PyObject_CallFunctionObjArgs(f, ..., NULL)`.
unsafe extern "C" fn call_objects(f: Option<&PyObject>, args: &mut VaList) -> *mut PyObject {
    // SAFETY: GIL; the C function's contract.
    let (py, args) = unsafe { (crate::util::token(), objects(args)) };
    let r = f.ok_or_else(|| null_error(py)).and_then(|f| call_all(py, f, &args));
    crate::util::pointer(py, r)
}

/// `PyObject_CallMethodObjArgs(o, name, ..., NULL)`.
unsafe extern "C" fn call_method_objects(
    o: Option<&PyObject>,
    key: Option<&PyUnicodeObject>,
    args: &mut VaList,
) -> *mut PyObject {
    // SAFETY: GIL; the C function's contract.
    let (py, args) = unsafe { (crate::util::token(), objects(args)) };
    let r = match (o, key) {
        (Some(o), Some(key)) => attr::get(py, o, key).and_then(|f| call_all(py, &f, &args)),
        _ => Err(null_error(py)),
    };
    crate::util::pointer(py, r)
}

variadic!(PyObject_CallFunctionObjArgs, call_objects, 1);
variadic!(PyObject_CallMethodObjArgs, call_method_objects, 2);

/// `_PyObject_CallMethodIdObjArgs(o, id, ..., NULL)`.
unsafe extern "C" fn call_identified_objects(
    o: Option<&PyObject>,
    id: &_Py_Identifier,
    args: &mut VaList,
) -> *mut PyObject {
    // SAFETY: GIL; the C function's contract.
    unsafe {
        match crate::util::identifier(crate::util::token(), id) {
            Ok(key) => call_method_objects(o, Some(&key), args),
            Err(e) => crate::util::pointer::<PyObject>(crate::util::token(), Err(e)),
        }
    }
}
variadic!(_PyObject_CallMethodIdObjArgs, call_identified_objects, 2);

/// A method called with the objects of a built argument list.
pub(crate) fn call_named(py: Py<'_>, o: &PyObject, key: *const c_char, args: &[Owned]) -> PyResult {
    // SAFETY: a C string.
    let key = unsafe { name(py, key) }?;
    call_attribute(py, o, key.as_object(), args)
}

/// An attribute called with the objects of a built argument list.
pub(crate) fn call_attribute(py: Py<'_>, o: &PyObject, key: &PyObject, args: &[Owned]) -> PyResult {
    let f = attr::get(py, o, attr::check_name(py, key)?)?;
    let f = if dxpy_core::protocol::is_callable(&f) {
        f
    } else {
        return Err(exceptions::type_error(
            py,
            format_args!("attribute of type '{}' is not callable", call::type_name(f.ty())),
        ));
    };
    call_all(py, &f, &args.iter().map(|o| &**o).collect::<Vec<_>>())
}

/// A function called with the objects of a built argument list.
pub(crate) fn call_list(py: Py<'_>, f: &PyObject, args: &[Owned]) -> PyResult {
    call_all(py, f, &args.iter().map(|o| &**o).collect::<Vec<_>>())
}
