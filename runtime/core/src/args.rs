//! Arguments of built-in functions: signatures read at compile time, binding of a vectorcall to parameters with
//! CPython's messages (`_PyArg_CheckPositional`, `_PyArg_UnpackKeywords`), and `methods!`, which makes `PyMethodDef`s.
//!
//! `"($self, object, /)"` is both the `__text_signature__` and the description the binder works from, so they cannot
//! disagree. Conversions of single arguments are [`FromArg`].

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyResult;
use crate::exceptions;
use crate::ptr::{Layout, Object, Owned, borrow};
use crate::thread::Py;
use core::cell::Cell;
use core::ffi::{CStr, c_int};

/// How a parameter is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    PositionalOnly,
    PositionalOrKeyword,
    VarPositional,
    KeywordOnly,
    VarKeyword,
}

/// One parameter of a text signature.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

/// A function's name and parameters, without `$self`.
pub struct ArgDesc {
    pub name: &'static str,
    pub params: &'static [Param],
    /// CPython parses these arguments with a format string: other messages, and no text signature to show.
    pub by_format: bool,
    /// The function gets the class that defines it, and so its arguments by `_PyArg_UnpackKeywords`, with the messages
    /// of that, even where it has no keywords.
    defining: bool,
    /// So many positional arguments, at least and at most, without keywords are a good call that needs no other check.
    plain: (usize, usize),
    /// The number of parameters that can be given by position.
    positional: usize,
}

/// Is this the signature of a function without a `__text_signature__`? Such are written with a `?` before them, or with a
/// `!` if CPython parses the arguments with a format string.
pub const fn hidden(sig: &str) -> bool {
    sig.as_bytes()[0] == b'?' || by_format(sig)
}

/// Is this the signature of a function whose arguments CPython parses with a format string?
pub const fn by_format(sig: &str) -> bool {
    sig.as_bytes()[0] == b'!'
}

/// The place behind the opening parenthesis.
const fn opening(s: &[u8]) -> usize {
    if s[0] == b'(' { 1 } else { 2 }
}

/// The pieces of a text signature, found at compile time.
const fn next_piece(s: &[u8], mut at: usize) -> (usize, usize, usize) {
    // `at` is just after `(` or `,`; the piece ends at the next top-level `,` or the closing `)`.
    while at < s.len() && matches!(s[at], b' ' | b'\n') {
        at += 1;
    }
    let (start, mut depth, mut quote) = (at, 0, 0u8);
    while at < s.len() {
        let c = s[at];
        if quote != 0 {
            if c == b'\\' {
                at += 1;
            } else if c == quote {
                quote = 0;
            }
        } else {
            match c {
                b'\'' | b'"' => quote = c,
                b'(' | b'[' | b'{' | b'<' => depth += 1,
                b')' if depth == 0 => break,
                b')' | b']' | b'}' | b'>' => depth -= 1,
                b',' if depth == 0 => break,
                _ => {}
            }
        }
        at += 1;
    }
    (start, at, at + 1)
}

/// Is this piece a parameter, not `$self`, `/` or a bare `*`?
const fn is_param(s: &[u8], start: usize, end: usize) -> bool {
    end > start && s[start] != b'$' && s[start] != b'/' && !(s[start] == b'*' && end == start + 1)
}

/// The number of parameters of a signature.
pub const fn count(sig: &str) -> usize {
    let s = sig.as_bytes();
    let (mut at, mut n) = (opening(s), 0);
    while at < s.len() {
        let (start, end, next) = next_piece(s, at);
        if is_param(s, start, end) {
            n += 1;
        }
        at = next;
    }
    n
}

/// The part of `s` from `start` to `end`, which are character boundaries.
const fn slice(s: &'static str, start: usize, end: usize) -> &'static str {
    s.split_at(end).0.split_at(start).1
}

/// The parameters of a signature; `N` is `count(sig)`.
pub const fn parse<const N: usize>(sig: &'static str) -> [Param; N] {
    let s = sig.as_bytes();
    let mut params = [Param { name: "", kind: Kind::PositionalOrKeyword, required: true }; N];
    let (mut at, mut n, mut keyword_only) = (opening(s), 0, false);
    while at < s.len() {
        let (start, end, next) = next_piece(s, at);
        if end > start && s[start] == b'/' {
            let mut i = 0;
            while i < n {
                params[i].kind = Kind::PositionalOnly;
                i += 1;
            }
        } else if end == start + 1 && s[start] == b'*' {
            keyword_only = true;
        } else if is_param(s, start, end) {
            let (mut from, mut kind) = (start, Kind::PositionalOrKeyword);
            if s[start] == b'*' && s[start + 1] == b'*' {
                (from, kind) = (start + 2, Kind::VarKeyword);
            } else if s[start] == b'*' {
                (from, kind) = (start + 1, Kind::VarPositional);
                keyword_only = true;
            } else if keyword_only {
                kind = Kind::KeywordOnly;
            }
            let mut to = from;
            while to < end && s[to] != b'=' && s[to] != b':' {
                to += 1;
            }
            let var = matches!(kind, Kind::VarPositional | Kind::VarKeyword);
            params[n] = Param { name: slice(sig, from, to), kind, required: !var && to == end };
            n += 1;
        }
        at = next;
    }
    params
}

/// A call's arguments as vectorcall carries them.
#[derive(Clone, Copy)]
pub struct RawArgs<'a> {
    /// Positional arguments, then the values of keywords.
    pub all: &'a [*mut PyObject],
    pub nargs: usize,
    pub kwnames: Option<&'a PyTupleObject>,
}

impl<'a> RawArgs<'a> {
    /// # Safety
    /// `args` points to `nargs` live objects, and as many more as `kwnames` (NULL or a tuple of str) has items.
    #[inline(always)]
    pub unsafe fn new(args: *const *mut PyObject, nargs: usize, kwnames: *mut PyObject) -> RawArgs<'a> {
        // SAFETY: the caller's promise; an empty slice is made without the (possibly NULL) pointer.
        unsafe {
            let kwnames = (kwnames as *const PyTupleObject).as_ref();
            let n = nargs + kwnames.map_or(0, |k| k.ob_base.ob_size.get() as usize);
            let all = if n == 0 { &[] } else { core::slice::from_raw_parts(args, n) };
            RawArgs { all, nargs, kwnames }
        }
    }

    /// The positional arguments.
    #[inline(always)]
    pub fn positional(&self) -> &'a [*mut PyObject] {
        &self.all[..self.nargs]
    }

    /// The positional arguments as objects.
    #[inline(always)]
    pub fn items(&self) -> &'a [&'a PyObject] {
        // SAFETY: LIVE: the caller of the vectorcall holds its arguments, none of which is NULL.
        unsafe { &*(self.positional() as *const [*mut PyObject] as *const [&'a PyObject]) }
    }

    /// Keyword `i`: its name and its value.
    #[inline(always)]
    pub fn keyword(&self, i: usize) -> (&'a PyObject, &'a PyObject) {
        let names = self.kwnames.expect("a call with keywords");
        // SAFETY: LIVE: the caller of the vectorcall holds names and values for its duration.
        unsafe {
            assert!(i < names.ob_base.ob_size.get() as usize);
            (&*(*names.ob_item.as_ptr().add(i)).get(), &*self.all[self.nargs + i])
        }
    }

    /// The number of keywords.
    #[inline(always)]
    pub fn keywords(&self) -> usize {
        self.all.len() - self.nargs
    }
}

/// The arguments of a call sorted to their parameters.
pub struct Bound<'a> {
    pub desc: &'static ArgDesc,
    slots: &'a [Option<&'a PyObject>],
    raw: RawArgs<'a>,
}

impl<'a> Bound<'a> {
    /// The argument of parameter `i`, if one was given.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Option<&'a PyObject> {
        self.slots[i]
    }

    /// Positional arguments beyond the named parameters.
    pub fn rest(&self) -> &'a [*mut PyObject] {
        &self.raw.positional()[self.desc.positional.min(self.raw.nargs)..]
    }

    /// Name of the argument as CPython's conversion messages have it: `argument 2`, or `argument 'sep'` where it can
    /// be given by keyword (`_PyArg_BadArgument`'s display name).
    pub fn display(&self, i: usize) -> String {
        let p = &self.desc.params[i];
        match p.kind {
            _ if self.desc.by_format => format!("argument {}", i + 1),
            Kind::PositionalOnly if self.desc.params.len() == 1 && !self.desc.by_format => "argument".into(),
            Kind::PositionalOnly => format!("argument {}", i + 1),
            _ => format!("argument '{}'", p.name),
        }
    }
}

/// A function as messages of keyword calls name it; one parsed by a format without a name is «function».
struct Shown(&'static str);

impl core::fmt::Display for Shown {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if self.0.is_empty() { f.write_str("function") } else { write!(f, "{}()", self.0) }
    }
}

impl ArgDesc {
    /// The description of a function.
    pub const fn new(name: &'static str, params: &'static [Param], by_format: bool) -> ArgDesc {
        let (mut at, mut positional, mut least, mut most) = (0, 0, 0, 0);
        while at < params.len() {
            let p = &params[at];
            at += 1;
            match p.kind {
                Kind::PositionalOnly | Kind::PositionalOrKeyword => {
                    (positional, most) = (at, at);
                    if p.required {
                        least = at;
                    }
                }
                Kind::VarPositional => most = usize::MAX,
                // Only a keyword can give it.
                Kind::KeywordOnly if p.required => least = usize::MAX,
                Kind::KeywordOnly | Kind::VarKeyword => {}
            }
        }
        ArgDesc { name, params, by_format, defining: false, plain: (least, most), positional }
    }

    /// The description of a function with these flags.
    pub const fn with_flags(self, flags: c_int) -> ArgDesc {
        ArgDesc { defining: flags & METH_METHOD != 0, ..self }
    }

    fn plural(n: usize) -> &'static str {
        if n == 1 { "" } else { "s" }
    }

    /// Sorts the arguments of a call into `slots`, one for each parameter, or raises `TypeError`. A call without keywords
    /// and with a right number of arguments is sorted in the caller, where the description is a constant.
    #[inline(always)]
    pub fn bind<'a>(
        &'static self,
        py: Py<'_>,
        raw: RawArgs<'a>,
        slots: &'a mut [Option<&'a PyObject>],
    ) -> PyResult<Bound<'a>> {
        let (least, most) = self.plain;
        if raw.all.len() == raw.nargs && raw.nargs >= least && raw.nargs <= most {
            self.fill(raw, slots);
        } else {
            self.bind_checked(py, raw, slots)?;
        }
        Ok(Bound { desc: self, slots, raw })
    }

    /// Puts the positional arguments where they belong.
    #[inline(always)]
    fn fill<'a>(&self, raw: RawArgs<'a>, slots: &mut [Option<&'a PyObject>]) {
        for (slot, &arg) in slots.iter_mut().zip(raw.positional().iter().take(self.positional)) {
            // SAFETY: LIVE: the caller of the vectorcall holds its arguments.
            *slot = Some(unsafe { borrow(arg) });
        }
    }

    /// `bind` for calls with keywords, and for wrong ones.
    #[inline(never)]
    fn bind_checked<'a>(
        &'static self,
        py: Py<'_>,
        raw: RawArgs<'a>,
        slots: &mut [Option<&'a PyObject>],
    ) -> PyResult<()> {
        let (params, positional) = (self.params, self.positional);
        let takes_rest = params.iter().any(|p| p.kind == Kind::VarPositional);
        let keyword_capable =
            params.iter().any(|p| !matches!(p.kind, Kind::PositionalOnly | Kind::VarPositional));
        if self.defining && params.is_empty() {
            // 3.12.1 counts the positional arguments alone: keywords pass unseen.
            if raw.nargs == 0 {
                return Ok(());
            }
            return Err(exceptions::type_error(py, format_args!("{}() takes no arguments", self.name)));
        }
        if keyword_capable || self.defining {
            self.check_keyword_call(py, raw, positional, takes_rest)?;
        } else {
            self.check_positional_call(py, raw, positional, takes_rest)?;
        }
        self.fill(raw, slots);
        if raw.keywords() > 0 {
            self.bind_keywords(py, raw, slots)?;
        }
        for (i, p) in params.iter().enumerate() {
            if p.required && slots[i].is_none() {
                return Err(exceptions::type_error(
                    py,
                    format_args!(
                        "{} missing required argument '{}' (pos {})",
                        Shown(self.name),
                        p.name,
                        i + 1
                    ),
                ));
            }
        }
        Ok(())
    }

    /// `_PyArg_CheckPositional` and `_PyArg_NoKeywords`.
    fn check_positional_call(
        &self,
        py: Py<'_>,
        raw: RawArgs<'_>,
        max: usize,
        takes_rest: bool,
    ) -> PyResult<()> {
        if raw.keywords() > 0 {
            return Err(exceptions::type_error(
                py,
                format_args!("{}() takes no keyword arguments", self.name),
            ));
        }
        let min = self.params.iter().filter(|p| p.required).count();
        let n = raw.nargs;
        let (bound, word) = if n < min {
            (min, if min < max || takes_rest { "at least " } else { "" })
        } else if n > max && !takes_rest {
            (max, if min < max { "at most " } else { "" })
        } else {
            return Ok(());
        };
        let s = Self::plural(bound);
        if self.by_format {
            let word = if min < max { word } else { "exactly " };
            return Err(exceptions::type_error(
                py,
                format_args!("{}() takes {word}{bound} argument{s} ({n} given)", self.name),
            ));
        }
        Err(exceptions::type_error(
            py,
            format_args!("{} expected {word}{bound} argument{s}, got {n}", self.name),
        ))
    }

    /// The counting checks of `_PyArg_UnpackKeywords`, in its order.
    fn check_keyword_call(
        &self,
        py: Py<'_>,
        raw: RawArgs<'_>,
        positional: usize,
        takes_rest: bool,
    ) -> PyResult<()> {
        let (name, params) = (Shown(self.name), self.params);
        let takes_keywords = params.iter().any(|p| p.kind == Kind::VarKeyword);
        let (n, given) = (raw.nargs, raw.all.len());
        if given > params.len() && !takes_rest && !takes_keywords {
            let keyword = if n == 0 { "keyword " } else { "" };
            let (len, s) = (params.len(), Self::plural(params.len()));
            return Err(exceptions::type_error(
                py,
                format_args!("{name} takes at most {len} {keyword}argument{s} ({given} given)"),
            ));
        }
        let required = params.iter().take(positional).filter(|p| p.required).count();
        if n > positional && !takes_rest {
            if positional == 0 {
                return Err(exceptions::type_error(py, format_args!("{name} takes no positional arguments")));
            }
            let word = if required < positional { "at most" } else { "exactly" };
            let s = Self::plural(positional);
            return Err(exceptions::type_error(
                py,
                format_args!("{name} takes {word} {positional} positional argument{s} ({n} given)"),
            ));
        }
        let only = params.iter().filter(|p| p.kind == Kind::PositionalOnly).count();
        let min = params.iter().filter(|p| p.kind == Kind::PositionalOnly && p.required).count();
        if n < min && takes_rest && takes_keywords {
            // Such functions look at `*args` themselves, with `_PyArg_CheckPositional`.
            let s = Self::plural(min);
            return Err(exceptions::type_error(
                py,
                format_args!("{} expected at least {min} argument{s}, got {n}", self.name),
            ));
        }
        if n < min {
            let word = if takes_rest || min < only || only < positional { "at least" } else { "exactly" };
            let s = Self::plural(min);
            return Err(exceptions::type_error(
                py,
                format_args!("{name} takes {word} {min} positional argument{s} ({n} given)"),
            ));
        }
        Ok(())
    }

    fn bind_keywords<'a>(
        &self,
        py: Py<'_>,
        raw: RawArgs<'a>,
        slots: &mut [Option<&'a PyObject>],
    ) -> PyResult<()> {
        let takes_keywords = self.params.iter().any(|p| p.kind == Kind::VarKeyword);
        for k in 0..raw.keywords() {
            let (key, value) = raw.keyword(k);
            let found = self.params.iter().position(|p| {
                matches!(p.kind, Kind::PositionalOrKeyword | Kind::KeywordOnly)
                    && crate::unicode::equals_str(key, p.name)
            });
            match found {
                Some(i) if slots[i].is_some() => {
                    return Err(exceptions::type_error(
                        py,
                        format_args!(
                            "argument for {} given by name ('{}') and position ({})",
                            Shown(self.name),
                            self.params[i].name,
                            i + 1
                        ),
                    ));
                }
                Some(i) => slots[i] = Some(value),
                None if takes_keywords => {}
                None => {
                    let key = crate::unicode::display(key);
                    let this = if self.name.is_empty() { "this " } else { "" };
                    return Err(exceptions::type_error(
                        py,
                        format_args!("'{key}' is an invalid keyword argument for {this}{}", Shown(self.name)),
                    ));
                }
            }
        }
        Ok(())
    }
}

/// A type that an argument converts to. `None` for a missing optional argument is `Option<T>`.
pub trait FromArg<'a>: Sized {
    /// Converts the argument of parameter `i`; a required one is always there.
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self>;
}

impl<'a> FromArg<'a> for &'a PyObject {
    #[inline(always)]
    fn from_arg(_: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        Ok(bound.get(i).expect("a parameter without a default is bound"))
    }
}

impl<'a, T: FromArg<'a>> FromArg<'a> for Option<T> {
    #[inline(always)]
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        match bound.get(i) {
            None => Ok(None),
            Some(_) => T::from_arg(py, bound, i).map(Some),
        }
    }
}

/// `_PyArg_BadArgument`: the error for an argument of the wrong type.
#[cold]
pub fn bad_argument(py: Py<'_>, bound: &Bound<'_>, i: usize, expected: &str) -> crate::err::PyErr {
    let given = match bound.get(i) {
        Some(o) if crate::object::is_none(o) => "None".to_owned(),
        Some(o) => crate::call::type_name(o.ty()),
        None => "nothing".to_owned(),
    };
    exceptions::type_error(
        py,
        format_args!("{}() {} must be {expected}, not {given}", bound.desc.name, bound.display(i)),
    )
}

macro_rules! typed_args {
    ($($t:ty, $check:path, $expected:literal;)*) => { $(
        impl<'a> FromArg<'a> for &'a $t {
            #[inline]
            fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
                let o = <&'a PyObject>::from_arg(py, bound, i)?;
                $check(o).ok_or_else(|| bad_argument(py, bound, i, $expected))
            }
        }
    )* };
}
typed_args! {
    PyUnicodeObject, crate::unicode::check, "str";
    PyBytesObject, crate::bytes::check, "bytes";
    PyTupleObject, crate::tuple::check, "tuple";
    PyListObject, crate::list::check, "list";
    PyDictObject, crate::dict::check, "dict";
    PyLongObject, crate::long::check, "int";
    PyTypeObject, crate::types::check, "type";
}

/// A predicate: the object's truth.
impl<'a> FromArg<'a> for bool {
    #[inline]
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        crate::protocol::is_true(py, <&'a PyObject>::from_arg(py, bound, i)?)
    }
}

/// A number, through `__float__`.
impl<'a> FromArg<'a> for f64 {
    #[inline]
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        crate::float::as_f64(py, <&'a PyObject>::from_arg(py, bound, i)?)
    }
}

macro_rules! integer_args {
    ($($t:ty, $c:literal;)*) => { $(
        /// An integer, through `__index__`; one that does not fit is an `OverflowError`.
        impl<'a> FromArg<'a> for $t {
            #[inline]
            fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
                let n = crate::number::index_any(py, <&'a PyObject>::from_arg(py, bound, i)?)?;
                crate::long::to_i64(&n).and_then(|v| <$t>::try_from(v).ok()).ok_or_else(|| {
                    exceptions::overflow_error(py, format_args!(concat!("Python int too large to convert to C ", $c)))
                })
            }
        }
    )* };
}
integer_args! {
    isize, "ssize_t";
    i64, "long";
    i32, "int";
}

/// A bound as `find` and its like take it: an index clipped to a C size, or `None` (`_PyEval_SliceIndex`).
#[derive(Clone, Copy)]
pub struct SliceArg(pub Option<isize>);

impl<'a> FromArg<'a> for SliceArg {
    #[inline]
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        match bound.get(i) {
            Some(o) => crate::number::slice_index(py, o).map(SliceArg),
            None => Ok(SliceArg(None)),
        }
    }
}

/// A function's name and parameters for [`Call`], from its text signature: `signature!("int", "(x=0, /, base=10)")`.
#[macro_export]
macro_rules! signature {
    ($name:literal, $sig:literal) => {{
        const N: usize = $crate::args::count($sig);
        static PARAMS: [$crate::args::Param; N] = $crate::args::parse::<N>($sig);
        static DESC: $crate::args::ArgDesc =
            $crate::args::ArgDesc::new($name, &PARAMS, $crate::args::by_format($sig));
        &DESC
    }};
}

/// The most parameters a constructor has.
const MOST: usize = 24;

/// Binds the arguments of `tp_new`, `tp_init` or `tp_call` (a tuple and maybe a dict) and hands them to `f`:
/// `args::bind_call(py, signature!(..), args, kw, |b| Ok((b.arg(py, 0)?, b.arg(py, 1)?)))`.
pub fn bind_call<R>(
    py: Py<'_>,
    desc: &'static ArgDesc,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
    f: impl FnOnce(&Bound<'_>) -> PyResult<R>,
) -> PyResult<R> {
    let mut slots = [None; MOST];
    let slots = &mut slots[..desc.params.len()];
    let Some(kw) = kw.filter(|kw| crate::dict::len(kw) > 0) else {
        let n = crate::tuple::items(args).len();
        // SAFETY: LIVE: the tuple holds its items, and is held by the caller; it does not change.
        let raw =
            unsafe { RawArgs::new(args.ob_item.as_ptr() as *const *mut PyObject, n, core::ptr::null_mut()) };
        return f(&desc.bind(py, raw, slots)?);
    };
    let positional = crate::tuple::items(args);
    let mut all: Vec<*mut PyObject> = positional.iter().map(|a| a.as_ptr()).collect();
    let pairs = crate::dict::items(kw);
    let mut names = Vec::with_capacity(pairs.len());
    for (k, v) in &pairs {
        if crate::unicode::check(k).is_none() {
            return Err(exceptions::type_error(py, format_args!("keywords must be strings")));
        }
        names.push(k.clone());
        all.push(v.as_ptr());
    }
    let names = crate::tuple::from_iter(py, names)?;
    let raw = RawArgs { all: &all, nargs: positional.len(), kwnames: Some(&names) };
    f(&desc.bind(py, raw, slots)?)
}

impl<'a> Bound<'a> {
    /// The argument of parameter `i`, converted.
    #[inline]
    pub fn arg<T: FromArg<'a>>(&self, py: Py<'a>, i: usize) -> PyResult<T> {
        T::from_arg(py, self, i)
    }
}

/// The arguments of a `*args` parameter.
pub struct Rest<'a>(pub &'a [*mut PyObject]);

impl<'a> FromArg<'a> for Rest<'a> {
    fn from_arg(_: Py<'a>, bound: &Bound<'a>, _: usize) -> PyResult<Self> {
        Ok(Rest(bound.rest()))
    }
}

/// The arguments of a `**kwargs` parameter: names and values that no other parameter took.
pub struct Keywords<'a>(Vec<(&'a PyObject, &'a PyObject)>);

impl<'a> Keywords<'a> {
    /// Names and values in the order of the call.
    pub fn pairs(&self) -> &[(&'a PyObject, &'a PyObject)] {
        &self.0
    }

    /// The arguments as a new dict.
    pub fn to_dict(&self, py: Py<'_>) -> PyResult<Owned<PyDictObject>> {
        let d = crate::dict::presized(py, self.0.len())?;
        for (k, v) in &self.0 {
            crate::dict::set(py, &d, k, v)?;
        }
        Ok(d)
    }
}

impl<'a> FromArg<'a> for Keywords<'a> {
    fn from_arg(_: Py<'a>, bound: &Bound<'a>, _: usize) -> PyResult<Self> {
        let named = |key: &PyObject| {
            bound.desc.params.iter().any(|p| {
                matches!(p.kind, Kind::PositionalOrKeyword | Kind::KeywordOnly)
                    && crate::unicode::equals_str(key, p.name)
            })
        };
        let all = (0..bound.raw.keywords()).map(|i| bound.raw.keyword(i));
        Ok(Keywords(all.filter(|(k, _)| !named(k)).collect()))
    }
}

/// The call as it came, for functions that sort their arguments themselves.
pub struct Raw<'a>(pub RawArgs<'a>);

impl<'a> FromArg<'a> for Raw<'a> {
    fn from_arg(_: Py<'a>, bound: &Bound<'a>, _: usize) -> PyResult<Self> {
        Ok(Raw(bound.raw))
    }
}

/// What a built-in function may give back, and its object.
pub trait IntoRet {
    /// The result as C's pointer; an error becomes pending.
    fn into_ret(self, py: Py<'_>) -> *mut PyObject;
}

impl<T: Layout> IntoRet for PyResult<Owned<T>> {
    #[inline(always)]
    fn into_ret(self, py: Py<'_>) -> *mut PyObject {
        crate::err::into_ptr(py, self)
    }
}

impl<T: Layout> IntoRet for Owned<T> {
    #[inline(always)]
    fn into_ret(self, _: Py<'_>) -> *mut PyObject {
        self.into_ptr()
    }
}

macro_rules! into_ret {
    ($($t:ty, $py:ident, $v:ident => $make:expr;)*) => { $(
        impl IntoRet for PyResult<$t> {
            #[inline(always)]
            fn into_ret(self, $py: Py<'_>) -> *mut PyObject {
                let r: PyResult<Owned> = self.and_then(|$v| $make);
                crate::err::into_ptr($py, r)
            }
        }
        impl IntoRet for $t {
            #[inline(always)]
            fn into_ret(self, py: Py<'_>) -> *mut PyObject {
                PyResult::Ok(self).into_ret(py)
            }
        }
    )* };
}
into_ret! {
    (), _py, _v => Ok(crate::object::none());
    bool, _py, v => Ok(crate::boolean::new(v).upcast());
    i64, py, v => crate::long::from_i64(py, v).map(Owned::upcast);
    isize, py, v => crate::long::from_i64(py, v as i64).map(Owned::upcast);
    usize, py, v => crate::long::from_u64(py, v as u64).map(Owned::upcast);
    i32, py, v => crate::long::from_i64(py, v as i64).map(Owned::upcast);
    u64, py, v => crate::long::from_u64(py, v).map(Owned::upcast);
    f64, py, v => crate::float::new(py, v).map(Owned::upcast);
}

/// Calls `f` with converted arguments; `n` is the number of parameters. Used by `methods!` only.
#[doc(hidden)]
#[macro_export]
macro_rules! invoke {
    ($f:path, $py:ident, $this:ident, $b:ident, 0) => { $crate::args::IntoRet::into_ret($f($py, $this), $py) };
    ($f:path, $py:ident, $this:ident, $b:ident, 1) => { $crate::invoke!(@ $f, $py, $this, $b, 0) };
    ($f:path, $py:ident, $this:ident, $b:ident, 2) => { $crate::invoke!(@ $f, $py, $this, $b, 0 1) };
    ($f:path, $py:ident, $this:ident, $b:ident, 3) => { $crate::invoke!(@ $f, $py, $this, $b, 0 1 2) };
    ($f:path, $py:ident, $this:ident, $b:ident, 4) => { $crate::invoke!(@ $f, $py, $this, $b, 0 1 2 3) };
    ($f:path, $py:ident, $this:ident, $b:ident, 5) => { $crate::invoke!(@ $f, $py, $this, $b, 0 1 2 3 4) };
    ($f:path, $py:ident, $this:ident, $b:ident, 6) => { $crate::invoke!(@ $f, $py, $this, $b, 0 1 2 3 4 5) };
    ($f:path, $py:ident, $this:ident, $b:ident, 7) => { $crate::invoke!(@ $f, $py, $this, $b, 0 1 2 3 4 5 6) };
    ($f:path, $py:ident, $this:ident, $b:ident, 8) => { $crate::invoke!(@ $f, $py, $this, $b, 0 1 2 3 4 5 6 7) };
    ($f:path, $py:ident, $this:ident, $b:ident, 9) => { $crate::invoke!(@ $f, $py, $this, $b, 0 1 2 3 4 5 6 7 8) };
    ($f:path, $py:ident, $this:ident, $b:ident, 10) => { $crate::invoke!(@ $f, $py, $this, $b, 0 1 2 3 4 5 6 7 8 9) };
    ($f:path, $py:ident, $this:ident, $b:ident, 23) => {
        $crate::invoke!(@ $f, $py, $this, $b, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22)
    };
    (@ $f:path, $py:ident, $this:ident, $b:ident, $($i:literal)*) => {
        match (|| Ok($f($py, $this, $($crate::args::FromArg::from_arg($py, &$b, $i)?),*)))() {
            Ok(r) => $crate::args::IntoRet::into_ret(r, $py),
            Err(e) => $crate::err::into_ptr::<$crate::abi::PyObject>($py, Err(e)),
        }
    };
}

/// A table of methods or functions: `PyMethodDef`s ending in the all-zero entry.
///
/// ```text
/// methods! { static LIST_METHODS: for PyListObject [
///     "append" = append [1], "($self, object, /)", "Append object to the end of the list.";
///     "fromkeys" = fromkeys [2], "($type, iterable, value=None, /)", "…", class;
/// ] }
/// ```
/// `name = function [arity], signature, doc` and optionally `class`, `static` or `coexist`. The function takes the token,
/// `&S` (the module, or for `class` the type, as `&PyObject` if `S` says so) and one [`FromArg`] per parameter; its
/// result is [`IntoRet`]. A signature that begins with `?` binds arguments but is not shown, for functions that have no
/// `__text_signature__` in CPython; with `!` the messages are those of `PyArg_ParseTuple` too. The calling convention follows from the signature, as Argument Clinic chooses it: no
/// parameters `METH_NOARGS`, one required positional-only parameter `METH_O`, else `METH_FASTCALL`, with
/// `METH_KEYWORDS` where some parameter can be given by name.
#[macro_export]
macro_rules! methods {
    ($(#[$m:meta])* $vis:vis static $table:ident: for $s:ty [ $($name:literal = $f:path [$arity:tt], $sig:literal, $doc:literal $(, $flag:ident)?;)* ]) => {
        $(#[$m])*
        $vis static $table: $crate::statics::Gil<[$crate::abi::PyMethodDef; { 1 $(+ { let _ = $arity; 1 })* }]> =
            $crate::statics::Gil([
                $({
                    const SIG: &str = $sig;
                    const N: usize = $crate::args::count(SIG);
                    const _: () = assert!(N == $arity, concat!($name, ": arity and signature differ"));
                    static PARAMS: [$crate::args::Param; N] = $crate::args::parse::<N>(SIG);
                    static DESC: $crate::args::ArgDesc =
                        $crate::args::ArgDesc::new($name, &PARAMS, $crate::args::by_format(SIG))
                            .with_flags($crate::method_flag!($($flag)?));
                    /// The one body behind every calling convention of this method.
                    fn body(this: *mut $crate::abi::PyObject, raw: $crate::args::RawArgs<'_>) -> *mut $crate::abi::PyObject {
                        let this = $crate::args::or_type(this);
                        // SAFETY: GIL, LIVE, LAYOUT: the contract of method tables; descriptors check the type.
                        let (py, this) = unsafe { ($crate::thread::Py::assume(), $crate::ptr::borrow::<$s>(this)) };
                        let mut slots = [None; N];
                        match DESC.bind(py, raw, &mut slots) {
                            Ok(_bound) => $crate::invoke!($f, py, this, _bound, $arity),
                            Err(e) => $crate::err::into_ptr::<$crate::abi::PyObject>(py, Err(e)),
                        }
                    }
                    $crate::args::def(
                        &DESC,
                        $crate::args::c_str(concat!($name, "\0")),
                        if $crate::args::hidden(SIG) {
                            $crate::args::c_str(concat!($doc, "\0"))
                        } else {
                            $crate::args::c_str(concat!($name, $sig, "\n--\n\n", $doc, "\0"))
                        },
                        $crate::args::conventions!(body),
                        $crate::method_flag!($($flag)?),
                    )
                },)*
                $crate::args::end(),
            ]);
    };
}

/// What a method of no object gets as its self: static methods receive NULL, and look at nothing; `type` is an object large
/// enough to stand for any.
#[doc(hidden)]
#[inline(always)]
pub fn or_type(this: *mut PyObject) -> *mut PyObject {
    if this.is_null() { crate::types::PyType_Type.as_object().as_ptr() } else { this }
}

/// The flag bit of a row's last word. `defining` rows are those CPython hands the class that defines them to: what they
/// bind to is a `builtin_method`, and no call of them is specialised.
#[doc(hidden)]
#[macro_export]
macro_rules! method_flag {
    () => {
        0
    };
    (class) => {
        $crate::abi::constants::METH_CLASS
    };
    (static) => {
        $crate::abi::constants::METH_STATIC
    };
    (coexist) => {
        $crate::abi::constants::METH_COEXIST
    };
    (defining) => {
        $crate::abi::constants::METH_METHOD
    };
    (class_defining) => {
        $crate::abi::constants::METH_CLASS | $crate::abi::constants::METH_METHOD
    };
}

/// The same body behind the calling conventions that tables use.
#[doc(hidden)]
pub struct Conventions {
    pub noargs: PyCFunction,
    pub one: PyCFunction,
    pub fast: PyCFunctionFast,
    pub keywords: PyCFunctionFastWithKeywords,
    pub method: PyCMethod,
}

#[doc(hidden)]
#[macro_export]
macro_rules! conventions {
    ($body:ident) => {{
        use $crate::abi::PyObject;
        use $crate::args::RawArgs;
        unsafe extern "C" fn noargs(this: *mut PyObject, _: *mut PyObject) -> *mut PyObject {
            $body(this, RawArgs { all: &[], nargs: 0, kwnames: None })
        }
        unsafe extern "C" fn one(this: *mut PyObject, arg: *mut PyObject) -> *mut PyObject {
            $body(this, RawArgs { all: &[arg], nargs: 1, kwnames: None })
        }
        unsafe extern "C" fn fast(
            this: *mut PyObject,
            args: *const *mut PyObject,
            n: isize,
        ) -> *mut PyObject {
            // SAFETY: the METH_FASTCALL contract.
            $body(this, unsafe { RawArgs::new(args, n as usize, core::ptr::null_mut()) })
        }
        unsafe extern "C" fn keywords(
            this: *mut PyObject,
            args: *const *mut PyObject,
            n: isize,
            names: *mut PyObject,
        ) -> *mut PyObject {
            // SAFETY: the METH_FASTCALL | METH_KEYWORDS contract.
            $body(this, unsafe { RawArgs::new(args, n as usize, names) })
        }
        unsafe extern "C" fn method(
            this: *mut PyObject,
            _: *mut $crate::abi::PyTypeObject,
            args: *const *mut PyObject,
            n: usize,
            names: *mut PyObject,
        ) -> *mut PyObject {
            // SAFETY: the METH_METHOD | METH_FASTCALL | METH_KEYWORDS contract.
            $body(this, unsafe { RawArgs::new(args, n, names) })
        }
        $crate::args::Conventions { noargs, one, fast, keywords, method }
    }};
}
pub use crate::conventions;

/// A string literal that ends in its only NUL.
#[doc(hidden)]
pub const fn c_str(s: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(s.as_bytes()) {
        Ok(c) => c,
        Err(_) => panic!("a NUL inside a name or docstring"),
    }
}

/// The entry that ends a method table.
pub const fn end() -> PyMethodDef {
    PyMethodDef {
        ml_name: Cell::new(core::ptr::null_mut()),
        ml_meth: Cell::new(None),
        ml_flags: Cell::new(0),
        ml_doc: Cell::new(core::ptr::null_mut()),
    }
}

/// One row of a method table.
#[doc(hidden)]
pub const fn def(
    desc: &'static ArgDesc,
    name: &'static CStr,
    doc: &'static CStr,
    c: Conventions,
    extra: c_int,
) -> PyMethodDef {
    let p = desc.params;
    let mut any_keyword = false;
    let mut i = 0;
    while i < p.len() {
        if !matches!(p[i].kind, Kind::PositionalOnly | Kind::VarPositional) {
            any_keyword = true;
        }
        i += 1;
    }
    // SAFETY: `ml_meth` is declared as `PyCFunction` and holds whichever type `ml_flags` names.
    let (meth, flags) = unsafe {
        if extra & METH_METHOD != 0 {
            (core::mem::transmute::<PyCMethod, PyCFunction>(c.method), METH_FASTCALL | METH_KEYWORDS)
        } else if p.is_empty() {
            (c.noargs, METH_NOARGS)
        } else if any_keyword {
            (
                core::mem::transmute::<PyCFunctionFastWithKeywords, PyCFunction>(c.keywords),
                METH_FASTCALL | METH_KEYWORDS,
            )
        } else if p.len() == 1 && p[0].required && matches!(p[0].kind, Kind::PositionalOnly) {
            (c.one, METH_O)
        } else {
            (core::mem::transmute::<PyCFunctionFast, PyCFunction>(c.fast), METH_FASTCALL)
        }
    };
    PyMethodDef {
        ml_name: Cell::new(name.as_ptr() as *mut _),
        ml_meth: Cell::new(Some(meth)),
        ml_flags: Cell::new(flags | extra),
        ml_doc: Cell::new(doc.as_ptr() as *mut _),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIG: &str = "($self, a, /, b=(1, 2), *args, key=',)', other, **kw)";

    #[test]
    fn signatures_are_read() {
        let p = parse::<{ count(SIG) }>(SIG);
        let got: Vec<_> = p.iter().map(|p| (p.name, p.kind, p.required)).collect();
        assert_eq!(
            got,
            [
                ("a", Kind::PositionalOnly, true),
                ("b", Kind::PositionalOrKeyword, false),
                ("args", Kind::VarPositional, false),
                ("key", Kind::KeywordOnly, false),
                ("other", Kind::KeywordOnly, true),
                ("kw", Kind::VarKeyword, false),
            ]
        );
        assert_eq!(count("($self, /)"), 0);
        assert_eq!(count("($module, *, dir_fd=None)"), 1);
        assert_eq!(count("()"), 0);
    }
}
