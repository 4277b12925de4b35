//! Scripts whose output is CPython 3.12.1's, byte for byte: each file of `scripts` is run by both, and once more with hot code
//! run by its micro-ops (`dxpy_interp::tier::reference`). What several of them import is in `scripts/shared`.

use std::path::Path;
use std::process::Command;

/// The oracle, if it is there and of the right version.
fn oracle() -> Option<String> {
    let name = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let out = Command::new(&name).arg("--version").output().ok()?;
    (String::from_utf8_lossy(&out.stdout).trim() == "Python 3.12.1").then_some(name)
}

fn output(program: &str, script: &Path, tier: &str) -> String {
    let out = Command::new(program)
        .env("DXPY_TIER", tier)
        .arg(script)
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("it runs");
    String::from_utf8_lossy(&out.stdout).into_owned()
}

#[test]
fn scripts_print_what_cpython_prints() {
    let Some(oracle) = oracle() else {
        eprintln!("SKIP: scripts_print_what_cpython_prints: no CPython 3.12.1 (set DXPY_ORACLE)");
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).expect("the folder of scripts") {
        let path = file.expect("an entry").path();
        if path.is_dir() {
            continue;
        }
        let theirs = output(&oracle, &path, "");
        assert!(!theirs.is_empty(), "{} prints nothing", path.display());
        for tier in ["", "reference"] {
            let mine = output(env!("CARGO_BIN_EXE_dx-py"), &path, tier);
            let shown = format!("{} {tier}", path.display());
            for (i, (a, b)) in mine.lines().zip(theirs.lines()).enumerate() {
                assert_eq!(a, b, "{shown}, line {} of the output", i + 1);
            }
            assert_eq!(mine.lines().count(), theirs.lines().count(), "{shown}");
        }
        seen += 1;
    }
    assert!(seen > 0, "no scripts");
}

/// Copied into a folder of programs, packages belong beside that folder, and the library is still found where it is.
#[test]
fn a_copy_in_a_folder_of_programs_works() {
    let home = std::env::temp_dir().join(format!("dxpy-copied-{}", std::process::id()));
    let bin = home.join("bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    let copy = bin.join("python");
    std::fs::copy(env!("CARGO_BIN_EXE_dx-py"), &copy).expect("a copy");
    let code = "import os, sys, sysconfig; print(sys.prefix, sys.prefix == sys.base_prefix); \
                print(sysconfig.get_path('stdlib') == os.path.dirname(os.__file__)); \
                print(sysconfig.get_path('purelib'))";
    let out = Command::new(&copy).args(["-I", "-c", code]).output().expect("it runs");
    let _ = std::fs::remove_dir_all(&home);
    let home = home.display();
    assert_eq!(
        String::from_utf8_lossy(&out.stdout),
        format!("{home} True\nTrue\n{home}/lib/python3.12/site-packages\n"),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
}
