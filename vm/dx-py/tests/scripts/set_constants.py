# The order of sets that are constants, where values meet in the table.

SOURCE = """
a = {1073741823, 'tab\\tnl\\n', -0.0}
b = {'nl\\n', 23, -.0, 7, 15}
c = {8, 0, 16, 24, 1}
d = [x in {31, 39, 47} for x in (31, 40)]
print(a, b, c, d)
for s in ({7, 15, 23}, {15, 7, 23}, {23, 15, 7, 'x y'}, {(1, 2), (2, 1), 5, 13}):
    print(list(s))
def f(x):
    return x in {64, 0, 128, 32, 8}
print(f.__code__.co_consts)
"""
code = compile(SOURCE, "s", "exec")
exec(code)

