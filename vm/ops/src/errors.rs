//! `raise`, `except` and `except*` (`do_raise`, `exception_group_match` of `Python/ceval.c`).

use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, call, exceptions, name, object, tuple, types, unicode};

/// A class that derives from `BaseException`.
pub fn exception_class(o: &PyObject) -> Option<&PyTypeObject> {
    types::check(o).filter(|t| types::is_subtype(t, &exceptions::BaseException))
}

/// An instance of `BaseException`.
pub fn exception_instance(o: &PyObject) -> Option<&PyBaseExceptionObject> {
    // SAFETY: LAYOUT: just checked.
    types::is_subtype(o.ty(), &exceptions::BaseException)
        .then(|| unsafe { &*(o as *const PyObject as *const PyBaseExceptionObject) })
}

/// An instance for what stands in a `raise` statement.
fn instance(py: Py<'_>, o: &PyObject, otherwise: &str) -> PyResult<Owned<PyBaseExceptionObject>> {
    if exception_class(o).is_some() {
        let made = call::call(py, o, [])?;
        return match exception_instance(&made) {
            Some(e) => Ok(e.to_owned()),
            None => Err(exceptions::type_error(
                py,
                format_args!(
                    "calling {} should have returned an instance of BaseException, not {}",
                    unicode::display(dxpy_core::protocol::repr(py, o)?.as_object()),
                    unicode::display(dxpy_core::protocol::repr(py, made.ty().as_object())?.as_object())
                ),
            )),
        };
    }
    match exception_instance(o) {
        Some(e) => Ok(e.to_owned()),
        None => Err(exceptions::type_error(py, format_args!("{otherwise}"))),
    }
}

/// `do_raise`: the error of `raise`, `raise x` and `raise x from y`. Whether the same exception is raised again, in
/// which case its traceback goes on, is the second answer.
pub fn raise(py: Py<'_>, exc: Option<&PyObject>, cause: Option<&PyObject>) -> (PyErr, bool) {
    let Some(exc) = exc else {
        return match exceptions::handled(py) {
            Some(e) => (PyErr::from_value(e), true),
            None => (exceptions::runtime_error(py, format_args!("No active exception to reraise")), false),
        };
    };
    match raise_new(py, exc, cause) {
        Ok(e) | Err(e) => (e, false),
    }
}

fn raise_new(py: Py<'_>, exc: &PyObject, cause: Option<&PyObject>) -> PyResult<PyErr> {
    let value = instance(py, exc, "exceptions must derive from BaseException")?;
    if let Some(cause) = cause {
        let fixed = if object::is_none(cause) {
            None
        } else {
            Some(instance(py, cause, "exception causes must derive from BaseException")?)
        };
        let old = value.cause.replace(fixed.map_or(core::ptr::null_mut(), Owned::into_ptr));
        value.suppress_context.set(1);
        // SAFETY: OWNED: the exception held its former cause.
        drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    }
    Ok(exceptions::chained(py, PyErr::from_value(value)))
}

/// `check_except_type_valid`, then `PyErr_GivenExceptionMatches`.
pub fn matches(py: Py<'_>, raised: &PyObject, class: &PyObject) -> PyResult<bool> {
    check_classes(py, class, "catching classes that do not inherit from BaseException is not allowed")?;
    Ok(given_matches(raised, class))
}

fn check_classes(py: Py<'_>, class: &PyObject, text: &str) -> PyResult<()> {
    let ok = match tuple::check(class) {
        Some(many) => tuple::items(many).iter().all(|c| exception_class(c).is_some()),
        None => exception_class(class).is_some(),
    };
    if ok { Ok(()) } else { Err(exceptions::type_error(py, format_args!("{text}"))) }
}

/// `PyErr_GivenExceptionMatches`.
pub fn given_matches(raised: &PyObject, class: &PyObject) -> bool {
    if let Some(many) = tuple::check(class) {
        return tuple::items(many).iter().any(|c| given_matches(raised, c));
    }
    let raised = if exception_instance(raised).is_some() { raised.ty().as_object() } else { raised };
    match (exception_class(raised), exception_class(class)) {
        (Some(r), Some(c)) => types::is_subtype(r, c),
        _ => raised.is(class),
    }
}

/// Whether an exception is a group.
fn is_group(o: &PyObject) -> bool {
    types::is_subtype(o.ty(), &exceptions::BaseExceptionGroup)
}

/// `check_except_star_type_valid` and `exception_group_match`: the part that matches (None if nothing does) and the
/// rest.
pub fn match_star(py: Py<'_>, raised: &PyObject, class: &PyObject) -> PyResult<(Owned, Owned)> {
    check_classes(py, class, "catching classes that do not inherit from BaseException is not allowed")?;
    let groups =
        |c: &PyObject| types::check(c).is_some_and(|c| types::is_subtype(c, &exceptions::BaseExceptionGroup));
    let bad = match tuple::check(class) {
        Some(many) => tuple::items(many).iter().any(|c| groups(c)),
        None => groups(class),
    };
    if bad {
        return Err(exceptions::type_error(
            py,
            format_args!("catching ExceptionGroup with except* is not allowed. Use except instead."),
        ));
    }
    if object::is_none(raised) {
        return Ok((object::none(), object::none()));
    }
    if given_matches(raised, class) {
        if is_group(raised) {
            return Ok((raised.to_owned(), object::none()));
        }
        // A naked exception is wrapped in a group.
        let group = exceptions::wrap_in_group(py, raised)?;
        return Ok((group, object::none()));
    }
    if is_group(raised) {
        let pair = call::method(py, raised, name!("split"), [class])?;
        let Some(pair) = tuple::check(&pair) else {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "{}.split must return a tuple, not {}",
                    type_name(raised.ty()),
                    type_name(pair.ty())
                ),
            ));
        };
        let [m, r, ..] = tuple::items(pair) else {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "{}.split must return a 2-tuple, got tuple of size {}",
                    type_name(raised.ty()),
                    tuple::len(pair)
                ),
            ));
        };
        return Ok(((*m).to_owned(), (*r).to_owned()));
    }
    Ok((object::none(), raised.to_owned()))
}
