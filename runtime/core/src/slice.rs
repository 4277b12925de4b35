//! `slice`: construction, fields, and the arithmetic of indices (`Objects/sliceobject.c`). Comparison, repr, `indices`
//! and the constructor come with the object protocol.

use crate::abi::*;
use crate::err::PyResult;
use crate::exceptions;
use crate::gc;
use crate::glue;
use crate::number;
use crate::object;
use crate::ptr::{Object, Owned};
use crate::statics::StaticType;
use crate::thread::Py;
use core::ffi::c_int;

/// `slice`.
#[unsafe(no_mangle)]
pub static PySlice_Type: StaticType = StaticType::new::<PySliceObject>(c"slice")
    .traverse(glue::traverse(traverse))
    .dealloc(glue::dealloc(dealloc));

/// `PySlice_New`; what is not given is `None`.
pub fn new(
    py: Py<'_>,
    start: Option<&PyObject>,
    stop: Option<&PyObject>,
    step: Option<&PyObject>,
) -> PyResult<Owned<PySliceObject>> {
    let field = |o: Option<&PyObject>| o.map_or_else(object::none, Object::to_owned).into_ptr();
    // SAFETY: every field after the header is set before the object is tracked.
    unsafe {
        let s = object::alloc_uninit::<PySliceObject>(py, &PySlice_Type, size_of::<PySliceObject>())?;
        s.start.set(field(start));
        s.stop.set(field(stop));
        s.step.set(field(step));
        gc::track(s.as_object());
        Ok(s)
    }
}

/// `_PySlice_FromIndices`.
pub fn from_indices(py: Py<'_>, start: isize, stop: isize) -> PyResult<Owned<PySliceObject>> {
    let start = crate::long::from_i64(py, start as i64)?;
    let stop = crate::long::from_i64(py, stop as i64)?;
    new(py, Some(start.as_object()), Some(stop.as_object()), None)
}

/// Start, stop and step as they were given.
pub fn fields(s: &PySliceObject) -> [&PyObject; 3] {
    // SAFETY: INIT; the slice holds its fields, which never change.
    unsafe { [&*s.start.get(), &*s.stop.get(), &*s.step.get()] }
}

/// `PySlice_AdjustIndices`: start and stop within a sequence of `len` items, and how many items the slice takes.
/// `step` is not 0 and not `isize::MIN`, as `PySlice_Unpack` leaves it.
pub fn adjust_indices(len: usize, start: isize, stop: isize, step: isize) -> (isize, isize, usize) {
    debug_assert!(step != 0 && step != isize::MIN);
    let n = len as isize;
    // The ends a position beyond the sequence is moved to: one past the last item walked either way.
    let (low, high) = if step < 0 { (-1, n - 1) } else { (0, n) };
    let place = |i: isize| {
        let i = if i < 0 { i.saturating_add(n) } else { i };
        if i < 0 { low } else { i.min(high) }
    };
    let (start, stop) = (place(start), place(stop));
    let count = if step < 0 && stop < start {
        (start - stop - 1) / -step + 1
    } else if step > 0 && start < stop {
        (stop - start - 1) / step + 1
    } else {
        0
    };
    (start, stop, count as usize)
}

/// `PySlice_Check`.
#[inline(always)]
pub fn check(o: &PyObject) -> Option<&PySliceObject> {
    // SAFETY: LAYOUT: the type says so; it has no subclasses.
    o.ty().is(&PySlice_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PySliceObject) })
}

/// `PySlice_Unpack`: start, stop and step as sizes; the step is not 0 and not `isize::MIN`. May run Python code, so the
/// length to adjust to is read afterwards.
pub fn unpack(py: Py<'_>, s: &PySliceObject) -> PyResult<(isize, isize, isize)> {
    let [start, stop, step] = fields(s);
    let step = match number::slice_index(py, step)? {
        Some(0) => {
            return Err(exceptions::value_error(py, format_args!("slice step cannot be zero")));
        }
        // So that the step can be negated.
        step => step.unwrap_or(1).max(-isize::MAX),
    };
    let start = number::slice_index(py, start)?.unwrap_or(if step < 0 { isize::MAX } else { 0 });
    let stop = number::slice_index(py, stop)?.unwrap_or(if step < 0 { isize::MIN } else { isize::MAX });
    Ok((start, stop, step))
}

fn traverse(s: &PySliceObject, v: &glue::Visitor) -> Result<(), c_int> {
    v.visit(&s.start)?;
    v.visit(&s.stop)?;
    v.visit(&s.step)
}

/// `slice_dealloc`.
fn dealloc(_: Py<'_>, s: &PySliceObject) {
    // SAFETY: a slice has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(s.as_object());
        object::clear_field(&s.start);
        object::clear_field(&s.stop);
        object::clear_field(&s.step);
        object::free(s.as_object());
    }
}

#[cfg(test)]
mod tests {
    use super::adjust_indices;

    /// The definition: positions are moved to the ends, then walked one by one.
    fn walk(len: isize, start: isize, stop: isize, step: isize) -> (isize, isize, usize) {
        let place = |i: isize| match (i < 0, step < 0) {
            (true, true) => (i + len).max(-1),
            (true, false) => (i + len).max(0),
            (false, true) => i.min(len - 1),
            (false, false) => i.min(len),
        };
        let (start, stop) = (place(start), place(stop));
        let mut count = 0;
        let mut i = start;
        while if step < 0 { i > stop } else { i < stop } {
            count += 1;
            i += step;
        }
        (start, stop, count)
    }

    #[test]
    fn counts_what_walking_finds() {
        for len in 0..5 {
            for start in -7..8 {
                for stop in -7..8 {
                    for step in (-4..5).filter(|s| *s != 0) {
                        let got = adjust_indices(len as usize, start, stop, step);
                        assert_eq!(got, walk(len, start, stop, step), "{len} [{start}:{stop}:{step}]");
                    }
                }
            }
        }
        assert_eq!(adjust_indices(3, isize::MIN, isize::MAX, isize::MAX), (0, 3, 1));
        assert_eq!(adjust_indices(3, isize::MAX, isize::MIN, -isize::MAX), (2, -1, 1));
    }
}
