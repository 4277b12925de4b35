//! Keyword arguments: `PyArg_ParseTupleAndKeywords`, the functions of `_PyArg_Parser`, and `_PyArg_UnpackKeywords`.

use super::convert::Reader;
use super::{Names, both, format_of, parsed, plural, refused};
use crate::util::token;
use crate::varargs::{VaList, variadic};
use core::ffi::{CStr, c_char, c_int};
use dxpy_core::abi::{_PyArg_Parser, Py_ssize_t, PyDictObject, PyObject, PyTupleObject};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, dict, exceptions, tuple, unicode};

/// Keyword arguments as callers have them.
enum Keywords<'a> {
    None,
    Dict(&'a PyDictObject),
    /// The names of a vectorcall, and its values.
    Stack(&'a PyTupleObject, *const *mut PyObject),
}

impl<'a> Keywords<'a> {
    /// # Safety
    /// LIVE: a dict or NULL.
    unsafe fn of_dict(kwargs: *mut PyObject) -> Option<Keywords<'a>> {
        // SAFETY: the caller's promise.
        match unsafe { kwargs.as_ref() } {
            None => Some(Keywords::None),
            Some(o) => dict::check(o).map(Keywords::Dict),
        }
    }

    /// # Safety
    /// LIVE: names or NULL; the values lie at `values`.
    unsafe fn of_stack(names: *mut PyObject, values: *const *mut PyObject) -> Keywords<'a> {
        // SAFETY: the caller's promise.
        match unsafe { names.as_ref() }.and_then(tuple::check) {
            Some(names) => Keywords::Stack(names, values),
            None => Keywords::None,
        }
    }

    fn len(&self) -> usize {
        match self {
            Keywords::None => 0,
            Keywords::Dict(d) => dict::len(d),
            Keywords::Stack(names, _) => tuple::len(names),
        }
    }

    /// The value given for a name, borrowed from the caller.
    fn find(&self, py: Py<'_>, name: &str) -> PyResult<Option<*mut PyObject>> {
        match self {
            Keywords::None => Ok(None),
            Keywords::Dict(d) => {
                let key = unicode::from_str(py, name)?;
                Ok(dict::get(py, d, key.as_object())?.map(|o| o.as_ptr()))
            }
            Keywords::Stack(names, values) => {
                let at = tuple::items(names).iter().position(|k| unicode::equals_str(k, name));
                // SAFETY: as many values as names.
                Ok(at.map(|i| unsafe { *values.add(i) }))
            }
        }
    }

    fn names(&self) -> Vec<Owned> {
        match self {
            Keywords::None => Vec::new(),
            Keywords::Dict(d) => dict::items(d).into_iter().map(|(k, _)| k).collect(),
            Keywords::Stack(names, _) => tuple::items(names).iter().map(|o| (*o).to_owned()).collect(),
        }
    }
}

/// The names of parameters: a NULL-terminated array of C strings, empty for those that are positional only.
///
/// # Safety
/// Such an array.
unsafe fn parameters<'a>(list: *const *const c_char) -> Vec<&'a str> {
    let mut out = Vec::new();
    // SAFETY: the caller's promise.
    unsafe {
        let mut at = list;
        while !(*at).is_null() {
            out.push(CStr::from_ptr(*at).to_str().unwrap_or("?"));
            at = at.add(1);
        }
    }
    out
}

/// The error for more arguments than there are parameters.
fn too_many(py: Py<'_>, subject: &str, most: usize, positional: usize, given: usize) -> dxpy_core::PyErr {
    // Only keywords were given: it is them the message is about.
    let kind = if positional == 0 { "keyword " } else { "" };
    exceptions::type_error(
        py,
        format_args!("{subject} takes at most {most} {kind}argument{} ({given} given)", plural(most)),
    )
}

/// What is wrong with the keywords that no parameter took (`error_unexpected_keyword_arg`), if anything.
fn leftover(
    py: Py<'_>,
    keywords: &Keywords<'_>,
    parameters: &[&str],
    pos: usize,
    positional: usize,
    names: &Names<'_>,
) -> PyResult<()> {
    for (i, p) in parameters.iter().enumerate().take(positional).skip(pos) {
        if keywords.find(py, p)?.is_some() {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "argument for {} given by name ('{p}') and position ({})",
                    names.subject(),
                    i + 1
                ),
            ));
        }
    }
    for k in keywords.names() {
        let Some(k) = unicode::check(&k) else {
            return Err(exceptions::type_error(py, format_args!("keywords must be strings")));
        };
        if !parameters[pos..].iter().any(|p| unicode::equals_str(k.as_object(), p)) {
            // The name may have lone surrogates, so the message is put together as a str.
            let (quote, rest) = (
                unicode::from_str(py, "'")?,
                unicode::from_str(py, &format!("' is an invalid keyword argument for {}", named(names)))?,
            );
            let message = unicode::join_all(py, &[&quote, k, &rest])?;
            return Err(exceptions::create(py, &exceptions::TypeError, Some(message.as_object())));
        }
    }
    // What a parameter did not take although it has its name is a str whose class compares as it likes.
    Err(exceptions::type_error(py, format_args!("invalid keyword argument for {}", named(names))))
}

/// The function, as messages about its keywords name it.
fn named(names: &Names<'_>) -> String {
    names.function.map_or_else(|| "this function".to_owned(), |f| format!("{f}()"))
}

/// `vgetargskeywords`.
///
/// # Safety
/// GIL, LIVE; the arguments of the list are those of the format.
unsafe fn with_keywords(
    py: Py<'_>,
    items: &[*mut PyObject],
    keywords: &Keywords<'_>,
    format: &[u8],
    parameters: &[&str],
    args: &mut VaList,
    sizes: bool,
) -> PyResult<()> {
    let names = Names::of(format);
    let n = items.len();
    let len = parameters.len();
    let pos = parameters.iter().take_while(|p| p.is_empty()).count();
    if parameters[pos..].iter().any(|p| p.is_empty()) {
        return Err(exceptions::system_error(py, format_args!("Empty keyword parameter name")));
    }
    let mut left = keywords.len();
    if n + left > len {
        return Err(too_many(py, &names.subject(), len, n, n + left));
    }
    let mut r = Reader { format, args, sizes, levels: Vec::new(), made: Default::default() };
    // SAFETY: the caller's promise.
    let result = unsafe { fill(py, items, keywords, parameters, pos, &mut left, &mut r, &names) };
    let result = match result {
        Ok(true) => return Ok(()),
        Ok(false) => leftover_of_format(py, &r, left, keywords, parameters, pos, n, &names),
        Err(e) => Err(e),
    };
    if result.is_err() {
        // SAFETY: the caller's places are still there.
        unsafe { r.made.undo() };
    }
    result
}

#[allow(clippy::too_many_arguments)]
fn leftover_of_format(
    py: Py<'_>,
    r: &Reader<'_, '_>,
    left: usize,
    keywords: &Keywords<'_>,
    parameters: &[&str],
    pos: usize,
    positional: usize,
    names: &Names<'_>,
) -> PyResult<()> {
    if !matches!(r.peek(), 0 | b':' | b';' | b'|' | b'$') {
        return Err(exceptions::system_error(
            py,
            format_args!(
                "more argument specifiers than keyword list entries (remaining format:'{}')",
                String::from_utf8_lossy(r.format)
            ),
        ));
    }
    if left > 0 { leftover(py, keywords, parameters, pos, positional, names) } else { Ok(()) }
}

/// The parameters one by one; true when all arguments are taken before the format ends.
///
/// # Safety
/// As for [`with_keywords`].
#[allow(clippy::too_many_arguments)]
unsafe fn fill(
    py: Py<'_>,
    items: &[*mut PyObject],
    keywords: &Keywords<'_>,
    parameters: &[&str],
    pos: usize,
    left: &mut usize,
    r: &mut Reader<'_, '_>,
    names: &Names<'_>,
) -> PyResult<bool> {
    let (n, len) = (items.len(), parameters.len());
    let (mut min, mut max, mut skip) = (usize::MAX, usize::MAX, false);
    let wrong = |text: &str| Err(exceptions::system_error(py, format_args!("{text}")));
    let mut at = 0;
    while at < len {
        let i = at;
        if r.peek() == b'|' {
            if min != usize::MAX {
                return wrong("Invalid format string (| specified twice)");
            }
            if max != usize::MAX {
                return wrong("Invalid format string ($ before |)");
            }
            min = i;
            r.advance();
        }
        if r.peek() == b'$' {
            if max != usize::MAX {
                return wrong("Invalid format string ($ specified twice)");
            }
            max = i;
            r.advance();
            if max < pos {
                return wrong("Empty parameter name after $");
            }
            if skip {
                // The limits are known now, for the message below.
                break;
            }
            if max < n {
                let how = if min != usize::MAX { "at most" } else { "exactly" };
                return Err(exceptions::type_error(
                    py,
                    format_args!(
                        "{} takes {how} {max} positional argument{} ({n} given)",
                        names.subject(),
                        plural(max)
                    ),
                ));
            }
        }
        if matches!(r.peek(), 0 | b':' | b';') {
            return wrong(&format!("More keyword list entries ({len}) than format specifiers ({i})"));
        }
        at += 1;
        if !skip {
            let given = if i < n {
                Some(items[i])
            } else if *left > 0 && i >= pos {
                let found = keywords.find(py, parameters[i])?;
                *left -= usize::from(found.is_some());
                found
            } else {
                None
            };
            if let Some(o) = given {
                // SAFETY: the caller's promise.
                if let Err(why) = unsafe { r.item(py, &*o) } {
                    return Err(refused(py, why, i + 1, &r.levels, names));
                }
                continue;
            }
            if i < min {
                if i < pos {
                    // How many are needed is not known before the rest of the format is read.
                    skip = true;
                } else {
                    return Err(exceptions::type_error(
                        py,
                        format_args!(
                            "{} missing required argument '{}' (pos {})",
                            names.subject(),
                            parameters[i],
                            i + 1
                        ),
                    ));
                }
            }
            if *left == 0 && !skip {
                return Ok(true);
            }
        }
        let at_unit = r.format;
        // SAFETY: the caller's promise.
        if let Err(text) = unsafe { r.skip() } {
            return wrong(&format!("{text}: '{}'", String::from_utf8_lossy(at_unit)));
        }
    }
    if skip {
        let least = pos.min(min);
        let how = if least < at { "at least" } else { "exactly" };
        return Err(exceptions::type_error(
            py,
            format_args!(
                "{} takes {how} {least} positional argument{} ({n} given)",
                names.subject(),
                plural(least)
            ),
        ));
    }
    Ok(false)
}

fn bad_call(py: Py<'_>) -> dxpy_core::PyErr {
    exceptions::system_error(py, format_args!("bad argument to internal function"))
}

/// `PyArg_ParseTupleAndKeywords`.
unsafe fn tuple_and_keywords(
    o: *mut PyObject,
    kwargs: *mut PyObject,
    format: *const c_char,
    list: *const *const c_char,
    args: &mut VaList,
    sizes: bool,
) -> c_int {
    // SAFETY: the function's contract.
    unsafe {
        let py = token();
        let t = o.as_ref().and_then(tuple::check);
        let r = match (t, Keywords::of_dict(kwargs)) {
            (Some(t), Some(k)) if !format.is_null() && !list.is_null() => {
                let parameters = parameters(list);
                with_keywords(py, super::pointers(t), &k, format_of(format), &parameters, args, sizes)
            }
            _ => Err(bad_call(py)),
        };
        parsed(py, r)
    }
}

/// `_PyArg_ParseTupleAndKeywordsFast`.
unsafe fn tuple_and_parser(
    o: *mut PyObject,
    kwargs: *mut PyObject,
    parser: &_PyArg_Parser,
    args: &mut VaList,
    sizes: bool,
) -> c_int {
    // SAFETY: the function's contract.
    unsafe {
        let (format, list) = (parser.format.get(), parser.keywords.get() as *const *const c_char);
        tuple_and_keywords(o, kwargs, format, list, args, sizes)
    }
}

/// `_PyArg_ParseStackAndKeywords`.
unsafe fn stack_and_parser(
    items: *const *mut PyObject,
    n: Py_ssize_t,
    kwnames: *mut PyObject,
    parser: &_PyArg_Parser,
    args: &mut VaList,
    sizes: bool,
) -> c_int {
    // SAFETY: the function's contract.
    unsafe {
        let py = token();
        let all = if n == 0 { &[] } else { core::slice::from_raw_parts(items, n as usize) };
        let keywords = match kwnames.is_null() {
            true => Keywords::None,
            false => Keywords::of_stack(kwnames, items.add(n as usize)),
        };
        let parameters = parameters(parser.keywords.get() as *const *const c_char);
        let format = format_of(parser.format.get());
        parsed(py, with_keywords(py, all, &keywords, format, &parameters, args, sizes))
    }
}

both!(
    PyArg_ParseTupleAndKeywords,
    _PyArg_ParseTupleAndKeywords_SizeT,
    4,
    tuple_and_keywords(o: *mut PyObject, kwargs: *mut PyObject, format: *const c_char, list: *const *const c_char)
);
both!(
    _PyArg_ParseTupleAndKeywordsFast,
    _PyArg_ParseTupleAndKeywordsFast_SizeT,
    3,
    tuple_and_parser(o: *mut PyObject, kwargs: *mut PyObject, parser: &_PyArg_Parser)
);
both!(
    _PyArg_ParseStackAndKeywords,
    _PyArg_ParseStackAndKeywords_SizeT,
    4,
    stack_and_parser(items: *const *mut PyObject, n: Py_ssize_t, kwnames: *mut PyObject, parser: &_PyArg_Parser)
);

/// Defines the functions that are given a list.
macro_rules! with_list { ($($name:ident $of:ident $sized:literal ($($arg:ident: $ty:ty),*);)*) => { $(
    #[doc = concat!("C: `int ", stringify!($name), "(..., va_list)`.")]
    ///
    /// # Safety
    /// GIL, LIVE; the arguments of the list are those of the format.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn $name($($arg: $ty,)* args: &mut VaList) -> c_int {
        // SAFETY: the caller's promise. The caller's list does not move.
        unsafe { $of($($arg,)* &mut args.copy(), $sized) }
    }
)* } }
with_list! {
    PyArg_VaParseTupleAndKeywords tuple_and_keywords false
        (o: *mut PyObject, kwargs: *mut PyObject, format: *const c_char, list: *const *const c_char);
    _PyArg_VaParseTupleAndKeywords_SizeT tuple_and_keywords true
        (o: *mut PyObject, kwargs: *mut PyObject, format: *const c_char, list: *const *const c_char);
    _PyArg_VaParseTupleAndKeywordsFast tuple_and_parser false
        (o: *mut PyObject, kwargs: *mut PyObject, parser: &_PyArg_Parser);
    _PyArg_VaParseTupleAndKeywordsFast_SizeT tuple_and_parser true
        (o: *mut PyObject, kwargs: *mut PyObject, parser: &_PyArg_Parser);
}

/// The parameters of a parser, the positional-only ones nameless, and what messages call the function
/// (`_parser_init`).
///
/// # Safety
/// STATIC: a parser.
unsafe fn described<'a>(parser: &'a _PyArg_Parser) -> (Vec<&'a str>, Names<'a>) {
    // SAFETY: the caller's promise.
    unsafe {
        let list = parameters(parser.keywords.get() as *const *const c_char);
        let format = parser.format.get();
        let mut names = match format.is_null() {
            true => Names { function: None, message: None },
            false => Names::of(format_of(format)),
        };
        if let Some(f) = parser.fname.get().as_ref() {
            names.function = CStr::from_ptr(f).to_str().ok();
        }
        (list, names)
    }
}

/// `_PyArg_UnpackKeywords`: the arguments in the order of the parameters, NULL for those not given.
///
/// # Safety
/// GIL, LIVE; room for all parameters in `out`.
#[allow(clippy::too_many_arguments)]
unsafe fn unpack(
    py: Py<'_>,
    items: &[*mut PyObject],
    keywords: &Keywords<'_>,
    parser: &_PyArg_Parser,
    least: usize,
    most: usize,
    least_keywords: usize,
    out: *mut *mut PyObject,
) -> PyResult<*const *mut PyObject> {
    let (n, mut left) = (items.len(), keywords.len());
    if left == 0 && least_keywords == 0 && least <= n && n <= most {
        return Ok(items.as_ptr());
    }
    // SAFETY: the caller's promise.
    let (parameters, names) = unsafe { described(parser) };
    let len = parameters.len();
    let pos = parameters.iter().take_while(|p| p.is_empty()).count();
    let required = if least_keywords > 0 { most + least_keywords } else { least };
    if n + left > len {
        return Err(too_many(py, &names.subject(), len, n, n + left));
    }
    if n > most {
        return Err(if most == 0 {
            exceptions::type_error(py, format_args!("{} takes no positional arguments", names.subject()))
        } else {
            let how = if least < most { "at most" } else { "exactly" };
            exceptions::type_error(
                py,
                format_args!(
                    "{} takes {how} {most} positional argument{} ({n} given)",
                    names.subject(),
                    plural(most)
                ),
            )
        });
    }
    let least_positional = pos.min(least);
    if n < least_positional {
        let how = if least_positional < most { "at least" } else { "exactly" };
        return Err(exceptions::type_error(
            py,
            format_args!(
                "{} takes {how} {least_positional} positional argument{} ({n} given)",
                names.subject(),
                plural(least_positional)
            ),
        ));
    }
    for (i, p) in parameters.iter().enumerate() {
        let value = if i < n {
            items[i]
        } else if i < pos {
            core::ptr::null_mut()
        } else if left > 0 {
            match keywords.find(py, p)? {
                Some(v) => {
                    left -= 1;
                    v
                }
                None => core::ptr::null_mut(),
            }
        } else {
            core::ptr::null_mut()
        };
        // SAFETY: the caller's promise.
        unsafe { *out.add(i) = value };
        if value.is_null() && i >= pos && (i < least || (most <= i && i < required)) {
            return Err(exceptions::type_error(
                py,
                format_args!("{} missing required argument '{p}' (pos {})", names.subject(), i + 1),
            ));
        }
    }
    if left > 0 {
        leftover(py, keywords, &parameters, pos, n, &names)?;
    }
    Ok(out)
}

/// `_PyArg_UnpackKeywordsWithVararg`: as [`unpack`], with a tuple at `vararg` of the positional arguments from there on.
/// What follows it is given by name.
///
/// # Safety
/// GIL, LIVE; room for all parameters and the tuple in `out`.
#[allow(clippy::too_many_arguments)]
unsafe fn unpack_vararg(
    py: Py<'_>,
    items: &[*mut PyObject],
    keywords: &Keywords<'_>,
    parser: &_PyArg_Parser,
    least: usize,
    most: usize,
    least_keywords: usize,
    vararg: usize,
    out: *mut *mut PyObject,
) -> PyResult<*const *mut PyObject> {
    let (n, mut left) = (items.len(), keywords.len());
    // SAFETY: the caller's promise.
    let (parameters, names) = unsafe { described(parser) };
    let pos = parameters.iter().take_while(|p| p.is_empty()).count();
    let required = if least_keywords > 0 { most + least_keywords } else { least };
    let least_positional = pos.min(least);
    if n < least_positional {
        let how = if least_positional < most { "at least" } else { "exactly" };
        return Err(exceptions::type_error(
            py,
            format_args!(
                "{} takes {how} {least_positional} positional argument{} ({n} given)",
                names.subject(),
                plural(least_positional)
            ),
        ));
    }
    // SAFETY: LIVE: arguments.
    let rest = items.iter().skip(vararg).map(|o| unsafe { &**o }.to_owned());
    let rest = tuple::from_iter(py, rest.collect::<Vec<Owned>>())?;
    let beyond = n.saturating_sub(most);
    // SAFETY: the caller's promise.
    unsafe {
        for (i, o) in items.iter().take(vararg).enumerate() {
            *out.add(i) = *o;
        }
        for (i, p) in parameters.iter().enumerate().skip(n.max(pos) - beyond) {
            let value = match left {
                0 => None,
                _ => keywords.find(py, p)?,
            };
            *out.add(if i < vararg { i } else { i + 1 }) = value.unwrap_or(core::ptr::null_mut());
            if value.is_some() {
                left -= 1;
            } else if i < least || (most <= i && i < required) {
                return Err(exceptions::type_error(
                    py,
                    format_args!("{} missing required argument '{p}' (pos {})", names.subject(), i + 1),
                ));
            }
        }
        if left > 0 {
            // A name that a position took is not told apart.
            leftover(py, keywords, &parameters, pos, 0, &names)?;
        }
        *out.add(vararg) = rest.into_ptr();
    }
    Ok(out)
}

/// Positional arguments, and keywords from a dict or from behind them.
///
/// # Safety
/// As the functions that take them.
unsafe fn given<'a>(
    args: *const *mut PyObject,
    nargs: Py_ssize_t,
    kwargs: *mut PyObject,
    kwnames: *mut PyObject,
) -> (&'a [*mut PyObject], Keywords<'a>) {
    // SAFETY: the caller's promise.
    unsafe {
        let items = if nargs <= 0 { &[] } else { core::slice::from_raw_parts(args, nargs as usize) };
        let keywords = match kwnames.is_null() {
            true => Keywords::of_dict(kwargs).unwrap_or(Keywords::None),
            false => Keywords::of_stack(kwnames, args.add(nargs.max(0) as usize)),
        };
        (items, keywords)
    }
}

/// C: `PyObject *const *_PyArg_UnpackKeywordsWithVararg(PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs, PyObject
/// *kwnames, struct _PyArg_Parser *, int minpos, int maxpos, int minkw, int vararg, PyObject **buf)`.
///
/// # Safety
/// GIL, LIVE; room for all parameters and one more in the buffer.
#[allow(clippy::too_many_arguments)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyArg_UnpackKeywordsWithVararg(
    args: *const *mut PyObject,
    nargs: Py_ssize_t,
    kwargs: *mut PyObject,
    kwnames: *mut PyObject,
    parser: &_PyArg_Parser,
    least: c_int,
    most: c_int,
    least_keywords: c_int,
    vararg: c_int,
    out: *mut *mut PyObject,
) -> *const *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        let (items, keywords) = given(args, nargs, kwargs, kwnames);
        let (least, most, named) = (least as usize, most as usize, least_keywords as usize);
        let r = unpack_vararg(py, items, &keywords, parser, least, most, named, vararg as usize, out);
        r.unwrap_or_else(|e| {
            e.restore(py);
            core::ptr::null()
        })
    }
}

/// C: `PyObject *const *_PyArg_UnpackKeywords(PyObject *const *args, Py_ssize_t nargs, PyObject *kwargs, PyObject
/// *kwnames, struct _PyArg_Parser *, int minpos, int maxpos, int minkw, PyObject **buf)`.
///
/// # Safety
/// GIL, LIVE; room for all parameters in the buffer.
#[allow(clippy::too_many_arguments)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyArg_UnpackKeywords(
    args: *const *mut PyObject,
    nargs: Py_ssize_t,
    kwargs: *mut PyObject,
    kwnames: *mut PyObject,
    parser: &_PyArg_Parser,
    least: c_int,
    most: c_int,
    least_keywords: c_int,
    out: *mut *mut PyObject,
) -> *const *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        let (items, keywords) = given(args, nargs, kwargs, kwnames);
        // With no arguments at all the result must still not be NULL, which means an error.
        let r =
            unpack(py, items, &keywords, parser, least as usize, most as usize, least_keywords as usize, out);
        r.unwrap_or_else(|e| {
            e.restore(py);
            core::ptr::null()
        })
    }
}
