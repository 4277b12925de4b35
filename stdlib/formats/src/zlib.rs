//! `zlib`: checksums, functions, and the objects of `compressobj` and `decompressobj` (`Modules/zlibmodule.c`). The
//! streams are in `dxpy_zip::zlib`.

use crate::boxed::{Boxed, Class, Progress, Stream, add_exception, dealloc, error, no_class, stream_dealloc};
use dxpy_algos::crc;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{self, Bound, FromArg};
use dxpy_core::buffer::{self, View};
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, bytes, exceptions, glue, long, members, methods, number, signature, types,
};
use dxpy_zip::zlib::{
    self, BufferedDecompressor, CONSTANTS, CompressOptions, Compressor, Decompressor, Error, Kind,
};

/// `zlib`.
pub static MODULE: StaticModule = StaticModule::new(c"zlib")
    .doc(c"Compression and decompression in the format of the zlib library.")
    .methods(&FUNCTIONS)
    .slots(&SLOTS);

/// The version of the C library whose behaviour this has.
const VERSION: &str = "1.2.13";

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    types::ready(py, &COMPRESS)?;
    types::ready(py, &DECOMPRESS)?;
    add_exception(py, m, "zlib", "error", &exceptions::Exception, &ERROR)?;
    module::add_type(py, m, &BUFFERED)?;
    for (name, value) in CONSTANTS {
        module::add_int(py, m, name, *value)?;
    }
    module::add_str(py, m, "ZLIB_VERSION", VERSION)?;
    module::add_str(py, m, "ZLIB_RUNTIME_VERSION", VERSION)?;
    module::add_str(py, m, "__version__", "1.0")
});

static ERROR: Class = no_class();

methods! { static FUNCTIONS: for PyModuleObject [
    "adler32" = adler32 [2], "($module, data, value=1, /)", "The Adler-32 checksum of data, going on from a value.";
    "compress" = compress [3], "($module, data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)", "Compressed data.";
    "compressobj" = compressobj [6], "($module, /, level=Z_DEFAULT_COMPRESSION, method=DEFLATED,\n            wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL,\n            strategy=Z_DEFAULT_STRATEGY, zdict=None)", "An object that compresses a stream.";
    "crc32" = crc32 [2], "($module, data, value=0, /)", "The CRC-32 checksum of data, going on from a value.";
    "decompress" = decompress [3], "($module, data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)", "What the data were before they were compressed.";
    "decompressobj" = decompressobj [2], "($module, /, wbits=MAX_WBITS, zdict=b'')", "An object that decompresses a stream.";
] }

#[cold]
fn raise(py: Py<'_>, e: Error) -> PyErr {
    let text = format_args!("{}", e.message);
    match e.kind {
        Kind::Zlib => error(py, &ERROR, text),
        Kind::Value => exceptions::value_error(py, text),
        Kind::Memory => exceptions::format(py, &exceptions::MemoryError, text),
        Kind::Overflow => exceptions::overflow_error(py, text),
        Kind::Eof => exceptions::eof_error(py, text),
    }
}

/// The low 32 bits of an int (`unsigned int(bitwise=True)`).
struct Mask(u32);

impl<'a> FromArg<'a> for Mask {
    fn from_arg(py: Py<'a>, b: &Bound<'a>, i: usize) -> PyResult<Self> {
        let n = number::index_any(py, <&'a PyObject>::from_arg(py, b, i)?)?;
        let digits = long::digits(&n);
        let low =
            digits.iter().take(2).enumerate().fold(0u64, |a, (i, d)| a | u64::from(*d) << (30 * i)) as u32;
        Ok(Mask(if long::sign(&n) < 0 { low.wrapping_neg() } else { low }))
    }
}

fn adler32(_: Py<'_>, _: &PyModuleObject, data: View, value: Option<Mask>) -> i64 {
    crc::adler32(data.bytes(), value.map_or(1, |v| v.0)).into()
}

fn crc32(_: Py<'_>, _: &PyModuleObject, data: View, value: Option<Mask>) -> i64 {
    crc::crc32(data.bytes(), value.map_or(0, |v| v.0)).into()
}

fn compress(
    py: Py<'_>,
    _: &PyModuleObject,
    data: View,
    level: Option<i32>,
    wbits: Option<i32>,
) -> PyResult<Owned<PyBytesObject>> {
    let made = zlib::compress(data.bytes(), level.unwrap_or(-1), wbits.unwrap_or(15));
    bytes::new(py, &made.map_err(|e| raise(py, e))?)
}

fn decompress(
    py: Py<'_>,
    _: &PyModuleObject,
    data: View,
    wbits: Option<i32>,
    bufsize: Option<isize>,
) -> PyResult<Owned<PyBytesObject>> {
    let made = zlib::decompress(data.bytes(), wbits.unwrap_or(15), bufsize.unwrap_or(16 * 1024));
    bytes::new(py, &made.map_err(|e| raise(py, e))?)
}

// Compressing objects.

type CompressObject = Boxed<Compressor>;

static COMPRESS: StaticType = StaticType::new::<CompressObject>(c"zlib.Compress")
    .mutable()
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .dealloc(dealloc::<Compressor>())
    .methods(&COMPRESS_METHODS);

methods! { static COMPRESS_METHODS: for CompressObject [
    "compress" = compress_data [1], "($self, data, /)", "Takes data in, and gives what is compressed so far.", defining;
    "flush" = compress_flush [1], "($self, mode=zlib.Z_FINISH, /)", "Gives what is left.", defining;
    "copy" = compress_copy [0], "($self, /)", "An object that goes on from the same state.", defining;
    "__copy__" = compress_copy [0], "($self, /)", "An object that goes on from the same state.", defining;
    "__deepcopy__" = compress_deepcopy [1], "($self, memo, /)", "An object that goes on from the same state.", defining;
] }

fn compressobj(
    py: Py<'_>,
    _: &PyModuleObject,
    level: Option<i32>,
    method: Option<i32>,
    wbits: Option<i32>,
    mem_level: Option<i32>,
    strategy: Option<i32>,
    zdict: Option<View>,
) -> PyResult {
    let options = CompressOptions {
        level: level.unwrap_or(-1),
        method: method.unwrap_or(8),
        wbits: wbits.unwrap_or(15),
        mem_level: mem_level.unwrap_or(8),
        strategy: strategy.unwrap_or(0),
        zdict: zdict.as_ref().map(View::bytes),
    };
    CompressObject::make(py, &COMPRESS, Compressor::new(&options).map_err(|e| raise(py, e))?)
}

fn compress_data(py: Py<'_>, c: &CompressObject, data: View) -> PyResult<Owned<PyBytesObject>> {
    let made = c.get().borrow_mut().compress(data.bytes());
    bytes::new(py, &made.map_err(|e| raise(py, e))?)
}

fn compress_flush(py: Py<'_>, c: &CompressObject, mode: Option<i32>) -> PyResult<Owned<PyBytesObject>> {
    let made = c.get().borrow_mut().flush(mode.unwrap_or(4));
    bytes::new(py, &made.map_err(|e| raise(py, e))?)
}

fn compress_copy(py: Py<'_>, c: &CompressObject) -> PyResult {
    let copy = c.get().borrow_mut().copy();
    CompressObject::make(py, &COMPRESS, copy.map_err(|e| raise(py, e))?)
}

fn compress_deepcopy(py: Py<'_>, c: &CompressObject, _: &PyObject) -> PyResult {
    compress_copy(py, c)
}

// Decompressing objects.

type DecompressObject = Stream<Decompressor>;

impl Progress for Decompressor {
    fn unused_data(&self) -> &[u8] {
        &self.unused_data
    }
    fn unconsumed_tail(&self) -> &[u8] {
        &self.unconsumed_tail
    }
    fn eof(&self) -> bool {
        self.eof
    }
    fn needs_input(&self) -> bool {
        !self.eof
    }
}

static DECOMPRESS: StaticType = StaticType::new::<DecompressObject>(c"zlib.Decompress")
    .mutable()
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .dealloc(stream_dealloc::<Decompressor>())
    .methods(&DECOMPRESS_METHODS)
    .members(&DECOMPRESS_MEMBERS);

methods! { static DECOMPRESS_METHODS: for DecompressObject [
    "decompress" = decompress_data [2], "($self, data, /, max_length=0)", "Takes data in, and gives what they were, max_length bytes at most if that is not zero.", defining;
    "flush" = decompress_flush [1], "($self, length=zlib.DEF_BUF_SIZE, /)", "Gives what is left.", defining;
    "copy" = decompress_copy [0], "($self, /)", "An object that goes on from the same state.", defining;
    "__copy__" = decompress_copy [0], "($self, /)", "An object that goes on from the same state.", defining;
    "__deepcopy__" = decompress_deepcopy [1], "($self, memo, /)", "An object that goes on from the same state.", defining;
] }

members! { static DECOMPRESS_MEMBERS [
    "unused_data" = Py_T_OBJECT_EX, DecompressObject::UNUSED_DATA, Py_READONLY, "";
    "unconsumed_tail" = Py_T_OBJECT_EX, DecompressObject::UNCONSUMED_TAIL, Py_READONLY, "";
    "eof" = Py_T_BOOL, DecompressObject::EOF, Py_READONLY, "";
] }

fn decompressobj(py: Py<'_>, _: &PyModuleObject, wbits: Option<i32>, zdict: Option<&PyObject>) -> PyResult {
    if zdict.is_some_and(|d| !buffer::check(d)) {
        return Err(exceptions::type_error(
            py,
            format_args!("zdict argument must support the buffer protocol"),
        ));
    }
    let view = match zdict {
        Some(d) => Some(View::simple(py, d)?),
        None => None,
    };
    let made = Decompressor::new(wbits.unwrap_or(15), view.as_ref().map(View::bytes));
    DecompressObject::make(py, &DECOMPRESS, made.map_err(|e| raise(py, e))?)
}

fn decompress_data(
    py: Py<'_>,
    d: &DecompressObject,
    data: View,
    max_length: Option<isize>,
) -> PyResult<Owned<PyBytesObject>> {
    let made = d.get().borrow_mut().decompress(data.bytes(), max_length.unwrap_or(0));
    d.publish(py)?;
    bytes::new(py, &made.map_err(|e| raise(py, e))?)
}

fn decompress_flush(
    py: Py<'_>,
    d: &DecompressObject,
    length: Option<isize>,
) -> PyResult<Owned<PyBytesObject>> {
    let made = d.get().borrow_mut().flush(length.unwrap_or(16 * 1024));
    d.publish(py)?;
    bytes::new(py, &made.map_err(|e| raise(py, e))?)
}

fn decompress_copy(py: Py<'_>, d: &DecompressObject) -> PyResult {
    let copy = d.get().borrow_mut().copy();
    DecompressObject::make(py, &DECOMPRESS, copy.map_err(|e| raise(py, e))?)
}

fn decompress_deepcopy(py: Py<'_>, d: &DecompressObject, _: &PyObject) -> PyResult {
    decompress_copy(py, d)
}

type BufferedObject = Stream<BufferedDecompressor>;

impl Progress for BufferedDecompressor {
    fn unused_data(&self) -> &[u8] {
        self.unused_data()
    }
    fn eof(&self) -> bool {
        self.eof()
    }
    fn needs_input(&self) -> bool {
        self.needs_input
    }
}

static BUFFERED: StaticType = StaticType::new::<BufferedObject>(c"zlib._ZlibDecompressor")
    .doc(c"_ZlibDecompressor(wbits=15, zdict=b'')\n--\n\nAn object that decompresses a stream and keeps the input it could not use yet.")
    .create(glue::create(buffered_new))
    .dealloc(stream_dealloc::<BufferedDecompressor>())
    .methods(&BUFFERED_METHODS)
    .members(&BUFFERED_MEMBERS);

methods! { static BUFFERED_METHODS: for BufferedObject [
    "decompress" = buffered_decompress [2], "($self, /, data, max_length=-1)", "Takes data in, and gives what they were, max_length bytes at most if that is not negative.";
] }

members! { static BUFFERED_MEMBERS [
    "eof" = Py_T_BOOL, BufferedObject::EOF, Py_READONLY, "True if the end of the stream was reached.";
    "unused_data" = Py_T_OBJECT_EX, BufferedObject::UNUSED_DATA, Py_READONLY, "What came behind the end of the stream.";
    "needs_input" = Py_T_BOOL, BufferedObject::NEEDS_INPUT, Py_READONLY, "True if more input is needed before more output can be had.";
] }

fn buffered_new(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("_ZlibDecompressor", "!(wbits=15, zdict=b'')"), a, kw, |b| {
        let wbits = b.arg::<Option<i32>>(py, 0)?.unwrap_or(15);
        let zdict = b.get(1);
        if zdict.is_some_and(|d| !buffer::check(d)) {
            return Err(exceptions::type_error(
                py,
                format_args!("zdict argument must support the buffer protocol"),
            ));
        }
        let view = b.arg::<Option<View>>(py, 1)?;
        let made = BufferedDecompressor::new(wbits, view.as_ref().map(View::bytes));
        BufferedObject::make(py, ty, made.map_err(|e| raise(py, e))?)
    })
}

fn buffered_decompress(
    py: Py<'_>,
    d: &BufferedObject,
    data: View,
    max_length: Option<isize>,
) -> PyResult<Owned<PyBytesObject>> {
    let made = d.get().borrow_mut().decompress(data.bytes(), max_length.unwrap_or(-1));
    d.publish(py)?;
    bytes::new(py, &made.map_err(|e| raise(py, e))?)
}
