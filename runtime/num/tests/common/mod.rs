//! Runs scripts of `tests/cases` under the oracle and compares their results, one line a case:
//! `name argument ... result`, each of them a token that `prelude.py` describes.
#![allow(dead_code)]

use dxpy_num::{Error, Int};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

const PRELUDE: &str = include_str!("../cases/prelude.py");

/// CPython 3.12.1: `DXPY_ORACLE`, or `python3.12` on the path.
fn oracle_path() -> Option<String> {
    let path = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let out = Command::new(&path).args(["-c", "import sys; print(sys.version_info[:3])"]).output().ok()?;
    (out.stdout == b"(3, 12, 1)\n").then_some(path)
}

/// What the script prints, or `None` (said loudly) without an oracle.
pub fn oracle(script: &str) -> Option<String> {
    let Some(path) = oracle_path() else {
        // Written past the harness, which would keep it to itself.
        let _ =
            std::io::stderr().write_all(b"SKIP: no CPython 3.12.1 (set DXPY_ORACLE); nothing was compared\n");
        return None;
    };
    let mut child = Command::new(path)
        .args(["-E", "-S", "-X", "utf8", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the oracle starts");
    let program = format!("{PRELUDE}\n{script}");
    child.stdin.take().unwrap().write_all(program.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "the script of the oracle failed");
    Some(String::from_utf8(out.stdout).unwrap())
}

/// Compares every case of a script with `eval(name, arguments)`; at least `least` cases must come.
pub fn compare(script: &str, least: usize, eval: impl Fn(&str, &[&str]) -> String) {
    let Some(out) = oracle(script) else { return };
    let (mut seen, mut wrong, mut report) = (0, HashMap::<&str, usize>::new(), String::new());
    for line in out.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let (name, args, expected) = (fields[0], &fields[1..fields.len() - 1], fields[fields.len() - 1]);
        let got = eval(name, args);
        seen += 1;
        if got != expected {
            let of_this_kind = wrong.entry(name).or_default();
            *of_this_kind += 1;
            if *of_this_kind <= 4 {
                let short = |s: &str| s.chars().take(300).collect::<String>();
                let show = |s: &str| match readable(s) {
                    text if text.is_empty() => short(s),
                    text => short(&text),
                };
                let args: Vec<String> = args.iter().map(|a| show(a)).collect();
                writeln!(
                    report,
                    "{name}({})\n   got {}\n  want {}",
                    args.join(", "),
                    show(&got),
                    show(expected)
                )
                .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "of {seen} cases, these differ: {wrong:?}\n{report}");
    assert!(seen >= least, "only {seen} cases came from the oracle");
}

/// A token's text for people, where it has one.
fn readable(token: &str) -> String {
    match token.as_bytes().first() {
        Some(b's') => format!("{:?}", text(token)),
        Some(b'f') if token != "fnan" => format!("{token} {:e}", float(token)),
        Some(b'E') => token
            .split_once(':')
            .map(|(class, m)| format!("{class}: {}", text(&format!("s{m}"))))
            .unwrap_or_default(),
        _ => String::new(),
    }
}

pub fn unhex(s: &str) -> Vec<u8> {
    (0..s.len() / 2).map(|i| u8::from_str_radix(&s[2 * i..2 * i + 2], 16).unwrap()).collect()
}

pub fn hex(b: &[u8]) -> String {
    b.iter().fold(String::new(), |mut s, c| {
        write!(s, "{c:02x}").unwrap();
        s
    })
}

pub fn int(token: &str) -> Int {
    let s = token.strip_prefix('i').unwrap_or_else(|| panic!("{token} is no int"));
    let (negative, s) = match s.strip_prefix('-') {
        Some(s) => (true, s),
        None => (false, s),
    };
    // Bit by bit, so that no kernel under test is used.
    let mut digits = vec![0u32; s.len() * 4 / 30 + 1];
    for (i, c) in s.bytes().rev().enumerate() {
        let v = (c as char).to_digit(16).unwrap();
        for b in 0..4 {
            let at = i * 4 + b;
            digits[at / 30] |= (v >> b & 1) << (at % 30);
        }
    }
    Int::new(negative, digits)
}

pub fn small(token: &str) -> i64 {
    let v = int(token);
    let m = v.digits.iter().rev().fold(0i64, |v, d| v << 30 | *d as i64);
    if v.negative { -m } else { m }
}

pub fn float(token: &str) -> f64 {
    match token {
        "fnan" => f64::NAN,
        _ => f64::from_bits(
            u64::from_str_radix(&token[1..], 16).unwrap_or_else(|_| panic!("{token} is no float")),
        ),
    }
}

pub fn complex(token: &str) -> (f64, f64) {
    let (re, im) = token[1..].split_once(';').unwrap();
    (float(re), float(im))
}

pub fn text(token: &str) -> String {
    assert!(token.starts_with('s'), "{token} is no str");
    String::from_utf8(unhex(&token[1..])).unwrap()
}

pub fn bytes(token: &str) -> Vec<u8> {
    assert!(token.starts_with('x'), "{token} is no bytes");
    unhex(&token[1..])
}

pub fn truth(token: &str) -> bool {
    token == "b1"
}

/// The items of a tuple of plain values.
pub fn items(token: &str) -> Vec<&str> {
    let s = &token[1..token.len() - 1];
    if s.is_empty() { Vec::new() } else { s.split(',').collect() }
}

/// A result as a token.
pub trait Token {
    fn token(&self) -> String;
}

impl Token for Int {
    fn token(&self) -> String {
        assert!(
            self.digits.last() != Some(&0) && !(self.negative && self.digits.is_empty()),
            "not normalised"
        );
        let mut s = String::new();
        for i in (0..(self.digits.len() * 30).div_ceil(4)).rev() {
            let bit = |at: usize| self.digits.get(at / 30).map_or(0, |d| d >> (at % 30) & 1);
            let v = (0..4).fold(0, |v, b| v | bit(i * 4 + b) << b);
            s.push(char::from_digit(v, 16).unwrap());
        }
        let s = s.trim_start_matches('0');
        format!("i{}{}", if self.negative { "-" } else { "" }, if s.is_empty() { "0" } else { s })
    }
}

impl Token for f64 {
    fn token(&self) -> String {
        if self.is_nan() { "fnan".into() } else { format!("f{:016x}", self.to_bits()) }
    }
}

impl Token for bool {
    fn token(&self) -> String {
        if *self { "b1" } else { "b0" }.into()
    }
}

impl Token for i64 {
    fn token(&self) -> String {
        Int::from(*self).token()
    }
}

impl Token for u64 {
    fn token(&self) -> String {
        Int::from(*self).token()
    }
}

impl Token for str {
    fn token(&self) -> String {
        format!("s{}", hex(self.as_bytes()))
    }
}

impl Token for String {
    fn token(&self) -> String {
        self.as_str().token()
    }
}

impl Token for Vec<u8> {
    fn token(&self) -> String {
        format!("x{}", hex(self))
    }
}

impl<A: Token, B: Token> Token for (A, B) {
    fn token(&self) -> String {
        format!("({},{})", self.0.token(), self.1.token())
    }
}

impl<T: Token, E: Raise> Token for Result<T, E> {
    fn token(&self) -> String {
        match self {
            Ok(v) => v.token(),
            Err(e) => e.raise(),
        }
    }
}

/// An error as a token.
pub trait Raise {
    fn raise(&self) -> String;
}

pub fn raised(class: &str, message: &str) -> String {
    format!("E{class}:{}", hex(message.as_bytes()))
}

impl Raise for Error {
    fn raise(&self) -> String {
        raised(&format!("{:?}", self.exception()), &self.to_string())
    }
}
