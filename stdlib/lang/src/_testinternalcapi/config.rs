//! `get_config` and `get_configs`: the configuration of the process as it was at start-up, as dicts (`_PyConfig_AsDict`,
//! `_Py_GetConfigsAsDict`).

use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, codecs, dict, list, long, object, unicode};
use dxpy_import::config::{self, Config, Program};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

fn int(py: Py<'_>, n: i64) -> PyResult {
    long::from_i64(py, n).map(Owned::upcast)
}

fn text(py: Py<'_>, s: &str) -> PyResult {
    unicode::from_str(py, s).map(Owned::upcast)
}

/// Text of the system.
fn os(py: Py<'_>, s: &OsStr) -> PyResult {
    codecs::decode_fs(py, s.as_bytes()).map(Owned::upcast)
}

/// Text of the system that may be missing.
fn maybe(py: Py<'_>, s: &Option<OsString>) -> PyResult {
    s.as_deref().map_or(Ok(object::none()), |s| os(py, s))
}

fn list_of<S: AsRef<OsStr>>(py: Py<'_>, all: impl IntoIterator<Item = S>) -> PyResult {
    let out = list::new(py)?;
    for s in all {
        list::push(py, &out, os(py, s.as_ref())?)?;
    }
    Ok(out.upcast())
}

/// The numbers of `PyConfig`.
fn numbers(c: &Config) -> [(&'static str, i64); 38] {
    [
        ("_config_init", 2),
        ("_init_main", 1),
        ("_install_importlib", 1),
        ("_is_python_build", 0),
        ("buffered_stdio", !c.unbuffered as i64),
        ("bytes_warning", c.bytes_warning),
        ("code_debug_ranges", c.code_debug_ranges as i64),
        ("configure_c_stdio", 1),
        ("dev_mode", c.dev_mode as i64),
        ("dump_refs", c.dump_refs as i64),
        ("faulthandler", c.faulthandler as i64),
        ("hash_seed", c.hash_seed.map_or(0, i64::from)),
        ("import_time", c.import_time as i64),
        ("inspect", c.inspect),
        ("install_signal_handlers", 1),
        ("int_max_str_digits", c.int_max_str_digits),
        ("interactive", c.interactive),
        ("isolated", c.isolated),
        ("malloc_stats", c.malloc_stats as i64),
        ("module_search_paths_set", 1),
        ("optimization_level", c.optimize),
        ("parse_argv", 2),
        ("parser_debug", c.debug),
        ("pathconfig_warnings", 1),
        ("perf_profiling", c.perf_profiling as i64),
        ("quiet", c.quiet),
        ("safe_path", c.safe_path as i64),
        ("show_ref_count", c.show_ref_count as i64),
        ("site_import", (c.no_site == 0) as i64),
        ("skip_source_first_line", c.skip_first_line as i64),
        ("tracemalloc", c.tracemalloc),
        ("use_environment", (c.ignore_environment == 0) as i64),
        ("use_frozen_modules", c.use_frozen_modules as i64),
        // Randomised hashes are those without a fixed seed.
        ("use_hash_seed", c.hash_seed.is_some() as i64),
        ("user_site_directory", (c.no_user_site == 0) as i64),
        ("verbose", c.verbose),
        ("warn_default_encoding", c.warn_default_encoding),
        ("write_bytecode", (c.dont_write_bytecode == 0) as i64),
    ]
}

pub(super) fn get_config(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    config_as_dict(py)
}

pub(super) fn get_configs(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    configs_as_dict(py)
}

/// `_PyConfig_AsDict`.
///
/// # Errors
/// `MemoryError`.
pub fn config_as_dict(py: Py<'_>) -> PyResult {
    let c = config::get();
    let d = dict::new(py)?;
    let set = |name: &str, value: PyResult| dict::set_str(py, &d, name, &*value?);
    for (name, n) in numbers(c) {
        set(name, int(py, n))?;
    }
    for (name, s) in [
        ("check_hash_pycs_mode", &c.check_hash_pycs),
        ("filesystem_encoding", &c.fs_encoding),
        ("filesystem_errors", &c.fs_errors),
        ("stdio_encoding", &c.stdio_encoding),
        ("stdio_errors", &c.stdio_errors),
    ] {
        set(name, text(py, s))?;
    }
    for (name, s) in [
        ("base_exec_prefix", &c.base_prefix),
        ("base_executable", &c.base_executable),
        ("base_prefix", &c.base_prefix),
        ("exec_prefix", &c.exec_prefix),
        ("executable", &c.executable),
        ("platlibdir", &c.platlibdir),
        ("prefix", &c.prefix),
        ("program_name", &c.program_name),
        ("stdlib_dir", &c.stdlib),
    ] {
        set(name, os(py, s))?;
    }
    for (name, s) in
        [("home", &c.home), ("pycache_prefix", &c.pycache_prefix), ("pythonpath_env", &c.pythonpath_env)]
    {
        set(name, maybe(py, s))?;
    }
    let (mut command, mut module, mut filename) = (None, None, None);
    match &c.program {
        // A line end is added where the text is read.
        Program::Command(s) => {
            let mut s = s.clone();
            s.push("\n");
            command = Some(s);
        }
        Program::Module(s) => module = Some(s.clone()),
        Program::File(s) => filename = Some(s.clone()),
        Program::Stdin => {}
    }
    set("run_command", maybe(py, &command))?;
    set("run_module", maybe(py, &module))?;
    set("run_filename", maybe(py, &filename))?;
    set("argv", list_of(py, &c.argv))?;
    set("orig_argv", list_of(py, &c.orig_argv))?;
    set("module_search_paths", list_of(py, &c.path))?;
    set("warnoptions", list_of(py, &c.warnoptions))?;
    set(
        "xoptions",
        list_of(
            py,
            c.xoptions.iter().map(|(name, value)| {
                let mut s = name.clone();
                if let Some(v) = value {
                    s.push("=");
                    s.push(v);
                }
                s
            }),
        ),
    )?;
    Ok(d.upcast())
}

/// `_Py_GetConfigsAsDict`.
///
/// # Errors
/// `MemoryError`.
pub fn configs_as_dict(py: Py<'_>) -> PyResult {
    let c = config::get();
    let (all, global, pre) = (dict::new(py)?, dict::new(py)?, dict::new(py)?);
    for (name, n) in [
        ("Py_BytesWarningFlag", c.bytes_warning),
        ("Py_DebugFlag", c.debug),
        ("Py_DontWriteBytecodeFlag", c.dont_write_bytecode),
        ("Py_FrozenFlag", 0),
        ("Py_HasFileSystemDefaultEncoding", 0),
        ("Py_HashRandomizationFlag", c.hash_randomization),
        ("Py_IgnoreEnvironmentFlag", c.ignore_environment),
        ("Py_InspectFlag", c.inspect),
        ("Py_InteractiveFlag", c.interactive),
        ("Py_IsolatedFlag", c.isolated),
        ("Py_NoSiteFlag", c.no_site),
        ("Py_NoUserSiteDirectory", c.no_user_site),
        ("Py_OptimizeFlag", c.optimize),
        ("Py_QuietFlag", c.quiet),
        ("Py_UTF8Mode", c.utf8_mode),
        ("Py_UnbufferedStdioFlag", c.unbuffered as i64),
        ("Py_VerboseFlag", c.verbose),
        ("_Py_HasFileSystemDefaultEncodeErrors", 0),
    ] {
        dict::set_str(py, &global, name, &*int(py, n)?)?;
    }
    for (name, s) in
        [("Py_FileSystemDefaultEncoding", &c.fs_encoding), ("Py_FileSystemDefaultEncodeErrors", &c.fs_errors)]
    {
        dict::set_str(py, &global, name, &*text(py, s)?)?;
    }
    for (name, n) in [
        ("_config_init", 2),
        ("allocator", c.allocator as i64),
        ("coerce_c_locale", c.coerce_c_locale),
        ("coerce_c_locale_warn", c.coerce_c_locale_warn as i64),
        ("configure_locale", 1),
        ("dev_mode", c.dev_mode as i64),
        ("isolated", c.isolated),
        ("parse_argv", 1),
        ("use_environment", (c.ignore_environment == 0) as i64),
        ("utf8_mode", c.utf8_mode),
    ] {
        dict::set_str(py, &pre, name, &*int(py, n)?)?;
    }
    dict::set_str(py, &all, "global_config", global.as_object())?;
    dict::set_str(py, &all, "pre_config", pre.as_object())?;
    dict::set_str(py, &all, "config", &*config_as_dict(py)?)?;
    Ok(all.upcast())
}
