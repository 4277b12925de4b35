//! Accurate sums: `fsum`, `sum` of floats, `sumprod`, and the distances built on them.

use crate::error::{Error, Result};

/// `a + b` and what rounding lost (Knuth).
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let x = a + b;
    let z = x - a;
    (x, (a - (x - z)) + (b - z))
}

/// `a + b` and what rounding lost, for |a| >= |b| (Dekker).
#[inline]
fn fast_two_sum(a: f64, b: f64) -> (f64, f64) {
    let x = a + b;
    (x, (a - x) + b)
}

/// `a * b` and what rounding lost.
#[inline]
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let z = a * b;
    (z, a.mul_add(b, -z))
}

/// `math.fsum` (Shewchuk): the sum of partials that do not overlap is always exact.
#[derive(Clone, Debug, Default)]
pub struct ExactSum {
    partials: Vec<f64>,
    special: f64,
    infinities: f64,
}

impl ExactSum {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a number.
    pub fn push(&mut self, value: f64) -> Result<()> {
        let mut x = value;
        let mut kept = 0;
        for j in 0..self.partials.len() {
            let mut y = self.partials[j];
            if x.abs() < y.abs() {
                core::mem::swap(&mut x, &mut y);
            }
            let (high, low) = {
                let high = x + y;
                (high, y - (high - x))
            };
            if low != 0.0 {
                self.partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        self.partials.truncate(kept);
        if x != 0.0 {
            if x.is_finite() {
                self.partials.push(x);
            } else {
                if value.is_finite() {
                    return Err(Error::FsumOverflow);
                }
                if value.is_infinite() {
                    self.infinities += value;
                }
                self.special += value;
                self.partials.clear();
            }
        }
        Ok(())
    }

    /// The sum, rounded once.
    pub fn finish(&self) -> Result<f64> {
        // NaN is not zero either.
        if self.special != 0.0 {
            return if self.infinities.is_nan() { Err(Error::FsumInfinities) } else { Ok(self.special) };
        }
        let Some((top, mut rest)) = self.partials.split_last() else { return Ok(0.0) };
        let (mut high, mut low) = (*top, 0.0);
        while let Some((y, below)) = rest.split_last() {
            rest = below;
            let x = high;
            high = x + y;
            low = y - (high - x);
            if low != 0.0 {
                break;
            }
        }
        // Exactly halfway so far: the partials below decide.
        if let Some(next) = rest.last()
            && (low < 0.0 && *next < 0.0 || low > 0.0 && *next > 0.0)
        {
            let y = low * 2.0;
            let x = high + y;
            if y == x - high {
                high = x;
            }
        }
        Ok(high)
    }
}

/// `math.fsum` of a slice.
pub fn fsum(values: &[f64]) -> Result<f64> {
    let mut sum = ExactSum::new();
    values.iter().try_for_each(|v| sum.push(*v))?;
    sum.finish()
}

/// `sum` of floats (Neumaier): a running sum and what rounding lost of it.
#[derive(Clone, Copy, Debug)]
pub struct CompensatedSum {
    pub sum: f64,
    lost: f64,
}

impl CompensatedSum {
    pub fn new(start: f64) -> Self {
        CompensatedSum { sum: start, lost: 0.0 }
    }

    /// Adds a float.
    #[inline]
    pub fn push(&mut self, x: f64) {
        let t = self.sum + x;
        self.lost += if self.sum.abs() >= x.abs() { (self.sum - t) + x } else { (x - t) + self.sum };
        self.sum = t;
    }

    /// Adds an int that has become a float, without compensation.
    #[inline]
    pub fn push_int(&mut self, x: f64) {
        self.sum += x;
    }

    /// The sum.
    pub fn finish(&self) -> f64 {
        // An infinite sum keeps its value, and a sum without loss its sign of zero.
        if self.lost != 0.0 && self.lost.is_finite() { self.sum + self.lost } else { self.sum }
    }
}

/// `math.sumprod` of floats: three floats hold the sum (Ogita, Rump and Oishi's SumKVert, K = 3).
#[derive(Clone, Copy, Debug, Default)]
pub struct TripleSum {
    high: f64,
    low: f64,
    tiny: f64,
}

impl TripleSum {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a product; `false`, and no change, if the sum would not be finite.
    #[must_use]
    pub fn add_product(&mut self, a: f64, b: f64) -> bool {
        let (product, product_lost) = two_product(a, b);
        let (high, high_lost) = two_sum(self.high, product);
        let (r1, r1_lost) = two_sum(self.low, product_lost);
        let (r2, r2_lost) = two_sum(r1, high_lost);
        if !high.is_finite() {
            return false;
        }
        *self = TripleSum { high, low: r2, tiny: self.tiny + r1_lost + r2_lost };
        true
    }

    /// The sum.
    pub fn finish(&self) -> f64 {
        let (high, low) = two_sum(self.high, self.low);
        // Halfway between two floats, the smallest part decides.
        high + (low + self.tiny)
    }
}

/// `math.sumprod` of floats of equal number. Once the exact sum is not finite, the rest is plain arithmetic.
pub fn sumprod(p: &[f64], q: &[f64]) -> f64 {
    let mut sum = TripleSum::new();
    let mut pairs = p.iter().zip(q);
    while let Some((a, b)) = pairs.next() {
        if !sum.add_product(*a, *b) {
            return pairs.fold(sum.finish() + a * b, |total, (a, b)| total + a * b);
        }
    }
    sum.finish()
}

/// `math.hypot`: the length of a vector, nearly always correctly rounded.
pub fn hypot(values: &[f64]) -> f64 {
    let mut scaled: Vec<f64> = values.iter().map(|v| v.abs()).collect();
    norm(&mut scaled)
}

/// `math.dist` of points with as many coordinates.
pub fn dist(p: &[f64], q: &[f64]) -> f64 {
    let mut scaled: Vec<f64> = p.iter().zip(q).map(|(a, b)| (a - b).abs()).collect();
    norm(&mut scaled)
}

/// The norm of numbers that are not negative.
fn norm(values: &mut [f64]) -> f64 {
    let mut max = 0.0;
    let mut nan = false;
    for v in values.iter() {
        nan |= v.is_nan();
        if *v > max {
            max = *v;
        }
    }
    if max == f64::INFINITY {
        return max;
    }
    if nan {
        return f64::NAN;
    }
    scaled_norm(values, max)
}

fn scaled_norm(values: &mut [f64], max: f64) -> f64 {
    if max == 0.0 || values.len() <= 1 {
        return max;
    }
    let (_, e) = super::frexp(max);
    if e < -1023 {
        // The scale would overflow: subnormal numbers become normal first.
        for v in values.iter_mut() {
            *v /= f64::MIN_POSITIVE;
        }
        return f64::MIN_POSITIVE * scaled_norm(values, max / f64::MIN_POSITIVE);
    }
    let scale = super::ldexp_exact(1.0, -e as i32);
    let (mut sum, mut lost1, mut lost2) = (1.0, 0.0, 0.0);
    for v in values.iter() {
        let x = v * scale;
        let (square, square_lost) = two_product(x, x);
        let (s, s_lost) = fast_two_sum(sum, square);
        sum = s;
        lost1 += square_lost;
        lost2 += s_lost;
    }
    let h = (sum - 1.0 + (lost1 + lost2)).sqrt();
    // One step of Newton's on the exact residue.
    let (square, square_lost) = two_product(-h, h);
    let (s, s_lost) = fast_two_sum(sum, square);
    lost1 += square_lost;
    lost2 += s_lost;
    let x = s - 1.0 + (lost1 + lost2);
    (h + x / (2.0 * h)) / scale
}
