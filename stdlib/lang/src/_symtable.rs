//! `_symtable`: the compiler's tables of names as objects, for the `symtable` module (`Modules/symtablemodule.c`, and
//! `PySTEntry_Type` of `Python/symtable.c`). The tables are `dxpy_compiler::symtable`'s.

use crate::builtins::{file_name, text_of};
use core::cell::Cell;
use core::ffi::c_int;
use core::mem::offset_of;
use dxpy_compiler::symtable::{BlockId, BlockType, SCOPE_MASK, SCOPE_OFFSET, Scope, SymbolTable, def};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, attr, dict, exceptions, glue, list, long, members, methods, module, object, types,
    unicode,
};
use dxpy_import::source::{self, Compile};
use dxpy_parser::Mode;

/// `_symtable`.
pub static MODULE: StaticModule = StaticModule::new(c"_symtable").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "symtable" = symtable [3], "($module, source, filename, startstr, /)", "The table of the outermost block of some source.";
] }

/// `PySTEntryObject`, of which a program sees these.
#[repr(C)]
struct Entry {
    base: PyObject,
    id: Cell<*mut PyObject>,
    name: Cell<*mut PyObject>,
    symbols: Cell<*mut PyObject>,
    varnames: Cell<*mut PyObject>,
    children: Cell<*mut PyObject>,
    kind: Cell<c_int>,
    nested: Cell<c_int>,
    lineno: Cell<c_int>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Entry {}

static ENTRY: StaticType = StaticType::new::<Entry>(c"symtable entry")
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .getattro(attr::generic_get_slot)
    .members(&MEMBERS);

members! { static MEMBERS [
    "id" = _Py_T_OBJECT, offset_of!(Entry, id), Py_READONLY, "";
    "name" = _Py_T_OBJECT, offset_of!(Entry, name), Py_READONLY, "";
    "symbols" = _Py_T_OBJECT, offset_of!(Entry, symbols), Py_READONLY, "";
    "varnames" = _Py_T_OBJECT, offset_of!(Entry, varnames), Py_READONLY, "";
    "children" = _Py_T_OBJECT, offset_of!(Entry, children), Py_READONLY, "";
    "nested" = Py_T_INT, offset_of!(Entry, nested), Py_READONLY, "";
    "type" = Py_T_INT, offset_of!(Entry, kind), Py_READONLY, "";
    "lineno" = Py_T_INT, offset_of!(Entry, lineno), Py_READONLY, "";
] }

fn dealloc(_: Py<'_>, e: &Entry) {
    for f in [&e.id, &e.name, &e.symbols, &e.varnames, &e.children] {
        object::clear_field(f);
    }
    // SAFETY: the fields are released; nobody uses the object again.
    unsafe { object::tp_free(e.as_object()) }
}

/// `ste_repr`.
fn repr(py: Py<'_>, e: &Entry) -> PyResult<Owned<PyUnicodeObject>> {
    // SAFETY: LIVE: set when the entry was made, never changed.
    let (name, id) = unsafe { (&*e.name.get(), &*e.id.get()) };
    let text = format!(
        "<symtable entry {}({}), line {}>",
        unicode::display(name),
        long::check(id).and_then(long::to_i64).unwrap_or(0),
        e.lineno.get()
    );
    unicode::from_str(py, &text)
}

/// A block and those in it.
fn entry(py: Py<'_>, table: &SymbolTable, id: BlockId) -> PyResult {
    let _depth = dxpy_core::call::Depth::enter(py, " in symtable")?;
    let block = table.block(id);
    let symbols = dict::new(py)?;
    for (name, flags) in block.symbols.iter() {
        let name = unicode::intern_str(py, name)?;
        dict::set(py, &symbols, name.as_object(), long::from_i64(py, flags.into())?.as_object())?;
    }
    let varnames = list::with_capacity(py, block.varnames.len())?;
    for name in &block.varnames {
        list::push(py, &varnames, unicode::intern_str(py, name)?.upcast())?;
    }
    let children = list::with_capacity(py, block.children.len())?;
    for child in &block.children {
        list::push(py, &children, entry(py, table, *child)?)?;
    }
    let address = i64::try_from(block.key.address()).unwrap_or(0);
    let (id, name) = (long::from_i64(py, address)?, unicode::intern_str(py, &block.name)?);
    // SAFETY: LAYOUT: the type's instances are entries, and every field is set.
    let e = unsafe { object::tp_alloc(py, &ENTRY, 0)?.cast::<Entry>() };
    e.id.set(id.into_ptr());
    e.name.set(name.into_ptr());
    e.symbols.set(symbols.into_ptr());
    e.varnames.set(varnames.into_ptr());
    e.children.set(children.into_ptr());
    e.kind.set(block.kind as c_int);
    e.nested.set(c_int::from(block.nested));
    e.lineno.set(block.range.lineno);
    Ok(e.upcast())
}

/// `_symtable.symtable`.
fn symtable(
    py: Py<'_>,
    _: &PyModuleObject,
    src: &PyObject,
    filename: &PyObject,
    mode: &PyUnicodeObject,
) -> PyResult {
    let filename = file_name(py, filename)?;
    let (text, is_str) = text_of(py, src, "symtable", "string or bytes")?;
    let mode = match unicode::display(mode.as_object()).as_str() {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => {
            return Err(exceptions::value_error(
                py,
                format_args!("symtable() arg 3 must be 'exec' or 'eval' or 'single'"),
            ));
        }
    };
    let how = Compile { mode, ignore_cookie: is_str, ..Compile::module() };
    source::with_symbols(py, &text, &filename, how, |table| entry(py, table, table.top))
}

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    types::ready::ready(py, &ENTRY)?;
    let numbers = [
        ("USE", def::USE),
        ("DEF_GLOBAL", def::GLOBAL),
        ("DEF_NONLOCAL", def::NONLOCAL),
        ("DEF_LOCAL", def::LOCAL),
        ("DEF_PARAM", def::PARAM),
        ("DEF_FREE", def::FREE),
        ("DEF_FREE_CLASS", def::FREE_CLASS),
        ("DEF_IMPORT", def::IMPORT),
        ("DEF_BOUND", def::BOUND),
        ("DEF_ANNOT", def::ANNOT),
        ("TYPE_FUNCTION", BlockType::Function as u32),
        ("TYPE_CLASS", BlockType::Class as u32),
        ("TYPE_MODULE", BlockType::Module as u32),
        ("TYPE_ANNOTATION", BlockType::Annotation as u32),
        ("TYPE_TYPE_VAR_BOUND", BlockType::TypeVarBound as u32),
        ("TYPE_TYPE_ALIAS", BlockType::TypeAlias as u32),
        ("TYPE_TYPE_PARAM", BlockType::TypeParam as u32),
        ("LOCAL", Scope::Local as u32),
        ("GLOBAL_EXPLICIT", Scope::GlobalExplicit as u32),
        ("GLOBAL_IMPLICIT", Scope::GlobalImplicit as u32),
        ("FREE", Scope::Free as u32),
        ("CELL", Scope::Cell as u32),
        ("SCOPE_OFF", SCOPE_OFFSET),
        ("SCOPE_MASK", SCOPE_MASK),
    ];
    numbers.into_iter().try_for_each(|(name, n)| module::add_int(py, m, name, n.into()))
}
