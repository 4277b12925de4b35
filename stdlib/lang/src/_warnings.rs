//! `_warnings`: there for importlib, and empty. `warnings` then uses its own Python code for filters and for issuing
//! warnings, which is complete; what `Python/_warnings.c` adds (speed, and warnings of the object model) is not written yet.

use dxpy_core::module::StaticModule;

/// `_warnings`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_warnings").doc(c"Empty: the warnings module does the work itself.");
