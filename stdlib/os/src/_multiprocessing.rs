//! `_multiprocessing`: the semaphores of processes (`Modules/_multiprocessing/semaphore.c`). They are in
//! `dxpy_host::semaphore`; who holds a lock and how often is kept here.

use crate::path::os_error;
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::thread::{check_signals, without_gil};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, dict, exceptions, float, gc, glue, long, members, methods, name, object,
    signature, types, unicode,
};
use dxpy_host::errno::Errno;
use dxpy_host::semaphore::{self, Semaphore};
use std::ffi::CString;
use std::time::{Duration, SystemTime};

/// `_multiprocessing`.
pub static MODULE: StaticModule = StaticModule::new(c"_multiprocessing").methods(&FUNCTIONS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    types::ready::ready(py, &SEM_LOCK)?;
    // SAFETY: LIVE: a ready type has its dict.
    if let Some(d) = dict::check(unsafe { &*SEM_LOCK.0.tp_dict.get() }) {
        let most = long::from_i64(py, semaphore::VALUE_MAX.into())?;
        dict::set(py, d, name!("SEM_VALUE_MAX").obj(py), most.as_object())?;
    }
    module::add_type(py, m, &SEM_LOCK)?;
    let flags = dict::new(py)?;
    let one = long::from_i64(py, 1)?;
    dict::set(py, &flags, name!("HAVE_SEM_OPEN").obj(py), one.as_object())?;
    dict::set(py, &flags, name!("HAVE_SEM_TIMEDWAIT").obj(py), one.as_object())?;
    module::add(py, m, "flags", flags.as_object())
});

methods! { static FUNCTIONS: for PyModuleObject [
    "sem_unlink" = sem_unlink [1], "($module, name, /)", "Takes a semaphore's name away.";
] }

/// A name as the system wants it.
fn c_name(py: Py<'_>, function: &str, o: &PyObject) -> PyResult<CString> {
    let Some(s) = unicode::check(o) else {
        let got = dxpy_core::call::type_name(o.ty());
        return Err(exceptions::type_error(py, format_args!("{function}() argument must be str, not {got}")));
    };
    CString::new(unicode::utf8(py, s)?.as_bytes())
        .map_err(|_| exceptions::value_error(py, format_args!("embedded null character")))
}

fn sem_unlink(py: Py<'_>, _: &PyModuleObject, name: &PyObject) -> PyResult<()> {
    let name = c_name(py, "sem_unlink", name)?;
    semaphore::unlink(&name).map_err(|e| os_error(py, e, None, None))
}

const RECURSIVE_MUTEX: i32 = 0;
const SEMAPHORE: i32 = 1;

/// `SemLockObject`.
#[repr(C)]
struct SemLock {
    ob_base: PyObject,
    handle: Cell<usize>,
    kind: Cell<i32>,
    maxvalue: Cell<i32>,
    /// A str, or None once the name is taken away.
    name: Cell<*mut PyObject>,
    semaphore: Cell<*mut Semaphore>,
    owner: Cell<u64>,
    count: Cell<i32>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for SemLock {}

static SEM_LOCK: StaticType = StaticType::new::<SemLock>(c"_multiprocessing.SemLock")
    .doc(c"Semaphore/Mutex type")
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE)
    .create(glue::create(|py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>| {
        args::bind_call(py, signature!("SemLock", "(kind, value, maxvalue, name, unlink)"), a, kw, |b| {
            let (kind, value, most) = (b.arg::<i32>(py, 0)?, b.arg::<i32>(py, 1)?, b.arg::<i32>(py, 2)?);
            let (text, unlink) = (b.arg::<&PyUnicodeObject>(py, 3)?, b.arg::<bool>(py, 4)?);
            if !matches!(kind, RECURSIVE_MUTEX | SEMAPHORE) {
                return Err(exceptions::value_error(py, format_args!("unrecognized kind")));
            }
            let name = c_name(py, "SemLock", text.as_object())?;
            let made = Semaphore::create(&name, value as u32).map_err(|e| os_error(py, e, None, None))?;
            if unlink {
                semaphore::unlink(&name).map_err(|e| os_error(py, e, None, None))?;
            }
            make(py, ty, made, kind, most, (!unlink).then_some(text.as_object()))
        })
    }))
    .traverse(glue::traverse(|s: &SemLock, v: &glue::Visitor| v.visit(&s.name)))
    .dealloc(glue::dealloc(|_: Py<'_>, s: &SemLock| {
        // SAFETY: the type has a collector header; the parts go once and the memory last.
        unsafe {
            gc::untrack(s.as_object());
            object::clear_field(&s.name);
            let p = s.semaphore.replace(core::ptr::null_mut());
            if !p.is_null() {
                drop(Box::from_raw(p));
            }
            object::tp_free(s.as_object());
        }
    }))
    .methods(&METHODS)
    .members(&MEMBERS);

methods! { static METHODS: for SemLock [
    "acquire" = acquire [2], "($self, /, block=True, timeout=None)", "Takes the semaphore or lock; whether it was to be had.";
    "release" = release [0], "($self, /)", "Gives it back.";
    "__enter__" = enter [0], "($self, /)", "Takes it.";
    "__exit__" = exit [3], "($self, exc_type=None, exc_value=None, exc_tb=None, /)", "Gives it back.";
    "_count" = count [0], "($self, /)", "How often this process has taken it.";
    "_is_mine" = is_mine [0], "($self, /)", "Whether this thread has it.";
    "_get_value" = get_value [0], "($self, /)", "Its value.";
    "_is_zero" = is_zero [0], "($self, /)", "Whether nobody else can take it.";
    "_rebuild" = rebuild [4], "($type, handle, kind, maxvalue, name, /)", "The semaphore of another process.", class;
    "_after_fork" = after_fork [0], "($self, /)", "Forgets that it is taken, in a child.";
] }

members! { static MEMBERS [
    "handle" = Py_T_ULONG, offset_of!(SemLock, handle), Py_READONLY, "";
    "kind" = Py_T_INT, offset_of!(SemLock, kind), Py_READONLY, "";
    "maxvalue" = Py_T_INT, offset_of!(SemLock, maxvalue), Py_READONLY, "";
    "name" = _Py_T_OBJECT, offset_of!(SemLock, name), Py_READONLY, "";
] }

fn make(
    py: Py<'_>,
    ty: &PyTypeObject,
    semaphore: Semaphore,
    kind: i32,
    maxvalue: i32,
    name: Option<&PyObject>,
) -> PyResult {
    // SAFETY: LAYOUT: subtypes begin like this struct.
    let s: Owned<SemLock> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    s.handle.set(semaphore.handle());
    s.kind.set(kind);
    s.maxvalue.set(maxvalue);
    s.semaphore.set(Box::into_raw(Box::new(semaphore)));
    if let Some(name) = name {
        s.name.set(name.to_owned().into_ptr());
    }
    Ok(s.upcast())
}

impl SemLock {
    fn semaphore(&self) -> &Semaphore {
        // SAFETY: set when the object was made, before anyone saw it, and closed with it.
        unsafe { &*self.semaphore.get() }
    }
    fn mine(&self) -> bool {
        self.count.get() > 0 && self.owner.get() == dxpy_host::thread::identity()
    }
}

fn failed(py: Py<'_>, e: Errno) -> PyErr {
    os_error(py, e, None, None)
}

fn acquire(py: Py<'_>, s: &SemLock, block: Option<bool>, timeout: Option<&PyObject>) -> PyResult<bool> {
    if s.kind.get() == RECURSIVE_MUTEX && s.mine() {
        s.count.set(s.count.get() + 1);
        return Ok(true);
    }
    let mut deadline = None;
    if let Some(t) = timeout.filter(|t| !object::is_none(t)) {
        let seconds = float::as_f64(py, t)?.max(0.0);
        // What no clock reaches is for ever.
        let end = Duration::try_from_secs_f64(seconds).ok().and_then(|d| SystemTime::now().checked_add(d));
        deadline = end
            .and_then(|e| e.duration_since(SystemTime::UNIX_EPOCH).ok())
            .map(|d| (d.as_secs() as i64, d.subsec_nanos().into()));
    }
    let mut taken = s.semaphore().try_wait();
    if block.unwrap_or(true) {
        while let Err(Errno(libc::EAGAIN | libc::EINTR)) = taken {
            taken = without_gil(py, || s.semaphore().wait(deadline));
            if let Err(Errno(libc::EINTR)) = taken {
                check_signals(py)?;
            }
        }
    }
    match taken {
        Ok(()) => {
            s.count.set(s.count.get() + 1);
            s.owner.set(dxpy_host::thread::identity());
            Ok(true)
        }
        Err(Errno(libc::EAGAIN | libc::ETIMEDOUT)) => Ok(false),
        Err(e) => Err(failed(py, e)),
    }
}

fn release(py: Py<'_>, s: &SemLock) -> PyResult<()> {
    if s.kind.get() == RECURSIVE_MUTEX {
        if !s.mine() {
            let text = format_args!("attempt to release recursive lock not owned by thread");
            return Err(exceptions::format(py, &exceptions::AssertionError, text));
        }
        if s.count.get() > 1 {
            s.count.set(s.count.get() - 1);
            return Ok(());
        }
    } else if s.semaphore().value().map_err(|e| failed(py, e))? >= s.maxvalue.get() {
        let text = format_args!("semaphore or lock released too many times");
        return Err(exceptions::value_error(py, text));
    }
    s.semaphore().post().map_err(|e| failed(py, e))?;
    s.count.set(s.count.get() - 1);
    Ok(())
}

fn enter(py: Py<'_>, s: &SemLock) -> PyResult<bool> {
    acquire(py, s, None, None)
}

fn exit(
    py: Py<'_>,
    s: &SemLock,
    _: Option<&PyObject>,
    _: Option<&PyObject>,
    _: Option<&PyObject>,
) -> PyResult<()> {
    release(py, s)
}

fn count(_: Py<'_>, s: &SemLock) -> PyResult<i64> {
    Ok(s.count.get().into())
}

fn is_mine(_: Py<'_>, s: &SemLock) -> PyResult<bool> {
    Ok(s.mine())
}

fn get_value(py: Py<'_>, s: &SemLock) -> PyResult<i64> {
    // Some systems count those that wait below zero.
    Ok(s.semaphore().value().map_err(|e| failed(py, e))?.max(0).into())
}

fn is_zero(py: Py<'_>, s: &SemLock) -> PyResult<bool> {
    Ok(get_value(py, s)? == 0)
}

fn rebuild(
    py: Py<'_>,
    class: &SemLock,
    _handle: &PyObject,
    kind: i32,
    maxvalue: i32,
    name: &PyObject,
) -> PyResult {
    let path = c_name(py, "_rebuild", name)?;
    let made = Semaphore::open(&path).map_err(|e| failed(py, e))?;
    // A class method's first argument is a type, whatever its table says.
    let ty = types::check(class.as_object()).unwrap_or(&SEM_LOCK.0);
    make(py, ty, made, kind, maxvalue, Some(name))
}

fn after_fork(_: Py<'_>, s: &SemLock) -> PyResult<()> {
    s.count.set(0);
    Ok(())
}
