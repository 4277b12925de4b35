//! [`Graph`] to bytes.

use super::{FLAG_REF, Graph, Kind, MAX_DEPTH, NodeId, StrForm, WriteError};

impl Graph {
    /// The bytes of the value.
    pub fn write(&self) -> Result<Vec<u8>, WriteError> {
        let mut out = Vec::new();
        if !self.nodes.is_empty() {
            self.write_node(&mut out, self.root(), 1)?;
        }
        Ok(out)
    }

    fn write_node(&self, out: &mut Vec<u8>, id: NodeId, depth: usize) -> Result<(), WriteError> {
        if depth > MAX_DEPTH {
            return Err(WriteError::TooDeep);
        }
        let node = self.node(id);
        let flag = if node.flag_ref { FLAG_REF } else { 0 };
        let mut head = |code: u8| out.push(code | flag);
        let bytes = |out: &mut Vec<u8>, b: &[u8]| {
            out.extend(size(b.len())?);
            out.extend(b);
            Ok(())
        };
        let short = |out: &mut Vec<u8>, b: &[u8]| {
            out.push(u8::try_from(b.len()).map_err(|_| WriteError::TooLarge)?);
            out.extend(b);
            Ok(())
        };
        match &node.kind {
            Kind::None => head(b'N'),
            Kind::StopIteration => head(b'S'),
            Kind::Ellipsis => head(b'.'),
            Kind::False => head(b'F'),
            Kind::True => head(b'T'),
            Kind::Int(i) => {
                head(b'i');
                out.extend(i.to_le_bytes());
            }
            Kind::Long { negative, digits } => {
                head(b'l');
                let n = i32::try_from(digits.len()).map_err(|_| WriteError::TooLarge)?;
                out.extend(if *negative { -n } else { n }.to_le_bytes());
                digits.iter().for_each(|d| out.extend(d.to_le_bytes()));
            }
            Kind::Float(bits) => {
                head(b'g');
                out.extend(bits.to_le_bytes());
            }
            Kind::FloatText(text) => {
                head(b'f');
                short(out, text)?;
            }
            Kind::Complex(real, imag) => {
                head(b'y');
                out.extend(real.to_le_bytes());
                out.extend(imag.to_le_bytes());
            }
            Kind::ComplexText(real, imag) => {
                head(b'x');
                short(out, real)?;
                short(out, imag)?;
            }
            Kind::Bytes(b) => {
                head(b's');
                bytes(out, b)?;
            }
            Kind::Str(text, StrForm { interned, ascii }) => {
                head(match (ascii, interned) {
                    (Some(true), false) => b'z',
                    (Some(true), true) => b'Z',
                    (Some(false), false) => b'a',
                    (Some(false), true) => b'A',
                    (None, false) => b'u',
                    (None, true) => b't',
                });
                if *ascii == Some(true) { short(out, text)? } else { bytes(out, text)? }
            }
            Kind::Ref(index, _) => {
                head(b'r');
                out.extend(index.to_le_bytes());
            }
            Kind::Tuple(items, is_short) => {
                head(if *is_short { b')' } else { b'(' });
                if *is_short {
                    out.push(u8::try_from(items.len()).map_err(|_| WriteError::TooLarge)?);
                } else {
                    out.extend(size(items.len())?);
                }
                self.write_all(out, items, depth)?;
            }
            Kind::List(items) | Kind::Set(items) | Kind::FrozenSet(items) => {
                head(match node.kind {
                    Kind::List(_) => b'[',
                    Kind::Set(_) => b'<',
                    _ => b'>',
                });
                out.extend(size(items.len())?);
                self.write_all(out, items, depth)?;
            }
            Kind::Dict(items) => {
                head(b'{');
                for (key, value) in items {
                    self.write_all(out, &[*key, *value], depth)?;
                }
                out.push(b'0');
            }
            Kind::Code(code) => {
                head(b'c');
                code.numbers.iter().for_each(|n| out.extend(n.to_le_bytes()));
                self.write_all(out, &code.objects, depth)?;
                out.extend(code.firstlineno.to_le_bytes());
                self.write_all(out, &code.tables, depth)?;
            }
        }
        Ok(())
    }

    fn write_all(&self, out: &mut Vec<u8>, items: &[NodeId], depth: usize) -> Result<(), WriteError> {
        items.iter().try_for_each(|item| self.write_node(out, *item, depth + 1))
    }
}

fn size(n: usize) -> Result<[u8; 4], WriteError> {
    Ok(i32::try_from(n).map_err(|_| WriteError::TooLarge)?.to_le_bytes())
}
