//! `Pickler`: the object, its memo, output and frames. What is written for which object is in [`super::save`].

use super::memo;
use super::opcode::*;
use super::persistent::Persistent;
use super::{pickling_error, save};
use core::cell::{Cell, RefCell};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, args, attr, bytes, call, exceptions, gc, getset, glue, members, methods, name,
    object, signature,
};

/// What a frame is filled up to, its header, and the least that is worth one.
const FRAME_TARGET: usize = 64 * 1024;
const FRAME_HEADER: usize = 9;
const FRAME_LEAST: usize = 4;

/// What is known of objects written already: their places, and references that keep them where they are.
#[derive(Default)]
pub struct Memo {
    /// Open addressing over a power of two of slots, at most half of them used: one more than an index of `objects`, or 0.
    slots: Vec<usize>,
    pub objects: Vec<Cell<*mut PyObject>>,
}

impl Memo {
    pub fn clear(&mut self) -> Vec<Owned> {
        self.slots.clear();
        // SAFETY: OWNED: the memo held a reference to each.
        self.objects.drain(..).filter_map(|p| unsafe { Owned::from_raw_opt(p.get()) }).collect()
    }

    /// The slot of an object: where it is, or would be. There is one.
    #[inline]
    fn slot(&self, o: *mut PyObject) -> usize {
        let mask = self.slots.len() - 1;
        // Objects are aligned to 16 bytes: one multiplication brings the other bits to the top.
        let hash = (o as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut i = (hash >> 32) as usize & mask;
        while self.slots[i] != 0 && self.objects[self.slots[i] - 1].get() != o {
            i = (i + 1) & mask;
        }
        i
    }

    #[inline]
    pub fn place(&self, o: &PyObject) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        self.slots[self.slot(o.as_ptr())].checked_sub(1)
    }

    #[inline]
    pub fn put(&mut self, o: &PyObject) -> usize {
        let place = self.objects.len();
        if place * 2 >= self.slots.len() {
            self.grow();
        }
        let i = self.slot(o.as_ptr());
        self.objects.push(Cell::new(o.to_owned().into_ptr()));
        self.slots[i] = self.objects.len();
        place
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let n = (self.slots.len() * 4).max(128);
        self.slots.clear();
        self.slots.resize(n, 0);
        self.objects.reserve(n / 2);
        for place in 0..self.objects.len() {
            let i = self.slot(self.objects[place].get());
            self.slots[i] = place + 1;
        }
    }
}

pub struct State {
    pub memo: Memo,
    out: Vec<u8>,
    frame: Option<usize>,
    framing: bool,
    pub protocol: i32,
    pub fix_imports: bool,
    /// Containers being written, in `fast` mode.
    pub nested: Vec<usize>,
    pub depth: usize,
    /// Nothing was written yet: CPython has a first buffer for it.
    fresh: bool,
}

/// `PicklerObject`.
#[repr(C)]
pub struct PicklerObject {
    ob_base: PyObject,
    pub bin: Cell<i32>,
    pub fast: Cell<i32>,
    pub dispatch_table: Cell<*mut PyObject>,
    pub persistent_id: Persistent,
    pub reducer_override: Cell<*mut PyObject>,
    pub buffer_callback: Cell<*mut PyObject>,
    write: Cell<*mut PyObject>,
    state: Cell<*mut RefCell<State>>,
    /// The struct is as large as CPython's, which has in it what the state has here.
    _room: [usize; 9],
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for PicklerObject {}

impl PicklerObject {
    fn fields(&self) -> [&Cell<*mut PyObject>; 5] {
        [
            &self.dispatch_table,
            &self.persistent_id.function,
            &self.reducer_override,
            &self.buffer_callback,
            &self.write,
        ]
    }

    /// The state; no Python code runs while it is borrowed.
    pub fn state(&self) -> &RefCell<State> {
        // SAFETY: set when the object was made, and freed with it.
        unsafe { &*self.state.get() }
    }
}

/// A field's object.
pub fn held(field: &Cell<*mut PyObject>) -> Option<Owned> {
    // SAFETY: LIVE: a field holds its object.
    unsafe { field.get().as_ref() }.map(Object::to_owned)
}

/// Puts another object into a field.
pub fn put(field: &Cell<*mut PyObject>, o: Option<Owned>) {
    let old = field.replace(o.map_or(core::ptr::null_mut(), Owned::into_ptr));
    // SAFETY: OWNED: the field held it.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
}

pub static PICKLER: StaticType = StaticType::new::<PicklerObject>(c"_pickle.Pickler")
    .doc(c"Pickler(file, protocol=None, fix_imports=True, buffer_callback=None)\n--\n\nAn object that writes pickles to a file.")
    .flags(Py_TPFLAGS_BASETYPE)
    .traverse(glue::traverse(|p: &PicklerObject, v: &glue::Visitor| {
        p.fields().into_iter().try_for_each(|f| v.visit(f))?;
        if p.state.get().is_null() {
            return Ok(());
        }
        match p.state().try_borrow() {
            Ok(s) => s.memo.objects.iter().try_for_each(|o| v.visit(o)),
            Err(_) => Ok(()),
        }
    }))
    .clear(glue::clear(|_: Py<'_>, p: &PicklerObject| {
        p.fields().into_iter().for_each(object::clear_field);
        let gone = p.state().try_borrow_mut().map(|mut s| s.memo.clear());
        drop(gone);
    }))
    .dealloc(glue::dealloc(|_: Py<'_>, p: &PicklerObject| {
        // SAFETY: the type has a collector header; the parts go once and the memory last.
        unsafe {
            gc::untrack(p.as_object());
            p.fields().into_iter().for_each(object::clear_field);
            let s = p.state.replace(core::ptr::null_mut());
            if !s.is_null() {
                let gone = (*s).borrow_mut().memo.clear();
                drop(gone);
                drop(Box::from_raw(s));
            }
            object::tp_free(p.as_object());
        }
    }))
    .create(glue::create(|py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>| {
        Ok(new(py, ty)?.upcast())
    }))
    .init(glue::init(init))
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&ATTRIBUTES);

methods! { static METHODS: for PicklerObject [
    "dump" = dump_method [1], "($self, obj, /)", "Writes a pickle of an object to the file.", defining;
    "clear_memo" = clear_memo [0], "($self, /)", "Forgets what was written already.";
    "__sizeof__" = sizeof [0], "($self, /)", "The bytes the object takes in memory.";
] }

members! { static MEMBERS [
    "bin" = Py_T_INT, offset_of!(PicklerObject, bin), 0, "";
    "fast" = Py_T_INT, offset_of!(PicklerObject, fast), 0, "";
    "dispatch_table" = Py_T_OBJECT_EX, offset_of!(PicklerObject, dispatch_table), 0, "";
] }

getset! { static ATTRIBUTES [
    "memo" = |py: Py<'_>, p: &PicklerObject| memo::of_pickler(py, p), set memo::set_pickler, "";
    "persistent_id" = get_persistent_id, set set_persistent_id, "";
] }

fn new(py: Py<'_>, ty: &PyTypeObject) -> PyResult<Owned<PicklerObject>> {
    // SAFETY: LAYOUT: the type's instances begin like this struct.
    let p: Owned<PicklerObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    p.state.set(Box::into_raw(Box::new(RefCell::new(State {
        memo: Memo::default(),
        out: Vec::with_capacity(240),
        frame: None,
        framing: false,
        protocol: 0,
        fix_imports: true,
        nested: Vec::new(),
        depth: 0,
        fresh: true,
    }))));
    Ok(p)
}

/// `_Pickler_SetProtocol`.
fn set_protocol(py: Py<'_>, p: &PicklerObject, protocol: Option<&PyObject>, fix: bool) -> PyResult<()> {
    let n = match protocol.filter(|o| !object::is_none(o)) {
        None => DEFAULT,
        Some(o) => {
            let n = dxpy_core::number::index_any(py, o)?;
            let n = dxpy_core::long::to_i64(&n).ok_or_else(|| {
                exceptions::overflow_error(py, format_args!("Python int too large to convert to C long"))
            })?;
            if n < 0 {
                HIGHEST
            } else if n > HIGHEST.into() {
                return Err(exceptions::value_error(
                    py,
                    format_args!("pickle protocol must be <= {HIGHEST}"),
                ));
            } else {
                n as i32
            }
        }
    };
    let mut s = p.state().borrow_mut();
    s.protocol = n;
    s.fix_imports = fix && n < 3;
    p.bin.set((n > 0).into());
    Ok(())
}

fn set_callback(py: Py<'_>, p: &PicklerObject, f: Option<&PyObject>) -> PyResult<()> {
    let f = f.filter(|f| !object::is_none(f));
    if f.is_some() && p.state().borrow().protocol < 5 {
        return Err(exceptions::value_error(py, format_args!("buffer_callback needs protocol >= 5")));
    }
    put(&p.buffer_callback, f.map(Object::to_owned));
    Ok(())
}

fn set_file(py: Py<'_>, p: &PicklerObject, file: &PyObject) -> PyResult<()> {
    let Some(write) = attr::lookup_name(py, file, name!("write"))? else {
        return Err(exceptions::type_error(py, format_args!("file must have a 'write' attribute")));
    };
    put(&p.write, Some(write));
    Ok(())
}

fn init(py: Py<'_>, p: &PicklerObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let sig = signature!("Pickler", "(file, protocol=None, fix_imports=True, buffer_callback=None)");
    args::bind_call(py, sig, a, kw, |b| {
        put(&p.write, None);
        let fix = b.arg::<Option<bool>>(py, 2)?.unwrap_or(true);
        set_protocol(py, p, b.get(1), fix)?;
        set_file(py, p, b.arg(py, 0)?)?;
        set_callback(py, p, b.get(3))?;
        let gone = p.state().borrow_mut().memo.clear();
        drop(gone);
        p.state().borrow_mut().out.clear();
        p.fast.set(0);
        p.persistent_id.look_up(py, p.as_object(), name!("persistent_id"))?;
        put(&p.dispatch_table, attr::lookup_name(py, p.as_object(), name!("dispatch_table"))?);
        Ok(())
    })
}

fn get_persistent_id(py: Py<'_>, p: &PicklerObject) -> PyResult {
    p.persistent_id.get(py, p.as_object(), "persistent_id")
}

fn set_persistent_id(py: Py<'_>, p: &PicklerObject, f: Option<&PyObject>) -> PyResult<()> {
    p.persistent_id.set(py, f, "persistent_id")
}

// Output.

impl State {
    /// `_Pickler_Write`.
    #[inline]
    pub fn write(&mut self, b: &[u8]) {
        self.begin();
        self.out.extend_from_slice(b);
    }

    /// Where there are frames, what comes next is in one.
    #[inline]
    fn begin(&mut self) {
        if self.framing && self.frame.is_none() {
            self.frame = Some(self.out.len());
            self.out.extend_from_slice(&[0xfe; FRAME_HEADER]);
        }
    }

    #[inline]
    pub fn byte(&mut self, b: u8) {
        self.begin();
        self.out.push(b);
    }

    /// `_Pickler_CommitFrame`.
    fn commit(&mut self) {
        let Some(start) = self.frame.take() else { return };
        let len = self.out.len() - start - FRAME_HEADER;
        if len >= FRAME_LEAST {
            self.out[start] = FRAME;
            self.out[start + 1..start + FRAME_HEADER].copy_from_slice(&(len as u64).to_le_bytes());
        } else {
            self.out.drain(start..start + FRAME_HEADER);
        }
    }

    /// An opcode with an argument of so many bytes, little end first.
    #[inline]
    pub fn op(&mut self, op: u8, n: u64, size: usize) {
        self.begin();
        // All nine bytes are written, whose number is known here, and the superfluous ones taken back.
        let mut b = [op; 9];
        b[1..].copy_from_slice(&n.to_le_bytes());
        let len = self.out.len() + 1 + size;
        self.out.extend_from_slice(&b);
        self.out.truncate(len);
    }
}

/// Writes what is there to the file.
fn flush(py: Py<'_>, p: &PicklerObject) -> PyResult<()> {
    let Some(write) = held(&p.write) else { return Ok(()) };
    let out = core::mem::take(&mut p.state().borrow_mut().out);
    let b = bytes::new(py, &out)?;
    call::call(py, &write, [b.as_object()]).map(drop)
}

/// `_Pickler_OpcodeBoundary`: a full frame ends here.
pub fn boundary(py: Py<'_>, p: &PicklerObject) -> PyResult<()> {
    {
        let mut s = p.state().borrow_mut();
        let Some(start) = s.frame else { return Ok(()) };
        if !s.framing || s.out.len() - start - FRAME_HEADER < FRAME_TARGET {
            return Ok(());
        }
        s.commit();
    }
    flush(py, p)
}

/// `_Pickler_write_bytes`: large content stands outside frames, and goes to the file as it is.
pub fn write_bytes(
    py: Py<'_>,
    p: &PicklerObject,
    header: (u8, usize),
    content: &[u8],
    payload: Option<&PyObject>,
) -> PyResult<()> {
    let large = content.len() >= FRAME_TARGET;
    let framing = {
        let mut s = p.state().borrow_mut();
        let framing = s.framing;
        if large {
            s.commit();
            s.framing = false;
        }
        s.op(header.0, content.len() as u64, header.1);
        framing
    };
    let done = match held(&p.write).filter(|_| large) {
        Some(write) => flush(py, p).and_then(|()| match payload {
            Some(o) => call::call(py, &write, [o]).map(drop),
            None => {
                let b = bytes::new(py, content)?;
                call::call(py, &write, [b.as_object()]).map(drop)
            }
        }),
        None => {
            p.state().borrow_mut().write(content);
            Ok(())
        }
    };
    p.state().borrow_mut().framing = framing;
    done
}

/// `dump`: one whole pickle.
fn write_pickle(py: Py<'_>, p: &PicklerObject, o: &PyObject) -> PyResult<()> {
    put(&p.reducer_override, attr::lookup_name(py, p.as_object(), name!("reducer_override"))?);
    {
        let mut s = p.state().borrow_mut();
        let n = s.protocol;
        s.framing = false;
        s.frame = None;
        s.fresh = false;
        if n >= 2 {
            s.write(&[PROTO, n as u8]);
            s.framing = n >= 4;
        }
    }
    let done = save::save(py, p, o, false);
    // A method of the pickler itself would keep it alive.
    put(&p.reducer_override, None);
    let mut s = p.state().borrow_mut();
    if done.is_ok() {
        s.write(&[STOP]);
        s.commit();
    }
    s.framing = false;
    s.frame = None;
    s.nested.clear();
    s.depth = 0;
    done
}

fn dump_method(py: Py<'_>, p: &PicklerObject, o: &PyObject) -> PyResult<()> {
    if p.write.get().is_null() {
        return Err(pickling_error(
            py,
            &format!("Pickler.__init__() was not called by {}.__init__()", call::type_name(p.ty())),
        ));
    }
    p.state().borrow_mut().out.clear();
    write_pickle(py, p, o)?;
    flush(py, p)
}

fn clear_memo(_: Py<'_>, p: &PicklerObject) {
    let gone = p.state().borrow_mut().memo.clear();
    drop(gone);
}

fn sizeof(_: Py<'_>, p: &PicklerObject) -> isize {
    let s = p.state().borrow();
    // CPython's table has at least a third of its places free, and grows fourfold.
    let mut places = 8;
    while s.memo.objects.len() * 3 >= places * 2 {
        places *= 4;
    }
    let first = if s.fresh { 4096 + size_of::<PyVarObject>() + 9 } else { 0 };
    p.ty().tp_basicsize.get() + (32 + 16 * places + first) as isize
}

pub fn dump(
    py: Py<'_>,
    _: &PyModuleObject,
    o: &PyObject,
    file: &PyObject,
    protocol: Option<&PyObject>,
    fix_imports: Option<bool>,
    buffer_callback: Option<&PyObject>,
) -> PyResult<()> {
    let p = new(py, &PICKLER)?;
    set_protocol(py, &p, protocol, fix_imports.unwrap_or(true))?;
    set_file(py, &p, file)?;
    set_callback(py, &p, buffer_callback)?;
    write_pickle(py, &p, o)?;
    flush(py, &p)
}

pub fn dumps(
    py: Py<'_>,
    _: &PyModuleObject,
    o: &PyObject,
    protocol: Option<&PyObject>,
    fix_imports: Option<bool>,
    buffer_callback: Option<&PyObject>,
) -> PyResult<Owned<PyBytesObject>> {
    let p = new(py, &PICKLER)?;
    set_protocol(py, &p, protocol, fix_imports.unwrap_or(true))?;
    set_callback(py, &p, buffer_callback)?;
    write_pickle(py, &p, o)?;
    let s = p.state().borrow();
    bytes::new(py, &s.out)
}
