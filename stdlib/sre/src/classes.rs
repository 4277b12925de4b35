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

    /// The characters of a range, as far as they are ASCII.
    fn range(from: u32, to: u32) -> Ascii {
        if from > to || from > 127 {
            return Ascii::default();
        }
        let all = u128::MAX >> (127 - to.min(127)) & u128::MAX << from;
        Ascii([all as u64, (all >> 64) as u64])
    }

    fn without(self, other: Ascii) -> Ascii {
        Ascii([self.0[0] & !other.0[0], self.0[1] & !other.0[1]])
    }

    fn not(self) -> Ascii {
        Ascii([!self.0[0], !self.0[1]])
    }

    /// What has its lower case in the set: capitals are in it where their small letters are.
    fn folded(self) -> Ascii {
        const CAPITALS: u64 = 0x07ff_fffe;
        Ascii([self.0[0], self.0[1] & !CAPITALS | self.0[1] >> 32 & CAPITALS])
    }

    /// A category that is not the locale's.
    fn category(code: u32) -> Ascii {
        static KNOWN: std::sync::OnceLock<[Ascii; 18]> = std::sync::OnceLock::new();
        let known = KNOWN.get_or_init(|| {
            core::array::from_fn(|code| Ascii::of(|ch| category(&AsciiProps, code as u32, ch)))
        });
        match known.get(code as usize) {
            Some(set) => *set,
            None => Ascii::of(|ch| category(&AsciiProps, code, ch)),
        }
    }

    /// What [`charset`] answers for all ASCII characters together.
    fn charset(code: &[u32], at: usize) -> Ascii {
        let (mut taken, mut open, mut ok) = (Ascii::default(), Ascii::default().not(), true);
        for (op, at) in items(code, at) {
            let set = match op {
                LITERAL => Ascii::range(code[at + 1], code[at + 1]),
                RANGE => Ascii::range(code[at + 1], code[at + 2]),
                CATEGORY => Ascii::category(code[at + 1]),
                CHARSET => {
                    let word = |i: usize| u64::from(code[at + i]) | u64::from(code[at + i + 1]) << 32;
                    Ascii([word(1), word(3)])
                }
                RANGE_UNI_IGNORE | BIGCHARSET => Ascii::of(|ch| item_has(&code[at..], &AsciiProps, ch)),
                _ => {
                    ok = !ok;
                    continue;
                }
            };
            let new = set.without(open.not());
            if ok {
                taken.add(&new);
            }
            open = open.without(new);
        }
        if !ok {
            taken.add(&open);
        }
        taken
    }

    fn of(takes: impl Fn(u32) -> bool) -> Ascii {
        let mut set = Ascii::default();
        for ch in (0..128).filter(|ch| takes(*ch)) {
            set.0[(ch >> 6) as usize] |= 1 << (ch & 63);
        }
        set
    }
}

/// Whether the set's item that `code` begins with has the character.
#[inline(always)]
fn item_has<P: CharProps>(code: &[u32], props: &P, ch: u32) -> bool {
    match code[0] {
        LITERAL => code[1] == ch,
        CATEGORY => category(props, code[1], ch),
        RANGE => code[1] <= ch && ch <= code[2],
        RANGE_UNI_IGNORE => {
            let within = |c: u32| code[1] <= c && c <= code[2];
            within(ch) || within(props.upper(ch))
        }
        CHARSET => ch < 256 && code[1 + (ch >> 5) as usize] >> (ch & 31) & 1 != 0,
        BIGCHARSET => {
            ch < 65536 && {
                let page = (ch >> 8) as usize;
                let block = code[2 + page / 4].to_le_bytes()[page % 4] as usize;
                code[66 + block * 8 + ((ch & 255) >> 5) as usize] >> (ch & 31) & 1 != 0
            }
        }
        _ => false,
    }
}

/// Whether the set at `at` has the character.
pub(crate) fn charset<P: CharProps>(code: &[u32], props: &P, mut at: usize, ch: u32) -> bool {
    let mut ok = true;
    loop {
        let words = match code[at] {
            FAILURE => return !ok,
            LITERAL | CATEGORY => 2,
            RANGE | RANGE_UNI_IGNORE => 3,
            CHARSET => 9,
            BIGCHARSET => 66 + 8 * code[at + 1] as usize,
            _ => {
                ok = !ok;
                at += 1;
                continue;
            }
        };
        if item_has(&code[at..], props, ch) {
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
    // All properties agree on ASCII, where lower case is that of the letters.
    let literal = |word: usize| Ascii::range(code[word], code[word]);
    (single && !asks_locale(code, pc)).then(|| match code[pc] {
        LITERAL => literal(pc + 1),
        NOT_LITERAL => literal(pc + 1).not(),
        LITERAL_IGNORE | LITERAL_UNI_IGNORE => literal(pc + 1).folded(),
        NOT_LITERAL_IGNORE | NOT_LITERAL_UNI_IGNORE => literal(pc + 1).folded().not(),
        CATEGORY => Ascii::category(code[pc + 1]),
        IN => Ascii::charset(code, pc + 2),
        IN_IGNORE | IN_UNI_IGNORE => Ascii::charset(code, pc + 2).folded(),
        _ => Ascii::of(|ch| one(code, &AsciiProps, pc, ch)),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Sets made together are those asked for character by character.
    #[test]
    fn sets_at_once() {
        let mut sets: Vec<Vec<u32>> = vec![
            vec![ANY],
            vec![ANY_ALL],
            vec![IN, 0, LITERAL, 97, RANGE, 48, 57, FAILURE],
            vec![IN, 0, NEGATE, LITERAL, 97, RANGE, 60, 300, CATEGORY, 6, FAILURE],
            vec![IN, 0, RANGE, 200, 300, LITERAL, 1000, FAILURE],
            vec![IN, 0, RANGE, 57, 48, LITERAL, 127, LITERAL, 0, FAILURE],
            vec![IN, 0, LITERAL, 65, NEGATE, RANGE, 64, 70, FAILURE],
            vec![IN, 0, NEGATE, CHARSET, 1, 2, 0xffff_0000, 0x8000_0001, 5, 6, 7, 8, FAILURE],
            vec![IN, 0, RANGE_UNI_IGNORE, 65, 70, CATEGORY, 1, FAILURE],
        ];
        for op in [
            LITERAL,
            NOT_LITERAL,
            LITERAL_IGNORE,
            NOT_LITERAL_IGNORE,
            LITERAL_UNI_IGNORE,
            NOT_LITERAL_UNI_IGNORE,
        ] {
            sets.extend([0, 9, 64, 65, 90, 91, 96, 97, 122, 123, 127, 128, 8490].map(|ch| vec![op, ch]));
        }
        sets.extend((0..18).filter(|c| c >> 1 != 4).map(|c| vec![CATEGORY, c]));
        for op in [IN_IGNORE, IN_UNI_IGNORE] {
            for set in sets.clone().into_iter().filter(|s| s[0] == IN) {
                sets.push([&[op], &set[1..]].concat());
            }
        }
        for code in sets {
            let all = ascii(&code, 0).expect("it is known");
            for ch in 0..128 {
                assert_eq!(all.has(ch), one(&code, &AsciiProps, 0, ch), "{code:?} {ch}");
            }
        }
    }
}
