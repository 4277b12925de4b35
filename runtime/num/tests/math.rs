//! `math` against the oracle, to the bit.

mod common;
use common::{Token, compare, float, int, items, small};
use dxpy_num::convert::from_f64;
use dxpy_num::math::{self as ops, CompensatedSum};

fn eval(name: &str, args: &[&str]) -> String {
    let x = |i: usize| float(args[i]);
    let vector = |i: usize| -> Vec<f64> { items(args[i]).into_iter().map(float).collect() };
    match name {
        "acos" => ops::acos(x(0)).token(),
        "acosh" => ops::acosh(x(0)).token(),
        "asin" => ops::asin(x(0)).token(),
        "asinh" => ops::asinh(x(0)).token(),
        "atan" => ops::atan(x(0)).token(),
        "atanh" => ops::atanh(x(0)).token(),
        "cbrt" => ops::cbrt(x(0)).token(),
        "cos" => ops::cos(x(0)).token(),
        "cosh" => ops::cosh(x(0)).token(),
        "degrees" => ops::degrees(x(0)).token(),
        "erf" => ops::erf(x(0)).token(),
        "erfc" => ops::erfc(x(0)).token(),
        "exp" => ops::exp(x(0)).token(),
        "exp2" => ops::exp2(x(0)).token(),
        "expm1" => ops::expm1(x(0)).token(),
        "fabs" => ops::fabs(x(0)).token(),
        "frexp" => ops::frexp(x(0)).token(),
        "gamma" => ops::gamma(x(0)).token(),
        "lgamma" => ops::lgamma(x(0)).token(),
        "log" => ops::log(x(0)).token(),
        "log10" => ops::log10(x(0)).token(),
        "log1p" => ops::log1p(x(0)).token(),
        "log2" => ops::log2(x(0)).token(),
        "modf" => ops::modf(x(0)).token(),
        "radians" => ops::radians(x(0)).token(),
        "sin" => ops::sin(x(0)).token(),
        "sinh" => ops::sinh(x(0)).token(),
        "sqrt" => ops::sqrt(x(0)).token(),
        "tan" => ops::tan(x(0)).token(),
        "tanh" => ops::tanh(x(0)).token(),
        "ulp" => ops::ulp(x(0)).token(),
        "ceil" => from_f64(x(0).ceil()).token(),
        "floor" => from_f64(x(0).floor()).token(),
        "trunc" => from_f64(x(0).trunc()).token(),
        "atan2" => ops::atan2(x(0), x(1)).token(),
        "copysign" => ops::copysign(x(0), x(1)).token(),
        "fmod" => ops::fmod(x(0), x(1)).token(),
        "pow" => ops::pow(x(0), x(1)).token(),
        "remainder" => ops::remainder(x(0), x(1)).token(),
        "nextafter" => ops::nextafter(x(0), x(1), None).token(),
        "log_base" => {
            ops::log(x(0)).and_then(|a| ops::log(x(1)).and_then(|b| ops::log_quotient(a, b))).token()
        }
        "steps" => ops::nextafter(x(0), x(1), int(args[2]).as_ref().to_u64()).token(),
        "isclose" => ops::is_close(x(0), x(1), x(2), x(3)).token(),
        "ldexp" => ops::ldexp(x(0), small(args[1])).token(),
        "fsum" => ops::fsum(&vector(0)).token(),
        "sum" => {
            let mut sum = CompensatedSum::new(0.0);
            vector(0).into_iter().for_each(|v| sum.push(v));
            sum.finish().token()
        }
        "hypot" => ops::hypot(&vector(0)).token(),
        "dist" => ops::dist(&vector(0), &vector(1)).token(),
        "sumprod" => ops::sumprod(&vector(0), &vector(1)).token(),
        "int_log" => ops::log_int(int(args[0]).as_ref()).token(),
        "int_log2" => ops::log2_int(int(args[0]).as_ref()).token(),
        "int_log10" => ops::log10_int(int(args[0]).as_ref()).token(),
        "factorial" => ops::factorial(int(args[0]).as_ref()).token(),
        "comb" => ops::comb(int(args[0]).as_ref(), int(args[1]).as_ref()).token(),
        "perm" => ops::perm(int(args[0]).as_ref(), int(args[1]).as_ref()).token(),
        _ => panic!("unknown case {name}"),
    }
}

#[test]
fn math_is_cpythons() {
    compare(include_str!("cases/math.py"), 400_000, eval);
}
