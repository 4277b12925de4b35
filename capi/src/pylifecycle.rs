//! pylifecycle.h, cpython/pydebug.h and the parts of fileobject.h that are data: what the interpreter is and where it lives,
//! its flags, its end. A program that embeds the interpreter cannot be linked yet, so starting it again does nothing.

use crate::unicodeobject::wide::Wide;
use crate::util::{c_text, free};
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_ulong};
use dxpy_core::abi::{PyInterpreterState, PyThreadState};
use dxpy_core::statics::Gil;
use dxpy_core::{dict, module, thread, unicode};
use std::sync::OnceLock;

/// C: `const unsigned long Py_Version`: 3.12.1, final.
#[unsafe(no_mangle)]
pub static Py_Version: c_ulong = 0x030C_01F0;

/// A wide string that stays, of an attribute of `sys`; NULL where there is none.
fn of_sys(called: &str, keep: &'static OnceLock<usize>) -> *mut Wide {
    let make = || {
        if thread::current().is_null() {
            return 0;
        }
        // SAFETY: a state is attached, so C code holds the GIL.
        let py = unsafe { dxpy_core::Py::assume() };
        let found = dict::get_str(py, module::dict_of(dxpy_import::state::sys()), called).ok().flatten();
        found.and_then(|o| unicode::check(&o).map(leak)).unwrap_or(0)
    };
    *keep.get_or_init(make) as *mut Wide
}

/// A wide copy that stays.
fn leak(s: &dxpy_core::abi::PyUnicodeObject) -> usize {
    let all: Vec<Wide> = unicode::code_points(s).map(|c| c as Wide).chain([0]).collect();
    Vec::leak(all).as_mut_ptr() as usize
}

macro_rules! paths {
    ($($(#[$m:meta])* $name:ident = $attribute:literal;)*) => { $(
        $(#[$m])*
        #[unsafe(no_mangle)]
        pub extern "C" fn $name() -> *mut Wide {
            static KEPT: OnceLock<usize> = OnceLock::new();
            of_sys($attribute, &KEPT)
        }
    )* };
}
paths! {
    /// C: `wchar_t *Py_GetPrefix(void)`.
    Py_GetPrefix = "prefix";
    /// C: `wchar_t *Py_GetExecPrefix(void)`.
    Py_GetExecPrefix = "exec_prefix";
    /// C: `wchar_t *Py_GetProgramFullPath(void)`.
    Py_GetProgramFullPath = "executable";
    /// C: `wchar_t *Py_GetProgramName(void)`.
    Py_GetProgramName = "executable";
}

/// A text that is made once and stays.
fn text(keep: &'static OnceLock<std::ffi::CString>, make: impl FnOnce() -> String) -> *const c_char {
    keep.get_or_init(|| std::ffi::CString::new(make()).unwrap_or_default()).as_ptr()
}

fn attribute(called: &str) -> String {
    if thread::current().is_null() {
        return String::new();
    }
    // SAFETY: a state is attached, so C code holds the GIL.
    let py = unsafe { dxpy_core::Py::assume() };
    let found = dict::get_str(py, module::dict_of(dxpy_import::state::sys()), called).ok().flatten();
    found.map(|o| unicode::display(&o)).unwrap_or_default()
}

free! {
    /// C: `int Py_IsInitialized(void)`: whoever can ask runs inside the interpreter.
    fn Py_IsInitialized() -> c_int { 1 }
    /// C: `int _Py_IsCoreInitialized(void)`.
    fn _Py_IsCoreInitialized() -> c_int { 1 }
    /// C: `int _Py_IsFinalizing(void)`.
    fn _Py_IsFinalizing() -> c_int { (!thread::gil::finalizing().is_null()).into() }
    /// C: `int _Py_IsInterpreterFinalizing(PyInterpreterState *)`.
    fn _Py_IsInterpreterFinalizing(_i: *mut PyInterpreterState) -> c_int { (!thread::gil::finalizing().is_null()).into() }

    /// C: `const char *Py_GetVersion(void)`: `sys.version`.
    fn Py_GetVersion() -> *const c_char {
        static KEPT: OnceLock<std::ffi::CString> = OnceLock::new();
        text(&KEPT, || attribute("version"))
    }
    /// C: `const char *Py_GetPlatform(void)`.
    fn Py_GetPlatform() -> *const c_char { c"linux".as_ptr() }
    /// C: `const char *Py_GetCopyright(void)`: `sys.copyright`.
    fn Py_GetCopyright() -> *const c_char {
        static KEPT: OnceLock<std::ffi::CString> = OnceLock::new();
        text(&KEPT, || attribute("copyright"))
    }
    /// C: `const char *Py_GetCompiler(void)`: what `sys.version` has in brackets, with a line end in front.
    fn Py_GetCompiler() -> *const c_char {
        static KEPT: OnceLock<std::ffi::CString> = OnceLock::new();
        text(&KEPT, || {
            let version = attribute("version");
            format!("\n{}", version.find('[').map_or("", |i| &version[i..]))
        })
    }
    /// C: `const char *Py_GetBuildInfo(void)`: what `sys.version` has in parentheses.
    fn Py_GetBuildInfo() -> *const c_char {
        static KEPT: OnceLock<std::ffi::CString> = OnceLock::new();
        text(&KEPT, || {
            let version = attribute("version");
            let inside = version.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
            inside.map_or(String::new(), |(info, _)| info.to_owned())
        })
    }
    /// C: `const char *_Py_gitversion(void)`: CPython's, of which this is none.
    fn _Py_gitversion() -> *const c_char { c"".as_ptr() }
    /// C: `const char *_Py_gitidentifier(void)`.
    fn _Py_gitidentifier() -> *const c_char { c"".as_ptr() }
    /// C: `wchar_t *Py_GetPath(void)`: `sys.path` with colons between, as it is at the first call.
    fn Py_GetPath() -> *mut Wide {
        static KEPT: OnceLock<usize> = OnceLock::new();
        let make = || {
            if thread::current().is_null() {
                return 0;
            }
            // SAFETY: a state is attached, so C code holds the GIL.
            let py = unsafe { dxpy_core::Py::assume() };
            let path = dict::get_str(py, module::dict_of(dxpy_import::state::sys()), "path").ok().flatten();
            let all = path.as_deref().and_then(dxpy_core::list::check).map(dxpy_core::list::items);
            let joined: Vec<String> = all.unwrap_or(&[]).iter().map(|o| unicode::display(o)).collect();
            let wide: Vec<Wide> = joined.join(":").chars().map(|c| c as Wide).chain([0]).collect();
            Vec::leak(wide).as_mut_ptr() as usize
        };
        *KEPT.get_or_init(make) as *mut Wide
    }
    /// C: `wchar_t *Py_GetPythonHome(void)`: NULL, for there is none to set.
    fn Py_GetPythonHome() -> *mut Wide { core::ptr::null_mut() }

    /// C: `void Py_Initialize(void)`: it is, where this can be called.
    fn Py_Initialize() -> () {}
    /// C: `void Py_InitializeEx(int)`.
    fn Py_InitializeEx(_signals: c_int) -> () {}
    /// C: `void Py_Finalize(void)`: the interpreter ends with its program, which extensions run in.
    fn Py_Finalize() -> () {}
    /// C: `int Py_FinalizeEx(void)`.
    fn Py_FinalizeEx() -> c_int { 0 }
    /// C: `void Py_SetProgramName(const wchar_t *)`: too late, as in CPython after its start.
    fn Py_SetProgramName(_p: *const Wide) -> () {}
    /// C: `void Py_SetPythonHome(const wchar_t *)`.
    fn Py_SetPythonHome(_p: *const Wide) -> () {}
    /// C: `void Py_SetPath(const wchar_t *)`.
    fn Py_SetPath(_p: *const Wide) -> () {}
    /// C: `void _Py_SetProgramFullPath(const wchar_t *)`.
    fn _Py_SetProgramFullPath(_p: *const Wide) -> () {}
    /// C: `int Py_SetStandardStreamEncoding(const char *, const char *)`: -1, as in CPython after its start.
    fn Py_SetStandardStreamEncoding(_encoding: *const c_char, _errors: *const c_char) -> c_int { -1 }
    /// C: `void _Py_ClearStandardStreamEncoding(void)`.
    fn _Py_ClearStandardStreamEncoding() -> () {}
    /// C: `void _PyPathConfig_ClearGlobal(void)`.
    fn _PyPathConfig_ClearGlobal() -> () {}

    /// C: `PyOS_sighandler_t PyOS_getsig(int)`.
    fn PyOS_getsig(signal: c_int) -> usize {
        // SAFETY: zero is a state that the call fills.
        unsafe {
            let mut now: libc::sigaction = core::mem::zeroed();
            if libc::sigaction(signal, core::ptr::null(), &raw mut now) == -1 { libc::SIG_ERR } else { now.sa_sigaction }
        }
    }
    /// C: `PyOS_sighandler_t PyOS_setsig(int, PyOS_sighandler_t)`: the former one; it may run on another stack.
    fn PyOS_setsig(signal: c_int, handler: usize) -> usize {
        // SAFETY: the caller's handler; zero is an empty mask.
        unsafe {
            let mut new: libc::sigaction = core::mem::zeroed();
            let mut old: libc::sigaction = core::mem::zeroed();
            new.sa_sigaction = handler;
            new.sa_flags = libc::SA_ONSTACK;
            libc::sigemptyset(&raw mut new.sa_mask);
            if libc::sigaction(signal, &raw const new, &raw mut old) == -1 { libc::SIG_ERR } else { old.sa_sigaction }
        }
    }
    /// C: `void _Py_RestoreSignals(void)`: those that start-up ignores.
    fn _Py_RestoreSignals() -> () {
        for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
            PyOS_setsig_default(signal);
        }
    }
    /// C: `int Py_FdIsInteractive(FILE *, const char *filename)`.
    fn Py_FdIsInteractive(f: *mut libc::FILE, called: *const c_char) -> c_int {
        // SAFETY: the caller's file.
        if unsafe { libc::isatty(libc::fileno(f)) } != 0 {
            return 1;
        }
        if !Py_InteractiveFlag.is_set() {
            return 0;
        }
        matches!(c_text(called), None | Some("<stdin>" | "???")).into()
    }
    /// C: `char *Py_GETENV(const char *)`: nothing, where the environment is ignored.
    fn Py_GETENV(called: *const c_char) -> *mut c_char {
        if Py_IgnoreEnvironmentFlag.is_set() {
            return core::ptr::null_mut();
        }
        // SAFETY: a C string.
        unsafe { libc::getenv(called) }
    }
    /// C: `int _PyOS_URandom(void *, Py_ssize_t)`.
    fn _PyOS_URandom(to: *mut u8, n: isize) -> c_int { random(to, n) }
    /// C: `int _PyOS_URandomNonblock(void *, Py_ssize_t)`.
    fn _PyOS_URandomNonblock(to: *mut u8, n: isize) -> c_int { random(to, n) }
    /// C: `int _Py_LegacyLocaleDetected(int)`: whether the locale is C's own.
    fn _Py_LegacyLocaleDetected(_warn: c_int) -> c_int {
        let name = dxpy_host::locale::set(libc::LC_CTYPE, None);
        name.is_some_and(|n| n == b"C").into()
    }
    /// C: `int _Py_IsLocaleCoercionTarget(const char *)`.
    fn _Py_IsLocaleCoercionTarget(called: *const c_char) -> c_int {
        matches!(c_text(called), Some("C.UTF-8" | "C.utf8" | "UTF-8")).into()
    }
    /// C: `char *_Py_SetLocaleFromEnv(int)`.
    fn _Py_SetLocaleFromEnv(category: c_int) -> *mut c_char {
        // SAFETY: the C library's function.
        unsafe { libc::setlocale(category, c"".as_ptr()) }
    }
    /// C: `void Py_EndInterpreter(PyThreadState *)`: there is one interpreter, which cannot be ended by those it runs. NULL is what
    /// `Py_NewInterpreter` gave, and nothing has to end.
    fn Py_EndInterpreter(state: *mut PyThreadState) -> () {
        if state.is_null() {
            return;
        }
        dxpy_types::dump::fatal(Some("Py_EndInterpreter"), "sub-interpreters are not implemented")
    }
}

fn PyOS_setsig_default(signal: c_int) {
    // SAFETY: the default handler.
    unsafe { PyOS_setsig(signal, libc::SIG_DFL) };
}

fn random(to: *mut u8, n: isize) -> c_int {
    if n <= 0 {
        return 0;
    }
    // SAFETY: the C API's contract: that many bytes.
    let mut left = unsafe { core::slice::from_raw_parts_mut(to, n as usize) };
    while !left.is_empty() {
        match dxpy_host::env::getrandom(left, 0) {
            Ok(n) => left = &mut left[n..],
            Err(_) => return -1,
        }
    }
    0
}

/// A flag of the command line, as data.
#[repr(transparent)]
pub struct Flag(Gil<Cell<c_int>>);

impl Flag {
    fn is_set(&self) -> bool {
        self.0.get() != 0
    }
}

macro_rules! flag_data {
    ($($name:ident)*) => { $(
        /// C: `int`: a flag of the command line.
        #[unsafe(no_mangle)]
        pub static $name: Flag = Flag(Gil(Cell::new(0)));
    )* };
}
flag_data!(Py_DebugFlag Py_VerboseFlag Py_QuietFlag Py_InteractiveFlag Py_InspectFlag Py_OptimizeFlag Py_NoSiteFlag Py_BytesWarningFlag Py_FrozenFlag Py_IgnoreEnvironmentFlag Py_DontWriteBytecodeFlag Py_NoUserSiteDirectory Py_UnbufferedStdioFlag Py_HashRandomizationFlag Py_IsolatedFlag Py_UTF8Mode Py_HasFileSystemDefaultEncoding _Py_HasFileSystemDefaultEncodeErrors);

macro_rules! text_data {
    ($($name:ident)*) => { $(
        /// C: `const char *`.
        #[unsafe(no_mangle)]
        pub static $name: Gil<Cell<*const c_char>> = Gil(Cell::new(core::ptr::null()));
    )* };
}
text_data!(Py_FileSystemDefaultEncoding Py_FileSystemDefaultEncodeErrors);

/// Fills what start-up knows: the flags of `sys` and the encoding of file names. Before any C code runs.
pub fn start(py: dxpy_core::Py<'_>) {
    crate::readline::start();
    let sys = module::dict_of(dxpy_import::state::sys());
    let flags = dict::get_str(py, sys, "flags").ok().flatten();
    let of = |called: &str| -> c_int {
        let value = flags.as_deref().and_then(|f| {
            let n = unicode::intern_str(py, called).ok()?;
            dxpy_core::attr::get(py, f, &n).ok()
        });
        value.and_then(|v| dxpy_core::long::check(&v).and_then(dxpy_core::long::to_i64)).unwrap_or(0) as c_int
    };
    for (flag, called) in [
        (&Py_DebugFlag, "debug"),
        (&Py_VerboseFlag, "verbose"),
        (&Py_QuietFlag, "quiet"),
        (&Py_InteractiveFlag, "interactive"),
        (&Py_InspectFlag, "inspect"),
        (&Py_OptimizeFlag, "optimize"),
        (&Py_NoSiteFlag, "no_site"),
        (&Py_BytesWarningFlag, "bytes_warning"),
        (&Py_IgnoreEnvironmentFlag, "ignore_environment"),
        (&Py_DontWriteBytecodeFlag, "dont_write_bytecode"),
        (&Py_NoUserSiteDirectory, "no_user_site"),
        (&Py_HashRandomizationFlag, "hash_randomization"),
        (&Py_IsolatedFlag, "isolated"),
        (&Py_UTF8Mode, "utf8_mode"),
    ] {
        flag.0.set(of(called));
    }
    let (encoding, errors) = dxpy_core::codecs::fs();
    for (place, text) in
        [(&Py_FileSystemDefaultEncoding, encoding), (&Py_FileSystemDefaultEncodeErrors, errors)]
    {
        if let Ok(c) = std::ffi::CString::new(text) {
            place.set(c.into_raw());
        }
    }
}
