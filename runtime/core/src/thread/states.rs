//! The list of thread states and their lives (`Python/pystate.c`): made for a thread, bound to it, attached while it
//! holds the GIL, cleared and deleted. There is one interpreter.

use super::{
    CURRENT, EVAL_BREAKER, MAIN_THREAD, MAIN_WAITS, Py, ThreadState, breaker, gil, pending, stack, turn,
};
use crate::abi::{_PyStackChunk, PyInterpreterState, PyObject, PyThreadState};
use crate::object;
use crate::ptr::Object;
use crate::statics::Gil;
use core::cell::Cell;
use core::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The interpreter as extensions name it: an address, and the list of its threads.
struct Interpreter {
    /// `PyInterpreterState_GetDict`, made at its first use.
    dict: Cell<*mut PyObject>,
    head: Cell<*mut PyThreadState>,
    next_id: Cell<u64>,
}

static INTERPRETER: Gil<Interpreter> = Gil(Interpreter {
    dict: Cell::new(core::ptr::null_mut()),
    head: Cell::new(core::ptr::null_mut()),
    next_id: Cell::new(1),
});

/// Guards the list: states are made without the GIL too.
static LIST: Mutex<()> = Mutex::new(());

std::thread_local! {
    /// The state that `PyGILState_Ensure` finds for this thread.
    static BOUND: Cell<*mut ThreadState> = const { Cell::new(core::ptr::null_mut()) };
}

fn list() -> MutexGuard<'static, ()> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `PyInterpreterState_Get`.
pub fn interpreter() -> *mut PyInterpreterState {
    (&raw const INTERPRETER).cast_mut().cast()
}

/// `PyInterpreterState_GetDict`'s place.
pub fn interpreter_dict() -> &'static Cell<*mut PyObject> {
    &INTERPRETER.dict
}

/// `PyThreadState_New`: a state that no thread uses yet. The GIL is not needed.
pub fn new() -> *mut ThreadState {
    let state = ThreadState::new();
    state.abi.interp.set(interpreter());
    let state = Box::into_raw(state);
    let _guard = list();
    // SAFETY: members of the list are alive; the list is locked.
    unsafe {
        let id = &INTERPRETER.next_id;
        (*state).abi.id.set(id.replace(id.get() + 1));
        let head = &INTERPRETER.head;
        let next = head.replace(state.cast());
        (*state).abi.next.set(next);
        if let Some(n) = next.as_ref() {
            n.prev.set(state.cast());
        }
    }
    state
}

/// Makes a state this thread's own: identities, the end of its stack, and where `PyGILState_Ensure` finds it if the
/// thread has none (`bind_tstate`, `bind_gilstate_tstate`).
///
/// # Safety
/// The state is alive and bound to no thread.
pub unsafe fn bind(state: *mut ThreadState) {
    // SAFETY: the caller's promise.
    unsafe { bind_with(state, stack::limit()) }
}

/// As [`bind`], with the stack's limit.
///
/// # Safety
/// As [`bind`].
unsafe fn bind_with(state: *mut ThreadState, stack_limit: usize) {
    // SAFETY: the caller's promise; the calls always succeed.
    unsafe {
        (*state).abi.thread_id.set(libc::pthread_self() as _);
        (*state).abi.native_thread_id.set(libc::syscall(libc::SYS_gettid) as _);
        (*state).stack_limit.set(stack_limit);
    }
    BOUND.with(|b| {
        if b.get().is_null() {
            b.set(state);
        }
    });
}

/// The first thread of the process becomes the main thread, and holds the GIL from here on. Once.
pub fn start_main() -> Py<'static> {
    let state = new();
    // SAFETY: a new state, for this thread.
    unsafe {
        bind_with(state, stack::grow_main());
        MAIN_THREAD.store((*state).abi.thread_id.get(), Ordering::Release);
        restore(state);
        Py::from_state(state)
    }
}

/// `PyThreadState_Swap`: goes on as another state, holding the GIL; the one before, maybe NULL.
///
/// # Safety
/// GIL; the new state is alive or NULL; tokens of the old one are not used any more.
pub unsafe fn swap(new: *mut ThreadState) -> *mut ThreadState {
    gil::rename(new);
    CURRENT.with(|c| c.replace(new))
}

/// `PyEval_SaveThread`: detaches the state and gives up the GIL.
///
/// # Safety
/// No object is touched before [`restore`].
pub unsafe fn save(py: Py<'_>) -> *mut ThreadState {
    let state = core::ptr::from_ref(py.state()).cast_mut();
    CURRENT.with(|c| c.set(core::ptr::null_mut()));
    gil::give(state, false);
    state
}

/// `PyEval_RestoreThread`: takes the GIL and attaches the state. Does not return when the interpreter has ended.
///
/// # Safety
/// The state is this thread's, or its first; none is attached.
pub unsafe fn restore(state: *mut ThreadState) {
    gil::take(state);
    CURRENT.with(|c| c.set(state));
}

/// `PyGILState_GetThisThreadState`.
pub fn bound() -> *mut ThreadState {
    BOUND.with(Cell::get)
}

/// `PyGILState_Ensure`: whether the thread held the GIL before.
pub fn ensure() -> bool {
    let mut state = bound();
    // SAFETY: a bound state is alive and this thread's; a new one is bound here.
    unsafe {
        if state.is_null() {
            state = new();
            bind(state);
            (*state).abi.gilstate_counter.set(0);
        }
        let held = super::current() == state;
        if !held {
            restore(state);
        }
        let n = &(*state).abi.gilstate_counter;
        n.set(n.get() + 1);
        held
    }
}

/// `PyGILState_Release`: `held` is what [`ensure`] answered.
///
/// # Safety
/// GIL; pairs with an [`ensure`] of this thread.
pub unsafe fn release(held: bool) {
    // SAFETY: the caller's promise: the bound state is the current one.
    unsafe {
        let state = bound();
        let n = &(*state).abi.gilstate_counter;
        n.set(n.get() - 1);
        if n.get() == 0 {
            // Held once more while finalisers run, which may ask for the GIL themselves.
            n.set(1);
            clear(Py::from_state(state), &*state);
            n.set(0);
            delete_current(state);
        } else if !held {
            save(Py::from_state(state));
        }
    }
}

/// `PyThreadState_Clear`: releases what the state refers to, and runs its `on_delete`.
pub fn clear(_: Py<'_>, state: &ThreadState) {
    let abi = &state.abi;
    for field in [
        &abi.dict,
        &abi.async_exc,
        &abi.current_exception,
        &abi.exc_state.exc_value,
        &abi.c_profileobj,
        &abi.c_traceobj,
        &abi.async_gen_firstiter,
        &abi.async_gen_finalizer,
        &abi.context,
    ] {
        object::clear_field(field);
    }
    abi.c_profilefunc.set(None);
    abi.c_tracefunc.set(None);
    if let Some(f) = abi.on_delete.take() {
        // SAFETY: who set the function set its argument, in this order; the ABI's field does not say its type.
        unsafe {
            let f: unsafe extern "C" fn(*mut core::ffi::c_void) = core::mem::transmute(f);
            f(abi.on_delete_data.get());
        }
    }
}

/// Takes a state off the list and frees it.
///
/// # Safety
/// Cleared, GIL (or just given up by the state itself); nobody uses it any more.
unsafe fn free(state: *mut ThreadState) {
    // SAFETY: the caller's promise; the list is locked while it changes.
    unsafe {
        {
            let _guard = list();
            let abi = &(*state).abi;
            let (prev, next) = (abi.prev.get(), abi.next.get());
            match prev.as_ref() {
                Some(p) => p.next.set(next),
                None => INTERPRETER.head.set(next),
            }
            if let Some(n) = next.as_ref() {
                n.prev.set(prev);
            }
        }
        if BOUND.with(Cell::get) == state {
            BOUND.with(|b| b.set(core::ptr::null_mut()));
        }
        let mut chunk: *mut _PyStackChunk = (*state).abi.datastack_chunk.get();
        while let Some(c) = chunk.as_ref() {
            let previous = c.previous.get();
            libc::free(chunk.cast());
            chunk = previous;
        }
        drop(Box::from_raw(state));
    }
}

/// `PyThreadState_DeleteCurrent`: the end of a thread's state; the GIL is given up.
///
/// # Safety
/// GIL with this state, which was cleared; nothing of Python is used by this thread afterwards.
pub unsafe fn delete_current(state: *mut ThreadState) {
    CURRENT.with(|c| c.set(core::ptr::null_mut()));
    // SAFETY: the caller's promise. It leaves the list while the GIL is still held, so that whoever has the GIL sees
    // live states only.
    unsafe {
        gil::retire(state);
        free(state);
    }
    gil::give(core::ptr::null_mut(), true);
}

/// `PyThreadState_Delete`: frees a state that no thread is using.
///
/// # Safety
/// GIL; cleared, not current in any thread.
pub unsafe fn delete(state: *mut ThreadState) {
    // SAFETY: the caller's promise.
    unsafe { free(state) }
}

/// The dict of the running thread's state, made at its first use (`_PyThreadState_GetDict`).
pub fn own_dict(py: Py<'_>) -> crate::PyResult<crate::Owned<crate::abi::PyDictObject>> {
    let field = &py.state().abi.dict;
    if field.get().is_null() {
        field.set(crate::dict::new(py)?.into_ptr());
    }
    // SAFETY: LIVE, LAYOUT: the state holds a dict.
    Ok(unsafe { (*(field.get() as *const crate::abi::PyDictObject)).to_owned() })
}

/// All states, newest first. They live as long as the GIL is held, for states are deleted with it.
pub fn all(_: Py<'_>) -> Vec<&'static ThreadState> {
    let _guard = list();
    let mut found = Vec::new();
    let mut next = INTERPRETER.head.get();
    // SAFETY: members of the list are alive, and begin with the ABI's part.
    while let Some(s) = unsafe { (next as *const ThreadState).as_ref() } {
        found.push(s);
        next = s.abi.next.get();
    }
    found
}

/// The newest state, for whoever walks the list without the lock: `PyInterpreterState_ThreadHead`, and `faulthandler` in
/// a signal handler.
pub fn head() -> *mut PyThreadState {
    INTERPRETER.head.get()
}

/// `PyThreadState_SetAsyncExc`: raises an exception in the thread of this identity, or takes it back; how many threads
/// were found.
pub fn set_async_exc(py: Py<'_>, id: u64, exc: Option<&PyObject>) -> usize {
    let Some(state) = all(py).into_iter().find(|s| s.abi.thread_id.get() == id) else { return 0 };
    let new = exc.map_or(core::ptr::null_mut(), |e| e.to_owned().into_ptr());
    let old = state.abi.async_exc.replace(new);
    if !new.is_null() {
        EVAL_BREAKER.fetch_or(breaker::ASYNC, Ordering::Release);
    }
    // SAFETY: OWNED: the state held the former one, or NULL.
    drop(unsafe { crate::Owned::<PyObject>::from_raw_opt(old) });
    1
}

/// `PyOS_AfterFork_Child`, what concerns threads: this one is the only one, the main one, and has the GIL; the states of
/// the others are freed.
///
/// # Safety
/// In a child process, by the thread that forked with the GIL held.
pub unsafe fn after_fork_child(py: Py<'_>) {
    let this = core::ptr::from_ref(py.state()).cast_mut();
    // SAFETY: the caller's promise; a lock that another thread may have held is overwritten. No member of the list
    // was half linked: that is done in a few instructions with no call between, by threads without the GIL only; the
    // fork happens between or not, and in the worst case the newest state is not found.
    unsafe {
        gil::renew(this);
        pending::renew();
        turn::renew();
        core::ptr::write((&raw const LIST).cast_mut(), Mutex::new(()));
        bind_again(this);
        MAIN_THREAD.store((*this).abi.thread_id.get(), Ordering::Release);
        MAIN_WAITS.store(0, Ordering::Relaxed);
        EVAL_BREAKER.fetch_and(!breaker::SIGNAL, Ordering::Relaxed);
        let others: Vec<*mut ThreadState> =
            all(py).into_iter().map(|s| core::ptr::from_ref(s).cast_mut()).filter(|s| *s != this).collect();
        for s in &others {
            clear(py, &**s);
        }
        for s in others {
            free(s);
        }
    }
}

/// Identities after a fork; the stack is where it was.
unsafe fn bind_again(state: *mut ThreadState) {
    // SAFETY: this thread's state.
    unsafe {
        (*state).abi.thread_id.set(libc::pthread_self() as _);
        (*state).abi.native_thread_id.set(libc::syscall(libc::SYS_gettid) as _);
    }
    BOUND.with(|b| b.set(state));
}

/// `_PyThreadState_DeleteExcept` at the end of the interpreter: what other threads' states refer to is released. The
/// states stay, since their threads still have them in hand where they sleep.
pub fn clear_others(py: Py<'_>) {
    for s in all(py) {
        if !core::ptr::eq(s, py.state()) {
            clear(py, s);
        }
    }
}
