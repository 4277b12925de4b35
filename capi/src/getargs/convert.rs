//! One unit of a format: what `PyArg_Parse*` does with an argument, and what it takes from the list when there is none
//! (`convertitem`, `convertsimple`, `skipitem` of `Python/getargs.c`).

use crate::varargs::VaList;
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use dxpy_core::abi::constants::{PyBUF_SIMPLE, PyBUF_WRITABLE};
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Py, PyErr, PyResult, buffer, bytes, exceptions, float, long, number, object, protocol, sequence, types,
    unicode,
};

/// Why an argument was refused.
pub enum Refused {
    /// An exception says why.
    Raised(PyErr),
    /// The rest of "argument N ..."; a text in parentheses is about the format and makes a `SystemError`.
    Text(String),
}

impl From<PyErr> for Refused {
    fn from(e: PyErr) -> Refused {
        Refused::Raised(e)
    }
}

type Converted = Result<(), Refused>;

/// What conversions made, to be undone when a later one fails (`freelist_t`).
#[derive(Default)]
pub struct Made(Vec<Undo>);

enum Undo {
    Buffer(*mut Py_buffer),
    Memory(*mut *mut c_char),
    Converter(Converter, *mut c_void),
}

type Converter = unsafe extern "C" fn(*mut PyObject, *mut c_void) -> c_int;

/// What an `O&` converter returns to be called again, with NULL, when a later argument is refused.
const CLEANUP_SUPPORTED: c_int = 0x20000;

impl Made {
    /// Undoes everything, the error aside.
    ///
    /// # Safety
    /// The places that conversions wrote to are still there.
    pub unsafe fn undo(self) {
        for u in self.0 {
            // SAFETY: the caller's promise; each was made by the conversion that noted it.
            unsafe {
                match u {
                    Undo::Buffer(view) => buffer::release(&*view),
                    Undo::Memory(place) => {
                        crate::pymem::PyMem_Free((*place).cast());
                        *place = core::ptr::null_mut();
                    }
                    Undo::Converter(f, place) => {
                        f(core::ptr::null_mut(), place);
                    }
                }
            }
        }
    }
}

/// A format being read with its places to write to.
pub struct Reader<'f, 'v> {
    pub format: &'f [u8],
    pub args: &'v mut VaList,
    /// Lengths are `Py_ssize_t` (`PY_SSIZE_T_CLEAN`).
    pub sizes: bool,
    /// Where in nested tuples the refused item is, 1-based, outermost first.
    pub levels: Vec<usize>,
    pub made: Made,
}

/// `converterr`.
fn expected(what: &str, arg: &PyObject) -> Refused {
    if what.starts_with('(') {
        return Refused::Text(what.to_owned());
    }
    Refused::Text(format!("must be {what}, not {}", shown_type(arg)))
}

/// The type as messages name it.
pub fn shown_type(arg: &PyObject) -> String {
    if object::is_none(arg) { "None".to_owned() } else { type_name(arg.ty()) }
}

/// The units of the format up to the end or the parenthesis that closes it (`e` and its second letter are one).
pub fn count_units(format: &[u8]) -> usize {
    let (mut n, mut level, mut i) = (0, 0, 0);
    while i < format.len() {
        match format[i] {
            b'(' => {
                n += usize::from(level == 0);
                level += 1;
            }
            b')' if level == 0 => break,
            b')' => level -= 1,
            b':' | b';' => break,
            c if c.is_ascii_alphabetic() && level == 0 => {
                n += 1;
                i += usize::from(c == b'e');
            }
            _ => {}
        }
        i += 1;
    }
    n
}

/// A C `long`, with `TypeError` for what has no `__index__` and `OverflowError` for what does not fit.
fn as_long(py: Py<'_>, arg: &PyObject) -> PyResult<i64> {
    let n = number::index(py, arg)?;
    long::to_i64(&n).ok_or_else(|| {
        exceptions::overflow_error(py, format_args!("Python int too large to convert to C long"))
    })
}

/// The low 64 bits (`PyLong_AsUnsignedLongMask`).
fn masked(py: Py<'_>, arg: &PyObject) -> PyResult<u64> {
    let n = number::index(py, arg)?;
    let mut low = 0u64;
    for (i, d) in long::digits(&n).iter().take(3).enumerate() {
        low |= (*d as u64).wrapping_shl(30 * i as u32);
    }
    Ok(if long::sign(&n) < 0 { low.wrapping_neg() } else { low })
}

impl Reader<'_, '_> {
    /// The next character of the format, 0 at its end.
    pub fn peek(&self) -> u8 {
        self.format.first().copied().unwrap_or(0)
    }

    pub fn advance(&mut self) {
        self.format = self.format.get(1..).unwrap_or_default();
    }

    /// Reads `c` if it is next.
    fn follows(&mut self, c: u8) -> bool {
        let yes = self.peek() == c;
        if yes {
            self.advance();
        }
        yes
    }

    /// Writes a result where the next pointer argument says.
    ///
    /// # Safety
    /// The format promises a pointer to a `T`.
    unsafe fn put<T>(&mut self, value: T) {
        // SAFETY: the caller's promise.
        unsafe { self.args.pointer::<T>().write(value) }
    }

    /// `convertitem`.
    ///
    /// # Safety
    /// The arguments are those of the format; GIL.
    pub unsafe fn item(&mut self, py: Py<'_>, arg: &PyObject) -> Converted {
        // SAFETY: the caller's promise.
        unsafe {
            if self.peek() == b'(' {
                self.advance();
                self.tuple(py, arg)?;
                self.advance();
                Ok(())
            } else {
                self.simple(py, arg).inspect_err(|_| self.levels.clear())
            }
        }
    }

    /// `converttuple`: the items of a sequence; the opening parenthesis is read.
    unsafe fn tuple(&mut self, py: Py<'_>, arg: &PyObject) -> Converted {
        let n = count_units(self.format);
        if !sequence::check(arg) || bytes::check(arg).is_some() {
            self.levels.clear();
            return Err(Refused::Text(format!("must be {n}-item sequence, not {}", shown_type(arg))));
        }
        let len = protocol::len(py, arg)?;
        if len != n {
            self.levels.clear();
            return Err(Refused::Text(format!("must be sequence of length {n}, not {len}")));
        }
        for i in 0..n {
            let Ok(item) = sequence::item(py, arg, i as isize) else {
                self.levels.clear();
                self.levels.push(i + 1);
                return Err(Refused::Text("is not retrievable".to_owned()));
            };
            // The sequence goes on holding what C code borrows, as long as it is not changed.
            // SAFETY: the caller's promise.
            if let Err(e) = unsafe { self.item(py, &item) } {
                self.levels.insert(0, i + 1);
                return Err(e);
            }
        }
        Ok(())
    }

    /// An integer of C between two limits.
    fn ranged(py: Py<'_>, arg: &PyObject, what: &str, low: i64, high: i64) -> PyResult<i64> {
        let v = as_long(py, arg)?;
        let side = match v {
            v if v < low => "less than minimum",
            v if v > high => "greater than maximum",
            v => return Ok(v),
        };
        Err(exceptions::overflow_error(py, format_args!("{what} is {side}")))
    }

    /// `convertsimple`.
    unsafe fn simple(&mut self, py: Py<'_>, arg: &PyObject) -> Converted {
        let code = self.peek();
        self.advance();
        // SAFETY: the caller's promise: each code writes what the C API says.
        unsafe {
            match code {
                b'b' => {
                    let v = Self::ranged(py, arg, "unsigned byte integer", 0, u8::MAX as i64)?;
                    self.put(v as u8);
                }
                b'h' => {
                    let v = Self::ranged(py, arg, "signed short integer", i16::MIN as i64, i16::MAX as i64)?;
                    self.put(v as i16);
                }
                b'i' => {
                    let v = Self::ranged(py, arg, "signed integer", i32::MIN as i64, i32::MAX as i64)?;
                    self.put(v as c_int);
                }
                b'B' => {
                    let v = masked(py, arg)?;
                    self.put(v as u8);
                }
                b'H' => {
                    let v = masked(py, arg)?;
                    self.put(v as u16);
                }
                b'I' => {
                    let v = masked(py, arg)?;
                    self.put(v as c_uint);
                }
                b'n' => {
                    let n = number::index(py, arg)?;
                    let Some(v) = long::to_i64(&n) else {
                        return Err(exceptions::overflow_error(
                            py,
                            format_args!("Python int too large to convert to C ssize_t"),
                        )
                        .into());
                    };
                    self.put(v as Py_ssize_t);
                }
                b'l' | b'L' => {
                    let v = as_long(py, arg)?;
                    self.put(v);
                }
                b'k' | b'K' => {
                    if long::check(arg).is_none() {
                        return Err(expected("int", arg));
                    }
                    let v = masked(py, arg)?;
                    self.put(v);
                }
                b'f' => {
                    let v = float::as_f64(py, arg)?;
                    self.put(v as f32);
                }
                b'd' => {
                    let v = float::as_f64(py, arg)?;
                    self.put(v);
                }
                b'D' => {
                    let v = crate::complexobject::PyComplex_AsCComplex(arg.as_ptr());
                    if let Some(e) = PyErr::take(py) {
                        return Err(e.into());
                    }
                    self.put(v);
                }
                b'c' => {
                    let one = match (bytes::check(arg), dxpy_types::bytearray::check(arg)) {
                        (Some(b), _) => bytes::as_slice(b).to_vec(),
                        (_, Some(_)) => buffer::to_vec(py, arg)?,
                        _ => Vec::new(),
                    };
                    let [c] = one[..] else { return Err(expected("a byte string of length 1", arg)) };
                    self.put(c);
                }
                b'C' => {
                    let s = unicode::check(arg).filter(|s| unicode::len(s) == 1);
                    let Some(s) = s else { return Err(expected("a unicode character", arg)) };
                    self.put(unicode::view(s).at(0) as c_int);
                }
                b'p' => {
                    let v = protocol::is_true(py, arg)?;
                    self.put(c_int::from(v));
                }
                b's' | b'z' | b'y' => self.text(py, arg, code)?,
                b'w' => self.writable(py, arg)?,
                b'e' => self.encoded(py, arg)?,
                b'S' => self.typed(arg, bytes::check(arg).is_some(), "bytes")?,
                b'Y' => self.typed(arg, dxpy_types::bytearray::check(arg).is_some(), "bytearray")?,
                b'U' => self.typed(arg, unicode::check(arg).is_some(), "str")?,
                b'O' => self.object(py, arg)?,
                _ => return Err(Refused::Text("(impossible<bad format char>)".to_owned())),
            }
        }
        Ok(())
    }

    unsafe fn typed(&mut self, arg: &PyObject, right: bool, what: &str) -> Converted {
        if !right {
            return Err(expected(what, arg));
        }
        // SAFETY: the caller's promise.
        unsafe { self.put(arg.as_ptr()) };
        Ok(())
    }

    unsafe fn object(&mut self, py: Py<'_>, arg: &PyObject) -> Converted {
        // SAFETY: the caller's promise.
        unsafe {
            if self.follows(b'!') {
                let ty = &*self.args.pointer::<PyTypeObject>();
                if !types::is_subtype(arg.ty(), ty) {
                    return Err(expected(&type_name(ty), arg));
                }
                self.put(arg.as_ptr());
            } else if self.follows(b'&') {
                let convert: Converter = core::mem::transmute(self.args.pointer::<c_void>());
                let place = self.args.pointer::<c_void>();
                match convert(arg.as_ptr(), place) {
                    0 => {
                        return Err(
                            PyErr::take(py).map_or_else(|| expected("(unspecified)", arg), Refused::Raised)
                        );
                    }
                    CLEANUP_SUPPORTED => self.made.0.push(Undo::Converter(convert, place)),
                    _ => {}
                }
            } else {
                self.put(arg.as_ptr());
            }
        }
        Ok(())
    }

    /// The bytes of an object that nobody can change while they are borrowed (`convertbuffer`).
    unsafe fn borrowed(&mut self, py: Py<'_>, arg: &PyObject) -> Result<(*const c_char, usize), Refused> {
        // SAFETY: LIVE: a type's tables outlive it.
        let table = unsafe { arg.ty().tp_as_buffer.get().as_ref() };
        if table.is_some_and(|t| t.bf_releasebuffer.get().is_some()) {
            return Err(expected("read-only bytes-like object", arg));
        }
        // SAFETY: all-zero is a view that `get` fills.
        let view: Py_buffer = unsafe { core::mem::zeroed() };
        simple_view(py, arg, &view)?;
        let r = (view.buf.get() as *const c_char, view.len.get() as usize);
        buffer::release(&view);
        Ok(r)
    }

    /// The UTF-8 text of a str, which the str keeps.
    unsafe fn utf8(py: Py<'_>, s: &PyObject) -> Result<(*const c_char, usize), Refused> {
        let mut n: Py_ssize_t = 0;
        // SAFETY: GIL, LIVE.
        let p = unsafe { crate::unicodeobject::PyUnicode_AsUTF8AndSize(Some(s), &raw mut n) };
        if p.is_null() {
            // The conversion's own exception wins.
            return Err(
                PyErr::take(py).map_or_else(|| expected("(unicode conversion error)", s), Refused::Raised)
            );
        }
        Ok((p, n as usize))
    }

    /// `s`, `z` and `y` with what may follow them.
    unsafe fn text(&mut self, py: Py<'_>, arg: &PyObject, code: u8) -> Converted {
        let none = code == b'z' && object::is_none(arg);
        let as_str = code != b'y' && unicode::check(arg).is_some();
        // SAFETY: the caller's promise.
        unsafe {
            if self.follows(b'*') {
                let view = self.args.pointer::<Py_buffer>();
                if none || as_str {
                    let (p, n, owner) = match none {
                        true => (core::ptr::null(), 0, core::ptr::null_mut()),
                        false => {
                            let (p, n) = Self::utf8(py, arg)?;
                            (p, n, arg.as_ptr())
                        }
                    };
                    crate::memoryobject::PyBuffer_FillInfo(
                        view,
                        owner,
                        p as *mut c_void,
                        n as Py_ssize_t,
                        1,
                        PyBUF_SIMPLE,
                    );
                } else {
                    simple_view(py, arg, &*view)?;
                }
                self.made.0.push(Undo::Buffer(view));
                return Ok(());
            }
            if self.follows(b'#') {
                let (p, n) = match (none, as_str) {
                    (true, _) => (core::ptr::null(), 0),
                    (_, true) => Self::utf8(py, arg)?,
                    _ => self.borrowed(py, arg)?,
                };
                self.put(p);
                return self.size(py, n);
            }
            let (p, n) = match code {
                b'y' => self.borrowed(py, arg)?,
                _ if none => {
                    self.put(core::ptr::null::<c_char>());
                    return Ok(());
                }
                _ if as_str => Self::utf8(py, arg)?,
                b'z' => return Err(expected("str or None", arg)),
                _ => return Err(expected("str", arg)),
            };
            if n > 0 && core::slice::from_raw_parts(p.cast::<u8>(), n).contains(&0) {
                let what = if code == b'y' { "byte" } else { "character" };
                return Err(exceptions::value_error(py, format_args!("embedded null {what}")).into());
            }
            self.put(p);
        }
        Ok(())
    }

    /// Writes the length of a `#` unit.
    unsafe fn size(&mut self, py: Py<'_>, n: usize) -> Converted {
        if !self.sizes {
            return Err(exceptions::system_error(
                py,
                format_args!("PY_SSIZE_T_CLEAN macro must be defined for '#' formats"),
            )
            .into());
        }
        // SAFETY: the caller's promise.
        unsafe { self.put(n as Py_ssize_t) };
        Ok(())
    }

    unsafe fn writable(&mut self, py: Py<'_>, arg: &PyObject) -> Converted {
        if !self.follows(b'*') {
            return Err(Refused::Text("(invalid use of 'w' format character)".to_owned()));
        }
        // SAFETY: the caller's promise.
        let place = unsafe { self.args.pointer::<Py_buffer>() };
        // SAFETY: as above.
        let view = unsafe { &*place };
        if buffer::get(py, arg, view, PyBUF_WRITABLE).is_err() {
            return Err(expected("read-write bytes-like object", arg));
        }
        if !buffer::is_contiguous(view, b'C') {
            buffer::release(view);
            return Err(expected("contiguous buffer", arg));
        }
        self.made.0.push(Undo::Buffer(place));
        Ok(())
    }

    /// `es`, `et`, `es#`, `et#`.
    unsafe fn encoded(&mut self, py: Py<'_>, arg: &PyObject) -> Converted {
        // SAFETY: the caller's promise.
        unsafe {
            let encoding = self.args.pointer::<c_char>();
            let encoding = match encoding.is_null() {
                true => "utf-8".to_owned(),
                false => CStr::from_ptr(encoding).to_string_lossy().into_owned(),
            };
            let recode = match self.peek() {
                b's' => true,
                b't' => false,
                _ => return Err(Refused::Text("(unknown parser marker combination)".to_owned())),
            };
            self.advance();
            let place = self.args.pointer::<*mut c_char>();
            if place.is_null() {
                return Err(Refused::Text("(buffer is NULL)".to_owned()));
            }
            let data = match (bytes::check(arg), dxpy_types::bytearray::check(arg), unicode::check(arg)) {
                (Some(b), ..) if !recode => bytes::as_slice(b).to_vec(),
                (_, Some(_), _) if !recode => buffer::to_vec(py, arg)?,
                (.., Some(s)) => {
                    let b = dxpy_core::codecs::encode(py, s, Some(&encoding), None)?;
                    bytes::check(&b).map(|b| bytes::as_slice(b).to_vec()).unwrap_or_default()
                }
                _ => return Err(expected(if recode { "str" } else { "str, bytes or bytearray" }, arg)),
            };
            if self.follows(b'#') {
                if !self.sizes {
                    return self.size(py, 0);
                }
                let length = self.args.pointer::<Py_ssize_t>();
                if length.is_null() {
                    return Err(Refused::Text("(buffer_len is NULL)".to_owned()));
                }
                if (*place).is_null() {
                    self.allocate(py, place, data.len())?;
                } else if data.len() as isize + 1 > *length {
                    return Err(exceptions::value_error(
                        py,
                        format_args!(
                            "encoded string too long ({}, maximum length {})",
                            data.len(),
                            *length - 1
                        ),
                    )
                    .into());
                }
                copy(&data, *place);
                *length = data.len() as isize;
            } else {
                if data.contains(&0) {
                    return Err(expected("encoded string without null bytes", arg));
                }
                self.allocate(py, place, data.len())?;
                copy(&data, *place);
            }
        }
        Ok(())
    }

    /// A block for `n` bytes and a NUL, which `PyMem_Free` releases.
    unsafe fn allocate(&mut self, py: Py<'_>, place: *mut *mut c_char, n: usize) -> Converted {
        let block = crate::pymem::room(py, n + 1)?;
        // SAFETY: the caller's promise.
        unsafe { *place = block };
        self.made.0.push(Undo::Memory(place));
        Ok(())
    }

    /// `skipitem`: leaves the places of a unit as they are.
    ///
    /// # Safety
    /// The arguments are those of the format.
    pub unsafe fn skip(&mut self) -> Result<(), &'static str> {
        let code = self.peek();
        self.advance();
        // SAFETY: the caller's promise.
        unsafe {
            match code {
                b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'k' | b'L' | b'K' | b'n' | b'f' | b'd'
                | b'D' | b'c' | b'C' | b'p' | b'S' | b'Y' | b'U' => {
                    self.args.word();
                }
                b's' | b'z' | b'y' | b'w' => {
                    self.args.word();
                    self.skip_size()?;
                }
                b'e' => {
                    self.args.word();
                    if !matches!(self.peek(), b's' | b't') {
                        return Err("impossible<bad format char>");
                    }
                    self.advance();
                    self.args.word();
                    self.skip_size()?;
                }
                b'O' => {
                    if self.follows(b'!') || self.follows(b'&') {
                        self.args.word();
                    }
                    self.args.word();
                }
                b'(' => {
                    while self.peek() != b')' {
                        if matches!(self.peek(), 0 | b':' | b';') {
                            return Err("Unmatched left paren in format string");
                        }
                        self.skip()?;
                    }
                    self.advance();
                }
                b')' => return Err("Unmatched right paren in format string"),
                _ => return Err("impossible<bad format char>"),
            }
        }
        Ok(())
    }

    unsafe fn skip_size(&mut self) -> Result<(), &'static str> {
        if self.follows(b'#') {
            if !self.sizes {
                return Err("PY_SSIZE_T_CLEAN macro must be defined for '#' formats");
            }
            // SAFETY: the caller's promise.
            unsafe { self.args.word() };
        } else {
            self.follows(b'*');
        }
        Ok(())
    }
}

/// Copies bytes and a NUL.
///
/// # Safety
/// Room for one byte more than there are.
unsafe fn copy(data: &[u8], to: *mut c_char) {
    // SAFETY: the caller's promise.
    unsafe {
        core::ptr::copy_nonoverlapping(data.as_ptr(), to.cast(), data.len());
        *to.add(data.len()) = 0;
    }
}

/// `getbuffer`.
fn simple_view(py: Py<'_>, arg: &PyObject, view: &Py_buffer) -> Converted {
    buffer::get(py, arg, view, PyBUF_SIMPLE)?;
    if !buffer::is_contiguous(view, b'C') {
        buffer::release(view);
        return Err(expected("contiguous buffer", arg));
    }
    Ok(())
}
