//! Items of a memoryview: reading and writing them by format, subscripts and slices, `cast`, `tolist`, comparison, the
//! iterator.

use super::{another, another_of, c_strides, check_released, format, init_flags, own};
use core::ffi::{CStr, c_int};
use dxpy_algos::structs::{Format, Item, Kind, Slot};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::buffer::{self, each_item, sizes};
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, boolean, bytes, call, exceptions, float, gc, glue, hooks, list, long, name,
    number, object, protocol, slice, tuple, unicode,
};

/// `get_native_fmtchar`: the code and size of a format that is one native item.
pub fn native(format: &CStr) -> Option<(u8, usize)> {
    let code = match format.to_bytes() {
        [c] | [b'@', c] => *c,
        _ => return None,
    };
    let size = match code {
        b'c' | b'b' | b'B' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'P' | b'd' => 8,
        _ => return None,
    };
    Some((code, size))
}

/// How an item of one native code is read and written.
fn slot(code: u8) -> Option<Slot> {
    Format::parse(&[b'@', code]).ok()?.slots().next()
}

#[cold]
fn unsupported(py: Py<'_>, f: &CStr) -> PyErr {
    exceptions::not_implemented_error(
        py,
        format_args!("memoryview: format {} not supported", f.to_string_lossy()),
    )
}

/// The code of the view's format, which must be native.
fn native_code(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<u8> {
    match native(format(m)) {
        Some((c, _)) => Ok(c),
        None => Err(exceptions::not_implemented_error(
            py,
            format_args!("memoryview: unsupported format {}", format(m).to_string_lossy()),
        )),
    }
}

/// `unpack_single`.
fn unpack(py: Py<'_>, p: *const u8, code: u8, f: &CStr) -> PyResult {
    let Some(slot) = slot(code) else { return Err(unsupported(py, f)) };
    // SAFETY: the exporter has an item of that size there.
    let content = unsafe { core::slice::from_raw_parts(p, slot.size) };
    Ok(match slot.unpack(content) {
        Item::Int(v) => long::from_i64(py, v)?.upcast(),
        Item::Uint(v) => long::from_u64(py, v)?.upcast(),
        Item::Float(v) => float::new(py, v)?.upcast(),
        Item::Bool(v) => boolean::new(v).upcast(),
        Item::Bytes(v) => bytes::new(py, v)?.upcast(),
    })
}

/// `pack_single`. The value is converted, which may run Python code, before the memory is touched.
fn pack(py: Py<'_>, m: &PyMemoryViewObject, p: *mut u8, value: &PyObject) -> PyResult<()> {
    let code = native_code(py, m)?;
    let f = format(m);
    let Some(slot) = slot(code) else { return Err(unsupported(py, f)) };
    let shown = f.to_string_lossy().into_owned();
    let bad_type =
        || exceptions::type_error(py, format_args!("memoryview: invalid type for format '{shown}'"));
    let bad_value =
        || exceptions::value_error(py, format_args!("memoryview: invalid value for format '{shown}'"));
    let fix = |e: PyErr| {
        if exceptions::matches(&e, &exceptions::TypeError) {
            bad_type()
        } else if exceptions::matches(&e, &exceptions::OverflowError)
            || exceptions::matches(&e, &exceptions::ValueError)
        {
            bad_value()
        } else {
            e
        }
    };
    let mut content = [0u8; 8];
    match slot.kind {
        Kind::Signed | Kind::Unsigned | Kind::Pointer => {
            let n = number::index_any(py, value).map_err(fix)?;
            let wide = match (long::to_i64(&n), long::to_u64(&n)) {
                (Some(v), _) => Some(v as i128),
                (_, Some(v)) => Some(v as i128),
                _ => None,
            };
            slot.pack_int(&mut content, wide).map_err(|_| bad_value())?;
        }
        Kind::Float => {
            let v = float::as_f64(py, value).map_err(fix)?;
            slot.pack_float(&mut content, v).map_err(|_| bad_value())?;
        }
        Kind::Bool => slot.pack_bool(&mut content, protocol::is_true(py, value)?),
        Kind::Char => {
            let b = bytes::check(value).ok_or_else(bad_type)?;
            match bytes::as_slice(b) {
                [c] => content[0] = *c,
                _ => return Err(bad_value()),
            }
        }
        _ => return Err(unsupported(py, f)),
    }
    check_released(py, m)?;
    // SAFETY: the exporter has a writable item of that size there.
    unsafe { core::ptr::copy_nonoverlapping(content.as_ptr(), p, slot.size) };
    Ok(())
}

fn shape(m: &PyMemoryViewObject) -> &[isize] {
    sizes(&m.view, &m.view.shape).unwrap_or(&[])
}

/// The number of items of the first dimension.
pub fn len(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<usize> {
    check_released(py, m)?;
    match shape(m).first() {
        Some(n) => Ok(*n as usize),
        None => Err(exceptions::type_error(py, format_args!("0-dim memory has no length"))),
    }
}

/// `lookup_dimension`: a step along one dimension.
fn along(py: Py<'_>, m: &PyMemoryViewObject, p: *mut u8, dim: usize, index: isize) -> PyResult<*mut u8> {
    let v = &m.view;
    let n = shape(m)[dim];
    let i = if index < 0 { index.saturating_add(n) } else { index };
    if i < 0 || i >= n {
        return Err(exceptions::index_error(
            py,
            format_args!("index out of bounds on dimension {}", dim + 1),
        ));
    }
    let strides = sizes(v, &v.strides).unwrap_or(&[]);
    let p = p.wrapping_offset(strides[dim].wrapping_mul(i));
    match sizes(v, &v.suboffsets).map(|s| s[dim]) {
        // SAFETY: a suboffset says that a pointer is there.
        Some(sub) if sub >= 0 => Ok(unsafe { *(p as *const *mut u8) }.wrapping_offset(sub)),
        _ => Ok(p),
    }
}

/// `memory_item`: of one dimension.
pub fn item(py: Py<'_>, m: &PyMemoryViewObject, i: isize) -> PyResult {
    check_released(py, m)?;
    let code = native_code(py, m)?;
    match m.view.ndim.get() {
        0 => Err(exceptions::type_error(py, format_args!("invalid indexing of 0-dim memory"))),
        1 => {
            let p = along(py, m, m.view.buf.get() as *mut u8, 0, i)?;
            unpack(py, p, code, format(m))
        }
        _ => Err(exceptions::not_implemented_error(
            py,
            format_args!("multi-dimensional sub-views are not implemented"),
        )),
    }
}

/// `ptr_from_tuple`: the place that one index a dimension names.
fn place(py: Py<'_>, m: &PyMemoryViewObject, t: &PyTupleObject) -> PyResult<*mut u8> {
    let (n, given) = (m.view.ndim.get() as usize, tuple::len(t));
    if given > n {
        return Err(exceptions::type_error(
            py,
            format_args!("cannot index {n}-dimension view with {given}-element tuple"),
        ));
    }
    let mut p = m.view.buf.get() as *mut u8;
    for (dim, o) in tuple::items(t).iter().enumerate() {
        let i = number::as_ssize(py, o, &exceptions::IndexError)?;
        check_released(py, m)?;
        p = along(py, m, p, dim, i)?;
    }
    Ok(p)
}

/// Which kind of tuple a subscript is.
fn is_multi_index(t: &PyTupleObject) -> bool {
    tuple::items(t).iter().all(|o| number::has_index(o))
}

fn is_multi_slice(t: &PyTupleObject) -> bool {
    tuple::len(t) > 0 && tuple::items(t).iter().all(|o| slice::check(o).is_some())
}

/// The part of the first dimension that a slice selects, as a new view.
fn sliced(py: Py<'_>, m: &PyMemoryViewObject, s: &PySliceObject) -> PyResult<Owned<PyMemoryViewObject>> {
    let r = another(py, m)?;
    let (start, stop, step) = slice::unpack(py, s)?;
    let v = &r.view;
    let (shape, strides, _) = own(&r);
    let (start, _, count) = slice::adjust_indices(shape[0].get() as usize, start, stop, step);
    let offset = strides[0].get().wrapping_mul(start);
    v.buf.set((v.buf.get() as *mut u8).wrapping_offset(offset) as *mut _);
    shape[0].set(count as isize);
    strides[0].set(strides[0].get().wrapping_mul(step));
    let items: isize = shape.iter().map(|c| c.get()).product();
    v.len.set(items.wrapping_mul(v.itemsize.get()));
    init_flags(&r);
    Ok(r)
}

/// `memory_subscript`.
pub fn subscript(py: Py<'_>, m: &PyMemoryViewObject, key: &PyObject) -> PyResult {
    check_released(py, m)?;
    // Bytes side by side are the common case.
    if m.view.ndim.get() == 1
        && let Some(i) = long::check_exact(key).and_then(long::compact)
        && format(m).to_bytes() == b"B"
    {
        let p = along(py, m, m.view.buf.get() as *mut u8, 0, i as isize)?;
        // SAFETY: the exporter has an item there.
        return long::from_i64(py, unsafe { *p }.into()).map(Owned::upcast);
    }
    let ellipsis = key.is(&object::_Py_EllipsisObject.0);
    if m.view.ndim.get() == 0 {
        if let Some(t) = tuple::check(key)
            && tuple::len(t) == 0
        {
            let code = native_code(py, m)?;
            return unpack(py, m.view.buf.get() as *const u8, code, format(m));
        }
        if ellipsis {
            return Ok(m.to_owned().upcast());
        }
        return Err(exceptions::type_error(py, format_args!("invalid indexing of 0-dim memory")));
    }
    if number::has_index(key) {
        let i = number::as_ssize(py, key, &exceptions::IndexError)?;
        return item(py, m, i);
    }
    if let Some(s) = slice::check(key) {
        return Ok(sliced(py, m, s)?.upcast());
    }
    if let Some(t) = tuple::check(key) {
        if is_multi_index(t) {
            let code = native_code(py, m)?;
            if tuple::len(t) < m.view.ndim.get() as usize {
                return Err(exceptions::not_implemented_error(
                    py,
                    format_args!("sub-views are not implemented"),
                ));
            }
            let p = place(py, m, t)?;
            return unpack(py, p, code, format(m));
        }
        if is_multi_slice(t) {
            return Err(exceptions::not_implemented_error(
                py,
                format_args!("multi-dimensional slicing is not implemented"),
            ));
        }
    }
    Err(exceptions::type_error(py, format_args!("memoryview: invalid slice key")))
}

/// `memory_ass_sub`.
pub fn set_subscript(
    py: Py<'_>,
    m: &PyMemoryViewObject,
    key: &PyObject,
    value: Option<&PyObject>,
) -> PyResult<()> {
    check_released(py, m)?;
    native_code(py, m)?;
    if m.view.readonly.get() != 0 {
        return Err(exceptions::type_error(py, format_args!("cannot modify read-only memory")));
    }
    let Some(value) = value else {
        return Err(exceptions::type_error(py, format_args!("cannot delete memory")));
    };
    let ndim = m.view.ndim.get();
    if ndim == 0 {
        let whole =
            tuple::check(key).is_some_and(|t| tuple::len(t) == 0) || key.is(&object::_Py_EllipsisObject.0);
        if whole {
            return pack(py, m, m.view.buf.get() as *mut u8, value);
        }
        return Err(exceptions::type_error(py, format_args!("invalid indexing of 0-dim memory")));
    }
    if number::has_index(key) {
        if ndim > 1 {
            return Err(exceptions::not_implemented_error(py, format_args!("sub-views are not implemented")));
        }
        let i = number::as_ssize(py, key, &exceptions::IndexError)?;
        check_released(py, m)?;
        let p = along(py, m, m.view.buf.get() as *mut u8, 0, i)?;
        return pack(py, m, p, value);
    }
    if let Some(s) = slice::check(key)
        && ndim == 1
    {
        return assign_slice(py, m, s, value);
    }
    if let Some(t) = tuple::check(key)
        && is_multi_index(t)
    {
        if tuple::len(t) < ndim as usize {
            return Err(exceptions::not_implemented_error(py, format_args!("sub-views are not implemented")));
        }
        let p = place(py, m, t)?;
        return pack(py, m, p, value);
    }
    if slice::check(key).is_some() || tuple::check(key).is_some_and(is_multi_slice) {
        return Err(exceptions::not_implemented_error(
            py,
            format_args!("memoryview slice assignments are currently restricted to ndim = 1"),
        ));
    }
    Err(exceptions::type_error(py, format_args!("memoryview: invalid slice key")))
}

/// `copy_single`: the items of another buffer of the same format and length.
fn assign_slice(py: Py<'_>, m: &PyMemoryViewObject, s: &PySliceObject, value: &PyObject) -> PyResult<()> {
    let src = buffer::View::get(py, value, PyBUF_FULL_RO)?;
    let dest = sliced(py, m, s)?;
    // The bounds may have run Python code.
    check_released(py, m)?;
    let v = src.raw();
    let code_of = |p: *mut core::ffi::c_char| match p.is_null() {
        true => c"B",
        // SAFETY: a view's format is a C string while it is held.
        false => unsafe { CStr::from_ptr(p) },
    };
    let (a, b) = (code_of(dest.view.format.get()), code_of(v.format.get()));
    let plain = |f: &CStr| f.to_bytes().strip_prefix(b"@").unwrap_or(f.to_bytes()).to_vec();
    let same = plain(a) == plain(b)
        && dest.view.itemsize.get() == v.itemsize.get()
        && v.ndim.get() == 1
        && sizes(v, &v.shape).map(|s| s[0]) == Some(shape(&dest)[0]);
    if !same {
        return Err(exceptions::value_error(
            py,
            format_args!("memoryview assignment: lvalue and rvalue have different structures"),
        ));
    }
    // Through a copy, for source and destination may overlap.
    let content = buffer::contiguous(v, b'C').ok_or_else(|| exceptions::memory_error(py))?;
    let size = v.itemsize.get().max(0) as usize;
    let mut at = 0;
    each_item(&dest.view, false, &mut |p| {
        // SAFETY: the exporter has a writable item of that size there; there are as many items as in the copy.
        unsafe { core::ptr::copy_nonoverlapping(content[at..].as_ptr(), p as *mut u8, size) };
        at += size;
    });
    Ok(())
}

/// `memoryview.tolist`.
pub fn tolist(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult {
    check_released(py, m)?;
    let code = native_code(py, m)?;
    nested(py, m, code, m.view.buf.get() as *mut u8, 0)
}

fn nested(py: Py<'_>, m: &PyMemoryViewObject, code: u8, p: *mut u8, dim: usize) -> PyResult {
    if dim == m.view.ndim.get() as usize {
        return unpack(py, p, code, format(m));
    }
    let n = shape(m)[dim];
    let out = list::with_capacity(py, n.max(0) as usize)?;
    for i in 0..n {
        let q = along(py, m, p, dim, i)?;
        list::push(py, &out, nested(py, m, code, q, dim + 1)?)?;
    }
    Ok(out.upcast())
}

/// `memoryview.cast`.
pub fn cast(
    py: Py<'_>,
    m: &PyMemoryViewObject,
    to: &PyUnicodeObject,
    new_shape: Option<&PyObject>,
) -> PyResult<Owned<PyMemoryViewObject>> {
    check_released(py, m)?;
    let type_error = |t: &str| exceptions::type_error(py, format_args!("{t}"));
    let value_error = |t: &str| exceptions::value_error(py, format_args!("{t}"));
    if m.flags.get() & _Py_MEMORYVIEW_C == 0 {
        return Err(type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    let ndim = m.view.ndim.get();
    let (shape_list, strides) = (shape(m), sizes(&m.view, &m.view.strides).unwrap_or(&[]));
    if (new_shape.is_some() || ndim != 1) && shape_list.iter().chain(strides).any(|n| *n == 0) {
        return Err(type_error("memoryview: cannot cast view with zeros in shape or strides"));
    }
    let wanted: Option<Vec<Owned>> = match new_shape {
        None => None,
        Some(s) => match (list::check(s), tuple::check(s)) {
            (Some(l), _) => Some(list::items(l).iter().map(|o| (**o).to_owned()).collect()),
            (_, Some(t)) => Some(tuple::items(t).iter().map(|o| (**o).to_owned()).collect()),
            _ => return Err(type_error("shape must be a list or a tuple")),
        },
    };
    if let Some(w) = &wanted {
        if w.len() > PyBUF_MAX_NDIM as usize {
            return Err(value_error(&format!(
                "memoryview: number of dimensions must not exceed {PyBUF_MAX_NDIM}"
            )));
        }
        if ndim != 1 && w.len() != 1 {
            return Err(type_error("memoryview: cast must be 1D -> ND or ND -> 1D"));
        }
    }
    // The format becomes the view's: one that lives as long as the process.
    let text = unicode::c_string(py, to)?;
    let Some((code, size)) = native(&text) else {
        return Err(value_error(
            "memoryview: destination format must be a native single character format prefixed with an optional '@'",
        ));
    };
    let byte = |c| matches!(c, b'b' | b'B' | b'c');
    if !byte(code) && !native(format(m)).is_some_and(|(old, _)| byte(old)) {
        return Err(type_error("memoryview: cannot cast between two non-byte formats"));
    }
    if m.view.len.get() % size as isize != 0 {
        return Err(type_error("memoryview: length is not a multiple of itemsize"));
    }
    let mut dims: Vec<isize> = vec![m.view.len.get() / size as isize];
    if let Some(w) = &wanted {
        dims.clear();
        let mut total = size as isize;
        for o in w {
            if long::check(o).is_none() {
                return Err(type_error("memoryview.cast(): elements of shape must be integers"));
            }
            let n = number::as_ssize(py, o, &exceptions::OverflowError)?;
            if n <= 0 {
                return Err(value_error("memoryview.cast(): elements of shape must be integers > 0"));
            }
            dims.push(n);
            total = match total.checked_mul(n) {
                Some(t) => t,
                None => return Err(value_error("memoryview.cast(): product(shape) > SSIZE_MAX")),
            };
        }
        if total != m.view.len.get() {
            return Err(type_error("memoryview: product(shape) * itemsize != buffer size"));
        }
    }
    let r = another_of(py, m, dims.len())?;
    r.view.itemsize.set(size as isize);
    r.view.format.set(static_format(code, text.as_bytes().len() == 2).as_ptr() as *mut _);
    if dims.is_empty() {
        r.view.shape.set(core::ptr::null_mut());
        r.view.strides.set(core::ptr::null_mut());
    } else {
        own(&r).0.iter().zip(&dims).for_each(|(to, n)| to.set(*n));
        c_strides(&r);
    }
    init_flags(&r);
    Ok(r)
}

/// The format strings that casts give.
fn static_format(code: u8, prefixed: bool) -> &'static CStr {
    macro_rules! table {
        ($($c:literal)*) => {
            match (code, prefixed) {
                $(
                    (c, false) if c == $c.as_bytes()[0] => c_literal(concat!($c, "\0")),
                    (c, true) if c == $c.as_bytes()[0] => c_literal(concat!("@", $c, "\0")),
                )*
                _ => c"B",
            }
        };
    }
    const fn c_literal(s: &'static str) -> &'static CStr {
        match CStr::from_bytes_with_nul(s.as_bytes()) {
            Ok(s) => s,
            Err(_) => panic!("a format without a NUL"),
        }
    }
    table!("c" "b" "B" "?" "h" "H" "e" "i" "I" "f" "l" "L" "q" "Q" "n" "N" "P" "d")
}

/// How items of one side of a comparison are read: natively, or by the `struct` module.
enum Reader {
    Native(u8),
    Struct(Owned),
}

impl Reader {
    fn new(py: Py<'_>, f: &CStr) -> PyResult<Option<Reader>> {
        if let Some((c, _)) = native(f) {
            return Ok(Some(Reader::Native(c)));
        }
        let module = hooks::import(py, name!("struct"))?;
        let class = dxpy_core::attr::get_name(py, &module, name!("Struct"))?;
        let text = bytes::new(py, f.to_bytes())?;
        match call::call(py, &class, [text.as_object()]) {
            Ok(s) => Ok(Some(Reader::Struct(dxpy_core::attr::get_name(py, &s, name!("unpack_from"))?))),
            // A format that `struct` does not know makes views unequal.
            Err(e) if exceptions::matches(&e, &exceptions::Exception) => Ok(None),
            Err(e) => Err(e),
        }
    }

    fn read(&self, py: Py<'_>, p: *const u8, size: usize, f: &CStr) -> PyResult {
        match self {
            Reader::Native(c) => unpack(py, p, *c, f),
            Reader::Struct(unpack) => {
                // SAFETY: the exporter has an item of that size there.
                let b = bytes::new(py, unsafe { core::slice::from_raw_parts(p, size) })?;
                let t = call::call(py, unpack, [b.as_object()])?;
                match tuple::check(&t).map(tuple::items) {
                    Some([only]) => Ok((*only).to_owned()),
                    _ => Ok(t),
                }
            }
        }
    }
}

/// `memory_richcompare`.
pub fn richcompare(py: Py<'_>, a: &PyMemoryViewObject, o: &PyObject, op: c_int) -> PyResult {
    if op != protocol::EQ && op != protocol::NE {
        return Ok(object::not_implemented());
    }
    let answer = |equal: bool| Ok(boolean::new(equal == (op == protocol::EQ)).upcast());
    if super::is_released(a) {
        return answer(a.is(o));
    }
    if let Some(b) = super::check(o)
        && super::is_released(b)
    {
        return answer(a.is(o));
    }
    let Ok(other) = buffer::View::get(py, o, PyBUF_FULL_RO) else {
        return Ok(object::not_implemented());
    };
    let (v, w) = (&a.view, other.raw());
    let n = v.ndim.get();
    if n != w.ndim.get() || sizes(v, &v.shape) != sizes(w, &w.shape) && n > 0 {
        return answer(false);
    }
    let wf = match w.format.get() {
        p if p.is_null() => c"B",
        // SAFETY: a view's format is a C string while it is held.
        p => unsafe { CStr::from_ptr(p) },
    };
    let vf = format(a);
    // Bytes compare as memory.
    if let (Some((x, _)), Some((y, _))) = (native(vf), native(wf))
        && x == y
        && matches!(x, b'b' | b'B' | b'c')
    {
        return answer(buffer::contiguous(v, b'C') == buffer::contiguous(w, b'C'));
    }
    let (Some(left), Some(right)) = (Reader::new(py, vf)?, Reader::new(py, wf)?) else {
        return answer(false);
    };
    // Places are collected first: reading runs Python code, and the views stay where they are meanwhile.
    let (mut p, mut q) = (Vec::new(), Vec::new());
    each_item(v, false, &mut |x| p.push(x));
    each_item(w, false, &mut |x| q.push(x));
    a.exports.set(a.exports.get() + 1);
    let mut equal = true;
    let mut result = Ok(());
    for (x, y) in p.iter().zip(&q) {
        let r = left
            .read(py, *x, v.itemsize.get() as usize, vf)
            .and_then(|x| Ok((x, right.read(py, *y, w.itemsize.get() as usize, wf)?)))
            .and_then(|(x, y)| protocol::rich_compare(py, &x, &y, protocol::EQ))
            .and_then(|r| protocol::is_true(py, &r));
        match r {
            Ok(true) => {}
            Ok(false) => {
                equal = false;
                break;
            }
            Err(e) => {
                result = Err(e);
                break;
            }
        }
    }
    a.exports.set(a.exports.get() - 1);
    result?;
    answer(equal)
}

/// `memory_iterator`. The struct is that of `str_iterator`; the length and format are looked at again at every step.
#[unsafe(no_mangle)]
pub static _PyMemoryIter_Type: StaticType = StaticType::new::<unicodeiterobject>(c"memory_iterator")
    .getattro(dxpy_core::attr::generic_get_slot)
    .traverse(glue::traverse(|it: &unicodeiterobject, v: &glue::Visitor| v.visit(&it.it_seq)))
    .dealloc(glue::dealloc(|_: Py<'_>, it: &unicodeiterobject| {
        // SAFETY: an iterator has a collector header; its field is released once and its memory last.
        unsafe {
            gc::untrack(it.as_object());
            object::clear_field(&it.it_seq);
            object::free(it.as_object());
        }
    }))
    .iter(glue::unary(|_: Py<'_>, it: &PyObject| Ok(it.to_owned())))
    .iternext(glue::iternext(next));

/// `memory_iter`.
pub fn iter(py: Py<'_>, m: &PyMemoryViewObject) -> PyResult<Owned<unicodeiterobject>> {
    check_released(py, m)?;
    match m.view.ndim.get() {
        0 => return Err(exceptions::type_error(py, format_args!("invalid indexing of 0-dim memory"))),
        1 => {}
        _ => {
            return Err(exceptions::not_implemented_error(
                py,
                format_args!("multi-dimensional sub-views are not implemented"),
            ));
        }
    }
    native_code(py, m)?;
    // SAFETY: both fields are set before the iterator is tracked.
    unsafe {
        let it = object::alloc_uninit::<unicodeiterobject>(
            py,
            &_PyMemoryIter_Type,
            size_of::<unicodeiterobject>(),
        )?;
        it.it_index.set(0);
        it.it_seq.set(m.to_owned().into_ptr());
        gc::track(it.as_object());
        Ok(it)
    }
}

fn next(py: Py<'_>, it: &unicodeiterobject) -> PyResult<Option<Owned>> {
    // SAFETY: LAYOUT: only a memoryview is stored there; LIVE: the iterator holds it.
    let Some(m) = (unsafe { (it.it_seq.get() as *const PyMemoryViewObject).as_ref() }) else {
        return Ok(None);
    };
    let m = m.to_owned();
    let i = it.it_index.get();
    if (i as usize) < len(py, &m)? {
        it.it_index.set(i + 1);
        return item(py, &m, i).map(Some);
    }
    object::clear_field(&it.it_seq);
    Ok(None)
}
