//! `_datetime`: the module, and what its types have in common: field arguments, time zones' answers, `strftime`
//! (`Modules/_datetimemodule.c`). Fields, durations, ISO texts are in `dxpy_algos::datetime`; one file a type here; the
//! C interface is in [`capi`], the local zone in [`local`].

mod capi;
mod date;
mod delta;
mod local;
mod moment;
mod time;
mod tz;

use core::ffi::c_int;
use dxpy_algos::datetime::delta::Delta;
use dxpy_algos::datetime::format::{Directive, preprocess};
use dxpy_algos::datetime::{FieldError, iso};
use dxpy_core::abi::*;
use dxpy_core::args::{Bound, FromArg};
use dxpy_core::call::type_name;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::types::is_subtype;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, boolean, bytes, call, codecs, dict, exceptions, hooks, long, name,
    number, object, protocol, tuple, types, unicode,
};

/// `_datetime`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_datetime").doc(c"Dates, times, durations and time zones.").slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    types::ready(py, &date::ISO_CALENDAR)?;
    for ty in [&delta::DELTA, &tz::TZINFO, &tz::TIMEZONE, &date::DATE, &moment::DATETIME, &time::TIME] {
        types::ready(py, ty)?;
    }
    delta::constants(py)?;
    tz::constants(py)?;
    date::constants(py)?;
    time::constants(py)?;
    moment::constants(py)?;
    for ty in [&date::DATE, &moment::DATETIME, &time::TIME, &delta::DELTA, &tz::TZINFO, &tz::TIMEZONE] {
        module::add_type(py, m, ty)?;
    }
    module::add_int(py, m, "MINYEAR", 1)?;
    module::add_int(py, m, "MAXYEAR", 9999)?;
    let capsule = capi::capsule(py)?;
    module::add(py, m, "datetime_CAPI", &capsule)?;
    module::add(py, m, "UTC", tz::utc(py)?.as_object())
});

/// A constant of a class.
fn constant(py: Py<'_>, ty: &PyTypeObject, name: &str, value: Owned) -> PyResult<()> {
    dict::set_str(py, types::ready::dict_of(ty), name, &value)
}

/// The object as an instance of a type or of a subtype, whose struct it begins with.
fn instance<'a, T: Layout>(o: &'a PyObject, ty: &'static StaticType) -> Option<&'a T> {
    // SAFETY: LAYOUT: the type says so.
    (o.ty().is(&ty.0) || is_subtype(o.ty(), ty)).then(|| unsafe { &*(o as *const PyObject as *const T) })
}

/// The name of a type as `tp_name` has it: with the module for types that are not made by `class`.
fn full_name(ty: &PyTypeObject) -> String {
    type_name(ty)
}

/// A field: an int of C (`i` in a format).
struct Int(i32);

impl<'a> FromArg<'a> for Int {
    fn from_arg(py: Py<'a>, b: &Bound<'a>, i: usize) -> PyResult<Self> {
        int(py, <&'a PyObject>::from_arg(py, b, i)?).map(Int)
    }
}

fn int(py: Py<'_>, o: &PyObject) -> PyResult<i32> {
    let overflow = |text: &str| exceptions::overflow_error(py, format_args!("{text}"));
    let n = number::index_any(py, o)?;
    match long::to_i64(&n) {
        None => Err(overflow("Python int too large to convert to C long")),
        Some(n) if n > i32::MAX.into() => Err(overflow("signed integer is greater than maximum")),
        Some(n) if n < i32::MIN.into() => Err(overflow("signed integer is less than minimum")),
        Some(n) => Ok(n as i32),
    }
}

/// The field at a place of a call, or what it is without.
fn field(py: Py<'_>, b: &Bound<'_>, i: usize, default: i32) -> PyResult<i32> {
    match b.get(i) {
        Some(o) => int(py, o),
        None => Ok(default),
    }
}

#[cold]
fn field_error(py: Py<'_>, e: FieldError) -> PyErr {
    exceptions::value_error(py, format_args!("{e}"))
}

fn small(py: Py<'_>, n: i32) -> PyResult {
    Ok(long::from_i64(py, n.into())?.upcast())
}

/// `diff_to_bool`.
fn compared(ordering: core::cmp::Ordering, op: c_int) -> PyResult {
    Ok(boolean::new(protocol::compare_ordering(ordering, op)).upcast())
}

#[cold]
fn cannot_compare(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyErr {
    exceptions::type_error(py, format_args!("can't compare {} to {}", full_name(a.ty()), full_name(b.ty())))
}

/// `check_tzinfo_subclass`.
fn check_tzinfo(py: Py<'_>, o: &PyObject) -> PyResult<()> {
    if object::is_none(o) || is_subtype(o.ty(), &tz::TZINFO) {
        return Ok(());
    }
    Err(exceptions::type_error(
        py,
        format_args!(
            "tzinfo argument must be None or of a tzinfo subclass, not type '{}'",
            full_name(o.ty())
        ),
    ))
}

/// The zone argument at a place of a call: `None` is none.
fn zone_argument(py: Py<'_>, b: &Bound<'_>, i: usize) -> PyResult<Option<Owned>> {
    match b.get(i) {
        None => Ok(None),
        Some(o) => {
            check_tzinfo(py, o)?;
            Ok((!object::is_none(o)).then(|| o.to_owned()))
        }
    }
}

/// Is this duration one that an offset may be?
fn offset_in_range(d: Delta) -> bool {
    d.micros().unsigned_abs() < 86_400_000_000
}

/// `call_tzinfo_method`: what `utcoffset` or `dst` of a zone answers.
fn zone_offset(
    py: Py<'_>,
    zone: Option<&PyObject>,
    name: &'static unicode::Name,
    of: &PyObject,
) -> PyResult<Option<Delta>> {
    let Some(zone) = zone else { return Ok(None) };
    // `timezone` itself answers without a call.
    let answer = call::method(py, zone, name, [of])?;
    if object::is_none(&answer) {
        return Ok(None);
    }
    let Some(d) = delta::check(&answer) else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "tzinfo.{}() must return None or a timedelta, not '{}'",
                name.text(),
                full_name(answer.ty())
            ),
        ));
    };
    let d = delta::value(d);
    if !offset_in_range(d) {
        return Err(exceptions::value_error(
            py,
            format_args!(
                "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24)."
            ),
        ));
    }
    Ok(Some(d))
}

fn utcoffset_of(py: Py<'_>, zone: Option<&PyObject>, of: &PyObject) -> PyResult<Option<Delta>> {
    zone_offset(py, zone, name!("utcoffset"), of)
}

fn dst_of(py: Py<'_>, zone: Option<&PyObject>, of: &PyObject) -> PyResult<Option<Delta>> {
    zone_offset(py, zone, name!("dst"), of)
}

/// `call_tzname`.
fn tzname_of(py: Py<'_>, zone: Option<&PyObject>, of: &PyObject) -> PyResult<Option<Owned<PyUnicodeObject>>> {
    let Some(zone) = zone else { return Ok(None) };
    let answer = call::method(py, zone, name!("tzname"), [of])?;
    if object::is_none(&answer) {
        return Ok(None);
    }
    match unicode::check(&answer) {
        Some(s) => Ok(Some(s.to_owned())),
        None => Err(exceptions::type_error(
            py,
            format_args!("tzinfo.tzname() must return None or a string, not '{}'", full_name(answer.ty())),
        )),
    }
}

fn delta_or_none(py: Py<'_>, d: Option<Delta>) -> PyResult {
    match d {
        Some(d) => Ok(delta::new(py, d)?.upcast()),
        None => Ok(object::none()),
    }
}

fn text_or_none(s: Option<Owned<PyUnicodeObject>>) -> Owned {
    s.map_or_else(object::none, Owned::upcast)
}

/// A function of the module `time`, called.
fn time_call<const N: usize>(py: Py<'_>, function: &'static unicode::Name, args: [&PyObject; N]) -> PyResult {
    let module = hooks::import(py, name!("time"))?;
    let f = attr::get_name(py, &module, function)?;
    call::call(py, &f, args)
}

/// The UTF-8 of a string argument.
fn utf8(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<Vec<u8>> {
    Ok(bytes::as_slice(&*codecs::encode_utf8(py, s, None)?).to_vec())
}

/// `wrap_strftime`: `fields` is what the C library gets, `zone_of` what the zone is asked about.
fn strftime(
    py: Py<'_>,
    format: &PyUnicodeObject,
    fields: &PyObject,
    zone: Option<&PyObject>,
    zone_of: &PyObject,
    microsecond: i32,
) -> PyResult {
    let format = utf8(py, format)?;
    let made = preprocess(&format, |d| -> PyResult<Vec<u8>> {
        Ok(match d {
            Directive::Offset | Directive::OffsetColons => {
                let colon = if d == Directive::Offset { "" } else { ":" };
                match utcoffset_of(py, zone, zone_of)? {
                    Some(o) => iso::format_offset(o, colon).into_bytes(),
                    None => Vec::new(),
                }
            }
            Directive::ZoneName => match tzname_of(py, zone, zone_of)? {
                // The C library formats the whole again: a per cent sign in a name has to be doubled. A class of the
                // name's may do that its own way.
                Some(s) => {
                    let (one, two) = (unicode::from_str(py, "%")?, unicode::from_str(py, "%%")?);
                    let r = call::method(
                        py,
                        s.as_object(),
                        name!("replace"),
                        [one.as_object(), two.as_object()],
                    )?;
                    let Some(r) = unicode::check(&r) else {
                        let text = format_args!("tzname.replace() did not return a string");
                        return Err(exceptions::type_error(py, text));
                    };
                    utf8(py, r)?
                }
                None => Vec::new(),
            },
            Directive::Microseconds => format!("{microsecond:06}").into_bytes(),
        })
    })?;
    let made = unicode::from_utf8(py, &made)?;
    time_call(py, name!("strftime"), [made.as_object(), fields])
}

/// `__format__` of dates and times: `strftime` with the format, or `str()`.
fn formatted(py: Py<'_>, o: &PyObject, format: &PyUnicodeObject) -> PyResult {
    if unicode::len(format) == 0 {
        return Ok(protocol::str(py, o)?.upcast());
    }
    call::method(py, o, name!("strftime"), [format.as_object()])
}

/// A bytes pickle state in a constructor's first argument: bytes, or a str that stands for them (of Python 2 pickles),
/// of this length. `sane` says whether the content can be one.
fn pickled(
    py: Py<'_>,
    state: &PyObject,
    len: usize,
    what: &str,
    sane: impl Fn(&dyn Fn(usize) -> u32) -> bool,
) -> PyResult<Option<Vec<u8>>> {
    if let Some(b) = bytes::check(state) {
        let b = bytes::as_slice(b);
        return Ok((b.len() == len && sane(&|i| b[i].into())).then(|| b.to_vec()));
    }
    let Some(s) = unicode::check(state).filter(|s| unicode::len(s) == len) else { return Ok(None) };
    let chars: Vec<u32> = unicode::code_points(s).collect();
    if !sane(&|i| chars[i]) {
        return Ok(None);
    }
    match chars.iter().map(|c| u8::try_from(*c).ok()).collect() {
        Some(b) => Ok(Some(b)),
        None => Err(exceptions::value_error(
            py,
            format_args!(
                "Failed to encode latin1 string when unpickling a {what} object. pickle.load(data, encoding='latin1') is assumed."
            ),
        )),
    }
}

/// The zone of a pickle.
fn pickled_zone(py: Py<'_>, o: Option<&PyObject>) -> PyResult<Option<Owned>> {
    match o {
        None => Ok(None),
        Some(o) if object::is_none(o) => Ok(None),
        Some(o) if is_subtype(o.ty(), &tz::TZINFO) => Ok(Some(o.to_owned())),
        Some(_) => Err(exceptions::type_error(py, format_args!("bad tzinfo state arg"))),
    }
}

/// The repr with the fields behind the others that have their own names.
fn with_keywords(
    py: Py<'_>,
    mut text: String,
    parts: [Option<(&str, &PyObject)>; 2],
) -> PyResult<Owned<PyUnicodeObject>> {
    if parts.iter().all(Option::is_none) {
        return unicode::from_str(py, &text);
    }
    text.pop();
    let mut all = vec![unicode::from_str(py, &text)?];
    for (key, value) in parts.into_iter().flatten() {
        all.push(unicode::from_str(py, &format!(", {key}="))?);
        all.push(protocol::repr(py, value)?);
    }
    all.push(unicode::from_str(py, ")")?);
    let all: Vec<&PyUnicodeObject> = all.iter().map(|s| &**s).collect();
    unicode::join_all(py, &all)
}

/// `isoformat`'s argument.
fn timespec(py: Py<'_>, o: Option<&PyObject>, function: &str, place: usize) -> PyResult<iso::Timespec> {
    let Some(o) = o else { return Ok(iso::Timespec::Auto) };
    let Some(s) = unicode::check(o) else {
        let given = if object::is_none(o) { "None".to_owned() } else { type_name(o.ty()) };
        return Err(exceptions::type_error(
            py,
            format_args!("{function}() argument {place} must be str, not {given}"),
        ));
    };
    let s = unicode::utf8(py, s)?;
    iso::Timespec::from_name(&s)
        .ok_or_else(|| exceptions::value_error(py, format_args!("{}", iso::UNKNOWN_TIMESPEC)))
}

/// The text of a `fromisoformat` argument.
fn iso_text(py: Py<'_>, o: &PyObject) -> PyResult<Vec<u8>> {
    let Some(s) = unicode::check(o) else {
        return Err(exceptions::type_error(py, format_args!("fromisoformat: argument must be str")));
    };
    Ok(bytes::as_slice(&*codecs::encode_utf8(py, s, Some("surrogatepass"))?).to_vec())
}

#[cold]
fn iso_error(py: Py<'_>, o: &PyObject, e: iso::IsoError) -> PyErr {
    match e {
        iso::IsoError::Field(e) => field_error(py, e),
        iso::IsoError::Invalid => {
            let run = || -> PyResult<PyErr> {
                let shown = protocol::repr(py, o)?;
                let head = unicode::from_str(py, "Invalid isoformat string: ")?;
                let text = unicode::concat(py, &head, &shown)?;
                Ok(exceptions::create(py, &exceptions::ValueError, Some(text.as_object())))
            };
            run().unwrap_or_else(|e| e)
        }
    }
}

/// The zone that a text names.
fn iso_zone(py: Py<'_>, z: Option<iso::Zone>) -> PyResult<Option<Owned>> {
    Ok(match z {
        None => None,
        Some(iso::Zone::Utc) => Some(tz::utc(py)?.upcast()),
        Some(iso::Zone::Offset(d)) => Some(tz::new(py, d, None)?.upcast()),
    })
}

/// `build_struct_time`.
fn struct_time(py: Py<'_>, fields: [i32; 6], weekday: i32, yday: i32, dst: i32) -> PyResult {
    let mut all = Vec::with_capacity(9);
    for n in fields.into_iter().chain([weekday, yday, dst]) {
        all.push(small(py, n)?);
    }
    let all = tuple::from_iter(py, all)?;
    time_call(py, name!("struct_time"), [all.as_object()])
}

/// `PyErr_WarnEx` of a deprecated constructor.
fn deprecated(py: Py<'_>, text: &str) -> PyResult<()> {
    exceptions::warn(py, &exceptions::DeprecationWarning, 1, format_args!("{text}"))
}
