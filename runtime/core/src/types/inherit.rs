//! What a type takes over from its bases when it is readied: sizes and flags from `tp_base` (`inherit_special`), empty
//! slots from each type of the MRO (`inherit_slots`), whole method tables from `tp_base`. No dictionaries are read here.

use crate::abi::constants::*;
use crate::abi::*;
use core::cell::Cell;
use core::ffi::c_ulong;

/// Flags a subtype always has when its base has them: which built-in type the memory begins like.
const LAYOUT_FLAGS: c_ulong = Py_TPFLAGS_LONG_SUBCLASS
    | Py_TPFLAGS_LIST_SUBCLASS
    | Py_TPFLAGS_TUPLE_SUBCLASS
    | Py_TPFLAGS_BYTES_SUBCLASS
    | Py_TPFLAGS_UNICODE_SUBCLASS
    | Py_TPFLAGS_DICT_SUBCLASS
    | Py_TPFLAGS_BASE_EXC_SUBCLASS
    | Py_TPFLAGS_TYPE_SUBCLASS;
/// How `match` sees instances.
const COLLECTION_FLAGS: c_ulong = Py_TPFLAGS_SEQUENCE | Py_TPFLAGS_MAPPING;

/// Sets flag bits of a type.
pub fn add_flags(ty: &PyTypeObject, bits: c_ulong) {
    ty.tp_flags.set(ty.tp_flags.get() | bits);
}

/// `PyType_HasFeature`.
#[inline(always)]
pub fn has(ty: &PyTypeObject, bits: c_ulong) -> bool {
    ty.tp_flags.get() & bits != 0
}

fn copy_if_zero(to: &Cell<Py_ssize_t>, from: &Cell<Py_ssize_t>) {
    if to.get() == 0 {
        to.set(from.get());
    }
}

/// `inherit_special`: sizes, collector support and layout flags from `tp_base`.
pub fn special(ty: &PyTypeObject, base: &PyTypeObject) {
    let own_gc = ty.tp_traverse.get().is_some() || ty.tp_clear.get().is_some();
    if !has(ty, Py_TPFLAGS_HAVE_GC) && has(base, Py_TPFLAGS_HAVE_GC) && !own_gc {
        add_flags(ty, Py_TPFLAGS_HAVE_GC);
        ty.tp_traverse.set(base.tp_traverse.get());
        ty.tp_clear.set(base.tp_clear.get());
    }
    add_flags(ty, base.tp_flags.get() & (Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF));
    copy_if_zero(&ty.tp_basicsize, &base.tp_basicsize);
    copy_if_zero(&ty.tp_itemsize, &base.tp_itemsize);
    copy_if_zero(&ty.tp_weaklistoffset, &base.tp_weaklistoffset);
    copy_if_zero(&ty.tp_dictoffset, &base.tp_dictoffset);
    add_flags(ty, base.tp_flags.get() & (LAYOUT_FLAGS | _Py_TPFLAGS_MATCH_SELF | Py_TPFLAGS_ITEMS_AT_END));
}

/// `inherit_patma_flags`: a type that says nothing about `match` is what its base is.
pub fn pattern_flags(ty: &PyTypeObject, base: &PyTypeObject) {
    if !has(ty, COLLECTION_FLAGS) {
        add_flags(ty, base.tp_flags.get() & COLLECTION_FLAGS);
    }
}

/// `type_ready_inherit_as_structs`: a type without a method table shares its base's.
pub fn tables(ty: &PyTypeObject, base: &PyTypeObject) {
    macro_rules! share {
        ($($field:ident)*) => { $(
            if ty.$field.get().is_null() {
                ty.$field.set(base.$field.get());
            }
        )* };
    }
    share!(tp_as_async tp_as_number tp_as_sequence tp_as_mapping tp_as_buffer);
}

/// `inherit_slots`: fills the slots of `ty` that are empty and that `base`, one type of its MRO, defines itself.
/// `overrides_hash` says whether the type's own dict has `__eq__` or `__hash__`, for then neither slot is inherited.
pub fn slots(ty: &PyTypeObject, base: &PyTypeObject, overrides_hash: bool) {
    // SAFETY: LIVE: a type holds its base; the method tables of live types are live.
    unsafe {
        let grand = base.tp_base.get().as_ref();
        // A slot counts as defined by `base` only if its own base has another function there: what was merely
        // inherited is found again further along the MRO, maybe after something nearer.
        macro_rules! copy {
            ($to:expr, $base:expr, $grand:expr; $($field:ident)*) => { $(
                let inherited = $base.$field.get();
                let defined = inherited.is_some()
                    && $grand.is_none_or(|g| !same_function(g.$field.get(), inherited));
                if $to.$field.get().is_none() && defined {
                    $to.$field.set(inherited);
                }
            )* };
        }
        macro_rules! copy_table {
            ($table:ident; $($field:ident)*) => {
                if let (Some(t), Some(b)) = (ty.$table.get().as_ref(), base.$table.get().as_ref()) {
                    let g = grand.and_then(|g| g.$table.get().as_ref());
                    copy!(t, b, g; $($field)*);
                }
            };
        }
        copy_table!(tp_as_number;
            nb_add nb_subtract nb_multiply nb_remainder nb_divmod nb_power nb_negative nb_positive nb_absolute nb_bool
            nb_invert nb_lshift nb_rshift nb_and nb_xor nb_or nb_int nb_float nb_inplace_add nb_inplace_subtract
            nb_inplace_multiply nb_inplace_remainder nb_inplace_power nb_inplace_lshift nb_inplace_rshift
            nb_inplace_and nb_inplace_xor nb_inplace_or nb_true_divide nb_floor_divide nb_inplace_true_divide
            nb_inplace_floor_divide nb_index nb_matrix_multiply nb_inplace_matrix_multiply);
        copy_table!(tp_as_async; am_await am_aiter am_anext am_send);
        copy_table!(tp_as_sequence;
            sq_length sq_concat sq_repeat sq_item sq_ass_item sq_contains sq_inplace_concat sq_inplace_repeat);
        copy_table!(tp_as_mapping; mp_length mp_subscript mp_ass_subscript);
        copy_table!(tp_as_buffer; bf_getbuffer bf_releasebuffer);

        copy!(ty, base, grand; tp_dealloc);
        if ty.tp_getattr.get().is_none() && ty.tp_getattro.get().is_none() {
            ty.tp_getattr.set(base.tp_getattr.get());
            ty.tp_getattro.set(base.tp_getattro.get());
        }
        if ty.tp_setattr.get().is_none() && ty.tp_setattro.get().is_none() {
            ty.tp_setattr.set(base.tp_setattr.get());
            ty.tp_setattro.set(base.tp_setattro.get());
        }
        copy!(ty, base, grand; tp_repr);
        // The offset is always inherited, for `PyVectorcall_Call`; the flag only while `tp_call` is.
        copy_if_zero(&ty.tp_vectorcall_offset, &base.tp_vectorcall_offset);
        if ty.tp_call.get().is_none() {
            add_flags(ty, base.tp_flags.get() & Py_TPFLAGS_HAVE_VECTORCALL);
        }
        copy!(ty, base, grand; tp_call tp_str);
        if ty.tp_richcompare.get().is_none() && ty.tp_hash.get().is_none() && !overrides_hash {
            ty.tp_richcompare.set(base.tp_richcompare.get());
            ty.tp_hash.set(base.tp_hash.get());
        }
        copy!(ty, base, grand; tp_iter tp_iternext tp_descr_get);
        let same_get = base.tp_descr_get.get().is_some()
            && same_function(ty.tp_descr_get.get(), base.tp_descr_get.get());
        if same_get && has(ty, Py_TPFLAGS_IMMUTABLETYPE) {
            add_flags(ty, base.tp_flags.get() & Py_TPFLAGS_METHOD_DESCRIPTOR);
        }
        copy!(ty, base, grand; tp_descr_set);
        copy_if_zero(&ty.tp_dictoffset, &base.tp_dictoffset);
        copy!(ty, base, grand; tp_init tp_alloc tp_is_gc tp_finalize);
        if has(ty, Py_TPFLAGS_HAVE_GC) == has(base, Py_TPFLAGS_HAVE_GC) {
            copy!(ty, base, grand; tp_free);
        }
    }
}

/// Do two slots hold the same function? Every slot is a nullable code pointer of one machine word.
fn same_function<F: Copy>(a: Option<F>, b: Option<F>) -> bool {
    const { assert!(size_of::<Option<F>>() == size_of::<usize>()) };
    // SAFETY: both are words; all bit patterns of a word are valid.
    unsafe { core::mem::transmute_copy::<_, usize>(&a) == core::mem::transmute_copy::<_, usize>(&b) }
}
