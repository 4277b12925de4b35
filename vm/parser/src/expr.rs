//! Expressions, arguments, comprehensions and parameters.

use dxpy_ast::*;

use crate::core::{Fail, Parser, R, level};
use crate::token::Tok;

/// Binding strength of the left-associative binary operators.
fn binary(k: Tok) -> Option<(u8, Operator)> {
    Some(match k {
        Tok::VBar => (1, Operator::BitOr),
        Tok::Circumflex => (2, Operator::BitXor),
        Tok::Amper => (3, Operator::BitAnd),
        Tok::LeftShift => (4, Operator::LShift),
        Tok::RightShift => (4, Operator::RShift),
        Tok::Plus => (5, Operator::Add),
        Tok::Minus => (5, Operator::Sub),
        Tok::Star => (6, Operator::Mult),
        Tok::Slash => (6, Operator::Div),
        Tok::DoubleSlash => (6, Operator::FloorDiv),
        Tok::Percent => (6, Operator::Mod),
        Tok::At => (6, Operator::MatMult),
        _ => return None,
    })
}

/// An expression whose last part is still to be read.
enum Open {
    Lambda(Box<Arguments>),
    If { test: Expr, body: Expr },
    Unary(UnaryOp),
    Power(Expr),
}

/// Positional arguments and keywords of a call or class.
pub(crate) type CallArgs = (Vec<Expr>, Vec<Keyword>);

impl Parser<'_> {
    /// Could the current token begin an expression?
    pub fn at_expr(&self) -> bool {
        matches!(
            self.kind(),
            Tok::Name
                | Tok::Number
                | Tok::String
                | Tok::FStringStart
                | Tok::LPar
                | Tok::LSqb
                | Tok::LBrace
                | Tok::Plus
                | Tok::Minus
                | Tok::Tilde
                | Tok::Ellipsis
                | Tok::KwNot
                | Tok::KwLambda
                | Tok::KwAwait
                | Tok::KwNone
                | Tok::KwTrue
                | Tok::KwFalse
        )
    }

    /// A comma-separated sequence that is a tuple as soon as there is a comma.
    fn tuple_of(&mut self, item: fn(&mut Self) -> R<Expr>, star: bool) -> R<Expr> {
        let start = self.start();
        let first = item(self)?;
        if !self.at(Tok::Comma) {
            return Ok(first);
        }
        let mut elts = vec![first];
        while self.eat(Tok::Comma) {
            if !(self.at_expr() || star && self.at(Tok::Star)) {
                break;
            }
            elts.push(item(self)?);
        }
        Ok(Expr::new(ExprKind::Tuple { elts, ctx: ExprContext::Load }, self.since(start)))
    }

    /// `star_expressions`
    pub fn star_expressions(&mut self) -> R<Expr> {
        self.tuple_of(Self::star_expression, true)
    }
    /// `expressions`
    pub fn expressions(&mut self) -> R<Expr> {
        self.tuple_of(Self::expression, false)
    }
    /// `star_targets`, read as operands (so that `in` is not taken) and turned into targets.
    pub fn star_targets(&mut self) -> R<Expr> {
        let mut e = self.tuple_of(Self::star_target_operand, true)?;
        self.set_ctx(&mut e, ExprContext::Store)?;
        Ok(e)
    }
    fn star_target_operand(&mut self) -> R<Expr> {
        if self.at(Tok::Star) { self.starred_operand() } else { self.bitwise_or() }
    }
    /// `star_target`
    pub fn star_target(&mut self) -> R<Expr> {
        let mut e = self.star_target_operand()?;
        self.set_ctx(&mut e, ExprContext::Store)?;
        Ok(e)
    }
    fn starred_operand(&mut self) -> R<Expr> {
        let start = self.start();
        self.expect(Tok::Star)?;
        let value = Box::new(self.bitwise_or()?);
        Ok(Expr::new(ExprKind::Starred { value, ctx: ExprContext::Load }, self.since(start)))
    }
    /// `star_expression`
    pub fn star_expression(&mut self) -> R<Expr> {
        if self.at(Tok::Star) { self.starred_operand() } else { self.expression() }
    }
    /// `star_named_expression`
    pub fn star_named_expression(&mut self) -> R<Expr> {
        if self.at(Tok::Star) { self.starred_operand() } else { self.named_expression() }
    }
    /// `yield_expr | star_expressions`
    pub fn yield_or_star(&mut self) -> R<Expr> {
        if self.at(Tok::KwYield) { self.yield_expr() } else { self.star_expressions() }
    }

    pub fn yield_expr(&mut self) -> R<Expr> {
        let start = self.start();
        self.expect(Tok::KwYield)?;
        let kind = if self.eat(Tok::KwFrom) {
            ExprKind::YieldFrom { value: Box::new(self.expression()?) }
        } else if self.at_expr() || self.at(Tok::Star) {
            ExprKind::Yield { value: Some(Box::new(self.star_expressions()?)) }
        } else {
            ExprKind::Yield { value: None }
        };
        Ok(Expr::new(kind, self.since(start)))
    }

    /// `named_expression`, which is also where `x = 1` is refused in conditions (by the caller's next token).
    pub fn named_expression(&mut self) -> R<Expr> {
        if self.at_walrus() {
            return self.assignment_expression();
        }
        self.expression()
    }
    fn at_walrus(&self) -> bool {
        self.at(Tok::Name) && self.nth(1) == Tok::ColonEqual
    }
    fn assignment_expression(&mut self) -> R<Expr> {
        let start = self.start();
        let id = self.ident()?;
        let target = Box::new(Expr::new(ExprKind::Name { id, ctx: ExprContext::Store }, start));
        self.expect(Tok::ColonEqual)?;
        let value = Box::new(self.expression()?);
        self.require(8, "Assignment expressions are")?;
        Ok(Expr::new(ExprKind::NamedExpr { target, value }, self.since(start)))
    }

    /// `expression`. What nests to the right is collected here and put together from its end, so that the length of a
    /// chain takes no stack.
    pub fn expression(&mut self) -> R<Expr> {
        let mut open: Vec<(Location, Open)> = Vec::new();
        let mut levels = 0;
        let mut e = loop {
            let start = self.start();
            if self.eat(Tok::KwLambda) {
                let args = Box::new(self.parameters(Tok::Colon, true)?);
                self.expect(Tok::Colon)?;
                self.enter(level::LAMBDA)?;
                levels += level::LAMBDA;
                open.push((start, Open::Lambda(args)));
                continue;
            }
            let body = self.disjunction()?;
            if !self.eat(Tok::KwIf) {
                break body;
            }
            let test = self.disjunction()?;
            self.expect(Tok::KwElse)?;
            self.enter(level::ONE)?;
            levels += level::ONE;
            open.push((start, Open::If { test, body }));
        };
        self.leave(levels);
        for (start, kind) in open.into_iter().rev() {
            let kind = match kind {
                Open::Lambda(args) => ExprKind::Lambda { args, body: Box::new(e) },
                Open::If { test, body } => {
                    ExprKind::IfExp { test: Box::new(test), body: Box::new(body), orelse: Box::new(e) }
                }
                Open::Unary(_) | Open::Power(_) => unreachable!("not opened here"),
            };
            e = Expr::new(kind, self.since(start));
        }
        Ok(e)
    }

    /// `disjunction`
    pub fn disjunction(&mut self) -> R<Expr> {
        let start = self.start();
        let first = self.conjunction()?;
        if !self.at(Tok::KwOr) {
            return Ok(first);
        }
        let mut values = vec![first];
        while self.eat(Tok::KwOr) {
            values.push(self.conjunction()?);
        }
        Ok(Expr::new(ExprKind::BoolOp { op: BoolOp::Or, values }, self.since(start)))
    }
    fn conjunction(&mut self) -> R<Expr> {
        let start = self.start();
        let first = self.inversion()?;
        if !self.at(Tok::KwAnd) {
            return Ok(first);
        }
        let mut values = vec![first];
        while self.eat(Tok::KwAnd) {
            values.push(self.inversion()?);
        }
        Ok(Expr::new(ExprKind::BoolOp { op: BoolOp::And, values }, self.since(start)))
    }
    fn inversion(&mut self) -> R<Expr> {
        if self.at(Tok::KwNot) {
            let mut starts = Vec::new();
            while self.at(Tok::KwNot) {
                starts.push(self.bump().loc);
                self.enter(level::ONE)?;
            }
            let mut e = self.comparison()?;
            self.leave(starts.len() as u32 * level::ONE);
            for s in starts.into_iter().rev() {
                let range = self.since(s);
                e = Expr::new(ExprKind::UnaryOp { op: UnaryOp::Not, operand: Box::new(e) }, range);
            }
            return Ok(e);
        }
        self.comparison()
    }
    fn comparison(&mut self) -> R<Expr> {
        let start = self.start();
        let left = self.bitwise_or()?;
        let (mut ops, mut comparators) = (Vec::new(), Vec::new());
        loop {
            let op = match self.kind() {
                Tok::EqEqual => CmpOp::Eq,
                Tok::NotEqual => {
                    let flufl = self.text(self.tok()) == b"<>";
                    if flufl != self.opts.barry_as_flufl {
                        if self.opts.barry_as_flufl {
                            let loc = self.tok().loc;
                            return Err(self.error_at(loc, "with Barry as BDFL, use '<>' instead of '!='"));
                        }
                        break;
                    }
                    CmpOp::NotEq
                }
                Tok::Less => CmpOp::Lt,
                Tok::LessEqual => CmpOp::LtE,
                Tok::Greater => CmpOp::Gt,
                Tok::GreaterEqual => CmpOp::GtE,
                Tok::KwIn => CmpOp::In,
                Tok::KwIs if self.nth(1) == Tok::KwNot => {
                    self.bump();
                    CmpOp::IsNot
                }
                Tok::KwIs => CmpOp::Is,
                Tok::KwNot if self.nth(1) == Tok::KwIn => {
                    self.bump();
                    CmpOp::NotIn
                }
                _ => break,
            };
            self.bump();
            ops.push(op);
            comparators.push(self.bitwise_or()?);
        }
        if ops.is_empty() {
            return Ok(left);
        }
        Ok(Expr::new(ExprKind::Compare { left: Box::new(left), ops, comparators }, self.since(start)))
    }

    /// `bitwise_or` and everything that binds tighter.
    pub fn bitwise_or(&mut self) -> R<Expr> {
        self.binary_from(1)
    }
    fn binary_from(&mut self, min: u8) -> R<Expr> {
        let start = self.start();
        let mut left = self.factor()?;
        while let Some((power, op)) = binary(self.kind()) {
            if power < min {
                break;
            }
            self.bump();
            let right = Box::new(if power == 6 { self.factor()? } else { self.binary_from(power + 1)? });
            if op == Operator::MatMult {
                self.require(5, "The '@' operator is")?;
            }
            left = Expr::new(ExprKind::BinOp { left: Box::new(left), op, right }, self.since(start));
        }
        Ok(left)
    }

    /// `factor` and `power`, which begin in one another.
    fn factor(&mut self) -> R<Expr> {
        let mut open: Vec<(Location, Open)> = Vec::new();
        let mut levels = 0;
        let mut e = loop {
            let start = self.start();
            let unary = match self.kind() {
                Tok::Plus => Some(UnaryOp::UAdd),
                Tok::Minus => Some(UnaryOp::USub),
                Tok::Tilde => Some(UnaryOp::Invert),
                _ => None,
            };
            let (kind, deeper) = match unary {
                Some(op) => {
                    self.bump();
                    (Open::Unary(op), level::ONE)
                }
                None => {
                    let base = self.await_primary()?;
                    if !self.eat(Tok::DoubleStar) {
                        break base;
                    }
                    (Open::Power(base), level::POWER)
                }
            };
            self.enter(deeper)?;
            levels += deeper;
            open.push((start, kind));
        };
        self.leave(levels);
        for (start, kind) in open.into_iter().rev() {
            let kind = match kind {
                Open::Unary(op) => ExprKind::UnaryOp { op, operand: Box::new(e) },
                Open::Power(base) => {
                    ExprKind::BinOp { left: Box::new(base), op: Operator::Pow, right: Box::new(e) }
                }
                Open::Lambda(_) | Open::If { .. } => unreachable!("not opened here"),
            };
            e = Expr::new(kind, self.since(start));
        }
        Ok(e)
    }

    fn await_primary(&mut self) -> R<Expr> {
        let start = self.start();
        if !self.eat(Tok::KwAwait) {
            return self.primary();
        }
        let value = Box::new(self.primary()?);
        self.require(5, "Await expressions are")?;
        Ok(Expr::new(ExprKind::Await { value }, self.since(start)))
    }

    fn primary(&mut self) -> R<Expr> {
        let start = self.start();
        let mut e = self.atom()?;
        loop {
            let kind = match self.kind() {
                Tok::Dot => {
                    self.bump();
                    let attr = self.ident()?;
                    ExprKind::Attribute { value: Box::new(e), attr, ctx: ExprContext::Load }
                }
                Tok::LPar => {
                    self.bump();
                    self.enter(level::TRAILER)?;
                    let (args, keywords) = self.arguments(true)?;
                    self.leave(level::TRAILER);
                    self.expect(Tok::RPar)?;
                    ExprKind::Call { func: Box::new(e), args, keywords }
                }
                Tok::LSqb => {
                    self.bump();
                    self.enter(level::TRAILER)?;
                    let slice = Box::new(self.slices()?);
                    self.leave(level::TRAILER);
                    self.expect(Tok::RSqb)?;
                    ExprKind::Subscript { value: Box::new(e), slice, ctx: ExprContext::Load }
                }
                _ => return Ok(e),
            };
            e = Expr::new(kind, self.since(start));
        }
    }

    fn slices(&mut self) -> R<Expr> {
        let start = self.start();
        let first = self.slice()?;
        if !self.at(Tok::Comma) && !matches!(first.kind, ExprKind::Starred { .. }) {
            return Ok(first);
        }
        let mut elts = vec![first];
        while self.eat(Tok::Comma) {
            if self.at(Tok::RSqb) {
                break;
            }
            elts.push(self.slice()?);
        }
        Ok(Expr::new(ExprKind::Tuple { elts, ctx: ExprContext::Load }, self.since(start)))
    }

    fn slice(&mut self) -> R<Expr> {
        if self.at(Tok::Star) {
            return self.starred_expression();
        }
        let start = self.start();
        let lower = if self.at(Tok::Colon) {
            None
        } else {
            let walrus = self.at_walrus();
            let e = self.named_expression()?;
            if walrus || !self.at(Tok::Colon) {
                return Ok(e);
            }
            Some(Box::new(e))
        };
        self.expect(Tok::Colon)?;
        let upper = if self.at_expr() { Some(Box::new(self.expression()?)) } else { None };
        let mut step = None;
        if self.eat(Tok::Colon) && self.at_expr() {
            step = Some(Box::new(self.expression()?));
        }
        Ok(Expr::new(ExprKind::Slice { lower, upper, step }, self.since(start)))
    }

    /// `'*' expression`, in arguments and subscripts.
    fn starred_expression(&mut self) -> R<Expr> {
        let start = self.start();
        self.expect(Tok::Star)?;
        let value = Box::new(self.expression()?);
        Ok(Expr::new(ExprKind::Starred { value, ctx: ExprContext::Load }, self.since(start)))
    }

    /// Call arguments up to, but without, the closing parenthesis. A lone generator needs no parentheses in a call.
    pub fn arguments(&mut self, genexp: bool) -> R<CallArgs> {
        let (mut args, mut keywords) = (Vec::new(), Vec::new());
        let (mut named, mut double_star) = (false, false);
        let open = self.toks[self.i.saturating_sub(1)].loc;
        while !self.at(Tok::RPar) {
            let start = self.start();
            if self.at(Tok::Star) {
                if double_star {
                    return self.fail();
                }
                args.push(self.starred_expression()?);
            } else if self.eat(Tok::DoubleStar) {
                let value = self.expression()?;
                keywords.push(Keyword { arg: None, value, range: self.since(start) });
                double_star = true;
            } else if self.at(Tok::Name) && self.nth(1) == Tok::Equal {
                let arg = Some(self.ident()?);
                self.bump();
                let value = self.expression()?;
                keywords.push(Keyword { arg, value, range: self.since(start) });
                named = true;
            } else {
                if named || double_star {
                    return self.fail();
                }
                let elt = self.named_expression()?;
                if matches!(self.kind(), Tok::KwFor | Tok::KwAsync) {
                    if !genexp || !args.is_empty() {
                        return self.fail();
                    }
                    let generators = self.comp_for()?;
                    let elt = Box::new(elt);
                    if !self.at(Tok::RPar) {
                        return self.fail();
                    }
                    let range = open.to(self.tok().loc);
                    args.push(Expr::new(ExprKind::GeneratorExp { elt, generators }, range));
                    return Ok((args, keywords));
                }
                args.push(elt);
            }
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        Ok((args, keywords))
    }

    /// `for_if_clauses`
    fn comp_for(&mut self) -> R<Vec<Comprehension>> {
        let mut out = Vec::new();
        while matches!(self.kind(), Tok::KwFor | Tok::KwAsync) {
            let is_async = i32::from(self.eat(Tok::KwAsync));
            self.expect(Tok::KwFor)?;
            let target = self.star_targets()?;
            self.expect(Tok::KwIn)?;
            let iter = self.disjunction()?;
            let mut ifs = Vec::new();
            while self.eat(Tok::KwIf) {
                ifs.push(self.disjunction()?);
            }
            if is_async == 1 {
                self.require(6, "Async comprehensions are")?;
            }
            out.push(Comprehension { target, iter, ifs, is_async });
        }
        Ok(out)
    }

    fn atom(&mut self) -> R<Expr> {
        let start = self.start();
        let kind = match self.kind() {
            Tok::Name => {
                let t = self.bump();
                ExprKind::Name { id: self.intern(t)?, ctx: ExprContext::Load }
            }
            Tok::Number => {
                let t = self.bump();
                ExprKind::Constant { value: self.number(t)?, kind: None }
            }
            Tok::String | Tok::FStringStart => return self.strings(),
            Tok::KwNone => self.constant(Constant::None),
            Tok::KwTrue => self.constant(Constant::True),
            Tok::KwFalse => self.constant(Constant::False),
            Tok::Ellipsis => self.constant(Constant::Ellipsis),
            Tok::LPar => {
                self.enter(level::PARENTHESES)?;
                let e = self.parenthesized()?;
                self.leave(level::PARENTHESES);
                return Ok(e);
            }
            Tok::LSqb | Tok::LBrace => {
                self.enter(level::DISPLAY)?;
                let kind = if self.at(Tok::LSqb) { self.list()? } else { self.braces()? };
                self.leave(level::DISPLAY);
                kind
            }
            _ => return self.fail(),
        };
        Ok(Expr::new(kind, self.since(start)))
    }
    fn constant(&mut self, value: Constant) -> ExprKind {
        self.bump();
        ExprKind::Constant { value, kind: None }
    }

    fn parenthesized(&mut self) -> R<Expr> {
        let start = self.start();
        self.expect(Tok::LPar)?;
        if self.eat(Tok::RPar) {
            return Ok(Expr::new(
                ExprKind::Tuple { elts: Vec::new(), ctx: ExprContext::Load },
                self.since(start),
            ));
        }
        if self.at(Tok::KwYield) {
            let e = self.yield_expr()?;
            self.expect(Tok::RPar)?;
            return Ok(e);
        }
        let first = self.star_named_expression()?;
        let star = matches!(first.kind, ExprKind::Starred { .. });
        match self.kind() {
            Tok::RPar if !star => {
                self.bump();
                Ok(first)
            }
            Tok::KwFor | Tok::KwAsync if !star => {
                let generators = self.comp_for()?;
                self.expect(Tok::RPar)?;
                Ok(Expr::new(ExprKind::GeneratorExp { elt: Box::new(first), generators }, self.since(start)))
            }
            Tok::Comma => {
                let elts = self.rest_of_elements(first, Tok::RPar)?;
                Ok(Expr::new(ExprKind::Tuple { elts, ctx: ExprContext::Load }, self.since(start)))
            }
            _ => self.fail(),
        }
    }

    fn rest_of_elements(&mut self, first: Expr, close: Tok) -> R<Vec<Expr>> {
        let mut elts = vec![first];
        while self.eat(Tok::Comma) {
            if self.at(close) {
                break;
            }
            elts.push(self.star_named_expression()?);
        }
        self.expect(close)?;
        Ok(elts)
    }

    fn list(&mut self) -> R<ExprKind> {
        self.expect(Tok::LSqb)?;
        if self.eat(Tok::RSqb) {
            return Ok(ExprKind::List { elts: Vec::new(), ctx: ExprContext::Load });
        }
        let first = self.star_named_expression()?;
        if matches!(self.kind(), Tok::KwFor | Tok::KwAsync) && !matches!(first.kind, ExprKind::Starred { .. })
        {
            let generators = self.comp_for()?;
            self.expect(Tok::RSqb)?;
            return Ok(ExprKind::ListComp { elt: Box::new(first), generators });
        }
        Ok(ExprKind::List { elts: self.rest_of_elements(first, Tok::RSqb)?, ctx: ExprContext::Load })
    }

    fn braces(&mut self) -> R<ExprKind> {
        self.expect(Tok::LBrace)?;
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        if self.eat(Tok::RBrace) {
            return Ok(ExprKind::Dict { keys, values });
        }
        if !self.at(Tok::DoubleStar) {
            let walrus = self.at_walrus();
            let first = self.star_named_expression()?;
            if !self.at(Tok::Colon) {
                if matches!(self.kind(), Tok::KwFor | Tok::KwAsync)
                    && !matches!(first.kind, ExprKind::Starred { .. })
                {
                    let generators = self.comp_for()?;
                    self.expect(Tok::RBrace)?;
                    return Ok(ExprKind::SetComp { elt: Box::new(first), generators });
                }
                return Ok(ExprKind::Set { elts: self.rest_of_elements(first, Tok::RBrace)? });
            }
            if walrus || matches!(first.kind, ExprKind::Starred { .. }) {
                return self.fail();
            }
            self.expect(Tok::Colon)?;
            let value = self.expression()?;
            if matches!(self.kind(), Tok::KwFor | Tok::KwAsync) {
                let generators = self.comp_for()?;
                self.expect(Tok::RBrace)?;
                return Ok(ExprKind::DictComp { key: Box::new(first), value: Box::new(value), generators });
            }
            keys.push(Some(first));
            values.push(value);
            if !self.eat(Tok::Comma) {
                self.expect(Tok::RBrace)?;
                return Ok(ExprKind::Dict { keys, values });
            }
        }
        while !self.at(Tok::RBrace) {
            if self.eat(Tok::DoubleStar) {
                keys.push(None);
                values.push(self.bitwise_or()?);
            } else {
                keys.push(Some(self.expression()?));
                self.expect(Tok::Colon)?;
                values.push(self.expression()?);
            }
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        self.expect(Tok::RBrace)?;
        Ok(ExprKind::Dict { keys, values })
    }

    /// Parameters of a function (or lambda) up to, but without, `close`.
    pub fn parameters(&mut self, close: Tok, lambda: bool) -> R<Arguments> {
        let mut a = Arguments::default();
        let (mut star, mut slash) = (false, false);
        while !self.at(close) {
            if self.at(Tok::Slash) {
                if slash || star || a.args.is_empty() {
                    return self.fail();
                }
                self.bump();
                slash = true;
                a.posonlyargs = std::mem::take(&mut a.args);
            } else if self.eat(Tok::DoubleStar) {
                let mut arg = self.param(lambda, false)?;
                self.eat(Tok::Comma);
                if !lambda {
                    arg.type_comment = self.type_comment();
                }
                a.kwarg = Some(Box::new(arg));
                if !self.at(close) {
                    return self.fail();
                }
                break;
            } else if self.at(Tok::Star) {
                if star {
                    return self.fail();
                }
                star = true;
                self.bump();
                if self.at(Tok::Comma) {
                    if self.nth(1) == close
                        || self.nth(1) == Tok::DoubleStar
                        || self.nth(1) == Tok::TypeComment
                    {
                        self.bump();
                        return self.fail();
                    }
                } else {
                    let mut arg = self.param(lambda, true)?;
                    if self.at(Tok::Comma) {
                        self.bump();
                        if !lambda {
                            arg.type_comment = self.type_comment();
                        }
                        a.vararg = Some(Box::new(arg));
                        continue;
                    }
                    if !lambda {
                        arg.type_comment = self.type_comment();
                    }
                    a.vararg = Some(Box::new(arg));
                }
            } else {
                let mut arg = self.param(lambda, false)?;
                let mut default = None;
                if self.eat(Tok::Equal) {
                    let levels = level::DEFAULT + level::LAMBDA;
                    self.enter(levels)?;
                    default = Some(self.expression()?);
                    self.leave(levels);
                }
                let comma = self.eat(Tok::Comma);
                if !lambda {
                    arg.type_comment = self.type_comment();
                }
                if star {
                    a.kwonlyargs.push(arg);
                    a.kw_defaults.push(default);
                } else {
                    if default.is_none() && !a.defaults.is_empty() {
                        return self.fail();
                    }
                    a.args.push(arg);
                    a.defaults.extend(default);
                }
                if !comma && !self.at(close) {
                    return self.fail();
                }
                continue;
            }
            if !self.eat(Tok::Comma) && !self.at(close) {
                return self.fail();
            }
        }
        if slash {
            self.require(8, "Positional-only parameters are")?;
        }
        Ok(a)
    }

    fn param(&mut self, lambda: bool, star: bool) -> R<Arg> {
        let start = self.start();
        let arg = self.ident()?;
        let mut annotation = None;
        if !lambda && self.eat(Tok::Colon) {
            let e = if star { self.star_expression()? } else { self.expression()? };
            annotation = Some(Box::new(e));
        }
        Ok(Arg { arg, annotation, type_comment: None, range: self.since(start) })
    }

    /// The value of a number token.
    pub fn number(&mut self, t: &crate::token::Token) -> Result<Constant, Fail> {
        let raw = self.text(t);
        if self.opts.feature_version < 6 && raw.contains(&b'_') {
            let m = "Underscores in numeric literals are only supported in Python 3.6 and greater";
            return Err(self.error_last(m));
        }
        let s: String = raw.iter().filter(|c| **c != b'_').map(|c| *c as char).collect();
        let radix = match s.as_bytes() {
            [b'0', b'x' | b'X', ..] => 16,
            [b'0', b'o' | b'O', ..] => 8,
            [b'0', b'b' | b'B', ..] => 2,
            _ => 10,
        };
        if radix != 10 {
            let n = num_bigint::BigInt::parse_bytes(&s.as_bytes()[2..], radix).unwrap_or_default();
            return Ok(Constant::Int(n));
        }
        if let Some(f) = s.strip_suffix(['j', 'J']) {
            return Ok(Constant::Complex { real: 0.0, imag: f.parse().unwrap_or(0.0) });
        }
        if s.contains(['.', 'e', 'E']) {
            return Ok(Constant::Float(s.parse().unwrap_or(0.0)));
        }
        if let Ok(n) = s.parse::<i64>() {
            return Ok(Constant::Int(n.into()));
        }
        let limit = self.opts.int_max_str_digits;
        if limit > 0 && s.len() > limit {
            let message = format!(
                "Exceeds the limit ({limit} digits) for integer string conversion: value has {} digits; use \
                 sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer \
                 literals to avoid decimal conversion limits.",
                s.len()
            );
            // So many digits are not underlined.
            let loc = Location { col_offset: -1, end_col_offset: -1, ..t.loc };
            return Err(self.error_at(loc, message));
        }
        Ok(Constant::Int(num_bigint::BigInt::parse_bytes(s.as_bytes(), 10).unwrap_or_default()))
    }
}
