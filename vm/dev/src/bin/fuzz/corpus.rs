//! What each target begins with: the library's files, and what CPython makes of them.

use crate::targets::Target;
use std::io::Write;
use std::process::{Command, Stdio};

/// Answers on standard output: entries, each a length of four bytes and its bytes.
const MARSHAL: &str = r#"
import marshal, os, sys
out = sys.stdout.buffer
def entry(data):
    out.write(len(data).to_bytes(4, "little") + data)
lib = os.path.dirname(os.__file__)
for name in sorted(os.listdir(lib)):
    path = os.path.join(lib, name)
    if name.endswith(".py") and os.path.getsize(path) < 9000:
        with open(path, "rb") as file:
            code = compile(file.read(), name, "exec")
        entry(marshal.dumps(code))
        for const in code.co_consts:
            if type(const) is type(code) and len(const.co_code) < 400:
                entry(marshal.dumps(const))
for value in (1, -5, 2**31, 2**90, -2**200, 1.5, 1e300, 2j, "a", "\u00e9", "\u4e00\ud800", b"x", (), (1, (2,)), [1, [2]],
              {1: 2}, {3}, frozenset([4]), None, True, False, ..., StopIteration, "x" * 300, (1,) * 300):
    for version in range(5):
        entry(marshal.dumps(value, version))
"#;

/// Patterns of the library and of random making; an entry is as `targets::sre` reads it.
const SRE: &str = r#"
import ast, os, random, re, sys, warnings
warnings.simplefilter("ignore")
from re import _compiler, _parser
out = sys.stdout.buffer
patterns = set()
lib = os.path.dirname(os.__file__)
for name in sorted(os.listdir(lib)):
    if name.endswith(".py"):
        with open(os.path.join(lib, name), "rb") as file:
            tree = ast.parse(file.read())
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and any(c in node.value for c in "*+?[(|"):
                if len(node.value) < 120:
                    patterns.add(node.value)
atoms = ["a", "b", ".", "[ab]", "[^a]", r"\w", r"\b", "^", "$", "(a)", "(?:a|b)", "(?=a)", "(?<=a)", "(?<!b)", "(?>a*)", "(a)(?(1)b|c)", r"(a)\1"]
rnd = random.Random(1)
for _ in range(1500):
    patterns.add("".join(rnd.choice(atoms) + rnd.choice(["", "", "*", "+?", "{2,3}", "*+", "?"]) for _ in range(rnd.randrange(1, 6))))
for pattern in sorted(patterns):
    for flags in (0, re.I, re.A, re.M | re.S):
        try:
            parsed = _parser.parse(pattern, flags)
            code = [int(x) for x in _compiler._code(parsed, flags)]
        except Exception:
            continue
        if len(code) > 400:
            continue
        head = [parsed.state.groups - 1, 8]
        words = head + [ord(c) for c in "aab a1\nb"] + code
        data = b"".join((w & 0xFFFFFFFF).to_bytes(4, "little") for w in words)
        out.write(len(data).to_bytes(4, "little") + data)
"#;

/// The entries a target begins with; never empty.
pub fn of(target: &Target) -> Vec<Vec<u8>> {
    let mut corpus = match target.name {
        "parser" | "compiler" | "compare" => sources(),
        "marshal" => from_oracle(MARSHAL),
        "sre" => from_oracle(SRE),
        _ => Vec::new(),
    };
    corpus.extend(target.seeds.iter().map(|seed| seed.to_vec()));
    corpus
}

fn sources() -> Vec<Vec<u8>> {
    let files = dxpy_lib::files().iter().filter(|file| file.path.ends_with(".py") && file.size < 40_000);
    files.map(|file| file.content().to_vec()).collect()
}

/// Entries written by a script that the oracle runs; none, and a word about it, where there is no oracle.
fn from_oracle(script: &str) -> Vec<Vec<u8>> {
    let oracle = std::env::var_os("DXPY_ORACLE").unwrap_or("python3.12".into());
    let started = Command::new(oracle).args(["-I", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let output = started.and_then(|mut child| {
        child.stdin.take().expect("it was piped").write_all(script.as_bytes())?;
        child.wait_with_output()
    });
    let data = match output {
        Ok(output) if output.status.success() => output.stdout,
        _ => {
            eprintln!("SKIP: no CPython 3.12.1 makes a corpus (DXPY_ORACLE)");
            return Vec::new();
        }
    };
    let (mut entries, mut rest) = (Vec::new(), data.as_slice());
    while let Some((size, after)) = rest.split_first_chunk::<4>() {
        let Some((entry, after)) = after.split_at_checked(u32::from_le_bytes(*size) as usize) else { break };
        entries.push(entry.to_vec());
        rest = after;
    }
    entries
}
