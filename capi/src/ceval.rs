//! ceval.h: recursion, signals, pending calls, forks; running code, what runs now; generators. Threads and the GIL
//! are in `pystate`.

use crate::util::api;
use core::ffi::{CStr, c_char};
use dxpy_core::PyResult;
use dxpy_core::call::Depth;

api! {
    /// C: `int Py_EnterRecursiveCall(const char *where)`: one level of native recursion, which
    /// `Py_LeaveRecursiveCall` gives back.
    fn Py_EnterRecursiveCall(py, place: *const c_char) -> PyResult<()> {
        // SAFETY: a C string.
        let place = unsafe { CStr::from_ptr(place) }.to_string_lossy();
        // The level outlives this function.
        core::mem::forget(Depth::enter(py, &place)?);
        Ok(())
    }

    /// C: `void Py_LeaveRecursiveCall(void)`.
    fn Py_LeaveRecursiveCall(py) -> () {
        let left = &py.state().abi.c_recursion_remaining;
        left.set(left.get() + 1);
    }

    /// C: `int _Py_CheckRecursiveCall(PyThreadState *, const char *where)`: the error for a level that was entered when
    /// none was left, which is given back.
    fn _Py_CheckRecursiveCall(py, _state: *const dxpy_core::abi::PyThreadState, place: *const c_char) -> PyResult<()> {
        let left = &py.state().abi.c_recursion_remaining;
        left.set(left.get() + 1);
        // SAFETY: a C string.
        let place = unsafe { CStr::from_ptr(place) }.to_string_lossy();
        core::mem::forget(Depth::enter(py, &place)?);
        Ok(())
    }
}

api! {
    /// C: `int PyErr_CheckSignals(void)`.
    fn PyErr_CheckSignals(py) -> PyResult<()> {
        dxpy_core::thread::check_signals(py)
    }

    /// C: `int Py_MakePendingCalls(void)`.
    fn Py_MakePendingCalls(py) -> PyResult<()> {
        dxpy_core::thread::pending::make_calls(py)
    }

    /// C: `int PyThreadState_SetAsyncExc(unsigned long, PyObject *)`: how many threads were found.
    fn PyThreadState_SetAsyncExc(py, id: core::ffi::c_ulong, exc: Option<&dxpy_core::abi::PyObject>) -> core::ffi::c_int {
        dxpy_core::thread::states::set_async_exc(py, id, exc) as core::ffi::c_int
    }
}

/// C: `int Py_AddPendingCall(int (*)(void *), void *)`: any thread may ask, with the GIL or without.
#[unsafe(no_mangle)]
pub extern "C" fn Py_AddPendingCall(
    f: Option<unsafe extern "C" fn(*mut core::ffi::c_void) -> core::ffi::c_int>,
    arg: *mut core::ffi::c_void,
) -> core::ffi::c_int {
    let added = f.is_some_and(|f| dxpy_core::thread::pending::add_call(f, arg));
    if added { 0 } else { -1 }
}

/// C: `void PyOS_BeforeFork(void)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_BeforeFork() {
    // SAFETY: the caller's promise.
    dxpy_core::thread::fork::before(unsafe { crate::util::token() });
}

/// C: `void PyOS_AfterFork_Parent(void)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_AfterFork_Parent() {
    // SAFETY: the caller's promise.
    dxpy_core::thread::fork::in_parent(unsafe { crate::util::token() });
}

/// C: `void PyOS_AfterFork_Child(void)`.
///
/// # Safety
/// In a child process, by the thread that forked with the GIL held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_AfterFork_Child() {
    // SAFETY: the caller's promise.
    unsafe { dxpy_core::thread::fork::after(crate::util::token()) };
}

use crate::util::{bad_call, free, identifier, objects};
use core::ffi::{c_int, c_ulong, c_void};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, dict, exceptions, function, hooks, object, tuple, unicode};
use dxpy_types::{code, frame};

/// The builtins of the running code, or those of the interpreter.
fn builtins(py: Py<'_>) -> *mut PyObject {
    let f = frame::current(py);
    if f.is_null() {
        return hooks::builtins(py).map_or(core::ptr::null_mut(), |b| b.as_ptr());
    }
    // SAFETY: LIVE: a running frame holds its builtins.
    unsafe { (*f).f_builtins.get() }
}

/// `PyEval_EvalCodeEx`: code as a function with these defaults and cells, called with these arguments.
#[allow(clippy::too_many_arguments)]
fn eval_with(
    py: Py<'_>,
    co: &PyObject,
    globals: &PyObject,
    locals: Option<&PyObject>,
    args: &[&PyObject],
    kw: &[&PyObject],
    defaults: &[&PyObject],
    kwdefaults: Option<&PyObject>,
    closure: Option<&PyObject>,
) -> PyResult<Owned> {
    let co = code::check(co).ok_or_else(|| bad_call(py))?;
    let f = dxpy_interp::make_function(py, co, globals)?;
    let own =
        |items: &[&PyObject]| tuple::from_iter(py, items.iter().map(|o| (*o).to_owned()).collect::<Vec<_>>());
    if !defaults.is_empty() {
        f.func_defaults.set(own(defaults)?.into_ptr());
    }
    for (place, given) in [(&f.func_kwdefaults, kwdefaults), (&f.func_closure, closure)] {
        place.set(given.map_or(core::ptr::null_mut(), |o| o.to_owned().into_ptr()));
    }
    if let Some(l) = locals.filter(|_| args.is_empty() && kw.is_empty()) {
        return dxpy_interp::eval_function(py, &f, l);
    }
    let named = dict::new(py)?;
    for pair in kw.chunks_exact(2) {
        dict::set(py, &named, pair[0], pair[1])?;
    }
    dxpy_core::call::call_tuple(py, f.as_object(), &*own(args)?, Some(&named))
}

/// What a call's message says of the function.
fn function_name(f: &PyObject) -> *const c_char {
    let method = |m: &PyObject| {
        // SAFETY: LAYOUT: a bound method's.
        unsafe { (*(&raw const *m).cast::<PyMethodObject>()).im_func.get().as_ref() }
    };
    if f.ty().is(&dxpy_core::method::PyMethod_Type.0) {
        return method(f).map_or(core::ptr::null(), function_name);
    }
    if let Some(py_function) = function::check(f) {
        // SAFETY: LIVE, GIL: a function holds its name, which holds its text.
        return unsafe { crate::unicodeobject::PyUnicode_AsUTF8(py_function.func_name.get().as_ref()) };
    }
    if let Some(native) = dxpy_core::cfunction::check(f) {
        return dxpy_core::cfunction::method_def(native).ml_name.get();
    }
    f.ty().tp_name.get()
}

api! {
    /// C: `PyObject *PyEval_GetBuiltins(void)`: borrowed.
    fn PyEval_GetBuiltins(py) -> *mut PyObject {
        builtins(py)
    }

    /// C: `PyObject *PyEval_GetGlobals(void)`: borrowed; NULL where no code runs.
    fn PyEval_GetGlobals(py) -> *mut PyObject {
        hooks::globals(py).map_or(core::ptr::null_mut(), |d| d.as_ptr().cast())
    }

    /// C: `PyObject *PyEval_GetLocals(void)`: borrowed.
    fn PyEval_GetLocals(py) -> PyResult<*mut PyObject> {
        let f = frame::current(py);
        if f.is_null() {
            return Err(exceptions::system_error(py, format_args!("frame does not exist")));
        }
        // SAFETY: LIVE: a running frame, which keeps the mapping that is made for it.
        Ok(unsafe { dxpy_types::locals::locals_of(py, f)? }.as_ptr())
    }

    /// C: `PyFrameObject *PyEval_GetFrame(void)`: borrowed; NULL where no code runs.
    fn PyEval_GetFrame(py) -> *mut PyObject {
        current_frame(py).map_or(core::ptr::null_mut(), |f| f.as_ptr().cast())
    }

    /// C: `PyFrameObject *PyThreadState_GetFrame(PyThreadState *)`.
    fn PyThreadState_GetFrame(py, state: &PyThreadState) -> Option<Owned<PyFrameObject>> {
        if core::ptr::eq(state, &py.state().abi) {
            return current_frame(py);
        }
        // SAFETY: LIVE: a thread that does not run Python code now, as this one has the GIL, keeps its frames.
        unsafe {
            let f = frame::first_complete((*state.cframe.get()).current_frame.get().cast());
            if f.is_null() { None } else { frame::object_of(py, f).ok() }
        }
    }

    /// C: `PyObject *PyEval_EvalCode(PyObject *, PyObject *globals, PyObject *locals)`.
    fn PyEval_EvalCode(py, co: &PyObject, globals: &PyObject, locals: Option<&PyObject>) -> PyResult<Owned> {
        let co = code::check(co).ok_or_else(|| bad_call(py))?;
        dxpy_interp::eval_code(py, co, globals, locals.unwrap_or(globals))
    }

    /// C: `PyObject *PyEval_EvalCodeEx(PyObject *, PyObject *globals, PyObject *locals, PyObject *const *args, int, PyObject *const *kws, int, PyObject *const *defs, int, PyObject *kwdefs, PyObject *closure)`.
    fn PyEval_EvalCodeEx(py, co: &PyObject, globals: &PyObject, locals: Option<&PyObject>, args: *const *mut PyObject, n: c_int, kw: *const *mut PyObject, kwn: c_int, defaults: *const *mut PyObject, dn: c_int, kwdefaults: Option<&PyObject>, closure: Option<&PyObject>) -> PyResult<Owned> {
        let all = |p, n: c_int| objects(p, n.max(0) as usize);
        eval_with(py, co, globals, locals, all(args, n), all(kw, kwn.max(0) * 2), all(defaults, dn), kwdefaults, closure)
    }

    /// C: `PyObject *PyEval_EvalFrame(PyFrameObject *)`: of `PyFrame_New`, with values for its parameters.
    fn PyEval_EvalFrame(py, f: &PyFrameObject) -> PyResult<Owned> {
        dxpy_interp::eval_frame_object(py, f, false)
    }

    /// C: `PyObject *PyEval_EvalFrameEx(PyFrameObject *, int throw)`: as above; the pending exception may be raised in it.
    fn PyEval_EvalFrameEx(py, f: &PyFrameObject, throw: c_int) -> PyResult<Owned> {
        dxpy_interp::eval_frame_object(py, f, throw != 0)
    }

    /// C: `const char *PyEval_GetFuncName(PyObject *)`.
    fn PyEval_GetFuncName(_, f: &PyObject) -> *const c_char {
        function_name(f)
    }

    /// C: `const char *PyEval_GetFuncDesc(PyObject *)`: what follows the name.
    fn PyEval_GetFuncDesc(_, f: &PyObject) -> *const c_char {
        let callable = f.ty().is(&dxpy_core::method::PyMethod_Type.0)
            || function::check(f).is_some()
            || dxpy_core::cfunction::check(f).is_some();
        if callable { c"()".as_ptr() } else { c" object".as_ptr() }
    }

    /// C: `PyObject *_PyEval_GetBuiltin(PyObject *name)`: an `AttributeError` without one.
    fn _PyEval_GetBuiltin(py, called: &PyUnicodeObject) -> PyResult<Owned> {
        builtin(py, called)
    }

    /// C: `PyObject *_PyEval_GetBuiltinId(_Py_Identifier *)`.
    fn _PyEval_GetBuiltinId(py, id: &_Py_Identifier) -> PyResult<Owned> {
        builtin(py, &*identifier(py, id)?)
    }

    /// C: `int PyEval_MergeCompilerFlags(PyCompilerFlags *)`: adds the running code's future statements.
    fn PyEval_MergeCompilerFlags(py, flags: &PyCompilerFlags) -> bool {
        let f = frame::current(py);
        let mut merged = flags.cf_flags.get() != 0;
        if !f.is_null() {
            // SAFETY: LIVE: a running frame holds its code.
            let own = unsafe { frame::code_of(f) }.co_flags.get() & 0x1FF_0000;
            merged |= own != 0;
            flags.cf_flags.set(flags.cf_flags.get() | own);
        }
        merged
    }

    /// C: `int Py_GetRecursionLimit(void)`.
    fn Py_GetRecursionLimit(py) -> c_int {
        py.state().abi.py_recursion_limit.get()
    }

    /// C: `void Py_SetRecursionLimit(int)`.
    fn Py_SetRecursionLimit(py, limit: c_int) -> () {
        let sys = dxpy_core::module::dict_of(dxpy_import::state::sys());
        let set = || -> PyResult<()> {
            let f = dict::get_str(py, sys, "setrecursionlimit")?.ok_or_else(|| bad_call(py))?;
            let n = dxpy_core::long::from_i64(py, limit.into())?;
            dxpy_core::call::call(py, &f, [n.as_object()]).map(drop)
        };
        // There is nobody to tell of a limit that is too low.
        drop(set());
    }

    /// C: `int _PyEval_MakePendingCalls(PyThreadState *)`.
    fn _PyEval_MakePendingCalls(py, _state: *mut PyThreadState) -> PyResult<()> {
        dxpy_core::thread::pending::make_calls(py)
    }

    /// C: `int _PyEval_SetTrace(PyThreadState *, Py_tracefunc, PyObject *)`: for the current thread.
    fn _PyEval_SetTrace(py, state: &PyThreadState, f: Option<Py_tracefunc>, arg: Option<&PyObject>) -> PyResult<()> {
        set_hook(py, state, dxpy_interp::monitor::legacy::Kind::Trace, f, arg)
    }

    /// C: `int _PyEval_SetProfile(PyThreadState *, Py_tracefunc, PyObject *)`: for the current thread.
    fn _PyEval_SetProfile(py, state: &PyThreadState, f: Option<Py_tracefunc>, arg: Option<&PyObject>) -> PyResult<()> {
        set_hook(py, state, dxpy_interp::monitor::legacy::Kind::Profile, f, arg)
    }

    /// C: `void PyThreadState_EnterTracing(PyThreadState *)`: no hook is called until it is left.
    fn PyThreadState_EnterTracing(_, state: &PyThreadState) -> () {
        state.tracing.set(state.tracing.get() + 1);
    }

    /// C: `void PyThreadState_LeaveTracing(PyThreadState *)`.
    fn PyThreadState_LeaveTracing(_, state: &PyThreadState) -> () {
        state.tracing.set(state.tracing.get() - 1);
    }

    /// C: `int PyOS_InterruptOccurred(void)`: takes the signal of an interrupt.
    fn PyOS_InterruptOccurred(_) -> bool {
        dxpy_host::signal::take(libc::SIGINT as usize)
    }

    /// C: `int _PyOS_InterruptOccurred(PyThreadState *)`.
    fn _PyOS_InterruptOccurred(_, _state: *mut PyThreadState) -> bool {
        dxpy_host::signal::take(libc::SIGINT as usize)
    }

    /// C: `int _PyOS_IsMainThread(void)`.
    fn _PyOS_IsMainThread(py) -> bool {
        dxpy_core::thread::is_main_thread(py.state())
    }

    /// C: `int _PyFrame_IsEntryFrame(PyFrameObject *)`: whether native code
    /// called the frame.
    fn _PyFrame_IsEntryFrame(_, f: &PyFrameObject) -> bool {
        // SAFETY: LIVE: an object's frame runs, or is its own.
        unsafe {
            let f = frame::frame_of(f);
            let below = (*f).previous.get();
            below.is_null() || (*below).owner.get() == 3
        }
    }

    /// C: `PyObject *PyUnstable_InterpreterFrame_GetCode(struct _PyInterpreterFrame *)`.
    fn PyUnstable_InterpreterFrame_GetCode(_, f: *mut _PyInterpreterFrame) -> Option<Owned<PyCodeObject>> {
        // SAFETY: LIVE: the caller's frame.
        Some(unsafe { frame::code_of(f) }.to_owned())
    }

    /// C: `int PyUnstable_InterpreterFrame_GetLasti(struct _PyInterpreterFrame *)`: in bytes.
    fn PyUnstable_InterpreterFrame_GetLasti(_, f: *mut _PyInterpreterFrame) -> c_int {
        // SAFETY: LIVE: the caller's frame.
        let i = unsafe { frame::lasti(f) };
        if i < 0 { -1 } else { (i * 2) as c_int }
    }

    /// C: `int PyUnstable_InterpreterFrame_GetLine(_PyInterpreterFrame *)`.
    fn PyUnstable_InterpreterFrame_GetLine(_, f: *mut _PyInterpreterFrame) -> c_int {
        // SAFETY: LIVE: the caller's frame.
        unsafe { frame::line(f) }
    }

    /// C: `PyCodeObject *PyGen_GetCode(PyGenObject *)`.
    fn PyGen_GetCode(_, g: &PyGenObject) -> Option<Owned<PyCodeObject>> {
        // SAFETY: LIVE: a generator's frame keeps its code after its end.
        Some(unsafe { frame::code_of(dxpy_types::generator::frame_of(g)) }.to_owned())
    }

    /// C: `PyObject *PyGen_New(PyFrameObject *)`: takes over the frame, as the functions that follow.
    fn PyGen_New(py, f: *mut PyFrameObject) -> PyResult<Owned> {
        generator_of(py, &dxpy_types::generator::PyGen_Type, f, [None, None])
    }

    /// C: `PyObject *PyGen_NewWithQualName(PyFrameObject *, PyObject *name, PyObject *qualname)`.
    fn PyGen_NewWithQualName(py, f: *mut PyFrameObject, name: Option<&PyObject>, qualname: Option<&PyObject>) -> PyResult<Owned> {
        generator_of(py, &dxpy_types::generator::PyGen_Type, f, [name, qualname])
    }

    /// C: `PyObject *PyCoro_New(PyFrameObject *, PyObject *name, PyObject *qualname)`.
    fn PyCoro_New(py, f: *mut PyFrameObject, name: Option<&PyObject>, qualname: Option<&PyObject>) -> PyResult<Owned> {
        generator_of(py, &dxpy_types::generator::PyCoro_Type, f, [name, qualname])
    }

    /// C: `PyObject *PyAsyncGen_New(PyFrameObject *, PyObject *name, PyObject *qualname)`.
    fn PyAsyncGen_New(py, f: *mut PyFrameObject, name: Option<&PyObject>, qualname: Option<&PyObject>) -> PyResult<Owned> {
        generator_of(py, &dxpy_types::asyncgen::PyAsyncGen_Type, f, [name, qualname])
    }

    /// C: `void _PyGen_Finalize(PyObject *)`.
    fn _PyGen_Finalize(_, g: &PyObject) -> () {
        if let Some(f) = g.ty().tp_finalize.get() {
            // SAFETY: the slot's contract.
            unsafe { f(g.as_ptr()) };
        }
    }

    /// C: `int _PyGen_SetStopIterationValue(PyObject *)`: raises `StopIteration` with the value.
    fn _PyGen_SetStopIterationValue(py, value: &PyObject) -> c_int {
        exceptions::stop_iteration(py, Some(value)).restore(py);
        0
    }

    /// C: `int _PyGen_FetchStopIterationValue(PyObject **)`: takes a pending `StopIteration`, or nothing, as `None`.
    fn _PyGen_FetchStopIterationValue(py, place: *mut *mut PyObject) -> c_int {
        let value = match PyErr::take(py) {
            None => object::none(),
            Some(e) if exceptions::matches(&e, &exceptions::StopIteration) => dxpy_types::generator::stop_value(&e),
            Some(e) => {
                e.restore(py);
                return -1;
            }
        };
        crate::util::put(place, value.into_ptr());
        0
    }
}

fn generator_of(
    py: Py<'_>,
    ty: &PyTypeObject,
    f: *mut PyFrameObject,
    names: [Option<&PyObject>; 2],
) -> PyResult {
    let f = crate::util::given(f).ok_or_else(|| bad_call(py))?;
    dxpy_types::generator::from_frame(py, ty, f, names).map(Owned::upcast)
}

fn current_frame(py: Py<'_>) -> Option<Owned<PyFrameObject>> {
    let f = frame::current(py);
    // SAFETY: LIVE: a running frame.
    if f.is_null() { None } else { unsafe { frame::object_of(py, f) }.ok() }
}

fn builtin(py: Py<'_>, called: &PyUnicodeObject) -> PyResult<Owned> {
    // SAFETY: LIVE: the frame, or the interpreter, holds them.
    let all = unsafe { builtins(py).as_ref() }.and_then(dict::check).ok_or_else(|| bad_call(py))?;
    dict::get(py, all, called.as_object())?.ok_or_else(|| {
        exceptions::attribute_error(py, format_args!("{}", unicode::display(called.as_object())))
    })
}

fn set_hook(
    py: Py<'_>,
    state: &PyThreadState,
    kind: dxpy_interp::monitor::legacy::Kind,
    f: Option<Py_tracefunc>,
    arg: Option<&PyObject>,
) -> PyResult<()> {
    // SAFETY: all states are made with more behind them.
    let state = unsafe { &*core::ptr::from_ref(state).cast::<dxpy_core::thread::ThreadState>() };
    dxpy_interp::monitor::legacy::set(py, kind, state, f, arg.filter(|_| f.is_some()))
}

free! {
    /// C: `unsigned long _PyEval_GetSwitchInterval(void)`: in microseconds.
    fn _PyEval_GetSwitchInterval() -> c_ulong { dxpy_core::thread::gil::interval() }
    /// C: `void _PyEval_SetSwitchInterval(unsigned long)`.
    fn _PyEval_SetSwitchInterval(n: c_ulong) -> () { dxpy_core::thread::gil::set_interval(n) }
    /// C: `int _PyEval_AddPendingCall(PyInterpreterState *, int (*)(void *), void *, int mainthreadonly)`.
    fn _PyEval_AddPendingCall(_i: *mut PyInterpreterState, f: unsafe extern "C" fn(*mut c_void) -> c_int, arg: *mut c_void, main: c_int) -> c_int {
        use dxpy_core::thread::pending::{add_call, add_call_anywhere};
        let added = if main != 0 { add_call(f, arg) } else { add_call_anywhere(f, arg) };
        if added { 0 } else { -1 }
    }
    /// C: `void _PyEval_SignalAsyncExc(PyInterpreterState *)`: an exception of another thread's may be waiting.
    fn _PyEval_SignalAsyncExc(_i: *mut PyInterpreterState) -> () { dxpy_core::thread::pending::ask_for_async() }
    /// C: `void _PyEval_SignalReceived(PyInterpreterState *)`.
    fn _PyEval_SignalReceived(_i: *mut PyInterpreterState) -> () { dxpy_core::thread::pending::ask_for_signals() }
    /// C: `void PyOS_AfterFork(void)`: the older name of what the child does.
    fn PyOS_AfterFork() -> () {
        // SAFETY: the C API's contract: in a child, by the thread that forked with the GIL held.
        unsafe { PyOS_AfterFork_Child() }
    }
}
