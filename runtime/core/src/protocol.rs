//! The object protocol that goes through slots: hash, comparison, truth, length, iteration, text
//! (`Objects/object.c`, parts of `abstract.c`). Attribute access is in `attr`, numbers in `number`.

use crate::abi::*;
use crate::call::{Depth, type_name};
use crate::err::{PyErr, PyResult, from_ptr};
use crate::exceptions;
use crate::object;
use crate::ptr::{Object, Owned};
use crate::thread::Py;
use crate::types::is_subtype;
use crate::{boolean, name, unicode};
use core::ffi::c_int;

pub const LT: c_int = 0;
pub const LE: c_int = 1;
pub const EQ: c_int = 2;
pub const NE: c_int = 3;
pub const GT: c_int = 4;
pub const GE: c_int = 5;
const OPERATOR: [&str; 6] = ["<", "<=", "==", "!=", ">", ">="];
const SWAPPED: [c_int; 6] = [GT, GE, EQ, NE, LT, LE];

/// `PyObject_Hash`.
pub fn hash(py: Py<'_>, o: &PyObject) -> PyResult<Py_hash_t> {
    let f = match o.ty().tp_hash.get() {
        Some(f) => f,
        None => late_hash(py, o)?,
    };
    // SAFETY: the slot's contract.
    match unsafe { f(o.as_ptr()) } {
        -1 => Err(PyErr::fetch(py)),
        h => Ok(h),
    }
}

/// The slot of a static type of C code that was never readied, which is done here.
#[cold]
fn late_hash(py: Py<'_>, o: &PyObject) -> PyResult<unsafe extern "C" fn(*mut PyObject) -> Py_hash_t> {
    if o.ty().tp_flags.get() & crate::abi::constants::Py_TPFLAGS_READY == 0 {
        crate::types::ready(py, o.ty())?;
    }
    o.ty().tp_hash.get().ok_or_else(|| unhashable(py, o))
}

#[cold]
fn unhashable(py: Py<'_>, o: &PyObject) -> PyErr {
    exceptions::type_error(py, format_args!("unhashable type: '{}'", type_name(o.ty())))
}

/// `PyObject_HashNotImplemented`, the `tp_hash` of types whose instances have none.
///
/// # Safety
/// GIL, LIVE: the contract of slots.
pub unsafe extern "C" fn hash_not_implemented(o: *mut PyObject) -> Py_hash_t {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        unhashable(py, &*o).restore(py);
    }
    -1
}

/// `_Py_HashPointer`.
pub fn hash_pointer(p: *const core::ffi::c_void) -> Py_hash_t {
    match (p as usize).rotate_right(4) as Py_hash_t {
        -1 => -2,
        h => h,
    }
}

/// One operand's `tp_richcompare`; None if it has none or answers `NotImplemented`.
fn try_compare(py: Py<'_>, a: &PyObject, b: &PyObject, op: c_int) -> PyResult<Option<Owned>> {
    let Some(f) = a.ty().tp_richcompare.get() else { return Ok(None) };
    // SAFETY: the slot's contract.
    let r = unsafe { from_ptr::<PyObject>(py, f(a.as_ptr(), b.as_ptr(), op))? };
    Ok((!object::is_not_implemented(&r)).then_some(r))
}

/// `PyObject_RichCompare`.
pub fn rich_compare(py: Py<'_>, a: &PyObject, b: &PyObject, op: c_int) -> PyResult {
    let _depth = Depth::enter(py, " in comparison")?;
    let mut tried_right = false;
    let swapped = SWAPPED[op as usize];
    if !a.ty().is(b.ty()) && is_subtype(b.ty(), a.ty()) && b.ty().tp_richcompare.get().is_some() {
        tried_right = true;
        if let Some(r) = try_compare(py, b, a, swapped)? {
            return Ok(r);
        }
    }
    if let Some(r) = try_compare(py, a, b, op)? {
        return Ok(r);
    }
    if !tried_right && let Some(r) = try_compare(py, b, a, swapped)? {
        return Ok(r);
    }
    match op {
        EQ => Ok(boolean::new(a.is(b)).upcast()),
        NE => Ok(boolean::new(!a.is(b)).upcast()),
        _ => Err(exceptions::type_error(
            py,
            format_args!(
                "'{}' not supported between instances of '{}' and '{}'",
                OPERATOR[op as usize],
                type_name(a.ty()),
                type_name(b.ty())
            ),
        )),
    }
}

/// `PyObject_RichCompareBool`: identity decides `==` and `!=` first.
#[inline]
pub fn rich_compare_bool(py: Py<'_>, a: &PyObject, b: &PyObject, op: c_int) -> PyResult<bool> {
    if a.is(b) {
        match op {
            EQ => return Ok(true),
            NE => return Ok(false),
            _ => {}
        }
    }
    if a.ty().is(b.ty())
        && let Some(answer) = compare_plain(a, b, op)
    {
        return Ok(answer);
    }
    let r = rich_compare(py, a, b, op)?;
    is_true(py, &r)
}

/// The comparison of two short ints, or of two strings, of exactly these types; they run no code of anyone.
#[inline]
fn compare_plain(a: &PyObject, b: &PyObject, op: c_int) -> Option<bool> {
    let order = if let (Some(a), Some(b)) = (crate::long::check_exact(a), crate::long::check_exact(b)) {
        crate::long::compact(a)?.cmp(&crate::long::compact(b)?)
    } else {
        let (a, b) = (crate::unicode::check_exact(a)?, crate::unicode::check_exact(b)?);
        match op {
            EQ => return Some(crate::unicode::equal(a, b)),
            NE => return Some(!crate::unicode::equal(a, b)),
            _ => crate::unicode::compare(a, b),
        }
    };
    Some(compare_ordering(order, op))
}

/// `PyObject_IsTrue`.
#[inline]
pub fn is_true(py: Py<'_>, o: &PyObject) -> PyResult<bool> {
    if o.is(&boolean::_Py_TrueStruct.0) {
        return Ok(true);
    }
    if o.is(&boolean::_Py_FalseStruct.0) || object::is_none(o) {
        return Ok(false);
    }
    let ty = o.ty();
    // SAFETY: LIVE: the method tables of a live type; the slots' contracts.
    let r = unsafe {
        if let Some(f) = ty.tp_as_number.get().as_ref().and_then(|t| t.nb_bool.get()) {
            f(o.as_ptr()) as isize
        } else if let Some(f) = ty.tp_as_mapping.get().as_ref().and_then(|t| t.mp_length.get()) {
            f(o.as_ptr())
        } else if let Some(f) = ty.tp_as_sequence.get().as_ref().and_then(|t| t.sq_length.get()) {
            f(o.as_ptr())
        } else {
            return Ok(true);
        }
    };
    if r < 0 { Err(PyErr::fetch(py)) } else { Ok(r > 0) }
}

/// `PyObject_Size`.
pub fn len(py: Py<'_>, o: &PyObject) -> PyResult<usize> {
    let ty = o.ty();
    // SAFETY: LIVE: the method tables of a live type; the slots' contracts.
    let r = unsafe {
        if let Some(f) = ty.tp_as_sequence.get().as_ref().and_then(|t| t.sq_length.get()) {
            f(o.as_ptr())
        } else if let Some(f) = ty.tp_as_mapping.get().as_ref().and_then(|t| t.mp_length.get()) {
            f(o.as_ptr())
        } else {
            return Err(exceptions::type_error(
                py,
                format_args!("object of type '{}' has no len()", type_name(ty)),
            ));
        }
    };
    if r < 0 { Err(PyErr::fetch(py)) } else { Ok(r as usize) }
}

/// `PyIter_Check`.
pub fn is_iterator(o: &PyObject) -> bool {
    o.ty().tp_iternext.get().is_some_and(|f| !core::ptr::fn_addr_eq(f, next_not_implemented as iternextfunc))
}

/// `_PyObject_NextNotImplemented`: the slot of a type whose `__next__` was set to None or deleted.
///
/// # Safety
/// GIL, LIVE: the contract of slots.
pub unsafe extern "C" fn next_not_implemented(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        let name = type_name((*o).ty());
        exceptions::type_error(py, format_args!("'{name}' object is not iterable")).restore(py);
    }
    core::ptr::null_mut()
}

/// `PyObject_GetIter`.
pub fn iter(py: Py<'_>, o: &PyObject) -> PyResult {
    let Some(f) = o.ty().tp_iter.get() else {
        if crate::sequence::check(o) {
            return crate::sequence::iterator(py, o);
        }
        return Err(exceptions::type_error(
            py,
            format_args!("'{}' object is not iterable", type_name(o.ty())),
        ));
    };
    // SAFETY: the slot's contract.
    let it = unsafe { from_ptr::<PyObject>(py, f(o.as_ptr()))? };
    if !is_iterator(&it) {
        return Err(exceptions::type_error(
            py,
            format_args!("iter() returned non-iterator of type '{}'", type_name(it.ty())),
        ));
    }
    Ok(it)
}

/// `PyIter_Next`: None at the end.
#[inline]
pub fn next(py: Py<'_>, it: &PyObject) -> PyResult<Option<Owned>> {
    let Some(f) = it.ty().tp_iternext.get() else {
        return Err(exceptions::type_error(
            py,
            format_args!("'{}' object is not an iterator", type_name(it.ty())),
        ));
    };
    // SAFETY: the slot's contract.
    unsafe { iter_result(py, f(it.as_ptr())) }
}

/// What `tp_iternext` gave: NULL without an exception, or with `StopIteration`, is the end.
///
/// # Safety
/// OWNED where not NULL.
#[inline(always)]
pub unsafe fn iter_result(py: Py<'_>, p: *mut PyObject) -> PyResult<Option<Owned>> {
    // SAFETY: the caller's promise.
    if let Some(o) = unsafe { Owned::from_raw_opt(p) } {
        return Ok(Some(o));
    }
    match PyErr::take(py) {
        None => Ok(None),
        Some(e) if exceptions::matches(&e, &exceptions::StopIteration) => Ok(None),
        Some(e) => Err(e),
    }
}

/// `PySequence_Fast` for what is no list or tuple: its items; `message` is what a `TypeError` of `iter` then says.
pub fn collect_fast(py: Py<'_>, o: &PyObject, message: &str) -> PyResult<Vec<Owned>> {
    match iter(py, o) {
        Err(e) if exceptions::matches(&e, &exceptions::TypeError) => {
            Err(exceptions::type_error(py, format_args!("{message}")))
        }
        it => collect(py, &*it?),
    }
}

/// Every item of an iterable, in order (`PySequence_List` without the list).
pub fn collect(py: Py<'_>, iterable: &PyObject) -> PyResult<Vec<Owned>> {
    if let Some(items) = crate::sequence::exact_items(iterable) {
        return Ok(items.iter().map(|i| (**i).to_owned()).collect());
    }
    let it = iter(py, iterable)?;
    // A hint that cannot be met is no mere hint to CPython either.
    let mut out = Vec::new();
    if out.try_reserve(length_hint(py, iterable, 8)?).is_err() {
        return Err(exceptions::memory_error(py));
    }
    while let Some(item) = next(py, &it)? {
        out.push(item);
    }
    Ok(out)
}

/// `PyObject_Repr`.
pub fn repr(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    let Some(f) = o.ty().tp_repr.get() else {
        let text = format!("<{} object at {:#x}>", type_name(o.ty()), o.as_ptr() as usize);
        return unicode::from_str(py, &text);
    };
    let _depth = Depth::enter(py, " while getting the repr of an object")?;
    // SAFETY: the slot's contract.
    let r = unsafe { from_ptr::<PyObject>(py, f(o.as_ptr()))? };
    as_text(py, r, "__repr__")
}

/// `PyObject_Str`.
pub fn str(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    if let Some(s) = unicode::check_exact(o) {
        return Ok(s.to_owned());
    }
    let Some(f) = o.ty().tp_str.get() else { return repr(py, o) };
    let _depth = Depth::enter(py, " while getting the str of an object")?;
    // SAFETY: the slot's contract.
    let r = unsafe { from_ptr::<PyObject>(py, f(o.as_ptr()))? };
    as_text(py, r, "__str__")
}

fn as_text(py: Py<'_>, r: Owned, method: &str) -> PyResult<Owned<PyUnicodeObject>> {
    if unicode::check(&r).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("{method} returned non-string (type {})", type_name(r.ty())),
        ));
    }
    // SAFETY: LAYOUT: just checked.
    Ok(unsafe { r.cast() })
}

/// `PyObject_LengthHint`: `len()`, else `__length_hint__`, else `default`.
pub fn length_hint(py: Py<'_>, o: &PyObject, default: usize) -> PyResult<usize> {
    // SAFETY: LIVE: a type's tables outlive it.
    let sized = unsafe {
        o.ty().tp_as_sequence.get().as_ref().is_some_and(|t| t.sq_length.get().is_some())
            || o.ty().tp_as_mapping.get().as_ref().is_some_and(|t| t.mp_length.get().is_some())
    };
    if sized {
        match len(py, o) {
            Err(e) if exceptions::matches(&e, &exceptions::TypeError) => {}
            r => return r,
        }
    }
    let hint = match crate::types::special::call_maybe(py, o, name!("__length_hint__"), []) {
        Ok(Some(hint)) => hint,
        Ok(None) => return Ok(default),
        Err(e) if exceptions::matches(&e, &exceptions::TypeError) => return Ok(default),
        Err(e) => return Err(e),
    };
    if crate::object::is_not_implemented(&hint) {
        return Ok(default);
    }
    let Some(n) = crate::long::check(&hint) else {
        return Err(exceptions::type_error(
            py,
            format_args!("__length_hint__ must be an integer, not {}", crate::call::type_name(hint.ty())),
        ));
    };
    let n = crate::number::to_ssize(py, n, &exceptions::OverflowError)?;
    usize::try_from(n)
        .map_err(|_| exceptions::value_error(py, format_args!("__length_hint__() should return >= 0")))
}

/// `PyCallable_Check`.
pub fn is_callable(o: &PyObject) -> bool {
    o.ty().tp_call.get().is_some()
}

/// `PyObject_ASCII`.
pub fn ascii(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    let r = repr(py, o)?;
    match dxpy_text::strings::repr::escape_non_ascii(unicode::view(&r)) {
        Some(escaped) => unicode::from_buf(py, escaped),
        None => Ok(r),
    }
}

/// `PyObject_Format`; the specification is a str, none is the empty one.
pub fn format(py: Py<'_>, o: &PyObject, spec: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
    if let Some(spec) = spec
        && unicode::check(spec).is_none()
    {
        return Err(exceptions::system_error(
            py,
            format_args!("Format specifier must be a string, not {}", type_name(spec.ty())),
        ));
    }
    if spec.is_none_or(|s| unicode::check(s).is_some_and(|s| unicode::len(s) == 0)) {
        if let Some(s) = unicode::check_exact(o) {
            return Ok(s.to_owned());
        }
        if crate::long::check_exact(o).is_some() {
            return str(py, o);
        }
    }
    let empty;
    let spec = match spec {
        Some(s) => s,
        None => {
            empty = unicode::empty();
            empty.as_object()
        }
    };
    let Some(m) = crate::types::special::lookup(py, o, crate::name!("__format__"))? else {
        return Err(exceptions::type_error(
            py,
            format_args!("Type {} doesn't define __format__", type_name(o.ty())),
        ));
    };
    let r = m.call(py, o, [spec])?;
    if unicode::check(&r).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("__format__ must return a str, not {}", type_name(r.ty())),
        ));
    }
    // SAFETY: LAYOUT: just checked.
    Ok(unsafe { r.cast() })
}

/// Whether an ordering answers an operator.
pub fn compare_ordering(ordering: core::cmp::Ordering, op: c_int) -> bool {
    match op {
        LT => ordering.is_lt(),
        LE => ordering.is_le(),
        EQ => ordering.is_eq(),
        NE => ordering.is_ne(),
        GT => ordering.is_gt(),
        _ => ordering.is_ge(),
    }
}

/// An object whose text is being made (`Py_ReprEnter`); leaves when dropped.
pub struct ReprGuard(*const PyObject);

thread_local! {
    /// The objects whose text this thread is making.
    static IN_REPR: core::cell::RefCell<Vec<*const PyObject>> = const { core::cell::RefCell::new(Vec::new()) };
}

impl ReprGuard {
    /// Enters, or None if the object's text is being made already, further up.
    pub fn enter(_: Py<'_>, o: &PyObject) -> PyResult<Option<ReprGuard>> {
        let p: *const PyObject = o;
        Ok(IN_REPR.with_borrow_mut(|list| {
            if list.contains(&p) {
                return None;
            }
            list.push(p);
            Some(ReprGuard(p))
        }))
    }

    /// `Py_ReprLeave`, for who forgot the guard itself: C code.
    pub fn leave(o: *const PyObject) {
        IN_REPR.with_borrow_mut(|list| {
            if let Some(i) = list.iter().rposition(|p| *p == o) {
                list.remove(i);
            }
        });
    }
}

impl Drop for ReprGuard {
    fn drop(&mut self) {
        ReprGuard::leave(self.0);
    }
}
