//! The functions that C code has told of types, dicts, code objects and functions (`PyType_AddWatcher` and its kin), by
//! number. Which types and dicts a watcher wants to hear of is in a field of theirs; code and functions are all watched.

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyErr;
use crate::ptr::Object;
use crate::statics::Gil;
use crate::thread::Py;
use crate::{PyResult, exceptions, protocol, unicode};
use core::cell::Cell;
use core::ffi::c_int;

/// `TYPE_MAX_WATCHERS` and the other three, which are equal.
const MOST: usize = TYPE_MAX_WATCHERS as usize;
const _: () = assert!(
    DICT_MAX_WATCHERS as usize == MOST
        && CODE_MAX_WATCHERS as usize == MOST
        && FUNC_MAX_WATCHERS as usize == MOST
);

/// `PyType_WatchCallback`: the type.
pub type TypeWatcher = unsafe extern "C" fn(*mut PyTypeObject) -> c_int;
/// `PyDict_WatchCallback`: event (`PyDict_EVENT_*`), dict, key, new value.
pub type DictWatcher = unsafe extern "C" fn(c_int, *mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
/// `PyCode_WatchCallback`: event, code.
pub type CodeWatcher = unsafe extern "C" fn(c_int, *mut PyCodeObject) -> c_int;
/// `PyFunction_WatchCallback`: event, function, new value or NULL.
pub type FunctionWatcher = unsafe extern "C" fn(c_int, *mut PyFunctionObject, *mut PyObject) -> c_int;

/// Watchers of one kind, by number.
pub struct Watchers<F: Copy> {
    all: [Cell<Option<F>>; MOST],
    /// How many there are: nothing is done for things that nobody watches.
    count: Cell<usize>,
    /// What they watch, as errors say.
    kind: &'static str,
    /// How its errors begin: of the kinds, one writes them small.
    texts: [&'static str; 2],
}

impl<F: Copy> Watchers<F> {
    const fn new(kind: &'static str, texts: [&'static str; 2]) -> Watchers<F> {
        Watchers { all: [const { Cell::new(None) }; MOST], count: Cell::new(0), kind, texts }
    }

    /// The number of a new watcher; `RuntimeError` where all are taken.
    pub fn add(&self, py: Py<'_>, f: F) -> PyResult<c_int> {
        let Some(i) = self.all.iter().position(|w| w.get().is_none()) else {
            let text = format_args!("no more {} watcher IDs available", self.kind);
            return Err(exceptions::runtime_error(py, text));
        };
        self.all[i].set(Some(f));
        self.count.set(self.count.get() + 1);
        Ok(i as c_int)
    }

    /// `validate_watcher_id`: the number of a watcher that there is, else `ValueError`.
    pub fn check(&self, py: Py<'_>, id: c_int) -> PyResult<usize> {
        let (kind, [invalid, no]) = (self.kind, self.texts);
        let Some((i, place)) = usize::try_from(id).ok().and_then(|i| Some((i, self.all.get(i)?))) else {
            return Err(exceptions::value_error(py, format_args!("{invalid} {kind} watcher ID {id}")));
        };
        if place.get().is_none() {
            return Err(exceptions::value_error(py, format_args!("{no} {kind} watcher set for ID {id}")));
        }
        Ok(i)
    }

    /// Forgets a watcher.
    pub fn remove(&self, py: Py<'_>, id: c_int) -> PyResult<()> {
        self.all[self.check(py, id)?].set(None);
        self.count.set(self.count.get() - 1);
        Ok(())
    }

    /// Calls those whose bits are set; the error of one that fails goes to `sys.unraisablehook` with what `context` gives.
    pub(crate) fn call(
        &self,
        py: Py<'_>,
        bits: usize,
        call: impl Fn(F) -> c_int,
        context: impl Fn() -> Option<crate::Owned>,
    ) {
        for (_, w) in self.all.iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0) {
            if let Some(f) = w.get()
                && call(f) < 0
                && let Some(e) = PyErr::take(py)
            {
                exceptions::unraisable(py, e, context().as_deref());
            }
        }
    }

    /// Calls all, with no exception pending; a failing one's error is told of with a text, since the object may be dying.
    #[cold]
    fn tell(&self, py: Py<'_>, o: &PyObject, event: &str, call: impl Fn(F) -> c_int) {
        let pending = PyErr::take(py);
        self.call(py, usize::MAX, call, || {
            let shown = protocol::repr(py, o).ok()?;
            let text = format!("{event} watcher callback for {}", unicode::display(shown.as_object()));
            unicode::from_str(py, &text).ok().map(crate::Owned::upcast)
        });
        if let Some(e) = pending {
            e.restore(py);
        }
    }
}

/// How errors begin that name a number no watcher can have, and one that none has.
const TEXTS: [&str; 2] = ["Invalid", "No"];

/// `interp->type_watchers`.
pub static TYPES: Gil<Watchers<TypeWatcher>> = Gil(Watchers::new("type", TEXTS));
/// `interp->dict_state.watchers`.
pub static DICTS: Gil<Watchers<DictWatcher>> = Gil(Watchers::new("dict", TEXTS));
/// `interp->code_watchers`.
pub static CODE: Gil<Watchers<CodeWatcher>> = Gil(Watchers::new("code", TEXTS));
/// `interp->func_watchers`.
pub static FUNCTIONS: Gil<Watchers<FunctionWatcher>> = Gil(Watchers::new("func", ["invalid", "no"]));

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
