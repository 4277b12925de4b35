//! Times large products, quotients, powers and conversions here and in CPython 3.12 (`DXPY_ORACLE` or `python3.12`), and
//! prints the ratio; above 1 is quicker here: `cargo run --release -p dxpy-num --example against_cpython`.

use dxpy_num::{Int, float_text, int, math, power, text};
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

/// The quickest of several runs in nanoseconds.
fn time<T>(mut f: impl FnMut() -> T) -> f64 {
    // As many calls between two looks at the clock as make looking at it cheap.
    let mut batch = 1u32;
    let mut run = || {
        let start = Instant::now();
        for _ in 0..batch {
            black_box(f());
        }
        let taken = start.elapsed();
        let each = taken.as_nanos() as f64 / f64::from(batch);
        if taken < Duration::from_millis(10) {
            batch = (batch * 2).max((0.01e9 / each.max(0.1)) as u32 / 2);
        }
        each
    };
    let mut best = f64::INFINITY;
    for _ in 0..8 {
        best = best.min(run());
    }
    best
}

/// The same in CPython, where an empty statement is taken off.
fn oracle(setup: &str, statement: &str) -> Option<f64> {
    let program = format!(
        "import sys, time, timeit, math\nsys.set_int_max_str_digits(0)\n{setup}\n\
         def best(s):\n    t = timeit.Timer(s, globals=globals()); n, d = t.autorange(lambda n, d: None); \
         k = max(1, int(n * 0.01 / d)); return min(t.repeat(5, k)) / k * 1e9\n\
         print(best({statement:?}) - best('a'))"
    );
    let exe = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let out = Command::new(exe).args(["-c", &program]).output().ok()?;
    String::from_utf8(out.stdout).ok()?.trim().parse().ok()
}

fn row(name: &str, ours: f64, setup: &str, statement: &str) {
    match oracle(setup, statement) {
        Some(theirs) => println!("{name:32} {ours:14.0} ns {theirs:14.0} ns   x{:.2}", theirs / ours),
        None => println!("{name:32} {ours:14.0} ns  (no CPython 3.12)"),
    }
}

/// 7**n, which both sides compute alike.
fn number(n: u64) -> Int {
    power::pow(Int::from(7u64).as_ref(), Int::from(n).as_ref()).unwrap()
}

fn main() {
    for (n, m) in
        [(20u64, 18u64), (100, 90), (500, 450), (2_000, 1_900), (20_000, 19_000), (200_000, 190_000)]
    {
        let (a, b) = (number(n), number(m));
        let setup = format!("a = 7**{n}; b = 7**{m}; c = a*b + 12345; s = str(a); m = a | 1; f = a % 3**20");
        let (x, y) = (a.as_ref(), b.as_ref());
        let c = int::add(int::mul(x, y).as_ref(), Int::from(12345u64).as_ref());
        let s = text::to_decimal(x, 0).unwrap();
        let bits = dxpy_num::mag::bit_length(x.digits);
        row(&format!("a * b, {bits} bits"), time(|| int::mul(x, y)), &setup, "a * b");
        row(&format!("a * a, {bits} bits"), time(|| int::mul(x, x)), &setup, "a * a");
        row(
            &format!("divmod(c, b), {bits} bits"),
            time(|| int::divmod(c.as_ref(), y)),
            &setup,
            "divmod(c, b)",
        );
        row(&format!("str(a), {bits} bits"), time(|| text::to_decimal(x, 0)), &setup, "str(a)");
        row(&format!("int(s), {bits} bits"), time(|| text::parse(s.as_bytes(), 10, 0)), &setup, "int(s)");
        row(&format!("hex(a), {bits} bits"), time(|| text::with_prefix(x, 16)), &setup, "hex(a)");
        row(
            &format!("gcd(a*b, c), {bits} bits"),
            time(|| power::gcd(int::mul(x, y).as_ref(), c.as_ref())),
            &setup,
            "math.gcd(a*b, c)",
        );
        row(&format!("isqrt(a), {bits} bits"), time(|| power::isqrt(x)), &setup, "math.isqrt(a)");
        if n <= 500 {
            row(
                &format!("pow(b, a, c), {bits} bits"),
                time(|| power::modpow(y, x, c.as_ref())),
                &setup,
                "pow(b, a, c)",
            );
        }
    }
    let n = Int::from(5000u64);
    row("factorial(5000)", time(|| math::factorial(n.as_ref())), "a = 5000", "math.factorial(a)");
    let k = Int::from(1500u64);
    row("comb(5000, 1500)", time(|| math::comb(n.as_ref(), k.as_ref())), "a = 5000", "math.comb(a, 1500)");
    for v in [1.5, 0.1 + 0.2, 1e22, 123456.789e-100] {
        row(&format!("repr({v:e})"), time(|| float_text::repr(v)), &format!("a = {v:e}"), "repr(a)");
        row(
            &format!("round({v:e}, 2)"),
            time(|| float_text::round_places(v, 2)),
            &format!("a = {v:e}"),
            "round(a, 2)",
        );
        let s = float_text::repr(v);
        row(
            &format!("float('{s}')"),
            time(|| float_text::parse(s.as_bytes())),
            &format!("a = '{s}'"),
            "float(a)",
        );
    }
}
