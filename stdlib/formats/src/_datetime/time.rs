//! `time`.

use super::{
    Int, compared, constant, delta, delta_or_none, dst_of, field, field_error, formatted, full_name,
    instance, iso_error, iso_text, iso_zone, pickled, pickled_zone, small, strftime, text_or_none, timespec,
    tzname_of, utcoffset_of, with_keywords, zone_argument,
};
use core::ffi::c_int;
use dxpy_algos::datetime::delta::Delta;
use dxpy_algos::datetime::{Time, iso};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{self, Bound};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, bytes, call, exceptions, getset, glue, long, methods, name, object, signature,
    tuple, unicode,
};

/// `PyDateTime_Time`. One without a zone has the whole struct too, with no zone in it.
#[repr(transparent)]
pub struct TimeObject(pub PyDateTime_Time);

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for TimeObject {}

pub static TIME: StaticType = StaticType::new::<TimeObject>(c"datetime.time")
    .getattro(dxpy_core::attr::generic_get_slot)
    .doc(c"time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object\n\nAll arguments are optional. tzinfo is None or an instance of a tzinfo subclass; the others are ints.")
    .flags(Py_TPFLAGS_BASETYPE)
    .dealloc(glue::dealloc(|_: Py<'_>, t: &TimeObject| {
        object::clear_field(&t.0.tzinfo);
        // SAFETY: the memory goes last.
        unsafe { object::tp_free(t.as_object()) }
    }))
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .str(glue::unary(|py: Py<'_>, t: &TimeObject| call::method(py, t.as_object(), name!("isoformat"), [])))
    .hash(glue::hash(hash))
    .richcompare(glue::richcompare(richcompare))
    .methods(&METHODS)
    .getset(&ATTRIBUTES);

methods! { static METHODS: for TimeObject [
    "isoformat" = isoformat [1], "!($self, /, timespec='auto')", "The time in ISO 8601 format; timespec says how much of it.";
    "strftime" = strftime_method [1], "!($self, /, format)", "format -> strftime() style string.";
    "__format__" = format [1], "!($self, format, /)", "Formats by strftime().";
    "utcoffset" = utcoffset [0], "!($self, /)", "What self.tzinfo.utcoffset(self) gives.";
    "tzname" = tzname [0], "!($self, /)", "What self.tzinfo.tzname(self) gives.";
    "dst" = dst [0], "!($self, /)", "What self.tzinfo.dst(self) gives.";
    "replace" = replace [6], "!($self, /, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)", "The time with other fields.";
    "fromisoformat" = fromisoformat [1], "!($type, string, /)", "string -> time of a text in ISO 8601 format.", class;
    "__reduce_ex__" = reduce_ex [1], "!($self, protocol, /)", "__reduce_ex__(proto) -> (cls, state)";
    "__reduce__" = reduce [0], "!($self, /)", "__reduce__() -> (cls, state)";
] }

getset! { static ATTRIBUTES [
    "hour" = |py: Py<'_>, t: &TimeObject| small(py, value(t).hour), "";
    "minute" = |py: Py<'_>, t: &TimeObject| small(py, value(t).minute), "";
    "second" = |py: Py<'_>, t: &TimeObject| small(py, value(t).second), "";
    "microsecond" = |py: Py<'_>, t: &TimeObject| small(py, value(t).microsecond), "";
    "tzinfo" = |_: Py<'_>, t: &TimeObject| Ok(zone(t).map_or_else(object::none, Object::to_owned)), "";
    "fold" = |py: Py<'_>, t: &TimeObject| small(py, fold(t)), "";
] }

pub fn constants(py: Py<'_>) -> PyResult<()> {
    constant(py, &TIME, "min", new(py, &TIME, Time::default(), None, 0)?)?;
    constant(py, &TIME, "max", new(py, &TIME, Time::new(23, 59, 59, 999_999), None, 0)?)?;
    let us = Delta { days: 0, seconds: 0, microseconds: 1 };
    constant(py, &TIME, "resolution", delta::new(py, us)?.upcast())
}

/// `PyTime_Check`.
pub fn check(o: &PyObject) -> Option<&TimeObject> {
    instance(o, &TIME)
}

fn packed(t: &TimeObject) -> [u8; 6] {
    core::array::from_fn(|i| t.0.data[i].get())
}

pub fn value(t: &TimeObject) -> Time {
    Time::unpack(packed(t))
}

pub fn fold(t: &TimeObject) -> i32 {
    t.0.fold.get().into()
}

pub fn zone(t: &TimeObject) -> Option<&PyObject> {
    // SAFETY: LIVE: an object holds its zone.
    unsafe { t.0.tzinfo.get().as_ref() }
}

/// `new_time_ex2`.
pub fn new(py: Py<'_>, ty: &PyTypeObject, t: Time, zone: Option<Owned>, fold: i32) -> PyResult {
    let t = t.check(fold).map_err(|e| field_error(py, e))?;
    make(py, ty, t.pack(), zone, fold as u8)
}

fn make(py: Py<'_>, ty: &PyTypeObject, data: [u8; 6], zone: Option<Owned>, fold: u8) -> PyResult {
    // SAFETY: LAYOUT: the type's instances begin like this struct.
    let o: Owned<TimeObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    o.0.hashcode.set(-1);
    o.0.data.iter().zip(data).for_each(|(c, b)| c.set(b));
    o.0.fold.set(fold);
    o.0.hastzinfo.set(zone.is_some().into());
    o.0.tzinfo.set(zone.map_or(core::ptr::null_mut(), Owned::into_ptr));
    Ok(o.upcast())
}

/// Of a class that is not the type itself, by calling it.
fn of_class(py: Py<'_>, class: &PyObject, t: Time, zone: Option<Owned>) -> PyResult {
    if class.is(&TIME.0) {
        return new(py, &TIME, t, zone, 0);
    }
    let parts = [small(py, t.hour)?, small(py, t.minute)?, small(py, t.second)?, small(py, t.microsecond)?];
    let zone = zone.unwrap_or_else(object::none);
    call::call(py, class, [&parts[0], &parts[1], &parts[2], &parts[3], &zone])
}

fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if let [state, rest @ ..] = tuple::items(a)
        && rest.len() <= 1
        && let Some(b) = pickled(py, state, 6, "time", |at| at(0) & !0x80 < 24)?
    {
        let zone = pickled_zone(py, rest.first().copied())?;
        return make(py, ty, [b[0] & 0x7f, b[1], b[2], b[3], b[4], b[5]], zone, b[0] >> 7);
    }
    let sig = signature!("", "!(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)");
    args::bind_call(py, sig, a, kw, |b| from_fields(py, ty, b, Time::default(), None, 0))
}

/// The fields of a call, where it gives them.
fn from_fields(
    py: Py<'_>,
    ty: &PyTypeObject,
    b: &Bound<'_>,
    old: Time,
    old_zone: Option<&PyObject>,
    old_fold: i32,
) -> PyResult {
    let t = Time {
        hour: field(py, b, 0, old.hour)?,
        minute: field(py, b, 1, old.minute)?,
        second: field(py, b, 2, old.second)?,
        microsecond: field(py, b, 3, old.microsecond)?,
    };
    let fold = field(py, b, 5, old_fold)?;
    t.check(fold).map_err(|e| field_error(py, e))?;
    let zone = match b.get(4) {
        None => old_zone.map(Object::to_owned),
        Some(_) => zone_argument(py, b, 4)?,
    };
    new(py, ty, t, zone, fold)
}

fn replace(
    py: Py<'_>,
    t: &TimeObject,
    hour: Option<Int>,
    minute: Option<Int>,
    second: Option<Int>,
    microsecond: Option<Int>,
    tzinfo: Option<&PyObject>,
    fold_: Option<Int>,
) -> PyResult {
    let (v, or) = (value(t), |n: Option<Int>, old| n.map_or(old, |n| n.0));
    let fold = or(fold_, fold(t));
    if fold != 0 && fold != 1 {
        return Err(exceptions::value_error(py, format_args!("fold must be either 0 or 1")));
    }
    let made = Time::new(
        or(hour, v.hour),
        or(minute, v.minute),
        or(second, v.second),
        or(microsecond, v.microsecond),
    );
    made.check(fold).map_err(|e| field_error(py, e))?;
    let zone = match tzinfo {
        None => zone(t).map(Object::to_owned),
        Some(o) => {
            super::check_tzinfo(py, o)?;
            (!object::is_none(o)).then(|| o.to_owned())
        }
    };
    new(py, t.ty(), made, zone, fold)
}

fn repr(py: Py<'_>, t: &TimeObject) -> PyResult<Owned<PyUnicodeObject>> {
    let (v, name) = (value(t), full_name(t.ty()));
    let text = if v.microsecond != 0 {
        format!("{name}({}, {}, {}, {})", v.hour, v.minute, v.second, v.microsecond)
    } else if v.second != 0 {
        format!("{name}({}, {}, {})", v.hour, v.minute, v.second)
    } else {
        format!("{name}({}, {})", v.hour, v.minute)
    };
    let one = long::from_i64(py, 1)?;
    let folded = (fold(t) != 0).then(|| ("fold", one.as_object()));
    with_keywords(py, text, [zone(t).map(|z| ("tzinfo", z)), folded])
}

/// What the zone says of the offset, without a date.
fn offset(py: Py<'_>, t: &TimeObject) -> PyResult<Option<Delta>> {
    utcoffset_of(py, zone(t), &object::none())
}

fn hash(py: Py<'_>, t: &TimeObject) -> PyResult<Py_hash_t> {
    if t.0.hashcode.get() == -1 {
        // Whether the hour is repeated does not count.
        let plain;
        let of = if fold(t) != 0 {
            plain = make(py, t.ty(), packed(t), zone(t).map(Object::to_owned), 0)?;
            check(&plain).unwrap_or(t)
        } else {
            t
        };
        let hash = match offset(py, of)? {
            None => unicode::hash_bytes(&packed(t)),
            Some(o) => {
                let us = i128::from(value(t).micros()) - o.micros();
                delta::hash_of(py, Delta::from_micros(us).map_err(|e| delta::raise(py, e))?)?
            }
        };
        t.0.hashcode.set(hash);
    }
    Ok(t.0.hashcode.get())
}

fn same_zone(a: Option<&PyObject>, b: Option<&PyObject>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.is(b),
        (None, None) => true,
        _ => false,
    }
}

fn richcompare(py: Py<'_>, a: &TimeObject, b: &PyObject, op: c_int) -> PyResult {
    let Some(other) = check(b) else { return Ok(object::not_implemented()) };
    if same_zone(zone(a), zone(other)) {
        return compared(packed(a).cmp(&packed(other)), op);
    }
    match (offset(py, a)?, offset(py, other)?) {
        (x, y) if x == y => compared(packed(a).cmp(&packed(other)), op),
        (Some(x), Some(y)) => compared(value(a).cmp_with_offsets(x, value(other), y), op),
        _ if op == Py_EQ || op == Py_NE => Ok(dxpy_core::boolean::new(op == Py_NE).upcast()),
        _ => {
            Err(exceptions::type_error(py, format_args!("can't compare offset-naive and offset-aware times")))
        }
    }
}

fn isoformat(py: Py<'_>, t: &TimeObject, spec: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
    let spec = timespec(py, spec, "isoformat", 1)?;
    let mut text = iso::format_time(value(t), spec);
    if let Some(o) = offset(py, t)? {
        text.push_str(&iso::format_offset(o, ":"));
    }
    unicode::from_str(py, &text)
}

fn strftime_method(py: Py<'_>, t: &TimeObject, format: &PyUnicodeObject) -> PyResult {
    let v = value(t);
    let mut fields = Vec::with_capacity(9);
    for n in [1900, 1, 1, v.hour, v.minute, v.second, 0, 1, -1] {
        fields.push(small(py, n)?);
    }
    let fields = tuple::from_iter(py, fields)?;
    strftime(py, format, fields.as_object(), zone(t), &object::none(), v.microsecond)
}

fn format(py: Py<'_>, t: &TimeObject, format: &PyUnicodeObject) -> PyResult {
    formatted(py, t.as_object(), format)
}

fn utcoffset(py: Py<'_>, t: &TimeObject) -> PyResult {
    delta_or_none(py, offset(py, t)?)
}

fn dst(py: Py<'_>, t: &TimeObject) -> PyResult {
    delta_or_none(py, dst_of(py, zone(t), &object::none())?)
}

fn tzname(py: Py<'_>, t: &TimeObject) -> PyResult {
    Ok(text_or_none(tzname_of(py, zone(t), &object::none())?))
}

fn fromisoformat(py: Py<'_>, class: &TimeObject, text: &PyObject) -> PyResult {
    let class = class.as_object();
    let (t, z) = iso::parse_time(&iso_text(py, text)?).map_err(|e| iso_error(py, text, e))?;
    let zone = iso_zone(py, z)?;
    of_class(py, class, t, zone)
}

/// `time_getstate` and the class.
fn reduced(py: Py<'_>, t: &TimeObject, protocol: i32) -> PyResult<Owned<PyTupleObject>> {
    let mut data = packed(t);
    if protocol > 3 && fold(t) != 0 {
        data[0] |= 0x80;
    }
    let state = [Some(bytes::new(py, &data)?.upcast()), zone(t).map(Object::to_owned)];
    let state = tuple::from_iter(py, state.into_iter().flatten().collect::<Vec<_>>())?;
    tuple::from_iter(py, [t.ty().as_object().to_owned(), state.upcast()])
}

fn reduce_ex(py: Py<'_>, t: &TimeObject, protocol: Int) -> PyResult<Owned<PyTupleObject>> {
    reduced(py, t, protocol.0)
}

fn reduce(py: Py<'_>, t: &TimeObject) -> PyResult<Owned<PyTupleObject>> {
    reduced(py, t, 2)
}
