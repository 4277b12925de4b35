//! `_asyncio.Task`, and the steps a task takes.

use crate::future::{self, FUTURE, FutureObject, Outcome};
use crate::{IMPORTED, call_with, enter, got, held, leave, put, register, shown, swap, waiter};
use core::cell::Cell;
use core::sync::atomic::{AtomicU64, Ordering};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::bind_call;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, cfunction, exceptions, gc, getset, glue, hooks, methods, name,
    object, protocol, signature, tuple, types, unicode, weakref,
};
use dxpy_types::context;
use dxpy_types::generator::{self, Sent};

#[repr(C)]
pub struct TaskObject {
    pub future: FutureObject,
    waiter: Cell<*mut PyObject>,
    coro: Cell<*mut PyObject>,
    name: Cell<*mut PyObject>,
    context: Cell<*mut PyObject>,
    must_cancel: Cell<bool>,
    log_destroy: Cell<bool>,
    /// How often cancelling was asked for.
    cancels: Cell<isize>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a future, which begins with a `PyObject`.
unsafe impl Layout for TaskObject {}

/// `_asyncio.Task`.
pub static TASK: StaticType = StaticType::new::<TaskObject>(c"_asyncio.Task")
    .doc(c"Task(coro, *, loop=None, name=None, context=None, eager_start=False)\n--\n\nA coroutine that a loop runs.")
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE)
    .base(&FUTURE)
    .weaklist(FutureObject::WEAKREFS)
    .dict(FutureObject::DICT)
    .create(glue::create(|py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>| {
        object::tp_alloc(py, ty, 0)
    }))
    .init(glue::init(init))
    .repr(glue::unary(|py: Py<'_>, t: &TaskObject| call::call(py, got(&IMPORTED.task_repr), [t.as_object()])))
    .iter(glue::unary(|py: Py<'_>, t: &TaskObject| waiter::new(py, &t.future)))
    .asynchronous(&ASYNC)
    .methods(&METHODS)
    .getset(&TASK_ATTRIBUTES)
    .finalize(finalize)
    .traverse(glue::traverse(|t: &TaskObject, v: &glue::Visitor| {
        future::traverse(&t.future, v)?;
        t.fields().into_iter().try_for_each(|c| v.visit(c))
    }))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc));

static ASYNC: StaticTable<PyAsyncMethods> = StaticTable::<PyAsyncMethods>::empty()
    .await_(glue::unary(|py: Py<'_>, t: &TaskObject| waiter::new(py, &t.future)));

methods! { static METHODS: for TaskObject [
    "result" = result [0], "($self, /)", "The result; raises the exception if that is the end.";
    "exception" = exception [0], "($self, /)", "The exception that is the end, or None.", defining;
    "add_done_callback" = add_done_callback [2], "($self, fn, /, *, context=<unrepresentable>)", "Has a function called at the end.", defining;
    "remove_done_callback" = remove_done_callback [1], "($self, fn, /)", "Takes a function away; how often it was there.", defining;
    "cancelled" = cancelled [0], "($self, /)", "Whether the task was cancelled.";
    "done" = done [0], "($self, /)", "Whether the task has ended.";
    "set_result" = set_result [1], "($self, result, /)", "Not for tasks: what the coroutine returns is the result.";
    "set_exception" = set_exception [1], "($self, exception, /)", "Not for tasks: what the coroutine raises is the exception.";
    "cancel" = cancel [1], "($self, /, msg=None)", "Asks the task to end, by a CancelledError in the coroutine.";
    "cancelling" = cancelling [0], "($self, /)", "How often cancelling was asked for.";
    "uncancel" = uncancel [0], "($self, /)", "Takes one request of cancelling back; how many are left.";
    "get_stack" = get_stack [1], "($self, /, *, limit=None)", "The frames of the coroutine.", defining;
    "print_stack" = print_stack [2], "($self, /, *, limit=None, file=None)", "Shows the frames of the coroutine.", defining;
    "_make_cancelled_error" = make_cancelled_error [0], "($self, /)", "The CancelledError to raise.";
    "get_name" = get_name [0], "($self, /)", "The name of the task.";
    "set_name" = set_name [1], "($self, value, /)", "Names the task.";
    "get_coro" = get_coro [0], "($self, /)", "The coroutine of the task.";
    "get_context" = get_context [0], "($self, /)", "The context that the task runs in.";
    "__class_getitem__" = class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }

getset! {
/// First those of futures, which CPython gives tasks of their own: a task begins like a future.
static TASK_ATTRIBUTES [
    "_state" = future::get_state, "";
    "_asyncio_future_blocking" = future::get_blocking, set future::set_blocking, "";
    "_loop" = future::shown_loop, "";
    "_callbacks" = future::get_callbacks, "";
    "_result" = future::shown_result, "";
    "_exception" = future::shown_exception, "";
    "_log_traceback" = future::get_log_traceback, set future::set_log_traceback, "";
    "_source_traceback" = future::shown_source_traceback, "";
    "_cancel_message" = future::get_message, set future::set_message, "";
    "_log_destroy_pending" = |_: Py<'_>, t: &TaskObject| truth(&t.log_destroy), set set_log_destroy, "";
    "_must_cancel" = |_: Py<'_>, t: &TaskObject| truth(&t.must_cancel), "";
    "_coro" = |_: Py<'_>, t: &TaskObject| Ok(held(&t.coro).unwrap_or_else(object::none)), "";
    "_fut_waiter" = |_: Py<'_>, t: &TaskObject| Ok(held(&t.waiter).unwrap_or_else(object::none)), "";
] }

impl TaskObject {
    fn fields(&self) -> [&Cell<*mut PyObject>; 4] {
        [&self.waiter, &self.coro, &self.name, &self.context]
    }
}

fn truth(c: &Cell<bool>) -> PyResult {
    Ok(dxpy_core::boolean::new(c.get()).upcast())
}

fn set_log_destroy(py: Py<'_>, t: &TaskObject, v: Option<&PyObject>) -> PyResult<()> {
    t.log_destroy.set(protocol::is_true(py, v.ok_or_else(|| future::no_deleting(py))?)?);
    Ok(())
}

fn clear(py: Py<'_>, t: &TaskObject) {
    future::clear(py, &t.future);
    t.fields().into_iter().for_each(object::clear_field);
}

fn dealloc(py: Py<'_>, t: &TaskObject) {
    // SAFETY: the count is zero; a class made of this one ran its finaliser before. The object has a collector header;
    // its fields are released once and its memory last.
    unsafe {
        if t.ty().is(TASK.as_object()) && object::finalize_from_dealloc(py, t.as_object(), finalize) {
            return;
        }
        gc::untrack(t.as_object());
        weakref::clear_all(py, t.as_object());
        clear(py, t);
        object::tp_free(t.as_object());
    }
}

/// The numbers of names.
static COUNTER: AtomicU64 = AtomicU64::new(0);

fn init(py: Py<'_>, t: &TaskObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let desc = signature!("Task", "(coro, *, loop=None, name=None, context=None, eager_start=False)");
    bind_call(py, desc, args, kw, |b| {
        let given = |i: usize| -> PyResult<Option<Owned>> {
            Ok(b.arg::<Option<&PyObject>>(py, i)?.filter(|o| !object::is_none(o)).map(Object::to_owned))
        };
        let coro: &PyObject = b.arg(py, 0)?;
        let (l, name, ctx) = (given(1)?, given(2)?, given(3)?);
        let eager = b.arg::<Option<bool>>(py, 4)?.unwrap_or(false);
        set_up(py, t, coro, l, name, ctx, eager)
    })
}

fn set_up(
    py: Py<'_>,
    t: &TaskObject,
    coro: &PyObject,
    l: Option<Owned>,
    name: Option<Owned>,
    ctx: Option<Owned>,
    eager: bool,
) -> PyResult<()> {
    future::set_up(py, &t.future, l.as_deref())?;
    if generator::check_coroutine(coro).is_none() {
        let r = call::call(py, got(&IMPORTED.iscoroutine), [coro])?;
        if !protocol::is_true(py, &r)? {
            t.log_destroy.set(false);
            let text = shown(py, coro)?;
            return Err(exceptions::type_error(py, format_args!("a coroutine was expected, got {text}")));
        }
    }
    put(
        &t.context,
        Some(match ctx {
            Some(c) => c,
            None => context::copy_current(py)?.upcast(),
        }),
    );
    put(&t.waiter, None);
    t.must_cancel.set(false);
    t.log_destroy.set(true);
    t.cancels.set(0);
    put(&t.coro, Some(coro.to_owned()));
    let name = match name {
        None => {
            let n = COUNTER.fetch_add(1, Ordering::Relaxed) + 1;
            unicode::from_str(py, &format!("Task-{n}"))?.upcast()
        }
        Some(n) if unicode::check_exact(&n).is_some() => n,
        Some(n) => protocol::str(py, &n)?.upcast(),
    };
    put(&t.name, Some(name));
    if eager {
        let l = future::alive(py, &t.future)?;
        let running = call::method(py, &l, name!("is_running"), [])?;
        if protocol::is_true(py, &running)? {
            return start_eagerly(py, t, &l);
        }
    }
    step_soon(py, t, None)?;
    register(py, t.as_object())
}

/// `task_eager_start`: the first step runs at once.
fn start_eagerly(py: Py<'_>, t: &TaskObject, l: &PyObject) -> PyResult<()> {
    let previous = swap(py, l, t.as_object())?;
    crate::add_eager(py, t.as_object())?;
    let ctx = held(&t.context).unwrap_or_else(object::none);
    let Some(c) = context::check(&ctx) else {
        return Err(exceptions::type_error(py, format_args!("an instance of Context was expected")));
    };
    context::enter(py, c)?;
    let stepped = step_inner(py, t, None);
    let swapped = swap(py, l, &previous);
    let dropped = crate::drop_eager(py, t.as_object());
    let left = context::exit(py, c);
    stepped.map(drop).and(swapped.map(drop)).and(dropped).and(left)?;
    if t.future.is_pending() {
        register(py, t.as_object())
    } else {
        put(&t.coro, None);
        Ok(())
    }
}

/// `task_call_step_soon`.
fn step_soon(py: Py<'_>, t: &TaskObject, error: Option<&PyObject>) -> PyResult<()> {
    // SAFETY: LAYOUT: the type's own struct.
    let s: Owned<StepObject> = unsafe { object::generic_alloc(py, &STEP, 0)?.cast() };
    s.task.set(t.to_owned().into_ptr());
    put(&s.error, error.map(Object::to_owned));
    let l = future::alive(py, &t.future)?;
    future::call_soon(py, &l, s.as_object(), None, held(&t.context).as_deref())
}

/// What a loop calls to have a task make a step.
#[repr(C)]
pub struct StepObject {
    ob_base: PyObject,
    task: Cell<*mut PyObject>,
    error: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for StepObject {}

/// `TaskStepMethWrapper`.
pub static STEP: StaticType = StaticType::new::<StepObject>(c"_asyncio.TaskStepMethWrapper")
    .getattro(dxpy_core::attr::generic_get_slot)
    .flags(Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE)
    .call(glue::call(call_step))
    .getset(&STEP_ATTRIBUTES)
    .traverse(glue::traverse(|s: &StepObject, v: &glue::Visitor| {
        v.visit(&s.task)?;
        v.visit(&s.error)
    }))
    .clear(glue::clear(clear_step))
    .dealloc(glue::dealloc(|py: Py<'_>, s: &StepObject| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(s.as_object());
            clear_step(py, s);
            object::tp_free(s.as_object());
        }
    }));

getset! { static STEP_ATTRIBUTES [
    "__self__" = |_: Py<'_>, s: &StepObject| Ok(held(&s.task).unwrap_or_else(object::none)), "";
] }

fn clear_step(_: Py<'_>, s: &StepObject) {
    object::clear_field(&s.task);
    object::clear_field(&s.error);
}

fn call_step(py: Py<'_>, s: &StepObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if kw.is_some_and(|k| dxpy_core::dict::len(k) > 0) {
        return Err(exceptions::type_error(py, format_args!("function takes no keyword arguments")));
    }
    if tuple::len(args) > 0 {
        return Err(exceptions::type_error(py, format_args!("function takes no positional arguments")));
    }
    match held(&s.task) {
        // SAFETY: LAYOUT: `step_soon` puts a task there.
        Some(t) => step(py, unsafe { &*(t.as_ptr() as *const TaskObject) }, held(&s.error)),
        None => Ok(object::none()),
    }
}

methods! { static WAKEUP: for TaskObject [
    "task_wakeup" = wakeup [1], "?($self, future, /)", "Goes on with what a future gave.";
] }

/// `TaskWakeupMethWrapper`: a function bound to the task.
fn wakeup_of(py: Py<'_>, t: &TaskObject) -> PyResult {
    cfunction::new(py, &WAKEUP[0], Some(t.as_object()), None, None)
}

/// `task_wakeup`.
fn wakeup(py: Py<'_>, t: &TaskObject, o: &PyObject) -> PyResult {
    let r = match future::exact(o) {
        Some(f) => match future::outcome(py, f) {
            Ok(Outcome::Result(_)) => Ok(()),
            Ok(Outcome::Exception(e)) => return step(py, t, Some(e)),
            Err(e) => Err(e),
        },
        None => call::method(py, o, name!("result"), []).map(drop),
    };
    match r {
        Ok(()) => step(py, t, None),
        Err(e) => step(py, t, Some(e.into_value().upcast())),
    }
}

/// `task_step`: a step, while the loop's current task is this one.
fn step(py: Py<'_>, t: &TaskObject, error: Option<Owned>) -> PyResult {
    let l = future::alive(py, &t.future)?;
    enter(py, &l, t.as_object())?;
    let r = step_inner(py, t, error);
    let left = leave(py, &l, t.as_object());
    match (r, left) {
        (Ok(v), Ok(())) => Ok(v),
        (Ok(_), Err(e)) | (Err(e), _) => Err(e),
    }
}

fn is_cancelled_error(py: Py<'_>, o: &PyObject) -> PyResult<bool> {
    let class = got(&IMPORTED.cancelled);
    let _ = py;
    Ok(types::check(class).is_some_and(|c| types::is_subtype(o.ty(), c)))
}

/// `task_step_impl`.
fn step_inner(py: Py<'_>, t: &TaskObject, mut error: Option<Owned>) -> PyResult {
    let none = object::none();
    if !t.future.is_pending() {
        let task = shown(py, t.as_object())?;
        let e = match &error {
            Some(e) => shown(py, e)?,
            None => "''".to_owned(),
        };
        return Err(future::invalid(py, &format!("__step(): already done: {task} {e}")));
    }
    if t.must_cancel.get() {
        if let Some(e) = &error
            && !is_cancelled_error(py, e)?
        {
            error = None;
        }
        if error.is_none() {
            error = Some(future::cancelled_error(py, &t.future)?);
        }
        t.must_cancel.set(false);
    }
    put(&t.waiter, None);
    let Some(coro) = held(&t.coro) else {
        return Err(exceptions::runtime_error(py, format_args!("uninitialized Task object")));
    };
    let sent = match error {
        None => generator::iter_send(py, &coro, &none),
        Some(e) => match call::method(py, &coro, name!("throw"), [&*e]) {
            Ok(v) => Ok(Sent::Yielded(v)),
            Err(e) if exceptions::matches(&e, &exceptions::StopIteration) => {
                Ok(Sent::Returned(generator::stop_value(&e)))
            }
            Err(e) => Err(e),
        },
    };
    match sent {
        Ok(Sent::Yielded(v)) => wait_for(py, t, &v),
        Ok(Sent::Returned(v)) => {
            if t.must_cancel.replace(false) {
                future::cancel_with(py, &t.future, held(&t.future.cancel_message).as_deref())?;
            } else {
                future::finish(py, &t.future, &v)?;
            }
            Ok(none)
        }
        Err(e) => {
            let value: Owned = e.into_value().upcast();
            if is_cancelled_error(py, &value)? {
                put(&t.future.cancelled_error, Some(value));
                future::cancel_with(py, &t.future, None)?;
                return Ok(none);
            }
            future::fail(py, &t.future, &value)?;
            let base = |c: &'static StaticType| types::is_subtype(value.ty(), c);
            if base(&exceptions::KeyboardInterrupt) || base(&exceptions::SystemExit) {
                // SAFETY: LAYOUT: an exception.
                return Err(PyErr::from_value(unsafe { value.cast() }));
            }
            Ok(none)
        }
    }
}

/// `task_set_error_soon`.
fn error_soon(py: Py<'_>, t: &TaskObject, text: &str) -> PyResult {
    let text = unicode::from_str(py, text)?;
    let e = call::call(py, exceptions::RuntimeError.as_object(), [text.as_object()])?;
    step_soon(py, t, Some(&e))?;
    Ok(object::none())
}

/// The loop of something like a future (`get_future_loop`).
fn loop_of(py: Py<'_>, o: &PyObject) -> PyResult {
    if let Some(get) = attr::lookup_name(py, o, name!("get_loop"))? {
        return call::call(py, &get, []);
    }
    attr::get_name(py, o, name!("_loop"))
}

/// `task_step_handle_result_impl`: what a coroutine yielded is waited for.
fn wait_for(py: Py<'_>, t: &TaskObject, v: &PyObject) -> PyResult {
    let both = || -> PyResult<(String, String)> { Ok((shown(py, t.as_object())?, shown(py, v)?)) };
    let other_loop = || {
        let (task, v) = both()?;
        error_soon(py, t, &format!("Task {task} got Future {v} attached to a different loop"))
    };
    let no_yield_from = || {
        let (task, v) = both()?;
        error_soon(py, t, &format!("yield was used instead of yield from in task {task} with {v}"))
    };
    if v.is(t.as_object()) {
        let task = shown(py, t.as_object())?;
        return error_soon(py, t, &format!("Task cannot await on itself: {task}"));
    }
    let context = || held(&t.context).unwrap_or_else(object::none);
    if let Some(f) = future::exact(v) {
        if f.event_loop.get() != t.future.event_loop.get() {
            return other_loop();
        }
        if !f.blocking.get() {
            return no_yield_from();
        }
        f.blocking.set(false);
        future::add_callback(py, f, &*wakeup_of(py, t)?, &context())?;
        return waits(py, t, v);
    }
    if object::is_none(v) {
        step_soon(py, t, None)?;
        return Ok(object::none());
    }
    let blocking =
        attr::lookup_name(py, v, name!("_asyncio_future_blocking"))?.filter(|b| !object::is_none(b));
    if let Some(b) = blocking {
        let blocking = protocol::is_true(py, &b)?;
        let l = loop_of(py, v)?;
        if l.as_ptr() != t.future.event_loop.get() {
            return other_loop();
        }
        if !blocking {
            return no_yield_from();
        }
        let no = dxpy_core::boolean::new(false);
        attr::set_name(py, v, name!("_asyncio_future_blocking"), no.as_object())?;
        let add = attr::get_name(py, v, name!("add_done_callback"))?;
        call_with(py, &add, &[&*wakeup_of(py, t)?], name!("context"), &context())?;
        return waits(py, t, v);
    }
    let (task, shown_v) = both()?;
    if v.ty().is(generator::PyGen_Type.as_object()) {
        let text =
            format!("yield was used instead of yield from for generator in task {task} with {shown_v}");
        return error_soon(py, t, &text);
    }
    error_soon(py, t, &format!("Task got bad yield: {shown_v}"))
}

/// The task waits; a request of cancelling that came meanwhile goes to what it waits for.
fn waits(py: Py<'_>, t: &TaskObject, v: &PyObject) -> PyResult {
    put(&t.waiter, Some(v.to_owned()));
    if t.must_cancel.get() && cancel_other(py, v, held(&t.future.cancel_message).as_deref())? {
        t.must_cancel.set(false);
    }
    Ok(object::none())
}

fn cancel_other(py: Py<'_>, o: &PyObject, message: Option<&PyObject>) -> PyResult<bool> {
    let cancel = attr::get_name(py, o, name!("cancel"))?;
    let none = object::none();
    let r = call_with(py, &cancel, &[], name!("msg"), message.unwrap_or(&none))?;
    protocol::is_true(py, &r)
}

fn cancel(py: Py<'_>, t: &TaskObject, message: Option<&PyObject>) -> PyResult<bool> {
    t.future.log_tb.set(false);
    if !t.future.is_pending() {
        return Ok(false);
    }
    t.cancels.set(t.cancels.get() + 1);
    if let Some(w) = held(&t.waiter)
        && cancel_other(py, &w, message)?
    {
        return Ok(true);
    }
    t.must_cancel.set(true);
    let none = object::none();
    put(&t.future.cancel_message, Some(message.unwrap_or(&none).to_owned()));
    Ok(true)
}

fn cancelling(_: Py<'_>, t: &TaskObject) -> isize {
    t.cancels.get()
}

fn uncancel(_: Py<'_>, t: &TaskObject) -> isize {
    t.cancels.set((t.cancels.get() - 1).max(0));
    t.cancels.get()
}

fn get_stack(py: Py<'_>, t: &TaskObject, limit: Option<&PyObject>) -> PyResult {
    let none = object::none();
    call::call(py, got(&IMPORTED.task_stack), [t.as_object(), limit.unwrap_or(&none)])
}

fn print_stack(py: Py<'_>, t: &TaskObject, limit: Option<&PyObject>, file: Option<&PyObject>) -> PyResult {
    let none = object::none();
    let args = [t.as_object(), limit.unwrap_or(&none), file.unwrap_or(&none)];
    call::call(py, got(&IMPORTED.print_stack), args)
}

fn set_result(py: Py<'_>, _: &TaskObject, _: &PyObject) -> PyResult {
    Err(exceptions::runtime_error(py, format_args!("Task does not support set_result operation")))
}

fn set_exception(py: Py<'_>, _: &TaskObject, _: &PyObject) -> PyResult {
    Err(exceptions::runtime_error(py, format_args!("Task does not support set_exception operation")))
}

fn get_name(_: Py<'_>, t: &TaskObject) -> PyResult {
    Ok(held(&t.name).unwrap_or_else(object::none))
}

fn set_name(py: Py<'_>, t: &TaskObject, v: &PyObject) -> PyResult<()> {
    let name = if unicode::check_exact(v).is_some() { v.to_owned() } else { protocol::str(py, v)?.upcast() };
    put(&t.name, Some(name));
    Ok(())
}

fn get_coro(_: Py<'_>, t: &TaskObject) -> PyResult {
    Ok(held(&t.coro).unwrap_or_else(object::none))
}

fn get_context(_: Py<'_>, t: &TaskObject) -> PyResult {
    Ok(held(&t.context).unwrap_or_else(object::none))
}

fn result(py: Py<'_>, t: &TaskObject) -> PyResult {
    future::result(py, &t.future)
}

fn exception(py: Py<'_>, t: &TaskObject) -> PyResult {
    future::exception(py, &t.future)
}

fn add_done_callback(py: Py<'_>, t: &TaskObject, cb: &PyObject, ctx: Option<&PyObject>) -> PyResult<()> {
    future::add_done_callback(py, &t.future, cb, ctx)
}

fn remove_done_callback(py: Py<'_>, t: &TaskObject, cb: &PyObject) -> PyResult<isize> {
    future::remove_done_callback(py, &t.future, cb)
}

fn cancelled(py: Py<'_>, t: &TaskObject) -> bool {
    future::cancelled(py, &t.future)
}

fn done(py: Py<'_>, t: &TaskObject) -> bool {
    future::done(py, &t.future)
}

fn make_cancelled_error(py: Py<'_>, t: &TaskObject) -> PyResult {
    future::make_cancelled_error(py, &t.future)
}

fn class_getitem(py: Py<'_>, ty: &TaskObject, item: &PyObject) -> PyResult {
    hooks::generic_alias(py, ty.as_object(), item)
}

/// `TaskObj_finalize`: a task that is destroyed before its end is told.
unsafe extern "C" fn finalize(o: *mut PyObject) {
    // SAFETY: GIL, LIVE, LAYOUT: the contract of `tp_finalize`.
    unsafe {
        let (py, t) = (Py::assume(), &*(o as *const TaskObject));
        if t.future.is_pending() && t.log_destroy.get() {
            let pending = PyErr::take(py);
            future::tell(py, &t.future, "Task was destroyed but it is pending!", &[("task", t.as_object())]);
            if let Some(e) = pending {
                e.restore(py);
            }
        }
        future::finalize(o);
    }
}
