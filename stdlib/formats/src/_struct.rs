//! `_struct`: compiled formats, the functions that make them from text and keep them, iteration over records
//! (`Modules/_struct.c`). Formats and packing of one value are in `dxpy_algos::structs`.

use crate::boxed::{Class, add_exception, error, no_class};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_algos::structs::{Error, Format, Item, Kind, Slot, resolve_offset};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{self, Rest};
use dxpy_core::buffer::View;
use dxpy_core::call::type_name;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, boolean, bytes, dict, exceptions, float, gc, getset, glue, long, methods,
    number, object, protocol, signature, tuple, types, unicode, weakref,
};

/// `_struct`.
pub static MODULE: StaticModule = StaticModule::new(c"_struct")
    .doc(c"Conversion between Python values and C structs in bytes, by format strings.")
    .methods(&FUNCTIONS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    types::ready(py, &ITERATOR)?;
    module::add_type(py, m, &STRUCT)?;
    add_exception(py, m, "struct", "error", &exceptions::Exception, &ERROR)
});

static ERROR: Class = no_class();

methods! { static FUNCTIONS: for PyModuleObject [
    "_clearcache" = clear_cache [0], "($module, /)", "Forgets the formats compiled so far.";
    "calcsize" = calcsize [1], "($module, format, /)", "The number of bytes of the format.";
    "iter_unpack" = f_iter_unpack [2], "($module, format, buffer, /)", "An iterator over the records that fill a buffer.";
    "pack" = f_pack [1], "?($module, /, *args)", "pack(format, v1, v2, ...) -> bytes\n\nThe values packed as the format says.";
    "pack_into" = f_pack_into [1], "?($module, /, *args)", "pack_into(format, buffer, offset, v1, v2, ...)\n\nPacks the values into a buffer.";
    "unpack" = f_unpack [2], "($module, format, buffer, /)", "The values in a buffer of exactly the format's size.";
    "unpack_from" = f_unpack_from [3], "($module, format, /, buffer, offset=0)", "The values in a buffer from an offset on.";
] }

/// `Struct`.
#[repr(C)]
struct StructObject {
    ob_base: PyObject,
    /// The bytes and the values of the format, -1 until `__init__`: `_testbuffer` reads them here (`PyPartialStructObject`).
    size: Cell<isize>,
    count: Cell<isize>,
    /// NULL until `__init__`.
    compiled: Cell<*mut Format>,
    /// The format as bytes.
    format: Cell<*mut PyObject>,
    weakrefs: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for StructObject {}

static STRUCT: StaticType = StaticType::new::<StructObject>(c"_struct.Struct")
    .getattro(dxpy_core::attr::generic_get_slot)
    .setattro(dxpy_core::attr::generic_set_slot)
    .doc(c"Struct(fmt) --> compiled struct object\n\nA format that is read once and used often.")
    .flags(Py_TPFLAGS_BASETYPE)
    .weaklist(offset_of!(StructObject, weakrefs))
    .traverse(glue::traverse(|s: &StructObject, v: &glue::Visitor| v.visit(&s.format)))
    .clear(glue::clear(|_: Py<'_>, _: &StructObject| ()))
    .dealloc(glue::dealloc(struct_dealloc))
    .create(glue::create(|py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>| {
        let o = object::tp_alloc(py, ty, 0)?;
        // SAFETY: LAYOUT: just made for this type or a subtype of it.
        let s: &StructObject = unsafe { &*o.as_ptr().cast() };
        s.size.set(-1);
        s.count.set(-1);
        Ok(o)
    }))
    .init(glue::init(struct_init))
    .methods(&METHODS)
    .getset(&ATTRIBUTES);

methods! { static METHODS: for StructObject [
    "iter_unpack" = iter_unpack [1], "($self, buffer, /)", "An iterator over the records that fill a buffer.";
    "pack" = pack [1], "?($self, /, *args)", "S.pack(v1, v2, ...) -> bytes\n\nThe values packed.";
    "pack_into" = pack_into [1], "?($self, /, *args)", "S.pack_into(buffer, offset, v1, v2, ...)\n\nPacks the values into a buffer.";
    "unpack" = unpack [1], "($self, buffer, /)", "The values in a buffer of exactly the right size.";
    "unpack_from" = unpack_from [2], "($self, /, buffer, offset=0)", "The values in a buffer from an offset on.";
    "__sizeof__" = sizeof [0], "!($self, /)", "S.__sizeof__() -> size of S in memory, in bytes";
] }

getset! { static ATTRIBUTES [
    "format" = get_format, "The format string.";
    "size" = get_size, "The number of bytes of the format.";
] }

fn struct_dealloc(py: Py<'_>, s: &StructObject) {
    weakref::clear_all(py, s.as_object());
    // SAFETY: the type has a collector header; the parts are the object's own and its memory goes last.
    unsafe {
        gc::untrack(s.as_object());
        object::clear_field(&s.format);
        let p = s.compiled.replace(core::ptr::null_mut());
        if !p.is_null() {
            drop(Box::from_raw(p));
        }
        object::tp_free(s.as_object());
    }
}

/// The compiled format, copied out where Python code may run (`__init__` may replace it).
fn compiled(s: &StructObject) -> Format {
    // SAFETY: the object's own; not kept.
    match unsafe { s.compiled.get().as_ref() } {
        Some(f) => f.clone(),
        None => Format::parse(b"").unwrap_or_else(|_| unreachable!("an empty format is a format")),
    }
}

fn kernel_error(py: Py<'_>, e: Error) -> PyErr {
    match e {
        Error::FloatTooLarge(_) => exceptions::overflow_error(py, format_args!("{e}")),
        e => error(py, &ERROR, format_args!("{e}")),
    }
}

fn struct_init(py: Py<'_>, s: &StructObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    args::bind_call(py, signature!("Struct", "(format)"), a, kw, |b| {
        set_format(py, s, b.arg::<&PyObject>(py, 0)?)
    })
}

fn set_format(py: Py<'_>, s: &StructObject, format: &PyObject) -> PyResult<()> {
    let text: Owned<PyBytesObject> = if let Some(t) = unicode::check(format) {
        let encoded = dxpy_core::codecs::encode_text(py, t, Some(dxpy_core::name!("ascii").get(py)), None)?;
        // SAFETY: LAYOUT: the codec gives bytes.
        unsafe { encoded.cast() }
    } else if let Some(b) = bytes::check(format) {
        b.to_owned()
    } else {
        return Err(exceptions::type_error(
            py,
            format_args!("Struct() argument 1 must be a str or bytes object, not {}", type_name(format.ty())),
        ));
    };
    let parsed = Format::parse(bytes::as_slice(&text)).map_err(|e| kernel_error(py, e))?;
    s.size.set(parsed.size as isize);
    s.count.set(parsed.count as isize);
    let old = s.compiled.replace(Box::into_raw(Box::new(parsed)));
    let old_text = s.format.replace(text.into_ptr());
    // SAFETY: the object's own until now.
    unsafe {
        if !old.is_null() {
            drop(Box::from_raw(old));
        }
        drop(Owned::<PyObject>::from_raw_opt(old_text));
    }
    Ok(())
}

fn get_format(py: Py<'_>, s: &StructObject) -> PyResult {
    // SAFETY: LIVE, LAYOUT: the object holds its format, which is bytes.
    match unsafe { (s.format.get() as *const PyBytesObject).as_ref() } {
        Some(b) => Ok(unicode::from_latin1(py, bytes::as_slice(b))?.upcast()),
        None => Ok(object::none()),
    }
}

/// Values and bytes of the format; -1 before `__init__`.
fn sizes(s: &StructObject) -> (isize, isize) {
    (s.count.get(), s.size.get())
}

fn get_size(py: Py<'_>, s: &StructObject) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, sizes(s).1 as i64)
}

/// `s_sizeof`: four words for each run of one code and one more at the end.
fn sizeof(_: Py<'_>, s: &StructObject) -> isize {
    // SAFETY: the object's own; not kept.
    let runs = unsafe { s.compiled.get().as_ref() }.map_or(0, |f| f.runs());
    s.ty().tp_basicsize.get() + 32 * (runs as isize + 1)
}

// Packing.

/// `s_pack_internal`: the values into zeroed bytes.
fn pack_values(py: Py<'_>, format: &Format, values: &[*mut PyObject], out: &mut [u8]) -> PyResult<()> {
    for (slot, v) in format.slots().zip(values) {
        // SAFETY: LIVE: the caller of the function holds its arguments.
        pack_value(py, &slot, unsafe { &**v }, out)?;
    }
    Ok(())
}

/// An int as the kernel takes it: None beyond 128 bits.
fn wide(n: &PyLongObject) -> Option<i128> {
    if let Some(v) = long::to_i64(n) {
        return Some(v.into());
    }
    long::to_u64(n).map(i128::from)
}

fn pack_value(py: Py<'_>, slot: &Slot, v: &PyObject, out: &mut [u8]) -> PyResult<()> {
    let raise = |e: Error| kernel_error(py, e);
    match slot.kind {
        Kind::Signed | Kind::Unsigned | Kind::Pointer => {
            let n = match long::check(v) {
                Some(n) => n.to_owned(),
                None if number::has_index(v) => number::index_any(py, v)?,
                None => return Err(raise(Error::NotInteger)),
            };
            slot.pack_int(out, wide(&n)).map_err(raise)
        }
        Kind::Bool => {
            let truth = protocol::is_true(py, v)?;
            slot.pack_bool(out, truth);
            Ok(())
        }
        Kind::Float => {
            let Ok(x) = float::as_f64(py, v) else { return Err(raise(Error::NotFloat)) };
            slot.pack_float(out, x).map_err(|e| match e {
                Error::FloatTooLarge(_) if long::check(v).is_some() => raise(Error::IntTooLarge),
                e => raise(e),
            })
        }
        Kind::Char => slot.pack_bytes(out, bytes::check(v).map(bytes::as_slice)).map_err(raise),
        Kind::Bytes | Kind::Pascal => {
            if let Some(b) = bytes::check(v) {
                return slot.pack_bytes(out, Some(bytes::as_slice(b))).map_err(raise);
            }
            if dxpy_types::bytearray::check(v).is_some() {
                let view = View::simple(py, v)?;
                return slot.pack_bytes(out, Some(view.bytes())).map_err(raise);
            }
            slot.pack_bytes(out, None).map_err(raise)
        }
    }
}

fn pack(py: Py<'_>, s: &StructObject, values: Rest<'_>) -> PyResult<Owned<PyBytesObject>> {
    pack_rest(py, s, values.0)
}

fn pack_rest(py: Py<'_>, s: &StructObject, values: &[*mut PyObject]) -> PyResult<Owned<PyBytesObject>> {
    let (count, _) = sizes(s);
    if values.len() as isize != count {
        return Err(error(
            py,
            &ERROR,
            format_args!("pack expected {count} items for packing (got {})", values.len()),
        ));
    }
    let format = compiled(s);
    let mut out = Vec::new();
    if out.try_reserve_exact(format.size).is_err() {
        return Err(exceptions::memory_error(py));
    }
    out.resize(format.size, 0);
    pack_values(py, &format, values, &mut out)?;
    bytes::new(py, &out)
}

fn pack_into(py: Py<'_>, s: &StructObject, all: Rest<'_>) -> PyResult<()> {
    pack_into_rest(py, s, all.0)
}

fn pack_into_rest(py: Py<'_>, s: &StructObject, all: &[*mut PyObject]) -> PyResult<()> {
    let (count, _) = sizes(s);
    let [target, offset, values @ ..] = all else {
        let missing = if all.is_empty() { "buffer" } else { "offset" };
        return Err(error(py, &ERROR, format_args!("pack_into expected {missing} argument")));
    };
    if values.len() as isize != count {
        return Err(error(
            py,
            &ERROR,
            format_args!("pack_into expected {count} items for packing (got {})", values.len()),
        ));
    }
    // SAFETY: LIVE: the caller of the function holds its arguments.
    let (target, offset) = unsafe { (&**target, &**offset) };
    let view = View::writable(py, target).map_err(|e| not_writable(py, e, target))?;
    let offset = number::as_ssize(py, offset, &exceptions::IndexError)?;
    let format = compiled(s);
    let start = resolve_offset(offset, format.size, view.len(), true)
        .map_err(|text| error(py, &ERROR, format_args!("{text}")))?;
    // What the format does not cover of its bytes is zero, as in CPython; on an error the part packed stays.
    let mut out = vec![0; format.size];
    let done = pack_values(py, &format, values, &mut out);
    // SAFETY: no other slice of the buffer is alive; packing is over.
    unsafe { view.bytes_mut()[start..start + format.size].copy_from_slice(&out) };
    done
}

/// The complaint of the format unit `w*`.
fn not_writable(py: Py<'_>, e: PyErr, o: &PyObject) -> PyErr {
    let _ = e;
    exceptions::type_error(
        py,
        format_args!("argument must be read-write bytes-like object, not {}", type_name(o.ty())),
    )
}

// Unpacking.

/// `s_unpack_internal`.
fn unpack_values(py: Py<'_>, format: &Format, data: &[u8]) -> PyResult<Owned<PyTupleObject>> {
    let mut values = Vec::with_capacity(format.count);
    for slot in format.slots() {
        values.push(match slot.unpack(data) {
            Item::Int(v) => long::from_i64(py, v)?.upcast(),
            Item::Uint(v) => long::from_u64(py, v)?.upcast(),
            Item::Float(v) => float::new(py, v)?.upcast(),
            Item::Bool(v) => boolean::new(v).upcast(),
            Item::Bytes(v) => bytes::new(py, v)?.upcast(),
        });
    }
    tuple::from_iter(py, values)
}

fn unpack(py: Py<'_>, s: &StructObject, data: View) -> PyResult<Owned<PyTupleObject>> {
    let format = compiled(s);
    if data.len() as isize != sizes(s).1 {
        return Err(error(py, &ERROR, format_args!("unpack requires a buffer of {} bytes", sizes(s).1)));
    }
    unpack_values(py, &format, data.bytes())
}

fn unpack_from(
    py: Py<'_>,
    s: &StructObject,
    data: View,
    offset: Option<isize>,
) -> PyResult<Owned<PyTupleObject>> {
    let format = compiled(s);
    let start = resolve_offset(offset.unwrap_or(0), format.size, data.len(), false)
        .map_err(|text| error(py, &ERROR, format_args!("{text}")))?;
    unpack_values(py, &format, &data.bytes()[start..start + format.size])
}

// Iteration.

/// `unpack_iterator`.
#[repr(C)]
struct IteratorObject {
    ob_base: PyObject,
    /// The `Struct`; NULL at the end.
    of: Cell<*mut PyObject>,
    view: Cell<*mut View>,
    index: Cell<usize>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for IteratorObject {}

static ITERATOR: StaticType = StaticType::new::<IteratorObject>(c"_struct.unpack_iterator")
    .getattro(dxpy_core::attr::generic_get_slot)
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .traverse(glue::traverse(|it: &IteratorObject, v: &glue::Visitor| {
        v.visit(&it.of)?;
        // SAFETY: the object's own; a view's object field is a reference.
        match unsafe { it.view.get().as_ref() } {
            Some(view) => v.visit(&view.raw().obj),
            None => Ok(()),
        }
    }))
    .clear(glue::clear(|_: Py<'_>, it: &IteratorObject| iterator_end(it)))
    .dealloc(glue::dealloc(|_: Py<'_>, it: &IteratorObject| {
        // SAFETY: the type has a collector header; the parts go once and the memory last.
        unsafe {
            gc::untrack(it.as_object());
            iterator_end(it);
            object::tp_free(it.as_object());
        }
    }))
    .iter(glue::unary(|_: Py<'_>, it: &IteratorObject| Ok(it.to_owned())))
    .iternext(glue::iternext(iterator_next))
    .methods(&ITERATOR_METHODS);

methods! { static ITERATOR_METHODS: for IteratorObject [
    "__length_hint__" = iterator_hint [0], "!($self, /)", "How many records are left.";
] }

fn iterator_end(it: &IteratorObject) {
    object::clear_field(&it.of);
    let p = it.view.replace(core::ptr::null_mut());
    if !p.is_null() {
        // SAFETY: made by `iter_unpack`, taken once.
        drop(unsafe { Box::from_raw(p) });
    }
}

fn iter_unpack(py: Py<'_>, s: &StructObject, data: &PyObject) -> PyResult {
    let (_, size) = sizes(s);
    if size <= 0 {
        return Err(error(
            py,
            &ERROR,
            format_args!("cannot iteratively unpack with a struct of length {size}"),
        ));
    }
    let view = View::simple(py, data)?;
    if view.len() % size as usize != 0 {
        return Err(error(
            py,
            &ERROR,
            format_args!("iterative unpacking requires a buffer of a multiple of {size} bytes"),
        ));
    }
    // SAFETY: LAYOUT: the type's instances.
    let it: Owned<IteratorObject> = unsafe { object::tp_alloc(py, &ITERATOR, 0)?.cast() };
    it.of.set(s.to_owned().into_ptr());
    it.view.set(Box::into_raw(Box::new(view)));
    Ok(it.upcast())
}

fn iterator_next(py: Py<'_>, it: &IteratorObject) -> PyResult<Option<Owned>> {
    // SAFETY: LIVE, LAYOUT: the object's own parts.
    let (Some(s), Some(view)) =
        (unsafe { (it.of.get() as *const StructObject).as_ref() }, unsafe { it.view.get().as_ref() })
    else {
        return Ok(None);
    };
    let format = compiled(s);
    let at = it.index.get();
    let end = at.checked_add(format.size).filter(|e| *e <= view.len());
    let Some(end) = end else {
        iterator_end(it);
        return Ok(None);
    };
    it.index.set(end);
    let values = unpack_values(py, &format, &view.bytes()[at..end])?;
    Ok(Some(values.upcast()))
}

fn iterator_hint(_: Py<'_>, it: &IteratorObject) -> usize {
    // SAFETY: LIVE, LAYOUT: the object's own parts.
    let (Some(s), Some(view)) =
        (unsafe { (it.of.get() as *const StructObject).as_ref() }, unsafe { it.view.get().as_ref() })
    else {
        return 0;
    };
    let size = sizes(s).1.max(1) as usize;
    view.len().saturating_sub(it.index.get()) / size
}

// The functions, by way of kept formats.

/// Formats with their `Struct`, up to `MAX_CACHE`.
static CACHE: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));

const MAX_CACHE: usize = 100;

fn cache(py: Py<'_>) -> PyResult<Owned<PyDictObject>> {
    if CACHE.get().is_null() {
        CACHE.set(dict::new(py)?.into_ptr());
    }
    // SAFETY: LIVE, LAYOUT: a dict that is kept for ever.
    Ok(unsafe { &*(CACHE.get() as *const PyDictObject) }.to_owned())
}

fn clear_cache(py: Py<'_>, _: &PyModuleObject) -> PyResult<()> {
    dict::clear(py, &*cache(py)?);
    Ok(())
}

/// `cache_struct_converter`.
fn of(py: Py<'_>, format: &PyObject) -> PyResult<Owned<StructObject>> {
    let kept = cache(py)?;
    if let Some(s) = dict::get(py, &kept, format)? {
        // SAFETY: LAYOUT: the cache holds nothing else.
        return Ok(unsafe { s.cast() });
    }
    // SAFETY: LAYOUT: the type's instances.
    let s: Owned<StructObject> = unsafe { object::tp_alloc(py, &STRUCT, 0)?.cast() };
    set_format(py, &s, format)?;
    if dict::len(&kept) >= MAX_CACHE {
        dict::clear(py, &kept);
    }
    // Not being kept is no error.
    let _ = dict::set(py, &kept, format, s.as_object());
    Ok(s)
}

fn calcsize(py: Py<'_>, _: &PyModuleObject, format: &PyObject) -> PyResult<isize> {
    Ok(sizes(&*of(py, format)?).1)
}

/// The first of the arguments, compiled.
fn split<'a>(py: Py<'_>, all: Rest<'a>) -> PyResult<(Owned<StructObject>, &'a [*mut PyObject])> {
    let Some((format, rest)) = all.0.split_first() else {
        return Err(exceptions::type_error(py, format_args!("missing format argument")));
    };
    // SAFETY: LIVE: the caller of the function holds its arguments.
    Ok((of(py, unsafe { &**format })?, rest))
}

fn f_pack(py: Py<'_>, _: &PyModuleObject, all: Rest<'_>) -> PyResult<Owned<PyBytesObject>> {
    let (s, rest) = split(py, all)?;
    pack_rest(py, &s, rest)
}

fn f_pack_into(py: Py<'_>, _: &PyModuleObject, all: Rest<'_>) -> PyResult<()> {
    let (s, rest) = split(py, all)?;
    pack_into_rest(py, &s, rest)
}

fn f_unpack(
    py: Py<'_>,
    _: &PyModuleObject,
    format: &PyObject,
    data: &PyObject,
) -> PyResult<Owned<PyTupleObject>> {
    let s = of(py, format)?;
    unpack(py, &s, View::simple(py, data)?)
}

fn f_unpack_from(
    py: Py<'_>,
    _: &PyModuleObject,
    format: &PyObject,
    data: &PyObject,
    offset: Option<isize>,
) -> PyResult<Owned<PyTupleObject>> {
    let s = of(py, format)?;
    unpack_from(py, &s, View::simple(py, data)?, offset)
}

fn f_iter_unpack(py: Py<'_>, _: &PyModuleObject, format: &PyObject, data: &PyObject) -> PyResult {
    let s = of(py, format)?;
    iter_unpack(py, &s, data)
}
