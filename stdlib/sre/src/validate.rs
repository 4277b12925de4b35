//! Validation of code arrays, the part `_validate` plays in `_sre`: every argument, skip and jump
//! is checked before the matcher sees the code. Iterative, so that nesting cannot exhaust the stack.
//! It is stricter than CPython in one point: a one-character repeat may only repeat an
//! instruction that takes one character, as the compiler always writes it.

use crate::classes::{self, Ascii};
use crate::lead::{Ahead, First, Ways};
use crate::ops::*;

/// The code array is not one the compiler could have written (`RuntimeError: invalid SRE code`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCode;

/// A code array that has been validated.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) code: Vec<u32>,
    pub(crate) groups: usize,
    /// For each place of the code, 1 more than the index in `sets` of what the one-character instruction there takes, or 0.
    sets_at: Vec<u32>,
    sets: Vec<Ascii>,
    /// What the code behind a repeat of one character begins with; `sets_at` has the index at the repeat's place.
    tails: Vec<First>,
    /// Where the instructions begin, behind `INFO`.
    pub(crate) entry: usize,
    /// What a match begins with.
    pub(crate) ahead: Ahead,
    /// The literal that a match begins with, for texts of bytes.
    pub(crate) prefix: Option<memchr::memmem::Finder<'static>>,
}

struct Range {
    start: usize,
    end: usize,
    /// For the "yes" side of a conditional: the number and the end of the range around it.
    outer: Option<(u32, usize)>,
}

struct Check<'a> {
    code: &'a [u32],
    groups: u32,
    todo: Vec<Range>,
    owner: Vec<u32>,
    jumps: Vec<(usize, u32, usize)>,
}

impl Program {
    /// Checks `code` for a pattern with `groups` capturing groups.
    pub fn new(code: Vec<u32>, groups: usize) -> Result<Program, InvalidCode> {
        let limit = u32::try_from(groups).ok().filter(|g| *g <= crate::MAXGROUPS).ok_or(InvalidCode)?;
        if code.last() != Some(&SUCCESS) {
            return Err(InvalidCode);
        }
        let mut check = Check {
            code: &code,
            groups: limit,
            todo: Vec::new(),
            owner: vec![0; code.len()],
            jumps: Vec::new(),
        };
        check.run().ok_or(InvalidCode)?;
        let begins = check.owner;
        let mut sets: Vec<Ascii> = Vec::new();
        let mut sets_at = vec![0; code.len()];
        let starts = || (0..code.len()).filter(|at| begins[*at] != 0);
        for at in starts() {
            if let Some(set) = classes::ascii(&code, at) {
                // Patterns repeat few sets; a long list of them is not searched.
                let known = sets.iter().rev().take(32).position(|s| *s == set);
                let i = known.map_or(sets.len(), |n| sets.len() - 1 - n);
                if i == sets.len() {
                    sets.push(set);
                }
                sets_at[at] = u32::try_from(i + 1).map_err(|_| InvalidCode)?;
            }
        }
        let has_info = code[0] == INFO && code.len() > 1;
        let entry = if has_info { 1 + code[1] as usize } else { 0 };
        let mut prefix = None;
        if has_info && code[2] & INFO_PREFIX != 0 {
            let bytes: Result<Vec<u8>, _> =
                code[7..7 + code[5] as usize].iter().map(|c| u8::try_from(*c)).collect();
            prefix = bytes.ok().map(|b| memchr::memmem::Finder::new(&b).into_owned());
        }
        let ascii = |pc: usize| sets.get((sets_at[pc] as usize).wrapping_sub(1)).copied();
        let ahead = Ahead::new(Ways::new(&code, entry, &ascii));
        let mut tails = Vec::new();
        let mut tails_at = Vec::new();
        let possessive = starts().any(|at| code[at] == POSSESSIVE_REPEAT);
        for at in starts().filter(|at| matches!(code[*at], REPEAT_ONE | MIN_REPEAT_ONE)) {
            let tail = at + 1 + code[at + 1] as usize;
            // In a possessive repeat a failed attempt leaves its marks, so that only what has none is passed over.
            if (!possessive || matches!(code[tail], LITERAL | IN))
                && let Some(first) = Ways::single(&code, tail, &ascii).and_then(|w| w.first())
            {
                tails.push(first);
                tails_at.push((at, u32::try_from(tails.len()).map_err(|_| InvalidCode)?));
            }
        }
        for (at, i) in tails_at {
            sets_at[at] = i;
        }
        Ok(Program { code, groups, sets_at, sets, tails, entry, ahead, prefix })
    }

    /// What the code behind the repeat of one character at `pc` begins with, where that is known.
    #[inline(always)]
    pub(crate) fn tail(&self, pc: usize) -> Option<&First> {
        self.tails.get((self.sets_at[pc] as usize).wrapping_sub(1))
    }

    /// The ASCII characters that the one-character instruction at `pc` takes, where that is known.
    #[inline(always)]
    pub(crate) fn ascii(&self, pc: usize) -> Option<&Ascii> {
        self.sets.get((self.sets_at[pc] as usize).wrapping_sub(1))
    }

    /// The words it was made of.
    pub fn code(&self) -> &[u32] {
        &self.code
    }

    /// The number of capturing groups.
    pub fn groups(&self) -> usize {
        self.groups
    }
}

impl Check<'_> {
    fn run(&mut self) -> Option<()> {
        let end = self.code.len() - 1;
        let mut start = 0;
        if self.code[0] == INFO && end > 0 {
            start = 1 + self.skip(1, end)?;
            self.info(start)?;
        }
        self.todo.push(Range { start, end, outer: None });
        let mut id = 0;
        while let Some(range) = self.todo.pop() {
            id += 1;
            self.sequence(range, id)?;
        }
        self.jumps
            .iter()
            .all(|&(target, id, end)| target == end || self.owner.get(target) == Some(&id))
            .then_some(())
    }

    /// The skip at `at`, which must stay within `end`.
    fn skip(&self, at: usize, end: usize) -> Option<usize> {
        if at >= end {
            return None;
        }
        let skip = self.code[at] as usize;
        (skip >= 1 && skip <= end - at).then_some(skip)
    }

    fn info(&self, end: usize) -> Option<()> {
        if end < 5 {
            return None;
        }
        let flags = self.code[2];
        if flags & !(INFO_PREFIX | INFO_LITERAL | INFO_CHARSET) != 0
            || flags & (INFO_PREFIX | INFO_CHARSET) == INFO_PREFIX | INFO_CHARSET
            || flags & (INFO_PREFIX | INFO_LITERAL) == INFO_LITERAL
        {
            return None;
        }
        if flags & INFO_PREFIX != 0 {
            if end < 7 {
                return None;
            }
            let (len, skip) = (self.code[5] as usize, self.code[6] as usize);
            if len == 0 || skip > len || end != 7usize.checked_add(len.checked_mul(2)?)? {
                return None;
            }
            // The search skips that many literals of the pattern itself, so they must be there.
            for i in 0..skip {
                let at = end + 2 * i;
                if at + 2 >= self.code.len()
                    || self.code[at] != LITERAL
                    || self.code[at + 1] != self.code[7 + i]
                {
                    return None;
                }
            }
            let overlap = &self.code[7 + len..end];
            return overlap.iter().enumerate().all(|(i, &v)| (v as usize) <= i).then_some(());
        }
        if flags & INFO_CHARSET != 0 { self.charset(5, end) } else { (end == 5).then_some(()) }
    }

    /// A set in `at..end`, closed by FAILURE in its last word.
    fn charset(&self, mut at: usize, end: usize) -> Option<()> {
        while at < end {
            let words = match self.code[at] {
                FAILURE => return (at + 1 == end).then_some(()),
                NEGATE => 1,
                LITERAL => 2,
                RANGE | RANGE_UNI_IGNORE => 3,
                CATEGORY => {
                    if at + 1 >= end || self.code[at + 1] > 17 {
                        return None;
                    }
                    2
                }
                CHARSET => 9,
                BIGCHARSET => {
                    if at + 66 > end {
                        return None;
                    }
                    let blocks = self.code[at + 1];
                    let bad = |w: &u32| w.to_le_bytes().iter().any(|b| u32::from(*b) >= blocks);
                    if self.code[at + 2..at + 66].iter().any(bad) {
                        return None;
                    }
                    66 + 8 * blocks as usize
                }
                _ => return None,
            };
            at = at.checked_add(words)?;
        }
        None
    }

    fn sequence(&mut self, range: Range, id: u32) -> Option<()> {
        let Range { start: mut at, end, outer } = range;
        while at < end {
            self.owner[at] = id;
            let op = self.code[at];
            let arg = if at + 1 < end { Some(self.code[at + 1]) } else { None };
            at = match op {
                FAILURE | ANY | ANY_ALL => at + 1,
                LITERAL
                | NOT_LITERAL
                | LITERAL_IGNORE
                | NOT_LITERAL_IGNORE
                | LITERAL_UNI_IGNORE
                | NOT_LITERAL_UNI_IGNORE
                | LITERAL_LOC_IGNORE
                | NOT_LITERAL_LOC_IGNORE => {
                    arg?;
                    at + 2
                }
                MARK => {
                    (arg? / 2 < self.groups).then_some(())?;
                    at + 2
                }
                AT => {
                    (arg? <= 11).then_some(())?;
                    at + 2
                }
                CATEGORY => {
                    (arg? <= 17).then_some(())?;
                    at + 2
                }
                GROUPREF | GROUPREF_IGNORE | GROUPREF_UNI_IGNORE | GROUPREF_LOC_IGNORE => {
                    (arg? < self.groups).then_some(())?;
                    at + 2
                }
                IN | IN_IGNORE | IN_UNI_IGNORE | IN_LOC_IGNORE => {
                    let next = at + 1 + self.skip(at + 1, end)?;
                    self.charset(at + 2, next)?;
                    next
                }
                BRANCH => self.branch(at + 1, end)?,
                REPEAT_ONE | MIN_REPEAT_ONE | POSSESSIVE_REPEAT_ONE => {
                    let next = at + 1 + self.skip(at + 1, end)?;
                    self.bounds(at + 2, next)?;
                    let last = next - 1;
                    let single = match *self.code.get(at + 4)? {
                        ANY | ANY_ALL => at + 5 == last,
                        LITERAL
                        | NOT_LITERAL
                        | LITERAL_IGNORE
                        | NOT_LITERAL_IGNORE
                        | LITERAL_UNI_IGNORE
                        | NOT_LITERAL_UNI_IGNORE
                        | LITERAL_LOC_IGNORE
                        | NOT_LITERAL_LOC_IGNORE
                        | CATEGORY => at + 6 == last,
                        IN | IN_IGNORE | IN_UNI_IGNORE | IN_LOC_IGNORE => {
                            at + 5 < last && at + 5 + self.skip(at + 5, last)? == last
                        }
                        _ => false,
                    };
                    (single && self.code[last] == SUCCESS).then_some(())?;
                    self.todo.push(Range { start: at + 4, end: last, outer: None });
                    next
                }
                REPEAT | POSSESSIVE_REPEAT => {
                    let close = at + 1 + self.skip(at + 1, end)?;
                    self.bounds(at + 2, close)?;
                    let closing = if close < end { self.code[close] } else { return None };
                    let good = if op == REPEAT {
                        closing == MAX_UNTIL || closing == MIN_UNTIL
                    } else {
                        closing == SUCCESS
                    };
                    good.then_some(())?;
                    self.todo.push(Range { start: at + 4, end: close, outer: None });
                    close + 1
                }
                ATOMIC_GROUP | ASSERT | ASSERT_NOT => {
                    let next = at + 1 + self.skip(at + 1, end)?;
                    let body = if op == ATOMIC_GROUP { at + 2 } else { at + 3 };
                    (body < next && self.code[next - 1] == SUCCESS).then_some(())?;
                    self.todo.push(Range { start: body, end: next - 1, outer: None });
                    next
                }
                GROUPREF_EXISTS => {
                    (arg? < self.groups && at + 2 < end).then_some(())?;
                    let target = (at + 1).checked_add(self.code[at + 2] as usize)?;
                    (target >= at + 3 && target <= end).then_some(())?;
                    self.todo.push(Range { start: at + 3, end: target, outer: Some((id, end)) });
                    target
                }
                // Only the last instruction of a conditional's "yes" side; it passes over the "no" side.
                JUMP => {
                    let (outer_id, outer_end) = outer?;
                    (at + 2 == end).then_some(())?;
                    let target = (at + 1).checked_add(arg? as usize)?;
                    (target >= end && target <= outer_end).then_some(())?;
                    self.jumps.push((target, outer_id, outer_end));
                    at + 2
                }
                _ => return None,
            };
        }
        (at == end).then_some(())
    }

    fn bounds(&self, at: usize, end: usize) -> Option<()> {
        (at + 2 <= end && self.code[at] <= self.code[at + 1]).then_some(())
    }

    fn branch(&mut self, mut at: usize, end: usize) -> Option<usize> {
        let mut target = None;
        loop {
            if at >= end {
                return None;
            }
            if self.code[at] == 0 {
                return target.is_none_or(|t| t == at + 1).then_some(at + 1);
            }
            let next = at + self.skip(at, end)?;
            (next >= at + 3 && self.code[next - 2] == JUMP).then_some(())?;
            let goal = (next - 1).checked_add(self.code[next - 1] as usize)?;
            (*target.get_or_insert(goal) == goal).then_some(())?;
            self.todo.push(Range { start: at + 1, end: next - 2, outer: None });
            at = next;
        }
    }
}
