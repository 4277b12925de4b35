//! Live objects of the marshal format (`PyMarshal_ReadObjectFromString`): what `marshal.loads`, compiled files and frozen
//! modules are read with. The format itself, its limits and errors are `dxpy_bytecode::marshal::decode`'s; writing live
//! objects is the `marshal` module's.

use super::{Parts, new};
use dxpy_bytecode::marshal::decode::{self, Head, Make, Scalar};
use dxpy_bytecode::marshal::format::{Exception, ReadError, StrWidth, check_utf8, parse_float};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, boolean, bytes, dict, exceptions, float, hooks, list, long, object, tuple,
    unicode,
};

/// Reads one value from the beginning of `data`, which then is what follows it.
pub fn read(py: Py<'_>, data: &mut &[u8]) -> PyResult {
    read_from(py, data)
}

/// Reads one value from anything.
pub fn read_from<I: decode::Input>(py: Py<'_>, input: &mut I) -> PyResult
where
    Failure: From<I::Error>,
{
    let mut maker = Maker { py, items: Vec::with_capacity(64) };
    decode::read(input, &mut maker).map_err(|e: Failure| e.raise(py))
}

/// What making a value may fail with.
pub enum Failure {
    Format(ReadError),
    Python(PyErr),
}

impl From<ReadError> for Failure {
    fn from(e: ReadError) -> Failure {
        Failure::Format(e)
    }
}

impl From<PyErr> for Failure {
    fn from(e: PyErr) -> Failure {
        Failure::Python(e)
    }
}

impl Failure {
    #[cold]
    fn raise(self, py: Py<'_>) -> PyErr {
        match self {
            Failure::Python(e) => e,
            Failure::Format(e) => {
                let text = e.to_string();
                let ty = match e.exception() {
                    Exception::EOFError => &exceptions::EOFError,
                    Exception::ValueError => &exceptions::ValueError,
                    _ => &exceptions::TypeError,
                };
                exceptions::format(py, ty, format_args!("{text}"))
            }
        }
    }
}

/// Makes live objects.
struct Maker<'py> {
    py: Py<'py>,
    /// The items of all containers in the making, the innermost one's last.
    items: Vec<Owned>,
}

/// A container in the making: lists, dicts and sets exist already, so that they can hold themselves.
struct Open {
    head: Head,
    /// Where its items begin.
    start: usize,
    live: Option<Owned>,
    line: i32,
}

impl Maker<'_> {
    fn text(&self, b: &[u8], width: StrWidth, interned: bool) -> Result<Owned, Failure> {
        let py = self.py;
        if b.is_ascii() {
            let s = if interned { unicode::intern_ascii(py, b)? } else { unicode::from_latin1(py, b)? };
            return Ok(s.upcast());
        }
        let s = match width {
            StrWidth::Utf8 => match core::str::from_utf8(b) {
                Ok(text) => unicode::from_str(py, text)?,
                Err(_) => {
                    check_utf8(b).map_err(ReadError::Utf8)?;
                    let points: Vec<u32> = dxpy_ast::PyStr::from_wtf8(b).code_points().collect();
                    unicode::from_code_points(py, &points)?
                }
            },
            _ => unicode::from_latin1(py, b)?,
        };
        Ok(if interned { unicode::intern(py, s)?.upcast() } else { s.upcast() })
    }
}

impl Make for Maker<'_> {
    type Object = Owned;
    type Open = Open;
    type Error = Failure;

    fn scalar(&mut self, value: Scalar<'_>, _: Option<u32>) -> Result<Owned, Failure> {
        let py = self.py;
        Ok(match value {
            Scalar::None => object::none(),
            Scalar::StopIteration => exceptions::StopIteration.as_object().to_owned(),
            Scalar::Ellipsis => object::_Py_EllipsisObject.to_owned(),
            Scalar::False => boolean::new(false).upcast(),
            Scalar::True => boolean::new(true).upcast(),
            Scalar::Int(i) => long::from_i64(py, i as i64)?.upcast(),
            Scalar::Int64(i) => long::from_i64(py, i)?.upcast(),
            Scalar::Long { negative, digits } => {
                // Pairs of 15-bit digits make the 30-bit ones.
                let halves: Vec<u32> =
                    digits.chunks_exact(2).map(|d| u16::from_le_bytes([d[0], d[1]]) as u32).collect();
                let digits: Vec<u32> =
                    halves.chunks(2).map(|p| p[0] | p.get(1).copied().unwrap_or(0) << 15).collect();
                long::from_digits(py, negative, &digits)?.upcast()
            }
            Scalar::Float(f) => float::new(py, f)?.upcast(),
            Scalar::FloatText(text) => float::new(py, parse_float(text)?)?.upcast(),
            Scalar::Complex(re, im) => crate::complex_constant(py, re, im)?,
            Scalar::Bytes(b) => bytes::new(py, b)?.upcast(),
            Scalar::Str(b, form) => self.text(b, form.width, form.interned)?,
        })
    }

    fn open(&mut self, head: Head, reserve: usize) -> Result<Open, Failure> {
        let py = self.py;
        let live = match head {
            Head::List { .. } => Some(list::new(py)?.upcast()),
            Head::Dict => Some(dict::new(py)?.upcast()),
            Head::Set { .. } => Some(hooks::new_set(py, Vec::new())?),
            _ => None,
        };
        // A container nested in itself by its said length could reserve again at each level.
        self.items.reserve(reserve.min(64));
        Ok(Open { head, start: self.items.len(), live, line: 0 })
    }

    fn unfinished(&mut self, open: &Open) -> Option<Owned> {
        open.live.clone()
    }

    fn push(&mut self, open: &mut Open, item: Owned) -> Result<(), Failure> {
        let py = self.py;
        let Some(live) = &open.live else {
            self.items.push(item);
            return Ok(());
        };
        if let Some(l) = list::check(live) {
            list::push(py, l, item)?;
        } else if let Some(d) = dict::check(live) {
            if self.items.len() == open.start {
                self.items.push(item);
            } else if let Some(key) = self.items.pop() {
                dict::set(py, d, &key, &item)?;
            }
        } else {
            hooks::set_add(py, live, &item)?;
        }
        Ok(())
    }

    fn line(&mut self, open: &mut Open, firstlineno: i32) -> Result<(), Failure> {
        open.line = firstlineno;
        Ok(())
    }

    fn close(&mut self, open: Open, _: Option<u32>) -> Result<Owned, Failure> {
        let py = self.py;
        if let Some(live) = open.live {
            return Ok(live);
        }
        let items = self.items.drain(open.start..);
        Ok(match open.head {
            Head::FrozenSet { .. } => crate::frozenset_constant(py, items.collect())?,
            Head::Code(numbers) => code(py, numbers, items, open.line)?,
            _ => tuple::from_iter(py, items)?.upcast(),
        })
    }
}

/// A code object of its parts, in the order of the format: code, consts, names, localsplusnames, localspluskinds, filename,
/// name, qualname, linetable, exceptiontable.
fn code(
    py: Py<'_>,
    numbers: [i32; 5],
    mut items: impl Iterator<Item = Owned>,
    firstlineno: i32,
) -> PyResult<Owned> {
    let bad = || exceptions::type_error(py, format_args!("bad marshal data (code object of wrong parts)"));
    let mut next = || items.next().ok_or_else(bad);
    macro_rules! part {
        ($module:ident) => {{
            let item = next()?;
            if $module::check(&item).is_none() {
                return Err(bad());
            }
            // SAFETY: LAYOUT: just checked.
            unsafe { item.cast() }
        }};
    }
    let [argcount, posonlyargcount, kwonlyargcount, stacksize, flags] = numbers.map(|n| n as u32);
    let raw: Owned<PyBytesObject> = part!(bytes);
    let parts = Parts {
        argcount,
        posonlyargcount,
        kwonlyargcount,
        stacksize,
        flags,
        firstlineno,
        code: bytes::as_slice(&raw),
        consts: part!(tuple),
        names: part!(tuple),
        localsplusnames: part!(tuple),
        localspluskinds: part!(bytes),
        filename: part!(unicode),
        name: part!(unicode),
        qualname: part!(unicode),
        linetable: part!(bytes),
        exceptiontable: part!(bytes),
    };
    if !parts.code.len().is_multiple_of(2) {
        return Err(exceptions::value_error(py, format_args!("code: co_code is malformed")));
    }
    new(py, parts).map(Owned::upcast)
}
