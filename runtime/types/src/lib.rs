//! The built-in types' methods, operators and constructors, one module a type, and the built-in types that the object
//! model itself does not need.
//!
//! A type declared in `dxpy-core` gets what is written here from a template: a `StaticType` with the same name whose
//! slots are adopted before the type is readied. Each module names what it brings in its [`Part`].
#![allow(non_upper_case_globals)]

pub mod bytearray;
pub mod bytes;
pub mod none;
pub mod str;

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
static PARTS: &[&Part] = &[&none::PART, &str::PART, &bytes::PART, &bytearray::PART];

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
    dxpy_core::startup::ready_types(py, &own)
}
