"""Symbolic mathematics: integrals, derivatives, limits, series, equations, matrices, number theory, printing."""

from sympy import (
    E, I, Integer, Matrix, Rational, Symbol, cos, diff, dsolve, exp, expand, factor, factorint, Function, integrate, isprime,
    latex, limit, log, nextprime, oo, pi, pretty, series, simplify, sin, solve, sqrt, symbols, tan, together, trigsimp,
)

x, y, z = symbols("x y z")
n = Symbol("n", integer=True, positive=True)
for f in x**3, sin(x) * x, exp(-x) * x**2, 1 / (x**2 + 1), log(x), 1 / (x**3 - 1), cos(x) ** 3, sqrt(1 - x**2), tan(x):
    result = integrate(f, x)
    print(f, "->", result, "|", simplify(diff(result, x) - f))
print(integrate(exp(-(x**2)), (x, -oo, oo)), integrate(sin(x) / x, (x, 0, oo)))
print(limit(sin(x) / x, x, 0), limit((1 + 1 / x) ** x, x, oo), limit(x**x, x, 0, "+"))
print(series(exp(sin(x)), x, 0, 8))
print(solve(x**4 - 5 * x**2 + 4, x), solve([x + y - 3, x * y - 2], [x, y]), solve(x**3 - 2, x))
print(factor(x**6 - 1), expand((x + y + z) ** 4), together(1 / x + 1 / y))
print(trigsimp(sin(x) ** 2 + cos(x) ** 2), simplify((x**2 - 1) / (x - 1)))
m = Matrix([[2, 1, 0], [1, 3, 1], [0, 1, 4]])
print(m.det(), m.inv(), m.charpoly(x).as_expr(), (m**5).tolist())
f = Function("f")
print(dsolve(f(x).diff(x, 2) + 4 * f(x), f(x)))
print(factorint(2**67 - 1), nextprime(10**12), isprime(2**61 - 1), int(Integer(100)))
print(pi.evalf(60), E.evalf(40), sqrt(2).evalf(50), (Rational(1, 3) + I / 7) ** 3)
print(latex(integrate(exp(x) * cos(x), x)), latex(m))
print(pretty(Rational(1, 2) * sqrt(x) + x**2 / y, use_unicode=True))
