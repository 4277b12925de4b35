//! `_json` against CPython: `scanstring`, `encode_basestring(_ascii)` and the scanner's view of values, on text of
//! every width with good and bad escapes.

mod common;

use dxpy_algos::json::{self, Scanned, Start};
use dxpy_algos::text::{Str, Text};

const SCRIPT: &str = r##"
import _json, json, random
rnd = random.Random(12)
def row(*a): print(*a, sep='\t')
def cp(s): return '.'.join(map(str, map(ord, s))) or '-'
wide = ['\xe9','\u0416','\ud83d','\udc00','\U0001f600']
parts = ['abcdefgh','x'*17,'"','\\','\\"','\\\\','\\/','\\n','\\b','\\f','\\r','\\t','\\u0041','\\ud83d\\ude00','\\ud83d','\\ude00','\\ud83d\\u0041','\\ud83d\\uxxxx','\\uD83D\\uDe00','\\u00','\\u12G4','\\x','\\\u0416','\n','\x00','\x1f','\x7f',' ','\\u+123']
def text(n):
    w = rnd.randrange(0,6)
    return ''.join(rnd.choice(parts+wide[:w]*3) for _ in range(rnd.randrange(n)))
for i in range(14000):
    s = rnd.choice(['','"','pre"'])+text(7)+rnd.choice(['','"','"tail'])
    strict = rnd.random()<.7
    end = rnd.choice([0,1,1,1,4,len(s)])
    if end > len(s): continue
    try: v, e = _json.scanstring(s, end, strict); r = '%s@%d' % (cp(v), e)
    except json.JSONDecodeError as e: r = 'E:%s@%d' % (e.msg, e.pos)
    row('scan', cp(s), end, int(strict), r)
for i in range(6000):
    s = text(8)
    row('enc', cp(s), cp(_json.encode_basestring_ascii(s)), cp(_json.encode_basestring(s)))
class C: pass
def mark(name): return lambda *a: ('M', name)+a
ctx = C(); ctx.strict=True; ctx.object_hook=None; ctx.object_pairs_hook=None; ctx.memo={}
ctx.parse_float=lambda s: 'float:'+s; ctx.parse_int=lambda s: 'int:'+s; ctx.parse_constant=lambda s: 'const:'+s
scan = _json.make_scanner(ctx)
tokens = ['-','0','1','9','12','.','e','E','+','-','5','\u0661','\u0416',' ','nul','null','true','fals','false','NaN','Na','Infinity','-Infinity','Infinit','I']
for i in range(12000):
    s = ''.join(rnd.choice(tokens) for _ in range(rnd.randrange(1,6)))
    k = rnd.choice([0,0,0,1,2])
    try: v, e = scan(s, k); r = '%s@%d' % (v, e)
    except StopIteration as e: r = 'stop'
    row('start', cp(s), k, r)
"##;

fn chars(s: &str) -> Vec<u32> {
    if s == "-" { Vec::new() } else { s.split('.').map(|c| c.parse().unwrap()).collect() }
}

fn dotted(s: Str) -> String {
    let parts: Vec<String> = s.chars().map(|c| c.to_string()).collect();
    if parts.is_empty() { "-".into() } else { parts.join(".") }
}

fn text(s: &str) -> Text {
    let mut t = Text::new();
    chars(s).iter().for_each(|c| t.push(*c));
    t
}

fn start(s: Str, i: usize) -> String {
    let slice = |end| s.slice(i, end).chars().filter_map(char::from_u32).collect::<String>();
    match json::scan_start(s, i) {
        None => "stop".into(),
        Some(Start::Number { end, float }) => {
            format!("{}:{}@{end}", if float { "float" } else { "int" }, slice(end))
        }
        Some(Start::Null(end)) => format!("None@{end}"),
        Some(Start::True(end)) => format!("True@{end}"),
        Some(Start::False(end)) => format!("False@{end}"),
        Some(Start::NaN(end) | Start::Infinity(end) | Start::NegativeInfinity(end)) => {
            format!("const:{}@{end}", slice(end))
        }
        Some(other) => format!("{other:?}"),
    }
}

#[test]
fn as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    let rows = common::rows(&out, 28_000);
    let mut bad = 0;
    for r in &rows {
        let s = text(r[1]);
        let s = s.as_str();
        let got = match r[0] {
            "scan" => vec![match json::scan_string(s, r[2].parse().unwrap(), r[3] == "1") {
                Ok((Scanned::Slice(a, b), end)) => format!("{}@{end}", dotted(s.slice(a, b))),
                Ok((Scanned::Built(t), end)) => format!("{}@{end}", dotted(t.as_str())),
                // CPython's place before the beginning is -1.
                Err(e) => format!("E:{}@{}", e.message, e.position as isize),
            }],
            "enc" => vec![dotted(Str::One(&json::encode_ascii(s))), dotted(json::encode(s).as_str())],
            "start" => vec![start(s, r[2].parse().unwrap())],
            other => panic!("unknown row {other}"),
        };
        if got != r[r.len() - got.len()..] {
            bad += 1;
            if bad < 15 {
                eprintln!("{r:?}\n  {got:?}");
            }
        }
    }
    assert_eq!(bad, 0, "of {}", rows.len());
}

#[test]
fn white_space_and_openings() {
    let s = Str::One(b" \t\r\n\x0b{[\"x");
    assert_eq!(json::skip_whitespace(s, 0), 4);
    assert_eq!(json::skip_whitespace(s, 99), 99);
    let starts: Vec<_> = (4..9).map(|i| json::scan_start(s, i)).collect();
    assert_eq!(starts, [None, Some(Start::Object(6)), Some(Start::Array(7)), Some(Start::String(8)), None]);
}
