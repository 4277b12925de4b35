//! The newline decoder and line ends against CPython's `_io`, chunk by chunk.

mod common;

use dxpy_algos::newline::{Ending, NewlineDecoder, expand, find_line_end};
use dxpy_algos::text::{Str, Text};

const SCRIPT: &str = r##"
import _io, random
rnd = random.Random(14)
def row(*a): print(*a, sep='\t')
def cp(s): return '.'.join(map(str, map(ord, s))) or '-'
def text(n): return ''.join(rnd.choice('\r\r\n\nab\xe9\u0416\U0001f600'[:rnd.choice([6,7,8,9])]) for _ in range(rnd.randrange(n)))
for i in range(6000):
    tr = rnd.randrange(2); d = _io.IncrementalNewlineDecoder(None, tr); out = []
    for _ in range(rnd.randrange(1,6)):
        s = text(6); last = rnd.random() < .2
        r = d.decode(s, last); n = d.newlines
        n = () if n is None else (n,) if isinstance(n, str) else n
        out.append('%s|%d|%s|%s|%d' % (cp(s), last, cp(r), ','.join(map(cp, n)), d.getstate()[1]))
    row('dec', tr, *out)
for i in range(3000):
    s = text(14)
    for nl in ('', '\n', '\r', '\r\n'):
        f = _io.TextIOWrapper(_io.BytesIO(s.encode()), encoding='utf-8', newline=nl)
        row('lines', repr(nl), cp(s), ' '.join(cp(l) for l in f))
    b = _io.BytesIO(); f = _io.TextIOWrapper(b, encoding='utf-8', newline='\r\n'); f.write(s); f.flush()
    row('write', cp(s), cp(b.getvalue().decode()))
"##;

fn text(s: &str) -> Text {
    let mut t = Text::new();
    if s != "-" {
        s.split('.').for_each(|c| t.push(c.parse().unwrap()));
    }
    t
}

fn dotted(s: Str) -> String {
    let parts: Vec<String> = s.chars().map(|c| c.to_string()).collect();
    if parts.is_empty() { "-".into() } else { parts.join(".") }
}

fn lines(s: Str, ending: Ending) -> String {
    let (mut at, mut out) = (0, Vec::new());
    while at < s.len() {
        let rest = s.slice(at, s.len());
        let end = match find_line_end(rest, ending) {
            Ok(end) => end,
            Err(searched) => {
                assert!(searched <= rest.len());
                rest.len()
            }
        };
        out.push(dotted(rest.slice(0, end)));
        at += end;
    }
    out.join(" ")
}

#[test]
fn as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    for r in common::rows(&out, 20_000) {
        match r[0] {
            "dec" => {
                let mut d = NewlineDecoder::new(r[1] == "1");
                for step in &r[2..] {
                    let f: Vec<&str> = step.split('|').collect();
                    let input = text(f[0]);
                    let got = d.decode(input.as_str(), f[1] == "1").unwrap_or(input);
                    let kinds: Vec<String> =
                        d.newlines().iter().map(|n| dotted(Str::One(n.as_bytes()))).collect();
                    assert_eq!(dotted(got.as_str()), f[2], "{r:?} {step}");
                    assert_eq!(kinds.join(","), f[3], "{r:?} {step}");
                    assert_eq!(d.state(0).to_string(), f[4], "{r:?} {step}");
                }
            }
            "lines" => {
                let ending = match r[1] {
                    "''" => Ending::Universal,
                    "'\\n'" => Ending::Translated,
                    "'\\r'" => Ending::Cr,
                    _ => Ending::CrLf,
                };
                assert_eq!(lines(text(r[2]).as_str(), ending), r[3], "{r:?}");
            }
            _ => {
                let input = text(r[1]);
                let got = expand(input.as_str(), b"\r\n").unwrap_or(input);
                assert_eq!(dotted(got.as_str()), r[2]);
            }
        }
    }
}
