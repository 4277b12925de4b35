//! The options of the command line (`config_parse_cmdline` of `Python/initconfig.c`, `Python/getopt.c`). Pure: what they
//! mean together with the environment is in `settings`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// `-c`.
    Command(OsString),
    /// `-m`.
    Module(OsString),
    /// A script, a folder or an archive.
    File(OsString),
    /// Standard input; whether `-` was said.
    Stdin(bool),
}

/// The options as given. Counts are how often.
#[derive(Clone, Debug)]
pub struct Options {
    pub bytes_warning: i64,
    pub dont_write_bytecode: bool,
    pub debug: i64,
    pub ignore_environment: bool,
    pub inspect: i64,
    pub isolated: bool,
    pub optimize: i64,
    pub safe_path: bool,
    pub quiet: i64,
    pub random_hashes: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub unbuffered: bool,
    pub verbose: i64,
    pub skip_first_line: bool,
    pub warnings: Vec<OsString>,
    pub x: Vec<OsString>,
    pub check_pycs: Option<OsString>,
    pub program: Program,
    /// Where the program's own arguments begin: at its name, for `-c` and `-m` behind their value.
    pub rest: usize,
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Parsed {
    Run(Box<Options>),
    /// Show one of the helps.
    Help(Help),
    /// `-V`, and whether it was said twice.
    Version(bool),
    /// A wrong command line: what is said before the usage. Its status is 2.
    Wrong(String),
}

/// The helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Help {
    Usage,
    Environment,
    XOptions,
    All,
}

/// Letters that take a value.
const WITH_VALUE: &[u8] = b"cmWX";
/// Letters that take none.
const PLAIN: &[u8] = b"bBdEhiIJOPqRsStuvVx?";

/// Parses the arguments behind the program's name.
pub fn parse(args: &[OsString]) -> Parsed {
    let mut o = Options {
        bytes_warning: 0,
        dont_write_bytecode: false,
        debug: 0,
        ignore_environment: false,
        inspect: 0,
        isolated: false,
        optimize: 0,
        safe_path: false,
        quiet: 0,
        random_hashes: false,
        no_user_site: false,
        no_site: false,
        unbuffered: false,
        verbose: 0,
        skip_first_line: false,
        warnings: Vec::new(),
        x: Vec::new(),
        check_pycs: None,
        program: Program::Stdin(false),
        rest: args.len(),
    };
    let mut version = 0;
    let mut at = 1;
    let mut program = None;
    'words: while at < args.len() {
        let word = args[at].as_bytes();
        if word == b"-" || word.first() != Some(&b'-') {
            break;
        }
        at += 1;
        if word == b"--" {
            break;
        }
        if let Some(long) = word.strip_prefix(b"--") {
            match long {
                b"check-hash-based-pycs" => {
                    let Some(v) = args.get(at) else {
                        return Parsed::Wrong(format!("Argument expected for the {} options\n", shown(word)));
                    };
                    at += 1;
                    if !matches!(v.as_bytes(), b"always" | b"never" | b"default") {
                        return Parsed::Wrong(
                            "--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n"
                                .to_owned(),
                        );
                    }
                    o.check_pycs = Some(v.clone());
                }
                b"help" => return Parsed::Help(Help::Usage),
                b"help-all" => return Parsed::Help(Help::All),
                b"help-env" => return Parsed::Help(Help::Environment),
                b"help-xoptions" => return Parsed::Help(Help::XOptions),
                b"version" => version += 1,
                _ => return Parsed::Wrong(format!("unknown option {}\n", shown(word))),
            }
            continue;
        }
        let mut letters = &word[1..];
        while let Some((letter, rest)) = letters.split_first() {
            letters = rest;
            if WITH_VALUE.contains(letter) {
                let value = if rest.is_empty() {
                    let Some(v) = args.get(at) else {
                        return Parsed::Wrong(format!(
                            "Argument expected for the -{} option\n",
                            *letter as char
                        ));
                    };
                    at += 1;
                    v.clone()
                } else {
                    OsString::from_vec(rest.to_vec())
                };
                match letter {
                    b'c' => program = Some(Program::Command(value)),
                    b'm' => program = Some(Program::Module(value)),
                    b'W' => o.warnings.push(value),
                    _ => o.x.push(value),
                }
                if program.is_some() {
                    break 'words;
                }
                break;
            }
            match letter {
                b'b' => o.bytes_warning += 1,
                b'B' => o.dont_write_bytecode = true,
                b'd' => o.debug += 1,
                b'E' => o.ignore_environment = true,
                b'h' | b'?' => return Parsed::Help(Help::Usage),
                b'i' => o.inspect += 1,
                b'I' => o.isolated = true,
                b'J' => return Parsed::Wrong("-J is reserved for Jython\n".to_owned()),
                b'O' => o.optimize += 1,
                b'P' => o.safe_path = true,
                b'q' => o.quiet += 1,
                b'R' => o.random_hashes = true,
                b's' => o.no_user_site = true,
                b'S' => o.no_site = true,
                // Accepted and ignored since Python 3.0.
                b't' => {}
                b'u' => o.unbuffered = true,
                b'v' => o.verbose += 1,
                b'V' => version += 1,
                b'x' => o.skip_first_line = true,
                _ => {
                    debug_assert!(!PLAIN.contains(letter));
                    return Parsed::Wrong(format!("Unknown option: -{}\n", shown(&[*letter])));
                }
            }
        }
    }
    if version > 0 {
        return Parsed::Version(version > 1);
    }
    o.rest = at;
    o.program = match (program, args.get(at)) {
        (Some(p), _) => p,
        (None, None) => Program::Stdin(false),
        (None, Some(f)) if f == "-" => Program::Stdin(true),
        (None, Some(f)) => Program::File(f.clone()),
    };
    if o.isolated {
        o.ignore_environment = true;
        o.no_user_site = true;
        o.safe_path = true;
    }
    Parsed::Run(Box::new(o))
}

fn shown(word: &[u8]) -> String {
    OsStr::from_bytes(word).to_string_lossy().into_owned()
}

impl Options {
    /// An option of `-X`: its value, "" where it has none. The last one counts.
    pub fn x_value(&self, name: &str) -> Option<&[u8]> {
        self.x.iter().rev().find_map(|x| {
            let (k, v) = split(x.as_bytes());
            (k == name.as_bytes()).then_some(v.unwrap_or_default())
        })
    }

    /// The options of `-X` as `sys._xoptions` has them.
    pub fn x_pairs(&self) -> Vec<(OsString, Option<OsString>)> {
        let own = |b: &[u8]| OsString::from_vec(b.to_vec());
        self.x
            .iter()
            .map(|x| {
                let (k, v) = split(x.as_bytes());
                (own(k), v.map(own))
            })
            .collect()
    }
}

/// The two sides of `=`.
fn split(x: &[u8]) -> (&[u8], Option<&[u8]>) {
    match x.iter().position(|b| *b == b'=') {
        Some(at) => (&x[..at], Some(&x[at + 1..])),
        None => (x, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(args: &[&str]) -> Options {
        let args: Vec<OsString> = ["py"].iter().chain(args).map(OsString::from).collect();
        match parse(&args) {
            Parsed::Run(o) => *o,
            p => panic!("{p:?}"),
        }
    }

    #[test]
    fn clusters_and_values() {
        let o = run(&["-Bbbqc", "print(1)", "-x", "y"]);
        assert_eq!((o.dont_write_bytecode, o.bytes_warning, o.quiet, o.rest), (true, 2, 1, 3));
        assert_eq!(o.program, Program::Command("print(1)".into()));
        let o = run(&["-Werror", "-W", "ignore", "-Xdev", "-X", "a=b=c", "-X", "a", "f.py", "-c"]);
        assert_eq!(o.warnings, ["error", "ignore"]);
        assert_eq!(o.x_value("a"), Some(&b""[..]));
        assert_eq!(o.x_pairs()[1], ("a".into(), Some("b=c".into())));
        assert_eq!((o.program, o.rest), (Program::File("f.py".into()), 7));
    }

    #[test]
    fn programs() {
        assert_eq!(run(&[]).program, Program::Stdin(false));
        assert_eq!(run(&["-", "x"]).program, Program::Stdin(true));
        assert_eq!(run(&["--", "-x"]).program, Program::File("-x".into()));
        assert_eq!(run(&["-mtimeit", "-s"]).program, Program::Module("timeit".into()));
        let o = run(&["-I"]);
        assert!(o.ignore_environment && o.no_user_site && o.safe_path);
    }

    #[test]
    fn wrong_ones() {
        let text = |args: &[&str]| {
            let args: Vec<OsString> = ["py"].iter().chain(args).map(OsString::from).collect();
            match parse(&args) {
                Parsed::Wrong(t) => t,
                p => panic!("{p:?}"),
            }
        };
        assert_eq!(text(&["-z"]), "Unknown option: -z\n");
        assert_eq!(text(&["--unknown"]), "unknown option --unknown\n");
        assert_eq!(text(&["-c"]), "Argument expected for the -c option\n");
        assert_eq!(text(&["-J"]), "-J is reserved for Jython\n");
        assert_eq!(
            text(&["--check-hash-based-pycs", "x"]),
            "--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n"
        );
    }
}
