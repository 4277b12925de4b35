//! `UNPACK_SEQUENCE` and `UNPACK_EX` (`unpack_iterable` of `Python/ceval.c`).

use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, exceptions, list, protocol, sequence};

/// Takes exactly `before` items, or with `after` a list of the rest and then `after` items.
pub fn unpack(py: Py<'_>, o: &PyObject, before: usize, after: Option<usize>) -> PyResult<Vec<Owned>> {
    let it = protocol::iter(py, o).map_err(|e| {
        if exceptions::matches(&e, &exceptions::TypeError)
            && o.ty().tp_iter.get().is_none()
            && !sequence::check(o)
        {
            return exceptions::type_error(
                py,
                format_args!("cannot unpack non-iterable {} object", type_name(o.ty())),
            );
        }
        e
    })?;
    let mut out = Vec::with_capacity(before + after.map_or(0, |a| a + 1));
    for i in 0..before {
        match protocol::next(py, &it)? {
            Some(v) => out.push(v),
            None => {
                let text = match after {
                    None => format!("not enough values to unpack (expected {before}, got {i})"),
                    Some(a) => {
                        format!("not enough values to unpack (expected at least {}, got {i})", before + a)
                    }
                };
                return Err(exceptions::value_error(py, format_args!("{text}")));
            }
        }
    }
    let Some(after) = after else {
        if protocol::next(py, &it)?.is_some() {
            return Err(exceptions::value_error(
                py,
                format_args!("too many values to unpack (expected {before})"),
            ));
        }
        return Ok(out);
    };
    let mut rest = Vec::new();
    while let Some(v) = protocol::next(py, &it)? {
        rest.push(v);
    }
    if rest.len() < after {
        return Err(exceptions::value_error(
            py,
            format_args!(
                "not enough values to unpack (expected at least {}, got {})",
                before + after,
                before + rest.len()
            ),
        ));
    }
    let tail = rest.split_off(rest.len() - after);
    out.push(list::from_iter(py, rest)?.upcast());
    out.extend(tail);
    Ok(out)
}
