//! String, bytes and f-string literals: decoding, implicit concatenation, replacement fields.

use dxpy_ast::*;

use crate::core::{Fail, Parser, R, level};
use crate::error::{ErrorKind, Warning, WarningKind};
use crate::errors::{Literal, Part as Read};
use crate::source;
use crate::token::{Tok, Token};

/// A part of a concatenation before folding.
enum Part {
    Text {
        value: Vec<u8>,
        kind: Option<Ident>,
        loc: Location,
    },
    /// A literal part of an f-string whose end has not been read yet.
    Raw {
        token: Token,
    },
    /// The text of a field's expression (`f"{x = }"`), which CPython decodes like the literal parts around it.
    Debug {
        text: Vec<u8>,
        loc: Location,
    },
    Field(Expr),
}

impl Part {
    fn into_expr(self) -> Expr {
        match self {
            Part::Text { value, kind, loc } => {
                Expr::new(ExprKind::Constant { value: Constant::Str(PyStr::from_wtf8(value)), kind }, loc)
            }
            Part::Field(e) => e,
            // A field of a specification: its text stays as it is.
            Part::Debug { text, loc } => Expr::new(
                ExprKind::Constant { value: Constant::Str(PyStr::from_wtf8(text)), kind: None },
                loc,
            ),
            Part::Raw { .. } => unreachable!("decoded at the end of its f-string"),
        }
    }
}

impl Parser<'_> {
    /// `strings`
    pub fn strings(&mut self) -> R<Expr> {
        let start = self.start();
        // Most literals are alone.
        let mut parts: Vec<Part> = Vec::new();
        let mut bytes: Option<Vec<u8>> = None;
        let (mut count, mut fstring, mut mixed) = (0, false, false);
        loop {
            match self.kind() {
                Tok::String => {
                    let t = self.bump();
                    let (value, is_bytes, u) = self.string_token(t)?;
                    if count > 0 && is_bytes != bytes.is_some() {
                        mixed = true;
                    }
                    if is_bytes {
                        bytes.get_or_insert_default().extend(value);
                    } else {
                        let kind = u.then(|| "u".into());
                        parts.push(Part::Text { value, kind, loc: t.loc });
                    }
                }
                Tok::FStringStart => {
                    mixed |= bytes.is_some();
                    fstring = true;
                    self.fstring(&mut parts)?;
                }
                _ => break,
            }
            count += 1;
        }
        if mixed {
            self.far = self.far.max(self.i);
            return Err(self.error_last("cannot mix bytes and nonbytes literals"));
        }
        let range = self.since(start);
        if let Some(b) = bytes {
            let value = Constant::Bytes(b.into());
            return Ok(Expr::new(ExprKind::Constant { value, kind: None }, range));
        }
        if !fstring {
            let mut it = parts.into_iter();
            let Some(Part::Text { mut value, kind, .. }) = it.next() else { return self.fail() };
            for p in it {
                if let Part::Text { value: v, .. } = p {
                    value.extend(v);
                }
            }
            let value = Constant::Str(PyStr::from_wtf8(value));
            return Ok(Expr::new(ExprKind::Constant { value, kind }, range));
        }
        Ok(Expr::new(ExprKind::JoinedStr { values: fold(parts) }, range))
    }

    /// Decodes a string token: value, whether bytes, whether it has a `u` prefix.
    pub(crate) fn string_token(&mut self, t: &Token) -> R<(Vec<u8>, bool, bool)> {
        let text = self.text(t);
        let quote = text.iter().position(|c| matches!(c, b'"' | b'\'')).unwrap_or(0);
        let (prefix, rest) = text.split_at(quote);
        let raw = prefix.iter().any(|c| matches!(c, b'r' | b'R'));
        let bytes = prefix.iter().any(|c| matches!(c, b'b' | b'B'));
        let u = prefix.first() == Some(&b'u');
        let size = if rest.len() >= 6 && rest[1] == rest[0] && rest[2] == rest[0] { 3 } else { 1 };
        let body = &rest[size..rest.len() - size];
        if bytes && !body.is_ascii() {
            return Err(self.error_last("bytes can only contain ASCII literal characters"));
        }
        let plain = raw || !body.contains(&b'\\');
        if !bytes {
            // With escapes in it, CPython decodes each run of non-ASCII bytes by itself.
            let run = |text: &[u8]| source::utf8_error(text).map(|m| format!("(unicode error) {m}"));
            let bad = if plain { run(body) } else { body.split(u8::is_ascii).find_map(run) };
            if let Some(m) = bad {
                return Err(self.error_last(m));
            }
        }
        if plain {
            return Ok((body.to_vec(), bytes, u));
        }
        let v = if bytes { self.unescape_bytes(body, t)? } else { self.unescape(body, t)? };
        Ok((v, bytes, u))
    }

    /// Warns of the first invalid escape of a literal; `at` is what follows its backslash.
    fn warn_escape(&mut self, at: &[u8], t: &Token) {
        let Some(&c) = at.first() else { return };
        if matches!(t.kind, Tok::FStringMiddle | Tok::FStringEnd) && matches!(c, b'{' | b'}') {
            // The tokenizer has warned of this one.
            return;
        }
        let message = if (b'4'..=b'7').contains(&c) {
            format!("invalid octal escape sequence '\\{}'", String::from_utf8_lossy(&at[..at.len().min(3)]))
        } else {
            format!("invalid escape sequence '\\{}'", c as char)
        };
        let error = self.lines.error(ErrorKind::Syntax, message.clone(), t.loc, self.lines.reached(t));
        let kind =
            if self.opts.feature_version < 12 { WarningKind::Deprecation } else { WarningKind::Syntax };
        let warning = Warning { kind, message, lineno: t.loc.lineno, error };
        if !self.warnings.iter().rev().any(|(_, w)| *w == warning) {
            // Decoded as soon as it is read, that is before the next token is.
            self.warnings.push((self.i - 1, warning));
        }
    }

    fn unescape_bytes(&mut self, s: &[u8], t: &Token) -> R<Vec<u8>> {
        let mut out = Vec::with_capacity(s.len());
        let (mut i, mut bad) = (0, None);
        while i < s.len() {
            if s[i] != b'\\' {
                out.push(s[i]);
                i += 1;
                continue;
            }
            i += 1;
            let c = s.get(i).copied().unwrap_or(b'\\');
            i += 1;
            match simple_escape(c) {
                Some(Some(b)) => out.push(b),
                Some(None) => {}
                None => match c {
                    b'0'..=b'7' => {
                        let (v, n) = octal(&s[i - 1..]);
                        i += n - 1;
                        if v > 255 {
                            bad = bad.or(Some(i - n));
                        }
                        out.push(v as u8);
                    }
                    b'x' => {
                        let Some(v) = hex(s, i, 2) else {
                            let m = format!("(value error) invalid \\x escape at position {}", i - 2);
                            return Err(self.error_last(m));
                        };
                        out.push(v as u8);
                        i += 2;
                    }
                    _ => {
                        bad = bad.or(Some(i - 1));
                        out.extend([b'\\', c]);
                    }
                },
            }
        }
        if let Some(bad) = bad {
            self.warn_escape(&s[bad..], t);
        }
        Ok(out)
    }

    /// Escapes of a text literal, or of a part of one.
    fn unescape(&mut self, s: &[u8], t: &Token) -> R<Vec<u8>> {
        let mut out = Vec::with_capacity(s.len());
        let (mut i, mut bad) = (0, None);
        // Positions in messages are those in what CPython's decoder gets.
        let position = |n: usize| decodable(&s[..n]).len();
        while i < s.len() {
            if s[i] != b'\\' {
                let n = memchr::memchr(b'\\', &s[i..]).unwrap_or(s.len() - i);
                out.extend_from_slice(&s[i..i + n]);
                i += n;
                continue;
            }
            let slash = i;
            i += 1;
            let c = s.get(i).copied().unwrap_or(b'\\');
            i += 1;
            let fail = |p: &Self, end: usize, what: &str| {
                let m = format!(
                    "(unicode error) 'unicodeescape' codec can't decode bytes in position {}-{}: {what}",
                    position(slash),
                    position(end) - 1
                );
                let single = position(end) - 1 == position(slash);
                let m = if single {
                    format!(
                        "(unicode error) 'unicodeescape' codec can't decode byte 0x5c in position {}: {what}",
                        position(slash)
                    )
                } else {
                    m
                };
                // What goes wrong in a format specification is not made a `SyntaxError`.
                match m.strip_prefix("(unicode error) ") {
                    Some(m) if t.kind == Tok::FStringMiddle => {
                        Err(Fail::Error(Box::new(source::undecodable(&decodable(s), m.into()))))
                    }
                    _ => Err(p.error_last(m)),
                }
            };
            match simple_escape(c) {
                Some(Some(b)) => out.push(b),
                Some(None) => {}
                None => match c {
                    b'0'..=b'7' => {
                        let (v, n) = octal(&s[i - 1..]);
                        i += n - 1;
                        if v > 255 {
                            bad = bad.or(Some(i - n));
                        }
                        dxpy_ast::push_code_point(&mut out, v);
                    }
                    b'x' | b'u' | b'U' => {
                        let n = match c {
                            b'x' => 2,
                            b'u' => 4,
                            _ => 8,
                        };
                        let Some(v) = hex(s, i, n) else {
                            let digits = s[i..].iter().take(n).take_while(|c| c.is_ascii_hexdigit()).count();
                            let x = "X".repeat(n);
                            return fail(self, i + digits, &format!("truncated \\{}{x} escape", c as char));
                        };
                        i += n;
                        if v > 0x10FFFF {
                            return fail(self, i, "illegal Unicode character");
                        }
                        dxpy_ast::push_code_point(&mut out, v);
                    }
                    b'N' => {
                        let end = (s.get(i) == Some(&b'{')).then(|| memchr::memchr(b'}', &s[i..])).flatten();
                        let Some(n) = end.filter(|n| *n > 1) else {
                            let bad = match (s.get(i), end) {
                                (Some(b'{'), Some(_)) => i + 1,
                                (Some(b'{'), None) => s.len(),
                                _ => i,
                            };
                            return fail(self, bad, "malformed \\N character escape");
                        };
                        let name = String::from_utf8_lossy(&s[i + 1..i + n]).into_owned();
                        i += n + 1;
                        if !self.uni.has_names() {
                            let m =
                                "(unicode error) \\N escapes not supported (can't load unicodedata module)";
                            return Err(self.error_last(m.to_owned()));
                        }
                        match self.uni.by_name(&name) {
                            Some(v) => dxpy_ast::push_code_point(&mut out, v),
                            None => return fail(self, i, "unknown Unicode character name"),
                        }
                    }
                    _ => {
                        // CPython's decoder gets a non-ASCII character as an escape of its own, after an escaped backslash.
                        if c.is_ascii() {
                            bad = bad.or(Some(i - 1));
                        }
                        out.push(b'\\');
                        // Any other character, of whatever length, is copied by the next turns.
                        i -= 1;
                        let n = s[i..].iter().skip(1).take_while(|c| (**c & 0xC0) == 0x80).count() + 1;
                        out.extend_from_slice(&s[i..i + n]);
                        i += n;
                    }
                },
            }
        }
        if let Some(bad) = bad {
            self.warn_escape(&s[bad..], t);
        }
        Ok(out)
    }

    fn fstring(&mut self, parts: &mut Vec<Part>) -> R<()> {
        let t = self.expect(Tok::FStringStart)?;
        let raw = self.text(t).iter().any(|c| matches!(c, b'r' | b'R'));
        self.enter(level::REPLACEMENT_FIELD)?;
        let first = parts.len();
        loop {
            match self.kind() {
                Tok::FStringMiddle => parts.push(Part::Raw { token: *self.bump() }),
                Tok::LBrace => self.replacement_field(parts)?,
                _ => break,
            }
        }
        self.leave(level::REPLACEMENT_FIELD);
        // CPython decodes the literal parts when it has read all, and reports what is wrong with one at the end token.
        let end = self.expect(Tok::FStringEnd)?;
        for part in &mut parts[first..] {
            match part {
                Part::Raw { token } => {
                    let token = *token;
                    *part = self.fstring_middle(&token, end, raw)?;
                }
                Part::Debug { text, loc } => {
                    let (value, loc) =
                        (if raw { core::mem::take(text) } else { self.unescape(text, end)? }, *loc);
                    *part = Part::Text { value, kind: None, loc };
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn fstring_middle(&mut self, t: &Token, at: &Token, raw: bool) -> R<Part> {
        let text = self.text(t);
        if let Some(m) = source::utf8_error(text) {
            return Err(Fail::Error(Box::new(source::undecodable(text, m))));
        }
        let value = if raw || !text.contains(&b'\\') {
            text.to_vec()
        } else if let [head @ .., last @ (b'{' | b'}')] = text
            && head.iter().rev().take_while(|c| **c == b'\\').count() % 2 == 1
        {
            // `\{` before a doubled brace: the backslash stays, and the tokenizer has warned about it.
            let mut v = self.unescape(&head[..head.len() - 1], at)?;
            v.extend([b'\\', *last]);
            v
        } else if let Some(head) = text.strip_suffix(b"\\")
            && (head.iter().rev().take_while(|c| **c == b'\\').count() % 2 == 0)
        {
            let mut v = self.unescape(head, at)?;
            v.push(b'\\');
            v
        } else {
            self.unescape(text, at)?
        };
        Ok(Part::Text { value, kind: None, loc: t.loc })
    }

    /// The letter after a field's `!`, which is looked at when the field has ended.
    fn conversion(&mut self, name: &Token) -> R<i32> {
        let n = self.intern(name)?;
        match n.as_bytes() {
            [c @ (b's' | b'r' | b'a')] => Ok(i32::from(*c)),
            _ => {
                let m = format!("f-string: invalid conversion character '{n}': expected 's', 'r', or 'a'");
                Err(self.error_at(name.loc, m))
            }
        }
    }

    /// Makes the value of what the error pass has read of a literal, for the error there may be.
    pub(crate) fn literal_again(&mut self, literal: &Literal) -> R<()> {
        let t = &self.toks[literal.at];
        // Errors are shown at the furthest token.
        self.far = literal.last;
        self.restart(literal.at + 1);
        match literal.part {
            Read::Number => self.number(t).map(drop),
            Read::String => self.string_token(t).map(drop),
            Read::Spec => self.fstring_middle(t, t, false).map(drop),
            Read::Conversion => self.conversion(t).map(drop),
            Read::FString => {
                self.restart(literal.at);
                self.fstring(&mut Vec::new())
            }
        }
    }

    fn replacement_field(&mut self, parts: &mut Vec<Part>) -> R<()> {
        let open = self.expect(Tok::LBrace)?;
        let value = Box::new(self.yield_or_star()?);
        let debug = self.eat(Tok::Equal);
        let end = *self.tok();
        let (mut conversion, mut name) = (-1, None);
        if self.at(Tok::Exclamation) {
            let bang = self.bump();
            let t = self.tok();
            name = Some(self.expect(Tok::Name)?);
            if t.start != bang.end {
                // The word is CPython's.
                let m = "f-string: conversion type must come right after the exclamanation mark";
                return Err(self.error_at(bang.loc.to(t.loc), m));
            }
        }
        let mut format_spec = None;
        if self.at(Tok::Colon) {
            let colon = self.bump().loc;
            let mut spec = Vec::new();
            self.enter(level::REPLACEMENT_FIELD)?;
            loop {
                match self.kind() {
                    Tok::FStringMiddle => {
                        // 3.12 reads the escapes of a specification even in a raw string.
                        let t = self.bump();
                        spec.push(self.fstring_middle(t, t, false)?);
                    }
                    Tok::LBrace => self.replacement_field(&mut spec)?,
                    _ => break,
                }
            }
            self.leave(level::REPLACEMENT_FIELD);
            // A specification is kept piece by piece, as 3.12 does; only the concatenation of whole strings is folded.
            let lone_empty = matches!(&spec[..], [Part::Text { value, .. }] if value.is_empty());
            let values =
                if lone_empty { Vec::new() } else { spec.into_iter().map(Part::into_expr).collect() };
            format_spec = Some(Box::new(Expr::new(ExprKind::JoinedStr { values }, self.since(colon))));
        }
        self.expect(Tok::RBrace)?;
        if let Some(name) = name {
            conversion = self.conversion(name)?;
        }
        if debug {
            // `f"{x = }"` shows the text of the expression, and its repr unless told otherwise.
            let text = &self.src[open.end as usize..end.start as usize];
            let text = without_comments(text);
            if conversion == -1 && format_spec.is_none() {
                conversion = i32::from(b'r');
            }
            let loc = Location {
                lineno: open.loc.lineno,
                col_offset: open.loc.col_offset + 1,
                end_lineno: end.loc.lineno,
                end_col_offset: end.loc.col_offset,
            };
            parts.push(Part::Debug { text, loc });
        }
        let range = self.since(open.loc);
        parts
            .push(Part::Field(Expr::new(ExprKind::FormattedValue { value, conversion, format_spec }, range)));
        Ok(())
    }
}

/// The text of a field's expression without comments: 3.12.1 takes every `#` for the beginning of one, also in a string.
fn without_comments(text: &[u8]) -> Vec<u8> {
    let mut comment = false;
    let keeps = |c: &&u8| {
        comment = **c != b'\n' && (comment || **c == b'#');
        !comment
    };
    text.iter().filter(keeps).copied().collect()
}

/// Joins neighbouring texts and drops empty ones.
fn fold(parts: Vec<Part>) -> Vec<Expr> {
    let mut out = Vec::with_capacity(parts.len());
    let mut run: Option<(Vec<u8>, Option<Ident>, Location)> = None;
    let flush = |run: &mut Option<(Vec<u8>, Option<Ident>, Location)>, out: &mut Vec<Expr>| {
        if let Some((value, kind, loc)) = run.take()
            && !value.is_empty()
        {
            out.push(Expr::new(
                ExprKind::Constant { value: Constant::Str(PyStr::from_wtf8(value)), kind },
                loc,
            ));
        }
    };
    for p in parts {
        match p {
            Part::Text { value, kind, loc } => match &mut run {
                Some((v, _, l)) => {
                    v.extend(value);
                    *l = l.to(loc);
                }
                None => run = Some((value, kind, loc)),
            },
            Part::Field(_) | Part::Raw { .. } | Part::Debug { .. } => {
                flush(&mut run, &mut out);
                out.push(p.into_expr());
            }
        }
    }
    flush(&mut run, &mut out);
    out
}

/// What CPython has its `unicodeescape` codec decode: characters beyond ASCII are escapes there, and the backslash before one
/// is escaped (`decode_unicode_with_escapes`).
fn decodable(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len() * 2);
    let text = String::from_utf8_lossy(text);
    let mut all = text.chars().peekable();
    while let Some(c) = all.next() {
        if c.is_ascii() {
            out.push(c as u8);
            match (c, all.peek()) {
                ('\\', Some(next)) if next.is_ascii() => {
                    out.push(*next as u8);
                    all.next();
                }
                ('\\', _) => out.extend(b"u005c"),
                _ => {}
            }
        } else {
            out.extend(format!("\\U{:08x}", c as u32).bytes());
        }
    }
    out
}

/// One-character escapes: `Some(None)` is the escaped newline, which stands for nothing.
fn simple_escape(c: u8) -> Option<Option<u8>> {
    Some(Some(match c {
        b'\n' => return Some(None),
        b'\\' | b'\'' | b'"' => c,
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        _ => return None,
    }))
}

/// Up to three octal digits: value and count.
fn octal(s: &[u8]) -> (u32, usize) {
    let n = s.iter().take(3).take_while(|c| (b'0'..=b'7').contains(c)).count();
    (s[..n].iter().fold(0, |v, c| v * 8 + u32::from(c - b'0')), n)
}

fn hex(s: &[u8], at: usize, n: usize) -> Option<u32> {
    let d = s.get(at..at + n)?;
    d.iter().try_fold(0u32, |v, c| Some(v << 4 | (*c as char).to_digit(16)?))
}
