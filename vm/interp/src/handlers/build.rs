//! Containers, operators, subscripts and pattern tests.

use super::fast::adapt;
use super::*;
use crate::call::{take_list, take_tuple};
use crate::dispatch::next;
use crate::specialize::items;
use dxpy_core::abi::constants::*;
use dxpy_core::ptr::Object;
use dxpy_core::types::inherit::has;
use dxpy_core::{
    attr, boolean, call, dict, float, hooks, list, long, name, number, protocol, sequence, tuple, unicode,
};
use dxpy_ops::{matching, operators, unpack};

/// Binary operations: the operands stay on the stack until the result is there.
macro_rules! binary {
    ($name:ident, $caches:literal, |$py:ident, $fp:ident, $arg:ident, $a:ident, $b:ident| $body:expr
        $(, |$t:ident, $p:ident, $l:ident, $r:ident, $x:ident, $y:ident| $chosen:expr)?) => {
        op!($name(pc, sp, fp, ts, arg) {
            $({
                let ($t, $p, $l, $r, $x, $y) = (ts, pc, fp, arg, &**sp.sub(2), &**sp.sub(1));
                adapt!($name, pc, sp, fp, ts, arg, $chosen);
            })?
            #[inline(never)]
            unsafe fn run(ts: Ts, $fp: Fp, $arg: usize, a: Obj, b: Obj) -> Obj {
                // SAFETY: the handler contract: both are live.
                let ($py, $a, $b) = unsafe { (token(ts), &*a, &*b) };
                raw($py, $body)
            }
            let (a, b) = (*sp.sub(2), *sp.sub(1));
            let r = run(ts, fp, arg, a, b);
            if r.is_null() {
                fail!(pc, sp, fp, ts)
            }
            sp = sp.sub(1);
            *sp.sub(1) = r;
            release(a);
            release(b);
            next!(pc.add($caches), sp, fp, ts)
        });
    };
}

/// Unary operations, likewise.
macro_rules! unary {
    ($name:ident, |$py:ident, $a:ident| $body:expr) => {
        op!($name(pc, sp, fp, ts, arg) {
            #[inline(never)]
            unsafe fn run(ts: Ts, a: Obj) -> Obj {
                // SAFETY: the handler contract: the operand is live.
                let ($py, $a) = unsafe { (token(ts), &*a) };
                raw($py, $body)
            }
            let a = *sp.sub(1);
            let r = run(ts, a);
            if r.is_null() {
                fail!(pc, sp, fp, ts)
            }
            *sp.sub(1) = r;
            release(a);
            next!(pc, sp, fp, ts)
        });
    };
}

unary!(UNARY_NEGATIVE, |py, a| number::negative(py, a));
unary!(UNARY_INVERT, |py, a| number::invert(py, a));
unary!(NOT_OTHER, |py, a| protocol::is_true(py, a).map(|t| boolean::new(!t).upcast()));

op!(UNARY_NOT(pc, sp, fp, ts, arg) {
    let a = *sp.sub(1);
    if a == boolean_of(true) {
        *sp.sub(1) = boolean_of(false);
    } else if a == boolean_of(false) {
        *sp.sub(1) = boolean_of(true);
    } else {
        return (NOT_OTHER as crate::dispatch::Handler)(pc, sp, fp, ts, arg);
    }
    next!(pc, sp, fp, ts)
});

binary!(
    BINARY_OP,
    1,
    |py, _fp, arg, a, b| match small_operands(py, arg, a, b) {
        Some(r) => r,
        None => match operators::BINARY.get(arg) {
            Some(f) => f(py, a, b),
            None => Err(exceptions::system_error(py, format_args!("unknown operator {arg}"))),
        },
    },
    |_ts, pc, fp, arg, a, b| items::binary_op(pc, a, b, arg, |i| *local(fp, i))
);
binary!(
    COMPARE_OP,
    1,
    |py, _fp, arg, a, b| protocol::rich_compare(py, a, b, (arg >> 4) as i32),
    |_ts, _pc, _fp, arg, a, b| items::compare_op(a, b, arg)
);
op!(IS_OP(pc, sp, fp, ts, arg) {
    let (a, b) = (*sp.sub(2), *sp.sub(1));
    sp = sp.sub(1);
    *sp.sub(1) = boolean_of((a == b) != (arg != 0));
    release(a);
    release(b);
    next!(pc, sp, fp, ts)
});

// Arguments of BINARY_OP; those of the operators in place follow them.
const NB_AND: usize = 1;
const NB_FLOOR_DIVIDE: usize = 2;
const NB_LSHIFT: usize = 3;
const NB_REMAINDER: usize = 6;
const NB_OR: usize = 7;
const NB_RSHIFT: usize = 9;
const NB_TRUE_DIVIDE: usize = 11;
const NB_XOR: usize = 12;
const NB_INPLACE_ADD: usize = 13;

/// What has no specialised instruction, of ints of one digit and of floats: bits, shifts and divisions.
#[inline(always)]
fn small_operands(py: Py<'_>, arg: usize, a: &PyObject, b: &PyObject) -> Option<PyResult> {
    if let (Some(x), Some(y)) = (long::check_exact(a), long::check_exact(b)) {
        let (x, y) = (long::compact(x)?, long::compact(y)?);
        let v = match arg % NB_INPLACE_ADD {
            NB_AND => x & y,
            NB_OR => x | y,
            NB_XOR => x ^ y,
            NB_RSHIFT if y >= 0 => x >> y.min(63),
            NB_LSHIFT if (0..32).contains(&y) => x << y,
            NB_FLOOR_DIVIDE if y != 0 => x / y - i64::from(x % y != 0 && (x < 0) != (y < 0)),
            NB_REMAINDER if y != 0 => {
                let r = x % y;
                if r != 0 && (r < 0) != (y < 0) { r + y } else { r }
            }
            // Both are exact as floats: one rounding.
            NB_TRUE_DIVIDE if y != 0 => {
                return Some(float::new(py, x as f64 / y as f64).map(Owned::upcast));
            }
            _ => return None,
        };
        return Some(long::from_i64(py, v).map(Owned::upcast));
    }
    if let (Some(x), Some(y)) = (float::check_exact(a), float::check_exact(b)) {
        let (x, y) = (x.ob_fval.get(), y.ob_fval.get());
        if arg % NB_INPLACE_ADD == NB_TRUE_DIVIDE && y != 0.0 {
            return Some(float::new(py, x / y).map(Owned::upcast));
        }
    }
    None
}
binary!(CONTAINS_OP, 0, |py, _fp, arg, a, b| {
    sequence::contains(py, b, a).map(|r| boolean::new(r != (arg != 0)).upcast())
});
binary!(BINARY_SUBSCR, 1, |py, _fp, _arg, a, b| sequence::get_item(py, a, b), |ts, _pc, _fp, _arg, a, b| {
    items::binary_subscr(token(ts), a, b)
});

op!(STORE_SUBSCR(pc, sp, fp, ts, arg) {
    let (v, o, k) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
    adapt!(STORE_SUBSCR, pc, sp, fp, ts, arg, items::store_subscr(&*o, &*k));
    let py = token(ts);
    if failed(py, sequence::set_item(py, &*o, &*k, Some(&*v))) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(3);
    release(v);
    release(o);
    release(k);
    next!(pc.add(1), sp, fp, ts)
});

op!(DELETE_SUBSCR(pc, sp, fp, ts, arg) {
    let (o, k) = (*sp.sub(2), *sp.sub(1));
    let py = token(ts);
    if failed(py, sequence::set_item(py, &*o, &*k, None)) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(2);
    release(o);
    release(k);
    next!(pc, sp, fp, ts)
});

op!(BINARY_SLICE(pc, sp, fp, ts, arg) {
    let (o, a, b) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
    let py = token(ts);
    let r = raw(py, operators::get_slice(py, &*o, &*a, &*b));
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(2);
    *sp.sub(1) = r;
    release(o);
    release(a);
    release(b);
    next!(pc, sp, fp, ts)
});

op!(STORE_SLICE(pc, sp, fp, ts, arg) {
    let (v, o, a, b) = (*sp.sub(4), *sp.sub(3), *sp.sub(2), *sp.sub(1));
    if store_slice(ts, v, o, a, b) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(4);
    release(v);
    release(o);
    release(a);
    release(b);
    next!(pc, sp, fp, ts)
});

#[inline(never)]
unsafe fn store_slice(ts: Ts, v: Obj, o: Obj, a: Obj, b: Obj) -> bool {
    // SAFETY: the handler contract: all are live.
    unsafe {
        let py = token(ts);
        failed(py, operators::set_slice(py, &*o, &*a, &*b, &*v))
    }
}

op!(BUILD_TUPLE(pc, sp, fp, ts, arg) {
    sp = sp.sub(arg);
    let py = token(ts);
    let r = raw(py, take_tuple(py, sp, arg));
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *sp = r;
    next!(pc, sp.add(1), fp, ts)
});

op!(BUILD_LIST(pc, sp, fp, ts, arg) {
    sp = sp.sub(arg);
    let py = token(ts);
    let r = raw(py, take_list(py, sp, arg));
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *sp = r;
    next!(pc, sp.add(1), fp, ts)
});

op!(BUILD_SET(pc, sp, fp, ts, arg) {
    sp = sp.sub(arg);
    let r = build_set(ts, sp, arg);
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *sp = r;
    next!(pc, sp.add(1), fp, ts)
});

#[inline(never)]
unsafe fn build_set(ts: Ts, first: Sp, n: usize) -> Obj {
    // SAFETY: OWNED: the items move from the stack.
    unsafe {
        let py = token(ts);
        let items: Vec<Owned> = (0..n).map(|i| own(*first.add(i))).collect();
        raw(py, hooks::new_set(py, items))
    }
}

op!(BUILD_MAP(pc, sp, fp, ts, arg) {
    sp = sp.sub(2 * arg);
    let r = build_map(ts, sp, arg);
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *sp = r;
    next!(pc, sp.add(1), fp, ts)
});

#[inline(never)]
unsafe fn build_map(ts: Ts, first: Sp, n: usize) -> Obj {
    // SAFETY: OWNED: keys and values move from the stack.
    unsafe {
        let py = token(ts);
        let items: Vec<(Owned, Owned)> =
            (0..n).map(|i| (own(*first.add(2 * i)), own(*first.add(2 * i + 1)))).collect();
        let r = dict::presized(py, n).and_then(|d| {
            items.iter().try_for_each(|(k, v)| dict::set(py, &d, k, v))?;
            Ok(d.upcast())
        });
        raw(py, r)
    }
}

op!(BUILD_CONST_KEY_MAP(pc, sp, fp, ts, arg) {
    let keys = *sp.sub(1);
    sp = sp.sub(arg + 1);
    let r = build_const_key_map(ts, sp, arg, keys);
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *sp = r;
    next!(pc, sp.add(1), fp, ts)
});

#[inline(never)]
unsafe fn build_const_key_map(ts: Ts, first: Sp, n: usize, keys: Obj) -> Obj {
    // SAFETY: OWNED: values and the tuple of keys move from the stack.
    unsafe {
        let py = token(ts);
        let values: Vec<Owned> = (0..n).map(|i| own(*first.add(i))).collect();
        let keys: Owned<PyTupleObject> = own(keys).cast();
        let r = dict::presized(py, n).and_then(|d| {
            tuple::items(&keys).iter().zip(&values).try_for_each(|(k, v)| dict::set(py, &d, k, v))?;
            Ok(d.upcast())
        });
        raw(py, r)
    }
}

op!(BUILD_STRING(pc, sp, fp, ts, arg) {
    sp = sp.sub(arg);
    let r = build_string(ts, sp, arg);
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *sp = r;
    next!(pc, sp.add(1), fp, ts)
});

#[inline(never)]
unsafe fn build_string(ts: Ts, first: Sp, n: usize) -> Obj {
    // SAFETY: OWNED: the parts, all str, move from the stack.
    unsafe {
        let py = token(ts);
        let parts: Vec<Owned<PyUnicodeObject>> = (0..n).map(|i| own(*first.add(i)).cast()).collect();
        let parts: Vec<&PyUnicodeObject> = parts.iter().map(|p| &**p).collect();
        raw(py, unicode::join_all(py, &parts).map(Owned::upcast))
    }
}

op!(BUILD_SLICE(pc, sp, fp, ts, arg) {
    let step = if arg == 3 { *sp.sub(1) } else { core::ptr::null_mut() };
    sp = sp.sub(arg);
    let (a, b) = (*sp, *sp.add(1));
    let py = token(ts);
    let r = raw(py, operators::make_slice(py, &*a, &*b, step.as_ref()));
    release(a);
    release(b);
    release(step);
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *sp = r;
    next!(pc, sp.add(1), fp, ts)
});

op!(LIST_APPEND(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    let l = &*(*sp.sub(arg) as *const PyListObject);
    let n = l.ob_base.ob_size.get();
    if n >= l.allocated.get() {
        return append_to_full(pc, sp, fp, ts, arg);
    }
    *l.ob_item.get().add(n as usize) = *sp;
    l.ob_base.ob_size.set(n + 1);
    next!(pc, sp, fp, ts)
});

/// `LIST_APPEND` of the value at `sp` where the list has no room left.
#[inline(never)]
unsafe extern "C" fn append_to_full(pc: Pc, sp: Sp, fp: Fp, ts: Ts, arg: usize) -> Obj {
    // SAFETY: the handler contract; OWNED: the stack's reference goes to the list.
    unsafe {
        let (py, l) = (token(ts), &*(*sp.sub(arg) as *const PyListObject));
        if failed(py, list::push(py, l, own(*sp))) {
            fail!(pc, sp, fp, ts)
        }
        next!(pc, sp, fp, ts)
    }
}

op!(SET_ADD(pc, sp, fp, ts, arg) {
    let (v, s) = (*sp.sub(1), *sp.sub(arg + 1));
    let py = token(ts);
    if failed(py, hooks::set_add(py, &*s, &*v)) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(1);
    release(v);
    next!(pc, sp, fp, ts)
});

op!(SET_UPDATE(pc, sp, fp, ts, arg) {
    let (v, s) = (*sp.sub(1), *sp.sub(arg + 1));
    let py = token(ts);
    if failed(py, hooks::set_update(py, &*s, &*v)) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(1);
    release(v);
    next!(pc, sp, fp, ts)
});

op!(MAP_ADD(pc, sp, fp, ts, arg) {
    let (k, v, d) = (*sp.sub(2), *sp.sub(1), *sp.sub(arg + 2));
    let py = token(ts);
    if failed(py, dict::set(py, &*(d as *const PyDictObject), &*k, &*v)) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(2);
    release(k);
    release(v);
    next!(pc, sp, fp, ts)
});

op!(LIST_EXTEND(pc, sp, fp, ts, arg) {
    let (v, l) = (*sp.sub(1), *sp.sub(arg + 1));
    if list_extend(ts, l, v) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(1);
    release(v);
    next!(pc, sp, fp, ts)
});

#[inline(never)]
unsafe fn list_extend(ts: Ts, l: Obj, v: Obj) -> bool {
    // SAFETY: the handler contract: both are live, one a list.
    unsafe {
        let (py, l, v) = (token(ts), &*(l as *const PyListObject), &*v);
        let r = list::extend(py, l, v).map_err(|e| {
            let no_iterator = v.ty().tp_iter.get().is_none() && !sequence::check(v);
            if exceptions::matches(&e, &exceptions::TypeError) && no_iterator {
                return exceptions::type_error(
                    py,
                    format_args!("Value after * must be an iterable, not {}", call::type_name(v.ty())),
                );
            }
            e
        });
        failed(py, r)
    }
}

op!(DICT_UPDATE(pc, sp, fp, ts, arg) {
    let (v, d) = (*sp.sub(1), *sp.sub(arg + 1));
    if dict_update(ts, d, v) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(1);
    release(v);
    next!(pc, sp, fp, ts)
});

#[inline(never)]
unsafe fn dict_update(ts: Ts, d: Obj, v: Obj) -> bool {
    // SAFETY: the handler contract: both are live, one a dict.
    unsafe {
        let (py, v) = (token(ts), &*v);
        let r = dict::merge(py, &*(d as *const PyDictObject), v, true).map_err(|e| {
            if exceptions::matches(&e, &exceptions::AttributeError) {
                return exceptions::type_error(
                    py,
                    format_args!("'{}' object is not a mapping", call::type_name(v.ty())),
                );
            }
            e
        });
        failed(py, r)
    }
}

op!(DICT_MERGE(pc, sp, fp, ts, arg) {
    // The callable is below the arguments' tuple and the NULL before it.
    let (v, d, f) = (*sp.sub(1), *sp.sub(arg + 1), *sp.sub(arg + 3));
    if dict_merge(ts, d, v, f) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(1);
    release(v);
    next!(pc, sp, fp, ts)
});

#[inline(never)]
unsafe fn dict_merge(ts: Ts, d: Obj, v: Obj, f: Obj) -> bool {
    // SAFETY: the handler contract: all are live.
    unsafe {
        let (py, d, v, f) = (token(ts), &*(d as *const PyDictObject), &*v, &*f);
        failed(py, merge_keywords(py, d, v, f))
    }
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

op!(UNPACK_SEQUENCE(pc, sp, fp, ts, arg) {
    adapt!(UNPACK_SEQUENCE, pc, sp, fp, ts, arg, items::unpack_sequence(&**sp.sub(1), arg));
    sp = sp.sub(1);
    let o = *sp;
    if unpack_to(ts, o, sp, arg, usize::MAX) {
        fail!(pc, sp, fp, ts)
    }
    next!(pc.add(1), sp.add(arg), fp, ts)
});

op!(UNPACK_EX(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    let o = *sp;
    let (before, after) = (arg & 0xFF, arg >> 8);
    if unpack_to(ts, o, sp, before, after) {
        fail!(pc, sp, fp, ts)
    }
    next!(pc, sp.add(before + after + 1), fp, ts)
});

/// Puts the items at `to`, the first on top; the iterable is taken over. `after` of `usize::MAX` is no star.
#[inline(never)]
unsafe fn unpack_to(ts: Ts, o: Obj, to: Sp, before: usize, after: usize) -> bool {
    // SAFETY: OWNED: the iterable; the stack has room for the items.
    unsafe {
        let (py, o) = (token(ts), own(o));
        if after == usize::MAX
            && let Some(items) = sequence::exact_items(&o)
            && items.len() == before
        {
            for (i, item) in items.iter().rev().enumerate() {
                *to.add(i) = share(item);
            }
            return false;
        }
        match unpack::unpack(py, &o, before, (after != usize::MAX).then_some(after)) {
            Ok(items) => {
                for (i, item) in items.into_iter().rev().enumerate() {
                    *to.add(i) = item.into_ptr();
                }
                false
            }
            Err(e) => {
                e.restore(py);
                true
            }
        }
    }
}

op!(FORMAT_VALUE(pc, sp, fp, ts, arg) {
    let spec = if arg & 4 != 0 { *sp.sub(1) } else { core::ptr::null_mut() };
    let at = if arg & 4 != 0 { sp.sub(2) } else { sp.sub(1) };
    let v = *at;
    let py = token(ts);
    let r = raw(py, operators::format_value(py, &*v, arg & 3, spec.as_ref()));
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *at = r;
    release(v);
    release(spec);
    next!(pc, at.add(1), fp, ts)
});

op!(GET_LEN(pc, sp, fp, ts, arg) {
    let py = token(ts);
    let r = raw(py, protocol::len(py, &**sp.sub(1)).and_then(|n| long::from_u64(py, n as u64)).map(Owned::upcast));
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *sp = r;
    next!(pc, sp.add(1), fp, ts)
});

op!(MATCH_MAPPING(pc, sp, fp, ts, arg) {
    let is = has((**sp.sub(1)).ty(), Py_TPFLAGS_MAPPING);
    *sp = boolean::new(is).into_ptr();
    next!(pc, sp.add(1), fp, ts)
});

op!(MATCH_SEQUENCE(pc, sp, fp, ts, arg) {
    let is = has((**sp.sub(1)).ty(), Py_TPFLAGS_SEQUENCE);
    *sp = boolean::new(is).into_ptr();
    next!(pc, sp.add(1), fp, ts)
});

op!(MATCH_KEYS(pc, sp, fp, ts, arg) {
    let (subject, keys) = (*sp.sub(2), *sp.sub(1));
    let py = token(ts);
    let r = raw(py, matching::keys(py, &*subject, &*(keys as *const PyTupleObject)));
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *sp = r;
    next!(pc, sp.add(1), fp, ts)
});

op!(MATCH_CLASS(pc, sp, fp, ts, arg) {
    let (subject, class, names) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
    let py = token(ts);
    let r = raw(py, matching::class(py, &*subject, &*class, arg, &*(names as *const PyTupleObject)));
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(2);
    *sp.sub(1) = r;
    release(subject);
    release(class);
    release(names);
    next!(pc, sp, fp, ts)
});
