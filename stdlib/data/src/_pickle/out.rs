//! What a pickler wrote and did not hand on yet, with the frames of protocol 4. Nothing here runs Python code.

use super::op;
use core::cell::{Cell, RefCell};

/// Bytes a frame's opcode and length take.
const HEADER: usize = 9;
/// A frame that is as long is ended.
pub const FRAME_TARGET: usize = 64 * 1024;
/// A frame that is shorter is not worth its header.
const FRAME_MIN: usize = 4;

/// The output.
#[derive(Default)]
pub struct Out {
    buf: RefCell<Vec<u8>>,
    /// Where the open frame's header is.
    frame: Cell<Option<usize>>,
    framing: Cell<bool>,
}

impl Out {
    /// Forgets everything.
    pub fn reset(&self) {
        self.buf.borrow_mut().clear();
        self.frame.set(None);
        self.framing.set(false);
    }

    /// Turns framing on or off; whether it was on.
    pub fn set_framing(&self, on: bool) -> bool {
        self.framing.replace(on)
    }

    /// Bytes written.
    pub fn len(&self) -> usize {
        self.buf.borrow().len()
    }

    /// `_Pickler_Write`: opens a frame if none is open.
    pub fn write(&self, data: &[u8]) {
        let mut buf = self.buf.borrow_mut();
        if self.framing.get() && self.frame.get().is_none() {
            self.frame.set(Some(buf.len()));
            buf.extend_from_slice(&[0xfe; HEADER]);
        }
        buf.extend_from_slice(data);
    }

    /// One opcode.
    pub fn op(&self, op: u8) {
        self.write(&[op]);
    }

    /// An opcode and what belongs to it, never in two frames.
    pub fn op_with(&self, op: u8, data: &[u8]) {
        self.op(op);
        self.write(data);
    }

    /// `_Pickler_CommitFrame`.
    pub fn end_frame(&self) {
        let Some(at) = self.frame.take() else { return };
        let mut buf = self.buf.borrow_mut();
        let len = buf.len() - at - HEADER;
        if len >= FRAME_MIN {
            buf[at] = op::FRAME;
            buf[at + 1..at + HEADER].copy_from_slice(&(len as u64).to_le_bytes());
        } else {
            buf.drain(at..at + HEADER);
        }
    }

    /// Whether the open frame is long enough to be ended.
    pub fn frame_is_full(&self) -> bool {
        self.frame.get().is_some_and(|at| self.len() - at - HEADER >= FRAME_TARGET)
    }

    /// Everything written, which is forgotten.
    pub fn take(&self) -> Vec<u8> {
        self.frame.set(None);
        core::mem::take(&mut *self.buf.borrow_mut())
    }
}
