//! Micro-ops of conditions, loops, `with`, exception handlers and asynchronous iteration.

use super::*;
use crate::handlers::{boolean_of, end_of_iteration, is, release, share};
use crate::unwind;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::types::special;
use dxpy_core::{call, exceptions, long, name, object, protocol};
use dxpy_ops::{errors, intrinsics};
use dxpy_types::{frame, generator};

/// Jumps where a value's truth is `$when`.
macro_rules! jump_if {
    ($name:ident, $when:literal) => {
        micro!(
            #[inline(never)]
            $name(pc, sp, fp, ts, arg, out) {
                let py = token(ts);
                operands!(sp, o);
                match protocol::is_true(py, o) {
                    Ok($when) => Answer::Jump,
                    Ok(_) => Answer::Done,
                    Err(e) => raised(py, e),
                }
            }
        );
    };
}
jump_if!(POP_JUMP_IF_TRUE, true);
jump_if!(POP_JUMP_IF_FALSE, false);

micro!(POP_JUMP_IF_NONE(pc, sp, fp, ts, arg, out) {
    if object::is_none(&**sp.sub(1)) { Answer::Jump } else { Answer::Done }
});
micro!(POP_JUMP_IF_NOT_NONE(pc, sp, fp, ts, arg, out) {
    if object::is_none(&**sp.sub(1)) { Answer::Done } else { Answer::Jump }
});

value!(GET_ITER(fp, arg), |py, o| protocol::iter(py, o));

micro!(
    #[inline(never)]
    FOR_ITER(pc, sp, fp, ts, arg, out) {
        let it = *sp.sub(1);
        let v = (*it).ty().tp_iternext.get().unwrap_unchecked()(it);
        if !v.is_null() {
            *out = v;
            return Answer::Done;
        }
        let raised = !(*ts).abi.current_exception.get().is_null();
        if raised && !end_of_iteration(ts, fp, sp, pc.sub(1)) { Answer::No } else { Answer::Jump }
    }
);

/// The next item of a list's iterator, a new reference; NULL at its end, when it gives up the list.
#[inline(always)]
pub(crate) unsafe fn list_next(o: Obj) -> Obj {
    // SAFETY: LAYOUT: its type was checked; OWNED: the reference given up.
    unsafe {
        let it = &*(o as *const _PyListIterObject);
        let l = it.it_seq.get();
        if !l.is_null() {
            let i = it.it_index.get();
            if i < (*l).ob_base.ob_size.get() {
                it.it_index.set(i + 1);
                return share(&**(*l).ob_item.get().add(i as usize));
            }
            it.it_seq.set(core::ptr::null_mut());
            release(l as Obj);
        }
        core::ptr::null_mut()
    }
}

/// Likewise of a tuple's.
#[inline(always)]
pub(crate) unsafe fn tuple_next(o: Obj) -> Obj {
    // SAFETY: as above.
    unsafe {
        let it = &*(o as *const _PyTupleIterObject);
        let t = it.it_seq.get();
        if !t.is_null() {
            let i = it.it_index.get();
            if i < (*t).ob_base.ob_size.get() {
                it.it_index.set(i + 1);
                return share(&*(*(*t).ob_item.as_ptr().add(i as usize)).get());
            }
            it.it_seq.set(core::ptr::null_mut());
            release(t as Obj);
        }
        core::ptr::null_mut()
    }
}

/// The next number of a range's iterator.
#[inline(always)]
pub(crate) unsafe fn range_next(o: Obj) -> Option<i64> {
    // SAFETY: LAYOUT: its type was checked.
    let it = unsafe { &*(o as *const _PyRangeIterObject) };
    let n = it.len.get();
    if n <= 0 {
        return None;
    }
    let v = it.start.get();
    it.start.set(v.wrapping_add(it.step.get()));
    it.len.set(n - 1);
    Some(v)
}

/// Gives an item, or jumps at the end.
unsafe fn give_next(out: *mut Obj, v: Obj) -> Answer {
    // SAFETY: the contract of micro-ops.
    if unsafe { give_raw(out, v) } == Answer::Done { Answer::Done } else { Answer::Jump }
}

guard!(LIST_ITERATOR(pc, sp, fp, ts, arg) is(*sp.sub(1), &dxpy_types::list::PyListIter_Type.0));
micro!(NEXT_OF_LIST(pc, sp, fp, ts, arg, out) { give_next(out, list_next(*sp.sub(1))) });
guard!(TUPLE_ITERATOR(pc, sp, fp, ts, arg) is(*sp.sub(1), &dxpy_types::tuple::PyTupleIter_Type.0));
micro!(NEXT_OF_TUPLE(pc, sp, fp, ts, arg, out) { give_next(out, tuple_next(*sp.sub(1))) });
guard!(RANGE_ITERATOR(pc, sp, fp, ts, arg) is(*sp.sub(1), &dxpy_types::range::PyRangeIter_Type.0));
micro!(NEXT_OF_RANGE(pc, sp, fp, ts, arg, out) {
    let py = token(ts);
    match range_next(*sp.sub(1)) {
        Some(v) => give(py, out, long::from_i64(py, v).map(Owned::upcast)),
        None => Answer::Jump,
    }
});

micro!(
    /// The exception that was being handled goes below the one that is handled now.
    #[inline(always)]
    PUSH_EXC_INFO(pc, sp, fp, ts, arg, out) {
        let exc = *sp.sub(1);
        let info = (*ts).abi.exc_info.get();
        let previous = (*info).exc_value.replace(share(&*exc));
        *out = if previous.is_null() { object::none().into_ptr() } else { previous };
        *out.add(1) = exc;
        Answer::Done
    }
);

micro!(
    /// Gives the exception that was handled until now.
    #[inline(always)]
    POP_EXCEPT(pc, sp, fp, ts, arg, out) {
        let info = (*ts).abi.exc_info.get();
        put(out, (*info).exc_value.replace(*sp.sub(1)))
    }
);

micro!(
    #[inline(never)]
    CHECK_EXC_MATCH(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        operands!(sp, raised_one class);
        match errors::matches(py, raised_one, class) {
            Ok(matches) => {
                put(out, boolean_of(matches))
            }
            Err(e) => raised(py, e),
        }
    }
);

/// Gives two values.
unsafe fn give_two(py: Py<'_>, out: *mut Obj, r: PyResult<(Owned, Owned)>) -> Answer {
    match r {
        // SAFETY: the contract of micro-ops: there is room for two.
        Ok((a, b)) => unsafe { put_two(out, a.into_ptr(), b.into_ptr()) },
        Err(e) => raised(py, e),
    }
}

micro!(
    /// Gives the rest and the match.
    #[inline(never)]
    CHECK_EG_MATCH(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        operands!(sp, raised_one class);
        let r = errors::match_star(py, raised_one, class).map(|(matched, rest)| {
            if !object::is_none(&matched) {
                unwind::set_handled(py, &matched);
            }
            (rest, matched)
        });
        give_two(py, out, r)
    }
);

/// A manager's method that leaves it, and what the one that enters it gives.
fn enter(py: Py<'_>, m: &PyObject, asynchronous: bool) -> PyResult<(Owned, Owned)> {
    let (kind, enter, exit, exit_name) = if asynchronous {
        ("asynchronous context manager", name!("__aenter__"), name!("__aexit__"), "__aexit__")
    } else {
        ("context manager", name!("__enter__"), name!("__exit__"), "__exit__")
    };
    let no = |missed: core::fmt::Arguments<'_>| {
        exceptions::type_error(
            py,
            format_args!("'{}' object does not support the {kind} protocol{missed}", type_name(m.ty())),
        )
    };
    let enter = special::bound(py, m, enter)?.ok_or_else(|| no(format_args!("")))?;
    let exit =
        special::bound(py, m, exit)?.ok_or_else(|| no(format_args!(" (missed {exit_name} method)")))?;
    Ok((exit, call::call(py, &enter, [])?))
}

micro!(
    #[inline(never)]
    BEFORE_WITH(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        operands!(sp, manager);
        give_two(py, out, enter(py, manager, false))
    }
);
micro!(
    #[inline(never)]
    BEFORE_ASYNC_WITH(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        operands!(sp, manager);
        give_two(py, out, enter(py, manager, true))
    }
);

// Below the exception: the one before it, an instruction's index, the method that leaves the manager.
value!(WITH_EXCEPT_START(fp, arg), |py, exit, _index, _previous, exc| {
    let none = object::none();
    // LAYOUT: the compiler puts an exception there, whose traceback is one or NULL.
    let tb = (*(exc as *const PyObject as *const PyBaseExceptionObject)).traceback.get();
    let tb = tb.as_ref().map_or_else(|| none.clone(), Object::to_owned);
    call::call(py, exit, [exc.ty().as_object(), exc, &tb])
});

value!(GET_YIELD_FROM_ITER(fp, arg), |py, o| {
    if generator::check_coroutine(o).is_some() {
        // Only a coroutine, or a generator marked as one, may delegate to a coroutine.
        if frame::code_of(fp).co_flags.get() & (0x80 | 0x100) == 0 {
            Err(exceptions::type_error(
                py,
                format_args!("cannot 'yield from' a coroutine object in a non-coroutine generator"),
            ))
        } else {
            Ok(o.to_owned())
        }
    } else if generator::check_exact(o).is_some() {
        Ok(o.to_owned())
    } else {
        protocol::iter(py, o)
    }
});

value!(GET_AWAITABLE(fp, arg), |py, o| awaitable(py, o, arg));

/// `_PyCoro_GetAwaitableIter`, with the errors of `await`.
fn awaitable(py: Py<'_>, o: &PyObject, arg: usize) -> PyResult {
    let it = intrinsics::awaitable(py, o).map_err(|e| {
        // `async with` names the method whose result cannot be awaited.
        let no_await = async_table(o).is_none_or(|t| t.am_await.get().is_none());
        let method = match arg {
            1 => "__aenter__",
            2 => "__aexit__",
            _ => return e,
        };
        if !no_await {
            return e;
        }
        exceptions::type_error(
            py,
            format_args!(
                "'async with' received an object from {method} that does not implement __await__: {}",
                type_name(o.ty())
            ),
        )
    })?;
    if let Some(c) = generator::check_coroutine(&it)
        && generator::delegate(c).is_some()
    {
        return Err(exceptions::runtime_error(py, format_args!("coroutine is being awaited already")));
    }
    Ok(it)
}

fn async_table(o: &PyObject) -> Option<&PyAsyncMethods> {
    // SAFETY: LIVE: the table of a live type.
    unsafe { o.ty().tp_as_async.get().as_ref() }
}

value!(GET_AITER(fp, arg), |py, o| {
    let refuse = |text: &str, o: &PyObject| {
        Err(exceptions::type_error(py, format_args!("'async for' {text} {}", type_name(o.ty()))))
    };
    match async_table(o).and_then(|t| t.am_aiter.get()) {
        None => refuse("requires an object with __aiter__ method, got", o),
        Some(f) => match dxpy_core::err::from_ptr::<PyObject>(py, f(o.as_ptr())) {
            Ok(it) if async_table(&it).is_none_or(|t| t.am_anext.get().is_none()) => {
                refuse("received an object from __aiter__ that does not implement __anext__:", &it)
            }
            r => r,
        },
    }
});

value!(GET_ANEXT(fp, arg), |py, o| match async_table(o).and_then(|t| t.am_anext.get()) {
    None => Err(exceptions::type_error(
        py,
        format_args!("'async for' requires an iterator with __anext__ method, got {}", type_name(o.ty())),
    )),
    Some(f) => {
        let next = dxpy_core::err::from_ptr::<PyObject>(py, f(o.as_ptr()));
        if dxpy_core::hooks::is_async_gen(o) {
            next
        } else {
            next.and_then(|next| awaitable_of_next(py, &next))
        }
    }
});

/// What is awaited for the next item of anything but an asynchronous generator.
fn awaitable_of_next(py: Py<'_>, next: &PyObject) -> PyResult {
    intrinsics::awaitable(py, next).map_err(|e| {
        let new = exceptions::type_error(
            py,
            format_args!("'async for' received an invalid object from __anext__: {}", type_name(next.ty())),
        );
        exceptions::caused_by(py, new, e)
    })
}
