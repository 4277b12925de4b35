//! Bounded-stack destruction of trees. Each recursive node hands its `kind` to [`bury`], which drops it at once while the
//! nesting is shallow and queues it otherwise; the outermost call empties the queue.

use std::cell::{Cell, RefCell};

use crate::nodes::{Expr, ExprKind, Pattern, PatternKind, Stmt, StmtKind};

/// Nesting up to which destructors simply recurse: deep enough to be the only path for human-written code.
const MAX_DEPTH: u32 = 128;

#[allow(dead_code)] // The fields are only ever dropped.
enum Grave {
    Expr(ExprKind),
    Stmt(StmtKind),
    Pattern(PatternKind),
}

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static QUEUE: RefCell<Vec<Grave>> = const { RefCell::new(Vec::new()) };
}

fn bury(grave: Grave) {
    // During thread shutdown the locals may be gone; then the value is dropped recursively, as any Rust value would be.
    let Ok(depth) = DEPTH.try_with(Cell::get) else { return };
    if depth >= MAX_DEPTH {
        let mut grave = Some(grave);
        let _ = QUEUE.try_with(|q| q.borrow_mut().extend(grave.take()));
        return;
    }
    let _ = DEPTH.try_with(|d| d.set(depth + 1));
    drop(grave);
    if depth == 0 {
        while let Ok(Some(next)) = QUEUE.try_with(|q| q.borrow_mut().pop()) {
            drop(next);
        }
    }
    let _ = DEPTH.try_with(|d| d.set(depth));
}

impl Drop for Expr {
    fn drop(&mut self) {
        if !matches!(self.kind, ExprKind::Name { .. } | ExprKind::Constant { .. }) {
            bury(Grave::Expr(self.take_kind()));
        }
    }
}

impl Drop for Stmt {
    fn drop(&mut self) {
        if !matches!(self.kind, StmtKind::Pass | StmtKind::Break | StmtKind::Continue) {
            bury(Grave::Stmt(self.take_kind()));
        }
    }
}

impl Drop for Pattern {
    fn drop(&mut self) {
        bury(Grave::Pattern(self.take_kind()));
    }
}
