//! `_locale`: the C library's locale.

use crate::convert::{Text, fs_text, plain};
use crate::path::decode;
use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyErr, PyResult, dict, exceptions, list, long, methods, object, unicode};
use dxpy_host::locale::{self, messages};
use std::ffi::CString;

/// `_locale`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_locale").doc(c"The C library's locale.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

type M = PyModuleObject;

methods! { static METHODS: for PyModuleObject [
    "setlocale" = setlocale [2], "($module, category, locale=<unrepresentable>, /)", "Sets or asks the locale of a category.";
    "localeconv" = localeconv [0], "($module, /)", "How numbers and amounts of money are written.";
    "strcoll" = strcoll [2], "($module, os1, os2, /)", "Compares two texts by the locale.";
    "strxfrm" = strxfrm [1], "($module, string, /)", "A text that compares as this one collates.";
    "nl_langinfo" = nl_langinfo [1], "($module, key, /)", "A text of the locale.";
    "gettext" = gettext [1], "($module, msg, /)", "The translation of a message.";
    "dgettext" = dgettext [2], "($module, domain, msg, /)", "The translation of a message of a domain.";
    "dcgettext" = dcgettext [3], "($module, domain, msg, category, /)", "The translation of a message of a domain and category.";
    "textdomain" = textdomain [1], "($module, domain, /)", "Sets or asks the domain of messages.";
    "bindtextdomain" = bindtextdomain [2], "($module, domain, dir, /)", "Sets or asks where the messages of a domain are.";
    "bind_textdomain_codeset" = bind_codeset [2], "($module, domain, codeset, /)", "Sets or asks the encoding of a domain's messages.";
    "getencoding" = getencoding [0], "($module, /)", "The encoding of the locale.";
] }

/// `locale.Error`.
static ERROR: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));

fn fill(py: Py<'_>, m: &M) -> PyResult<()> {
    for (n, v) in locale::CATEGORIES {
        module::add_int(py, m, n, *v)?;
    }
    if ERROR.get().is_null() {
        ERROR.set(exceptions::new_class(py, "locale", "Error", &exceptions::Exception)?.into_ptr());
    }
    module::add(py, m, "Error", error_class())?;
    for (n, v) in locale::LANGINFO {
        module::add_int(py, m, n, *v)?;
    }
    Ok(())
}

fn error_class() -> &'static PyObject {
    assert!(!ERROR.get().is_null(), "the module makes the class first");
    // SAFETY: LIVE: kept for ever once set.
    unsafe { &*ERROR.get() }
}

#[cold]
fn failed(py: Py<'_>, text: &str) -> PyErr {
    match (unicode::from_str(py, text), dxpy_core::types::check(error_class())) {
        (Ok(text), Some(class)) => exceptions::create(py, class, Some(text.as_object())),
        (Err(e), _) => e,
        (_, None) => exceptions::system_error(py, format_args!("{text}")),
    }
}

fn text(py: Py<'_>, b: &[u8]) -> PyResult {
    decode(py, b).map(Owned::upcast)
}

/// A text of `LC_NUMERIC` as an object (`_Py_GetLocaleconvNumeric`).
pub fn numeric_text(py: Py<'_>, b: &[u8]) -> PyResult {
    text(py, b)
}

/// A text that may be None.
pub struct MaybeText(Option<CString>);

impl<'a> dxpy_core::args::FromArg<'a> for MaybeText {
    fn from_arg(py: Py<'a>, b: &dxpy_core::args::Bound<'a>, i: usize) -> PyResult<Self> {
        match b.get(i) {
            Some(o) if object::is_none(o) => Ok(MaybeText(None)),
            Some(o) if unicode::check(o).is_none() => {
                Err(dxpy_core::args::bad_argument(py, b, i, "str or None"))
            }
            _ => Text::from_arg(py, b, i).map(|t| MaybeText(Some(t.0))),
        }
    }
}

fn setlocale(py: Py<'_>, _: &M, category: i32, name: Option<MaybeText>) -> PyResult {
    match name.and_then(|n| n.0) {
        Some(n) => match locale::set(category, Some(&n)) {
            Some(r) => text(py, &r),
            None => Err(failed(py, "unsupported locale setting")),
        },
        None => match locale::set(category, None) {
            Some(r) => text(py, &r),
            None => Err(failed(py, "locale query failed")),
        },
    }
}

fn localeconv(py: Py<'_>, _: &M) -> PyResult {
    let c = locale::conventions();
    let d = dict::new(py)?;
    let put_text = |name: &str| -> PyResult<()> {
        match c.texts.iter().find(|t| t.0 == name) {
            Some(t) => dict::set_str(py, &d, name, &*text(py, &t.1)?),
            None => Ok(()),
        }
    };
    let put_groups = |name: &str| -> PyResult<()> {
        let Some(g) = c.groupings.iter().find(|t| t.0 == name) else { return Ok(()) };
        let sizes: Vec<Owned> =
            g.1.iter()
                .map(|n| long::from_i64(py, (*n).into()).map(Owned::upcast))
                .collect::<PyResult<_>>()?;
        dict::set_str(py, &d, name, list::from_iter(py, sizes)?.as_object())
    };
    for name in ["int_curr_symbol", "currency_symbol", "mon_decimal_point", "mon_thousands_sep"] {
        put_text(name)?;
    }
    put_groups("mon_grouping")?;
    put_text("positive_sign")?;
    put_text("negative_sign")?;
    for (name, n) in &c.numbers {
        dict::set_str(py, &d, name, long::from_i64(py, (*n).into())?.as_object())?;
    }
    put_text("decimal_point")?;
    put_text("thousands_sep")?;
    put_groups("grouping")?;
    Ok(d.upcast())
}

/// A text as wide characters, without NULs.
fn wide(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<Vec<u32>> {
    let w: Vec<u32> = unicode::code_points(s).collect();
    if w.contains(&0) {
        return Err(exceptions::value_error(py, format_args!("embedded null character")));
    }
    Ok(w)
}

fn strcoll(py: Py<'_>, _: &M, a: &PyUnicodeObject, b: &PyUnicodeObject) -> PyResult<i32> {
    Ok(locale::collate(&wide(py, a)?, &wide(py, b)?))
}

fn strxfrm(py: Py<'_>, _: &M, s: &PyUnicodeObject) -> PyResult<Owned<PyUnicodeObject>> {
    let out = locale::transform(&wide(py, s)?).map_err(|e| plain(py, e))?;
    // The C library may make characters that are none.
    if out.iter().any(|c| *c > 0x10_FFFF) {
        return Err(exceptions::value_error(
            py,
            format_args!("the locale's collation gives characters beyond Unicode"),
        ));
    }
    unicode::from_code_points(py, &out)
}

fn nl_langinfo(py: Py<'_>, _: &M, key: i32) -> PyResult {
    match locale::info(key) {
        Some(t) => text(py, &t),
        None => Err(exceptions::value_error(py, format_args!("unsupported langinfo constant"))),
    }
}

const LC_MESSAGES: i32 = 5;

fn gettext(py: Py<'_>, _: &M, Text(message): Text) -> PyResult {
    text(py, &messages::translate(None, &message, LC_MESSAGES))
}

fn dgettext(py: Py<'_>, _: &M, MaybeText(domain): MaybeText, Text(message): Text) -> PyResult {
    text(py, &messages::translate(domain.as_deref(), &message, LC_MESSAGES))
}

fn dcgettext(
    py: Py<'_>,
    _: &M,
    MaybeText(domain): MaybeText,
    Text(message): Text,
    category: i32,
) -> PyResult {
    text(py, &messages::translate(domain.as_deref(), &message, category))
}

fn textdomain(py: Py<'_>, _: &M, MaybeText(domain): MaybeText) -> PyResult {
    text(py, &messages::domain(domain.as_deref()).map_err(|e| plain(py, e))?)
}

fn bindtextdomain(py: Py<'_>, _: &M, Text(domain): Text, dir: &PyObject) -> PyResult {
    if domain.is_empty() {
        return Err(failed(py, "domain must be a non-empty string"));
    }
    let dir = if object::is_none(dir) { None } else { Some(fs_text(py, dir)?) };
    match messages::bind(&domain, dir.as_deref()) {
        Some(t) => text(py, &t),
        None => Err(plain(py, dxpy_host::Errno::last())),
    }
}

fn bind_codeset(py: Py<'_>, _: &M, Text(domain): Text, MaybeText(codeset): MaybeText) -> PyResult {
    match messages::bind_codeset(&domain, codeset.as_deref()) {
        Some(t) => text(py, &t),
        None => Ok(object::none()),
    }
}

fn getencoding(py: Py<'_>, _: &M) -> PyResult {
    let key = locale::LANGINFO.iter().find(|t| t.0 == "CODESET").map_or(14, |t| t.1 as i32);
    match locale::info(key) {
        Some(t) if !t.is_empty() => text(py, &t),
        _ => unicode::from_str(py, "UTF-8").map(Owned::upcast),
    }
}
