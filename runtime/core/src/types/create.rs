//! Making classes: `type.__new__`, layouts of bases, and what instances of classes do when they are visited, cleared and
//! freed (`type_new_impl`, `best_base`, `subtype_dealloc` of `Objects/typeobject.c`).
//!
//! Functions with a slot's signature have that slot's contract (GIL, LIVE, LAYOUT) as their safety condition.
#![allow(clippy::missing_safety_doc)]

use super::attrs::{along_base, heap};
use super::inherit::{add_flags, has};
use super::lookup::{self, types_of};
use super::ready::{base, compute_mro, dict_of, ready};
use super::{PyBaseObject_Type, attrs, check, is_subtype, slotdefs};
use crate::abi::constants::*;
use crate::abi::*;
use crate::call::type_name;
use crate::err::{PyResult, into_ptr};
use crate::ptr::{Object, Owned, borrow};
use crate::thread::Py;
use crate::{attr, dict, exceptions, gc, glue, instance, name, object, sequence, tuple, unicode};
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};

const WORD: isize = size_of::<*mut PyObject>() as isize;

/// `type.__new__` as the slot.
pub unsafe extern "C" fn new_slot(
    meta: *mut PyTypeObject,
    args: *mut PyObject,
    kw: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE, LAYOUT: the contract of `tp_new`.
    unsafe {
        let py = Py::assume();
        into_ptr(py, new(py, &*meta, borrow(args), (kw as *const PyDictObject).as_ref()))
    }
}

/// `_PyType_CalculateMetaclass`: the most derived of the metatypes.
pub fn calculate_metaclass<'a>(
    py: Py<'_>,
    meta: &'a PyTypeObject,
    bases: &[&'a PyObject],
) -> PyResult<&'a PyTypeObject> {
    let mut winner = meta;
    for b in bases {
        let t = b.ty();
        if is_subtype(winner, t) {
            continue;
        }
        if !is_subtype(t, winner) {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases"
                ),
            ));
        }
        winner = t;
    }
    Ok(winner)
}

/// `type_new`.
fn new(py: Py<'_>, meta: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let items = tuple::items(args);
    let [name, bases, namespace] = items else {
        return Err(exceptions::type_error(
            py,
            format_args!("type.__new__() takes exactly 3 arguments ({} given)", items.len()),
        ));
    };
    let bad = |i: usize, want: &str, o: &PyObject| {
        let found = type_name(o.ty());
        let found = if object::is_none(o) { "None" } else { &*found };
        exceptions::type_error(py, format_args!("type.__new__() argument {i} must be {want}, not {found}"))
    };
    let name = unicode::check(name).ok_or_else(|| bad(1, "str", name))?;
    let bases = tuple::check(bases).ok_or_else(|| bad(2, "tuple", bases))?;
    let namespace = dict::check(namespace).ok_or_else(|| bad(3, "dict", namespace))?;

    let mut bases = bases.to_owned();
    if tuple::len(&bases) == 0 {
        bases = tuple::from_iter(py, [PyBaseObject_Type.as_object().to_owned()])?;
    } else {
        for b in tuple::items(&bases).iter().filter(|b| check(b).is_none()) {
            if attr::lookup_name(py, b, name!("__mro_entries__"))?.is_some() {
                return Err(exceptions::type_error(
                    py,
                    format_args!("type() doesn't support MRO entry resolution; use types.new_class()"),
                ));
            }
        }
    }
    let held = bases.clone();
    let winner = calculate_metaclass(py, meta, tuple::items(&held))?;
    if !winner.is(meta) {
        let own = winner.tp_new.get();
        if let Some(f) = own.filter(|f| !core::ptr::fn_addr_eq(*f, new_slot as newfunc)) {
            let kw = kw.map_or(core::ptr::null_mut(), |d| d.as_ptr());
            // SAFETY: the slot's contract.
            return unsafe {
                crate::err::from_ptr(py, f(winner.as_ptr() as *mut PyTypeObject, args.as_ptr(), kw))
            };
        }
    }
    let ty = build(py, winner, name, &bases, namespace)?;
    set_names(py, &ty)?;
    init_subclass(py, &ty, kw)?;
    Ok(ty.upcast())
}

/// What `__slots__` and the bases say about the memory of instances.
struct Shape {
    /// Sorted, mangled names of slots, without `__dict__` and `__weakref__`; None without `__slots__`.
    slots: Option<Owned<PyTupleObject>>,
    add_dict: bool,
    add_weak: bool,
}

/// `type_new_slots`.
fn shape(
    py: Py<'_>,
    base: &PyTypeObject,
    bases: &PyTupleObject,
    class: &PyUnicodeObject,
    d: &PyDictObject,
) -> PyResult<Shape> {
    let may_dict = base.tp_dictoffset.get() == 0;
    let may_weak = base.tp_weaklistoffset.get() == 0 && base.tp_itemsize.get() == 0;
    let Some(given) = dict::get_name(py, d, name!("__slots__"))? else {
        return Ok(Shape { slots: None, add_dict: may_dict, add_weak: may_weak });
    };
    let given = match unicode::check(&given) {
        Some(_) => tuple::from_iter(py, [given])?,
        None => sequence::to_tuple(py, &given)?,
    };
    if tuple::len(&given) > 0 && base.tp_itemsize.get() != 0 {
        return Err(exceptions::type_error(
            py,
            format_args!("nonempty __slots__ not supported for subtype of '{}'", type_name(base)),
        ));
    }
    let (mut add_dict, mut add_weak, mut names) = (false, false, Vec::new());
    for slot in tuple::items(&given) {
        let Some(s) = unicode::check(slot) else {
            return Err(exceptions::type_error(
                py,
                format_args!("__slots__ items must be strings, not '{}'", type_name(slot.ty())),
            ));
        };
        if !unicode::is_identifier(s) {
            return Err(exceptions::type_error(py, format_args!("__slots__ must be identifiers")));
        }
        let taken =
            |what| exceptions::type_error(py, format_args!("{what} slot disallowed: we already got one"));
        if unicode::equals_str(slot, "__dict__") {
            if !may_dict || add_dict {
                return Err(taken("__dict__"));
            }
            add_dict = true;
        } else if unicode::equals_str(slot, "__weakref__") {
            if !may_weak || add_weak {
                return Err(taken("__weakref__"));
            }
            add_weak = true;
        }
    }
    for slot in tuple::items(&given) {
        let s = unicode::check(slot).expect("just checked");
        if (add_dict && unicode::equals_str(slot, "__dict__"))
            || (add_weak && unicode::equals_str(slot, "__weakref__"))
        {
            continue;
        }
        let mangled = mangle(py, class, s)?;
        let own = dict::contains(py, d, mangled.as_object())?;
        if own
            && !["__qualname__", "__classcell__", "__classdictcell__"]
                .iter()
                .any(|x| unicode::equals_str(mangled.as_object(), x))
        {
            let shown = crate::protocol::repr(py, slot)?;
            return Err(exceptions::value_error(
                py,
                format_args!(
                    "{} in __slots__ conflicts with class variable",
                    unicode::display(shown.as_object())
                ),
            ));
        }
        names.push(mangled);
    }
    names.sort_by(|a, b| unicode::code_points(a).cmp(unicode::code_points(b)));
    // Other bases may bring a dict or weak references though the first does not.
    if tuple::len(bases) > 1 && ((may_dict && !add_dict) || (may_weak && !add_weak)) {
        for b in tuple::items(bases).iter().filter_map(|b| check(b)).filter(|b| !b.is(base)) {
            add_dict |= may_dict && b.tp_dictoffset.get() != 0;
            add_weak |= may_weak && b.tp_weaklistoffset.get() != 0;
        }
    }
    let slots = tuple::from_iter(py, names.into_iter().map(Owned::upcast).collect::<Vec<_>>())?;
    Ok(Shape { slots: Some(slots), add_dict, add_weak })
}

/// `_Py_Mangle`: `__name` inside `_Class` becomes `_Class__name`.
pub fn mangle(
    py: Py<'_>,
    class: &PyUnicodeObject,
    name: &PyUnicodeObject,
) -> PyResult<Owned<PyUnicodeObject>> {
    let text: Vec<u32> = unicode::code_points(name).collect();
    let under = u32::from('_');
    let private = text.len() > 2 && text[..2] == [under, under];
    let dunder = text.ends_with(&[under, under]);
    if !private || dunder || text.contains(&u32::from('.')) {
        return Ok(name.to_owned());
    }
    let class: Vec<u32> = unicode::code_points(class).skip_while(|c| *c == under).collect();
    if class.is_empty() {
        return Ok(name.to_owned());
    }
    let mangled: Vec<u32> = core::iter::once(under).chain(class).chain(text).collect();
    unicode::intern(py, unicode::from_code_points(py, &mangled)?)
}

/// `type_new_impl` up to `PyType_Ready` and the slots.
fn build(
    py: Py<'_>,
    meta: &PyTypeObject,
    name: &PyUnicodeObject,
    bases: &Owned<PyTupleObject>,
    namespace: &PyDictObject,
) -> PyResult<Owned<PyTypeObject>> {
    let base = best_base(py, tuple::items(bases))?;
    let d = dict::copy(py, namespace)?;
    let shape = shape(py, base, bases, name, &d)?;
    let nslots = shape.slots.as_deref().map_or(0, tuple::len);
    let alloc = meta.tp_alloc.get().unwrap_or(object::generic_alloc_slot);
    // SAFETY: the slot's contract: a zeroed, tracked heap type with room for the members; LAYOUT: `type`'s subtypes
    // make such objects.
    let ty: Owned<PyTypeObject> =
        unsafe { crate::err::from_ptr(py, alloc(meta.as_ptr() as *mut PyTypeObject, nslots as isize))? };
    // SAFETY: LAYOUT: as above.
    let h = unsafe { &*(ty.as_ptr() as *const PyHeapTypeObject) };
    add_flags(&ty, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC);
    point_at_tables(h);
    ty.tp_bases.set(bases.clone().into_ptr());
    ty.tp_base.set(base.to_owned().into_raw());
    ty.tp_dict.set(d.to_owned().into_ptr());
    h.ht_name.set(name.to_owned().into_ptr());
    h.ht_slots.set(shape.slots.as_ref().map_or(core::ptr::null_mut(), |s| s.to_owned().into_ptr()));
    set_text(py, &ty, h, name, &d)?;
    wrap_special(py, &d)?;
    members(py, &ty, h, base, &shape)?;
    if let Some(f) = base.tp_getattr.get().is_none().then(|| base.tp_getattro.get()) {
        // Types with attributes of their own read and write them the generic way, unless a base has another.
        if (ty.tp_dictoffset.get() != 0 || nslots > 0) && f.is_none() {
            ty.tp_getattro.set(Some(attr::generic_get_slot));
            ty.tp_setattro.set(Some(attr::generic_set_slot));
        }
    }
    ty.tp_dealloc.set(Some(glue::dealloc(subtype_dealloc)));
    ty.tp_alloc.set(Some(object::generic_alloc_slot));
    ty.tp_free.set(Some(object::free_slot));
    ty.tp_traverse.set(Some(subtype_traverse));
    ty.tp_clear.set(Some(subtype_clear));
    fill_cells(py, &ty, &d)?;
    ready(py, &ty)?;
    slotdefs::fill_slots(py, &ty)?;
    Ok(ty)
}

/// The method tables inside a heap type.
pub fn point_at_tables(h: &PyHeapTypeObject) {
    let ty = &h.ht_type;
    ty.tp_as_async.set(&raw const h.as_async as *mut _);
    ty.tp_as_number.set(&raw const h.as_number as *mut _);
    ty.tp_as_sequence.set(&raw const h.as_sequence as *mut _);
    ty.tp_as_mapping.set(&raw const h.as_mapping as *mut _);
    ty.tp_as_buffer.set(&raw const h.as_buffer as *mut _);
}

/// A C string the type owns; released by `type_dealloc`.
pub(super) fn c_copy(text: &[u8]) -> *mut c_char {
    let p = crate::alloc::malloc(text.len() + 1) as *mut u8;
    if !p.is_null() {
        // SAFETY: the block has room for the text and its NUL.
        unsafe {
            core::ptr::copy_nonoverlapping(text.as_ptr(), p, text.len());
            *p.add(text.len()) = 0;
        }
    }
    p as *mut c_char
}

/// Sets `tp_name` and the name object (`type_set_name`, `type_new_set_names`).
pub(super) fn store_name(py: Py<'_>, ty: &PyTypeObject, name: &PyUnicodeObject) -> PyResult<()> {
    let h = heap(ty).expect("only heap types are renamed");
    let text = unicode::utf8(py, name)?;
    if text.contains('\0') {
        return Err(exceptions::value_error(py, format_args!("type name must not contain null characters")));
    }
    let copy = c_copy(text.as_bytes());
    if copy.is_null() {
        return Err(exceptions::memory_error(py));
    }
    let old_text = h._ht_tpname.replace(copy);
    ty.tp_name.set(copy);
    let old = h.ht_name.replace(name.to_owned().into_ptr());
    // SAFETY: OWNED: the type held its former name and its text.
    unsafe {
        crate::alloc::free_opt(old_text as *mut c_void);
        drop(Owned::<PyObject>::from_raw_opt(old));
    }
    Ok(())
}

/// `type_new_set_names`, `type_new_set_module`, `type_new_set_ht_name`, `type_new_set_doc`.
fn set_text(
    py: Py<'_>,
    ty: &PyTypeObject,
    h: &PyHeapTypeObject,
    name: &PyUnicodeObject,
    d: &PyDictObject,
) -> PyResult<()> {
    // The type must be whole enough to be released if a step fails.
    h.ht_qualname.set(name.to_owned().into_ptr());
    ty.tp_name.set(c"?".as_ptr() as *mut _);
    store_name(py, ty, name)?;
    let module = name!("__module__").obj(py);
    if !dict::contains(py, d, module)?
        && let Some(globals) = crate::hooks::globals(py)
        && let Some(m) = dict::get_name(py, &globals, name!("__name__"))?
    {
        dict::set(py, d, module, &m)?;
    }
    if let Some(q) = dict::get_name(py, d, name!("__qualname__"))? {
        if unicode::check(&q).is_none() {
            return Err(exceptions::type_error(
                py,
                format_args!("type __qualname__ must be a str, not {}", type_name(q.ty())),
            ));
        }
        let old = h.ht_qualname.replace(q.into_ptr());
        // SAFETY: OWNED: the type held the name set above.
        drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
        dict::remove(py, d, name!("__qualname__").obj(py))?;
    }
    if let Some(text) = dict::get_name(py, d, name!("__doc__"))?
        && let Some(s) = unicode::check(&text)
    {
        let text = unicode::utf8(py, s)?;
        let copy = c_copy(text.as_bytes());
        if copy.is_null() {
            return Err(exceptions::memory_error(py));
        }
        ty.tp_doc.set(copy);
    }
    Ok(())
}

/// `type_new_staticmethod`, `type_new_classmethod`: functions with these names are made what they must be.
fn wrap_special(py: Py<'_>, d: &PyDictObject) -> PyResult<()> {
    let is_function = |o: &PyObject| o.ty().is(&crate::function::PyFunction_Type.0);
    let new = name!("__new__");
    if let Some(f) = dict::get_name(py, d, new)?.filter(|f| is_function(f)) {
        dict::set(py, d, new.obj(py), &*super::staticmethod(py, &f)?)?;
    }
    for special in [name!("__init_subclass__"), name!("__class_getitem__")] {
        if let Some(f) = dict::get_name(py, d, special)?.filter(|f| is_function(f)) {
            dict::set(py, d, special.obj(py), &*super::classmethod(py, &f)?)?;
        }
    }
    Ok(())
}

crate::getset! { static FULL [
    "__dict__" = get_dict, set set_dict, "dictionary for instance variables";
    "__weakref__" = get_weakref, "list of weak references to the object";
] }
crate::getset! { static DICT_ONLY [
    "__dict__" = get_dict, set set_dict, "dictionary for instance variables";
] }
crate::getset! { static WEAKREF_ONLY [
    "__weakref__" = get_weakref, "list of weak references to the object";
] }

/// The member rows behind a heap type (`_PyHeapType_GET_MEMBERS`): after the struct its metatype describes.
pub(super) fn member_rows(ty: &PyTypeObject) -> *mut PyMemberDef {
    let meta = ty.as_object().ty();
    // SAFETY: LAYOUT: `tp_alloc` of a metatype leaves the items after its basic size.
    unsafe { ty.as_ptr().byte_offset((meta.tp_basicsize.get() + 7) & !7) as *mut PyMemberDef }
}

/// `type_new_descriptors`.
fn members(
    py: Py<'_>,
    ty: &PyTypeObject,
    h: &PyHeapTypeObject,
    base: &PyTypeObject,
    shape: &Shape,
) -> PyResult<()> {
    let mut offset = base.tp_basicsize.get();
    // SAFETY: LAYOUT: a heap type holds its slots tuple, or NULL.
    let slots = unsafe { (h.ht_slots.get() as *const PyTupleObject).as_ref() };
    if let Some(slots) = slots {
        let rows = member_rows(ty);
        for (i, s) in tuple::items(slots).iter().enumerate() {
            let s = unicode::check(s).expect("slot names are str");
            let text = unicode::utf8(py, s)?;
            // The text lives as long as the interned name does.
            let name = c_copy(text.as_bytes());
            if name.is_null() {
                return Err(exceptions::memory_error(py));
            }
            // SAFETY: the type was allocated with one row for each slot.
            unsafe {
                let row = &*rows.add(i);
                row.name.set(name);
                row.r#type.set(Py_T_OBJECT_EX);
                row.offset.set(offset);
                row.flags.set(0);
                row.doc.set(core::ptr::null_mut());
            }
            offset += WORD;
        }
        if tuple::len(slots) > 0 {
            ty.tp_members.set(rows);
        }
    }
    if shape.add_weak {
        add_flags(ty, Py_TPFLAGS_MANAGED_WEAKREF);
        ty.tp_weaklistoffset.set(-4 * WORD);
    }
    if shape.add_dict {
        add_flags(ty, Py_TPFLAGS_MANAGED_DICT);
        ty.tp_dictoffset.set(-1);
    }
    ty.tp_basicsize.set(offset);
    ty.tp_itemsize.set(base.tp_itemsize.get());
    let getset: *const PyGetSetDef = match (shape.add_dict, shape.add_weak) {
        (true, true) => FULL.0.as_ptr(),
        (true, false) => DICT_ONLY.0.as_ptr(),
        (false, true) => WEAKREF_ONLY.0.as_ptr(),
        (false, false) => core::ptr::null(),
    };
    ty.tp_getset.set(getset as *mut PyGetSetDef);
    Ok(())
}

/// `type_new_set_classcell`, `type_new_set_classdictcell`: the cells that `super()` and PEP 695 scopes read.
fn fill_cells(py: Py<'_>, ty: &PyTypeObject, d: &PyDictObject) -> PyResult<()> {
    for (key, value) in
        [(name!("__classcell__"), ty.as_object()), (name!("__classdictcell__"), d.as_object())]
    {
        let Some(c) = dict::get_name(py, d, key)? else { continue };
        if !c.ty().is(&crate::cell::PyCell_Type.0) {
            let shown = crate::protocol::repr(py, c.ty().as_object())?;
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "{} must be a nonlocal cell, not {}",
                    key.text(),
                    unicode::display(shown.as_object())
                ),
            ));
        }
        // SAFETY: LAYOUT: just checked.
        let cell: &PyCellObject = unsafe { &*(c.as_ptr() as *const PyCellObject) };
        let old = cell.ob_ref.replace(value.to_owned().into_ptr());
        // SAFETY: OWNED: the cell held its content.
        drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
        dict::remove(py, d, key.obj(py))?;
    }
    Ok(())
}

/// `type_new_set_names`: `__set_name__` of every value in the namespace.
fn set_names(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    for (key, value) in dict::items(dict_of(ty)) {
        let Some(m) = super::special::lookup(py, &value, name!("__set_name__"))? else { continue };
        if let Err(e) = m.call(py, &value, [ty.as_object(), &key]) {
            let key = crate::protocol::repr(py, &key)?;
            let note = format!(
                "Error calling __set_name__ on '{}' instance {} in '{}'",
                type_name(value.ty()),
                unicode::display(key.as_object()),
                type_name(ty)
            );
            return Err(exceptions::with_note(py, e, &note));
        }
    }
    Ok(())
}

/// `type_new_init_subclass`.
fn init_subclass(py: Py<'_>, ty: &PyTypeObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let name = name!("__init_subclass__").get(py);
    // The check of `super(ty, ty)`: a `mro()` may have left the class out of its own order.
    if !is_subtype(ty, ty) {
        return Err(exceptions::type_error(
            py,
            format_args!("super(type, obj): obj must be an instance or subtype of type"),
        ));
    }
    match attrs::super_lookup(py, ty, ty.as_object(), ty, name)? {
        Some(f) => crate::call::call_tuple(py, &f, &tuple::empty(), kw).map(drop),
        // A `mro()` may put the class last; then the `super` object's own attribute is found, which is the default.
        None => {
            let f = attr::get(py, PyBaseObject_Type.as_object(), name)?;
            crate::call::call_tuple(py, &f, &tuple::empty(), kw).map(drop)
        }
    }
}

/// `solid_base`: the nearest type along the bases that adds to the layout.
pub fn solid_base(ty: &PyTypeObject) -> &PyTypeObject {
    let solid = base(ty).map_or(&PyBaseObject_Type.0, solid_base);
    let differs =
        ty.tp_basicsize.get() != solid.tp_basicsize.get() || ty.tp_itemsize.get() != solid.tp_itemsize.get();
    if differs { ty } else { solid }
}

/// `best_base`: the base whose layout all others are part of.
pub fn best_base<'a>(py: Py<'_>, bases: &[&'a PyObject]) -> PyResult<&'a PyTypeObject> {
    let mut best: Option<(&PyTypeObject, &PyTypeObject)> = None;
    for b in bases {
        let Some(b) = check(b) else {
            return Err(exceptions::type_error(py, format_args!("bases must be types")));
        };
        // A class whose `mro()` runs has its dict already, and is not readied again.
        if b.tp_dict.get().is_null() {
            ready(py, b)?;
        }
        if !has(b, Py_TPFLAGS_BASETYPE) {
            return Err(exceptions::type_error(
                py,
                format_args!("type '{}' is not an acceptable base type", type_name(b)),
            ));
        }
        let candidate = solid_base(b);
        best = match best {
            None => Some((candidate, b)),
            Some((winner, _)) if is_subtype(winner, candidate) => best,
            Some((winner, _)) if is_subtype(candidate, winner) => Some((candidate, b)),
            Some(_) => {
                return Err(exceptions::type_error(
                    py,
                    format_args!("multiple bases have instance lay-out conflict"),
                ));
            }
        };
    }
    Ok(best.expect("there is a base").1)
}

/// `compatible_for_assignment`: whether instances of one class can become instances of another.
pub fn compatible_for_assignment(
    py: Py<'_>,
    old: &PyTypeObject,
    new: &PyTypeObject,
    attribute: &str,
) -> PyResult<()> {
    // A type without one is freed like any other.
    let of = |f: Option<freefunc>| f.unwrap_or(object::free_slot);
    let same_free = |a, b| core::ptr::fn_addr_eq(of(a), of(b));
    if !same_free(old.tp_free.get(), new.tp_free.get()) {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "{attribute} assignment: '{}' deallocator differs from '{}'",
                type_name(new),
                type_name(old)
            ),
        ));
    }
    let ok = compatible_with_base(new, old) || {
        // The layouts may differ from a common base by the same additions.
        let mut n = new;
        while compatible_with_tp_base(n) {
            n = base(n).expect("checked");
        }
        let mut o = old;
        while compatible_with_tp_base(o) {
            o = base(o).expect("checked");
        }
        n.is(o) || (n.tp_base.get() == o.tp_base.get() && base(n).is_some() && same_slots_added(py, n, o)?)
    };
    let managed = Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF;
    let same_managed = old.tp_flags.get() & managed == new.tp_flags.get() & managed;
    if ok && same_managed {
        return Ok(());
    }
    Err(exceptions::type_error(
        py,
        format_args!(
            "{attribute} assignment: '{}' object layout differs from '{}'",
            type_name(new),
            type_name(old)
        ),
    ))
}

/// The quick answer for the same type.
fn compatible_with_base(new: &PyTypeObject, old: &PyTypeObject) -> bool {
    new.is(old)
}

/// `compatible_with_tp_base`: the type adds nothing to its base's layout.
fn compatible_with_tp_base(child: &PyTypeObject) -> bool {
    let Some(parent) = base(child) else { return false };
    let gc = |t| has(t, Py_TPFLAGS_HAVE_GC);
    let fresh_clear = match (child.tp_clear.get(), parent.tp_clear.get()) {
        (Some(c), Some(p)) => {
            core::ptr::fn_addr_eq(c, p) || core::ptr::fn_addr_eq(c, subtype_clear as inquiry)
        }
        (Some(c), None) => core::ptr::fn_addr_eq(c, subtype_clear as inquiry),
        (None, _) => true,
    };
    child.tp_basicsize.get() == parent.tp_basicsize.get()
        && child.tp_itemsize.get() == parent.tp_itemsize.get()
        && child.tp_dictoffset.get() == parent.tp_dictoffset.get()
        && child.tp_weaklistoffset.get() == parent.tp_weaklistoffset.get()
        && gc(child) == gc(parent)
        && fresh_clear
}

/// `same_slots_added`: two types with a common base added the same.
fn same_slots_added(py: Py<'_>, a: &PyTypeObject, b: &PyTypeObject) -> PyResult<bool> {
    let parent = base(a).expect("both have the base");
    if a.tp_itemsize.get() != b.tp_itemsize.get() || a.tp_basicsize.get() != b.tp_basicsize.get() {
        return Ok(false);
    }
    let mut size = parent.tp_basicsize.get();
    if a.tp_dictoffset.get() == size && b.tp_dictoffset.get() == size {
        size += WORD;
    }
    if a.tp_weaklistoffset.get() == size && b.tp_weaklistoffset.get() == size {
        size += WORD;
    }
    // SAFETY: LAYOUT: heap types hold a tuple or NULL.
    let slots = |t: &PyTypeObject| unsafe { heap(t).and_then(|h| h.ht_slots.get().as_ref()) };
    if let (Some(x), Some(y)) = (slots(a), slots(b)) {
        if !crate::protocol::rich_compare_bool(py, x, y, crate::protocol::EQ)? {
            return Ok(false);
        }
        size += WORD * crate::protocol::len(py, x)? as isize;
    }
    Ok(size == a.tp_basicsize.get() && size == b.tp_basicsize.get())
}

/// `type_set_bases`.
pub(super) fn set_bases(py: Py<'_>, ty: &PyTypeObject, value: Option<&PyObject>) -> PyResult<()> {
    let value = attrs::check_settable(py, ty, value, "__bases__")?;
    let name = type_name(ty);
    let Some(new) = tuple::check(value) else {
        return Err(exceptions::type_error(
            py,
            format_args!("can only assign tuple to {name}.__bases__, not {}", type_name(value.ty())),
        ));
    };
    if tuple::len(new) == 0 {
        return Err(exceptions::type_error(
            py,
            format_args!("can only assign non-empty tuple to {name}.__bases__, not ()"),
        ));
    }
    for b in tuple::items(new) {
        let Some(b) = check(b) else {
            return Err(exceptions::type_error(
                py,
                format_args!("{name}.__bases__ must be tuple of classes, not '{}'", type_name(b.ty())),
            ));
        };
        let cycle = is_subtype(b, ty) || (!b.tp_mro.get().is_null() && along_base(b, |t| t.is(ty)).is_some());
        if cycle {
            return Err(exceptions::type_error(
                py,
                format_args!("a __bases__ item causes an inheritance cycle"),
            ));
        }
    }
    let new_base = best_base(py, tuple::items(new))?;
    let old_base = base(ty).expect("a heap type has a base").to_owned();
    compatible_for_assignment(py, &old_base, new_base, "__bases__")?;
    let new = new.to_owned();
    let new_base = new_base.to_owned();
    // SAFETY: LIVE: the type holds its bases.
    let old_bases = unsafe { (*(ty.tp_bases.get() as *const PyTupleObject)).to_owned() };
    swap(ty, &new, &new_base);
    let mut changed = Vec::new();
    let r = mro_hierarchy(py, ty, &mut changed);
    // A `mro()` may have assigned other bases meanwhile, which then stay.
    let ours = core::ptr::addr_eq(ty.tp_bases.get(), &*new);
    if let Err(e) = r {
        for (t, now, old) in changed.into_iter().rev() {
            // An order that is newer than the one made here stays.
            if core::ptr::addr_eq(t.tp_mro.get(), &*now) {
                let gone = t.tp_mro.replace(old.map_or(core::ptr::null_mut(), Owned::into_ptr));
                lookup::modified(py, &t);
                // SAFETY: OWNED: the type held the order that is taken back.
                drop(unsafe { Owned::<PyObject>::from_raw_opt(gone) });
            }
        }
        if ours {
            swap(ty, &old_bases, &old_base);
        }
        return Err(e);
    }
    if !ours {
        return Ok(());
    }
    for b in tuple::items(&old_bases).iter().filter_map(|b| check(b)) {
        lookup::remove_subclass(b, ty);
    }
    for b in tuple::items(&new).iter().filter_map(|b| check(b)) {
        lookup::add_subclass(b, ty);
    }
    lookup::modified(py, ty);
    slotdefs::fill_slots(py, ty)?;
    slotdefs::all_changed(py, ty)
}

fn swap(ty: &PyTypeObject, bases: &Owned<PyTupleObject>, b: &PyTypeObject) {
    let old = ty.tp_bases.replace(bases.clone().into_ptr());
    let old_base = ty.tp_base.replace(b.to_owned().into_raw());
    // SAFETY: OWNED: a heap type held both.
    unsafe {
        drop(Owned::<PyObject>::from_raw_opt(old));
        drop(Owned::<PyTypeObject>::from_raw_opt(old_base));
    }
}

/// A type that got another order: the new one, and the old one.
type Reordered = (Owned<PyTypeObject>, Owned, Option<Owned>);

/// `mro_hierarchy`: new orders for the type and, below it, every subtype, noted for the case that one fails.
fn mro_hierarchy(py: Py<'_>, ty: &PyTypeObject, changed: &mut Vec<Reordered>) -> PyResult<()> {
    let _depth = crate::call::Depth::enter(py, " while assigning bases")?;
    // SAFETY: LIVE: the type holds its order.
    let order = || unsafe { ty.tp_mro.get().as_ref() }.map(Object::to_owned);
    let old = order();
    if !compute_mro(py, ty)? {
        return Ok(());
    }
    if let Some(now) = order() {
        changed.push((ty.to_owned(), now, old));
    }
    // SAFETY: LIVE: a type leaves the list before it dies; a `mro()` may change the list.
    let subs: Vec<_> = lookup::subclasses(ty).into_iter().map(|s| unsafe { (*s).to_owned() }).collect();
    subs.iter().try_for_each(|s| mro_hierarchy(py, s, changed))
}

/// `subtype_dict`.
fn get_dict(py: Py<'_>, o: &PyObject) -> PyResult {
    if let Some(d) = builtin_dict_descriptor(py, o.ty()) {
        let f = d.ty().tp_descr_get.get().expect("a data descriptor reads");
        return attr::bind(py, f, &d, o);
    }
    match instance::dict(py, o)? {
        Some(d) => Ok(d.upcast()),
        None => Err(exceptions::attribute_error(py, format_args!("This object has no __dict__"))),
    }
}

/// `subtype_setdict`.
fn set_dict(py: Py<'_>, o: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    if let Some(d) = builtin_dict_descriptor(py, o.ty()) {
        let Some(f) = d.ty().tp_descr_set.get() else {
            return Err(exceptions::type_error(
                py,
                format_args!("this __dict__ descriptor does not support '{}' objects", type_name(o.ty())),
            ));
        };
        // SAFETY: the slot's contract.
        return match unsafe { f(d.as_ptr(), o.as_ptr(), value.map_or(core::ptr::null_mut(), |v| v.as_ptr())) }
        {
            0 => Ok(()),
            _ => Err(crate::err::PyErr::fetch(py)),
        };
    }
    if value.is_none() && instance::has_dict(o) {
        instance::set_dict(o, None);
        return Ok(());
    }
    object::set_dict_attribute(py, o, value)
}

/// `get_builtin_base_with_dict` and `get_dict_descriptor`: a built-in base that keeps a dict its own way.
fn builtin_dict_descriptor(py: Py<'_>, ty: &PyTypeObject) -> Option<Owned> {
    let b =
        along_base(ty, |t| t.tp_dictoffset.get() != 0 && !has(t, Py_TPFLAGS_HEAPTYPE) && base(t).is_some())?;
    lookup::find(py, b, name!("__dict__").get(py)).filter(|d| attr::is_data_descriptor(d))
}

/// `subtype_getweakref`: the first weak reference, or None.
fn get_weakref(py: Py<'_>, o: &PyObject) -> PyResult {
    match object::weakrefs_cell(o) {
        // SAFETY: LIVE: the list's head is a live weak reference, or NULL.
        Some(c) => Ok(unsafe { c.get().as_ref() }.map_or_else(object::none, Object::to_owned)),
        None => Err(exceptions::attribute_error(py, format_args!("This object has no __weakref__"))),
    }
}

/// The `Py_T_OBJECT_EX` places of one type's own `__slots__`.
fn slot_cells<'a>(ty: &'a PyTypeObject, o: &'a PyObject) -> impl Iterator<Item = &'a Cell<*mut PyObject>> {
    // SAFETY: LAYOUT: a heap type's slots tuple counts its member rows, whose offsets lie inside the instance.
    let n = heap(ty)
        .and_then(|h| unsafe { (h.ht_slots.get() as *const PyTupleObject).as_ref() })
        .map_or(0, tuple::len);
    let rows = if n > 0 { member_rows(ty) } else { core::ptr::null_mut() };
    (0..n).map(move |i| unsafe {
        // SAFETY: as above.
        let offset = (*rows.add(i)).offset.get();
        &*(o.as_ptr().byte_offset(offset) as *const Cell<*mut PyObject>)
    })
}

fn is_subtype_traverse(ty: &PyTypeObject) -> bool {
    ty.tp_traverse.get().is_some_and(|f| core::ptr::fn_addr_eq(f, subtype_traverse as traverseproc))
}

/// `subtype_traverse`.
pub unsafe extern "C" fn subtype_traverse(o: *mut PyObject, visit: visitproc, arg: *mut c_void) -> c_int {
    // SAFETY: LIVE, LAYOUT: the contract of `tp_traverse`.
    unsafe {
        let v = glue::Visitor::new(visit, arg);
        match traverse_instance(&*o, &v) {
            Ok(()) => 0,
            Err(stop) => stop,
        }
    }
}

fn traverse_instance(o: &PyObject, v: &glue::Visitor) -> Result<(), c_int> {
    let ty = o.ty();
    let mut b = ty;
    while is_subtype_traverse(b) {
        for c in slot_cells(b, o) {
            v.visit(c)?;
        }
        b = base(b).expect("a class in Python has a base");
    }
    if has(ty, Py_TPFLAGS_MANAGED_DICT) {
        if !has(b, Py_TPFLAGS_MANAGED_DICT) {
            // SAFETY: the flag was checked.
            unsafe { instance::visit_managed(o, v)? };
        }
    } else if ty.tp_dictoffset.get() != b.tp_dictoffset.get()
        && let Some(c) = instance::dict_cell(o)
    {
        v.visit(c)?;
    }
    // The type is visited once along the chain: by the heap type nearest the instance's built-in base.
    let below = b.tp_traverse.get();
    if has(ty, Py_TPFLAGS_HEAPTYPE) && (below.is_none() || !has(b, Py_TPFLAGS_HEAPTYPE)) {
        v.visit(&Cell::new(ty.as_ptr()))?;
    }
    match below {
        Some(f) => v.delegate(f, o),
        None => Ok(()),
    }
}

/// `subtype_clear`.
pub unsafe extern "C" fn subtype_clear(o: *mut PyObject) -> c_int {
    // SAFETY: LIVE, LAYOUT: the contract of `tp_clear`.
    unsafe {
        let (py, o) = (Py::assume(), &*o);
        let ty = o.ty();
        let mut b = ty;
        let own = |t: &PyTypeObject| {
            t.tp_clear.get().is_some_and(|f| core::ptr::fn_addr_eq(f, subtype_clear as inquiry))
        };
        while own(b) {
            slot_cells(b, o).for_each(object::clear_field);
            b = base(b).expect("a class in Python has a base");
        }
        if has(ty, Py_TPFLAGS_MANAGED_DICT) {
            if !has(b, Py_TPFLAGS_MANAGED_DICT) {
                // A later write may still find values; `dict` materialises them again.
                if let instance::Attributes::Dict(d) = instance::decode(instance::managed(o).get()) {
                    let d = d.to_owned();
                    instance::set_dict(o, None);
                    drop(d);
                } else {
                    instance::clear_managed(o);
                }
            }
        } else if ty.tp_dictoffset.get() != b.tp_dictoffset.get()
            && let Some(c) = instance::dict_cell(o)
        {
            object::clear_field(c);
        }
        let _ = py;
        b.tp_clear.get().map_or(0, |f| f(o.as_ptr()))
    }
}

fn is_subtype_dealloc(t: &PyTypeObject) -> bool {
    const OWN: destructor = glue::dealloc(subtype_dealloc);
    t.tp_dealloc.get().is_some_and(|f| core::ptr::fn_addr_eq(f, OWN))
}

/// `subtype_dealloc`: finaliser, weak references, slots and dict; then the dealloc of the nearest base that is not made
/// in Python, which frees the memory.
pub(super) fn subtype_dealloc(py: Py<'_>, o: &PyObject) {
    // SAFETY: the object's count is zero and its fields are released once; the type outlives it through `held`.
    unsafe {
        if let Some(f) = o.ty().tp_finalize.get() {
            // Seen by the finaliser as alive; it may keep it so.
            if object::finalize_from_dealloc(py, o, f) {
                return;
            }
        }
        if let Some(f) = o.ty().tp_del.get() {
            // Weak references are gone by then, as they are where there is no such function.
            if o.ty().tp_weaklistoffset.get() != 0 {
                crate::weakref::clear_all(py, o);
            }
            // The function counts the object's life up and down itself.
            f(o.as_ptr());
            if o.ob_refcnt.get() > 0 {
                return;
            }
        }
        // The finaliser may have given the object another class.
        let ty = o.ty();
        let mut b = ty;
        while is_subtype_dealloc(b) {
            b = base(b).expect("a class in Python has a base");
        }
        let collected = has(ty, Py_TPFLAGS_HAVE_GC);
        if collected {
            gc::untrack(o);
        }
        if ty.tp_weaklistoffset.get() != 0 && b.tp_weaklistoffset.get() == 0 {
            crate::weakref::clear_all(py, o);
        }
        let mut t = ty;
        while !t.is(b) {
            slot_cells(t, o).for_each(object::clear_field);
            t = base(t).expect("a class in Python has a base");
        }
        if has(ty, Py_TPFLAGS_MANAGED_DICT) {
            if !has(b, Py_TPFLAGS_MANAGED_DICT) {
                instance::clear_managed(o);
            }
        } else if ty.tp_dictoffset.get() != 0
            && b.tp_dictoffset.get() == 0
            && let Some(c) = instance::dict_cell(o)
        {
            object::clear_field(c);
        }
        let ty = Owned::<PyTypeObject>::from_raw(ty.as_ptr() as *mut PyTypeObject);
        // A base with a collector header untracks the object itself.
        if collected && has(b, Py_TPFLAGS_HAVE_GC) {
            gc::track(o);
        }
        // The instance's reference to its heap type: built-in bases do not know of it, heap bases give it up themselves.
        let heap_base = has(b, Py_TPFLAGS_HEAPTYPE);
        let f = b.tp_dealloc.get().expect("every type has a dealloc");
        f(o.as_ptr());
        if has(&ty, Py_TPFLAGS_HEAPTYPE) && !heap_base {
            drop(ty);
        } else {
            core::mem::forget(ty);
        }
    }
}

/// `type_traverse`. Static types are never traversed: they have no header.
pub(super) fn type_traverse(ty: &PyTypeObject, v: &glue::Visitor) -> Result<(), c_int> {
    let Some(h) = heap(ty) else { return Ok(()) };
    v.visit(&ty.tp_dict)?;
    v.visit(&ty.tp_cache)?;
    v.visit(&ty.tp_mro)?;
    v.visit(&ty.tp_bases)?;
    v.visit(&Cell::new(ty.tp_base.get() as *mut PyObject))?;
    v.visit(&h.ht_module)
}

/// `type_clear`: breaks the cycles through the dict and the order; the type stays usable for what still holds it.
pub(super) fn type_clear(py: Py<'_>, ty: &PyTypeObject) {
    let Some(h) = heap(ty) else { return };
    lookup::modified(py, ty);
    // SAFETY: LAYOUT: a ready type's dict.
    if let Some(d) = unsafe { (ty.tp_dict.get() as *const PyDictObject).as_ref() } {
        dict::clear(py, d);
    }
    object::clear_field(&h.ht_module);
    object::clear_field(&ty.tp_mro);
}

/// `type_dealloc`.
pub(super) fn type_dealloc(py: Py<'_>, ty: &PyTypeObject) {
    let Some(h) = heap(ty) else { return };
    // SAFETY: a heap type has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(ty.as_object());
        lookup::modified(py, ty);
        for b in types_of(&ty.tp_bases) {
            lookup::remove_subclass(&**b, ty);
        }
        crate::weakref::clear_all(py, ty.as_object());
        drop(Owned::<PyTypeObject>::from_raw_opt(ty.tp_base.replace(core::ptr::null_mut())));
        for f in [&ty.tp_dict, &ty.tp_bases, &ty.tp_mro, &ty.tp_cache] {
            object::clear_field(f);
        }
        crate::alloc::free_opt(ty.tp_doc.get() as *mut c_void);
        let n = (h.ht_slots.get() as *const PyTupleObject).as_ref().map_or(0, tuple::len);
        for i in 0..n {
            crate::alloc::free_opt((*member_rows(ty).add(i)).name.get() as *mut c_void);
        }
        for f in [&h.ht_name, &h.ht_qualname, &h.ht_slots, &h.ht_module] {
            object::clear_field(f);
        }
        instance::release_cached_keys(h);
        crate::alloc::free_opt(h._ht_tpname.get() as *mut c_void);
        object::tp_free(ty.as_object());
    }
}
