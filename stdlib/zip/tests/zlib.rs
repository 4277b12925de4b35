//! `zlib` against CPython's: streams the oracle compressed (and damaged) are inflated call by call with the same
//! results, and what we compress the oracle inflates. Compressed bytes themselves are not compared.

#[path = "../../algos/tests/common/mod.rs"]
mod common;

use common::{hex, unhex};
use dxpy_zip::zlib::{self, BufferedDecompressor, CompressOptions, Compressor, Decompressor, Error, Kind};

const SCRIPT: &str = r##"
import random, zlib
rnd = random.Random(3)
def row(*a): print(*a, sep='\t')
def hx(b): return 'x'+b.hex()
def t(f,*a,**k):
    try: return hx(f(*a,**k))
    except Exception as e: return type(e).__name__+':'+str(e)
def data():
    k = rnd.randrange(5)
    if k == 0: return b''
    if k == 1: return bytes(rnd.randrange(256) for _ in range(rnd.randrange(300)))
    if k == 2: return bytes(rnd.choice(b'abc') for _ in range(rnd.randrange(2000)))
    if k == 3: return b'abcd'*rnd.randrange(9000)
    return rnd.choice([b'hello world, ', b'\0'])*rnd.randrange(100)
def damage(z):
    z = bytearray(z)
    for _ in range(rnd.choice([0,0,0,1,2])):
        k = rnd.randrange(3); p = rnd.randrange(len(z))
        if k == 0: z[p] = rnd.randrange(256)
        elif k == 1: del z[p:]
        else: z += b'tail'
        if not z: break
    return bytes(z)
for i in range(1200):
    w = rnd.choice([15,15,9,12,-15,-9,31,25])
    zd = rnd.choice([None,None,None,b'abcdabcd',b'hello world'])
    c = zlib.compressobj(rnd.choice([-1,0,1,6,9]), 8, w, rnd.choice([1,8,9]), rnd.choice([0,1,2,3,4]), **({'zdict':zd} if zd and abs(w)<16 else {}))
    d = data(); z = c.compress(d[:100])+c.flush(rnd.choice([0,2,3]))+c.compress(d[100:])+c.flush()
    z = damage(z)
    rw = rnd.choice([w,w,w,w,47 if w>0 else w,0 if 0<w<16 else w,15,8,-8,99])
    row('once', rw, rnd.choice([0,1,16384,10**9]), hx(z), t(zlib.decompress,z,rw))
    try: o = zlib.decompressobj(rw, **({'zdict':zd} if zd else {}))
    except Exception as e: row('obj', rw, hx(zd or b''), type(e).__name__+':'+str(e)); continue
    ops = []
    pos = 0
    for _ in range(rnd.randrange(1,12)):
        k = rnd.randrange(8)
        if k < 5:
            n = rnd.choice([1,10,1000,10**6]); m = rnd.choice([0,0,1,50,-1,20000])
            piece = o.unconsumed_tail if rnd.random()<.5 else z[pos:pos+n]
            if piece is not o.unconsumed_tail: pos += n
            ops.append('d %s %d %s' % (hx(piece), m, t(o.decompress,piece,m)))
        elif k == 5: n = rnd.choice([1,16384,0,-4]); ops.append('f %d %s' % (n, t(o.flush,n)))
        elif k == 6:
            try: o = o.copy(); ops.append('c ok')
            except ValueError as e: ops.append('c ValueError:'+str(e))
        ops.append('s %d %s %s' % (o.eof, hx(o.unused_data), hx(o.unconsumed_tail)))
    row('obj', rw, hx(zd or b''), 'ok', *ops)
    o = zlib._ZlibDecompressor(rw, **({'zdict':zd} if zd else {})); ops = []; pos = 0
    for _ in range(rnd.randrange(1,12)):
        n = rnd.choice([0,1,10,1000,10**6]); m = rnd.choice([0,-1,-1,1,50,20000])
        piece = z[pos:pos+n] if o.needs_input else b''
        if o.needs_input: pos += n
        r = t(o.decompress,piece,m)
        # CPython fails to set an exception where a dictionary is wanted and none was given.
        if r.startswith('SystemError'): break
        ops.append('d %s %d %s' % (hx(piece), m, r))
        ops.append('s %d %s %d' % (o.eof, hx(o.unused_data), o.needs_input))
        if r[0] != 'x': break
    row('buf', rw, hx(zd or b''), 'ok', *ops)
for args in [(10,),(-2,),(1,7),(1,8,16),(1,8,8),(1,8,-8),(1,8,24),(1,8,0),(1,8,15,0),(1,8,15,10),(1,8,15,8,5),(1,8,15,8,-1),(0,8,-15,9,4)]:
    try: zlib.compressobj(*args); r = 'ok'
    except Exception as e: r = type(e).__name__+':'+str(e)
    row('new', ','.join(map(str,args)), r)
for lv in (-3,-1,0,9,10): row('compress', lv, 15, t(lambda: zlib.decompress(zlib.compress(b'abc',lv))))
for w in (7,8,16,-8,-16,24,32,47): row('compress', 1, w, t(lambda: zlib.decompress(zlib.compress(b'abc',1,w),w)))
"##;

fn show(r: Result<Vec<u8>, Error>) -> String {
    r.map_or_else(|e| error(&e), |out| format!("x{}", hex(&out)))
}

fn error(e: &Error) -> String {
    let name = match e.kind {
        Kind::Zlib => "error",
        Kind::Value => "ValueError",
        Kind::Memory => "MemoryError",
        Kind::Overflow => "OverflowError",
        Kind::Eof => "EOFError",
    };
    format!("{name}:{}", e.message)
}

fn bytes(s: &str) -> Vec<u8> {
    unhex(s.strip_prefix('x').unwrap())
}

fn state(d: &Decompressor) -> String {
    format!("s {} x{} x{}", u8::from(d.eof), hex(&d.unused_data), hex(&d.unconsumed_tail))
}

fn object(r: &[&str]) -> Vec<String> {
    let zdict = bytes(r[2]);
    let mut d = match Decompressor::new(r[1].parse().unwrap(), Some(&zdict[..]).filter(|d| !d.is_empty())) {
        Ok(d) => d,
        Err(e) => return vec![error(&e)],
    };
    let mut out = vec!["ok".to_owned()];
    for op in &r[4..] {
        let f: Vec<&str> = op.split(' ').collect();
        out.push(match f[0] {
            "d" => format!("d {} {} {}", f[1], f[2], show(d.decompress(&bytes(f[1]), f[2].parse().unwrap()))),
            "f" => format!("f {} {}", f[1], show(d.flush(f[1].parse().unwrap()))),
            "c" => match d.copy() {
                Ok(copy) => {
                    d = copy;
                    "c ok".into()
                }
                Err(e) => format!("c {}", error(&e)),
            },
            _ => state(&d),
        });
    }
    out
}

fn buffered(r: &[&str]) -> Vec<String> {
    let zdict = bytes(r[2]);
    let zdict = Some(&zdict[..]).filter(|d| !d.is_empty());
    let mut d = BufferedDecompressor::new(r[1].parse().unwrap(), zdict).unwrap();
    let mut out = vec!["ok".to_owned()];
    for op in &r[4..] {
        let f: Vec<&str> = op.split(' ').collect();
        out.push(match f[0] {
            "d" => format!("d {} {} {}", f[1], f[2], show(d.decompress(&bytes(f[1]), f[2].parse().unwrap()))),
            _ => format!("s {} x{} {}", u8::from(d.eof()), hex(d.unused_data()), u8::from(d.needs_input)),
        });
    }
    out
}

#[test]
fn inflating_as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    let rows = common::rows(&out, 3000);
    let mut bad = 0;
    for r in &rows {
        let (from, got) = match r[0] {
            "once" => {
                let hint = r[2].parse().unwrap();
                (4, vec![show(zlib::decompress(&bytes(r[3]), r[1].parse().unwrap(), hint))])
            }
            "obj" => (3, object(r)),
            "buf" => (3, buffered(r)),
            "new" => {
                let mut o = CompressOptions::default();
                let n: Vec<i32> = r[1].split(',').map(|n| n.parse().unwrap()).collect();
                let fields = [&mut o.level, &mut o.method, &mut o.wbits, &mut o.mem_level, &mut o.strategy];
                fields.into_iter().zip(n).for_each(|(field, n)| *field = n);
                (2, vec![Compressor::new(&o).map_or_else(|e| error(&e), |_| "ok".into())])
            }
            "compress" => {
                let wbits = r[2].parse().unwrap();
                let z = zlib::compress(b"abc", r[1].parse().unwrap(), wbits);
                (3, vec![show(z.and_then(|z| zlib::decompress(&z, wbits, 1)))])
            }
            other => panic!("unknown row {other}"),
        };
        // The texts that zlib-rs loses; see the head of `zlib`.
        let lost = |s: &str| {
            ["invalid distance too far back", "invalid distance code", "invalid literal/length code"]
                .iter()
                .fold(s.to_owned(), |s, t| s.replace(t, "invalid input data"))
        };
        let expected: Vec<&str> = r[from..].to_vec();
        let same = |(a, b): (&String, &&str)| a == b || *a == lost(b);
        if got.len() != expected.len() || !got.iter().zip(&expected).all(same) {
            bad += 1;
            if bad < 12 {
                let at = got.iter().zip(&r[from..]).position(|(a, b)| a != b).unwrap_or(0);
                let cut = |s: &str| {
                    let start = s.len().saturating_sub(150);
                    s.chars().take(150).chain(s[start..].chars()).collect::<String>()
                };
                eprintln!(
                    "{} {} op {at}\n  them {}\n  ours {}",
                    r[0],
                    r[1],
                    cut(r[from + at]),
                    cut(&got[at])
                );
            }
        }
    }
    assert_eq!(bad, 0, "of {}", rows.len());
}

/// Deterministic bytes, some runs of them alike.
fn sample(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut out = Vec::new();
    while out.len() < length {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let run = if state >> 30 == 0 { 40 } else { 1 };
        out.extend(std::iter::repeat_n(
            (state >> 20) as u8 & if seed.is_multiple_of(2) { 3 } else { 255 },
            run,
        ));
    }
    out
}

#[test]
fn the_oracle_inflates_what_we_deflate() {
    let mut script = String::from(
        "import zlib\ndef f(w, zd, z, d):\n    o = zlib.decompressobj(w, **({'zdict': zd} if zd else {}))\n    r = o.decompress(bytes.fromhex(z)) + o.flush()\n    print(int(o.eof and r == bytes.fromhex(d)))\n",
    );
    let mut cases = 0;
    for (i, &length) in [0, 1, 50, 1000, 40_000, 3, 200].iter().cycle().take(140).enumerate() {
        let data = sample(i as u32, length);
        let wbits = [15, -15, 31, 9, -9, 12][i % 6];
        let zdict = if i % 5 == 0 && wbits < 16 { Some(&b"some dictionary"[..]) } else { None };
        let options = CompressOptions {
            level: [-1, 0, 1, 6, 9][i % 5],
            wbits,
            mem_level: 1 + (i % 9) as i32,
            strategy: (i / 7 % 5) as i32,
            zdict,
            ..CompressOptions::default()
        };
        let mut c = Compressor::new(&options).unwrap();
        let (a, b) = data.split_at(data.len() / 3);
        let mut z = c.compress(a).unwrap();
        z.extend(c.flush([0, 1, 2, 3, 5][i % 5]).unwrap());
        let mut twin = c.copy().unwrap();
        let mut z2 = z.clone();
        for (c, z) in [(&mut c, &mut z), (&mut twin, &mut z2)] {
            z.extend(c.compress(b).unwrap());
            z.extend(c.flush(4).unwrap());
            // The text is the last one zlib left, or our own for the code.
            assert!(show(c.flush(4)).starts_with("error:Error -2 while flushing: "));
        }
        assert_eq!(z, z2, "a copy goes on as its original");
        let dictionary = zdict.map_or("None".to_owned(), |_| "b'some dictionary'".to_owned());
        script += &format!("f({wbits}, {dictionary}, '{}', '{}')\n", hex(&z), hex(&data));
        cases += 1;
    }
    let Some(out) = common::oracle(&script) else { return };
    assert_eq!(out.lines().collect::<Vec<_>>(), vec!["1"; cases]);
}

#[test]
fn output_larger_than_any_first_buffer() {
    let data = sample(8, 3_000_000);
    let z = zlib::compress(&data, 6, 15).unwrap();
    assert!(zlib::decompress(&z, 15, 1).unwrap() == data);
    assert!(zlib::decompress(&z, 15, isize::MAX).unwrap() == data);
    let mut d = Decompressor::new(15, None).unwrap();
    assert!(d.decompress(&z, 0).unwrap() == data && d.eof && d.unused_data.is_empty());
}
