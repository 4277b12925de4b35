//! Newlines as `_io` treats them: `IncrementalNewlineDecoder`, and the search for the end of a line in
//! `TextIOWrapper` and `StringIO`. Not here: decoding bytes, and the buffers.

use crate::each_width;
use crate::text::{Str, Text, Unit};

const CR: u32 = b'\r' as u32;
const LF: u32 = b'\n' as u32;

/// The kinds of newlines seen, as the bits of `getstate`.
pub const SEEN_CR: u8 = 1;
pub const SEEN_LF: u8 = 2;
pub const SEEN_CRLF: u8 = 4;

/// The state of an `IncrementalNewlineDecoder`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewlineDecoder {
    pub translate: bool,
    /// A `\r` at the end of the last chunk is held back, since a `\n` may follow.
    pub pending_cr: bool,
    pub seen: u8,
}

impl NewlineDecoder {
    pub fn new(translate: bool) -> NewlineDecoder {
        NewlineDecoder { translate, ..NewlineDecoder::default() }
    }

    /// `decode` of text that the inner decoder has made; `None`: the text is unchanged.
    pub fn decode(&mut self, input: Str, last: bool) -> Option<Text> {
        let ends_with_cr = input.get(input.len().wrapping_sub(1)) == Some(CR);
        let hold = !last && ends_with_cr;
        let put_back = self.pending_cr && (last || !input.is_empty());
        let body = input.slice(0, input.len() - usize::from(hold));
        let mut joined = None;
        if put_back {
            // The held one comes first.
            self.pending_cr = false;
            let mut text = Text::new();
            text.push(CR);
            text.extend(body);
            joined = Some(text);
        }
        self.pending_cr |= hold;
        let text = joined.as_ref().map_or(body, |t| t.as_str());
        self.look(text);
        if self.translate && self.seen & (SEEN_CR | SEEN_CRLF) != 0 {
            let translated = translate(text);
            if translated.is_some() {
                return translated;
            }
        }
        match joined {
            None if hold => {
                let mut text = Text::new();
                text.extend(body);
                Some(text)
            }
            joined => joined,
        }
    }

    fn look(&mut self, text: Str) {
        if self.seen == SEEN_CR | SEEN_LF | SEEN_CRLF {
            return;
        }
        fn look<C: Unit>(s: &[C]) -> u8 {
            let mut seen = 0;
            let mut previous = 0;
            for c in s {
                let c: u32 = (*c).into();
                if c == LF {
                    seen |= if previous == CR { SEEN_CRLF } else { SEEN_LF };
                } else if previous == CR {
                    seen |= SEEN_CR;
                }
                previous = c;
            }
            if previous == CR { seen | SEEN_CR } else { seen }
        }
        self.seen |= each_width!(text, s => look(s));
    }

    /// `getstate`'s integer, over the inner decoder's.
    pub fn state(&self, inner: u64) -> u64 {
        inner << 1 | u64::from(self.pending_cr)
    }

    /// `setstate`: the inner decoder's integer.
    pub fn set_state(&mut self, state: u64) -> u64 {
        self.pending_cr = state & 1 == 1;
        state >> 1
    }

    pub fn reset(&mut self) {
        (self.seen, self.pending_cr) = (0, false);
    }

    /// The attribute `newlines`: the kinds seen, in the order of the tuple.
    pub fn newlines(&self) -> Vec<&'static str> {
        let all = [(SEEN_CR, "\r"), (SEEN_LF, "\n"), (SEEN_CRLF, "\r\n")];
        all.iter().filter(|k| self.seen & k.0 != 0).map(|k| k.1).collect()
    }
}

/// All newlines become `\n`; `None`: there is no `\r`.
pub fn translate(text: Str) -> Option<Text> {
    fn body<C: Unit>(s: &[C], out: &mut Text) -> bool {
        let mut rest = s;
        let mut changed = false;
        while let Some(at) = rest.iter().position(|c| (*c).into() == CR) {
            changed = true;
            out.extend(C::wrap(&rest[..at]));
            out.push(LF);
            let crlf = rest.get(at + 1).is_some_and(|c| (*c).into() == LF);
            rest = &rest[at + 1 + usize::from(crlf)..];
        }
        if changed {
            out.extend(C::wrap(rest));
        }
        changed
    }
    let mut out = Text::new();
    each_width!(text, s => body(s, &mut out)).then_some(out)
}

/// Every `\n` becomes `newline` (`\r` or `\r\n`), as `TextIOWrapper.write` does; `None`: there is no `\n`.
pub fn expand(text: Str, newline: &[u8]) -> Option<Text> {
    fn body<C: Unit>(s: &[C], newline: &[u8], out: &mut Text) -> bool {
        let mut pieces = s.split(|c| (*c).into() == LF);
        out.extend(C::wrap(pieces.next().unwrap_or_default()));
        let mut changed = false;
        for piece in pieces {
            changed = true;
            out.extend(Str::One(newline));
            out.extend(C::wrap(piece));
        }
        changed
    }
    let mut out = Text::new();
    each_width!(text, s => body(s, newline, &mut out)).then_some(out)
}

/// How lines end (`_PyIO_find_line_ending`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Newlines are translated: `\n`.
    Translated,
    /// `\r`, `\n` or `\r\n` (`newline=''`).
    Universal,
    Cr,
    CrLf,
}

/// Where the first line of `text` ends, with its newline; or how much of it need not be searched again, because a
/// newline cannot begin in it.
pub fn find_line_end(text: Str, ending: Ending) -> Result<usize, usize> {
    fn find<C: Unit>(s: &[C], ending: Ending) -> Result<usize, usize> {
        let is = |c: &C, wanted: u32| (*c).into() == wanted;
        match ending {
            Ending::Translated => s.iter().position(|c| is(c, LF)).map(|i| i + 1).ok_or(s.len()),
            Ending::Cr => s.iter().position(|c| is(c, CR)).map(|i| i + 1).ok_or(s.len()),
            Ending::Universal => match s.iter().position(|c| is(c, CR) || is(c, LF)) {
                None => Err(s.len()),
                Some(i) => Ok(i + 1 + usize::from(is(&s[i], CR) && s.get(i + 1).is_some_and(|c| is(c, LF)))),
            },
            Ending::CrLf => match s.windows(2).position(|w| is(&w[0], CR) && is(&w[1], LF)) {
                Some(i) => Ok(i + 2),
                // A `\r` at the end may be half of one.
                None => Err(s.len() - usize::from(s.last().is_some_and(|c| is(c, CR)))),
            },
        }
    }
    each_width!(text, s => find(s, ending))
}
