//! pyperformance's benchmarks: the package and what its scripts require are fetched by CPython's pip into a cache folder;
//! the list of benchmarks is read from the package.

use crate::scripts::Script;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whose benchmarks these are.
const PACKAGE: &str = "pyperformance==1.14.0";

/// Old requirements import `distutils`, which 3.12 has not; this has it, and the folder of stand-ins leads there.
const DISTUTILS: &str = "setuptools==75.6.0";

/// A benchmark of the list.
#[derive(Debug, PartialEq)]
pub struct Benchmark {
    pub name: String,
    /// Below the folder of benchmarks.
    pub folder: String,
    /// The file with its options.
    pub options: String,
}

/// Where the package and the requirements are kept, and whose pip fetches them.
pub struct Suite {
    cache: PathBuf,
    pip: PathBuf,
    root: PathBuf,
}

impl Suite {
    /// Fetches the package unless the cache has it.
    pub fn fetch(cache: &Path, pip: &Path) -> Result<Suite, String> {
        let home = cache.join(PACKAGE.replace("==", "-"));
        let root = home.join("pyperformance/data-files/benchmarks");
        if !root.join("MANIFEST").is_file() {
            install(pip, &home, &["--no-deps".into(), PACKAGE.into()])?;
        }
        Ok(Suite { cache: cache.to_owned(), pip: pip.to_owned(), root })
    }

    /// The benchmarks of the package's list.
    pub fn benchmarks(&self) -> Result<Vec<Benchmark>, String> {
        let path = self.root.join("MANIFEST");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(manifest(&text))
    }

    /// The packages a benchmark wants, pyperf aside.
    pub fn requirements(&self, benchmark: &Benchmark) -> Vec<String> {
        let file = self.root.join(&benchmark.folder).join("requirements.txt");
        let text = fs::read_to_string(file).unwrap_or_default();
        let lines = text.lines().map(str::trim);
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
    }

    /// A benchmark's script, with what it requires installed.
    pub fn script(&self, benchmark: &Benchmark) -> Result<Script, String> {
        let folder = self.root.join(&benchmark.folder);
        let options = fs::read_to_string(folder.join(&benchmark.options)).unwrap_or_default();
        let mut folders = Vec::new();
        let wanted = self.requirements(benchmark);
        if !wanted.is_empty() {
            let mut hasher = DefaultHasher::new();
            wanted.hash(&mut hasher);
            let home = self.cache.join(format!("requirements-{:016x}", hasher.finish()));
            if !home.is_dir() {
                install(&self.pip, &home, &wanted)?;
            }
            folders.push(home);
            let tools = self.cache.join(DISTUTILS.replace("==", "-"));
            if !tools.is_dir() {
                install(&self.pip, &tools, &["--no-deps".into(), DISTUTILS.into()])?;
            }
            folders.push(tools);
        }
        // What a script would have pip install from beside it: for both interpreters the same copy.
        folders.extend(Some(folder.join("vendor/src")).filter(|vendored| vendored.is_dir()));
        let path = folder.join("run_benchmark.py");
        Ok(Script { name: benchmark.name.clone(), path, arguments: extra_options(&options), folders })
    }
}

/// Installs into a folder that stands only when all of it is there.
fn install(pip: &Path, home: &Path, arguments: &[String]) -> Result<(), String> {
    let half = home.with_extension("half");
    let _ = fs::remove_dir_all(&half);
    let mut command = Command::new(pip);
    command.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-warn-script-location",
        "--target",
    ]);
    let out = command.arg(&half).args(arguments).stdin(Stdio::null()).output();
    let out = out.map_err(|error| format!("{}: {error}", pip.display()))?;
    if !out.status.success() {
        let _ = fs::remove_dir_all(&half);
        let text = String::from_utf8_lossy(&out.stderr).into_owned();
        let line = text.lines().find(|line| line.contains("ERROR")).unwrap_or("no reason given");
        return Err(format!("pip cannot install {}: {line}", arguments.join(" ")));
    }
    fs::rename(&half, home).map_err(|error| format!("{}: {error}", home.display()))
}

/// Reads the list: `name <local>`, or `name <local:other>` for one that shares another's script.
fn manifest(text: &str) -> Vec<Benchmark> {
    let lines = text.lines().skip_while(|line| line.trim() != "[benchmarks]").skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let words = lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t').or_else(|| line.split_once(' ')));
    let entries = words.filter_map(|(name, place)| {
        let place = place.trim().strip_prefix("<local")?.strip_suffix('>')?;
        let other = place.strip_prefix(':');
        let folder = format!("bm_{}", other.unwrap_or(name));
        let options = if other.is_some() { format!("bm_{name}.toml") } else { "pyproject.toml".into() };
        Some(Benchmark { name: name.to_owned(), folder, options })
    });
    entries.collect()
}

/// The strings of `extra_opts = [...]`.
fn extra_options(text: &str) -> Vec<String> {
    let Some(list) = text.split("extra_opts = [").nth(1).and_then(|rest| rest.split(']').next()) else {
        return Vec::new();
    };
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read() {
        let text = "[benchmarks]\n\nname\tmetafile\n2to3\t<local>\n#old\t<local>\nasync_tree_io\t<local:async_tree>\n\n[group x]\na\t<local>\n";
        let found: Vec<[String; 3]> =
            manifest(text).into_iter().map(|b| [b.name, b.folder, b.options]).collect();
        assert_eq!(
            found,
            [
                ["2to3", "bm_2to3", "pyproject.toml"],
                ["async_tree_io", "bm_async_tree", "bm_async_tree_io.toml"]
            ]
        );
    }

    #[test]
    fn options_are_read() {
        assert_eq!(
            extra_options("[tool]\nextra_opts = [\"io\", \"--task-groups\"]\n"),
            ["io", "--task-groups"]
        );
        assert!(extra_options("[tool]\n").is_empty());
    }
}
