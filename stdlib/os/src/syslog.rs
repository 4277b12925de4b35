//! `syslog`: messages to the system's log (`Modules/syslogmodule.c`).

use core::sync::atomic::{AtomicBool, Ordering};
use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::without_gil;
use dxpy_core::{
    Owned, Py, PyResult, attr, audit, exceptions, hooks, list, long, methods, name, number, object, unicode,
};
use dxpy_host::syslog as host;
use std::ffi::CString;

/// `syslog`.
pub static MODULE: StaticModule =
    StaticModule::new(c"syslog").doc(c"The system's log.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    dxpy_host::constants::io::SYSLOG.iter().try_for_each(|(name, v)| module::add_int(py, m, name, *v))
});

methods! { static METHODS: for PyModuleObject [
    "openlog" = openlog [3], "($module, /, ident=<unrepresentable>, logoption=0,\n        facility=LOG_USER)", "Says how messages are sent from now on.";
    "closelog" = closelog [0], "($module, /)", "Forgets what openlog was told.";
    "syslog" = syslog [1], "?($module, *args)", "syslog([priority=LOG_INFO,] message)\nSend a message.";
    "setlogmask" = setlogmask [1], "($module, maskpri, /)", "Says which priorities are sent; the mask before.";
    "LOG_MASK" = log_mask [1], "($module, pri, /)", "The mask of one priority.";
    "LOG_UPTO" = log_upto [1], "($module, pri, /)", "The mask of all priorities up to one.";
] }

/// What messages and facilities are without another word.
const LOG_INFO: i32 = 6;
const LOG_USER: i64 = 8;

/// Was `openlog` called since the last `closelog`?
static OPEN: AtomicBool = AtomicBool::new(false);

/// The UTF-8 of a text as C takes it.
fn c_text(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<CString> {
    CString::new(unicode::utf8(py, s)?.as_bytes())
        .map_err(|_| exceptions::value_error(py, format_args!("embedded null character")))
}

/// The name of the script, without its folder (`syslog_get_argv`).
fn script(py: Py<'_>) -> PyResult<Option<Owned<PyUnicodeObject>>> {
    let sys = hooks::import(py, name!("sys"))?;
    let Some(argv) = attr::lookup_name(py, &sys, name!("argv"))? else { return Ok(None) };
    let Some(first) = list::check(&argv).and_then(|l| list::get(l, 0)) else {
        return Ok(None);
    };
    let Some(text) = unicode::check(&first) else { return Ok(None) };
    let text = unicode::utf8(py, text)?;
    let name = text.rsplit('/').next().unwrap_or_default();
    if name.is_empty() { Ok(None) } else { unicode::from_str(py, name).map(Some) }
}

fn open(py: Py<'_>, ident: Option<&PyUnicodeObject>, option: i64, facility: i64) -> PyResult<()> {
    let own = match ident {
        None => script(py)?,
        Some(_) => None,
    };
    let ident = ident.or(own.as_deref());
    audit::event_with(py, "syslog.openlog", || {
        let ident = ident.map_or_else(object::none, |i| i.as_object().to_owned());
        let (option, facility) =
            (long::from_i64(py, option)?.upcast(), long::from_i64(py, facility)?.upcast());
        dxpy_core::tuple::from_iter(py, [ident, option, facility])
    })?;
    let text = ident.map(|i| c_text(py, i)).transpose()?;
    host::open(text, option as i32, facility as i32);
    OPEN.store(true, Ordering::Relaxed);
    Ok(())
}

fn openlog(
    py: Py<'_>,
    _: &PyModuleObject,
    ident: Option<&PyUnicodeObject>,
    option: Option<i64>,
    facility: Option<i64>,
) -> PyResult<()> {
    open(py, ident, option.unwrap_or(0), facility.unwrap_or(LOG_USER))
}

fn closelog(py: Py<'_>, _: &PyModuleObject) -> PyResult<()> {
    audit::event(py, "syslog.closelog", [])?;
    if OPEN.swap(false, Ordering::Relaxed) {
        host::close();
    }
    Ok(())
}

fn syslog(py: Py<'_>, _: &PyModuleObject, args: Rest<'_>) -> PyResult<()> {
    // SAFETY: LIVE: the caller holds its arguments.
    let arg = |i: usize| args.0.get(i).map(|a| unsafe { &**a });
    let (priority, message) = match (arg(0), arg(1), args.0.len()) {
        (Some(message), None, 1) => (LOG_INFO, message),
        (Some(priority), Some(message), 2) => {
            let n = number::as_ssize(py, priority, &exceptions::OverflowError)?;
            let n = i32::try_from(n).map_err(|_| {
                exceptions::overflow_error(py, format_args!("Python int too large to convert to C int"))
            })?;
            (n, message)
        }
        _ => {
            let text = format_args!("syslog.syslog requires 1 to 2 arguments");
            return Err(exceptions::type_error(py, text));
        }
    };
    let Some(message) = unicode::check(message) else {
        return Err(exceptions::type_error(py, format_args!("[priority,] message string")));
    };
    let text = c_text(py, message)?;
    let number = long::from_i64(py, priority.into())?;
    audit::event(py, "syslog.syslog", [number.as_object(), message.as_object()])?;
    if !OPEN.load(Ordering::Relaxed) {
        open(py, None, 0, LOG_USER)?;
    }
    without_gil(py, || host::send(priority, &text));
    Ok(())
}

fn setlogmask(py: Py<'_>, _: &PyModuleObject, mask: i64) -> PyResult<i64> {
    audit::event(py, "syslog.setlogmask", [long::from_i64(py, mask)?.as_object()])?;
    Ok(host::set_mask(mask as i32).into())
}

fn log_mask(_: Py<'_>, _: &PyModuleObject, priority: i64) -> i64 {
    i64::from(1_i32.wrapping_shl(priority as u32))
}

fn log_upto(_: Py<'_>, _: &PyModuleObject, priority: i64) -> i64 {
    i64::from(1_i32.wrapping_shl((priority as u32).wrapping_add(1)).wrapping_sub(1))
}
