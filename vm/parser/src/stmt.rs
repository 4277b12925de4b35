//! Statements, and the four start rules.

use dxpy_ast::*;

use crate::Mode;
use crate::core::{Parser, R, level};
use crate::token::Tok;

fn augmented(k: Tok) -> Option<Operator> {
    Some(match k {
        Tok::PlusEqual => Operator::Add,
        Tok::MinEqual => Operator::Sub,
        Tok::StarEqual => Operator::Mult,
        Tok::AtEqual => Operator::MatMult,
        Tok::SlashEqual => Operator::Div,
        Tok::PercentEqual => Operator::Mod,
        Tok::AmperEqual => Operator::BitAnd,
        Tok::VBarEqual => Operator::BitOr,
        Tok::CircumflexEqual => Operator::BitXor,
        Tok::LeftShiftEqual => Operator::LShift,
        Tok::RightShiftEqual => Operator::RShift,
        Tok::DoubleStarEqual => Operator::Pow,
        Tok::DoubleSlashEqual => Operator::FloorDiv,
        _ => return None,
    })
}

impl Parser<'_> {
    pub fn module(&mut self, mode: Mode) -> R<Mod> {
        match mode {
            Mode::Exec => {
                let mut body = Vec::new();
                while !self.at(Tok::EndMarker) {
                    self.statement(&mut body)?;
                }
                Ok(Mod::Module { body, type_ignores: std::mem::take(&mut self.type_ignores) })
            }
            Mode::Eval => {
                let body = Box::new(self.expressions()?);
                while self.eat(Tok::Newline) {}
                self.expect(Tok::EndMarker)?;
                Ok(Mod::Expression { body })
            }
            Mode::Single => {
                let mut body = Vec::new();
                if self.at(Tok::Newline) {
                    let at = self.bump().loc;
                    body.push(Stmt::new(StmtKind::Pass, at));
                } else if self.at_compound() {
                    self.statement(&mut body)?;
                    self.expect(Tok::Newline)?;
                } else {
                    self.statement(&mut body)?;
                }
                Ok(Mod::Interactive { body })
            }
            Mode::FuncType => self.func_type(),
        }
    }

    fn func_type(&mut self) -> R<Mod> {
        self.expect(Tok::LPar)?;
        let mut argtypes = Vec::new();
        let mut stars = 0;
        while !self.at(Tok::RPar) {
            match self.kind() {
                Tok::Star if stars == 0 => stars = 1,
                Tok::DoubleStar if stars < 2 => stars = 2,
                _ if stars == 0 => self.i -= 1,
                _ => return self.fail(),
            }
            self.bump();
            argtypes.push(self.expression()?);
            if !self.at(Tok::Comma) {
                break;
            }
            self.bump();
            if self.at(Tok::RPar) {
                return self.fail();
            }
        }
        self.expect(Tok::RPar)?;
        self.expect(Tok::RArrow)?;
        let returns = Box::new(self.expression()?);
        while self.eat(Tok::Newline) {}
        self.expect(Tok::EndMarker)?;
        Ok(Mod::FunctionType { argtypes, returns })
    }

    fn at_compound(&self) -> bool {
        match self.kind() {
            Tok::KwIf
            | Tok::KwWhile
            | Tok::KwFor
            | Tok::KwTry
            | Tok::KwWith
            | Tok::KwDef
            | Tok::KwClass
            | Tok::KwAsync
            | Tok::At => true,
            Tok::Name => self.at_match(),
            _ => false,
        }
    }

    /// Whether `match` here is the statement: decided by the `:` that ends its line and the `case` below.
    fn at_match(&self) -> bool {
        if !self.at_word("match") {
            return false;
        }
        // The subject holds no NEWLINE (inside brackets there is none), so the end of the line is near.
        let mut j = self.i + 1;
        while j < self.toks.len()
            && !matches!(self.toks[j].kind, Tok::Newline | Tok::EndMarker | Tok::Unknown)
        {
            j += 1;
        }
        j + 2 < self.toks.len()
            && self.toks[j - 1].kind == Tok::Colon
            && self.toks[j + 1].kind == Tok::Indent
            && self.text(&self.toks[j + 2]) == b"case"
    }

    pub fn statement(&mut self, out: &mut Vec<Stmt>) -> R<()> {
        let start = self.start();
        let kind = match self.kind() {
            Tok::KwIf => self.if_stmt()?,
            Tok::KwWhile => {
                self.bump();
                let test = Box::new(self.named_expression()?);
                self.expect(Tok::Colon)?;
                let body = self.block()?;
                let orelse = self.else_block()?;
                StmtKind::While { test, body, orelse }
            }
            Tok::KwFor => StmtKind::For(self.for_stmt()?),
            Tok::KwWith => StmtKind::With(self.with_stmt()?),
            Tok::KwTry => self.try_stmt()?,
            Tok::KwAsync => {
                self.bump();
                let (kind, what) = match self.kind() {
                    Tok::KwDef => {
                        (StmtKind::AsyncFunctionDef(self.function_def(Vec::new())?), "Async functions are")
                    }
                    Tok::KwFor => (StmtKind::AsyncFor(self.for_stmt()?), "Async for loops are"),
                    Tok::KwWith => (StmtKind::AsyncWith(self.with_stmt()?), "Async with statements are"),
                    _ => return self.fail(),
                };
                // After a loop there may be an `else`.
                if matches!(kind, StmtKind::AsyncFor(_)) {
                    self.require(5, what)?;
                }
                self.require_behind(5, what)?;
                kind
            }
            Tok::KwDef => StmtKind::FunctionDef(self.function_def(Vec::new())?),
            Tok::KwClass => StmtKind::ClassDef(self.class_def(Vec::new())?),
            Tok::At => {
                let mut decorators = Vec::new();
                while self.eat(Tok::At) {
                    decorators.push(self.named_expression()?);
                    self.expect(Tok::Newline)?;
                }
                // A decorated definition's own position starts at `def` or `class`.
                let start = self.start();
                let kind = match self.kind() {
                    Tok::KwDef => StmtKind::FunctionDef(self.function_def(decorators)?),
                    Tok::KwClass => StmtKind::ClassDef(self.class_def(decorators)?),
                    Tok::KwAsync if self.nth(1) == Tok::KwDef => {
                        self.bump();
                        let f = self.function_def(decorators)?;
                        self.require_behind(5, "Async functions are")?;
                        StmtKind::AsyncFunctionDef(f)
                    }
                    _ => return self.fail(),
                };
                out.push(self.block_stmt(kind, start));
                return Ok(());
            }
            Tok::Name if self.at_match() => match self.attempt(Self::match_stmt)? {
                Some(kind) => kind,
                None => return self.simple_stmts(out),
            },
            _ => return self.simple_stmts(out),
        };
        out.push(self.block_stmt(kind, start));
        Ok(())
    }

    /// A compound statement ends at its last token other than NEWLINE, INDENT and DEDENT: a closing `;` is included.
    fn block_stmt(&self, kind: StmtKind, start: Location) -> Stmt {
        Stmt::new(kind, self.block_range(start))
    }
    fn block_range(&self, start: Location) -> Location {
        let mut j = self.i.saturating_sub(1);
        while j > 0 && matches!(self.toks[j].kind, Tok::Newline | Tok::Dedent | Tok::Indent) {
            j -= 1;
        }
        start.to(self.toks[j].loc)
    }

    fn simple_stmts(&mut self, out: &mut Vec<Stmt>) -> R<()> {
        loop {
            let start = self.start();
            let kind = self.simple_stmt()?;
            out.push(Stmt::new(kind, self.since(start)));
            if self.eat(Tok::Semi) {
                if self.eat(Tok::Newline) {
                    return Ok(());
                }
                continue;
            }
            self.expect(Tok::Newline)?;
            return Ok(());
        }
    }

    /// `block`
    pub fn block(&mut self) -> R<Vec<Stmt>> {
        self.enter(level::BLOCK)?;
        let body = self.suite()?;
        self.leave(level::BLOCK);
        Ok(body)
    }

    fn suite(&mut self) -> R<Vec<Stmt>> {
        let mut body = Vec::new();
        if self.eat(Tok::Newline) {
            self.expect(Tok::Indent)?;
            loop {
                self.statement(&mut body)?;
                if self.eat(Tok::Dedent) {
                    break;
                }
            }
        } else {
            self.simple_stmts(&mut body)?;
        }
        Ok(body)
    }

    fn else_block(&mut self) -> R<Vec<Stmt>> {
        if !self.eat(Tok::KwElse) {
            return Ok(Vec::new());
        }
        self.expect(Tok::Colon)?;
        self.block()
    }

    fn if_stmt(&mut self) -> R<StmtKind> {
        self.bump();
        let test = Box::new(self.named_expression()?);
        self.expect(Tok::Colon)?;
        let body = self.block()?;
        // `elif` chains can be long: collected flat, then nested from the last one.
        let mut chain = Vec::new();
        while self.at(Tok::KwElif) {
            let start = self.bump().loc;
            let test = Box::new(self.named_expression()?);
            self.expect(Tok::Colon)?;
            // An `elif` is as deep as its number in the chain, and what is in it no deeper than an expression statement.
            chain.push((start, test, self.suite()?));
            self.enter(if chain.len() == 1 { level::FIRST_ELIF } else { level::ONE })?;
        }
        let mut orelse = self.else_block()?;
        if !chain.is_empty() {
            self.leave(level::FIRST_ELIF + (chain.len() as u32 - 1) * level::ONE);
        }
        for (start, test, body) in chain.into_iter().rev() {
            let kind = StmtKind::If { test, body, orelse };
            orelse = vec![self.block_stmt(kind, start)];
        }
        Ok(StmtKind::If { test, body, orelse })
    }

    fn for_stmt(&mut self) -> R<Box<For>> {
        self.expect(Tok::KwFor)?;
        let target = Box::new(self.star_targets()?);
        self.expect(Tok::KwIn)?;
        let iter = Box::new(self.star_expressions()?);
        self.expect(Tok::Colon)?;
        let type_comment = self.type_comment();
        let body = self.block()?;
        let orelse = self.else_block()?;
        Ok(Box::new(For { target, iter, body, orelse, type_comment }))
    }

    fn with_item(&mut self) -> R<WithItem> {
        let context_expr = self.expression()?;
        let mut optional_vars = None;
        if self.eat(Tok::KwAs) {
            optional_vars = Some(Box::new(self.star_target()?));
            if !matches!(self.kind(), Tok::Comma | Tok::RPar | Tok::Colon) {
                return self.fail();
            }
        }
        Ok(WithItem { context_expr, optional_vars })
    }

    fn with_stmt(&mut self) -> R<Box<With>> {
        self.expect(Tok::KwWith)?;
        let mut items = None;
        if self.at(Tok::LPar) {
            items = self.attempt(|p| {
                p.bump();
                let mut items = vec![p.with_item()?];
                while p.eat(Tok::Comma) {
                    if p.at(Tok::RPar) {
                        break;
                    }
                    items.push(p.with_item()?);
                }
                p.expect(Tok::RPar)?;
                p.expect(Tok::Colon)?;
                Ok(items)
            })?;
        }
        let parenthesized = items.is_some();
        let items = match items {
            Some(items) => items,
            None => {
                let mut items = vec![self.with_item()?];
                while self.eat(Tok::Comma) {
                    items.push(self.with_item()?);
                }
                self.expect(Tok::Colon)?;
                items
            }
        };
        // The grammar of 3.12 has a type comment only after the form without parentheses.
        let type_comment = if parenthesized { None } else { self.type_comment() };
        let body = self.block()?;
        if parenthesized {
            self.require_behind(9, "Parenthesized context managers are")?;
        }
        Ok(Box::new(With { items, body, type_comment }))
    }

    fn try_stmt(&mut self) -> R<StmtKind> {
        self.bump();
        self.expect(Tok::Colon)?;
        let mut t =
            Try { body: self.block()?, handlers: Vec::new(), orelse: Vec::new(), finalbody: Vec::new() };
        let mut group = None;
        while self.at(Tok::KwExcept) {
            let start = self.bump().loc;
            let star = self.eat(Tok::Star);
            if group.is_some_and(|g| g != star) {
                return self.fail();
            }
            group = Some(star);
            let (mut typ, mut name) = (None, None);
            if star || !self.at(Tok::Colon) {
                typ = Some(Box::new(self.expression()?));
                if self.eat(Tok::KwAs) {
                    name = Some(self.ident()?);
                }
            }
            self.expect(Tok::Colon)?;
            let bare = typ.is_none();
            let body = self.block()?;
            let range = self.block_range(start);
            t.handlers.push(ExceptHandler { typ, name, body, range });
            if bare && self.at(Tok::KwExcept) {
                // The compiler refuses a bare handler that is not the last one, and so the parser takes it.
                continue;
            }
        }
        if !t.handlers.is_empty() {
            t.orelse = self.else_block()?;
        }
        if self.eat(Tok::KwFinally) {
            self.expect(Tok::Colon)?;
            t.finalbody = self.block()?;
        } else if t.handlers.is_empty() {
            return self.fail();
        }
        if group == Some(true) {
            self.require(11, "Exception groups are")?;
        }
        Ok(if group == Some(true) { StmtKind::TryStar(Box::new(t)) } else { StmtKind::Try(Box::new(t)) })
    }

    fn match_stmt(&mut self) -> R<StmtKind> {
        self.bump();
        let start = self.start();
        let mut subject = self.star_or_named()?;
        if self.at(Tok::Comma) {
            let mut elts = vec![subject];
            while self.eat(Tok::Comma) {
                if self.at(Tok::Colon) {
                    break;
                }
                elts.push(self.star_or_named()?);
            }
            subject = Expr::new(ExprKind::Tuple { elts, ctx: ExprContext::Load }, self.since(start));
        } else if matches!(subject.kind, ExprKind::Starred { .. }) {
            return self.fail();
        }
        self.expect(Tok::Colon)?;
        self.expect(Tok::Newline)?;
        self.expect(Tok::Indent)?;
        let mut cases = Vec::new();
        while !self.eat(Tok::Dedent) {
            if !self.at_word("case") {
                return self.fail();
            }
            self.bump();
            let pattern = self.patterns()?;
            let guard = if self.eat(Tok::KwIf) { Some(Box::new(self.named_expression()?)) } else { None };
            self.expect(Tok::Colon)?;
            let body = self.block()?;
            cases.push(MatchCase { pattern, guard, body });
        }
        self.require(10, "Pattern matching is")?;
        Ok(StmtKind::Match { subject: Box::new(subject), cases })
    }
    fn star_or_named(&mut self) -> R<Expr> {
        self.star_named_expression()
    }

    fn function_def(&mut self, decorator_list: Vec<Expr>) -> R<Box<FunctionDef>> {
        self.expect(Tok::KwDef)?;
        let name = self.ident()?;
        let type_params = self.type_params()?;
        self.expect(Tok::LPar)?;
        let args = self.parameters(Tok::RPar, false)?;
        self.expect(Tok::RPar)?;
        let returns = if self.eat(Tok::RArrow) { Some(Box::new(self.expression()?)) } else { None };
        self.expect(Tok::Colon)?;
        let mut type_comment = self.type_comment();
        // A function's type comment may also stand on a line of its own, before the body.
        if type_comment.is_none()
            && self.at(Tok::Newline)
            && self.nth(1) == Tok::TypeComment
            && self.nth(2) == Tok::Newline
            && self.nth(3) == Tok::Indent
        {
            self.bump();
            type_comment = self.type_comment();
        }
        let body = self.block()?;
        Ok(Box::new(FunctionDef { name, args, body, decorator_list, returns, type_comment, type_params }))
    }

    fn class_def(&mut self, decorator_list: Vec<Expr>) -> R<Box<ClassDef>> {
        self.expect(Tok::KwClass)?;
        let name = self.ident()?;
        let type_params = self.type_params()?;
        let (mut bases, mut keywords) = (Vec::new(), Vec::new());
        if self.eat(Tok::LPar) {
            (bases, keywords) = self.arguments(false)?;
            self.expect(Tok::RPar)?;
        }
        self.expect(Tok::Colon)?;
        let body = self.block()?;
        Ok(Box::new(ClassDef { name, bases, keywords, body, decorator_list, type_params }))
    }

    fn type_params(&mut self) -> R<Vec<TypeParam>> {
        let mut out = Vec::new();
        if !self.eat(Tok::LSqb) {
            return Ok(out);
        }
        loop {
            let start = self.start();
            let kind = if self.eat(Tok::Star) {
                TypeParamKind::TypeVarTuple { name: self.ident()? }
            } else if self.eat(Tok::DoubleStar) {
                TypeParamKind::ParamSpec { name: self.ident()? }
            } else {
                let name = self.ident()?;
                let bound = if self.eat(Tok::Colon) { Some(Box::new(self.expression()?)) } else { None };
                TypeParamKind::TypeVar { name, bound }
            };
            out.push(TypeParam { kind, range: self.since(start) });
            if !self.eat(Tok::Comma) || self.at(Tok::RSqb) {
                break;
            }
        }
        if !self.at(Tok::RSqb) {
            return self.fail();
        }
        // The bracket is the last token read.
        self.require(12, "Type parameter lists are")?;
        self.bump();
        Ok(out)
    }

    fn simple_stmt(&mut self) -> R<StmtKind> {
        let kind = match self.kind() {
            Tok::KwReturn => {
                self.bump();
                let has = self.at_expr() || self.at(Tok::Star);
                StmtKind::Return { value: if has { Some(Box::new(self.star_expressions()?)) } else { None } }
            }
            Tok::KwImport => {
                self.bump();
                let mut names = vec![self.dotted_alias()?];
                while self.eat(Tok::Comma) {
                    names.push(self.dotted_alias()?);
                }
                StmtKind::Import { names }
            }
            Tok::KwFrom => self.import_from()?,
            Tok::KwRaise => {
                self.bump();
                let (mut exc, mut cause) = (None, None);
                if self.at_expr() {
                    exc = Some(Box::new(self.expression()?));
                    if self.eat(Tok::KwFrom) {
                        cause = Some(Box::new(self.expression()?));
                    }
                }
                StmtKind::Raise { exc, cause }
            }
            Tok::KwPass => {
                self.bump();
                StmtKind::Pass
            }
            Tok::KwBreak => {
                self.bump();
                StmtKind::Break
            }
            Tok::KwContinue => {
                self.bump();
                StmtKind::Continue
            }
            Tok::KwDel => self.del_stmt()?,
            Tok::KwAssert => {
                self.bump();
                let test = Box::new(self.expression()?);
                let msg = if self.eat(Tok::Comma) { Some(Box::new(self.expression()?)) } else { None };
                StmtKind::Assert { test, msg }
            }
            Tok::KwGlobal => StmtKind::Global { names: self.names()? },
            Tok::KwNonlocal => StmtKind::Nonlocal { names: self.names()? },
            Tok::Name if self.nth(1) == Tok::Name && self.at_word("type") => {
                self.bump();
                let at = self.start();
                let id = self.ident()?;
                let name = Box::new(Expr::new(ExprKind::Name { id, ctx: ExprContext::Store }, at));
                let type_params = self.type_params()?;
                self.expect(Tok::Equal)?;
                let value = Box::new(self.expression()?);
                self.require(12, "Type statement is")?;
                StmtKind::TypeAlias { name, type_params, value }
            }
            _ => return self.expression_stmt(),
        };
        Ok(kind)
    }

    fn names(&mut self) -> R<Vec<Ident>> {
        self.bump();
        let mut names = vec![self.ident()?];
        while self.eat(Tok::Comma) {
            names.push(self.ident()?);
        }
        Ok(names)
    }

    fn del_stmt(&mut self) -> R<StmtKind> {
        self.bump();
        let mut targets = Vec::new();
        loop {
            let mut e = self.bitwise_or()?;
            self.set_ctx(&mut e, ExprContext::Del)?;
            targets.push(e);
            if !self.eat(Tok::Comma) || matches!(self.kind(), Tok::Semi | Tok::Newline) {
                break;
            }
        }
        if !matches!(self.kind(), Tok::Semi | Tok::Newline) {
            return self.fail();
        }
        Ok(StmtKind::Delete { targets })
    }

    fn dotted_name(&mut self) -> R<Ident> {
        let first = self.ident()?;
        if !self.at(Tok::Dot) {
            return Ok(first);
        }
        let mut s = first.to_string();
        while self.eat(Tok::Dot) {
            s.push('.');
            s.push_str(&self.ident()?);
        }
        Ok(s.into())
    }
    fn dotted_alias(&mut self) -> R<Alias> {
        let start = self.start();
        let name = self.dotted_name()?;
        let asname = if self.eat(Tok::KwAs) { Some(self.ident()?) } else { None };
        Ok(Alias { name, asname, range: self.since(start) })
    }

    fn import_from(&mut self) -> R<StmtKind> {
        self.bump();
        let mut level = 0;
        loop {
            if self.eat(Tok::Dot) {
                level += 1;
            } else if self.eat(Tok::Ellipsis) {
                level += 3;
            } else {
                break;
            }
        }
        let module = if level > 0 && self.at(Tok::KwImport) { None } else { Some(self.dotted_name()?) };
        self.expect(Tok::KwImport)?;
        if self.at(Tok::Star) {
            let at = self.bump().loc;
            let names = vec![Alias { name: "*".into(), asname: None, range: at }];
            return Ok(StmtKind::ImportFrom { module, names, level });
        }
        let paren = self.eat(Tok::LPar);
        let mut names = Vec::new();
        loop {
            let start = self.start();
            let name = self.ident()?;
            let asname = if self.eat(Tok::KwAs) { Some(self.ident()?) } else { None };
            names.push(Alias { name, asname, range: self.since(start) });
            if !self.eat(Tok::Comma) {
                break;
            }
            if paren && self.at(Tok::RPar) {
                break;
            }
        }
        if paren {
            self.expect(Tok::RPar)?;
        }
        Ok(StmtKind::ImportFrom { module, names, level })
    }

    /// `assignment` or an expression statement.
    fn expression_stmt(&mut self) -> R<StmtKind> {
        let parenthesized = self.at(Tok::LPar);
        let mut e = self.yield_or_star()?;
        let is_yield = matches!(e.kind, ExprKind::Yield { .. } | ExprKind::YieldFrom { .. });
        match self.kind() {
            Tok::Colon => {
                let simple = match &e.kind {
                    ExprKind::Name { .. } => i32::from(!parenthesized),
                    ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => 0,
                    _ => return self.fail(),
                };
                self.set_ctx(&mut e, ExprContext::Store)?;
                self.bump();
                let annotation = Box::new(self.expression()?);
                let value = if self.eat(Tok::Equal) { Some(Box::new(self.yield_or_star()?)) } else { None };
                let plural = if simple == 1 {
                    "Variable annotation syntax is"
                } else {
                    "Variable annotations syntax is"
                };
                self.require(6, plural)?;
                Ok(StmtKind::AnnAssign { target: Box::new(e), annotation, value, simple })
            }
            Tok::Equal => {
                let mut targets = Vec::new();
                let mut value = e;
                let mut bad = is_yield;
                while self.at(Tok::Equal) {
                    if bad {
                        return self.fail();
                    }
                    self.set_ctx(&mut value, ExprContext::Store)?;
                    self.bump();
                    targets.push(value);
                    value = self.yield_or_star()?;
                    bad = matches!(value.kind, ExprKind::Yield { .. } | ExprKind::YieldFrom { .. });
                }
                let type_comment = self.type_comment();
                Ok(StmtKind::Assign { targets, value: Box::new(value), type_comment })
            }
            k => {
                let Some(op) = augmented(k) else {
                    return Ok(StmtKind::Expr { value: Box::new(e) });
                };
                if !matches!(
                    e.kind,
                    ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. }
                ) {
                    return self.fail();
                }
                if op == Operator::MatMult {
                    self.require(5, "The '@' operator is")?;
                }
                self.set_ctx(&mut e, ExprContext::Store)?;
                self.bump();
                let value = Box::new(self.yield_or_star()?);
                Ok(StmtKind::AugAssign { target: Box::new(e), op, value })
            }
        }
    }
}
