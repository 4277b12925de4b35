//! What a match begins with: the characters that can be its first ([`First`]), and its first characters together
//! ([`Lead`]), so that a search passes over places where nothing can match. Not here: what one instruction takes
//! (`classes`).

use crate::classes::{self, Ascii};
use crate::engine::Unit;
use crate::ops::*;

/// How many characters of a match are looked at.
const WIDTH: usize = 3;
/// More ways to begin share too many bits of [`Lead`]'s tables to tell anything.
const WAYS: usize = 64;
/// Instructions that are looked at; what is longer is not worth it.
const BUDGET: u32 = 400;

/// What one character may be.
#[derive(Clone, Copy, Default)]
struct Class {
    ascii: Ascii,
    beyond: bool,
}

/// One way to begin: what the first characters may be, as far as that is known. There is at least one.
#[derive(Clone, Copy, Default)]
struct Way {
    classes: [Class; WIDTH],
    len: usize,
}

impl Way {
    fn known(&self) -> &[Class] {
        &self.classes[..self.len]
    }

    /// Adds `n` characters of a class, up to `width` in all.
    fn push(&mut self, class: Class, n: usize, width: usize) {
        let end = width.min(self.len + n);
        self.classes[self.len..end].fill(class);
        self.len = end;
    }
}

/// All ways in which code can begin.
pub(crate) struct Ways {
    found: Vec<Way>,
    width: usize,
    budget: u32,
}

impl Ways {
    /// How the code from `pc` on begins, for a search; `None` where it may match nothing, or is not understood.
    /// `ascii` gives the ASCII characters of the one-character instruction at a place, where they are known.
    pub fn new(code: &[u32], pc: usize, ascii: &impl Fn(usize) -> Option<Ascii>) -> Option<Ways> {
        Ways::of(code, pc, ascii, WIDTH)
    }

    /// The same of the first character alone, for the tail of a repeat.
    pub fn single(code: &[u32], pc: usize, ascii: &impl Fn(usize) -> Option<Ascii>) -> Option<Ways> {
        Ways::of(code, pc, ascii, 1)
    }

    fn of(code: &[u32], pc: usize, ascii: &impl Fn(usize) -> Option<Ascii>, width: usize) -> Option<Ways> {
        let mut ways = Ways { found: Vec::new(), width, budget: BUDGET };
        ways.follow(&Walk { code, ascii }, pc, Way::default())?;
        Some(ways)
    }

    /// Follows the code from `pc` on with the characters taken before; `None` where that may be none. Instructions that
    /// take nothing are passed over: they only refuse.
    fn follow<A: Fn(usize) -> Option<Ascii>>(
        &mut self,
        walk: &Walk<'_, A>,
        mut pc: usize,
        mut way: Way,
    ) -> Option<()> {
        let code = walk.code;
        while way.len < self.width {
            self.budget = self.budget.checked_sub(1)?;
            match code[pc] {
                MARK | AT | ATOMIC_GROUP => pc += 2,
                // What is looked for right here must begin so, whatever follows.
                ASSERT if way.len == 0 && code[pc + 2] == 0 => {
                    let before = self.found.len();
                    if self.follow(walk, pc + 3, way).is_some() {
                        return Some(());
                    }
                    self.found.truncate(before);
                    pc += 1 + code[pc + 1] as usize;
                }
                ASSERT | ASSERT_NOT | JUMP => pc += 1 + code[pc + 1] as usize,
                BRANCH => {
                    pc += 1;
                    while code[pc] != 0 {
                        self.follow(walk, pc + 1, way)?;
                        pc += code[pc] as usize;
                    }
                    return Some(());
                }
                REPEAT_ONE | MIN_REPEAT_ONE | POSSESSIVE_REPEAT_ONE => {
                    let (min, max) = (code[pc + 2] as usize, code[pc + 3] as usize);
                    if max > 0 {
                        let Some(class) = walk.class(pc + 4) else { break };
                        way.push(class, min, self.width);
                        if min < max && way.len < self.width {
                            // One more is a way of its own, behind which there may be others.
                            let mut more = way;
                            more.push(class, 1, self.width);
                            self.found.push(more);
                        }
                    }
                    pc += 1 + code[pc + 1] as usize;
                }
                REPEAT | POSSESSIVE_REPEAT => {
                    // The end of the body, which may be repeated, is not understood, and ends what is known.
                    if code[pc + 3] > 0 {
                        self.follow(walk, pc + 4, way)?;
                    }
                    if code[pc + 2] > 0 {
                        return Some(());
                    }
                    pc += 2 + code[pc + 1] as usize;
                }
                op => {
                    // The end of the pattern, and what is not understood, end what is known.
                    let Some(class) = walk.class(pc) else { break };
                    way.push(class, 1, self.width);
                    pc += match op {
                        ANY | ANY_ALL => 1,
                        IN | IN_IGNORE | IN_UNI_IGNORE | IN_LOC_IGNORE => 1 + code[pc + 1] as usize,
                        _ => 2,
                    };
                }
            }
        }
        if way.len == 0 {
            return None;
        }
        self.found.push(way);
        Some(())
    }

    /// The first characters; `None` where that would be all.
    pub fn first(&self) -> Option<First> {
        let mut any = Class::default();
        for class in self.found.iter().filter_map(|w| w.known().first()) {
            any.ascii.add(&class.ascii);
            any.beyond |= class.beyond;
        }
        let all: Vec<u8> = (0..128u8).filter(|c| any.ascii.has((*c).into())).collect();
        if any.beyond && all.len() == 128 {
            return None;
        }
        let mut table = Box::new([any.beyond; 256]);
        for ch in 0..128 {
            table[ch] = any.ascii.has(ch as u32);
        }
        let few = if any.beyond || all.len() > 3 { Vec::new() } else { all };
        Some(First { table, beyond: any.beyond, few })
    }

    /// The first characters together; `None` where nothing is known beyond the first one.
    pub fn lead(&self) -> Option<Lead> {
        if self.found.len() > WAYS || self.found.iter().any(|w| w.len < 2) {
            return None;
        }
        let mut lead = Lead { tables: Box::new([[0; 256]; WIDTH]), beyond: [0; WIDTH] };
        for (i, way) in self.found.iter().enumerate() {
            let bit = 1 << (i % 8);
            for k in 0..WIDTH {
                let class = way.known().get(k);
                for (ch, ways) in (0..).zip(&mut lead.tables[k]) {
                    let fits = class.is_none_or(|c| if ch < 128 { c.ascii.has(ch) } else { c.beyond });
                    *ways |= if fits { bit } else { 0 };
                }
                lead.beyond[k] |= if class.is_none_or(|c| c.beyond) { bit } else { 0 };
            }
        }
        Some(lead)
    }
}

/// The code that is walked, and what is known of its instructions.
struct Walk<'a, A> {
    code: &'a [u32],
    ascii: &'a A,
}

impl<A: Fn(usize) -> Option<Ascii>> Walk<'_, A> {
    fn class(&self, pc: usize) -> Option<Class> {
        Some(Class { ascii: (self.ascii)(pc)?, beyond: classes::beyond_ascii(self.code, pc) })
    }
}

/// The characters a match can begin with.
#[derive(Clone, Debug)]
pub struct First {
    table: Box<[bool; 256]>,
    /// Characters from 256 on.
    beyond: bool,
    /// The characters, where they are few and ASCII, so that a search for bytes finds them.
    pub few: Vec<u8>,
}

impl First {
    /// Can a match begin with this character?
    #[inline(always)]
    pub fn has(&self, ch: u32) -> bool {
        if ch < 256 { self.table[ch as usize] } else { self.beyond }
    }
}

/// For each of the first characters, the ways to begin that it fits, as bits; ways beyond the eighth share bits.
#[derive(Clone, Debug)]
pub(crate) struct Lead {
    tables: Box<[[u8; 256]; WIDTH]>,
    /// Characters from 256 on.
    beyond: [u8; WIDTH],
}

impl Lead {
    /// The first place in the text where a match can begin. Behind its end anything may be.
    pub fn find<U: Unit>(&self, text: &[U]) -> Option<usize> {
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

/// Where a search begins to look: what is known of the first characters together, else of the first one.
#[derive(Clone, Debug)]
pub(crate) enum Ahead {
    Together(Lead),
    Single(First),
    Unknown,
}

impl Ahead {
    pub fn new(ways: Option<Ways>) -> Ahead {
        let Some(ways) = ways else { return Ahead::Unknown };
        match ways.lead() {
            Some(lead) => Ahead::Together(lead),
            None => ways.first().map_or(Ahead::Unknown, Ahead::Single),
        }
    }
}
