//! Kernels of bytes against the oracle.

mod common;
use common::{PRELUDE, codes, hex};
use dxpy_text::bytes;
use dxpy_text::strings::split::{Side, rsplit_in, split_in};
use dxpy_text::strings::{Str, StrBuf, edit, search};

type Part<'a> = &'a mut dyn FnMut(usize, usize) -> Result<(), ()>;

#[test]
fn bytes_methods() {
    const SCRIPT: &str = r#"
B = [b'ab', b'aA bB\t1', b'ab\n\r\x0b\x1c\x85\xa0 ', bytes(range(256)), b'\'"\\\x00', b'0123456789abcdefABCDEF \tg']
def bw(n, a): return bytes(random.choice(a) for _ in range(random.randrange(n)))
for i in range(12000):
    a = random.choice(B); n = random.choice([9, 20, 60])
    s, t, r = bw(n, a), bw(3, a) or b'a', bw(4, a)
    m = random.choice([-1, -1, 0, 1, 2, 5]); w = random.randrange(30); g = random.randrange(-5, 6)
    out(s, t, r, m, w, g, s.find(t), s.rfind(t), s.count(t), s.split(None, m), s.rsplit(None, m), s.split(t, m), s.rsplit(t, m),
        s.splitlines(), s.splitlines(True), s.strip(), s.lstrip(), s.rstrip(), s.strip(t), s.strip(r), s.lstrip(r), s.rstrip(r),
        s.replace(t, r, m), s.replace(b'', r, m), s.center(w, b'x'), s.zfill(w), s.expandtabs(g), s.lower(), s.upper(), s.title(),
        s.capitalize(), s.swapcase(), r.join([s, t, r]), s.translate(None, t), s.translate(bytes.maketrans(r, r[::-1]), t),
        ''.join(str(int(f(s))) for f in (bytes.isalpha, bytes.isalnum, bytes.isdigit, bytes.isspace, bytes.islower, bytes.isupper,
        bytes.istitle, bytes.isascii)), s.hex(), s.hex(':', g), repr(s), repr(bytearray(s))[10:-1],
        tried(bytes.fromhex, s.decode('latin-1')))
"#;
    let Some(out) = common::oracle(&format!("{PRELUDE}{SCRIPT}")) else { return };
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), 12000);
    for line in text.lines() {
        let f: Vec<&str> = line.split('|').collect();
        let bytes_of = |s: &str| -> Vec<u8> { codes(s).iter().map(|&c| c as u8).collect() };
        let (s, t, r) = (bytes_of(f[0]), bytes_of(f[1]), bytes_of(f[2]));
        let max = usize::try_from(f[3].parse::<isize>().unwrap()).unwrap_or(usize::MAX);
        let (w, g): (usize, isize) = (f[4].parse().unwrap(), f[5].parse().unwrap());
        let h = |v: &[u8]| hex(v.iter().map(|&c| u32::from(c)));
        let place = |p: Option<usize>| p.map_or(-1, |p| p as isize).to_string();
        let parts = |back: bool, go: &dyn Fn(Part) -> Result<(), ()>| {
            let mut out = Vec::new();
            go(&mut |i, j| {
                out.push(h(&s[i..j]));
                Ok(())
            })
            .unwrap();
            if back {
                out.reverse();
            }
            format!("[{}]", out.join(";"))
        };
        let strip = |side, b: Option<&[u8]>| {
            let (i, j) = bytes::strip(&s, side, b);
            h(&s[i..j])
        };
        let or = |o: Option<Vec<u8>>| h(o.as_deref().unwrap_or(&s));
        let (left, right) = edit::center_margins(s.len(), w);
        let reversed: Vec<u8> = r.iter().rev().copied().collect();
        let table = bytes::maketrans(&r, &reversed);
        let is = [
            bytes::is_alpha(&s),
            bytes::is_alnum(&s),
            bytes::is_digit(&s),
            bytes::is_space(&s),
            bytes::is_lower(&s),
            bytes::is_upper(&s),
            bytes::is_title(&s),
            s.is_ascii(),
        ];
        let got = [
            place(search::find_in(&s, &t)),
            place(search::rfind_in(&s, &t)),
            search::count_in(&s, &t, usize::MAX).to_string(),
            parts(false, &|f| bytes::split_space(&s, max, f)),
            parts(true, &|f| bytes::rsplit_space(&s, max, f)),
            parts(false, &|f| split_in(&s, &t, max, f)),
            parts(true, &|f| rsplit_in(&s, &t, max, f)),
            parts(false, &|f| bytes::splitlines(&s, false, f)),
            parts(false, &|f| bytes::splitlines(&s, true, f)),
            strip(Side::Both, None),
            strip(Side::Left, None),
            strip(Side::Right, None),
            strip(Side::Both, Some(&t)),
            strip(Side::Both, Some(&r)),
            strip(Side::Left, Some(&r)),
            strip(Side::Right, Some(&r)),
            or(edit::replace_in(&s, &t, &r, max).unwrap()),
            or(edit::replace_in(&s, b"", &r, max).unwrap()),
            h(&bytes::pad(&s, left, right, b'x').unwrap()),
            h(&bytes::zfill(&s, w).unwrap()),
            or(edit::expandtabs_in(&s, g).unwrap()),
            h(&s.to_ascii_lowercase()),
            h(&s.to_ascii_uppercase()),
            h(&bytes::title(&s)),
            h(&bytes::capitalize(&s)),
            h(&bytes::swapcase(&s)),
            h(&bytes::join(&r, [&s[..], &t[..], &r[..]].into_iter()).unwrap()),
            h(&bytes::translate(&s, None, &t)),
            h(&bytes::translate(&s, Some(&table), &t)),
            hex(is.iter().map(|&f| '0' as u32 + f as u32)),
            h(&bytes::hex(&s, None, 1).unwrap()),
            h(&bytes::hex(&s, Some(b':'), g).unwrap()),
            h(&bytes::repr(&s)),
            h(&bytes::bytearray_repr(&s)),
            match bytes::fromhex(Str::Latin1(&s)) {
                Ok(v) => h(&v),
                Err(i) => {
                    format!("!ValueError:non-hexadecimal number found in fromhex() arg at position {i}")
                }
            },
        ];
        let wrong: Vec<_> = got.iter().zip(&f[6..]).enumerate().filter(|(_, (a, b))| a != b).collect();
        assert!(wrong.is_empty() && got.len() == f.len() - 6, "{line}\n{wrong:?}");
    }
    assert_eq!(bytes::fromhex(StrBuf::from("12\u{1F600}").as_str()), Err(2));
    assert_eq!(bytes::pad(b"a", usize::MAX, 1, 0), Err(edit::TooLong));
}
