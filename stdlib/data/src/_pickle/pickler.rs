//! `_pickle.Pickler`: the object, its memo and its file.

use super::memo;
use super::op;
use super::out::Out;
use super::{pickling_error, save};
use crate::fields::{get, put, put_opt};
use core::cell::{Cell, RefCell};
use core::ffi::c_int;
use core::hash::{BuildHasherDefault, Hasher};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, attr, bytes, call, exceptions, gc, getset, glue, members, method,
    methods, name, number, object, protocol, signature,
};
use std::collections::HashMap;

/// Addresses hash to themselves, spread.
#[derive(Default)]
pub struct Address(u64);

impl Hasher for Address {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 ^ u64::from(*b)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn write_usize(&mut self, n: usize) {
        self.0 = ((n >> 4) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// The objects pickled, by address: their number in the memo.
pub type Memo = HashMap<usize, (usize, Owned), BuildHasherDefault<Address>>;

/// The part of a pickler that holds no fields of Python's. What is in cells that are borrowed is never borrowed over a
/// call out.
#[derive(Default)]
pub struct State {
    pub out: Out,
    pub memo: RefCell<Memo>,
    pub proto: Cell<i32>,
    pub fix_imports: Cell<bool>,
    pub nesting: Cell<i32>,
}

/// A `_pickle.Pickler`.
#[repr(C)]
pub struct PicklerObject {
    ob_base: PyObject,
    state: Cell<*mut State>,
    pub write: Cell<*mut PyObject>,
    pers_func: Cell<*mut PyObject>,
    /// Whether `pers_func` is a function that wants the pickler before its argument.
    pers_self: Cell<usize>,
    pub dispatch_table: Cell<*mut PyObject>,
    pub buffer_callback: Cell<*mut PyObject>,
    pub reducer_override: Cell<*mut PyObject>,
    pub fast_memo: Cell<*mut PyObject>,
    pub bin: Cell<c_int>,
    pub fast: Cell<c_int>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for PicklerObject {}

/// `_pickle.Pickler`.
pub static PICKLER: StaticType = StaticType::new::<PicklerObject>(c"_pickle.Pickler")
    .doc(c"Pickler(file, protocol=None, fix_imports=True, buffer_callback=None)\n--\n\nWrites pickles to a file, which has a write() method for bytes.\n\nThe protocol is 0 to 5, a negative one is the highest. With fix_imports, names that Python 2 knew otherwise\nare written as it knew them in protocols below 3. The callback gets buffers to be kept out of the pickle.")
    .flags(Py_TPFLAGS_BASETYPE)
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc))
    .create(glue::create(create))
    .init(glue::init(init))
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET);

methods! { static METHODS: for PicklerObject [
    "dump" = dump_to_file [1], "($self, obj, /)", "Write a pickle of the object to the file.";
    "clear_memo" = clear_memo [0], "($self, /)", "Forget which objects were pickled, so that the next pickle refers to none of them.";
    "__sizeof__" = sizeof [0], "($self, /)", "Size in memory, in bytes.";
] }

members! { static MEMBERS [
    "bin" = Py_T_INT, offset_of!(PicklerObject, bin), 0, "";
    "fast" = Py_T_INT, offset_of!(PicklerObject, fast), 0, "";
    "dispatch_table" = Py_T_OBJECT_EX, offset_of!(PicklerObject, dispatch_table), 0, "";
] }

getset! { static GETSET [
    "memo" = memo_get, set memo_set, "";
    "persistent_id" = pers_get, set pers_set, "";
] }

fn fields(p: &PicklerObject) -> [&Cell<*mut PyObject>; 6] {
    [&p.write, &p.pers_func, &p.dispatch_table, &p.buffer_callback, &p.reducer_override, &p.fast_memo]
}

fn traverse(p: &PicklerObject, v: &glue::Visitor) -> Result<(), c_int> {
    fields(p).into_iter().try_for_each(|f| v.visit(f))?;
    // SAFETY: set by `create`, or NULL before that.
    if let Some(s) = unsafe { p.state.get().as_ref() }
        && let Ok(memo) = s.memo.try_borrow()
    {
        memo.values().try_for_each(|(_, o)| v.visit(&Cell::new(o.as_ptr())))?;
    }
    Ok(())
}

fn clear(_: Py<'_>, p: &PicklerObject) {
    fields(p).into_iter().for_each(object::clear_field);
    // SAFETY: as in `traverse`.
    if let Some(s) = unsafe { p.state.get().as_ref() } {
        let old = core::mem::take(&mut *s.memo.borrow_mut());
        drop(old);
    }
}

fn dealloc(py: Py<'_>, p: &PicklerObject) {
    // SAFETY: the type has a collector header; everything is released once and the memory last.
    unsafe {
        gc::untrack(p.as_object());
        clear(py, p);
        let s = p.state.replace(core::ptr::null_mut());
        if !s.is_null() {
            drop(Box::from_raw(s));
        }
        object::tp_free(p.as_object());
    }
}

fn create(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    // SAFETY: LAYOUT: `ty` is `Pickler` or below.
    let p: Owned<PicklerObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    p.state.set(Box::into_raw(Box::default()));
    Ok(p.upcast())
}

/// A pickler without a file.
pub fn new(py: Py<'_>) -> PyResult<Owned<PicklerObject>> {
    // SAFETY: LAYOUT: an instance of the type.
    create(py, &PICKLER, &tuple_empty(), None).map(|o| unsafe { o.cast() })
}

fn tuple_empty() -> Owned<PyTupleObject> {
    dxpy_core::tuple::empty()
}

/// The pickler's state.
pub fn state<'a>(py: Py<'_>, p: &'a PicklerObject) -> PyResult<&'a State> {
    // SAFETY: set by `create` for the pickler's life.
    unsafe { p.state.get().as_ref() }
        .ok_or_else(|| exceptions::system_error(py, format_args!("a pickler without a state")))
}

/// `_Pickler_SetProtocol` and `_Pickler_SetBufferCallback`.
pub fn set_up(
    py: Py<'_>,
    p: &PicklerObject,
    protocol: Option<&PyObject>,
    fix_imports: bool,
    callback: Option<&PyObject>,
) -> PyResult<()> {
    let proto = match protocol.filter(|o| !object::is_none(o)) {
        None => op::DEFAULT as isize,
        Some(o) => number::as_ssize(py, o, &exceptions::OverflowError)?,
    };
    let proto = if proto < 0 { op::HIGHEST as isize } else { proto };
    if proto > op::HIGHEST as isize {
        return Err(exceptions::value_error(py, format_args!("pickle protocol must be <= {}", op::HIGHEST)));
    }
    let callback = callback.filter(|c| !object::is_none(c));
    if callback.is_some() && proto < 5 {
        return Err(exceptions::value_error(py, format_args!("buffer_callback needs protocol >= 5")));
    }
    let s = state(py, p)?;
    s.proto.set(proto as i32);
    p.bin.set((proto > 0) as c_int);
    s.fix_imports.set(fix_imports && proto < 3);
    put_opt(&p.buffer_callback, callback.map(Object::to_owned));
    Ok(())
}

/// `_Pickler_SetOutputStream`.
pub fn set_file(py: Py<'_>, p: &PicklerObject, file: &PyObject) -> PyResult<()> {
    match attr::lookup_name(py, file, name!("write"))? {
        Some(w) => {
            put(&p.write, w);
            Ok(())
        }
        None => Err(exceptions::type_error(py, format_args!("file must have a 'write' attribute"))),
    }
}

/// `_pickle_Pickler___init___impl`.
fn init(py: Py<'_>, p: &PicklerObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let sig = signature!("Pickler", "(file, protocol=None, fix_imports=True, buffer_callback=None)");
    args::bind_call(py, sig, given, kw, |b| {
        object::clear_field(&p.write);
        set_up(py, p, b.get(1), b.arg::<Option<bool>>(py, 2)?.unwrap_or(true), b.get(3))?;
        set_file(py, p, b.arg(py, 0)?)?;
        let s = state(py, p)?;
        let old = core::mem::take(&mut *s.memo.borrow_mut());
        drop(old);
        s.out.reset();
        s.nesting.set(0);
        p.fast.set(0);
        object::clear_field(&p.fast_memo);
        let own = super::own_method(py, p.as_object(), name!("persistent_id"))?;
        p.pers_self.set(own.as_ref().is_some_and(|(_, own)| *own) as usize);
        put_opt(&p.pers_func, own.map(|(f, _)| f));
        put_opt(&p.dispatch_table, attr::lookup_name(py, p.as_object(), name!("dispatch_table"))?);
        Ok(())
    })
}

/// What `persistent_id` answers for an object; None without one.
pub fn persistent_id(py: Py<'_>, p: &PicklerObject, o: &PyObject) -> PyResult<Option<Owned>> {
    let Some(f) = get(&p.pers_func) else { return Ok(None) };
    let r = if p.pers_self.get() != 0 {
        call::call(py, &f, [p.as_object(), o])?
    } else {
        call::call(py, &f, [o])?
    };
    Ok(Some(r).filter(|r| !object::is_none(r)))
}

/// `_Pickler_FlushToFile`.
pub fn flush(py: Py<'_>, p: &PicklerObject) -> PyResult<()> {
    let Some(w) = get(&p.write) else { return Ok(()) };
    let data = bytes::new(py, &state(py, p)?.out.take())?;
    call::call(py, &w, [data.as_object()]).map(drop)
}

/// `dump`: a whole pickle, which is left in the output but for full frames.
pub fn dump_object(py: Py<'_>, p: &PicklerObject, o: &PyObject) -> PyResult<()> {
    let s = state(py, p)?;
    s.out.reset();
    put_opt(&p.reducer_override, attr::lookup_name(py, p.as_object(), name!("reducer_override"))?);
    if s.proto.get() >= 2 {
        s.out.write(&[op::PROTO, s.proto.get() as u8]);
        s.out.set_framing(s.proto.get() >= 4);
    }
    let r = save::save(py, p, o);
    // A reference to the pickler itself.
    object::clear_field(&p.reducer_override);
    r?;
    s.out.op(op::STOP);
    s.out.end_frame();
    s.out.set_framing(false);
    Ok(())
}

/// `Pickler.dump`.
pub fn dump_to_file(py: Py<'_>, p: &PicklerObject, o: &PyObject) -> PyResult<()> {
    if p.write.get().is_null() {
        let name = call::short_name(p.ty());
        return Err(pickling_error(
            py,
            format_args!("Pickler.__init__() was not called by {name}.__init__()"),
        ));
    }
    dump_object(py, p, o)?;
    flush(py, p)
}

fn clear_memo(py: Py<'_>, p: &PicklerObject) -> PyResult<()> {
    let old = core::mem::take(&mut *state(py, p)?.memo.borrow_mut());
    drop(old);
    Ok(())
}

fn sizeof(py: Py<'_>, p: &PicklerObject) -> PyResult<usize> {
    let s = state(py, p)?;
    let entry = size_of::<(usize, (usize, Owned))>() + 1;
    let memo = s.memo.borrow().capacity() * entry;
    Ok(p.ty().tp_basicsize.get() as usize + size_of::<State>() + memo + s.out.len())
}

fn memo_get(py: Py<'_>, p: &PicklerObject) -> PyResult {
    memo::of_pickler(py, p)
}

/// `Pickler_set_memo`: from another pickler's memo, or a dict of numbers and objects.
fn memo_set(py: Py<'_>, p: &PicklerObject, value: Option<&PyObject>) -> PyResult<()> {
    let Some(value) = value else {
        return Err(exceptions::type_error(py, format_args!("attribute deletion is not supported")));
    };
    let new = memo::pickler_memo_from(py, value)?;
    let old = state(py, p)?.memo.replace(new);
    drop(old);
    Ok(())
}

fn no_attribute(py: Py<'_>, text: &str) -> PyErr {
    exceptions::attribute_error(py, format_args!("{text}"))
}

fn pers_get(py: Py<'_>, p: &PicklerObject) -> PyResult {
    let f = get(&p.pers_func).ok_or_else(|| no_attribute(py, "persistent_id"))?;
    match p.pers_self.get() {
        0 => Ok(f),
        _ => method::new(py, &f, p.as_object()).map(Owned::upcast),
    }
}

fn pers_set(py: Py<'_>, p: &PicklerObject, value: Option<&PyObject>) -> PyResult<()> {
    let Some(value) = value else {
        return Err(exceptions::type_error(py, format_args!("attribute deletion is not supported")));
    };
    if !protocol::is_callable(value) {
        return Err(exceptions::type_error(
            py,
            format_args!("persistent_id must be a callable taking one argument"),
        ));
    }
    p.pers_self.set(0);
    put(&p.pers_func, value.to_owned());
    Ok(())
}
