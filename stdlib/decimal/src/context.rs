//! Contexts, signals, and the step that fits a result into a context: overflow, underflow, rounding, clamping.

use crate::mag::{Mag, Rest};
use crate::number::{Decimal, Value};

/// Signals as libmpdec numbers them; several are one `InvalidOperation` to Python.
pub mod flag {
    pub const CLAMPED: u32 = 0x1;
    pub const CONVERSION_SYNTAX: u32 = 0x2;
    pub const DIVISION_BY_ZERO: u32 = 0x4;
    pub const DIVISION_IMPOSSIBLE: u32 = 0x8;
    pub const DIVISION_UNDEFINED: u32 = 0x10;
    pub const INEXACT: u32 = 0x40;
    pub const INVALID_CONTEXT: u32 = 0x80;
    pub const INVALID_OPERATION: u32 = 0x100;
    pub const MALLOC_ERROR: u32 = 0x200;
    pub const OVERFLOW: u32 = 0x800;
    pub const ROUNDED: u32 = 0x1000;
    pub const SUBNORMAL: u32 = 0x2000;
    pub const UNDERFLOW: u32 = 0x4000;
    /// All that are `InvalidOperation`.
    pub const INVALID: u32 =
        CONVERSION_SYNTAX | DIVISION_IMPOSSIBLE | DIVISION_UNDEFINED | INVALID_CONTEXT | INVALID_OPERATION;
    /// Those after which the result is a NaN.
    pub const ERRORS: u32 = INVALID | DIVISION_BY_ZERO | MALLOC_ERROR;
}

/// Signals raised so far.
pub type Flags = u32;

pub const MAX_PREC: i64 = 999_999_999_999_999_999;
pub const MAX_EMAX: i64 = 999_999_999_999_999_999;
pub const MIN_EMIN: i64 = -999_999_999_999_999_999;
pub const MIN_ETINY: i64 = MIN_EMIN - (MAX_PREC - 1);

/// More digits than this are not attempted: `MALLOC_ERROR`, as an allocation of their size would fail.
pub(crate) const MOST_DIGITS: i64 = 4_000_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
    /// up where the last digit would be 0 or 5
    ZeroFiveUp,
}

impl Rounding {
    pub const ALL: [(&'static str, Rounding); 8] = [
        ("ROUND_UP", Rounding::Up),
        ("ROUND_DOWN", Rounding::Down),
        ("ROUND_CEILING", Rounding::Ceiling),
        ("ROUND_FLOOR", Rounding::Floor),
        ("ROUND_HALF_UP", Rounding::HalfUp),
        ("ROUND_HALF_DOWN", Rounding::HalfDown),
        ("ROUND_HALF_EVEN", Rounding::HalfEven),
        ("ROUND_05UP", Rounding::ZeroFiveUp),
    ];

    fn up(self, negative: bool, coefficient: &Mag, rest: Rest) -> bool {
        match self {
            Rounding::Down => false,
            Rounding::Up => rest > 0,
            Rounding::Ceiling => rest > 0 && !negative,
            Rounding::Floor => rest > 0 && negative,
            Rounding::HalfUp => rest >= 5,
            Rounding::HalfDown => rest > 5,
            Rounding::HalfEven => rest > 5 || rest == 5 && coefficient.is_odd(),
            Rounding::ZeroFiveUp => rest > 0 && coefficient.digit(0).is_multiple_of(5),
        }
    }
}

/// The part of a context that decides results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    pub prec: i64,
    pub emax: i64,
    pub emin: i64,
    pub rounding: Rounding,
    pub clamp: bool,
}

impl Default for Context {
    fn default() -> Context {
        Context { prec: 28, emax: 999_999, emin: -999_999, rounding: Rounding::HalfEven, clamp: false }
    }
}

impl Context {
    /// Everything at its limits; of exact conversion.
    pub fn max() -> Context {
        Context { prec: MAX_PREC, emax: MAX_EMAX, emin: MIN_EMIN, ..Context::default() }
    }

    pub fn etiny(&self) -> i64 {
        self.emin - (self.prec - 1)
    }

    pub fn etop(&self) -> i64 {
        self.emax - (self.prec - 1)
    }

    pub(crate) fn with_rounding(self, rounding: Rounding) -> Context {
        Context { rounding, ..self }
    }

    /// `mpd_qfinalize`: fits the number into this context.
    pub fn finalize(&self, d: Decimal, flags: &mut Flags) -> Decimal {
        let Decimal { negative, value } = d;
        let (mut exp, mut coefficient) = match value {
            Value::Finite { exp, coefficient } => (exp, coefficient),
            Value::Nan { signaling, payload } => {
                let most = self.prec - i64::from(self.clamp);
                let payload =
                    if payload.digits() as i64 > most { payload.low(most as usize) } else { payload };
                return Decimal { negative, value: Value::Nan { signaling, payload } };
            }
            infinite => return Decimal { negative, value: infinite },
        };
        let adjusted = exp + coefficient.digits() as i64 - 1;
        if adjusted > self.emax {
            if coefficient.is_zero() {
                *flags |= flag::CLAMPED;
                return Decimal::finite(
                    negative,
                    if self.clamp { self.etop() } else { self.emax },
                    Mag::ZERO,
                );
            }
            return self.overflow(negative, flags);
        }
        if self.clamp && exp > self.etop() {
            if exp - self.etop() > MOST_DIGITS && !coefficient.is_zero() {
                return Decimal::invalid(flags, flag::MALLOC_ERROR);
            }
            coefficient = coefficient.shl((exp - self.etop()) as usize);
            exp = self.etop();
            *flags |= flag::CLAMPED;
            if !coefficient.is_zero() && adjusted < self.emin {
                *flags |= flag::SUBNORMAL;
            }
        } else if adjusted < self.emin {
            let etiny = self.etiny();
            if coefficient.is_zero() {
                if exp < etiny {
                    exp = etiny;
                    *flags |= flag::CLAMPED;
                }
                return Decimal::finite(negative, exp, coefficient);
            }
            *flags |= flag::SUBNORMAL;
            if exp < etiny {
                let (shifted, rest) = coefficient.shr((etiny - exp) as usize);
                (coefficient, exp) = (self.round_in_place(negative, shifted, rest), etiny);
                *flags |= flag::ROUNDED;
                if rest > 0 {
                    *flags |= flag::INEXACT | flag::UNDERFLOW;
                    if coefficient.is_zero() {
                        *flags |= flag::CLAMPED;
                    }
                }
            }
        }
        let excess = coefficient.digits() as i64 - self.prec;
        if excess > 0 {
            let (shifted, rest) = coefficient.shr(excess as usize);
            exp += excess;
            *flags |= flag::ROUNDED | if rest > 0 { flag::INEXACT } else { 0 };
            coefficient = self.round_in_place(negative, shifted, rest);
            if coefficient.digits() as i64 > self.prec {
                // A row of nines has become a power of ten.
                coefficient = coefficient.shr(1).0;
                exp += 1;
                if exp + self.prec - 1 > self.emax {
                    return self.overflow(negative, flags);
                }
            }
        }
        Decimal::finite(negative, exp, coefficient)
    }

    /// The coefficient after a shift, rounded; it may have a digit more (`_mpd_apply_round_excess`).
    pub(crate) fn round_in_place(&self, negative: bool, coefficient: Mag, rest: Rest) -> Mag {
        if self.rounding.up(negative, &coefficient, rest) { coefficient.add_small(1) } else { coefficient }
    }

    fn overflow(&self, negative: bool, flags: &mut Flags) -> Decimal {
        *flags |= flag::OVERFLOW | flag::INEXACT | flag::ROUNDED;
        let largest = match self.rounding {
            Rounding::Down | Rounding::ZeroFiveUp => true,
            Rounding::Ceiling => negative,
            Rounding::Floor => !negative,
            _ => false,
        };
        if largest { self.largest(negative, flags) } else { Decimal::infinity(negative) }
    }

    /// The largest finite number.
    pub(crate) fn largest(&self, negative: bool, flags: &mut Flags) -> Decimal {
        if self.prec > MOST_DIGITS {
            *flags |= flag::MALLOC_ERROR;
            return Decimal::nan();
        }
        Decimal::finite(negative, self.etop(), Mag::nines(self.prec as usize))
    }
}
