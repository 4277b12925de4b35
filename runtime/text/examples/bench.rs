//! Kernels against CPython's methods on the same strings, nanoseconds each: `cargo run --release --example bench [part of a kernel's name]`. The
//! oracle makes objects of its results, which the kernels do not: of `split` only the finding of the parts is compared.
//! Without an oracle (env `DXPY_ORACLE`, or `python3.12`) only our times are shown.

use dxpy_text::codecs::utf8::{Utf8Decoder, Utf8Encoder};
use dxpy_text::codecs::wide::{Endian, Utf16Decoder, Utf16Encoder};
use dxpy_text::codecs::{Decoder, Encoder};
use dxpy_text::strings::*;
use std::collections::HashMap;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

/// The texts, made alike on both sides: a line of each alphabet, repeated.
const LINES: [(&str, &str); 5] = [
    ("ascii", "The quick brown fox jumps over the lazy dog, 42 times a day.\n"),
    ("latin1", "Voix ambiguë d'un cour qui au zéphyr préfère les jattes de kiwi\n"),
    ("latin", "Voix ambiguë d'un cœur qui au zéphyr préfère les jattes de kiwis\n"),
    ("bmp", "Съешь же ещё этих мягких французских булок, да выпей чаю 東京都\n"),
    ("astral", "Pack my box 📦 with five dozen 🍶 jugs of liquor, quickly now! 🎉\n"),
];

const SCRIPT: &str = r#"
import timeit
lines = {LINES}
for name, line in lines:
    for n in 1, 1000:
        s = line * n; e = s.encode(); w = s.encode('utf-16-le')
        for op, f in [
            ('find one absent', lambda: s.find('~')), ('find word absent', lambda: s.find('zzyx')), ('find two absent', lambda: s.find('e~')),
            ('rfind word absent', lambda: s.rfind('zzyx')), ('count one', lambda: s.count(' ')), ('count word', lambda: s.count('ck')),
            ('replace one', lambda: s.replace(' ', '_')), ('replace word', lambda: s.replace('ck', 'cking')),
            ('split space', lambda: s.split()), ('split one', lambda: s.split(' ')), ('splitlines', lambda: s.splitlines()),
            ('strip', lambda: s.strip()), ('lower', lambda: s.lower()), ('upper', lambda: s.upper()), ('title', lambda: s.title()),
            ('isprintable', lambda: s.isprintable()), ('repr', lambda: repr(s)), ('utf-8 decode', lambda: e.decode()),
            ('utf-8 encode', lambda: s.encode()), ('utf-16 decode', lambda: w.decode('utf-16-le')), ('utf-16 encode', lambda: s.encode('utf-16-le')),
            ('compare', lambda: s < line)]:
            if {ONLY} not in op: continue
            t = timeit.Timer(f); k = max(1, min(20000, int(0.001 / max(t.timeit(1), 1e-7))))
            print(name, n, op, min(t.repeat(25, k)) / k * 1e9, sep='\t')
empty = timeit.Timer(lambda: None)
print('call', 0, '', min(empty.repeat(50, 20000)) / 20000 * 1e9, sep='\t')
"#;

fn time(mut f: impl FnMut()) -> f64 {
    let start = Instant::now();
    f();
    let once = start.elapsed().as_secs_f64().max(1e-8);
    let n = ((0.001 / once) as usize).clamp(1, 100_000);
    let mut best = f64::MAX;
    for _ in 0..25 {
        let start = Instant::now();
        (0..n).for_each(|_| f());
        best = best.min(start.elapsed().as_secs_f64() / n as f64);
    }
    best * 1e9
}

fn theirs(only: &str) -> HashMap<(String, usize, String), f64> {
    let exe = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".to_owned());
    let lines: Vec<String> = LINES.iter().map(|(n, l)| format!("({n:?}, {l:?})")).collect();
    let script =
        SCRIPT.replace("{LINES}", &format!("[{}]", lines.join(", "))).replace("{ONLY}", &format!("{only:?}"));
    let Ok(out) = Command::new(exe).args(["-X", "utf8", "-c", &script]).output() else {
        return HashMap::new();
    };
    eprint!("{}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let row = |l: &str| {
        let f: Vec<&str> = l.split('\t').collect();
        Some((
            (f.first()?.to_string(), f.get(1)?.parse().ok()?, f.get(2)?.to_string()),
            f.get(3)?.parse().ok()?,
        ))
    };
    text.lines().filter_map(row).collect()
}

fn parts(mut go: impl FnMut(&mut dyn FnMut(usize, usize) -> Result<(), ()>) -> Result<(), ()>) {
    let mut n = 0;
    let _ = go(&mut |i, j| {
        n += j - i;
        Ok(())
    });
    black_box(n);
}

fn done<T>(result: T) {
    black_box(result);
}

fn main() {
    let only = std::env::args().nth(1).unwrap_or_default();
    let theirs = theirs(&only);
    let call = theirs.get(&("call".to_owned(), 0, String::new())).copied().unwrap_or(0.0);
    println!("{:8}{:>6} {:20}{:>12}{:>12}{:>8}", "text", "lines", "kernel", "ours ns", "theirs ns", "ratio");
    for (name, line) in LINES {
        let first = StrBuf::from(line);
        for n in [1, 1000] {
            let text = line.repeat(n);
            let owned = StrBuf::from(text.as_str());
            let s = owned.as_str();
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let a = |s: &'static str| Str::Ascii(s.as_bytes());
            let row = |op: &str, f: &mut dyn FnMut()| {
                if !op.contains(&only) {
                    return;
                }
                let ours = time(f);
                let key = (name.to_owned(), n, op.to_owned());
                let theirs = theirs.get(&key).map_or(f64::NAN, |t| t - call);
                println!("{name:8}{n:>6} {op:20}{ours:>12.0}{theirs:>12.0}{:>8.2}", theirs / ours);
            };
            row("find one absent", &mut || done(search::find(black_box(s), a("~"))));
            row("find word absent", &mut || done(search::find(black_box(s), a("zzyx"))));
            row("find two absent", &mut || done(search::find(black_box(s), a("e~"))));
            row("rfind word absent", &mut || done(search::rfind(black_box(s), a("zzyx"))));
            row("count one", &mut || done(search::count(black_box(s), a(" "))));
            row("count word", &mut || done(search::count(black_box(s), a("ck"))));
            row("replace one", &mut || done(edit::replace(black_box(s), a(" "), a("_"), usize::MAX)));
            row("replace word", &mut || done(edit::replace(black_box(s), a("ck"), a("cking"), usize::MAX)));
            row("split space", &mut || parts(|f| split::split_space(black_box(s), usize::MAX, f)));
            row("split one", &mut || parts(|f| split::split(black_box(s), a(" "), usize::MAX, f)));
            row("splitlines", &mut || parts(|f| split::splitlines(black_box(s), false, f)));
            row("strip", &mut || done(split::strip(black_box(s), split::Side::Both, None)));
            row("lower", &mut || done(case::lower(black_box(s))));
            row("upper", &mut || done(case::upper(black_box(s))));
            row("title", &mut || done(case::title(black_box(s))));
            row("isprintable", &mut || done(predicates::is_printable(black_box(s))));
            row("repr", &mut || done(repr::repr(black_box(s))));
            row("utf-8 decode", &mut || {
                let mut b = Builder::new();
                let _ = Utf8Decoder { last: true }.decode(black_box(text.as_bytes()), 0, &mut b);
                black_box(b);
            });
            row("utf-8 encode", &mut || {
                let mut out = Vec::new();
                let _ = Utf8Encoder.encode(black_box(s), 0, &mut out);
                black_box(out);
            });
            row("utf-16 decode", &mut || {
                let mut b = Builder::new();
                let _ = Utf16Decoder::new(Some(Endian::Little), true).decode(black_box(&wide), 0, &mut b);
                black_box(b);
            });
            row("utf-16 encode", &mut || {
                let mut out = Vec::new();
                let _ = Utf16Encoder::new(Some(Endian::Little)).encode(black_box(s), 0, &mut out);
                black_box(out);
            });
            row("compare", &mut || {
                black_box(black_box(s) < first.as_str());
            });
        }
    }
}
