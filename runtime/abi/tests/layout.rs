//! Compares every struct of this crate with the layout table of CPython 3.12's headers, row by row.
//! Bit fields have no Rust offset of their own; the table of accessors in `text.rs` is tested beside its code.

#![allow(non_snake_case)]
use core::mem::{offset_of, size_of};
use dxpy_abi::*;
use std::collections::HashMap;

/// `(struct, field)` to `(offset, size)` as Rust lays it out.
type Rows = HashMap<(&'static str, &'static str), (usize, usize)>;

fn field_size<S, F>(_: fn(&S) -> &F) -> usize {
    size_of::<F>()
}

macro_rules! row {
    ($m:ident, $s:ident, $name:literal, $($f:tt)+) => {
        $m.insert((stringify!($s), $name), (offset_of!($s, $($f)+), field_size(|s: &$s| &s.$($f)+)));
    };
}

fn rows_pyobject(m: &mut Rows) {
    m.insert(("PyObject", "(sizeof)"), (0, size_of::<PyObject>()));
    row!(m, PyObject, "ob_refcnt", ob_refcnt);
    row!(m, PyObject, "ob_type", ob_type);
}

fn rows_pyvarobject(m: &mut Rows) {
    m.insert(("PyVarObject", "(sizeof)"), (0, size_of::<PyVarObject>()));
    row!(m, PyVarObject, "ob_base", ob_base);
    row!(m, PyVarObject, "ob_size", ob_size);
    row!(m, PyVarObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyVarObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pytypeobject(m: &mut Rows) {
    m.insert(("PyTypeObject", "(sizeof)"), (0, size_of::<PyTypeObject>()));
    row!(m, PyTypeObject, "ob_base", ob_base);
    row!(m, PyTypeObject, "tp_name", tp_name);
    row!(m, PyTypeObject, "tp_basicsize", tp_basicsize);
    row!(m, PyTypeObject, "tp_itemsize", tp_itemsize);
    row!(m, PyTypeObject, "tp_dealloc", tp_dealloc);
    row!(m, PyTypeObject, "tp_vectorcall_offset", tp_vectorcall_offset);
    row!(m, PyTypeObject, "tp_getattr", tp_getattr);
    row!(m, PyTypeObject, "tp_setattr", tp_setattr);
    row!(m, PyTypeObject, "tp_as_async", tp_as_async);
    row!(m, PyTypeObject, "tp_repr", tp_repr);
    row!(m, PyTypeObject, "tp_as_number", tp_as_number);
    row!(m, PyTypeObject, "tp_as_sequence", tp_as_sequence);
    row!(m, PyTypeObject, "tp_as_mapping", tp_as_mapping);
    row!(m, PyTypeObject, "tp_hash", tp_hash);
    row!(m, PyTypeObject, "tp_call", tp_call);
    row!(m, PyTypeObject, "tp_str", tp_str);
    row!(m, PyTypeObject, "tp_getattro", tp_getattro);
    row!(m, PyTypeObject, "tp_setattro", tp_setattro);
    row!(m, PyTypeObject, "tp_as_buffer", tp_as_buffer);
    row!(m, PyTypeObject, "tp_flags", tp_flags);
    row!(m, PyTypeObject, "tp_doc", tp_doc);
    row!(m, PyTypeObject, "tp_traverse", tp_traverse);
    row!(m, PyTypeObject, "tp_clear", tp_clear);
    row!(m, PyTypeObject, "tp_richcompare", tp_richcompare);
    row!(m, PyTypeObject, "tp_weaklistoffset", tp_weaklistoffset);
    row!(m, PyTypeObject, "tp_iter", tp_iter);
    row!(m, PyTypeObject, "tp_iternext", tp_iternext);
    row!(m, PyTypeObject, "tp_methods", tp_methods);
    row!(m, PyTypeObject, "tp_members", tp_members);
    row!(m, PyTypeObject, "tp_getset", tp_getset);
    row!(m, PyTypeObject, "tp_base", tp_base);
    row!(m, PyTypeObject, "tp_dict", tp_dict);
    row!(m, PyTypeObject, "tp_descr_get", tp_descr_get);
    row!(m, PyTypeObject, "tp_descr_set", tp_descr_set);
    row!(m, PyTypeObject, "tp_dictoffset", tp_dictoffset);
    row!(m, PyTypeObject, "tp_init", tp_init);
    row!(m, PyTypeObject, "tp_alloc", tp_alloc);
    row!(m, PyTypeObject, "tp_new", tp_new);
    row!(m, PyTypeObject, "tp_free", tp_free);
    row!(m, PyTypeObject, "tp_is_gc", tp_is_gc);
    row!(m, PyTypeObject, "tp_bases", tp_bases);
    row!(m, PyTypeObject, "tp_mro", tp_mro);
    row!(m, PyTypeObject, "tp_cache", tp_cache);
    row!(m, PyTypeObject, "tp_subclasses", tp_subclasses);
    row!(m, PyTypeObject, "tp_weaklist", tp_weaklist);
    row!(m, PyTypeObject, "tp_del", tp_del);
    row!(m, PyTypeObject, "tp_version_tag", tp_version_tag);
    row!(m, PyTypeObject, "tp_finalize", tp_finalize);
    row!(m, PyTypeObject, "tp_vectorcall", tp_vectorcall);
    row!(m, PyTypeObject, "tp_watched", tp_watched);
    row!(m, PyTypeObject, "ob_base.ob_base", ob_base.ob_base);
    row!(m, PyTypeObject, "ob_base.ob_base.ob_refcnt", ob_base.ob_base.ob_refcnt);
    row!(m, PyTypeObject, "ob_base.ob_base.ob_type", ob_base.ob_base.ob_type);
    row!(m, PyTypeObject, "ob_base.ob_size", ob_base.ob_size);
}

fn rows_pyheaptypeobject(m: &mut Rows) {
    m.insert(("PyHeapTypeObject", "(sizeof)"), (0, size_of::<PyHeapTypeObject>()));
    row!(m, PyHeapTypeObject, "ht_type", ht_type);
    row!(m, PyHeapTypeObject, "as_async", as_async);
    row!(m, PyHeapTypeObject, "as_number", as_number);
    row!(m, PyHeapTypeObject, "as_mapping", as_mapping);
    row!(m, PyHeapTypeObject, "as_sequence", as_sequence);
    row!(m, PyHeapTypeObject, "as_buffer", as_buffer);
    row!(m, PyHeapTypeObject, "ht_name", ht_name);
    row!(m, PyHeapTypeObject, "ht_slots", ht_slots);
    row!(m, PyHeapTypeObject, "ht_qualname", ht_qualname);
    row!(m, PyHeapTypeObject, "ht_cached_keys", ht_cached_keys);
    row!(m, PyHeapTypeObject, "ht_module", ht_module);
    row!(m, PyHeapTypeObject, "_ht_tpname", _ht_tpname);
    row!(m, PyHeapTypeObject, "_spec_cache", _spec_cache);
    row!(m, PyHeapTypeObject, "_spec_cache.getitem", _spec_cache.getitem);
    row!(m, PyHeapTypeObject, "_spec_cache.getitem_version", _spec_cache.getitem_version);
}

fn rows__specialization_cache(m: &mut Rows) {
    m.insert(("_specialization_cache", "(sizeof)"), (0, size_of::<_specialization_cache>()));
    row!(m, _specialization_cache, "getitem", getitem);
    row!(m, _specialization_cache, "getitem_version", getitem_version);
}

fn rows_pynumbermethods(m: &mut Rows) {
    m.insert(("PyNumberMethods", "(sizeof)"), (0, size_of::<PyNumberMethods>()));
    row!(m, PyNumberMethods, "nb_add", nb_add);
    row!(m, PyNumberMethods, "nb_subtract", nb_subtract);
    row!(m, PyNumberMethods, "nb_multiply", nb_multiply);
    row!(m, PyNumberMethods, "nb_remainder", nb_remainder);
    row!(m, PyNumberMethods, "nb_divmod", nb_divmod);
    row!(m, PyNumberMethods, "nb_power", nb_power);
    row!(m, PyNumberMethods, "nb_negative", nb_negative);
    row!(m, PyNumberMethods, "nb_positive", nb_positive);
    row!(m, PyNumberMethods, "nb_absolute", nb_absolute);
    row!(m, PyNumberMethods, "nb_bool", nb_bool);
    row!(m, PyNumberMethods, "nb_invert", nb_invert);
    row!(m, PyNumberMethods, "nb_lshift", nb_lshift);
    row!(m, PyNumberMethods, "nb_rshift", nb_rshift);
    row!(m, PyNumberMethods, "nb_and", nb_and);
    row!(m, PyNumberMethods, "nb_xor", nb_xor);
    row!(m, PyNumberMethods, "nb_or", nb_or);
    row!(m, PyNumberMethods, "nb_int", nb_int);
    row!(m, PyNumberMethods, "nb_reserved", nb_reserved);
    row!(m, PyNumberMethods, "nb_float", nb_float);
    row!(m, PyNumberMethods, "nb_inplace_add", nb_inplace_add);
    row!(m, PyNumberMethods, "nb_inplace_subtract", nb_inplace_subtract);
    row!(m, PyNumberMethods, "nb_inplace_multiply", nb_inplace_multiply);
    row!(m, PyNumberMethods, "nb_inplace_remainder", nb_inplace_remainder);
    row!(m, PyNumberMethods, "nb_inplace_power", nb_inplace_power);
    row!(m, PyNumberMethods, "nb_inplace_lshift", nb_inplace_lshift);
    row!(m, PyNumberMethods, "nb_inplace_rshift", nb_inplace_rshift);
    row!(m, PyNumberMethods, "nb_inplace_and", nb_inplace_and);
    row!(m, PyNumberMethods, "nb_inplace_xor", nb_inplace_xor);
    row!(m, PyNumberMethods, "nb_inplace_or", nb_inplace_or);
    row!(m, PyNumberMethods, "nb_floor_divide", nb_floor_divide);
    row!(m, PyNumberMethods, "nb_true_divide", nb_true_divide);
    row!(m, PyNumberMethods, "nb_inplace_floor_divide", nb_inplace_floor_divide);
    row!(m, PyNumberMethods, "nb_inplace_true_divide", nb_inplace_true_divide);
    row!(m, PyNumberMethods, "nb_index", nb_index);
    row!(m, PyNumberMethods, "nb_matrix_multiply", nb_matrix_multiply);
    row!(m, PyNumberMethods, "nb_inplace_matrix_multiply", nb_inplace_matrix_multiply);
}

fn rows_pysequencemethods(m: &mut Rows) {
    m.insert(("PySequenceMethods", "(sizeof)"), (0, size_of::<PySequenceMethods>()));
    row!(m, PySequenceMethods, "sq_length", sq_length);
    row!(m, PySequenceMethods, "sq_concat", sq_concat);
    row!(m, PySequenceMethods, "sq_repeat", sq_repeat);
    row!(m, PySequenceMethods, "sq_item", sq_item);
    row!(m, PySequenceMethods, "was_sq_slice", was_sq_slice);
    row!(m, PySequenceMethods, "sq_ass_item", sq_ass_item);
    row!(m, PySequenceMethods, "was_sq_ass_slice", was_sq_ass_slice);
    row!(m, PySequenceMethods, "sq_contains", sq_contains);
    row!(m, PySequenceMethods, "sq_inplace_concat", sq_inplace_concat);
    row!(m, PySequenceMethods, "sq_inplace_repeat", sq_inplace_repeat);
}

fn rows_pymappingmethods(m: &mut Rows) {
    m.insert(("PyMappingMethods", "(sizeof)"), (0, size_of::<PyMappingMethods>()));
    row!(m, PyMappingMethods, "mp_length", mp_length);
    row!(m, PyMappingMethods, "mp_subscript", mp_subscript);
    row!(m, PyMappingMethods, "mp_ass_subscript", mp_ass_subscript);
}

fn rows_pyasyncmethods(m: &mut Rows) {
    m.insert(("PyAsyncMethods", "(sizeof)"), (0, size_of::<PyAsyncMethods>()));
    row!(m, PyAsyncMethods, "am_await", am_await);
    row!(m, PyAsyncMethods, "am_aiter", am_aiter);
    row!(m, PyAsyncMethods, "am_anext", am_anext);
    row!(m, PyAsyncMethods, "am_send", am_send);
}

fn rows_pybufferprocs(m: &mut Rows) {
    m.insert(("PyBufferProcs", "(sizeof)"), (0, size_of::<PyBufferProcs>()));
    row!(m, PyBufferProcs, "bf_getbuffer", bf_getbuffer);
    row!(m, PyBufferProcs, "bf_releasebuffer", bf_releasebuffer);
}

fn rows_py_buffer(m: &mut Rows) {
    m.insert(("Py_buffer", "(sizeof)"), (0, size_of::<Py_buffer>()));
    row!(m, Py_buffer, "buf", buf);
    row!(m, Py_buffer, "obj", obj);
    row!(m, Py_buffer, "len", len);
    row!(m, Py_buffer, "itemsize", itemsize);
    row!(m, Py_buffer, "readonly", readonly);
    row!(m, Py_buffer, "ndim", ndim);
    row!(m, Py_buffer, "format", format);
    row!(m, Py_buffer, "shape", shape);
    row!(m, Py_buffer, "strides", strides);
    row!(m, Py_buffer, "suboffsets", suboffsets);
    row!(m, Py_buffer, "internal", internal);
}

fn rows_pymethoddef(m: &mut Rows) {
    m.insert(("PyMethodDef", "(sizeof)"), (0, size_of::<PyMethodDef>()));
    row!(m, PyMethodDef, "ml_name", ml_name);
    row!(m, PyMethodDef, "ml_meth", ml_meth);
    row!(m, PyMethodDef, "ml_flags", ml_flags);
    row!(m, PyMethodDef, "ml_doc", ml_doc);
}

fn rows_pymemberdef(m: &mut Rows) {
    m.insert(("PyMemberDef", "(sizeof)"), (0, size_of::<PyMemberDef>()));
    row!(m, PyMemberDef, "name", name);
    row!(m, PyMemberDef, "type", r#type);
    row!(m, PyMemberDef, "offset", offset);
    row!(m, PyMemberDef, "flags", flags);
    row!(m, PyMemberDef, "doc", doc);
}

fn rows_pygetsetdef(m: &mut Rows) {
    m.insert(("PyGetSetDef", "(sizeof)"), (0, size_of::<PyGetSetDef>()));
    row!(m, PyGetSetDef, "name", name);
    row!(m, PyGetSetDef, "get", get);
    row!(m, PyGetSetDef, "set", set);
    row!(m, PyGetSetDef, "doc", doc);
    row!(m, PyGetSetDef, "closure", closure);
}

fn rows_pytype_spec(m: &mut Rows) {
    m.insert(("PyType_Spec", "(sizeof)"), (0, size_of::<PyType_Spec>()));
    row!(m, PyType_Spec, "name", name);
    row!(m, PyType_Spec, "basicsize", basicsize);
    row!(m, PyType_Spec, "itemsize", itemsize);
    row!(m, PyType_Spec, "flags", flags);
    row!(m, PyType_Spec, "slots", slots);
}

fn rows_pytype_slot(m: &mut Rows) {
    m.insert(("PyType_Slot", "(sizeof)"), (0, size_of::<PyType_Slot>()));
    row!(m, PyType_Slot, "slot", slot);
    row!(m, PyType_Slot, "pfunc", pfunc);
}

fn rows_wrapperbase(m: &mut Rows) {
    m.insert(("wrapperbase", "(sizeof)"), (0, size_of::<wrapperbase>()));
    row!(m, wrapperbase, "name", name);
    row!(m, wrapperbase, "offset", offset);
    row!(m, wrapperbase, "function", function);
    row!(m, wrapperbase, "wrapper", wrapper);
    row!(m, wrapperbase, "doc", doc);
    row!(m, wrapperbase, "flags", flags);
    row!(m, wrapperbase, "name_strobj", name_strobj);
}

fn rows_pygc_head(m: &mut Rows) {
    m.insert(("PyGC_Head", "(sizeof)"), (0, size_of::<PyGC_Head>()));
    row!(m, PyGC_Head, "_gc_next", _gc_next);
    row!(m, PyGC_Head, "_gc_prev", _gc_prev);
}

fn rows_gc_generation(m: &mut Rows) {
    m.insert(("gc_generation", "(sizeof)"), (0, size_of::<gc_generation>()));
    row!(m, gc_generation, "head", head);
    row!(m, gc_generation, "threshold", threshold);
    row!(m, gc_generation, "count", count);
}

fn rows_type_cache_entry(m: &mut Rows) {
    m.insert(("type_cache_entry", "(sizeof)"), (0, size_of::<type_cache_entry>()));
    row!(m, type_cache_entry, "version", version);
    row!(m, type_cache_entry, "name", name);
    row!(m, type_cache_entry, "value", value);
}

fn rows__pyattrcache(m: &mut Rows) {
    m.insert(("_PyAttrCache", "(sizeof)"), (0, size_of::<_PyAttrCache>()));
    row!(m, _PyAttrCache, "counter", counter);
    row!(m, _PyAttrCache, "version", version);
    row!(m, _PyAttrCache, "index", index);
}

fn rows__pyloadmethodcache(m: &mut Rows) {
    m.insert(("_PyLoadMethodCache", "(sizeof)"), (0, size_of::<_PyLoadMethodCache>()));
    row!(m, _PyLoadMethodCache, "counter", counter);
    row!(m, _PyLoadMethodCache, "type_version", type_version);
    row!(m, _PyLoadMethodCache, "keys_version", keys_version);
    row!(m, _PyLoadMethodCache, "descr", descr);
}

fn rows_pylongobject(m: &mut Rows) {
    m.insert(("PyLongObject", "(sizeof)"), (0, size_of::<PyLongObject>()));
    row!(m, PyLongObject, "ob_base", ob_base);
    row!(m, PyLongObject, "long_value", long_value);
    row!(m, PyLongObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyLongObject, "ob_base.ob_type", ob_base.ob_type);
    row!(m, PyLongObject, "long_value.lv_tag", long_value.lv_tag);
    row!(m, PyLongObject, "long_value.ob_digit", long_value.ob_digit);
}

fn rows__pylongvalue(m: &mut Rows) {
    m.insert(("_PyLongValue", "(sizeof)"), (0, size_of::<_PyLongValue>()));
    row!(m, _PyLongValue, "lv_tag", lv_tag);
    row!(m, _PyLongValue, "ob_digit", ob_digit);
}

fn rows_pyfloatobject(m: &mut Rows) {
    m.insert(("PyFloatObject", "(sizeof)"), (0, size_of::<PyFloatObject>()));
    row!(m, PyFloatObject, "ob_base", ob_base);
    row!(m, PyFloatObject, "ob_fval", ob_fval);
    row!(m, PyFloatObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyFloatObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pycomplexobject(m: &mut Rows) {
    m.insert(("PyComplexObject", "(sizeof)"), (0, size_of::<PyComplexObject>()));
    row!(m, PyComplexObject, "ob_base", ob_base);
    row!(m, PyComplexObject, "cval", cval);
    row!(m, PyComplexObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyComplexObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_py_complex(m: &mut Rows) {
    m.insert(("Py_complex", "(sizeof)"), (0, size_of::<Py_complex>()));
    row!(m, Py_complex, "real", real);
    row!(m, Py_complex, "imag", imag);
}

fn rows_pyasciiobject(m: &mut Rows) {
    m.insert(("PyASCIIObject", "(sizeof)"), (0, size_of::<PyASCIIObject>()));
    row!(m, PyASCIIObject, "ob_base", ob_base);
    row!(m, PyASCIIObject, "length", length);
    row!(m, PyASCIIObject, "hash", hash);
    row!(m, PyASCIIObject, "state", state);
    row!(m, PyASCIIObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyASCIIObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pycompactunicodeobject(m: &mut Rows) {
    m.insert(("PyCompactUnicodeObject", "(sizeof)"), (0, size_of::<PyCompactUnicodeObject>()));
    row!(m, PyCompactUnicodeObject, "_base", _base);
    row!(m, PyCompactUnicodeObject, "utf8_length", utf8_length);
    row!(m, PyCompactUnicodeObject, "utf8", utf8);
    row!(m, PyCompactUnicodeObject, "_base.ob_base", _base.ob_base);
    row!(m, PyCompactUnicodeObject, "_base.ob_base.ob_refcnt", _base.ob_base.ob_refcnt);
    row!(m, PyCompactUnicodeObject, "_base.ob_base.ob_type", _base.ob_base.ob_type);
    row!(m, PyCompactUnicodeObject, "_base.length", _base.length);
    row!(m, PyCompactUnicodeObject, "_base.hash", _base.hash);
    row!(m, PyCompactUnicodeObject, "_base.state", _base.state);
}

fn rows_pyunicodeobject(m: &mut Rows) {
    m.insert(("PyUnicodeObject", "(sizeof)"), (0, size_of::<PyUnicodeObject>()));
    row!(m, PyUnicodeObject, "_base", _base);
    row!(m, PyUnicodeObject, "data", data);
    row!(m, PyUnicodeObject, "_base._base", _base._base);
    row!(m, PyUnicodeObject, "_base._base.ob_base", _base._base.ob_base);
    row!(m, PyUnicodeObject, "_base._base.ob_base.ob_refcnt", _base._base.ob_base.ob_refcnt);
    row!(m, PyUnicodeObject, "_base._base.ob_base.ob_type", _base._base.ob_base.ob_type);
    row!(m, PyUnicodeObject, "_base._base.length", _base._base.length);
    row!(m, PyUnicodeObject, "_base._base.hash", _base._base.hash);
    row!(m, PyUnicodeObject, "_base._base.state", _base._base.state);
    row!(m, PyUnicodeObject, "_base.utf8_length", _base.utf8_length);
    row!(m, PyUnicodeObject, "_base.utf8", _base.utf8);
}

fn rows__pyunicodewriter(m: &mut Rows) {
    m.insert(("_PyUnicodeWriter", "(sizeof)"), (0, size_of::<_PyUnicodeWriter>()));
    row!(m, _PyUnicodeWriter, "buffer", buffer);
    row!(m, _PyUnicodeWriter, "data", data);
    row!(m, _PyUnicodeWriter, "kind", kind);
    row!(m, _PyUnicodeWriter, "maxchar", maxchar);
    row!(m, _PyUnicodeWriter, "size", size);
    row!(m, _PyUnicodeWriter, "pos", pos);
    row!(m, _PyUnicodeWriter, "min_length", min_length);
    row!(m, _PyUnicodeWriter, "min_char", min_char);
    row!(m, _PyUnicodeWriter, "overallocate", overallocate);
    row!(m, _PyUnicodeWriter, "readonly", readonly);
}

fn rows_pybytesobject(m: &mut Rows) {
    m.insert(("PyBytesObject", "(sizeof)"), (0, size_of::<PyBytesObject>()));
    row!(m, PyBytesObject, "ob_base", ob_base);
    row!(m, PyBytesObject, "ob_shash", ob_shash);
    row!(m, PyBytesObject, "ob_sval", ob_sval);
    row!(m, PyBytesObject, "ob_base.ob_base", ob_base.ob_base);
    row!(m, PyBytesObject, "ob_base.ob_base.ob_refcnt", ob_base.ob_base.ob_refcnt);
    row!(m, PyBytesObject, "ob_base.ob_base.ob_type", ob_base.ob_base.ob_type);
    row!(m, PyBytesObject, "ob_base.ob_size", ob_base.ob_size);
}

fn rows__pybyteswriter(m: &mut Rows) {
    m.insert(("_PyBytesWriter", "(sizeof)"), (0, size_of::<_PyBytesWriter>()));
    row!(m, _PyBytesWriter, "buffer", buffer);
    row!(m, _PyBytesWriter, "allocated", allocated);
    row!(m, _PyBytesWriter, "min_size", min_size);
    row!(m, _PyBytesWriter, "use_bytearray", use_bytearray);
    row!(m, _PyBytesWriter, "overallocate", overallocate);
    row!(m, _PyBytesWriter, "use_small_buffer", use_small_buffer);
    row!(m, _PyBytesWriter, "small_buffer", small_buffer);
}

fn rows_pybytearrayobject(m: &mut Rows) {
    m.insert(("PyByteArrayObject", "(sizeof)"), (0, size_of::<PyByteArrayObject>()));
    row!(m, PyByteArrayObject, "ob_base", ob_base);
    row!(m, PyByteArrayObject, "ob_alloc", ob_alloc);
    row!(m, PyByteArrayObject, "ob_bytes", ob_bytes);
    row!(m, PyByteArrayObject, "ob_start", ob_start);
    row!(m, PyByteArrayObject, "ob_exports", ob_exports);
    row!(m, PyByteArrayObject, "ob_base.ob_base", ob_base.ob_base);
    row!(m, PyByteArrayObject, "ob_base.ob_base.ob_refcnt", ob_base.ob_base.ob_refcnt);
    row!(m, PyByteArrayObject, "ob_base.ob_base.ob_type", ob_base.ob_base.ob_type);
    row!(m, PyByteArrayObject, "ob_base.ob_size", ob_base.ob_size);
}

fn rows_unicodeiterobject(m: &mut Rows) {
    m.insert(("unicodeiterobject", "(sizeof)"), (0, size_of::<unicodeiterobject>()));
    row!(m, unicodeiterobject, "ob_base", ob_base);
    row!(m, unicodeiterobject, "it_index", it_index);
    row!(m, unicodeiterobject, "it_seq", it_seq);
}

fn rows__pyunicode_name_capi(m: &mut Rows) {
    m.insert(("_PyUnicode_Name_CAPI", "(sizeof)"), (0, size_of::<_PyUnicode_Name_CAPI>()));
    row!(m, _PyUnicode_Name_CAPI, "getname", getname);
    row!(m, _PyUnicode_Name_CAPI, "getcode", getcode);
}

fn rows_pytupleobject(m: &mut Rows) {
    m.insert(("PyTupleObject", "(sizeof)"), (0, size_of::<PyTupleObject>()));
    row!(m, PyTupleObject, "ob_base", ob_base);
    row!(m, PyTupleObject, "ob_item", ob_item);
    row!(m, PyTupleObject, "ob_base.ob_base", ob_base.ob_base);
    row!(m, PyTupleObject, "ob_base.ob_base.ob_refcnt", ob_base.ob_base.ob_refcnt);
    row!(m, PyTupleObject, "ob_base.ob_base.ob_type", ob_base.ob_base.ob_type);
    row!(m, PyTupleObject, "ob_base.ob_size", ob_base.ob_size);
}

fn rows__pytupleiterobject(m: &mut Rows) {
    m.insert(("_PyTupleIterObject", "(sizeof)"), (0, size_of::<_PyTupleIterObject>()));
    row!(m, _PyTupleIterObject, "ob_base", ob_base);
    row!(m, _PyTupleIterObject, "it_index", it_index);
    row!(m, _PyTupleIterObject, "it_seq", it_seq);
    row!(m, _PyTupleIterObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, _PyTupleIterObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pylistobject(m: &mut Rows) {
    m.insert(("PyListObject", "(sizeof)"), (0, size_of::<PyListObject>()));
    row!(m, PyListObject, "ob_base", ob_base);
    row!(m, PyListObject, "ob_item", ob_item);
    row!(m, PyListObject, "allocated", allocated);
    row!(m, PyListObject, "ob_base.ob_base", ob_base.ob_base);
    row!(m, PyListObject, "ob_base.ob_base.ob_refcnt", ob_base.ob_base.ob_refcnt);
    row!(m, PyListObject, "ob_base.ob_base.ob_type", ob_base.ob_base.ob_type);
    row!(m, PyListObject, "ob_base.ob_size", ob_base.ob_size);
}

fn rows__pylistiterobject(m: &mut Rows) {
    m.insert(("_PyListIterObject", "(sizeof)"), (0, size_of::<_PyListIterObject>()));
    row!(m, _PyListIterObject, "ob_base", ob_base);
    row!(m, _PyListIterObject, "it_index", it_index);
    row!(m, _PyListIterObject, "it_seq", it_seq);
    row!(m, _PyListIterObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, _PyListIterObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_listreviterobject(m: &mut Rows) {
    m.insert(("listreviterobject", "(sizeof)"), (0, size_of::<listreviterobject>()));
    row!(m, listreviterobject, "ob_base", ob_base);
    row!(m, listreviterobject, "it_index", it_index);
    row!(m, listreviterobject, "it_seq", it_seq);
}

fn rows_pydictobject(m: &mut Rows) {
    m.insert(("PyDictObject", "(sizeof)"), (0, size_of::<PyDictObject>()));
    row!(m, PyDictObject, "ob_base", ob_base);
    row!(m, PyDictObject, "ma_used", ma_used);
    row!(m, PyDictObject, "ma_version_tag", ma_version_tag);
    row!(m, PyDictObject, "ma_keys", ma_keys);
    row!(m, PyDictObject, "ma_values", ma_values);
    row!(m, PyDictObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyDictObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pydictkeysobject(m: &mut Rows) {
    m.insert(("PyDictKeysObject", "(sizeof)"), (0, size_of::<PyDictKeysObject>()));
    row!(m, PyDictKeysObject, "dk_refcnt", dk_refcnt);
    row!(m, PyDictKeysObject, "dk_log2_size", dk_log2_size);
    row!(m, PyDictKeysObject, "dk_log2_index_bytes", dk_log2_index_bytes);
    row!(m, PyDictKeysObject, "dk_kind", dk_kind);
    row!(m, PyDictKeysObject, "dk_version", dk_version);
    row!(m, PyDictKeysObject, "dk_usable", dk_usable);
    row!(m, PyDictKeysObject, "dk_nentries", dk_nentries);
    row!(m, PyDictKeysObject, "dk_indices", dk_indices);
}

fn rows_pydictvalues(m: &mut Rows) {
    m.insert(("PyDictValues", "(sizeof)"), (0, size_of::<PyDictValues>()));
    row!(m, PyDictValues, "values", values);
}

fn rows_pydictkeyentry(m: &mut Rows) {
    m.insert(("PyDictKeyEntry", "(sizeof)"), (0, size_of::<PyDictKeyEntry>()));
    row!(m, PyDictKeyEntry, "me_hash", me_hash);
    row!(m, PyDictKeyEntry, "me_key", me_key);
    row!(m, PyDictKeyEntry, "me_value", me_value);
}

fn rows_pydictunicodeentry(m: &mut Rows) {
    m.insert(("PyDictUnicodeEntry", "(sizeof)"), (0, size_of::<PyDictUnicodeEntry>()));
    row!(m, PyDictUnicodeEntry, "me_key", me_key);
    row!(m, PyDictUnicodeEntry, "me_value", me_value);
}

fn rows__pydictviewobject(m: &mut Rows) {
    m.insert(("_PyDictViewObject", "(sizeof)"), (0, size_of::<_PyDictViewObject>()));
    row!(m, _PyDictViewObject, "ob_base", ob_base);
    row!(m, _PyDictViewObject, "dv_dict", dv_dict);
    row!(m, _PyDictViewObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, _PyDictViewObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_dictiterobject(m: &mut Rows) {
    m.insert(("dictiterobject", "(sizeof)"), (0, size_of::<dictiterobject>()));
    row!(m, dictiterobject, "ob_base", ob_base);
    row!(m, dictiterobject, "di_dict", di_dict);
    row!(m, dictiterobject, "di_used", di_used);
    row!(m, dictiterobject, "di_pos", di_pos);
    row!(m, dictiterobject, "di_result", di_result);
    row!(m, dictiterobject, "len", len);
}

fn rows_pyodictobject(m: &mut Rows) {
    m.insert(("PyODictObject", "(sizeof)"), (0, size_of::<PyODictObject>()));
    row!(m, PyODictObject, "od_dict", od_dict);
    row!(m, PyODictObject, "od_first", od_first);
    row!(m, PyODictObject, "od_last", od_last);
    row!(m, PyODictObject, "od_fast_nodes", od_fast_nodes);
    row!(m, PyODictObject, "od_fast_nodes_size", od_fast_nodes_size);
    row!(m, PyODictObject, "od_resize_sentinel", od_resize_sentinel);
    row!(m, PyODictObject, "od_state", od_state);
    row!(m, PyODictObject, "od_inst_dict", od_inst_dict);
    row!(m, PyODictObject, "od_weakreflist", od_weakreflist);
}

fn rows_pysetobject(m: &mut Rows) {
    m.insert(("PySetObject", "(sizeof)"), (0, size_of::<PySetObject>()));
    row!(m, PySetObject, "ob_base", ob_base);
    row!(m, PySetObject, "fill", fill);
    row!(m, PySetObject, "used", used);
    row!(m, PySetObject, "mask", mask);
    row!(m, PySetObject, "table", table);
    row!(m, PySetObject, "hash", hash);
    row!(m, PySetObject, "finger", finger);
    row!(m, PySetObject, "smalltable", smalltable);
    row!(m, PySetObject, "weakreflist", weakreflist);
    row!(m, PySetObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PySetObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_setentry(m: &mut Rows) {
    m.insert(("setentry", "(sizeof)"), (0, size_of::<setentry>()));
    row!(m, setentry, "key", key);
    row!(m, setentry, "hash", hash);
}

fn rows_setiterobject(m: &mut Rows) {
    m.insert(("setiterobject", "(sizeof)"), (0, size_of::<setiterobject>()));
    row!(m, setiterobject, "ob_base", ob_base);
    row!(m, setiterobject, "si_set", si_set);
    row!(m, setiterobject, "si_used", si_used);
    row!(m, setiterobject, "si_pos", si_pos);
    row!(m, setiterobject, "len", len);
}

fn rows_pysliceobject(m: &mut Rows) {
    m.insert(("PySliceObject", "(sizeof)"), (0, size_of::<PySliceObject>()));
    row!(m, PySliceObject, "ob_base", ob_base);
    row!(m, PySliceObject, "start", start);
    row!(m, PySliceObject, "stop", stop);
    row!(m, PySliceObject, "step", step);
    row!(m, PySliceObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PySliceObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_rangeobject(m: &mut Rows) {
    m.insert(("rangeobject", "(sizeof)"), (0, size_of::<rangeobject>()));
    row!(m, rangeobject, "ob_base", ob_base);
    row!(m, rangeobject, "start", start);
    row!(m, rangeobject, "stop", stop);
    row!(m, rangeobject, "step", step);
    row!(m, rangeobject, "length", length);
}

fn rows__pyrangeiterobject(m: &mut Rows) {
    m.insert(("_PyRangeIterObject", "(sizeof)"), (0, size_of::<_PyRangeIterObject>()));
    row!(m, _PyRangeIterObject, "ob_base", ob_base);
    row!(m, _PyRangeIterObject, "start", start);
    row!(m, _PyRangeIterObject, "step", step);
    row!(m, _PyRangeIterObject, "len", len);
}

fn rows_longrangeiterobject(m: &mut Rows) {
    m.insert(("longrangeiterobject", "(sizeof)"), (0, size_of::<longrangeiterobject>()));
    row!(m, longrangeiterobject, "ob_base", ob_base);
    row!(m, longrangeiterobject, "start", start);
    row!(m, longrangeiterobject, "step", step);
    row!(m, longrangeiterobject, "len", len);
}

fn rows_seqiterobject(m: &mut Rows) {
    m.insert(("seqiterobject", "(sizeof)"), (0, size_of::<seqiterobject>()));
    row!(m, seqiterobject, "ob_base", ob_base);
    row!(m, seqiterobject, "it_index", it_index);
    row!(m, seqiterobject, "it_seq", it_seq);
}

fn rows_calliterobject(m: &mut Rows) {
    m.insert(("calliterobject", "(sizeof)"), (0, size_of::<calliterobject>()));
    row!(m, calliterobject, "ob_base", ob_base);
    row!(m, calliterobject, "it_callable", it_callable);
    row!(m, calliterobject, "it_sentinel", it_sentinel);
}

fn rows_enumobject(m: &mut Rows) {
    m.insert(("enumobject", "(sizeof)"), (0, size_of::<enumobject>()));
    row!(m, enumobject, "ob_base", ob_base);
    row!(m, enumobject, "en_index", en_index);
    row!(m, enumobject, "en_sit", en_sit);
    row!(m, enumobject, "en_result", en_result);
    row!(m, enumobject, "en_longindex", en_longindex);
    row!(m, enumobject, "one", one);
}

fn rows_reversedobject(m: &mut Rows) {
    m.insert(("reversedobject", "(sizeof)"), (0, size_of::<reversedobject>()));
    row!(m, reversedobject, "ob_base", ob_base);
    row!(m, reversedobject, "index", index);
    row!(m, reversedobject, "seq", seq);
}

fn rows_filterobject(m: &mut Rows) {
    m.insert(("filterobject", "(sizeof)"), (0, size_of::<filterobject>()));
    row!(m, filterobject, "ob_base", ob_base);
    row!(m, filterobject, "func", func);
    row!(m, filterobject, "it", it);
}

fn rows_mapobject(m: &mut Rows) {
    m.insert(("mapobject", "(sizeof)"), (0, size_of::<mapobject>()));
    row!(m, mapobject, "ob_base", ob_base);
    row!(m, mapobject, "iters", iters);
    row!(m, mapobject, "func", func);
}

fn rows_zipobject(m: &mut Rows) {
    m.insert(("zipobject", "(sizeof)"), (0, size_of::<zipobject>()));
    row!(m, zipobject, "ob_base", ob_base);
    row!(m, zipobject, "tuplesize", tuplesize);
    row!(m, zipobject, "ittuple", ittuple);
    row!(m, zipobject, "result", result);
    row!(m, zipobject, "strict", strict);
}

fn rows_mappingproxyobject(m: &mut Rows) {
    m.insert(("mappingproxyobject", "(sizeof)"), (0, size_of::<mappingproxyobject>()));
    row!(m, mappingproxyobject, "ob_base", ob_base);
    row!(m, mappingproxyobject, "mapping", mapping);
}

fn rows_pystructsequence(m: &mut Rows) {
    m.insert(("PyStructSequence", "(sizeof)"), (0, size_of::<PyStructSequence>()));
    row!(m, PyStructSequence, "ob_base", ob_base);
    row!(m, PyStructSequence, "ob_item", ob_item);
    row!(m, PyStructSequence, "ob_base.ob_base", ob_base.ob_base);
    row!(m, PyStructSequence, "ob_base.ob_base.ob_refcnt", ob_base.ob_base.ob_refcnt);
    row!(m, PyStructSequence, "ob_base.ob_base.ob_type", ob_base.ob_base.ob_type);
    row!(m, PyStructSequence, "ob_base.ob_size", ob_base.ob_size);
}

fn rows_pystructsequence_field(m: &mut Rows) {
    m.insert(("PyStructSequence_Field", "(sizeof)"), (0, size_of::<PyStructSequence_Field>()));
    row!(m, PyStructSequence_Field, "name", name);
    row!(m, PyStructSequence_Field, "doc", doc);
}

fn rows_pystructsequence_desc(m: &mut Rows) {
    m.insert(("PyStructSequence_Desc", "(sizeof)"), (0, size_of::<PyStructSequence_Desc>()));
    row!(m, PyStructSequence_Desc, "name", name);
    row!(m, PyStructSequence_Desc, "doc", doc);
    row!(m, PyStructSequence_Desc, "fields", fields);
    row!(m, PyStructSequence_Desc, "n_in_sequence", n_in_sequence);
}

fn rows__pynamespaceobject(m: &mut Rows) {
    m.insert(("_PyNamespaceObject", "(sizeof)"), (0, size_of::<_PyNamespaceObject>()));
    row!(m, _PyNamespaceObject, "ob_base", ob_base);
    row!(m, _PyNamespaceObject, "ns_dict", ns_dict);
}

fn rows_pyhamtobject(m: &mut Rows) {
    m.insert(("PyHamtObject", "(sizeof)"), (0, size_of::<PyHamtObject>()));
    row!(m, PyHamtObject, "ob_base", ob_base);
    row!(m, PyHamtObject, "h_root", h_root);
    row!(m, PyHamtObject, "h_weakreflist", h_weakreflist);
    row!(m, PyHamtObject, "h_count", h_count);
}

fn rows_pycfunctionobject(m: &mut Rows) {
    m.insert(("PyCFunctionObject", "(sizeof)"), (0, size_of::<PyCFunctionObject>()));
    row!(m, PyCFunctionObject, "ob_base", ob_base);
    row!(m, PyCFunctionObject, "m_ml", m_ml);
    row!(m, PyCFunctionObject, "m_self", m_self);
    row!(m, PyCFunctionObject, "m_module", m_module);
    row!(m, PyCFunctionObject, "m_weakreflist", m_weakreflist);
    row!(m, PyCFunctionObject, "vectorcall", vectorcall);
    row!(m, PyCFunctionObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyCFunctionObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pycmethodobject(m: &mut Rows) {
    m.insert(("PyCMethodObject", "(sizeof)"), (0, size_of::<PyCMethodObject>()));
    row!(m, PyCMethodObject, "func", func);
    row!(m, PyCMethodObject, "mm_class", mm_class);
    row!(m, PyCMethodObject, "func.ob_base", func.ob_base);
    row!(m, PyCMethodObject, "func.ob_base.ob_refcnt", func.ob_base.ob_refcnt);
    row!(m, PyCMethodObject, "func.ob_base.ob_type", func.ob_base.ob_type);
    row!(m, PyCMethodObject, "func.m_ml", func.m_ml);
    row!(m, PyCMethodObject, "func.m_self", func.m_self);
    row!(m, PyCMethodObject, "func.m_module", func.m_module);
    row!(m, PyCMethodObject, "func.m_weakreflist", func.m_weakreflist);
    row!(m, PyCMethodObject, "func.vectorcall", func.vectorcall);
}

fn rows_pymethodobject(m: &mut Rows) {
    m.insert(("PyMethodObject", "(sizeof)"), (0, size_of::<PyMethodObject>()));
    row!(m, PyMethodObject, "ob_base", ob_base);
    row!(m, PyMethodObject, "im_func", im_func);
    row!(m, PyMethodObject, "im_self", im_self);
    row!(m, PyMethodObject, "im_weakreflist", im_weakreflist);
    row!(m, PyMethodObject, "vectorcall", vectorcall);
    row!(m, PyMethodObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyMethodObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pyinstancemethodobject(m: &mut Rows) {
    m.insert(("PyInstanceMethodObject", "(sizeof)"), (0, size_of::<PyInstanceMethodObject>()));
    row!(m, PyInstanceMethodObject, "ob_base", ob_base);
    row!(m, PyInstanceMethodObject, "func", func);
    row!(m, PyInstanceMethodObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyInstanceMethodObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pyfunctionobject(m: &mut Rows) {
    m.insert(("PyFunctionObject", "(sizeof)"), (0, size_of::<PyFunctionObject>()));
    row!(m, PyFunctionObject, "ob_base", ob_base);
    row!(m, PyFunctionObject, "func_globals", func_globals);
    row!(m, PyFunctionObject, "func_builtins", func_builtins);
    row!(m, PyFunctionObject, "func_name", func_name);
    row!(m, PyFunctionObject, "func_qualname", func_qualname);
    row!(m, PyFunctionObject, "func_code", func_code);
    row!(m, PyFunctionObject, "func_defaults", func_defaults);
    row!(m, PyFunctionObject, "func_kwdefaults", func_kwdefaults);
    row!(m, PyFunctionObject, "func_closure", func_closure);
    row!(m, PyFunctionObject, "func_doc", func_doc);
    row!(m, PyFunctionObject, "func_dict", func_dict);
    row!(m, PyFunctionObject, "func_weakreflist", func_weakreflist);
    row!(m, PyFunctionObject, "func_module", func_module);
    row!(m, PyFunctionObject, "func_annotations", func_annotations);
    row!(m, PyFunctionObject, "func_typeparams", func_typeparams);
    row!(m, PyFunctionObject, "vectorcall", vectorcall);
    row!(m, PyFunctionObject, "func_version", func_version);
    row!(m, PyFunctionObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyFunctionObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pyframeconstructor(m: &mut Rows) {
    m.insert(("PyFrameConstructor", "(sizeof)"), (0, size_of::<PyFrameConstructor>()));
    row!(m, PyFrameConstructor, "fc_globals", fc_globals);
    row!(m, PyFrameConstructor, "fc_builtins", fc_builtins);
    row!(m, PyFrameConstructor, "fc_name", fc_name);
    row!(m, PyFrameConstructor, "fc_qualname", fc_qualname);
    row!(m, PyFrameConstructor, "fc_code", fc_code);
    row!(m, PyFrameConstructor, "fc_defaults", fc_defaults);
    row!(m, PyFrameConstructor, "fc_kwdefaults", fc_kwdefaults);
    row!(m, PyFrameConstructor, "fc_closure", fc_closure);
}

fn rows_pycodeobject(m: &mut Rows) {
    m.insert(("PyCodeObject", "(sizeof)"), (0, size_of::<PyCodeObject>()));
    row!(m, PyCodeObject, "ob_base", ob_base);
    row!(m, PyCodeObject, "co_consts", co_consts);
    row!(m, PyCodeObject, "co_names", co_names);
    row!(m, PyCodeObject, "co_exceptiontable", co_exceptiontable);
    row!(m, PyCodeObject, "co_flags", co_flags);
    row!(m, PyCodeObject, "co_argcount", co_argcount);
    row!(m, PyCodeObject, "co_posonlyargcount", co_posonlyargcount);
    row!(m, PyCodeObject, "co_kwonlyargcount", co_kwonlyargcount);
    row!(m, PyCodeObject, "co_stacksize", co_stacksize);
    row!(m, PyCodeObject, "co_firstlineno", co_firstlineno);
    row!(m, PyCodeObject, "co_nlocalsplus", co_nlocalsplus);
    row!(m, PyCodeObject, "co_framesize", co_framesize);
    row!(m, PyCodeObject, "co_nlocals", co_nlocals);
    row!(m, PyCodeObject, "co_ncellvars", co_ncellvars);
    row!(m, PyCodeObject, "co_nfreevars", co_nfreevars);
    row!(m, PyCodeObject, "co_version", co_version);
    row!(m, PyCodeObject, "co_localsplusnames", co_localsplusnames);
    row!(m, PyCodeObject, "co_localspluskinds", co_localspluskinds);
    row!(m, PyCodeObject, "co_filename", co_filename);
    row!(m, PyCodeObject, "co_name", co_name);
    row!(m, PyCodeObject, "co_qualname", co_qualname);
    row!(m, PyCodeObject, "co_linetable", co_linetable);
    row!(m, PyCodeObject, "co_weakreflist", co_weakreflist);
    row!(m, PyCodeObject, "_co_cached", _co_cached);
    row!(m, PyCodeObject, "_co_instrumentation_version", _co_instrumentation_version);
    row!(m, PyCodeObject, "_co_monitoring", _co_monitoring);
    row!(m, PyCodeObject, "_co_firsttraceable", _co_firsttraceable);
    row!(m, PyCodeObject, "co_extra", co_extra);
    row!(m, PyCodeObject, "co_code_adaptive", co_code_adaptive);
    row!(m, PyCodeObject, "ob_base.ob_base", ob_base.ob_base);
    row!(m, PyCodeObject, "ob_base.ob_base.ob_refcnt", ob_base.ob_base.ob_refcnt);
    row!(m, PyCodeObject, "ob_base.ob_base.ob_type", ob_base.ob_base.ob_type);
    row!(m, PyCodeObject, "ob_base.ob_size", ob_base.ob_size);
}

fn rows__pycocached(m: &mut Rows) {
    m.insert(("_PyCoCached", "(sizeof)"), (0, size_of::<_PyCoCached>()));
    row!(m, _PyCoCached, "_co_code", _co_code);
    row!(m, _PyCoCached, "_co_varnames", _co_varnames);
    row!(m, _PyCoCached, "_co_cellvars", _co_cellvars);
    row!(m, _PyCoCached, "_co_freevars", _co_freevars);
}

fn rows__pycolineinstrumentationdata(m: &mut Rows) {
    m.insert(("_PyCoLineInstrumentationData", "(sizeof)"), (0, size_of::<_PyCoLineInstrumentationData>()));
    row!(m, _PyCoLineInstrumentationData, "original_opcode", original_opcode);
    row!(m, _PyCoLineInstrumentationData, "line_delta", line_delta);
}

fn rows__pycomonitoringdata(m: &mut Rows) {
    m.insert(("_PyCoMonitoringData", "(sizeof)"), (0, size_of::<_PyCoMonitoringData>()));
    row!(m, _PyCoMonitoringData, "local_monitors", local_monitors);
    row!(m, _PyCoMonitoringData, "active_monitors", active_monitors);
    row!(m, _PyCoMonitoringData, "tools", tools);
    row!(m, _PyCoMonitoringData, "lines", lines);
    row!(m, _PyCoMonitoringData, "line_tools", line_tools);
    row!(m, _PyCoMonitoringData, "per_instruction_opcodes", per_instruction_opcodes);
    row!(m, _PyCoMonitoringData, "per_instruction_tools", per_instruction_tools);
}

fn rows__py_localmonitors(m: &mut Rows) {
    m.insert(("_Py_LocalMonitors", "(sizeof)"), (0, size_of::<_Py_LocalMonitors>()));
    row!(m, _Py_LocalMonitors, "tools", tools);
}

fn rows__py_globalmonitors(m: &mut Rows) {
    m.insert(("_Py_GlobalMonitors", "(sizeof)"), (0, size_of::<_Py_GlobalMonitors>()));
    row!(m, _Py_GlobalMonitors, "tools", tools);
}

fn rows_pycompilerflags(m: &mut Rows) {
    m.insert(("PyCompilerFlags", "(sizeof)"), (0, size_of::<PyCompilerFlags>()));
    row!(m, PyCompilerFlags, "cf_flags", cf_flags);
    row!(m, PyCompilerFlags, "cf_feature_version", cf_feature_version);
}

fn rows_pyframeobject(m: &mut Rows) {
    m.insert(("PyFrameObject", "(sizeof)"), (0, size_of::<PyFrameObject>()));
    row!(m, PyFrameObject, "ob_base", ob_base);
    row!(m, PyFrameObject, "f_back", f_back);
    row!(m, PyFrameObject, "f_frame", f_frame);
    row!(m, PyFrameObject, "f_trace", f_trace);
    row!(m, PyFrameObject, "f_lineno", f_lineno);
    row!(m, PyFrameObject, "f_trace_lines", f_trace_lines);
    row!(m, PyFrameObject, "f_trace_opcodes", f_trace_opcodes);
    row!(m, PyFrameObject, "f_fast_as_locals", f_fast_as_locals);
    row!(m, PyFrameObject, "_f_frame_data", _f_frame_data);
    row!(m, PyFrameObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyFrameObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows__pyinterpreterframe(m: &mut Rows) {
    m.insert(("_PyInterpreterFrame", "(sizeof)"), (0, size_of::<_PyInterpreterFrame>()));
    row!(m, _PyInterpreterFrame, "f_code", f_code);
    row!(m, _PyInterpreterFrame, "previous", previous);
    row!(m, _PyInterpreterFrame, "f_funcobj", f_funcobj);
    row!(m, _PyInterpreterFrame, "f_globals", f_globals);
    row!(m, _PyInterpreterFrame, "f_builtins", f_builtins);
    row!(m, _PyInterpreterFrame, "f_locals", f_locals);
    row!(m, _PyInterpreterFrame, "frame_obj", frame_obj);
    row!(m, _PyInterpreterFrame, "prev_instr", prev_instr);
    row!(m, _PyInterpreterFrame, "stacktop", stacktop);
    row!(m, _PyInterpreterFrame, "return_offset", return_offset);
    row!(m, _PyInterpreterFrame, "owner", owner);
    row!(m, _PyInterpreterFrame, "localsplus", localsplus);
}

fn rows_pygenobject(m: &mut Rows) {
    m.insert(("PyGenObject", "(sizeof)"), (0, size_of::<PyGenObject>()));
    row!(m, PyGenObject, "ob_base", ob_base);
    row!(m, PyGenObject, "gi_weakreflist", gi_weakreflist);
    row!(m, PyGenObject, "gi_name", gi_name);
    row!(m, PyGenObject, "gi_qualname", gi_qualname);
    row!(m, PyGenObject, "gi_exc_state", gi_exc_state);
    row!(m, PyGenObject, "gi_origin_or_finalizer", gi_origin_or_finalizer);
    row!(m, PyGenObject, "gi_hooks_inited", gi_hooks_inited);
    row!(m, PyGenObject, "gi_closed", gi_closed);
    row!(m, PyGenObject, "gi_running_async", gi_running_async);
    row!(m, PyGenObject, "gi_frame_state", gi_frame_state);
    row!(m, PyGenObject, "gi_iframe", gi_iframe);
    row!(m, PyGenObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyGenObject, "ob_base.ob_type", ob_base.ob_type);
    row!(m, PyGenObject, "gi_exc_state.exc_value", gi_exc_state.exc_value);
    row!(m, PyGenObject, "gi_exc_state.previous_item", gi_exc_state.previous_item);
}

fn rows_pycoroobject(m: &mut Rows) {
    m.insert(("PyCoroObject", "(sizeof)"), (0, size_of::<PyCoroObject>()));
    row!(m, PyCoroObject, "ob_base", ob_base);
    row!(m, PyCoroObject, "cr_weakreflist", cr_weakreflist);
    row!(m, PyCoroObject, "cr_name", cr_name);
    row!(m, PyCoroObject, "cr_qualname", cr_qualname);
    row!(m, PyCoroObject, "cr_exc_state", cr_exc_state);
    row!(m, PyCoroObject, "cr_origin_or_finalizer", cr_origin_or_finalizer);
    row!(m, PyCoroObject, "cr_hooks_inited", cr_hooks_inited);
    row!(m, PyCoroObject, "cr_closed", cr_closed);
    row!(m, PyCoroObject, "cr_running_async", cr_running_async);
    row!(m, PyCoroObject, "cr_frame_state", cr_frame_state);
    row!(m, PyCoroObject, "cr_iframe", cr_iframe);
    row!(m, PyCoroObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyCoroObject, "ob_base.ob_type", ob_base.ob_type);
    row!(m, PyCoroObject, "cr_exc_state.exc_value", cr_exc_state.exc_value);
    row!(m, PyCoroObject, "cr_exc_state.previous_item", cr_exc_state.previous_item);
}

fn rows_pyasyncgenobject(m: &mut Rows) {
    m.insert(("PyAsyncGenObject", "(sizeof)"), (0, size_of::<PyAsyncGenObject>()));
    row!(m, PyAsyncGenObject, "ob_base", ob_base);
    row!(m, PyAsyncGenObject, "ag_weakreflist", ag_weakreflist);
    row!(m, PyAsyncGenObject, "ag_name", ag_name);
    row!(m, PyAsyncGenObject, "ag_qualname", ag_qualname);
    row!(m, PyAsyncGenObject, "ag_exc_state", ag_exc_state);
    row!(m, PyAsyncGenObject, "ag_origin_or_finalizer", ag_origin_or_finalizer);
    row!(m, PyAsyncGenObject, "ag_hooks_inited", ag_hooks_inited);
    row!(m, PyAsyncGenObject, "ag_closed", ag_closed);
    row!(m, PyAsyncGenObject, "ag_running_async", ag_running_async);
    row!(m, PyAsyncGenObject, "ag_frame_state", ag_frame_state);
    row!(m, PyAsyncGenObject, "ag_iframe", ag_iframe);
    row!(m, PyAsyncGenObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyAsyncGenObject, "ob_base.ob_type", ob_base.ob_type);
    row!(m, PyAsyncGenObject, "ag_exc_state.exc_value", ag_exc_state.exc_value);
    row!(m, PyAsyncGenObject, "ag_exc_state.previous_item", ag_exc_state.previous_item);
}

fn rows_pyasyncgenasend(m: &mut Rows) {
    m.insert(("PyAsyncGenASend", "(sizeof)"), (0, size_of::<PyAsyncGenASend>()));
    row!(m, PyAsyncGenASend, "ob_base", ob_base);
    row!(m, PyAsyncGenASend, "ags_gen", ags_gen);
    row!(m, PyAsyncGenASend, "ags_sendval", ags_sendval);
    row!(m, PyAsyncGenASend, "ags_state", ags_state);
}

fn rows_pycorowrapper(m: &mut Rows) {
    m.insert(("PyCoroWrapper", "(sizeof)"), (0, size_of::<PyCoroWrapper>()));
    row!(m, PyCoroWrapper, "ob_base", ob_base);
    row!(m, PyCoroWrapper, "cw_coroutine", cw_coroutine);
}

fn rows_pycellobject(m: &mut Rows) {
    m.insert(("PyCellObject", "(sizeof)"), (0, size_of::<PyCellObject>()));
    row!(m, PyCellObject, "ob_base", ob_base);
    row!(m, PyCellObject, "ob_ref", ob_ref);
    row!(m, PyCellObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyCellObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pydescrobject(m: &mut Rows) {
    m.insert(("PyDescrObject", "(sizeof)"), (0, size_of::<PyDescrObject>()));
    row!(m, PyDescrObject, "ob_base", ob_base);
    row!(m, PyDescrObject, "d_type", d_type);
    row!(m, PyDescrObject, "d_name", d_name);
    row!(m, PyDescrObject, "d_qualname", d_qualname);
    row!(m, PyDescrObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyDescrObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pymethoddescrobject(m: &mut Rows) {
    m.insert(("PyMethodDescrObject", "(sizeof)"), (0, size_of::<PyMethodDescrObject>()));
    row!(m, PyMethodDescrObject, "d_common", d_common);
    row!(m, PyMethodDescrObject, "d_method", d_method);
    row!(m, PyMethodDescrObject, "vectorcall", vectorcall);
    row!(m, PyMethodDescrObject, "d_common.ob_base", d_common.ob_base);
    row!(m, PyMethodDescrObject, "d_common.ob_base.ob_refcnt", d_common.ob_base.ob_refcnt);
    row!(m, PyMethodDescrObject, "d_common.ob_base.ob_type", d_common.ob_base.ob_type);
    row!(m, PyMethodDescrObject, "d_common.d_type", d_common.d_type);
    row!(m, PyMethodDescrObject, "d_common.d_name", d_common.d_name);
    row!(m, PyMethodDescrObject, "d_common.d_qualname", d_common.d_qualname);
}

fn rows_pymemberdescrobject(m: &mut Rows) {
    m.insert(("PyMemberDescrObject", "(sizeof)"), (0, size_of::<PyMemberDescrObject>()));
    row!(m, PyMemberDescrObject, "d_common", d_common);
    row!(m, PyMemberDescrObject, "d_member", d_member);
    row!(m, PyMemberDescrObject, "d_common.ob_base", d_common.ob_base);
    row!(m, PyMemberDescrObject, "d_common.ob_base.ob_refcnt", d_common.ob_base.ob_refcnt);
    row!(m, PyMemberDescrObject, "d_common.ob_base.ob_type", d_common.ob_base.ob_type);
    row!(m, PyMemberDescrObject, "d_common.d_type", d_common.d_type);
    row!(m, PyMemberDescrObject, "d_common.d_name", d_common.d_name);
    row!(m, PyMemberDescrObject, "d_common.d_qualname", d_common.d_qualname);
}

fn rows_pygetsetdescrobject(m: &mut Rows) {
    m.insert(("PyGetSetDescrObject", "(sizeof)"), (0, size_of::<PyGetSetDescrObject>()));
    row!(m, PyGetSetDescrObject, "d_common", d_common);
    row!(m, PyGetSetDescrObject, "d_getset", d_getset);
    row!(m, PyGetSetDescrObject, "d_common.ob_base", d_common.ob_base);
    row!(m, PyGetSetDescrObject, "d_common.ob_base.ob_refcnt", d_common.ob_base.ob_refcnt);
    row!(m, PyGetSetDescrObject, "d_common.ob_base.ob_type", d_common.ob_base.ob_type);
    row!(m, PyGetSetDescrObject, "d_common.d_type", d_common.d_type);
    row!(m, PyGetSetDescrObject, "d_common.d_name", d_common.d_name);
    row!(m, PyGetSetDescrObject, "d_common.d_qualname", d_common.d_qualname);
}

fn rows_pywrapperdescrobject(m: &mut Rows) {
    m.insert(("PyWrapperDescrObject", "(sizeof)"), (0, size_of::<PyWrapperDescrObject>()));
    row!(m, PyWrapperDescrObject, "d_common", d_common);
    row!(m, PyWrapperDescrObject, "d_base", d_base);
    row!(m, PyWrapperDescrObject, "d_wrapped", d_wrapped);
    row!(m, PyWrapperDescrObject, "d_common.ob_base", d_common.ob_base);
    row!(m, PyWrapperDescrObject, "d_common.ob_base.ob_refcnt", d_common.ob_base.ob_refcnt);
    row!(m, PyWrapperDescrObject, "d_common.ob_base.ob_type", d_common.ob_base.ob_type);
    row!(m, PyWrapperDescrObject, "d_common.d_type", d_common.d_type);
    row!(m, PyWrapperDescrObject, "d_common.d_name", d_common.d_name);
    row!(m, PyWrapperDescrObject, "d_common.d_qualname", d_common.d_qualname);
}

fn rows__pypropertyobject(m: &mut Rows) {
    m.insert(("_PyPropertyObject", "(sizeof)"), (0, size_of::<_PyPropertyObject>()));
    row!(m, _PyPropertyObject, "ob_base", ob_base);
    row!(m, _PyPropertyObject, "prop_get", prop_get);
    row!(m, _PyPropertyObject, "prop_set", prop_set);
    row!(m, _PyPropertyObject, "prop_del", prop_del);
    row!(m, _PyPropertyObject, "prop_doc", prop_doc);
    row!(m, _PyPropertyObject, "prop_name", prop_name);
    row!(m, _PyPropertyObject, "getter_doc", getter_doc);
    row!(m, _PyPropertyObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, _PyPropertyObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_wrapperobject(m: &mut Rows) {
    m.insert(("wrapperobject", "(sizeof)"), (0, size_of::<wrapperobject>()));
    row!(m, wrapperobject, "ob_base", ob_base);
    row!(m, wrapperobject, "descr", descr);
    row!(m, wrapperobject, "self", self_);
}

fn rows_superobject(m: &mut Rows) {
    m.insert(("superobject", "(sizeof)"), (0, size_of::<superobject>()));
    row!(m, superobject, "ob_base", ob_base);
    row!(m, superobject, "type", r#type);
    row!(m, superobject, "obj", obj);
    row!(m, superobject, "obj_type", obj_type);
}

fn rows_staticmethod(m: &mut Rows) {
    m.insert(("staticmethod", "(sizeof)"), (0, size_of::<staticmethod>()));
    row!(m, staticmethod, "ob_base", ob_base);
    row!(m, staticmethod, "sm_callable", sm_callable);
    row!(m, staticmethod, "sm_dict", sm_dict);
}

fn rows_classmethod(m: &mut Rows) {
    m.insert(("classmethod", "(sizeof)"), (0, size_of::<classmethod>()));
    row!(m, classmethod, "ob_base", ob_base);
    row!(m, classmethod, "cm_callable", cm_callable);
    row!(m, classmethod, "cm_dict", cm_dict);
}

fn rows_pybaseexceptionobject(m: &mut Rows) {
    m.insert(("PyBaseExceptionObject", "(sizeof)"), (0, size_of::<PyBaseExceptionObject>()));
    row!(m, PyBaseExceptionObject, "ob_base", ob_base);
    row!(m, PyBaseExceptionObject, "dict", dict);
    row!(m, PyBaseExceptionObject, "args", args);
    row!(m, PyBaseExceptionObject, "notes", notes);
    row!(m, PyBaseExceptionObject, "traceback", traceback);
    row!(m, PyBaseExceptionObject, "context", context);
    row!(m, PyBaseExceptionObject, "cause", cause);
    row!(m, PyBaseExceptionObject, "suppress_context", suppress_context);
    row!(m, PyBaseExceptionObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyBaseExceptionObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pybaseexceptiongroupobject(m: &mut Rows) {
    m.insert(("PyBaseExceptionGroupObject", "(sizeof)"), (0, size_of::<PyBaseExceptionGroupObject>()));
    row!(m, PyBaseExceptionGroupObject, "ob_base", ob_base);
    row!(m, PyBaseExceptionGroupObject, "dict", dict);
    row!(m, PyBaseExceptionGroupObject, "args", args);
    row!(m, PyBaseExceptionGroupObject, "notes", notes);
    row!(m, PyBaseExceptionGroupObject, "traceback", traceback);
    row!(m, PyBaseExceptionGroupObject, "context", context);
    row!(m, PyBaseExceptionGroupObject, "cause", cause);
    row!(m, PyBaseExceptionGroupObject, "suppress_context", suppress_context);
    row!(m, PyBaseExceptionGroupObject, "msg", msg);
    row!(m, PyBaseExceptionGroupObject, "excs", excs);
    row!(m, PyBaseExceptionGroupObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyBaseExceptionGroupObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pysyntaxerrorobject(m: &mut Rows) {
    m.insert(("PySyntaxErrorObject", "(sizeof)"), (0, size_of::<PySyntaxErrorObject>()));
    row!(m, PySyntaxErrorObject, "ob_base", ob_base);
    row!(m, PySyntaxErrorObject, "dict", dict);
    row!(m, PySyntaxErrorObject, "args", args);
    row!(m, PySyntaxErrorObject, "notes", notes);
    row!(m, PySyntaxErrorObject, "traceback", traceback);
    row!(m, PySyntaxErrorObject, "context", context);
    row!(m, PySyntaxErrorObject, "cause", cause);
    row!(m, PySyntaxErrorObject, "suppress_context", suppress_context);
    row!(m, PySyntaxErrorObject, "msg", msg);
    row!(m, PySyntaxErrorObject, "filename", filename);
    row!(m, PySyntaxErrorObject, "lineno", lineno);
    row!(m, PySyntaxErrorObject, "offset", offset);
    row!(m, PySyntaxErrorObject, "end_lineno", end_lineno);
    row!(m, PySyntaxErrorObject, "end_offset", end_offset);
    row!(m, PySyntaxErrorObject, "text", text);
    row!(m, PySyntaxErrorObject, "print_file_and_line", print_file_and_line);
    row!(m, PySyntaxErrorObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PySyntaxErrorObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pyimporterrorobject(m: &mut Rows) {
    m.insert(("PyImportErrorObject", "(sizeof)"), (0, size_of::<PyImportErrorObject>()));
    row!(m, PyImportErrorObject, "ob_base", ob_base);
    row!(m, PyImportErrorObject, "dict", dict);
    row!(m, PyImportErrorObject, "args", args);
    row!(m, PyImportErrorObject, "notes", notes);
    row!(m, PyImportErrorObject, "traceback", traceback);
    row!(m, PyImportErrorObject, "context", context);
    row!(m, PyImportErrorObject, "cause", cause);
    row!(m, PyImportErrorObject, "suppress_context", suppress_context);
    row!(m, PyImportErrorObject, "msg", msg);
    row!(m, PyImportErrorObject, "name", name);
    row!(m, PyImportErrorObject, "path", path);
    row!(m, PyImportErrorObject, "name_from", name_from);
    row!(m, PyImportErrorObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyImportErrorObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pyunicodeerrorobject(m: &mut Rows) {
    m.insert(("PyUnicodeErrorObject", "(sizeof)"), (0, size_of::<PyUnicodeErrorObject>()));
    row!(m, PyUnicodeErrorObject, "ob_base", ob_base);
    row!(m, PyUnicodeErrorObject, "dict", dict);
    row!(m, PyUnicodeErrorObject, "args", args);
    row!(m, PyUnicodeErrorObject, "notes", notes);
    row!(m, PyUnicodeErrorObject, "traceback", traceback);
    row!(m, PyUnicodeErrorObject, "context", context);
    row!(m, PyUnicodeErrorObject, "cause", cause);
    row!(m, PyUnicodeErrorObject, "suppress_context", suppress_context);
    row!(m, PyUnicodeErrorObject, "encoding", encoding);
    row!(m, PyUnicodeErrorObject, "object", object);
    row!(m, PyUnicodeErrorObject, "start", start);
    row!(m, PyUnicodeErrorObject, "end", end);
    row!(m, PyUnicodeErrorObject, "reason", reason);
    row!(m, PyUnicodeErrorObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyUnicodeErrorObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pysystemexitobject(m: &mut Rows) {
    m.insert(("PySystemExitObject", "(sizeof)"), (0, size_of::<PySystemExitObject>()));
    row!(m, PySystemExitObject, "ob_base", ob_base);
    row!(m, PySystemExitObject, "dict", dict);
    row!(m, PySystemExitObject, "args", args);
    row!(m, PySystemExitObject, "notes", notes);
    row!(m, PySystemExitObject, "traceback", traceback);
    row!(m, PySystemExitObject, "context", context);
    row!(m, PySystemExitObject, "cause", cause);
    row!(m, PySystemExitObject, "suppress_context", suppress_context);
    row!(m, PySystemExitObject, "code", code);
    row!(m, PySystemExitObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PySystemExitObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pyoserrorobject(m: &mut Rows) {
    m.insert(("PyOSErrorObject", "(sizeof)"), (0, size_of::<PyOSErrorObject>()));
    row!(m, PyOSErrorObject, "ob_base", ob_base);
    row!(m, PyOSErrorObject, "dict", dict);
    row!(m, PyOSErrorObject, "args", args);
    row!(m, PyOSErrorObject, "notes", notes);
    row!(m, PyOSErrorObject, "traceback", traceback);
    row!(m, PyOSErrorObject, "context", context);
    row!(m, PyOSErrorObject, "cause", cause);
    row!(m, PyOSErrorObject, "suppress_context", suppress_context);
    row!(m, PyOSErrorObject, "myerrno", myerrno);
    row!(m, PyOSErrorObject, "strerror", strerror);
    row!(m, PyOSErrorObject, "filename", filename);
    row!(m, PyOSErrorObject, "filename2", filename2);
    row!(m, PyOSErrorObject, "written", written);
    row!(m, PyOSErrorObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyOSErrorObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pystopiterationobject(m: &mut Rows) {
    m.insert(("PyStopIterationObject", "(sizeof)"), (0, size_of::<PyStopIterationObject>()));
    row!(m, PyStopIterationObject, "ob_base", ob_base);
    row!(m, PyStopIterationObject, "dict", dict);
    row!(m, PyStopIterationObject, "args", args);
    row!(m, PyStopIterationObject, "notes", notes);
    row!(m, PyStopIterationObject, "traceback", traceback);
    row!(m, PyStopIterationObject, "context", context);
    row!(m, PyStopIterationObject, "cause", cause);
    row!(m, PyStopIterationObject, "suppress_context", suppress_context);
    row!(m, PyStopIterationObject, "value", value);
    row!(m, PyStopIterationObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyStopIterationObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pynameerrorobject(m: &mut Rows) {
    m.insert(("PyNameErrorObject", "(sizeof)"), (0, size_of::<PyNameErrorObject>()));
    row!(m, PyNameErrorObject, "ob_base", ob_base);
    row!(m, PyNameErrorObject, "dict", dict);
    row!(m, PyNameErrorObject, "args", args);
    row!(m, PyNameErrorObject, "notes", notes);
    row!(m, PyNameErrorObject, "traceback", traceback);
    row!(m, PyNameErrorObject, "context", context);
    row!(m, PyNameErrorObject, "cause", cause);
    row!(m, PyNameErrorObject, "suppress_context", suppress_context);
    row!(m, PyNameErrorObject, "name", name);
    row!(m, PyNameErrorObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyNameErrorObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pyattributeerrorobject(m: &mut Rows) {
    m.insert(("PyAttributeErrorObject", "(sizeof)"), (0, size_of::<PyAttributeErrorObject>()));
    row!(m, PyAttributeErrorObject, "ob_base", ob_base);
    row!(m, PyAttributeErrorObject, "dict", dict);
    row!(m, PyAttributeErrorObject, "args", args);
    row!(m, PyAttributeErrorObject, "notes", notes);
    row!(m, PyAttributeErrorObject, "traceback", traceback);
    row!(m, PyAttributeErrorObject, "context", context);
    row!(m, PyAttributeErrorObject, "cause", cause);
    row!(m, PyAttributeErrorObject, "suppress_context", suppress_context);
    row!(m, PyAttributeErrorObject, "obj", obj);
    row!(m, PyAttributeErrorObject, "name", name);
    row!(m, PyAttributeErrorObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyAttributeErrorObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pyenvironmenterrorobject(m: &mut Rows) {
    m.insert(("PyEnvironmentErrorObject", "(sizeof)"), (0, size_of::<PyEnvironmentErrorObject>()));
    row!(m, PyEnvironmentErrorObject, "ob_base", ob_base);
    row!(m, PyEnvironmentErrorObject, "dict", dict);
    row!(m, PyEnvironmentErrorObject, "args", args);
    row!(m, PyEnvironmentErrorObject, "notes", notes);
    row!(m, PyEnvironmentErrorObject, "traceback", traceback);
    row!(m, PyEnvironmentErrorObject, "context", context);
    row!(m, PyEnvironmentErrorObject, "cause", cause);
    row!(m, PyEnvironmentErrorObject, "suppress_context", suppress_context);
    row!(m, PyEnvironmentErrorObject, "myerrno", myerrno);
    row!(m, PyEnvironmentErrorObject, "strerror", strerror);
    row!(m, PyEnvironmentErrorObject, "filename", filename);
    row!(m, PyEnvironmentErrorObject, "filename2", filename2);
    row!(m, PyEnvironmentErrorObject, "written", written);
    row!(m, PyEnvironmentErrorObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyEnvironmentErrorObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pytracebackobject(m: &mut Rows) {
    m.insert(("PyTracebackObject", "(sizeof)"), (0, size_of::<PyTracebackObject>()));
    row!(m, PyTracebackObject, "ob_base", ob_base);
    row!(m, PyTracebackObject, "tb_next", tb_next);
    row!(m, PyTracebackObject, "tb_frame", tb_frame);
    row!(m, PyTracebackObject, "tb_lasti", tb_lasti);
    row!(m, PyTracebackObject, "tb_lineno", tb_lineno);
    row!(m, PyTracebackObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyTracebackObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows__pyerr_stackitem(m: &mut Rows) {
    m.insert(("_PyErr_StackItem", "(sizeof)"), (0, size_of::<_PyErr_StackItem>()));
    row!(m, _PyErr_StackItem, "exc_value", exc_value);
    row!(m, _PyErr_StackItem, "previous_item", previous_item);
}

fn rows__pycframe(m: &mut Rows) {
    m.insert(("_PyCFrame", "(sizeof)"), (0, size_of::<_PyCFrame>()));
    row!(m, _PyCFrame, "current_frame", current_frame);
    row!(m, _PyCFrame, "previous", previous);
}

fn rows__pystackchunk(m: &mut Rows) {
    m.insert(("_PyStackChunk", "(sizeof)"), (0, size_of::<_PyStackChunk>()));
    row!(m, _PyStackChunk, "previous", previous);
    row!(m, _PyStackChunk, "size", size);
    row!(m, _PyStackChunk, "top", top);
    row!(m, _PyStackChunk, "data", data);
}

fn rows__py_trashcan(m: &mut Rows) {
    m.insert(("_py_trashcan", "(sizeof)"), (0, size_of::<_py_trashcan>()));
    row!(m, _py_trashcan, "delete_nesting", delete_nesting);
    row!(m, _py_trashcan, "delete_later", delete_later);
}

fn rows_pythreadstate(m: &mut Rows) {
    m.insert(("PyThreadState", "(sizeof)"), (0, size_of::<PyThreadState>()));
    row!(m, PyThreadState, "prev", prev);
    row!(m, PyThreadState, "next", next);
    row!(m, PyThreadState, "interp", interp);
    row!(m, PyThreadState, "_status", _status);
    row!(m, PyThreadState, "py_recursion_remaining", py_recursion_remaining);
    row!(m, PyThreadState, "py_recursion_limit", py_recursion_limit);
    row!(m, PyThreadState, "c_recursion_remaining", c_recursion_remaining);
    row!(m, PyThreadState, "recursion_headroom", recursion_headroom);
    row!(m, PyThreadState, "tracing", tracing);
    row!(m, PyThreadState, "what_event", what_event);
    row!(m, PyThreadState, "cframe", cframe);
    row!(m, PyThreadState, "c_profilefunc", c_profilefunc);
    row!(m, PyThreadState, "c_tracefunc", c_tracefunc);
    row!(m, PyThreadState, "c_profileobj", c_profileobj);
    row!(m, PyThreadState, "c_traceobj", c_traceobj);
    row!(m, PyThreadState, "current_exception", current_exception);
    row!(m, PyThreadState, "exc_info", exc_info);
    row!(m, PyThreadState, "dict", dict);
    row!(m, PyThreadState, "gilstate_counter", gilstate_counter);
    row!(m, PyThreadState, "async_exc", async_exc);
    row!(m, PyThreadState, "thread_id", thread_id);
    row!(m, PyThreadState, "native_thread_id", native_thread_id);
    row!(m, PyThreadState, "trash", trash);
    row!(m, PyThreadState, "on_delete", on_delete);
    row!(m, PyThreadState, "on_delete_data", on_delete_data);
    row!(m, PyThreadState, "coroutine_origin_tracking_depth", coroutine_origin_tracking_depth);
    row!(m, PyThreadState, "async_gen_firstiter", async_gen_firstiter);
    row!(m, PyThreadState, "async_gen_finalizer", async_gen_finalizer);
    row!(m, PyThreadState, "context", context);
    row!(m, PyThreadState, "context_ver", context_ver);
    row!(m, PyThreadState, "id", id);
    row!(m, PyThreadState, "datastack_chunk", datastack_chunk);
    row!(m, PyThreadState, "datastack_top", datastack_top);
    row!(m, PyThreadState, "datastack_limit", datastack_limit);
    row!(m, PyThreadState, "exc_state", exc_state);
    row!(m, PyThreadState, "root_cframe", root_cframe);
    row!(m, PyThreadState, "trash.delete_nesting", trash.delete_nesting);
    row!(m, PyThreadState, "trash.delete_later", trash.delete_later);
    row!(m, PyThreadState, "exc_state.exc_value", exc_state.exc_value);
    row!(m, PyThreadState, "exc_state.previous_item", exc_state.previous_item);
    row!(m, PyThreadState, "root_cframe.current_frame", root_cframe.current_frame);
    row!(m, PyThreadState, "root_cframe.previous", root_cframe.previous);
}

fn rows_pyconfig(m: &mut Rows) {
    m.insert(("PyConfig", "(sizeof)"), (0, size_of::<PyConfig>()));
    row!(m, PyConfig, "_config_init", _config_init);
    row!(m, PyConfig, "isolated", isolated);
    row!(m, PyConfig, "use_environment", use_environment);
    row!(m, PyConfig, "dev_mode", dev_mode);
    row!(m, PyConfig, "install_signal_handlers", install_signal_handlers);
    row!(m, PyConfig, "use_hash_seed", use_hash_seed);
    row!(m, PyConfig, "hash_seed", hash_seed);
    row!(m, PyConfig, "faulthandler", faulthandler);
    row!(m, PyConfig, "tracemalloc", tracemalloc);
    row!(m, PyConfig, "perf_profiling", perf_profiling);
    row!(m, PyConfig, "import_time", import_time);
    row!(m, PyConfig, "code_debug_ranges", code_debug_ranges);
    row!(m, PyConfig, "show_ref_count", show_ref_count);
    row!(m, PyConfig, "dump_refs", dump_refs);
    row!(m, PyConfig, "dump_refs_file", dump_refs_file);
    row!(m, PyConfig, "malloc_stats", malloc_stats);
    row!(m, PyConfig, "filesystem_encoding", filesystem_encoding);
    row!(m, PyConfig, "filesystem_errors", filesystem_errors);
    row!(m, PyConfig, "pycache_prefix", pycache_prefix);
    row!(m, PyConfig, "parse_argv", parse_argv);
    row!(m, PyConfig, "orig_argv", orig_argv);
    row!(m, PyConfig, "argv", argv);
    row!(m, PyConfig, "xoptions", xoptions);
    row!(m, PyConfig, "warnoptions", warnoptions);
    row!(m, PyConfig, "site_import", site_import);
    row!(m, PyConfig, "bytes_warning", bytes_warning);
    row!(m, PyConfig, "warn_default_encoding", warn_default_encoding);
    row!(m, PyConfig, "inspect", inspect);
    row!(m, PyConfig, "interactive", interactive);
    row!(m, PyConfig, "optimization_level", optimization_level);
    row!(m, PyConfig, "parser_debug", parser_debug);
    row!(m, PyConfig, "write_bytecode", write_bytecode);
    row!(m, PyConfig, "verbose", verbose);
    row!(m, PyConfig, "quiet", quiet);
    row!(m, PyConfig, "user_site_directory", user_site_directory);
    row!(m, PyConfig, "configure_c_stdio", configure_c_stdio);
    row!(m, PyConfig, "buffered_stdio", buffered_stdio);
    row!(m, PyConfig, "stdio_encoding", stdio_encoding);
    row!(m, PyConfig, "stdio_errors", stdio_errors);
    row!(m, PyConfig, "check_hash_pycs_mode", check_hash_pycs_mode);
    row!(m, PyConfig, "use_frozen_modules", use_frozen_modules);
    row!(m, PyConfig, "safe_path", safe_path);
    row!(m, PyConfig, "int_max_str_digits", int_max_str_digits);
    row!(m, PyConfig, "pathconfig_warnings", pathconfig_warnings);
    row!(m, PyConfig, "program_name", program_name);
    row!(m, PyConfig, "pythonpath_env", pythonpath_env);
    row!(m, PyConfig, "home", home);
    row!(m, PyConfig, "platlibdir", platlibdir);
    row!(m, PyConfig, "module_search_paths_set", module_search_paths_set);
    row!(m, PyConfig, "module_search_paths", module_search_paths);
    row!(m, PyConfig, "stdlib_dir", stdlib_dir);
    row!(m, PyConfig, "executable", executable);
    row!(m, PyConfig, "base_executable", base_executable);
    row!(m, PyConfig, "prefix", prefix);
    row!(m, PyConfig, "base_prefix", base_prefix);
    row!(m, PyConfig, "exec_prefix", exec_prefix);
    row!(m, PyConfig, "base_exec_prefix", base_exec_prefix);
    row!(m, PyConfig, "skip_source_first_line", skip_source_first_line);
    row!(m, PyConfig, "run_command", run_command);
    row!(m, PyConfig, "run_module", run_module);
    row!(m, PyConfig, "run_filename", run_filename);
    row!(m, PyConfig, "_install_importlib", _install_importlib);
    row!(m, PyConfig, "_init_main", _init_main);
    row!(m, PyConfig, "_is_python_build", _is_python_build);
}

fn rows_pypreconfig(m: &mut Rows) {
    m.insert(("PyPreConfig", "(sizeof)"), (0, size_of::<PyPreConfig>()));
    row!(m, PyPreConfig, "_config_init", _config_init);
    row!(m, PyPreConfig, "parse_argv", parse_argv);
    row!(m, PyPreConfig, "isolated", isolated);
    row!(m, PyPreConfig, "use_environment", use_environment);
    row!(m, PyPreConfig, "configure_locale", configure_locale);
    row!(m, PyPreConfig, "coerce_c_locale", coerce_c_locale);
    row!(m, PyPreConfig, "coerce_c_locale_warn", coerce_c_locale_warn);
    row!(m, PyPreConfig, "utf8_mode", utf8_mode);
    row!(m, PyPreConfig, "dev_mode", dev_mode);
    row!(m, PyPreConfig, "allocator", allocator);
}

fn rows_pystatus(m: &mut Rows) {
    m.insert(("PyStatus", "(sizeof)"), (0, size_of::<PyStatus>()));
    row!(m, PyStatus, "_type", _type);
    row!(m, PyStatus, "func", func);
    row!(m, PyStatus, "err_msg", err_msg);
    row!(m, PyStatus, "exitcode", exitcode);
}

fn rows_pywidestringlist(m: &mut Rows) {
    m.insert(("PyWideStringList", "(sizeof)"), (0, size_of::<PyWideStringList>()));
    row!(m, PyWideStringList, "length", length);
    row!(m, PyWideStringList, "items", items);
}

fn rows_pyinterpreterconfig(m: &mut Rows) {
    m.insert(("PyInterpreterConfig", "(sizeof)"), (0, size_of::<PyInterpreterConfig>()));
    row!(m, PyInterpreterConfig, "use_main_obmalloc", use_main_obmalloc);
    row!(m, PyInterpreterConfig, "allow_fork", allow_fork);
    row!(m, PyInterpreterConfig, "allow_exec", allow_exec);
    row!(m, PyInterpreterConfig, "allow_threads", allow_threads);
    row!(m, PyInterpreterConfig, "allow_daemon_threads", allow_daemon_threads);
    row!(m, PyInterpreterConfig, "check_multi_interp_extensions", check_multi_interp_extensions);
    row!(m, PyInterpreterConfig, "gil", gil);
}

fn rows_pymemallocatorex(m: &mut Rows) {
    m.insert(("PyMemAllocatorEx", "(sizeof)"), (0, size_of::<PyMemAllocatorEx>()));
    row!(m, PyMemAllocatorEx, "ctx", ctx);
    row!(m, PyMemAllocatorEx, "malloc", malloc);
    row!(m, PyMemAllocatorEx, "calloc", calloc);
    row!(m, PyMemAllocatorEx, "realloc", realloc);
    row!(m, PyMemAllocatorEx, "free", free);
}

fn rows_py_tss_t(m: &mut Rows) {
    m.insert(("Py_tss_t", "(sizeof)"), (0, size_of::<Py_tss_t>()));
    row!(m, Py_tss_t, "_is_initialized", _is_initialized);
    row!(m, Py_tss_t, "_key", _key);
}

fn rows__inittab(m: &mut Rows) {
    m.insert(("_inittab", "(sizeof)"), (0, size_of::<_inittab>()));
    row!(m, _inittab, "name", name);
    row!(m, _inittab, "initfunc", initfunc);
}

fn rows__frozen(m: &mut Rows) {
    m.insert(("_frozen", "(sizeof)"), (0, size_of::<_frozen>()));
    row!(m, _frozen, "name", name);
    row!(m, _frozen, "code", code);
    row!(m, _frozen, "size", size);
    row!(m, _frozen, "is_package", is_package);
    row!(m, _frozen, "get_code", get_code);
}

fn rows_pyhash_funcdef(m: &mut Rows) {
    m.insert(("PyHash_FuncDef", "(sizeof)"), (0, size_of::<PyHash_FuncDef>()));
    row!(m, PyHash_FuncDef, "hash", hash);
    row!(m, PyHash_FuncDef, "name", name);
    row!(m, PyHash_FuncDef, "hash_bits", hash_bits);
    row!(m, PyHash_FuncDef, "seed_bits", seed_bits);
}

fn rows_pymoduleobject(m: &mut Rows) {
    m.insert(("PyModuleObject", "(sizeof)"), (0, size_of::<PyModuleObject>()));
    row!(m, PyModuleObject, "ob_base", ob_base);
    row!(m, PyModuleObject, "md_dict", md_dict);
    row!(m, PyModuleObject, "md_def", md_def);
    row!(m, PyModuleObject, "md_state", md_state);
    row!(m, PyModuleObject, "md_weaklist", md_weaklist);
    row!(m, PyModuleObject, "md_name", md_name);
    row!(m, PyModuleObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyModuleObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pymoduledef(m: &mut Rows) {
    m.insert(("PyModuleDef", "(sizeof)"), (0, size_of::<PyModuleDef>()));
    row!(m, PyModuleDef, "m_base", m_base);
    row!(m, PyModuleDef, "m_name", m_name);
    row!(m, PyModuleDef, "m_doc", m_doc);
    row!(m, PyModuleDef, "m_size", m_size);
    row!(m, PyModuleDef, "m_methods", m_methods);
    row!(m, PyModuleDef, "m_slots", m_slots);
    row!(m, PyModuleDef, "m_traverse", m_traverse);
    row!(m, PyModuleDef, "m_clear", m_clear);
    row!(m, PyModuleDef, "m_free", m_free);
    row!(m, PyModuleDef, "m_base.ob_base", m_base.ob_base);
    row!(m, PyModuleDef, "m_base.ob_base.ob_refcnt", m_base.ob_base.ob_refcnt);
    row!(m, PyModuleDef, "m_base.ob_base.ob_type", m_base.ob_base.ob_type);
    row!(m, PyModuleDef, "m_base.m_init", m_base.m_init);
    row!(m, PyModuleDef, "m_base.m_index", m_base.m_index);
    row!(m, PyModuleDef, "m_base.m_copy", m_base.m_copy);
}

fn rows_pymoduledef_base(m: &mut Rows) {
    m.insert(("PyModuleDef_Base", "(sizeof)"), (0, size_of::<PyModuleDef_Base>()));
    row!(m, PyModuleDef_Base, "ob_base", ob_base);
    row!(m, PyModuleDef_Base, "m_init", m_init);
    row!(m, PyModuleDef_Base, "m_index", m_index);
    row!(m, PyModuleDef_Base, "m_copy", m_copy);
    row!(m, PyModuleDef_Base, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyModuleDef_Base, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pymoduledef_slot(m: &mut Rows) {
    m.insert(("PyModuleDef_Slot", "(sizeof)"), (0, size_of::<PyModuleDef_Slot>()));
    row!(m, PyModuleDef_Slot, "slot", slot);
    row!(m, PyModuleDef_Slot, "value", value);
}

fn rows_pycapsule(m: &mut Rows) {
    m.insert(("PyCapsule", "(sizeof)"), (0, size_of::<PyCapsule>()));
    row!(m, PyCapsule, "ob_base", ob_base);
    row!(m, PyCapsule, "pointer", pointer);
    row!(m, PyCapsule, "name", name);
    row!(m, PyCapsule, "context", context);
    row!(m, PyCapsule, "destructor", destructor);
}

fn rows_pyweakreference(m: &mut Rows) {
    m.insert(("PyWeakReference", "(sizeof)"), (0, size_of::<PyWeakReference>()));
    row!(m, PyWeakReference, "ob_base", ob_base);
    row!(m, PyWeakReference, "wr_object", wr_object);
    row!(m, PyWeakReference, "wr_callback", wr_callback);
    row!(m, PyWeakReference, "hash", hash);
    row!(m, PyWeakReference, "wr_prev", wr_prev);
    row!(m, PyWeakReference, "wr_next", wr_next);
    row!(m, PyWeakReference, "vectorcall", vectorcall);
    row!(m, PyWeakReference, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyWeakReference, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pymemoryviewobject(m: &mut Rows) {
    m.insert(("PyMemoryViewObject", "(sizeof)"), (0, size_of::<PyMemoryViewObject>()));
    row!(m, PyMemoryViewObject, "ob_base", ob_base);
    row!(m, PyMemoryViewObject, "mbuf", mbuf);
    row!(m, PyMemoryViewObject, "hash", hash);
    row!(m, PyMemoryViewObject, "flags", flags);
    row!(m, PyMemoryViewObject, "exports", exports);
    row!(m, PyMemoryViewObject, "view", view);
    row!(m, PyMemoryViewObject, "weakreflist", weakreflist);
    row!(m, PyMemoryViewObject, "ob_array", ob_array);
    row!(m, PyMemoryViewObject, "ob_base.ob_base", ob_base.ob_base);
    row!(m, PyMemoryViewObject, "ob_base.ob_base.ob_refcnt", ob_base.ob_base.ob_refcnt);
    row!(m, PyMemoryViewObject, "ob_base.ob_base.ob_type", ob_base.ob_base.ob_type);
    row!(m, PyMemoryViewObject, "ob_base.ob_size", ob_base.ob_size);
}

fn rows__pymanagedbufferobject(m: &mut Rows) {
    m.insert(("_PyManagedBufferObject", "(sizeof)"), (0, size_of::<_PyManagedBufferObject>()));
    row!(m, _PyManagedBufferObject, "ob_base", ob_base);
    row!(m, _PyManagedBufferObject, "flags", flags);
    row!(m, _PyManagedBufferObject, "exports", exports);
    row!(m, _PyManagedBufferObject, "master", master);
    row!(m, _PyManagedBufferObject, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, _PyManagedBufferObject, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pypicklebufferobject(m: &mut Rows) {
    m.insert(("PyPickleBufferObject", "(sizeof)"), (0, size_of::<PyPickleBufferObject>()));
    row!(m, PyPickleBufferObject, "ob_base", ob_base);
    row!(m, PyPickleBufferObject, "view", view);
    row!(m, PyPickleBufferObject, "weakreflist", weakreflist);
}

fn rows_unionobject(m: &mut Rows) {
    m.insert(("unionobject", "(sizeof)"), (0, size_of::<unionobject>()));
    row!(m, unionobject, "ob_base", ob_base);
    row!(m, unionobject, "args", args);
    row!(m, unionobject, "parameters", parameters);
}

fn rows_gaobject(m: &mut Rows) {
    m.insert(("gaobject", "(sizeof)"), (0, size_of::<gaobject>()));
    row!(m, gaobject, "ob_base", ob_base);
    row!(m, gaobject, "origin", origin);
    row!(m, gaobject, "args", args);
    row!(m, gaobject, "parameters", parameters);
    row!(m, gaobject, "weakreflist", weakreflist);
    row!(m, gaobject, "starred", starred);
    row!(m, gaobject, "vectorcall", vectorcall);
}

fn rows_typevarobject(m: &mut Rows) {
    m.insert(("typevarobject", "(sizeof)"), (0, size_of::<typevarobject>()));
    row!(m, typevarobject, "ob_base", ob_base);
    row!(m, typevarobject, "name", name);
    row!(m, typevarobject, "bound", bound);
    row!(m, typevarobject, "evaluate_bound", evaluate_bound);
    row!(m, typevarobject, "constraints", constraints);
    row!(m, typevarobject, "evaluate_constraints", evaluate_constraints);
    row!(m, typevarobject, "covariant", covariant);
    row!(m, typevarobject, "contravariant", contravariant);
    row!(m, typevarobject, "infer_variance", infer_variance);
}

fn rows_paramspecobject(m: &mut Rows) {
    m.insert(("paramspecobject", "(sizeof)"), (0, size_of::<paramspecobject>()));
    row!(m, paramspecobject, "ob_base", ob_base);
    row!(m, paramspecobject, "name", name);
    row!(m, paramspecobject, "bound", bound);
    row!(m, paramspecobject, "covariant", covariant);
    row!(m, paramspecobject, "contravariant", contravariant);
    row!(m, paramspecobject, "infer_variance", infer_variance);
}

fn rows_pycontext(m: &mut Rows) {
    m.insert(("PyContext", "(sizeof)"), (0, size_of::<PyContext>()));
    row!(m, PyContext, "ob_base", ob_base);
    row!(m, PyContext, "ctx_prev", ctx_prev);
    row!(m, PyContext, "ctx_vars", ctx_vars);
    row!(m, PyContext, "ctx_weakreflist", ctx_weakreflist);
    row!(m, PyContext, "ctx_entered", ctx_entered);
    row!(m, PyContext, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyContext, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pycontextvar(m: &mut Rows) {
    m.insert(("PyContextVar", "(sizeof)"), (0, size_of::<PyContextVar>()));
    row!(m, PyContextVar, "ob_base", ob_base);
    row!(m, PyContextVar, "var_name", var_name);
    row!(m, PyContextVar, "var_default", var_default);
    row!(m, PyContextVar, "var_cached", var_cached);
    row!(m, PyContextVar, "var_cached_tsid", var_cached_tsid);
    row!(m, PyContextVar, "var_cached_tsver", var_cached_tsver);
    row!(m, PyContextVar, "var_hash", var_hash);
    row!(m, PyContextVar, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyContextVar, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pycontexttoken(m: &mut Rows) {
    m.insert(("PyContextToken", "(sizeof)"), (0, size_of::<PyContextToken>()));
    row!(m, PyContextToken, "ob_base", ob_base);
    row!(m, PyContextToken, "tok_ctx", tok_ctx);
    row!(m, PyContextToken, "tok_var", tok_var);
    row!(m, PyContextToken, "tok_oldval", tok_oldval);
    row!(m, PyContextToken, "tok_used", tok_used);
    row!(m, PyContextToken, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyContextToken, "ob_base.ob_type", ob_base.ob_type);
}

fn rows__py_identifier(m: &mut Rows) {
    m.insert(("_Py_Identifier", "(sizeof)"), (0, size_of::<_Py_Identifier>()));
    row!(m, _Py_Identifier, "string", string);
    row!(m, _Py_Identifier, "index", index);
}

fn rows__pyarg_parser(m: &mut Rows) {
    m.insert(("_PyArg_Parser", "(sizeof)"), (0, size_of::<_PyArg_Parser>()));
    row!(m, _PyArg_Parser, "initialized", initialized);
    row!(m, _PyArg_Parser, "format", format);
    row!(m, _PyArg_Parser, "keywords", keywords);
    row!(m, _PyArg_Parser, "fname", fname);
    row!(m, _PyArg_Parser, "custom_msg", custom_msg);
    row!(m, _PyArg_Parser, "pos", pos);
    row!(m, _PyArg_Parser, "min", min);
    row!(m, _PyArg_Parser, "max", max);
    row!(m, _PyArg_Parser, "kwtuple", kwtuple);
    row!(m, _PyArg_Parser, "next", next);
}

fn rows__pycrossinterpreterdata(m: &mut Rows) {
    m.insert(("_PyCrossInterpreterData", "(sizeof)"), (0, size_of::<_PyCrossInterpreterData>()));
    row!(m, _PyCrossInterpreterData, "data", data);
    row!(m, _PyCrossInterpreterData, "obj", obj);
    row!(m, _PyCrossInterpreterData, "interp", interp);
    row!(m, _PyCrossInterpreterData, "new_object", new_object);
    row!(m, _PyCrossInterpreterData, "free", free);
}

fn rows_pydatetime_delta(m: &mut Rows) {
    m.insert(("PyDateTime_Delta", "(sizeof)"), (0, size_of::<PyDateTime_Delta>()));
    row!(m, PyDateTime_Delta, "ob_base", ob_base);
    row!(m, PyDateTime_Delta, "hashcode", hashcode);
    row!(m, PyDateTime_Delta, "days", days);
    row!(m, PyDateTime_Delta, "seconds", seconds);
    row!(m, PyDateTime_Delta, "microseconds", microseconds);
    row!(m, PyDateTime_Delta, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyDateTime_Delta, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pydatetime_tzinfo(m: &mut Rows) {
    m.insert(("PyDateTime_TZInfo", "(sizeof)"), (0, size_of::<PyDateTime_TZInfo>()));
    row!(m, PyDateTime_TZInfo, "ob_base", ob_base);
    row!(m, PyDateTime_TZInfo, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyDateTime_TZInfo, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pydatetime_time(m: &mut Rows) {
    m.insert(("PyDateTime_Time", "(sizeof)"), (0, size_of::<PyDateTime_Time>()));
    row!(m, PyDateTime_Time, "ob_base", ob_base);
    row!(m, PyDateTime_Time, "hashcode", hashcode);
    row!(m, PyDateTime_Time, "hastzinfo", hastzinfo);
    row!(m, PyDateTime_Time, "data", data);
    row!(m, PyDateTime_Time, "fold", fold);
    row!(m, PyDateTime_Time, "tzinfo", tzinfo);
    row!(m, PyDateTime_Time, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyDateTime_Time, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pydatetime_date(m: &mut Rows) {
    m.insert(("PyDateTime_Date", "(sizeof)"), (0, size_of::<PyDateTime_Date>()));
    row!(m, PyDateTime_Date, "ob_base", ob_base);
    row!(m, PyDateTime_Date, "hashcode", hashcode);
    row!(m, PyDateTime_Date, "hastzinfo", hastzinfo);
    row!(m, PyDateTime_Date, "data", data);
    row!(m, PyDateTime_Date, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyDateTime_Date, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pydatetime_datetime(m: &mut Rows) {
    m.insert(("PyDateTime_DateTime", "(sizeof)"), (0, size_of::<PyDateTime_DateTime>()));
    row!(m, PyDateTime_DateTime, "ob_base", ob_base);
    row!(m, PyDateTime_DateTime, "hashcode", hashcode);
    row!(m, PyDateTime_DateTime, "hastzinfo", hastzinfo);
    row!(m, PyDateTime_DateTime, "data", data);
    row!(m, PyDateTime_DateTime, "fold", fold);
    row!(m, PyDateTime_DateTime, "tzinfo", tzinfo);
    row!(m, PyDateTime_DateTime, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, PyDateTime_DateTime, "ob_base.ob_type", ob_base.ob_type);
}

fn rows__pydatetime_basetzinfo(m: &mut Rows) {
    m.insert(("_PyDateTime_BaseTZInfo", "(sizeof)"), (0, size_of::<_PyDateTime_BaseTZInfo>()));
    row!(m, _PyDateTime_BaseTZInfo, "ob_base", ob_base);
    row!(m, _PyDateTime_BaseTZInfo, "hashcode", hashcode);
    row!(m, _PyDateTime_BaseTZInfo, "hastzinfo", hastzinfo);
    row!(m, _PyDateTime_BaseTZInfo, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, _PyDateTime_BaseTZInfo, "ob_base.ob_type", ob_base.ob_type);
}

fn rows__pydatetime_basetime(m: &mut Rows) {
    m.insert(("_PyDateTime_BaseTime", "(sizeof)"), (0, size_of::<_PyDateTime_BaseTime>()));
    row!(m, _PyDateTime_BaseTime, "ob_base", ob_base);
    row!(m, _PyDateTime_BaseTime, "hashcode", hashcode);
    row!(m, _PyDateTime_BaseTime, "hastzinfo", hastzinfo);
    row!(m, _PyDateTime_BaseTime, "data", data);
    row!(m, _PyDateTime_BaseTime, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, _PyDateTime_BaseTime, "ob_base.ob_type", ob_base.ob_type);
}

fn rows__pydatetime_basedatetime(m: &mut Rows) {
    m.insert(("_PyDateTime_BaseDateTime", "(sizeof)"), (0, size_of::<_PyDateTime_BaseDateTime>()));
    row!(m, _PyDateTime_BaseDateTime, "ob_base", ob_base);
    row!(m, _PyDateTime_BaseDateTime, "hashcode", hashcode);
    row!(m, _PyDateTime_BaseDateTime, "hastzinfo", hastzinfo);
    row!(m, _PyDateTime_BaseDateTime, "data", data);
    row!(m, _PyDateTime_BaseDateTime, "ob_base.ob_refcnt", ob_base.ob_refcnt);
    row!(m, _PyDateTime_BaseDateTime, "ob_base.ob_type", ob_base.ob_type);
}

fn rows_pydatetime_capi(m: &mut Rows) {
    m.insert(("PyDateTime_CAPI", "(sizeof)"), (0, size_of::<PyDateTime_CAPI>()));
    row!(m, PyDateTime_CAPI, "DateType", DateType);
    row!(m, PyDateTime_CAPI, "DateTimeType", DateTimeType);
    row!(m, PyDateTime_CAPI, "TimeType", TimeType);
    row!(m, PyDateTime_CAPI, "DeltaType", DeltaType);
    row!(m, PyDateTime_CAPI, "TZInfoType", TZInfoType);
    row!(m, PyDateTime_CAPI, "TimeZone_UTC", TimeZone_UTC);
    row!(m, PyDateTime_CAPI, "Date_FromDate", Date_FromDate);
    row!(m, PyDateTime_CAPI, "DateTime_FromDateAndTime", DateTime_FromDateAndTime);
    row!(m, PyDateTime_CAPI, "Time_FromTime", Time_FromTime);
    row!(m, PyDateTime_CAPI, "Delta_FromDelta", Delta_FromDelta);
    row!(m, PyDateTime_CAPI, "TimeZone_FromTimeZone", TimeZone_FromTimeZone);
    row!(m, PyDateTime_CAPI, "DateTime_FromTimestamp", DateTime_FromTimestamp);
    row!(m, PyDateTime_CAPI, "Date_FromTimestamp", Date_FromTimestamp);
    row!(m, PyDateTime_CAPI, "DateTime_FromDateAndTimeAndFold", DateTime_FromDateAndTimeAndFold);
    row!(m, PyDateTime_CAPI, "Time_FromTimeAndFold", Time_FromTimeAndFold);
}

fn rust_rows() -> Rows {
    let mut m = Rows::new();
    for f in [
        rows_pyobject,
        rows_pyvarobject,
        rows_pytypeobject,
        rows_pyheaptypeobject,
        rows__specialization_cache,
        rows_pynumbermethods,
        rows_pysequencemethods,
        rows_pymappingmethods,
        rows_pyasyncmethods,
        rows_pybufferprocs,
        rows_py_buffer,
        rows_pymethoddef,
        rows_pymemberdef,
        rows_pygetsetdef,
        rows_pytype_spec,
        rows_pytype_slot,
        rows_wrapperbase,
        rows_pygc_head,
        rows_gc_generation,
        rows_type_cache_entry,
        rows__pyattrcache,
        rows__pyloadmethodcache,
        rows_pylongobject,
        rows__pylongvalue,
        rows_pyfloatobject,
        rows_pycomplexobject,
        rows_py_complex,
        rows_pyasciiobject,
        rows_pycompactunicodeobject,
        rows_pyunicodeobject,
        rows__pyunicodewriter,
        rows_pybytesobject,
        rows__pybyteswriter,
        rows_pybytearrayobject,
        rows_unicodeiterobject,
        rows__pyunicode_name_capi,
        rows_pytupleobject,
        rows__pytupleiterobject,
        rows_pylistobject,
        rows__pylistiterobject,
        rows_listreviterobject,
        rows_pydictobject,
        rows_pydictkeysobject,
        rows_pydictvalues,
        rows_pydictkeyentry,
        rows_pydictunicodeentry,
        rows__pydictviewobject,
        rows_dictiterobject,
        rows_pyodictobject,
        rows_pysetobject,
        rows_setentry,
        rows_setiterobject,
        rows_pysliceobject,
        rows_rangeobject,
        rows__pyrangeiterobject,
        rows_longrangeiterobject,
        rows_seqiterobject,
        rows_calliterobject,
        rows_enumobject,
        rows_reversedobject,
        rows_filterobject,
        rows_mapobject,
        rows_zipobject,
        rows_mappingproxyobject,
        rows_pystructsequence,
        rows_pystructsequence_field,
        rows_pystructsequence_desc,
        rows__pynamespaceobject,
        rows_pyhamtobject,
        rows_pycfunctionobject,
        rows_pycmethodobject,
        rows_pymethodobject,
        rows_pyinstancemethodobject,
        rows_pyfunctionobject,
        rows_pyframeconstructor,
        rows_pycodeobject,
        rows__pycocached,
        rows__pycolineinstrumentationdata,
        rows__pycomonitoringdata,
        rows__py_localmonitors,
        rows__py_globalmonitors,
        rows_pycompilerflags,
        rows_pyframeobject,
        rows__pyinterpreterframe,
        rows_pygenobject,
        rows_pycoroobject,
        rows_pyasyncgenobject,
        rows_pyasyncgenasend,
        rows_pycorowrapper,
        rows_pycellobject,
        rows_pydescrobject,
        rows_pymethoddescrobject,
        rows_pymemberdescrobject,
        rows_pygetsetdescrobject,
        rows_pywrapperdescrobject,
        rows__pypropertyobject,
        rows_wrapperobject,
        rows_superobject,
        rows_staticmethod,
        rows_classmethod,
        rows_pybaseexceptionobject,
        rows_pybaseexceptiongroupobject,
        rows_pysyntaxerrorobject,
        rows_pyimporterrorobject,
        rows_pyunicodeerrorobject,
        rows_pysystemexitobject,
        rows_pyoserrorobject,
        rows_pystopiterationobject,
        rows_pynameerrorobject,
        rows_pyattributeerrorobject,
        rows_pyenvironmenterrorobject,
        rows_pytracebackobject,
        rows__pyerr_stackitem,
        rows__pycframe,
        rows__pystackchunk,
        rows__py_trashcan,
        rows_pythreadstate,
        rows_pyconfig,
        rows_pypreconfig,
        rows_pystatus,
        rows_pywidestringlist,
        rows_pyinterpreterconfig,
        rows_pymemallocatorex,
        rows_py_tss_t,
        rows__inittab,
        rows__frozen,
        rows_pyhash_funcdef,
        rows_pymoduleobject,
        rows_pymoduledef,
        rows_pymoduledef_base,
        rows_pymoduledef_slot,
        rows_pycapsule,
        rows_pyweakreference,
        rows_pymemoryviewobject,
        rows__pymanagedbufferobject,
        rows_pypicklebufferobject,
        rows_unionobject,
        rows_gaobject,
        rows_typevarobject,
        rows_paramspecobject,
        rows_pycontext,
        rows_pycontextvar,
        rows_pycontexttoken,
        rows__py_identifier,
        rows__pyarg_parser,
        rows__pycrossinterpreterdata,
        rows_pydatetime_delta,
        rows_pydatetime_tzinfo,
        rows_pydatetime_time,
        rows_pydatetime_date,
        rows_pydatetime_datetime,
        rows__pydatetime_basetzinfo,
        rows__pydatetime_basetime,
        rows__pydatetime_basedatetime,
        rows_pydatetime_capi,
    ] {
        f(&mut m);
    }
    m
}

/// Structs the table lists and this crate leaves out, each with its reason.
const LEFT_OUT: &[(&str, &str)] = &[
    ("PyInterpreterState", "opaque to extensions: reached only through functions"),
    ("_PyRuntimeState", "opaque to extensions: exported as a block of the same size"),
    ("_gc_runtime_state", "inside the opaque interpreter state"),
    ("callable_cache", "inside the opaque interpreter state"),
    ("static_builtin_state", "inside the opaque interpreter state"),
    ("_Py_CODEUNIT", "a u16 here; the union of its parts is vm/bytecode's"),
    ("PyCodeAddressRange", "the iterator over location tables is vm/bytecode's"),
    ("_Py_HashSecret_t", "24 bytes of key; runtime/core exports it"),
    ("PyDictOrValues", "a tagged word; runtime/core reads it"),
    ("stringio", "_io's own objects: stdlib/io lays them out"),
    ("buffered", "_io's own objects: stdlib/io lays them out"),
    ("fileio", "_io's own objects: stdlib/io lays them out"),
    ("textio", "_io's own objects: stdlib/io lays them out"),
];

#[test]
fn every_row_of_the_layout_table() {
    let rust = rust_rows();
    let mut checked = 0;
    let mut wrong = Vec::new();
    for line in include_str!("../data/abi-layout.tsv").lines().skip(1) {
        let cols: Vec<&str> = line.split('\t').collect();
        let (name, field, offset, size) = (cols[0], cols[1], cols[2], cols[3]);
        // Bit fields and the second names of unions share the row of the word they live in.
        let shared_word =
            size.starts_with("bits") || field.ends_with("ob_refcnt_split") || field.starts_with("data.");
        if shared_word || LEFT_OUT.iter().any(|(left, _)| *left == name) {
            continue;
        }
        let want = (offset.parse::<usize>().unwrap(), size.parse::<usize>().unwrap());
        checked += 1;
        match rust.get(&(name, field)) {
            Some(got) if *got == want => {}
            got => wrong.push(format!("{name}.{field}: table {want:?}, Rust {got:?}")),
        }
    }
    assert!(checked > 1000, "the table was not read: {checked} rows");
    assert!(wrong.is_empty(), "{} of {checked} rows differ:\n{}", wrong.len(), wrong.join("\n"));
}
