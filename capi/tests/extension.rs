//! A C library compiled by gcc against the installed 3.12.1 headers is loaded into this program, which exports the C
//! API, and finds everything as it expects. Skipped, loudly, where headers or compiler are missing.

use std::ffi::CString;
use std::path::PathBuf;
use std::process::Command;

/// The oracle's folder of headers.
fn headers() -> Option<PathBuf> {
    let pyenv = std::env::var("HOME").unwrap_or_default() + "/.pyenv/versions/3.12.1/bin/python3.12";
    let installed = if std::path::Path::new(&pyenv).exists() { pyenv } else { "python3.12".into() };
    let python = std::env::var("DXPY_ORACLE").unwrap_or(installed);
    let script = "import sys, sysconfig; assert sys.version_info[:3] == (3, 12, 1); print(sysconfig.get_path('include'))";
    let out = Command::new(python).args(["-c", script]).output().ok().filter(|o| o.status.success())?;
    let folder = PathBuf::from(String::from_utf8(out.stdout).ok()?.trim());
    folder.join("Python.h").exists().then_some(folder)
}

#[test]
fn a_c_library_works_on_our_objects() {
    // The wrappers are in the link because the library asks for them by name.
    dxpy_capi::missing::dxpy_missing_anchor();
    let Some(include) = headers() else {
        eprintln!("SKIP: no CPython 3.12.1 with headers (DXPY_ORACLE or python3.12)");
        return;
    };
    let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("probe.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/c/probe.c");
    let built = Command::new("gcc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-z", "now", "-I"])
        .arg(include)
        .arg("-o")
        .arg(&library)
        .arg(source)
        .status()
        .expect("gcc runs");
    assert!(built.success());
    let path = CString::new(library.to_str().unwrap()).unwrap();
    // SAFETY: the library has no constructors; `probe` is called with a thread state attached.
    unsafe {
        let handle = libc::dlopen(path.as_ptr(), libc::RTLD_NOW);
        assert!(!handle.is_null(), "{}", std::ffi::CStr::from_ptr(libc::dlerror()).to_string_lossy());
        let probe: extern "C" fn() -> i32 = core::mem::transmute(libc::dlsym(handle, c"probe".as_ptr()));
        let py = dxpy_core::thread::states::start_main();
        py.state().abi.c_recursion_remaining.set(100);
        dxpy_core::startup::ready_types(py, &[]).expect("the static types are ready");
        assert_eq!(probe(), 0, "the line of probe.c that found something wrong");
    }
}
