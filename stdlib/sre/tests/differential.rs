//! The engine against CPython 3.12.1: the oracle compiles patterns and gives the spans of match,
//! fullmatch, search and finditer; hand-written patterns, `re_tests` and random ones. Without an
//! oracle (env `DXPY_ORACLE`, or `python3.12`) it prints SKIP. Env `DXPY_SEED` makes other random ones.

use dxpy_sre::{
    AsciiProps, CharProps, Program, State, UnicodeProps, is_unicode_linebreak, is_unicode_space,
    unicode_iscased,
};
use std::io::Write;
use std::process::{Command, Stdio};

const SCRIPT: &str = r##"
import os, re, random, sys, warnings
warnings.simplefilter('ignore')
from re import _compiler, _parser
pairs = []
hand = r'''a|ab|abc
(a|b)*c
(a*)*
(a*)+b
(a|ab)(c|bcd)(d*)
(?:(a)|b)*
(?:(a)|(b)|c)*?d
(a)?(?(1)b|c)
(?P<x>a+)(?P=x)
(?i)(a+)B\1
(?<=a)b
(?<!a)b
(?=(a+))a*b\1
(?!ab)a.
(?>a+)ab
(?>a|ab)c
(?:ab?)++c
(?:a|ab)*+b
(a?){2,3}+b
a*+a
a{1,2}?b
(?:a{1,2}?b?)*?c
\bab\b
\Bb
^a.*c$
(?m)^a$
(?s)a.b
[^a-c]+
[\w-]+
\d+|\s+|\w
(?i)[a-z\xe9\u0430]+
[\u0400-\u0600a]+
((a)|(b)){2}
(?:(a)(?!b))*
(?=(a)|b)
(a(?=b)|b)*?$
(|a)*b
(|a)+?b
((?:a|b)*?)c
(.)(.)?\2
(?:(\w)(?=\1))+
x*
abc
ab(c)
a(b|c)d*'''.split('\n')
subs = ['', 'a', 'ab', 'abc', 'aab', 'aaab', 'abab', 'abcabc', 'abcd', 'aAbBaA', 'a\nb', 'a\n', 'ab ab', 'cab', 'bbac', 'aaabaaa', '\xe9\xc9\u0430\u0410', '1 a_-2', 'xaabbabcabdx', '\U00010400abc']
for p in hand:
    for s in subs: pairs.append((p, 0, s))
try:
    from test.re_tests import tests
    for t in tests: pairs.append((t[0], 0, t[1]))
except ImportError: print('no re_tests', file=sys.stderr)
rnd = random.Random(int(os.environ.get("DXPY_SEED", 7)))
def gen(d, g):
    k = rnd.randrange(17 if d else 6)
    if k < 3: return rnd.choice('abc')
    if k == 3: return rnd.choice(['.', '[ab]', '[^a]', r'\w', 'A'])
    if k == 4: return rnd.choice(['^', '$', r'\b', ''])
    if k == 5: return rnd.choice('abc')*2
    if k < 9: return gen(d-1,g)+gen(d-1,g)
    if k == 9: return '(?:'+gen(d-1,g)+'|'+gen(d-1,g)+')'
    if k == 10: g[0]+=1; return '('+gen(d-1,g)+')'
    if k < 14: return '(?:'+gen(d-1,g)+')'+rnd.choice(['*','+','?','*?','+?','??','{1,2}','{0,2}?','{2}','*+','?+','{1,2}+'])
    if k == 14: return rnd.choice(['(?=','(?!','(?>'])+gen(d-1,g)+')'
    if k == 15 and g[0]: return '\\%d' % rnd.randint(1,g[0])
    if k == 16 and g[0]: return '(?(%d)%s|%s)' % (rnd.randint(1,g[0]), gen(d-1,g), gen(d-1,g))
    return 'a'
for i in range(6000):
    p = gen(5, [0])
    for j in range(2):
        pairs.append((p, rnd.choice([0,0,2,10,256]), ''.join(rnd.choice('aabbcA\n') for _ in range(rnd.randrange(9)))))
def spans(m): return '-' if m is None else ';'.join('%d,%d' % m.span(i) for i in range(m.re.groups+1)) + ';%d' % (m.lastindex or 0)
import _sre, ctypes
a = ctypes.pythonapi
for c in range(0x110000):
    ch = chr(c)
    p = (ch.isdecimal(), ch.isalnum(), _sre.unicode_tolower(c), a._PyUnicode_ToUppercase(c), ch.isspace(),
         len((ch + 'x').splitlines()) == 2, _sre.unicode_iscased(c))
    if p != (0, 0, c, c, 0, 0, 0): print('C', c, *map(int, p), sep='\t')
for p, f, s in pairs:
    try:
        c = re.compile(p, f); q = _parser.parse(p, f)
        code = _compiler._code(q, f)
        out = [spans(c.match(s)), spans(c.fullmatch(s)), spans(c.search(s)), ' '.join(spans(m) for m in c.finditer(s)), spans(c.search(s, 1))]
    except (re.error, RuntimeError, SystemError, OverflowError): continue
    print('T', ascii(p), f, c.groups, ','.join(map(str, map(int, code))), ','.join(str(ord(x)) for x in s), *out, sep='\t')
"##;

fn oracle() -> Option<String> {
    let exe = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let version = Command::new(&exe).arg("--version").output().ok()?;
    if !String::from_utf8_lossy(&version.stdout).contains("3.12.1\n") {
        return None;
    }
    let mut child = Command::new(&exe)
        .args(["-X", "utf8", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(SCRIPT.as_bytes()).ok()?;
    let out = child.wait_with_output().ok()?;
    assert!(out.status.success(), "the oracle's script failed");
    Some(String::from_utf8(out.stdout).expect("ASCII"))
}

fn spans(st: &State, groups: usize) -> String {
    let mut out = String::new();
    for g in 0..=groups {
        match st.span(g) {
            Ok(Some((a, b))) => out += &format!("{a},{b};"),
            Ok(None) => out += "-1,-1;",
            Err(e) => out += &format!("{e:?};"),
        }
    }
    out + &st.lastindex.to_string()
}

fn one(p: &Program, s: &[u32], t: &UnicodeProps, search: bool, all: bool, pos: usize) -> String {
    let mut st = State::new(p, pos.min(s.len()), s.len());
    st.match_all = all;
    let r = if search { st.search(p, s, t, &mut || true) } else { st.matches(p, s, t, &mut || true) };
    match r {
        Ok(true) => spans(&st, p.groups()),
        Ok(false) => "-".into(),
        Err(e) => format!("{e:?}"),
    }
}

fn iter(p: &Program, s: &[u32], t: &UnicodeProps) -> String {
    let mut st = State::new(p, 0, s.len());
    let mut out = Vec::new();
    while st.search(p, s, t, &mut || true) == Ok(true) {
        out.push(spans(&st, p.groups()));
        st.must_advance = st.ptr == st.start;
        st.start = st.ptr;
    }
    out.join(" ")
}

#[test]
fn agrees_with_the_oracle() {
    let Some(text) = oracle() else {
        eprintln!("SKIP: no CPython 3.12.1 oracle; set DXPY_ORACLE");
        return;
    };
    let list = |s: &str| -> Vec<u32> {
        s.split(',').filter(|x| !x.is_empty()).map(|x| x.parse().unwrap()).collect()
    };
    let table = UnicodeProps;
    let (mut props, mut named) = (0, vec![false; 0x110000]);
    let (mut cases, mut bad) = (0, Vec::new());
    for line in text.lines() {
        let f: Vec<&str> = line.split('\t').collect();
        if f[0] == "C" {
            let n: Vec<u32> = f[1..].iter().map(|x| x.parse().unwrap()).collect();
            let (c, t) = (n[0], &table);
            let ours = [t.is_decimal(c) as u32, t.is_alnum(c) as u32, t.lower(c), t.upper(c)];
            let spaces =
                [is_unicode_space(c) as u32, is_unicode_linebreak(c) as u32, unicode_iscased(t, c) as u32];
            assert_eq!([&ours[..], &spaces].concat(), n[1..], "properties of {c:x}");
            props += 1;
            named[c as usize] = true;
            continue;
        }
        cases += 1;
        let s = list(f[5]);
        let p = match Program::new(list(f[4]), f[3].parse().unwrap()) {
            Ok(p) => p,
            Err(_) => {
                bad.push(format!("REFUSED {line}"));
                continue;
            }
        };
        let got = [
            one(&p, &s, &table, false, false, 0),
            one(&p, &s, &table, false, true, 0),
            one(&p, &s, &table, true, false, 0),
            iter(&p, &s, &table),
            one(&p, &s, &table, true, false, 1),
        ];
        for (i, g) in got.iter().enumerate() {
            if g != f[6 + i] {
                bad.push(format!("{i}: {} flags {} on {:?}: {g} instead of {}", f[1], f[2], f[5], f[6 + i]));
            }
        }
    }
    // What has no line has no property.
    for c in (0..0x110000).filter(|&c| !named[c as usize]) {
        assert!(
            !table.is_decimal(c) && !table.is_alnum(c) && table.lower(c) == c && table.upper(c) == c,
            "{c:x}"
        );
        assert!(!is_unicode_space(c) && !is_unicode_linebreak(c) && !unicode_iscased(&table, c), "{c:x}");
    }
    assert!(cases > 5000 && props > 100_000, "only {cases} cases, {props} properties");
    assert!(bad.is_empty(), "{} of {cases} differ:\n{}", bad.len(), bad[..bad.len().min(25)].join("\n"));
}

#[test]
fn hostile_code_is_refused_or_runs_without_a_panic() {
    let mut x = 0x2545_f491_4f6c_dd1d_u64;
    let mut accepted = 0;
    for _ in 0..200_000 {
        let mut code = Vec::new();
        for _ in 0..12 {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            code.push(if x & 7 == 0 { (x >> 8) as u32 % 43 } else { (x >> 8) as u32 % 9 });
        }
        code.push(1);
        if let Ok(p) = Program::new(code, 2) {
            accepted += 1;
            let mut st = State::new(&p, 0, 4);
            let mut left = 4;
            let _ = st.search(&p, b"ab\0\x01", &AsciiProps, &mut || {
                left -= 1;
                left > 0
            });
        }
    }
    assert!(accepted > 0, "nothing was run");
}

#[test]
fn deep_repeats_stay_off_the_native_stack() {
    // (?:ab|c)* by hand: BRANCH inside REPEAT.
    let code = vec![23, 17, 0, u32::MAX, 7, 7, 16, 97, 16, 98, 15, 7, 5, 16, 99, 15, 2, 0, 18, 1];
    let p = Program::new(code, 0).expect("valid");
    let s = b"ab".repeat(300_000);
    let mut st = State::new(&p, 0, s.len());
    assert_eq!(st.matches(&p, &s, &AsciiProps, &mut || true), Ok(true));
    assert_eq!(st.ptr, s.len());
}
