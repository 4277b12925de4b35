//! Text from outside: whatever it is, reading it ends with a value or an error.

use dxpy_num::format::{Align, Spec};
use dxpy_num::format_number::{Locale, format_complex, format_float, format_int};
use dxpy_num::{Int, complex, float_text, text};

struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % below
    }
}

#[test]
fn any_bytes_are_read_or_refused() {
    const LIKELY: &[u8] = b"0123456789+-._eExXpPjJ()infaINFA \t\0zb\xff\x80";
    let mut random = Random(42);
    let (mut ints, mut floats, mut complexes, mut hexes) = (0, 0, 0, 0);
    for _ in 0..200_000 {
        let n = random.next(12);
        let s: Vec<u8> = (0..n).map(|_| LIKELY[random.next(LIKELY.len())]).collect();
        let base = [0, 2, 8, 10, 16, 36][random.next(6)];
        ints += usize::from(text::parse(&s, base, 4300).is_ok());
        floats += usize::from(float_text::parse(&s).is_some());
        complexes += usize::from(complex::parse(&s).is_ok());
        hexes += usize::from(float_text::from_hex(&s).is_ok());
        let _ = float_text::parse_prefix(&s);
    }
    // The generator does make numbers, so the readers were not merely refusing.
    assert!(
        ints > 1000 && floats > 1000 && complexes > 1000 && hexes > 1000,
        "{ints} {floats} {complexes} {hexes}"
    );
}

#[test]
fn any_specification_is_read_or_refused() {
    const LIKELY: &[u32] = &[
        60, 62, 61, 94, 43, 45, 32, 122, 35, 48, 49, 57, 44, 95, 46, 100, 102, 103, 101, 120, 110, 99, 37,
        0xd800, 0x10ffff,
    ];
    let mut random = Random(7);
    let number = Int::from(-1234567890123456789i64);
    let mut formatted = 0;
    for _ in 0..200_000 {
        let n = random.next(7);
        let s: Vec<u32> = (0..n).map(|_| LIKELY[random.next(LIKELY.len())]).collect();
        let results = [
            Spec::parse(&s, b'd', Align::Right, "int")
                .and_then(|s| format_int(number.as_ref(), &s, &Locale::C, 0, "int")),
            Spec::parse(&s, 0, Align::Right, "float")
                .and_then(|s| format_float(-1.5e300, &s, &Locale::C, "float")),
            Spec::parse(&s, 0, Align::Right, "complex")
                .and_then(|s| format_complex(1e-300, -0.0, &s, &Locale::C, "complex")),
        ];
        for f in results.into_iter().flatten() {
            if f.left.max(f.inner).max(f.right) < 1 << 16 {
                formatted += usize::from(!f.code_points().is_empty());
            }
        }
        let _ = Spec::parse(&s, b's', Align::Left, "str").and_then(|s| s.str_layout(5, "str"));
    }
    assert!(formatted > 10_000, "{formatted}");
}

#[test]
fn what_no_memory_holds_is_an_error() {
    let big = Int::from(u64::MAX);
    let one = Int::from(1u64);
    for exponent in [1u64 << 40, 1 << 62] {
        let e = Int::from(exponent);
        assert!(dxpy_num::power::pow(big.as_ref(), e.as_ref()).is_err());
    }
    assert!(dxpy_num::bits::lshift_by(one.as_ref(), u64::MAX).is_err());
    let spec: Vec<u32> = "0900000000000000000,d".chars().map(u32::from).collect();
    let spec = Spec::parse(&spec, b'd', Align::Right, "int").unwrap();
    assert!(format_int(big.as_ref(), &spec, &Locale::C, 0, "int").is_err());
}
