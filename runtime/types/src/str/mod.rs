//! `str`: the type's slots and method table, construction, operators, comparison, case and predicates. Searching is in
//! `search`, cutting and making in `edit`, formats in `format` and `percent`, iterators in `iter`. Construction from
//! Rust text and the object's layout are in `dxpy_core::unicode`, kernels in `dxpy_text::strings`.

pub mod edit;
pub mod format;
pub mod iter;
pub mod percent;
pub mod search;

use crate::{Part, no_hooks};
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::unicode::{self, PyUnicode_Type, view};
use dxpy_core::{
    Owned, Py, PyResult, args, boolean, codecs, exceptions, glue, methods, number, object, protocol,
    signature, slice, tuple,
};
use dxpy_text::strings::edit::SizeError;
use dxpy_text::strings::{Str, Unit, case, each_kind, predicates, repr};

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[(&PyUnicode_Type, &STR)],
    types: &[&iter::PyUnicodeIter_Type, &iter::_PyUnicodeASCIIIter_Type],
    hooks: no_hooks,
};

static STR: StaticType = StaticType::new::<PyUnicodeObject>(c"str")
    .doc(c"str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nText: a sequence of Unicode code points. Of one argument, what its __str__() answers, or its repr();\nwith an encoding or errors, the text that the bytes of a buffer stand for.")
    .create(glue::create(new))
    .repr(glue::unary(str_repr))
    .getattro(dxpy_core::attr::generic_get_slot)
    .hash(glue::hash(hash))
    .str(glue::unary(to_str))
    .richcompare(glue::richcompare(richcompare))
    .iter(glue::unary(iter::iter))
    .number(&NUMBER)
    .sequence(&SEQUENCE)
    .mapping(&MAPPING)
    .methods(&METHODS);

static NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().remainder(glue::binary(percent::remainder));

static SEQUENCE: StaticTable<PySequenceMethods> = StaticTable::<PySequenceMethods>::empty()
    .length(glue::len(len))
    .concat(glue::binary(concat))
    .repeat(glue::indexed(unicode::repeat))
    .item(glue::indexed(item))
    .contains(glue::contains(contains));

static MAPPING: StaticTable<PyMappingMethods> =
    StaticTable::<PyMappingMethods>::empty().length(glue::len(len)).subscript(glue::binary(subscript));

methods! { static METHODS: for PyUnicodeObject [
    "encode" = encode [2], "($self, /, encoding='utf-8', errors='strict')", "The bytes of the text in an encoding; errors names how to treat characters it does not have.";
    "replace" = edit::replace [3], "($self, old, new, count=-1, /)", "A copy in which old is replaced by new, the first count times if count is not negative.";
    "split" = edit::split [2], "($self, /, sep=None, maxsplit=-1)", "The parts between separators, cut from the left; runs of white space separate if there is no sep.";
    "rsplit" = edit::rsplit [2], "($self, /, sep=None, maxsplit=-1)", "The parts between separators, cut from the right; runs of white space separate if there is no sep.";
    "join" = edit::join [1], "($self, iterable, /)", "The strings of the iterable, with this one between them.";
    "capitalize" = capitalize [0], "($self, /)", "The first character in title case, the others in lower case.";
    "casefold" = casefold [0], "($self, /)", "The text made ready for comparison without case.";
    "title" = title [0], "($self, /)", "Words begin in title case and go on in lower case.";
    "center" = edit::center [2], "($self, width, fillchar=' ', /)", "The text in the middle of a field.";
    "count" = search::count [3], "!($self, sub, start=None, end=None, /)", "S.count(sub[, start[, end]]) -> int\n\nHow often sub occurs in S[start:end] without overlap.";
    "expandtabs" = edit::expandtabs [1], "($self, /, tabsize=8)", "Tabs replaced by blanks up to the next multiple of tabsize.";
    "find" = search::find [3], "!($self, sub, start=None, end=None, /)", "S.find(sub[, start[, end]]) -> int\n\nThe lowest index at which sub is in S[start:end]; -1 if it is not.";
    "partition" = edit::partition [1], "($self, sep, /)", "What is before the first sep, sep, and what is behind it.";
    "index" = search::index [3], "!($self, sub, start=None, end=None, /)", "S.index(sub[, start[, end]]) -> int\n\nAs find, but a ValueError if sub is not found.";
    "ljust" = edit::ljust [2], "($self, width, fillchar=' ', /)", "The text at the left of a field.";
    "lower" = lower [0], "($self, /)", "The text in lower case.";
    "lstrip" = edit::lstrip [1], "($self, chars=None, /)", "The text without white space, or without those characters, at its beginning.";
    "rfind" = search::rfind [3], "!($self, sub, start=None, end=None, /)", "S.rfind(sub[, start[, end]]) -> int\n\nThe highest index at which sub is in S[start:end]; -1 if it is not.";
    "rindex" = search::rindex [3], "!($self, sub, start=None, end=None, /)", "S.rindex(sub[, start[, end]]) -> int\n\nAs rfind, but a ValueError if sub is not found.";
    "rjust" = edit::rjust [2], "($self, width, fillchar=' ', /)", "The text at the right of a field.";
    "rstrip" = edit::rstrip [1], "($self, chars=None, /)", "The text without white space, or without those characters, at its end.";
    "rpartition" = edit::rpartition [1], "($self, sep, /)", "What is before the last sep, sep, and what is behind it.";
    "splitlines" = edit::splitlines [1], "($self, /, keepends=False)", "The lines; with their ends if keepends is true.";
    "strip" = edit::strip [1], "($self, chars=None, /)", "The text without white space, or without those characters, at both ends.";
    "swapcase" = swapcase [0], "($self, /)", "Upper case becomes lower case and the other way round.";
    "translate" = edit::translate [1], "($self, table, /)", "Each character replaced by what the table has for its code point; None deletes it.";
    "upper" = upper [0], "($self, /)", "The text in upper case.";
    "startswith" = search::startswith [3], "!($self, prefix, start=None, end=None, /)", "S.startswith(prefix[, start[, end]]) -> bool\n\nWhether S[start:end] begins with the prefix, or with one of a tuple of them.";
    "endswith" = search::endswith [3], "!($self, suffix, start=None, end=None, /)", "S.endswith(suffix[, start[, end]]) -> bool\n\nWhether S[start:end] ends with the suffix, or with one of a tuple of them.";
    "removeprefix" = edit::removeprefix [1], "($self, prefix, /)", "The text without this beginning, if it has it.";
    "removesuffix" = edit::removesuffix [1], "($self, suffix, /)", "The text without this end, if it has it.";
    "isascii" = is_ascii [0], "($self, /)", "Whether all characters are ASCII; true of the empty string.";
    "islower" = is_lower [0], "($self, /)", "Whether there are cased characters and all of them are lower case.";
    "isupper" = is_upper [0], "($self, /)", "Whether there are cased characters and all of them are upper case.";
    "istitle" = is_title [0], "($self, /)", "Whether there are cased characters and words begin in upper case and go on in lower case.";
    "isspace" = is_space [0], "($self, /)", "Whether there are characters and all of them are white space.";
    "isdecimal" = is_decimal [0], "($self, /)", "Whether there are characters and all of them are decimal digits.";
    "isdigit" = is_digit [0], "($self, /)", "Whether there are characters and all of them are digits.";
    "isnumeric" = is_numeric [0], "($self, /)", "Whether there are characters and all of them are numbers.";
    "isalpha" = is_alpha [0], "($self, /)", "Whether there are characters and all of them are letters.";
    "isalnum" = is_alnum [0], "($self, /)", "Whether there are characters and all of them are letters or numbers.";
    "isidentifier" = is_identifier [0], "($self, /)", "Whether the text could be a name; keywords are not excluded.";
    "isprintable" = is_printable [0], "($self, /)", "Whether repr() would show all characters as they are; true of the empty string.";
    "zfill" = edit::zfill [1], "($self, width, /)", "Zeros at the left, behind a sign, up to a width.";
    "format" = format::format [2], "!($self, /, *args, **kwargs)", "S.format(*args, **kwargs) -> str\n\nThe fields in braces replaced by the arguments they name.";
    "format_map" = format::format_map [1], "!($self, mapping, /)", "S.format_map(mapping) -> str\n\nThe fields in braces replaced by the items of the mapping they name.";
    "__format__" = format::dunder_format [1], "($self, format_spec, /)", "The text laid out as a format specification says.";
    "maketrans" = edit::maketrans [3], "(x, y=<unrepresentable>, z=<unrepresentable>, /)", "A table for translate(): of a dict, or of two strings of one length and maybe one of characters to delete.", static;
    "__sizeof__" = sizeof [0], "($self, /)", "The bytes the string takes in memory.";
    "__getnewargs__" = getnewargs [0], "!($self, /)", "";
] }

/// `unicode_new`.
fn new(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let exact = ty.is(&PyUnicode_Type.0);
    // The common call, without binding.
    let made = if let ([x], None) = (tuple::items(a), kw) {
        protocol::str(py, x)?
    } else {
        let sig = signature!("str", "(object='', encoding='utf-8', errors='strict')");
        args::bind_call(py, sig, a, kw, |b| {
            let (encoding, errors) =
                (b.arg::<Option<&PyUnicodeObject>>(py, 1)?, b.arg::<Option<&PyUnicodeObject>>(py, 2)?);
            match b.get(0) {
                None => Ok(unicode::empty()),
                Some(x) if encoding.is_none() && errors.is_none() => protocol::str(py, x),
                Some(x) => codecs::from_encoded_object(py, x, encoding, errors),
            }
        })?
    };
    if exact { Ok(made.upcast()) } else { unicode::subtype_new(py, ty, &made) }
}

fn str_repr(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_buf(py, repr::repr(view(s)))
}

fn hash(_: Py<'_>, s: &PyUnicodeObject) -> PyResult<Py_hash_t> {
    Ok(unicode::hash(s))
}

/// `unicode_str`: an exact str.
fn to_str(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::exact(py, s)
}

fn len(_: Py<'_>, s: &PyUnicodeObject) -> PyResult<usize> {
    Ok(unicode::len(s))
}

/// `PyUnicode_RichCompare`.
fn richcompare(_: Py<'_>, a: &PyUnicodeObject, b: &PyObject, op: core::ffi::c_int) -> PyResult {
    let Some(b) = unicode::check(b) else { return Ok(object::not_implemented()) };
    let answer = match op {
        protocol::EQ => unicode::equal(a, b),
        protocol::NE => !unicode::equal(a, b),
        _ => {
            let order = unicode::compare(a, b);
            match op {
                protocol::LT => order.is_lt(),
                protocol::LE => order.is_le(),
                protocol::GT => order.is_gt(),
                _ => order.is_ge(),
            }
        }
    };
    Ok(boolean::new(answer).upcast())
}

/// `PyUnicode_Concat`.
pub fn concat(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    match (unicode::check(a), unicode::check(b)) {
        (Some(a), Some(b)) => unicode::concat(py, a, b),
        _ => Err(exceptions::type_error(
            py,
            format_args!("can only concatenate str (not \"{}\") to str", type_name(b.ty())),
        )),
    }
}

fn item(py: Py<'_>, s: &PyUnicodeObject, i: isize) -> PyResult<Owned<PyUnicodeObject>> {
    match usize::try_from(i) {
        Ok(i) if i < unicode::len(s) => unicode::from_char(py, view(s).at(i)),
        _ => Err(exceptions::index_error(py, format_args!("string index out of range"))),
    }
}

/// `PyUnicode_Contains`.
fn contains(py: Py<'_>, s: &PyUnicodeObject, sub: &PyObject) -> PyResult<bool> {
    match unicode::check(sub) {
        Some(sub) => Ok(dxpy_text::strings::search::contains(view(s), view(sub))),
        None => Err(exceptions::type_error(
            py,
            format_args!("'in <string>' requires string as left operand, not {}", type_name(sub.ty())),
        )),
    }
}

/// `unicode_subscript`.
fn subscript(py: Py<'_>, s: &PyUnicodeObject, key: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    if number::has_index(key) {
        let i = number::as_ssize(py, key, &exceptions::IndexError)?;
        return item(py, s, if i < 0 { i.saturating_add_unsigned(unicode::len(s)) } else { i });
    }
    let Some(range) = slice::check(key) else {
        return Err(exceptions::type_error(
            py,
            format_args!("string indices must be integers, not '{}'", type_name(key.ty())),
        ));
    };
    let (start, stop, step) = slice::unpack(py, range)?;
    let (start, stop, count) = slice::adjust_indices(unicode::len(s), start, stop, step);
    if count == 0 {
        return Ok(unicode::empty());
    }
    if step == 1 {
        return unicode::substring(py, s, start as usize, stop as usize);
    }
    fn every<U: Copy>(v: &[U], start: isize, step: isize, count: usize) -> Vec<U> {
        (0..count as isize).map(|k| v[(start + k * step) as usize]).collect()
    }
    match view(s) {
        Str::Ascii(v) => unicode::from_view(py, Str::Ascii(&every(v, start, step, count))),
        Str::Latin1(v) => unicode::from_view(py, Str::Latin1(&every(v, start, step, count))),
        Str::Two(v) => unicode::from_view(py, Str::Two(&every(v, start, step, count))),
        Str::Four(v) => unicode::from_view(py, Str::Four(&every(v, start, step, count))),
    }
}

/// `str.encode`.
fn encode(
    py: Py<'_>,
    s: &PyUnicodeObject,
    encoding: Option<&PyUnicodeObject>,
    errors: Option<&PyUnicodeObject>,
) -> PyResult {
    codecs::encode_text(py, s, encoding, errors)
}

macro_rules! case_methods {
    ($($name:ident)*) => { $(
        fn $name(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<Owned<PyUnicodeObject>> {
            unicode::from_buf(py, case::$name(view(s)))
        }
    )* };
}
case_methods! { capitalize casefold title lower swapcase upper }

macro_rules! predicate_methods {
    ($($name:ident)*) => { $(
        fn $name(_: Py<'_>, s: &PyUnicodeObject) -> bool {
            predicates::$name(view(s))
        }
    )* };
}
predicate_methods! {
    is_ascii is_lower is_upper is_title is_space is_decimal is_digit is_numeric is_alpha is_alnum is_identifier
    is_printable
}

/// `unicode_sizeof`.
fn sizeof(_: Py<'_>, s: &PyUnicodeObject) -> usize {
    unicode::memory_size(s)
}

fn getnewargs(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<Owned<PyTupleObject>> {
    let copy = unicode::from_view(py, view(s))?;
    tuple::from_iter(py, [copy.upcast()])
}

/// The error for a result longer than a string can be, or than memory is.
#[cold]
pub(crate) fn size_error(py: Py<'_>, e: SizeError, message: &str) -> dxpy_core::PyErr {
    match e {
        SizeError::TooLong => exceptions::overflow_error(py, format_args!("{message}")),
        SizeError::NoMemory => exceptions::memory_error(py),
    }
}

/// The code points, for the parsers of specifications that take a slice.
pub(crate) fn with_codes<R>(s: Str<'_>, f: impl FnOnce(&[u32]) -> R) -> R {
    match s {
        Str::Four(v) => f(v),
        s => {
            let codes: Vec<u32> = each_kind!(s, v => v.iter().map(|c| c.code()).collect());
            f(&codes)
        }
    }
}
