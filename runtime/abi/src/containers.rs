//! tuple, list, dict, set, slice, range, and the iterators over them. Layout only: behaviour lives in `runtime/core` and above.

use crate::*;
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_long, c_void};

#[repr(C)]
pub struct PyTupleObject {
    pub ob_base: PyVarObject,
    pub ob_item: [Cell<*mut PyObject>; 1],
}

#[repr(C)]
pub struct _PyTupleIterObject {
    pub ob_base: PyObject,
    pub it_index: Cell<Py_ssize_t>,
    pub it_seq: Cell<*mut PyTupleObject>,
}

#[repr(C)]
pub struct PyListObject {
    pub ob_base: PyVarObject,
    pub ob_item: Cell<*mut *mut PyObject>,
    pub allocated: Cell<Py_ssize_t>,
}

#[repr(C)]
pub struct _PyListIterObject {
    pub ob_base: PyObject,
    pub it_index: Cell<Py_ssize_t>,
    pub it_seq: Cell<*mut PyListObject>,
}

#[repr(C)]
pub struct listreviterobject {
    pub ob_base: PyObject,
    pub it_index: Cell<Py_ssize_t>,
    pub it_seq: Cell<*mut PyListObject>,
}

#[repr(C)]
pub struct PyDictObject {
    pub ob_base: PyObject,
    pub ma_used: Cell<Py_ssize_t>,
    pub ma_version_tag: Cell<u64>,
    pub ma_keys: Cell<*mut PyDictKeysObject>,
    pub ma_values: Cell<*mut PyDictValues>,
}

#[repr(C)]
pub struct PyDictKeysObject {
    pub dk_refcnt: Cell<Py_ssize_t>,
    pub dk_log2_size: Cell<u8>,
    pub dk_log2_index_bytes: Cell<u8>,
    pub dk_kind: Cell<u8>,
    pub dk_version: Cell<u32>,
    pub dk_usable: Cell<Py_ssize_t>,
    pub dk_nentries: Cell<Py_ssize_t>,
    pub dk_indices: [Cell<c_char>; 0],
}

#[repr(C)]
pub struct PyDictValues {
    pub values: [Cell<*mut PyObject>; 1],
}

#[repr(C)]
pub struct PyDictKeyEntry {
    pub me_hash: Cell<Py_hash_t>,
    pub me_key: Cell<*mut PyObject>,
    pub me_value: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct PyDictUnicodeEntry {
    pub me_key: Cell<*mut PyObject>,
    pub me_value: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct _PyDictViewObject {
    pub ob_base: PyObject,
    pub dv_dict: Cell<*mut PyDictObject>,
}

#[repr(C)]
pub struct dictiterobject {
    pub ob_base: PyObject,
    pub di_dict: Cell<*mut PyDictObject>,
    pub di_used: Cell<Py_ssize_t>,
    pub di_pos: Cell<Py_ssize_t>,
    pub di_result: Cell<*mut PyObject>,
    pub len: Cell<Py_ssize_t>,
}

#[repr(C)]
pub struct PyODictObject {
    pub od_dict: PyDictObject,
    pub od_first: Cell<*mut c_void>,
    pub od_last: Cell<*mut c_void>,
    pub od_fast_nodes: Cell<*mut *mut c_void>,
    pub od_fast_nodes_size: Cell<Py_ssize_t>,
    pub od_resize_sentinel: Cell<*mut c_void>,
    pub od_state: Cell<usize>,
    pub od_inst_dict: Cell<*mut PyObject>,
    pub od_weakreflist: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct PySetObject {
    pub ob_base: PyObject,
    pub fill: Cell<Py_ssize_t>,
    pub used: Cell<Py_ssize_t>,
    pub mask: Cell<Py_ssize_t>,
    pub table: Cell<*mut setentry>,
    pub hash: Cell<Py_hash_t>,
    pub finger: Cell<Py_ssize_t>,
    pub smalltable: [setentry; 8],
    pub weakreflist: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct setentry {
    pub key: Cell<*mut PyObject>,
    pub hash: Cell<Py_hash_t>,
}

#[repr(C)]
pub struct setiterobject {
    pub ob_base: PyObject,
    pub si_set: Cell<*mut PySetObject>,
    pub si_used: Cell<Py_ssize_t>,
    pub si_pos: Cell<Py_ssize_t>,
    pub len: Cell<Py_ssize_t>,
}

#[repr(C)]
pub struct PySliceObject {
    pub ob_base: PyObject,
    pub start: Cell<*mut PyObject>,
    pub stop: Cell<*mut PyObject>,
    pub step: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct rangeobject {
    pub ob_base: PyObject,
    pub start: Cell<*mut PyObject>,
    pub stop: Cell<*mut PyObject>,
    pub step: Cell<*mut PyObject>,
    pub length: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct _PyRangeIterObject {
    pub ob_base: PyObject,
    pub start: Cell<c_long>,
    pub step: Cell<c_long>,
    pub len: Cell<c_long>,
}

#[repr(C)]
pub struct longrangeiterobject {
    pub ob_base: PyObject,
    pub start: Cell<*mut PyObject>,
    pub step: Cell<*mut PyObject>,
    pub len: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct seqiterobject {
    pub ob_base: PyObject,
    pub it_index: Cell<Py_ssize_t>,
    pub it_seq: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct calliterobject {
    pub ob_base: PyObject,
    pub it_callable: Cell<*mut PyObject>,
    pub it_sentinel: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct enumobject {
    pub ob_base: PyObject,
    pub en_index: Cell<Py_ssize_t>,
    pub en_sit: Cell<*mut PyObject>,
    pub en_result: Cell<*mut PyObject>,
    pub en_longindex: Cell<*mut PyObject>,
    pub one: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct reversedobject {
    pub ob_base: PyObject,
    pub index: Cell<Py_ssize_t>,
    pub seq: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct filterobject {
    pub ob_base: PyObject,
    pub func: Cell<*mut PyObject>,
    pub it: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct mapobject {
    pub ob_base: PyObject,
    pub iters: Cell<*mut PyObject>,
    pub func: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct zipobject {
    pub ob_base: PyObject,
    pub tuplesize: Cell<Py_ssize_t>,
    pub ittuple: Cell<*mut PyObject>,
    pub result: Cell<*mut PyObject>,
    pub strict: Cell<c_int>,
}

#[repr(C)]
pub struct mappingproxyobject {
    pub ob_base: PyObject,
    pub mapping: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct PyStructSequence {
    pub ob_base: PyVarObject,
    pub ob_item: [Cell<*mut PyObject>; 1],
}

#[repr(C)]
pub struct PyStructSequence_Field {
    pub name: Cell<*mut c_char>,
    pub doc: Cell<*mut c_char>,
}

#[repr(C)]
pub struct PyStructSequence_Desc {
    pub name: Cell<*mut c_char>,
    pub doc: Cell<*mut c_char>,
    pub fields: Cell<*mut PyStructSequence_Field>,
    pub n_in_sequence: Cell<c_int>,
}

#[repr(C)]
pub struct _PyNamespaceObject {
    pub ob_base: PyObject,
    pub ns_dict: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct PyHamtObject {
    pub ob_base: PyObject,
    pub h_root: Cell<*mut c_void>,
    pub h_weakreflist: Cell<*mut PyObject>,
    pub h_count: Cell<Py_ssize_t>,
}
