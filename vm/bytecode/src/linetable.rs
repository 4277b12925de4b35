//! The location table, `co_linetable` (PEP 657, `Objects/locations.md`): writer and reader, and the views of it that
//! programs see (`co_lines`, `co_positions`, `co_lnotab`).

use dxpy_ast::Location;

/// Code units one entry can cover.
const MAX_UNITS: usize = 8;

/// Kinds of entry beside the short (0 to 9) and the one-line forms (10 to 12).
const NO_COLUMNS: u8 = 13;
const LONG: u8 = 14;
const NONE: u8 = 15;
const SHORT_FORMS: i32 = 10;

/// Appends entries to a table.
#[derive(Clone, Debug)]
pub struct Writer {
    table: Vec<u8>,
    line: i32,
}

impl Writer {
    /// A writer for code whose `co_firstlineno` is `firstlineno`.
    pub fn new(firstlineno: i32) -> Writer {
        Writer { table: Vec::new(), line: firstlineno }
    }

    /// Says that the next `units` code units stand at `loc`.
    pub fn add(&mut self, loc: Location, mut units: usize) {
        while units > MAX_UNITS {
            self.entry(loc, MAX_UNITS);
            units -= MAX_UNITS;
        }
        if units > 0 {
            self.entry(loc, units);
        }
    }

    pub fn finish(self) -> Vec<u8> {
        self.table
    }

    fn head(&mut self, kind: u8, units: usize) {
        self.table.push(0x80 | kind << 3 | (units as u8 - 1));
    }

    fn varint(&mut self, mut value: u32) {
        while value >= 64 {
            self.table.push(0x40 | (value & 63) as u8);
            value >>= 6;
        }
        self.table.push(value as u8);
    }

    fn signed(&mut self, value: i32) {
        self.varint(if value < 0 { value.unsigned_abs() << 1 | 1 } else { (value as u32) << 1 });
    }

    fn entry(&mut self, loc: Location, units: usize) {
        if loc.lineno < 0 {
            self.head(NONE, units);
            return;
        }
        // Trees handed to compile() can say anything; CPython's ints wrap.
        let delta = loc.lineno.wrapping_sub(self.line);
        let (start, end) = (loc.col_offset, loc.end_col_offset);
        let one_line = loc.end_lineno == loc.lineno;
        self.line = loc.lineno;
        if start < 0 || end < 0 {
            if one_line || loc.end_lineno == -1 {
                self.head(NO_COLUMNS, units);
                self.signed(delta);
                return;
            }
        } else if one_line {
            if delta == 0 && start < 80 && (0..16).contains(&(end - start)) {
                self.head((start / 8) as u8, units);
                self.table.push((start as u8 % 8) << 4 | (end - start) as u8);
                return;
            }
            if (0..3).contains(&delta) && start < 128 && end < 128 {
                self.head((SHORT_FORMS + delta) as u8, units);
                self.table.extend([start as u8, end as u8]);
                return;
            }
        }
        self.head(LONG, units);
        self.signed(delta);
        self.varint(loc.end_lineno.wrapping_sub(loc.lineno) as u32);
        self.varint(start.wrapping_add(1) as u32);
        self.varint(end.wrapping_add(1) as u32);
    }
}

/// Reads a table: per entry its location (fields -1 where there is none) and its code units. A table that is cut off
/// or damaged ends early; numbers that would overflow wrap.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    rest: &'a [u8],
    line: i32,
}

impl<'a> Entries<'a> {
    pub fn new(table: &'a [u8], firstlineno: i32) -> Entries<'a> {
        Entries { rest: table, line: firstlineno }
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn varint(&mut self) -> Option<i32> {
        let (mut value, mut shift) = (0u32, 0);
        loop {
            let byte = self.byte()?;
            value |= u32::from(byte & 63).checked_shl(shift).unwrap_or(0);
            shift = (shift + 6).min(32);
            if byte & 0x40 == 0 {
                return Some(value as i32);
            }
        }
    }

    fn signed(&mut self) -> Option<i32> {
        let value = self.varint()? as u32;
        let size = (value >> 1) as i32;
        Some(if value & 1 != 0 { -size } else { size })
    }
}

impl Iterator for Entries<'_> {
    type Item = (Location, usize);

    fn next(&mut self) -> Option<(Location, usize)> {
        let head = self.byte()?;
        let units = (head & 7) as usize + 1;
        let mut loc = Location { lineno: -1, end_lineno: -1, col_offset: -1, end_col_offset: -1 };
        match head >> 3 & 15 {
            NONE => return Some((loc, units)),
            NO_COLUMNS => {
                self.line = self.line.wrapping_add(self.signed()?);
                loc.end_lineno = self.line;
            }
            LONG => {
                self.line = self.line.wrapping_add(self.signed()?);
                loc.end_lineno = self.line.wrapping_add(self.varint()?);
                loc.col_offset = self.varint()?.wrapping_sub(1);
                loc.end_col_offset = self.varint()?.wrapping_sub(1);
            }
            kind if i32::from(kind) >= SHORT_FORMS => {
                self.line = self.line.wrapping_add(i32::from(kind) - SHORT_FORMS);
                loc.end_lineno = self.line;
                loc.col_offset = self.byte()?.into();
                loc.end_col_offset = self.byte()?.into();
            }
            kind => {
                let second = self.byte()?;
                loc.end_lineno = self.line;
                loc.col_offset = i32::from(kind) << 3 | i32::from(second >> 4 & 7);
                loc.end_col_offset = loc.col_offset + i32::from(second & 15);
            }
        }
        loc.lineno = self.line;
        Some((loc, units))
    }
}

/// A table that says the lines only (`remove_column_info`).
pub fn without_columns(table: &[u8], firstlineno: i32) -> Vec<u8> {
    let mut out = Writer::new(firstlineno);
    for (loc, units) in Entries::new(table, firstlineno) {
        let line = loc.lineno;
        out.add(Location { lineno: line, end_lineno: line, col_offset: -1, end_col_offset: -1 }, units);
    }
    out.finish()
}

/// The location of the code unit at byte `offset`; `None` behind the end of the table.
pub fn at(table: &[u8], firstlineno: i32, offset: usize) -> Option<Location> {
    let mut end = 0;
    Entries::new(table, firstlineno).find_map(|(loc, units)| {
        end += units * 2;
        (end > offset).then_some(loc)
    })
}

/// A range of `co_lines()`, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineRange {
    pub start: usize,
    /// Exclusive.
    pub end: usize,
    /// `None` for code on no line.
    pub line: Option<i32>,
}

/// The ranges of one line each, neighbours of the same line being one (`code.co_lines`, PEP 626).
pub fn lines(table: &[u8], firstlineno: i32) -> impl Iterator<Item = LineRange> {
    let mut entries = Entries::new(table, firstlineno);
    let mut start = 0;
    let mut next = entries.next();
    std::iter::from_fn(move || {
        let (first, mut units) = next?;
        loop {
            next = entries.next();
            match next {
                Some((loc, more)) if loc.lineno == first.lineno => units += more,
                _ => break,
            }
        }
        let range =
            LineRange { start, end: start + units * 2, line: (first.lineno != -1).then_some(first.lineno) };
        start = range.end;
        Some(range)
    })
}

/// The location of each code unit (`code.co_positions`); fields that are -1 are `None` there.
pub fn positions(table: &[u8], firstlineno: i32) -> impl Iterator<Item = Location> {
    Entries::new(table, firstlineno).flat_map(|(loc, units)| std::iter::repeat_n(loc, units))
}

/// The line table of Python up to 3.9: pairs of a distance in bytes and one in lines (`code.co_lnotab`).
pub fn lnotab(table: &[u8], firstlineno: i32) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut line, mut offset, mut start) = (firstlineno, 0, 0);
    let mut entries = Entries::new(table, firstlineno);
    while let Some((_, units)) = entries.next() {
        // Code on no line belongs to the line before it.
        if entries.line != line {
            let mut bytes: usize = start - offset;
            let mut lines = i64::from(entries.line) - i64::from(line);
            while bytes > 255 {
                out.extend([255, 0]);
                bytes -= 255;
            }
            while lines > 127 {
                out.extend([bytes as u8, 127]);
                (bytes, lines) = (0, lines - 127);
            }
            while lines < -128 {
                out.extend([bytes as u8, 0x80]);
                (bytes, lines) = (0, lines + 128);
            }
            out.extend([bytes as u8, lines as i8 as u8]);
            (line, offset) = (entries.line, start);
        }
        start += units * 2;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let at = |lineno, end_lineno, col_offset, end_col_offset| Location {
            lineno,
            end_lineno,
            col_offset,
            end_col_offset,
        };
        let entries = [
            (at(1, 1, 0, 0), 1),
            (at(1, 1, 79, 94), 8),
            (at(1, 1, 80, 81), 3),
            (at(2, 2, 3, 127), 2),
            (at(4, 4, 3, 128), 2),
            (at(3, 3, 0, 5), 2),
            (at(-1, -1, -1, -1), 7),
            (at(500, 500, -1, -1), 7),
            (at(500, 600, 1000, 0), 8),
            (at(500, 501, -1, -1), 8),
            (at(1, 1, 9, 8), 1),
        ];
        let mut w = Writer::new(1);
        entries.iter().for_each(|(loc, units)| w.add(*loc, *units));
        let table = w.finish();
        assert_eq!(Entries::new(&table, 1).collect::<Vec<_>>(), entries);
        for cut in 0..table.len() {
            assert!(Entries::new(&table[..cut], 1).count() <= entries.len());
        }
    }

    #[test]
    fn long_runs_are_split() {
        let loc = Location { lineno: 9, end_lineno: 9, col_offset: 1, end_col_offset: 2 };
        let mut w = Writer::new(8);
        w.add(loc, 19);
        let table = w.finish();
        let units: Vec<usize> = Entries::new(&table, 8).map(|(l, n)| if l == loc { n } else { 0 }).collect();
        assert_eq!(units, [8, 8, 3]);
    }
}
