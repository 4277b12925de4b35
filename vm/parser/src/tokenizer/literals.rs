//! Literals: numbers, strings and f-strings, with what CPython says of those that are wrong.

use super::{FString, MAX_FSTRING_NESTING, MAX_FSTRINGS, Res, TokError, Tokenizer, chars, is_name_char};
use crate::token::Tok;
use dxpy_ast::Location;

impl Tokenizer<'_> {
    /// Digits with single underscores between them; stops after the last.
    fn digits(&mut self, ok: fn(u8) -> bool, kind: &str) -> Res<()> {
        loop {
            while ok(self.cur()) {
                self.pos += 1;
            }
            if self.cur() != b'_' {
                return Ok(());
            }
            self.pos += 1;
            if !ok(self.cur()) {
                return self.err(format!("invalid {kind} literal"));
            }
        }
    }

    fn radix(&mut self, ok: fn(u8) -> bool, kind: &str) -> Res<()> {
        self.pos += 1;
        loop {
            if self.cur() == b'_' {
                self.pos += 1;
            }
            let c = self.cur();
            if !ok(c) {
                if c.is_ascii_digit() {
                    self.pos += 1;
                    return self.err(format!("invalid digit '{}' in {kind} literal", c as char));
                }
                return self.err(format!("invalid {kind} literal"));
            }
            while ok(self.cur()) {
                self.pos += 1;
            }
            if self.cur() != b'_' {
                break;
            }
        }
        let c = self.cur();
        if c.is_ascii_digit() {
            self.pos += 1;
            return self.err(format!("invalid digit '{}' in {kind} literal", c as char));
        }
        self.end_of_number(kind)
    }

    /// A keyword glued to a number is deprecated; another name is an error.
    fn end_of_number(&mut self, kind: &str) -> Res<()> {
        if self.opts.extra_tokens {
            return Ok(());
        }
        let rest = &self.src[self.pos..];
        // CPython looks behind the longer keywords only.
        let short: &[&[u8]] = &[b"if", b"in", b"is"];
        let long: &[&[u8]] = &[b"and", b"else", b"for", b"or", b"not"];
        let ends = |k: &[u8]| !rest.get(k.len()).is_some_and(|c| *c >= 128 || is_name_char(*c));
        if short.iter().any(|k| rest.starts_with(k)) || long.iter().any(|k| rest.starts_with(k) && ends(k)) {
            self.warn(format!("invalid {kind} literal"));
        } else if self.cur() < 128 && is_name_char(self.cur()) {
            return self.err(format!("invalid {kind} literal"));
        }
        Ok(())
    }

    pub(super) fn number(&mut self, start: usize) -> Res<()> {
        let digit = |c: u8| c.is_ascii_digit();
        if self.cur() == b'0' {
            match self.at(self.pos + 1) {
                b'x' | b'X' => {
                    self.pos += 1;
                    self.radix(|c| c.is_ascii_hexdigit(), "hexadecimal")?;
                    self.push(Tok::Number, start);
                    return Ok(());
                }
                b'o' | b'O' => {
                    self.pos += 1;
                    self.radix(|c| (b'0'..b'8').contains(&c), "octal")?;
                    self.push(Tok::Number, start);
                    return Ok(());
                }
                b'b' | b'B' => {
                    self.pos += 1;
                    self.radix(|c| c == b'0' || c == b'1', "binary")?;
                    self.push(Tok::Number, start);
                    return Ok(());
                }
                _ => {}
            }
            // Only zeros may follow a leading zero, unless the number turns out to be a float.
            self.pos += 1;
            loop {
                if self.cur() == b'_' {
                    self.pos += 1;
                    if !self.cur().is_ascii_digit() {
                        return self.err("invalid decimal literal");
                    }
                }
                if self.cur() != b'0' {
                    break;
                }
                self.pos += 1;
            }
            let zeros_end = self.pos;
            let nonzero = self.cur().is_ascii_digit();
            if nonzero {
                self.digits(digit, "decimal")?;
            }
            if nonzero && !self.opts.extra_tokens && !matches!(self.cur(), b'.' | b'e' | b'E' | b'j' | b'J') {
                // CPython counts bytes here.
                let (a, b) = (self.col(start), self.col(zeros_end));
                return self.err_at(
                    "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
                    self.line_start,
                    self.lineno,
                    a + 1,
                    b + 1,
                );
            }
        } else if self.cur() != b'.' {
            self.digits(digit, "decimal")?;
        }
        let mut kind = "decimal";
        if self.cur() == b'.' {
            self.pos += 1;
            if self.cur().is_ascii_digit() {
                self.digits(digit, "decimal")?;
            }
        }
        if matches!(self.cur(), b'e' | b'E') {
            let sign = usize::from(matches!(self.at(self.pos + 1), b'+' | b'-'));
            if self.at(self.pos + 1 + sign).is_ascii_digit() {
                self.pos += 1 + sign;
                self.digits(digit, "decimal")?;
            } else if sign == 1 {
                self.pos += 2;
                return self.err("invalid decimal literal");
            }
        }
        if matches!(self.cur(), b'j' | b'J') {
            self.pos += 1;
            kind = "imaginary";
        }
        self.end_of_number(kind)?;
        self.push(Tok::Number, start);
        Ok(())
    }

    fn quote_size(&self, quote: u8) -> usize {
        if self.at(self.pos + 1) == quote && self.at(self.pos + 2) == quote { 3 } else { 1 }
    }

    /// A string or bytes literal; `self.pos` is at the opening quote and `start` at its prefix.
    pub(super) fn string(&mut self, start: usize) -> Res<()> {
        let quote = self.cur();
        let size = self.quote_size(quote);
        let (line, line_start) = (self.lineno, self.line_start);
        let open = self.pos;
        self.pos += size;
        loop {
            let rest = &self.src[self.pos.min(self.src.len())..];
            let Some(n) = memchr::memchr3(quote, b'\\', b'\n', rest) else {
                self.pos = self.src.len();
                return self.unterminated(start, open, quote, size, line, line_start);
            };
            self.pos += n;
            match self.cur() {
                b'\\' => {
                    self.pos += 2;
                    if self.at(self.pos - 1) == b'\r' && self.cur() == b'\n' {
                        self.pos += 1;
                    }
                    if self.at(self.pos - 1) == b'\n' {
                        self.inner_newline();
                    }
                }
                b'\n' => {
                    if size == 1 {
                        return self.unterminated(start, open, quote, size, line, line_start);
                    }
                    self.pos += 1;
                    self.inner_newline();
                }
                _ => {
                    if size == 1 {
                        self.pos += 1;
                        break;
                    }
                    if self.at(self.pos + 1) == quote && self.at(self.pos + 2) == quote {
                        self.pos += 3;
                        break;
                    }
                    self.pos += 1;
                }
            }
        }
        let loc = Location {
            lineno: line,
            end_lineno: self.lineno,
            col_offset: start as i32 - line_start as i32,
            end_col_offset: self.col(self.pos),
        };
        self.push_at(Tok::String, start, self.pos, loc);
        Ok(())
    }

    fn unterminated(
        &mut self,
        start: usize,
        _open: usize,
        quote: u8,
        size: usize,
        line: i32,
        line_start: usize,
    ) -> Res<()> {
        let detected = self.lineno;
        let offset = chars(&self.src[line_start..start]) + 1;
        if let Some(f) = self.fstrings.last()
            && f.quote == quote
            && f.quote_size == size
        {
            // The parser often knows better what is wrong inside the braces.
            return match self.err_at("f-string: expecting '}'", line_start, line, offset, -1) {
                Err(TokError::Error(e)) => Err(TokError::Soft(e)),
                other => other,
            };
        }
        self.open_string = self.pos >= self.src.len();
        let what = if size == 3 {
            "unterminated triple-quoted string literal"
        } else {
            "unterminated string literal"
        };
        self.err_at(format!("{what} (detected at line {detected})"), line_start, line, offset, -1)
    }

    pub(super) fn fstring_start(&mut self, start: usize, raw: bool) -> Res<()> {
        let quote = self.cur();
        let quote_size = self.quote_size(quote);
        self.pos += quote_size;
        if self.fstrings.len() + 1 >= MAX_FSTRINGS {
            return self.err("too many nested f-strings");
        }
        self.push(Tok::FStringStart, start);
        self.fstrings.push(FString {
            quote,
            quote_size,
            raw,
            start,
            line_start: self.line_start,
            lineno: self.lineno,
            depth: 0,
            expr_depth: -1,
            in_spec: false,
            regular: false,
        });
        Ok(())
    }

    /// One step in the literal part of an f-string: its end, a `{`, or a stretch of text.
    pub(super) fn fstring_text(&mut self) -> Res<()> {
        let Some(f) = self.fstrings.last_mut() else { return Ok(()) };
        let (quote, size, raw) = (f.quote, f.quote_size, f.raw);
        let in_spec = f.in_spec && f.expr_depth >= 0;
        let c = self.src.get(self.pos).copied().unwrap_or(0);
        if c == b'{' && self.src.get(self.pos + 1) != Some(&b'{') {
            f.expr_depth += 1;
            if f.expr_depth >= MAX_FSTRING_NESTING {
                return self.err("f-string: expressions nested too deeply");
            }
            f.regular = true;
            return Ok(());
        }
        let start = self.pos;
        if c == quote && (size == 1 || (self.at(start + 1) == quote && self.at(start + 2) == quote)) {
            self.pos += size;
            self.push(Tok::FStringEnd, start);
            self.fstrings.pop();
            return Ok(());
        }
        let (line, line_start) = (self.lineno, self.line_start);
        let mut quotes = 0;
        let mut unicode_escape = false;
        let mut end = None;
        let mut regular = false;
        while quotes != size {
            let c = self.cur();
            let eof = self.pos >= self.src.len();
            if eof || (size == 1 && c == b'\n') {
                if in_spec && !eof {
                    // The expression parser says what is wrong with a newline in a format spec.
                    regular = true;
                    break;
                }
                return self.fstring_unterminated();
            }
            self.pos += 1;
            if c == quote {
                quotes += 1;
                continue;
            }
            quotes = 0;
            match c {
                b'\n' => self.inner_newline(),
                b'{' => {
                    if self.cur() != b'{' || in_spec {
                        self.pos -= 1;
                        if let Some(f) = self.fstrings.last_mut() {
                            f.expr_depth += 1;
                            if f.expr_depth >= MAX_FSTRING_NESTING {
                                return self.err("f-string: expressions nested too deeply");
                            }
                        }
                        regular = true;
                        break;
                    }
                    end = Some(self.pos);
                    self.pos += 1;
                    break;
                }
                b'}' => {
                    if unicode_escape {
                        break;
                    }
                    if self.cur() == b'}' && !in_spec && self.fstrings.last().is_some_and(|f| f.depth == 0) {
                        end = Some(self.pos);
                        self.pos += 1;
                        break;
                    }
                    self.pos -= 1;
                    regular = true;
                    break;
                }
                b'\\' => {
                    if self.cur() == b'\r' {
                        self.pos += 1;
                    }
                    let next = self.cur();
                    if next == b'{' || next == b'}' {
                        if !raw {
                            self.pos += 1;
                            self.warn(format!("invalid escape sequence '\\{}'", next as char));
                            self.pos -= 1;
                        }
                        continue;
                    }
                    if self.pos < self.src.len() {
                        self.pos += 1;
                    }
                    if next == b'\n' {
                        self.inner_newline();
                    }
                    if !raw && next == b'N' && self.cur() == b'{' {
                        self.pos += 1;
                        unicode_escape = true;
                    }
                }
                _ => {}
            }
        }
        if quotes == size {
            self.pos -= size;
        }
        let end = end.unwrap_or(self.pos);
        let loc = Location {
            lineno: line,
            end_lineno: self.lineno,
            col_offset: start as i32 - line_start as i32,
            end_col_offset: self.col(self.pos),
        };
        self.push_at(Tok::FStringMiddle, start, end, loc);
        if regular && let Some(f) = self.fstrings.last_mut() {
            f.regular = true;
        }
        Ok(())
    }

    fn fstring_unterminated(&mut self) -> Res<()> {
        let Some(f) = self.fstrings.last() else { return Err(TokError::Eof) };
        let detected = self.lineno;
        let offset = chars(&self.src[f.line_start..f.start]) + 1;
        let what = if f.quote_size == 3 { "unterminated triple-quoted" } else { "unterminated" };
        self.err_at(
            format!("{what} f-string literal (detected at line {detected})"),
            f.line_start,
            f.lineno,
            offset,
            -1,
        )
    }
}
