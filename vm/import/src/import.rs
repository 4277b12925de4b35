//! `import`: the built-in `__import__` and the imports native code makes (`Python/import.c`). What is not in
//! `sys.modules` yet is found and loaded by `importlib._bootstrap`, which runs from the library.

use crate::{state, times};
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyResult, attr, call, dict, exceptions, hooks, list, long, name, object, protocol, tuple,
    unicode,
};
use dxpy_ops::names::mapping_get;

/// A module that is in `sys.modules` and not None (`import_get_module`).
fn loaded(py: Py<'_>, name: &PyObject) -> PyResult<Option<Owned>> {
    let modules = state::modules(py)?;
    mapping_get(py, &modules, name)
}

/// `import_ensure_initialized`: waits until another thread has finished importing it.
fn ensure_initialized(py: Py<'_>, m: &PyObject, name: &PyObject) -> PyResult<()> {
    if hooks::is_initializing(py, m) && state::has_importlib() {
        call::method(py, state::importlib(), name!("_lock_unlock_module"), [name])?;
    }
    Ok(())
}

/// `import_find_and_load`.
fn find_and_load(py: Py<'_>, name: &PyObject) -> PyResult {
    if !state::has_importlib() {
        return Err(exceptions::format(
            py,
            &exceptions::ImportError,
            format_args!("import of '{}' before importlib", unicode::display(name)),
        ));
    }
    let import = dict::get_name(py, dxpy_core::module::dict_of(state::builtins()), name!("__import__"))?
        .unwrap_or_else(object::none);
    let load = || call::method(py, state::importlib(), name!("_find_and_load"), [name, &import]);
    if crate::config::get().import_time { times::measured(name, load) } else { load() }
}

/// `remove_importlib_frames`: a failed import shows the program's frames only, unless `-v` wants all.
fn trimmed(py: Py<'_>, e: dxpy_core::PyErr) -> dxpy_core::PyErr {
    let always = exceptions::matches(&e, &exceptions::ImportError);
    let value = e.value();
    // SAFETY: LIVE, LAYOUT: an exception's traceback is one or NULL; a link holds its frame and next.
    unsafe {
        let mut outer: &core::cell::Cell<*mut PyObject> = &value.traceback;
        let mut prev = outer as *const core::cell::Cell<*mut PyObject>;
        let mut in_importlib = false;
        let _ = &mut outer;
        let mut tb = value.traceback.get() as *const PyTracebackObject;
        while let Some(t) = tb.as_ref() {
            let code = dxpy_types::frame::code_of((*t.tb_frame.get()).f_frame.get());
            let file = unicode::display(&*code.co_filename.get());
            let name = unicode::display(&*code.co_name.get());
            let now =
                file == "<frozen importlib._bootstrap>" || file == "<frozen importlib._bootstrap_external>";
            if now && !in_importlib {
                outer = &*prev;
            }
            in_importlib = now;
            let next = t.tb_next.get();
            if in_importlib && (always || name == "_call_with_frames_removed") {
                // The chunk that began at `outer` is cut out.
                let keep = next.as_ref().map_or(core::ptr::null_mut(), |n| n.to_owned().into_ptr());
                let old = outer.replace(keep);
                drop(Owned::<PyObject>::from_raw_opt(old));
                prev = outer;
            } else {
                prev = &raw const t.tb_next as *const core::cell::Cell<*mut PyObject>;
            }
            tb = next;
        }
    }
    let _ = py;
    e
}

/// `resolve_name`: the absolute name of a relative import.
fn resolve(
    py: Py<'_>,
    globals: Option<&PyDictObject>,
    name: &PyUnicodeObject,
    level: i32,
) -> PyResult<Owned> {
    let Some(globals) = globals else {
        return Err(exceptions::format(py, &exceptions::KeyError, format_args!("'__name__' not in globals")));
    };
    let package = dict::get_name(py, globals, name!("__package__"))?.filter(|p| !object::is_none(p));
    let spec = dict::get_name(py, globals, name!("__spec__"))?.filter(|s| !object::is_none(s));
    let package = match (package, spec) {
        (Some(p), spec) => {
            if unicode::check(&p).is_none() {
                return Err(exceptions::type_error(py, format_args!("package must be a string")));
            }
            if let Some(s) = spec {
                let parent = attr::get_name(py, &s, name!("parent"))?;
                if !protocol::rich_compare_bool(py, &p, &parent, protocol::EQ)? {
                    exceptions::warn(
                        py,
                        &exceptions::DeprecationWarning,
                        1,
                        format_args!("__package__ != __spec__.parent"),
                    )?;
                }
            }
            p
        }
        (None, Some(s)) => {
            let parent = attr::get_name(py, &s, name!("parent"))?;
            if unicode::check(&parent).is_none() {
                return Err(exceptions::type_error(py, format_args!("__spec__.parent must be a string")));
            }
            parent
        }
        (None, None) => {
            exceptions::warn(
                py,
                &exceptions::ImportWarning,
                1,
                format_args!(
                    "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__"
                ),
            )?;
            let Some(own) = dict::get_name(py, globals, name!("__name__"))? else {
                return Err(exceptions::format(
                    py,
                    &exceptions::KeyError,
                    format_args!("'__name__' not in globals"),
                ));
            };
            if unicode::check(&own).is_none() {
                return Err(exceptions::type_error(py, format_args!("__name__ must be a string")));
            }
            if dict::get_name(py, globals, name!("__path__"))?.is_some() {
                own
            } else {
                let text = unicode::display(&own);
                let Some((parent, _)) = text.rsplit_once('.') else { return Err(no_parent(py)) };
                unicode::from_str(py, parent)?.upcast()
            }
        }
    };
    let text = unicode::display(&package);
    if text.is_empty() {
        return Err(no_parent(py));
    }
    let mut base = text.as_str();
    for _ in 1..level {
        let Some((parent, _)) = base.rsplit_once('.') else {
            return Err(exceptions::format(
                py,
                &exceptions::ImportError,
                format_args!("attempted relative import beyond top-level package"),
            ));
        };
        base = parent;
    }
    let wanted = unicode::display(name.as_object());
    let full = if wanted.is_empty() { base.to_owned() } else { format!("{base}.{wanted}") };
    unicode::from_str(py, &full).map(Owned::upcast)
}

fn no_parent(py: Py<'_>) -> dxpy_core::PyErr {
    exceptions::format(
        py,
        &exceptions::ImportError,
        format_args!("attempted relative import with no known parent package"),
    )
}

/// `PyImport_ImportModuleLevelObject`.
pub fn import_level(
    py: Py<'_>,
    name: &PyObject,
    globals: Option<&PyDictObject>,
    from: Option<&PyObject>,
    level: i32,
) -> PyResult {
    import_whole(py, name, globals, from, level).map_err(|e| trimmed(py, e))
}

fn import_whole(
    py: Py<'_>,
    name: &PyObject,
    globals: Option<&PyDictObject>,
    from: Option<&PyObject>,
    level: i32,
) -> PyResult {
    let Some(text) = unicode::check(name) else {
        return Err(exceptions::type_error(py, format_args!("module name must be a string")));
    };
    if level < 0 {
        return Err(exceptions::value_error(py, format_args!("level must be >= 0")));
    }
    let full = if level > 0 {
        resolve(py, globals, text, level)?
    } else {
        if unicode::len(text) == 0 {
            return Err(exceptions::value_error(py, format_args!("Empty module name")));
        }
        name.to_owned()
    };
    let m = match loaded(py, &full)?.filter(|m| !object::is_none(m)) {
        Some(m) => {
            ensure_initialized(py, &m, &full)?;
            m
        }
        None => find_and_load(py, &full)?,
    };
    let has_from = match from.filter(|f| !object::is_none(f)) {
        Some(f) => protocol::is_true(py, f)?,
        None => false,
    };
    if has_from {
        return match attr::lookup_name(py, &m, name!("__path__"))? {
            Some(_) => {
                let import =
                    dict::get_name(py, dxpy_core::module::dict_of(state::builtins()), name!("__import__"))?
                        .unwrap_or_else(object::none);
                let from = from.unwrap_or(&object::_Py_NoneStruct.0);
                call::method(py, state::importlib(), name!("_handle_fromlist"), [&m, from, &import])
            }
            None => Ok(m),
        };
    }
    if unicode::len(text) > 0 && level > 0 {
        let shown = unicode::display(name);
        let Some((front, _)) = shown.split_once('.') else { return Ok(m) };
        // `import .a.b` (through __import__ only): the part of the full name up to `a`.
        let whole = unicode::display(&full);
        let cut = whole.len() - (shown.len() - front.len());
        let front = unicode::from_str(py, &whole[..cut])?;
        return match loaded(py, front.as_object())? {
            Some(m) => Ok(m),
            None => Err(exceptions::format(
                py,
                &exceptions::KeyError,
                format_args!("'{}' not in sys.modules as expected", unicode::display(front.as_object())),
            )),
        };
    }
    if unicode::len(text) > 0 {
        let shown = unicode::display(name);
        let Some((front, _)) = shown.split_once('.') else { return Ok(m) };
        let front = unicode::from_str(py, front)?;
        return import_level(py, front.as_object(), None, None, 0);
    }
    Ok(m)
}

/// `PyImport_Import` for a whole dotted name: the module itself, imported by the `__import__` that the running function
/// sees.
pub fn import_module(py: Py<'_>, name: &PyUnicodeObject) -> PyResult {
    let builtins = hooks::builtins(py)?;
    let import = mapping_get(py, &builtins, name!("__import__").obj(py))?;
    match import.filter(|f| !f.is(state::import_function())) {
        Some(import) => {
            let globals = hooks::globals(py).map_or_else(object::none, Owned::upcast);
            let from = list::new(py)?;
            let level = long::from_i64(py, 0)?;
            let arguments = [name.as_object(), &globals, &globals, from.as_object(), level.as_object()];
            call::call(py, &import, arguments)?;
        }
        None => {
            if let Some(m) = loaded(py, name.as_object())?.filter(|m| !object::is_none(m)) {
                ensure_initialized(py, &m, name.as_object())?;
                return Ok(m);
            }
            import_level(py, name.as_object(), None, Some(tuple::empty().as_object()), 0)?;
        }
    }
    match loaded(py, name.as_object())? {
        Some(m) => Ok(m),
        None => Err(exceptions::key_error(py, name.as_object())),
    }
}

/// `builtins.__import__`.
pub fn dunder_import(
    py: Py<'_>,
    _: &PyModuleObject,
    name: &PyObject,
    globals: Option<&PyObject>,
    _locals: Option<&PyObject>,
    from: Option<&PyObject>,
    level: Option<i32>,
) -> PyResult {
    let globals = match globals.filter(|g| !object::is_none(g)) {
        None => None,
        Some(g) => Some(dict::check(g).ok_or_else(|| {
            exceptions::type_error(py, format_args!("globals must be a dict, not {}", type_name(g.ty())))
        })?),
    };
    import_level(py, name, globals, from, level.unwrap_or(0))
}
