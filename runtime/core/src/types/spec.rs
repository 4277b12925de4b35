//! Heap types from a C specification (`PyType_FromMetaclass` and its kin), and the numbers of slots (`typeslots.h`).
//! Classes made by Python code are in `create`.

use super::create::{best_base, c_copy, calculate_metaclass, member_rows, point_at_tables, subtype_dealloc};
use super::inherit::{add_flags, has};
use super::ready::{dict_of, ready};
use super::{PyBaseObject_Type, PyType_Type};
use crate::abi::constants::*;
use crate::abi::*;
use crate::call::type_name;
use crate::err::PyResult;
use crate::ptr::{Object, Owned};
use crate::thread::Py;
use crate::{dict, exceptions, glue, name, object, tuple, unicode};
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int, c_ulong, c_void};

/// The cell of a slot's function, seen as a pointer; `None` where the type has no such table.
fn place<T>(cell: &Cell<T>) -> Option<&Cell<*mut c_void>> {
    const { assert!(size_of::<T>() == size_of::<*mut c_void>()) };
    // SAFETY: LAYOUT: a function pointer or a pointer to a table; NULL is none of them, and any is a pointer's bits.
    Some(unsafe { &*(&raw const *cell).cast::<Cell<*mut c_void>>() })
}

macro_rules! places { ($ty:expr, $id:expr; $($own:ident = $own_field:ident),*; $(
    $table:ident: $($slot:ident = $field:ident),*;
)*) => {
    match $id {
        $($(
            // SAFETY: LIVE: a type's tables outlive it.
            $slot => unsafe { $ty.$table.get().as_ref() }.and_then(|t| place(&t.$field)),
        )*)*
        $($own => place(&$ty.$own_field),)*
        _ => None,
    }
} }

/// Where a type keeps the slot of a number from `typeslots.h`.
fn slot_of(ty: &PyTypeObject, id: c_int) -> Option<&Cell<*mut c_void>> {
    places! { ty, id;
        Py_tp_alloc = tp_alloc, Py_tp_base = tp_base, Py_tp_bases = tp_bases, Py_tp_call = tp_call,
            Py_tp_clear = tp_clear, Py_tp_dealloc = tp_dealloc, Py_tp_del = tp_del,
            Py_tp_descr_get = tp_descr_get, Py_tp_descr_set = tp_descr_set, Py_tp_doc = tp_doc,
            Py_tp_getattr = tp_getattr, Py_tp_getattro = tp_getattro, Py_tp_hash = tp_hash, Py_tp_init = tp_init,
            Py_tp_is_gc = tp_is_gc, Py_tp_iter = tp_iter, Py_tp_iternext = tp_iternext,
            Py_tp_methods = tp_methods, Py_tp_new = tp_new, Py_tp_repr = tp_repr,
            Py_tp_richcompare = tp_richcompare, Py_tp_setattr = tp_setattr, Py_tp_setattro = tp_setattro,
            Py_tp_str = tp_str, Py_tp_traverse = tp_traverse, Py_tp_members = tp_members,
            Py_tp_getset = tp_getset, Py_tp_free = tp_free, Py_tp_finalize = tp_finalize;
        tp_as_buffer: Py_bf_getbuffer = bf_getbuffer, Py_bf_releasebuffer = bf_releasebuffer;
        tp_as_mapping: Py_mp_ass_subscript = mp_ass_subscript, Py_mp_length = mp_length,
            Py_mp_subscript = mp_subscript;
        tp_as_number: Py_nb_absolute = nb_absolute, Py_nb_add = nb_add, Py_nb_and = nb_and, Py_nb_bool = nb_bool,
            Py_nb_divmod = nb_divmod, Py_nb_float = nb_float, Py_nb_floor_divide = nb_floor_divide,
            Py_nb_index = nb_index, Py_nb_inplace_add = nb_inplace_add, Py_nb_inplace_and = nb_inplace_and,
            Py_nb_inplace_floor_divide = nb_inplace_floor_divide, Py_nb_inplace_lshift = nb_inplace_lshift,
            Py_nb_inplace_multiply = nb_inplace_multiply, Py_nb_inplace_or = nb_inplace_or,
            Py_nb_inplace_power = nb_inplace_power, Py_nb_inplace_remainder = nb_inplace_remainder,
            Py_nb_inplace_rshift = nb_inplace_rshift, Py_nb_inplace_subtract = nb_inplace_subtract,
            Py_nb_inplace_true_divide = nb_inplace_true_divide, Py_nb_inplace_xor = nb_inplace_xor,
            Py_nb_int = nb_int, Py_nb_invert = nb_invert, Py_nb_lshift = nb_lshift, Py_nb_multiply = nb_multiply,
            Py_nb_negative = nb_negative, Py_nb_or = nb_or, Py_nb_positive = nb_positive, Py_nb_power = nb_power,
            Py_nb_remainder = nb_remainder, Py_nb_rshift = nb_rshift, Py_nb_subtract = nb_subtract,
            Py_nb_true_divide = nb_true_divide, Py_nb_xor = nb_xor, Py_nb_matrix_multiply = nb_matrix_multiply,
            Py_nb_inplace_matrix_multiply = nb_inplace_matrix_multiply;
        tp_as_sequence: Py_sq_ass_item = sq_ass_item, Py_sq_concat = sq_concat, Py_sq_contains = sq_contains,
            Py_sq_inplace_concat = sq_inplace_concat, Py_sq_inplace_repeat = sq_inplace_repeat,
            Py_sq_item = sq_item, Py_sq_length = sq_length, Py_sq_repeat = sq_repeat;
        tp_as_async: Py_am_await = am_await, Py_am_aiter = am_aiter, Py_am_anext = am_anext, Py_am_send = am_send;
    }
}

/// `PyType_GetSlot`: `None` for a number that no slot has.
pub fn get_slot(ty: &PyTypeObject, id: c_int) -> Option<*mut c_void> {
    (1..=Py_am_send).contains(&id).then(|| slot_of(ty, id).map_or(core::ptr::null_mut(), Cell::get))
}

/// What a specification's slots say beside functions.
#[derive(Default)]
struct Special {
    members: usize,
    rows: Option<*const PyMemberDef>,
    weaklist: Option<isize>,
    dict: Option<isize>,
    vectorcall: Option<isize>,
    doc: Option<*const c_char>,
}

/// The slots of a specification.
///
/// # Safety
/// STATIC: the specification's contract.
unsafe fn slots(spec: &PyType_Spec) -> &[PyType_Slot] {
    let first = spec.slots.get();
    if first.is_null() {
        return &[];
    }
    let mut n = 0;
    // SAFETY: a table ended by slot 0.
    unsafe {
        while (*first.add(n)).slot.get() != 0 {
            n += 1;
        }
        core::slice::from_raw_parts(first, n)
    }
}

/// Reads what must be known before the type is allocated.
fn special(py: Py<'_>, all: &[PyType_Slot], basicsize: c_int) -> PyResult<Special> {
    let wrong = |text: &str| exceptions::system_error(py, format_args!("{text}"));
    let mut s = Special::default();
    for slot in all {
        match slot.slot.get() {
            Py_tp_members => {
                if s.rows.is_some() {
                    return Err(exceptions::system_error(
                        py,
                        format_args!("Multiple Py_tp_members slots are not supported."),
                    ));
                }
                let rows = slot.pfunc.get() as *const PyMemberDef;
                s.rows = Some(rows);
                loop {
                    // SAFETY: STATIC: a table ended by a row without a name, or NULL.
                    let row = unsafe { rows.add(s.members).as_ref() };
                    let Some(row) = row.filter(|r| !r.name.get().is_null()) else { break };
                    s.members += 1;
                    if row.flags.get() & Py_RELATIVE_OFFSET != 0 {
                        if basicsize > 0 {
                            return Err(wrong("With Py_RELATIVE_OFFSET, basicsize must be negative."));
                        }
                        if !(0..-(basicsize as isize)).contains(&row.offset.get()) {
                            return Err(wrong("Member offset out of range (0..-basicsize)"));
                        }
                    }
                    // SAFETY: STATIC: a C string.
                    let offset = match unsafe { CStr::from_ptr(row.name.get()) }.to_bytes() {
                        b"__weaklistoffset__" => &mut s.weaklist,
                        b"__dictoffset__" => &mut s.dict,
                        b"__vectorcalloffset__" => &mut s.vectorcall,
                        _ => continue,
                    };
                    *offset = Some(row.offset.get());
                }
            }
            Py_tp_doc => {
                if s.doc.is_some() {
                    return Err(exceptions::system_error(
                        py,
                        format_args!("Multiple Py_tp_doc slots are not supported."),
                    ));
                }
                s.doc = Some(slot.pfunc.get() as *const c_char);
            }
            1..=Py_am_send => {}
            _ => {
                return Err(exceptions::format(
                    py,
                    &exceptions::RuntimeError,
                    format_args!("invalid slot offset"),
                ));
            }
        }
    }
    Ok(s)
}

/// `get_bases_tuple`.
fn bases_of(py: Py<'_>, given: Option<&PyObject>, all: &[PyType_Slot]) -> PyResult<Owned<PyTupleObject>> {
    let one = |b: &PyObject| tuple::from_iter(py, [b.to_owned()]);
    let as_tuple = |b: &PyObject| match tuple::check(b) {
        Some(t) => Ok(t.to_owned()),
        None => one(b),
    };
    if let Some(b) = given {
        return as_tuple(b);
    }
    let mut base = None;
    for s in all {
        // SAFETY: LIVE: the slots' contract: a type, and a type or a tuple.
        let value = unsafe { (s.pfunc.get() as *const PyObject).as_ref() };
        match (s.slot.get(), value) {
            (Py_tp_base, Some(b)) => base = Some(b),
            (Py_tp_bases, Some(b)) => return as_tuple(b),
            _ => {}
        }
    }
    one(base.unwrap_or(PyBaseObject_Type.0.as_object()))
}

/// Where what a type adds to its base by a negative size begins in an instance: behind the base's part, as aligned as
/// any object is (PEP 697).
pub fn added_at(ty: &PyTypeObject) -> isize {
    // SAFETY: LIVE: a type holds its base.
    unsafe { ty.tp_base.get().as_ref() }.map_or(0, |b| aligned(b.tp_basicsize.get()))
}

fn aligned(n: isize) -> isize {
    (n + 15) & !15
}

/// Sizes of the instances: as given, the base's for 0, and for a negative one what is added to the base's (PEP 697).
/// Also where the added part begins.
fn sizes(py: Py<'_>, spec: &PyType_Spec, base: &PyTypeObject) -> PyResult<(isize, isize)> {
    let given = spec.basicsize.get() as isize;
    if given > 0 {
        return Ok((given, given));
    }
    if given == 0 {
        return Ok((base.tp_basicsize.get(), 0));
    }
    let start = aligned(base.tp_basicsize.get());
    let at_end = (base.tp_flags.get() | spec.flags.get() as c_ulong) & Py_TPFLAGS_ITEMS_AT_END != 0;
    if base.tp_itemsize.get() != 0 && !at_end {
        return Err(exceptions::system_error(
            py,
            format_args!("Cannot extend variable-size class without Py_TPFLAGS_ITEMS_AT_END."),
        ));
    }
    Ok((start + aligned(-given), start))
}

/// `PyType_FromMetaclass`. `lenient` warns of a metatype with a `__new__` of its own, as the older functions do, where
/// this one refuses it.
///
/// # Safety
/// STATIC: what the specification's slots point at fits them, and lives as long as the type.
pub unsafe fn from_spec(
    py: Py<'_>,
    meta: Option<&PyTypeObject>,
    module: Option<&PyObject>,
    spec: &PyType_Spec,
    bases: Option<&PyObject>,
    lenient: bool,
) -> PyResult<Owned<PyTypeObject>> {
    // SAFETY: the caller's promise.
    let all = unsafe { slots(spec) };
    let special = special(py, all, spec.basicsize.get())?;
    if spec.name.get().is_null() {
        return Err(exceptions::system_error(py, format_args!("Type spec does not define the name field.")));
    }
    // SAFETY: STATIC: a C string.
    let full = unsafe { CStr::from_ptr(spec.name.get()) };
    let text = full.to_string_lossy();
    let bases = bases_of(py, bases, all)?;
    let base = best_base(py, tuple::items(&bases))?;
    let items: Vec<&PyObject> = tuple::items(&bases).to_vec();
    let meta = calculate_metaclass(py, meta.unwrap_or(&PyType_Type.0), &items)?;
    custom_new(py, meta, &text, lenient)?;
    let (basicsize, added_at) = sizes(py, spec, base)?;

    let alloc = meta.tp_alloc.get().unwrap_or(object::generic_alloc_slot);
    // SAFETY: the slot's contract; LAYOUT: a metatype's objects are heap types with their items behind.
    let ty: Owned<PyTypeObject> = unsafe {
        crate::err::from_ptr(py, alloc(meta.as_ptr() as *mut PyTypeObject, special.members as isize))?
    };
    // SAFETY: LAYOUT: as above.
    let h = unsafe { &*(ty.as_ptr() as *const PyHeapTypeObject) };
    add_flags(&ty, spec.flags.get() as c_ulong | Py_TPFLAGS_HEAPTYPE);
    point_at_tables(h);
    ty.tp_bases.set(bases.to_owned().into_ptr());
    ty.tp_base.set(base.to_owned().into_raw());
    let copy = c_copy(full.to_bytes());
    if copy.is_null() {
        return Err(exceptions::memory_error(py));
    }
    h._ht_tpname.set(copy);
    ty.tp_name.set(copy);
    let short = text.rsplit('.').next().unwrap_or_default();
    h.ht_name.set(unicode::from_str(py, short)?.into_ptr());
    // SAFETY: LIVE: just set.
    h.ht_qualname.set(unsafe { (*h.ht_name.get()).to_owned().into_ptr() });
    h.ht_module.set(module.map_or(core::ptr::null_mut(), |m| m.to_owned().into_ptr()));
    ty.tp_basicsize.set(basicsize);
    ty.tp_itemsize.set(spec.itemsize.get() as isize);
    for s in all {
        match s.slot.get() {
            Py_tp_base | Py_tp_bases | Py_tp_doc => {}
            // SAFETY: the table was counted above, and the type has room for it.
            Py_tp_members => unsafe {
                copy_members(&ty, s.pfunc.get() as *const PyMemberDef, special.members, added_at);
                ty.tp_members.set(member_rows(&ty));
            },
            id => {
                if let Some(cell) = slot_of(&ty, id) {
                    cell.set(s.pfunc.get());
                }
            }
        }
    }
    if let Some(doc) = special.doc.filter(|d| !d.is_null()) {
        // SAFETY: STATIC: a C string; the type's copy is released with it.
        let copy = c_copy(unsafe { CStr::from_ptr(doc) }.to_bytes());
        if copy.is_null() {
            return Err(exceptions::memory_error(py));
        }
        ty.tp_doc.set(copy);
    }
    if ty.tp_dealloc.get().is_none() {
        ty.tp_dealloc.set(Some(glue::dealloc(subtype_dealloc)));
    }
    if let Some(offset) = special.vectorcall {
        ty.tp_vectorcall_offset.set(offset);
    }
    if let Some(offset) = special.weaklist {
        ty.tp_weaklistoffset.set(offset);
    }
    if let Some(offset) = special.dict {
        ty.tp_dictoffset.set(offset);
    }
    ready(py, &ty)?;
    fits(py, &ty)?;
    finish(py, &ty, &special, &text)?;
    Ok(ty)
}

/// A metatype with a `__new__` of its own would not be asked.
fn custom_new(py: Py<'_>, meta: &PyTypeObject, text: &str, lenient: bool) -> PyResult<()> {
    let own = meta.tp_new.get().map(|f| f as usize);
    if own.is_none() || own == PyType_Type.0.tp_new.get().map(|f| f as usize) {
        return Ok(());
    }
    if !lenient {
        return Err(exceptions::type_error(
            py,
            format_args!("Metaclasses with custom tp_new are not supported."),
        ));
    }
    exceptions::warn(
        py,
        &exceptions::DeprecationWarning,
        1,
        format_args!(
            "Type {text} uses PyType_Spec with a metaclass that has custom tp_new. This is deprecated and will no longer be allowed in Python 3.14."
        ),
    )
}

/// Copies the rows of members behind the type; offsets into what the type adds to its base become absolute.
///
/// # Safety
/// `n` rows at `from`, and room for as many behind the type.
unsafe fn copy_members(ty: &PyTypeObject, from: *const PyMemberDef, n: usize, added_at: isize) {
    let to = member_rows(ty);
    // SAFETY: the caller's promise.
    unsafe {
        core::ptr::copy_nonoverlapping(from, to, n);
        for i in 0..n {
            let row = &*to.add(i);
            if row.flags.get() & Py_RELATIVE_OFFSET != 0 {
                row.flags.set(row.flags.get() & !Py_RELATIVE_OFFSET);
                row.offset.set(row.offset.get() + added_at);
            }
        }
    }
}

/// `check_basicsize_includes_size_and_offsets`.
fn fits(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    let size = ty.tp_basicsize.get();
    let word = size_of::<*mut c_void>() as isize;
    let wrong = |offset: &str, of: &str| {
        Err(exceptions::type_error(
            py,
            format_args!("{offset} for type '{}'{of} is out of bounds", type_name(ty)),
        ))
    };
    // SAFETY: LIVE: a ready type holds its base.
    if let Some(b) = unsafe { ty.tp_base.get().as_ref() }
        && b.tp_basicsize.get() > size
    {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "tp_basicsize for type '{}' is too small for base '{}'",
                type_name(ty),
                type_name(b)
            ),
        ));
    }
    if ty.tp_weaklistoffset.get() + word > size {
        return wrong("weaklist offset", "");
    }
    if ty.tp_dictoffset.get() + word > size {
        return wrong("dict offset", "");
    }
    if ty.tp_vectorcall_offset.get() + word > size {
        return wrong("vectorcall offset", "");
    }
    Ok(())
}

/// What is set in the dict of a ready type.
fn finish(py: Py<'_>, ty: &PyTypeObject, special: &Special, full: &str) -> PyResult<()> {
    let d = dict_of(ty);
    // The rows that only say offsets are no attributes.
    for (given, name) in [(special.weaklist, "__weaklistoffset__"), (special.dict, "__dictoffset__")] {
        if given.is_some() {
            dict::remove(py, d, unicode::intern_str(py, name)?.as_object())?;
        }
    }
    let key = name!("__module__").obj(py);
    if dict::contains(py, d, key)? {
        return Ok(());
    }
    match full.rsplit_once('.') {
        Some((module, _)) => dict::set(py, d, key, unicode::intern_str(py, module)?.as_object()),
        None => exceptions::warn(
            py,
            &exceptions::DeprecationWarning,
            1,
            format_args!("builtin type {full} has no __module__ attribute"),
        ),
    }
}

/// `PyType_GetModule`: what `PyType_FromModuleAndSpec` was given.
pub fn module(py: Py<'_>, ty: &PyTypeObject) -> PyResult<*mut PyObject> {
    if !has(ty, Py_TPFLAGS_HEAPTYPE) {
        return Err(exceptions::type_error(
            py,
            format_args!("PyType_GetModule: Type '{}' is not a heap type", type_name(ty)),
        ));
    }
    // SAFETY: LAYOUT: the flag says so.
    let m = unsafe { (*(&raw const *ty).cast::<PyHeapTypeObject>()).ht_module.get() };
    if m.is_null() {
        return Err(exceptions::type_error(
            py,
            format_args!("PyType_GetModule: Type '{}' has no associated module", type_name(ty)),
        ));
    }
    Ok(m)
}

/// `PyType_GetModuleByDef`: the module, made from `def`, of the first type of the MRO that has one.
pub fn module_by_def(py: Py<'_>, ty: &PyTypeObject, def: *const PyModuleDef) -> PyResult<*mut PyObject> {
    for t in super::lookup::types_of(&ty.tp_mro) {
        // SAFETY: LIVE: the MRO holds its types. LAYOUT: heap types by their flag.
        let m = unsafe {
            if !has(&**t, Py_TPFLAGS_HEAPTYPE) {
                continue;
            }
            (*(*t).cast::<PyHeapTypeObject>()).ht_module.get()
        };
        // SAFETY: LIVE: the type holds it. LAYOUT: checked.
        let o = unsafe { m.as_ref() }.and_then(crate::module::as_module);
        if o.is_some_and(|o| o.md_def.get().cast_const() == def) {
            return Ok(m);
        }
    }
    Err(exceptions::type_error(
        py,
        format_args!("PyType_GetModuleByDef: No superclass of '{}' has the given module", type_name(ty)),
    ))
}
