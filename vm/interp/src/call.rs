//! Calling Python functions: their frames, and binding of arguments to parameters (`_PyEvalFramePushAndInit`,
//! `initialize_locals` of `Python/ceval.c`).

use crate::dispatch::{Fp, Obj, Pc, Sp, Ts, eval_frame, next};
use crate::eval_hook;
use crate::unwind;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Object, decref};
use dxpy_core::{Owned, Py, PyErr, PyResult, dict, exceptions, function, list, protocol, tuple, unicode};
use dxpy_types::code;
use dxpy_types::frame::{self, Frame};

const VARARGS: i32 = 4;
const VARKEYWORDS: i32 = 8;
const OPTIMIZED: i32 = 1;

/// `start_frame`: the frame on top begins, or goes on, at its current instruction.
pub unsafe extern "C" fn start(_: Pc, _: Sp, fp: Fp, ts: Ts, _: usize) -> Obj {
    // SAFETY: the handler contract; the frame is the current one and not running.
    unsafe {
        let left = &(*ts).abi.py_recursion_remaining;
        let before = left.get();
        left.set(before - 1);
        if before <= 0 {
            return recursion_error(core::ptr::null(), core::ptr::null_mut(), fp, ts, 0);
        }
        let sp = frame::locals(fp).add((*fp).stacktop.get() as usize);
        (*fp).stacktop.set(-1);
        next!((*fp).prev_instr.get().add(1) as Pc, sp, fp, ts)
    }
}

/// The limit of `sys.setrecursionlimit` is reached: the frame is left without having begun.
#[cold]
unsafe extern "C" fn recursion_error(_: Pc, _: Sp, fp: Fp, ts: Ts, _: usize) -> Obj {
    // SAFETY: the handler contract; the frame has not begun, so its stack is empty.
    unsafe {
        let py = Py::from_state(ts);
        let abi = &(*ts).abi;
        let (headroom, left) = (&abi.recursion_headroom, &abi.py_recursion_remaining);
        if headroom.get() > 0 && left.get() > -50 {
            // Making a RecursionError, or handling one natively: some more frames are granted.
            let sp = frame::locals(fp).add((*fp).stacktop.get() as usize);
            (*fp).stacktop.set(-1);
            next!((*fp).prev_instr.get().add(1) as Pc, sp, fp, ts)
        }
        headroom.set(headroom.get() + 1);
        raise_recursion(py);
        headroom.set(headroom.get() - 1);
        let sp = frame::locals(fp).add((*fp).stacktop.get() as usize);
        unwind::unwind(core::ptr::null(), sp, fp, ts, 0)
    }
}

#[inline(never)]
fn raise_recursion(py: Py<'_>) {
    exceptions::format(py, &exceptions::RecursionError, format_args!("maximum recursion depth exceeded"))
        .restore(py);
}

/// The code of a function.
#[inline(always)]
pub fn code_of(f: &PyFunctionObject) -> &PyCodeObject {
    // SAFETY: LIVE: a function holds its code.
    unsafe { &*(f.func_code.get() as *const PyCodeObject) }
}

/// `_PyEvalFramePushAndInit`: a frame for a call, NULL with an exception pending. The function, the namespace and all
/// arguments are taken over, in any case.
///
/// # Safety
/// OWNED: `func`, `namespace` (or NULL) and `nargs` plus `kwnames` arguments at `args`.
pub unsafe fn push_frame(
    py: Py<'_>,
    func: *mut PyFunctionObject,
    namespace: *mut PyObject,
    args: *const Obj,
    nargs: usize,
    kwnames: Option<&PyTupleObject>,
) -> *mut Frame {
    // SAFETY: the caller's promise; the new frame's memory has room for locals and stack.
    unsafe {
        let c = code_of(&*func);
        let f = frame::push(py, c.co_framesize.get() as usize);
        if f.is_null() {
            let total = nargs + kwnames.map_or(0, tuple::len);
            (0..total).for_each(|i| decref(*args.add(i)));
            decref(func as Obj);
            if !namespace.is_null() {
                decref(namespace);
            }
            exceptions::memory_error(py).restore(py);
            return f;
        }
        frame::init(f, func, namespace, c, 0);
        // The plain case: exactly the positional parameters.
        let simple = c.co_flags.get() & (VARARGS | VARKEYWORDS) == 0
            && c.co_kwonlyargcount.get() == 0
            && nargs == c.co_argcount.get() as usize
            && kwnames.is_none();
        if simple {
            core::ptr::copy_nonoverlapping(args, frame::locals(f), nargs);
            return f;
        }
        match bind(py, &*func, c, frame::locals(f), args, nargs, kwnames) {
            Ok(()) => f,
            Err(e) => {
                // Without a traceback link: the frame never ran.
                frame::clear_except_code(py, f);
                decref((*f).f_code.get() as Obj);
                frame::pop(py, f);
                e.restore(py);
                core::ptr::null_mut()
            }
        }
    }
}

/// Arguments that were handed over and have found no place yet; the rest is released with it.
struct Given {
    args: *const Obj,
    next: usize,
    end: usize,
}

impl Given {
    /// The next argument.
    #[inline]
    fn first(&mut self) -> Owned {
        assert!(self.next < self.end);
        // SAFETY: OWNED: each argument is taken once.
        let o = unsafe { Owned::from_raw(*self.args.add(self.next)) };
        self.next += 1;
        o
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        while self.next < self.end {
            drop(self.first());
        }
    }
}

/// `initialize_locals`: puts arguments and defaults into the locals.
///
/// # Safety
/// The locals are NULL and as many as the code says; the arguments are as in [`push_frame`].
unsafe fn bind(
    py: Py<'_>,
    func: &PyFunctionObject,
    c: &PyCodeObject,
    locals: *mut Obj,
    args: *const Obj,
    nargs: usize,
    kwnames: Option<&PyTupleObject>,
) -> PyResult<()> {
    let keywords = kwnames.map_or(0, tuple::len);
    let mut given = Given { args, next: 0, end: nargs + keywords };
    let (argcount, kwonly) = (c.co_argcount.get() as usize, c.co_kwonlyargcount.get() as usize);
    let total = argcount + kwonly;
    let flags = c.co_flags.get();
    // SAFETY: indices below `co_nlocalsplus`: parameters come first among the locals.
    let set = |i: usize, v: Owned| unsafe { *locals.add(i) = v.into_ptr() };
    // SAFETY: as above.
    let is_set = |i: usize| unsafe { !(*locals.add(i)).is_null() };
    let mut kwdict = None;
    if flags & VARKEYWORDS != 0 {
        let d = dict::new(py)?;
        set(total + (flags & VARARGS != 0) as usize, d.clone().upcast());
        kwdict = Some(d);
    }
    let n = nargs.min(argcount);
    for i in 0..n {
        set(i, given.first());
    }
    if flags & VARARGS != 0 {
        let rest = given.by_ref().take(nargs - n);
        set(total, tuple::from_iter(py, rest)?.upcast());
    } else {
        // Surplus ones are counted below; here they make way for the keywords.
        let surplus: Vec<Owned> = (n..nargs).map(|_| given.first()).collect();
        drop(surplus);
    }
    let names = &code::locals_names(c)[..total];
    let posonly = c.co_posonlyargcount.get() as usize;
    for key in kwnames.map(tuple::items).unwrap_or_default() {
        let value = given.first();
        if unicode::check(key).is_none() {
            return Err(exceptions::type_error(
                py,
                format_args!("{}() keywords must be strings", qualname(func)),
            ));
        }
        // Names are interned nearly always; comparing comes second.
        let mut found = (posonly..total).find(|i| names[*i].is(*key));
        if found.is_none() {
            for (i, n) in names.iter().enumerate().skip(posonly) {
                if protocol::rich_compare_bool(py, key, n, protocol::EQ)? {
                    found = Some(i);
                    break;
                }
            }
        }
        match found {
            Some(i) if is_set(i) => {
                return Err(exceptions::type_error(
                    py,
                    format_args!(
                        "{}() got multiple values for argument '{}'",
                        qualname(func),
                        unicode::display(key)
                    ),
                ));
            }
            Some(i) => set(i, value),
            None => match &kwdict {
                Some(d) => dict::set(py, d, key, &value)?,
                None => return Err(unexpected(py, func, names, posonly, kwnames, key)),
            },
        }
    }
    if nargs > argcount && flags & VARARGS == 0 {
        return Err(too_many(py, func, c, nargs, &is_set));
    }
    // SAFETY: LIVE, LAYOUT: a function's defaults are a tuple or NULL.
    let defaults = unsafe { (func.func_defaults.get() as *const PyTupleObject).as_ref() };
    let defaults = defaults.map(tuple::items).unwrap_or_default();
    if nargs < argcount {
        let required = argcount - defaults.len().min(argcount);
        let missing: Vec<usize> = (nargs.min(required)..required).filter(|i| !is_set(*i)).collect();
        if !missing.is_empty() {
            return Err(missing_arguments(py, func, names, &missing, "positional"));
        }
        for i in required.max(n)..argcount {
            if !is_set(i) {
                set(i, defaults[i + defaults.len() - argcount].to_owned());
            }
        }
    }
    if kwonly > 0 {
        // SAFETY: LIVE, LAYOUT: keyword defaults are a dict or NULL.
        let kwdefaults = unsafe { (func.func_kwdefaults.get() as *const PyDictObject).as_ref() };
        let mut missing = Vec::new();
        for (i, n) in names.iter().enumerate().skip(argcount) {
            if is_set(i) {
                continue;
            }
            match kwdefaults.map(|d| dict::get(py, d, n)).transpose()?.flatten() {
                Some(v) => set(i, v),
                None => missing.push(i),
            }
        }
        if !missing.is_empty() {
            return Err(missing_arguments(py, func, names, &missing, "keyword-only"));
        }
    }
    Ok(())
}

fn qualname(func: &PyFunctionObject) -> String {
    // SAFETY: LIVE: a function holds its name.
    unicode::display(unsafe { &*func.func_qualname.get() })
}

/// A keyword that no parameter takes, maybe because its parameter is positional only.
#[cold]
fn unexpected(
    py: Py<'_>,
    func: &PyFunctionObject,
    names: &[&PyObject],
    posonly: usize,
    kwnames: Option<&PyTupleObject>,
    key: &PyObject,
) -> PyErr {
    let given = kwnames.map(tuple::items).unwrap_or_default();
    let mut wrong = Vec::new();
    for n in &names[..posonly] {
        for k in given {
            match protocol::rich_compare_bool(py, n, k, protocol::EQ) {
                Ok(true) => wrong.push(unicode::display(n)),
                Ok(false) => {}
                Err(e) => return e,
            }
        }
    }
    if !wrong.is_empty() {
        return exceptions::type_error(
            py,
            format_args!(
                "{}() got some positional-only arguments passed as keyword arguments: '{}'",
                qualname(func),
                wrong.join(", ")
            ),
        );
    }
    exceptions::type_error(
        py,
        format_args!("{}() got an unexpected keyword argument '{}'", qualname(func), unicode::display(key)),
    )
}

/// `too_many_positional`.
#[cold]
fn too_many(
    py: Py<'_>,
    func: &PyFunctionObject,
    c: &PyCodeObject,
    given: usize,
    is_set: &dyn Fn(usize) -> bool,
) -> PyErr {
    let argcount = c.co_argcount.get() as usize;
    let kwonly_given =
        (argcount..argcount + c.co_kwonlyargcount.get() as usize).filter(|i| is_set(*i)).count();
    // SAFETY: LIVE, LAYOUT: a function's defaults are a tuple or NULL.
    let defaults =
        unsafe { (func.func_defaults.get() as *const PyTupleObject).as_ref() }.map_or(0, tuple::len);
    let (takes, plural) = if defaults > 0 {
        (format!("from {} to {argcount}", argcount - defaults), true)
    } else {
        (argcount.to_string(), argcount != 1)
    };
    let extra = if kwonly_given > 0 {
        format!(
            " positional argument{} (and {kwonly_given} keyword-only argument{})",
            if given != 1 { "s" } else { "" },
            if kwonly_given != 1 { "s" } else { "" }
        )
    } else {
        String::new()
    };
    exceptions::type_error(
        py,
        format_args!(
            "{}() takes {takes} positional argument{} but {given}{extra} {} given",
            qualname(func),
            if plural { "s" } else { "" },
            if given == 1 && kwonly_given == 0 { "was" } else { "were" }
        ),
    )
}

/// `format_missing`.
#[cold]
fn missing_arguments(
    py: Py<'_>,
    func: &PyFunctionObject,
    names: &[&PyObject],
    missing: &[usize],
    kind: &str,
) -> PyErr {
    let mut shown = Vec::new();
    for i in missing {
        match protocol::repr(py, names[*i]) {
            Ok(r) => shown.push(unicode::display(r.as_object())),
            Err(e) => return e,
        }
    }
    let list = match shown.as_slice() {
        [one] => one.clone(),
        [a, b] => format!("{a} and {b}"),
        [most @ .., last] => format!("{}, and {last}", most.join(", ")),
        [] => String::new(),
    };
    let n = missing.len();
    exceptions::type_error(
        py,
        format_args!(
            "{}() missing {n} required {kind} argument{}: {list}",
            qualname(func),
            if n == 1 { "" } else { "s" }
        ),
    )
}

/// The namespace a call of this function runs in: NULL for those with fast locals.
///
/// # Safety
/// The function is live.
#[inline(always)]
pub unsafe fn namespace_for(func: *mut PyFunctionObject, c: &PyCodeObject) -> Obj {
    if c.co_flags.get() & OPTIMIZED != 0 {
        return core::ptr::null_mut();
    }
    // SAFETY: the caller's promise: a function holds its globals.
    unsafe { (*(*func).func_globals.get()).to_owned().into_ptr() }
}

/// `_PyFunction_Vectorcall`.
///
/// # Safety
/// The vectorcall contract; `f` is a function.
#[unsafe(export_name = "_PyFunction_Vectorcall")]
pub unsafe extern "C" fn function_vectorcall(
    f: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { vectorcall_with(f, args, nargsf, kwnames, eval_frame) }
}

/// `_PyEval_Vector`: a call whose frame is run by `eval`.
///
/// # Safety
/// As for [`function_vectorcall`].
#[inline(always)]
pub unsafe fn vectorcall_with(
    f: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
    eval: unsafe fn(Py<'_>, *mut Frame, bool) -> *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the caller's promise; references are taken for the frame.
    unsafe {
        let py = Py::assume();
        let func = f as *mut PyFunctionObject;
        let names = (kwnames as *const PyTupleObject).as_ref().filter(|t| tuple::len(t) > 0);
        let nargs = dxpy_core::call::nargs(nargsf);
        let total = nargs + names.map_or(0, tuple::len);
        for i in 0..total {
            dxpy_core::ptr::incref(&**args.add(i));
        }
        dxpy_core::ptr::incref(&*f);
        let namespace = namespace_for(func, code_of(&*func));
        let frame = push_frame(py, func, namespace, args, nargs, names);
        if frame.is_null() {
            return core::ptr::null_mut();
        }
        eval(py, frame, false)
    }
}

/// `PyFunction_New` and `MAKE_FUNCTION` without its extras.
pub fn make_function(
    py: Py<'_>,
    code: &PyCodeObject,
    globals: &PyObject,
) -> PyResult<Owned<PyFunctionObject>> {
    let builtins = match dict::check(globals) {
        Some(g) => dxpy_ops::names::builtins_of(py, g)?,
        None => dict::new(py)?.upcast(),
    };
    // SAFETY: LIVE: a code object holds its name.
    let qualname = unsafe { &*code.co_qualname.get() };
    function::new(py, code, globals, &builtins, qualname, eval_hook::entry())
}

/// `PyEval_EvalCode`: runs code in a namespace, as a module, class body or `exec` does.
pub fn eval_code(py: Py<'_>, code: &PyCodeObject, globals: &PyObject, locals: &PyObject) -> PyResult {
    let func = make_function(py, code, globals)?;
    // SAFETY: OWNED: function and namespace are handed over; there are no arguments.
    unsafe {
        let frame = push_frame(py, func.into_raw(), locals.to_owned().into_ptr(), core::ptr::null(), 0, None);
        if frame.is_null() {
            return Err(PyErr::fetch(py));
        }
        dxpy_core::err::from_ptr(py, eval_hook::eval(py, frame, false))
    }
}

/// `PyEval_EvalFrame`: runs the frame of an object that was made apart, from its first instruction; `throw` raises the
/// pending exception there. One that ran before or whose parameters have no values is refused.
pub fn eval_frame_object(py: Py<'_>, o: &PyFrameObject, throw: bool) -> PyResult {
    let Some(from) = frame::detached(o) else {
        return Err(exceptions::system_error(
            py,
            format_args!("a frame that ran, or without arguments, cannot be evaluated"),
        ));
    };
    // SAFETY: LIVE: the frame holds its code; the new one has room for as much, and what it holds is moved there.
    unsafe {
        let c = frame::code_of(from);
        let f = frame::push(py, c.co_framesize.get() as usize);
        if f.is_null() {
            return Err(exceptions::memory_error(py));
        }
        let words = c.co_nlocalsplus.get() as usize;
        let size = core::mem::offset_of!(Frame, localsplus) + words * size_of::<Obj>();
        core::ptr::copy_nonoverlapping(from as *const u8, f as *mut u8, size);
        (*f).owner.set(frame::OWNED_BY_THREAD);
        (*f).previous.set(core::ptr::null_mut());
        (*f).prev_instr.set(code::units(c).sub(1));
        o.f_frame.set(f);
        (*f).frame_obj.set(o.to_owned().into_raw());
        dxpy_core::err::from_ptr(py, eval_hook::eval(py, f, throw))
    }
}

/// `CALL_FUNCTION_EX`'s positional arguments: any iterable as a tuple.
pub fn star_arguments(py: Py<'_>, func: &PyObject, args: &PyObject) -> PyResult<Owned<PyTupleObject>> {
    if let Some(t) = tuple::check_exact(args) {
        return Ok(t.to_owned());
    }
    if args.ty().tp_iter.get().is_none() && !dxpy_core::sequence::check(args) {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "{} argument after * must be an iterable, not {}",
                function_str(py, func),
                dxpy_core::call::type_name(args.ty())
            ),
        ));
    }
    dxpy_core::sequence::to_tuple(py, args)
}

/// `_PyObject_FunctionStr`: how messages name a callable.
pub fn function_str(py: Py<'_>, f: &PyObject) -> String {
    let run = || -> PyResult<String> {
        let Some(q) = dxpy_core::attr::lookup_name(py, f, dxpy_core::name!("__qualname__"))? else {
            return Ok(unicode::display(protocol::str(py, f)?.as_object()));
        };
        let q = unicode::display(protocol::str(py, &q)?.as_object());
        let module = dxpy_core::attr::lookup_name(py, f, dxpy_core::name!("__module__"))?;
        match module.filter(|m| unicode::check(m).is_some() && !unicode::equals_str(m, "builtins")) {
            Some(m) => Ok(format!("{}.{q}()", unicode::display(&m))),
            None => Ok(format!("{q}()")),
        }
    };
    run().unwrap_or_default()
}

/// A list of the values between two places on the stack, taken over.
///
/// # Safety
/// OWNED: `n` values from `first`.
pub unsafe fn take_list(py: Py<'_>, first: *mut Obj, n: usize) -> PyResult {
    // SAFETY: the caller's promise.
    list::from_iter(py, unsafe { take(first, n) }).map(Owned::upcast)
}

/// As [`take_list`], a tuple.
///
/// # Safety
/// As there.
pub unsafe fn take_tuple(py: Py<'_>, first: *mut Obj, n: usize) -> PyResult {
    // SAFETY: the caller's promise.
    tuple::from_iter(py, unsafe { take(first, n) }).map(Owned::upcast)
}

/// The values between two places on the stack, one after the other; those that nobody asks for are released.
unsafe fn take(first: *mut Obj, n: usize) -> Given {
    Given { args: first, next: 0, end: n }
}

impl Iterator for Given {
    type Item = Owned;

    #[inline]
    fn next(&mut self) -> Option<Owned> {
        (self.next < self.end).then(|| self.first())
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.end - self.next, Some(self.end - self.next))
    }
}

impl ExactSizeIterator for Given {}

/// Runs a function's code in a namespace of the caller's (`_PyEval_Vector` in `__build_class__`); there are no
/// arguments.
pub fn eval_function(py: Py<'_>, func: &PyFunctionObject, namespace: &PyObject) -> PyResult {
    // SAFETY: OWNED: function and namespace are handed over; there are no arguments.
    unsafe {
        let frame = push_frame(
            py,
            func.to_owned().into_raw(),
            namespace.to_owned().into_ptr(),
            core::ptr::null(),
            0,
            None,
        );
        if frame.is_null() {
            return Err(PyErr::fetch(py));
        }
        dxpy_core::err::from_ptr(py, eval_hook::eval(py, frame, false))
    }
}
