//! `functools.partial`: a function with some of its arguments given.

use crate::fields::{get, put, put_opt, view};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::RawArgs;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, dict, err, exceptions, gc, getset, glue, instance, members,
    methods, object, protocol, sequence, tuple, types, unicode, weakref,
};

/// A `functools.partial`. The first three fields are set from construction until the collector clears them.
#[repr(C)]
pub struct PartialObject {
    ob_base: PyObject,
    func: Cell<*mut PyObject>,
    args: Cell<*mut PyObject>,
    keywords: Cell<*mut PyObject>,
    dict: Cell<*mut PyObject>,
    weakrefs: Cell<*mut PyObject>,
    vectorcall: Cell<Option<vectorcallfunc>>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for PartialObject {}

/// `functools.partial`.
pub static PARTIAL: StaticType = StaticType::new::<PartialObject>(c"functools.partial")
    .doc(c"partial(func, *args, **keywords): a new function with some arguments of another already given.")
    .flags(Py_TPFLAGS_BASETYPE)
    .weaklist(offset_of!(PartialObject, weakrefs))
    .dict(offset_of!(PartialObject, dict))
    .vectorcall_offset(offset_of!(PartialObject, vectorcall))
    .traverse(glue::traverse(|p: &PartialObject, v: &glue::Visitor| {
        v.visit(&p.func)?;
        v.visit(&p.args)?;
        v.visit(&p.keywords)?;
        v.visit(&p.dict)
    }))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .call(TP_CALL)
    .getattro(attr::generic_get_slot)
    .setattro(attr::generic_set_slot)
    .create(glue::create(create))
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET);

/// `partial_call`, by which instances of subclasses that call in the same way are known too.
const TP_CALL: ternaryfunc = glue::call(call_partial);

methods! { static METHODS: for PartialObject [
    "__reduce__" = reduce [0], "?($self, /)", "";
    "__setstate__" = setstate [1], "?($self, state, /)", "";
    "__class_getitem__" = class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }

members! { static MEMBERS [
    "func" = _Py_T_OBJECT, offset_of!(PartialObject, func), Py_READONLY, "function object to use in future partial calls";
    "args" = _Py_T_OBJECT, offset_of!(PartialObject, args), Py_READONLY, "tuple of arguments to future partial calls";
    "keywords" = _Py_T_OBJECT, offset_of!(PartialObject, keywords), Py_READONLY, "dictionary of keyword arguments to future partial calls";
    "__vectorcalloffset__" = Py_T_PYSSIZET, offset_of!(PartialObject, vectorcall), Py_READONLY, "";
] }

getset! { static GETSET [
    "__dict__" = dict_get, set dict_set, "";
] }

fn clear(_: Py<'_>, p: &PartialObject) {
    for f in [&p.func, &p.args, &p.keywords, &p.dict] {
        object::clear_field(f);
    }
}

fn dealloc(py: Py<'_>, p: &PartialObject) {
    // SAFETY: the type has a collector header; fields are released once and the memory last.
    unsafe {
        gc::untrack(p.as_object());
        weakref::clear_all(py, p.as_object());
        clear(py, p);
        object::tp_free(p.as_object());
    }
}

/// The parts of a partial, held, for they may be replaced while they are used.
struct Parts {
    func: Owned,
    args: Owned<PyTupleObject>,
    keywords: Owned<PyDictObject>,
}

impl Parts {
    fn of(py: Py<'_>, p: &PartialObject) -> PyResult<Parts> {
        match (get(&p.func), get(&p.args), get(&p.keywords)) {
            // SAFETY: LAYOUT: only exact tuples and dicts are stored in these fields.
            (Some(func), Some(args), Some(keywords)) => unsafe {
                Ok(Parts { func, args: args.cast(), keywords: keywords.cast() })
            },
            // The collector took it apart, and a finaliser still has it.
            _ => Err(exceptions::runtime_error(
                py,
                format_args!("a partial object was used after it was cleared"),
            )),
        }
    }
}

/// An object that calls as `partial` does, seen as one.
fn as_partial(o: &PyObject) -> Option<&PartialObject> {
    let same = o.ty().tp_call.get().is_some_and(|f| core::ptr::fn_addr_eq(f, TP_CALL));
    // SAFETY: LAYOUT: only subtypes of `partial` inherit its `tp_call`.
    same.then(|| unsafe { view(o) })
}

/// `partial_new`: a partial of a partial is one of the inner function, unless the inner one has attributes to lose.
fn create(py: Py<'_>, ty: &PyTypeObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let Some((func, rest)) = tuple::items(given).split_first() else {
        return Err(exceptions::type_error(py, format_args!("type 'partial' takes at least one argument")));
    };
    if !protocol::is_callable(func) {
        return Err(exceptions::type_error(py, format_args!("the first argument must be callable")));
    }
    let inner = match as_partial(func).filter(|p| p.dict.get().is_null()) {
        Some(p) => Some(Parts::of(py, p)?),
        None => None,
    };
    let before = inner.as_ref().map_or(&[][..], |i| tuple::items(&i.args));
    let all: Vec<Owned> = before.iter().chain(rest).map(|o| (*o).to_owned()).collect();
    let keywords = match &inner {
        Some(i) => dict::copy(py, &i.keywords)?,
        None => dict::new(py)?,
    };
    if let Some(kw) = kw {
        dict::update(py, &keywords, kw, true)?;
    }
    let args = tuple::from_iter(py, all)?;
    let o = object::tp_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: `ty` is `partial` or below.
    let p: &PartialObject = unsafe { view(&o) };
    put(&p.func, inner.map_or_else(|| (*func).to_owned(), |i| i.func));
    put(&p.args, args);
    put(&p.keywords, keywords);
    choose_vectorcall(p);
    Ok(o)
}

/// `partial_setvectorcall`: only a function that is called by vectorcall gains from being called so.
fn choose_vectorcall(p: &PartialObject) {
    let capable = get(&p.func).is_some_and(|f| call::vectorcall_function(&f).is_some());
    p.vectorcall.set(if capable { Some(vectorcall) } else { None });
}

/// `partial_vectorcall`.
unsafe extern "C" fn vectorcall(
    p: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE, LAYOUT: the vectorcall contract, for a function only partials carry.
    unsafe {
        let py = Py::assume();
        let raw = RawArgs::new(args, call::nargs(nargsf), kwnames);
        err::into_ptr(py, call_raw(py, view(&*p), raw))
    }
}

/// Calls the function with the partial's arguments before and its keywords beneath those of the call.
fn call_raw(py: Py<'_>, p: &PartialObject, raw: RawArgs<'_>) -> PyResult {
    let parts = Parts::of(py, p)?;
    // A partial may hold itself, after `__setstate__`.
    let _depth = call::Depth::enter(py, " while calling a Python object")?;
    if dict::len(&parts.keywords) == 0 {
        let before = tuple::items(&parts.args);
        // One word in front, which the callee may use.
        let mut stack = Vec::with_capacity(1 + before.len() + raw.all.len());
        stack.push(core::ptr::null_mut());
        stack.extend(before.iter().map(|o| o.as_ptr()));
        stack.extend_from_slice(raw.all);
        let n = before.len() + raw.nargs;
        // SAFETY: the partial's arguments are held, the caller holds the others.
        return unsafe {
            call::vectorcall_raw(
                py,
                &parts.func,
                stack.as_ptr().add(1),
                n | PY_VECTORCALL_ARGUMENTS_OFFSET,
                raw.kwnames,
            )
        };
    }
    let keywords = dict::copy(py, &parts.keywords)?;
    for i in 0..raw.keywords() {
        let (k, v) = raw.keyword(i);
        dict::set(py, &keywords, k, v)?;
    }
    // SAFETY: LIVE: the caller holds the arguments.
    let given = raw.positional().iter().map(|o| unsafe { (**o).to_owned() });
    let all: Vec<Owned> = tuple::items(&parts.args).iter().map(|o| (*o).to_owned()).chain(given).collect();
    let args = tuple::from_iter(py, all)?;
    call::call_tuple(py, &parts.func, &args, Some(&keywords))
}

/// `partial_call`.
fn call_partial(py: Py<'_>, p: &PartialObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let parts = Parts::of(py, p)?;
    let all: Vec<Owned> =
        tuple::items(&parts.args).iter().chain(tuple::items(given)).map(|o| (*o).to_owned()).collect();
    let args = tuple::from_iter(py, all)?;
    if dict::len(&parts.keywords) == 0 {
        return call::call_tuple(py, &parts.func, &args, kw);
    }
    let keywords = dict::copy(py, &parts.keywords)?;
    if has_keywords(kw)
        && let Some(kw) = kw
    {
        dict::merge(py, &keywords, kw.as_object(), true)?;
    }
    call::call_tuple(py, &parts.func, &args, Some(&keywords))
}

/// `partial_repr`.
fn repr(py: Py<'_>, p: &PartialObject) -> PyResult<Owned<PyUnicodeObject>> {
    let Some(_entered) = protocol::ReprGuard::enter(py, p.as_object())? else {
        return unicode::from_str(py, "...");
    };
    let parts = Parts::of(py, p)?;
    let comma = unicode::from_str(py, ", ")?;
    let equals = unicode::from_str(py, "=")?;
    let mut rest: Vec<Owned<PyUnicodeObject>> = Vec::new();
    for a in tuple::items(&parts.args) {
        rest.extend([comma.clone(), protocol::repr(py, a)?]);
    }
    for (k, v) in dict::items(&parts.keywords) {
        // `__setstate__` takes any dict, so a name need not be a str.
        rest.extend([comma.clone(), protocol::str(py, &k)?, equals.clone(), protocol::repr(py, &v)?]);
    }
    let mut text = vec![
        unicode::from_str(py, &format!("{}(", call::type_name(p.ty())))?,
        protocol::repr(py, &parts.func)?,
    ];
    text.append(&mut rest);
    text.push(unicode::from_str(py, ")")?);
    unicode::join_all(py, &text.iter().map(|t| &**t).collect::<Vec<_>>())
}

/// `partial_reduce`.
fn reduce(py: Py<'_>, p: &PartialObject) -> PyResult<Owned<PyTupleObject>> {
    let parts = Parts::of(py, p)?;
    let attributes = get(&p.dict).unwrap_or_else(object::none);
    let first = tuple::from_iter(py, [parts.func.clone()])?;
    let state = tuple::from_iter(py, [parts.func, parts.args.upcast(), parts.keywords.upcast(), attributes])?;
    tuple::from_iter(py, [p.ty().as_object().to_owned(), first.upcast(), state.upcast()])
}

fn invalid_state(py: Py<'_>) -> PyErr {
    exceptions::type_error(py, format_args!("invalid partial state"))
}

/// `partial_setstate`.
fn setstate(py: Py<'_>, p: &PartialObject, state: &PyObject) -> PyResult<()> {
    let Some([func, args, kw, attributes]) = tuple::check(state).map(tuple::items) else {
        return Err(invalid_state(py));
    };
    let (func, args, kw, attributes): (&PyObject, &PyObject, &PyObject, &PyObject) =
        (func, args, kw, attributes);
    let keywords = dict::check(kw);
    if !protocol::is_callable(func)
        || tuple::check(args).is_none()
        || (keywords.is_none() && !object::is_none(kw))
    {
        return Err(invalid_state(py));
    }
    let args = match tuple::check_exact(args) {
        Some(t) => t.to_owned(),
        None => sequence::to_tuple(py, args)?,
    };
    let keywords = match keywords {
        None => dict::new(py)?,
        Some(d) if dict::check_exact(kw).is_some() => d.to_owned(),
        Some(d) => dict::copy(py, d)?,
    };
    put(&p.func, func.to_owned());
    put(&p.args, args);
    put(&p.keywords, keywords);
    put_opt(&p.dict, (!object::is_none(attributes)).then(|| attributes.to_owned()));
    choose_vectorcall(p);
    Ok(())
}

fn dict_get(py: Py<'_>, p: &PartialObject) -> PyResult {
    match instance::dict(py, p.as_object())? {
        Some(d) => Ok(d.upcast()),
        None => Err(exceptions::attribute_error(py, format_args!("This object has no __dict__"))),
    }
}

fn class_getitem(py: Py<'_>, class: &PartialObject, item: &PyObject) -> PyResult {
    types::generic_alias(py, class.as_object(), item)
}

fn dict_set(py: Py<'_>, p: &PartialObject, value: Option<&PyObject>) -> PyResult<()> {
    object::set_dict_attribute(py, p.as_object(), value)
}
