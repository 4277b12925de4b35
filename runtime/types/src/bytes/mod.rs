//! `bytes`: the type's slots and method table, construction, operators. Methods it shares with `bytearray` are in
//! `shared`, `%` in `percent`, the iterators of both in `iter`.

pub mod iter;
pub mod percent;
pub mod shared;

use crate::{Part, no_hooks};
use dxpy_core::abi::*;
use dxpy_core::buffer::{self, View};
use dxpy_core::bytes::{self, PyBytes_Type, as_slice};
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::special;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, codecs, exceptions, glue, methods, name, number, object, protocol,
    signature, slice, tuple, unicode,
};
use shared::Bytes;

/// What this module brings.
pub static PART: Part =
    Part { adopt: &[(&PyBytes_Type, &BYTES)], types: &[&iter::PyBytesIter_Type], hooks: no_hooks };

static BYTES: StaticType = StaticType::new::<PyBytesObject>(c"bytes")
    .doc(c"bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> bytes\nbytes(int) -> bytes of that many zeros\nbytes() -> empty bytes\n\nA sequence of bytes that does not change.")
    .create(glue::create(new))
    .repr(glue::unary(repr))
    .str(glue::unary(str))
    .getattro(dxpy_core::attr::generic_get_slot)
    .hash(glue::hash(|_: Py<'_>, b: &PyBytesObject| Ok(bytes::hash(b))))
    .richcompare(glue::richcompare(richcompare))
    .iter(glue::unary(iter::iter_bytes))
    .number(&NUMBER)
    .sequence(&SEQUENCE)
    .mapping(&MAPPING)
    .buffer(&BUFFER)
    .methods(&METHODS);

static NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().remainder(glue::binary(remainder));

static SEQUENCE: StaticTable<PySequenceMethods> = StaticTable::<PySequenceMethods>::empty()
    .length(glue::len(len))
    .concat(glue::binary(concat))
    .repeat(glue::indexed(repeat))
    .item(glue::indexed(item))
    .contains(glue::contains(shared::contains::<PyBytesObject>));

static MAPPING: StaticTable<PyMappingMethods> =
    StaticTable::<PyMappingMethods>::empty().length(glue::len(len)).subscript(glue::binary(subscript));

static BUFFER: StaticTable<PyBufferProcs> =
    StaticTable::<PyBufferProcs>::empty().get(glue::get_buffer(get_buffer));

methods! { static METHODS: for PyBytesObject [
    "__getnewargs__" = getnewargs [0], "!($self, /)", "";
    "__bytes__" = to_bytes [0], "($self, /)", "The bytes as an exact bytes object.";
    "capitalize" = shared::capitalize::<PyBytesObject> [0], "!($self, /)", "B.capitalize() -> copy of B\n\nThe first letter in upper case, the others in lower case.";
    "center" = shared::center::<PyBytesObject> [2], "($self, width, fillchar=b' ', /)", "The bytes in the middle of a field.";
    "count" = shared::count::<PyBytesObject> [3], "!($self, sub, start=None, end=None, /)", "B.count(sub[, start[, end]]) -> int\n\nHow often sub occurs in B[start:end] without overlap.";
    "decode" = shared::decode::<PyBytesObject> [2], "($self, /, encoding='utf-8', errors='strict')", "The text the bytes stand for in an encoding.";
    "endswith" = shared::endswith::<PyBytesObject> [3], "!($self, suffix, start=None, end=None, /)", "B.endswith(suffix[, start[, end]]) -> bool\n\nWhether B[start:end] ends with the suffix, or with one of a tuple of them.";
    "expandtabs" = shared::expandtabs::<PyBytesObject> [1], "($self, /, tabsize=8)", "Tabs replaced by blanks up to the next multiple of tabsize.";
    "find" = shared::find::<PyBytesObject> [3], "!($self, sub, start=None, end=None, /)", "B.find(sub[, start[, end]]) -> int\n\nThe lowest index at which sub is in B[start:end]; -1 if it is not.";
    "fromhex" = fromhex [1], "($type, string, /)", "Bytes of pairs of hexadecimal digits; white space between them is passed over.", class;
    "hex" = shared::hex::<PyBytesObject> [2], "($self, /, sep=<unrepresentable>, bytes_per_sep=1)", "The bytes in hexadecimal digits, maybe with a separator between groups.\n\n>>> b'\\x01\\xf2\\n'.hex()\n'01f20a'\n>>> b'\\x01\\xf2\\n'.hex(':')\n'01:f2:0a'\n>>> b'\\x01\\xf2\\n'.hex(':', 2)\n'01:f20a'\n>>> b'\\x01\\xf2\\n'.hex(':', -2)\n'01f2:0a'\n>>> b'\\x01\\xf2\\n'.hex(b'_')\n'01_f2_0a'";
    "index" = shared::index::<PyBytesObject> [3], "!($self, sub, start=None, end=None, /)", "B.index(sub[, start[, end]]) -> int\n\nAs find, but a ValueError if sub is not found.";
    "isalnum" = shared::isalnum::<PyBytesObject> [0], "!($self, /)", "B.isalnum() -> bool\n\nWhether there are bytes and all of them are ASCII letters or digits.";
    "isalpha" = shared::isalpha::<PyBytesObject> [0], "!($self, /)", "B.isalpha() -> bool\n\nWhether there are bytes and all of them are ASCII letters.";
    "isascii" = shared::isascii::<PyBytesObject> [0], "!($self, /)", "B.isascii() -> bool\n\nWhether all bytes are ASCII.";
    "isdigit" = shared::isdigit::<PyBytesObject> [0], "!($self, /)", "B.isdigit() -> bool\n\nWhether there are bytes and all of them are ASCII digits.";
    "islower" = shared::islower::<PyBytesObject> [0], "!($self, /)", "B.islower() -> bool\n\nWhether there are ASCII letters and all of them are lower case.";
    "isspace" = shared::isspace::<PyBytesObject> [0], "!($self, /)", "B.isspace() -> bool\n\nWhether there are bytes and all of them are ASCII white space.";
    "istitle" = shared::istitle::<PyBytesObject> [0], "!($self, /)", "B.istitle() -> bool\n\nWhether there are ASCII letters and words begin in upper case and go on in lower case.";
    "isupper" = shared::isupper::<PyBytesObject> [0], "!($self, /)", "B.isupper() -> bool\n\nWhether there are ASCII letters and all of them are upper case.";
    "join" = shared::join::<PyBytesObject> [1], "($self, iterable_of_bytes, /)", "The bytes of the iterable, with these between them.";
    "ljust" = shared::ljust::<PyBytesObject> [2], "($self, width, fillchar=b' ', /)", "The bytes at the left of a field.";
    "lower" = shared::lower::<PyBytesObject> [0], "!($self, /)", "B.lower() -> copy of B\n\nASCII letters in lower case.";
    "lstrip" = shared::lstrip::<PyBytesObject> [1], "($self, bytes=None, /)", "The bytes without white space, or without those named, at the beginning.";
    "maketrans" = shared::maketrans::<PyBytesObject> [2], "(frm, to, /)", "A table for translate() that maps each byte of frm to the one in its place in to.", static;
    "partition" = shared::partition::<PyBytesObject> [1], "($self, sep, /)", "What is before the first sep, sep, and what is behind it.";
    "replace" = shared::replace::<PyBytesObject> [3], "($self, old, new, count=-1, /)", "A copy in which old is replaced by new, the first count times if count is not negative.";
    "removeprefix" = shared::removeprefix::<PyBytesObject> [1], "($self, prefix, /)", "The bytes without this beginning, if they have it.";
    "removesuffix" = shared::removesuffix::<PyBytesObject> [1], "($self, suffix, /)", "The bytes without this end, if they have it.";
    "rfind" = shared::rfind::<PyBytesObject> [3], "!($self, sub, start=None, end=None, /)", "B.rfind(sub[, start[, end]]) -> int\n\nThe highest index at which sub is in B[start:end]; -1 if it is not.";
    "rindex" = shared::rindex::<PyBytesObject> [3], "!($self, sub, start=None, end=None, /)", "B.rindex(sub[, start[, end]]) -> int\n\nAs rfind, but a ValueError if sub is not found.";
    "rjust" = shared::rjust::<PyBytesObject> [2], "($self, width, fillchar=b' ', /)", "The bytes at the right of a field.";
    "rpartition" = shared::rpartition::<PyBytesObject> [1], "($self, sep, /)", "What is before the last sep, sep, and what is behind it.";
    "rsplit" = shared::rsplit::<PyBytesObject> [2], "($self, /, sep=None, maxsplit=-1)", "The parts between separators, cut from the right; runs of white space separate if there is no sep.";
    "rstrip" = shared::rstrip::<PyBytesObject> [1], "($self, bytes=None, /)", "The bytes without white space, or without those named, at the end.";
    "split" = shared::split::<PyBytesObject> [2], "($self, /, sep=None, maxsplit=-1)", "The parts between separators, cut from the left; runs of white space separate if there is no sep.";
    "splitlines" = shared::splitlines::<PyBytesObject> [1], "($self, /, keepends=False)", "The lines; with their ends if keepends is true.";
    "startswith" = shared::startswith::<PyBytesObject> [3], "!($self, prefix, start=None, end=None, /)", "B.startswith(prefix[, start[, end]]) -> bool\n\nWhether B[start:end] begins with the prefix, or with one of a tuple of them.";
    "strip" = shared::strip::<PyBytesObject> [1], "($self, bytes=None, /)", "The bytes without white space, or without those named, at both ends.";
    "swapcase" = shared::swapcase::<PyBytesObject> [0], "!($self, /)", "B.swapcase() -> copy of B\n\nUpper case ASCII letters become lower case and the other way round.";
    "title" = shared::title::<PyBytesObject> [0], "!($self, /)", "B.title() -> copy of B\n\nWords begin in upper case and go on in lower case.";
    "translate" = shared::translate::<PyBytesObject> [2], "($self, table, /, delete=b'')", "Without the bytes of delete, each byte replaced by what the table of 256 has for it.";
    "upper" = shared::upper::<PyBytesObject> [0], "!($self, /)", "B.upper() -> copy of B\n\nASCII letters in upper case.";
    "zfill" = shared::zfill::<PyBytesObject> [1], "($self, width, /)", "Zeros at the left, behind a sign, up to a width.";
] }

/// The arguments of a constructor whose text needs an encoding: what makes no sense together.
pub(crate) fn check_text_arguments(
    py: Py<'_>,
    x: Option<&PyObject>,
    encoding: bool,
    errors: bool,
) -> PyResult<()> {
    let is_text = x.is_some_and(|x| unicode::check(x).is_some());
    let problem = match (is_text, encoding, errors) {
        (true, true, _) | (false, false, false) => return Ok(()),
        (true, false, _) => "string argument without an encoding",
        (false, true, _) => "encoding without a string argument",
        (false, false, true) => "errors without a string argument",
    };
    Err(exceptions::type_error(py, format_args!("{problem}")))
}

/// A number of zeros given to a constructor; none if the object is no number.
pub(crate) fn zeros(py: Py<'_>, x: &PyObject) -> PyResult<Option<usize>> {
    if !number::has_index(x) {
        return Ok(None);
    }
    match number::as_ssize(py, x, &exceptions::OverflowError) {
        Ok(n) => usize::try_from(n)
            .map(Some)
            .map_err(|_| exceptions::value_error(py, format_args!("negative count"))),
        Err(e) if exceptions::matches(&e, &exceptions::TypeError) => Ok(None),
        Err(e) => Err(e),
    }
}

/// `bytes_new`.
fn new(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let sig = signature!("bytes", "(source=b'', encoding='utf-8', errors='strict')");
    let made = args::bind_call(py, sig, a, kw, |b| {
        let (encoding, errors) =
            (b.arg::<Option<&PyUnicodeObject>>(py, 1)?, b.arg::<Option<&PyUnicodeObject>>(py, 2)?);
        let Some(x) = b.get(0) else {
            check_text_arguments(py, None, encoding.is_some(), errors.is_some())?;
            return Ok(bytes::empty());
        };
        if encoding.is_some() || errors.is_some() {
            check_text_arguments(py, Some(x), encoding.is_some(), errors.is_some())?;
            if let Some(s) = unicode::check(x) {
                // SAFETY: LAYOUT: encoding gives bytes.
                return Ok(unsafe { codecs::encode_text(py, s, encoding, errors)?.cast() });
            }
        }
        if let Some(m) = special::lookup(py, x, name!("__bytes__"))? {
            return own_bytes(py, x, &m);
        }
        check_text_arguments(py, Some(x), false, false)?;
        match zeros(py, x)? {
            Some(n) => bytes::filled(py, n, 0),
            None => from_object(py, x),
        }
    })?;
    if ty.is(&PyBytes_Type.0) { Ok(made.upcast()) } else { subtype_new(py, ty, as_slice(&made)) }
}

/// `bytes_subtype_new`.
fn subtype_new(py: Py<'_>, ty: &PyTypeObject, content: &[u8]) -> PyResult {
    let o = object::tp_alloc(py, ty, content.len())?;
    // SAFETY: LAYOUT: an instance of a subclass of bytes begins as one; room was asked for.
    unsafe {
        let b = &*(o.as_ptr() as *const PyBytesObject);
        b.ob_shash.set(-1);
        core::ptr::copy_nonoverlapping(content.as_ptr(), b.ob_sval.as_ptr() as *mut u8, content.len());
    }
    Ok(o)
}

/// `PyObject_Bytes`: what `__bytes__` gives, else of a buffer or of an iterable of ints.
pub fn of_object(py: Py<'_>, x: &PyObject) -> PyResult<Owned<PyBytesObject>> {
    if let Some(b) = bytes::check_exact(x) {
        return Ok(b.to_owned());
    }
    match special::lookup(py, x, name!("__bytes__"))? {
        Some(m) => own_bytes(py, x, &m),
        None => from_object(py, x),
    }
}

/// What an object's `__bytes__` gives.
fn own_bytes(py: Py<'_>, x: &PyObject, m: &special::Special) -> PyResult<Owned<PyBytesObject>> {
    let r = m.call(py, x, [])?;
    if bytes::check(&r).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("__bytes__ returned non-bytes (type {})", type_name(r.ty())),
        ));
    }
    // SAFETY: LAYOUT: just checked.
    Ok(unsafe { r.cast() })
}

/// `PyBytes_FromObject`: of a buffer or of an iterable of ints.
pub fn from_object(py: Py<'_>, x: &PyObject) -> PyResult<Owned<PyBytesObject>> {
    if let Some(b) = bytes::check_exact(x) {
        return Ok(b.to_owned());
    }
    if buffer::check(x) {
        return bytes::new(py, &buffer::to_vec(py, x)?);
    }
    let content = byte_values(py, x, "bytes", |py| {
        exceptions::value_error(py, format_args!("bytes must be in range(0, 256)"))
    })?;
    bytes::new(py, &content)
}

/// The bytes of an iterable of ints; a list may change while its items are read.
pub(crate) fn byte_values(
    py: Py<'_>,
    x: &PyObject,
    class: &str,
    out_of_range: fn(Py<'_>) -> PyErr,
) -> PyResult<Vec<u8>> {
    let mut out = Vec::new();
    each_byte(py, x, class, out_of_range, |c| {
        out.push(c);
        Ok(())
    })?;
    Ok(out)
}

/// Calls a function with each of an iterable's items, which are bytes as numbers.
pub(crate) fn each_byte(
    py: Py<'_>,
    x: &PyObject,
    class: &str,
    out_of_range: fn(Py<'_>) -> PyErr,
    mut f: impl FnMut(u8) -> PyResult<()>,
) -> PyResult<()> {
    let cannot = |py| {
        exceptions::type_error(py, format_args!("cannot convert '{}' object to {class}", type_name(x.ty())))
    };
    if unicode::check(x).is_some() {
        return Err(cannot(py));
    }
    let it = protocol::iter(py, x)
        .map_err(|e| if exceptions::matches(&e, &exceptions::TypeError) { cannot(py) } else { e })?;
    while let Some(item) = protocol::next(py, &it)? {
        let n = number::as_ssize_clipped(py, &item)?;
        f(u8::try_from(n).map_err(|_| out_of_range(py))?)?;
    }
    Ok(())
}

fn repr(py: Py<'_>, b: &PyBytesObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_latin1(py, &dxpy_text::bytes::repr(as_slice(b)))
}

/// `bytes_str`: what `repr` gives, with a warning under `-b`.
fn str(py: Py<'_>, b: &PyBytesObject) -> PyResult<Owned<PyUnicodeObject>> {
    bytes::warn(py, "str() on a bytes instance")?;
    repr(py, b)
}

fn len(_: Py<'_>, b: &PyBytesObject) -> PyResult<usize> {
    Ok(as_slice(b).len())
}

fn richcompare(py: Py<'_>, a: &PyBytesObject, b: &PyObject, op: core::ffi::c_int) -> PyResult {
    match bytes::check(b) {
        Some(b) => Ok(shared::compare(as_slice(a), as_slice(b), op)),
        None => {
            if bytes::WARNING.get() && matches!(op, protocol::EQ | protocol::NE) {
                if unicode::check(b).is_some() {
                    bytes::warn(py, "Comparison between bytes and string")?;
                }
                if dxpy_core::long::check(b).is_some() {
                    bytes::warn(py, "Comparison between bytes and int")?;
                }
            }
            Ok(object::not_implemented())
        }
    }
}

/// `bytes_concat`: of anything with a buffer.
pub fn concat(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Owned<PyBytesObject>> {
    let cannot = |_: PyErr| {
        exceptions::type_error(
            py,
            format_args!("can't concat {} to {}", type_name(b.ty()), type_name(a.ty())),
        )
    };
    if let (Some(x), Some(y)) = (bytes::check_exact(a), bytes::check_exact(b)) {
        match (as_slice(x), as_slice(y)) {
            ([], _) => return Ok(y.to_owned()),
            (_, []) => return Ok(x.to_owned()),
            (x, y) => {
                return bytes::concat(py, &[x, y])?.ok_or_else(|| exceptions::memory_error(py));
            }
        }
    }
    let (x, y) = (View::simple(py, a).map_err(cannot)?, View::simple(py, b).map_err(cannot)?);
    bytes::concat(py, &[x.bytes(), y.bytes()])?.ok_or_else(|| exceptions::memory_error(py))
}

fn repeat(py: Py<'_>, b: &PyBytesObject, times: isize) -> PyResult<Owned<PyBytesObject>> {
    let times = times.max(0) as usize;
    let content = as_slice(b);
    let Some(n) = content.len().checked_mul(times).filter(|n| *n <= isize::MAX as usize) else {
        return Err(exceptions::overflow_error(py, format_args!("repeated bytes are too long")));
    };
    if n == content.len()
        && let Some(b) = bytes::check_exact(b.as_object())
    {
        return Ok(b.to_owned());
    }
    match content {
        // Not the empty one that there is: programs see it (`b"" is not b"x" * 0`).
        // SAFETY: there is nothing to write.
        _ if n == 0 => return unsafe { bytes::alloc(py, 0) }.map(|(r, _)| r),
        [c] => return bytes::filled(py, n, *c),
        _ => {}
    }
    // SAFETY: every byte is written: first one copy, then as much again as there is.
    unsafe {
        let (r, out) = bytes::alloc(py, n)?;
        core::ptr::copy_nonoverlapping(content.as_ptr(), out, content.len());
        let mut done = content.len();
        while done < n {
            let step = done.min(n - done);
            core::ptr::copy_nonoverlapping(out, out.add(done), step);
            done += step;
        }
        Ok(r)
    }
}

fn item(py: Py<'_>, b: &PyBytesObject, i: isize) -> PyResult<Owned<PyLongObject>> {
    match usize::try_from(i).ok().and_then(|i| as_slice(b).get(i)) {
        Some(c) => dxpy_core::long::from_i64(py, *c as i64),
        None => Err(exceptions::index_error(py, format_args!("index out of range"))),
    }
}

/// `bytes_subscript`.
fn subscript(py: Py<'_>, b: &PyBytesObject, key: &PyObject) -> PyResult {
    let n = as_slice(b).len();
    if number::has_index(key) {
        let i = number::as_ssize(py, key, &exceptions::IndexError)?;
        return item(py, b, if i < 0 { i.saturating_add_unsigned(n) } else { i }).map(Owned::upcast);
    }
    let Some(range) = slice::check(key) else {
        return Err(exceptions::type_error(
            py,
            format_args!("byte indices must be integers or slices, not {}", type_name(key.ty())),
        ));
    };
    let (start, stop, step) = slice::unpack(py, range)?;
    let (start, _, count) = slice::adjust_indices(n, start, stop, step);
    if step == 1 && count == n {
        return b.unchanged(py).map(Owned::upcast);
    }
    Ok(bytes::new(py, &every(as_slice(b), start, step, count))?.upcast())
}

/// The items of a slice.
pub(crate) fn every(content: &[u8], start: isize, step: isize, count: usize) -> std::borrow::Cow<'_, [u8]> {
    if count == 0 {
        return (&[][..]).into();
    }
    if step == 1 {
        return content[start as usize..start as usize + count].into();
    }
    (0..count as isize).map(|k| content[(start + k * step) as usize]).collect::<Vec<u8>>().into()
}

fn get_buffer(py: Py<'_>, b: &PyBytesObject, view: &Py_buffer, flags: core::ffi::c_int) -> PyResult<()> {
    let content = as_slice(b);
    let start = content.as_ptr() as *mut core::ffi::c_void;
    // SAFETY: the bytes live as long as the object, and do not change.
    unsafe { buffer::fill_info(py, view, Some(b.as_object()), start, content.len(), true, flags) }
}

/// `bytes_mod`.
fn remainder(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    match bytes::check(a) {
        Some(format) => Ok(bytes::new(py, &percent::percent(py, as_slice(format), b)?)?.upcast()),
        None => Ok(object::not_implemented()),
    }
}

fn to_bytes(py: Py<'_>, b: &PyBytesObject) -> PyResult<Owned<PyBytesObject>> {
    b.unchanged(py)
}

fn getnewargs(py: Py<'_>, b: &PyBytesObject) -> PyResult<Owned<PyTupleObject>> {
    let copy = bytes::new(py, as_slice(b))?;
    tuple::from_iter(py, [copy.upcast()])
}

fn fromhex(py: Py<'_>, class: &PyBytesObject, text: &PyUnicodeObject) -> PyResult {
    shared::fromhex::<PyBytesObject>(py, class.as_object(), text)
}
