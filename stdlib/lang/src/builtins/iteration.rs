//! Functions of `builtins` that walk iterables.

use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::Raw;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, call, exceptions, float, list, long, name, number, object, protocol, types,
    unicode,
};

type M = PyModuleObject;

pub fn all(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<bool> {
    let it = protocol::iter(py, o)?;
    while let Some(v) = protocol::next(py, &it)? {
        if !protocol::is_true(py, &v)? {
            return Ok(false);
        }
    }
    Ok(true)
}

pub fn any(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<bool> {
    let it = protocol::iter(py, o)?;
    while let Some(v) = protocol::next(py, &it)? {
        if protocol::is_true(py, &v)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `builtin_next`: what the iterator raises at its end is raised as it is, with its value.
pub fn next(py: Py<'_>, _: &M, it: &PyObject, default: Option<&PyObject>) -> PyResult {
    let slot = it.ty().tp_iternext.get().filter(|_| protocol::is_iterator(it));
    let Some(f) = slot else {
        return Err(exceptions::type_error(
            py,
            format_args!("'{}' object is not an iterator", type_name(it.ty())),
        ));
    };
    // SAFETY: the slot's contract: an owned object, or NULL.
    let r = unsafe { Owned::<PyObject>::from_raw_opt(f(it.as_ptr())) };
    if let Some(v) = r {
        return Ok(v);
    }
    match (PyErr::take(py), default) {
        (None, Some(d)) => Ok(d.to_owned()),
        (None, None) => Err(exceptions::stop_iteration(py, None)),
        (Some(e), Some(d)) if exceptions::matches(&e, &exceptions::StopIteration) => Ok(d.to_owned()),
        (Some(e), _) => Err(e),
    }
}

pub fn iter(py: Py<'_>, _: &M, o: &PyObject, sentinel: Option<&PyObject>) -> PyResult {
    let Some(sentinel) = sentinel else { return protocol::iter(py, o) };
    if !protocol::is_callable(o) {
        return Err(exceptions::type_error(
            py,
            format_args!("iter(object, sentinel): object must be callable"),
        ));
    }
    dxpy_types::calliter::new(py, o, sentinel)
}

/// Keyword arguments among `names`, in that order.
fn keywords<'a, const N: usize>(
    py: Py<'_>,
    what: &str,
    raw: &dxpy_core::args::RawArgs<'a>,
    names: [&str; N],
) -> PyResult<[Option<&'a PyObject>; N]> {
    let mut out = [None; N];
    for i in 0..raw.keywords() {
        let (k, v) = raw.keyword(i);
        match names.iter().position(|n| unicode::equals_str(k, n)) {
            Some(at) => out[at] = Some(v),
            None => {
                return Err(exceptions::type_error(
                    py,
                    format_args!("'{}' is an invalid keyword argument for {what}()", unicode::display(k)),
                ));
            }
        }
    }
    Ok(out)
}

/// `min_max`.
fn extreme(py: Py<'_>, what: &str, raw: Raw<'_>, op: core::ffi::c_int) -> PyResult {
    let raw = raw.0;
    let positional = raw.positional();
    if positional.is_empty() {
        return Err(exceptions::type_error(py, format_args!("{what} expected at least 1 argument, got 0")));
    }
    if raw.keywords() > 2 {
        let n = raw.keywords();
        return Err(exceptions::type_error(
            py,
            format_args!("{what}() takes at most 2 keyword arguments ({n} given)"),
        ));
    }
    let [key, default] = keywords(py, what, &raw, ["key", "default"])?;
    let key = key.filter(|k| !object::is_none(k));
    if positional.len() > 1 && default.is_some() {
        return Err(exceptions::type_error(
            py,
            format_args!("Cannot specify a default for {what}() with multiple positional arguments"),
        ));
    }
    let mut best: Option<(Owned, Owned)> = None;
    let mut consider = |item: Owned| -> PyResult<()> {
        let value = match key {
            Some(k) => call::call(py, k, [&item])?,
            None => item.clone(),
        };
        if let Some((_, b)) = &best
            && !protocol::rich_compare_bool(py, &value, b, op)?
        {
            return Ok(());
        }
        best = Some((item, value));
        Ok(())
    };
    if positional.len() > 1 {
        for p in positional {
            // SAFETY: LIVE: an argument of the call.
            consider(unsafe { &**p }.to_owned())?;
        }
    } else {
        // SAFETY: LIVE: an argument of the call.
        let it = protocol::iter(py, unsafe { &*positional[0] })?;
        while let Some(v) = protocol::next(py, &it)? {
            consider(v)?;
        }
    }
    match (best, default) {
        (Some((item, _)), _) => Ok(item),
        (None, Some(d)) => Ok(d.to_owned()),
        (None, None) => Err(exceptions::value_error(py, format_args!("{what}() iterable argument is empty"))),
    }
}

pub fn min(py: Py<'_>, _: &M, raw: Raw<'_>, _: Raw<'_>) -> PyResult {
    extreme(py, "min", raw, Py_LT)
}

pub fn max(py: Py<'_>, _: &M, raw: Raw<'_>, _: Raw<'_>) -> PyResult {
    extreme(py, "max", raw, Py_GT)
}

/// A sum of floats that keeps what rounding lost (Neumaier).
struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    fn add(&mut self, x: f64) {
        let t = self.total + x;
        if self.total.abs() >= x.abs() {
            self.lost += (self.total - t) + x;
        } else {
            self.lost += (x - t) + self.total;
        }
        self.total = t;
    }
    fn value(&self) -> f64 {
        if self.lost != 0.0 && self.lost.is_finite() { self.total + self.lost } else { self.total }
    }
}

/// An exact int that fits a machine word.
fn small(o: &PyObject) -> Option<i64> {
    long::check_exact(o).and_then(long::to_i64)
}

/// An exact float.
fn real(o: &PyObject) -> Option<f64> {
    // SAFETY: LAYOUT: just checked.
    o.ty().is(&float::PyFloat_Type.0).then(|| unsafe { &*(o.as_ptr() as *const PyFloatObject) }.ob_fval.get())
}

/// `builtin_sum`: machine ints, then floats, then objects, as long as the items allow.
pub fn sum(py: Py<'_>, _: &M, o: &PyObject, start: Option<&PyObject>) -> PyResult {
    let it = protocol::iter(py, o)?;
    let mut total = match start {
        None => long::from_i64(py, 0)?.upcast(),
        Some(s) => {
            let (what, join) = if unicode::check(s).is_some() {
                ("strings", "''")
            } else if dxpy_core::bytes::check(s).is_some() {
                ("bytes", "b''")
            } else if types::is_subtype(s.ty(), &dxpy_types::bytearray::PyByteArray_Type) {
                ("bytearray", "b''")
            } else {
                ("", "")
            };
            if !what.is_empty() {
                return Err(exceptions::type_error(
                    py,
                    format_args!("sum() can't sum {what} [use {join}.join(seq) instead]"),
                ));
            }
            s.to_owned()
        }
    };
    if let Some(mut t) = small(&total) {
        loop {
            let Some(v) = protocol::next(py, &it)? else { return long::from_i64(py, t).map(Owned::upcast) };
            let boolean = v.ty().is(&dxpy_core::boolean::PyBool_Type.0);
            let n = if boolean { long::check(&v).and_then(long::to_i64) } else { small(&v) };
            if let Some(next) = n.and_then(|n| t.checked_add(n)) {
                t = next;
                continue;
            }
            let so_far = long::from_i64(py, t)?;
            total = number::add(py, so_far.as_object(), &v)?;
            break;
        }
    }
    if let Some(first) = real(&total) {
        let mut s = Sum { total: first, lost: 0.0 };
        loop {
            let Some(v) = protocol::next(py, &it)? else {
                return float::new(py, s.value()).map(Owned::upcast);
            };
            if let Some(x) = real(&v) {
                s.add(x);
                continue;
            }
            if let Some(n) = long::check(&v).and_then(long::to_i64) {
                s.total += n as f64;
                continue;
            }
            let so_far = float::new(py, s.value())?;
            total = number::add(py, so_far.as_object(), &v)?;
            break;
        }
    }
    while let Some(v) = protocol::next(py, &it)? {
        total = number::add(py, &total, &v)?;
    }
    Ok(total)
}

/// `builtin_sorted`.
pub fn sorted(py: Py<'_>, _: &M, raw: Raw<'_>, _: Raw<'_>) -> PyResult {
    let raw = raw.0;
    let &[iterable] = raw.positional() else {
        return Err(exceptions::type_error(
            py,
            format_args!("sorted expected 1 argument, got {}", raw.positional().len()),
        ));
    };
    // SAFETY: LIVE: an argument of the call.
    let items = protocol::collect(py, unsafe { &*iterable })?;
    let l = list::from_iter(py, items)?;
    let sort = dxpy_core::attr::get_name(py, l.as_object(), name!("sort"))?;
    let kw = dxpy_core::dict::new(py)?;
    for i in 0..raw.keywords() {
        let (k, v) = raw.keyword(i);
        dxpy_core::dict::set(py, &kw, k, v)?;
    }
    let kw = Some(&*kw).filter(|k| dxpy_core::dict::len(k) > 0);
    call::call_tuple(py, &sort, &dxpy_core::tuple::empty(), kw)?;
    Ok(l.upcast())
}

/// `builtin_aiter`.
pub fn aiter(py: Py<'_>, _: &M, o: &PyObject) -> PyResult {
    // SAFETY: STATIC: a type's async table lives as long as the type.
    let f = unsafe { o.ty().tp_as_async.get().as_ref() }.and_then(|t| t.am_aiter.get());
    let Some(f) = f else {
        return Err(exceptions::type_error(
            py,
            format_args!("'{}' object is not an async iterable", type_name(o.ty())),
        ));
    };
    // SAFETY: the slot's contract.
    let it = unsafe { Owned::<PyObject>::from_raw_opt(f(o.as_ptr())) }.ok_or_else(|| PyErr::fetch(py))?;
    if is_async_iterator(&it) {
        return Ok(it);
    }
    Err(exceptions::type_error(
        py,
        format_args!("aiter() returned not an async iterator of type '{}'", type_name(it.ty())),
    ))
}

fn is_async_iterator(o: &PyObject) -> bool {
    // SAFETY: STATIC: a type's async table lives as long as the type.
    unsafe { o.ty().tp_as_async.get().as_ref() }.is_some_and(|t| t.am_anext.get().is_some())
}

/// `builtin_anext`.
pub fn anext(py: Py<'_>, _: &M, o: &PyObject, default: Option<&PyObject>) -> PyResult {
    // SAFETY: STATIC: a type's async table lives as long as the type.
    let f = unsafe { o.ty().tp_as_async.get().as_ref() }.and_then(|t| t.am_anext.get());
    let Some(f) = f else {
        return Err(exceptions::type_error(
            py,
            format_args!("'{}' object is not an async iterator", type_name(o.ty())),
        ));
    };
    // SAFETY: the slot's contract.
    let awaitable =
        unsafe { Owned::<PyObject>::from_raw_opt(f(o.as_ptr())) }.ok_or_else(|| PyErr::fetch(py))?;
    match default {
        None => Ok(awaitable),
        Some(default) => dxpy_types::anext::new(py, &awaitable, default),
    }
}
