//! `unicodedata`: the character database as functions, and Unicode 3.2.0 as the object `ucd_3_2_0`. Tables are in
//! `dxpy_text::unicode`.

use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{Bound, FromArg, bad_argument};
use dxpy_core::buffer::View;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, exceptions, float, glue, long, members, methods, object, types, unicode,
};
use dxpy_text::strings::StrBuf;
use dxpy_text::unicode::names::Named;
use dxpy_text::unicode::normalize::{Form, Version, is_normalized_str, normalize_str};
use dxpy_text::unicode::{self as ucd, names, old};
use dxpy_types::capsule;

/// `unicodedata`.
pub static MODULE: StaticModule = StaticModule::new(c"unicodedata")
    .doc(c"The Unicode Character Database, version 15.0.0.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    types::ready::ready(py, &UCD)?;
    module::add_str(py, m, "unidata_version", ucd::VERSION)?;
    module::add(py, m, "UCD", UCD.as_object())?;
    // SAFETY: LAYOUT: the type's own struct.
    let old: Owned<Database> = unsafe { object::generic_alloc(py, &UCD, 0)?.cast() };
    old.name.set(c"3.2.0".as_ptr());
    module::add(py, m, "ucd_3_2_0", old.as_object())?;
    let capi = capsule::new(py, (&raw const CAPI) as *mut c_void, CAPI_NAME.as_ptr(), None)?;
    module::add(py, m, "_ucnhash_CAPI", capi.as_object())
}

/// `_PyUnicode_Name_CAPI`: names for C code.
#[repr(C)]
struct NameApi {
    getname: unsafe extern "C" fn(u32, *mut c_char, c_int, c_int) -> c_int,
    getcode: unsafe extern "C" fn(*const c_char, c_int, *mut u32, c_int) -> c_int,
}

/// `PyUnicodeData_CAPSULE_NAME`.
const CAPI_NAME: &CStr = c"unicodedata._ucnhash_CAPI";
static CAPI: NameApi = NameApi { getname, getcode };

/// The name of a character with its NUL, if there is one and it fits; whether that was so.
unsafe extern "C" fn getname(code: u32, buffer: *mut c_char, room: c_int, with_alias: c_int) -> c_int {
    let found = if with_alias != 0 { names::name_or_alias(code) } else { names::name(code) };
    let Some(text) = found.filter(|t| (t.len() as i64) < i64::from(room)) else { return 0 };
    // SAFETY: the caller's buffer has `room` bytes, more than the text.
    unsafe {
        core::ptr::copy_nonoverlapping(text.as_ptr(), buffer as *mut u8, text.len());
        *buffer.add(text.len()) = 0;
    }
    1
}

/// The character of a name; whether there is one.
unsafe extern "C" fn getcode(name: *const c_char, len: c_int, code: *mut u32, sequences: c_int) -> c_int {
    let Ok(len) = usize::try_from(len) else { return 0 };
    // SAFETY: the caller's name has so many bytes.
    let bytes = unsafe { core::slice::from_raw_parts(name as *const u8, len) };
    let Some(c) = core::str::from_utf8(bytes).ok().and_then(|t| names::code(t, sequences != 0)) else {
        return 0;
    };
    // SAFETY: the caller's place for the result.
    unsafe { *code = c };
    1
}

/// The one instance's struct: `PreviousDBVersion`.
#[repr(C)]
struct Database {
    ob_base: PyObject,
    name: Cell<*const c_char>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Database {}

static UCD: StaticType = StaticType::new::<Database>(c"unicodedata.UCD")
    .getattro(dxpy_core::attr::generic_get_slot)
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .dealloc(glue::dealloc(|_: Py<'_>, o: &PyObject| {
        // SAFETY: the object holds nothing.
        unsafe { object::free(o) }
    }))
    .methods(&METHODS)
    .members(&MEMBERS);

members! { static MEMBERS [
    "unidata_version" = Py_T_STRING, offset_of!(Database, name), Py_READONLY, "";
] }

methods! { static METHODS: for PyObject [
    "decimal" = decimal [2], "($self, chr, default=<unrepresentable>, /)", "The value of a decimal digit.";
    "digit" = digit [2], "($self, chr, default=<unrepresentable>, /)", "The value of a digit.";
    "numeric" = numeric [2], "($self, chr, default=<unrepresentable>, /)", "The value of a number.";
    "category" = category [1], "($self, chr, /)", "The general category.";
    "bidirectional" = bidirectional [1], "($self, chr, /)", "The bidirectional class.";
    "combining" = combining [1], "($self, chr, /)", "The canonical combining class.";
    "mirrored" = mirrored [1], "($self, chr, /)", "Whether the character is mirrored in right-to-left text.";
    "east_asian_width" = east_asian_width [1], "($self, chr, /)", "The East Asian width.";
    "decomposition" = decomposition [1], "($self, chr, /)", "The decomposition mapping.";
    "name" = name [2], "($self, chr, default=<unrepresentable>, /)", "The name of a character.";
    "lookup" = lookup [1], "($self, name, /)", "The character of a name, or the sequence.";
    "is_normalized" = is_normalized [2], "($self, form, unistr, /)", "Whether text is in a normal form.";
    "normalize" = normalize [2], "($self, form, unistr, /)", "Text in a normal form.";
] }

/// One character.
struct Char(u32);

impl<'a> FromArg<'a> for Char {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        let o = <&'a PyObject>::from_arg(py, bound, i)?;
        match unicode::check(o) {
            Some(s) if unicode::len(s) == 1 => Ok(Char(unicode::view(s).at(0))),
            _ => Err(bad_argument(py, bound, i, "a unicode character")),
        }
    }
}

/// Unicode 3.2.0 is meant where the object is a `UCD`.
fn is_old(this: &PyObject) -> bool {
    this.ty().is(&UCD.0)
}

fn or_default(py: Py<'_>, found: Option<PyResult>, default: Option<&PyObject>, message: &str) -> PyResult {
    match (found, default) {
        (Some(v), _) => v,
        (None, Some(d)) => Ok(d.to_owned()),
        (None, None) => Err(exceptions::value_error(py, format_args!("{message}"))),
    }
}

fn int(py: Py<'_>, v: u8) -> PyResult {
    Ok(long::from_i64(py, v as i64)?.upcast())
}

fn decimal(py: Py<'_>, this: &PyObject, c: Char, default: Option<&PyObject>) -> PyResult {
    let v = if is_old(this) { old::to_decimal(c.0) } else { ucd::to_decimal(c.0) };
    or_default(py, v.map(|v| int(py, v)), default, "not a decimal")
}

fn digit(py: Py<'_>, _: &PyObject, c: Char, default: Option<&PyObject>) -> PyResult {
    or_default(py, ucd::to_digit(c.0).map(|v| int(py, v)), default, "not a digit")
}

fn numeric(py: Py<'_>, this: &PyObject, c: Char, default: Option<&PyObject>) -> PyResult {
    let v = if is_old(this) { old::to_numeric(c.0) } else { ucd::to_numeric(c.0) };
    let v = v.map(|v| float::new(py, v).map(Owned::upcast));
    or_default(py, v, default, "not a numeric character")
}

macro_rules! texts {
    ($($name:ident)*) => { $(
        fn $name(py: Py<'_>, this: &PyObject, c: Char) -> PyResult<Owned<PyUnicodeObject>> {
            let text: &str = &if is_old(this) { old::$name(c.0) } else { ucd::$name(c.0) };
            unicode::from_str(py, text)
        }
    )* };
}
texts! { category bidirectional east_asian_width decomposition }

fn combining(_: Py<'_>, this: &PyObject, c: Char) -> i64 {
    (if is_old(this) { old::combining(c.0) } else { ucd::combining(c.0) }) as i64
}

fn mirrored(_: Py<'_>, this: &PyObject, c: Char) -> i64 {
    (if is_old(this) { old::mirrored(c.0) } else { ucd::mirrored(c.0) }) as i64
}

fn name(py: Py<'_>, this: &PyObject, c: Char, default: Option<&PyObject>) -> PyResult {
    let text = if is_old(this) { old::name(c.0) } else { names::name(c.0) };
    let text = text.map(|t| unicode::from_str(py, &t).map(Owned::upcast));
    or_default(py, text, default, "no such name")
}

fn lookup(py: Py<'_>, this: &PyObject, name: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    let text = match unicode::check(name) {
        Some(s) => unicode::utf8(py, s)?.into_owned().into_bytes(),
        None => View::simple(py, name)?.bytes().to_vec(),
    };
    let key_error = |text: &str| match unicode::from_str(py, text) {
        Ok(s) => exceptions::key_error(py, s.as_object()),
        Err(e) => e,
    };
    // The longest name, and room for a NUL.
    if text.len() > 256 {
        return Err(key_error("name too long"));
    }
    let shown = String::from_utf8_lossy(&text).into_owned();
    let is_name = |c| names::name(c).is_some_and(|n| n.eq_ignore_ascii_case(&shown));
    match names::lookup(&shown) {
        // Aliases are no names of the old edition.
        Some(Named::Char(c)) if !is_old(this) || (old::is_assigned(c) && is_name(c)) => {
            unicode::from_char(py, c)
        }
        Some(Named::Sequence(s)) if !is_old(this) => unicode::from_buf(py, StrBuf::from_codes(s)),
        _ => Err(key_error(&format!("undefined character name '{shown}'"))),
    }
}

fn form(py: Py<'_>, name: &PyUnicodeObject) -> PyResult<Form> {
    Form::parse(&unicode::display(name.as_object()))
        .ok_or_else(|| exceptions::value_error(py, format_args!("invalid normalization form")))
}

fn edition(this: &PyObject) -> Version {
    if is_old(this) { Version::V3_2 } else { Version::V15 }
}

fn is_normalized(py: Py<'_>, this: &PyObject, f: &PyUnicodeObject, s: &PyUnicodeObject) -> PyResult<bool> {
    Ok(is_normalized_str(edition(this), form(py, f)?, unicode::view(s)))
}

fn normalize(
    py: Py<'_>,
    this: &PyObject,
    f: &PyUnicodeObject,
    s: &PyUnicodeObject,
) -> PyResult<Owned<PyUnicodeObject>> {
    match normalize_str(edition(this), form(py, f)?, unicode::view(s)) {
        Some(r) => unicode::from_buf(py, r),
        None => Ok(s.to_owned()),
    }
}
