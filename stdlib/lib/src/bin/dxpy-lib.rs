//! A tool over the embedded library: `list`, `unpack FOLDER`, `locate`, and `compare LIB`, which reports how it differs
//! from the `Lib` of an installed CPython.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["list"] => {
            dxpy_lib::files().iter().for_each(|file| println!("{:8} {}", file.size, file.path));
            Ok(())
        }
        ["unpack", folder] => dxpy_lib::unpack(Path::new(folder)),
        ["locate"] => dxpy_lib::locate().map(|folder| println!("{}", folder.display())),
        ["compare", lib] => compare(Path::new(lib)),
        _ => {
            eprintln!("usage: dxpy-lib list | unpack FOLDER | locate | compare LIB");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dxpy-lib: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(lib: &Path) -> io::Result<()> {
    let mut theirs = BTreeSet::new();
    walk(lib, "", &mut theirs)?;
    let (mut same, mut different, mut own) = (0, Vec::new(), Vec::new());
    for file in dxpy_lib::files() {
        if !theirs.remove(file.path) {
            own.push(file.path);
        } else if fs::read(lib.join(file.path))? == file.content() {
            same += 1;
        } else {
            different.push(file.path);
        }
    }
    println!("identical: {same}");
    println!("different: {}", different.len());
    different.iter().for_each(|path| println!("  {path}"));
    println!("only ours: {}", own.len());
    own.iter().for_each(|path| println!("  {path}"));
    println!("missing: {}", theirs.len());
    theirs.iter().for_each(|path| println!("  {path}"));
    Ok(())
}

fn walk(folder: &Path, prefix: &str, into: &mut BTreeSet<String>) -> io::Result<()> {
    for item in fs::read_dir(folder)? {
        let item = item?;
        let name = item.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let skipped = prefix.is_empty() && ["test", "site-packages", "lib-dynload"].contains(&&*name);
        if item.file_type()?.is_dir() {
            if name != "__pycache__" && !skipped && !name.starts_with("config-") {
                walk(&item.path(), &format!("{path}/"), into)?;
            }
        } else if name.ends_with(".py") {
            into.insert(path);
        }
    }
    Ok(())
}
