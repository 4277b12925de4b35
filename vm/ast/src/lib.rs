//! The abstract syntax tree of Python 3.12: the node types of `Python.asdl`, as Rust enums.
//!
//! What is here: nodes, positions, constants. What is not: parsing (`dxpy-parser`), the `_ast` module's Python classes,
//! validation of hand-made trees (`PyAST_Validate`) and the compiler.
//!
//! Nodes that can nest without a bound (`Expr`, `Stmt`, `Pattern`) have a `Drop` that defers what lies deep, so that
//! dropping a tree of any depth uses a bounded stack. The price is that `kind` cannot be moved out of a node by
//! destructuring: use [`Expr::take_kind`] and its siblings. `Clone` and `Debug` are derived, and so recurse.
#![forbid(unsafe_code)]

mod constant;
mod drop;
pub mod dump;
mod nodes;

pub use constant::{CodePoints, Constant, PyStr, push_code_point};
pub use nodes::*;
