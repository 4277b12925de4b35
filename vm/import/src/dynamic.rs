//! Extension modules in shared libraries: opening them, finding their initialisation function, and making the module in
//! one phase or two (PEP 489); `Python/importdl.c` and the extensions' part of `import.c`. The modules' own functions
//! (`PyModule_Create2`, ...) are in the C API.

use crate::state;
use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicI32, Ordering};
use dxpy_core::abi::*;
use dxpy_core::module::{self, PyModuleDef_Type};
use dxpy_core::ptr::{IMMORTAL_REFCNT, Object};
use dxpy_core::statics::Gil;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, audit, bytes, codecs, dict, exceptions, name, object, unicode,
};
use dxpy_host::dl::Library;
use std::collections::BTreeMap;
use std::ffi::{CString, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// `dlopen`'s flags (`sys.setdlopenflags`): `RTLD_NOW` until a program says otherwise.
static FLAGS: AtomicI32 = AtomicI32::new(2);

/// `sys.getdlopenflags`.
pub fn flags() -> i32 {
    FLAGS.load(Ordering::Relaxed)
}

/// `sys.setdlopenflags`.
pub fn set_flags(flags: i32) {
    FLAGS.store(flags, Ordering::Relaxed);
}

/// What the process knows about extension modules.
struct Extensions {
    /// `modules_by_index`: the module of each single-phase definition, by its number.
    by_index: RefCell<Vec<*mut PyObject>>,
    /// The definitions of single-phase modules by name and path; what it takes to make the module again is in them.
    cache: RefCell<BTreeMap<(String, Vec<u8>), &'static PyModuleDef>>,
    /// The full name of the module whose initialisation function runs (`pkgcontext`).
    context: RefCell<Option<String>>,
    /// The number given to a definition last.
    last_index: Cell<isize>,
}

type Init = unsafe extern "C" fn() -> *mut PyObject;

static EXTENSIONS: Gil<Extensions> = Gil(Extensions {
    by_index: RefCell::new(Vec::new()),
    cache: RefCell::new(BTreeMap::new()),
    context: RefCell::new(None),
    last_index: Cell::new(0),
});

/// `PyModuleDef_Init`: a definition that C code wrote becomes an object, with a number of its own.
pub fn prepare(def: &PyModuleDef) {
    let base = &def.m_base;
    if base.m_index.get() == 0 {
        let index = EXTENSIONS.last_index.get() + 1;
        EXTENSIONS.last_index.set(index);
        base.m_index.set(index);
    }
    base.ob_base.ob_refcnt.set(IMMORTAL_REFCNT);
    base.ob_base.ob_type.set((&raw const PyModuleDef_Type.0).cast_mut());
}

/// `PyState_FindModule`: borrowed, NULL for none.
pub fn find(def: &PyModuleDef) -> *mut PyObject {
    let index = def.m_base.m_index.get() as usize;
    let found = EXTENSIONS.by_index.borrow().get(index).copied();
    match found {
        Some(m) if index > 0 && def.m_slots.get().is_null() => m,
        _ => core::ptr::null_mut(),
    }
}

/// `PyState_AddModule`: holds the module from now on.
pub fn remember(def: &PyModuleDef, m: &PyObject) {
    let index = def.m_base.m_index.get() as usize;
    let old = {
        let mut all = EXTENSIONS.by_index.borrow_mut();
        if all.len() <= index {
            all.resize(index + 1, core::ptr::null_mut());
        }
        core::mem::replace(&mut all[index], m.to_owned().into_ptr())
    };
    // SAFETY: OWNED: the table held the former module, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
}

/// `PyState_RemoveModule`.
pub fn forget(def: &PyModuleDef) {
    let index = def.m_base.m_index.get() as usize;
    let old = match EXTENSIONS.by_index.borrow_mut().get_mut(index) {
        Some(place) => core::mem::replace(place, core::ptr::null_mut()),
        None => return,
    };
    // SAFETY: OWNED: as above.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
}

/// `_PyImport_ResolveNameWithPackageContext`: the name of the module being loaded, where the definition's is its last
/// part; answered once.
pub fn full_name(declared: &str) -> String {
    let mut context = EXTENSIONS.context.borrow_mut();
    let matches = context.as_deref().is_some_and(|c| c.rsplit('.').next() == Some(declared));
    if matches && let Some(c) = context.take() { c } else { declared.to_owned() }
}

/// An `ImportError` with the module's name and file.
fn failed(py: Py<'_>, text: &str, name: &PyObject, path: &PyObject) -> PyErr {
    let e = exceptions::format(py, &exceptions::ImportError, format_args!("{text}"));
    let set = |key, value| attr::set_name(py, e.value().as_object(), key, value);
    match set(name!("name"), name).and_then(|()| set(name!("path"), path)) {
        Ok(()) => e,
        Err(other) => other,
    }
}

/// The initialisation function's name (`get_encoded_name`): the module's last part, in punycode if it is not ASCII.
fn function_name(name: &str) -> (&'static str, String) {
    let last = name.rsplit('.').next().unwrap_or_default();
    let (prefix, encoded) = match last.is_ascii() {
        true => ("PyInit", last.to_owned()),
        false => ("PyInitU", punycode(last)),
    };
    (prefix, encoded.replace('-', "_"))
}

/// RFC 3492, the encoding of a whole label without its prefix.
fn punycode(text: &str) -> String {
    const BASE: u32 = 36;
    let digit = |d: u32| char::from(if d < 26 { b'a' + d as u8 } else { b'0' + (d - 26) as u8 });
    let mut out: String = text.chars().filter(char::is_ascii).collect();
    let basic = out.len() as u32;
    let total = text.chars().count() as u32;
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (128u32, 0u32, 72u32, basic);
    while handled < total {
        let next = text.chars().map(u32::from).filter(|c| *c >= n).min().expect("some are left");
        delta = delta.wrapping_add((next - n).wrapping_mul(handled + 1));
        n = next;
        for c in text.chars().map(u32::from) {
            if c < n {
                delta = delta.wrapping_add(1);
            }
            if c != n {
                continue;
            }
            let mut q = delta;
            let mut k = BASE;
            loop {
                let t = k.saturating_sub(bias).clamp(1, 26);
                if q < t {
                    break;
                }
                out.push(digit(t + (q - t) % (BASE - t)));
                q = (q - t) / (BASE - t);
                k += BASE;
            }
            out.push(digit(q));
            let mut d = if handled == basic { delta / 700 } else { delta / 2 };
            d += d / (handled + 1);
            let mut k = 0;
            while d > 455 {
                d /= BASE - 1;
                k += BASE;
            }
            bias = k + 36 * d / (d + 38);
            delta = 0;
            handled += 1;
        }
        delta = delta.wrapping_add(1);
        n += 1;
    }
    out
}

/// `_imp.create_dynamic`: the module of a spec whose origin is a shared library; a module with an initialisation in one
/// phase that was loaded before is made again in the state it had.
pub fn create(py: Py<'_>, spec: &PyObject) -> PyResult {
    let called = attr::get_name(py, spec, name!("name"))?;
    attr::check_name(py, &called)?;
    let path = attr::get_name(py, spec, name!("origin"))?;
    let text = unicode::display(&called);
    let file = codecs::fs_path(py, &path)?;
    let key = (text.clone(), bytes::as_slice(&file).to_vec());
    let known = EXTENSIONS.cache.borrow().get(&key).copied();
    if let Some(def) = known
        && let Some(m) = again(py, def, &called, &text)?
    {
        return Ok(m);
    }
    let none = object::none();
    audit::event(py, "import", [&called, &path, &none, &none, &none])?;
    let (prefix, encoded) = function_name(&text);
    let symbol = CString::new(format!("{prefix}_{encoded}"))
        .map_err(|_| exceptions::value_error(py, format_args!("embedded null byte")))?;
    let init = find_function(py, &key.1, &symbol, &called, &path)?;
    let m = call_init(py, init, &text)?;
    if m.ty().is(&PyModuleDef_Type.0) {
        // SAFETY: LAYOUT: only definitions have this type; STATIC: they are never freed.
        let def: &'static PyModuleDef = unsafe { &*m.as_ptr().cast() };
        return module::from_def_and_spec(py, def, spec);
    }
    let wrong =
        |what: &str| Err(exceptions::system_error(py, format_args!("initialization of {text} {what}")));
    if prefix == "PyInitU" {
        return wrong("did not return PyModuleDef");
    }
    let Some((this, def)) = module::as_module(&m).and_then(|this| Some((this, module::def_of(this)?))) else {
        return wrong("did not return an extension module");
    };
    // SAFETY: STATIC: the library stays.
    def.m_base.m_init.set(Some(init));
    module::add(py, this, "__file__", &path)?;
    dict::set(py, state::module_dict(), &called, &m)?;
    fix_up(py, def, this, key)?;
    Ok(m)
}

/// `fix_up_extension`: what it takes to find the module of a single-phase definition, and to make it again, is kept.
fn fix_up(py: Py<'_>, def: &'static PyModuleDef, m: &PyModuleObject, key: (String, Vec<u8>)) -> PyResult<()> {
    prepare(def);
    remember(def, m.as_object());
    if def.m_size.get() == -1 {
        // Of names that share a definition, the one loaded last is what all are made again from.
        keep_copy(def, dict::copy(py, module::dict_of(m))?.into_ptr());
    }
    EXTENSIONS.cache.borrow_mut().insert(key, def);
    Ok(())
}

/// `_PyImport_FixupExtensionObject`: a module that C code made itself becomes an extension module of this name and file.
pub fn fix_up_made(
    py: Py<'_>,
    m: &PyObject,
    called: &PyObject,
    path: &PyObject,
    modules: &PyObject,
) -> PyResult<()> {
    let known = module::as_module(m).and_then(|this| Some((this, module::def_of(this)?)));
    let (this, def) = known
        .ok_or_else(|| exceptions::system_error(py, format_args!("bad argument to internal function")))?;
    dxpy_core::sequence::set_item(py, modules, called, Some(m))?;
    let file = codecs::fs_path(py, path)?;
    fix_up(py, def, this, (unicode::display(called), bytes::as_slice(&file).to_vec()))
}

/// Replaces the first content of a module without state of its own.
fn keep_copy(def: &PyModuleDef, copy: *mut PyObject) {
    // SAFETY: OWNED: the definition held it, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(def.m_base.m_copy.replace(copy)) });
}

/// `_PyImport_ClearExtension`: the next import of a single-phase module begins with its initialisation function.
pub fn clear(py: Py<'_>, called: &PyObject, path: &PyObject) -> PyResult<()> {
    let file = codecs::fs_path(py, path)?;
    let key = (unicode::display(called), bytes::as_slice(&file).to_vec());
    let known = EXTENSIONS.cache.borrow_mut().remove(&key);
    let Some(def) = known else { return Ok(()) };
    def.m_base.m_init.set(None);
    keep_copy(def, core::ptr::null_mut());
    forget(def);
    Ok(())
}

/// The module of an extension that was loaded before (`import_find_extension`); none if it has to be loaded anew.
fn again(py: Py<'_>, def: &'static PyModuleDef, called: &PyObject, text: &str) -> PyResult<Option<Owned>> {
    let m = if def.m_size.get() == -1 {
        // SAFETY: LIVE: the definition holds it; LAYOUT: a dict.
        let Some(copy) = (unsafe { def.m_base.m_copy.get().cast::<PyDictObject>().as_ref() }) else {
            return Ok(None);
        };
        let copy = copy.to_owned();
        // A module that is still there keeps its identity; its names become what they were at first.
        let m = match dict::get(py, state::module_dict(), called)? {
            Some(m) if module::check(&m) => m,
            _ => {
                let m = module::new(py, attr::check_name(py, called)?)?.upcast();
                dict::set(py, state::module_dict(), called, &m)?;
                m
            }
        };
        let this = module::as_module(&m).expect("checked or made");
        dict::merge(py, module::dict_of(this), copy.as_object(), true)?;
        m
    } else {
        let Some(init) = def.m_base.m_init.get() else { return Ok(None) };
        let m = call_init(py, init, text)?;
        dict::set(py, state::module_dict(), called, &m)?;
        m
    };
    remember(def, &m);
    Ok(Some(m))
}

/// `_PyImport_FindSharedFuncptr`.
fn find_function(
    py: Py<'_>,
    file: &[u8],
    symbol: &CString,
    called: &PyObject,
    path: &PyObject,
) -> PyResult<Init> {
    // A name without a folder is a file here, not one of the system's libraries.
    let mut full = OsString::new();
    if !file.contains(&b'/') {
        full.push("./");
    }
    full.push(std::ffi::OsStr::from_bytes(file));
    let full = CString::new(full.into_vec())
        .map_err(|_| exceptions::value_error(py, format_args!("embedded null byte")))?;
    // SAFETY: the program asks for the library's code to run in this process.
    let library = unsafe { Library::open(Some(&full), flags()) }
        .map_err(|e| failed(py, &String::from_utf8_lossy(&e), called, path))?;
    let Some(f) = library.symbol(symbol) else {
        let text =
            format!("dynamic module does not define module export function ({})", symbol.to_string_lossy());
        return Err(failed(py, &text, called, path));
    };
    // SAFETY: a function of this name has this type.
    Ok(unsafe { core::mem::transmute::<*mut core::ffi::c_void, Init>(f.as_ptr()) })
}

/// Runs an initialisation function, with the module's full name known to `PyModule_Create2`.
fn call_init(py: Py<'_>, init: Init, text: &str) -> PyResult {
    let before = EXTENSIONS.context.replace(Some(text.to_owned()));
    // SAFETY: GIL: the function's contract.
    let m = unsafe { init() };
    EXTENSIONS.context.replace(before);
    // SAFETY: OWNED: the function's contract; a definition is immortal.
    let m = unsafe { Owned::<PyObject>::from_raw_opt(m) };
    match (m, PyErr::take(py)) {
        (Some(m), None) if m.ob_type.get().is_null() => {
            // It has no type that could release it.
            core::mem::forget(m);
            Err(exceptions::system_error(
                py,
                format_args!("init function of {text} returned uninitialized object"),
            ))
        }
        (Some(m), None) => Ok(m),
        (None, Some(e)) => Err(e),
        (None, None) => Err(exceptions::system_error(
            py,
            format_args!("initialization of {text} failed without raising an exception"),
        )),
        (Some(_), Some(cause)) => {
            let e = exceptions::system_error(
                py,
                format_args!("initialization of {text} raised unreported exception"),
            );
            Err(exceptions::caused_by(py, e, cause))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::function_name;

    #[test]
    fn names_of_initialisation_functions() {
        let of = |s| {
            let (a, b) = function_name(s);
            format!("{a}_{b}")
        };
        assert_eq!(of("spam"), "PyInit_spam");
        assert_eq!(of("pkg.with-dash"), "PyInit_with_dash");
        // What CPython's "punycode" codec gives for these, dashes replaced.
        assert_eq!(of("lan\u{10d}ek"), "PyInitU_lanek_jya");
        assert_eq!(of("pkg.\u{3044}\u{3093}"), "PyInitU_n8jwi");
    }
}
