//! The reader: lines go in, a record comes out when a line ends one. Runs of ordinary characters are copied at once.

use super::{Dialect, Error, Quoting};
use crate::each_width;
use crate::text::{Str, Text, Unit};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    StartRecord,
    StartField,
    EscapedChar,
    AfterEscapedNewline,
    InField,
    InQuotedField,
    EscapeInQuotedField,
    QuoteInQuotedField,
    EatNewline,
}

/// A record being read.
#[derive(Debug)]
pub struct Reader {
    dialect: Dialect,
    state: State,
    /// All the record's characters; `ends` says where each field ends and whether it is to become a float.
    text: Text,
    ends: Vec<(usize, bool)>,
    start: usize,
    numeric: bool,
}

const LF: u32 = b'\n' as u32;
const CR: u32 = b'\r' as u32;

impl Reader {
    pub fn new(dialect: Dialect) -> Reader {
        Reader {
            dialect,
            state: State::StartRecord,
            text: Text::new(),
            ends: Vec::new(),
            start: 0,
            numeric: false,
        }
    }

    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Begins a record (`parse_reset`); the first thing `__next__` does.
    pub fn begin(&mut self) {
        self.state = State::StartRecord;
        self.text.clear();
        self.ends.clear();
        self.start = 0;
        self.numeric = false;
    }

    /// Reads one string of the iterator; true: the record is complete. `limit` is `field_size_limit()`.
    pub fn feed(&mut self, line: Str, limit: i64) -> Result<bool, Error> {
        each_width!(line, line => self.line(line, limit))?;
        self.end_of_line();
        if self.state == State::EscapeInQuotedField || self.state == State::EscapedChar {
            // An escaped end of the string is a newline, whatever it ends with.
            self.add(LF, limit)?;
            self.state = match self.state {
                State::EscapedChar => State::InField,
                _ => State::InQuotedField,
            };
        }
        Ok(self.state == State::StartRecord)
    }

    /// The iterator is exhausted; true: there is a last record.
    pub fn end_of_input(&mut self) -> Result<bool, Error> {
        if self.text.len() == self.start && self.state != State::InQuotedField {
            return Ok(false);
        }
        if self.dialect.strict {
            return Err(Error::UnexpectedEnd);
        }
        self.save();
        Ok(true)
    }

    /// The fields of the record, each with whether it is to become a float. CPython converts a field when it ends:
    /// with `Quoting::NonNumeric` look here after each `feed`, an error of which comes after those of conversion.
    pub fn fields(&self) -> impl Iterator<Item = (Str<'_>, bool)> {
        let mut from = 0;
        self.ends.iter().map(move |&(to, numeric)| {
            let field = self.text.as_str().slice(from, to);
            from = to;
            (field, numeric)
        })
    }

    fn save(&mut self) {
        self.start = self.text.len();
        self.ends.push((self.start, self.numeric));
        self.numeric = false;
    }

    fn add(&mut self, c: u32, limit: i64) -> Result<(), Error> {
        if (self.text.len() - self.start) as i64 >= limit {
            return Err(Error::FieldLimit(limit));
        }
        self.text.push(c);
        Ok(())
    }

    fn add_run<C: Unit>(&mut self, run: &[C], limit: i64) -> Result<(), Error> {
        if (self.text.len() - self.start + run.len()) as i64 > limit {
            return Err(Error::FieldLimit(limit));
        }
        self.text.extend(C::wrap(run));
        Ok(())
    }

    fn end_of_line(&mut self) {
        match self.state {
            State::StartField | State::InField | State::QuoteInQuotedField => {
                self.save();
                self.state = State::StartRecord;
            }
            State::EatNewline => self.state = State::StartRecord,
            _ => (),
        }
    }

    fn line<C: Unit>(&mut self, line: &[C], limit: i64) -> Result<(), Error> {
        let (delimiter, escape) = (self.dialect.delimiter, self.dialect.escapechar);
        let quote = self.dialect.quotechar.filter(|q| self.dialect.is_quote(*q));
        let mut i = 0;
        while let Some(&unit) = line.get(i) {
            let c: u32 = unit.into();
            i += 1;
            let newline = c == LF || c == CR;
            match self.state {
                State::StartRecord if newline => self.state = State::EatNewline,
                State::StartRecord | State::StartField => {
                    self.state = State::StartField;
                    if newline {
                        self.save();
                        self.state = State::EatNewline;
                    } else if quote == Some(c) {
                        self.state = State::InQuotedField;
                    } else if escape == Some(c) {
                        self.state = State::EscapedChar;
                    } else if c == u32::from(b' ') && self.dialect.skipinitialspace {
                    } else if c == delimiter {
                        self.save();
                    } else {
                        self.numeric |= self.dialect.quoting == Quoting::NonNumeric;
                        self.add(c, limit)?;
                        self.state = State::InField;
                    }
                }
                State::EscapedChar => {
                    self.add(c, limit)?;
                    self.state = if newline { State::AfterEscapedNewline } else { State::InField };
                }
                // As in CPython, ordinary characters leave the first of these states as it is, so that the end of
                // this string does not end the field.
                State::AfterEscapedNewline | State::InField => {
                    if newline {
                        self.save();
                        self.state = State::EatNewline;
                    } else if escape == Some(c) {
                        self.state = State::EscapedChar;
                    } else if c == delimiter {
                        self.save();
                        self.state = State::StartField;
                    } else {
                        let special = |c: &C| {
                            let c: u32 = (*c).into();
                            c == LF || c == CR || c == delimiter || escape == Some(c)
                        };
                        let end = line[i..].iter().position(special).map_or(line.len(), |n| i + n);
                        self.add_run(&line[i - 1..end], limit)?;
                        i = end;
                    }
                }
                State::InQuotedField => {
                    if escape == Some(c) {
                        self.state = State::EscapeInQuotedField;
                    } else if quote == Some(c) {
                        let doubled = self.dialect.doublequote;
                        self.state = if doubled { State::QuoteInQuotedField } else { State::InField };
                    } else {
                        let special = |c: &C| {
                            let c: u32 = (*c).into();
                            quote == Some(c) || escape == Some(c)
                        };
                        let end = line[i..].iter().position(special).map_or(line.len(), |n| i + n);
                        self.add_run(&line[i - 1..end], limit)?;
                        i = end;
                    }
                }
                State::EscapeInQuotedField => {
                    self.add(c, limit)?;
                    self.state = State::InQuotedField;
                }
                State::QuoteInQuotedField => {
                    if quote == Some(c) {
                        self.add(c, limit)?;
                        self.state = State::InQuotedField;
                    } else if c == delimiter {
                        self.save();
                        self.state = State::StartField;
                    } else if newline {
                        self.save();
                        self.state = State::EatNewline;
                    } else if !self.dialect.strict {
                        self.add(c, limit)?;
                        self.state = State::InField;
                    } else {
                        return Err(Error::Expected(delimiter, quote.unwrap_or(0)));
                    }
                }
                State::EatNewline if newline => (),
                State::EatNewline => return Err(Error::NewlineInField),
            }
        }
        Ok(())
    }
}
