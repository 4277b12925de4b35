//! The interpreter of pystate.h, pycore_interp.h and pycore_pystate.h, of which there is one, and its threads: what it may
//! do, its number, its main module; states of threads for whoever makes or walks them himself.

use crate::util::{api, free};
use core::ffi::{c_int, c_ulong, c_void};
use core::sync::atomic::{AtomicBool, Ordering};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::thread::{ThreadState, states};
use dxpy_core::{Owned, Py, PyErr, PyResult, call, exceptions, name, unicode};
use dxpy_import::state;
use dxpy_interp::eval_hook::{self, EvalFrame};
use dxpy_types::tracemalloc;

/// `Py_RTFLAGS_*` of the main interpreter: the main allocator, threads, daemon threads, `fork`, `exec`.
const FEATURES: c_ulong = 1 << 5 | 1 << 10 | 1 << 11 | 1 << 15 | 1 << 16;

/// Whether a program runs in `__main__`, as from the start of the process.
static RUNS_MAIN: AtomicBool = AtomicBool::new(true);

#[cold]
fn unknown(py: Py<'_>, id: i64) -> PyErr {
    exceptions::runtime_error(py, format_args!("unrecognized interpreter ID {id}"))
}

/// What a function of `sys` answers.
fn of_sys(py: Py<'_>, function: &str) -> PyResult {
    call::method_str(py, state::sys().as_object(), &*unicode::intern_str(py, function)?, [])
}

free! {
    /// C: `PyThreadState *PyInterpreterState_ThreadHead(PyInterpreterState *)`: the newest.
    fn PyInterpreterState_ThreadHead(_i: *mut PyInterpreterState) -> *mut PyThreadState {
        states::head()
    }
    /// C: `PyThreadState *PyThreadState_Next(PyThreadState *)`.
    fn PyThreadState_Next(s: &PyThreadState) -> *mut PyThreadState {
        s.next.get()
    }
    /// C: `void PyThreadState_Delete(PyThreadState *)`: of a thread that does not run.
    fn PyThreadState_Delete(s: *mut PyThreadState) -> () {
        // SAFETY: the C API's contract: GIL; cleared, and not current in any thread.
        unsafe { states::delete(s.cast()) }
    }
    /// C: `PyThreadState *_PyThreadState_New(PyInterpreterState *)`: for a thread that will bind it.
    fn _PyThreadState_New(_i: *mut PyInterpreterState) -> *mut PyThreadState {
        states::new().cast()
    }
    /// C: `PyThreadState *_PyThreadState_Prealloc(PyInterpreterState *)`: the older name of that.
    fn _PyThreadState_Prealloc(_i: *mut PyInterpreterState) -> *mut PyThreadState {
        states::new().cast()
    }
    /// C: `void _PyThreadState_Bind(PyThreadState *)`: to this thread.
    fn _PyThreadState_Bind(s: *mut PyThreadState) -> () {
        // SAFETY: the C API's contract: a new state, in a thread that has none.
        unsafe { states::bind(s.cast()) }
    }
    /// C: `void _PyThreadState_Init(PyThreadState *)`: a state is ready when it is made.
    fn _PyThreadState_Init(_s: *mut PyThreadState) -> () {}
    /// C: `PyThreadState *_PyThreadState_Swap(_PyRuntimeState *, PyThreadState *)`.
    fn _PyThreadState_Swap(_runtime: *mut c_void, new: *mut PyThreadState) -> *mut PyThreadState {
        // SAFETY: the C API's contract: GIL; alive, or NULL.
        unsafe { states::swap(new.cast::<ThreadState>()).cast() }
    }
    /// C: `void _PyThreadState_DeleteCurrent(PyThreadState *)`: gives up the GIL too.
    fn _PyThreadState_DeleteCurrent(s: *mut PyThreadState) -> () {
        // SAFETY: the C API's contract: the current state, which was cleared.
        unsafe { states::delete_current(s.cast()) }
    }
    /// C: `PyInterpreterState *_PyGILState_GetInterpreterStateUnsafe(void)`.
    fn _PyGILState_GetInterpreterStateUnsafe() -> *mut PyInterpreterState {
        states::interpreter()
    }
    /// C: `int _PyInterpreterState_IDInitref(PyInterpreterState *)`: the one there is is never counted away.
    fn _PyInterpreterState_IDInitref(_i: *mut PyInterpreterState) -> c_int {
        0
    }
    /// C: `int _PyInterpreterState_IDIncref(PyInterpreterState *)`.
    fn _PyInterpreterState_IDIncref(_i: *mut PyInterpreterState) -> c_int {
        0
    }
    /// C: `void _PyInterpreterState_IDDecref(PyInterpreterState *)`.
    fn _PyInterpreterState_IDDecref(_i: *mut PyInterpreterState) -> () {}
    /// C: `int _PyInterpreterState_RequiresIDRef(PyInterpreterState *)`.
    fn _PyInterpreterState_RequiresIDRef(_i: *mut PyInterpreterState) -> c_int {
        0
    }
    /// C: `void _PyInterpreterState_RequireIDRef(PyInterpreterState *, int)`.
    fn _PyInterpreterState_RequireIDRef(_i: *mut PyInterpreterState, _required: c_int) -> () {}
    /// C: `int _PyInterpreterState_HasFeature(PyInterpreterState *, unsigned long)`.
    fn _PyInterpreterState_HasFeature(_i: *mut PyInterpreterState, feature: c_ulong) -> c_int {
        c_int::from(FEATURES & feature != 0)
    }
    /// C: `int _PyInterpreterState_IsRunningMain(PyInterpreterState *)`: `__main__` runs, unless C code said otherwise.
    fn _PyInterpreterState_IsRunningMain(_i: *mut PyInterpreterState) -> c_int {
        c_int::from(RUNS_MAIN.load(Ordering::Relaxed))
    }
    /// C: `void _PyInterpreterState_SetNotRunningMain(PyInterpreterState *)`.
    fn _PyInterpreterState_SetNotRunningMain(_i: *mut PyInterpreterState) -> () {
        RUNS_MAIN.store(false, Ordering::Relaxed);
    }
    /// C: `int _PyImport_IsInitialized(PyInterpreterState *)`.
    fn _PyImport_IsInitialized(_i: *mut PyInterpreterState) -> c_int {
        1
    }
    /// C: `int _PyImport_CheckSubinterpIncompatibleExtensionAllowed(const char *)`: the main interpreter loads them all.
    fn _PyImport_CheckSubinterpIncompatibleExtensionAllowed(_name: *const core::ffi::c_char) -> c_int {
        0
    }
    /// C: `void PyEval_AcquireLock(void)`: for the state that this thread has.
    fn PyEval_AcquireLock() -> () {
        // SAFETY: the C API's contract: this thread has a state, and not the GIL.
        unsafe { states::restore(states::bound()) }
    }
    /// C: `PyObject *_PyEval_EvalFrameDefault(PyThreadState *, struct _PyInterpreterFrame *, int throw)`: runs a frame.
    fn _PyEval_EvalFrameDefault(_s: *mut PyThreadState, f: *mut _PyInterpreterFrame, throw: c_int) -> *mut PyObject {
        // SAFETY: the C API's contract: GIL; a frame that was given to a frame evaluation function.
        unsafe { dxpy_interp::eval_frame(Py::assume(), f, throw != 0) }
    }
    /// C: `_PyFrameEvalFunction _PyInterpreterState_GetEvalFrameFunc(PyInterpreterState *)` (PEP 523).
    fn _PyInterpreterState_GetEvalFrameFunc(_i: *mut PyInterpreterState) -> EvalFrame {
        eval_hook::get().unwrap_or(_PyEval_EvalFrameDefault)
    }
    /// C: `void _PyInterpreterState_SetEvalFrameFunc(PyInterpreterState *, _PyFrameEvalFunction)`.
    fn _PyInterpreterState_SetEvalFrameFunc(_i: *mut PyInterpreterState, f: EvalFrame) -> () {
        let own = core::ptr::fn_addr_eq(f, _PyEval_EvalFrameDefault as EvalFrame);
        // SAFETY: the C API's contract: GIL.
        eval_hook::set(unsafe { Py::assume() }, (!own).then_some(f));
    }
    /// C: `void PyEval_ReleaseLock(void)`: the state stays this thread's.
    fn PyEval_ReleaseLock() -> () {
        // SAFETY: the C API's contract: GIL, which is not used any more until it is taken again.
        unsafe { states::save(Py::assume()) };
    }
    /// C: `int _PyObject_DebugMallocStats(FILE *)`: whether there were any.
    fn _PyObject_DebugMallocStats(_f: *mut c_void) -> c_int {
        0
    }
    /// C: `void _PyObject_DebugTypeStats(FILE *)`: there are no lists of free objects of CPython's kinds.
    fn _PyObject_DebugTypeStats(_f: *mut c_void) -> () {}
    /// C: `void _PyDebugAllocatorStats(FILE *, const char *, int, size_t)`.
    fn _PyDebugAllocatorStats(_f: *mut c_void, _name: *const core::ffi::c_char, _n: c_int, _size: usize) -> () {}
}

api! {
    /// C: `void _PyThreadState_DeleteExcept(PyThreadState *)`.
    fn _PyThreadState_DeleteExcept(py, _s: *mut PyThreadState) -> () {
        states::clear_others(py);
    }
    /// C: `PyInterpreterState *_PyInterpreterState_LookUpID(int64_t)`.
    fn _PyInterpreterState_LookUpID(py, id: i64) -> PyResult<*mut PyInterpreterState> {
        if id == 0 { Ok(states::interpreter()) } else { Err(unknown(py, id)) }
    }
    /// C: `int _PyInterpreterState_SetRunningMain(PyInterpreterState *)`.
    fn _PyInterpreterState_SetRunningMain(py, _i: *mut PyInterpreterState) -> PyResult<()> {
        match RUNS_MAIN.swap(true, Ordering::Relaxed) {
            false => Ok(()),
            true => Err(exceptions::runtime_error(py, format_args!("interpreter already running"))),
        }
    }
    /// C: `PyObject *_PyInterpreterState_GetMainModule(PyInterpreterState *)`.
    fn _PyInterpreterState_GetMainModule(py, _i: *mut PyInterpreterState) -> PyResult<Owned> {
        let none = || exceptions::runtime_error(py, format_args!("interpreter has no __main__ module"));
        dxpy_ops::names::mapping_get(py, &*state::modules(py)?, name!("__main__").obj(py))?.ok_or_else(none)
    }
    /// C: `PyObject *_PyThread_CurrentFrames(void)`: by the number of the thread.
    fn _PyThread_CurrentFrames(py) -> PyResult<Owned> {
        of_sys(py, "_current_frames")
    }
    /// C: `PyObject *_PyThread_CurrentExceptions(void)`.
    fn _PyThread_CurrentExceptions(py) -> PyResult<Owned> {
        of_sys(py, "_current_exceptions")
    }
    /// C: `PyObject *_PyImport_GetModuleId(_Py_Identifier *)`: NULL without an error where it is not loaded.
    fn _PyImport_GetModuleId(py, id: &_Py_Identifier) -> PyResult<*mut PyObject> {
        let name = crate::util::identifier(py, id)?;
        let m = dxpy_ops::names::mapping_get(py, &*state::modules(py)?, name.as_object())?;
        Ok(m.map_or(core::ptr::null_mut(), Owned::into_ptr))
    }
    /// C: `int _PyImport_ClearExtension(PyObject *name, PyObject *filename)`: forgets what is kept of it.
    fn _PyImport_ClearExtension(py, name: &PyObject, file: &PyObject) -> PyResult<()> {
        dxpy_import::dynamic::clear(py, name, file)
    }
    /// C: `int _PyModuleSpec_IsInitializing(PyObject *)`: is a module being executed? Never an error.
    fn _PyModuleSpec_IsInitializing(py, spec: Option<&PyObject>) -> c_int {
        let Some(spec) = spec else { return 0 };
        let value = dxpy_core::attr::lookup_name(py, spec, name!("_initializing"));
        let Ok(Some(value)) = value else { return 0 };
        c_int::from(dxpy_core::protocol::is_true(py, &value).unwrap_or(false))
    }
    /// C: `int _PyTraceMalloc_Init(int)`: nothing is to be done before it starts.
    fn _PyTraceMalloc_Init(_py, _limit: c_int) -> c_int {
        0
    }
    /// C: `int _PyTraceMalloc_Start(int)`.
    fn _PyTraceMalloc_Start(py, limit: c_int) -> PyResult<()> {
        tracemalloc::start(py, limit)
    }
    /// C: `void _PyTraceMalloc_Stop(void)`.
    fn _PyTraceMalloc_Stop(py) -> () {
        tracemalloc::stop(py)
    }
    /// C: `void _PyTraceMalloc_ClearTraces(void)`.
    fn _PyTraceMalloc_ClearTraces(py) -> () {
        tracemalloc::clear(py)
    }
    /// C: `void _PyTraceMalloc_ResetPeak(void)`.
    fn _PyTraceMalloc_ResetPeak(py) -> () {
        tracemalloc::reset_peak(py)
    }
    /// C: `size_t _PyTraceMalloc_GetMemory(void)`.
    fn _PyTraceMalloc_GetMemory(py) -> usize {
        tracemalloc::own_memory(py)
    }
    /// C: `int _PyTraceMalloc_GetTracebackLimit(void)`.
    fn _PyTraceMalloc_GetTracebackLimit(py) -> c_int {
        tracemalloc::limit(py) as c_int
    }
    /// C: `PyObject *_PyTraceMalloc_GetTraces(void)`.
    fn _PyTraceMalloc_GetTraces(py) -> PyResult<Owned> {
        tracemalloc::traces(py).map(Owned::upcast)
    }
    /// C: `PyObject *_PyTraceMalloc_GetTracedMemory(void)`: now and at most.
    fn _PyTraceMalloc_GetTracedMemory(py) -> PyResult<Owned> {
        let (now, most) = tracemalloc::traced(py);
        let number = |n: usize| dxpy_core::long::from_u64(py, n as u64).map(Owned::upcast);
        dxpy_core::tuple::from_iter(py, [number(now)?, number(most)?]).map(Owned::upcast)
    }
    /// C: `PyObject *_PyTraceMalloc_GetTraceback(unsigned int domain, uintptr_t)`.
    fn _PyTraceMalloc_GetTraceback(py, domain: core::ffi::c_uint, block: usize) -> PyResult<Owned> {
        Ok(tracemalloc::traceback_of(py, domain, block)?.map_or_else(dxpy_core::object::none, Owned::upcast))
    }
    /// C: `PyObject *_PyTraceMalloc_GetObjectTraceback(PyObject *)`.
    fn _PyTraceMalloc_GetObjectTraceback(py, o: &PyObject) -> PyResult<Owned> {
        Ok(tracemalloc::traceback_of_object(py, o)?.map_or_else(dxpy_core::object::none, Owned::upcast))
    }
}

/// Two symbols around code, which is in one piece therefore.
macro_rules! trampoline {
    ($start:ident => start; $end:ident => end; $($line:literal)*) => {
        core::arch::global_asm!(
            ".text",
            ".balign 16",
            concat!(".globl ", stringify!($start)),
            concat!(".type ", stringify!($start), ",@function"),
            concat!(stringify!($start), ":"),
            $($line,)*
            concat!(".globl ", stringify!($end)),
            concat!(".type ", stringify!($end), ",@function"),
            concat!(stringify!($end), ":"),
            "ret",
        );
    };
}

// The code that perf maps are made of: it calls the evaluator that it is given as its fourth argument, and is copied, so that
// each code object has an address of its own. Nothing here copies it; extensions may.
#[cfg(target_arch = "x86_64")]
trampoline! {
    _Py_trampoline_func_start => start;
    _Py_trampoline_func_end => end;
    "push rax"
    "call rcx"
    "pop rcx"
    "ret"
}
#[cfg(target_arch = "aarch64")]
trampoline! {
    _Py_trampoline_func_start => start;
    _Py_trampoline_func_end => end;
    "stp x29, x30, [sp, -16]!"
    "mov x29, sp"
    "blr x3"
    "ldp x29, x30, [sp], 16"
    "ret"
}
