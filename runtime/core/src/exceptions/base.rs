//! `BaseException`: construction (`BaseException_new`, `BaseException_init` of `Objects/exceptions.c`). Types with more
//! fields and the methods of exceptions get theirs from the crate of built-in types.

use super::layout::ExceptionLayout;
use crate::abi::*;
use crate::err::PyResult;
use crate::exceptions;
use crate::object;
use crate::ptr::{Object, Owned};
use crate::thread::Py;
use crate::types::slots::has_keywords;

/// `BaseException_new`: whatever the arguments are, they are `args`.
pub fn new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    let o = object::generic_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: instances of every exception type begin so.
    let e = unsafe { &*(o.as_ptr() as *const PyBaseExceptionObject) };
    e.args.set(args.to_owned().into_ptr());
    Ok(o)
}

/// `BaseException_init`.
pub fn init<T: ExceptionLayout>(
    py: Py<'_>,
    e: &T,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<()> {
    if has_keywords(kw) {
        let name = crate::call::type_name(e.ty());
        return Err(exceptions::type_error(py, format_args!("{name}() takes no keyword arguments")));
    }
    set_args(e, args);
    Ok(())
}

/// Replaces `args`.
pub fn set_args<T: ExceptionLayout>(e: &T, args: &PyTupleObject) {
    // SAFETY: LAYOUT: instances of every exception type begin so; OWNED: the exception held its former args.
    unsafe {
        let base = &*(e.as_ptr() as *const PyBaseExceptionObject);
        let old = base.args.replace(args.to_owned().into_ptr());
        drop(Owned::<PyObject>::from_raw_opt(old));
    }
}
