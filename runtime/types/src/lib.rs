//! The built-in types' methods, operators and constructors, one module a type, and the built-in types that the object
//! model itself does not need.
//!
//! A type declared in `dxpy-core` gets what is written here from a template: a `StaticType` with the same name whose
//! slots are adopted before the type is readied. Each module names what it brings in its [`Part`].
#![allow(non_upper_case_globals)]
// Hooks are function pointers in cells.
#![allow(clippy::type_complexity)]

pub mod anext;
pub mod asyncgen;
pub mod boolean;
pub mod bytearray;
pub mod bytes;
pub mod calliter;
pub mod capsule;
pub mod cell;
pub mod code;
pub mod complex;
pub mod context;
pub mod descriptors;
pub mod dict;
pub mod dump;
pub mod exceptions;
pub mod float;
pub mod frame;
pub mod frame_attrs;
mod frame_lineno;
pub mod function;
pub mod generator;
pub mod generic_alias;
pub mod instancemethod;
pub mod int;
pub mod iterators;
pub mod list;
pub mod locals;
pub mod mappingproxy;
pub mod memoryview;
pub mod method;
pub mod module;
pub mod namespace;
pub mod none;
pub mod number_text;
pub mod odict;
pub mod picklebuffer;
pub mod property;
pub mod range;
pub mod set;
pub mod slice;
pub mod str;
pub mod structseq;
pub mod super_;
pub mod traceback;
pub mod tracemalloc;
pub mod tuple;
pub mod typing;
pub mod union;
pub mod weakref;
pub mod wrappers;

use dxpy_core::statics::StaticType;
use dxpy_core::{Py, PyResult};

/// What one module of this crate brings.
pub struct Part {
    /// Types of the core with the templates they adopt.
    pub adopt: &'static [(&'static StaticType, &'static StaticType)],
    /// Types declared here, to be readied.
    pub types: &'static [&'static StaticType],
    /// Sets hooks of the core; runs before any type is readied and must not make objects.
    pub hooks: fn(),
}

/// No hooks.
pub const fn no_hooks() {}

/// Every module.
#[rustfmt::skip] // One a line, so that additions do not collide.
static PARTS: &[&Part] = &[
    &memoryview::PART,
    &calliter::PART,
    &module::PART,
    &property::PART,
    &super_::PART,
    &wrappers::PART,
    &none::PART,
    &generic_alias::PART,
    &union::PART,
    &typing::PART,
    &anext::PART,
    &asyncgen::PART,
    &namespace::PART,
    &boolean::PART,
    &bytearray::PART,
    &bytes::PART,
    &capsule::PART,
    &cell::PART,
    &code::PART,
    &complex::PART,
    &context::PART,
    &descriptors::PART,
    &dict::PART,
    &picklebuffer::PART,
    &odict::PART,
    &function::PART,
    &exceptions::PART,
    &frame::PART,
    &generator::PART,
    &iterators::PART,
    &list::PART,
    &float::PART,
    &int::PART,
    &mappingproxy::PART,
    &method::PART,
    &instancemethod::PART,
    &range::PART,
    &set::PART,
    &slice::PART,
    &str::PART,
    &traceback::PART,
    &tuple::PART,
    &weakref::PART,
];

/// Brings the built-in types to life: adopts templates, sets hooks, readies all static types. Once, with the first
/// thread state attached.
pub fn init(py: Py<'_>) -> PyResult<()> {
    for part in PARTS {
        (part.hooks)();
        for (ty, template) in part.adopt {
            ty.adopt(template);
        }
    }
    let own: Vec<&'static StaticType> = PARTS.iter().flat_map(|p| p.types.iter().copied()).collect();
    dxpy_core::startup::ready_types(py, &own)?;
    context::add_missing(py)?;
    typing::alias::make_generic(py)?;
    exceptions::group::make_class(py)
}

/// A complex number of a constant.
pub fn complex_constant(py: Py<'_>, re: f64, im: f64) -> PyResult {
    complex::new(py, dxpy_num::complex::new(re, im)).map(dxpy_core::Owned::upcast)
}

/// A frozenset of a constant.
pub fn frozenset_constant(py: Py<'_>, items: Vec<dxpy_core::Owned>) -> PyResult {
    dxpy_core::set::frozen(py, &items).map(dxpy_core::Owned::upcast)
}

/// The parts of an exact complex number.
pub fn complex_parts(o: &dxpy_core::abi::PyObject) -> Option<(f64, f64)> {
    let c = complex::value(complex::check_exact(o)?);
    Some((c.re, c.im))
}

/// Whether an object is an exact set (false) or frozenset (true); None for anything else.
pub fn set_kind(o: &dxpy_core::abi::PyObject) -> Option<bool> {
    use dxpy_core::ptr::Object;
    if o.ty().is(&dxpy_core::set::PyFrozenSet_Type.0) {
        return Some(true);
    }
    o.ty().is(&dxpy_core::set::PySet_Type.0).then_some(false)
}
