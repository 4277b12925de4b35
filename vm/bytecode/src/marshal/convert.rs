//! [`Graph`] to code objects and constants, and back.
//!
//! CPython marks an object for reference if something else holds it, too. From plain data that can be told only in part:
//! [`Graph::from_const`] marks what occurs again in the same value, as the compiler's merging of constants makes it, and
//! what CPython never frees. It does not know the names other modules hold, and so differs from CPython in some marks,
//! never in what is read back.

use super::encode::Encoder;
use super::format::{Exception, MAX_DEPTH, VERSION, WriteError};
use super::graph::{CodeNode, Graph, Kind, NodeId};
use crate::code::InvalidCode;
use crate::constant::value_key;
use crate::{CodeObject, Const};
use dxpy_ast::{Constant, PyStr};
use num_bigint::{BigInt, Sign};
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

/// Values made from one graph. References can name one value so often that writing it out again each time would not end.
pub(super) const MAX_VALUES: usize = 1 << 22;

/// Why a marshalled value is not a code object or constant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConstError {
    /// A value of a type that no compiler makes. CPython reads it; only the constants of this crate cannot hold it.
    Unsupported(&'static str),
    /// What CPython, too, refuses to make a code object of.
    Code(InvalidCode),
    /// Not a code object where one should be (`importlib._bootstrap_external._compile_bytecode`).
    NotCode,
    /// More values, or deeper nested, than this reads.
    TooLarge,
}

impl ConstError {
    pub fn exception(&self) -> Exception {
        match self {
            ConstError::Code(e) if e.is_value_error() => Exception::ValueError,
            ConstError::Code(_) => Exception::SystemError,
            ConstError::NotCode => Exception::ImportError,
            ConstError::Unsupported(_) | ConstError::TooLarge => Exception::ValueError,
        }
    }
}

impl fmt::Display for ConstError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConstError::Unsupported(what) => write!(f, "{what} cannot be a constant here"),
            ConstError::Code(e) => e.fmt(f),
            ConstError::NotCode => f.write_str("Non-code object"),
            ConstError::TooLarge => f.write_str("too many values in marshal data"),
        }
    }
}

impl std::error::Error for ConstError {}

/// What a node was made into.
#[derive(Clone)]
enum Made {
    Const(Const),
    /// A tuple with a code object in it.
    Mixed(Vec<Const>),
    Not(&'static str),
}

/// Nodes made so far, with how many values and levels each has.
struct FromGraph<'a> {
    graph: &'a Graph,
    made: Vec<Made>,
    sizes: Vec<(usize, usize)>,
    copied: usize,
}

impl Graph {
    /// The constant or code object this is.
    pub fn to_const(&self) -> Result<Const, ConstError> {
        let mut from = FromGraph { graph: self, made: Vec::new(), sizes: Vec::new(), copied: 0 };
        // Items stand before their containers, and so one pass without recursion is enough.
        for id in 0..self.nodes.len() {
            let (made, size) = from.node(id as NodeId)?;
            from.made.push(made);
            from.sizes.push(size);
        }
        match from.made.pop() {
            Some(Made::Const(c)) => Ok(c),
            Some(Made::Not(what)) => Err(ConstError::Unsupported(what)),
            Some(Made::Mixed(_)) => Err(ConstError::Unsupported("a tuple of code objects")),
            None => Err(ConstError::NotCode),
        }
    }

    /// The code object this is.
    pub fn to_code(&self) -> Result<Rc<CodeObject>, ConstError> {
        match self.to_const()? {
            Const::Code(code) => Ok(code),
            Const::Value(_) => Err(ConstError::NotCode),
        }
    }
}

impl FromGraph<'_> {
    fn node(&mut self, id: NodeId) -> Result<(Made, (usize, usize)), ConstError> {
        let graph = self.graph;
        let mut size = (1, 1);
        let value = |c: Constant| Made::Const(Const::Value(c));
        let made = match &graph.nodes[id as usize].kind {
            Kind::None => value(Constant::None),
            Kind::Ellipsis => value(Constant::Ellipsis),
            Kind::False => value(Constant::False),
            Kind::True => value(Constant::True),
            Kind::Int(i) => value(Constant::Int((*i).into())),
            Kind::Long { negative, digits } => {
                let sign = if *negative { Sign::Minus } else { Sign::Plus };
                value(Constant::Int(BigInt::from_bytes_le(sign, &digits_to_bytes(digits))))
            }
            Kind::Float(f) => value(Constant::Float(*f)),
            Kind::Complex(real, imag) => value(Constant::Complex { real: *real, imag: *imag }),
            Kind::Bytes(b) => value(Constant::Bytes(b.as_slice().into())),
            Kind::Str { text, .. } => value(Constant::Str(text.clone())),
            Kind::Ref(index) => {
                let target = graph.referred(*index);
                if target >= id {
                    return Ok((Made::Not("a value within itself"), size));
                }
                size = self.sizes[target as usize];
                self.copy(target)?
            }
            Kind::Tuple(items) => {
                let items = self.take_all(items, &mut size)?;
                match values(&items) {
                    Some(values) => value(Constant::Tuple(values)),
                    None => match items.into_iter().map(as_const).collect() {
                        Ok(items) => Made::Mixed(items),
                        Err(what) => Made::Not(what),
                    },
                }
            }
            Kind::FrozenSet(items) => {
                let items = self.take_all(items, &mut size)?;
                match values(&items) {
                    Some(values) => value(Constant::FrozenSet(values)),
                    None => Made::Not("a frozenset of other than constants"),
                }
            }
            Kind::StopIteration => Made::Not("StopIteration"),
            Kind::List(_) => Made::Not("a list"),
            Kind::Set(_) => Made::Not("a set"),
            Kind::Dict(_) => Made::Not("a dict"),
            Kind::Code(node) => {
                let items = self.take_all(&node.objects, &mut size)?;
                Made::Const(Const::Code(Rc::new(code(node, items)?)))
            }
        };
        Ok((made, size))
    }

    /// A copy of what a node was made into; all copies together are bounded.
    fn copy(&mut self, id: NodeId) -> Result<Made, ConstError> {
        self.copied = self.copied.saturating_add(self.sizes[id as usize].0);
        if self.copied > MAX_VALUES {
            return Err(ConstError::TooLarge);
        }
        Ok(self.made[id as usize].clone())
    }

    fn take_all(&mut self, ids: &[NodeId], size: &mut (usize, usize)) -> Result<Vec<Made>, ConstError> {
        let mut all = Vec::with_capacity(ids.len());
        for &id in ids {
            let (count, depth) = self.sizes[id as usize];
            *size = (size.0.saturating_add(count), size.1.max(depth + 1));
            // Only what is entered into the table is used again.
            let again = self.graph.nodes[id as usize].flag_ref;
            all.push(if again {
                self.copy(id)?
            } else {
                std::mem::replace(&mut self.made[id as usize], Made::Not("taken"))
            });
        }
        if size.0 > MAX_VALUES || size.1 > MAX_DEPTH {
            return Err(ConstError::TooLarge);
        }
        Ok(all)
    }
}

fn as_const(made: Made) -> Result<Const, &'static str> {
    match made {
        Made::Const(c) => Ok(c),
        Made::Mixed(_) => Err("a tuple of code objects in a tuple"),
        Made::Not(what) => Err(what),
    }
}

/// The plain values that `items` are, if they all are.
fn values(items: &[Made]) -> Option<Vec<Constant>> {
    let all = items.iter().map(|item| match item {
        Made::Const(Const::Value(v)) => Some(v),
        _ => None,
    });
    let all: Vec<&Constant> = all.collect::<Option<_>>()?;
    Some(all.into_iter().cloned().collect())
}

/// Makes the code object, with the checks of `_PyCode_Validate` in their order.
fn code(node: &CodeNode, items: Vec<Made>) -> Result<CodeObject, ConstError> {
    const BAD: ConstError = ConstError::Code(InvalidCode::BadArgument);
    let mut items = items.into_iter();
    let mut next = || items.next().ok_or(BAD);
    let bytes = |made: Made| match made {
        Made::Const(Const::Value(Constant::Bytes(b))) => Ok(b.to_vec()),
        _ => Err(BAD),
    };
    let text = |made: Made| match made {
        Made::Const(Const::Value(Constant::Str(s))) => Ok(s),
        _ => Err(BAD),
    };
    // A tuple of names, and whether all of them are strings: that is checked last.
    let names = |made: Made| match made {
        Made::Const(Const::Value(Constant::Tuple(items))) => {
            let strings = items.iter().map(|n| if let Constant::Str(s) = n { s.clone() } else { "".into() });
            let all = items.iter().all(|n| matches!(n, Constant::Str(_)));
            Ok((strings.collect::<Vec<PyStr>>(), all))
        }
        Made::Mixed(items) => Ok((vec!["".into(); items.len()], false)),
        _ => Err(BAD),
    };
    let mut numbers = [0; 5];
    for (to, from) in numbers.iter_mut().zip(node.numbers) {
        *to = u32::try_from(from).map_err(|_| BAD)?;
    }
    let [argcount, posonlyargcount, kwonlyargcount, stacksize, flags] = numbers;
    let code = bytes(next()?)?;
    let consts = match next()? {
        Made::Const(Const::Value(Constant::Tuple(items))) => items.into_iter().map(Const::Value).collect(),
        Made::Mixed(items) => items,
        Made::Not(what) => return Err(ConstError::Unsupported(what)),
        Made::Const(_) => return Err(BAD),
    };
    let (names_, all_names) = names(next()?)?;
    let (localsplusnames, all_locals) = names(next()?)?;
    let code = CodeObject {
        argcount,
        posonlyargcount,
        kwonlyargcount,
        stacksize,
        flags,
        code,
        consts,
        names: names_,
        localsplusnames,
        localspluskinds: bytes(next()?)?,
        filename: text(next()?)?,
        name: text(next()?)?,
        qualname: text(next()?)?,
        firstlineno: node.firstlineno,
        linetable: bytes(next()?)?,
        exceptiontable: bytes(next()?)?,
    };
    code.validate().map_err(ConstError::Code)?;
    if !(all_names && all_locals) {
        return Err(ConstError::Code(InvalidCode::NotAString));
    }
    Ok(code)
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

fn names_key(names: &[PyStr]) -> Key {
    key_of(&Constant::Tuple(names.iter().map(|n| Constant::Str(n.clone())).collect()))
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

/// Objects CPython makes once and never frees.
fn is_immortal(value: &Constant) -> bool {
    match value {
        Constant::Int(i) => i32::try_from(i).is_ok_and(|i| (-5..=256).contains(&i)),
        Constant::Str(s) => s.len() <= 1 && s.code_points().next().is_none_or(|p| p < 256),
        Constant::Bytes(b) => b.len() <= 1,
        Constant::Tuple(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether the compiler interns a string constant: one that could be a name (`should_intern_string`).
fn looks_like_name(s: &PyStr) -> bool {
    s.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// What is to be written next.
enum Step<'a> {
    Const(&'a Const),
    Value(&'a Constant),
    Names(&'a [PyStr]),
    Name(&'a PyStr),
    Consts(&'a CodeObject),
    /// Bytes no other object is; whether they are marked all the same.
    OwnBytes(&'a [u8], bool),
    Bytes(&'a [u8]),
    CloseItems {
        len: usize,
        frozen: bool,
        key: Key,
        slot: Option<u32>,
    },
    CloseCode(&'a CodeObject, Option<u32>),
}

#[derive(Default)]
struct ToGraph<'a> {
    graph: Graph,
    /// How many objects hold each.
    holders: HashMap<Key, usize>,
    /// Objects in the table of references.
    known: HashMap<Key, u32>,
    next_slot: u32,
    todo: Vec<Step<'a>>,
    /// Nodes whose containers are not closed yet.
    done: Vec<NodeId>,
}

impl Graph {
    /// The graph of a constant or code object, marked as the head of this file says.
    pub fn from_const(value: &Const) -> Result<Graph, WriteError> {
        measure(value)?;
        let mut to = ToGraph::default();
        to.count(value);
        to.todo.push(Step::Const(value));
        let mut root = true;
        while let Some(step) = to.todo.pop() {
            to.step(step, root);
            root = false;
        }
        Ok(to.graph)
    }
}

/// Refuses what is nested too deep, before anything goes into it.
fn measure(value: &Const) -> Result<(), WriteError> {
    let mut codes = vec![(value, 1)];
    let mut values: Vec<(&Constant, usize)> = Vec::new();
    let mut count = 0;
    loop {
        let depth = if let Some((value, depth)) = values.pop() {
            if let Constant::Tuple(items) | Constant::FrozenSet(items) = value {
                values.extend(items.iter().map(|i| (i, depth + 1)));
            }
            depth
        } else if let Some((value, depth)) = codes.pop() {
            match value {
                Const::Value(v) => values.push((v, depth)),
                Const::Code(code) => codes.extend(code.consts.iter().map(|c| (c, depth + 2))),
            }
            depth
        } else {
            return Ok(());
        };
        count += 1;
        if depth > MAX_DEPTH {
            return Err(WriteError::TooDeep);
        }
        if count > MAX_VALUES {
            return Err(WriteError::Unmarshallable);
        }
    }
}

impl<'a> ToGraph<'a> {
    fn count(&mut self, value: &Const) {
        let mut todo = vec![value];
        while let Some(value) = todo.pop() {
            let code = match value {
                Const::Value(v) => {
                    self.count_value(v);
                    continue;
                }
                Const::Code(code) => code,
            };
            if self.hold(consts_key(code)) {
                todo.extend(&code.consts);
            }
            for names in [&code.names, &code.localsplusnames] {
                if self.hold(names_key(names)) {
                    names.iter().for_each(|n| {
                        self.hold(key_of(&Constant::Str(n.clone())));
                    });
                }
            }
            for text in [&code.filename, &code.name, &code.qualname] {
                self.hold(key_of(&Constant::Str(text.clone())));
            }
            for table in [&code.linetable, &code.exceptiontable] {
                self.hold(key_of(&Constant::Bytes(table.as_slice().into())));
            }
        }
    }

    fn count_value(&mut self, value: &Constant) {
        let mut todo = vec![value];
        while let Some(value) = todo.pop() {
            if self.hold(key_of(value))
                && let Constant::Tuple(items) | Constant::FrozenSet(items) = value
            {
                todo.extend(items);
            }
        }
    }

    /// Counts a holder; whether it is the first.
    fn hold(&mut self, key: Key) -> bool {
        let holders = self.holders.entry(key).or_insert(0);
        *holders += 1;
        *holders == 1
    }

    fn node(&mut self, kind: Kind, slot: Option<u32>) {
        let id = self.graph.add(kind, slot);
        self.done.push(id);
    }

    fn slot(&mut self) -> u32 {
        self.next_slot += 1;
        self.next_slot - 1
    }

    /// Whether an object was written before, in which case a reference is written now.
    fn again(&mut self, key: &Key) -> bool {
        let Some(&index) = self.known.get(key) else { return false };
        self.node(Kind::Ref(index), None);
        true
    }

    /// A slot for an object that something else holds, too, or that lives for ever.
    fn shared_slot(&mut self, key: &Key, immortal: bool) -> Option<u32> {
        let shared = immortal || self.holders.get(key).is_some_and(|n| *n > 1);
        shared.then(|| self.slot())
    }

    fn leaf(&mut self, value: &Constant, kind: Kind) {
        let key = key_of(value);
        if !self.again(&key) {
            let slot = self.shared_slot(&key, is_immortal(value));
            self.known.extend(slot.map(|slot| (key, slot)));
            self.node(kind, slot);
        }
    }

    /// Begins a tuple or frozenset, whose items the caller has at hand.
    fn open(&mut self, key: Key, frozen: bool, items: impl DoubleEndedIterator<Item = Step<'a>>, len: usize) {
        if self.again(&key) {
            return;
        }
        let slot = self.shared_slot(&key, len == 0 && !frozen);
        self.todo.push(Step::CloseItems { len, frozen, key, slot });
        self.todo.extend(items.rev());
    }

    fn text(&mut self, s: &PyStr, is_name: bool) {
        let kind = Kind::Str { text: s.clone(), interned: is_name || looks_like_name(s) };
        self.leaf(&Constant::Str(s.clone()), kind);
    }

    fn step(&mut self, step: Step<'a>, root: bool) {
        match step {
            Step::Const(Const::Value(v)) | Step::Value(v) => self.value(v),
            Step::Const(Const::Code(code)) => {
                // The one whose caller holds it.
                let slot = root.then(|| self.slot());
                self.todo.push(Step::CloseCode(code, slot));
                self.todo.extend([
                    Step::Bytes(&code.exceptiontable),
                    Step::Bytes(&code.linetable),
                    Step::Name(&code.qualname),
                    Step::Name(&code.name),
                    Step::Name(&code.filename),
                    Step::OwnBytes(&code.localspluskinds, false),
                    Step::Names(&code.localsplusnames),
                    Step::Names(&code.names),
                    Step::Consts(code),
                    // The code's bytes are made when asked for, and held by the code object, too.
                    Step::OwnBytes(&code.code, true),
                ]);
            }
            Step::Consts(code) => {
                self.open(consts_key(code), false, code.consts.iter().map(Step::Const), code.consts.len());
            }
            Step::Names(names) => {
                self.open(names_key(names), false, names.iter().map(Step::Name), names.len());
            }
            Step::Name(name) => self.text(name, true),
            Step::Bytes(b) => self.leaf(&Constant::Bytes(b.into()), Kind::Bytes(b.to_vec())),
            Step::OwnBytes(b, marked) => {
                let value = Constant::Bytes(b.into());
                if is_immortal(&value) {
                    return self.leaf(&value, Kind::Bytes(b.to_vec()));
                }
                let slot = marked.then(|| self.slot());
                self.node(Kind::Bytes(b.to_vec()), slot);
            }
            Step::CloseItems { len, frozen, key, slot } => {
                let items = self.done.split_off(self.done.len() - len);
                self.known.extend(slot.map(|slot| (key, slot)));
                self.node(if frozen { Kind::FrozenSet(items) } else { Kind::Tuple(items) }, slot);
            }
            Step::CloseCode(code, slot) => {
                let items = self.done.split_off(self.done.len() - 10);
                let CodeObject { argcount, posonlyargcount, kwonlyargcount, stacksize, flags, .. } = *code;
                let node = CodeNode {
                    numbers: [argcount, posonlyargcount, kwonlyargcount, stacksize, flags].map(|n| n as i32),
                    objects: std::array::from_fn(|i| items[i]),
                    firstlineno: code.firstlineno,
                };
                self.node(Kind::Code(Box::new(node)), slot);
            }
        }
    }

    fn value(&mut self, value: &'a Constant) {
        match value {
            Constant::None => self.node(Kind::None, None),
            Constant::True => self.node(Kind::True, None),
            Constant::False => self.node(Kind::False, None),
            Constant::Ellipsis => self.node(Kind::Ellipsis, None),
            Constant::Int(i) => {
                let kind = match i32::try_from(i) {
                    Ok(small) => Kind::Int(small),
                    Err(_) => {
                        let (sign, bytes) = i.to_bytes_le();
                        Kind::Long { negative: sign == Sign::Minus, digits: bytes_to_digits(&bytes) }
                    }
                };
                self.leaf(value, kind);
            }
            Constant::Float(f) => self.leaf(value, Kind::Float(*f)),
            Constant::Complex { real, imag } => self.leaf(value, Kind::Complex(*real, *imag)),
            Constant::Str(s) => self.text(s, false),
            Constant::Bytes(b) => self.leaf(value, Kind::Bytes(b.to_vec())),
            Constant::Tuple(items) => {
                self.open(key_of(value), false, items.iter().map(Step::Value), items.len());
            }
            Constant::FrozenSet(items) => {
                // In the order of the items' own bytes, so that the same set gives the same file.
                let len = items.len();
                let mut order: Vec<(Vec<u8>, &Constant)> = items.iter().map(|i| (plain(i), i)).collect();
                order.sort_by(|a, b| a.0.cmp(&b.0));
                let items = order.into_iter().map(|(_, i)| Step::Value(i));
                self.open(key_of(value), true, items, len);
            }
        }
    }
}

/// The bytes of a value by itself, without marks.
fn plain(value: &Constant) -> Vec<u8> {
    let (Constant::Tuple(items) | Constant::FrozenSet(items)) = value else {
        let mut alone = ToGraph::default();
        alone.value(value);
        alone.graph.nodes.iter_mut().for_each(|n| n.flag_ref = false);
        return alone.graph.write(VERSION).unwrap_or_default();
    };
    let mut parts: Vec<Vec<u8>> = items.iter().map(plain).collect();
    let mut out = Encoder::new(VERSION);
    // A length that does not fit will be found when the value itself is written.
    let _ = if matches!(value, Constant::FrozenSet(_)) {
        parts.sort();
        out.set(items.len(), true, false)
    } else {
        out.tuple(items.len(), false)
    };
    let mut out = out.finish();
    parts.iter().for_each(|part| out.extend(part));
    out
}
