//! sysmodule.h and cpython/sysmodule.h: the names of `sys`, its options, audit hooks of C, the map that `perf` reads.

use crate::unicodeobject::wide::{self, Wide};
use crate::util::{api, bad_call, c_bytes, c_text};
use core::ffi::{c_char, c_int, c_uint, c_void};
use dxpy_core::abi::constants::METH_VARARGS;
use dxpy_core::abi::{PyListObject, PyMethodDef, PyObject, PyThreadState, PyUnicodeObject};
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, audit, call, cfunction, dict, list, long, module, name, object, tuple,
    unicode,
};
use std::io::Write;
use std::sync::Mutex;

fn names() -> &'static dxpy_core::abi::PyDictObject {
    module::dict_of(dxpy_import::state::sys())
}

/// A list of `sys`, made where there is none.
fn list_of(py: Py<'_>, called: &str) -> PyResult<Owned<PyListObject>> {
    if let Some(l) = dict::get_str(py, names(), called)?
        && let Some(l) = list::check(&l)
    {
        return Ok(l.to_owned());
    }
    let new = list::new(py)?;
    dict::set_str(py, names(), called, new.as_object())?;
    Ok(new)
}

fn wide_text(py: Py<'_>, p: *const Wide) -> PyResult<Owned<PyUnicodeObject>> {
    // SAFETY: the C API's contract: a wide string.
    wide::to_str(py, unsafe { wide::text(p) })
}

/// A failure that there is nobody to tell.
fn quietly(r: PyResult<()>) {
    drop(r);
}

/// `PySys_SetArgvEx`.
fn set_argv(py: Py<'_>, n: c_int, argv: *const *const Wide, update: bool) -> PyResult<()> {
    let all = list::new(py)?;
    for i in 0..n.max(0) as usize {
        // SAFETY: the C API's contract: that many wide strings.
        let text = wide_text(py, unsafe { *argv.add(i) })?;
        list::append(py, &all, text.as_object())?;
    }
    if list::len(&all) == 0 {
        list::append(py, &all, unicode::empty().as_object())?;
    }
    dict::set_str(py, names(), "argv", all.as_object())?;
    if update {
        let first = list::get(&all, 0).map(|s| unicode::display(&s)).unwrap_or_default();
        let folder = match std::fs::canonicalize(&first) {
            Ok(p) => p.parent().map(|p| p.to_string_lossy().into_owned()).unwrap_or_default(),
            Err(_) => first.rsplit_once('/').map(|(f, _)| f.to_owned()).unwrap_or_default(),
        };
        let folder = unicode::from_str(py, &folder)?;
        list::insert(py, &*list_of(py, "path")?, 0, folder.as_object())?;
    }
    Ok(())
}

/// A hook of C, and what it is called with.
struct Hook {
    f: unsafe extern "C" fn(*const c_char, *mut PyObject, *mut c_void) -> c_int,
    data: *mut c_void,
}

const HOOK: &core::ffi::CStr = c"dxpy.audit_hook";

/// Calls a hook of C for the hooks of Python.
unsafe extern "C" fn call_hook(this: *mut PyObject, args: *mut PyObject) -> *mut PyObject {
    // SAFETY: GIL; the arguments are a tuple of the event and its arguments, `this` the capsule made below.
    unsafe {
        let py = crate::util::token();
        let hook: *mut Hook = match dxpy_types::capsule::pointer(py, this.as_ref(), HOOK.as_ptr()) {
            Ok(p) => p.cast(),
            Err(e) => {
                e.restore(py);
                return core::ptr::null_mut();
            }
        };
        let Some([event, given]) = tuple::check(&*args).map(tuple::items).and_then(|t| t.first_chunk::<2>())
        else {
            bad_call(py).restore(py);
            return core::ptr::null_mut();
        };
        let text = match unicode::check(event).map(|s| unicode::c_string(py, s)) {
            Some(Ok(t)) => t,
            Some(Err(e)) => {
                e.restore(py);
                return core::ptr::null_mut();
            }
            None => {
                bad_call(py).restore(py);
                return core::ptr::null_mut();
            }
        };
        if ((*hook).f)(text.as_ptr(), given.as_ptr(), (*hook).data) < 0 {
            if py.pending().is_null() {
                bad_call(py).restore(py);
            }
            return core::ptr::null_mut();
        }
        object::none().into_ptr()
    }
}

/// `PySys_AddAuditHook`.
fn add_hook(
    py: Py<'_>,
    f: unsafe extern "C" fn(*const c_char, *mut PyObject, *mut c_void) -> c_int,
    data: *mut c_void,
) -> PyResult<()> {
    // Hooks stay for the life of the process.
    let hook = Box::into_raw(Box::new(Hook { f, data }));
    let def: &'static PyMethodDef = Box::leak(Box::new(PyMethodDef {
        ml_name: core::cell::Cell::new(c"audit_hook".as_ptr().cast_mut()),
        ml_meth: core::cell::Cell::new(Some(call_hook)),
        ml_flags: core::cell::Cell::new(METH_VARARGS),
        ml_doc: core::cell::Cell::new(core::ptr::null_mut()),
    }));
    let capsule = dxpy_types::capsule::new(py, hook.cast(), HOOK.as_ptr(), None)?;
    let f = cfunction::new(py, def, Some(capsule.as_object()), None, None)?;
    audit::add_hook(py, &f)
}

/// The map of code that `perf` reads: `/tmp/perf-PID.map`, once it is wanted.
static PERF_MAP: Mutex<Option<std::fs::File>> = Mutex::new(None);

fn open_map() -> bool {
    let mut map = PERF_MAP.lock().unwrap_or_else(|e| e.into_inner());
    if map.is_none() {
        let path = format!("/tmp/perf-{}.map", std::process::id());
        *map = std::fs::OpenOptions::new().append(true).create(true).open(path).ok();
    }
    map.is_some()
}

api! {
    /// C: `PyObject *PySys_GetObject(const char *)`: borrowed; NULL, without an error, where there is none.
    fn PySys_GetObject(py, called: *const c_char) -> *mut PyObject {
        let pending = PyErr::take(py);
        let found = dict::get_str(py, names(), c_text(called).unwrap_or("")).ok().flatten();
        if let Some(e) = pending {
            e.restore(py);
        }
        found.map_or(core::ptr::null_mut(), |o| o.as_ptr())
    }

    /// C: `int PySys_SetObject(const char *, PyObject *)`: NULL deletes.
    fn PySys_SetObject(py, called: *const c_char, value: Option<&PyObject>) -> PyResult<()> {
        let key = unicode::intern(py, unicode::from_utf8(py, c_bytes(called))?)?;
        match value {
            Some(v) => dict::set(py, names(), key.as_object(), v),
            None => dict::pop(py, names(), key.as_object()).map(drop),
        }
    }

    /// C: `PyObject *_PySys_GetAttr(PyThreadState *, PyObject *)`: borrowed.
    fn _PySys_GetAttr(py, _state: *mut PyThreadState, called: &PyObject) -> *mut PyObject {
        let pending = PyErr::take(py);
        let found = dict::get(py, names(), called).ok().flatten();
        if let Some(e) = pending {
            e.restore(py);
        }
        found.map_or(core::ptr::null_mut(), |o| o.as_ptr())
    }

    /// C: `size_t _PySys_GetSizeOf(PyObject *)`: all bits set with an error.
    fn _PySys_GetSizeOf(py, o: &PyObject) -> PyResult<usize> {
        let f = dict::get_name(py, names(), name!("getsizeof"))?.ok_or_else(|| bad_call(py))?;
        let n = call::call(py, &f, [o])?;
        long::check(&n).and_then(long::to_u64).map(|n| n as usize).ok_or_else(|| bad_call(py))
    }

    /// C: `PyObject *PySys_GetXOptions(void)`: borrowed.
    fn PySys_GetXOptions(py) -> PyResult<*mut PyObject> {
        if let Some(d) = dict::get_name(py, names(), name!("_xoptions"))?.filter(|d| dict::check(d).is_some()) {
            return Ok(d.as_ptr());
        }
        let new = dict::new(py)?;
        dict::set_str(py, names(), "_xoptions", new.as_object())?;
        Ok(new.as_ptr().cast())
    }

    /// C: `void PySys_AddXOption(const wchar_t *)`: `name` or `name=value`.
    fn PySys_AddXOption(py, option: *const Wide) -> () {
        let add = || -> PyResult<()> {
            let s = wide_text(py, option)?;
            let text = unicode::utf8(py, &s)?.into_owned();
            let all = dict::get_name(py, names(), name!("_xoptions"))?;
            let Some(all) = all.as_deref().and_then(dict::check) else { return Ok(()) };
            match text.split_once('=') {
                Some((k, v)) => dict::set_str(py, all, k, unicode::from_str(py, v)?.as_object()),
                None => dict::set_str(py, all, &text, dxpy_core::boolean::new(true).as_object()),
            }
        };
        quietly(add());
    }

    /// C: `int PySys_HasWarnOptions(void)`.
    fn PySys_HasWarnOptions(py) -> bool {
        list_of(py, "warnoptions").is_ok_and(|l| list::len(&l) > 0)
    }

    /// C: `void PySys_AddWarnOption(const wchar_t *)`.
    fn PySys_AddWarnOption(py, option: *const Wide) -> () {
        quietly(wide_text(py, option).and_then(|s| list::append(py, &*list_of(py, "warnoptions")?, s.as_object())));
    }

    /// C: `void PySys_AddWarnOptionUnicode(PyObject *)`.
    fn PySys_AddWarnOptionUnicode(py, option: &PyObject) -> () {
        quietly(list_of(py, "warnoptions").and_then(|l| list::append(py, &l, option)));
    }

    /// C: `void PySys_ResetWarnOptions(void)`.
    fn PySys_ResetWarnOptions(py) -> () {
        if let Ok(l) = list_of(py, "warnoptions") {
            list::clear(py, &l);
        }
    }

    /// C: `void PySys_SetArgvEx(int, wchar_t **, int updatepath)`.
    fn PySys_SetArgvEx(py, n: c_int, argv: *const *const Wide, update: c_int) -> () {
        quietly(set_argv(py, n, argv, update != 0));
    }

    /// C: `void PySys_SetArgv(int, wchar_t **)`.
    fn PySys_SetArgv(py, n: c_int, argv: *const *const Wide) -> () {
        quietly(set_argv(py, n, argv, true));
    }

    /// C: `void PySys_SetPath(const wchar_t *)`: folders with colons between.
    fn PySys_SetPath(py, path: *const Wide) -> () {
        let set = || -> PyResult<()> {
            let s = wide_text(py, path)?;
            let colon = unicode::from_char(py, u32::from(b':'))?;
            let folders = dxpy_types::str::edit::split(py, &s, Some(colon.as_object()), None)?;
            dict::set_str(py, names(), "path", folders.as_object())
        };
        quietly(set());
    }

    /// C: `int PySys_AddAuditHook(Py_AuditHookFunction, void *)`.
    fn PySys_AddAuditHook(py, f: unsafe extern "C" fn(*const c_char, *mut PyObject, *mut c_void) -> c_int, data: *mut c_void) -> PyResult<()> {
        add_hook(py, f, data)
    }

    /// C: `int PyUnstable_PerfMapState_Init(void)`.
    fn PyUnstable_PerfMapState_Init(_) -> c_int {
        if open_map() { 0 } else { -1 }
    }

    /// C: `int PyUnstable_WritePerfMapEntry(const void *, unsigned int size, const char *name)`.
    fn PyUnstable_WritePerfMapEntry(_, code: *const c_void, size: c_uint, called: *const c_char) -> c_int {
        if !open_map() {
            return -1;
        }
        let mut map = PERF_MAP.lock().unwrap_or_else(|e| e.into_inner());
        let line = format!("{:x} {size:x} {}\n", code as usize, String::from_utf8_lossy(c_bytes(called)));
        match map.as_mut().map(|f| f.write_all(line.as_bytes())) {
            Some(Ok(())) => 0,
            _ => -1,
        }
    }

    /// C: `void PyUnstable_PerfMapState_Fini(void)`.
    fn PyUnstable_PerfMapState_Fini(_) -> () {
        *PERF_MAP.lock().unwrap_or_else(|e| e.into_inner()) = None;
    }
}
