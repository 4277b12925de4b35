//! `_queue`: a queue without bound whose `put()` may be called at any moment, in destructors and signal handlers too
//! (`Modules/_queuemodule.c`).

use crate::_thread::lock;
use core::cell::{Cell, RefCell};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::bind_call;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, call, dict, exceptions, gc, glue, hooks, methods, name, object, signature,
    tuple, types, unicode, weakref,
};
use dxpy_host::thread::Lock;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// `_queue`.
pub static MODULE: StaticModule = StaticModule::new(c"_queue")
    .doc(c"The queue that the queue module builds on; not for use by itself.")
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

/// `_queue.Empty`.
static EMPTY: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    types::ready::ready(py, &QUEUE)?;
    if EMPTY.get().is_null() {
        let d = dict::new(py)?;
        dict::set(py, &d, name!("__module__").obj(py), unicode::from_str(py, "_queue")?.as_object())?;
        let doc = unicode::from_str(py, "Exception raised by Queue.get(block=0)/get_nowait().")?;
        dict::set(py, &d, name!("__doc__").obj(py), doc.as_object())?;
        let bases = tuple::from_iter(py, [exceptions::Exception.as_object().to_owned()])?;
        let name = unicode::from_str(py, "Empty")?;
        let args = [name.as_object(), bases.as_object(), d.as_object()];
        EMPTY.set(call::call(py, types::PyType_Type.as_object(), args)?.into_ptr());
    }
    // SAFETY: LIVE: the cell holds the class.
    module::add(py, m, "Empty", unsafe { &*EMPTY.get() })?;
    module::add(py, m, "SimpleQueue", QUEUE.as_object())
}

/// What a queue is made of.
struct Inner {
    /// Held while nobody may go on: the queue is empty and somebody waits.
    lock: Lock,
    /// Whether it is held.
    locked: Cell<bool>,
    items: RefCell<VecDeque<Owned>>,
}

#[repr(C)]
struct QueueObject {
    ob_base: PyObject,
    inner: Cell<*mut Inner>,
    weakrefs: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for QueueObject {}

static QUEUE: StaticType = StaticType::new::<QueueObject>(c"_queue.SimpleQueue")
    .doc(c"SimpleQueue()\n--\n\nA queue, first in, first out, without bound.")
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE)
    .weaklist(offset_of!(QueueObject, weakrefs))
    .create(glue::create(create))
    .methods(&METHODS)
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(|_: Py<'_>, q: &QueueObject| empty_out(q)))
    .dealloc(glue::dealloc(dealloc));

methods! { static METHODS: for QueueObject [
    "empty" = empty [0], "($self, /)", "Whether the queue is empty, for now.";
    "get" = get [2], "($self, /, block=True, timeout=None)", "Takes the first item, waiting for one if need be; raises Empty if there is none in time.", defining;
    "get_nowait" = get_nowait [0], "($self, /)", "Takes the first item; raises Empty if there is none.", defining;
    "put" = put [3], "($self, /, item, block=True, timeout=None)", "Adds an item. The other arguments are for the likeness with Queue.put().";
    "put_nowait" = put_nowait [1], "($self, /, item)", "Adds an item.";
    "qsize" = qsize [0], "($self, /)", "The number of items, for now.";
    "__class_getitem__" = class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }

fn inner(q: &QueueObject) -> &Inner {
    // SAFETY: set when the queue was made, and freed with it.
    unsafe { &*q.inner.get() }
}

fn create(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    // A subclass's `__init__` may take what it likes.
    if ty.is(QUEUE.as_object()) {
        bind_call(py, signature!("SimpleQueue", "()"), args, kw, |_| Ok(()))?;
    }
    // SAFETY: LAYOUT: subtypes begin like this struct.
    let q: Owned<QueueObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    let inner = Inner { lock: Lock::new(), locked: Cell::new(false), items: RefCell::default() };
    q.inner.set(Box::into_raw(Box::new(inner)));
    Ok(q.upcast())
}

fn traverse(q: &QueueObject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    if q.inner.get().is_null() {
        return Ok(());
    }
    inner(q).items.borrow().iter().try_for_each(|o| v.visit(&Cell::new(o.as_ptr())))
}

/// Releases the items; whatever that runs sees an empty queue.
fn empty_out(q: &QueueObject) {
    if !q.inner.get().is_null() {
        let old = inner(q).items.take();
        drop(old);
    }
}

fn dealloc(py: Py<'_>, q: &QueueObject) {
    // SAFETY: the object has a collector header; what it owns is released once and its memory last.
    unsafe {
        gc::untrack(q.as_object());
        weakref::clear_all(py, q.as_object());
        empty_out(q);
        let p = q.inner.replace(core::ptr::null_mut());
        if !p.is_null() {
            drop(Box::from_raw(p));
        }
        object::tp_free(q.as_object());
    }
}

fn empty(_: Py<'_>, q: &QueueObject) -> bool {
    inner(q).items.borrow().is_empty()
}

fn qsize(_: Py<'_>, q: &QueueObject) -> usize {
    inner(q).items.borrow().len()
}

fn put_nowait(_: Py<'_>, q: &QueueObject, item: &PyObject) {
    let inner = inner(q);
    inner.items.borrow_mut().push_back(item.to_owned());
    if inner.locked.replace(false) {
        inner.lock.release();
    }
}

fn put(py: Py<'_>, q: &QueueObject, item: &PyObject, _: Option<bool>, _: Option<&PyObject>) {
    put_nowait(py, q, item);
}

fn nothing(py: Py<'_>) -> PyErr {
    // SAFETY: LIVE: the cell holds the class since the module was made.
    match unsafe { EMPTY.get().as_ref() }.and_then(types::check) {
        Some(class) => exceptions::create(py, class, None),
        None => exceptions::runtime_error(py, format_args!("_queue.Empty is gone")),
    }
}

fn get(py: Py<'_>, q: &QueueObject, block: Option<bool>, timeout: Option<&PyObject>) -> PyResult {
    let timeout = match timeout.filter(|t| !object::is_none(t)) {
        _ if block == Some(false) => lock::AT_ONCE,
        None => lock::FOREVER,
        Some(t) => {
            let ns = lock::nanoseconds(py, t)?;
            if ns < 0 {
                return Err(exceptions::value_error(
                    py,
                    format_args!("'timeout' must be a non-negative number"),
                ));
            }
            ns
        }
    };
    take(py, q, timeout)
}

fn get_nowait(py: Py<'_>, q: &QueueObject) -> PyResult {
    take(py, q, lock::AT_ONCE)
}

/// Who finds the queue empty takes the lock, then waits for it: `put()` releases it.
fn take(py: Py<'_>, q: &QueueObject, timeout: i64) -> PyResult {
    let q = q.to_owned();
    let inner = inner(&q);
    let end = u64::try_from(timeout).ok().and_then(|t| Instant::now().checked_add(Duration::from_nanos(t)));
    let mut left = timeout;
    loop {
        let first = inner.items.borrow_mut().pop_front();
        if let Some(item) = first {
            if inner.locked.replace(false) {
                inner.lock.release();
            }
            return Ok(item);
        }
        if !lock::acquire(py, &inner.lock, left)? {
            return Err(nothing(py));
        }
        inner.locked.set(true);
        if timeout > 0
            && let Some(end) = end
        {
            left = end.saturating_duration_since(Instant::now()).as_nanos() as i64;
        }
    }
}

fn class_getitem(py: Py<'_>, ty: &QueueObject, item: &PyObject) -> PyResult {
    hooks::generic_alias(py, ty.as_object(), item)
}
