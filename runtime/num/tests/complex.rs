//! Complex numbers and `cmath` against the oracle, to the bit.

mod common;
use common::{Token, compare, complex, float, raised, text};
use dxpy_num::complex::{self as ops, Complex, ParseError};
use dxpy_num::{cmath, hash};

impl Token for Complex {
    fn token(&self) -> String {
        format!("c{};{}", self.re.token(), self.im.token())
    }
}

fn eval(name: &str, args: &[&str]) -> String {
    let z = |i: usize| {
        let (re, im) = complex(args[i]);
        ops::new(re, im)
    };
    match name {
        "acos" => cmath::acos(z(0)).token(),
        "acosh" => cmath::acosh(z(0)).token(),
        "asin" => cmath::asin(z(0)).token(),
        "asinh" => cmath::asinh(z(0)).token(),
        "atan" => cmath::atan(z(0)).token(),
        "atanh" => cmath::atanh(z(0)).token(),
        "cos" => cmath::cos(z(0)).token(),
        "cosh" => cmath::cosh(z(0)).token(),
        "exp" => cmath::exp(z(0)).token(),
        "log" => cmath::log(z(0)).token(),
        "log10" => cmath::log10(z(0)).token(),
        "phase" => cmath::phase(z(0)).token(),
        "polar" => cmath::polar(z(0)).token(),
        "sin" => cmath::sin(z(0)).token(),
        "sinh" => cmath::sinh(z(0)).token(),
        "sqrt" => cmath::sqrt(z(0)).token(),
        "tan" => cmath::tan(z(0)).token(),
        "tanh" => cmath::tanh(z(0)).token(),
        "abs" => z(0).abs().token(),
        "repr" => z(0).repr().token(),
        "rect" => cmath::rect(float(args[0]), float(args[1])).token(),
        "hash" => {
            let part = |v: f64| hash::of_f64(v).unwrap();
            hash::of_complex(part(z(0).re), part(z(0).im)).token()
        }
        "add" => (z(0) + z(1)).token(),
        "sub" => (z(0) - z(1)).token(),
        "mul" => (z(0) * z(1)).token(),
        "div" => z(0).divided(z(1)).token(),
        "pow" => z(0).pow(z(1)).token(),
        "log_base" => cmath::log_base(z(0), z(1)).token(),
        "isclose" => cmath::is_close(z(0), z(1), float(args[2]), float(args[3])).token(),
        "parse" => match ops::parse(text(args[0]).as_bytes()) {
            Ok(v) => v.token(),
            Err(ParseError::Underscores) => raised("ValueError", "underscores"),
            Err(ParseError::Malformed) => raised("ValueError", "complex() arg is a malformed string"),
        },
        _ => panic!("unknown case {name}"),
    }
}

#[test]
fn complex_numbers_are_cpythons() {
    compare(include_str!("cases/complex.py"), 250_000, eval);
}
