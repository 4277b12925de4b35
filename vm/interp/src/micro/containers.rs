//! Micro-ops that make, change, index and take apart containers, and those of patterns.

use super::*;
use crate::call::{take_list, take_tuple};
use crate::handlers::{is, own, share};
use dxpy_core::abi::constants::*;
use dxpy_core::dict::PyDict_Type;
use dxpy_core::list::PyList_Type;
use dxpy_core::long::PyLong_Type;
use dxpy_core::ptr::Object;
use dxpy_core::tuple::PyTuple_Type;
use dxpy_core::types::inherit::has;
use dxpy_core::{
    attr, boolean, call, dict, exceptions, hooks, list, long, name, protocol, sequence, tuple, unicode,
};
use dxpy_ops::{matching, operators, unpack};

value!(BINARY_SUBSCR(fp, arg), |py, a, b| sequence::get_item(py, a, b));
action!(STORE_SUBSCR(fp, arg), |py, v, o, k| sequence::set_item(py, o, k, Some(v)));
action!(DELETE_SUBSCR(fp, arg), |py, o, k| sequence::set_item(py, o, k, None));
value!(BINARY_SLICE(fp, arg), |py, o, a, b| operators::get_slice(py, o, a, b));
action!(STORE_SLICE(fp, arg), |py, v, o, a, b| operators::set_slice(py, o, a, b, v));

/// An index that is not negative.
#[inline(always)]
unsafe fn index(o: Obj) -> Option<usize> {
    // SAFETY: the handler contract; LAYOUT: just checked.
    unsafe {
        if !is(o, &PyLong_Type.0) {
            return None;
        }
        usize::try_from(long::compact(&*(o as *const PyLongObject))?).ok()
    }
}

/// Where the item of a list stands that two operands name; NULL for other operands, and where there is none.
#[inline(always)]
pub(crate) unsafe fn list_place(o: Obj, key: Obj) -> *mut Obj {
    // SAFETY: the handler contract: both are live; LAYOUT: just checked.
    unsafe {
        if is(o, &PyList_Type.0)
            && let Some(i) = index(key)
        {
            let l = &*(o as *const PyListObject);
            if i < l.ob_base.ob_size.get() as usize {
                return l.ob_item.get().add(i);
            }
        }
        core::ptr::null_mut()
    }
}

/// Likewise the item of a tuple.
#[inline(always)]
pub(crate) unsafe fn tuple_item(o: Obj, key: Obj) -> Obj {
    // SAFETY: as above.
    unsafe {
        if is(o, &PyTuple_Type.0)
            && let Some(i) = index(key)
        {
            let t = &*(o as *const PyTupleObject);
            if i < t.ob_base.ob_size.get() as usize {
                return (*t.ob_item.as_ptr().add(i)).get();
            }
        }
        core::ptr::null_mut()
    }
}

guard!(LIST_AND_INDEX(pc, sp, fp, ts, arg) !list_place(*sp.sub(2), *sp.sub(1)).is_null());
micro!(LIST_ITEM(pc, sp, fp, ts, arg, out) {
    put(out, share(&**list_place(*sp.sub(2), *sp.sub(1))))
});
micro!(
    /// Gives what the item was.
    SET_LIST_ITEM(pc, sp, fp, ts, arg, out) {
        let place = list_place(*sp.sub(2), *sp.sub(1));
        put(out, core::ptr::replace(place, share(&**sp.sub(3))))
    }
);
guard!(TUPLE_AND_INDEX(pc, sp, fp, ts, arg) !tuple_item(*sp.sub(2), *sp.sub(1)).is_null());
micro!(TUPLE_ITEM(pc, sp, fp, ts, arg, out) {
    put(out, share(&*tuple_item(*sp.sub(2), *sp.sub(1))))
});

/// An object as what it is.
#[inline(always)]
unsafe fn cast<T>(o: &PyObject) -> &T {
    // SAFETY: LAYOUT: the compiler promises the type, or a guard has seen it.
    unsafe { &*(&raw const *o).cast() }
}

guard!(
    /// Is there a dict below the topmost value?
    DICT_BELOW(pc, sp, fp, ts, arg) is(*sp.sub(2), &PyDict_Type.0)
);
value!(DICT_ITEM(fp, arg), |py, d, key| match dict::get(py, cast(d), key) {
    Ok(Some(v)) => Ok(v),
    Ok(None) => Err(exceptions::key_error(py, key)),
    Err(e) => Err(e),
});
action!(SET_DICT_ITEM(fp, arg), |py, v, d, key| dict::set(py, cast(d), key, v));

micro!(
    #[inline(never)]
    BUILD_TUPLE(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        give(py, out, take_tuple(py, sp.sub(arg), arg))
    }
);

micro!(
    #[inline(never)]
    BUILD_LIST(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        give(py, out, take_list(py, sp.sub(arg), arg))
    }
);

micro!(
    #[inline(never)]
    BUILD_SET(pc, sp, fp, ts, arg, out) {
        let (py, first) = (token(ts), sp.sub(arg));
        let items: Vec<Owned> = (0..arg).map(|i| own(*first.add(i))).collect();
        give(py, out, hooks::new_set(py, items))
    }
);

micro!(
    #[inline(never)]
    BUILD_MAP(pc, sp, fp, ts, arg, out) {
        let (py, first) = (token(ts), sp.sub(2 * arg));
        let items: Vec<(Owned, Owned)> =
            (0..arg).map(|i| (own(*first.add(2 * i)), own(*first.add(2 * i + 1)))).collect();
        let r = dict::presized(py, arg).and_then(|d| {
            items.iter().try_for_each(|(k, v)| dict::set(py, &d, k, v))?;
            Ok(d.upcast())
        });
        give(py, out, r)
    }
);

micro!(
    #[inline(never)]
    BUILD_CONST_KEY_MAP(pc, sp, fp, ts, arg, out) {
        let (py, first) = (token(ts), sp.sub(arg + 1));
        let values: Vec<Owned> = (0..arg).map(|i| own(*first.add(i))).collect();
        let keys: Owned<PyTupleObject> = own(*sp.sub(1)).cast();
        let r = dict::presized(py, arg).and_then(|d| {
            tuple::items(&keys).iter().zip(&values).try_for_each(|(k, v)| dict::set(py, &d, k, v))?;
            Ok(d.upcast())
        });
        give(py, out, r)
    }
);

micro!(
    #[inline(never)]
    BUILD_STRING(pc, sp, fp, ts, arg, out) {
        let (py, first) = (token(ts), sp.sub(arg));
        let parts: Vec<Owned<PyUnicodeObject>> = (0..arg).map(|i| own(*first.add(i)).cast()).collect();
        let parts: Vec<&PyUnicodeObject> = parts.iter().map(|p| &**p).collect();
        give(py, out, unicode::join_all(py, &parts).map(Owned::upcast))
    }
);

micro!(
    #[inline(never)]
    BUILD_SLICE(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        let first = sp.sub(2 + usize::from(arg == 3));
        let (from, to) = (own(*first), own(*first.add(1)));
        let step = if arg == 3 { Some(own(*first.add(2))) } else { None };
        give(py, out, operators::make_slice(py, &from, &to, step.as_deref()))
    }
);

micro!(
    #[inline(never)]
    LIST_APPEND(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        done(py, list::push(py, cast(&**sp.sub(arg + 1)), own(*sp.sub(1))))
    }
);

/// An action on the container that stands below `$above` values and as many as the argument says.
macro_rules! fill {
    ($name:ident, |$py:ident, $container:ident, $sp:ident| ($above:literal) $body:expr) => {
        micro!(
            #[inline(never)]
            $name(pc, $sp, fp, ts, arg, out) {
                let $py = token(ts);
                let $container = &**$sp.sub(arg + $above);
                done($py, $body)
            }
        );
    };
}

fill!(SET_ADD, |py, s, sp| (1) hooks::set_add(py, s, &**sp.sub(1)));
fill!(SET_UPDATE, |py, s, sp| (1) hooks::set_update(py, s, &**sp.sub(1)));
fill!(MAP_ADD, |py, d, sp| (2) dict::set(py, cast(d), &**sp.sub(2), &**sp.sub(1)));
fill!(LIST_EXTEND, |py, l, sp| (1) extend(py, cast(l), &**sp.sub(1)));
fill!(DICT_UPDATE, |py, d, sp| (1) update(py, cast(d), &**sp.sub(1)));

micro!(
    #[inline(never)]
    DICT_MERGE(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        // The callable is below the arguments' tuple and the NULL before it.
        let (v, d, f) = (&**sp.sub(1), cast(&**sp.sub(arg + 1)), &**sp.sub(arg + 3));
        done(py, merge_keywords(py, d, v, f))
    }
);

/// `LIST_EXTEND`, with the error of a star.
fn extend(py: Py<'_>, l: &PyListObject, v: &PyObject) -> PyResult<()> {
    list::extend(py, l, v).map_err(|e| {
        let no_iterator = v.ty().tp_iter.get().is_none() && !sequence::check(v);
        if exceptions::matches(&e, &exceptions::TypeError) && no_iterator {
            return exceptions::type_error(
                py,
                format_args!("Value after * must be an iterable, not {}", call::type_name(v.ty())),
            );
        }
        e
    })
}

/// `DICT_UPDATE`, with the error of two stars.
fn update(py: Py<'_>, d: &PyDictObject, v: &PyObject) -> PyResult<()> {
    dict::merge(py, d, v, true).map_err(|e| {
        if exceptions::matches(&e, &exceptions::AttributeError) {
            return exceptions::type_error(
                py,
                format_args!("'{}' object is not a mapping", call::type_name(v.ty())),
            );
        }
        e
    })
}

/// `_PyDict_MergeEx(d, v, 2)` and `format_kwargs_error`.
fn merge_keywords(py: Py<'_>, d: &PyDictObject, v: &PyObject, f: &PyObject) -> PyResult<()> {
    let twice = |key: &PyObject| match protocol::str(py, key) {
        Ok(key) => exceptions::type_error(
            py,
            format_args!(
                "{} got multiple values for keyword argument '{}'",
                crate::call::function_str(py, f),
                unicode::display(key.as_object())
            ),
        ),
        Err(e) => e,
    };
    if let Some(other) = dict::check_exact(v) {
        for (k, x) in dict::items(other) {
            if dict::contains(py, d, &k)? {
                return Err(twice(&k));
            }
            dict::set(py, d, &k, &x)?;
        }
        return Ok(());
    }
    let Some(keys) = attr::lookup_name(py, v, name!("keys"))? else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "{} argument after ** must be a mapping, not {}",
                crate::call::function_str(py, f),
                call::type_name(v.ty())
            ),
        ));
    };
    let keys = call::call(py, &keys, [])?;
    let it = protocol::iter(py, &keys)?;
    while let Some(k) = protocol::next(py, &it)? {
        if dict::contains(py, d, &k)? {
            return Err(twice(&k));
        }
        let x = sequence::get_item(py, v, &k)?;
        dict::set(py, d, &k, &x)?;
    }
    Ok(())
}

/// Gives the items of an iterable, the first on top; `after` of `usize::MAX` is no star.
unsafe fn unpack_to(ts: Ts, o: Obj, out: *mut Obj, before: usize, after: usize) -> Answer {
    // SAFETY: the contract of micro-ops: there is room for the items.
    unsafe {
        let (py, o) = (token(ts), &*o);
        if after == usize::MAX
            && let Some(items) = sequence::exact_items(o)
            && items.len() == before
        {
            spread(out, items.as_ptr().cast(), before);
            return Answer::Done;
        }
        match unpack::unpack(py, o, before, (after != usize::MAX).then_some(after)) {
            Ok(items) => {
                for (i, item) in items.into_iter().rev().enumerate() {
                    *out.add(i) = item.into_ptr();
                }
                Answer::Done
            }
            Err(e) => raised(py, e),
        }
    }
}

/// New references to the items, the first on top.
#[inline(always)]
pub(crate) unsafe fn spread(out: *mut Obj, items: *const Obj, n: usize) {
    let mut i = n;
    // SAFETY: the contract of micro-ops: `n` live items, and room for them.
    unsafe {
        while i > 0 {
            i -= 1;
            *out.add(n - 1 - i) = share(&**items.add(i));
        }
    }
}

micro!(
    #[inline(never)]
    UNPACK_SEQUENCE(pc, sp, fp, ts, arg, out) { unpack_to(ts, *sp.sub(1), out, arg, usize::MAX) }
);
micro!(
    #[inline(never)]
    UNPACK_EX(pc, sp, fp, ts, arg, out) { unpack_to(ts, *sp.sub(1), out, arg & 0xFF, arg >> 8) }
);

/// The items of a tuple of this many; NULL of anything else.
#[inline(always)]
pub(crate) unsafe fn tuple_items(o: Obj, n: usize) -> *const Obj {
    // SAFETY: the handler contract; LAYOUT: just checked.
    unsafe {
        if !is(o, &PyTuple_Type.0) {
            return core::ptr::null();
        }
        let t = &*(o as *const PyTupleObject);
        if t.ob_base.ob_size.get() as usize != n { core::ptr::null() } else { t.ob_item.as_ptr().cast() }
    }
}

/// Is it a list of this many items?
#[inline(always)]
pub(crate) unsafe fn is_list_of(o: Obj, n: usize) -> bool {
    // SAFETY: as above.
    unsafe { is(o, &PyList_Type.0) && (*(o as *const PyListObject)).ob_base.ob_size.get() as usize == n }
}

guard!(TUPLE_OF_SIZE(pc, sp, fp, ts, arg) !tuple_items(*sp.sub(1), arg).is_null());
micro!(SPREAD_TUPLE(pc, sp, fp, ts, arg, out) {
    spread(out, tuple_items(*sp.sub(1), arg), arg);
    Answer::Done
});
guard!(LIST_OF_SIZE(pc, sp, fp, ts, arg) is_list_of(*sp.sub(1), arg));
micro!(SPREAD_LIST(pc, sp, fp, ts, arg, out) {
    spread(out, (*(*sp.sub(1) as *const PyListObject)).ob_item.get(), arg);
    Answer::Done
});

value!(GET_LEN(fp, arg), |py, o| protocol::len(py, o)
    .and_then(|n| long::from_u64(py, n as u64))
    .map(Owned::upcast));

/// Gives whether the type of the topmost value has a flag.
macro_rules! flagged {
    ($name:ident, $flag:ident) => {
        micro!($name(pc, sp, fp, ts, arg, out) {
            put(out, boolean::new(has((**sp.sub(1)).ty(), $flag)).into_ptr())
        });
    };
}
flagged!(MATCH_MAPPING, Py_TPFLAGS_MAPPING);
flagged!(MATCH_SEQUENCE, Py_TPFLAGS_SEQUENCE);

value!(MATCH_KEYS(fp, arg), |py, subject, keys| matching::keys(py, subject, cast(keys)));
value!(MATCH_CLASS(fp, arg), |py, subject, class, names| matching::class(
    py,
    subject,
    class,
    arg,
    cast(names)
));
