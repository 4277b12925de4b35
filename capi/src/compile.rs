//! compile.h, pycore_compile.h, pycore_symtable.h and pycore_code.h: what instructions do to the stack, single passes of the
//! compiler, code objects of their parts, keys of constants, walking a table of lines. `_PyAST_Compile` is not here: trees of
//! C structs do not exist.

use crate::pythonrun::PyCompilerFlags;
use crate::util::{api, bad_call, free};
use core::ffi::{c_int, c_void};
use dxpy_bytecode::Op;
use dxpy_bytecode::stack_effect::{Path, stack_effect};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, bytes, dict, exceptions, long, tuple, unicode};
use dxpy_mod_lang::_testinternalcapi as passes;
use dxpy_types::code::{Constructor, constants};

/// `PY_INVALID_STACK_EFFECT`.
const INVALID: c_int = c_int::MAX;

fn effect(op: c_int, arg: c_int, path: Path) -> c_int {
    let op = u16::try_from(op).ok().and_then(Op::from_number);
    op.and_then(|op| stack_effect(op, arg, path)).unwrap_or(INVALID)
}

free! {
    /// C: `int PyCompile_OpcodeStackEffect(int opcode, int oparg)`: the greater one of both ways out.
    fn PyCompile_OpcodeStackEffect(op: c_int, arg: c_int) -> c_int {
        effect(op, arg, Path::Either)
    }
    /// C: `int PyCompile_OpcodeStackEffectWithJump(int opcode, int oparg, int jump)`: 1 is the way that jumps, 0 that which
    /// does not, -1 either.
    fn PyCompile_OpcodeStackEffectWithJump(op: c_int, arg: c_int, jump: c_int) -> c_int {
        effect(op, arg, match jump {
            0 => Path::Fall,
            1.. => Path::Jump,
            _ => Path::Either,
        })
    }
}

/// `struct _PyCodeConstructor`.
#[repr(C)]
pub struct Given {
    filename: *mut PyObject,
    name: *mut PyObject,
    qualname: *mut PyObject,
    flags: c_int,
    code: *mut PyObject,
    firstlineno: c_int,
    linetable: *mut PyObject,
    consts: *mut PyObject,
    names: *mut PyObject,
    localsplusnames: *mut PyObject,
    localspluskinds: *mut PyObject,
    argcount: c_int,
    posonlyargcount: c_int,
    kwonlyargcount: c_int,
    stacksize: c_int,
    exceptiontable: *mut PyObject,
}

impl Given {
    /// The parts, each of the type it must be of, or `PyErr_BadInternalCall`'s error.
    fn checked(&self, py: Py<'_>) -> PyResult<Constructor<'_>> {
        // SAFETY: LIVE, or NULL.
        let o = |p: *mut PyObject| unsafe { p.as_ref() }.ok_or_else(|| bad_call(py));
        let text = |p| unicode::check(o(p)?).ok_or_else(|| bad_call(py));
        let table = |p| bytes::check(o(p)?).ok_or_else(|| bad_call(py));
        let items = |p| tuple::check(o(p)?).ok_or_else(|| bad_call(py));
        let c = Constructor {
            ints: [
                self.argcount,
                self.posonlyargcount,
                self.kwonlyargcount,
                self.stacksize,
                self.flags,
                self.firstlineno,
            ],
            code: table(self.code)?,
            consts: items(self.consts)?,
            names: items(self.names)?,
            localsplusnames: items(self.localsplusnames)?,
            localspluskinds: table(self.localspluskinds)?,
            texts: [text(self.filename)?, text(self.name)?, text(self.qualname)?],
            tables: [table(self.linetable)?, table(self.exceptiontable)?],
        };
        c.validate(py)?;
        Ok(c)
    }
}

/// `_PyCompile_CodeUnitMetadata`.
#[repr(C)]
pub struct Metadata {
    name: *mut PyObject,
    qualname: *mut PyObject,
    consts: *mut PyObject,
    names: *mut PyObject,
    varnames: *mut PyObject,
    cellvars: *mut PyObject,
    freevars: *mut PyObject,
    fasthidden: *mut PyObject,
    argcount: isize,
    posonlyargcount: isize,
    kwonlyargcount: isize,
    firstlineno: c_int,
}

impl Metadata {
    /// As the dict that `_testinternalcapi.assemble_code_object` takes.
    fn as_dict(&self, py: Py<'_>) -> PyResult<Owned<PyDictObject>> {
        let d = dict::new(py)?;
        for (key, o) in [
            ("name", self.name),
            ("qualname", self.qualname),
            ("consts", self.consts),
            ("names", self.names),
            ("varnames", self.varnames),
            ("cellvars", self.cellvars),
            ("freevars", self.freevars),
            ("fasthidden", self.fasthidden),
        ] {
            // SAFETY: LIVE, or NULL.
            dict::set_str(py, &d, key, unsafe { o.as_ref() }.ok_or_else(|| bad_call(py))?)?;
        }
        for (key, n) in [
            ("argcount", self.argcount as i64),
            ("posonlyargcount", self.posonlyargcount as i64),
            ("kwonlyargcount", self.kwonlyargcount as i64),
            ("firstlineno", self.firstlineno.into()),
        ] {
            dict::set_str(py, &d, key, long::from_i64(py, n)?.as_object())?;
        }
        Ok(d)
    }
}

/// The part of `struct symtable` that is looked at: the file, the current block and the first, the blocks by address.
#[repr(C)]
pub struct Symtable {
    before: [*mut c_void; 3],
    blocks: *mut PyObject,
}

api! {
    /// C: `int _PyCode_Validate(struct _PyCodeConstructor *)`.
    fn _PyCode_Validate(py, given: &Given) -> PyResult<()> {
        given.checked(py).map(drop)
    }
    /// C: `PyCodeObject *_PyCode_New(struct _PyCodeConstructor *)`.
    fn _PyCode_New(py, given: &Given) -> PyResult<Owned<PyCodeObject>> {
        given.checked(py)?.build(py)
    }
    /// C: `PyObject *_PyCode_ConstantKey(PyObject *)`.
    fn _PyCode_ConstantKey(py, o: &PyObject) -> PyResult<Owned> {
        constants::key_of_object(py, o)
    }
    /// C: `PyObject *_PyCompile_CodeGen(PyObject *ast, PyObject *filename, PyCompilerFlags *, int optimize, int mode)`.
    fn _PyCompile_CodeGen(py, tree: &PyObject, filename: &PyUnicodeObject, _flags: Option<&PyCompilerFlags>, optimize: c_int, mode: c_int) -> PyResult<Owned> {
        passes::codegen(py, tree, filename, optimize, mode)
    }
    /// C: `PyObject *_PyCompile_OptimizeCfg(PyObject *instructions, PyObject *consts, int nlocals)`.
    fn _PyCompile_OptimizeCfg(py, instructions: &PyObject, consts: &PyObject, nlocals: c_int) -> PyResult<Owned> {
        passes::optimized(py, instructions, consts, nlocals)
    }
    /// C: `PyCodeObject *_PyCompile_Assemble(_PyCompile_CodeUnitMetadata *, PyObject *filename, PyObject *instructions)`.
    fn _PyCompile_Assemble(py, metadata: &Metadata, filename: &PyUnicodeObject, instructions: &PyObject) -> PyResult<Owned> {
        passes::assembled(py, filename, instructions, &*metadata.as_dict(py)?)
    }
    /// C: `PySTEntryObject *PySymtable_Lookup(struct symtable *, void *key)`.
    fn PySymtable_Lookup(py, table: &Symtable, key: *mut c_void) -> PyResult<Owned> {
        // SAFETY: LIVE, or NULL.
        let blocks = unsafe { table.blocks.as_ref() }.and_then(dict::check).ok_or_else(|| bad_call(py))?;
        let key = long::from_u64(py, key as u64)?;
        dict::get(py, blocks, key.as_object())?.ok_or_else(|| {
            exceptions::format(py, &exceptions::KeyError, format_args!("unknown symbol table entry"))
        })
    }
}

/// `PyCodeAddressRange`: an entry of a table of lines: the instructions it is of, their line, and where it ends.
#[repr(C)]
pub struct AddressRange {
    start: c_int,
    end: c_int,
    line: c_int,
    at: Position,
}

/// `struct _opaque` inside: what is behind the entry, and the last line that was told.
#[repr(C)]
struct Position {
    computed_line: c_int,
    next: *const u8,
    limit: *const u8,
}

impl AddressRange {
    /// How many bytes of instructions the entry at `p` is of, the lines it goes on by, and whether it has a line.
    ///
    /// # Safety
    /// The first byte of an entry of a whole table.
    unsafe fn entry(p: *const u8) -> (c_int, c_int, bool) {
        // SAFETY: the caller's promise: the bytes of a number follow.
        let (head, delta) = unsafe {
            let number = || {
                let (mut at, mut value) = (p.add(1), 0u32);
                for shift in (0..32).step_by(6) {
                    value |= u32::from(*at & 63) << shift;
                    if *at & 64 == 0 {
                        break;
                    }
                    at = at.add(1);
                }
                if value & 1 != 0 { -((value >> 1) as c_int) } else { (value >> 1) as c_int }
            };
            let head = *p;
            let delta = match head >> 3 & 15 {
                13 | 14 => number(),
                code @ 10..=12 => c_int::from(code) - 10,
                _ => 0,
            };
            (head, delta)
        };
        (c_int::from((head & 7) + 1) * 2, delta, head >> 3 & 15 != 15)
    }

    /// `_PyLineTable_NextAddressRange`.
    fn advance(&mut self) -> bool {
        if self.at.next >= self.at.limit {
            return false;
        }
        // SAFETY: `next` is the first byte of an entry, which ends where another one begins, or at the limit.
        unsafe {
            let (size, delta, has_line) = Self::entry(self.at.next);
            self.at.computed_line += delta;
            self.line = if has_line { self.at.computed_line } else { -1 };
            self.start = self.end;
            self.end += size;
            self.at.next = self.at.next.add(1);
            while self.at.next < self.at.limit && *self.at.next & 128 == 0 {
                self.at.next = self.at.next.add(1);
            }
        }
        true
    }

    /// `_PyLineTable_PreviousAddressRange`.
    fn retreat(&mut self) -> bool {
        if self.start <= 0 {
            return false;
        }
        // SAFETY: entries are in front, for the range does not begin with the first instruction.
        unsafe {
            let back = |mut p: *const u8| {
                p = p.sub(1);
                while *p & 128 == 0 {
                    p = p.sub(1);
                }
                p
            };
            let this = back(self.at.next);
            self.at.computed_line -= Self::entry(this).1;
            let (size, _, has_line) = Self::entry(back(this));
            self.at.next = this;
            self.end = self.start;
            self.start -= size;
            self.line = if has_line { self.at.computed_line } else { -1 };
        }
        true
    }
}

free! {
    /// C: `int _PyCode_CheckLineNumber(int lasti, PyCodeAddressRange *)`: goes to the entry of an instruction; its line, or -1.
    fn _PyCode_CheckLineNumber(lasti: c_int, range: &mut AddressRange) -> c_int {
        while range.end <= lasti {
            if !range.advance() {
                return -1;
            }
        }
        while range.start > lasti {
            if !range.retreat() {
                return -1;
            }
        }
        range.line
    }
}
