//! The error pass: a packrat interpreter of the published grammar with its `invalid_*` rules. It runs only on text that the
//! recursive-descent parser has refused: once without those rules, to learn how far CPython's parser would have read, and
//! once with them.

mod grammar;
mod notation;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use dxpy_ast::Location;

use crate::error::{ErrorKind, SyntaxError};
use crate::lines::Lines;
use crate::token::{Tok, Token};
use crate::{Mode, Options};
use notation::{Alt, Grammar, Item, grammar};

/// Rule invocations inside one another, as CPython's `MAXSTACK`.
const MAX_STACK: u32 = 6000;
/// Deep recursion happens on a thread of its own, so that the caller's stack does not matter.
const STACK_BYTES: usize = 96 << 20;

#[derive(Clone, Copy)]
struct Node {
    tag: &'static str,
    start: u32,
    end: u32,
    kids: (u32, u32),
}

/// What the pass found.
pub(crate) struct Outcome {
    /// Furthest token read in the first pass.
    pub far: usize,
    pub error: Option<SyntaxError>,
    /// Furthest token read in the first pass, whatever came of the second.
    pub first: usize,
    /// Furthest token read in either pass.
    pub last: usize,
    /// What the passes have read of literals, in order: CPython makes their values as it reads them.
    pub literals: Vec<Literal>,
}

/// What of a literal was read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    Number,
    String,
    /// An f-string to its end.
    FString,
    /// A piece of a format specification.
    Spec,
    /// The name behind the `!` of a field that has ended.
    Conversion,
}

#[derive(Clone, Copy)]
pub(crate) struct Literal {
    pub part: Part,
    /// Its first token.
    pub at: usize,
    /// The furthest token read by then.
    pub last: usize,
    /// Whether the second pass was not looking for mistakes just then: CPython warns again if so.
    pub warns: bool,
}

struct Pass<'a> {
    g: &'static Grammar,
    lines: &'a Lines<'a>,
    toks: &'a [Token],
    pos: usize,
    far: usize,
    /// What the pass before this one had read.
    before: usize,
    depth: u32,
    invalid: bool,
    quiet: usize,
    good: usize,
    memo: HashMap<u64, Option<(u32, u32)>, BuildHasherDefault<Mix>>,
    /// `statement` and `block`, and how many of the latter are open.
    statement: usize,
    block: usize,
    blocks: u32,
    nodes: Vec<Node>,
    kids: Vec<u32>,
    literals: Vec<Literal>,
    second: bool,
    flufl: bool,
}

/// Keys are numbers already, and nobody can choose them to collide.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u64(u64::from(*b)));
    }
    fn write_u64(&mut self, n: u64) {
        let x = (self.0 ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = x ^ x >> 32;
    }
}

/// `Err` ends the pass.
enum Stop {
    Error(Box<SyntaxError>),
    Overflow,
    /// The tokenizer's error was reached.
    Tokenizer,
}
type Res = Result<Option<u32>, Stop>;
type Captures = Vec<(u8, u32)>;

/// Runs both passes over the tokens; `None` when no thread can be had.
/// Tokens from `good` on stand for a tokenizer error.
pub(crate) fn diagnose(lines: &Lines<'_>, toks: &[Token], good: usize, opts: &Options) -> Option<Outcome> {
    std::thread::scope(|s| {
        let job = move || {
            let g = grammar();
            let start = match opts.mode {
                Mode::Exec => "file",
                Mode::Eval => "eval",
                Mode::Single => "interactive",
                Mode::FuncType => "func_type",
            };
            let new = |invalid| Pass {
                g,
                lines,
                toks,
                pos: 0,
                far: 0,
                before: 0,
                depth: 0,
                invalid,
                quiet: g.names["expression_without_invalid"],
                good,
                memo: HashMap::default(),
                statement: g.names["statement"],
                block: g.names["block"],
                blocks: 0,
                nodes: Vec::new(),
                kids: Vec::new(),
                literals: Vec::new(),
                second: invalid,
                flufl: opts.barry_as_flufl,
            };
            let mut first = new(false);
            let r = first.rule(g.names[start]);
            let (far, last) = (first.far, first.last());
            let mut literals = std::mem::take(&mut first.literals);
            let only = |error, literals| Outcome { far, error, last, literals, first: far };
            match r {
                Err(Stop::Overflow) => return only(Some(overflow()), Vec::new()),
                // CPython leaves out only those mistakes that are alternatives by themselves: the ones of a dict display
                // are looked for in the first pass already.
                Err(Stop::Error(e)) => return only(Some(*e), literals),
                // There is no second pass behind an error.
                Err(Stop::Tokenizer) => return only(None, literals),
                Ok(_) => {}
            }
            drop(first);
            let mut second = new(true);
            second.before = far;
            let r = second.rule(g.names[start]);
            let last = second.last();
            literals.append(&mut second.literals);
            match r {
                Err(Stop::Tokenizer) => Outcome { far: second.far, error: None, last, literals, first: far },
                Err(Stop::Error(e)) => Outcome { far, error: Some(*e), last, literals, first: far },
                Err(Stop::Overflow) => Outcome { far, error: Some(overflow()), last, literals, first: far },
                Ok(_) => Outcome { far, error: None, last, literals, first: far },
            }
        };
        std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(s, job).ok()?.join().ok()
    })
}

fn overflow() -> SyntaxError {
    SyntaxError {
        kind: ErrorKind::Memory,
        message: "Parser stack overflowed - Python source too complex to parse".into(),
        lineno: 0,
        offset: 0,
        end_lineno: 0,
        end_offset: 0,
        text: None,
    }
}

impl<'a> Pass<'a> {
    fn look(&mut self) -> Tok {
        self.far = self.far.max(self.pos);
        self.toks[self.pos].kind
    }
    fn text(&self, i: usize) -> &'a [u8] {
        let t = &self.toks[i];
        &self.lines.src[t.start as usize..t.end as usize]
    }
    fn node(&mut self, tag: &'static str, start: usize, kids: &[u32]) -> u32 {
        let from = self.kids.len() as u32;
        self.kids.extend_from_slice(kids);
        let kids = (from, self.kids.len() as u32);
        self.nodes.push(Node { tag, start: start as u32, end: self.pos as u32, kids });
        self.nodes.len() as u32 - 1
    }
    fn children(&self, n: u32) -> &[u32] {
        let (a, b) = self.nodes[n as usize].kids;
        &self.kids[a as usize..b as usize]
    }

    fn rule(&mut self, r: usize) -> Res {
        // What fails at its first token needs no memory of that.
        if self.g.first[r] & 1u128 << self.toks[self.pos].kind as u8 == 0 {
            return self.refuse().map(|()| None);
        }
        // CPython memoises some rules, whether or not mistakes are looked for just then. The others are here remembered for
        // both cases apart.
        let apart = self.invalid && !self.g.memo[r];
        let key = u64::from(apart) << 63 | (r as u64) << 32 | self.pos as u64;
        if let Some(hit) = self.memo.get(&key) {
            return Ok(hit.map(|(n, end)| {
                self.pos = end as usize;
                n
            }));
        }
        self.depth += 1;
        if self.depth > MAX_STACK {
            return Err(Stop::Overflow);
        }
        let g = self.g;
        let was = self.invalid;
        // This rule looks for an expression without asking what could be wrong with it.
        self.invalid &= r != self.quiet;
        let (nodes, kids, start) = (self.nodes.len(), self.kids.len(), self.pos);
        self.blocks += u32::from(r == self.block);
        let mut out = self.alts(&g.rules[r])?;
        self.blocks -= u32::from(r == self.block);
        if r == self.statement && self.blocks == 0 && out.is_some() {
            // Nothing goes back behind a statement of a module, and nothing asks what was in it.
            self.memo.clear();
            self.nodes.truncate(nodes);
            self.kids.truncate(kids);
            out = Some(self.node("", start, &[]));
        }
        self.invalid = was;
        self.depth -= 1;
        self.memo.insert(key, out.map(|n| (n, self.pos as u32)));
        Ok(out)
    }

    /// Looks at the current token in vain.
    fn refuse(&mut self) -> Result<(), Stop> {
        self.far = self.far.max(self.pos);
        if self.far >= self.good { Err(Stop::Tokenizer) } else { Ok(()) }
    }

    fn alts(&mut self, alts: &'static [Alt]) -> Res {
        let start = self.pos;
        // Most alternatives fail at once, and looking at the token is all that CPython's do.
        let here = 1u128 << self.toks[start].kind as u8;
        for alt in alts {
            if alt.first & here == 0 {
                self.refuse()?;
                continue;
            }
            let mut cut = false;
            let mut caps = Captures::new();
            let mut kids = Vec::new();
            let mut ok = true;
            for (cap, item) in &alt.items {
                if matches!(item, Item::Cut) {
                    cut = true;
                    continue;
                }
                match self.item(item)? {
                    Some(n) => {
                        if let Some(c) = cap {
                            caps.push((*c, n));
                        }
                        if n != u32::MAX {
                            kids.push(n);
                        }
                    }
                    None => {
                        ok = false;
                        break;
                    }
                }
            }
            if ok {
                if let Some((place, text)) = alt.action {
                    let hit = self.act(place, text, &caps)?;
                    if hit.is_none() {
                        self.pos = start;
                    }
                    return Ok(hit);
                }
                self.check_literal(alt.tag, start)?;
                if alt.tag.is_empty()
                    && kids.len() == 1
                    && self.nodes[kids[0] as usize].end as usize == self.pos
                    && self.nodes[kids[0] as usize].start as usize == start
                {
                    return Ok(Some(kids[0]));
                }
                // Parentheses around one expression leave its kind visible, as they leave no node in a tree.
                return Ok(Some(self.node(alt.tag, start, &kids)));
            }
            self.pos = start;
            if cut {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// Notes a literal whose value CPython makes now.
    fn literal(&mut self, part: Part, at: usize) {
        let warns = self.second && !self.invalid;
        self.literals.push(Literal { part, at, last: self.last(), warns });
    }

    /// The errors of literals that the tokens from `start` on are (`_PyPegen_concatenate_strings`,
    /// `_PyPegen_check_fstring_conversion`, `_PyPegen_formatted_value`, `_PyPegen_ensure_real`, `_PyPegen_ensure_imaginary`).
    fn check_literal(&mut self, tag: &str, start: usize) -> Result<(), Stop> {
        match tag {
            "text" => self.literal(Part::String, start),
            "fstring" => self.literal(Part::FString, start),
            "spec" => self.literal(Part::Spec, start),
            _ => {}
        }
        if !self.second {
            return Ok(());
        }
        if tag == "conversion" {
            let (bang, name) = (&self.toks[start], &self.toks[start + 1]);
            if name.start != bang.end {
                // The word is CPython's.
                let m = "f-string: conversion type must come right after the exclamanation mark";
                return Err(self.error(ErrorKind::Syntax, bang.loc.to(name.loc), m.into()));
            }
        } else if tag == "field" {
            // The character is looked at when the field has ended.
            let level = self.toks[start].level;
            let mark = |t: &Token| t.kind == Tok::Exclamation && t.level == level;
            let conversion = (start..self.pos).rev().find(|at| mark(&self.toks[*at]));
            if let Some(at) = conversion
                && self.toks[at + 1].kind == Tok::Name
            {
                self.literal(Part::Conversion, at + 1);
            }
        } else if matches!(tag, "real" | "imaginary") {
            let number = &self.toks[start];
            let imaginary = self.text(start).ends_with(b"j") || self.text(start).ends_with(b"J");
            if imaginary != (tag == "imaginary") {
                let m = format!("{tag} number required in complex literal");
                return Err(self.error(ErrorKind::Syntax, number.loc, m));
            }
        } else if tag == "string" {
            let (mut depth, mut bytes, mut text) = (0, false, false);
            for i in start..self.pos {
                match self.toks[i].kind {
                    Tok::FStringStart => {
                        depth += 1;
                        text = true;
                    }
                    Tok::FStringEnd => depth -= 1,
                    Tok::String if depth == 0 => {
                        let prefix = self.text(i).iter().take(2);
                        let is_bytes =
                            prefix.take_while(|b| b.is_ascii_alphabetic()).any(|b| matches!(b, b'b' | b'B'));
                        bytes |= is_bytes;
                        text |= !is_bytes;
                    }
                    _ => {}
                }
            }
            if bytes && text {
                return Err(
                    self.error_last(ErrorKind::Syntax, "cannot mix bytes and nonbytes literals".into())
                );
            }
        }
        Ok(())
    }

    fn item(&mut self, item: &'static Item) -> Res {
        let start = self.pos;
        if self.far >= self.good {
            return Err(Stop::Tokenizer);
        }
        match item {
            Item::Tok(k) => {
                if self.look() != *k {
                    return Ok(None);
                }
                if *k == Tok::NotEqual && (self.text(self.pos) == b"<>") != self.flufl {
                    // `_PyPegen_check_barry_as_flufl` does not wait for the rules about mistakes.
                    if self.flufl {
                        let m = "with Barry as BDFL, use '<>' instead of '!='".into();
                        return Err(self.error_last(ErrorKind::Syntax, m));
                    }
                    return Ok(None);
                }
                if *k == Tok::Number {
                    self.literal(Part::Number, self.pos);
                }
                self.advance();
                Ok(Some(self.node("", start, &[])))
            }
            Item::Soft(w) => {
                if self.look() != Tok::Name || self.text(self.pos) != w.as_bytes() {
                    return Ok(None);
                }
                self.advance();
                Ok(Some(self.node("", start, &[])))
            }
            Item::AnySoft => {
                // CPython compares only as much of a soft keyword as the name is long.
                let name = self.text(self.pos);
                let hit = self.look() == Tok::Name
                    && ["_", "case", "match", "type"].iter().any(|w| w.as_bytes().starts_with(name));
                if !hit {
                    return Ok(None);
                }
                self.advance();
                Ok(Some(self.node("", start, &[])))
            }
            Item::Rule(r) => self.rule(*r),
            Item::Invalid(r) => {
                if self.invalid {
                    self.rule(*r)
                } else {
                    Ok(None)
                }
            }
            Item::Group(alts) => self.alts(alts),
            Item::Opt(i) => {
                let r = self.item(i)?;
                Ok(Some(r.unwrap_or(u32::MAX)))
            }
            Item::Many(i, one) => {
                let mut kids = Vec::new();
                loop {
                    let at = self.pos;
                    match self.item(i)? {
                        Some(n) if self.pos > at => kids.push(n),
                        _ => break,
                    }
                }
                if kids.is_empty() && *one {
                    return Ok(None);
                }
                Ok(Some(self.node("", start, &kids)))
            }
            Item::Gather(sep, i) => {
                let Some(first) = self.item(i)? else { return Ok(None) };
                let mut kids = vec![first];
                loop {
                    let at = self.pos;
                    if self.item(sep)?.is_none() {
                        break;
                    }
                    match self.item(i)? {
                        Some(n) => kids.push(n),
                        None => {
                            self.pos = at;
                            break;
                        }
                    }
                }
                Ok(Some(self.node("", start, &kids)))
            }
            Item::And(i) => {
                let r = self.item(i)?;
                self.pos = start;
                Ok(r.map(|_| u32::MAX))
            }
            Item::Not(i) => {
                let r = self.item(i)?;
                self.pos = start;
                Ok(if r.is_some() { None } else { Some(u32::MAX) })
            }
            Item::Forced(k, w) => {
                if self.look() == *k {
                    self.advance();
                    return Ok(Some(self.node("", start, &[])));
                }
                let t = &self.toks[self.pos];
                let e = self.lines.error_at_token(
                    ErrorKind::Syntax,
                    format!("expected '{w}'"),
                    t,
                    self.reached(),
                );
                Err(Stop::Error(Box::new(e)))
            }
            Item::Cut => Ok(Some(u32::MAX)),
        }
    }

    fn advance(&mut self) {
        if self.pos + 1 < self.toks.len() {
            self.pos += 1;
        }
    }

    fn error(&self, kind: ErrorKind, loc: Location, message: String) -> Stop {
        Stop::Error(Box::new(self.lines.error(kind, message, loc, self.reached())))
    }

    fn error_last(&self, kind: ErrorKind, message: String) -> Stop {
        Stop::Error(Box::new(self.lines.error_at_last(kind, message, &self.toks[self.last()])))
    }

    /// The last token read, in this pass or the one before.
    fn last(&self) -> usize {
        self.far.max(self.before)
    }
    fn reached(&self) -> i32 {
        self.lines.reached(&self.toks[self.last()])
    }

    fn loc(&self, n: u32) -> Location {
        let n = &self.nodes[n as usize];
        let last = (n.end.max(n.start + 1) - 1) as usize;
        self.toks[n.start as usize].loc.to(self.toks[last.min(self.toks.len() - 1)].loc)
    }

    /// The expression inside plain parentheses and pass-through nodes.
    fn strip(&self, n: u32) -> u32 {
        let mut n = n;
        while self.nodes[n as usize].tag.is_empty() {
            let kids = self.children(n);
            let through = |k: u32| !self.nodes[k as usize].tag.is_empty() || !self.children(k).is_empty();
            let open = self.toks[self.nodes[n as usize].start as usize].kind == Tok::LPar;
            n = match *kids {
                [k] if through(k) => k,
                [paren, k, _] if open && self.children(paren).is_empty() && through(k) => k,
                [k, ..] if self.nodes[k as usize].tag == "arg" => k,
                _ => return n,
            };
        }
        n
    }

    fn tag(&self, n: u32) -> &'static str {
        self.nodes[self.strip(n) as usize].tag
    }

    /// `_PyPegen_get_expr_name`
    fn expr_name(&self, n: u32) -> &'static str {
        match self.tag(n) {
            "binary" => "expression",
            "call" => "function call",
            "genexp" => "generator expression",
            "yield" => "yield expression",
            "await" => "await expression",
            "listcomp" => "list comprehension",
            "setcomp" => "set comprehension",
            "dictcomp" => "dict comprehension",
            "dict" => "dict literal",
            "set" => "set display",
            "conditional" => "conditional expression",
            "named" => "named expression",
            "string" => {
                let n = &self.nodes[self.strip(n) as usize];
                let f =
                    self.toks[n.start as usize..n.end as usize].iter().any(|t| t.kind == Tok::FStringStart);
                if f { "f-string expression" } else { "literal" }
            }
            "fstring" => "f-string expression",
            "" => "literal",
            other => other,
        }
    }

    /// `_PyPegen_get_invalid_target`; `how` is `s`tar, `f`or or `d`el.
    fn invalid_target(&self, n: u32, how: u8) -> Option<u32> {
        let n = self.strip(n);
        match self.nodes[n as usize].tag {
            "name" | "attribute" | "subscript" => None,
            "list" | "tuple" => self.elements(n).into_iter().find_map(|k| self.invalid_target(k, how)),
            "starred" if how != b'd' => {
                self.elements(n).into_iter().find_map(|k| self.invalid_target(k, how))
            }
            "comparison" if how == b'f' => {
                let left = *self.children(n).first()?;
                let op = self.nodes[left as usize].end as usize;
                if self.toks[op].kind == Tok::KwIn { self.invalid_target(left, how) } else { None }
            }
            _ => Some(n),
        }
    }

    /// The expressions directly inside a display, through the untagged nodes of its punctuation.
    fn elements(&self, n: u32) -> Vec<u32> {
        let mut out = Vec::new();
        let mut todo: Vec<u32> = self.children(n).iter().rev().copied().collect();
        while let Some(k) = todo.pop() {
            let node = &self.nodes[k as usize];
            if !node.tag.is_empty() {
                out.push(k);
            } else if node.kids.0 == node.kids.1 {
                // A lone token is an element only where it is an atom.
                if matches!(self.toks[node.start as usize].kind, Tok::Number | Tok::String) {
                    out.push(k);
                }
            } else {
                todo.extend(self.children(k).iter().rev());
            }
        }
        out
    }

    fn act(&mut self, place: &str, text: &str, caps: &Captures) -> Res {
        let cap = |c: u8| caps.iter().rev().find(|x| x.0 == c).map(|x| x.1);
        let (a, b) = (cap(b'a'), cap(b'b'));
        let last = self.last();
        let syntax = ErrorKind::Syntax;
        let (Some(a), b) = (a.or_else(|| (self.nodes.len() as u32).checked_sub(1)), b) else {
            return Ok(None);
        };
        // The parentheses around a group are no part of the expression in it.
        let own = |p: &Self, n: u32| if p.tag(n).is_empty() { p.loc(n) } else { p.loc(p.strip(n)) };
        let two = |p: &Self| b.map_or_else(|| own(p, a), |b| own(p, a).to(own(p, b)));
        let from = |p: &Self, n: u32| p.loc(n).to(p.toks[p.last()].loc);
        let fill = |p: &Self| -> String {
            let mut m = text.replace("\\\"", "\"");
            if m.contains("%e") {
                m = m.replace("%e", p.expr_name(a));
            }
            if m.contains("%k") {
                m = m.replace("%k", p.tag(a));
            }
            if m.contains("%s") {
                m = m.replace("%s", &String::from_utf8_lossy(p.text(p.nodes[a as usize].start as usize)));
            }
            m.replace("%l", &p.toks[p.nodes[a as usize].start as usize].loc.lineno.to_string())
        };
        let (loc, message) = match place {
            "part" => return Ok(cap(b'p')),
            "last" => return Err(self.error_last(syntax, fill(self))),
            "next" => {
                self.look();
                (self.toks[self.pos].loc, fill(self))
            }
            "indent" => return Err(self.error_last(ErrorKind::Indentation, fill(self))),
            "a" => (own(self, a), fill(self)),
            "a-b" => (two(self), fill(self)),
            "a.." => {
                let mut loc = from(self, a);
                // CPython gives the position it stopped at without making it 1-based.
                loc.end_col_offset -= 1;
                (loc, fill(self))
            }
            "legacy" => {
                let w = self.text(self.nodes[a as usize].start as usize);
                if !matches!(w, b"print" | b"exec") {
                    return Ok(None);
                }
                let w = String::from_utf8_lossy(w);
                (two(self), format!("Missing parentheses in call to '{w}'. Did you mean {w}(...)?"))
            }
            "missing_comma" => {
                let n = self.nodes[a as usize];
                let legacy =
                    n.end == n.start + 1 && matches!(self.text(n.start as usize), b"print" | b"exec");
                if legacy || self.toks[self.pos - 1].level == 0 {
                    return Ok(None);
                }
                (two(self), "invalid syntax. Perhaps you forgot a comma?".into())
            }
            "star_target" | "for_target" | "del_target" => {
                let Some(bad) = self.invalid_target(a, place.as_bytes()[0]) else { return Ok(None) };
                let verb = if place == "del_target" { "delete" } else { "assign to" };
                (self.loc(bad), format!("cannot {verb} {}", self.expr_name(bad)))
            }
            "args_genexp" => {
                // Only positional arguments count.
                let mut args = self.elements(a);
                args.retain(|n| {
                    let before = (self.nodes[*n as usize].start as usize).saturating_sub(1);
                    !matches!(self.toks[before].kind, Tok::Equal | Tok::DoubleStar)
                });
                let (Some(first), true) = (args.last(), args.len() > 1) else { return Ok(None) };
                (self.loc(*first).to(two(self)), "Generator expression must be parenthesized".into())
            }
            "args_order" => {
                let n = self.nodes[a as usize];
                let level = self.toks[n.start as usize].level;
                let unpack = self.toks[n.start as usize..n.end as usize]
                    .iter()
                    .any(|t| t.kind == Tok::DoubleStar && t.level == level);
                let m = if unpack {
                    "positional argument follows keyword argument unpacking"
                } else {
                    "positional argument follows keyword argument"
                };
                return Err(self.error_last(syntax, m.into()));
            }
            "kvpair" => {
                let at = self.loc(a);
                let loc = Location { col_offset: at.end_col_offset - 1, end_col_offset: -1, ..at };
                return Err(self.error(syntax, loc, "':' expected after dictionary key".into()));
            }
            "star_bound" | "dstar_bound" => {
                let e = cap(b'e').unwrap_or(a);
                let what = if self.tag(e) == "tuple" { "constraints" } else { "bound" };
                let kind = if place == "star_bound" { "TypeVarTuple" } else { "ParamSpec" };
                let colon = (self.nodes[e as usize].start as usize).saturating_sub(1);
                let mut loc = self.toks[colon].loc.to(self.toks[last].loc);
                loc.end_col_offset -= 1;
                (loc, format!("cannot use {what} with {kind}"))
            }
            other => unreachable!("grammar: no action {other}"),
        };
        Err(self.error(syntax, loc, message))
    }
}
