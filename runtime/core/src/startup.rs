//! The order in which the object model comes to life: its static types are readied, `object` and `type` first.
//! The interpreter's own start-up (modules, `sys`, threads) is above.

use crate::err::PyResult;
use crate::statics::StaticType;
use crate::thread::Py;
use crate::types;
use core::ffi::c_void;
use std::sync::{Mutex, PoisonError};

/// The types of this crate; exceptions apart, which have a list of their own.
static TYPES: &[&StaticType] = &[
    &types::PyBaseObject_Type,
    &types::PyType_Type,
    &crate::unicode::PyUnicode_Type,
    &crate::long::PyLong_Type,
    &crate::boolean::PyBool_Type,
    &crate::float::PyFloat_Type,
    &crate::bytes::PyBytes_Type,
    &crate::tuple::PyTuple_Type,
    &crate::list::PyList_Type,
    &crate::dict::PyDict_Type,
    &crate::descr::PyMethodDescr_Type,
    &crate::descr::PyClassMethodDescr_Type,
    &crate::descr::PyMemberDescr_Type,
    &crate::descr::PyGetSetDescr_Type,
    &crate::descr::PyWrapperDescr_Type,
    &crate::descr::_PyMethodWrapper_Type,
    &crate::cfunction::PyCFunction_Type,
    &crate::cfunction::PyCMethod_Type,
    &crate::method::PyMethod_Type,
    &crate::function::PyFunction_Type,
    &crate::function::PyStaticMethod_Type,
    &crate::function::PyClassMethod_Type,
    &crate::mappingproxy::PyDictProxy_Type,
    &crate::cell::PyCell_Type,
    &crate::set::PySet_Type,
    &crate::set::PyFrozenSet_Type,
    &crate::slice::PySlice_Type,
    &crate::module::PyModule_Type,
    &crate::module::PyModuleDef_Type,
    &crate::sequence::PySeqIter_Type,
    &crate::object::_PyNone_Type,
    &crate::object::_PyNotImplemented_Type,
    &crate::object::PyEllipsis_Type,
    &crate::weakref::_PyWeakref_RefType,
    &crate::weakref::_PyWeakref_ProxyType,
    &crate::weakref::_PyWeakref_CallableProxyType,
];

/// Readies the static types (`_PyTypes_InitTypes`), `more` being those of other crates. Templates must have been
/// adopted before ([`StaticType::adopt`]).
pub fn ready_types(py: Py<'_>, more: &[&'static StaticType]) -> PyResult<()> {
    crate::exceptions::prepare();
    let all = TYPES.iter().chain(crate::exceptions::TYPES).chain(more);
    all.copied().try_for_each(|t| types::ready(py, t))
}

/// What C code asked to have called when the interpreter has ended.
static AT_EXIT: Mutex<Vec<unsafe extern "C" fn()>> = Mutex::new(Vec::new());

/// `Py_AtExit`: false where there is no room for another, as after 32.
pub fn at_exit(f: unsafe extern "C" fn()) -> bool {
    let mut all = AT_EXIT.lock().unwrap_or_else(PoisonError::into_inner);
    let room = all.len() < 32;
    if room {
        all.push(f);
    }
    room
}

/// A function of C code, and what it is called with.
struct WithData(unsafe extern "C" fn(*mut c_void), *mut c_void);
// SAFETY: who gives both promises that they can be used at the end, by the thread that is there then.
unsafe impl Send for WithData {}

/// What C code asked to have called when the interpreter ends, with data.
static AT_END: Mutex<Vec<WithData>> = Mutex::new(Vec::new());

/// `_Py_AtExit`.
pub fn at_end(f: unsafe extern "C" fn(*mut c_void), data: *mut c_void) {
    AT_END.lock().unwrap_or_else(PoisonError::into_inner).push(WithData(f, data));
}

/// The functions of [`at_end`], the first first, each once (`_PyAtExit_Fini`).
pub fn run_at_end() {
    loop {
        let f = {
            let mut all = AT_END.lock().unwrap_or_else(PoisonError::into_inner);
            if all.is_empty() { None } else { Some(all.remove(0)) }
        };
        match f {
            // SAFETY: who gave the function promised that it can be called at the end.
            Some(WithData(f, data)) => unsafe { f(data) },
            None => return,
        }
    }
}

/// `call_ll_exitfuncs`: the functions of [`at_exit`], the last first, each once.
pub fn run_at_exit() {
    loop {
        let f = AT_EXIT.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match f {
            // SAFETY: who gave the function promised that it can be called at the end.
            Some(f) => unsafe { f() },
            None => return,
        }
    }
}
