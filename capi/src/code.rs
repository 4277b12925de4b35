//! code.h and cpython/code.h: making code objects, what they say of their lines and variables, data that C code keeps with
//! them, watchers of code objects.

use crate::util::{api, bad_call, name, put};
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};
use dxpy_core::abi::{PyCodeObject, PyObject, freefunc};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, attr, bytes, tuple, watch};
use dxpy_types::code::{self, Parts};

/// All three on the first line, without columns.
const ONE_LINE: [u8; 2] = [0x80 | 13 << 3 | 2, 0];

/// `PyCode_NewEmpty`.
pub(crate) fn empty(
    py: Py<'_>,
    filename: *const c_char,
    function: *const c_char,
    line: c_int,
) -> PyResult<Owned<PyCodeObject>> {
    // SAFETY: C strings.
    let (filename, function) = unsafe { (name(py, filename)?, name(py, function)?) };
    code::new(
        py,
        Parts {
            argcount: 0,
            posonlyargcount: 0,
            kwonlyargcount: 0,
            stacksize: 1,
            flags: 0,
            firstlineno: line,
            code: &code::RAISE,
            consts: tuple::empty(),
            names: tuple::empty(),
            localsplusnames: tuple::empty(),
            localspluskinds: bytes::new(py, b"")?,
            filename,
            name: function.clone(),
            qualname: function,
            linetable: bytes::new(py, &ONE_LINE)?,
            exceptiontable: bytes::new(py, b"")?,
        },
    )
}

api! {
    /// C: `int PyCode_AddWatcher(PyCode_WatchCallback)`.
    fn PyCode_AddWatcher(py, f: watch::CodeWatcher) -> PyResult<c_int> {
        watch::CODE.add(py, f)
    }

    /// C: `int PyCode_ClearWatcher(int)`.
    fn PyCode_ClearWatcher(py, id: c_int) -> PyResult<()> {
        watch::CODE.remove(py, id)
    }

    /// C: `PyCodeObject *PyCode_NewEmpty(const char *, const char *, int)`: code that only has a name and a place; running
    /// it is an `AssertionError`.
    fn PyCode_NewEmpty(py, filename: *const c_char, function: *const c_char, line: c_int) -> PyResult<Owned<PyCodeObject>> {
        empty(py, filename, function, line)
    }
}

/// `PyUnstable_Code_NewWithPosOnlyArgs` through the type's constructor, which checks all. The arguments are in its order.
fn new(
    py: Py<'_>,
    numbers: [c_int; 6],
    parts: [Option<&PyObject>; 7],
    line: c_int,
    tables: [Option<&PyObject>; 4],
) -> PyResult {
    let number = |n: c_int| dxpy_core::long::from_i64(py, n.into()).map(Owned::upcast);
    let object = |o: Option<&PyObject>| o.map(|o| o.to_owned()).ok_or_else(|| bad_call(py));
    let mut all: Vec<Owned> = Vec::with_capacity(18);
    for n in numbers {
        all.push(number(n)?);
    }
    for o in parts {
        all.push(object(o)?);
    }
    all.push(number(line)?);
    for o in tables {
        all.push(object(o)?);
    }
    dxpy_core::call::call_tuple(py, code::PyCode_Type.as_object(), &*tuple::from_iter(py, all)?, None)
}

/// Data of C code, by index (`_PyCodeObjectExtra`).
struct Extras(Vec<*mut c_void>);

/// The functions that free extras, by index.
static FREE: Gil<Cell<[Option<freefunc>; EXTRAS]>> = Gil(Cell::new([None; EXTRAS]));
static USED: Gil<Cell<usize>> = Gil(Cell::new(0));
const EXTRAS: usize = 255;

/// Frees what is kept with a code object that dies.
unsafe fn free_extras(p: *mut c_void) {
    // SAFETY: made by `set_extra`, and not used any more.
    let all = unsafe { Box::from_raw(p.cast::<Extras>()) };
    for (p, f) in all.0.into_iter().zip(FREE.get()) {
        if let Some(f) = f.filter(|_| !p.is_null()) {
            // SAFETY: the function that was registered for this index.
            unsafe { f(p) };
        }
    }
}

fn set_extra(c: &PyCodeObject, i: usize, value: *mut c_void) {
    code::FREE_EXTRA.set(Some(free_extras));
    if c.co_extra.get().is_null() {
        c.co_extra.set(Box::into_raw(Box::new(Extras(Vec::new()))).cast());
    }
    // SAFETY: just made, or made here before.
    let all = unsafe { &mut (*c.co_extra.get().cast::<Extras>()).0 };
    if all.len() <= i {
        all.resize(i + 1, core::ptr::null_mut());
    }
    let old = core::mem::replace(&mut all[i], value);
    if let Some(f) = FREE.get()[i].filter(|_| !old.is_null()) {
        // SAFETY: the function that was registered for this index.
        unsafe { f(old) };
    }
}

fn variables(py: Py<'_>, c: &PyCodeObject, called: &'static dxpy_core::unicode::Name) -> PyResult {
    attr::get_name(py, c.as_object(), called)
}

api! {
    /// C: `PyCodeObject *PyUnstable_Code_NewWithPosOnlyArgs(int argcount, int posonlyargcount, int kwonlyargcount, int nlocals, int stacksize, int flags, code, consts, names, varnames, freevars, cellvars, filename, name, qualname, int firstlineno, linetable, exceptiontable)`.
    fn PyUnstable_Code_NewWithPosOnlyArgs(
        py, argcount: c_int, posonly: c_int, kwonly: c_int, nlocals: c_int, stacksize: c_int, flags: c_int,
        code: Option<&PyObject>, consts: Option<&PyObject>, names: Option<&PyObject>, varnames: Option<&PyObject>,
        freevars: Option<&PyObject>, cellvars: Option<&PyObject>, filename: Option<&PyObject>, called: Option<&PyObject>,
        qualname: Option<&PyObject>, line: c_int, linetable: Option<&PyObject>, exceptiontable: Option<&PyObject>,
    ) -> PyResult<Owned> {
        new(
            py,
            [argcount, posonly, kwonly, nlocals, stacksize, flags],
            [code, consts, names, varnames, filename, called, qualname],
            line,
            [linetable, exceptiontable, freevars, cellvars],
        )
    }

    /// C: `PyCodeObject *PyUnstable_Code_New(...)`: without arguments that are only positional.
    fn PyUnstable_Code_New(
        py, argcount: c_int, kwonly: c_int, nlocals: c_int, stacksize: c_int, flags: c_int,
        code: Option<&PyObject>, consts: Option<&PyObject>, names: Option<&PyObject>, varnames: Option<&PyObject>,
        freevars: Option<&PyObject>, cellvars: Option<&PyObject>, filename: Option<&PyObject>, called: Option<&PyObject>,
        qualname: Option<&PyObject>, line: c_int, linetable: Option<&PyObject>, exceptiontable: Option<&PyObject>,
    ) -> PyResult<Owned> {
        new(
            py,
            [argcount, 0, kwonly, nlocals, stacksize, flags],
            [code, consts, names, varnames, filename, called, qualname],
            line,
            [linetable, exceptiontable, freevars, cellvars],
        )
    }

    /// C: `int PyCode_Addr2Line(PyCodeObject *, int byte_offset)`.
    fn PyCode_Addr2Line(_, c: &PyCodeObject, offset: c_int) -> c_int {
        if offset < 0 { c.co_firstlineno.get() } else { code::line_at(c, offset) }
    }

    /// C: `int PyCode_Addr2Location(PyCodeObject *, int byte_offset, int *line, int *column, int *end_line, int *end_column)`.
    fn PyCode_Addr2Location(_, c: &PyCodeObject, offset: c_int, line: *mut c_int, column: *mut c_int, end_line: *mut c_int, end_column: *mut c_int) -> c_int {
        let place = if offset < 0 { None } else { code::location_at(c, offset) };
        match place {
            Some(l) => {
                put(line, l.lineno);
                put(column, l.col_offset);
                put(end_line, l.end_lineno);
                put(end_column, l.end_col_offset);
            }
            None => {
                put(line, if offset < 0 { c.co_firstlineno.get() } else { -1 });
                [column, end_line, end_column].into_iter().for_each(|p| put(p, if offset < 0 { 0 } else { -1 }));
            }
        }
        1
    }

    /// C: `PyObject *PyCode_GetCode(PyCodeObject *)`.
    fn PyCode_GetCode(py, c: &PyCodeObject) -> PyResult<Owned> { variables(py, c, dxpy_core::name!("co_code")) }
    /// C: `PyObject *PyCode_GetVarnames(PyCodeObject *)`.
    fn PyCode_GetVarnames(py, c: &PyCodeObject) -> PyResult<Owned> { variables(py, c, dxpy_core::name!("co_varnames")) }
    /// C: `PyObject *PyCode_GetCellvars(PyCodeObject *)`.
    fn PyCode_GetCellvars(py, c: &PyCodeObject) -> PyResult<Owned> { variables(py, c, dxpy_core::name!("co_cellvars")) }
    /// C: `PyObject *PyCode_GetFreevars(PyCodeObject *)`.
    fn PyCode_GetFreevars(py, c: &PyCodeObject) -> PyResult<Owned> { variables(py, c, dxpy_core::name!("co_freevars")) }

    /// C: `PyObject *PyCode_Optimize(PyObject *code, PyObject *consts, PyObject *names, PyObject *lnotab)`: the code as it is.
    fn PyCode_Optimize(_, code: &PyObject, _consts: *mut PyObject, _names: *mut PyObject, _lines: *mut PyObject) -> Option<Owned> {
        Some(code.to_owned())
    }

    /// C: `Py_ssize_t PyUnstable_Eval_RequestCodeExtraIndex(freefunc)`: -1 where all are taken.
    fn PyUnstable_Eval_RequestCodeExtraIndex(_, f: Option<freefunc>) -> isize {
        let i = USED.get();
        if i == EXTRAS - 1 {
            return -1;
        }
        let mut all = FREE.get();
        all[i] = f;
        FREE.set(all);
        USED.set(i + 1);
        i as isize
    }

    /// C: `int PyUnstable_Code_GetExtra(PyObject *code, Py_ssize_t, void **)`: NULL for what was not set.
    fn PyUnstable_Code_GetExtra(py, c: Option<&PyObject>, i: isize, to: *mut *mut c_void) -> PyResult<()> {
        let c = c.and_then(code::check).ok_or_else(|| bad_call(py))?;
        // SAFETY: made by `set_extra`, or NULL.
        let all = unsafe { c.co_extra.get().cast::<Extras>().as_ref() };
        put(to, all.and_then(|e| e.0.get(i as usize).copied()).unwrap_or(core::ptr::null_mut()));
        Ok(())
    }

    /// C: `int PyUnstable_Code_SetExtra(PyObject *code, Py_ssize_t, void *)`.
    fn PyUnstable_Code_SetExtra(py, c: Option<&PyObject>, i: isize, value: *mut c_void) -> PyResult<()> {
        let c = c.and_then(code::check).ok_or_else(|| bad_call(py))?;
        let i = usize::try_from(i).ok().filter(|i| *i < USED.get()).ok_or_else(|| bad_call(py))?;
        set_extra(c, i, value);
        Ok(())
    }
}
