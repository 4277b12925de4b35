//! pyerrors.h: raising, asking for and clearing the pending exception. `unicode` has the fields of `UnicodeError`s, `place`
//! those of `SyntaxError`s and warnings with a place, `state` the functions that name a thread state, `print` C's formats.

mod place;
mod print;
mod state;
mod unicode;

use crate::util::{api, token};
use core::ffi::{CStr, c_char, c_int};
use dxpy_core::abi::{PyBaseExceptionObject, PyObject, PyTypeObject, PyUnicodeObject};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, exceptions, types};

/// C: `PyObject *PyErr_Occurred(void)`: the type of the pending exception, borrowed, or NULL.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_Occurred() -> *mut PyObject {
    // SAFETY: LIVE: the thread state holds the pending exception.
    unsafe { token().pending().as_ref().map_or(core::ptr::null_mut(), |e| e.ob_type.get() as *mut PyObject) }
}

/// C: `void PyErr_Clear(void)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_Clear() {
    // SAFETY: the caller's promise.
    drop(PyErr::take(unsafe { token() }));
}

/// C: `PyObject *PyErr_GetRaisedException(void)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_GetRaisedException() -> *mut PyObject {
    // SAFETY: the caller's promise.
    PyErr::take(unsafe { token() }).map_or(core::ptr::null_mut(), |e| e.into_value().into_ptr())
}

/// C: `void PyErr_SetRaisedException(PyObject *)`: takes the reference; NULL clears.
///
/// # Safety
/// GIL, OWNED; an exception.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_SetRaisedException(e: *mut PyObject) {
    // SAFETY: the caller's promise.
    unsafe {
        drop(PyErr::take(token()));
        if let Some(e) = Owned::from_raw_opt(e as *mut PyBaseExceptionObject) {
            PyErr::from_value(e).restore(token());
        }
    }
}

/// C: `PyObject *PyErr_NoMemory(void)`: NULL.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_NoMemory() -> *mut PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { token() };
    exceptions::memory_error(py).restore(py);
    core::ptr::null_mut()
}

/// `PyErr_SetObject` with a text: makes the exception pending, chained to the handled one.
pub(crate) fn raise(py: Py<'_>, ty: &PyObject, text: Option<&PyUnicodeObject>) {
    set_object(py, ty, text.map(|t| t.as_object()));
}

/// `_PyErr_SetObject`.
/// An exception of this type. Where its class fails to make it, the error says in a note what it comes from.
fn created(py: Py<'_>, ty: &PyTypeObject, value: Option<&PyObject>) -> PyErr {
    let e = exceptions::create(py, ty, value);
    let made = e.value().as_object();
    if !types::is_subtype(made.ty(), ty) {
        let args = match value.map(|v| dxpy_core::protocol::repr(py, v)) {
            Some(Ok(s)) => dxpy_core::unicode::display(s.as_object()),
            Some(Err(_)) => "<unknown>".to_owned(),
            None => "<NULL>".to_owned(),
        };
        let name = dxpy_core::call::type_name(ty);
        let note = format!("Normalization failed: type={name} args={args}");
        let note = dxpy_core::unicode::from_str(py, &note);
        // A note that cannot be added does not hide the error.
        drop(
            note.and_then(|n| {
                dxpy_core::call::method(py, made, dxpy_core::name!("add_note"), [n.as_object()])
            }),
        );
    }
    e
}

pub(crate) fn set_object(py: Py<'_>, ty: &PyObject, value: Option<&PyObject>) {
    drop(PyErr::take(py));
    let e = match types::check(ty) {
        Some(t) => {
            let related = match value.filter(|v| types::is_subtype(v.ty(), &exceptions::BaseException)) {
                Some(v) => match types::isinstance::is_subclass(py, v.ty().as_object(), ty) {
                    Ok(true) => Some(v),
                    Ok(false) => None,
                    Err(e) => return e.restore(py),
                },
                None => None,
            };
            match related {
                // SAFETY: LAYOUT: an instance of an exception type.
                Some(v) => PyErr::from_value(unsafe { v.to_owned().cast() }),
                None => created(py, t, value),
            }
        }
        None => {
            let shown = dxpy_core::protocol::repr(py, ty).map(|s| dxpy_core::unicode::display(s.as_object()));
            exceptions::system_error(
                py,
                format_args!(
                    "_PyErr_SetObject: exception {} is not a BaseException subclass",
                    shown.unwrap_or_default()
                ),
            )
        }
    };
    e.restore(py);
}

/// Whether an exception, or its type, is one of `class`, a class or a tuple of them (`PyErr_GivenExceptionMatches`).
pub(crate) fn given_matches(e: &PyObject, class: &PyObject) -> bool {
    if let Some(classes) = dxpy_core::tuple::check(class) {
        return dxpy_core::tuple::items(classes).iter().any(|c| given_matches(e, c));
    }
    let ty = match types::check(e) {
        Some(t) => t,
        None => e.ty(),
    };
    let exception = |t: &PyTypeObject| types::is_subtype(t, &exceptions::BaseException);
    match types::check(class) {
        Some(c) if exception(ty) && exception(c) => types::is_subtype(ty, c),
        _ => core::ptr::eq(e, class),
    }
}

api! {
    /// C: `void PyErr_SetString(PyObject *type, const char *message)`.
    fn PyErr_SetString(py, ty: &PyObject, message: *const c_char) -> () {
        // SAFETY: a C string.
        let text = unsafe { CStr::from_ptr(message) }.to_bytes();
        match dxpy_core::unicode::from_utf8(py, text) {
            Ok(s) => raise(py, ty, Some(&s)),
            Err(e) => e.restore(py),
        }
    }

    /// C: `void PyErr_SetObject(PyObject *type, PyObject *value)`.
    fn PyErr_SetObject(py, ty: &PyObject, value: Option<&PyObject>) -> () {
        set_object(py, ty, value);
    }

    /// C: `void PyErr_SetNone(PyObject *type)`.
    fn PyErr_SetNone(py, ty: &PyObject) -> () {
        set_object(py, ty, None);
    }

    /// C: `void _PyErr_SetKeyError(PyObject *)`: a tuple is one argument.
    fn _PyErr_SetKeyError(py, key: &PyObject) -> () {
        exceptions::key_error(py, key).restore(py);
    }

    /// C: `int PyErr_ExceptionMatches(PyObject *)`: a class or a tuple of them.
    fn PyErr_ExceptionMatches(py, class: &PyObject) -> bool {
        // SAFETY: LIVE: the thread state holds the pending exception.
        unsafe { py.pending().as_ref() }.is_some_and(|e| given_matches(e, class))
    }

    /// C: `int PyErr_GivenExceptionMatches(PyObject *, PyObject *)`.
    fn PyErr_GivenExceptionMatches(_, e: Option<&PyObject>, class: Option<&PyObject>) -> bool {
        matches!((e, class), (Some(e), Some(c)) if given_matches(e, c))
    }

    /// C: `int PyErr_BadArgument(void)`: 0, with a `TypeError`.
    fn PyErr_BadArgument(py) -> c_int {
        exceptions::type_error(py, format_args!("bad argument type for built-in operation")).restore(py);
        0
    }

    /// C: `void PyErr_BadInternalCall(void)`.
    fn PyErr_BadInternalCall(py) -> () {
        exceptions::system_error(py, format_args!("bad argument to internal function")).restore(py);
    }

    /// C: `void _PyErr_BadInternalCall(const char *file, int line)`.
    fn _PyErr_BadInternalCall(py, file: *const c_char, line: c_int) -> () {
        // SAFETY: a C string.
        let file = unsafe { crate::util::text(file) }.unwrap_or("?");
        exceptions::system_error(py, format_args!("{file}:{line}: bad argument to internal function")).restore(py);
    }

    /// C: `PyObject *PyErr_GetHandledException(void)`.
    fn PyErr_GetHandledException(py) -> Option<Owned<PyBaseExceptionObject>> {
        exceptions::handled(py)
    }

    /// C: `void PyErr_WriteUnraisable(PyObject *)`: hands the pending exception to `sys.unraisablehook`.
    fn PyErr_WriteUnraisable(py, source: Option<&PyObject>) -> () {
        if let Some(e) = PyErr::take(py) {
            exceptions::unraisable(py, e, source);
        }
    }

    /// C: `void _PyErr_WriteUnraisableMsg(const char *, PyObject *)`.
    fn _PyErr_WriteUnraisableMsg(py, message: *const c_char, source: Option<&PyObject>) -> () {
        // SAFETY: a C string, or NULL.
        let message = unsafe { crate::util::text(message) };
        if let Some(e) = PyErr::take(py) {
            dxpy_import::display::ignored::report(py, e, message, source);
        }
    }

    /// C: `void _PyErr_ChainExceptions1(PyObject *)`: takes the reference; it becomes the context of the pending exception,
    /// or pending itself.
    fn _PyErr_ChainExceptions1(py, e: *mut PyObject) -> () {
        // SAFETY: OWNED: an exception, or NULL.
        let Some(e) = (unsafe { Owned::from_raw_opt(e as *mut PyBaseExceptionObject) }) else { return };
        match PyErr::take(py) {
            None => PyErr::from_value(e).restore(py),
            Some(new) => {
                let new = new.into_value();
                dxpy_core::object::clear_field(dxpy_core::object::field(&new.context));
                new.context.set(e.into_ptr());
                PyErr::from_value(new).restore(py);
            }
        }
    }

    /// C: `void PyErr_Fetch(PyObject **, PyObject **, PyObject **)`: type, value and traceback of the pending exception.
    fn PyErr_Fetch(py, ty: *mut *mut PyObject, value: *mut *mut PyObject, traceback: *mut *mut PyObject) -> () {
        let null = core::ptr::null_mut();
        let parts = match PyErr::take(py) {
            None => [null, null, null],
            Some(e) => {
                let e = e.into_value();
                let class = e.as_object().ty().as_object().to_owned().into_ptr();
                // SAFETY: LIVE: an exception holds its traceback, or NULL.
                let tb = unsafe { e.traceback.get().as_ref() }.map_or(null, |t| t.to_owned().into_ptr());
                [class, e.upcast().into_ptr(), tb]
            }
        };
        // SAFETY: the caller's places.
        unsafe { [*ty, *value, *traceback] = parts };
    }

    /// C: `void PyErr_Restore(PyObject *, PyObject *, PyObject *)`: takes the references.
    fn PyErr_Restore(py, ty: *mut PyObject, value: *mut PyObject, traceback: *mut PyObject) -> () {
        drop(PyErr::take(py));
        // SAFETY: OWNED, or NULL.
        let (ty, value, tb) =
            unsafe { (Owned::from_raw_opt(ty), Owned::<PyObject>::from_raw_opt(value), Owned::<PyObject>::from_raw_opt(traceback)) };
        let Some(ty) = ty else { return };
        let e = match types::check(&ty) {
            Some(t) => normalized(py, t, value.as_deref()),
            None => exceptions::type_error(py, format_args!("exceptions must be old-style classes or derived from BaseException, not {}", dxpy_core::call::type_name(ty.ty()))),
        };
        let e = e.into_value();
        let tb = tb.filter(|t| !dxpy_core::object::is_none(t));
        if tb.as_deref().is_some_and(|t| dxpy_types::traceback::check(t).is_none()) {
            return exceptions::type_error(py, format_args!("traceback must be a Traceback or None")).restore(py);
        }
        if let Some(tb) = tb {
            dxpy_core::object::clear_field(dxpy_core::object::field(&e.traceback));
            e.traceback.set(tb.into_ptr());
        }
        PyErr::from_value(e).restore(py);
    }

    /// C: `void PyErr_NormalizeException(PyObject **, PyObject **, PyObject **)`: makes the value an instance of the type.
    fn PyErr_NormalizeException(py, ty: *mut *mut PyObject, value: *mut *mut PyObject, _tb: *mut *mut PyObject) -> () {
        // SAFETY: the caller's places, which own what they hold.
        unsafe {
            let Some(t) = (*ty).as_ref().and_then(types::check) else { return };
            let held = (*value).as_ref();
            if held.is_some_and(|v| types::is_subtype(v.ty(), t)) {
                return;
            }
            let e = normalized(py, t, held).into_value();
            let class = e.as_object().ty().as_object().to_owned();
            drop(Owned::<PyObject>::from_raw_opt(*value));
            drop(Owned::<PyObject>::from_raw_opt(*ty));
            *value = e.upcast().into_ptr();
            *ty = class.into_ptr();
        }
    }

    /// C: `void PyErr_GetExcInfo(PyObject **, PyObject **, PyObject **)`: the exception being handled.
    fn PyErr_GetExcInfo(py, ty: *mut *mut PyObject, value: *mut *mut PyObject, traceback: *mut *mut PyObject) -> () {
        let null = core::ptr::null_mut();
        let none = || dxpy_core::object::none().into_ptr();
        let parts = match exceptions::handled(py) {
            None => [none(), none(), none()],
            Some(e) => {
                let class = e.as_object().ty().as_object().to_owned().into_ptr();
                // SAFETY: LIVE: an exception holds its traceback, or NULL.
                let tb = unsafe { e.traceback.get().as_ref() }.map_or(null, |t| t.to_owned().into_ptr());
                [class, e.upcast().into_ptr(), tb]
            }
        };
        // SAFETY: the caller's places.
        unsafe { [*ty, *value, *traceback] = parts };
    }

    /// C: `PyObject *PyException_GetTraceback(PyObject *)`: a new reference, or NULL.
    fn PyException_GetTraceback(_, e: &PyBaseExceptionObject) -> Option<Owned> {
        new_reference(&e.traceback)
    }

    /// C: `int PyException_SetTraceback(PyObject *, PyObject *)`; `None` clears.
    fn PyException_SetTraceback(py, e: &PyBaseExceptionObject, tb: Option<&PyObject>) -> PyResult<()> {
        dxpy_core::attr::set_name(py, e.as_object(), dxpy_core::name!("__traceback__"), tb.unwrap_or(&dxpy_core::object::none()))
    }

    /// C: `PyObject *PyException_GetCause(PyObject *)`.
    fn PyException_GetCause(_, e: &PyBaseExceptionObject) -> Option<Owned> {
        new_reference(&e.cause)
    }

    /// C: `void PyException_SetCause(PyObject *, PyObject *)`: takes the reference.
    fn PyException_SetCause(_, e: &PyBaseExceptionObject, cause: *mut PyObject) -> () {
        e.suppress_context.set(1);
        dxpy_core::object::clear_field(dxpy_core::object::field(&e.cause));
        e.cause.set(cause as *mut _);
    }

    /// C: `PyObject *PyException_GetContext(PyObject *)`.
    fn PyException_GetContext(_, e: &PyBaseExceptionObject) -> Option<Owned> {
        new_reference(&e.context)
    }

    /// C: `void PyException_SetContext(PyObject *, PyObject *)`: takes the reference.
    fn PyException_SetContext(_, e: &PyBaseExceptionObject, context: *mut PyObject) -> () {
        dxpy_core::object::clear_field(dxpy_core::object::field(&e.context));
        e.context.set(context as *mut _);
    }

    /// C: `PyObject *PyException_GetArgs(PyObject *)`.
    fn PyException_GetArgs(_, e: &PyBaseExceptionObject) -> Option<Owned> {
        new_reference(&e.args)
    }

    /// C: `void PyException_SetArgs(PyObject *, PyObject *)`.
    fn PyException_SetArgs(_, e: &PyBaseExceptionObject, args: &PyObject) -> () {
        let args = args.to_owned();
        dxpy_core::object::clear_field(dxpy_core::object::field(&e.args));
        e.args.set(args.into_ptr() as *mut _);
    }

    /// C: `const char *PyExceptionClass_Name(PyObject *)`.
    fn PyExceptionClass_Name(_, class: &PyTypeObject) -> *const c_char {
        class.tp_name.get()
    }

    /// C: `PyObject *PyErr_NewException(const char *name, PyObject *base, PyObject *dict)`: a class `module.name`.
    fn PyErr_NewException(py, name: *const c_char, base: Option<&PyObject>, dict: Option<&PyObject>) -> PyResult<Owned> {
        new_exception(py, name, None, base, dict)
    }

    /// C: `PyObject *PyErr_NewExceptionWithDoc(const char *, const char *doc, PyObject *base, PyObject *dict)`.
    fn PyErr_NewExceptionWithDoc(
        py,
        name: *const c_char,
        doc: *const c_char,
        base: Option<&PyObject>,
        dict: Option<&PyObject>,
    ) -> PyResult<Owned> {
        // SAFETY: a C string, or NULL.
        new_exception(py, name, unsafe { crate::util::text(doc) }, base, dict)
    }

    /// C: `PyObject *PyErr_SetFromErrno(PyObject *type)`: NULL.
    fn PyErr_SetFromErrno(py, ty: &PyObject) -> *mut PyObject {
        from_errno(py, ty, &[])
    }

    /// C: `PyObject *PyErr_SetFromErrnoWithFilenameObject(PyObject *type, PyObject *)`.
    fn PyErr_SetFromErrnoWithFilenameObject(py, ty: &PyObject, file: Option<&PyObject>) -> *mut PyObject {
        from_errno(py, ty, file.as_slice())
    }

    /// C: `PyObject *PyErr_SetFromErrnoWithFilenameObjects(PyObject *type, PyObject *, PyObject *)`.
    fn PyErr_SetFromErrnoWithFilenameObjects(py, ty: &PyObject, a: Option<&PyObject>, b: Option<&PyObject>) -> *mut PyObject {
        match (a, b) {
            (Some(a), Some(b)) => from_errno(py, ty, &[a, b]),
            _ => from_errno(py, ty, a.as_slice()),
        }
    }

    /// C: `PyObject *PyErr_SetFromErrnoWithFilename(PyObject *type, const char *)`.
    fn PyErr_SetFromErrnoWithFilename(py, ty: &PyObject, file: *const c_char) -> *mut PyObject {
        if file.is_null() {
            return from_errno(py, ty, &[]);
        }
        let code = std::io::Error::last_os_error();
        match dxpy_core::codecs::decode_fs(py, crate::util::c_bytes(file)) {
            Ok(s) => raise_errno(py, ty, &code, &[s.as_object()]),
            Err(e) => {
                e.restore(py);
                core::ptr::null_mut()
            }
        }
    }

    /// C: `int PyErr_WarnEx(PyObject *category, const char *message, Py_ssize_t level)`.
    fn PyErr_WarnEx(py, category: Option<&PyObject>, message: *const c_char, level: isize) -> PyResult<()> {
        // SAFETY: a C string.
        let text = unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned();
        warn(py, category, &text, level)
    }
}

/// `PyErr_WarnEx` with a text.
pub(crate) fn warn(py: Py<'_>, category: Option<&PyObject>, text: &str, level: isize) -> PyResult<()> {
    let category = category.and_then(types::check).unwrap_or(&exceptions::RuntimeWarning);
    dxpy_core::hooks::warn(py, category, level, text, None)
}

/// `PyErr_WarnFormat(category, level, format, ...)`.
unsafe extern "C" fn warn_format(
    category: Option<&PyObject>,
    level: isize,
    text: *const c_char,
    args: &mut crate::varargs::VaList,
) -> c_int {
    // SAFETY: GIL; the C function's contract.
    unsafe {
        let py = token();
        let r = crate::format::format(py, text, args)
            .and_then(|s| warn(py, category, &dxpy_core::unicode::display(s.as_object()), level));
        crate::util::IntoC::into_c(r, py)
    }
}

/// `PyErr_ResourceWarning(source, level, format, ...)`.
unsafe extern "C" fn resource_warning(
    _source: Option<&PyObject>,
    level: isize,
    text: *const c_char,
    args: &mut crate::varargs::VaList,
) -> c_int {
    // SAFETY: GIL; the C function's contract.
    unsafe { warn_format(Some(exceptions::ResourceWarning.as_object()), level, text, args) }
}

crate::varargs::variadic!(PyErr_WarnFormat, warn_format, 3);
crate::varargs::variadic!(PyErr_ResourceWarning, resource_warning, 3);

fn new_reference<T: dxpy_core::Layout>(field: &core::cell::Cell<*mut T>) -> Option<Owned> {
    // SAFETY: LIVE: the object holds its field, or NULL.
    unsafe { (field.get() as *const PyObject).as_ref() }.map(|o| o.to_owned())
}

/// An instance of `ty` from what C code had as its value (`_PyErr_CreateException`).
fn normalized(py: Py<'_>, ty: &PyTypeObject, value: Option<&PyObject>) -> PyErr {
    match value {
        Some(v) if types::is_subtype(v.ty(), ty) && types::is_subtype(ty, &exceptions::BaseException) => {
            // SAFETY: LAYOUT: a subclass of an exception type.
            PyErr::from_value(unsafe { v.to_owned().cast() })
        }
        v => exceptions::create(py, ty, v),
    }
}

fn from_errno(py: Py<'_>, ty: &PyObject, files: &[&PyObject]) -> *mut PyObject {
    let code = std::io::Error::last_os_error();
    raise_errno(py, ty, &code, files)
}

fn raise_errno(py: Py<'_>, ty: &PyObject, code: &std::io::Error, files: &[&PyObject]) -> *mut PyObject {
    let number = code.raw_os_error().unwrap_or(0);
    let make = || -> PyResult<Owned> {
        let n = dxpy_core::long::from_i64(py, i64::from(number))?;
        let text = if number == 0 {
            "Error".to_owned()
        } else {
            String::from_utf8_lossy(&dxpy_host::errno::Errno(number).message()).into_owned()
        };
        let text = dxpy_core::unicode::from_str(py, &text)?;
        let mut args: Vec<Owned> = vec![n.upcast(), text.upcast()];
        if let Some(f) = files.first() {
            args.push((*f).to_owned());
        }
        if let Some(f) = files.get(1) {
            args.push(dxpy_core::object::none());
            args.push((*f).to_owned());
        }
        let args = dxpy_core::tuple::from_iter(py, args)?;
        dxpy_core::call::call_tuple(py, ty, &args, None)
    };
    match make() {
        Ok(e) => {
            let class = e.ty().as_object().to_owned();
            set_object(py, &class, Some(&e));
        }
        Err(e) => e.restore(py),
    }
    core::ptr::null_mut()
}

fn new_exception(
    py: Py<'_>,
    name: *const c_char,
    doc: Option<&str>,
    base: Option<&PyObject>,
    dict: Option<&PyObject>,
) -> PyResult<Owned> {
    // SAFETY: a C string.
    let full = unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned();
    let Some((module, short)) = full.rsplit_once('.') else {
        return Err(exceptions::system_error(
            py,
            format_args!("PyErr_NewException: name must be module.class"),
        ));
    };
    let members = match dict.and_then(dxpy_core::dict::check) {
        Some(d) => d.to_owned(),
        None => dxpy_core::dict::new(py)?,
    };
    if dxpy_core::dict::get_str(py, &members, "__module__")?.is_none() {
        let module = dxpy_core::unicode::from_str(py, module)?;
        dxpy_core::dict::set_str(py, &members, "__module__", module.as_object())?;
    }
    if let Some(doc) = doc {
        let doc = dxpy_core::unicode::from_str(py, doc)?;
        dxpy_core::dict::set_str(py, &members, "__doc__", doc.as_object())?;
    }
    let base = base.unwrap_or(exceptions::Exception.as_object());
    let bases = match dxpy_core::tuple::check(base) {
        Some(t) => t.to_owned(),
        None => dxpy_core::tuple::from_iter(py, [base.to_owned()])?,
    };
    let short = dxpy_core::unicode::from_str(py, short)?;
    dxpy_core::call::call(
        py,
        types::PyType_Type.as_object(),
        [short.as_object(), bases.as_object(), members.as_object()],
    )
}
