//! The marshal format, versions 0 to 4 (`Python/marshal.c`): what `.pyc` files hold.
//!
//! Three layers. [`format`] has the marks, limits and errors; [`decode`] and [`encode`] know how values look, and serve
//! any kind of object. [`Graph`] is a marshalled value with its sharing as the bytes have it: reading and writing it
//! loses nothing of what CPython writes. Code objects and constants are made from a graph and turned into one; what no
//! compiler makes (lists, dicts, sets) exists only in the graph.

mod convert;
pub mod decode;
pub mod encode;
pub mod format;
mod graph;
pub mod pyc;

pub use convert::ConstError;
pub use decode::{Head, Input, Make, Scalar, read};
pub use encode::Encoder;
pub use format::{Exception, ReadError, VERSION, WriteError};
pub use graph::{CodeNode, Graph, Kind, Node, NodeId};
