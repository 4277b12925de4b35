//! What the code generator warns of, and Python's equality of constants.

use dxpy_ast::{CmpOp, Constant, Expr, ExprKind, Location};
use num_bigint::BigInt;

use super::Compiler;

impl Compiler<'_> {
    /// `is` with a literal (`check_compare`).
    pub(super) fn check_compare(&mut self, at: Location, left: &Expr, ops: &[CmpOp], right: &[Expr]) {
        let mut left = left;
        for (op, right) in ops.iter().zip(right) {
            if matches!(op, CmpOp::Is | CmpOp::IsNot)
                && let Some(literal) = [left, right].into_iter().find(|e| is_literal(e))
            {
                let (sign, better) = if *op == CmpOp::Is { ("is", "==") } else { ("is not", "!=") };
                let kind = type_name(literal).unwrap_or_default();
                self.warn(at, format!("\"{sign}\" with '{kind}' literal. Did you mean \"{better}\"?"));
                return;
            }
            left = right;
        }
    }

    /// `check_caller`.
    pub(super) fn check_caller(&mut self, e: &Expr) {
        if !matches!(e.kind, ExprKind::Lambda { .. })
            && let Some(kind) = type_name(e)
        {
            let m = format!("'{kind}' object is not callable; perhaps you missed a comma?");
            self.warn(e.range, m);
        }
    }

    /// `check_subscripter`.
    pub(super) fn check_subscripter(&mut self, e: &Expr) {
        let wrong = match &e.kind {
            ExprKind::Constant { value, .. } => {
                !matches!(value, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_))
            }
            ExprKind::Set { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::GeneratorExp { .. }
            | ExprKind::Lambda { .. } => true,
            _ => false,
        };
        if wrong && let Some(kind) = type_name(e) {
            let m = format!("'{kind}' object is not subscriptable; perhaps you missed a comma?");
            self.warn(e.range, m);
        }
    }

    /// `check_index`.
    pub(super) fn check_index(&mut self, e: &Expr, index: &Expr) {
        let Some(index) = type_name(index).filter(|t| !matches!(*t, "int" | "bool")) else { return };
        let sequence = match &e.kind {
            ExprKind::Constant { value, .. } => {
                matches!(value, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_))
            }
            ExprKind::Tuple { .. }
            | ExprKind::List { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::JoinedStr { .. }
            | ExprKind::FormattedValue { .. } => true,
            _ => false,
        };
        if sequence && let Some(kind) = type_name(e) {
            let m = format!(
                "{kind} indices must be integers or slices, not {index}; perhaps you missed a comma?"
            );
            self.warn(e.range, m);
        }
    }
}

/// A constant that `is` should not be used with (`check_is_arg`).
fn is_literal(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Constant { value, .. } => {
            !matches!(value, Constant::None | Constant::False | Constant::True | Constant::Ellipsis)
        }
        _ => false,
    }
}

/// The type of an expression's value where it is plain to see (`infer_type`).
fn type_name(e: &Expr) -> Option<&'static str> {
    Some(match &e.kind {
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::List { .. } | ExprKind::ListComp { .. } => "list",
        ExprKind::Dict { .. } | ExprKind::DictComp { .. } => "dict",
        ExprKind::Set { .. } | ExprKind::SetComp { .. } => "set",
        ExprKind::GeneratorExp { .. } => "generator",
        ExprKind::Lambda { .. } => "function",
        ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "str",
        ExprKind::Constant { value, .. } => match value {
            Constant::None => "NoneType",
            Constant::True | Constant::False => "bool",
            Constant::Ellipsis => "ellipsis",
            Constant::Int(_) => "int",
            Constant::Float(_) => "float",
            Constant::Complex { .. } => "complex",
            Constant::Str(_) => "str",
            Constant::Bytes(_) => "bytes",
            Constant::Tuple(_) => "tuple",
            Constant::FrozenSet(_) => "frozenset",
        },
        _ => return None,
    })
}

/// The members of a set display: of equal constants the first.
pub(super) fn distinct(items: Vec<Constant>) -> Vec<Constant> {
    let mut out: Vec<Constant> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for item in items {
        let mut key = Vec::new();
        equality_key(&mut key, &item);
        if seen.insert(key) {
            out.push(item);
        }
    }
    out
}

/// Bytes that are the same for constants that Python finds equal: `1`, `1.0`, `True` and `1+0j` are one number.
pub(super) fn equality_key(key: &mut Vec<u8>, c: &Constant) {
    let mut sized = |tag: u8, bytes: &[u8]| {
        key.push(tag);
        key.extend((bytes.len() as u64).to_le_bytes());
        key.extend(bytes);
    };
    match c {
        Constant::None => sized(b'N', &[]),
        Constant::Ellipsis => sized(b'.', &[]),
        Constant::False => number_key(key, &BigInt::from(0)),
        Constant::True => number_key(key, &BigInt::from(1)),
        Constant::Int(i) => number_key(key, i),
        Constant::Float(f) => float_key(key, *f),
        Constant::Complex { real, imag } => {
            float_key(key, *real);
            if *imag != 0.0 {
                key.push(b'j');
                float_key(key, *imag);
            }
        }
        Constant::Str(s) => sized(b's', s.as_bytes()),
        Constant::Bytes(b) => sized(b'b', b),
        Constant::Tuple(items) => {
            sized(b'(', &(items.len() as u64).to_le_bytes());
            items.iter().for_each(|i| equality_key(key, i));
        }
        Constant::FrozenSet(items) => {
            sized(b'<', &(items.len() as u64).to_le_bytes());
            let mut keys: Vec<Vec<u8>> = items
                .iter()
                .map(|i| {
                    let mut k = Vec::new();
                    equality_key(&mut k, i);
                    k
                })
                .collect();
            keys.sort();
            keys.iter().for_each(|k| key.extend(k));
        }
    }
}

fn number_key(key: &mut Vec<u8>, i: &BigInt) {
    let bytes = i.to_signed_bytes_le();
    key.push(b'i');
    key.extend((bytes.len() as u64).to_le_bytes());
    key.extend(bytes);
}

fn float_key(key: &mut Vec<u8>, f: f64) {
    match whole(f) {
        Some(i) => number_key(key, &i),
        None => {
            key.push(b'f');
            key.extend(f.to_bits().to_le_bytes());
        }
    }
}

/// The integer that a float equals.
fn whole(f: f64) -> Option<BigInt> {
    if !f.is_finite() || f.fract() != 0.0 {
        return None;
    }
    let bits = f.abs().to_bits();
    let exponent = (bits >> 52) as i32 - 1075;
    let mantissa = BigInt::from(if f == 0.0 { 0 } else { bits & ((1 << 52) - 1) | 1 << 52 });
    let magnitude = if exponent >= 0 { mantissa << exponent } else { mantissa >> -exponent };
    Some(if f < 0.0 { -magnitude } else { magnitude })
}
