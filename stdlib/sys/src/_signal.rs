//! `_signal`: Python's handlers of signals, masks, waiting, timers (`Modules/signalmodule.c`). What happens inside a
//! handler of the system is in `dxpy_host::signal`: flags go up there, and the main thread finds them here.

use crate::errors;
use core::cell::Cell;
use dxpy_algos::numbers;
use dxpy_core::abi::*;
use dxpy_core::args::{Keywords, Raw};
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::{check_signals, is_main_thread, pending};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, audit, call, dict, exceptions, float, hooks, long, methods,
    module as modules, name, number, object, protocol, tuple, types, unicode,
};
use dxpy_host::signal::{self, COUNT, Disposition};
use dxpy_host::{Errno, fd, fs};
use dxpy_import::display::ignored;
use dxpy_types::{frame, structseq};
use std::time::{Duration, Instant};

/// `_signal`.
pub static MODULE: StaticModule = StaticModule::new(c"_signal")
    .doc(c"Signals of the operating system: handlers, masks, waiting, timers.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "default_int_handler" = default_int_handler [2], "($module, signalnum, frame, /)", "The handler of SIGINT that Python installs: raises KeyboardInterrupt.";
    "alarm" = alarm [1], "($module, seconds, /)", "Has SIGALRM sent after some seconds; the seconds left of the last request.";
    "setitimer" = setitimer [3], "($module, which, seconds, interval=0.0, /)", "Starts a timer, which sends its signal once or again and again.";
    "getitimer" = getitimer [1], "($module, which, /)", "What is left of a timer, and its interval.";
    "signal" = set_handler [2], "($module, signalnum, handler, /)", "Sets the handler of a signal; the one before.";
    "raise_signal" = raise_signal [1], "($module, signalnum, /)", "Sends a signal to this process.";
    "strsignal" = strsignal [1], "($module, signalnum, /)", "The system's name of a signal, or None.";
    "getsignal" = getsignal [1], "($module, signalnum, /)", "The handler of a signal; None if Python did not install it.";
    "set_wakeup_fd" = set_wakeup_fd [2], "?($module, /, *args, **kw)", "Sets the descriptor that a byte is written to for every signal; -1 is none.";
    "siginterrupt" = siginterrupt [2], "($module, signalnum, flag, /)", "Whether a signal ends calls of the system with an error.";
    "pause" = pause [0], "($module, /)", "Waits for a signal.";
    "pidfd_send_signal" = pidfd_send_signal [4], "($module, pidfd, signalnum, siginfo=None, flags=0, /)", "Sends a signal to the process of a descriptor.";
    "pthread_kill" = pthread_kill [2], "($module, thread_id, signalnum, /)", "Sends a signal to a thread.";
    "pthread_sigmask" = pthread_sigmask [2], "($module, how, mask, /)", "Changes which signals are blocked in this thread; those blocked before.";
    "sigpending" = sigpending [0], "($module, /)", "The signals that wait because they are blocked.";
    "sigwait" = sigwait [1], "($module, sigset, /)", "Waits for one of these signals; its number.";
    "sigwaitinfo" = sigwaitinfo [1], "($module, sigset, /)", "Waits for one of these signals; what is known of it.";
    "sigtimedwait" = sigtimedwait [2], "($module, sigset, timeout, /)", "Like sigwaitinfo(), but gives up after some seconds.";
    "valid_signals" = valid_signals [0], "($module, /)", "The signals that can be sent here.";
] }

static SIGINFO: structseq::Desc = structseq::Desc {
    name: "signal.struct_siginfo",
    doc: "What is known of a signal that was waited for.",
    fields: &[
        (Some("si_signo"), "signal number"),
        (Some("si_code"), "signal code"),
        (Some("si_errno"), "errno associated with this signal"),
        (Some("si_pid"), "sending process ID"),
        (Some("si_uid"), "real user ID of sending process"),
        (Some("si_status"), "exit value or signal"),
        (Some("si_band"), "band event for SIGPOLL"),
    ],
    visible: 7,
};

/// Python's handlers, owned; NULL where none was looked up yet.
static HANDLERS: Gil<[Cell<*mut PyObject>; COUNT]> = Gil([const { Cell::new(core::ptr::null_mut()) }; COUNT]);
static SIGINFO_TYPE: Gil<Cell<Option<&'static PyTypeObject>>> = Gil(Cell::new(None));
static ITIMER_ERROR: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));

const DEFAULT: i64 = libc::SIG_DFL as i64;
const IGNORE: i64 = libc::SIG_IGN as i64;

/// What is in the table for a signal.
fn handler_of(signal: usize) -> Owned {
    // SAFETY: LIVE: the table holds its objects.
    unsafe { HANDLERS[signal].get().as_ref() }.map_or_else(object::none, Object::to_owned)
}

fn set_in_table(signal: usize, new: Option<Owned>) -> Option<Owned> {
    let old = HANDLERS[signal].replace(new.map_or(core::ptr::null_mut(), Owned::into_ptr));
    // SAFETY: OWNED: the table held a reference, or NULL.
    unsafe { Owned::from_raw_opt(old) }
}

/// Is this handler one of the two ints (`compare_handler`)?
fn is_number(o: &PyObject, n: i64) -> bool {
    long::check_exact(o).and_then(long::to_i64) == Some(n)
}

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    let (low, high) = signal::realtime_range();
    for (name, value) in numbers::SIGNALS.iter().chain([&numbers::SIGCLD]).chain(numbers::SIGNAL_CONSTANTS) {
        module::add_int(py, m, name, i64::from(*value))?;
    }
    module::add_int(py, m, "SIGRTMIN", low.into())?;
    module::add_int(py, m, "SIGRTMAX", high.into())?;
    if ITIMER_ERROR.get().is_null() {
        ITIMER_ERROR.set(itimer_error(py)?.into_ptr());
    }
    // SAFETY: LIVE: the cell holds the class.
    module::add(py, m, "ItimerError", unsafe { &*ITIMER_ERROR.get() })?;
    let info = match SIGINFO_TYPE.get() {
        Some(t) => t,
        None => structseq::new_type(py, &SIGINFO)?,
    };
    SIGINFO_TYPE.set(Some(info));
    module::add(py, m, "struct_siginfo", info.as_object())?;
    look_up_handlers(py)
}

fn itimer_error(py: Py<'_>) -> PyResult {
    let d = dict::new(py)?;
    dict::set(py, &d, name!("__module__").obj(py), unicode::from_str(py, "signal")?.as_object())?;
    let bases = tuple::from_iter(py, [exceptions::OSError.as_object().to_owned()])?;
    let name = unicode::from_str(py, "itimer_error")?;
    let ty = types::PyType_Type.as_object();
    call::call(py, ty, [name.as_object(), bases.as_object(), d.as_object()])
}

/// `signal_get_set_handlers`: what the process was started with.
fn look_up_handlers(py: Py<'_>) -> PyResult<()> {
    for n in 1..COUNT {
        if !HANDLERS[n].get().is_null() {
            continue;
        }
        let found = match signal::get(n as i32) {
            Ok(Disposition::Default) => long::from_i64(py, DEFAULT)?.upcast(),
            Ok(Disposition::Ignore) => long::from_i64(py, IGNORE)?.upcast(),
            _ => object::none(),
        };
        set_in_table(n, Some(found));
    }
    Ok(())
}

/// `_PySignal_Init`: `SIGPIPE` and `SIGXFSZ` become errors of calls, `SIGINT` becomes `KeyboardInterrupt`, and signals
/// reach Python from here on. `m` is the module.
pub fn install(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    for n in [libc::SIGPIPE, libc::SIGXFSZ] {
        // One that cannot be set stays as it is.
        let _ = signal::set(n, Disposition::Ignore);
        set_in_table(n as usize, Some(long::from_i64(py, IGNORE)?.upcast()));
    }
    signal::set_notify(pending::ask_for_signals);
    hooks::HOOKS.signals.set(Some(run_handlers));
    let interrupt = libc::SIGINT as usize;
    if is_number(&handler_of(interrupt), DEFAULT)
        && let Some(f) = dict::get_str(py, modules::dict_of(m), "default_int_handler")?
        && signal::set(libc::SIGINT, Disposition::Flag).is_ok()
    {
        set_in_table(interrupt, Some(f));
    }
    Ok(())
}

/// `_PySignal_Fini`: signals find what they found before Python started, and Python's handlers are let go of.
pub fn finish(_: Py<'_>) {
    for n in 1..COUNT {
        if let Some(f) = set_in_table(n, None)
            && !object::is_none(&f)
            && !is_number(&f, DEFAULT)
            && !is_number(&f, IGNORE)
        {
            let _ = signal::set(n as i32, Disposition::Default);
        }
    }
}

/// `_PySignal_AfterFork`: signals sent to the parent are not the child's.
pub fn after_fork_child() {
    signal::clear_pending();
}

/// `PyErr_SetInterruptEx`: what the handler of this signal would do, unless it is ignored or left to the system; false for
/// a number out of range.
pub fn interrupt(number: i32) -> bool {
    let Some(n) = usize::try_from(number).ok().filter(|n| (1..COUNT).contains(n)) else { return false };
    // SAFETY: LIVE: the table holds its objects.
    let handler = unsafe { HANDLERS[n].get().as_ref() };
    // Where there is none any more the main thread reports the signal.
    if handler.is_none_or(|h| !is_number(h, IGNORE) && !is_number(h, DEFAULT)) {
        signal::trip(number);
    }
    true
}

/// `_PyErr_CheckSignalsTstate`: runs Python's handlers of the signals that arrived. In the main thread.
fn run_handlers(py: Py<'_>) -> PyResult<()> {
    if let Some(e) = signal::take_wakeup_error() {
        ignored::report(py, errors::os(py, e), Some("when trying to write to the signal wakeup fd"), None);
    }
    if !signal::take_any() {
        return Ok(());
    }
    for n in 1..COUNT {
        if !signal::take(n) {
            continue;
        }
        let f = handler_of(n);
        if object::is_none(&f) || is_number(&f, IGNORE) || is_number(&f, DEFAULT) {
            // It was taken away after the signal came.
            let text = format_args!("Signal {n} ignored due to race condition");
            let e = exceptions::format(py, &exceptions::OSError, text);
            exceptions::unraisable(py, e, Some(&object::none()));
            continue;
        }
        let r = current_frame(py).and_then(|frame| {
            let number = long::from_i64(py, n as i64)?;
            call::call(py, &f, [number.as_object(), &frame])
        });
        if let Err(e) = r {
            signal::leave();
            pending::ask_for_signals();
            return Err(e);
        }
    }
    Ok(())
}

fn current_frame(py: Py<'_>) -> PyResult {
    let f = frame::current(py);
    if f.is_null() {
        return Ok(object::none());
    }
    // SAFETY: LIVE: a running frame.
    unsafe { frame::object_of(py, f).map(Owned::upcast) }
}

fn out_of_range(py: Py<'_>) -> PyErr {
    exceptions::value_error(py, format_args!("signal number out of range"))
}

fn checked(py: Py<'_>, number: i32) -> PyResult<usize> {
    usize::try_from(number).ok().filter(|n| (1..COUNT).contains(n)).ok_or_else(|| out_of_range(py))
}

fn default_int_handler(py: Py<'_>, _: &PyModuleObject, _: i32, _: &PyObject) -> PyResult {
    Err(exceptions::create(py, &exceptions::KeyboardInterrupt, None))
}

fn alarm(_: Py<'_>, _: &PyModuleObject, seconds: i32) -> i64 {
    signal::alarm(seconds as u32).into()
}

fn itimer_failed(py: Py<'_>, e: Errno) -> PyErr {
    // SAFETY: LIVE: the cell holds the class since the module was made.
    match unsafe { ITIMER_ERROR.get().as_ref() }.and_then(types::check) {
        Some(class) => errors::of(py, class, e),
        None => errors::os(py, e),
    }
}

/// Seconds as the kernel's timers take them, rounded up (`timeval_from_double`).
fn timeval(py: Py<'_>, seconds: &PyObject) -> PyResult<(i64, i64)> {
    let us = if float::check(seconds).is_some() {
        let s = float::as_f64(py, seconds)?;
        if s.is_nan() {
            return Err(exceptions::value_error(py, format_args!("Invalid value NaN (not a number)")));
        }
        let us = (s * 1e6).ceil();
        if !(-9.2e18..=9.2e18).contains(&us) {
            let text = format_args!("timestamp out of range for platform time_t");
            return Err(exceptions::overflow_error(py, text));
        }
        us as i64
    } else {
        let n = number::index_any(py, seconds)?;
        long::to_i64(&n).and_then(|n| n.checked_mul(1_000_000)).ok_or_else(|| {
            exceptions::overflow_error(py, format_args!("timestamp too large to convert to C _PyTime_t"))
        })?
    };
    Ok((us.div_euclid(1_000_000), us.rem_euclid(1_000_000)))
}

fn timer_result(py: Py<'_>, t: signal::Timer) -> PyResult<Owned<PyTupleObject>> {
    let f = |(s, us): (i64, i64)| float::new(py, s as f64 + us as f64 * 1e-6).map(Owned::upcast);
    tuple::from_iter(py, [f(t[0])?, f(t[1])?])
}

fn setitimer(
    py: Py<'_>,
    _: &PyModuleObject,
    which: i32,
    seconds: &PyObject,
    interval: Option<&PyObject>,
) -> PyResult<Owned<PyTupleObject>> {
    let first = timeval(py, seconds)?;
    let again = interval.map_or(Ok((0, 0)), |i| timeval(py, i))?;
    let old = signal::set_timer(which, [first, again]).map_err(|e| itimer_failed(py, e))?;
    timer_result(py, old)
}

fn getitimer(py: Py<'_>, _: &PyModuleObject, which: i32) -> PyResult<Owned<PyTupleObject>> {
    timer_result(py, signal::get_timer(which).map_err(|e| itimer_failed(py, e))?)
}

fn set_handler(py: Py<'_>, _: &PyModuleObject, number: i32, handler: &PyObject) -> PyResult {
    if !is_main_thread(py.state()) {
        return Err(exceptions::value_error(
            py,
            format_args!("signal only works in main thread of the main interpreter"),
        ));
    }
    let n = checked(py, number)?;
    let new = if is_number(handler, IGNORE) {
        Disposition::Ignore
    } else if is_number(handler, DEFAULT) {
        Disposition::Default
    } else if protocol::is_callable(handler) {
        Disposition::Flag
    } else {
        return Err(exceptions::type_error(
            py,
            format_args!("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object"),
        ));
    };
    check_signals(py)?;
    signal::set(number, new).map_err(|e| errors::os(py, e))?;
    Ok(set_in_table(n, Some(handler.to_owned())).unwrap_or_else(object::none))
}

fn raise_signal(py: Py<'_>, _: &PyModuleObject, number: i32) -> PyResult<()> {
    py.allow_threads(|| signal::raise(number)).map_err(|e| errors::os(py, e))?;
    check_signals(py)
}

fn strsignal(py: Py<'_>, _: &PyModuleObject, number: i32) -> PyResult {
    checked(py, number)?;
    match signal::name(number) {
        Some(text) => dxpy_core::codecs::decode_fs(py, &text).map(Owned::upcast),
        None => Ok(object::none()),
    }
}

fn getsignal(py: Py<'_>, _: &PyModuleObject, number: i32) -> PyResult {
    Ok(handler_of(checked(py, number)?))
}

/// `set_wakeup_fd(fd, *, warn_on_full_buffer=True)`, whose messages are those of a format string.
fn set_wakeup_fd(py: Py<'_>, _: &PyModuleObject, args: Raw<'_>, _: Keywords<'_>) -> PyResult<i32> {
    let (number, warn) = {
        let given = args.0.positional();
        let error = |text: String| Err(exceptions::type_error(py, format_args!("{text}")));
        match given.len() {
            1 => {}
            0 => return error("set_wakeup_fd() takes exactly 1 positional argument (0 given)".into()),
            n => return error(format!("set_wakeup_fd() takes at most 1 positional argument ({n} given)")),
        }
        let mut warn = true;
        for i in 0..args.0.keywords() {
            let (k, v) = args.0.keyword(i);
            if !unicode::equals_str(k, "warn_on_full_buffer") {
                let shown = unicode::display(k);
                return error(format!("'{shown}' is an invalid keyword argument for set_wakeup_fd()"));
            }
            warn = protocol::is_true(py, v)?;
        }
        // SAFETY: LIVE: the caller holds its arguments.
        let n = number::index_any(py, unsafe { &*given[0] })?;
        let n = long::to_i64(&n).and_then(|n| i32::try_from(n).ok()).ok_or_else(|| {
            exceptions::overflow_error(py, format_args!("Python int too large to convert to C int"))
        })?;
        (n, warn)
    };
    if !is_main_thread(py.state()) {
        return Err(exceptions::value_error(
            py,
            format_args!("set_wakeup_fd only works in main thread of the main interpreter"),
        ));
    }
    if number != -1 {
        fs::fstat(number).map_err(|e| errors::os(py, e))?;
        if fd::get_blocking(number).map_err(|e| errors::os(py, e))? {
            return Err(exceptions::value_error(
                py,
                format_args!("the fd {number} must be in non-blocking mode"),
            ));
        }
    }
    Ok(signal::set_wakeup_fd(number, warn))
}

fn siginterrupt(py: Py<'_>, _: &PyModuleObject, number: i32, flag: i32) -> PyResult<()> {
    checked(py, number)?;
    signal::interrupt(number, flag != 0).map_err(|e| errors::os(py, e))
}

fn pause(py: Py<'_>, _: &PyModuleObject) -> PyResult<()> {
    py.allow_threads(signal::pause);
    check_signals(py)
}

fn pidfd_send_signal(
    py: Py<'_>,
    _: &PyModuleObject,
    pidfd: i32,
    number: i32,
    info: Option<&PyObject>,
    flags: Option<i32>,
) -> PyResult<()> {
    if info.is_some_and(|i| !object::is_none(i)) {
        return Err(exceptions::type_error(py, format_args!("siginfo must be None")));
    }
    signal::pidfd_send(pidfd, number, flags.unwrap_or(0) as u32).map_err(|e| errors::os(py, e))
}

fn pthread_kill(py: Py<'_>, _: &PyModuleObject, thread: &PyObject, number: i32) -> PyResult<()> {
    let Some(id) = long::check(thread) else {
        let shown = call::type_name(thread.ty());
        let text = format_args!("pthread_kill() argument 1 must be int, not {shown}");
        return Err(exceptions::type_error(py, text));
    };
    // As CPython's converter, which takes the low bits.
    let id = long::to_u64(id).or_else(|| long::to_i64(id).map(|n| n as u64)).unwrap_or(0);
    audit::event_with(py, "signal.pthread_kill", || {
        tuple::from_iter(py, [long::from_u64(py, id)?.upcast(), long::from_i64(py, number.into())?.upcast()])
    })?;
    // SAFETY: what the function's documentation asks of the program.
    unsafe { signal::thread_kill(id, number) }.map_err(|e| errors::os(py, e))?;
    check_signals(py)
}

/// `_Py_Sigset_Converter`: numbers of an iterable; those that are no signals are warned of.
pub fn signals_of(py: Py<'_>, iterable: &PyObject) -> PyResult<Vec<i32>> {
    let valid = signal::valid();
    let mut found = Vec::new();
    let it = protocol::iter(py, iterable)?;
    while let Some(o) = protocol::next(py, &it)? {
        let n = number::index_any(py, &o)?;
        let n = long::to_i64(&n).unwrap_or(-1);
        if n <= 0 || n >= COUNT as i64 {
            return Err(exceptions::value_error(
                py,
                format_args!("signal number {n} out of range [1; {}]", COUNT - 1),
            ));
        }
        if valid.contains(&(n as i32)) {
            found.push(n as i32);
        } else {
            let text = format_args!("invalid signal number {n}, please use valid_signals()");
            exceptions::warn(py, &exceptions::RuntimeWarning, 1, text)?;
        }
    }
    Ok(found)
}

fn set_of(py: Py<'_>, signals: Vec<i32>) -> PyResult {
    let items = signals.into_iter().map(|n| long::from_i64(py, n.into()).map(Owned::upcast));
    hooks::new_set(py, items.collect::<PyResult<Vec<Owned>>>()?)
}

fn pthread_sigmask(py: Py<'_>, _: &PyModuleObject, how: i32, mask: &PyObject) -> PyResult {
    let signals = signals_of(py, mask)?;
    let old = signal::mask(how, &signals).map_err(|e| errors::os(py, e))?;
    check_signals(py)?;
    set_of(py, old)
}

fn sigpending(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    set_of(py, signal::pending().map_err(|e| errors::os(py, e))?)
}

fn sigwait(py: Py<'_>, _: &PyModuleObject, set: &PyObject) -> PyResult<i32> {
    let signals = signals_of(py, set)?;
    py.allow_threads(|| signal::wait(&signals)).map_err(|e| errors::os(py, e))
}

fn info_object(py: Py<'_>, info: signal::Info) -> PyResult {
    let values = info.into_iter().map(|v| long::from_i64(py, v).map(Owned::upcast));
    let values = values.collect::<PyResult<Vec<Owned>>>()?;
    match SIGINFO_TYPE.get() {
        Some(t) => structseq::new(py, t, values),
        None => tuple::from_iter(py, values).map(Owned::upcast),
    }
}

fn sigwaitinfo(py: Py<'_>, _: &PyModuleObject, set: &PyObject) -> PyResult {
    let signals = signals_of(py, set)?;
    loop {
        match py.allow_threads(|| signal::wait_info(&signals, None)) {
            Ok(info) => return info_object(py, info),
            Err(Errno(libc::EINTR)) => check_signals(py)?,
            Err(e) => return Err(errors::os(py, e)),
        }
    }
}

fn sigtimedwait(py: Py<'_>, _: &PyModuleObject, set: &PyObject, timeout: &PyObject) -> PyResult {
    let signals = signals_of(py, set)?;
    let ns = crate::_thread::lock::nanoseconds(py, timeout)?;
    let Ok(ns) = u64::try_from(ns) else {
        return Err(exceptions::value_error(py, format_args!("timeout must be non-negative")));
    };
    let end = Instant::now().checked_add(Duration::from_nanos(ns));
    let mut left = Duration::from_nanos(ns);
    loop {
        let time = (left.as_secs() as i64, left.subsec_nanos().into());
        match py.allow_threads(|| signal::wait_info(&signals, Some(time))) {
            Ok(info) => return info_object(py, info),
            Err(Errno(libc::EAGAIN)) => return Ok(object::none()),
            Err(Errno(libc::EINTR)) => check_signals(py)?,
            Err(e) => return Err(errors::os(py, e)),
        }
        match end.map(|e| e.checked_duration_since(Instant::now())) {
            Some(Some(l)) => left = l,
            Some(None) => return Ok(object::none()),
            None => {}
        }
    }
}

fn valid_signals(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    set_of(py, signal::valid())
}

/// `exit_sigint`: ends the process as Ctrl-C would have, so that whoever waits for it sees the signal; the status if that
/// is not possible.
pub fn end_by_interrupt() -> i32 {
    // What fails leaves the status.
    let _ = signal::set(libc::SIGINT, Disposition::Default);
    let _ = signal::raise(libc::SIGINT);
    libc::SIGINT + 128
}
