//! `object`: creation, the defaults every class inherits, `__class__`, and the wrapper that shows `tp_new` as `__new__`
//! (`Objects/typeobject.c`, `object_*`). Pickling is in `reduce`.
//!
//! Functions with a slot's signature have that slot's contract (GIL, LIVE, LAYOUT) as their safety condition.
#![allow(clippy::missing_safety_doc)]

use super::inherit::has;
use super::ready::{base, dict_of};
use super::{check, create, is_subtype, reduce, slots};
use crate::abi::constants::*;
use crate::abi::*;
use crate::call::type_name;
use crate::err::{PyErr, PyResult, from_ptr, into_ptr};
use crate::object::not_implemented;
use crate::ptr::{Object, Owned, borrow};
use crate::statics::{Gil, StaticType};
use crate::thread::Py;
use crate::{attr, cfunction, dict, exceptions, glue, instance, list, name, protocol, tuple, unicode};
use core::cell::Cell;
use core::ffi::c_int;

/// `object`, but for its name in C.
pub(super) const fn object_type() -> StaticType {
    StaticType::new::<PyObject>(c"object")
        .flags(Py_TPFLAGS_BASETYPE)
        .doc(c"object()\n--\n\nThe base class of all classes; its instances have no attributes of their own.")
        .create(new_slot)
        .init(init_slot)
        .alloc(crate::object::generic_alloc_slot)
        .free(crate::object::free_slot)
        .dealloc(glue::dealloc(dealloc))
        .repr(glue::unary(repr))
        .str(glue::unary(str))
        .hash(glue::hash(hash))
        .richcompare(glue::richcompare(richcompare))
        .getattro(attr::generic_get_slot)
        .setattro(attr::generic_set_slot)
        .methods(&METHODS)
        .getset(&GETSET)
}

crate::methods! { static METHODS: for PyObject [
    "__reduce_ex__" = reduce::reduce_ex [1], "($self, protocol, /)", "Helper for pickle.";
    "__reduce__" = reduce::reduce [0], "($self, /)", "Helper for pickle.";
    "__getstate__" = reduce::getstate [0], "($self, /)", "Helper for pickle.";
    "__subclasshook__" = subclasshook [1], "?($type, object, /)", "Abstract classes override this to customise issubclass().", class;
    "__init_subclass__" = init_subclass [0], "?($type, /)", "Called for each new subclass; the default does nothing.", class;
    "__format__" = format [1], "($self, format_spec, /)", "The text of format(self, format_spec).";
    "__sizeof__" = sizeof [0], "($self, /)", "Size of the object in memory, in bytes.";
    "__dir__" = dir [0], "($self, /)", "The list of names dir(self) shows.";
] }

crate::getset! { static GETSET [
    "__class__" = get_class, set set_class, "the object's class";
] }

fn dealloc(_: Py<'_>, o: &PyObject) {
    // SAFETY: a plain object holds nothing.
    unsafe { crate::object::tp_free(o) }
}

fn is_slot<F: Copy, G: Copy>(slot: Option<F>, f: G) -> bool {
    const { assert!(size_of::<F>() == size_of::<usize>() && size_of::<G>() == size_of::<usize>()) };
    // SAFETY: both are code pointers of one word.
    slot.is_some_and(|s| unsafe {
        core::mem::transmute_copy::<F, usize>(&s) == core::mem::transmute_copy::<G, usize>(&f)
    })
}

/// `excess_args`.
fn excess(args: &PyTupleObject, kw: Option<&PyDictObject>) -> bool {
    tuple::len(args) > 0 || slots::has_keywords(kw)
}

/// `object.__new__` as the slot.
pub unsafe extern "C" fn new_slot(
    ty: *mut PyTypeObject,
    args: *mut PyObject,
    kw: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE, LAYOUT: the contract of `tp_new`.
    unsafe {
        let py = Py::assume();
        into_ptr(py, new(py, &*ty, borrow(args), (kw as *const PyDictObject).as_ref()))
    }
}

/// `object_new`.
fn new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if excess(args, kw) {
        if !is_slot(ty.tp_new.get(), new_slot as newfunc) {
            return Err(exceptions::type_error(
                py,
                format_args!("object.__new__() takes exactly one argument (the type to instantiate)"),
            ));
        }
        if is_slot(ty.tp_init.get(), init_slot as initproc) {
            return Err(exceptions::type_error(py, format_args!("{}() takes no arguments", type_name(ty))));
        }
    }
    if has(ty, Py_TPFLAGS_IS_ABSTRACT) {
        return Err(abstract_error(py, ty));
    }
    let alloc = ty.tp_alloc.get().unwrap_or(crate::object::generic_alloc_slot);
    // SAFETY: the slot's contract.
    let o = unsafe { from_ptr::<PyObject>(py, alloc(ty.as_ptr() as *mut PyTypeObject, 0))? };
    instance::init(py, &o)?;
    Ok(o)
}

#[cold]
fn abstract_error(py: Py<'_>, ty: &PyTypeObject) -> PyErr {
    let run = || -> PyResult<Vec<String>> {
        let Some(names) = dict::get_name(py, dict_of(ty), name!("__abstractmethods__"))? else {
            return Ok(Vec::new());
        };
        let mut out = Vec::new();
        for n in protocol::collect(py, &names)? {
            if unicode::check(&n).is_none() {
                return Err(exceptions::type_error(
                    py,
                    format_args!(
                        "sequence item {}: expected str instance, {} found",
                        out.len(),
                        type_name(n.ty())
                    ),
                ));
            }
            out.push(unicode::display(&n));
        }
        out.sort();
        Ok(out)
    };
    match run() {
        Ok(names) => {
            let s = if names.len() > 1 { "s" } else { "" };
            exceptions::type_error(
                py,
                format_args!(
                    "Can't instantiate abstract class {} without an implementation for abstract method{s} '{}'",
                    type_name(ty),
                    names.join("', '")
                ),
            )
        }
        Err(e) => e,
    }
}

/// `object.__init__` as the slot.
pub unsafe extern "C" fn init_slot(o: *mut PyObject, args: *mut PyObject, kw: *mut PyObject) -> c_int {
    // SAFETY: GIL, LIVE, LAYOUT: the contract of `tp_init`.
    unsafe {
        let py = Py::assume();
        let (ty, args, kw) = ((*o).ty(), borrow(args), (kw as *const PyDictObject).as_ref());
        if !excess(args, kw) {
            return 0;
        }
        let text = if !is_slot(ty.tp_init.get(), init_slot as initproc) {
            "object.__init__() takes exactly one argument (the instance to initialize)".to_owned()
        } else if is_slot(ty.tp_new.get(), new_slot as newfunc) {
            format!("{}.__init__() takes exactly one argument (the instance to initialize)", type_name(ty))
        } else {
            return 0;
        };
        exceptions::type_error(py, format_args!("{text}")).restore(py);
        -1
    }
}

/// `object_repr`.
fn repr(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    let ty = o.ty();
    let module = super::attrs::module_of(py, ty)?;
    let qualname = super::attrs::qualname_of(py, ty)?;
    let text = match unicode::check(&module) {
        Some(m) if !unicode::equals_str(m.as_object(), "builtins") => format!(
            "<{}.{} object at {:p}>",
            unicode::display(&module),
            unicode::display(qualname.as_object()),
            o.as_ptr()
        ),
        _ => format!("<{} object at {:p}>", type_name(ty), o.as_ptr()),
    };
    unicode::from_str(py, &text)
}

/// `object_str`: what `tp_repr` gives.
fn str(py: Py<'_>, o: &PyObject) -> PyResult {
    match o.ty().tp_repr.get() {
        // SAFETY: the slot's contract.
        Some(f) => unsafe { from_ptr(py, f(o.as_ptr())) },
        None => repr(py, o).map(Owned::upcast),
    }
}

fn hash(_: Py<'_>, o: &PyObject) -> PyResult<Py_hash_t> {
    Ok(protocol::hash_pointer(o.as_ptr() as *const _))
}

/// `object_richcompare`: identity, and `!=` from `==`.
pub fn richcompare(py: Py<'_>, a: &PyObject, b: &PyObject, op: c_int) -> PyResult {
    match op {
        Py_EQ => Ok(if a.is(b) { crate::boolean::new(true).upcast() } else { not_implemented() }),
        Py_NE => {
            let Some(f) = a.ty().tp_richcompare.get() else { return Ok(not_implemented()) };
            // SAFETY: the slot's contract.
            let r = unsafe { from_ptr::<PyObject>(py, f(a.as_ptr(), b.as_ptr(), Py_EQ))? };
            if crate::object::is_not_implemented(&r) {
                return Ok(r);
            }
            Ok(crate::boolean::new(!protocol::is_true(py, &r)?).upcast())
        }
        _ => Ok(not_implemented()),
    }
}

fn subclasshook(_: Py<'_>, _: &PyObject, _: &PyObject) -> PyResult {
    Ok(not_implemented())
}

fn init_subclass(_: Py<'_>, _: &PyObject) -> PyResult<()> {
    Ok(())
}

/// `object.__format__`: `str(self)`; a format is not understood.
fn format(py: Py<'_>, o: &PyObject, spec: &PyObject) -> PyResult {
    let Some(s) = unicode::check(spec) else {
        return Err(exceptions::type_error(
            py,
            format_args!("__format__() argument must be str, not {}", type_name(spec.ty())),
        ));
    };
    if unicode::len(s) > 0 {
        return Err(exceptions::type_error(
            py,
            format_args!("unsupported format string passed to {}.__format__", type_name(o.ty())),
        ));
    }
    protocol::str(py, o).map(Owned::upcast)
}

/// `object.__sizeof__`: the struct, its items, and not its collector header.
fn sizeof(_: Py<'_>, o: &PyObject) -> PyResult<isize> {
    let ty = o.ty();
    let mut size = ty.tp_basicsize.get();
    if ty.tp_itemsize.get() > 0 {
        // SAFETY: LAYOUT: a type with items has `ob_size`, except int, whose own method answers.
        size += unsafe { (*(o.as_ptr() as *const PyVarObject)).ob_size.get() }.abs() * ty.tp_itemsize.get();
    }
    Ok(size)
}

/// `object.__dir__`: the names of the instance's dict and of its classes.
fn dir(py: Py<'_>, o: &PyObject) -> PyResult {
    let names = match attr::lookup_name(py, o, name!("__dict__"))? {
        Some(d) => match dict::check(&d) {
            Some(d) => dict::copy(py, d)?,
            None => dict::new(py)?,
        },
        None => dict::new(py)?,
    };
    if let Some(class) = attr::lookup_name(py, o, name!("__class__"))? {
        merge_class_dict(py, &names, &class)?;
    }
    let keys = dict::items(&names).into_iter().map(|(k, _)| k);
    list::from_iter(py, keys).map(Owned::upcast)
}

/// `merge_class_dict`: the names of a class and of all its bases, as attributes show them.
pub(super) fn merge_class_dict(py: Py<'_>, into: &PyDictObject, class: &PyObject) -> PyResult<()> {
    if let Some(d) = attr::lookup_name(py, class, name!("__dict__"))? {
        super::merge_mapping(py, into, &d)?;
    }
    if let Some(bases) = attr::lookup_name(py, class, name!("__bases__"))? {
        for i in 0..protocol::len(py, &bases)? {
            let b = crate::sequence::item(py, &bases, i as isize)?;
            let _depth = crate::call::Depth::enter(py, " in dir()")?;
            merge_class_dict(py, into, &b)?;
        }
    }
    Ok(())
}

fn get_class(_: Py<'_>, o: &PyObject) -> PyResult {
    Ok(o.ty().as_object().to_owned())
}

/// `object_set_class`.
fn set_class(py: Py<'_>, o: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    let Some(value) = value else {
        return Err(exceptions::type_error(py, format_args!("can't delete __class__ attribute")));
    };
    let Some(new) = check(value) else {
        return Err(exceptions::type_error(
            py,
            format_args!("__class__ must be set to a class, not '{}' object", type_name(value.ty())),
        ));
    };
    crate::audit::write(py, o, "__class__", Some(value))?;
    let old = o.ty();
    let mutable = |t| !has(t, Py_TPFLAGS_IMMUTABLETYPE);
    let modules =
        is_subtype(new, &crate::module::PyModule_Type) && is_subtype(old, &crate::module::PyModule_Type);
    let allowed = modules || (mutable(new) && mutable(old));
    if !allowed {
        return Err(exceptions::type_error(
            py,
            format_args!("__class__ assignment only supported for mutable types or ModuleType subclasses"),
        ));
    }
    create::compatible_for_assignment(py, old, new, "__class__")?;
    // Inline values are laid out by the keys of the old class.
    if has(old, Py_TPFLAGS_MANAGED_DICT) {
        instance::dict(py, o)?;
    }
    let old = old.to_owned();
    if has(new, Py_TPFLAGS_HEAPTYPE) {
        core::mem::forget(new.to_owned());
    }
    o.ob_type.set(new.as_ptr() as *mut PyTypeObject);
    if has(&old, Py_TPFLAGS_HEAPTYPE) {
        // SAFETY: OWNED: the object held its old class.
        drop(unsafe { Owned::<PyTypeObject>::from_raw(old.as_ptr() as *mut PyTypeObject) });
    }
    Ok(())
}

/// The row of `__new__`.
static NEW_DEF: Gil<PyMethodDef> = Gil(PyMethodDef {
    ml_name: Cell::new(c"__new__".as_ptr() as *mut _),
    // SAFETY: `ml_meth` holds whichever type the flags name.
    ml_meth: Cell::new(Some(unsafe {
        core::mem::transmute::<PyCFunctionWithKeywords, PyCFunction>(new_wrapper)
    })),
    ml_flags: Cell::new(METH_VARARGS | METH_KEYWORDS),
    ml_doc: Cell::new(
        c"__new__($type, *args, **kwargs)\n--\n\nCreate and return a new object.  See help(type) for accurate signature."
            .as_ptr() as *mut _,
    ),
});

/// `add_tp_new_wrapper`.
pub fn add_new_wrapper(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    let (d, key) = (dict_of(ty), name!("__new__").obj(py));
    if dict::contains(py, d, key)? {
        return Ok(());
    }
    let f = cfunction::new(py, &NEW_DEF, Some(ty.as_object()), None, None)?;
    dict::set(py, d, key, &f)
}

/// Whether this is a `__new__` made by [`add_new_wrapper`].
pub fn is_new_wrapper(o: &PyObject) -> bool {
    // SAFETY: LAYOUT: just checked.
    o.ty().is(&cfunction::PyCFunction_Type.0)
        && core::ptr::eq(
            unsafe { (*(o as *const PyObject as *const PyCFunctionObject)).m_ml.get() },
            &NEW_DEF.0,
        )
}

/// Whether this is `type.mro` itself.
pub fn is_type_mro(o: &PyObject) -> bool {
    super::attrs::is_mro_method(o)
}

/// `tp_new_wrapper`: `T.__new__(S, ...)`.
unsafe extern "C" fn new_wrapper(
    this: *mut PyObject,
    args: *mut PyObject,
    kw: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE, LAYOUT: the calling convention; self is the type the wrapper was made for.
    unsafe {
        let py = Py::assume();
        into_ptr(py, call_new(py, borrow(this), borrow(args), kw))
    }
}

fn call_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: *mut PyObject) -> PyResult {
    let name = type_name(ty);
    let Some((first, rest)) = tuple::items(args).split_first() else {
        return Err(exceptions::type_error(py, format_args!("{name}.__new__(): not enough arguments")));
    };
    let Some(sub) = check(first) else {
        return Err(exceptions::type_error(
            py,
            format_args!("{name}.__new__(X): X is not a type object ({})", type_name(first.ty())),
        ));
    };
    let sub_name = type_name(sub);
    if !is_subtype(sub, ty) {
        return Err(exceptions::type_error(
            py,
            format_args!("{name}.__new__({sub_name}): {sub_name} is not a subtype of {name}"),
        ));
    }
    // The nearest base that is not made in Python must be created by this very function, or it would be left half made.
    let mut fixed = Some(sub);
    while let Some(t) = fixed
        && is_slot(t.tp_new.get(), slots::tp_new as newfunc)
    {
        fixed = base(t);
    }
    let own = ty.tp_new.get();
    if let Some(t) = fixed
        && !is_slot(t.tp_new.get(), own.map_or(0usize, |f| f as usize))
    {
        return Err(exceptions::type_error(
            py,
            format_args!("{name}.__new__({sub_name}) is not safe, use {}.__new__()", type_name(t)),
        ));
    }
    let Some(f) = own else {
        return Err(exceptions::type_error(py, format_args!("cannot create '{name}' instances")));
    };
    let rest = tuple::from_iter(py, rest.iter().map(|a| (*a).to_owned()))?;
    // SAFETY: the slot's contract.
    unsafe { from_ptr(py, f(sub.as_ptr() as *mut PyTypeObject, rest.as_ptr(), kw)) }
}

/// Whether a row is one of `object`'s own.
pub(super) fn is_own_method(row: &PyMethodDef) -> bool {
    METHODS.0.as_ptr_range().contains(&(row as *const PyMethodDef))
}
