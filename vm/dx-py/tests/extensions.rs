//! C extensions, built with the C compiler against the oracle's headers, run in the oracle and in dx-py: the same binary,
//! the same output. Each `extensions/NAME.c` has a `uses_NAME.py` that imports it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The oracle and its folder of headers.
fn oracle() -> Option<(PathBuf, PathBuf)> {
    let python = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let code = "import sys, sysconfig; print(sys.version.split()[0], sysconfig.get_path('include'), sep='|')";
    let out = Command::new(&python).args(["-I", "-c", code]).output().ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    let include = PathBuf::from(text.trim().strip_prefix("3.12.1|")?);
    include.join("Python.h").exists().then_some((python.into(), include))
}

fn run(python: &Path, folder: &Path, script: &Path) -> (String, String, Option<i32>) {
    let out = Command::new(python)
        .args(["-S", "-B"])
        .arg(script)
        .env("PYTHONPATH", folder)
        .env("PYTHONHASHSEED", "0")
        .output()
        .unwrap();
    let text = |b: Vec<u8>| String::from_utf8_lossy(&b).into_owned();
    (text(out.stdout), text(out.stderr), out.status.code())
}

#[test]
fn extensions_do_what_they_do_in_cpython() {
    let Some((oracle, include)) = oracle() else {
        eprintln!("SKIP: no CPython 3.12.1 with headers as DXPY_ORACLE or python3.12");
        return;
    };
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/extensions");
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("extensions");
    std::fs::create_dir_all(&built).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(&sources)
        .unwrap()
        .filter_map(|f| Some(f.unwrap().file_name().to_str()?.strip_suffix(".c")?.to_owned()))
        .collect();
    names.sort();
    assert!(names.len() >= 3, "{}", sources.display());
    for name in names {
        let library = built.join(format!("{name}.cpython-312-x86_64-linux-gnu.so"));
        let status = Command::new("gcc")
            .args(["-shared", "-fPIC", "-O1", "-I"])
            .arg(&include)
            .arg("-o")
            .arg(&library)
            .arg(sources.join(format!("{name}.c")))
            .status()
            .unwrap();
        assert!(status.success(), "{name}.c does not compile");
        let script = sources.join(format!("uses_{name}.py"));
        let expected = run(&oracle, &built, &script);
        assert_eq!(expected.2, Some(0), "the oracle: {}", expected.1);
        let ours = run(Path::new(env!("CARGO_BIN_EXE_dx-py")), &built, &script);
        for (i, (a, b)) in expected.0.lines().zip(ours.0.lines()).enumerate() {
            assert_eq!(b, a, "uses_{name}.py, line {} of the output (left: dx-py)", i + 1);
        }
        assert_eq!((&ours.0, ours.2), (&expected.0, expected.2), "uses_{name}.py: {}", ours.1);
    }
}
