//! `format()` and `%` of numbers and strs against the oracle, and grouping by a locale.

mod common;
use common::{Token, compare, complex, float, int, raised, text};
use dxpy_num::format::{Align, FormatError, Spec};
use dxpy_num::format_number::{Formatted, Locale, format_complex, format_float, format_int, percent_int};

fn show(spec: &str, kind: &str, out: Result<Formatted, FormatError>) -> String {
    match out {
        Ok(f) => f.text().expect("no surrogates here").token(),
        Err(e) => raised(&format!("{:?}", e.exception()), &e.message(spec, kind)),
    }
}

fn format_str(value: &str, spec: &str) -> String {
    let chars: Vec<char> = spec.chars().collect();
    let out = Spec::parse(&chars, b's', Align::Left, "str")
        .and_then(|s| s.str_layout(value.chars().count(), "str"))
        .map(|l| {
            let fill = |n: usize| char::from_u32(l.fill).unwrap().to_string().repeat(n);
            let taken: String = value.chars().take(l.take).collect();
            fill(l.left) + &taken + &fill(l.right)
        });
    match out {
        Ok(s) => s.token(),
        Err(e) => raised(&format!("{:?}", e.exception()), &e.message(spec, "str")),
    }
}

fn eval(name: &str, args: &[&str]) -> String {
    let spec = text(args[1]);
    let chars: Vec<char> = spec.chars().collect();
    let parse = |kind: u8, name: &str| Spec::parse(&chars, kind, Align::Right, name);
    match name {
        // What an empty specification does is not this module's.
        _ if spec.is_empty() => empty(name, args),
        "int" => {
            let v = int(args[0]);
            show(
                &spec,
                "int",
                parse(b'd', "int").and_then(|s| format_int(v.as_ref(), &s, &Locale::C, 0, "int")),
            )
        }
        "float" => {
            let v = float(args[0]);
            show(&spec, "float", parse(0, "float").and_then(|s| format_float(v, &s, &Locale::C, "float")))
        }
        "complex" => {
            let (re, im) = complex(args[0]);
            show(
                &spec,
                "complex",
                parse(0, "complex").and_then(|s| format_complex(re, im, &s, &Locale::C, "complex")),
            )
        }
        "str" => format_str(&text(args[0]), &spec),
        "percent" => {
            let kind = spec.bytes().last().unwrap();
            let precision = spec.split_once('.').map_or(0, |(_, p)| p[..p.len() - 1].parse().unwrap());
            percent_int(int(args[0]).as_ref(), spec.contains('#'), precision, kind, 0).unwrap().token()
        }
        _ => panic!("unknown case {name}"),
    }
}

/// The empty specification is `str`.
fn empty(name: &str, args: &[&str]) -> String {
    match name {
        "int" => dxpy_num::text::to_decimal(int(args[0]).as_ref(), 0).unwrap().token(),
        "float" => dxpy_num::float_text::repr(float(args[0])).token(),
        "complex" => {
            let (re, im) = complex(args[0]);
            dxpy_num::complex::new(re, im).repr().token()
        }
        "str" => args[0].to_owned(),
        _ => panic!("{name} with an empty specification"),
    }
}

#[test]
fn formatting_is_cpythons() {
    compare(include_str!("cases/format.py"), 35_000, eval);
}

#[test]
fn locales_group() {
    let with = |v: i64, spec: &str, decimal_point, thousands_sep, grouping| {
        let chars: Vec<char> = spec.chars().collect();
        let locale = Locale { decimal_point, thousands_sep, grouping };
        let spec = Spec::parse(&chars, b'd', Align::Right, "int").unwrap();
        let by_int = format_int(dxpy_num::Int::from(v).as_ref(), &spec, &locale, 0, "int").unwrap();
        let spec = Spec::parse(&chars, 0, Align::Right, "float").unwrap();
        let by_float = format_float(v as f64 + 0.5, &spec, &locale, "float").unwrap();
        (by_int.text().unwrap(), by_float.text().unwrap())
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    // What CPython gives for en_IN, de_DE and grouping that ends.
    assert_eq!(with(123456789, "n", ".", ",", &[3, 2]), pair("12,34,56,789", "1.23457e+08"));
    assert_eq!(with(12345, "n", ",", ".", &[3, 3]), pair("12.345", "12.345,5"));
    assert_eq!(with(-1234567, "n", ",", "\u{a0}", &[3, 127]), pair("-1234\u{a0}567", "-1,23457e+06"));
    assert_eq!(with(12345, "n", ",", ".", &[127]), pair("12345", "12345,5"));
    assert_eq!(with(12345, "n", ",", ".", &[]), pair("12345", "12345,5"));
    assert_eq!(with(1, "012n", ".", ",", &[3, 3]), pair("0,000,000,001", "00,000,001.5"));
    assert_eq!(with(1, "*^9n", ".", ",", &[3, 3]), pair("****1****", "***1.5***"));
}
