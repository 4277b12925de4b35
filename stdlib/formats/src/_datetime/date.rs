//! `date`, and `IsoCalendarDate`, the answer of `isocalendar`.

use super::{
    Int, compared, constant, delta, field, field_error, formatted, full_name, instance, iso_error, iso_text,
    local, moment, pickled, small, strftime, struct_time, time_call,
};
use core::ffi::c_int;
use dxpy_algos::datetime::delta::Delta;
use dxpy_algos::datetime::{DATE_OVERFLOW, Date, DateTime, FieldError, Time, ctime as ctime_text, iso};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::is_subtype;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, bytes, call, exceptions, getset, glue, methods, name, object, protocol,
    signature, tuple, unicode,
};

/// `PyDateTime_Date`.
#[repr(transparent)]
pub struct DateObject(pub PyDateTime_Date);

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for DateObject {}

pub static DATE: StaticType = StaticType::new::<DateObject>(c"datetime.date")
    .getattro(dxpy_core::attr::generic_get_slot)
    .doc(c"date(year, month, day) --> date object")
    .flags(Py_TPFLAGS_BASETYPE)
    .dealloc(glue::dealloc(|_: Py<'_>, d: &DateObject| {
        // SAFETY: a date holds no references.
        unsafe { object::tp_free(d.as_object()) }
    }))
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .str(glue::unary(|py: Py<'_>, d: &DateObject| call::method(py, d.as_object(), name!("isoformat"), [])))
    .hash(glue::hash(hash))
    .richcompare(glue::richcompare(richcompare))
    .number(&NUMBER)
    .methods(&METHODS)
    .getset(&ATTRIBUTES);

static NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().add(glue::binary(add)).subtract(glue::binary(subtract));

methods! { static METHODS: for DateObject [
    "fromtimestamp" = fromtimestamp [1], "($type, timestamp, /)", "The local date at a time since the epoch, in seconds.", class;
    "fromordinal" = fromordinal [1], "!($type, ordinal, /)", "int -> date of its proleptic Gregorian ordinal.", class;
    "fromisoformat" = fromisoformat [1], "!($type, string, /)", "str -> date of a text in ISO 8601 format.", class;
    "fromisocalendar" = fromisocalendar [3], "!($type, /, year, week, day)", "int, int, int -> date of an ISO year, week and day.", class;
    "today" = today [0], "!($type, /)", "The local date now.", class;
    "ctime" = ctime [0], "!($self, /)", "The date as ctime() of C writes it.";
    "strftime" = strftime_method [1], "!($self, /, format)", "format -> strftime() style string.";
    "__format__" = format [1], "!($self, format, /)", "Formats by strftime().";
    "timetuple" = timetuple [0], "!($self, /)", "The time tuple of this date.";
    "isocalendar" = isocalendar [0], "!($self, /)", "A named tuple of ISO year, week and weekday.";
    "isoformat" = isoformat [0], "!($self, /)", "The date in ISO 8601 format, YYYY-MM-DD.";
    "isoweekday" = isoweekday [0], "!($self, /)", "The day of the week: Monday is 1.";
    "toordinal" = toordinal [0], "!($self, /)", "The proleptic Gregorian ordinal; January 1 of year 1 is 1.";
    "weekday" = weekday [0], "!($self, /)", "The day of the week: Monday is 0.";
    "replace" = replace [3], "!($self, /, year=0, month=0, day=0)", "The date with other fields.";
    "__reduce__" = reduce [0], "!($self, /)", "__reduce__() -> (cls, state)";
] }

getset! { static ATTRIBUTES [
    "year" = |py: Py<'_>, d: &DateObject| small(py, value(d).year), "";
    "month" = |py: Py<'_>, d: &DateObject| small(py, value(d).month), "";
    "day" = |py: Py<'_>, d: &DateObject| small(py, value(d).day), "";
] }

pub fn constants(py: Py<'_>) -> PyResult<()> {
    constant(py, &DATE, "min", new(py, &DATE, Date::new(1, 1, 1))?)?;
    constant(py, &DATE, "max", new(py, &DATE, Date::new(9999, 12, 31))?)?;
    let day = Delta { days: 1, seconds: 0, microseconds: 0 };
    constant(py, &DATE, "resolution", delta::new(py, day)?.upcast())
}

/// `PyDate_Check`.
pub fn check(o: &PyObject) -> Option<&DateObject> {
    instance(o, &DATE)
}

fn packed(d: &DateObject) -> [u8; 4] {
    core::array::from_fn(|i| d.0.data[i].get())
}

pub fn value(d: &DateObject) -> Date {
    Date::unpack(packed(d))
}

/// `new_date_ex`: an instance of a type, whose own constructor is not asked.
pub fn new(py: Py<'_>, ty: &PyTypeObject, d: Date) -> PyResult {
    let d = d.check().map_err(|e| field_error(py, e))?;
    make(py, ty, d.pack())
}

fn make(py: Py<'_>, ty: &PyTypeObject, data: [u8; 4]) -> PyResult {
    // SAFETY: LAYOUT: the type's instances begin like this struct.
    let o: Owned<DateObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    o.0.hashcode.set(-1);
    o.0.data.iter().zip(data).for_each(|(c, b)| c.set(b));
    Ok(o.upcast())
}

/// `new_date_subclass_ex`: of a class that is not the type itself, by calling it.
fn of_class(py: Py<'_>, class: &PyObject, d: Date) -> PyResult {
    if class.is(&DATE.0) {
        return new(py, &DATE, d);
    }
    if class.is(&moment::DATETIME.0) {
        return moment::new(py, &moment::DATETIME, DateTime::new(d, Time::default()), None, 0);
    }
    let parts = [small(py, d.year)?, small(py, d.month)?, small(py, d.day)?];
    call::call(py, class, [&parts[0], &parts[1], &parts[2]])
}

fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if let [state] = tuple::items(a)
        && let Some(b) = pickled(py, state, 4, "date", |at| (1..=12).contains(&at(2)))?
    {
        return make(py, ty, [b[0], b[1], b[2], b[3]]);
    }
    args::bind_call(py, signature!("", "!(year, month, day)"), a, kw, |b| {
        let d = Date::new(field(py, b, 0, 0)?, field(py, b, 1, 0)?, field(py, b, 2, 0)?);
        new(py, ty, d)
    })
}

fn repr(py: Py<'_>, d: &DateObject) -> PyResult<Owned<PyUnicodeObject>> {
    let v = value(d);
    unicode::from_str(py, &format!("{}({}, {}, {})", full_name(d.ty()), v.year, v.month, v.day))
}

fn hash(_: Py<'_>, d: &DateObject) -> PyResult<Py_hash_t> {
    if d.0.hashcode.get() == -1 {
        d.0.hashcode.set(unicode::hash_bytes(&packed(d)));
    }
    Ok(d.0.hashcode.get())
}

fn richcompare(_: Py<'_>, a: &DateObject, b: &PyObject, op: c_int) -> PyResult {
    match check(b) {
        Some(b) => compared(packed(a).cmp(&packed(b)), op),
        None => Ok(object::not_implemented()),
    }
}

#[cold]
pub fn overflow(py: Py<'_>) -> PyErr {
    exceptions::overflow_error(py, format_args!("{DATE_OVERFLOW}"))
}

/// `add_date_timedelta`.
fn add_days(py: Py<'_>, d: &DateObject, days: i64) -> PyResult {
    let moved = value(d).add_days(days).ok_or_else(|| overflow(py))?;
    of_class(py, d.ty().as_object(), moved)
}

fn is_datetime(o: &PyObject) -> bool {
    is_subtype(o.ty(), &moment::DATETIME)
}

fn add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    if is_datetime(a) || is_datetime(b) {
        return Ok(object::not_implemented());
    }
    match (check(a), delta::check(b), delta::check(a), check(b)) {
        (Some(d), Some(t), ..) | (None, _, Some(t), Some(d)) => add_days(py, d, delta::value(t).days.into()),
        _ => Ok(object::not_implemented()),
    }
}

fn subtract(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    if is_datetime(a) || is_datetime(b) {
        return Ok(object::not_implemented());
    }
    let Some(d) = check(a) else { return Ok(object::not_implemented()) };
    if let Some(other) = check(b) {
        let days = value(d).ordinal() - value(other).ordinal();
        return Ok(delta::new(py, Delta { days, seconds: 0, microseconds: 0 })?.upcast());
    }
    match delta::check(b) {
        Some(t) => add_days(py, d, -i64::from(delta::value(t).days)),
        None => Ok(object::not_implemented()),
    }
}

fn fromtimestamp(py: Py<'_>, class: &DateObject, t: &PyObject) -> PyResult {
    from_timestamp(py, class.as_object(), t)
}

fn from_timestamp(py: Py<'_>, class: &PyObject, t: &PyObject) -> PyResult {
    let seconds = local::timestamp(py, t)?;
    let d = local::fields(&local::broken_down(py, seconds, true)?).date;
    of_class(py, class, d)
}

/// `date_fromtimestamp` of the C interface, whose argument is a tuple.
pub fn of_timestamp(py: Py<'_>, class: &PyObject, a: &PyTupleObject) -> PyResult {
    args::bind_call(py, signature!("fromtimestamp", "!(timestamp, /)"), a, None, |b| {
        from_timestamp(py, class, b.arg(py, 0)?)
    })
}

fn fromordinal(py: Py<'_>, class: &DateObject, n: Int) -> PyResult {
    let class = class.as_object();
    if n.0 < 1 {
        return Err(exceptions::value_error(py, format_args!("ordinal must be >= 1")));
    }
    match Date::from_ordinal(n.0.into()) {
        Some(d) => of_class(py, class, d),
        None => {
            // Which year it would be, for the message: years are 365.2425 days long.
            let (cycles, rest) = ((n.0 - 1) / 146_097, (n.0 - 1) % 146_097);
            let year = Date::from_ordinal(i64::from(rest) + 1).map_or(1, |d| d.year) + 400 * cycles;
            Err(field_error(py, FieldError::Year(year)))
        }
    }
}

fn fromisoformat(py: Py<'_>, class: &DateObject, text: &PyObject) -> PyResult {
    let class = class.as_object();
    let t = iso_text(py, text)?;
    let d = iso::parse_date(&t).map_err(|e| iso_error(py, text, e))?;
    of_class(py, class, d)
}

fn fromisocalendar(
    py: Py<'_>,
    class: &DateObject,
    year: &PyObject,
    week: &PyObject,
    day: &PyObject,
) -> PyResult {
    let class = class.as_object();
    let part = |o: &PyObject| {
        super::int(py, o).map_err(|e| {
            if exceptions::matches(&e, &exceptions::OverflowError) {
                return exceptions::value_error(py, format_args!("ISO calendar component out of range"));
            }
            e
        })
    };
    let d = Date::from_iso_calendar(part(year)?, part(week)?, part(day)?)
        .map_err(|e| exceptions::value_error(py, format_args!("{e}")))?;
    of_class(py, class, d)
}

fn today(py: Py<'_>, class: &DateObject) -> PyResult {
    let class = class.as_object();
    // Python code may have put another clock there.
    let now = time_call(py, name!("time"), [])?;
    call::method(py, class, name!("fromtimestamp"), [&now])
}

fn ctime(py: Py<'_>, d: &DateObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, &ctime_text(DateTime::new(value(d), Time::default())))
}

/// `date.strftime`, which `datetime` inherits.
fn strftime_method(py: Py<'_>, d: &DateObject, format: &PyUnicodeObject) -> PyResult {
    let fields = call::method(py, d.as_object(), name!("timetuple"), [])?;
    let m = moment::check(d.as_object());
    let (zone, us) = m.map_or((None, 0), |m| (moment::zone(m), moment::value(m).time.microsecond));
    strftime(py, format, &fields, zone, d.as_object(), us)
}

fn format(py: Py<'_>, d: &DateObject, format: &PyUnicodeObject) -> PyResult {
    formatted(py, d.as_object(), format)
}

fn timetuple(py: Py<'_>, d: &DateObject) -> PyResult {
    let v = value(d);
    struct_time(py, [v.year, v.month, v.day, 0, 0, 0], v.weekday(), v.day_of_year(), -1)
}

fn isoformat(py: Py<'_>, d: &DateObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, &iso::format_date(value(d)))
}

fn isoweekday(_: Py<'_>, d: &DateObject) -> i32 {
    value(d).weekday() + 1
}

fn toordinal(_: Py<'_>, d: &DateObject) -> i32 {
    value(d).ordinal()
}

fn weekday(_: Py<'_>, d: &DateObject) -> i32 {
    value(d).weekday()
}

fn replace(py: Py<'_>, d: &DateObject, year: Option<Int>, month: Option<Int>, day: Option<Int>) -> PyResult {
    let v = value(d);
    let or = |n: Option<Int>, old| n.map_or(old, |n| n.0);
    new(py, d.ty(), Date::new(or(year, v.year), or(month, v.month), or(day, v.day)))
}

fn reduce(py: Py<'_>, d: &DateObject) -> PyResult<Owned<PyTupleObject>> {
    let state = tuple::from_iter(py, [bytes::new(py, &packed(d))?.upcast()])?;
    tuple::from_iter(py, [d.ty().as_object().to_owned(), state.upcast()])
}

// `IsoCalendarDate`.

pub static ISO_CALENDAR: StaticType = StaticType::new::<PyTupleObject>(c"datetime.IsoCalendarDate")
    .sized(24, 8)
    .base(&tuple::PyTuple_Type)
    .doc(c"The result of date.isocalendar() and datetime.isocalendar(): a tuple (year, week, weekday) whose items have these names too.")
    .create(glue::create(iso_create))
    .repr(glue::unary(iso_repr))
    .methods(&ISO_METHODS)
    .getset(&ISO_ATTRIBUTES);

methods! { static ISO_METHODS: for PyTupleObject [
    "__reduce__" = iso_reduce [0], "!($self, /)", "Pickles as a plain tuple.";
] }

getset! { static ISO_ATTRIBUTES [
    "year" = |_: Py<'_>, t: &PyTupleObject| Ok(tuple::items(t)[0].to_owned()), "";
    "week" = |_: Py<'_>, t: &PyTupleObject| Ok(tuple::items(t)[1].to_owned()), "";
    "weekday" = |_: Py<'_>, t: &PyTupleObject| Ok(tuple::items(t)[2].to_owned()), "";
] }

fn iso_new(py: Py<'_>, ty: &PyTypeObject, parts: [i32; 3]) -> PyResult {
    let mut items = Vec::with_capacity(3);
    for n in parts {
        items.push(small(py, n)?);
    }
    let items = tuple::from_iter(py, items)?;
    // A tuple of another type, by the constructor of tuples.
    let make = tuple::PyTuple_Type.tp_new.get();
    let Some(make) = make else { return Ok(items.upcast()) };
    let a = tuple::from_iter(py, [items.upcast()])?;
    // SAFETY: the slot's contract.
    unsafe {
        let made = make(ty.as_ptr() as *mut PyTypeObject, a.as_ptr(), core::ptr::null_mut());
        dxpy_core::err::from_ptr(py, made)
    }
}

fn iso_create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("IsoCalendarDate", "!(year, week, weekday)"), a, kw, |b| {
        iso_new(py, ty, [field(py, b, 0, 0)?, field(py, b, 1, 0)?, field(py, b, 2, 0)?])
    })
}

fn isocalendar(py: Py<'_>, d: &DateObject) -> PyResult {
    let (year, week, day) = value(d).iso_calendar();
    iso_new(py, &ISO_CALENDAR, [year, week, day])
}

fn iso_repr(py: Py<'_>, t: &PyTupleObject) -> PyResult<Owned<PyUnicodeObject>> {
    let [y, w, d] = tuple::items(t) else { return protocol::repr(py, object::none().as_object()) };
    let shown = |o: &PyObject| Ok::<_, PyErr>(unicode::display(protocol::str(py, o)?.as_object()));
    let name = call::short_name(t.ty());
    let text = format!("{name}(year={}, week={}, weekday={})", shown(y)?, shown(w)?, shown(d)?);
    unicode::from_str(py, &format!("datetime.{text}"))
}

fn iso_reduce(py: Py<'_>, t: &PyTupleObject) -> PyResult<Owned<PyTupleObject>> {
    let plain = tuple::from_iter(py, tuple::items(t).iter().map(|o| (*o).to_owned()))?;
    let of = tuple::from_iter(py, [plain.upcast()])?;
    tuple::from_iter(py, [tuple::PyTuple_Type.as_object().to_owned(), of.upcast()])
}
