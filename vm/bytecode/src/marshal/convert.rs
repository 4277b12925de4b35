//! [`Graph`] to code objects and constants, and back.
//!
//! CPython marks an object for reference if something else holds it, too. From plain data that can be told only in part:
//! [`Graph::from_const`] marks what occurs again in the same value, as the compiler's merging of constants makes it, and
//! what CPython never frees. It does not know the names other modules hold, and so differs from CPython in some marks,
//! never in what is read back.

use super::{CodeNode, FLAG_REF, Graph, Kind, MAX_DEPTH, NodeId, StrForm};
use crate::constant::value_key;
use crate::{CodeObject, Const};
use dxpy_ast::{Constant, PyStr};
use num_bigint::{BigInt, Sign};
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

/// Values made from one graph. References can name one value so often that writing it out again each time would not end.
const MAX_VALUES: usize = 1 << 22;

/// Why a marshalled value is not a code object or constant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FromGraphError {
    /// A value of a type that no compiler makes, or of the wrong type for a field.
    Type(&'static str),
    /// A field's value breaks a rule (`_PyCode_Validate`).
    Value(&'static str),
    /// More values, or deeper nested, than this reads.
    TooLarge,
}

impl fmt::Display for FromGraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FromGraphError::Type(what) => write!(f, "bad marshal data (wrong type: {what})"),
            FromGraphError::Value(what) => write!(f, "code: {what}"),
            FromGraphError::TooLarge => f.write_str("bad marshal data (too many values)"),
        }
    }
}

impl std::error::Error for FromGraphError {}

struct FromGraph<'a> {
    graph: &'a Graph,
    values: usize,
    depth: usize,
}

impl Graph {
    /// The constant or code object this is.
    pub fn to_const(&self) -> Result<Const, FromGraphError> {
        if self.nodes.is_empty() {
            return Err(FromGraphError::Type("nothing"));
        }
        FromGraph { graph: self, values: 0, depth: 0 }.item(self.root())
    }

    /// The code object this is.
    pub fn to_code(&self) -> Result<Rc<CodeObject>, FromGraphError> {
        match self.to_const()? {
            Const::Code(code) => Ok(code),
            Const::Value(_) => Err(FromGraphError::Type("not a code object")),
        }
    }
}

/// The number of a float written as text.
fn float_text(text: &[u8]) -> Result<f64, FromGraphError> {
    let text = std::str::from_utf8(text).ok().map(str::trim);
    text.and_then(|t| t.parse().ok()).ok_or(FromGraphError::Type("a float"))
}

impl FromGraph<'_> {
    fn enter(&mut self) -> Result<(), FromGraphError> {
        self.values += 1;
        self.depth += 1;
        if self.values > MAX_VALUES || self.depth > MAX_DEPTH {
            Err(FromGraphError::TooLarge)
        } else {
            Ok(())
        }
    }

    fn item(&mut self, id: NodeId) -> Result<Const, FromGraphError> {
        match self.graph.resolve(id) {
            Kind::Code(node) => {
                self.enter()?;
                let code = self.code(node)?;
                self.depth -= 1;
                Ok(Const::Code(Rc::new(code)))
            }
            _ => Ok(Const::Value(self.constant(id)?)),
        }
    }

    fn constant(&mut self, id: NodeId) -> Result<Constant, FromGraphError> {
        self.enter()?;
        let constant = match self.graph.resolve(id) {
            Kind::None => Constant::None,
            Kind::Ellipsis => Constant::Ellipsis,
            Kind::False => Constant::False,
            Kind::True => Constant::True,
            Kind::Int(i) => Constant::Int((*i).into()),
            Kind::Long { negative, digits } => {
                let sign = if *negative { Sign::Minus } else { Sign::Plus };
                Constant::Int(BigInt::from_bytes_le(sign, &digits_to_bytes(digits)))
            }
            Kind::Float(bits) => Constant::Float(f64::from_bits(*bits)),
            Kind::FloatText(text) => Constant::Float(float_text(text)?),
            Kind::Complex(real, imag) => {
                Constant::Complex { real: f64::from_bits(*real), imag: f64::from_bits(*imag) }
            }
            Kind::ComplexText(real, imag) => {
                Constant::Complex { real: float_text(real)?, imag: float_text(imag)? }
            }
            Kind::Bytes(b) => Constant::Bytes(b.as_slice().into()),
            Kind::Str(text, form) => Constant::Str(string(text, *form)?),
            Kind::Tuple(items, _) => {
                let items: &[NodeId] = items;
                Constant::Tuple(items.iter().map(|i| self.constant(*i)).collect::<Result<_, _>>()?)
            }
            Kind::FrozenSet(items) => {
                Constant::FrozenSet(items.iter().map(|i| self.constant(*i)).collect::<Result<_, _>>()?)
            }
            Kind::StopIteration => return Err(FromGraphError::Type("StopIteration")),
            Kind::List(_) => return Err(FromGraphError::Type("a list")),
            Kind::Set(_) => return Err(FromGraphError::Type("a set")),
            Kind::Dict(_) => return Err(FromGraphError::Type("a dict")),
            Kind::Code(_) => return Err(FromGraphError::Type("a code object inside a container")),
            Kind::Ref(..) => return Err(FromGraphError::Type("a reference to a reference")),
        };
        self.depth -= 1;
        Ok(constant)
    }

    fn text(&mut self, id: NodeId) -> Result<PyStr, FromGraphError> {
        match self.graph.resolve(id) {
            Kind::Str(text, form) => string(text, *form),
            _ => Err(FromGraphError::Type("a string expected")),
        }
    }

    fn bytes(&mut self, id: NodeId) -> Result<Vec<u8>, FromGraphError> {
        match self.graph.resolve(id) {
            Kind::Bytes(b) => Ok(b.clone()),
            _ => Err(FromGraphError::Type("bytes expected")),
        }
    }

    fn tuple(&self, id: NodeId) -> Result<Vec<NodeId>, FromGraphError> {
        match self.graph.resolve(id) {
            Kind::Tuple(items, _) => Ok(items.clone()),
            _ => Err(FromGraphError::Type("a tuple expected")),
        }
    }

    fn texts(&mut self, id: NodeId) -> Result<Vec<PyStr>, FromGraphError> {
        let items = self.tuple(id)?;
        self.values += items.len();
        items.iter().map(|i| self.text(*i)).collect()
    }

    fn code(&mut self, node: &CodeNode) -> Result<CodeObject, FromGraphError> {
        let mut numbers = [0; 5];
        for (to, from) in numbers.iter_mut().zip(node.numbers) {
            *to = u32::try_from(from).map_err(|_| FromGraphError::Value("negative number"))?;
        }
        let [argcount, posonlyargcount, kwonlyargcount, stacksize, flags] = numbers;
        let [code, consts, names, plusnames, pluskinds, filename, name, qualname] = node.objects;
        let consts = self.tuple(consts)?;
        let code = CodeObject {
            argcount,
            posonlyargcount,
            kwonlyargcount,
            stacksize,
            flags,
            code: self.bytes(code)?,
            consts: consts.iter().map(|c| self.item(*c)).collect::<Result<_, _>>()?,
            names: self.texts(names)?,
            localsplusnames: self.texts(plusnames)?,
            localspluskinds: self.bytes(pluskinds)?,
            filename: self.text(filename)?,
            name: self.text(name)?,
            qualname: self.text(qualname)?,
            firstlineno: node.firstlineno,
            linetable: self.bytes(node.tables[0])?,
            exceptiontable: self.bytes(node.tables[1])?,
        };
        if code.argcount < code.posonlyargcount {
            return Err(FromGraphError::Value("argcount < posonlyargcount"));
        }
        if !code.code.len().is_multiple_of(2) {
            return Err(FromGraphError::Value("co_code is malformed"));
        }
        if code.localsplusnames.len() != code.localspluskinds.len() {
            return Err(FromGraphError::Value("localsplusnames and localspluskinds differ in length"));
        }
        Ok(code)
    }
}

fn string(text: &[u8], form: StrForm) -> Result<PyStr, FromGraphError> {
    if form.ascii.is_some() {
        // Said to be ASCII: bytes above it are Latin-1.
        return Ok(PyStr::from_code_points(text.iter().map(|b| u32::from(*b))));
    }
    let string = PyStr::from_wtf8(text);
    let again = PyStr::from_code_points(string.code_points());
    let valid = again == string && string.code_points().all(|p| p < 0x11_0000);
    if valid { Ok(string) } else { Err(FromGraphError::Type("invalid utf-8 in a string")) }
}

fn digits_to_bytes(digits: &[u16]) -> Vec<u8> {
    let mut out = Vec::with_capacity(digits.len() * 2);
    let (mut bits, mut held) = (0u32, 0);
    for digit in digits {
        bits |= u32::from(*digit) << held;
        held += 15;
        while held >= 8 {
            out.push(bits as u8);
            bits >>= 8;
            held -= 8;
        }
    }
    out.push(bits as u8);
    out
}

fn bytes_to_digits(bytes: &[u8]) -> Vec<u16> {
    let mut digits = Vec::with_capacity(bytes.len() * 8 / 15 + 1);
    let (mut bits, mut held) = (0u32, 0);
    for byte in bytes {
        bits |= u32::from(*byte) << held;
        held += 8;
        if held >= 15 {
            digits.push((bits & 0x7FFF) as u16);
            bits >>= 15;
            held -= 15;
        }
    }
    digits.push(bits as u16);
    while digits.last() == Some(&0) {
        digits.pop();
    }
    digits
}

/// What one object is known by: equal keys, same object.
type Key = Vec<u8>;

fn key_of(value: &Constant) -> Key {
    let mut key = Vec::new();
    value_key(&mut key, value);
    key
}

fn text_key(text: &PyStr) -> Key {
    key_of(&Constant::Str(text.clone()))
}

/// Objects CPython makes once and never frees.
fn is_immortal(value: &Constant) -> bool {
    match value {
        Constant::Int(i) => i32::try_from(i).is_ok_and(|i| (-5..=256).contains(&i)),
        Constant::Str(s) => s.code_points().next().is_none_or(|p| p < 256) && s.len() <= 1,
        Constant::Bytes(b) => b.len() <= 1,
        Constant::Tuple(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether the compiler interns a string constant: one that could be a name.
fn looks_like_name(s: &PyStr) -> bool {
    s.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

fn names(list: &[PyStr]) -> Constant {
    Constant::Tuple(list.iter().map(|n| Constant::Str(n.clone())).collect())
}

#[derive(Default)]
struct ToGraph {
    graph: Graph,
    /// How many objects hold each.
    holders: HashMap<Key, usize>,
    /// Objects in the table of references.
    refs: HashMap<Key, (u32, NodeId)>,
    next_ref: u32,
}

impl Graph {
    /// The graph of a constant or code object, marked as the head of this file says.
    pub fn from_const(value: &Const) -> Graph {
        let mut to = ToGraph::default();
        to.count(value);
        to.emit(value, true);
        to.graph
    }
}

impl ToGraph {
    fn count(&mut self, value: &Const) {
        match value {
            Const::Value(v) => self.count_value(v),
            Const::Code(code) => {
                let key = consts_key(code);
                if self.hold(key) {
                    code.consts.iter().for_each(|c| self.count(c));
                }
                self.count_value(&names(&code.names));
                self.count_value(&names(&code.localsplusnames));
                for text in [&code.filename, &code.name, &code.qualname] {
                    self.hold(text_key(text));
                }
                for table in [&code.linetable, &code.exceptiontable] {
                    self.hold(key_of(&Constant::Bytes(table.as_slice().into())));
                }
            }
        }
    }

    fn count_value(&mut self, value: &Constant) {
        if self.hold(key_of(value))
            && let Constant::Tuple(items) | Constant::FrozenSet(items) = value
        {
            items.iter().for_each(|i| self.count_value(i));
        }
    }

    /// Counts a holder; whether it is the first.
    fn hold(&mut self, key: Key) -> bool {
        let holders = self.holders.entry(key).or_insert(0);
        *holders += 1;
        *holders == 1
    }

    /// Emits an object that may be shared: a reference if it is known, else what `make` makes.
    fn shared(&mut self, key: Key, always: bool, make: impl FnOnce(&mut ToGraph) -> Kind) -> NodeId {
        if let Some((index, id)) = self.refs.get(&key) {
            let kind = Kind::Ref(*index, *id);
            return self.graph.add(kind, false);
        }
        let flag = always || self.holders.get(&key).is_some_and(|n| *n > 1);
        let index = self.next_ref;
        self.next_ref += u32::from(flag);
        let kind = make(self);
        let id = self.graph.add(kind, flag);
        if flag {
            self.refs.insert(key, (index, id));
        }
        id
    }

    fn emit(&mut self, value: &Const, root: bool) -> NodeId {
        match value {
            Const::Value(v) => self.value(v, false),
            Const::Code(code) => {
                self.next_ref += u32::from(root);
                let node = self.code(code);
                self.graph.add(Kind::Code(Box::new(node)), root)
            }
        }
    }

    fn value(&mut self, value: &Constant, is_name: bool) -> NodeId {
        match value {
            Constant::None => self.graph.add(Kind::None, false),
            Constant::True => self.graph.add(Kind::True, false),
            Constant::False => self.graph.add(Kind::False, false),
            Constant::Ellipsis => self.graph.add(Kind::Ellipsis, false),
            _ => self.shared(key_of(value), is_immortal(value), |to| to.kind(value, is_name)),
        }
    }

    fn kind(&mut self, value: &Constant, is_name: bool) -> Kind {
        match value {
            Constant::Int(i) => match i32::try_from(i) {
                Ok(small) => Kind::Int(small),
                Err(_) => {
                    let (sign, bytes) = i.to_bytes_le();
                    Kind::Long { negative: sign == Sign::Minus, digits: bytes_to_digits(&bytes) }
                }
            },
            Constant::Float(f) => Kind::Float(f.to_bits()),
            Constant::Complex { real, imag } => Kind::Complex(real.to_bits(), imag.to_bits()),
            Constant::Str(s) => {
                let ascii = s.is_ascii().then_some(s.as_bytes().len() < 256);
                let interned = is_name || looks_like_name(s);
                Kind::Str(s.as_bytes().to_vec(), StrForm { interned, ascii })
            }
            Constant::Bytes(b) => Kind::Bytes(b.to_vec()),
            Constant::Tuple(items) => {
                Kind::Tuple(items.iter().map(|i| self.value(i, is_name)).collect(), items.len() < 256)
            }
            Constant::FrozenSet(items) => {
                // In the order of the items' own bytes, so that the same set gives the same file.
                let mut order: Vec<(Vec<u8>, &Constant)> = items
                    .iter()
                    .map(|i| {
                        let alone = Graph::from_const(&Const::Value(i.clone()));
                        let mut bytes = alone.write().unwrap_or_default();
                        if let Some(first) = bytes.first_mut() {
                            *first &= !FLAG_REF;
                        }
                        (bytes, i)
                    })
                    .collect();
                order.sort_by(|a, b| a.0.cmp(&b.0));
                Kind::FrozenSet(order.iter().map(|(_, i)| self.value(i, is_name)).collect())
            }
            Constant::None => Kind::None,
            Constant::True => Kind::True,
            Constant::False => Kind::False,
            Constant::Ellipsis => Kind::Ellipsis,
        }
    }

    fn code(&mut self, code: &CodeObject) -> CodeNode {
        // The code's bytes are made when asked for, and held by the code object.
        self.next_ref += 1;
        let bytes = self.graph.add(Kind::Bytes(code.code.clone()), true);
        let empty = code.consts.is_empty();
        let consts = self.shared(consts_key(code), empty, |to| {
            let items: Vec<NodeId> = code.consts.iter().map(|c| to.emit(c, false)).collect();
            let short = items.len() < 256;
            Kind::Tuple(items, short)
        });
        let objects = [
            bytes,
            consts,
            self.value(&names(&code.names), true),
            self.value(&names(&code.localsplusnames), true),
            self.kinds(&code.localspluskinds),
            self.value(&Constant::Str(code.filename.clone()), false),
            self.value(&Constant::Str(code.name.clone()), false),
            self.value(&Constant::Str(code.qualname.clone()), false),
        ];
        let table = |t: &[u8]| Constant::Bytes(t.into());
        let tables =
            [self.value(&table(&code.linetable), false), self.value(&table(&code.exceptiontable), false)];
        let numbers = [code.argcount, code.posonlyargcount, code.kwonlyargcount, code.stacksize, code.flags]
            .map(|n| n as i32);
        CodeNode { numbers, objects, firstlineno: code.firstlineno, tables }
    }

    /// The kinds of variables are an object of their own in each code object, unless CPython has them ready.
    fn kinds(&mut self, kinds: &[u8]) -> NodeId {
        let value = Constant::Bytes(kinds.into());
        if is_immortal(&value) {
            return self.value(&value, false);
        }
        self.graph.add(Kind::Bytes(kinds.to_vec()), false)
    }
}

/// A tuple of constants is shared with an equal tuple, unless code is in it.
fn consts_key(code: &CodeObject) -> Key {
    let values: Option<Vec<Constant>> = code
        .consts
        .iter()
        .map(|c| match c {
            Const::Value(v) => Some(v.clone()),
            Const::Code(_) => None,
        })
        .collect();
    match values {
        Some(values) => key_of(&Constant::Tuple(values)),
        // No other tuple has this key: keys of constants do not begin with this byte.
        None => [b"\xFF".as_slice(), &(std::ptr::from_ref(code) as usize).to_le_bytes()].concat(),
    }
}
