//! String kernels against the oracle: random strings of every kind, as the narrowest kind and as wider views, and
//! answers that do not depend on which.

mod common;
use common::{PRELUDE, codes, hex};
use dxpy_text::strings::search::*;
use dxpy_text::strings::*;

/// The kinds a string can be seen in: the narrowest and every wider one.
fn views(c: &[u32], test: &mut dyn FnMut(Str<'_>)) {
    let narrow = StrBuf::from_codes(c);
    test(narrow.as_str());
    if let Str::Ascii(v) = narrow.as_str() {
        test(Str::Latin1(v));
    }
    if c.iter().all(|&c| c < 0x10000) {
        test(Str::Two(&c.iter().map(|&c| c as u16).collect::<Vec<_>>()));
    }
    test(Str::Four(c));
}

/// Runs the script, hands each line's fields to `test`, and checks that there were at least `least`.
fn lines(script: &str, least: usize, mut test: impl FnMut(&[&str])) {
    let Some(out) = common::oracle(&format!("{PRELUDE}{script}")) else { return };
    let text = String::from_utf8(out).unwrap();
    let mut seen = 0;
    for line in text.lines() {
        test(&line.split('|').collect::<Vec<_>>());
        seen += 1;
    }
    assert!(seen >= least, "{seen}");
}

#[test]
fn searching() {
    const SCRIPT: &str = r#"
for i in range(8000):
    a = random.choice(alphabets); n = random.choice([9, 9, 40, 200])
    s, t = word(n, a), word(4, a if random.random() < .9 else None)
    i, j = random.choice([0, 0, -3, 2, 50, -50, 9]), random.choice([10**9, 10**9, -1, 5, -50])
    out(s, t, i, j, s.find(t, i, j), s.rfind(t, i, j), s.count(t, i, j), s.startswith(t, i, j), s.endswith(t, i, j),
        (s > t) - (s < t))
"#;
    lines(SCRIPT, 8000, |f| {
        let (s, t) = (codes(f[0]), codes(f[1]));
        let (i, j) = (f[2].parse().unwrap(), f[3].parse().unwrap());
        let place = |p: Option<usize>, i: usize| p.map_or(-1, |p| (p + i) as isize);
        views(&s, &mut |s| {
            views(&t, &mut |t| {
                let got = match bounds(s.len(), i, j) {
                    None => "-1|-1|0|0|0".to_owned(),
                    Some((i, j)) => {
                        let p = s.slice(i, j);
                        let places = (place(find(p, t), i), place(rfind(p, t), i));
                        let ends = (starts_with(p, t) as u8, ends_with(p, t) as u8);
                        format!("{}|{}|{}|{}|{}", places.0, places.1, count(p, t), ends.0, ends.1)
                    }
                };
                assert_eq!(format!("{got}|{}", s.cmp(&t) as i8), f[4..].join("|"), "{s:?} {t:?} {i} {j}");
                assert_eq!(s == t, f[0] == f[1]);
                assert_eq!(contains(s, t), find(s, t).is_some());
            })
        });
    });
}

#[test]
fn searching_takes_linear_time_and_the_fallback_is_right() {
    // Both ends of the needle are everywhere, which defeats the filter.
    for (unit, middle) in [(0x100u32, 0x101), (0x1F600, 0x1F601)] {
        let mut s = vec![unit; 200_000];
        let mut needle = vec![unit; 20_000];
        needle[10_000] = middle;
        let four = |s: &[u32]| StrBuf::from_codes(s);
        let start = std::time::Instant::now();
        assert_eq!(find(four(&s).as_str(), four(&needle).as_str()), None);
        assert_eq!(rfind(four(&s).as_str(), four(&needle).as_str()), None);
        s[150_000] = middle;
        assert_eq!(find(four(&s).as_str(), four(&needle).as_str()), Some(140_000));
        assert_eq!(rfind(four(&s).as_str(), four(&needle).as_str()), Some(140_000));
        assert_eq!(count(four(&s).as_str(), four(&needle).as_str()), 1);
        assert!(start.elapsed().as_secs() < 10);
    }
    // Random needles over two letters, long enough to reach the two-way search, against a plain one.
    let mut x = 1u64;
    let mut random = |n: u64| {
        x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (x >> 33) % n
    };
    for _ in 0..300 {
        let m = 2 + random(40) as usize;
        let period = 1 + random(6) as usize;
        let base: Vec<u32> = (0..period).map(|_| 0x400 + random(2) as u32).collect();
        let mut needle: Vec<u32> = (0..m).map(|i| base[i % period]).collect();
        let mut s: Vec<u32> = (0..30_000).map(|i| base[i % period]).collect();
        needle[random(m as u64) as usize] = 0x400 + random(2) as u32;
        for _ in 0..random(300) {
            let i = random(30_000) as usize;
            s[i] ^= 1;
        }
        let plain = s.windows(m).position(|w| w == needle);
        let rplain = s.windows(m).rposition(|w| w == needle);
        let (s, needle) = (StrBuf::from_codes(&s), StrBuf::from_codes(&needle));
        assert_eq!(find(s.as_str(), needle.as_str()), plain);
        assert_eq!(rfind(s.as_str(), needle.as_str()), rplain);
    }
}

#[test]
fn builders_keep_the_narrowest_kind() {
    lines("for i in range(3000): out([word(), word(), word()])", 3000, |f| {
        let parts: Vec<Vec<u32>> = f[0].trim_matches(['[', ']']).split(';').map(codes).collect();
        let all = parts.concat();
        let max = all.iter().copied().max().unwrap_or(0);
        let (mut a, mut b) = (Builder::new(), Builder::new());
        for p in &parts {
            p.iter().for_each(|&c| a.push(c));
            b.push_str(Str::Four(p));
        }
        for got in [a.finish(), b.finish(), StrBuf::from_codes(&all)] {
            assert_eq!(got.as_str().max_bound(), class_of(max));
            assert_eq!(got.as_str().max_class(), class_of(max));
            assert_eq!(hex(got.as_str().chars()), hex(all.iter().copied()));
            let mut wide = vec![0u32; all.len()];
            got.as_str().copy_to(&mut wide);
            assert_eq!(wide, all);
        }
    });
}
