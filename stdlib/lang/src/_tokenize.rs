//! `_tokenize.TokenizerIter`: CPython's own tokens one by one (`Python/Python-tokenize.c`). The tokens are
//! `dxpy_parser::TokenizerIter`'s.

use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::hooks::HOOKS;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, attr, bytes, call, exceptions, glue, long, module, name, object,
    signature, tuple, types, unicode,
};
use dxpy_parser::{ErrorKind, StdUnicode, TokenInfo, TokenizeError, TokenizerIter, Warning, WarningKind};

/// `_tokenize`.
pub static MODULE: StaticModule = StaticModule::new(c"_tokenize").slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py, m| {
    types::ready::ready(py, &ITERATOR)?;
    module::add_type(py, m, &ITERATOR)
});

/// `tokenizeriterobject`.
#[repr(C)]
struct Iterator {
    base: PyObject,
    /// The state, from a `Box`; NULL while a token is being read.
    state: Cell<*mut TokenizerIter>,
    readline: Cell<*mut PyObject>,
    /// The encoding of what `readline` gives, or NULL if that is text.
    encoding: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Iterator {}

static ITERATOR: StaticType = StaticType::new::<Iterator>(c"_tokenize.TokenizerIter")
    .dealloc(glue::dealloc(dealloc))
    .create(glue::create(new))
    .getattro(attr::generic_get_slot)
    .iter(glue::unary(|_: Py<'_>, it: &PyObject| Ok(it.to_owned())))
    .iternext(glue::iternext(next));

fn dealloc(_: Py<'_>, it: &Iterator) {
    let state = it.state.replace(core::ptr::null_mut());
    if !state.is_null() {
        // SAFETY: the state came from a box, and nobody reads a token while the iterator dies.
        drop(unsafe { Box::from_raw(state) });
    }
    object::clear_field(&it.readline);
    object::clear_field(&it.encoding);
    // SAFETY: the fields are released; nobody uses the object again.
    unsafe { object::tp_free(it.as_object()) }
}

/// `tokenizeriter_new`.
fn new(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let sig = signature!("tokenizeriter", "(readline, /, *, extra_tokens, encoding=<unrepresentable>)");
    args::bind_call(py, sig, a, kw, |b| {
        let (readline, extra): (&PyObject, bool) = (b.arg(py, 0)?, b.arg(py, 1)?);
        let encoding: Option<&PyUnicodeObject> = b.arg(py, 2)?;
        // SAFETY: LAYOUT: instances of this type; it has no subtypes.
        let it = unsafe { object::tp_alloc(py, ty, 0)?.cast::<Iterator>() };
        it.readline.set(readline.to_owned().into_ptr());
        it.encoding.set(encoding.map_or(core::ptr::null_mut(), |e| e.to_owned().into_ptr()));
        it.state.set(Box::into_raw(Box::new(TokenizerIter::new(extra))));
        Ok(it.upcast())
    })
}

/// `tok_readline_string` and `tok_readline_recode`: a line in UTF-8, nothing at the end.
fn read(py: Py<'_>, readline: &PyObject, encoding: Option<&PyUnicodeObject>) -> PyResult<Vec<u8>> {
    let line = match call::call(py, readline, []) {
        Err(e) if exceptions::matches(&e, &exceptions::StopIteration) => return Ok(Vec::new()),
        r => r?,
    };
    let text = match encoding {
        None => match unicode::check(&line) {
            Some(s) => s.to_owned(),
            None => {
                let text = format_args!("readline() returned a non-string object");
                return Err(exceptions::type_error(py, text));
            }
        },
        Some(encoding) => {
            if bytes::check(&line).is_none() {
                let text = format_args!("readline() returned a non-bytes object");
                return Err(exceptions::type_error(py, text));
            }
            let replace = unicode::from_str(py, "replace")?;
            let made = call::method(py, &line, name!("decode"), [encoding.as_object(), replace.as_object()])?;
            match unicode::check(&made) {
                Some(s) => s.to_owned(),
                None => {
                    return Err(exceptions::type_error(py, format_args!("decoder should return a string")));
                }
            }
        }
    };
    unicode::utf8(py, &text).map(|s| s.as_bytes().to_vec())
}

/// `tokenizeriter_next`.
fn next(py: Py<'_>, it: &Iterator) -> PyResult<Option<Owned>> {
    let state = it.state.replace(core::ptr::null_mut());
    if state.is_null() {
        return Err(exceptions::value_error(py, format_args!("tokenizer already executing")));
    }
    // SAFETY: the state came from a box; it was taken, so a `readline` that comes back here does not see it.
    let mut tokens = unsafe { Box::from_raw(state) };
    // SAFETY: LIVE, LAYOUT: the iterator holds both, and its caller holds the iterator.
    let (readline, encoding) =
        unsafe { (&*it.readline.get(), (it.encoding.get() as *const PyUnicodeObject).as_ref()) };
    let mut warnings = Vec::new();
    let token = tokens.next(&mut || read(py, readline, encoding), &StdUnicode, &mut warnings);
    it.state.set(Box::into_raw(tokens));
    warnings.iter().try_for_each(|w| warn(py, w))?;
    match token {
        None => Ok(None),
        Some(Ok(t)) => info(py, &t).map(|t| Some(t.upcast())),
        Some(Err(e)) => Err(error(py, e).unwrap_or_else(|e| e)),
    }
}

/// Issues a warning of the tokenizer's.
fn warn(py: Py<'_>, w: &Warning) -> PyResult<()> {
    let category = match w.kind {
        WarningKind::Syntax => &exceptions::SyntaxWarning,
        WarningKind::Deprecation => &exceptions::DeprecationWarning,
    };
    match HOOKS.warn_explicit.get() {
        Some(f) => f(py, category, &w.message, &*unicode::from_str(py, "<string>")?, w.lineno),
        None => Ok(()),
    }
}

/// The five members of a token.
fn info(py: Py<'_>, t: &TokenInfo) -> PyResult<Owned<PyTupleObject>> {
    let place = |(line, column): (i32, i32)| {
        tuple::from_iter(py, [int(py, line)?, int(py, column)?]).map(Owned::upcast)
    };
    let text = |s: &str| unicode::from_str(py, s).map(Owned::upcast);
    let all: [Owned; 5] =
        [int(py, t.kind.into())?, text(&t.string)?, place(t.start)?, place(t.end)?, text(&t.line)?];
    tuple::from_iter(py, all)
}

fn int(py: Py<'_>, n: i32) -> PyResult {
    long::from_i64(py, n.into()).map(Owned::upcast)
}

/// `_tokenizer_error`.
fn error(py: Py<'_>, e: TokenizeError<PyErr>) -> PyResult<PyErr> {
    match e {
        TokenizeError::Read(e) => Ok(e),
        TokenizeError::Eof { message, lineno, offset } => {
            let text = unicode::from_str(py, message)?;
            let e = exceptions::create(py, &exceptions::SyntaxError, Some(text.as_object()));
            let set = |name, value: Owned| attr::set_name(py, e.value().as_object(), name, &value);
            set(name!("filename"), unicode::from_str(py, "<string>")?.upcast())?;
            set(name!("lineno"), int(py, lineno)?)?;
            set(name!("offset"), int(py, offset)?)?;
            set(name!("end_lineno"), int(py, lineno)?)?;
            Ok(e)
        }
        TokenizeError::Syntax(e) => {
            let ty = match e.kind {
                ErrorKind::Indentation => &exceptions::IndentationError,
                ErrorKind::Tab => &exceptions::TabError,
                ErrorKind::Memory => return Ok(exceptions::memory_error(py)),
                _ => &exceptions::SyntaxError,
            };
            let line = match &e.text {
                Some(t) => unicode::from_str(py, t)?.upcast(),
                None => object::none(),
            };
            // Only errors that know their end have one.
            let end = |n: i32| if n != -1 { int(py, n) } else { Ok(object::none()) };
            let place = [
                unicode::from_str(py, "<string>")?.upcast(),
                int(py, e.lineno)?,
                int(py, e.offset)?,
                line,
                end(e.end_lineno)?,
                end(e.end_offset)?,
            ];
            let message = unicode::from_str(py, &e.message)?.upcast();
            let args = tuple::from_iter(py, [message, tuple::from_iter(py, place)?.upcast()])?;
            Ok(exceptions::create(py, ty, Some(args.as_object())))
        }
    }
}
