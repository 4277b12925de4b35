//! The tables of the CJK codecs: `maps.bin` as `tables.py` writes it, unpacked when a codec is first used.

use std::sync::OnceLock;

static BLOB: &[u8] = include_bytes!("maps.bin");

/// A value of a grid that is a number in the list of pairs.
const PAIR: u32 = 1 << 30;
/// No character; both bytes are the error.
const BOTH: u32 = 1 << 29;
/// A byte that begins something longer.
const MORE: u32 = 1 << 28;

const WIDTH: usize = 256;
const ROWS: usize = 129;
const SINGLES: usize = 128 * WIDTH;

/// A grid's number in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    Gb18030,
    Gbk,
    Gb2312,
    Big5Hkscs,
    Big5,
    Cp950,
    Cp949,
    EucKr,
    Johab,
    EucJp,
    Jisx0212,
    EucJis2004,
    Plane2,
    EucJis2004Third,
    EucJisx0213,
    EucJisx0213Third,
    ShiftJis,
    Cp932,
    ShiftJis2004,
    ShiftJisx0213,
}
use Name::*;

const GRIDS: usize = 20;

/// What a grid was written as a difference from.
enum Base {
    None,
    Same(Name),
    /// Shift JIS of two planes in places of EUC.
    Sjis(Name, Option<Name>),
    /// The first of two that has something.
    First(Name, Name),
}

static BASES: [Base; GRIDS] = [
    Base::None,
    Base::Same(Gb18030),
    Base::Same(Gbk),
    Base::None,
    Base::Same(Big5Hkscs),
    Base::Same(Big5),
    Base::None,
    Base::Same(Cp949),
    Base::None,
    Base::None,
    Base::None,
    Base::Same(EucJp),
    Base::None,
    Base::First(Plane2, Jisx0212),
    Base::Same(EucJis2004),
    Base::Same(EucJis2004Third),
    Base::Sjis(EucJp, None),
    Base::Same(ShiftJis),
    Base::Sjis(EucJis2004, Some(Plane2)),
    Base::Same(ShiftJis2004),
];

/// The codecs in the order of the file, with their grids.
static CODECS: [(&str, Name, Option<Name>); 16] = [
    ("gb18030", Gb18030, None),
    ("gbk", Gbk, None),
    ("gb2312", Gb2312, None),
    ("big5hkscs", Big5Hkscs, None),
    ("big5", Big5, None),
    ("cp950", Cp950, None),
    ("cp949", Cp949, None),
    ("euc_kr", EucKr, None),
    ("johab", Johab, None),
    ("euc_jp", EucJp, Some(Jisx0212)),
    ("euc_jis_2004", EucJis2004, Some(EucJis2004Third)),
    ("euc_jisx0213", EucJisx0213, Some(EucJisx0213Third)),
    ("shift_jis", ShiftJis, None),
    ("cp932", Cp932, None),
    ("shift_jis_2004", ShiftJis2004, None),
    ("shift_jisx0213", ShiftJisx0213, None),
];

/// Reads the numbers of a part of the file; past its end there are zeros.
struct Numbers {
    at: usize,
    end: usize,
}

impl Numbers {
    fn next(&mut self) -> u64 {
        let (mut n, mut shift) = (0, 0);
        while let Some(&b) = BLOB.get(self.at).filter(|_| self.at < self.end) {
            self.at += 1;
            n |= u64::from(b & 127) << shift;
            shift += 7;
            if b < 128 {
                break;
            }
        }
        n
    }
    fn u32(&mut self) -> u32 {
        self.next() as u32
    }
    fn usize(&mut self) -> usize {
        self.next() as usize
    }
    fn done(&self) -> bool {
        self.at >= self.end
    }
}

/// Code points of gb18030 in four bytes, one after the other.
pub struct Range {
    pub first: u32,
    pub last: u32,
    pub linear: u32,
}

/// What stands before the grids, and where grids and encodings are.
struct Head {
    pairs: Vec<[u32; 2]>,
    ranges: Vec<Range>,
    parts: Vec<(usize, usize)>,
}

fn head() -> &'static Head {
    static HEAD: OnceLock<Head> = OnceLock::new();
    HEAD.get_or_init(|| {
        let mut n = Numbers { at: 0, end: BLOB.len() };
        let pairs = (0..n.usize()).map(|_| [n.u32(), n.u32()]).collect();
        let ranges =
            (0..n.usize()).map(|_| Range { first: n.u32(), last: n.u32(), linear: n.u32() }).collect();
        let part = |_| {
            let len = n.usize();
            let start = n.at;
            n.at += len;
            (start, n.at)
        };
        Head { pairs, ranges, parts: (0..GRIDS + CODECS.len()).map(part).collect() }
    })
}

/// The four-byte codes of gb18030.
pub fn ranges() -> &'static [Range] {
    &head().ranges
}

/// What two bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Nothing,
    Char(u32),
    Pair([u32; 2]),
    /// Nothing, and the error is both bytes.
    Both,
    /// For a single byte: more are needed.
    More,
}

/// What every two bytes stand for, and single ones.
pub struct Grid(Box<[u32]>);

impl Grid {
    /// The grid of this name.
    pub fn of(name: Name) -> &'static Grid {
        static ALL: [OnceLock<Grid>; GRIDS] = [const { OnceLock::new() }; GRIDS];
        ALL[name as usize].get_or_init(|| Grid::unpack(name as usize))
    }

    fn unpack(number: usize) -> Grid {
        let mut grid = vec![0u32; ROWS * WIDTH].into_boxed_slice();
        let (at, end) = head().parts[number];
        let mut n = Numbers { at, end };
        let (mut i, mut last) = (0, 0u32);
        while !n.done() {
            let run = n.usize();
            for _ in 0..run / 4 {
                let v = match run % 4 {
                    0 => 0,
                    1 => expected(&BASES[number], i, last),
                    _ => {
                        let d = n.u32();
                        last.wrapping_add(if d & 1 == 0 { d / 2 } else { !(d / 2) })
                    }
                };
                let Some(place) = grid.get_mut(i) else { break };
                *place = v;
                i += 1;
                if v != 0 {
                    last = v;
                }
            }
        }
        Grid(grid)
    }

    fn found(v: u32) -> Found {
        match v {
            0 => Found::Nothing,
            MORE => Found::More,
            BOTH => Found::Both,
            v if v & PAIR != 0 => {
                head().pairs.get((v - PAIR) as usize).map_or(Found::Nothing, |p| Found::Pair(*p))
            }
            v => Found::Char(v),
        }
    }

    /// What two bytes are; the first is at least 0x80.
    #[inline]
    pub fn get(&self, lead: u8, trail: u8) -> Found {
        let row = usize::from(lead & 0x7F);
        Grid::found(self.0[row * WIDTH + usize::from(trail)])
    }

    /// What one byte is, NUL aside.
    #[inline]
    pub fn single(&self, c: u8) -> Found {
        Grid::found(self.0[SINGLES + usize::from(c)])
    }
}

/// What the writer expected at a place.
fn expected(base: &Base, i: usize, last: u32) -> u32 {
    match base {
        Base::None => last.wrapping_add(1),
        Base::Same(g) => Grid::of(*g).0[i],
        Base::First(a, b) => {
            let v = Grid::of(*a).0[i];
            if v != 0 { v } else { Grid::of(*b).0[i] }
        }
        Base::Sjis(one, two) => match (sjis_place(i), two) {
            (Some((false, place)), _) => Grid::of(*one).0[place],
            (Some((true, place)), Some(two)) => Grid::of(*two).0[place],
            _ => 0,
        },
    }
}

/// Whether two bytes of Shift JIS, by their place in a grid, are of the second plane, and the place of the same character in EUC.
fn sjis_place(i: usize) -> Option<(bool, usize)> {
    let (lead, trail) = (i / WIDTH + 0x80, i % WIDTH);
    if !matches!(lead, 0x81..=0x9F | 0xE0..=0xFC) || !matches!(trail, 0x40..=0x7E | 0x80..=0xFC) {
        return None;
    }
    let mut row = 2 * (lead - if lead < 0xA0 { 0x81 } else { 0xC1 });
    let mut cell = trail - if trail < 0x7F { 0x40 } else { 0x41 };
    if cell >= 94 {
        (row, cell) = (row + 1, cell - 94);
    }
    let second = row >= 94;
    if second {
        // The second plane has rows 1, 3 to 5, 8, 12 to 15 and 78 to 94 only, and the first ones are out of order.
        row = match row {
            0x67.. => row + 7,
            0x5F | 0x63.. => row - 0x37,
            _ => row - 0x3D,
        } - 0x21;
    }
    Some((second, (row + 0x21) * WIDTH + cell + 0xA1))
}

/// The bytes of every code point.
pub struct Codes {
    /// Which page of `pages` has 256 code points; 0 is empty.
    index: Vec<u16>,
    pages: Vec<[u32; 256]>,
    /// Two characters that have one code.
    pub pairs: Vec<([u32; 2], u32)>,
}

impl Codes {
    /// Those of the codec of this name. It must be one of `CODECS`.
    pub fn of(codec: &str) -> &'static Codes {
        static ALL: [OnceLock<Codes>; CODECS.len()] = [const { OnceLock::new() }; CODECS.len()];
        let i = CODECS.iter().position(|c| c.0 == codec).unwrap_or_default();
        ALL[i].get_or_init(|| Codes::invert(i))
    }

    fn invert(i: usize) -> Codes {
        let mut codes = Codes { index: vec![0; 0x1100], pages: vec![[0; 256]], pairs: Vec::new() };
        let (_, two, three) = CODECS[i];
        let grid = Grid::of(two);
        let code = |at: usize| (((at / WIDTH + 0x80) << 8) | (at % WIDTH)) as u32;
        for c in 1..WIDTH {
            codes.note(grid.0[SINGLES + c], c as u32);
        }
        for at in 0..SINGLES {
            codes.note(grid.0[at], code(at));
        }
        if let Some(three) = three {
            let grid = Grid::of(three);
            for at in 0..SINGLES {
                codes.note(grid.0[at], 0x8F0000 | code(at));
            }
        }
        let (at, end) = head().parts[GRIDS + i];
        let (mut n, mut c) = (Numbers { at, end }, 0);
        while !n.done() {
            c += n.u32();
            *codes.place(c) = n.u32();
        }
        codes
    }

    fn place(&mut self, c: u32) -> &mut u32 {
        let c = c as usize % 0x110000;
        if self.index[c >> 8] == 0 {
            self.index[c >> 8] = self.pages.len() as u16;
            self.pages.push([0; 256]);
        }
        &mut self.pages[usize::from(self.index[c >> 8])][c & 0xFF]
    }

    /// A code of what a grid has; the first stays.
    fn note(&mut self, v: u32, code: u32) {
        match Grid::found(v) {
            Found::Char(c) => {
                let place = self.place(c);
                if *place == 0 {
                    *place = code;
                }
            }
            Found::Pair(p) if self.pairs.iter().all(|(q, _)| *q != p) => self.pairs.push((p, code)),
            _ => {}
        }
    }

    /// The bytes of a code point as a number, the first byte highest; 0 when there are none.
    #[inline]
    pub fn get(&self, c: u32) -> u32 {
        let page = self.index.get(c as usize >> 8).copied().unwrap_or_default();
        self.pages[usize::from(page)][c as usize & 0xFF]
    }

    /// Whether a second character may go into this one's code.
    #[inline]
    pub fn begins_pair(&self, c: u32) -> bool {
        self.pairs.iter().any(|(p, _)| p[0] == c)
    }

    /// The code of two characters.
    pub fn pair(&self, a: u32, b: u32) -> Option<u32> {
        self.pairs.iter().find(|(p, _)| *p == [a, b]).map(|(_, code)| *code)
    }
}
