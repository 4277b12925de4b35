//! The parser's state and small helpers; the grammar itself is in `stmt.rs`, `expr.rs` and `pattern.rs`.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use dxpy_ast::{Expr, ExprContext, ExprKind, Ident, Location, TypeIgnore};

use crate::error::{ErrorKind, SyntaxError, Warning};
use crate::lines::Lines;
use crate::token::{Tok, Token};
use crate::{Mode, Options, Unicode};

/// Why a rule did not match.
#[derive(Debug)]
pub(crate) enum Fail {
    /// The text is not in the language here; the error pass finds out what to say.
    Generic,
    /// The final word.
    Error(Box<SyntaxError>),
}

pub(crate) type R<T> = Result<T, Fail>;

/// FNV-1a: identifiers are short, and the table lives for one parse. Long chains need hostile input of megabytes, which
/// then costs quadratic time in its own size only; a length mix keeps the plain cases apart.
#[derive(Default)]
pub(crate) struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3).rotate_left(5);
        }
    }
}

/// Rule invocations inside one another at which CPython's parser gives up (`MAXSTACK`).
const MAX_LEVEL: u32 = 6000;

/// How many rule invocations CPython is deeper inside of a construct than before it: exact for chains of one kind in a
/// statement, as measured, and near it for mixtures, where CPython's number depends on what it has memoised.
pub(crate) mod level {
    /// An expression statement of a module, and an expression by itself.
    pub const STATEMENT: u32 = 32;
    pub const EVAL: u32 = 26;
    pub const BLOCK: u32 = 6;
    pub const PARENTHESES: u32 = 28;
    /// Lists, sets and dictionaries.
    pub const DISPLAY: u32 = 29;
    /// Arguments and subscripts.
    pub const TRAILER: u32 = 24;
    pub const PATTERN: u32 = 8;
    pub const REPLACEMENT_FIELD: u32 = 27;
    pub const DEFAULT: u32 = 6;
    pub const LAMBDA: u32 = 2;
    pub const POWER: u32 = 2;
    pub const FIRST_ELIF: u32 = 4;
    /// `-`, `not`, `if`-`else` and a further `elif`.
    pub const ONE: u32 = 1;
}

pub(crate) struct Parser<'a> {
    pub src: &'a [u8],
    pub lines: &'a Lines<'a>,
    pub toks: &'a [Token],
    pub i: usize,
    /// The furthest token looked at, for the generic error.
    pub far: usize,
    /// How deep CPython's parser would be.
    level: u32,
    pub opts: &'a Options,
    pub uni: &'a dyn Unicode,
    /// Each with the number of tokens read before it. A rule tried in vain leaves its warnings here, as in CPython, where
    /// a literal is decoded once however often it is read.
    pub warnings: Vec<(usize, Warning)>,
    pub type_ignores: Vec<TypeIgnore>,
    names: HashMap<&'a [u8], Ident, BuildHasherDefault<Fnv>>,
}

impl<'a> Parser<'a> {
    /// `toks` must end with a token that no rule consumes past (`EndMarker`, or `Unknown` for a tokenizer error).
    pub fn new(lines: &'a Lines<'a>, toks: &'a [Token], opts: &'a Options, uni: &'a dyn Unicode) -> Self {
        Parser {
            src: lines.src,
            lines,
            toks,
            i: 0,
            far: 0,
            level: if opts.mode == Mode::Eval { level::EVAL } else { level::STATEMENT },
            opts,
            uni,
            warnings: Vec::new(),
            type_ignores: Vec::new(),
            names: HashMap::default(),
        }
    }

    /// Takes up reading at a token, as if nothing was around it.
    pub fn restart(&mut self, at: usize) {
        (self.i, self.level) = (at.min(self.toks.len() - 1), 0);
    }

    #[inline]
    pub fn tok(&self) -> &'a Token {
        &self.toks[self.i]
    }
    #[inline]
    pub fn kind(&self) -> Tok {
        self.toks[self.i].kind
    }
    #[inline]
    pub fn nth(&self, n: usize) -> Tok {
        self.toks[(self.i + n).min(self.toks.len() - 1)].kind
    }
    #[inline]
    pub fn at(&self, k: Tok) -> bool {
        self.kind() == k
    }
    #[inline]
    pub fn bump(&mut self) -> &'a Token {
        let t = &self.toks[self.i];
        if self.i + 1 < self.toks.len() {
            self.i += 1;
        }
        t
    }
    #[inline]
    pub fn eat(&mut self, k: Tok) -> bool {
        let hit = self.kind() == k;
        if hit {
            self.bump();
        }
        hit
    }
    #[inline]
    pub fn expect(&mut self, k: Tok) -> R<&'a Token> {
        if self.kind() == k { Ok(self.bump()) } else { self.fail() }
    }
    #[cold]
    pub fn fail<T>(&mut self) -> R<T> {
        self.far = self.far.max(self.i);
        Err(Fail::Generic)
    }
    #[inline]
    pub fn start(&self) -> Location {
        self.tok().loc
    }
    /// From `start` to the end of the token before the current one.
    #[inline]
    pub fn since(&self, start: Location) -> Location {
        start.to(self.toks[self.i.saturating_sub(1)].loc)
    }
    pub fn text(&self, t: &Token) -> &'a [u8] {
        &self.src[t.start as usize..t.end as usize]
    }
    /// Whether the current token is the soft keyword `word`.
    pub fn at_word(&self, word: &str) -> bool {
        self.at(Tok::Name) && self.text(self.tok()) == word.as_bytes()
    }

    /// Goes `levels` deeper; every way out that is no error goes through [`Parser::leave`].
    pub fn enter(&mut self, levels: u32) -> R<()> {
        self.level += levels;
        if self.level > MAX_LEVEL {
            let message = "Parser stack overflowed - Python source too complex to parse".to_string();
            return Err(Fail::Error(Box::new(crate::source::bare(ErrorKind::Memory, message))));
        }
        Ok(())
    }
    pub fn leave(&mut self, levels: u32) {
        self.level -= levels;
    }

    /// Tries a rule; when it does not match, the position is as before.
    pub fn attempt<T>(&mut self, rule: impl FnOnce(&mut Self) -> R<T>) -> R<Option<T>> {
        let (at, level) = (self.i, self.level);
        match rule(self) {
            Ok(v) => Ok(Some(v)),
            Err(Fail::Generic) => {
                (self.i, self.level) = (at, level);
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }

    pub fn ident(&mut self) -> R<Ident> {
        let t = self.expect(Tok::Name)?;
        self.intern(t)
    }

    pub fn intern(&mut self, t: &Token) -> R<Ident> {
        let text = self.text(t);
        if let Some(id) = self.names.get(text) {
            return Ok(id.clone());
        }
        let s = String::from_utf8_lossy(text);
        let id: Ident = if s.is_ascii() {
            s.as_ref().into()
        } else {
            match self.uni.nfkc(&s) {
                Some(n) => n.into(),
                None => {
                    return Err(self.error_at(
                        t.loc,
                        format!(
                            "dxpy-parser: not implemented: NFKC of '{s}' without the runtime's Unicode tables"
                        ),
                    ));
                }
            }
        };
        self.names.insert(text, id.clone());
        Ok(id)
    }

    pub fn error_at(&self, loc: Location, message: impl Into<String>) -> Fail {
        let reached = self.lines.reached(&self.toks[self.far.max(self.i)]);
        Fail::Error(Box::new(self.lines.error(ErrorKind::Syntax, message.into(), loc, reached)))
    }

    /// An error at the last token read, which is the one before the current, or one that a rule in vain had come to.
    pub fn error_last(&self, message: impl Into<String>) -> Fail {
        let t = &self.toks[self.far.max(self.i.saturating_sub(1))];
        Fail::Error(Box::new(self.lines.error_at_last(ErrorKind::Syntax, message.into(), t)))
    }

    /// `CHECK_VERSION`: refuses what `what` names ("Pattern matching is") before 3.`minor`. The current token has been read.
    pub fn require(&mut self, minor: u8, what: &str) -> R<()> {
        if self.opts.feature_version < minor {
            self.far = self.far.max(self.i);
        }
        self.require_behind(minor, what)
    }

    /// The same where the current token has not been looked at yet.
    pub fn require_behind(&mut self, minor: u8, what: &str) -> R<()> {
        if self.opts.feature_version >= minor {
            return Ok(());
        }
        Err(self.error_last(format!("{what} only supported in Python 3.{minor} and greater")))
    }

    /// Turns an expression into a target. `Err(Generic)` where the grammar has no such target.
    pub fn set_ctx(&mut self, e: &mut Expr, ctx: ExprContext) -> R<()> {
        let del = ctx == ExprContext::Del;
        match &mut e.kind {
            ExprKind::Name { ctx: c, .. }
            | ExprKind::Attribute { ctx: c, .. }
            | ExprKind::Subscript { ctx: c, .. } => {
                *c = ctx;
                Ok(())
            }
            ExprKind::Starred { value, ctx: c } if !del => {
                *c = ctx;
                if matches!(value.kind, ExprKind::Starred { .. }) {
                    return self.fail();
                }
                self.set_ctx(value, ctx)
            }
            ExprKind::Tuple { elts, ctx: c } | ExprKind::List { elts, ctx: c } => {
                *c = ctx;
                elts.iter_mut().try_for_each(|e| self.set_ctx(e, ctx))
            }
            _ => self.fail(),
        }
    }

    /// A trailing type comment, where one may stand.
    pub fn type_comment(&mut self) -> Option<Ident> {
        if !self.at(Tok::TypeComment) {
            return None;
        }
        let t = self.bump();
        Some(String::from_utf8_lossy(self.text(t)).as_ref().into())
    }
}
