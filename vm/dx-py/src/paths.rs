//! Where things are: executable, prefixes, library, `sys.path` (`Modules/getpath.py`).

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

/// What is given.
pub struct Given<'a> {
    /// `argv[0]`.
    pub program: &'a OsStr,
    /// `PATH`.
    pub search: Option<OsString>,
    /// `PYTHONHOME`.
    pub home: Option<OsString>,
    /// `PYTHONPATH`.
    pub extra: Option<OsString>,
    /// `PYTHONPLATLIBDIR`.
    pub libdir: Option<OsString>,
}

/// What follows.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    pub executable: PathBuf,
    pub base_executable: PathBuf,
    pub prefix: PathBuf,
    pub exec_prefix: PathBuf,
    pub stdlib: PathBuf,
    pub libdir: OsString,
    pub path: Vec<PathBuf>,
    /// A file beside the executable, its name with `._pth` behind, said all of `path`; whether it wants `site` too.
    pub restricted: Option<bool>,
}

/// A path that begins at the root and has no `.`; `..` stays, for what it means depends on links.
pub fn absolute(p: &Path) -> PathBuf {
    let full =
        if p.is_absolute() { p.to_owned() } else { std::env::current_dir().unwrap_or_default().join(p) };
    full.components().filter(|c| *c != Component::CurDir).collect()
}

/// Without `.` and `..`, by the text alone (`joinpath` of `getpath`).
fn normal(p: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for c in p.components() {
        match c {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            c => out.push(c),
        }
    }
    out
}

fn is_executable(p: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(p).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

/// The executable by the name it was started with.
fn executable(given: &Given<'_>) -> PathBuf {
    let program = Path::new(given.program);
    if given.program.as_bytes().contains(&b'/') {
        return absolute(program);
    }
    let folders = given.search.as_deref().unwrap_or_default();
    let found = std::env::split_paths(folders).map(|d| d.join(program)).find(|p| is_executable(p));
    match found {
        Some(p) => absolute(&p),
        // It was started by other means than a shell's.
        None => std::env::current_exe().unwrap_or_default(),
    }
}

/// The value of `home` in the `pyvenv.cfg` of a virtual environment, which is beside the executable or above its folder.
fn venv_home(executable: &Path) -> Option<PathBuf> {
    let beside = executable.parent()?;
    let candidates = [beside.parent(), Some(beside)];
    let text = candidates.into_iter().flatten().find_map(|d| fs::read(d.join("pyvenv.cfg")).ok())?;
    text.split(|b| *b == b'\n').find_map(|line| {
        let at = line.iter().position(|b| *b == b'=')?;
        let (key, value) = (line[..at].trim_ascii(), line[at + 1..].trim_ascii());
        key.eq_ignore_ascii_case(b"home").then(|| PathBuf::from(OsString::from_vec(value.to_vec())))
    })
}

/// The paths of this run. `embedded` gives the folder of the library that is inside the executable, written out.
pub fn find(
    given: &Given<'_>,
    embedded: impl FnOnce() -> std::io::Result<PathBuf>,
) -> std::io::Result<Paths> {
    let mut p = Paths { executable: executable(given), ..Paths::default() };
    p.libdir = given.libdir.clone().unwrap_or_else(|| "lib".into());
    p.base_executable = p.executable.clone();
    let landmark = |prefix: &Path| {
        let lib = prefix.join(&p.libdir).join("python3.12");
        lib.join("os.py").is_file().then_some(lib)
    };
    // A virtual environment says where its base is; a link leads to it.
    let mut folder = fs::canonicalize(&p.executable)
        .ok()
        .and_then(|e| e.parent().map(Path::to_owned))
        .unwrap_or_else(|| p.executable.parent().unwrap_or(Path::new("/")).to_owned());
    if given.home.is_none()
        && let Some(home) = venv_home(&p.executable)
    {
        let same_name = home.join(p.executable.file_name().unwrap_or_default());
        p.base_executable = match same_name.is_file() {
            true => same_name,
            false => fs::canonicalize(&p.executable).unwrap_or(same_name),
        };
        folder = home;
    }
    match &given.home {
        Some(home) => {
            let at = home.as_bytes().iter().position(|b| *b == b':');
            let (prefix, exec) = match at {
                Some(at) => (&home.as_bytes()[..at], &home.as_bytes()[at + 1..]),
                None => (home.as_bytes(), home.as_bytes()),
            };
            p.prefix = PathBuf::from(OsStr::from_bytes(prefix));
            p.exec_prefix = PathBuf::from(OsStr::from_bytes(exec));
            p.stdlib = p.prefix.join(&p.libdir).join("python3.12");
        }
        None => {
            let above = folder.ancestors().find_map(|d| landmark(d).map(|lib| (d.to_owned(), lib)));
            // Only a library that is this very one; another Python's lies in the same place.
            let above =
                above.filter(|(_, lib)| dxpy_lib::stamp_of(lib).as_deref() == Some(dxpy_lib::fingerprint()));
            match above {
                Some((prefix, lib)) => (p.prefix, p.stdlib) = (prefix, lib),
                None => {
                    p.stdlib = embedded()?;
                    let own = p.stdlib.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
                    // In a `bin` folder it was installed: packages belong beside it.
                    p.prefix = match folder.file_name() {
                        Some(n) if n == "bin" => folder.parent().unwrap_or(own).to_owned(),
                        _ => own.to_owned(),
                    };
                }
            }
            p.exec_prefix = p.prefix.clone();
        }
    }
    let mut listing = p.executable.clone().into_os_string();
    listing.push("._pth");
    if given.home.is_none()
        && let Ok(text) = fs::read(&listing)
    {
        let beside = p.executable.parent().unwrap_or(Path::new("/"));
        let mut site = false;
        for line in text.split(|b| *b == b'\n') {
            let line = line.split(|b| *b == b'#').next().unwrap_or_default().trim_ascii();
            match line {
                b"" => {}
                b"import site" => site = true,
                // Other imports are not supported there.
                _ if line.starts_with(b"import ") => {}
                _ => p.path.push(normal(&beside.join(OsStr::from_bytes(line)))),
            }
        }
        p.restricted = Some(site);
        return Ok(p);
    }
    if let Some(extra) = given.extra.as_deref().filter(|e| !e.is_empty()) {
        // They are kept as they are; `site` makes them absolute.
        p.path.extend(extra.as_bytes().split(|b| *b == b':').map(|b| PathBuf::from(OsStr::from_bytes(b))));
    }
    p.path.push(p.prefix.join(&p.libdir).join("python312.zip"));
    p.path.push(p.stdlib.clone());
    p.path.push(p.exec_prefix.join(&p.libdir).join("python3.12/lib-dynload"));
    Ok(p)
}

/// `_PyPathConfig_ComputeSysPath0`: what is put in front of `sys.path` for a program named so in `sys.argv`.
pub fn first(argv0: Option<&OsStr>) -> Option<OsString> {
    let argv0 = argv0?;
    match argv0.as_bytes() {
        b"-m" => std::env::current_dir().ok().map(PathBuf::into_os_string),
        b"-c" => Some(OsString::new()),
        _ => {
            let mut script = PathBuf::from(argv0);
            if let Ok(target) = fs::read_link(&script) {
                // A target without a slash lies beside the link.
                script = match script.parent() {
                    Some(folder) if target.is_relative() => folder.join(target),
                    _ => target,
                };
            }
            let script = fs::canonicalize(&script).unwrap_or(script);
            let bytes = script.as_os_str().as_bytes();
            let at = bytes.iter().rposition(|b| *b == b'/');
            Some(match at {
                Some(at) => OsStr::from_bytes(&bytes[..at.max(1)]).to_owned(),
                None => OsString::new(),
            })
        }
    }
}
