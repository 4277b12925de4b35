//! What happens around a fork (`PyOS_BeforeFork`, `PyOS_AfterFork_Parent`, `PyOS_AfterFork_Child`): the functions of
//! `os.register_at_fork`, the locks of the runtime, and what modules of the upper layers do in the child.

use super::{Py, import_lock, states};
use crate::abi::{PyListObject, PyObject};
use crate::err::PyResult;
use crate::ptr::Object;
use crate::statics::Gil;
use crate::{call, exceptions, list};
use core::cell::{Cell, RefCell};

/// The lists of `os.register_at_fork`, NULL while empty.
struct Functions {
    before: Cell<*mut PyObject>,
    parent: Cell<*mut PyObject>,
    child: Cell<*mut PyObject>,
}

static FUNCTIONS: Gil<Functions> = Gil(Functions {
    before: Cell::new(core::ptr::null_mut()),
    parent: Cell::new(core::ptr::null_mut()),
    child: Cell::new(core::ptr::null_mut()),
});

/// What modules do in the child.
static IN_CHILD: Gil<RefCell<Vec<fn(Py<'_>)>>> = Gil(RefCell::new(Vec::new()));

/// Has a function run in every child process, before those of programs; once.
pub fn in_child(_: Py<'_>, f: fn(Py<'_>)) {
    IN_CHILD.borrow_mut().push(f);
}

/// `os.register_at_fork`.
pub fn register(
    py: Py<'_>,
    before: Option<&PyObject>,
    parent: Option<&PyObject>,
    child: Option<&PyObject>,
) -> PyResult<()> {
    let all = [(&FUNCTIONS.before, before), (&FUNCTIONS.parent, parent), (&FUNCTIONS.child, child)];
    for (cell, f) in all {
        let Some(f) = f else { continue };
        if cell.get().is_null() {
            cell.set(list::new(py)?.into_ptr());
        }
        // SAFETY: LIVE, LAYOUT: the cell holds a list for good.
        list::append(py, unsafe { &*(cell.get() as *const PyListObject) }, f)?;
    }
    Ok(())
}

/// Calls the functions of a list as it is now; what they raise nobody can receive.
fn run(py: Py<'_>, cell: &Cell<*mut PyObject>, backwards: bool) {
    // SAFETY: LIVE, LAYOUT: the cell holds a list, or NULL.
    let Some(l) = (unsafe { (cell.get() as *const PyListObject).as_ref() }) else { return };
    let mut all: Vec<_> = list::items(l).iter().map(|f| (*f).to_owned()).collect();
    if backwards {
        all.reverse();
    }
    for f in all {
        if let Err(e) = call::call(py, &f, []) {
            exceptions::unraisable(py, e, Some(&f));
        }
    }
}

/// Before the fork; [`in_parent`] or [`after`] ends what begins here.
pub fn before(py: Py<'_>) {
    run(py, &FUNCTIONS.before, true);
    import_lock::acquire(py);
}

/// In the parent, also when the fork failed.
pub fn in_parent(py: Py<'_>) {
    import_lock::release(py);
    run(py, &FUNCTIONS.parent, false);
}

/// In the child.
///
/// # Safety
/// In a child process, by the thread that forked with the GIL held.
pub unsafe fn after(py: Py<'_>) {
    // SAFETY: the caller's promise.
    unsafe { states::after_fork_child(py) };
    import_lock::release(py);
    let hooks = IN_CHILD.borrow().clone();
    for f in hooks {
        f(py);
    }
    run(py, &FUNCTIONS.child, false);
}

/// The end of the interpreter lets go of the functions.
pub fn clear(_: Py<'_>) {
    for cell in [&FUNCTIONS.before, &FUNCTIONS.parent, &FUNCTIONS.child] {
        crate::object::clear_field(cell);
    }
}
