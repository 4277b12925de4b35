"""Numbers: ints of each size, floats, complex numbers, mixtures, comparisons, the functions of math."""

import math

S, M, B, H = 7, 2**31 + 11, 2**70 + 17, 3**2000
INT = f"a = {S}; b = 3"
MEDIUM = f"a = {M}; b = {2**33 + 5}"
BIG = f"a = {B}; b = {2**66 + 5}"
HUGE = "a = H; b = H // 7"
FLOAT = "a = 7.25; b = 3.5"

EACH = {}
for size, setup in (("small", INT), ("medium", MEDIUM), ("big", BIG), ("huge", HUGE), ("float", FLOAT)):
    for name, op in (
        ("add", "a + b"), ("sub", "a - b"), ("mul", "a * b"), ("truediv", "a / b"), ("floordiv", "a // b"),
        ("mod", "a % b"), ("divmod", "divmod(a, b)"), ("neg", "-a"), ("lt", "a < b"), ("eq", "a == b"),
        ("square", "a ** 2"), ("bool", "not a"), ("hash", "hash(a)"), ("abs", "abs(a)"),
    ):
        if size == "huge" and name == "truediv":
            continue
        EACH[f"{size} {name}"] = (setup, op)
    if size != "float":
        for name, op in (
            ("and", "a & b"), ("or", "a | b"), ("xor", "a ^ b"), ("invert", "~a"),
            ("lshift", "a << 3"), ("rshift", "a >> 3"), ("bit_length", "a.bit_length()"),
        ):
            EACH[f"{size} {name}"] = (setup, op)
        if size != "huge":
            EACH[f"{size} str"] = (setup, "str(a)")

EACH |= {
    "huge str": (HUGE, "str(a)"),
    "huge int of str": ("s = str(H)", "int(s)"),
    "float str": ("a = 3.14159", "str(a)"),
    "float str of whole": ("a = 3.0", "str(a)"),
    "float str long": ("a = 1 / 3", "str(a)"),
    "float of str": ("a = '3.14159'", "float(a)"),
    "float of str long": ("a = str(1 / 3)", "float(a)"),
    "int of str 10": ("a = '1234567890'", "int(a)"),
    "int of str space": ("a = ' 12 '", "int(a)"),
    "pow small": ("a = 3; b = 20", "a ** b"),
    "pow big": ("a = 3; b = 500", "a ** b"),
    "pow mod": ("a = 3; b = 5000", "pow(a, b, 1000007)"),
    "pow mod big": ("a = 3**50; b = 2**200 + 1; c = 2**127 - 1", "pow(a, b, c)"),
    "pow float": ("a = 3.5; b = 2.5", "a ** b"),
    "pow half": ("a = 3.5", "a ** 0.5"),
    "pow negative": ("a = 3", "a ** -1"),
    "int plus float": ("a = 3; b = 2.5", "a + b"),
    "float times int": ("a = 3; b = 2.5", "b * a"),
    "int less float": ("a = 3; b = 2.5", "a < b"),
    "int equals float": ("a = 3; b = 3.0", "a == b"),
    "int truediv": ("a = 10; b = 4", "a / b"),
    "augmented int": ("a = 0", "a += 1"),
    "augmented float": ("a = 0.0", "a += 1.5"),
    "bool and": ("a = True; b = False", "a & b"),
    "bool plus": ("a = True", "a + 1"),
    "bool sum": ("a = [True, False] * 10", "sum(a)"),
    "chain compare": ("a = 3", "1 < a < 5"),
    "is None": ("a = 3", "a is None"),
    "and or": ("a = 3; b = 0", "a and b or a"),
    "conditional": ("a = 3", "1 if a else 2"),
    "complex add": ("a = 1 + 2j; b = 2 - 1j", "a + b"),
    "complex mul": ("a = 1 + 2j; b = 2 - 1j", "a * b"),
    "complex div": ("a = 1 + 2j; b = 2 - 1j", "a / b"),
    "complex abs": ("a = 1 + 2j", "abs(a)"),
    "complex float": ("a = 1 + 2j", "a * 2.0"),
    "float is_integer": ("a = 3.0", "a.is_integer()"),
    "float floor int": ("a = 3.7", "int(a)"),
    "float of int": ("a = 37", "float(a)"),
    "float mod": ("a = -7.5", "a % 2.0"),
    "float floordiv": ("a = -7.5", "a // 2.0"),
    "float formula": ("a = 1.5; b = 2.5; c = 3.5", "(a * b + c) / (a - b)"),
    "int formula": ("a = 15; b = 25; c = 35", "(a * b + c) % (a + b)"),
    "int lcg": ("a = 1", "a = (a * 1103515245 + 12345) & 0x7fffffff"),
    "int hash mix": ("a = 1", "a = (a * 31 + 7) % 1000000007"),
    "int bits": ("a = 12345", "(a >> 3) & 7 | 8"),
    "int mask 64": ("a = 1", "a = (a * 6364136223846793005 + 1) & 0xffffffffffffffff"),
    "int bit_count": ("a = 12345", "a.bit_count()"),
    "math sqrt": ("a = 2.0; f = math.sqrt", "f(a)"),
    "math sqrt int": ("a = 2; f = math.sqrt", "f(a)"),
    "math sin": ("a = 2.0; f = math.sin", "f(a)"),
    "math floor": ("a = 2.5; f = math.floor", "f(a)"),
    "math log": ("a = 2.5; f = math.log", "f(a)"),
    "math log base": ("a = 2.5; f = math.log", "f(a, 2)"),
    "math pow": ("a = 2.5; f = math.pow", "f(a, 2)"),
    "math hypot": ("a = 2.5; f = math.hypot", "f(a, 2)"),
    "math atan2": ("a = 2.5; f = math.atan2", "f(a, 2)"),
    "math isclose": ("a = 2.5; f = math.isclose", "f(a, 2)"),
    "math isnan": ("a = 2.5; f = math.isnan", "f(a)"),
    "math gcd": ("a = 120; f = math.gcd", "f(a, 36)"),
    "math gcd big": ("a = 3**100; b = 6**80; f = math.gcd", "f(a, b)"),
    "math isqrt": ("a = 12345; f = math.isqrt", "f(a)"),
    "math isqrt big": ("a = 3**200; f = math.isqrt", "f(a)"),
    "math factorial": ("f = math.factorial", "f(20)"),
    "math factorial big": ("f = math.factorial", "f(200)"),
    "math comb": ("f = math.comb", "f(50, 20)"),
    "math prod": ("a = list(range(1, 20)); f = math.prod", "f(a)"),
    "math fsum": ("a = [0.1] * 20; f = math.fsum", "f(a)"),
    "math dist": ("a = (1.0, 2.0); b = (3.0, 4.0); f = math.dist", "f(a, b)"),
    "math sumprod": ("a = [1.0, 2.0] * 10; f = math.sumprod", "f(a, a)"),
    "math modf": ("a = 2.5; f = math.modf", "f(a)"),
    "fraction add": ("from fractions import Fraction as F; a = F(1, 3); b = F(2, 5)", "a + b"),
    "fraction made": ("from fractions import Fraction as F", "F(6, 4)"),
}
