//! `_asyncio`: futures, tasks, and which loop and task run (`Modules/_asynciomodule.c`). Futures are in `future`, waiting
//! for them in `waiter`, tasks in `task`; here are the module and the registers of loops and tasks.
//!
//! The module imports parts of asyncio, which imports this module again where it is the first asked for: types and
//! registers are there before that, as in CPython.
#![allow(non_upper_case_globals)]

mod future;
mod task;
mod waiter;

use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::states;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, dict, exceptions, methods, name, object, protocol, set, types,
    unicode,
};

/// `_asyncio`.
pub static MODULE: StaticModule = StaticModule::new(c"_asyncio")
    .doc(c"Futures and tasks of asyncio, and which loop and task run.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "current_task" = current_task [1], "($module, /, loop=None)", "The task that a loop runs, by default the running loop.";
    "get_event_loop" = get_event_loop [0], "($module, /)", "The running loop, or the one of the policy.";
    "get_running_loop" = get_running_loop [0], "($module, /)", "The running loop; an error if none runs.";
    "_get_running_loop" = running_or_none [0], "($module, /)", "The running loop, or None.";
    "_set_running_loop" = set_running_loop [1], "($module, loop, /)", "Says which loop runs in this thread.";
    "_register_task" = register_task [1], "($module, /, task)", "Notes a task.";
    "_register_eager_task" = register_eager [1], "($module, /, task)", "Notes a task that is started at once.";
    "_unregister_task" = unregister_task [1], "($module, /, task)", "Forgets a task.";
    "_unregister_eager_task" = unregister_eager [1], "($module, /, task)", "Forgets a task that was started at once.";
    "_enter_task" = enter_task [2], "($module, /, loop, task)", "Says that a loop begins to run a task.";
    "_leave_task" = leave_task [2], "($module, /, loop, task)", "Says that a loop no longer runs a task.";
    "_swap_current_task" = swap_task [2], "($module, /, loop, task)", "Says which task a loop runs; the one before.";
] }

/// What the module took from Python's part of asyncio, owned.
pub(crate) struct Imported {
    pub policy: Cell<*mut PyObject>,
    pub future_repr: Cell<*mut PyObject>,
    pub invalid_state: Cell<*mut PyObject>,
    pub cancelled: Cell<*mut PyObject>,
    pub task_repr: Cell<*mut PyObject>,
    pub task_stack: Cell<*mut PyObject>,
    pub print_stack: Cell<*mut PyObject>,
    pub iscoroutine: Cell<*mut PyObject>,
    pub extract_stack: Cell<*mut PyObject>,
    pub scheduled: Cell<*mut PyObject>,
    pub eager: Cell<*mut PyObject>,
    pub current: Cell<*mut PyObject>,
}

const fn unset() -> Cell<*mut PyObject> {
    Cell::new(core::ptr::null_mut())
}

pub(crate) static IMPORTED: Gil<Imported> = Gil(Imported {
    policy: unset(),
    future_repr: unset(),
    invalid_state: unset(),
    cancelled: unset(),
    task_repr: unset(),
    task_stack: unset(),
    print_stack: unset(),
    iscoroutine: unset(),
    extract_stack: unset(),
    scheduled: unset(),
    eager: unset(),
    current: unset(),
});

/// An object of a cell that the module's start filled; None for code that asyncio's import runs before that.
pub(crate) fn got<'a>(cell: &Cell<*mut PyObject>) -> &'a PyObject {
    // SAFETY: LIVE: held for good since the module was made, or NULL.
    unsafe { cell.get().as_ref() }.unwrap_or(&object::_Py_NoneStruct.0)
}

/// An object of a field, if it is set.
pub(crate) fn held(cell: &Cell<*mut PyObject>) -> Option<Owned> {
    // SAFETY: LIVE: the field holds its object, or NULL.
    unsafe { cell.get().as_ref() }.map(Object::to_owned)
}

/// Puts an object into a field; what was there goes last.
pub(crate) fn put(cell: &Cell<*mut PyObject>, new: Option<Owned>) {
    let old = cell.replace(new.map_or(core::ptr::null_mut(), Owned::into_ptr));
    // SAFETY: OWNED: the field held it, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
}

/// Calls with one keyword argument.
pub(crate) fn call_with(
    py: Py<'_>,
    f: &PyObject,
    args: &[&PyObject],
    keyword: &unicode::Name,
    value: &PyObject,
) -> PyResult {
    let mut all: Vec<*mut PyObject> = args.iter().map(|a| a.as_ptr()).collect();
    all.push(value.as_ptr());
    let names = dxpy_core::tuple::from_iter(py, [keyword.obj(py).to_owned()])?;
    // SAFETY: LIVE: the caller holds the arguments; one more than positional for the name.
    unsafe { call::vectorcall_raw(py, f, all.as_ptr(), args.len(), Some(&names)) }
}

/// The text of an object's repr.
pub(crate) fn shown(py: Py<'_>, o: &PyObject) -> PyResult<String> {
    Ok(unicode::display(protocol::repr(py, o)?.as_object()))
}

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    for ty in [&future::FUTURE, &task::TASK, &waiter::WAITER, &task::STEP] {
        types::ready::ready(py, ty)?;
    }
    let i = &IMPORTED;
    if i.eager.get().is_null() {
        put(&i.eager, Some(set::new(py)?.upcast()));
        put(&i.current, Some(dict::new(py)?.upcast()));
    }
    module::add(py, m, "Future", future::FUTURE.as_object())?;
    module::add(py, m, "Task", task::TASK.as_object())?;
    module::add(py, m, "_eager_tasks", got(&i.eager))?;
    module::add(py, m, "_current_tasks", got(&i.current))?;
    let take = |module: &str, name: &str, cell: &Cell<*mut PyObject>| -> PyResult<()> {
        let m = dxpy_import::import::import_module(py, &*unicode::from_str(py, module)?)?;
        put(cell, Some(attr::get(py, &m, &*unicode::from_str(py, name)?)?));
        Ok(())
    };
    take("asyncio.events", "get_event_loop_policy", &i.policy)?;
    take("asyncio.base_futures", "_future_repr", &i.future_repr)?;
    take("asyncio.exceptions", "InvalidStateError", &i.invalid_state)?;
    take("asyncio.exceptions", "CancelledError", &i.cancelled)?;
    take("asyncio.base_tasks", "_task_repr", &i.task_repr)?;
    take("asyncio.base_tasks", "_task_get_stack", &i.task_stack)?;
    take("asyncio.base_tasks", "_task_print_stack", &i.print_stack)?;
    take("asyncio.coroutines", "iscoroutine", &i.iscoroutine)?;
    take("traceback", "extract_stack", &i.extract_stack)?;
    if i.scheduled.get().is_null() {
        take("weakref", "WeakSet", &i.scheduled)?;
        let weak_set = call::call(py, got(&i.scheduled), [])?;
        put(&i.scheduled, Some(weak_set));
    }
    module::add(py, m, "_scheduled_tasks", got(&i.scheduled))
}

/// The loop that runs in this thread.
pub(crate) fn running(py: Py<'_>) -> PyResult<Option<Owned>> {
    let own = states::own_dict(py)?;
    Ok(dict::get_name(py, &own, name!("__asyncio_running_event_loop__"))?.filter(|l| !object::is_none(l)))
}

fn set_running_loop(py: Py<'_>, _: &PyModuleObject, new: &PyObject) -> PyResult<()> {
    let own = states::own_dict(py)?;
    dict::set(py, &own, name!("__asyncio_running_event_loop__").obj(py), new)
}

/// `get_event_loop`: what runs, or what the policy says.
pub(crate) fn event_loop(py: Py<'_>) -> PyResult {
    if let Some(l) = running(py)? {
        return Ok(l);
    }
    let policy = call::call(py, got(&IMPORTED.policy), [])?;
    call::method(py, &policy, name!("get_event_loop"), [])
}

fn get_event_loop(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    event_loop(py)
}

fn no_loop(py: Py<'_>) -> PyErr {
    exceptions::runtime_error(py, format_args!("no running event loop"))
}

fn get_running_loop(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    running(py)?.ok_or_else(|| no_loop(py))
}

fn running_or_none(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    Ok(running(py)?.unwrap_or_else(object::none))
}

/// The tasks by the loops that run them.
fn tasks() -> &'static PyDictObject {
    // SAFETY: LAYOUT: made as a dict, held for good.
    unsafe { &*(IMPORTED.current.get() as *const PyDictObject) }
}

fn current_task(py: Py<'_>, _: &PyModuleObject, given: Option<&PyObject>) -> PyResult {
    let l = match given.filter(|l| !object::is_none(l)) {
        Some(l) => l.to_owned(),
        None => running(py)?.ok_or_else(|| no_loop(py))?,
    };
    Ok(dict::get(py, tasks(), &l)?.unwrap_or_else(object::none))
}

pub(crate) fn enter(py: Py<'_>, l: &PyObject, task: &PyObject) -> PyResult<()> {
    if let Some(other) = dict::get(py, tasks(), l)? {
        let (task, other) = (shown(py, task)?, shown(py, &other)?);
        return Err(exceptions::runtime_error(
            py,
            format_args!("Cannot enter into task {task} while another task {other} is being executed."),
        ));
    }
    dict::set(py, tasks(), l, task)
}

pub(crate) fn leave(py: Py<'_>, l: &PyObject, task: &PyObject) -> PyResult<()> {
    let current = dict::get(py, tasks(), l)?;
    if !current.as_ref().is_some_and(|c| c.is(task)) {
        let current = current.unwrap_or_else(object::none);
        let (task, current) = (shown(py, task)?, shown(py, &current)?);
        return Err(exceptions::runtime_error(
            py,
            format_args!("Leaving task {task} does not match the current task {current}."),
        ));
    }
    dict::remove(py, tasks(), l)
}

pub(crate) fn swap(py: Py<'_>, l: &PyObject, task: &PyObject) -> PyResult {
    let old = dict::get(py, tasks(), l)?;
    if object::is_none(task) {
        drop(dict::pop(py, tasks(), l)?);
    } else {
        dict::set(py, tasks(), l, task)?;
    }
    Ok(old.unwrap_or_else(object::none))
}

fn enter_task(py: Py<'_>, _: &PyModuleObject, l: &PyObject, task: &PyObject) -> PyResult<()> {
    enter(py, l, task)
}

fn leave_task(py: Py<'_>, _: &PyModuleObject, l: &PyObject, task: &PyObject) -> PyResult<()> {
    leave(py, l, task)
}

fn swap_task(py: Py<'_>, _: &PyModuleObject, l: &PyObject, task: &PyObject) -> PyResult {
    swap(py, l, task)
}

pub(crate) fn register(py: Py<'_>, task: &PyObject) -> PyResult<()> {
    call::method(py, got(&IMPORTED.scheduled), name!("add"), [task]).map(drop)
}

fn register_task(py: Py<'_>, _: &PyModuleObject, task: &PyObject) -> PyResult<()> {
    register(py, task)
}

fn unregister_task(py: Py<'_>, _: &PyModuleObject, task: &PyObject) -> PyResult<()> {
    call::method(py, got(&IMPORTED.scheduled), name!("discard"), [task]).map(drop)
}

fn eager() -> &'static PySetObject {
    // SAFETY: LAYOUT: made as a set, held for good.
    unsafe { &*(IMPORTED.eager.get() as *const PySetObject) }
}

pub(crate) fn add_eager(py: Py<'_>, task: &PyObject) -> PyResult<()> {
    set::add(py, eager(), task)
}

pub(crate) fn drop_eager(py: Py<'_>, task: &PyObject) -> PyResult<()> {
    set::discard(py, eager(), task).map(drop)
}

fn register_eager(py: Py<'_>, _: &PyModuleObject, task: &PyObject) -> PyResult<()> {
    add_eager(py, task)
}

fn unregister_eager(py: Py<'_>, _: &PyModuleObject, task: &PyObject) -> PyResult<()> {
    drop_eager(py, task)
}
