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
    PyAsyncGen_New PyCoro_New PyGen_New PyGen_NewWithQualName PyInit__tracemalloc PyInterpreterState_New
    PyOS_Readline PySymtable_Lookup Py_InitializeFromConfig _PyAST_Compile _PyArg_UnpackKeywordsWithVararg
    _PyCode_ConstantKey _PyCode_New _PyCompile_Assemble _PyCompile_CodeGen _PyCompile_OptimizeCfg
    _PyCrossInterpreterData_NewObject _PyEval_EvalFrameDefault _PyInterpreterID_LookUp _PyInterpreterID_New
    _PyInterpreterState_Enable _PyInterpreterState_GetEvalFrameFunc _PyInterpreterState_GetIDObject
    _PyLong_FromUid _PyModule_CreateInitialized _PyRuntimeState_Init _PyRuntime_Initialize
    _Py_DumpTracebackThreads _Py_Get_Getpath_CodeObject _Py_InitializeMain _Py_VaBuildStack
    _Py_VaBuildStack_SizeT _Py_dg_dtoa _Py_normpath _Py_trampoline_func_end _Py_trampoline_func_start
}

functions! { integer:
    PyCompile_OpcodeStackEffect PyCompile_OpcodeStackEffectWithJump PyFile_SetOpenCodeHook Py_BytesMain
    Py_FrozenMain Py_Main Py_RunMain _PyCode_CheckLineNumber _PyCode_Validate
    _PyCrossInterpreterData_InitWithSize _PyCrossInterpreterData_Lookup
    _PyCrossInterpreterData_RegisterClass _PyCrossInterpreterData_Release
    _PyCrossInterpreterData_ReleaseAndRawFree _PyCrossInterpreterData_UnregisterClass
    _PyImport_FixupBuiltin _PyImport_FixupExtensionObject _PyImport_ReleaseLock
    _PyInterpreterState_SetConfig _PyLong_FromGid _PyObject_CheckCrossInterpreterData
    _PyObject_GetCrossInterpreterData _PyState_AddModule _PyTraceBack_Print_Indented
    _PyUnicode_InsertThousandsGrouping _Py_AtExit _Py_CoerceLegacyLocale _Py_DisplaySourceLine
    _Py_GetLocaleconvNumeric _Py_Gid_Converter _Py_Sigset_Converter _Py_Uid_Converter _Py_WriteIndent
    _Py_WriteIndentedMargin
}

functions! { void:
    PyEval_ReleaseLock PyInterpreterState_Clear PyInterpreterState_Delete PyThread_exit_thread
    _PyCrossInterpreterData_Clear _PyCrossInterpreterData_Init _PyEval_SignalAsyncExc _PyImport_AcquireLock
    _PyInterpreterState_SetEvalFrameFunc _PyInterpreterState_SetNotRunningMain _PyModule_Clear
    _PyModule_ClearDict _PyRuntimeState_Fini _PyRuntime_Finalize _PyWeakref_ClearRef _Py_DumpASCII
    _Py_DumpDecimal _Py_DumpExtensionModules _Py_DumpHexadecimal _Py_DumpTraceback _Py_dg_freedtoa
}

data! {
    _PyRuntime = 459944;
    PyOS_ReadlineFunctionPointer = 8;
    _PyBufferWrapper_Type = 416;
    _PyInterpreterID_Type = 416;
    _PyOS_ReadlineTState = 8;
    _Py_HashSecret = 24;
}
