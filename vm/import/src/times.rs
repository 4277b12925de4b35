//! `-X importtime`: how long imports take, each without and with those inside it (`import_find_and_load`).

use core::cell::Cell;
use dxpy_core::PyResult;
use dxpy_core::abi::PyObject;
use dxpy_core::statics::Gil;
use dxpy_core::unicode;
use std::time::{Duration, Instant};

/// How many imports are going on, and how long those took that ended inside the innermost of them.
static LEVEL: Gil<Cell<usize>> = Gil(Cell::new(0));
static INSIDE: Gil<Cell<Duration>> = Gil(Cell::new(Duration::ZERO));
/// Whether the line that names the columns is written.
static BEGUN: Gil<Cell<bool>> = Gil(Cell::new(false));

/// Microseconds, rounded up.
fn micros(time: Duration) -> u128 {
    time.as_nanos().div_ceil(1000)
}

/// Imports a module and writes the line that tells how long it took; an import that fails has one too.
pub fn measured(name: &PyObject, load: impl FnOnce() -> PyResult) -> PyResult {
    if !BEGUN.replace(true) {
        eprintln!("import time: self [us] | cumulative | imported package");
    }
    let level = LEVEL.get();
    LEVEL.set(level + 1);
    let before = INSIDE.replace(Duration::ZERO);
    let start = Instant::now();
    let result = load();
    let all = start.elapsed();
    LEVEL.set(level);
    let own = all.saturating_sub(INSIDE.get());
    let name = unicode::display(name);
    eprintln!(
        "import time: {:>9} | {:>10} | {:indent$}{name}",
        micros(own),
        micros(all),
        "",
        indent = 2 * level
    );
    INSIDE.set(before + all);
    result
}
