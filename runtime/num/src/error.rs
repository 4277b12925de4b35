//! The errors number kernels raise, with the exact text CPython gives them, and the exception each one is.

use core::fmt;

/// The exception class a caller raises for an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exception {
    ZeroDivisionError,
    OverflowError,
    ValueError,
    TypeError,
    MemoryError,
}

/// What can go wrong in a number kernel. `Display` is the message a program sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// `//`, `%` and `divmod` of ints.
    IntDivisionByZero,
    /// `%` of ints, which 3.12 words differently from `//`.
    IntModuloByZero,
    /// `/` of ints.
    DivisionByZero,
    /// `pow(x, y, 0)`.
    PowModulusZero,
    /// `pow(x, -1, m)` without an inverse.
    NotInvertible,
    /// `x << -1`, `x >> -1`.
    NegativeShift,
    /// A shift count or a result that no memory holds.
    TooManyDigits,
    /// `int` to `float`.
    IntTooLargeForFloat,
    /// `int / int`.
    QuotientTooLarge,
    /// `int(inf)`.
    InfinityToInt,
    /// `int(nan)`.
    NanToInt,
    /// `inf.as_integer_ratio()`.
    InfinityToRatio,
    /// `nan.as_integer_ratio()`.
    NanToRatio,
    /// `int.to_bytes` of a negative number without `signed`.
    NegativeToUnsigned,
    /// `int.to_bytes` in too few bytes.
    TooBigToConvert,
    /// `round(v, -n)` above the largest float.
    RoundedTooLarge,
    /// `float / 0`.
    FloatDivisionByZero,
    /// `float // 0`.
    FloatFloorDivisionByZero,
    /// `divmod(float, 0)`.
    FloatDivmod,
    /// `float % 0`.
    FloatModulo,
    /// `0.0 ** -1`.
    ZeroToNegativePower,
    /// A power too large for a float: its arguments are `34` and the text, so `str()` of it shows a tuple.
    PowRange,
    /// `math.isqrt(-1)`.
    IsqrtNegative,
    /// `complex / 0`.
    ComplexDivisionByZero,
    /// `0j ** -1`.
    ComplexZeroPower,
    /// A complex power too large for floats.
    ComplexPowRange,
    /// `abs(complex)`.
    AbsoluteTooLarge,
    /// `math` and `cmath` outside a function's domain.
    MathDomain,
    /// `math` and `cmath` above the largest float.
    MathRange,
    /// `isclose`.
    NegativeTolerance,
    /// `math.fsum`.
    FsumOverflow,
    /// `math.fsum`.
    FsumInfinities,
    /// `math.factorial(-1)`.
    FactorialNegative,
    /// `math.factorial(2**63)`.
    FactorialTooLarge,
    /// `math.comb` and `math.perm`.
    NegativeN,
    /// `math.comb` and `math.perm`.
    NegativeK,
    /// `math.perm`.
    KTooLarge,
    /// `math.comb`.
    MinTooLarge,
    /// A result that does not fit in memory.
    NoMemory,
    /// `int(s)` of more digits than `sys.get_int_max_str_digits()`; the digits found.
    ParseLimit { limit: usize, digits: usize },
    /// `str(n)` of more digits than `sys.get_int_max_str_digits()`.
    TextLimit { limit: usize },
}

pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    /// The class to raise.
    pub fn exception(&self) -> Exception {
        use Error::*;
        match self {
            IntDivisionByZero
            | IntModuloByZero
            | DivisionByZero
            | FloatDivisionByZero
            | FloatFloorDivisionByZero
            | FloatModulo
            | FloatDivmod
            | ComplexDivisionByZero
            | ComplexZeroPower
            | ZeroToNegativePower => Exception::ZeroDivisionError,
            TooManyDigits | IntTooLargeForFloat | QuotientTooLarge | NegativeToUnsigned | TooBigToConvert
            | InfinityToInt | InfinityToRatio | RoundedTooLarge | PowRange | ComplexPowRange
            | AbsoluteTooLarge | MathRange | FsumOverflow | FactorialTooLarge | KTooLarge | MinTooLarge => {
                Exception::OverflowError
            }
            NanToInt
            | NanToRatio
            | PowModulusZero
            | NotInvertible
            | NegativeShift
            | IsqrtNegative
            | MathDomain
            | NegativeTolerance
            | FsumInfinities
            | FactorialNegative
            | NegativeN
            | NegativeK
            | ParseLimit { .. }
            | TextLimit { .. } => Exception::ValueError,
            NoMemory => Exception::MemoryError,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const RAISE_LIMIT: &str = "use sys.set_int_max_str_digits() to increase the limit";
        use Error::*;
        f.write_str(match self {
            IntDivisionByZero => "integer division or modulo by zero",
            IntModuloByZero => "integer modulo by zero",
            DivisionByZero => "division by zero",
            PowModulusZero => "pow() 3rd argument cannot be 0",
            NotInvertible => "base is not invertible for the given modulus",
            NegativeShift => "negative shift count",
            TooManyDigits => "too many digits in integer",
            IntTooLargeForFloat => "int too large to convert to float",
            QuotientTooLarge => "integer division result too large for a float",
            NegativeToUnsigned => "can't convert negative int to unsigned",
            TooBigToConvert => "int too big to convert",
            RoundedTooLarge => "rounded value too large to represent",
            FloatDivisionByZero => "float division by zero",
            FloatFloorDivisionByZero => "float floor division by zero",
            FloatDivmod => "float divmod()",
            FloatModulo => "float modulo",
            ZeroToNegativePower => "0.0 cannot be raised to a negative power",
            PowRange => "(34, 'Numerical result out of range')",
            IsqrtNegative => "isqrt() argument must be nonnegative",
            ComplexDivisionByZero => "complex division by zero",
            ComplexZeroPower => "0.0 to a negative or complex power",
            ComplexPowRange => "complex exponentiation",
            AbsoluteTooLarge => "absolute value too large",
            MathDomain => "math domain error",
            MathRange => "math range error",
            NegativeTolerance => "tolerances must be non-negative",
            FsumOverflow => "intermediate overflow in fsum",
            FsumInfinities => "-inf + inf in fsum",
            FactorialNegative => "factorial() not defined for negative values",
            FactorialTooLarge => "factorial() argument should not exceed 9223372036854775807",
            NegativeN => "n must be a non-negative integer",
            NegativeK => "k must be a non-negative integer",
            KTooLarge => "k must not exceed 9223372036854775807",
            MinTooLarge => "min(n - k, k) must not exceed 9223372036854775807",
            NoMemory => "",
            InfinityToInt => "cannot convert float infinity to integer",
            NanToInt => "cannot convert float NaN to integer",
            InfinityToRatio => "cannot convert Infinity to integer ratio",
            NanToRatio => "cannot convert NaN to integer ratio",
            ParseLimit { limit, digits } => {
                return write!(
                    f,
                    "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; {RAISE_LIMIT}"
                );
            }
            TextLimit { limit } => {
                return write!(f, "Exceeds the limit ({limit} digits) for integer string conversion; {RAISE_LIMIT}");
            }
        })
    }
}

impl core::error::Error for Error {}
