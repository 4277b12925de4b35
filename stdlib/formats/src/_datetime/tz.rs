//! `tzinfo` and `timezone`.

use super::{PyErr, constant, delta, dst_of, full_name, moment, offset_in_range, utcoffset_of};
use crate::boxed::{Class, no_class};
use core::cell::Cell;
use core::ffi::c_int;
use dxpy_algos::datetime::delta::Delta;
use dxpy_algos::datetime::iso;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, args, attr, call, exceptions, glue, methods, name, object, protocol, signature,
    tuple, unicode,
};

pub static TZINFO: StaticType = StaticType::new::<PyObject>(c"datetime.tzinfo")
    .getattro(dxpy_core::attr::generic_get_slot)
    .doc(c"Abstract base class for time zone info objects.")
    .flags(Py_TPFLAGS_BASETYPE)
    .dealloc(glue::dealloc(|_: Py<'_>, o: &PyObject| {
        // SAFETY: it holds no references.
        unsafe { object::tp_free(o) }
    }))
    .create(object::generic_new_slot)
    .methods(&METHODS);

methods! { static METHODS: for PyObject [
    "tzname" = tzname [1], "?($self, dt, /)", "datetime -> string name of time zone.";
    "utcoffset" = utcoffset [1], "?($self, dt, /)", "datetime -> timedelta showing offset from UTC, negative values indicating West of UTC";
    "dst" = dst [1], "?($self, dt, /)", "datetime -> DST offset as timedelta positive east of UTC.";
    "fromutc" = fromutc [1], "?($self, dt, /)", "datetime in UTC -> datetime in local time.";
    "__reduce__" = reduce [0], "!($self, /)", "-> (cls, state)";
] }

#[cold]
fn must_implement(py: Py<'_>, what: &str) -> PyErr {
    exceptions::not_implemented_error(py, format_args!("a tzinfo subclass must implement {what}()"))
}

fn tzname(py: Py<'_>, _: &PyObject, _: &PyObject) -> PyResult {
    Err(must_implement(py, "tzname"))
}

fn utcoffset(py: Py<'_>, _: &PyObject, _: &PyObject) -> PyResult {
    Err(must_implement(py, "utcoffset"))
}

fn dst(py: Py<'_>, _: &PyObject, _: &PyObject) -> PyResult {
    Err(must_implement(py, "dst"))
}

fn value_error(py: Py<'_>, text: &str) -> PyErr {
    exceptions::value_error(py, format_args!("{text}"))
}

/// The argument of `fromutc`: a datetime of this very zone.
fn own<'a>(py: Py<'_>, zone: &PyObject, o: &'a PyObject) -> PyResult<&'a moment::MomentObject> {
    let Some(dt) = moment::check(o) else {
        return Err(exceptions::type_error(py, format_args!("fromutc: argument must be a datetime")));
    };
    if !moment::zone(dt).is_some_and(|z| z.is(zone)) {
        return Err(value_error(py, "fromutc: dt.tzinfo is not self"));
    }
    Ok(dt)
}

/// `tzinfo_fromutc`.
fn fromutc(py: Py<'_>, zone: &PyObject, o: &PyObject) -> PyResult {
    let dt = own(py, zone, o)?;
    let Some(offset) = utcoffset_of(py, Some(zone), o)? else {
        return Err(value_error(py, "fromutc: non-None utcoffset() result required"));
    };
    let Some(dst) = dst_of(py, Some(zone), o)? else {
        return Err(value_error(py, "fromutc: non-None dst() result required"));
    };
    let standard = moment::moved(py, dt, offset.micros() - dst.micros())?;
    let Some(dst) = dst_of(py, Some(zone), &standard)? else {
        return Err(value_error(py, "fromutc: tz.dst() gave inconsistent results; cannot convert"));
    };
    match moment::check(&standard) {
        Some(m) if dst != Delta::default() => moment::moved(py, m, dst.micros()),
        _ => Ok(standard),
    }
}

fn reduce(py: Py<'_>, zone: &PyObject) -> PyResult<Owned<PyTupleObject>> {
    let of = match attr::lookup_name(py, zone, name!("__getinitargs__"))? {
        Some(f) => call::call(py, &f, [])?,
        None => tuple::empty().upcast(),
    };
    let state = call::method(py, zone, name!("__getstate__"), [])?;
    tuple::from_iter(py, [zone.ty().as_object().to_owned(), of, state])
}

/// `PyDateTime_TimeZone`.
#[repr(C)]
pub struct ZoneObject {
    ob_base: PyObject,
    offset: Cell<*mut PyObject>,
    /// NULL where it has none of its own.
    name: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for ZoneObject {}

pub static TIMEZONE: StaticType = StaticType::new::<ZoneObject>(c"datetime.timezone")
    .base(&TZINFO)
    .doc(c"Fixed offset from UTC implementation of tzinfo.")
    .dealloc(glue::dealloc(|_: Py<'_>, z: &ZoneObject| {
        object::clear_field(&z.offset);
        object::clear_field(&z.name);
        // SAFETY: the memory goes last.
        unsafe { object::tp_free(z.as_object()) }
    }))
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .str(glue::unary(text))
    .hash(glue::hash(|py: Py<'_>, z: &ZoneObject| delta::hash(py, offset_object(z))))
    .richcompare(glue::richcompare(richcompare))
    .methods(&ZONE_METHODS);

methods! { static ZONE_METHODS: for ZoneObject [
    "tzname" = zone_tzname [1], "?($self, dt, /)", "The name of the zone, or one made from its offset.";
    "utcoffset" = zone_utcoffset [1], "?($self, dt, /)", "The fixed offset.";
    "dst" = zone_dst [1], "?($self, dt, /)", "None.";
    "fromutc" = zone_fromutc [1], "?($self, dt, /)", "datetime in UTC -> datetime in local time.";
    "__getinitargs__" = getinitargs [0], "!($self, /)", "pickle support";
] }

/// `timezone.utc`, once the module was executed.
static UTC: Class = no_class();

/// `timezone.utc`.
pub fn utc(py: Py<'_>) -> PyResult<Owned<ZoneObject>> {
    if UTC.get().is_null() {
        let none = delta::new(py, Delta::default())?;
        UTC.set(make(py, &none, None)?.into_ptr());
    }
    // SAFETY: LIVE: kept for ever once set; LAYOUT: made above.
    Ok(unsafe { &*(UTC.get() as *const ZoneObject) }.to_owned())
}

fn is_utc(z: &ZoneObject) -> bool {
    core::ptr::addr_eq(z, UTC.get())
}

pub fn constants(py: Py<'_>) -> PyResult<()> {
    constant(py, &TIMEZONE, "utc", utc(py)?.upcast())?;
    let almost = Delta { days: 0, seconds: 23 * 3600 + 59 * 60, microseconds: 0 };
    let least = Delta { days: -1, seconds: 60, microseconds: 0 };
    constant(py, &TIMEZONE, "min", new(py, least, None)?.upcast())?;
    constant(py, &TIMEZONE, "max", new(py, almost, None)?.upcast())
}

fn offset_object(z: &ZoneObject) -> &delta::DeltaObject {
    // SAFETY: LIVE, LAYOUT: set when it was made.
    unsafe { &*(z.offset.get() as *const delta::DeltaObject) }
}

fn offset(z: &ZoneObject) -> Delta {
    delta::value(offset_object(z))
}

fn own_name(z: &ZoneObject) -> Option<&PyUnicodeObject> {
    // SAFETY: LIVE, LAYOUT: a str, or NULL.
    unsafe { (z.name.get() as *const PyUnicodeObject).as_ref() }
}

fn make(
    py: Py<'_>,
    offset: &delta::DeltaObject,
    name: Option<&PyUnicodeObject>,
) -> PyResult<Owned<ZoneObject>> {
    // SAFETY: LAYOUT: the type's own struct.
    let z: Owned<ZoneObject> = unsafe { object::generic_alloc(py, &TIMEZONE, 0)?.cast() };
    z.offset.set(offset.to_owned().into_ptr());
    z.name.set(name.map_or(core::ptr::null_mut(), |n| n.to_owned().into_ptr()));
    Ok(z)
}

/// `new_timezone`.
pub fn of_object(
    py: Py<'_>,
    offset: &delta::DeltaObject,
    name: Option<&PyUnicodeObject>,
) -> PyResult<Owned<ZoneObject>> {
    let d = delta::value(offset);
    if name.is_none() && d == Delta::default() {
        return utc(py);
    }
    if !offset_in_range(d) {
        let shown = protocol::repr(py, offset.as_object())?;
        return Err(exceptions::value_error(
            py,
            format_args!(
                "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {}.",
                unicode::display(shown.as_object())
            ),
        ));
    }
    make(py, offset, name)
}

pub fn new(py: Py<'_>, offset: Delta, name: Option<&PyUnicodeObject>) -> PyResult<Owned<ZoneObject>> {
    of_object(py, &*delta::new(py, offset)?, name)
}

fn create(py: Py<'_>, _: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("timezone", "!(offset, name=None)"), a, kw, |b| {
        let given = b.arg::<&PyObject>(py, 0)?;
        let Some(offset) = delta::check(given) else {
            let what = if object::is_none(given) { "None".to_owned() } else { type_name(given.ty()) };
            return Err(exceptions::type_error(
                py,
                format_args!("timezone() argument 1 must be datetime.timedelta, not {what}"),
            ));
        };
        let name = match b.get(1) {
            None => None,
            Some(o) => Some(unicode::check(o).ok_or_else(|| {
                let what = if object::is_none(o) { "None".to_owned() } else { type_name(o.ty()) };
                exceptions::type_error(py, format_args!("timezone() argument 2 must be str, not {what}"))
            })?),
        };
        Ok(of_object(py, offset, name)?.upcast())
    })
}

fn repr(py: Py<'_>, z: &ZoneObject) -> PyResult<Owned<PyUnicodeObject>> {
    if is_utc(z) {
        return unicode::from_str(py, "datetime.timezone.utc");
    }
    let head = unicode::from_str(py, &format!("{}(", full_name(z.ty())))?;
    let shown = protocol::repr(py, offset_object(z).as_object())?;
    let tail = unicode::from_str(py, ")")?;
    match own_name(z) {
        None => unicode::join_all(py, &[&head, &shown, &tail]),
        Some(n) => {
            let (comma, n) = (unicode::from_str(py, ", ")?, protocol::repr(py, n.as_object())?);
            unicode::join_all(py, &[&head, &shown, &comma, &n, &tail])
        }
    }
}

fn text(py: Py<'_>, z: &ZoneObject) -> PyResult<Owned<PyUnicodeObject>> {
    match own_name(z) {
        Some(n) => Ok(n.to_owned()),
        None => unicode::from_str(py, &iso::format_zone_name(offset(z))),
    }
}

fn richcompare(py: Py<'_>, a: &ZoneObject, b: &PyObject, op: c_int) -> PyResult {
    if (op != Py_EQ && op != Py_NE) || !b.ty().is(&TIMEZONE.0) {
        return Ok(object::not_implemented());
    }
    // SAFETY: LAYOUT: just checked.
    let b = unsafe { &*(b as *const PyObject as *const ZoneObject) };
    let _ = py;
    super::compared(offset(a).cmp(&offset(b)), op)
}

/// `_timezone_check_instance`.
fn datetime_or_none(py: Py<'_>, o: &PyObject, function: &str) -> PyResult<()> {
    if object::is_none(o) || moment::check(o).is_some() {
        return Ok(());
    }
    Err(exceptions::type_error(
        py,
        format_args!(
            "{function}(dt) argument must be a datetime instance or None, not {}",
            full_name(o.ty())
        ),
    ))
}

fn zone_tzname(py: Py<'_>, z: &ZoneObject, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    datetime_or_none(py, o, "tzname")?;
    text(py, z)
}

fn zone_utcoffset(py: Py<'_>, z: &ZoneObject, o: &PyObject) -> PyResult {
    datetime_or_none(py, o, "utcoffset")?;
    Ok(offset_object(z).as_object().to_owned())
}

fn zone_dst(py: Py<'_>, _: &ZoneObject, o: &PyObject) -> PyResult<()> {
    datetime_or_none(py, o, "dst")
}

fn zone_fromutc(py: Py<'_>, z: &ZoneObject, o: &PyObject) -> PyResult {
    let dt = own(py, z.as_object(), o)?;
    moment::moved(py, dt, offset(z).micros())
}

fn getinitargs(py: Py<'_>, z: &ZoneObject) -> PyResult<Owned<PyTupleObject>> {
    let parts = [Some(offset_object(z).as_object()), own_name(z).map(Object::as_object)];
    tuple::from_iter(py, parts.into_iter().flatten().map(Object::to_owned).collect::<Vec<_>>())
}
