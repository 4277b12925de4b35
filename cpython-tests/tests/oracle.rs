//! The driver proven with CPython itself: a few files must give the baseline, a program that is no Python must give
//! nothing, and CPython must lack nothing against itself. Skipped, loudly, where there is no CPython 3.12.1.

use dxpy_cpython_tests::data::Table;
use dxpy_cpython_tests::run::Needs;
use dxpy_cpython_tests::{left, prefix, report, run};
use std::path::{Path, PathBuf};

fn oracle(test: &str) -> Option<PathBuf> {
    let given = PathBuf::from(std::env::var_os("DXPY_ORACLE").unwrap_or("python3.12".into()));
    match prefix::oracle_library(&given) {
        Ok(_) => Some(given),
        Err(why) => {
            println!("SKIP {test}: {why}");
            None
        }
    }
}

fn plan(python: &Path, name: &str) -> run::Plan {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let memory = 1 << 32;
    run::Plan {
        python: python.into(),
        jobs: 2,
        out,
        cpu: 60.0,
        wall: 120.0,
        memory,
        needs: Needs::Whole,
        tests: None,
        verbose: false,
    }
}

/// With fixtures, skips, expected failures, doctests, repeated ids and children.
const FILES: [&str; 6] =
    ["test_unary", "test_bool", "test_unpack", "test_support", "test_zipimport_support", "test_eof"];

#[test]
fn cpython_gives_the_baseline() {
    let Some(python) = oracle("cpython_gives_the_baseline") else { return };
    let table = Table::load();
    let files = table.select(&FILES.map(str::to_owned)).unwrap();
    let done = run::run(&plan(&python, "oracle"), &files).unwrap();
    let differences = report::differences(&table, &done);
    assert!(differences.is_empty(), "{} differences, the first: {:?}", differences.len(), differences[0]);
    let all = report::count(&table, &done, false, |_| true);
    assert_eq!((all.passed, all.whole), (all.ids, FILES.len()));
    assert!(all.ids > 80, "the files have their ids");
}

#[test]
fn the_stand_ins_run_what_needs_little() {
    let Some(python) = oracle("the_stand_ins_run_what_needs_little") else { return };
    let table = Table::load();
    let tests = Some(prefix::oracle_library(&python).unwrap().join("test"));
    let little = ["test_unary", "test_dictcomps", "test_exception_variations", "test_with"].as_slice();
    let more = ["test_unary", "test_bool", "test_grammar", "test_with"].as_slice();
    for (needs, name, files) in [(Needs::Light, "light", more), (Needs::Script, "script", little)] {
        let files: Vec<String> = files.iter().map(|name| name.to_string()).collect();
        let files = table.select(&files).unwrap();
        let plan = run::Plan { needs, tests: tests.clone(), ..plan(&python, name) };
        let done = run::run(&plan, &files).unwrap();
        let all = report::count(&table, &done, false, |_| true);
        assert_eq!(
            (all.passed, all.whole),
            (all.ids, files.len()),
            "{}",
            report::report(&table, &done, true)
        );
    }
}

#[test]
fn a_program_that_is_no_python_passes_nothing() {
    let table = Table::load();
    let files = table.select(&FILES.map(str::to_owned)).unwrap();
    for program in ["/bin/true", "/bin/false"] {
        let done = run::run(&plan(Path::new(program), "nothing"), &files).unwrap();
        assert_eq!(report::count(&table, &done, false, |_| true).passed, 0);
        assert!(done.iter().all(|done| done.result.note.starts_with("ended before any test")));
    }
}

#[test]
fn cpython_lacks_nothing_against_itself() {
    let Some(python) = oracle("cpython_lacks_nothing_against_itself") else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("left");
    let names = left::modules(&python, &folder).unwrap();
    for some in ["sys*", "math*", "types*", "json.decoder", "asyncio.tasks"] {
        assert!(names.iter().any(|name| name == some), "{some} is listed");
    }
    let theirs = left::inventory(&python, &folder, &names).unwrap();
    let ours = left::inventory(&python, &folder, &names).unwrap();
    assert_eq!(left::compare(&theirs, &ours), []);
    let class = theirs["builtins"].as_ref().unwrap();
    assert_eq!(
        class["int.to_bytes"].text_signature,
        "($self, /, length=1, byteorder='big', *, signed=False)"
    );
}
