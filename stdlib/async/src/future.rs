//! `_asyncio.Future`.

use crate::waiter::{is_exception, is_exception_class};
use crate::{IMPORTED, call_with, event_loop, got, held, put, task, waiter};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::bind_call;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, call, dict, exceptions, gc, getset, glue, hooks, list, methods, name, object,
    protocol, signature, tuple, types, unicode, weakref,
};
use dxpy_types::context;

/// The states of a future.
pub const PENDING: u8 = 0;
pub const CANCELLED: u8 = 1;
pub const FINISHED: u8 = 2;

#[repr(C)]
pub struct FutureObject {
    ob_base: PyObject,
    pub event_loop: Cell<*mut PyObject>,
    /// The first callback and its context; more are in the list.
    callback0: Cell<*mut PyObject>,
    context0: Cell<*mut PyObject>,
    callbacks: Cell<*mut PyObject>,
    exception: Cell<*mut PyObject>,
    exception_tb: Cell<*mut PyObject>,
    result: Cell<*mut PyObject>,
    source_tb: Cell<*mut PyObject>,
    pub cancel_message: Cell<*mut PyObject>,
    /// The `CancelledError` that ended a task, to be raised again.
    pub cancelled_error: Cell<*mut PyObject>,
    dict: Cell<*mut PyObject>,
    weakrefs: Cell<*mut PyObject>,
    pub state: Cell<u8>,
    pub log_tb: Cell<bool>,
    pub blocking: Cell<bool>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for FutureObject {}

impl FutureObject {
    pub const WEAKREFS: usize = offset_of!(FutureObject, weakrefs);
    pub const DICT: usize = offset_of!(FutureObject, dict);

    pub fn is_pending(&self) -> bool {
        self.state.get() == PENDING
    }

    /// The fields that hold objects.
    fn fields(&self) -> [&Cell<*mut PyObject>; 11] {
        [
            &self.event_loop,
            &self.callback0,
            &self.context0,
            &self.callbacks,
            &self.exception,
            &self.exception_tb,
            &self.result,
            &self.source_tb,
            &self.cancel_message,
            &self.cancelled_error,
            &self.dict,
        ]
    }
}

/// `_asyncio.Future`.
pub static FUTURE: StaticType = StaticType::new::<FutureObject>(c"_asyncio.Future")
    .doc(c"Future(*, loop=None)\n--\n\nA result that will be there one day.")
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE)
    .weaklist(offset_of!(FutureObject, weakrefs))
    .dict(offset_of!(FutureObject, dict))
    .create(glue::create(|py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>| {
        object::tp_alloc(py, ty, 0)
    }))
    .init(glue::init(init))
    .repr(glue::unary(|py: Py<'_>, f: &FutureObject| {
        call::call(py, got(&IMPORTED.future_repr), [f.as_object()])
    }))
    .iter(glue::unary(|py: Py<'_>, f: &FutureObject| waiter::new(py, f)))
    .asynchronous(&ASYNC)
    .methods(&METHODS)
    .getset(&ATTRIBUTES)
    .finalize(finalize)
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc));

static ASYNC: StaticTable<PyAsyncMethods> = StaticTable::<PyAsyncMethods>::empty()
    .await_(glue::unary(|py: Py<'_>, f: &FutureObject| waiter::new(py, f)));

methods! { static METHODS: for FutureObject [
    "result" = result [0], "($self, /)", "The result; raises the exception if that is the end.";
    "exception" = exception [0], "($self, /)", "The exception that is the end, or None.", defining;
    "set_result" = set_result [1], "($self, result, /)", "Ends the future with a result.", defining;
    "set_exception" = set_exception [1], "($self, exception, /)", "Ends the future with an exception.", defining;
    "add_done_callback" = add_done_callback [2], "($self, fn, /, *, context=<unrepresentable>)", "Has a function called at the end.", defining;
    "remove_done_callback" = remove_done_callback [1], "($self, fn, /)", "Takes a function away; how often it was there.", defining;
    "cancel" = cancel [1], "($self, /, msg=None)", "Cancels the future; whether that was possible.", defining;
    "cancelled" = cancelled [0], "($self, /)", "Whether the future was cancelled.";
    "done" = done [0], "($self, /)", "Whether the future has ended.";
    "get_loop" = get_loop [0], "($self, /)", "The loop of the future.", defining;
    "_make_cancelled_error" = make_cancelled_error [0], "($self, /)", "The CancelledError to raise.";
    "__class_getitem__" = class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }

getset! { static ATTRIBUTES [
    "_state" = get_state, "";
    "_asyncio_future_blocking" = get_blocking, set set_blocking, "";
    "_loop" = shown_loop, "";
    "_callbacks" = get_callbacks, "";
    "_result" = shown_result, "";
    "_exception" = shown_exception, "";
    "_log_traceback" = get_log_traceback, set set_log_traceback, "";
    "_source_traceback" = shown_source_traceback, "";
    "_cancel_message" = get_message, set set_message, "";
] }

/// A field, None where it is empty.
macro_rules! field {
    ($($name:ident: $field:ident;)*) => { $(
        pub fn $name(_: Py<'_>, f: &FutureObject) -> PyResult {
            Ok(held(&f.$field).unwrap_or_else(object::none))
        }
    )* };
}
field! {
    shown_loop: event_loop;
    shown_result: result;
    shown_exception: exception;
    shown_source_traceback: source_tb;
}

/// Is this a future, or a task, and of no class made of these?
pub fn exact(o: &PyObject) -> Option<&FutureObject> {
    let ty = o.ty();
    // SAFETY: LAYOUT: a task begins like a future.
    (ty.is(FUTURE.as_object()) || ty.is(task::TASK.as_object()))
        .then(|| unsafe { &*(o as *const PyObject as *const FutureObject) })
}

pub fn traverse(f: &FutureObject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    f.fields().into_iter().try_for_each(|c| v.visit(c))
}

pub fn clear(_: Py<'_>, f: &FutureObject) {
    f.fields().into_iter().for_each(object::clear_field);
}

fn dealloc(py: Py<'_>, f: &FutureObject) {
    // SAFETY: the count is zero; a class made of this one ran its finaliser before. The object has a collector header;
    // its fields are released once and its memory last.
    unsafe {
        if f.ty().is(FUTURE.as_object()) && object::finalize_from_dealloc(py, f.as_object(), finalize) {
            return;
        }
        gc::untrack(f.as_object());
        weakref::clear_all(py, f.as_object());
        clear(py, f);
        object::tp_free(f.as_object());
    }
}

fn init(py: Py<'_>, f: &FutureObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    bind_call(py, signature!("Future", "(*, loop=None)"), args, kw, |b| {
        set_up(py, f, b.arg::<Option<&PyObject>>(py, 0)?)
    })
}

/// `future_init`.
pub fn set_up(py: Py<'_>, f: &FutureObject, l: Option<&PyObject>) -> PyResult<()> {
    for field in &f.fields()[..10] {
        object::clear_field(field);
    }
    f.state.set(PENDING);
    f.log_tb.set(false);
    f.blocking.set(false);
    let l = match l.filter(|l| !object::is_none(l)) {
        Some(l) => l.to_owned(),
        None => event_loop(py)?,
    };
    put(&f.event_loop, Some(l.clone()));
    let debug = call::method(py, &l, name!("get_debug"), [])?;
    if protocol::is_true(py, &debug)? && dxpy_core::thread::gil::finalizing().is_null() {
        put(&f.source_tb, Some(call::call(py, got(&IMPORTED.extract_stack), [])?));
    }
    Ok(())
}

/// `ENSURE_FUTURE_ALIVE`: the loop.
pub fn alive(py: Py<'_>, f: &FutureObject) -> PyResult {
    held(&f.event_loop)
        .ok_or_else(|| exceptions::runtime_error(py, format_args!("Future object is not initialized.")))
}

/// `call_soon`.
pub fn call_soon(
    py: Py<'_>,
    l: &PyObject,
    f: &PyObject,
    arg: Option<&PyObject>,
    context: Option<&PyObject>,
) -> PyResult<()> {
    let call_soon = attr_of(py, l)?;
    let args: Vec<&PyObject> = [Some(f), arg].into_iter().flatten().collect();
    match context {
        Some(c) => call_with(py, &call_soon, &args, name!("context"), c).map(drop),
        None => match arg {
            Some(a) => call::call(py, &call_soon, [f, a]).map(drop),
            None => call::call(py, &call_soon, [f]).map(drop),
        },
    }
}

fn attr_of(py: Py<'_>, l: &PyObject) -> PyResult {
    dxpy_core::attr::get_name(py, l, name!("call_soon"))
}

/// `future_schedule_callbacks`.
fn schedule(py: Py<'_>, f: &FutureObject) -> PyResult<()> {
    let l = alive(py, f)?;
    if let Some(cb) = held(&f.callback0) {
        let ctx = held(&f.context0);
        put(&f.callback0, None);
        put(&f.context0, None);
        call_soon(py, &l, &cb, Some(f.as_object()), ctx.as_deref())?;
    }
    let Some(all) = held(&f.callbacks) else { return Ok(()) };
    let all = list::check(&all).map(|l| list::items(l).iter().map(|o| (*o).to_owned()).collect::<Vec<_>>());
    for pair in all.unwrap_or_default() {
        if let Some([cb, ctx]) = tuple::check(&pair).map(tuple::items) {
            call_soon(py, &l, cb, Some(f.as_object()), Some(ctx))?;
        }
    }
    put(&f.callbacks, None);
    Ok(())
}

/// `InvalidStateError`.
pub fn invalid(py: Py<'_>, text: &str) -> PyErr {
    match unicode::from_str(py, text) {
        Ok(t) => match types::check(got(&IMPORTED.invalid_state)) {
            Some(class) => exceptions::create(py, class, Some(t.as_object())),
            None => exceptions::runtime_error(py, format_args!("{text}")),
        },
        Err(e) => e,
    }
}

/// `future_set_result`.
pub fn finish(py: Py<'_>, f: &FutureObject, v: &PyObject) -> PyResult<()> {
    alive(py, f)?;
    if !f.is_pending() {
        return Err(invalid(py, "invalid state"));
    }
    put(&f.result, Some(v.to_owned()));
    f.state.set(FINISHED);
    schedule(py, f)
}

/// `future_set_exception`.
pub fn fail(py: Py<'_>, f: &FutureObject, given: &PyObject) -> PyResult<()> {
    alive(py, f)?;
    if !f.is_pending() {
        return Err(invalid(py, "invalid state"));
    }
    let e = if types::check(given).is_some_and(is_exception_class) {
        let e = call::call(py, given, [])?;
        if !f.is_pending() {
            return Err(invalid(py, "invalid state"));
        }
        e
    } else {
        given.to_owned()
    };
    if !is_exception(&e) {
        return Err(exceptions::type_error(py, format_args!("invalid exception object")));
    }
    if e.ty().is(exceptions::StopIteration.as_object()) {
        let text = "StopIteration interacts badly with generators and cannot be raised into a Future";
        return Err(exceptions::type_error(py, format_args!("{text}")));
    }
    // SAFETY: LAYOUT: an exception.
    let tb = held(unsafe { &(*(e.as_ptr() as *const PyBaseExceptionObject)).traceback });
    put(&f.exception, Some(e));
    put(&f.exception_tb, tb);
    f.state.set(FINISHED);
    schedule(py, f)?;
    f.log_tb.set(true);
    Ok(())
}

/// `create_cancelled_error`.
pub fn cancelled_error(py: Py<'_>, f: &FutureObject) -> PyResult {
    if let Some(e) = held(&f.cancelled_error) {
        put(&f.cancelled_error, None);
        return Ok(e);
    }
    let class = got(&IMPORTED.cancelled);
    match held(&f.cancel_message).filter(|m| !object::is_none(m)) {
        None => call::call(py, class, []),
        Some(m) => call::call(py, class, [&*m]),
    }
}

/// How a future ended.
pub enum Outcome {
    Result(Owned),
    Exception(Owned),
}

/// `future_get_result`: an error if it was cancelled, or has not ended.
pub fn outcome(py: Py<'_>, f: &FutureObject) -> PyResult<Outcome> {
    match f.state.get() {
        CANCELLED => return Err(exceptions::raise_object(py, &*cancelled_error(py, f)?)),
        FINISHED => {}
        _ => return Err(invalid(py, "Result is not set.")),
    }
    f.log_tb.set(false);
    if let Some(e) = held(&f.exception) {
        // SAFETY: LAYOUT: an exception.
        let base = unsafe { &*(e.as_ptr() as *const PyBaseExceptionObject) };
        put(&base.traceback, held(&f.exception_tb));
        put(&f.exception_tb, None);
        return Ok(Outcome::Exception(e));
    }
    Ok(Outcome::Result(held(&f.result).unwrap_or_else(object::none)))
}

pub fn result(py: Py<'_>, f: &FutureObject) -> PyResult {
    // A future that was not initialised is pending.
    if held(&f.event_loop).is_none() {
        return Err(invalid(py, "Future object is not initialized."));
    }
    match outcome(py, f)? {
        Outcome::Result(v) => Ok(v),
        Outcome::Exception(e) => Err(exceptions::raise_object(py, &e)),
    }
}

pub fn exception(py: Py<'_>, f: &FutureObject) -> PyResult {
    if held(&f.event_loop).is_none() {
        return Err(invalid(py, "Future object is not initialized."));
    }
    match f.state.get() {
        CANCELLED => return Err(exceptions::raise_object(py, &*cancelled_error(py, f)?)),
        FINISHED => {}
        _ => return Err(invalid(py, "Exception is not set.")),
    }
    match held(&f.exception) {
        Some(e) => {
            f.log_tb.set(false);
            Ok(e)
        }
        None => Ok(object::none()),
    }
}

fn set_result(py: Py<'_>, f: &FutureObject, v: &PyObject) -> PyResult<()> {
    finish(py, f, v)
}

fn set_exception(py: Py<'_>, f: &FutureObject, e: &PyObject) -> PyResult<()> {
    fail(py, f, e)
}

/// `future_add_done_callback`.
pub fn add_callback(py: Py<'_>, f: &FutureObject, cb: &PyObject, ctx: &PyObject) -> PyResult<()> {
    let l = alive(py, f)?;
    if !f.is_pending() {
        return call_soon(py, &l, cb, Some(f.as_object()), Some(ctx));
    }
    if f.callbacks.get().is_null() && f.callback0.get().is_null() {
        put(&f.callback0, Some(cb.to_owned()));
        put(&f.context0, Some(ctx.to_owned()));
        return Ok(());
    }
    let pair = tuple::from_iter(py, [cb.to_owned(), ctx.to_owned()])?;
    match held(&f.callbacks) {
        Some(l) => match list::check(&l) {
            Some(l) => list::append(py, l, pair.as_object()),
            None => Ok(()),
        },
        None => {
            put(&f.callbacks, Some(list::from_iter(py, [pair.upcast()])?.upcast()));
            Ok(())
        }
    }
}

pub fn add_done_callback(
    py: Py<'_>,
    f: &FutureObject,
    cb: &PyObject,
    ctx: Option<&PyObject>,
) -> PyResult<()> {
    match ctx {
        Some(c) => add_callback(py, f, cb, c),
        None => add_callback(py, f, cb, context::copy_current(py)?.as_object()),
    }
}

pub fn remove_done_callback(py: Py<'_>, f: &FutureObject, cb: &PyObject) -> PyResult<isize> {
    alive(py, f)?;
    let equal = |a: &PyObject| protocol::rich_compare_bool(py, a, cb, Py_EQ);
    let mut removed = 0;
    if let Some(first) = held(&f.callback0)
        && equal(&first)?
    {
        put(&f.callback0, None);
        put(&f.context0, None);
        removed += 1;
    }
    let as_list = || held(&f.callbacks).filter(|l| list::check(l).is_some());
    let Some(at_first) = as_list() else { return Ok(removed) };
    let len = list::check(&at_first).map_or(0, list::len);
    let mut kept = Vec::new();
    let mut i = 0;
    // A comparison may change the list, or take it away.
    while let Some(l) = as_list() {
        let Some(pair) = list::check(&l).and_then(|l| list::get(l, i)) else { break };
        let callback = tuple::check(&pair).and_then(|t| tuple::items(t).first().copied());
        if !callback.is_some_and(|c| c.is(cb)) && !callback.map_or(Ok(false), &equal)? {
            kept.push(pair);
        }
        i += 1;
    }
    if kept.is_empty() {
        put(&f.callbacks, None);
        return Ok(removed + len as isize);
    }
    let left = kept.len();
    if as_list().is_some() {
        put(&f.callbacks, Some(list::from_iter(py, kept)?.upcast()));
    }
    Ok(removed + len as isize - left as isize)
}

/// `future_cancel`.
pub fn cancel_with(py: Py<'_>, f: &FutureObject, message: Option<&PyObject>) -> PyResult<bool> {
    f.log_tb.set(false);
    if !f.is_pending() {
        return Ok(false);
    }
    f.state.set(CANCELLED);
    put(&f.cancel_message, message.map(Object::to_owned));
    schedule(py, f)?;
    Ok(true)
}

fn cancel(py: Py<'_>, f: &FutureObject, message: Option<&PyObject>) -> PyResult<bool> {
    alive(py, f)?;
    let none = object::none();
    cancel_with(py, f, Some(message.unwrap_or(&none)))
}

pub fn cancelled(_: Py<'_>, f: &FutureObject) -> bool {
    held(&f.event_loop).is_some() && f.state.get() == CANCELLED
}

pub fn done(_: Py<'_>, f: &FutureObject) -> bool {
    held(&f.event_loop).is_some() && !f.is_pending()
}

fn get_loop(py: Py<'_>, f: &FutureObject) -> PyResult {
    alive(py, f)
}

pub fn make_cancelled_error(py: Py<'_>, f: &FutureObject) -> PyResult {
    cancelled_error(py, f)
}

fn class_getitem(py: Py<'_>, ty: &FutureObject, item: &PyObject) -> PyResult {
    hooks::generic_alias(py, ty.as_object(), item)
}

pub fn get_state(py: Py<'_>, f: &FutureObject) -> PyResult {
    alive(py, f)?;
    let name = match f.state.get() {
        PENDING => name!("PENDING"),
        CANCELLED => name!("CANCELLED"),
        _ => name!("FINISHED"),
    };
    Ok(name.obj(py).to_owned())
}

pub fn get_blocking(_: Py<'_>, f: &FutureObject) -> PyResult {
    Ok(dxpy_core::boolean::new(held(&f.event_loop).is_some() && f.blocking.get()).upcast())
}

pub fn no_deleting(py: Py<'_>) -> PyErr {
    exceptions::format(py, &exceptions::AttributeError, format_args!("cannot delete attribute"))
}

pub fn set_blocking(py: Py<'_>, f: &FutureObject, v: Option<&PyObject>) -> PyResult<()> {
    alive(py, f)?;
    let v = v.ok_or_else(|| no_deleting(py))?;
    f.blocking.set(protocol::is_true(py, v)?);
    Ok(())
}

pub fn get_callbacks(py: Py<'_>, f: &FutureObject) -> PyResult {
    alive(py, f)?;
    let mut all = Vec::new();
    if let Some(cb) = held(&f.callback0) {
        let ctx = held(&f.context0).unwrap_or_else(object::none);
        all.push(tuple::from_iter(py, [cb, ctx])?.upcast());
    }
    if let Some(l) = held(&f.callbacks) {
        all.extend(list::check(&l).map(list::items).unwrap_or_default().iter().map(|o| (*o).to_owned()));
    }
    if all.is_empty() { Ok(object::none()) } else { list::from_iter(py, all).map(Owned::upcast) }
}

pub fn get_log_traceback(py: Py<'_>, f: &FutureObject) -> PyResult {
    alive(py, f)?;
    Ok(dxpy_core::boolean::new(f.log_tb.get()).upcast())
}

pub fn set_log_traceback(py: Py<'_>, f: &FutureObject, v: Option<&PyObject>) -> PyResult<()> {
    let v = v.ok_or_else(|| no_deleting(py))?;
    if protocol::is_true(py, v)? {
        return Err(exceptions::value_error(py, format_args!("_log_traceback can only be set to False")));
    }
    f.log_tb.set(false);
    Ok(())
}

pub fn get_message(_: Py<'_>, f: &FutureObject) -> PyResult {
    Ok(held(&f.cancel_message).unwrap_or_else(object::none))
}

pub fn set_message(py: Py<'_>, f: &FutureObject, v: Option<&PyObject>) -> PyResult<()> {
    put(&f.cancel_message, Some(v.ok_or_else(|| no_deleting(py))?.to_owned()));
    Ok(())
}

/// Tells the loop's handler of a problem that nobody else hears of; the pairs are what it is told.
pub fn tell(py: Py<'_>, f: &FutureObject, message: &str, pairs: &[(&str, &PyObject)]) {
    let run = || -> PyResult<()> {
        let d = dict::new(py)?;
        dict::set_str(py, &d, "message", unicode::from_str(py, message)?.as_object())?;
        for (k, v) in pairs {
            dict::set_str(py, &d, k, v)?;
        }
        if let Some(tb) = held(&f.source_tb) {
            dict::set_str(py, &d, "source_traceback", &tb)?;
        }
        let Some(l) = held(&f.event_loop) else { return Ok(()) };
        let handler = dxpy_core::attr::get_name(py, &l, name!("call_exception_handler"))?;
        if let Err(e) = call::call(py, &handler, [d.as_object()]) {
            exceptions::unraisable(py, e, Some(&handler));
        }
        Ok(())
    };
    if let Err(e) = run() {
        exceptions::unraisable(py, e, Some(f.as_object()));
    }
}

/// `FutureObj_finalize`: an exception that nobody asked for is told.
pub unsafe extern "C" fn finalize(o: *mut PyObject) {
    // SAFETY: GIL, LIVE, LAYOUT: the contract of `tp_finalize`.
    let (py, f) = unsafe { (Py::assume(), &*(o as *const FutureObject)) };
    if !f.log_tb.replace(false) {
        return;
    }
    let pending = PyErr::take(py);
    if let Some(e) = held(&f.exception) {
        let name = call::short_name(f.ty());
        let text = format!("{name} exception was never retrieved");
        tell(py, f, &text, &[("exception", &e), ("future", f.as_object())]);
    }
    if let Some(e) = pending {
        e.restore(py);
    }
}
