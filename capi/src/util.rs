//! The borders of every wrapper: the token of a function that C code calls with the GIL, and results as C has them.

use core::ffi::{CStr, c_char, c_int};
use dxpy_core::abi::{Py_ssize_t, PyObject, PyUnicodeObject};
use dxpy_core::{Layout, Owned, Py, PyResult};

/// The token of the calling thread.
///
/// # Safety
/// GIL, as the C API asks of callers.
#[inline(always)]
pub unsafe fn token<'py>() -> Py<'py> {
    // SAFETY: the caller's promise.
    unsafe { Py::assume() }
}

/// An object result: NULL with the error pending.
#[inline(always)]
pub fn pointer<T: Layout>(py: Py<'_>, r: PyResult<Owned<T>>) -> *mut PyObject {
    dxpy_core::err::into_ptr(py, r)
}

/// A C int: -1 with the error pending.
#[inline(always)]
pub fn status(py: Py<'_>, r: PyResult<c_int>) -> c_int {
    r.unwrap_or_else(|e| {
        e.restore(py);
        -1
    })
}

/// A str, or `PyErr_BadArgument`'s error.
///
/// # Safety
/// LIVE.
pub unsafe fn str_of<'a>(py: Py<'_>, o: *mut PyObject) -> PyResult<&'a PyUnicodeObject> {
    // SAFETY: the caller's promise.
    dxpy_core::unicode::check(unsafe { &*o }).ok_or_else(|| {
        dxpy_core::exceptions::type_error(py, format_args!("bad argument type for built-in operation"))
    })
}

/// A C string that names something; NULL is none.
///
/// # Safety
/// A C string, or NULL.
pub unsafe fn text<'a>(s: *const c_char) -> Option<&'a str> {
    // SAFETY: the caller's promise.
    (!s.is_null()).then(|| unsafe { CStr::from_ptr(s) }.to_str().unwrap_or("?"))
}

/// Memory that C code gives.
///
/// # Safety
/// `n` bytes at `s`.
pub unsafe fn content<'a>(s: *const c_char, n: Py_ssize_t) -> &'a [u8] {
    if n <= 0 || s.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(s as *const u8, n as usize) }
}

/// What a wrapper's result is in C.
pub trait IntoC {
    /// The C type.
    type C;
    /// The value, its error pending.
    fn into_c(self, py: Py<'_>) -> Self::C;
}

impl<T: Layout> IntoC for PyResult<Owned<T>> {
    type C = *mut PyObject;
    fn into_c(self, py: Py<'_>) -> *mut PyObject {
        pointer(py, self)
    }
}

impl<T: Layout> IntoC for Option<Owned<T>> {
    type C = *mut PyObject;
    fn into_c(self, _: Py<'_>) -> *mut PyObject {
        self.map_or(core::ptr::null_mut(), |o| o.into_ptr().cast())
    }
}

impl IntoC for PyResult<()> {
    type C = c_int;
    fn into_c(self, py: Py<'_>) -> c_int {
        status(py, self.map(|()| 0))
    }
}

impl IntoC for PyResult<bool> {
    type C = c_int;
    fn into_c(self, py: Py<'_>) -> c_int {
        status(py, self.map(c_int::from))
    }
}

impl IntoC for PyResult<c_int> {
    type C = c_int;
    fn into_c(self, py: Py<'_>) -> c_int {
        status(py, self)
    }
}

impl<T> IntoC for PyResult<*mut T> {
    type C = *mut T;
    fn into_c(self, py: Py<'_>) -> *mut T {
        self.unwrap_or_else(|e| {
            e.restore(py);
            core::ptr::null_mut()
        })
    }
}

/// Results whose failure is -1.
macro_rules! minus_one { ($($ty:ty),*) => { $(
    impl IntoC for PyResult<$ty> {
        type C = $ty;
        fn into_c(self, py: Py<'_>) -> $ty {
            self.unwrap_or_else(|e| {
                e.restore(py);
                -1i8 as $ty
            })
        }
    }
)* } }
minus_one!(isize, f64, usize, u64);

/// Results that cannot fail, or whose function restored its error itself.
macro_rules! plain { ($($ty:ty),*) => { $(
    impl IntoC for $ty {
        type C = $ty;
        fn into_c(self, _: Py<'_>) -> $ty {
            self
        }
    }
)* } }
plain!((), c_int, isize, usize, u64, f64, u32, i64, u8);

impl IntoC for bool {
    type C = c_int;
    fn into_c(self, _: Py<'_>) -> c_int {
        c_int::from(self)
    }
}

impl<T> IntoC for *mut T {
    type C = *mut T;
    fn into_c(self, _: Py<'_>) -> *mut T {
        self
    }
}

impl<T> IntoC for *const T {
    type C = *const T;
    fn into_c(self, _: Py<'_>) -> *const T {
        self
    }
}

/// Defines exported functions whose bodies are safe functions of the token and the arguments. A pointer that may not be
/// NULL is a reference, one that may an `Option`; the result is made C's by [`IntoC`].
macro_rules! api { ($(
    $(#[$meta:meta])*
    fn $name:ident($py:pat $(, $arg:ident: $ty:ty)* $(,)?) -> $ret:ty $body:block
)*) => { $(
    $(#[$meta])*
    ///
    /// # Safety
    /// The C API's contract: GIL, and pointers are LIVE objects of the type the name says.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn $name($($arg: $ty),*) -> <$ret as $crate::util::IntoC>::C {
        #[inline(always)]
        #[allow(clippy::too_many_arguments)]
        fn body($py: dxpy_core::Py<'_>, $($arg: $ty),*) -> $ret $body
        // SAFETY: GIL: the caller's promise.
        let py = unsafe { $crate::util::token() };
        <$ret as $crate::util::IntoC>::into_c(body(py, $($arg),*), py)
    }
)* } }
pub(crate) use api;

/// A name given as a C string, as a str; `null_error` for NULL.
///
/// # Safety
/// A C string, or NULL.
pub unsafe fn name(py: Py<'_>, s: *const c_char) -> PyResult<Owned<PyUnicodeObject>> {
    if s.is_null() {
        return Err(null_error(py));
    }
    // SAFETY: the caller's promise.
    dxpy_core::unicode::from_utf8(py, unsafe { CStr::from_ptr(s) }.to_bytes())
}

/// `null_error`: the error for a NULL argument where an object is needed, unless one is pending already.
pub fn null_error(py: Py<'_>) -> dxpy_core::PyErr {
    dxpy_core::PyErr::take(py).unwrap_or_else(|| {
        dxpy_core::exceptions::system_error(py, format_args!("null argument to internal routine"))
    })
}

/// An object that may not be NULL, or the abstract protocols' error.
#[inline(always)]
pub fn some<'a>(py: Py<'_>, o: Option<&'a PyObject>) -> PyResult<&'a PyObject> {
    o.ok_or_else(|| null_error(py))
}

/// The bytes of a C string. Safe to call where the C API's contract holds: in the bodies of [`api!`].
pub fn c_bytes<'a>(s: *const c_char) -> &'a [u8] {
    // SAFETY: the contract: a C string that outlives the call.
    unsafe { CStr::from_ptr(s) }.to_bytes()
}

/// [`text`] for the bodies of [`api!`].
pub fn c_text<'a>(s: *const c_char) -> Option<&'a str> {
    // SAFETY: the contract: a C string that outlives the call, or NULL.
    unsafe { text(s) }
}

/// [`content`] for the bodies of [`api!`].
pub fn memory<'a>(s: *const c_char, n: Py_ssize_t) -> &'a [u8] {
    // SAFETY: the contract: `n` bytes that outlive the call.
    unsafe { content(s, n) }
}

/// Writes a result into the caller's place, unless that is NULL.
pub fn put<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: the contract: a place for one value.
        unsafe { place.write(value) }
    }
}

/// Takes over a reference that the caller gives up; NULL is none.
pub fn given<T: Layout>(o: *mut T) -> Option<Owned<T>> {
    // SAFETY: OWNED: the contract of functions that steal.
    unsafe { Owned::from_raw_opt(o) }
}

/// The object in a place that owns it.
pub fn held<'a>(place: *mut *mut PyObject) -> Option<&'a PyObject> {
    // SAFETY: the contract: such a place; LIVE, or NULL.
    unsafe { place.as_ref().and_then(|p| p.as_ref()) }
}

/// `n` references at `p`.
pub fn objects<'a>(p: *const *mut PyObject, n: usize) -> &'a [&'a PyObject] {
    // SAFETY: the contract: that many live objects.
    if n == 0 || p.is_null() { &[] } else { unsafe { core::slice::from_raw_parts(p.cast(), n) } }
}

/// `PyErr_BadInternalCall`'s error.
pub fn bad_call(py: Py<'_>) -> dxpy_core::PyErr {
    dxpy_core::exceptions::system_error(py, format_args!("bad argument to internal function"))
}

/// The text of a `_Py_Identifier`, as a str that stays.
pub fn identifier(py: Py<'_>, id: &dxpy_core::abi::_Py_Identifier) -> PyResult<Owned<PyUnicodeObject>> {
    let s = dxpy_core::unicode::from_utf8(py, c_bytes(id.string.get()))?;
    dxpy_core::unicode::intern(py, s)
}

/// Defines exported functions that need no GIL and no thread state.
macro_rules! free { ($(
    $(#[$meta:meta])*
    fn $name:ident($($arg:ident: $ty:ty),* $(,)?) -> $ret:ty $body:block
)*) => { $(
    $(#[$meta])*
    ///
    /// # Safety
    /// Pointers are as the C prototype says.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn $name($($arg: $ty),*) -> $ret {
        #[inline(always)]
        #[allow(clippy::too_many_arguments)]
        fn body($($arg: $ty),*) -> $ret $body
        body($($arg),*)
    }
)* } }
pub(crate) use free;

/// 1, or 0 with the error pending: functions that answer whether they succeeded.
pub fn success(py: Py<'_>, r: PyResult<()>) -> c_int {
    match r {
        Ok(()) => 1,
        Err(e) => {
            e.restore(py);
            0
        }
    }
}
