//! Integers against the oracle: operators, powers, bits, floats, bytes, text.

mod common;
use common::{Raise, Token, bytes, compare, float, int, raised, small, text, truth};
use dxpy_num::{Int, bits, convert, hash, int as ops, mag, power, text as radix};

fn parse(s: &str, base: i64, limit: usize) -> String {
    match radix::parse(s.as_bytes(), base as u32, limit) {
        Ok(v) => v.token(),
        Err(radix::ParseError::Invalid) => raised("ValueError", "invalid"),
        Err(radix::ParseError::Number(e)) => e.raise(),
    }
}

fn eval(name: &str, args: &[&str]) -> String {
    let owned = |i: usize| -> Int { if args[i].starts_with('i') { int(args[i]) } else { Int::ZERO } };
    let (x, y) = (owned(0), if args.len() > 1 { owned(1) } else { Int::ZERO });
    let (a, b) = (x.as_ref(), y.as_ref());
    match name {
        "add" => ops::add(a, b).token(),
        "sub" => ops::sub(a, b).token(),
        "mul" if args[0] == args[1] => ops::mul(a, a).token(),
        "mul" => ops::mul(a, b).token(),
        "floordiv" => ops::floordiv(a, b).token(),
        "mod" => ops::rem(a, b).token(),
        "divmod" => ops::divmod(a, b).token(),
        "truediv" => convert::true_div(a, b).token(),
        "and" => bits::and(a, b).token(),
        "or" => bits::or(a, b).token(),
        "xor" => bits::xor(a, b).token(),
        "gcd" => power::gcd(a, b).token(),
        "lcm" => power::lcm(a, b).token(),
        "lt" => ops::cmp(a, b).is_lt().token(),
        "eq" => ops::eq(a, b).token(),
        "neg" => a.opposite().to_int().token(),
        "invert" => bits::invert(a).token(),
        "abs" => a.abs().to_int().token(),
        "bit_length" => mag::bit_length(a.digits).token(),
        "bit_count" => mag::bit_count(a.digits).token(),
        "hash" if args[0].starts_with('f') => hash::of_f64(float(args[0])).unwrap().token(),
        "hash" => hash::of_int(a).token(),
        "float" => convert::to_f64(a).token(),
        "str" => radix::to_decimal(a, 0).token(),
        "limited_str" => radix::to_decimal(a, 700).token(),
        "hex" => radix::with_prefix(a, 16).token(),
        "oct" => radix::with_prefix(a, 8).token(),
        "bin" => radix::with_prefix(a, 2).token(),
        "isqrt" => power::isqrt(a).token(),
        "lshift" => bits::lshift(a, b).token(),
        "rshift" => bits::rshift(a, b).token(),
        "pow" => power::pow(a, b).token(),
        "powmod" => power::modpow(a, b, int(args[2]).as_ref()).token(),
        "round" if b.negative => ops::round_to_power_of_ten(a, -small(args[1]) as u64).token(),
        "round" => a.to_int().token(),
        "int" => convert::from_f64(float(args[0])).token(),
        "ratio" => convert::integer_ratio(float(args[0])).token(),
        "cmp" => convert::cmp_f64(a, float(args[1])).map_or("n".into(), |o| (o as i64).token()),
        "from_bytes" => {
            convert::from_bytes(&bytes(args[0]), text(args[1]) == "little", truth(args[2])).token()
        }
        "to_bytes" => {
            let mut out = vec![0xaa; small(args[1]) as usize];
            convert::to_bytes(a, &mut out, text(args[2]) == "little", truth(args[3])).map(|()| out).token()
        }
        "parse" => parse(&text(args[0]), small(args[1]), 0),
        "limited_parse" => parse(&text(args[0]), small(args[1]), 700),
        _ => panic!("unknown case {name}"),
    }
}

#[test]
fn integers_are_cpythons() {
    compare(include_str!("cases/int.py"), 60_000, eval);
}
