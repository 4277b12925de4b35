//! What is left: the modules, attributes and signatures an interpreter lacks against CPython, found by running one script
//! (`inventory.py`) under both and comparing; and what the sources say is missing: C API names without a body, opcodes
//! without a case. Values are compared for constants in capitals only, docstrings only for being there.

use crate::events::{End, unescape};
use crate::job::{self, Limits};
use dxpy_bytecode::opcodes::Op;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// The Python side.
const SCRIPT: &str = include_str!("inventory.py");

/// An attribute of a module, or a member of a class in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attribute {
    /// The name of its type.
    pub kind: String,
    /// `__text_signature__`, or empty.
    pub text_signature: String,
    /// What `inspect.signature` gives, or empty where `inspect` cannot be imported.
    pub signature: String,
    /// The `repr` of a simple constant in capitals.
    pub value: String,
}

/// What one module holds, or why it cannot be imported.
pub type Module = Result<BTreeMap<String, Attribute>, String>;

/// All modules by name.
pub type Inventory = BTreeMap<String, Module>;

const LIMITS: Limits = Limits { cpu: 300.0, wall: 600.0, memory: 4 << 30 };

/// Runs the script once and returns what it wrote.
fn run(python: &Path, folder: &Path, arguments: &[String]) -> io::Result<(String, End)> {
    let (script, out) = (folder.join("inventory.py"), folder.join("inventory.out"));
    fs::create_dir_all(folder)?;
    fs::write(&script, SCRIPT)?;
    let _ = fs::remove_file(&out);
    let log = fs::File::create(folder.join("inventory.log"))?;
    let mut command = Command::new(python);
    command.arg(&script).arg(&arguments[0]).arg(&out).args(&arguments[1..]).current_dir("/");
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    job::small_environment(&mut command, &[("PYTHONWARNINGS", "ignore"), ("PYTHONHASHSEED", "0")]);
    let ran = job::run(command, &LIMITS);
    let bytes = fs::read(&out).unwrap_or_default();
    Ok((String::from_utf8_lossy(&bytes).into_owned(), ran.end))
}

/// The modules of CPython's library; those not written in Python are followed by `*`.
pub fn modules(oracle: &Path, folder: &Path) -> io::Result<Vec<String>> {
    let (text, end) = run(oracle, folder, &["modules".into()])?;
    let names: Vec<String> = text.lines().map(str::to_owned).collect();
    if end != End::Exit(0) || names.is_empty() {
        return Err(io::Error::other(format!(
            "{} cannot list its modules ({})",
            oracle.display(),
            end.word()
        )));
    }
    Ok(names)
}

/// What an interpreter's modules hold. Where a module ends the process, the run goes on after it.
pub fn inventory(python: &Path, folder: &Path, names: &[String]) -> io::Result<Inventory> {
    let mut all = Inventory::new();
    let mut rest = names;
    while !rest.is_empty() {
        let mut arguments = vec!["list".to_owned()];
        arguments.extend_from_slice(rest);
        let (text, end) = run(python, folder, &arguments)?;
        let (begun, done) = read(&text, &mut all);
        if done {
            break;
        }
        let why = format!("the process ended while it was imported and listed ({})", end.word());
        match begun.last().and_then(|last| rest.iter().position(|name| name.trim_end_matches('*') == last)) {
            Some(at) => {
                all.insert(rest[at].trim_end_matches('*').to_owned(), Err(why));
                rest = &rest[at + 1..];
            }
            None => {
                let why = format!("the inventory script does not start ({})", end.word());
                let names = rest.iter().map(|name| name.trim_end_matches('*').to_owned());
                all.extend(names.map(|name| (name, Err(why.clone()))));
                break;
            }
        }
    }
    Ok(all)
}

/// Reads what the script wrote: the modules begun, and whether it came to its end.
fn read(text: &str, all: &mut Inventory) -> (Vec<String>, bool) {
    let (mut begun, mut done) = (Vec::new(), false);
    for line in text.lines() {
        let fields: Vec<String> = line.split('\t').map(unescape).collect();
        match fields.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["M", name] => {
                begun.push(name.to_owned());
                all.insert(name.to_owned(), Ok(BTreeMap::new()));
            }
            ["F", name, error] => _ = all.insert(name.to_owned(), Err(error.to_owned())),
            ["A", module, name, kind, text, signature, value] => {
                if let Some(Ok(attributes)) = all.get_mut(module) {
                    let [kind, text_signature, signature, value] =
                        [kind, text, signature, value].map(str::to_owned);
                    attributes.insert(name.to_owned(), Attribute { kind, text_signature, signature, value });
                }
            }
            ["Z"] => done = true,
            // A line cut by the end of the process.
            _ => {}
        }
    }
    (begun, done)
}

/// One thing that differs from CPython.
#[derive(Clone, Debug, PartialEq)]
pub struct Lack {
    /// `module`, `attribute`, `kind`, `signature`, `value` or `doc`.
    pub what: &'static str,
    pub module: String,
    /// Of the attribute; empty for a module.
    pub name: String,
    pub theirs: String,
    pub ours: String,
}

/// What is in CPython's inventory and not, or otherwise, in ours. What only we have is not a lack.
pub fn compare(theirs: &Inventory, ours: &Inventory) -> Vec<Lack> {
    let mut lacks = Vec::new();
    for (module, holds) in theirs {
        // What CPython itself cannot import here tells nothing.
        let Ok(holds) = holds else { continue };
        let mut lack = |what, name: &str, theirs: &str, ours: &str| {
            let [module, name, theirs, ours] = [module, name, theirs, ours].map(str::to_owned);
            lacks.push(Lack { what, module, name, theirs, ours });
        };
        let got = match ours.get(module) {
            Some(Ok(got)) => got,
            Some(Err(error)) => {
                lack("module", "", "", error);
                continue;
            }
            None => {
                lack("module", "", "", "not listed");
                continue;
            }
        };
        for (name, want) in holds {
            let Some(have) = got.get(name) else {
                // The members of a class that is not there are not counted one by one.
                if name.split_once('.').is_none_or(|(class, _)| got.contains_key(class)) {
                    lack("attribute", name, &want.kind, "");
                }
                continue;
            };
            if name == "__doc__" || name.ends_with(".__doc__") {
                if want.kind == "str" && have.kind != "str" {
                    lack("doc", name, "", "");
                }
                continue;
            }
            let known = !want.signature.is_empty() && !have.signature.is_empty();
            if want.kind != have.kind {
                lack("kind", name, &want.kind, &have.kind);
            } else if want.text_signature != have.text_signature {
                lack("signature", name, &want.text_signature, &have.text_signature);
            } else if known && want.signature != have.signature {
                lack("signature", name, &want.signature, &have.signature);
            } else if want.value != have.value {
                lack("value", name, &want.value, &have.value);
            }
        }
    }
    lacks
}

/// The names in `capi/src/missing.rs`: functions and data of the C API without a body.
pub fn missing_symbols(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    for block in source.split("\nfunctions! {").skip(1).chain(source.split("\ndata! {").skip(1)) {
        let block = block.split('}').next().unwrap_or("");
        let body = block.split_once(':').filter(|_| !block.contains('=')).map_or(block, |(_, body)| body);
        let words = body.split(|c: char| !c.is_alphanumeric() && c != '_');
        names.extend(
            words.filter(|word| word.starts_with("Py") || word.starts_with("_Py")).map(str::to_owned),
        );
    }
    names
}

/// The opcodes, specialised and instrumented ones included, whose name is nowhere in the interpreter's sources below
/// these folders.
pub fn opcodes_without_case(folders: &[&Path]) -> Vec<&'static str> {
    let mut words = std::collections::HashSet::new();
    for folder in folders {
        collect_words(folder, &mut words);
    }
    let all = (0..=255).filter_map(Op::from_number).map(|op| op.meta().name);
    all.filter(|name| !["CACHE", "RESERVED"].contains(name) && !words.contains(*name)).collect()
}

/// Whether an opcode is one the compiler emits: the head of its family, and not an instrumented form.
pub fn is_general(name: &str) -> bool {
    let found = (0..=255).filter_map(Op::from_number).find(|op| op.meta().name == name);
    found.is_some_and(|op| op.meta().family == op && !name.starts_with("INSTRUMENTED"))
}

fn collect_words(folder: &Path, words: &mut std::collections::HashSet<String>) {
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect_words(&path, words);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap_or_default();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let all = code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
            words.extend(all.filter(|word| !word.is_empty()).map(str::to_owned));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEIRS: &str = "M\ta\nA\ta\tf\tbuiltin_function_or_method\t($module, x, /)\t(x, /)\t\nA\ta\tN\tint\t\t\t3\n\
        A\ta\tC\ttype\t\t\t\nA\ta\tC.m\tfunction\t\t(self)\t\nA\ta\t__doc__\tstr\t\t\t\nM\tb\nF\tb\tImportError: no\n\
        M\tc\nZ\n";

    fn lacks(ours: &str) -> Vec<String> {
        let (mut theirs, mut got) = (Inventory::new(), Inventory::new());
        assert!(read(THEIRS, &mut theirs).1);
        read(ours, &mut got);
        compare(&theirs, &got).iter().map(|l| format!("{} {}.{}", l.what, l.module, l.name)).collect()
    }

    #[test]
    fn equal_inventories_lack_nothing() {
        assert_eq!(lacks(THEIRS), [""; 0]);
    }

    #[test]
    fn each_difference_is_named() {
        assert_eq!(lacks(&THEIRS.replace("M\tc\n", "")), ["module c."]);
        assert_eq!(lacks(&THEIRS.replace("x, /)", "y, /)")), ["signature a.f"]);
        assert_eq!(lacks(&THEIRS.replace("(self)", "(this)")), ["signature a.C.m"]);
        assert_eq!(lacks(&THEIRS.replace("\t3\n", "\t4\n")), ["value a.N"]);
        assert_eq!(lacks(&THEIRS.replace("C\ttype", "C\tmeta")), ["kind a.C"]);
        assert_eq!(lacks(&THEIRS.replace("__doc__\tstr", "__doc__\tNoneType")), ["doc a.__doc__"]);
        assert_eq!(
            lacks("M\ta\nM\tc\n"),
            ["attribute a.C", "attribute a.N", "attribute a.__doc__", "attribute a.f"]
        );
    }

    #[test]
    fn the_sources_are_read() {
        let text = "x\nfunctions! { pointer:\n    PyA _PyB\n}\n\ndata! {\n    PyC = 16;\n}\nfn Py() {}\n";
        assert_eq!(missing_symbols(text), ["PyA", "_PyB", "PyC"]);
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let all = opcodes_without_case(&[]);
        assert!(all.len() > 150 && all.contains(&"LOAD_FAST"));
        let with = opcodes_without_case(&[&root.join("vm/bytecode/src")]);
        assert!(!with.contains(&"LOAD_FAST"));
        assert!(is_general("LOAD_ATTR") && !is_general("LOAD_ATTR_SLOT") && !is_general("INSTRUMENTED_CALL"));
    }
}
