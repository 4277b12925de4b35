//! `_struct`: formats ([`Format::parse`]) and the packing of one value at a time ([`Slot`]), with the module's error
//! texts; half, single and double floats in [`float`]. Sizes and alignments are those of LP64 Linux.
//! Not here: conversion of arguments (`__index__`, `__float__`, truth), buffers, the cache of formats.

pub mod float;

use std::fmt;

/// `struct.error`, except for [`Error::FloatTooLarge`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    EmbeddedNull,
    CountWithoutFormat,
    BadChar,
    TooLong,
    /// an integer outside what the code (second field: bytes, third: signed) holds
    Range(u8, u8, bool),
    /// the range of `P`; also what an `OverflowError` for an int argument of a float code becomes
    IntTooLarge,
    NotInteger,
    NotFloat,
    CharNeedsOneByte,
    NeedsBytes(u8),
    /// `OverflowError`: `e` or `f`
    FloatTooLarge(char),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match *self {
            Error::EmbeddedNull => "embedded null character",
            Error::CountWithoutFormat => "repeat count given without format specifier",
            Error::BadChar => "bad char in struct format",
            Error::TooLong => "total struct size too long",
            Error::Range(code, size, signed) => {
                let (low, high) = range(size, signed);
                return write!(f, "'{}' format requires {low} <= number <= {high}", code as char);
            }
            Error::IntTooLarge => "int too large to convert",
            Error::NotInteger => "required argument is not an integer",
            Error::NotFloat => "required argument is not a float",
            Error::CharNeedsOneByte => "char format requires a bytes object of length 1",
            Error::NeedsBytes(code) => {
                return write!(f, "argument for '{}' must be a bytes object", code as char);
            }
            Error::FloatTooLarge(code) => return write!(f, "float too large to pack with {code} format"),
        };
        f.write_str(text)
    }
}

fn range(size: u8, signed: bool) -> (i128, i128) {
    let bits = u32::from(size) * 8;
    if signed { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) } else { (0, (1 << bits) - 1) }
}

/// What a code means, apart from its size and byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Signed,
    Unsigned,
    /// `P`: either sign goes in, an unsigned number comes out
    Pointer,
    Bool,
    /// `c`
    Char,
    Float,
    /// `s`
    Bytes,
    /// `p`
    Pascal,
}

/// A code with its repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Field {
    code: u8,
    kind: Kind,
    offset: usize,
    size: usize,
    repeat: usize,
}

/// A compiled format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// `calcsize`
    pub size: usize,
    /// How many values it takes.
    pub count: usize,
    fields: Vec<Field>,
    little: bool,
    native: bool,
}

/// The place of one value.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    pub code: u8,
    pub kind: Kind,
    pub offset: usize,
    pub size: usize,
    little: bool,
    native: bool,
}

/// A value read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Item<'a> {
    Int(i64),
    Uint(u64),
    Float(f64),
    Bool(bool),
    /// of `c`, `s` and `p`
    Bytes(&'a [u8]),
}

/// Kind, native size (also the alignment), standard size; 0 where there is no standard one.
fn code(c: u8) -> Option<(Kind, usize, usize)> {
    Some(match c {
        b'b' => (Kind::Signed, 1, 1),
        b'B' => (Kind::Unsigned, 1, 1),
        b'c' => (Kind::Char, 1, 1),
        b's' => (Kind::Bytes, 1, 1),
        b'p' => (Kind::Pascal, 1, 1),
        b'?' => (Kind::Bool, 1, 1),
        b'h' => (Kind::Signed, 2, 2),
        b'H' => (Kind::Unsigned, 2, 2),
        b'i' => (Kind::Signed, 4, 4),
        b'I' => (Kind::Unsigned, 4, 4),
        b'l' => (Kind::Signed, 8, 4),
        b'L' => (Kind::Unsigned, 8, 4),
        b'q' => (Kind::Signed, 8, 8),
        b'Q' => (Kind::Unsigned, 8, 8),
        b'n' => (Kind::Signed, 8, 0),
        b'N' => (Kind::Unsigned, 8, 0),
        b'P' => (Kind::Pointer, 8, 0),
        b'e' => (Kind::Float, 2, 2),
        b'f' => (Kind::Float, 4, 4),
        b'd' => (Kind::Float, 8, 8),
        _ => return None,
    })
}

impl Format {
    /// `prepare_s`. A string must have been checked to be ASCII.
    pub fn parse(format: &[u8]) -> Result<Format, Error> {
        if format.contains(&0) {
            return Err(Error::EmbeddedNull);
        }
        let (native, little, mut rest) = match format {
            [b'@', rest @ ..] => (true, cfg!(target_endian = "little"), rest),
            [b'=', rest @ ..] => (false, cfg!(target_endian = "little"), rest),
            [b'<', rest @ ..] => (false, true, rest),
            [b'>' | b'!', rest @ ..] => (false, false, rest),
            rest => (true, cfg!(target_endian = "little"), rest),
        };
        let mut out = Format { size: 0, count: 0, fields: Vec::new(), little, native };
        while let Some((&c, tail)) = rest.split_first() {
            rest = tail;
            // As C's isspace, vertical tab included.
            if c.is_ascii_whitespace() || c == 0x0b {
                continue;
            }
            let (mut c, mut repeat) = (c, 1);
            if c.is_ascii_digit() {
                repeat = usize::from(c - b'0');
                loop {
                    let Some((&next, tail)) = rest.split_first() else {
                        return Err(Error::CountWithoutFormat);
                    };
                    rest = tail;
                    if !next.is_ascii_digit() {
                        c = next;
                        break;
                    }
                    let grown = repeat.checked_mul(10).and_then(|n| n.checked_add((next - b'0').into()));
                    repeat = grown.filter(|n| *n <= isize::MAX as usize).ok_or(Error::TooLong)?;
                }
            }
            out.add(c, repeat)?;
        }
        Ok(out)
    }

    fn add(&mut self, c: u8, repeat: usize) -> Result<(), Error> {
        let sum = |a: usize, b: usize| a.checked_add(b).filter(|n| *n <= isize::MAX as usize);
        if c == b'x' {
            self.size = sum(self.size, repeat).ok_or(Error::TooLong)?;
            return Ok(());
        }
        let (kind, native, standard) = code(c).ok_or(Error::BadChar)?;
        let size = if self.native { native } else { standard };
        if size == 0 {
            return Err(Error::BadChar);
        }
        if self.native {
            let aligned = self.size.checked_next_multiple_of(size);
            self.size = aligned.filter(|n| *n <= isize::MAX as usize).ok_or(Error::TooLong)?;
        }
        let offset = self.size;
        let total = size.checked_mul(repeat).ok_or(Error::TooLong)?;
        self.size = sum(self.size, total).ok_or(Error::TooLong)?;
        let field = match kind {
            Kind::Bytes | Kind::Pascal => Field { code: c, kind, offset, size: repeat, repeat: 1 },
            _ => Field { code: c, kind, offset, size, repeat },
        };
        self.count = self.count.checked_add(field.repeat).ok_or(Error::TooLong)?;
        if field.repeat > 0 {
            self.fields.push(field);
        }
        Ok(())
    }

    /// How many runs of one code there are.
    pub fn runs(&self) -> usize {
        self.fields.len()
    }

    /// The places of the values, in order.
    pub fn slots(&self) -> impl Iterator<Item = Slot> + '_ {
        self.fields.iter().flat_map(|f| {
            (0..f.repeat).map(|i| Slot {
                code: f.code,
                kind: f.kind,
                offset: f.offset + i * f.size,
                size: f.size,
                little: self.little,
                native: self.native,
            })
        })
    }
}

impl Slot {
    fn place<'a>(&self, buffer: &'a mut [u8]) -> &'a mut [u8] {
        &mut buffer[self.offset..self.offset + self.size]
    }

    fn put(&self, buffer: &mut [u8], value: u64) {
        let place = self.place(buffer);
        let bytes = value.to_le_bytes();
        place.copy_from_slice(&bytes[..place.len()]);
        if !self.little {
            place.reverse();
        }
    }

    fn get(&self, buffer: &[u8]) -> u64 {
        let mut bytes = [0; 8];
        let place = &buffer[self.offset..self.offset + self.size];
        bytes[..place.len()].copy_from_slice(place);
        if !self.little {
            bytes[..place.len()].reverse();
        }
        u64::from_le_bytes(bytes)
    }

    /// Of integer codes and `P`; `None` is an int beyond 128 bits. The buffer begins at offset 0 and is large enough.
    pub fn pack_int(&self, buffer: &mut [u8], value: Option<i128>) -> Result<(), Error> {
        let (low, high, error) = match self.kind {
            Kind::Signed | Kind::Unsigned => {
                let signed = self.kind == Kind::Signed;
                let (low, high) = range(self.size as u8, signed);
                (low, high, Error::Range(self.code, self.size as u8, signed))
            }
            Kind::Pointer => (i64::MIN.into(), u64::MAX.into(), Error::IntTooLarge),
            _ => return Err(Error::NotFloat),
        };
        let value = value.filter(|v| (low..=high).contains(v)).ok_or(error)?;
        self.put(buffer, value as u64);
        Ok(())
    }

    /// Of `e`, `f` and `d`.
    pub fn pack_float(&self, buffer: &mut [u8], value: f64) -> Result<(), Error> {
        let bits = match (self.kind, self.size) {
            (Kind::Float, 2) => float::pack2(value).ok_or(Error::FloatTooLarge('e'))?.into(),
            // A native float is a C cast, which overflows to infinity.
            (Kind::Float, 4) if self.native => float::cast4(value).into(),
            (Kind::Float, 4) => float::pack4(value).ok_or(Error::FloatTooLarge('f'))?.into(),
            (Kind::Float, _) => value.to_bits(),
            _ => return Err(Error::NotInteger),
        };
        self.put(buffer, bits);
        Ok(())
    }

    /// Of `?`.
    pub fn pack_bool(&self, buffer: &mut [u8], value: bool) {
        self.put(buffer, value.into());
    }

    /// Of `c`, `s` and `p`; `None` is an argument that is no bytes object (nor, for `s` and `p`, a bytearray).
    /// What the value leaves of its place is zeroed.
    pub fn pack_bytes(&self, buffer: &mut [u8], value: Option<&[u8]>) -> Result<(), Error> {
        let place = self.place(buffer);
        if self.kind == Kind::Char {
            let Some(&[byte]) = value else { return Err(Error::CharNeedsOneByte) };
            place[0] = byte;
            return Ok(());
        }
        let value = value.ok_or(Error::NeedsBytes(self.code))?;
        let place = match (self.kind, place) {
            (Kind::Pascal, [length, rest @ ..]) => {
                *length = value.len().min(rest.len()).min(255) as u8;
                rest
            }
            (_, place) => place,
        };
        let n = value.len().min(place.len());
        place[..n].copy_from_slice(&value[..n]);
        place[n..].fill(0);
        Ok(())
    }

    /// Reads the value; the buffer begins at offset 0 and is large enough.
    pub fn unpack<'a>(&self, buffer: &'a [u8]) -> Item<'a> {
        let place = &buffer[self.offset..self.offset + self.size];
        match (self.kind, self.size) {
            (Kind::Char | Kind::Bytes, _) => Item::Bytes(place),
            (Kind::Pascal, _) => {
                // A place of no bytes has no length either: nothing.
                let Some((&n, rest)) = place.split_first() else { return Item::Bytes(place) };
                Item::Bytes(&rest[..rest.len().min(n.into())])
            }
            (Kind::Bool, _) => Item::Bool(place[0] != 0),
            (Kind::Unsigned | Kind::Pointer, _) => Item::Uint(self.get(buffer)),
            (Kind::Signed, size) => {
                let unused = 64 - 8 * size as u32;
                Item::Int((self.get(buffer) << unused) as i64 >> unused)
            }
            (Kind::Float, 2) => Item::Float(float::unpack2(self.get(buffer) as u16)),
            (Kind::Float, 4) => Item::Float(float::unpack4(self.get(buffer) as u32)),
            (Kind::Float, _) => Item::Float(f64::from_bits(self.get(buffer))),
        }
    }
}

/// Where `pack_into` or `unpack_from` begins, or the text of its `struct.error`. A buffer's length is at most `isize::MAX`.
pub fn resolve_offset(offset: isize, size: usize, length: usize, packing: bool) -> Result<usize, String> {
    let (name, verb) = if packing { ("pack_into", "packing") } else { ("unpack_from", "unpacking") };
    let start = if offset < 0 {
        if offset.unsigned_abs() < size {
            return Err(match packing {
                true => format!("no space to pack {size} bytes at offset {offset}"),
                false => format!("not enough data to unpack {size} bytes at offset {offset}"),
            });
        }
        match length.checked_sub(offset.unsigned_abs()) {
            Some(start) => start,
            None => return Err(format!("offset {offset} out of range for {length}-byte buffer")),
        }
    } else {
        offset as usize
    };
    if length.checked_sub(start).is_none_or(|room| room < size) {
        return Err(format!(
            "{name} requires a buffer of at least {} bytes for {verb} {size} bytes at offset {start} (actual buffer size is {length})",
            start.wrapping_add(size)
        ));
    }
    Ok(start)
}
