//! Writing: the bytes of each kind of value in each version of the format.
//!
//! The caller goes through its objects, keeps the table of references and watches the depth; how a value looks is here.

use super::format::{
    FIRST_WITH_BINARY_FLOATS, FIRST_WITH_REFS, FIRST_WITH_SHORT, FLAG_REF, StrForm, StrWidth, WriteError,
    code, float_text,
};

/// Marshalled bytes in the making. `flag` says that a value is entered into the table of references; the caller
/// counts these, in the order in which values begin.
#[derive(Clone, Debug)]
pub struct Encoder {
    out: Vec<u8>,
    version: i32,
}

impl Encoder {
    pub fn new(version: i32) -> Encoder {
        Encoder { out: Vec::new(), version }
    }

    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Whether the version has references at all.
    pub fn has_refs(&self) -> bool {
        self.version >= FIRST_WITH_REFS
    }

    fn head(&mut self, code: u8, flag: bool) {
        self.out.push(code | if flag { FLAG_REF } else { 0 });
    }

    fn number(&mut self, n: i32) {
        self.out.extend(n.to_le_bytes());
    }

    fn size(&mut self, n: usize) -> Result<(), WriteError> {
        self.number(i32::try_from(n).map_err(|_| WriteError::Unmarshallable)?);
        Ok(())
    }

    fn short(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.out.push(u8::try_from(bytes.len()).map_err(|_| WriteError::Unmarshallable)?);
        self.out.extend(bytes);
        Ok(())
    }

    /// The mark of no value, which also ends a dict.
    pub fn null(&mut self) {
        self.head(code::NULL, false);
    }

    pub fn none(&mut self) {
        self.head(code::NONE, false);
    }

    pub fn stop_iteration(&mut self) {
        self.head(code::STOPITERATION, false);
    }

    pub fn ellipsis(&mut self) {
        self.head(code::ELLIPSIS, false);
    }

    pub fn boolean(&mut self, value: bool) {
        self.head(if value { code::TRUE } else { code::FALSE }, false);
    }

    /// An integer that fits four bytes; all others are [`long`](Encoder::long).
    pub fn int(&mut self, value: i32, flag: bool) {
        self.head(code::INT, flag);
        self.number(value);
    }

    /// An integer in digits of 15 bits, least first, the last one not 0.
    pub fn long(&mut self, negative: bool, digits: &[u16], flag: bool) -> Result<(), WriteError> {
        let n = i32::try_from(digits.len()).map_err(|_| WriteError::Unmarshallable)?;
        self.head(code::LONG, flag);
        self.number(if negative { -n } else { n });
        self.out.extend(digits.iter().flat_map(|d| d.to_le_bytes()));
        Ok(())
    }

    pub fn float(&mut self, value: f64, flag: bool) -> Result<(), WriteError> {
        if self.version >= FIRST_WITH_BINARY_FLOATS {
            self.head(code::BINARY_FLOAT, flag);
            self.out.extend(value.to_le_bytes());
            Ok(())
        } else {
            self.float_text(float_text(value).as_bytes(), flag)
        }
    }

    /// A float as this text, which versions before 2 write.
    pub fn float_text(&mut self, text: &[u8], flag: bool) -> Result<(), WriteError> {
        self.head(code::FLOAT, flag);
        self.short(text)
    }

    pub fn complex(&mut self, real: f64, imag: f64, flag: bool) -> Result<(), WriteError> {
        if self.version >= FIRST_WITH_BINARY_FLOATS {
            self.head(code::BINARY_COMPLEX, flag);
            self.out.extend(real.to_le_bytes());
            self.out.extend(imag.to_le_bytes());
            Ok(())
        } else {
            self.head(code::COMPLEX, flag);
            self.short(float_text(real).as_bytes())?;
            self.short(float_text(imag).as_bytes())
        }
    }

    pub fn bytes(&mut self, bytes: &[u8], flag: bool) -> Result<(), WriteError> {
        self.head(code::STRING, flag);
        self.size(bytes.len())?;
        self.out.extend(bytes);
        Ok(())
    }

    /// A string given in UTF-8 with surrogates let through, in the form the version has for it.
    pub fn string(&mut self, text: &[u8], interned: bool, flag: bool) -> Result<(), WriteError> {
        let width = match text.is_ascii() && self.version >= FIRST_WITH_SHORT {
            true if text.len() < 256 => StrWidth::Short,
            true => StrWidth::Ascii,
            false => StrWidth::Utf8,
        };
        self.string_as(text, StrForm { interned: interned && self.has_refs(), width }, flag)
    }

    /// A string in this form.
    pub fn string_as(&mut self, bytes: &[u8], form: StrForm, flag: bool) -> Result<(), WriteError> {
        let mark = match (form.width, form.interned) {
            (StrWidth::Short, false) => code::SHORT_ASCII,
            (StrWidth::Short, true) => code::SHORT_ASCII_INTERNED,
            (StrWidth::Ascii, false) => code::ASCII,
            (StrWidth::Ascii, true) => code::ASCII_INTERNED,
            (StrWidth::Utf8, false) => code::UNICODE,
            (StrWidth::Utf8, true) => code::INTERNED,
        };
        self.head(mark, flag);
        if form.width == StrWidth::Short {
            return self.short(bytes);
        }
        self.size(bytes.len())?;
        self.out.extend(bytes);
        Ok(())
    }

    /// The beginning of a tuple; its `len` items follow.
    pub fn tuple(&mut self, len: usize, flag: bool) -> Result<(), WriteError> {
        self.tuple_as(len, len < 256 && self.version >= FIRST_WITH_SHORT, flag)
    }

    /// The beginning of a tuple whose length takes one byte or four.
    pub fn tuple_as(&mut self, len: usize, short: bool, flag: bool) -> Result<(), WriteError> {
        if short {
            self.head(code::SMALL_TUPLE, flag);
            self.out.push(u8::try_from(len).map_err(|_| WriteError::Unmarshallable)?);
            return Ok(());
        }
        self.head(code::TUPLE, flag);
        self.size(len)
    }

    /// The beginning of a list; its items follow.
    pub fn list(&mut self, len: usize, flag: bool) -> Result<(), WriteError> {
        self.head(code::LIST, flag);
        self.size(len)
    }

    /// The beginning of a set. The items follow in the order of their own marshalled bytes, so that equal sets give
    /// equal files.
    pub fn set(&mut self, len: usize, frozen: bool, flag: bool) -> Result<(), WriteError> {
        self.head(if frozen { code::FROZENSET } else { code::SET }, flag);
        self.size(len)
    }

    /// The beginning of a dict; keys and values follow in turn, and [`null`](Encoder::null) behind them.
    pub fn dict(&mut self, flag: bool) {
        self.head(code::DICT, flag);
    }

    /// The beginning of a code object (see [`Head::Code`](super::Head::Code)).
    pub fn code(&mut self, numbers: [i32; 5], flag: bool) {
        self.head(code::CODE, flag);
        numbers.into_iter().for_each(|n| self.number(n));
    }

    /// `co_firstlineno`, which comes after the eighth item of a code object.
    pub fn code_line(&mut self, firstlineno: i32) {
        self.number(firstlineno);
    }

    /// A reference to the value with this index in the table.
    pub fn reference(&mut self, index: u32) {
        self.head(code::REF, false);
        self.out.extend(index.to_le_bytes());
    }
}
