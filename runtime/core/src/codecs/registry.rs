//! The codec registry: search functions, the cache of codecs, error handlers by name (`Python/codecs.c`).

use super::Source;
use crate::abi::*;
use crate::attr;
use crate::call::{self, type_name};
use crate::err::{PyErr, PyResult};
use crate::ptr::{Object, Owned};
use crate::statics::Gil;
use crate::thread::Py;
use crate::{bytes, dict, exceptions, hooks, list, name, object, protocol, tuple, unicode};
use core::cell::Cell;
use dxpy_text::codecs::{Handler, Refused, Replacement};
use dxpy_text::strings::Builder;

/// The registry's three containers; made at first use, never released.
struct Registry {
    search: Owned<PyListObject>,
    cache: Owned<PyDictObject>,
    errors: Owned<PyDictObject>,
}

static REGISTRY: Gil<Cell<*const Registry>> = Gil(Cell::new(core::ptr::null()));

/// `_PyCodecRegistry_Init`, without importing `encodings`.
fn registry(py: Py<'_>) -> PyResult<&'static Registry> {
    if REGISTRY.get().is_null() {
        // The handlers look at no self, but their table gives them one.
        let none = object::none();
        let r = Registry { search: list::new(py)?, cache: dict::new(py)?, errors: dict::new(py)? };
        for (def, name) in HANDLERS.0.iter().zip(NAMES) {
            let f = crate::cfunction::new(py, def, Some(&none), None, None)?;
            dict::set_str(py, &r.errors, name, &f.upcast())?;
        }
        REGISTRY.set(Box::into_raw(Box::new(r)));
    }
    // SAFETY: set once, never released.
    Ok(unsafe { &*REGISTRY.get() })
}

/// The standard search function comes with the package `encodings`, which is imported before the first lookup.
fn with_encodings(py: Py<'_>) -> PyResult<&'static Registry> {
    static IMPORTED: Gil<Cell<bool>> = Gil(Cell::new(false));
    let r = registry(py)?;
    if !IMPORTED.replace(true)
        && let Err(e) = hooks::import(py, name!("encodings"))
    {
        IMPORTED.set(false);
        return Err(e);
    }
    Ok(r)
}

/// `PyCodec_Register`.
pub fn register(py: Py<'_>, search: &PyObject) -> PyResult<()> {
    if !protocol::is_callable(search) {
        return Err(exceptions::type_error(py, format_args!("argument must be callable")));
    }
    list::append(py, &registry(py)?.search, search)
}

/// `PyCodec_Unregister`: the cache goes with the function, for its codecs may be in it.
pub fn unregister(py: Py<'_>, search: &PyObject) -> PyResult<()> {
    let r = registry(py)?;
    if let Some(i) = list::items(&r.search).iter().position(|f| f.is(search)) {
        dict::clear(py, &r.cache);
        list::remove(py, &r.search, i)?;
    }
    Ok(())
}

/// `_PyCodec_Lookup`: the codec of this name, a tuple of four.
pub fn lookup(py: Py<'_>, encoding: &str) -> PyResult<Owned<PyTupleObject>> {
    let key = unicode::intern_str(py, &super::normalize(encoding))?;
    let r = registry(py)?;
    if let Some(found) = dict::get(py, &r.cache, key.as_object())? {
        // SAFETY: LAYOUT: only tuples are put there.
        return Ok(unsafe { found.cast() });
    }
    let r = with_encodings(py)?;
    if list::len(&r.search) == 0 {
        return Err(exceptions::lookup_error(
            py,
            format_args!("no codec search functions registered: can't find encoding"),
        ));
    }
    let mut i = 0;
    while let Some(f) = list::get(&r.search, i) {
        i += 1;
        let found = call::call(py, &f, [key.as_object()])?;
        if object::is_none(&found) {
            continue;
        }
        if tuple::check(&found).is_none_or(|t| tuple::len(t) != 4) {
            return Err(exceptions::type_error(
                py,
                format_args!("codec search functions must return 4-tuples"),
            ));
        }
        dict::set(py, &r.cache, key.as_object(), &found)?;
        // SAFETY: LAYOUT: just checked.
        return Ok(unsafe { found.cast() });
    }
    Err(exceptions::lookup_error(py, format_args!("unknown encoding: {encoding}")))
}

/// `_PyCodec_LookupTextEncoding`: a codec between text and bytes.
pub fn lookup_text(py: Py<'_>, encoding: &str, alternative: &str) -> PyResult<Owned<PyTupleObject>> {
    let codec = lookup(py, encoding)?;
    if tuple::check_exact(codec.as_object()).is_none()
        && let Some(is_text) = attr::lookup_name(py, codec.as_object(), name!("_is_text_encoding"))?
        && !protocol::is_true(py, &is_text)?
    {
        return Err(exceptions::lookup_error(
            py,
            format_args!("'{encoding}' is not a text encoding; use {alternative} to handle arbitrary codecs"),
        ));
    }
    Ok(codec)
}

/// Calls a codec's encoder or decoder; what it answers must be a pair, of which the first is given.
fn run(
    py: Py<'_>,
    codec: &PyTupleObject,
    which: usize,
    o: &PyObject,
    encoding: &str,
    errors: Option<&str>,
) -> PyResult {
    let f = tuple::items(codec)[which].to_owned();
    let r = match errors {
        Some(e) => {
            let e = unicode::from_str(py, e)?;
            call::call(py, &f, [o, e.as_object()])
        }
        None => call::call(py, &f, [o]),
    };
    let (doing, role) = if which == 0 { ("encoding", "encoder") } else { ("decoding", "decoder") };
    let r =
        r.map_err(|e| exceptions::with_note(py, e, &format!("{doing} with '{encoding}' codec failed")))?;
    match tuple::check(&r).map(tuple::items) {
        Some([first, _]) => Ok((*first).to_owned()),
        _ => Err(exceptions::type_error(py, format_args!("{role} must return a tuple (object, integer)"))),
    }
}

/// `PyCodec_Encode`: any object through any codec.
pub fn encode(py: Py<'_>, o: &PyObject, encoding: &str, errors: Option<&str>) -> PyResult {
    let codec = lookup(py, encoding)?;
    run(py, &codec, 0, o, encoding, errors)
}

/// `PyCodec_Decode`.
pub fn decode(py: Py<'_>, o: &PyObject, encoding: &str, errors: Option<&str>) -> PyResult {
    let codec = lookup(py, encoding)?;
    run(py, &codec, 1, o, encoding, errors)
}

/// `_PyCodec_EncodeText` and what `str.encode` asks of its result.
pub fn encode_text(py: Py<'_>, s: &PyUnicodeObject, encoding: &str, errors: Option<&str>) -> PyResult {
    let codec = lookup_text(py, encoding, "codecs.encode()")?;
    let r = run(py, &codec, 0, s.as_object(), encoding, errors)?;
    if bytes::check(&r).is_some() {
        return Ok(r);
    }
    if type_name(r.ty()) == "bytearray" && crate::buffer::check(&r) {
        exceptions::warn(
            py,
            &exceptions::RuntimeWarning,
            1,
            format_args!(
                "encoder {encoding} returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types"
            ),
        )?;
        return Ok(bytes::new(py, &crate::buffer::to_vec(py, &r)?)?.upcast());
    }
    Err(exceptions::type_error(
        py,
        format_args!(
            "'{encoding}' encoder returned '{}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types",
            type_name(r.ty())
        ),
    ))
}

/// `_PyCodec_DecodeText` and what `bytes.decode` asks of its result.
pub fn decode_text(
    py: Py<'_>,
    source: Source<'_>,
    encoding: &str,
    errors: Option<&str>,
) -> PyResult<Owned<PyUnicodeObject>> {
    let codec = lookup_text(py, encoding, "codecs.decode()")?;
    // CPython hands a read-only memoryview of the buffer to the codec; bytes serve as well.
    let b = source.to_object(py)?;
    let r = run(py, &codec, 1, b.as_object(), encoding, errors)?;
    if unicode::check(&r).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "'{encoding}' decoder returned '{}' instead of 'str'; use codecs.decode() to decode to arbitrary types",
                type_name(r.ty())
            ),
        ));
    }
    // SAFETY: LAYOUT: just checked.
    Ok(unsafe { r.cast() })
}

/// `PyCodec_RegisterError`.
pub fn register_error(py: Py<'_>, name: &str, handler: &PyObject) -> PyResult<()> {
    if !protocol::is_callable(handler) {
        return Err(exceptions::type_error(py, format_args!("handler must be callable")));
    }
    dict::set_str(py, &registry(py)?.errors, name, handler)
}

/// `PyCodec_LookupError`.
pub fn lookup_error(py: Py<'_>, name: &str) -> PyResult {
    match dict::get_str(py, &registry(py)?.errors, name)? {
        Some(h) => Ok(h),
        None => Err(exceptions::lookup_error(py, format_args!("unknown error handler name '{name}'"))),
    }
}

/// The fields of a `UnicodeError` that a handler reads.
struct Fields {
    encoding: String,
    object: Owned,
    start: usize,
    end: usize,
}

fn fields(py: Py<'_>, e: &PyObject) -> PyResult<Fields> {
    // SAFETY: LAYOUT: the callers checked the type.
    let u = unsafe { &*(e as *const PyObject as *const PyUnicodeErrorObject) };
    // SAFETY: LIVE: the exception holds its fields, or they are NULL.
    let (object, encoding) = unsafe { (u.object.get().as_ref(), u.encoding.get().as_ref()) };
    let Some(object) = object else {
        return Err(exceptions::type_error(py, format_args!("object attribute not set")));
    };
    let n = match (unicode::check(object), bytes::check(object)) {
        (Some(s), _) => unicode::len(s),
        (_, Some(b)) => bytes::as_slice(b).len(),
        _ => return Err(exceptions::type_error(py, format_args!("object attribute must be unicode"))),
    } as isize;
    let start = u.start.get().clamp(0, (n - 1).max(0));
    let end = u.end.get().clamp(1.min(n), n.max(0));
    Ok(Fields {
        encoding: encoding.map(unicode::display).unwrap_or_default(),
        object: object.to_owned(),
        start: start as usize,
        end: end.max(0) as usize,
    })
}

/// A standard handler as a function of an exception: `(replacement, position)`, or the exception raised again.
fn handle(py: Py<'_>, handler: Handler, e: &PyObject) -> PyResult {
    let is = |t: &'static crate::statics::StaticType| crate::types::is_subtype(e.ty(), t);
    let unknown = || {
        exceptions::type_error(
            py,
            format_args!("don't know how to handle {} in error callback", type_name(e.ty())),
        )
    };
    let raise = |e: &PyObject| {
        if crate::types::is_subtype(e.ty(), &exceptions::BaseException) {
            // SAFETY: LAYOUT: just checked.
            PyErr::from_value(unsafe { e.to_owned().cast() })
        } else {
            exceptions::type_error(py, format_args!("codec must pass exception instance"))
        }
    };
    if handler == Handler::Strict {
        return Err(raise(e));
    }
    let refused = |r: Refused| match r {
        Refused::Raise => raise(e),
        Refused::Kind => unknown(),
    };
    let pair = |what: Owned, at: usize| -> PyResult {
        let at = crate::long::from_u64(py, at as u64)?;
        Ok(tuple::from_iter(py, [what, at.upcast()])?.upcast())
    };
    if is(&exceptions::UnicodeEncodeError) {
        let f = fields(py, e)?;
        let s = unicode::check(&f.object).ok_or_else(unknown)?;
        let (r, at) = handler.encode(&f.encoding, unicode::view(s), f.start, f.end).map_err(refused)?;
        let r = match r {
            Replacement::Text(t) => unicode::from_buf(py, t)?.upcast(),
            Replacement::Bytes(b) => bytes::new(py, &b)?.upcast(),
        };
        return pair(r, at);
    }
    if is(&exceptions::UnicodeDecodeError) {
        let f = fields(py, e)?;
        let b = bytes::check(&f.object).ok_or_else(unknown)?;
        let mut out = Builder::new();
        let at =
            handler.decode(&f.encoding, bytes::as_slice(b), f.start, f.end, &mut out).map_err(refused)?;
        return pair(unicode::from_buf(py, out.finish())?.upcast(), at);
    }
    if is(&exceptions::UnicodeTranslateError) {
        let f = fields(py, e)?;
        let s = unicode::check(&f.object).ok_or_else(unknown)?;
        let r = handler.translate(unicode::view(s), f.start, f.end).map_err(refused)?;
        return pair(unicode::from_buf(py, r)?.upcast(), f.end);
    }
    Err(unknown())
}

macro_rules! handlers {
    ($($f:ident $variant:ident;)*) => {
        $( fn $f(py: Py<'_>, _: &PyObject, e: &PyObject) -> PyResult {
            handle(py, Handler::$variant, e)
        } )*
    };
}
handlers! {
    strict Strict; ignore Ignore; replace Replace; xmlcharrefreplace XmlCharRefReplace;
    backslashreplace BackslashReplace; namereplace NameReplace; surrogatepass SurrogatePass;
    surrogateescape SurrogateEscape;
}

const NAMES: [&str; 8] = [
    "strict",
    "ignore",
    "replace",
    "xmlcharrefreplace",
    "backslashreplace",
    "namereplace",
    "surrogatepass",
    "surrogateescape",
];

crate::methods! { static HANDLERS: for PyObject [
    "strict_errors" = strict [1], "!($module, e, /)", "Raises the error.";
    "ignore_errors" = ignore [1], "!($module, e, /)", "Leaves out what cannot be encoded or decoded.";
    "replace_errors" = replace [1], "!($module, e, /)", "Puts a question mark or U+FFFD in its place.";
    "xmlcharrefreplace_errors" = xmlcharrefreplace [1], "!($module, e, /)", "Puts references of XML in its place.";
    "backslashreplace_errors" = backslashreplace [1], "!($module, e, /)", "Puts backslash escapes in its place.";
    "namereplace_errors" = namereplace [1], "!($module, e, /)", "Puts the names of the characters in its place.";
    "surrogatepass" = surrogatepass [1], "!($module, e, /)", "Lets surrogates pass.";
    "surrogateescape" = surrogateescape [1], "!($module, e, /)", "Makes surrogates of bytes that are no text, and bytes of them.";
] }
