//! The order in which the object model comes to life: its static types are readied, `object` and `type` first.
//! The interpreter's own start-up (modules, `sys`, threads) is above.

use crate::err::PyResult;
use crate::statics::StaticType;
use crate::thread::Py;
use crate::types;

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
