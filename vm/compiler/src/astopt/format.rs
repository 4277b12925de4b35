//! `'literal' % (tuple, display)` as an f-string, where all conversions are plain `%s`, `%r` or `%a` (`optimize_format`).

use dxpy_ast::{Constant, Expr, ExprKind, PyStr};

use crate::instr::NO_LOCATION;

/// Digits of a width or a precision must be fewer.
const MAX_DIGITS: usize = 3;

/// A piece of the format: text, or a conversion with its format specification.
enum Piece {
    Text(PyStr),
    Conversion { kind: u8, spec: String },
}

/// The values of the `JoinedStr`, with the items moved into it; `None`, and nothing moved, when the format has anything
/// else in it or does not fit the number of items.
pub(super) fn joined_values(format: &PyStr, items: &mut [Expr]) -> Option<Vec<Expr>> {
    let pieces = pieces(format.as_bytes(), items.len())?;
    let mut items = items.iter_mut();
    let constant =
        |s: PyStr| Expr::new(ExprKind::Constant { value: Constant::Str(s), kind: None }, NO_LOCATION);
    pieces
        .into_iter()
        .map(|piece| {
            Some(match piece {
                Piece::Text(text) => constant(text),
                Piece::Conversion { kind, spec } => {
                    let value = items.next()?.take();
                    let range = value.range;
                    let format_spec = (!spec.is_empty()).then(|| Box::new(constant(spec.as_str().into())));
                    let kind = ExprKind::FormattedValue {
                        value: Box::new(value),
                        conversion: i32::from(kind),
                        format_spec,
                    };
                    Expr::new(kind, range)
                }
            })
        })
        .collect()
}

/// The format's bytes can be read as such: `%` and what may follow it are ASCII.
fn pieces(format: &[u8], items: usize) -> Option<Vec<Piece>> {
    let (mut pieces, mut i, mut used) = (Vec::new(), 0, 0);
    loop {
        let mut text = Vec::new();
        while i < format.len() {
            if format[i] == b'%' {
                if format.get(i + 1) != Some(&b'%') {
                    break;
                }
                i += 1;
            }
            text.push(format[i]);
            i += 1;
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(PyStr::from_wtf8(text)));
        }
        if i >= format.len() {
            break;
        }
        if used >= items {
            return None;
        }
        i += 1;
        pieces.push(conversion(format, &mut i)?);
        used += 1;
    }
    (used == items).then_some(pieces)
}

fn conversion(format: &[u8], at: &mut usize) -> Option<Piece> {
    let mut left = false;
    while let c @ (b'-' | b'+' | b' ' | b'#' | b'0') = format.get(*at)? {
        left |= *c == b'-';
        *at += 1;
    }
    let digits = |at: &mut usize| -> Option<&str> {
        let n = format[*at..].iter().take_while(|c| c.is_ascii_digit()).count();
        let text = std::str::from_utf8(&format[*at..*at + n]).ok()?;
        *at += n;
        (n < MAX_DIGITS).then_some(text)
    };
    let width = digits(at)?;
    let mut spec = String::new();
    if !width.is_empty() {
        // `%` fills on the left unless told otherwise, `format` on the right.
        spec.push_str(if left { "" } else { ">" });
        spec.push_str(width);
    }
    if format.get(*at)? == &b'.' {
        *at += 1;
        let precision: u32 = match digits(at)? {
            "" => 0,
            text => text.parse().ok()?,
        };
        spec.push_str(&format!(".{precision}"));
    }
    let kind = *format.get(*at)?;
    *at += 1;
    matches!(kind, b's' | b'r' | b'a').then_some(Piece::Conversion { kind, spec })
}
