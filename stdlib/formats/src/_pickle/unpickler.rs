//! `Unpickler`: the object, its input and its memo. What each opcode does is in [`super::load`].

use super::load;
use super::memo;
use super::persistent::Persistent;
use super::pickler::{held, put};
use super::{dotted, table, unpickling_error};
use core::cell::{Cell, RefCell};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::buffer::{self, View};
use dxpy_core::call::{self, type_name};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, args, attr, audit, bytes, dict, exceptions, gc, getset, glue, hooks, long, methods,
    name, object, protocol, signature, tuple, unicode,
};
use std::borrow::Cow;
use std::collections::HashMap;

pub struct State {
    /// What was read or given; `at` is the next byte.
    input: Vec<u8>,
    at: usize,
    pub encoding: Cow<'static, str>,
    pub errors: Cow<'static, str>,
    pub fix_imports: bool,
    pub protocol: i32,
    /// Being read now: another `load` of the same object is a mistake.
    pub running: bool,
    /// For how many marks CPython would have room by now; only `__sizeof__` tells.
    mark_room: usize,
    /// The room for the line read last, which CPython keeps a copy of, with its end; likewise.
    line_room: usize,
}

/// Objects by their numbers in the memo, owned. Pickles number them from 0 on: those are in a row, NULL where there is
/// none; a number far off, which the row is not made to reach, is in the map, and then the row does not grow any more.
#[derive(Default)]
struct Numbered {
    row: Vec<Cell<*mut PyObject>>,
    rest: HashMap<usize, Cell<*mut PyObject>>,
    count: usize,
}

impl Numbered {
    #[inline]
    fn get(&self, i: usize) -> Option<&Cell<*mut PyObject>> {
        match self.row.get(i) {
            Some(o) => Some(o),
            None if self.rest.is_empty() => None,
            None => self.rest.get(&i),
        }
    }

    /// Gives what was there.
    #[inline]
    fn put(&mut self, i: usize, o: *mut PyObject) -> *mut PyObject {
        if i == self.row.len() && self.rest.is_empty() {
            self.row.push(Cell::new(o));
            self.count += 1;
            return core::ptr::null_mut();
        }
        self.put_elsewhere(i, o)
    }

    #[cold]
    fn put_elsewhere(&mut self, i: usize, o: *mut PyObject) -> *mut PyObject {
        if i >= self.row.len() && self.rest.is_empty() && i <= 2 * self.row.len() + 1024 {
            self.row.resize(i + 1, Cell::new(core::ptr::null_mut()));
        }
        let old = match self.row.get(i) {
            Some(place) => place.replace(o),
            None => self.rest.insert(i, Cell::new(o)).map_or(core::ptr::null_mut(), |p| p.get()),
        };
        self.count += usize::from(old.is_null());
        old
    }

    /// All of them, in the order of their numbers.
    fn items(&self) -> Vec<(usize, Owned)> {
        let far = self.rest.iter().map(|(i, o)| (*i, o));
        let mut all: Vec<(usize, Owned)> =
            self.row.iter().enumerate().chain(far).filter_map(|(i, o)| Some((i, held(o)?))).collect();
        all.sort_by_key(|(i, _)| *i);
        all
    }

    fn values(&self) -> impl Iterator<Item = &Cell<*mut PyObject>> {
        self.row.iter().chain(self.rest.values())
    }
}

/// `UnpicklerObject`.
#[repr(C)]
pub struct UnpicklerObject {
    ob_base: PyObject,
    read: Cell<*mut PyObject>,
    readline: Cell<*mut PyObject>,
    pub persistent_load: Persistent,
    pub buffers: Cell<*mut PyObject>,
    state: Cell<*mut RefCell<State>>,
    memo: Cell<*mut RefCell<Numbered>>,
    /// The struct is as large as CPython's, which has in it what the state has here.
    _room: [usize; 25],
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for UnpicklerObject {}

impl UnpicklerObject {
    fn fields(&self) -> [&Cell<*mut PyObject>; 4] {
        [&self.read, &self.readline, &self.persistent_load.function, &self.buffers]
    }

    /// The state; no Python code runs while it is borrowed.
    pub fn state(&self) -> &RefCell<State> {
        // SAFETY: set when the object was made, and freed with it.
        unsafe { &*self.state.get() }
    }

    fn memo(&self) -> &RefCell<Numbered> {
        // SAFETY: set when the object was made, and freed with it.
        unsafe { &*self.memo.get() }
    }

    pub fn memo_get(&self, i: usize) -> Option<Owned> {
        self.memo().borrow().get(i).and_then(held)
    }

    /// Puts an object into the memo; the one that was there is the caller's to drop.
    pub fn memo_put(&self, i: usize, o: Owned) -> Option<Owned> {
        let old = self.memo().borrow_mut().put(i, o.into_ptr());
        // SAFETY: OWNED: the memo held it.
        unsafe { Owned::from_raw_opt(old) }
    }

    /// One mark more than `n` is set: the table of CPython (`marks`) grows where it is full.
    pub fn note_marks(&self, n: usize) {
        let mut s = self.state().borrow_mut();
        if n >= s.mark_room {
            s.mark_room = 2 * n + 20;
        }
    }

    pub fn memo_len(&self) -> usize {
        self.memo().borrow().count
    }

    pub fn memo_items(&self) -> Vec<(usize, Owned)> {
        self.memo().borrow().items()
    }

    pub fn take_memo(&self) -> Vec<Owned> {
        let all = core::mem::take(&mut *self.memo().borrow_mut());
        // SAFETY: OWNED: the memo held a reference to each.
        all.values().filter_map(|p| unsafe { Owned::from_raw_opt(p.get()) }).collect()
    }
}

pub static UNPICKLER: StaticType = StaticType::new::<UnpicklerObject>(c"_pickle.Unpickler")
    .doc(c"Unpickler(file, *, fix_imports=True, encoding='ASCII', errors='strict',\n          buffers=())\n--\n\nAn object that reads pickles from a file.")
    .flags(Py_TPFLAGS_BASETYPE)
    .traverse(glue::traverse(|u: &UnpicklerObject, v: &glue::Visitor| {
        u.fields().into_iter().try_for_each(|f| v.visit(f))?;
        if u.memo.get().is_null() {
            return Ok(());
        }
        match u.memo().try_borrow() {
            Ok(m) => m.values().try_for_each(|o| v.visit(o)),
            Err(_) => Ok(()),
        }
    }))
    .clear(glue::clear(|_: Py<'_>, u: &UnpicklerObject| {
        u.fields().into_iter().for_each(object::clear_field);
        drop(u.take_memo());
    }))
    .dealloc(glue::dealloc(|_: Py<'_>, u: &UnpicklerObject| {
        // SAFETY: the type has a collector header; the parts go once and the memory last.
        unsafe {
            gc::untrack(u.as_object());
            u.fields().into_iter().for_each(object::clear_field);
            if !u.memo.get().is_null() {
                drop(u.take_memo());
                drop(Box::from_raw(u.memo.get()));
            }
            if !u.state.get().is_null() {
                drop(Box::from_raw(u.state.get()));
            }
            object::tp_free(u.as_object());
        }
    }))
    .create(glue::create(|py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>| {
        Ok(new(py, ty)?.upcast())
    }))
    .init(glue::init(init))
    .methods(&METHODS)
    .getset(&ATTRIBUTES);

methods! { static METHODS: for UnpicklerObject [
    "load" = load_method [0], "($self, /)", "Reads an object from the pickle in the file.", defining;
    "find_class" = find_class_method [2], "($self, module_name, global_name, /)", "What stands for a global's name.", defining;
    "__sizeof__" = sizeof [0], "($self, /)", "The bytes the object takes in memory.";
] }

getset! { static ATTRIBUTES [
    "memo" = |py: Py<'_>, u: &UnpicklerObject| memo::of_unpickler(py, u), set memo::set_unpickler, "";
    "persistent_load" = get_persistent_load, set set_persistent_load, "";
] }

fn new(py: Py<'_>, ty: &PyTypeObject) -> PyResult<Owned<UnpicklerObject>> {
    // SAFETY: LAYOUT: the type's instances begin like this struct.
    let u: Owned<UnpicklerObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    u.state.set(Box::into_raw(Box::new(RefCell::new(State {
        input: Vec::new(),
        at: 0,
        encoding: Cow::Borrowed(""),
        errors: Cow::Borrowed(""),
        fix_imports: true,
        protocol: 0,
        running: false,
        mark_room: 0,
        line_room: 0,
    }))));
    u.memo.set(Box::into_raw(Box::default()));
    Ok(u)
}

/// How strings of Python 2 are read, and the buffers that are out of band.
fn configure(
    py: Py<'_>,
    u: &UnpicklerObject,
    fix_imports: Option<bool>,
    encoding: Option<&PyUnicodeObject>,
    errors: Option<&PyUnicodeObject>,
    buffers: Option<&PyObject>,
) -> PyResult<()> {
    let text = |s: Option<&PyUnicodeObject>, default: &'static str| match s {
        Some(s) => Ok::<_, dxpy_core::PyErr>(Cow::Owned(unicode::utf8(py, s)?.into_owned())),
        None => Ok(Cow::Borrowed(default)),
    };
    let (encoding, errors) = (text(encoding, "ASCII")?, text(errors, "strict")?);
    let buffers = match buffers.filter(|b| !object::is_none(b)) {
        Some(b) => Some(protocol::iter(py, b)?),
        None => None,
    };
    put(&u.buffers, buffers);
    let mut s = u.state().borrow_mut();
    (s.encoding, s.errors, s.fix_imports) = (encoding, errors, fix_imports.unwrap_or(true));
    Ok(())
}

fn set_file(py: Py<'_>, u: &UnpicklerObject, file: &PyObject) -> PyResult<()> {
    let read = attr::lookup_name(py, file, name!("read"))?;
    let readline = attr::lookup_name(py, file, name!("readline"))?;
    let (Some(read), Some(readline)) = (read, readline) else {
        return Err(exceptions::type_error(
            py,
            format_args!("file must have 'read' and 'readline' attributes"),
        ));
    };
    put(&u.read, Some(read));
    put(&u.readline, Some(readline));
    Ok(())
}

fn init(py: Py<'_>, u: &UnpicklerObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let sig =
        signature!("Unpickler", "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())");
    args::bind_call(py, sig, a, kw, |b| {
        put(&u.read, None);
        set_file(py, u, b.arg(py, 0)?)?;
        configure(py, u, b.arg(py, 1)?, b.arg(py, 2)?, b.arg(py, 3)?, b.get(4))?;
        u.persistent_load.look_up(py, u.as_object(), name!("persistent_load"))?;
        drop(u.take_memo());
        let mut s = u.state().borrow_mut();
        (s.input, s.at, s.protocol) = (Vec::new(), 0, 0);
        Ok(())
    })
}

fn get_persistent_load(py: Py<'_>, u: &UnpicklerObject) -> PyResult {
    u.persistent_load.get(py, u.as_object(), "persistent_load")
}

fn set_persistent_load(py: Py<'_>, u: &UnpicklerObject, f: Option<&PyObject>) -> PyResult<()> {
    u.persistent_load.set(py, f, "persistent_load")
}

// Input.

#[cold]
fn truncated(py: Py<'_>) -> dxpy_core::PyErr {
    unpickling_error(py, "pickle data was truncated")
}

/// What a method of the file gave, as bytes.
fn content(py: Py<'_>, o: &PyObject, method: &str) -> PyResult<Vec<u8>> {
    match bytes::check(o) {
        Some(b) => Ok(bytes::as_slice(b).to_vec()),
        None if buffer::check(o) => buffer::to_vec(py, o),
        None => Err(exceptions::type_error(
            py,
            format_args!("{method}() returned non-bytes object ({})", type_name(o.ty())),
        )),
    }
}

/// Makes sure that so many bytes are there.
pub fn need(py: Py<'_>, u: &UnpicklerObject, n: usize) -> PyResult<()> {
    let there = {
        let s = u.state().borrow();
        s.input.len() - s.at
    };
    if there >= n {
        return Ok(());
    }
    let Some(read) = held(&u.read) else { return Err(truncated(py)) };
    let Ok(missing) = i64::try_from(n - there) else {
        return Err(unpickling_error(py, "read would overflow (invalid bytecode)"));
    };
    let missing_object = long::from_i64(py, missing)?;
    let got = call::call(py, &read, [missing_object.as_object()])?;
    let got = content(py, &got, "read")?;
    let mut s = u.state().borrow_mut();
    let at = s.at;
    s.input.drain(..at);
    s.at = 0;
    let enough = got.len() as i64 >= missing;
    s.input.extend_from_slice(&got);
    drop(s);
    if enough { Ok(()) } else { Err(truncated(py)) }
}

/// The next bytes.
pub fn take(py: Py<'_>, u: &UnpicklerObject, n: usize) -> PyResult<Vec<u8>> {
    need(py, u, n)?;
    let mut s = u.state().borrow_mut();
    let at = s.at;
    s.at += n;
    Ok(s.input[at..at + n].to_vec())
}

/// The next bytes as a string, where they are there and ASCII.
pub fn take_ascii(py: Py<'_>, u: &UnpicklerObject, n: usize) -> PyResult<Option<Owned<PyUnicodeObject>>> {
    let mut s = u.state().borrow_mut();
    let Some(b) = s.input[s.at..].get(..n).filter(|b| b.is_ascii()) else { return Ok(None) };
    // Making a string runs no Python code.
    let text = unicode::from_latin1(py, b)?;
    s.at += n;
    Ok(Some(text))
}

/// The next opcode.
#[inline]
pub fn opcode(py: Py<'_>, u: &UnpicklerObject) -> PyResult<u8> {
    let mut s = u.state().borrow_mut();
    if let Some(b) = s.input.get(s.at) {
        let b = *b;
        s.at += 1;
        return Ok(b);
    }
    drop(s);
    number(py, u, 1).map(|n| n as u8)
}

/// A number of so many bytes, little end first.
#[inline]
pub fn number(py: Py<'_>, u: &UnpicklerObject, n: usize) -> PyResult<u64> {
    let read = |s: &mut State| -> Option<u64> {
        let b = s.input[s.at..].get(..n)?;
        let v = match b {
            [b] => u64::from(*b),
            b => b.iter().rev().fold(0, |a, b| a << 8 | u64::from(*b)),
        };
        s.at += n;
        Some(v)
    };
    if let Some(v) = read(&mut u.state().borrow_mut()) {
        return Ok(v);
    }
    need(py, u, n)?;
    read(&mut u.state().borrow_mut()).ok_or_else(|| truncated(py))
}

/// A line, without its end.
pub fn line(py: Py<'_>, u: &UnpicklerObject) -> PyResult<Vec<u8>> {
    {
        let mut s = u.state().borrow_mut();
        let at = s.at;
        if let Some(n) = s.input[at..].iter().position(|b| *b == b'\n') {
            s.at += n + 1;
            s.line_room = n + 2;
            return Ok(s.input[at..at + n].to_vec());
        }
    }
    let Some(readline) = held(&u.readline) else { return Err(truncated(py)) };
    let mut line = {
        let mut s = u.state().borrow_mut();
        let at = s.at;
        s.at = s.input.len();
        s.input[at..].to_vec()
    };
    let got = call::call(py, &readline, [])?;
    line.extend_from_slice(&content(py, &got, "readline")?);
    u.state().borrow_mut().line_room = line.len() + 1;
    match line.pop() {
        Some(b'\n') => Ok(line),
        _ => Err(truncated(py)),
    }
}

// Globals.

/// `_pickle_Unpickler_find_class`.
pub fn find_class(py: Py<'_>, u: &UnpicklerObject, module: &PyObject, global: &PyObject) -> PyResult {
    audit::event(py, "pickle.find_class", [module, global])?;
    let (mut module, mut global) = (module.to_owned(), global.to_owned());
    let (fix, protocol) = {
        let s = u.state().borrow();
        (s.fix_imports, s.protocol)
    };
    if fix && protocol < 3 {
        let names = table(py, name!("_compat_pickle"), name!("NAME_MAPPING"))?;
        let key = tuple::from_iter(py, [module.clone(), global.clone()])?;
        if let Some(pair) = dict::get(py, &names, key.as_object())? {
            let Some([m, n]) = tuple::check(&pair).map(tuple::items) else {
                return Err(exceptions::runtime_error(
                    py,
                    format_args!(
                        "_compat_pickle.NAME_MAPPING values should be 2-tuples, not {}",
                        type_name(pair.ty())
                    ),
                ));
            };
            (module, global) = ((*m).to_owned(), (*n).to_owned());
        } else {
            let modules = table(py, name!("_compat_pickle"), name!("IMPORT_MAPPING"))?;
            if let Some(m) = dict::get(py, &modules, &module)? {
                module = m;
            }
        }
    }
    let Some(m) = unicode::check(&module) else {
        return Err(exceptions::type_error(
            py,
            format_args!("module name must be a string, not {}", type_name(module.ty())),
        ));
    };
    let imported = hooks::import_by_name(py, m)?;
    let n = attr::check_name(py, &global)?;
    if protocol >= 4 {
        return dotted(py, &imported, n).map(|(o, _)| o).map_err(|e| {
            if !exceptions::matches(&e, &exceptions::AttributeError) {
                return e;
            }
            let text = (unicode::display(&global), protocol::repr(py, &imported));
            match text {
                (n, Ok(m)) => exceptions::attribute_error(
                    py,
                    format_args!("Can't get attribute '{n}' on {}", unicode::display(m.as_object())),
                ),
                (_, Err(e)) => e,
            }
        });
    }
    attr::get(py, &imported, n)
}

fn find_class_method(py: Py<'_>, u: &UnpicklerObject, module: &PyObject, global: &PyObject) -> PyResult {
    find_class(py, u, module, global)
}

/// As a subclass may have it.
pub fn find_global(py: Py<'_>, u: &UnpicklerObject, module: &PyObject, global: &PyObject) -> PyResult {
    if u.ty().is(&UNPICKLER.0) {
        return find_class(py, u, module, global);
    }
    call::method(py, u.as_object(), name!("find_class"), [module, global])
}

fn load_method(py: Py<'_>, u: &UnpicklerObject) -> PyResult {
    if u.read.get().is_null() {
        return Err(unpickling_error(
            py,
            &format!("Unpickler.__init__() was not called by {}.__init__()", type_name(u.ty())),
        ));
    }
    load::run(py, u)
}

fn sizeof(_: Py<'_>, u: &UnpicklerObject) -> isize {
    let s = u.state().borrow();
    let memo = u.memo_len().max(32).next_power_of_two() * 8;
    u.ty().tp_basicsize.get()
        + (memo + 8 * s.mark_room + s.line_room + s.encoding.len() + s.errors.len() + 2) as isize
}

pub fn load(
    py: Py<'_>,
    _: &PyModuleObject,
    file: &PyObject,
    fix_imports: Option<bool>,
    encoding: Option<&PyUnicodeObject>,
    errors: Option<&PyUnicodeObject>,
    buffers: Option<&PyObject>,
) -> PyResult {
    let u = new(py, &UNPICKLER)?;
    set_file(py, &u, file)?;
    configure(py, &u, fix_imports, encoding, errors, buffers)?;
    load::run(py, &u)
}

pub fn loads(
    py: Py<'_>,
    _: &PyModuleObject,
    data: View,
    fix_imports: Option<bool>,
    encoding: Option<&PyUnicodeObject>,
    errors: Option<&PyUnicodeObject>,
    buffers: Option<&PyObject>,
) -> PyResult {
    let u = new(py, &UNPICKLER)?;
    u.state().borrow_mut().input = data.bytes().to_vec();
    configure(py, &u, fix_imports, encoding, errors, buffers)?;
    load::run(py, &u)
}
