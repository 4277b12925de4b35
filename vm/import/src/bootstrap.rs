//! The import system comes to life: `builtins` and `sys` are made natively, then `importlib._bootstrap` takes over
//! (`init_importlib`, `init_importlib_external` of `Python/pylifecycle.c` and `import.c`).

use crate::{frozen, imp, import, state};
use dxpy_core::abi::*;
use dxpy_core::hooks::HOOKS;
use dxpy_core::module::{self, StaticModule};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, call, dict, hooks, name, unicode};

/// A module of a definition, made and run without `importlib`, and put into `sys.modules`.
pub fn early(py: Py<'_>, name: &str, def: &'static StaticModule) -> PyResult<Owned<PyModuleObject>> {
    let text = unicode::intern_str(py, name)?;
    let m = module::new(py, &text)?;
    m.md_def.set(&raw const def.0 as *mut PyModuleDef);
    module::add_functions(py, m.as_object(), def, &text)?;
    if !def.m_doc.get().is_null() {
        // SAFETY: STATIC: a C string.
        let doc = unsafe { core::ffi::CStr::from_ptr(def.m_doc.get()) }.to_string_lossy();
        module::add_str(py, &m, "__doc__", &doc)?;
    }
    dict::set(py, state::module_dict(), text.as_object(), m.as_object())?;
    module::exec_def(py, &m, def)?;
    Ok(m)
}

/// Makes `sys.modules`, `builtins` and `sys`, and lets the object model import.
pub fn first_modules(
    py: Py<'_>,
    builtins: &'static StaticModule,
    sys: &'static StaticModule,
) -> PyResult<()> {
    state::set_module_dict(dict::new(py)?);
    HOOKS.import.set(Some(import::import_module));
    HOOKS.unraisable.set(Some(|py, e, source| crate::display::ignored::report(py, e, None, source)));
    HOOKS.sys_modules.set(Some(state::modules));
    HOOKS.builtins.set(Some(|py| {
        let f = dxpy_types::frame::current(py);
        // SAFETY: LIVE: a running frame's function holds its built-ins.
        let seen = unsafe { f.as_ref().and_then(|f| f.f_builtins.get().as_ref()) };
        Ok(seen.unwrap_or_else(|| module::dict_of(state::builtins()).as_object()).to_owned())
    }));
    HOOKS.builtin.set(Some(|py, name| {
        match dict::get(py, module::dict_of(state::builtins()), name.as_object())? {
            Some(v) => Ok(v),
            None => Err(dxpy_core::exceptions::attribute_error(
                py,
                format_args!("{}", unicode::display(name.as_object())),
            )),
        }
    }));
    state::set_builtins(early(py, "builtins", builtins)?);
    state::set_import_function(hooks::builtin(py, name!("__import__"))?);
    state::set_sys(early(py, "sys", sys)?);
    dict::set(py, module::dict_of(state::sys()), name!("modules").obj(py), state::module_dict().as_object())
}

/// `init_importlib`: `importlib._bootstrap` runs and is given `sys` and `_imp`.
pub fn importlib(py: Py<'_>) -> PyResult<()> {
    let f = frozen::find("_frozen_importlib").expect("it is in the table");
    let bootstrap = imp::import_frozen(py, f)?;
    state::set_importlib(bootstrap.clone());
    let imp = early(py, "_imp", &imp::IMP)?;
    call::method(py, &bootstrap, name!("_install"), [state::sys().as_object(), imp.as_object()])?;
    Ok(())
}

/// `init_importlib_external`: importers of files, and of zip archives.
pub fn external_importers(py: Py<'_>) -> PyResult<()> {
    call::method(py, state::importlib(), name!("_install_external_importers"), [])?;
    zip_importer(py)
}

/// `init_zipimport`: archives can be imported from, first of all. Where there is no decompression they cannot.
fn zip_importer(py: Py<'_>) -> PyResult<()> {
    let sys = module::dict_of(state::sys());
    let Some(hooks) = dict::get_name(py, sys, name!("path_hooks"))? else { return Ok(()) };
    let zipimport = import::import_module(py, name!("zipimport").get(py))?;
    if let Ok(importer) = dxpy_core::attr::get_name(py, &zipimport, name!("zipimporter")) {
        let zero = dxpy_core::long::from_i64(py, 0)?;
        call::method(py, &hooks, name!("insert"), [zero.as_object(), &*importer])?;
    }
    Ok(())
}
