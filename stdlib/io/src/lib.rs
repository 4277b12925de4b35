//! `_io`: streams (`Modules/_io`). The abstract classes are in `iobase` and `abc`, descriptors in `fileio`, buffers in
//! `buffered` and `rwpair`, text in `textio`, newlines in `newline`, streams in memory in `bytesio` and `stringio`,
//! and `open` in `open`. `io.py` is the standard library's own file.
#![allow(non_upper_case_globals)]
// Python functions have as many arguments as they have.
#![allow(clippy::too_many_arguments)]

mod abc;
mod buffered;
mod bytesio;
mod fileio;
mod iobase;
mod newline;
mod open;
mod rwpair;
mod stringio;
mod textdecode;
mod textio;
mod util;

use core::sync::atomic::AtomicBool;
use dxpy_core::abi::*;
use dxpy_core::module::{StaticModule, add_int, add_type, exec};
use dxpy_core::ptr::Object;
use dxpy_core::{Py, PyResult, exceptions, methods, module};

pub use open::standard_stream;

/// What of the interpreter's configuration streams ask.
pub struct Modes {
    /// `-X utf8`: the locale's encoding is UTF-8, whatever the locale says.
    pub utf8: AtomicBool,
    /// `-X warn_default_encoding`: a warning where no encoding is given.
    pub warn_default_encoding: AtomicBool,
    /// `-X dev`: names of error handlers are looked up before they are needed.
    pub dev: AtomicBool,
}

/// The interpreter's configuration; set at its start.
pub static MODES: Modes = Modes {
    utf8: AtomicBool::new(false),
    warn_default_encoding: AtomicBool::new(false),
    dev: AtomicBool::new(false),
};

/// `io.DEFAULT_BUFFER_SIZE`.
pub const DEFAULT_BUFFER_SIZE: usize = 8192;

/// `_io`.
pub static IO: StaticModule =
    StaticModule::new(c"_io").doc(c"The streams behind the module io.").methods(&METHODS).slots(&SLOTS);

static SLOTS: dxpy_core::statics::Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "open" = open::open [8], "($module, /, file, mode='r', buffering=-1, encoding=None,\n     errors=None, newline=None, closefd=True, opener=None)", "Opens a file and gives a stream over it.";
    "text_encoding" = open::text_encoding [2], "($module, encoding, stacklevel=2, /)", "The encoding to use: as given, or the default's name for None.";
    "open_code" = open::open_code [1], "($module, /, path)", "Opens a file of code to be read as bytes.";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    add_int(py, m, "DEFAULT_BUFFER_SIZE", DEFAULT_BUFFER_SIZE as i64)?;
    module::add(py, m, "UnsupportedOperation", util::unsupported_operation(py)?.as_object())?;
    module::add(py, m, "BlockingIOError", exceptions::BlockingIOError.0.as_object())?;
    ready(py)?;
    TYPES.iter().try_for_each(|ty| add_type(py, m, ty))
}

/// The types, in the order in which the module gets them.
static TYPES: &[&dxpy_core::statics::StaticType] = &[
    &newline::IncrementalNewlineDecoder,
    &bytesio::BytesIOBuffer,
    &iobase::IOBase,
    &abc::TextIOBase,
    &abc::BufferedIOBase,
    &iobase::RawIOBase,
    &bytesio::BytesIO,
    &buffered::types::BufferedWriter,
    &buffered::types::BufferedReader,
    &rwpair::BufferedRWPair,
    &buffered::types::BufferedRandom,
    &fileio::FileIO,
    &stringio::StringIO,
    &textio::types::TextIOWrapper,
];

/// Readies the types, for users that come before the module is imported too. The types right below `object` get its
/// `tp_new`, as heap types do, without a `__new__` of their own.
pub(crate) fn ready(py: Py<'_>) -> PyResult<()> {
    let new = dxpy_core::types::PyBaseObject_Type.tp_new.get();
    for ty in [&newline::IncrementalNewlineDecoder, &iobase::IOBase] {
        dxpy_core::types::ready(py, ty)?;
        if ty.tp_new.get().is_none() {
            ty.tp_new.set(new);
            ty.tp_flags.set(ty.tp_flags.get() & !constants::Py_TPFLAGS_DISALLOW_INSTANTIATION);
        }
    }
    TYPES.iter().try_for_each(|ty| dxpy_core::types::ready(py, ty))
}
