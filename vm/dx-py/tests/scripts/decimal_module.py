# _decimal: construction, signals, contexts, comparison, formats.
from decimal import *
from fractions import Fraction
import copy, pickle
print(getcontext(), Decimal.__module__)
print(Decimal('1.1') + Decimal(2), Decimal(1) / 3, Decimal('NaN'), Decimal((1, (1, 2, 3), -2)), Decimal(0.1), Decimal(10**30))
print(repr(Decimal('1E+5')), Decimal('1E+5').to_eng_string(), hash(Decimal(5)) == hash(5), Decimal(5) == 5, Decimal('0.5') == 0.5, Decimal(1) < 2.5)
for f in [lambda: Decimal('x'), lambda: Decimal(1) / 0, lambda: Decimal(0) / 0, lambda: Decimal(1) + 1.5, lambda: Decimal([1]),
          lambda: Decimal({}), lambda: int(Decimal('inf')), lambda: float(Decimal('snan')), lambda: hash(Decimal('snan')),
          lambda: getcontext().__setattr__('prec', 0), lambda: getcontext().__setattr__('rounding', 1), lambda: Context(prec='x'),
          lambda: Decimal(1).quantize(Decimal('1e-50')), lambda: setcontext(1), lambda: Decimal(1, 2),
          lambda: getcontext().flags['x'], lambda: getcontext().flags[ValueError], lambda: round(Decimal('2.675'), 2),
          lambda: round(Decimal('2.5')), lambda: Decimal('1234567.891').__format__(',.2f'), lambda: format(Decimal(3), 'zz'),
          lambda: Decimal('1.25').as_tuple(), lambda: Decimal('1.25').as_integer_ratio(), lambda: divmod(Decimal(7), 3),
          lambda: pow(Decimal(7), 3, 5), lambda: Decimal(2)**Decimal('0.5'), lambda: Decimal(3).exp(), lambda: complex(Decimal(2)),
          lambda: Context(prec=3, traps=[Inexact]), lambda: Context().copy().__reduce__(), lambda: DefaultContext,
          lambda: BasicContext, lambda: getcontext().flags, lambda: getcontext().create_decimal(' 3'), lambda: Decimal(' 3_0\n'),
          lambda: Decimal('\u0663'), lambda: Decimal.from_float(0.5), lambda: Decimal(3).compare(4), lambda: getcontext().power(2, 3),
          lambda: getcontext().add(1, '2')]:
    try:
        print(f())
    except BaseException as e:
        print(type(e).__name__, e, type(e).__mro__[1:3])
with localcontext(prec=5) as c:
    print(c.prec, Decimal(1) / 3)
print(getcontext().prec, Decimal(7) // 2, Decimal(-7) % 3, -Decimal(3), abs(Decimal(-3)), bool(Decimal(0)))
print(Decimal('0.5') == Fraction(1, 2), Decimal('0.4') < Fraction(1, 2), Decimal('0.5') == 0.5 + 0j, Decimal('0.5') == 'x')
c = Context(traps=[])
for a, b, d in [('0', 'Inf', 'NaN'), ('Inf', '0', 'NaN3'), ('NaN4', '1', 'NaN5'), ('1', 'sNaN3', 'NaN9'), ('0', 'Inf', 'sNaN8')]:
    c.clear_flags()
    print(a, b, d, c.fma(Decimal(a), Decimal(b), Decimal(d)), [k.__name__ for k, v in c.flags.items() if v])
print(pickle.loads(pickle.dumps(Decimal('3.14'))), copy.deepcopy(getcontext()))

# Decimals of tuples: the coefficient is a tuple or a list, and nothing else is iterated over.
for v in (
    (0, 5, 1), (0, {1}, 1), (0, "12", 1), (0, [1, 2], 1), (0, range(3), 1), (0, None, "F"), (0, 5, "N"), (0, (10**30,), 1),
    (10**30, (1,), 1), (0, (1,), 10**30), (2, (1,), 1), (0, (1.0,), 1), (0, (-1,), 1), [0, [1], 2], [0, [1]],
):
    try:
        print(v, Decimal(v))
    except Exception as e:
        print(v, type(e).__name__, e)
