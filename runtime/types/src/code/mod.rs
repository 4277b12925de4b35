//! `code`: making code objects from what the compiler gives, and reading them (`Objects/codeobject.c`). The attributes a
//! program sees are in `attrs`.

mod attrs;
pub mod constants;
pub mod instrument;
mod iter;
pub mod private;
mod quicken;
pub mod unmarshal;

pub use attrs::Constructor;
pub use constants::{Cache, big, constant};

use crate::{Part, no_hooks};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_ast::PyStr;
use dxpy_bytecode::{CodeObject, Const, Op, fast};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{Owned, Py, PyResult, bytes, glue, object, tuple, unicode, watch};

/// What this module brings.
pub static PART: Part =
    Part { adopt: &[], types: &[&PyCode_Type, &iter::LINES, &iter::POSITIONS], hooks: no_hooks };

/// Words of a frame before its locals (`FRAME_SPECIALS_SIZE`).
pub const FRAME_SPECIALS: usize = offset_of!(_PyInterpreterFrame, localsplus) / size_of::<*mut PyObject>();

/// `code`.
#[unsafe(no_mangle)]
pub static PyCode_Type: StaticType = StaticType::new::<PyCodeObject>(c"code")
    .sized(offset_of!(PyCodeObject, co_code_adaptive), size_of::<u16>())
    .weaklist(offset_of!(PyCodeObject, co_weakreflist))
    .doc(c"code(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n     flags, codestring, constants, names, varnames, filename, name,\n     qualname, firstlineno, linetable, exceptiontable, freevars=(),\n     cellvars=(), /)\n--\n\nMake a code object from its parts; compile() is what most programs want.")
    .create(glue::create(attrs::create))
    .repr(glue::unary(attrs::repr))
    .hash(glue::hash(attrs::hash))
    .richcompare(glue::richcompare(attrs::richcompare))
    .getattro(dxpy_core::attr::generic_get_slot)
    .methods(&attrs::METHODS)
    .members(&attrs::MEMBERS)
    .getset(&attrs::GETSET)
    .dealloc(glue::dealloc(dealloc));

/// `PyCode_Check`.
pub fn check(o: &PyObject) -> Option<&PyCodeObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyCode_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyCodeObject) })
}

/// The reference fields.
fn fields(c: &PyCodeObject) -> [&Cell<*mut PyObject>; 9] {
    [
        &c.co_consts,
        &c.co_names,
        &c.co_exceptiontable,
        &c.co_localsplusnames,
        &c.co_localspluskinds,
        &c.co_filename,
        &c.co_name,
        &c.co_qualname,
        &c.co_linetable,
    ]
}

/// `code_dealloc`.
fn dealloc(py: Py<'_>, c: &PyCodeObject) {
    if watch::watches_code() && !watch::ends(c.as_object(), || watch::code(py, watch::CodeEvent::Destroy, c))
    {
        return;
    }
    private::announce(c);
    if !c.co_weakreflist.get().is_null() {
        dxpy_core::weakref::clear_all(py, c.as_object());
    }
    fields(c).into_iter().for_each(object::clear_field);
    instrument::free(c);
    // SAFETY: INIT: NULL, or made by `cached`; released once. The extras are those that their function knows.
    unsafe {
        if let Some(f) = FREE_EXTRA.get().filter(|_| !c.co_extra.get().is_null()) {
            f(c.co_extra.replace(core::ptr::null_mut()));
        }
        private::free(c);
        object::free(c.as_object());
    }
}

/// Frees `co_extra`, which only the C API fills (`PyUnstable_Code_SetExtra`), and sets this then.
pub static FREE_EXTRA: Gil<Cell<Option<unsafe fn(*mut core::ffi::c_void)>>> = Gil(Cell::new(None));

/// Whether new code keeps its columns (`-X no_debug_ranges`).
pub static DEBUG_RANGES: Gil<Cell<bool>> = Gil(Cell::new(true));

/// The next version of a code object; 0 is none.
static VERSION: Gil<Cell<u32>> = Gil(Cell::new(1));

/// A str of the compiler's.
pub fn text(py: Py<'_>, s: &PyStr) -> PyResult<Owned<PyUnicodeObject>> {
    match core::str::from_utf8(s.as_bytes()) {
        Ok(text) => unicode::from_str(py, text),
        Err(_) => {
            let points: Vec<u32> = s.code_points().collect();
            unicode::from_code_points(py, &points)
        }
    }
}

fn interned(py: Py<'_>, s: &PyStr) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::intern(py, text(py, s)?)
}

fn names(py: Py<'_>, list: &[PyStr], cache: &mut Cache) -> PyResult<Owned<PyTupleObject>> {
    let items: Vec<Owned> =
        list.iter().map(|s| interned(py, s).map(Owned::upcast)).collect::<PyResult<_>>()?;
    let made = tuple::from_iter(py, items)?;
    Ok(cache.tuple(Some(dxpy_bytecode::key_of_names(list)), made))
}

/// The parts of a code object as live objects, for [`new`].
pub struct Parts<'a> {
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub stacksize: u32,
    pub flags: u32,
    pub firstlineno: i32,
    /// Code units in bytes; even.
    pub code: &'a [u8],
    pub consts: Owned<PyTupleObject>,
    pub names: Owned<PyTupleObject>,
    pub localsplusnames: Owned<PyTupleObject>,
    pub localspluskinds: Owned<PyBytesObject>,
    pub filename: Owned<PyUnicodeObject>,
    pub name: Owned<PyUnicodeObject>,
    pub qualname: Owned<PyUnicodeObject>,
    pub linetable: Owned<PyBytesObject>,
    pub exceptiontable: Owned<PyBytesObject>,
}

/// A code object, and those among its constants, from the compiler's. `filename` is shared by all, and equal constants,
/// tables and lists of names are one object in all of them; those that `cache` has already are taken from it.
pub fn from_plain(py: Py<'_>, c: &CodeObject, cache: &mut Cache) -> PyResult<Owned<PyCodeObject>> {
    let filename = interned(py, &c.filename)?;
    from_plain_in(py, c, &filename, cache)
}

fn from_plain_in(
    py: Py<'_>,
    c: &CodeObject,
    filename: &Owned<PyUnicodeObject>,
    cache: &mut Cache,
) -> PyResult<Owned<PyCodeObject>> {
    let mut consts = Vec::with_capacity(c.consts.len());
    for k in &c.consts {
        consts.push(match k {
            Const::Value(v) => cache.get(py, v)?,
            Const::Code(code) => from_plain_in(py, code, filename, cache)?.upcast(),
        });
    }
    // Code objects are equal to themselves alone here: a tuple with one is not another's.
    let values: Option<Vec<&_>> =
        c.consts.iter().map(|k| if let Const::Value(v) = k { Some(v) } else { None }).collect();
    let key = values.and_then(|v| dxpy_bytecode::key_of_tuple(v.into_iter()));
    let consts = cache.tuple(key, tuple::from_iter(py, consts)?);
    new(
        py,
        Parts {
            argcount: c.argcount,
            posonlyargcount: c.posonlyargcount,
            kwonlyargcount: c.kwonlyargcount,
            stacksize: c.stacksize,
            flags: c.flags,
            firstlineno: c.firstlineno,
            code: &c.code,
            consts,
            names: names(py, &c.names, cache)?,
            localsplusnames: names(py, &c.localsplusnames, cache)?,
            localspluskinds: bytes::new(py, &c.localspluskinds)?,
            filename: filename.clone(),
            name: interned(py, &c.name)?,
            qualname: interned(py, &c.qualname)?,
            linetable: cache.bytes(py, &c.linetable)?,
            exceptiontable: cache.bytes(py, &c.exceptiontable)?,
        },
    )
}

/// The next number of code objects and of functions that differ from their code's; 0 when they have run out.
pub fn next_version() -> u32 {
    let version = VERSION.get();
    if version != 0 {
        VERSION.set(version.wrapping_add(1));
    }
    version
}

/// `_PyCode_New` of parts that were validated.
pub fn new(py: Py<'_>, p: Parts<'_>) -> PyResult<Owned<PyCodeObject>> {
    let units = p.code.len() / 2;
    let kinds = bytes::as_slice(&p.localspluskinds);
    let count = |bit: u8| kinds.iter().filter(|k| **k & bit != 0).count() as i32;
    let linetable = if DEBUG_RANGES.get() {
        p.linetable
    } else {
        bytes::new(
            py,
            &dxpy_bytecode::linetable::without_columns(bytes::as_slice(&p.linetable), p.firstlineno),
        )?
    };
    // Tools make code without instructions to have something that names a place. Running it must end like any call: it
    // finds instructions behind its end that raise, and has a place for what they push.
    let padding: &[u8] = if p.code.is_empty() { &RAISE } else { &[] };
    let room = p.stacksize as usize + usize::from(p.code.is_empty());
    let size = offset_of!(PyCodeObject, co_code_adaptive) + p.code.len() + padding.len();
    // SAFETY: every field is set, and the code units behind them.
    unsafe {
        let c = object::alloc_uninit::<PyCodeObject>(py, &PyCode_Type, size)?;
        c.ob_base.ob_size.set(units as isize);
        c.co_flags.set(p.flags as i32);
        c.co_argcount.set(p.argcount as i32);
        c.co_posonlyargcount.set(p.posonlyargcount as i32);
        c.co_kwonlyargcount.set(p.kwonlyargcount as i32);
        c.co_stacksize.set(p.stacksize as i32);
        c.co_firstlineno.set(p.firstlineno);
        c.co_nlocalsplus.set(kinds.len() as i32);
        c.co_framesize.set((kinds.len() + room + FRAME_SPECIALS) as i32);
        c.co_nlocals.set(count(fast::LOCAL));
        c.co_ncellvars.set(count(fast::CELL));
        c.co_nfreevars.set(count(fast::FREE));
        c.co_version.set(next_version());
        c.co_weakreflist.set(core::ptr::null_mut());
        c._co_cached.set(core::ptr::null_mut());
        c._co_instrumentation_version.set(0);
        c._co_monitoring.set(core::ptr::null_mut());
        c.co_extra.set(core::ptr::null_mut());
        c.dx_heat.set(0);
        c._co_firsttraceable.set(first_traceable(p.code) as i32);
        let out = c.co_code_adaptive.as_ptr() as *mut u8;
        core::ptr::copy_nonoverlapping(p.code.as_ptr(), out, p.code.len());
        core::ptr::copy_nonoverlapping(padding.as_ptr(), out.add(p.code.len()), padding.len());
        quicken::quicken(core::slice::from_raw_parts_mut(out as *mut u16, units));
        c.co_consts.set(p.consts.into_ptr());
        c.co_names.set(p.names.into_ptr());
        c.co_exceptiontable.set(p.exceptiontable.into_ptr());
        c.co_localsplusnames.set(p.localsplusnames.into_ptr());
        c.co_localspluskinds.set(p.localspluskinds.into_ptr());
        c.co_filename.set(p.filename.into_ptr());
        c.co_name.set(p.name.into_ptr());
        c.co_qualname.set(p.qualname.into_ptr());
        c.co_linetable.set(linetable.into_ptr());
        watch::code(py, watch::CodeEvent::Create, &c);
        Ok(c)
    }
}

/// `RESUME 0; LOAD_ASSERTION_ERROR; RAISE_VARARGS 1`.
pub const RAISE: [u8; 6] =
    [Op::RESUME as u8, 0, Op::LOAD_ASSERTION_ERROR as u8, 0, Op::RAISE_VARARGS as u8, 1];

/// The index of the first instruction a tracer may see: `RESUME`.
fn first_traceable(code: &[u8]) -> usize {
    let mut at = 0;
    while at + 1 < code.len() {
        if code[at] as u16 == Op::RESUME as u16 {
            return at / 2;
        }
        at += 2;
    }
    0
}

/// The constants.
pub fn consts(c: &PyCodeObject) -> &[&PyObject] {
    // SAFETY: LIVE, LAYOUT: a code object holds its constants, a tuple.
    tuple::items(unsafe { &*(c.co_consts.get() as *const PyTupleObject) })
}

/// The names.
pub fn names_of(c: &PyCodeObject) -> &[&PyObject] {
    // SAFETY: LIVE, LAYOUT: a code object holds its names, a tuple.
    tuple::items(unsafe { &*(c.co_names.get() as *const PyTupleObject) })
}

/// Names of locals, cells and free variables.
pub fn locals_names(c: &PyCodeObject) -> &[&PyObject] {
    // SAFETY: LIVE, LAYOUT: a code object holds them, a tuple of str.
    tuple::items(unsafe { &*(c.co_localsplusnames.get() as *const PyTupleObject) })
}

/// The kinds that go with [`locals_names`].
pub fn locals_kinds(c: &PyCodeObject) -> &[u8] {
    // SAFETY: LIVE, LAYOUT: a code object holds them, a bytes object.
    bytes::as_slice(unsafe { &*(c.co_localspluskinds.get() as *const PyBytesObject) })
}

/// The location table.
pub fn line_table(c: &PyCodeObject) -> &[u8] {
    // SAFETY: LIVE, LAYOUT: a code object holds it, a bytes object.
    bytes::as_slice(unsafe { &*(c.co_linetable.get() as *const PyBytesObject) })
}

/// The exception table.
pub fn exception_table(c: &PyCodeObject) -> &[u8] {
    // SAFETY: LIVE, LAYOUT: a code object holds it, a bytes object.
    bytes::as_slice(unsafe { &*(c.co_exceptiontable.get() as *const PyBytesObject) })
}

/// The first code unit.
#[inline(always)]
pub fn units(c: &PyCodeObject) -> *mut u16 {
    c.co_code_adaptive.as_ptr() as *mut u16
}

/// `PyCode_Addr2Line`: the line of the instruction at a byte offset; -1 if it has none.
pub fn line_at(c: &PyCodeObject, offset: i32) -> i32 {
    if offset < 0 {
        return c.co_firstlineno.get();
    }
    dxpy_bytecode::linetable::at(line_table(c), c.co_firstlineno.get(), offset as usize)
        .map_or(-1, |l| l.lineno)
}

/// `PyCode_Addr2Location`: where the instruction at a byte offset comes from.
pub fn location_at(c: &PyCodeObject, offset: i32) -> Option<dxpy_ast::Location> {
    let offset = usize::try_from(offset).ok()?;
    dxpy_bytecode::linetable::at(line_table(c), c.co_firstlineno.get(), offset)
}

/// `co_code`: the code units as the compiler made them, without what the interpreter keeps in their caches.
pub fn plain_code(c: &PyCodeObject) -> Vec<u8> {
    let n = c.ob_base.ob_size.get() as usize;
    // SAFETY: INIT: a code object has `ob_size` code units.
    let mut code: Vec<u8> =
        unsafe { core::slice::from_raw_parts(units(c), n) }.iter().flat_map(|u| u.to_le_bytes()).collect();
    instrument::restore(c, &mut code);
    quicken::undo(&mut code);
    code
}
