//! `format(Decimal, spec)` against CPython, valid and invalid specifications.

#[path = "../../algos/tests/common/mod.rs"]
mod common;

use dxpy_decimal::format::{Locale, Spec, format};
use dxpy_decimal::{Decimal, Rounding};

const SCRIPT: &str = r##"
import random
from _decimal import Decimal, getcontext, localcontext
rnd = random.Random(6)
rounds = ['ROUND_UP','ROUND_DOWN','ROUND_CEILING','ROUND_FLOOR','ROUND_HALF_UP','ROUND_HALF_DOWN','ROUND_HALF_EVEN','ROUND_05UP']
def num():
    if rnd.random()<.07: return rnd.choice(['NaN','-NaN','sNaN','Infinity','-Infinity','NaN123'])
    d = rnd.choice(['0','0','1','5','9','99','999','9995','45','123456789','1234567','100000', str(rnd.randrange(10**rnd.randint(1,30)))])
    return rnd.choice(['','-'])+d+rnd.choice(['','','e%d'%rnd.randint(-20,20),'e-2','e-6','e-7','e3','e1'])
def spec():
    s = rnd.choice(['','','','*<','>','^','x=','\xe9^','=','<','0=','0>'])+rnd.choice(['','','+','-',' '])+rnd.choice(['','','','z'])+rnd.choice(['','','','0'])+rnd.choice(['','','1','5','10','17','20'])+rnd.choice(['','',','])+rnd.choice(['','','.0','.1','.2','.5','.12','.'])+rnd.choice(['','e','E','f','F','g','G','%','f','n','d','x'])
    if rnd.random()<.05:
        p = rnd.randrange(len(s)+1); s = s[:p]+rnd.choice('0z,.fn+ ')+s[p:]
    return s
for i in range(25000):
    n, s, r, cap = num(), spec(), rnd.choice(rounds), rnd.randrange(2)
    over = None
    with localcontext() as c:
        c.rounding = r; c.capitals = cap
        try:
            if rnd.random()<.15:
                over = rnd.choice([('.',',',b'\x03\x03\x00'),(',','.',b'\x03\x00'),(',','\u2009',b'\x03\x02\x00'),('.','',b''),('.','_',b'\x02\x7f')])
                s = s.rstrip('eEfFgG%dxn').replace(',','')+'n'
                t = Decimal(n).__format__(s, dict(decimal_point=over[0], thousands_sep=over[1], grouping=over[2].decode()))
            else: t = Decimal(n).__format__(s)
        except ValueError as e: t = 'E:'+str(e)
    print(n, s, r, cap, '-' if over is None else '|'.join([over[0], over[1], over[2].hex()]), t, '.', sep='\t')
"##;

#[test]
fn as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    let rows = common::rows(&out, 25_000);
    let mut bad = 0;
    for r in &rows {
        let d = Decimal::from_text_exact(r[0].as_bytes(), &mut 0);
        let rounding = Rounding::ALL.iter().find(|x| x.0 == r[2]).unwrap().1;
        let mut locale = (r[4] != "-").then(|| {
            let p: Vec<&str> = r[4].split('|').collect();
            Locale { point: p[0].into(), separator: p[1].into(), grouping: common::unhex(p[2]) }
        });
        let got = match Spec::parse(r[1]) {
            None => "E:invalid format string".to_owned(),
            Some(spec) => {
                if spec.is_local() && locale.is_none() {
                    // The oracle runs in the C locale.
                    locale = Some(Locale { point: ".".into(), separator: "".into(), grouping: vec![] });
                }
                format(&d, &spec, rounding, r[3] == "1", locale.as_ref()).unwrap()
            }
        };
        if got != r[5] {
            bad += 1;
            if bad < 25 {
                eprintln!("{r:?}\n  {got:?}");
            }
        }
    }
    assert_eq!(bad, 0, "of {}", rows.len());
}
