//! The iterators of `collections.deque`, forwards and backwards.

use super::deque::{self, DequeObject};
use crate::fields::view;
use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::args::FromArg;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyResult, args, attr, call, exceptions, gc, glue, long, methods, object, signature, tuple,
};

/// An iterator of either kind.
#[repr(C)]
pub struct IterObject {
    ob_base: PyObject,
    deque: Cell<*mut PyObject>,
    /// How many items came already.
    done: Cell<usize>,
    /// The deque's state when the iterator was made.
    state: Cell<usize>,
    /// How many items are still to come.
    left: Cell<isize>,
    /// Zero is forwards.
    backwards: Cell<usize>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for IterObject {}

const fn iterator(name: &'static core::ffi::CStr) -> StaticType {
    StaticType::new::<IterObject>(name)
        .traverse(glue::traverse(|it: &IterObject, v: &glue::Visitor| v.visit(&it.deque)))
        .dealloc(glue::dealloc(dealloc))
        .getattro(attr::generic_get_slot)
        .iter(glue::unary(|_: Py<'_>, it: &PyObject| Ok(it.to_owned())))
        .iternext(glue::iternext(next))
        .create(glue::create(create))
        .methods(&METHODS)
}

/// `collections._deque_iterator`.
pub static FORWARD: StaticType = iterator(c"collections._deque_iterator");
/// `collections._deque_reverse_iterator`.
pub static BACKWARD: StaticType = iterator(c"collections._deque_reverse_iterator");

methods! { static METHODS: for IterObject [
    "__length_hint__" = length_hint [0], "!($self, /)", "Private method returning an estimate of len(list(it)).";
    "__reduce__" = reduce [0], "!($self, /)", "Return state information for pickling.";
] }

fn dealloc(_: Py<'_>, it: &IterObject) {
    // SAFETY: the type has a collector header; the field is released once and the memory last.
    unsafe {
        gc::untrack(it.as_object());
        object::clear_field(&it.deque);
        object::tp_free(it.as_object());
    }
}

fn new(py: Py<'_>, ty: &PyTypeObject, d: &DequeObject, backwards: bool) -> PyResult<Owned<IterObject>> {
    // SAFETY: LAYOUT: an instance of one of these types.
    let it: Owned<IterObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    it.deque.set(d.to_owned().into_ptr());
    it.state.set(d.state.get());
    it.left.set(d.len() as isize);
    it.backwards.set(backwards as usize);
    Ok(it)
}

/// `deque_iter`.
pub fn forward(py: Py<'_>, d: &DequeObject) -> PyResult {
    new(py, &FORWARD, d, false).map(Owned::upcast)
}

/// `deque___reversed__`.
pub fn backward(py: Py<'_>, d: &DequeObject) -> PyResult {
    new(py, &BACKWARD, d, true).map(Owned::upcast)
}

/// `dequeiter_new`: how pickles make one, with the number of items to skip.
fn create(py: Py<'_>, ty: &PyTypeObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let kw = kw.filter(|kw| !has_keywords(Some(kw)));
    args::bind_call(py, signature!("function", "!(deque, index=0, /)"), given, kw, |b| {
        let o: &PyObject = b.arg(py, 0)?;
        let skip = Option::<isize>::from_arg(py, b, 1)?.unwrap_or(0);
        let Some(d) = deque::check(o) else {
            let shown = call::type_name(o.ty());
            return Err(exceptions::type_error(
                py,
                format_args!("argument 1 must be collections.deque, not {shown}"),
            ));
        };
        let it = new(py, ty, d, ty.is(&BACKWARD.0))?;
        let skip = skip.clamp(0, d.len() as isize);
        it.done.set(skip as usize);
        it.left.set(it.left.get() - skip);
        Ok(it.upcast())
    })
}

fn next(py: Py<'_>, it: &IterObject) -> PyResult<Option<Owned>> {
    // SAFETY: LIVE, LAYOUT: the iterator holds a deque.
    let Some(d) = (unsafe { it.deque.get().as_ref() }) else { return Ok(None) };
    // SAFETY: as above.
    let d: &DequeObject = unsafe { view(d) };
    if d.state.get() != it.state.get() {
        it.left.set(0);
        return Err(exceptions::runtime_error(py, format_args!("deque mutated during iteration")));
    }
    if it.left.get() == 0 {
        return Ok(None);
    }
    let i = it.done.get();
    let o = d.get(if it.backwards.get() != 0 { d.len().wrapping_sub(i + 1) } else { i });
    it.done.set(i + 1);
    it.left.set(it.left.get() - 1);
    Ok(o)
}

fn length_hint(_: Py<'_>, it: &IterObject) -> isize {
    it.left.get()
}

/// `dequeiter_reduce`.
fn reduce(py: Py<'_>, it: &IterObject) -> PyResult<Owned<PyTupleObject>> {
    let d = crate::fields::get(&it.deque).unwrap_or_else(object::none);
    let len = deque::check(&d).map_or(0, DequeObject::len) as i64;
    let args = tuple::from_iter(py, [d, long::from_i64(py, len - it.left.get() as i64)?.upcast()])?;
    tuple::from_iter(py, [it.ty().as_object().to_owned(), args.upcast()])
}
