//! `memoryview` and the managed buffer behind it (`Objects/memoryobject.c`): construction, release, re-export, the methods
//! and attributes, and the hooks of PEP 688. Items, subscripts, casts and comparison are in `access`.
//!
//! A managed buffer owns one acquired `Py_buffer`; every view made from it shares it and is counted.

pub mod access;
pub mod pep688;

use crate::Part;
use crate::bytes::shared::{hex_of, hex_separator};
use core::ffi::{CStr, c_int};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::buffer::{self, contiguous, is_contiguous, sizes};
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, bytes, exceptions, gc, getset, glue, hooks, long, methods, object,
    protocol, signature, tuple, unicode, weakref,
};

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[],
    types: &[&PyMemoryView_Type, &_PyManagedBuffer_Type, &access::_PyMemoryIter_Type, &pep688::WRAPPER],
    hooks: set_hooks,
};

fn set_hooks() {
    hooks::HOOKS.get_buffer.set(Some(pep688::get_buffer));
    hooks::HOOKS.release_buffer.set(Some(pep688::release_buffer));
    hooks::HOOKS.memoryview.set(Some(pep688::view_of));
    hooks::HOOKS.end_memoryview.set(Some(pep688::end_view));
}

const MANAGED_RELEASED: c_int = 1;
const MANAGED_FREE_FORMAT: c_int = 2;

/// `managedbuffer`.
#[unsafe(no_mangle)]
pub static _PyManagedBuffer_Type: StaticType = StaticType::new::<_PyManagedBufferObject>(c"managedbuffer")
    .getattro(dxpy_core::attr::generic_get_slot)
    .traverse(glue::traverse(|m: &_PyManagedBufferObject, v: &glue::Visitor| v.visit(&m.master.obj)))
    .clear(glue::clear(|_: Py<'_>, m: &_PyManagedBufferObject| release_managed(m)))
    .dealloc(glue::dealloc(dealloc_managed));

/// `memoryview`.
#[unsafe(no_mangle)]
pub static PyMemoryView_Type: StaticType = StaticType::new::<PyMemoryViewObject>(c"memoryview")
    .sized(offset_of!(PyMemoryViewObject, ob_array), size_of::<isize>())
    .flags(Py_TPFLAGS_SEQUENCE)
    .weaklist(offset_of!(PyMemoryViewObject, weakreflist))
    .doc(c"memoryview(object)\n--\n\nA view of the memory of an object that gives its buffer.")
    .create(glue::create(new))
    .traverse(glue::traverse(|m: &PyMemoryViewObject, v: &glue::Visitor| {
        // SAFETY: a pointer to an object, or NULL.
        v.visit(unsafe { &*(m.mbuf.as_ptr() as *const core::cell::Cell<*mut PyObject>) })
    }))
    .clear(glue::clear(|_: Py<'_>, m: &PyMemoryViewObject| {
        release_unchecked(m);
        clear_managed(m);
    }))
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .getattro(dxpy_core::attr::generic_get_slot)
    .hash(glue::hash(hash))
    .richcompare(glue::richcompare(access::richcompare))
    .iter(glue::unary(access::iter))
    .sequence(&SEQUENCE)
    .mapping(&MAPPING)
    .buffer(&BUFFER)
    .methods(&METHODS)
    .getset(&GETSET);

static SEQUENCE: StaticTable<PySequenceMethods> = StaticTable::<PySequenceMethods>::empty()
    .length(glue::len(access::len))
    .item(glue::indexed(access::item));

static MAPPING: StaticTable<PyMappingMethods> = StaticTable::<PyMappingMethods>::empty()
    .length(glue::len(access::len))
    .subscript(glue::binary(access::subscript))
    .ass_subscript(glue::assign(access::set_subscript));

static BUFFER: StaticTable<PyBufferProcs> = StaticTable::<PyBufferProcs>::empty()
    .get(glue::get_buffer(get_buffer))
    .release(glue::release_buffer(|_: Py<'_>, m: &PyMemoryViewObject, _: &Py_buffer| {
        m.exports.set(m.exports.get() - 1);
    }));

methods! { static METHODS: for PyMemoryViewObject [
    "release" = release [0], "($self, /)", "Gives the buffer back to the object.";
    "tobytes" = tobytes [1], "($self, /, order='C')", "The items one after the other, in C's or Fortran's order, or as they lie.";
    "hex" = hex [2], "($self, /, sep=<unrepresentable>, bytes_per_sep=1)", "The bytes in hexadecimal digits, maybe with a separator between groups.\n\n>>> memoryview(b'\\x01\\xf2\\n').hex()\n'01f20a'\n>>> memoryview(b'\\x01\\xf2\\n').hex(':')\n'01:f2:0a'\n>>> memoryview(b'\\x01\\xf2\\n').hex(':', 2)\n'01:f20a'\n>>> memoryview(b'\\x01\\xf2\\n').hex(':', -2)\n'01f2:0a'\n>>> memoryview(b'\\x01\\xf2\\n').hex(b'_')\n'01_f2_0a'";
    "tolist" = access::tolist [0], "($self, /)", "The items in a list, of lists where there are several dimensions.";
    "cast" = access::cast [2], "($self, /, format, shape=<unrepresentable>)", "The same memory with another format or shape.";
    "toreadonly" = toreadonly [0], "($self, /)", "The same memory, not to be written through this view.";
    "_from_flags" = from_flags [2], "($type, /, object, flags)", "A view of what the object gives for these flags.", class;
    "__enter__" = enter [0], "!($self, /)", "";
    "__exit__" = exit [1], "!($self, /, *args)", "";
] }

getset! { static GETSET [
    "obj" = get_obj, "The object whose memory is seen.";
    "nbytes" = get_nbytes, "How many bytes the items take one after the other.";
    "readonly" = get_readonly, "Whether the memory cannot be written.";
    "itemsize" = get_itemsize, "How many bytes an item takes.";
    "format" = get_format, "What an item is, in the notation of the struct module.";
    "ndim" = get_ndim, "The number of dimensions.";
    "shape" = get_shape, "The number of items in each dimension.";
    "strides" = get_strides, "The number of bytes from one item to the next in each dimension.";
    "suboffsets" = get_suboffsets, "Used by arrays of pointers only.";
    "c_contiguous" = get_c_contiguous, "Whether the items lie one after the other in C's order.";
    "f_contiguous" = get_f_contiguous, "Whether the items lie one after the other in Fortran's order.";
    "contiguous" = get_contiguous, "Whether the items lie one after the other in either order.";
] }

/// `PyMemoryView_Check`.
pub fn check(o: &PyObject) -> Option<&PyMemoryViewObject> {
    // SAFETY: LAYOUT: the type says so; it has no subclasses.
    o.ty().is(&PyMemoryView_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyMemoryViewObject) })
}

fn managed(m: &PyMemoryViewObject) -> Option<&_PyManagedBufferObject> {
    // SAFETY: LIVE: the view holds it, until it is cleared.
    unsafe { m.mbuf.get().as_ref() }
}

/// Has this view, or the buffer behind it, been released?
pub fn is_released(m: &PyMemoryViewObject) -> bool {
    m.flags.get() & _Py_MEMORYVIEW_RELEASED != 0
        || managed(m).is_none_or(|b| b.flags.get() & MANAGED_RELEASED != 0)
}

/// `CHECK_RELEASED`.
pub fn check_released(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<()> {
    if is_released(m) {
        return Err(exceptions::value_error(
            py,
            format_args!("operation forbidden on released memoryview object"),
        ));
    }
    Ok(())
}

fn check_restricted(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<()> {
    if m.flags.get() & _Py_MEMORYVIEW_RESTRICTED != 0 {
        return Err(exceptions::value_error(
            py,
            format_args!("cannot create new view on restricted memoryview"),
        ));
    }
    Ok(())
}

/// `mbuf_alloc`: a managed buffer whose view is still to be filled.
fn alloc_managed(py: Py<'_>) -> PyResult<Owned<_PyManagedBufferObject>> {
    // SAFETY: LAYOUT; all zero is a buffer without an object.
    Ok(unsafe { object::generic_alloc(py, &_PyManagedBuffer_Type, 0)?.cast() })
}

/// `mbuf_release`.
fn release_managed(b: &_PyManagedBufferObject) {
    if b.flags.get() & MANAGED_RELEASED != 0 {
        return;
    }
    b.flags.set(b.flags.get() | MANAGED_RELEASED);
    if b.flags.get() & MANAGED_FREE_FORMAT != 0 {
        // SAFETY: the format was copied by this module.
        unsafe { dxpy_core::alloc::free_opt(b.master.format.replace(core::ptr::null_mut()) as *mut _) };
    }
    buffer::release(&b.master);
}

fn dealloc_managed(_: Py<'_>, b: &_PyManagedBufferObject) {
    // SAFETY: it has a collector header; what it holds is released once and its memory last.
    unsafe {
        gc::untrack(b.as_object());
        release_managed(b);
        object::tp_free(b.as_object());
    }
}

/// `mbuf_add_view`: a view that shares a managed buffer, like `src` or like the buffer itself.
fn add_view(py: Py<'_>, b: &_PyManagedBufferObject, src: &Py_buffer) -> PyResult<Owned<PyMemoryViewObject>> {
    let ndim = src.ndim.get();
    if ndim > PyBUF_MAX_NDIM {
        return Err(exceptions::value_error(
            py,
            format_args!("memoryview: number of dimensions must not exceed {PyBUF_MAX_NDIM}"),
        ));
    }
    let m = alloc(py, ndim.max(0) as usize)?;
    let v = &m.view;
    v.obj.set(src.obj.get());
    v.buf.set(src.buf.get());
    v.len.set(src.len.get());
    v.itemsize.set(src.itemsize.get());
    v.readonly.set(src.readonly.get());
    let format = src.format.get();
    v.format.set(if format.is_null() { c"B".as_ptr() as *mut _ } else { format });
    v.internal.set(src.internal.get());
    fill_shape(&m, src);
    init_flags(&m);
    m.mbuf.set(b.to_owned().into_raw());
    b.exports.set(b.exports.get() + 1);
    Ok(m)
}

/// `memory_from_contiguous_copy`: a view of a copy of a buffer's items, which are in C's order or Fortran's.
pub fn of_copy(
    py: Py<'_>,
    content: &[u8],
    like: &Py_buffer,
    fortran: bool,
) -> PyResult<Owned<PyMemoryViewObject>> {
    let b = alloc_managed(py)?;
    let copy = dxpy_core::bytes::new(py, content)?;
    buffer::get(py, copy.as_object(), &b.master, PyBUF_FULL_RO)?;
    // SAFETY: the C API's contract: a filled view's format is a C string, or NULL.
    let format = match like.format.get() {
        p if p.is_null() => c"B",
        // SAFETY: as above.
        p => unsafe { core::ffi::CStr::from_ptr(p) },
    };
    let text = format.to_bytes_with_nul();
    let place = dxpy_core::alloc::malloc(text.len()) as *mut core::ffi::c_char;
    if place.is_null() {
        return Err(exceptions::memory_error(py));
    }
    // SAFETY: new, and large enough. The managed buffer frees it.
    unsafe { core::ptr::copy_nonoverlapping(text.as_ptr().cast(), place, text.len()) };
    b.master.format.set(place);
    b.flags.set(b.flags.get() | MANAGED_FREE_FORMAT);
    let shape: &[isize] = sizes(like, &like.shape).unwrap_or_default();
    let mut strides = vec![0isize; shape.len()];
    let mut step = like.itemsize.get();
    let mut set = |i: usize| {
        strides[i] = step;
        step *= shape[i];
    };
    if fortran {
        (0..shape.len()).for_each(&mut set)
    } else {
        (0..shape.len()).rev().for_each(&mut set)
    }
    let view = buffer::empty_view();
    view.obj.set(b.master.obj.get());
    view.buf.set(b.master.buf.get());
    view.len.set(b.master.len.get());
    view.itemsize.set(like.itemsize.get());
    view.readonly.set(1);
    view.ndim.set(like.ndim.get());
    view.format.set(place);
    view.shape.set(like.shape.get());
    view.strides.set(if shape.is_empty() { core::ptr::null_mut() } else { strides.as_mut_ptr() });
    add_view(py, &b, &view)
}

/// `memory_alloc`: a view of nothing yet, with places for its sizes.
pub(crate) fn alloc(py: Py<'_>, ndim: usize) -> PyResult<Owned<PyMemoryViewObject>> {
    // SAFETY: LAYOUT; all zero is a view without a buffer. The type's own allocation adds a sentinel item, which is
    // harmless: `ob_size` says how many places there are.
    let m: Owned<PyMemoryViewObject> =
        unsafe { object::generic_alloc(py, &PyMemoryView_Type, 3 * ndim)?.cast() };
    m.hash.set(-1);
    m.view.ndim.set(ndim as c_int);
    let places = m.ob_array.as_ptr() as *mut isize;
    // SAFETY: three times `ndim` places were asked for.
    unsafe {
        m.view.shape.set(places);
        m.view.strides.set(places.add(ndim));
        m.view.suboffsets.set(places.add(2 * ndim));
    }
    Ok(m)
}

/// One size of each dimension.
type Sizes<'a> = &'a [core::cell::Cell<isize>];

/// The places of a view's own shape, strides and suboffsets.
pub(crate) fn own(m: &PyMemoryViewObject) -> (Sizes<'_>, Sizes<'_>, Sizes<'_>) {
    let n = m.view.ndim.get() as usize;
    let at = m.ob_array.as_ptr();
    // SAFETY: `alloc` made three times `ndim` places; a view of fewer dimensions made of it uses fewer of each.
    unsafe {
        let room = m.ob_base.ob_size.get() as usize / 3;
        let all = |k: usize| core::slice::from_raw_parts(at.add(k * room), n.min(room));
        (all(0), all(1), all(2))
    }
}

/// `init_shape_strides` and `init_suboffsets`.
fn fill_shape(m: &PyMemoryViewObject, src: &Py_buffer) {
    let n = src.ndim.get().max(0) as usize;
    let v = &m.view;
    if n == 0 {
        v.shape.set(core::ptr::null_mut());
        v.strides.set(core::ptr::null_mut());
        v.suboffsets.set(core::ptr::null_mut());
        return;
    }
    let (shape, strides, suboffsets) = own(m);
    match sizes(src, &src.shape) {
        Some(s) => shape.iter().zip(s).for_each(|(to, from)| to.set(*from)),
        // Of one dimension the shape may be left out.
        None => shape[0].set(if src.itemsize.get() > 0 { src.len.get() / src.itemsize.get() } else { 0 }),
    }
    match sizes(src, &src.strides) {
        Some(s) => strides.iter().zip(s).for_each(|(to, from)| to.set(*from)),
        None => c_strides(m),
    }
    match sizes(src, &src.suboffsets) {
        Some(s) => suboffsets.iter().zip(s).for_each(|(to, from)| to.set(*from)),
        None => v.suboffsets.set(core::ptr::null_mut()),
    }
}

/// `init_strides_from_shape`.
pub(crate) fn c_strides(m: &PyMemoryViewObject) {
    let (shape, strides, _) = own(m);
    let mut step = m.view.itemsize.get();
    for i in (0..shape.len()).rev() {
        strides[i].set(step);
        step = step.wrapping_mul(shape[i].get());
    }
}

/// `init_flags`: what the sizes say about contiguity.
pub(crate) fn init_flags(m: &PyMemoryViewObject) {
    let v = &m.view;
    let mut flags = 0;
    match v.ndim.get() {
        0 => flags |= _Py_MEMORYVIEW_SCALAR | _Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN,
        _ => {
            if is_contiguous(v, b'C') {
                flags |= _Py_MEMORYVIEW_C;
            }
            if is_contiguous(v, b'F') {
                flags |= _Py_MEMORYVIEW_FORTRAN;
            }
        }
    }
    if !v.suboffsets.get().is_null() {
        flags |= _Py_MEMORYVIEW_PIL;
        flags &= !(_Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN);
    }
    m.flags.set(flags);
}

/// `PyMemoryView_FromObject`.
pub fn from_object(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyMemoryViewObject>> {
    from_object_with_flags(py, o, PyBUF_FULL_RO)
}

/// `PyMemoryView_FromObjectAndFlags`.
pub fn from_object_with_flags(py: Py<'_>, o: &PyObject, flags: c_int) -> PyResult<Owned<PyMemoryViewObject>> {
    if let Some(m) = check(o) {
        check_released(py, m)?;
        check_restricted(py, m)?;
        let b = managed(m).expect("not released").to_owned();
        return add_view(py, &b, &m.view);
    }
    if !buffer::check(o) {
        return Err(exceptions::type_error(
            py,
            format_args!("memoryview: a bytes-like object is required, not '{}'", type_name(o.ty())),
        ));
    }
    let b = alloc_managed(py)?;
    buffer::get(py, o, &b.master, flags)?;
    add_view(py, &b, &b.master)
}

/// `_PyMemoryView_FromBufferProc`: of what this function gives, which need not be that of the object's own type.
pub fn from_proc(
    py: Py<'_>,
    o: &PyObject,
    flags: c_int,
    proc: getbufferproc,
) -> PyResult<Owned<PyMemoryViewObject>> {
    let b = alloc_managed(py)?;
    // SAFETY: the slot's contract: a live object and a view to fill, which stays where it is.
    if unsafe { proc(o.as_ptr(), (&raw const b.master).cast_mut(), flags) } < 0 {
        b.master.obj.set(core::ptr::null_mut());
        return Err(dxpy_core::PyErr::fetch(py));
    }
    add_view(py, &b, &b.master)
}

/// `PyMemoryView_FromBuffer`: of a view that belongs to the caller for as long as the memoryview is used.
pub fn from_buffer(py: Py<'_>, info: &Py_buffer) -> PyResult<Owned<PyMemoryViewObject>> {
    if info.buf.get().is_null() {
        return Err(exceptions::value_error(
            py,
            format_args!("PyMemoryView_FromBuffer(): info->buf must not be NULL"),
        ));
    }
    let b = alloc_managed(py)?;
    copy_view(&b.master, info);
    b.master.obj.set(core::ptr::null_mut());
    add_view(py, &b, &b.master)
}

/// Copies every field of a view.
fn copy_view(to: &Py_buffer, from: &Py_buffer) {
    to.buf.set(from.buf.get());
    to.obj.set(from.obj.get());
    to.len.set(from.len.get());
    to.itemsize.set(from.itemsize.get());
    to.readonly.set(from.readonly.get());
    to.ndim.set(from.ndim.get());
    to.format.set(from.format.get());
    to.shape.set(from.shape.get());
    to.strides.set(from.strides.get());
    to.suboffsets.set(from.suboffsets.get());
    to.internal.set(from.internal.get());
}

/// `PyMemoryView_FromMemory`.
///
/// # Safety
/// `size` bytes are at `mem` for as long as the view is used.
pub unsafe fn from_memory(
    py: Py<'_>,
    mem: *mut core::ffi::c_void,
    size: usize,
    readonly: bool,
) -> PyResult<Owned<PyMemoryViewObject>> {
    let b = alloc_managed(py)?;
    // SAFETY: the caller's promise.
    unsafe { buffer::fill_info(py, &b.master, None, mem, size, readonly, PyBUF_FULL_RO)? };
    add_view(py, &b, &b.master)
}

/// Drops the reference to the managed buffer.
fn clear_managed(m: &PyMemoryViewObject) {
    // SAFETY: OWNED: the view held one reference, or NULL.
    drop(unsafe { Owned::from_raw_opt(m.mbuf.replace(core::ptr::null_mut())) });
}

/// `_memory_release` where nothing is exported.
fn release_unchecked(m: &PyMemoryViewObject) {
    if m.flags.get() & _Py_MEMORYVIEW_RELEASED != 0 || m.exports.get() > 0 {
        return;
    }
    m.flags.set(m.flags.get() | _Py_MEMORYVIEW_RELEASED);
    if let Some(b) = managed(m) {
        b.exports.set(b.exports.get() - 1);
        if b.exports.get() == 0 {
            let b = b.to_owned();
            release_managed(&b);
        }
    }
}

fn dealloc(py: Py<'_>, m: &PyMemoryViewObject) {
    // SAFETY: it has a collector header; what it holds is released once and its memory last.
    unsafe {
        gc::untrack(m.as_object());
        release_unchecked(m);
        clear_managed(m);
        weakref::clear_all(py, m.as_object());
        object::tp_free(m.as_object());
    }
}

fn new(py: Py<'_>, _: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("memoryview", "(object)"), a, kw, |b| {
        Ok(from_object(py, b.arg::<&PyObject>(py, 0)?)?.upcast())
    })
}

fn from_flags(
    py: Py<'_>,
    _: &PyMemoryViewObject,
    o: &PyObject,
    flags: i32,
) -> PyResult<Owned<PyMemoryViewObject>> {
    from_object_with_flags(py, o, flags)
}

/// `memoryview.release`.
pub fn release(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<()> {
    if m.flags.get() & _Py_MEMORYVIEW_RELEASED == 0 && m.exports.get() > 0 {
        let n = m.exports.get();
        let s = if n == 1 { "" } else { "s" };
        return Err(exceptions::buffer_error(py, format_args!("memoryview has {n} exported buffer{s}")));
    }
    release_unchecked(m);
    Ok(())
}

fn enter(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<Owned<PyMemoryViewObject>> {
    check_released(py, m)?;
    Ok(m.to_owned())
}

fn exit(py: Py<'_>, m: &PyMemoryViewObject, _: args::Rest<'_>) -> PyResult<()> {
    release(py, m)
}

fn repr(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<Owned<PyUnicodeObject>> {
    let released = if m.flags.get() & _Py_MEMORYVIEW_RELEASED != 0 { "released " } else { "" };
    unicode::from_str(py, &format!("<{released}memory at {:#x}>", m.as_ptr() as usize))
}

/// `memory_hash`.
fn hash(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<Py_hash_t> {
    if m.hash.get() != -1 {
        return Ok(m.hash.get());
    }
    check_released(py, m)?;
    let v = &m.view;
    if v.readonly.get() == 0 {
        return Err(exceptions::value_error(py, format_args!("cannot hash writable memoryview object")));
    }
    if !matches!(access::native(format(m)), Some((b'B' | b'b' | b'c', _))) {
        return Err(exceptions::value_error(
            py,
            format_args!("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"),
        ));
    }
    // SAFETY: LIVE: the managed buffer holds the object.
    if let Some(o) = unsafe { v.obj.get().as_ref() } {
        let o = o.to_owned();
        let exports = m.exports.get();
        m.exports.set(exports + 1);
        let r = protocol::hash(py, &o);
        m.exports.set(m.exports.get() - 1);
        r?;
    }
    let content = contiguous(v, b'C').ok_or_else(|| exceptions::memory_error(py))?;
    let h = unicode::hash_bytes(&content);
    m.hash.set(h);
    Ok(h)
}

/// The format of a view.
pub fn format(m: &PyMemoryViewObject) -> &CStr {
    // SAFETY: a view's format is a C string while its buffer is held; views made here always have one.
    unsafe { CStr::from_ptr(m.view.format.get()) }
}

/// `memory_getbuf`.
fn get_buffer(py: Py<'_>, m: &PyMemoryViewObject, view: &Py_buffer, request: c_int) -> PyResult<()> {
    check_released(py, m)?;
    check_restricted(py, m)?;
    let base = &m.view;
    let flags = m.flags.get();
    let wanted = |f: c_int| request & f == f;
    let refuse = |text: &str| Err(exceptions::buffer_error(py, format_args!("memoryview: {text}")));
    let (c, fortran) = (flags & _Py_MEMORYVIEW_C != 0, flags & _Py_MEMORYVIEW_FORTRAN != 0);
    if wanted(PyBUF_WRITABLE) && base.readonly.get() != 0 {
        return refuse("underlying buffer is not writable");
    }
    copy_view(view, base);
    view.obj.set(core::ptr::null_mut());
    if !wanted(PyBUF_FORMAT) {
        // The format is to be taken as plain bytes.
        view.format.set(core::ptr::null_mut());
    }
    if wanted(PyBUF_C_CONTIGUOUS) && !c {
        return refuse("underlying buffer is not C-contiguous");
    }
    if wanted(PyBUF_F_CONTIGUOUS) && !fortran {
        return refuse("underlying buffer is not Fortran contiguous");
    }
    if wanted(PyBUF_ANY_CONTIGUOUS) && !c && !fortran {
        return refuse("underlying buffer is not contiguous");
    }
    if !wanted(PyBUF_INDIRECT) && flags & _Py_MEMORYVIEW_PIL != 0 {
        return refuse("underlying buffer requires suboffsets");
    }
    if !wanted(PyBUF_STRIDES) {
        if !c {
            return refuse("underlying buffer is not C-contiguous");
        }
        view.strides.set(core::ptr::null_mut());
    }
    if !wanted(PyBUF_ND) {
        // Bytes without a shape: they cannot have a format.
        if !view.format.get().is_null() {
            return refuse("cannot cast to unsigned bytes if the format flag is present");
        }
        view.ndim.set(1);
        view.shape.set(core::ptr::null_mut());
    }
    view.obj.set(m.to_owned().into_ptr());
    m.exports.set(m.exports.get() + 1);
    Ok(())
}

/// `memoryview.tobytes`.
fn tobytes(py: Py<'_>, m: &PyMemoryViewObject, order: Option<&PyObject>) -> PyResult<Owned<PyBytesObject>> {
    check_released(py, m)?;
    let bad = || exceptions::value_error(py, format_args!("order must be 'C', 'F', 'A' or None"));
    let order = match order.filter(|o| !object::is_none(o)) {
        None => b'C',
        Some(o) => {
            let Some(s) = unicode::check(o) else {
                return Err(exceptions::type_error(
                    py,
                    format_args!("tobytes() argument 'order' must be str or None, not {}", type_name(o.ty())),
                ));
            };
            match unicode::display(s.as_object()).as_str() {
                "C" => b'C',
                "F" => b'F',
                "A" => b'A',
                _ => return Err(bad()),
            }
        }
    };
    let content = contiguous(&m.view, order).ok_or_else(|| exceptions::memory_error(py))?;
    bytes::new(py, &content)
}

/// `memoryview.hex`.
fn hex(
    py: Py<'_>,
    m: &PyMemoryViewObject,
    sep: Option<&PyObject>,
    group: Option<i32>,
) -> PyResult<Owned<PyUnicodeObject>> {
    check_released(py, m)?;
    let sep = hex_separator(py, sep)?;
    let content = contiguous(&m.view, b'C').ok_or_else(|| exceptions::memory_error(py))?;
    hex_of(py, &content, sep, group)
}

/// `memoryview.toreadonly`.
fn toreadonly(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<Owned<PyMemoryViewObject>> {
    let r = another(py, m)?;
    r.view.readonly.set(1);
    Ok(r)
}

/// Another view of the same memory.
pub(crate) fn another(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<Owned<PyMemoryViewObject>> {
    check_released(py, m)?;
    check_restricted(py, m)?;
    let b = managed(m).expect("not released").to_owned();
    add_view(py, &b, &m.view)
}

/// As [`another`], with room for `ndim` dimensions, whose sizes the caller sets.
pub(crate) fn another_of(
    py: Py<'_>,
    m: &PyMemoryViewObject,
    ndim: usize,
) -> PyResult<Owned<PyMemoryViewObject>> {
    check_released(py, m)?;
    check_restricted(py, m)?;
    let r = alloc(py, ndim)?;
    let (v, src) = (&r.view, &m.view);
    v.obj.set(src.obj.get());
    v.buf.set(src.buf.get());
    v.len.set(src.len.get());
    v.itemsize.set(src.itemsize.get());
    v.readonly.set(src.readonly.get());
    v.format.set(src.format.get());
    v.internal.set(src.internal.get());
    v.suboffsets.set(core::ptr::null_mut());
    let b = managed(m).expect("not released");
    r.mbuf.set(b.to_owned().into_raw());
    b.exports.set(b.exports.get() + 1);
    Ok(r)
}

/// Restricts a view that ends with a call: no further views can be made of it.
pub(crate) fn restrict(m: &PyMemoryViewObject) {
    m.flags.set(m.flags.get() | _Py_MEMORYVIEW_RESTRICTED);
}

fn get_obj(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult {
    check_released(py, m)?;
    // SAFETY: LIVE: the managed buffer holds the object.
    Ok(unsafe { m.view.obj.get().as_ref() }.map_or_else(object::none, Object::to_owned))
}

/// An int of one of a view's numbers.
fn number(py: Py<'_>, m: &PyMemoryViewObject, n: isize) -> PyResult<Owned<PyLongObject>> {
    check_released(py, m)?;
    long::from_i64(py, n as i64)
}

fn get_nbytes(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<Owned<PyLongObject>> {
    number(py, m, m.view.len.get())
}

fn get_itemsize(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<Owned<PyLongObject>> {
    number(py, m, m.view.itemsize.get())
}

fn get_ndim(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<Owned<PyLongObject>> {
    number(py, m, m.view.ndim.get() as isize)
}

fn truth(py: Py<'_>, m: &PyMemoryViewObject, b: bool) -> PyResult {
    check_released(py, m)?;
    Ok(dxpy_core::boolean::new(b).upcast())
}

fn get_readonly(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult {
    truth(py, m, m.view.readonly.get() != 0)
}

fn get_format(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<Owned<PyUnicodeObject>> {
    check_released(py, m)?;
    unicode::from_utf8(py, format(m).to_bytes())
}

fn size_tuple(
    py: Py<'_>,
    m: &PyMemoryViewObject,
    field: &core::cell::Cell<*mut isize>,
) -> PyResult<Owned<PyTupleObject>> {
    check_released(py, m)?;
    let items: Vec<Owned> = sizes(&m.view, field)
        .unwrap_or(&[])
        .iter()
        .map(|n| long::from_i64(py, *n as i64).map(Owned::upcast))
        .collect::<Result<_, PyErr>>()?;
    tuple::from_iter(py, items)
}

fn get_shape(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<Owned<PyTupleObject>> {
    size_tuple(py, m, &m.view.shape)
}

fn get_strides(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<Owned<PyTupleObject>> {
    size_tuple(py, m, &m.view.strides)
}

fn get_suboffsets(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<Owned<PyTupleObject>> {
    size_tuple(py, m, &m.view.suboffsets)
}

fn get_c_contiguous(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult {
    truth(py, m, m.flags.get() & (_Py_MEMORYVIEW_SCALAR | _Py_MEMORYVIEW_C) != 0)
}

fn get_f_contiguous(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult {
    truth(py, m, m.flags.get() & (_Py_MEMORYVIEW_SCALAR | _Py_MEMORYVIEW_FORTRAN) != 0)
}

fn get_contiguous(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult {
    let any = _Py_MEMORYVIEW_SCALAR | _Py_MEMORYVIEW_C | _Py_MEMORYVIEW_FORTRAN;
    truth(py, m, m.flags.get() & any != 0)
}
