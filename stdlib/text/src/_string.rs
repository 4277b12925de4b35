//! `_string`: the parser of format strings for `string.Formatter` (`Objects/stringlib/unicode_format.h`). The parser itself
//! is `dxpy_text::format`.

use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, boolean, exceptions, glue, long, methods, object, tuple, types, unicode,
};
use dxpy_text::format::{First, FormatError, Step, field_name, pieces};

/// `_string`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_string").doc(c"Helpers of the string module.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py, _| {
    types::ready::ready(py, &PIECES)?;
    types::ready::ready(py, &STEPS)
});

methods! { static METHODS: for PyModuleObject [
    "formatter_field_name_split" = field_name_split [1], "!($module, name, /)", "The first part of a field's name, and an iterator over the rest.";
    "formatter_parser" = parser [1], "!($module, format, /)", "An iterator over the pieces of a format string.";
] }

/// What is handed out one by one: the pieces of a format string, or the steps of a field's name, which is parsed as it
/// is read so that errors come in their place.
#[repr(C)]
struct Iterator {
    base: PyObject,
    text: Cell<*mut PyObject>,
    /// The next piece or step.
    at: Cell<usize>,
    steps: Cell<bool>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Iterator {}

static PIECES: StaticType = iterator_type(c"formatteriterator");
static STEPS: StaticType = iterator_type(c"fieldnameiterator");

const fn iterator_type(name: &'static core::ffi::CStr) -> StaticType {
    StaticType::new::<Iterator>(name)
        .getattro(dxpy_core::attr::generic_get_slot)
        .dealloc(glue::dealloc(|_: Py<'_>, it: &Iterator| {
            // SAFETY: its field is released once and its memory last.
            unsafe {
                object::clear_field(&it.text);
                object::free(it.as_object());
            }
        }))
        .iter(glue::unary(|_: Py<'_>, it: &PyObject| Ok(it.to_owned())))
        .iternext(glue::iternext(next))
}

fn text<'a>(py: Py<'_>, o: &'a PyObject) -> PyResult<&'a PyUnicodeObject> {
    unicode::check(o)
        .ok_or_else(|| exceptions::type_error(py, format_args!("expected str, got {}", type_name(o.ty()))))
}

fn wrong(py: Py<'_>, e: FormatError) -> PyErr {
    exceptions::value_error(py, format_args!("{}", e.0))
}

fn iterator(py: Py<'_>, s: &PyUnicodeObject, steps: bool) -> PyResult<Owned<Iterator>> {
    // SAFETY: every field is set before anyone sees the object.
    unsafe {
        let ty = if steps { &STEPS } else { &PIECES };
        let it = object::alloc_uninit::<Iterator>(py, ty, size_of::<Iterator>())?;
        it.text.set(s.to_owned().into_ptr());
        it.at.set(0);
        it.steps.set(steps);
        Ok(it)
    }
}

fn parser(py: Py<'_>, _: &PyModuleObject, s: &PyObject) -> PyResult<Owned<Iterator>> {
    iterator(py, text(py, s)?, false)
}

fn field_name_split(py: Py<'_>, _: &PyModuleObject, s: &PyObject) -> PyResult<Owned<PyTupleObject>> {
    let s = text(py, s)?;
    let v = unicode::view(s);
    let (first, _) = field_name(v, (0, v.len())).map_err(|e| wrong(py, e))?;
    let first = match first {
        First::Index(n) => long::from_u64(py, n as u64)?.upcast(),
        First::Auto => unicode::empty().upcast(),
        First::Name((a, b)) => unicode::substring(py, s, a, b)?.upcast(),
    };
    tuple::from_iter(py, [first, iterator(py, s, true)?.upcast()])
}

fn next(py: Py<'_>, it: &Iterator) -> PyResult<Option<Owned>> {
    // SAFETY: LAYOUT: only a str is stored there; LIVE: the iterator holds it.
    let s = unsafe { &*(it.text.get() as *const PyUnicodeObject) };
    let v = unicode::view(s);
    let at = it.at.get();
    if it.steps.get() {
        let (_, mut steps) = field_name(v, (0, v.len())).map_err(|e| wrong(py, e))?;
        let Some(step) = steps.nth(at) else { return Ok(None) };
        it.at.set(at + 1);
        let (attribute, name) = match step.map_err(|e| wrong(py, e))? {
            Step::Attribute((a, b)) => (true, unicode::substring(py, s, a, b)?.upcast()),
            Step::Index(n) => (false, long::from_u64(py, n as u64)?.upcast()),
            Step::Key((a, b)) => (false, unicode::substring(py, s, a, b)?.upcast()),
        };
        return Ok(Some(tuple::from_iter(py, [boolean::new(attribute).upcast(), name])?.upcast()));
    }
    let Some(piece) = pieces(v).nth(at) else { return Ok(None) };
    it.at.set(at + 1);
    let piece = piece.map_err(|e| wrong(py, e))?;
    let literal = unicode::substring(py, s, piece.literal.0, piece.literal.1)?.upcast();
    let items = match piece.field {
        None => [literal, object::none(), object::none(), object::none()],
        Some(f) => {
            let name = unicode::substring(py, s, f.name.0, f.name.1)?.upcast();
            let spec = unicode::substring(py, s, f.spec.0, f.spec.1)?.upcast();
            let conversion = match f.conversion {
                Some(c) => unicode::from_char(py, c)?.upcast(),
                None => object::none(),
            };
            [literal, name, spec, conversion]
        }
    };
    Ok(Some(tuple::from_iter(py, items)?.upcast()))
}
