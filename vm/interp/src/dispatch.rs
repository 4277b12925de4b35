//! How the next instruction is reached.
//!
//! Each opcode has a handler of one signature. A handler ends by calling the next one in tail position: release builds
//! turn that into a jump, as long as no address of a handler's local escapes and nothing with a destructor lives there;
//! so handlers keep plain values, and whatever needs more is a function they call. Builds with debug assertions return
//! to a loop instead, since they make no such promise about the native stack.
//!
//! A handler that calls nothing needs no frame of its own: so what is rare (new memory, other types, a pending signal) is a
//! function of the same signature that the handler ends in, and releasing goes through a stub (`handlers::release`).
//!
//! Handlers rely on (and keep): `pc` is behind the current code unit, inside the frame's code; `sp` is behind the top of
//! the frame's value stack, whose live slots are owned references or NULL; the frame is the thread's current one; no
//! exception is pending at dispatch. The compiler's stack depths and jump targets make that true.

use crate::handlers::TABLE;
use core::cell::Cell;
use dxpy_core::Py;
use dxpy_core::abi::*;
use dxpy_core::ptr::IMMORTAL_REFCNT;
use dxpy_core::statics::Gil;
use dxpy_core::thread::ThreadState;
use dxpy_types::frame::Frame;

/// Behind the current code unit.
pub type Pc = *const u16;
/// A value on the stack.
pub type Obj = *mut PyObject;
/// Behind the top of the value stack.
pub type Sp = *mut Obj;
pub type Fp = *mut Frame;
pub type Ts = *const ThreadState;
/// The code of one opcode.
pub type Handler = unsafe extern "C" fn(Pc, Sp, Fp, Ts, usize) -> Obj;

/// Goes on with the instruction at `$pc`.
#[cfg(not(debug_assertions))]
macro_rules! next {
    ($pc:expr, $sp:expr, $fp:expr, $ts:expr) => {{
        let (pc, sp, fp): (Pc, Sp, Fp) = ($pc, $sp, $fp);
        let unit = *pc;
        return (*crate::handlers::TABLE.get_unchecked((unit & 255) as usize))(
            pc.add(1),
            sp,
            fp,
            $ts,
            (unit >> 8) as usize,
        );
    }};
}
#[cfg(debug_assertions)]
macro_rules! next {
    ($pc:expr, $sp:expr, $fp:expr, $ts:expr) => {{
        let (pc, sp, fp): (Pc, Sp, Fp) = ($pc, $sp, $fp);
        let unit = *pc;
        return crate::dispatch::hand_over(pc.add(1), sp, fp, $ts, unit as usize);
    }};
}
pub(crate) use next;

/// Dispatches opcode `$op` with a wide argument, or an exception.
macro_rules! go {
    ($op:expr, $pc:expr, $sp:expr, $fp:expr, $ts:expr, $arg:expr) => {{
        #[cfg(not(debug_assertions))]
        return (*crate::handlers::TABLE.get_unchecked($op as usize))($pc, $sp, $fp, $ts, $arg);
        #[cfg(debug_assertions)]
        return crate::dispatch::hand_over($pc, $sp, $fp, $ts, ($arg << 8) | $op as usize);
    }};
}
pub(crate) use go;

/// The answer of a handler that wants the loop to go on (debug builds); no object has this address.
#[cfg(debug_assertions)]
const CONTINUE: Obj = 1 as Obj;

/// Leaves what comes next for the loop.
#[cfg(debug_assertions)]
pub(crate) unsafe fn hand_over(pc: Pc, sp: Sp, fp: Fp, ts: Ts, unit: usize) -> Obj {
    // SAFETY: the handler contract.
    let slots = unsafe { &(*ts).resume };
    slots[0].set(pc as usize);
    slots[1].set(sp as usize);
    slots[2].set(fp as usize);
    slots[3].set(unit);
    CONTINUE
}

/// `INTERPRETER_TRAMPOLINE`: the code under the first frame of a native call: when it returns, so does the call. It is a
/// code object because extension modules that walk frames (greenlet) ask every one for its code.
static TRAMPOLINE: Gil<[Cell<u64>; size_of::<PyCodeObject>() / 8 + 2]> =
    Gil([const { Cell::new(0) }; size_of::<PyCodeObject>() / 8 + 2]);
const TRAMPOLINE_UNITS: [u16; 2] =
    [dxpy_bytecode::Op::NOP as u16, dxpy_bytecode::Op::INTERPRETER_EXIT as u16];

fn trampoline() -> *mut PyCodeObject {
    &raw const TRAMPOLINE as *mut PyCodeObject
}

/// Its first instruction.
fn trampoline_start() -> *mut u16 {
    trampoline().wrapping_byte_add(core::mem::offset_of!(PyCodeObject, co_code_adaptive)) as *mut u16
}

/// Makes the trampoline's code object. Once, before any code runs.
pub(crate) fn make_trampoline() {
    // SAFETY: the static has room for the struct, whose fields may be zero, and for two code units where it ends.
    unsafe {
        let c = &*trampoline();
        let head = &*(trampoline() as *const PyObject);
        head.ob_refcnt.set(IMMORTAL_REFCNT);
        head.ob_type.set(&raw const dxpy_types::code::PyCode_Type.0 as *mut PyTypeObject);
        c.ob_base.ob_size.set(TRAMPOLINE_UNITS.len() as isize);
        c.co_stacksize.set(1);
        // Nothing of it is traced: its frames are never complete.
        c._co_firsttraceable.set(4);
        core::ptr::copy_nonoverlapping(TRAMPOLINE_UNITS.as_ptr(), trampoline_start(), TRAMPOLINE_UNITS.len());
    }
}

/// `_PyEval_EvalFrameDefault`: runs a frame from behind its current instruction, or raises the pending exception there.
/// The frame is gone (or suspended in its generator) when this returns; NULL with an exception pending is an error.
///
/// # Safety
/// GIL; the frame is initialised, not running, and the thread's data stack ends with it unless a generator owns it.
pub unsafe fn eval_frame(py: Py<'_>, frame: *mut Frame, throw: bool) -> *mut PyObject {
    let ts = py.state();
    let abi = &ts.abi;
    if abi.c_recursion_remaining.get() <= 0 || py.stack_is_full() {
        // SAFETY: the caller's promise.
        return unsafe { crate::unwind::too_deep(py, frame) };
    }
    abi.c_recursion_remaining.set(abi.c_recursion_remaining.get() - 1);
    // SAFETY: the entry frame and the C frame live on this native frame until the evaluation is over; INTERPRETER_EXIT
    // and the unwinder restore the former C frame.
    unsafe {
        let mut entry: core::mem::MaybeUninit<EntryFrame> = core::mem::MaybeUninit::zeroed();
        let entry = &raw mut (*entry.as_mut_ptr()).frame;
        let previous = abi.cframe.get();
        let cframe = _PyCFrame {
            current_frame: core::cell::Cell::new(frame),
            previous: core::cell::Cell::new(previous),
        };
        (*entry).f_code.set(trampoline());
        (*entry).prev_instr.set(trampoline_start());
        (*entry).stacktop.set(0);
        (*entry).owner.set(dxpy_types::frame::OWNED_BY_CSTACK);
        (*entry).previous.set((*previous).current_frame.get());
        (*entry).return_offset.set(0);
        (*frame).previous.set(entry);
        abi.cframe.set(&raw const cframe as *mut _PyCFrame);
        let r = run(frame, ts, throw);
        abi.cframe.set(previous);
        abi.c_recursion_remaining.set(abi.c_recursion_remaining.get() + 1);
        r
    }
}

/// Whether an instruction and the value stack are inside the code and the frame that is current.
#[cfg(all(debug_assertions, feature = "zeal"))]
unsafe fn verify(pc: Pc, sp: Sp, fp: Fp, unit: usize) {
    // SAFETY: the handler contract, which is checked as far as the frame's own fields say.
    unsafe {
        let Some(code) = (*fp).f_code.get().as_ref() else { return };
        let base = (*fp).localsplus.as_ptr() as usize;
        let depth = (sp as usize).wrapping_sub(base) / size_of::<Obj>();
        let (locals, most) = (code.co_nlocalsplus.get() as usize, code.co_stacksize.get() as usize);
        let name = unit & 255;
        assert!(
            (locals..=locals + most).contains(&depth),
            "zeal: opcode {name}: {depth} values on a frame of {locals} locals and {most} places"
        );
        let first = code.co_code_adaptive.as_ptr() as usize;
        let at = (pc as usize).wrapping_sub(first) / 2;
        assert!(
            at <= code.ob_base.ob_size.get() as usize,
            "zeal: opcode {name}: instruction {at} of the code"
        );
    }
}

/// The entry frame with one slot of stack, for the value that comes back.
#[repr(C)]
struct EntryFrame {
    frame: Frame,
    slot: [Obj; 2],
}

/// Starts at the frame and stays until its entry frame exits.
#[inline(never)]
unsafe fn run(frame: Fp, ts: Ts, throw: bool) -> Obj {
    // SAFETY: the contract of `eval_frame`.
    unsafe {
        let first = crate::call::start as Handler;
        let raise = crate::unwind::resume_with_error as Handler;
        let entry = if throw { raise } else { first };
        let r = entry(core::ptr::null(), core::ptr::null_mut(), frame, ts, 0);
        #[cfg(debug_assertions)]
        {
            let (mut r, slots) = (r, &(*ts).resume);
            while r == CONTINUE {
                let (pc, sp, fp) = (slots[0].get() as Pc, slots[1].get() as Sp, slots[2].get() as Fp);
                let unit = slots[3].get();
                #[cfg(feature = "zeal")]
                verify(pc, sp, fp, unit);
                r = TABLE[unit & 255](pc, sp, fp, ts, unit >> 8);
            }
            r
        }
        #[cfg(not(debug_assertions))]
        {
            let _ = &TABLE;
            r
        }
    }
}
