//! `_tokenize.TokenizerIter`: tokens one by one, from lines read when they are needed.
//!
//! The module's part is left to it: calling `readline`, decoding its bytes, building the tuples. A `readline` that gives
//! several lines at once is taken for one that gave them one by one, which CPython's numbers differently.

use std::collections::VecDeque;
use std::convert::Infallible;

use crate::error::{ErrorKind, SyntaxError, Warning};
use crate::lines::char_offset;
use crate::token::{Tok, Token};
use crate::tokenizer::{TokError, TokOptions, Tokenizer};
use crate::{StdUnicode, Unicode};

/// The five members of a `TokenInfo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// The number in the module `token`.
    pub kind: u8,
    pub string: String,
    pub start: (i32, i32),
    pub end: (i32, i32),
    pub line: String,
}

/// Why there is no further token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenizeError<E> {
    /// A `SyntaxError` with all its members.
    Syntax(SyntaxError),
    /// A `SyntaxError` with a line and a column and `None` for all other members, the end of the line apart.
    Eof { message: &'static str, lineno: i32, offset: i32 },
    /// `readline` failed.
    Read(E),
}

/// How many times a step is taken again with one line more, before lines are read ahead.
const PATIENCE: u32 = 1000;

/// The state of a `TokenizerIter`.
pub struct TokenizerIter {
    tokenizer: Tokenizer<'static>,
    /// All lines so far; each ends with a newline.
    text: Vec<u8>,
    line_starts: Vec<u32>,
    /// Lines to whose end a newline was added.
    implicit: Vec<bool>,
    extra: bool,
    exhausted: bool,
    done: bool,
    ready: VecDeque<TokenInfo>,
    failed: Option<TokenizeError<Infallible>>,
}

impl TokenizerIter {
    /// With `extra_tokens`: comments, line breaks that end nothing, and operators of one kind.
    pub fn new(extra_tokens: bool) -> TokenizerIter {
        let opts = TokOptions { extra_tokens, by_lines: true, ..TokOptions::default() };
        TokenizerIter {
            tokenizer: Tokenizer::new(&[], opts, &StdUnicode),
            text: Vec::new(),
            line_starts: Vec::new(),
            implicit: Vec::new(),
            extra: extra_tokens,
            exhausted: false,
            done: false,
            ready: VecDeque::new(),
            failed: None,
        }
    }

    /// The next token; `None` after the last, and after an error. `readline` gives a line in UTF-8, or an empty one at the
    /// end. Warnings are added to `warnings`.
    pub fn next<E>(
        &mut self,
        readline: &mut dyn FnMut() -> Result<Vec<u8>, E>,
        uni: &dyn Unicode,
        warnings: &mut Vec<Warning>,
    ) -> Option<Result<TokenInfo, TokenizeError<E>>> {
        let mut tries = 0u32;
        loop {
            if let Some(token) = self.ready.pop_front() {
                return Some(Ok(token));
            }
            if let Some(e) = self.failed.take() {
                self.done = true;
                return Some(Err(match e {
                    TokenizeError::Syntax(e) => TokenizeError::Syntax(e),
                    TokenizeError::Eof { message, lineno, offset } => {
                        TokenizeError::Eof { message, lineno, offset }
                    }
                    TokenizeError::Read(never) => match never {},
                }));
            }
            if self.done {
                return None;
            }
            if self.tokenizer.pos == self.text.len() && !self.exhausted {
                match self.pull(readline) {
                    Ok(true) => self.tokenizer.next_line(),
                    Ok(false) => {}
                    Err(e) => {
                        self.done = true;
                        return Some(Err(e));
                    }
                }
            }
            if self.advance(uni, warnings) {
                tries = 0;
                continue;
            }
            if !self.ready.is_empty() {
                continue;
            }
            // A step that lacks text is taken again with the next line that may end it: no line is read before it is
            // needed, and a long string costs no square. Past some patience more are read at once for the same reason.
            let ends = self.awaited();
            let mut lines = 1usize << (tries / PATIENCE).min(40);
            tries += 1;
            while lines > 0 {
                let before = self.text.len();
                match self.pull(readline) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(e) => {
                        self.done = true;
                        return Some(Err(e));
                    }
                }
                let line = &self.text[before..];
                let may_end =
                    ends.is_empty() || ends.iter().any(|end| memchr::memmem::find(line, end).is_some());
                lines -= usize::from(may_end);
            }
        }
    }

    /// What the rest of the token that was begun has to hold, any of it; nothing where that is not known.
    fn awaited(&self) -> &'static [&'static [u8]] {
        if let Some(f) = self.tokenizer.fstrings.last().filter(|f| !f.regular) {
            return if f.quote == b'"' { &[b"\"", b"{", b"}"] } else { &[b"'", b"{", b"}"] };
        }
        let rest = &self.text[self.tokenizer.pos.min(self.text.len())..];
        let rest = rest.trim_ascii_start();
        let prefix = rest.iter().take_while(|c| c.is_ascii_alphabetic()).count();
        match rest.get(prefix..prefix + 3) {
            Some(b"\"\"\"") => &[b"\"\"\""],
            Some(b"'''") => &[b"'''"],
            _ => &[],
        }
    }

    /// Reads one more line; `false` at the end.
    fn pull<E>(
        &mut self,
        readline: &mut dyn FnMut() -> Result<Vec<u8>, E>,
    ) -> Result<bool, TokenizeError<E>> {
        let line = readline().map_err(TokenizeError::Read)?;
        if line.is_empty() || self.text.len() + line.len() >= i32::MAX as usize {
            self.exhausted = true;
            return Ok(false);
        }
        if line.contains(&0) {
            let shown = line.split(|c| matches!(c, 0 | b'\n')).next().unwrap_or(&[]);
            let lineno = self.line_starts.len() as i32 + 1;
            return Err(TokenizeError::Syntax(SyntaxError {
                kind: ErrorKind::Syntax,
                message: "source code cannot contain null bytes".into(),
                lineno,
                offset: 0,
                end_lineno: lineno,
                end_offset: 0,
                text: Some(String::from_utf8_lossy(shown).into_owned()),
            }));
        }
        for part in line.split_inclusive(|c| *c == b'\n') {
            self.line_starts.push(self.text.len() as u32);
            self.text.extend_from_slice(part);
            let implicit = !part.ends_with(b"\n");
            if implicit {
                self.text.push(b'\n');
            }
            self.implicit.push(implicit);
        }
        Ok(true)
    }

    /// Steps to the end of the text there is. `false` says that a token may go on beyond it.
    fn advance(&mut self, uni: &dyn Unicode, warnings: &mut Vec<Warning>) -> bool {
        let idle = Tokenizer::new(&[], TokOptions::default(), &StdUnicode);
        let mut t = std::mem::replace(&mut self.tokenizer, idle).over(&self.text, uni);
        let mut enough = true;
        loop {
            let mark = t.mark();
            match t.step() {
                Ok(true) if t.pos < self.text.len() => {}
                Ok(true) => break,
                Ok(false) => {
                    self.done = true;
                    break;
                }
                Err(_) if t.pos >= self.text.len() && !self.exhausted => {
                    t.rewind(mark);
                    enough = false;
                    break;
                }
                Err(e) => {
                    self.failed = Some(self.failure(&t, mark, e));
                    break;
                }
            }
        }
        let tokens = std::mem::take(&mut t.out);
        warnings.extend(t.warnings.drain(..).map(|(_, w)| w));
        self.tokenizer = t.over(&[], &StdUnicode);
        for token in &tokens {
            let info = self.info(token);
            self.ready.push_back(info);
        }
        enough
    }

    /// `_tokenizer_error`.
    fn failure(
        &self,
        t: &Tokenizer<'_>,
        mark: crate::tokenizer::Mark,
        e: TokError,
    ) -> TokenizeError<Infallible> {
        match e {
            TokError::Error(e) | TokError::Soft(e) => TokenizeError::Syntax(e),
            TokError::State(e) | TokError::Undecodable(e, _) => {
                let text = e.text.unwrap_or_default();
                let shown = text.strip_suffix('\n').unwrap_or(&text);
                let offset = char_offset(shown.as_bytes(), text.len() as i32);
                let (end_lineno, end_offset) = (-1, -1);
                let text = Some(shown.to_owned());
                TokenizeError::Syntax(SyntaxError { offset, end_lineno, end_offset, text, ..e })
            }
            TokError::Eof => {
                // CPython's buffer is empty by then, except inside a token or an f-string.
                let inside = mark.begun(&self.text) || !t.fstrings.is_empty();
                let offset = if inside { self.text.len() - t.buffer } else { 0 };
                TokenizeError::Eof {
                    message: "unexpected EOF in multi-line statement",
                    lineno: t.lineno,
                    offset: offset as i32,
                }
            }
        }
    }

    /// `tokenizeriter_next`.
    fn info(&self, t: &Token) -> TokenInfo {
        let (start, end) = (t.start as usize, t.end as usize);
        let is_string =
            matches!(t.kind, Tok::String | Tok::FStringStart | Tok::FStringMiddle | Tok::FStringEnd);
        let (mut row, mut end_row) = (t.loc.lineno, t.loc.end_lineno);
        let at_end = start >= self.text.len();
        let trailing = t.kind == Tok::EndMarker || t.kind == Tok::Dedent && at_end;
        let line_of = |n: i32| usize::try_from(n - 1).unwrap_or(0);
        let from = |n: i32| self.line_starts.get(line_of(n)).map_or(0, |s| *s as usize);
        let to = self.line_starts.get(line_of(end_row) + 1).map_or(self.text.len(), |s| *s as usize);
        let implicit = self.implicit.get(line_of(end_row)).copied().unwrap_or(false);
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        if trailing && self.extra {
            let at = (end_row + 1, 0);
            return TokenInfo {
                kind: number(t.kind, true),
                string: String::new(),
                start: at,
                end: at,
                line: String::new(),
            };
        }
        let first = if is_string { row } else { end_row };
        let line = if trailing && at_end {
            String::new()
        } else {
            text(&self.text[from(first)..to - usize::from(implicit)])
        };
        // Columns of the end, too, are counted in what `line` has, which for a string is its first line.
        let within =
            |at: usize, line_start: usize| char_offset(line.as_bytes(), at.saturating_sub(line_start) as i32);
        let (mut col, mut end_col) = (within(start, from(first)), within(end, from(end_row)));
        let mut string = text(&self.text[start..end]);
        match t.kind {
            Tok::Newline => {
                let newline = self.text[start..end].starts_with(b"\r");
                string.pop();
                end_col = within(end - 1, from(end_row)) + i32::from(self.extra);
                if self.extra && !implicit {
                    string = if newline { "\r\n".into() } else { "\n".into() };
                }
            }
            Tok::Nl if implicit => string.clear(),
            Tok::Indent | Tok::Dedent | Tok::EndMarker if !self.extra => {
                string.clear();
                (col, end_col) = (-1, -1);
            }
            _ => {}
        }
        if !is_string {
            row = end_row;
        }
        if t.kind == Tok::EndMarker {
            (row, end_row) = (t.loc.lineno, t.loc.lineno);
        }
        TokenInfo {
            kind: number(t.kind, self.extra),
            string,
            start: (row, col),
            end: (end_row, end_col),
            line,
        }
    }
}

/// The number of a kind in the module `token`; `extra` makes all operators `OP`.
fn number(k: Tok, extra: bool) -> u8 {
    const OP: u8 = 55;
    let operator = match k {
        Tok::EndMarker => return 0,
        Tok::Number => return 2,
        Tok::String => return 3,
        Tok::Newline => return 4,
        Tok::Indent => return 5,
        Tok::Dedent => return 6,
        Tok::KwAwait if !extra => return 56,
        Tok::KwAsync if !extra => return 57,
        Tok::TypeIgnore => return 58,
        Tok::TypeComment => return 59,
        Tok::FStringStart => return 61,
        Tok::FStringMiddle => return 62,
        Tok::FStringEnd => return 63,
        Tok::Comment => return 64,
        Tok::Nl => return 65,
        Tok::Unknown => OP,
        k if k == Tok::Name || k.is_keyword() => return 1,
        // The operators' numbers follow their order in `token.rs`.
        k => k as u8 - Tok::LPar as u8 + 7,
    };
    if extra { OP } else { operator }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_numbered_as_in_the_module_token() {
        assert_eq!(
            [Tok::LPar, Tok::Colon, Tok::Amper, Tok::Tilde].map(|k| number(k, false)),
            [7, 11, 19, 31]
        );
        assert_eq!([Tok::AtEqual, Tok::RArrow, Tok::Exclamation].map(|k| number(k, false)), [50, 51, 54]);
        assert_eq!(number(Tok::Exclamation, true), 55);
    }

    #[test]
    fn lines_are_read_when_they_are_needed() {
        let mut calls = 0;
        let mut it = TokenizerIter::new(true);
        let mut read = || -> Result<Vec<u8>, ()> {
            calls += 1;
            Ok(b"x = 1\n".to_vec())
        };
        for _ in 0..8 {
            it.next(&mut read, &StdUnicode, &mut Vec::new()).unwrap().unwrap();
        }
        assert_eq!(calls, 2);
    }
}
