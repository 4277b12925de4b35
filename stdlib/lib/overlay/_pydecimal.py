"""Decimal arithmetic in plain Python, after Cowlishaw's General Decimal Arithmetic Specification.

`decimal` uses this where the native module is not there; what it means is documented there. A number is a sign, a string
of digits and an exponent; operations make an exact result of integers, or one with a digit behind it that says which way
the rest goes, and leave rounding and signals to one function (`_finish`). Functions that are not algebraic are computed
with integers of as many bits as it takes to know how the result rounds.

>>> from decimal import *
>>> Decimal("0.1") + Decimal("0.2")
Decimal('0.3')
>>> round(Decimal("70") * Decimal("1.05"), 2)
Decimal('73.50')
>>> with localcontext(prec=6):
...     Decimal(1) / 7
Decimal('0.142857')
"""

__all__ = [
    "Decimal", "Context", "DecimalTuple", "DefaultContext", "BasicContext", "ExtendedContext",
    "DecimalException", "Clamped", "InvalidOperation", "DivisionByZero", "Inexact", "Rounded", "Subnormal", "Overflow",
    "Underflow", "FloatOperation", "DivisionImpossible", "InvalidContext", "ConversionSyntax", "DivisionUndefined",
    "ROUND_DOWN", "ROUND_HALF_UP", "ROUND_HALF_EVEN", "ROUND_CEILING", "ROUND_FLOOR", "ROUND_UP", "ROUND_HALF_DOWN",
    "ROUND_05UP", "setcontext", "getcontext", "localcontext", "MAX_PREC", "MAX_EMAX", "MIN_EMIN", "MIN_ETINY",
    "HAVE_THREADS", "HAVE_CONTEXTVAR",
]

__xname__ = __name__
# What is pickled is found in the public module.
__name__ = "decimal"
__version__ = "1.70"
__libmpdec_version__ = "2.4.2"

import contextvars as _contextvars
import math as _math
import numbers as _numbers
import re as _re
import sys as _sys
from collections import namedtuple as _namedtuple

DecimalTuple = _namedtuple("DecimalTuple", "sign digits exponent", module="decimal")

ROUND_DOWN = "ROUND_DOWN"
ROUND_HALF_UP = "ROUND_HALF_UP"
ROUND_HALF_EVEN = "ROUND_HALF_EVEN"
ROUND_CEILING = "ROUND_CEILING"
ROUND_FLOOR = "ROUND_FLOOR"
ROUND_UP = "ROUND_UP"
ROUND_HALF_DOWN = "ROUND_HALF_DOWN"
ROUND_05UP = "ROUND_05UP"

HAVE_THREADS = True
HAVE_CONTEXTVAR = True
if _sys.maxsize == 2**63 - 1:
    MAX_PREC = MAX_EMAX = 999999999999999999
else:
    MAX_PREC = MAX_EMAX = 425000000
MIN_EMIN = -MAX_EMAX
MIN_ETINY = MIN_EMIN - (MAX_PREC - 1)


# Signals and conditions ------------------------------------------------------------------------------------------------

class DecimalException(ArithmeticError):
    """What all signals are. `handle` gives the result of an operation whose signal is not trapped."""

    def handle(self, context, *args):
        pass


class Clamped(DecimalException):
    """An exponent was changed to fit."""


class InvalidOperation(DecimalException):
    """An operation has no result, or a signalling NaN was met."""

    def handle(self, context, *args):
        if args:
            return _made(args[0]._sign, args[0]._int, "n", True)._fix_nan(context)
        return _NAN


class ConversionSyntax(InvalidOperation):
    """A text is not a number."""

    def handle(self, context, *args):
        return _NAN


class DivisionByZero(DecimalException, ZeroDivisionError):
    """A finite number was divided by zero."""

    def handle(self, context, sign, *args):
        return _INFINITIES[sign]


class DivisionImpossible(InvalidOperation):
    """A quotient has more digits than the precision."""

    def handle(self, context, *args):
        return _NAN


class DivisionUndefined(InvalidOperation, ZeroDivisionError):
    """Zero was divided by zero."""

    def handle(self, context, *args):
        return _NAN


class Inexact(DecimalException):
    """Digits other than zeros were lost."""


class InvalidContext(InvalidOperation):
    """A context cannot be used for an operation."""

    def handle(self, context, *args):
        return _NAN


class Rounded(DecimalException):
    """Digits were lost, zeros or others."""


class Subnormal(DecimalException):
    """An exponent was below Emin before rounding."""


class Overflow(Inexact, Rounded):
    """A result is too large; what it becomes depends on the rounding."""

    def handle(self, context, sign, *args):
        rounding = context.rounding
        to_infinity = rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN, ROUND_UP)
        if to_infinity or rounding == (ROUND_FLOOR if sign else ROUND_CEILING):
            return _INFINITIES[sign]
        return _made(sign, "9" * context.prec, context.Emax - context.prec + 1)


class Underflow(Inexact, Rounded, Subnormal):
    """A result is so small that digits were lost."""


class FloatOperation(DecimalException, TypeError):
    """Floats and decimals were mixed."""


_signals = [Clamped, DivisionByZero, Inexact, Overflow, Rounded, Underflow, InvalidOperation, Subnormal, FloatOperation]
# What sets the flag of another.
_condition_map = {
    ConversionSyntax: InvalidOperation,
    DivisionImpossible: InvalidOperation,
    DivisionUndefined: InvalidOperation,
    InvalidContext: InvalidOperation,
}
_rounding_modes = (
    ROUND_DOWN, ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_HALF_DOWN, ROUND_05UP,
)


# The context of a thread or task ---------------------------------------------------------------------------------------

_current_context_var = _contextvars.ContextVar("decimal_context")
_context_attributes = frozenset(["prec", "Emin", "Emax", "capitals", "clamp", "rounding", "flags", "traps"])


def getcontext():
    """The context of this thread or task; a copy of DefaultContext if none was set."""
    try:
        return _current_context_var.get()
    except LookupError:
        context = Context()
        _current_context_var.set(context)
        return context


def setcontext(context):
    """Make a context this thread's or task's. The contexts that come with the module are copied."""
    if context in (DefaultContext, BasicContext, ExtendedContext):
        context = context.copy()
        context.clear_flags()
    _current_context_var.set(context)


def localcontext(ctx=None, **kwargs):
    """A context manager under which a copy of a context is the current one, with the attributes that are given.

    >>> with localcontext(ExtendedContext, prec=3) as ctx:
    ...     print(Decimal(2) / 3, ctx.prec)
    0.667 3
    """
    if ctx is None:
        ctx = getcontext()
    manager = _ContextManager(ctx)
    for key, value in kwargs.items():
        if key not in _context_attributes:
            raise TypeError(f"'{key}' is an invalid keyword argument for this function")
        setattr(manager.new_context, key, value)
    return manager


class _ContextManager:
    def __init__(self, new_context):
        self.new_context = new_context.copy()

    def __enter__(self):
        self.saved_context = getcontext()
        setcontext(self.new_context)
        return self.new_context

    def __exit__(self, t, v, tb):
        setcontext(self.saved_context)


# Rounding --------------------------------------------------------------------------------------------------------------

def _cut(n, drop, rounding, sign):
    """n without its last digits, rounded, and whether the digits were all zeros."""
    if n == 0:
        return 0, True
    if drop <= 0:
        return n * 10**-drop, True
    if n.bit_length() < 3 * drop and len(str(n)) < drop:
        # Not even half of one is left, however small: the power of ten is not needed.
        kept, rest, beyond = 0, n, -1
    else:
        unit = 10**drop
        kept, rest = divmod(n, unit)
        beyond = (2 * rest > unit) - (2 * rest < unit)
    if rest == 0:
        return kept, True
    if rounding == ROUND_HALF_EVEN:
        up = beyond > 0 or beyond == 0 and kept & 1
    elif rounding == ROUND_HALF_UP:
        up = beyond >= 0
    elif rounding == ROUND_HALF_DOWN:
        up = beyond > 0
    elif rounding == ROUND_DOWN:
        up = False
    elif rounding == ROUND_UP:
        up = True
    elif rounding == ROUND_CEILING:
        up = not sign
    elif rounding == ROUND_FLOOR:
        up = sign
    else:
        up = kept % 5 == 0
    return kept + bool(up), False


def _finish(sign, n, exp, context):
    """The number (-1)**sign * n * 10**exp as the context wants it, with its signals."""
    raise_error = context._raise_error
    etiny, etop = context.Etiny(), context.Etop()
    if n == 0:
        fit = min(max(exp, etiny), etop if context.clamp else context.Emax)
        if fit != exp:
            raise_error(Clamped)
        return _made(sign, "0", fit)
    digits = str(n)
    least = len(digits) + exp - context.prec
    if least > etop:
        answer = raise_error(Overflow, "above Emax", sign)
        raise_error(Inexact)
        raise_error(Rounded)
        return answer
    subnormal = least < etiny
    if subnormal:
        least = etiny
    if exp < least:
        kept, exact = _cut(n, least - exp, context.rounding, sign)
        digits = str(kept)
        if len(digits) > context.prec:
            digits = digits[:-1]
            least += 1
        if least > etop:
            answer = raise_error(Overflow, "above Emax", sign)
        else:
            answer = _made(sign, digits, least)
        if not exact and subnormal:
            raise_error(Underflow)
        if subnormal:
            raise_error(Subnormal)
        if not exact:
            raise_error(Inexact)
        raise_error(Rounded)
        if not answer:
            raise_error(Clamped)
        return answer
    if subnormal:
        raise_error(Subnormal)
    if context.clamp and exp > etop:
        raise_error(Clamped)
        return _made(sign, digits + "0" * (exp - etop), etop)
    return _made(sign, digits, exp)


# Numbers ---------------------------------------------------------------------------------------------------------------

_parser = _re.compile(
    r"""(?P<sign>[-+])?
        (?: (?=\d|\.\d) (?P<int>\d*) (?:\.(?P<frac>\d*))? (?:E(?P<exp>[-+]?\d+))?
          | Inf(?:inity)?
          | (?P<signal>s)? NaN (?P<diag>\d*)
        )\Z""",
    _re.VERBOSE | _re.IGNORECASE,
).match


def _ascii_digits(text):
    """Digits of any script as those of ASCII, without zeros in front."""
    if not text.isascii():
        text = "".join([str(int(c)) for c in text])
    return text.lstrip("0")


def _made(sign, digits, exp, special=False):
    """A Decimal of its parts."""
    self = object.__new__(Decimal)
    self._sign = sign
    self._int = digits
    self._exp = exp
    self._is_special = special
    return self


def _convert(other, raiseit=False, allow_float=False):
    """An operand as a Decimal; NotImplemented or TypeError if it is not a number of a kind that mixes."""
    if isinstance(other, Decimal):
        return other
    if isinstance(other, int):
        return Decimal(other)
    if allow_float and isinstance(other, float):
        return Decimal.from_float(other)
    if raiseit:
        raise TypeError("Unable to convert %s to Decimal" % (other,))
    return NotImplemented


def _comparable(self, other, equality=False):
    """Both sides of a comparison as decimals."""
    if isinstance(other, Decimal):
        return self, other
    if isinstance(other, _numbers.Rational):
        # Comparing with a fraction is comparing what both are times its denominator.
        if not self._is_special:
            self = _made(self._sign, str(int(self._int) * other.denominator), self._exp)
        return self, Decimal(other.numerator)
    if equality and isinstance(other, _numbers.Complex) and other.imag == 0:
        other = other.real
    if isinstance(other, float):
        context = getcontext()
        if equality:
            context.flags[FloatOperation] = 1
        else:
            context._raise_error(FloatOperation, "strict semantics for mixing floats and Decimals are enabled")
        return self, Decimal.from_float(other)
    return NotImplemented, NotImplemented


def _binary(name, method):
    """The reflected operator of a method."""

    def reflected(self, other, context=None):
        other = _convert(other)
        if other is NotImplemented:
            return other
        return method(other, self, context=context)

    reflected.__name__ = name
    reflected.__qualname__ = "Decimal." + name
    return reflected


class Decimal:
    """Decimal floating-point number: exact as written, rounded by the context when computed with."""

    __slots__ = ("_exp", "_int", "_sign", "_is_special")

    def __new__(cls, value="0", context=None):
        """A number of a text, an integer, a float (exactly), another number, or a tuple of sign, digits and exponent.

        >>> Decimal(" 3.140 ")
        Decimal('3.140')
        >>> Decimal((1, (2, 5), -1))
        Decimal('-2.5')
        >>> Decimal(0.25)
        Decimal('0.25')
        """
        self = object.__new__(cls)
        if isinstance(value, str):
            found = _parser(value.strip().replace("_", ""))
            if found is None:
                if context is None:
                    context = getcontext()
                return context._raise_error(ConversionSyntax, "Invalid literal for Decimal: %r" % value)
            self._sign = int(found["sign"] == "-")
            if found["int"] is not None:
                fraction = found["frac"] or ""
                self._int = _ascii_digits(found["int"] + fraction) or "0"
                self._exp = int(found["exp"] or 0) - len(fraction)
                self._is_special = False
            else:
                self._is_special = True
                if found["diag"] is not None:
                    self._int = _ascii_digits(found["diag"])
                    self._exp = "N" if found["signal"] else "n"
                else:
                    self._int, self._exp = "0", "F"
            return self
        if isinstance(value, int):
            self._sign, self._int, self._exp = int(value < 0), str(abs(value)), 0
            self._is_special = False
            return self
        if isinstance(value, Decimal):
            self._sign, self._int, self._exp = value._sign, value._int, value._exp
            self._is_special = value._is_special
            return self
        if isinstance(value, (list, tuple)):
            self._from_parts(value)
            return self
        if isinstance(value, float):
            if context is None:
                context = getcontext()
            context._raise_error(FloatOperation, "strict semantics for mixing floats and Decimals are enabled")
            value = Decimal.from_float(value)
            self._sign, self._int, self._exp = value._sign, value._int, value._exp
            self._is_special = value._is_special
            return self
        raise TypeError("Cannot convert %r to Decimal" % value)

    def _from_parts(self, value):
        if len(value) != 3:
            raise ValueError(
                "Invalid tuple size in creation of Decimal from list or tuple.  "
                "The list or tuple should have exactly three elements."
            )
        sign, digits, exp = value
        if not (isinstance(sign, int) and sign in (0, 1)):
            raise ValueError(
                "Invalid sign.  The first value in the tuple should be an integer; "
                "either 0 for a positive number or 1 for a negative number."
            )
        self._sign = sign
        if exp == "F":
            self._int, self._exp, self._is_special = "0", "F", True
            return
        text = []
        for digit in digits:
            if not (isinstance(digit, int) and 0 <= digit <= 9):
                raise ValueError(
                    "The second value in the tuple must be composed of integers in the range 0 through 9."
                )
            if text or digit:
                text.append(str(digit))
        if exp in ("n", "N"):
            self._int, self._exp, self._is_special = "".join(text), exp, True
        elif isinstance(exp, int):
            self._int, self._exp, self._is_special = "".join(text) or "0", exp, False
        else:
            raise ValueError(
                "The third value in the tuple must be an integer, or one of the strings 'F', 'n', 'N'."
            )

    @classmethod
    def from_float(cls, f):
        """The exact value of a float or an int.

        >>> Decimal.from_float(0.125)
        Decimal('0.125')
        >>> Decimal.from_float(float("-inf"))
        Decimal('-Infinity')
        """
        if isinstance(f, int):
            result = _made(int(f < 0), str(abs(f)), 0)
        elif isinstance(f, float):
            if _math.isinf(f) or _math.isnan(f):
                return cls(repr(f))
            n, d = abs(f).as_integer_ratio()
            # The denominator is a power of two, so this many digits are behind the point.
            k = d.bit_length() - 1
            result = _made(int(_math.copysign(1.0, f) < 0), str(n * 5**k), -k)
        else:
            raise TypeError("argument must be int or float.")
        return result if cls is Decimal else cls(result)

    # NaNs

    def _isnan(self):
        """0 for a number, 1 for a quiet NaN, 2 for a signalling one."""
        return {"n": 1, "N": 2}.get(self._exp, 0) if self._is_special else 0

    def _isinfinity(self):
        """The sign of an infinity, 0 for anything else."""
        if self._exp == "F":
            return -1 if self._sign else 1
        return 0

    def _fix_nan(self, context):
        """A NaN whose payload fits the context."""
        room = context.prec - context.clamp
        if len(self._int) > room:
            return _made(self._sign, self._int[len(self._int) - room:].lstrip("0"), self._exp, True)
        return Decimal(self)

    def _check_nans(self, other=None, context=None):
        """The result of an operation with NaNs among its operands; None if there are none."""
        mine = self._isnan()
        theirs = 0 if other is None else other._isnan()
        if not mine and not theirs:
            return None
        if context is None:
            context = getcontext()
        if mine == 2:
            return context._raise_error(InvalidOperation, "sNaN", self)
        if theirs == 2:
            return context._raise_error(InvalidOperation, "sNaN", other)
        return (self if mine else other)._fix_nan(context)

    def _compare_check_nans(self, other, context):
        """As `_check_nans` for comparisons that signal all NaNs; false if there are none."""
        if not (self._is_special or other._is_special):
            return 0
        for operand, kind, text in (
            (self, 2, "comparison involving sNaN"), (other, 2, "comparison involving sNaN"),
            (self, 1, "comparison involving NaN"), (other, 1, "comparison involving NaN"),
        ):
            if operand._isnan() == kind:
                return (context or getcontext())._raise_error(InvalidOperation, text, operand)
        return 0

    # Comparison

    def __bool__(self):
        return self._is_special or self._int != "0"

    def _cmp(self, other):
        """-1, 0 or 1; for numbers and infinities."""
        if self._is_special or other._is_special:
            a, b = self._isinfinity(), other._isinfinity()
            return (a > b) - (a < b)
        if not self or not other:
            a = 0 if not self else (-1 if self._sign else 1)
            b = 0 if not other else (-1 if other._sign else 1)
            return (a > b) - (a < b)
        if self._sign != other._sign:
            return -1 if self._sign else 1
        a, b = self.adjusted(), other.adjusted()
        if a == b:
            # With the first digits at the same place the shorter is padded, and texts compare as numbers do.
            a = self._int.ljust(len(other._int), "0")
            b = other._int.ljust(len(self._int), "0")
        answer = (a > b) - (a < b)
        return -answer if self._sign else answer

    def __eq__(self, other, context=None):
        self, other = _comparable(self, other, equality=True)
        if other is NotImplemented:
            return other
        if self._check_nans(other, context):
            return False
        return self._cmp(other) == 0

    def _ordered(self, other, context, wanted):
        self, other = _comparable(self, other)
        if other is NotImplemented:
            return other
        if self._compare_check_nans(other, context):
            return False
        return self._cmp(other) in wanted

    def __lt__(self, other, context=None):
        return self._ordered(other, context, (-1,))

    def __le__(self, other, context=None):
        return self._ordered(other, context, (-1, 0))

    def __gt__(self, other, context=None):
        return self._ordered(other, context, (1,))

    def __ge__(self, other, context=None):
        return self._ordered(other, context, (1, 0))

    def compare(self, other, context=None):
        """-1, 0 or 1 as a Decimal, or NaN."""
        other = _convert(other, raiseit=True)
        if self._is_special or other._is_special:
            answer = self._check_nans(other, context)
            if answer is not None:
                return answer
        return Decimal(self._cmp(other))

    def compare_signal(self, other, context=None):
        """As compare(), but all NaNs signal."""
        other = _convert(other, raiseit=True)
        return self._compare_check_nans(other, context) or self.compare(other, context=context)

    def __hash__(self):
        if self._is_special:
            if self.is_snan():
                raise TypeError("Cannot hash a signaling NaN value.")
            if self.is_nan():
                return object.__hash__(self)
            return -_sys.hash_info.inf if self._sign else _sys.hash_info.inf
        modulus = _sys.hash_info.modulus
        power = pow(10, self._exp, modulus)
        answer = int(self._int) * power % modulus
        if self._sign:
            answer = -answer
        return -2 if answer == -1 else answer

    def _order(self):
        """What the total order of positive numbers compares: the kind, and what tells those of a kind apart."""
        if self._is_special:
            return {"F": 1, "N": 2, "n": 3}[self._exp]
        return 0

    def compare_total(self, other, context=None):
        """-1, 0 or 1 by representation: an order of all decimals, NaNs and zeros too."""
        other = _convert(other, raiseit=True)
        if self._sign != other._sign:
            return _NEGATIVE_ONE if self._sign else _ONE
        a, b = self._order(), other._order()
        if a == b:
            if a >= 2:
                a, b = (len(self._int), self._int), (len(other._int), other._int)
            elif a == 0:
                a = self._cmp(other) * (-1 if self._sign else 1)
                b = 0
                if a == 0:
                    a, b = self._exp, other._exp
        answer = (a > b) - (a < b)
        return Decimal(-answer if self._sign else answer)

    def compare_total_mag(self, other, context=None):
        """As compare_total() without signs."""
        other = _convert(other, raiseit=True)
        return self.copy_abs().compare_total(other.copy_abs())

    # Conversions

    def as_tuple(self):
        """Sign, digits and exponent."""
        return DecimalTuple(self._sign, tuple(map(int, self._int)), self._exp)

    def as_integer_ratio(self):
        """Numerator and denominator in lowest terms.

        >>> Decimal("-2.50").as_integer_ratio()
        (-5, 2)
        """
        if self._is_special:
            if self.is_nan():
                raise ValueError("cannot convert NaN to integer ratio")
            raise OverflowError("cannot convert Infinity to integer ratio")
        n, d = int(self._int), 1
        if not n:
            return 0, 1
        if self._exp >= 0:
            n *= 10**self._exp
        else:
            d = 10**-self._exp
            common = _math.gcd(n, d)
            n, d = n // common, d // common
        return (-n if self._sign else n), d

    def __repr__(self):
        return "Decimal('%s')" % str(self)

    def __str__(self, eng=False, context=None):
        sign = "-" if self._sign else ""
        if self._is_special:
            if self._exp == "F":
                return sign + "Infinity"
            return sign + ("NaN" if self._exp == "n" else "sNaN") + self._int
        # Where the point would be without an exponent, and where it is.
        left = self._exp + len(self._int)
        if self._exp <= 0 and left > -6:
            place = left
        elif not eng:
            place = 1
        elif self._int == "0":
            place = (left + 1) % 3 - 1
        else:
            place = (left - 1) % 3 + 1
        if place <= 0:
            whole, fraction = "0", "." + "0" * -place + self._int
        elif place >= len(self._int):
            whole, fraction = self._int + "0" * (place - len(self._int)), ""
        else:
            whole, fraction = self._int[:place], "." + self._int[place:]
        if left == place:
            exp = ""
        else:
            if context is None:
                context = getcontext()
            exp = "eE"[context.capitals] + "%+d" % (left - place)
        return sign + whole + fraction + exp

    def to_eng_string(self, context=None):
        """The text with an exponent that is a multiple of three."""
        return self.__str__(eng=True, context=context)

    def __float__(self):
        if self._isnan():
            if self.is_snan():
                raise ValueError("Cannot convert signaling NaN to float")
            return float("-nan" if self._sign else "nan")
        return float(str(self))

    def __int__(self):
        if self._is_special:
            if self._isnan():
                raise ValueError("Cannot convert NaN to integer")
            raise OverflowError("Cannot convert infinity to integer")
        if self._exp >= 0:
            n = int(self._int) * 10**self._exp
        else:
            n = int(self._int[:self._exp] or "0")
        return -n if self._sign else n

    __trunc__ = __int__

    @property
    def real(self):
        return self

    @property
    def imag(self):
        return Decimal(0)

    def conjugate(self):
        return self

    def __complex__(self):
        return complex(float(self))

    def _fix(self, context):
        """The number as the context wants it."""
        if self._is_special:
            return self._fix_nan(context) if self._isnan() else Decimal(self)
        return _finish(self._sign, int(self._int), self._exp, context)

    # Arithmetic

    def __neg__(self, context=None):
        if self._is_special:
            answer = self._check_nans(context=context)
            if answer is not None:
                return answer
        if context is None:
            context = getcontext()
        if not self and context.rounding != ROUND_FLOOR:
            return self.copy_abs()._fix(context)
        return self.copy_negate()._fix(context)

    def __pos__(self, context=None):
        if self._is_special:
            answer = self._check_nans(context=context)
            if answer is not None:
                return answer
        if context is None:
            context = getcontext()
        if not self and context.rounding != ROUND_FLOOR:
            return self.copy_abs()._fix(context)
        return self._fix(context)

    def __abs__(self, round=True, context=None):
        if not round:
            return self.copy_abs()
        if self._is_special:
            answer = self._check_nans(context=context)
            if answer is not None:
                return answer
        return self.__neg__(context=context) if self._sign else self.__pos__(context=context)

    def __add__(self, other, context=None):
        other = _convert(other)
        if other is NotImplemented:
            return other
        if context is None:
            context = getcontext()
        if self._is_special or other._is_special:
            answer = self._check_nans(other, context)
            if answer is not None:
                return answer
            if self._isinfinity():
                if self._sign != other._sign and other._isinfinity():
                    return context._raise_error(InvalidOperation, "-INF + INF")
                return Decimal(self)
            return Decimal(other)
        exp = min(self._exp, other._exp)
        # The sign of a zero that two numbers of different signs make.
        zero_sign = int(context.rounding == ROUND_FLOOR)
        a, b = int(self._int), int(other._int)
        if not a and not b:
            sign = self._sign if self._sign == other._sign else zero_sign
            return _finish(sign, 0, exp, context)
        if not a or not b:
            # A zero only widens the other, as far as there is room.
            number = other if not a else self
            exp = max(exp, number._exp - context.prec - 1)
            kept, _ = _cut(int(number._int), exp - number._exp, context.rounding, number._sign)
            if exp > number._exp:
                return number._fix(context)
            return _finish(number._sign, kept, exp, context)
        # The one with the larger exponent is written with the other's, unless that is so small that only its being
        # there counts.
        (hi, hi_exp, hi_sign), (lo, lo_exp, lo_sign) = (a, self._exp, self._sign), (b, other._exp, other._sign)
        if hi_exp < lo_exp:
            hi, hi_exp, hi_sign, lo, lo_exp, lo_sign = lo, lo_exp, lo_sign, hi, hi_exp, hi_sign
        floor = hi_exp + min(-1, len(str(hi)) - context.prec - 2)
        if len(str(lo)) + lo_exp - 1 < floor:
            lo, lo_exp = 1, floor
        hi *= 10**(hi_exp - lo_exp)
        total = (-hi if hi_sign else hi) + (-lo if lo_sign else lo)
        if total == 0:
            return _finish(zero_sign, 0, exp, context)
        return _finish(int(total < 0), abs(total), lo_exp, context)

    def __sub__(self, other, context=None):
        other = _convert(other)
        if other is NotImplemented:
            return other
        if self._is_special or other._is_special:
            answer = self._check_nans(other, context=context)
            if answer is not None:
                return answer
        return self.__add__(other.copy_negate(), context=context)

    def __mul__(self, other, context=None):
        other = _convert(other)
        if other is NotImplemented:
            return other
        if context is None:
            context = getcontext()
        sign = self._sign ^ other._sign
        if self._is_special or other._is_special:
            answer = self._check_nans(other, context)
            if answer is not None:
                return answer
            if not self or not other:
                return context._raise_error(InvalidOperation, "(+-)INF * 0")
            return _INFINITIES[sign]
        return _finish(sign, int(self._int) * int(other._int), self._exp + other._exp, context)

    def __truediv__(self, other, context=None):
        other = _convert(other)
        if other is NotImplemented:
            return NotImplemented
        if context is None:
            context = getcontext()
        sign = self._sign ^ other._sign
        if self._is_special or other._is_special:
            answer = self._check_nans(other, context)
            if answer is not None:
                return answer
            if self._isinfinity() and other._isinfinity():
                return context._raise_error(InvalidOperation, "(+-)INF/(+-)INF")
            if self._isinfinity():
                return _INFINITIES[sign]
            context._raise_error(Clamped, "Division by infinity")
            return _made(sign, "0", context.Etiny())
        if not other:
            if not self:
                return context._raise_error(DivisionUndefined, "0 / 0")
            return context._raise_error(DivisionByZero, "x / 0", sign)
        ideal = self._exp - other._exp
        if not self:
            return _finish(sign, 0, ideal, context)
        shift = len(other._int) - len(self._int) + context.prec + 1
        exp = ideal - shift
        a, b = int(self._int), int(other._int)
        if shift >= 0:
            n, rest = divmod(a * 10**shift, b)
        else:
            n, rest = divmod(a, b * 10**-shift)
        if rest:
            n, exp = n * 10 + 1, exp - 1
        else:
            while exp < ideal and n % 10 == 0:
                n //= 10
                exp += 1
        return _finish(sign, n, exp, context)

    def _divide(self, other, context):
        """Whole quotient and remainder of numbers, the divisor not zero; NaNs where the quotient is too long."""
        sign = self._sign ^ other._sign
        ideal = self._exp if other._isinfinity() else min(self._exp, other._exp)
        gap = self.adjusted() - other.adjusted()
        if not self or other._isinfinity() or gap <= -2:
            return _made(sign, "0", 0), self._rescale(ideal, context.rounding)
        if gap <= context.prec:
            a, b = int(self._int), int(other._int)
            if self._exp >= other._exp:
                a *= 10**(self._exp - other._exp)
            else:
                b *= 10**(other._exp - self._exp)
            q, r = divmod(a, b)
            if q < 10**context.prec:
                return _made(sign, str(q), 0), _made(self._sign, str(r), ideal)
        answer = context._raise_error(DivisionImpossible, "quotient too large in //, % or divmod")
        return answer, answer

    def __divmod__(self, other, context=None):
        other = _convert(other)
        if other is NotImplemented:
            return other
        if context is None:
            context = getcontext()
        answer = self._check_nans(other, context)
        if answer is not None:
            return answer, answer
        sign = self._sign ^ other._sign
        if self._isinfinity():
            if other._isinfinity():
                answer = context._raise_error(InvalidOperation, "divmod(INF, INF)")
                return answer, answer
            return _INFINITIES[sign], context._raise_error(InvalidOperation, "INF % x")
        if not other:
            if not self:
                answer = context._raise_error(DivisionUndefined, "divmod(0, 0)")
                return answer, answer
            return (
                context._raise_error(DivisionByZero, "x // 0", sign),
                context._raise_error(InvalidOperation, "x % 0"),
            )
        quotient, remainder = self._divide(other, context)
        return quotient, remainder._fix(context)

    def __mod__(self, other, context=None):
        other = _convert(other)
        if other is NotImplemented:
            return other
        if context is None:
            context = getcontext()
        answer = self._check_nans(other, context)
        if answer is not None:
            return answer
        if self._isinfinity():
            return context._raise_error(InvalidOperation, "INF % x")
        if not other:
            if self:
                return context._raise_error(InvalidOperation, "x % 0")
            return context._raise_error(DivisionUndefined, "0 % 0")
        return self._divide(other, context)[1]._fix(context)

    def __floordiv__(self, other, context=None):
        other = _convert(other)
        if other is NotImplemented:
            return other
        if context is None:
            context = getcontext()
        answer = self._check_nans(other, context)
        if answer is not None:
            return answer
        sign = self._sign ^ other._sign
        if self._isinfinity():
            if other._isinfinity():
                return context._raise_error(InvalidOperation, "INF // INF")
            return _INFINITIES[sign]
        if not other:
            if self:
                return context._raise_error(DivisionByZero, "x // 0", sign)
            return context._raise_error(DivisionUndefined, "0 // 0")
        return self._divide(other, context)[0]

    __radd__ = _binary("__radd__", __add__)
    __rsub__ = _binary("__rsub__", __sub__)
    __rmul__ = _binary("__rmul__", __mul__)
    __rtruediv__ = _binary("__rtruediv__", __truediv__)
    __rdivmod__ = _binary("__rdivmod__", __divmod__)
    __rmod__ = _binary("__rmod__", __mod__)
    __rfloordiv__ = _binary("__rfloordiv__", __floordiv__)

    def remainder_near(self, other, context=None):
        """What is left of the nearest multiple of other; of two as near, the even one's."""
        if context is None:
            context = getcontext()
        other = _convert(other, raiseit=True)
        answer = self._check_nans(other, context)
        if answer is not None:
            return answer
        if self._isinfinity():
            return context._raise_error(InvalidOperation, "remainder_near(infinity, x)")
        if not other:
            if self:
                return context._raise_error(InvalidOperation, "remainder_near(x, 0)")
            return context._raise_error(DivisionUndefined, "remainder_near(0, 0)")
        if other._isinfinity():
            return self._fix(context)
        ideal = min(self._exp, other._exp)
        if not self:
            return _finish(self._sign, 0, ideal, context)
        gap = self.adjusted() - other.adjusted()
        if gap >= context.prec + 1:
            return context._raise_error(DivisionImpossible)
        if gap <= -2:
            return self._rescale(ideal, context.rounding)._fix(context)
        a = int(self._int) * 10**(self._exp - ideal)
        b = int(other._int) * 10**(other._exp - ideal)
        q, r = divmod(a, b)
        if 2 * r + (q & 1) > b:
            r -= b
            q += 1
        if q >= 10**context.prec:
            return context._raise_error(DivisionImpossible)
        sign = self._sign ^ (r < 0)
        return _finish(sign, abs(r), ideal, context)

    def fma(self, other, third, context=None):
        """self * other + third, rounded once."""
        other = _convert(other, raiseit=True)
        third = _convert(third, raiseit=True)
        if context is None:
            context = getcontext()
        sign = self._sign ^ other._sign
        if self._is_special or other._is_special:
            for operand in (self, other):
                if operand._exp == "N":
                    return context._raise_error(InvalidOperation, "sNaN", operand)
            if self._exp == "n":
                product = self
            elif other._exp == "n":
                product = other
            elif not self or not other:
                return context._raise_error(InvalidOperation, "INF * 0 in fma")
            else:
                product = _INFINITIES[sign]
        else:
            product = _made(sign, str(int(self._int) * int(other._int)), self._exp + other._exp)
        return product.__add__(third, context)

    # Powers

    def _power_modulo(self, other, modulo, context=None):
        other = _convert(other)
        if other is NotImplemented:
            return other
        modulo = _convert(modulo)
        if modulo is NotImplemented:
            return modulo
        if context is None:
            context = getcontext()
        operands = (self, other, modulo)
        for operand in operands:
            if operand._isnan() == 2:
                return context._raise_error(InvalidOperation, "sNaN", operand)
        for operand in operands:
            if operand._isnan():
                return operand._fix_nan(context)

        def wrong(text):
            return context._raise_error(InvalidOperation, text)

        if not (self._isinteger() and other._isinteger() and modulo._isinteger()):
            return wrong("pow() 3rd argument not allowed unless all arguments are integers")
        if other < 0:
            return wrong("pow() 2nd argument cannot be negative when 3rd argument specified")
        if not modulo:
            return wrong("pow() 3rd argument cannot be 0")
        if modulo.adjusted() >= context.prec:
            return wrong(
                "insufficient precision: pow() 3rd argument must not have more than precision digits"
            )
        if not other and not self:
            return wrong(
                "at least one of pow() 1st argument and 2nd argument must be nonzero; 0**0 is not defined"
            )
        sign = 0 if other._iseven() else self._sign
        n = abs(int(modulo))
        base = self.to_integral_value()
        base = int(base._int) % n * pow(10, base._exp, n) % n
        other = other.to_integral_value()
        # The exponent may be too long to be written out: its zeros are powers one after the other.
        for _ in range(other._exp):
            base = pow(base, 10, n)
        return _made(sign, str(pow(base, int(other._int), n)), 0)

    def _power_exact(self, other, p):
        """self ** other for a positive self and a finite other, if that has at most p digits; else None."""
        x, e = int(self._int), self._exp
        while x % 10 == 0:
            x, e = x // 10, e + 1
        y, ye = int(other._int), other._exp
        while y % 10 == 0:
            y, ye = y // 10, ye + 1
        if other._sign:
            # The inverse has to be a decimal: x is a power of two or of five.
            for base, inverse in ((2, 5), (5, 2)):
                k = 0
                rest = x
                while rest % base == 0:
                    rest, k = rest // base, k + 1
                if rest == 1:
                    break
            else:
                return None
            x, e = inverse**k, -k - e
        if ye >= 0:
            if ye > 30:
                return None
            top, bottom = y * 10**ye, 1
        else:
            # The denominator is at least two to this power: too much for a root of anything here to be exact.
            if -ye > max(x.bit_length(), e.bit_length()) + 1:
                return None
            bottom = 10**-ye
            common = _math.gcd(y, bottom)
            top, bottom = y // common, bottom // common
        if e % bottom:
            return None
        e //= bottom
        if bottom > 1 and x > 1:
            if bottom >= x.bit_length():
                return None
            x = _exact_root(x, bottom)
            if x is None:
                return None
        if x > 1 and top * (x.bit_length() - 1) > 3.33 * p + 4:
            return None
        n, e = x**top, e * top
        if len(str(n)) > p:
            return None
        # For a whole positive exponent the zeros come back as far as there is room.
        if other._isinteger() and not other._sign:
            zeros = min(e - self._exp * int(other), p - len(str(n)))
        else:
            zeros = 0
        return _made(0, str(n) + "0" * zeros, e - zeros)

    def __pow__(self, other, modulo=None, context=None):
        if modulo is not None:
            return self._power_modulo(other, modulo, context)
        other = _convert(other)
        if other is NotImplemented:
            return other
        if context is None:
            context = getcontext()
        answer = self._check_nans(other, context)
        if answer is not None:
            return answer
        if not other:
            if not self:
                return context._raise_error(InvalidOperation, "0 ** 0")
            return _ONE
        sign = 0
        if self._sign:
            if other._isinteger():
                sign = int(not other._iseven())
            elif self:
                return context._raise_error(InvalidOperation, "x ** y with x negative and y not an integer")
            self = self.copy_negate()
        if not self:
            return _INFINITIES[sign] if other._sign else _made(sign, "0", 0)
        if self._isinfinity():
            return _made(sign, "0", 0) if other._sign else _INFINITIES[sign]
        prec = context.prec
        if self == _ONE:
            if not other._isinteger():
                context._raise_error(Inexact)
                context._raise_error(Rounded)
                exp = 1 - prec
            else:
                times = 0 if other._sign else int(min(other, Decimal(prec)))
                exp = self._exp * times
                if exp < 1 - prec:
                    exp = 1 - prec
                    context._raise_error(Rounded)
            return _made(sign, "1" + "0" * -exp, exp)
        adjusted = self.adjusted()
        if other._isinfinity():
            grows = (other._sign == 0) == (adjusted >= 0)
            return _INFINITIES[sign] if grows else _made(sign, "0", 0)

        # How large the logarithm is tells whether the result is out of all range.
        bound = self._log10_exp_bound() + other.adjusted()
        exact = False
        if (adjusted >= 0) == (other._sign == 0):
            out = bound >= len(str(context.Emax))
            answer = _made(sign, "1", context.Emax + 1) if out else None
        else:
            etiny = context.Etiny()
            out = bound >= len(str(-etiny))
            answer = _made(sign, "1", etiny - 1) if out else None
        if answer is None:
            answer = self._power_exact(other, prec + 1)
            if answer is not None:
                exact = True
                answer._sign = sign
        if answer is None:
            if bound + 4 < -prec:
                # Next to one, on the side to which the power goes.
                n = 10**(prec + 1) + (1 if (adjusted >= 0) == (other._sign == 0) else -1)
                exp = -prec - 1
            else:
                n, exp = _settle(prec, lambda p: _power(self, other, p))
            answer = _made(sign, str(n), exp)
        if not exact or other._isinteger():
            return answer._fix(context)
        # A power with a fraction for its exponent is called inexact even where it is not.
        if len(answer._int) <= prec:
            zeros = prec + 1 - len(answer._int)
            answer = _made(answer._sign, answer._int + "0" * zeros, answer._exp - zeros)
        own = context.copy()
        own.clear_flags()
        own.clear_traps()
        answer = answer._fix(own)
        own._raise_error(Inexact)
        if own.flags[Subnormal]:
            own._raise_error(Underflow)
        if own.flags[Overflow]:
            context._raise_error(Overflow, "above Emax", answer._sign)
        for signal in (Underflow, Subnormal, Inexact, Rounded, Clamped):
            if own.flags[signal]:
                context._raise_error(signal)
        return answer

    def __rpow__(self, other, context=None):
        other = _convert(other)
        if other is NotImplemented:
            return other
        return other.__pow__(self, context=context)

    def sqrt(self, context=None):
        """The square root, rounded half to even."""
        if context is None:
            context = getcontext()
        if self._is_special:
            answer = self._check_nans(context=context)
            if answer is not None:
                return answer
            if not self._sign:
                return Decimal(self)
        if not self:
            return _finish(self._sign, 0, self._exp // 2, context)
        if self._sign:
            return context._raise_error(InvalidOperation, "sqrt(-x), x > 0")
        ideal = self._exp // 2
        n, exp = int(self._int), self._exp
        if exp % 2:
            n, exp = n * 10, exp - 1
        shift = max(0, context.prec + 2 - (len(str(n)) + 1) // 2)
        n, exp = n * 100**shift, exp // 2 - shift
        root = _math.isqrt(n)
        if root * root == n:
            while exp < ideal and root % 10 == 0:
                root //= 10
                exp += 1
        else:
            root, exp = root * 10 + 1, exp - 1
        context = context._shallow_copy()
        context._set_rounding(ROUND_HALF_EVEN)
        return _finish(0, root, exp, context)

    def exp(self, context=None):
        """e to this power, rounded half to even."""
        if context is None:
            context = getcontext()
        answer = self._check_nans(context=context)
        if answer is not None:
            return answer
        if self._isinfinity():
            return _ZERO if self._sign else Decimal(self)
        if not self:
            return _ONE
        p, adjusted = context.prec, self.adjusted()
        if not self._sign and adjusted > len(str((context.Emax + 1) * 3)):
            n, exp = 1, context.Emax + 1
        elif self._sign and adjusted > len(str((-context.Etiny() + 1) * 3)):
            n, exp = 1, context.Etiny() - 1
        elif not self._sign and adjusted < -p:
            n, exp = 10**p + 1, -p
        elif self._sign and adjusted < -p - 1:
            n, exp = 10**(p + 1) - 1, -p - 1
        else:
            n, exp = _settle(p, lambda p: _exp_digits(self, p))
        context = context._shallow_copy()
        context._set_rounding(ROUND_HALF_EVEN)
        return _finish(0, n, exp, context)

    def _ln_exp_bound(self):
        """At most the exponent of the logarithm."""
        return self._log10_exp_bound()

    def ln(self, context=None):
        """The natural logarithm, rounded half to even."""
        if context is None:
            context = getcontext()
        answer = self._check_nans(context=context)
        if answer is not None:
            return answer
        if not self:
            return _NEGATIVE_INFINITY
        if self._isinfinity() == 1:
            return _INFINITY
        if self == _ONE:
            return _ZERO
        if self._sign:
            return context._raise_error(InvalidOperation, "ln of a negative value")
        return self._logarithm(context, 1)

    def _log10_exp_bound(self):
        """At most the exponent of the logarithm to base ten, and at least one less; of a positive number but one."""
        adjusted = self.adjusted()
        if adjusted >= 1:
            return len(str(adjusted)) - 1
        if adjusted <= -2:
            return len(str(-1 - adjusted)) - 1
        # Between 0.1 and 10: the distance from one says it.
        n, scale = int(self._int), 10**-self._exp
        if adjusted == 0:
            top, bottom = str(n - scale), str(231 * n)
            return len(top) - len(bottom) - (top < bottom) + 2
        top, bottom = str(scale - n), str(231)
        return len(top) + self._exp - len(bottom) - (top < bottom) + 1

    def log10(self, context=None):
        """The logarithm to base ten, rounded half to even."""
        if context is None:
            context = getcontext()
        answer = self._check_nans(context=context)
        if answer is not None:
            return answer
        if not self:
            return _NEGATIVE_INFINITY
        if self._isinfinity() == 1:
            return _INFINITY
        if self._sign:
            return context._raise_error(InvalidOperation, "log10 of a negative value")
        if self._int[0] == "1" and not self._int[1:].strip("0"):
            return Decimal(self._exp + len(self._int) - 1)._fix(context)
        return self._logarithm(context, 10)

    def _logarithm(self, context, base):
        sign = int(self.adjusted() < 0)
        n, exp = _settle(context.prec, lambda p: _log_digits(self, p, base))
        context = context._shallow_copy()
        context._set_rounding(ROUND_HALF_EVEN)
        return _finish(sign, n, exp, context)

    def logb(self, context=None):
        """The exponent of the first digit."""
        answer = self._check_nans(context=context)
        if answer is not None:
            return answer
        if context is None:
            context = getcontext()
        if self._isinfinity():
            return _INFINITY
        if not self:
            return context._raise_error(DivisionByZero, "logb(0)", 1)
        return Decimal(self.adjusted())._fix(context)

    # Exponents and places

    def _rescale(self, exp, rounding):
        """The number with this exponent, without regard to a context."""
        if self._is_special:
            return Decimal(self)
        kept, _ = _cut(int(self._int), exp - self._exp, rounding, self._sign)
        return _made(self._sign, str(kept), exp)

    def _round(self, places, rounding):
        """The number with this many digits."""
        if places <= 0:
            raise ValueError("argument should be at least 1 in _round")
        if self._is_special or not self:
            return Decimal(self)
        answer = self._rescale(self.adjusted() + 1 - places, rounding)
        if answer.adjusted() != self.adjusted():
            answer = answer._rescale(answer.adjusted() + 1 - places, rounding)
        return answer

    def normalize(self, context=None):
        """The number without zeros at its end."""
        if context is None:
            context = getcontext()
        if self._is_special:
            answer = self._check_nans(context=context)
            if answer is not None:
                return answer
        answer = self._fix(context)
        if answer._isinfinity():
            return answer
        if not answer:
            return _made(answer._sign, "0", 0)
        top = context.Etop() if context.clamp else context.Emax
        digits = answer._int.rstrip("0")
        zeros = min(len(answer._int) - len(digits), max(top - answer._exp, 0))
        return _made(answer._sign, answer._int[:len(answer._int) - zeros], answer._exp + zeros)

    def quantize(self, exp, rounding=None, context=None):
        """The number with the exponent of another."""
        exp = _convert(exp, raiseit=True)
        if context is None:
            context = getcontext()
        if rounding is None:
            rounding = context.rounding
        if self._is_special or exp._is_special:
            answer = self._check_nans(exp, context)
            if answer is not None:
                return answer
            if self._isinfinity() and exp._isinfinity():
                return Decimal(self)
            return context._raise_error(InvalidOperation, "quantize with one INF")
        place = exp._exp
        if not context.Etiny() <= place <= context.Emax:
            return context._raise_error(InvalidOperation, "target exponent out of bounds in quantize")
        if not self:
            return _finish(self._sign, 0, place, context)
        adjusted = self.adjusted()
        if adjusted > context.Emax:
            return context._raise_error(InvalidOperation, "exponent of quantize result too large for current context")
        if adjusted - place + 1 > context.prec:
            return context._raise_error(InvalidOperation, "quantize result has too many digits for current context")
        answer = self._rescale(place, rounding)
        if answer.adjusted() > context.Emax:
            return context._raise_error(InvalidOperation, "exponent of quantize result too large for current context")
        if len(answer._int) > context.prec:
            return context._raise_error(InvalidOperation, "quantize result has too many digits for current context")
        if answer and answer.adjusted() < context.Emin:
            context._raise_error(Subnormal)
        if answer._exp > self._exp:
            if answer != self:
                context._raise_error(Inexact)
            context._raise_error(Rounded)
        return answer._fix(context)

    def same_quantum(self, other, context=None):
        """Have both the same exponent?"""
        other = _convert(other, raiseit=True)
        if self._is_special or other._is_special:
            return self.is_nan() and other.is_nan() or self.is_infinite() and other.is_infinite()
        return self._exp == other._exp

    def to_integral_exact(self, rounding=None, context=None):
        """The nearest whole number, with its signals."""
        if self._is_special:
            answer = self._check_nans(context=context)
            return Decimal(self) if answer is None else answer
        if self._exp >= 0:
            return Decimal(self)
        if not self:
            return _made(self._sign, "0", 0)
        if context is None:
            context = getcontext()
        answer = self._rescale(0, rounding or context.rounding)
        if answer != self:
            context._raise_error(Inexact)
        context._raise_error(Rounded)
        return answer

    def to_integral_value(self, rounding=None, context=None):
        """The nearest whole number, without signals."""
        if context is None:
            context = getcontext()
        if self._is_special:
            answer = self._check_nans(context=context)
            return Decimal(self) if answer is None else answer
        if self._exp >= 0:
            return Decimal(self)
        return self._rescale(0, rounding or context.rounding)

    to_integral = to_integral_value

    def _whole(self, rounding):
        if self._is_special:
            if self.is_nan():
                raise ValueError("cannot round a NaN")
            raise OverflowError("cannot round an infinity")
        return int(self._rescale(0, rounding))

    def __round__(self, n=None):
        """The nearest integer, or a number of so many places; of two the even one.

        >>> round(Decimal("2.5"))
        2
        >>> round(Decimal("2.675"), 2)
        Decimal('2.68')
        """
        if n is None:
            return self._whole(ROUND_HALF_EVEN)
        if not isinstance(n, int):
            raise TypeError("Second argument to round should be integral")
        return self.quantize(_made(0, "1", -n))

    def __floor__(self):
        return self._whole(ROUND_FLOOR)

    def __ceil__(self):
        return self._whole(ROUND_CEILING)

    def adjusted(self):
        """The exponent of the first digit; 0 for NaNs and infinities."""
        if self._is_special:
            return 0
        return self._exp + len(self._int) - 1

    def scaleb(self, other, context=None):
        """The number with its exponent raised by another."""
        if context is None:
            context = getcontext()
        other = _convert(other, raiseit=True)
        answer = self._check_nans(other, context)
        if answer is not None:
            return answer
        if other._exp != 0:
            return context._raise_error(InvalidOperation)
        limit = 2 * (context.Emax + context.prec)
        if not -limit <= int(other) <= limit:
            return context._raise_error(InvalidOperation)
        if self._isinfinity():
            return Decimal(self)
        return _made(self._sign, self._int, self._exp + int(other))._fix(context)

    def _places(self, other, context):
        """What shift and rotate do first: a result, or the digits in the width of the precision and the distance."""
        other = _convert(other, raiseit=True)
        answer = self._check_nans(other, context)
        if answer is not None:
            return answer, None, None
        if other._exp != 0 or not -context.prec <= int(other) <= context.prec:
            return context._raise_error(InvalidOperation), None, None
        if self._isinfinity():
            return Decimal(self), None, None
        return None, self._int.zfill(context.prec)[-context.prec:], int(other)

    def shift(self, other, context=None):
        """The digits moved to the left, or to the right for a negative number; zeros follow."""
        if context is None:
            context = getcontext()
        answer, digits, by = self._places(other, context)
        if answer is not None:
            return answer
        if by < 0:
            digits = digits[:by]
        else:
            digits = (digits + "0" * by)[-context.prec:]
        return _made(self._sign, digits.lstrip("0") or "0", self._exp)

    def rotate(self, other, context=None):
        """The digits moved to the left, or to the right for a negative number; those that go come back."""
        if context is None:
            context = getcontext()
        answer, digits, by = self._places(other, context)
        if answer is not None:
            return answer
        digits = digits[by:] + digits[:by]
        return _made(self._sign, digits.lstrip("0") or "0", self._exp)

    # Smaller and larger

    def _choose(self, other, context, magnitudes, larger):
        other = _convert(other, raiseit=True)
        if context is None:
            context = getcontext()
        if self._is_special or other._is_special:
            # A number is preferred to a quiet NaN.
            mine, theirs = self._isnan(), other._isnan()
            if mine or theirs:
                if theirs == 1 and mine == 0:
                    return self._fix(context)
                if mine == 1 and theirs == 0:
                    return other._fix(context)
                return self._check_nans(other, context)
        if magnitudes:
            c = self.copy_abs()._cmp(other.copy_abs())
        else:
            c = self._cmp(other)
        if c == 0:
            c = int(self.compare_total(other))
        answer = self if (c > 0) == larger and c != 0 or c == 0 and not larger else other
        return answer._fix(context)

    def max(self, other, context=None):
        """The larger of both."""
        return self._choose(other, context, False, True)

    def min(self, other, context=None):
        """The smaller of both."""
        return self._choose(other, context, False, False)

    def max_mag(self, other, context=None):
        """The larger without regard to signs."""
        return self._choose(other, context, True, True)

    def min_mag(self, other, context=None):
        """The smaller without regard to signs."""
        return self._choose(other, context, True, False)

    def next_minus(self, context=None):
        """The largest number below that the context can hold."""
        return self._next(context, 1)

    def next_plus(self, context=None):
        """The smallest number above that the context can hold."""
        return self._next(context, 0)

    def _next(self, context, down):
        if context is None:
            context = getcontext()
        answer = self._check_nans(context=context)
        if answer is not None:
            return answer
        infinity = self._isinfinity()
        if infinity:
            if (infinity < 0) == bool(down):
                return _INFINITIES[down]
            return _made(1 - down, "9" * context.prec, context.Etop())
        context = context.copy()
        context._set_rounding(ROUND_FLOOR if down else ROUND_CEILING)
        context._ignore_all_flags()
        answer = self._fix(context)
        if answer != self:
            return answer
        return self.__add__(_made(down, "1", context.Etiny() - 1), context)

    def next_toward(self, other, context=None):
        """The number next to this one in the direction of another."""
        other = _convert(other, raiseit=True)
        if context is None:
            context = getcontext()
        answer = self._check_nans(other, context)
        if answer is not None:
            return answer
        comparison = self._cmp(other)
        if comparison == 0:
            return self.copy_sign(other)
        answer = self.next_plus(context) if comparison == -1 else self.next_minus(context)
        if answer._isinfinity():
            context._raise_error(Overflow, "Infinite result from next_toward", answer._sign)
            context._raise_error(Inexact)
            context._raise_error(Rounded)
        elif answer.adjusted() < context.Emin:
            context._raise_error(Underflow)
            context._raise_error(Subnormal)
            context._raise_error(Inexact)
            context._raise_error(Rounded)
            if not answer:
                context._raise_error(Clamped)
        return answer

    # Kinds

    def _isinteger(self):
        if self._is_special:
            return False
        if self._exp >= 0:
            return True
        return not self._int[self._exp:].strip("0")

    def _iseven(self):
        """Of a whole number."""
        if not self or self._exp > 0:
            return True
        return self._int[-1 + self._exp] in "02468"

    def canonical(self):
        return self

    def is_canonical(self):
        return True

    def is_finite(self):
        return not self._is_special

    def is_infinite(self):
        return self._exp == "F"

    def is_nan(self):
        return self._exp in ("n", "N")

    def is_normal(self, context=None):
        if self._is_special or not self:
            return False
        if context is None:
            context = getcontext()
        return context.Emin <= self.adjusted()

    def is_qnan(self):
        return self._exp == "n"

    def is_signed(self):
        return self._sign == 1

    def is_snan(self):
        return self._exp == "N"

    def is_subnormal(self, context=None):
        if self._is_special or not self:
            return False
        if context is None:
            context = getcontext()
        return self.adjusted() < context.Emin

    def is_zero(self):
        return not self._is_special and self._int == "0"

    def number_class(self, context=None):
        """A word for the kind of number."""
        if self.is_snan():
            return "sNaN"
        if self.is_qnan():
            return "NaN"
        sign = "-" if self._sign else "+"
        if self._isinfinity():
            return sign + "Infinity"
        if self.is_zero():
            return sign + "Zero"
        return sign + ("Subnormal" if self.is_subnormal(context=context) else "Normal")

    def radix(self):
        """Ten."""
        return Decimal(10)

    def copy_abs(self):
        """The number without its sign, as it is."""
        return _made(0, self._int, self._exp, self._is_special)

    def copy_negate(self):
        """The number with the other sign, as it is."""
        return _made(1 - self._sign, self._int, self._exp, self._is_special)

    def copy_sign(self, other, context=None):
        """The number with another's sign, as it is."""
        other = _convert(other, raiseit=True)
        return _made(other._sign, self._int, self._exp, self._is_special)

    # Digits as bits

    def _islogical(self):
        return self._sign == 0 and self._exp == 0 and not self._int.strip("01")

    def _logical(self, other, context, operation):
        if context is None:
            context = getcontext()
        other = _convert(other, raiseit=True)
        if not self._islogical() or not other._islogical():
            return context._raise_error(InvalidOperation)
        width = context.prec
        a, b = (x._int.zfill(width)[-width:] for x in (self, other))
        digits = "".join([str(operation(int(x), int(y))) for x, y in zip(a, b)])
        return _made(0, digits.lstrip("0") or "0", 0)

    def logical_and(self, other, context=None):
        return self._logical(other, context, int.__and__)

    def logical_or(self, other, context=None):
        return self._logical(other, context, int.__or__)

    def logical_xor(self, other, context=None):
        return self._logical(other, context, int.__xor__)

    def logical_invert(self, context=None):
        if context is None:
            context = getcontext()
        return self.logical_xor(_made(0, "1" * context.prec, 0), context)

    # Pickling, copying, formatting

    def __reduce__(self):
        return self.__class__, (str(self),)

    def __copy__(self):
        return self if type(self) is Decimal else self.__class__(str(self))

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __format__(self, specifier, context=None, _localeconv=None):
        if context is None:
            context = getcontext()
        spec = _parse_format(specifier, _localeconv)
        if self._is_special:
            text = str(self.copy_abs())
            if spec["type"] == "%":
                text += "%"
            return _aligned(_sign_text(self._sign, spec), text, spec)
        kind = spec["type"] or "gG"[context.capitals]
        rounding = context.rounding
        places = spec["precision"]
        if kind == "%":
            self = _made(self._sign, self._int, self._exp + 2)
        if places is not None:
            if kind in "eE":
                self = self._round(places + 1, rounding)
            elif kind in "fF%":
                self = self._rescale(-places, rounding)
            elif len(self._int) > places:
                self = self._round(places, rounding)
        if not self and self._exp > 0 and kind in "fF%":
            self = self._rescale(0, rounding)
        if not self and spec["no_neg_0"] and self._sign:
            sign = 0
        else:
            sign = self._sign
        left = self._exp + len(self._int)
        if kind in "eE":
            place = 1 - places if not self and places is not None else 1
        elif kind in "fF%":
            place = left
        elif self._exp <= 0 and left > -6:
            place = left
        else:
            place = 1
        if place < 0:
            whole, fraction = "0", "0" * -place + self._int
        elif place > len(self._int):
            whole, fraction = self._int + "0" * (place - len(self._int)), ""
        else:
            whole, fraction = self._int[:place] or "0", self._int[place:]
        return _numeral(sign, whole, fraction, left - place, kind, spec)


_numbers.Number.register(Decimal)


# Formatting ------------------------------------------------------------------------------------------------------------

_format_parser = _re.compile(
    r"""(?: (?P<fill>.)? (?P<align>[<>=^]) )?
        (?P<sign>[-+ ])? (?P<no_neg_0>z)? (?P<alt>\#)? (?P<zeropad>0)?
        (?P<width>\d+)? (?P<thousands>[,_])? (?:\.(?P<precision>\d+))? (?P<type>[eEfFgGn%])?\Z""",
    _re.VERBOSE | _re.DOTALL,
).match


def _parse_format(specifier, localeconv=None):
    found = _format_parser(specifier)
    if found is None:
        raise ValueError("Invalid format specifier: " + specifier)
    spec = found.groupdict()
    zeropad = spec["zeropad"] is not None
    if zeropad:
        if spec["fill"] is not None:
            raise ValueError("Fill character conflicts with '0' in format specifier: " + specifier)
        if spec["align"] is not None:
            raise ValueError("Alignment conflicts with '0' in format specifier: " + specifier)
    spec["zeropad"] = zeropad
    spec["fill"] = spec["fill"] or " "
    spec["align"] = spec["align"] or ">"
    spec["sign"] = spec["sign"] or "-"
    spec["width"] = int(spec["width"] or "0")
    if spec["precision"] is not None:
        spec["precision"] = int(spec["precision"])
        if spec["precision"] == 0 and (spec["type"] is None or spec["type"] in "gGn"):
            spec["precision"] = 1
    if spec["type"] == "n":
        spec["type"] = "g"
        if localeconv is None:
            import locale
            localeconv = locale.localeconv()
        if spec["thousands"] is not None:
            raise ValueError("Explicit thousands separator conflicts with 'n' type in format specifier: " + specifier)
        spec["thousands"] = localeconv["thousands_sep"]
        spec["grouping"] = localeconv["grouping"]
        spec["point"] = localeconv["decimal_point"]
    else:
        spec["thousands"] = spec["thousands"] or ""
        spec["grouping"] = [3, 0]
        spec["point"] = "."
    return spec


def _sign_text(negative, spec):
    if negative:
        return "-"
    return spec["sign"] if spec["sign"] in " +" else ""


def _aligned(sign, body, spec):
    """Sign and text in the width of a specification."""
    room = spec["width"] - len(sign) - len(body)
    padding = spec["fill"] * room
    align = spec["align"]
    if align == "<":
        return sign + body + padding
    if align == ">":
        return padding + sign + body
    if align == "=":
        return sign + padding + body
    half = len(padding) // 2
    return padding[:half] + sign + body + padding[half:]


def _grouped(digits, spec, width):
    """Whole digits with separators, at least as wide as said with zeros in front."""
    sep = spec["thousands"]
    if not sep:
        return digits.zfill(width)
    sizes, groups = list(spec["grouping"]), []
    size = 0
    width = max(width, 1)
    while True:
        if sizes and sizes[0] == _CHAR_MAX:
            # No more separators from here on.
            n = max(len(digits), width, 1)
            groups.append(digits.zfill(n))
            break
        if sizes and sizes[0] == 0 and len(sizes) == 1 or not sizes:
            if not size:
                groups.append(digits.zfill(width))
                break
        else:
            size = sizes.pop(0)
        n = min(max(len(digits), width, 1), size)
        groups.append("0" * (n - len(digits)) + digits[-n:])
        digits = digits[:-n]
        width -= n
        if not digits and width <= 0:
            break
        width -= len(sep)
    return sep.join(reversed(groups))


# What ends the separators in a locale's grouping.
_CHAR_MAX = 127


def _numeral(negative, whole, fraction, exp, kind, spec):
    sign = _sign_text(negative, spec)
    if fraction or spec["alt"]:
        fraction = spec["point"] + fraction
    if exp != 0 or kind in "eE":
        fraction += ("E" if kind in "EG" else "e") + "%+d" % exp
    if kind == "%":
        fraction += "%"
    width = spec["width"] - len(fraction) - len(sign) if spec["zeropad"] else 0
    return _aligned(sign, _grouped(whole, spec, width) + fraction, spec)


# Functions that are not algebraic --------------------------------------------------------------------------------------
#
# Numbers here are integers that count units of 2**-bits. Each function gives digits, an exponent and how far off the
# digits may be; `_settle` asks for more until it is certain how they round.

def _settle(prec, compute):
    """Digits with an exponent that round as the true value does, which is never exact."""
    extra = 6
    while True:
        n, exp, error = compute(prec + extra)
        drop = len(str(n)) - prec - 1
        if drop > 0:
            unit = 10**drop
            low, high = (n - error) // unit, (n + error) // unit
            if low == high and (n - error) % unit:
                return low * 10 + 1, exp + drop - 1
        extra *= 2


def _fixed(n, exp, bits):
    """n * 10**exp in units of 2**-bits, rounded down."""
    if exp >= 0:
        return (n * 10**exp) << bits if bits >= 0 else (n * 10**exp) >> -bits
    return (n << bits) // 10**-exp


def _bits(digits):
    return digits * 10 // 3 + 8


_constants = {}


def _constant(name, bits):
    """The logarithm of 2 or of 10."""
    known = _constants.get(name)
    if known is None or known[0] < bits:
        more = bits + 64
        # Gauss's formulas: sums of series that converge fast.
        a, b, c = (_inverse_atanh(x, more) for x in (251, 449, 4801))
        d = _inverse_atanh(8749, more)
        if name == 2:
            value = 144 * a + 54 * b - 38 * c + 62 * d
        else:
            value = 478 * a + 180 * b - 126 * c + 206 * d
        known = _constants[name] = (more, value)
    return known[1] >> (known[0] - bits)


def _inverse_atanh(x, bits):
    """atanh(1 / x)."""
    term = (1 << bits) // x
    total, k, square = term, 3, x * x
    while term:
        term //= square
        total += term // k
        k += 2
    return total


def _log(n, exp, bits):
    """The logarithm of n * 10**exp; off by a few units at most."""
    shift = exp + len(str(n)) - 1
    if abs(shift) > 3:
        # Far from one: powers of ten are taken out, which costs no digits here.
        return _log(n, exp - shift, bits) + shift * _constant(10, bits + shift.bit_length() + 4) // (
            16 << shift.bit_length()
        )
    halvings = 4 + _math.isqrt(bits) // 3
    work = bits + halvings + 24
    # A power of two leaves a number between 1/2 and 2.
    top, bottom = (n * 10**exp, 1) if exp >= 0 else (n, 10**-exp)
    k = top.bit_length() - bottom.bit_length()
    if work >= k:
        y = (top << (work - k)) // bottom
    else:
        y = (top >> (k - work)) // bottom
    one = 1 << work
    for _ in range(halvings):
        y = _math.isqrt(y << work)
    t = ((y - one) << work) // (y + one)
    square = t * t >> work
    total, term, i = t, t, 3
    while True:
        term = term * square >> work
        part = term // i if term >= 0 else -(-term // i)
        if part in (0, -1):
            break
        total += part
        i += 2
    total <<= halvings + 1
    total += k * _constant(2, work)
    return total >> (work - bits)


def _power_of_e(x, bits):
    """e**x for x from 0 to about 2.4; off by a few units at most."""
    halvings = 4 + _math.isqrt(bits) // 2
    work = bits + 2 * halvings + 16
    x = (x << (work - bits)) >> halvings
    total = term = 1 << work
    i = 1
    while term:
        term = (term * x >> work) // i
        total += term
        i += 1
    for _ in range(halvings):
        total = total * total >> work
    return total >> (work - bits)


def _split_power(x, bits, digits):
    """e**x as digits and an exponent; x in units of 2**-bits."""
    log10 = _constant(10, bits)
    k, rest = divmod(x, log10)
    m = _power_of_e(rest, bits)
    return (m * 10**digits) >> bits, k - digits, 20


def _exp_digits(number, p):
    n, exp = int(number._int), number._exp
    # The whole part of x / log(10) takes bits too, and its product with the constant.
    bits = _bits(p + 2 + max(0, number.adjusted() + 1) * 2)
    x = _fixed(n, exp, bits)
    if number._sign:
        x = -x
    return _split_power(x, bits, p)


def _log_digits(number, p, base):
    """The magnitude of a logarithm: p digits that count, at least."""
    small = -min(number._log10_exp_bound(), 0)
    bits = _bits(p + small + 4)
    n, exp = int(number._int), number._exp
    # Many digits need no more than these bits.
    value = _log(n, exp, bits)
    if base == 10:
        value = (value << bits) // _constant(10, bits)
    places = p + small + 1
    return (abs(value) * 10**places) >> bits, -places, 20


def _power(x, y, p):
    """x**y, x positive and not one, as digits."""
    y_digits = max(0, y.adjusted() + 1)
    result_digits = max(0, x._log10_exp_bound() + y.adjusted() + 2)
    bits = _bits(p + 4 + result_digits * 2)
    more = bits + _bits(y_digits + 2)
    log = _log(int(x._int), x._exp, more)
    n, exp = int(y._int), y._exp
    product = log * n
    if exp >= 0:
        product *= 10**exp
    else:
        product //= 10**-exp
    product >>= more - bits
    if y._sign:
        product = -product
    return _split_power(product, bits, p)


def _exact_root(x, k):
    """The k-th root of a number that is a k-th power, else None."""
    low = 1 << (x.bit_length() - 1) // k
    high = low * 2
    while high - low > 1:
        middle = (low + high) // 2
        if middle**k <= x:
            low = middle
        else:
            high = middle
    return low if low**k == x else None


# Contexts --------------------------------------------------------------------------------------------------------------

def _unary_method(name, method):
    def operation(self, a):
        a = _convert(a, raiseit=True)
        return getattr(a, method)(context=self)

    operation.__name__ = name
    return operation


class Context:
    """The rules of arithmetic: precision, rounding, limits of exponents, which signals were and which raise."""

    def __init__(self, prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None,
                 traps=None, _ignored_flags=None):
        # While the module is made there is no default yet, and all is given.
        default = globals().get("DefaultContext")

        def choose(value, name):
            return getattr(default, name) if value is None else value

        self.prec = choose(prec, "prec")
        self.rounding = choose(rounding, "rounding")
        self.Emin = choose(Emin, "Emin")
        self.Emax = choose(Emax, "Emax")
        self.capitals = choose(capitals, "capitals")
        self.clamp = choose(clamp, "clamp")
        self._ignored_flags = [] if _ignored_flags is None else _ignored_flags
        if traps is None:
            self.traps = default.traps.copy()
        elif isinstance(traps, list):
            self.traps = dict((s, int(s in traps)) for s in _signals + traps)
        else:
            self._set_signal_dict("traps", traps)
        if flags is None:
            self.flags = dict.fromkeys(_signals, 0)
        elif isinstance(flags, list):
            self.flags = dict((s, int(s in flags)) for s in _signals + flags)
        else:
            self._set_signal_dict("flags", flags)

    def _set_integer_check(self, name, value, vmin, vmax):
        if not isinstance(value, int):
            raise TypeError("%s must be an integer" % name)
        if not vmin <= value <= vmax:
            if vmin == float("-inf"):
                raise ValueError("%s must be in [%s, %d]. got: %s" % (name, vmin, vmax, value))
            raise ValueError("%s must be in [%d, %s]. got %s" % (name, vmin, vmax, value))
        return object.__setattr__(self, name, value)

    def _set_signal_dict(self, name, d):
        if not isinstance(d, dict):
            raise TypeError("%s must be a signal dict" % d)
        if set(d) != set(_signals):
            raise KeyError("%s is not a valid signal dict" % d)
        return object.__setattr__(self, name, d)

    def __setattr__(self, name, value):
        infinity = float("inf")
        limits = {
            "prec": (1, infinity), "Emin": (-infinity, 0), "Emax": (0, infinity), "capitals": (0, 1), "clamp": (0, 1),
        }
        if name in limits:
            return self._set_integer_check(name, value, *limits[name])
        if name == "rounding":
            # Not every value can be looked for among texts; those are of the wrong type, too.
            if value not in _rounding_modes:
                raise TypeError("%s: invalid rounding mode" % value)
            return object.__setattr__(self, name, value)
        if name in ("flags", "traps"):
            return self._set_signal_dict(name, value)
        if name == "_ignored_flags":
            return object.__setattr__(self, name, value)
        raise AttributeError("'decimal.Context' object has no attribute '%s'" % name)

    def __delattr__(self, name):
        raise AttributeError("%s cannot be deleted" % name)

    def __reduce__(self):
        flags = [s for s, on in self.flags.items() if on]
        traps = [s for s, on in self.traps.items() if on]
        parts = (self.prec, self.rounding, self.Emin, self.Emax, self.capitals, self.clamp, flags, traps)
        return self.__class__, parts

    def __repr__(self):
        flags = [s.__name__ for s, on in self.flags.items() if on]
        traps = [s.__name__ for s, on in self.traps.items() if on]
        return (
            f"Context(prec={self.prec}, rounding={self.rounding}, Emin={self.Emin}, Emax={self.Emax}, "
            f"capitals={self.capitals}, clamp={self.clamp}, flags=[{', '.join(flags)}], traps=[{', '.join(traps)}])"
        )

    def clear_flags(self):
        """Forget which signals were."""
        for signal in self.flags:
            self.flags[signal] = 0

    def clear_traps(self):
        """Let no signal raise."""
        for signal in self.traps:
            self.traps[signal] = 0

    def _shallow_copy(self):
        """A context that shares the signals."""
        return Context(self.prec, self.rounding, self.Emin, self.Emax, self.capitals, self.clamp, self.flags, self.traps,
                       self._ignored_flags)

    def copy(self):
        """A context of its own that is like this one."""
        return Context(self.prec, self.rounding, self.Emin, self.Emax, self.capitals, self.clamp, self.flags.copy(),
                       self.traps.copy(), self._ignored_flags)

    __copy__ = copy

    def _raise_error(self, condition, explanation=None, *args):
        """Signal: raise if it is trapped, else set the flag and give what the condition's result is."""
        error = _condition_map.get(condition, condition)
        if error in self._ignored_flags:
            return error().handle(self, *args)
        self.flags[error] = 1
        if not self.traps[error]:
            return condition().handle(self, *args)
        raise error(explanation)

    def _ignore_all_flags(self):
        return self._ignore_flags(*_signals)

    def _ignore_flags(self, *flags):
        self._ignored_flags = self._ignored_flags + list(flags)
        return list(flags)

    def _regard_flags(self, *flags):
        if flags and isinstance(flags[0], (tuple, list)):
            flags = flags[0]
        for flag in flags:
            self._ignored_flags.remove(flag)

    # Flags change: a context is no key.
    __hash__ = None

    def Etiny(self):
        """The least exponent of a subnormal number."""
        return int(self.Emin - self.prec + 1)

    def Etop(self):
        """The largest exponent of a number with all its digits."""
        return int(self.Emax - self.prec + 1)

    def _set_rounding(self, type):
        old = self.rounding
        self.rounding = type
        return old

    def create_decimal(self, num="0"):
        """A number as the context wants it."""
        if isinstance(num, str) and (num != num.strip() or "_" in num):
            return self._raise_error(ConversionSyntax, "trailing or leading whitespace and underscores are not permitted.")
        d = Decimal(num, context=self)
        if d._isnan() and len(d._int) > self.prec - self.clamp:
            return self._raise_error(ConversionSyntax, "diagnostic info too long in NaN")
        return d._fix(self)

    def create_decimal_from_float(self, f):
        """A float's value as the context wants it."""
        return Decimal.from_float(f)._fix(self)

    def _apply(self, a):
        return str(a._fix(self))

    abs = _unary_method("abs", "__abs__")
    minus = _unary_method("minus", "__neg__")
    plus = _unary_method("plus", "__pos__")
    exp = _unary_method("exp", "exp")
    ln = _unary_method("ln", "ln")
    log10 = _unary_method("log10", "log10")
    logb = _unary_method("logb", "logb")
    logical_invert = _unary_method("logical_invert", "logical_invert")
    next_minus = _unary_method("next_minus", "next_minus")
    next_plus = _unary_method("next_plus", "next_plus")
    normalize = _unary_method("normalize", "normalize")
    number_class = _unary_method("number_class", "number_class")
    is_normal = _unary_method("is_normal", "is_normal")
    is_subnormal = _unary_method("is_subnormal", "is_subnormal")
    sqrt = _unary_method("sqrt", "sqrt")
    to_eng_string = _unary_method("to_eng_string", "to_eng_string")
    to_sci_string = _unary_method("to_sci_string", "__str__")
    to_integral_exact = _unary_method("to_integral_exact", "to_integral_exact")
    to_integral_value = _unary_method("to_integral_value", "to_integral_value")
    to_integral = to_integral_value

    def canonical(self, a):
        if not isinstance(a, Decimal):
            raise TypeError("canonical requires a Decimal as an argument.")
        return a.canonical()

    def is_canonical(self, a):
        if not isinstance(a, Decimal):
            raise TypeError("is_canonical requires a Decimal as an argument.")
        return a.is_canonical()

    def copy_decimal(self, a):
        return Decimal(_convert(a, raiseit=True))

    def fma(self, a, b, c):
        return _convert(a, raiseit=True).fma(b, c, context=self)

    def power(self, a, b, modulo=None):
        a = _convert(a, raiseit=True)
        answer = a.__pow__(b, modulo, context=self)
        if answer is NotImplemented:
            raise TypeError("Unable to convert %s to Decimal" % b)
        return answer

    def radix(self):
        return Decimal(10)


def _plain_method(name):
    """A method of numbers that asks for no context."""

    def operation(self, a):
        return getattr(_convert(a, raiseit=True), name)()

    operation.__name__ = name
    return operation


def _binary_method(name, method):
    def operation(self, a, b):
        a = _convert(a, raiseit=True)
        answer = getattr(a, method)(b, context=self)
        if answer is NotImplemented:
            raise TypeError("Unable to convert %s to Decimal" % b)
        return answer

    operation.__name__ = name
    return operation


for _name in ("copy_abs", "copy_negate", "is_finite", "is_infinite", "is_nan", "is_qnan", "is_signed", "is_snan", "is_zero"):
    setattr(Context, _name, _plain_method(_name))
for _name, _method in {
    "add": "__add__", "subtract": "__sub__", "multiply": "__mul__", "divide": "__truediv__",
    "divide_int": "__floordiv__", "divmod": "__divmod__", "remainder": "__mod__",
}.items():
    setattr(Context, _name, _binary_method(_name, _method))
for _name in ("compare", "compare_signal", "compare_total", "compare_total_mag", "copy_sign", "logical_and", "logical_or",
              "logical_xor", "max", "max_mag", "min", "min_mag", "next_toward", "quantize", "remainder_near", "rotate",
              "same_quantum", "scaleb", "shift"):
    setattr(Context, _name, _binary_method(_name, _name))
del _name, _method

# What the methods of contexts do, most of which are made above from those of numbers.
_METHODS = {
    "abs": """The absolute value, rounded.

    >>> ExtendedContext.abs(Decimal("-2.5"))
    Decimal('2.5')
    >>> ExtendedContext.abs(-7)
    Decimal('7')
    """,
    "add": """The sum, rounded.

    >>> ExtendedContext.add(Decimal("1.25"), Decimal("2"))
    Decimal('3.25')
    >>> ExtendedContext.add(8, 5)
    Decimal('13')
    """,
    "canonical": """The number as it is: each has one form.

    >>> ExtendedContext.canonical(Decimal("2.50"))
    Decimal('2.50')
    """,
    "compare": """-1, 0 or 1 by the values; NaN if one is.

    >>> ExtendedContext.compare(Decimal("1.5"), Decimal("1.50"))
    Decimal('0')
    >>> ExtendedContext.compare(1, 2)
    Decimal('-1')
    """,
    "compare_signal": """As compare(), but every NaN is signalled.

    >>> ExtendedContext.compare_signal(Decimal("3"), Decimal("-3"))
    Decimal('1')
    """,
    "compare_total": """-1, 0 or 1 in an order of all decimals, NaNs and exponents too.

    >>> ExtendedContext.compare_total(Decimal("1.0"), Decimal("1.00"))
    Decimal('1')
    """,
    "compare_total_mag": """As compare_total(), of absolute values.

    >>> ExtendedContext.compare_total_mag(Decimal("-3"), Decimal("2"))
    Decimal('1')
    """,
    "copy_abs": """The number without its sign; it is not rounded.

    >>> ExtendedContext.copy_abs(Decimal("-12"))
    Decimal('12')
    """,
    "copy_decimal": """The number as it is.

    >>> ExtendedContext.copy_decimal(Decimal("4.20"))
    Decimal('4.20')
    >>> ExtendedContext.copy_decimal(6)
    Decimal('6')
    """,
    "copy_negate": """The number with the other sign; it is not rounded.

    >>> ExtendedContext.copy_negate(Decimal("12"))
    Decimal('-12')
    """,
    "copy_sign": """The first number with the sign of the second.

    >>> ExtendedContext.copy_sign(Decimal("12"), Decimal("-0"))
    Decimal('-12')
    """,
    "create_decimal_from_float": """A float's value as the context wants it.

    >>> Context(prec=4).create_decimal_from_float(2.718281828)
    Decimal('2.718')
    """,
    "divide": """The quotient, rounded.

    >>> ExtendedContext.divide(Decimal("1"), Decimal("8"))
    Decimal('0.125')
    >>> ExtendedContext.divide(2, 3)
    Decimal('0.666666667')
    """,
    "divide_int": """The whole part of the quotient.

    >>> ExtendedContext.divide_int(17, 5)
    Decimal('3')
    """,
    "divmod": """The whole part of the quotient, and what remains.

    >>> ExtendedContext.divmod(17, 5)
    (Decimal('3'), Decimal('2'))
    """,
    "exp": """e to the power of the number.

    >>> ExtendedContext.exp(Decimal("2"))
    Decimal('7.38905610')
    >>> ExtendedContext.exp(Decimal("-Infinity"))
    Decimal('0')
    """,
    "fma": """The product of the first two plus the third, rounded once.

    >>> ExtendedContext.fma(Decimal("2.5"), 4, 1)
    Decimal('11.0')
    """,
    "is_canonical": """True: each number has one form.

    >>> ExtendedContext.is_canonical(Decimal("8.1"))
    True
    """,
    "is_finite": """Whether it is neither infinite nor a NaN.

    >>> ExtendedContext.is_finite(Decimal("1E+9"))
    True
    >>> ExtendedContext.is_finite(Decimal("NaN"))
    False
    """,
    "is_infinite": """Whether it is an infinity.

    >>> ExtendedContext.is_infinite(Decimal("-Inf"))
    True
    """,
    "is_nan": """Whether it is a NaN of either kind.

    >>> ExtendedContext.is_nan(Decimal("sNaN"))
    True
    """,
    "is_normal": """Whether it is finite, not zero, and not subnormal.

    >>> ExtendedContext.is_normal(Decimal("0.01"))
    True
    >>> ExtendedContext.is_normal(Decimal("1E-999999"))
    True
    >>> ExtendedContext.is_normal(0)
    False
    """,
    "is_qnan": """Whether it is a quiet NaN.

    >>> ExtendedContext.is_qnan(Decimal("NaN"))
    True
    """,
    "is_signed": """Whether it has a minus sign, zeros and NaNs too.

    >>> ExtendedContext.is_signed(Decimal("-0"))
    True
    """,
    "is_snan": """Whether it is a signalling NaN.

    >>> ExtendedContext.is_snan(Decimal("NaN"))
    False
    """,
    "is_subnormal": """Whether it is nearer to zero than every normal number is.

    >>> ExtendedContext.is_subnormal(Decimal("1E-1000000"))
    True
    """,
    "is_zero": """Whether it is zero, of either sign.

    >>> ExtendedContext.is_zero(Decimal("0E+3"))
    True
    """,
    "ln": """The natural logarithm.

    >>> ExtendedContext.ln(Decimal("2"))
    Decimal('0.693147181')
    >>> ExtendedContext.ln(0)
    Decimal('-Infinity')
    """,
    "log10": """The logarithm to base ten.

    >>> ExtendedContext.log10(1000)
    Decimal('3')
    >>> ExtendedContext.log10(Decimal("2"))
    Decimal('0.301029996')
    """,
    "logb": """The exponent of the number in scientific notation.

    >>> ExtendedContext.logb(Decimal("2500"))
    Decimal('3')
    """,
    "logical_and": """Digit by digit, 1 where both have 1.

    >>> ExtendedContext.logical_and(Decimal("1100"), Decimal("1010"))
    Decimal('1000')
    """,
    "logical_invert": """Digit by digit of the precision, 1 where there is 0.

    >>> ExtendedContext.logical_invert(Decimal("1010"))
    Decimal('111110101')
    """,
    "logical_or": """Digit by digit, 1 where one has 1.

    >>> ExtendedContext.logical_or(Decimal("1100"), Decimal("1010"))
    Decimal('1110')
    """,
    "logical_xor": """Digit by digit, 1 where just one has 1.

    >>> ExtendedContext.logical_xor(Decimal("1100"), Decimal("1010"))
    Decimal('110')
    """,
    "max": """The larger one; a number rather than a NaN.

    >>> ExtendedContext.max(Decimal("7"), Decimal("NaN"))
    Decimal('7')
    >>> ExtendedContext.max(3, -4)
    Decimal('3')
    """,
    "max_mag": """The one of larger absolute value.

    >>> ExtendedContext.max_mag(3, -4)
    Decimal('-4')
    """,
    "min": """The smaller one; a number rather than a NaN.

    >>> ExtendedContext.min(3, -4)
    Decimal('-4')
    """,
    "min_mag": """The one of smaller absolute value.

    >>> ExtendedContext.min_mag(3, -4)
    Decimal('3')
    """,
    "minus": """The negated number, rounded; zero has no sign.

    >>> ExtendedContext.minus(Decimal("1.3"))
    Decimal('-1.3')
    """,
    "multiply": """The product, rounded.

    >>> ExtendedContext.multiply(Decimal("1.20"), 3)
    Decimal('3.60')
    """,
    "next_minus": """The largest number of the precision that is smaller.

    >>> ExtendedContext.next_minus(Decimal("1"))
    Decimal('0.999999999')
    """,
    "next_plus": """The smallest number of the precision that is larger.

    >>> ExtendedContext.next_plus(Decimal("1"))
    Decimal('1.00000001')
    """,
    "next_toward": """The neighbour in the direction of the second number.

    >>> ExtendedContext.next_toward(1, 5)
    Decimal('1.00000001')
    >>> ExtendedContext.next_toward(1, -5)
    Decimal('0.999999999')
    """,
    "normalize": """The number without zeros at its end.

    >>> ExtendedContext.normalize(Decimal("120.00"))
    Decimal('1.2E+2')
    """,
    "number_class": """What kind of number it is.

    >>> ExtendedContext.number_class(Decimal("2.5"))
    '+Normal'
    >>> ExtendedContext.number_class(Decimal("-Inf"))
    '-Infinity'
    >>> ExtendedContext.number_class(Decimal("-0"))
    '-Zero'
    """,
    "plus": """The number, rounded; zero has no sign.

    >>> ExtendedContext.plus(Decimal("3.14159265358"))
    Decimal('3.14159265')
    """,
    "power": """The first to the power of the second, modulo the third if there is one.

    >>> ExtendedContext.power(2, 10)
    Decimal('1024')
    >>> ExtendedContext.power(2, Decimal("0.5"))
    Decimal('1.41421356')
    >>> ExtendedContext.power(3, 200, 7)
    Decimal('2')
    """,
    "quantize": """The first rounded to the exponent of the second.

    >>> ExtendedContext.quantize(Decimal("2.675"), Decimal("0.01"))
    Decimal('2.68')
    """,
    "radix": """Ten.

    >>> ExtendedContext.radix()
    Decimal('10')
    """,
    "remainder": """What remains of division, with the sign of the first.

    >>> ExtendedContext.remainder(-17, 5)
    Decimal('-2')
    """,
    "remainder_near": """What remains when the quotient is the nearest integer.

    >>> ExtendedContext.remainder_near(18, 5)
    Decimal('-2')
    """,
    "rotate": """The digits of the precision turned round, to the left if the second is positive.

    >>> ExtendedContext.rotate(Decimal("123456789"), 2)
    Decimal('345678912')
    """,
    "same_quantum": """Whether the exponents are the same.

    >>> ExtendedContext.same_quantum(Decimal("1.25"), Decimal("0.01"))
    True
    """,
    "scaleb": """The first with its exponent raised by the second.

    >>> ExtendedContext.scaleb(Decimal("2.5"), 3)
    Decimal('2.5E+3')
    """,
    "shift": """The digits moved, to the left if the second is positive; zeros come in.

    >>> ExtendedContext.shift(Decimal("123456789"), -2)
    Decimal('1234567')
    """,
    "sqrt": """The square root, rounded half to even.

    >>> ExtendedContext.sqrt(2)
    Decimal('1.41421356')
    """,
    "subtract": """The difference, rounded.

    >>> ExtendedContext.subtract(Decimal("1.3"), Decimal("2.07"))
    Decimal('-0.77')
    """,
    "to_eng_string": """Text whose exponent is a multiple of three.

    >>> ExtendedContext.to_eng_string(Decimal("123E+4"))
    '1.23E+6'
    """,
    "to_integral_exact": """An integer, rounded; what is lost is signalled.

    >>> ExtendedContext.to_integral_exact(Decimal("2.5"))
    Decimal('2')
    """,
    "to_integral_value": """An integer, rounded, without a signal.

    >>> ExtendedContext.to_integral_value(Decimal("-3.7"))
    Decimal('-4')
    """,
    "to_sci_string": """Text in scientific notation.

    >>> ExtendedContext.to_sci_string(Decimal("123E+4"))
    '1.23E+6'
    """,
}
for _name, _text in _METHODS.items():
    getattr(Context, _name).__doc__ = _text
del _name, _text, _METHODS

DefaultContext = Context(
    prec=28, rounding=ROUND_HALF_EVEN, traps=[DivisionByZero, Overflow, InvalidOperation], flags=[],
    Emax=999999, Emin=-999999, capitals=1, clamp=0,
)
BasicContext = Context(
    prec=9, rounding=ROUND_HALF_UP, traps=[DivisionByZero, Overflow, InvalidOperation, Clamped, Underflow], flags=[],
)
ExtendedContext = Context(prec=9, rounding=ROUND_HALF_EVEN, traps=[], flags=[])

_INFINITY = Decimal("Inf")
_NEGATIVE_INFINITY = Decimal("-Inf")
_NAN = Decimal("NaN")
_ZERO = Decimal(0)
_ONE = Decimal(1)
_NEGATIVE_ONE = Decimal(-1)
_INFINITIES = (_INFINITY, _NEGATIVE_INFINITY)
