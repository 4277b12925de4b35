//! The hashes against CPython's own modules (`_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2`), HMAC and PBKDF2.

mod common;

use common::{hex, unhex};
use dxpy_algos::hashes::blake2::{Blake2, Params};
use dxpy_algos::hashes::mac::{Hmac, pbkdf2, scrypt};
use dxpy_algos::hashes::{ALL, Hash};

const SCRIPT: &str = r##"
import _md5, _sha1, _sha2, _sha3, _blake2, hmac, hashlib, random
rnd = random.Random(2)
def row(*a): print(*a, sep='\t')
def hx(b): return 'x'+b.hex()
fs = dict(md5=_md5.md5, sha1=_sha1.sha1)
for n in ('sha224','sha256','sha384','sha512'): fs[n] = getattr(_sha2, n)
for n in ('sha3_224','sha3_256','sha3_384','sha3_512','shake_128','shake_256'): fs[n] = getattr(_sha3, n)
for n, f in fs.items():
    h = f(); row('info', n, h.name, h.digest_size, h.block_size)
    for i in range(60):
        d = rnd.randbytes(rnd.choice([0,1,55,56,63,64,65,111,112,127,128,129,135,136,137,rnd.randrange(3000)]))
        k = rnd.randrange(len(d)+1); a = f(d[:k]); b = a.copy(); b.update(d[k:])
        x = (rnd.randrange(700),) if 'shake' in n else ()
        row('hash', n, k, hx(d), *(x or (0,)), hx(a.digest(*x)), hx(b.digest(*x)))
    if 'shake' in n: continue
    for i in range(12):
        key, msg = rnd.randbytes(rnd.choice([0,3,64,65,128,129,200])), rnd.randbytes(rnd.randrange(200))
        row('hmac', n, hx(key), hx(msg), hx(hmac.new(key, msg, n).digest()))
        it, ln = rnd.randrange(1,5), rnd.choice([1,16,20,64,100])
        row('pbkdf2', n, hx(key), hx(msg), it, ln, hx(hashlib.pbkdf2_hmac(n, key, msg, it, ln)))
for i in range(120):
    pw, salt = rnd.randbytes(rnd.randrange(20)), rnd.randbytes(rnd.randrange(20))
    n, r, p, mm, ln = rnd.choice([2,4,16,64,1024,3,1,0]), rnd.choice([1,2,8,9]), rnd.choice([1,2,5]), rnd.choice([0,0,0,1000,128*8*(16+2)+128*8, 2**20]), rnd.choice([1,32,64,100])
    try: x = hx(hashlib.scrypt(pw, salt=salt, n=n, r=r, p=p, maxmem=mm, dklen=ln))
    except ValueError as e: x = 'V:'+str(e)
    row('scrypt', hx(pw), hx(salt), n, r, p, mm, ln, x)
for small, f in ((0,_blake2.blake2b),(1,_blake2.blake2s)):
    for i in range(600):
        big = f.MAX_DIGEST_SIZE
        kw = dict(digest_size=rnd.choice([1,20,big,big,big,0,big+1]), key=rnd.randbytes(rnd.choice([0,0,1,big,big+1])), salt=rnd.randbytes(rnd.choice([0,1,f.SALT_SIZE,f.SALT_SIZE+1])), person=rnd.randbytes(rnd.choice([0,1,f.PERSON_SIZE,f.PERSON_SIZE+1])),
          fanout=rnd.choice([1,0,255,256,-1]) , depth=rnd.choice([1,2,255,0,256]), leaf_size=rnd.choice([0,1,4096,2**32-1,2**32]), node_offset=rnd.choice([0,1,2**48-1,2**48]), node_depth=rnd.choice([0,1,255,256]), inner_size=rnd.choice([0,1,big,big+1,-1]), last_node=rnd.random()<.3)
        if rnd.random() < .75:
            good = dict(digest_size=big, key=b'k', salt=b's', person=b'p', fanout=2, depth=2, leaf_size=5, node_offset=7, node_depth=1, inner_size=big)
            for k in good:
                if rnd.random()<.9: kw[k] = good[k]
        d = rnd.randbytes(rnd.choice([0,1,64,65,128,129,rnd.randrange(2000)]))
        try: r = hx(f(d, **kw).digest())
        except OverflowError as e: r = 'O:'+str(e)
        except ValueError as e: r = 'V:'+str(e)
        row('blake', small, *[hx(v) if isinstance(v,bytes) else int(v) for v in kw.values()], hx(d), r)
"##;

fn bytes(s: &str) -> Vec<u8> {
    unhex(s.strip_prefix('x').unwrap())
}

fn blake(r: &[&str]) -> String {
    let small = r[1] == "1";
    let (key, salt, person) = (bytes(r[3]), bytes(r[4]), bytes(r[5]));
    let n = |i: usize| r[i].parse::<i64>().unwrap();
    let params = Params {
        digest_size: n(2) as i32,
        key: &key,
        salt: &salt,
        person: &person,
        fanout: n(6) as i32,
        depth: n(7) as i32,
        leaf_size: n(8) as u64,
        node_offset: n(9) as u64,
        node_depth: n(10) as i32,
        inner_size: n(11) as i32,
        last_node: n(12) == 1,
    };
    match Blake2::new(small, &params) {
        Err(e) => format!("{}:{e}", if e.is_overflow() { 'O' } else { 'V' }),
        Ok(mut h) => {
            let data = bytes(r[13]);
            let mut copy = h.clone();
            copy.update(&data[..data.len() / 2]);
            copy.update(&data[data.len() / 2..]);
            h.update(&data);
            assert_eq!(h.digest(), copy.digest());
            format!("x{}", hex(&h.digest()))
        }
    }
}

#[test]
fn as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    let rows = common::rows(&out, 2_000);
    let mut bad = 0;
    let mut names = 0;
    for r in &rows {
        let got = match r[0] {
            "info" => {
                names += 1;
                let info = Hash::new(r[1]).unwrap().info();
                vec![info.name.to_owned(), info.digest_size.to_string(), info.block_size.to_string()]
            }
            "hash" => {
                let (k, length) = (r[2].parse().unwrap(), r[4].parse().unwrap());
                let data = bytes(r[3]);
                let digest = |h: &Hash| match h.info().digest_size {
                    0 => format!("x{}", hex(&h.extended(length).unwrap())),
                    _ => format!("x{}", hex(&h.digest())),
                };
                let mut a = Hash::new(r[1]).unwrap();
                a.update(&data[..k]);
                let mut b = a.clone();
                b.update(&data[k..]);
                vec![digest(&a), digest(&b)]
            }
            "hmac" => {
                let mut h = Hmac::new(&bytes(r[2]), r[1]).unwrap();
                h.update(&bytes(r[3]));
                vec![format!("x{}", hex(&h.digest()))]
            }
            "pbkdf2" => {
                let (n, length) = (r[4].parse().unwrap(), r[5].parse().unwrap());
                vec![format!("x{}", hex(&pbkdf2(r[1], &bytes(r[2]), &bytes(r[3]), n, length).unwrap()))]
            }
            "scrypt" => {
                let n = |i: usize| r[i].parse().unwrap();
                let (password, salt) = (bytes(r[1]), bytes(r[2]));
                let key = scrypt(&password, &salt, (n(3), n(4), n(5)), n(6), n(7) as usize);
                vec![key.map_or_else(|e| format!("V:{e}"), |k| format!("x{}", hex(&k)))]
            }
            "blake" => vec![blake(r)],
            other => panic!("unknown row {other}"),
        };
        if got != r[r.len() - got.len()..] {
            bad += 1;
            if bad < 10 {
                eprintln!("{r:?}\n  {got:?}");
            }
        }
    }
    assert_eq!(names, ALL.len());
    assert_eq!(bad, 0, "of {}", rows.len());
}

#[test]
fn limits() {
    assert!(Hash::new("sha0").is_none() && Hmac::new(b"", "shake_128").is_none());
    assert_eq!(Hash::new("shake_128").unwrap().extended(1 << 29), None);
}
