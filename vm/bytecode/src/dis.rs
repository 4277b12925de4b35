//! Instructions as text, for people who look for a fault: our own format, not that of the `dis` module.
//!
//! [`Instructions`] decodes `co_code`; [`dis`] writes a code object and those inside it. Damaged code objects (an index
//! behind the end of a table, a line table cut off) are written as far as they make sense.

use crate::constant::show;
use crate::linetable::Entries;
use crate::{CodeObject, Const, Op, exctable, flag};
use std::fmt::Write;

/// One instruction of `co_code`, with the prefixes before and the inline caches behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// Offset in bytes of the instruction itself, behind its `EXTENDED_ARG`s.
    pub offset: usize,
    /// Offset in bytes of the first prefix.
    pub start: usize,
    /// The byte of the opcode, which may be none of 3.12's.
    pub number: u8,
    pub arg: u32,
}

impl Instruction {
    /// The opcode, if there is one of this number.
    pub fn op(&self) -> Option<Op> {
        Op::from_number(self.number.into())
    }

    /// Offset in bytes of the next instruction.
    pub fn end(&self) -> usize {
        self.offset + 2 + 2 * self.op().map_or(0, |op| op.meta().cache as usize)
    }

    /// Where a jump leads, in bytes.
    pub fn jump_target(&self) -> Option<usize> {
        let op = self.op().filter(|op| op.has(flag::JUMP))?;
        let distance = self.arg as usize * 2;
        let backward = matches!(op.meta().family, Op::JUMP_BACKWARD | Op::JUMP_BACKWARD_NO_INTERRUPT);
        if backward { self.end().checked_sub(distance) } else { Some(self.end() + distance) }
    }
}

/// The instructions of a `co_code`, `EXTENDED_ARG`s folded into what they extend and caches passed over.
#[derive(Clone, Debug)]
pub struct Instructions<'a> {
    code: &'a [u8],
    at: usize,
}

impl<'a> Instructions<'a> {
    pub fn new(code: &'a [u8]) -> Instructions<'a> {
        Instructions { code, at: 0 }
    }
}

impl Iterator for Instructions<'_> {
    type Item = Instruction;

    fn next(&mut self) -> Option<Instruction> {
        let start = self.at;
        let mut arg = 0u32;
        loop {
            let [number, low] = *self.code.get(self.at..self.at + 2)? else { return None };
            arg = arg << 8 | u32::from(low);
            let instr = Instruction { offset: self.at, start, number, arg };
            if instr.op() != Some(Op::EXTENDED_ARG) || self.at + 4 > self.code.len() {
                self.at = instr.end();
                return Some(instr);
            }
            self.at += 2;
        }
    }
}

/// The symbols of `BINARY_OP`, by argument; those from 13 on work in place.
const OPERATORS: [&str; 13] = ["+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^"];
const COMPARISONS: [&str; 6] = ["<", "<=", "==", "!=", ">", ">="];

/// The name of the opcode, and the argument with what it stands for in `code`.
pub fn describe(code: &CodeObject, instr: &Instruction) -> String {
    let Some(op) = instr.op() else { return format!("<{}> {}", instr.number, instr.arg) };
    if !op.has(flag::ARG) {
        return op.meta().name.to_owned();
    }
    let arg = instr.arg as usize;
    let text =
        |name: Option<&dxpy_ast::PyStr>| name.map(|n| String::from_utf8_lossy(n.as_bytes()).into_owned());
    let meaning = if op.has(flag::CONST) {
        code.consts.get(arg).map(|c| shorten(&show(c)))
    } else if op.has(flag::NAME) {
        let shift = match op.meta().family {
            Op::LOAD_GLOBAL | Op::LOAD_ATTR => 1,
            Op::LOAD_SUPER_ATTR => 2,
            _ => 0,
        };
        let bits = arg & ((1 << shift) - 1);
        text(code.names.get(arg >> shift)).map(|n| if bits == 0 { n } else { format!("{n} +{bits}") })
    } else if op.has(flag::LOCAL | flag::FREE) {
        text(code.localsplusnames.get(arg))
    } else if op.has(flag::JUMP) {
        instr.jump_target().map(|t| format!("to {t}"))
    } else {
        match op.meta().family {
            Op::BINARY_OP if arg < 26 => {
                Some(format!("{}{}", OPERATORS[arg % 13], if arg < 13 { "" } else { "=" }))
            }
            Op::COMPARE_OP => COMPARISONS.get(arg >> 4).map(|c| (*c).to_owned()),
            _ => None,
        }
    };
    match meaning {
        Some(meaning) => format!("{} {arg} ({meaning})", op.meta().name),
        None if op.has(flag::CONST | flag::NAME | flag::LOCAL | flag::FREE | flag::JUMP) => {
            format!("{} {arg} (out of range)", op.meta().name)
        }
        None => format!("{} {arg}", op.meta().name),
    }
}

fn shorten(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain("...".chars()).collect()
}

/// The text of a code object and, behind it, of the code objects among its constants.
pub fn dis(code: &CodeObject) -> String {
    let mut out = String::new();
    let mut todo = vec![code];
    while let Some(code) = todo.pop() {
        // Writing to a string cannot fail.
        let _ = one(&mut out, code);
        let nested = code.consts.iter().rev().filter_map(|c| match c {
            Const::Code(code) => Some(&**code),
            Const::Value(_) => None,
        });
        todo.extend(nested);
    }
    out
}

fn one(out: &mut String, code: &CodeObject) -> std::fmt::Result {
    let name = |n: &dxpy_ast::PyStr| String::from_utf8_lossy(n.as_bytes()).into_owned();
    let (qualname, filename) = (name(&code.qualname), name(&code.filename));
    writeln!(out, "code {qualname} in {filename}, line {}", code.firstlineno)?;
    let CodeObject { argcount, posonlyargcount, kwonlyargcount, stacksize, flags, .. } = code;
    writeln!(
        out,
        "  arguments {argcount}, positional only {posonlyargcount}, keyword only {kwonlyargcount}, stack {stacksize}, flags {flags:#x}"
    )?;
    let locals = code.localsplusnames.iter().zip(&code.localspluskinds);
    let locals: Vec<String> = locals.map(|(n, kind)| format!("{}:{kind:#x}", name(n))).collect();
    writeln!(out, "  variables {}", locals.join(" "))?;
    let targets: Vec<usize> = Instructions::new(&code.code).filter_map(|i| i.jump_target()).collect();
    let mut places = Entries::new(&code.linetable, code.firstlineno);
    let mut place = places.next();
    let mut covered = place.map_or(0, |(_, units)| units * 2);
    let mut shown = None;
    for instr in Instructions::new(&code.code) {
        while covered <= instr.offset && place.is_some() {
            place = places.next();
            covered += place.map_or(0, |(_, units)| units * 2);
        }
        let line = place.map(|(loc, _)| loc.lineno).filter(|l| *l >= 0);
        let line_text = match line {
            Some(line) if shown != Some(line) => line.to_string(),
            _ => String::new(),
        };
        shown = line;
        let mark = if targets.contains(&instr.start) { ">>" } else { "" };
        let text = describe(code, &instr);
        let at = match place {
            Some((loc, _)) if loc.lineno >= 0 => {
                format!("{}:{}-{}:{}", loc.lineno, loc.col_offset, loc.end_lineno, loc.end_col_offset)
            }
            Some(_) => "no line".to_owned(),
            None => "behind the line table".to_owned(),
        };
        writeln!(out, "{line_text:>7} {mark:>2} {:>5}  {text:<48} {at}", instr.offset)?;
    }
    for entry in exctable::Entries::new(&code.exceptiontable) {
        let exctable::Entry { start, end, target, depth, lasti } = entry;
        let bytes = |units: u32| u64::from(units) * 2;
        let lasti = if lasti { " lasti" } else { "" };
        writeln!(out, "  {} to {} -> {} depth {depth}{lasti}", bytes(start), bytes(end), bytes(target))?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_caches_belong_to_their_instruction() {
        let op = |op: Op| op as u8;
        #[rustfmt::skip]
        let code = [
            op(Op::EXTENDED_ARG), 1, op(Op::LOAD_CONST), 2, op(Op::LOAD_GLOBAL), 3, 0, 0, 0, 0, 0, 0, 0, 0,
            op(Op::JUMP_BACKWARD), 7, 255, 9, op(Op::EXTENDED_ARG), 1,
        ];
        let found: Vec<_> = Instructions::new(&code).map(|i| (i.start, i.offset, i.number, i.arg)).collect();
        let expected = [
            (0, 2, op(Op::LOAD_CONST), 258),
            (4, 4, op(Op::LOAD_GLOBAL), 3),
            (14, 14, op(Op::JUMP_BACKWARD), 7),
            (16, 16, 255, 9),
            (18, 18, op(Op::EXTENDED_ARG), 1),
        ];
        assert_eq!(found, expected);
        let jump = Instructions::new(&code).nth(2).and_then(|i| i.jump_target());
        assert_eq!(jump, Some(2));
    }
}
