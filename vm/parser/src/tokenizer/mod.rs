//! The tokenizer: text (UTF-8, `\n` line ends) to a vector of tokens, PEP 701 f-strings included.
//!
//! It runs ahead of the parser over the whole text. An error ends the vector and is kept beside it: the parser raises it
//! if it gets that far, or if its own error is one that tokenizer errors take precedence over.
//! Decoding and newline translation happen before, in `source.rs`; numbers and strings are in `literals.rs`.

mod literals;

use dxpy_ast::Location;

use crate::Unicode;
use crate::error::{ErrorKind, SyntaxError, Warning, WarningKind};
use crate::source;
use crate::token::{Tok, Token};

const MAX_PARENS: usize = 200;
const MAX_INDENTS: usize = 99;
const MAX_FSTRINGS: usize = 150;
const MAX_FSTRING_NESTING: i32 = 3;

/// What the tokenizer stopped at.
#[derive(Clone, Debug)]
pub enum TokError {
    /// An error that CPython's tokenizer leaves to its caller to raise; gives way like the soft ones.
    State(SyntaxError),
    /// A complete error.
    Error(SyntaxError),
    /// An error that gives way to the parser's own, unless the parser reads that far.
    Soft(SyntaxError),
    /// A name that is no UTF-8: a `SyntaxError` when the parser comes to it, else the `UnicodeDecodeError`.
    Undecodable(SyntaxError, Box<SyntaxError>),
    /// End of text inside brackets or after a backslash: the parser decides what to say.
    Eof,
}

/// An open bracket.
#[derive(Clone, Copy, Debug)]
pub struct Paren {
    pub ch: u8,
    pub lineno: i32,
    pub col: i32,
}

pub(crate) struct FString {
    pub quote: u8,
    quote_size: usize,
    raw: bool,
    start: usize,
    line_start: usize,
    lineno: i32,
    depth: i32,
    expr_depth: i32,
    in_spec: bool,
    /// Between `{` and its `}` or `:`: tokens are ordinary ones.
    pub regular: bool,
}

/// An asynchronous function that is being read.
#[derive(Clone, Copy)]
struct AsyncDef {
    /// The number of indentations around it.
    indents: usize,
    /// Its signature has been read.
    body: bool,
}

/// How to tokenize.
#[derive(Clone, Copy, Default)]
pub struct TokOptions {
    pub type_comments: bool,
    /// Emit `Comment` and `Nl` tokens, and overlook some mistakes, as `_tokenize` wants.
    pub extra_tokens: bool,
    /// The text comes line by line: inside an f-string CPython's buffer then begins where the f-string does.
    pub by_lines: bool,
    /// Text is one interactive statement: a missing last newline is supplied, and pending dedents too.
    pub single: bool,
    pub dont_imply_dedent: bool,
    /// The encoding of the text was not declared, and columns of the parser's errors stay in bytes.
    pub byte_columns: bool,
    /// `async` and `await` are names outside of asynchronous functions, as before Python 3.7.
    pub async_names: bool,
}

/// Everything the tokenizer found.
pub struct Tokens {
    pub tokens: Vec<Token>,
    pub error: Option<TokError>,
    /// Brackets open where it stopped.
    pub parens: Vec<Paren>,
    /// Each with the number of tokens before it.
    pub warnings: Vec<(usize, Warning)>,
    /// Where it stopped.
    pub lineno: i32,
    /// Lines read in the midst of a token or after a backslash.
    pub joined: Vec<i32>,
    /// The error is that the text ends in a string.
    pub open_string: bool,
    /// It stopped inside an f-string.
    pub in_fstring: bool,
}

pub(crate) struct Tokenizer<'a> {
    pub src: &'a [u8],
    pub pos: usize,
    pub line_start: usize,
    pub lineno: i32,
    /// Where the line begins that was being read when the current token was begun: the start of CPython's buffer.
    pub buffer: usize,
    joined: Vec<i32>,
    /// At the beginning of a line, where indentation counts.
    at_bol: bool,
    /// The line has nothing but a comment.
    blank_line: bool,
    /// A comment that no token stands for is part of the NEWLINE after it.
    comment: Option<usize>,
    /// Columns of the parser's errors are in bytes.
    bytes: bool,
    /// With `async_names`: inside an asynchronous function.
    async_def: Option<AsyncDef>,
    open_string: bool,
    indents: Vec<(u32, u32)>,
    parens: Vec<Paren>,
    pub fstrings: Vec<FString>,
    opts: TokOptions,
    uni: &'a dyn Unicode,
    pub out: Vec<Token>,
    pub warnings: Vec<(usize, Warning)>,
}

/// As much of a tokenizer's state as a step that did not have enough text may have changed.
pub(crate) struct Mark {
    pos: usize,
    line_start: usize,
    lineno: i32,
    buffer: usize,
    joined: usize,
    at_bol: bool,
    blank_line: bool,
    out: usize,
    warnings: usize,
}

type Res<T> = Result<T, TokError>;

fn is_name_start(c: u8) -> bool {
    c.is_ascii_alphabetic() || c == b'_' || c >= 128
}
fn is_name_char(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_' || c >= 128
}

/// Number of characters in UTF-8 bytes.
pub(crate) fn chars(b: &[u8]) -> i32 {
    b.iter().filter(|c| (**c & 0xC0) != 0x80).count() as i32
}

/// Tokenizes `src`, which has no NUL and only `\n` line ends.
pub(crate) fn tokenize(src: &[u8], opts: TokOptions, uni: &dyn Unicode) -> Tokens {
    let mut t = Tokenizer::new(src, opts, uni);
    t.lineno = i32::from(!src.is_empty());
    t.out.reserve(src.len() / 4 + 8);
    let end = loop {
        match t.step() {
            Ok(true) => {}
            Ok(false) => break None,
            Err(e) => break Some(e),
        }
    };
    let error = match end {
        // Looking the rest of the text over for errors, CPython does not see those inside f-strings.
        Some(TokError::Error(e)) if !t.fstrings.is_empty() => Some(TokError::Soft(e)),
        other => other,
    };
    Tokens {
        tokens: t.out,
        error,
        parens: t.parens,
        warnings: t.warnings,
        lineno: t.lineno,
        joined: t.joined,
        open_string: t.open_string,
        in_fstring: !t.fstrings.is_empty(),
    }
}

impl<'a> Tokenizer<'a> {
    /// Before the first line, number 0.
    pub fn new(src: &'a [u8], opts: TokOptions, uni: &'a dyn Unicode) -> Self {
        Tokenizer {
            src,
            pos: 0,
            line_start: 0,
            lineno: 0,
            buffer: 0,
            joined: Vec::new(),
            at_bol: true,
            blank_line: false,
            comment: None,
            bytes: opts.byte_columns,
            async_def: None,
            open_string: false,
            indents: vec![(0, 0)],
            parens: Vec::new(),
            fstrings: Vec::new(),
            opts,
            uni,
            out: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The same state over other text, which must begin as the old one does as far as it has been read.
    pub fn over<'b>(self, src: &'b [u8], uni: &'b dyn Unicode) -> Tokenizer<'b> {
        Tokenizer {
            src,
            uni,
            pos: self.pos,
            line_start: self.line_start,
            lineno: self.lineno,
            buffer: self.buffer,
            joined: self.joined,
            at_bol: self.at_bol,
            blank_line: self.blank_line,
            comment: self.comment,
            bytes: self.bytes,
            async_def: self.async_def,
            open_string: self.open_string,
            indents: self.indents,
            parens: self.parens,
            fstrings: self.fstrings,
            opts: self.opts,
            out: self.out,
            warnings: self.warnings,
        }
    }

    pub fn mark(&self) -> Mark {
        Mark {
            pos: self.pos,
            line_start: self.line_start,
            lineno: self.lineno,
            buffer: self.buffer,
            joined: self.joined.len(),
            at_bol: self.at_bol,
            blank_line: self.blank_line,
            out: self.out.len(),
            warnings: self.warnings.len(),
        }
    }

    /// Undoes a step that failed at the end of the text.
    pub fn rewind(&mut self, m: Mark) {
        (self.pos, self.line_start, self.lineno, self.buffer) = (m.pos, m.line_start, m.lineno, m.buffer);
        (self.at_bol, self.blank_line) = (m.at_bol, m.blank_line);
        self.joined.truncate(m.joined);
        self.out.truncate(m.out);
        self.warnings.truncate(m.warnings);
    }

    #[inline]
    fn at(&self, i: usize) -> u8 {
        self.src.get(i).copied().unwrap_or(0)
    }
    #[inline]
    fn cur(&self) -> u8 {
        self.at(self.pos)
    }
    fn col(&self, pos: usize) -> i32 {
        pos as i32 - self.line_start as i32
    }
    fn line_text(&self, start: usize) -> String {
        let rest = &self.src[start.min(self.src.len())..];
        let n = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        String::from_utf8_lossy(&rest[..n]).into_owned()
    }
    /// After a newline. At the end of the text there is no further line.
    fn newline(&mut self) {
        if self.pos < self.src.len() {
            self.next_line();
        }
    }
    pub fn next_line(&mut self) {
        self.lineno += 1;
        self.line_start = self.pos;
        if !self.opts.by_lines || self.fstrings.is_empty() {
            self.buffer = self.pos;
        }
    }
    /// After a newline inside a token or behind a backslash: CPython's buffer keeps the lines before.
    fn inner_newline(&mut self) {
        let buffer = self.buffer;
        self.newline();
        if self.buffer != buffer {
            self.buffer = buffer;
            self.joined.push(self.lineno);
        }
    }

    fn push(&mut self, kind: Tok, start: usize) {
        let loc = Location {
            lineno: self.lineno,
            end_lineno: self.lineno,
            col_offset: self.col(start),
            end_col_offset: self.col(self.pos),
        };
        self.push_at(kind, start, self.pos, loc);
    }
    fn push_at(&mut self, kind: Tok, start: usize, end: usize, loc: Location) {
        // Whether a line is blank does not matter once it has a token, save for the line break after a comment.
        self.blank_line &= kind == Tok::Comment;
        let level = self.parens.len() as u16;
        self.out.push(Token { kind, start: start as u32, end: end as u32, loc, level });
    }

    /// An error whose caret is the last character read.
    fn err<T>(&self, message: impl Into<String>) -> Res<T> {
        let end = self.pos.min(self.src.len());
        self.err_at(
            message,
            self.line_start,
            self.lineno,
            chars(&self.src[self.line_start.min(end)..end]),
            -1,
        )
    }
    fn warn(&mut self, message: String) {
        let Err(TokError::Error(error)) = self.err::<()>(message.as_str()) else { return };
        let warning = Warning { kind: WarningKind::Syntax, message, lineno: self.lineno, error };
        self.warnings.push((self.out.len(), warning));
    }
    fn err_at<T>(
        &self,
        message: impl Into<String>,
        line_start: usize,
        lineno: i32,
        offset: i32,
        end_offset: i32,
    ) -> Res<T> {
        Err(TokError::Error(SyntaxError {
            kind: ErrorKind::Syntax,
            message: message.into(),
            lineno,
            offset,
            end_lineno: lineno,
            end_offset: if end_offset < 0 { offset } else { end_offset },
            text: Some(self.line_text(line_start)),
        }))
    }
    /// An error that the parser raises for the tokenizer, in the current line; columns as CPython counts them, from 1.
    fn err_kind<T>(&self, kind: ErrorKind, message: &str, offset: i32, end_offset: i32) -> Res<T> {
        let rest = &self.src[self.pos.max(self.line_start)..];
        let end = memchr::memchr(b'\n', rest).map_or(self.src.len(), |n| self.src.len() - rest.len() + n + 1);
        let text = &self.src[self.buffer..end];
        let offset = if self.bytes { offset } else { crate::lines::char_offset(text, offset) };
        Err(TokError::State(SyntaxError {
            kind,
            message: message.into(),
            lineno: self.lineno,
            offset,
            end_lineno: self.lineno,
            end_offset,
            text: Some(String::from_utf8_lossy(text).into_owned()),
        }))
    }

    /// Reads on by about one token; `false` at the end.
    pub fn step(&mut self) -> Res<bool> {
        if self.fstrings.last().is_some_and(|f| !f.regular) {
            self.fstring_text()?;
            return Ok(true);
        }
        if self.at_bol {
            let before = self.out.len();
            let indentation = self.indentation();
            if indentation.is_err() {
                self.out.truncate(before);
            }
            self.blank_line = indentation?;
            self.at_bol = false;
            return Ok(true);
        }
        if let Some(f) = self.async_def
            && f.body
            && f.indents >= self.indents.len()
            && !self.blank_line
            && self.cur() != b'\n'
            && self.parens.is_empty()
        {
            self.async_def = None;
        }
        // Spaces between tokens.
        while matches!(self.cur(), b' ' | b'\t' | 0x0C) {
            self.pos += 1;
        }
        let c = self.cur();
        let start = self.pos;
        let comment = self.comment.take();
        match c {
            b'#' => {
                self.comment();
                let token = self.out.last().is_some_and(|t| t.start as usize >= start);
                self.comment = (!token).then_some(start);
            }
            0 if self.pos >= self.src.len() => {
                if !self.parens.is_empty() {
                    return Err(TokError::Eof);
                }
                // As `_PyPegen_fill_token` does for interactive input that has begun.
                if self.opts.single && !self.out.is_empty() {
                    self.push(Tok::Newline, start);
                    if !self.opts.dont_imply_dedent && self.indents.len() > 1 {
                        while self.indents.len() > 1 {
                            self.indents.pop();
                            self.push(Tok::Dedent, start);
                        }
                        self.push(Tok::Newline, start);
                    }
                }
                self.push(Tok::EndMarker, start);
                return Ok(false);
            }
            b'\n' | b'\r' if c == b'\n' || self.at(start + 1) == b'\n' => {
                self.pos += if c == b'\n' { 1 } else { 2 };
                if self.blank_line || !self.parens.is_empty() {
                    if self.opts.extra_tokens {
                        self.push(Tok::Nl, start);
                    }
                } else {
                    self.push(Tok::Newline, comment.unwrap_or(start));
                    if let Some(f) = &mut self.async_def {
                        f.body = true;
                    }
                }
                // Inside brackets, too: a backslash there is no part of a token.
                self.at_bol = true;
                self.newline();
            }
            b'\\' => {
                self.pos += 1;
                self.continuation(false)?;
            }
            _ if is_name_start(c) => self.name()?,
            b'0'..=b'9' => self.number(start)?,
            b'.' if self.at(self.pos + 1).is_ascii_digit() => self.number(start)?,
            b'"' | b'\'' => self.string(start)?,
            // A lone carriage return is passed over, but begins the token behind it, and a letter there is
            // taken for an operator.
            b'\r' if start + 1 < self.src.len() => {
                self.pos += 1;
                match self.cur() {
                    b'0'..=b'9' => self.number(start)?,
                    b'.' if self.at(self.pos + 1).is_ascii_digit() => self.number(start)?,
                    b'"' | b'\'' => self.string(start)?,
                    b'\\' => {
                        self.pos += 1;
                        self.continuation(false)?;
                    }
                    c => self.operator(start, c)?,
                }
            }
            _ => self.operator(start, c)?,
        }
        Ok(true)
    }

    fn continuation(&mut self, indentation: bool) -> Res<()> {
        if self.cur() == b'\r' && self.at(self.pos + 1) == b'\n' {
            self.pos += 1;
        }
        if self.cur() != b'\n' {
            // CPython has read one character more, if there is one, and counts from where its buffer begins.
            let n = (self.pos - self.buffer) as i32 + i32::from(self.pos < self.src.len());
            let message = "unexpected character after line continuation character";
            return self.err_kind(ErrorKind::Syntax, message, n, 0);
        }
        self.pos += 1;
        if indentation {
            self.newline();
        } else {
            self.inner_newline();
        }
        if self.pos >= self.src.len() {
            return Err(TokError::Eof);
        }
        Ok(())
    }

    /// Measures a line's indentation and emits its tokens; says whether the line is blank.
    fn indentation(&mut self) -> Res<bool> {
        let (mut col, mut alt) = (0u32, 0u32);
        // The column of the first backslash behind spaces. One at the line's beginning leaves the count to the next line.
        let mut cont = 0;
        loop {
            match self.cur() {
                b' ' => {
                    col += 1;
                    alt += 1;
                }
                b'\t' => {
                    col = (col / 8 + 1) * 8;
                    alt += 1;
                }
                0x0C => (col, alt) = (0, 0),
                b'\\' => {
                    cont = if cont == 0 { col } else { cont };
                    self.pos += 1;
                    self.continuation(true)?;
                    continue;
                }
                _ => break,
            }
            self.pos += 1;
        }
        if cont != 0 {
            (col, alt) = (cont, cont);
        }
        if matches!(self.cur(), b'#' | b'\n' | b'\r') {
            return Ok(true);
        }
        if !self.parens.is_empty() {
            return Ok(false);
        }
        let top = *self.indents.last().unwrap_or(&(0, 0));
        let tab_error = "inconsistent use of tabs and spaces in indentation";
        if col == top.0 {
            if alt != top.1 {
                return self.tab_error(tab_error);
            }
        } else if col > top.0 {
            if self.indents.len() > MAX_INDENTS {
                return self.err_kind(ErrorKind::Indentation, "too many levels of indentation", 1, 0);
            }
            if alt <= top.1 {
                return self.tab_error(tab_error);
            }
            self.indents.push((col, alt));
            self.push(Tok::Indent, self.line_start.max(self.pos - (self.pos - self.line_start)));
        } else {
            while self.indents.len() > 1 && self.indents.last().is_some_and(|i| col < i.0) {
                self.indents.pop();
                let at = self.pos;
                self.push(Tok::Dedent, at);
            }
            let top = *self.indents.last().unwrap_or(&(0, 0));
            if col != top.0 {
                let rest = &self.src[self.line_start..];
                let n = memchr::memchr(b'\n', rest).map_or(rest.len(), |n| n + 1);
                let message = "unindent does not match any outer indentation level";
                return self.err_kind(ErrorKind::Indentation, message, n as i32, -1);
            }
            if alt != top.1 {
                return self.tab_error(tab_error);
            }
        }
        Ok(false)
    }

    fn tab_error<T>(&self, message: &str) -> Res<T> {
        self.err_kind(ErrorKind::Tab, message, 1, 0)
    }

    fn comment(&mut self) {
        let start = self.pos;
        let rest = &self.src[start..];
        let n = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        self.pos += n;
        if self.opts.extra_tokens {
            self.push(Tok::Comment, start);
        }
        if !self.opts.type_comments {
            return;
        }
        let text = &rest[..n];
        let mut i = 1;
        while matches!(text.get(i), Some(b' ' | b'\t')) {
            i += 1;
        }
        let Some(body) = text[i..].strip_prefix(b"type:") else { return };
        let skip = body.iter().take_while(|c| matches!(c, b' ' | b'\t')).count();
        let body = &body[skip..];
        if body.is_empty() && skip == 0 && self.pos >= self.src.len() {
            // CPython wants something behind the colon, and a newline is enough.
            return;
        }
        let body_start = start + (n - body.len());
        let ignore = body
            .strip_prefix(b"ignore")
            .is_some_and(|r| !r.first().is_some_and(|c| c.is_ascii_alphanumeric() || *c >= 128));
        if ignore {
            // Alone on its line, it takes the line break with it.
            let alone = self.blank_line;
            self.push(Tok::TypeIgnore, body_start + 6);
            if alone && self.cur() == b'\n' {
                self.pos += 1;
                self.at_bol = true;
                self.newline();
            }
        } else {
            self.push(Tok::TypeComment, body_start);
        }
    }

    fn name(&mut self) -> Res<()> {
        let start = self.pos;
        // A string prefix may stand before a quote.
        let (mut b, mut r, mut u, mut f) = (false, false, false, false);
        loop {
            let c = self.cur();
            match c {
                b'b' | b'B' if !(b || u || f) => b = true,
                b'u' | b'U' if !(b || u || r || f) => u = true,
                b'r' | b'R' if !(r || u) => r = true,
                b'f' | b'F' if !(f || b || u) => f = true,
                b'"' | b'\'' => {
                    return if f { self.fstring_start(start, r) } else { self.string(start) };
                }
                _ => break,
            }
            self.pos += 1;
        }
        let mut ascii = true;
        while is_name_char(self.cur()) {
            ascii &= self.cur() < 128;
            self.pos += 1;
        }
        let word = &self.src[start..self.pos];
        if !ascii {
            self.verify_identifier(start)?;
            self.push(Tok::Name, start);
            return Ok(());
        }
        let mut kind = Tok::keyword(word).unwrap_or(Tok::Name);
        if self.opts.async_names && matches!(kind, Tok::KwAsync | Tok::KwAwait) && self.async_def.is_none() {
            if kind == Tok::KwAsync && self.before_def() {
                self.async_def = Some(AsyncDef { indents: self.indents.len(), body: false });
            } else {
                kind = Tok::Name;
            }
        }
        self.push(kind, start);
        Ok(())
    }

    /// Whether the next token is `def`.
    fn before_def(&self) -> bool {
        let mut rest = &self.src[self.pos..];
        loop {
            rest = match rest {
                [b' ' | b'\t' | 0x0C, more @ ..] | [b'\\', b'\n', more @ ..] => more,
                [b'd', b'e', b'f', more @ ..] => return !more.first().is_some_and(|c| is_name_char(*c)),
                _ => return false,
            };
        }
    }

    fn verify_identifier(&mut self, start: usize) -> Res<()> {
        if self.opts.extra_tokens {
            return Ok(());
        }
        let bytes = &self.src[start..self.pos];
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => {
                let message = source::utf8_error(bytes).unwrap_or_default();
                let raw = Box::new(source::undecodable(bytes, message.clone()));
                let message = format!("(unicode error) {message}");
                let width = (self.pos - self.line_start) as i32;
                return match self.err_kind(ErrorKind::Syntax, &message, width, -1) {
                    Err(TokError::State(e)) => Err(TokError::Undecodable(e, raw)),
                    other => other,
                };
            }
        };
        for (i, ch) in text.char_indices() {
            let ok =
                ch == '_' || if i == 0 { self.uni.is_xid_start(ch) } else { self.uni.is_xid_continue(ch) };
            if !ok {
                self.pos = start + i + ch.len_utf8();
                let code = ch as u32;
                let message = if self.uni.is_printable(ch) {
                    format!("invalid character '{ch}' (U+{code:04X})")
                } else {
                    format!("invalid non-printable character U+{code:04X}")
                };
                let n = chars(&self.src[self.line_start..self.pos]);
                return self.err_at(message, self.line_start, self.lineno, n, n);
            }
        }
        Ok(())
    }

    fn operator(&mut self, start: usize, c: u8) -> Res<()> {
        // A `:` at the top level of a replacement field begins the format specification.
        if c == b':'
            && let Some(f) = self.fstrings.last_mut()
            && f.depth - 1 == f.expr_depth
        {
            f.regular = false;
            f.in_spec = true;
            self.pos += 1;
            self.push(Tok::Colon, start);
            return Ok(());
        }
        let rest = &self.src[self.pos..];
        for n in [3, 2] {
            if let Some(op) = rest.get(..n)
                && op.is_ascii()
                && !op[0].is_ascii_alphanumeric()
                && let Ok(op) = std::str::from_utf8(op)
            {
                let kind = if op == "<>" { Some(Tok::NotEqual) } else { Tok::from_text(op) };
                if let Some(kind) = kind {
                    self.pos += n;
                    self.push(kind, start);
                    return Ok(());
                }
            }
        }
        self.pos += 1;
        match c {
            b'(' | b'[' | b'{' => {
                if self.parens.len() >= MAX_PARENS {
                    return self.err("too many nested parentheses");
                }
                self.parens.push(Paren { ch: c, lineno: self.lineno, col: self.col(start) });
                if let Some(f) = self.fstrings.last_mut() {
                    f.depth += 1;
                }
            }
            b')' | b']' | b'}' => self.close(c)?,
            _ => {}
        }
        if !(32..127).contains(&c) {
            return self.err(format!("invalid non-printable character U+{c:04X}"));
        }
        let kind = std::str::from_utf8(&[c]).ok().and_then(Tok::from_text).unwrap_or(Tok::Unknown);
        self.push(kind, start);
        Ok(())
    }

    fn close(&mut self, c: u8) -> Res<()> {
        if c == b'}' && self.fstrings.last().is_some_and(|f| f.depth == 0) {
            return self.err("f-string: single '}' is not allowed");
        }
        let Some(open) = self.parens.pop() else {
            if self.opts.extra_tokens {
                self.close_field(c);
                return Ok(());
            }
            return self.err(format!("unmatched '{}'", c as char));
        };
        let ok = matches!((open.ch, c), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
        if !ok && !self.opts.extra_tokens {
            if open.ch == b'{' && self.fstrings.last().is_some_and(|f| f.depth - 1 == f.expr_depth) {
                return self.err(format!("f-string: unmatched '{}'", c as char));
            }
            let mut m = format!(
                "closing parenthesis '{}' does not match opening parenthesis '{}'",
                c as char, open.ch as char
            );
            if open.lineno != self.lineno {
                m.push_str(&format!(" on line {}", open.lineno));
            }
            return self.err(m);
        }
        self.close_field(c);
        Ok(())
    }

    /// Counts a closing bracket inside an f-string.
    fn close_field(&mut self, c: u8) {
        if let Some(f) = self.fstrings.last_mut() {
            f.depth -= 1;
            if c == b'}' && f.depth == f.expr_depth {
                f.expr_depth -= 1;
                f.regular = false;
                // Back in the literal part, or in the specification around a nested field.
                f.in_spec = f.expr_depth >= 0;
            }
        }
    }
}

impl Mark {
    /// Whether the step from here had begun a token: a backslash before the end of the line.
    pub fn begun(&self, text: &[u8]) -> bool {
        if self.at_bol {
            return false;
        }
        text[self.pos.min(text.len())..].iter().any(|c| !matches!(c, b' ' | b'\t' | 0x0C | b'\n'))
    }
}
