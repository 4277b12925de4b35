//! The marshal format, version 4 (`Python/marshal.c`): what `.pyc` files hold.
//!
//! Two layers. [`Graph`] is a marshalled value exactly as its bytes say, with which objects are marked for reference and
//! which are references; reading and writing it loses nothing of what CPython writes. Beside it, code objects and constants are made from a graph
//! and turned into one. Containers no compiler makes (lists, dicts, sets) exist only in the graph.

mod convert;
pub mod pyc;
mod read;
mod write;

pub use convert::FromGraphError;

use std::fmt;

/// Nesting beyond which CPython refuses to read or write.
const MAX_DEPTH: usize = 2000;

/// The bit of a type code that enters the object into the table of references.
const FLAG_REF: u8 = 0x80;

/// Index of a [`Node`] in its [`Graph`].
pub type NodeId = u32;

/// How a string is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StrForm {
    pub interned: bool,
    /// Whether the bytes are declared ASCII, and if so whether the length takes one byte.
    pub ascii: Option<Short>,
}

/// Whether a length is written in one byte.
pub type Short = bool;

/// A value without its children's values.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    None,
    StopIteration,
    Ellipsis,
    False,
    True,
    Int(i32),
    /// Sign and 15-bit digits, least first.
    Long {
        negative: bool,
        digits: Vec<u16>,
    },
    Float(u64),
    /// A float as text, which versions before 2 wrote.
    FloatText(Vec<u8>),
    Complex(u64, u64),
    ComplexText(Vec<u8>, Vec<u8>),
    Bytes(Vec<u8>),
    /// WTF-8, as marshal writes lone surrogates.
    Str(Vec<u8>, StrForm),
    /// An index into the table of references, and the node that index means.
    Ref(u32, NodeId),
    Tuple(Vec<NodeId>, Short),
    List(Vec<NodeId>),
    Set(Vec<NodeId>),
    FrozenSet(Vec<NodeId>),
    Dict(Vec<(NodeId, NodeId)>),
    Code(Box<CodeNode>),
}

/// The fields of a code object in the order of the format.
#[derive(Clone, PartialEq, Debug)]
pub struct CodeNode {
    /// `co_argcount`, `co_posonlyargcount`, `co_kwonlyargcount`, `co_stacksize`, `co_flags`.
    pub numbers: [i32; 5],
    /// `co_code`, `co_consts`, `co_names`, `co_localsplusnames`, `co_localspluskinds`, `co_filename`, `co_name`,
    /// `co_qualname`.
    pub objects: [NodeId; 8],
    pub firstlineno: i32,
    /// `co_linetable`, `co_exceptiontable`.
    pub tables: [NodeId; 2],
}

/// A value and whether it is entered into the table of references.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    pub kind: Kind,
    pub flag_ref: bool,
}

/// A marshalled value: nodes, of which the last is the root.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
}

impl Graph {
    fn add(&mut self, kind: Kind, flag_ref: bool) -> NodeId {
        self.nodes.push(Node { kind, flag_ref });
        self.nodes.len() as NodeId - 1
    }

    /// The node with the whole value.
    pub fn root(&self) -> NodeId {
        self.nodes.len() as NodeId - 1
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// The kind of a node, a reference being what it refers to.
    pub fn resolve(&self, id: NodeId) -> &Kind {
        match &self.node(id).kind {
            // A reference never leads to another one.
            Kind::Ref(_, target) => &self.node(*target).kind,
            kind => kind,
        }
    }
}

/// Why bytes are not a marshalled value. The texts are CPython's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadError {
    /// `EOFError`.
    TooShort,
    /// `EOFError`, where a value should begin.
    NoObject,
    /// `ValueError`.
    Bad(&'static str),
    /// `TypeError`: a NULL where a value should be, in this container.
    Null(&'static str),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::TooShort => f.write_str("marshal data too short"),
            ReadError::NoObject => f.write_str("EOF read where object expected"),
            ReadError::Bad(what) => write!(f, "bad marshal data ({what})"),
            ReadError::Null(what) => write!(f, "NULL object in marshal data for {what}"),
        }
    }
}

impl std::error::Error for ReadError {}

/// Why a graph cannot be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WriteError {
    /// `ValueError`: deeper than CPython writes.
    TooDeep,
    /// `ValueError`: longer than the format can say.
    TooLarge,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WriteError::TooDeep => "object too deeply nested to marshal",
            WriteError::TooLarge => "unmarshallable object",
        })
    }
}

impl std::error::Error for WriteError {}
