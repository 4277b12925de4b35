//! [`Const`]: an element of `co_consts`; [`ConstTable`]: the table of a code unit in the making, in which equal
//! constants stand once (`_PyCode_ConstantKey`, `merge_const_one`).

use crate::CodeObject;
use dxpy_ast::{Constant, PyStr};
use std::collections::HashMap;
use std::rc::Rc;

/// A constant of a code object.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    Value(Constant),
    Code(Rc<CodeObject>),
}

impl Const {
    /// Whether both are one constant to the compiler: of one type, floats equal by their bits, sets without order.
    pub fn same(&self, other: &Const) -> bool {
        let key = |c: &Const| {
            let mut key = Vec::new();
            constant_key(&mut key, c);
            key
        };
        key(self) == key(other)
    }
}

impl From<Constant> for Const {
    fn from(c: Constant) -> Const {
        Const::Value(c)
    }
}

/// Constants in order of first use, found by type and value.
#[derive(Clone, Debug, Default)]
pub struct ConstTable {
    list: Vec<Const>,
    index: HashMap<Vec<u8>, usize>,
}

impl ConstTable {
    /// The index of `c`, which is appended unless an equal constant of the same type is there. `1`, `1.0`, `True`,
    /// `0.0` and `-0.0` differ, also inside tuples; code objects are compared by all their fields.
    pub fn add(&mut self, c: Const) -> usize {
        let mut key = Vec::new();
        constant_key(&mut key, &c);
        *self.index.entry(key).or_insert_with(|| {
            self.list.push(c);
            self.list.len() - 1
        })
    }

    /// Appends `c` whatever is there: a NaN is equal to nothing.
    pub fn push(&mut self, c: Const) -> usize {
        self.list.push(c);
        self.list.len() - 1
    }

    /// A table of these constants as they are; of equal ones the first is found.
    pub fn from_list(list: Vec<Const>) -> ConstTable {
        let mut index = HashMap::new();
        for (i, c) in list.iter().enumerate() {
            let mut key = Vec::new();
            constant_key(&mut key, c);
            index.entry(key).or_insert(i);
        }
        ConstTable { list, index }
    }

    /// The constants in order.
    pub fn list(&self) -> &[Const] {
        &self.list
    }

    /// Gives up the table for its list.
    pub fn into_list(self) -> Vec<Const> {
        self.list
    }
}

fn sized(key: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    key.push(tag);
    key.extend((bytes.len() as u64).to_le_bytes());
    key.extend(bytes);
}

/// What tells constants apart: equal for equal constants of one type. A NaN is equal to nothing, and so is a constant
/// with one in it: there is no key.
pub fn key_of(c: &Constant) -> Option<Vec<u8>> {
    if has_nan(c) {
        return None;
    }
    let mut key = Vec::new();
    value_key(&mut key, c);
    Some(key)
}

/// The key of a tuple of these constants.
pub fn key_of_tuple<'a>(items: impl ExactSizeIterator<Item = &'a Constant>) -> Option<Vec<u8>> {
    let mut key = Vec::new();
    sized(&mut key, b'(', &items.len().to_le_bytes());
    for c in items {
        if has_nan(c) {
            return None;
        }
        value_key(&mut key, c);
    }
    Some(key)
}

/// The key of a tuple of these names.
pub fn key_of_names(names: &[PyStr]) -> Vec<u8> {
    let mut key = Vec::new();
    sized(&mut key, b'(', &names.len().to_le_bytes());
    names.iter().for_each(|n| sized(&mut key, b's', n.as_bytes()));
    key
}

/// Is it a NaN, or has it one in it?
pub fn has_nan(c: &Constant) -> bool {
    match c {
        Constant::Float(f) => f.is_nan(),
        Constant::Complex { real, imag } => real.is_nan() || imag.is_nan(),
        Constant::Tuple(items) | Constant::FrozenSet(items) => items.iter().any(has_nan),
        _ => false,
    }
}

/// Appends a key equal for equal constants of one type (`_PyCode_ConstantKey`).
pub(crate) fn value_key(key: &mut Vec<u8>, c: &Constant) {
    match c {
        Constant::None => key.push(b'N'),
        Constant::True => key.push(b'T'),
        Constant::False => key.push(b'F'),
        Constant::Ellipsis => key.push(b'.'),
        Constant::Int(i) => sized(key, b'i', &i.to_signed_bytes_le()),
        Constant::Float(f) => sized(key, b'f', &float_key(*f)),
        Constant::Complex { real, imag } => {
            sized(key, b'c', &float_key(*real));
            key.extend(float_key(*imag));
        }
        Constant::Str(s) => sized(key, b's', s.as_bytes()),
        Constant::Bytes(b) => sized(key, b'b', b),
        Constant::Tuple(items) => {
            sized(key, b'(', &items.len().to_le_bytes());
            items.iter().for_each(|i| value_key(key, i));
        }
        Constant::FrozenSet(items) => {
            // Sets compare without order.
            let mut keys: Vec<Vec<u8>> = items
                .iter()
                .map(|i| {
                    let mut k = Vec::new();
                    value_key(&mut k, i);
                    k
                })
                .collect();
            keys.sort();
            sized(key, b'<', &items.len().to_le_bytes());
            keys.iter().for_each(|k| key.extend(k));
        }
    }
}

fn float_key(f: f64) -> [u8; 8] {
    f.to_bits().to_le_bytes()
}

pub(crate) fn constant_key(key: &mut Vec<u8>, c: &Const) {
    // Constants of nested code objects come last in their keys, and so a list of what is to be done is enough.
    let mut todo = vec![std::slice::from_ref(c).iter()];
    while let Some(rest) = todo.last_mut() {
        match rest.next() {
            None => {
                todo.pop();
            }
            Some(Const::Value(v)) => value_key(key, v),
            Some(Const::Code(code)) => {
                code_key(key, code);
                todo.push(code.consts.iter());
            }
        }
    }
}

/// The key of a code object but for its constants.
fn code_key(key: &mut Vec<u8>, code: &CodeObject) {
    let CodeObject { argcount, posonlyargcount, kwonlyargcount, stacksize, flags, firstlineno, .. } = *code;
    key.push(b'C');
    for n in [argcount, posonlyargcount, kwonlyargcount, stacksize, flags, firstlineno as u32] {
        key.extend(n.to_le_bytes());
    }
    for part in [&code.code, &code.linetable, &code.exceptiontable, &code.localspluskinds] {
        sized(key, b'b', part);
    }
    for names in [&code.names, &code.localsplusnames] {
        sized(key, b'(', &names.len().to_le_bytes());
        names.iter().for_each(|n| sized(key, b's', n.as_bytes()));
    }
    sized(key, b's', code.name.as_bytes());
    sized(key, b'(', &code.consts.len().to_le_bytes());
}

/// A constant as text for people, near to `repr`.
pub(crate) fn show(c: &Const) -> String {
    match c {
        Const::Code(code) => {
            format!("<code {} line {}>", String::from_utf8_lossy(code.qualname.as_bytes()), code.firstlineno)
        }
        Const::Value(value) => show_value(value),
    }
}

fn show_value(value: &Constant) -> String {
    let all = |items: &[Constant]| items.iter().map(show_value).collect::<Vec<_>>().join(", ");
    match value {
        Constant::None => "None".to_owned(),
        Constant::True => "True".to_owned(),
        Constant::False => "False".to_owned(),
        Constant::Ellipsis => "Ellipsis".to_owned(),
        // In hexadecimal, since a large number takes quadratic time in decimal.
        Constant::Int(i) if i.bits() > 256 => format!("{i:#x}"),
        Constant::Int(i) => i.to_string(),
        Constant::Float(f) => format!("{f:?}"),
        Constant::Complex { real, imag } => format!("complex({real:?}, {imag:?})"),
        Constant::Str(s) => format!("{s:?}"),
        Constant::Bytes(b) => format!("b\"{}\"", b.escape_ascii()),
        Constant::Tuple(items) => format!("({},)", all(items)),
        Constant::FrozenSet(items) => format!("frozenset({{{}}})", all(items)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_constants_of_one_type_stand_once() {
        let mut t = ConstTable::default();
        let int = |n: i32| Const::from(Constant::Int(n.into()));
        let tuple = |c: Constant| Const::from(Constant::Tuple(vec![c]));
        let all = [
            int(1),
            Const::from(Constant::True),
            Const::from(Constant::Float(1.0)),
            Const::from(Constant::Float(0.0)),
            Const::from(Constant::Float(-0.0)),
            tuple(Constant::Int(1.into())),
            tuple(Constant::True),
            Const::from(Constant::Str("1".into())),
            Const::from(Constant::Bytes(b"1".as_slice().into())),
        ];
        for (i, c) in all.iter().enumerate() {
            assert_eq!(t.add(c.clone()), i);
        }
        for (i, c) in all.iter().enumerate() {
            assert_eq!(t.add(c.clone()), i);
        }
    }
}
