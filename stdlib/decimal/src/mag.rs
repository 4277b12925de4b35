//! Natural numbers in limbs of 19 decimal digits: what a decimal's coefficient is made of. Shifts by powers of ten,
//! digit counts and text cost a pass each; products are schoolbook, then Karatsuba. Not here: signs and exponents.

use num_bigint::BigUint;
use num_traits::Zero;
use std::cmp::Ordering;

pub const BASE: u64 = 10_000_000_000_000_000_000;
const DIGITS: usize = 19;
const KARATSUBA: usize = 48;

const POWERS: [u64; 20] = {
    let mut p = [1u64; 20];
    let mut i = 1;
    while i < 20 {
        p[i] = p[i - 1] * 10;
        i += 1;
    }
    p
};

/// Limbs, least significant first, the last not zero; none for 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mag(Vec<u64>);

/// What a shift to the right threw away, as one digit: 0 nothing, 5 exactly a half, else a digit on the right side of
/// both.
pub type Rest = u8;

/// floor((2^128 - 1) / BASE) - 2^64, the reciprocal of Möller and Granlund's division by a constant.
const RECIPROCAL: u64 = (u128::MAX / BASE as u128 - (1 << 64)) as u64;

/// Quotient and remainder by [`BASE`] of a number below `BASE << 64`.
fn split(n: u128) -> (u64, u64) {
    let (hi, lo) = ((n >> 64) as u64, n as u64);
    let q = u128::from(hi) * u128::from(RECIPROCAL) + n;
    let (mut q1, q0) = (((q >> 64) as u64).wrapping_add(1), q as u64);
    let mut r = lo.wrapping_sub(q1.wrapping_mul(BASE));
    if r > q0 {
        q1 = q1.wrapping_sub(1);
        r = r.wrapping_add(BASE);
    }
    if r >= BASE {
        q1 = q1.wrapping_add(1);
        r -= BASE;
    }
    (q1, r)
}

impl Mag {
    pub const ZERO: Mag = Mag(Vec::new());

    fn new(mut limbs: Vec<u64>) -> Mag {
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        Mag(limbs)
    }

    pub fn from_u64(n: u64) -> Mag {
        match n {
            0 => Mag::ZERO,
            BASE.. => Mag(vec![n - BASE, 1]),
            _ => Mag(vec![n]),
        }
    }

    pub fn from_u128(mut n: u128) -> Mag {
        let mut limbs = Vec::new();
        while n > 0 {
            limbs.push((n % u128::from(BASE)) as u64);
            n /= u128::from(BASE);
        }
        Mag(limbs)
    }

    /// From ASCII digits.
    pub fn from_digits(digits: &[u8]) -> Mag {
        let limb = |d: &[u8]| d.iter().fold(0, |n, c| n * 10 + u64::from(c - b'0'));
        Mag::new(digits.rchunks(DIGITS).map(limb).collect())
    }

    /// ASCII digits; `0` for zero.
    pub fn to_digits(&self) -> String {
        let mut limbs = self.0.iter().rev();
        let Some(first) = limbs.next() else { return "0".into() };
        let mut out = first.to_string();
        for limb in limbs {
            out += &format!("{limb:019}");
        }
        out
    }

    /// `10**n - 1`.
    pub fn nines(n: usize) -> Mag {
        let mut limbs = vec![BASE - 1; n / DIGITS];
        limbs.push(POWERS[n % DIGITS] - 1);
        Mag::new(limbs)
    }

    pub fn power_of_ten(n: usize) -> Mag {
        Mag::from_u64(1).shl(n)
    }

    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    pub fn is_odd(&self) -> bool {
        self.0.first().is_some_and(|n| n & 1 == 1)
    }

    /// The number of decimal digits; 1 for zero.
    pub fn digits(&self) -> usize {
        match self.0.split_last() {
            None => 1,
            Some((top, rest)) => rest.len() * DIGITS + top.ilog10() as usize + 1,
        }
    }

    /// The digit of `10**i`.
    pub fn digit(&self, i: usize) -> u8 {
        self.0.get(i / DIGITS).map_or(0, |limb| (limb / POWERS[i % DIGITS] % 10) as u8)
    }

    pub fn trailing_zeros(&self) -> usize {
        let Some(at) = self.0.iter().position(|n| *n != 0) else { return 0 };
        let limb = self.0[at];
        at * DIGITS + (1..DIGITS).take_while(|i| limb.is_multiple_of(POWERS[*i])).count()
    }

    /// `None`: beyond 128 bits.
    pub fn to_u128(&self) -> Option<u128> {
        self.0
            .iter()
            .rev()
            .try_fold(0u128, |n, limb| n.checked_mul(BASE.into())?.checked_add(u128::from(*limb)))
    }

    pub fn to_u64(&self) -> Option<u64> {
        self.to_u128()?.try_into().ok()
    }

    pub fn to_big(&self) -> BigUint {
        if let Some(n) = self.to_u128() {
            return n.into();
        }
        // By halves, so that large numbers cost no more than a few products of their size.
        if self.0.len() <= 32 {
            return self.0.iter().rev().fold(BigUint::zero(), |n, limb| n * BASE + *limb);
        }
        let half = self.0.len() / 2;
        let high = Mag(self.0[half..].to_vec()).to_big();
        high * BigUint::from(BASE).pow(half as u32) + Mag::new(self.0[..half].to_vec()).to_big()
    }

    pub fn from_big(n: &BigUint) -> Mag {
        if let Ok(n) = u128::try_from(n) {
            return Mag::from_u128(n);
        }
        let digits: Vec<u8> = n.to_radix_be(10).iter().map(|d| d + b'0').collect();
        Mag::from_digits(&digits)
    }

    pub fn add(&self, other: &Mag) -> Mag {
        let (long, short) = if self.0.len() >= other.0.len() { (self, other) } else { (other, self) };
        let mut out = long.0.clone();
        add_into(&mut out, &short.0);
        Mag(out)
    }

    /// `self - other`, which is not negative.
    pub fn sub(&self, other: &Mag) -> Mag {
        let mut out = self.0.clone();
        sub_from(&mut out, &other.0);
        Mag::new(out)
    }

    /// Plus a number below ten to the nineteenth.
    pub fn add_small(mut self, n: u64) -> Mag {
        let mut carry = n;
        for limb in &mut self.0 {
            (*limb, carry) = add_limbs(*limb, 0, carry);
            if carry == 0 {
                return self;
            }
        }
        if carry > 0 {
            self.0.push(carry);
        }
        self
    }

    pub fn mul(&self, other: &Mag) -> Mag {
        let mut out = vec![0; self.0.len() + other.0.len()];
        mul_into(&mut out, &self.0, &other.0);
        Mag::new(out)
    }

    /// By a number of 1 to 10**19.
    pub fn mul_small(&self, n: u64) -> Mag {
        let mut carry = 0;
        let mut out: Vec<u64> = Vec::with_capacity(self.0.len() + 1);
        for limb in &self.0 {
            let (q, r) = split(u128::from(*limb) * u128::from(n) + u128::from(carry));
            out.push(r);
            carry = q;
        }
        out.push(carry);
        Mag::new(out)
    }

    /// Times `10**n`.
    pub fn shl(&self, n: usize) -> Mag {
        if self.is_zero() {
            return Mag::ZERO;
        }
        let (limbs, digits) = (n / DIGITS, n % DIGITS);
        let mut out = vec![0; limbs];
        if digits == 0 {
            out.extend(&self.0);
            return Mag(out);
        }
        let (up, down) = (POWERS[digits], POWERS[DIGITS - digits]);
        let mut carry = 0;
        for limb in &self.0 {
            let quotient = limb / down;
            out.push((limb - quotient * down) * up + carry);
            carry = quotient;
        }
        out.push(carry);
        Mag::new(out)
    }

    /// Divided by `10**n`, rounded down, and what was lost.
    pub fn shr(&self, n: usize) -> (Mag, Rest) {
        if n == 0 {
            return (self.clone(), 0);
        }
        if n > self.digits() {
            return (Mag::ZERO, u8::from(!self.is_zero()));
        }
        let (limbs, digits) = (n / DIGITS, n % DIGITS);
        // What is lost: the low digits of one limb, and whether there is anything in those below it.
        let rest = |part: u64, unit: u64, below: &[u64]| {
            let first = part / unit;
            let more = part != first * unit || below.iter().any(|l| *l != 0);
            if first == 0 || first == 5 { first as u8 + u8::from(more) } else { first as u8 }
        };
        if digits == 0 {
            let lost = rest(self.0[limbs - 1], POWERS[DIGITS - 1], &self.0[..limbs - 1]);
            return (Mag(self.0[limbs..].to_vec()), lost);
        }
        let (up, down) = (POWERS[DIGITS - digits], POWERS[digits]);
        let source = self.0.get(limbs..).unwrap_or_default();
        let mut out = vec![0; source.len()];
        let mut carry = 0;
        for (to, limb) in out.iter_mut().zip(source).rev() {
            let quotient = limb / down;
            *to = quotient + carry * up;
            carry = limb - quotient * down;
        }
        let lost = rest(carry, POWERS[digits - 1], &self.0[..limbs.min(self.0.len())]);
        (Mag::new(out), lost)
    }

    /// Modulo `10**n`.
    pub fn low(&self, n: usize) -> Mag {
        let (limbs, digits) = (n / DIGITS, n % DIGITS);
        let mut out = self.0[..limbs.min(self.0.len())].to_vec();
        if let Some(limb) = self.0.get(limbs) {
            out.push(limb % POWERS[digits]);
        }
        Mag::new(out)
    }

    /// Quotient and remainder; the divisor is not zero.
    pub fn div_rem(&self, divisor: &Mag) -> (Mag, Mag) {
        if self.cmp(divisor) == Ordering::Less {
            return (Mag::ZERO, self.clone());
        }
        if let [d] = divisor.0[..] {
            let mut rest = 0;
            let mut out = vec![0; self.0.len()];
            for (q, limb) in out.iter_mut().zip(&self.0).rev() {
                let n = u128::from(rest) * u128::from(BASE) + u128::from(*limb);
                *q = (n / u128::from(d)) as u64;
                rest = (n - u128::from(*q) * u128::from(d)) as u64;
            }
            return (Mag::new(out), Mag::from_u64(rest));
        }
        if divisor.0.len() > 400 && self.0.len() - divisor.0.len() > 400 {
            // Schoolbook division is quadratic; the binary library's is not.
            let (q, r) = num_integer::Integer::div_rem(&self.to_big(), &divisor.to_big());
            return (Mag::from_big(&q), Mag::from_big(&r));
        }
        // Knuth's algorithm D with the base of the limbs.
        let scale = BASE / (divisor.0[divisor.0.len() - 1] + 1);
        let d = divisor.mul_small(scale).0;
        let mut n = self.mul_small(scale).0;
        n.resize(self.0.len() + 1, 0);
        let top = d.len();
        let (d1, d2) = (u128::from(d[top - 1]), u128::from(d[top - 2]));
        let base = u128::from(BASE);
        let mut out = vec![0; n.len() - top];
        for i in (0..out.len()).rev() {
            let head = u128::from(n[i + top]) * base + u128::from(n[i + top - 1]);
            let mut q = head / d1;
            let mut r = head - q * d1;
            while q >= base || q * d2 > r * base + u128::from(n[i + top - 2]) {
                q -= 1;
                r += d1;
                if r >= base {
                    break;
                }
            }
            let (mut borrow, mut carry) = (0u64, 0u64);
            for (limb, d) in n[i..=i + top].iter_mut().zip(d.iter().chain([&0])) {
                let (high, low) = split(q * u128::from(*d) + u128::from(carry));
                carry = high;
                let take = low + borrow;
                borrow = u64::from(*limb < take);
                *limb = if borrow == 1 { *limb + (BASE - take) } else { *limb - take };
            }
            if borrow == 1 {
                // The guess was one too many.
                q -= 1;
                let mut carry = 0;
                for (limb, d) in n[i..=i + top].iter_mut().zip(d.iter().chain([&0])) {
                    (*limb, carry) = add_limbs(*limb, *d, carry);
                }
            }
            out[i] = q as u64;
        }
        n.truncate(top);
        let rest = Mag::new(n).div_rem(&Mag(vec![scale])).0;
        (Mag::new(out), rest)
    }
}

impl PartialOrd for Mag {
    fn partial_cmp(&self, other: &Mag) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Mag {
    fn cmp(&self, other: &Mag) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

fn add_limbs(a: u64, b: u64, carry: u64) -> (u64, u64) {
    // Two limbs and a carry do not fit 64 bits.
    let room = BASE - b - carry;
    if a >= room { (a - room, 1) } else { (a + b + carry, 0) }
}

fn add_into(out: &mut Vec<u64>, other: &[u64]) {
    let mut carry = 0;
    for (i, limb) in out.iter_mut().enumerate() {
        if i >= other.len() && carry == 0 {
            return;
        }
        (*limb, carry) = add_limbs(*limb, other.get(i).copied().unwrap_or(0), carry);
    }
    if carry > 0 {
        out.push(carry);
    }
}

fn sub_from(out: &mut [u64], other: &[u64]) {
    let mut borrow = 0;
    for (i, limb) in out.iter_mut().enumerate() {
        if i >= other.len() && borrow == 0 {
            return;
        }
        let take = other.get(i).copied().unwrap_or(0) + borrow;
        borrow = u64::from(*limb < take);
        *limb = if borrow == 1 { *limb + (BASE - take) } else { *limb - take };
    }
}

/// `out` is zero and as long as both together.
fn mul_into(out: &mut [u64], a: &[u64], b: &[u64]) {
    let (a, b) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    if b.len() < KARATSUBA {
        for (i, x) in b.iter().enumerate() {
            let mut carry = 0;
            for (to, y) in out[i..].iter_mut().zip(a) {
                let (q, r) = split(u128::from(*x) * u128::from(*y) + u128::from(*to) + u128::from(carry));
                (*to, carry) = (r, q);
            }
            out[i + a.len()] = carry;
        }
        return;
    }
    if b.len() * 2 <= a.len() {
        // Very unequal: piece by piece.
        for (i, piece) in a.chunks(b.len()).enumerate() {
            let product = Mag::new(piece.to_vec()).mul(&Mag::new(b.to_vec()));
            add_at(out, &product.0, i * b.len());
        }
        return;
    }
    let half = a.len().div_ceil(2);
    let part = |s: &[u64]| Mag::new(s.to_vec());
    let (a0, a1) = (part(&a[..half]), part(&a[half..]));
    let (b0, b1) = (part(&b[..half.min(b.len())]), part(&b[half.min(b.len())..]));
    let (low, high) = (a0.mul(&b0), a1.mul(&b1));
    let middle = a0.add(&a1).mul(&b0.add(&b1)).sub(&low).sub(&high);
    add_at(out, &low.0, 0);
    add_at(out, &middle.0, half);
    add_at(out, &high.0, 2 * half);
}

fn add_at(out: &mut [u64], other: &[u64], at: usize) {
    let mut carry = 0;
    for (i, limb) in out[at..].iter_mut().enumerate() {
        if i >= other.len() && carry == 0 {
            return;
        }
        (*limb, carry) = add_limbs(*limb, other.get(i).copied().unwrap_or(0), carry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(state: &mut u64, limbs: usize) -> Mag {
        let mut next = || {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            match *state >> 62 {
                0 => BASE - 1,
                1 => 0,
                _ => (*state >> 1) % BASE,
            }
        };
        Mag::new((0..limbs).map(|_| next()).collect())
    }

    #[test]
    fn against_binary_integers() {
        let mut state = 5;
        let sizes = [0, 1, 2, 3, 5, 9, 47, 48, 49, 97, 120, 300];
        for round in 0..sizes.len() * sizes.len() * 3 {
            let (a, b) = (random(&mut state, sizes[round % 12]), random(&mut state, sizes[round / 12 % 12]));
            let (x, y) = (a.to_big(), b.to_big());
            assert_eq!(x.to_string(), a.to_digits());
            assert_eq!(Mag::from_big(&x), a);
            assert_eq!(a.add(&b).to_big(), &x + &y);
            assert_eq!(a.mul(&b).to_big(), &x * &y);
            assert_eq!(a.cmp(&b), x.cmp(&y));
            if a >= b {
                assert_eq!(a.sub(&b).to_big(), &x - &y);
            }
            if !b.is_zero() {
                let (q, r) = a.div_rem(&b);
                assert_eq!((q.to_big(), r.to_big()), (&x / &y, &x % &y));
            }
            let n = round * 7 % 400;
            let ten = BigUint::from(10u32).pow(n as u32);
            assert_eq!(a.shl(n).to_big(), &x * &ten);
            let (q, rest) = a.shr(n);
            assert_eq!((q.to_big(), a.low(n).to_big()), (&x / &ten, &x % &ten));
            let twice = (&x % &ten) * 2u32;
            assert_eq!(rest.cmp(&5), twice.cmp(&ten), "half");
            assert_eq!(rest == 0, twice.is_zero() || n == 0);
            assert_eq!(a.digits(), x.to_string().len());
        }
        assert_eq!(Mag::nines(38).add_small(1), Mag::power_of_ten(38));
        assert_eq!(Mag::power_of_ten(57).trailing_zeros(), 57);
    }
}
