//! The built-in types that the core itself does not need.
