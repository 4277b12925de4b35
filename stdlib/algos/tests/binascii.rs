//! `binascii` and the checksums of `zlib` against CPython, on valid and damaged input.

mod common;

use common::{hex, unhex};
use dxpy_algos::{binascii as b, crc};

const SCRIPT: &str = r##"
import binascii as b, random, zlib
rnd = random.Random(5)
def t(f,*a,**k):
    try: r = f(*a,**k); return str(r) if isinstance(r,int) else 'x'+r.hex()
    except ValueError as e: return ('E:' if isinstance(e,b.Error) else 'V:')+str(e)
def row(*a): print(*a, sep='\t')
def rb(n): return bytes(rnd.choice([rnd.randrange(256), rnd.choice(b'ab =\n\r\t._')]) for _ in range(rnd.randrange(n)))
def hx(x): return 'x'+x.hex()
def mutate(s, alphabet):
    s = bytearray(s)
    for _ in range(rnd.choice([0,0,1,1,2,3])):
        k = rnd.randrange(3); p = rnd.randrange(len(s)+1); c = rnd.choice(alphabet)
        if k == 0: s.insert(p,c)
        elif p < len(s):
            if k == 1: s[p] = c
            else: del s[p]
    return bytes(s)
for i in range(4000):
    d = rb(60); e = mutate(b.b2a_base64(d, newline=rnd.random()<.3), b'A=\n /+z\xff=')
    row('b64', hx(d), t(b.b2a_base64,d), t(b.b2a_base64,d,newline=False), hx(e), t(b.a2b_base64,e), t(b.a2b_base64,e,strict_mode=True))
    e = bytes(rnd.choice(b'AB=\n=') for _ in range(rnd.randrange(12)))
    row('b64', hx(b''), t(b.b2a_base64,b''), t(b.b2a_base64,b'',newline=False), hx(e), t(b.a2b_base64,e), t(b.a2b_base64,e,strict_mode=True))
for i in range(3000):
    d = rb(20); g = rnd.randint(-6,6); e = mutate(b.hexlify(d), b'0aFgG `/:@\xff')
    row('hex', hx(d), g, t(b.hexlify,d), t(b.hexlify,d,':',g), t(d.hex,'-',g) if 0 else t(b.hexlify,d,'-',g), hx(e), t(b.unhexlify,e))
for s in [b'', b'a', b'ab', b'\xff', b'\x7f', b'\x80']: row('sep', hx(s), t(b.hexlify,b'12',s), t(lambda:b'12'.hex(s).encode()))
for i in range(3000):
    d = rb(48); bt = rnd.random()<.5
    e = mutate(b.b2a_uu(d[:45], backtick=bt), b' `!\n\ra\x7f_Z\x00')
    row('uu', hx(d), int(bt), t(b.b2a_uu,d,backtick=bt), hx(e), t(b.a2b_uu,e))
row('uu', 'x', 0, t(b.b2a_uu,b''), 'x', t(b.a2b_uu,b''))
for i in range(4000):
    d = bytes(rnd.choice(b'ab.=_ \t\r\n\n\x00\x7f\xe9') if rnd.random()<.4 else 97 for _ in range(rnd.randrange(200)))
    fl = [rnd.random()<.5 for _ in range(3)]
    e = mutate(b.b2a_qp(d), b'=_\r\n 4fG')
    row('qp', hx(d), *map(int,fl), t(b.b2a_qp,d,*fl), hx(e), t(b.a2b_qp,e,False), t(b.a2b_qp,e,True))
for i in range(1500):
    d = rb(400); s = rnd.choice([0,1,0xffffffff,0xfff1fff1,0xfff0fff0,rnd.getrandbits(32)])
    row('sum', hx(d), s, t(b.crc32,d,s), t(zlib.adler32,d,s), t(b.crc_hqx,d,s))
"##;

fn bytes(s: &str) -> Vec<u8> {
    unhex(s.strip_prefix('x').unwrap())
}

fn show(r: Result<Vec<u8>, b::Error>) -> String {
    match r {
        Ok(out) => format!("x{}", hex(&out)),
        Err(e) if e.is_value_error() => format!("V:{e}"),
        Err(e) => format!("E:{e}"),
    }
}

#[test]
fn as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    let rows = common::rows(&out, 19_000);
    let mut bad = 0;
    for r in &rows {
        let arg = |i: usize| bytes(r[i]);
        let flag = |i: usize| r[i] == "1";
        let same = |i: usize| r[i].to_owned();
        let got = match r[0] {
            "b64" => vec![
                same(1),
                show(Ok(b::b2a_base64(&arg(1), true))),
                show(Ok(b::b2a_base64(&arg(1), false))),
                same(4),
                show(b::a2b_base64(&arg(4), false)),
                show(b::a2b_base64(&arg(4), true)),
            ],
            "hex" => {
                let group = r[2].parse().unwrap();
                vec![
                    same(1),
                    same(2),
                    show(Ok(b::hexlify(&arg(1), None, 1))),
                    show(Ok(b::hexlify(&arg(1), Some(b':'), group))),
                    show(Ok(b::hexlify(&arg(1), Some(b'-'), group))),
                    same(6),
                    show(b::unhexlify(&arg(6))),
                ]
            }
            "sep" => {
                let joined = |return_bytes| {
                    let s = b::hex_separator(arg(1).iter().map(|c| u32::from(*c)), return_bytes);
                    show(s.map(|s| b::hexlify(b"12", Some(s), 1)))
                };
                vec![same(1), joined(true), joined(false)]
            }
            "uu" => {
                vec![same(1), same(2), show(b::b2a_uu(&arg(1), flag(2))), same(4), show(b::a2b_uu(&arg(4)))]
            }
            "qp" => vec![
                same(1),
                same(2),
                same(3),
                same(4),
                show(Ok(b::b2a_qp(&arg(1), flag(2), flag(3), flag(4)))),
                same(6),
                show(Ok(b::a2b_qp(&arg(6), false))),
                show(Ok(b::a2b_qp(&arg(6), true))),
            ],
            "sum" => {
                let (d, s) = (arg(1), r[2].parse().unwrap());
                let sums = [crc::crc32(&d, s), crc::adler32(&d, s), crc::crc_hqx(&d, s)];
                [vec![same(1), same(2)], sums.map(|n| n.to_string()).to_vec()].concat()
            }
            other => panic!("unknown row {other}"),
        };
        if got != r[1..] {
            bad += 1;
            if bad < 15 {
                eprintln!("{r:?}\n  {got:?}");
            }
        }
    }
    assert_eq!(bad, 0, "of {}", rows.len());
}
