//! Integer kernels against CPython.

mod common;

use dxpy_num::{Int, Ref, Result, bits, convert, hash, int, mag, power, text};

fn arg(s: &str) -> Int {
    text::parse(s.as_bytes(), 16, 0).expect("a hexadecimal number")
}

fn float(s: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(&s[1..], 16).expect("16 hexadecimal digits"))
}

fn bytes(s: &str) -> Vec<u8> {
    (1..s.len()).step_by(2).map(|i| u8::from_str_radix(&s[i..i + 2], 16).expect("hexadecimal")).collect()
}

fn hex(a: impl Into<Int>) -> String {
    let a = a.into();
    assert!(
        a.digits.last().is_none_or(|d| *d != 0) && a.digits.iter().all(|d| *d <= mag::MASK),
        "normalised"
    );
    text::with_prefix(a.as_ref(), 16)
}

fn showf(v: f64) -> String {
    format!("f{:016x}", v.to_bits())
}

fn result<T>(r: Result<T>, show: impl Fn(T) -> String) -> String {
    match r {
        Ok(v) => show(v),
        Err(e) => format!("!{:?}: {e}", e.exception()),
    }
}

fn evaluate(row: &[&str]) -> String {
    let (name, args) = (row[0], &row[1..]);
    let ints: Vec<Int> = args.iter().filter(|a| !a.starts_with(['f', 'b'])).map(|a| arg(a)).collect();
    let a = ints.first().map_or(Ref { negative: false, digits: &[] }, |a| a.as_ref());
    let b = ints.get(1).map_or(Ref { negative: false, digits: &[] }, |b| b.as_ref());
    let pair = |(q, r): (Int, Int)| format!("{},{}", hex(q), hex(r));
    let sign = |o: core::cmp::Ordering| hex(o as i64);
    match name {
        "add" => hex(int::add(a, b)),
        "sub" => hex(int::sub(a, b)),
        "mul" => hex(int::mul(a, b)),
        "divmod" => result(int::divmod(a, b), pair),
        "near" => result(int::divmod_near(a, b), pair),
        "floordiv" => result(int::floordiv(a, b), hex),
        "rem" => result(int::rem(a, b), hex),
        "truediv" => result(convert::true_div(a, b), showf),
        "and" => hex(bits::and(a, b)),
        "or" => hex(bits::or(a, b)),
        "xor" => hex(bits::xor(a, b)),
        "cmp" => {
            assert_eq!(int::eq(a, b), int::cmp(a, b).is_eq());
            sign(int::cmp(a, b))
        }
        "gcd" => hex(power::gcd(a, b)),
        "lcm" => hex(power::lcm(a, b)),
        "invert" => hex(bits::invert(a)),
        "bit_length" => hex(mag::bit_length(a.digits)),
        "bit_count" => hex(mag::bit_count(a.digits)),
        "hash" => hex(hash::of_int(a)),
        "float" => result(convert::to_f64(a), showf),
        "frexp_ok" => showf(convert::frexp(a).0),
        "isqrt" => result(power::isqrt(a), hex),
        "str" => result(text::to_decimal(a, 0), |s| s),
        "hex" => text::with_prefix(a, 16),
        "oct" => text::with_prefix(a, 8),
        "bin" => text::with_prefix(a, 2),
        "mask" => hex(a.to_u64_mask()),
        "i64" => a.to_i64().map_or("none".into(), hex),
        "u64" => a.to_u64().map_or("none".into(), hex),
        "i128" => a.to_i128().map_or("none".into(), hex),
        "u128" => a.to_u128().map_or("none".into(), hex),
        "lshift" => result(bits::lshift(a, b), hex),
        "rshift" => result(bits::rshift(a, b), hex),
        "round" => hex(int::round_to_power_of_ten(a, b.opposite().to_u64().expect("small"))),
        "pow" => result(power::pow(a, b), hex),
        "modpow" => result(power::modpow(a, b, ints[2].as_ref()), hex),
        "int" => result(convert::from_f64(float(args[0])), hex),
        "ratio" => result(convert::integer_ratio(float(args[0])), pair),
        "hashf" => hex(hash::of_f64(float(args[0])).expect("not NaN")),
        "hashc" => hex(hash::of_complex(
            hash::of_f64(float(args[0])).expect("not NaN"),
            hash::of_f64(float(args[1])).expect("not NaN"),
        )),
        "cmpf" => sign(convert::cmp_f64(a, float(args[1])).expect("not NaN")),
        _ => {
            let (little, signed) = (name.contains("little"), name.ends_with('1'));
            if name.starts_with("from_bytes") {
                return hex(convert::from_bytes(&bytes(args[0]), little, signed));
            }
            assert!(name.starts_with("to_bytes"), "{name}");
            let mut out = vec![0; b.to_u64().expect("small") as usize];
            result(convert::to_bytes(a, &mut out, little, signed), |()| {
                out.iter().fold("b".into(), |s, c| format!("{s}{c:02x}"))
            })
        }
    }
}

#[test]
fn operations() {
    common::compare(include_str!("int_oracle.py"), 40_000, evaluate);
}

#[test]
fn texts() {
    common::compare(include_str!("parse_oracle.py"), 8_000, |row| {
        if row[0] == "str" {
            return match text::to_decimal(arg(row[1]).as_ref(), row[2].parse().expect("a limit")) {
                Ok(s) => s,
                Err(e) => format!("!{e}"),
            };
        }
        let (base, limit) = (row[1].parse().expect("a base"), row[2].parse().expect("a limit"));
        match text::parse(&bytes(row[0]), base, limit) {
            Ok(v) => hex(v),
            Err(text::ParseError::Invalid) => "!invalid".into(),
            Err(text::ParseError::Number(e)) => format!("!{e}"),
        }
    });
}

#[test]
fn text_in_any_base() {
    for base in 2..=36 {
        for n in [0u64, 1, 9, 35, 36, 37, 1 << 30, 1 << 60, u64::MAX] {
            let big = power::pow(Int::from(n).as_ref(), Int::from(7u64).as_ref()).expect("small");
            let s = text::to_base(&big.digits, base);
            assert_eq!(text::parse(s.as_bytes(), base, 0), Ok(big), "{n} ** 7 in base {base}");
        }
    }
}
