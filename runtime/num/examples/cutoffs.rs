//! Times both sides of every cutoff in this crate, in nanoseconds an operation, so that the constants can be set from
//! measurements: `cargo run --release -p dxpy-num --example cutoffs`.

use dxpy_num::{large, mag};
use std::hint::black_box;
use std::time::{Duration, Instant};

fn digits(n: usize, mut seed: u64) -> Vec<u32> {
    let mut out: Vec<u32> = (0..n)
        .map(|_| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 34) as u32 & mag::MASK
        })
        .collect();
    out[n - 1] |= 1;
    out
}

/// The quickest of several runs, which is the one that was disturbed least.
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
        if taken < Duration::from_millis(8) {
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

fn main() {
    println!("product: digits, schoolbook, num-bigint; square: schoolbook, num-bigint");
    for n in [8, 16, 24, 32, 40, 48, 56, 64, 80, 100, 140, 200] {
        let (a, b) = (digits(n, 1), digits(n, 2));
        let mut out = vec![0; 2 * n];
        let school = time(|| mag::mul_to(&mut out, black_box(&a), black_box(&b)));
        let big = time(|| large::mul(black_box(&a), black_box(&b)));
        let square = time(|| mag::mul_to(&mut out, black_box(&a), black_box(&a)));
        let big_square = time(|| large::mul(black_box(&a), black_box(&a)));
        println!("{n:6} {school:10.0} {big:10.0}   {square:10.0} {big_square:10.0}");
    }
    println!("quotient: digits by half as many, algorithm D, num-bigint");
    for n in [20, 40, 60, 80, 120, 160, 240, 320, 500] {
        let (a, b) = (digits(n, 1), digits(n / 2, 2));
        let school = time(|| mag::divrem_quadratic(black_box(&a), black_box(&b)));
        let big = time(|| large::divrem(black_box(&a), black_box(&b)));
        println!("{n:6} {school:10.0} {big:10.0}");
    }
    println!("recursive quotient: divisor's bits, num-bigint's own, recursive");
    for bits in [2_000u64, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000] {
        let n = (bits / 30) as usize;
        let (a, b) = (large::pack(&digits(2 * n, 1)), large::pack(&digits(n, 2)));
        let own = time(|| black_box(&a) / black_box(&b));
        let recursive = time(|| large::divrem_big(black_box(&a), black_box(&b)));
        println!("{bits:8} {own:12.0} {recursive:12.0}");
    }
}
