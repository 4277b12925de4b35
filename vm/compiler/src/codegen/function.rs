//! Functions and lambdas: decorators, defaults, bodies.

use dxpy_ast::{Arguments, Constant, Expr, ExprContext, FunctionDef, Location, Stmt};
use dxpy_bytecode::Op;

use super::fblock::FBlock;
use super::unit::Scope;
use super::{Compiler, Result, docstring};
use crate::instr::NO_LOCATION;
use crate::symtable::NodeKey;

/// `MAKE_FUNCTION_DEFAULTS`, `MAKE_FUNCTION_KWDEFAULTS`.
const DEFAULTS: i32 = 1;
const KWDEFAULTS: i32 = 2;
/// `INTRINSIC_SET_FUNCTION_TYPE_PARAMS`.
const SET_FUNCTION_TYPE_PARAMS: i32 = 4;

impl<'a> Compiler<'a> {
    /// `compiler_function`.
    #[inline(never)]
    pub(super) fn function(&mut self, s: &'a Stmt, f: &'a FunctionDef, is_async: bool) -> Result {
        let at = s.range;
        self.check_parameters(&f.args)?;
        self.exprs(&f.decorator_list)?;
        let firstlineno = f.decorator_list.first().map_or(at.lineno, |d| d.range.lineno);
        let generic = !f.type_params.is_empty();
        if generic {
            self.op(at, Op::PUSH_NULL);
        }
        let mut flags = self.defaults(at, &f.args)?;
        let given = (flags & DEFAULTS != 0) as usize + (flags & KWDEFAULTS != 0) as usize;
        if generic {
            if given == 2 {
                self.op_i(at, Op::SWAP, 2);
            }
            self.enter_type_params(&f.name, &f.type_params, firstlineno)?;
            self.type_params(&f.type_params)?;
            // The defaults come in as arguments.
            for i in 0..given {
                self.op_n(at, Op::LOAD_FAST, i);
            }
        }
        flags |= self.annotations(at, &f.args, f.returns.as_deref())?;
        self.function_body(s, f, is_async, flags, firstlineno)?;
        if generic {
            self.op_i(at, Op::SWAP, 2);
            self.op_i(at, Op::CALL_INTRINSIC_2, SET_FUNCTION_TYPE_PARAMS);
            self.u().argcount = given as u32;
            let code = self.leave(false)?;
            self.make_closure(at, code, 0)?;
            if given > 0 {
                self.op_n(at, Op::SWAP, given + 1);
            }
            self.op_n(at, Op::CALL, given);
        }
        self.apply_decorators(&f.decorator_list);
        self.store_name(at, &f.name)
    }

    fn function_body(
        &mut self,
        s: &'a Stmt,
        f: &'a FunctionDef,
        is_async: bool,
        flags: i32,
        firstlineno: i32,
    ) -> Result {
        let scope = if is_async { Scope::AsyncFunction } else { Scope::Function };
        self.enter(f.name.clone(), scope, NodeKey::stmt(s), firstlineno)?;
        let doc = docstring(&f.body).filter(|_| self.optimize < 2);
        self.add_const(doc.map_or(Constant::None, |(d, _)| Constant::Str(d.clone())));
        self.set_parameters(&f.args);
        let ste = self.ste();
        if ste.coroutine || ste.generator {
            self.u().stopiteration = true;
            self.push_fblock(NO_LOCATION, FBlock::StopIteration)?;
        }
        self.stmts(&f.body[usize::from(doc.is_some())..])?;
        let code = self.leave(true)?;
        self.make_closure(s.range, code, flags)
    }

    /// `compiler_lambda`.
    #[inline(never)]
    pub(super) fn lambda(&mut self, e: &'a Expr, args: &'a Arguments, body: &'a Expr) -> Result {
        self.check_parameters(args)?;
        let flags = self.defaults(e.range, args)?;
        self.enter("<lambda>".into(), Scope::Lambda, NodeKey::expr(e), e.range.lineno)?;
        self.add_const(Constant::None);
        self.set_parameters(args);
        self.expr(body)?;
        let generator = self.ste().generator;
        if !generator {
            let line = e.range.lineno;
            let at = Location { lineno: line, end_lineno: line, col_offset: 0, end_col_offset: 0 };
            self.op(at, Op::RETURN_VALUE);
        }
        let code = self.leave(!generator)?;
        self.make_closure(e.range, code, flags)
    }

    fn set_parameters(&mut self, args: &Arguments) {
        let u = self.u();
        u.argcount = args.args.len() as u32;
        u.posonlyargcount = args.posonlyargs.len() as u32;
        u.kwonlyargcount = args.kwonlyargs.len() as u32;
    }

    /// `compiler_check_debug_args`.
    fn check_parameters(&mut self, args: &Arguments) -> Result {
        let plain = args.posonlyargs.iter().chain(&args.args).chain(args.vararg.as_deref());
        plain
            .chain(&args.kwonlyargs)
            .chain(args.kwarg.as_deref())
            .try_for_each(|a| self.not_debug(a.range, &a.arg, ExprContext::Store))
    }

    /// Puts the defaults on the stack; returns flags for `MAKE_FUNCTION` (`compiler_default_arguments`).
    fn defaults(&mut self, at: Location, args: &'a Arguments) -> Result<i32> {
        let mut flags = 0;
        if !args.defaults.is_empty() {
            flags |= DEFAULTS;
            self.exprs(&args.defaults)?;
            self.op_n(at, Op::BUILD_TUPLE, args.defaults.len());
        }
        let mut names = Vec::new();
        for (arg, default) in args.kwonlyargs.iter().zip(&args.kw_defaults) {
            if let Some(default) = default {
                let name = self.mangled(&arg.arg);
                names.push(Constant::Str((&*name).into()));
                self.expr(default)?;
            }
        }
        if !names.is_empty() {
            flags |= KWDEFAULTS;
            let n = names.len();
            self.load_const(at, Constant::Tuple(names));
            self.op_n(at, Op::BUILD_CONST_KEY_MAP, n);
        }
        Ok(flags)
    }

    pub(super) fn apply_decorators(&mut self, list: &[Expr]) {
        for d in list.iter().rev() {
            self.op_i(d.range, Op::CALL, 0);
        }
    }
}
