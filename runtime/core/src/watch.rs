//! The functions that C code has told of code objects and functions: `PyCode_AddWatcher`, `PyFunction_AddWatcher`. Those of
//! dicts and types are with dicts and types.

use crate::abi::*;
use crate::err::PyErr;
use crate::ptr::Object;
use crate::statics::Gil;
use crate::thread::Py;
use crate::{exceptions, protocol, unicode};
use core::cell::Cell;
use core::ffi::c_int;

/// `CODE_MAX_WATCHERS`, `FUNC_MAX_WATCHERS`.
const MOST: usize = 8;

/// `PyCode_WatchCallback`: event, code.
pub type CodeWatcher = unsafe extern "C" fn(c_int, *mut PyCodeObject) -> c_int;
/// `PyFunction_WatchCallback`: event, function, new value or NULL.
pub type FunctionWatcher = unsafe extern "C" fn(c_int, *mut PyFunctionObject, *mut PyObject) -> c_int;

/// Watchers of one kind, by number.
pub struct Watchers<F: Copy> {
    all: [Cell<Option<F>>; MOST],
    /// How many there are: nothing is done for things that nobody watches.
    count: Cell<usize>,
}

impl<F: Copy> Watchers<F> {
    const fn new() -> Watchers<F> {
        Watchers { all: [const { Cell::new(None) }; MOST], count: Cell::new(0) }
    }

    /// The number of a new watcher; None where all are taken.
    pub fn add(&self, f: F) -> Option<usize> {
        let i = self.all.iter().position(|w| w.get().is_none())?;
        self.all[i].set(Some(f));
        self.count.set(self.count.get() + 1);
        Some(i)
    }

    /// Is this a number that a watcher could have?
    pub fn in_range(&self, id: c_int) -> bool {
        usize::try_from(id).is_ok_and(|i| i < MOST)
    }

    /// Forgets a watcher; false where there is none of this number.
    pub fn remove(&self, id: c_int) -> bool {
        let Some(place) = usize::try_from(id).ok().and_then(|i| self.all.get(i)) else { return false };
        let there = place.take().is_some();
        self.count.set(self.count.get() - usize::from(there));
        there
    }

    /// Calls all; the error of one that fails goes to `sys.unraisablehook`, with a text (the object may be dying).
    #[cold]
    fn tell(&self, py: Py<'_>, o: &PyObject, event: &str, call: impl Fn(F) -> c_int) {
        let pending = PyErr::take(py);
        for w in &self.all {
            let Some(f) = w.get() else { continue };
            if call(f) < 0
                && let Some(e) = PyErr::take(py)
            {
                let context = protocol::repr(py, o).and_then(|r| {
                    unicode::from_str(
                        py,
                        &format!("{event} watcher callback for {}", unicode::display(r.as_object())),
                    )
                });
                exceptions::unraisable(py, e, context.as_deref().ok().map(Object::as_object));
            }
        }
        if let Some(e) = pending {
            e.restore(py);
        }
    }
}

/// `interp->code_watchers`.
pub static CODE: Gil<Watchers<CodeWatcher>> = Gil(Watchers::new());
/// `interp->func_watchers`.
pub static FUNCTIONS: Gil<Watchers<FunctionWatcher>> = Gil(Watchers::new());

/// `PyCodeEvent`.
#[derive(Clone, Copy)]
pub enum CodeEvent {
    Create,
    Destroy,
}

/// `PyFunction_WatchEvent`.
#[derive(Clone, Copy)]
pub enum FunctionEvent {
    Create,
    Destroy,
    Code,
    Defaults,
    KwDefaults,
}

/// `notify_code_watchers`.
#[inline]
pub fn code(py: Py<'_>, event: CodeEvent, c: &PyCodeObject) {
    if CODE.count.get() != 0 {
        let name = match event {
            CodeEvent::Create => "PY_CODE_EVENT_CREATE",
            CodeEvent::Destroy => "PY_CODE_EVENT_DESTROY",
        };
        // SAFETY: the watcher's contract: a live code object.
        CODE.tell(py, c.as_object(), name, |f| unsafe { f(event as c_int, c.as_ptr().cast()) });
    }
}

/// `handle_func_event`.
#[inline]
pub fn function(py: Py<'_>, event: FunctionEvent, f: &PyFunctionObject, value: Option<&PyObject>) {
    if FUNCTIONS.count.get() != 0 {
        let name = match event {
            FunctionEvent::Create => "PyFunction_EVENT_CREATE",
            FunctionEvent::Destroy => "PyFunction_EVENT_DESTROY",
            FunctionEvent::Code => "PyFunction_EVENT_MODIFY_CODE",
            FunctionEvent::Defaults => "PyFunction_EVENT_MODIFY_DEFAULTS",
            FunctionEvent::KwDefaults => "PyFunction_EVENT_MODIFY_KWDEFAULTS",
        };
        let value = value.map_or(core::ptr::null_mut(), |v| v.as_ptr());
        // SAFETY: the watcher's contract: a live function, a live value or NULL.
        let call = |w: FunctionWatcher| unsafe { w(event as c_int, f.as_ptr().cast(), value) };
        FUNCTIONS.tell(py, f.as_object(), name, call);
    }
}

/// Tells of an object's end while it can still be looked at. False if a watcher kept it: it lives on then.
pub fn ends(o: &PyObject, tell: impl FnOnce()) -> bool {
    o.ob_refcnt.set(1);
    tell();
    o.ob_refcnt.set(o.ob_refcnt.get() - 1);
    o.ob_refcnt.get() == 0
}

/// Does anybody watch code objects?
pub fn watches_code() -> bool {
    CODE.count.get() != 0
}

/// Does anybody watch functions?
pub fn watches_functions() -> bool {
    FUNCTIONS.count.get() != 0
}
