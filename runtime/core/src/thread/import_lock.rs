//! The import lock (`_imp.acquire_lock`), which its holder may take again: `importlib` guards its table of module locks
//! with it, and a fork holds it so that no module is half imported in the child by a thread that is not there.

use super::{Py, turn};
use crate::statics::Gil;
use core::cell::Cell;

/// The thread state that holds the lock, by its number; 0 is none.
static OWNER: Gil<Cell<u64>> = Gil(Cell::new(0));
/// How often it does.
static COUNT: Gil<Cell<usize>> = Gil(Cell::new(0));

/// Does any thread hold the lock?
pub fn is_held(_: Py<'_>) -> bool {
    COUNT.get() > 0
}

/// Takes the lock, once another thread gave it back.
pub fn acquire(py: Py<'_>) {
    let me = py.state().abi.id.get();
    while COUNT.get() > 0 && OWNER.get() != me {
        turn::wait(py, None);
    }
    OWNER.set(me);
    COUNT.set(COUNT.get() + 1);
}

/// Gives the lock back once; false if this thread does not hold it.
pub fn release(py: Py<'_>) -> bool {
    if COUNT.get() == 0 || OWNER.get() != py.state().abi.id.get() {
        return false;
    }
    COUNT.set(COUNT.get() - 1);
    if COUNT.get() == 0 {
        OWNER.set(0);
        turn::given_back();
    }
    true
}
