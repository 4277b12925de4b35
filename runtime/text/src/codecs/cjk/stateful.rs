//! Codecs that switch character sets by escapes: hz (RFC 1843) and the ISO 2022 family (RFC 1468, 1554, 1557, 2237).

use super::tables::{Codes, Found, Grid, Name};
use super::{State, Stop};
use crate::strings::*;

const ESC: u8 = 0x1B;
const SHIFT_OUT: u8 = 0x0E;
const SHIFT_IN: u8 = 0x0F;

/// A character set by the last byte of its escape; those of two bytes have the high bit.
type Mark = u8;
const DOUBLE: u8 = 0x80;
const ASCII: Mark = b'B';

/// Which characters a set has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    KsX1001,
    JisX0201Roman,
    JisX0201Kana,
    JisX0208,
    JisX0212,
    Gb2312,
    /// JIS X 0213: the 2000 edition or that of 2004, the first plane or the second.
    JisX0213 {
        edition: Edition,
        plane: u8,
    },
    /// Of the first plane only what is written with two characters. A decoder does not know it.
    JisX0213Pairs(Edition),
    Iso8859_1,
    Iso8859_7,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edition {
    Of2000,
    Of2004,
}

/// A set that a codec may switch to.
struct Designation {
    mark: Mark,
    /// G0, G1 or G2.
    plane: u8,
    set: Set,
}

/// One of the family.
pub struct Config {
    /// SO and SI switch between G0 and G1.
    shifts: bool,
    /// `ESC .` and `ESC N` are known.
    has_g2: bool,
    /// `ESC & @ ESC $ B` is JIS X 0208 of 1990.
    revision: bool,
    designations: &'static [Designation],
}

const fn g0(mark: Mark, set: Set) -> Designation {
    Designation { mark, plane: 0, set }
}

const JIS_X_0208: Designation = g0(b'B' | DOUBLE, Set::JisX0208);
const JIS_X_0208_OLD: Designation = g0(b'@' | DOUBLE, Set::JisX0208);
const JIS_X_0212: Designation = g0(b'D' | DOUBLE, Set::JisX0212);
const ROMAN: Designation = g0(b'J', Set::JisX0201Roman);

const fn jis_x_0213(mark: Mark, edition: Edition, plane: u8) -> Designation {
    g0(mark | DOUBLE, Set::JisX0213 { edition, plane })
}

pub static KR: Config = Config {
    shifts: true,
    has_g2: false,
    revision: false,
    designations: &[Designation { mark: b'C' | DOUBLE, plane: 1, set: Set::KsX1001 }],
};
pub static JP: Config = japanese(false, &[JIS_X_0208, ROMAN, JIS_X_0208_OLD]);
pub static JP_1: Config = japanese(false, &[JIS_X_0208, JIS_X_0212, ROMAN, JIS_X_0208_OLD]);
pub static JP_2: Config = japanese(
    true,
    &[
        JIS_X_0208,
        JIS_X_0212,
        g0(b'C' | DOUBLE, Set::KsX1001),
        g0(b'A' | DOUBLE, Set::Gb2312),
        ROMAN,
        JIS_X_0208_OLD,
        Designation { mark: b'A', plane: 2, set: Set::Iso8859_1 },
        Designation { mark: b'F', plane: 2, set: Set::Iso8859_7 },
    ],
);
pub static JP_2004: Config = japanese(
    false,
    &[
        g0(b'Q' | DOUBLE, Set::JisX0213Pairs(Edition::Of2004)),
        JIS_X_0208,
        jis_x_0213(b'Q', Edition::Of2004, 1),
        jis_x_0213(b'P', Edition::Of2004, 2),
    ],
);
pub static JP_3: Config = japanese(
    false,
    &[
        g0(b'O' | DOUBLE, Set::JisX0213Pairs(Edition::Of2000)),
        JIS_X_0208,
        jis_x_0213(b'O', Edition::Of2000, 1),
        jis_x_0213(b'P', Edition::Of2000, 2),
    ],
);
pub static JP_EXT: Config =
    japanese(false, &[JIS_X_0208, JIS_X_0212, ROMAN, g0(b'I', Set::JisX0201Kana), JIS_X_0208_OLD]);

const fn japanese(has_g2: bool, designations: &'static [Designation]) -> Config {
    Config { shifts: false, has_g2, revision: true, designations }
}

// What `State` holds: the marks of G0, G1, G2, then in byte 4 two flags.
const SHIFTED: u8 = 1;
/// Within an escape that means nothing here and goes through.
const THROUGH: u8 = 2;
const FLAGS: usize = 4;
pub const INITIAL: State = [ASCII, ASCII, ASCII, 0, 0, 0, 0, 0];

impl Edition {
    fn codes(self) -> &'static Codes {
        Codes::of(match self {
            Edition::Of2000 => "euc_jisx0213",
            Edition::Of2004 => "euc_jis_2004",
        })
    }
    fn grid(self) -> &'static Grid {
        Grid::of(match self {
            Edition::Of2000 => Name::EucJisx0213,
            Edition::Of2004 => Name::EucJis2004,
        })
    }
}

/// A code of EUC's two bytes of the graphic rows.
fn graphic(code: u32) -> bool {
    matches!(code, 0xA1A1..=0xFEFE) && code & 0xFF >= 0xA1
}

/// What an encoder of one set gives.
enum Code {
    /// Nothing.
    No,
    /// The code, seven bits a byte, and how many characters it takes.
    Is(u32, usize),
    /// The next character must be known first.
    Wait,
}

impl Set {
    fn width(self) -> usize {
        match self {
            Set::JisX0201Roman | Set::JisX0201Kana | Set::Iso8859_1 | Set::Iso8859_7 => 1,
            _ => 2,
        }
    }

    /// One or two bytes below 0x80.
    fn decode(self, b: &[u8]) -> Found {
        let two = |grid: &Grid| grid.get(b[0] | 0x80, b[1] | 0x80);
        match self {
            Set::JisX0201Roman => Found::Char(match b[0] {
                b'\\' => 0xA5,
                b'~' => 0x203E,
                c => c.into(),
            }),
            Set::JisX0201Kana => match b[0] {
                c @ 0x21..=0x5F => Found::Char(0xFF61 + u32::from(c - 0x21)),
                _ => Found::Nothing,
            },
            // Space and DEL are in no set of two bytes.
            _ if b.iter().any(|c| !matches!(c, 0x21..=0x7E)) => Found::Nothing,
            Set::KsX1001 => two(Grid::of(Name::Cp949)),
            Set::JisX0208 => two(Grid::of(Name::EucJp)),
            Set::JisX0212 => two(Grid::of(Name::Jisx0212)),
            Set::Gb2312 => two(Grid::of(Name::Gb2312)),
            // The wave of row 2 is the full-width one in EUC only.
            Set::JisX0213 { plane: 1, .. } | Set::JisX0213Pairs(_) if *b == [0x22, 0x32] => Found::Char(0x7E),
            Set::JisX0213 { edition, plane: 1 } | Set::JisX0213Pairs(edition) => two(edition.grid()),
            Set::JisX0213 { .. } => two(Grid::of(Name::Plane2)),
            Set::Iso8859_1 | Set::Iso8859_7 => Found::Nothing,
        }
    }

    fn encode(self, c: u32, next: Option<u32>, flush: bool) -> Code {
        let one = |code: u32| if code == 0 { Code::No } else { Code::Is(code, 1) };
        let two = |code: u32| if graphic(code) { Code::Is(code & 0x7F7F, 1) } else { Code::No };
        match self {
            Set::JisX0201Roman => one(match c {
                0xA5 => 0x5C,
                0x203E => 0x7E,
                _ => 0,
            }),
            Set::JisX0201Kana => one(if matches!(c, 0xFF61..=0xFF9F) { c - 0xFF40 } else { 0 }),
            Set::KsX1001 => two(Codes::of("cp949").get(c)),
            Set::JisX0208 => two(Codes::of("euc_jp").get(c)),
            Set::JisX0212 => match Codes::of("euc_jp").get(c) {
                code if code >> 16 == 0x8F => two(code & 0xFFFF),
                _ => Code::No,
            },
            Set::Gb2312 => two(Codes::of("gb2312").get(c)),
            Set::JisX0213Pairs(edition) => {
                let codes = edition.codes();
                match next {
                    _ if !codes.begins_pair(c) => Code::No,
                    None if !flush => Code::Wait,
                    None => Code::No,
                    Some(next) => codes.pair(c, next).map_or(Code::No, |code| Code::Is(code & 0x7F7F, 2)),
                }
            }
            // The EUC codecs alone take the full-width tilde for the wave of row 2.
            Set::JisX0213 { plane: 1, .. } if c == 0xFF5E => Code::No,
            Set::JisX0213 { edition, plane: 1 } => two(edition.codes().get(c)),
            Set::JisX0213 { edition, .. } => {
                let code = edition.codes().get(c);
                let [_, third, a, b] = code.to_be_bytes();
                // The first edition has a variant of one character in place of it, to write with only.
                let variant = c == 0x9B1D && edition == Edition::Of2000;
                if third == 0x8F && (variant || Grid::of(Name::Plane2).get(a, b) == Found::Char(c)) {
                    two(code & 0xFFFF)
                } else {
                    Code::No
                }
            }
            Set::Iso8859_1 | Set::Iso8859_7 => Code::No,
        }
    }
}

/// One step of the decoder: how much of `rest`, which is not empty, it took.
pub fn decode(config: &Config, state: &mut State, rest: &[u8], out: &mut Builder) -> Result<usize, Stop> {
    let c = rest[0];
    let ends = |c: u8| c.is_ascii_uppercase() || c == b'@';
    let mut literal = |c: u8| {
        out.push(c.into());
        Ok(1)
    };
    if state[FLAGS] & THROUGH != 0 {
        if ends(c) {
            state[FLAGS] &= !THROUGH;
        }
        return literal(c);
    }
    match c {
        ESC => match rest.get(1) {
            None => Err(Stop::TooFew),
            Some(b'(' | b')' | b'$' | b'.' | b'&') => escape(config, state, rest, ends),
            Some(b'N') if config.has_g2 => {
                let c = *rest.get(2).ok_or(Stop::TooFew)?;
                out.push(g2(state[2], c).ok_or(Stop::Illegal(3))?);
                Ok(3)
            }
            Some(_) => {
                state[FLAGS] |= THROUGH;
                literal(ESC)
            }
        },
        SHIFT_IN if config.shifts => {
            state[FLAGS] &= !SHIFTED;
            Ok(1)
        }
        SHIFT_OUT if config.shifts => {
            state[FLAGS] |= SHIFTED;
            Ok(1)
        }
        b'\n' => {
            state[FLAGS] &= !SHIFTED;
            literal(c)
        }
        ..0x20 => literal(c),
        0x80.. => Err(Stop::Illegal(1)),
        _ => {
            let mark = state[usize::from(state[FLAGS] & SHIFTED)];
            let set = config.designations.iter().find(|d| d.mark == mark).map(|d| d.set);
            let Some(set) = set.filter(|_| mark != ASCII) else { return literal(c) };
            let bytes = rest.get(..set.width()).ok_or(Stop::TooFew)?;
            match set.decode(bytes) {
                Found::Char(c) => out.push(c),
                Found::Pair([a, b]) => {
                    out.push(a);
                    out.push(b);
                }
                _ => return Err(Stop::Illegal(bytes.len())),
            }
            Ok(bytes.len())
        }
    }
}

/// An escape that names a set (`iso2022processesc`).
fn escape(config: &Config, state: &mut State, rest: &[u8], ends: impl Fn(u8) -> bool) -> Result<usize, Stop> {
    const LONGEST: usize = 16;
    let mut i = 1;
    let len = loop {
        if i >= LONGEST {
            return Err(Stop::Illegal(1));
        }
        let c = *rest.get(i).ok_or(Stop::TooFew)?;
        if ends(c) {
            break i + 1;
        }
        i += if config.revision && c == b'&' && rest.get(i + 1) == Some(&b'@') { 3 } else { 1 };
    };
    let wrong = Err(Stop::Illegal(len));
    let (plane, mark) = match rest[1..len] {
        [b'$', c] => (0, c | DOUBLE),
        [b'(', c] => (0, c),
        [b')', c] => (1, c),
        [b'.', c] if config.has_g2 => (2, c),
        [b'$', b'(', c] => (0, c | DOUBLE),
        [b'$', b')', c] => (1, c | DOUBLE),
        [_, _, ESC, b'$', b'B'] if config.revision => (0, b'B' | DOUBLE),
        _ => return wrong,
    };
    if mark != ASCII && config.designations.iter().all(|d| d.mark != mark) {
        return wrong;
    }
    state[plane] = mark;
    Ok(len)
}

/// The character after `ESC N`.
fn g2(mark: Mark, c: u8) -> Option<u32> {
    let c32 = u32::from(c);
    match mark {
        ASCII => (c < 0x80).then_some(c32),
        b'A' => (c < 0x80).then_some(c32 + 0x80),
        _ => match c ^ 0x80 {
            c @ ..0xA0 => Some(c.into()),
            0xA1 => Some(0x2018),
            0xA2 => Some(0x2019),
            0xAF => Some(0x2015),
            c @ (0xA0 | 0xA3 | 0xA6..=0xA9 | 0xAB..=0xAD | 0xB0..=0xB3 | 0xB7 | 0xBB | 0xBD) => {
                Some(c.into())
            }
            c @ (0xB4..=0xB6 | 0xB8..=0xBA | 0xBC | 0xBE..=0xD1 | 0xD3..=0xFE) => Some(0x2D0 + u32::from(c)),
            _ => None,
        },
    }
}

pub fn reset_decoder(state: &mut State) {
    state[0] = ASCII;
    state[FLAGS] &= !SHIFTED;
}

/// Writes a character in the first set that has it; how many it took.
pub fn encode(
    config: &Config,
    state: &mut State,
    c: u32,
    next: Option<u32>,
    flush: bool,
    out: &mut Vec<u8>,
) -> Result<usize, Stop> {
    let shift_in = |state: &mut State, out: &mut Vec<u8>| {
        if state[FLAGS] & SHIFTED != 0 {
            out.push(SHIFT_IN);
            state[FLAGS] &= !SHIFTED;
        }
    };
    if c < 0x80 {
        if state[0] != ASCII {
            out.extend([ESC, b'(', ASCII]);
            state[0] = ASCII;
        }
        shift_in(state, out);
        out.push(c as u8);
        return Ok(1);
    }
    for d in config.designations {
        let (code, used) = match d.set.encode(c, next, flush) {
            Code::No => continue,
            Code::Wait => return Err(Stop::TooFew),
            Code::Is(code, used) => (code, used),
        };
        let last = d.mark & !DOUBLE;
        if d.plane == 0 {
            shift_in(state, out);
        }
        if state[usize::from(d.plane)] != d.mark {
            match (d.set.width(), d.plane) {
                (1, plane) => out.extend([ESC, b'(' + plane, last]),
                (_, 0) if last == b'B' => out.extend([ESC, b'$', last]),
                (_, plane) => out.extend([ESC, b'$', b'(' + plane, last]),
            }
            state[usize::from(d.plane)] = d.mark;
        }
        if d.plane == 1 && state[FLAGS] & SHIFTED == 0 {
            out.push(SHIFT_OUT);
            state[FLAGS] |= SHIFTED;
        }
        let bytes = (code as u16).to_be_bytes();
        out.extend_from_slice(&bytes[2 - d.set.width()..]);
        return Ok(used);
    }
    Err(Stop::Illegal(1))
}

/// Back to ASCII (`encreset`).
pub fn end(state: &mut State, out: &mut Vec<u8>) {
    if state[FLAGS] & SHIFTED != 0 {
        out.push(SHIFT_IN);
        state[FLAGS] &= !SHIFTED;
    }
    if state[0] != ASCII {
        out.extend([ESC, b'(', ASCII]);
        state[0] = ASCII;
    }
}

/// One step of hz: how much of `rest`, which is not empty, it took.
pub fn hz_decode(state: &mut State, rest: &[u8], out: &mut Builder) -> Result<usize, Stop> {
    let c = rest[0];
    if c == b'~' {
        match (*rest.get(1).ok_or(Stop::TooFew)?, state[0]) {
            (b'~', 0) => out.push(c.into()),
            (b'{', 0) => state[0] = 1,
            // A line that goes on in the next.
            (b'\n', 0) => {}
            (b'}', 1) => state[0] = 0,
            _ => return Err(Stop::Illegal(1)),
        }
        return Ok(2);
    }
    if c >= 0x80 {
        return Err(Stop::Illegal(1));
    }
    if state[0] == 0 {
        out.push(c.into());
        return Ok(1);
    }
    let next = *rest.get(1).ok_or(Stop::TooFew)?;
    match Set::Gb2312.decode(&[c, next]) {
        Found::Char(c) => out.push(c),
        _ => return Err(Stop::Illegal(1)),
    }
    Ok(2)
}

pub fn hz_encode(state: &mut State, c: u32, out: &mut Vec<u8>) -> Result<usize, Stop> {
    if c < 0x80 {
        hz_end(state, out);
        out.push(c as u8);
        if c == b'~'.into() {
            out.push(b'~');
        }
        return Ok(1);
    }
    let code = Codes::of("gb2312").get(c);
    if !graphic(code) {
        return Err(Stop::Illegal(1));
    }
    if state[0] == 0 {
        out.extend(b"~{");
        state[0] = 1;
    }
    out.extend(((code & 0x7F7F) as u16).to_be_bytes());
    Ok(1)
}

pub fn hz_end(state: &mut State, out: &mut Vec<u8>) {
    if state[0] != 0 {
        out.extend(b"~}");
        state[0] = 0;
    }
}
