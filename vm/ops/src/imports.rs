//! `IMPORT_NAME`, `IMPORT_FROM` and `import *` (`import_name`, `import_from`, `import_all_from` of `Python/ceval.c`).

use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, dict, exceptions, hooks, name, object, sequence, unicode,
};

/// `import_name`: through whatever `__import__` the built-ins have.
pub fn import_name(
    py: Py<'_>,
    builtins: &PyObject,
    globals: &PyObject,
    locals: Option<&PyObject>,
    name: &PyObject,
    from: &PyObject,
    level: &PyObject,
) -> PyResult {
    let Some(import) = crate::names::mapping_get(py, builtins, name!("__import__").obj(py))? else {
        return Err(exceptions::format(py, &exceptions::ImportError, format_args!("__import__ not found")));
    };
    let none = object::none();
    call::call(py, &import, [name, globals, locals.unwrap_or(&none), from, level])
}

/// `import_from`: an attribute, or the submodule of that name.
pub fn import_from(py: Py<'_>, module: &PyObject, name: &PyUnicodeObject) -> PyResult {
    if let Some(v) = attr::lookup(py, module, name)? {
        return Ok(v);
    }
    // The submodule may be imported without having been set as an attribute yet: a cycle of imports.
    let package = attr::lookup_name(py, module, name!("__name__"))?;
    if let Some(package) = package.as_deref().filter(|p| unicode::check(p).is_some()) {
        let full = format!("{}.{}", unicode::display(package), unicode::display(name.as_object()));
        let full = unicode::from_str(py, &full)?;
        let modules = hooks::sys_modules(py)?;
        if let Some(m) = crate::names::mapping_get(py, &modules, full.as_object())? {
            return Ok(m);
        }
    }
    Err(cannot_import(py, module, name, package.as_deref()))
}

/// The `ImportError` of a name that is not there, which knows module and file.
#[cold]
fn cannot_import(py: Py<'_>, module: &PyObject, name: &PyUnicodeObject, package: Option<&PyObject>) -> PyErr {
    let shown = package.map_or_else(|| "<unknown module name>".to_owned(), unicode::display);
    let wanted = unicode::display(name.as_object());
    let file = attr::lookup_name(py, module, name!("__file__")).ok().flatten();
    let file = file.filter(|f| unicode::check(f).is_some());
    let text = match &file {
        None => format!("cannot import name '{wanted}' from '{shown}' (unknown location)"),
        Some(f) => {
            let at = unicode::display(f);
            if hooks::is_initializing(py, module) {
                format!(
                    "cannot import name '{wanted}' from partially initialized module '{shown}' (most likely due to a circular import) ({at})"
                )
            } else {
                format!("cannot import name '{wanted}' from '{shown}' ({at})")
            }
        }
    };
    let e = exceptions::format(py, &exceptions::ImportError, format_args!("{text}"));
    if e.value().as_object().ty().is(&exceptions::ImportError.0) {
        // SAFETY: LAYOUT: just checked; OWNED: the fields hold a reference or NULL.
        let i = unsafe { &*(e.value() as *const PyBaseExceptionObject as *const PyImportErrorObject) };
        i.msg.set(unicode::from_str(py, &text).map_or(core::ptr::null_mut(), Owned::into_ptr));
        i.name.set(package.map_or(core::ptr::null_mut(), |p| p.to_owned().into_ptr()));
        i.path.set(file.map_or(core::ptr::null_mut(), Owned::into_ptr));
        i.name_from.set(name.to_owned().into_ptr());
    }
    e
}

/// `import_all_from`: into the namespace go the names of `__all__`, or all public ones.
pub fn import_star(py: Py<'_>, locals: &PyObject, module: &PyObject) -> PyResult<()> {
    let mut skip = false;
    let all = match attr::lookup_name(py, module, name!("__all__"))? {
        Some(a) => a,
        None => {
            let Some(d) = attr::lookup_name(py, module, name!("__dict__"))? else {
                return Err(exceptions::format(
                    py,
                    &exceptions::ImportError,
                    format_args!("from-import-* object has no __dict__ and no __all__"),
                ));
            };
            skip = true;
            call::method(py, &d, name!("keys"), [])
                .and_then(|k| sequence::to_list(py, &k))
                .map(Owned::upcast)?
        }
    };
    let mut i = 0;
    loop {
        let n = match sequence::item(py, &all, i) {
            Ok(n) => n,
            Err(e) if exceptions::matches(&e, &exceptions::IndexError) => return Ok(()),
            Err(e) => return Err(e),
        };
        i += 1;
        let Some(s) = unicode::check(&n) else {
            let module_name = attr::get_name(py, module, name!("__name__"))?;
            if unicode::check(&module_name).is_none() {
                return Err(exceptions::type_error(
                    py,
                    format_args!("module __name__ must be a string, not {}", type_name(module_name.ty())),
                ));
            }
            let (what, of) = if skip { ("Key", "__dict__") } else { ("Item", "__all__") };
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "{what} in {}.{of} must be str, not {}",
                    unicode::display(&module_name),
                    type_name(n.ty())
                ),
            ));
        };
        if skip && unicode::code_points(s).next() == Some(u32::from('_')) {
            continue;
        }
        let v = attr::get(py, module, s)?;
        match dict::check_exact(locals) {
            Some(d) => dict::set(py, d, &n, &v)?,
            None => sequence::set_item(py, locals, &n, Some(&v))?,
        }
    }
}
