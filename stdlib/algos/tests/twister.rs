//! The Mersenne Twister against `random` of CPython: seeds of all sizes, floats, bits, states.

mod common;

use dxpy_algos::twister::Twister;

const SCRIPT: &str = r#"
import random, _random
for seed in [0, 1, -1, 2**30-1, 2**30, 2**32-1, 2**32, 2**60, 2**64-1, 2**64, -(2**64)-5, 3**1000, 3**20000, 12345, 987654321]:
    r = _random.Random(seed)
    # The seed in 30-bit digits.
    a, digits = abs(seed), []
    while a:
        digits.append(a & (1 << 30) - 1)
        a >>= 30
    row = [','.join(map(str, digits))]
    for i in range(400):
        row.append(r.random().hex())
        k = (i * 7) % 65
        row.append('%x' % r.getrandbits(k))
        row.append('%x' % r.getrandbits(i * 3))
    state = r.getstate()
    row.append(','.join(map(str, state)))
    row.append('%x' % r.getrandbits(64))
    print(*row, sep='\t')
"#;

fn hex_of_digits(digits: &[u32]) -> String {
    let bits: String = digits.iter().rev().map(|d| format!("{d:030b}")).collect();
    let bits = format!("{}{bits}", "0".repeat((4 - bits.len() % 4) % 4));
    let hex: String = (0..bits.len() / 4)
        .map(|i| format!("{:x}", u8::from_str_radix(&bits[4 * i..4 * i + 4], 2).unwrap()))
        .collect();
    let hex = hex.trim_start_matches('0');
    if hex.is_empty() { "0".into() } else { hex.into() }
}

#[test]
fn numbers_are_cpythons() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    for row in common::rows(&out, 15) {
        let digits: Vec<u32> =
            row[0].split(',').filter(|s| !s.is_empty()).map(|s| s.parse().unwrap()).collect();
        let mut t = Twister::new();
        t.seed_digits(&digits);
        let mut fields = row[1..].iter();
        for i in 0..400u64 {
            let v = t.random();
            // Between 0 and 1 the mantissa's hex digits follow the exponent exactly.
            let expected = fields.next().unwrap();
            let (mantissa, exponent) = expected[4..].split_once('p').unwrap();
            let whole = u64::from_str_radix(mantissa, 16).unwrap_or(0) | 1 << 52;
            let expected = if expected.starts_with("0x0.") {
                0.0
            } else {
                whole as f64 * 2f64.powi(exponent.parse::<i32>().unwrap() - 52)
            };
            assert_eq!(v.to_bits(), expected.to_bits(), "random {i} of seed {digits:?}");
            assert_eq!(format!("{:x}", t.bits((i * 7 % 65) as u32)), *fields.next().unwrap(), "bits {i}");
            assert_eq!(hex_of_digits(&t.bit_digits(i * 3)), *fields.next().unwrap(), "digits {i}");
        }
        let state: Vec<u32> = fields.next().unwrap().split(',').map(|s| s.parse().unwrap()).collect();
        let (words, index) = t.state();
        assert_eq!((&state[..624], state[624] as usize), (&words[..], index));
        let mut copy = Twister::new();
        assert!(copy.set_state(state[..624].try_into().unwrap(), 625).is_none());
        assert!(copy.set_state(state[..624].try_into().unwrap(), index).is_some());
        assert_eq!(copy, t);
        assert_eq!(format!("{:x}", copy.bits(64)), *fields.next().unwrap());
    }
}
