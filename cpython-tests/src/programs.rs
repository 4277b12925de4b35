//! Programs: real packages and tools run by CPython and by another interpreter with the same hash seed, their standard
//! output compared byte for byte. `programs/list.tsv` lists them; what they require is fetched by CPython's pip into a
//! cache folder, without its compiled parts unless the list asks for the wheel as it is.

use crate::job::{self, Limits};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One line of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    pub name: String,
    /// For pip.
    pub requirements: Vec<String>,
    /// For pip, and kept whole: the compiled modules of CPython's wheels are loaded.
    pub wheels: Vec<String>,
    /// A package whose source archive is unpacked.
    pub source: Option<String>,
    /// Compiled modules that CPython's installation has in `lib-dynload` and the other interpreter does not have of its own:
    /// they are put on the path of both.
    pub lent: Vec<String>,
    pub arguments: Vec<String>,
    /// A file for standard input.
    pub input: Option<String>,
    pub filters: Vec<String>,
}

/// The list's filters: `numbers` replaces digits, `seconds` the time of unittest and pytest, `paths` folders of the library and the
/// interpreter's, `addresses` what follows ` at 0x`; `both` compares standard error too; `fails` says that the program is to
/// end with an error.
const FILTERS: [&str; 6] = ["numbers", "seconds", "paths", "addresses", "both", "fails"];

/// Splits arguments at spaces outside double quotes.
fn words(text: &str) -> Vec<String> {
    let (mut all, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => all.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            c => word.push(c),
        }
    }
    all.extend((!word.is_empty()).then_some(word));
    all
}

/// Reads the list.
pub fn list(text: &str) -> Result<Vec<Program>, String> {
    let mut all = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, requirements, arguments, filters] = columns[..] else {
            return Err(format!("not four columns: {line}"));
        };
        let (mut source, mut lent, mut plain, mut wheels) = (None, Vec::new(), Vec::new(), Vec::new());
        for word in requirements.split_whitespace() {
            match word.split_once(':') {
                Some(("source", package)) => source = Some(package.to_owned()),
                Some(("dynload", module)) => lent.push(module.to_owned()),
                Some(("wheel", package)) => wheels.push(package.to_owned()),
                _ => plain.push(word.to_owned()),
            }
        }
        let requirements = plain;
        if let Some(bad) =
            requirements.iter().chain(&wheels).chain(&source).find(|word: &&String| !word.contains("=="))
        {
            return Err(format!("{name}: {bad} is not pinned"));
        }
        let (arguments, input) = match arguments.split_once(" < ") {
            Some((arguments, input)) => (arguments, Some(input.to_owned())),
            None => (arguments, None),
        };
        let filters: Vec<String> = filters.split_whitespace().map(str::to_owned).collect();
        if let Some(bad) = filters.iter().find(|word| !FILTERS.contains(&word.as_str())) {
            return Err(format!("{name}: there is no filter {bad}"));
        }
        all.push(Program {
            name: name.to_owned(),
            requirements,
            wheels,
            source,
            lent,
            arguments: words(arguments),
            input,
            filters,
        });
    }
    Ok(all)
}

/// The folders a program's arguments speak of.
pub struct Places {
    /// Where the scripts are.
    pub here: PathBuf,
    /// CPython's library, read by both interpreters.
    pub lib: PathBuf,
    /// Where packages are kept.
    pub cache: PathBuf,
    /// Whose pip fetches them.
    pub oracle: PathBuf,
    /// For files of a run.
    pub scratch: PathBuf,
}

/// A program's packages, fetched: what goes on the path, and the unpacked source.
#[derive(Default)]
pub struct Fetched {
    folders: Vec<PathBuf>,
    source: Option<PathBuf>,
}

fn pip(places: &Places, arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new(&places.oracle);
    command.args(["-m", "pip", arguments[0], "--quiet", "--disable-pip-version-check", "--no-deps"]);
    let out =
        command.args(&arguments[1..]).stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if out.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    Err(text.lines().find(|line| line.contains("ERROR")).unwrap_or("pip failed without a reason").to_owned())
}

/// Fetches what a program requires, unless the cache has it.
pub fn fetch(program: &Program, places: &Places) -> Result<Fetched, String> {
    let mut fetched = Fetched::default();
    let text = |error: io::Error| error.to_string();
    for (list, whole) in [(&program.requirements, false), (&program.wheels, true)] {
        if list.is_empty() {
            continue;
        }
        let name = list.join("+").replace("==", "-");
        let home = places.cache.join(if whole { format!("wheels-{name}") } else { name });
        if !home.is_dir() {
            let half = home.with_extension("half");
            let _ = fs::remove_dir_all(&half);
            let target = half.to_string_lossy().into_owned();
            let mut arguments = vec!["install", "--root-user-action=ignore", "--target", &target];
            arguments.extend(list.iter().map(String::as_str));
            pip(places, &arguments)?;
            if !whole {
                remove_compiled(&half).map_err(text)?;
            }
            fs::rename(&half, &home).map_err(text)?;
        }
        fetched.folders.push(home);
    }
    for module in &program.lent {
        let home = places.cache.join(format!("lent-{module}"));
        fs::create_dir_all(&home).map_err(text)?;
        let start = format!("{module}.");
        let named =
            |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&start));
        let dynload = places.lib.join("lib-dynload");
        let mut files = fs::read_dir(&dynload).map_err(text)?.flatten().map(|entry| entry.path());
        let file = files.find(named).ok_or_else(|| format!("{} has no {module}", dynload.display()))?;
        let link = home.join(file.file_name().unwrap_or_default());
        let _ = fs::remove_file(&link);
        symlink(&file, &link).map_err(text)?;
        fetched.folders.push(home);
    }
    if let Some(source) = &program.source {
        let home = places.cache.join(format!("source-{}", source.replace("==", "-")));
        if !home.is_dir() {
            let half = home.with_extension("half");
            let _ = fs::remove_dir_all(&half);
            pip(places, &["download", "--no-binary", ":all:", "--dest", &half.to_string_lossy(), source])?;
            let archive =
                fs::read_dir(&half).map_err(text)?.flatten().next().ok_or("pip fetched nothing")?.path();
            let mut unpack = Command::new(&places.oracle);
            unpack.args(["-m", "tarfile", "--filter", "data", "-e"]).arg(&archive).arg(&half);
            if !unpack.status().map_err(text)?.success() {
                return Err(format!("{} cannot be unpacked", archive.display()));
            }
            fs::rename(&half, &home).map_err(text)?;
        }
        let inside =
            fs::read_dir(&home).map_err(text)?.flatten().map(|entry| entry.path()).find(|path| path.is_dir());
        fetched.source = Some(inside.ok_or("the source archive has no folder")?);
    }
    Ok(fetched)
}

fn remove_compiled(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_compiled(&path)?;
        } else if path.extension().is_some_and(|end| end == "so") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// What a run gave.
#[derive(Debug, PartialEq)]
pub struct Output {
    /// How it ended, in a word.
    pub end: String,
    /// Standard output, and standard error after it for the filter `both`, filtered.
    pub text: Vec<u8>,
    /// The end of standard error.
    pub errors: String,
    /// Seconds of CPU time.
    pub cpu: f64,
}

/// Runs a program with an interpreter.
pub fn run(program: &Program, fetched: &Fetched, python: &Path, places: &Places) -> io::Result<Output> {
    let source = fetched.source.clone().unwrap_or_default();
    let folders = [("{here}", &places.here), ("{lib}", &places.lib), ("{source}", &source)];
    let expand = |text: &str| {
        folders.iter().fold(text.to_owned(), |t, (name, path)| t.replace(name, &path.to_string_lossy()))
    };
    let (out, err) = (places.scratch.join("stdout"), places.scratch.join("stderr"));
    let mut command = Command::new(python);
    command.args(program.arguments.iter().map(|word| expand(word))).current_dir(&places.scratch);
    let input = program.input.as_ref().map(|path| fs::File::open(expand(path))).transpose()?;
    command.stdin(input.map_or(Stdio::null(), Stdio::from));
    command.stdout(fs::File::create(&out)?).stderr(fs::File::create(&err)?);
    let folders =
        if fetched.folders.is_empty() { std::slice::from_ref(&places.here) } else { &fetched.folders };
    let path = folders.iter().map(|folder| folder.to_string_lossy()).collect::<Vec<_>>().join(":");
    // Compiled files of each interpreter's own: without any, one would compile what the other finds installed.
    let compiled = places.cache.join("compiled").join(python.to_string_lossy().replace('/', "-"));
    let compiled = compiled.to_string_lossy().into_owned();
    let more = [
        ("PYTHONHASHSEED", "42"),
        ("PYTHONPATH", path.as_str()),
        ("PYTHONPYCACHEPREFIX", compiled.as_str()),
        ("COLUMNS", "80"),
    ];
    job::small_environment(&mut command, &more);
    let ran = job::run(command, &Limits { cpu: 600.0, wall: 900.0, memory: 8 << 30 });
    let (mut text, errors) = (fs::read(&out)?, fs::read(&err)?);
    if program.filters.iter().any(|word| word == "both") {
        text.extend_from_slice(&errors);
    }
    for filter in &program.filters {
        text = filtered(&text, filter, python);
    }
    let errors = String::from_utf8_lossy(&errors).into_owned();
    Ok(Output { end: ran.end.word(), text, errors, cpu: ran.cpu })
}

/// Takes out of a text what may differ between two right interpreters.
fn filtered(text: &[u8], filter: &str, python: &Path) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let lines = text.split_inclusive('\n').map(|line| match filter {
        "numbers" if line.contains("per loop") => {
            line.replace(|c: char| c.is_ascii_digit() || c == '.', "").replace("nsec", "usec")
        }
        "seconds" if line.starts_with("Ran ") || line.trim_end().ends_with(['s', '=']) => {
            line.rsplit_once(" in ").map_or(line, |(before, _)| before).trim_end().to_owned() + "\n"
        }
        "addresses" => without_addresses(line),
        "paths" => without_folder(&line.replace(&*python.to_string_lossy(), "PYTHON")),
        _ => line.to_owned(),
    });
    lines.collect::<String>().into_bytes()
}

/// The library's folder differs from interpreter to interpreter: what goes before `/lib/python3.12/` in a word is cut.
fn without_folder(line: &str) -> String {
    match line.split_once("/lib/python3.12/") {
        None => line.to_owned(),
        Some((before, after)) => {
            let start = before.rfind(['"', '\'', ' ', '\t']).map_or(0, |at| at + 1);
            format!("{}LIB/{}", &before[..start], without_folder(after))
        }
    }
}

fn without_addresses(line: &str) -> String {
    let mut parts = line.split(" at 0x");
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |line, part| line + " at 0x" + part.trim_start_matches(|c: char| c.is_ascii_hexdigit()))
}

/// The first line in which two texts differ, with its number; of long lines, the part where they do.
pub fn first_difference(one: &[u8], other: &[u8]) -> Option<(usize, String, String)> {
    let lines = |text: &[u8]| -> Vec<String> {
        text.split(|&byte| byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned()).collect()
    };
    let (one, other) = (lines(one), lines(other));
    let at = (0..one.len().max(other.len())).find(|&at| one.get(at) != other.get(at))?;
    let (empty, end) = (String::new(), "(the end)".to_owned());
    let pair = (one.get(at).unwrap_or(&empty), other.get(at).unwrap_or(&empty));
    let same = pair.0.chars().zip(pair.1.chars()).take_while(|(a, b)| a == b).count();
    let part = |line: &String| line.chars().skip(same.saturating_sub(60)).take(120).collect();
    let line = |list: &[String]| part(list.get(at).unwrap_or(&end));
    Some((at + 1, line(&one), line(&other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read() {
        let all =
            list("# x\na\tb==1 source:c==2 dynload:_x wheel:w==3\t-m d \"e f\" < {here}/g\tpaths both\n")
                .unwrap();
        let program = &all[0];
        assert_eq!((program.requirements.len(), program.source.as_deref()), (1, Some("c==2")));
        assert_eq!(
            (&program.lent[..], &program.wheels[..]),
            (&["_x".to_owned()][..], &["w==3".to_owned()][..])
        );
        assert_eq!(program.arguments, ["-m", "d", "e f"]);
        assert_eq!(program.input.as_deref(), Some("{here}/g"));
        assert!(list("a\tb\tc\t\n").is_err() && list("a\t\tc\tnone\n").is_err() && list("a\n").is_err());
    }

    #[test]
    fn the_committed_list_and_its_scripts_are_there() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
        let all = list(&fs::read_to_string(folder.join("list.tsv")).unwrap()).unwrap();
        assert!(all.len() > 20);
        for word in all.iter().flat_map(|p| p.arguments.iter().chain(&p.input)) {
            if let Some(name) = word.strip_prefix("{here}/") {
                assert!(folder.join(name).is_file(), "{name}");
            }
        }
    }

    #[test]
    fn filters_take_out_only_their_part() {
        let run = |text: &str, filter: &str| {
            String::from_utf8(filtered(text.as_bytes(), filter, Path::new("/p/py"))).unwrap()
        };
        assert_eq!(
            run("12\n3 loops, best of 2: 1.5 usec per loop\n", "numbers"),
            "12\n loops, best of :  usec per loop\n"
        );
        assert_eq!(run("<f at 0x12ab>, 0x12 at 0xf.\n", "addresses"), "<f at 0x>, 0x12 at 0x.\n");
        assert_eq!(run("Ran 3 tests in 0.1s\n1.0\n", "seconds"), "Ran 3 tests\n1.0\n");
        assert_eq!(run("2 failed, 3 passed in 0.12s\n", "seconds"), "2 failed, 3 passed\n");
        assert_eq!(run("File \"/a/lib/python3.12/x.py\", /p/py\n", "paths"), "File \"LIB/x.py\", PYTHON\n");
    }

    #[test]
    fn differences_are_found_by_line() {
        assert_eq!(first_difference(b"a\nb\n", b"a\nb\n"), None);
        assert_eq!(first_difference(b"a\nb\n", b"a\nc\n"), Some((2, "b".into(), "c".into())));
        assert_eq!(first_difference(b"a", b"a\nc"), Some((2, "(the end)".into(), "c".into())));
    }
}
