//! Calls and returns.

use super::fast::adapt;
use super::instrumented::{raised, tell, tell_raise};
use super::*;
use crate::call::{code_of, function_vectorcall, namespace_for, push_frame, start};
use crate::dispatch::{Handler, next};
use crate::micro;
use crate::monitor::event;
use crate::specialize;
use crate::unwind::leave;
use dxpy_core::method::PyMethod_Type;
use dxpy_core::ptr::{Object, incref};
use dxpy_core::{dict, function, object, tuple};
use dxpy_types::frame;

plain!(KW_NAMES(pc, sp, fp, ts, arg), 0 => 0, 0);

op!(CALL(pc, sp, fp, ts, arg) {
    // Which family members there are depends on whether keywords are given; the instruction before says so each time.
    if (*ts).kwnames.get().is_null() {
        adapt!(CALL, pc, sp, fp, ts, arg, {
            let args = sp.sub(arg);
            match (*args.sub(2)).as_ref() {
                Some(f) => specialize::calls::call(pc, f, arg + 1, true),
                None => specialize::calls::call(pc, &**args.sub(1), arg, false),
            }
        });
    }
    call::<false>(pc, sp, fp, ts, arg)
});

/// `CALL`; `TOLD` tells tools how a call of anything but a Python function ended.
#[inline(always)]
pub(super) unsafe fn call<const TOLD: bool>(pc: Pc, mut sp: Sp, fp: Fp, ts: Ts, arg: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let kwnames = (*ts).kwnames.replace(core::ptr::null_mut());
        let (mut total, mut args) = (arg, sp.sub(arg));
        // Below the arguments: the callable and NULL below it, or a method and its object.
        let mut f = *args.sub(1);
        if !(*args.sub(2)).is_null() {
            f = *args.sub(2);
            args = args.sub(1);
            total += 1;
        } else if core::ptr::eq((*f).ty(), &PyMethod_Type.0) {
            // A bound method gives its object to the stack.
            let m = f as *const PyMethodObject;
            let (this, func) = ((*m).im_self.get(), (*m).im_func.get());
            incref(&*this);
            incref(&*func);
            *args.sub(1) = this;
            *args.sub(2) = func;
            release(f);
            f = func;
            args = args.sub(1);
            total += 1;
        }
        let names = (kwnames as *const PyTupleObject).as_ref();
        let nargs = total
            - match names {
                Some(n) => tuple::len(n),
                None => 0,
            };
        if core::ptr::eq((*f).ty(), &function::PyFunction_Type.0) {
            let func = f as *mut PyFunctionObject;
            if is_plain(func) {
                let namespace = namespace_for(func, code_of(&*func));
                let new = push_frame(token(ts), func, namespace, args, nargs, names);
                // The function and all arguments are in the frame now.
                sp = sp.sub(arg + 2);
                if new.is_null() {
                    fail!(pc, sp, fp, ts)
                }
                (*fp).prev_instr.set(pc.add(2) as *mut u16);
                (*fp).return_offset.set(0);
                enter_frame(sp, fp, ts, new);
                return (start as Handler)(core::ptr::null(), core::ptr::null_mut(), new, ts, 0);
            }
        }
        let mut r = micro::call_any(ts, f, args, nargs, names);
        if TOLD {
            (r, sp) = {
                let first = if total == 0 { missing(ts) } else { *args };
                tell_result(ts, fp, sp, pc.sub(1), r, f, first)
            };
        }
        super::fast::calls::drop_operands(&mut sp, arg);
        if r.is_null() {
            fail!(pc, sp, fp, ts)
        }
        *sp = r;
        sp = sp.add(1);
        if breaker() {
            return super::fast::calls::interrupted_call(pc, sp, fp, ts, 0);
        }
        next!(pc.add(3), sp, fp, ts)
    }
}

/// Tells how a call ended; its result, which a failing tool takes away, and the stack.
#[cold]
#[inline(never)]
unsafe fn tell_result(ts: Ts, fp: Fp, sp: Sp, at: Pc, r: Obj, f: Obj, first: Obj) -> (Obj, Sp) {
    // SAFETY: the handler contract: callable and first argument are live.
    unsafe {
        if r.is_null() {
            return (r, tell_raise(ts, fp, sp, at, f, first));
        }
        let sp = tell(ts, fp, sp, event::C_RETURN, at, f, first);
        if raised(ts) {
            release(r);
            return (core::ptr::null_mut(), sp);
        }
        (r, sp)
    }
}

/// Does calling the function mean pushing a frame?
#[inline(always)]
unsafe fn is_plain(func: *mut PyFunctionObject) -> bool {
    // SAFETY: the function is live.
    unsafe {
        (*func)
            .vectorcall
            .get()
            .is_some_and(|f| core::ptr::fn_addr_eq(f, function_vectorcall as vectorcallfunc))
    }
}

/// Makes `new` the current frame, above `fp`.
#[inline(always)]
unsafe fn enter_frame(sp: Sp, fp: Fp, ts: Ts, new: Fp) {
    // SAFETY: the handler contract.
    unsafe {
        (*fp).stacktop.set(sp.offset_from(frame::locals(fp)) as i32);
        (*new).previous.set(fp);
        (*(*ts).abi.cframe.get()).current_frame.set(new);
    }
}

op!(CALL_FUNCTION_EX(pc, sp, fp, ts, arg) { call_function_ex::<false>(pc, sp, fp, ts, arg) });

/// `CALL_FUNCTION_EX`; `TOLD` tells tools of calls of anything but Python functions, as CPython does.
#[inline(always)]
pub(super) unsafe fn call_function_ex<const TOLD: bool>(
    pc: Pc,
    mut sp: Sp,
    fp: Fp,
    ts: Ts,
    arg: usize,
) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let kw = if arg & 1 != 0 { *sp.sub(1) } else { core::ptr::null_mut() };
        let top = if arg & 1 != 0 { sp.sub(1) } else { sp };
        let f = *top.sub(2);
        if tuple::check_exact(&**top.sub(1)).is_none() {
            let t = micro::star_tuple(ts, f, *top.sub(1));
            if t.is_null() {
                fail!(pc, sp, fp, ts)
            }
            release(core::ptr::replace(top.sub(1), t));
        }
        let args = *top.sub(1);
        let told = TOLD && !is_python(f);
        let first = if told { first_of(args) } else { core::ptr::null_mut() };
        if told {
            sp = tell(ts, fp, sp, event::CALL, pc.sub(1), f, first);
            if raised(ts) {
                fail!(pc, sp, fp, ts)
            }
        }
        let new = push_star(ts, f, args, kw);
        if new as usize != NOT_PYTHON {
            if new.is_null() {
                fail!(pc, sp, fp, ts)
            }
            sp = top.sub(3);
            release(*sp);
            release(f);
            release(args);
            release(kw);
            (*fp).return_offset.set(0);
            enter_frame(sp, fp, ts, new);
            return (start as Handler)(core::ptr::null(), core::ptr::null_mut(), new, ts, 0);
        }
        let mut r = micro::call_star(ts, f, args, kw);
        if told {
            (r, sp) = tell_result(ts, fp, sp, pc.sub(1), r, f, first);
        }
        if r.is_null() {
            fail!(pc, sp, fp, ts)
        }
        sp = top.sub(3);
        release(*sp);
        *sp = r;
        sp = sp.add(1);
        release(f);
        release(args);
        release(kw);
        if breaker() && handle_breaker(token(ts)) {
            fail!(pc, sp, fp, ts)
        }
        next!(pc, sp, fp, ts)
    }
}

/// Is the callable a Python function, or bound to one?
unsafe fn is_python(f: Obj) -> bool {
    // SAFETY: the callable is live.
    unsafe {
        let ty = (*f).ty();
        core::ptr::eq(ty, &function::PyFunction_Type.0) || core::ptr::eq(ty, &PyMethod_Type.0)
    }
}

/// The first of the arguments in a tuple, None without any.
unsafe fn first_of(args: Obj) -> Obj {
    // SAFETY: LAYOUT: just checked; LIVE: the tuple holds it.
    unsafe {
        let items = tuple::items(&*(args as *const PyTupleObject));
        items.first().map_or(object::none().into_ptr(), |o| o.as_ptr())
    }
}

/// What tools see where there is no first argument.
unsafe fn missing(ts: Ts) -> Obj {
    // SAFETY: the handler contract; the sentinel was made before the call.
    unsafe { crate::monitor::missing(token(ts)).map_or(core::ptr::null_mut(), |o| o.as_ptr()) }
}

/// The answer of [`push_star`] for what is no Python function; no frame has this address.
const NOT_PYTHON: usize = 1;

/// The frame of a call of a Python function, or of a method that is one, with arguments in a tuple and a dict; NULL with
/// an exception pending. Callable and arguments are not taken over.
#[inline(never)]
unsafe fn push_star(ts: Ts, f: Obj, args: Obj, kw: Obj) -> Fp {
    // SAFETY: LAYOUT: the arguments are a tuple by now, keywords a dict or NULL; LIVE: the stack holds them; OWNED: the
    // frame gets references of its own.
    unsafe {
        let py = token(ts);
        let (mut func, mut this) = (f, core::ptr::null_mut::<PyObject>());
        if core::ptr::eq((*f).ty(), &PyMethod_Type.0) {
            let m = f as *const PyMethodObject;
            (func, this) = ((*m).im_func.get(), (*m).im_self.get());
        }
        if !core::ptr::eq((*func).ty(), &function::PyFunction_Type.0) {
            return NOT_PYTHON as Fp;
        }
        let func = func as *mut PyFunctionObject;
        if !is_plain(func) {
            return NOT_PYTHON as Fp;
        }
        let given = tuple::items(&*(args as *const PyTupleObject));
        let kw = (kw as *const PyDictObject).as_ref().filter(|d| dict::len(d) > 0);
        let namespace = namespace_for(func, code_of(&*func));
        if this.is_null() && kw.is_none() {
            given.iter().for_each(|o| incref(o));
            incref(&*(func as Obj));
            return push_frame(py, func, namespace, given.as_ptr() as *const Obj, given.len(), None);
        }
        let pairs = kw.map(dict::items).unwrap_or_default();
        if pairs.iter().any(|(k, _)| dxpy_core::unicode::check(k).is_none()) {
            release(namespace);
            return NOT_PYTHON as Fp;
        }
        let mut all: Vec<Obj> = Vec::with_capacity(1 + given.len() + pairs.len());
        all.extend(this.as_ref().map(share));
        all.extend(given.iter().map(|o| share(o)));
        let (nargs, mut names) = (all.len(), None);
        if !pairs.is_empty() {
            all.extend(pairs.iter().map(|(_, v)| share(v)));
            match tuple::from_iter(py, pairs.iter().map(|(k, _)| k.clone())) {
                Ok(t) => names = Some(t),
                Err(e) => {
                    all.into_iter().for_each(|o| release(o));
                    release(namespace);
                    e.restore(py);
                    return core::ptr::null_mut();
                }
            }
        }
        incref(&*(func as Obj));
        push_frame(py, func, namespace, all.as_ptr(), nargs, names.as_deref())
    }
}

stealing!(MAKE_FUNCTION(pc, sp, fp, ts, arg), 1 + (arg & 15).count_ones() as usize);
plain!(CALL_INTRINSIC_1(pc, sp, fp, ts, arg), 1 => 1, 0);
plain!(CALL_INTRINSIC_2(pc, sp, fp, ts, arg), 2 => 1, 0);

op!(RETURN_VALUE(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    let v = *sp;
    give_back(sp, fp, ts, v)
});

op!(RETURN_CONST(pc, sp, fp, ts, arg) {
    let v = share(constant(fp, arg));
    give_back(sp, fp, ts, v)
});

/// Leaves the frame with a value, as [`leave`] does; calls nothing where it is a function's that nobody looks at.
#[inline(always)]
unsafe fn give_back(sp: Sp, fp: Fp, ts: Ts, v: Obj) -> Obj {
    // SAFETY: the handler contract; every field is released once.
    unsafe {
        let abi = &(*ts).abi;
        if (*fp).owner.get() != frame::OWNED_BY_THREAD
            || !(*fp).frame_obj.get().is_null()
            || !(*fp).f_locals.get().is_null()
            || !frame::pops_simply(abi, fp)
        {
            return give_back_slowly(core::ptr::null(), sp, fp, ts, v as usize);
        }
        abi.py_recursion_remaining.set(abi.py_recursion_remaining.get() + 1);
        let below = (*fp).previous.get();
        (*abi.cframe.get()).current_frame.set(below);
        let mut p = frame::locals(fp);
        while p < sp {
            release(*p);
            p = p.add(1);
        }
        (*fp).stacktop.set(0);
        release((*fp).f_funcobj.get());
        release((*fp).f_code.get() as Obj);
        abi.datastack_top.set(fp as *mut *mut PyObject);
        return_to(below, ts, v)
    }
}

#[inline(never)]
unsafe extern "C" fn give_back_slowly(_: Pc, sp: Sp, fp: Fp, ts: Ts, v: usize) -> Obj {
    // SAFETY: the handler contract; OWNED: the value was on the stack.
    unsafe {
        (*fp).stacktop.set(sp.offset_from(frame::locals(fp)) as i32);
        let below = leave(token(ts), fp);
        return_to(below, ts, v as Obj)
    }
}

/// Goes on in the frame below with a value on its stack.
#[inline(always)]
pub(crate) unsafe fn return_to(fp: Fp, ts: Ts, v: Obj) -> Obj {
    // SAFETY: the handler contract, for the frame below: its stack is as its call left it.
    unsafe {
        let sp = frame::locals(fp).add((*fp).stacktop.get() as usize);
        (*fp).stacktop.set(-1);
        *sp = v;
        let pc = (*fp).prev_instr.get().add(1 + (*fp).return_offset.get() as usize) as Pc;
        next!(pc, sp.add(1), fp, ts)
    }
}

op!(
    /// The evaluation's first frame returned: its value is the result.
    INTERPRETER_EXIT(pc, sp, fp, ts, arg) {
        *sp.sub(1)
    }
);
