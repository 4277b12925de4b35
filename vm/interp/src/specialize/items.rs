//! What operators, comparisons, subscripts, unpacking and loops become.

use super::calls::{function_version, takes_exactly};
use crate::dispatch::Pc;
use dxpy_bytecode::Op;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::function::PyFunction_Type;
use dxpy_core::ptr::Object;
use dxpy_core::types::inherit::has;
use dxpy_core::types::lookup;
use dxpy_core::{Py, dict, float, list, long, name, protocol, tuple, unicode};
use dxpy_types::generator;

/// `NB_ADD` and its like, as `BINARY_OP` numbers them.
const ADD: usize = 0;
const MULTIPLY: usize = 5;
const SUBTRACT: usize = 10;
const INPLACE: usize = 13;

/// `_Py_Specialize_BinaryOp`.
///
/// # Safety
/// The instruction before `pc` is `BINARY_OP`, in code that goes on behind its cache.
pub unsafe fn binary_op(
    pc: Pc,
    a: &PyObject,
    b: &PyObject,
    arg: usize,
    local: impl Fn(usize) -> *mut PyObject,
) -> Option<Op> {
    if !a.ty().is(b.ty()) {
        return None;
    }
    let ints = long::check_exact(a).is_some();
    let floats = float::check_exact(a).is_some();
    match arg {
        ADD | 13 => {
            if unicode::check_exact(a).is_some() {
                // `s = s + t`, `s += t`: the local is about to be replaced, so the str may grow in place.
                // SAFETY: the caller's promise: an instruction follows the cache.
                let next = unsafe { *pc.add(1) };
                let to_local =
                    next & 255 == Op::STORE_FAST as u16 || next & 255 == Op::STORE_FAST__LOAD_FAST as u16;
                let same = to_local && core::ptr::eq(local((next >> 8) as usize), a);
                return Some(if same {
                    Op::BINARY_OP_INPLACE_ADD_UNICODE
                } else {
                    Op::BINARY_OP_ADD_UNICODE
                });
            }
            if ints { Some(Op::BINARY_OP_ADD_INT) } else { floats.then_some(Op::BINARY_OP_ADD_FLOAT) }
        }
        MULTIPLY | 18 => {
            if ints {
                Some(Op::BINARY_OP_MULTIPLY_INT)
            } else {
                floats.then_some(Op::BINARY_OP_MULTIPLY_FLOAT)
            }
        }
        SUBTRACT | 23 => {
            if ints {
                Some(Op::BINARY_OP_SUBTRACT_INT)
            } else {
                floats.then_some(Op::BINARY_OP_SUBTRACT_FLOAT)
            }
        }
        _ => None,
    }
}

const _: () = assert!(ADD + INPLACE == 13 && MULTIPLY + INPLACE == 18 && SUBTRACT + INPLACE == 23);

/// `_Py_Specialize_CompareOp`.
pub fn compare_op(a: &PyObject, b: &PyObject, arg: usize) -> Option<Op> {
    if !a.ty().is(b.ty()) {
        return None;
    }
    if float::check_exact(a).is_some() {
        return Some(Op::COMPARE_OP_FLOAT);
    }
    if let (Some(a), Some(b)) = (long::check_exact(a), long::check_exact(b)) {
        return (long::compact(a).is_some() && long::compact(b).is_some()).then_some(Op::COMPARE_OP_INT);
    }
    let equality = matches!((arg >> 4) as i32, protocol::EQ | protocol::NE);
    (unicode::check_exact(a).is_some() && equality).then_some(Op::COMPARE_OP_STR)
}

/// `_Py_Specialize_BinarySubscr`.
pub fn binary_subscr(py: Py<'_>, o: &PyObject, key: &PyObject) -> Option<Op> {
    let small = || long::check_exact(key).and_then(long::compact).is_some_and(|i| i >= 0);
    if list::check_exact(o).is_some() {
        return small().then_some(Op::BINARY_SUBSCR_LIST_INT);
    }
    if tuple::check_exact(o).is_some() {
        return small().then_some(Op::BINARY_SUBSCR_TUPLE_INT);
    }
    if dict::check_exact(o).is_some() {
        return Some(Op::BINARY_SUBSCR_DICT);
    }
    let ty = o.ty();
    let get = lookup::find(py, ty, name!("__getitem__").get(py))?;
    if !has(ty, Py_TPFLAGS_HEAPTYPE) || !get.ty().is(&PyFunction_Type.0) {
        return None;
    }
    // SAFETY: LAYOUT: by the flag and the type. The cache's function is borrowed: `PyType_Modified` forgets it.
    unsafe {
        let f = &*(get.as_ptr() as *const PyFunctionObject);
        if !takes_exactly(f, 2) || !lookup::assign_version(ty) {
            return None;
        }
        let cache = &(*(ty.as_ptr() as *const PyHeapTypeObject))._spec_cache;
        cache.getitem_version.set(function_version(f)?);
        cache.getitem.set(get.as_ptr());
    }
    Some(Op::BINARY_SUBSCR_GETITEM)
}

/// `_Py_Specialize_StoreSubscr`.
pub fn store_subscr(o: &PyObject, key: &PyObject) -> Option<Op> {
    if let Some(l) = list::check_exact(o) {
        let i = usize::try_from(long::compact(long::check_exact(key)?)?).ok()?;
        return (i < list::len(l)).then_some(Op::STORE_SUBSCR_LIST_INT);
    }
    dict::check_exact(o).map(|_| Op::STORE_SUBSCR_DICT)
}

/// `_Py_Specialize_UnpackSequence`.
pub fn unpack_sequence(o: &PyObject, n: usize) -> Option<Op> {
    if let Some(t) = tuple::check_exact(o) {
        return (tuple::len(t) == n).then_some(if n == 2 {
            Op::UNPACK_SEQUENCE_TWO_TUPLE
        } else {
            Op::UNPACK_SEQUENCE_TUPLE
        });
    }
    let l = list::check_exact(o)?;
    (list::len(l) == n).then_some(Op::UNPACK_SEQUENCE_LIST)
}

/// `_Py_Specialize_ForIter`.
pub fn for_iter(it: &PyObject) -> Option<Op> {
    let ty = it.ty();
    if ty.is(&dxpy_types::list::PyListIter_Type.0) {
        return Some(Op::FOR_ITER_LIST);
    }
    if ty.is(&dxpy_types::tuple::PyTupleIter_Type.0) {
        return Some(Op::FOR_ITER_TUPLE);
    }
    if ty.is(&dxpy_types::range::PyRangeIter_Type.0) {
        return Some(Op::FOR_ITER_RANGE);
    }
    generator::check_exact(it).map(|_| Op::FOR_ITER_GEN)
}

/// `_Py_Specialize_Send`.
pub fn send(receiver: &PyObject) -> Option<Op> {
    generator::check_exact(receiver).or_else(|| generator::check_coroutine(receiver)).map(|_| Op::SEND_GEN)
}
