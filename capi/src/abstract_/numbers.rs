//! The number protocol of abstract.h.

use crate::util::{api, null_error};
use core::ffi::c_int;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, PyResult, exceptions, long, number, types};

/// Binary operations: the function, and core's.
macro_rules! binary { ($($name:ident => $core:ident, $inplace:ident => $core_inplace:ident;)*) => { $(
    api! {
        /// C: `PyObject *NAME(PyObject *, PyObject *)`.
        fn $name(py, a: Option<&PyObject>, b: Option<&PyObject>) -> PyResult<Owned> {
            match (a, b) {
                (Some(a), Some(b)) => number::$core(py, a, b),
                _ => Err(null_error(py)),
            }
        }

        /// C: `PyObject *NAME(PyObject *, PyObject *)`.
        fn $inplace(py, a: Option<&PyObject>, b: Option<&PyObject>) -> PyResult<Owned> {
            match (a, b) {
                (Some(a), Some(b)) => number::$core_inplace(py, a, b),
                _ => Err(null_error(py)),
            }
        }
    }
)* } }
binary! {
    PyNumber_Add => add, PyNumber_InPlaceAdd => inplace_add;
    PyNumber_Subtract => subtract, PyNumber_InPlaceSubtract => inplace_subtract;
    PyNumber_Multiply => multiply, PyNumber_InPlaceMultiply => inplace_multiply;
    PyNumber_MatrixMultiply => matrix_multiply, PyNumber_InPlaceMatrixMultiply => inplace_matrix_multiply;
    PyNumber_FloorDivide => floor_divide, PyNumber_InPlaceFloorDivide => inplace_floor_divide;
    PyNumber_TrueDivide => true_divide, PyNumber_InPlaceTrueDivide => inplace_true_divide;
    PyNumber_Remainder => remainder, PyNumber_InPlaceRemainder => inplace_remainder;
    PyNumber_Lshift => lshift, PyNumber_InPlaceLshift => inplace_lshift;
    PyNumber_Rshift => rshift, PyNumber_InPlaceRshift => inplace_rshift;
    PyNumber_And => and, PyNumber_InPlaceAnd => inplace_and;
    PyNumber_Xor => xor, PyNumber_InPlaceXor => inplace_xor;
    PyNumber_Or => or, PyNumber_InPlaceOr => inplace_or;
}

api! {
    /// C: `int PyNumber_Check(PyObject *)`.
    fn PyNumber_Check(_, o: Option<&PyObject>) -> bool {
        o.is_some_and(dxpy_types::complex::is_number)
    }

    /// C: `int PyIndex_Check(PyObject *)`.
    fn PyIndex_Check(_, o: &PyObject) -> bool {
        number::has_index(o)
    }

    /// C: `PyObject *PyNumber_Divmod(PyObject *, PyObject *)`.
    fn PyNumber_Divmod(py, a: Option<&PyObject>, b: Option<&PyObject>) -> PyResult<Owned> {
        let (a, b) = (crate::util::some(py, a)?, crate::util::some(py, b)?);
        number::divmod(py, a, b)
    }

    /// C: `PyObject *PyNumber_Power(PyObject *, PyObject *, PyObject *)`.
    fn PyNumber_Power(py, a: Option<&PyObject>, b: Option<&PyObject>, modulus: Option<&PyObject>) -> PyResult<Owned> {
        let (a, b, modulus) = (crate::util::some(py, a)?, crate::util::some(py, b)?, crate::util::some(py, modulus)?);
        number::power(py, a, b, modulus)
    }

    /// C: `PyObject *PyNumber_InPlacePower(PyObject *, PyObject *, PyObject *)`.
    fn PyNumber_InPlacePower(py, a: Option<&PyObject>, b: Option<&PyObject>, modulus: Option<&PyObject>) -> PyResult<Owned> {
        let (a, b, modulus) = (crate::util::some(py, a)?, crate::util::some(py, b)?, crate::util::some(py, modulus)?);
        number::inplace_power(py, a, b, modulus)
    }

    /// C: `PyObject *PyNumber_Negative(PyObject *)`.
    fn PyNumber_Negative(py, o: Option<&PyObject>) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        number::negative(py, o)
    }

    /// C: `PyObject *PyNumber_Positive(PyObject *)`.
    fn PyNumber_Positive(py, o: Option<&PyObject>) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        number::positive(py, o)
    }

    /// C: `PyObject *PyNumber_Absolute(PyObject *)`.
    fn PyNumber_Absolute(py, o: Option<&PyObject>) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        number::absolute(py, o)
    }

    /// C: `PyObject *PyNumber_Invert(PyObject *)`.
    fn PyNumber_Invert(py, o: Option<&PyObject>) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        number::invert(py, o)
    }

    /// C: `PyObject *PyNumber_Index(PyObject *)`: an exact int.
    fn PyNumber_Index(py, o: Option<&PyObject>) -> PyResult<Owned<PyLongObject>> {
        number::index(py, o.ok_or_else(|| null_error(py))?)
    }

    /// C: `PyObject *_PyNumber_Index(PyObject *)`: an int, perhaps of a subclass.
    fn _PyNumber_Index(py, o: Option<&PyObject>) -> PyResult<Owned<PyLongObject>> {
        number::index_any(py, o.ok_or_else(|| null_error(py))?)
    }

    /// C: `Py_ssize_t PyNumber_AsSsize_t(PyObject *, PyObject *exc)`; without an exception type it clips.
    fn PyNumber_AsSsize_t(py, o: Option<&PyObject>, error: Option<&PyObject>) -> PyResult<isize> {
        let o = crate::util::some(py, o)?;
        let n = number::index_any(py, o)?;
        if let Some(v) = long::to_i64(&n) {
            return Ok(v as isize);
        }
        match error.and_then(types::check) {
            Some(ty) => Err(exceptions::raise_builtin(
                py,
                ty,
                &format!("cannot fit '{}' into an index-sized integer", dxpy_core::call::type_name(o.ty())),
            )),
            None => Ok(if long::sign(&n) < 0 { isize::MIN } else { isize::MAX }),
        }
    }

    /// C: `PyObject *PyNumber_ToBase(PyObject *, int)`: 2, 8, 10 or 16.
    fn PyNumber_ToBase(py, o: Option<&PyObject>, base: c_int) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        let builtin = match base {
            2 => dxpy_core::name!("bin"),
            8 => dxpy_core::name!("oct"),
            16 => dxpy_core::name!("hex"),
            10 => {
                let n = number::index(py, o)?;
                return dxpy_core::protocol::str(py, n.as_object()).map(Owned::upcast);
            }
            _ => {
                return Err(exceptions::system_error(
                    py,
                    format_args!("PyNumber_ToBase: base must be 2, 8, 10 or 16"),
                ));
            }
        };
        let f = dxpy_core::hooks::builtin(py, builtin)?;
        dxpy_core::call::call(py, &f, [o])
    }
}
