//! `int`: construction and reading of values. Operators, methods and text are in `dxpy-types`.
//!
//! 3.12's layout: `lv_tag` holds the sign in bits 0 and 1 (0 positive, 1 zero, 2 negative), bit 2 is reserved, the
//! number of 30-bit digits is above; an int is compact when it has at most one digit.

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyResult;
use crate::glue;
use crate::object;
use crate::ptr::{IMMORTAL_REFCNT, Object, Owned};
use crate::statics::{Gil, StaticType};
use crate::thread::Py;
use core::cell::Cell;
use core::mem::offset_of;

/// `sys.get_int_max_str_digits()`: the most decimal digits that conversions between int and text allow; 0 is no limit.
pub static MAX_STR_DIGITS: Gil<Cell<usize>> = Gil(Cell::new(_PY_LONG_DEFAULT_MAX_STR_DIGITS as usize));

/// Bits in a digit.
pub const SHIFT: u32 = 30;
const MASK: u64 = (1 << SHIFT) - 1;
const SIGN_ZERO: usize = 1;
const SIGN_NEGATIVE: usize = 2;
const SIGN_MASK: usize = 3;
const COUNT_SHIFT: u32 = 3;
/// Preallocated ints: -5 to 256.
const SMALL_NEGATIVE: i64 = 5;
const SMALL_POSITIVE: i64 = 257;

/// `int`.
#[unsafe(no_mangle)]
pub static PyLong_Type: StaticType = StaticType::new::<PyLongObject>(c"int")
    .sized(offset_of!(PyLongObject, long_value) + offset_of!(_PyLongValue, ob_digit), size_of::<u32>())
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_LONG_SUBCLASS | _Py_TPFLAGS_MATCH_SELF)
    .dealloc(glue::dealloc(dealloc));

/// `long_dealloc`: a preallocated int whose count old extensions brought down becomes immortal again.
fn dealloc(py: Py<'_>, o: &PyLongObject) {
    if SMALL.as_ptr_range().contains(&(o as *const PyLongObject)) {
        return object::revive(py, o.as_object());
    }
    // SAFETY: an int holds no references; one of exactly this type has nothing in front of it.
    unsafe {
        if core::ptr::eq(o.ty(), &PyLong_Type.0) {
            crate::alloc::free(o.as_ptr().cast())
        } else {
            object::tp_free(o.as_object())
        }
    }
}

/// The value of an int of at most one digit.
pub(crate) const fn compact_value(digit: u32, negative: bool) -> _PyLongValue {
    let tag = match (digit, negative) {
        (0, _) => SIGN_ZERO,
        (_, false) => 1 << COUNT_SHIFT,
        (_, true) => 1 << COUNT_SHIFT | SIGN_NEGATIVE,
    };
    _PyLongValue { lv_tag: Cell::new(tag), ob_digit: [Cell::new(digit); 1] }
}

static SMALL: Gil<[PyLongObject; (SMALL_NEGATIVE + SMALL_POSITIVE) as usize]> = {
    let mut table = [const { small(0) }; (SMALL_NEGATIVE + SMALL_POSITIVE) as usize];
    let mut i = 0;
    while i < table.len() {
        table[i] = small(i as i64 - SMALL_NEGATIVE);
        i += 1;
    }
    Gil(table)
};

const fn small(v: i64) -> PyLongObject {
    PyLongObject {
        ob_base: PyObject {
            ob_refcnt: Cell::new(IMMORTAL_REFCNT),
            ob_type: Cell::new(&raw const PyLong_Type.0 as *mut PyTypeObject),
        },
        long_value: compact_value(v.unsigned_abs() as u32, v < 0),
    }
}

/// The preallocated int, if this value has one.
#[inline(always)]
pub fn cached(v: i64) -> Option<&'static PyLongObject> {
    SMALL.get(usize::try_from(v.wrapping_add(SMALL_NEGATIVE)).ok()?)
}

/// Memory for an int of `digits` digits, which the caller fills before anyone sees it.
#[inline(always)]
fn alloc(py: Py<'_>, digits: usize) -> PyResult<Owned<PyLongObject>> {
    let before = offset_of!(PyLongObject, long_value) + offset_of!(_PyLongValue, ob_digit);
    let o = crate::alloc::malloc(before + digits.max(1) * size_of::<u32>()) as *mut PyLongObject;
    if o.is_null() {
        return Err(crate::exceptions::memory_error(py));
    }
    // SAFETY: the block covers the digits; OWNED: the count is the reference handed out; the caller sets tag and digits.
    unsafe {
        (&raw mut (*o).ob_base).write(PyObject {
            ob_refcnt: Cell::new(1),
            ob_type: Cell::new(&raw const PyLong_Type.0 as *mut PyTypeObject),
        });
        Ok(Owned::from_raw(o))
    }
}

/// An int from its sign and its digits, least significant first; zero digits at the top are dropped.
/// Small values come from the preallocated ones.
pub fn from_digits(py: Py<'_>, negative: bool, digits: &[u32]) -> PyResult<Owned<PyLongObject>> {
    let n = digits.iter().rposition(|d| *d != 0).map_or(0, |top| top + 1);
    if n <= 1 {
        let v = digits.first().copied().unwrap_or(0) as i64;
        if let Some(o) = cached(if negative { -v } else { v }) {
            return Ok(o.to_owned());
        }
    }
    let o = alloc(py, n)?;
    o.long_value.lv_tag.set(n << COUNT_SHIFT | if negative { SIGN_NEGATIVE } else { 0 });
    // SAFETY: `alloc` made room for `n` digits.
    unsafe { core::ptr::copy_nonoverlapping(digits.as_ptr(), o.long_value.ob_digit.as_ptr() as *mut u32, n) };
    Ok(o)
}

/// `PyLong_FromUnsignedLongLong`.
pub fn from_u64(py: Py<'_>, v: u64) -> PyResult<Owned<PyLongObject>> {
    from_magnitude(py, false, v)
}

/// `PyLong_FromLongLong`.
#[inline]
pub fn from_i64(py: Py<'_>, v: i64) -> PyResult<Owned<PyLongObject>> {
    match cached(v) {
        Some(o) => Ok(o.to_owned()),
        None if v.unsigned_abs() <= MASK => {
            let o = alloc(py, 1)?;
            o.long_value.lv_tag.set(1 << COUNT_SHIFT | if v < 0 { SIGN_NEGATIVE } else { 0 });
            o.long_value.ob_digit[0].set(v.unsigned_abs() as u32);
            Ok(o)
        }
        None => from_magnitude(py, v < 0, v.unsigned_abs()),
    }
}

/// An int that is cached, or of one digit in a block that is at hand; NULL where there is none, or the value is larger: then
/// [`from_i64`] makes it. For code that shall call nothing.
///
/// # Safety
/// `ts` is the thread's attached state; GIL.
#[inline(always)]
pub unsafe fn at_hand(ts: *const crate::thread::ThreadState, v: i64) -> *mut PyObject {
    if let Some(o) = cached(v) {
        return (&raw const *o).cast_mut().cast();
    }
    if cfg!(feature = "zeal") || v.unsigned_abs() > MASK {
        return core::ptr::null_mut();
    }
    const SIZE: usize =
        offset_of!(PyLongObject, long_value) + offset_of!(_PyLongValue, ob_digit) + size_of::<u32>();
    // SAFETY: the caller's promise; the block covers one digit, and all fields are set.
    unsafe {
        let o = crate::alloc::take(ts, SIZE) as *mut PyLongObject;
        if !o.is_null() {
            (&raw mut (*o).ob_base).write(PyObject {
                ob_refcnt: Cell::new(1),
                ob_type: Cell::new(&raw const PyLong_Type.0 as *mut PyTypeObject),
            });
            (*o).long_value.lv_tag.set(1 << COUNT_SHIFT | if v < 0 { SIGN_NEGATIVE } else { 0 });
            (*o).long_value.ob_digit[0].set(v.unsigned_abs() as u32);
        }
        o as *mut PyObject
    }
}

/// The value of an int of at most one digit (`_PyLong_IsCompact`, `_PyLong_CompactValue`).
#[inline(always)]
pub fn compact(o: &PyLongObject) -> Option<i64> {
    let tag = o.long_value.lv_tag.get();
    (tag < 2 << COUNT_SHIFT).then(|| (1 - (tag & SIGN_MASK) as i64) * o.long_value.ob_digit[0].get() as i64)
}

/// The integer as the number kernels take it.
#[inline(always)]
pub fn num(o: &PyLongObject) -> dxpy_num::Ref<'_> {
    dxpy_num::Ref { negative: sign(o) < 0, digits: digits(o) }
}

/// An int from what a number kernel gives.
pub fn from_num(py: Py<'_>, v: dxpy_num::Int) -> PyResult<Owned<PyLongObject>> {
    from_digits(py, v.negative, &v.digits)
}

/// An instance of a subclass of int with this value (`long_subtype_new`).
pub fn subtype_new(py: Py<'_>, ty: &PyTypeObject, v: &PyLongObject) -> PyResult {
    let d = digits(v);
    let o = object::tp_alloc(py, ty, d.len().max(1))?;
    // SAFETY: LAYOUT: instances of subclasses of int begin alike; `tp_alloc` made room for the digits.
    unsafe {
        let n = &*(o.as_ptr() as *const PyLongObject);
        n.long_value.lv_tag.set(v.long_value.lv_tag.get());
        n.long_value.ob_digit[0].set(0);
        for (i, d) in d.iter().enumerate() {
            (*n.long_value.ob_digit.as_ptr().add(i)).set(*d);
        }
    }
    Ok(o)
}

fn from_magnitude(py: Py<'_>, negative: bool, v: u64) -> PyResult<Owned<PyLongObject>> {
    if v > MASK && v >> (2 * SHIFT) == 0 {
        let o = alloc(py, 2)?;
        o.long_value.lv_tag.set(2 << COUNT_SHIFT | if negative { SIGN_NEGATIVE } else { 0 });
        o.long_value.ob_digit[0].set((v & MASK) as u32);
        // SAFETY: `alloc` made room for two digits.
        unsafe { (*o.long_value.ob_digit.as_ptr().add(1)).set((v >> SHIFT) as u32) };
        return Ok(o);
    }
    from_digits(py, negative, &[(v & MASK) as u32, (v >> SHIFT & MASK) as u32, (v >> (2 * SHIFT)) as u32])
}

/// The digits, least significant first.
#[inline(always)]
pub fn digits(o: &PyLongObject) -> &[u32] {
    let n = o.long_value.lv_tag.get() >> COUNT_SHIFT;
    // SAFETY: the tag counts the digits that follow; ints do not change.
    unsafe { core::slice::from_raw_parts(o.long_value.ob_digit.as_ptr() as *const u32, n) }
}

/// -1, 0 or 1 (`_PyLong_Sign`).
#[inline(always)]
pub fn sign(o: &PyLongObject) -> i32 {
    1 - (o.long_value.lv_tag.get() & SIGN_MASK) as i32
}

/// The value if it fits (`PyLong_AsLongLongAndOverflow` without the overflow's sign).
#[inline]
pub fn to_i64(o: &PyLongObject) -> Option<i64> {
    let v = dxpy_num::mag::to_u64(digits(o))?;
    match sign(o) {
        -1 if v <= 1 << 63 => Some((v as i64).wrapping_neg()),
        -1 => None,
        _ => i64::try_from(v).ok(),
    }
}

/// The value if it is not negative and fits (`PyLong_AsUnsignedLongLong` without its errors).
#[inline]
pub fn to_u64(o: &PyLongObject) -> Option<u64> {
    if sign(o) < 0 { None } else { dxpy_num::mag::to_u64(digits(o)) }
}

/// `PyLong_Check`.
#[inline(always)]
pub fn check(o: &PyObject) -> Option<&PyLongObject> {
    // SAFETY: LAYOUT: the subclass flag says so.
    (o.ty().tp_flags.get() & Py_TPFLAGS_LONG_SUBCLASS != 0)
        .then(|| unsafe { &*(o as *const PyObject as *const PyLongObject) })
}

/// `PyLong_CheckExact`.
#[inline(always)]
pub fn check_exact(o: &PyObject) -> Option<&PyLongObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyLong_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyLongObject) })
}

/// `long_hash`: the value modulo 2**61 - 1, with its sign; -1 becomes -2.
#[inline]
pub fn hash(o: &PyLongObject) -> Py_hash_t {
    match compact(o) {
        Some(-1) => -2,
        Some(v) => v as Py_hash_t,
        None => dxpy_num::hash::of_int(num(o)) as Py_hash_t,
    }
}

/// `PyLong_AsDouble`: rounded half to even; too large is an `OverflowError`.
pub fn as_f64(py: Py<'_>, o: &PyLongObject) -> PyResult<f64> {
    if let Some(v) = to_i64(o) {
        return Ok(v as f64);
    }
    dxpy_num::convert::to_f64(num(o)).map_err(|e| crate::number::error(py, &e))
}
