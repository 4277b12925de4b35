//! Text as CPython stores it: one, two or four bytes a character ([`Str`]), and a buffer that widens as it grows
//! ([`Text`]). Shared by the kernels that read and write strings; nothing here knows what is in them.

/// A string's characters, or a part of them.
#[derive(Clone, Copy, Debug)]
pub enum Str<'a> {
    One(&'a [u8]),
    Two(&'a [u16]),
    Four(&'a [u32]),
}

/// A character of one of the three widths.
pub trait Unit: Copy + Into<u32> + PartialEq {
    /// This width's string.
    fn wrap(s: &[Self]) -> Str<'_>;
    /// The character, where it fits.
    fn narrow(c: u32) -> Option<Self>;
}

impl Unit for u8 {
    fn wrap(s: &[u8]) -> Str<'_> {
        Str::One(s)
    }
    fn narrow(c: u32) -> Option<u8> {
        u8::try_from(c).ok()
    }
}

impl Unit for u16 {
    fn wrap(s: &[u16]) -> Str<'_> {
        Str::Two(s)
    }
    fn narrow(c: u32) -> Option<u16> {
        u16::try_from(c).ok()
    }
}

impl Unit for u32 {
    fn wrap(s: &[u32]) -> Str<'_> {
        Str::Four(s)
    }
    fn narrow(c: u32) -> Option<u32> {
        Some(c)
    }
}

/// Runs a generic body over whichever width a [`Str`] has: `each_width!(s, slice => body)`.
#[macro_export]
macro_rules! each_width {
    ($s:expr, $slice:ident => $body:expr) => {
        match $s {
            $crate::text::Str::One($slice) => $body,
            $crate::text::Str::Two($slice) => $body,
            $crate::text::Str::Four($slice) => $body,
        }
    };
}

fn at<T: Unit>(s: &[T], i: usize) -> Option<u32> {
    s.get(i).map(|c| (*c).into())
}

fn max<T: Unit>(s: &[T]) -> u32 {
    s.iter().map(|c| (*c).into()).max().unwrap_or(0)
}

impl<'a> Str<'a> {
    pub fn len(self) -> usize {
        each_width!(self, s => s.len())
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub fn get(self, i: usize) -> Option<u32> {
        each_width!(self, s => at(s, i))
    }

    /// Within bounds, or it panics.
    pub fn slice(self, from: usize, to: usize) -> Str<'a> {
        match self {
            Str::One(s) => Str::One(&s[from..to]),
            Str::Two(s) => Str::Two(&s[from..to]),
            Str::Four(s) => Str::Four(&s[from..to]),
        }
    }

    pub fn chars(self) -> impl Iterator<Item = u32> + 'a {
        (0..self.len()).map(move |i| self.get(i).unwrap_or(0))
    }

    /// The largest character, which decides the width of a new string.
    pub fn max_char(self) -> u32 {
        each_width!(self, s => max(s))
    }
}

/// A growing string, as wide as its widest character so far wanted.
#[derive(Clone, Debug)]
pub enum Text {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

impl Default for Text {
    fn default() -> Self {
        Text::One(Vec::new())
    }
}

impl Text {
    pub fn new() -> Text {
        Text::default()
    }

    pub fn len(&self) -> usize {
        self.as_str().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn as_str(&self) -> Str<'_> {
        match self {
            Text::One(v) => Str::One(v),
            Text::Two(v) => Str::Two(v),
            Text::Four(v) => Str::Four(v),
        }
    }

    /// Empties it, and is narrow again; the memory of a narrow one is kept.
    pub fn clear(&mut self) {
        match self {
            Text::One(v) => v.clear(),
            _ => *self = Text::default(),
        }
    }

    pub fn truncate(&mut self, len: usize) {
        match self {
            Text::One(v) => v.truncate(len),
            Text::Two(v) => v.truncate(len),
            Text::Four(v) => v.truncate(len),
        }
    }

    pub fn push(&mut self, c: u32) {
        match (&mut *self, u8::try_from(c), u16::try_from(c)) {
            (Text::One(v), Ok(c), _) => v.push(c),
            (Text::Two(v), _, Ok(c)) => v.push(c),
            (Text::Four(v), ..) => v.push(c),
            _ => self.extend(Str::Four(&[c])),
        }
    }

    /// Appends a string. A wide one whose characters are narrow does not widen this one.
    pub fn extend(&mut self, s: Str) {
        fn wide<T: Unit, U: From<T>>(v: &mut Vec<U>, s: &[T]) {
            v.extend(s.iter().map(|c| U::from(*c)));
        }
        match (&mut *self, s) {
            (Text::One(v), Str::One(s)) => return v.extend_from_slice(s),
            (Text::Two(v), Str::One(s)) => return wide(v, s),
            (Text::Two(v), Str::Two(s)) => return v.extend_from_slice(s),
            (Text::Four(v), Str::Four(s)) => return v.extend_from_slice(s),
            (Text::Four(v), Str::One(s)) => return wide(v, s),
            (Text::Four(v), Str::Two(s)) => return wide(v, s),
            _ => (),
        }
        let max = s.max_char();
        match self {
            Text::One(v) if max < 0x100 => v.extend(s.chars().map(|c| c as u8)),
            Text::Two(v) if max < 0x1_0000 => v.extend(s.chars().map(|c| c as u16)),
            Text::One(v) if max < 0x1_0000 => {
                let old = v.iter().map(|c| u16::from(*c));
                *self = Text::Two(old.chain(s.chars().map(|c| c as u16)).collect());
            }
            _ => {
                let joined = self.as_str().chars().chain(s.chars()).collect();
                *self = Text::Four(joined);
            }
        }
    }
}
