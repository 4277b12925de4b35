//! `array`: the object, its storage and its items, construction, operators, slices, the buffer
//! (`Modules/arraymodule.c`). Item types are in `dxpy_algos::array`; the methods are in [`methods`], iteration in [`iter`].

mod iter;
mod methods;

use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};
use core::mem::offset_of;
use dxpy_algos::array::{BAD_TYPECODE, Kind, TYPECODES, TypeCode};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticTable, StaticType};
use dxpy_core::types::is_subtype;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, alloc, args, boolean, bytes, call, exceptions, float, gc, glue, list, long,
    methods, number, object, protocol, signature, slice, tuple, types, unicode, weakref,
};

/// `array`.
pub static MODULE: StaticModule = StaticModule::new(c"array")
    .doc(c"Sequences of numbers or characters of one C type, packed: array(typecode [, initializer]).")
    .methods(&FUNCTIONS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    types::ready(py, &iter::ITERATOR)?;
    module::add_type(py, m, &ARRAY)?;
    module::add(py, m, "ArrayType", ARRAY.as_object())?;
    module::add_str(py, m, "typecodes", TYPECODES)?;
    // An array is a mutable sequence.
    let abc = dxpy_core::hooks::import(py, dxpy_core::name!("_collections_abc"))?;
    let sequences = dxpy_core::attr::get_name(py, &abc, dxpy_core::name!("MutableSequence"))?;
    call::method(py, &sequences, dxpy_core::name!("register"), [ARRAY.as_object()]).map(drop)
});

methods! { static FUNCTIONS: for PyModuleObject [
    "_array_reconstructor" = methods::reconstructor [4], "($module, arraytype, typecode, mformat_code, items,\n                     /)", "What a pickle calls to make an array.";
] }

/// `struct arraydescr`, which extensions written in Cython read.
#[repr(C)]
struct Descr {
    typecode: c_char,
    itemsize: c_int,
    getitem: unsafe extern "C" fn(*mut ArrayObject, isize) -> *mut PyObject,
    setitem: unsafe extern "C" fn(*mut ArrayObject, isize, *mut PyObject) -> c_int,
    compareitems: *const c_void,
    formats: *const c_char,
    is_integer_type: c_int,
    is_signed: c_int,
    /// Ours, behind what others know.
    code: TypeCode,
}

/// `arrayobject`.
#[repr(C)]
pub(crate) struct ArrayObject {
    ob_base: PyVarObject,
    ob_item: Cell<*mut u8>,
    allocated: Cell<isize>,
    ob_descr: Cell<*const Descr>,
    weakreflist: Cell<*mut PyObject>,
    ob_exports: Cell<isize>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for ArrayObject {}

unsafe extern "C" fn get_shim(a: *mut ArrayObject, i: isize) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of the table; the index is in range.
    unsafe { dxpy_core::err::into_ptr(Py::assume(), get(Py::assume(), &*a, i as usize)) }
}

unsafe extern "C" fn set_shim(a: *mut ArrayObject, i: isize, v: *mut PyObject) -> c_int {
    // SAFETY: GIL, LIVE: the contract of the table; a negative index asks for the check only.
    unsafe {
        let (py, a) = (Py::assume(), &*a);
        let done = match usize::try_from(i) {
            Ok(i) => set(py, a, i, &*v),
            Err(_) => convert(py, code(a), &*v).map(drop),
        };
        match done {
            Ok(()) => 0,
            Err(e) => {
                e.restore(py);
                -1
            }
        }
    }
}

macro_rules! descriptions {
    ($($c:literal $format:literal;)*) => {
        static DESCRIPTIONS: Gil<[Descr; 13]> = Gil([$({
            let Some(code) = TypeCode::new($c) else { panic!() };
            Descr {
                typecode: $c as c_char,
                itemsize: code.size as c_int,
                getitem: get_shim,
                setitem: set_shim,
                compareitems: core::ptr::null(),
                formats: $format.as_ptr(),
                is_integer_type: matches!(code.kind, Kind::Signed | Kind::Unsigned) as c_int,
                is_signed: matches!(code.kind, Kind::Signed) as c_int,
                code,
            }
        },)*]);
    };
}
descriptions! {
    'b' c"b"; 'B' c"B"; 'u' c"w"; 'h' c"h"; 'H' c"H"; 'i' c"i"; 'I' c"I"; 'l' c"l"; 'L' c"L"; 'q' c"q"; 'Q' c"Q";
    'f' c"f"; 'd' c"d";
}

static ARRAY: StaticType = StaticType::new::<ArrayObject>(c"array.array")
    .getattro(dxpy_core::attr::generic_get_slot)
    .doc(c"array(typecode [, initializer]) -> array\n\nA sequence whose items are all of one C type, packed. The type code says which:\nb, B, h, H, i, I, l, L, q and Q are integers, lower case signed, f and d are floats, and u is a character.")
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_SEQUENCE)
    .weaklist(offset_of!(ArrayObject, weakreflist))
    .traverse(glue::traverse(|_: &ArrayObject, _: &glue::Visitor| Ok(())))
    .create(glue::create(create))
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .richcompare(glue::richcompare(richcompare))
    .iter(glue::unary(iter::iter))
    .sequence(&SEQUENCE)
    .mapping(&MAPPING)
    .buffer(&BUFFER)
    .methods(&methods::METHODS)
    .getset(&methods::ATTRIBUTES);

static SEQUENCE: StaticTable<PySequenceMethods> = StaticTable::<PySequenceMethods>::empty()
    .length(glue::len(|_: Py<'_>, a: &ArrayObject| Ok(size(a))))
    .concat(glue::binary(concat))
    .repeat(glue::indexed(repeat))
    .item(glue::indexed(item))
    .ass_item(glue::assign_indexed(set_item))
    .contains(glue::contains(|py: Py<'_>, a: &ArrayObject, v: &PyObject| {
        Ok(methods::find(py, a, v, 0, isize::MAX)?.is_some())
    }))
    .inplace_concat(glue::binary(inplace_concat))
    .inplace_repeat(glue::indexed(inplace_repeat));

static MAPPING: StaticTable<PyMappingMethods> = StaticTable::<PyMappingMethods>::empty()
    .length(glue::len(|_: Py<'_>, a: &ArrayObject| Ok(size(a))))
    .subscript(glue::binary(subscript))
    .ass_subscript(glue::assign(set_subscript));

static BUFFER: StaticTable<PyBufferProcs> = StaticTable::<PyBufferProcs>::empty()
    .get(glue::get_buffer(get_buffer))
    .release(glue::release_buffer(|_: Py<'_>, a: &ArrayObject, _: &Py_buffer| {
        a.ob_exports.set(a.ob_exports.get() - 1);
    }));

/// `array_Check`.
fn check(o: &PyObject) -> Option<&ArrayObject> {
    // SAFETY: LAYOUT: the type says so.
    is_subtype(o.ty(), &ARRAY).then(|| unsafe { &*(o as *const PyObject as *const ArrayObject) })
}

fn descr(a: &ArrayObject) -> &'static Descr {
    // SAFETY: STATIC: set when the array was made.
    unsafe { &*a.ob_descr.get() }
}

fn code(a: &ArrayObject) -> TypeCode {
    descr(a).code
}

fn size(a: &ArrayObject) -> usize {
    a.ob_base.ob_size.get() as usize
}

/// The bytes of all items. Not kept across a call out.
fn content(a: &ArrayObject) -> &[u8] {
    let n = size(a) * code(a).size;
    if n == 0 {
        return &[];
    }
    // SAFETY: INIT: that many bytes are there.
    unsafe { core::slice::from_raw_parts(a.ob_item.get(), n) }
}

/// The bytes of all items, to be written.
///
/// # Safety
/// No other slice of them is alive.
#[allow(clippy::mut_from_ref)]
unsafe fn content_mut(a: &ArrayObject) -> &mut [u8] {
    let n = size(a) * code(a).size;
    if n == 0 {
        return &mut [];
    }
    // SAFETY: INIT: that many bytes are there; the caller's promise.
    unsafe { core::slice::from_raw_parts_mut(a.ob_item.get(), n) }
}

/// `newarrayobject`: items are the caller's to write (they are zero).
fn new(py: Py<'_>, ty: &PyTypeObject, d: &'static Descr, n: usize) -> PyResult<Owned<ArrayObject>> {
    let Some(total) = n.checked_mul(d.code.size).filter(|t| *t <= isize::MAX as usize) else {
        return Err(exceptions::memory_error(py));
    };
    // SAFETY: LAYOUT: the caller's type begins like this struct.
    let a: Owned<ArrayObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    a.ob_descr.set(d);
    if total > 0 {
        let block = alloc::calloc(total) as *mut u8;
        if block.is_null() {
            return Err(exceptions::memory_error(py));
        }
        a.ob_item.set(block);
    }
    a.allocated.set(n as isize);
    a.ob_base.ob_size.set(n as isize);
    Ok(a)
}

/// An array of the exact type with these bytes for items.
fn of_bytes(py: Py<'_>, d: &'static Descr, items: &[u8]) -> PyResult<Owned<ArrayObject>> {
    let a = new(py, &ARRAY, d, items.len() / d.code.size)?;
    // SAFETY: nobody else has the new array.
    unsafe { content_mut(&a) }.copy_from_slice(items);
    Ok(a)
}

#[cold]
fn exporting(py: Py<'_>) -> PyErr {
    exceptions::buffer_error(py, format_args!("cannot resize an array that is exporting buffers"))
}

/// `array_resize`: new items are zero or what was there.
fn resize(py: Py<'_>, a: &ArrayObject, n: usize) -> PyResult<()> {
    let old = size(a);
    if a.ob_exports.get() > 0 && n != old {
        return Err(exporting(py));
    }
    if a.allocated.get() as usize >= n && old < n.saturating_add(16) && !a.ob_item.get().is_null() {
        a.ob_base.ob_size.set(n as isize);
        return Ok(());
    }
    if n == 0 {
        let block = a.ob_item.replace(core::ptr::null_mut());
        a.ob_base.ob_size.set(0);
        a.allocated.set(0);
        // SAFETY: the block was the array's own.
        unsafe { alloc::free_opt(block as *mut c_void) };
        return Ok(());
    }
    let room = (n >> 4).saturating_add(if old < 8 { 3 } else { 7 }).saturating_add(n);
    let unit = code(a).size;
    let Some(total) = room.checked_mul(unit).filter(|t| *t <= isize::MAX as usize) else {
        return Err(exceptions::memory_error(py));
    };
    // SAFETY: the block is the array's own, or NULL.
    let block = unsafe { alloc::realloc(a.ob_item.get() as *mut c_void, total) } as *mut u8;
    if block.is_null() {
        return Err(exceptions::memory_error(py));
    }
    // SAFETY: the new block has room for `room` items, of which the first `old` were copied.
    unsafe { core::ptr::write_bytes(block.add(old.min(n) * unit), 0, (room - old.min(n)) * unit) };
    a.ob_item.set(block);
    a.ob_base.ob_size.set(n as isize);
    a.allocated.set(room as isize);
    Ok(())
}

fn dealloc(py: Py<'_>, a: &ArrayObject) {
    // SAFETY: the type has a collector header; the block is the array's own and its memory goes last.
    unsafe {
        gc::untrack(a.as_object());
        weakref::clear_all(py, a.as_object());
        alloc::free_opt(a.ob_item.get() as *mut c_void);
        object::tp_free(a.as_object());
    }
}

// Items.

/// The item of these bytes.
fn load(py: Py<'_>, c: TypeCode, b: &[u8]) -> PyResult {
    let mut word = [0; 8];
    word[..c.size].copy_from_slice(&b[..c.size]);
    if cfg!(target_endian = "big") {
        word[..c.size].reverse();
    }
    let bits = u64::from_le_bytes(word);
    let unused = 64 - 8 * c.size as u32;
    Ok(match c.kind {
        Kind::Signed => long::from_i64(py, (bits << unused) as i64 >> unused)?.upcast(),
        Kind::Unsigned => long::from_u64(py, bits)?.upcast(),
        Kind::Float if c.size == 4 => float::new(py, f32::from_bits(bits as u32).into())?.upcast(),
        Kind::Float => float::new(py, f64::from_bits(bits))?.upcast(),
        Kind::Char => {
            check_char(py, bits as u32)?;
            unicode::from_char(py, bits as u32)?.upcast()
        }
    })
}

/// What an item of type code `u` must be to be a character.
fn check_char(py: Py<'_>, c: u32) -> PyResult<()> {
    if c > 0x10_ffff {
        return Err(exceptions::value_error(
            py,
            format_args!("character U+{c:x} is not in range [U+0000; U+10ffff]"),
        ));
    }
    Ok(())
}

/// `getarrayitem`; the index is in range.
fn get(py: Py<'_>, a: &ArrayObject, i: usize) -> PyResult {
    let c = code(a);
    load(py, c, &content(a)[i * c.size..(i + 1) * c.size])
}

/// The bytes of an item; runs Python code.
fn convert(py: Py<'_>, c: TypeCode, v: &PyObject) -> PyResult<[u8; 8]> {
    match c.kind {
        Kind::Signed | Kind::Unsigned => {
            let n = number::index_any(py, v)?;
            let value = match long::to_i64(&n) {
                Some(n) => Some(n.into()),
                None => long::to_u64(&n).map(i128::from),
            };
            c.pack_int(value, long::sign(&n) < 0)
                .map_err(|text| exceptions::overflow_error(py, format_args!("{text}")))
        }
        Kind::Float => Ok(c.pack_float(float::as_f64(py, v)?)),
        Kind::Char => {
            let one = unicode::check(v).filter(|s| unicode::len(s) == 1);
            let Some(c) = one.and_then(|s| unicode::code_points(s).next()) else {
                return Err(exceptions::type_error(py, format_args!("array item must be unicode character")));
            };
            let mut out = [0; 8];
            out[..4].copy_from_slice(&c.to_ne_bytes());
            Ok(out)
        }
    }
}

/// `setarrayitem`. Converting the value may change the array.
fn set(py: Py<'_>, a: &ArrayObject, i: usize, v: &PyObject) -> PyResult<()> {
    let c = code(a);
    let item = convert(py, c, v)?;
    if i >= size(a) {
        return Err(bad_assignment(py));
    }
    // SAFETY: nothing else looks at the content.
    unsafe { content_mut(a)[i * c.size..(i + 1) * c.size].copy_from_slice(&item[..c.size]) };
    Ok(())
}

/// `ins1`.
fn insert(py: Py<'_>, a: &ArrayObject, at: isize, v: &PyObject) -> PyResult<()> {
    let c = code(a);
    let item = convert(py, c, v)?;
    let n = size(a);
    resize(py, a, n + 1)?;
    let at = if at < 0 { at.saturating_add_unsigned(n).max(0) } else { at.min(n as isize) } as usize;
    // SAFETY: nothing else looks at the content.
    let all = unsafe { content_mut(a) };
    all.copy_within(at * c.size..n * c.size, (at + 1) * c.size);
    all[at * c.size..(at + 1) * c.size].copy_from_slice(&item[..c.size]);
    Ok(())
}

/// Adds bytes that are no part of this array.
fn add(py: Py<'_>, a: &ArrayObject, more: &[u8]) -> PyResult<()> {
    let (n, unit) = (size(a), code(a).size);
    resize(py, a, n + more.len() / unit)?;
    // SAFETY: nothing else looks at the content.
    unsafe { content_mut(a)[n * unit..].copy_from_slice(more) };
    Ok(())
}

/// `array_do_extend`.
fn extend(py: Py<'_>, a: &ArrayObject, from: &PyObject) -> PyResult<()> {
    let Some(other) = check(from) else {
        let it = protocol::iter(py, from)?;
        while let Some(v) = protocol::next(py, &it)? {
            insert(py, a, size(a) as isize, &v)?;
        }
        return Ok(());
    };
    if !core::ptr::eq(descr(a), descr(other)) {
        return Err(exceptions::type_error(py, format_args!("can only extend with array of same kind")));
    }
    let more = content(other).to_vec();
    add(py, a, &more)
}

// Construction.

fn find_code(py: Py<'_>, c: u32) -> PyResult<&'static Descr> {
    DESCRIPTIONS
        .0
        .iter()
        .find(|d| d.code.code as u32 == c)
        .ok_or_else(|| exceptions::value_error(py, format_args!("{BAD_TYPECODE}")))
}

fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if ty.is(&ARRAY.0) && has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("array.array() takes no keyword arguments")));
    }
    let sig = signature!("array", "!(typecode, initializer=None, /)");
    args::bind_call(py, sig, a, None, |b| {
        let given = b.arg::<&PyObject>(py, 0)?;
        let one = unicode::check(given).filter(|s| unicode::len(s) == 1);
        let Some(c) = one.and_then(|s| unicode::code_points(s).next()) else {
            let message =
                format!("array() argument 1 must be a unicode character, not {}", type_name(given.ty()));
            return Err(exceptions::type_error(py, format_args!("{message}")));
        };
        let initial = b.get(1);
        let nothing = object::none();
        dxpy_core::audit::event(py, "array.__new__", [given, initial.unwrap_or(&nothing)])?;
        make(py, ty, c, initial)
    })
}

fn make(py: Py<'_>, ty: &PyTypeObject, c: u32, initial: Option<&PyObject>) -> PyResult {
    let wide = c == u32::from('u');
    if let Some(i) = initial.filter(|_| !wide) {
        let what = if unicode::check(i).is_some() {
            Some("str")
        } else {
            check(i).filter(|a| code(a).kind == Kind::Char).map(|_| "unicode array")
        };
        if let Some(what) = what {
            let shown = char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER);
            return Err(exceptions::type_error(
                py,
                format_args!("cannot use a {what} to initialize an array with typecode '{shown}'"),
            ));
        }
    }
    // What is not read at once is iterated over, and the iterator is asked for before the code is looked at.
    let at_once = |i: &PyObject| {
        list::check(i).is_some()
            || tuple::check(i).is_some()
            || bytes::check(i).is_some()
            || dxpy_types::bytearray::check(i).is_some()
            || wide && unicode::check(i).is_some()
            || check(i).is_some_and(|a| code(a).code as u32 == c)
    };
    let it = match initial {
        Some(i) if !at_once(i) => Some(protocol::iter(py, i)?),
        _ => None,
    };
    let initial = initial.filter(|_| it.is_none());
    let d = find_code(py, c)?;
    let Some(i) = initial else {
        let a = new(py, ty, d, 0)?;
        if let Some(it) = it {
            extend(py, &a, &it)?;
        }
        return Ok(a.upcast());
    };
    if let Some(other) = check(i) {
        let items = content(other).to_vec();
        let a = new(py, ty, d, items.len() / d.code.size)?;
        // SAFETY: nobody else has the new array.
        unsafe { content_mut(&a) }.copy_from_slice(&items);
        return Ok(a.upcast());
    }
    let a = if list::check(i).is_some() || tuple::check(i).is_some() {
        let n = protocol::len(py, i)?;
        let a = new(py, ty, d, n)?;
        for k in 0..n {
            let v = dxpy_core::sequence::item(py, i, k as isize)?;
            set(py, &a, k, &v)?;
        }
        a
    } else {
        match unicode::check(i) {
            Some(text) => {
                let items: Vec<u8> = unicode::code_points(text).flat_map(u32::to_ne_bytes).collect();
                let a = new(py, ty, d, items.len() / d.code.size)?;
                // SAFETY: nobody else has the new array.
                unsafe { content_mut(&a) }.copy_from_slice(&items);
                a
            }
            None => {
                let a = new(py, ty, d, 0)?;
                methods::add_buffer(py, &a, i)?;
                a
            }
        }
    };
    Ok(a.upcast())
}

// Operators.

fn repr(py: Py<'_>, a: &ArrayObject) -> PyResult<Owned<PyUnicodeObject>> {
    let (class, c) = (call::short_name(a.ty()), code(a).code);
    if size(a) == 0 {
        return unicode::from_str(py, &format!("{class}('{c}')"));
    }
    let items = if code(a).kind == Kind::Char {
        methods::text(py, a)?.upcast()
    } else {
        methods::tolist(py, a)?.upcast()
    };
    let shown = protocol::repr(py, &items)?;
    let (head, tail) = (unicode::from_str(py, &format!("{class}('{c}', "))?, unicode::from_str(py, ")")?);
    unicode::join_all(py, &[&head, &shown, &tail])
}

/// `array_richcompare`.
fn richcompare(py: Py<'_>, a: &ArrayObject, b: &PyObject, op: c_int) -> PyResult {
    let Some(b) = check(b) else { return Ok(object::not_implemented()) };
    let equality = op == Py_EQ || op == Py_NE;
    if equality && size(a) != size(b) {
        return Ok(boolean::new(op == Py_NE).upcast());
    }
    let mut i = 0;
    while i < size(a) && i < size(b) {
        let (x, y) = (get(py, a, i)?, get(py, b, i)?);
        if !protocol::rich_compare_bool(py, &x, &y, Py_EQ)? {
            return match op {
                Py_EQ => Ok(boolean::new(false).upcast()),
                Py_NE => Ok(boolean::new(true).upcast()),
                _ => protocol::rich_compare(py, &x, &y, op),
            };
        }
        i += 1;
    }
    Ok(boolean::new(protocol::compare_ordering(size(a).cmp(&size(b)), op)).upcast())
}

#[cold]
fn bad_argument(py: Py<'_>) -> PyErr {
    exceptions::type_error(py, format_args!("bad argument type for built-in operation"))
}

fn concat(py: Py<'_>, a: &ArrayObject, b: &PyObject) -> PyResult<Owned<ArrayObject>> {
    let Some(other) = check(b) else {
        return Err(exceptions::type_error(
            py,
            format_args!("can only append array (not \"{}\") to array", type_name(b.ty())),
        ));
    };
    if !core::ptr::eq(descr(a), descr(other)) {
        return Err(bad_argument(py));
    }
    let r = new(py, &ARRAY, descr(a), size(a).saturating_add(size(other)))?;
    let n = content(a).len();
    // SAFETY: nobody else has the new array.
    let out = unsafe { content_mut(&r) };
    out[..n].copy_from_slice(content(a));
    out[n..].copy_from_slice(content(other));
    Ok(r)
}

fn inplace_concat(py: Py<'_>, a: &ArrayObject, b: &PyObject) -> PyResult<Owned<ArrayObject>> {
    if check(b).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("can only extend with array (not \"{}\")", type_name(b.ty())),
        ));
    }
    extend(py, a, b)?;
    Ok(a.to_owned())
}

/// Fills the items behind the first `n` bytes with copies of those.
fn fill_repeated(all: &mut [u8], n: usize) {
    let mut done = n;
    while n > 0 && done < all.len() {
        let more = done.min(all.len() - done);
        all.copy_within(..more, done);
        done += more;
    }
}

fn repeat(py: Py<'_>, a: &ArrayObject, times: isize) -> PyResult<Owned<ArrayObject>> {
    let Some(n) = size(a).checked_mul(times.max(0) as usize) else {
        return Err(exceptions::memory_error(py));
    };
    let r = new(py, &ARRAY, descr(a), n)?;
    if n > 0 {
        let part = content(a);
        // SAFETY: nobody else has the new array.
        let all = unsafe { content_mut(&r) };
        all[..part.len()].copy_from_slice(part);
        fill_repeated(all, part.len());
    }
    Ok(r)
}

fn inplace_repeat(py: Py<'_>, a: &ArrayObject, times: isize) -> PyResult<Owned<ArrayObject>> {
    let n = content(a).len();
    if n > 0 {
        let Some(items) = size(a).checked_mul(times.max(0) as usize) else {
            return Err(exceptions::memory_error(py));
        };
        resize(py, a, items)?;
        // SAFETY: nothing else looks at the content.
        fill_repeated(unsafe { content_mut(a) }, n);
    }
    Ok(a.to_owned())
}

#[cold]
fn bad_assignment(py: Py<'_>) -> PyErr {
    exceptions::index_error(py, format_args!("array assignment index out of range"))
}

fn item(py: Py<'_>, a: &ArrayObject, i: isize) -> PyResult {
    match usize::try_from(i).ok().filter(|i| *i < size(a)) {
        Some(i) => get(py, a, i),
        None => Err(exceptions::index_error(py, format_args!("array index out of range"))),
    }
}

fn set_item(py: Py<'_>, a: &ArrayObject, i: isize, v: Option<&PyObject>) -> PyResult<()> {
    let i = usize::try_from(i).ok().filter(|i| *i < size(a)).ok_or_else(|| bad_assignment(py))?;
    match v {
        Some(v) => set(py, a, i, v),
        None => splice(py, a, i, i + 1, &[]),
    }
}

fn from_end(i: isize, n: usize) -> isize {
    if i < 0 { i.saturating_add_unsigned(n) } else { i }
}

/// `array_subscr`.
fn subscript(py: Py<'_>, a: &ArrayObject, key: &PyObject) -> PyResult {
    if number::has_index(key) {
        let i = number::as_ssize(py, key, &exceptions::IndexError)?;
        return item(py, a, from_end(i, size(a)));
    }
    let Some(range) = slice::check(key) else {
        return Err(exceptions::type_error(py, format_args!("array indices must be integers")));
    };
    let (start, stop, step) = slice::unpack(py, range)?;
    let (start, _, count) = slice::adjust_indices(size(a), start, stop, step);
    let (all, unit) = (content(a), code(a).size);
    let mut out = Vec::with_capacity(count * unit);
    for k in 0..count {
        let i = (start + k as isize * step) as usize;
        out.extend_from_slice(&all[i * unit..(i + 1) * unit]);
    }
    Ok(of_bytes(py, descr(a), &out)?.upcast())
}

/// The items `from..to` become those of these bytes, which are no part of this array.
fn splice(py: Py<'_>, a: &ArrayObject, from: usize, to: usize, with: &[u8]) -> PyResult<()> {
    let (n, unit) = (size(a), code(a).size);
    let new = with.len() / unit;
    let total = n - (to - from) + new;
    if new < to - from {
        if a.ob_exports.get() > 0 {
            return Err(exporting(py));
        }
        // SAFETY: nothing else looks at the content.
        unsafe { content_mut(a) }.copy_within(to * unit.., (from + new) * unit);
        resize(py, a, total)?;
    } else if new > to - from {
        resize(py, a, total)?;
        // SAFETY: nothing else looks at the content.
        unsafe { content_mut(a) }.copy_within(to * unit..n * unit, (from + new) * unit);
    }
    // SAFETY: nothing else looks at the content.
    unsafe { content_mut(a)[from * unit..(from + new) * unit].copy_from_slice(with) };
    Ok(())
}

/// `array_ass_subscr`.
fn set_subscript(py: Py<'_>, a: &ArrayObject, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    if number::has_index(key) {
        let i = number::as_ssize(py, key, &exceptions::IndexError)?;
        return set_item(py, a, from_end(i, size(a)), value);
    }
    let Some(range) = slice::check(key) else {
        return Err(exceptions::type_error(py, format_args!("array indices must be integers")));
    };
    let (start, stop, step) = slice::unpack(py, range)?;
    let (start, stop, count) = slice::adjust_indices(size(a), start, stop, step);
    let unit = code(a).size;
    let with = match value {
        None => Vec::new(),
        Some(v) => {
            let Some(other) = check(v) else {
                return Err(exceptions::type_error(
                    py,
                    format_args!("can only assign array (not \"{}\") to array slice", type_name(v.ty())),
                ));
            };
            if !core::ptr::eq(descr(a), descr(other)) {
                return Err(bad_argument(py));
            }
            content(other).to_vec()
        }
    };
    let needed = with.len() / unit;
    let stop = if step > 0 && start > stop || step < 0 && start < stop { start } else { stop };
    if (needed == 0 || needed != count) && a.ob_exports.get() > 0 {
        return Err(exporting(py));
    }
    if step == 1 {
        return splice(py, a, start as usize, stop as usize, &with);
    }
    if needed == 0 {
        if count == 0 {
            return Ok(());
        }
        let (low, step) = if step < 0 { (start + step * (count as isize - 1), -step) } else { (start, step) };
        let gone = |i: usize| {
            let d = i as isize - low;
            d >= 0 && d % step == 0 && d / step < count as isize
        };
        let kept: Vec<u8> = content(a)
            .chunks_exact(unit)
            .enumerate()
            .filter(|(i, _)| !gone(*i))
            .flat_map(|(_, c)| c)
            .copied()
            .collect();
        // SAFETY: nothing else looks at the content.
        unsafe { content_mut(a)[..kept.len()].copy_from_slice(&kept) };
        return resize(py, a, kept.len() / unit);
    }
    if needed != count {
        return Err(exceptions::value_error(
            py,
            format_args!("attempt to assign array of size {needed} to extended slice of size {count}"),
        ));
    }
    // SAFETY: nothing else looks at the content.
    let all = unsafe { content_mut(a) };
    for (k, c) in with.chunks_exact(unit).enumerate() {
        let i = (start + k as isize * step) as usize;
        all[i * unit..(i + 1) * unit].copy_from_slice(c);
    }
    Ok(())
}

/// `array_buffer_getbuf`.
fn get_buffer(_: Py<'_>, a: &ArrayObject, view: &Py_buffer, flags: c_int) -> PyResult<()> {
    static NOTHING: Gil<Cell<u64>> = Gil(Cell::new(0));
    let start = match a.ob_item.get() {
        p if p.is_null() => NOTHING.as_ptr() as *mut c_void,
        p => p as *mut c_void,
    };
    let wanted = |f| flags & f == f;
    let d = descr(a);
    view.buf.set(start);
    view.obj.set(a.as_object().to_owned().into_ptr());
    view.len.set((size(a) * d.code.size) as isize);
    view.readonly.set(0);
    view.ndim.set(1);
    view.itemsize.set(d.itemsize as isize);
    view.suboffsets.set(core::ptr::null_mut());
    view.shape.set(if wanted(PyBUF_ND) { a.ob_base.ob_size.as_ptr() } else { core::ptr::null_mut() });
    view.strides.set(if wanted(PyBUF_STRIDES) { view.itemsize.as_ptr() } else { core::ptr::null_mut() });
    view.format.set(if wanted(PyBUF_FORMAT) { d.formats as *mut _ } else { core::ptr::null_mut() });
    view.internal.set(core::ptr::null_mut());
    a.ob_exports.set(a.ob_exports.get() + 1);
    Ok(())
}
