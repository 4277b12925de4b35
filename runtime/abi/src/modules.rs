//! Modules, capsules, argument parsing and other small public structs. Layout only: behaviour lives in `runtime/core` and above.

use crate::*;
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};

#[repr(C)]
pub struct PyModuleObject {
    pub ob_base: PyObject,
    pub md_dict: Cell<*mut PyObject>,
    pub md_def: Cell<*mut PyModuleDef>,
    pub md_state: Cell<*mut c_void>,
    pub md_weaklist: Cell<*mut PyObject>,
    pub md_name: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct PyModuleDef {
    pub m_base: PyModuleDef_Base,
    pub m_name: Cell<*mut c_char>,
    pub m_doc: Cell<*mut c_char>,
    pub m_size: Cell<Py_ssize_t>,
    pub m_methods: Cell<*mut PyMethodDef>,
    pub m_slots: Cell<*mut PyModuleDef_Slot>,
    pub m_traverse: Cell<Option<traverseproc>>,
    pub m_clear: Cell<Option<inquiry>>,
    pub m_free: Cell<Option<freefunc>>,
}

#[repr(C)]
pub struct PyModuleDef_Base {
    pub ob_base: PyObject,
    pub m_init: Cell<Option<unsafe extern "C" fn() -> *mut PyObject>>,
    pub m_index: Cell<Py_ssize_t>,
    pub m_copy: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct PyModuleDef_Slot {
    pub slot: Cell<c_int>,
    pub value: Cell<*mut c_void>,
}

#[repr(C)]
pub struct PyCapsule {
    pub ob_base: PyObject,
    pub pointer: Cell<*mut c_void>,
    pub name: Cell<*mut c_char>,
    pub context: Cell<*mut c_void>,
    pub destructor: Cell<Option<PyCapsule_Destructor>>,
}

#[repr(C)]
pub struct PyWeakReference {
    pub ob_base: PyObject,
    pub wr_object: Cell<*mut PyObject>,
    pub wr_callback: Cell<*mut PyObject>,
    pub hash: Cell<Py_hash_t>,
    pub wr_prev: Cell<*mut PyWeakReference>,
    pub wr_next: Cell<*mut PyWeakReference>,
    pub vectorcall: Cell<Option<vectorcallfunc>>,
}

#[repr(C)]
pub struct PyMemoryViewObject {
    pub ob_base: PyVarObject,
    pub mbuf: Cell<*mut _PyManagedBufferObject>,
    pub hash: Cell<Py_hash_t>,
    pub flags: Cell<c_int>,
    pub exports: Cell<Py_ssize_t>,
    pub view: Py_buffer,
    pub weakreflist: Cell<*mut PyObject>,
    pub ob_array: [Cell<Py_ssize_t>; 1],
}

#[repr(C)]
pub struct _PyManagedBufferObject {
    pub ob_base: PyObject,
    pub flags: Cell<c_int>,
    pub exports: Cell<Py_ssize_t>,
    pub master: Py_buffer,
}

#[repr(C)]
pub struct PyPickleBufferObject {
    pub ob_base: PyObject,
    pub view: Py_buffer,
    pub weakreflist: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct unionobject {
    pub ob_base: PyObject,
    pub args: Cell<*mut PyObject>,
    pub parameters: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct gaobject {
    pub ob_base: PyObject,
    pub origin: Cell<*mut PyObject>,
    pub args: Cell<*mut PyObject>,
    pub parameters: Cell<*mut PyObject>,
    pub weakreflist: Cell<*mut PyObject>,
    pub starred: Cell<bool>,
    pub vectorcall: Cell<Option<vectorcallfunc>>,
}

#[repr(C)]
pub struct typevarobject {
    pub ob_base: PyObject,
    pub name: Cell<*mut PyObject>,
    pub bound: Cell<*mut PyObject>,
    pub evaluate_bound: Cell<*mut PyObject>,
    pub constraints: Cell<*mut PyObject>,
    pub evaluate_constraints: Cell<*mut PyObject>,
    pub covariant: Cell<bool>,
    pub contravariant: Cell<bool>,
    pub infer_variance: Cell<bool>,
}

#[repr(C)]
pub struct paramspecobject {
    pub ob_base: PyObject,
    pub name: Cell<*mut PyObject>,
    pub bound: Cell<*mut PyObject>,
    pub covariant: Cell<bool>,
    pub contravariant: Cell<bool>,
    pub infer_variance: Cell<bool>,
}

#[repr(C)]
pub struct PyContext {
    pub ob_base: PyObject,
    pub ctx_prev: Cell<*mut PyContext>,
    pub ctx_vars: Cell<*mut PyHamtObject>,
    pub ctx_weakreflist: Cell<*mut PyObject>,
    pub ctx_entered: Cell<c_int>,
}

#[repr(C)]
pub struct PyContextVar {
    pub ob_base: PyObject,
    pub var_name: Cell<*mut PyObject>,
    pub var_default: Cell<*mut PyObject>,
    pub var_cached: Cell<*mut PyObject>,
    pub var_cached_tsid: Cell<u64>,
    pub var_cached_tsver: Cell<u64>,
    pub var_hash: Cell<Py_hash_t>,
}

#[repr(C)]
pub struct PyContextToken {
    pub ob_base: PyObject,
    pub tok_ctx: Cell<*mut PyContext>,
    pub tok_var: Cell<*mut PyContextVar>,
    pub tok_oldval: Cell<*mut PyObject>,
    pub tok_used: Cell<c_int>,
}

#[repr(C)]
pub struct _Py_Identifier {
    pub string: Cell<*mut c_char>,
    pub index: Cell<Py_ssize_t>,
}

#[repr(C)]
pub struct _PyArg_Parser {
    pub initialized: Cell<c_int>,
    pub format: Cell<*mut c_char>,
    pub keywords: Cell<*mut *mut c_char>,
    pub fname: Cell<*mut c_char>,
    pub custom_msg: Cell<*mut c_char>,
    pub pos: Cell<c_int>,
    pub min: Cell<c_int>,
    pub max: Cell<c_int>,
    pub kwtuple: Cell<*mut PyObject>,
    pub next: Cell<*mut _PyArg_Parser>,
}

#[repr(C)]
pub struct _PyCrossInterpreterData {
    pub data: Cell<*mut c_void>,
    pub obj: Cell<*mut PyObject>,
    pub interp: Cell<i64>,
    pub new_object: Cell<Option<xid_newobjectfunc>>,
    pub free: Cell<Option<xid_freefunc>>,
}
