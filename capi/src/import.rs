//! import.h and cpython/import.h: importing, `sys.modules`, modules made from code objects.

use crate::util::{api, name as text};
use core::ffi::{c_char, c_int, c_long};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, attr, call, dict, exceptions, module, name, object, sequence, unicode};
use dxpy_import::{import, state};

/// An entry of `sys.modules`.
fn loaded(py: Py<'_>, called: &PyObject) -> PyResult<Option<Owned>> {
    let all = state::modules(py)?;
    if let Some(d) = dict::check(&all) {
        return dict::get(py, d, called);
    }
    match sequence::get_item(py, &all, called) {
        Ok(m) => Ok(Some(m)),
        Err(e) if exceptions::matches(&e, &exceptions::KeyError) => Ok(None),
        Err(e) => Err(e),
    }
}

fn remember(py: Py<'_>, called: &PyObject, m: &PyObject) -> PyResult<()> {
    sequence::set_item(py, &*state::modules(py)?, called, Some(m))
}

/// `import_add_module`: the module of this name, made empty where there is none.
fn add_module(py: Py<'_>, called: &PyObject) -> PyResult<Owned> {
    if let Some(m) = loaded(py, called)?.filter(|m| module::check(m)) {
        return Ok(m);
    }
    let m = module::new(py, attr::check_name(py, called)?)?.upcast();
    remember(py, called, &m)?;
    Ok(m)
}

/// A borrowed result: `sys.modules` goes on holding it.
fn borrowed(r: PyResult<Owned>) -> PyResult<*mut PyObject> {
    r.map(|o| o.as_ptr())
}

/// The module of a dotted name, for a name as C has it.
fn import_module(py: Py<'_>, called: *const c_char) -> PyResult<Owned> {
    // SAFETY: a C string.
    let called = unsafe { text(py, called) }?;
    import_object(py, called.as_object())
}

/// `PyImport_Import`: through the `__import__` of the current builtins, as a statement does.
fn import_object(py: Py<'_>, called: &PyObject) -> PyResult<Owned> {
    import::import_module(py, attr::check_name(py, called)?)
}

/// `PyImport_ExecCodeModuleObject`.
fn exec_code(
    py: Py<'_>,
    called: &PyObject,
    code: &PyObject,
    path: Option<&PyObject>,
    cached: Option<&PyObject>,
) -> PyResult<Owned> {
    let m = add_module(py, called)?;
    let d = module::dict_of(module::as_module(&m).expect("made so"));
    let r = (|| {
        if !dict::contains(py, d, name!("__builtins__").obj(py))? {
            let b = module::dict_of(state::builtins());
            dict::set(py, d, name!("__builtins__").obj(py), b.as_object())?;
        }
        let none = object::none();
        let file = match (path, dxpy_types::code::check(code)) {
            (Some(p), _) => p.to_owned(),
            // SAFETY: LIVE: a code object holds its file name.
            (None, Some(c)) => unsafe { (*c.co_filename.get()).to_owned() },
            (None, None) => {
                return Err(exceptions::type_error(py, format_args!("a code object is needed")));
            }
        };
        let external = attr::get(py, state::importlib(), &*unicode::intern_str(py, "_bootstrap_external")?)?;
        let fix = unicode::intern_str(py, "_fix_up_module")?;
        call::method_str(py, &external, &fix, [d.as_object(), called, &file, cached.unwrap_or(&none)])?;
        let code = dxpy_types::code::check(code)
            .ok_or_else(|| exceptions::type_error(py, format_args!("a code object is needed")))?;
        dxpy_interp::eval_code(py, code, d.as_object(), d.as_object())?;
        match loaded(py, called)? {
            Some(m) => Ok(m),
            None => Err(exceptions::format(
                py,
                &exceptions::ImportError,
                format_args!("Loaded module {} not found in sys.modules", unicode::display(called)),
            )),
        }
    })();
    if r.is_err()
        && let Some(all) = dict::check(&*state::modules(py)?)
    {
        let _ = dict::pop(py, all, called);
    }
    r
}

api! {
    /// C: `PyObject *PyImport_ImportModule(const char *)`.
    fn PyImport_ImportModule(py, called: *const c_char) -> PyResult<Owned> {
        import_module(py, called)
    }

    /// C: `PyObject *PyImport_ImportModuleNoBlock(const char *)`.
    fn PyImport_ImportModuleNoBlock(py, called: *const c_char) -> PyResult<Owned> {
        import_module(py, called)
    }

    /// C: `PyObject *PyImport_Import(PyObject *)`.
    fn PyImport_Import(py, called: &PyObject) -> PyResult<Owned> {
        import_object(py, called)
    }

    /// C: `PyObject *PyImport_ImportModuleLevelObject(PyObject *, PyObject *, PyObject *, PyObject *, int)`.
    fn PyImport_ImportModuleLevelObject(py, called: Option<&PyObject>, globals: Option<&PyObject>, _locals: Option<&PyObject>, from: Option<&PyObject>, level: c_int) -> PyResult<Owned> {
        let called = called.ok_or_else(|| exceptions::value_error(py, format_args!("Empty module name")))?;
        import::import_level(py, called, globals.and_then(dict::check), from, level)
    }

    /// C: `PyObject *PyImport_ImportModuleLevel(const char *, PyObject *, PyObject *, PyObject *, int)`.
    fn PyImport_ImportModuleLevel(py, called: *const c_char, globals: Option<&PyObject>, _locals: Option<&PyObject>, from: Option<&PyObject>, level: c_int) -> PyResult<Owned> {
        // SAFETY: a C string.
        let called = unsafe { text(py, called) }?;
        import::import_level(py, called.as_object(), globals.and_then(dict::check), from, level)
    }

    /// C: `PyObject *PyImport_GetModule(PyObject *)`: NULL, without an error, where it is not loaded.
    fn PyImport_GetModule(py, called: &PyObject) -> PyResult<*mut PyObject> {
        loaded(py, called).map(|m| m.map_or(core::ptr::null_mut(), Owned::into_ptr))
    }

    /// C: `PyObject *PyImport_GetModuleDict(void)`: borrowed.
    fn PyImport_GetModuleDict(py) -> PyResult<*mut PyObject> {
        borrowed(state::modules(py))
    }

    /// C: `PyObject *PyImport_AddModuleObject(PyObject *)`: borrowed.
    fn PyImport_AddModuleObject(py, called: &PyObject) -> PyResult<*mut PyObject> {
        borrowed(add_module(py, called))
    }

    /// C: `PyObject *PyImport_AddModule(const char *)`: borrowed.
    fn PyImport_AddModule(py, called: *const c_char) -> PyResult<*mut PyObject> {
        // SAFETY: a C string.
        let r = unsafe { text(py, called) }.and_then(|n| add_module(py, n.as_object()));
        borrowed(r)
    }

    /// C: `PyObject *PyImport_ReloadModule(PyObject *)`.
    fn PyImport_ReloadModule(py, m: &PyObject) -> PyResult<Owned> {
        let importlib = import::import_module(py, &*unicode::intern_str(py, "importlib")?)?;
        call::method_str(py, &importlib, &*unicode::intern_str(py, "reload")?, [m])
    }

    /// C: `PyObject *PyImport_ExecCodeModuleObject(PyObject *, PyObject *, PyObject *, PyObject *)`.
    fn PyImport_ExecCodeModuleObject(py, called: &PyObject, code: &PyObject, path: Option<&PyObject>, cached: Option<&PyObject>) -> PyResult<Owned> {
        exec_code(py, called, code, path, cached)
    }

    /// C: `PyObject *PyImport_ExecCodeModule(const char *, PyObject *)`.
    fn PyImport_ExecCodeModule(py, called: *const c_char, code: &PyObject) -> PyResult<Owned> {
        // SAFETY: a C string.
        let called = unsafe { text(py, called) }?;
        exec_code(py, called.as_object(), code, None, None)
    }

    /// C: `PyObject *PyImport_ExecCodeModuleEx(const char *, PyObject *, const char *)`.
    fn PyImport_ExecCodeModuleEx(py, called: *const c_char, code: &PyObject, path: *const c_char) -> PyResult<Owned> {
        with_paths(py, called, code, path, core::ptr::null())
    }

    /// C: `PyObject *PyImport_ExecCodeModuleWithPathnames(const char *, PyObject *, const char *, const char *)`.
    fn PyImport_ExecCodeModuleWithPathnames(py, called: *const c_char, code: &PyObject, path: *const c_char, cached: *const c_char) -> PyResult<Owned> {
        with_paths(py, called, code, path, cached)
    }

    /// C: `long PyImport_GetMagicNumber(void)`.
    fn PyImport_GetMagicNumber(_) -> i64 {
        const _: () = assert!(size_of::<c_long>() == 8);
        0x0A0D_0DCB
    }

    /// C: `const char *PyImport_GetMagicTag(void)`.
    fn PyImport_GetMagicTag(_) -> *const c_char {
        c"cpython-312".as_ptr()
    }

    /// C: `PyObject *PyImport_GetImporter(PyObject *)`: what imports from an entry of `sys.path`.
    fn PyImport_GetImporter(py, path: &PyObject) -> PyResult<Owned> {
        let pkgutil = import::import_module(py, &*unicode::intern_str(py, "pkgutil")?)?;
        call::method_str(py, &pkgutil, &*unicode::intern_str(py, "get_importer")?, [path])
    }

    /// C: `int PyImport_ImportFrozenModuleObject(PyObject *)`: 1, or 0 where there is none.
    fn PyImport_ImportFrozenModuleObject(py, called: &PyObject) -> PyResult<bool> {
        frozen(py, &unicode::display(called))
    }

    /// C: `int PyImport_ImportFrozenModule(const char *)`.
    fn PyImport_ImportFrozenModule(py, called: *const c_char) -> PyResult<bool> {
        // SAFETY: a C string.
        frozen(py, unsafe { crate::util::text(called) }.unwrap_or_default())
    }

    /// C: `PyObject *_PyImport_GetModuleAttr(PyObject *, PyObject *)`: an attribute of a module, imported if need be.
    fn _PyImport_GetModuleAttr(py, called: &PyObject, attribute: &PyUnicodeObject) -> PyResult<Owned> {
        attr::get(py, &*import_object(py, called)?, attribute)
    }

    /// C: `PyObject *_PyImport_GetModuleAttrString(const char *, const char *)`.
    fn _PyImport_GetModuleAttrString(py, called: *const c_char, attribute: *const c_char) -> PyResult<Owned> {
        // SAFETY: a C string.
        let attribute = unsafe { text(py, attribute) }?;
        attr::get(py, &*import_module(py, called)?, &attribute)
    }

    /// C: `int _PyImport_FixupBuiltin(PyObject *module, const char *name, PyObject *modules)`.
    fn _PyImport_FixupBuiltin(py, m: &PyObject, called: *const c_char, modules: &PyObject) -> PyResult<()> {
        // SAFETY: a C string.
        let called = unicode::intern(py, unsafe { text(py, called) }?)?;
        dxpy_import::dynamic::fix_up_made(py, m, called.as_object(), called.as_object(), modules)
    }

    /// C: `int _PyImport_FixupExtensionObject(PyObject *module, PyObject *name, PyObject *filename, PyObject *modules)`.
    fn _PyImport_FixupExtensionObject(py, m: &PyObject, called: &PyObject, path: &PyObject, modules: &PyObject) -> PyResult<()> {
        dxpy_import::dynamic::fix_up_made(py, m, called, path, modules)
    }

    /// C: `void _PyImport_AcquireLock(PyInterpreterState *)`.
    fn _PyImport_AcquireLock(py, _interp: *mut PyInterpreterState) -> () {
        dxpy_core::thread::import_lock::acquire(py);
    }

    /// C: `int _PyImport_ReleaseLock(PyInterpreterState *)`: 1, or -1 where this thread does not hold it.
    fn _PyImport_ReleaseLock(py, _interp: *mut PyInterpreterState) -> c_int {
        if dxpy_core::thread::import_lock::release(py) { 1 } else { -1 }
    }

    /// C: `int _PyImport_SetModule(PyObject *, PyObject *)`.
    fn _PyImport_SetModule(py, called: &PyObject, m: &PyObject) -> PyResult<()> {
        remember(py, called, m)
    }

    /// C: `int _PyImport_SetModuleString(const char *, PyObject *)`.
    fn _PyImport_SetModuleString(py, called: *const c_char, m: &PyObject) -> PyResult<()> {
        // SAFETY: a C string.
        remember(py, unsafe { text(py, called) }?.as_object(), m)
    }
}

fn frozen(py: Py<'_>, called: &str) -> PyResult<bool> {
    match dxpy_import::frozen::find(called) {
        Some(f) => dxpy_import::imp::import_frozen(py, f).map(|_| true),
        None => Ok(false),
    }
}

fn with_paths(
    py: Py<'_>,
    called: *const c_char,
    code: &PyObject,
    path: *const c_char,
    cached: *const c_char,
) -> PyResult<Owned> {
    let decode = |p: *const c_char| match p.is_null() {
        true => Ok(None),
        false => {
            // SAFETY: a C string.
            let bytes = unsafe { core::ffi::CStr::from_ptr(p) }.to_bytes();
            dxpy_core::codecs::decode_fs(py, bytes).map(Some)
        }
    };
    let (path, cached) = (decode(path)?, decode(cached)?);
    // SAFETY: a C string.
    let called = unsafe { text(py, called) }?;
    let (path, cached) = (path.as_ref().map(|p| p.as_object()), cached.as_ref().map(|p| p.as_object()));
    exec_code(py, called.as_object(), code, path, cached)
}
