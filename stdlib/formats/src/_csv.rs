//! `_csv`: dialects and their registry, readers, writers (`Modules/_csv.c`). The grammar is in `dxpy_algos::csv`.

use crate::boxed::{Class, add_exception, error, no_class};
use core::cell::{Cell, RefCell};
use core::mem::offset_of;
use dxpy_algos::csv::read::Reader;
use dxpy_algos::csv::write::{FieldType, Writer};
use dxpy_algos::csv::{Dialect, DialectError, Error, Quoting};
use dxpy_algos::text::Str as Chars;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{self, Keywords, Rest};
use dxpy_core::call::type_name;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::types::is_subtype;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, dict, exceptions, float, gc, getset, glue, list, long, members,
    methods, name, number, object, protocol, signature, tuple, types, unicode,
};
use dxpy_text::strings::Str;

/// `_csv`.
pub static MODULE: StaticModule = StaticModule::new(c"_csv")
    .doc(c"Reading and writing tabular data in lines of text with separators.")
    .methods(&FUNCTIONS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    module::add_str(py, m, "__version__", "1.0")?;
    if DIALECTS.get().is_null() {
        DIALECTS.set(dict::new(py)?.into_ptr());
    }
    module::add(py, m, "_dialects", registry().as_object())?;
    for (i, n) in ["MINIMAL", "ALL", "NONNUMERIC", "NONE", "STRINGS", "NOTNULL"].iter().enumerate() {
        module::add_int(py, m, &format!("QUOTE_{n}"), i as i64)?;
    }
    module::add_type(py, m, &DIALECT)?;
    for (name, ty) in [("Reader", &READER), ("Writer", &WRITER)] {
        types::ready(py, ty)?;
        module::add(py, m, name, ty.as_object())?;
    }
    add_exception(py, m, "_csv", "Error", &exceptions::Exception, &ERROR)
});

static ERROR: Class = no_class();
/// The registered dialects, once the module was executed.
static DIALECTS: Class = no_class();
/// `field_size_limit()`.
static LIMIT: Gil<Cell<i64>> = Gil(Cell::new(128 * 1024));

methods! { static FUNCTIONS: for PyModuleObject [
    "reader" = reader [2], "?($module, /, *args, **kwargs)", "    csv_reader = reader(iterable [, dialect='excel']\n                        [optional keyword args])\n\nAn iterator over the records in the strings of an iterable; the other arguments say what the format is.";
    "writer" = writer [2], "?($module, /, *args, **kwargs)", "    csv_writer = csv.writer(fileobj [, dialect='excel']\n                            [optional keyword args])\n\nAn object that writes records to a file; the other arguments say what the format is.";
    "list_dialects" = list_dialects [0], "($module, /)", "The names of the registered dialects.";
    "register_dialect" = register_dialect [2], "?($module, /, *args, **kwargs)", "Gives a dialect a name.\n    dialect = csv.register_dialect(name[, dialect[, **fmtparams]])";
    "unregister_dialect" = unregister_dialect [1], "($module, /, name)", "Forgets the dialect of this name.";
    "get_dialect" = get_dialect [1], "($module, /, name)", "The dialect of this name.";
    "field_size_limit" = field_size_limit [1], "($module, /, new_limit=<unrepresentable>)", "The most characters a field may have; sets it if given.";
] }

fn registry() -> &'static PyDictObject {
    // SAFETY: LIVE: set when the module was executed, and kept for ever; LAYOUT: a dict.
    unsafe { &*(DIALECTS.get() as *const PyDictObject) }
}

fn chars(s: &PyUnicodeObject) -> Chars<'_> {
    match unicode::view(s) {
        Str::Ascii(v) | Str::Latin1(v) => Chars::One(v),
        Str::Two(v) => Chars::Two(v),
        Str::Four(v) => Chars::Four(v),
    }
}

fn from_chars(py: Py<'_>, s: Chars<'_>) -> PyResult<Owned<PyUnicodeObject>> {
    match s {
        Chars::One(v) => unicode::from_latin1(py, v),
        Chars::Two(v) => unicode::from_view(py, Str::Two(v)),
        Chars::Four(v) => unicode::from_view(py, Str::Four(v)),
    }
}

#[cold]
fn csv_error(py: Py<'_>, e: Error) -> PyErr {
    error(py, &ERROR, format_args!("{e}"))
}

/// `PyArg_UnpackTuple` with one or two arguments.
fn one_or_two<'a>(py: Py<'_>, a: &Rest<'a>) -> PyResult<(&'a PyObject, Option<&'a PyObject>)> {
    // SAFETY: LIVE: the caller of the function holds its arguments.
    let at = |p: &*mut PyObject| unsafe { &**p };
    match a.0 {
        [first] => Ok((at(first), None)),
        [first, second] => Ok((at(first), Some(at(second)))),
        other => {
            let n = other.len();
            let (word, count) = if n < 1 { ("least 1 argument", n) } else { ("most 2 arguments", n) };
            Err(exceptions::type_error(py, format_args!(" expected at {word}, got {count}")))
        }
    }
}

// Dialects.

/// `DialectObj`.
#[repr(C)]
struct DialectObject {
    ob_base: PyObject,
    doublequote: Cell<bool>,
    skipinitialspace: Cell<bool>,
    strict: Cell<bool>,
    quoting: Cell<i32>,
    /// -1 is none.
    delimiter: Cell<i64>,
    quotechar: Cell<i64>,
    escapechar: Cell<i64>,
    /// A str.
    lineterminator: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for DialectObject {}

static DIALECT: StaticType = StaticType::new::<DialectObject>(c"_csv.Dialect")
    .doc(c"CSV dialect\n\nThe options of reading and writing.")
    .flags(Py_TPFLAGS_BASETYPE)
    .traverse(glue::traverse(|d: &DialectObject, v: &glue::Visitor| v.visit(&d.lineterminator)))
    .clear(glue::clear(|_: Py<'_>, d: &DialectObject| object::clear_field(&d.lineterminator)))
    .dealloc(glue::dealloc(|_: Py<'_>, d: &DialectObject| {
        // SAFETY: the type has a collector header; the field goes once and the memory last.
        unsafe {
            gc::untrack(d.as_object());
            object::clear_field(&d.lineterminator);
            object::tp_free(d.as_object());
        }
    }))
    .create(glue::create(dialect_create))
    .methods(&DIALECT_METHODS)
    .members(&DIALECT_MEMBERS)
    .getset(&DIALECT_ATTRIBUTES);

methods! { static DIALECT_METHODS: for DialectObject [
    "__reduce__" = cannot_pickle [1], "?($self, /, *args)", "raises an exception to avoid pickling";
    "__reduce_ex__" = cannot_pickle [1], "?($self, /, *args)", "raises an exception to avoid pickling";
] }

members! { static DIALECT_MEMBERS [
    "skipinitialspace" = Py_T_BOOL, offset_of!(DialectObject, skipinitialspace), Py_READONLY, "";
    "doublequote" = Py_T_BOOL, offset_of!(DialectObject, doublequote), Py_READONLY, "";
    "strict" = Py_T_BOOL, offset_of!(DialectObject, strict), Py_READONLY, "";
] }

getset! { static DIALECT_ATTRIBUTES [
    "delimiter" = |py: Py<'_>, d: &DialectObject| character(py, d.delimiter.get()), "";
    "escapechar" = |py: Py<'_>, d: &DialectObject| character(py, d.escapechar.get()), "";
    "lineterminator" = |_: Py<'_>, d: &DialectObject| Ok(terminator(d).map_or_else(object::none, |t| t.to_owned().upcast())), "";
    "quotechar" = |py: Py<'_>, d: &DialectObject| character(py, d.quotechar.get()), "";
    "quoting" = |py: Py<'_>, d: &DialectObject| long::from_i64(py, d.quoting.get().into()), "";
] }

fn character(py: Py<'_>, c: i64) -> PyResult {
    match u32::try_from(c) {
        Ok(c) => Ok(unicode::from_char(py, c)?.upcast()),
        Err(_) => Ok(object::none()),
    }
}

fn terminator(d: &DialectObject) -> Option<&PyUnicodeObject> {
    // SAFETY: LIVE, LAYOUT: a str, or NULL once the collector cleared it.
    unsafe { (d.lineterminator.get() as *const PyUnicodeObject).as_ref() }
}

fn cannot_pickle(py: Py<'_>, d: &DialectObject, _: Rest<'_>) -> PyResult {
    Err(exceptions::type_error(py, format_args!("cannot pickle '{}' instances", call::short_name(d.ty()))))
}

fn check_dialect(o: &PyObject) -> Option<&DialectObject> {
    // SAFETY: LAYOUT: the type says so.
    is_subtype(o.ty(), &DIALECT).then(|| unsafe { &*(o as *const PyObject as *const DialectObject) })
}

/// What the kernel reads and writes by.
fn kernel(d: &DialectObject) -> Dialect {
    let one = |c: i64| u32::try_from(c).ok();
    Dialect {
        delimiter: one(d.delimiter.get()).unwrap_or(0),
        quotechar: one(d.quotechar.get()),
        escapechar: one(d.escapechar.get()),
        doublequote: d.doublequote.get(),
        skipinitialspace: d.skipinitialspace.get(),
        quoting: Quoting::from_int(d.quoting.get()).unwrap_or(Quoting::Minimal),
        strict: d.strict.get(),
    }
}

#[cold]
fn unknown_dialect(py: Py<'_>) -> PyErr {
    error(py, &ERROR, format_args!("unknown dialect"))
}

fn registered(py: Py<'_>, name: &PyObject) -> PyResult {
    dict::get(py, registry(), name)?.ok_or_else(|| unknown_dialect(py))
}

#[cold]
fn dialect_error(py: Py<'_>, e: DialectError) -> PyErr {
    exceptions::type_error(py, format_args!("{e}"))
}

/// `_set_char` and `_set_char_or_none`.
fn one_character(py: Py<'_>, name: &'static str, o: &PyObject, optional: bool) -> PyResult<Option<u32>> {
    if optional && object::is_none(o) {
        return Ok(None);
    }
    let Some(s) = unicode::check(o) else {
        let ty = type_name(o.ty());
        return Err(dialect_error(
            py,
            if optional {
                DialectError::NotStringOrNone(name, ty)
            } else {
                DialectError::NotString(name, ty)
            },
        ));
    };
    Dialect::one_character(name, unicode::code_points(s)).map(Some).map_err(|e| dialect_error(py, e))
}

fn dialect_create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let sig = signature!(
        "",
        "!(dialect=None, delimiter=',', doublequote=True, escapechar=None, lineterminator='', quotechar='', quoting=0, skipinitialspace=False, strict=False)"
    );
    args::bind_call(py, sig, a, kw, |b| {
        let mut options: [Option<Owned>; 9] = core::array::from_fn(|i| b.get(i).map(Object::to_owned));
        let mut base = options[0].take().filter(|d| !object::is_none(d) || b.get(0).is_some());
        if let Some(d) = base.as_ref().filter(|d| unicode::check(d).is_some()) {
            base = Some(registered(py, d)?);
        }
        if let Some(d) = &base {
            // An instance as it is wanted serves again.
            if check_dialect(d).is_some() && options[1..].iter().all(Option::is_none) {
                return Ok(d.clone());
            }
            for (i, n) in NAMES.iter().enumerate() {
                if options[i + 1].is_none() {
                    let n = unicode::intern_str(py, n)?;
                    // Whatever goes wrong, the option is one that the dialect does not have.
                    options[i + 1] = attr::get(py, d, &n).ok();
                }
            }
        }
        const NAMES: [&str; 8] = [
            "delimiter",
            "doublequote",
            "escapechar",
            "lineterminator",
            "quotechar",
            "quoting",
            "skipinitialspace",
            "strict",
        ];
        let option = |i: usize| options[i].as_deref();
        let flag = |i: usize, default| match option(i) {
            Some(o) => protocol::is_true(py, o),
            None => Ok(default),
        };
        let delimiter = match option(1) {
            Some(o) => one_character(py, "delimiter", o, false)?.unwrap_or(0),
            None => ','.into(),
        };
        let doublequote = flag(2, true)?;
        let escapechar = match option(3) {
            Some(o) => one_character(py, "escapechar", o, true)?,
            None => None,
        };
        let end = match option(4) {
            None => Some(unicode::from_str(py, "\r\n")?),
            Some(o) if object::is_none(o) => None,
            Some(o) => match unicode::check(o) {
                Some(s) => Some(unicode::exact(py, s)?),
                None => return Err(dialect_error(py, DialectError::TerminatorType)),
            },
        };
        let quotechar = match option(5) {
            Some(o) => one_character(py, "quotechar", o, true)?,
            None => Some('"'.into()),
        };
        let quoting = match option(6) {
            None => None,
            Some(o) => {
                let Some(n) = long::check_exact(o) else {
                    return Err(dialect_error(py, DialectError::NotInteger("quoting")));
                };
                let n = long::to_i64(n).and_then(|n| i32::try_from(n).ok());
                Some(n.ok_or_else(|| {
                    exceptions::overflow_error(py, format_args!("Python int too large to convert to C int"))
                })?)
            }
        };
        let (skipinitialspace, strict) = (flag(7, false)?, flag(8, false)?);
        let given = Dialect {
            delimiter,
            quotechar,
            escapechar,
            doublequote,
            skipinitialspace,
            quoting: Quoting::Minimal,
            strict,
        };
        let quotechar_none = option(5).is_some_and(object::is_none);
        let d = given.check(quoting, quotechar_none, end.is_some()).map_err(|e| dialect_error(py, e))?;
        // SAFETY: LAYOUT: the type's instances begin like this struct.
        let o: Owned<DialectObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
        let number = |c: Option<u32>| c.map_or(-1, i64::from);
        o.doublequote.set(d.doublequote);
        o.skipinitialspace.set(d.skipinitialspace);
        o.strict.set(d.strict);
        o.quoting.set(d.quoting as i32);
        o.delimiter.set(d.delimiter.into());
        o.quotechar.set(number(d.quotechar));
        o.escapechar.set(number(d.escapechar));
        o.lineterminator.set(end.map_or(core::ptr::null_mut(), Owned::into_ptr));
        Ok(o.upcast())
    })
}

/// `_call_dialect`.
fn make_dialect(py: Py<'_>, base: Option<&PyObject>, kw: &Keywords<'_>) -> PyResult<Owned<DialectObject>> {
    let of = match base {
        Some(d) => tuple::from_iter(py, [d.to_owned()])?,
        None => tuple::empty(),
    };
    let kw = kw.to_dict(py)?;
    let made = dialect_create(py, &DIALECT, &of, Some(&kw))?;
    // SAFETY: LAYOUT: the constructor gives dialects.
    Ok(unsafe { made.cast() })
}

fn list_dialects(py: Py<'_>, _: &PyModuleObject) -> PyResult<Owned<PyListObject>> {
    let names: Vec<Owned> = dict::items(registry()).into_iter().map(|(k, _)| k).collect();
    list::from_iter(py, names)
}

fn register_dialect(py: Py<'_>, _: &PyModuleObject, a: Rest<'_>, kw: Keywords<'_>) -> PyResult<()> {
    let (name, dialect) = one_or_two(py, &a)?;
    if unicode::check(name).is_none() {
        return Err(exceptions::type_error(py, format_args!("dialect name must be a string")));
    }
    let made = make_dialect(py, dialect, &kw)?;
    dict::set(py, registry(), name, made.as_object())
}

fn unregister_dialect(py: Py<'_>, _: &PyModuleObject, name: &PyObject) -> PyResult<()> {
    match dict::pop(py, registry(), name)? {
        Some(_) => Ok(()),
        None => Err(unknown_dialect(py)),
    }
}

fn get_dialect(py: Py<'_>, _: &PyModuleObject, name: &PyObject) -> PyResult {
    registered(py, name)
}

fn field_size_limit(py: Py<'_>, _: &PyModuleObject, limit: Option<&PyObject>) -> PyResult<i64> {
    let old = LIMIT.get();
    if let Some(o) = limit {
        let Some(n) = long::check_exact(o) else {
            return Err(exceptions::type_error(py, format_args!("limit must be an integer")));
        };
        LIMIT.set(long::to_i64(n).ok_or_else(|| {
            exceptions::overflow_error(py, format_args!("Python int too large to convert to C long"))
        })?);
    }
    Ok(old)
}

// Readers.

/// `ReaderObj`.
#[repr(C)]
struct ReaderObject {
    ob_base: PyObject,
    input: Cell<*mut PyObject>,
    dialect: Cell<*mut PyObject>,
    line_num: Cell<u64>,
    state: Cell<*mut RefCell<Reader>>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for ReaderObject {}

static READER: StaticType = StaticType::new::<ReaderObject>(c"_csv.reader")
    .doc(c"CSV reader\n\nAn iterator over records; each is a list of strings.")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_BASETYPE)
    .traverse(glue::traverse(|r: &ReaderObject, v: &glue::Visitor| {
        v.visit(&r.input)?;
        v.visit(&r.dialect)
    }))
    .clear(glue::clear(|_: Py<'_>, r: &ReaderObject| {
        object::clear_field(&r.input);
        object::clear_field(&r.dialect);
    }))
    .dealloc(glue::dealloc(|_: Py<'_>, r: &ReaderObject| {
        // SAFETY: the type has a collector header; the parts go once and the memory last.
        unsafe {
            gc::untrack(r.as_object());
            object::clear_field(&r.input);
            object::clear_field(&r.dialect);
            let p = r.state.replace(core::ptr::null_mut());
            if !p.is_null() {
                drop(Box::from_raw(p));
            }
            object::tp_free(r.as_object());
        }
    }))
    .iter(glue::unary(|_: Py<'_>, r: &ReaderObject| Ok(r.to_owned())))
    .iternext(glue::iternext(reader_next))
    .members(&READER_MEMBERS);

members! { static READER_MEMBERS [
    "dialect" = _Py_T_OBJECT, offset_of!(ReaderObject, dialect), Py_READONLY, "";
    "line_num" = Py_T_ULONG, offset_of!(ReaderObject, line_num), Py_READONLY, "";
] }

fn reader(py: Py<'_>, _: &PyModuleObject, a: Rest<'_>, kw: Keywords<'_>) -> PyResult {
    let (iterable, dialect) = one_or_two(py, &a)?;
    let input = protocol::iter(py, iterable)?;
    let dialect = make_dialect(py, dialect, &kw)?;
    let state = Reader::new(kernel(&dialect));
    // SAFETY: LAYOUT: the type's own struct.
    let r: Owned<ReaderObject> = unsafe { object::generic_alloc(py, &READER, 0)?.cast() };
    r.input.set(input.into_ptr());
    r.dialect.set(dialect.into_ptr());
    r.state.set(Box::into_raw(Box::new(RefCell::new(state))));
    Ok(r.upcast())
}

/// The fields from `from` on, as strings or floats.
fn fields(py: Py<'_>, state: &RefCell<Reader>, out: &mut Vec<Owned>) -> PyResult<()> {
    loop {
        // Nothing is borrowed while a float is made.
        let (text, numeric) = {
            let reader = state.borrow();
            let Some((text, numeric)) = reader.fields().nth(out.len()) else { return Ok(()) };
            (from_chars(py, text)?, numeric)
        };
        out.push(if numeric {
            call::call(py, float::PyFloat_Type.as_object(), [text.as_object()])?
        } else {
            text.upcast()
        });
    }
}

/// As [`fields`], for records without numbers, at once.
fn plain_fields(py: Py<'_>, state: &RefCell<Reader>) -> PyResult<Option<Vec<Owned>>> {
    let reader = state.borrow();
    let mut out = Vec::new();
    for (text, numeric) in reader.fields() {
        if numeric {
            return Ok(None);
        }
        out.push(from_chars(py, text)?.upcast());
    }
    Ok(Some(out))
}

fn reader_next(py: Py<'_>, r: &ReaderObject) -> PyResult<Option<Owned>> {
    // SAFETY: LIVE: set when it was made; the collector may have cleared the input. The state lives with the object.
    let (input, state) = unsafe { (r.input.get().as_ref(), &*r.state.get()) };
    let Some(input) = input.map(Object::to_owned) else { return Ok(None) };
    state.borrow_mut().begin();
    let numeric = state.borrow().dialect().quoting == Quoting::NonNumeric;
    let mut converted = Vec::new();
    loop {
        let Some(line) = protocol::next(py, &input)? else {
            let more = state.borrow_mut().end_of_input().map_err(|e| csv_error(py, e))?;
            if !more {
                return Ok(None);
            }
            break;
        };
        let Some(s) = unicode::check(&line) else {
            return Err(error(
                py,
                &ERROR,
                format_args!(
                    "iterator should return strings, not {} (the file should be opened in text mode)",
                    type_name(line.ty())
                ),
            ));
        };
        r.line_num.set(r.line_num.get().wrapping_add(1));
        let done = state.borrow_mut().feed(chars(s), LIMIT.get());
        if numeric {
            fields(py, state, &mut converted)?;
        }
        if done.map_err(|e| csv_error(py, e))? {
            break;
        }
    }
    if !numeric && let Some(all) = plain_fields(py, state)? {
        return Ok(Some(list::from_iter(py, all)?.upcast()));
    }
    fields(py, state, &mut converted)?;
    Ok(Some(list::from_iter(py, converted)?.upcast()))
}

// Writers.

/// `WriterObj`.
#[repr(C)]
struct WriterObject {
    ob_base: PyObject,
    write: Cell<*mut PyObject>,
    dialect: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for WriterObject {}

static WRITER: StaticType = StaticType::new::<WriterObject>(c"_csv.writer")
    .doc(c"CSV writer\n\nAn object that writes records to a file.")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_BASETYPE)
    .traverse(glue::traverse(|w: &WriterObject, v: &glue::Visitor| {
        v.visit(&w.write)?;
        v.visit(&w.dialect)
    }))
    .clear(glue::clear(|_: Py<'_>, w: &WriterObject| {
        object::clear_field(&w.write);
        object::clear_field(&w.dialect);
    }))
    .dealloc(glue::dealloc(|_: Py<'_>, w: &WriterObject| {
        // SAFETY: the type has a collector header; the fields go once and the memory last.
        unsafe {
            gc::untrack(w.as_object());
            object::clear_field(&w.write);
            object::clear_field(&w.dialect);
            object::tp_free(w.as_object());
        }
    }))
    .methods(&WRITER_METHODS)
    .members(&WRITER_MEMBERS);

methods! { static WRITER_METHODS: for WriterObject [
    "writerow" = writerow [1], "?($self, row, /)", "writerow(iterable)\n\nWrites one record; fields that are not strings are converted by str().";
    "writerows" = writerows [1], "?($self, rows, /)", "writerows(iterable of iterables)\n\nWrites records; fields that are not strings are converted by str().";
] }

members! { static WRITER_MEMBERS [
    "dialect" = _Py_T_OBJECT, offset_of!(WriterObject, dialect), Py_READONLY, "";
] }

fn writer(py: Py<'_>, _: &PyModuleObject, a: Rest<'_>, kw: Keywords<'_>) -> PyResult {
    let (file, dialect) = one_or_two(py, &a)?;
    let write = attr::lookup_name(py, file, name!("write"))?.filter(|w| protocol::is_callable(w));
    let Some(write) = write else {
        return Err(exceptions::type_error(py, format_args!("argument 1 must have a \"write\" method")));
    };
    let dialect = make_dialect(py, dialect, &kw)?;
    // SAFETY: LAYOUT: the type's own struct.
    let w: Owned<WriterObject> = unsafe { object::generic_alloc(py, &WRITER, 0)?.cast() };
    w.write.set(write.into_ptr());
    w.dialect.set(dialect.into_ptr());
    Ok(w.upcast())
}

fn writerow(py: Py<'_>, w: &WriterObject, row: &PyObject) -> PyResult {
    // SAFETY: LIVE, LAYOUT: the fields hold what they were given, or NULL once the collector cleared them.
    let (write, dialect) =
        unsafe { (w.write.get().as_ref(), (w.dialect.get() as *const DialectObject).as_ref()) };
    let (Some(write), Some(dialect)) = (write.map(Object::to_owned), dialect.map(Object::to_owned)) else {
        return Ok(object::none());
    };
    let it = protocol::iter(py, row).map_err(|e| {
        if exceptions::matches(&e, &exceptions::TypeError) {
            return error(py, &ERROR, format_args!("iterable expected, not {}", type_name(row.ty())));
        }
        e
    })?;
    let end = terminator(&dialect).map_or(Chars::One(b""), chars);
    let mut record = Writer::new(kernel(&dialect), end);
    record.begin();
    while let Some(field) = protocol::next(py, &it)? {
        let kind = if unicode::check(&field).is_some() {
            FieldType::Str
        } else if object::is_none(&field) {
            FieldType::None
        } else if number::check(&field) {
            FieldType::Number
        } else {
            FieldType::Other
        };
        let done = match kind {
            FieldType::None => record.append(Chars::One(b""), kind),
            _ => {
                let text = match unicode::check(&field) {
                    Some(s) => s.to_owned(),
                    None => protocol::str(py, &field)?,
                };
                record.append(chars(&text), kind)
            }
        };
        done.map_err(|e| csv_error(py, e))?;
    }
    let line = from_chars(py, record.finish().map_err(|e| csv_error(py, e))?)?;
    call::call(py, &write, [line.as_object()])
}

fn writerows(py: Py<'_>, w: &WriterObject, rows: &PyObject) -> PyResult<()> {
    let it = protocol::iter(py, rows)?;
    while let Some(row) = protocol::next(py, &it)? {
        writerow(py, w, &row)?;
    }
    Ok(())
}
