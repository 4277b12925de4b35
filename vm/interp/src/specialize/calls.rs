//! What `CALL` becomes.

use super::{read_u32, write_u32};
use crate::call::{code_of, function_vectorcall};
use crate::dispatch::Pc;
use core::cell::Cell;
use dxpy_bytecode::Op;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::cfunction::PyCFunction_Type;
use dxpy_core::descr::PyMethodDescr_Type;
use dxpy_core::function::PyFunction_Type;
use dxpy_core::method::PyMethod_Type;
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::types::inherit::has;
use dxpy_core::{Py, PyResult, attr, list, name, tuple, types, unicode};

/// `CO_OPTIMIZED`, without `*args`, `**kwargs`.
const SHAPE: i32 = 0x1 | 0x4 | 0x8;

/// `function_kind`: a function whose call is a frame and its positional arguments.
fn is_simple(f: &PyFunctionObject) -> bool {
    let c = code_of(f);
    let plain =
        f.vectorcall.get().is_some_and(|v| core::ptr::fn_addr_eq(v, function_vectorcall as vectorcallfunc));
    plain && c.co_flags.get() & SHAPE == 1 && c.co_kwonlyargcount.get() == 0
}

/// Does the function take this many positional arguments, no more and no fewer?
pub fn takes_exactly(f: &PyFunctionObject, n: usize) -> bool {
    is_simple(f) && code_of(f).co_argcount.get() as usize == n
}

/// `_PyFunction_GetVersionForCurrentState`: a number the function has as long as its code and defaults are what they
/// are; functions made from one code object begin with its number.
pub fn function_version(f: &PyFunctionObject) -> Option<u32> {
    let plain =
        f.vectorcall.get().is_some_and(|v| core::ptr::fn_addr_eq(v, function_vectorcall as vectorcallfunc));
    if f.func_version.get() == 0 && plain {
        f.func_version.set(dxpy_types::code::next_version());
    }
    (f.func_version.get() != 0).then(|| f.func_version.get())
}

/// `_Py_Specialize_Call`, for a call without keywords: the callable and the number of arguments; `bound` says that the
/// first of them is a method's object.
///
/// # Safety
/// The instruction before `pc` is `CALL`.
pub unsafe fn call(pc: Pc, f: &PyObject, nargs: usize, bound: bool) -> Option<Op> {
    let ty = f.ty();
    // SAFETY: LAYOUT: by the types; the caller's promise.
    unsafe {
        if ty.is(&PyFunction_Type.0) {
            return function(pc, &*(f.as_ptr() as *const PyFunctionObject), nargs, false);
        }
        if ty.is(&PyMethod_Type.0) {
            let func = &*(*(f.as_ptr() as *const PyMethodObject)).im_func.get();
            if func.ty().is(&PyFunction_Type.0) && !bound {
                return function(pc, &*(func.as_ptr() as *const PyFunctionObject), nargs + 1, true);
            }
            return None;
        }
        if ty.is(&PyCFunction_Type.0) {
            return builtin(&*(f.as_ptr() as *const PyCFunctionObject), nargs, bound);
        }
        if ty.is(&PyMethodDescr_Type.0) {
            return descriptor(&*(f.as_ptr() as *const PyMethodDescrObject), nargs, bound);
        }
    }
    if let Some(class) = types::check(f) {
        return class_call(class, nargs, bound);
    }
    None
}

unsafe fn function(pc: Pc, f: &PyFunctionObject, nargs: usize, method: bool) -> Option<Op> {
    if !is_simple(f) {
        return None;
    }
    let wanted = code_of(f).co_argcount.get() as usize;
    // SAFETY: LIVE, LAYOUT: a function's defaults are a tuple or NULL.
    let defaults = unsafe { (f.func_defaults.get() as *const PyTupleObject).as_ref() }.map_or(0, tuple::len);
    let op = match () {
        () if nargs == wanted && method => Op::CALL_BOUND_METHOD_EXACT_ARGS,
        () if nargs == wanted => Op::CALL_PY_EXACT_ARGS,
        () if method || nargs > wanted || wanted - nargs > defaults => return None,
        () => Op::CALL_PY_WITH_DEFAULTS,
    };
    // SAFETY: the caller's promise.
    unsafe { write_u32(pc, 1, function_version(f)?) };
    Some(op)
}

fn class_call(class: &PyTypeObject, nargs: usize, bound: bool) -> Option<Op> {
    if has(class, Py_TPFLAGS_IMMUTABLETYPE) {
        if nargs == 1 && !bound {
            if class.is(&types::PyType_Type.0) {
                return Some(Op::CALL_NO_KW_TYPE_1);
            }
            if class.is(&unicode::PyUnicode_Type.0) {
                return Some(Op::CALL_NO_KW_STR_1);
            }
            if class.is(&tuple::PyTuple_Type.0) {
                return Some(Op::CALL_NO_KW_TUPLE_1);
            }
        }
        if class.tp_vectorcall.get().is_some() {
            return Some(Op::CALL_BUILTIN_CLASS);
        }
    }
    None
}

/// `interp->callable_cache`: the functions whose meaning specialised instructions know, by identity. They are kept for
/// the life of the process.
pub struct Known {
    /// `builtins.len`
    pub len: Function,
    /// `builtins.isinstance`
    pub isinstance: Function,
    /// `list.append`
    pub append: Function,
}

/// One of them; NULL before `remember`.
pub struct Function(Cell<*mut PyObject>);

impl Function {
    const fn unknown() -> Self {
        Function(Cell::new(core::ptr::null_mut()))
    }

    #[inline(always)]
    pub fn get(&self) -> *mut PyObject {
        self.0.get()
    }

    /// Is it this object?
    fn is<T>(&self, f: &T) -> bool {
        core::ptr::addr_eq(self.0.get(), f)
    }
}

/// What `remember` found.
pub static KNOWN: Gil<Known> =
    Gil(Known { len: Function::unknown(), isinstance: Function::unknown(), append: Function::unknown() });

/// Finds the functions that specialised instructions know (`init_interp_main`'s part of `callable_cache`), before any
/// program can have changed `builtins`.
///
/// # Errors
/// `AttributeError` where `builtins` lacks one.
pub fn remember(py: Py<'_>, builtins: &PyObject) -> PyResult<()> {
    KNOWN.len.0.set(attr::get(py, builtins, name!("len").get(py))?.into_ptr());
    KNOWN.isinstance.0.set(attr::get(py, builtins, name!("isinstance").get(py))?.into_ptr());
    KNOWN.append.0.set(attr::get(py, list::PyList_Type.0.as_object(), name!("append").get(py))?.into_ptr());
    Ok(())
}

/// The flags of how C functions are called, without those of how they are found.
pub const CONVENTION: i32 = METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD;
/// The convention of arguments in an array, with names of keywords.
pub const FAST_KEYWORDS: i32 = METH_FASTCALL | METH_KEYWORDS;

fn builtin(f: &PyCFunctionObject, nargs: usize, bound: bool) -> Option<Op> {
    // SAFETY: STATIC: a function holds its definition.
    let def = unsafe { &*f.m_ml.get() };
    match def.ml_flags.get() & CONVENTION {
        METH_O if nargs == 1 => {
            let is_len = !bound && KNOWN.len.is(f);
            Some(if is_len { Op::CALL_NO_KW_LEN } else { Op::CALL_NO_KW_BUILTIN_O })
        }
        METH_FASTCALL => {
            let is_instance = nargs == 2 && !bound && KNOWN.isinstance.is(f);
            Some(if is_instance { Op::CALL_NO_KW_ISINSTANCE } else { Op::CALL_NO_KW_BUILTIN_FAST })
        }
        FAST_KEYWORDS => Some(Op::CALL_BUILTIN_FAST_WITH_KEYWORDS),
        _ => None,
    }
}

fn descriptor(d: &PyMethodDescrObject, nargs: usize, bound: bool) -> Option<Op> {
    // SAFETY: STATIC: a descriptor holds its definition.
    let def = unsafe { &*d.d_method.get() };
    // The object is the first argument, whether it came as a method's or not.
    match def.ml_flags.get() & CONVENTION {
        METH_NOARGS if nargs == 1 => Some(Op::CALL_NO_KW_METHOD_DESCRIPTOR_NOARGS),
        METH_O if nargs == 2 => {
            let append = bound && KNOWN.append.is(d);
            Some(if append { Op::CALL_NO_KW_LIST_APPEND } else { Op::CALL_NO_KW_METHOD_DESCRIPTOR_O })
        }
        METH_FASTCALL if nargs > 0 => Some(Op::CALL_NO_KW_METHOD_DESCRIPTOR_FAST),
        FAST_KEYWORDS if nargs > 0 => Some(Op::CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS),
        _ => None,
    }
}

/// The version a specialised call expects.
///
/// # Safety
/// The instruction before `pc` is of `CALL`'s family.
#[inline(always)]
pub unsafe fn expected_version(pc: Pc) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { read_u32(pc, 1) }
}
