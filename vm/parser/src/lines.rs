//! Where errors stand in the text, and which piece of the text is shown with them: as CPython's tokenizer buffer has it,
//! which may hold more than one line, or end before a line does.

use std::sync::OnceLock;

use dxpy_ast::Location;

use crate::error::{ErrorKind, SyntaxError};
use crate::token::{Tok, Token};

/// The text by lines.
pub(crate) struct Lines<'a> {
    pub src: &'a [u8],
    /// Lines whose beginning is inside a token or after a backslash, in order: the buffer keeps what is before them.
    joined: Vec<i32>,
    /// Without a known encoding CPython leaves columns in bytes.
    bytes: bool,
    starts: OnceLock<Vec<u32>>,
}

impl<'a> Lines<'a> {
    pub fn new(src: &'a [u8], joined: Vec<i32>, bytes: bool) -> Self {
        Lines { src, joined, bytes, starts: OnceLock::new() }
    }

    fn starts(&self) -> &[u32] {
        self.starts.get_or_init(|| {
            let after = memchr::memchr_iter(b'\n', self.src).map(|i| i as u32 + 1);
            let mut all: Vec<u32> = std::iter::once(0).chain(after).collect();
            // A newline at the end of the text begins no line, and an empty text has none.
            if all.last().is_some_and(|s| *s as usize >= self.src.len()) {
                all.pop();
            }
            all
        })
    }

    /// Where a line starts; the end of the text for lines after the last.
    pub fn start(&self, line: i32) -> usize {
        let n = usize::try_from(line - 1).unwrap_or(0);
        self.starts().get(n).map_or(self.src.len(), |s| *s as usize)
    }

    /// A line, without its newline.
    pub fn line(&self, line: i32) -> &'a [u8] {
        let text = &self.src[self.start(line)..self.start(line + 1)];
        text.strip_suffix(b"\n").unwrap_or(text)
    }

    /// What the tokenizer's buffer holds when it has read as far as `line`.
    fn buffer(&self, line: i32) -> &'a [u8] {
        let held = self.buffer_to_end(line);
        &held[..held.len() - (self.src.len() - self.start(line + 1))]
    }

    /// What the tokenizer's buffer holds at the end of the text, when `line` is where the open token began.
    pub fn buffer_to_end(&self, line: i32) -> &'a [u8] {
        let mut first = line;
        while self.joined.binary_search(&first).is_ok() {
            first -= 1;
        }
        &self.src[self.start(first)..]
    }

    /// The tokenizer's line once a token has been read.
    pub fn reached(&self, t: &Token) -> i32 {
        t.loc.end_lineno
    }

    /// Whether the tokenizer looked past the end of the text to read a token.
    pub fn touches_end(&self, t: &Token) -> bool {
        let text = &self.src[t.start as usize..t.end as usize];
        let ends = t.end as usize >= self.src.len();
        match t.kind {
            Tok::EndMarker => true,
            Tok::Newline => ends && text.is_empty(),
            // Behind a closing quote nothing is looked for, except that two may be the first of three.
            Tok::String => {
                ends && text.len() >= 2 && {
                    let body = text.iter().position(|c| matches!(c, b'"' | b'\'')).unwrap_or(0);
                    text.len() - body == 2
                }
            }
            Tok::FStringEnd => false,
            Tok::Indent | Tok::Dedent => ends,
            k if k.is_keyword() || k == Tok::Name || k == Tok::Number => ends,
            _ => ends && text.len() < 3,
        }
    }

    /// The column in bytes of a line's character.
    pub fn byte_offset(&self, line: i32, chars: i32) -> usize {
        let text = String::from_utf8_lossy(self.line(line));
        text.chars().take(chars.max(0) as usize).map(char::len_utf8).sum()
    }

    /// `_PyPegen_raise_error_known_location`: `loc` has columns from 1, of which 0 and -1 stand for none. `reached` is the
    /// tokenizer's line.
    pub fn raw_error(&self, kind: ErrorKind, message: String, loc: Location, reached: i32) -> SyntaxError {
        let text = if reached <= loc.lineno { self.buffer(reached) } else { self.line(loc.lineno) };
        let text = String::from_utf8_lossy(text).into_owned();
        let column = |col: i32| if self.bytes { col } else { char_offset(text.as_bytes(), col) };
        let offset = column(loc.col_offset);
        let end_offset = if loc.end_col_offset > 0 { column(loc.end_col_offset) } else { loc.end_col_offset };
        SyntaxError {
            kind,
            message,
            lineno: loc.lineno,
            offset,
            end_lineno: loc.end_lineno,
            end_offset,
            text: Some(text),
        }
    }

    /// `RAISE_ERROR_KNOWN_LOCATION`: `loc` as in nodes.
    pub fn error(&self, kind: ErrorKind, message: String, loc: Location, reached: i32) -> SyntaxError {
        let loc = Location { col_offset: loc.col_offset + 1, end_col_offset: loc.end_col_offset + 1, ..loc };
        self.raw_error(kind, message, loc, reached)
    }

    /// `RAISE_SYNTAX_ERROR`: an error at the last token read. Those without text have no column, and the point that the
    /// tokenizer has come to is shown.
    pub fn error_at_last(&self, kind: ErrorKind, message: String, t: &Token) -> SyntaxError {
        let reached = self.reached(t);
        if !columnless(t) {
            return self.error(kind, message, t.loc, reached);
        }
        self.raw_error(
            kind,
            message,
            Location { col_offset: t.loc.end_col_offset, end_col_offset: -1, ..t.loc },
            reached,
        )
    }

    /// The generic "invalid syntax" at a token.
    pub fn error_at_token(&self, kind: ErrorKind, message: String, t: &Token, reached: i32) -> SyntaxError {
        let none = Location { col_offset: -1, end_col_offset: -1, ..t.loc };
        self.error(kind, message, if columnless(t) { none } else { t.loc }, reached)
    }
}

/// Whether a token has no text: also the NEWLINE that interactive input is given at its end.
fn columnless(t: &Token) -> bool {
    matches!(t.kind, Tok::Indent | Tok::Dedent | Tok::EndMarker) || t.kind == Tok::Newline && t.start == t.end
}

/// `_PyPegen_byte_offset_to_character_offset`: characters in the first `col` bytes, one of which may be past the end.
pub(crate) fn char_offset(text: &[u8], col: i32) -> i32 {
    let n = (col.max(0) as usize).min(text.len() + 1);
    let within = &text[..n.min(text.len())];
    let whole = crate::tokenizer::chars(within);
    whole + (n - within.len()) as i32
}
