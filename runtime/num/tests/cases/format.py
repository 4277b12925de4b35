# format() of int, float, complex and str, also with a locale's grouping; %-formatting of int.
FILLS = ["", "<", ">", "^", "=", "*<", "*>", "*^", "*=", "0<", "0>", "0=", "é^", "<<", "==", "\U0001f600=", "\0>"]
SIGNS = ["", "+", "-", " "]
GROUPS = ["", "", ",", "_"]
WIDTHS = ["", "0", "1", "5", "8", "12", "20", "31", "010", "05", "027"]
PRECISIONS = ["", "", "", ".0", ".1", ".3", ".6", ".17", ".30", ".400"]


def spec(types):
    if rnd.random() < 0.03:
        return "".join(rnd.choice("<>=^+- z#01.,_defgx\0é") for _ in range(rnd.randint(1, 5)))
    return (rnd.choice(FILLS) + rnd.choice(SIGNS) + rnd.choice(["", "", "", "z"]) + rnd.choice(["", "", "#"])
            + rnd.choice(["", "", "0"]) + rnd.choice(WIDTHS) + rnd.choice(GROUPS) + rnd.choice(PRECISIONS) + rnd.choice(types))


for _ in range(9000):
    case("int", format, rint(rnd.choice([8, 20, 64, 200])), spec(["", "b", "c", "d", "o", "x", "X", "n", "d", "x", "e", "E", "f", "F", "g", "G", "%", "s", "q", "é", "\x7f"]))
for _ in range(14000):
    case("float", format, rfloat(), spec(["", "", "e", "E", "f", "F", "g", "G", "n", "%", "d", "s", "q"]))
for _ in range(9000):
    case("complex", format, complex(rfloat(), rfloat()) if rnd.random() < 0.8 else complex(rnd.choice([0.0, -0.0]), rfloat()), spec(["", "", "e", "E", "f", "F", "g", "G", "n", "%", "d", "s"]))
for _ in range(4000):
    case("str", format, rnd.choice(["", "a", "hello", "é\U0001f600", "x" * 40]), spec(["", "s", "s", "d", "n"]).replace("z", rnd.choice(["z", ""])))
for v in (0, 1, 999, 1000, 12345, 123456, 1234567, -1234567, 10**20):
    for w in range(0, 34):
        for g in ",_":
            for t in ("d", "x", "b", "o", "X", ".2f", "e", "%", ".0f", "#x"):
                case("int", format, v, f"0{w}{g}{t}")
                case("int", format, v, f"+#0{w}{g}{t[-1]}" if t[-1] in "xXob" else f"+0{w}{g}{t}")
for s in ["%d.", "99999999999999999999", "1.99999999999999999999", "9223372036854775807", "9223372036854775808", ".2147483648f", ".", ",_", "_,", ",,", "__", "10.", "a<", "<a", "<<<", "z", "zz", "-+", "#z", "z#"]:
    for name, v in (("int", 5), ("float", 5.0), ("complex", 5j), ("str", "a")):
        if s not in ("9223372036854775807",):
            case(name, format, v, s)
for v in (-1, 0x110000, 0xd800, 0x10ffff, 1 << 70, -(1 << 70)):
    if v != 0xd800:
        for s in ("c", "5c", "=5c", "05c", "^7c", "+c", "#c", ",c", "_c", ".1c", "zc", "*>3c"):
            case("int", format, v, s)
for _ in range(4000):
    t = rnd.choice("diuoxX")
    s = "%" + rnd.choice(["", "#"]) + rnd.choice(["", ".0", ".1", ".5", ".30"]) + t
    case("percent", lambda v, s: s % v, rint(rnd.choice([8, 40, 100])), s)
