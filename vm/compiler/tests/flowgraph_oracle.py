# The oracle's side of the flow graph's tests: instruction sequences of library functions as the oracle's code generator
# makes them, some of them damaged, with what its optimiser and its assembler make of them.
#
# Usage: flowgraph_oracle.py make OUT FILES SEED, or again OUT CASES; a case is the first three parts of a record, which is
#   nlocals, instructions, constants, optimised instructions, constants left, assembled code object
# where a list is its length and its items, an instruction six numbers, a constant its length and marshalled bytes. All
# numbers have four bytes.
import ast, glob, marshal, mmap, os, random, signal, struct, sys, sysconfig, types
from _testinternalcapi import assemble_code_object, compiler_codegen, optimize_cfg
from opcode import opmap as op

HAS_TARGET = {op[n] for n in ("SETUP_FINALLY", "SETUP_CLEANUP", "SETUP_WITH")}
SETUPS = frozenset(HAS_TARGET)
HAS_TARGET |= {n for name, n in op.items() if "JUMP" in name} | {op["FOR_ITER"], op["SEND"]}
BRANCHES = [op[n] for n in ("POP_JUMP_IF_TRUE", "POP_JUMP_IF_FALSE", "POP_JUMP_IF_NONE", "POP_JUMP_IF_NOT_NONE")]


class Hoist(ast.NodeTransformer):
    """Makes the body of a function one of a module: what a module cannot hold becomes something near."""

    def nested(self, node):
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = nested

    def visit_Return(self, node):
        self.generic_visit(node)
        return ast.copy_location(ast.Raise(exc=node.value or ast.copy_location(ast.Constant(None), node), cause=None), node)

    def value(self, node):
        self.generic_visit(node)
        return node.value or ast.copy_location(ast.Constant(None), node)

    visit_Yield = visit_YieldFrom = visit_Await = value

    def visit_Nonlocal(self, node):
        return ast.copy_location(ast.Pass(), node)

    visit_Global = visit_Nonlocal

    def visit_AsyncFor(self, node):
        self.generic_visit(node)
        return ast.copy_location(ast.For(node.target, node.iter, node.body, node.orelse), node)

    def visit_AsyncWith(self, node):
        self.generic_visit(node)
        return ast.copy_location(ast.With(node.items, node.body), node)

    def visit_comprehension(self, node):
        self.generic_visit(node)
        node.is_async = 0
        return node


def units(path):
    with open(path, "rb") as f:
        tree = ast.parse(f.read())
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = [Hoist().visit(s) for s in node.body]
            yield ast.Module(body=body, type_ignores=[])


def unkey(key):
    # What stands in the table of constants are keys that tell types apart; the constant comes second in them.
    return key[1] if isinstance(key, tuple) else key


def as_function(instrs, meta, rng):
    """Names become fast locals or globals, the returns that were hidden come back, handlers become branches."""
    nlocals = len(meta["varnames"])
    names = len(meta["names"])
    stored = {i[1] for i in instrs if i[0] in (op["STORE_NAME"], op["DELETE_NAME"])}
    fast = {"LOAD_NAME": "LOAD_FAST", "STORE_NAME": "STORE_FAST", "DELETE_NAME": "DELETE_FAST"}
    fast = {op[a]: op[b] for a, b in fast.items()}
    out = []
    for code, arg, *loc in instrs:
        if code == op["LOAD_NAME"] and arg not in stored:
            code, arg = op["LOAD_GLOBAL"], arg << 1
        elif code in fast:
            code, arg = fast[code], arg + nlocals
        elif code == op["RAISE_VARARGS"] and arg == 1 and rng.random() < 0.8:
            code, arg = op["RETURN_VALUE"], 0
        elif code in SETUPS:
            # The oracle's function crashes on these.
            code = rng.choice(BRANCHES)
        elif code == op["POP_BLOCK"]:
            code, arg = op["NOP"], 0
        out.append((code, arg, *loc))
    return out, nlocals + names


def damage(instrs, nlocals, nconsts, rng):
    """Changes, inserts and takes away instructions; all jumps stay inside."""
    instrs = [list(i) for i in instrs]
    for _ in range(rng.randint(1, 12)):
        at = rng.randrange(len(instrs))
        loc = list(instrs[at][2:])
        kind = rng.randrange(9)
        new = []
        if kind == 0:
            instrs[at][2:] = rng.choice(([-1] * 4, list(rng.choice(instrs)[2:])))
        elif kind == 1 and instrs[at][0] in BRANCHES:
            instrs[at][0] = rng.choice(BRANCHES)
        elif kind == 2 and instrs[at][0] in HAS_TARGET:
            # Loops leave forward; nothing else can be assembled.
            forward = instrs[at][0] in (op["FOR_ITER"], op["SEND"])
            instrs[at][1] = rng.randrange(min(at + 1, len(instrs) - 1) if forward else 0, len(instrs))
        elif kind == 3:
            new = [[op["SWAP"], rng.randint(1, 5), *loc] for _ in range(rng.randint(1, 6))]
            if rng.random() < 0.7:
                stores = ("STORE_FAST", "STORE_FAST", "STORE_FAST_MAYBE_NULL", "POP_TOP", "NOP")
                stores = [rng.choice(stores) for _ in range(rng.randint(2, 5))]
                new += [[op[s], rng.randrange(max(nlocals, 1)) if "FAST" in s else 0, *loc] for s in stores]
        elif kind == 4 and nconsts:
            n = rng.randint(1, 4)
            new = [[op["LOAD_CONST"], rng.randrange(nconsts), *loc] for _ in range(n)]
            new += rng.choice(([[op["BUILD_TUPLE"], n, *loc]], [[op["COPY"], 1, *loc]], [[op["POP_TOP"], 0, -1, -1, -1, -1]],
                [[op["BUILD_TUPLE"], n, *loc], [op["UNPACK_SEQUENCE"], n, *loc]],
                [[op["IS_OP"], rng.randint(0, 1), *loc], [rng.choice(BRANCHES), rng.randrange(len(instrs)), *loc]],
                [[rng.choice(BRANCHES), rng.randrange(len(instrs)), *loc]], [[op["RETURN_VALUE"], 0, *loc]]))
        elif kind == 5:
            n = rng.randint(1, 4)
            new = [[op["BUILD_TUPLE"], n, *loc], [op["UNPACK_SEQUENCE"], rng.choice((n, n, n + 1)), *loc]]
        elif kind == 6:
            new = [[op[rng.choice(("JUMP", "JUMP_NO_INTERRUPT"))], rng.randrange(len(instrs)), *rng.choice((loc, [-1] * 4))]]
        elif kind == 7 and nlocals:
            fast = ("LOAD_FAST", "STORE_FAST", "DELETE_FAST", "LOAD_FAST_AND_CLEAR", "STORE_FAST_MAYBE_NULL", "LOAD_FAST")
            new = [[op[rng.choice(fast)], rng.randrange(nlocals), *loc] for _ in range(rng.randint(1, 3))]
        else:
            new = [[op[rng.choice(("NOP", "COPY", "POP_TOP", "PUSH_NULL"))], 1, *rng.choice((loc, [-1] * 4))]]
        for instr in instrs:
            if instr[0] in HAS_TARGET and instr[1] > at:
                instr[1] += len(new)
        instrs[at:at] = new
    return [tuple(i) for i in instrs]


def sequence(instrs):
    return struct.pack("<I", len(instrs)) + b"".join(struct.pack("<6i", *i) for i in instrs)


def blob(value):
    data = marshal.dumps(value)
    return struct.pack("<I", len(data)) + data


def blobs(values):
    return struct.pack("<I", len(values)) + b"".join(map(blob, values))


def record(instrs, consts, nlocals):
    left = list(consts)
    optimised = optimize_cfg(list(instrs), left, nlocals)
    meta = {
        "name": "unit", "qualname": "C.unit", "consts": dict.fromkeys([]), "names": {"a": 0, "b": 1},
        "varnames": {f"v{i}": i for i in range(nlocals)}, "cellvars": {"v0": 0, "cell": 1} if nlocals else {"cell": 0},
        "freevars": {"free": len({"v0", "cell"}) if nlocals else 1}, "argcount": min(nlocals, 2),
        "posonlyargcount": 0, "kwonlyargcount": 0, "firstlineno": 7, "filename": "file",
        "fasthidden": {"v1": True} if nlocals > 1 else {},
    }
    # A jump out of a loop can leave another depth than the damage knows; the code is not run.
    code = assemble_code_object("file", optimised, meta)
    return struct.pack("<I", nlocals) + sequence(instrs) + blobs(consts) + sequence(optimised) + blobs(left) + blob(code)


def cases(seed, files):
    lib = sysconfig.get_path("stdlib")
    paths = sorted(glob.glob(f"{lib}/*.py") + glob.glob(f"{lib}/[a-z]*/*.py"))
    paths = [p for p in paths if "site-packages" not in p and "lib2to3" not in p]
    rng = random.Random(seed)
    for path in rng.sample(paths, min(files, len(paths))):
        for tree in units(path):
            try:
                instrs, meta = compiler_codegen(tree, "file", 0)
            except (SyntaxError, RecursionError, SystemError):
                continue
            # Code objects are in no tuple that can be folded, but damage would put them there.
            consts = [unkey(k) for k in meta["consts"]]
            consts = [f"code {i}" if isinstance(c, types.CodeType) else c for i, c in enumerate(consts)]
            instrs, nlocals = as_function(instrs, meta, rng)
            yield instrs, consts, nlocals
            for _ in range(4):
                yield damage(instrs, nlocals, len(consts), rng), consts, nlocals


def answer(case, out):
    # A ring of jumps never ends.
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        data = record(*case)
    except (ValueError, SystemError) as e:
        print("refused:", e)
    else:
        signal.setitimer(signal.ITIMER_REAL, 0)
        while data:
            data = data[os.write(out, data) :]


def make(out, files, seed):
    # Sequences that crash the oracle, or that it never ends with, are left out: children work until they die, or for a
    # while, since it can also be damaged without dying.
    every = list(cases(seed, files))
    done = mmap.mmap(-1, 8)
    crashes = 0
    while (start := int.from_bytes(done[:], "little")) < len(every):
        child = os.fork()
        if child == 0:
            for n in range(start, min(start + 50, len(every))):
                done[:] = (n + 1).to_bytes(8, "little")
                answer(every[n], out)
            sys.stdout.flush()
            os._exit(0)
        crashes += os.waitpid(child, 0)[1] != 0
    print(len(every), "cases,", crashes, "crashes")


def again(out, path):
    # Each of the given cases in a process of its own.
    with open(path, "rb") as f:
        data = f.read()
    at = 0

    def number():
        nonlocal at
        at += 4
        return struct.unpack_from("<i", data, at - 4)[0]

    def value():
        nonlocal at
        size = number()
        at += size
        return marshal.loads(data[at - size : at])

    while at < len(data):
        nlocals = number()
        instrs = [tuple(number() for _ in range(6)) for _ in range(number())]
        consts = [value() for _ in range(number())]
        child = os.fork()
        if child == 0:
            answer((instrs, consts, nlocals), out)
            os._exit(0)
        os.waitpid(child, 0)


mode, out, *rest = sys.argv[1:]
out = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
if mode == "make":
    make(out, *map(int, rest))
else:
    again(out, *rest)
