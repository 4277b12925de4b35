//! Calls: positional and keyword arguments, unpackings, methods, `super`.

use dxpy_ast::{Constant, Expr, ExprContext, ExprKind, Ident, Keyword, Location};
use dxpy_bytecode::Op;

use super::expr::{Build, at_attribute};
use super::{Compiler, Result, STACK_USE_GUIDELINE};
use crate::error::CompileError;
use crate::symtable::{Scope, def};

impl<'a> Compiler<'a> {
    /// `compiler_call`.
    #[inline(never)]
    pub(super) fn call(
        &mut self,
        at: Location,
        func: &'a Expr,
        args: &'a [Expr],
        keywords: &'a [Keyword],
    ) -> Result {
        self.check_keywords(keywords)?;
        if let ExprKind::Attribute { value, attr, ctx: ExprContext::Load } = &func.kind
            && self.is_plain_method_call(value, args, keywords)
        {
            return self.method_call(at, func, value, attr, args, keywords);
        }
        self.check_caller(func);
        self.op(func.range, Op::PUSH_NULL);
        self.expr(func)?;
        self.call_with(at, 0, args, None, keywords)
    }

    /// Whether a call of an attribute can do without making a bound method (`maybe_optimize_method_call`).
    fn is_plain_method_call(&self, object: &Expr, args: &[Expr], keywords: &[Keyword]) -> bool {
        // Attributes of imported names are most often functions of a module.
        if let ExprKind::Name { id, .. } = &object.kind
            && self.table.block(self.table.top).symbol(id) & def::IMPORT != 0
        {
            return false;
        }
        let names = usize::from(!keywords.is_empty());
        args.len() + keywords.len() + names < STACK_USE_GUIDELINE
            && !args.iter().any(|e| matches!(e.kind, ExprKind::Starred { .. }))
            && keywords.iter().all(|k| k.arg.is_some())
    }

    fn method_call(
        &mut self,
        call: Location,
        func: &'a Expr,
        object: &'a Expr,
        attr: &Ident,
        args: &'a [Expr],
        keywords: &'a [Keyword],
    ) -> Result {
        let at = at_attribute(func.range, func, attr);
        if let Some(super_args) = self.super_args(object, attr) {
            self.load_super(object, super_args)?;
            let op = if super_args.is_empty() { Op::LOAD_ZERO_SUPER_METHOD } else { Op::LOAD_SUPER_METHOD };
            self.op_name(func.range, op, attr);
            self.op(at, Op::NOP);
        } else {
            self.expr(object)?;
            self.op_name(at, Op::LOAD_METHOD, attr);
        }
        self.exprs(args)?;
        self.keyword_values(at, keywords)?;
        self.op_n(at_attribute(call, func, attr), Op::CALL, args.len() + keywords.len());
        Ok(())
    }

    /// The values of keyword arguments, and their names, if there are any.
    fn keyword_values(&mut self, at: Location, keywords: &'a [Keyword]) -> Result {
        if keywords.is_empty() {
            return Ok(());
        }
        keywords.iter().try_for_each(|k| self.expr(&k.value))?;
        let names = self.add_const(names_of(keywords));
        self.op_n(at, Op::KW_NAMES, names);
        Ok(())
    }

    /// `validate_keywords`.
    pub(super) fn check_keywords(&mut self, keywords: &[Keyword]) -> Result {
        for (i, k) in keywords.iter().enumerate() {
            let Some(name) = &k.arg else { continue };
            self.not_debug(k.range, name, ExprContext::Store)?;
            if let Some(other) = keywords[i + 1..].iter().find(|o| o.arg.as_ref() == Some(name)) {
                return Err(CompileError::syntax(format!("keyword argument repeated: {name}"), other.range));
            }
        }
        Ok(())
    }

    /// The arguments and the call, with `n` of the arguments on the stack already and perhaps one `more` behind `args`
    /// (`compiler_call_helper`).
    #[inline(never)]
    pub(super) fn call_with(
        &mut self,
        at: Location,
        n: usize,
        args: &'a [Expr],
        more: Option<&Ident>,
        keywords: &'a [Keyword],
    ) -> Result {
        self.check_keywords(keywords)?;
        let nargs = args.len() + usize::from(more.is_some());
        let plain = nargs + keywords.len() * 2 <= STACK_USE_GUIDELINE
            && !args.iter().any(|e| matches!(e.kind, ExprKind::Starred { .. }))
            && keywords.iter().all(|k| k.arg.is_some());
        if plain {
            self.exprs(args)?;
            if let Some(more) = more {
                self.load_name(at, more)?;
            }
            self.keyword_values(at, keywords)?;
            self.op_n(at, Op::CALL, n + nargs + keywords.len());
            return Ok(());
        }
        match args {
            [Expr { kind: ExprKind::Starred { value, .. }, .. }] if n == 0 && more.is_none() => {
                self.expr(value)?;
            }
            _ => self.build(at, args, more, n, Build::Tuple)?,
        }
        let mut have_dict = false;
        let mut waiting = 0;
        for (i, k) in keywords.iter().enumerate() {
            if k.arg.is_some() {
                waiting += 1;
                continue;
            }
            if waiting > 0 {
                self.sub_keywords(at, &keywords[i - waiting..i], &mut have_dict)?;
                waiting = 0;
            }
            if !have_dict {
                self.op_i(at, Op::BUILD_MAP, 0);
                have_dict = true;
            }
            self.expr(&k.value)?;
            self.op_i(at, Op::DICT_MERGE, 1);
        }
        if waiting > 0 {
            self.sub_keywords(at, &keywords[keywords.len() - waiting..], &mut have_dict)?;
        }
        self.op_i(at, Op::CALL_FUNCTION_EX, i32::from(!keywords.is_empty()));
        Ok(())
    }

    /// Builds a dict of some keyword arguments, and merges it into the one that is there (`compiler_subkwargs`).
    fn sub_keywords(&mut self, at: Location, keywords: &'a [Keyword], have_dict: &mut bool) -> Result {
        let n = keywords.len();
        let big = n * 2 > STACK_USE_GUIDELINE;
        if n > 1 && !big {
            keywords.iter().try_for_each(|k| self.expr(&k.value))?;
            self.load_const(at, names_of(keywords));
            self.op_n(at, Op::BUILD_CONST_KEY_MAP, n);
        } else {
            if big {
                self.op_i(crate::instr::NO_LOCATION, Op::BUILD_MAP, 0);
            }
            for k in keywords {
                self.load_str(at, k.arg.as_deref().unwrap_or_default());
                self.expr(&k.value)?;
                if big {
                    self.op_i(crate::instr::NO_LOCATION, Op::MAP_ADD, 1);
                }
            }
            if !big {
                self.op_n(at, Op::BUILD_MAP, n);
            }
        }
        if *have_dict {
            self.op_i(at, Op::DICT_MERGE, 1);
        }
        *have_dict = true;
        Ok(())
    }

    // `super`.

    /// The arguments of `super` in `super(...).attr`, if that can do without a super object (`can_optimize_super_call`).
    pub(super) fn super_args(&mut self, object: &'a Expr, attr: &str) -> Option<&'a [Expr]> {
        let ExprKind::Call { func, args, keywords } = &object.kind else { return None };
        let ExprKind::Name { id, .. } = &func.kind else { return None };
        if &**id != "super" || attr == "__class__" || !keywords.is_empty() {
            return None;
        }
        // Something else by that name?
        if self.ste().scope(id) != Scope::GlobalImplicit
            || self.table.block(self.table.top).scope(id) != Scope::Unknown
        {
            return None;
        }
        let possible = match args.as_slice() {
            [a, b] => ![a, b].iter().any(|e| matches!(e.kind, ExprKind::Starred { .. })),
            // The first argument of the function stands for `self`.
            [] => {
                let u = self.u();
                u.argcount + u.posonlyargcount != 0 && self.ref_type("__class__") == Scope::Free
            }
            _ => false,
        };
        possible.then_some(args.as_slice())
    }

    /// `super`, the class and the object (`load_args_for_super`).
    pub(super) fn load_super(&mut self, call: &'a Expr, args: &'a [Expr]) -> Result {
        if let ExprKind::Call { func, .. } = &call.kind
            && let ExprKind::Name { id, .. } = &func.kind
        {
            self.load_name(func.range, id)?;
        }
        if !args.is_empty() {
            return self.exprs(args);
        }
        self.load_name(call.range, &"__class__".into())?;
        let Some(first) = self.u().varnames.list().first().cloned() else {
            return Err(CompileError::System("super() in a function without parameters".into()));
        };
        self.load_name(call.range, &first)
    }
}

fn names_of(keywords: &[Keyword]) -> Constant {
    let name = |k: &Keyword| Constant::Str(k.arg.as_deref().unwrap_or_default().into());
    Constant::Tuple(keywords.iter().map(name).collect())
}
