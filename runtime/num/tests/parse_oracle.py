# Prints texts given to int(): text (as hexadecimal of its bytes), base, limit, result.
import random, sys

rng = random.Random(77)


def case(text, base, limit=4300):
    sys.set_int_max_str_digits(limit)
    try:
        r = hex(int(text, base))
    except ValueError as e:
        r = "!" + str(e)
        if r.startswith("!invalid"):
            r = "!invalid"
    print("x" + text.encode().hex(), base, limit, r, sep="\t")


BASES = [0] + list(range(2, 37))
FIXED = ["", " ", "0", "-0", "+0", "00", "007", "0_0", "0_7", "_0", "0_", "0__0", "1_000", "1__0", "0x", "0x_", "0x_f", "0x__f", "0xf_", "0X1F",
         "-0x1f", "- 1", "+-1", "0b1", "0B_1", "0b2", "0o17", "0O_7", "0o8", "0b", "12abc", "zz", "Zz", "1e5", "1.0", " 12 ", "\t\n\v\f\r12\r", "1 2",
         "1\x002", "+", "-", "0_x1", "0x 1", "b1", "0d1", "\x1c12", "12\x1f", "000_1", "0_1", "0b_", "9" * 640, "1_" * 640 + "1"]
for t in FIXED:
    for b in BASES:
        case(t, b)
ALPHABET = "0123456789abcdefzABXO_+- x"
for _ in range(6000):
    case("".join(rng.choice(ALPHABET) for _ in range(rng.randint(1, 7))), rng.choice(BASES))
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
for n in (1, 5, 9, 10, 18, 19, 20, 60, 199, 200, 201, 399, 400, 401, 640, 641, 799, 801, 1000, 4299, 4300, 4301, 5000, 20_000):
    for b in (2, 3, 8, 10, 16, 32, 33, 36, 10, 10):
        t = "".join(rng.choice(DIGITS[:b]) for _ in range(n))
        for limit in (0, 640, 4300):
            case(t, b, limit)
            case("-" + t, b, limit)
            case("0" * 50 + t, b, limit)
            case(t + "!", b, limit)
            case("_".join(t), b, limit)
for n in (640, 641, 700, 4300, 4301):
    # Strings of these lengths meet the limit of str().
    for limit in (0, 640, 4300):
        for v in (10**n - 1, 10**(n - 1), -10**n + 1, -10**n, 10**n, 7**n):
            sys.set_int_max_str_digits(limit)
            try:
                r = str(v)
            except ValueError as e:
                r = "!" + str(e)
            print("str", hex(v), limit, r, sep="\t")
sys.set_int_max_str_digits(0)
for n in (500, 540, 541, 1000, 1080, 1081, 2160, 5000, 30_000, 100_000):
    for v in (10**n - 1, 10**n, 10**n + 1, 10**(n // 2) * 3**n, -10**n, 1 << n * 3):
        print("str", hex(v), 0, str(v), sep="\t")
