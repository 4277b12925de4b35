//! Calls.

use super::super::*;
use super::miss;
use crate::call::code_of;
use crate::dispatch::{Handler, next};
use crate::micro::{
    self, Answer, Helper, builtin, callee, calls_class, class_vectorcall, count_of, descriptor,
    function_of_version, length, take_names,
};
use crate::specialize::calls::{FAST_KEYWORDS, KNOWN};
use dxpy_core::abi::constants::*;
use dxpy_core::list::PyList_Type;
use dxpy_core::method::PyMethod_Type;
use dxpy_core::ptr::{Object, incref};
use dxpy_core::tuple::PyTuple_Type;
use dxpy_core::types::PyType_Type;
use dxpy_core::unicode::PyUnicode_Type;
use dxpy_core::{boolean, list, long};
use dxpy_types::frame;

/// A frame for a function of known shape, whose first parameters take the arguments over from the stack, and the rest,
/// where not `ALL` are given, their defaults. NULL, with nothing taken, when the data stack's chunk has no room for it.
///
/// # Safety
/// OWNED: the function; `n` arguments, which with the defaults are as many as the parameters.
#[inline(always)]
pub unsafe fn push_inline<const ALL: bool>(ts: Ts, f: *mut PyFunctionObject, args: Sp, n: usize) -> Fp {
    // SAFETY: the caller's promise; the frame has room for the parameters.
    unsafe {
        let c = code_of(&*f);
        let new = frame::push_at_hand(&(*ts).abi, c.co_framesize.get() as usize);
        if new.is_null() {
            return new;
        }
        let wanted = if ALL { n } else { c.co_argcount.get() as usize };
        frame::init(new, f, core::ptr::null_mut(), c, wanted);
        let to = frame::locals(new);
        let mut i = 0;
        // One by one, without the code that many of them would deserve.
        while i < n {
            to.add(i).write_volatile(*args.add(i));
            i += 1;
        }
        if n < wanted {
            let defaults = (*f).func_defaults.get() as *const PyTupleObject;
            let have = (*defaults).ob_base.ob_size.get() as usize;
            while i < wanted {
                *to.add(i) = share(&*(*(*defaults).ob_item.as_ptr().add(i + have - wanted)).get());
                i += 1;
            }
        }
        new
    }
}

/// Goes on in a new frame; the one below goes on at `back` with what that returns.
#[inline(always)]
pub unsafe fn enter(back: Pc, sp: Sp, fp: Fp, ts: Ts, new: Fp) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        (*fp).prev_instr.set(back.sub(1) as *mut u16);
        (*fp).return_offset.set(0);
        (*fp).stacktop.set(sp.offset_from(frame::locals(fp)) as i32);
        (*new).previous.set(fp);
        (*(*ts).abi.cframe.get()).current_frame.set(new);
        let left = &(*ts).abi.py_recursion_remaining;
        if left.get() <= 0 {
            return (crate::call::start as Handler)(core::ptr::null(), core::ptr::null_mut(), new, ts, 0);
        }
        left.set(left.get() - 1);
        let sp = frame::locals(new).add((*new).stacktop.get() as usize);
        (*new).stacktop.set(-1);
        next!((*new).prev_instr.get().add(1) as Pc, sp, new, ts)
    }
}

/// Releases a call's arguments, its callable and what stands below that.
#[inline(always)]
pub(in crate::handlers) unsafe fn drop_operands(sp: &mut Sp, arg: usize) {
    // SAFETY: the handler contract.
    unsafe {
        let base = sp.sub(arg + 2);
        while *sp > base {
            *sp = sp.sub(1);
            release(**sp);
        }
    }
}

/// Puts a call's result in the place of callable and arguments, which are released.
#[inline(always)]
unsafe fn done(pc: Pc, mut sp: Sp, fp: Fp, ts: Ts, arg: usize, r: Obj) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        drop_operands(&mut sp, arg);
        if r.is_null() {
            fail!(pc, sp, fp, ts)
        }
        *sp = r;
        sp = sp.add(1);
        if breaker() {
            return interrupted_call(pc, sp, fp, ts, 0);
        }
        next!(pc.add(3), sp, fp, ts)
    }
}

/// As [`interrupted`], behind a call's cache: an exception is one of the call.
#[cold]
pub unsafe extern "C" fn interrupted_call(pc: Pc, sp: Sp, fp: Fp, ts: Ts, _: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        if handle_breaker(token(ts)) {
            fail!(pc, sp, fp, ts)
        }
        next!(pc.add(3), sp, fp, ts)
    }
}

op!(CALL_PY_EXACT_ARGS(pc, sp, fp, ts, arg) {
    let (f, args, n) = callee(sp, arg);
    let func = f as *mut PyFunctionObject;
    if !function_of_version(pc, f) || code_of(&*func).co_argcount.get() as usize != n
    {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let new = push_inline::<true>(ts, func, args, n);
    if new.is_null() {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    enter(pc.add(3), sp.sub(arg + 2), fp, ts, new)
});

op!(CALL_PY_WITH_DEFAULTS(pc, sp, fp, ts, arg) {
    let (f, args, n) = callee(sp, arg);
    let func = f as *mut PyFunctionObject;
    if !function_of_version(pc, f) {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let wanted = code_of(&*func).co_argcount.get() as usize;
    let defaults = (*func).func_defaults.get() as *const PyTupleObject;
    let have = if defaults.is_null() { 0 } else { (*defaults).ob_base.ob_size.get() as usize };
    if n > wanted || wanted - n > have {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let new = push_inline::<false>(ts, func, args, n);
    if new.is_null() {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    enter(pc.add(3), sp.sub(arg + 2), fp, ts, new)
});

op!(CALL_BOUND_METHOD_EXACT_ARGS(pc, sp, fp, ts, arg) {
    let args = sp.sub(arg);
    let m = *args.sub(1);
    if !(*args.sub(2)).is_null() || !is(m, &PyMethod_Type.0) {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let method = m as *const PyMethodObject;
    let (this, f) = ((*method).im_self.get(), (*method).im_func.get());
    let func = f as *mut PyFunctionObject;
    if !function_of_version(pc, f) || code_of(&*func).co_argcount.get() as usize != arg + 1
    {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    // The method gives its function and object to the stack, as a method that was not bound has them.
    incref(&*this);
    incref(&*f);
    *args.sub(2) = f;
    *args.sub(1) = this;
    release(m);
    let new = push_inline::<true>(ts, func, args.sub(1), arg + 1);
    if new.is_null() {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    enter(pc.add(3), sp.sub(arg + 2), fp, ts, new)
});

/// A native call of the kind that an instruction was made for, with so many arguments.
macro_rules! native {
    ($name:ident, |$n:ident| $fits:expr, |$f:ident, $args:ident| $found:expr, $run:ident) => {
        op!($name(pc, sp, fp, ts, arg) {
            let ($f, $args, $n) = callee(sp, arg);
            if !$fits {
                miss!(CALL, pc, sp, fp, ts, arg)
            }
            let Some(found) = $found else { miss!(CALL, pc, sp, fp, ts, arg) };
            let r = micro::$run(ts, found, $args, $n, core::ptr::null_mut());
            done(pc, sp, fp, ts, arg, r)
        });
    };
}
native!(CALL_NO_KW_BUILTIN_O, |n| n == 1, |f, args| builtin(f, METH_O), builtin_o);
native!(CALL_NO_KW_BUILTIN_FAST, |n| true, |f, args| builtin(f, METH_FASTCALL), builtin_fast);
native!(
    CALL_NO_KW_METHOD_DESCRIPTOR_NOARGS,
    |n| n == 1,
    |f, args| method(f, args, METH_NOARGS),
    descriptor_noargs
);
native!(CALL_NO_KW_METHOD_DESCRIPTOR_O, |n| n == 2, |f, args| method(f, args, METH_O), descriptor_o);
native!(
    CALL_NO_KW_METHOD_DESCRIPTOR_FAST,
    |n| n > 0,
    |f, args| method(f, args, METH_FASTCALL),
    descriptor_fast
);

/// A method of a built-in type, with the object it is called for.
#[inline(always)]
unsafe fn method<'a>(f: Obj, args: Sp, flags: i32) -> Option<(&'a PyMethodDef, Obj)> {
    // SAFETY: the handler contract: there is an object before the arguments.
    unsafe { descriptor(f, *args, flags).map(|def| (def, *args)) }
}

op!(CALL_BUILTIN_FAST_WITH_KEYWORDS(pc, sp, fp, ts, arg) {
    let (f, args, n) = callee(sp, arg);
    let Some(found) = builtin(f, FAST_KEYWORDS) else { miss!(CALL, pc, sp, fp, ts, arg) };
    let r = micro::builtin_fast_keywords(ts, found, args, n, take_names(ts));
    done(pc, sp, fp, ts, arg, r)
});

op!(CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS(pc, sp, fp, ts, arg) {
    let (f, args, n) = callee(sp, arg);
    if n <= count_of((*ts).kwnames.get()) {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let Some(found) = method(f, args, FAST_KEYWORDS) else { miss!(CALL, pc, sp, fp, ts, arg) };
    let r = micro::descriptor_fast_keywords(ts, found, args, n, take_names(ts));
    done(pc, sp, fp, ts, arg, r)
});

op!(CALL_NO_KW_LEN(pc, sp, fp, ts, arg) {
    let (f, args, n) = callee(sp, arg);
    if n != 1 || f != KNOWN.len.get() {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let n = length(*args);
    if let Some(r) = long::cached(n) {
        return put(pc, sp, fp, ts, arg, (&raw const *r).cast_mut().cast());
    }
    slow_len(pc, sp, fp, ts, arg)
});

/// As [`done`] for a result that no call gave: an immortal one.
#[inline(always)]
unsafe fn put(pc: Pc, mut sp: Sp, fp: Fp, ts: Ts, arg: usize, r: Obj) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        drop_operands(&mut sp, arg);
        *sp = r;
        next!(pc.add(3), sp.add(1), fp, ts)
    }
}

/// Runs a micro-op that makes a call, and puts what it gives in the place of callable and arguments. The value is written
/// where the callable's is below them, which that of a call without a method has NULL in.
#[inline(always)]
unsafe fn run(pc: Pc, sp: Sp, fp: Fp, ts: Ts, arg: usize, micro: Helper) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let below = sp.sub(arg + 2);
        let kept = *below;
        if micro(pc, sp, fp, ts, arg, below) == Answer::No {
            return done(pc, sp, fp, ts, arg, core::ptr::null_mut());
        }
        let r = core::ptr::replace(below, kept);
        done(pc, sp, fp, ts, arg, r)
    }
}

#[inline(never)]
unsafe extern "C" fn slow_len(pc: Pc, sp: Sp, fp: Fp, ts: Ts, arg: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe { run(pc, sp, fp, ts, arg, micro::CALL_LEN) }
}

op!(CALL_NO_KW_ISINSTANCE(pc, sp, fp, ts, arg) {
    let (f, args, n) = callee(sp, arg);
    if n != 2 || f != KNOWN.isinstance.get() {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    // An object is an instance of its type, whatever the metatype says.
    if core::ptr::addr_eq((**args).ob_type.get(), *args.add(1)) {
        return put(pc, sp, fp, ts, arg, boolean::_Py_TrueStruct.as_object().as_ptr());
    }
    slow_isinstance(pc, sp, fp, ts, arg)
});

#[inline(never)]
unsafe extern "C" fn slow_isinstance(pc: Pc, sp: Sp, fp: Fp, ts: Ts, arg: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe { run(pc, sp, fp, ts, arg, micro::CALL_ISINSTANCE) }
}

op!(CALL_NO_KW_LIST_APPEND(pc, sp, fp, ts, arg) {
    let (f, this, v) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
    if arg != 1 || f != KNOWN.append.get() || !is(this, &PyList_Type.0) {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let l = &*(this as *const PyListObject);
    let n = l.ob_base.ob_size.get();
    if n < l.allocated.get() {
        *l.ob_item.get().add(n as usize) = v;
        l.ob_base.ob_size.set(n + 1);
    } else {
        return append_to_full(pc, sp, fp, ts, arg);
    }
    appended(pc, sp, fp, ts)
});

/// The value is the list's now.
#[inline(always)]
unsafe fn appended(pc: Pc, mut sp: Sp, fp: Fp, ts: Ts) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let (f, this) = (*sp.sub(3), *sp.sub(2));
        sp = sp.sub(3);
        release(this);
        release(f);
        // The result, None, would be dropped at once: behind the cache and POP_TOP.
        if *pc.add(3) & 255 == dxpy_bytecode::Op::POP_TOP as u16 {
            next!(pc.add(4), sp, fp, ts)
        }
        *sp = dxpy_core::object::none().into_ptr();
        next!(pc.add(3), sp.add(1), fp, ts)
    }
}

#[inline(never)]
unsafe extern "C" fn append_to_full(pc: Pc, sp: Sp, fp: Fp, ts: Ts, _: usize) -> Obj {
    // SAFETY: the handler contract; OWNED: the stack's reference goes to the list.
    unsafe {
        let (py, l) = (token(ts), &*(*sp.sub(2) as *const PyListObject));
        if failed(py, list::push(py, l, own(*sp.sub(1)))) {
            fail!(pc, sp.sub(1), fp, ts)
        }
        appended(pc, sp, fp, ts)
    }
}

op!(CALL_NO_KW_TYPE_1(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !calls_class(sp, arg, &PyType_Type.0) {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    *sp.sub(3) = share((*o).ty().as_object());
    release(o);
    next!(pc.add(3), sp.sub(2), fp, ts)
});
/// A call of a class with one argument.
macro_rules! of_class {
    ($name:ident, $class:expr, $micro:ident) => {
        op!($name(pc, sp, fp, ts, arg) {
            if !calls_class(sp, arg, $class) {
                miss!(CALL, pc, sp, fp, ts, arg)
            }
            run(pc, sp, fp, ts, arg, micro::$micro)
        });
    };
}
of_class!(CALL_NO_KW_STR_1, &PyUnicode_Type.0, CALL_STR);
of_class!(CALL_NO_KW_TUPLE_1, &PyTuple_Type.0, CALL_TUPLE);

op!(CALL_BUILTIN_CLASS(pc, sp, fp, ts, arg) {
    let (f, args, n) = callee(sp, arg);
    let Some(call) = class_vectorcall(f) else { miss!(CALL, pc, sp, fp, ts, arg) };
    let r = micro::call_class(ts, call, f, args, n, take_names(ts));
    done(pc, sp, fp, ts, arg, r)
});
