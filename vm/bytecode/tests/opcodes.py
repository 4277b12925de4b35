# The oracle's opcode table: a line for each opcode (number, name, has-lists, caches, head of its family) and its stack
# effects for some arguments (falling through, jumping, the greater one; - where there is none).
import _opcode, opcode, re, sysconfig

lists = ("hasarg", "hasconst", "hasname", "hasjrel", "haslocal", "hasfree", "hasexc")
family = {name: head for head, names in opcode._specializations.items() for name in names}
names = dict(opcode.opmap)
# The numbers of specialised forms are in no module, only in the header.
with open(sysconfig.get_path("include") + "/opcode.h") as f:
    header = dict(re.findall(r"#define +([A-Z]\w+) +(\d+)$", f.read(), re.M))
names |= {name: int(header[name]) for name in opcode._specialized_instructions}


def effect(n, arg, jump):
    try:
        return str(_opcode.stack_effect(n, arg, jump=jump))
    except ValueError as e:
        return "-" if "invalid" in str(e) else effect(n, None, jump)


for name, n in sorted(names.items(), key=lambda item: item[1]):
    has = "".join(str(int(n in getattr(opcode, l))) for l in lists)
    caches = opcode._inline_cache_entries[n] if n < 256 else 0
    print(n, name, has, caches, family.get(name, name))
    for arg in (0, 1, 2, 3, 5, 255, 256, 70000) if n >= opcode.HAVE_ARGUMENT else (0,):
        print(n, arg, *(effect(n, arg, jump) for jump in (False, True, None)))
