//! `_struct` against CPython: sizes and errors of formats, packing and unpacking in every order, floats bit by bit.

mod common;

use common::{hex, unhex};
use dxpy_algos::structs::{Error, Format, Item, Kind, float, resolve_offset};

const SCRIPT: &str = r##"
import struct, random, math
rnd = random.Random(4)
def row(*a): print(*a, sep='\t')
def hx(b): return 'x'+b.hex()
def t(f,*a):
    try: r = f(*a); return hx(r) if isinstance(r,bytes) else str(r)
    except OverflowError as e: return 'O:'+str(e)
    except struct.error as e: return 'E:'+str(e)
codes = 'xcbB?hHiIlLqQnNefdspP'
def fmt():
    return rnd.choice(['','@','=','<','>','!'])+''.join(rnd.choice(['','','',' ','\t','2','0','13','\v'])+rnd.choice(codes) for _ in range(rnd.randrange(6)))
fixed = ['3','x3','z','99999999999999999999i','9223372036854775807i','i\0','1 i','0','4611686018427387904i','9223372036854775807s','9223372036854775807x','9223372036854775800x8x','5x0q','xq0','bq0q','0qb','9223372036854775807xq','9223372036854775805xi','9223372036854775807xb','i@','@<']
for f in fixed+[fmt()+rnd.choice(['','','','3','z']) for _ in range(3000)]: row('size', hx(f.encode()), t(struct.calcsize, f))
ints = [0,1,-1,127,128,-128,-129,255,256,32767,32768,-32768,-32769,65535,65536,2**31-1,2**31,-2**31,-2**31-1,2**32-1,2**32,2**63-1,2**63,-2**63,-2**63-1,2**64-1,2**64,2**200,-2**200]
def f64(): return struct.unpack('<d', struct.pack('<Q', rnd.getrandbits(64)))[0]
def flt(): return rnd.choice([0.0,-0.0,1.0,65504.0,65519.99,65520.0,-65520.0,1e300,math.inf,-math.inf,math.nan,-math.nan,5.96e-8,2.98e-8,2.9802322387695312e-08,8.9e-8,6.1e-5,3.4e38,3.5e38,1e-45,7e-46,rnd.random(),f64(),rnd.uniform(-70000,70000),rnd.random()*1e-4, rnd.random()*2**-24,(rnd.randrange(2048)+.5)*2.0**-24])
for i in range(9000):
    c = rnd.choice('bBhHiIlLqQnNP' if i%3==0 else 'efd' if i%3==1 else 'csp?'); o = rnd.choice('@=<>') if c not in 'nNP' else '@'
    if c in 'efd': v = flt(); n = ''; s = hx(struct.pack('<d',v))
    elif c in '?': v = rnd.random()<.5; n = ''; s = str(int(v))
    elif c in 'csp': v = rnd.choice([None,b'',b'a',bytes(rnd.randrange(256) for _ in range(rnd.randrange(300)))]); n = rnd.choice(['','0','1','2','5','255','256','300']) if c != 'c' else ''; s = hx(v) if v is not None else '-'
    else: v = rnd.choice(ints+[rnd.getrandbits(rnd.randrange(1,70))-rnd.getrandbits(rnd.randrange(1,70))]); n = ''; s = str(v)
    row('pack', o+n+c, s, t(struct.pack, o+n+c, v))
def show(v):
    if isinstance(v, bool): return 'b%d' % v
    if isinstance(v, float): return 'f'+struct.pack('<d',v).hex()
    return hx(v) if isinstance(v, bytes) else 'i%d' % v
for i in range(5000):
    f = fmt()
    if '0p' in f.replace('\t','').replace(' ','').replace('\v',''): continue
    try: n = struct.calcsize(f)
    except struct.error: continue
    b = bytes(rnd.choice([rnd.randrange(256),0,255,0x7f,0x80,0x7c]) for _ in range(n))
    row('unpack', hx(f.encode()), hx(b), ' '.join(show(v) for v in struct.unpack(f, b)))
for i in range(2000):
    n, off, size = rnd.randrange(12), rnd.randint(-14,14), rnd.randrange(9)
    row('off', n, off, size, t(lambda: struct.pack_into('%dx'%size, bytearray(n), off) or 'ok'), t(lambda: struct.unpack_from('%dx'%size, bytes(n), off) and 0 or 'ok'))
for i in range(65536): row('half', i, struct.pack('<d', struct.unpack('<e', struct.pack('<H', i))[0]).hex())
"##;

fn bytes(s: &str) -> Vec<u8> {
    unhex(s.strip_prefix('x').unwrap())
}

fn failed(e: Error) -> String {
    format!("{}:{e}", if matches!(e, Error::FloatTooLarge(_)) { 'O' } else { 'E' })
}

fn pack(format: &str, value: &str) -> Result<Vec<u8>, Error> {
    let format = Format::parse(format.as_bytes())?;
    let slot = format.slots().next().unwrap();
    let mut out = vec![0; format.size];
    match slot.kind {
        Kind::Signed | Kind::Unsigned | Kind::Pointer => slot.pack_int(&mut out, value.parse().ok())?,
        Kind::Float => {
            let bits = u64::from_le_bytes(bytes(value).try_into().unwrap());
            slot.pack_float(&mut out, f64::from_bits(bits))?;
        }
        Kind::Bool => slot.pack_bool(&mut out, value == "1"),
        _ => {
            let value = (value != "-").then(|| bytes(value));
            slot.pack_bytes(&mut out, value.as_deref())?;
        }
    }
    Ok(out)
}

fn unpack(format: &[u8], data: &[u8]) -> String {
    let format = Format::parse(format).unwrap();
    assert_eq!((format.size, format.slots().count()), (data.len(), format.count));
    let show = |item| match item {
        Item::Int(n) => format!("i{n}"),
        Item::Uint(n) => format!("i{n}"),
        Item::Bool(b) => format!("b{}", u8::from(b)),
        Item::Float(x) => format!("f{}", hex(&x.to_le_bytes())),
        Item::Bytes(b) => format!("x{}", hex(b)),
    };
    format.slots().map(|s| show(s.unpack(data))).collect::<Vec<_>>().join(" ")
}

#[test]
fn as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    let rows = common::rows(&out, 80_000);
    let mut bad = 0;
    for r in &rows {
        let got = match r[0] {
            "size" => {
                vec![Format::parse(&bytes(r[1])).map_or_else(failed, |f| f.size.to_string())]
            }
            "pack" => vec![pack(r[1], r[2]).map_or_else(failed, |b| format!("x{}", hex(&b)))],
            "unpack" => vec![unpack(&bytes(r[1]), &bytes(r[2]))],
            "off" => {
                let (length, offset) = (r[1].parse().unwrap(), r[2].parse().unwrap());
                let at = |packing| {
                    let start = resolve_offset(offset, r[3].parse().unwrap(), length, packing);
                    start.map_or_else(|e| format!("E:{e}"), |_| "ok".into())
                };
                vec![at(true), at(false)]
            }
            "half" => vec![hex(&float::unpack2(r[1].parse().unwrap()).to_le_bytes())],
            other => panic!("unknown row {other}"),
        };
        if got != r[r.len() - got.len()..] {
            bad += 1;
            if bad < 20 {
                eprintln!("{r:?}\n  {got:?}");
            }
        }
    }
    assert_eq!(bad, 0, "of {}", rows.len());
}
