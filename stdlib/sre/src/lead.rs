//! The first characters of a match, together: a search passes over places where no alternative's first [`WIDTH`]
//! characters can be. Not here: what one instruction takes (`classes`).

use crate::classes::{self, Ascii};
use crate::engine::Unit;
use crate::ops::*;

/// How many characters are looked at.
const WIDTH: usize = 3;
/// More ways to begin are not followed.
const WAYS: usize = 64;

/// What one character of a way to begin may be.
#[derive(Clone, Copy)]
struct Class {
    ascii: Ascii,
    beyond: bool,
}

/// For each of the first characters, the ways to begin that it fits, as bits; ways beyond the eighth share bits.
#[derive(Clone, Debug)]
pub struct Lead {
    tables: Box<[[u8; 256]; WIDTH]>,
    /// Characters from 256 on.
    beyond: [u8; WIDTH],
}

impl Lead {
    /// How the code from `pc` on begins; `None` where a match may be empty, or nothing is known beyond its first
    /// character.
    pub(crate) fn new(code: &[u32], pc: usize) -> Option<Lead> {
        let mut ways = Ways { found: Vec::new(), budget: 400 };
        ways.follow(code, pc, Vec::new())?;
        if ways.found.iter().any(|w| w.len() < 2) {
            return None;
        }
        let mut lead = Lead { tables: Box::new([[0; 256]; WIDTH]), beyond: [0; WIDTH] };
        for (i, way) in ways.found.iter().enumerate() {
            let bit = 1 << (i % 8);
            for k in 0..WIDTH {
                let class = way.get(k);
                for (ch, ways) in (0..).zip(&mut lead.tables[k]) {
                    let fits = class.is_none_or(|c| if ch < 128 { c.ascii.has(ch) } else { c.beyond });
                    *ways |= if fits { bit } else { 0 };
                }
                lead.beyond[k] |= if class.is_none_or(|c| c.beyond) { bit } else { 0 };
            }
        }
        Some(lead)
    }

    /// The first place in the text where a match can begin. Behind its end anything may be.
    pub(crate) fn find<U: Unit>(&self, text: &[U]) -> Option<usize> {
        let ways = |k: usize, c: U| match u8::try_from(c.code()) {
            Ok(c) => self.tables[k][usize::from(c)],
            Err(_) => self.beyond[k],
        };
        let fits = |w: &[U]| matches!(w, [a, b, c] if ways(0, *a) & ways(1, *b) & ways(2, *c) != 0);
        text.windows(WIDTH).position(fits).or_else(|| {
            (text.len().saturating_sub(WIDTH - 1)..text.len())
                .find(|at| text[*at..].iter().enumerate().fold(u8::MAX, |all, (k, c)| all & ways(k, *c)) != 0)
        })
    }
}

struct Ways {
    found: Vec<Vec<Class>>,
    /// Instructions still to look at; what is longer is not worth it.
    budget: u32,
}

impl Ways {
    /// Follows the code from `pc` on with the characters taken before; `None` where that may be none.
    fn follow(&mut self, code: &[u32], mut pc: usize, mut taken: Vec<Class>) -> Option<()> {
        while taken.len() < WIDTH {
            self.budget = self.budget.checked_sub(1)?;
            match code[pc] {
                MARK | AT | ATOMIC_GROUP => pc += 2,
                ASSERT | ASSERT_NOT | JUMP => pc += 1 + code[pc + 1] as usize,
                BRANCH => {
                    pc += 1;
                    while code[pc] != 0 {
                        self.follow(code, pc + 1, taken.clone())?;
                        pc += code[pc] as usize;
                    }
                    return Some(());
                }
                REPEAT_ONE | MIN_REPEAT_ONE | POSSESSIVE_REPEAT_ONE => {
                    let (min, max) = (code[pc + 2], code[pc + 3]);
                    let Some(class) = class(code, pc + 4) else { break };
                    let n = WIDTH.min(min as usize);
                    taken.extend(core::iter::repeat_n(class, n));
                    if min != max {
                        break;
                    }
                    pc += 1 + code[pc + 1] as usize;
                }
                op => {
                    // The end of the pattern, and what is not understood, end what is known.
                    let Some(class) = class(code, pc) else { break };
                    taken.push(class);
                    pc += match op {
                        ANY | ANY_ALL => 1,
                        IN | IN_IGNORE | IN_UNI_IGNORE | IN_LOC_IGNORE => 1 + code[pc + 1] as usize,
                        _ => 2,
                    };
                }
            }
        }
        if taken.is_empty() || self.found.len() == WAYS {
            return None;
        }
        self.found.push(taken);
        Some(())
    }
}

fn class(code: &[u32], pc: usize) -> Option<Class> {
    Some(Class { ascii: classes::ascii(code, pc)?, beyond: classes::beyond_ascii(code, pc) })
}
