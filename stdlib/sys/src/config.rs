//! What the command line and the environment decided, for `sys` to show and for start-up to follow (`PyConfig`).

use std::sync::OnceLock;

/// The configuration of the process. Text fields that come from the system may hold undecodable bytes as surrogates
/// once codecs say so; for now they are what the system gave, replaced where needed.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub executable: String,
    pub prefix: String,
    pub base_prefix: String,
    /// The folder of the standard library.
    pub stdlib: String,
    pub argv: Vec<String>,
    pub orig_argv: Vec<String>,
    pub path: Vec<String>,
    pub warnoptions: Vec<String>,
    pub xoptions: Vec<(String, Option<String>)>,
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
    pub pycache_prefix: Option<String>,
}

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
