//! Patterns of `match`.

use dxpy_ast::*;

use crate::core::{Parser, R, level};
use crate::token::Tok;

impl Parser<'_> {
    /// `patterns`: an open sequence, or one pattern.
    pub fn patterns(&mut self) -> R<Pattern> {
        let start = self.start();
        let first = self.maybe_star_pattern()?;
        if !self.at(Tok::Comma) {
            return if matches!(first.kind, PatternKind::MatchStar { .. }) { self.fail() } else { Ok(first) };
        }
        let mut patterns = vec![first];
        while self.eat(Tok::Comma) {
            if matches!(self.kind(), Tok::Colon | Tok::KwIf) {
                break;
            }
            patterns.push(self.maybe_star_pattern()?);
        }
        Ok(Pattern::new(PatternKind::MatchSequence { patterns }, self.since(start)))
    }

    fn maybe_star_pattern(&mut self) -> R<Pattern> {
        let start = self.start();
        if self.eat(Tok::Star) {
            let name = self.capture_name()?;
            return Ok(Pattern::new(PatternKind::MatchStar { name }, self.since(start)));
        }
        self.pattern()
    }

    /// A capture target; `_` is the wildcard.
    fn capture_name(&mut self) -> R<Option<Ident>> {
        let id = self.ident()?;
        if matches!(self.kind(), Tok::Dot | Tok::LPar | Tok::Equal) {
            return self.fail();
        }
        Ok((&*id != "_").then_some(id))
    }

    fn pattern(&mut self) -> R<Pattern> {
        self.enter(level::PATTERN)?;
        let start = self.start();
        let inner = self.or_pattern()?;
        self.leave(level::PATTERN);
        if self.eat(Tok::KwAs) {
            let Some(name) = self.capture_name()? else {
                self.i -= 1;
                return self.fail();
            };
            let kind = PatternKind::MatchAs { pattern: Some(Box::new(inner)), name: Some(name) };
            return Ok(Pattern::new(kind, self.since(start)));
        }
        Ok(inner)
    }

    fn or_pattern(&mut self) -> R<Pattern> {
        let start = self.start();
        let first = self.closed_pattern()?;
        if !self.at(Tok::VBar) {
            return Ok(first);
        }
        let mut patterns = vec![first];
        while self.eat(Tok::VBar) {
            patterns.push(self.closed_pattern()?);
        }
        Ok(Pattern::new(PatternKind::MatchOr { patterns }, self.since(start)))
    }

    fn closed_pattern(&mut self) -> R<Pattern> {
        let start = self.start();
        let kind = match self.kind() {
            Tok::Number | Tok::Minus => {
                let value = Box::new(self.pattern_number()?);
                PatternKind::MatchValue { value }
            }
            Tok::String | Tok::FStringStart => PatternKind::MatchValue { value: Box::new(self.strings()?) },
            Tok::KwNone => self.singleton(Constant::None),
            Tok::KwTrue => self.singleton(Constant::True),
            Tok::KwFalse => self.singleton(Constant::False),
            Tok::Name => {
                if self.nth(1) == Tok::Dot {
                    let value = Box::new(self.dotted_value()?);
                    if self.at(Tok::LPar) {
                        self.class_pattern(value)?
                    } else {
                        PatternKind::MatchValue { value }
                    }
                } else if self.nth(1) == Tok::LPar {
                    let value = Box::new(self.dotted_value()?);
                    self.class_pattern(value)?
                } else {
                    PatternKind::MatchAs { pattern: None, name: self.capture_name()? }
                }
            }
            Tok::LPar => {
                self.bump();
                if self.eat(Tok::RPar) {
                    PatternKind::MatchSequence { patterns: Vec::new() }
                } else {
                    let first = self.maybe_star_pattern()?;
                    if self.at(Tok::Comma) {
                        PatternKind::MatchSequence { patterns: self.pattern_list(first, Tok::RPar)? }
                    } else {
                        if matches!(first.kind, PatternKind::MatchStar { .. }) {
                            return self.fail();
                        }
                        self.expect(Tok::RPar)?;
                        return Ok(first);
                    }
                }
            }
            Tok::LSqb => {
                self.bump();
                if self.eat(Tok::RSqb) {
                    PatternKind::MatchSequence { patterns: Vec::new() }
                } else {
                    let first = self.maybe_star_pattern()?;
                    PatternKind::MatchSequence { patterns: self.pattern_list(first, Tok::RSqb)? }
                }
            }
            Tok::LBrace => self.mapping_pattern()?,
            _ => return self.fail(),
        };
        Ok(Pattern::new(kind, self.since(start)))
    }

    fn singleton(&mut self, value: Constant) -> PatternKind {
        self.bump();
        PatternKind::MatchSingleton { value }
    }

    fn pattern_list(&mut self, first: Pattern, close: Tok) -> R<Vec<Pattern>> {
        let mut patterns = vec![first];
        while self.eat(Tok::Comma) {
            if self.at(close) {
                break;
            }
            patterns.push(self.maybe_star_pattern()?);
        }
        self.expect(close)?;
        Ok(patterns)
    }

    fn dotted_value(&mut self) -> R<Expr> {
        let start = self.start();
        let id = self.ident()?;
        let mut e = Expr::new(ExprKind::Name { id, ctx: ExprContext::Load }, start);
        while self.eat(Tok::Dot) {
            let attr = self.ident()?;
            let kind = ExprKind::Attribute { value: Box::new(e), attr, ctx: ExprContext::Load };
            e = Expr::new(kind, self.since(start));
        }
        Ok(e)
    }

    fn signed_number(&mut self) -> R<Expr> {
        let start = self.start();
        let minus = self.eat(Tok::Minus);
        let at = self.start();
        let t = self.expect(Tok::Number)?;
        let e = Expr::new(ExprKind::Constant { value: self.number(t)?, kind: None }, at);
        if !minus {
            return Ok(e);
        }
        Ok(Expr::new(ExprKind::UnaryOp { op: UnaryOp::USub, operand: Box::new(e) }, self.since(start)))
    }

    fn pattern_number(&mut self) -> R<Expr> {
        let start = self.start();
        let left = self.signed_number()?;
        let op = match self.kind() {
            Tok::Plus => Operator::Add,
            Tok::Minus => Operator::Sub,
            _ => return Ok(left),
        };
        let real = match &left.kind {
            ExprKind::UnaryOp { operand, .. } => operand,
            _ => &left,
        };
        if matches!(real.kind, ExprKind::Constant { value: Constant::Complex { .. }, .. }) {
            return Err(self.error_at(real.range, "real number required in complex literal"));
        }
        self.bump();
        let at = self.start();
        let t = self.expect(Tok::Number)?;
        let value = self.number(t)?;
        if !matches!(value, Constant::Complex { .. }) {
            return Err(self.error_at(at, "imaginary number required in complex literal"));
        }
        let right = Box::new(Expr::new(ExprKind::Constant { value, kind: None }, at));
        Ok(Expr::new(ExprKind::BinOp { left: Box::new(left), op, right }, self.since(start)))
    }

    fn mapping_pattern(&mut self) -> R<PatternKind> {
        self.expect(Tok::LBrace)?;
        let (mut keys, mut patterns, mut rest) = (Vec::new(), Vec::new(), None);
        while !self.at(Tok::RBrace) {
            if self.eat(Tok::DoubleStar) {
                rest = self.capture_name()?;
                if rest.is_none() {
                    return self.fail();
                }
                self.eat(Tok::Comma);
                break;
            }
            let at = self.start();
            let key = match self.kind() {
                Tok::Number | Tok::Minus => self.pattern_number()?,
                Tok::String | Tok::FStringStart => self.strings()?,
                Tok::KwNone | Tok::KwTrue | Tok::KwFalse => {
                    let value = match self.bump().kind {
                        Tok::KwNone => Constant::None,
                        Tok::KwTrue => Constant::True,
                        _ => Constant::False,
                    };
                    Expr::new(ExprKind::Constant { value, kind: None }, at)
                }
                Tok::Name if self.nth(1) == Tok::Dot => self.dotted_value()?,
                _ => return self.fail(),
            };
            self.expect(Tok::Colon)?;
            keys.push(key);
            patterns.push(self.pattern()?);
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        self.expect(Tok::RBrace)?;
        Ok(PatternKind::MatchMapping { keys, patterns, rest })
    }

    fn class_pattern(&mut self, cls: Box<Expr>) -> R<PatternKind> {
        self.expect(Tok::LPar)?;
        let (mut patterns, mut kwd_attrs, mut kwd_patterns) = (Vec::new(), Vec::new(), Vec::new());
        while !self.at(Tok::RPar) {
            if self.at(Tok::Name) && self.nth(1) == Tok::Equal {
                kwd_attrs.push(self.ident()?);
                self.bump();
                kwd_patterns.push(self.pattern()?);
            } else {
                if !kwd_attrs.is_empty() {
                    return self.fail();
                }
                patterns.push(self.pattern()?);
            }
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        self.expect(Tok::RPar)?;
        Ok(PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns })
    }
}
