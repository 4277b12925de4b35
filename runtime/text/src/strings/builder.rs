//! A growing string that keeps the narrowest kind (`_PyUnicodeWriter`). Turning the result into an object is the
//! runtime's.

use super::*;

/// A string being written. It widens when a character asks for it and never holds a wider kind than its characters need.
#[derive(Clone, Debug)]
pub struct Builder {
    buf: StrBuf,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder::new()
    }
}

impl Builder {
    pub fn new() -> Builder {
        Builder { buf: StrBuf::Ascii(Vec::new()) }
    }

    /// Room for `n` characters of one byte.
    pub fn with_capacity(n: usize) -> Builder {
        Builder { buf: StrBuf::Ascii(Vec::with_capacity(n)) }
    }

    pub fn len(&self) -> usize {
        self.buf.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is written so far.
    pub fn as_str(&self) -> Str<'_> {
        self.buf.as_str()
    }

    /// Room for `n` characters more, of the present kind.
    pub fn reserve(&mut self, n: usize) {
        match &mut self.buf {
            StrBuf::Ascii(v) | StrBuf::Latin1(v) => v.reserve(n),
            StrBuf::Two(v) => v.reserve(n),
            StrBuf::Four(v) => v.reserve(n),
        }
    }

    /// Widens to the class of `max`.
    fn widen(&mut self, max: u32) {
        if self.as_str().max_bound() >= max {
            return;
        }
        let old = std::mem::replace(&mut self.buf, StrBuf::Ascii(Vec::new()));
        // As much room again as there was, in the new width.
        let room = match &old {
            StrBuf::Ascii(v) | StrBuf::Latin1(v) => v.capacity(),
            StrBuf::Two(v) => v.capacity(),
            StrBuf::Four(v) => v.capacity(),
        };
        fn wide<U: Unit>(s: Str<'_>, room: usize) -> Vec<U> {
            let mut v = Vec::with_capacity(room);
            each_kind!(s, s => v.extend(s.iter().map(|c| U::of(c.code()))));
            v
        }
        self.buf = match (class_of(max), old) {
            (0xFF, StrBuf::Ascii(v)) => StrBuf::Latin1(v),
            (0xFFFF, old) => StrBuf::Two(wide(old.as_str(), room)),
            (_, old) => StrBuf::Four(wide(old.as_str(), room)),
        };
    }

    /// One code point, at most U+10FFFF.
    #[inline]
    pub fn push(&mut self, c: u32) {
        debug_assert!(c <= MAX_CODE);
        match &mut self.buf {
            StrBuf::Ascii(v) if c < 0x80 => v.push(c as u8),
            StrBuf::Latin1(v) if c < 0x100 => v.push(c as u8),
            StrBuf::Two(v) if c < 0x1_0000 => v.push(c as u16),
            StrBuf::Four(v) => v.push(c),
            _ => {
                self.widen(c);
                self.push(c);
            }
        }
    }

    /// The same code point `n` times.
    pub fn push_n(&mut self, c: u32, n: usize) {
        if n == 0 {
            return;
        }
        self.widen(c);
        match &mut self.buf {
            StrBuf::Ascii(v) | StrBuf::Latin1(v) => v.resize(v.len() + n, c as u8),
            StrBuf::Two(v) => v.resize(v.len() + n, c as u16),
            StrBuf::Four(v) => v.resize(v.len() + n, c),
        }
    }

    /// Bytes the caller knows to be ASCII.
    #[inline]
    pub fn push_ascii(&mut self, s: &[u8]) {
        debug_assert!(s.is_ascii());
        self.push_narrow(s);
    }

    /// Bytes that each fit the present kind.
    #[inline]
    fn push_narrow(&mut self, s: &[u8]) {
        match &mut self.buf {
            StrBuf::Ascii(v) | StrBuf::Latin1(v) => v.extend_from_slice(s),
            StrBuf::Two(v) => v.extend(s.iter().map(|&c| u16::from(c))),
            StrBuf::Four(v) => v.extend(s.iter().map(|&c| u32::from(c))),
        }
    }

    /// Bytes, each the code point of its value.
    pub fn push_latin1(&mut self, s: &[u8]) {
        if matches!(self.buf, StrBuf::Ascii(_)) && !s.is_ascii() {
            self.widen(0xFF);
        }
        self.push_narrow(s);
    }

    /// A string of any kind; characters that are not there do not widen.
    pub fn push_str(&mut self, s: Str<'_>) {
        if s.max_bound() > self.as_str().max_bound() {
            self.widen(s.max_class());
        }
        match &mut self.buf {
            StrBuf::Ascii(v) | StrBuf::Latin1(v) => extend(v, s),
            StrBuf::Two(v) => extend(v, s),
            StrBuf::Four(v) => extend(v, s),
        }
    }

    /// Rust text.
    pub fn push_text(&mut self, s: &str) {
        if s.is_ascii() {
            self.push_ascii(s.as_bytes());
        } else {
            s.chars().for_each(|c| self.push(c as u32));
        }
    }

    /// Room for `n` characters of a class (`class_of`), zeros until the caller writes them, at least one of that class.
    pub fn space(&mut self, n: usize, class: u32) -> StrBufMut<'_> {
        self.widen(class);
        fn grown<U: Unit>(v: &mut Vec<U>, n: usize) -> &mut [U] {
            let old = v.len();
            v.resize(old + n, U::of(0));
            &mut v[old..]
        }
        match &mut self.buf {
            StrBuf::Ascii(v) | StrBuf::Latin1(v) => StrBufMut::One(grown(v, n)),
            StrBuf::Two(v) => StrBufMut::Two(grown(v, n)),
            StrBuf::Four(v) => StrBufMut::Four(grown(v, n)),
        }
    }

    /// Forgets what is behind the first `n` characters, and narrows to what is left.
    pub fn truncate(&mut self, n: usize) {
        if n < self.len() {
            self.buf = self.as_str().slice(0, n).to_buf();
        }
    }

    pub fn finish(self) -> StrBuf {
        self.buf
    }
}

/// Units to be written, of whatever width a [`Builder`] has.
pub enum StrBufMut<'a> {
    One(&'a mut [u8]),
    Two(&'a mut [u16]),
    Four(&'a mut [u32]),
}

fn extend<U: Unit>(v: &mut Vec<U>, s: Str<'_>) {
    match U::borrow(s) {
        Some(s) => v.extend_from_slice(s),
        None => each_kind!(s, s => v.extend(s.iter().map(|c| U::of(c.code())))),
    }
}
