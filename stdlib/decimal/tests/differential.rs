//! Every operation against CPython's `_decimal`: random operands in random contexts, results and signals compared.

#[path = "../../algos/tests/common/mod.rs"]
mod common;

use dxpy_decimal::{Context, Decimal, Flags, Rounding, compare, flag, logic};

const SCRIPT: &str = r##"
import random, sys
import _decimal as D
from _decimal import Decimal, Context
rnd = random.Random(21)
rounds = ['ROUND_UP','ROUND_DOWN','ROUND_CEILING','ROUND_FLOOR','ROUND_HALF_UP','ROUND_HALF_DOWN','ROUND_HALF_EVEN','ROUND_05UP']
sigs = [D.Clamped, D.InvalidOperation, D.DivisionByZero, D.Inexact, D.Rounded, D.Subnormal, D.Overflow, D.Underflow]
def ctx():
    k = rnd.randrange(6)
    if k == 0: return (28, 999999, -999999, 'ROUND_HALF_EVEN', 0)
    if k == 1: return (rnd.choice([1,2,3,5]), rnd.choice([0,1,5,9]), -rnd.choice([0,1,5,9]), rnd.choice(rounds), rnd.randrange(2))
    if k == 2: return (rnd.randint(1,80), rnd.randint(10,400), -rnd.randint(10,400), rnd.choice(rounds), rnd.randrange(2))
    if k == 3: return (9, 999, -999, rnd.choice(rounds), rnd.randrange(2))
    if k == 4: return (16, 384, -383, rnd.choice(rounds), 1)
    return (rnd.choice([38,39,57,300]), 10**18-1, -(10**18-1), rnd.choice(rounds), 0)
def digits(n):
    k = rnd.randrange(5)
    if k == 0: return rnd.choice(['0','1','5','9','10','50','99','100','45','55'])
    if k == 1: return '9'*rnd.randint(1,n)
    if k == 2: return '1'+'0'*rnd.randint(0,n)
    if k == 3: return str(rnd.randrange(10**rnd.randint(1,3)))+'0'*rnd.randint(0,n)
    return str(rnd.randrange(10**rnd.randint(1,n)))
def num(c):
    k = rnd.randrange(30)
    s = rnd.choice(['','','-'])
    if k == 0: return s+rnd.choice(['Infinity','NaN','sNaN','NaN123','sNaN7','NaN'+'9'*40])
    e = rnd.choice([0,0,0,-1,-2,1,2,rnd.randint(-12,12),rnd.randint(-60,60), c[1], c[2], c[1]-c[0], c[2]-c[0], c[2]-c[0]+1, c[2]+rnd.randint(-5,5), c[1]+rnd.randint(-5,5)])
    e = max(-10**18+100, min(10**18-200, e))
    d = digits(rnd.choice([3,10,c[0] if c[0]<200 else 40,2*c[0] if c[0] < 100 else 50]))
    if rnd.random() < .3: d = d[:1]+'.'+d[1:]
    return s+d+('e%d'%e if e else '')
un = ['plus','minus','abs','sqrt','to_integral_exact','to_integral_value','normalize','next_minus','next_plus','logb','logical_invert','exp','ln','log10']
bi = ['add','subtract','multiply','divide','divide_int','remainder','remainder_near','divmod','quantize','compare','compare_signal','max','min','max_mag','min_mag','next_toward','compare_total','compare_total_mag','shift','rotate','scaleb','logical_and','logical_or','logical_xor','same_quantum','power']
def show(r):
    if isinstance(r, tuple): return ','.join(map(str, r))
    return str(r)
for i in range(60000):
    cc = ctx()
    c = Context(prec=cc[0], Emax=cc[1], Emin=cc[2], rounding=cc[3], clamp=cc[4], traps=[], flags=[])
    op = rnd.choice(bi if rnd.random()<.65 else un) if i % 20 else 'fma'
    slow = op in ('exp','ln','log10','power')
    if slow and cc[0] > 60: continue
    args = [num(cc) for _ in range(3 if op == 'fma' else 2 if op in bi else 1)]
    if op.startswith('logical') and rnd.random() < .9: args = [''.join(rnd.choice('01') for _ in range(rnd.randint(1,20))) for _ in args]
    if op in ('shift','rotate','scaleb') and rnd.random() < .9: args[1] = str(rnd.randint(-2*cc[0],2*cc[0]))
    if op == 'power':
        if rnd.random() < .6: args[1] = str(rnd.randint(-40,40))
        elif rnd.random() < .7: args = [str(rnd.randint(1,10**6)/1000), str(rnd.randint(-5000,5000)/1000)]
    if op == 'exp' and rnd.random() < .7: args = [str(Decimal(rnd.uniform(-20,20)).quantize(Decimal('1e-%d' % rnd.randint(0,20))))]
    if op in ('ln','log10') and rnd.random() < .7: args = [str(abs(Decimal(rnd.uniform(0,20)).quantize(Decimal('1e-%d' % rnd.randint(0,20)))))]
    try: ds = [Decimal(a) for a in args]
    except D.InvalidOperation: continue
    try: r = getattr(c, op)(*ds)
    except MemoryError: continue
    print(op, *cc, ' '.join(args), show(r), ' '.join(s.__name__ for s in sigs if c.flags[s]), sep='\t')
for i in range(4000):
    cc = ctx(); c = Context(prec=cc[0], Emax=cc[1], Emin=cc[2], rounding=cc[3], clamp=cc[4], traps=[], flags=[])
    def small(): return rnd.choice(['','','-'])+str(rnd.randrange(10**rnd.randint(1,8)))+rnd.choice(['','','','e3','.0','e-1'])
    args = [small(), small().lstrip('-') if rnd.random()<.9 else small(), small()] if rnd.random()<.9 else [num(cc), small(), num(cc)]
    try: ds = [Decimal(a) for a in args]
    except D.InvalidOperation: continue
    if any(d.is_finite() and abs(d.adjusted()) > 200 for d in ds): continue
    r = c.power(*ds)
    print('power_mod', *cc, ' '.join(args), show(r), ' '.join(s.__name__ for s in sigs if c.flags[s]), sep='\t')
for i in range(6000):
    cc = ctx(); c = Context(prec=cc[0], Emax=cc[1], Emin=cc[2], rounding=cc[3], clamp=cc[4], traps=[], flags=[])
    s = num(cc)
    if rnd.random() < .3:
        s = list(s); s[rnd.randrange(len(s))] = rnd.choice('.e-+x0 nN'); s = ''.join(s).strip()
    if ' ' in s or not s: continue
    d = c.create_decimal(s)
    print('parse', *cc, s, str(d), ' '.join(x.__name__ for x in sigs if c.flags[x]), sep='\t')
    x = Context(prec=10**18-1, Emax=10**18-1, Emin=-(10**18-1), traps=[], flags=[])
    try: d = Decimal(s)
    except D.InvalidOperation: continue
    h = 'none'
    try:
        if not d.is_snan() and abs(d.adjusted()) < 3000 and abs(d.as_tuple().exponent if d.is_finite() else 0) < 3000: h = '%s %s' % (hash(d) if d.is_finite() else 0, '%d/%d' % d.as_integer_ratio() if d.is_finite() else '-')
    except MemoryError: pass
    print('text', *cc, s, str(d)+' '+d.to_eng_string()+' '+d.number_class(c)+' '+h, '', sep='\t')
import struct
for i in range(500):
    b = rnd.getrandbits(64); f = struct.unpack('<d', struct.pack('<Q', b))[0] if rnd.random()<.5 else rnd.choice([rnd.uniform(-100,100), rnd.randrange(10**6)/8, 0.0, -0.0, 2.0**rnd.randint(-80,80)])
    print('float', *cc, struct.unpack('<Q', struct.pack('<d', f))[0], str(Decimal(f)), '', sep='\t')
"##;

const NAMES: [(&str, Flags); 8] = [
    ("Clamped", flag::CLAMPED),
    ("InvalidOperation", flag::INVALID),
    ("DivisionByZero", flag::DIVISION_BY_ZERO),
    ("Inexact", flag::INEXACT),
    ("Rounded", flag::ROUNDED),
    ("Subnormal", flag::SUBNORMAL),
    ("Overflow", flag::OVERFLOW),
    ("Underflow", flag::UNDERFLOW),
];

fn operate(op: &str, c: &Context, a: &[Decimal], f: &mut Flags) -> String {
    let text = |d: Decimal| d.to_text(false, true);
    let order = |o: std::cmp::Ordering| (o as i8).to_string();
    text(match op {
        "plus" => c.plus(&a[0], f),
        "minus" => c.minus(&a[0], f),
        "abs" => c.abs(&a[0], f),
        "sqrt" => c.sqrt(&a[0], f),
        "to_integral_exact" => c.to_integral(&a[0], true, f),
        "to_integral_value" => c.to_integral(&a[0], false, f),
        "normalize" => c.reduce(&a[0], f),
        "next_minus" => c.next(&a[0], false, f),
        "next_plus" => c.next(&a[0], true, f),
        "add" => c.add(&a[0], &a[1], f),
        "subtract" => c.sub(&a[0], &a[1], f),
        "multiply" => c.mul(&a[0], &a[1], f),
        "fma" => c.fma(&a[0], &a[1], &a[2], f),
        "divide" => c.div(&a[0], &a[1], f),
        "divide_int" => c.div_int(&a[0], &a[1], f),
        "remainder" => c.rem(&a[0], &a[1], false, f),
        "remainder_near" => c.rem(&a[0], &a[1], true, f),
        "divmod" => {
            let (q, r) = c.div_mod(&a[0], &a[1], f);
            return format!("{},{}", text(q), text(r));
        }
        "quantize" => c.quantize(&a[0], &a[1], f),
        "compare" => c.compare(&a[0], &a[1], false, f),
        "compare_signal" => c.compare(&a[0], &a[1], true, f),
        "max" => c.extreme(&a[0], &a[1], true, false, f),
        "min" => c.extreme(&a[0], &a[1], false, false, f),
        "max_mag" => c.extreme(&a[0], &a[1], true, true, f),
        "min_mag" => c.extreme(&a[0], &a[1], false, true, f),
        "next_toward" => c.next_toward(&a[0], &a[1], f),
        "logb" => c.logb(&a[0], f),
        "logical_invert" => c.logical_invert(&a[0], f),
        "logical_and" => c.logical_and(&a[0], &a[1], f),
        "logical_or" => c.logical_or(&a[0], &a[1], f),
        "logical_xor" => c.logical_xor(&a[0], &a[1], f),
        "shift" => c.shift(&a[0], &a[1], f),
        "rotate" => c.rotate(&a[0], &a[1], f),
        "scaleb" => c.scaleb(&a[0], &a[1], f),
        "exp" => c.exp(&a[0], f),
        "ln" => c.ln(&a[0], f),
        "log10" => c.log10(&a[0], f),
        "power" => c.power(&a[0], &a[1], f),
        "power_mod" => c.power_mod(&a[0], &a[1], &a[2], f),
        "same_quantum" => return if logic::same_quantum(&a[0], &a[1]) { "True" } else { "False" }.into(),
        "compare_total" => return order(compare::total(&a[0], &a[1], false)),
        "compare_total_mag" => return order(compare::total(&a[0], &a[1], true)),
        other => panic!("unknown operation {other}"),
    })
}

fn exact(s: &str) -> Decimal {
    let mut flags = 0;
    let d = Decimal::from_text_exact(s.as_bytes(), &mut flags);
    assert_eq!(flags & flag::ERRORS, 0, "{s}");
    d
}

#[test]
fn as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    let rows = common::rows(&out, 50_000);
    let mut bad = std::collections::BTreeMap::new();
    for r in &rows {
        let n = |i: usize| r[i].parse::<i64>().unwrap();
        let rounding = Rounding::ALL.iter().find(|x| x.0 == r[4]).unwrap().1;
        let c = Context { prec: n(1), emax: n(2), emin: n(3), rounding, clamp: r[5] == "1" };
        let mut f = 0;
        let got = match r[0] {
            "parse" => Decimal::from_text(r[6].as_bytes(), &c, &mut f).to_text(false, true),
            "text" => {
                let d = exact(r[6]);
                let exp = d.parts().map_or(0, |p| p.0);
                let far = d.is_signaling() || d.adjusted().abs() >= 3000 || exp.abs() >= 3000;
                let rest = match far {
                    true => "none".into(),
                    false => d.to_ratio().map_or("0 -".into(), |(n, m)| format!("{} {n}/{m}", d.hash())),
                };
                format!("{} {} {} {rest}", d.to_text(false, true), d.to_text(true, true), d.class(&c))
            }
            "float" => Decimal::from_float(f64::from_bits(r[6].parse().unwrap())).to_text(false, true),
            op => {
                let operands: Vec<Decimal> = r[6].split(' ').map(exact).collect();
                operate(op, &c, &operands, &mut f)
            }
        };
        let names: Vec<&str> = NAMES.iter().filter(|x| f & x.1 != 0).map(|x| x.0).collect();
        if got != r[7] || names.join(" ") != r[8] {
            let count = bad.entry(r[0]).or_insert(0);
            *count += 1;
            if *count < 4 {
                eprintln!("{r:?}\n  {got} {names:?}");
            }
        }
    }
    assert!(bad.is_empty(), "{bad:?} of {}", rows.len());
}
