//! Annotations of parameters and of variables.

use dxpy_ast::{Arguments, Constant, Expr, ExprContext, ExprKind, Ident, Location};
use dxpy_bytecode::{Op, co};

use super::unit::Scope;
use super::{Compiler, Result};
use crate::error::CompileError;
use crate::unparse::unparse;

/// `MAKE_FUNCTION_ANNOTATIONS`.
const ANNOTATIONS: i32 = 4;

impl<'a> Compiler<'a> {
    fn future_annotations(&self) -> bool {
        self.flags & co::FUTURE_ANNOTATIONS != 0
    }

    /// The text of an annotation that is not evaluated (`compiler_visit_annexpr`).
    fn annotation_text(&mut self, e: &Expr) {
        self.load_const(e.range, Constant::Str(unparse(e, self.printable)));
    }

    /// Puts the tuple of a function's annotations on the stack, if there are any; returns the flag for `MAKE_FUNCTION`
    /// (`compiler_visit_annotations`).
    pub(super) fn annotations(
        &mut self,
        at: Location,
        args: &'a Arguments,
        returns: Option<&'a Expr>,
    ) -> Result<i32> {
        let mut n = 0;
        let plain = args.args.iter().chain(&args.posonlyargs).chain(args.vararg.as_deref());
        for arg in plain.chain(&args.kwonlyargs).chain(args.kwarg.as_deref()) {
            if let Some(annotation) = &arg.annotation {
                self.argument_annotation(at, &arg.arg, annotation)?;
                n += 2;
            }
        }
        if let Some(returns) = returns {
            self.argument_annotation(at, &"return".into(), returns)?;
            n += 2;
        }
        if n == 0 {
            return Ok(0);
        }
        self.op_i(at, Op::BUILD_TUPLE, n);
        Ok(ANNOTATIONS)
    }

    fn argument_annotation(&mut self, at: Location, name: &Ident, annotation: &'a Expr) -> Result {
        let name = self.mangled(name);
        self.load_str(at, &name);
        if self.future_annotations() {
            self.annotation_text(annotation);
        } else if let ExprKind::Starred { value, .. } = &annotation.kind {
            // `*args: *Ts` means the one value that `*Ts` gives.
            self.expr(value)?;
            self.op_i(at, Op::UNPACK_SEQUENCE, 1);
        } else {
            self.expr(annotation)?;
        }
        Ok(())
    }

    /// `compiler_annassign`.
    #[inline(never)]
    pub(super) fn ann_assign(
        &mut self,
        at: Location,
        target: &'a Expr,
        annotation: &'a Expr,
        value: Option<&'a Expr>,
        simple: bool,
    ) -> Result {
        if let Some(value) = value {
            self.expr(value)?;
            self.expr(target)?;
        }
        let stores = matches!(self.u().scope, Scope::Module | Scope::Class);
        match &target.kind {
            ExprKind::Name { id, .. } => {
                self.not_debug(at, id, ExprContext::Store)?;
                if simple && stores {
                    if self.future_annotations() {
                        self.annotation_text(annotation);
                    } else {
                        self.expr(annotation)?;
                    }
                    self.op_name(at, Op::LOAD_NAME, &"__annotations__".into());
                    let name = self.mangled(id);
                    self.load_str(at, &name);
                    self.op(at, Op::STORE_SUBSCR);
                }
            }
            ExprKind::Attribute { value: object, attr, .. } => {
                self.not_debug(at, attr, ExprContext::Store)?;
                if value.is_none() {
                    self.evaluate(object)?;
                }
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                if value.is_none() {
                    self.evaluate(object)?;
                    self.evaluate_subscript(slice)?;
                }
            }
            _ => return Err(CompileError::System("invalid node type for annotated assignment".into())),
        }
        if !simple && stores && !self.future_annotations() {
            self.evaluate(annotation)?;
        }
        Ok(())
    }

    /// Evaluates and forgets (`check_ann_expr`).
    fn evaluate(&mut self, e: &'a Expr) -> Result {
        self.expr(e)?;
        self.op(e.range, Op::POP_TOP);
        Ok(())
    }

    /// `check_ann_subscr`.
    fn evaluate_subscript(&mut self, e: &'a Expr) -> Result {
        match &e.kind {
            ExprKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().flatten().try_for_each(|e| self.evaluate(e))
            }
            ExprKind::Tuple { elts, .. } => elts.iter().try_for_each(|e| self.evaluate_subscript(e)),
            _ => self.evaluate(e),
        }
    }
}
