//! `types.GenericAlias`: `list[int]` (`Objects/genericaliasobject.c`). `*tuple[int]` unpacks to a starred alias.

use crate::Part;
use core::cell::Cell;
use core::ffi::c_int;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::hooks::HOOKS;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, args, attr, boolean, call, exceptions, gc, getset, glue, list, members, methods,
    name, object, protocol, sequence, signature, tuple, types, unicode,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[], types: &[&Py_GenericAliasType, &ITER], hooks };

fn hooks() {
    HOOKS.generic_alias.set(Some(|py, origin, args| new(py, &Py_GenericAliasType, origin, args, false)));
}

/// `types.GenericAlias`.
#[unsafe(no_mangle)]
pub static Py_GenericAliasType: StaticType = StaticType::new::<gaobject>(c"types.GenericAlias")
    .doc(c"Represent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).")
    .flags(Py_TPFLAGS_BASETYPE)
    .weaklist(offset_of!(gaobject, weakreflist))
    .create(glue::create(create))
    .call(glue::call(do_call))
    .vectorcall_offset(offset_of!(gaobject, vectorcall))
    .repr(glue::unary(repr))
    .hash(glue::hash(hash))
    .richcompare(glue::richcompare(richcompare))
    .iter(glue::unary(iter))
    .getattro(glue::binary(getattro))
    .number(&NUMBER)
    .mapping(&MAPPING)
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET)
    .traverse(glue::traverse(|a: &gaobject, v: &glue::Visitor| {
        v.visit(&a.origin)?;
        v.visit(&a.args)?;
        v.visit(&a.parameters)
    }))
    .dealloc(glue::dealloc(dealloc));

static NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().or(glue::binary(crate::union::or));
static MAPPING: StaticTable<PyMappingMethods> =
    StaticTable::<PyMappingMethods>::empty().subscript(glue::binary(getitem));

methods! { static METHODS: for gaobject [
    "__mro_entries__" = mro_entries [1], "?($self, bases, /)", "";
    "__instancecheck__" = instancecheck [1], "?($self, instance, /)", "";
    "__subclasscheck__" = subclasscheck [1], "?($self, cls, /)", "";
    "__reduce__" = reduce [0], "?($self, /)", "";
    "__dir__" = dir [0], "?($self, /)", "";
] }
members! { static MEMBERS [
    "__origin__" = _Py_T_OBJECT, offset_of!(gaobject, origin), Py_READONLY, "";
    "__args__" = _Py_T_OBJECT, offset_of!(gaobject, args), Py_READONLY, "";
    "__unpacked__" = Py_T_BOOL, offset_of!(gaobject, starred), Py_READONLY, "";
] }
getset! { static GETSET [
    "__parameters__" = get_parameters, "Type variables in the GenericAlias.";
    "__typing_unpacked_tuple_args__" = unpacked_args, "";
] }

fn parts(a: &gaobject) -> (&PyObject, &PyTupleObject) {
    // SAFETY: LIVE, LAYOUT: an alias holds its origin and its arguments, a tuple.
    unsafe { (&*a.origin.get(), &*(a.args.get() as *const PyTupleObject)) }
}

/// An alias of a type or subtype.
fn new(py: Py<'_>, ty: &PyTypeObject, origin: &PyObject, args: &PyObject, starred: bool) -> PyResult {
    let args = match tuple::check(args) {
        Some(t) => t.to_owned(),
        None => tuple::from_iter(py, [args.to_owned()])?,
    };
    let o = object::generic_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: instances of the type and its subtypes begin so, and were zeroed.
    let a = unsafe { &*(o.as_ptr() as *const gaobject) };
    a.origin.set(origin.to_owned().into_ptr());
    a.args.set(args.into_ptr());
    a.starred.set(starred);
    // Other origins are called by `tp_call` (`setup_ga`).
    a.vectorcall.set(call::vectorcall_function(origin).map(|_| vectorcall as vectorcallfunc));
    Ok(o)
}

fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if types::slots::has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("GenericAlias() takes no keyword arguments")));
    }
    args::bind_call(py, signature!("GenericAlias", "(origin, args, /)"), a, None, |b| {
        let (origin, given): (&PyObject, &PyObject) = (b.arg(py, 0)?, b.arg(py, 1)?);
        new(py, ty, origin, given, false)
    })
}

fn dealloc(py: Py<'_>, a: &gaobject) {
    // SAFETY: the object has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(a.as_object());
        dxpy_core::weakref::clear_all(py, a.as_object());
        for f in [&a.origin, &a.args, &a.parameters] {
            object::clear_field(f);
        }
        object::tp_free(a.as_object());
    }
}

/// `ga_repr_item` and `_Py_typing_type_repr`: how an argument is shown.
pub(crate) fn show(py: Py<'_>, o: &PyObject) -> PyResult<String> {
    if o.is(&object::_Py_EllipsisObject.0) {
        return Ok("...".to_owned());
    }
    let plain =
        |o: &PyObject| -> PyResult<String> { Ok(unicode::display(protocol::repr(py, o)?.as_object())) };
    if attr::lookup_name(py, o, name!("__origin__"))?.is_some()
        && attr::lookup_name(py, o, name!("__args__"))?.is_some()
    {
        return plain(o);
    }
    let Some(q) = attr::lookup_name(py, o, name!("__qualname__"))? else { return plain(o) };
    let Some(m) = attr::lookup_name(py, o, name!("__module__"))?.filter(|m| !object::is_none(m)) else {
        return plain(o);
    };
    let q = unicode::display(protocol::str(py, &q)?.as_object());
    if unicode::equals_str(&m, "builtins") {
        return Ok(q);
    }
    Ok(format!("{}.{q}", unicode::display(protocol::str(py, &m)?.as_object())))
}

fn repr(py: Py<'_>, a: &gaobject) -> PyResult<Owned<PyUnicodeObject>> {
    let (origin, given) = parts(a);
    let mut shown = Vec::new();
    for x in tuple::items(given) {
        shown.push(match list::check(x) {
            Some(l) => {
                let mut inner = Vec::new();
                for y in list::items(l).iter().map(|y| (*y).to_owned()).collect::<Vec<_>>() {
                    inner.push(show(py, &y)?);
                }
                format!("[{}]", inner.join(", "))
            }
            None => show(py, x)?,
        });
    }
    let all = if shown.is_empty() { "()".to_owned() } else { shown.join(", ") };
    let star = if a.starred.get() { "*" } else { "" };
    unicode::from_str(py, &format!("{star}{}[{all}]", show(py, origin)?))
}

fn hash(py: Py<'_>, a: &gaobject) -> PyResult<Py_hash_t> {
    let (origin, given) = parts(a);
    Ok(protocol::hash(py, origin)? ^ protocol::hash(py, given.as_object())?)
}

fn richcompare(py: Py<'_>, a: &gaobject, b: &PyObject, op: c_int) -> PyResult {
    if (op != Py_EQ && op != Py_NE) || !types::is_subtype(b.ty(), &Py_GenericAliasType) {
        return Ok(object::not_implemented());
    }
    // SAFETY: LAYOUT: just checked.
    let b = unsafe { &*(b as *const PyObject as *const gaobject) };
    let ((oa, aa), (ob, ab)) = (parts(a), parts(b));
    let equal = a.starred.get() == b.starred.get()
        && protocol::rich_compare_bool(py, oa, ob, Py_EQ)?
        && protocol::rich_compare_bool(py, aa.as_object(), ab.as_object(), Py_EQ)?;
    Ok(boolean::new(equal == (op == Py_EQ)).upcast())
}

fn do_call(py: Py<'_>, a: &gaobject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let made = call::call_tuple(py, parts(a).0, args, kw)?;
    remember(py, a, made)
}

/// `ga_vectorcall`.
unsafe extern "C" fn vectorcall(
    a: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE, LAYOUT: the vectorcall contract; only aliases carry this function. It is passed on.
    unsafe {
        let (py, a) = (dxpy_core::Py::assume(), &*(a as *const gaobject));
        let kwnames = (kwnames as *const PyTupleObject).as_ref();
        let made = call::vectorcall_raw(py, parts(a).0, args, nargsf, kwnames);
        dxpy_core::err::into_ptr(py, made.and_then(|made| remember(py, a, made)))
    }
}

/// `set_orig_class`.
fn remember(py: Py<'_>, a: &gaobject, made: Owned) -> PyResult {
    // What takes attributes remembers its parameters.
    match attr::set_name(py, &made, name!("__orig_class__"), a.as_object()) {
        Err(e)
            if !exceptions::matches(&e, &exceptions::AttributeError)
                && !exceptions::matches(&e, &exceptions::TypeError) =>
        {
            Err(e)
        }
        _ => Ok(made),
    }
}

/// Attributes that are the alias's own; all others are the origin's.
const OWN: [&str; 11] = [
    "__class__",
    "__bases__",
    "__origin__",
    "__args__",
    "__unpacked__",
    "__parameters__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
    "__copy__",
];

fn getattro(py: Py<'_>, a: &gaobject, name: &PyObject) -> PyResult {
    let n = attr::check_name(py, name)?;
    let own = OWN.iter().any(|x| unicode::equals_str(name, x)) || unicode::equals_str(name, "__deepcopy__");
    if !own && unicode::check_exact(name).is_some() {
        return attr::get(py, parts(a).0, n);
    }
    attr::generic_get(py, a.as_object(), n)
}

/// `_Py_make_parameters`: the type variables in the arguments, each once.
pub(crate) fn parameters(py: Py<'_>, given: &PyTupleObject) -> PyResult<Owned<PyTupleObject>> {
    let mut out: Vec<Owned> = Vec::new();
    let mut add = |py: Py<'_>, o: &PyObject| -> PyResult<()> {
        for p in &out {
            if p.is(o) {
                return Ok(());
            }
        }
        let _ = py;
        out.push(o.to_owned());
        Ok(())
    };
    for x in tuple::items(given) {
        if types::check(x).is_some() {
            continue;
        }
        if attr::lookup_name(py, x, name!("__typing_subst__"))?.is_some() {
            add(py, x)?;
        } else if let Some(inner) = attr::lookup_name(py, x, name!("__parameters__"))?
            && let Some(inner) = tuple::check(&inner)
        {
            for p in tuple::items(inner) {
                add(py, p)?;
            }
        }
    }
    tuple::from_iter(py, out)
}

fn own_parameters(py: Py<'_>, a: &gaobject) -> PyResult<Owned<PyTupleObject>> {
    if a.parameters.get().is_null() {
        a.parameters.set(parameters(py, parts(a).1)?.into_ptr());
    }
    // SAFETY: LIVE, LAYOUT: just set.
    Ok(unsafe { (*(a.parameters.get() as *const PyTupleObject)).to_owned() })
}

fn get_parameters(py: Py<'_>, a: &gaobject) -> PyResult<Owned<PyTupleObject>> {
    own_parameters(py, a)
}

fn unpacked_args(_: Py<'_>, a: &gaobject) -> PyResult {
    let (origin, given) = parts(a);
    if a.starred.get() && origin.is(&tuple::PyTuple_Type.0) {
        return Ok(given.as_object().to_owned());
    }
    Ok(object::none())
}

/// `_Py_subs_parameters`: the arguments with the type variables replaced.
pub(crate) fn substitute(
    py: Py<'_>,
    this: &PyObject,
    given: &PyTupleObject,
    params: &PyTupleObject,
    item: &PyObject,
) -> PyResult<Owned<PyTupleObject>> {
    let n = tuple::len(params);
    if n == 0 {
        let shown = protocol::repr(py, this)?;
        return Err(exceptions::type_error(
            py,
            format_args!("{} is not a generic class", unicode::display(shown.as_object())),
        ));
    }
    let mut item = unpack(py, item)?;
    for p in tuple::items(params) {
        if let Some(prepare) = attr::lookup_name(py, p, name!("__typing_prepare_subst__"))?
            && !object::is_none(&prepare)
        {
            let r = call::call(py, &prepare, [this, item.as_object()])?;
            item = match tuple::check(&r) {
                Some(t) => t.to_owned(),
                None => tuple::from_iter(py, [r])?,
            };
        }
    }
    let got = tuple::len(&item);
    if got != n {
        let shown = protocol::repr(py, this)?;
        return Err(exceptions::type_error(
            py,
            format_args!(
                "Too {} arguments for {}; actual {got}, expected {n}",
                if got > n { "many" } else { "few" },
                unicode::display(shown.as_object())
            ),
        ));
    }
    let find = |p: &PyObject| tuple::items(params).iter().position(|q| q.is(p));
    let mut out: Vec<Owned> = Vec::new();
    for x in tuple::items(given) {
        if types::check(x).is_some() {
            out.push((*x).to_owned());
            continue;
        }
        let starred = match attr::lookup_name(py, x, name!("__typing_is_unpacked_typevartuple__"))? {
            Some(o) => protocol::is_true(py, &o)?,
            None => false,
        };
        let new = match attr::lookup_name(py, x, name!("__typing_subst__"))? {
            Some(subst) => match find(x) {
                Some(i) => call::call(py, &subst, [tuple::items(&item)[i]])?,
                None => (*x).to_owned(),
            },
            None => substitute_in(py, x, params, tuple::items(&item))?,
        };
        match tuple::check(&new).filter(|_| starred) {
            Some(several) => out.extend(tuple::items(several).iter().map(|i| (*i).to_owned())),
            None => out.push(new),
        }
    }
    tuple::from_iter(py, out)
}

/// `_unpack_args`: what is subscripted with, `*tuple[int, str]` in it replaced by its arguments.
fn unpack(py: Py<'_>, item: &PyObject) -> PyResult<Owned<PyTupleObject>> {
    let one = [item];
    let items = tuple::check(item).map_or(&one[..], tuple::items);
    let mut out: Vec<Owned> = Vec::with_capacity(items.len());
    for x in items {
        if types::check(x).is_none()
            && let Some(inner) = attr::lookup_name(py, x, name!("__typing_unpacked_tuple_args__"))?
            && let Some(inner) = tuple::check(&inner)
            && !tuple::items(inner).last().is_some_and(|l| l.is(&object::_Py_EllipsisObject.0))
        {
            out.extend(tuple::items(inner).iter().map(|i| (*i).to_owned()));
        } else {
            out.push((*x).to_owned());
        }
    }
    tuple::from_iter(py, out)
}

/// `subs_tvars`: an argument that has type variables of its own, subscripted with their replacements.
fn substitute_in(py: Py<'_>, x: &PyObject, params: &PyTupleObject, items: &[&PyObject]) -> PyResult {
    let inner = attr::lookup_name(py, x, name!("__parameters__"))?;
    let Some(inner) = inner.as_deref().and_then(tuple::check).filter(|t| tuple::len(t) > 0) else {
        return Ok(x.to_owned());
    };
    let mut chosen: Vec<Owned> = Vec::new();
    for p in tuple::items(inner) {
        let Some(i) = tuple::items(params).iter().position(|q| q.is(*p)) else {
            chosen.push((*p).to_owned());
            continue;
        };
        // A `TypeVarTuple`, the only one that can be iterated over, stands for several.
        match tuple::check(items[i]).filter(|_| p.ty().tp_iter.get().is_some()) {
            Some(several) => chosen.extend(tuple::items(several).iter().map(|i| (*i).to_owned())),
            None => chosen.push(items[i].to_owned()),
        }
    }
    let key = tuple::from_iter(py, chosen)?;
    sequence::get_item(py, x, key.as_object())
}

fn getitem(py: Py<'_>, a: &gaobject, item: &PyObject) -> PyResult {
    let params = own_parameters(py, a)?;
    let (origin, given) = parts(a);
    let new_args = substitute(py, a.as_object(), given, &params, item)?;
    new(py, &Py_GenericAliasType, origin, new_args.as_object(), a.starred.get())
}

/// `gaiterobject`: gives the starred form, once.
#[repr(C)]
struct Iter {
    base: PyObject,
    /// The alias, NULL afterwards.
    alias: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Iter {}

static ITER: StaticType = StaticType::new::<Iter>(c"generic_alias_iterator")
    .iter(glue::unary(|_: Py<'_>, it: &PyObject| Ok(it.to_owned())))
    .iternext(glue::iternext(iter_next))
    .methods(&ITER_METHODS)
    .traverse(glue::traverse(|it: &Iter, v: &glue::Visitor| v.visit(&it.alias)))
    .clear(glue::clear(|_: Py<'_>, it: &Iter| object::clear_field(&it.alias)))
    .dealloc(glue::dealloc(|_: Py<'_>, it: &Iter| {
        // SAFETY: the object has a collector header; its field is released once and its memory last.
        unsafe {
            gc::untrack(it.as_object());
            object::clear_field(&it.alias);
            object::tp_free(it.as_object());
        }
    }));

methods! { static ITER_METHODS: for Iter [
    "__reduce__" = iter_reduce [0], "?($self, /)", "";
] }

fn iter_next(py: Py<'_>, it: &Iter) -> PyResult<Option<Owned>> {
    let alias = it.alias.replace(core::ptr::null_mut());
    // SAFETY: OWNED: the field held a reference or NULL.
    let Some(alias) = (unsafe { Owned::<PyObject>::from_raw_opt(alias) }) else { return Ok(None) };
    // SAFETY: LAYOUT: only `iter` makes these, of an alias.
    let (origin, given) = parts(unsafe { &*(alias.as_ptr() as *const gaobject) });
    new(py, &Py_GenericAliasType, origin, given.as_object(), true).map(Some)
}

fn iter_reduce(py: Py<'_>, it: &Iter) -> PyResult {
    let iter = dxpy_core::hooks::builtin(py, name!("iter"))?;
    // SAFETY: LIVE: NULL or held by the iterator.
    let args = match unsafe { it.alias.get().as_ref() } {
        Some(alias) => tuple::from_iter(py, [alias.to_owned()])?,
        None => tuple::from_iter(py, [tuple::empty().upcast()])?,
    };
    tuple::from_iter(py, [iter, args.upcast()]).map(Owned::upcast)
}

fn iter(py: Py<'_>, a: &gaobject) -> PyResult {
    let o = object::generic_alloc(py, &ITER, 0)?;
    // SAFETY: LAYOUT: just made.
    unsafe { &*(o.as_ptr() as *const Iter) }.alias.set(a.as_object().to_owned().into_ptr());
    Ok(o)
}

fn mro_entries(py: Py<'_>, a: &gaobject, _: &PyObject) -> PyResult {
    tuple::from_iter(py, [parts(a).0.to_owned()]).map(Owned::upcast)
}

fn instancecheck(py: Py<'_>, _: &gaobject, _: &PyObject) -> PyResult {
    Err(exceptions::type_error(py, format_args!("isinstance() argument 2 cannot be a parameterized generic")))
}

fn subclasscheck(py: Py<'_>, _: &gaobject, _: &PyObject) -> PyResult {
    Err(exceptions::type_error(py, format_args!("issubclass() argument 2 cannot be a parameterized generic")))
}

fn reduce(py: Py<'_>, a: &gaobject) -> PyResult {
    let (origin, given) = parts(a);
    let inner = tuple::from_iter(py, [origin.to_owned(), given.as_object().to_owned()])?;
    if a.starred.get() {
        let plain = new(py, &Py_GenericAliasType, origin, given.as_object(), false)?;
        let it = protocol::iter(py, &plain)?;
        let next = dxpy_core::hooks::builtin(py, name!("next"))?;
        let args = tuple::from_iter(py, [it])?;
        return tuple::from_iter(py, [next, args.upcast()]).map(Owned::upcast);
    }
    let class = Py_GenericAliasType.as_object().to_owned();
    tuple::from_iter(py, [class, inner.upcast()]).map(Owned::upcast)
}

fn dir(py: Py<'_>, a: &gaobject) -> PyResult {
    let names = call::method(py, parts(a).0, name!("__dir__"), [])
        .or_else(|_| call::call(py, &*dxpy_core::hooks::builtin(py, name!("dir"))?, [parts(a).0]))?;
    let all = sequence::to_list(py, &names)?;
    for n in OWN {
        let n = unicode::intern_str(py, n)?;
        if !sequence::contains(py, all.as_object(), n.as_object())? {
            list::append(py, &all, n.as_object())?;
        }
    }
    Ok(all.upcast())
}
