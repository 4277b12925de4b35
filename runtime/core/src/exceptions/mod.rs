//! The built-in exception types and making instances of them from Rust.
//! Their methods, attributes, groups, tracebacks and chaining are not here yet; `ExceptionGroup`, which has two bases
//! and so is made at start-up, is neither.

pub mod layout;

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyErr;
use crate::glue;
use crate::object;
use crate::ptr::{Object, Owned};
use crate::statics::{Gil, StaticType};
use crate::thread::Py;
use crate::types::PyBaseObject_Type;
use crate::{tuple, unicode};
use core::cell::Cell;
use core::fmt;
use core::mem::offset_of;

/// Declares exception types: a static type, the exported pointer to it, and nothing else.
macro_rules! exceptions {
    ($( $name:ident / $pointer:ident : $base:path, $layout:ident; )*) => { $(
        #[doc = concat!("`", stringify!($name), "`.")]
        pub static $name: StaticType = StaticType::new::<$layout>(crate::args::c_str(concat!(stringify!($name), "\0")))
            .base(&$base)
            .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_BASE_EXC_SUBCLASS | Py_TPFLAGS_HAVE_GC)
            .dict(offset_of!(PyBaseExceptionObject, dict))
            .traverse(glue::traverse(layout::traverse::<$layout>))
            .clear(glue::clear(layout::clear::<$layout>))
            .dealloc(glue::dealloc(layout::dealloc::<$layout>));
        #[doc = concat!("The C API's name of `", stringify!($name), "`.")]
        #[unsafe(no_mangle)]
        pub static $pointer: Gil<Cell<*mut PyObject>> =
            Gil(Cell::new(&raw const $name.0 as *mut PyTypeObject as *mut PyObject));
    )* };
}

exceptions! {
    BaseException / PyExc_BaseException: PyBaseObject_Type, PyBaseExceptionObject;
    Exception / PyExc_Exception: BaseException, PyBaseExceptionObject;
    BaseExceptionGroup / PyExc_BaseExceptionGroup: BaseException, PyBaseExceptionGroupObject;
    GeneratorExit / PyExc_GeneratorExit: BaseException, PyBaseExceptionObject;
    KeyboardInterrupt / PyExc_KeyboardInterrupt: BaseException, PyBaseExceptionObject;
    SystemExit / PyExc_SystemExit: BaseException, PySystemExitObject;
    ArithmeticError / PyExc_ArithmeticError: Exception, PyBaseExceptionObject;
    FloatingPointError / PyExc_FloatingPointError: ArithmeticError, PyBaseExceptionObject;
    OverflowError / PyExc_OverflowError: ArithmeticError, PyBaseExceptionObject;
    ZeroDivisionError / PyExc_ZeroDivisionError: ArithmeticError, PyBaseExceptionObject;
    AssertionError / PyExc_AssertionError: Exception, PyBaseExceptionObject;
    AttributeError / PyExc_AttributeError: Exception, PyAttributeErrorObject;
    BufferError / PyExc_BufferError: Exception, PyBaseExceptionObject;
    EOFError / PyExc_EOFError: Exception, PyBaseExceptionObject;
    ImportError / PyExc_ImportError: Exception, PyImportErrorObject;
    ModuleNotFoundError / PyExc_ModuleNotFoundError: ImportError, PyImportErrorObject;
    LookupError / PyExc_LookupError: Exception, PyBaseExceptionObject;
    IndexError / PyExc_IndexError: LookupError, PyBaseExceptionObject;
    KeyError / PyExc_KeyError: LookupError, PyBaseExceptionObject;
    MemoryError / PyExc_MemoryError: Exception, PyBaseExceptionObject;
    NameError / PyExc_NameError: Exception, PyNameErrorObject;
    UnboundLocalError / PyExc_UnboundLocalError: NameError, PyNameErrorObject;
    OSError / PyExc_OSError: Exception, PyOSErrorObject;
    BlockingIOError / PyExc_BlockingIOError: OSError, PyOSErrorObject;
    ChildProcessError / PyExc_ChildProcessError: OSError, PyOSErrorObject;
    ConnectionError / PyExc_ConnectionError: OSError, PyOSErrorObject;
    BrokenPipeError / PyExc_BrokenPipeError: ConnectionError, PyOSErrorObject;
    ConnectionAbortedError / PyExc_ConnectionAbortedError: ConnectionError, PyOSErrorObject;
    ConnectionRefusedError / PyExc_ConnectionRefusedError: ConnectionError, PyOSErrorObject;
    ConnectionResetError / PyExc_ConnectionResetError: ConnectionError, PyOSErrorObject;
    FileExistsError / PyExc_FileExistsError: OSError, PyOSErrorObject;
    FileNotFoundError / PyExc_FileNotFoundError: OSError, PyOSErrorObject;
    InterruptedError / PyExc_InterruptedError: OSError, PyOSErrorObject;
    IsADirectoryError / PyExc_IsADirectoryError: OSError, PyOSErrorObject;
    NotADirectoryError / PyExc_NotADirectoryError: OSError, PyOSErrorObject;
    PermissionError / PyExc_PermissionError: OSError, PyOSErrorObject;
    ProcessLookupError / PyExc_ProcessLookupError: OSError, PyOSErrorObject;
    TimeoutError / PyExc_TimeoutError: OSError, PyOSErrorObject;
    ReferenceError / PyExc_ReferenceError: Exception, PyBaseExceptionObject;
    RuntimeError / PyExc_RuntimeError: Exception, PyBaseExceptionObject;
    NotImplementedError / PyExc_NotImplementedError: RuntimeError, PyBaseExceptionObject;
    RecursionError / PyExc_RecursionError: RuntimeError, PyBaseExceptionObject;
    StopAsyncIteration / PyExc_StopAsyncIteration: Exception, PyBaseExceptionObject;
    StopIteration / PyExc_StopIteration: Exception, PyStopIterationObject;
    SyntaxError / PyExc_SyntaxError: Exception, PySyntaxErrorObject;
    IndentationError / PyExc_IndentationError: SyntaxError, PySyntaxErrorObject;
    TabError / PyExc_TabError: IndentationError, PySyntaxErrorObject;
    SystemError / PyExc_SystemError: Exception, PyBaseExceptionObject;
    TypeError / PyExc_TypeError: Exception, PyBaseExceptionObject;
    ValueError / PyExc_ValueError: Exception, PyBaseExceptionObject;
    UnicodeError / PyExc_UnicodeError: ValueError, PyBaseExceptionObject;
    UnicodeDecodeError / PyExc_UnicodeDecodeError: UnicodeError, PyUnicodeErrorObject;
    UnicodeEncodeError / PyExc_UnicodeEncodeError: UnicodeError, PyUnicodeErrorObject;
    UnicodeTranslateError / PyExc_UnicodeTranslateError: UnicodeError, PyUnicodeErrorObject;
    Warning / PyExc_Warning: Exception, PyBaseExceptionObject;
    BytesWarning / PyExc_BytesWarning: Warning, PyBaseExceptionObject;
    DeprecationWarning / PyExc_DeprecationWarning: Warning, PyBaseExceptionObject;
    EncodingWarning / PyExc_EncodingWarning: Warning, PyBaseExceptionObject;
    FutureWarning / PyExc_FutureWarning: Warning, PyBaseExceptionObject;
    ImportWarning / PyExc_ImportWarning: Warning, PyBaseExceptionObject;
    PendingDeprecationWarning / PyExc_PendingDeprecationWarning: Warning, PyBaseExceptionObject;
    ResourceWarning / PyExc_ResourceWarning: Warning, PyBaseExceptionObject;
    RuntimeWarning / PyExc_RuntimeWarning: Warning, PyBaseExceptionObject;
    SyntaxWarning / PyExc_SyntaxWarning: Warning, PyBaseExceptionObject;
    UnicodeWarning / PyExc_UnicodeWarning: Warning, PyBaseExceptionObject;
    UserWarning / PyExc_UserWarning: Warning, PyBaseExceptionObject;
}

/// Is this the preallocated `MemoryError`?
fn is_last_memory_error(e: &PyObject) -> bool {
    e.is(&LAST_MEMORY_ERROR.error)
}

/// The instance to raise when there is no memory to make one.
static LAST_MEMORY_ERROR: Gil<LastError> = Gil(LastError {
    gc: PyGC_Head { _gc_next: Cell::new(0), _gc_prev: Cell::new(0) },
    error: PyBaseExceptionObject {
        ob_base: PyObject {
            ob_refcnt: Cell::new(crate::ptr::IMMORTAL_REFCNT),
            ob_type: Cell::new(&raw const MemoryError.0 as *mut PyTypeObject),
        },
        dict: Cell::new(core::ptr::null_mut()),
        args: Cell::new(core::ptr::null_mut()),
        notes: Cell::new(core::ptr::null_mut()),
        traceback: Cell::new(core::ptr::null_mut()),
        context: Cell::new(core::ptr::null_mut()),
        cause: Cell::new(core::ptr::null_mut()),
        suppress_context: Cell::new(0),
    },
});

/// A static exception behind the collector header its type promises.
#[repr(C)]
struct LastError {
    gc: PyGC_Head,
    error: PyBaseExceptionObject,
}

/// An instance of a built-in exception type with this message as its only argument (`PyErr_Format`). The fields
/// beyond `BaseException`'s are NULL, as after a constructor that was not given them.
#[cold]
pub fn format(py: Py<'_>, ty: &'static StaticType, message: fmt::Arguments<'_>) -> PyErr {
    instance(py, ty, message)
}

/// An instance made without calling its static type.
fn instance(py: Py<'_>, ty: &PyTypeObject, message: fmt::Arguments<'_>) -> PyErr {
    let args = match message.as_str() {
        Some(text) => unicode::from_str(py, text),
        None => unicode::from_str(py, &message.to_string()),
    }
    .and_then(|text| tuple::from_iter(py, [text.upcast()]))
    .and_then(|args| Ok((args, object::generic_alloc(py, ty, 0)?)));
    match args {
        Ok((args, e)) => {
            // SAFETY: LAYOUT: every exception type's instances begin so, and were zeroed.
            let e: Owned<PyBaseExceptionObject> = unsafe { e.cast() };
            e.args.set(args.into_ptr());
            PyErr::from_value(e)
        }
        // No memory for it: that error is the one to report.
        Err(no_memory) => no_memory,
    }
}

/// An exception of a type that C code names, with this message (`PyErr_SetString`). Only static types can be made
/// without calling them, which is not here yet.
#[cold]
pub fn raise_builtin(py: Py<'_>, ty: &PyTypeObject, message: &str) -> PyErr {
    if !crate::types::is_subtype(ty, &BaseException) {
        return type_error(py, format_args!("exceptions must derive from BaseException"));
    }
    if ty.tp_flags.get() & _Py_TPFLAGS_STATIC_BUILTIN == 0 {
        let name = crate::call::type_name(ty);
        return system_error(
            py,
            format_args!("raising {name} from C code is not implemented yet: {message}"),
        );
    }
    instance(py, ty, format_args!("{message}"))
}

/// `PyErr_NoMemory`: needs no memory itself.
#[cold]
pub fn memory_error(_py: Py<'_>) -> PyErr {
    let last = &LAST_MEMORY_ERROR.error;
    if last.args.get().is_null() {
        last.args.set(tuple::empty().into_ptr());
    }
    PyErr::from_value(last.to_owned())
}

/// A `TypeError` with this message.
#[cold]
pub fn type_error(py: Py<'_>, message: fmt::Arguments<'_>) -> PyErr {
    format(py, &TypeError, message)
}

/// A `ValueError` with this message.
#[cold]
pub fn value_error(py: Py<'_>, message: fmt::Arguments<'_>) -> PyErr {
    format(py, &ValueError, message)
}

/// A `SystemError` with this message: an internal contract was broken.
#[cold]
pub fn system_error(py: Py<'_>, message: fmt::Arguments<'_>) -> PyErr {
    format(py, &SystemError, message)
}

/// A C function reported failure without raising (`_Py_CheckFunctionResult`).
#[cold]
pub fn result_without_exception(py: Py<'_>) -> PyErr {
    system_error(py, format_args!("error return without exception set"))
}

/// Is the error an instance of this type or a subtype? (`PyErr_ExceptionMatches` with one class)
pub fn matches(e: &PyErr, ty: &'static StaticType) -> bool {
    crate::types::is_subtype(e.value().ty(), ty)
}
