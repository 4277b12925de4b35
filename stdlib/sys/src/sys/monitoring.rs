//! `sys.monitoring` (PEP 669): tools, their events and callbacks. How events happen is the interpreter's.

use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, audit, dict, exceptions, methods, object, unicode};
use dxpy_interp::monitor::{self, event};
use dxpy_types::code::{self, instrument};

static MODULE: StaticModule = StaticModule::new(c"sys.monitoring").methods(&METHODS);

methods! { static METHODS: for PyModuleObject [
    "use_tool_id" = use_tool_id [2], "($module, tool_id, name, /)", "Takes a tool's identifier, under a name.";
    "free_tool_id" = free_tool_id [1], "($module, tool_id, /)", "Gives an identifier back; its events are switched off.";
    "get_tool" = get_tool [1], "($module, tool_id, /)", "The name of a tool in use, or None.";
    "register_callback" = register_callback [3], "($module, tool_id, event, func, /)", "Sets what is called for an event; what was called before.";
    "get_events" = get_events [1], "($module, tool_id, /)", "The events of all code a tool wants.";
    "set_events" = set_events [2], "($module, tool_id, event_set, /)", "Sets the events of all code a tool wants.";
    "get_local_events" = get_local_events [2], "($module, tool_id, code, /)", "The events of one code object a tool wants.";
    "set_local_events" = set_local_events [3], "($module, tool_id, code, event_set, /)", "Sets the events of one code object a tool wants.";
    "restart_events" = restart_events [0], "($module, /)", "Forgets which events were disabled.";
    "_all_events" = all_events [0], "($module, /)", "The tools that want each event, as bits.";
] }

/// `C_RETURN` and `C_RAISE`, which come with `CALL` only.
const C_RETURNS: i32 = 1 << event::C_RETURN | 1 << event::C_RAISE;
const C_CALLS: i32 = C_RETURNS | 1 << event::CALL;

/// Makes the module (`_Py_CreateMonitoringObject`).
pub(super) fn make(py: Py<'_>) -> PyResult {
    let name = unicode::intern_str(py, "sys.monitoring")?;
    let m = module::new(py, &name)?;
    module::add_functions(py, m.as_object(), &MODULE, &name)?;
    let add = |n: &str, v: &PyObject| module::add(py, &m, n, v);
    add("DISABLE", monitor::disable(py)?)?;
    add("MISSING", monitor::missing(py)?)?;
    let events = dict::new(py)?;
    for (i, n) in event::NAMES.iter().enumerate() {
        dict::set_str(py, &events, n, &*super::int(py, 1 << i)?)?;
    }
    dict::set_str(py, &events, "NO_EVENTS", &*super::int(py, 0)?)?;
    add("events", &*dxpy_types::namespace::new(py, &events)?)?;
    for (n, id) in [("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)] {
        module::add_int(py, &m, n, id)?;
    }
    Ok(m.upcast())
}

fn valid(py: Py<'_>, tool: i32) -> PyResult<usize> {
    match usize::try_from(tool) {
        Ok(t) if t < monitor::TOOLS => Ok(t),
        _ => Err(value_error(py, format_args!("invalid tool {tool} (must be between 0 and 5)"))),
    }
}

fn value_error(py: Py<'_>, message: core::fmt::Arguments<'_>) -> PyErr {
    exceptions::value_error(py, message)
}

fn in_use(py: Py<'_>, tool: usize) -> PyResult<()> {
    match monitor::name(tool) {
        Some(_) => Ok(()),
        None => Err(value_error(py, format_args!("tool {tool} is not in use"))),
    }
}

fn use_tool_id(py: Py<'_>, _: &PyModuleObject, tool: i32, name: &PyObject) -> PyResult<()> {
    let tool = valid(py, tool)?;
    if unicode::check(name).is_none() {
        return Err(value_error(py, format_args!("tool name must be a str")));
    }
    if monitor::name(tool).is_some() {
        return Err(value_error(py, format_args!("tool {tool} is already in use")));
    }
    monitor::set_name(tool, Some(name.to_owned()));
    Ok(())
}

fn free_tool_id(py: Py<'_>, _: &PyModuleObject, tool: i32) -> PyResult<()> {
    let tool = valid(py, tool)?;
    if monitor::name(tool).is_some() {
        monitor::set_events(py, tool, 0);
    }
    monitor::set_name(tool, None);
    Ok(())
}

fn get_tool(py: Py<'_>, _: &PyModuleObject, tool: i32) -> PyResult {
    Ok(monitor::name(valid(py, tool)?).unwrap_or_else(object::none))
}

fn register_callback(py: Py<'_>, _: &PyModuleObject, tool: i32, e: i32, f: &PyObject) -> PyResult {
    let tool = valid(py, tool)?;
    if e <= 0 || e.count_ones() != 1 {
        return Err(value_error(py, format_args!("The callback can only be set for one event at a time")));
    }
    let id = e.trailing_zeros() as usize;
    if id >= event::ALL {
        return Err(value_error(py, format_args!("invalid event {e}")));
    }
    audit::event(py, "sys.monitoring.register_callback", [f])?;
    let f = (!object::is_none(f)).then(|| f.to_owned());
    Ok(monitor::set_callback(tool, id, f).unwrap_or_else(object::none))
}

fn get_events(py: Py<'_>, _: &PyModuleObject, tool: i32) -> PyResult<i64> {
    Ok(instrument::monitors().events_of(valid(py, tool)?).into())
}

/// Checks a set of events; those below `limit` are allowed.
fn events(py: Py<'_>, set: i32, limit: usize, what: &str) -> PyResult<u32> {
    if set & C_RETURNS != 0 && set & C_CALLS != C_CALLS {
        return Err(value_error(py, format_args!("cannot set C_RETURN or C_RAISE events independently")));
    }
    let single = set & !C_RETURNS;
    if !(0..1 << limit).contains(&single) {
        return Err(value_error(py, format_args!("invalid {what} 0x{single:x}")));
    }
    Ok(single as u32)
}

fn set_events(py: Py<'_>, _: &PyModuleObject, tool: i32, set: i32) -> PyResult<()> {
    let tool = valid(py, tool)?;
    if !(0..1 << event::ALL).contains(&set) {
        return Err(value_error(py, format_args!("invalid event set 0x{set:x}")));
    }
    let set = events(py, set, event::UNGROUPED, "event set")?;
    in_use(py, tool)?;
    monitor::set_events(py, tool, set);
    Ok(())
}

fn code_of<'a>(py: Py<'_>, o: &'a PyObject) -> PyResult<&'a PyCodeObject> {
    code::check(o).ok_or_else(|| exceptions::type_error(py, format_args!("code must be a code object")))
}

fn get_local_events(py: Py<'_>, _: &PyModuleObject, tool: i32, code: &PyObject) -> PyResult<i64> {
    let c = code_of(py, code)?;
    let tool = valid(py, tool)?;
    Ok(instrument::local_events(c, tool).into())
}

fn set_local_events(py: Py<'_>, _: &PyModuleObject, tool: i32, code: &PyObject, set: i32) -> PyResult<()> {
    let c = code_of(py, code)?;
    let tool = valid(py, tool)?;
    let set = events(py, set, event::INSTRUMENTED, "local event set")?;
    in_use(py, tool)?;
    instrument::set_local_events(c, tool, set);
    Ok(())
}

fn restart_events(py: Py<'_>, _: &PyModuleObject) {
    monitor::restart(py);
}

fn all_events(py: Py<'_>, _: &PyModuleObject) -> PyResult<Owned<PyDictObject>> {
    let found = dict::new(py)?;
    for (tools, n) in instrument::monitors().0.iter().zip(event::NAMES) {
        if *tools != 0 {
            dict::set_str(py, &found, n, &*super::int(py, (*tools).into())?)?;
        }
    }
    Ok(found)
}
