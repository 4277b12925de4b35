//! What `co_lines` and `co_positions` give (`_PyLineIterator`, `_PyPositionsIterator`): iterators over a code object's
//! location table, which are decoded as they go.

use super::line_table;
use core::cell::Cell;
use dxpy_bytecode::linetable;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{Owned, Py, PyResult, glue, long, object, tuple};

/// The numbers of a row, of which some are not known.
type Row = Vec<Option<i32>>;
type Rows = Box<dyn Iterator<Item = Row>>;

#[repr(C)]
struct TableIter {
    base: PyObject,
    code: Cell<*mut PyObject>,
    /// The rows to come; they borrow from the code object.
    rows: Cell<*mut Rows>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for TableIter {}

const fn iterator(name: &'static core::ffi::CStr) -> StaticType {
    StaticType::new::<TableIter>(name)
        .iter(glue::unary(|_: Py<'_>, it: &PyObject| Ok(it.to_owned())))
        .iternext(glue::iternext(next))
        .dealloc(glue::dealloc(|_: Py<'_>, it: &TableIter| {
            // SAFETY: the rows are the iterator's own and go before the code they borrow from; the memory goes last.
            unsafe {
                drop(Box::from_raw(it.rows.get()));
                object::clear_field(&it.code);
                object::free(it.as_object());
            }
        }))
}

/// `line_iterator`.
pub(super) static LINES: StaticType = iterator(c"line_iterator");
/// `positions_iterator`.
pub(super) static POSITIONS: StaticType = iterator(c"positions_iterator");

fn next(py: Py<'_>, it: &TableIter) -> PyResult<Option<Owned>> {
    // SAFETY: the rows are the iterator's own; decoding them runs no Python code, so nobody else uses them.
    let Some(row) = (unsafe { (*it.rows.get()).next() }) else { return Ok(None) };
    let mut items = Vec::with_capacity(row.len());
    for n in row {
        items.push(match n {
            Some(n) => long::from_i64(py, n.into())?.upcast(),
            None => object::none(),
        });
    }
    Ok(Some(tuple::from_iter(py, items)?.upcast()))
}

fn new(
    py: Py<'_>,
    ty: &'static StaticType,
    c: &PyCodeObject,
    rows: impl FnOnce(&'static [u8], i32) -> Rows,
) -> PyResult {
    // SAFETY: LIVE: the iterator holds the code object, whose table never changes, for as long as the rows. Both fields are
    // set before anyone sees the object.
    unsafe {
        let it = object::alloc_uninit::<TableIter>(py, ty, size_of::<TableIter>())?;
        let table: &'static [u8] = core::mem::transmute::<&[u8], &'static [u8]>(line_table(c));
        it.rows.set(Box::into_raw(Box::new(rows(table, c.co_firstlineno.get()))));
        it.code.set(c.to_owned().into_ptr());
        Ok(it.upcast())
    }
}

/// `co_lines`: where each line's code begins and ends, and the line.
pub(super) fn lines(py: Py<'_>, c: &PyCodeObject) -> PyResult {
    new(py, &LINES, c, |table, first| {
        let row = |r: linetable::LineRange| vec![Some(r.start as i32), Some(r.end as i32), r.line];
        Box::new(linetable::lines(table, first).map(row))
    })
}

/// `co_positions`: of each code unit the lines and columns it comes from.
pub(super) fn positions(py: Py<'_>, c: &PyCodeObject) -> PyResult {
    new(py, &POSITIONS, c, |table, first| {
        Box::new(linetable::positions(table, first).map(|l| {
            [l.lineno, l.end_lineno, l.col_offset, l.end_col_offset].map(|n| (n != -1).then_some(n)).to_vec()
        }))
    })
}
