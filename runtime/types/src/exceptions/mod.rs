//! Exceptions: methods and attributes of `BaseException`, and the constructors, texts and attributes of the types that
//! have fields of their own (`Objects/exceptions.c`). Groups are in `group`.

mod base;
mod fields;
pub mod group;
mod os;
mod syntax;
mod unicode;

use crate::Part;
use dxpy_core::exceptions as core;

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[
        (&core::BaseException, &base::BASE),
        (&core::KeyError, &base::KEY),
        (&core::StopIteration, &fields::STOP_ITERATION),
        (&core::SystemExit, &fields::SYSTEM_EXIT),
        (&core::ImportError, &fields::IMPORT),
        (&core::NameError, &fields::NAME),
        (&core::AttributeError, &fields::ATTRIBUTE),
        (&core::OSError, &os::OS),
        (&core::SyntaxError, &syntax::SYNTAX),
        (&core::BaseExceptionGroup, &group::GROUP),
        (&core::UnicodeEncodeError, &unicode::ENCODE),
        (&core::UnicodeDecodeError, &unicode::DECODE),
        (&core::UnicodeTranslateError, &unicode::TRANSLATE),
    ],
    types: &[],
    hooks: group::hooks,
};
