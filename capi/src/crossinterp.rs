//! Cross-interpreter data (`_PyCrossInterpreterData_*` of cpython/pystate.h): what of an object can be handed to another
//! interpreter, for `None`, int, bytes, str and registered classes. Objects are of their exact type. There is one
//! interpreter, which the data goes back to.

use crate::pymem::{PyMem_RawFree, PyMem_RawMalloc};
use crate::util::{api, free, given};
use core::cell::RefCell;
use core::ffi::{c_char, c_int, c_void};
use dxpy_core::abi::constants::Py_TPFLAGS_HEAPTYPE;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, bytes, exceptions, long, object, protocol, types, unicode, weakref,
};

/// `_PyCrossInterpreterData`.
#[repr(C)]
pub struct Data {
    data: *mut c_void,
    obj: *mut PyObject,
    interp: i64,
    new_object: Option<NewObject>,
    free: Option<unsafe extern "C" fn(*mut c_void)>,
}

/// `xid_newobjectfunc`.
type NewObject = unsafe extern "C" fn(*mut Data) -> *mut PyObject;
/// `crossinterpdatafunc`.
type GetData = unsafe extern "C" fn(*mut PyThreadState, *mut PyObject, *mut Data) -> c_int;

const EMPTY: Data = Data {
    data: core::ptr::null_mut(),
    obj: core::ptr::null_mut(),
    interp: -1,
    new_object: None,
    free: None,
};

/// A class that was registered: classes that can go are held weakly.
struct Entry {
    class: *const PyTypeObject,
    weak: Option<Owned<PyWeakReference>>,
    get: GetData,
    count: usize,
}

impl Entry {
    /// Is it this class' entry, and not that of one which was in its place?
    fn is_of(&self, ty: &PyTypeObject) -> bool {
        core::ptr::eq(self.class, ty) && self.weak.as_ref().is_none_or(|w| weakref::target(w).is_some())
    }
}

/// `_PyRuntime.xidregistry`.
static REGISTRY: Gil<RefCell<Vec<Entry>>> = Gil(RefCell::new(Vec::new()));

/// `_PyCrossInterpreterData_Lookup`.
fn lookup(o: &PyObject) -> Option<GetData> {
    if object::is_none(o) {
        return Some(share_none);
    }
    if long::check_exact(o).is_some() {
        return Some(share_int);
    }
    if bytes::check_exact(o).is_some() {
        return Some(share_bytes);
    }
    if unicode::check_exact(o).is_some() {
        return Some(share_str);
    }
    REGISTRY.borrow().iter().find(|e| e.is_of(o.ty())).map(|e| e.get)
}

fn init(
    to: &mut Data,
    interp: *const PyInterpreterState,
    shared: *mut c_void,
    o: *mut PyObject,
    new: NewObject,
) {
    // SAFETY: LIVE, or NULL.
    let o = unsafe { o.as_ref() }.map_or(core::ptr::null_mut(), |o| o.to_owned().into_ptr());
    let interp = if interp.is_null() { -1 } else { 0 };
    *to = Data { data: shared, obj: o, interp, new_object: Some(new), free: None };
}

/// `_PyCrossInterpreterData_InitWithSize`.
fn init_sized(
    py: Py<'_>,
    to: &mut Data,
    interp: *const PyInterpreterState,
    size: usize,
    o: *mut PyObject,
    new: NewObject,
) -> PyResult<()> {
    init(to, interp, core::ptr::null_mut(), o, new);
    // SAFETY: a new block.
    to.data = unsafe { PyMem_RawMalloc(size) };
    if to.data.is_null() {
        clear(to);
        return Err(exceptions::memory_error(py));
    }
    to.free = Some(PyMem_RawFree);
    Ok(())
}

/// `_PyCrossInterpreterData_Clear`.
fn clear(d: &mut Data) {
    let data = core::mem::replace(&mut d.data, core::ptr::null_mut());
    if let Some(f) = d.free.filter(|_| !data.is_null()) {
        // SAFETY: the function that goes with the data.
        unsafe { f(data) };
    }
    drop(given(core::mem::replace(&mut d.obj, core::ptr::null_mut())));
}

unsafe extern "C" fn share_none(_: *mut PyThreadState, _: *mut PyObject, to: *mut Data) -> c_int {
    unsafe extern "C" fn new(_: *mut Data) -> *mut PyObject {
        object::none().into_ptr()
    }
    // SAFETY: the caller's data.
    init(unsafe { &mut *to }, core::ptr::null(), core::ptr::null_mut(), core::ptr::null_mut(), new);
    0
}

unsafe extern "C" fn share_int(_: *mut PyThreadState, o: *mut PyObject, to: *mut Data) -> c_int {
    unsafe extern "C" fn new(d: *mut Data) -> *mut PyObject {
        // SAFETY: GIL; made below.
        unsafe {
            let py = crate::util::token();
            crate::util::pointer(py, long::from_i64(py, (*d).data as i64))
        }
    }
    // SAFETY: GIL; LIVE; the caller's data.
    unsafe {
        // The size is that of C's `long long`: larger ints cannot be handed over.
        let Some(n) = long::check(&*o).and_then(long::to_i64) else {
            exceptions::overflow_error(crate::util::token(), format_args!("try sending as bytes"))
                .restore(crate::util::token());
            return -1;
        };
        init(&mut *to, core::ptr::null(), n as *mut c_void, core::ptr::null_mut(), new);
    }
    0
}

/// What is shared of bytes and str: where the characters are, which the object holds.
#[repr(C)]
struct Shared {
    kind: u32,
    at: *const u8,
    len: usize,
}

unsafe fn share(o: *mut PyObject, to: *mut Data, shared: Shared, new: NewObject) -> c_int {
    // SAFETY: GIL; the caller's data; the block is large enough and aligned.
    unsafe {
        let py = crate::util::token();
        match init_sized(py, &mut *to, core::ptr::null(), size_of::<Shared>(), o, new) {
            Ok(()) => (*to).data.cast::<Shared>().write(shared),
            Err(e) => {
                e.restore(py);
                return -1;
            }
        }
    }
    0
}

unsafe extern "C" fn share_bytes(_: *mut PyThreadState, o: *mut PyObject, to: *mut Data) -> c_int {
    unsafe extern "C" fn new(d: *mut Data) -> *mut PyObject {
        // SAFETY: GIL; made below; the object that the data holds has the bytes.
        unsafe {
            let (py, s) = (crate::util::token(), &*(*d).data.cast::<Shared>());
            crate::util::pointer(py, bytes::new(py, core::slice::from_raw_parts(s.at, s.len)))
        }
    }
    // SAFETY: LIVE; the look-up has checked the type; the caller's data.
    unsafe {
        let b = bytes::as_slice(&*o.cast::<PyBytesObject>());
        share(o, to, Shared { kind: 1, at: b.as_ptr(), len: b.len() }, new)
    }
}

unsafe extern "C" fn share_str(_: *mut PyThreadState, o: *mut PyObject, to: *mut Data) -> c_int {
    unsafe extern "C" fn new(d: *mut Data) -> *mut PyObject {
        // SAFETY: GIL; made below; the object that the data holds has the characters.
        unsafe {
            let s = &*(*d).data.cast::<Shared>();
            crate::unicodeobject::PyUnicode_FromKindAndData(s.kind as c_int, s.at.cast(), s.len as isize)
        }
    }
    // SAFETY: LIVE; the look-up has checked the type; the caller's data.
    unsafe {
        let s = &*o.cast::<PyUnicodeObject>();
        let at = unicode::data_ptr(s).cast();
        share(o, to, Shared { kind: unicode::view(s).kind() as u32, at, len: unicode::len(s) }, new)
    }
}

fn unsupported(py: Py<'_>, o: &PyObject) -> PyErr {
    match protocol::str(py, o) {
        Ok(s) => {
            let s = unicode::display(s.as_object());
            exceptions::value_error(py, format_args!("{s} does not support cross-interpreter data"))
        }
        Err(e) => e,
    }
}

fn missing(py: Py<'_>, what: &str) -> PyErr {
    exceptions::system_error(py, format_args!("missing {what}"))
}

/// `_PyObject_GetCrossInterpreterData`.
fn get(py: Py<'_>, o: &PyObject, to: &mut Data) -> PyResult<()> {
    *to = EMPTY;
    let f = lookup(o).ok_or_else(|| unsupported(py, o))?;
    let state = core::ptr::from_ref(&py.state().abi).cast_mut();
    // SAFETY: the function of the object's type.
    if unsafe { f(state, o.as_ptr(), to) } != 0 {
        return Err(crate::util::null_error(py));
    }
    to.interp = 0;
    if to.new_object.is_none() {
        clear(to);
        return Err(missing(py, "new_object func"));
    }
    Ok(())
}

/// `_PyCrossInterpreterData_Release`.
fn release(py: Py<'_>, d: &mut Data) -> PyResult<()> {
    if (d.data.is_null() || d.free.is_none()) && d.obj.is_null() {
        d.data = core::ptr::null_mut();
        return Ok(());
    }
    if d.interp != 0 {
        return Err(exceptions::runtime_error(py, format_args!("unrecognized interpreter ID {}", d.interp)));
    }
    clear(d);
    Ok(())
}

api! {
    /// C: `int _PyObject_CheckCrossInterpreterData(PyObject *)`.
    fn _PyObject_CheckCrossInterpreterData(py, o: &PyObject) -> PyResult<()> {
        lookup(o).map(drop).ok_or_else(|| unsupported(py, o))
    }
    /// C: `int _PyObject_GetCrossInterpreterData(PyObject *, _PyCrossInterpreterData *)`.
    fn _PyObject_GetCrossInterpreterData(py, o: &PyObject, to: &mut Data) -> PyResult<()> {
        get(py, o, to)
    }
    /// C: `PyObject *_PyCrossInterpreterData_NewObject(_PyCrossInterpreterData *)`.
    fn _PyCrossInterpreterData_NewObject(py, d: &mut Data) -> PyResult<Owned> {
        let f = d.new_object.ok_or_else(|| missing(py, "new_object func"))?;
        // SAFETY: the function that goes with the data.
        unsafe { dxpy_core::err::from_ptr(py, f(d)) }
    }
    /// C: `int _PyCrossInterpreterData_Release(_PyCrossInterpreterData *)`.
    fn _PyCrossInterpreterData_Release(py, d: &mut Data) -> PyResult<()> {
        release(py, d)
    }
    /// C: `int _PyCrossInterpreterData_ReleaseAndRawFree(_PyCrossInterpreterData *)`.
    fn _PyCrossInterpreterData_ReleaseAndRawFree(py, d: &mut Data) -> PyResult<()> {
        let r = release(py, d);
        // SAFETY: the caller's block, which it gives up.
        unsafe { PyMem_RawFree(core::ptr::from_mut(d).cast()) };
        r
    }
    /// C: `void _PyCrossInterpreterData_Init(_PyCrossInterpreterData *, PyInterpreterState *, void *shared, PyObject *obj, xid_newobjectfunc)`.
    fn _PyCrossInterpreterData_Init(_, d: &mut Data, interp: *const PyInterpreterState, shared: *mut c_void, o: *mut PyObject, new: NewObject) -> () {
        init(d, interp, shared, o, new);
    }
    /// C: `int _PyCrossInterpreterData_InitWithSize(_PyCrossInterpreterData *, PyInterpreterState *, const size_t, PyObject *, xid_newobjectfunc)`:
    /// with a block of that size as the data.
    fn _PyCrossInterpreterData_InitWithSize(py, d: &mut Data, interp: *const PyInterpreterState, size: usize, o: *mut PyObject, new: NewObject) -> PyResult<()> {
        init_sized(py, d, interp, size, o, new)
    }
    /// C: `void _PyCrossInterpreterData_Clear(PyInterpreterState *, _PyCrossInterpreterData *)`.
    fn _PyCrossInterpreterData_Clear(_, _interp: *const PyInterpreterState, d: &mut Data) -> () {
        clear(d);
    }
    /// C: `int _PyCrossInterpreterData_RegisterClass(PyTypeObject *, crossinterpdatafunc)`: registrations are counted.
    fn _PyCrossInterpreterData_RegisterClass(py, class: &PyObject, get: Option<GetData>) -> PyResult<()> {
        let wrong = |text: &str| exceptions::value_error(py, format_args!("{text}"));
        let ty = types::check(class).ok_or_else(|| wrong("only classes may be registered"))?;
        let get = get.ok_or_else(|| wrong("missing 'getdata' func"))?;
        if let Some(e) = REGISTRY.borrow_mut().iter_mut().find(|e| e.is_of(ty)) {
            e.count += 1;
            return Ok(());
        }
        let heap = ty.tp_flags.get() & Py_TPFLAGS_HEAPTYPE != 0;
        let weak = heap.then(|| weakref::new_ref(py, &weakref::_PyWeakref_RefType, class, None)).transpose()?;
        REGISTRY.borrow_mut().push(Entry { class: ty, weak, get, count: 1 });
        Ok(())
    }
    /// C: `int _PyCrossInterpreterData_UnregisterClass(PyTypeObject *)`: whether it was registered.
    fn _PyCrossInterpreterData_UnregisterClass(_, class: &PyTypeObject) -> c_int {
        let mut all = REGISTRY.borrow_mut();
        let Some(i) = all.iter().position(|e| e.is_of(class)) else { return 0 };
        all[i].count -= 1;
        if all[i].count == 0 {
            let gone = all.swap_remove(i);
            drop(all);
            drop(gone);
        }
        1
    }
}

free! {
    /// C: `crossinterpdatafunc _PyCrossInterpreterData_Lookup(PyObject *)`.
    fn _PyCrossInterpreterData_Lookup(o: &PyObject) -> Option<GetData> {
        lookup(o)
    }
}

const _: () = assert!(size_of::<Data>() == 40 && size_of::<c_char>() == 1);
