//! Character names, both ways: `unicodedata.name`, `unicodedata.lookup`, `\N{...}`.
//!
//! Stored names are sentences of word numbers; Hangul syllables and the ideographs named after their number are
//! computed. Aliases and named sequences are found by name only.

use super::*;

static BLOB: &[u8] = include_bytes!("names.bin");

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Char(u32),
    /// A named sequence: `lookup` gives it, `\N{...}` does not.
    Sequence(&'static [u32]),
}

fn u32_at(part: core::ops::Range<usize>, i: usize) -> usize {
    let at = part.start + 4 * i;
    u32::from_le_bytes(core::array::from_fn(|j| BLOB[at + j])) as usize
}

fn u16_at(part: core::ops::Range<usize>, i: usize) -> usize {
    let at = part.start + 2 * i;
    u16::from_le_bytes(core::array::from_fn(|j| BLOB[at + j])) as usize
}

fn word(i: usize) -> &'static [u8] {
    let lexicon = &BLOB[NAMES_LEXICON];
    &lexicon[u32_at(NAMES_WORD_ENDS, i)..u32_at(NAMES_WORD_ENDS, i + 1)]
}

/// Writes stored name number `i`.
fn stored(i: usize, out: &mut Vec<u8>) {
    out.clear();
    let phrases = &BLOB[NAMES_PHRASES];
    let mut at = u32_at(NAMES_STARTS, i / 16);
    let two = |b: u8| b as usize > NAMES_ONE;
    for _ in 0..i % 16 {
        while phrases[at] != 0 {
            at += if two(phrases[at]) { 2 } else { 1 };
        }
        at += 1;
    }
    // The first word is the hyphen, which joins its neighbours; between others there is a space.
    let mut glued = true;
    while phrases[at] != 0 {
        let b = phrases[at];
        let number = if two(b) {
            at += 1;
            NAMES_ONE + ((b as usize - NAMES_ONE - 1) << 8 | phrases[at] as usize)
        } else {
            b as usize - 1
        };
        at += 1;
        if number != 0 && !glued {
            out.push(b' ');
        }
        out.extend_from_slice(word(number));
        glued = number == 0;
    }
}

const S_BASE: u32 = 0xAC00;
const S_COUNT: u32 = 11172;
const L: [&str; 19] =
    ["G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"];
const V: [&str; 21] = [
    "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI",
    "YU", "EU", "YI", "I",
];
const T: [&str; 28] = [
    "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS",
    "S", "SS", "NG", "J", "C", "K", "T", "P", "H",
];
const HANGUL: &str = "HANGUL SYLLABLE ";
const UNIFIED: &str = "CJK UNIFIED IDEOGRAPH-";

/// `unicodedata.name`.
pub fn name(c: u32) -> Option<String> {
    let s = c.wrapping_sub(S_BASE) as usize;
    if s < S_COUNT as usize {
        return Some(format!("{HANGUL}{}{}{}", L[s / 588], V[s % 588 / 28], T[s % 28]));
    }
    let i = NAME_RANGES.partition_point(|r| r.1 < c);
    if let Some(&(first, _, prefix)) = NAME_RANGES.get(i)
        && first <= c
    {
        return Some(format!("{prefix}{c:04X}"));
    }
    let run = NAME_RUNS.partition_point(|r| r.0 <= c).checked_sub(1)?;
    let number = NAME_RUNS[run].1 as usize + (c - NAME_RUNS[run].0) as usize;
    let end = NAME_RUNS.get(run + 1).map_or(NAME_CHARS, |r| r.1 as usize);
    if number >= end {
        return None;
    }
    let mut out = Vec::new();
    stored(number, &mut out);
    String::from_utf8(out).ok()
}

/// The name that the error handler `namereplace` gives, which also names the private characters behind which CPython
/// keeps aliases and named sequences.
pub fn name_or_alias(c: u32) -> Option<String> {
    let alias = c.wrapping_sub(0xF_0000) as usize;
    let sequence = c.wrapping_sub(0xF_0200) as usize;
    let number = if alias < ALIASES.len() {
        NAME_CHARS + alias
    } else if sequence < SEQUENCES.len() {
        NAME_CHARS + ALIASES.len() + sequence
    } else {
        return name(c);
    };
    let mut out = Vec::new();
    stored(number, &mut out);
    String::from_utf8(out).ok()
}

/// The longest entry of a table of jamo names that begins `text`; the last of equals does not occur.
fn jamo<'a>(table: &[&str], text: &'a str) -> Option<(u32, &'a str)> {
    let fits = table.iter().enumerate().filter(|(_, j)| text.starts_with(**j));
    let (i, j) = fits.max_by_key(|(_, j)| j.len())?;
    Some((i as u32, &text[j.len()..]))
}

fn hangul(text: &str) -> Option<u32> {
    let (l, rest) = jamo(&L, text)?;
    let (v, rest) = jamo(&V, rest)?;
    let (t, rest) = jamo(&T, rest)?;
    rest.is_empty().then_some(S_BASE + (l * 21 + v) * 28 + t)
}

fn hexadecimal(digits: &str) -> Option<u32> {
    let ok = digits.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
    if ok { u32::from_str_radix(digits, 16).ok() } else { None }
}

/// `unicodedata.lookup`: names, aliases and named sequences. Capitals do not matter, except in the names of Hangul
/// syllables and unified ideographs, as in CPython.
pub fn lookup(name: &str) -> Option<Named> {
    if let Some(syllable) = name.strip_prefix(HANGUL)
        && let Some(c) = hangul(syllable)
    {
        return Some(Named::Char(c));
    }
    if let Some(digits) = name.strip_prefix(UNIFIED) {
        let c = if matches!(digits.len(), 4 | 5) { hexadecimal(digits)? } else { return None };
        let ok = NAME_RANGES.iter().any(|&(a, b, p)| p == UNIFIED && (a..=b).contains(&c));
        return ok.then_some(Named::Char(c));
    }
    let wanted = name.to_ascii_uppercase();
    for &(first, last, prefix) in NAME_RANGES.iter().filter(|r| r.2 != UNIFIED) {
        if let Some(c) = wanted.strip_prefix(prefix).and_then(hexadecimal)
            && (first..=last).contains(&c)
            && wanted.len() == prefix.len() + format!("{c:04X}").len()
        {
            return Some(Named::Char(c));
        }
    }
    if wanted.len() > NAMES_LONGEST {
        return None;
    }
    let count = NAMES_ORDER.len() / 2;
    let (mut low, mut high) = (0, count);
    let mut text = Vec::with_capacity(NAMES_LONGEST);
    while low < high {
        let middle = (low + high) / 2;
        let number = u16_at(NAMES_ORDER, middle);
        stored(number, &mut text);
        match text.as_slice().cmp(wanted.as_bytes()) {
            core::cmp::Ordering::Less => low = middle + 1,
            core::cmp::Ordering::Greater => high = middle,
            core::cmp::Ordering::Equal => return Some(by_number(number)),
        }
    }
    None
}

fn by_number(number: usize) -> Named {
    if number < NAME_CHARS {
        let run = NAME_RUNS.partition_point(|r| r.1 as usize <= number) - 1;
        Named::Char(NAME_RUNS[run].0 + (number - NAME_RUNS[run].1 as usize) as u32)
    } else if let Some(&c) = ALIASES.get(number - NAME_CHARS) {
        Named::Char(c)
    } else {
        Named::Sequence(SEQUENCES[number - NAME_CHARS - ALIASES.len()])
    }
}

/// The code behind a name as `_ucnhash_CAPI` gives it: named sequences, where they are asked for, by the private character
/// that [`name_or_alias`] names.
pub fn code(name: &str, with_sequences: bool) -> Option<u32> {
    match lookup(name)? {
        Named::Char(c) => Some(c),
        Named::Sequence(s) if with_sequences => {
            SEQUENCES.iter().position(|x| *x == s).map(|i| 0xF_0200 + i as u32)
        }
        Named::Sequence(_) => None,
    }
}

/// `\N{name}`: characters and aliases.
pub fn by_name(name: &str) -> Option<u32> {
    match lookup(name)? {
        Named::Char(c) => Some(c),
        Named::Sequence(_) => None,
    }
}
