//! Type parameters and `type` statements (PEP 695).

use dxpy_ast::{Constant, Expr, ExprKind, Ident, Stmt, TypeParam, TypeParamKind};
use dxpy_bytecode::Op;

use super::unit::Scope;
use super::{Compiler, Result};
use crate::error::CompileError;
use crate::symtable::NodeKey;

/// `INTRINSIC_*` with one argument, and with two.
const TYPEVAR: i32 = 7;
const PARAMSPEC: i32 = 8;
const TYPEVARTUPLE: i32 = 9;
const TYPEALIAS: i32 = 11;
const TYPEVAR_WITH_BOUND: i32 = 2;
const TYPEVAR_WITH_CONSTRAINTS: i32 = 3;

impl<'a> Compiler<'a> {
    /// Opens the scope around something generic.
    pub(super) fn enter_type_params(
        &mut self,
        name: &Ident,
        params: &'a [TypeParam],
        firstlineno: i32,
    ) -> Result {
        let name = format!("<generic parameters of {name}>");
        self.enter(name.into(), Scope::TypeParams, NodeKey::type_params(params), firstlineno)
    }

    /// Makes and binds type parameters, and leaves their tuple on the stack (`compiler_type_params`).
    pub(super) fn type_params(&mut self, params: &'a [TypeParam]) -> Result {
        for t in params {
            let at = t.range;
            let name = match &t.kind {
                TypeParamKind::TypeVar { name, bound: Some(bound) } => {
                    self.load_str(at, name);
                    self.enter(name.clone(), Scope::TypeParams, NodeKey::type_param(t), bound.range.lineno)?;
                    self.expr(bound)?;
                    self.op(at, Op::RETURN_VALUE);
                    let code = self.leave(true)?;
                    self.make_closure(at, code, 0)?;
                    let constraints = matches!(bound.kind, ExprKind::Tuple { .. });
                    let intrinsic = if constraints { TYPEVAR_WITH_CONSTRAINTS } else { TYPEVAR_WITH_BOUND };
                    self.op_i(at, Op::CALL_INTRINSIC_2, intrinsic);
                    name
                }
                TypeParamKind::TypeVar { name, bound: None } => {
                    self.load_str(at, name);
                    self.op_i(at, Op::CALL_INTRINSIC_1, TYPEVAR);
                    name
                }
                TypeParamKind::TypeVarTuple { name } => {
                    self.load_str(at, name);
                    self.op_i(at, Op::CALL_INTRINSIC_1, TYPEVARTUPLE);
                    name
                }
                TypeParamKind::ParamSpec { name } => {
                    self.load_str(at, name);
                    self.op_i(at, Op::CALL_INTRINSIC_1, PARAMSPEC);
                    name
                }
            };
            self.op_i(at, Op::COPY, 1);
            self.store_name(at, name)?;
        }
        if let Some(first) = params.first() {
            self.op_n(first.range, Op::BUILD_TUPLE, params.len());
        }
        Ok(())
    }

    /// `compiler_typealias`.
    #[inline(never)]
    pub(super) fn type_alias(
        &mut self,
        s: &'a Stmt,
        name: &'a Expr,
        params: &'a [TypeParam],
        value: &'a Expr,
    ) -> Result {
        let at = s.range;
        let ExprKind::Name { id: name, .. } = &name.kind else {
            return Err(CompileError::Type("TypeAlias with non-Name name".into()));
        };
        let generic = !params.is_empty();
        if generic {
            self.op(at, Op::PUSH_NULL);
            self.enter_type_params(name, params, at.lineno)?;
            self.load_str(at, name);
            self.type_params(params)?;
        } else {
            self.load_str(at, name);
            self.load_none(at);
        }
        self.enter(name.clone(), Scope::Function, NodeKey::stmt(s), at.lineno)?;
        self.add_const(Constant::None);
        self.expr(value)?;
        self.op(at, Op::RETURN_VALUE);
        let code = self.leave(false)?;
        self.make_closure(at, code, 0)?;
        self.op_i(at, Op::BUILD_TUPLE, 3);
        self.op_i(at, Op::CALL_INTRINSIC_1, TYPEALIAS);
        if generic {
            let code = self.leave(false)?;
            self.make_closure(at, code, 0)?;
            self.op_i(at, Op::CALL, 0);
        }
        self.store_name(at, name)
    }
}
