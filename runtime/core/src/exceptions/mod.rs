//! The built-in exception types and making instances of them from Rust.
//! Their methods, attributes, groups, tracebacks and chaining are not here yet; `ExceptionGroup`, which has two bases
//! and so is made at start-up, is neither.

pub mod base;
pub mod layout;

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::{PyErr, PyResult};
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
    ($( $name:ident / $pointer:ident : $base:path, $layout:ident $(, $doc:literal)?; )*) => { $(
        #[doc = concat!("`", stringify!($name), "`.")]
        pub static $name: StaticType = StaticType::new::<$layout>(crate::args::c_str(concat!(stringify!($name), "\0")))
            .base(&$base)
            $(.doc(crate::args::c_str(concat!($doc, "\0"))))?
            .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_BASE_EXC_SUBCLASS | Py_TPFLAGS_HAVE_GC)
            .dict(offset_of!(PyBaseExceptionObject, dict))
            .traverse(glue::traverse(layout::traverse::<$layout>))
            .clear(glue::clear(layout::clear::<$layout>))
            .dealloc(glue::dealloc(layout::dealloc::<$layout>));
        #[doc = concat!("The C API's name of `", stringify!($name), "`.")]
        #[unsafe(no_mangle)]
        pub static $pointer: Gil<Cell<*mut PyObject>> =
            Gil(Cell::new(&raw const $name.0 as *mut PyTypeObject as *mut PyObject));
    )*
        /// All of them, bases first.
        pub static TYPES: &[&StaticType] = &[$(&$name),*];
    };
}

exceptions! {
    BaseException / PyExc_BaseException: PyBaseObject_Type, PyBaseExceptionObject;
    Exception / PyExc_Exception: BaseException, PyBaseExceptionObject, "What all exceptions derive from that do not end the program on purpose.";
    BaseExceptionGroup / PyExc_BaseExceptionGroup: BaseException, PyBaseExceptionGroupObject;
    GeneratorExit / PyExc_GeneratorExit: BaseException, PyBaseExceptionObject, "A generator is asked to end.";
    KeyboardInterrupt / PyExc_KeyboardInterrupt: BaseException, PyBaseExceptionObject, "The user interrupts the program.";
    SystemExit / PyExc_SystemExit: BaseException, PySystemExitObject;
    ArithmeticError / PyExc_ArithmeticError: Exception, PyBaseExceptionObject, "What goes wrong in a calculation.";
    FloatingPointError / PyExc_FloatingPointError: ArithmeticError, PyBaseExceptionObject, "A floating-point operation failed.";
    OverflowError / PyExc_OverflowError: ArithmeticError, PyBaseExceptionObject, "A result too large to be represented.";
    ZeroDivisionError / PyExc_ZeroDivisionError: ArithmeticError, PyBaseExceptionObject, "A division by zero.";
    AssertionError / PyExc_AssertionError: Exception, PyBaseExceptionObject, "An assertion does not hold.";
    AttributeError / PyExc_AttributeError: Exception, PyAttributeErrorObject;
    BufferError / PyExc_BufferError: Exception, PyBaseExceptionObject, "A buffer cannot be used so.";
    EOFError / PyExc_EOFError: Exception, PyBaseExceptionObject, "The input ends where something was to be read.";
    ImportError / PyExc_ImportError: Exception, PyImportErrorObject;
    ModuleNotFoundError / PyExc_ModuleNotFoundError: ImportError, PyImportErrorObject, "There is no such module.";
    LookupError / PyExc_LookupError: Exception, PyBaseExceptionObject, "What is not found by an index or key.";
    IndexError / PyExc_IndexError: LookupError, PyBaseExceptionObject, "A sequence has no such item.";
    KeyError / PyExc_KeyError: LookupError, PyBaseExceptionObject;
    MemoryError / PyExc_MemoryError: Exception, PyBaseExceptionObject, "There is not enough memory.";
    NameError / PyExc_NameError: Exception, PyNameErrorObject;
    UnboundLocalError / PyExc_UnboundLocalError: NameError, PyNameErrorObject, "A local name is used before it is bound.";
    OSError / PyExc_OSError: Exception, PyOSErrorObject;
    BlockingIOError / PyExc_BlockingIOError: OSError, PyOSErrorObject, "The operation would have to wait.";
    ChildProcessError / PyExc_ChildProcessError: OSError, PyOSErrorObject, "A child process is not as expected.";
    ConnectionError / PyExc_ConnectionError: OSError, PyOSErrorObject, "What goes wrong with a connection.";
    BrokenPipeError / PyExc_BrokenPipeError: ConnectionError, PyOSErrorObject, "Nobody reads at the other end of a pipe or connection.";
    ConnectionAbortedError / PyExc_ConnectionAbortedError: ConnectionError, PyOSErrorObject, "The connection was given up.";
    ConnectionRefusedError / PyExc_ConnectionRefusedError: ConnectionError, PyOSErrorObject, "Nobody accepts the connection.";
    ConnectionResetError / PyExc_ConnectionResetError: ConnectionError, PyOSErrorObject, "The other side ended the connection.";
    FileExistsError / PyExc_FileExistsError: OSError, PyOSErrorObject, "There is such a file already.";
    FileNotFoundError / PyExc_FileNotFoundError: OSError, PyOSErrorObject, "There is no such file.";
    InterruptedError / PyExc_InterruptedError: OSError, PyOSErrorObject, "A signal interrupted a system call.";
    IsADirectoryError / PyExc_IsADirectoryError: OSError, PyOSErrorObject, "A folder where a file is needed.";
    NotADirectoryError / PyExc_NotADirectoryError: OSError, PyOSErrorObject, "No folder where one is needed.";
    PermissionError / PyExc_PermissionError: OSError, PyOSErrorObject, "Not allowed.";
    ProcessLookupError / PyExc_ProcessLookupError: OSError, PyOSErrorObject, "There is no such process.";
    TimeoutError / PyExc_TimeoutError: OSError, PyOSErrorObject, "The time is over.";
    ReferenceError / PyExc_ReferenceError: Exception, PyBaseExceptionObject, "A weak proxy is used after its object went.";
    RuntimeError / PyExc_RuntimeError: Exception, PyBaseExceptionObject, "An error of no other kind.";
    NotImplementedError / PyExc_NotImplementedError: RuntimeError, PyBaseExceptionObject, "A method that derived classes are to define, or that is still to be written.";
    RecursionError / PyExc_RecursionError: RuntimeError, PyBaseExceptionObject, "Calls nest too deeply.";
    StopAsyncIteration / PyExc_StopAsyncIteration: Exception, PyBaseExceptionObject, "An asynchronous iterator has no more items.";
    StopIteration / PyExc_StopIteration: Exception, PyStopIterationObject;
    SyntaxError / PyExc_SyntaxError: Exception, PySyntaxErrorObject;
    IndentationError / PyExc_IndentationError: SyntaxError, PySyntaxErrorObject, "The indentation is wrong.";
    TabError / PyExc_TabError: IndentationError, PySyntaxErrorObject, "Tabs and spaces are mixed so that the indentation is not clear.";
    SystemError / PyExc_SystemError: Exception, PyBaseExceptionObject, "The interpreter or an extension does wrong; a bug of theirs.";
    TypeError / PyExc_TypeError: Exception, PyBaseExceptionObject, "A value of a type that does not fit.";
    ValueError / PyExc_ValueError: Exception, PyBaseExceptionObject, "A value of the right type that does not fit.";
    UnicodeError / PyExc_UnicodeError: ValueError, PyBaseExceptionObject, "What goes wrong in encoding or decoding text.";
    UnicodeDecodeError / PyExc_UnicodeDecodeError: UnicodeError, PyUnicodeErrorObject;
    UnicodeEncodeError / PyExc_UnicodeEncodeError: UnicodeError, PyUnicodeErrorObject;
    UnicodeTranslateError / PyExc_UnicodeTranslateError: UnicodeError, PyUnicodeErrorObject;
    Warning / PyExc_Warning: Exception, PyBaseExceptionObject, "What all categories of warnings derive from.";
    BytesWarning / PyExc_BytesWarning: Warning, PyBaseExceptionObject, "About bytes used as text: comparing them with str, or str() of them.";
    DeprecationWarning / PyExc_DeprecationWarning: Warning, PyBaseExceptionObject, "About what is to go, for programmers.";
    EncodingWarning / PyExc_EncodingWarning: Warning, PyBaseExceptionObject, "About a file opened without saying its encoding.";
    FutureWarning / PyExc_FutureWarning: Warning, PyBaseExceptionObject, "About what will change, for users.";
    ImportWarning / PyExc_ImportWarning: Warning, PyBaseExceptionObject, "About an import that may be wrong.";
    PendingDeprecationWarning / PyExc_PendingDeprecationWarning: Warning, PyBaseExceptionObject, "About what will be deprecated.";
    ResourceWarning / PyExc_ResourceWarning: Warning, PyBaseExceptionObject, "About a resource that was not closed.";
    RuntimeWarning / PyExc_RuntimeWarning: Warning, PyBaseExceptionObject, "About doubtful behaviour at run time.";
    SyntaxWarning / PyExc_SyntaxWarning: Warning, PyBaseExceptionObject, "About doubtful syntax.";
    UnicodeWarning / PyExc_UnicodeWarning: Warning, PyBaseExceptionObject, "About text in Unicode.";
    UserWarning / PyExc_UserWarning: Warning, PyBaseExceptionObject, "A warning of a program.";
}

/// Gives `BaseException` its constructor, and all types the slots that CPython's have of their own (they stand in the
/// dicts of the types); before they are readied.
pub(crate) fn prepare() {
    if BaseException.tp_new.get().is_none() {
        BaseException.tp_new.set(Some(glue::create(base::new)));
        BaseException.tp_init.set(Some(glue::init(base::init::<PyBaseExceptionObject>)));
    }
    for t in TYPES {
        // SAFETY: STATIC: bases of built-in exceptions are static types.
        let Some(base) = (unsafe { t.tp_base.get().as_ref() }) else { continue };
        if t.tp_init.get().is_none() {
            t.tp_init.set(base.tp_init.get());
        }
        let is = |all: &[&StaticType]| all.iter().any(|o| t.0.is(&o.0));
        let plain = t.tp_basicsize.get() == BaseException.tp_basicsize.get() && !is(&[&KeyError]);
        if t.tp_new.get().is_none()
            && (plain || is(&[&UnicodeDecodeError, &UnicodeEncodeError, &UnicodeTranslateError]))
        {
            t.tp_new.set(BaseException.tp_new.get());
        }
        if t.tp_str.get().is_none() && is(&[&AttributeError, &NameError]) {
            t.tp_str.set(BaseException.tp_str.get());
        }
    }
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

/// An instance of a built-in exception type with these arguments, made without calling the type. For types whose
/// fields beyond `args` are set by their constructor the caller sets them.
#[cold]
pub fn with_args(py: Py<'_>, ty: &'static StaticType, args: Owned<PyTupleObject>) -> PyErr {
    match object::generic_alloc(py, ty, 0) {
        Ok(e) => {
            // SAFETY: LAYOUT: every exception type's instances begin so, and were zeroed.
            let e: Owned<PyBaseExceptionObject> = unsafe { e.cast() };
            e.args.set(args.into_ptr());
            chained(py, PyErr::from_value(e))
        }
        Err(no_memory) => no_memory,
    }
}

/// `KeyError(key)` (`_PyErr_SetKeyError`).
#[cold]
pub fn key_error(py: Py<'_>, key: &PyObject) -> PyErr {
    match tuple::from_iter(py, [key.to_owned()]) {
        Ok(args) => with_args(py, &KeyError, args),
        Err(e) => e,
    }
}

/// `StopIteration(value)`, or without a value (`_PyGen_SetStopIterationValue`).
#[cold]
pub fn stop_iteration(py: Py<'_>, value: Option<&PyObject>) -> PyErr {
    let args = match value {
        None => Ok(tuple::empty()),
        Some(v) => tuple::from_iter(py, [v.to_owned()]),
    };
    match args {
        Ok(args) => {
            let e = with_args(py, &StopIteration, args);
            if e.value().as_object().ty().is(&StopIteration.0) {
                // SAFETY: LAYOUT: just checked.
                let e =
                    unsafe { &*(e.value() as *const PyBaseExceptionObject as *const PyStopIterationObject) };
                e.value.set(value.map_or(object::none(), |v| v.to_owned()).into_ptr());
            }
            e
        }
        Err(e) => e,
    }
}

/// `set_attribute_error_context`: tells an `AttributeError` that does not know it yet of the object and the name.
#[cold]
pub fn with_attribute_context(_: Py<'_>, e: PyErr, o: &PyObject, name: &PyUnicodeObject) -> PyErr {
    if e.value().as_object().ty().is(&AttributeError.0) {
        // SAFETY: LAYOUT: just checked.
        let a = unsafe { &*(e.value() as *const PyBaseExceptionObject as *const PyAttributeErrorObject) };
        if a.obj.get().is_null() && a.name.get().is_null() {
            a.obj.set(o.to_owned().into_ptr());
            a.name.set(name.to_owned().into_ptr());
        }
    }
    e
}

/// The exception being handled in the innermost handler (`_PyErr_GetTopmostException`).
pub fn handled(py: Py<'_>) -> Option<Owned<PyBaseExceptionObject>> {
    let mut item = py.state().abi.exc_info.get();
    // SAFETY: LIVE: the items are those of running frames and generators; LAYOUT: only exceptions or None are there.
    unsafe {
        while let Some(i) = item.as_ref() {
            if let Some(v) = i.exc_value.get().as_ref()
                && !object::is_none(v)
            {
                return Some((*(v as *const PyObject as *const PyBaseExceptionObject)).to_owned());
            }
            item = i.previous_item.get();
        }
    }
    None
}

/// Sets `__context__` to the exception being handled, as raising does (`_PyErr_SetObject`). A chain that would lead
/// back to the exception is cut there.
pub fn chained(py: Py<'_>, e: PyErr) -> PyErr {
    let Some(context) = handled(py) else { return e };
    let value = e.value();
    if context.is(value) {
        return e;
    }
    // Floyd's two walkers find a cycle that does not contain the exception.
    // SAFETY: LIVE, LAYOUT: contexts are exceptions held by the one before, or NULL.
    unsafe {
        let next = |x: &PyBaseExceptionObject| (x.context.get() as *const PyBaseExceptionObject).as_ref();
        let (mut o, mut slow, mut step): (&PyBaseExceptionObject, &PyBaseExceptionObject, bool) =
            (&context, &context, false);
        while let Some(c) = next(o) {
            if c.is(value) {
                object::clear_field(&o.context);
                break;
            }
            o = c;
            if o.is(slow) {
                break;
            }
            if step {
                slow = next(slow).unwrap_or(slow);
            }
            step = !step;
        }
    }
    let old = value.context.replace(context.into_ptr());
    // SAFETY: OWNED: the exception held its former context.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    e
}

/// `PyErr_WriteUnraisable`.
#[cold]
pub fn unraisable(py: Py<'_>, e: PyErr, source: Option<&PyObject>) {
    crate::hooks::unraisable(py, e, source);
}

/// `_PyErr_FormatFromCause`: `cause` becomes the cause and the context of `e`.
#[cold]
pub fn caused_by(_: Py<'_>, e: PyErr, cause: PyErr) -> PyErr {
    let (new, cause) = (e.value(), cause.into_value());
    for field in [&new.cause, &new.context] {
        let old = field.replace(cause.clone().into_ptr());
        // SAFETY: OWNED: the exception held what the field was, or NULL.
        drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    }
    new.suppress_context.set(1);
    e
}

/// `PyErr_WarnFormat`.
#[cold]
pub fn warn(
    py: Py<'_>,
    category: &'static StaticType,
    level: isize,
    text: fmt::Arguments<'_>,
) -> PyResult<()> {
    crate::hooks::warn(py, category, level, &text.to_string(), None)
}

/// `PyErr_NewException`: a new class with a base, of a module.
pub fn new_class(py: Py<'_>, module: &str, short: &str, base: &'static StaticType) -> PyResult<Owned> {
    let d = crate::dict::new(py)?;
    let module = unicode::from_str(py, module)?;
    crate::dict::set(py, &d, crate::name!("__module__").obj(py), module.as_object())?;
    let bases = crate::tuple::from_iter(py, [base.as_object().to_owned()])?;
    let name = unicode::from_str(py, short)?;
    crate::call::call(
        py,
        crate::types::PyType_Type.as_object(),
        [name.as_object(), bases.as_object(), d.as_object()],
    )
}

/// `PyErr_ResourceWarning`: `source` is what was not closed.
#[cold]
pub fn resource_warning(
    py: Py<'_>,
    source: &PyObject,
    level: isize,
    text: fmt::Arguments<'_>,
) -> PyResult<()> {
    crate::hooks::warn(py, &ResourceWarning, level, &text.to_string(), Some(source))
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
            chained(py, PyErr::from_value(e))
        }
        // No memory for it: that error is the one to report.
        Err(no_memory) => no_memory,
    }
}

/// `_PyErr_CreateException` and `PyErr_SetObject`: an exception of any type, made by calling it. An instance of the type
/// is itself the exception; a tuple is its arguments.
#[cold]
pub fn create(py: Py<'_>, ty: &PyTypeObject, value: Option<&PyObject>) -> PyErr {
    if !crate::types::is_subtype(ty, &BaseException) {
        return system_error(
            py,
            format_args!(
                "_PyErr_SetObject: exception {} is not a BaseException subclass",
                crate::call::type_name(ty)
            ),
        );
    }
    let value = value.filter(|v| !object::is_none(v));
    let made = match value {
        Some(v) if crate::types::is_subtype(v.ty(), ty) => Ok(v.to_owned()),
        Some(v) => match tuple::check(v) {
            Some(args) => crate::call::call_tuple(py, ty.as_object(), args, None),
            None => crate::call::call(py, ty.as_object(), [v]),
        },
        None => crate::call::call(py, ty.as_object(), []),
    };
    match made {
        Ok(e) if crate::types::is_subtype(e.ty(), &BaseException) => {
            // SAFETY: LAYOUT: just checked.
            chained(py, PyErr::from_value(unsafe { e.cast() }))
        }
        Ok(e) => type_error(
            py,
            format_args!(
                "calling {} should have returned an instance of BaseException, not {}",
                crate::call::type_name(ty),
                crate::call::type_name(e.ty())
            ),
        ),
        Err(e) => e,
    }
}

/// What raising an object means that is a class or an instance (`PyErr_SetNone` for the former).
#[cold]
pub fn raise_object(py: Py<'_>, o: &PyObject) -> PyErr {
    if let Some(ty) = crate::types::check(o) {
        return create(py, ty, None);
    }
    if crate::types::is_subtype(o.ty(), &BaseException) {
        // SAFETY: LAYOUT: just checked.
        return chained(py, PyErr::from_value(unsafe { o.to_owned().cast() }));
    }
    type_error(py, format_args!("exceptions must derive from BaseException"))
}

/// An exception of a type that C code names, with this message (`PyErr_SetString`).
#[cold]
pub fn raise_builtin(py: Py<'_>, ty: &PyTypeObject, message: &str) -> PyErr {
    match unicode::from_str(py, message) {
        Ok(text) => create(py, ty, Some(text.as_object())),
        Err(e) => e,
    }
}

/// The fields `UnicodeDecodeError` and `UnicodeEncodeError` share; `args` are the same five values.
fn unicode_error(
    py: Py<'_>,
    ty: &'static StaticType,
    encoding: &str,
    object: Owned,
    range: (usize, usize),
    reason: &str,
) -> PyResult<PyErr> {
    let (encoding, reason) =
        (unicode::from_str(py, encoding)?.upcast(), unicode::from_str(py, reason)?.upcast());
    let start = crate::long::from_u64(py, range.0 as u64)?.upcast();
    let end = crate::long::from_u64(py, range.1 as u64)?.upcast();
    let args = tuple::from_iter(py, [encoding.clone(), object.clone(), start, end, reason.clone()])?;
    let e = with_args(py, ty, args);
    if e.value().as_object().ty().is(&ty.0) {
        // SAFETY: LAYOUT: just checked.
        let u = unsafe { &*(e.value() as *const PyBaseExceptionObject as *const PyUnicodeErrorObject) };
        u.encoding.set(encoding.into_ptr());
        u.object.set(object.into_ptr());
        u.start.set(range.0 as isize);
        u.end.set(range.1 as isize);
        u.reason.set(reason.into_ptr());
    }
    Ok(e)
}

/// `PyUnicodeDecodeError_Create`.
#[cold]
pub fn unicode_decode_error(
    py: Py<'_>,
    encoding: &str,
    object: &[u8],
    start: usize,
    end: usize,
    reason: &str,
) -> PyErr {
    crate::bytes::new(py, object)
        .and_then(|b| unicode_error(py, &UnicodeDecodeError, encoding, b.upcast(), (start, end), reason))
        .unwrap_or_else(|e| e)
}

/// `PyUnicodeEncodeError_Create`.
#[cold]
pub fn unicode_encode_error(
    py: Py<'_>,
    encoding: &str,
    object: &PyUnicodeObject,
    start: usize,
    end: usize,
    reason: &str,
) -> PyErr {
    unicode_error(py, &UnicodeEncodeError, encoding, object.to_owned().upcast(), (start, end), reason)
        .unwrap_or_else(|e| e)
}

macro_rules! shorthands {
    ($($name:ident $ty:ident;)*) => { $(
        #[doc = concat!("A `", stringify!($ty), "` with this message.")]
        #[cold]
        pub fn $name(py: Py<'_>, message: fmt::Arguments<'_>) -> PyErr {
            format(py, &$ty, message)
        }
    )* };
}
shorthands! {
    index_error IndexError; overflow_error OverflowError; runtime_error RuntimeError; attribute_error AttributeError;
    zero_division ZeroDivisionError; not_implemented_error NotImplementedError; buffer_error BufferError;
    lookup_error LookupError; eof_error EOFError;
}

/// `PyErr_NoMemory`. Where not even the exception can be had there is one that was kept back.
#[cold]
pub fn memory_error(py: Py<'_>) -> PyErr {
    static BUSY: Gil<Cell<bool>> = Gil(Cell::new(false));
    if !BUSY.replace(true) {
        let e = with_args(py, &MemoryError, tuple::empty());
        BUSY.set(false);
        return e;
    }
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

/// `_PyErr_FormatNote`: adds a note to an exception, as `add_note` does.
#[cold]
pub fn with_note(py: Py<'_>, e: PyErr, note: &str) -> PyErr {
    let add = || -> PyResult<()> {
        let note = unicode::from_str(py, note)?;
        crate::call::method(py, e.value().as_object(), crate::name!("add_note"), [note.as_object()]).map(drop)
    };
    match add() {
        Ok(()) => e,
        Err(failed) => failed,
    }
}

/// What exception groups need of their module, set by it.
pub struct GroupHooks {
    /// A group around one exception, with an empty message (`_PyErr_CreateExceptionGroup` in `exception_group_match`).
    pub wrap: Cell<Option<fn(Py<'_>, &PyObject) -> PyResult<Owned>>>,
    /// `_PyExc_PrepReraiseStar`.
    pub prep_reraise_star: Cell<Option<fn(Py<'_>, &PyObject, &PyObject) -> PyResult<Owned>>>,
}

/// The hooks of the process.
pub static GROUPS: Gil<GroupHooks> =
    Gil(GroupHooks { wrap: Cell::new(None), prep_reraise_star: Cell::new(None) });

/// A group around one exception that `except*` caught.
pub fn wrap_in_group(py: Py<'_>, e: &PyObject) -> PyResult<Owned> {
    match GROUPS.wrap.get() {
        Some(f) => f(py, e),
        None => {
            Err(not_implemented_error(py, format_args!("dx-py: exception groups are not implemented yet")))
        }
    }
}

/// `_PyExc_PrepReraiseStar`: what is left to raise after the handlers of an `except*`.
pub fn prep_reraise_star(py: Py<'_>, original: &PyObject, raised: &PyObject) -> PyResult<Owned> {
    match GROUPS.prep_reraise_star.get() {
        Some(f) => f(py, original, raised),
        None => {
            Err(not_implemented_error(py, format_args!("dx-py: exception groups are not implemented yet")))
        }
    }
}
