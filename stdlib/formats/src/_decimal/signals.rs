//! `SignalDict`: the flags or the traps of a context as a mapping from signals to bools.

use super::{SIGNALS, Signal};
use crate::boxed::{Class, no_class};
use core::cell::Cell;
use core::ffi::c_int;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::is_subtype;
use dxpy_core::{
    Owned, Py, PyResult, boolean, dict, exceptions, glue, list, methods, object, protocol, tuple, unicode,
};
use dxpy_decimal::Flags;

/// `PyDecSignalDictObject`, which has the bits itself; the context holds it.
#[repr(C)]
pub struct SignalDict {
    ob_base: PyObject,
    pub bits: Cell<Flags>,
    /// Until its context is gone.
    pub valid: Cell<bool>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for SignalDict {}

/// `SignalDict`, the mixin with the methods of `MutableMapping`, once the module was executed.
pub static CLASS: Class = no_class();

pub static MIXIN: StaticType = StaticType::new::<SignalDict>(c"decimal.SignalDictMixin")
    .getattro(dxpy_core::attr::generic_get_slot)
    .flags(Py_TPFLAGS_BASETYPE)
    .create(object::generic_new_slot)
    .init(glue::init(|_: Py<'_>, _: &SignalDict, _: &PyTupleObject, _: Option<&PyDictObject>| Ok(())))
    .dealloc(glue::dealloc(|_: Py<'_>, d: &SignalDict| {
        // SAFETY: it holds no references.
        unsafe { object::tp_free(d.as_object()) }
    }))
    .repr(glue::unary(repr))
    .hash(dxpy_core::protocol::hash_not_implemented)
    .richcompare(glue::richcompare(richcompare))
    .iter(glue::unary(iter))
    .mapping(&MAPPING)
    .methods(&METHODS);

static MAPPING: StaticTable<PyMappingMethods> = StaticTable::<PyMappingMethods>::empty()
    .length(glue::len(|py: Py<'_>, d: &SignalDict| bits(py, d).map(|_| SIGNALS.len())))
    .subscript(glue::binary(|py: Py<'_>, d: &SignalDict, key: &PyObject| {
        let bits = bits(py, d)?;
        Ok(boolean::new(bits & of_class(py, key)?.bits != 0))
    }))
    .ass_subscript(glue::assign(set));

methods! { static METHODS: for SignalDict [
    "copy" = copy [0], "!($self, /)", "The signals and bools as a dict.";
] }

/// A new one with these bits.
pub fn new(py: Py<'_>, flags: Flags) -> PyResult<Owned<SignalDict>> {
    // SAFETY: LIVE: a class is kept for ever; LAYOUT: a type's.
    let class = unsafe { (CLASS.get() as *const PyTypeObject).as_ref() };
    let ty = class.unwrap_or(&MIXIN);
    // SAFETY: LAYOUT: the class derives from the mixin.
    let d: Owned<SignalDict> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    d.bits.set(flags);
    d.valid.set(true);
    Ok(d)
}

pub fn check(o: &PyObject) -> Option<&SignalDict> {
    // SAFETY: LAYOUT: the type says so.
    is_subtype(o.ty(), &MIXIN).then(|| unsafe { &*(o as *const PyObject as *const SignalDict) })
}

fn bits(py: Py<'_>, d: &SignalDict) -> PyResult<Flags> {
    match d.valid.get() {
        true => Ok(d.bits.get()),
        false => Err(exceptions::value_error(py, format_args!("invalid signal dict"))),
    }
}

const INVALID: &str = "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]";

/// `exc_as_flag`.
pub fn of_class(py: Py<'_>, o: &PyObject) -> PyResult<&'static Signal> {
    match SIGNALS.iter().find(|s| o.is(s.class())) {
        Some(s) => Ok(s),
        None => {
            let text = unicode::from_str(py, INVALID)?;
            Err(exceptions::key_error(py, text.as_object()))
        }
    }
}

fn set(py: Py<'_>, d: &SignalDict, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    bits(py, d)?;
    let Some(v) = value else {
        return Err(exceptions::value_error(py, format_args!("signal keys cannot be deleted")));
    };
    let s = of_class(py, key)?;
    let on = protocol::is_true(py, v)?;
    let old = bits(py, d)?;
    d.bits.set(if on { old | s.bits } else { old & !s.bits });
    Ok(())
}

fn iter(py: Py<'_>, d: &SignalDict) -> PyResult {
    bits(py, d)?;
    let all = tuple::from_iter(py, SIGNALS.iter().map(|s| s.class().to_owned()))?;
    protocol::iter(py, all.as_object())
}

fn repr(py: Py<'_>, d: &SignalDict) -> PyResult<Owned<PyUnicodeObject>> {
    let bits = bits(py, d)?;
    let all: Vec<String> = SIGNALS
        .iter()
        .map(|s| {
            let on = if bits & s.bits != 0 { "True" } else { "False" };
            format!("<class 'decimal.{}'>:{on}", s.name)
        })
        .collect();
    unicode::from_str(py, &format!("{{{}}}", all.join(", ")))
}

fn richcompare(py: Py<'_>, d: &SignalDict, o: &PyObject, op: c_int) -> PyResult {
    let bits_ = bits(py, d)?;
    if op != Py_EQ && op != Py_NE {
        return Ok(object::not_implemented());
    }
    let other = if let Some(o) = check(o) {
        bits(py, o)?
    } else if dict::check(o).is_some() {
        match of_dict(py, o) {
            Ok(flags) => flags,
            Err(e) if exceptions::matches(&e, &exceptions::KeyError) => return Ok(object::not_implemented()),
            Err(e) => return Err(e),
        }
    } else {
        return Ok(object::not_implemented());
    };
    let normal = |f: Flags| SIGNALS.iter().fold(0u32, |a, s| a << 1 | u32::from(f & s.bits != 0));
    Ok(boolean::new((normal(bits_) == normal(other)) == (op == Py_EQ)).upcast())
}

fn copy(py: Py<'_>, d: &SignalDict) -> PyResult<Owned<PyDictObject>> {
    let bits = bits(py, d)?;
    let out = dict::new(py)?;
    for s in SIGNALS.iter() {
        dict::set(py, &out, s.class(), boolean::new(bits & s.bits != 0).as_object())?;
    }
    Ok(out)
}

/// `dict_as_flags`.
pub fn of_dict(py: Py<'_>, o: &PyObject) -> PyResult<Flags> {
    let Some(d) = dict::check(o) else {
        return Err(exceptions::type_error(py, format_args!("argument must be a signal dict")));
    };
    if dict::len(d) != SIGNALS.len() {
        let text = unicode::from_str(py, "invalid signal dict")?;
        return Err(exceptions::key_error(py, text.as_object()));
    }
    let mut flags = 0;
    for (k, v) in dict::items(d) {
        let s = of_class(py, &k)?;
        if protocol::is_true(py, &v)? {
            flags |= s.bits;
        }
    }
    Ok(flags)
}

/// `list_as_flags`.
pub fn of_list(py: Py<'_>, l: &PyListObject) -> PyResult<Flags> {
    let mut flags = 0;
    let mut i = 0;
    while let Some(o) = list::get(l, i) {
        flags |= of_class(py, &o)?.bits;
        i += 1;
    }
    Ok(flags)
}

/// `signals_as_list`.
pub fn to_list(py: Py<'_>, flags: Flags) -> PyResult<Owned<PyListObject>> {
    let all = SIGNALS.iter().filter(|s| flags & s.bits != 0).map(|s| s.class().to_owned());
    list::from_iter(py, all.collect::<Vec<Owned>>())
}

/// The names as `Context.__repr__` has them, in the order of the bits.
pub fn names(flags: Flags) -> String {
    let order = [8, 0, 2, 6, 1, 3, 7, 5, 4];
    let all: Vec<&str> =
        order.iter().map(|i| &SIGNALS[*i]).filter(|s| flags & s.bits != 0).map(|s| s.name).collect();
    format!("[{}]", all.join(", "))
}
