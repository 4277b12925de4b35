//! The locals of a running frame as a mapping (`PyFrame_FastToLocalsWithError`, `_PyEval_GetFrameLocals`).

use crate::frame::{self, Frame};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, bytes, cell, dict, exceptions, sequence, tuple};

const LOCAL_HIDDEN: i32 = 0x10;
const CELL: i32 = 0x40;
const FREE: i32 = 0x80;
const OPTIMIZED: i32 = 1;

/// A variable of the frame: its name, its kind, its value if it has one.
///
/// # Safety
/// The frame is initialised.
unsafe fn variables(f: *mut Frame) -> Vec<(Owned, i32, Option<Owned>)> {
    // SAFETY: LIVE: locals are live objects or NULL; the tables of a code object are what they say.
    unsafe {
        let code = frame::code_of(f);
        let kinds = bytes::as_slice(&*(code.co_localspluskinds.get() as *const PyBytesObject));
        let names = tuple::items(&*(code.co_localsplusnames.get() as *const PyTupleObject));
        let total = code.co_nlocalsplus.get() as usize;
        let free = total - code.co_nfreevars.get() as usize;
        // Before its first instruction a frame has not copied its closure yet.
        let closure = (frame::lasti(f) < 0)
            .then(|| (*((*f).f_funcobj.get() as *const PyFunctionObject)).func_closure.get())
            .and_then(|c| (c as *const PyTupleObject).as_ref());
        let mut out = Vec::with_capacity(total);
        for i in 0..total {
            let kind = i32::from(kinds[i]);
            if kind & FREE != 0 && code.co_flags.get() & OPTIMIZED == 0 {
                continue;
            }
            let mut v = (*frame::locals(f).add(i)).as_ref().map(Object::to_owned);
            if i >= free
                && let Some(c) = closure
            {
                v = Some((*tuple::items(c)[i - free]).to_owned());
            }
            if kind & (CELL | FREE) != 0
                && let Some(o) = &v
                && let Some(c) = cell::check(o)
            {
                v = cell::get(c);
            }
            out.push(((*names[i]).to_owned(), kind, v));
        }
        out
    }
}

/// What `locals()` and `f_locals` give for the frame (`_PyFrame_GetLocals`): in a function the one dict that mirrors its
/// variables, else the namespace itself. While a comprehension runs inside, its variables are in a copy.
///
/// # Safety
/// The frame is initialised, and stays alive: Python code may run here where the namespace is no dict.
pub unsafe fn locals_of(py: Py<'_>, f: *mut Frame) -> PyResult {
    // SAFETY: the caller's promise; LIVE: the frame holds its namespace.
    let (namespace, vars) = unsafe {
        let namespace = match (*f).f_locals.get().as_ref() {
            Some(n) => n.to_owned(),
            None => {
                let d = dict::new(py)?.upcast();
                (*f).f_locals.set(d.clone().into_ptr());
                d
            }
        };
        (namespace, variables(f))
    };
    let mut hidden: Vec<(Owned, Owned)> = Vec::new();
    for (name, kind, value) in vars {
        match value {
            Some(v) if kind & LOCAL_HIDDEN != 0 => hidden.push((name, v)),
            None if kind & LOCAL_HIDDEN != 0 => {}
            Some(v) => sequence::set_item(py, &namespace, &name, Some(&v))?,
            None => match sequence::set_item(py, &namespace, &name, None) {
                Err(e) if exceptions::matches(&e, &exceptions::KeyError) => {}
                r => r?,
            },
        }
    }
    if hidden.is_empty() {
        return Ok(namespace);
    }
    let all = dict::new(py)?;
    dict::merge(py, &all, &namespace, true)?;
    for (name, v) in hidden {
        dict::set(py, &all, &name, &v)?;
    }
    Ok(all.upcast())
}

/// `_PyEval_GetFrameLocals`: of the running frame, if one runs.
pub fn current(py: Py<'_>) -> PyResult<Option<Owned>> {
    let f = frame::current(py);
    if f.is_null() {
        return Ok(None);
    }
    // SAFETY: the frame runs.
    unsafe { locals_of(py, f).map(Some) }
}
