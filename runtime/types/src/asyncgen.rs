//! Asynchronous generators: the object, and the awaitables of `asend`, `athrow` and `aclose`
//! (`Objects/genobject.c`). Hooks of `sys.set_asyncgen_hooks` are called when the thread state has them.

use crate::Part;
use crate::frame::Frame;
use crate::generator;
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::{Py_READONLY, Py_T_BOOL};
use dxpy_core::abi::*;
use dxpy_core::hooks::HOOKS;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, call, exceptions, gc, getset, glue, members, methods, object, tuple, types,
};

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[],
    types: &[
        &PyAsyncGen_Type,
        &_PyAsyncGenASend_Type,
        &_PyAsyncGenAThrow_Type,
        &_PyAsyncGenWrappedValue_Type,
    ],
    hooks,
};

fn hooks() {
    generator::ASYNC_GEN.set(Some(&PyAsyncGen_Type));
    HOOKS.is_async_gen.set(Some(|o| o.ty().is(&PyAsyncGen_Type.0)));
    HOOKS.async_gen_wrap.set(Some(wrap));
}

/// `async_generator`.
#[unsafe(no_mangle)]
pub static PyAsyncGen_Type: StaticType = StaticType::new::<PyGenObject>(c"async_generator")
    .getattro(dxpy_core::attr::generic_get_slot)
    .sized(offset_of!(PyGenObject, gi_iframe) + offset_of!(Frame, localsplus), size_of::<*mut PyObject>())
    .weaklist(offset_of!(PyGenObject, gi_weakreflist))
    .repr(glue::unary(generator::repr))
    .asynchronous(&ASYNC)
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET)
    .traverse(glue::traverse(generator::traverse))
    .finalize(generator::finalize)
    .dealloc(glue::dealloc(generator::dealloc));

static ASYNC: StaticTable<PyAsyncMethods> = StaticTable::<PyAsyncMethods>::empty()
    .aiter(glue::unary(|_: Py<'_>, o: &PyObject| Ok(o.to_owned())))
    .anext(glue::unary(anext));

methods! { static METHODS: for PyGenObject [
    "asend" = asend [1], "?($self, value, /)", "Resumes the generator with a value; to be awaited.";
    "athrow" = athrow [3], "?($self, typ, val=None, tb=None, /)", "Raises an exception in the generator; to be awaited.";
    "aclose" = aclose [0], "?($self, /)", "Raises GeneratorExit in the generator; to be awaited.";
    "__sizeof__" = generator::sizeof [0], "?($self, /)", "Size of the generator in memory, in bytes.";
    "__class_getitem__" = class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }
members! { static MEMBERS [
    "ag_running" = Py_T_BOOL, offset_of!(PyGenObject, gi_running_async), Py_READONLY, "";
] }
getset! { static GETSET [
    "__name__" = generator::get_name, set generator::set_name, "name of the async generator";
    "__qualname__" = generator::get_qualname, set generator::set_qualname, "qualified name of the async generator";
    "ag_await" = generator::yield_from, "object being awaited on, or None";
    "ag_frame" = generator::get_frame, "";
    "ag_code" = generator::get_code, "";
    "ag_suspended" = generator::is_suspended, "";
] }

fn class_getitem(py: Py<'_>, class: &PyGenObject, item: &PyObject) -> PyResult {
    types::generic_alias(py, class.as_object(), item)
}

/// A value an asynchronous generator yielded, as told from one it passes on while awaiting.
#[repr(C)]
struct Wrapped {
    ob_base: PyObject,
    value: Cell<*mut PyObject>,
}
// SAFETY: the struct is `#[repr(C)]` and begins with its header.
unsafe impl Layout for Wrapped {}

/// `async_generator_wrapped_value`.
#[unsafe(no_mangle)]
pub static _PyAsyncGenWrappedValue_Type: StaticType =
    StaticType::new::<Wrapped>(c"async_generator_wrapped_value")
        .getattro(dxpy_core::attr::generic_get_slot)
        .traverse(glue::traverse(|w: &Wrapped, v: &glue::Visitor| v.visit(&w.value)))
        .dealloc(glue::dealloc(|_: Py<'_>, w: &Wrapped| {
            // SAFETY: the object has a collector header; its field is released once and its memory last.
            unsafe {
                gc::untrack(w.as_object());
                object::clear_field(&w.value);
                object::free(w.as_object());
            }
        }));

/// `_PyAsyncGenValueWrapperNew`.
fn wrap(py: Py<'_>, o: &PyObject) -> PyResult {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let w = object::alloc_uninit::<Wrapped>(py, &_PyAsyncGenWrappedValue_Type, size_of::<Wrapped>())?;
        w.value.set(o.to_owned().into_ptr());
        gc::track(w.as_object());
        Ok(w.upcast())
    }
}

/// What an awaitable does when it is resumed first.
#[derive(Clone, Copy, PartialEq)]
#[repr(i32)]
enum State {
    Init,
    Iter,
    Closed,
}

/// The awaitable of `asend` and `__anext__`, and of `athrow` and `aclose`.
#[repr(C)]
struct Awaitable {
    ob_base: PyObject,
    generator: Cell<*mut PyObject>,
    /// The value to send, NULL for None; for `athrow` the tuple of its arguments, NULL for `aclose`.
    value: Cell<*mut PyObject>,
    state: Cell<State>,
}
// SAFETY: the struct is `#[repr(C)]` and begins with its header.
unsafe impl Layout for Awaitable {}

macro_rules! awaitable {
    ($name:ident $text:literal $table:ident $methods:ident $next:ident $send:ident $throw:ident $close:ident) => {
        #[doc = concat!("`", stringify!($name), "`.")]
        #[unsafe(no_mangle)]
        pub static $name: StaticType = StaticType::new::<Awaitable>($text)
            .getattro(dxpy_core::attr::generic_get_slot)
            .iter(glue::unary(|_: Py<'_>, o: &PyObject| Ok(o.to_owned())))
            .iternext(glue::iternext($next))
            .asynchronous(&$table)
            .methods(&$methods)
            .traverse(glue::traverse(|a: &Awaitable, v: &glue::Visitor| {
                v.visit(&a.generator)?;
                v.visit(&a.value)
            }))
            .dealloc(glue::dealloc(|_: Py<'_>, a: &Awaitable| {
                // SAFETY: the object has a collector header; its fields are released once and its memory last.
                unsafe {
                    gc::untrack(a.as_object());
                    object::clear_field(&a.generator);
                    object::clear_field(&a.value);
                    object::free(a.as_object());
                }
            }));
        static $table: StaticTable<PyAsyncMethods> = StaticTable::<PyAsyncMethods>::empty()
            .await_(glue::unary(|_: Py<'_>, o: &PyObject| Ok(o.to_owned())));
        methods! { static $methods: for Awaitable [
            "send" = $send [1], "?($self, value, /)", "Resumes the generator with a value.";
            "throw" = $throw [3], "?($self, typ, val=None, tb=None, /)", "Raises an exception in the generator.";
            "close" = $close [0], "?($self, /)", "Raises GeneratorExit in the generator.";
        ] }
    };
}
awaitable!(_PyAsyncGenASend_Type c"async_generator_asend" ASEND_ASYNC ASEND_METHODS asend_next asend_send asend_throw close);
awaitable!(_PyAsyncGenAThrow_Type c"async_generator_athrow" ATHROW_ASYNC ATHROW_METHODS athrow_next athrow_send athrow_throw close);

fn make(py: Py<'_>, ty: &'static StaticType, g: &PyGenObject, value: Option<Owned>) -> PyResult {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let a = object::alloc_uninit::<Awaitable>(py, ty, size_of::<Awaitable>())?;
        a.generator.set(g.as_object().to_owned().into_ptr());
        a.value.set(value.map_or(core::ptr::null_mut(), Owned::into_ptr));
        a.state.set(State::Init);
        gc::track(a.as_object());
        Ok(a.upcast())
    }
}

/// `async_gen_init_hooks`: the first iteration tells the event loop.
fn init_hooks(py: Py<'_>, g: &PyGenObject) -> PyResult<()> {
    if g.gi_hooks_inited.replace(1) != 0 {
        return Ok(());
    }
    let abi = &py.state().abi;
    // SAFETY: LIVE: the thread state holds its hooks, or NULL; OWNED: the generator's field is NULL before.
    unsafe {
        if let Some(f) = abi.async_gen_finalizer.get().as_ref() {
            g.gi_origin_or_finalizer.set(f.to_owned().into_ptr());
        }
        if let Some(f) = abi.async_gen_firstiter.get().as_ref() {
            call::call(py, f, [g.as_object()])?;
        }
    }
    Ok(())
}

fn anext(py: Py<'_>, g: &PyGenObject) -> PyResult {
    init_hooks(py, g)?;
    make(py, &_PyAsyncGenASend_Type, g, None)
}

fn asend(py: Py<'_>, g: &PyGenObject, value: &PyObject) -> PyResult {
    init_hooks(py, g)?;
    make(py, &_PyAsyncGenASend_Type, g, Some(value.to_owned()))
}

fn athrow(
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
                "the (type, exc, tb) signature of athrow() is deprecated, use the single-arg signature instead."
            ),
        )?;
    }
    init_hooks(py, g)?;
    let part = |o: Option<&PyObject>| o.map_or_else(object::none, |o| o.to_owned());
    let args = tuple::from_iter(py, [typ.to_owned(), part(val), part(tb)])?;
    make(py, &_PyAsyncGenAThrow_Type, g, Some(args.upcast()))
}

fn aclose(py: Py<'_>, g: &PyGenObject) -> PyResult {
    init_hooks(py, g)?;
    make(py, &_PyAsyncGenAThrow_Type, g, None)
}

fn generator_of(a: &Awaitable) -> &PyGenObject {
    // SAFETY: LIVE, LAYOUT: an awaitable holds its generator.
    unsafe { &*(a.generator.get() as *const PyGenObject) }
}

fn stop_async(py: Py<'_>) -> PyErr {
    exceptions::with_args(py, &exceptions::StopAsyncIteration, tuple::empty())
}

fn is_wrapped(o: &PyObject) -> bool {
    o.ty().is(&_PyAsyncGenWrappedValue_Type.0)
}

fn is_end(e: &PyErr) -> bool {
    exceptions::matches(e, &exceptions::StopAsyncIteration)
        || exceptions::matches(e, &exceptions::GeneratorExit)
}

/// `async_gen_unwrap_value`: a yielded value ends the awaiting; anything else is awaited further.
fn unwrap(py: Py<'_>, g: &PyGenObject, r: PyResult) -> PyResult {
    match r {
        Ok(v) if is_wrapped(&v) => {
            g.gi_running_async.set(0);
            // SAFETY: LAYOUT: just checked; LIVE: the wrapper holds its value.
            let inner = unsafe { (*(*(v.as_ptr() as *const Wrapped)).value.get()).to_owned() };
            Err(exceptions::stop_iteration(py, Some(&inner)))
        }
        Ok(v) => Ok(v),
        Err(e) => {
            if is_end(&e) {
                g.gi_closed.set(1);
            }
            g.gi_running_async.set(0);
            Err(e)
        }
    }
}

fn reused(py: Py<'_>, what: &str) -> PyErr {
    exceptions::runtime_error(py, format_args!("cannot reuse already awaited {what}"))
}

/// `async_gen_asend_send`.
fn asend_send(py: Py<'_>, a: &Awaitable, arg: &PyObject) -> PyResult {
    let g = generator_of(a);
    if a.state.get() == State::Closed {
        return Err(reused(py, "__anext__()/asend()"));
    }
    let mut value = arg.to_owned();
    if a.state.get() == State::Init {
        if g.gi_running_async.get() != 0 {
            return Err(exceptions::runtime_error(
                py,
                format_args!("anext(): asynchronous generator is already running"),
            ));
        }
        // SAFETY: LIVE: the awaitable holds the value, or NULL.
        if let Some(v) = unsafe { a.value.get().as_ref() }.filter(|_| object::is_none(arg)) {
            value = v.to_owned();
        }
        a.state.set(State::Iter);
    }
    g.gi_running_async.set(1);
    let r = unwrap(py, g, generator::send(py, g, &value));
    if r.is_err() {
        a.state.set(State::Closed);
    }
    r
}

fn asend_next(py: Py<'_>, a: &Awaitable) -> PyResult<Option<Owned>> {
    asend_send(py, a, &object::_Py_NoneStruct.0).map(Some)
}

fn asend_throw(
    py: Py<'_>,
    a: &Awaitable,
    typ: &PyObject,
    val: Option<&PyObject>,
    tb: Option<&PyObject>,
) -> PyResult {
    let g = generator_of(a);
    if a.state.get() == State::Closed {
        return Err(reused(py, "__anext__()/asend()"));
    }
    let r = unwrap(py, g, generator::throw(py, g, typ, val, tb));
    if r.is_err() {
        a.state.set(State::Closed);
    }
    r
}

fn close(_: Py<'_>, a: &Awaitable) {
    a.state.set(State::Closed);
}

/// `async_gen_athrow_send`.
fn athrow_send(py: Py<'_>, a: &Awaitable, arg: &PyObject) -> PyResult {
    let g = generator_of(a);
    // SAFETY: LIVE, LAYOUT: the awaitable holds the arguments, a tuple, or NULL for `aclose`.
    let args = unsafe { (a.value.get() as *const PyTupleObject).as_ref() };
    let closed = |e: PyErr| {
        a.state.set(State::Closed);
        Err(e)
    };
    if a.state.get() == State::Closed {
        return Err(reused(py, "aclose()/athrow()"));
    }
    if generator::is_finished(g) {
        return closed(exceptions::stop_iteration(py, None));
    }
    if a.state.get() == State::Init {
        if g.gi_running_async.get() != 0 {
            let what = if args.is_none() { "aclose" } else { "athrow" };
            return closed(exceptions::runtime_error(
                py,
                format_args!("{what}(): asynchronous generator is already running"),
            ));
        }
        if g.gi_closed.get() != 0 {
            return closed(stop_async(py));
        }
        if !object::is_none(arg) {
            return Err(exceptions::runtime_error(
                py,
                format_args!("can't send non-None value to a just-started coroutine"),
            ));
        }
        a.state.set(State::Iter);
        g.gi_running_async.set(1);
        let none = object::none();
        // `GeneratorExit` reaches what the generator awaits as any other exception.
        let r = match args {
            None => {
                g.gi_closed.set(1);
                let exit = exceptions::GeneratorExit.as_object();
                generator::throw_into(py, g, exit, &none, &none, false)
            }
            Some(args) => {
                let [t, v, tb] = tuple::items(args) else { return Err(reused(py, "athrow()")) };
                unwrap(py, g, generator::throw_into(py, g, t, v, tb, false))
            }
        };
        return match r {
            Ok(v) if args.is_none() && is_wrapped(&v) => closed(ignored_exit(py, g)),
            Ok(v) => Ok(v),
            Err(e) => closed(athrow_error(py, g, args.is_none(), e)),
        };
    }
    let r = generator::send(py, g, arg);
    if args.is_some() {
        return unwrap(py, g, r);
    }
    match r {
        Ok(v) if is_wrapped(&v) => closed(ignored_exit(py, g)),
        Ok(v) => Ok(v),
        Err(e) => closed(athrow_error(py, g, true, e)),
    }
}

/// A generator that yields where it should end.
fn ignored_exit(py: Py<'_>, g: &PyGenObject) -> PyErr {
    g.gi_running_async.set(0);
    exceptions::runtime_error(py, format_args!("async generator ignored GeneratorExit"))
}

/// The end of an awaiting by an exception: for `aclose`, that the generator ended is what was asked for.
fn athrow_error(py: Py<'_>, g: &PyGenObject, closing: bool, e: PyErr) -> PyErr {
    g.gi_running_async.set(0);
    if closing && is_end(&e) { exceptions::stop_iteration(py, None) } else { e }
}

fn athrow_next(py: Py<'_>, a: &Awaitable) -> PyResult<Option<Owned>> {
    athrow_send(py, a, &object::_Py_NoneStruct.0).map(Some)
}

/// `async_gen_athrow_throw`.
fn athrow_throw(
    py: Py<'_>,
    a: &Awaitable,
    typ: &PyObject,
    val: Option<&PyObject>,
    tb: Option<&PyObject>,
) -> PyResult {
    let g = generator_of(a);
    if a.state.get() == State::Closed {
        return Err(reused(py, "aclose()/athrow()"));
    }
    let r = generator::throw(py, g, typ, val, tb);
    if !a.value.get().is_null() {
        return unwrap(py, g, r);
    }
    match r {
        Ok(v) if is_wrapped(&v) => {
            a.state.set(State::Closed);
            Err(ignored_exit(py, g))
        }
        Err(e) if is_end(&e) => Err(exceptions::stop_iteration(py, None)),
        r => r,
    }
}
