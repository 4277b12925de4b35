//! Floats against the oracle: text both ways, hex, rounding, arithmetic.

mod common;
use common::{Token, compare, float, raised, small, text};
use dxpy_num::float::{self as ops, Power};
use dxpy_num::float_text::{self, Flags, HexError, Style};

/// `spec % v` for specs like `%+#.3e`.
fn percent(v: f64, spec: &str) -> String {
    let (head, precision) = spec[1..spec.len() - 1].split_once('.').unwrap();
    let code = spec.chars().last().unwrap();
    let style = match code.to_ascii_lowercase() {
        'e' => Style::Exponent,
        'f' => Style::Fixed,
        _ => Style::General,
    };
    let flags = Flags {
        upper: code.is_uppercase(),
        sign: head.contains('+'),
        alternate: head.contains('#'),
        ..Flags::default()
    };
    float_text::to_text(v, style, precision.parse().unwrap(), flags).unwrap()
}

fn eval(name: &str, args: &[&str]) -> String {
    let arg = |i: usize| float(args[i]);
    match name {
        "repr" => float_text::repr(arg(0)).token(),
        "hex" => float_text::to_hex(arg(0)).token(),
        "fromhex" => match float_text::from_hex(text(args[0]).as_bytes()) {
            Ok(v) => v.token(),
            Err(e) => {
                raised(if e == HexError::Invalid { "ValueError" } else { "OverflowError" }, &e.to_string())
            }
        },
        "parse" => float_text::parse(text(args[0]).as_bytes()).map_or("n".into(), |v| v.token()),
        "is_integer" => float_text::is_integer(arg(0)).token(),
        "percent" => percent(arg(0), &text(args[1])).token(),
        "round" => float_text::round_places(arg(0), small(args[1])).token(),
        "round_whole" => (float_text::round_whole(arg(0)) + 0.0).token(),
        "div" => ops::div(arg(0), arg(1)).token(),
        "floordiv" => ops::floordiv(arg(0), arg(1)).token(),
        "mod" => ops::rem(arg(0), arg(1)).token(),
        "divmod" => ops::divmod(arg(0), arg(1)).token(),
        "pow" => ops::pow(arg(0), arg(1))
            .map(|p| match p {
                Power::Float(v) => v.token(),
                Power::Complex => "n".into(),
            })
            .unwrap_or_else(|e| common::Raise::raise(&e)),
        _ => panic!("unknown case {name}"),
    }
}

#[test]
fn floats_are_cpythons() {
    compare(include_str!("cases/float.py"), 100_000, eval);
}
