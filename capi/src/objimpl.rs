//! objimpl.h, cpython/objimpl.h and the parts of cpython/object.h about single objects: setting headers, finalisers,
//! managed dicts, the trashcan, printing and dumping one.

use crate::util::{api, bad_call, c_bytes, c_text, free, identifier, put};
use core::ffi::{c_char, c_int, c_void};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::types::inherit::has;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, alloc, attr, exceptions, gc, glue, instance, object, protocol, types, unicode,
};

/// Sets the header; the reference is the caller's.
///
/// # Safety
/// Memory for an object of the type.
unsafe fn set_header(o: *mut PyObject, ty: &PyTypeObject) {
    // SAFETY: the caller's promise.
    unsafe {
        (*o).ob_type.set(core::ptr::from_ref(ty).cast_mut());
        if has(ty, Py_TPFLAGS_HEAPTYPE) {
            dxpy_core::ptr::incref(ty.as_object());
        }
        (*o).ob_refcnt.set(1);
    }
}

/// `PyObject_CallFinalizer`.
fn finalize(o: &PyObject) {
    let Some(f) = o.ty().tp_finalize.get() else { return };
    let collected = gc::collect::is_collectable(o);
    // SAFETY: an object with a collector header; the slot's contract.
    unsafe {
        if collected && gc::is_finalized(o) {
            return;
        }
        f(o.as_ptr());
        if collected {
            gc::set_finalized(o);
        }
    }
}

/// `PyObject_Print` into text.
fn printed(py: Py<'_>, o: Option<&PyObject>, raw: bool) -> PyResult<String> {
    let Some(o) = o else { return Ok("<nil>".into()) };
    let s = if raw { protocol::str(py, o)? } else { protocol::repr(py, o)? };
    let b = dxpy_core::codecs::encode_utf8(py, &s, Some("backslashreplace"))?;
    Ok(String::from_utf8_lossy(dxpy_core::bytes::as_slice(&b)).into_owned())
}

api! {
    /// C: `PyObject *PyObject_Init(PyObject *, PyTypeObject *)`.
    fn PyObject_Init(py, o: *mut PyObject, ty: &PyTypeObject) -> *mut PyObject {
        if o.is_null() {
            exceptions::memory_error(py).restore(py);
            return o;
        }
        // SAFETY: the C API's contract.
        unsafe { set_header(o, ty) };
        o
    }

    /// C: `PyVarObject *PyObject_InitVar(PyVarObject *, PyTypeObject *, Py_ssize_t)`.
    fn PyObject_InitVar(py, o: *mut PyVarObject, ty: &PyTypeObject, n: isize) -> *mut PyVarObject {
        if o.is_null() {
            exceptions::memory_error(py).restore(py);
            return o;
        }
        // SAFETY: the C API's contract.
        unsafe {
            set_header(o.cast(), ty);
            (*o).ob_size.set(n);
        }
        o
    }

    /// C: `int PyObject_GC_IsFinalized(PyObject *)`.
    fn PyObject_GC_IsFinalized(_, o: &PyObject) -> bool {
        // SAFETY: an object with a collector header.
        gc::collect::is_collectable(o) && unsafe { gc::is_finalized(o) }
    }

    /// C: `int PyObject_IS_GC(PyObject *)`.
    fn PyObject_IS_GC(_, o: &PyObject) -> bool {
        gc::collect::is_collectable(o)
    }

    /// C: `int PyGC_Enable(void)`: whether it was.
    fn PyGC_Enable(_) -> bool {
        gc::collect::set_enabled(true)
    }

    /// C: `int PyGC_Disable(void)`: whether it was enabled.
    fn PyGC_Disable(_) -> bool {
        gc::collect::set_enabled(false)
    }

    /// C: `int PyGC_IsEnabled(void)`.
    fn PyGC_IsEnabled(_) -> bool {
        gc::collect::is_enabled()
    }

    /// C: `void PyUnstable_GC_VisitObjects(gcvisitobjects_t, void *)`: while the function answers 1.
    fn PyUnstable_GC_VisitObjects(_, f: unsafe extern "C" fn(*mut PyObject, *mut c_void) -> c_int, arg: *mut c_void) -> () {
        let enabled = gc::collect::set_enabled(false);
        'all: for generation in 0..3 {
            for o in gc::control::objects(generation) {
                // SAFETY: the caller's function.
                if unsafe { f(o.as_ptr(), arg) } == 0 {
                    break 'all;
                }
            }
        }
        gc::collect::set_enabled(enabled);
    }

    /// C: `void PyObject_CallFinalizer(PyObject *)`.
    fn PyObject_CallFinalizer(_, o: &PyObject) -> () {
        finalize(o);
    }

    /// C: `int PyObject_CallFinalizerFromDealloc(PyObject *)`: -1 when the object lives again.
    fn PyObject_CallFinalizerFromDealloc(py, o: &PyObject) -> c_int {
        let Some(f) = o.ty().tp_finalize.get() else { return 0 };
        // SAFETY: the C API's contract: the object's dealloc runs.
        if unsafe { object::finalize_from_dealloc(py, o, f) } { -1 } else { 0 }
    }

    /// C: `PyObject **_PyObject_GetDictPtr(PyObject *)`: NULL without a dict. Inline attributes become one.
    fn _PyObject_GetDictPtr(py, o: &PyObject) -> *mut *mut PyObject {
        if !has(o.ty(), Py_TPFLAGS_MANAGED_DICT) {
            return instance::dict_cell(o).map_or(core::ptr::null_mut(), |c| c.as_ptr());
        }
        if instance::dict(py, o).is_err() {
            return core::ptr::null_mut();
        }
        // SAFETY: the flag was checked; after the call the word is a plain dict pointer.
        unsafe { instance::managed(o) }.as_ptr().cast()
    }

    /// C: `int _PyObject_VisitManagedDict(PyObject *, visitproc, void *)`.
    fn _PyObject_VisitManagedDict(_, o: &PyObject, visit: visitproc, arg: *mut c_void) -> c_int {
        if !has(o.ty(), Py_TPFLAGS_MANAGED_DICT) {
            return 0;
        }
        // SAFETY: the caller's function, in a traversal.
        let v = unsafe { glue::Visitor::new(visit, arg) };
        // SAFETY: the flag was checked.
        unsafe { instance::visit_managed(o, &v) }.map_or_else(|n| n, |()| 0)
    }

    /// C: `void _PyObject_ClearManagedDict(PyObject *)`.
    fn _PyObject_ClearManagedDict(_, o: &PyObject) -> () {
        if has(o.ty(), Py_TPFLAGS_MANAGED_DICT) {
            // SAFETY: the flag was checked.
            unsafe { instance::clear_managed(o) };
        }
    }

    /// C: `PyObject *_PyObject_GenericGetAttrWithDict(PyObject *, PyObject *name, PyObject *dict, int suppress)`.
    fn _PyObject_GenericGetAttrWithDict(py, o: &PyObject, called: &PyObject, d: Option<&PyDictObject>, suppress: c_int) -> *mut PyObject {
        let r = attr::check_name(py, called).and_then(|n| match attr::generic_lookup(py, o, n, d) {
            Ok(None) if suppress == 0 => Err(attr::no_attribute(py, o, n)),
            Err(e) if suppress != 0 && exceptions::matches(&e, &exceptions::AttributeError) => Ok(None),
            r => r,
        });
        match r {
            Ok(v) => v.map_or(core::ptr::null_mut(), Owned::into_ptr),
            Err(e) => {
                e.restore(py);
                core::ptr::null_mut()
            }
        }
    }

    /// C: `int _PyObject_GenericSetAttrWithDict(PyObject *, PyObject *name, PyObject *value, PyObject *dict)`.
    fn _PyObject_GenericSetAttrWithDict(py, o: &PyObject, called: &PyObject, value: Option<&PyObject>, d: Option<&PyDictObject>) -> PyResult<()> {
        attr::generic_set_with_dict(py, o, attr::check_name(py, called)?, value, d)
    }

    /// C: `PyObject *_PyObject_NextNotImplemented(PyObject *)`.
    fn _PyObject_NextNotImplemented(_, o: *mut PyObject) -> *mut PyObject {
        // SAFETY: the slot's contract.
        unsafe { protocol::next_not_implemented(o) }
    }

    /// C: `int _PyTrash_cond(PyObject *, destructor)`: whether this dealloc is the type's own, and not called by another.
    fn _PyTrash_cond(_, o: &PyObject, f: destructor) -> bool {
        o.ty().tp_dealloc.get().is_some_and(|own| core::ptr::fn_addr_eq(own, f))
    }

    /// C: `int _PyTrash_begin(PyThreadState *, PyObject *)`: every collected object waits in `_Py_Dealloc` already.
    fn _PyTrash_begin(_, _state: *mut PyThreadState, _o: *mut PyObject) -> c_int {
        0
    }

    /// C: `void _PyTrash_end(PyThreadState *)`.
    fn _PyTrash_end(_, _state: *mut PyThreadState) -> () {}

    /// C: `int PyObject_Print(PyObject *, FILE *, int flags)`.
    fn PyObject_Print(py, o: Option<&PyObject>, file: *mut libc::FILE, flags: c_int) -> PyResult<()> {
        let text = printed(py, o, flags & 1 != 0)?;
        // SAFETY: the caller's stream.
        unsafe {
            libc::fwrite(text.as_ptr().cast(), 1, text.len(), file);
            if libc::ferror(file) != 0 {
                let e = dxpy_host::errno::Errno::last();
                libc::clearerr(file);
                return Err(dxpy_mod_sys::errors::os(py, e));
            }
        }
        Ok(())
    }

    /// C: `void _PyObject_Dump(PyObject *)`: for debuggers.
    fn _PyObject_Dump(py, o: Option<&PyObject>) -> () {
        let Some(o) = o else { return eprintln!("<object at NULL>") };
        let pending = PyErr::take(py);
        eprintln!("object address  : {:p}", o);
        eprintln!("object refcount : {}", o.refcnt());
        eprintln!("object type     : {:p}", o.ty());
        eprintln!("object type name: {}", type_name(o.ty()));
        let shown = printed(py, Some(o), false).unwrap_or_else(|_| "<no repr>".into());
        eprintln!("object repr     : {shown}");
        if let Some(e) = pending {
            e.restore(py);
        }
    }

    /// C: `PyObject *_PyObject_FunctionStr(PyObject *)`: how messages name what is called.
    fn _PyObject_FunctionStr(py, f: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
        let Some(qualname) = attr::lookup_name(py, f, dxpy_core::name!("__qualname__"))? else { return protocol::str(py, f) };
        let module = attr::lookup_name(py, f, dxpy_core::name!("__module__"))?;
        let shown = unicode::display(&protocol::str(py, &qualname)?.upcast());
        match module.filter(|m| !object::is_none(m) && !unicode::equals_str(m, "builtins")) {
            Some(m) => unicode::from_str(py, &format!("{}.{shown}()", unicode::display(&protocol::str(py, &m)?.upcast()))),
            None => unicode::from_str(py, &format!("{shown}()")),
        }
    }

    /// C: `PyObject *_PyObject_GetAttrId(PyObject *, _Py_Identifier *)`.
    fn _PyObject_GetAttrId(py, o: &PyObject, id: &_Py_Identifier) -> PyResult<Owned> {
        attr::get(py, o, &*identifier(py, id)?)
    }

    /// C: `int _PyObject_SetAttrId(PyObject *, _Py_Identifier *, PyObject *)`.
    fn _PyObject_SetAttrId(py, o: &PyObject, id: &_Py_Identifier, value: Option<&PyObject>) -> PyResult<()> {
        attr::set(py, o, &*identifier(py, id)?, value)
    }

    /// C: `int _PyObject_LookupAttrId(PyObject *, _Py_Identifier *, PyObject **)`.
    fn _PyObject_LookupAttrId(py, o: &PyObject, id: &_Py_Identifier, place: *mut *mut PyObject) -> PyResult<bool> {
        put(place, core::ptr::null_mut());
        let found = attr::lookup(py, o, &*identifier(py, id)?)?;
        let there = found.is_some();
        put(place, found.map_or(core::ptr::null_mut(), Owned::into_ptr));
        Ok(there)
    }

    /// C: `PyObject *_PyObject_LookupSpecial(PyObject *, PyObject *name)`: bound; NULL without an error where there is none.
    fn _PyObject_LookupSpecial(py, o: &PyObject, called: &PyUnicodeObject) -> *mut PyObject {
        special(py, o, called)
    }

    /// C: `PyObject *_PyObject_LookupSpecialId(PyObject *, _Py_Identifier *)`.
    fn _PyObject_LookupSpecialId(py, o: &PyObject, id: &_Py_Identifier) -> *mut PyObject {
        match identifier(py, id) {
            Ok(n) => special(py, o, &n),
            Err(e) => {
                e.restore(py);
                core::ptr::null_mut()
            }
        }
    }

    /// C: `PyObject *_PyType_LookupId(PyTypeObject *, _Py_Identifier *)`: borrowed.
    fn _PyType_LookupId(py, ty: &PyTypeObject, id: &_Py_Identifier) -> PyResult<*mut PyObject> {
        let found = types::lookup::find(py, ty, &*identifier(py, id)?);
        Ok(found.map_or(core::ptr::null_mut(), |o| o.as_ptr()))
    }

    /// C: `int _PyObject_GetMethod(PyObject *, PyObject *name, PyObject **)`: 1 when the result wants the object as its first
    /// argument.
    fn _PyObject_GetMethod(py, o: &PyObject, called: &PyUnicodeObject, place: *mut *mut PyObject) -> c_int {
        put(place, core::ptr::null_mut());
        match attr::get_method(py, o, called) {
            Ok(attr::Method::Unbound(f)) => {
                put(place, f.into_ptr());
                1
            }
            Ok(attr::Method::Bound(f)) => {
                put(place, f.into_ptr());
                0
            }
            Err(e) => {
                e.restore(py);
                0
            }
        }
    }

    /// C: `int _PyObject_IsAbstract(PyObject *)`.
    fn _PyObject_IsAbstract(py, o: Option<&PyObject>) -> PyResult<bool> {
        let Some(o) = o else { return Ok(false) };
        match attr::lookup_name(py, o, dxpy_core::name!("__isabstractmethod__"))? {
            Some(v) => protocol::is_true(py, &v),
            None => Ok(false),
        }
    }

    /// C: `int _PyObject_HasLen(PyObject *)`.
    fn _PyObject_HasLen(_, o: &PyObject) -> bool {
        let ty = o.ty();
        // SAFETY: STATIC: tables live as long as their types.
        unsafe {
            ty.tp_as_sequence.get().as_ref().is_some_and(|t| t.sq_length.get().is_some())
                || ty.tp_as_mapping.get().as_ref().is_some_and(|t| t.mp_length.get().is_some())
        }
    }

    /// C: `PyObject *_PyObject_GetState(PyObject *)`: what `__getstate__` answers.
    fn _PyObject_GetState(py, o: &PyObject) -> PyResult<Owned> {
        dxpy_core::call::method(py, o, dxpy_core::name!("__getstate__"), [])
    }

    /// C: `PyVarObject *_PyObject_GC_Resize(PyVarObject *, Py_ssize_t)`: of an object that is not tracked.
    fn _PyObject_GC_Resize(py, o: &PyVarObject, n: isize) -> PyResult<*mut PyVarObject> {
        let ty = o.as_object().ty();
        let head = object::preheader_size(ty);
        let size = usize::try_from(n).ok().and_then(|n| n.checked_mul(ty.tp_itemsize.get() as usize));
        let size = size.and_then(|s| s.checked_add(ty.tp_basicsize.get() as usize)).and_then(|s| s.checked_add(head + 7));
        let size = size.ok_or_else(|| exceptions::memory_error(py))? & !7;
        // SAFETY: the C API's contract: the block starts at the pre-header, and nobody else has the object.
        unsafe {
            let p = alloc::realloc(core::ptr::from_ref(o).cast_mut().byte_sub(head).cast(), size);
            if p.is_null() {
                return Err(exceptions::memory_error(py));
            }
            let new = p.byte_add(head).cast::<PyVarObject>();
            (*new).ob_size.set(n);
            Ok(new)
        }
    }

    /// C: `PyObject *PyUnstable_Object_GC_NewWithExtraData(PyTypeObject *, size_t extra)`.
    fn PyUnstable_Object_GC_NewWithExtraData(py, ty: &PyTypeObject, extra: usize) -> PyResult<Owned> {
        let basic = ty.tp_basicsize.get() as usize;
        let size = basic.checked_add(extra).filter(|s| *s <= isize::MAX as usize - 64);
        let size = size.ok_or_else(|| exceptions::memory_error(py))?;
        // SAFETY: the size covers the type's objects; all that follows the header is zero.
        unsafe {
            let o: Owned = object::alloc_uninit(py, ty, size.next_multiple_of(8))?;
            let head = size_of::<PyObject>();
            core::ptr::write_bytes(o.as_ptr().cast::<u8>().add(head), 0, size - head);
            Ok(o)
        }
    }

    /// C: `int PyUnstable_Type_AssignVersionTag(PyTypeObject *)`.
    fn PyUnstable_Type_AssignVersionTag(_, ty: &PyTypeObject) -> bool {
        types::lookup::assign_version(ty)
    }

    /// C: `PyObject *_PyType_GetDict(PyTypeObject *)`: borrowed.
    fn _PyType_GetDict(_, ty: &PyTypeObject) -> *mut PyObject {
        ty.tp_dict.get()
    }

    /// C: `PyObject *_PyType_GetDocFromInternalDoc(const char *name, const char *doc)`.
    fn _PyType_GetDocFromInternalDoc(py, called: *const c_char, doc: *const c_char) -> PyResult<Owned> {
        let text = c_text(doc).and_then(|d| dxpy_core::doc::docstring(c_text(called).unwrap_or(""), d));
        text.filter(|t| !t.is_empty()).map_or(Ok(object::none()), |t| Ok(unicode::from_str(py, t)?.upcast()))
    }

    /// C: `PyObject *_PyType_GetTextSignatureFromInternalDoc(const char *name, const char *doc)`.
    fn _PyType_GetTextSignatureFromInternalDoc(py, called: *const c_char, doc: *const c_char) -> PyResult<Owned> {
        let text = c_text(doc).and_then(|d| dxpy_core::doc::text_signature(c_text(called).unwrap_or(""), d));
        text.map_or(Ok(object::none()), |t| Ok(unicode::from_str(py, t)?.upcast()))
    }

    /// C: `PyObject *Py_GenericAlias(PyObject *origin, PyObject *args)`.
    fn Py_GenericAlias(py, origin: &PyObject, args: &PyObject) -> PyResult<Owned> {
        dxpy_core::hooks::generic_alias(py, origin, args)
    }

    /// C: `PyObject *PySeqIter_New(PyObject *)`.
    fn PySeqIter_New(py, s: Option<&PyObject>) -> PyResult<Owned> {
        let s = s.filter(|s| dxpy_core::sequence::check(s)).ok_or_else(|| bad_call(py))?;
        dxpy_core::sequence::iterator(py, s)
    }

    /// C: `PyObject *PyCallIter_New(PyObject *, PyObject *sentinel)`.
    fn PyCallIter_New(py, f: &PyObject, sentinel: &PyObject) -> PyResult<Owned> {
        dxpy_types::calliter::new(py, f, sentinel)
    }

    /// C: `int Py_IsTrue(PyObject *)`.
    fn Py_IsTrue(_, o: &PyObject) -> bool {
        dxpy_types::boolean::check(o) == Some(true)
    }

    /// C: `int Py_IsFalse(PyObject *)`.
    fn Py_IsFalse(_, o: &PyObject) -> bool {
        dxpy_types::boolean::check(o) == Some(false)
    }
}

fn special(py: Py<'_>, o: &PyObject, called: &PyUnicodeObject) -> *mut PyObject {
    let Some(d) = types::lookup::find(py, o.ty(), called) else { return core::ptr::null_mut() };
    match d.ty().tp_descr_get.get() {
        Some(f) => crate::util::pointer(py, attr::bind(py, f, &d, o)),
        None => d.into_ptr(),
    }
}

free! {
    /// C: `int _PyObject_IsFreed(PyObject *)`: pointers that no live object can have.
    fn _PyObject_IsFreed(o: *mut PyObject) -> c_int {
        let patterned = |p: usize| matches!(p, 0 | 0xCDCD_CDCD_CDCD_CDCD | 0xDDDD_DDDD_DDDD_DDDD | 0xFDFD_FDFD_FDFD_FDFD);
        // SAFETY: the C API's contract: readable memory.
        (patterned(o as usize) || unsafe { patterned((*o).ob_type.get() as usize) }) as c_int
    }

    /// C: `int _PyObject_CheckConsistency(PyObject *, int)`: for builds that assert.
    fn _PyObject_CheckConsistency(_o: *mut PyObject, _content: c_int) -> c_int { 1 }

    /// C: `int _PyType_CheckConsistency(PyTypeObject *)`.
    fn _PyType_CheckConsistency(_ty: *mut PyTypeObject) -> c_int { 1 }

    /// C: `int _PyDict_CheckConsistency(PyObject *, int)`.
    fn _PyDict_CheckConsistency(_d: *mut PyObject, _content: c_int) -> c_int { 1 }

    /// C: `void _Py_BreakPoint(void)`: where debuggers stop.
    fn _Py_BreakPoint() -> () {}

    /// C: `void _PyObject_AssertFailed(PyObject *, const char *expression, const char *message, const char *file, int line, const char *function)`.
    fn _PyObject_AssertFailed(_o: *mut PyObject, expression: *const c_char, message: *const c_char, file: *const c_char, line: c_int, function: *const c_char) -> () {
        let (file, function) = (c_text(file).unwrap_or("?"), c_text(function).unwrap_or("?"));
        let what = c_text(expression).map(|e| format!("Assertion \"{e}\" failed")).unwrap_or_else(|| "Assertion failed".into());
        let message = c_text(message).map(|m| format!(": {m}")).unwrap_or_default();
        eprintln!("{file}:{line}: {function}: {what}{message}");
        dxpy_types::dump::fatal(Some("_PyObject_AssertFailed"), "_PyObject_AssertFailed")
    }

    /// C: `void _Py_FatalErrorFunc(const char *function, const char *message)`.
    fn _Py_FatalErrorFunc(function: *const c_char, message: *const c_char) -> () {
        dxpy_types::dump::fatal(c_text(function), c_text(message).unwrap_or("<message not set>"))
    }

    /// C: `void _Py_FatalRefcountErrorFunc(const char *function, const char *message)`.
    fn _Py_FatalRefcountErrorFunc(function: *const c_char, message: *const c_char) -> () {
        dxpy_types::dump::fatal(c_text(function), c_text(message).unwrap_or("<message not set>"))
    }

    /// C: `void Py_FatalError(const char *message)`.
    fn Py_FatalError(message: *const c_char) -> () {
        dxpy_types::dump::fatal(None, core::str::from_utf8(c_bytes(message)).unwrap_or("<message not set>"))
    }
}

/// C: `int _Py_SwappedOp[6]`: the comparison of the operands in the other order.
#[unsafe(no_mangle)]
pub static _Py_SwappedOp: [c_int; 6] = [Py_GT, Py_GE, Py_EQ, Py_NE, Py_LT, Py_LE];
