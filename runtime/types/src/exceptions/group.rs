//! `BaseExceptionGroup` and `ExceptionGroup` (PEP 654): making, taking apart, and what `except*` leaves to raise
//! (`BaseExceptionGroup_*` and `_PyExc_PrepReraiseStar` of `Objects/exceptions.c`).

use super::base::{put, value};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::{Depth, type_name};
use dxpy_core::exceptions::base as core_base;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyResult, args, attr, call, dict, exceptions, glue, list, members, methods, name, object,
    protocol, sequence, signature, tuple, types, unicode,
};
use std::collections::HashSet;

pub(super) static GROUP: StaticType = StaticType::new::<PyBaseExceptionGroupObject>(c"BaseExceptionGroup")
    .doc(c"A combination of multiple unrelated exceptions.")
    .create(glue::create(create))
    .init(glue::init(init))
    .str(glue::unary(str))
    .members(&MEMBERS)
    .methods(&METHODS);
members! { static MEMBERS [
    "message" = _Py_T_OBJECT, offset_of!(PyBaseExceptionGroupObject, msg), Py_READONLY, "exception message";
    "exceptions" = _Py_T_OBJECT, offset_of!(PyBaseExceptionGroupObject, excs), Py_READONLY, "nested exceptions";
] }
methods! { static METHODS: for PyObject [
    "__class_getitem__" = class_getitem [1], "?($type, item, /)", "See PEP 585", class;
    "derive" = derive [1], "?($self, excs, /)", "";
    "split" = split [1], "?($self, matcher, /)", "";
    "subgroup" = subgroup [1], "?($self, matcher, /)", "";
] }

/// `ExceptionGroup`: it has two bases, so it is made at start-up.
static EXCEPTION_GROUP: Gil<Cell<*mut PyTypeObject>> = Gil(Cell::new(core::ptr::null_mut()));

/// The class `ExceptionGroup`.
///
/// # Panics
/// Before the built-in types are ready.
pub fn exception_group() -> &'static PyTypeObject {
    // SAFETY: LIVE: made at start-up and held for the life of the process, or NULL.
    unsafe { EXCEPTION_GROUP.get().as_ref() }.expect("ExceptionGroup is made at start-up")
}

/// `create_exception_group_class`.
pub fn make_class(py: Py<'_>) -> PyResult<()> {
    let text = unicode::from_str(py, "ExceptionGroup")?;
    let bases = [&exceptions::BaseExceptionGroup, &exceptions::Exception];
    let bases = tuple::from_iter(py, bases.map(|b| b.as_object().to_owned()))?;
    let d = dict::new(py)?;
    let module = unicode::intern_str(py, "builtins")?;
    dict::set_str(py, &d, "__module__", module.as_object())?;
    let class =
        call::call(py, types::PyType_Type.as_object(), [text.as_object(), bases.as_object(), d.as_object()])?;
    EXCEPTION_GROUP.set(class.into_ptr() as *mut PyTypeObject);
    Ok(())
}

/// Sets what the object model asks of groups.
pub(super) fn hooks() {
    exceptions::GROUPS.wrap.set(Some(|py, e| {
        let one = tuple::from_iter(py, [e.to_owned()])?;
        new(py, "", one.as_object())
    }));
    exceptions::GROUPS.prep_reraise_star.set(Some(prep_reraise_star));
}

/// `_PyExc_CreateExceptionGroup`.
fn new(py: Py<'_>, message: &str, excs: &PyObject) -> PyResult {
    let message = unicode::from_str(py, message)?;
    call::call(py, exceptions::BaseExceptionGroup.as_object(), [message.as_object(), excs])
}

/// A group.
pub fn check(o: &PyObject) -> Option<&PyBaseExceptionGroupObject> {
    // SAFETY: LAYOUT: just checked.
    types::is_subtype(o.ty(), &exceptions::BaseExceptionGroup)
        .then(|| unsafe { &*(o as *const PyObject as *const PyBaseExceptionGroupObject) })
}

/// The exceptions of a group.
pub fn exceptions_of(g: &PyBaseExceptionGroupObject) -> Owned<PyTupleObject> {
    // SAFETY: LIVE, LAYOUT: a group holds a tuple, or NULL before it is made.
    unsafe { (g.excs.get() as *const PyTupleObject).as_ref() }.map_or_else(tuple::empty, Object::to_owned)
}

/// `BaseExceptionGroup_new`: without a `BaseException` among the members the group is an `ExceptionGroup`.
fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let signature = signature!("BaseExceptionGroup.__new__", "!(message, exceptions, /)");
    let (message, excs) = args::bind_call(py, signature, a, None, |b| {
        let m: &PyObject = b.arg(py, 0)?;
        if unicode::check(m).is_none() {
            return Err(args::bad_argument(py, b, 0, "str"));
        }
        let e: &PyObject = b.arg(py, 1)?;
        Ok((m.to_owned(), e.to_owned()))
    })?;
    if !sequence::check(&excs) {
        return Err(exceptions::type_error(
            py,
            format_args!("second argument (exceptions) must be a sequence"),
        ));
    }
    let excs = sequence::to_tuple(py, &excs)?;
    if tuple::len(&excs) == 0 {
        return Err(exceptions::value_error(
            py,
            format_args!("second argument (exceptions) must be a non-empty sequence"),
        ));
    }
    let mut beyond_exception = false;
    for (i, e) in tuple::items(&excs).iter().enumerate() {
        if !types::is_subtype(e.ty(), &exceptions::BaseException) {
            return Err(exceptions::value_error(
                py,
                format_args!("Item {i} of second argument (exceptions) is not an exception"),
            ));
        }
        beyond_exception |= !types::isinstance::is_instance(py, e, exceptions::Exception.as_object())?;
    }
    let mut ty = ty;
    if ty.is(exception_group()) {
        if beyond_exception {
            return Err(exceptions::type_error(
                py,
                format_args!("Cannot nest BaseExceptions in an ExceptionGroup"),
            ));
        }
    } else if ty.is(&exceptions::BaseExceptionGroup.0) {
        if !beyond_exception {
            ty = exception_group();
        }
    } else if beyond_exception
        && types::isinstance::is_subclass(py, ty.as_object(), exceptions::Exception.as_object())?
    {
        return Err(exceptions::type_error(
            py,
            format_args!("Cannot nest BaseExceptions in '{}'", type_name(ty)),
        ));
    }
    let o = core_base::new(py, ty, a, kw)?;
    // SAFETY: LAYOUT: instances of the type and of its subtypes begin so.
    let g = unsafe { &*(o.as_ptr() as *const PyBaseExceptionGroupObject) };
    put(&g.msg, Some(message));
    put(&g.excs, Some(excs.upcast()));
    Ok(o)
}

/// `BaseExceptionGroup_init`.
fn init(
    py: Py<'_>,
    e: &PyBaseExceptionGroupObject,
    a: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<()> {
    if has_keywords(kw) {
        let name = type_name(e.as_object().ty());
        return Err(exceptions::type_error(py, format_args!("{name}() takes no keyword arguments")));
    }
    core_base::set_args(e, a);
    Ok(())
}

/// `BaseExceptionGroup_str`.
fn str(py: Py<'_>, g: &PyBaseExceptionGroupObject) -> PyResult<Owned<PyUnicodeObject>> {
    let message = protocol::str(py, &value(&g.msg))?;
    let n = tuple::len(&exceptions_of(g));
    let rest = unicode::from_str(py, &format!(" ({n} sub-exception{})", if n == 1 { "" } else { "s" }))?;
    unicode::concat(py, &message, &rest)
}

fn class_getitem(py: Py<'_>, class: &PyObject, item: &PyObject) -> PyResult {
    types::generic_alias(py, class, item)
}

/// The group a method was called on; the descriptor has checked it.
fn this(o: &PyObject) -> &PyBaseExceptionGroupObject {
    // SAFETY: LAYOUT: method descriptors check the type of their first argument.
    unsafe { &*(o as *const PyObject as *const PyBaseExceptionGroupObject) }
}

fn derive(py: Py<'_>, g: &PyObject, excs: &PyObject) -> PyResult {
    let message = value(&this(g).msg);
    call::call(py, exceptions::BaseExceptionGroup.as_object(), [&message, excs])
}

/// What picks exceptions out of a group.
enum Matcher<'a> {
    /// An exception type or a tuple of such.
    Types(&'a PyObject),
    /// A function's truth.
    Predicate(&'a PyObject),
    /// Identity.
    Ids(&'a HashSet<*const PyObject>),
}

/// `get_matcher_type`.
fn matcher<'a>(py: Py<'_>, v: &'a PyObject) -> PyResult<Matcher<'a>> {
    let class =
        |o: &PyObject| types::check(o).is_some_and(|t| types::is_subtype(t, &exceptions::BaseException));
    if v.ty().is(&dxpy_core::function::PyFunction_Type.0) {
        return Ok(Matcher::Predicate(v));
    }
    if class(v) || tuple::check_exact(v).is_some_and(|t| tuple::items(t).iter().all(|c| class(c))) {
        return Ok(Matcher::Types(v));
    }
    Err(exceptions::type_error(
        py,
        format_args!("expected a function, exception type or tuple of exception types"),
    ))
}

impl Matcher<'_> {
    /// `exceptiongroup_split_check_match`.
    fn matches(&self, py: Py<'_>, e: &PyObject) -> PyResult<bool> {
        match self {
            Matcher::Types(v) => Ok(match tuple::check(v) {
                Some(many) => tuple::items(many)
                    .iter()
                    .any(|c| types::check(c).is_some_and(|c| types::is_subtype(e.ty(), c))),
                None => types::check(v).is_some_and(|c| types::is_subtype(e.ty(), c)),
            }),
            Matcher::Predicate(f) => {
                let r = call::call(py, f, [e])?;
                protocol::is_true(py, &r)
            }
            Matcher::Ids(ids) => Ok(check(e).is_none() && ids.contains(&(e as *const PyObject))),
        }
    }
}

/// `exceptiongroup_split_recursive`: the part that matches and, where it is asked for, the rest.
fn split_by(
    py: Py<'_>,
    e: &PyObject,
    m: &Matcher<'_>,
    rest: bool,
) -> PyResult<(Option<Owned>, Option<Owned>)> {
    if m.matches(py, e)? {
        return Ok((Some(e.to_owned()), None));
    }
    let Some(g) = check(e) else { return Ok((None, rest.then(|| e.to_owned()))) };
    let (mut matched, mut others) = (Vec::new(), Vec::new());
    let members = exceptions_of(g);
    for member in tuple::items(&members) {
        let _depth = Depth::enter(py, " in exceptiongroup_split_recursive")?;
        let (a, b) = split_by(py, member, m, rest)?;
        matched.extend(a);
        others.extend(b);
    }
    let matched = subset(py, e, matched)?;
    let others = if rest { subset(py, e, others)? } else { None };
    Ok((matched, others))
}

/// `exceptiongroup_subset`: a group of these exceptions with the metadata of the original; None of none.
fn subset(py: Py<'_>, original: &PyObject, excs: Vec<Owned>) -> PyResult<Option<Owned>> {
    if excs.is_empty() {
        return Ok(None);
    }
    let excs = list::from_iter(py, excs)?;
    let made = call::method(py, original, name!("derive"), [excs.as_object()])?;
    let Some(g) = check(&made) else {
        return Err(exceptions::type_error(
            py,
            format_args!("derive must return an instance of BaseExceptionGroup"),
        ));
    };
    let from = this(original);
    let held = |f: &Cell<*mut PyObject>| (!f.get().is_null()).then(|| value(f));
    if let Some(tb) = held(&from.traceback) {
        put(&g.traceback, Some(tb));
    }
    put(&g.context, held(&from.context));
    put(&g.cause, held(&from.cause));
    g.suppress_context.set(1);
    if let Some(notes) = attr::lookup_name(py, original, name!("__notes__"))?
        // Notes that are no sequence are the program's mistake, which this is no place to report.
        && sequence::check(&notes)
    {
        let copy = sequence::to_list(py, &notes)?;
        attr::set_name(py, &made, name!("__notes__"), copy.as_object())?;
    }
    Ok(Some(made))
}

fn split(py: Py<'_>, g: &PyObject, by: &PyObject) -> PyResult {
    let m = matcher(py, by)?;
    let (matched, rest) = split_by(py, g, &m, true)?;
    let parts = [matched, rest].map(|p| p.unwrap_or_else(object::none));
    tuple::from_iter(py, parts).map(Owned::upcast)
}

fn subgroup(py: Py<'_>, g: &PyObject, by: &PyObject) -> PyResult {
    let m = matcher(py, by)?;
    Ok(split_by(py, g, &m, false)?.0.unwrap_or_else(object::none))
}

/// `collect_exception_group_leaf_ids`.
fn leaves(py: Py<'_>, e: &PyObject, into: &mut HashSet<*const PyObject>) -> PyResult<()> {
    if object::is_none(e) {
        return Ok(());
    }
    let Some(g) = check(e) else {
        into.insert(e);
        return Ok(());
    };
    let members = exceptions_of(g);
    for member in tuple::items(&members) {
        let _depth = Depth::enter(py, " in collect_exception_group_leaf_ids")?;
        leaves(py, member, into)?;
    }
    Ok(())
}

/// `is_same_exception_metadata`: notes, traceback, context and cause are the same objects.
fn same_metadata(a: &PyObject, b: &PyObject) -> bool {
    // SAFETY: LAYOUT: what `except*` collects are exceptions.
    let (a, b) = unsafe {
        (&*(a.as_ptr() as *const PyBaseExceptionObject), &*(b.as_ptr() as *const PyBaseExceptionObject))
    };
    a.notes.get() == b.notes.get()
        && a.traceback.get() == b.traceback.get()
        && a.cause.get() == b.cause.get()
        && a.context.get() == b.context.get()
}

/// `_PyExc_PrepReraiseStar`: what the handlers of an `except*` raised, joined with the part of the original group that
/// they raised again or did not take, which keeps its shape.
fn prep_reraise_star(py: Py<'_>, original: &PyObject, excs: &PyObject) -> PyResult {
    let excs: Vec<Owned> = match list::check(excs) {
        Some(l) => list::items(l).iter().map(|e| (*e).to_owned()).collect(),
        None => protocol::collect(py, excs)?,
    };
    if check(original).is_none() {
        // A naked exception was wrapped: only one handler can have run.
        return Ok(excs.into_iter().next().unwrap_or_else(object::none));
    }
    let (mut raised, mut kept) = (Vec::new(), HashSet::new());
    for e in excs {
        if object::is_none(&e) {
            continue;
        }
        if same_metadata(&e, original) {
            leaves(py, &e, &mut kept)?;
        } else {
            raised.push(e);
        }
    }
    let again = split_by(py, original, &Matcher::Ids(&kept), false)?.0;
    if raised.is_empty() {
        return Ok(again.unwrap_or_else(object::none));
    }
    raised.extend(again);
    if let [one] = raised.as_slice() {
        return Ok(one.clone());
    }
    let raised = list::from_iter(py, raised)?;
    new(py, "", raised.as_object())
}
