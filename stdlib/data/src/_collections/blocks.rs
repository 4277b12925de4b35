//! The memory of a deque: blocks of 64 places in a ring, so that both ends grow and shrink in constant time, any place
//! is found in constant time, and no item ever moves. Nothing here runs Python code but where a reference is dropped.

use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;
use dxpy_core::Owned;
use dxpy_core::abi::{PyObject, PyVarObject};
use dxpy_core::ptr::{Layout, Object};
use std::collections::VecDeque;

/// Places in a block (`BLOCKLEN`).
pub const BLOCK: usize = 64;
/// Free blocks that a deque keeps (`MAXFREEBLOCKS`).
const SPARES: usize = 16;
/// Where an empty deque begins: it may grow either way.
const CENTER: u32 = BLOCK as u32 / 2;

type Block = Box<[Cell<*mut PyObject>; BLOCK]>;
type Ring = VecDeque<Block>;

/// A `collections.deque`; `ob_size` is the number of items.
#[repr(C)]
pub struct DequeObject {
    ob_base: PyVarObject,
    /// Valid from construction on; there is always one block at least.
    ring: UnsafeCell<MaybeUninit<Ring>>,
    /// The place of the first item in the first block.
    left: Cell<u32>,
    spare_count: Cell<u32>,
    /// Changes with every change of the deque, so that iterators notice.
    pub state: Cell<usize>,
    /// The bound, or a negative number.
    pub maxlen: Cell<isize>,
    spares: [Cell<*mut [Cell<*mut PyObject>; BLOCK]>; SPARES],
    pub weakrefs: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins, in its first field, with a `PyObject`.
unsafe impl Layout for DequeObject {}

impl DequeObject {
    /// Makes zeroed memory a deque without items or bound.
    ///
    /// # Safety
    /// Nothing was set yet.
    pub unsafe fn init(&self) {
        let mut ring = VecDeque::new();
        ring.push_back(self.new_block());
        // SAFETY: the caller's promise: nothing is overwritten, nobody refers to it.
        unsafe { (*self.ring.get()).write(ring) };
        self.left.set(CENTER);
        self.maxlen.set(-1);
    }

    /// Gives the memory back, without looking for items.
    ///
    /// # Safety
    /// `init` ran, the deque is empty and not used again.
    pub unsafe fn release(&self) {
        // SAFETY: the caller's promise; the spare blocks came from boxes.
        unsafe {
            (*self.ring.get()).assume_init_drop();
            for i in 0..self.spare_count.get() as usize {
                drop(Box::from_raw(self.spares[i].get()));
            }
        }
    }

    /// Runs a function on the ring, which must not run Python code.
    fn with_ring<R>(&self, f: impl FnOnce(&mut Ring) -> R) -> R {
        // SAFETY: initialised; the functions given here are those below, none of which calls out or nests.
        f(unsafe { (*self.ring.get()).assume_init_mut() })
    }

    fn new_block(&self) -> Block {
        match self.spare_count.get() as usize {
            0 => Box::new([const { Cell::new(core::ptr::null_mut()) }; BLOCK]),
            n => {
                self.spare_count.set(n as u32 - 1);
                // SAFETY: `keep` put a box's pointer there.
                unsafe { Box::from_raw(self.spares[n - 1].get()) }
            }
        }
    }

    fn keep(&self, b: Option<Block>) {
        let n = self.spare_count.get() as usize;
        if let Some(b) = b
            && n < SPARES
        {
            self.spares[n].set(Box::into_raw(b));
            self.spare_count.set(n as u32 + 1);
        }
    }

    pub fn len(&self) -> usize {
        self.ob_base.ob_size.get() as usize
    }

    fn set_len(&self, n: usize) {
        self.ob_base.ob_size.set(n as isize);
        self.state.set(self.state.get().wrapping_add(1));
    }

    /// Blocks that hold items, at least one.
    pub fn blocks(&self) -> usize {
        (self.left.get() as usize + self.len()).div_ceil(BLOCK).max(1)
    }

    /// What place `i`, which is below the length, holds.
    fn place(&self, i: usize) -> &Cell<*mut PyObject> {
        let at = self.left.get() as usize + i;
        let p = self.with_ring(|r| &raw const r[at / BLOCK][at % BLOCK]);
        // SAFETY: blocks do not move; the reference does not outlive the next change of the deque.
        unsafe { &*p }
    }

    /// Item `i`, if the deque is as long.
    pub fn get(&self, i: usize) -> Option<Owned> {
        // SAFETY: LIVE: the deque holds its items.
        (i < self.len()).then(|| unsafe { (*self.place(i).get()).to_owned() })
    }

    /// The field of item `i`, which is there, for the collector.
    pub fn field(&self, i: usize) -> &Cell<*mut PyObject> {
        self.place(i)
    }

    /// Exchanges item `i`, which is there.
    pub fn replace(&self, i: usize, v: Owned) -> Owned {
        // SAFETY: OWNED: the place held a reference.
        unsafe { Owned::from_raw(self.place(i).replace(v.into_ptr())) }
    }

    /// Exchanges two items without telling iterators.
    pub fn swap(&self, i: usize, j: usize) {
        self.place(i).swap(self.place(j));
    }

    /// Makes an empty deque begin where one that grows to one side needs the least room.
    pub fn start_at(&self, right_end: bool) {
        if self.len() == 0 {
            self.left.set(if right_end { BLOCK as u32 - 1 } else { 1 });
        }
    }

    pub fn push_back(&self, v: Owned) {
        let (n, at) = (self.len(), self.left.get() as usize + self.len());
        if at / BLOCK == self.with_ring(|r| r.len()) {
            let b = self.new_block();
            self.with_ring(|r| r.push_back(b));
        }
        self.set_len(n + 1);
        self.place(n).set(v.into_ptr());
    }

    pub fn push_front(&self, v: Owned) {
        if self.left.get() == 0 {
            let b = self.new_block();
            self.with_ring(|r| r.push_front(b));
            self.left.set(BLOCK as u32);
        }
        self.left.set(self.left.get() - 1);
        self.set_len(self.len() + 1);
        self.place(0).set(v.into_ptr());
    }

    pub fn pop_back(&self) -> Option<Owned> {
        let n = self.len().checked_sub(1)?;
        let p = self.place(n).replace(core::ptr::null_mut());
        self.set_len(n);
        self.shrink();
        // SAFETY: OWNED: the place held a reference.
        unsafe { Owned::from_raw_opt(p) }
    }

    pub fn pop_front(&self) -> Option<Owned> {
        let n = self.len().checked_sub(1)?;
        let p = self.place(0).replace(core::ptr::null_mut());
        self.left.set(self.left.get() + 1);
        self.set_len(n);
        if self.left.get() as usize == BLOCK && self.with_ring(|r| r.len()) > 1 {
            let b = self.with_ring(|r| r.pop_front());
            self.keep(b);
            self.left.set(0);
        }
        self.shrink();
        // SAFETY: OWNED: the place held a reference.
        unsafe { Owned::from_raw_opt(p) }
    }

    /// Gives up blocks at the end that hold nothing any more.
    fn shrink(&self) {
        if self.len() == 0 && (self.left.get() as usize).is_multiple_of(BLOCK) {
            self.left.set(CENTER);
        }
        let need = self.blocks();
        while self.with_ring(|r| r.len()) > need {
            let b = self.with_ring(|r| r.pop_back());
            self.keep(b);
        }
    }

    /// Takes all items out.
    pub fn drain(&self) -> Vec<Owned> {
        let mut all = Vec::with_capacity(self.len());
        while let Some(o) = self.pop_front() {
            all.push(o);
        }
        all
    }
}
