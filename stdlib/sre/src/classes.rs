//! What one-character instructions take, and which ASCII characters those are, as far as validated code tells before it
//! runs. Not here: characters beyond ASCII and the locale's, which are asked each time; what a match begins with (`lead`).

use crate::ops::*;
use crate::props::{AsciiProps, CharProps, ascii_tolower, category, lower_locale, upper_locale};

/// A set of ASCII characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ascii([u64; 2]);

impl Ascii {
    /// Is this character, which is less than 128, in it?
    #[inline(always)]
    pub fn has(&self, ch: u32) -> bool {
        self.0[(ch >> 6 & 1) as usize] >> (ch & 63) & 1 != 0
    }

    /// Adds those of another set.
    pub fn add(&mut self, other: &Ascii) {
        self.0[0] |= other.0[0];
        self.0[1] |= other.0[1];
    }

    fn of(takes: impl Fn(u32) -> bool) -> Ascii {
        let mut set = Ascii::default();
        for ch in (0..128).filter(|ch| takes(*ch)) {
            set.0[(ch >> 6) as usize] |= 1 << (ch & 63);
        }
        set
    }
}

/// Whether the set at `at` has the character.
pub(crate) fn charset<P: CharProps>(code: &[u32], props: &P, mut at: usize, ch: u32) -> bool {
    let mut ok = true;
    loop {
        let (hit, words) = match code[at] {
            FAILURE => return !ok,
            LITERAL => (code[at + 1] == ch, 2),
            CATEGORY => (category(props, code[at + 1], ch), 2),
            RANGE => (code[at + 1] <= ch && ch <= code[at + 2], 3),
            RANGE_UNI_IGNORE => {
                let within = |c: u32| code[at + 1] <= c && c <= code[at + 2];
                (within(ch) || within(props.upper(ch)), 3)
            }
            CHARSET => (ch < 256 && code[at + 1 + (ch >> 5) as usize] >> (ch & 31) & 1 != 0, 9),
            BIGCHARSET => {
                let blocks = code[at + 1] as usize;
                let hit = ch < 65536 && {
                    let page = (ch >> 8) as usize;
                    let block = code[at + 2 + page / 4].to_le_bytes()[page % 4] as usize;
                    code[at + 66 + block * 8 + ((ch & 255) >> 5) as usize] >> (ch & 31) & 1 != 0
                };
                (hit, 66 + 8 * blocks)
            }
            _ => {
                ok = !ok;
                (false, 1)
            }
        };
        if hit {
            return ok;
        }
        at += words;
    }
}

/// Whether the one-character instruction at `pc` takes the character.
pub(crate) fn one<P: CharProps>(code: &[u32], p: &P, pc: usize, ch: u32) -> bool {
    let loc = |want: u32| ch == want || lower_locale(p, ch) == want || upper_locale(p, ch) == want;
    match code[pc] {
        ANY => ch != 10,
        ANY_ALL => true,
        LITERAL => ch == code[pc + 1],
        NOT_LITERAL => ch != code[pc + 1],
        CATEGORY => category(p, code[pc + 1], ch),
        IN => charset(code, p, pc + 2, ch),
        IN_IGNORE => charset(code, p, pc + 2, ascii_tolower(ch)),
        IN_UNI_IGNORE => charset(code, p, pc + 2, p.lower(ch)),
        IN_LOC_IGNORE => {
            let (lo, up) = (lower_locale(p, ch), upper_locale(p, ch));
            charset(code, p, pc + 2, lo) || (up != lo && charset(code, p, pc + 2, up))
        }
        LITERAL_IGNORE => ascii_tolower(ch) == code[pc + 1],
        NOT_LITERAL_IGNORE => ascii_tolower(ch) != code[pc + 1],
        LITERAL_UNI_IGNORE => p.lower(ch) == code[pc + 1],
        NOT_LITERAL_UNI_IGNORE => p.lower(ch) != code[pc + 1],
        LITERAL_LOC_IGNORE => loc(code[pc + 1]),
        NOT_LITERAL_LOC_IGNORE => !loc(code[pc + 1]),
        _ => false,
    }
}

/// The words of the set at `at`, item by item: operation and place.
fn items(code: &[u32], at: usize) -> impl Iterator<Item = (u32, usize)> {
    let mut next = at;
    core::iter::from_fn(move || {
        let (op, at) = (code[next], next);
        next += match op {
            FAILURE => return None,
            LITERAL | CATEGORY => 2,
            RANGE | RANGE_UNI_IGNORE => 3,
            CHARSET => 9,
            BIGCHARSET => 66 + 8 * code[at + 1] as usize,
            _ => 1,
        };
        Some((op, at))
    })
}

fn is_set(op: u32) -> bool {
    matches!(op, IN | IN_IGNORE | IN_UNI_IGNORE | IN_LOC_IGNORE)
}

/// Does the locale, which can change, decide what the one-character instruction at `pc` takes?
fn asks_locale(code: &[u32], pc: usize) -> bool {
    match code[pc] {
        IN_LOC_IGNORE | LITERAL_LOC_IGNORE | NOT_LITERAL_LOC_IGNORE => true,
        CATEGORY => code[pc + 1] >> 1 == 4,
        op if is_set(op) => items(code, pc + 2).any(|(op, at)| op == CATEGORY && code[at + 1] >> 1 == 4),
        _ => false,
    }
}

/// The ASCII characters that the one-character instruction at `pc` takes; `None` where the locale decides, and of other
/// instructions.
pub(crate) fn ascii(code: &[u32], pc: usize) -> Option<Ascii> {
    let single = matches!(
        code[pc],
        ANY | ANY_ALL
            | LITERAL
            | NOT_LITERAL
            | CATEGORY
            | LITERAL_IGNORE
            | NOT_LITERAL_IGNORE
            | LITERAL_UNI_IGNORE
            | NOT_LITERAL_UNI_IGNORE
    ) || is_set(code[pc]);
    // All properties agree on ASCII.
    (single && !asks_locale(code, pc)).then(|| Ascii::of(|ch| one(code, &AsciiProps, pc, ch)))
}

/// Might the one-character instruction at `pc` take a character beyond ASCII?
pub(crate) fn beyond_ascii(code: &[u32], pc: usize) -> bool {
    match code[pc] {
        LITERAL | LITERAL_IGNORE => code[pc + 1] >= 128,
        IN => items(code, pc + 2).any(|(op, at)| match op {
            LITERAL => code[at + 1] >= 128,
            RANGE => code[at + 2] >= 128,
            CHARSET => code[at + 5..at + 9].iter().any(|w| *w != 0),
            CATEGORY => !matches!(code[at + 1], 0 | 2 | 4),
            _ => true,
        }),
        _ => true,
    }
}
