//! What all streams use: fields that hold references, errors, sizes, closed checks, waiting for the system.

use dxpy_core::abi::*;
use dxpy_core::args::{Bound, FromArg};
use dxpy_core::buffer::View;
use dxpy_core::call::{self, type_name};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::unicode::Name;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, dict, exceptions, glue, long, name, number, object, protocol, tuple, types,
    unicode,
};
use dxpy_host::Errno;
use std::cell::Cell;

/// A field that holds one reference, or NULL.
pub type Field = Cell<*mut PyObject>;

/// What the field holds.
#[inline]
pub fn get(f: &Field) -> Option<Owned> {
    // SAFETY: LIVE: a field of a live object holds a reference.
    unsafe { f.get().as_ref() }.map(Object::to_owned)
}

/// Puts a reference into the field; what was there is given up last.
pub fn set<T: Layout>(f: &Field, v: Option<Owned<T>>) {
    let new = v.map_or(std::ptr::null_mut(), Owned::into_ptr);
    // SAFETY: OWNED: the field held its old value.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(f.replace(new)) });
}

/// Is this the object `True`?
pub fn is_true_object(o: &PyObject) -> bool {
    o.is(&*dxpy_core::boolean::new(true))
}

/// `io.UnsupportedOperation`, made at its first use.
pub fn unsupported_operation(py: Py<'_>) -> PyResult<&'static PyTypeObject> {
    static CLASS: Gil<Field> = Gil(Cell::new(std::ptr::null_mut()));
    if CLASS.get().is_null() {
        let name = unicode::from_str(py, "UnsupportedOperation")?;
        let bases = tuple::from_iter(
            py,
            [exceptions::OSError.as_object().to_owned(), exceptions::ValueError.as_object().to_owned()],
        )?;
        let d = dict::new(py)?;
        let module = unicode::from_str(py, "io")?;
        dict::set(py, &d, name!("__module__").obj(py), module.as_object())?;
        let class = call::call(
            py,
            types::PyType_Type.as_object(),
            [name.as_object(), bases.as_object(), d.as_object()],
        )?;
        CLASS.set(class.into_ptr());
    }
    // SAFETY: LIVE, LAYOUT: a class made above, which is never given up.
    Ok(unsafe { &*(CLASS.get() as *const PyTypeObject) })
}

/// `UnsupportedOperation(message)`.
#[cold]
pub fn unsupported(py: Py<'_>, message: &str) -> PyErr {
    let made = || Ok((unsupported_operation(py)?, unicode::from_str(py, message)?));
    match made() {
        Ok((class, text)) => exceptions::create(py, class, Some(text.as_object())),
        Err(e) => e,
    }
}

/// `OSError` of an error number, maybe with the file's name (`PyErr_SetFromErrnoWithFilenameObject`).
#[cold]
pub fn os_error(py: Py<'_>, errno: Errno, filename: Option<&PyObject>) -> PyErr {
    let args = || -> PyResult<_> {
        let text = dxpy_core::codecs::decode_fs(py, &errno.message())?;
        let mut items = vec![long::from_i64(py, errno.0 as i64)?.upcast(), text.upcast()];
        items.extend(filename.map(Object::to_owned));
        tuple::from_iter(py, items)
    };
    match args() {
        Ok(args) => exceptions::create(py, &exceptions::OSError, Some(args.as_object())),
        Err(e) => e,
    }
}

/// `BlockingIOError(errno, message, written)` (`_set_BlockingIOError`).
#[cold]
pub fn blocking_error(py: Py<'_>, message: &str, written: usize) -> PyErr {
    let args = || -> PyResult<_> {
        let items = [
            long::from_i64(py, Errno::last().0 as i64)?.upcast(),
            unicode::from_str(py, message)?.upcast(),
            long::from_u64(py, written as u64)?.upcast(),
        ];
        tuple::from_iter(py, items)
    };
    match args() {
        Ok(args) => exceptions::create(py, &exceptions::BlockingIOError, Some(args.as_object())),
        Err(e) => e,
    }
}

/// A `ValueError` with this text.
#[cold]
pub fn value_error(py: Py<'_>, text: &str) -> PyErr {
    exceptions::value_error(py, format_args!("{text}"))
}

/// Runs Python's handlers of signals that arrived (`PyErr_CheckSignals`).
pub fn check_signals(py: Py<'_>) -> PyResult<()> {
    dxpy_core::thread::check_signals(py)
}

/// Calls the system, again after a signal. The one place of these modules where a thread lets others run.
pub fn retry<T: Send>(
    py: Py<'_>,
    mut f: impl FnMut() -> dxpy_host::Result<T> + Send,
) -> PyResult<dxpy_host::Result<T>> {
    loop {
        match py.allow_threads(&mut f) {
            Err(Errno(EINTR)) => check_signals(py)?,
            r => return Ok(r),
        }
    }
}

const EINTR: i32 = libc::EINTR;

/// Did a stream's Python method fail because a signal came (`_PyIO_trap_eintr`)? Then it is to be called again.
pub fn trap_eintr(py: Py<'_>, e: PyErr) -> PyResult<()> {
    if exceptions::matches(&e, &exceptions::OSError)
        && let Some(n) = dxpy_core::attr::lookup_name(py, e.value().as_object(), name!("errno"))?
        && long::check(&n).and_then(long::to_i64) == Some(EINTR as i64)
    {
        return Ok(());
    }
    Err(e)
}

/// The attribute's truth.
pub fn flag(py: Py<'_>, o: &PyObject, name: &Name) -> PyResult<bool> {
    let v = dxpy_core::attr::get_name(py, o, name)?;
    protocol::is_true(py, &v)
}

/// `_PyIO_ConvertSsize_t`: a size, where None is `-1`.
pub struct Size(pub isize);

impl<'a> FromArg<'a> for Size {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        let o = <&'a PyObject>::from_arg(py, bound, i)?;
        size_or_none(py, o).map(Size)
    }
}

/// The conversion behind [`Size`].
pub fn size_or_none(py: Py<'_>, o: &PyObject) -> PyResult<isize> {
    if object::is_none(o) {
        return Ok(-1);
    }
    if number::has_index(o) {
        return number::as_ssize(py, o, &exceptions::OverflowError);
    }
    Err(exceptions::type_error(
        py,
        format_args!("argument should be integer or None, not '{}'", type_name(o.ty())),
    ))
}

/// `PyNumber_AsOff_t`: a place in a file; `error` if it does not fit.
pub fn offset(py: Py<'_>, o: &PyObject, error: &'static StaticType) -> PyResult<i64> {
    number::as_ssize(py, o, error).map(|n| n as i64)
}

/// An integer of C's `int`.
pub fn as_int(py: Py<'_>, o: &PyObject) -> PyResult<i32> {
    let n = number::index_any(py, o)?;
    long::to_i64(&n).and_then(|v| i32::try_from(v).ok()).ok_or_else(|| {
        exceptions::overflow_error(py, format_args!("Python int too large to convert to C int"))
    })
}

/// The first error stays; the second has it as its context (`_PyErr_ChainExceptions1`).
pub fn chain(first: Option<PyErr>, second: PyResult) -> PyResult {
    match (first, second) {
        (None, r) => r,
        (Some(e), Ok(_)) => Err(e),
        (Some(e), Err(second)) => {
            let v = second.value();
            if !v.is(e.value()) {
                let old = v.context.replace(e.into_value().into_ptr());
                // SAFETY: OWNED: the exception held its context.
                drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
            }
            Err(second)
        }
    }
}

/// `_PyIOBase_cannot_pickle`.
pub fn cannot_pickle<T: Layout>(py: Py<'_>, o: &T) -> PyResult {
    Err(exceptions::type_error(py, format_args!("cannot pickle '{}' instances", call::short_name(o.ty()))))
}

/// The same, with the protocol that `__reduce_ex__` gets.
pub fn cannot_pickle_ex<T: Layout>(py: Py<'_>, o: &T, _: &PyObject) -> PyResult {
    cannot_pickle(py, o)
}

/// The text of a repr, guarded against a name that contains the stream (`Py_ReprEnter` on `name`).
pub fn name_repr(py: Py<'_>, o: &PyObject) -> PyResult<Option<String>> {
    thread_local! { static ACTIVE: std::cell::RefCell<Vec<usize>> = const { std::cell::RefCell::new(Vec::new()) }; }
    let name = match dxpy_core::attr::lookup_name(py, o, name!("name")) {
        Ok(Some(n)) => n,
        Ok(None) => return Ok(None),
        Err(e) if exceptions::matches(&e, &exceptions::ValueError) => return Ok(None),
        Err(e) => return Err(e),
    };
    let key = o.as_ptr() as usize;
    if ACTIVE.with(|a| a.borrow().contains(&key)) {
        return Err(exceptions::runtime_error(
            py,
            format_args!("reentrant call inside {}.__repr__", type_name(o.ty())),
        ));
    }
    ACTIVE.with(|a| a.borrow_mut().push(key));
    let r = protocol::repr(py, &name);
    ACTIVE.with(|a| {
        a.borrow_mut().pop();
    });
    r.map(|s| Some(unicode::display(s.as_object())))
}

/// Memory to be written (`w*`); `which` is the argument as messages name it.
pub fn writable(py: Py<'_>, o: &PyObject, function: &str, which: &str) -> PyResult<View> {
    View::writable(py, o).map_err(|e| {
        glue::ignore(e);
        exceptions::type_error(
            py,
            format_args!(
                "{function}() {which} must be read-write bytes-like object, not {}",
                type_name(o.ty())
            ),
        )
    })
}
