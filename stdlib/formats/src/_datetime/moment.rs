//! `datetime`.

use super::{
    Int, cannot_compare, compared, constant, date, delta, delta_or_none, deprecated, dst_of, field,
    field_error, full_name, instance, iso_error, iso_text, iso_zone, local, pickled, pickled_zone, small,
    struct_time, text_or_none, time, timespec, tzname_of, utcoffset_of, with_keywords, zone_argument,
};
use core::ffi::c_int;
use dxpy_algos::datetime::delta::{Delta, true_divide};
use dxpy_algos::datetime::{Date, DateTime, EPOCH_SECONDS, Time, ctime as ctime_text, iso};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{self, Bound, FromArg};
use dxpy_core::call::type_name;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, attr, boolean, bytes, call, exceptions, getset, glue, hooks, long, methods, name,
    object, signature, tuple, unicode,
};

/// `PyDateTime_DateTime`. One without a zone has the whole struct too, with no zone in it.
#[repr(transparent)]
pub struct MomentObject(pub PyDateTime_DateTime);

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for MomentObject {}

pub static DATETIME: StaticType = StaticType::new::<MomentObject>(c"datetime.datetime")
    .getattro(dxpy_core::attr::generic_get_slot)
    .base(&date::DATE)
    .doc(c"datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])\n\nYear, month and day must be given. tzinfo is None or an instance of a tzinfo subclass; the others are ints.")
    .flags(Py_TPFLAGS_BASETYPE)
    .dealloc(glue::dealloc(|_: Py<'_>, m: &MomentObject| {
        object::clear_field(&m.0.tzinfo);
        // SAFETY: the memory goes last.
        unsafe { object::tp_free(m.as_object()) }
    }))
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .str(glue::unary(|py: Py<'_>, m: &MomentObject| {
        let blank = unicode::from_str(py, " ")?;
        call::method(py, m.as_object(), name!("isoformat"), [blank.as_object()])
    }))
    .hash(glue::hash(hash))
    .richcompare(glue::richcompare(richcompare))
    .number(&NUMBER)
    .methods(&METHODS)
    .getset(&ATTRIBUTES);

static NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().add(glue::binary(add)).subtract(glue::binary(subtract));

methods! { static METHODS: for MomentObject [
    "now" = now [1], "($type, /, tz=None)", "The present moment, in a zone if one is given.", class;
    "utcnow" = utcnow [0], "!($type, /)", "The present moment in UTC, without a zone.", class;
    "fromtimestamp" = fromtimestamp [2], "!($type, /, timestamp, tz=None)", "timestamp[, tz] -> tz's local time from POSIX timestamp.", class;
    "utcfromtimestamp" = utcfromtimestamp [1], "!($type, timestamp, /)", "A UTC time, without a zone, from a POSIX timestamp.", class;
    "strptime" = strptime [2], "!($type, date_string, format, /)", "string, format -> new datetime parsed from a string (like time.strptime()).", class;
    "combine" = combine [3], "!($type, /, date, time, tzinfo=None)", "date, time -> datetime with same date and time fields", class;
    "fromisoformat" = fromisoformat [1], "!($type, string, /)", "string -> datetime of a text in ISO 8601 format.", class;
    "date" = date_part [0], "!($self, /)", "The date with the same year, month and day.";
    "time" = time_part [0], "!($self, /)", "The time with the same fields, without a zone.";
    "timetz" = timetz [0], "!($self, /)", "The time with the same fields and zone.";
    "ctime" = ctime [0], "!($self, /)", "The moment as ctime() of C writes it.";
    "timetuple" = timetuple [0], "!($self, /)", "The time tuple of this moment.";
    "timestamp" = timestamp [0], "!($self, /)", "POSIX timestamp as float.";
    "utctimetuple" = utctimetuple [0], "!($self, /)", "The time tuple of this moment in UTC.";
    "isoformat" = isoformat [2], "!($self, /, sep='T', timespec='auto')", "The moment in ISO 8601 format, with a separator between date and time; timespec says how much of the time.";
    "utcoffset" = utcoffset [0], "!($self, /)", "What self.tzinfo.utcoffset(self) gives.";
    "tzname" = tzname [0], "!($self, /)", "What self.tzinfo.tzname(self) gives.";
    "dst" = dst [0], "!($self, /)", "What self.tzinfo.dst(self) gives.";
    "replace" = replace [9], "!($self, /, year=0, month=0, day=0, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)", "The moment with other fields.";
    "astimezone" = astimezone [1], "!($self, /, tz=None)", "tz -> convert to local time in new timezone tz";
    "__reduce_ex__" = reduce_ex [1], "!($self, protocol, /)", "__reduce_ex__(proto) -> (cls, state)";
    "__reduce__" = reduce [0], "!($self, /)", "__reduce__() -> (cls, state)";
] }

getset! { static ATTRIBUTES [
    "hour" = |py: Py<'_>, m: &MomentObject| small(py, value(m).time.hour), "";
    "minute" = |py: Py<'_>, m: &MomentObject| small(py, value(m).time.minute), "";
    "second" = |py: Py<'_>, m: &MomentObject| small(py, value(m).time.second), "";
    "microsecond" = |py: Py<'_>, m: &MomentObject| small(py, value(m).time.microsecond), "";
    "tzinfo" = |_: Py<'_>, m: &MomentObject| Ok(zone(m).map_or_else(object::none, Object::to_owned)), "";
    "fold" = |py: Py<'_>, m: &MomentObject| small(py, fold(m)), "";
] }

pub fn constants(py: Py<'_>) -> PyResult<()> {
    let min = DateTime::new(Date::new(1, 1, 1), Time::default());
    let max = DateTime::new(Date::new(9999, 12, 31), Time::new(23, 59, 59, 999_999));
    constant(py, &DATETIME, "min", new(py, &DATETIME, min, None, 0)?)?;
    constant(py, &DATETIME, "max", new(py, &DATETIME, max, None, 0)?)?;
    let us = Delta { days: 0, seconds: 0, microseconds: 1 };
    constant(py, &DATETIME, "resolution", delta::new(py, us)?.upcast())
}

/// `PyDateTime_Check`.
pub fn check(o: &PyObject) -> Option<&MomentObject> {
    instance(o, &DATETIME)
}

fn packed(m: &MomentObject) -> [u8; 10] {
    core::array::from_fn(|i| m.0.data[i].get())
}

fn unpack(b: &[u8; 10]) -> DateTime {
    DateTime::new(Date::unpack([b[0], b[1], b[2], b[3]]), Time::unpack([b[4], b[5], b[6], b[7], b[8], b[9]]))
}

pub fn value(m: &MomentObject) -> DateTime {
    unpack(&packed(m))
}

pub fn fold(m: &MomentObject) -> i32 {
    m.0.fold.get().into()
}

pub fn zone(m: &MomentObject) -> Option<&PyObject> {
    // SAFETY: LIVE: an object holds its zone.
    unsafe { m.0.tzinfo.get().as_ref() }
}

fn owned_zone(m: &MomentObject) -> Option<Owned> {
    zone(m).map(Object::to_owned)
}

fn valid(py: Py<'_>, t: DateTime, fold: i32) -> PyResult<()> {
    t.date.check().map_err(|e| field_error(py, e))?;
    t.time.check(fold).map_err(|e| field_error(py, e))?;
    Ok(())
}

/// `new_datetime_ex2`: an instance of a type, whose own constructor is not asked.
pub fn new(py: Py<'_>, ty: &PyTypeObject, t: DateTime, zone: Option<Owned>, fold: i32) -> PyResult {
    valid(py, t, fold)?;
    let (d, t) = (t.date.pack(), t.time.pack());
    make(py, ty, [d[0], d[1], d[2], d[3], t[0], t[1], t[2], t[3], t[4], t[5]], zone, fold as u8)
}

fn make(py: Py<'_>, ty: &PyTypeObject, data: [u8; 10], zone: Option<Owned>, fold: u8) -> PyResult {
    // SAFETY: LAYOUT: the type's instances begin like this struct.
    let o: Owned<MomentObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    o.0.hashcode.set(-1);
    o.0.data.iter().zip(data).for_each(|(c, b)| c.set(b));
    o.0.fold.set(fold);
    o.0.hastzinfo.set(zone.is_some().into());
    o.0.tzinfo.set(zone.map_or(core::ptr::null_mut(), Owned::into_ptr));
    Ok(o.upcast())
}

/// `new_datetime_subclass_fold_ex`: of a class that is not the type itself, by calling it.
fn of_class(py: Py<'_>, class: &PyObject, t: DateTime, zone: Option<Owned>, fold: i32) -> PyResult {
    if class.is(&DATETIME.0) {
        return new(py, &DATETIME, t, zone, fold);
    }
    let (d, t) = (t.date, t.time);
    let mut p = Vec::with_capacity(8);
    for n in [d.year, d.month, d.day, t.hour, t.minute, t.second, t.microsecond] {
        p.push(small(py, n)?);
    }
    p.push(zone.unwrap_or_else(object::none));
    let made = call::call(py, class, [&p[0], &p[1], &p[2], &p[3], &p[4], &p[5], &p[6], &p[7]])?;
    if fold != 0
        && let Some(m) = check(&made)
    {
        m.0.fold.set(fold as u8);
    }
    Ok(made)
}

fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if let [state, rest @ ..] = tuple::items(a)
        && rest.len() <= 1
        && let Some(b) = pickled(py, state, 10, "datetime", |at| (1..=12).contains(&(at(2) & !0x80)))?
    {
        let zone = pickled_zone(py, rest.first().copied())?;
        let data = [b[0], b[1], b[2] & 0x7f, b[3], b[4], b[5], b[6], b[7], b[8], b[9]];
        return make(py, ty, data, zone, b[2] >> 7);
    }
    let sig = signature!(
        "",
        "!(year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)"
    );
    args::bind_call(py, sig, a, kw, |b: &Bound<'_>| {
        let d = Date::new(field(py, b, 0, 0)?, field(py, b, 1, 0)?, field(py, b, 2, 0)?);
        let t = Time {
            hour: field(py, b, 3, 0)?,
            minute: field(py, b, 4, 0)?,
            second: field(py, b, 5, 0)?,
            microsecond: field(py, b, 6, 0)?,
        };
        let (t, fold) = (DateTime::new(d, t), field(py, b, 8, 0)?);
        valid(py, t, fold)?;
        new(py, ty, t, zone_argument(py, b, 7)?, fold)
    })
}

fn repr(py: Py<'_>, m: &MomentObject) -> PyResult<Owned<PyUnicodeObject>> {
    let (DateTime { date: d, time: t }, name) = (value(m), full_name(m.ty()));
    let mut text = format!("{name}({}, {}, {}, {}, {}", d.year, d.month, d.day, t.hour, t.minute);
    if t.second != 0 || t.microsecond != 0 {
        text.push_str(&format!(", {}", t.second));
    }
    if t.microsecond != 0 {
        text.push_str(&format!(", {}", t.microsecond));
    }
    text.push(')');
    let one = long::from_i64(py, 1)?;
    let folded = (fold(m) != 0).then(|| ("fold", one.as_object()));
    with_keywords(py, text, [folded, zone(m).map(|z| ("tzinfo", z))])
}

/// `datetime_utcoffset`.
fn offset(py: Py<'_>, m: &MomentObject) -> PyResult<Option<Delta>> {
    utcoffset_of(py, zone(m), m.as_object())
}

/// The same moment of the same class with another `fold`.
fn with_fold(py: Py<'_>, m: &MomentObject, fold: i32) -> PyResult<Owned<MomentObject>> {
    // SAFETY: LAYOUT: made of a type of datetimes.
    Ok(unsafe { make(py, m.ty(), packed(m), owned_zone(m), fold as u8)?.cast() })
}

fn hash(py: Py<'_>, m: &MomentObject) -> PyResult<Py_hash_t> {
    if m.0.hashcode.get() == -1 {
        // Whether the hour is repeated does not count.
        let plain = if fold(m) != 0 { with_fold(py, m, 0)? } else { m.to_owned() };
        let hash = match offset(py, &plain)? {
            None => unicode::hash_bytes(&packed(m)),
            Some(o) => {
                let us = i128::from(value(m).micros()) - o.micros();
                delta::hash_of(py, Delta::from_micros(us).map_err(|e| delta::raise(py, e))?)?
            }
        };
        m.0.hashcode.set(hash);
    }
    Ok(m.0.hashcode.get())
}

fn same_zone(a: &MomentObject, b: &MomentObject) -> bool {
    a.0.tzinfo.get() == b.0.tzinfo.get()
}

/// `pep495_eq_exception`: does either moment lie where its offset depends on `fold`?
fn in_a_fold(
    py: Py<'_>,
    (a, x): (&MomentObject, Option<Delta>),
    (b, y): (&MomentObject, Option<Delta>),
) -> PyResult<bool> {
    for (m, known) in [(a, x), (b, y)] {
        let flipped = with_fold(py, m, 1 - fold(m))?;
        if offset(py, &flipped)? != known {
            return Ok(true);
        }
    }
    Ok(false)
}

fn richcompare(py: Py<'_>, a: &MomentObject, b: &PyObject, op: c_int) -> PyResult {
    let equality = op == Py_EQ || op == Py_NE;
    let unequal = || Ok(boolean::new(op == Py_NE).upcast());
    let Some(other) = check(b) else {
        // A date would compare by the date alone.
        return match date::check(b) {
            Some(_) if equality => unequal(),
            Some(_) => Err(cannot_compare(py, a.as_object(), b)),
            None => Ok(object::not_implemented()),
        };
    };
    if same_zone(a, other) {
        return compared(packed(a).cmp(&packed(other)), op);
    }
    let (x, y) = (offset(py, a)?, offset(py, other)?);
    let ordering = match (x, y) {
        (x, y) if x == y => packed(a).cmp(&packed(other)),
        (Some(x), Some(y)) => value(a).cmp_with_offsets(x, value(other), y),
        _ if equality => return unequal(),
        _ => {
            return Err(exceptions::type_error(
                py,
                format_args!("can't compare offset-naive and offset-aware datetimes"),
            ));
        }
    };
    if equality && ordering.is_eq() && in_a_fold(py, (a, x), (other, y))? {
        return unequal();
    }
    compared(ordering, op)
}

/// `add_datetime_timedelta`, by microseconds.
pub fn moved(py: Py<'_>, m: &MomentObject, us: i128) -> PyResult {
    let t = DateTime::from_micros(i128::from(value(m).micros()) + us).ok_or_else(|| date::overflow(py))?;
    of_class(py, m.ty().as_object(), t, owned_zone(m), 0)
}

fn add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    match (check(a), delta::check(b), delta::check(a), check(b)) {
        (Some(m), Some(d), ..) | (None, _, Some(d), Some(m)) => moved(py, m, delta::value(d).micros()),
        _ => Ok(object::not_implemented()),
    }
}

/// `datetime - datetime`.
fn since(py: Py<'_>, a: &MomentObject, b: &MomentObject) -> PyResult<Delta> {
    if same_zone(a, b) {
        return Ok(value(a).since(value(b)));
    }
    match (offset(py, a)?, offset(py, b)?) {
        (None, None) => Ok(value(a).since(value(b))),
        (Some(x), Some(y)) => value(a).since_with_offsets(x, value(b), y).map_err(|e| delta::raise(py, e)),
        _ => Err(exceptions::type_error(
            py,
            format_args!("can't subtract offset-naive and offset-aware datetimes"),
        )),
    }
}

fn subtract(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let Some(m) = check(a) else { return Ok(object::not_implemented()) };
    if let Some(other) = check(b) {
        return Ok(delta::new(py, since(py, m, other)?)?.upcast());
    }
    match delta::check(b) {
        Some(d) => moved(py, m, -delta::value(d).micros()),
        None => Ok(object::not_implemented()),
    }
}

// Constructors of other names.

/// `datetime_from_timet_and_us`: a moment on the local clock, or in UTC.
fn at(py: Py<'_>, class: &PyObject, (s, us): (i64, i32), is_local: bool, zone: Option<Owned>) -> PyResult {
    let (mut t, fold) = if is_local {
        // What the clock shows beyond the years of a datetime is the constructor's to refuse.
        let plain = local::fields(&local::broken_down(py, s, true)?);
        if zone.is_none() { local::at(py, s)? } else { (plain, 0) }
    } else {
        (local::fields(&local::broken_down(py, s, false)?), 0)
    };
    t.time.microsecond = us;
    of_class(py, class, t, zone, fold)
}

/// A moment in UTC that a zone is to take to itself.
fn at_zone(py: Py<'_>, class: &PyObject, when: (i64, i32), zone: Option<Owned>) -> PyResult {
    match zone {
        None => at(py, class, when, true, None),
        Some(z) => {
            let m = at(py, class, when, false, Some(z.clone()))?;
            call::method(py, &z, name!("fromutc"), [&m])
        }
    }
}

fn some_zone(py: Py<'_>, o: Option<&PyObject>) -> PyResult<Option<Owned>> {
    let Some(o) = o else { return Ok(None) };
    super::check_tzinfo(py, o)?;
    Ok((!object::is_none(o)).then(|| o.to_owned()))
}

fn now(py: Py<'_>, class: &MomentObject, zone: Option<&PyObject>) -> PyResult {
    let class = class.as_object();
    let zone = some_zone(py, zone)?;
    at_zone(py, class, local::now(py)?, zone)
}

fn utcnow(py: Py<'_>, class: &MomentObject) -> PyResult {
    let class = class.as_object();
    deprecated(
        py,
        "datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.now(datetime.UTC).",
    )?;
    at(py, class, local::now(py)?, false, None)
}

fn fromtimestamp(py: Py<'_>, class: &MomentObject, t: &PyObject, zone: Option<&PyObject>) -> PyResult {
    from_timestamp(py, class.as_object(), t, zone)
}

fn from_timestamp(py: Py<'_>, class: &PyObject, t: &PyObject, zone: Option<&PyObject>) -> PyResult {
    let zone = some_zone(py, zone)?;
    at_zone(py, class, local::precise_timestamp(py, t)?, zone)
}

/// `datetime_fromtimestamp` of the C interface, whose arguments are a tuple and a dict.
pub fn of_timestamp(py: Py<'_>, class: &PyObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("fromtimestamp", "!(timestamp, tz=None)"), a, kw, |b| {
        from_timestamp(py, class, b.arg(py, 0)?, b.get(1))
    })
}

fn utcfromtimestamp(py: Py<'_>, class: &MomentObject, t: &PyObject) -> PyResult {
    let class = class.as_object();
    deprecated(
        py,
        "datetime.datetime.utcfromtimestamp() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.fromtimestamp(timestamp, datetime.UTC).",
    )?;
    at(py, class, local::precise_timestamp(py, t)?, false, None)
}

fn strptime(py: Py<'_>, class: &MomentObject, text: &PyUnicodeObject, format: &PyUnicodeObject) -> PyResult {
    let class = class.as_object();
    let module = hooks::import(py, name!("_strptime"))?;
    let f = attr::get_name(py, &module, name!("_strptime_datetime"))?;
    call::call(py, &f, [class, text.as_object(), format.as_object()])
}

fn combine(
    py: Py<'_>,
    class: &MomentObject,
    d: &PyObject,
    t: &PyObject,
    zone: Option<&PyObject>,
) -> PyResult {
    let class = class.as_object();
    let wrong = |i: i32, what: &str, o: &PyObject| {
        let given = if object::is_none(o) { "None".to_owned() } else { type_name(o.ty()) };
        exceptions::type_error(
            py,
            format_args!("combine() argument {i} must be datetime.{what}, not {given}"),
        )
    };
    let Some(day) = date::check(d) else { return Err(wrong(1, "date", d)) };
    let Some(clock) = time::check(t) else { return Err(wrong(2, "time", t)) };
    let zone = match zone {
        None => time::zone(clock).map(Object::to_owned),
        some => some_zone(py, some)?,
    };
    of_class(py, class, DateTime::new(date::value(day), time::value(clock)), zone, time::fold(clock))
}

fn fromisoformat(py: Py<'_>, class: &MomentObject, text: &PyObject) -> PyResult {
    let class = class.as_object();
    let (t, z) = iso::parse_datetime(&iso_text(py, text)?).map_err(|e| iso_error(py, text, e))?;
    let zone = iso_zone(py, z)?;
    of_class(py, class, t, zone, 0)
}

// Parts and texts.

fn date_part(py: Py<'_>, m: &MomentObject) -> PyResult {
    date::new(py, &date::DATE, value(m).date)
}

fn time_part(py: Py<'_>, m: &MomentObject) -> PyResult {
    time::new(py, &time::TIME, value(m).time, None, fold(m))
}

fn timetz(py: Py<'_>, m: &MomentObject) -> PyResult {
    time::new(py, &time::TIME, value(m).time, owned_zone(m), fold(m))
}

fn ctime(py: Py<'_>, m: &MomentObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, &ctime_text(value(m)))
}

fn tuple_of(py: Py<'_>, v: DateTime, dst: i32) -> PyResult {
    let (d, t) = (v.date, v.time);
    struct_time(py, [d.year, d.month, d.day, t.hour, t.minute, t.second], d.weekday(), d.day_of_year(), dst)
}

fn timetuple(py: Py<'_>, m: &MomentObject) -> PyResult {
    let dst = match dst_of(py, zone(m), m.as_object())? {
        None => -1,
        Some(d) => (d != Delta::default()).into(),
    };
    tuple_of(py, value(m), dst)
}

fn utctimetuple(py: Py<'_>, m: &MomentObject) -> PyResult {
    let v = match offset(py, m)? {
        None => value(m),
        Some(o) => value(m).checked_sub(o).ok_or_else(|| date::overflow(py))?,
    };
    tuple_of(py, v, 0)
}

/// The moment 1970-01-01 00:00 UTC, in microseconds since year 1.
const EPOCH: i128 = EPOCH_SECONDS as i128 * 1_000_000;

fn timestamp(py: Py<'_>, m: &MomentObject) -> PyResult<f64> {
    if zone(m).is_none() {
        let s = local::to_seconds(py, value(m), fold(m))?;
        return Ok((s - EPOCH_SECONDS) as f64 + f64::from(value(m).time.microsecond) / 1e6);
    }
    let Some(o) = offset(py, m)? else {
        return Err(exceptions::type_error(
            py,
            format_args!("can't subtract offset-naive and offset-aware datetimes"),
        ));
    };
    let us = i128::from(value(m).micros()) - o.micros() - EPOCH;
    Ok(true_divide(us, 1_000_000).unwrap_or_default())
}

fn isoformat(
    py: Py<'_>,
    m: &MomentObject,
    sep: Option<&PyObject>,
    spec: Option<&PyObject>,
) -> PyResult<Owned<PyUnicodeObject>> {
    let sep = match sep {
        None => unicode::from_str(py, "T")?,
        Some(o) => match unicode::check(o).filter(|s| unicode::len(s) == 1) {
            Some(s) => s.to_owned(),
            None => {
                let given = if object::is_none(o) { "None".to_owned() } else { type_name(o.ty()) };
                return Err(exceptions::type_error(
                    py,
                    format_args!("isoformat() argument 1 must be a unicode character, not {given}"),
                ));
            }
        },
    };
    let spec = timespec(py, spec, "isoformat", 2)?;
    let v = value(m);
    let mut rest = iso::format_time(v.time, spec);
    if let Some(o) = offset(py, m)? {
        rest.push_str(&iso::format_offset(o, ":"));
    }
    let (head, rest) = (unicode::from_str(py, &iso::format_date(v.date))?, unicode::from_str(py, &rest)?);
    unicode::join_all(py, &[&head, &sep, &rest])
}

fn utcoffset(py: Py<'_>, m: &MomentObject) -> PyResult {
    delta_or_none(py, offset(py, m)?)
}

fn dst(py: Py<'_>, m: &MomentObject) -> PyResult {
    delta_or_none(py, dst_of(py, zone(m), m.as_object())?)
}

fn tzname(py: Py<'_>, m: &MomentObject) -> PyResult {
    Ok(text_or_none(tzname_of(py, zone(m), m.as_object())?))
}

/// An optional field of `replace`.
struct Field(Option<i32>);

impl<'a> FromArg<'a> for Field {
    fn from_arg(py: Py<'a>, b: &Bound<'a>, i: usize) -> PyResult<Self> {
        Ok(Field(match b.get(i) {
            Some(o) => Some(super::int(py, o)?),
            None => None,
        }))
    }
}

fn replace(
    py: Py<'_>,
    m: &MomentObject,
    year: Field,
    month: Field,
    day: Field,
    hour: Field,
    minute: Field,
    second: Field,
    microsecond: Field,
    tzinfo: Option<&PyObject>,
    fold_: Field,
) -> PyResult {
    let DateTime { date: d, time: t } = value(m);
    let fold = fold_.0.unwrap_or(fold(m));
    if fold != 0 && fold != 1 {
        return Err(exceptions::value_error(py, format_args!("fold must be either 0 or 1")));
    }
    let made = DateTime::new(
        Date::new(year.0.unwrap_or(d.year), month.0.unwrap_or(d.month), day.0.unwrap_or(d.day)),
        Time::new(
            hour.0.unwrap_or(t.hour),
            minute.0.unwrap_or(t.minute),
            second.0.unwrap_or(t.second),
            microsecond.0.unwrap_or(t.microsecond),
        ),
    );
    valid(py, made, fold)?;
    let zone = match tzinfo {
        None => owned_zone(m),
        some => some_zone(py, some)?,
    };
    new(py, m.ty(), made, zone, fold)
}

/// `local_timezone_from_local`.
fn local_zone_of(py: Py<'_>, m: &MomentObject) -> PyResult<Owned> {
    let mut s = local::to_seconds(py, value(m), fold(m))?;
    let other = local::to_seconds(py, value(m), 1 - fold(m))?;
    // In a gap the fold's meaning is turned around: the zone before the change counts for the first.
    if other != s && (other > s) == (fold(m) != 0) {
        s = other;
    }
    Ok(local::zone_at(py, s - EPOCH_SECONDS)?.upcast())
}

fn astimezone(py: Py<'_>, m: &MomentObject, to: Option<&PyObject>) -> PyResult {
    let to = some_zone(py, to)?;
    let mut own = match owned_zone(m) {
        Some(z) => z,
        None => local_zone_of(py, m)?,
    };
    if to.as_ref().is_some_and(|to| to.is(&*own)) {
        return Ok(m.as_object().to_owned());
    }
    let o = match utcoffset_of(py, Some(&own), m.as_object())? {
        Some(o) => o,
        None => {
            own = local_zone_of(py, m)?;
            utcoffset_of(py, Some(&own), m.as_object())?.unwrap_or_default()
        }
    };
    let moved_ = moved(py, m, -o.micros())?;
    let Some(utc) = check(&moved_) else {
        return Err(exceptions::type_error(
            py,
            format_args!("a datetime's class made {}, which is not one", full_name(moved_.ty())),
        ));
    };
    let to = match to {
        Some(to) => to,
        None => {
            let seconds = value(utc).micros().div_euclid(1_000_000) - EPOCH_SECONDS;
            local::zone_at(py, seconds)?.upcast()
        }
    };
    let aware = make(py, utc.ty(), packed(utc), Some(to.clone()), utc.0.fold.get())?;
    call::method(py, &to, name!("fromutc"), [&aware])
}

/// `datetime_getstate` and the class.
fn reduced(py: Py<'_>, m: &MomentObject, protocol: i32) -> PyResult<Owned<PyTupleObject>> {
    let mut data = packed(m);
    if protocol > 3 && fold(m) != 0 {
        data[2] |= 0x80;
    }
    let state = [Some(bytes::new(py, &data)?.upcast()), owned_zone(m)];
    let state = tuple::from_iter(py, state.into_iter().flatten().collect::<Vec<_>>())?;
    tuple::from_iter(py, [m.ty().as_object().to_owned(), state.upcast()])
}

fn reduce_ex(py: Py<'_>, m: &MomentObject, protocol: Int) -> PyResult<Owned<PyTupleObject>> {
    reduced(py, m, protocol.0)
}

fn reduce(py: Py<'_>, m: &MomentObject) -> PyResult<Owned<PyTupleObject>> {
    reduced(py, m, 2)
}
