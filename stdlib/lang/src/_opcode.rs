//! `_opcode`: what instructions do to the stack (`Modules/_opcode.c`).

use dxpy_bytecode::stack_effect::{Path, stack_effect as effect_of};
use dxpy_bytecode::{Op, flag};
use dxpy_core::abi::*;
use dxpy_core::boolean::{_Py_FalseStruct, _Py_TrueStruct};
use dxpy_core::exceptions::{OverflowError, value_error};
use dxpy_core::module::StaticModule;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, methods, number, object};

/// `_opcode`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_opcode").doc(c"What the opcode and dis modules need.").methods(&METHODS);

methods! { static METHODS: for PyModuleObject [
    "stack_effect" = stack_effect [3], "($module, opcode, oparg=None, /, *, jump=None)", "By how much an instruction changes the depth of the stack.";
    "get_specialization_stats" = get_specialization_stats [0], "($module, /)", "Counts of specialised instructions, if the executable keeps any.";
] }

/// `HAVE_ARGUMENT`: from here on instructions have an argument.
const HAVE_ARGUMENT: i32 = 90;
/// Numbers of instructions that exist only inside the compiler.
const PSEUDO: core::ops::RangeInclusive<i32> = 256..=267;

/// `HAS_ARG`.
fn has_arg(opcode: i32, op: Option<Op>) -> bool {
    if PSEUDO.contains(&opcode) { op.is_some_and(|op| op.has(flag::ARG)) } else { opcode >= HAVE_ARGUMENT }
}

fn stack_effect(
    py: Py<'_>,
    _: &PyModuleObject,
    opcode: i32,
    oparg: Option<&PyObject>,
    jump: Option<&PyObject>,
) -> PyResult<i32> {
    let op = u16::try_from(opcode).ok().and_then(Op::from_number);
    let oparg = oparg.filter(|o| !object::is_none(o));
    let arg = match (has_arg(opcode, op), oparg) {
        (true, Some(o)) => number::as_ssize(py, o, &OverflowError)?,
        (true, None) => {
            let text = format_args!("stack_effect: opcode requires oparg but oparg was not specified");
            return Err(value_error(py, text));
        }
        (false, Some(_)) => {
            let text = format_args!("stack_effect: opcode does not permit oparg but oparg was specified");
            return Err(value_error(py, text));
        }
        (false, None) => 0,
    };
    let path = match jump.filter(|j| !object::is_none(j)) {
        None => Path::Either,
        Some(j) if j.is(&_Py_TrueStruct.0) => Path::Jump,
        Some(j) if j.is(&_Py_FalseStruct.0) => Path::Fall,
        Some(_) => {
            return Err(value_error(py, format_args!("stack_effect: jump must be False, True or None")));
        }
    };
    op.zip(i32::try_from(arg).ok())
        .and_then(|(op, arg)| effect_of(op, arg, path))
        .ok_or_else(|| value_error(py, format_args!("invalid opcode or oparg")))
}

fn get_specialization_stats(_: Py<'_>, _: &PyModuleObject) -> Owned {
    object::none()
}
