//! namespaceobject.h (internal): `types.SimpleNamespace` objects.

use crate::util::api;
use dxpy_core::PyResult;
use dxpy_core::abi::PyObject;
use dxpy_core::dict;

api! {
    /// C: `PyObject *_PyNamespace_New(PyObject *kwds)`.
    fn _PyNamespace_New(py, names: Option<&PyObject>) -> PyResult {
        let d = dict::new(py)?;
        if let Some(names) = names {
            dict::merge(py, &d, names, true)?;
        }
        dxpy_types::namespace::new(py, &d)
    }
}
