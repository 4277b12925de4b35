//! `re.Pattern` and the scanner behind `finditer`.

use super::matches::{self, check_template, compile_template, expand_template, join};
use super::{How, Subject, run};
use core::cell::{Cell, RefCell};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, boolean, call, dict, exceptions, gc, getset, glue, hooks, list, long,
    mappingproxy, members, methods, name, number, object, protocol, tuple, types, unicode, weakref,
};
use dxpy_sre::{Program, State};

/// `re.Pattern`.
#[repr(C)]
pub struct PatternObject {
    base: PyObject,
    pattern: Cell<*mut PyObject>,
    groupindex: Cell<*mut PyObject>,
    indexgroup: Cell<*mut PyObject>,
    weakrefs: Cell<*mut PyObject>,
    groups: Cell<isize>,
    flags: Cell<core::ffi::c_int>,
    /// For text 0, for bytes 1, for both -1 where the pattern is None.
    is_bytes: Cell<i8>,
    program: Cell<*mut Program>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for PatternObject {}

pub static PATTERN: StaticType = StaticType::new::<PatternObject>(c"re.Pattern")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .weaklist(offset_of!(PatternObject, weakrefs))
    .doc(c"A compiled regular expression.")
    .traverse(glue::traverse(|p: &PatternObject, v: &glue::Visitor| {
        v.visit(&p.pattern)?;
        v.visit(&p.groupindex)?;
        v.visit(&p.indexgroup)
    }))
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .hash(glue::hash(hash))
    .richcompare(glue::richcompare(richcompare))
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET);

methods! { static METHODS: for PatternObject [
    "match" = match_ [3], "($self, /, string, pos=0, endpos=sys.maxsize)", "Matches at the beginning of the string.", defining;
    "fullmatch" = fullmatch [3], "($self, /, string, pos=0, endpos=sys.maxsize)", "Matches the whole string.", defining;
    "search" = search [3], "($self, /, string, pos=0, endpos=sys.maxsize)", "Matches at the first place where it can.", defining;
    "sub" = sub [3], "($self, /, repl, string, count=0)", "The string with the matches replaced.", defining;
    "subn" = subn [3], "($self, /, repl, string, count=0)", "The string with the matches replaced, and how many there were.", defining;
    "findall" = findall [3], "($self, /, string, pos=0, endpos=sys.maxsize)", "The texts of all matches, or of their groups.";
    "split" = split [2], "($self, /, string, maxsplit=0)", "The parts of the string between matches.";
    "finditer" = finditer [3], "($self, /, string, pos=0, endpos=sys.maxsize)", "An iterator over all matches.", defining;
    "scanner" = scanner [3], "($self, /, string, pos=0, endpos=sys.maxsize)", "", defining;
    "__copy__" = itself [0], "($self, /)", "";
    "__deepcopy__" = deepcopy [1], "($self, memo, /)", "";
    "__class_getitem__" = class_getitem [1], "?($type, item, /)", "See PEP 585", class;
] }

members! { static MEMBERS [
    "pattern" = _Py_T_OBJECT, offset_of!(PatternObject, pattern), Py_READONLY, "The pattern's text.";
    "flags" = Py_T_INT, offset_of!(PatternObject, flags), Py_READONLY, "The flags.";
    "groups" = Py_T_PYSSIZET, offset_of!(PatternObject, groups), Py_READONLY, "The number of groups.";
] }

getset! { static GETSET [
    "groupindex" = get_groupindex, "The numbers of the named groups by name.";
] }

/// A pattern?
pub fn check_pattern(o: &PyObject) -> Option<&PatternObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PATTERN.0).then(|| unsafe { &*(o as *const PyObject as *const PatternObject) })
}

impl PatternObject {
    pub fn groups(&self) -> usize {
        self.groups.get() as usize
    }

    pub fn groupindex(&self) -> &PyObject {
        // SAFETY: LIVE: the pattern holds it.
        unsafe { &*self.groupindex.get() }
    }

    pub fn indexgroup(&self) -> &PyObject {
        // SAFETY: LIVE: the pattern holds it.
        unsafe { &*self.indexgroup.get() }
    }

    fn text(&self) -> &PyObject {
        // SAFETY: LIVE: the pattern holds it.
        unsafe { &*self.pattern.get() }
    }

    pub fn program(&self) -> &Program {
        // SAFETY: set when the pattern was made, never changed.
        unsafe { &*self.program.get() }
    }

    /// The subject of a match; text and bytes do not go together.
    fn subject(&self, py: Py<'_>, o: &PyObject) -> PyResult<Subject> {
        let s = Subject::new(py, o)?;
        match (s.is_bytes(), self.is_bytes.get()) {
            (true, 0) => Err(exceptions::type_error(
                py,
                format_args!("cannot use a string pattern on a bytes-like object"),
            )),
            (false, 1) => Err(exceptions::type_error(
                py,
                format_args!("cannot use a bytes pattern on a string-like object"),
            )),
            _ => Ok(s),
        }
    }
}

/// `_sre.compile`.
pub fn compile(
    py: Py<'_>,
    _: &PyModuleObject,
    pattern: &PyObject,
    flags: i32,
    code: &PyListObject,
    groups: isize,
    groupindex: &PyDictObject,
    indexgroup: &PyTupleObject,
) -> PyResult<Owned<PatternObject>> {
    let mut words = Vec::with_capacity(list::len(code));
    let mut i = 0;
    while let Some(o) = list::get(code, i) {
        i += 1;
        let n = number::index_any(py, &o)?;
        let word = long::to_u64(&n).and_then(|v| u32::try_from(v).ok()).ok_or_else(|| {
            exceptions::overflow_error(py, format_args!("regular expression code size limit exceeded"))
        })?;
        words.push(word);
    }
    let invalid = || exceptions::runtime_error(py, format_args!("invalid SRE code"));
    let count = usize::try_from(groups).map_err(|_| invalid())?;
    let program = Program::new(words, count).map_err(|_| invalid())?;
    let is_bytes = if object::is_none(pattern) { -1 } else { Subject::new(py, pattern)?.is_bytes() as i8 };
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let p = object::alloc_uninit::<PatternObject>(py, &PATTERN, size_of::<PatternObject>())?;
        p.pattern.set(pattern.to_owned().into_ptr());
        p.groupindex.set(groupindex.to_owned().into_ptr());
        p.indexgroup.set(indexgroup.to_owned().into_ptr());
        p.weakrefs.set(core::ptr::null_mut());
        p.groups.set(groups);
        p.flags.set(flags);
        p.is_bytes.set(is_bytes);
        p.program.set(Box::into_raw(Box::new(program)));
        gc::track(p.as_object());
        Ok(p)
    }
}

fn dealloc(py: Py<'_>, p: &PatternObject) {
    // SAFETY: what the object holds is released once and its memory last.
    unsafe {
        gc::untrack(p.as_object());
        weakref::clear_all(py, p.as_object());
        object::clear_field(&p.pattern);
        object::clear_field(&p.groupindex);
        object::clear_field(&p.indexgroup);
        drop(Box::from_raw(p.program.get()));
        object::free(p.as_object());
    }
}

/// The part of the subject that `pos` and `endpos` select.
fn range(s: &Subject, pos: Option<isize>, endpos: Option<isize>) -> (usize, usize) {
    let n = s.length() as isize;
    (pos.unwrap_or(0).clamp(0, n) as usize, endpos.unwrap_or(isize::MAX).clamp(0, n) as usize)
}

type Edge = Option<isize>;

fn once(
    py: Py<'_>,
    p: &PatternObject,
    o: &PyObject,
    (pos, endpos): (Edge, Edge),
    how: How,
    all: bool,
) -> PyResult {
    let s = p.subject(py, o)?;
    let (from, to) = range(&s, pos, endpos);
    let mut state = State::new(p.program(), from, to);
    state.match_all = all;
    if from <= to && run(py, &mut state, p.program(), &s, how)? {
        return Ok(matches::new(py, p, &s, &state, from, to)?.upcast());
    }
    Ok(object::none())
}

fn match_(py: Py<'_>, p: &PatternObject, s: &PyObject, pos: Edge, endpos: Edge) -> PyResult {
    once(py, p, s, (pos, endpos), How::Match, false)
}

fn fullmatch(py: Py<'_>, p: &PatternObject, s: &PyObject, pos: Edge, endpos: Edge) -> PyResult {
    once(py, p, s, (pos, endpos), How::Match, true)
}

fn search(py: Py<'_>, p: &PatternObject, s: &PyObject, pos: Edge, endpos: Edge) -> PyResult {
    once(py, p, s, (pos, endpos), How::Search, false)
}

/// Goes on behind a match; after an empty one the next must not be empty at the same place.
fn advance(state: &mut State) {
    state.must_advance = state.ptr == state.start;
    state.start = state.ptr;
}

fn findall(
    py: Py<'_>,
    p: &PatternObject,
    o: &PyObject,
    pos: Edge,
    endpos: Edge,
) -> PyResult<Owned<PyListObject>> {
    let s = p.subject(py, o)?;
    let (from, to) = range(&s, pos, endpos);
    let mut state = State::new(p.program(), from, to);
    let out = list::new(py)?;
    while from <= to && state.start <= state.end && run(py, &mut state, p.program(), &s, How::Search)? {
        let part = |g: usize| -> PyResult {
            match state.span(g).map_err(|e| super::engine_error(py, e))? {
                Some((a, b)) => s.slice(py, a, b),
                None => Ok(s.empty()),
            }
        };
        let item = match p.groups() {
            0 => part(0)?,
            1 => part(1)?,
            n => {
                let items = (1..=n).map(part).collect::<Result<Vec<_>, PyErr>>()?;
                tuple::from_iter(py, items)?.upcast()
            }
        };
        list::push(py, &out, item)?;
        advance(&mut state);
    }
    Ok(out)
}

fn split(py: Py<'_>, p: &PatternObject, o: &PyObject, max: Edge) -> PyResult<Owned<PyListObject>> {
    let s = p.subject(py, o)?;
    let max = max.unwrap_or(0);
    let mut state = State::new(p.program(), 0, s.length());
    let out = list::new(py)?;
    let (mut n, mut last) = (0, 0);
    while (max == 0 || n < max) && run(py, &mut state, p.program(), &s, How::Search)? {
        list::push(py, &out, s.slice(py, last, state.start)?)?;
        for g in 1..=p.groups() {
            let item = match state.span(g).map_err(|e| super::engine_error(py, e))? {
                Some((a, b)) => s.slice(py, a, b)?,
                None => object::none(),
            };
            list::push(py, &out, item)?;
        }
        n += 1;
        last = state.ptr;
        advance(&mut state);
    }
    list::push(py, &out, s.slice(py, last, s.length())?)?;
    Ok(out)
}

/// What replaces a match.
enum Filter {
    Literal(Owned),
    Template(Owned),
    Callable(Owned),
}

impl Filter {
    fn new(py: Py<'_>, p: &PatternObject, repl: &PyObject) -> PyResult<Filter> {
        if protocol::is_callable(repl) {
            return Ok(Filter::Callable(repl.to_owned()));
        }
        // A text without a backslash needs no parsing.
        let plain = Subject::new(py, repl)
            .is_ok_and(|r| dxpy_text::strings::search::find_char(r.view(), '\\' as u32).is_none());
        if plain {
            return Ok(Filter::Literal(repl.to_owned()));
        }
        let compiled = compile_template(py, p, repl)?;
        match check_template(&compiled) {
            Some(t) => Ok(match t.as_literal() {
                Some(l) => Filter::Literal(l),
                None => Filter::Template(compiled),
            }),
            // What `re` gives without a template is text.
            None => Ok(Filter::Literal(compiled)),
        }
    }
}

/// `pattern_subx`.
fn substitute(
    py: Py<'_>,
    p: &PatternObject,
    repl: &PyObject,
    o: &PyObject,
    count: Edge,
) -> PyResult<(Owned, usize)> {
    let filter = Filter::new(py, p, repl)?;
    let s = p.subject(py, o)?;
    let count = count.unwrap_or(0);
    let end = s.length();
    let mut state = State::new(p.program(), 0, end);
    let mut parts: Vec<Owned> = Vec::new();
    let (mut n, mut at) = (0usize, 0);
    while (count == 0 || (n as isize) < count) && run(py, &mut state, p.program(), &s, How::Search)? {
        let (b, e) = (state.start, state.ptr);
        if at < b {
            parts.push(s.slice(py, at, b)?);
        }
        let item = match &filter {
            Filter::Literal(l) => Some(l.clone()),
            Filter::Template(t) => {
                let m = matches::new(py, p, &s, &state, 0, end)?;
                check_template(t).map(|t| expand_template(py, t, &m)).transpose()?
            }
            Filter::Callable(f) => {
                let m = matches::new(py, p, &s, &state, 0, end)?;
                Some(call::call(py, f, [m.as_object()])?)
            }
        };
        parts.extend(item.filter(|i| !object::is_none(i)));
        at = e;
        n += 1;
        advance(&mut state);
    }
    if at < end {
        parts.push(s.slice(py, at, end)?);
    }
    Ok((join(py, &parts, s.is_bytes())?, n))
}

fn sub(py: Py<'_>, p: &PatternObject, repl: &PyObject, s: &PyObject, count: Edge) -> PyResult {
    Ok(substitute(py, p, repl, s, count)?.0)
}

fn subn(
    py: Py<'_>,
    p: &PatternObject,
    repl: &PyObject,
    s: &PyObject,
    count: Edge,
) -> PyResult<Owned<PyTupleObject>> {
    let (made, n) = substitute(py, p, repl, s, count)?;
    tuple::from_iter(py, [made, long::from_u64(py, n as u64)?.upcast()])
}

/// `_sre.SRE_Scanner`.
#[repr(C)]
struct ScannerObject {
    base: PyObject,
    pattern: Cell<*mut PyObject>,
    inner: Cell<*mut RefCell<ScannerState>>,
}

struct ScannerState {
    subject: Subject,
    pos: usize,
    endpos: usize,
    /// None at the end.
    state: Option<State>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for ScannerObject {}

pub static SCANNER: StaticType = StaticType::new::<ScannerObject>(c"_sre.SRE_Scanner")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .traverse(glue::traverse(|s: &ScannerObject, v: &glue::Visitor| v.visit(&s.pattern)))
    .dealloc(glue::dealloc(|_: Py<'_>, s: &ScannerObject| {
        // SAFETY: what the object holds is released once and its memory last.
        unsafe {
            gc::untrack(s.as_object());
            object::clear_field(&s.pattern);
            drop(Box::from_raw(s.inner.get()));
            object::free(s.as_object());
        }
    }))
    .methods(&SCANNER_METHODS)
    .members(&SCANNER_MEMBERS);

methods! { static SCANNER_METHODS: for ScannerObject [
    "match" = scanner_match [0], "($self, /)", "", defining;
    "search" = scanner_search [0], "($self, /)", "", defining;
] }

members! { static SCANNER_MEMBERS [
    "pattern" = _Py_T_OBJECT, offset_of!(ScannerObject, pattern), Py_READONLY, "";
] }

fn scanner(
    py: Py<'_>,
    p: &PatternObject,
    o: &PyObject,
    pos: Edge,
    endpos: Edge,
) -> PyResult<Owned<ScannerObject>> {
    let subject = p.subject(py, o)?;
    let (from, to) = range(&subject, pos, endpos);
    let state = (from <= to).then(|| State::new(p.program(), from, to));
    let inner = Box::new(RefCell::new(ScannerState { subject, pos: from, endpos: to, state }));
    // SAFETY: both fields are set before the object is tracked.
    unsafe {
        let s = object::alloc_uninit::<ScannerObject>(py, &SCANNER, size_of::<ScannerObject>())?;
        s.pattern.set(p.to_owned().into_ptr());
        s.inner.set(Box::into_raw(inner));
        gc::track(s.as_object());
        Ok(s)
    }
}

fn scan(py: Py<'_>, s: &ScannerObject, how: How) -> PyResult {
    // SAFETY: LAYOUT: only a pattern is stored there; LIVE: the scanner holds it; the state is the scanner's own.
    let (p, inner) = unsafe { (&*(s.pattern.get() as *const PatternObject), &*s.inner.get()) };
    let Ok(mut inner) = inner.try_borrow_mut() else {
        return Err(exceptions::value_error(
            py,
            format_args!("regular expression scanner already executing"),
        ));
    };
    let inner = &mut *inner;
    let Some(state) = &mut inner.state else { return Ok(object::none()) };
    if !run(py, state, p.program(), &inner.subject, how)? {
        inner.state = None;
        return Ok(object::none());
    }
    let m = matches::new(py, p, &inner.subject, state, inner.pos, inner.endpos)?;
    advance(state);
    Ok(m.upcast())
}

fn scanner_match(py: Py<'_>, s: &ScannerObject) -> PyResult {
    scan(py, s, How::Match)
}

fn scanner_search(py: Py<'_>, s: &ScannerObject) -> PyResult {
    scan(py, s, How::Search)
}

fn finditer(py: Py<'_>, p: &PatternObject, o: &PyObject, pos: Edge, endpos: Edge) -> PyResult {
    let s = scanner(py, p, o, pos, endpos)?;
    let search = dxpy_core::attr::get_name(py, s.as_object(), name!("search"))?;
    let iter = hooks::builtin(py, name!("iter"))?;
    call::call(py, &iter, [&search, &object::none()])
}

fn itself(_: Py<'_>, p: &PatternObject) -> Owned<PatternObject> {
    p.to_owned()
}

fn deepcopy(_: Py<'_>, p: &PatternObject, _: &PyObject) -> Owned<PatternObject> {
    p.to_owned()
}

fn class_getitem(py: Py<'_>, class: &PatternObject, item: &PyObject) -> PyResult {
    types::generic_alias(py, class.as_object(), item)
}

fn get_groupindex(py: Py<'_>, p: &PatternObject) -> PyResult {
    match dict::check(p.groupindex()) {
        Some(_) => mappingproxy::new(py, p.groupindex()),
        None => Ok(dict::new(py)?.upcast()),
    }
}

/// `pattern_repr`.
fn repr(py: Py<'_>, p: &PatternObject) -> PyResult<Owned<PyUnicodeObject>> {
    let mut flags = p.flags.get();
    // Text is Unicode unless something else is said.
    if p.is_bytes.get() == 0 && flags & (4 | 32 | 256) == 32 {
        flags &= !32;
    }
    let mut names = Vec::new();
    for (bit, name) in NAMES {
        if flags & bit != 0 {
            names.push(name.to_owned());
            flags &= !bit;
        }
    }
    if flags != 0 {
        names.push(format!("0x{flags:x}"));
    }
    let shown = protocol::repr(py, p.text())?;
    let shown = unicode::view(&shown);
    let tail = if names.is_empty() { ")".to_owned() } else { format!(", {})", names.join("|")) };
    let (head, tail) = (unicode::from_str(py, "re.compile(")?, unicode::from_str(py, &tail)?);
    let shown = shown.slice(0, shown.len().min(200));
    unicode::concat_views(py, &[unicode::view(&head), shown, unicode::view(&tail)])
}

/// Flags as `repr` names them, in its order.
const NAMES: [(i32, &str); 8] = [
    (2, "re.IGNORECASE"),
    (4, "re.LOCALE"),
    (8, "re.MULTILINE"),
    (16, "re.DOTALL"),
    (32, "re.UNICODE"),
    (64, "re.VERBOSE"),
    (128, "re.DEBUG"),
    (256, "re.ASCII"),
];

fn hash(py: Py<'_>, p: &PatternObject) -> PyResult<Py_hash_t> {
    let words: Vec<u8> = p.program().code().iter().flat_map(|w| w.to_le_bytes()).collect();
    let h = protocol::hash(py, p.text())?;
    Ok(h ^ unicode::hash_bytes(&words) ^ p.flags.get() as isize ^ p.is_bytes.get() as isize ^ p.groups.get())
}

fn richcompare(py: Py<'_>, a: &PatternObject, o: &PyObject, op: core::ffi::c_int) -> PyResult {
    let Some(b) = check_pattern(o).filter(|_| op == protocol::EQ || op == protocol::NE) else {
        return Ok(object::not_implemented());
    };
    let equal = core::ptr::eq(a, b)
        || a.flags.get() == b.flags.get()
            && a.is_bytes.get() == b.is_bytes.get()
            && a.program().code() == b.program().code()
            && protocol::rich_compare_bool(py, a.text(), b.text(), protocol::EQ)?;
    Ok(boolean::new(equal == (op == protocol::EQ)).upcast())
}
