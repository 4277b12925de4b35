//! `select`: waiting for descriptors with `select`, `poll` and `epoll`.

use core::cell::{Cell, RefCell};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::thread::without_gil;
use dxpy_core::{
    Owned, Py, PyResult, args, boolean, exceptions, getset, glue, list, long, methods, object, sequence,
    signature, tuple, types,
};
use dxpy_host::poll::{self as host, PollFd, SELECT_LIMIT};
use dxpy_host::{Errno, constants, fd};
use dxpy_mod_os::convert::{Bits, Descriptor, descriptor, once, plain};
use dxpy_mod_os::pytime::{self, Round};
use std::collections::HashMap;

/// `select`.
pub static MODULE: StaticModule = StaticModule::new(c"select")
    .doc(c"Waiting until descriptors are ready. A descriptor is a number or has a fileno() method.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "select" = select [4], "($module, rlist, wlist, xlist, timeout=None, /)", "Waits until descriptors are ready, and returns the three lists of those that are.";
    "poll" = new_poll [0], "($module, /)", "A polling object.";
] }

type M = PyModuleObject;

fn fill(py: Py<'_>, m: &M) -> PyResult<()> {
    module::add(py, m, "error", exceptions::OSError.as_object())?;
    constants::io::SELECT.iter().try_for_each(|(n, v)| module::add_int(py, m, n, *v))?;
    types::ready(py, &POLL)?;
    module::add_type(py, m, &EPOLL)
}

/// When a wait that may be interrupted is over.
struct Wait {
    /// Nanoseconds; None waits for ever.
    left: Option<i64>,
    deadline: i64,
}

impl Wait {
    fn new(left: Option<i64>) -> Wait {
        Wait { left, deadline: left.map_or(0, |n| pytime::now().saturating_add(n)) }
    }

    /// After a signal: whether there is time left.
    fn again(&mut self) -> bool {
        if let Some(left) = &mut self.left {
            *left = self.deadline - pytime::now();
            return *left >= 0;
        }
        true
    }

    /// Milliseconds as the system takes them; -1 waits for ever.
    fn milliseconds(&self, py: Py<'_>) -> PyResult<i32> {
        let Some(ns) = self.left else { return Ok(-1) };
        i32::try_from(pytime::milliseconds(ns, Round::Up))
            .map_err(|_| exceptions::overflow_error(py, format_args!("timeout is too large")))
    }
}

/// A timeout, with another message for what is no number.
fn timeout(
    py: Py<'_>,
    o: Option<&PyObject>,
    message: &str,
    convert: fn(Py<'_>, &PyObject, Round) -> PyResult<i64>,
) -> PyResult<Option<i64>> {
    let Some(o) = o.filter(|o| !object::is_none(o)) else { return Ok(None) };
    convert(py, o, Round::Up).map(Some).map_err(|e| {
        if exceptions::matches(&e, &exceptions::TypeError) {
            return exceptions::type_error(py, format_args!("{message}"));
        }
        e
    })
}

/// `seq2set`: objects and their descriptors.
fn watched(py: Py<'_>, o: &PyObject) -> PyResult<(Vec<Owned>, Vec<i32>)> {
    let l = sequence::to_list(py, o).map_err(|e| {
        if exceptions::matches(&e, &exceptions::TypeError) {
            return exceptions::type_error(py, format_args!("arguments 1-3 must be sequences"));
        }
        e
    })?;
    // What fileno() does to a list given is seen, as in CPython.
    let given = list::check(o);
    let (mut objects, mut fds) = (Vec::new(), Vec::new());
    while let Some(item) = list::get(given.unwrap_or(&l), fds.len()) {
        let n = descriptor(py, &item)?;
        if n >= SELECT_LIMIT {
            return Err(exceptions::value_error(py, format_args!("filedescriptor out of range in select()")));
        }
        if fds.len() >= SELECT_LIMIT as usize {
            return Err(exceptions::value_error(py, format_args!("too many file descriptors in select()")));
        }
        objects.push(item);
        fds.push(n);
    }
    Ok((objects, fds))
}

fn select(py: Py<'_>, _: &M, r: &PyObject, w: &PyObject, x: &PyObject, limit: Option<&PyObject>) -> PyResult {
    let left = timeout(py, limit, "timeout must be a float or None", pytime::from_seconds)?;
    if left.is_some_and(|n| n < 0) {
        return Err(exceptions::value_error(py, format_args!("timeout must be non-negative")));
    }
    let lists = [watched(py, r)?, watched(py, w)?, watched(py, x)?];
    let fds = [&lists[0].1[..], &lists[1].1[..], &lists[2].1[..]];
    let mut wait = Wait::new(left);
    let ready = loop {
        let time = wait.left.map(|ns| {
            let us = Round::Up.divide(ns, 1000);
            (us.div_euclid(1_000_000), us.rem_euclid(1_000_000))
        });
        match without_gil(py, || host::select(fds, time)) {
            Ok(ready) => break ready,
            Err(Errno(4)) => {
                dxpy_core::thread::check_signals(py)?;
                if !wait.again() {
                    break [const { Vec::new() }; 3];
                }
            }
            Err(e) => return Err(plain(py, e)),
        }
    };
    let mut out = Vec::new();
    for ((objects, fds), ready) in lists.iter().zip(&ready) {
        let found = objects.iter().zip(fds).filter(|(_, fd)| ready.contains(fd)).map(|(o, _)| o.clone());
        out.push(list::from_iter(py, found.collect::<Vec<_>>())?.upcast());
    }
    tuple::from_iter(py, out).map(Owned::upcast)
}

/// What a polling object watches: in the order of registration, as a dict keeps it.
#[derive(Default)]
struct Watched {
    /// Where a descriptor is in the list; removed ones leave a hole of -1, which the system skips.
    places: HashMap<i32, usize>,
    fds: Vec<PollFd>,
}

impl Watched {
    fn set(&mut self, fd: i32, events: u16) {
        let at = *self.places.entry(fd).or_insert(self.fds.len());
        let entry = PollFd { fd, events: events as i16, revents: 0 };
        match self.fds.get_mut(at) {
            Some(place) => *place = entry,
            None => self.fds.push(entry),
        }
    }

    fn remove(&mut self, fd: i32) -> bool {
        let Some(at) = self.places.remove(&fd) else { return false };
        self.fds[at].fd = -1;
        if self.fds.len() > 32 && self.fds.len() > 2 * self.places.len() {
            self.fds.retain(|f| f.fd >= 0);
            self.places = self.fds.iter().enumerate().map(|(i, f)| (f.fd, i)).collect();
        }
        true
    }
}

/// `pollObject`.
#[repr(C)]
pub struct Poll {
    ob_base: PyObject,
    watched: Cell<*mut RefCell<Watched>>,
    running: Cell<bool>,
}
// SAFETY: `#[repr(C)]`, and the header is first.
unsafe impl Layout for Poll {}

/// `select.poll`.
pub static POLL: StaticType = StaticType::new::<Poll>(c"select.poll")
    .mutable()
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .dealloc(glue::dealloc(poll_dealloc))
    .methods(&POLL_METHODS);

methods! { static POLL_METHODS: for Poll [
    "register" = poll_register [2], "($self, fd,\n         eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)", "Watches a descriptor for these events.";
    "modify" = poll_modify [2], "($self, fd, eventmask, /)", "Watches a registered descriptor for other events.";
    "unregister" = poll_unregister [1], "($self, fd, /)", "Watches a descriptor no more.";
    "poll" = poll_poll [1], "($self, timeout=None, /)", "Waits, and returns a list of (fd, events) of those that are ready; the timeout is in milliseconds.";
] }

fn new_poll(py: Py<'_>, _: &M) -> PyResult {
    // SAFETY: LAYOUT: instances of the type are this struct.
    let p: Owned<Poll> = unsafe { object::tp_alloc(py, &POLL, 0)?.cast() };
    p.watched.set(Box::into_raw(Box::default()));
    Ok(p.upcast())
}

fn poll_dealloc(_: Py<'_>, p: &Poll) {
    let w = p.watched.replace(core::ptr::null_mut());
    // SAFETY: made with the object, which ends here.
    unsafe {
        if !w.is_null() {
            drop(Box::from_raw(w));
        }
        object::tp_free(p.as_object());
    }
}

fn fds(p: &Poll) -> &RefCell<Watched> {
    // SAFETY: set when the object was made, and freed with it.
    unsafe { &*p.watched.get() }
}

/// `_PyLong_UnsignedShort_Converter`.
fn mask(py: Py<'_>, o: &PyObject) -> PyResult<u16> {
    if long::check(o).is_some_and(|n| long::sign(n) < 0) {
        return Err(exceptions::value_error(py, format_args!("value must be positive")));
    }
    let Some(n) = long::check(o) else {
        return Err(exceptions::type_error(py, format_args!("an integer is required")));
    };
    match long::to_u64(n) {
        Some(v) => u16::try_from(v).map_err(|_| {
            exceptions::overflow_error(py, format_args!("Python int too large for C unsigned short"))
        }),
        None => Err(exceptions::overflow_error(
            py,
            format_args!("Python int too large to convert to C unsigned long"),
        )),
    }
}

/// `POLLIN | POLLPRI | POLLOUT`, and the same of epoll.
const USUAL: u16 = 7;

fn poll_register(py: Py<'_>, p: &Poll, Descriptor(n): Descriptor, events: Option<&PyObject>) -> PyResult<()> {
    let events = events.map(|o| mask(py, o)).transpose()?.unwrap_or(USUAL);
    fds(p).borrow_mut().set(n, events);
    Ok(())
}

fn poll_modify(py: Py<'_>, p: &Poll, Descriptor(n): Descriptor, events: &PyObject) -> PyResult<()> {
    let events = mask(py, events)?;
    let mut w = fds(p).borrow_mut();
    if !w.places.contains_key(&n) {
        return Err(plain(py, Errno(2)));
    }
    w.set(n, events);
    Ok(())
}

fn poll_unregister(py: Py<'_>, p: &Poll, Descriptor(n): Descriptor) -> PyResult<()> {
    if fds(p).borrow_mut().remove(n) {
        return Ok(());
    }
    Err(exceptions::key_error(py, long::from_i64(py, n.into())?.as_object()))
}

fn poll_poll(py: Py<'_>, p: &Poll, limit: Option<&PyObject>) -> PyResult {
    let left = timeout(py, limit, "timeout must be an integer or None", pytime::from_milliseconds)?;
    let mut wait = Wait::new(left);
    wait.milliseconds(py)?;
    wait.left = wait.left.filter(|n| *n >= 0);
    if p.running.replace(true) {
        return Err(exceptions::runtime_error(py, format_args!("concurrent poll() invocation")));
    }
    let mut all = fds(p).borrow().fds.clone();
    let r = poll_until(py, &mut all, &mut wait);
    p.running.set(false);
    r?;
    let mut out = Vec::new();
    for f in all.iter().filter(|f| f.fd >= 0 && f.revents != 0) {
        let events = i64::from(f.revents as u16);
        out.push(dxpy_mod_os::convert::int_tuple(py, [f.fd.into(), events])?);
    }
    list::from_iter(py, out).map(Owned::upcast)
}

fn poll_until(py: Py<'_>, all: &mut [PollFd], wait: &mut Wait) -> PyResult<()> {
    loop {
        let ms = wait.milliseconds(py)?;
        match without_gil(py, || host::poll(all, ms)) {
            Ok(_) => return Ok(()),
            Err(Errno(4)) => {
                dxpy_core::thread::check_signals(py)?;
                if !wait.again() {
                    all.iter_mut().for_each(|f| f.revents = 0);
                    return Ok(());
                }
            }
            Err(e) => return Err(plain(py, e)),
        }
    }
}

/// `pyEpoll_Object`; a descriptor of -1 is closed.
#[repr(C)]
pub struct Epoll {
    ob_base: PyObject,
    fd: Cell<i32>,
}
// SAFETY: `#[repr(C)]`, and the header is first.
unsafe impl Layout for Epoll {}

/// `select.epoll`.
pub static EPOLL: StaticType = StaticType::new::<Epoll>(c"select.epoll").mutable()
    .getattro(dxpy_core::attr::generic_get_slot)
    .doc(c"select.epoll(sizehint=-1, flags=0)\n\nAn epoll object. The hint of how many descriptors there will be is not used any more.")
    .create(glue::create(epoll_new))
    .dealloc(glue::dealloc(epoll_dealloc))
    .methods(&EPOLL_METHODS)
    .getset(&EPOLL_ATTRIBUTES);

methods! { static EPOLL_METHODS: for Epoll [
    "fromfd" = epoll_fromfd [1], "($type, fd, /)", "An epoll object of a descriptor.", class;
    "close" = epoll_close [0], "($self, /)", "Closes the object's descriptor; everything else fails then.";
    "fileno" = epoll_fileno [0], "($self, /)", "The object's descriptor.";
    "modify" = epoll_modify [2], "($self, /, fd, eventmask)", "Watches a registered descriptor for other events.";
    "register" = epoll_register [2], "($self, /, fd,\n         eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)", "Watches a descriptor for these events; an error if it is watched already.";
    "unregister" = epoll_unregister [1], "($self, /, fd)", "Watches a descriptor no more.";
    "poll" = epoll_poll [2], "($self, /, timeout=None, maxevents=-1)", "Waits, and returns a list of (fd, events) of those that are ready; the timeout is in seconds.";
    "__enter__" = epoll_enter [0], "($self, /)", "";
    "__exit__" = epoll_exit [3], "($self, exc_type=None, exc_value=None, exc_tb=None, /)", "";
] }

getset! { static EPOLL_ATTRIBUTES [
    "closed" = |_: Py<'_>, e: &Epoll| Ok(boolean::new(e.fd.get() < 0)), "True if the epoll handler is closed";
] }

const CLOEXEC: i32 = 0o2000000;

fn epoll_new(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let (size, flags) = args::bind_call(py, signature!("epoll", "(sizehint=-1, flags=0)"), a, kw, |b| {
        Ok((b.arg::<Option<i32>>(py, 0)?.unwrap_or(-1), b.arg::<Option<i32>>(py, 1)?.unwrap_or(0)))
    })?;
    if size != -1 && size <= 0 {
        return Err(exceptions::value_error(py, format_args!("negative sizehint")));
    }
    if flags != 0 && flags != CLOEXEC {
        return Err(exceptions::format(py, &exceptions::OSError, format_args!("invalid flags")));
    }
    let fd = once(py, || host::epoll_create(flags))?;
    epoll_of(py, ty, fd)
}

fn epoll_of(py: Py<'_>, ty: &PyTypeObject, fd: i32) -> PyResult {
    // SAFETY: LAYOUT: instances of the type and its subtypes begin like this struct.
    let e: Owned<Epoll> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    e.fd.set(fd);
    Ok(e.upcast())
}

fn epoll_dealloc(py: Py<'_>, e: &Epoll) {
    // The error cannot be told.
    let _ = epoll_shut(py, e);
    // SAFETY: the count is zero; nobody uses the memory again.
    unsafe { object::tp_free(e.as_object()) };
}

fn epoll_shut(py: Py<'_>, e: &Epoll) -> Result<(), Errno> {
    let n = e.fd.replace(-1);
    if n < 0 {
        return Ok(());
    }
    without_gil(py, || fd::close(n))
}

fn open(py: Py<'_>, e: &Epoll) -> PyResult<i32> {
    match e.fd.get() {
        n if n >= 0 => Ok(n),
        _ => Err(exceptions::value_error(py, format_args!("I/O operation on closed epoll object"))),
    }
}

/// Of a class method the first argument is the type.
fn epoll_fromfd(py: Py<'_>, ty: &Epoll, fd: i32) -> PyResult {
    match types::check(ty.as_object()) {
        Some(ty) => epoll_of(py, ty, fd),
        None => Err(exceptions::type_error(py, format_args!("fromfd() needs a type"))),
    }
}

fn epoll_close(py: Py<'_>, e: &Epoll) -> PyResult<()> {
    epoll_shut(py, e).map_err(|e| plain(py, e))
}

fn epoll_fileno(py: Py<'_>, e: &Epoll) -> PyResult<i32> {
    open(py, e)
}

/// The operations of `epoll_ctl`.
const ADD: i32 = 1;
const DELETE: i32 = 2;
const MODIFY: i32 = 3;

fn control(py: Py<'_>, e: &Epoll, operation: i32, fd: i32, events: u32) -> PyResult<()> {
    let epoll = open(py, e)?;
    once(py, || host::epoll_ctl(epoll, operation, fd, events))
}

fn epoll_register(py: Py<'_>, e: &Epoll, Descriptor(fd): Descriptor, events: Option<Bits>) -> PyResult<()> {
    control(py, e, ADD, fd, events.map_or(USUAL.into(), |b| b.0))
}

fn epoll_modify(py: Py<'_>, e: &Epoll, Descriptor(fd): Descriptor, Bits(events): Bits) -> PyResult<()> {
    control(py, e, MODIFY, fd, events)
}

fn epoll_unregister(py: Py<'_>, e: &Epoll, Descriptor(fd): Descriptor) -> PyResult<()> {
    control(py, e, DELETE, fd, 0)
}

fn epoll_poll(py: Py<'_>, e: &Epoll, limit: Option<&PyObject>, most: Option<i32>) -> PyResult {
    let epoll = open(py, e)?;
    let left = timeout(py, limit, "timeout must be an integer or None", pytime::from_seconds)?;
    let mut wait = Wait::new(left);
    wait.milliseconds(py)?;
    wait.left = wait.left.filter(|n| *n >= 0);
    let most = match most.unwrap_or(-1) {
        -1 => SELECT_LIMIT - 1,
        n if n < 1 => {
            return Err(exceptions::value_error(
                py,
                format_args!("maxevents must be greater than 0, got {n}"),
            ));
        }
        n => n,
    };
    let found = loop {
        let ms = wait.milliseconds(py)?;
        match without_gil(py, || host::epoll_wait(epoll, most, ms)) {
            Ok(found) => break found,
            Err(Errno(4)) => {
                dxpy_core::thread::check_signals(py)?;
                if !wait.again() {
                    break Vec::new();
                }
            }
            Err(e) => return Err(plain(py, e)),
        }
    };
    let mut out = Vec::new();
    for (fd, events) in found {
        out.push(dxpy_mod_os::convert::int_tuple(py, [fd.into(), events.into()])?);
    }
    list::from_iter(py, out).map(Owned::upcast)
}

fn epoll_enter(py: Py<'_>, e: &Epoll) -> PyResult<Owned<Epoll>> {
    open(py, e)?;
    Ok(e.to_owned())
}

fn epoll_exit(
    py: Py<'_>,
    e: &Epoll,
    _: Option<&PyObject>,
    _: Option<&PyObject>,
    _: Option<&PyObject>,
) -> PyResult<()> {
    epoll_close(py, e)
}
