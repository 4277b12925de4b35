//! `Py_BuildValue` and the calls with a format; what modsupport.h and moduleobject.h put into modules.

use crate::abstract_::calls;
use crate::util::{api, name, pointer, token};
use crate::varargs::{VaList, variadic};
use core::ffi::{CStr, c_char, c_int, c_long, c_void};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, bytes, dict, exceptions, float, list, long, module, object, tuple, types,
    unicode,
};

/// A format being read, with the arguments it names. After an error the rest is still read, since `N` gives references.
struct Builder<'a> {
    format: &'a [u8],
    at: usize,
    args: &'a mut VaList,
    /// Lengths are `Py_ssize_t` (`PY_SSIZE_T_CLEAN`).
    sizes: bool,
    error: Option<PyErr>,
}

impl Builder<'_> {
    fn peek(&self) -> u8 {
        self.format.get(self.at).copied().unwrap_or(0)
    }

    fn fail(&mut self, e: PyErr) {
        self.error.get_or_insert(e);
    }

    fn keep(&mut self, r: PyResult) -> Owned {
        r.unwrap_or_else(|e| {
            self.fail(e);
            object::none()
        })
    }

    /// The items up to `end`, which is read too (0: the end of the format).
    ///
    /// # Safety
    /// The arguments are those of the format.
    unsafe fn items(&mut self, py: Py<'_>, end: u8) -> Vec<Owned> {
        let mut out = Vec::new();
        loop {
            match self.peek() {
                b' ' | b',' | b':' | b'\t' => self.at += 1,
                c if c == end => {
                    self.at += usize::from(end != 0);
                    return out;
                }
                0 | b')' | b']' | b'}' => {
                    self.fail(exceptions::system_error(py, format_args!("unmatched paren in format")));
                    return out;
                }
                _ => {
                    // SAFETY: the caller's promise.
                    let r = unsafe { self.item(py) };
                    out.push(self.keep(r));
                }
            }
        }
    }

    /// One item.
    ///
    /// # Safety
    /// As for [`Builder::items`].
    unsafe fn item(&mut self, py: Py<'_>) -> PyResult {
        let code = self.peek();
        self.at += 1;
        // SAFETY: the caller's promise: each code takes what the C API says.
        unsafe {
            match code {
                b'(' => {
                    let items = self.items(py, b')');
                    tuple::from_iter(py, items).map(Owned::upcast)
                }
                b'[' => {
                    let items = self.items(py, b']');
                    list::from_iter(py, items).map(Owned::upcast)
                }
                b'{' => {
                    let items = self.items(py, b'}');
                    if !items.len().is_multiple_of(2) {
                        return Err(exceptions::system_error(py, format_args!("Bad dict format")));
                    }
                    let d = dict::new(py)?;
                    for pair in items.chunks_exact(2) {
                        dict::set(py, &d, &pair[0], &pair[1])?;
                    }
                    Ok(d.upcast())
                }
                b'b' | b'B' | b'h' | b'i' => long::from_i64(py, self.args.int().into()).map(Owned::upcast),
                b'H' => long::from_i64(py, (self.args.word() as u16).into()).map(Owned::upcast),
                b'I' => long::from_u64(py, (self.args.word() as u32).into()).map(Owned::upcast),
                b'n' | b'l' | b'L' => long::from_i64(py, self.args.word() as i64).map(Owned::upcast),
                b'k' | b'K' => long::from_u64(py, self.args.word()).map(Owned::upcast),
                b'f' | b'd' => float::new(py, self.args.double()).map(Owned::upcast),
                b'D' => {
                    let c = &*self.args.pointer::<Py_complex>();
                    dxpy_types::complex_constant(py, c.real.get(), c.imag.get())
                }
                b'c' => bytes::new(py, &[self.args.int() as u8]).map(Owned::upcast),
                b'C' => {
                    let c = self.args.int();
                    match u32::try_from(c).ok().filter(|c| *c <= 0x10FFFF) {
                        Some(c) => unicode::from_char(py, c).map(Owned::upcast),
                        None => {
                            Err(exceptions::value_error(py, format_args!("chr() arg not in range(0x110000)")))
                        }
                    }
                }
                b's' | b'z' | b'U' | b'y' => self.text(py, code),
                b'u' => {
                    let s = self.args.pointer::<i32>();
                    let n = self.length(py)?;
                    if s.is_null() {
                        return Ok(object::none());
                    }
                    let chars: Vec<u32> = match n {
                        Some(n) => (0..n).map(|i| *s.add(i) as u32).collect(),
                        None => (0..).map(|i| *s.add(i) as u32).take_while(|c| *c != 0).collect(),
                    };
                    unicode::from_code_points(py, &chars).map(Owned::upcast)
                }
                b'O' if self.peek() == b'&' => {
                    self.at += 1;
                    let convert: unsafe extern "C" fn(*mut c_void) -> *mut PyObject =
                        core::mem::transmute(self.args.pointer::<c_void>());
                    let value = self.args.pointer::<c_void>();
                    dxpy_core::err::from_ptr(py, convert(value))
                }
                b'O' | b'S' | b'N' => {
                    let o = self.args.pointer::<PyObject>();
                    match o.as_ref() {
                        None => Err(PyErr::take(py).unwrap_or_else(|| {
                            exceptions::system_error(py, format_args!("NULL object passed to Py_BuildValue"))
                        })),
                        Some(_) if code == b'N' => Ok(Owned::from_raw(o)),
                        Some(o) => Ok(o.to_owned()),
                    }
                }
                _ => {
                    Err(exceptions::system_error(py, format_args!("bad format char passed to Py_BuildValue")))
                }
            }
        }
    }

    /// The length after `#`, if the format has one.
    ///
    /// # Safety
    /// As for [`Builder::items`].
    unsafe fn length(&mut self, py: Py<'_>) -> PyResult<Option<usize>> {
        if self.peek() != b'#' {
            return Ok(None);
        }
        self.at += 1;
        // SAFETY: the caller's promise.
        let n = unsafe { self.args.word() } as isize;
        if !self.sizes {
            return Err(exceptions::system_error(
                py,
                format_args!("PY_SSIZE_T_CLEAN macro must be defined for '#' formats"),
            ));
        }
        Ok(usize::try_from(n).ok())
    }

    /// # Safety
    /// As for [`Builder::items`].
    unsafe fn text(&mut self, py: Py<'_>, code: u8) -> PyResult {
        // SAFETY: the caller's promise.
        let content = unsafe {
            let s = self.args.pointer::<c_char>();
            let n = self.length(py)?;
            if s.is_null() {
                return Ok(object::none());
            }
            match n {
                Some(n) => core::slice::from_raw_parts(s as *const u8, n),
                None => CStr::from_ptr(s).to_bytes(),
            }
        };
        match code {
            b'y' => bytes::new(py, content).map(Owned::upcast),
            _ => unicode::from_utf8(py, content).map(Owned::upcast),
        }
    }
}

/// The items of a format, read to its end.
///
/// # Safety
/// GIL; a C string, and the arguments it names.
unsafe fn build(py: Py<'_>, format: *const c_char, args: &mut VaList, sizes: bool) -> PyResult<Vec<Owned>> {
    // SAFETY: the caller's promise.
    unsafe {
        let mut b = Builder { format: CStr::from_ptr(format).to_bytes(), at: 0, args, sizes, error: None };
        let items = b.items(py, 0);
        match b.error {
            None => Ok(items),
            Some(e) => Err(e),
        }
    }
}

/// No item is None, one is itself, more are a tuple.
fn joined(py: Py<'_>, mut items: Vec<Owned>) -> PyResult {
    match items.len() {
        0 => Ok(object::none()),
        1 => Ok(items.remove(0)),
        _ => tuple::from_iter(py, items).map(Owned::upcast),
    }
}

/// The arguments of a call: one tuple is spread (`_PyObject_CallFunctionVa`).
fn spread(mut items: Vec<Owned>) -> Vec<Owned> {
    if let [one] = items.as_slice()
        && let Some(t) = tuple::check(one)
    {
        items = tuple::items(t).iter().map(|o| (*o).to_owned()).collect();
    }
    items
}

/// The arguments that a format builds, none for NULL.
///
/// # Safety
/// As [`build`], or NULL.
unsafe fn arguments(
    py: Py<'_>,
    format: *const c_char,
    args: &mut VaList,
    sizes: bool,
) -> PyResult<Vec<Owned>> {
    // SAFETY: the caller's promise.
    if format.is_null() { Ok(Vec::new()) } else { unsafe { build(py, format, args, sizes) } }
}

/// `va_build_stack`: the items in C's array if they fit, else in one of `PyMem_Malloc`, and their number.
///
/// # Safety
/// GIL; room for `room` items; a C string, and the arguments it names.
unsafe fn build_stack(
    small: *mut *mut PyObject,
    room: isize,
    format: *const c_char,
    args: &mut VaList,
    sizes: bool,
    count: *mut isize,
) -> *mut *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        let items = match build(py, format, args, sizes) {
            Ok(items) => items,
            Err(e) => {
                e.restore(py);
                return core::ptr::null_mut();
            }
        };
        let stack = if items.len() as isize <= room {
            small
        } else {
            crate::pymem::PyMem_Malloc(items.len() * size_of::<usize>()).cast()
        };
        if stack.is_null() {
            exceptions::memory_error(py).restore(py);
            return stack;
        }
        *count = items.len() as isize;
        for (i, o) in items.into_iter().enumerate() {
            *stack.add(i) = o.into_ptr();
        }
        stack
    }
}

/// C: `PyObject **_Py_VaBuildStack(PyObject **small, Py_ssize_t room, const char *format, va_list, Py_ssize_t *n)`.
///
/// # Safety
/// GIL; room for that many items; a C string, and the arguments it names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_VaBuildStack(
    small: *mut *mut PyObject,
    room: isize,
    format: *const c_char,
    args: &mut VaList,
    n: *mut isize,
) -> *mut *mut PyObject {
    // SAFETY: the caller's promise; the list is C's own, of which a copy is read.
    unsafe { build_stack(small, room, format, &mut args.copy(), false, n) }
}

/// C: `PyObject **_Py_VaBuildStack_SizeT(PyObject **small, Py_ssize_t room, const char *format, va_list, Py_ssize_t *n)`.
///
/// # Safety
/// As for [`_Py_VaBuildStack`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_VaBuildStack_SizeT(
    small: *mut *mut PyObject,
    room: isize,
    format: *const c_char,
    args: &mut VaList,
    n: *mut isize,
) -> *mut *mut PyObject {
    // SAFETY: the caller's promise, as above.
    unsafe { build_stack(small, room, format, &mut args.copy(), true, n) }
}

/// Defines the functions of one value of `PY_SSIZE_T_CLEAN`.
macro_rules! builders {
    ($sizes:literal, $value:ident, $call:ident, $method:ident, $named:ident, $identified:ident) => {
        /// C: `PyObject *Py_VaBuildValue(const char *, va_list)`.
        ///
        /// # Safety
        /// GIL; a C string, and the arguments it names.
        unsafe extern "C" fn $value(format: *const c_char, args: &mut VaList) -> *mut PyObject {
            // SAFETY: the caller's promise.
            unsafe {
                let py = token();
                pointer(py, build(py, format, args, $sizes).and_then(|items| joined(py, items)))
            }
        }

        unsafe extern "C" fn $call(
            f: Option<&PyObject>,
            format: *const c_char,
            args: &mut VaList,
        ) -> *mut PyObject {
            // SAFETY: GIL; the C function's contract.
            unsafe {
                let py = token();
                let items = arguments(py, format, args, $sizes);
                let r = f
                    .ok_or_else(|| crate::util::null_error(py))
                    .and_then(|f| calls::call_list(py, f, &spread(items?)));
                pointer(py, r)
            }
        }

        unsafe extern "C" fn $method(
            o: Option<&PyObject>,
            key: *const c_char,
            format: *const c_char,
            args: &mut VaList,
        ) -> *mut PyObject {
            // SAFETY: GIL; the C function's contract.
            unsafe {
                let py = token();
                let items = arguments(py, format, args, $sizes);
                let r = o
                    .ok_or_else(|| crate::util::null_error(py))
                    .and_then(|o| calls::call_named(py, o, key, &spread(items?)));
                pointer(py, r)
            }
        }

        unsafe extern "C" fn $named(
            o: Option<&PyObject>,
            key: Option<&PyObject>,
            format: *const c_char,
            args: &mut VaList,
        ) -> *mut PyObject {
            // SAFETY: GIL; the C function's contract.
            unsafe {
                let py = token();
                let items = arguments(py, format, args, $sizes);
                let r = match (o, key) {
                    (Some(o), Some(key)) => {
                        items.and_then(|items| calls::call_attribute(py, o, key, &spread(items)))
                    }
                    _ => Err(crate::util::null_error(py)),
                };
                pointer(py, r)
            }
        }

        unsafe extern "C" fn $identified(
            o: Option<&PyObject>,
            id: &_Py_Identifier,
            format: *const c_char,
            args: &mut VaList,
        ) -> *mut PyObject {
            // SAFETY: GIL; the C function's contract.
            unsafe {
                match crate::util::identifier(token(), id) {
                    Ok(key) => $named(o, Some(key.as_object()), format, args),
                    Err(e) => pointer::<PyObject>(token(), Err(e)),
                }
            }
        }
    };
}
builders!(false, build_value, call_function, call_method, call_named_method, call_identified);
builders!(
    true,
    build_value_sizes,
    call_function_sizes,
    call_method_sizes,
    call_named_sizes,
    call_identified_sizes
);

variadic!(Py_BuildValue, build_value, 1);
variadic!(_Py_BuildValue_SizeT, build_value_sizes, 1);
variadic!(PyObject_CallFunction, call_function, 2);
variadic!(_PyObject_CallFunction_SizeT, call_function_sizes, 2);
variadic!(PyEval_CallFunction, call_function_sizes, 2);
variadic!(PyObject_CallMethod, call_method, 3);
variadic!(_PyObject_CallMethod_SizeT, call_method_sizes, 3);
variadic!(PyEval_CallMethod, call_method_sizes, 3);
variadic!(_PyObject_CallMethod, call_named_method, 3);
variadic!(_PyObject_CallMethodId, call_identified, 3);
variadic!(_PyObject_CallMethodId_SizeT, call_identified_sizes, 3);

/// C: `PyObject *Py_VaBuildValue(const char *, va_list)`.
///
/// # Safety
/// GIL; a C string, and the arguments it names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_VaBuildValue(format: *const c_char, args: &mut VaList) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { build_value(format, args) }
}

/// C: `PyObject *_Py_VaBuildValue_SizeT(const char *, va_list)`.
///
/// # Safety
/// GIL; a C string, and the arguments it names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_VaBuildValue_SizeT(format: *const c_char, args: &mut VaList) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { build_value_sizes(format, args) }
}

/// `PyTuple_Pack(n, ...)`.
unsafe extern "C" fn tuple_pack(n: isize, args: &mut VaList) -> *mut PyObject {
    // SAFETY: GIL; the C function's contract: n objects.
    unsafe {
        let items: Vec<Owned> = (0..n).map(|_| (*args.pointer::<PyObject>()).to_owned()).collect();
        let py = token();
        pointer(py, tuple::from_iter(py, items))
    }
}

variadic!(PyTuple_Pack, tuple_pack, 1);

/// A module, or `PyModule_AddObjectRef`'s error.
fn module_of<'a>(py: Py<'_>, m: &'a PyObject, function: &str) -> PyResult<&'a PyModuleObject> {
    if module::check(m) {
        // SAFETY: LAYOUT: just checked.
        return Ok(unsafe { &*(m as *const PyObject as *const PyModuleObject) });
    }
    Err(exceptions::type_error(py, format_args!("{function}() first argument must be a module")))
}

fn add(py: Py<'_>, m: &PyObject, key: *const c_char, value: Option<&PyObject>) -> PyResult<()> {
    let m = module_of(py, m, "PyModule_AddObjectRef")?;
    let Some(value) = value else {
        return Err(PyErr::take(py).unwrap_or_else(|| {
            exceptions::system_error(
                py,
                format_args!(
                    "PyModule_AddObjectRef() must be called with an exception raised if value is NULL"
                ),
            )
        }));
    };
    // SAFETY: a C string.
    let key = unsafe { name(py, key) }?;
    dict::set(py, module::dict_of(m), key.as_object(), value)
}

api! {
    /// C: `int PyModule_AddObjectRef(PyObject *, const char *, PyObject *)`.
    fn PyModule_AddObjectRef(py, m: &PyObject, key: *const c_char, value: Option<&PyObject>) -> PyResult<()> {
        add(py, m, key, value)
    }

    /// C: `int PyModule_AddObject(PyObject *, const char *, PyObject *)`: takes the reference where it succeeds.
    fn PyModule_AddObject(py, m: &PyObject, key: *const c_char, value: *mut PyObject) -> PyResult<()> {
        // SAFETY: LIVE, or NULL.
        add(py, m, key, unsafe { value.as_ref() })?;
        // SAFETY: OWNED: it succeeded.
        drop(unsafe { Owned::<PyObject>::from_raw_opt(value) });
        Ok(())
    }

    /// C: `int _PyModule_Add(PyObject *, const char *, PyObject *)`: takes the reference in any case.
    fn _PyModule_Add(py, m: &PyObject, key: *const c_char, value: *mut PyObject) -> PyResult<()> {
        // SAFETY: OWNED, or NULL.
        let value = unsafe { Owned::<PyObject>::from_raw_opt(value) };
        add(py, m, key, value.as_deref())
    }

    /// C: `int PyModule_AddIntConstant(PyObject *, const char *, long)`.
    fn PyModule_AddIntConstant(py, m: &PyObject, key: *const c_char, value: c_long) -> PyResult<()> {
        let v = long::from_i64(py, value)?;
        add(py, m, key, Some(v.as_object()))
    }

    /// C: `int PyModule_AddStringConstant(PyObject *, const char *, const char *)`.
    fn PyModule_AddStringConstant(py, m: &PyObject, key: *const c_char, value: *const c_char) -> PyResult<()> {
        // SAFETY: a C string.
        let v = unsafe { name(py, value) }?;
        add(py, m, key, Some(v.as_object()))
    }

    /// C: `int PyModule_AddType(PyObject *, PyTypeObject *)`: ready, under the last part of its name.
    fn PyModule_AddType(py, m: &PyObject, ty: &PyTypeObject) -> PyResult<()> {
        types::ready::ready_as_given(py, ty)?;
        // SAFETY: STATIC: a type's name.
        let full = unsafe { CStr::from_ptr(ty.tp_name.get()) }.to_string_lossy();
        let short = full.rsplit('.').next().unwrap_or_default();
        let m = module_of(py, m, "PyModule_AddObjectRef")?;
        dict::set_str(py, module::dict_of(m), short, ty.as_object())
    }

    /// C: `int PyModule_AddFunctions(PyObject *, PyMethodDef *)`.
    fn PyModule_AddFunctions(py, m: &PyObject, table: *const PyMethodDef) -> PyResult<()> {
        let m = module_of(py, m, "PyModule_AddFunctions")?;
        {
            let name = dict::get_name(py, module::dict_of(m), dxpy_core::name!("__name__"))?;
            let name = name.ok_or_else(|| exceptions::system_error(py, format_args!("nameless module")))?;
            let name = dxpy_core::attr::check_name(py, &name)?;
            // SAFETY: STATIC: a table ended by a zero row.
            unsafe { module::add_table(py, m.as_object(), table, name) }
        }
    }

    /// C: `int PyModule_SetDocString(PyObject *, const char *)`.
    fn PyModule_SetDocString(py, m: &PyObject, doc: *const c_char) -> PyResult<()> {
        // SAFETY: a C string.
        let doc = unsafe { name(py, doc) }?;
        dxpy_core::attr::set_name(py, m, dxpy_core::name!("__doc__"), doc.as_object())
    }

    /// C: `int _Py_AtExit(PyInterpreterState *, void (*)(void *), void *)`: called when the interpreter ends, the first first.
    fn _Py_AtExit(_, _interp: *mut PyInterpreterState, f: unsafe extern "C" fn(*mut c_void), data: *mut c_void) -> c_int {
        dxpy_core::startup::at_end(f, data);
        0
    }

    /// C: `int Py_AtExit(void (*)(void))`: -1 where there is no room for another.
    fn Py_AtExit(_, f: unsafe extern "C" fn()) -> c_int {
        match dxpy_core::startup::at_exit(f) {
            true => 0,
            false => -1,
        }
    }
}
