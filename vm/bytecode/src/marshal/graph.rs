//! [`Graph`]: a marshalled value as nodes, made by the reader and written by the encoder.

use super::decode::{Head, Make, Scalar, read};
use super::encode::Encoder;
use super::format::{MAX_DEPTH, ReadError, StrWidth, WriteError, check_utf8, parse_float};
use dxpy_ast::PyStr;

/// Index of a [`Node`] in its [`Graph`].
pub type NodeId = u32;

/// A value; its items are nodes that stand before it.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    None,
    StopIteration,
    Ellipsis,
    False,
    True,
    Int(i32),
    /// Sign and 15-bit digits, least first, the last one not 0.
    Long {
        negative: bool,
        digits: Vec<u16>,
    },
    Float(f64),
    Complex(f64, f64),
    Bytes(Vec<u8>),
    Str {
        text: PyStr,
        interned: bool,
    },
    /// An index into the table of references.
    Ref(u32),
    Tuple(Vec<NodeId>),
    List(Vec<NodeId>),
    Set(Vec<NodeId>),
    FrozenSet(Vec<NodeId>),
    /// Keys and values in turn.
    Dict(Vec<NodeId>),
    Code(Box<CodeNode>),
}

/// The fields of a code object in the order of the format.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CodeNode {
    /// `co_argcount`, `co_posonlyargcount`, `co_kwonlyargcount`, `co_stacksize`, `co_flags`.
    pub numbers: [i32; 5],
    /// `co_code`, `co_consts`, `co_names`, `co_localsplusnames`, `co_localspluskinds`, `co_filename`, `co_name`,
    /// `co_qualname`, `co_linetable`, `co_exceptiontable`.
    pub objects: [NodeId; 10],
    pub firstlineno: i32,
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
    pub(super) nodes: Vec<Node>,
    /// The table of references: which node each index means.
    pub(super) refs: Vec<NodeId>,
}

impl Graph {
    /// Reads one value; what follows it is returned (`marshal.loads` ignores it).
    pub fn read(bytes: &[u8]) -> Result<(Graph, &[u8]), ReadError> {
        let mut graph = Graph::default();
        let mut rest = bytes;
        read(&mut rest, &mut graph)?;
        Ok((graph, rest))
    }

    /// The node with the whole value; `None` in a graph of nothing.
    pub fn root(&self) -> Option<NodeId> {
        (self.nodes.len() as NodeId).checked_sub(1)
    }

    /// All nodes, items before their containers.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node that a reference means.
    pub fn referred(&self, index: u32) -> NodeId {
        self.refs[index as usize]
    }

    pub(super) fn add(&mut self, kind: Kind, slot: Option<u32>) -> NodeId {
        let id = self.nodes.len() as NodeId;
        self.nodes.push(Node { kind, flag_ref: slot.is_some() });
        if let Some(slot) = slot {
            self.refs.resize(self.refs.len().max(slot as usize + 1), 0);
            self.refs[slot as usize] = id;
        }
        id
    }

    /// The bytes of the value in a version of the format; versions before 3 have no references, and repeat what is
    /// shared.
    pub fn write(&self, version: i32) -> Result<Vec<u8>, WriteError> {
        enum Step {
            Node(NodeId, usize),
            Line(i32),
            EndOfDict,
        }
        let mut out = Encoder::new(version);
        let mut todo: Vec<Step> = self.root().map(|root| Step::Node(root, 1)).into_iter().collect();
        let mut repeated = 0usize;
        while let Some(step) = todo.pop() {
            let (mut id, depth) = match step {
                Step::Line(line) => {
                    out.code_line(line);
                    continue;
                }
                Step::EndOfDict => {
                    out.null();
                    continue;
                }
                Step::Node(id, depth) => (id, depth),
            };
            if depth > MAX_DEPTH {
                return Err(WriteError::TooDeep);
            }
            if let Kind::Ref(index) = self.nodes[id as usize].kind
                && !out.has_refs()
            {
                id = self.referred(index);
                repeated += 1;
            }
            if repeated > super::convert::MAX_VALUES {
                return Err(WriteError::Unmarshallable);
            }
            let Node { kind, flag_ref } = &self.nodes[id as usize];
            let flag = *flag_ref && out.has_refs();
            let mut items = |ids: &[NodeId]| todo.extend(ids.iter().rev().map(|i| Step::Node(*i, depth + 1)));
            match kind {
                Kind::None => out.none(),
                Kind::StopIteration => out.stop_iteration(),
                Kind::Ellipsis => out.ellipsis(),
                Kind::False => out.boolean(false),
                Kind::True => out.boolean(true),
                Kind::Int(i) => out.int(*i, flag),
                Kind::Long { negative, digits } => out.long(*negative, digits, flag)?,
                Kind::Float(f) => out.float(*f, flag)?,
                Kind::Complex(real, imag) => out.complex(*real, *imag, flag)?,
                Kind::Bytes(b) => out.bytes(b, flag)?,
                Kind::Str { text, interned } => out.string(text.as_bytes(), *interned, flag)?,
                Kind::Ref(index) => out.reference(*index),
                Kind::Tuple(ids) => {
                    out.tuple(ids.len(), flag)?;
                    items(ids);
                }
                Kind::List(ids) => {
                    out.list(ids.len(), flag)?;
                    items(ids);
                }
                Kind::Set(ids) | Kind::FrozenSet(ids) => {
                    out.set(ids.len(), matches!(kind, Kind::FrozenSet(_)), flag)?;
                    items(ids);
                }
                Kind::Dict(ids) => {
                    out.dict(flag);
                    todo.push(Step::EndOfDict);
                    todo.extend(ids.iter().rev().map(|i| Step::Node(*i, depth + 1)));
                }
                Kind::Code(code) => {
                    out.code(code.numbers, flag);
                    let (before, behind) = code.objects.split_at(8);
                    items(behind);
                    todo.push(Step::Line(code.firstlineno));
                    todo.extend(before.iter().rev().map(|i| Step::Node(*i, depth + 1)));
                }
            }
        }
        Ok(out.finish())
    }
}

/// A container of the graph in the making.
#[derive(Debug)]
pub struct OpenNode {
    head: Head,
    items: Vec<NodeId>,
    firstlineno: i32,
}

impl Make for Graph {
    type Object = NodeId;
    type Open = OpenNode;
    type Error = ReadError;

    fn scalar(&mut self, value: Scalar<'_>, slot: Option<u32>) -> Result<NodeId, ReadError> {
        let kind = match value {
            Scalar::None => Kind::None,
            Scalar::StopIteration => Kind::StopIteration,
            Scalar::Ellipsis => Kind::Ellipsis,
            Scalar::False => Kind::False,
            Scalar::True => Kind::True,
            Scalar::Int(i) => Kind::Int(i),
            Scalar::Int64(i) => match i32::try_from(i) {
                Ok(small) => Kind::Int(small),
                Err(_) => {
                    let digits = (0..64).step_by(15).map(|shift| (i.unsigned_abs() >> shift & 0x7FFF) as u16);
                    let mut digits: Vec<u16> = digits.collect();
                    digits.truncate(digits.iter().rposition(|d| *d != 0).map_or(0, |last| last + 1));
                    Kind::Long { negative: i < 0, digits }
                }
            },
            Scalar::Long { negative, digits } => {
                let digits = digits.chunks_exact(2).map(|d| u16::from_le_bytes([d[0], d[1]]));
                Kind::Long { negative, digits: digits.collect() }
            }
            Scalar::Float(f) => Kind::Float(f),
            Scalar::FloatText(text) => Kind::Float(parse_float(text)?),
            Scalar::Complex(real, imag) => Kind::Complex(real, imag),
            Scalar::Bytes(b) => Kind::Bytes(b.to_vec()),
            Scalar::Str(bytes, form) => {
                let text = match form.width {
                    StrWidth::Utf8 => {
                        check_utf8(bytes).map_err(ReadError::Utf8)?;
                        PyStr::from_wtf8(bytes)
                    }
                    _ if bytes.is_ascii() => PyStr::from_wtf8(bytes),
                    _ => PyStr::from_code_points(bytes.iter().map(|b| u32::from(*b))),
                };
                Kind::Str { text, interned: form.interned }
            }
        };
        Ok(self.add(kind, slot))
    }

    fn open(&mut self, head: Head, reserve: usize) -> Result<OpenNode, ReadError> {
        // A container nested in itself by its said length could reserve again at each level.
        Ok(OpenNode { head, items: Vec::with_capacity(reserve.min(64)), firstlineno: 0 })
    }

    fn unfinished(&mut self, open: &OpenNode) -> Option<NodeId> {
        // The index alone is what a reference keeps; the node it means is known when the container is closed.
        match open.head {
            Head::FrozenSet { .. } | Head::Code(_) => None,
            _ => Some(NodeId::MAX),
        }
    }

    fn push(&mut self, open: &mut OpenNode, item: NodeId) -> Result<(), ReadError> {
        open.items.push(item);
        Ok(())
    }

    fn line(&mut self, open: &mut OpenNode, firstlineno: i32) -> Result<(), ReadError> {
        open.firstlineno = firstlineno;
        Ok(())
    }

    fn close(&mut self, open: OpenNode, slot: Option<u32>) -> Result<NodeId, ReadError> {
        let OpenNode { head, items, firstlineno } = open;
        let kind = match head {
            Head::Tuple { .. } => Kind::Tuple(items),
            Head::List { .. } => Kind::List(items),
            Head::Set { .. } => Kind::Set(items),
            Head::FrozenSet { .. } => Kind::FrozenSet(items),
            Head::Dict => Kind::Dict(items),
            Head::Code(numbers) => {
                let objects = items.try_into().map_err(|_| ReadError::Null("code object"))?;
                Kind::Code(Box::new(CodeNode { numbers, objects, firstlineno }))
            }
        };
        Ok(self.add(kind, slot))
    }

    fn reference(&mut self, slot: u32, _object: &NodeId) -> Result<NodeId, ReadError> {
        Ok(self.add(Kind::Ref(slot), None))
    }
}
