//! The table that ties special method names to slots: which wrapper makes a slot visible as a method, which function of
//! `slots` makes a method visible as a slot; and the two directions of keeping them in step (`add_operators`,
//! `update_one_slot`).

use super::inherit::has;
use super::lookup::{find, subclasses};
use super::slots::{self as s};
use super::wrap::{self as w};
use crate::abi::constants::*;
use crate::abi::*;
use crate::descr;
use crate::dict;
use crate::err::PyResult;
use crate::protocol;
use crate::ptr::Object;
use crate::statics::Gil;
use crate::thread::Py;
use crate::unicode;
use core::cell::{Cell, RefCell};
use core::ffi::{CStr, c_void};
use core::mem::offset_of;

/// The wrapper takes keyword arguments (`PyWrapperFlag_KEYWORDS`).
const KEYWORDS: i32 = 1;

macro_rules! offset {
    (tp, $f:ident) => {
        offset_of!(PyHeapTypeObject, ht_type) + offset_of!(PyTypeObject, $f)
    };
    (nb, $f:ident) => {
        offset_of!(PyHeapTypeObject, as_number) + offset_of!(PyNumberMethods, $f)
    };
    (sq, $f:ident) => {
        offset_of!(PyHeapTypeObject, as_sequence) + offset_of!(PySequenceMethods, $f)
    };
    (mp, $f:ident) => {
        offset_of!(PyHeapTypeObject, as_mapping) + offset_of!(PyMappingMethods, $f)
    };
    (am, $f:ident) => {
        offset_of!(PyHeapTypeObject, as_async) + offset_of!(PyAsyncMethods, $f)
    };
    (bf, $f:ident) => {
        offset_of!(PyHeapTypeObject, as_buffer) + offset_of!(PyBufferProcs, $f)
    };
}

macro_rules! function {
    (null) => {
        core::ptr::null_mut()
    };
    ($f:ident) => {
        s::$f as *mut c_void
    };
}

macro_rules! wrapper {
    (null) => {
        None
    };
    ($f:ident) => {
        Some(w::$f as wrapperfunc)
    };
}

/// A number for a wrapper's name, to tell wrappers apart: of functions with the same code the compiler may make one.
const fn kind(wrapper: &str) -> i32 {
    let (bytes, mut i, mut h) = (wrapper.as_bytes(), 0, 0u32);
    while i < bytes.len() {
        h = h.wrapping_mul(31).wrapping_add(bytes[i] as u32);
        i += 1;
    }
    (h & 0xFFFF) as i32
}

macro_rules! table {
    ($( $name:literal $group:ident $field:ident $function:ident $wrapper:ident $sig:literal $doc:literal $($flags:ident)?; )*) => {
        /// All rows, in CPython's order, which is the order of names in the dicts of built-in types. Rows of one slot
        /// stand together.
        pub static TABLE: Gil<[wrapperbase; { 0 $(+ { let _ = $name; 1 })* }]> = Gil([$(
            wrapperbase {
                name: Cell::new(concat!($name, "\0").as_ptr() as *mut _),
                offset: Cell::new(offset!($group, $field) as i32),
                function: Cell::new(function!($function)),
                wrapper: Cell::new(wrapper!($wrapper)),
                // One without a signature has no text either.
                doc: Cell::new(if $sig.is_empty() { c"".as_ptr() as *mut _ } else { concat!($name, $sig, "\n--\n\n", $doc, "\0").as_ptr() as *mut _ }),
                flags: Cell::new(kind(stringify!($wrapper)) << 8 $(| $flags)?),
                name_strobj: Cell::new(core::ptr::null_mut()),
            },
        )*]);
    };
}

table! {
    "__getattribute__" tp tp_getattr null null "" "";
    "__getattr__" tp tp_getattr null null "" "";
    "__setattr__" tp tp_setattr null null "" "";
    "__delattr__" tp tp_setattr null null "" "";
    "__repr__" tp tp_repr tp_repr unary "($self, /)" "The text repr(self) shows.";
    "__hash__" tp tp_hash tp_hash hash "($self, /)" "The value of hash(self).";
    "__call__" tp tp_call tp_call call "($self, /, *args, **kwargs)" "Called as a function." KEYWORDS;
    "__str__" tp tp_str tp_str unary "($self, /)" "The text str(self) gives.";
    "__getattribute__" tp tp_getattro tp_getattro_hook binary "($self, name, /)" "The attribute of this name.";
    "__getattr__" tp tp_getattro tp_getattro_hook null "" "";
    "__setattr__" tp tp_setattro tp_setattro setattr "($self, name, value, /)" "Sets an attribute.";
    "__delattr__" tp tp_setattro tp_setattro delattr "($self, name, /)" "Deletes an attribute.";
    "__lt__" tp tp_richcompare tp_richcompare lt "($self, value, /)" "self < value";
    "__le__" tp tp_richcompare tp_richcompare le "($self, value, /)" "self <= value";
    "__eq__" tp tp_richcompare tp_richcompare eq "($self, value, /)" "self == value";
    "__ne__" tp tp_richcompare tp_richcompare ne "($self, value, /)" "self != value";
    "__gt__" tp tp_richcompare tp_richcompare gt "($self, value, /)" "self > value";
    "__ge__" tp tp_richcompare tp_richcompare ge "($self, value, /)" "self >= value";
    "__iter__" tp tp_iter tp_iter unary "($self, /)" "An iterator over the object.";
    "__next__" tp tp_iternext tp_iternext next "($self, /)" "Implement next(self).";
    "__get__" tp tp_descr_get tp_descr_get descr_get "($self, instance, owner=None, /)" "The attribute's value for an instance.";
    "__set__" tp tp_descr_set tp_descr_set descr_set "($self, instance, value, /)" "Sets the attribute of an instance.";
    "__delete__" tp tp_descr_set tp_descr_set descr_delete "($self, instance, /)" "Deletes the attribute of an instance.";
    "__init__" tp tp_init tp_init init "($self, /, *args, **kwargs)" "Initialises a new object." KEYWORDS;
    "__new__" tp tp_new tp_new null "" "";
    "__del__" tp tp_finalize tp_finalize del "" "";
    "__buffer__" bf bf_getbuffer bf_getbuffer buffer "($self, flags, /)" "A memoryview of the object's memory.";
    "__release_buffer__" bf bf_releasebuffer bf_releasebuffer releasebuffer "($self, buffer, /)" "Releases a buffer the object gave.";
    "__await__" am am_await am_await unary "($self, /)" "An iterator to await on.";
    "__aiter__" am am_aiter am_aiter unary "($self, /)" "An asynchronous iterator.";
    "__anext__" am am_anext am_anext unary "($self, /)" "An awaitable for the next item.";
    "__add__" nb nb_add nb_add binary_left "($self, value, /)" "self + value";
    "__radd__" nb nb_add nb_add binary_right "($self, value, /)" "value + self";
    "__sub__" nb nb_subtract nb_subtract binary_left "($self, value, /)" "self - value";
    "__rsub__" nb nb_subtract nb_subtract binary_right "($self, value, /)" "value - self";
    "__mul__" nb nb_multiply nb_multiply binary_left "($self, value, /)" "self * value";
    "__rmul__" nb nb_multiply nb_multiply binary_right "($self, value, /)" "value * self";
    "__mod__" nb nb_remainder nb_remainder binary_left "($self, value, /)" "self % value";
    "__rmod__" nb nb_remainder nb_remainder binary_right "($self, value, /)" "value % self";
    "__divmod__" nb nb_divmod nb_divmod binary_left "($self, value, /)" "divmod(self, value)";
    "__rdivmod__" nb nb_divmod nb_divmod binary_right "($self, value, /)" "divmod(value, self)";
    "__pow__" nb nb_power nb_power ternary "($self, value, mod=None, /)" "pow(self, value, mod)";
    "__rpow__" nb nb_power nb_power ternary_right "($self, value, mod=None, /)" "pow(value, self, mod)";
    "__neg__" nb nb_negative nb_negative unary "($self, /)" "-self";
    "__pos__" nb nb_positive nb_positive unary "($self, /)" "+self";
    "__abs__" nb nb_absolute nb_absolute unary "($self, /)" "abs(self)";
    "__bool__" nb nb_bool nb_bool inquiry "($self, /)" "Whether the object counts as true.";
    "__invert__" nb nb_invert nb_invert unary "($self, /)" "~self";
    "__lshift__" nb nb_lshift nb_lshift binary_left "($self, value, /)" "self << value";
    "__rlshift__" nb nb_lshift nb_lshift binary_right "($self, value, /)" "value << self";
    "__rshift__" nb nb_rshift nb_rshift binary_left "($self, value, /)" "self >> value";
    "__rrshift__" nb nb_rshift nb_rshift binary_right "($self, value, /)" "value >> self";
    "__and__" nb nb_and nb_and binary_left "($self, value, /)" "self & value";
    "__rand__" nb nb_and nb_and binary_right "($self, value, /)" "value & self";
    "__xor__" nb nb_xor nb_xor binary_left "($self, value, /)" "self ^ value";
    "__rxor__" nb nb_xor nb_xor binary_right "($self, value, /)" "value ^ self";
    "__or__" nb nb_or nb_or binary_left "($self, value, /)" "self | value";
    "__ror__" nb nb_or nb_or binary_right "($self, value, /)" "value | self";
    "__int__" nb nb_int nb_int unary "($self, /)" "int(self)";
    "__float__" nb nb_float nb_float unary "($self, /)" "float(self)";
    "__iadd__" nb nb_inplace_add nb_inplace_add binary "($self, value, /)" "self += value";
    "__isub__" nb nb_inplace_subtract nb_inplace_subtract binary "($self, value, /)" "self -= value";
    "__imul__" nb nb_inplace_multiply nb_inplace_multiply binary "($self, value, /)" "self *= value";
    "__imod__" nb nb_inplace_remainder nb_inplace_remainder binary "($self, value, /)" "self %= value";
    "__ipow__" nb nb_inplace_power nb_inplace_power ternary "($self, value, /)" "self **= value";
    "__ilshift__" nb nb_inplace_lshift nb_inplace_lshift binary "($self, value, /)" "self <<= value";
    "__irshift__" nb nb_inplace_rshift nb_inplace_rshift binary "($self, value, /)" "self >>= value";
    "__iand__" nb nb_inplace_and nb_inplace_and binary "($self, value, /)" "self &= value";
    "__ixor__" nb nb_inplace_xor nb_inplace_xor binary "($self, value, /)" "self ^= value";
    "__ior__" nb nb_inplace_or nb_inplace_or binary "($self, value, /)" "self |= value";
    "__floordiv__" nb nb_floor_divide nb_floor_divide binary_left "($self, value, /)" "self // value";
    "__rfloordiv__" nb nb_floor_divide nb_floor_divide binary_right "($self, value, /)" "value // self";
    "__truediv__" nb nb_true_divide nb_true_divide binary_left "($self, value, /)" "self / value";
    "__rtruediv__" nb nb_true_divide nb_true_divide binary_right "($self, value, /)" "value / self";
    "__ifloordiv__" nb nb_inplace_floor_divide nb_inplace_floor_divide binary "($self, value, /)" "self //= value";
    "__itruediv__" nb nb_inplace_true_divide nb_inplace_true_divide binary "($self, value, /)" "self /= value";
    "__index__" nb nb_index nb_index unary "($self, /)" "The object as an exact integer.";
    "__matmul__" nb nb_matrix_multiply nb_matrix_multiply binary_left "($self, value, /)" "self @ value";
    "__rmatmul__" nb nb_matrix_multiply nb_matrix_multiply binary_right "($self, value, /)" "value @ self";
    "__imatmul__" nb nb_inplace_matrix_multiply nb_inplace_matrix_multiply binary "($self, value, /)" "self @= value";
    "__len__" mp mp_length sq_length length "($self, /)" "len(self)";
    "__getitem__" mp mp_subscript mp_subscript binary "($self, key, /)" "self[key]";
    "__setitem__" mp mp_ass_subscript mp_ass_subscript setitem "($self, key, value, /)" "self[key] = value";
    "__delitem__" mp mp_ass_subscript mp_ass_subscript delitem "($self, key, /)" "del self[key]";
    "__len__" sq sq_length sq_length length "($self, /)" "len(self)";
    "__add__" sq sq_concat null binary "($self, value, /)" "self + value";
    "__mul__" sq sq_repeat null repeat "($self, value, /)" "self * value";
    "__rmul__" sq sq_repeat null repeat "($self, value, /)" "value * self";
    "__getitem__" sq sq_item sq_item sq_item "($self, key, /)" "self[key]";
    "__setitem__" sq sq_ass_item sq_ass_item sq_setitem "($self, key, value, /)" "self[key] = value";
    "__delitem__" sq sq_ass_item sq_ass_item sq_delitem "($self, key, /)" "del self[key]";
    "__contains__" sq sq_contains sq_contains contains "($self, key, /)" "key in self";
    "__iadd__" sq sq_inplace_concat null binary "($self, value, /)" "self += value";
    "__imul__" sq sq_inplace_repeat null repeat "($self, value, /)" "self *= value";
}

/// The name of a row as text.
fn text(row: &wrapperbase) -> &'static str {
    // SAFETY: STATIC: the table's names are ASCII literals.
    unsafe { CStr::from_ptr(row.name.get()) }.to_str().unwrap_or_default()
}

/// The name of a row as an interned str.
pub fn row_name<'a>(py: Py<'_>, row: &'a wrapperbase) -> PyResult<&'a PyUnicodeObject> {
    if row.name_strobj.get().is_null() {
        row.name_strobj.set(unicode::intern_str(py, text(row))?.into_ptr());
    }
    // SAFETY: LAYOUT: interned strings are immortal.
    Ok(unsafe { &*(row.name_strobj.get() as *const PyUnicodeObject) })
}

/// Makes the names of all rows, once.
fn intern_names(py: Py<'_>) -> PyResult<()> {
    static DONE: Gil<Cell<bool>> = Gil(Cell::new(false));
    if !DONE.get() {
        TABLE.iter().try_for_each(|row| row_name(py, row).map(drop))?;
        DONE.set(true);
    }
    Ok(())
}

/// `slotptr`: the place of a slot in a type, or None where its method table is missing.
fn slot(ty: &PyTypeObject, offset: i32) -> Option<&Cell<*mut c_void>> {
    let offset = offset as usize;
    macro_rules! within {
        ($heap:ident, $tp:ident) => {
            (ty.$tp.get() as *mut u8, offset - offset_of!(PyHeapTypeObject, $heap))
        };
    }
    let (base, at) = if offset >= offset_of!(PyHeapTypeObject, as_buffer) {
        within!(as_buffer, tp_as_buffer)
    } else if offset >= offset_of!(PyHeapTypeObject, as_sequence) {
        within!(as_sequence, tp_as_sequence)
    } else if offset >= offset_of!(PyHeapTypeObject, as_mapping) {
        within!(as_mapping, tp_as_mapping)
    } else if offset >= offset_of!(PyHeapTypeObject, as_number) {
        within!(as_number, tp_as_number)
    } else if offset >= offset_of!(PyHeapTypeObject, as_async) {
        within!(as_async, tp_as_async)
    } else {
        (ty as *const PyTypeObject as *mut u8, offset)
    };
    // SAFETY: LAYOUT: the offset is one of the table's, inside the struct it names.
    (!base.is_null()).then(|| unsafe { &*(base.add(at) as *const Cell<*mut c_void>) })
}

/// `add_operators`: a method in the type's dict for each slot it fills itself.
pub fn add_operators(py: Py<'_>, ty: &PyTypeObject, d: &PyDictObject) -> PyResult<()> {
    for row in TABLE.iter().filter(|r| r.wrapper.get().is_some()) {
        let Some(f) = slot(ty, row.offset.get()).map(Cell::get).filter(|f| !f.is_null()) else { continue };
        let name = row_name(py, row)?;
        if dict::contains(py, d, name.as_object())? {
            continue;
        }
        if f == protocol::hash_not_implemented as *mut c_void {
            dict::set(py, d, name.as_object(), &crate::object::none())?;
        } else {
            let method = descr::new_wrapper(py, ty, row, f)?;
            dict::set(py, d, name.as_object(), method.as_object())?;
        }
    }
    Ok(())
}

/// `resolve_slotdups`: of the slots a name stands for, the only one the type fills. Names are compared by address: those of
/// the table are all interned by now.
fn only_filled<'a>(ty: &'a PyTypeObject, name: &PyUnicodeObject) -> Option<&'a Cell<*mut c_void>> {
    let name = core::ptr::from_ref(name).cast_mut().cast::<PyObject>();
    let mut found: Option<&Cell<*mut c_void>> = None;
    for row in TABLE.iter().filter(|r| r.name_strobj.get() == name) {
        if let Some(cell) = slot(ty, row.offset.get()).filter(|c| !c.get().is_null()) {
            if found.is_some_and(|f| !core::ptr::eq(f, cell)) {
                return None;
            }
            found = Some(cell);
        }
    }
    found
}

/// `update_one_slot`: sets one slot of a heap type from the methods its MRO has for it. `rows` are the slot's.
fn update_one(py: Py<'_>, ty: &PyTypeObject, rows: &[wrapperbase]) -> PyResult<()> {
    let Some(cell) = slot(ty, rows[0].offset.get()) else { return Ok(()) };
    let is_slot = |offset: usize| rows[0].offset.get() as usize == offset;
    let mut specific: *mut c_void = core::ptr::null_mut();
    let mut generic: *mut c_void = core::ptr::null_mut();
    let mut use_generic = false;
    for row in rows {
        let name = row_name(py, row)?;
        let Some(d) = find(py, ty, name) else {
            if is_slot(offset_of!(PyTypeObject, tp_iternext)) {
                specific = protocol::next_not_implemented as *mut c_void;
            }
            continue;
        };
        if let Some(wd) = descr::as_wrapper(&d)
            && core::ptr::eq(wd.base_name, row.name_strobj.get())
        {
            let only = only_filled(ty, name);
            if only.is_none_or(|c| core::ptr::eq(c, cell)) {
                generic = row.function.get();
            }
            let same_wrapper = wd.wrapper.is_some() && wd.flags == row.flags.get();
            if (specific.is_null() || specific == wd.wrapped)
                && same_wrapper
                && super::is_subtype(ty, wd.owner)
            {
                specific = wd.wrapped;
            } else {
                // The method of some other type or slot: only a call through Python finds it.
                use_generic = true;
            }
        } else if is_slot(offset_of!(PyTypeObject, tp_new)) && super::object::is_new_wrapper(&d) {
            // A built-in `__new__`: the slot it was made from does the same without a call.
            specific = ty.tp_new.get().map_or(core::ptr::null_mut(), |f| f as *mut c_void);
        } else if crate::object::is_none(&d) && is_slot(offset_of!(PyTypeObject, tp_hash)) {
            specific = protocol::hash_not_implemented as *mut c_void;
        } else {
            use_generic = true;
            generic = row.function.get();
            if row.function.get() == s::tp_call as *mut c_void {
                // `__call__` from Python: the inherited vectorcall would pass it by.
                ty.tp_flags.set(ty.tp_flags.get() & !Py_TPFLAGS_HAVE_VECTORCALL);
            }
        }
    }
    cell.set(if !specific.is_null() && !use_generic { specific } else { generic });
    Ok(())
}

/// The rows of each slot, in order.
fn groups() -> impl Iterator<Item = &'static [wrapperbase]> {
    TABLE.0.chunk_by(|a, b| a.offset.get() == b.offset.get())
}

/// `fixup_slot_dispatchers`: all slots of a new heap type.
pub fn fill_slots(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    intern_names(py)?;
    groups().try_for_each(|rows| update_one(py, ty, rows))
}

/// `update_slot`: after the attribute `name` of a type changed, its slots and those of subtypes that inherit it.
pub fn name_changed(py: Py<'_>, ty: &PyTypeObject, name: &PyUnicodeObject) -> PyResult<()> {
    intern_names(py)?;
    // Interned strings are equal only to themselves, and the table's are interned.
    let same = |row: &wrapperbase| {
        let own = row.name_strobj.get() as *const PyUnicodeObject;
        core::ptr::eq(own, name)
            // SAFETY: LIVE: interned strings are immortal.
            || !unicode::is_interned(name) && unicode::equal(unsafe { &*own }, name)
    };
    let affected: Vec<_> = groups().filter(|rows| rows.iter().any(same)).collect();
    if affected.is_empty() {
        return Ok(());
    }
    if !has(ty, Py_TPFLAGS_HEAPTYPE) {
        own_tables(ty);
    }
    update_with_subtypes(py, ty, name, &affected)
}

/// Gives a type in static memory that programs may change slot tables of its own: those it has may be its base's. Each is
/// made once, and kept.
fn own_tables(ty: &PyTypeObject) {
    static OWNERS: Gil<RefCell<Vec<usize>>> = Gil(RefCell::new(Vec::new()));
    fn copy<T>(table: &Cell<*mut T>) {
        // SAFETY: a slot table is plain memory, for which all zeros are a table without functions.
        unsafe {
            let new = Box::leak(Box::new(core::mem::MaybeUninit::<T>::zeroed())).as_mut_ptr();
            if !table.get().is_null() {
                core::ptr::copy_nonoverlapping(table.get(), new, 1);
            }
            table.set(new);
        }
    }
    let address = core::ptr::from_ref(ty) as usize;
    if OWNERS.borrow().contains(&address) {
        return;
    }
    OWNERS.borrow_mut().push(address);
    copy(&ty.tp_as_async);
    copy(&ty.tp_as_number);
    copy(&ty.tp_as_sequence);
    copy(&ty.tp_as_mapping);
    copy(&ty.tp_as_buffer);
}

/// After the bases of a type changed: all slots of its subtypes too (`update_all_slots`).
pub fn all_changed(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    // SAFETY: LIVE: a type leaves the list before it dies, and all are held meanwhile.
    let subs: Vec<_> = subclasses(ty).into_iter().map(|s| unsafe { (*s).to_owned() }).collect();
    for sub in subs {
        if has(&sub, Py_TPFLAGS_HEAPTYPE) {
            fill_slots(py, &sub)?;
        }
        all_changed(py, &sub)?;
    }
    Ok(())
}

fn update_with_subtypes(
    py: Py<'_>,
    ty: &PyTypeObject,
    name: &PyUnicodeObject,
    affected: &[&'static [wrapperbase]],
) -> PyResult<()> {
    if has(ty, Py_TPFLAGS_HEAPTYPE) || !has(ty, Py_TPFLAGS_IMMUTABLETYPE) {
        affected.iter().try_for_each(|rows| update_one(py, ty, rows))?;
    }
    for sub in subclasses(ty) {
        // SAFETY: LIVE: a type leaves the list before it dies, and is held meanwhile.
        let sub = unsafe { (*sub).to_owned() };
        // SAFETY: LAYOUT: a ready type has a dict.
        let own = unsafe { (sub.tp_dict.get() as *const PyDictObject).as_ref() };
        if let Some(own) = own
            && dict::contains(py, own, name.as_object())?
        {
            continue;
        }
        update_with_subtypes(py, &sub, name, affected)?;
    }
    Ok(())
}
