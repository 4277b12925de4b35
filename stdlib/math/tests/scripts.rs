//! Runs the scripts beside this file here and in the oracle, and compares every line they print: operators, constructors,
//! formats and methods of the number types, and the functions of `math`, `cmath` and `_random`.

use dxpy_core::module::StaticModule;
use dxpy_core::ptr::Object;
use dxpy_core::unicode::{Name, PyUnicode_Type};
use dxpy_core::{Py, PyResult, dict, module, name, protocol, unicode};
use dxpy_import::source::{self, Compile};
use std::io::Write;
use std::process::{Command, Stdio};

const PRELUDE: &str = "out = []\ndef print(*a): out.append(' '.join(['%s' % (x,) for x in a]))\n";
const END: &str = "\nresult = '\\n'.join(out)\n";

/// The oracle, if it is there and is 3.12.1.
fn oracle() -> Option<String> {
    let path = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let version = Command::new(&path).arg("--version").output().ok()?;
    (version.stdout == b"Python 3.12.1\n").then_some(path)
}

fn expected(oracle: &str, script: &str) -> String {
    let mut child = Command::new(oracle)
        .args(["-W", "ignore", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = format!(
        "import math, cmath, _random\n{PRELUDE}{script}{END}import sys\nsys.stdout.reconfigure(encoding='utf-8')\nsys.stdout.write(result)\n"
    );
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn run(py: Py<'_>, script: &str) -> PyResult<String> {
    let main = module::new(py, name!("__main__").get(py))?;
    let globals = module::dict_of(&main);
    let add = |name: &'static Name, def: &'static StaticModule| {
        let m = module::new(py, name.get(py))?;
        module::add_functions(py, m.as_object(), def, name.get(py))?;
        module::exec_def(py, &m, def)?;
        dict::set(py, globals, name.obj(py), m.as_object())?;
        PyResult::Ok(m)
    };
    let builtins = add(name!("builtins"), &dxpy_mod_lang::builtins::BUILTINS)?;
    add(name!("math"), &dxpy_mod_math::math::MODULE)?;
    add(name!("cmath"), &dxpy_mod_math::cmath::MODULE)?;
    add(name!("_random"), &dxpy_mod_math::random::MODULE)?;
    dict::set(py, globals, name!("__builtins__").obj(py), builtins.as_object())?;
    let file = unicode::from_str(py, "script")?;
    let text = format!("{PRELUDE}{script}{END}");
    let code = source::compile(py, text.as_bytes(), &file, Compile::module())?;
    dxpy_mod_lang::builtins::run(py, &code, globals.as_object(), globals.as_object())?;
    let result = dict::get(py, globals, name!("result").obj(py))?.expect("the script's end sets it");
    assert!(result.ty().is(&PyUnicode_Type.0));
    Ok(unicode::display(&result))
}

#[test]
fn scripts_print_what_the_oracle_prints() {
    let Some(oracle) = oracle() else {
        eprintln!("SKIP: no CPython 3.12.1 as DXPY_ORACLE or python3.12");
        return;
    };
    let py = dxpy_core::thread::states::start_main();
    dxpy_interp::install();
    dxpy_types::init(py).unwrap();
    for (name, script) in
        [("types", include_str!("scripts/types.py")), ("functions", include_str!("scripts/functions.py"))]
    {
        let ours = run(py, script).unwrap_or_else(|e| {
            let shown = protocol::str(py, e.value().as_object()).map(|s| unicode::display(s.as_object()));
            panic!("{name}: {e:?}: {shown:?}")
        });
        let theirs = expected(&oracle, script);
        assert!(theirs.lines().count() > 10_000, "{name}: the oracle printed too little");
        for (i, (a, b)) in ours.lines().zip(theirs.lines()).enumerate() {
            assert_eq!(a, b, "{name}, line {}", i + 1);
        }
        assert_eq!(ours.lines().count(), theirs.lines().count(), "{name}");
    }
}
