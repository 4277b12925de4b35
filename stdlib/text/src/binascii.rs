//! `binascii`: conversions between bytes and text codings. Kernels are in `dxpy_algos::{binascii, crc}`.

use core::cell::Cell;
use dxpy_algos::{binascii as kernel, crc};
use dxpy_core::abi::*;
use dxpy_core::args::{Bound, FromArg};
use dxpy_core::buffer::{self, View};
use dxpy_core::call::{self, type_name};
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, bytes, dict, exceptions, long, methods, name, number, protocol, tuple, types,
    unicode,
};

/// `binascii`.
pub static MODULE: StaticModule = StaticModule::new(c"binascii")
    .doc(c"Conversions between bytes and text codings of them.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "a2b_uu" = a2b_uu [1], "($module, data, /)", "Decodes a line of uuencoded data.";
    "b2a_uu" = b2a_uu [2], "($module, data, /, *, backtick=False)", "Encodes a line as uuencode does.";
    "a2b_base64" = a2b_base64 [2], "($module, data, /, *, strict_mode=False)", "Decodes base64.";
    "b2a_base64" = b2a_base64 [2], "($module, data, /, *, newline=True)", "Encodes base64.";
    "a2b_hex" = unhexlify [1], "($module, hexstr, /)", "The bytes of hexadecimal digits.";
    "b2a_hex" = hexlify [3], "($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)", "Bytes in hexadecimal digits.";
    "hexlify" = hexlify [3], "($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)", "Bytes in hexadecimal digits.";
    "unhexlify" = unhexlify [1], "($module, hexstr, /)", "The bytes of hexadecimal digits.";
    "crc_hqx" = crc_hqx [2], "($module, data, crc, /)", "The CRC-CCITT of data, going on from a value.";
    "crc32" = crc32 [2], "($module, data, crc=0, /)", "The CRC-32 of data, going on from a value.";
    "a2b_qp" = a2b_qp [2], "($module, /, data, header=False)", "Decodes quoted-printable data.";
    "b2a_qp" = b2a_qp [4], "($module, /, data, quotetabs=False, istext=True, header=False)", "Encodes quoted-printable data.";
] }

/// `binascii.Error`, made with the module and kept.
static ERROR: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    let class = |text: &str, base: &'static StaticType| -> PyResult {
        let d = dict::new(py)?;
        dict::set(py, &d, name!("__module__").obj(py), name!("binascii").obj(py))?;
        let bases = tuple::from_iter(py, [base.as_object().to_owned()])?;
        let n = unicode::from_str(py, text)?;
        call::call(py, types::PyType_Type.as_object(), [n.as_object(), bases.as_object(), d.as_object()])
    };
    let error = class("Error", &exceptions::ValueError)?;
    module::add(py, m, "Error", &error)?;
    module::add(py, m, "Incomplete", &*class("Incomplete", &exceptions::Exception)?)?;
    ERROR.set(error.into_ptr());
    Ok(())
}

/// The exception of a kernel's error.
#[cold]
fn raise(py: Py<'_>, e: kernel::Error) -> PyErr {
    // SAFETY: LIVE: the class is never released.
    match unsafe { ERROR.get().as_ref() }.and_then(types::check) {
        Some(class) if !e.is_value_error() => exceptions::raise_builtin(py, class, &e.to_string()),
        _ => exceptions::value_error(py, format_args!("{e}")),
    }
}

/// Bytes, or a str of ASCII characters (`ascii_buffer_converter`).
struct Ascii(Vec<u8>);

impl<'a> FromArg<'a> for Ascii {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        let o = <&'a PyObject>::from_arg(py, bound, i)?;
        if let Some(s) = unicode::check(o) {
            if !unicode::is_ascii(s) {
                return Err(exceptions::value_error(
                    py,
                    format_args!("string argument should contain only ASCII characters"),
                ));
            }
            return Ok(Ascii(unicode::raw(s).to_vec()));
        }
        if !buffer::check(o) {
            return Err(exceptions::type_error(
                py,
                format_args!("argument should be bytes, buffer or ASCII string, not '{}'", type_name(o.ty())),
            ));
        }
        Ok(Ascii(View::simple(py, o)?.bytes().to_vec()))
    }
}

type Module<'a> = &'a PyModuleObject;
type Made = PyResult<Owned<PyBytesObject>>;

fn made(py: Py<'_>, r: Result<Vec<u8>, kernel::Error>) -> Made {
    bytes::new(py, &r.map_err(|e| raise(py, e))?)
}

fn a2b_uu(py: Py<'_>, _: Module<'_>, data: Ascii) -> Made {
    made(py, kernel::a2b_uu(&data.0))
}

fn b2a_uu(py: Py<'_>, _: Module<'_>, data: View, backtick: Option<bool>) -> Made {
    made(py, kernel::b2a_uu(data.bytes(), backtick.unwrap_or(false)))
}

fn a2b_base64(py: Py<'_>, _: Module<'_>, data: Ascii, strict: Option<bool>) -> Made {
    made(py, kernel::a2b_base64(&data.0, strict.unwrap_or(false)))
}

fn b2a_base64(py: Py<'_>, _: Module<'_>, data: View, newline: Option<bool>) -> Made {
    bytes::new(py, &kernel::b2a_base64(data.bytes(), newline.unwrap_or(true)))
}

fn unhexlify(py: Py<'_>, _: Module<'_>, data: Ascii) -> Made {
    made(py, kernel::unhexlify(&data.0))
}

fn hexlify(py: Py<'_>, _: Module<'_>, data: View, sep: Option<&PyObject>, group: Option<i32>) -> Made {
    let sep = match sep {
        None => None,
        Some(o) => {
            // The length is asked for first, as of any sequence.
            if protocol::len(py, o)? != 1 {
                return Err(raise(py, kernel::Error::SeparatorLength));
            }
            dxpy_types::bytes::shared::hex_separator(py, Some(o))?
        }
    };
    bytes::new(py, &kernel::hexlify(data.bytes(), sep, group.unwrap_or(1) as isize))
}

/// An int of which the low 32 bits count.
fn word(py: Py<'_>, o: &PyObject) -> PyResult<u32> {
    let n = number::index_any(py, o)?;
    let low = long::digits(&n).iter().take(2).enumerate().fold(0u64, |v, (i, d)| v | (*d as u64) << (30 * i));
    Ok(if long::sign(&n) < 0 { (low as u32).wrapping_neg() } else { low as u32 })
}

fn crc_hqx(py: Py<'_>, _: Module<'_>, data: View, start: &PyObject) -> PyResult<u64> {
    Ok(crc::crc_hqx(data.bytes(), word(py, start)?) as u64)
}

fn crc32(py: Py<'_>, _: Module<'_>, data: View, start: Option<&PyObject>) -> PyResult<u64> {
    let start = start.map_or(Ok(0), |o| word(py, o))?;
    Ok(crc::crc32(data.bytes(), start) as u64)
}

fn a2b_qp(py: Py<'_>, _: Module<'_>, data: Ascii, header: Option<bool>) -> Made {
    bytes::new(py, &kernel::a2b_qp(&data.0, header.unwrap_or(false)))
}

fn b2a_qp(
    py: Py<'_>,
    _: Module<'_>,
    data: View,
    tabs: Option<bool>,
    text: Option<bool>,
    header: Option<bool>,
) -> Made {
    let (tabs, text, header) = (tabs.unwrap_or(false), text.unwrap_or(true), header.unwrap_or(false));
    bytes::new(py, &kernel::b2a_qp(data.bytes(), tabs, text, header))
}
