//! The `#[repr(C)]` mirrors of CPython 3.12's structs, flags and slot ids. No behaviour is here.
