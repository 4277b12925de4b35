//! Marshal against the oracle: its own `.pyc` files, values of all kinds in all versions, and damaged data, for which
//! both have to say the same.

mod oracle;

use dxpy_bytecode::marshal::{ConstError, Exception, Graph, Kind, ReadError, VERSION, pyc};
use dxpy_bytecode::{Const, compare, dis};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

#[test]
fn cached_files_of_the_library_are_read_and_written_back() {
    let Some(python) = oracle::find() else { return };
    let mut files = 0;
    for path in oracle::cached_files(&python) {
        let bytes = std::fs::read(&path).unwrap();
        let (header, graph) = pyc::read(&bytes).unwrap_or_else(|e| panic!("{path:?}: {e}"));
        let mut again = header.to_bytes().to_vec();
        again.extend(graph.write(VERSION).unwrap());
        assert!(again == bytes, "{path:?} is written differently");
        let code = graph.to_code().unwrap_or_else(|e| panic!("{path:?}: {e}"));
        let ours = pyc::write(header, &code).unwrap();
        let (header_again, reread) = pyc::read_code(&ours).unwrap();
        assert_eq!(header, header_again);
        assert_eq!(compare(&code, &reread), None, "{path:?}");
        assert!(ours.len() <= bytes.len() + bytes.len() / 20, "{path:?}: less is shared than CPython shares");
        let text = dis::dis(&code);
        assert!(text.starts_with("code <module>"));
        let bad = text.lines().find(|l| l.contains("(out of range)"));
        assert_eq!(bad, None, "{path:?}");
        files += 1;
    }
    println!("{files} files");
    assert!(files > 100, "the oracle's library has no cached files: run it with -m compileall once");
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/marshal_values.py")
}

/// The oracle's values: the version and the bytes of each.
fn values(python: &str) -> Vec<(i32, Vec<u8>)> {
    let out = Command::new(python).arg(script()).arg("make").output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let mut rest = &out.stdout[..];
    let mut all = Vec::new();
    while let Some((head, behind)) = rest.split_at_checked(8) {
        let number = |at: usize| u32::from_le_bytes(std::array::from_fn(|i| head[at + i]));
        let (bytes, behind) = behind.split_at(number(4) as usize);
        all.push((number(0) as i32, bytes.to_vec()));
        rest = behind;
    }
    all
}

#[test]
fn values_of_all_kinds_are_written_back_in_all_versions() {
    let Some(python) = oracle::find() else { return };
    let all = values(&python);
    assert!(all.len() > 300);
    for (version, bytes) in &all {
        let (graph, rest) = Graph::read(bytes).unwrap_or_else(|e| panic!("{e}: {bytes:?}"));
        assert!(rest.is_empty());
        assert_eq!(graph.write(*version).as_ref(), Ok(bytes), "version {version}");
        // Constants survive the way through plain data, in every version.
        let Ok(constant) = graph.to_const() else { continue };
        for to in 0..=4 {
            let written = Graph::from_const(&constant).unwrap().write(to).unwrap();
            let again = Graph::read(&written).unwrap().0.to_const().unwrap();
            assert!(constant.same(&again), "{constant:?}");
        }
    }
}

/// What the oracle makes of bytes written here: it must compare equal to what it wrote itself.
#[test]
fn the_oracle_reads_what_is_written_here() {
    let Some(python) = oracle::find() else { return };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("marshal-written");
    std::fs::create_dir_all(&folder).unwrap();
    let mut files = 0;
    for path in oracle::cached_files(&python).iter().step_by(7) {
        let bytes = std::fs::read(path).unwrap();
        let (header, code) = pyc::read_code(&bytes).unwrap();
        let stem = format!("{files}");
        std::fs::write(folder.join(format!("{stem}.ours")), pyc::write(header, &code).unwrap()).unwrap();
        std::fs::write(folder.join(format!("{stem}.theirs")), &bytes).unwrap();
        files += 1;
    }
    let test = "
import marshal, sys, types
def fields(c):
    names = ('argcount posonlyargcount kwonlyargcount stacksize flags code names varnames cellvars freevars '
             'filename name qualname firstlineno linetable exceptiontable').split()
    return [getattr(c, 'co_' + n) for n in names] + [
        fields(k) if isinstance(k, types.CodeType) else (type(k), repr(sorted(map(repr, k))) if isinstance(k, frozenset) else repr(k))
        for k in c.co_consts]
folder, files = sys.argv[1], int(sys.argv[2])
for i in range(files):
    a, b = (open(f'{folder}/{i}.{who}', 'rb').read() for who in ('ours', 'theirs'))
    assert a[:16] == b[:16]
    a, b = marshal.loads(a[16:]), marshal.loads(b[16:])
    assert a == b and fields(a) == fields(b), b
print('equal')
";
    let out = Command::new(&python).args(["-c", test]).arg(&folder).arg(files.to_string()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stdout), "equal\n", "{}", String::from_utf8_lossy(&out.stderr));
}

/// Damages bytes: a few of them changed, cut, repeated or moved, the type codes among them more often.
struct Damage(u64);

impl Damage {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }

    fn apply(&mut self, seed: &[u8]) -> Vec<u8> {
        const CODES: &[u8] = b"0NFTS.iIlfgxystuaAzZr()[{c<>";
        let mut bytes = seed.to_vec();
        for _ in 0..1 + self.next(3) {
            let at = self.next(bytes.len());
            match self.next(7) {
                0 => bytes.truncate(at),
                1 if !bytes.is_empty() => bytes[at] = self.next(256) as u8,
                2 if !bytes.is_empty() => bytes[at] ^= 1 << self.next(8),
                3 | 4 if !bytes.is_empty() => {
                    bytes[at] = CODES[self.next(CODES.len())] | if self.next(2) == 0 { 0x80 } else { 0 };
                }
                5 if !bytes.is_empty() => {
                    bytes.remove(at);
                }
                _ => {
                    let from = self.next(bytes.len());
                    let part = bytes[from..(from + 1 + self.next(12)).min(bytes.len())].to_vec();
                    bytes.splice(at..at, part);
                }
            }
        }
        bytes
    }
}

/// Everything that can be done with bytes from outside. The error, or the value's kind.
fn exercise(bytes: &[u8]) -> Result<Graph, ReadError> {
    let (graph, _) = Graph::read(bytes)?;
    for version in [0, 4] {
        if let Ok(written) = graph.write(version) {
            assert!(Graph::read(&written).is_ok());
        }
    }
    if let Ok(constant) = graph.to_const() {
        let again = Graph::from_const(&constant).unwrap();
        assert!(again.to_const().unwrap().same(&constant), "{constant:?}");
        if let Const::Code(code) = &constant {
            let _ = dis::dis(code);
            assert_eq!(compare(code, &Rc::clone(code)), None);
        }
    }
    Ok(graph)
}

#[test]
fn damaged_data_never_panics_and_is_refused_as_the_oracle_refuses_it() {
    let Some(python) = oracle::find() else { return };
    let seeds: Vec<Vec<u8>> = values(&python).into_iter().map(|v| v.1).filter(|v| v.len() < 2000).collect();
    let mut damage = Damage(0x9E37_79B9_7F4A_7C15);
    let mut asked: Vec<(Vec<u8>, Result<Graph, ReadError>)> = Vec::new();
    for i in 0..100_000 {
        let seed = &seeds[damage.next(seeds.len())];
        let bytes = damage.apply(seed);
        let result = exercise(&bytes);
        if i % 8 == 0 {
            asked.push((bytes, result));
        }
    }
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("marshal-damaged");
    let records = asked.iter().flat_map(|(b, _)| [&(b.len() as u32).to_le_bytes(), &b[..]].concat());
    std::fs::write(&file, records.collect::<Vec<u8>>()).unwrap();
    let out = Command::new(&python).arg(script()).arg("ask").arg(&file).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let answers = String::from_utf8(out.stdout).unwrap();
    assert_eq!(answers.lines().count(), asked.len());
    let (mut equal, mut other) = (0, 0);
    for ((bytes, ours), theirs) in asked.iter().zip(answers.lines()) {
        match verdict(ours, theirs) {
            Some(true) => equal += 1,
            Some(false) => panic!("{bytes:?}: oracle {theirs:?}, ours {:?}", ours.as_ref().map_err(said)),
            None => other += 1,
        }
    }
    println!("{equal} equal, {other} not comparable");
    assert!(equal > 20 * other);
}

fn said(e: &ReadError) -> String {
    format!("{:?} {}", e.exception(), e)
}

/// Whether both say the same; `None` where they cannot be compared.
fn verdict(ours: &Result<Graph, ReadError>, theirs: &str) -> Option<bool> {
    // CPython allocates what a length says before it reads, hashes what it reads, and checks code objects while it
    // reads what is around them.
    if theirs.starts_with("MemoryError")
        || theirs.contains("unhashable type")
        || ["crash", "RecursionError"].iter().any(|t| theirs.starts_with(t))
    {
        return None;
    }
    let of_code = ["codeobject.c", "non-string found", "code: co_"].iter().any(|t| theirs.contains(t));
    match ours {
        Ok(graph) => match graph.to_const() {
            _ if theirs.starts_with("ok ") => Some(true),
            Err(ConstError::Code(e)) if of_code => Some(theirs.contains(&e.to_string())),
            _ if of_code => has_code(graph).then_some(true).or(Some(false)),
            _ => Some(false),
        },
        Err(_) if of_code => None,
        Err(e) => {
            let escaped = e.to_string();
            let text = if escaped.contains('\'') { format!("\"{escaped}\"") } else { format!("'{escaped}'") };
            let close = theirs == format!("{:?} {text}", e.exception());
            // Text that is not UTF-8 is replaced in the message, by one mark a byte or a sequence.
            Some(
                close
                    || (matches!(e, ReadError::Float(_))
                        && theirs.contains("could not convert string to float")),
            )
        }
    }
}

/// Whether a code object is anywhere in the value: one in a list, say, is not made here.
fn has_code(graph: &Graph) -> bool {
    graph.nodes().iter().any(|n| matches!(n.kind, Kind::Code(_)))
}

#[test]
fn depth_is_bounded_without_using_the_stack() {
    let nest = |levels: usize| [b")\x01".repeat(levels), b"N".to_vec()].concat();
    let run = move || {
        let (graph, _) = Graph::read(&nest(1999)).unwrap();
        let constant = graph.to_const().unwrap();
        assert_eq!(Graph::from_const(&constant).unwrap().write(4), Ok(nest(1999)));
        assert_eq!(Graph::read(&nest(2000)), Err(ReadError::TooDeep));
        let deep = nest(1_000_000);
        assert_eq!(Graph::read(&deep), Err(ReadError::TooDeep));
        // References make a value deeper than its bytes are: each tuple holds the one before.
        let mut bytes = b"(".to_vec();
        bytes.extend(100_000u32.to_le_bytes());
        bytes.extend(b"\xA9\x00");
        for i in 0..99_999u32 {
            bytes.extend(b"\xA9\x01r");
            bytes.extend((i).to_le_bytes());
        }
        let (graph, _) = Graph::read(&bytes).unwrap();
        assert_eq!(graph.to_const(), Err(ConstError::TooLarge));
        // And wider: each tuple holds the one before twice.
        let mut bytes = b")\x64".to_vec();
        bytes.extend(b"\xA9\x00");
        for i in 0..99u32 {
            bytes.extend([b"\xA9\x02".as_slice(), b"r", &i.to_le_bytes(), b"r", &i.to_le_bytes()].concat());
        }
        let (graph, _) = Graph::read(&bytes).unwrap();
        assert_eq!(graph.to_const(), Err(ConstError::TooLarge));
        assert_eq!(graph.write(4), Ok(bytes));
        assert!(graph.write(2).is_err());
        assert_eq!(ReadError::TooDeep.exception(), Exception::ValueError);
    };
    // A quarter of what a thread has by default.
    std::thread::Builder::new().stack_size(512 << 10).spawn(run).unwrap().join().unwrap();
}
