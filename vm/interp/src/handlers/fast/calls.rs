//! Calls.

use super::super::*;
use super::{is, miss};
use crate::call::code_of;
use crate::dispatch::{Handler, next};
use crate::specialize::calls::{CONVENTION, FAST_KEYWORDS, KNOWN, expected_version};
use dxpy_core::abi::constants::*;
use dxpy_core::cfunction::PyCFunction_Type;
use dxpy_core::descr::PyMethodDescr_Type;
use dxpy_core::function::PyFunction_Type;
use dxpy_core::list::PyList_Type;
use dxpy_core::method::PyMethod_Type;
use dxpy_core::ptr::{Object, incref};
use dxpy_core::tuple::PyTuple_Type;
use dxpy_core::types::PyType_Type;
use dxpy_core::unicode::PyUnicode_Type;
use dxpy_core::{boolean, list, long, protocol, sequence, types};
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

/// Callable and arguments as they lie on the stack: a method's object is the first argument.
#[inline(always)]
unsafe fn operands(sp: Sp, arg: usize) -> (Obj, Sp, usize) {
    // SAFETY: the handler contract.
    unsafe {
        let args = sp.sub(arg);
        let below = *args.sub(2);
        if below.is_null() { (*args.sub(1), args, arg) } else { (below, args.sub(1), arg + 1) }
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
    let (f, args, n) = operands(sp, arg);
    if !is(f, &PyFunction_Type.0) {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let func = f as *mut PyFunctionObject;
    if (*func).func_version.get() != expected_version(pc)
        || code_of(&*func).co_argcount.get() as usize != n
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
    let (f, args, n) = operands(sp, arg);
    if !is(f, &PyFunction_Type.0) {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let func = f as *mut PyFunctionObject;
    if (*func).func_version.get() != expected_version(pc) {
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
    if !is(f, &PyFunction_Type.0)
        || (*func).func_version.get() != expected_version(pc)
        || code_of(&*func).co_argcount.get() as usize != arg + 1
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

/// A call of a C function, with the native recursion that it is.
#[inline(always)]
unsafe fn native(ts: Ts, f: impl FnOnce() -> Obj) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let py = token(ts);
        match dxpy_core::call::Depth::enter(py, " while calling a Python object") {
            Ok(_level) => f(),
            Err(e) => {
                e.restore(py);
                core::ptr::null_mut()
            }
        }
    }
}

/// A function of C that a call names, with its object; the flags are as the specialisation saw them.
#[inline(always)]
unsafe fn builtin<'a>(f: Obj, flags: i32) -> Option<(&'a PyMethodDef, Obj)> {
    // SAFETY: the handler contract; LAYOUT: just checked; STATIC: a function holds its definition.
    unsafe {
        if !is(f, &PyCFunction_Type.0) {
            return None;
        }
        let c = &*(f as *const PyCFunctionObject);
        let def = &*c.m_ml.get();
        let all = def.ml_flags.get();
        let this = if all & METH_STATIC == 0 { c.m_self.get() } else { core::ptr::null_mut() };
        (all & CONVENTION == flags).then_some((def, this))
    }
}

/// The function of a definition, of the type that its flags say.
macro_rules! function_of {
    ($def:expr) => {
        $def.ml_meth.get().unwrap_unchecked()
    };
    ($def:expr, $ty:ty) => {
        core::mem::transmute::<PyCFunction, $ty>($def.ml_meth.get().unwrap_unchecked())
    };
}

op!(CALL_NO_KW_BUILTIN_O(pc, sp, fp, ts, arg) {
    let (f, args, n) = operands(sp, arg);
    let Some((def, this)) = builtin(f, METH_O).filter(|_| n == 1) else {
        miss!(CALL, pc, sp, fp, ts, arg)
    };
    #[inline(never)]
    unsafe fn run(ts: Ts, def: &PyMethodDef, this: Obj, a: Obj) -> Obj {
        // SAFETY: the definition's contract.
        unsafe { native(ts, || function_of!(def)(this, a)) }
    }
    let r = run(ts, def, this, *args);
    done(pc, sp, fp, ts, arg, r)
});

op!(CALL_NO_KW_BUILTIN_FAST(pc, sp, fp, ts, arg) {
    let (f, args, n) = operands(sp, arg);
    let Some((def, this)) = builtin(f, METH_FASTCALL) else { miss!(CALL, pc, sp, fp, ts, arg) };
    #[inline(never)]
    unsafe fn run(ts: Ts, def: &PyMethodDef, this: Obj, args: Sp, n: usize) -> Obj {
        // SAFETY: the definition's contract.
        unsafe { native(ts, || function_of!(def, PyCFunctionFast)(this, args, n as isize)) }
    }
    let r = run(ts, def, this, args, n);
    done(pc, sp, fp, ts, arg, r)
});

op!(CALL_BUILTIN_FAST_WITH_KEYWORDS(pc, sp, fp, ts, arg) {
    let (f, args, n) = operands(sp, arg);
    let Some((def, this)) = builtin(f, FAST_KEYWORDS) else { miss!(CALL, pc, sp, fp, ts, arg) };
    let kw = (*ts).kwnames.replace(core::ptr::null_mut());
    #[inline(never)]
    unsafe fn run(ts: Ts, def: &PyMethodDef, this: Obj, args: Sp, n: usize, kw: Obj) -> Obj {
        // SAFETY: the definition's contract; LAYOUT: names of keywords are a tuple.
        unsafe {
            let names = (kw as *const PyTupleObject).as_ref().map_or(0, dxpy_core::tuple::len);
            native(ts, || {
                function_of!(def, PyCFunctionFastWithKeywords)(this, args, (n - names) as isize, kw)
            })
        }
    }
    let r = run(ts, def, this, args, n, kw);
    done(pc, sp, fp, ts, arg, r)
});

/// A method of a built-in type that a call names; the object is of the type.
#[inline(always)]
unsafe fn descriptor<'a>(f: Obj, this: Obj, flags: i32) -> Option<&'a PyMethodDef> {
    // SAFETY: the handler contract; LAYOUT: just checked; STATIC: a descriptor holds its definition and its type.
    unsafe {
        if !is(f, &PyMethodDescr_Type.0) {
            return None;
        }
        let d = &*(f as *const PyMethodDescrObject);
        let def = &*d.d_method.get();
        let fits = def.ml_flags.get() & CONVENTION == flags;
        let class = d.d_common.d_type.get();
        let of_type = core::ptr::eq((*this).ob_type.get(), class) || types::is_subtype((*this).ty(), &*class);
        (fits && of_type).then_some(def)
    }
}

op!(CALL_NO_KW_METHOD_DESCRIPTOR_NOARGS(pc, sp, fp, ts, arg) {
    let (f, args, n) = operands(sp, arg);
    if n != 1 {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let Some(def) = descriptor(f, *args, METH_NOARGS) else { miss!(CALL, pc, sp, fp, ts, arg) };
    #[inline(never)]
    unsafe fn run(ts: Ts, def: &PyMethodDef, this: Obj) -> Obj {
        // SAFETY: the definition's contract.
        unsafe { native(ts, || function_of!(def)(this, core::ptr::null_mut())) }
    }
    let r = run(ts, def, *args);
    done(pc, sp, fp, ts, arg, r)
});

op!(CALL_NO_KW_METHOD_DESCRIPTOR_O(pc, sp, fp, ts, arg) {
    let (f, args, n) = operands(sp, arg);
    if n != 2 {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let Some(def) = descriptor(f, *args, METH_O) else { miss!(CALL, pc, sp, fp, ts, arg) };
    #[inline(never)]
    unsafe fn run(ts: Ts, def: &PyMethodDef, this: Obj, a: Obj) -> Obj {
        // SAFETY: the definition's contract.
        unsafe { native(ts, || function_of!(def)(this, a)) }
    }
    let r = run(ts, def, *args, *args.add(1));
    done(pc, sp, fp, ts, arg, r)
});

op!(CALL_NO_KW_METHOD_DESCRIPTOR_FAST(pc, sp, fp, ts, arg) {
    let (f, args, n) = operands(sp, arg);
    if n == 0 {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let Some(def) = descriptor(f, *args, METH_FASTCALL) else { miss!(CALL, pc, sp, fp, ts, arg) };
    #[inline(never)]
    unsafe fn run(ts: Ts, def: &PyMethodDef, args: Sp, n: usize) -> Obj {
        // SAFETY: the definition's contract.
        unsafe { native(ts, || function_of!(def, PyCFunctionFast)(*args, args.add(1), n as isize - 1)) }
    }
    let r = run(ts, def, args, n);
    done(pc, sp, fp, ts, arg, r)
});

op!(CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS(pc, sp, fp, ts, arg) {
    let (f, args, n) = operands(sp, arg);
    let kw = (*ts).kwnames.get();
    let names = if kw.is_null() { 0 } else { (*(kw as *const PyTupleObject)).ob_base.ob_size.get() as usize };
    if n <= names {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let Some(def) = descriptor(f, *args, FAST_KEYWORDS) else { miss!(CALL, pc, sp, fp, ts, arg) };
    (*ts).kwnames.set(core::ptr::null_mut());
    #[inline(never)]
    unsafe fn run(ts: Ts, def: &PyMethodDef, args: Sp, n: usize, kw: Obj) -> Obj {
        // SAFETY: the definition's contract.
        unsafe {
            native(ts, || {
                function_of!(def, PyCFunctionFastWithKeywords)(*args, args.add(1), n as isize - 1, kw)
            })
        }
    }
    let r = run(ts, def, args, n - names, kw);
    done(pc, sp, fp, ts, arg, r)
});

op!(CALL_NO_KW_LEN(pc, sp, fp, ts, arg) {
    let (f, args, n) = operands(sp, arg);
    if n != 1 || f != KNOWN.len.get() {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    let n = length(*args);
    if let Some(r) = long::cached(n) {
        return put(pc, sp, fp, ts, arg, (&raw const *r).cast_mut().cast());
    }
    slow_len(pc, sp, fp, ts, arg)
});

/// The length of a list, tuple, dict or str of exactly that type; -100 for anything else.
#[inline(always)]
unsafe fn length(o: Obj) -> i64 {
    // SAFETY: the handler contract: the object is live; LAYOUT: by its type.
    unsafe {
        if is(o, &PyList_Type.0) || is(o, &PyTuple_Type.0) {
            (*(o as *const PyVarObject)).ob_size.get() as i64
        } else if is(o, &PyUnicode_Type.0) {
            dxpy_core::unicode::len(&*(o as *const PyUnicodeObject)) as i64
        } else if is(o, &dxpy_core::dict::PyDict_Type.0) {
            dxpy_core::dict::len(&*(o as *const PyDictObject)) as i64
        } else {
            -100
        }
    }
}

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

#[inline(never)]
unsafe extern "C" fn slow_len(pc: Pc, sp: Sp, fp: Fp, ts: Ts, arg: usize) -> Obj {
    #[inline(never)]
    unsafe fn run(ts: Ts, o: Obj) -> Obj {
        // SAFETY: the handler contract: the object is live.
        unsafe {
            let py = token(ts);
            let r = protocol::len(py, &*o).and_then(|n| long::from_i64(py, n as i64));
            raw(py, r.map(Owned::upcast))
        }
    }
    // SAFETY: the handler contract.
    unsafe {
        let (_, args, _) = operands(sp, arg);
        let r = run(ts, *args);
        done(pc, sp, fp, ts, arg, r)
    }
}

op!(CALL_NO_KW_ISINSTANCE(pc, sp, fp, ts, arg) {
    let (f, args, n) = operands(sp, arg);
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
    #[inline(never)]
    unsafe fn run(ts: Ts, o: Obj, class: Obj) -> Obj {
        // SAFETY: the handler contract: both are live.
        unsafe {
            let py = token(ts);
            let r = types::isinstance::is_instance(py, &*o, &*class);
            raw(py, r.map(|b| boolean::new(b).upcast()))
        }
    }
    // SAFETY: the handler contract.
    unsafe {
        let (_, args, _) = operands(sp, arg);
        let r = run(ts, *args, *args.add(1));
        done(pc, sp, fp, ts, arg, r)
    }
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

/// A call of a type with one argument.
macro_rules! of_type {
    ($name:ident, $ty:expr, |$py:ident, $o:ident| $body:expr) => {
        op!($name(pc, sp, fp, ts, arg) {
            let args = sp.sub(arg);
            let f = *args.sub(1);
            if arg != 1 || !(*args.sub(2)).is_null() || !core::ptr::addr_eq(f, $ty) {
                miss!(CALL, pc, sp, fp, ts, arg)
            }
            #[inline(never)]
            unsafe fn run(ts: Ts, o: Obj) -> Obj {
                // SAFETY: the handler contract: the object is live.
                let ($py, $o) = unsafe { (token(ts), &*o) };
                raw($py, $body)
            }
            let r = run(ts, *args);
            done(pc, sp, fp, ts, arg, r)
        });
    };
}
op!(CALL_NO_KW_TYPE_1(pc, sp, fp, ts, arg) {
    let (below, f, o) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
    if arg != 1 || !below.is_null() || !core::ptr::addr_eq(f, &PyType_Type.0) {
        miss!(CALL, pc, sp, fp, ts, arg)
    }
    *sp.sub(3) = share((*o).ty().as_object());
    release(o);
    next!(pc.add(3), sp.sub(2), fp, ts)
});
of_type!(CALL_NO_KW_STR_1, &PyUnicode_Type.0, |py, o| protocol::str(py, o).map(Owned::upcast));
of_type!(CALL_NO_KW_TUPLE_1, &PyTuple_Type.0, |py, o| sequence::to_tuple(py, o).map(Owned::upcast));

op!(CALL_BUILTIN_CLASS(pc, sp, fp, ts, arg) {
    let (f, args, n) = operands(sp, arg);
    let vectorcall = match types::check(&*f) {
        Some(class) => class.tp_vectorcall.get(),
        None => None,
    };
    let Some(call) = vectorcall else { miss!(CALL, pc, sp, fp, ts, arg) };
    let kw = (*ts).kwnames.replace(core::ptr::null_mut());
    #[inline(never)]
    unsafe fn run(ts: Ts, call: vectorcallfunc, f: Obj, args: Sp, n: usize, kw: Obj) -> Obj {
        // SAFETY: the slot's contract; LAYOUT: names of keywords are a tuple.
        unsafe {
            let names = (kw as *const PyTupleObject).as_ref().map_or(0, dxpy_core::tuple::len);
            native(ts, || call(f, args, (n - names) | PY_VECTORCALL_ARGUMENTS_OFFSET, kw))
        }
    }
    let r = run(ts, call, f, args, n, kw);
    done(pc, sp, fp, ts, arg, r)
});
