//! `bytearray`: storage that grows as CPython's does (`__alloc__` shows it), construction, operators, the mutating methods,
//! the buffer. Methods it shares with `bytes` are in `bytes::shared`.

use crate::bytes::shared::{self, Bytes, byte_value, not_a_byte};
use crate::bytes::{byte_values, check_text_arguments, each_byte, every, iter, percent, zeros};
use crate::{Part, no_hooks};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::buffer::{self, View};
use dxpy_core::call::type_name;
use dxpy_core::codecs::{self, Source};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::is_subtype;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, alloc, args, bytes, call, exceptions, glue, long, methods, name, number,
    object, protocol, signature, slice, tuple, unicode,
};

/// What this module brings.
pub static PART: Part =
    Part { adopt: &[], types: &[&PyByteArray_Type, &iter::PyByteArrayIter_Type], hooks: no_hooks };

/// `bytearray`.
#[unsafe(no_mangle)]
pub static PyByteArray_Type: StaticType = StaticType::new::<PyByteArrayObject>(c"bytearray")
    .flags(Py_TPFLAGS_BASETYPE | _Py_TPFLAGS_MATCH_SELF)
    .doc(c"bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> bytearray\nbytearray(int) -> bytearray of that many zeros\nbytearray() -> empty bytearray\n\nA sequence of bytes that can change.")
    .create(types_generic_new())
    .init(glue::init(init))
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .str(glue::unary(str))
    .getattro(dxpy_core::attr::generic_get_slot)
    .richcompare(glue::richcompare(richcompare))
    .iter(glue::unary(iter::iter_bytearray))
    .number(&NUMBER)
    .sequence(&SEQUENCE)
    .mapping(&MAPPING)
    .buffer(&BUFFER)
    .methods(&METHODS);

/// `PyType_GenericNew`: what there is comes with `__init__`.
const fn types_generic_new() -> newfunc {
    glue::create(|py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>| {
        object::tp_alloc(py, ty, 0)
    })
}

static NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().remainder(glue::binary(remainder));

static SEQUENCE: StaticTable<PySequenceMethods> = StaticTable::<PySequenceMethods>::empty()
    .length(glue::len(|_: Py<'_>, b: &PyByteArrayObject| Ok(size(b))))
    .concat(glue::binary(concat))
    .repeat(glue::indexed(repeat))
    .item(glue::indexed(item))
    .ass_item(glue::assign_indexed(set_item))
    .contains(glue::contains(shared::contains::<PyByteArrayObject>))
    .inplace_concat(glue::binary(inplace_concat))
    .inplace_repeat(glue::indexed(inplace_repeat));

static MAPPING: StaticTable<PyMappingMethods> = StaticTable::<PyMappingMethods>::empty()
    .length(glue::len(|_: Py<'_>, b: &PyByteArrayObject| Ok(size(b))))
    .subscript(glue::binary(subscript))
    .ass_subscript(glue::assign(set_subscript));

static BUFFER: StaticTable<PyBufferProcs> = StaticTable::<PyBufferProcs>::empty()
    .get(glue::get_buffer(get_buffer))
    .release(glue::release_buffer(|_: Py<'_>, b: &PyByteArrayObject, _: &Py_buffer| {
        b.ob_exports.set(b.ob_exports.get() - 1);
    }));

methods! { static METHODS: for PyByteArrayObject [
    "__alloc__" = allocated [0], "!($self, /)", "B.__alloc__() -> int\n\nThe number of bytes that are allocated.";
    "__reduce__" = reduce [0], "($self, /)", "What pickle needs to make it again.";
    "__reduce_ex__" = reduce_ex [1], "($self, proto=0, /)", "What pickle needs to make it again, by protocol.";
    "__sizeof__" = sizeof [0], "($self, /)", "The bytes the object takes in memory.";
    "append" = append [1], "($self, item, /)", "Adds one byte at the end.";
    "capitalize" = shared::capitalize::<PyByteArrayObject> [0], "!($self, /)", "B.capitalize() -> copy of B\n\nThe first letter in upper case, the others in lower case.";
    "center" = shared::center::<PyByteArrayObject> [2], "($self, width, fillchar=b' ', /)", "The bytes in the middle of a field.";
    "clear" = clear [0], "($self, /)", "Removes all bytes.";
    "copy" = copy [0], "($self, /)", "A copy.";
    "count" = shared::count::<PyByteArrayObject> [3], "!($self, sub, start=None, end=None, /)", "B.count(sub[, start[, end]]) -> int\n\nHow often sub occurs in B[start:end] without overlap.";
    "decode" = shared::decode::<PyByteArrayObject> [2], "($self, /, encoding='utf-8', errors='strict')", "The text the bytes stand for in an encoding.";
    "endswith" = shared::endswith::<PyByteArrayObject> [3], "!($self, suffix, start=None, end=None, /)", "B.endswith(suffix[, start[, end]]) -> bool\n\nWhether B[start:end] ends with the suffix, or with one of a tuple of them.";
    "expandtabs" = shared::expandtabs::<PyByteArrayObject> [1], "($self, /, tabsize=8)", "Tabs replaced by blanks up to the next multiple of tabsize.";
    "extend" = extend [1], "($self, iterable_of_ints, /)", "Adds the bytes of an iterable at the end.";
    "find" = shared::find::<PyByteArrayObject> [3], "!($self, sub, start=None, end=None, /)", "B.find(sub[, start[, end]]) -> int\n\nThe lowest index at which sub is in B[start:end]; -1 if it is not.";
    "fromhex" = fromhex [1], "($type, string, /)", "Bytes of pairs of hexadecimal digits; white space between them is passed over.", class;
    "hex" = shared::hex::<PyByteArrayObject> [2], "($self, /, sep=<unrepresentable>, bytes_per_sep=1)", "The bytes in hexadecimal digits, maybe with a separator between groups.\n\n>>> bytearray(b'\\x01\\xf2\\n').hex()\n'01f20a'\n>>> bytearray(b'\\x01\\xf2\\n').hex(':')\n'01:f2:0a'\n>>> bytearray(b'\\x01\\xf2\\n').hex(':', 2)\n'01:f20a'\n>>> bytearray(b'\\x01\\xf2\\n').hex(':', -2)\n'01f2:0a'\n>>> bytearray(b'\\x01\\xf2\\n').hex(b'_')\n'01_f2_0a'";
    "index" = shared::index::<PyByteArrayObject> [3], "!($self, sub, start=None, end=None, /)", "B.index(sub[, start[, end]]) -> int\n\nAs find, but a ValueError if sub is not found.";
    "insert" = insert [2], "($self, index, item, /)", "Puts one byte before a place.";
    "isalnum" = shared::isalnum::<PyByteArrayObject> [0], "!($self, /)", "B.isalnum() -> bool\n\nWhether there are bytes and all of them are ASCII letters or digits.";
    "isalpha" = shared::isalpha::<PyByteArrayObject> [0], "!($self, /)", "B.isalpha() -> bool\n\nWhether there are bytes and all of them are ASCII letters.";
    "isascii" = shared::isascii::<PyByteArrayObject> [0], "!($self, /)", "B.isascii() -> bool\n\nWhether all bytes are ASCII.";
    "isdigit" = shared::isdigit::<PyByteArrayObject> [0], "!($self, /)", "B.isdigit() -> bool\n\nWhether there are bytes and all of them are ASCII digits.";
    "islower" = shared::islower::<PyByteArrayObject> [0], "!($self, /)", "B.islower() -> bool\n\nWhether there are ASCII letters and all of them are lower case.";
    "isspace" = shared::isspace::<PyByteArrayObject> [0], "!($self, /)", "B.isspace() -> bool\n\nWhether there are bytes and all of them are ASCII white space.";
    "istitle" = shared::istitle::<PyByteArrayObject> [0], "!($self, /)", "B.istitle() -> bool\n\nWhether there are ASCII letters and words begin in upper case and go on in lower case.";
    "isupper" = shared::isupper::<PyByteArrayObject> [0], "!($self, /)", "B.isupper() -> bool\n\nWhether there are ASCII letters and all of them are upper case.";
    "join" = shared::join::<PyByteArrayObject> [1], "($self, iterable_of_bytes, /)", "The bytes of the iterable, with these between them.";
    "ljust" = shared::ljust::<PyByteArrayObject> [2], "($self, width, fillchar=b' ', /)", "The bytes at the left of a field.";
    "lower" = shared::lower::<PyByteArrayObject> [0], "!($self, /)", "B.lower() -> copy of B\n\nASCII letters in lower case.";
    "lstrip" = shared::lstrip::<PyByteArrayObject> [1], "($self, bytes=None, /)", "The bytes without white space, or without those named, at the beginning.";
    "maketrans" = shared::maketrans::<PyByteArrayObject> [2], "(frm, to, /)", "A table for translate() that maps each byte of frm to the one in its place in to.", static;
    "partition" = shared::partition::<PyByteArrayObject> [1], "($self, sep, /)", "What is before the first sep, sep, and what is behind it.";
    "pop" = pop [1], "($self, index=-1, /)", "Removes a byte and gives it.";
    "remove" = remove [1], "($self, value, /)", "Removes the first byte of this value.";
    "replace" = shared::replace::<PyByteArrayObject> [3], "($self, old, new, count=-1, /)", "A copy in which old is replaced by new, the first count times if count is not negative.";
    "removeprefix" = shared::removeprefix::<PyByteArrayObject> [1], "($self, prefix, /)", "The bytes without this beginning, if they have it.";
    "removesuffix" = shared::removesuffix::<PyByteArrayObject> [1], "($self, suffix, /)", "The bytes without this end, if they have it.";
    "reverse" = reverse [0], "($self, /)", "Turns the order round.";
    "rfind" = shared::rfind::<PyByteArrayObject> [3], "!($self, sub, start=None, end=None, /)", "B.rfind(sub[, start[, end]]) -> int\n\nThe highest index at which sub is in B[start:end]; -1 if it is not.";
    "rindex" = shared::rindex::<PyByteArrayObject> [3], "!($self, sub, start=None, end=None, /)", "B.rindex(sub[, start[, end]]) -> int\n\nAs rfind, but a ValueError if sub is not found.";
    "rjust" = shared::rjust::<PyByteArrayObject> [2], "($self, width, fillchar=b' ', /)", "The bytes at the right of a field.";
    "rpartition" = shared::rpartition::<PyByteArrayObject> [1], "($self, sep, /)", "What is before the last sep, sep, and what is behind it.";
    "rsplit" = shared::rsplit::<PyByteArrayObject> [2], "($self, /, sep=None, maxsplit=-1)", "The parts between separators, cut from the right; runs of white space separate if there is no sep.";
    "rstrip" = shared::rstrip::<PyByteArrayObject> [1], "($self, bytes=None, /)", "The bytes without white space, or without those named, at the end.";
    "split" = shared::split::<PyByteArrayObject> [2], "($self, /, sep=None, maxsplit=-1)", "The parts between separators, cut from the left; runs of white space separate if there is no sep.";
    "splitlines" = shared::splitlines::<PyByteArrayObject> [1], "($self, /, keepends=False)", "The lines; with their ends if keepends is true.";
    "startswith" = shared::startswith::<PyByteArrayObject> [3], "!($self, prefix, start=None, end=None, /)", "B.startswith(prefix[, start[, end]]) -> bool\n\nWhether B[start:end] begins with the prefix, or with one of a tuple of them.";
    "strip" = shared::strip::<PyByteArrayObject> [1], "($self, bytes=None, /)", "The bytes without white space, or without those named, at both ends.";
    "swapcase" = shared::swapcase::<PyByteArrayObject> [0], "!($self, /)", "B.swapcase() -> copy of B\n\nUpper case ASCII letters become lower case and the other way round.";
    "title" = shared::title::<PyByteArrayObject> [0], "!($self, /)", "B.title() -> copy of B\n\nWords begin in upper case and go on in lower case.";
    "translate" = shared::translate::<PyByteArrayObject> [2], "($self, table, /, delete=b'')", "Without the bytes of delete, each byte replaced by what the table of 256 has for it.";
    "upper" = shared::upper::<PyByteArrayObject> [0], "!($self, /)", "B.upper() -> copy of B\n\nASCII letters in upper case.";
    "zfill" = shared::zfill::<PyByteArrayObject> [1], "($self, width, /)", "Zeros at the left, behind a sign, up to a width.";
] }

/// `PyByteArray_Check`.
pub fn check(o: &PyObject) -> Option<&PyByteArrayObject> {
    // SAFETY: LAYOUT: the type says so.
    (o.ty().is(&PyByteArray_Type.0) || is_subtype(o.ty(), &PyByteArray_Type))
        .then(|| unsafe { &*(o as *const PyObject as *const PyByteArrayObject) })
}

fn size(b: &PyByteArrayObject) -> usize {
    b.ob_base.ob_size.get() as usize
}

impl Bytes for PyByteArrayObject {
    fn pinned<R>(&self, f: impl FnOnce() -> R) -> R {
        self.ob_exports.set(self.ob_exports.get() + 1);
        let r = f();
        self.ob_exports.set(self.ob_exports.get() - 1);
        r
    }
    fn content(&self) -> &[u8] {
        let n = size(self);
        if n == 0 {
            return &[];
        }
        // SAFETY: INIT: `ob_size` bytes are at `ob_start`.
        unsafe { core::slice::from_raw_parts(self.ob_start.get() as *const u8, n) }
    }
    fn make(py: Py<'_>, content: &[u8]) -> PyResult<Owned<Self>> {
        new(py, content)
    }
    fn unchanged(&self, py: Py<'_>) -> PyResult<Owned<Self>> {
        new(py, self.content())
    }
    fn check(o: &PyObject) -> Option<&Self> {
        check(o)
    }
    fn source(&self) -> Source<'_> {
        Source::new(self.content())
    }
}

/// The content to be written.
///
/// # Safety
/// No other slice of it is alive.
#[allow(clippy::mut_from_ref)]
unsafe fn content_mut(b: &PyByteArrayObject) -> &mut [u8] {
    let n = size(b);
    if n == 0 {
        return &mut [];
    }
    // SAFETY: INIT: `ob_size` bytes are at `ob_start`; the caller's promise.
    unsafe { core::slice::from_raw_parts_mut(b.ob_start.get() as *mut u8, n) }
}

/// `PyByteArray_FromStringAndSize`.
pub fn new(py: Py<'_>, content: &[u8]) -> PyResult<Owned<PyByteArrayObject>> {
    // SAFETY: LAYOUT: the type's instances, all zero, are empty bytearrays.
    let b: Owned<PyByteArrayObject> = unsafe { object::generic_alloc(py, &PyByteArray_Type, 0)?.cast() };
    if !content.is_empty() {
        let n = content.len();
        let block = alloc::malloc(n + 1) as *mut u8;
        if block.is_null() {
            return Err(exceptions::memory_error(py));
        }
        // SAFETY: the block has room for the content and its NUL.
        unsafe {
            core::ptr::copy_nonoverlapping(content.as_ptr(), block, n);
            *block.add(n) = 0;
        }
        b.ob_bytes.set(block as *mut _);
        b.ob_start.set(block as *mut _);
        b.ob_alloc.set(n as isize + 1);
        b.ob_base.ob_size.set(n as isize);
    }
    Ok(b)
}

/// `_canresize`.
fn can_resize(py: Py<'_>, b: &PyByteArrayObject) -> PyResult<()> {
    if b.ob_exports.get() > 0 {
        return Err(exceptions::buffer_error(
            py,
            format_args!("Existing exports of data: object cannot be re-sized"),
        ));
    }
    Ok(())
}

/// `PyByteArray_Resize`: the content up to the lesser size stays; new bytes are the caller's to write.
pub fn resize(py: Py<'_>, b: &PyByteArrayObject, n: usize) -> PyResult<()> {
    let old = size(b);
    if n == old {
        return Ok(());
    }
    can_resize(py, b)?;
    let room = b.ob_alloc.get() as usize;
    // Bytes cut off at the front stay in the block until it is made anew.
    let offset = (b.ob_start.get() as usize).wrapping_sub(b.ob_bytes.get() as usize);
    let new_room = if n.saturating_add(offset).saturating_add(1) <= room {
        if n < room / 2 {
            n + 1
        } else {
            b.ob_base.ob_size.set(n as isize);
            // SAFETY: there is room behind the content.
            unsafe { *(b.ob_start.get() as *mut u8).add(n) = 0 };
            return Ok(());
        }
    } else if (n as f64) <= room as f64 * 1.125 {
        n.saturating_add(n >> 3).saturating_add(if n < 9 { 3 } else { 6 })
    } else {
        n.saturating_add(1)
    };
    if new_room > isize::MAX as usize {
        return Err(exceptions::memory_error(py));
    }
    // SAFETY: the blocks are of `alloc`; the content that stays fits both.
    unsafe {
        let block;
        if offset > 0 {
            block = alloc::malloc(new_room) as *mut u8;
            if block.is_null() {
                return Err(exceptions::memory_error(py));
            }
            core::ptr::copy_nonoverlapping(b.ob_start.get() as *const u8, block, n.min(old));
            alloc::free(b.ob_bytes.get() as *mut core::ffi::c_void);
        } else {
            block = alloc::realloc(b.ob_bytes.get() as *mut core::ffi::c_void, new_room) as *mut u8;
            if block.is_null() {
                return Err(exceptions::memory_error(py));
            }
        }
        b.ob_bytes.set(block as *mut _);
        b.ob_start.set(block as *mut _);
        b.ob_base.ob_size.set(n as isize);
        b.ob_alloc.set(new_room as isize);
        *block.add(n) = 0;
    }
    Ok(())
}

/// `bytearray_setslice_linear`: the bytes `from..to` become `with`, which is no part of this object.
fn splice(py: Py<'_>, b: &PyByteArrayObject, from: usize, to: usize, with: &[u8]) -> PyResult<()> {
    let n = size(b);
    let (old, new) = (to - from, with.len());
    if new < old {
        can_resize(py, b)?;
        if from == 0 {
            // Cutting at the front moves the start only.
            // SAFETY: that many bytes are there.
            b.ob_start.set(unsafe { b.ob_start.get().add(old - new) });
            b.ob_base.ob_size.set((n - (old - new)) as isize);
            // A block that is mostly unused is made anew; for this the size must seem to change.
            let left = size(b);
            if left < b.ob_alloc.get() as usize / 2 {
                shrink(py, b, left)?;
            }
        } else {
            // SAFETY: the bytes behind move down inside the content.
            unsafe {
                let start = b.ob_start.get() as *mut u8;
                core::ptr::copy(start.add(to), start.add(from + new), n - to);
            }
            resize(py, b, n - (old - new))?;
        }
    } else if new > old {
        let Some(total) = n.checked_add(new - old).filter(|t| *t <= isize::MAX as usize) else {
            return Err(exceptions::memory_error(py));
        };
        resize(py, b, total)?;
        // SAFETY: there is room; the bytes behind move up.
        unsafe {
            let start = b.ob_start.get() as *mut u8;
            core::ptr::copy(start.add(to), start.add(from + new), n - to);
        }
    }
    // SAFETY: that many bytes are there now; `with` is other memory.
    unsafe {
        core::ptr::copy_nonoverlapping(with.as_ptr(), (b.ob_start.get() as *mut u8).add(from), new);
    }
    Ok(())
}

/// Makes the block anew for `n` bytes, which are its content already.
fn shrink(py: Py<'_>, b: &PyByteArrayObject, n: usize) -> PyResult<()> {
    let block = alloc::malloc(n + 1) as *mut u8;
    if block.is_null() {
        return Err(exceptions::memory_error(py));
    }
    // SAFETY: `n` bytes of content fit; the old block is released after them.
    unsafe {
        core::ptr::copy_nonoverlapping(b.ob_start.get() as *const u8, block, n);
        *block.add(n) = 0;
        alloc::free(b.ob_bytes.get() as *mut core::ffi::c_void);
    }
    b.ob_bytes.set(block as *mut _);
    b.ob_start.set(block as *mut _);
    b.ob_alloc.set(n as isize + 1);
    Ok(())
}

/// `bytearray.__init__`.
fn init(py: Py<'_>, b: &PyByteArrayObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let sig = signature!("bytearray", "(source=b'', encoding='utf-8', errors='strict')");
    args::bind_call(py, sig, a, kw, |bound| {
        let (encoding, errors) =
            (bound.arg::<Option<&PyUnicodeObject>>(py, 1)?, bound.arg::<Option<&PyUnicodeObject>>(py, 2)?);
        if size(b) != 0 {
            resize(py, b, 0)?;
        }
        let x = bound.get(0);
        check_text_arguments(py, x, encoding.is_some(), errors.is_some())?;
        let Some(x) = x else { return Ok(()) };
        if let Some(s) = unicode::check(x) {
            let made = codecs::encode_text(py, s, encoding, errors)?;
            return add(py, b, &buffer::to_vec(py, &made)?);
        }
        if let Some(n) = zeros(py, x)? {
            resize(py, b, n)?;
            // SAFETY: nothing else looks at the content.
            unsafe { content_mut(b) }.fill(0);
            return Ok(());
        }
        if buffer::check(x) {
            return add(py, b, &buffer::to_vec(py, x)?);
        }
        // The iterator may look at what is there so far.
        each_byte(py, x, "bytearray", not_a_byte, |c| add(py, b, &[c]))
    })
}

/// Adds bytes that are no part of this object.
fn add(py: Py<'_>, b: &PyByteArrayObject, more: &[u8]) -> PyResult<()> {
    let n = size(b);
    let Some(total) = n.checked_add(more.len()).filter(|t| *t <= isize::MAX as usize) else {
        return Err(exceptions::memory_error(py));
    };
    resize(py, b, total)?;
    // SAFETY: nothing else looks at the content.
    unsafe { content_mut(b)[n..].copy_from_slice(more) };
    Ok(())
}

fn dealloc(py: Py<'_>, b: &PyByteArrayObject) {
    if b.ob_exports.get() > 0 {
        let e =
            exceptions::system_error(py, format_args!("deallocated bytearray object has exported buffers"));
        exceptions::unraisable(py, e, None);
    }
    // SAFETY: the block is the object's own, as is its memory.
    unsafe {
        alloc::free_opt(b.ob_bytes.get() as *mut core::ffi::c_void);
        object::tp_free(b.as_object());
    }
}

fn repr(py: Py<'_>, b: &PyByteArrayObject) -> PyResult<Owned<PyUnicodeObject>> {
    let class = dxpy_core::call::short_name(b.ty());
    let inner = dxpy_text::bytes::bytearray_repr(b.content());
    let text = [class.as_bytes(), b"(", &inner, b")"].concat();
    // The class may have a name that is not ASCII.
    match core::str::from_utf8(&text) {
        Ok(text) => unicode::from_str(py, text),
        Err(_) => unicode::from_latin1(py, &text),
    }
}

/// `bytearray_str`.
fn str(py: Py<'_>, b: &PyByteArrayObject) -> PyResult<Owned<PyUnicodeObject>> {
    bytes::warn(py, "str() on a bytearray instance")?;
    repr(py, b)
}

fn richcompare(py: Py<'_>, a: &PyByteArrayObject, b: &PyObject, op: core::ffi::c_int) -> PyResult {
    if unicode::check(b).is_some() || !buffer::check(b) {
        if bytes::WARNING.get()
            && matches!(op, dxpy_core::protocol::EQ | dxpy_core::protocol::NE)
            && unicode::check(b).is_some()
        {
            bytes::warn(py, "Comparison between bytearray and string")?;
        }
        return Ok(object::not_implemented());
    }
    // What has no plain buffer is not comparable; the error is not shown.
    match View::simple(py, b) {
        Ok(v) => Ok(shared::compare(a.content(), v.bytes(), op)),
        Err(_) => Ok(object::not_implemented()),
    }
}

#[cold]
fn cannot_concat(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyErr {
    exceptions::type_error(py, format_args!("can't concat {} to {}", type_name(b.ty()), type_name(a.ty())))
}

/// `PyByteArray_Concat`.
pub fn concat(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Owned<PyByteArrayObject>> {
    let cannot = |_: PyErr| cannot_concat(py, a, b);
    let (x, y) = (View::simple(py, a).map_err(cannot)?, View::simple(py, b).map_err(cannot)?);
    let Some(total) = x.len().checked_add(y.len()).filter(|t| *t <= isize::MAX as usize) else {
        return Err(exceptions::memory_error(py));
    };
    let r = new(py, &[])?;
    resize(py, &r, total)?;
    // SAFETY: nobody else has the new object.
    let out = unsafe { content_mut(&r) };
    out[..x.len()].copy_from_slice(x.bytes());
    out[x.len()..].copy_from_slice(y.bytes());
    Ok(r)
}

fn repeated(py: Py<'_>, content: &[u8], times: isize) -> PyResult<Vec<u8>> {
    let times = times.max(0) as usize;
    match content.len().checked_mul(times).filter(|n| *n <= isize::MAX as usize) {
        Some(n) => {
            let mut out = Vec::new();
            if out.try_reserve_exact(n).is_err() {
                return Err(exceptions::memory_error(py));
            }
            (0..times).for_each(|_| out.extend_from_slice(content));
            Ok(out)
        }
        None => Err(exceptions::memory_error(py)),
    }
}

fn repeat(py: Py<'_>, b: &PyByteArrayObject, times: isize) -> PyResult<Owned<PyByteArrayObject>> {
    new(py, &repeated(py, b.content(), times)?)
}

/// `bytearray_iconcat`.
fn inplace_concat(py: Py<'_>, b: &PyByteArrayObject, other: &PyObject) -> PyResult<Owned<PyByteArrayObject>> {
    let v = View::simple(py, other).map_err(|_| cannot_concat(py, b.as_object(), other))?;
    // Of itself this is an error, for the view keeps the size as it is.
    add(py, b, v.bytes())?;
    Ok(b.to_owned())
}

fn inplace_repeat(py: Py<'_>, b: &PyByteArrayObject, times: isize) -> PyResult<Owned<PyByteArrayObject>> {
    let n = size(b);
    let r = repeated(py, b.content(), times)?;
    if r.len() != n {
        resize(py, b, r.len())?;
    }
    // SAFETY: nothing else looks at the content.
    unsafe { content_mut(b) }.copy_from_slice(&r);
    Ok(b.to_owned())
}

#[cold]
fn out_of_range(py: Py<'_>) -> PyErr {
    exceptions::index_error(py, format_args!("bytearray index out of range"))
}

fn item(py: Py<'_>, b: &PyByteArrayObject, i: isize) -> PyResult<Owned<PyLongObject>> {
    match usize::try_from(i).ok().and_then(|i| b.content().get(i)) {
        Some(c) => long::from_i64(py, *c as i64),
        None => Err(out_of_range(py)),
    }
}

fn from_end(i: isize, n: usize) -> isize {
    if i < 0 { i.saturating_add_unsigned(n) } else { i }
}

/// `bytearray_subscript`.
fn subscript(py: Py<'_>, b: &PyByteArrayObject, key: &PyObject) -> PyResult {
    if number::has_index(key) {
        let i = number::as_ssize(py, key, &exceptions::IndexError)?;
        return item(py, b, from_end(i, size(b))).map(Owned::upcast);
    }
    let Some(range) = slice::check(key) else { return Err(bad_index(py, key)) };
    let (start, stop, step) = slice::unpack(py, range)?;
    let (start, _, count) = slice::adjust_indices(size(b), start, stop, step);
    Ok(new(py, &every(b.content(), start, step, count))?.upcast())
}

#[cold]
fn bad_index(py: Py<'_>, key: &PyObject) -> PyErr {
    exceptions::type_error(
        py,
        format_args!("bytearray indices must be integers or slices, not {}", type_name(key.ty())),
    )
}

/// `bytearray_setitem`.
fn set_item(py: Py<'_>, b: &PyByteArrayObject, i: isize, value: Option<&PyObject>) -> PyResult<()> {
    // The value is read first: reading may run Python code, which may change the size.
    let value = match value {
        Some(v) => Some(byte_value(py, v)?),
        None => None,
    };
    let i = usize::try_from(i).ok().filter(|i| *i < size(b)).ok_or_else(|| out_of_range(py))?;
    match value {
        // SAFETY: nothing else looks at the content.
        Some(c) => unsafe { content_mut(b)[i] = c },
        None => splice(py, b, i, i + 1, &[])?,
    }
    Ok(())
}

/// `bytearray_ass_subscript`.
fn set_subscript(
    py: Py<'_>,
    b: &PyByteArrayObject,
    key: &PyObject,
    value: Option<&PyObject>,
) -> PyResult<()> {
    if number::has_index(key) {
        let i = number::as_ssize(py, key, &exceptions::IndexError)?;
        let i = from_end(i, size(b));
        if i < 0 || i as usize >= size(b) {
            return Err(out_of_range(py));
        }
        return set_item(py, b, i, value);
    }
    let Some(range) = slice::check(key) else { return Err(bad_index(py, key)) };
    let (start, stop, step) = slice::unpack(py, range)?;
    let content: Vec<u8> = match value {
        None => Vec::new(),
        Some(v) => match check(v) {
            Some(other) => other.content().to_vec(),
            None => {
                if crate::complex::is_number(v) || unicode::check(v).is_some() {
                    return Err(exceptions::type_error(
                        py,
                        format_args!("can assign only bytes, buffers, or iterables of ints in range(0, 256)"),
                    ));
                }
                if buffer::check(v) {
                    buffer::to_vec(py, v)?
                } else {
                    byte_values(py, v, "bytearray", not_a_byte)?
                }
            }
        },
    };
    // The size is read after everything that may have changed it.
    let (start, stop, count) = slice::adjust_indices(size(b), start, stop, step);
    if step == 1 {
        let from = start as usize;
        return splice(py, b, from, (stop.max(start)) as usize, &content);
    }
    if content.is_empty() {
        // Deleting every so many bytes.
        can_resize(py, b)?;
        if count == 0 {
            return Ok(());
        }
        let (low, step) = if step < 0 { (start + step * (count as isize - 1), -step) } else { (start, step) };
        let gone = |i: usize| {
            let d = i as isize - low;
            d >= 0 && d % step == 0 && d / step < count as isize
        };
        let kept: Vec<u8> =
            b.content().iter().enumerate().filter(|(i, _)| !gone(*i)).map(|(_, c)| *c).collect();
        // SAFETY: nothing else looks at the content.
        unsafe { content_mut(b)[..kept.len()].copy_from_slice(&kept) };
        return resize(py, b, kept.len());
    }
    if content.len() != count {
        return Err(exceptions::value_error(
            py,
            format_args!(
                "attempt to assign bytes of size {} to extended slice of size {count}",
                content.len()
            ),
        ));
    }
    // SAFETY: nothing else looks at the content.
    let out = unsafe { content_mut(b) };
    for (k, c) in content.iter().enumerate() {
        out[(start + k as isize * step) as usize] = *c;
    }
    Ok(())
}

fn get_buffer(py: Py<'_>, b: &PyByteArrayObject, view: &Py_buffer, flags: core::ffi::c_int) -> PyResult<()> {
    static NOTHING: dxpy_core::statics::Gil<core::cell::Cell<u8>> =
        dxpy_core::statics::Gil(core::cell::Cell::new(0));
    let start = match b.ob_start.get() {
        p if p.is_null() || size(b) == 0 => NOTHING.as_ptr() as *mut core::ffi::c_void,
        p => p as *mut core::ffi::c_void,
    };
    // SAFETY: while there are exports the block stays.
    unsafe { buffer::fill_info(py, view, Some(b.as_object()), start, size(b), false, flags)? };
    b.ob_exports.set(b.ob_exports.get() + 1);
    Ok(())
}

/// `bytearray_mod`.
fn remainder(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    match check(a) {
        Some(format) => Ok(new(py, &percent::percent(py, format.content(), b)?)?.upcast()),
        None => Ok(object::not_implemented()),
    }
}

fn allocated(_: Py<'_>, b: &PyByteArrayObject) -> isize {
    b.ob_alloc.get()
}

fn sizeof(_: Py<'_>, b: &PyByteArrayObject) -> isize {
    b.ty().tp_basicsize.get() + b.ob_alloc.get()
}

/// `_common_reduce`.
fn reduced(py: Py<'_>, b: &PyByteArrayObject, protocol: i32) -> PyResult<Owned<PyTupleObject>> {
    let state = call::method(py, b.as_object(), name!("__getstate__"), [])?;
    let args = if protocol < 3 {
        let text = unicode::from_latin1(py, b.content())?.upcast();
        let encoding = unicode::from_str(py, "latin-1")?.upcast();
        tuple::from_iter(py, [text, encoding])?
    } else {
        let content = b.content();
        if content.is_empty() {
            tuple::empty()
        } else {
            tuple::from_iter(py, [bytes::new(py, content)?.upcast()])?
        }
    };
    tuple::from_iter(py, [b.ty().as_object().to_owned(), args.upcast(), state])
}

fn reduce(py: Py<'_>, b: &PyByteArrayObject) -> PyResult<Owned<PyTupleObject>> {
    reduced(py, b, 2)
}

fn reduce_ex(py: Py<'_>, b: &PyByteArrayObject, protocol: Option<i32>) -> PyResult<Owned<PyTupleObject>> {
    reduced(py, b, protocol.unwrap_or(0))
}

fn append(py: Py<'_>, b: &PyByteArrayObject, item: &PyObject) -> PyResult<()> {
    let c = byte_value(py, item)?;
    add(py, b, &[c])
}

fn clear(py: Py<'_>, b: &PyByteArrayObject) -> PyResult<()> {
    resize(py, b, 0)
}

fn copy(py: Py<'_>, b: &PyByteArrayObject) -> PyResult<Owned<PyByteArrayObject>> {
    new(py, b.content())
}

/// `bytearray.extend`.
fn extend(py: Py<'_>, b: &PyByteArrayObject, iterable: &PyObject) -> PyResult<()> {
    if buffer::check(iterable) {
        let content = buffer::to_vec(py, iterable)?;
        return add(py, b, &content);
    }
    let it = protocol::iter(py, iterable).map_err(|e| {
        if exceptions::matches(&e, &exceptions::TypeError) {
            return exceptions::type_error(
                py,
                format_args!("can't extend bytearray with {}", type_name(iterable.ty())),
            );
        }
        e
    })?;
    let mut content = Vec::new();
    if content.try_reserve(protocol::length_hint(py, iterable, 32)?).is_err() {
        return Err(exceptions::memory_error(py));
    }
    while let Some(item) = protocol::next(py, &it)? {
        content.push(byte_value(py, &item)?);
    }
    add(py, b, &content)
}

fn insert(py: Py<'_>, b: &PyByteArrayObject, index: isize, item: &PyObject) -> PyResult<()> {
    let c = byte_value(py, item)?;
    let at = from_end(index, size(b)).clamp(0, size(b) as isize) as usize;
    splice(py, b, at, at, &[c])
}

fn pop(py: Py<'_>, b: &PyByteArrayObject, index: Option<isize>) -> PyResult<i64> {
    let n = size(b);
    if n == 0 {
        return Err(exceptions::index_error(py, format_args!("pop from empty bytearray")));
    }
    let i = from_end(index.unwrap_or(-1), n);
    let Some(i) = usize::try_from(i).ok().filter(|i| *i < n) else {
        return Err(exceptions::index_error(py, format_args!("pop index out of range")));
    };
    let c = b.content()[i];
    can_resize(py, b)?;
    // SAFETY: nothing else looks at the content.
    unsafe { content_mut(b) }.copy_within(i + 1.., i);
    resize(py, b, n - 1)?;
    Ok(c as i64)
}

fn remove(py: Py<'_>, b: &PyByteArrayObject, value: &PyObject) -> PyResult<()> {
    let c = byte_value(py, value)?;
    let Some(i) = b.content().iter().position(|x| *x == c) else {
        return Err(exceptions::value_error(py, format_args!("value not found in bytearray")));
    };
    pop(py, b, Some(i as isize)).map(|_| ())
}

fn reverse(_: Py<'_>, b: &PyByteArrayObject) {
    // SAFETY: nothing else looks at the content.
    unsafe { content_mut(b) }.reverse();
}

fn fromhex(py: Py<'_>, class: &PyByteArrayObject, text: &PyUnicodeObject) -> PyResult {
    shared::fromhex::<PyByteArrayObject>(py, class.as_object(), text)
}
