//! The C API's names that have no body yet, so that every extension links: calling such a function raises `SystemError`
//! naming it (or ends the process with a message where no thread state can hold an error); such data is zero.
//!
//! Removing a name here is part of giving it a body: a test compares this list with what is defined.

use core::ffi::{CStr, c_char};
use dxpy_core::{Py, exceptions, thread};

/// Raises the error of a missing function.
///
/// # Safety
/// `name` is a C string; called from C, with the GIL where a thread state is attached.
unsafe extern "C" fn raise(name: *const c_char) {
    // SAFETY: the caller's promise.
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    if thread::current().is_null() {
        eprintln!(
            "dx-py: the C API function {name} is not implemented yet, and was called without a thread state"
        );
        std::process::abort();
    }
    // SAFETY: a state is attached, so C code holds the GIL by this function's contract.
    let py = unsafe { Py::assume() };
    exceptions::system_error(py, format_args!("the C API function {name} is not implemented yet"))
        .restore(py);
}

/// Answers NULL.
unsafe extern "C" fn pointer(name: *const c_char) -> *const c_char {
    // SAFETY: the stub's own name.
    unsafe { raise(name) };
    core::ptr::null()
}

/// Answers -1, whatever the width.
unsafe extern "C" fn integer(name: *const c_char) -> isize {
    // SAFETY: the stub's own name.
    unsafe { raise(name) };
    -1
}

/// Answers nothing.
unsafe extern "C" fn void(name: *const c_char) {
    // SAFETY: the stub's own name.
    unsafe { raise(name) };
}

/// Keeps the stubs in the link: the executable refers to it.
#[unsafe(no_mangle)]
pub extern "C" fn dxpy_missing_anchor() {}

/// Stubs that hand their own name to `$target`. They are assembly because nothing is known of their arguments, which
/// the caller cleans up.
macro_rules! functions {
    ($target:ident: $($name:ident)*) => { $(
        #[cfg(target_arch = "x86_64")]
        core::arch::global_asm!(
            concat!(".text\n.balign 16\n.globl ", stringify!($name), "\n.type ", stringify!($name), ",@function\n", stringify!($name), ":"),
            "lea rdi, [rip + 2f]",
            "jmp {target}",
            concat!("2: .asciz \"", stringify!($name), "\""),
            target = sym $target,
        );
        #[cfg(target_arch = "aarch64")]
        core::arch::global_asm!(
            concat!(".text\n.balign 16\n.globl ", stringify!($name), "\n.type ", stringify!($name), ",@function\n", stringify!($name), ":"),
            "adr x0, 2f",
            "b {target}",
            concat!("2: .asciz \"", stringify!($name), "\""),
            target = sym $target,
        );
    )*
    };
}

/// Zeroed data of the given size.
macro_rules! data {
    ($($name:ident = $size:literal;)*) => { $(
        core::arch::global_asm!(concat!(
            ".bss\n.balign 16\n.globl ", stringify!($name), "\n.type ", stringify!($name), ",@object\n.size ",
            stringify!($name), ", ", $size, "\n", stringify!($name), ": .zero ", $size, "\n.text"
        ));
    )*
    };
}

functions! { pointer:
    PyInterpreterState_New _PyAST_Compile _PyInterpreterID_LookUp _PyInterpreterID_New
    _PyInterpreterState_GetIDObject _Py_Get_Getpath_CodeObject
}

functions! { integer:
    _PyInterpreterState_SetConfig
}

functions! { void:
    PyInterpreterState_Clear PyInterpreterState_Delete
}

data! {
    _PyRuntime = 459944;
    _PyInterpreterID_Type = 416;
}
