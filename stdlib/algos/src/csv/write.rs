//! The writer: fields are joined into a record, quoted and escaped where the dialect says so.

use super::{Dialect, Error, Quoting};
use crate::each_width;
use crate::text::{Str, Text, Unit};

/// What the quoting rules know of a field's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    Str,
    /// has a number protocol (`PyNumber_Check`)
    Number,
    None,
    Other,
}

/// A record being written.
#[derive(Debug)]
pub struct Writer {
    dialect: Dialect,
    terminator: Vec<u32>,
    record: Text,
    fields: usize,
}

impl Writer {
    pub fn new(dialect: Dialect, terminator: Str) -> Writer {
        let terminator = terminator.chars().collect();
        Writer { dialect, terminator, record: Text::new(), fields: 0 }
    }

    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Begins a record.
    pub fn begin(&mut self) {
        self.record.clear();
        self.fields = 0;
    }

    /// Appends a field: its text (of `None`: empty) and what it was.
    pub fn append(&mut self, field: Str, kind: FieldType) -> Result<(), Error> {
        let quoted = match self.dialect.quoting {
            Quoting::NonNumeric => kind != FieldType::Number,
            Quoting::All => true,
            Quoting::Strings => kind == FieldType::Str,
            Quoting::NotNull => kind != FieldType::None,
            Quoting::Minimal | Quoting::None => false,
        };
        each_width!(field, field => self.join(field, quoted))
    }

    /// Ends the record: its text with the line terminator.
    pub fn finish(&mut self) -> Result<Str<'_>, Error> {
        if self.fields > 0 && self.record.is_empty() {
            if self.dialect.quoting == Quoting::None {
                return Err(Error::EmptyRecord);
            }
            // One empty field and no field at all must not look alike.
            self.fields -= 1;
            self.join::<u8>(&[], true)?;
        }
        self.record.extend(Str::Four(&self.terminator));
        Ok(self.record.as_str())
    }

    fn join<C: Unit>(&mut self, field: &[C], quoted: bool) -> Result<(), Error> {
        let d = &self.dialect;
        if self.fields > 0 {
            self.record.push(d.delimiter);
        }
        let special = |c: u32| {
            c == d.delimiter
                || d.quotechar == Some(c)
                || d.escapechar == Some(c)
                || self.terminator.contains(&c)
        };
        // Whether a character has to be escaped rather than protected by quotes.
        let escaped = |c: u32| {
            d.quoting == Quoting::None
                || if d.quotechar == Some(c) { !d.doublequote } else { d.escapechar == Some(c) }
        };
        let quoted = quoted
            || field.iter().any(|c| {
                let c: u32 = (*c).into();
                special(c) && !escaped(c)
            });
        let quote = d.quotechar.filter(|_| quoted);
        if let Some(q) = quote {
            self.record.push(q);
        }
        let mut rest = field;
        while let Some(at) = rest.iter().position(|c| special((*c).into())) {
            let c: u32 = rest[at].into();
            self.record.extend(C::wrap(&rest[..at]));
            if escaped(c) {
                self.record.push(d.escapechar.ok_or(Error::NeedEscape)?);
            } else if d.quotechar == Some(c) {
                self.record.push(c);
            }
            self.record.push(c);
            rest = &rest[at + 1..];
        }
        self.record.extend(C::wrap(rest));
        if let Some(q) = quote {
            self.record.push(q);
        }
        self.fields += 1;
        Ok(())
    }
}
