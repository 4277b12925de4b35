//! Frames: the interpreter's own (`_PyInterpreterFrame`, in chunks of the thread's data stack or inside a generator) and
//! the objects programs see of them, made when asked for (`Python/frame.c`, `Objects/frameobject.c`).
//! Attributes of frame objects are in `frame_attrs`; running a frame is the interpreter's.

use crate::{Part, no_hooks};
use crate::{code, frame_attrs};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Object, decref};
use dxpy_core::statics::StaticType;
use dxpy_core::{Owned, Py, PyResult, exceptions, gc, glue, object};

/// What this module brings.
pub static PART: Part = Part { adopt: &[], types: &[&PyFrame_Type], hooks: no_hooks };

/// An interpreter frame.
pub type Frame = _PyInterpreterFrame;

/// Who frees a frame (`enum _frameowner`).
pub const OWNED_BY_THREAD: i8 = 0;
pub const OWNED_BY_GENERATOR: i8 = 1;
pub const OWNED_BY_FRAME_OBJECT: i8 = 2;
pub const OWNED_BY_CSTACK: i8 = 3;

/// `frame`.
#[unsafe(no_mangle)]
pub static PyFrame_Type: StaticType = StaticType::new::<PyFrameObject>(c"frame")
    .sized(
        offset_of!(PyFrameObject, _f_frame_data) + offset_of!(Frame, localsplus),
        size_of::<*mut PyObject>(),
    )
    .repr(glue::unary(frame_attrs::repr))
    .getattro(dxpy_core::attr::generic_get_slot)
    .setattro(dxpy_core::attr::generic_set_slot)
    .methods(&frame_attrs::METHODS)
    .members(&frame_attrs::MEMBERS)
    .getset(&frame_attrs::GETSET)
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(tp_clear))
    .dealloc(glue::dealloc(dealloc));

/// `PyFrame_Check`.
pub fn check(o: &PyObject) -> Option<&PyFrameObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyFrame_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyFrameObject) })
}

const WORD: usize = size_of::<*mut PyObject>();
/// `DATA_STACK_CHUNK_SIZE` and the room a new chunk has beyond the frame it is made for.
const CHUNK: usize = 16 * 1024;
const OVERHEAD: usize = 1000;

/// `_PyThreadState_PushFrame`: memory for `words` machine words, or NULL.
#[inline]
pub fn push(py: Py<'_>, words: usize) -> *mut Frame {
    let ts = &py.state().abi;
    let top = ts.datastack_top.get();
    // SAFETY: within the current chunk, or compared only.
    unsafe {
        if !top.is_null() && (ts.datastack_limit.get().offset_from(top) as usize) > words {
            ts.datastack_top.set(top.add(words));
            return top as *mut Frame;
        }
    }
    push_chunk(py, words)
}

/// As [`push`] where the current chunk has the room; NULL where not. For code that shall call nothing.
#[inline(always)]
pub fn push_at_hand(ts: &PyThreadState, words: usize) -> *mut Frame {
    let top = ts.datastack_top.get();
    // SAFETY: within the current chunk, or compared only.
    unsafe {
        if top.is_null() || (ts.datastack_limit.get().offset_from(top) as usize) <= words {
            return core::ptr::null_mut();
        }
        ts.datastack_top.set(top.add(words));
        top as *mut Frame
    }
}

/// Whether a frame can be popped by setting back the data stack's top: it is not the first of a chunk.
///
/// # Safety
/// As [`pop`].
#[inline(always)]
pub unsafe fn pops_simply(ts: &PyThreadState, frame: *mut Frame) -> bool {
    // SAFETY: the caller's promise.
    unsafe { frame as *mut *mut PyObject != &raw mut (*ts.datastack_chunk.get()).data as *mut *mut PyObject }
}

#[cold]
fn push_chunk(py: Py<'_>, words: usize) -> *mut Frame {
    let ts = &py.state().abi;
    let mut size = CHUNK;
    while size < WORD * (words + OVERHEAD) {
        size *= 2;
    }
    // SAFETY: the chunk's memory is ours; the previous one remembers how far it is used.
    unsafe {
        let new = libc::malloc(size) as *mut _PyStackChunk;
        if new.is_null() {
            return core::ptr::null_mut();
        }
        let data = |c: *mut _PyStackChunk| &raw mut (*c).data as *mut *mut PyObject;
        let old = ts.datastack_chunk.get();
        if !old.is_null() {
            (*old).top.set(ts.datastack_top.get().offset_from(data(old)) as usize);
        }
        (*new).previous.set(old);
        (*new).size.set(size);
        (*new).top.set(0);
        ts.datastack_chunk.set(new);
        ts.datastack_limit.set((new as *mut u8).add(size) as *mut *mut PyObject);
        // The first chunk is never freed: its first word stays unused, so that no frame begins there.
        let first = data(new).add(old.is_null() as usize);
        ts.datastack_top.set(first.add(words));
        first as *mut Frame
    }
}

/// `_PyThreadState_PopFrame`.
///
/// # Safety
/// The frame is the thread's topmost on its data stack, and cleared.
#[inline]
pub unsafe fn pop(py: Py<'_>, frame: *mut Frame) {
    let ts = &py.state().abi;
    // SAFETY: the caller's promise.
    unsafe {
        let chunk = ts.datastack_chunk.get();
        let data = &raw mut (*chunk).data as *mut *mut PyObject;
        let base = frame as *mut *mut PyObject;
        if base == data {
            let previous = (*chunk).previous.get();
            let data = &raw mut (*previous).data as *mut *mut PyObject;
            ts.datastack_top.set(data.add((*previous).top.get()));
            ts.datastack_chunk.set(previous);
            ts.datastack_limit.set((previous as *mut u8).add((*previous).size.get()) as *mut *mut PyObject);
            libc::free(chunk as *mut _);
        } else {
            ts.datastack_top.set(base);
        }
    }
}

/// The locals, then the value stack.
///
/// # Safety
/// The frame is initialised.
#[inline(always)]
pub unsafe fn locals(f: *mut Frame) -> *mut *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { (*f).localsplus.as_ptr() as *mut *mut PyObject }
}

/// The code a frame runs.
///
/// # Safety
/// As [`locals`].
#[inline(always)]
pub unsafe fn code_of<'a>(f: *mut Frame) -> &'a PyCodeObject {
    // SAFETY: LIVE: a frame holds its code.
    unsafe { &*(*f).f_code.get() }
}

/// The bottom of the value stack (`_PyFrame_Stackbase`).
///
/// # Safety
/// As [`locals`].
#[inline(always)]
pub unsafe fn stack_base(f: *mut Frame) -> *mut *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { locals(f).add(code_of(f).co_nlocalsplus.get() as usize) }
}

/// `_PyFrame_Initialize`: takes over `func` and `namespace`; locals from `from` on are NULL.
///
/// # Safety
/// The frame's memory has `co_framesize` words; `func` is a function, OWNED; `namespace` is OWNED or NULL.
#[inline]
pub unsafe fn init(
    f: *mut Frame,
    func: *mut PyFunctionObject,
    namespace: *mut PyObject,
    code: &PyCodeObject,
    from: usize,
) {
    // SAFETY: the caller's promise; the function holds what the frame borrows.
    unsafe {
        (*f).f_funcobj = Cell::new(func as *mut PyObject);
        (*f).f_code = Cell::new(code.to_owned().into_raw());
        (*f).f_builtins = Cell::new((*func).func_builtins.get());
        (*f).f_globals = Cell::new((*func).func_globals.get());
        (*f).f_locals = Cell::new(namespace);
        (*f).stacktop = Cell::new(code.co_nlocalsplus.get());
        (*f).frame_obj = Cell::new(core::ptr::null_mut());
        (*f).prev_instr = Cell::new(code::units(code).sub(1));
        (*f).return_offset = Cell::new(0);
        (*f).owner = Cell::new(OWNED_BY_THREAD);
        (*f).previous = Cell::new(core::ptr::null_mut());
        // They are few: volatile, so that the compiler makes no call of `memset` of this.
        for i in from..code.co_nlocalsplus.get() as usize {
            locals(f).add(i).write_volatile(core::ptr::null_mut());
        }
    }
}

/// The index of the current instruction in code units (`_PyInterpreterFrame_LASTI`).
///
/// # Safety
/// As [`locals`].
#[inline]
pub unsafe fn lasti(f: *mut Frame) -> isize {
    // SAFETY: the instruction pointer is inside the code, or just before it.
    unsafe { (*f).prev_instr.get().offset_from(code::units(code_of(f))) }
}

/// `PyUnstable_InterpreterFrame_GetLine`.
///
/// # Safety
/// As [`locals`].
pub unsafe fn line(f: *mut Frame) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { code::line_at(code_of(f), (lasti(f) * 2) as i32) }
}

/// `_PyFrame_IsIncomplete`: not yet at its first traceable instruction, or not a Python frame at all.
///
/// # Safety
/// As [`locals`].
pub unsafe fn is_incomplete(f: *mut Frame) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let owner = (*f).owner.get();
        owner == OWNED_BY_CSTACK
            || (owner != OWNED_BY_GENERATOR && lasti(f) < code_of(f)._co_firsttraceable.get() as isize)
    }
}

/// The nearest complete frame, beginning with `f` (`_PyFrame_GetFirstComplete`).
///
/// # Safety
/// `f` is NULL or initialised.
pub unsafe fn first_complete(mut f: *mut Frame) -> *mut Frame {
    // SAFETY: the caller's promise; frames below are initialised.
    unsafe {
        while !f.is_null() && is_incomplete(f) {
            f = (*f).previous.get();
        }
        f
    }
}

/// The running Python frame (`_PyThreadState_GetFrame`), or NULL.
pub fn current(py: Py<'_>) -> *mut Frame {
    let cframe = py.state().abi.cframe.get();
    // SAFETY: LIVE: the thread's C frame is set while it runs code.
    unsafe {
        if cframe.is_null() { core::ptr::null_mut() } else { first_complete((*cframe).current_frame.get()) }
    }
}

/// `_PyFrame_GetFrameObject`: the object of a complete frame, made on first use.
///
/// # Safety
/// As [`locals`].
pub unsafe fn object_of(py: Py<'_>, f: *mut Frame) -> PyResult<Owned<PyFrameObject>> {
    // SAFETY: LIVE: the frame holds its object; the fields are set before it is seen.
    unsafe {
        if let Some(o) = (*f).frame_obj.get().as_ref() {
            return Ok(o.to_owned());
        }
        if (*f).owner.get() == OWNED_BY_FRAME_OBJECT {
            // The frame is inside its object and does not hold it.
            let o = (f as *mut u8).sub(offset_of!(PyFrameObject, _f_frame_data)) as *const PyFrameObject;
            return Ok((*o).to_owned());
        }
        let o = alloc(py, code_of(f))?;
        o.f_frame.set(f);
        (*f).frame_obj.set(o.to_owned().into_raw());
        Ok(o)
    }
}

/// `_PyFrame_New_NoTrack`: an object for a frame of this code, which the caller sets.
fn alloc(py: Py<'_>, c: &PyCodeObject) -> PyResult<Owned<PyFrameObject>> {
    let words = c.co_nlocalsplus.get() as usize + c.co_stacksize.get() as usize + code::FRAME_SPECIALS;
    let size = offset_of!(PyFrameObject, _f_frame_data) + words * WORD;
    // SAFETY: every field but the frame is set here.
    unsafe {
        let o = object::alloc_uninit::<PyFrameObject>(py, &PyFrame_Type, size)?;
        o.f_back.set(core::ptr::null_mut());
        o.f_frame.set(core::ptr::null_mut());
        o.f_trace.set(core::ptr::null_mut());
        o.f_lineno.set(0);
        o.f_trace_lines.set(1);
        o.f_trace_opcodes.set(0);
        o.f_fast_as_locals.set(0);
        Ok(o)
    }
}

/// `PyFrame_New`: a frame of a function that never runs, as if it stood at its first instruction.
pub fn new_detached(
    py: Py<'_>,
    func: Owned<PyFunctionObject>,
    namespace: Option<&PyObject>,
) -> PyResult<Owned<PyFrameObject>> {
    // SAFETY: LIVE: a function holds its code, and the frame both; the object has room for the code's frame.
    unsafe {
        let c = (*(func.func_code.get() as *const PyCodeObject)).to_owned();
        let o = alloc(py, &c)?;
        let f = o._f_frame_data.as_ptr() as *mut Frame;
        let namespace = namespace.map_or(core::ptr::null_mut(), |n| n.to_owned().into_ptr());
        init(f, func.into_raw(), namespace, &c, 0);
        (*f).owner.set(OWNED_BY_FRAME_OBJECT);
        (*f).prev_instr.set(code::units(&c).add(c._co_firsttraceable.get() as usize));
        o.f_frame.set(f);
        gc::track(o.as_object());
        Ok(o)
    }
}

/// The frame of an object that was made apart ([`new_detached`]) and can begin: it never ran, and its parameters have
/// values, which code does not check.
pub fn detached(o: &PyFrameObject) -> Option<*mut Frame> {
    let f = frame_of(o);
    // SAFETY: LIVE: an object's frame runs, or is its own; indices are below `co_nlocalsplus`.
    unsafe {
        let c = code_of(f);
        let flags = c.co_flags.get();
        let parameters = c.co_argcount.get()
            + c.co_kwonlyargcount.get()
            + i32::from(flags & dxpy_bytecode::co::VARARGS as i32 != 0)
            + i32::from(flags & dxpy_bytecode::co::VARKEYWORDS as i32 != 0);
        let fresh = (*f).owner.get() == OWNED_BY_FRAME_OBJECT
            && (*f).stacktop.get() == c.co_nlocalsplus.get()
            && (*f).prev_instr.get() == code::units(c).add(c._co_firsttraceable.get() as usize);
        let given = (0..parameters as usize).all(|i| !(*locals(f).add(i)).is_null());
        (fresh && given).then_some(f)
    }
}

/// The interpreter frame behind an object.
pub fn frame_of(o: &PyFrameObject) -> *mut Frame {
    o.f_frame.get()
}

/// `take_ownership`: the frame is about to go, and its object is still wanted: the object takes the contents.
///
/// # Safety
/// The frame is initialised and its `frame_obj` is `o`; nobody runs it any more.
unsafe fn take_ownership(py: Py<'_>, o: &PyFrameObject, f: *mut Frame) {
    // SAFETY: the object was made with room for this frame.
    unsafe {
        let bytes = offset_of!(Frame, localsplus) + (*f).stacktop.get() as usize * WORD;
        let new = o._f_frame_data.as_ptr() as *mut Frame;
        core::ptr::copy_nonoverlapping(f as *const u8, new as *mut u8, bytes);
        // The copy holds its own reference to the code; the original's is given up by whoever clears it.
        core::mem::forget(code_of(new).to_owned());
        o.f_frame.set(new);
        (*new).owner.set(OWNED_BY_FRAME_OBJECT);
        (*new).frame_obj.set(core::ptr::null_mut());
        if is_incomplete(new) {
            // It raised before it began: pretend it stands at its first line.
            let c = code_of(new);
            (*new).prev_instr.set(code::units(c).add(c._co_firsttraceable.get() as usize));
        }
        let previous = first_complete((*f).previous.get());
        (*new).previous.set(core::ptr::null_mut());
        if !previous.is_null() {
            match object_of(py, previous) {
                Ok(back) => o.f_back.set(back.into_raw()),
                Err(e) => glue::ignore(e),
            }
        }
        if !gc::is_tracked(o.as_object()) {
            gc::track(o.as_object());
        }
    }
}

/// `_PyFrame_ClearExceptCode`: releases locals, stack and function, unless the frame's object wants them.
///
/// # Safety
/// The frame is initialised, its `stacktop` is right, and nobody runs it any more.
pub unsafe fn clear_except_code(py: Py<'_>, f: *mut Frame) {
    // SAFETY: the caller's promise; every field is released once.
    unsafe {
        if let Some(o) = (*f).frame_obj.get().as_ref() {
            (*f).frame_obj.set(core::ptr::null_mut());
            if o.as_object().refcnt() > 1 {
                take_ownership(py, o, f);
                decref(o.as_ptr());
                return;
            }
            decref(o.as_ptr());
        }
        let base = locals(f);
        for i in 0..(*f).stacktop.get() as usize {
            let p = *base.add(i);
            if !p.is_null() {
                decref(p);
            }
        }
        (*f).stacktop.set(0);
        let namespace = (*f).f_locals.get();
        if !namespace.is_null() {
            decref(namespace);
        }
        decref((*f).f_funcobj.get());
    }
}

/// `_PyFrame_Traverse`.
///
/// # Safety
/// As [`locals`].
pub unsafe fn traverse_frame(f: *mut Frame, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    // SAFETY: the caller's promise: `stacktop` cells are set.
    unsafe {
        v.visit(&Cell::new((*f).frame_obj.get() as *mut PyObject))?;
        v.visit(&(*f).f_locals)?;
        v.visit(&(*f).f_funcobj)?;
        v.visit(&Cell::new((*f).f_code.get() as *mut PyObject))?;
        for i in 0..(*f).stacktop.get().max(0) as usize {
            v.visit(&*(locals(f).add(i) as *const Cell<*mut PyObject>))?;
        }
        Ok(())
    }
}

fn owns_frame(o: &PyFrameObject) -> bool {
    // SAFETY: LIVE: an object's frame is running, or its own memory.
    unsafe { (*o.f_frame.get()).owner.get() == OWNED_BY_FRAME_OBJECT }
}

fn traverse(o: &PyFrameObject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    v.visit(&Cell::new(o.f_back.get() as *mut PyObject))?;
    v.visit(&o.f_trace)?;
    if !owns_frame(o) {
        return Ok(());
    }
    // SAFETY: the frame is the object's own.
    unsafe { traverse_frame(o.f_frame.get(), v) }
}

/// `frame_tp_clear`: the locals of a frame that runs no more.
pub fn tp_clear(_: Py<'_>, o: &PyFrameObject) {
    object::clear_field(&o.f_trace);
    if !owns_frame(o) {
        return;
    }
    // SAFETY: the frame is the object's own and does not run.
    unsafe {
        let f = o.f_frame.get();
        let n = (*f).stacktop.get();
        (*f).stacktop.set(0);
        for i in 0..n as usize {
            object::clear_field(&*(locals(f).add(i) as *const Cell<*mut PyObject>));
        }
        object::clear_field(&(*f).f_locals);
    }
}

fn dealloc(_: Py<'_>, o: &PyFrameObject) {
    // SAFETY: the object has a collector header; what it holds is released once and its memory last.
    unsafe {
        gc::untrack(o.as_object());
        let mut code = None;
        if owns_frame(o) {
            let f = o.f_frame.get();
            object::clear_field(&(*f).f_funcobj);
            code = Owned::<PyCodeObject>::from_raw_opt((*f).f_code.replace(core::ptr::null_mut()));
            object::clear_field(&(*f).f_locals);
            for i in 0..(*f).stacktop.get().max(0) as usize {
                object::clear_field(&*(locals(f).add(i) as *const Cell<*mut PyObject>));
            }
        }
        drop(Owned::<PyFrameObject>::from_raw_opt(o.f_back.replace(core::ptr::null_mut())));
        object::clear_field(&o.f_trace);
        drop(code);
        object::free(o.as_object());
    }
}

/// The frame below, as an object (`PyFrame_GetBack`).
pub fn back(py: Py<'_>, o: &PyFrameObject) -> PyResult<Option<Owned<PyFrameObject>>> {
    // SAFETY: LIVE: the frame runs or is the object's own.
    unsafe {
        if let Some(b) = o.f_back.get().as_ref() {
            return Ok(Some(b.to_owned()));
        }
        let previous = first_complete((*o.f_frame.get()).previous.get());
        if previous.is_null() { Ok(None) } else { object_of(py, previous).map(Some) }
    }
}

/// The line a frame object stands at (`PyFrame_GetLineNumber`).
pub fn line_number(o: &PyFrameObject) -> i32 {
    // SAFETY: LIVE: the frame runs or is the object's own.
    if o.f_lineno.get() != 0 { o.f_lineno.get() } else { unsafe { line(o.f_frame.get()) } }
}

/// Memory is out for a frame.
#[cold]
pub fn no_memory(py: Py<'_>) -> dxpy_core::PyErr {
    exceptions::memory_error(py)
}
