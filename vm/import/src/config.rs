//! What the command line and the environment decided, for `sys` to show and for start-up to follow (`PyConfig`).

use std::ffi::OsString;
use std::sync::OnceLock;

/// What the command line says to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Program {
    /// `-c`.
    Command(OsString),
    /// `-m`.
    Module(OsString),
    /// A script, a folder or an archive.
    File(OsString),
    #[default]
    Stdin,
}

/// The configuration of the process. What comes from the system is kept in the system's bytes.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `argv[0]`.
    pub program_name: OsString,
    pub executable: OsString,
    /// The executable that a virtual environment was made with.
    pub base_executable: OsString,
    pub prefix: OsString,
    pub exec_prefix: OsString,
    pub base_prefix: OsString,
    pub platlibdir: OsString,
    /// The folder of the standard library.
    pub stdlib: OsString,
    pub program: Program,
    pub argv: Vec<OsString>,
    pub orig_argv: Vec<OsString>,
    pub path: Vec<OsString>,
    pub warnoptions: Vec<OsString>,
    pub xoptions: Vec<(OsString, Option<OsString>)>,
    pub debug: i64,
    pub inspect: i64,
    pub interactive: i64,
    pub optimize: i64,
    pub dont_write_bytecode: i64,
    pub no_user_site: i64,
    pub no_site: i64,
    pub ignore_environment: i64,
    pub verbose: i64,
    pub bytes_warning: i64,
    pub quiet: i64,
    pub hash_randomization: i64,
    pub isolated: i64,
    pub dev_mode: bool,
    pub utf8_mode: i64,
    pub warn_default_encoding: i64,
    pub safe_path: bool,
    pub int_max_str_digits: i64,
    pub unbuffered: bool,
    pub pycache_prefix: Option<OsString>,
    /// The encoding and error handler of file names, arguments and the environment.
    pub fs_encoding: String,
    pub fs_errors: String,
    /// Those of the standard streams; standard error has a handler of its own.
    pub stdio_encoding: String,
    pub stdio_errors: String,
    /// `--check-hash-based-pycs`.
    pub check_hash_pycs: String,
    /// The seed of hashes, where one was given.
    pub hash_seed: Option<u32>,
    pub skip_first_line: bool,
    /// Whether code objects have columns.
    pub code_debug_ranges: bool,
    /// `-X frozen_modules`.
    pub use_frozen_modules: bool,
    pub import_time: bool,
    /// `PYTHONHOME`, `PYTHONPATH`.
    pub home: Option<OsString>,
    pub pythonpath_env: Option<OsString>,
    /// `PYTHONMALLOC`: 0 where nothing was said, else a `PyMemAllocatorName`. There is one allocator here; which one was
    /// asked for is only shown.
    pub allocator: u8,
    /// Whether the C locale is replaced (2), and whether that is said.
    pub coerce_c_locale: i64,
    pub coerce_c_locale_warn: bool,
    /// Asked for, without effect here: `PYTHONDUMPREFS`, `PYTHONMALLOCSTATS`, `-X perf`, `-X showrefcount`.
    pub dump_refs: bool,
    pub malloc_stats: bool,
    pub perf_profiling: bool,
    pub show_ref_count: bool,
    pub faulthandler: bool,
    /// How many frames tracemalloc keeps from the start; 0 for not at all.
    pub tracemalloc: i64,
}

/// `Py_GetVersion`: what `sys.version` says.
pub const VERSION: &str = concat!("3.12.1 (dx-py ", env!("CARGO_PKG_VERSION"), ") [Rust]");

static CONFIG: OnceLock<Config> = OnceLock::new();

/// Sets the configuration, once, before start-up.
pub fn set(config: Config) {
    CONFIG.set(config).expect("the configuration is set once");
}

/// The configuration.
///
/// # Panics
/// Before start-up.
pub fn get() -> &'static Config {
    CONFIG.get().expect("the configuration was set at start-up")
}
