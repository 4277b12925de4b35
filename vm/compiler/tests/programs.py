"""Prints programs to compile, in hexadecimal: `programs.py SEED COUNT [broken]`. They are made by chance, and make no sense.

Half are grown from a grammar that is fond of what is hard to compile: scopes, comprehensions in classes, ways out of nested
blocks, patterns, generic definitions. Half are modules of the library with some nodes exchanged for others. The broken ones are definitions of the library with
some tokens changed: most are syntax errors.
"""
import ast
import glob
import itertools
import os
import random
import re
import sys
import textwrap

NAMES = ["a", "b", "c", "x", "__p", "self", "super", "__class__", "print"]


class Grower:
    def __init__(self, rng):
        self.rng = rng
        self.lines = []

    def pick(self, *choices):
        return self.rng.choice(choices)

    def name(self):
        return self.rng.choice(NAMES[: self.pick(4, 4, 4, 9)])

    def newline(self):
        """Sometimes a break where brackets allow it, so that lines matter."""
        return self.pick("", "", "", "", "\n")

    def comp(self, d):
        parts = []
        for _ in range(self.pick(1, 1, 2)):
            kind = self.pick("for", "for", "for", "for", "async for")
            parts.append(f"{kind} {self.target(d - 1)} in {self.expr(d - 1, 6)}")
            if self.rng.random() < 0.3:
                parts.append(f"if {self.expr(d - 1, 6)}")
        return f" {self.newline()}".join(parts)

    def target(self, d):
        if d <= 0:
            return self.name()
        n, t = self.name, self.target
        return self.pick(
            n, n, n,
            lambda: f"{n()}.{n()}",
            lambda: f"{n()}[{self.expr(d - 1)}]",
            lambda: f"{n()}[{self.expr(d - 1)}:{self.expr(d - 1)}]",
            lambda: f"({t(d - 1)}, {t(d - 1)})",
            lambda: f"[{t(d - 1)}, *{t(d - 1)}]",
            lambda: f"({t(d - 1)}, *{n()}, {n()})",
        )()

    def args(self, d):
        e = self.expr
        kinds = [
            lambda: e(d), lambda: e(d), lambda: e(d), lambda: f"*{e(d, 6)}", lambda: f"{self.name()}={e(d)}",
            lambda: f"**{e(d, 6)}",
        ]
        made = [self.rng.choice(kinds[: self.pick(3, 3, 4, 6)])() for _ in range(self.rng.randrange(4))]
        order = lambda a: 2 if a.startswith("**") else 1 if not a.startswith("*") and "=" in a[:9] and a[:5] != "(" else 0
        return ("," + self.newline()).join(sorted(made, key=order))

    def params(self, d, annotated=True):
        out, names, default = [], iter(self.rng.sample(NAMES[:5] + ["self"], 6)), False
        if self.rng.random() < 0.5:
            out.append("self")
        for name in names:
            if name == "self" or self.rng.random() < 0.5:
                continue
            text = name
            if annotated and self.rng.random() < 0.3:
                text += f": {self.expr(d - 1)}"
            if default or self.rng.random() < 0.3:
                default = True
                text += f"={self.expr(d - 1)}"
            out.append(text)
            if len(out) > 2:
                break
        if self.rng.random() < 0.2:
            out.append(self.pick("*rest", "*, k", "*, k=1, l", "/, q=2" if not default and out else "*rest"))
            if not default and out[-1].startswith("/"):
                out = out[:-1]
        if self.rng.random() < 0.2:
            out.append("**kw")
        return ", ".join(out)

    def expr(self, d, level=0):
        if d <= 0:
            return self.pick(
                self.name, self.name, self.name, lambda: "1", lambda: "0.0", lambda: "-0.0", lambda: "'s'",
                lambda: "None", lambda: "True", lambda: "...", lambda: "b'x'", lambda: "1j", lambda: "()",
                lambda: "__debug__", lambda: "'%s' % a",
                lambda: "1e400", lambda: r"'\ud800\xad\n\"'", lambda: r"b'\x00\''", lambda: "u'x'", lambda: "-1e400j", lambda: "1.5e300",
            )()
        e = lambda n=1: self.expr(d - n)
        nl = self.newline
        text = self.pick(
            lambda: f"{e()} {self.pick('+', '-', '*', '/', '%', '**', '|', '<<', '@', '//', '&', '^')} {e()}",
            lambda: f"{e()} {self.pick('<', '==', 'in', 'is', 'is not', 'not in', '!=')} {nl()}{e()}",
            lambda: f"{e()} < {e()} {self.pick('<', 'is', 'in')} {e()}",
            lambda: f"{e()} and {nl()}{e()}",
            lambda: f"{e()} or {nl()}{e()}",
            lambda: f"not {e()}",
            lambda: f"-{e()}",
            lambda: f"+{e()}",
            lambda: f"{e()} if {e()} else {nl()}{e()}",
            lambda: f"lambda {self.params(d - 1, False)}: {e()}",
            lambda: f"{self.name()} := {e()}",
            lambda: f"[{e()} {self.comp(d - 1)}]",
            lambda: f"[{e()} {self.comp(d - 1)}]",
            lambda: f"{{{e()} {self.comp(d - 1)}}}",
            lambda: f"{{{e()}: {e()} {self.comp(d - 1)}}}",
            lambda: f"({e()} {self.comp(d - 1)})",
            lambda: f"{self.name()}({self.args(d - 1)})",
            lambda: f"{e()}.{self.name()}{nl()}.{self.name()}({self.args(d - 1)})",
            lambda: f"super().{self.name()}",
            lambda: f"super().{self.name()}{nl()}({self.args(d - 1)})",
            lambda: f"super(a, self).{self.name()}({e()})",
            lambda: f"{e()}[{e()}]",
            lambda: f"{e()}[{e()}:{e()}]",
            lambda: f"{e()}[{e()}:{e()}:{e()}, ::]",
            lambda: f"[{e()}, {e()}, *{e()}]",
            lambda: f"({e()},{nl()} {e()})",
            lambda: f"{{{e()}: {e()}, {e()}: {e()}, **{e()}}}",
            lambda: f"{{{e()}, 1, 2.0}}",
            lambda: "[1, 2, 3]",
            lambda: "a in {1, 2, True}",
            lambda: f"f'{{{self.name()}!r:>{{{self.name()}}}}} {{{self.name()}}}'",
            lambda: f"f'{{ {{1: 2}} !a}} {{{{}}}} {{{self.name()}=}}'",
            lambda: f"lambda a, /, b={e()}, *c, d, e={e()}, **f: a",
            lambda: f"f({e()} for a in b)",
            lambda: "1 .a[*b, ::2]",
            lambda: f"await {e()}" if self.rng.random() < 0.4 else e(),
            lambda: f"(yield {e()})" if self.rng.random() < 0.4 else e(),
            lambda: f"(yield from {e()})" if self.rng.random() < 0.2 else e(),
        )()
        return f"({text})"

    def pattern(self, d):
        if d <= 0:
            return self.pick("_", self.name(), "1", "-1", "1+2j", "'s'", "None", "a.b", "True")
        p = lambda: self.pattern(d - 1)
        return self.pick(
            lambda: self.pattern(0),
            lambda: f"[{p()}, {p()}]",
            lambda: f"[{p()}, *_, {p()}]",
            lambda: f"[*{self.name()}, {p()}]",
            lambda: f"({p()} | {p()})",
            lambda: f"({p()} | {p()} | {p()})",
            lambda: f"({p()} as {self.name()})",
            lambda: f"{{1: {p()}, 'k': {p()}, **{self.name()}}}",
            lambda: f"{{a.b: {p()}}}",
            lambda: "{}",
            lambda: f"C({p()}, q={p()})",
            lambda: f"C({p()})",
        )()

    def put(self, indent, text):
        self.lines.append("    " * indent + text)

    def block(self, indent, d):
        for _ in range(self.pick(1, 1, 1, 2, 3)):
            self.stmt(indent, d)

    def generics(self):
        return self.pick("", "", "", "[T]", "[T: int, *Ts, **P]", "[T: (int, a), x]")

    def stmt(self, i, d):
        e = self.expr
        if d <= 0:
            self.put(i, self.pick(
                lambda: "pass", lambda: "break", lambda: "continue", lambda: "return", lambda: f"return {e(1)}",
                lambda: "return 1", lambda: "raise", lambda: f"raise {e(1)} from {e(1)}", lambda: e(2), lambda: e(2),
                lambda: f"{self.target(2)} = {e(2)}", lambda: f"{self.target(1)} = {self.target(1)} = {e(2)}",
                lambda: f"{self.name()} {self.pick('+=', '@=', '//=')} {e(1)}", lambda: f"a.b += {e(1)}",
                lambda: f"a[{e(1)}] -= 1", lambda: f"a[{e(1)}:{e(1)}] *= {e(1)}", lambda: f"del {self.name()}, a.b, a[1:2]",
                lambda: f"assert {e(1)}, {e(1)}", lambda: f"{self.name()}: {e(2)} = {e(1)}", lambda: f"{self.name()}: {e(1)}",
                lambda: f"a.b: {e(1)}", lambda: f"a[{e(1)}]: {e(1)} = 1", lambda: "import a.b.c as d, e.f",
                lambda: "from .a import b as c", lambda: "'doc'", lambda: "1", lambda: f"global {self.name()}",
                lambda: f"nonlocal {self.name()}", lambda: f"type X{self.generics()} = {e(1)}", lambda: "from m import *",
            )())
            return
        block = lambda: self.block(i + 1, d - 1)
        a = self.pick("", "", "", "", "async ")
        match self.rng.randrange(16):
            case 0:
                self.put(i, f"if {e(2)}:"), block()
                if self.rng.random() < 0.5:
                    self.put(i, f"elif {e(2)}:"), block()
                if self.rng.random() < 0.5:
                    self.put(i, "else:"), block()
            case 1:
                self.put(i, f"while {self.pick(e(2), 'True', '1', '0')}:"), block()
                if self.rng.random() < 0.3:
                    self.put(i, "else:"), block()
            case 2 | 3:
                self.put(i, f"{a}for {self.target(1)} in {e(2)}:"), block()
                if self.rng.random() < 0.3:
                    self.put(i, "else:"), block()
            case 4:
                self.put(i, "try:"), block()
                self.put(i, "finally:"), block()
            case 5 | 6:
                self.put(i, "try:"), block()
                for _ in range(self.pick(1, 2)):
                    self.put(i, f"except {e(1)}{self.pick('', ' as ' + self.name())}:"), block()
                if self.rng.random() < 0.3:
                    self.put(i, "except:"), block()
                if self.rng.random() < 0.3:
                    self.put(i, "else:"), block()
                if self.rng.random() < 0.4:
                    self.put(i, "finally:"), block()
            case 7:
                self.put(i, "try:"), block()
                self.put(i, f"except* {e(1)}{self.pick('', ' as ' + self.name())}:"), block()
                if self.rng.random() < 0.4:
                    self.put(i, "else:"), block()
                if self.rng.random() < 0.4:
                    self.put(i, "finally:"), block()
            case 8 | 9:
                items = [f"{e(1)}{self.pick('', ' as ' + self.target(1))}" for _ in range(self.pick(1, 2))]
                self.put(i, f"{a}with {', '.join(items)}:"), block()
            case 10:
                self.put(i, f"match {e(1)}:")
                for _ in range(self.pick(1, 2, 3)):
                    self.put(i + 1, f"case {self.pattern(3)}{self.pick('', ' if ' + e(1))}:")
                    self.block(i + 2, d - 1)
                if self.rng.random() < 0.5:
                    self.put(i + 1, "case _:")
                    self.block(i + 2, d - 1)
            case 11 | 12 | 13:
                if self.rng.random() < 0.2:
                    self.put(i, f"@{e(1)}")
                returns = self.pick("", "", f" -> {e(1)}")
                self.put(i, f"{a}def {self.name()}{self.generics()}({self.params(1)}){returns}:"), block()
            case _:
                if self.rng.random() < 0.2:
                    self.put(i, f"@{e(1)}")
                bases = self.pick("", "", f"({self.name()})", f"({self.name()}, k={e(1)})", f"(*{self.name()})")
                self.put(i, f"class {self.name()}{self.generics()}{bases}:"), block()

    def program(self):
        # Errors are found soon in long programs, and then nothing else is compared.
        if self.rng.random() < 0.2:
            self.put(0, "'''doc'''")
        if self.rng.random() < 0.2:
            self.put(0, "from __future__ import annotations")
        self.block(0, self.pick(1, 2, 3, 4))
        return "\n".join(self.lines) + "\n"


class Mutator(ast.NodeTransformer):
    """Exchanges some expressions and statements for others of the same module or for strange ones."""

    STRANGE = [
        "(yield)", "(yield from a)", "await a", "[(a, b) for a in b]", "(a := 1)", "lambda: (yield)", "super().a", "a < b < c",
        "not a", "[x async for x in y]", "1", "'s'", "(1, 2, 3)", "[1, 2, 3]", "{1, 2, 3}", "a and b", "a if b else c",
        "{**a, 'b': 1, 'c': 2}", "f(*a, **b)", "f'{a!r:{b}}'", "[[x for x in y] for y in x]", "{a: lambda: a for a in b}",
    ]
    STATEMENTS = [
        "return", "return 1", "return a", "break", "continue", "pass", "raise", "yield", "global a", "nonlocal a",
        "try:\n pass\nfinally:\n b", "with a: b", "for a in b: c", "while a: b", "a: int", "a: int = 1", "import a.b as c",
        "class A: a = [a for a in b]", "def f(): return super().a", "async def f(): return [await a async for a in b]",
        "match a:\n case [1, *b]: c", "type A[T] = T", "def f[T: int](a: T = 1): pass", "class A[T](B): a: T",
        "try: a\nexcept* B as c: d", "async with a: b", "async for a in b: c", "assert (a, b)", "del a, b.c, d[1:2]",
    ]

    def __init__(self, rng, share):
        self.rng, self.share = rng, share

    def generic_visit(self, node):
        super().generic_visit(node)
        if self.rng.random() >= self.share:
            return node
        if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", None), (ast.Load, type(None))):
            if not isinstance(node, (ast.JoinedStr, ast.FormattedValue, ast.Starred, ast.Slice)):
                return ast.parse(self.rng.choice(self.STRANGE), mode="eval").body
        if isinstance(node, ast.stmt):
            other = ast.parse(self.rng.choice(self.STATEMENTS)).body[0]
            return self.rng.choice([other, [other, node], [node, other]])
        return node


def mutants(rng):
    folder = os.path.dirname(os.__file__)
    files = sorted(glob.glob(os.path.join(folder, "*.py")) + glob.glob(os.path.join(folder, "test", "test_*.py")))
    while True:
        with open(rng.choice(files), encoding="utf-8", errors="replace") as f:
            try:
                tree = ast.parse(f.read())
            except (SyntaxError, ValueError):
                continue
        # A few definitions at a time: the first error ends a module.
        for node in rng.sample(tree.body, min(8, len(tree.body))):
            module = ast.Module([node], [])
            try:
                yield ast.unparse(Mutator(rng, rng.choice([0.01, 0.03])).visit(module))
            except (ValueError, AttributeError, RecursionError):
                continue


def parses(source):
    try:
        ast.parse(source)
        source.encode()
        return True
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


TOKENS = (
    "( ) [ ] { } , : ; . -> = == != := += ** * / // @ | ~ ! < <> ... \\ $ ? if elif else for while in is not and or lambda def "
    "class return yield await async with as try except finally except* raise from import global nonlocal del pass break "
    "continue assert None True False match case type _ print exec x 1 0x 0777 1_ 1.5j 'a' b'a' f'{x}' f'{x!z}' f'{' f'}' "
    "f'{x:' f'{}' f'{a b}' rb'' '' ' \" \"\"\" # \n \n\n \t \n\t \n\x20\x20 \n\x20\x20\x20\x20 \x20 \x0c é € \xa0 1a 1if 0b2 1e 'é' b'é' u'x' __debug__"
).split(" ")


def broken(rng):
    folder = os.path.dirname(os.__file__)
    files = sorted(glob.glob(os.path.join(folder, "*.py")) + glob.glob(os.path.join(folder, "test", "test_*.py")))
    while True:
        with open(rng.choice(files), encoding="utf-8", errors="replace") as f:
            text = f.read()
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        nodes = [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and n.end_lineno - n.lineno < 25]
        for node in rng.sample(nodes, min(30, len(nodes))):
            source = ast.get_source_segment(text, node, padded=True)
            source = textwrap.dedent(source) + rng.choice(["\n", "\n", "\n", ""])
            words = re.findall(r"\w+|[ \t]+|\n[ ]*|[^\w\s]", source)
            for _ in range(rng.choice([1, 1, 1, 2])):
                at = rng.randrange(len(words))
                match rng.randrange(5):
                    case 0:
                        del words[at]
                    case 1:
                        words.insert(at, rng.choice(TOKENS))
                    case 2:
                        words[at] = rng.choice(TOKENS)
                    case 3:
                        words.insert(at, words[rng.randrange(len(words))])
                    case 4:
                        other = rng.randrange(len(words))
                        words[at], words[other] = words[other], words[at]
                if not words:
                    break
            yield "".join(words)


def main(seed, count, what=""):
    import warnings

    warnings.simplefilter("ignore")
    rng = random.Random(seed)
    mutated = mutants(rng)
    for source in itertools.islice(broken(rng), count if what else 0):
        print(source.encode("utf-8", "replace").hex())
    made = count if what else 0
    while made < count:
        source = next(mutated) if made % 2 else Grower(rng).program()
        if len(source) < 50000 and parses(source):
            made += 1
            print(source.encode().hex())


main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
