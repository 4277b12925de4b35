//! Tokenizer and parser for Python 3.12, with CPython's syntax errors.
#![forbid(unsafe_code)]

mod core;
mod error;
mod errors;
mod expr;
mod lines;
mod pattern;
mod source;
mod stmt;
mod strings;
pub mod token;
mod tokenize;
mod tokenizer;

use std::collections::HashSet;

use dxpy_ast::{Ident, Location, Mod, TypeIgnore};

use crate::core::{Fail, Parser};
use crate::lines::Lines;
pub use error::{ErrorKind, SyntaxError, Warning, WarningKind};
use source::{Decoded, bare, decode};
pub use source::{coding_cookie, normalize};
use token::{Tok, Token};
pub use tokenize::{TokenInfo, TokenizeError, TokenizerIter};
use tokenizer::{Paren, TokError, TokOptions};

/// The start rule: `compile()`'s mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Exec,
    Eval,
    Single,
    FuncType,
}

/// How to parse; the flags are those of `compile()`.
#[derive(Clone, Debug)]
pub struct Options {
    pub mode: Mode,
    /// `PyCF_TYPE_COMMENTS`
    pub type_comments: bool,
    /// `from __future__ import barry_as_FLUFL`
    pub barry_as_flufl: bool,
    /// The minor version whose syntax is to be accepted (`ast.parse`'s `feature_version`).
    pub feature_version: u8,
    /// `PyCF_DONT_IMPLY_DEDENT`
    pub dont_imply_dedent: bool,
    /// `PyCF_ALLOW_INCOMPLETE_INPUT`
    pub allow_incomplete: bool,
    /// The source is text already: a coding cookie means nothing.
    pub ignore_cookie: bool,
    /// The source is this file, run as a script: bytes that are no UTF-8 are an error where they stand.
    pub file: Option<String>,
    /// `sys.set_int_max_str_digits`; 0 is no limit.
    pub int_max_str_digits: usize,
}

impl Options {
    pub fn new(mode: Mode) -> Options {
        Options {
            mode,
            type_comments: false,
            barry_as_flufl: false,
            feature_version: 12,
            dont_imply_dedent: false,
            allow_incomplete: false,
            ignore_cookie: false,
            file: None,
            int_max_str_digits: 4300,
        }
    }
}

/// Parses `source`. Warnings come back with the tree, in the order CPython would issue them.
pub fn parse(source: &[u8], opts: &Options, uni: &dyn Unicode) -> Result<(Mod, Vec<Warning>), SyntaxError> {
    let mut warnings = Vec::new();
    parse_with(source, opts, uni, &mut warnings).map(|tree| (tree, warnings))
}

/// Parses `source`. Warnings are added to `warnings` in the order CPython would issue them, also those that come before an
/// error.
pub fn parse_with(
    source: &[u8],
    opts: &Options,
    uni: &dyn Unicode,
    warnings: &mut Vec<Warning>,
) -> Result<Mod, SyntaxError> {
    if opts.file.is_none() && memchr::memchr(0, source).is_some() {
        return Err(bare(ErrorKind::Syntax, "source code string cannot contain null bytes".into()));
    }
    let Decoded { text: decoded, declared } = if opts.ignore_cookie {
        Decoded { text: source.into(), declared: true }
    } else {
        decode(source, opts.file.as_deref(), uni)?
    };
    if let Some(e) = opts.file.as_ref().and_then(|_| source::null_in_file(&decoded)) {
        return Err(e);
    }
    if decoded.len() >= i32::MAX as usize {
        return Err(bare(ErrorKind::Syntax, "dxpy-parser: not implemented: source of 2 GiB and more".into()));
    }
    let text = normalize(&decoded, opts.mode == Mode::Exec);
    let topts = TokOptions {
        type_comments: opts.type_comments,
        extra_tokens: false,
        by_lines: false,
        single: opts.mode == Mode::Single,
        dont_imply_dedent: opts.dont_imply_dedent,
        byte_columns: !declared,
        async_names: opts.feature_version < 7,
    };
    let mut lexed = tokenizer::tokenize(&text, topts, uni);
    let mut ignores = Vec::new();
    if opts.type_comments {
        lexed.tokens.retain(|t| {
            if t.kind == Tok::TypeIgnore {
                let tag: Ident =
                    String::from_utf8_lossy(&text[t.start as usize..t.end as usize]).as_ref().into();
                ignores.push(TypeIgnore { lineno: t.loc.lineno, tag });
            }
            t.kind != Tok::TypeIgnore
        });
    }
    // A token past the last good one stands for a tokenizer error, so that the parser always has a current token.
    let good = lexed.tokens.len();
    if lexed.error.is_some() {
        let loc = Location { lineno: lexed.lineno, end_lineno: lexed.lineno, ..Location::default() };
        let at = text.len() as u32;
        lexed.tokens.push(Token { kind: Tok::Unknown, start: at, end: at, loc, level: 0 });
    }
    let lines = Lines::new(&text, std::mem::take(&mut lexed.joined), !declared);
    let mut p = Parser::new(&lines, &lexed.tokens, opts, uni);
    p.type_ignores = ignores;
    let parsed = p.module(opts.mode);
    let mut error = match parsed {
        Err(e) => e,
        Ok(tree) => {
            let mut end = Ok(tree);
            if opts.mode == Mode::Single && !is_blank(&text[p.toks[p.i.saturating_sub(1)].end as usize..]) {
                let at = p.toks[p.i.saturating_sub(1)].loc;
                let m = "multiple statements found while compiling a single statement";
                end = Err(lines.error(ErrorKind::Syntax, m.into(), at, at.end_lineno));
            }
            issue(
                warnings,
                lexed.warnings,
                p.warnings,
                lexed.error.as_ref(),
                if end.is_ok() { usize::MAX } else { p.i },
            );
            return end;
        }
    };
    // An action of CPython's runs before the token behind it is read.
    let mut far = p.far.max(if matches!(error, Fail::Error(_)) { p.i.saturating_sub(1) } else { p.i });
    let (mut last, mut read) = (far, far);
    let overflow = matches!(&error, Fail::Error(e) if e.kind == ErrorKind::Memory);
    // Tokenizer errors at the very place need no second opinion on the grammar.
    if matches!(error, Fail::Generic)
        && (far < good || lexed.error.is_none())
        && let Some(found) = errors::diagnose(
            &lines,
            &lexed.tokens,
            if lexed.error.is_some() { good } else { usize::MAX },
            opts,
        )
    {
        last = found.last.max(far);
        read = found.first;
        let mut broken = None;
        let mut seen = HashSet::new();
        for literal in found.literals {
            if !seen.insert((literal.part, literal.at, literal.warns)) {
                continue;
            }
            let warned = p.warnings.len();
            let again = p.literal_again(&literal);
            if !literal.warns {
                p.warnings.truncate(warned);
            }
            if let Err(Fail::Error(e)) = again {
                broken = Some((e, literal.last));
                break;
            }
        }
        // A literal is read before whatever mistake the pass found in the end.
        match (broken, found.error) {
            (Some((e, at)), _) => {
                error = Fail::Error(e);
                (far, last) = (at, at);
            }
            (_, Some(e)) => {
                error = Fail::Error(Box::new(e));
                (far, last) = (found.last, found.last);
            }
            (_, None) => far = found.far,
        }
    }
    if opts.allow_incomplete
        && !overflow
        && let Some(e) = incomplete(&lines, &lexed, read, good)
    {
        issue(warnings, lexed.warnings, p.warnings, lexed.error.as_ref(), read);
        return Err(e);
    }
    let end = report(
        &lines,
        error,
        far,
        last,
        good,
        &lexed.tokens,
        lexed.error.as_ref(),
        &lexed.parens,
        lexed.in_fstring,
    );
    // To look for the tokenizer's errors CPython reads the whole text, and so all its warnings are issued; but not when an
    // unexpected indentation is all there is to say.
    let unexpected = end.kind == ErrorKind::Indentation && end.message.starts_with("unexpected ");
    issue(
        warnings,
        lexed.warnings,
        p.warnings,
        lexed.error.as_ref(),
        if unexpected { far } else { usize::MAX },
    );
    Err(end)
}

/// The error that says to the caller that more input may help: when the tokenizer has come to the end of the text by the
/// time it has read token `read` (`_is_end_of_source`).
fn incomplete(lines: &Lines<'_>, lexed: &tokenizer::Tokens, read: usize, good: usize) -> Option<SyntaxError> {
    let (kind, message) = (ErrorKind::Incomplete, "incomplete input".to_string());
    if read < good {
        let t = &lexed.tokens[read];
        return lines.touches_end(t).then(|| lines.error_at_last(kind, message, t));
    }
    let (lineno, col) = match &lexed.error {
        Some(TokError::Eof) => (lexed.lineno, lines.src.len() - lines.start(lexed.lineno)),
        Some(TokError::Error(e) | TokError::Soft(e)) if lexed.open_string => {
            let col = lines.byte_offset(e.lineno, e.offset);
            (e.lineno, col)
        }
        _ => return None,
    };
    let loc = Location { lineno, end_lineno: lineno, col_offset: col as i32, end_col_offset: -1 };
    let text = String::from_utf8_lossy(lines.buffer_to_end(lineno)).into_owned();
    Some(SyntaxError { text: Some(text), ..lines.raw_error(kind, message, loc, lineno) })
}

/// Whether only white space and comments are left after an interactive statement (`bad_single_statement`).
fn is_blank(rest: &[u8]) -> bool {
    rest.split(|c| *c == b'\n').all(|line| {
        let text = line.iter().find(|c| !matches!(c, b' ' | b'\t' | 0x0C));
        text.is_none_or(|c| *c == b'#')
    })
}

/// Adds warnings up to token `read`, in the order in which CPython comes to them.
fn issue(
    out: &mut Vec<Warning>,
    tokenizer: Vec<(usize, Warning)>,
    parser: Vec<(usize, Warning)>,
    error: Option<&TokError>,
    read: usize,
) {
    // When a warning of the parser's is an error, the rest is still looked through for errors of the tokenizer's.
    let later: Vec<(usize, SyntaxError)> = tokenizer.iter().map(|(at, w)| (*at, w.error.clone())).collect();
    let mut all: Vec<(usize, bool, Warning)> =
        tokenizer.into_iter().filter(|(at, _)| *at <= read).map(|(at, w)| (at, false, w)).collect();
    all.extend(parser.into_iter().map(|(at, w)| (at, true, w)));
    all.sort_by_key(|(at, ..)| *at);
    for (at, by_parser, mut w) in all {
        if by_parser {
            let next = later.partition_point(|(other, _)| *other <= at);
            match (later.get(next), error) {
                (Some((_, e)), _) | (None, Some(TokError::Error(e))) => w.error = e.clone(),
                _ => {}
            }
        }
        out.push(w);
    }
}

/// Chooses between the parser's failure and the tokenizer's, by the rules of `_Pypegen_set_syntax_error`.
#[allow(clippy::too_many_arguments)]
fn report(
    lines: &Lines<'_>,
    fail: Fail,
    far: usize,
    last: usize,
    good: usize,
    tokens: &[Token],
    tok_error: Option<&TokError>,
    parens: &[Paren],
    in_fstring: bool,
) -> SyntaxError {
    let last_line = tokens.last().map_or(0, |t| t.loc.end_lineno);
    let unclosed = |p: &Paren| {
        let loc = Location { lineno: p.lineno, end_lineno: p.lineno, col_offset: p.col, end_col_offset: -1 };
        lines.error(ErrorKind::Syntax, format!("'{}' was never closed", p.ch as char), loc, last_line)
    };
    let first = match fail {
        Fail::Error(e) if e.kind == ErrorKind::Memory => return *e,
        Fail::Error(e) => Some(*e),
        Fail::Generic => None,
    };
    if first.is_none() && far < good && matches!(tokens[far].kind, Tok::Indent | Tok::Dedent) {
        let unexpected =
            if tokens[far].kind == Tok::Indent { "unexpected indent" } else { "unexpected unindent" };
        return lines.error_at_last(ErrorKind::Indentation, unexpected.into(), &tokens[far]);
    }
    // Where the tokenizer has come to the end of the text already, nothing is left to look over.
    if let Some(e) = &first
        && far < good
        && lines.touches_end(&tokens[far])
    {
        return e.clone();
    }
    match tok_error {
        Some(TokError::Error(e)) => return e.clone(),
        Some(TokError::Soft(e) | TokError::State(e)) if far >= good => return e.clone(),
        // CPython forgets to make a `SyntaxError` of this one when it comes upon it later.
        Some(TokError::Undecodable(e, _)) if far >= good => return e.clone(),
        Some(TokError::Undecodable(_, raw)) => return (**raw).clone(),
        // Nor is this one raised when it is come upon later; like the end of the text it leaves brackets open.
        Some(TokError::State(_)) => {
            let line = tokens[last.min(good.saturating_sub(1))].loc.lineno;
            if let Some(p) = parens.last().filter(|p| line > p.lineno && !in_fstring) {
                return unclosed(p);
            }
        }
        Some(TokError::Soft(_)) => {}
        Some(TokError::Eof) => {
            let line = tokens[last.min(good.saturating_sub(1))].loc.lineno;
            if let Some(p) = parens.last()
                && (far >= good || line > p.lineno && !in_fstring)
            {
                return unclosed(p);
            }
            if far >= good && parens.is_empty() {
                let width = lines.src.len() as i32 - lines.start(last_line) as i32;
                let loc = Location {
                    lineno: last_line,
                    end_lineno: last_line,
                    col_offset: width,
                    end_col_offset: -1,
                };
                return lines.raw_error(
                    ErrorKind::Syntax,
                    "unexpected EOF while parsing".into(),
                    loc,
                    last_line,
                );
            }
        }
        None => {}
    }
    if let Some(e) = first {
        return e;
    }
    let t = &tokens[far.min(tokens.len() - 1)];
    let (kind, message) = match t.kind {
        Tok::Indent => (ErrorKind::Indentation, "unexpected indent"),
        Tok::Dedent => (ErrorKind::Indentation, "unexpected unindent"),
        _ => (ErrorKind::Syntax, "invalid syntax"),
    };
    let reached = lines.reached(&tokens[last.min(tokens.len() - 1)]);
    lines.error_at_token(kind, message.into(), t, reached)
}

/// What the parser needs to know about Unicode beyond ASCII. The runtime answers with its own tables of Unicode 15.0;
/// the provided answers come from Rust's standard library and are for tools and tests.
pub trait Unicode {
    fn is_xid_start(&self, c: char) -> bool {
        c.is_alphabetic()
    }
    fn is_xid_continue(&self, c: char) -> bool {
        // Combining marks are not in the standard library's tables; the block ranges of the common ones stand in.
        c.is_alphanumeric()
            || matches!(c, '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}' | '\u{20d0}'..='\u{20f0}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{e0100}'..='\u{e01ef}')
    }
    fn is_printable(&self, c: char) -> bool {
        !c.is_control()
            && (c == ' ' || !c.is_whitespace())
            && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}')
    }
    /// NFKC of an identifier with non-ASCII characters; `None` says that this implementation cannot tell.
    fn nfkc(&self, s: &str) -> Option<String> {
        // Letters that are their own normal form whatever follows, short of combining marks.
        let stable = |c: char| {
            c.is_ascii()
                || (matches!(c, '\u{c0}'..='\u{131}' | '\u{134}'..='\u{13e}' | '\u{141}'..='\u{148}' | '\u{14a}'..='\u{17e}' | '\u{370}'..='\u{3cf}' | '\u{400}'..='\u{481}' | '\u{4e00}'..='\u{9fff}' | '\u{3041}'..='\u{3094}' | '\u{30a1}'..='\u{30fa}' | '\u{ac00}'..='\u{d7a3}')
                    && c.is_alphabetic())
        };
        s.chars().all(stable).then(|| s.to_string())
    }
    /// Source bytes in an encoding from the codec registry: its text, or the text of the exception that came of it. `None`
    /// says that this implementation has no registry.
    fn decode_source(&self, encoding: &str, bytes: &[u8]) -> Option<Result<String, String>> {
        let _ = (encoding, bytes);
        None
    }
    /// Can names of characters be looked up? The escapes need the module `unicodedata`.
    fn has_names(&self) -> bool {
        true
    }
    /// `\N{name}`.
    fn by_name(&self, name: &str) -> Option<u32> {
        let _ = name;
        None
    }
}

/// The standard library's knowledge of Unicode.
pub struct StdUnicode;
impl Unicode for StdUnicode {}
