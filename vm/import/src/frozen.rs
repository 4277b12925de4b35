//! Frozen modules: those of the library that start-up needs before files can be imported (`Python/frozen.c`).

use crate::source::{self, Compile};
use core::cell::RefCell;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, unicode};

/// A frozen module.
pub struct Frozen {
    pub name: &'static str,
    /// Its source in the library.
    path: &'static str,
    /// The name its code shows: `<frozen importlib._bootstrap>`.
    pub origin: &'static str,
    pub package: bool,
}

const fn plain(name: &'static str, path: &'static str) -> Frozen {
    Frozen { name, path, origin: name, package: false }
}

/// The table. `importlib`'s two halves go by their bootstrap names too.
static TABLE: &[Frozen] = &[
    Frozen {
        name: "_frozen_importlib",
        path: "importlib/_bootstrap.py",
        origin: "importlib._bootstrap",
        package: false,
    },
    Frozen {
        name: "_frozen_importlib_external",
        path: "importlib/_bootstrap_external.py",
        origin: "importlib._bootstrap_external",
        package: false,
    },
    plain("zipimport", "zipimport.py"),
];

/// A frozen module by name.
pub fn find(name: &str) -> Option<&'static Frozen> {
    TABLE.iter().find(|f| f.name == name)
}

/// All names.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|f| f.name)
}

/// Code compiled so far, held for the life of the process.
static CODE: Gil<RefCell<Vec<(&'static str, *mut PyCodeObject)>>> = Gil(RefCell::new(Vec::new()));

/// The code of a frozen module.
pub fn code(py: Py<'_>, f: &'static Frozen) -> PyResult<Owned<PyCodeObject>> {
    if let Some((_, c)) = CODE.borrow().iter().find(|(n, _)| *n == f.name) {
        // SAFETY: LIVE: held by the table.
        return Ok(unsafe { (**c).to_owned() });
    }
    let Some(text) = dxpy_lib::find(f.path) else {
        return Err(dxpy_core::exceptions::format(
            py,
            &dxpy_core::exceptions::ImportError,
            format_args!("the library lacks {}", f.path),
        ));
    };
    let filename = unicode::from_str(py, &format!("<frozen {}>", f.origin))?;
    let code = source::compile(py, text, &filename, Compile::module())?;
    CODE.borrow_mut().push((f.name, code.to_owned().into_raw()));
    Ok(code)
}
