//! The methods that `bytes` and `bytearray` share, generic over the type; results are of it. Kernels are in
//! `dxpy_text::bytes`. Views of arguments are acquired before the object's own bytes are read, for acquiring may run
//! Python code.

use dxpy_core::abi::*;
use dxpy_core::args::{Bound, FromArg, SliceArg};
use dxpy_core::buffer::View;
use dxpy_core::call::type_name;
use dxpy_core::codecs::{self, Source};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, boolean, buffer, bytes, exceptions, list, number, object, protocol, sequence,
    tuple, unicode,
};
use dxpy_text::bytes as kernel;
use dxpy_text::strings::edit::{SizeError, center_margins, expandtabs_in, replace_in};
use dxpy_text::strings::search::{count_in, find_in, rfind_in};
use dxpy_text::strings::split::{Side, rsplit_in, split_in};
use dxpy_text::strings::{bounds, case};

/// `bytes` or `bytearray`.
pub trait Bytes: Layout + Object + Sized {
    /// The content. Of a bytearray it may change whenever Python code runs.
    fn content(&self) -> &[u8];
    /// A new exact object.
    fn make(py: Py<'_>, content: &[u8]) -> PyResult<Owned<Self>>;
    /// The object itself where it is exact and cannot change, else a copy.
    fn unchanged(&self, py: Py<'_>) -> PyResult<Owned<Self>>;
    /// This object's type or one of its subtypes?
    fn check(o: &PyObject) -> Option<&Self>;
    /// As a source of text.
    fn source(&self) -> Source<'_>;
    /// Runs code during which the object cannot be resized.
    fn pinned<R>(&self, f: impl FnOnce() -> R) -> R {
        f()
    }
}

impl Bytes for PyBytesObject {
    fn content(&self) -> &[u8] {
        bytes::as_slice(self)
    }
    fn make(py: Py<'_>, content: &[u8]) -> PyResult<Owned<Self>> {
        bytes::new(py, content)
    }
    fn unchanged(&self, py: Py<'_>) -> PyResult<Owned<Self>> {
        match bytes::check_exact(self.as_object()) {
            Some(b) => Ok(b.to_owned()),
            None => bytes::new(py, self.content()),
        }
    }
    fn check(o: &PyObject) -> Option<&Self> {
        bytes::check(o)
    }
    fn source(&self) -> Source<'_> {
        Source::of(self)
    }
}

/// An argument of `find` and its kin: one byte as a number, or bytes.
pub enum Needle {
    Byte([u8; 1]),
    View(View),
}

impl Needle {
    fn bytes(&self) -> &[u8] {
        match self {
            Needle::Byte(b) => b,
            Needle::View(v) => v.bytes(),
        }
    }
}

#[cold]
pub fn not_a_byte(py: Py<'_>) -> PyErr {
    exceptions::value_error(py, format_args!("byte must be in range(0, 256)"))
}

/// `parse_args_finds_byte`'s first argument.
fn needle(py: Py<'_>, o: &PyObject) -> PyResult<Needle> {
    if buffer::check(o) {
        return View::simple(py, o).map(Needle::View);
    }
    if !number::has_index(o) {
        return Err(exceptions::type_error(
            py,
            format_args!("argument should be integer or bytes-like object, not '{}'", type_name(o.ty())),
        ));
    }
    let n = number::as_ssize_clipped(py, o)?;
    u8::try_from(n).map(|b| Needle::Byte([b])).map_err(|_| not_a_byte(py))
}

/// A byte given as a number (`_getbytevalue`).
pub fn byte_value(py: Py<'_>, o: &PyObject) -> PyResult<u8> {
    let n = number::as_ssize_clipped(py, o)?;
    u8::try_from(n).map_err(|_| not_a_byte(py))
}

/// The fill byte of `center` and its kin (Argument Clinic's `char`).
pub struct Fill(pub u8);

impl<'a> FromArg<'a> for Fill {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        let o = <&'a PyObject>::from_arg(py, bound, i)?;
        let content = match bytes::check(o) {
            Some(b) => Some(bytes::as_slice(b)),
            None => crate::bytearray::check(o).map(Bytes::content),
        };
        match content {
            Some([c]) => Ok(Fill(*c)),
            _ => Err(dxpy_core::args::bad_argument(py, bound, i, "a byte string of length 1")),
        }
    }
}

type Edge = Option<SliceArg>;

fn selected(n: usize, start: Edge, end: Edge) -> Option<(usize, usize)> {
    bounds(n, start.and_then(|s| s.0).unwrap_or(0), end.and_then(|s| s.0).unwrap_or(isize::MAX))
}

fn search<B: Bytes>(
    py: Py<'_>,
    this: &B,
    sub: &PyObject,
    (start, end): (Edge, Edge),
    kernel: fn(&[u8], &[u8]) -> Option<usize>,
) -> PyResult<Option<usize>> {
    let sub = needle(py, sub)?;
    let content = this.content();
    let Some((from, to)) = selected(content.len(), start, end) else { return Ok(None) };
    Ok(kernel(&content[from..to], sub.bytes()).map(|i| i + from))
}

#[cold]
fn not_found(py: Py<'_>) -> PyErr {
    exceptions::value_error(py, format_args!("subsection not found"))
}

pub fn find<B: Bytes>(py: Py<'_>, b: &B, sub: &PyObject, start: Edge, end: Edge) -> PyResult<isize> {
    Ok(search(py, b, sub, (start, end), find_in)?.map_or(-1, |i| i as isize))
}

pub fn rfind<B: Bytes>(py: Py<'_>, b: &B, sub: &PyObject, start: Edge, end: Edge) -> PyResult<isize> {
    Ok(search(py, b, sub, (start, end), rfind_in)?.map_or(-1, |i| i as isize))
}

pub fn index<B: Bytes>(py: Py<'_>, b: &B, sub: &PyObject, start: Edge, end: Edge) -> PyResult<usize> {
    search(py, b, sub, (start, end), find_in)?.ok_or_else(|| not_found(py))
}

pub fn rindex<B: Bytes>(py: Py<'_>, b: &B, sub: &PyObject, start: Edge, end: Edge) -> PyResult<usize> {
    search(py, b, sub, (start, end), rfind_in)?.ok_or_else(|| not_found(py))
}

pub fn count<B: Bytes>(py: Py<'_>, b: &B, sub: &PyObject, start: Edge, end: Edge) -> PyResult<usize> {
    let sub = needle(py, sub)?;
    let content = b.content();
    let Some((from, to)) = selected(content.len(), start, end) else { return Ok(0) };
    Ok(count_in(&content[from..to], sub.bytes(), usize::MAX))
}

/// `_Py_bytes_contains`.
pub fn contains<B: Bytes>(py: Py<'_>, b: &B, what: &PyObject) -> PyResult<bool> {
    match number::as_ssize_clipped(py, what) {
        Ok(n) => match u8::try_from(n) {
            Ok(c) => Ok(find_in(b.content(), &[c]).is_some()),
            Err(_) => Err(not_a_byte(py)),
        },
        Err(_) => {
            let v = View::simple(py, what)?;
            Ok(find_in(b.content(), v.bytes()).is_some())
        }
    }
}

fn tail_match<B: Bytes>(
    py: Py<'_>,
    b: &B,
    what: &PyObject,
    (start, end): (Edge, Edge),
    name: &str,
    kernel: fn(&[u8], &[u8]) -> bool,
) -> PyResult<bool> {
    let matches = |o: &PyObject| -> PyResult<bool> {
        let v = View::simple(py, o)?;
        let content = b.content();
        let range = selected(content.len(), start, end);
        Ok(range.is_some_and(|(from, to)| kernel(&content[from..to], v.bytes())))
    };
    if let Some(t) = tuple::check(what) {
        for o in tuple::items(t) {
            if matches(o)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    matches(what).map_err(|e| {
        if exceptions::matches(&e, &exceptions::TypeError) {
            let name = format!("{name} first arg must be bytes or a tuple of bytes");
            return exceptions::type_error(py, format_args!("{name}, not {}", type_name(what.ty())));
        }
        e
    })
}

pub fn startswith<B: Bytes>(py: Py<'_>, b: &B, what: &PyObject, start: Edge, end: Edge) -> PyResult<bool> {
    tail_match(py, b, what, (start, end), "startswith", |s, p| s.starts_with(p))
}

pub fn endswith<B: Bytes>(py: Py<'_>, b: &B, what: &PyObject, start: Edge, end: Edge) -> PyResult<bool> {
    tail_match(py, b, what, (start, end), "endswith", |s, p| s.ends_with(p))
}

fn limit(n: Option<isize>) -> usize {
    usize::try_from(n.unwrap_or(-1)).unwrap_or(usize::MAX)
}

#[cold]
fn empty_separator(py: Py<'_>) -> PyErr {
    exceptions::value_error(py, format_args!("empty separator"))
}

/// The error of a kernel whose result would be too long, or for which there is no memory.
#[cold]
fn size_error(py: Py<'_>, e: SizeError, message: &str) -> PyErr {
    match e {
        SizeError::TooLong => exceptions::overflow_error(py, format_args!("{message}")),
        SizeError::NoMemory => exceptions::memory_error(py),
    }
}

fn separator(py: Py<'_>, sep: Option<&PyObject>) -> PyResult<Option<View>> {
    match sep.filter(|o| !object::is_none(o)) {
        None => Ok(None),
        Some(o) => {
            let v = View::simple(py, o)?;
            if v.is_empty() { Err(empty_separator(py)) } else { Ok(Some(v)) }
        }
    }
}

/// A part of the object: the object itself when it is the whole of one that cannot change.
fn part<B: Bytes>(py: Py<'_>, b: &B, from: usize, to: usize) -> PyResult<Owned<B>> {
    if from == 0 && to == b.content().len() {
        return b.unchanged(py);
    }
    B::make(py, &b.content()[from..to])
}

/// The parts a kernel cuts. Making objects may collect garbage, so places are found first and read again.
fn parts<B: Bytes>(
    py: Py<'_>,
    b: &B,
    cut: impl FnOnce(&[u8], &mut dyn FnMut(usize, usize) -> Result<(), core::convert::Infallible>),
    reverse: bool,
) -> PyResult<Owned<PyListObject>> {
    let mut places = Vec::new();
    cut(b.content(), &mut |from, to| {
        places.push((from, to));
        Ok(())
    });
    if reverse {
        places.reverse();
    }
    let out = list::with_capacity(py, places.len())?;
    for (from, to) in places {
        let n = b.content().len();
        list::push(py, &out, part(py, b, from.min(n), to.min(n))?.upcast())?;
    }
    Ok(out)
}

pub fn split<B: Bytes>(
    py: Py<'_>,
    b: &B,
    sep: Option<&PyObject>,
    max: Option<isize>,
) -> PyResult<Owned<PyListObject>> {
    let sep = separator(py, sep)?;
    parts(
        py,
        b,
        |s, f| {
            let r = match &sep {
                None => kernel::split_space(s, limit(max), f),
                Some(sep) => split_in(s, sep.bytes(), limit(max), f),
            };
            r.unwrap_or_else(|e| match e {})
        },
        false,
    )
}

pub fn rsplit<B: Bytes>(
    py: Py<'_>,
    b: &B,
    sep: Option<&PyObject>,
    max: Option<isize>,
) -> PyResult<Owned<PyListObject>> {
    let sep = separator(py, sep)?;
    parts(
        py,
        b,
        |s, f| {
            let r = match &sep {
                None => kernel::rsplit_space(s, limit(max), f),
                Some(sep) => rsplit_in(s, sep.bytes(), limit(max), f),
            };
            r.unwrap_or_else(|e| match e {})
        },
        true,
    )
}

pub fn splitlines<B: Bytes>(py: Py<'_>, b: &B, keep: Option<bool>) -> PyResult<Owned<PyListObject>> {
    let keep = keep.unwrap_or(false);
    parts(py, b, |s, f| kernel::splitlines(s, keep, f).unwrap_or_else(|e| match e {}), false)
}

fn three<B: Bytes>(
    py: Py<'_>,
    b: &B,
    sep: &PyObject,
    find: fn(&[u8], &[u8]) -> Option<usize>,
    whole_first: bool,
) -> PyResult<Owned<PyTupleObject>> {
    let v = View::simple(py, sep)?;
    if v.is_empty() {
        return Err(empty_separator(py));
    }
    let empty = || -> PyResult { Ok(B::make(py, &[])?.upcast()) };
    let n = b.content().len();
    let items = match find(b.content(), v.bytes()) {
        Some(i) => {
            let middle = match B::check(sep) {
                // Of bytes the separator itself is given.
                Some(_) if bytes::check(sep).is_some() => sep.to_owned(),
                _ => B::make(py, v.bytes())?.upcast(),
            };
            [
                B::make(py, &b.content()[..i])?.upcast(),
                middle,
                B::make(py, &b.content()[i + v.len()..])?.upcast(),
            ]
        }
        None if whole_first => [part(py, b, 0, n)?.upcast(), empty()?, empty()?],
        None => [empty()?, empty()?, part(py, b, 0, n)?.upcast()],
    };
    tuple::from_iter(py, items)
}

pub fn partition<B: Bytes>(py: Py<'_>, b: &B, sep: &PyObject) -> PyResult<Owned<PyTupleObject>> {
    three(py, b, sep, find_in, true)
}

pub fn rpartition<B: Bytes>(py: Py<'_>, b: &B, sep: &PyObject) -> PyResult<Owned<PyTupleObject>> {
    three(py, b, sep, rfind_in, false)
}

pub fn replace<B: Bytes>(
    py: Py<'_>,
    b: &B,
    old: View,
    new: View,
    count: Option<isize>,
) -> PyResult<Owned<B>> {
    match replace_in(b.content(), old.bytes(), new.bytes(), limit(count)) {
        Ok(Some(r)) => B::make(py, &r),
        Ok(None) => b.unchanged(py),
        Err(e) => Err(size_error(py, e, "replace bytes is too long")),
    }
}

fn stripped<B: Bytes>(py: Py<'_>, b: &B, side: Side, what: Option<&PyObject>) -> PyResult<Owned<B>> {
    let v = match what.filter(|o| !object::is_none(o)) {
        None => None,
        Some(o) => Some(View::simple(py, o)?),
    };
    let (from, to) = kernel::strip(b.content(), side, v.as_ref().map(View::bytes));
    part(py, b, from, to)
}

pub fn strip<B: Bytes>(py: Py<'_>, b: &B, what: Option<&PyObject>) -> PyResult<Owned<B>> {
    stripped(py, b, Side::Both, what)
}

pub fn lstrip<B: Bytes>(py: Py<'_>, b: &B, what: Option<&PyObject>) -> PyResult<Owned<B>> {
    stripped(py, b, Side::Left, what)
}

pub fn rstrip<B: Bytes>(py: Py<'_>, b: &B, what: Option<&PyObject>) -> PyResult<Owned<B>> {
    stripped(py, b, Side::Right, what)
}

pub fn removeprefix<B: Bytes>(py: Py<'_>, b: &B, prefix: View) -> PyResult<Owned<B>> {
    let (s, p) = (b.content(), prefix.bytes());
    part(py, b, if s.starts_with(p) { p.len() } else { 0 }, s.len())
}

pub fn removesuffix<B: Bytes>(py: Py<'_>, b: &B, suffix: View) -> PyResult<Owned<B>> {
    let (s, p) = (b.content(), suffix.bytes());
    part(py, b, 0, if s.ends_with(p) { s.len() - p.len() } else { s.len() })
}

fn padded<B: Bytes>(
    py: Py<'_>,
    b: &B,
    (left, right): (usize, usize),
    fill: Option<Fill>,
) -> PyResult<Owned<B>> {
    if left == 0 && right == 0 {
        return b.unchanged(py);
    }
    let fill = fill.map_or(b' ', |f| f.0);
    match kernel::pad(b.content(), left, right, fill) {
        Ok(r) => B::make(py, &r),
        Err(_) => Err(exceptions::memory_error(py)),
    }
}

pub fn center<B: Bytes>(py: Py<'_>, b: &B, width: isize, fill: Option<Fill>) -> PyResult<Owned<B>> {
    padded(py, b, center_margins(b.content().len(), width.max(0) as usize), fill)
}

pub fn ljust<B: Bytes>(py: Py<'_>, b: &B, width: isize, fill: Option<Fill>) -> PyResult<Owned<B>> {
    padded(py, b, (0, (width.max(0) as usize).saturating_sub(b.content().len())), fill)
}

pub fn rjust<B: Bytes>(py: Py<'_>, b: &B, width: isize, fill: Option<Fill>) -> PyResult<Owned<B>> {
    padded(py, b, ((width.max(0) as usize).saturating_sub(b.content().len()), 0), fill)
}

pub fn zfill<B: Bytes>(py: Py<'_>, b: &B, width: isize) -> PyResult<Owned<B>> {
    let width = width.max(0) as usize;
    if width <= b.content().len() {
        return b.unchanged(py);
    }
    match kernel::zfill(b.content(), width) {
        Ok(r) => B::make(py, &r),
        Err(_) => Err(exceptions::memory_error(py)),
    }
}

pub fn expandtabs<B: Bytes>(py: Py<'_>, b: &B, size: Option<i32>) -> PyResult<Owned<B>> {
    match expandtabs_in(b.content(), size.unwrap_or(8) as isize) {
        Ok(Some(r)) => B::make(py, &r),
        Ok(None) => B::make(py, b.content()),
        Err(e) => Err(size_error(py, e, "result too long")),
    }
}

/// A table of `translate`: none, or 256 bytes.
pub fn translate<B: Bytes>(
    py: Py<'_>,
    b: &B,
    table: &PyObject,
    delete: Option<&PyObject>,
) -> PyResult<Owned<B>> {
    let table = if object::is_none(table) { None } else { Some(View::simple(py, table)?) };
    let map: Option<&[u8; 256]> = match &table {
        None => None,
        Some(v) => Some(v.bytes().try_into().map_err(|_| {
            exceptions::value_error(py, format_args!("translation table must be 256 characters long"))
        })?),
    };
    let delete = match delete {
        Some(o) => Some(View::simple(py, o)?),
        None => None,
    };
    let gone = delete.as_ref().map_or(&[][..], View::bytes);
    let r = kernel::translate(b.content(), map, gone);
    if r == b.content() {
        return b.unchanged(py);
    }
    B::make(py, &r)
}

pub fn maketrans<B: Bytes>(py: Py<'_>, _: &B, from: View, to: View) -> PyResult<Owned<PyBytesObject>> {
    if from.len() != to.len() {
        return Err(exceptions::value_error(py, format_args!("maketrans arguments must have same length")));
    }
    bytes::new(py, &kernel::maketrans(from.bytes(), to.bytes()))
}

/// `stringlib_bytes_join`.
pub fn join<B: Bytes>(py: Py<'_>, sep: &B, iterable: &PyObject) -> PyResult<Owned<B>> {
    // The iterator must not change what stands between the items.
    sep.pinned(|| join_items(py, sep, iterable))
}

fn join_items<B: Bytes>(py: Py<'_>, sep: &B, iterable: &PyObject) -> PyResult<Owned<B>> {
    let items: Vec<Owned> = match sequence::exact_items(iterable) {
        Some(items) => items.iter().map(|o| (**o).to_owned()).collect(),
        None => protocol::collect_fast(py, iterable, "can only join an iterable")?,
    };
    if let [only] = &items[..]
        && bytes::check_exact(only).is_some()
        && let Some(b) = B::check(only)
    {
        return b.unchanged(py);
    }
    if items.iter().all(|o| bytes::check_exact(o).is_some()) {
        let parts = items.iter().filter_map(|o| bytes::check_exact(o)).map(bytes::as_slice);
        return match kernel::join(sep.content(), parts) {
            Ok(r) => B::make(py, &r),
            Err(e) => Err(size_error(py, e, "join() result is too long")),
        };
    }
    let mut views = Vec::with_capacity(items.len());
    for (i, o) in items.iter().enumerate() {
        views.push(View::simple(py, o).map_err(|e| {
            if exceptions::matches(&e, &exceptions::BufferError)
                || !exceptions::matches(&e, &exceptions::TypeError)
            {
                return e;
            }
            exceptions::type_error(
                py,
                format_args!("sequence item {i}: expected a bytes-like object, {} found", type_name(o.ty())),
            )
        })?);
    }
    match kernel::join(sep.content(), views.iter().map(View::bytes)) {
        Ok(r) => B::make(py, &r),
        Err(e) => Err(size_error(py, e, "join() result is too long")),
    }
}

macro_rules! maps {
    ($($name:ident = $kernel:expr;)*) => { $(
        pub fn $name<B: Bytes>(py: Py<'_>, b: &B) -> PyResult<Owned<B>> {
            let kernel: fn(&[u8]) -> Vec<u8> = $kernel;
            B::make(py, &kernel(b.content()))
        }
    )* };
}
maps! {
    lower = |s| s.to_ascii_lowercase();
    upper = |s| s.to_ascii_uppercase();
    capitalize = case::capitalize_ascii;
    swapcase = case::swapcase_ascii;
    title = case::title_ascii;
}

macro_rules! predicates {
    ($($name:ident = $kernel:expr;)*) => { $(
        pub fn $name<B: Bytes>(_: Py<'_>, b: &B) -> bool {
            let kernel: fn(&[u8]) -> bool = $kernel;
            kernel(b.content())
        }
    )* };
}
predicates! {
    isascii = <[u8]>::is_ascii;
    isalnum = kernel::is_alnum;
    isalpha = kernel::is_alpha;
    isdigit = kernel::is_digit;
    isspace = kernel::is_space;
    islower = kernel::is_lower;
    isupper = kernel::is_upper;
    istitle = kernel::is_title;
}

/// `bytes.decode`.
pub fn decode<B: Bytes>(
    py: Py<'_>,
    b: &B,
    encoding: Option<&PyUnicodeObject>,
    errors: Option<&PyUnicodeObject>,
) -> PyResult<Owned<PyUnicodeObject>> {
    let source = b.source();
    if source.object.is_some() {
        return codecs::decode_with_names(py, source, encoding, errors);
    }
    // A handler may change a bytearray, so it sees a copy.
    let copy = source.bytes.to_vec();
    codecs::decode_with_names(py, Source::new(&copy), encoding, errors)
}

/// `bytes.hex` and its separator (`_Py_strhex_with_sep`).
pub fn hex<B: Bytes>(
    py: Py<'_>,
    b: &B,
    sep: Option<&PyObject>,
    group: Option<i32>,
) -> PyResult<Owned<PyUnicodeObject>> {
    let sep = hex_separator(py, sep)?;
    hex_of(py, b.content(), sep, group)
}

/// The separator argument of `hex`.
pub fn hex_separator(py: Py<'_>, sep: Option<&PyObject>) -> PyResult<Option<u8>> {
    let Some(o) = sep else { return Ok(None) };
    if protocol::len(py, o)? != 1 {
        return Err(exceptions::value_error(py, format_args!("sep must be length 1.")));
    }
    let c = match (unicode::check(o), bytes::check(o)) {
        (Some(s), _) => unicode::view(s).at(0),
        (_, Some(b)) => bytes::as_slice(b)[0] as u32,
        _ => return Err(exceptions::type_error(py, format_args!("sep must be str or bytes."))),
    };
    if c > 127 {
        return Err(exceptions::value_error(py, format_args!("sep must be ASCII.")));
    }
    Ok(Some(c as u8))
}

/// The digits of bytes as a str.
pub fn hex_of(
    py: Py<'_>,
    content: &[u8],
    sep: Option<u8>,
    group: Option<i32>,
) -> PyResult<Owned<PyUnicodeObject>> {
    match kernel::hex(content, sep, group.unwrap_or(1) as isize) {
        Ok(r) => unicode::from_latin1(py, &r),
        Err(_) => Err(exceptions::memory_error(py)),
    }
}

/// `bytes.fromhex`; subclasses are called with the bytes.
pub fn fromhex<B: Bytes>(py: Py<'_>, class: &PyObject, text: &PyUnicodeObject) -> PyResult {
    let r = kernel::fromhex(unicode::view(text)).map_err(|at| {
        exceptions::value_error(
            py,
            format_args!("non-hexadecimal number found in fromhex() arg at position {at}"),
        )
    })?;
    let made = B::make(py, &r)?;
    if made.ty().is(class) {
        return Ok(made.upcast());
    }
    dxpy_core::call::call(py, class, [made.as_object()])
}

/// `bytes_richcompare`: with anything that has a buffer; order is that of the bytes.
pub fn compare(a: &[u8], b: &[u8], op: core::ffi::c_int) -> Owned {
    let answer = match op {
        protocol::EQ => a == b,
        protocol::NE => a != b,
        protocol::LT => a < b,
        protocol::LE => a <= b,
        protocol::GT => a > b,
        _ => a >= b,
    };
    boolean::new(answer).upcast()
}
