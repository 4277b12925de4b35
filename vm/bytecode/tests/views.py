# The oracle's side of the test of derived views: for each named `.pyc`, a line with one checksum for all code objects.
import dis, marshal, sys, types, warnings, zlib

warnings.simplefilter("ignore")


def number(n):
    return "-" if n is None else str(n)


def text(code, out):
    out.append(f"{code.co_nlocals} {' '.join(code.co_varnames)}|{' '.join(code.co_cellvars)}|{' '.join(code.co_freevars)}\n")
    out.extend(f"{start} {end} {number(line)}\n" for start, end, line in code.co_lines())
    out.extend(" ".join(map(number, p)) + "\n" for p in code.co_positions())
    out.append(code.co_lnotab.hex() + "\n")
    for e in dis._parse_exception_table(code):
        out.append(f"{e.start} {e.end} {e.target} {e.depth} {int(e.lasti)}\n")
    # What dis makes of the arguments, caches and prefixes left out.
    for i in dis.get_instructions(code):
        if i.opcode != dis.EXTENDED_ARG:
            target = i.argval if i.opcode in dis.hasjrel else "-"
            out.append(f"{i.offset} {i.opcode} {i.arg or 0} {target}\n")
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            text(const, out)


for path in sys.stdin.read().splitlines():
    with open(path, "rb") as f:
        code = marshal.loads(f.read()[16:])
    out = []
    text(code, out)
    print(zlib.crc32("".join(out).encode()))
