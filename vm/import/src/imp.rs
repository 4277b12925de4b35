//! `_imp`: what `importlib` needs natively (`Python/import.c`).

use crate::{config, frozen, state};
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::import_lock;
use dxpy_core::{
    Owned, Py, PyResult, attr, boolean, bytes, dict, exceptions, list, methods, name, object, tuple, unicode,
};

/// `_imp`.
pub static IMP: StaticModule = StaticModule::new(c"_imp")
    .doc(c"What importlib needs of the interpreter: built-in, frozen and extension modules, and the lock.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "extension_suffixes" = extension_suffixes [0], "($module, /)", "The file suffixes of extension modules.";
    "lock_held" = lock_held [0], "($module, /)", "Whether the import lock is held.";
    "acquire_lock" = acquire_lock [0], "($module, /)", "Takes the import lock, which may be taken again by its holder.";
    "release_lock" = release_lock [0], "($module, /)", "Gives the import lock back.";
    "find_frozen" = find_frozen [2], "($module, name, /, *, withdata=False)", "What is known of a frozen module.";
    "get_frozen_object" = get_frozen_object [2], "($module, name, data=None, /)", "The code of a frozen module.";
    "is_frozen_package" = is_frozen_package [1], "($module, name, /)", "Whether a frozen module is a package.";
    "create_builtin" = create_builtin [1], "($module, spec, /)", "Makes a built-in module.";
    "init_frozen" = init_frozen [1], "($module, name, /)", "Imports a frozen module.";
    "is_builtin" = is_builtin [1], "($module, name, /)", "Whether a module is built in.";
    "is_frozen" = is_frozen [1], "($module, name, /)", "Whether a module is frozen.";
    "_frozen_module_names" = frozen_module_names [0], "($module, /)", "The names of the frozen modules.";
    "_override_frozen_modules_for_tests" = override_frozen [1], "($module, override, /)", "For tests only.";
    "_override_multi_interp_extensions_check" = override_check [1], "($module, override, /)", "For tests only.";
    "create_dynamic" = create_dynamic [2], "($module, spec, file=<unrepresentable>, /)", "Makes an extension module.";
    "exec_dynamic" = exec_dynamic [1], "($module, mod, /)", "Runs an extension module.";
    "exec_builtin" = exec_builtin [1], "($module, mod, /)", "Runs a built-in module.";
    "_fix_co_filename" = fix_co_filename [2], "($module, code, path, /)", "Changes the file of a code object and those in it.";
    "source_hash" = source_hash [2], "($module, /, key, source)", "The hash of hash-based pycs.";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    module::add(
        py,
        m,
        "check_hash_based_pycs",
        unicode::from_str(py, &config::get().check_hash_pycs)?.as_object(),
    )
}

fn extension_suffixes(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    let arch = std::env::consts::ARCH;
    let names = [format!(".cpython-312-{arch}-linux-gnu.so"), ".abi3.so".to_owned(), ".so".to_owned()];
    let items: Vec<Owned> =
        names.iter().map(|n| unicode::from_str(py, n).map(Owned::upcast)).collect::<PyResult<_>>()?;
    list::from_iter(py, items).map(Owned::upcast)
}

fn lock_held(py: Py<'_>, _: &PyModuleObject) -> bool {
    import_lock::is_held(py)
}

fn acquire_lock(py: Py<'_>, _: &PyModuleObject) {
    import_lock::acquire(py);
}

fn release_lock(py: Py<'_>, _: &PyModuleObject) -> PyResult<()> {
    if import_lock::release(py) {
        return Ok(());
    }
    Err(exceptions::runtime_error(py, format_args!("not holding the import lock")))
}

fn find_frozen(py: Py<'_>, _: &PyModuleObject, name: &PyUnicodeObject, withdata: Option<bool>) -> PyResult {
    let Some(f) = frozen::find(&unicode::display(name.as_object())) else { return Ok(object::none()) };
    let origin = match f.origin {
        Some(o) => unicode::from_str(py, o)?.upcast(),
        None => object::none(),
    };
    let data = match withdata {
        Some(true) => {
            let data = bytes::new(py, frozen::data(f))?;
            dxpy_types::memoryview::from_object_with_flags(py, data.as_object(), READ)?.upcast()
        }
        _ => object::none(),
    };
    tuple::from_iter(py, [data, boolean::new(f.package).upcast(), origin]).map(Owned::upcast)
}

/// Views for reading.
const READ: i32 = 0x100;

/// The frozen module, or the `ImportError` (`set_frozen_error`).
fn frozen_or_error(py: Py<'_>, name: &PyUnicodeObject) -> PyResult<&'static frozen::Frozen> {
    let text = unicode::display(name.as_object());
    frozen::find(&text).ok_or_else(|| {
        let shown = dxpy_core::protocol::repr(py, name.as_object())
            .map(|r| unicode::display(r.as_object()))
            .unwrap_or_default();
        let message = match frozen::names().any(|n| n == text) {
            true => {
                format!("Frozen modules are disabled and the frozen object named {shown} is not essential")
            }
            false => format!("No such frozen object named {shown}"),
        };
        let e = exceptions::format(py, &exceptions::ImportError, format_args!("{message}"));
        // SAFETY: LAYOUT: an `ImportError`; its name is not set yet.
        let fields = unsafe { &*(e.value() as *const PyBaseExceptionObject as *const PyImportErrorObject) };
        fields.name.set(name.to_owned().into_ptr());
        e
    })
}

fn get_frozen_object(
    py: Py<'_>,
    _: &PyModuleObject,
    name: &PyUnicodeObject,
    data: Option<&PyObject>,
) -> PyResult {
    let Some(data) = data.filter(|d| !object::is_none(d)) else {
        let f = frozen_or_error(py, name)?;
        return frozen::code(py, f).map(Owned::upcast);
    };
    let shown = || dxpy_core::protocol::repr(py, name.as_object()).map(|r| unicode::display(r.as_object()));
    let marshal = crate::import::import_module(py, name!("marshal").get(py))?;
    let loaded = dxpy_core::call::method(py, &marshal, name!("loads"), [data]);
    let Ok(code) = loaded else {
        let shown = shown()?;
        return Err(exceptions::format(
            py,
            &exceptions::ImportError,
            format_args!("Frozen object named {shown} is invalid"),
        ));
    };
    if dxpy_types::code::check(&code).is_none() {
        let shown = shown()?;
        return Err(exceptions::type_error(py, format_args!("frozen object {shown} is not a code object")));
    }
    Ok(code)
}

fn is_frozen_package(py: Py<'_>, _: &PyModuleObject, name: &PyUnicodeObject) -> PyResult<bool> {
    Ok(frozen_or_error(py, name)?.package)
}

fn is_frozen(_: Py<'_>, _: &PyModuleObject, name: &PyUnicodeObject) -> bool {
    frozen::find(&unicode::display(name.as_object())).is_some()
}

fn frozen_module_names(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    let items: Vec<Owned> =
        frozen::names().map(|n| unicode::from_str(py, n).map(Owned::upcast)).collect::<PyResult<_>>()?;
    list::from_iter(py, items).map(Owned::upcast)
}

fn override_frozen(_: Py<'_>, _: &PyModuleObject, how: i32) {
    frozen::OVERRIDE.store(how.signum(), core::sync::atomic::Ordering::Relaxed);
}

fn override_check(py: Py<'_>, _: &PyModuleObject, _: i32) -> PyResult {
    Err(exceptions::runtime_error(
        py,
        format_args!("_imp._override_multi_interp_extensions_check() cannot be used in the main interpreter"),
    ))
}

fn init_frozen(py: Py<'_>, _: &PyModuleObject, name: &PyUnicodeObject) -> PyResult {
    match frozen::find(&unicode::display(name.as_object())) {
        Some(f) => import_frozen(py, f),
        None => Ok(object::none()),
    }
}

/// `PyImport_ImportFrozenModuleObject`: runs it in a new module of `sys.modules`.
pub fn import_frozen(py: Py<'_>, f: &'static frozen::Frozen) -> PyResult {
    let name = unicode::intern_str(py, f.name)?;
    let code = frozen::code(py, f)?;
    let m = module::new(py, &name)?;
    let d = module::dict_of(&m);
    dict::set(py, d, name!("__builtins__").obj(py), module::dict_of(state::builtins()).as_object())?;
    dict::set(py, state::module_dict(), name.as_object(), m.as_object())?;
    dxpy_interp::eval_code(py, &code, d.as_object(), d.as_object())?;
    // `FrozenImporter` completes the module's spec from it when importlib is set up.
    let origin = match f.origin {
        Some(o) => unicode::from_str(py, o)?.upcast(),
        None => object::none(),
    };
    dict::set(py, d, name!("__origname__").obj(py), &origin)?;
    Ok(m.upcast())
}

/// 1 for a built-in module, -1 for one that cannot be made twice, 0 otherwise.
fn is_builtin(_: Py<'_>, _: &PyModuleObject, name: &PyUnicodeObject) -> i32 {
    match unicode::display(name.as_object()).as_str() {
        "sys" | "builtins" => -1,
        n => state::built_in(n).is_some() as i32,
    }
}

/// `_imp_create_builtin`.
fn create_builtin(py: Py<'_>, _: &PyModuleObject, spec: &PyObject) -> PyResult {
    let name = attr::get_name(py, spec, name!("name"))?;
    let text = unicode::display(&name);
    if let Some(m) = dict::get(py, state::module_dict(), &name)?
        && matches!(text.as_str(), "sys" | "builtins")
    {
        return Ok(m);
    }
    match state::built_in(&text) {
        Some(def) => module::from_def_and_spec(py, def, spec),
        None => Ok(object::none()),
    }
}

fn exec_builtin(py: Py<'_>, _: &PyModuleObject, m: &PyObject) -> PyResult<i32> {
    if !module::check(m) {
        return Ok(0);
    }
    // SAFETY: LAYOUT: just checked.
    let m = unsafe { &*(m as *const PyObject as *const PyModuleObject) };
    match module::def_of(m) {
        // A module that has its state was executed before.
        Some(_) if !m.md_state.get().is_null() => Ok(0),
        Some(def) => module::exec_def(py, m, def).map(|()| 0),
        None => Ok(0),
    }
}

fn create_dynamic(py: Py<'_>, _: &PyModuleObject, spec: &PyObject, _file: Option<&PyObject>) -> PyResult {
    crate::dynamic::create(py, spec)
}

fn exec_dynamic(py: Py<'_>, this: &PyModuleObject, m: &PyObject) -> PyResult<i32> {
    exec_builtin(py, this, m)
}

/// `update_compiled_module`: the file of a code object and of those among its constants that have the same.
fn fix_co_filename(py: Py<'_>, _: &PyModuleObject, code: &PyObject, path: &PyUnicodeObject) -> PyResult<()> {
    let Some(c) = dxpy_types::code::check(code) else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "_fix_co_filename() argument 1 must be code, not {}",
                dxpy_core::call::type_name(code.ty())
            ),
        ));
    };
    // SAFETY: LIVE: a code object holds its file name.
    let old = unsafe { (*c.co_filename.get()).to_owned() };
    if dxpy_core::protocol::rich_compare_bool(py, &old, path.as_object(), dxpy_core::protocol::EQ)? {
        return Ok(());
    }
    fix(c, &old, path);
    Ok(())
}

fn fix(c: &PyCodeObject, old: &PyObject, new: &PyUnicodeObject) {
    // SAFETY: LIVE, LAYOUT: file names are str.
    let same = unsafe {
        let own = &*(c.co_filename.get() as *const PyUnicodeObject);
        unicode::equal(own, &*(old as *const PyObject as *const PyUnicodeObject))
    };
    if !same {
        return;
    }
    let before = c.co_filename.replace(new.to_owned().into_ptr());
    // SAFETY: OWNED: the code object held it.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(before) });
    dxpy_types::code::consts(c)
        .iter()
        .filter_map(|k| dxpy_types::code::check(k))
        .for_each(|k| fix(k, old, new));
}

fn source_hash(py: Py<'_>, _: &PyModuleObject, key: i64, source: &PyObject) -> PyResult {
    let Some(b) = bytes::check(source) else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "a bytes-like object is required, not '{}'",
                dxpy_core::call::type_name(source.ty())
            ),
        ));
    };
    let h = dxpy_text::hash::keyed_hash(key as u64, bytes::as_slice(b));
    bytes::new(py, &h.to_le_bytes()).map(Owned::upcast)
}
