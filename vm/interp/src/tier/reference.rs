//! A tier without machine code: it runs hot code by the functions of its micro-ops, one after the other, as compiled code
//! does that was lowered by calls alone. What a program prints must be the same with it; so it shows that the table of
//! micro-ops, what instructions are made of and the way in and out of a tier are right.
//!
//! It is slower than the interpreter, and only tests turn it on. An instruction that has no micro-ops is left to the
//! interpreter, which comes back at the next `RESUME` or backward jump.

use super::{Entry, Exit, LEARNING, Tier};
use crate::dispatch::{Fp, Obj, Pc, Sp, Ts};
use crate::handlers::release;
use crate::micro::{self, Answer};
use dxpy_bytecode::{Kind, Meta, Micro, Op, flag, micro_flag};
use dxpy_core::Py;
use dxpy_core::abi::*;

struct Reference;

impl Tier for Reference {
    fn threshold(&self) -> u32 {
        LEARNING + 1
    }

    fn hot(&self, py: Py<'_>, code: &PyCodeObject, at: u32) {
        // SAFETY: the entry runs any instruction of any code, and is never withdrawn.
        unsafe { super::publish(py, code, at, run as Entry) };
    }

    fn dies(&self, _: &PyCodeObject) {}
}

/// Plugs it in, for the life of the process.
pub fn install(py: Py<'_>) {
    super::install(py, &Reference);
}

/// How an instruction ended.
enum End {
    /// It goes on here, with this stack.
    At(Pc, Sp),
    /// A guard does not hold; nothing was done.
    Missed,
    Raised(Pc, Sp),
}

/// An instruction, with the argument of those before it that only widen it.
struct Instruction {
    meta: &'static Meta,
    /// Behind its unit.
    pc: Pc,
    arg: usize,
}

/// The instruction at `pc`.
unsafe fn decode(mut pc: Pc) -> Option<Instruction> {
    let mut arg = 0;
    loop {
        // SAFETY: the handler contract: an instruction of the code.
        let unit = unsafe { *pc };
        // SAFETY: as above: something comes behind it.
        pc = unsafe { pc.add(1) };
        arg = arg << 8 | usize::from(unit >> 8);
        let meta = Op::from_number(unit & 255)?.meta();
        if meta.op != Op::EXTENDED_ARG {
            return Some(Instruction { meta, pc, arg });
        }
    }
}

/// Runs the frame's code from `at` until an instruction that the interpreter has to run.
unsafe extern "C" fn run(fp: Fp, mut sp: Sp, ts: Ts, mut at: Pc) -> Exit {
    // SAFETY: the contract of `Entry`: `at` and `sp` are the current frame's, and stay so: micro-ops change neither.
    unsafe {
        loop {
            let Some(i) = decode(at) else { return Exit::go_on(at, sp) };
            let Some(recipe) = i.meta.recipe else { return Exit::go_on(at, sp) };
            (*fp).prev_instr.set(i.pc.sub(1) as *mut u16);
            let mut end = instruction(&i, recipe, fp, sp, ts);
            if let End::Missed = end {
                // As the head of its family.
                let Some(head) = i.meta.family.meta().recipe else { return Exit::go_on(at, sp) };
                end = instruction(&i, head, fp, sp, ts);
            }
            match end {
                End::At(pc, top) => (at, sp) = (pc, top),
                End::Raised(pc, top) => return Exit::raise(pc, top),
                End::Missed => return Exit::go_on(at, sp),
            }
        }
    }
}

/// Runs one instruction's micro-ops.
unsafe fn instruction(i: &Instruction, recipe: &[Micro], fp: Fp, mut sp: Sp, ts: Ts) -> End {
    // SAFETY: the handler contract; the stack is as the table says.
    unsafe {
        let (mut pc, arg) = (i.pc, i.arg);
        match i.meta.op {
            // What is asked for is done when the jump has been made.
            Op::JUMP_BACKWARD | Op::JUMP_BACKWARD_NO_INTERRUPT => pc = pc.sub(arg),
            Op::JUMP_FORWARD => pc = pc.add(arg),
            _ => {}
        }
        for m in recipe {
            let row = m.meta();
            let count = |f: fn(i32) -> i32| f(arg as i32) as usize;
            let (sees, takes, gives) = (count(row.sees), count(row.takes), count(row.gives));
            let out = sp.sub(takes);
            let values = |n: usize| -> Vec<Obj> { (0..n).map(|k| *sp.sub(n - k)).collect() };
            let taken = if m.has(micro_flag::STEALS) { Vec::new() } else { values(takes) };
            match micro::helper(*m)(pc, sp, fp, ts, arg, out) {
                Answer::Done => {
                    taken.into_iter().for_each(|o| release(o));
                    sp = out.add(gives);
                }
                Answer::Jump => {
                    values(sees).into_iter().for_each(|o| release(o));
                    // The loop's end skips the instruction that would drop the iterator.
                    let skipped = usize::from(i.meta.family == Op::FOR_ITER);
                    return End::At(pc.add(i.meta.cache.into()).add(arg + skipped), sp.sub(sees));
                }
                Answer::No if row.kind == Kind::Guard => return End::Missed,
                Answer::No => return End::Raised(pc, if m.has(micro_flag::STEALS) { out } else { sp }),
            }
        }
        let jumped = i.meta.op.has(flag::JUMP) && !recipe.iter().any(|m| m.has(micro_flag::JUMPS));
        End::At(if jumped { pc } else { pc.add(i.meta.cache.into()) }, sp)
    }
}
