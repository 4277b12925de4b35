//! Micro-ops of calls and of making functions. A call here is a native one, whatever is called; the interpreter pushes frames
//! instead where it can.

use super::*;
use crate::call::star_arguments;
use crate::eval_hook;
use crate::handlers::{
    breaker, builtins, constant, globals, handle_breaker, is, namespace, own, raw, release, share,
};
use crate::specialize::calls::{CONVENTION, FAST_KEYWORDS, KNOWN, expected_version};
use dxpy_core::abi::constants::*;
use dxpy_core::call::{call_tuple, vectorcall_raw};
use dxpy_core::cfunction::PyCFunction_Type;
use dxpy_core::descr::PyMethodDescr_Type;
use dxpy_core::function::PyFunction_Type;
use dxpy_core::list::PyList_Type;
use dxpy_core::method::PyMethod_Type;
use dxpy_core::ptr::Object;
use dxpy_core::tuple::PyTuple_Type;
use dxpy_core::types::PyType_Type;
use dxpy_core::unicode::PyUnicode_Type;
use dxpy_core::{boolean, dict, exceptions, function, list, long, object, protocol, sequence, tuple, types};
use dxpy_ops::{imports, intrinsics};

micro!(
    #[inline(always)]
    KW_NAMES(pc, sp, fp, ts, arg, out) {
        (*ts).kwnames.set(constant(fp, arg) as *const PyObject as Obj);
        Answer::Done
    }
);

micro!(
    /// What is asked for between two instructions: signals, another thread's wish for the GIL, pending calls, the collector.
    #[inline(always)]
    POLL(pc, sp, fp, ts, arg, out) {
        if breaker() && handle_breaker(token(ts)) { Answer::No } else { Answer::Done }
    }
);

/// Callable and arguments as they lie on the stack: a method's object is the first argument.
#[inline(always)]
pub(crate) unsafe fn callee(sp: Sp, arg: usize) -> (Obj, Sp, usize) {
    // SAFETY: the handler contract.
    unsafe {
        let args = sp.sub(arg);
        let below = *args.sub(2);
        if below.is_null() { (*args.sub(1), args, arg) } else { (below, args.sub(1), arg + 1) }
    }
}

/// Calls with the names of keywords that `KW_NAMES` has left.
#[inline(never)]
pub(crate) unsafe fn call_any(ts: Ts, f: Obj, args: Sp, nargs: usize, names: Option<&PyTupleObject>) -> Obj {
    // SAFETY: the handler contract: the arguments are live, and the slot before them is the callable's or NULL's.
    unsafe {
        let py = token(ts);
        raw(py, vectorcall_raw(py, &*f, args, nargs | PY_VECTORCALL_ARGUMENTS_OFFSET, names))
    }
}

/// How many names of keywords there are.
#[inline(always)]
pub(crate) unsafe fn count_of(kw: Obj) -> usize {
    // SAFETY: LAYOUT: names of keywords are a tuple, or there are none.
    unsafe { (kw as *const PyTupleObject).as_ref().map_or(0, tuple::len) }
}

/// Takes the names of keywords for the call that is made now.
#[inline(always)]
pub(crate) unsafe fn take_names(ts: Ts) -> Obj {
    // SAFETY: the handler contract.
    unsafe { (*ts).kwnames.replace(core::ptr::null_mut()) }
}

micro!(CALL(pc, sp, fp, ts, arg, out) {
    let (f, args, n) = callee(sp, arg);
    let kw = take_names(ts);
    let names = (kw as *const PyTupleObject).as_ref();
    give_raw(out, call_any(ts, f, args, n - count_of(kw), names))
});

/// The positional arguments behind a star, as a tuple.
#[inline(never)]
pub(crate) unsafe fn star_tuple(ts: Ts, f: Obj, args: Obj) -> Obj {
    // SAFETY: the handler contract: both are live.
    unsafe {
        let py = token(ts);
        raw(py, star_arguments(py, &*f, &*args).map(Owned::upcast))
    }
}

#[inline(never)]
pub(crate) unsafe fn call_star(ts: Ts, f: Obj, args: Obj, kw: Obj) -> Obj {
    // SAFETY: LAYOUT: the arguments are a tuple by now; all are live; keywords are a dict or NULL.
    unsafe {
        let (py, args) = (token(ts), &*(args as *const PyTupleObject));
        let kw = (kw as *const PyDictObject).as_ref().filter(|d| dict::len(d) > 0);
        raw(py, call_tuple(py, &*f, args, kw))
    }
}

micro!(CALL_FUNCTION_EX(pc, sp, fp, ts, arg, out) {
    let (kw, top) = if arg & 1 != 0 { (*sp.sub(1), sp.sub(1)) } else { (core::ptr::null_mut(), sp) };
    let (f, args) = (*top.sub(2), *top.sub(1));
    if tuple::check_exact(&*args).is_some() {
        return give_raw(out, call_star(ts, f, args, kw));
    }
    let made = star_tuple(ts, f, args);
    if made.is_null() {
        return Answer::No;
    }
    let r = call_star(ts, f, made, kw);
    release(made);
    give_raw(out, r)
});

/// Is it a function of the version that the cache names?
#[inline(always)]
pub(crate) unsafe fn function_of_version(pc: Pc, f: Obj) -> bool {
    // SAFETY: the handler contract; LAYOUT: just checked.
    unsafe {
        is(f, &PyFunction_Type.0)
            && (*(f as *const PyFunctionObject)).func_version.get() == expected_version(pc)
    }
}

guard!(FUNCTION_OF_VERSION(pc, sp, fp, ts, arg) function_of_version(pc, callee(sp, arg).0));
guard!(
    METHOD_OF_VERSION(pc, sp, fp, ts, arg) {
        let m = *sp.sub(arg + 1);
        (*sp.sub(arg + 2)).is_null()
            && is(m, &PyMethod_Type.0)
            && function_of_version(pc, (*(m as *const PyMethodObject)).im_func.get())
    }
);

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
pub(crate) unsafe fn builtin<'a>(f: Obj, flags: i32) -> Option<(&'a PyMethodDef, Obj)> {
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

/// A method of a built-in type that a call names; the object is of the type.
#[inline(always)]
pub(crate) unsafe fn descriptor<'a>(f: Obj, this: Obj, flags: i32) -> Option<&'a PyMethodDef> {
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

/// A native call: what is called with which conventions, its guard and, in the form that handlers use, the call itself. `$sees`
/// says how many arguments it is for.
macro_rules! native {
    ($guard:ident, $call:ident, $run:ident, $find:ident, $flags:expr, |$n:ident, $names:ident| $sees:expr,
        |$ts:ident, $def:ident, $this:ident, $args:ident, $count:ident, $kw:ident| $body:expr) => {
        guard!($guard(pc, sp, fp, ts, arg) {
            let (f, args, $n) = callee(sp, arg);
            let $names = count_of((*ts).kwnames.get());
            $sees && find!($find, f, args, $flags).is_some()
        });

        /// # Safety
        /// The handler contract; the definition is of this kind, and the arguments are as many as it is for.
        #[inline(never)]
        #[allow(unused_variables)]
        pub(crate) unsafe fn $run($ts: Ts, found: (&PyMethodDef, Obj), $args: Sp, $count: usize, $kw: Obj) -> Obj {
            let ($def, $this) = found;
            // SAFETY: the definition's contract.
            unsafe { native($ts, || $body) }
        }

        micro!($call(pc, sp, fp, ts, arg, out) {
            let (f, args, n) = callee(sp, arg);
            let Some(found) = find!($find, f, args, $flags) else { core::hint::unreachable_unchecked() };
            give_raw(out, $run(ts, found, args, n, take_names(ts)))
        });
    };
}

/// The definition of a built-in function, or of a type's method.
macro_rules! find {
    (builtin, $f:ident, $args:ident, $flags:expr) => {
        builtin($f, $flags)
    };
    (descriptor, $f:ident, $args:ident, $flags:expr) => {
        descriptor($f, *$args, $flags).map(|def| (def, *$args))
    };
}

native!(
    BUILTIN_O,
    CALL_BUILTIN_O,
    builtin_o,
    builtin,
    METH_O,
    |n, names| n == 1,
    |ts, def, this, args, n, kw| function_of!(def)(this, *args)
);
native!(
    BUILTIN_FAST,
    CALL_BUILTIN_FAST,
    builtin_fast,
    builtin,
    METH_FASTCALL,
    |n, names| true,
    |ts, def, this, args, n, kw| function_of!(def, PyCFunctionFast)(this, args, n as isize)
);
native!(
    BUILTIN_FAST_KEYWORDS,
    CALL_BUILTIN_FAST_KEYWORDS,
    builtin_fast_keywords,
    builtin,
    FAST_KEYWORDS,
    |n, names| true,
    |ts, def, this, args, n, kw| {
        function_of!(def, PyCFunctionFastWithKeywords)(this, args, (n - count_of(kw)) as isize, kw)
    }
);
native!(
    DESCRIPTOR_NOARGS,
    CALL_DESCRIPTOR_NOARGS,
    descriptor_noargs,
    descriptor,
    METH_NOARGS,
    |n, names| n == 1,
    |ts, def, this, args, n, kw| function_of!(def)(this, core::ptr::null_mut())
);
native!(
    DESCRIPTOR_O,
    CALL_DESCRIPTOR_O,
    descriptor_o,
    descriptor,
    METH_O,
    |n, names| n == 2,
    |ts, def, this, args, n, kw| function_of!(def)(this, *args.add(1))
);
native!(
    DESCRIPTOR_FAST,
    CALL_DESCRIPTOR_FAST,
    descriptor_fast,
    descriptor,
    METH_FASTCALL,
    |n, names| n > 0,
    |ts, def, this, args, n, kw| function_of!(def, PyCFunctionFast)(this, args.add(1), n as isize - 1)
);
native!(
    DESCRIPTOR_FAST_KEYWORDS,
    CALL_DESCRIPTOR_FAST_KEYWORDS,
    descriptor_fast_keywords,
    descriptor,
    FAST_KEYWORDS,
    |n, names| n > names,
    |ts, def, this, args, n, kw| {
        let given = (n - count_of(kw)) as isize - 1;
        function_of!(def, PyCFunctionFastWithKeywords)(this, args.add(1), given, kw)
    }
);

/// The slot of a class that makes its instances itself.
#[inline(always)]
pub(crate) unsafe fn class_vectorcall(f: Obj) -> Option<vectorcallfunc> {
    // SAFETY: the handler contract: the callable is live.
    unsafe { types::check(&*f)?.tp_vectorcall.get() }
}

/// Calls that slot.
///
/// # Safety
/// The handler contract; the slot is the callable's.
#[inline(never)]
pub(crate) unsafe fn call_class(ts: Ts, call: vectorcallfunc, f: Obj, args: Sp, n: usize, kw: Obj) -> Obj {
    // SAFETY: the slot's contract.
    unsafe { native(ts, || call(f, args, (n - count_of(kw)) | PY_VECTORCALL_ARGUMENTS_OFFSET, kw)) }
}

guard!(BUILTIN_CLASS(pc, sp, fp, ts, arg) class_vectorcall(callee(sp, arg).0).is_some());
micro!(CALL_BUILTIN_CLASS(pc, sp, fp, ts, arg, out) {
    let (f, args, n) = callee(sp, arg);
    let Some(call) = class_vectorcall(f) else { core::hint::unreachable_unchecked() };
    give_raw(out, call_class(ts, call, f, args, n, take_names(ts)))
});

/// The length of a list, tuple, dict or str of exactly that type; -100 for anything else.
#[inline(always)]
pub(crate) unsafe fn length(o: Obj) -> i64 {
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

/// Is this very function called with so many arguments?
unsafe fn calls(sp: Sp, arg: usize, known: Obj, wanted: usize) -> bool {
    // SAFETY: the handler contract.
    unsafe {
        let (f, _, n) = callee(sp, arg);
        f == known && n == wanted
    }
}

/// Is this very class called with one argument, and no other object below it?
#[inline(always)]
pub(crate) unsafe fn calls_class(sp: Sp, arg: usize, class: &'static PyTypeObject) -> bool {
    // SAFETY: the handler contract.
    unsafe { arg == 1 && (*sp.sub(3)).is_null() && core::ptr::addr_eq(*sp.sub(2), class) }
}

guard!(LEN_OF_ONE(pc, sp, fp, ts, arg) calls(sp, arg, KNOWN.len.get(), 1));
micro!(
    #[inline(never)]
    CALL_LEN(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        operands!(sp, o);
        give(py, out, protocol::len(py, o).and_then(|n| long::from_i64(py, n as i64)).map(Owned::upcast))
    }
);

guard!(ISINSTANCE_OF_TWO(pc, sp, fp, ts, arg) calls(sp, arg, KNOWN.isinstance.get(), 2));
value!(CALL_ISINSTANCE(fp, arg), |py, o, class| {
    types::isinstance::is_instance(py, o, class).map(|b| boolean::new(b).upcast())
});

guard!(
    APPEND_TO_LIST(pc, sp, fp, ts, arg) arg == 1 && *sp.sub(3) == KNOWN.append.get() && is(*sp.sub(2), &PyList_Type.0)
);
micro!(
    #[inline(never)]
    CALL_LIST_APPEND(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        operands!(sp, l v);
        let r = list::push(py, &*(l.as_ptr() as *const PyListObject), v.to_owned());
        give(py, out, r.map(|()| object::none()))
    }
);

guard!(TYPE_OF_ONE(pc, sp, fp, ts, arg) calls_class(sp, arg, &PyType_Type.0));
micro!(CALL_TYPE(pc, sp, fp, ts, arg, out) {
    put(out, share((**sp.sub(1)).ty().as_object()))
});
guard!(STR_OF_ONE(pc, sp, fp, ts, arg) calls_class(sp, arg, &PyUnicode_Type.0));
value!(CALL_STR(fp, arg), |py, o| protocol::str(py, o).map(Owned::upcast));
guard!(TUPLE_OF_ONE(pc, sp, fp, ts, arg) calls_class(sp, arg, &PyTuple_Type.0));
value!(CALL_TUPLE(fp, arg), |py, o| sequence::to_tuple(py, o).map(Owned::upcast));

micro!(
    /// From the top: code, then as the argument's bits say closure, annotations, keyword defaults, defaults.
    #[inline(never)]
    MAKE_FUNCTION(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        let code: Owned<PyCodeObject> = own(*sp.sub(1)).cast();
        let entry = eval_hook::entry();
        let made = function::new(py, &code, globals(fp), builtins(fp), &*code.co_qualname.get(), entry);
        let mut sp = sp.sub(1);
        match made {
            Ok(f) => {
                if eval_hook::get().is_none() {
                    f.func_version.set(code.co_version.get());
                }
                for (bit, field) in [
                    (8, &f.func_closure),
                    (4, &f.func_annotations),
                    (2, &f.func_kwdefaults),
                    (1, &f.func_defaults),
                ] {
                    if arg & bit != 0 {
                        sp = sp.sub(1);
                        field.set(*sp);
                    }
                }
                put(out, f.into_ptr())
            }
            Err(e) => {
                for _ in 0..(arg & 15).count_ones() {
                    sp = sp.sub(1);
                    release(*sp);
                }
                raised(py, e)
            }
        }
    }
);

micro!(CALL_INTRINSIC_1(pc, sp, fp, ts, arg, out) { give_raw(out, intrinsic(ts, fp, arg, *sp.sub(1))) });

#[inline(never)]
unsafe fn intrinsic(ts: Ts, fp: Fp, which: usize, a: Obj) -> Obj {
    // SAFETY: the handler contract: the operand is live.
    unsafe {
        let py = token(ts);
        if which == 2 {
            let Some(n) = namespace(fp) else {
                exceptions::system_error(py, format_args!("no locals found during 'import *'")).restore(py);
                return core::ptr::null_mut();
            };
            let r = imports::import_star(py, n, &*a).map(|()| dxpy_core::object::none());
            return raw(py, r);
        }
        raw(py, intrinsics::one(py, which, &*a))
    }
}

value!(CALL_INTRINSIC_2(fp, arg), |py, a, b| intrinsics::two(py, arg, a, b));
