//! Hashes of str and bytes against CPython's, for several seeds and every kind of str, and `source_hash`.

mod common;
use dxpy_text::hash::{HashSecret, hash_bytes, hash_units, keyed_hash};

const SCRIPT: &str = r#"
import _imp
for n in range(40):
    for base in (0x61, 0xe9, 0x400, 0x1f600):
        s = ''.join(chr(base + i % 7) for i in range(n))
        print(base, n, hash(s))
    b = bytes((i * 37 + n) & 255 for i in range(n))
    print('b', n, hash(b))
    print('k', n, int.from_bytes(_imp.source_hash(n * 0x123456789abcdef, b), 'little'))
"#;

#[test]
fn hashes_are_cpythons() {
    for seed in ["0", "1", "42", "12345", "4294967295"] {
        let Some(out) = common::oracle_with(SCRIPT, &[("PYTHONHASHSEED", seed)], b"") else { return };
        let secret = HashSecret::from_seed(seed.parse().unwrap());
        let mut seen = 0;
        for line in String::from_utf8(out).unwrap().lines() {
            let f: Vec<&str> = line.split(' ').collect();
            let n: usize = f[1].parse().unwrap();
            let bytes: Vec<u8> = (0..n).map(|i| (i * 37 + n) as u8).collect();
            if f[0] == "k" {
                let key = (n as u64).wrapping_mul(0x123456789abcdef);
                assert_eq!(keyed_hash(key, &bytes), f[2].parse::<u64>().unwrap(), "{seed}: {line}");
            } else {
                let chars = |base: u32| (0..n as u32).map(move |i| base + i % 7);
                let got = match f[0] {
                    "b" => hash_bytes(&secret, &bytes),
                    base => match base.parse().unwrap() {
                        c @ 0..0x100 => hash_units(&secret, &chars(c).map(|c| c as u8).collect::<Vec<_>>()),
                        c @ 0..0x10000 => {
                            hash_units(&secret, &chars(c).map(|c| c as u16).collect::<Vec<_>>())
                        }
                        c => hash_units(&secret, &chars(c).collect::<Vec<u32>>()),
                    },
                };
                assert_eq!(got, f[2].parse::<i64>().unwrap(), "{seed}: {line}");
            }
            seen += 1;
        }
        assert_eq!(seen, 40 * 6);
    }
}
