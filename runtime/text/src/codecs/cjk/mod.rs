//! The CJK codecs (`_codecs_cn`, `_codecs_hk`, `_codecs_iso2022`, `_codecs_jp`, `_codecs_kr`, `_codecs_tw`): characters of one
//! to eight bytes. `tables` has the maps, `stateful` the two families that switch character sets by escapes (hz,
//! ISO 2022). Buffering, error handlers and the objects of `_multibytecodec` are that module's.

mod stateful;
pub mod tables;

use crate::strings::*;
use tables::{Codes, Found, Grid, Name};

/// What a codec remembers between two characters (`MultibyteCodec_State`).
pub type State = [u8; 8];

/// Why a codec stops before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// What is left begins something longer (`MBERR_TOOFEW`).
    TooFew,
    /// So many bytes, or characters, mean nothing.
    Illegal(usize),
}

enum Kind {
    /// One grid, or with a second one after 0x8F.
    Plain(Name, Option<Name>),
    Gb18030,
    EucKr,
    Hz,
    Iso2022(&'static stateful::Config),
}

/// A codec.
pub struct Codec {
    /// The name that `getcodec` knows and errors say.
    pub name: &'static str,
    kind: Kind,
}

const fn plain(name: &'static str, grid: Name) -> Codec {
    Codec { name, kind: Kind::Plain(grid, None) }
}

const fn three(name: &'static str, grid: Name, third: Name) -> Codec {
    Codec { name, kind: Kind::Plain(grid, Some(third)) }
}

const fn iso(name: &'static str, config: &'static stateful::Config) -> Codec {
    Codec { name, kind: Kind::Iso2022(config) }
}

/// The codecs of each module.
pub static CN: [Codec; 4] = [
    plain("gb2312", Name::Gb2312),
    plain("gbk", Name::Gbk),
    Codec { name: "gb18030", kind: Kind::Gb18030 },
    Codec { name: "hz", kind: Kind::Hz },
];
pub static HK: [Codec; 1] = [plain("big5hkscs", Name::Big5Hkscs)];
pub static TW: [Codec; 2] = [plain("big5", Name::Big5), plain("cp950", Name::Cp950)];
pub static KR: [Codec; 3] =
    [Codec { name: "euc_kr", kind: Kind::EucKr }, plain("cp949", Name::Cp949), plain("johab", Name::Johab)];
pub static JP: [Codec; 7] = [
    plain("shift_jis", Name::ShiftJis),
    plain("cp932", Name::Cp932),
    three("euc_jp", Name::EucJp, Name::Jisx0212),
    plain("shift_jis_2004", Name::ShiftJis2004),
    three("euc_jis_2004", Name::EucJis2004, Name::EucJis2004Third),
    three("euc_jisx0213", Name::EucJisx0213, Name::EucJisx0213Third),
    plain("shift_jisx0213", Name::ShiftJisx0213),
];
pub static ISO2022: [Codec; 7] = [
    iso("iso2022_kr", &stateful::KR),
    iso("iso2022_jp", &stateful::JP),
    iso("iso2022_jp_1", &stateful::JP_1),
    iso("iso2022_jp_2", &stateful::JP_2),
    iso("iso2022_jp_2004", &stateful::JP_2004),
    iso("iso2022_jp_3", &stateful::JP_3),
    iso("iso2022_jp_ext", &stateful::JP_EXT),
];

/// The second byte of the eight that spell a syllable of KS X 1001 by its letters is that of the filler; the first of every
/// two is `LETTERS`.
const LETTERS: u8 = 0xA4;
const FILLER: u8 = 0xD4;
/// Leading and closing consonants by their place among the letters.
const LEADING: [u8; 19] = [0, 1, 3, 6, 7, 8, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29];
const CLOSING: [u8; 27] =
    [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29];

/// The syllable that eight bytes spell.
fn spelt(b: &[u8]) -> Option<u32> {
    let [LETTERS, FILLER, LETTERS, a, LETTERS, b, LETTERS, c] = *b else { return None };
    let lead = LEADING.iter().position(|l| *l + 0xA1 == a)? as u32;
    let vowel = u32::from(b.checked_sub(0xBF).filter(|v| *v < 21)?);
    let close = match c {
        FILLER => 0,
        c => CLOSING.iter().position(|l| *l + 0xA1 == c)? as u32 + 1,
    };
    Some(0xAC00 + lead * 588 + vowel * 28 + close)
}

/// The eight bytes of a syllable.
fn spell(c: u32) -> Option<[u8; 8]> {
    let s = c.checked_sub(0xAC00).filter(|s| *s < 11172)?;
    let close = match s % 28 {
        0 => FILLER,
        n => CLOSING[n as usize - 1] + 0xA1,
    };
    let vowel = (s / 28 % 21) as u8 + 0xBF;
    Some([LETTERS, FILLER, LETTERS, LEADING[(s / 588) as usize] + 0xA1, LETTERS, vowel, LETTERS, close])
}

/// The code point of a four-byte code of gb18030.
fn four_bytes(b: [u8; 4]) -> Option<u32> {
    let [0x81..=0xFE, 0x30..=0x39, 0x81..=0xFE, 0x30..=0x39] = b else { return None };
    let digit = |i: usize, low: u8| u32::from(b[i] - low);
    let linear = ((digit(0, 0x81) * 10 + digit(1, 0x30)) * 126 + digit(2, 0x81)) * 10 + digit(3, 0x30);
    let ranges = tables::ranges();
    let of = |r: &tables::Range| (r.linear..=r.linear + (r.last - r.first)).contains(&linear);
    // They are in the order of code points, which is not quite that of codes.
    ranges.iter().find(|r| of(r)).map(|r| r.first + (linear - r.linear))
}

/// The four bytes of a code point of gb18030.
fn in_four_bytes(c: u32) -> Option<[u8; 4]> {
    let ranges = tables::ranges();
    let r = &ranges[ranges.partition_point(|r| r.last < c)..].first().filter(|r| r.first <= c)?;
    let n = r.linear + (c - r.first);
    let digits = [(n / 12600, 0x81), (n / 1260 % 10, 0x30), (n / 10 % 126, 0x81), (n % 10, 0x30)];
    Some(digits.map(|(d, low)| d as u8 + low))
}

/// Writes a number's bytes, the highest that is not zero first.
fn push_code(code: u32, out: &mut Vec<u8>) {
    let bytes = code.to_be_bytes();
    out.extend_from_slice(&bytes[(code.leading_zeros() / 8).min(3) as usize..]);
}

/// A grid's answer for the bytes consumed.
fn put(found: Found, len: usize, out: &mut Builder) -> Result<usize, Stop> {
    match found {
        Found::Char(c) => out.push(c),
        Found::Pair([a, b]) => {
            out.push(a);
            out.push(b);
        }
        Found::Both => return Err(Stop::Illegal(2)),
        Found::Nothing | Found::More => return Err(Stop::Illegal(1)),
    }
    Ok(len)
}

impl Codec {
    /// The state before the first character (`encinit`, `decinit`).
    pub fn initial(&self) -> State {
        match &self.kind {
            Kind::Iso2022(_) => stateful::INITIAL,
            _ => [0; 8],
        }
    }

    /// Decodes from `at` on as far as it goes. `Ok` says that the whole input is done; `at` is where it stopped.
    pub fn decode(
        &self,
        state: &mut State,
        input: &[u8],
        at: &mut usize,
        out: &mut Builder,
    ) -> Result<(), Stop> {
        while let Some(rest) = input.get(*at..).filter(|r| !r.is_empty()) {
            *at += match &self.kind {
                Kind::Plain(grid, third) => plain_decode(Grid::of(*grid), *third, rest, out)?,
                Kind::Gb18030 => match rest {
                    [0x80..=0xFF, 0x30..=0x39, a, b, ..] => match four_bytes([rest[0], rest[1], *a, *b]) {
                        Some(c) => put(Found::Char(c), 4, out)?,
                        None => return Err(Stop::Illegal(1)),
                    },
                    [0x80..=0xFF, 0x30..=0x39, ..] => return Err(Stop::TooFew),
                    _ => plain_decode(Grid::of(Name::Gb18030), None, rest, out)?,
                },
                Kind::EucKr => match rest {
                    [LETTERS, FILLER, ..] => match rest.get(..8).map(spelt) {
                        Some(Some(c)) => put(Found::Char(c), 8, out)?,
                        Some(None) => return Err(Stop::Illegal(1)),
                        None => return Err(Stop::TooFew),
                    },
                    _ => plain_decode(Grid::of(Name::EucKr), None, rest, out)?,
                },
                Kind::Hz => stateful::hz_decode(state, rest, out)?,
                Kind::Iso2022(config) => stateful::decode(config, state, rest, out)?,
            };
        }
        Ok(())
    }

    /// After the last character, before input of another text (`decreset`).
    pub fn reset_decoder(&self, state: &mut State) {
        match &self.kind {
            Kind::Hz => state[0] = 0,
            Kind::Iso2022(_) => stateful::reset_decoder(state),
            _ => {}
        }
    }

    /// Encodes from `at` on as far as it goes. When no more text follows, `flush` says so: without it a character that may
    /// be the first of two is left for later.
    pub fn encode(
        &self,
        state: &mut State,
        text: Str<'_>,
        at: &mut usize,
        flush: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), Stop> {
        let codes = match &self.kind {
            Kind::Hz | Kind::Iso2022(_) => None,
            _ => Some(Codes::of(self.name)),
        };
        while *at < text.len() {
            let c = text.at(*at);
            if let Some(codes) = codes {
                if c < 0x80 && codes.get(c) == c {
                    out.push(c as u8);
                    *at += 1;
                    continue;
                }
                let next = (*at + 1 < text.len()).then(|| text.at(*at + 1));
                let (code, used) = in_context(codes, c, next, flush)?;
                match code {
                    0 if c == 0 => out.push(0),
                    0 => self.rare(c, out)?,
                    code => push_code(code, out),
                }
                *at += used;
                continue;
            }
            *at += match &self.kind {
                Kind::Iso2022(config) => {
                    let next = (*at + 1 < text.len()).then(|| text.at(*at + 1));
                    stateful::encode(config, state, c, next, flush, out)?
                }
                _ => stateful::hz_encode(state, c, out)?,
            };
        }
        Ok(())
    }

    /// Codes that are computed.
    fn rare(&self, c: u32, out: &mut Vec<u8>) -> Result<(), Stop> {
        match self.kind {
            Kind::Gb18030 => out.extend(in_four_bytes(c).ok_or(Stop::Illegal(1))?),
            Kind::EucKr => out.extend(spell(c).ok_or(Stop::Illegal(1))?),
            _ => return Err(Stop::Illegal(1)),
        }
        Ok(())
    }

    /// What ends an encoded text (`encreset`).
    pub fn reset_encoder(&self, state: &mut State, out: &mut Vec<u8>) {
        match &self.kind {
            Kind::Hz => stateful::hz_end(state, out),
            Kind::Iso2022(_) => stateful::end(state, out),
            _ => {}
        }
    }
}

fn plain_decode(grid: &Grid, third: Option<Name>, rest: &[u8], out: &mut Builder) -> Result<usize, Stop> {
    let lead = rest[0];
    match (lead, grid.single(lead)) {
        (0, _) => put(Found::Char(0), 1, out),
        (0x8F, Found::More) if third.is_some() => match rest {
            [_, a, b, ..] => {
                // A second byte below 0x80 is no row of the grid's.
                let found = third.filter(|_| *a >= 0x80).map(|t| Grid::of(t).get(*a, *b));
                match found.unwrap_or(Found::Nothing) {
                    Found::Both => Err(Stop::Illegal(1)),
                    found => put(found, 3, out),
                }
            }
            _ => Err(Stop::TooFew),
        },
        (_, Found::More) => match rest.get(1) {
            Some(trail) => put(grid.get(lead, *trail), 2, out),
            None => Err(Stop::TooFew),
        },
        (_, found) => put(found, 1, out),
    }
}

/// The code of a character, or of it and the next together, and how many that takes.
fn in_context(codes: &Codes, c: u32, next: Option<u32>, flush: bool) -> Result<(u32, usize), Stop> {
    if codes.begins_pair(c) {
        match next {
            Some(next) => {
                if let Some(code) = codes.pair(c, next) {
                    return Ok((code, 2));
                }
            }
            None if !flush => return Err(Stop::TooFew),
            None => {}
        }
    }
    Ok((codes.get(c), 1))
}
