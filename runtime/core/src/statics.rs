//! Static type objects: [`StaticType`] and its `const` builder, one method a slot.
//!
//! A built-in type is one `static` whose slots are filled at compile time from safe functions by the shims of `glue`;
//! `types::ready` later adds what CPython's `PyType_Ready` adds (dict, MRO, inherited slots, version tag).

use crate::abi::constants::*;
use crate::abi::*;
use crate::ptr::Layout;
use core::cell::Cell;
use core::ffi::{CStr, c_ulong};
use core::ops::Deref;

/// A value in static memory that is read and written only under the GIL.
#[repr(transparent)]
pub struct Gil<T>(pub T);

// SAFETY: every access happens under the GIL, which is one lock for the process.
unsafe impl<T> Sync for Gil<T> {}

impl<T> Deref for Gil<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

/// A type object in static, writable memory; C code knows it by its exported name.
pub type StaticType = Gil<PyTypeObject>;

/// A number, sequence, … table of a static type.
pub type StaticTable<T> = Gil<T>;

/// An all-NULL method table.
///
/// # Safety
/// `T` is one of the C tables, for which all-zero is the empty table.
const unsafe fn zeroed<T>() -> T {
    // SAFETY: the caller's promise.
    unsafe { core::mem::MaybeUninit::zeroed().assume_init() }
}

macro_rules! slot_setters {
    ($( $(#[$m:meta])* $setter:ident : $field:ident = $t:ty; )*) => { $(
        $(#[$m])*
        pub const fn $setter(mut self, f: $t) -> Self {
            self.0.$field = Cell::new(Some(f));
            self
        }
    )* };
}

impl StaticType {
    /// A type named `name` (with its module before the last dot, if any) whose instances are `T`s of
    /// `size_of::<T>()` bytes; flags are `Py_TPFLAGS_DEFAULT`, metatype `type`, base `object`.
    pub const fn new<T: Layout>(name: &'static CStr) -> StaticType {
        // SAFETY: an all-zero type object is an unready type without slots.
        let mut t: PyTypeObject = unsafe { zeroed() };
        t.ob_base.ob_base.ob_refcnt = Cell::new(crate::ptr::IMMORTAL_REFCNT);
        t.ob_base.ob_base.ob_type = Cell::new(&raw const crate::types::PyType_Type as *mut PyTypeObject);
        t.tp_name = Cell::new(name.as_ptr() as *mut _);
        t.tp_basicsize = Cell::new(size_of::<T>() as isize);
        t.tp_flags = Cell::new(_Py_TPFLAGS_STATIC_BUILTIN | Py_TPFLAGS_IMMUTABLETYPE);
        Gil(t)
    }

    /// Overrides `tp_basicsize`, for structs that end in a flexible array, and sets `tp_itemsize`.
    pub const fn sized(mut self, basic: usize, item: usize) -> Self {
        self.0.tp_basicsize = Cell::new(basic as isize);
        self.0.tp_itemsize = Cell::new(item as isize);
        self
    }

    /// Adds `Py_TPFLAGS_*` bits.
    pub const fn flags(mut self, flags: c_ulong) -> Self {
        let old = self.0.tp_flags.into_inner();
        self.0.tp_flags = Cell::new(old | flags);
        self
    }

    /// Programs may set attributes of the type, as of CPython's heap types without `Py_TPFLAGS_IMMUTABLETYPE`; not those
    /// that a type in static memory has no room for (`__name__`, `__bases__`).
    pub const fn mutable(mut self) -> Self {
        let old = self.0.tp_flags.into_inner();
        self.0.tp_flags = Cell::new(old & !Py_TPFLAGS_IMMUTABLETYPE);
        self
    }

    /// `tp_base`.
    pub const fn base(mut self, base: &'static StaticType) -> Self {
        self.0.tp_base = Cell::new(&base.0 as *const PyTypeObject as *mut PyTypeObject);
        self
    }

    /// `tp_doc`: text signature line, `--`, blank line, docstring, as `__text_signature__` expects.
    pub const fn doc(mut self, doc: &'static CStr) -> Self {
        self.0.tp_doc = Cell::new(doc.as_ptr() as *mut _);
        self
    }

    /// `tp_weaklistoffset`.
    pub const fn weaklist(mut self, offset: usize) -> Self {
        self.0.tp_weaklistoffset = Cell::new(offset as isize);
        self
    }

    /// `tp_dictoffset`.
    pub const fn dict(mut self, offset: usize) -> Self {
        self.0.tp_dictoffset = Cell::new(offset as isize);
        self
    }

    /// `tp_vectorcall_offset` with its flag.
    pub const fn vectorcall_offset(mut self, offset: usize) -> Self {
        self.0.tp_vectorcall_offset = Cell::new(offset as isize);
        self.flags(Py_TPFLAGS_HAVE_VECTORCALL)
    }

    /// `tp_methods`, a table made by `methods!`.
    pub const fn methods<const N: usize>(mut self, table: &'static Gil<[PyMethodDef; N]>) -> Self {
        self.0.tp_methods = Cell::new(&raw const table.0 as *mut PyMethodDef);
        self
    }

    /// `tp_members`; the last entry is all zero.
    pub const fn members<const N: usize>(mut self, table: &'static Gil<[PyMemberDef; N]>) -> Self {
        self.0.tp_members = Cell::new(&raw const table.0 as *mut PyMemberDef);
        self
    }

    /// `tp_getset`, a table made by `getset!`.
    pub const fn getset<const N: usize>(mut self, table: &'static Gil<[PyGetSetDef; N]>) -> Self {
        self.0.tp_getset = Cell::new(&raw const table.0 as *mut PyGetSetDef);
        self
    }

    /// `tp_as_number`.
    pub const fn number(mut self, table: &'static StaticTable<PyNumberMethods>) -> Self {
        self.0.tp_as_number = Cell::new(&raw const table.0 as *mut PyNumberMethods);
        self
    }

    /// `tp_as_sequence`.
    pub const fn sequence(mut self, table: &'static StaticTable<PySequenceMethods>) -> Self {
        self.0.tp_as_sequence = Cell::new(&raw const table.0 as *mut PySequenceMethods);
        self
    }

    /// `tp_as_mapping`.
    pub const fn mapping(mut self, table: &'static StaticTable<PyMappingMethods>) -> Self {
        self.0.tp_as_mapping = Cell::new(&raw const table.0 as *mut PyMappingMethods);
        self
    }

    /// `tp_as_async`.
    pub const fn asynchronous(mut self, table: &'static StaticTable<PyAsyncMethods>) -> Self {
        self.0.tp_as_async = Cell::new(&raw const table.0 as *mut PyAsyncMethods);
        self
    }

    /// `tp_as_buffer`.
    pub const fn buffer(mut self, table: &'static StaticTable<PyBufferProcs>) -> Self {
        self.0.tp_as_buffer = Cell::new(&raw const table.0 as *mut PyBufferProcs);
        self
    }

    slot_setters! {
        dealloc: tp_dealloc = destructor;
        repr: tp_repr = reprfunc;
        hash: tp_hash = hashfunc;
        call: tp_call = ternaryfunc;
        str: tp_str = reprfunc;
        getattro: tp_getattro = getattrofunc;
        setattro: tp_setattro = setattrofunc;
        richcompare: tp_richcompare = richcmpfunc;
        iter: tp_iter = getiterfunc;
        iternext: tp_iternext = iternextfunc;
        descr_get: tp_descr_get = descrgetfunc;
        descr_set: tp_descr_set = descrsetfunc;
        init: tp_init = initproc;
        alloc: tp_alloc = allocfunc;
        create: tp_new = newfunc;
        free: tp_free = freefunc;
        is_gc: tp_is_gc = inquiry;
        finalize: tp_finalize = destructor;
        vectorcall: tp_vectorcall = vectorcallfunc;
    }

    /// `tp_traverse` (and the GC flag that makes it matter).
    pub const fn traverse(mut self, f: traverseproc) -> Self {
        self.0.tp_traverse = Cell::new(Some(f));
        self.flags(Py_TPFLAGS_HAVE_GC)
    }

    /// `tp_clear`.
    pub const fn clear(mut self, f: inquiry) -> Self {
        self.0.tp_clear = Cell::new(Some(f));
        self
    }
}

macro_rules! table_setters {
    ($table:ident: $( $setter:ident : $field:ident = $t:ty; )*) => {
        impl StaticTable<$table> {
            /// The table without functions.
            #[allow(clippy::new_without_default)]
            pub const fn empty() -> Self {
                // SAFETY: a C table of function pointers: all NULL is the empty table.
                Gil(unsafe { zeroed() })
            }
            $(
                /// Fills the slot of the same name.
                pub const fn $setter(mut self, f: $t) -> Self {
                    self.0.$field = Cell::new(Some(f));
                    self
                }
            )*
        }
    };
}

table_setters! { PyNumberMethods:
    add: nb_add = binaryfunc; subtract: nb_subtract = binaryfunc; multiply: nb_multiply = binaryfunc;
    remainder: nb_remainder = binaryfunc; divmod: nb_divmod = binaryfunc; power: nb_power = ternaryfunc;
    negative: nb_negative = unaryfunc; positive: nb_positive = unaryfunc; absolute: nb_absolute = unaryfunc;
    bool: nb_bool = inquiry; invert: nb_invert = unaryfunc; lshift: nb_lshift = binaryfunc;
    rshift: nb_rshift = binaryfunc; and: nb_and = binaryfunc; xor: nb_xor = binaryfunc; or: nb_or = binaryfunc;
    int: nb_int = unaryfunc; float: nb_float = unaryfunc;
    inplace_add: nb_inplace_add = binaryfunc; inplace_subtract: nb_inplace_subtract = binaryfunc;
    inplace_multiply: nb_inplace_multiply = binaryfunc; inplace_remainder: nb_inplace_remainder = binaryfunc;
    inplace_power: nb_inplace_power = ternaryfunc; inplace_lshift: nb_inplace_lshift = binaryfunc;
    inplace_rshift: nb_inplace_rshift = binaryfunc; inplace_and: nb_inplace_and = binaryfunc;
    inplace_xor: nb_inplace_xor = binaryfunc; inplace_or: nb_inplace_or = binaryfunc;
    floor_divide: nb_floor_divide = binaryfunc; true_divide: nb_true_divide = binaryfunc;
    inplace_floor_divide: nb_inplace_floor_divide = binaryfunc;
    inplace_true_divide: nb_inplace_true_divide = binaryfunc; index: nb_index = unaryfunc;
    matrix_multiply: nb_matrix_multiply = binaryfunc;
    inplace_matrix_multiply: nb_inplace_matrix_multiply = binaryfunc;
}
table_setters! { PySequenceMethods:
    length: sq_length = lenfunc; concat: sq_concat = binaryfunc; repeat: sq_repeat = ssizeargfunc;
    item: sq_item = ssizeargfunc; ass_item: sq_ass_item = ssizeobjargproc; contains: sq_contains = objobjproc;
    inplace_concat: sq_inplace_concat = binaryfunc; inplace_repeat: sq_inplace_repeat = ssizeargfunc;
}
table_setters! { PyMappingMethods:
    length: mp_length = lenfunc; subscript: mp_subscript = binaryfunc; ass_subscript: mp_ass_subscript = objobjargproc;
}
table_setters! { PyAsyncMethods:
    await_: am_await = unaryfunc; aiter: am_aiter = unaryfunc; anext: am_anext = unaryfunc; send: am_send = sendfunc;
}
table_setters! { PyBufferProcs:
    get: bf_getbuffer = getbufferproc; release: bf_releasebuffer = releasebufferproc;
}

impl StaticType {
    /// Takes over every slot that `template` has, and every table and offset that this type lacks. A type that the object model
    /// itself needs is declared there with what it needs; its methods and operators come from a template in the crate
    /// that has them, before the type is readied.
    pub fn adopt(&self, template: &'static StaticType) {
        let (to, from) = (&self.0, &template.0);
        macro_rules! slots {
            ($($f:ident)*) => { $( if from.$f.get().is_some() { to.$f.set(from.$f.get()); } )* };
        }
        macro_rules! pointers {
            ($($f:ident)*) => { $( if to.$f.get().is_null() { to.$f.set(from.$f.get()); } )* };
        }
        macro_rules! numbers {
            ($($f:ident)*) => { $( if to.$f.get() == 0 { to.$f.set(from.$f.get()); } )* };
        }
        slots! {
            tp_dealloc tp_getattr tp_setattr tp_repr tp_hash tp_call tp_str tp_getattro tp_setattro tp_traverse
            tp_clear tp_richcompare tp_iter tp_iternext tp_descr_get tp_descr_set tp_init tp_alloc tp_new tp_free
            tp_is_gc tp_del tp_finalize tp_vectorcall
        }
        pointers! {
            tp_as_async tp_as_number tp_as_sequence tp_as_mapping tp_as_buffer tp_doc tp_methods tp_members tp_getset
            tp_base
        }
        numbers! { tp_vectorcall_offset tp_weaklistoffset tp_dictoffset }
        to.tp_flags.set(to.tp_flags.get() | from.tp_flags.get());
    }
}
