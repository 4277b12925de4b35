//! `bz2` against CPython's: what is compressed is the same byte for byte; streams (some damaged) are decompressed call
//! by call with the same results.

#[path = "../../algos/tests/common/mod.rs"]
mod common;

use common::{hex, unhex};
use dxpy_zip::bz2::{Compressor, Decompressor, Error, Kind};

const SCRIPT: &str = r##"
import random
from _bz2 import BZ2Compressor, BZ2Decompressor
rnd = random.Random(3)
def row(*a): print(*a, sep='\t')
def hx(b): return 'x'+b.hex()
def t(f,*a):
    try: return hx(f(*a))
    except Exception as e: return type(e).__name__+':'+str(e)
def data():
    k = rnd.randrange(5)
    if k == 0: return b''
    if k == 1: return rnd.randbytes(rnd.randrange(3000))
    if k == 2: return bytes(rnd.choice(b'abc') for _ in range(rnd.randrange(3000)))
    if k == 3: return b'abcd'*rnd.randrange(9000)
    return rnd.choice([b'hello world, ', b'\0'])*rnd.randrange(300)
for i in range(400):
    level = rnd.randint(1,9); d = data(); k = rnd.randrange(len(d)+1)
    c = BZ2Compressor(level); z = c.compress(d[:k])+c.compress(d[k:])+c.flush()
    row('comp', level, k, hx(d), hx(z), t(c.flush), t(c.compress,b'a'))
    for _ in range(rnd.choice([0,0,1,2])):
        k = rnd.randrange(3); p = rnd.randrange(len(z))
        if k == 0: z = z[:p]+rnd.randbytes(1)+z[p+1:]
        elif k == 1: z = z[:p] or b'B'
        else: z += b'tail'
    o = BZ2Decompressor(); ops = []; pos = 0
    for _ in range(rnd.randrange(1,14)):
        n = rnd.choice([0,1,10,1000,10**6]); m = rnd.choice([0,-1,-1,1,50,20000])
        piece = z[pos:pos+n] if o.needs_input else b''
        if o.needs_input: pos += n
        r = t(o.decompress,piece,m)
        ops.append('d %s %d %s' % (hx(piece), m, r))
        ops.append('s %d %s %d' % (o.eof, hx(o.unused_data), o.needs_input))
        if r[0] != 'x': break
    row('dec', *ops)
for level in (0,10,-1):
    try: BZ2Compressor(level)
    except ValueError as e: row('level', level, 'ValueError:'+str(e))
"##;

fn error(e: &Error) -> String {
    let name = match e.kind {
        Kind::Value => "ValueError",
        Kind::Memory => "MemoryError",
        Kind::Os => "OSError",
        Kind::Eof => "EOFError",
        Kind::Runtime => "RuntimeError",
    };
    format!("{name}:{}", e.message)
}

fn show(r: Result<Vec<u8>, Error>) -> String {
    r.map_or_else(|e| error(&e), |out| format!("x{}", hex(&out)))
}

fn bytes(s: &str) -> Vec<u8> {
    unhex(s.strip_prefix('x').unwrap())
}

#[test]
fn as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    let mut bad = 0;
    for r in common::rows(&out, 803) {
        let (got, from) = match r[0] {
            "comp" => {
                let (k, data) = (r[2].parse().unwrap(), bytes(r[3]));
                let mut c = Compressor::new(r[1].parse().unwrap()).unwrap();
                let parts = [c.compress(&data[..k]), c.compress(&data[k..]), c.flush()];
                let z = parts.map(Result::unwrap).concat();
                (vec![show(Ok(z)), show(c.flush()), show(c.compress(b"a"))], 4)
            }
            "level" => (vec![error(&Compressor::new(r[1].parse().unwrap()).err().unwrap())], 2),
            _ => {
                let mut d = Decompressor::new().unwrap();
                let mut got = Vec::new();
                for op in &r[1..] {
                    let f: Vec<&str> = op.split(' ').collect();
                    got.push(match f[0] {
                        "d" => {
                            let out = d.decompress(&bytes(f[1]), f[2].parse().unwrap());
                            format!("d {} {} {}", f[1], f[2], show(out))
                        }
                        _ => format!(
                            "s {} x{} {}",
                            u8::from(d.eof),
                            hex(&d.unused_data),
                            u8::from(d.needs_input)
                        ),
                    });
                }
                (got, 1)
            }
        };
        if got != r[from..] {
            bad += 1;
            if bad < 8 {
                let at = got.iter().zip(&r[from..]).position(|(a, b)| a != b).unwrap_or(0);
                let cut = |s: &str| s.chars().take(200).collect::<String>();
                eprintln!("{} op {at}\n  them {}\n  ours {}", r[0], cut(r[from + at]), cut(&got[at]));
            }
        }
    }
    assert_eq!(bad, 0);
}
