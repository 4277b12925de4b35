//! The methods of `array.array`, and `_array_reconstructor`.

use super::{
    ARRAY, ArrayObject, DESCRIPTIONS, add, check, code, content, content_mut, descr, exporting, extend,
    find_code, from_end, get, insert, of_bytes, resize, set, size, splice,
};
use dxpy_algos::array::{Kind, MachineFormat, byteswap as swap};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::buffer::View;
use dxpy_core::call::{self, type_name};
use dxpy_core::codecs;
use dxpy_core::ptr::Object;
use dxpy_core::types::is_subtype;
use dxpy_core::{
    Owned, Py, PyResult, attr, bytes, exceptions, float, getset, hooks, list, long, methods, name, object,
    protocol, tuple, types, unicode,
};

methods! { pub static METHODS: for ArrayObject [
    "append" = append [1], "($self, v, /)", "Adds an item at the end.";
    "buffer_info" = buffer_info [0], "($self, /)", "The address of the items in memory, and how many there are.";
    "byteswap" = byteswap [0], "($self, /)", "Turns the order of the bytes of each item round.";
    "__copy__" = copy [0], "($self, /)", "A copy.";
    "count" = count [1], "($self, v, /)", "How many items are equal to v.";
    "__deepcopy__" = deepcopy [1], "($self, unused, /)", "A copy.";
    "extend" = extend [1], "($self, bb, /)", "Adds the items of an iterable at the end.", defining;
    "fromfile" = fromfile [2], "($self, f, n, /)", "Reads n items from a file and adds them.", defining;
    "fromlist" = fromlist [1], "($self, list, /)", "Adds the items of a list.";
    "frombytes" = frombytes [1], "($self, buffer, /)", "Adds the items that these bytes are.";
    "fromunicode" = fromunicode [1], "($self, ustr, /)", "Adds the characters of a string to an array of them.";
    "index" = index [3], "($self, v, start=0, stop=sys.maxsize, /)", "The first index of an item equal to v.";
    "insert" = insert_at [2], "($self, i, v, /)", "Puts an item before a place.";
    "pop" = pop [1], "($self, i=-1, /)", "Removes an item and gives it.";
    "__reduce_ex__" = reduce_ex [1], "($self, value, /)", "What pickle needs to make it again.", defining;
    "remove" = remove [1], "($self, v, /)", "Removes the first item equal to v.";
    "reverse" = reverse [0], "($self, /)", "Turns the order of the items round.";
    "tofile" = tofile [1], "($self, f, /)", "Writes all items to a file.", defining;
    "tolist" = tolist [0], "($self, /)", "The items as a list.";
    "tobytes" = tobytes [0], "($self, /)", "The bytes of all items.";
    "tounicode" = tounicode [0], "($self, /)", "The characters as a string.";
    "__sizeof__" = sizeof [0], "($self, /)", "The bytes the object takes in memory.";
    "__class_getitem__" = class_getitem [1], "?($type, item, /)", "See PEP 585", class;
] }

getset! { pub static ATTRIBUTES [
    "typecode" = typecode, "The type code the array was made with.";
    "itemsize" = itemsize, "The bytes of one item.";
] }

fn typecode(py: Py<'_>, a: &ArrayObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_char(py, code(a).code as u32)
}

fn itemsize(py: Py<'_>, a: &ArrayObject) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, code(a).size as i64)
}

fn class_getitem(py: Py<'_>, ty: &ArrayObject, item: &PyObject) -> PyResult {
    hooks::generic_alias(py, ty.as_object(), item)
}

fn append(py: Py<'_>, a: &ArrayObject, v: &PyObject) -> PyResult<()> {
    insert(py, a, size(a) as isize, v)
}

fn insert_at(py: Py<'_>, a: &ArrayObject, i: isize, v: &PyObject) -> PyResult<()> {
    insert(py, a, i, v)
}

fn buffer_info(py: Py<'_>, a: &ArrayObject) -> PyResult<Owned<PyTupleObject>> {
    let address = long::from_u64(py, a.ob_item.get() as u64)?.upcast();
    tuple::from_iter(py, [address, long::from_u64(py, size(a) as u64)?.upcast()])
}

fn byteswap(_: Py<'_>, a: &ArrayObject) {
    // SAFETY: nothing else looks at the content.
    swap(unsafe { content_mut(a) }, code(a).size);
}

fn copy(py: Py<'_>, a: &ArrayObject) -> PyResult<Owned<ArrayObject>> {
    of_bytes(py, descr(a), content(a))
}

fn deepcopy(py: Py<'_>, a: &ArrayObject, _: &PyObject) -> PyResult<Owned<ArrayObject>> {
    copy(py, a)
}

/// The first index of an equal item in a range. Comparing may change the array.
pub fn find(py: Py<'_>, a: &ArrayObject, v: &PyObject, from: usize, to: isize) -> PyResult<Option<usize>> {
    let mut i = from;
    while i < size(a) && (i as isize) < to {
        let item = get(py, a, i)?;
        if protocol::rich_compare_bool(py, &item, v, Py_EQ)? {
            return Ok(Some(i));
        }
        i += 1;
    }
    Ok(None)
}

fn count(py: Py<'_>, a: &ArrayObject, v: &PyObject) -> PyResult<usize> {
    let (mut n, mut from) = (0, 0);
    while let Some(i) = find(py, a, v, from, isize::MAX)? {
        n += 1;
        from = i + 1;
    }
    Ok(n)
}

fn index(
    py: Py<'_>,
    a: &ArrayObject,
    v: &PyObject,
    start: dxpy_core::args::SliceArg,
    stop: dxpy_core::args::SliceArg,
) -> PyResult<usize> {
    let n = size(a);
    let start = from_end(start.0.unwrap_or(0), n).max(0) as usize;
    let stop = from_end(stop.0.unwrap_or(isize::MAX), n);
    match find(py, a, v, start, stop)? {
        Some(i) => Ok(i),
        None => Err(exceptions::value_error(py, format_args!("array.index(x): x not in array"))),
    }
}

fn remove(py: Py<'_>, a: &ArrayObject, v: &PyObject) -> PyResult<()> {
    match find(py, a, v, 0, isize::MAX)? {
        Some(i) if i < size(a) => splice(py, a, i, i + 1, &[]),
        Some(_) => Ok(()),
        None => Err(exceptions::value_error(py, format_args!("array.remove(x): x not in array"))),
    }
}

fn pop(py: Py<'_>, a: &ArrayObject, i: Option<isize>) -> PyResult {
    let n = size(a);
    if n == 0 {
        return Err(exceptions::index_error(py, format_args!("pop from empty array")));
    }
    let i = from_end(i.unwrap_or(-1), n);
    let Some(i) = usize::try_from(i).ok().filter(|i| *i < n) else {
        return Err(exceptions::index_error(py, format_args!("pop index out of range")));
    };
    let v = get(py, a, i)?;
    splice(py, a, i, i + 1, &[])?;
    Ok(v)
}

fn reverse(_: Py<'_>, a: &ArrayObject) {
    // SAFETY: nothing else looks at the content.
    let all = unsafe { content_mut(a) };
    all.reverse();
    swap(all, code(a).size);
}

fn fromfile(py: Py<'_>, a: &ArrayObject, f: &PyObject, n: isize) -> PyResult<()> {
    if n < 0 {
        return Err(exceptions::value_error(py, format_args!("negative count")));
    }
    let Some(wanted) = n.checked_mul(code(a).size as isize) else {
        return Err(exceptions::memory_error(py));
    };
    let wanted_object = long::from_i64(py, wanted as i64)?;
    let read = call::method(py, f, name!("read"), [wanted_object.as_object()])?;
    let Some(b) = bytes::check(&read) else {
        return Err(exceptions::type_error(py, format_args!("read() didn't return bytes")));
    };
    let enough = bytes::as_slice(b).len() == wanted as usize;
    add_buffer(py, a, &read)?;
    if !enough {
        return Err(exceptions::eof_error(py, format_args!("read() didn't return enough bytes")));
    }
    Ok(())
}

fn tofile(py: Py<'_>, a: &ArrayObject, f: &PyObject) -> PyResult<()> {
    const BLOCK: usize = 64 * 1024;
    let mut at = 0;
    while at < content(a).len() {
        let all = content(a);
        let block = bytes::new(py, &all[at..all.len().min(at + BLOCK)])?;
        call::method(py, f, name!("write"), [block.as_object()])?;
        at += BLOCK;
    }
    Ok(())
}

fn fromlist(py: Py<'_>, a: &ArrayObject, l: &PyObject) -> PyResult<()> {
    let Some(l) = list::check(l) else {
        return Err(exceptions::type_error(py, format_args!("arg must be list")));
    };
    let (n, old) = (list::len(l), size(a));
    if n == 0 {
        return Ok(());
    }
    resize(py, a, old.saturating_add(n))?;
    for i in 0..n {
        let done = match list::get(l, i) {
            Some(v) => set(py, a, old + i, &v),
            None => Ok(()),
        };
        let done = done.and_then(|()| match list::len(l) == n {
            true => Ok(()),
            false => Err(exceptions::runtime_error(py, format_args!("list changed size during iteration"))),
        });
        if let Err(e) = done {
            resize(py, a, old)?;
            return Err(e);
        }
    }
    Ok(())
}

/// `frombytes`.
pub fn add_buffer(py: Py<'_>, a: &ArrayObject, o: &PyObject) -> PyResult<()> {
    let v = View::simple(py, o)?;
    if v.raw().itemsize.get() != 1 {
        return Err(exceptions::type_error(py, format_args!("a bytes-like object is required")));
    }
    if v.len() % code(a).size != 0 {
        return Err(exceptions::value_error(py, format_args!("bytes length not a multiple of item size")));
    }
    if v.is_empty() {
        return Ok(());
    }
    if a.ob_exports.get() > 0 {
        return Err(exporting(py));
    }
    add(py, a, v.bytes())
}

fn frombytes(py: Py<'_>, a: &ArrayObject, o: &PyObject) -> PyResult<()> {
    add_buffer(py, a, o)
}

/// The characters of a string behind those of an array of type code `u`.
pub fn add_text(py: Py<'_>, a: &ArrayObject, s: &PyUnicodeObject) -> PyResult<()> {
    let items: Vec<u8> = unicode::code_points(s).flat_map(u32::to_ne_bytes).collect();
    if items.is_empty() {
        return Ok(());
    }
    add(py, a, &items)
}

fn fromunicode(py: Py<'_>, a: &ArrayObject, s: &PyUnicodeObject) -> PyResult<()> {
    if code(a).kind != Kind::Char {
        return Err(exceptions::value_error(
            py,
            format_args!("fromunicode() may only be called on unicode type arrays"),
        ));
    }
    add_text(py, a, s)
}

/// The characters of an array of type code `u`.
pub fn text(py: Py<'_>, a: &ArrayObject) -> PyResult<Owned<PyUnicodeObject>> {
    let chars: Vec<u32> =
        content(a).chunks_exact(4).map(|c| u32::from_ne_bytes([c[0], c[1], c[2], c[3]])).collect();
    for c in &chars {
        super::check_char(py, *c)?;
    }
    unicode::from_code_points(py, &chars)
}

fn tounicode(py: Py<'_>, a: &ArrayObject) -> PyResult<Owned<PyUnicodeObject>> {
    if code(a).kind != Kind::Char {
        return Err(exceptions::value_error(
            py,
            format_args!("tounicode() may only be called on unicode type arrays"),
        ));
    }
    text(py, a)
}

pub fn tolist(py: Py<'_>, a: &ArrayObject) -> PyResult<Owned<PyListObject>> {
    let mut items = Vec::with_capacity(size(a));
    for i in 0..size(a) {
        items.push(get(py, a, i)?);
    }
    list::from_iter(py, items)
}

fn tobytes(py: Py<'_>, a: &ArrayObject) -> PyResult<Owned<PyBytesObject>> {
    bytes::new(py, content(a))
}

fn sizeof(_: Py<'_>, a: &ArrayObject) -> isize {
    a.ty().tp_basicsize.get() + a.allocated.get() * code(a).size as isize
}

/// `array_array___reduce_ex__`.
fn reduce_ex(py: Py<'_>, a: &ArrayObject, protocol: &PyObject) -> PyResult<Owned<PyTupleObject>> {
    let Some(n) = long::check(protocol) else {
        return Err(exceptions::type_error(py, format_args!("__reduce_ex__ argument should be an integer")));
    };
    let Some(protocol) = long::to_i64(n) else {
        return Err(exceptions::overflow_error(
            py,
            format_args!("Python int too large to convert to C long"),
        ));
    };
    let state = attr::lookup_name(py, a.as_object(), name!("__dict__"))?.unwrap_or_else(object::none);
    let (class, c) = (a.ty().as_object().to_owned(), typecode(py, a)?.upcast());
    if protocol < 3 {
        let of = tuple::from_iter(py, [c, tolist(py, a)?.upcast()])?.upcast();
        return tuple::from_iter(py, [class, of, state]);
    }
    let module = hooks::import(py, name!("array"))?;
    let make = attr::get_name(py, &module, name!("_array_reconstructor"))?;
    let format = long::from_i64(py, code(a).machine_format().code().into())?.upcast();
    let of = tuple::from_iter(py, [class, c, format, tobytes(py, a)?.upcast()])?.upcast();
    tuple::from_iter(py, [make, of, state])
}

/// `array__array_reconstructor_impl`.
pub fn reconstructor(
    py: Py<'_>,
    _: &PyModuleObject,
    class: &PyObject,
    c: &PyObject,
    format: i32,
    items: &PyObject,
) -> PyResult {
    let one = unicode::check(c).filter(|s| unicode::len(s) == 1);
    let Some(c) = one.and_then(|s| unicode::code_points(s).next()) else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "_array_reconstructor() argument 2 must be a unicode character, not {}",
                type_name(c.ty())
            ),
        ));
    };
    let Some(ty) = types::check(class) else {
        return Err(exceptions::type_error(
            py,
            format_args!("first argument must be a type object, not {}", type_name(class.ty())),
        ));
    };
    if !is_subtype(ty, &ARRAY) {
        return Err(exceptions::type_error(
            py,
            format_args!("{} is not a subtype of {}", type_name(ty), type_name(&ARRAY)),
        ));
    }
    let Ok(d) = find_code(py, c) else {
        return Err(exceptions::value_error(py, format_args!("second argument must be a valid type code")));
    };
    let Some(machine) = MachineFormat::from_code(format) else {
        return Err(exceptions::value_error(
            py,
            format_args!("third argument must be a valid machine format code."),
        ));
    };
    let Some(b) = bytes::check(items) else {
        return Err(exceptions::type_error(
            py,
            format_args!("fourth argument should be bytes, not {}", type_name(items.ty())),
        ));
    };
    let make = |code: char, items: &PyObject| {
        let c = unicode::from_char(py, code as u32)?;
        let a = call::call(py, class, [c.as_object(), items])?;
        if check(&a).is_none() {
            return Err(exceptions::type_error(
                py,
                format_args!("array constructor returned a {} object", type_name(a.ty())),
            ));
        }
        Ok(a)
    };
    if machine == d.code.machine_format() {
        return make(d.code.code, items);
    }
    let content = bytes::as_slice(b);
    if !content.len().is_multiple_of(machine.size) {
        return Err(exceptions::value_error(py, format_args!("bytes length not a multiple of item size")));
    }
    let mut values = Vec::new();
    match machine.kind {
        Kind::Float => {
            for bits in machine.items(content) {
                let x =
                    if machine.size == 4 { f32::from_bits(bits as u32).into() } else { f64::from_bits(bits) };
                values.push(float::new(py, x)?.upcast());
            }
        }
        Kind::Char => {
            let name = match (machine.size, machine.big) {
                (2, false) => "utf-16-le",
                (2, true) => "utf-16-be",
                (_, false) => "utf-32-le",
                (_, true) => "utf-32-be",
            };
            let text = codecs::registry::decode(py, items, name, None)?;
            return make(d.code.code, &text);
        }
        Kind::Signed => {
            for bits in machine.items(content) {
                values.push(long::from_i64(py, bits as i64)?.upcast());
            }
        }
        Kind::Unsigned => {
            for bits in machine.items(content) {
                values.push(long::from_u64(py, bits)?.upcast());
            }
        }
    }
    // A pickle of another machine: the type code of ints may have another size here.
    let same = |k: Kind| k == machine.kind && matches!(k, Kind::Signed | Kind::Unsigned);
    let code = DESCRIPTIONS
        .0
        .iter()
        .find(|d| same(d.code.kind) && d.code.size == machine.size)
        .map_or(d.code.code, |d| d.code.code);
    let values = list::from_iter(py, values)?;
    make(code, values.as_object())
}
