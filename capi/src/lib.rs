//! The exported C API: one file a header, no logic.
