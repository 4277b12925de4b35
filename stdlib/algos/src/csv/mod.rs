//! `_csv`: dialects here, the reader's state machine in [`read`], the writer's quoting in [`write`].
//! Not here: iteration, dialect registry, conversion of fields that are not strings.

pub mod read;
pub mod write;

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    Minimal = 0,
    All = 1,
    NonNumeric = 2,
    None = 3,
    Strings = 4,
    NotNull = 5,
}

impl Quoting {
    pub fn from_int(n: i32) -> Option<Quoting> {
        use Quoting::*;
        [Minimal, All, NonNumeric, None, Strings, NotNull].get(usize::try_from(n).ok()?).copied()
    }
}

/// A checked dialect. The line terminator is the writer's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub delimiter: u32,
    pub quotechar: Option<u32>,
    pub escapechar: Option<u32>,
    pub doublequote: bool,
    pub skipinitialspace: bool,
    pub quoting: Quoting,
    pub strict: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect {
            delimiter: ','.into(),
            quotechar: Some('"'.into()),
            escapechar: None,
            doublequote: true,
            skipinitialspace: false,
            quoting: Quoting::Minimal,
            strict: false,
        }
    }
}

/// The `TypeError`s of a dialect's construction; names of options are without quotes, types as `type.__name__`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialectError {
    OneCharacter(&'static str),
    NotString(&'static str, String),
    NotStringOrNone(&'static str, String),
    NotInteger(&'static str),
    TerminatorType,
    BadQuoting,
    QuotecharNeeded,
    TerminatorNeeded,
}

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DialectError::OneCharacter(name) => write!(f, "\"{name}\" must be a 1-character string"),
            DialectError::NotString(name, t) => write!(f, "\"{name}\" must be string, not {t}"),
            DialectError::NotStringOrNone(name, t) => {
                write!(f, "\"{name}\" must be string or None, not {t}")
            }
            DialectError::NotInteger(name) => write!(f, "\"{name}\" must be an integer"),
            DialectError::TerminatorType => f.write_str("\"lineterminator\" must be a string"),
            DialectError::BadQuoting => f.write_str("bad \"quoting\" value"),
            DialectError::QuotecharNeeded => f.write_str("quotechar must be set if quoting enabled"),
            DialectError::TerminatorNeeded => f.write_str("lineterminator must be set"),
        }
    }
}

impl Dialect {
    /// The option of one character, from the characters of a string argument.
    pub fn one_character(name: &'static str, mut s: impl Iterator<Item = u32>) -> Result<u32, DialectError> {
        match (s.next(), s.next()) {
            (Some(c), None) => Ok(c),
            _ => Err(DialectError::OneCharacter(name)),
        }
    }

    /// The last checks of `dialect_new`, in its order: `quoting` as given (`None`: not given), whether `quotechar`
    /// was given as `None`, and whether there is a line terminator.
    pub fn check(
        mut self,
        quoting: Option<i32>,
        quotechar_none: bool,
        terminator: bool,
    ) -> Result<Dialect, DialectError> {
        if let Some(n) = quoting {
            self.quoting = Quoting::from_int(n).ok_or(DialectError::BadQuoting)?;
        } else if quotechar_none {
            self.quoting = Quoting::None;
        }
        if self.quoting != Quoting::None && self.quotechar.is_none() {
            return Err(DialectError::QuotecharNeeded);
        }
        if !terminator {
            return Err(DialectError::TerminatorNeeded);
        }
        Ok(self)
    }

    /// Whether the character is one that a reader looks at in the middle of a field.
    pub(crate) fn is_quote(&self, c: u32) -> bool {
        self.quoting != Quoting::None && self.quotechar == Some(c)
    }
}

/// `_csv.Error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    FieldLimit(i64),
    /// the delimiter and the quote character
    Expected(u32, u32),
    NewlineInField,
    UnexpectedEnd,
    NeedEscape,
    EmptyRecord,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::FieldLimit(n) => write!(f, "field larger than field limit ({n})"),
            Error::Expected(delimiter, quote) => {
                // A lone surrogate cannot be shown in a Rust string.
                let show = |c: u32| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER);
                write!(f, "'{}' expected after '{}'", show(*delimiter), show(*quote))
            }
            Error::NewlineInField => f.write_str(
                "new-line character seen in unquoted field - do you need to open the file in universal-newline mode?",
            ),
            Error::UnexpectedEnd => f.write_str("unexpected end of data"),
            Error::NeedEscape => f.write_str("need to escape, but no escapechar set"),
            Error::EmptyRecord => f.write_str("single empty field record must be quoted"),
        }
    }
}
