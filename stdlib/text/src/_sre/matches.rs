//! `re.Match` and the parsed template of a replacement (`_sre.SRE_Template`).

use super::Subject;
use super::pattern::PatternObject;
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, bytes, call, dict, exceptions, gc, getset, glue, hooks, list, long, members,
    methods, name, number, object, protocol, tuple, types, unicode,
};
use dxpy_sre::State;

type Span = Option<(usize, usize)>;

/// `re.Match`.
#[repr(C)]
pub struct MatchObject {
    base: PyObject,
    string: Cell<*mut PyObject>,
    pattern: Cell<*mut PyObject>,
    pos: Cell<isize>,
    endpos: Cell<isize>,
    /// 0 is none.
    lastindex: Cell<usize>,
    spans: Cell<*mut Vec<Span>>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for MatchObject {}

pub static MATCH: StaticType = StaticType::new::<MatchObject>(c"re.Match")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .doc(c"What a pattern matched, and its groups.")
    .traverse(glue::traverse(|m: &MatchObject, v: &glue::Visitor| {
        v.visit(&m.string)?;
        v.visit(&m.pattern)
    }))
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .mapping(&MAPPING)
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET);

static MAPPING: StaticTable<PyMappingMethods> =
    StaticTable::<PyMappingMethods>::empty().subscript(glue::binary(get_item));

methods! { static METHODS: for MatchObject [
    "group" = group [1], "!($self, /, *args)", "group([group1, ...]) -> str or tuple.\n\nThe text of one group, or of several as a tuple; 0 is the whole match.";
    "start" = start [1], "($self, group=0, /)", "Where the group begins.";
    "end" = end [1], "($self, group=0, /)", "Where the group ends.";
    "span" = span [1], "($self, group=0, /)", "Where the group begins and ends.";
    "groups" = groups [1], "($self, /, default=None)", "The texts of all groups.";
    "groupdict" = groupdict [1], "($self, /, default=None)", "The texts of the named groups by name.";
    "expand" = expand [1], "($self, /, template)", "A replacement template with the groups filled in.";
    "__copy__" = itself [0], "($self, /)", "";
    "__deepcopy__" = deepcopy [1], "($self, memo, /)", "";
    "__class_getitem__" = class_getitem [1], "?($type, item, /)", "See PEP 585", class;
] }

members! { static MEMBERS [
    "string" = _Py_T_OBJECT, offset_of!(MatchObject, string), Py_READONLY, "What was matched against.";
    "re" = _Py_T_OBJECT, offset_of!(MatchObject, pattern), Py_READONLY, "The pattern.";
    "pos" = Py_T_PYSSIZET, offset_of!(MatchObject, pos), Py_READONLY, "Where matching began.";
    "endpos" = Py_T_PYSSIZET, offset_of!(MatchObject, endpos), Py_READONLY, "Where the subject ended.";
] }

getset! { static GETSET [
    "lastindex" = lastindex, "The number of the last group that matched.";
    "lastgroup" = lastgroup, "The name of the last group that matched.";
    "regs" = regs, "The spans of all groups.";
] }

/// `pattern_new_match` of a successful state.
pub fn new(
    py: Py<'_>,
    pattern: &PatternObject,
    s: &Subject,
    state: &State,
    pos: usize,
    endpos: usize,
) -> PyResult<Owned<MatchObject>> {
    let spans = super::spans(py, state, pattern.groups())?;
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let m = object::alloc_uninit::<MatchObject>(py, &MATCH, size_of::<MatchObject>())?;
        m.string.set(s.object.clone().into_ptr());
        m.pattern.set(pattern.to_owned().into_ptr());
        m.pos.set(pos as isize);
        m.endpos.set(endpos as isize);
        m.lastindex.set(state.lastindex);
        m.spans.set(Box::into_raw(Box::new(spans)));
        gc::track(m.as_object());
        Ok(m)
    }
}

fn dealloc(_: Py<'_>, m: &MatchObject) {
    // SAFETY: what the object holds is released once and its memory last.
    unsafe {
        gc::untrack(m.as_object());
        object::clear_field(&m.string);
        object::clear_field(&m.pattern);
        drop(Box::from_raw(m.spans.get()));
        object::free(m.as_object());
    }
}

impl MatchObject {
    fn spans(&self) -> &[Span] {
        // SAFETY: set when the match was made, never changed.
        unsafe { &*self.spans.get() }
    }

    fn pattern(&self) -> &PatternObject {
        // SAFETY: LAYOUT: only a pattern is stored there; LIVE: the match holds it.
        unsafe { &*(self.pattern.get() as *const PatternObject) }
    }

    fn subject(&self, py: Py<'_>) -> PyResult<Subject> {
        // SAFETY: LIVE: the match holds its string.
        Subject::new(py, unsafe { &*self.string.get() })
    }
}

/// The text of a group; none where it took no part.
fn text(py: Py<'_>, m: &MatchObject, s: &Subject, g: usize) -> PyResult<Option<Owned>> {
    match m.spans()[g] {
        // A bytearray may have become shorter since.
        Some((a, b)) => s.slice(py, a.min(s.length()), b.min(s.length())).map(Some),
        None => Ok(None),
    }
}

#[cold]
fn no_such_group(py: Py<'_>) -> PyErr {
    exceptions::index_error(py, format_args!("no such group"))
}

/// `match_getindex`: a group by number or by name.
fn index(py: Py<'_>, m: &MatchObject, o: &PyObject) -> PyResult<usize> {
    let n = if number::has_index(o) {
        number::as_ssize_clipped(py, o)?
    } else {
        // What cannot be looked up is no group either.
        let found = dict::check(m.pattern().groupindex()).and_then(|d| dict::get(py, d, o).ok().flatten());
        match found.as_ref().and_then(|v| long::check(v)).and_then(long::to_i64) {
            Some(v) => v as isize,
            None => return Err(no_such_group(py)),
        }
    };
    usize::try_from(n).ok().filter(|n| *n < m.spans().len()).ok_or_else(|| no_such_group(py))
}

fn group_or_none(py: Py<'_>, m: &MatchObject, s: &Subject, o: &PyObject) -> PyResult {
    let g = index(py, m, o)?;
    Ok(text(py, m, s, g)?.unwrap_or_else(object::none))
}

fn group(py: Py<'_>, m: &MatchObject, args: Rest<'_>) -> PyResult {
    let s = m.subject(py)?;
    // SAFETY: LIVE: the caller of the method holds its arguments.
    let arg = |i: usize| unsafe { &*args.0[i] };
    match args.0.len() {
        0 => Ok(text(py, m, &s, 0)?.unwrap_or_else(object::none)),
        1 => group_or_none(py, m, &s, arg(0)),
        n => {
            let items = (0..n).map(|i| group_or_none(py, m, &s, arg(i))).collect::<Result<Vec<_>, _>>()?;
            Ok(tuple::from_iter(py, items)?.upcast())
        }
    }
}

fn get_item(py: Py<'_>, m: &MatchObject, key: &PyObject) -> PyResult {
    group_or_none(py, m, &m.subject(py)?, key)
}

fn span_of(py: Py<'_>, m: &MatchObject, o: Option<&PyObject>) -> PyResult<(isize, isize)> {
    let g = o.map_or(Ok(0), |o| index(py, m, o))?;
    Ok(m.spans()[g].map_or((-1, -1), |(a, b)| (a as isize, b as isize)))
}

fn start(py: Py<'_>, m: &MatchObject, o: Option<&PyObject>) -> PyResult<isize> {
    Ok(span_of(py, m, o)?.0)
}

fn end(py: Py<'_>, m: &MatchObject, o: Option<&PyObject>) -> PyResult<isize> {
    Ok(span_of(py, m, o)?.1)
}

fn int_pair(py: Py<'_>, (a, b): (isize, isize)) -> PyResult<Owned<PyTupleObject>> {
    let n = |v: isize| long::from_i64(py, v as i64).map(Owned::upcast);
    tuple::from_iter(py, [n(a)?, n(b)?])
}

fn span(py: Py<'_>, m: &MatchObject, o: Option<&PyObject>) -> PyResult<Owned<PyTupleObject>> {
    int_pair(py, span_of(py, m, o)?)
}

fn groups(py: Py<'_>, m: &MatchObject, default: Option<&PyObject>) -> PyResult<Owned<PyTupleObject>> {
    let s = m.subject(py)?;
    let default = default.map_or_else(object::none, Object::to_owned);
    let items = (1..m.spans().len())
        .map(|g| Ok(text(py, m, &s, g)?.unwrap_or_else(|| default.clone())))
        .collect::<Result<Vec<_>, PyErr>>()?;
    tuple::from_iter(py, items)
}

fn groupdict(py: Py<'_>, m: &MatchObject, default: Option<&PyObject>) -> PyResult<Owned<PyDictObject>> {
    let s = m.subject(py)?;
    let default = default.map_or_else(object::none, Object::to_owned);
    let out = dict::new(py)?;
    if let Some(d) = dict::check(m.pattern().groupindex()) {
        for (k, _) in dict::items(d) {
            let g = index(py, m, &k)?;
            let v = text(py, m, &s, g)?.unwrap_or_else(|| default.clone());
            dict::set(py, &out, &k, &v)?;
        }
    }
    Ok(out)
}

fn itself(_: Py<'_>, m: &MatchObject) -> Owned<MatchObject> {
    m.to_owned()
}

fn deepcopy(_: Py<'_>, m: &MatchObject, _: &PyObject) -> Owned<MatchObject> {
    m.to_owned()
}

fn class_getitem(py: Py<'_>, class: &MatchObject, item: &PyObject) -> PyResult {
    types::generic_alias(py, class.as_object(), item)
}

fn lastindex(py: Py<'_>, m: &MatchObject) -> PyResult {
    match m.lastindex.get() {
        0 => Ok(object::none()),
        n => Ok(long::from_u64(py, n as u64)?.upcast()),
    }
}

fn lastgroup(_: Py<'_>, m: &MatchObject) -> PyResult {
    let names = tuple::check(m.pattern().indexgroup()).map(tuple::items).unwrap_or_default();
    match m.lastindex.get() {
        0 => Ok(object::none()),
        n => Ok(names.get(n).map_or_else(object::none, |o| (**o).to_owned())),
    }
}

fn regs(py: Py<'_>, m: &MatchObject) -> PyResult<Owned<PyTupleObject>> {
    let items = m
        .spans()
        .iter()
        .map(|s| int_pair(py, s.map_or((-1, -1), |(a, b)| (a as isize, b as isize))).map(Owned::upcast))
        .collect::<Result<Vec<_>, PyErr>>()?;
    tuple::from_iter(py, items)
}

fn repr(py: Py<'_>, m: &MatchObject) -> PyResult<Owned<PyUnicodeObject>> {
    let s = m.subject(py)?;
    let (a, b) = m.spans()[0].unwrap_or_default();
    let whole = text(py, m, &s, 0)?.unwrap_or_else(object::none);
    let shown = protocol::repr(py, &whole)?;
    let head = format!("<re.Match object; span=({a}, {b}), match=");
    let head = unicode::from_str(py, &head)?;
    let tail = unicode::from_str(py, ">")?;
    unicode::concat_views(py, &[unicode::view(&head), unicode::view(&shown), unicode::view(&tail)])
}

/// `compile_template`: asks `re` for the parsed template.
pub fn compile_template(py: Py<'_>, pattern: &PatternObject, template: &PyObject) -> PyResult {
    let re = hooks::import(py, name!("re"))?;
    let f = dxpy_core::attr::get_name(py, &re, name!("_compile_template"))?;
    call::call(py, &f, [pattern.as_object(), template]).map_err(|e| {
        // An unhashable template is one of a wrong type.
        if exceptions::matches(&e, &exceptions::TypeError)
            && unicode::check(template).is_none()
            && !dxpy_core::buffer::check(template)
        {
            return exceptions::type_error(
                py,
                format_args!(
                    "decoding to str: need a bytes-like object, {} found",
                    call::type_name(template.ty())
                ),
            );
        }
        e
    })
}

fn expand(py: Py<'_>, m: &MatchObject, t: &PyObject) -> PyResult {
    let compiled = compile_template(py, m.pattern(), t)?;
    match check_template(&compiled) {
        Some(c) => expand_template(py, c, m),
        None => Ok(compiled),
    }
}

/// `_sre.SRE_Template`: text, then groups each with the text behind it.
#[repr(C)]
pub struct TemplateObject {
    base: PyObject,
    literal: Cell<*mut PyObject>,
    items: Cell<*mut Vec<(usize, Owned)>>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for TemplateObject {}

pub static TEMPLATE: StaticType = StaticType::new::<TemplateObject>(c"_sre.SRE_Template")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .traverse(glue::traverse(|t: &TemplateObject, v: &glue::Visitor| v.visit(&t.literal)))
    .dealloc(glue::dealloc(|_: Py<'_>, t: &TemplateObject| {
        // SAFETY: what the object holds is released once and its memory last.
        unsafe {
            gc::untrack(t.as_object());
            object::clear_field(&t.literal);
            drop(Box::from_raw(t.items.get()));
            object::free(t.as_object());
        }
    }));

/// A parsed template?
pub fn check_template(o: &PyObject) -> Option<&TemplateObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&TEMPLATE.0).then(|| unsafe { &*(o as *const PyObject as *const TemplateObject) })
}

impl TemplateObject {
    fn items(&self) -> &[(usize, Owned)] {
        // SAFETY: set when the template was made, never changed.
        unsafe { &*self.items.get() }
    }

    fn literal(&self) -> &PyObject {
        // SAFETY: LIVE: the template holds it.
        unsafe { &*self.literal.get() }
    }

    /// The text of a template without groups.
    pub fn as_literal(&self) -> Option<Owned> {
        self.items().is_empty().then(|| self.literal().to_owned())
    }
}

/// `_sre.template`: of what `re` parsed: text, group, text, group, text …
pub fn template(
    py: Py<'_>,
    _: &PyModuleObject,
    _pattern: &PyObject,
    parsed: &PyListObject,
) -> PyResult<Owned<TemplateObject>> {
    let bad = || exceptions::type_error(py, format_args!("invalid template"));
    let parts: Vec<Owned> = list::items(parsed).iter().map(|o| (**o).to_owned()).collect();
    let Some((literal, rest)) = parts.split_first() else { return Err(bad()) };
    if rest.len() % 2 != 0 {
        return Err(bad());
    }
    let mut items = Vec::with_capacity(rest.len() / 2);
    for pair in rest.chunks_exact(2) {
        // CPython reads it as a C integer, which takes no `__index__`.
        if dxpy_core::long::check(&pair[0]).is_none() {
            return Err(exceptions::type_error(py, format_args!("an integer is required")));
        }
        let n = number::as_ssize(py, &pair[0], &exceptions::OverflowError)?;
        items.push((usize::try_from(n).map_err(|_| bad())?, pair[1].clone()));
    }
    // SAFETY: both fields are set before the object is tracked.
    unsafe {
        let t = object::alloc_uninit::<TemplateObject>(py, &TEMPLATE, size_of::<TemplateObject>())?;
        t.literal.set(literal.clone().into_ptr());
        t.items.set(Box::into_raw(Box::new(items)));
        gc::track(t.as_object());
        Ok(t)
    }
}

/// `expand_template`.
pub fn expand_template(py: Py<'_>, t: &TemplateObject, m: &MatchObject) -> PyResult {
    if let Some(whole) = t.as_literal() {
        return Ok(whole);
    }
    let s = m.subject(py)?;
    let mut parts = vec![t.literal().to_owned()];
    for (g, literal) in t.items() {
        if *g >= m.spans().len() {
            return Err(exceptions::index_error(py, format_args!("invalid group reference {g}")));
        }
        parts.extend(text(py, m, &s, *g)?);
        parts.push(literal.clone());
    }
    join(py, &parts, s.is_bytes())
}

/// Joins parts of text, or of bytes.
pub fn join(py: Py<'_>, parts: &[Owned], is_bytes: bool) -> PyResult {
    if !is_bytes {
        let items: Vec<&PyObject> = parts.iter().map(|o| &**o).collect();
        return Ok(unicode::join(py, &unicode::empty(), &items)?.upcast());
    }
    let items = list::from_iter(py, parts.iter().cloned())?;
    let empty = bytes::empty();
    Ok(dxpy_types::bytes::shared::join::<PyBytesObject>(py, &empty, items.as_object())?.upcast())
}
