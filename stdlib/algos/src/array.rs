//! `array`: the item types, their conversion from ints and floats with the error texts, and the machine formats of
//! pickles. Not here: the object, buffers, slicing (which are bytes to the object).

use crate::structs::float;

/// The module's `typecodes`.
pub const TYPECODES: &str = "bBuhHiIlLqQfd";
/// The `ValueError` of another code.
pub const BAD_TYPECODE: &str = "bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Signed,
    Unsigned,
    Float,
    /// `u`: `wchar_t`
    Char,
}

/// An item type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeCode {
    pub code: char,
    pub kind: Kind,
    /// `itemsize`
    pub size: usize,
    /// The code of the buffer's `struct` format.
    pub buffer_format: &'static str,
}

impl TypeCode {
    pub const fn new(code: char) -> Option<TypeCode> {
        use Kind::*;
        let (kind, size, buffer_format) = match code {
            'b' => (Signed, 1, "b"),
            'B' => (Unsigned, 1, "B"),
            'u' => (Char, 4, "w"),
            'h' => (Signed, 2, "h"),
            'H' => (Unsigned, 2, "H"),
            'i' => (Signed, 4, "i"),
            'I' => (Unsigned, 4, "I"),
            'l' => (Signed, 8, "l"),
            'L' => (Unsigned, 8, "L"),
            'q' => (Signed, 8, "q"),
            'Q' => (Unsigned, 8, "Q"),
            'f' => (Float, 4, "f"),
            'd' => (Float, 8, "d"),
            _ => return None,
        };
        Some(TypeCode { code, kind, size, buffer_format })
    }

    /// An int's bytes, in native order; `None` is one beyond 128 bits, with its sign in `negative`.
    /// The error is the `OverflowError`'s text. Of int kinds only.
    pub fn pack_int(self, value: Option<i128>, negative: bool) -> Result<[u8; 8], &'static str> {
        // Each code converts through a wider C type first, whose own text comes for what that cannot hold.
        let huge = if negative { i128::MIN } else { i128::MAX };
        let n = value.unwrap_or(huge);
        let within = |min: i128, max: i128, low, high| {
            if n < min {
                Err(low)
            } else if n > max {
                Err(high)
            } else {
                Ok(())
            }
        };
        let long = || {
            let text = "Python int too large to convert to C long";
            within(i64::MIN.into(), i64::MAX.into(), text, text)
        };
        let short = || {
            let (low, high) =
                ("signed short integer is less than minimum", "signed short integer is greater than maximum");
            within(i16::MIN.into(), i16::MAX.into(), low, high)
        };
        let int = || {
            let (low, high) =
                ("signed integer is less than minimum", "signed integer is greater than maximum");
            within(i32::MIN.into(), i32::MAX.into(), low, high)
        };
        let unsigned_long = || {
            let negative = "can't convert negative value to unsigned int";
            within(0, u64::MAX.into(), negative, "Python int too large to convert to C unsigned long")
        };
        match self.code {
            'b' => {
                long()?;
                short()?;
                within(-128, 127, "signed char is less than minimum", "signed char is greater than maximum")?;
            }
            'B' => {
                long()?;
                let (low, high) = (
                    "unsigned byte integer is less than minimum",
                    "unsigned byte integer is greater than maximum",
                );
                within(0, 255, low, high)?;
            }
            'h' => {
                long()?;
                short()?;
            }
            'H' => {
                long()?;
                int()?;
                within(
                    0,
                    65_535,
                    "unsigned short is less than minimum",
                    "unsigned short is greater than maximum",
                )?;
            }
            'i' => {
                long()?;
                int()?;
            }
            'I' => {
                unsigned_long()?;
                within(0, u32::MAX.into(), "", "unsigned int is greater than maximum")?;
            }
            'l' => long()?,
            'L' => unsigned_long()?,
            'q' => {
                let text = "int too big to convert";
                within(i64::MIN.into(), i64::MAX.into(), text, text)?;
            }
            _ => within(
                0,
                u64::MAX.into(),
                "can't convert negative int to unsigned",
                "int too big to convert",
            )?,
        }
        Ok(self.native(n as u64))
    }

    /// A float's bytes, in native order. Of `f` and `d`.
    pub fn pack_float(self, x: f64) -> [u8; 8] {
        self.native(if self.size == 4 { float::cast4(x).into() } else { x.to_bits() })
    }

    /// The first `size` bytes are the item's.
    fn native(self, bits: u64) -> [u8; 8] {
        // Little-endian bytes start at the low end; on a big-endian machine the low end comes last.
        if cfg!(target_endian = "little") {
            bits.to_le_bytes()
        } else {
            (bits << (64 - 8 * self.size)).to_be_bytes()
        }
    }

    /// The machine format of `__reduce_ex__`.
    pub fn machine_format(self) -> MachineFormat {
        let big = cfg!(target_endian = "big");
        MachineFormat { kind: self.kind, size: self.size, big }
    }
}

/// `array.byteswap()` over the bytes of all items.
pub fn byteswap(bytes: &mut [u8], size: usize) {
    if size > 1 {
        bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
}

/// One of the 22 formats of `array._array_reconstructor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachineFormat {
    pub kind: Kind,
    pub size: usize,
    pub big: bool,
}

impl MachineFormat {
    pub fn from_code(code: i32) -> Option<MachineFormat> {
        let (kind, size) = match code {
            0 => (Kind::Unsigned, 1),
            1 => (Kind::Signed, 1),
            2 | 3 => (Kind::Unsigned, 2),
            4 | 5 => (Kind::Signed, 2),
            6 | 7 => (Kind::Unsigned, 4),
            8 | 9 => (Kind::Signed, 4),
            10 | 11 => (Kind::Unsigned, 8),
            12 | 13 => (Kind::Signed, 8),
            14 | 15 => (Kind::Float, 4),
            16 | 17 => (Kind::Float, 8),
            18 | 19 => (Kind::Char, 2),
            20 | 21 => (Kind::Char, 4),
            _ => return None,
        };
        Some(MachineFormat { kind, size, big: code >= 2 && code % 2 == 1 })
    }

    pub fn code(self) -> i32 {
        let same = |c: &i32| MachineFormat::from_code(*c) == Some(self);
        // A byte has no order.
        (0..22).find(same).unwrap_or(if self.kind == Kind::Signed { 1 } else { 0 })
    }

    /// The items of a pickle's bytes, as bits with the sign extended; the length is a multiple of `size`.
    pub fn items(self, bytes: &[u8]) -> impl Iterator<Item = u64> {
        bytes.chunks_exact(self.size).map(move |chunk| {
            let mut bits = [0; 8];
            bits[..chunk.len()].copy_from_slice(chunk);
            if self.big {
                bits[..chunk.len()].reverse();
            }
            let bits = u64::from_le_bytes(bits);
            let unused = 64 - 8 * self.size as u32;
            if self.kind == Kind::Signed { ((bits << unused) as i64 >> unused) as u64 } else { bits }
        })
    }
}
