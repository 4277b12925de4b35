//! Asking the oracle (env `DXPY_ORACLE`, or `python3.12`): a script's output, or None with a loud SKIP.

use std::io::Write;
use std::process::{Command, Stdio};

/// Runs `script` on CPython 3.12.1 with these environment variables and this standard input.
pub fn oracle_with(script: &str, env: &[(&str, &str)], input: &[u8]) -> Option<Vec<u8>> {
    let exe = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".to_owned());
    let check = "import sys; print(sys.version.split()[0], sys.implementation.name)";
    let version = Command::new(&exe).args(["-S", "-c", check]).output();
    if !version.is_ok_and(|o| o.stdout.starts_with(b"3.12.1 cpython")) {
        eprintln!("SKIP: no CPython 3.12.1 oracle (set DXPY_ORACLE); this test compared nothing");
        return None;
    }
    let mut command = Command::new(&exe);
    command.args(["-S", "-X", "utf8", "-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    for (k, v) in env {
        command.env(k, v);
    }
    let mut child = command.spawn().expect("the oracle starts");
    let mut pipe = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feed = std::thread::spawn(move || pipe.write_all(&input));
    let out = child.wait_with_output().expect("the oracle ends");
    feed.join().unwrap().expect("the oracle reads its input");
    assert!(out.status.success(), "the oracle failed: {:?}", out.status);
    Some(out.stdout)
}

/// Runs `script` on CPython 3.12.1.
#[allow(dead_code)]
pub fn oracle(script: &str) -> Option<Vec<u8>> {
    oracle_with(script, &[], b"")
}

/// The code points of `61.1f600`; of nothing, none.
#[allow(dead_code)]
pub fn codes(s: &str) -> Vec<u32> {
    s.split('.').filter(|x| !x.is_empty()).map(|x| u32::from_str_radix(x, 16).unwrap()).collect()
}

/// The inverse of [`codes`].
#[allow(dead_code)]
pub fn hex(s: impl IntoIterator<Item = u32>) -> String {
    s.into_iter().map(|c| format!("{c:x}")).collect::<Vec<_>>().join(".")
}

/// What every script begins with: `h` writes a string as hexadecimal code points, `out` prints fields, `word` makes a
/// random string of one of several alphabets, `words` a list of such.
#[allow(dead_code)]
pub const PRELUDE: &str = r#"
import random, sys
def h(s):
    if s is None: return '-'
    if isinstance(s, (list, tuple)): return '[' + ';'.join(map(h, s)) + ']'
    if isinstance(s, bool): return str(int(s))
    if isinstance(s, (int, float)): return str(s)
    if isinstance(s, BaseException): return '!%s:%s' % (type(s).__name__, s)
    if isinstance(s, (bytes, bytearray)): return '.'.join('%x' % c for c in s)
    return '.'.join('%x' % ord(c) for c in s)
def out(*f): print(*map(h, f), sep='|')
def tried(f, *a, **k):
    try: return f(*a, **k)
    except Exception as e: return e
random.seed(11)
alphabets = ['ab', 'aA bB\t', 'ab\n\r\x0b\x1c ', 'a\xe9\xc9\xdf\xb5\xff\xaa\x85\xa0b ', 'a\u0130\u03a3\u03c3\u0345\u0301\u01c5\u2028\u3000b\u0149 ',
             'a\u0660\u00b2\u2460\u4e00\u2167_1', 'a\ud800\udc00\udfff\uffff\ufeff', 'a\U0001f600\U00010400\U00010428\U0010ffff\xe9 ',
             '.\x00~\x7f\x80\'"\\%{}', '\u0410\u0430\u0431', '\U00010400\U00010428']
def word(n=9, alphabet=None):
    a = alphabet or random.choice(alphabets)
    return ''.join(random.choice(a) for _ in range(random.randrange(n)))
"#;
