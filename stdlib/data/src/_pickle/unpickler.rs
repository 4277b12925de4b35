//! `_pickle.Unpickler`: the object, its memo and its file; finding classes.

use super::input::{File, Input};
use super::reduce::names_of;
use super::{STATE, memo, names, table};
use crate::fields::{get, put, put_opt};
use core::cell::{Cell, RefCell};
use core::ffi::c_int;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, args, attr, audit, call, dict, exceptions, gc, getset, glue, method, methods, name,
    object, protocol, signature, tuple, unicode,
};
use std::collections::BTreeMap;

/// Objects by number. Numbers are given one after the other by every pickler; a pickle that says otherwise does not get
/// memory for what is between.
#[derive(Default)]
pub struct Memo {
    dense: Vec<Option<Owned>>,
    sparse: BTreeMap<usize, Owned>,
}

impl Memo {
    pub fn get(&self, i: usize) -> Option<Owned> {
        match self.dense.get(i) {
            Some(o) => o.clone(),
            None => self.sparse.get(&i).cloned(),
        }
    }

    /// The number after the last.
    pub fn len(&self) -> usize {
        self.dense.len()
    }

    /// Keeps an object; the one that had the number is the caller's to drop, when the memo is not borrowed any more.
    #[must_use = "dropping it may run Python code, which must not happen while the memo is borrowed"]
    pub fn replace(&mut self, i: usize, o: Owned) -> Option<Owned> {
        if i < self.dense.len() + 1024 {
            if i >= self.dense.len() {
                self.dense.resize_with(i + 1, || None);
            }
            return self.dense[i].replace(o);
        }
        self.sparse.insert(i, o)
    }

    /// As [`Memo::replace`], into a memo that nobody sees yet.
    pub fn put(&mut self, i: usize, o: Owned) {
        drop(self.replace(i, o));
    }

    /// Everything with its number.
    pub fn all(&self) -> Vec<(usize, Owned)> {
        let dense = self.dense.iter().enumerate().filter_map(|(i, o)| Some((i, o.clone()?)));
        dense.chain(self.sparse.iter().map(|(i, o)| (*i, o.clone()))).collect()
    }

    fn each(&self) -> impl Iterator<Item = &Owned> {
        self.dense.iter().flatten().chain(self.sparse.values())
    }
}

/// The part of an unpickler that holds no fields of Python's. Nothing in a cell is borrowed over a call out, but the
/// input, which is taken out for as long as it is read.
#[derive(Default)]
pub struct State {
    pub input: RefCell<Input>,
    pub memo: RefCell<Memo>,
    pub proto: Cell<i32>,
    pub fix_imports: Cell<bool>,
    pub encoding: RefCell<String>,
    pub errors: RefCell<String>,
}

/// A `_pickle.Unpickler`.
#[repr(C)]
pub struct UnpicklerObject {
    ob_base: PyObject,
    state: Cell<*mut State>,
    read: Cell<*mut PyObject>,
    readline: Cell<*mut PyObject>,
    peek: Cell<*mut PyObject>,
    pers_func: Cell<*mut PyObject>,
    /// Whether `pers_func` is a function that wants the unpickler before its argument.
    pers_self: Cell<usize>,
    pub buffers: Cell<*mut PyObject>,
    /// Nonzero once there is something to read.
    ready: Cell<usize>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for UnpicklerObject {}

/// `_pickle.Unpickler`.
pub static UNPICKLER: StaticType = StaticType::new::<UnpicklerObject>(c"_pickle.Unpickler")
    .doc(c"Unpickler(file, *, fix_imports=True, encoding='ASCII', errors='strict',\n          buffers=())\n--\n\nReads pickles from a file, which has read() and readline() methods for bytes.\n\nThe protocol is in the pickle. With fix_imports, names of Python 2 in protocols below 3 become today's;\nencoding and errors say how Python 2's strings are decoded, 'bytes' that they are not. Buffers are those that\nthe pickler's callback got.")
    .flags(Py_TPFLAGS_BASETYPE)
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc))
    .create(glue::create(create))
    .init(glue::init(init))
    .methods(&METHODS)
    .getset(&GETSET);

methods! { static METHODS: for UnpicklerObject [
    "load" = super::load::load_method [0], "($self, /)", "Read an object from the pickle in the file.";
    "find_class" = find_class [2], "($self, module_name, global_name, /)", "The object of a name in a module, which is imported if it has to be.\n\nSubclasses may look at the names, and refuse.";
    "__sizeof__" = sizeof [0], "($self, /)", "Size in memory, in bytes.";
] }

getset! { static GETSET [
    "memo" = memo_get, set memo_set, "";
    "persistent_load" = pers_get, set pers_set, "";
] }

fn fields(u: &UnpicklerObject) -> [&Cell<*mut PyObject>; 5] {
    [&u.read, &u.readline, &u.peek, &u.pers_func, &u.buffers]
}

fn traverse(u: &UnpicklerObject, v: &glue::Visitor) -> Result<(), c_int> {
    fields(u).into_iter().try_for_each(|f| v.visit(f))?;
    // SAFETY: set by `create`, or NULL before that.
    if let Some(s) = unsafe { u.state.get().as_ref() }
        && let Ok(memo) = s.memo.try_borrow()
    {
        memo.each().try_for_each(|o| v.visit(&Cell::new(o.as_ptr())))?;
    }
    Ok(())
}

fn clear(_: Py<'_>, u: &UnpicklerObject) {
    fields(u).into_iter().for_each(object::clear_field);
    // SAFETY: as in `traverse`.
    if let Some(s) = unsafe { u.state.get().as_ref() } {
        let old = core::mem::take(&mut *s.memo.borrow_mut());
        drop(old);
    }
}

fn dealloc(py: Py<'_>, u: &UnpicklerObject) {
    // SAFETY: the type has a collector header; everything is released once and the memory last.
    unsafe {
        gc::untrack(u.as_object());
        clear(py, u);
        let s = u.state.replace(core::ptr::null_mut());
        if !s.is_null() {
            drop(Box::from_raw(s));
        }
        object::tp_free(u.as_object());
    }
}

fn create(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    // SAFETY: LAYOUT: `ty` is `Unpickler` or below.
    let u: Owned<UnpicklerObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    u.state.set(Box::into_raw(Box::default()));
    Ok(u.upcast())
}

/// An unpickler that has nothing to read.
pub fn new(py: Py<'_>) -> PyResult<Owned<UnpicklerObject>> {
    // SAFETY: LAYOUT: an instance of the type.
    create(py, &UNPICKLER, &tuple::empty(), None).map(|o| unsafe { o.cast() })
}

/// The unpickler's state.
pub fn state<'a>(py: Py<'_>, u: &'a UnpicklerObject) -> PyResult<&'a State> {
    // SAFETY: set by `create` for the unpickler's life.
    unsafe { u.state.get().as_ref() }
        .ok_or_else(|| exceptions::system_error(py, format_args!("an unpickler without a state")))
}

/// What the file's methods are.
pub fn file(u: &UnpicklerObject) -> File<'_> {
    File { read: &u.read, readline: &u.readline, peek: &u.peek }
}

/// Whether there is something to read.
pub fn is_ready(u: &UnpicklerObject) -> bool {
    u.ready.get() != 0
}

/// `_Unpickler_SetInputEncoding` and `_Unpickler_SetBuffers`.
pub fn set_up(
    py: Py<'_>,
    u: &UnpicklerObject,
    fix_imports: bool,
    encoding: Option<&PyUnicodeObject>,
    errors: Option<&PyUnicodeObject>,
    buffers: Option<&PyObject>,
) -> PyResult<()> {
    let s = state(py, u)?;
    let text = |t: Option<&PyUnicodeObject>, default: &str| match t {
        Some(t) => unicode::utf8(py, t).map(|t| t.into_owned()),
        None => Ok(default.to_owned()),
    };
    s.encoding.replace(text(encoding, "ASCII")?);
    s.errors.replace(text(errors, "strict")?);
    s.fix_imports.set(fix_imports);
    s.proto.set(0);
    let buffers = buffers.filter(|b| !object::is_none(b)).map(|b| protocol::iter(py, b)).transpose()?;
    // Without any, and with an empty sequence of them, is not the same, except in what the error says.
    put_opt(&u.buffers, buffers);
    Ok(())
}

/// `_Unpickler_SetInputStream`.
pub fn set_file(py: Py<'_>, u: &UnpicklerObject, file: &PyObject) -> PyResult<()> {
    let peek = attr::lookup_name(py, file, name!("peek"))?;
    let read = attr::lookup_name(py, file, name!("read"))?;
    let readline = attr::lookup_name(py, file, name!("readline"))?;
    let (Some(read), Some(readline)) = (read, readline) else {
        return Err(exceptions::type_error(
            py,
            format_args!("file must have 'read' and 'readline' attributes"),
        ));
    };
    put_opt(&u.peek, peek);
    put(&u.read, read);
    put(&u.readline, readline);
    u.ready.set(1);
    Ok(())
}

/// `_Unpickler_SetStringInput`.
pub fn set_bytes(py: Py<'_>, u: &UnpicklerObject, data: &PyObject) -> PyResult<()> {
    let old = state(py, u)?.input.replace(Input::of(py, data)?);
    drop(old);
    u.ready.set(1);
    Ok(())
}

/// `_pickle_Unpickler___init___impl`.
fn init(py: Py<'_>, u: &UnpicklerObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let sig =
        signature!("Unpickler", "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())");
    args::bind_call(py, sig, given, kw, |b| {
        u.ready.set(0);
        fields(u).into_iter().for_each(object::clear_field);
        let s = state(py, u)?;
        let old = (s.input.take(), core::mem::take(&mut *s.memo.borrow_mut()));
        drop(old);
        set_file(py, u, b.arg(py, 0)?)?;
        let fix_imports = b.arg::<Option<bool>>(py, 1)?.unwrap_or(true);
        set_up(py, u, fix_imports, b.arg(py, 2)?, b.arg(py, 3)?, b.get(4))?;
        let own = super::own_method(py, u.as_object(), name!("persistent_load"))?;
        u.pers_self.set(own.as_ref().is_some_and(|(_, own)| *own) as usize);
        put_opt(&u.pers_func, own.map(|(f, _)| f));
        Ok(())
    })
}

/// What `persistent_load` answers for an id; None without one.
pub fn persistent_load(py: Py<'_>, u: &UnpicklerObject, id: &PyObject) -> PyResult {
    let Some(f) = get(&u.pers_func) else { return Err(no_persistent_load(py)) };
    match u.pers_self.get() {
        0 => call::call(py, &f, [id]),
        _ => call::call(py, &f, [u.as_object(), id]),
    }
}

/// Whether there is a `persistent_load`.
pub fn has_persistent_load(u: &UnpicklerObject) -> bool {
    !u.pers_func.get().is_null()
}

/// The error for a persistent id without a `persistent_load`.
#[cold]
pub fn no_persistent_load(py: Py<'_>) -> dxpy_core::PyErr {
    super::unpickling_error(
        py,
        format_args!(
            "A load persistent id instruction was encountered, but no persistent_load function was specified."
        ),
    )
}

/// `_pickle_Unpickler_find_class_impl`.
pub fn find_class(py: Py<'_>, u: &UnpicklerObject, module: &PyObject, name: &PyObject) -> PyResult {
    audit::event(py, "pickle.find_class", [module, name])?;
    let s = state(py, u)?;
    let (mut module, mut name) = (module.to_owned(), name.to_owned());
    if s.proto.get() < 3 && s.fix_imports.get() {
        let key = tuple::from_iter(py, [module.clone(), name.clone()])?;
        if let Some(pair) = dict::get(py, &table(&STATE.names_2to3), key.as_object())? {
            (module, name) = names_of(py, &pair, "NAME_MAPPING")?;
        } else if let Some(m) = dict::get(py, &table(&STATE.modules_2to3), &module)? {
            if unicode::check(&m).is_none() {
                let given = call::type_name(m.ty());
                return Err(exceptions::runtime_error(
                    py,
                    format_args!("_compat_pickle.IMPORT_MAPPING values should be strings, not {given}"),
                ));
            }
            module = m;
        }
    }
    let m = names::import(py, &module)?;
    let name = attr::check_name(py, &name)?;
    names::attribute(py, &m, name, s.proto.get() >= 4)
}

fn sizeof(py: Py<'_>, u: &UnpicklerObject) -> PyResult<usize> {
    let s = state(py, u)?;
    let memo = s.memo.borrow();
    let held = memo.dense.capacity() + memo.sparse.len() * 3;
    Ok(u.ty().tp_basicsize.get() as usize + size_of::<State>() + held * size_of::<usize>())
}

fn memo_get(py: Py<'_>, u: &UnpicklerObject) -> PyResult {
    memo::of_unpickler(py, u)
}

/// `Unpickler_set_memo`.
fn memo_set(py: Py<'_>, u: &UnpicklerObject, value: Option<&PyObject>) -> PyResult<()> {
    let Some(value) = value else {
        return Err(exceptions::type_error(py, format_args!("attribute deletion is not supported")));
    };
    let new = memo::unpickler_memo_from(py, value)?;
    let old = state(py, u)?.memo.replace(new);
    drop(old);
    Ok(())
}

fn pers_get(py: Py<'_>, u: &UnpicklerObject) -> PyResult {
    let Some(f) = get(&u.pers_func) else {
        return Err(exceptions::attribute_error(py, format_args!("persistent_load")));
    };
    match u.pers_self.get() {
        0 => Ok(f),
        _ => method::new(py, &f, u.as_object()).map(Owned::upcast),
    }
}

fn pers_set(py: Py<'_>, u: &UnpicklerObject, value: Option<&PyObject>) -> PyResult<()> {
    let Some(value) = value else {
        return Err(exceptions::type_error(py, format_args!("attribute deletion is not supported")));
    };
    if !protocol::is_callable(value) {
        return Err(exceptions::type_error(
            py,
            format_args!("persistent_load must be a callable taking one argument"),
        ));
    }
    u.pers_self.set(0);
    put(&u.pers_func, value.to_owned());
    Ok(())
}
