//! What the number headers have besides conversions (which are in `longobject`, `floatobject`, `complexobject`):
//! cpython/longobject.h, cpython/longintrepr.h, pystrtod.h, cpython/complexobject.h, pystrcmp.h, and C's own parsing of numbers.

use crate::longobject::in_base;
use crate::util::{api, bad_call, c_bytes, free, memory, put, success};
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_long, c_ulong};
use dxpy_core::abi::{Py_complex, PyLongObject, PyObject, PyTupleObject, PyUnicodeObject};
use dxpy_core::{Owned, Py, PyErr, PyResult, dict, exceptions, long, module, number, tuple};
use dxpy_num::complex::{self, Complex};
use dxpy_num::float_text::{self, Flags, Style};
use dxpy_num::{bits, convert, int, power};

fn checked<'a>(py: Py<'_>, o: Option<&'a PyObject>) -> PyResult<&'a PyLongObject> {
    o.and_then(long::check).ok_or_else(|| bad_call(py))
}

/// A record of `sys`.
fn of_sys(py: Py<'_>, called: &str) -> PyResult {
    dict::get_str(py, module::dict_of(dxpy_import::state::sys()), called)?.ok_or_else(|| bad_call(py))
}

/// The converters of argument formats to unsigned integers.
fn unsigned<T: TryFrom<u64>>(py: Py<'_>, o: &PyObject, to: *mut T, c_type: &str) -> c_int {
    let read = || -> PyResult<()> {
        let n = long::check(o)
            .ok_or_else(|| exceptions::type_error(py, format_args!("an integer is required")))?;
        if long::sign(n) < 0 {
            return Err(exceptions::value_error(py, format_args!("value must be positive")));
        }
        let v = long::to_u64(n).and_then(|v| T::try_from(v).ok());
        put(
            to,
            v.ok_or_else(|| {
                exceptions::overflow_error(py, format_args!("Python int too large to convert to C {c_type}"))
            })?,
        );
        Ok(())
    };
    success(py, read())
}

/// As [`unsigned`], for narrower types, whose message differs.
fn narrow<T: TryFrom<u64>>(py: Py<'_>, o: &PyObject, to: *mut T, c_type: &str) -> c_int {
    let read = || -> PyResult<()> {
        let mut wide = 0u64;
        if unsigned(py, o, &raw mut wide, "unsigned long") == 0 {
            return Err(PyErr::fetch(py));
        }
        let v = T::try_from(wide).map_err(|_| {
            exceptions::overflow_error(py, format_args!("Python int too large for C {c_type}"))
        })?;
        put(to, v);
        Ok(())
    };
    success(py, read())
}

/// A shift by a count of C.
fn shift(py: Py<'_>, o: &PyObject, n: usize, left: bool) -> PyResult<Owned<PyLongObject>> {
    let a = long::check(o).ok_or_else(|| bad_call(py))?;
    let r = if left {
        bits::lshift_by(long::num(a), n as u64).map_err(|e| number::error(py, &e))?
    } else {
        bits::rshift_by(long::num(a), n as u64)
    };
    long::from_num(py, r)
}

/// `PyOS_string_to_double`.
fn to_double(
    py: Py<'_>,
    s: *const c_char,
    end: *mut *const c_char,
    overflow: Option<&PyObject>,
) -> PyResult<f64> {
    let text = c_bytes(s);
    let shown = || String::from_utf8_lossy(&text[..text.len().min(200)]).into_owned();
    let bad =
        || exceptions::value_error(py, format_args!("could not convert string to float: '{}'", shown()));
    let (v, used) = match float_text::parse_prefix(text) {
        Some(r) => r,
        None => {
            put(end, s);
            return Err(bad());
        }
    };
    if end.is_null() && used != text.len() {
        return Err(bad());
    }
    let named = text[..used].iter().any(|c| matches!(c, b'n' | b'N'));
    if let Some(class) = overflow.filter(|_| v.is_infinite() && !named) {
        let message =
            dxpy_core::unicode::from_str(py, &format!("value too large to convert to float: '{}'", shown()))?;
        use dxpy_core::ptr::Object;
        return Err(match dxpy_core::types::check(class) {
            Some(ty) => exceptions::create(py, ty, Some(message.as_object())),
            None => bad_call(py),
        });
    }
    put(end, s.wrapping_add(used));
    Ok(v)
}

/// `PyOS_double_to_string`: text from `PyMem_Malloc`.
fn to_text(
    py: Py<'_>,
    v: f64,
    code: c_char,
    precision: c_int,
    flags: c_int,
    kind: *mut c_int,
) -> PyResult<*mut c_char> {
    let upper = (code as u8).is_ascii_uppercase();
    let style = match (code as u8).to_ascii_lowercase() {
        b'e' => Style::Exponent,
        b'f' => Style::Fixed,
        b'g' => Style::General,
        b'r' if precision == 0 && !upper => Style::Repr,
        _ => return Err(bad_call(py)),
    };
    let flags = Flags {
        upper,
        sign: flags & 1 != 0,
        add_dot_0: flags & 2 != 0,
        alternate: flags & 4 != 0,
        no_negative_zero: flags & 8 != 0,
    };
    let text =
        float_text::to_text(v, style, precision.max(0) as usize, flags).map_err(|e| number::error(py, &e))?;
    put(kind, if v.is_nan() { 2 } else { v.is_infinite().into() });
    crate::pymem::c_string(py, text.as_bytes())
}

api! {
    /// C: `PyLongObject *_PyLong_New(Py_ssize_t)`: zero digits, for the caller to write.
    fn _PyLong_New(py, n: isize) -> PyResult<Owned<PyLongObject>> {
        let n = usize::try_from(n).map_err(|_| bad_call(py))?;
        // A last digit of one keeps all of them; it is the caller's to write too.
        let mut digits = vec![0u32; n.max(3)];
        if let Some(last) = digits.last_mut() {
            *last = 1;
        }
        let new = long::from_digits(py, false, &digits)?;
        // SAFETY: nobody else has the object; it has room for this many digits.
        unsafe { (*new.long_value.ob_digit.as_ptr().add(n.max(3) - 1)).set(0) };
        new.long_value.lv_tag.set(n << 3 | usize::from(n == 0));
        Ok(new)
    }

    /// C: `PyLongObject *_PyLong_FromDigits(int negative, Py_ssize_t, digit *)`.
    fn _PyLong_FromDigits(py, negative: c_int, n: isize, digits: *const u32) -> PyResult<Owned<PyLongObject>> {
        // SAFETY: the C API's contract: that many digits.
        let digits = if n <= 0 { &[] } else { unsafe { core::slice::from_raw_parts(digits, n as usize) } };
        long::from_digits(py, negative != 0, digits)
    }

    /// C: `PyObject *_PyLong_DivmodNear(PyObject *, PyObject *)`: quotient, rounded to nearest, and rest.
    fn _PyLong_DivmodNear(py, a: Option<&PyObject>, b: Option<&PyObject>) -> PyResult<Owned<PyTupleObject>> {
        let wrong = |_| exceptions::type_error(py, format_args!("non-integer arguments in division"));
        let (a, b) = (checked(py, a).map_err(wrong)?, checked(py, b).map_err(wrong)?);
        let (q, r) = int::divmod_near(long::num(a), long::num(b)).map_err(|e| number::error(py, &e))?;
        tuple::from_iter(py, [long::from_num(py, q)?.upcast(), long::from_num(py, r)?.upcast()])
    }

    /// C: `PyObject *_PyLong_Format(PyObject *, int base)`: with the base's prefix.
    fn _PyLong_Format(py, o: Option<&PyObject>, base: c_int) -> PyResult<Owned<PyUnicodeObject>> {
        in_base(py, checked(py, o)?, base, true)
    }

    /// C: `double _PyLong_Frexp(PyLongObject *, Py_ssize_t *exponent)`.
    fn _PyLong_Frexp(_, n: &PyLongObject, exponent: *mut isize) -> f64 {
        let (v, e) = convert::frexp(long::num(n));
        put(exponent, e as isize);
        v
    }

    /// C: `PyObject *_PyLong_FromBytes(const char *, Py_ssize_t, int base)`.
    fn _PyLong_FromBytes(py, s: *const c_char, n: isize, base: c_int) -> PyResult<Owned<PyLongObject>> {
        dxpy_types::int::construct::of_bytes(py, memory(s, n), base as u32)
    }

    /// C: `PyObject *_PyLong_GCD(PyObject *, PyObject *)`.
    fn _PyLong_GCD(py, a: Option<&PyObject>, b: Option<&PyObject>) -> PyResult<Owned<PyLongObject>> {
        long::from_num(py, power::gcd(long::num(checked(py, a)?), long::num(checked(py, b)?)))
    }

    /// C: `PyObject *_PyLong_Lshift(PyObject *, size_t)`.
    fn _PyLong_Lshift(py, o: &PyObject, n: usize) -> PyResult<Owned<PyLongObject>> { shift(py, o, n, true) }
    /// C: `PyObject *_PyLong_Rshift(PyObject *, size_t)`.
    fn _PyLong_Rshift(py, o: &PyObject, n: usize) -> PyResult<Owned<PyLongObject>> { shift(py, o, n, false) }

    /// C: `int PyUnstable_Long_IsCompact(const PyLongObject *)`.
    fn PyUnstable_Long_IsCompact(_, n: &PyLongObject) -> bool { n.long_value.lv_tag.get() < 2 << 3 }
    /// C: `Py_ssize_t PyUnstable_Long_CompactValue(const PyLongObject *)`.
    fn PyUnstable_Long_CompactValue(_, n: &PyLongObject) -> isize { long::compact(n).unwrap_or(0) as isize }

    /// C: `int _PyLong_UnsignedShort_Converter(PyObject *, void *)`.
    fn _PyLong_UnsignedShort_Converter(py, o: &PyObject, to: *mut u16) -> c_int { narrow(py, o, to, "unsigned short") }
    /// C: `int _PyLong_UnsignedInt_Converter(PyObject *, void *)`.
    fn _PyLong_UnsignedInt_Converter(py, o: &PyObject, to: *mut u32) -> c_int { narrow(py, o, to, "unsigned int") }
    /// C: `int _PyLong_UnsignedLong_Converter(PyObject *, void *)`.
    fn _PyLong_UnsignedLong_Converter(py, o: &PyObject, to: *mut u64) -> c_int { unsigned(py, o, to, "unsigned long") }
    /// C: `int _PyLong_UnsignedLongLong_Converter(PyObject *, void *)`.
    fn _PyLong_UnsignedLongLong_Converter(py, o: &PyObject, to: *mut u64) -> c_int { unsigned(py, o, to, "unsigned long long") }
    /// C: `int _PyLong_Size_t_Converter(PyObject *, void *)`.
    fn _PyLong_Size_t_Converter(py, o: &PyObject, to: *mut u64) -> c_int { unsigned(py, o, to, "size_t") }

    /// C: `int _Py_convert_optional_to_ssize_t(PyObject *, void *)`: `None` leaves the place as it is.
    fn _Py_convert_optional_to_ssize_t(py, o: &PyObject, to: *mut isize) -> c_int {
        if dxpy_core::object::is_none(o) {
            return 1;
        }
        use dxpy_core::ptr::Object;
        let r = if number::has_index(o) {
            number::as_ssize(py, o, &exceptions::OverflowError)
        } else {
            let shown = dxpy_core::call::type_name(o.ty());
            Err(exceptions::type_error(py, format_args!("argument should be integer or None, not {shown}")))
        };
        success(py, r.map(|n| put(to, n)))
    }

    /// C: `PyObject *PyLong_GetInfo(void)`: `sys.int_info`.
    fn PyLong_GetInfo(py) -> PyResult<Owned> { of_sys(py, "int_info") }
    /// C: `PyObject *PyFloat_GetInfo(void)`: `sys.float_info`.
    fn PyFloat_GetInfo(py) -> PyResult<Owned> { of_sys(py, "float_info") }
    /// C: `PyObject *PyThread_GetInfo(void)`: `sys.thread_info`.
    fn PyThread_GetInfo(py) -> PyResult<Owned> { of_sys(py, "thread_info") }

    /// C: `double PyOS_string_to_double(const char *, char **endptr, PyObject *overflow_exception)`: -1 with an error.
    fn PyOS_string_to_double(py, s: *const c_char, end: *mut *const c_char, overflow: Option<&PyObject>) -> PyResult<f64> {
        to_double(py, s, end, overflow)
    }

    /// C: `char *PyOS_double_to_string(double, char format_code, int precision, int flags, int *ptype)`.
    fn PyOS_double_to_string(py, v: f64, code: c_char, precision: c_int, flags: c_int, kind: *mut c_int) -> PyResult<*mut c_char> {
        to_text(py, v, code, precision, flags, kind)
    }

    /// C: `PyObject *_Py_string_to_number_with_underscores(const char *, Py_ssize_t, const char *what, PyObject *obj, void *arg, PyObject *(*innerfunc)(const char *, Py_ssize_t, void *))`.
    fn _Py_string_to_number_with_underscores(py, s: *const c_char, n: isize, what: *const c_char, o: &PyObject, arg: *mut core::ffi::c_void, inner: unsafe extern "C" fn(*const c_char, isize, *mut core::ffi::c_void) -> *mut PyObject) -> *mut PyObject {
        let text = memory(s, n);
        if !text.contains(&b'_') {
            // SAFETY: the caller's function.
            return unsafe { inner(s, n, arg) };
        }
        let mut plain = Vec::with_capacity(text.len() + 1);
        let mut before = 0u8;
        let mut legal = true;
        for &c in text {
            if c == b'_' {
                legal &= before.is_ascii_digit();
            } else {
                legal &= before != b'_' || c.is_ascii_digit();
                plain.push(c);
            }
            before = c;
        }
        if !legal || before == b'_' || text.contains(&0) {
            let shown = dxpy_core::protocol::repr(py, o).map(|r| dxpy_core::unicode::display(&r.upcast())).unwrap_or_default();
            let what = String::from_utf8_lossy(c_bytes(what)).into_owned();
            exceptions::value_error(py, format_args!("could not convert string to {what}: {shown}")).restore(py);
            return core::ptr::null_mut();
        }
        let n = plain.len() as isize;
        plain.push(0);
        // SAFETY: the caller's function, and text that ends with a zero.
        unsafe { inner(plain.as_ptr().cast(), n, arg) }
    }

    /// C: `double PyFloat_Unpack2(const char *, int le)`.
    fn PyFloat_Unpack2(_, p: *const c_char, little: c_int) -> f64 {
        let b = [memory(p, 2)[0], memory(p, 2)[1]];
        dxpy_algos::structs::float::unpack2(if little != 0 { u16::from_le_bytes(b) } else { u16::from_be_bytes(b) })
    }

    /// C: `int PyFloat_Pack2(double, char *, int le)`.
    fn PyFloat_Pack2(py, v: f64, p: *mut c_char, little: c_int) -> PyResult<()> {
        let n = dxpy_algos::structs::float::pack2(v)
            .ok_or_else(|| exceptions::overflow_error(py, format_args!("float too large to pack with e format")))?;
        let b = if little != 0 { n.to_le_bytes() } else { n.to_be_bytes() };
        put(p.cast::<[u8; 2]>(), b);
        Ok(())
    }
}

/// Digits in a base; what C's functions say of what does not fit they say through `errno`.
fn digits(text: &[u8], mut base: u32) -> (u64, bool, usize) {
    let mut at = 0;
    let prefix = |at: usize, letter: u8, base: u32| {
        text.get(at) == Some(&b'0')
            && text.get(at + 1).is_some_and(|c| c.eq_ignore_ascii_case(&letter))
            && text.get(at + 2).is_some_and(|c| (*c as char).is_digit(base))
    };
    for (letter, of) in [(b'x', 16), (b'o', 8), (b'b', 2)] {
        if (base == 0 || base == of) && prefix(at, letter, of) {
            base = of;
            at += 2;
            break;
        }
    }
    if base == 0 {
        if text.get(at) == Some(&b'0') {
            // A zero in front is only allowed in zero.
            while text.get(at) == Some(&b'0') {
                at += 1;
            }
            return (0, true, at);
        }
        base = 10;
    }
    let (mut v, mut fits) = (0u64, true);
    while let Some(d) = text.get(at).and_then(|c| (*c as char).to_digit(base)) {
        match v.checked_mul(base.into()).and_then(|v| v.checked_add(d.into())) {
            Some(n) => v = n,
            None => fits = false,
        }
        at += 1;
    }
    (v, fits, at)
}

fn spaces(text: &[u8]) -> usize {
    text.iter().take_while(|c| matches!(c, 9..=13 | 32)).count()
}

fn out_of_range() {
    dxpy_host::errno::Errno(libc::ERANGE).set_last();
}

free! {
    /// C: `unsigned long PyOS_strtoul(const char *, char **, int base)`.
    fn PyOS_strtoul(s: *const c_char, end: *mut *const c_char, base: c_int) -> c_ulong {
        let text = c_bytes(s);
        let skip = spaces(text);
        let (v, fits, used) = digits(&text[skip..], base.max(0) as u32);
        put(end, s.wrapping_add(skip + used));
        if fits {
            return v;
        }
        out_of_range();
        c_ulong::MAX
    }

    /// C: `long PyOS_strtol(const char *, char **, int base)`.
    fn PyOS_strtol(s: *const c_char, end: *mut *const c_char, base: c_int) -> c_long {
        let text = c_bytes(s);
        let mut at = spaces(text);
        let negative = text.get(at) == Some(&b'-');
        at += usize::from(matches!(text.get(at), Some(b'+' | b'-')));
        let (v, fits, used) = digits(&text[at..], base.max(0) as u32);
        put(end, s.wrapping_add(at + used));
        match i64::try_from(v) {
            Ok(n) if fits => if negative { -n } else { n },
            Err(_) if fits && negative && v == 1 << 63 => i64::MIN,
            _ => {
                out_of_range();
                c_long::MAX
            }
        }
    }

    /// C: `int PyOS_mystricmp(const char *, const char *)`.
    fn PyOS_mystricmp(a: *const c_char, b: *const c_char) -> c_int {
        without_case(c_bytes(a), c_bytes(b))
    }

    /// C: `int PyOS_mystrnicmp(const char *, const char *, Py_ssize_t)`.
    fn PyOS_mystrnicmp(a: *const c_char, b: *const c_char, n: isize) -> c_int {
        if n <= 0 {
            return 0;
        }
        // SAFETY: the C API's contract: C strings, or so many characters.
        let cut = |s: *const c_char| (0..n as usize).map(|i| unsafe { *s.add(i) } as u8).take_while(|c| *c != 0).collect::<Vec<u8>>();
        without_case(&cut(a), &cut(b))
    }

    /// C: `double _Py_dg_strtod(const char *, char **)`.
    fn _Py_dg_strtod(s: *const c_char, end: *mut *const c_char) -> f64 {
        let named = |c: &u8| matches!(c, b'n' | b'N');
        let (v, used) = float_text::parse_prefix(c_bytes(s)).filter(|(_, n)| !c_bytes(s)[..*n].iter().any(named)).unwrap_or((0.0, 0));
        put(end, s.wrapping_add(used));
        v
    }

    /// C: `double _Py_parse_inf_or_nan(const char *, char **)`: -1, with the end at the beginning, for neither.
    fn _Py_parse_inf_or_nan(s: *const c_char, end: *mut *const c_char) -> f64 {
        let named = |c: &u8| matches!(c, b'n' | b'N');
        let found = float_text::parse_prefix(c_bytes(s)).filter(|(_, n)| c_bytes(s)[..*n].iter().any(named));
        let (v, used) = found.unwrap_or((-1.0, 0));
        put(end, s.wrapping_add(used));
        v
    }
}

/// The difference of the first bytes that differ, letters made small.
fn without_case(a: &[u8], b: &[u8]) -> c_int {
    let at = |s: &[u8], i: usize| s.get(i).map_or(0, |c| c_int::from(c.to_ascii_lowercase()));
    (0..a.len().max(b.len())).map(|i| at(a, i) - at(b, i)).find(|d| *d != 0).unwrap_or(0)
}

fn of_c(c: &Py_complex) -> Complex {
    complex::new(c.real.get(), c.imag.get())
}

fn to_c(re: f64, im: f64) -> Py_complex {
    Py_complex { real: Cell::new(re), imag: Cell::new(im) }
}

/// What arithmetic says through `errno`.
fn or_error(r: dxpy_num::Result<Complex>, e: i32) -> Py_complex {
    match r {
        Ok(c) => to_c(c.re, c.im),
        Err(_) => {
            dxpy_host::errno::Errno(e).set_last();
            to_c(0.0, 0.0)
        }
    }
}

/// Functions of two complex numbers in registers.
macro_rules! complex {
    ($($(#[$m:meta])* $name:ident($a:ident $(, $b:ident)?) -> $ret:ty $body:block)*) => { $(
        $(#[$m])*
        #[unsafe(no_mangle)]
        pub extern "C" fn $name($a: Py_complex $(, $b: Py_complex)?) -> $ret {
            let $a = of_c(&$a);
            $(let $b = of_c(&$b);)?
            $body
        }
    )* };
}
complex! {
    /// C: `Py_complex _Py_c_sum(Py_complex, Py_complex)`.
    _Py_c_sum(a, b) -> Py_complex { to_c(a.re + b.re, a.im + b.im) }
    /// C: `Py_complex _Py_c_diff(Py_complex, Py_complex)`.
    _Py_c_diff(a, b) -> Py_complex { to_c(a.re - b.re, a.im - b.im) }
    /// C: `Py_complex _Py_c_neg(Py_complex)`.
    _Py_c_neg(a) -> Py_complex { to_c(-a.re, -a.im) }
    /// C: `Py_complex _Py_c_prod(Py_complex, Py_complex)`.
    _Py_c_prod(a, b) -> Py_complex { to_c(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re) }
    /// C: `Py_complex _Py_c_quot(Py_complex, Py_complex)`: `errno` says that the divisor is zero.
    _Py_c_quot(a, b) -> Py_complex { or_error(a.divided(b), libc::EDOM) }
    /// C: `Py_complex _Py_c_pow(Py_complex, Py_complex)`: `errno` says that there is no answer.
    _Py_c_pow(a, b) -> Py_complex {
        match a.pow(b) {
            Err(_) if a.re == 0.0 && a.im == 0.0 => or_error(a.pow(b), libc::EDOM),
            Err(_) => {
                out_of_range();
                to_c(f64::INFINITY, f64::INFINITY)
            }
            Ok(c) => to_c(c.re, c.im),
        }
    }
    /// C: `double _Py_c_abs(Py_complex)`: `errno` says that it is too large.
    _Py_c_abs(a) -> f64 {
        dxpy_host::errno::Errno(0).set_last();
        a.abs().unwrap_or_else(|_| {
            out_of_range();
            f64::INFINITY
        })
    }
}

const fn digit_values() -> [u8; 256] {
    let mut table = [37; 256];
    let mut c = 0;
    while c < 128 {
        table[c] = match (c as u8).to_ascii_lowercase() {
            d @ b'0'..=b'9' => d - b'0',
            l @ b'a'..=b'z' => l - b'a' + 10,
            _ => 37,
        };
        c += 1;
    }
    table
}

/// C: `unsigned char _PyLong_DigitValue[256]`: 37 for what is no digit of any base.
#[unsafe(no_mangle)]
pub static _PyLong_DigitValue: [u8; 256] = digit_values();
