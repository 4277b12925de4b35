//! Character maps: one byte is a character that a table names. Tables that are Python mappings are asked by callbacks.

use super::*;

const UNDEFINED: &str = "character maps to <undefined>";

/// What a table has in the place of a character it does not define.
const NO_CHAR: u32 = 0xFFFE;

/// `_codecs.charmap_decode` with a string as its table.
#[derive(Clone, Copy, Debug)]
pub struct CharmapDecoder<'a> {
    pub table: Str<'a>,
}

impl Decoder for CharmapDecoder<'_> {
    fn encoding(&self) -> &'static str {
        "charmap"
    }

    fn decode(&mut self, input: &[u8], at: usize, out: &mut Builder) -> Result<usize, Malformed> {
        for (i, &byte) in input.iter().enumerate().skip(at) {
            let byte = byte as usize;
            match if byte < self.table.len() { self.table.at(byte) } else { NO_CHAR } {
                NO_CHAR => return Err(Malformed { start: i, end: i + 1, reason: UNDEFINED }),
                c => out.push(c),
            }
        }
        Ok(input.len())
    }
}

/// `_codecs.charmap_decode` with any mapping: `look` writes what a byte maps to, or says that it does not.
pub fn charmap_decode<E>(
    input: &[u8],
    out: &mut Builder,
    mut look: impl FnMut(u8, &mut Builder) -> Result<bool, E>,
    mut handler: impl FnMut(&'static str, &[u8], Malformed, &mut Builder) -> Result<Resume, E>,
) -> Result<(), E> {
    let mut other: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(&byte) = other.as_deref().unwrap_or(input).get(at) {
        if look(byte, out)? {
            at += 1;
            continue;
        }
        let e = Malformed { start: at, end: at + 1, reason: UNDEFINED };
        let resume = handler("charmap", other.as_deref().unwrap_or(input), e, out)?;
        at = resume.at;
        other = resume.input.or(other);
    }
    Ok(())
}

/// `_codecs.charmap_encode` with any mapping: `look` writes what a character maps to, or says that it does not.
pub fn charmap_encode<E>(
    s: Str<'_>,
    out: &mut Vec<u8>,
    mut look: impl FnMut(u32, &mut Vec<u8>) -> Result<bool, E>,
    mut handler: impl FnMut(&'static str, Str<'_>, Malformed) -> Result<(Replacement, usize), E>,
) -> Result<(), Failed<E>> {
    let (mut at, mut unused) = (0, Vec::new());
    while at < s.len() {
        if look(s.at(at), out).map_err(Failed::Handler)? {
            at += 1;
            continue;
        }
        // All that has no mapping in a row is one error.
        let mut end = at + 1;
        while end < s.len() && !look(s.at(end), &mut unused).map_err(Failed::Handler)? {
            end += 1;
        }
        unused.clear();
        let e = Malformed { start: at, end, reason: UNDEFINED };
        let (replacement, next) = handler("charmap", s, e).map_err(Failed::Handler)?;
        match &replacement {
            Replacement::Bytes(b) => out.extend_from_slice(b),
            Replacement::Text(t) => {
                for c in t.as_str().chars() {
                    if !look(c, out).map_err(Failed::Handler)? {
                        return Err(Failed::Malformed(e));
                    }
                }
            }
        }
        at = next;
    }
    Ok(())
}

/// The inverse of a table of 256 characters (`EncodingMap`): a page of 128 bytes for each part of the BMP it uses.
#[derive(Clone, Debug)]
pub struct EncodingMap {
    /// The page of `c >> 7`, counted from 1; 0 is none.
    pages: Box<[u8; 512]>,
    bytes: Vec<[u8; 128]>,
    groups: usize,
}

/// What `codecs.charmap_build` makes of a table.
#[derive(Clone, Debug)]
pub enum CharmapTable {
    Map(EncodingMap),
    /// A dict from each character to its place.
    Dict,
}

impl EncodingMap {
    /// `PyUnicode_BuildEncodingMap` of a table that is not empty; of more than 256 characters the first count.
    pub fn build(table: Str<'_>) -> CharmapTable {
        let n = table.len().min(256);
        if n == 0 || table.at(0) != 0 {
            return CharmapTable::Dict;
        }
        let mut map = EncodingMap { pages: Box::new([0; 512]), bytes: Vec::new(), groups: 0 };
        let mut groups = [false; 32];
        for i in 1..n {
            let c = table.at(i);
            if c == 0 || c > 0xFFFF {
                return CharmapTable::Dict;
            }
            if c == NO_CHAR {
                continue;
            }
            let page = (c >> 7) as usize;
            if map.pages[page] == 0 {
                if map.bytes.len() == 0xFE {
                    return CharmapTable::Dict;
                }
                map.bytes.push([0; 128]);
                map.pages[page] = map.bytes.len() as u8;
                groups[page >> 4] = true;
            }
            map.bytes[map.pages[page] as usize - 1][c as usize & 127] = i as u8;
        }
        map.groups = groups.iter().filter(|g| **g).count();
        CharmapTable::Map(map)
    }

    /// The byte of a character.
    #[inline]
    pub fn look(&self, c: u32) -> Option<u8> {
        if c == 0 {
            return Some(0);
        }
        let page = *self.pages.get((c >> 7) as usize)?;
        let byte = self.bytes.get((page as usize).checked_sub(1)?)?[c as usize & 127];
        (byte != 0).then_some(byte)
    }

    /// The number that `EncodingMap.size()` gives beyond its header: 16 bytes a group, 128 a page.
    pub fn size(&self) -> usize {
        16 * self.groups + 128 * self.bytes.len()
    }
}

/// `_codecs.charmap_encode` with the map that `charmap_build` made.
#[derive(Clone, Copy, Debug)]
pub struct CharmapEncoder<'a> {
    pub map: &'a EncodingMap,
}

impl Encoder for CharmapEncoder<'_> {
    fn encoding(&self) -> &'static str {
        "charmap"
    }

    fn encode(&mut self, s: Str<'_>, at: usize, out: &mut Vec<u8>) -> Result<(), Malformed> {
        for i in at..s.len() {
            match self.map.look(s.at(i)) {
                Some(byte) => out.push(byte),
                None => {
                    let n = (i..s.len()).take_while(|&i| self.map.look(s.at(i)).is_none()).count();
                    return Err(Malformed { start: i, end: i + n, reason: UNDEFINED });
                }
            }
        }
        Ok(())
    }

    fn replacement(&mut self, text: Str<'_>, out: &mut Vec<u8>) -> bool {
        self.encode(text, 0, out).is_ok()
    }
}
