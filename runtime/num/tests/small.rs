//! The machine-size paths agree with the general kernels, which `int.rs` compares with the oracle.

use dxpy_num::{Int, Ref, bits, hash, int, power, small, text};

fn values() -> Vec<i64> {
    let mut out: Vec<i64> = (-40..40).collect();
    for k in 3..63 {
        for d in -1..=1 {
            out.extend([(1i64 << k) + d, -(1i64 << k) + d]);
        }
    }
    let mut x = 88172645463325252u64;
    for i in 0..200 {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        out.push(x as i64 >> (i % 60));
    }
    out.extend([i64::MAX, i64::MIN, i64::MIN + 1]);
    out
}

#[test]
fn small_and_general_agree() {
    let values = values();
    for &a in &values {
        let parts = small::to_digits(a);
        let x = Ref::of_small(&parts);
        assert_eq!(x.to_int(), Int::from(a));
        assert_eq!(small::one_digit(parts.0, x.digits), (a.unsigned_abs() < 1 << 30).then_some(a));
        assert_eq!(small::two_digits(parts.0, x.digits), (a.unsigned_abs() < 1 << 60).then_some(a));
        assert_eq!(small::hash(a), hash::of_int(x), "hash({a})");
        let mut buffer = [0; 20];
        let decimal = small::decimal(a, &mut buffer);
        assert_eq!(core::str::from_utf8(decimal).unwrap(), text::to_decimal(x, 0).unwrap());
        if let Some(v) = small::parse_decimal(decimal) {
            assert_eq!(v, a);
        } else {
            assert!(decimal.len() > 18);
        }
        for n in [0u64, 1, 2, 5, 29, 30, 31, 59, 60, 61, 62, 63, 64, 100] {
            assert_eq!(small::lshift(a, n), bits::lshift_by(x, n).unwrap().as_ref().to_i64(), "{a} << {n}");
            assert_eq!(Int::from(small::rshift(a, n)), bits::rshift_by(x, n), "{a} >> {n}");
            let p = power::pow(x, Int::from(n).as_ref()).unwrap();
            assert_eq!(small::pow(a, n), p.as_ref().to_i64(), "{a} ** {n}");
        }
        for &b in &values {
            if b == 0 || (a, b) == (i64::MIN, -1) {
                continue;
            }
            let y = Int::from(b);
            let (q, r) = int::divmod(x, y.as_ref()).unwrap();
            assert_eq!((Int::from(small::floordiv(a, b)), Int::from(small::rem(a, b))), (q, r), "{a}, {b}");
        }
    }
    for text in ["", "+", "-", "1_0", " 1", "1 ", "0x1", "1234567890123456789"] {
        assert_eq!(small::parse_decimal(text.as_bytes()), None, "{text}");
    }
}
