//! `_bz2`: the compressor and the decompressor (`Modules/_bz2module.c`). The streams are in `dxpy_zip::bz2`.

use crate::boxed::{Boxed, Progress, Stream, dealloc, stream_dealloc};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args;
use dxpy_core::buffer::View;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{Owned, Py, PyErr, PyResult, bytes, exceptions, glue, members, methods, signature, tuple};
use dxpy_zip::bz2::{Compressor, Decompressor, Error, Kind};

/// `_bz2`.
pub static MODULE: StaticModule = StaticModule::new(c"_bz2").slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    module::add_type(py, m, &COMPRESSOR)?;
    module::add_type(py, m, &DECOMPRESSOR)
});

#[cold]
fn raise(py: Py<'_>, e: Error) -> PyErr {
    let text = format_args!("{}", e.message);
    match e.kind {
        Kind::Value => exceptions::value_error(py, text),
        Kind::Memory => exceptions::memory_error(py),
        Kind::Os => exceptions::format(py, &exceptions::OSError, text),
        Kind::Eof => exceptions::eof_error(py, text),
        Kind::Runtime => exceptions::runtime_error(py, text),
    }
}

type CompressorObject = Boxed<Compressor>;

static COMPRESSOR: StaticType = StaticType::new::<CompressorObject>(c"_bz2.BZ2Compressor")
    .doc(c"BZ2Compressor(compresslevel=9, /)\n--\n\nAn object that compresses a stream; the level is from 1 to 9.")
    .create(glue::create(|py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>| {
        if ty.is(&COMPRESSOR.0) && has_keywords(kw) {
            return Err(exceptions::type_error(py, format_args!("BZ2Compressor() takes no keyword arguments")));
        }
        args::bind_call(py, signature!("BZ2Compressor", "(compresslevel=9, /)"), a, None, |b| {
            let level = b.arg::<Option<i32>>(py, 0)?.unwrap_or(9);
            CompressorObject::make(py, ty, Compressor::new(level).map_err(|e| raise(py, e))?)
        })
    }))
    .dealloc(dealloc::<Compressor>())
    .methods(&COMPRESSOR_METHODS);

methods! { static COMPRESSOR_METHODS: for CompressorObject [
    "compress" = compress [1], "($self, data, /)", "Takes data in, and gives what is compressed so far.";
    "flush" = flush [0], "($self, /)", "Ends the stream, and gives what is left.";
] }

fn compress(py: Py<'_>, c: &CompressorObject, data: View) -> PyResult<Owned<PyBytesObject>> {
    let made = c.get().borrow_mut().compress(data.bytes());
    bytes::new(py, &made.map_err(|e| raise(py, e))?)
}

fn flush(py: Py<'_>, c: &CompressorObject) -> PyResult<Owned<PyBytesObject>> {
    let made = c.get().borrow_mut().flush();
    bytes::new(py, &made.map_err(|e| raise(py, e))?)
}

type DecompressorObject = Stream<Decompressor>;

impl Progress for Decompressor {
    fn unused_data(&self) -> &[u8] {
        &self.unused_data
    }
    fn eof(&self) -> bool {
        self.eof
    }
    fn needs_input(&self) -> bool {
        self.needs_input
    }
}

static DECOMPRESSOR: StaticType = StaticType::new::<DecompressorObject>(c"_bz2.BZ2Decompressor")
    .doc(c"BZ2Decompressor()\n--\n\nAn object that decompresses a stream.")
    .create(glue::create(|py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>| {
        if ty.is(&DECOMPRESSOR.0) {
            if has_keywords(kw) {
                return Err(exceptions::type_error(
                    py,
                    format_args!("BZ2Decompressor() takes no keyword arguments"),
                ));
            }
            if tuple::len(a) > 0 {
                return Err(exceptions::type_error(
                    py,
                    format_args!("BZ2Decompressor() takes no positional arguments"),
                ));
            }
        }
        DecompressorObject::make(py, ty, Decompressor::new().map_err(|e| raise(py, e))?)
    }))
    .dealloc(stream_dealloc::<Decompressor>())
    .methods(&DECOMPRESSOR_METHODS)
    .members(&DECOMPRESSOR_MEMBERS);

methods! { static DECOMPRESSOR_METHODS: for DecompressorObject [
    "decompress" = decompress [2], "($self, /, data, max_length=-1)", "Takes data in, and gives what they were, max_length bytes at most if that is not negative.";
] }

members! { static DECOMPRESSOR_MEMBERS [
    "eof" = Py_T_BOOL, DecompressorObject::EOF, Py_READONLY, "True if the end of the stream was reached.";
    "unused_data" = Py_T_OBJECT_EX, DecompressorObject::UNUSED_DATA, Py_READONLY, "What came behind the end of the stream.";
    "needs_input" = Py_T_BOOL, DecompressorObject::NEEDS_INPUT, Py_READONLY, "True if more input is needed before more output can be had.";
] }

fn decompress(
    py: Py<'_>,
    d: &DecompressorObject,
    data: View,
    max_length: Option<isize>,
) -> PyResult<Owned<PyBytesObject>> {
    let made = d.get().borrow_mut().decompress(data.bytes(), max_length.unwrap_or(-1));
    d.publish(py)?;
    bytes::new(py, &made.map_err(|e| raise(py, e))?)
}
