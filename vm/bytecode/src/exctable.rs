//! The exception table, `co_exceptiontable` (`Objects/exception_handling_notes.txt`): writer and reader.

/// A range of code and its handler. Offsets are in code units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    pub start: u32,
    /// Exclusive.
    pub end: u32,
    pub target: u32,
    /// To what depth the stack is unwound.
    pub depth: u32,
    /// Whether the offset of the instruction that raised is pushed before the exception.
    pub lasti: bool,
}

fn item(table: &mut Vec<u8>, value: u32, first: u8) {
    let mut first = first;
    for shift in [24, 18, 12, 6] {
        if value >> shift != 0 {
            table.push((value >> shift & 63) as u8 | 0x40 | first);
            first = 0;
        }
    }
    table.push((value & 63) as u8 | first);
}

/// Appends an entry.
pub fn write(table: &mut Vec<u8>, entry: Entry) {
    item(table, entry.start, 0x80);
    item(table, entry.end - entry.start, 0);
    item(table, entry.target, 0);
    item(table, entry.depth << 1 | u32::from(entry.lasti), 0);
}

/// Reads a table; it ends early where it is cut off, and numbers that would overflow wrap.
#[derive(Clone, Debug)]
pub struct Entries<'a>(std::slice::Iter<'a, u8>);

impl<'a> Entries<'a> {
    pub fn new(table: &'a [u8]) -> Entries<'a> {
        Entries(table.iter())
    }

    fn item(&mut self) -> Option<u32> {
        let mut byte = *self.0.next()?;
        let mut value = u32::from(byte & 63);
        while byte & 0x40 != 0 {
            byte = *self.0.next()?;
            value = value << 6 | u32::from(byte & 63);
        }
        Some(value)
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let start = self.item()?;
        let size = self.item()?;
        let target = self.item()?;
        let last = self.item()?;
        Some(Entry { start, end: start.wrapping_add(size), target, depth: last >> 1, lasti: last & 1 != 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let entries = [
            Entry { start: 0, end: 1, target: 63, depth: 0, lasti: false },
            Entry { start: 64, end: 4200, target: 4096, depth: 3, lasti: true },
            Entry { start: 300_000, end: 20_000_000, target: 1 << 29, depth: 40, lasti: true },
        ];
        let mut table = Vec::new();
        entries.iter().for_each(|e| write(&mut table, *e));
        assert_eq!(Entries::new(&table).collect::<Vec<_>>(), entries);
        for cut in 0..table.len() {
            assert!(Entries::new(&table[..cut]).count() < entries.len());
        }
        // The first byte of an entry, and no other, has the top bit.
        assert_eq!(table.iter().filter(|b| **b & 0x80 != 0).count(), entries.len());
    }
}
