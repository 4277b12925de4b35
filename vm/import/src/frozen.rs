//! Frozen modules: those of the library that start-up needs, compiled when dx-py was built (`Python/frozen.c`).

use core::cell::RefCell;
use core::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, exceptions};

/// A frozen module.
pub struct Frozen {
    pub name: &'static str,
    /// The name its code shows: `<frozen importlib._bootstrap>`.
    code: &'static str,
    /// The module that it is a copy of, for `importlib` to find its file; a `<` in front says that it is a package's
    /// `__init__`. None for one that no file has.
    pub origin: Option<&'static str>,
    pub package: bool,
    /// Needed before files can be imported: there whatever the program wants.
    essential: bool,
}

const fn plain(name: &'static str) -> Frozen {
    Frozen { name, code: name, origin: Some(name), package: false, essential: false }
}

const fn copy(name: &'static str, code: &'static str, origin: &'static str, package: bool) -> Frozen {
    Frozen { name, code, origin: Some(origin), package, essential: false }
}

/// The table. `importlib`'s two halves go by their bootstrap names too.
static TABLE: &[Frozen] = &[
    Frozen {
        essential: true,
        ..copy("_frozen_importlib", "importlib._bootstrap", "importlib._bootstrap", false)
    },
    Frozen {
        essential: true,
        ..copy(
            "_frozen_importlib_external",
            "importlib._bootstrap_external",
            "importlib._bootstrap_external",
            false,
        )
    },
    Frozen { essential: true, ..plain("zipimport") },
    plain("abc"),
    plain("codecs"),
    plain("io"),
    plain("_collections_abc"),
    plain("_sitebuiltins"),
    plain("genericpath"),
    plain("ntpath"),
    plain("posixpath"),
    copy("os.path", "posixpath", "posixpath", false),
    plain("os"),
    plain("site"),
    plain("stat"),
    plain("importlib.util"),
    plain("importlib.machinery"),
    plain("runpy"),
    plain("__hello__"),
    copy("__hello_alias__", "__hello__", "__hello__", false),
    copy("__phello_alias__", "__hello__", "__hello__", true),
    copy("__phello_alias__.spam", "__hello__", "__hello__", false),
    copy("__phello__", "__phello__", "__phello__", true),
    copy("__phello__.__init__", "__phello__", "<__phello__", false),
    copy("__phello__.ham", "__phello__.ham", "__phello__.ham", true),
    copy("__phello__.ham.__init__", "__phello__.ham", "<__phello__.ham", false),
    plain("__phello__.ham.eggs"),
    plain("__phello__.spam"),
    Frozen { origin: None, ..copy("__hello_only__", "frozen_only", "", false) },
];

/// `-X frozen_modules`: whether modules that could be files come from here.
pub static WANTED: AtomicBool = AtomicBool::new(true);
/// `_imp._override_frozen_modules_for_tests`: 1 and -1 win over that.
pub static OVERRIDE: AtomicI32 = AtomicI32::new(0);

/// A frozen module by name, if it is to be used.
pub fn find(name: &str) -> Option<&'static Frozen> {
    let wanted = match OVERRIDE.load(Ordering::Relaxed) {
        0 => WANTED.load(Ordering::Relaxed),
        n => n > 0,
    };
    TABLE.iter().find(|f| f.name == name && (wanted || f.essential))
}

/// All names.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|f| f.name)
}

static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/frozen.bin"));
/// By what code shows: where in the blob it is.
static PLACES: &[(&str, usize, usize)] = include!(concat!(env!("OUT_DIR"), "/frozen.rs"));

/// The marshalled code of a module.
pub fn data(f: &Frozen) -> &'static [u8] {
    PLACES.iter().find(|(n, ..)| *n == f.code).map_or(&[], |(_, start, end)| &BLOB[*start..*end])
}

/// Code made so far, held for the life of the process.
static CODE: Gil<RefCell<Vec<(&'static str, *mut PyCodeObject)>>> = Gil(RefCell::new(Vec::new()));

/// The code of a frozen module.
pub fn code(py: Py<'_>, f: &'static Frozen) -> PyResult<Owned<PyCodeObject>> {
    if let Some((_, c)) = CODE.borrow().iter().find(|(n, _)| *n == f.name) {
        // SAFETY: LIVE: held by the table.
        return Ok(unsafe { (**c).to_owned() });
    }
    let invalid = || {
        let name = f.name;
        exceptions::format(
            py,
            &exceptions::ImportError,
            format_args!("Frozen object named '{name}' is invalid"),
        )
    };
    let value = dxpy_types::code::unmarshal::read(py, &mut data(f))?;
    let code = dxpy_types::code::check(&value).ok_or_else(invalid)?.to_owned();
    CODE.borrow_mut().push((f.name, code.to_owned().into_raw()));
    Ok(code)
}
