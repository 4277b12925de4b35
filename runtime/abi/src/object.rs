//! Objects, types and their method tables (object.h, cpython/object.h, descrobject.h tables). Layout only: behaviour lives in `runtime/core` and above.

use crate::*;
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_uint, c_ulong, c_void};

#[repr(C)]
pub struct PyObject {
    pub ob_refcnt: Cell<Py_ssize_t>,
    pub ob_type: Cell<*mut PyTypeObject>,
}

#[repr(C)]
pub struct PyVarObject {
    pub ob_base: PyObject,
    pub ob_size: Cell<Py_ssize_t>,
}

#[repr(C)]
pub struct PyTypeObject {
    pub ob_base: PyVarObject,
    pub tp_name: Cell<*mut c_char>,
    pub tp_basicsize: Cell<Py_ssize_t>,
    pub tp_itemsize: Cell<Py_ssize_t>,
    pub tp_dealloc: Cell<Option<destructor>>,
    pub tp_vectorcall_offset: Cell<Py_ssize_t>,
    pub tp_getattr: Cell<Option<getattrfunc>>,
    pub tp_setattr: Cell<Option<setattrfunc>>,
    pub tp_as_async: Cell<*mut PyAsyncMethods>,
    pub tp_repr: Cell<Option<reprfunc>>,
    pub tp_as_number: Cell<*mut PyNumberMethods>,
    pub tp_as_sequence: Cell<*mut PySequenceMethods>,
    pub tp_as_mapping: Cell<*mut PyMappingMethods>,
    pub tp_hash: Cell<Option<hashfunc>>,
    pub tp_call: Cell<Option<ternaryfunc>>,
    pub tp_str: Cell<Option<reprfunc>>,
    pub tp_getattro: Cell<Option<getattrofunc>>,
    pub tp_setattro: Cell<Option<setattrofunc>>,
    pub tp_as_buffer: Cell<*mut PyBufferProcs>,
    pub tp_flags: Cell<c_ulong>,
    pub tp_doc: Cell<*mut c_char>,
    pub tp_traverse: Cell<Option<traverseproc>>,
    pub tp_clear: Cell<Option<inquiry>>,
    pub tp_richcompare: Cell<Option<richcmpfunc>>,
    pub tp_weaklistoffset: Cell<Py_ssize_t>,
    pub tp_iter: Cell<Option<getiterfunc>>,
    pub tp_iternext: Cell<Option<iternextfunc>>,
    pub tp_methods: Cell<*mut PyMethodDef>,
    pub tp_members: Cell<*mut PyMemberDef>,
    pub tp_getset: Cell<*mut PyGetSetDef>,
    pub tp_base: Cell<*mut PyTypeObject>,
    pub tp_dict: Cell<*mut PyObject>,
    pub tp_descr_get: Cell<Option<descrgetfunc>>,
    pub tp_descr_set: Cell<Option<descrsetfunc>>,
    pub tp_dictoffset: Cell<Py_ssize_t>,
    pub tp_init: Cell<Option<initproc>>,
    pub tp_alloc: Cell<Option<allocfunc>>,
    pub tp_new: Cell<Option<newfunc>>,
    pub tp_free: Cell<Option<freefunc>>,
    pub tp_is_gc: Cell<Option<inquiry>>,
    pub tp_bases: Cell<*mut PyObject>,
    pub tp_mro: Cell<*mut PyObject>,
    pub tp_cache: Cell<*mut PyObject>,
    pub tp_subclasses: Cell<*mut c_void>,
    pub tp_weaklist: Cell<*mut PyObject>,
    pub tp_del: Cell<Option<destructor>>,
    pub tp_version_tag: Cell<c_uint>,
    pub tp_finalize: Cell<Option<destructor>>,
    pub tp_vectorcall: Cell<Option<vectorcallfunc>>,
    pub tp_watched: Cell<u8>,
}

#[repr(C)]
pub struct PyHeapTypeObject {
    pub ht_type: PyTypeObject,
    pub as_async: PyAsyncMethods,
    pub as_number: PyNumberMethods,
    pub as_mapping: PyMappingMethods,
    pub as_sequence: PySequenceMethods,
    pub as_buffer: PyBufferProcs,
    pub ht_name: Cell<*mut PyObject>,
    pub ht_slots: Cell<*mut PyObject>,
    pub ht_qualname: Cell<*mut PyObject>,
    pub ht_cached_keys: Cell<*mut PyDictKeysObject>,
    pub ht_module: Cell<*mut PyObject>,
    pub _ht_tpname: Cell<*mut c_char>,
    pub _spec_cache: _specialization_cache,
}

#[repr(C)]
pub struct _specialization_cache {
    pub getitem: Cell<*mut PyObject>,
    pub getitem_version: Cell<u32>,
}

#[repr(C)]
pub struct PyNumberMethods {
    pub nb_add: Cell<Option<binaryfunc>>,
    pub nb_subtract: Cell<Option<binaryfunc>>,
    pub nb_multiply: Cell<Option<binaryfunc>>,
    pub nb_remainder: Cell<Option<binaryfunc>>,
    pub nb_divmod: Cell<Option<binaryfunc>>,
    pub nb_power: Cell<Option<ternaryfunc>>,
    pub nb_negative: Cell<Option<unaryfunc>>,
    pub nb_positive: Cell<Option<unaryfunc>>,
    pub nb_absolute: Cell<Option<unaryfunc>>,
    pub nb_bool: Cell<Option<inquiry>>,
    pub nb_invert: Cell<Option<unaryfunc>>,
    pub nb_lshift: Cell<Option<binaryfunc>>,
    pub nb_rshift: Cell<Option<binaryfunc>>,
    pub nb_and: Cell<Option<binaryfunc>>,
    pub nb_xor: Cell<Option<binaryfunc>>,
    pub nb_or: Cell<Option<binaryfunc>>,
    pub nb_int: Cell<Option<unaryfunc>>,
    pub nb_reserved: Cell<*mut c_void>,
    pub nb_float: Cell<Option<unaryfunc>>,
    pub nb_inplace_add: Cell<Option<binaryfunc>>,
    pub nb_inplace_subtract: Cell<Option<binaryfunc>>,
    pub nb_inplace_multiply: Cell<Option<binaryfunc>>,
    pub nb_inplace_remainder: Cell<Option<binaryfunc>>,
    pub nb_inplace_power: Cell<Option<ternaryfunc>>,
    pub nb_inplace_lshift: Cell<Option<binaryfunc>>,
    pub nb_inplace_rshift: Cell<Option<binaryfunc>>,
    pub nb_inplace_and: Cell<Option<binaryfunc>>,
    pub nb_inplace_xor: Cell<Option<binaryfunc>>,
    pub nb_inplace_or: Cell<Option<binaryfunc>>,
    pub nb_floor_divide: Cell<Option<binaryfunc>>,
    pub nb_true_divide: Cell<Option<binaryfunc>>,
    pub nb_inplace_floor_divide: Cell<Option<binaryfunc>>,
    pub nb_inplace_true_divide: Cell<Option<binaryfunc>>,
    pub nb_index: Cell<Option<unaryfunc>>,
    pub nb_matrix_multiply: Cell<Option<binaryfunc>>,
    pub nb_inplace_matrix_multiply: Cell<Option<binaryfunc>>,
}

#[repr(C)]
pub struct PySequenceMethods {
    pub sq_length: Cell<Option<lenfunc>>,
    pub sq_concat: Cell<Option<binaryfunc>>,
    pub sq_repeat: Cell<Option<ssizeargfunc>>,
    pub sq_item: Cell<Option<ssizeargfunc>>,
    pub was_sq_slice: Cell<*mut c_void>,
    pub sq_ass_item: Cell<Option<ssizeobjargproc>>,
    pub was_sq_ass_slice: Cell<*mut c_void>,
    pub sq_contains: Cell<Option<objobjproc>>,
    pub sq_inplace_concat: Cell<Option<binaryfunc>>,
    pub sq_inplace_repeat: Cell<Option<ssizeargfunc>>,
}

#[repr(C)]
pub struct PyMappingMethods {
    pub mp_length: Cell<Option<lenfunc>>,
    pub mp_subscript: Cell<Option<binaryfunc>>,
    pub mp_ass_subscript: Cell<Option<objobjargproc>>,
}

#[repr(C)]
pub struct PyAsyncMethods {
    pub am_await: Cell<Option<unaryfunc>>,
    pub am_aiter: Cell<Option<unaryfunc>>,
    pub am_anext: Cell<Option<unaryfunc>>,
    pub am_send: Cell<Option<sendfunc>>,
}

#[repr(C)]
pub struct PyBufferProcs {
    pub bf_getbuffer: Cell<Option<getbufferproc>>,
    pub bf_releasebuffer: Cell<Option<releasebufferproc>>,
}

#[repr(C)]
pub struct Py_buffer {
    pub buf: Cell<*mut c_void>,
    pub obj: Cell<*mut PyObject>,
    pub len: Cell<Py_ssize_t>,
    pub itemsize: Cell<Py_ssize_t>,
    pub readonly: Cell<c_int>,
    pub ndim: Cell<c_int>,
    pub format: Cell<*mut c_char>,
    pub shape: Cell<*mut Py_ssize_t>,
    pub strides: Cell<*mut Py_ssize_t>,
    pub suboffsets: Cell<*mut Py_ssize_t>,
    pub internal: Cell<*mut c_void>,
}

#[repr(C)]
pub struct PyMethodDef {
    pub ml_name: Cell<*mut c_char>,
    pub ml_meth: Cell<Option<PyCFunction>>,
    pub ml_flags: Cell<c_int>,
    pub ml_doc: Cell<*mut c_char>,
}

#[repr(C)]
pub struct PyMemberDef {
    pub name: Cell<*mut c_char>,
    pub r#type: Cell<c_int>,
    pub offset: Cell<Py_ssize_t>,
    pub flags: Cell<c_int>,
    pub doc: Cell<*mut c_char>,
}

#[repr(C)]
pub struct PyGetSetDef {
    pub name: Cell<*mut c_char>,
    pub get: Cell<Option<getter>>,
    pub set: Cell<Option<setter>>,
    pub doc: Cell<*mut c_char>,
    pub closure: Cell<*mut c_void>,
}

#[repr(C)]
pub struct PyType_Spec {
    pub name: Cell<*mut c_char>,
    pub basicsize: Cell<c_int>,
    pub itemsize: Cell<c_int>,
    pub flags: Cell<c_uint>,
    pub slots: Cell<*mut PyType_Slot>,
}

#[repr(C)]
pub struct PyType_Slot {
    pub slot: Cell<c_int>,
    pub pfunc: Cell<*mut c_void>,
}

#[repr(C)]
pub struct wrapperbase {
    pub name: Cell<*mut c_char>,
    pub offset: Cell<c_int>,
    pub function: Cell<*mut c_void>,
    pub wrapper: Cell<Option<wrapperfunc>>,
    pub doc: Cell<*mut c_char>,
    pub flags: Cell<c_int>,
    pub name_strobj: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct PyGC_Head {
    pub _gc_next: Cell<usize>,
    pub _gc_prev: Cell<usize>,
}

#[repr(C)]
pub struct gc_generation {
    pub head: PyGC_Head,
    pub threshold: Cell<c_int>,
    pub count: Cell<c_int>,
}

#[repr(C)]
pub struct type_cache_entry {
    pub version: Cell<c_uint>,
    pub name: Cell<*mut PyObject>,
    pub value: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct _PyAttrCache {
    pub counter: Cell<u16>,
    pub version: [Cell<u16>; 2],
    pub index: Cell<u16>,
}

#[repr(C)]
pub struct _PyLoadMethodCache {
    pub counter: Cell<u16>,
    pub type_version: [Cell<u16>; 2],
    pub keys_version: [Cell<u16>; 2],
    pub descr: [Cell<u16>; 4],
}
