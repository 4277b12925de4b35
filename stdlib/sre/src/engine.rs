//! The matcher: an interpreter of validated code with its own stack on the heap, and the search
//! loops. Each backtracking point is a [`Frame`]; saved group marks lie on a second stack. Saving
//! and restoring of marks follows `_sre` exactly, because the groups a failed attempt leaves
//! behind are visible to programs.

use crate::classes;
use crate::lead::{Ahead, First};
use crate::ops::*;
use crate::props::{CharProps, ascii_tolower, category, lower_locale};
use crate::{MAXREPEAT, Program};
use memchr::memmem::Finder;

/// A storage unit of the subject: one byte, two or four.
pub trait Unit: Copy + Eq {
    /// The character's number.
    fn code(self) -> u32;
    /// The first place in `hay` that holds `ch`.
    fn find(hay: &[Self], ch: u32) -> Option<usize> {
        hay.iter().position(|c| c.code() == ch)
    }
    /// The first place in `hay` of a text that is not empty; `finder` finds it among bytes.
    fn find_all(hay: &[Self], text: &[u32], finder: Option<&Finder<'static>>) -> Option<usize> {
        let _ = finder;
        let mut at = 0;
        loop {
            at += Self::find(&hay[at..(hay.len() + 1).checked_sub(text.len())?.max(at)], text[0])?;
            if hay[at..].iter().zip(text).all(|(c, p)| c.code() == *p) {
                return Some(at);
            }
            at += 1;
        }
    }
    /// The first place in `hay` where a match can begin.
    fn find_first(hay: &[Self], first: &First) -> Option<usize> {
        hay.iter().position(|c| first.has(c.code()))
    }
}
impl Unit for u8 {
    #[inline(always)]
    fn code(self) -> u32 {
        u32::from(self)
    }
    fn find(hay: &[Self], ch: u32) -> Option<usize> {
        memchr::memchr(u8::try_from(ch).ok()?, hay)
    }
    fn find_all(hay: &[Self], _text: &[u32], finder: Option<&Finder<'static>>) -> Option<usize> {
        // A text with characters beyond bytes has no finder, and is not there.
        finder?.find(hay)
    }
    fn find_first(hay: &[Self], first: &First) -> Option<usize> {
        match *first.few {
            [a] => memchr::memchr(a, hay),
            [a, b] => memchr::memchr2(a, b, hay),
            [a, b, c] => memchr::memchr3(a, b, c, hay),
            _ => hay.iter().position(|c| first.has(c.code())),
        }
    }
}
impl Unit for u16 {
    #[inline(always)]
    fn code(self) -> u32 {
        u32::from(self)
    }
}
impl Unit for u32 {
    #[inline(always)]
    fn code(self) -> u32 {
        self
    }
}

/// Why a match attempt ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The stacks would outgrow the limit (`MemoryError`).
    Memory,
    /// The poll callback asked to stop (an exception from a signal handler is pending).
    Interrupted,
    /// A repeat's end without its beginning (`RuntimeError: invalid SRE code`).
    Code,
    /// A group that ends before it begins (`SystemError`: "The span of capturing group is wrong,
    /// please report a bug for the re module.").
    Span,
}

const NONE: usize = usize::MAX;
const FRAME_LIMIT: usize = 1 << 26;
const POLL_EVERY: u32 = 1 << 14;

/// The state of one scan of a subject.
#[derive(Clone, Debug)]
pub struct State {
    /// Where the next attempt begins; after success, where the match began.
    pub start: usize,
    /// Where the match ended.
    pub ptr: usize,
    /// `endpos`, at most the length of the subject.
    pub end: usize,
    /// An empty match at `start` does not count (`finditer` after an empty match).
    pub must_advance: bool,
    /// The match must reach `end` (`fullmatch`).
    pub match_all: bool,
    /// The last group closed, as `Match.lastindex`; 0 for none.
    pub lastindex: usize,
    lastmark: usize,
    marks: Vec<usize>,
    repeat: usize,
    repeats: Vec<Repeat>,
    frames: Vec<Frame>,
    saved: Vec<usize>,
    steps: u32,
}

#[derive(Clone, Copy, Debug)]
struct Repeat {
    count: i64,
    code: usize,
    prev: usize,
    last: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Assert,
    AssertNot,
    Atomic,
    Branch,
    Repeat,
    RepeatOne,
    MinRepeatOne,
    PossMin,
    PossMax,
    MaxMin,
    MaxBody,
    MaxTail,
    MinMin,
    MinTail,
    MinBody,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    then: Then,
    top: bool,
    pushed: bool,
    pc: usize,
    ptr: usize,
    count: i64,
    mark: usize,
    index: usize,
    rep: usize,
    last: usize,
}

impl State {
    /// A state for `subject[pos..endpos]`; lookbehind still sees what is before `pos`.
    pub fn new(program: &Program, pos: usize, endpos: usize) -> State {
        State {
            start: pos.min(endpos),
            ptr: pos.min(endpos),
            end: endpos,
            must_advance: false,
            match_all: false,
            lastindex: 0,
            lastmark: 0,
            marks: vec![NONE; program.groups * 2],
            repeat: NONE,
            repeats: Vec::new(),
            frames: Vec::new(),
            saved: Vec::new(),
            steps: 0,
        }
    }

    /// Forgets the groups, as `state_reset`.
    pub fn reset(&mut self) {
        self.lastmark = 0;
        self.lastindex = 0;
        self.repeat = NONE;
        self.repeats.clear();
        self.frames.clear();
        self.saved.clear();
    }

    /// The span of a group (0 is the match) after success; `None` if it took no part.
    pub fn span(&self, group: usize) -> Result<Option<(usize, usize)>, Error> {
        if group == 0 {
            return Ok(Some((self.start, self.ptr)));
        }
        let at = (group - 1) * 2;
        if at + 1 >= self.lastmark || self.marks[at] == NONE || self.marks[at + 1] == NONE {
            return Ok(None);
        }
        let (a, b) = (self.marks[at], self.marks[at + 1]);
        if a > b { Err(Error::Span) } else { Ok(Some((a, b))) }
    }

    /// `match` and (with `match_all`) `fullmatch`: one attempt at `start`.
    pub fn matches<U: Unit, P: CharProps>(
        &mut self,
        program: &Program,
        subject: &[U],
        props: &P,
        poll: &mut dyn FnMut() -> bool,
    ) -> Result<bool, Error> {
        self.reset();
        self.end = self.end.min(subject.len());
        if self.start > self.end {
            return Ok(false);
        }
        let code = &program.code;
        if code[0] == INFO && self.end - self.start < code[3] as usize {
            return Ok(false);
        }
        self.ptr = self.start;
        Machine { program, code, s: &subject[..self.end], props, poll }.run(self, program.entry)
    }

    /// `search`: the first place at or after `start` where the pattern matches.
    pub fn search<U: Unit, P: CharProps>(
        &mut self,
        program: &Program,
        subject: &[U],
        props: &P,
        poll: &mut dyn FnMut() -> bool,
    ) -> Result<bool, Error> {
        self.reset();
        self.end = self.end.min(subject.len());
        if self.start > self.end {
            return Ok(false);
        }
        let code = &program.code;
        let (mut flags, mut min) = (0, 0);
        if code[0] == INFO {
            flags = code[2];
            min = code[3] as usize;
        }
        if self.end - self.start < min {
            return Ok(false);
        }
        let pc = program.entry;
        let last = self.end - min;
        let s = &subject[..self.end];
        let mut m = Machine { program, code, s, props, poll };
        let mut at = self.start;
        if flags & INFO_PREFIX != 0 {
            let (len, skip) = (code[5] as usize, code[6] as usize);
            let prefix = &code[7..7 + len];
            while let Some(hit) = U::find_all(&s[at..], prefix, program.prefix.as_ref()) {
                at += hit;
                self.start = at;
                if flags & INFO_LITERAL != 0 {
                    self.ptr = at + len;
                    return Ok(true);
                }
                self.ptr = at + skip;
                if m.run(self, pc + 2 * skip)? {
                    return Ok(true);
                }
                self.must_advance = false;
                self.reset();
                at += 1;
            }
            return Ok(false);
        }
        // What must begin where the text begins is not further on.
        let anchored =
            code[pc] == AT && (code[pc + 1] == AT_BEGINNING || code[pc + 1] == AT_BEGINNING_STRING);
        loop {
            let ahead = match &program.ahead {
                _ if anchored => None,
                Ahead::Together(lead) => Some(lead.find(&s[at..])),
                Ahead::Single(first) => Some(U::find_first(&s[at..], first)),
                Ahead::Unknown => None,
            };
            if let Some(found) = ahead {
                match found {
                    Some(0) => {}
                    Some(hit) => {
                        at += hit;
                        self.must_advance = false;
                    }
                    None => return Ok(false),
                }
            } else if flags & INFO_CHARSET != 0 {
                match s[at..].iter().position(|c| classes::charset(code, props, 5, c.code())) {
                    Some(hit) => at += hit,
                    None => return Ok(false),
                }
            }
            if at > last {
                return Ok(false);
            }
            self.start = at;
            self.ptr = at;
            if m.run(self, pc)? {
                return Ok(true);
            }
            self.must_advance = false;
            self.reset();
            at += 1;
            if anchored || at > last {
                return Ok(false);
            }
        }
    }

    fn push_marks(&mut self) {
        self.saved.extend_from_slice(&self.marks[..self.lastmark]);
    }

    fn restore(&mut self, f: &Frame, keep: bool) {
        if f.pushed {
            let from = self.saved.len() - f.mark;
            self.marks[..f.mark].copy_from_slice(&self.saved[from..]);
            if !keep {
                self.saved.truncate(from);
            }
        }
        self.lastmark = f.mark;
        self.lastindex = f.index;
    }

    fn discard(&mut self, f: &Frame) {
        if f.pushed {
            self.saved.truncate(self.saved.len() - f.mark);
        }
    }
}

struct Machine<'a, U, P> {
    program: &'a Program,
    code: &'a [u32],
    s: &'a [U],
    props: &'a P,
    poll: &'a mut dyn FnMut() -> bool,
}

enum Next {
    Go(usize, usize, bool),
    Return(bool),
}

impl<U: Unit, P: CharProps> Machine<'_, U, P> {
    #[inline(always)]
    fn tick(&mut self, st: &mut State) -> Result<(), Error> {
        st.steps = st.steps.wrapping_add(1);
        if st.steps.is_multiple_of(POLL_EVERY) { self.look_up(st) } else { Ok(()) }
    }

    /// What is done now and then: signals, and the size of the stacks.
    #[cold]
    fn look_up(&mut self, st: &mut State) -> Result<(), Error> {
        if !(self.poll)() {
            return Err(Error::Interrupted);
        }
        if st.frames.len() > FRAME_LIMIT || st.saved.len() > FRAME_LIMIT * 4 {
            return Err(Error::Memory);
        }
        Ok(())
    }

    /// Whether the one-character instruction at `pc` takes `ch`.
    #[inline(always)]
    fn one(&self, pc: usize, ch: u32) -> bool {
        match self.program.ascii(pc) {
            Some(set) if ch < 128 => set.has(ch),
            _ => self.one_of_all(pc, ch),
        }
    }

    /// The same for every character.
    #[inline(never)]
    fn one_of_all(&self, pc: usize, ch: u32) -> bool {
        classes::one(self.code, self.props, pc, ch)
    }

    /// How many characters from `ptr` the instruction at `pc` takes, at most `max`.
    fn count(&self, pc: usize, ptr: usize, max: u32) -> usize {
        let mut s = &self.s[ptr..];
        if max != MAXREPEAT && (max as usize) < s.len() {
            s = &s[..max as usize];
        }
        match self.code[pc] {
            ANY_ALL => s.len(),
            ANY => U::find(s, 10).unwrap_or(s.len()),
            NOT_LITERAL => U::find(s, self.code[pc + 1]).unwrap_or(s.len()),
            LITERAL => {
                let ch = self.code[pc + 1];
                s.iter().position(|c| c.code() != ch).unwrap_or(s.len())
            }
            _ => match self.program.ascii(pc) {
                Some(set) => s
                    .iter()
                    .position(|c| match c.code() {
                        ch if ch < 128 => !set.has(ch),
                        ch => !self.one_of_all(pc, ch),
                    })
                    .unwrap_or(s.len()),
                None => s.iter().position(|c| !self.one_of_all(pc, c.code())).unwrap_or(s.len()),
            },
        }
    }

    fn at(&self, what: u32, ptr: usize) -> bool {
        let (s, p) = (self.s, self.props);
        let line = |i: usize| s[i].code() == 10;
        let boundary = |code: u32| {
            let before = ptr > 0 && category(p, code, s[ptr - 1].code());
            let after = ptr < s.len() && category(p, code, s[ptr].code());
            before != after
        };
        match what {
            0 | 2 => ptr == 0,
            1 => ptr == 0 || line(ptr - 1),
            5 => ptr == s.len() || (ptr + 1 == s.len() && line(ptr)),
            6 => ptr == s.len() || line(ptr),
            7 => ptr == s.len(),
            // Neither a boundary nor its opposite exists in an empty subject.
            _ if s.is_empty() => false,
            3 => boundary(4),
            4 => !boundary(4),
            8 => boundary(8),
            9 => !boundary(8),
            10 => boundary(14),
            _ => !boundary(14),
        }
    }

    fn run(&mut self, st: &mut State, pc: usize) -> Result<bool, Error> {
        let mut next = Next::Go(pc, st.ptr, true);
        loop {
            self.tick(st)?;
            next = match next {
                Next::Go(pc, ptr, top) => self.step(st, pc, ptr, top)?,
                Next::Return(ok) => match st.frames.pop() {
                    None => return Ok(ok),
                    Some(frame) => self.resume(st, frame, ok)?,
                },
            };
        }
    }

    #[inline(always)]
    fn call(&self, st: &mut State, f: Frame, pc: usize, top: bool) -> Next {
        st.frames.push(f);
        Next::Go(pc, st.ptr, top)
    }

    /// Runs from `pc` until something must be called or an answer is there.
    #[inline(always)]
    fn step(&mut self, st: &mut State, mut pc: usize, mut ptr: usize, top: bool) -> Result<Next, Error> {
        let (code, s) = (self.code, self.s);
        macro_rules! frame {
            ($then:ident, $pc:expr) => {
                Frame {
                    then: Then::$then,
                    top,
                    pushed: false,
                    pc: $pc,
                    ptr,
                    count: 0,
                    mark: st.lastmark,
                    index: st.lastindex,
                    rep: NONE,
                    last: NONE,
                }
            };
        }
        loop {
            match code[pc] {
                FAILURE => return Ok(Next::Return(false)),
                SUCCESS => {
                    let refused =
                        top && ((st.match_all && ptr != s.len()) || (st.must_advance && ptr == st.start));
                    if !refused {
                        st.ptr = ptr;
                    }
                    return Ok(Next::Return(!refused));
                }
                MARK => {
                    let i = code[pc + 1] as usize;
                    if i & 1 == 1 {
                        st.lastindex = i / 2 + 1;
                    }
                    if i >= st.lastmark {
                        st.marks[st.lastmark..i].fill(NONE);
                        st.lastmark = i + 1;
                    }
                    st.marks[i] = ptr;
                    pc += 2;
                }
                AT => {
                    if !self.at(code[pc + 1], ptr) {
                        return Ok(Next::Return(false));
                    }
                    pc += 2;
                }
                op @ (GROUPREF | GROUPREF_IGNORE | GROUPREF_UNI_IGNORE | GROUPREF_LOC_IGNORE) => {
                    let Some((a, b)) = Self::group(st, code[pc + 1]) else { return Ok(Next::Return(false)) };
                    if s.len() - ptr < b - a {
                        return Ok(Next::Return(false));
                    }
                    let p = self.props;
                    let same = |x: u32, y: u32| match op {
                        GROUPREF => x == y,
                        GROUPREF_IGNORE => ascii_tolower(x) == ascii_tolower(y),
                        GROUPREF_UNI_IGNORE => p.lower(x) == p.lower(y),
                        _ => lower_locale(p, x) == lower_locale(p, y),
                    };
                    if !(0..b - a).all(|i| same(s[a + i].code(), s[ptr + i].code())) {
                        return Ok(Next::Return(false));
                    }
                    ptr += b - a;
                    pc += 2;
                }
                GROUPREF_EXISTS => {
                    pc += if Self::group(st, code[pc + 1]).is_some() { 3 } else { 1 + code[pc + 2] as usize };
                }
                JUMP => pc += 1 + code[pc + 1] as usize,
                BRANCH => {
                    let mut f = frame!(Branch, pc + 1);
                    f.pushed = st.repeat != NONE;
                    if f.pushed {
                        st.push_marks();
                    }
                    return Ok(self.branch(st, f));
                }
                REPEAT_ONE | POSSESSIVE_REPEAT_ONE | MIN_REPEAT_ONE => {
                    let (min, max) = (code[pc + 2], code[pc + 3]);
                    let tail = pc + 1 + code[pc + 1] as usize;
                    if s.len() - ptr < min as usize {
                        return Ok(Next::Return(false));
                    }
                    let lazy = code[pc] == MIN_REPEAT_ONE;
                    let n = self.count(pc + 4, ptr, if lazy { min } else { max });
                    if n < min as usize {
                        return Ok(Next::Return(false));
                    }
                    if code[pc] == POSSESSIVE_REPEAT_ONE {
                        ptr += n;
                        pc = tail;
                        continue;
                    }
                    // The end of the pattern takes whatever is there.
                    if code[tail] == SUCCESS && !(top && (st.match_all || st.must_advance)) {
                        st.ptr = ptr + n;
                        return Ok(Next::Return(true));
                    }
                    let mut f = frame!(RepeatOne, pc + 1);
                    f.ptr = ptr + n;
                    f.count = n as i64;
                    f.pushed = st.repeat != NONE;
                    if f.pushed {
                        st.push_marks();
                    }
                    if lazy {
                        f.then = Then::MinRepeatOne;
                        return Ok(self.min_repeat_one(st, f));
                    }
                    return Ok(self.repeat_one(st, f));
                }
                REPEAT => {
                    let mut f = frame!(Repeat, pc + 1);
                    f.rep = st.repeat;
                    st.repeats.push(Repeat { count: -1, code: pc + 1, prev: st.repeat, last: NONE });
                    st.repeat = st.repeats.len() - 1;
                    st.ptr = ptr;
                    return Ok(self.call(st, f, pc + 1 + code[pc + 1] as usize, top));
                }
                POSSESSIVE_REPEAT => {
                    let mut f = frame!(PossMin, pc + 1);
                    f.rep = st.repeat;
                    st.repeats.push(Repeat { count: -1, code: pc + 1, prev: st.repeat, last: NONE });
                    // The enclosing repeat stays current, as in 3.12.1; what it decides is whether
                    // alternatives inside save their marks, which programs can see.
                    st.ptr = ptr;
                    return Ok(self.possessive(st, f));
                }
                MAX_UNTIL | MIN_UNTIL => {
                    let r = st.repeat;
                    let Some(rep) = st.repeats.get(r).copied() else { return Err(Error::Code) };
                    st.ptr = ptr;
                    let lazy = code[pc] == MIN_UNTIL;
                    let count = rep.count + 1;
                    let mut f = frame!(MaxMin, pc + 1);
                    f.rep = r;
                    f.count = count;
                    f.last = rep.last;
                    if count < i64::from(code[rep.code + 1]) {
                        st.repeats[r].count = count;
                        f.then = if lazy { Then::MinMin } else { Then::MaxMin };
                        return Ok(self.call(st, f, rep.code + 3, top));
                    }
                    if lazy {
                        st.repeat = rep.prev;
                        f.then = Then::MinTail;
                        f.pushed = st.repeat != NONE;
                        if f.pushed {
                            st.push_marks();
                        }
                        return Ok(self.call(st, f, pc + 1, top));
                    }
                    let max = code[rep.code + 2];
                    if (max == MAXREPEAT || count < i64::from(max)) && ptr != rep.last {
                        st.repeats[r].count = count;
                        st.repeats[r].last = ptr;
                        f.then = Then::MaxBody;
                        f.pushed = true;
                        st.push_marks();
                        return Ok(self.call(st, f, rep.code + 3, top));
                    }
                    st.repeat = rep.prev;
                    f.then = Then::MaxTail;
                    return Ok(self.call(st, f, pc + 1, top));
                }
                ATOMIC_GROUP => {
                    st.ptr = ptr;
                    return Ok(self.call(st, frame!(Atomic, pc + 1), pc + 2, false));
                }
                op @ (ASSERT | ASSERT_NOT) => {
                    let back = code[pc + 2] as usize;
                    if ptr < back {
                        if op == ASSERT {
                            return Ok(Next::Return(false));
                        }
                        pc += 1 + code[pc + 1] as usize;
                        continue;
                    }
                    st.ptr = ptr - back;
                    let mut f = frame!(Assert, pc + 1);
                    if op == ASSERT_NOT {
                        f.then = Then::AssertNot;
                        f.pushed = st.repeat != NONE;
                        if f.pushed {
                            st.push_marks();
                        }
                    }
                    return Ok(self.call(st, f, pc + 3, false));
                }
                LITERAL => {
                    if s.get(ptr).is_none_or(|c| c.code() != code[pc + 1]) {
                        return Ok(Next::Return(false));
                    }
                    ptr += 1;
                    pc += 2;
                }
                op => {
                    if s.get(ptr).is_none_or(|c| !self.one(pc, c.code())) {
                        return Ok(Next::Return(false));
                    }
                    ptr += 1;
                    pc += match op {
                        ANY | ANY_ALL => 1,
                        IN | IN_IGNORE | IN_UNI_IGNORE | IN_LOC_IGNORE => 1 + code[pc + 1] as usize,
                        _ => 2,
                    };
                }
            }
        }
    }

    fn group(st: &State, group: u32) -> Option<(usize, usize)> {
        let at = group as usize * 2;
        if at + 1 >= st.lastmark {
            return None;
        }
        let (a, b) = (st.marks[at], st.marks[at + 1]);
        (a != NONE && b != NONE && a <= b).then_some((a, b))
    }

    /// The first alternative from `pc` on whose first character is right, and where the next ones are.
    #[inline(always)]
    fn open_alternative(&self, mut pc: usize, ptr: usize) -> Option<(usize, usize)> {
        let code = self.code;
        while code[pc] != 0 {
            let (first, next) = (pc + 1, pc + code[pc] as usize);
            let open = match code[first] {
                LITERAL => self.s.get(ptr).is_some_and(|c| c.code() == code[first + 1]),
                IN => self.s.get(ptr).is_some_and(|c| self.one(first, c.code())),
                _ => true,
            };
            if open {
                return Some((first, next));
            }
            pc = next;
        }
        None
    }

    /// Tries the alternatives from `f.pc` on, passing over those whose first character is wrong.
    #[inline(always)]
    fn branch(&self, st: &mut State, mut f: Frame) -> Next {
        let Some((first, rest)) = self.open_alternative(f.pc, f.ptr) else {
            st.discard(&f);
            return Next::Return(false);
        };
        f.pc = rest;
        if self.open_alternative(rest, f.ptr).is_none() {
            // Nothing is left to come back to.
            st.discard(&f);
            return Next::Go(first, f.ptr, f.top);
        }
        st.ptr = f.ptr;
        self.call(st, f, first, f.top)
    }

    /// Tries the tail with `f.count` repetitions, or the most of fewer with which the tail's first character is right.
    #[inline(always)]
    fn repeat_one(&self, st: &mut State, mut f: Frame) -> Next {
        let code = self.code;
        let min = i64::from(code[f.pc + 1]);
        let tail = f.pc + code[f.pc] as usize;
        if let Some(first) = self.program.tail(f.pc - 1) {
            while f.count >= min && self.s.get(f.ptr).is_none_or(|c| !first.has(c.code())) {
                f.count -= 1;
                f.ptr = f.ptr.wrapping_sub(1);
            }
        }
        if f.count < min {
            st.discard(&f);
            return Next::Return(false);
        }
        if f.count == min {
            // Nothing is left to come back to.
            st.discard(&f);
            return Next::Go(tail, f.ptr, f.top);
        }
        st.ptr = f.ptr;
        self.call(st, f, tail, f.top)
    }

    /// Takes one more character in a repeat of one character.
    #[inline(always)]
    fn one_more(&self, f: &mut Frame) -> bool {
        let max = self.code[f.pc + 2];
        let more = (max == MAXREPEAT || f.count < i64::from(max))
            && self.s.get(f.ptr).is_some_and(|c| self.one(f.pc + 3, c.code()));
        f.ptr += usize::from(more);
        f.count += i64::from(more);
        more
    }

    /// Tries the tail with `f.count` repetitions, or the least of more with which the tail's first character is right.
    #[inline(always)]
    fn min_repeat_one(&self, st: &mut State, mut f: Frame) -> Next {
        if let Some(first) = self.program.tail(f.pc - 1) {
            while self.s.get(f.ptr).is_none_or(|c| !first.has(c.code())) {
                if !self.one_more(&mut f) {
                    st.discard(&f);
                    return Next::Return(false);
                }
            }
        }
        st.ptr = f.ptr;
        self.call(st, f, f.pc + self.code[f.pc] as usize, f.top)
    }

    #[inline(always)]
    fn possessive(&self, st: &mut State, mut f: Frame) -> Next {
        let (min, max) = (self.code[f.pc + 1], self.code[f.pc + 2]);
        let r = st.repeats.len() - 1;
        f.pushed = false;
        if f.count < i64::from(min) {
            f.then = Then::PossMin;
            return self.call(st, f, f.pc + 3, false);
        }
        if (max == MAXREPEAT || f.count < i64::from(max)) && st.ptr != st.repeats[r].last {
            f.then = Then::PossMax;
            f.mark = st.lastmark;
            f.index = st.lastindex;
            f.pushed = true;
            f.last = st.repeats[r].last;
            st.push_marks();
            st.repeats[r].last = st.ptr;
            f.ptr = st.ptr;
            return self.call(st, f, f.pc + 3, false);
        }
        self.possessive_end(st, f)
    }

    fn possessive_end(&self, st: &mut State, f: Frame) -> Next {
        st.repeats.pop();
        st.repeat = f.rep;
        Next::Go(f.pc + self.code[f.pc] as usize + 1, st.ptr, f.top)
    }

    /// Continues the frame `f` whose call answered `ok`.
    #[inline(always)]
    fn resume(&mut self, st: &mut State, mut f: Frame, ok: bool) -> Result<Next, Error> {
        let code = self.code;
        let skip = |f: &Frame| f.pc + code[f.pc] as usize;
        Ok(match f.then {
            Then::Assert if ok => Next::Go(skip(&f), f.ptr, f.top),
            Then::Atomic if ok => Next::Go(skip(&f), st.ptr, f.top),
            Then::Assert | Then::Atomic => Next::Return(false),
            Then::AssertNot if ok => {
                st.discard(&f);
                Next::Return(false)
            }
            Then::AssertNot => {
                st.restore(&f, false);
                Next::Go(skip(&f), f.ptr, f.top)
            }
            Then::Repeat => {
                st.repeats.pop();
                st.repeat = f.rep;
                Next::Return(ok)
            }
            Then::Branch | Then::RepeatOne | Then::MinRepeatOne if ok => {
                st.discard(&f);
                Next::Return(true)
            }
            Then::Branch => {
                st.restore(&f, true);
                self.branch(st, f)
            }
            Then::RepeatOne => {
                st.restore(&f, true);
                f.count -= 1;
                f.ptr = f.ptr.wrapping_sub(1);
                self.repeat_one(st, f)
            }
            Then::MinRepeatOne => {
                st.restore(&f, true);
                if self.one_more(&mut f) {
                    self.min_repeat_one(st, f)
                } else {
                    st.discard(&f);
                    Next::Return(false)
                }
            }
            Then::PossMin if ok => {
                f.count += 1;
                self.possessive(st, f)
            }
            Then::PossMin => {
                st.repeats.pop();
                st.repeat = f.rep;
                Next::Return(false)
            }
            Then::PossMax => {
                let r = st.repeats.len() - 1;
                st.repeats[r].last = f.last;
                if ok {
                    st.discard(&f);
                    // The guard compares with where the iteration that just ended began.
                    if st.ptr == f.ptr {
                        return Ok(self.possessive_end(st, f));
                    }
                    f.count += 1;
                    self.possessive(st, f)
                } else {
                    st.restore(&f, false);
                    st.ptr = f.ptr;
                    self.possessive_end(st, f)
                }
            }
            Then::MaxMin | Then::MinMin => {
                if !ok {
                    st.repeats[f.rep].count = f.count - 1;
                    st.ptr = f.ptr;
                }
                Next::Return(ok)
            }
            Then::MaxBody => {
                st.repeats[f.rep].last = f.last;
                if ok {
                    st.discard(&f);
                    return Ok(Next::Return(true));
                }
                st.restore(&f, false);
                st.repeats[f.rep].count = f.count - 1;
                st.ptr = f.ptr;
                st.repeat = st.repeats[f.rep].prev;
                f.then = Then::MaxTail;
                f.pushed = false;
                self.call(st, f, f.pc, f.top)
            }
            Then::MaxTail => {
                st.repeat = f.rep;
                if !ok {
                    st.ptr = f.ptr;
                }
                Next::Return(ok)
            }
            Then::MinTail => {
                st.repeat = f.rep;
                if ok {
                    st.discard(&f);
                    return Ok(Next::Return(true));
                }
                st.restore(&f, false);
                st.ptr = f.ptr;
                let rep = st.repeats[f.rep];
                let max = code[rep.code + 2];
                if (max != MAXREPEAT && f.count >= i64::from(max)) || f.ptr == rep.last {
                    return Ok(Next::Return(false));
                }
                st.repeats[f.rep].count = f.count;
                f.last = rep.last;
                st.repeats[f.rep].last = f.ptr;
                f.then = Then::MinBody;
                f.pushed = false;
                self.call(st, f, rep.code + 3, f.top)
            }
            Then::MinBody => {
                st.repeats[f.rep].last = f.last;
                if !ok {
                    st.repeats[f.rep].count = f.count - 1;
                    st.ptr = f.ptr;
                }
                Next::Return(ok)
            }
        })
    }
}
