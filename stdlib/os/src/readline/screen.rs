//! A prompt and a line under edit on a terminal: where each character stands, and what to write so that the screen shows
//! a new state. Lines longer than the terminal is wide go on below.

use dxpy_text::unicode;

/// The character that stands for a byte that is no UTF-8: above all assigned ones.
pub const RAW: u32 = 0x10_FF00;

/// Text as bytes.
pub fn encode(text: &[char]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text {
        match u32::from(*c).checked_sub(RAW) {
            Some(byte) => out.push(byte as u8),
            None => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out
}

/// Bytes as text.
pub fn decode(bytes: &[u8]) -> Vec<char> {
    let mut out = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.extend(chunk.valid().chars());
        out.extend(chunk.invalid().iter().map(|b| char::from_u32(RAW + u32::from(*b)).unwrap_or('?')));
    }
    out
}

/// Columns that a character takes: 0 for combining ones, 2 for wide ones.
pub fn width(c: char) -> usize {
    let n = u32::from(c);
    match n {
        0..0x7f => 1,
        RAW.. => 1,
        0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x2064 | 0xfe00..=0xfe0f | 0xfeff => 0,
        _ if matches!(unicode::category(n), "Mn" | "Me") => 0,
        _ if matches!(unicode::east_asian_width(n), "W" | "F") => 2,
        _ => 1,
    }
}

/// A prompt: what is written, and the columns that it takes.
#[derive(Clone, Debug, Default)]
pub struct Prompt {
    /// Lines above the one that the text stands in.
    pub above: Vec<u8>,
    pub shown: Vec<u8>,
    pub columns: usize,
}

impl Prompt {
    /// Between `\x01` and `\x02` stands what takes no room: colours.
    pub fn new(bytes: &[u8]) -> Prompt {
        let cut = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let (above, last) = bytes.split_at(cut);
        let plain = |b: &[u8]| b.iter().copied().filter(|b| !matches!(b, 1 | 2)).collect::<Vec<u8>>();
        let mut invisible = false;
        let seen: Vec<u8> = last
            .iter()
            .copied()
            .filter(|b| {
                match b {
                    1 => invisible = true,
                    2 => invisible = false,
                    _ => return !invisible,
                }
                false
            })
            .collect();
        Prompt {
            above: plain(above),
            shown: plain(last),
            columns: decode(&seen).into_iter().map(width).sum(),
        }
    }
}

/// How a character looks: control characters as `^X`, bytes that are no text as octal numbers.
fn look(c: char, column: usize, out: &mut Vec<u8>) -> usize {
    let n = u32::from(c);
    match n {
        9 => {
            let room = 8 - column % 8;
            out.extend(std::iter::repeat_n(b' ', room));
            room
        }
        0..32 | 127 => {
            out.extend([b'^', n as u8 ^ 0x40]);
            2
        }
        RAW.. => {
            out.extend(format!("\\{:o}", n - RAW).as_bytes());
            4
        }
        _ => {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            width(c)
        }
    }
}

/// What the terminal shows.
#[derive(Default)]
pub struct Screen {
    /// Row of the cursor below the prompt's first.
    row: usize,
    /// The text shown, with the cursor behind all of it; else `None`.
    plain: Option<Vec<char>>,
    /// Column behind it.
    end: usize,
}

impl Screen {
    /// Brings the screen to a new state. `dumb`: the terminal knows no escape sequences.
    pub fn draw(&mut self, p: &Prompt, text: &[char], point: usize, columns: usize, dumb: bool) -> Vec<u8> {
        let columns = columns.max(2);
        let mut out = Vec::new();
        // What is typed at the end is only added.
        if point == text.len()
            && let Some(old) = &self.plain
            && text.starts_with(old)
        {
            let mut column = self.end;
            let mut fits = true;
            for c in &text[old.len()..] {
                column += look(*c, column, &mut out);
                fits &= column < columns;
            }
            if fits {
                self.plain = Some(text.to_vec());
                self.end = column;
                return out;
            }
            out.clear();
        }
        if self.row > 0 {
            out.extend(if dumb { Vec::new() } else { format!("\x1b[{}A", self.row).into_bytes() });
        }
        let fresh = self.plain.is_none() && self.row == 0 && self.end == 0;
        if !fresh {
            out.push(b'\r');
        }
        out.extend_from_slice(&p.shown);
        let (mut row, mut column) = (p.columns / columns, p.columns % columns);
        let mut cursor = (row, column);
        for (i, c) in text.iter().enumerate() {
            let mut cell = Vec::new();
            let mut room = look(*c, column, &mut cell);
            if *c == '\t' && column + room > columns {
                room = columns - column;
                cell.truncate(room);
            }
            // A wide character does not stand in two rows.
            if room == 2 && column + 2 > columns && cell.len() > 2 {
                out.push(b' ');
                (row, column) = (row + 1, 0);
            }
            if i == point {
                cursor = (row, column);
            }
            out.extend_from_slice(&cell);
            column += room;
            row += column / columns;
            column %= columns;
        }
        if point >= text.len() {
            cursor = (row, column);
        }
        if column == 0 && row > 0 {
            // The terminal waits at the end of the row for one character more.
            out.extend_from_slice(b" \r");
        }
        if dumb {
            if !fresh {
                out.extend(std::iter::repeat_n(b' ', 8));
                out.extend(std::iter::repeat_n(8, 8));
            }
            out.extend(std::iter::repeat_n(
                8,
                (row * columns + column).saturating_sub(cursor.0 * columns + cursor.1),
            ));
        } else {
            if !fresh {
                out.extend_from_slice(b"\x1b[J");
            }
            if row > cursor.0 {
                out.extend(format!("\x1b[{}A", row - cursor.0).into_bytes());
            }
            if (row, column) != cursor {
                out.push(b'\r');
                if cursor.1 > 0 {
                    out.extend(format!("\x1b[{}C", cursor.1).into_bytes());
                }
            }
        }
        self.row = cursor.0;
        self.end = column;
        self.plain = (point == text.len() && row == 0).then(|| text.to_vec());
        out
    }

    /// Whether the cursor went to a row of its own because the text filled the one above.
    pub fn is_on_fresh_row(&self) -> bool {
        self.row > 0 && self.end == 0
    }

    /// Another prompt is to be shown in place of this one.
    pub fn invalidate(&mut self) {
        self.plain = None;
        self.end = usize::MAX;
    }

    /// The screen was left: the prompt is to be drawn anew.
    pub fn forget(&mut self) {
        *self = Screen::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(s: &str) -> Vec<char> {
        s.chars().collect()
    }

    #[test]
    fn typing_is_only_added() {
        let p = Prompt::new(b"\x01\x1b[31m\x02>> \x01\x1b[0m\x02");
        assert_eq!(p.columns, 3);
        let mut s = Screen::default();
        assert_eq!(s.draw(&p, &[], 0, 80, false), b"\x1b[31m>> \x1b[0m");
        assert_eq!(s.draw(&p, &chars("ab"), 2, 80, false), b"ab");
        assert_eq!(s.draw(&p, &chars("abc"), 3, 80, false), b"c");
        assert_eq!(s.draw(&p, &chars("ac"), 1, 80, false), b"\r\x1b[31m>> \x1b[0mac\x1b[J\r\x1b[4C");
    }

    #[test]
    fn rows() {
        let p = Prompt::new(b"> ");
        let mut s = Screen::default();
        s.draw(&p, &[], 0, 10, false);
        assert_eq!(s.draw(&p, &chars("0123456789"), 10, 10, false), b"\r> 0123456789\x1b[J");
        assert_eq!(s.row, 1);
        assert!(s.draw(&p, &chars("0123456789"), 0, 10, false).starts_with(b"\x1b[1A\r> "));
        assert_eq!(s.row, 0);
    }

    #[test]
    fn bytes_come_back() {
        let b = b"a\xff\xc3\xa9\xe2\x82";
        assert_eq!(encode(&decode(b)), b);
        assert_eq!((width('日'), width('\u{301}'), width('é')), (2, 0, 1));
    }
}
