//! What is fuzzed. A target takes any bytes and answers with a text about what it made of them; it must not panic, hang,
//! or end the process. What else must hold it asserts.

use crate::compare::Tables;
use crate::mutate::Random;
use dxpy_ast::Mod;
use dxpy_bytecode::marshal::Graph;
use dxpy_compiler::CompileError;
use dxpy_parser::{Mode, Options};
use dxpy_sre::{AsciiProps, Program, State};

/// One of them.
pub struct Target {
    pub name: &'static str,
    /// Runs an input.
    pub run: fn(&[u8]) -> String,
    /// Makes an input where inputs are not mutated.
    pub make: Option<fn(&mut Random) -> Vec<u8>>,
    /// Mutations keep to multiples of so many bytes.
    pub unit: usize,
    /// One less is how many mutations an input has at most.
    pub changes: usize,
    /// Whether the corpus is text of many lines.
    pub text: bool,
    /// What mutations sow.
    pub words: &'static [&'static [u8]],
    /// What the corpus always has.
    pub seeds: &'static [&'static [u8]],
}

/// All targets.
pub static ALL: [Target; 6] = [
    Target {
        name: "parser",
        run: parser,
        make: None,
        unit: 1,
        changes: 6,
        text: true,
        words: PYTHON,
        seeds: &[b"x = 1\n", b"(yield)\n", b"f'{x!r:>{y}}'\n"],
    },
    Target {
        name: "compiler",
        run: compiler,
        make: None,
        unit: 1,
        changes: 3,
        text: true,
        words: PYTHON,
        seeds: &[b"x = 1\n", b"def f(): yield\n"],
    },
    Target {
        name: "compare",
        run: crate::compare::run,
        make: None,
        unit: 1,
        changes: 3,
        text: true,
        words: PYTHON,
        seeds: &[b"x = 1\n", b"def f(): yield\n"],
    },
    Target {
        name: "marshal",
        run: marshal,
        make: None,
        unit: 1,
        changes: 6,
        text: false,
        words: MARSHAL,
        seeds: &[b"N", MARSHAL_SEED],
    },
    Target {
        name: "sre",
        run: sre,
        make: None,
        unit: 4,
        changes: 6,
        text: false,
        words: SRE,
        seeds: &[SRE_SEED],
    },
    Target {
        name: "interp",
        run: crate::interp::run,
        make: Some(crate::generate::program),
        unit: 1,
        changes: 1,
        text: true,
        words: PYTHON,
        seeds: &[b"out(1 + 1)\n"],
    },
];

/// `(1, <itself>)`.
const MARSHAL_SEED: &[u8] = b"\xa9\x02\xe9\x01\0\0\0r\0\0\0\0";

/// The pattern `a` on the text `a`.
const SRE_SEED: &[u8] = b"\0\0\0\0\x01\0\0\0a\0\0\0\x10\0\0\0a\0\0\0\x01\0\0\0";

const PYTHON: &[&[u8]] = &[
    b"def ",
    b"class ",
    b"lambda",
    b"async ",
    b"await ",
    b"yield ",
    b"from ",
    b"import ",
    b"as ",
    b"with ",
    b"for ",
    b"in ",
    b"while ",
    b"try:\n",
    b"except* ",
    b"except ",
    b"finally:\n",
    b"else",
    b"elif ",
    b"if ",
    b"match x:\n",
    b"case ",
    b"_",
    b"type X = ",
    b"global x",
    b"nonlocal x",
    b"return",
    b"raise ",
    b"del ",
    b"assert ",
    b"pass",
    b"not ",
    b"is ",
    b"and ",
    b"or ",
    b"None",
    b"True",
    b"__debug__",
    b"print ",
    b"exec ",
    b"(",
    b")",
    b"[",
    b"]",
    b"{",
    b"}",
    b"((((",
    b"[{(",
    b":",
    b":=",
    b"->",
    b"...",
    b"**",
    b"*",
    b"//",
    b"@",
    b"!=",
    b"<>",
    b"!",
    b"~",
    b"=",
    b"==",
    b"+=",
    b"<<=",
    b",",
    b";",
    b".",
    b"\\\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"\t",
    b"    ",
    b"\n\t",
    b"\n        ",
    b"\x0c",
    b"#",
    b"# type: ignore\n",
    b"# -*- coding: latin-1 -*-\n",
    b"# coding: utf-8\n",
    b"\xef\xbb\xbf",
    b"\0",
    b"'",
    b"\"",
    b"'''",
    b"\"\"\"",
    b"f'",
    b"f\"\"\"",
    b"rf'{",
    b"b'",
    b"u'",
    b"{x!r}",
    b"{x:{y}}",
    b"{{",
    b"}}",
    b"{x=}",
    b"\\N{DIGIT ONE}",
    b"\\N{",
    b"\\x",
    b"\\u12",
    b"\\U00110000",
    b"\\777",
    b"\\",
    b"0x",
    b"0b2",
    b"0o8",
    b"1_",
    b"1__0",
    b"1e",
    b"1e5",
    b"1.j",
    b"0777",
    b"1if x else y",
    b"9999999999999999999999",
    b"\xc3\xa9",
    b"\xe2\x82\xac",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b"\xff",
    b"\xc2\xaa",
    b"\xe1\xb2\x80",
    b"$",
    b"?",
    b"`",
];

const MARSHAL: &[&[u8]] = &[
    b"0",
    b"N",
    b"F",
    b"T",
    b"S",
    b".",
    b"i",
    b"I",
    b"f",
    b"g",
    b"x",
    b"y",
    b"l",
    b"s",
    b"t",
    b"r",
    b"(",
    b"[",
    b"{",
    b"c",
    b"u",
    b"?",
    b"<",
    b">",
    b"a",
    b"A",
    b")",
    b"z",
    b"Z",
    b"\xa8",
    b"\xe3",
    b"\xfb",
    b"\xdb",
    b"r\0\0\0\0",
    b"r\x01\0\0\0",
    b"\0\0\0\0",
    b"\x01\0\0\0",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\0\0\0\x80",
    b"l\x02\0\0\0",
    b")\x01",
    b"(\x01\0\0\0",
    b"[\x01\0\0\0",
    b"<\x02\0\0\0",
    b"\xdb\x01\0\0\0",
    b"s\x03\0\0\0",
    b"\xa9\x02",
    b"1.5",
    b"nan",
    b"\xed\xa0\x80",
];

macro_rules! words {
    ($($n:literal)*) => { &[$(&[$n, 0, 0, 0]),*] };
}

/// The numbers of opcodes, categories and small skips.
const SRE: &[&[u8]] = words! {
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 50 97 98 255
};

/// The options follow from the input, so that a finding needs no more than its bytes.
fn parse(input: &[u8]) -> Result<(Mod, String), String> {
    let number = input.len() + usize::from(input.first().copied().unwrap_or(0));
    let mode = [Mode::Exec, Mode::Exec, Mode::Exec, Mode::Eval, Mode::Single, Mode::FuncType][number % 6];
    let mut options = Options::new(mode);
    options.type_comments = number.is_multiple_of(5);
    options.ignore_cookie = number.is_multiple_of(7) && std::str::from_utf8(input).is_ok();
    options.allow_incomplete = mode == Mode::Single;
    options.dont_imply_dedent = mode == Mode::Single && number.is_multiple_of(4);
    match dxpy_parser::parse(input, &options, &Tables) {
        Ok((tree, warnings)) => {
            Ok((tree, format!("{mode:?} {:?}", warnings.iter().map(|w| &w.message).collect::<Vec<_>>())))
        }
        Err(error) => {
            let backwards = error.end_lineno > 0 && error.lineno > error.end_lineno;
            assert!(!backwards, "an error that ends before it begins: {error:?}");
            Err(format!("{:?} {}", error.kind, error.message))
        }
    }
}

fn parser(input: &[u8]) -> String {
    parse(input).map_or_else(|error| error, |(_, answer)| answer)
}

/// What parses is compiled; the code it makes is written, read and disassembled.
pub fn compiler(input: &[u8]) -> String {
    let (mut tree, _) = match parse(input) {
        Ok((Mod::FunctionType { .. }, _)) => return "a function type".into(),
        Ok(parsed) => parsed,
        // These are the parser's to find.
        Err(_) => return "not parsed".into(),
    };
    let flags = if input.len().is_multiple_of(4) { dxpy_compiler::ALLOW_TOP_LEVEL_AWAIT } else { 0 };
    let optimize = (input.len() % 3) as u8;
    let options = dxpy_compiler::Options { optimize, flags, ..Default::default() };
    let mut warnings = Vec::new();
    match dxpy_compiler::compile(&mut tree, &"<fuzz>".into(), options, &mut warnings) {
        Ok(code) => {
            let graph =
                Graph::from_const(&dxpy_bytecode::Const::Code(code.into())).expect("code can be marshalled");
            let bytes = graph.write(4).expect("code can be written");
            let (again, _) = Graph::read(&bytes).expect("written code can be read");
            let code = again.to_code().expect("read code is code");
            let warning = warnings.first().map(|w| &w.message);
            assert!(!dxpy_bytecode::dis::dis(&code).is_empty());
            format!("code {} {warning:?}", opcodes(&code.code))
        }
        Err(CompileError::System(message)) => panic!("the compiler says it is broken: {message}"),
        Err(error) => error.to_string(),
    }
}

/// Which opcodes some code has, as a word: code with others than before is worth going on from.
fn opcodes(code: &[u8]) -> String {
    let mut bits = 0u64;
    for unit in code.as_chunks::<2>().0 {
        bits |= 1 << (unit[0] % 64);
    }
    (0..64).filter(|at| bits >> at & 1 == 1).map(|at| char::from(b'@' + at)).collect()
}

fn marshal(input: &[u8]) -> String {
    let graph = match Graph::read(input) {
        Ok((graph, _)) => graph,
        Err(error) => return format!("{error:?}"),
    };
    let code = graph.to_code();
    let mut answer = format!("{:?}", code.as_ref().err());
    for version in 0..=4 {
        match graph.write(version) {
            Ok(bytes) => {
                let (again, rest) = Graph::read(&bytes).expect("what was written can be read");
                assert!(rest.is_empty(), "all that was written is read");
                if version >= 3 {
                    assert_eq!(
                        again.write(version).as_ref(),
                        Ok(&bytes),
                        "what was read is written as it was"
                    );
                }
            }
            Err(error) => answer += &format!(" {error:?}"),
        }
    }
    if let Ok(code) = code {
        let text = dxpy_bytecode::dis::dis(&code);
        answer += if text.is_empty() { " empty" } else { " code" };
    }
    answer
}

/// Words: the number of groups, the length of the subject, the subject, the code.
fn sre(input: &[u8]) -> String {
    let words: Vec<u32> = input.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let [groups, length, rest @ ..] = words.as_slice() else { return "short".into() };
    let Some((subject, code)) = rest.split_at_checked(*length as usize % 64) else { return "short".into() };
    let program = match Program::new(code.to_vec(), *groups as usize % 200) {
        Ok(program) => program,
        Err(error) => return format!("{error:?}"),
    };
    let mut answer = String::new();
    let bytes: Vec<u8> = subject.iter().map(|word| *word as u8).collect();
    let halves: Vec<u16> = subject.iter().map(|word| *word as u16).collect();
    for (pos, end, all) in
        [(0, subject.len(), false), (0, subject.len(), true), (1, subject.len() / 2 + 1, false)]
    {
        let mut state = State::new(&program, pos, end);
        state.match_all = all;
        // Backtracking may take for ever: a few thousand steps of it are enough.
        let mut polls = 3;
        let mut poll = || {
            polls -= 1;
            polls > 0
        };
        let wide = state.clone().search(&program, subject, &AsciiProps, &mut poll);
        let half = state.clone().matches(&program, &halves, &AsciiProps, &mut poll);
        let narrow = state.search(&program, &bytes, &AsciiProps, &mut poll);
        if narrow == Ok(true) {
            let spans: Vec<_> = (0..=program.groups()).map(|group| state.span(group)).collect();
            let inside = |span: &Result<Option<(usize, usize)>, _>| {
                span.as_ref().is_ok_and(|s| s.is_none_or(|s| s.1 <= subject.len()))
            };
            assert!(
                spans.iter().all(|span| span.is_err() || inside(span)),
                "a span outside the subject: {spans:?}"
            );
        }
        answer += &format!("{wide:?} {half:?} {narrow:?} ");
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_take_their_seeds() {
        for target in &ALL {
            for seed in target.seeds {
                assert!(!(target.run)(seed).is_empty(), "{}", target.name);
            }
        }
        assert!(sre(SRE_SEED).contains("Ok(true)"), "{}", sre(SRE_SEED));
        assert!(marshal(MARSHAL_SEED).contains("None") || marshal(MARSHAL_SEED).contains("Some"));
    }

    #[test]
    fn a_target_that_fails_would_be_seen() {
        let broken = Target { name: "broken", run: |input| format!("{}", 1 / (input.len() % 3)), ..ALL[0] };
        assert!(crate::attempt(&broken, b"abc").is_err() && crate::attempt(&broken, b"ab").is_ok());
    }
}
