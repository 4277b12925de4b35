# The order of sets that keys were removed from: a new key takes the place of the last removed one on its way.
import random

s = set(range(5))
s.discard(0)
s.discard(2)
s.add(32)
print(list(s))
s.update([64, 96])
print(list(s))
s = {0, 8, 16}
s -= {0, 8}
s.add(24)
print(list(s))
s = {0, 1}
s.pop()
s |= {8}
print(list(s), list(s ^ {1, 16}))

r = random.Random(5)
for _ in range(400):
    s = set()
    for _ in range(r.randrange(60)):
        v = r.randrange(40) * r.choice([1, 8, 32, 64])
        match r.randrange(4):
            case 0:
                s.discard(v)
            case 1:
                s ^= {v, v + 8}
            case _:
                s.add(v)
    print(list(s))
