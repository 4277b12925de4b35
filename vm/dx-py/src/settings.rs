//! Command line and environment to the configuration of the process (`PyPreConfig_Read` and `PyConfig_Read` of
//! `Python/initconfig.c`): locale, UTF-8 mode, flags, warnings, paths.

use crate::options::{Options, Program};
use crate::paths;
use dxpy_core::abi::constants::_PY_LONG_DEFAULT_MAX_STR_DIGITS;
use dxpy_host::locale;
use dxpy_mod_sys::config::{self, Config};
use std::ffi::{CStr, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

/// An error that ends the process before anything ran (`Py_ExitStatusException`).
pub struct Fatal {
    pub function: &'static str,
    pub message: String,
    /// How far start-up was.
    pub state: &'static str,
}

impl Fatal {
    fn new(function: &'static str, message: &str) -> Fatal {
        Fatal { function, message: message.to_owned(), state: "preinitialized" }
    }

    /// Says it, as `fatal_error` does.
    pub fn show(&self) {
        let function = if self.function.is_empty() { String::new() } else { format!("{}: ", self.function) };
        eprintln!("Fatal Python error: {function}{}\nPython runtime state: {}\n", self.message, self.state);
    }
}

/// The environment as the options let it be seen.
pub struct Environment {
    ignore: bool,
}

impl Environment {
    pub fn new(o: &Options) -> Environment {
        Environment { ignore: o.ignore_environment }
    }

    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<OsString> {
        if self.ignore {
            return None;
        }
        std::env::var_os(name).filter(|v| !v.is_empty())
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// `_Py_get_env_flag`: at least what a variable says; what is no number, or a negative one, is 1.
    fn flag(&self, name: &str, flag: &mut i64) {
        if let Some(v) = self.get(name) {
            let n = number(v.as_bytes()).filter(|n| *n >= 0).unwrap_or(1);
            *flag = n.max(*flag);
        }
    }
}

/// `_Py_str_to_int`: all of a text as a C int.
fn number(b: &[u8]) -> Option<i64> {
    let text = core::str::from_utf8(b).ok()?;
    let n: i64 = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']).parse().ok()?;
    i32::try_from(n).ok().map(i64::from)
}

const LC_CTYPE: i32 = 0;
const LC_ALL: i32 = 6;
const CODESET: i32 = 14;
/// Locales that the C locale is replaced by, the first that exists.
const TARGETS: [&CStr; 3] = [c"C.UTF-8", c"C.utf8", c"UTF-8"];

fn ctype() -> Vec<u8> {
    locale::set(LC_CTYPE, None).unwrap_or_default()
}

fn legacy(name: &[u8]) -> bool {
    matches!(name, b"C" | b"POSIX")
}

/// How text is exchanged with the system.
#[derive(Clone, Debug)]
pub struct Encodings {
    pub utf8_mode: i64,
    pub fs: String,
    pub fs_errors: &'static str,
    pub stdio: String,
    pub stdio_errors: String,
    /// A warning of the C locale, shown at the end of start-up.
    pub warning: Option<String>,
    /// As in the configuration.
    pub coerce: i64,
    pub coerce_warn: bool,
    pub allocator: u8,
}

/// `_PyPreConfig_Read`: the locale of the process is set, the C locale replaced where that may be, and UTF-8 mode decided.
pub fn encodings(o: &Options, e: &Environment) -> Result<Encodings, Fatal> {
    locale::set(LC_CTYPE, Some(c""));
    let coerce = e.get("PYTHONCOERCECLOCALE");
    let coerce = coerce.as_deref().map(OsStr::as_bytes);
    let warn = coerce == Some(b"warn");
    let (mut said, mut coerced) = (None, 0);
    // The C locale turns UTF-8 mode on even where it is replaced next.
    let was_legacy = legacy(&ctype());
    if coerce != Some(b"0") && was_legacy && std::env::var_os("LC_ALL").is_none_or(|v| v.is_empty()) {
        for target in TARGETS {
            if locale::set(LC_CTYPE, Some(target)).is_none() {
                continue;
            }
            if locale::info(CODESET).is_none_or(|c| c.is_empty()) {
                locale::set(LC_CTYPE, Some(c""));
                continue;
            }
            // Child processes get it too.
            if let Err(e) = dxpy_host::env::set(c"LC_CTYPE", target) {
                eprintln!("Error setting LC_CTYPE, skipping C locale coercion");
                let _ = e;
            } else {
                let name = target.to_string_lossy();
                if warn {
                    eprintln!(
                        "Python detected LC_CTYPE=C: LC_CTYPE coerced to {name} (set another locale or PYTHONCOERCECLOCALE=0 to disable this locale coercion behavior)."
                    );
                }
                locale::set(LC_ALL, Some(c""));
                coerced = 2;
            }
            break;
        }
    }
    let name = ctype();
    let utf8_mode = match o.x_value("utf8").map(|v| if v.is_empty() { &b"1"[..] } else { v }) {
        Some(b"1") => 1,
        Some(b"0") => 0,
        Some(_) => return Err(preinit("invalid -X utf8 option value")),
        None => match e.get("PYTHONUTF8").as_deref().map(OsStr::as_bytes) {
            Some(b"1") => 1,
            Some(b"0") => 0,
            Some(_) => return Err(preinit("invalid PYTHONUTF8 environment variable value")),
            None => was_legacy as i64,
        },
    };
    if warn && legacy(&name) {
        said = Some(
            "Python runtime initialized with LC_CTYPE=C (a locale with default ASCII encoding), which may cause Unicode \
             compatibility problems. Using C.UTF-8, C.utf8, or UTF-8 (if available) as alternative Unicode-compatible \
             locales is recommended."
                .to_owned(),
        );
    }
    let of_locale = if utf8_mode == 1 { "utf-8".to_owned() } else { locale_encoding() };
    let any = utf8_mode == 1 || legacy(&name) || TARGETS.iter().any(|t| t.to_bytes() == name);
    let (mut stdio, mut errors) =
        (of_locale.clone(), if any { "surrogateescape" } else { "strict" }.to_owned());
    if let Some(v) = e.get("PYTHONIOENCODING") {
        let v = v.to_string_lossy().into_owned();
        let (encoding, handler) = match v.split_once(':') {
            Some((a, b)) => (a, b),
            None => (v.as_str(), ""),
        };
        if !handler.is_empty() {
            errors = handler.to_owned();
        } else if !encoding.is_empty() {
            // An encoding without a handler is strict, even in the C locale.
            errors = "strict".to_owned();
        }
        if !encoding.is_empty() {
            stdio = encoding.to_owned();
        }
    }
    stdio = codec_name(&stdio);
    Ok(Encodings {
        utf8_mode,
        fs: of_locale,
        fs_errors: "surrogateescape",
        stdio,
        stdio_errors: errors,
        warning: said,
        coerce: coerced,
        coerce_warn: warn,
        allocator: allocator(o, e)?,
    })
}

/// `preconfig_init_allocator`: the number of the allocator that was asked for.
fn allocator(o: &Options, e: &Environment) -> Result<u8, Fatal> {
    if let Some(name) = e.get("PYTHONMALLOC") {
        return match name.as_bytes() {
            b"default" => Ok(1),
            b"debug" => Ok(2),
            b"malloc" => Ok(3),
            b"malloc_debug" => Ok(4),
            b"pymalloc" => Ok(5),
            b"pymalloc_debug" => Ok(6),
            _ => Err(Fatal {
                function: "preconfig_init_allocator",
                message: "PYTHONMALLOC: unknown allocator".to_owned(),
                state: "preinitializing",
            }),
        };
    }
    let debug = o.x_value("dev").is_some() || e.has("PYTHONDEVMODE");
    Ok(if debug { 2 } else { 0 })
}

fn preinit(message: &str) -> Fatal {
    Fatal { function: "preconfig_init_utf8_mode", message: message.to_owned(), state: "preinitializing" }
}

/// The encoding of the locale, by the name its codec goes by where that is known here.
fn locale_encoding() -> String {
    let name = locale::info(CODESET).unwrap_or_default();
    codec_name(&String::from_utf8_lossy(&name))
}

/// The name of the codec of an encoding (`config_get_codec_name`), for those with codecs that need no import.
fn codec_name(name: &str) -> String {
    match name.to_ascii_lowercase().replace('_', "-").as_str() {
        "" | "utf-8" | "utf8" | "u8" | "cp65001" => "utf-8".to_owned(),
        "ansi-x3.4-1968" | "646" | "ascii" | "us-ascii" => "ascii".to_owned(),
        "iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" | "latin" | "l1" | "8859" => "iso8859-1".to_owned(),
        _ => name.to_owned(),
    }
}

/// Text for a comparison or a message.
fn lossy(s: impl AsRef<OsStr>) -> String {
    s.as_ref().to_string_lossy().into_owned()
}

/// `sys.argv` of a command line.
fn argv(args: &[OsString], o: &Options) -> Vec<OsString> {
    let first: OsString = match &o.program {
        Program::Command(_) => "-c".into(),
        Program::Module(_) => "-m".into(),
        Program::File(f) => f.clone(),
        Program::Stdin(said) => if *said { "-" } else { "" }.into(),
    };
    let rest = o.rest + matches!(o.program, Program::File(_) | Program::Stdin(true)) as usize;
    std::iter::once(first).chain(args.iter().skip(rest).cloned()).collect()
}

/// `PyConfig_Read`.
pub fn configure(args: &[OsString], o: &Options, e: &Environment, text: &Encodings) -> Result<Config, Fatal> {
    let mut c = Config {
        program_name: args.first().cloned().unwrap_or_default(),
        orig_argv: args.to_vec(),
        int_max_str_digits: _PY_LONG_DEFAULT_MAX_STR_DIGITS.into(),
        hash_randomization: 1,
        check_hash_pycs: o.check_pycs.as_ref().map_or_else(|| "default".to_owned(), lossy),
        debug: o.debug,
        inspect: o.inspect,
        interactive: o.inspect,
        optimize: o.optimize,
        dont_write_bytecode: o.dont_write_bytecode as i64,
        no_user_site: o.no_user_site as i64,
        no_site: o.no_site as i64,
        ignore_environment: o.ignore_environment as i64,
        verbose: o.verbose,
        bytes_warning: o.bytes_warning,
        quiet: o.quiet,
        isolated: o.isolated as i64,
        utf8_mode: text.utf8_mode,
        safe_path: o.safe_path,
        unbuffered: o.unbuffered,
        fs_encoding: text.fs.clone(),
        fs_errors: text.fs_errors.to_owned(),
        stdio_encoding: text.stdio.clone(),
        stdio_errors: text.stdio_errors.clone(),
        skip_first_line: o.skip_first_line,
        code_debug_ranges: true,
        allocator: text.allocator,
        coerce_c_locale: text.coerce,
        coerce_c_locale_warn: text.coerce_warn,
        dump_refs: e.has("PYTHONDUMPREFS"),
        malloc_stats: e.has("PYTHONMALLOCSTATS"),
        perf_profiling: o.x_value("perf").is_some() || e.has("PYTHONPERFSUPPORT"),
        show_ref_count: o.x_value("showrefcount").is_some(),
        home: e.get("PYTHONHOME"),
        pythonpath_env: e.get("PYTHONPATH"),
        program: match &o.program {
            Program::Command(s) => config::Program::Command(s.clone()),
            Program::Module(s) => config::Program::Module(s.clone()),
            Program::File(s) => config::Program::File(s.clone()),
            Program::Stdin(_) => config::Program::Stdin,
        },
        ..Config::default()
    };
    c.xoptions = o.x_pairs();
    e.flag("PYTHONDEBUG", &mut c.debug);
    e.flag("PYTHONVERBOSE", &mut c.verbose);
    e.flag("PYTHONOPTIMIZE", &mut c.optimize);
    e.flag("PYTHONDONTWRITEBYTECODE", &mut c.dont_write_bytecode);
    e.flag("PYTHONNOUSERSITE", &mut c.no_user_site);
    e.flag("PYTHONINSPECT", &mut c.inspect);
    let (mut safe, mut unbuffered) = (c.safe_path as i64, c.unbuffered as i64);
    // Any value turns it on.
    safe |= e.has("PYTHONSAFEPATH") as i64;
    e.flag("PYTHONUNBUFFERED", &mut unbuffered);
    c.safe_path = safe != 0;
    c.unbuffered = unbuffered != 0;
    for n in [&mut c.dont_write_bytecode, &mut c.no_user_site] {
        *n = (*n != 0) as i64;
    }
    let x = |name: &str| o.x_value(name);
    c.dev_mode = x("dev").is_some() || e.has("PYTHONDEVMODE");
    c.import_time = x("importtime").is_some() || e.has("PYTHONPROFILEIMPORTTIME");
    c.faulthandler = c.dev_mode || x("faulthandler").is_some() || e.has("PYTHONFAULTHANDLER");
    c.warn_default_encoding =
        (x("warn_default_encoding").is_some() || e.has("PYTHONWARNDEFAULTENCODING")) as i64;
    c.code_debug_ranges = !(x("no_debug_ranges").is_some() || e.has("PYTHONNODEBUGRANGES"));
    let pycache = x("pycache_prefix").map(|v| OsStr::from_bytes(v).to_owned());
    let pycache = pycache.or_else(|| e.get("PYTHONPYCACHEPREFIX"));
    c.pycache_prefix = pycache.filter(|v| !v.is_empty());
    if let Some(v) = x("frozen_modules")
        && !matches!(v, b"" | b"on" | b"off")
    {
        return Err(Fatal::new("", "bad value for option -X frozen_modules (expected \"on\" or \"off\")"));
    }
    c.use_frozen_modules = x("frozen_modules") != Some(b"off");
    c.tracemalloc = tracemalloc(o, e)?;
    c.int_max_str_digits = max_digits(o, e)?;
    match if o.random_hashes { None } else { e.get("PYTHONHASHSEED") } {
        None => {}
        Some(v) => {
            use dxpy_text::hash::HashSecret;
            match HashSecret::parse_seed(&lossy(&v)) {
                Ok(seed) => {
                    c.hash_seed = seed;
                    c.hash_randomization = (seed != Some(0)) as i64;
                }
                Err(_) => {
                    return Err(Fatal::new(
                        "config_init_hash_seed",
                        "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]",
                    ));
                }
            }
        }
    }
    warnings(&mut c, o, e);
    c.argv = argv(args, o);
    let given = paths::Given {
        program: &c.program_name,
        search: std::env::var_os("PATH"),
        home: e.get("PYTHONHOME"),
        extra: e.get("PYTHONPATH"),
        libdir: e.get("PYTHONPLATLIBDIR"),
    };
    let p = paths::find(&given, dxpy_lib::locate)
        .map_err(|e| Fatal::new("", &format!("the standard library cannot be written out: {e}")))?;
    if let Some(site) = p.restricted {
        (c.isolated, c.ignore_environment, c.safe_path) = (1, 1, true);
        c.no_site = !site as i64;
    }
    c.executable = p.executable.into_os_string();
    c.base_executable = p.base_executable.into_os_string();
    c.prefix = p.prefix.into_os_string();
    c.exec_prefix = p.exec_prefix.into_os_string();
    c.base_prefix = c.prefix.clone();
    c.stdlib = p.stdlib.into_os_string();
    c.platlibdir = p.libdir;
    c.path = p.path.into_iter().map(PathBuf::into_os_string).collect();
    Ok(c)
}

/// `config_init_warnoptions`: the later, the stronger.
fn warnings(c: &mut Config, o: &Options, e: &Environment) {
    let mut all: Vec<OsString> = Vec::new();
    if c.dev_mode {
        all.push("default".into());
    }
    if let Some(v) = e.get("PYTHONWARNINGS") {
        all.extend(
            v.into_vec()
                .split(|b| *b == b',')
                .filter(|w| !w.is_empty())
                .map(|w| OsString::from_vec(w.to_vec())),
        );
    }
    all.extend(o.warnings.iter().cloned());
    match c.bytes_warning {
        0 => {}
        1 => all.push("default::BytesWarning".into()),
        _ => all.push("error::BytesWarning".into()),
    }
    for w in all {
        if !c.warnoptions.contains(&w) {
            c.warnoptions.push(w);
        }
    }
}

/// `config_init_tracemalloc`.
fn tracemalloc(o: &Options, e: &Environment) -> Result<i64, Fatal> {
    let valid = |b: &[u8]| number(b).filter(|n| *n >= 0);
    let mut frames = 0;
    if let Some(v) = e.get("PYTHONTRACEMALLOC") {
        frames = valid(v.as_bytes()).ok_or_else(|| {
            Fatal::new("config_init_tracemalloc", "PYTHONTRACEMALLOC: invalid number of frames")
        })?;
    }
    match o.x_value("tracemalloc") {
        None => Ok(frames),
        Some(b"") => Ok(1),
        Some(v) => valid(v).ok_or_else(|| {
            Fatal::new("config_init_tracemalloc", "-X tracemalloc=NFRAME: invalid number of frames")
        }),
    }
}

/// `config_init_int_max_str_digits`.
fn max_digits(o: &Options, e: &Environment) -> Result<i64, Fatal> {
    let valid = |b: &[u8]| number(b).filter(|n| *n == 0 || *n >= 640);
    let wrong = |who: &str| {
        Fatal::new(
            "config_init_int_max_str_digits",
            &format!("{who}: invalid limit; must be >= 640 or 0 for unlimited."),
        )
    };
    let mut digits = i64::from(_PY_LONG_DEFAULT_MAX_STR_DIGITS);
    if let Some(v) = e.get("PYTHONINTMAXSTRDIGITS") {
        digits = valid(v.as_bytes()).ok_or_else(|| wrong("PYTHONINTMAXSTRDIGITS"))?;
    }
    match o.x_value("int_max_str_digits") {
        None => Ok(digits),
        Some(v) => valid(v).ok_or_else(|| wrong("-X int_max_str_digits")),
    }
}
