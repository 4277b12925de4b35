//! Classes.

use dxpy_ast::{ClassDef, Constant, Ident, Location, Stmt};
use dxpy_bytecode::Op;

use super::unit::Scope;
use super::{Compiler, Result};
use crate::error::CompileError;
use crate::instr::NO_LOCATION;
use crate::symtable::NodeKey;

/// `INTRINSIC_SUBSCRIPT_GENERIC`.
const SUBSCRIPT_GENERIC: i32 = 10;

impl<'a> Compiler<'a> {
    /// `compiler_class`.
    #[inline(never)]
    pub(super) fn class(&mut self, s: &'a Stmt, c: &'a ClassDef) -> Result {
        let at = s.range;
        self.exprs(&c.decorator_list)?;
        let firstlineno = c.decorator_list.first().map_or(at.lineno, |d| d.range.lineno);
        if c.type_params.is_empty() {
            self.class_body(s, c, firstlineno)?;
            self.call_with(at, 2, &c.bases, None, &c.keywords)?;
        } else {
            // As in 3.12.1, this stays after the class, and mangles what follows.
            self.u().private = Some(c.name.clone());
            self.op(at, Op::PUSH_NULL);
            self.enter_type_params(&c.name, &c.type_params, firstlineno)?;
            self.type_params(&c.type_params)?;
            let (params, base): (Ident, Ident) = (".type_params".into(), ".generic_base".into());
            self.store_name(at, &params)?;
            self.class_body(s, c, firstlineno)?;
            self.load_name(at, &params)?;
            self.op_i(at, Op::CALL_INTRINSIC_1, SUBSCRIPT_GENERIC);
            self.store_name(at, &base)?;
            self.call_with(at, 2, &c.bases, Some(&base), &c.keywords)?;
            let code = self.leave(false)?;
            self.make_closure(at, code, 0)?;
            self.op_i(at, Op::CALL, 0);
        }
        self.apply_decorators(&c.decorator_list);
        self.store_name(at, &c.name)
    }

    /// The function of the body and what `__build_class__` takes first (`compiler_class_body`).
    fn class_body(&mut self, s: &'a Stmt, c: &'a ClassDef, firstlineno: i32) -> Result {
        self.enter(c.name.clone(), Scope::Class, NodeKey::stmt(s), firstlineno)?;
        let at = Location { lineno: firstlineno, end_lineno: firstlineno, col_offset: 0, end_col_offset: 0 };
        self.u().private = Some(c.name.clone());
        self.load_name(at, &"__name__".into())?;
        self.store_name(at, &"__module__".into())?;
        let qualname = Constant::Str((&*self.u().qualname).into());
        self.load_const(at, qualname);
        self.store_name(at, &"__qualname__".into())?;
        if !c.type_params.is_empty() {
            self.load_name(at, &".type_params".into())?;
            self.store_name(at, &"__type_params__".into())?;
        }
        let (classdict, closure) = (self.ste().needs_classdict, self.ste().needs_class_closure);
        if classdict {
            self.op(at, Op::LOAD_LOCALS);
            let cell = self.cell("__classdict__")?;
            self.op_n(at, Op::STORE_DEREF, cell);
        }
        self.body(at, &c.body)?;
        if classdict {
            let cell = self.cell("__classdict__")?;
            self.op_n(NO_LOCATION, Op::LOAD_CLOSURE, cell);
            self.store_name(NO_LOCATION, &"__classdictcell__".into())?;
        }
        if closure {
            let cell = self.cell("__class__")?;
            self.op_n(NO_LOCATION, Op::LOAD_CLOSURE, cell);
            self.op_i(NO_LOCATION, Op::COPY, 1);
            self.store_name(NO_LOCATION, &"__classcell__".into())?;
        } else {
            self.load_none(NO_LOCATION);
        }
        self.op(NO_LOCATION, Op::RETURN_VALUE);
        let code = self.leave(true)?;
        let at = s.range;
        self.op(at, Op::PUSH_NULL);
        self.op(at, Op::LOAD_BUILD_CLASS);
        self.make_closure(at, code, 0)?;
        self.load_str(at, &c.name);
        Ok(())
    }

    fn cell(&mut self, name: &str) -> Result<usize> {
        let found = self.u().cellvars.get(name);
        found.ok_or_else(|| CompileError::System(format!("no cell {name}")))
    }
}
