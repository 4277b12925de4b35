//! Stack, locals, cells, names and constants.

use super::fast::adapt;
use super::*;
use crate::dispatch::{go, next};
use dxpy_core::ptr::{Object, incref};
use dxpy_core::{cell, dict, name};
use dxpy_ops::names;

op!(NOP(pc, sp, fp, ts, arg) { next!(pc, sp, fp, ts) });
op!(CACHE(pc, sp, fp, ts, arg) { next!(pc, sp, fp, ts) });

op!(POP_TOP(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    release(*sp);
    next!(pc, sp, fp, ts)
});

op!(PUSH_NULL(pc, sp, fp, ts, arg) {
    *sp = core::ptr::null_mut();
    next!(pc, sp.add(1), fp, ts)
});

op!(COPY(pc, sp, fp, ts, arg) {
    let p = *sp.sub(arg);
    if !p.is_null() {
        incref(&*p);
    }
    *sp = p;
    next!(pc, sp.add(1), fp, ts)
});

op!(SWAP(pc, sp, fp, ts, arg) {
    core::ptr::swap(sp.sub(1), sp.sub(arg));
    next!(pc, sp, fp, ts)
});

op!(EXTENDED_ARG(pc, sp, fp, ts, arg) {
    let unit = *pc;
    go!(unit & 255, pc.add(1), sp, fp, ts, arg << 8 | (unit >> 8) as usize)
});

op!(END_FOR(pc, sp, fp, ts, arg) {
    sp = sp.sub(2);
    release(*sp.add(1));
    release(*sp);
    next!(pc, sp, fp, ts)
});

op!(END_SEND(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    let receiver = core::ptr::replace(sp.sub(1), *sp);
    release(receiver);
    next!(pc, sp, fp, ts)
});

op!(LOAD_FAST(pc, sp, fp, ts, arg) {
    let p = *local(fp, arg);
    incref(&*p);
    *sp = p;
    next!(pc, sp.add(1), fp, ts)
});

op!(LOAD_FAST_CHECK(pc, sp, fp, ts, arg) {
    let p = *local(fp, arg);
    if p.is_null() {
        raise_unbound(ts, fp, arg);
        fail!(pc, sp, fp, ts)
    }
    incref(&*p);
    *sp = p;
    next!(pc, sp.add(1), fp, ts)
});

op!(LOAD_FAST_AND_CLEAR(pc, sp, fp, ts, arg) {
    *sp = core::ptr::replace(local(fp, arg), core::ptr::null_mut());
    next!(pc, sp.add(1), fp, ts)
});

op!(STORE_FAST(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    let old = core::ptr::replace(local(fp, arg), *sp);
    release(old);
    next!(pc, sp, fp, ts)
});

op!(DELETE_FAST(pc, sp, fp, ts, arg) {
    let old = core::ptr::replace(local(fp, arg), core::ptr::null_mut());
    if old.is_null() {
        raise_unbound(ts, fp, arg);
        fail!(pc, sp, fp, ts)
    }
    release(old);
    next!(pc, sp, fp, ts)
});

/// A local or free variable without a value.
#[cold]
#[inline(never)]
unsafe fn raise_unbound(ts: Ts, fp: Fp, i: usize) {
    // SAFETY: the handler contract.
    unsafe {
        let py = token(ts);
        let c = dxpy_types::frame::code_of(fp);
        let name = dxpy_types::code::locals_names(c)[i];
        let e = if i >= c.co_nlocalsplus.get() as usize - c.co_nfreevars.get() as usize {
            names::unbound_free(py, name)
        } else {
            names::unbound_local(py, name)
        };
        e.restore(py);
    }
}

op!(LOAD_CONST(pc, sp, fp, ts, arg) {
    *sp = share(constant(fp, arg));
    next!(pc, sp.add(1), fp, ts)
});

op!(LOAD_CLOSURE(pc, sp, fp, ts, arg) {
    let p = *local(fp, arg);
    if p.is_null() {
        raise_unbound(ts, fp, arg);
        fail!(pc, sp, fp, ts)
    }
    incref(&*p);
    *sp = p;
    next!(pc, sp.add(1), fp, ts)
});

op!(MAKE_CELL(pc, sp, fp, ts, arg) {
    if make_cell(ts, local(fp, arg)) {
        fail!(pc, sp, fp, ts)
    }
    next!(pc, sp, fp, ts)
});

#[inline(never)]
unsafe fn make_cell(ts: Ts, place: *mut Obj) -> bool {
    // SAFETY: OWNED: the local's value moves into the cell.
    unsafe {
        let py = token(ts);
        let value = Owned::from_raw_opt(core::ptr::replace(place, core::ptr::null_mut()));
        match cell::new(py, value) {
            Ok(c) => {
                *place = c.into_ptr();
                false
            }
            Err(e) => {
                e.restore(py);
                true
            }
        }
    }
}

op!(LOAD_DEREF(pc, sp, fp, ts, arg) {
    let c = *local(fp, arg) as *const PyCellObject;
    let p = (*c).ob_ref.get();
    if p.is_null() {
        raise_unbound(ts, fp, arg);
        fail!(pc, sp, fp, ts)
    }
    incref(&*p);
    *sp = p;
    next!(pc, sp.add(1), fp, ts)
});

op!(STORE_DEREF(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    let c = *local(fp, arg) as *const PyCellObject;
    let old = (*c).ob_ref.replace(*sp);
    release(old);
    next!(pc, sp, fp, ts)
});

op!(DELETE_DEREF(pc, sp, fp, ts, arg) {
    let c = *local(fp, arg) as *const PyCellObject;
    let old = (*c).ob_ref.replace(core::ptr::null_mut());
    if old.is_null() {
        raise_unbound(ts, fp, arg);
        fail!(pc, sp, fp, ts)
    }
    release(old);
    next!(pc, sp, fp, ts)
});

op!(COPY_FREE_VARS(pc, sp, fp, ts, arg) {
    let func = (*fp).f_funcobj.get() as *const PyFunctionObject;
    let closure = (*func).func_closure.get() as *const PyTupleObject;
    let first = (*(*fp).f_code.get()).co_nlocalsplus.get() as usize - arg;
    let mut i = 0;
    while i < arg {
        *local(fp, first + i) = share(&*(*(*closure).ob_item.as_ptr().add(i)).get());
        i += 1;
    }
    next!(pc, sp, fp, ts)
});

op!(LOAD_NAME(pc, sp, fp, ts, arg) {
    let r = load_name(ts, fp, arg);
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *sp = r;
    next!(pc, sp.add(1), fp, ts)
});

#[inline(never)]
unsafe fn load_name(ts: Ts, fp: Fp, arg: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let py = token(ts);
        raw(py, names::load_name(py, namespace(fp), globals(fp), builtins(fp), name(fp, arg)))
    }
}

op!(STORE_NAME(pc, sp, fp, ts, arg) {
    let py = token(ts);
    if failed(py, names::store_name(py, namespace(fp), name(fp, arg), &**sp.sub(1))) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(1);
    release(*sp);
    next!(pc, sp, fp, ts)
});

op!(DELETE_NAME(pc, sp, fp, ts, arg) {
    let py = token(ts);
    if failed(py, names::delete_name(py, namespace(fp), name(fp, arg))) {
        fail!(pc, sp, fp, ts)
    }
    next!(pc, sp, fp, ts)
});

op!(LOAD_GLOBAL(pc, sp, fp, ts, arg) {
    adapt!(LOAD_GLOBAL, pc, sp, fp, ts, arg, {
        crate::specialize::load_global(pc, globals(fp), builtins(fp), name_str(fp, arg >> 1))
    });
    let r = load_global(ts, fp, arg >> 1);
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    if arg & 1 != 0 {
        *sp = core::ptr::null_mut();
        sp = sp.add(1);
    }
    *sp = r;
    next!(pc.add(4), sp.add(1), fp, ts)
});

#[inline(never)]
unsafe fn load_global(ts: Ts, fp: Fp, i: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let py = token(ts);
        raw(py, names::load_global(py, globals(fp), builtins(fp), name(fp, i)))
    }
}

op!(STORE_GLOBAL(pc, sp, fp, ts, arg) {
    let py = token(ts);
    let g = &*(globals(fp) as *const PyObject as *const PyDictObject);
    if failed(py, dict::set(py, g, name(fp, arg), &**sp.sub(1))) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(1);
    release(*sp);
    next!(pc, sp, fp, ts)
});

op!(DELETE_GLOBAL(pc, sp, fp, ts, arg) {
    let py = token(ts);
    let g = &*(globals(fp) as *const PyObject as *const PyDictObject);
    if failed(py, names::delete_global(py, g, name(fp, arg))) {
        fail!(pc, sp, fp, ts)
    }
    next!(pc, sp, fp, ts)
});

op!(LOAD_LOCALS(pc, sp, fp, ts, arg) {
    match namespace(fp) {
        Some(n) => *sp = share(n),
        None => {
            let py = token(ts);
            exceptions::system_error(py, format_args!("no locals")).restore(py);
            fail!(pc, sp, fp, ts)
        }
    }
    next!(pc, sp.add(1), fp, ts)
});

op!(LOAD_FROM_DICT_OR_GLOBALS(pc, sp, fp, ts, arg) {
    let r = from_dict_or_globals(ts, fp, *sp.sub(1), arg);
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    let d = core::ptr::replace(sp.sub(1), r);
    release(d);
    next!(pc, sp, fp, ts)
});

#[inline(never)]
unsafe fn from_dict_or_globals(ts: Ts, fp: Fp, d: Obj, arg: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let py = token(ts);
        raw(py, names::load_name(py, Some(&*d), globals(fp), builtins(fp), name(fp, arg)))
    }
}

op!(LOAD_FROM_DICT_OR_DEREF(pc, sp, fp, ts, arg) {
    let r = from_dict_or_deref(ts, fp, *sp.sub(1), arg);
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    let d = core::ptr::replace(sp.sub(1), r);
    release(d);
    next!(pc, sp, fp, ts)
});

#[inline(never)]
unsafe fn from_dict_or_deref(ts: Ts, fp: Fp, d: Obj, arg: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let py = token(ts);
        let c = dxpy_types::frame::code_of(fp);
        let name = dxpy_types::code::locals_names(c)[arg];
        match names::mapping_get(py, &*d, name) {
            Ok(Some(v)) => return v.into_ptr(),
            Ok(None) => {}
            Err(e) => {
                e.restore(py);
                return core::ptr::null_mut();
            }
        }
        let cell = &*(*local(fp, arg) as *const PyCellObject);
        match cell::get(cell) {
            Some(v) => v.into_ptr(),
            None => {
                raise_unbound(ts, fp, arg);
                core::ptr::null_mut()
            }
        }
    }
}

op!(LOAD_BUILD_CLASS(pc, sp, fp, ts, arg) {
    let r = load_build_class(ts, fp);
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *sp = r;
    next!(pc, sp.add(1), fp, ts)
});

#[inline(never)]
unsafe fn load_build_class(ts: Ts, fp: Fp) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let py = token(ts);
        let r = names::mapping_get(py, builtins(fp), name!("__build_class__").obj(py)).and_then(|f| {
            f.ok_or_else(|| {
                exceptions::format(py, &exceptions::NameError, format_args!("__build_class__ not found"))
            })
        });
        raw(py, r)
    }
}

op!(LOAD_ASSERTION_ERROR(pc, sp, fp, ts, arg) {
    *sp = share(exceptions::AssertionError.as_object());
    next!(pc, sp.add(1), fp, ts)
});

op!(SETUP_ANNOTATIONS(pc, sp, fp, ts, arg) {
    let py = token(ts);
    if failed(py, setup_annotations(py, namespace(fp))) {
        fail!(pc, sp, fp, ts)
    }
    next!(pc, sp, fp, ts)
});

#[inline(never)]
fn setup_annotations(py: Py<'_>, namespace: Option<&PyObject>) -> PyResult<()> {
    let key = name!("__annotations__").obj(py);
    let Some(n) = namespace else {
        return Err(exceptions::system_error(
            py,
            format_args!("no locals found when setting up annotations"),
        ));
    };
    if names::mapping_get(py, n, key)?.is_none() {
        let d = dict::new(py)?;
        names::store_name(py, namespace, key, d.as_object())?;
    }
    Ok(())
}
