//! What dx-py keeps of a code object beyond CPython's struct: cached values that programs asked for, what the interpreter
//! has learnt of the instructions for a compiler, and the machine code a compiler has published. It hangs where CPython
//! keeps `_PyCoCached`, whose fields come first, and is made when one of the parts is wanted.
//!
//! What is learnt and when machine code is entered is the interpreter's to say (`dxpy_interp::tier`).

use core::cell::{Cell, RefCell};
use dxpy_core::abi::*;
use dxpy_core::object;
use dxpy_core::statics::Gil;

/// Most variants that are kept of one instruction.
pub const VARIANTS: usize = 4;

/// One thing an instruction was specialised for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// The specialised opcode; the family's head where no member fits.
    pub op: u8,
    /// The words of the inline cache behind the counter, as far as they tell variants apart: versions of types, keys and
    /// functions, and indices.
    pub cache: [u16; 3],
    /// How often it was chosen.
    pub times: u32,
}

/// What has been learnt of one instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The instruction, in code units from the code's beginning.
    pub at: u32,
    variants: [Variant; VARIANTS],
    len: u8,
    /// There were more variants than are kept.
    pub megamorphic: bool,
}

impl Site {
    /// The variants, in the order in which they came.
    pub fn variants(&self) -> &[Variant] {
        &self.variants[..self.len as usize]
    }

    fn see(&mut self, op: u8, cache: [u16; 3]) {
        let len = self.len as usize;
        if let Some(v) = self.variants[..len].iter_mut().find(|v| v.op == op && v.cache == cache) {
            v.times = v.times.saturating_add(1);
        } else if len < VARIANTS {
            self.variants[len] = Variant { op, cache, times: 1 };
            self.len += 1;
        } else {
            self.megamorphic = true;
        }
    }
}

/// What has been learnt of a code object's instructions, in their order.
#[derive(Debug, Default)]
pub struct Feedback(RefCell<Vec<Site>>);

impl Feedback {
    /// Adds what the instruction at `at` was specialised for.
    pub fn see(&self, at: u32, op: u8, cache: [u16; 3]) {
        let mut sites = self.0.borrow_mut();
        let i = match sites.binary_search_by_key(&at, |s| s.at) {
            Ok(i) => i,
            Err(i) => {
                sites.insert(i, Site { at, ..Site::default() });
                i
            }
        };
        sites[i].see(op, cache);
    }

    /// All of it, for a compiler that runs beside the program.
    pub fn snapshot(&self) -> Vec<Site> {
        self.0.borrow().clone()
    }
}

/// What hangs at a code object.
#[repr(C)]
pub struct Private {
    /// What CPython has there.
    pub cached: _PyCoCached,
    feedback: Cell<Option<Box<Feedback>>>,
    /// Machine code by the instruction it begins at.
    entries: RefCell<Vec<(u32, *const ())>>,
}

impl Default for Private {
    fn default() -> Private {
        let [_co_code, _co_varnames, _co_cellvars, _co_freevars] =
            [const { Cell::new(core::ptr::null_mut()) }; 4];
        Private {
            cached: _PyCoCached { _co_code, _co_varnames, _co_cellvars, _co_freevars },
            feedback: Cell::new(None),
            entries: RefCell::new(Vec::new()),
        }
    }
}

/// Called before a code object goes of which something was learnt or published.
pub static DIES: Gil<Cell<Option<fn(&PyCodeObject)>>> = Gil(Cell::new(None));

/// What hangs at the code object, made now if need be.
pub fn of(c: &PyCodeObject) -> &Private {
    if c._co_cached.get().is_null() {
        c._co_cached.set(Box::into_raw(Box::<Private>::default()) as *mut _PyCoCached);
    }
    existing(c).expect("made above")
}

/// What hangs at the code object, if anything does.
pub fn existing(c: &PyCodeObject) -> Option<&Private> {
    // SAFETY: INIT: NULL, or made by `of`; it lives as long as the code object.
    unsafe { (c._co_cached.get() as *const Private).as_ref() }
}

impl Private {
    /// What has been learnt, if learning has begun.
    pub fn feedback(&self) -> Option<&Feedback> {
        // SAFETY: set once, by `learn`, and boxed: the reference stays good while `self` lives.
        unsafe { (*self.feedback.as_ptr()).as_deref() }
    }

    /// Begins to learn.
    pub fn learn(&self) -> &Feedback {
        if self.feedback().is_none() {
            self.feedback.set(Some(Box::default()));
        }
        self.feedback().expect("set above")
    }

    /// The machine code that begins at this instruction.
    pub fn entry(&self, at: u32) -> Option<*const ()> {
        self.entries.borrow().iter().find(|(a, _)| *a == at).map(|(_, e)| *e)
    }

    /// Puts machine code in the place of what began at this instruction, or takes it away; says what was there.
    pub fn set_entry(&self, at: u32, entry: Option<*const ()>) -> Option<*const ()> {
        let mut entries = self.entries.borrow_mut();
        let old = entries.iter().position(|(a, _)| *a == at).map(|i| entries.swap_remove(i).1);
        entries.extend(entry.map(|e| (at, e)));
        old
    }
}

/// Says that a code object goes, which is still whole.
pub(super) fn announce(c: &PyCodeObject) {
    let known = existing(c).is_some_and(|p| p.feedback().is_some() || !p.entries.borrow().is_empty());
    if let Some(f) = DIES.get().filter(|_| known) {
        f(c);
    }
}

/// Releases what hangs at a code object that goes.
///
/// # Safety
/// Nothing uses it any more.
pub(super) unsafe fn free(c: &PyCodeObject) {
    let Some(private) = existing(c) else { return };
    let cached = &private.cached;
    for f in [&cached._co_code, &cached._co_varnames, &cached._co_cellvars, &cached._co_freevars] {
        object::clear_field(f);
    }
    let p = c._co_cached.replace(core::ptr::null_mut()) as *mut Private;
    // SAFETY: OWNED: made by `of`, and taken out of its place.
    drop(unsafe { Box::from_raw(p) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_told_apart_and_counted() {
        let f = Feedback::default();
        for (at, op, word) in [(7, 1, 1), (3, 2, 0), (7, 1, 1), (7, 1, 2), (7, 4, 2), (7, 5, 2), (7, 6, 2)] {
            f.see(at, op, [word, 0, 0]);
        }
        let sites = f.snapshot();
        assert_eq!(sites.iter().map(|s| s.at).collect::<Vec<_>>(), [3, 7]);
        assert_eq!(sites[1].variants().len(), VARIANTS);
        assert!(sites[1].megamorphic && !sites[0].megamorphic);
        assert_eq!(sites[1].variants()[0], Variant { op: 1, cache: [1, 0, 0], times: 2 });
    }

    #[test]
    fn an_entry_takes_the_place_of_another() {
        let p = Private::default();
        let [a, b] = [1usize, 2].map(|n| n as *const ());
        assert_eq!((p.set_entry(4, Some(a)), p.set_entry(9, Some(b))), (None, None));
        assert_eq!((p.entry(4), p.set_entry(4, Some(b)), p.entry(4)), (Some(a), Some(a), Some(b)));
        assert_eq!((p.set_entry(4, None), p.entry(4), p.entry(9)), (Some(b), None, Some(b)));
    }
}
