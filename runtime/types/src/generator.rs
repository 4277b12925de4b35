//! `generator` and `coroutine`: suspended frames, and sending, throwing and closing (`Objects/genobject.c`).
//! Asynchronous generators are in `asyncgen`; the instructions that suspend and resume are the interpreter's.

use crate::frame::{self, Frame};
use crate::{Part, no_hooks};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{Gil, StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, exceptions, gc, getset, glue, members, methods, name, object, protocol,
    tuple, types, unicode,
};

/// What this module brings.
pub static PART: Part =
    Part { adopt: &[], types: &[&PyGen_Type, &PyCoro_Type, &_PyCoroWrapper_Type], hooks: no_hooks };

/// Runs a frame: from its current instruction, or raising the pending exception there. NULL with an exception pending,
/// a value otherwise; whether the frame was suspended its generator knows. Set by the interpreter.
pub static EVAL: Gil<Cell<Option<unsafe fn(Py<'_>, *mut Frame, bool) -> *mut PyObject>>> =
    Gil(Cell::new(None));

/// The type of asynchronous generators, set by its module.
pub static ASYNC_GEN: Gil<Cell<Option<&'static StaticType>>> = Gil(Cell::new(None));

/// `generator`.
#[unsafe(no_mangle)]
pub static PyGen_Type: StaticType = StaticType::new::<PyGenObject>(c"generator")
    .getattro(dxpy_core::attr::generic_get_slot)
    .sized(offset_of!(PyGenObject, gi_iframe) + offset_of!(Frame, localsplus), size_of::<*mut PyObject>())
    .weaklist(offset_of!(PyGenObject, gi_weakreflist))
    .repr(glue::unary(repr))
    .iter(glue::unary(self_iter))
    .iternext(glue::iternext(next))
    .asynchronous(&GEN_ASYNC)
    .methods(&GEN_METHODS)
    .members(&GEN_MEMBERS)
    .getset(&GEN_GETSET)
    .traverse(glue::traverse(traverse))
    .finalize(finalize)
    .dealloc(glue::dealloc(dealloc));

/// `coroutine`.
#[unsafe(no_mangle)]
pub static PyCoro_Type: StaticType = StaticType::new::<PyGenObject>(c"coroutine")
    .getattro(dxpy_core::attr::generic_get_slot)
    .sized(offset_of!(PyGenObject, gi_iframe) + offset_of!(Frame, localsplus), size_of::<*mut PyObject>())
    .weaklist(offset_of!(PyGenObject, gi_weakreflist))
    .repr(glue::unary(repr))
    .asynchronous(&CORO_ASYNC)
    .methods(&CORO_METHODS)
    .members(&CORO_MEMBERS)
    .getset(&CORO_GETSET)
    .traverse(glue::traverse(traverse))
    .finalize(finalize)
    .dealloc(glue::dealloc(dealloc));

/// `coroutine_wrapper`: what `__await__` of a coroutine gives.
#[unsafe(no_mangle)]
pub static _PyCoroWrapper_Type: StaticType = StaticType::new::<PyCoroWrapper>(c"coroutine_wrapper")
    .getattro(dxpy_core::attr::generic_get_slot)
    .iter(glue::unary(self_iter))
    .iternext(glue::iternext(wrapper_next))
    .methods(&WRAPPER_METHODS)
    .traverse(glue::traverse(|w: &PyCoroWrapper, v: &glue::Visitor| {
        v.visit(&Cell::new(w.cw_coroutine.get() as *mut PyObject))
    }))
    .dealloc(glue::dealloc(wrapper_dealloc));

static GEN_ASYNC: StaticTable<PyAsyncMethods> = StaticTable::<PyAsyncMethods>::empty().send(am_send);
static CORO_ASYNC: StaticTable<PyAsyncMethods> =
    StaticTable::<PyAsyncMethods>::empty().await_(glue::unary(coro_await)).send(am_send);

methods! { static GEN_METHODS: for PyGenObject [
    "send" = send [1], "?($self, value, /)", "Resumes the generator with a value.";
    "throw" = throw [3], "?($self, typ, val=None, tb=None, /)", "Raises an exception where the generator stands.";
    "close" = close [0], "?($self, /)", "Raises GeneratorExit where the generator stands.";
    "__sizeof__" = sizeof [0], "?($self, /)", "Size of the generator in memory, in bytes.";
] }
methods! { static CORO_METHODS: for PyGenObject [
    "send" = send [1], "?($self, value, /)", "Sends a value into coroutine, and gives what it yields next.";
    "throw" = throw [3], "?($self, typ, val=None, tb=None, /)", "Raises an exception in coroutine, where it stands.";
    "close" = close [0], "?($self, /)", "Raises GeneratorExit inside coroutine.";
    "__sizeof__" = sizeof [0], "?($self, /)", "Size of the coroutine in memory, in bytes.";
] }
methods! { static WRAPPER_METHODS: for PyCoroWrapper [
    "send" = wrapper_send [1], "?($self, value, /)", "Sends a value into coroutine, and gives what it yields next.";
    "throw" = wrapper_throw [3], "?($self, typ, val=None, tb=None, /)", "Raises an exception in coroutine, where it stands.";
    "close" = wrapper_close [0], "?($self, /)", "Raises GeneratorExit inside coroutine.";
] }
members! { static GEN_MEMBERS [] }
members! { static CORO_MEMBERS [
    "cr_origin" = _Py_T_OBJECT, offset_of!(PyGenObject, gi_origin_or_finalizer), Py_READONLY, "";
] }
getset! { static GEN_GETSET [
    "__name__" = get_name, set set_name, "name of the generator";
    "__qualname__" = get_qualname, set set_qualname, "qualified name of the generator";
    "gi_yieldfrom" = yield_from, "object being iterated by yield from, or None";
    "gi_running" = is_running, "";
    "gi_frame" = get_frame, "";
    "gi_suspended" = is_suspended, "";
    "gi_code" = get_code, "";
] }
getset! { static CORO_GETSET [
    "__name__" = get_name, set set_name, "name of the coroutine";
    "__qualname__" = get_qualname, set set_qualname, "qualified name of the coroutine";
    "cr_await" = yield_from, "object being awaited on, or None";
    "cr_running" = is_running, "";
    "cr_frame" = get_frame, "";
    "cr_code" = get_code, "";
    "cr_suspended" = is_suspended, "";
] }

const CREATED: i8 = FRAME_CREATED as i8;
const SUSPENDED: i8 = FRAME_SUSPENDED as i8;
pub(crate) const EXECUTING: i8 = FRAME_EXECUTING as i8;
const COMPLETED: i8 = FRAME_COMPLETED as i8;
const CLEARED: i8 = FRAME_CLEARED as i8;

/// The frame inside a generator.
#[inline(always)]
pub fn frame_of(g: &PyGenObject) -> *mut Frame {
    g.gi_iframe.as_ptr() as *mut Frame
}

/// The generator around a frame that one owns (`_PyFrame_GetGenerator`).
///
/// # Safety
/// The frame's owner is a generator.
#[inline(always)]
pub unsafe fn of_frame<'a>(f: *mut Frame) -> &'a PyGenObject {
    // SAFETY: the caller's promise.
    unsafe { &*(f.byte_sub(offset_of!(PyGenObject, gi_iframe)) as *const PyGenObject) }
}

/// `PyGen_CheckExact`.
pub fn check_exact(o: &PyObject) -> Option<&PyGenObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyGen_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyGenObject) })
}

/// `PyCoro_CheckExact`.
pub fn check_coroutine(o: &PyObject) -> Option<&PyGenObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyCoro_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyGenObject) })
}

/// A generator of any of the three types for a function, its frame still to be filled (`make_gen`).
///
/// # Safety
/// The caller moves an initialised frame of the function's code into [`frame_of`] before anyone sees it.
pub unsafe fn new(py: Py<'_>, ty: &PyTypeObject, func: &PyFunctionObject) -> PyResult<Owned<PyGenObject>> {
    // SAFETY: LIVE: a function holds its code, its names; every field is set.
    unsafe {
        let code = &*(func.func_code.get() as *const PyCodeObject);
        let words = code.co_nlocalsplus.get() as usize + code.co_stacksize.get() as usize;
        let size =
            offset_of!(PyGenObject, gi_iframe) + offset_of!(Frame, localsplus) + words * size_of::<usize>();
        let g = object::alloc_uninit::<PyGenObject>(py, ty, size)?;
        g.gi_weakreflist.set(core::ptr::null_mut());
        g.gi_name.set((*func.func_name.get()).to_owned().into_ptr());
        g.gi_qualname.set((*func.func_qualname.get()).to_owned().into_ptr());
        g.gi_exc_state.exc_value.set(core::ptr::null_mut());
        g.gi_exc_state.previous_item.set(core::ptr::null_mut());
        g.gi_origin_or_finalizer.set(core::ptr::null_mut());
        g.gi_hooks_inited.set(0);
        g.gi_closed.set(0);
        g.gi_running_async.set(0);
        g.gi_frame_state.set(CLEARED);
        let depth = py.state().abi.coroutine_origin_tracking_depth.get();
        if depth > 0 && ty.is(&PyCoro_Type.0) {
            g.gi_origin_or_finalizer.set(origin(py, depth)?.into_ptr());
        }
        Ok(g)
    }
}

/// `gen_new_with_qualname`: a generator, coroutine or asynchronous generator around the frame of an object that was made
/// apart (`PyFrame_New`), before its first instruction; what names are not given are the code's.
///
/// Refused is what would run into places that nobody filled: code that is no generator's, parameters without a value,
/// cells.
pub fn from_frame(
    py: Py<'_>,
    ty: &PyTypeObject,
    o: Owned<PyFrameObject>,
    names: [Option<&PyObject>; 2],
) -> PyResult<Owned<PyGenObject>> {
    let f = frame::frame_of(&o);
    // SAFETY: LIVE: an object's frame is its own or runs, and holds its code and function.
    unsafe {
        let c = frame::code_of(f).to_owned();
        let first = c._co_firsttraceable.get() as usize;
        let is_generator = first >= 2
            && crate::code::plain_code(&c).get(2 * first - 2) == Some(&(dxpy_bytecode::Op::POP_TOP as u8));
        if (*f).owner.get() != frame::OWNED_BY_FRAME_OBJECT || !is_generator {
            return Err(exceptions::system_error(py, format_args!("bad argument to internal function")));
        }
        if frame::detached(&o).is_none() || c.co_ncellvars.get() + c.co_nfreevars.get() > 0 {
            return Err(exceptions::not_implemented_error(
                py,
                format_args!("dx-py: a generator of a frame without arguments or with cells"),
            ));
        }
        let g = new(py, ty, &*((*f).f_funcobj.get() as *const PyFunctionObject))?;
        for (field, name) in [&g.gi_name, &g.gi_qualname].into_iter().zip(names) {
            if let Some(name) = name {
                drop(Owned::<PyObject>::from_raw_opt(field.replace(name.to_owned().into_ptr())));
            }
        }
        let to = frame_of(&g);
        let words = (*f).stacktop.get() as usize;
        let size = offset_of!(Frame, localsplus) + words * size_of::<usize>();
        core::ptr::copy_nonoverlapping(f as *const u8, to as *mut u8, size);
        (*to).owner.set(frame::OWNED_BY_GENERATOR);
        (*to).previous.set(core::ptr::null_mut());
        // The first value sent is what the instruction behind the generator's making takes off the stack.
        (*to).prev_instr.set(crate::code::units(&c).add(first - 2));
        o.f_frame.set(to);
        (*to).frame_obj.set(o.into_raw());
        g.gi_frame_state.set(CREATED);
        gc::track(g.as_object());
        Ok(g)
    }
}

/// `compute_cr_origin`: file, line and function of the frames below the one a coroutine begins with.
fn origin(py: Py<'_>, depth: i32) -> PyResult<Owned<PyTupleObject>> {
    let mut found: Vec<Owned> = Vec::new();
    // SAFETY: LIVE: frames of the running thread hold their code.
    unsafe {
        // The coroutine's own frame is on top and not at its first instruction yet.
        let mut f = frame::current(py);
        while found.len() < depth as usize && !f.is_null() {
            let c = frame::code_of(f);
            let line = dxpy_core::long::from_i64(py, frame::line(f).into())?;
            let (file, name) = ((*c.co_filename.get()).to_owned(), (*c.co_name.get()).to_owned());
            found.push(tuple::from_iter(py, [file, line.upcast(), name])?.upcast());
            f = frame::first_complete((*f).previous.get());
        }
    }
    tuple::from_iter(py, found)
}

/// How resuming ended.
pub enum Sent {
    /// It gave a value.
    Yielded(Owned),
    /// It ended with a value.
    Returned(Owned),
}

/// The noun for messages.
/// Has it run to its end, or been closed?
pub(crate) fn is_finished(g: &PyGenObject) -> bool {
    g.gi_frame_state.get() >= COMPLETED
}

fn kind(g: &PyGenObject) -> &'static str {
    let ty = g.as_object().ty();
    if ty.is(&PyCoro_Type.0) {
        "coroutine"
    } else if ty.is(&PyGen_Type.0) {
        "generator"
    } else {
        "async generator"
    }
}

/// `gen_send_ex2`: resumes with a value, or raising `throw` where it stands.
pub fn resume(
    py: Py<'_>,
    g: &PyGenObject,
    value: Option<&PyObject>,
    throw: Option<PyErr>,
    closing: bool,
) -> PyResult<Sent> {
    let state = g.gi_frame_state.get();
    if state == CREATED && throw.is_none() && value.is_some_and(|v| !object::is_none(v)) {
        return Err(exceptions::type_error(
            py,
            format_args!("can't send non-None value to a just-started {}", kind(g)),
        ));
    }
    if state == EXECUTING {
        return Err(exceptions::value_error(py, format_args!("{} already executing", kind(g))));
    }
    if state >= COMPLETED {
        if kind(g) == "coroutine" && !closing {
            return Err(exceptions::runtime_error(
                py,
                format_args!("cannot reuse already awaited coroutine"),
            ));
        }
        return match throw {
            Some(e) => Err(e),
            None => Ok(Sent::Returned(object::none())),
        };
    }
    let ts = &py.state().abi;
    let f = frame_of(g);
    let held = g.as_object().to_owned();
    // SAFETY: the frame is suspended or created: its stack has room for the value; the exception state is linked while
    // the frame runs.
    unsafe {
        let top = (*f).stacktop.get();
        let sent = value.map_or_else(object::none, |v| v.to_owned());
        *frame::locals(f).add(top as usize) = sent.into_ptr();
        (*f).stacktop.set(top + 1);
        g.gi_exc_state.previous_item.set(ts.exc_info.get());
        ts.exc_info.set(&raw const g.gi_exc_state as *mut _PyErr_StackItem);
        let raising = throw.is_some();
        if let Some(e) = throw {
            // What was being handled where the generator stands becomes the context (`_PyErr_ChainStackItem`): what its
            // caller handles does not.
            let own = g.gi_exc_state.exc_value.get().as_ref().is_some_and(|v| !object::is_none(v));
            if own { exceptions::chained(py, e) } else { e }.restore(py);
        }
        g.gi_frame_state.set(EXECUTING);
        let eval = EVAL.get().expect("the interpreter has set its entry");
        let r = eval(py, f, raising);
        drop(held);
        if r.is_null() {
            return Err(PyErr::fetch(py));
        }
        let r = Owned::from_raw(r);
        Ok(if g.gi_frame_state.get() == SUSPENDED { Sent::Yielded(r) } else { Sent::Returned(r) })
    }
}

/// `StopIteration` with the value a generator returned.
fn stop(py: Py<'_>, g: &PyGenObject, value: Owned) -> PyErr {
    if kind(g) == "async generator" {
        return exceptions::with_args(py, &exceptions::StopAsyncIteration, tuple::empty());
    }
    if object::is_none(&value) {
        return exceptions::stop_iteration(py, None);
    }
    exceptions::stop_iteration(py, Some(&value))
}

/// `gen_iternext`.
pub fn next(py: Py<'_>, g: &PyGenObject) -> PyResult<Option<Owned>> {
    match resume(py, g, None, None, false)? {
        Sent::Yielded(v) => Ok(Some(v)),
        Sent::Returned(v) if object::is_none(&v) => Ok(None),
        Sent::Returned(v) => Err(stop(py, g, v)),
    }
}

/// `gen_send`.
pub fn send(py: Py<'_>, g: &PyGenObject, value: &PyObject) -> PyResult {
    match resume(py, g, Some(value), None, false)? {
        Sent::Yielded(v) => Ok(v),
        Sent::Returned(v) => Err(stop(py, g, v)),
    }
}

/// `PyGen_am_send`.
unsafe extern "C" fn am_send(
    g: *mut PyObject,
    value: *mut PyObject,
    out: *mut *mut PyObject,
) -> core::ffi::c_int {
    // SAFETY: GIL, LIVE, LAYOUT: the contract of `am_send`.
    unsafe {
        let py = Py::assume();
        match resume(py, &*(g as *const PyGenObject), value.as_ref(), None, false) {
            Ok(Sent::Yielded(v)) => {
                *out = v.into_ptr();
                PYGEN_NEXT
            }
            Ok(Sent::Returned(v)) => {
                *out = v.into_ptr();
                PYGEN_RETURN
            }
            Err(e) => {
                e.restore(py);
                *out = core::ptr::null_mut();
                PYGEN_ERROR
            }
        }
    }
}

/// `_PyGen_yf`: what a suspended generator delegates to.
pub fn delegate(g: &PyGenObject) -> Option<Owned> {
    if g.gi_frame_state.get() >= EXECUTING || g.gi_frame_state.get() == CREATED {
        return None;
    }
    let f = frame_of(g);
    // SAFETY: a suspended frame: its next instruction is in its code; the top of its stack is the iterator while the
    // next instruction resumes a delegation.
    unsafe {
        use dxpy_bytecode::Op;
        let next = *(*f).prev_instr.get().add(1);
        let (op, arg) = ((next & 255) as u8, next >> 8);
        let is_resume = op as u16 == Op::RESUME as u16 || op as u16 == Op::INSTRUMENTED_RESUME as u16;
        if !is_resume || (arg & 3) < 2 {
            return None;
        }
        (*frame::locals(f).add((*f).stacktop.get() as usize - 1)).as_ref().map(Object::to_owned)
    }
}

/// `gen_close_iter`: closes what is delegated to.
fn close_iter(py: Py<'_>, y: &PyObject) -> PyResult<()> {
    if let Some(g) = as_generator(y) {
        return close(py, g).map(drop);
    }
    match attr::lookup_name(py, y, name!("close")) {
        Ok(Some(m)) => dxpy_core::call::call(py, &m, []).map(drop),
        Ok(None) => Ok(()),
        // Not even to ask is possible, which does not keep the generator itself from being closed.
        Err(e) => {
            exceptions::unraisable(py, e, Some(y));
            Ok(())
        }
    }
}

/// A generator or coroutine.
fn as_generator(o: &PyObject) -> Option<&PyGenObject> {
    check_exact(o).or_else(|| check_coroutine(o))
}

/// What `GET_AWAITABLE` gives (`_PyCoro_GetAwaitableIter`): a coroutine is its own.
pub fn awaitable(py: Py<'_>, o: &PyObject) -> PyResult {
    if check_coroutine(o).is_some() || is_iterable_coroutine(o) {
        return Ok(o.to_owned());
    }
    // SAFETY: LIVE: the table of a live type; the slot's contract.
    let slot = unsafe { o.ty().tp_as_async.get().as_ref() }.and_then(|t| t.am_await.get());
    let Some(f) = slot else {
        return Err(exceptions::type_error(
            py,
            format_args!("object {} can't be used in 'await' expression", type_name(o.ty())),
        ));
    };
    // SAFETY: the slot's contract.
    let r = unsafe { dxpy_core::err::from_ptr::<PyObject>(py, f(o.as_ptr()))? };
    if check_coroutine(&r).is_some() || is_iterable_coroutine(&r) {
        return Err(exceptions::type_error(py, format_args!("__await__() returned a coroutine")));
    }
    if !dxpy_core::protocol::is_iterator(&r) {
        return Err(exceptions::type_error(
            py,
            format_args!("__await__() returned non-iterator of type '{}'", type_name(r.ty())),
        ));
    }
    Ok(r)
}

/// `gen_is_coroutine`: a generator that `types.coroutine` marked.
pub fn is_iterable_coroutine(o: &PyObject) -> bool {
    check_exact(o).is_some_and(|g| {
        // SAFETY: LIVE: a generator's frame holds its code until it is cleared for good.
        unsafe { (*frame_of(g)).f_code.get().as_ref() }.is_some_and(|c| c.co_flags.get() & 0x100 != 0)
    })
}

/// `gen_close`.
pub fn close(py: Py<'_>, g: &PyGenObject) -> PyResult {
    let state = g.gi_frame_state.get();
    if state == CREATED {
        g.gi_frame_state.set(COMPLETED);
        clear_frame(py, g);
        return Ok(object::none());
    }
    if state >= COMPLETED {
        return Ok(object::none());
    }
    let mut failed = None;
    if let Some(y) = delegate(g) {
        g.gi_frame_state.set(EXECUTING);
        let r = close_iter(py, &y);
        g.gi_frame_state.set(state);
        failed = r.err();
    }
    let e = failed.unwrap_or_else(|| exceptions::with_args(py, &exceptions::GeneratorExit, tuple::empty()));
    match resume(py, g, None, Some(e), true) {
        Ok(Sent::Yielded(_)) => {
            Err(exceptions::runtime_error(py, format_args!("{} ignored GeneratorExit", kind(g))))
        }
        Ok(Sent::Returned(_)) => Ok(object::none()),
        Err(e)
            if exceptions::matches(&e, &exceptions::StopIteration)
                || exceptions::matches(&e, &exceptions::GeneratorExit) =>
        {
            Ok(object::none())
        }
        Err(e) => Err(e),
    }
}

/// Releases a frame that will not run, but for its code, which the generator keeps (`gen_dealloc`, `gen_close` of one never started).
fn clear_frame(py: Py<'_>, g: &PyGenObject) {
    let f = frame_of(g);
    // SAFETY: the frame is initialised and not running; it is released once.
    unsafe {
        (*f).previous.set(core::ptr::null_mut());
        g.gi_frame_state.set(CLEARED);
        frame::clear_except_code(py, f);
    }
}

/// The exception of `throw(type, value, traceback)` (`_gen_throw`'s arguments).
fn exception(py: Py<'_>, typ: &PyObject, val: &PyObject, tb: &PyObject) -> PyResult<PyErr> {
    let tb = if object::is_none(tb) {
        None
    } else {
        Some(crate::traceback::check(tb).ok_or_else(|| {
            exceptions::type_error(py, format_args!("throw() third argument must be a traceback object"))
        })?)
    };
    let e = match types::check(typ) {
        Some(class) if types::is_subtype(class, &exceptions::BaseException) => {
            exceptions::create(py, class, Some(val))
        }
        _ if types::is_subtype(typ.ty(), &exceptions::BaseException) => {
            if !object::is_none(val) {
                return Err(exceptions::type_error(
                    py,
                    format_args!("instance exception may not have a separate value"),
                ));
            }
            // SAFETY: LAYOUT: just checked.
            PyErr::from_value(unsafe { typ.to_owned().cast() })
        }
        _ => {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "exceptions must be classes or instances deriving from BaseException, not {}",
                    type_name(typ.ty())
                ),
            ));
        }
    };
    if let Some(tb) = tb {
        let old = e.value().traceback.replace(tb.to_owned().into_ptr());
        // SAFETY: OWNED: the exception held its former traceback.
        drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    }
    Ok(e)
}

/// `gen_throw`.
pub(crate) fn throw(
    py: Py<'_>,
    g: &PyGenObject,
    typ: &PyObject,
    val: Option<&PyObject>,
    tb: Option<&PyObject>,
) -> PyResult {
    if val.is_some() || tb.is_some() {
        exceptions::warn(
            py,
            &exceptions::DeprecationWarning,
            1,
            format_args!(
                "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead."
            ),
        )?;
    }
    let none = object::none();
    throw_into(py, g, typ, val.unwrap_or(&none), tb.unwrap_or(&none), true)
}

/// `_gen_throw`: into what is delegated to first.
pub fn throw_into(
    py: Py<'_>,
    g: &PyGenObject,
    typ: &PyObject,
    val: &PyObject,
    tb: &PyObject,
    close_on_exit: bool,
) -> PyResult {
    if let Some(y) = delegate(g) {
        let state = g.gi_frame_state.get();
        let is_exit = {
            let class = types::check(typ).unwrap_or(typ.ty());
            types::is_subtype(class, &exceptions::GeneratorExit)
        };
        if is_exit && close_on_exit {
            g.gi_frame_state.set(EXECUTING);
            let r = close_iter(py, &y);
            g.gi_frame_state.set(state);
            return match r {
                Err(e) => finish(py, g, resume(py, g, None, Some(e), false)),
                Ok(()) => throw_here(py, g, typ, val, tb),
            };
        }
        let r = if let Some(inner) = as_generator(&y) {
            let ts = &py.state().abi;
            // SAFETY: LIVE: the frames are those of the generators; tracebacks and `f_back` see the delegation.
            unsafe {
                let f = frame_of(g);
                let cframe = ts.cframe.get();
                let before = (*cframe).current_frame.get();
                (*f).previous.set(before);
                (*cframe).current_frame.set(f);
                g.gi_frame_state.set(EXECUTING);
                let r = throw_into(py, inner, typ, val, tb, close_on_exit);
                (*cframe).current_frame.set(before);
                (*f).previous.set(core::ptr::null_mut());
                g.gi_frame_state.set(state);
                r
            }
        } else {
            let Some(m) = attr::lookup_name(py, &y, name!("throw"))? else {
                return throw_here(py, g, typ, val, tb);
            };
            g.gi_frame_state.set(EXECUTING);
            let r = if object::is_none(val) && object::is_none(tb) {
                dxpy_core::call::call(py, &m, [typ])
            } else {
                dxpy_core::call::call(py, &m, [typ, val, tb])
            };
            g.gi_frame_state.set(state);
            r
        };
        return match r {
            Ok(v) => Ok(v),
            Err(e) => {
                // The generator has a handler around the delegation (`CLEANUP_THROW`), which takes the value of a
                // `StopIteration` and passes on anything else.
                finish(py, g, resume(py, g, None, Some(e), false))
            }
        };
    }
    throw_here(py, g, typ, val, tb)
}

fn throw_here(py: Py<'_>, g: &PyGenObject, typ: &PyObject, val: &PyObject, tb: &PyObject) -> PyResult {
    let e = exception(py, typ, val, tb)?;
    finish(py, g, resume(py, g, None, Some(e), false))
}

pub(crate) fn finish(py: Py<'_>, g: &PyGenObject, r: PyResult<Sent>) -> PyResult {
    match r? {
        Sent::Yielded(v) => Ok(v),
        Sent::Returned(v) => Err(stop(py, g, v)),
    }
}

/// The value of a `StopIteration` (`_PyGen_FetchStopIterationValue`).
pub fn stop_value(e: &PyErr) -> Owned {
    // SAFETY: LAYOUT: instances of `StopIteration` have the value; NULL or held.
    unsafe {
        let s = &*(e.value() as *const PyBaseExceptionObject as *const PyStopIterationObject);
        s.value.get().as_ref().map_or_else(object::none, Object::to_owned)
    }
}

fn self_iter(_: Py<'_>, o: &PyObject) -> PyResult {
    Ok(o.to_owned())
}

pub(crate) fn repr(py: Py<'_>, g: &PyGenObject) -> PyResult<Owned<PyUnicodeObject>> {
    // SAFETY: LIVE: a generator holds its name.
    let q = unicode::display(unsafe { &*g.gi_qualname.get() });
    unicode::from_str(py, &format!("<{} object {q} at {:p}>", type_name(g.as_object().ty()), g.as_ptr()))
}

fn text_field(py: Py<'_>, field: &Cell<*mut PyObject>, value: Option<&PyObject>, what: &str) -> PyResult<()> {
    let Some(v) = value.filter(|v| unicode::check(v).is_some()) else {
        return Err(exceptions::type_error(py, format_args!("{what} must be set to a string object")));
    };
    let old = field.replace(v.to_owned().into_ptr());
    // SAFETY: OWNED: the generator held its former name.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    Ok(())
}

pub(crate) fn get_name(_: Py<'_>, g: &PyGenObject) -> PyResult {
    // SAFETY: LIVE: a generator holds its name.
    Ok(unsafe { (*g.gi_name.get()).to_owned() })
}

pub(crate) fn set_name(py: Py<'_>, g: &PyGenObject, value: Option<&PyObject>) -> PyResult<()> {
    text_field(py, &g.gi_name, value, "__name__")
}

pub(crate) fn get_qualname(_: Py<'_>, g: &PyGenObject) -> PyResult {
    // SAFETY: LIVE: a generator holds its name.
    Ok(unsafe { (*g.gi_qualname.get()).to_owned() })
}

pub(crate) fn set_qualname(py: Py<'_>, g: &PyGenObject, value: Option<&PyObject>) -> PyResult<()> {
    text_field(py, &g.gi_qualname, value, "__qualname__")
}

pub(crate) fn yield_from(_: Py<'_>, g: &PyGenObject) -> PyResult {
    Ok(delegate(g).unwrap_or_else(object::none))
}

fn is_running(_: Py<'_>, g: &PyGenObject) -> PyResult<Owned<PyLongObject>> {
    Ok(dxpy_core::boolean::new(g.gi_frame_state.get() == EXECUTING))
}

pub(crate) fn is_suspended(_: Py<'_>, g: &PyGenObject) -> PyResult<Owned<PyLongObject>> {
    Ok(dxpy_core::boolean::new(g.gi_frame_state.get() == SUSPENDED))
}

pub(crate) fn get_frame(py: Py<'_>, g: &PyGenObject) -> PyResult {
    dxpy_core::audit::read(py, g.as_object(), &format!("{}_frame", prefix(g)))?;
    if g.gi_frame_state.get() >= CLEARED {
        return Ok(object::none());
    }
    // SAFETY: the frame is not cleared.
    unsafe { frame::object_of(py, frame_of(g)).map(Owned::upcast) }
}

/// How the attributes of this kind of generator begin.
fn prefix(g: &PyGenObject) -> &'static str {
    let ty = g.as_object().ty();
    if ty.is(&PyGen_Type.0) {
        "gi"
    } else if ty.is(&PyCoro_Type.0) {
        "cr"
    } else {
        "ag"
    }
}

pub(crate) fn get_code(py: Py<'_>, g: &PyGenObject) -> PyResult {
    dxpy_core::audit::read(py, g.as_object(), &format!("{}_code", prefix(g)))?;
    // SAFETY: LIVE: the frame holds its code until the generator dies.
    let code = unsafe { (*frame_of(g)).f_code.get().as_ref() };
    Ok(code.map_or_else(object::none, |c| c.as_object().to_owned()))
}

pub(crate) fn sizeof(_: Py<'_>, g: &PyGenObject) -> PyResult<usize> {
    // SAFETY: LIVE: as above; a cleared frame no longer knows its code.
    let words = unsafe { (*frame_of(g)).f_code.get().as_ref() }
        .map_or(0, |c| c.co_nlocalsplus.get() as usize + c.co_stacksize.get() as usize);
    Ok(offset_of!(PyGenObject, gi_iframe) + offset_of!(Frame, localsplus) + words * size_of::<usize>())
}

pub(crate) fn traverse(g: &PyGenObject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    v.visit(&g.gi_name)?;
    v.visit(&g.gi_qualname)?;
    v.visit(&g.gi_origin_or_finalizer)?;
    if g.gi_frame_state.get() < CLEARED {
        // SAFETY: the frame is initialised; while it runs its `stacktop` says nothing is there.
        unsafe { frame::traverse_frame(frame_of(g), v)? };
    }
    v.visit(&g.gi_exc_state.exc_value)
}

/// `_PyGen_Finalize`: closes a suspended generator; warns of a coroutine that was never awaited.
pub(crate) unsafe extern "C" fn finalize(o: *mut PyObject) {
    // SAFETY: GIL, LIVE, LAYOUT: the contract of `tp_finalize`.
    unsafe {
        let py = Py::assume();
        let g = &*(o as *const PyGenObject);
        if g.gi_frame_state.get() >= COMPLETED {
            return;
        }
        // An asynchronous generator that an event loop looks after is closed by it.
        let f = (kind(g) == "async generator" && g.gi_closed.get() == 0)
            .then(|| g.gi_origin_or_finalizer.get().as_ref().map(Object::to_owned));
        let pending = PyErr::take(py);
        if let Some(Some(f)) = f {
            if let Err(e) = dxpy_core::call::call(py, &f, [&*o]) {
                exceptions::unraisable(py, e, Some(&*o));
            }
            if let Some(e) = pending {
                e.restore(py);
            }
            return;
        }
        let unawaited = kind(g) == "coroutine" && g.gi_frame_state.get() == CREATED;
        if unawaited {
            warn_unawaited(py, g);
        } else if let Err(e) = close(py, g) {
            exceptions::unraisable(py, e, Some(&*o));
        }
        if let Some(e) = pending {
            e.restore(py);
        }
    }
}

/// `_PyErr_WarnUnawaitedCoroutine`: `warnings` knows how to show where the coroutine was made. Where it fails, its error is
/// shown, and the plain warning given, unless the error is the warning itself.
fn warn_unawaited(py: Py<'_>, g: &PyGenObject) {
    let o = g.as_object();
    let f = dxpy_core::hooks::import(py, name!("warnings"))
        .and_then(|w| dxpy_core::attr::lookup_name(py, &w, name!("_warn_unawaited_coroutine")));
    let called = match f {
        Ok(Some(f)) => dxpy_core::call::call(py, &f, [o]).map(|_| true),
        Ok(None) => Ok(false),
        Err(e) => Err(e),
    };
    let warned = match called {
        Ok(warned) => warned,
        Err(e) => {
            let is_warning = exceptions::matches(&e, &exceptions::RuntimeWarning);
            exceptions::unraisable(py, e, Some(o));
            is_warning
        }
    };
    if !warned {
        // SAFETY: LIVE: a coroutine holds its name.
        let q = unicode::display(unsafe { &*g.gi_qualname.get() });
        let text = format_args!("coroutine '{q}' was never awaited");
        if let Err(e) = exceptions::warn(py, &exceptions::RuntimeWarning, 1, text) {
            exceptions::unraisable(py, e, Some(o));
        }
    }
}

pub(crate) fn dealloc(py: Py<'_>, g: &PyGenObject) {
    let o = g.as_object();
    // SAFETY: the object's count is zero; what it holds is released once and its memory last.
    unsafe {
        gc::untrack(o);
        if !g.gi_weakreflist.get().is_null() {
            dxpy_core::weakref::clear_all(py, o);
        }
        gc::track(o);
        if object::finalize_from_dealloc(py, o, finalize) {
            return;
        }
        gc::untrack(o);
        if g.gi_frame_state.get() < CLEARED {
            clear_frame(py, g);
        }
        drop(Owned::<PyCodeObject>::from_raw_opt((*frame_of(g)).f_code.replace(core::ptr::null_mut())));
        object::clear_field(&g.gi_exc_state.exc_value);
        for field in [&g.gi_name, &g.gi_qualname, &g.gi_origin_or_finalizer] {
            object::clear_field(field);
        }
        object::free(o);
    }
}

/// `coro_await`.
fn coro_await(py: Py<'_>, g: &PyGenObject) -> PyResult {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let w = object::alloc_uninit::<PyCoroWrapper>(py, &_PyCoroWrapper_Type, size_of::<PyCoroWrapper>())?;
        w.cw_coroutine.set(g.to_owned().into_raw() as *mut _);
        gc::track(w.as_object());
        Ok(w.upcast())
    }
}

fn coroutine(w: &PyCoroWrapper) -> &PyGenObject {
    // SAFETY: LIVE, LAYOUT: the wrapper holds its coroutine, whose struct begins like a generator's.
    unsafe { &*(w.cw_coroutine.get() as *const PyGenObject) }
}

fn wrapper_next(py: Py<'_>, w: &PyCoroWrapper) -> PyResult<Option<Owned>> {
    next(py, coroutine(w))
}

fn wrapper_send(py: Py<'_>, w: &PyCoroWrapper, value: &PyObject) -> PyResult {
    send(py, coroutine(w), value)
}

fn wrapper_throw(
    py: Py<'_>,
    w: &PyCoroWrapper,
    typ: &PyObject,
    val: Option<&PyObject>,
    tb: Option<&PyObject>,
) -> PyResult {
    throw(py, coroutine(w), typ, val, tb)
}

fn wrapper_close(py: Py<'_>, w: &PyCoroWrapper) -> PyResult {
    close(py, coroutine(w))
}

fn wrapper_dealloc(_: Py<'_>, w: &PyCoroWrapper) {
    // SAFETY: the object has a collector header; its field is released once and its memory last.
    unsafe {
        gc::untrack(w.as_object());
        drop(Owned::<PyObject>::from_raw_opt(w.cw_coroutine.replace(core::ptr::null_mut()) as *mut PyObject));
        object::free(w.as_object());
    }
}

/// `PyIter_Send`: sends a value to a generator, a coroutine, or anything that can be iterated over.
pub fn iter_send(py: Py<'_>, o: &PyObject, v: &PyObject) -> PyResult<Sent> {
    // SAFETY: LIVE: the tables of a live type; the slots' contracts; what they give is owned.
    unsafe {
        let ty = o.ty();
        if let Some(f) = ty.tp_as_async.get().as_ref().and_then(|t| t.am_send.get()) {
            let mut out = core::ptr::null_mut();
            return match f(o.as_ptr(), v.as_ptr(), &mut out) {
                PYGEN_NEXT => Ok(Sent::Yielded(Owned::from_raw(out))),
                PYGEN_RETURN => Ok(Sent::Returned(Owned::from_raw(out))),
                _ => Err(PyErr::fetch(py)),
            };
        }
        let r = match ty.tp_iternext.get() {
            Some(f) if object::is_none(v) && protocol::is_iterator(o) => {
                match Owned::from_raw_opt(f(o.as_ptr())) {
                    Some(x) => Ok(x),
                    None => match PyErr::take(py) {
                        None => return Ok(Sent::Returned(object::none())),
                        Some(e) => Err(e),
                    },
                }
            }
            _ => dxpy_core::call::method(py, o, dxpy_core::name!("send"), [v]),
        };
        match r {
            Ok(x) => Ok(Sent::Yielded(x)),
            Err(e) if exceptions::matches(&e, &exceptions::StopIteration) => {
                Ok(Sent::Returned(stop_value(&e)))
            }
            Err(e) => Err(e),
        }
    }
}
