//! Constant values as they appear in a tree, before any Python object exists.

use std::rc::Rc;

use num_bigint::BigInt;

/// The value of a `Constant` node. `Tuple` and `FrozenSet` never come from the parser, but `compile()` accepts them.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    None,
    True,
    False,
    Ellipsis,
    Int(BigInt),
    Float(f64),
    Complex { real: f64, imag: f64 },
    Str(PyStr),
    Bytes(Rc<[u8]>),
    Tuple(Vec<Constant>),
    FrozenSet(Vec<Constant>),
}

impl Constant {
    /// `bool(self)`.
    pub fn is_true(&self) -> bool {
        match self {
            Constant::None | Constant::False => false,
            Constant::True | Constant::Ellipsis => true,
            Constant::Int(i) => *i != BigInt::ZERO,
            Constant::Float(f) => *f != 0.0,
            Constant::Complex { real, imag } => *real != 0.0 || *imag != 0.0,
            Constant::Str(s) => !s.is_empty(),
            Constant::Bytes(b) => !b.is_empty(),
            Constant::Tuple(items) | Constant::FrozenSet(items) => !items.is_empty(),
        }
    }
}

/// A Python string: code points in WTF-8, that is UTF-8 in which a lone surrogate is the three bytes of its value.
///
/// A pair of surrogates written as two escapes stays two code points, as in Python, and so this is "generalised" UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PyStr(Rc<[u8]>);

impl PyStr {
    /// Wraps bytes that are already WTF-8; the caller vouches for that, and nothing unsafe follows if they are not.
    pub fn from_wtf8(bytes: impl Into<Rc<[u8]>>) -> Self {
        PyStr(bytes.into())
    }
    pub fn from_code_points(points: impl IntoIterator<Item = u32>) -> Self {
        let mut out = Vec::new();
        for p in points {
            push_code_point(&mut out, p);
        }
        PyStr(out.into())
    }
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
    /// The text, unless it has a lone surrogate.
    pub fn to_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
    pub fn is_ascii(&self) -> bool {
        self.0.is_ascii()
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Length in code points, which is what `len()` says.
    pub fn len(&self) -> usize {
        self.0.iter().filter(|b| (**b & 0xC0) != 0x80).count()
    }
    pub fn code_points(&self) -> CodePoints<'_> {
        CodePoints(&self.0)
    }
}

/// Appends one code point, surrogates included, in generalised UTF-8.
pub fn push_code_point(out: &mut Vec<u8>, p: u32) {
    match p {
        0..0x80 => out.push(p as u8),
        0x80..0x800 => out.extend([0xC0 | (p >> 6) as u8, 0x80 | (p & 63) as u8]),
        0x800..0x10000 => {
            out.extend([0xE0 | (p >> 12) as u8, 0x80 | (p >> 6 & 63) as u8, 0x80 | (p & 63) as u8])
        }
        _ => out.extend([
            0xF0 | (p >> 18 & 7) as u8,
            0x80 | (p >> 12 & 63) as u8,
            0x80 | (p >> 6 & 63) as u8,
            0x80 | (p & 63) as u8,
        ]),
    }
}

impl From<&str> for PyStr {
    fn from(s: &str) -> Self {
        PyStr(s.as_bytes().into())
    }
}

impl std::fmt::Debug for PyStr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&String::from_utf8_lossy(&self.0), f)
    }
}

/// Iterator over the code points of a [`PyStr`].
pub struct CodePoints<'a>(&'a [u8]);

impl Iterator for CodePoints<'_> {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        let first = *self.0.first()?;
        let (n, mut value) = match first {
            0..0x80 => (1, u32::from(first)),
            0x80..0xE0 => (2, u32::from(first & 0x1F)),
            0xE0..0xF0 => (3, u32::from(first & 0x0F)),
            _ => (4, u32::from(first & 0x07)),
        };
        let n = n.min(self.0.len());
        for b in &self.0[1..n] {
            value = value << 6 | u32::from(b & 0x3F);
        }
        self.0 = &self.0[n..];
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrogates_stay_code_points() {
        let points = [0x61, 0xE9, 0xD83D, 0xDE00, 0x1F600, 0xFFFF];
        let s = PyStr::from_code_points(points);
        assert_eq!(s.code_points().collect::<Vec<_>>(), points);
        assert_eq!(s.len(), 6);
        assert!(s.to_str().is_none() && !s.is_ascii());
    }
}
