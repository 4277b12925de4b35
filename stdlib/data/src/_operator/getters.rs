//! `operator.itemgetter` and `operator.attrgetter`. What is fetched is fixed at construction, so calls share nothing that
//! Python code could change.

use crate::fields::{get, put, view};
use crate::itertools::positional;
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::RawArgs;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, err, exceptions, gc, glue, long, members, methods, object,
    protocol, sequence, tuple, unicode,
};

/// `operator.itemgetter`: the key, or a tuple of two or more.
#[repr(C)]
pub struct ItemGetter {
    ob_base: PyObject,
    nitems: Cell<isize>,
    item: Cell<*mut PyObject>,
    /// The one key, where it is an index of tuples that needs no conversion; -1 otherwise.
    index: Cell<isize>,
    vectorcall: Cell<Option<vectorcallfunc>>,
}

/// `operator.attrgetter`: a tuple with, for each attribute, its name, or the tuple of names of a dotted one.
#[repr(C)]
pub struct AttrGetter {
    ob_base: PyObject,
    nattrs: Cell<isize>,
    attr: Cell<*mut PyObject>,
    vectorcall: Cell<Option<vectorcallfunc>>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for ItemGetter {}
// SAFETY: as above.
unsafe impl Layout for AttrGetter {}

/// The type of one of these getters: its struct, the field that holds what to fetch, and its functions.
macro_rules! getter {
    ($(#[$meta:meta])* $name:ident $text:literal $layout:ident [$field:ident] $doc:literal
     $new:ident $one:ident $repr:ident $reduce:ident $methods:ident $members:ident) => {
        $(#[$meta])*
        pub static $name: StaticType = StaticType::new::<$layout>($text)
            .doc($doc)
            .vectorcall_offset(offset_of!($layout, vectorcall))
            .traverse(glue::traverse(|g: &$layout, v: &glue::Visitor| v.visit(&g.$field)))
            .clear(glue::clear(|_: Py<'_>, g: &$layout| object::clear_field(&g.$field)))
            .dealloc(glue::dealloc(|_: Py<'_>, g: &$layout| {
                // SAFETY: the object has a collector header; its field is released once and its memory last.
                unsafe {
                    gc::untrack(g.as_object());
                    object::clear_field(&g.$field);
                    object::tp_free(g.as_object());
                }
            }))
            .create(glue::create($new))
            .repr(glue::unary($repr))
            .call(glue::call(|py: Py<'_>, g: &$layout, args: &PyTupleObject, kw: Option<&PyDictObject>| {
                if has_keywords(kw) {
                    return Err(no_keywords(py, g));
                }
                match tuple::items(args) {
                    [o] => $one(py, g, o),
                    given => Err(one_argument(py, g, given.len())),
                }
            }))
            .getattro(attr::generic_get_slot)
            .methods(&$methods)
            .members(&$members);

        methods! { static $methods: for $layout [
            "__reduce__" = $reduce [0], "?($self, /)", "State for pickling.";
        ] }

        members! { static $members [
            "__vectorcalloffset__" = Py_T_PYSSIZET, offset_of!($layout, vectorcall), Py_READONLY, "";
        ] }
    };
}

getter! {
    /// `operator.itemgetter`.
    ITEMGETTER c"operator.itemgetter" ItemGetter [item]
    c"itemgetter(item, /, *items)\n--\n\nA callable that fetches one item of its argument, or a tuple of several."
    item_new item_call item_repr item_reduce ITEM_METHODS ITEM_MEMBERS
}

getter! {
    /// `operator.attrgetter`.
    ATTRGETTER c"operator.attrgetter" AttrGetter [attr]
    c"attrgetter(attr, /, *attrs)\n--\n\nA callable that fetches one attribute of its argument, or a tuple of several; a name with dots goes from attribute to attribute."
    attr_new attr_call attr_repr attr_reduce ATTR_METHODS ATTR_MEMBERS
}

#[cold]
fn no_keywords<T: Layout>(py: Py<'_>, g: &T) -> PyErr {
    exceptions::type_error(py, format_args!("{}() takes no keyword arguments", call::short_name(g.ty())))
}

#[cold]
fn one_argument<T: Layout>(py: Py<'_>, g: &T, n: usize) -> PyErr {
    exceptions::type_error(py, format_args!("{} expected 1 argument, got {n}", call::short_name(g.ty())))
}

/// The vectorcall of both: one argument, no keywords.
///
/// # Safety
/// The vectorcall contract; `g` has the layout `T`.
unsafe fn vectorcall<T: Layout>(
    g: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
    one: fn(Py<'_>, &T, &PyObject) -> PyResult,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE, LAYOUT: the caller's promise.
    unsafe {
        let py = Py::assume();
        let raw = RawArgs::new(args, call::nargs(nargsf), kwnames);
        let g: &T = view(&*g);
        let r = match raw.positional() {
            _ if raw.keywords() > 0 => Err(no_keywords(py, g)),
            [o] => one(py, g, &**o),
            given => Err(one_argument(py, g, given.len())),
        };
        err::into_ptr(py, r)
    }
}

unsafe extern "C" fn item_vectorcall(
    g: *mut PyObject,
    args: *const *mut PyObject,
    n: usize,
    names: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: only an itemgetter carries this.
    unsafe { vectorcall::<ItemGetter>(g, args, n, names, item_call) }
}

unsafe extern "C" fn attr_vectorcall(
    g: *mut PyObject,
    args: *const *mut PyObject,
    n: usize,
    names: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: only an attrgetter carries this.
    unsafe { vectorcall::<AttrGetter>(g, args, n, names, attr_call) }
}

/// The index that an exact int is, if no tuple needs more to be asked.
fn plain_index(o: &PyObject) -> isize {
    let i = long::check_exact(o).and_then(long::to_i64).unwrap_or(-1);
    if i < 0 { -1 } else { i as isize }
}

fn item_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let items = positional(py, ty, &ITEMGETTER, args, kw, (1, usize::MAX))
        .map_err(|e| if tuple::len(args) == 0 { expected_one(py, &ITEMGETTER, e) } else { e })?;
    let o = object::tp_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: the type was made for this struct.
    let g: &ItemGetter = unsafe { view(&o) };
    g.nitems.set(items.len() as isize);
    g.index.set(-1);
    match items {
        [item] => {
            g.index.set(plain_index(item));
            put(&g.item, (*item).to_owned());
        }
        _ => put(&g.item, args.to_owned()),
    }
    g.vectorcall.set(Some(item_vectorcall));
    Ok(o)
}

/// Without arguments, these types ask for exactly one.
#[cold]
fn expected_one(py: Py<'_>, own: &StaticType, e: PyErr) -> PyErr {
    if !exceptions::matches(&e, &exceptions::TypeError) {
        return e;
    }
    exceptions::type_error(py, format_args!("{} expected 1 argument, got 0", call::short_name(own)))
}

/// `itemgetter_call_impl`.
fn item_call(py: Py<'_>, g: &ItemGetter, o: &PyObject) -> PyResult {
    let Some(item) = get(&g.item) else { return Err(gone(py)) };
    if g.nitems.get() == 1 {
        if g.index.get() >= 0
            && let Some(t) = tuple::check_exact(o)
            && let Some(found) = tuple::items(t).get(g.index.get() as usize)
        {
            return Ok((*found).to_owned());
        }
        return sequence::get_item(py, o, &item);
    }
    let Some(keys) = tuple::check(&item) else { return Err(gone(py)) };
    let found =
        tuple::items(keys).iter().map(|k| sequence::get_item(py, o, k)).collect::<PyResult<Vec<_>>>()?;
    tuple::from_iter(py, found).map(Owned::upcast)
}

/// The collector took it apart, and a finaliser still has it.
#[cold]
fn gone(py: Py<'_>) -> PyErr {
    exceptions::runtime_error(py, format_args!("the object was used after it was cleared"))
}

/// The name as the type gives it, then the representation of the argument or of the tuple of arguments.
fn repr_of<T: Layout>(
    py: Py<'_>,
    g: &T,
    what: impl FnOnce() -> PyResult<(Owned, bool)>,
) -> PyResult<Owned<PyUnicodeObject>> {
    let name = call::type_name(g.ty());
    let Some(_entered) = protocol::ReprGuard::enter(py, g.as_object())? else {
        return unicode::from_str(py, &format!("{name}(...)"));
    };
    let (what, bare) = what()?;
    let what = protocol::repr(py, &what)?;
    let (before, after) = if bare { ("(", ")") } else { ("", "") };
    let before = unicode::from_str(py, &format!("{name}{before}"))?;
    let after = unicode::from_str(py, after)?;
    unicode::join_all(py, &[&before, &what, &after])
}

fn item_repr(py: Py<'_>, g: &ItemGetter) -> PyResult<Owned<PyUnicodeObject>> {
    repr_of(py, g, || Ok((get(&g.item).ok_or_else(|| gone(py))?, g.nitems.get() == 1)))
}

fn item_reduce(py: Py<'_>, g: &ItemGetter) -> PyResult<Owned<PyTupleObject>> {
    let item = get(&g.item).ok_or_else(|| gone(py))?;
    let args = if g.nitems.get() == 1 { tuple::from_iter(py, [item])?.upcast() } else { item };
    tuple::from_iter(py, [g.ty().as_object().to_owned(), args])
}

/// `attrgetter_new`: the names are interned, and those with dots taken apart, once and for all.
fn attr_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let names = positional(py, ty, &ATTRGETTER, args, kw, (1, usize::MAX))
        .map_err(|e| if tuple::len(args) == 0 { expected_one(py, &ATTRGETTER, e) } else { e })?;
    let mut attrs: Vec<Owned> = Vec::with_capacity(names.len());
    for name in names {
        let Some(name) = unicode::check(name) else {
            return Err(exceptions::type_error(py, format_args!("attribute name must be a string")));
        };
        let chars: Vec<u32> = unicode::code_points(name).collect();
        let mut parts: Vec<Owned> = chars
            .split(|c| *c == u32::from(b'.'))
            .map(|part| {
                let part = unicode::from_code_points(py, part)?;
                unicode::intern(py, part).map(Owned::upcast)
            })
            .collect::<PyResult<_>>()?;
        match parts.pop() {
            Some(one) if parts.is_empty() => attrs.push(one),
            last => {
                parts.extend(last);
                attrs.push(tuple::from_iter(py, parts)?.upcast());
            }
        }
    }
    let attrs = tuple::from_iter(py, attrs)?;
    let o = object::tp_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: the type was made for this struct.
    let g: &AttrGetter = unsafe { view(&o) };
    g.nattrs.set(names.len() as isize);
    put(&g.attr, attrs);
    g.vectorcall.set(Some(attr_vectorcall));
    Ok(o)
}

/// `dotted_getattr`.
fn follow(py: Py<'_>, o: &PyObject, path: &PyObject) -> PyResult {
    let Some(path) = tuple::check(path) else { return attr::get_any(py, o, path) };
    let mut o = o.to_owned();
    for name in tuple::items(path) {
        o = attr::get_any(py, &o, name)?;
    }
    Ok(o)
}

fn paths(py: Py<'_>, g: &AttrGetter) -> PyResult<Owned<PyTupleObject>> {
    let t = get(&g.attr).ok_or_else(|| gone(py))?;
    tuple::check(&t).map(|t| t.to_owned()).ok_or_else(|| gone(py))
}

/// `attrgetter_call_impl`.
fn attr_call(py: Py<'_>, g: &AttrGetter, o: &PyObject) -> PyResult {
    let paths = paths(py, g)?;
    match tuple::items(&paths) {
        [path] => follow(py, o, path),
        all => {
            let found = all.iter().map(|p| follow(py, o, p)).collect::<PyResult<Vec<_>>>()?;
            tuple::from_iter(py, found).map(Owned::upcast)
        }
    }
}

/// `attrgetter_args`: the names with their dots again.
fn attr_args(py: Py<'_>, g: &AttrGetter) -> PyResult<Owned<PyTupleObject>> {
    let paths = paths(py, g)?;
    let dot = unicode::from_str(py, ".")?;
    let mut names = Vec::new();
    for path in tuple::items(&paths) {
        names.push(match tuple::check(path) {
            None => (*path).to_owned(),
            Some(parts) => {
                let mut all: Vec<&PyUnicodeObject> = Vec::new();
                for part in tuple::items(parts).iter().filter_map(|p| unicode::check(p)) {
                    if !all.is_empty() {
                        all.push(&dot);
                    }
                    all.push(part);
                }
                unicode::join_all(py, &all)?.upcast()
            }
        });
    }
    tuple::from_iter(py, names)
}

fn attr_repr(py: Py<'_>, g: &AttrGetter) -> PyResult<Owned<PyUnicodeObject>> {
    repr_of(py, g, || {
        let args = attr_args(py, g)?;
        Ok(match tuple::items(&args) {
            [name] => ((*name).to_owned(), true),
            _ => (args.upcast(), false),
        })
    })
}

fn attr_reduce(py: Py<'_>, g: &AttrGetter) -> PyResult<Owned<PyTupleObject>> {
    let args = attr_args(py, g)?;
    tuple::from_iter(py, [g.ty().as_object().to_owned(), args.upcast()])
}
