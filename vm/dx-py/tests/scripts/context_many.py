# Contexts of many variables: what is set is there, what is reset is gone, and nothing else changes. The hashes of
# variables are addresses, so only what does not depend on them is printed.
import contextvars
import random

random.seed(7)


def check(ctx, want, gone):
    assert len(ctx) == len(want), (len(ctx), len(want))
    for v, n in want.items():
        assert ctx[v] == n, (v.name, n)
    for v in gone:
        assert v not in ctx, v.name
    assert sum(1 for _ in ctx.items()) == len(want)


def rounds(count):
    variables = [contextvars.ContextVar(f"v{i}") for i in range(count)]
    tokens, want = {}, {}
    for i, v in enumerate(variables):
        tokens[v] = v.set(i)
        want[v] = i
    full = contextvars.copy_context()
    check(full, want, [])
    order = variables[:]
    random.shuffle(order)
    gone = []
    for i, v in enumerate(order):
        v.reset(tokens[v])
        del want[v]
        gone.append(v)
        if i % (count // 13 + 1) == 0 or len(want) < 40:
            check(contextvars.copy_context(), want, gone)
    check(contextvars.copy_context(), {}, variables)
    check(full, {v: i for i, v in enumerate(variables)}, [])
    return count


for count in (1, 2, 15, 16, 17, 18, 33, 200, 3000):
    print(contextvars.Context().run(rounds, count))
