//! Functions, methods, code, frames, generators, cells and descriptors. Layout only: behaviour lives in `runtime/core` and above.

use crate::*;
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};

#[repr(C)]
pub struct PyCFunctionObject {
    pub ob_base: PyObject,
    pub m_ml: Cell<*mut PyMethodDef>,
    pub m_self: Cell<*mut PyObject>,
    pub m_module: Cell<*mut PyObject>,
    pub m_weakreflist: Cell<*mut PyObject>,
    pub vectorcall: Cell<Option<vectorcallfunc>>,
}

#[repr(C)]
pub struct PyCMethodObject {
    pub func: PyCFunctionObject,
    pub mm_class: Cell<*mut PyTypeObject>,
}

#[repr(C)]
pub struct PyMethodObject {
    pub ob_base: PyObject,
    pub im_func: Cell<*mut PyObject>,
    pub im_self: Cell<*mut PyObject>,
    pub im_weakreflist: Cell<*mut PyObject>,
    pub vectorcall: Cell<Option<vectorcallfunc>>,
}

#[repr(C)]
pub struct PyInstanceMethodObject {
    pub ob_base: PyObject,
    pub func: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct PyFunctionObject {
    pub ob_base: PyObject,
    pub func_globals: Cell<*mut PyObject>,
    pub func_builtins: Cell<*mut PyObject>,
    pub func_name: Cell<*mut PyObject>,
    pub func_qualname: Cell<*mut PyObject>,
    pub func_code: Cell<*mut PyObject>,
    pub func_defaults: Cell<*mut PyObject>,
    pub func_kwdefaults: Cell<*mut PyObject>,
    pub func_closure: Cell<*mut PyObject>,
    pub func_doc: Cell<*mut PyObject>,
    pub func_dict: Cell<*mut PyObject>,
    pub func_weakreflist: Cell<*mut PyObject>,
    pub func_module: Cell<*mut PyObject>,
    pub func_annotations: Cell<*mut PyObject>,
    pub func_typeparams: Cell<*mut PyObject>,
    pub vectorcall: Cell<Option<vectorcallfunc>>,
    pub func_version: Cell<u32>,
}

#[repr(C)]
pub struct PyFrameConstructor {
    pub fc_globals: Cell<*mut PyObject>,
    pub fc_builtins: Cell<*mut PyObject>,
    pub fc_name: Cell<*mut PyObject>,
    pub fc_qualname: Cell<*mut PyObject>,
    pub fc_code: Cell<*mut PyObject>,
    pub fc_defaults: Cell<*mut PyObject>,
    pub fc_kwdefaults: Cell<*mut PyObject>,
    pub fc_closure: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct PyCodeObject {
    pub ob_base: PyVarObject,
    pub co_consts: Cell<*mut PyObject>,
    pub co_names: Cell<*mut PyObject>,
    pub co_exceptiontable: Cell<*mut PyObject>,
    pub co_flags: Cell<c_int>,
    pub co_argcount: Cell<c_int>,
    pub co_posonlyargcount: Cell<c_int>,
    pub co_kwonlyargcount: Cell<c_int>,
    pub co_stacksize: Cell<c_int>,
    pub co_firstlineno: Cell<c_int>,
    pub co_nlocalsplus: Cell<c_int>,
    pub co_framesize: Cell<c_int>,
    pub co_nlocals: Cell<c_int>,
    pub co_ncellvars: Cell<c_int>,
    pub co_nfreevars: Cell<c_int>,
    pub co_version: Cell<u32>,
    pub co_localsplusnames: Cell<*mut PyObject>,
    pub co_localspluskinds: Cell<*mut PyObject>,
    pub co_filename: Cell<*mut PyObject>,
    pub co_name: Cell<*mut PyObject>,
    pub co_qualname: Cell<*mut PyObject>,
    pub co_linetable: Cell<*mut PyObject>,
    pub co_weakreflist: Cell<*mut PyObject>,
    pub _co_cached: Cell<*mut _PyCoCached>,
    pub _co_instrumentation_version: Cell<u64>,
    pub _co_monitoring: Cell<*mut _PyCoMonitoringData>,
    pub _co_firsttraceable: Cell<c_int>,
    /// Ours, where CPython's struct has padding: how often the code has run (`dxpy_interp::tier`).
    pub dx_heat: Cell<u32>,
    pub co_extra: Cell<*mut c_void>,
    pub co_code_adaptive: [Cell<c_char>; 1],
}

#[repr(C)]
pub struct _PyCoCached {
    pub _co_code: Cell<*mut PyObject>,
    pub _co_varnames: Cell<*mut PyObject>,
    pub _co_cellvars: Cell<*mut PyObject>,
    pub _co_freevars: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct _PyCoLineInstrumentationData {
    pub original_opcode: Cell<u8>,
    pub line_delta: Cell<i8>,
}

#[repr(C)]
pub struct _PyCoMonitoringData {
    pub local_monitors: _Py_LocalMonitors,
    pub active_monitors: _Py_LocalMonitors,
    pub tools: Cell<*mut u8>,
    pub lines: Cell<*mut _PyCoLineInstrumentationData>,
    pub line_tools: Cell<*mut u8>,
    pub per_instruction_opcodes: Cell<*mut u8>,
    pub per_instruction_tools: Cell<*mut u8>,
}

#[repr(C)]
pub struct _Py_LocalMonitors {
    pub tools: [Cell<u8>; 15],
}

#[repr(C)]
pub struct _Py_GlobalMonitors {
    pub tools: [Cell<u8>; 15],
}

#[repr(C)]
pub struct PyCompilerFlags {
    pub cf_flags: Cell<c_int>,
    pub cf_feature_version: Cell<c_int>,
}

#[repr(C)]
pub struct PyFrameObject {
    pub ob_base: PyObject,
    pub f_back: Cell<*mut PyFrameObject>,
    pub f_frame: Cell<*mut _PyInterpreterFrame>,
    pub f_trace: Cell<*mut PyObject>,
    pub f_lineno: Cell<c_int>,
    pub f_trace_lines: Cell<c_char>,
    pub f_trace_opcodes: Cell<c_char>,
    pub f_fast_as_locals: Cell<c_char>,
    pub _f_frame_data: [Cell<*mut PyObject>; 1],
}

#[repr(C)]
pub struct _PyInterpreterFrame {
    pub f_code: Cell<*mut PyCodeObject>,
    pub previous: Cell<*mut _PyInterpreterFrame>,
    pub f_funcobj: Cell<*mut PyObject>,
    pub f_globals: Cell<*mut PyObject>,
    pub f_builtins: Cell<*mut PyObject>,
    pub f_locals: Cell<*mut PyObject>,
    pub frame_obj: Cell<*mut PyFrameObject>,
    pub prev_instr: Cell<*mut u16>,
    pub stacktop: Cell<c_int>,
    pub return_offset: Cell<u16>,
    pub owner: Cell<c_char>,
    pub localsplus: [Cell<*mut PyObject>; 1],
}

#[repr(C)]
pub struct PyGenObject {
    pub ob_base: PyObject,
    pub gi_weakreflist: Cell<*mut PyObject>,
    pub gi_name: Cell<*mut PyObject>,
    pub gi_qualname: Cell<*mut PyObject>,
    pub gi_exc_state: _PyErr_StackItem,
    pub gi_origin_or_finalizer: Cell<*mut PyObject>,
    pub gi_hooks_inited: Cell<c_char>,
    pub gi_closed: Cell<c_char>,
    pub gi_running_async: Cell<c_char>,
    pub gi_frame_state: Cell<i8>,
    pub gi_iframe: [Cell<*mut PyObject>; 1],
}

#[repr(C)]
pub struct PyCoroObject {
    pub ob_base: PyObject,
    pub cr_weakreflist: Cell<*mut PyObject>,
    pub cr_name: Cell<*mut PyObject>,
    pub cr_qualname: Cell<*mut PyObject>,
    pub cr_exc_state: _PyErr_StackItem,
    pub cr_origin_or_finalizer: Cell<*mut PyObject>,
    pub cr_hooks_inited: Cell<c_char>,
    pub cr_closed: Cell<c_char>,
    pub cr_running_async: Cell<c_char>,
    pub cr_frame_state: Cell<i8>,
    pub cr_iframe: [Cell<*mut PyObject>; 1],
}

#[repr(C)]
pub struct PyAsyncGenObject {
    pub ob_base: PyObject,
    pub ag_weakreflist: Cell<*mut PyObject>,
    pub ag_name: Cell<*mut PyObject>,
    pub ag_qualname: Cell<*mut PyObject>,
    pub ag_exc_state: _PyErr_StackItem,
    pub ag_origin_or_finalizer: Cell<*mut PyObject>,
    pub ag_hooks_inited: Cell<c_char>,
    pub ag_closed: Cell<c_char>,
    pub ag_running_async: Cell<c_char>,
    pub ag_frame_state: Cell<i8>,
    pub ag_iframe: [Cell<*mut PyObject>; 1],
}

#[repr(C)]
pub struct PyAsyncGenASend {
    pub ob_base: PyObject,
    pub ags_gen: Cell<*mut PyAsyncGenObject>,
    pub ags_sendval: Cell<*mut PyObject>,
    pub ags_state: Cell<c_int>,
}

#[repr(C)]
pub struct PyCoroWrapper {
    pub ob_base: PyObject,
    pub cw_coroutine: Cell<*mut PyCoroObject>,
}

#[repr(C)]
pub struct PyCellObject {
    pub ob_base: PyObject,
    pub ob_ref: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct PyDescrObject {
    pub ob_base: PyObject,
    pub d_type: Cell<*mut PyTypeObject>,
    pub d_name: Cell<*mut PyObject>,
    pub d_qualname: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct PyMethodDescrObject {
    pub d_common: PyDescrObject,
    pub d_method: Cell<*mut PyMethodDef>,
    pub vectorcall: Cell<Option<vectorcallfunc>>,
}

#[repr(C)]
pub struct PyMemberDescrObject {
    pub d_common: PyDescrObject,
    pub d_member: Cell<*mut PyMemberDef>,
}

#[repr(C)]
pub struct PyGetSetDescrObject {
    pub d_common: PyDescrObject,
    pub d_getset: Cell<*mut PyGetSetDef>,
}

#[repr(C)]
pub struct PyWrapperDescrObject {
    pub d_common: PyDescrObject,
    pub d_base: Cell<*mut wrapperbase>,
    pub d_wrapped: Cell<*mut c_void>,
}

#[repr(C)]
pub struct _PyPropertyObject {
    pub ob_base: PyObject,
    pub prop_get: Cell<*mut PyObject>,
    pub prop_set: Cell<*mut PyObject>,
    pub prop_del: Cell<*mut PyObject>,
    pub prop_doc: Cell<*mut PyObject>,
    pub prop_name: Cell<*mut PyObject>,
    pub getter_doc: Cell<c_int>,
}

#[repr(C)]
pub struct wrapperobject {
    pub ob_base: PyObject,
    pub descr: Cell<*mut PyWrapperDescrObject>,
    pub self_: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct superobject {
    pub ob_base: PyObject,
    pub r#type: Cell<*mut PyTypeObject>,
    pub obj: Cell<*mut PyObject>,
    pub obj_type: Cell<*mut PyTypeObject>,
}

#[repr(C)]
pub struct staticmethod {
    pub ob_base: PyObject,
    pub sm_callable: Cell<*mut PyObject>,
    pub sm_dict: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct classmethod {
    pub ob_base: PyObject,
    pub cm_callable: Cell<*mut PyObject>,
    pub cm_dict: Cell<*mut PyObject>,
}
