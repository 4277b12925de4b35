//! Bytes to [`Graph`].

use super::{CodeNode, FLAG_REF, Graph, Kind, MAX_DEPTH, Node, NodeId, ReadError, StrForm};

struct Reader<'a> {
    rest: &'a [u8],
    graph: Graph,
    /// The table of references; `None` for an object that is still being read and may not be referred to.
    refs: Vec<Option<NodeId>>,
    depth: usize,
}

impl Graph {
    /// Reads one value; what follows it is returned (`marshal.loads` ignores it).
    pub fn read(bytes: &[u8]) -> Result<(Graph, &[u8]), ReadError> {
        let mut reader = Reader { rest: bytes, graph: Graph::default(), refs: Vec::new(), depth: 0 };
        reader.object()?.ok_or(ReadError::Null("object"))?;
        Ok((reader.graph, reader.rest))
    }
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], ReadError> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or(ReadError::TooShort)?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, ReadError> {
        Ok(self.take(1)?[0])
    }

    fn long(&mut self) -> Result<i32, ReadError> {
        let bytes = self.take(4)?;
        Ok(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn double(&mut self) -> Result<u64, ReadError> {
        let bytes = self.take(8)?;
        Ok(u64::from_le_bytes(std::array::from_fn(|i| bytes[i])))
    }

    /// A size in four bytes; a negative one is an error with this name.
    fn size(&mut self, error: &'static str) -> Result<usize, ReadError> {
        usize::try_from(self.long()?).map_err(|_| ReadError::Bad(error))
    }

    fn short_text(&mut self) -> Result<Vec<u8>, ReadError> {
        let n = self.byte()?;
        Ok(self.take(n as usize)?.to_vec())
    }

    /// One value; `None` for NULL, which ends a dict.
    fn object(&mut self) -> Result<Option<NodeId>, ReadError> {
        let code = self.byte().map_err(|_| ReadError::NoObject)?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ReadError::Bad("recursion limit exceeded"));
        }
        let flag = code & FLAG_REF != 0;
        let slot = self.refs.len();
        let kind = match code & !FLAG_REF {
            b'0' => {
                self.depth -= 1;
                return Ok(None);
            }
            // These are never entered into the table, whatever their flag.
            b'N' => Kind::None,
            b'S' => Kind::StopIteration,
            b'.' => Kind::Ellipsis,
            b'F' => Kind::False,
            b'T' => Kind::True,
            b'r' => {
                let index = self.long()?;
                let target = usize::try_from(index).ok().and_then(|i| *self.refs.get(i)?);
                Kind::Ref(index as u32, target.ok_or(ReadError::Bad("invalid reference"))?)
            }
            other => {
                if flag {
                    self.refs.push(None);
                }
                self.value(other)?
            }
        };
        self.depth -= 1;
        let entered = self.refs.len() > slot && flag;
        let id = self.graph.nodes.len() as NodeId;
        self.graph.nodes.push(Node { kind, flag_ref: flag });
        if entered {
            self.refs[slot] = Some(id);
        }
        Ok(Some(id))
    }

    fn value(&mut self, code: u8) -> Result<Kind, ReadError> {
        Ok(match code {
            b'i' => Kind::Int(self.long()?),
            b'I' => {
                let value = self.double()? as i64;
                let mut digits = Vec::new();
                let mut rest = value.unsigned_abs();
                while rest != 0 {
                    digits.push((rest & 0x7FFF) as u16);
                    rest >>= 15;
                }
                Kind::Long { negative: value < 0, digits }
            }
            b'l' => self.digits()?,
            b'g' => Kind::Float(self.double()?),
            b'f' => Kind::FloatText(self.short_text()?),
            b'y' => Kind::Complex(self.double()?, self.double()?),
            b'x' => Kind::ComplexText(self.short_text()?, self.short_text()?),
            b's' => {
                let n = self.size("bytes object size out of range")?;
                Kind::Bytes(self.take(n)?.to_vec())
            }
            b'z' | b'Z' => {
                let bytes = self.short_text()?;
                Kind::Str(bytes, StrForm { interned: code == b'Z', ascii: Some(true) })
            }
            b'a' | b'A' => {
                let n = self.size("string size out of range")?;
                Kind::Str(self.take(n)?.to_vec(), StrForm { interned: code == b'A', ascii: Some(false) })
            }
            b'u' | b't' => {
                let n = self.size("string size out of range")?;
                Kind::Str(self.take(n)?.to_vec(), StrForm { interned: code == b't', ascii: None })
            }
            b')' => {
                let n = self.byte()? as usize;
                Kind::Tuple(self.items(n, "tuple")?, true)
            }
            b'(' => {
                let n = self.size("tuple size out of range")?;
                Kind::Tuple(self.items(n, "tuple")?, false)
            }
            b'[' => {
                let n = self.size("list size out of range")?;
                Kind::List(self.items(n, "list")?)
            }
            b'<' | b'>' => {
                let n = self.size("set size out of range")?;
                let items = self.items(n, "set")?;
                if code == b'<' { Kind::Set(items) } else { Kind::FrozenSet(items) }
            }
            b'{' => {
                let mut items = Vec::new();
                while let Some(key) = self.object()? {
                    // CPython ends the dict at a missing value, too.
                    let Some(value) = self.object()? else { break };
                    items.push((key, value));
                }
                Kind::Dict(items)
            }
            b'c' => Kind::Code(Box::new(self.code()?)),
            _ => return Err(ReadError::Bad("unknown type code")),
        })
    }

    fn digits(&mut self) -> Result<Kind, ReadError> {
        let n = self.long()?;
        if n == i32::MIN {
            return Err(ReadError::Bad("long size out of range"));
        }
        let mut digits = Vec::new();
        for pair in self.take(2 * n.unsigned_abs() as usize)?.chunks_exact(2) {
            let digit = u16::from_le_bytes([pair[0], pair[1]]);
            if digit > 0x7FFF {
                return Err(ReadError::Bad("digit out of range in long"));
            }
            digits.push(digit);
        }
        if digits.last() == Some(&0) {
            return Err(ReadError::Bad("unnormalized long data"));
        }
        Ok(Kind::Long { negative: n < 0, digits })
    }

    fn items(&mut self, n: usize, what: &'static str) -> Result<Vec<NodeId>, ReadError> {
        // Each item takes a byte at least, so that a wrong length cannot ask for more memory than the input has.
        let mut items = Vec::with_capacity(n.min(self.rest.len()));
        for _ in 0..n {
            items.push(self.object()?.ok_or(ReadError::Null(what))?);
        }
        Ok(items)
    }

    fn code(&mut self) -> Result<CodeNode, ReadError> {
        let mut numbers = [0; 5];
        for n in &mut numbers {
            *n = self.long()?;
        }
        let mut objects = [0; 8];
        for o in &mut objects {
            *o = self.object()?.ok_or(ReadError::Null("code object"))?;
        }
        let firstlineno = self.long()?;
        let mut tables = [0; 2];
        for t in &mut tables {
            *t = self.object()?.ok_or(ReadError::Null("code object"))?;
        }
        Ok(CodeNode { numbers, objects, firstlineno, tables })
    }
}
