//! `_warnings`: filters, registries and the issue of warnings (`Python/_warnings.c`), for `warnings` and for warnings of the
//! interpreter's own, which come by the hooks of the object model.

use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::hooks::HOOKS;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::types::isinstance::{is_instance, is_subclass};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, boolean, call, dict, exceptions, hooks, list, long, methods, name,
    number, object, protocol, tuple, types, unicode,
};
use dxpy_import::state;
use dxpy_types::frame::{self, Frame};

/// `_warnings`.
pub static MODULE: StaticModule = StaticModule::new(c"_warnings")
    .doc(c"The machinery of warnings; the warnings module is what programs use.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "warn" = warn [5], "($module, /, message, category=None, stacklevel=1, source=None, *,\n     skip_file_prefixes=<unrepresentable>)", "Issues a warning, or ignores it, or raises an exception, as the filters say.";
    "warn_explicit" = warn_explicit [8], "($module, /, message, category, filename, lineno,\n              module=<unrepresentable>, registry=None,\n              module_globals=None, source=None)", "Issues a warning about an explicit place.";
    "_filters_mutated" = filters_mutated [0], "($module, /)", "Makes registries forget what older filters decided.";
] }

/// What the interpreter keeps (`_warnings_runtime_state`): made with the module, and kept when `warnings` is there and has
/// its own, to be used where that is gone.
struct State {
    filters: Cell<*mut PyObject>,
    once_registry: Cell<*mut PyObject>,
    default_action: Cell<*mut PyObject>,
    version: Cell<i64>,
}

static STATE: Gil<State> = Gil(State {
    filters: Cell::new(core::ptr::null_mut()),
    once_registry: Cell::new(core::ptr::null_mut()),
    default_action: Cell::new(core::ptr::null_mut()),
    version: Cell::new(0),
});

impl State {
    /// The filters of a program that says nothing.
    fn prepare(py: Py<'_>) -> PyResult<&'static State> {
        if STATE.filters.get().is_null() {
            let filters = list::new(py)?;
            for (action, category, module) in [
                ("default", &exceptions::DeprecationWarning, Some("__main__")),
                ("ignore", &exceptions::DeprecationWarning, None),
                ("ignore", &exceptions::PendingDeprecationWarning, None),
                ("ignore", &exceptions::ImportWarning, None),
                ("ignore", &exceptions::ResourceWarning, None),
            ] {
                let module = match module {
                    Some(m) => unicode::intern_str(py, m)?.upcast(),
                    None => object::none(),
                };
                let item = [
                    unicode::intern_str(py, action)?.upcast(),
                    object::none(),
                    category.as_object().to_owned(),
                    module,
                    long::from_i64(py, 0)?.upcast(),
                ];
                list::push(py, &filters, tuple::from_iter(py, item)?.upcast())?;
            }
            STATE.filters.set(filters.into_ptr());
            STATE.once_registry.set(dict::new(py)?.into_ptr());
            STATE.default_action.set(unicode::intern_str(py, "default")?.into_ptr());
        }
        Ok(&STATE.0)
    }

    fn get(cell: &Cell<*mut PyObject>) -> Owned {
        // SAFETY: LIVE: set by `prepare`, and never NULL after.
        unsafe { (*cell.get()).to_owned() }
    }

    fn set(cell: &Cell<*mut PyObject>, value: &Owned) {
        // SAFETY: OWNED: the cell held one reference.
        drop(unsafe { Owned::<PyObject>::from_raw_opt(cell.replace(value.clone().into_ptr())) });
    }
}

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    let s = State::prepare(py)?;
    module::add(py, m, "filters", &State::get(&s.filters))?;
    module::add(py, m, "_onceregistry", &State::get(&s.once_registry))?;
    module::add(py, m, "_defaultaction", &State::get(&s.default_action))
}

/// Makes the interpreter's own warnings arrive here.
pub fn install() {
    HOOKS.warn.set(Some(|py, category, level, text, source| {
        let text = unicode::from_str(py, text)?;
        do_warn(py, text.as_object(), category, level, source, None)
    }));
    HOOKS.warn_explicit.set(Some(|py, category, text, filename, lineno| {
        let text = unicode::from_str(py, text)?;
        issue(
            py,
            &Warning {
                category: category.as_object(),
                message: text.as_object(),
                filename: filename.as_object(),
                lineno,
                module: None,
                registry: None,
                source_line: None,
                source: None,
            },
        )
    }));
}

/// An attribute of `warnings`, if that is imported (`get_warnings_attr`); `import` imports it.
fn of_warnings(py: Py<'_>, attribute: &unicode::Name, import: bool) -> PyResult<Option<Owned>> {
    let warnings = if import {
        match hooks::import(py, name!("warnings")) {
            Ok(m) => m,
            Err(e) if exceptions::matches(&e, &exceptions::ImportError) => return Ok(None),
            Err(e) => return Err(e),
        }
    } else {
        let modules = state::modules(py)?;
        let Some(d) = dict::check(&modules) else { return Ok(None) };
        match dict::get_name(py, d, name!("warnings"))? {
            Some(m) => m,
            None => return Ok(None),
        }
    };
    attr::lookup_name(py, &warnings, attribute)
}

/// `check_matched`: None matches all, a str what equals it, anything else is asked.
fn matches(py: Py<'_>, pattern: &PyObject, text: &PyObject) -> PyResult<bool> {
    if object::is_none(pattern) {
        return Ok(true);
    }
    if unicode::check_exact(pattern).is_some() {
        return protocol::rich_compare_bool(py, pattern, text, protocol::EQ);
    }
    let r = call::method(py, pattern, name!("match"), [text])?;
    protocol::is_true(py, &r)
}

fn once_registry(py: Py<'_>) -> PyResult<Owned> {
    let s = State::prepare(py)?;
    let Some(r) = of_warnings(py, name!("onceregistry"), false)? else {
        return Ok(State::get(&s.once_registry));
    };
    if dict::check(&r).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("_warnings.onceregistry must be a dict, not '{}'", call::type_name(r.ty())),
        ));
    }
    State::set(&s.once_registry, &r);
    Ok(r)
}

fn default_action(py: Py<'_>) -> PyResult<Owned> {
    let s = State::prepare(py)?;
    let Some(a) = of_warnings(py, name!("defaultaction"), false)? else {
        return Ok(State::get(&s.default_action));
    };
    if unicode::check(&a).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("_warnings.defaultaction must be a string, not '{}'", call::type_name(a.ty())),
        ));
    }
    State::set(&s.default_action, &a);
    Ok(a)
}

/// `get_filter`: the action, and the filter that decided it.
fn filter(
    py: Py<'_>,
    category: &PyObject,
    text: &PyObject,
    lineno: i32,
    module: &PyObject,
) -> PyResult<(Owned, Owned)> {
    let s = State::prepare(py)?;
    if let Some(f) = of_warnings(py, name!("filters"), false)? {
        State::set(&s.filters, &f);
    }
    let filters = State::get(&s.filters);
    let Some(filters) = list::check(&filters) else {
        return Err(exceptions::value_error(py, format_args!("_warnings.filters must be a list")));
    };
    let mut i = 0;
    // Matching runs Python code, which may change the list.
    while let Some(item) = list::get(filters, i) {
        let Some(&[action, message, wanted, place, line]) = tuple::check(&item).map(tuple::items) else {
            return Err(exceptions::value_error(
                py,
                format_args!("_warnings.filters item {i} isn't a 5-tuple"),
            ));
        };
        if unicode::check(action).is_none() {
            return Err(exceptions::type_error(
                py,
                format_args!("action must be a string, not '{}'", call::type_name(action.ty())),
            ));
        }
        let good_message = matches(py, message, text)?;
        let good_module = matches(py, place, module)?;
        let good_category = is_subclass(py, category, wanted)?;
        let line = number::as_ssize(py, line, &exceptions::OverflowError)?;
        if good_category && good_message && good_module && (line == 0 || line == lineno as isize) {
            return Ok((action.to_owned(), item.clone()));
        }
        i += 1;
    }
    Ok((default_action(py)?, object::none()))
}

/// `already_warned`: whether the registry has the key, after forgetting all that older filters decided.
fn already_warned(py: Py<'_>, registry: &PyDictObject, key: &PyObject, set: bool) -> PyResult<bool> {
    let version = STATE.version.get();
    let known = dict::get_name(py, registry, name!("version"))?;
    let current = known.as_deref().and_then(long::check_exact).and_then(long::to_i64) == Some(version);
    if !current {
        dict::clear(py, registry);
        let version = long::from_i64(py, version)?;
        dict::set(py, registry, name!("version").obj(py), version.as_object())?;
    } else if let Some(v) = dict::get(py, registry, key)? {
        return protocol::is_true(py, &v);
    }
    if set {
        dict::set(py, registry, key, boolean::new(true).as_object())?;
    }
    Ok(false)
}

/// A warning about to be issued.
struct Warning<'a> {
    category: &'a PyObject,
    /// An instance of the category, or what makes one.
    message: &'a PyObject,
    filename: &'a PyObject,
    lineno: i32,
    module: Option<&'a PyObject>,
    registry: Option<&'a PyObject>,
    source_line: Option<&'a PyObject>,
    source: Option<&'a PyObject>,
}

/// `normalize_module`.
fn module_of_file(py: Py<'_>, filename: &PyObject) -> PyResult<Owned> {
    let Some(s) = unicode::check(filename) else {
        return Err(exceptions::system_error(py, format_args!("a warning's file name is no str")));
    };
    let n = unicode::len(s);
    if n == 0 {
        return unicode::from_str(py, "<unknown>").map(Owned::upcast);
    }
    let points: Vec<u32> = unicode::code_points(s).collect();
    match points.strip_suffix(&[b'.' as u32, b'p' as u32, b'y' as u32]) {
        Some(stem) if n >= 3 => unicode::from_code_points(py, stem).map(Owned::upcast),
        _ => Ok(filename.to_owned()),
    }
}

/// `warn_explicit` of C: filters the warning and shows it, or raises it.
fn issue(py: Py<'_>, w: &Warning<'_>) -> PyResult<()> {
    // Late at the interpreter's end a module's name may be gone.
    if w.module.is_some_and(object::is_none) {
        return Ok(());
    }
    let registry = w.registry.filter(|r| !object::is_none(r));
    let registry = match registry.map(|r| dict::check(r).ok_or(r)) {
        None => None,
        Some(Ok(d)) => Some(d),
        Some(Err(_)) => {
            return Err(exceptions::type_error(py, format_args!("'registry' must be a dict or None")));
        }
    };
    let module = match w.module {
        Some(m) => m.to_owned(),
        None => module_of_file(py, w.filename)?,
    };
    let (text, category, message);
    if is_instance(py, w.message, exceptions::Warning.as_object())? {
        text = protocol::str(py, w.message)?.upcast();
        category = w.message.ty().as_object().to_owned();
        message = w.message.to_owned();
    } else {
        text = w.message.to_owned();
        category = w.category.to_owned();
        message = call::call(py, w.category, [w.message])?;
    }
    let lineno = long::from_i64(py, w.lineno as i64)?;
    let key = tuple::from_iter(py, [text.clone(), category.clone(), lineno.clone().upcast()])?;
    if let Some(r) = registry
        && already_warned(py, r, key.as_object(), false)?
    {
        return Ok(());
    }
    let (action, item) = filter(py, &category, &text, w.lineno, &module)?;
    let is = |a: &str| unicode::equals_str(&action, a);
    if is("error") {
        let ty = types::check(&category);
        return Err(match ty {
            Some(ty) => exceptions::create(py, ty, Some(&message)),
            None => exceptions::type_error(py, format_args!("exceptions must derive from BaseException")),
        });
    }
    if is("ignore") {
        return Ok(());
    }
    let mut shown = false;
    if !is("always") {
        if let Some(r) = registry {
            dict::set(py, r, key.as_object(), boolean::new(true).as_object())?;
        }
        // Once for the text and the category, in the registry given or the interpreter's.
        let once = |r: &PyDictObject| -> PyResult<bool> {
            let key = tuple::from_iter(py, [text.clone(), category.clone()])?;
            already_warned(py, r, key.as_object(), true)
        };
        if is("once") {
            shown = match registry {
                Some(r) => once(r)?,
                None => {
                    let r = once_registry(py)?;
                    dict::check(&r).map_or(Ok(false), once)?
                }
            };
        } else if is("module") {
            if let Some(r) = registry {
                shown = once(r)?;
            }
        } else if !is("default") {
            let (a, i) = (protocol::repr(py, &action)?, protocol::repr(py, &item)?);
            return Err(exceptions::runtime_error(
                py,
                format_args!(
                    "Unrecognized action ({}) in warnings.filters:\n {}",
                    unicode::display(a.as_object()),
                    unicode::display(i.as_object())
                ),
            ));
        }
    }
    if shown {
        return Ok(());
    }
    show(py, w, &category, &text, &message, &lineno)
}

/// `call_show_warning`: by `warnings._showwarnmsg`, or without `warnings` to `sys.stderr`.
fn show(
    py: Py<'_>,
    w: &Warning<'_>,
    category: &PyObject,
    text: &PyObject,
    message: &PyObject,
    lineno: &PyLongObject,
) -> PyResult<()> {
    // Only the Python code knows what to do with a source.
    let Some(f) = of_warnings(py, name!("_showwarnmsg"), w.source.is_some())? else {
        return show_plainly(py, w, category, text);
    };
    if !protocol::is_callable(&f) {
        return Err(exceptions::type_error(
            py,
            format_args!("warnings._showwarnmsg() must be set to a callable"),
        ));
    }
    let Some(class) = of_warnings(py, name!("WarningMessage"), false)? else {
        return Err(exceptions::runtime_error(py, format_args!("unable to get warnings.WarningMessage")));
    };
    let none = object::none();
    let source = w.source.unwrap_or(&none);
    let m =
        call::call(py, &class, [message, category, w.filename, lineno.as_object(), &none, &none, source])?;
    call::call(py, &f, [&m]).map(drop)
}

/// `show_warning`; what goes wrong while writing is nobody's business.
fn show_plainly(py: Py<'_>, w: &Warning<'_>, category: &PyObject, text: &PyObject) -> PyResult<()> {
    let name = attr::get_name(py, category, name!("__name__"))?;
    let Some(err) = dict::get_name(py, module::dict_of(state::sys()), name!("stderr"))? else {
        eprintln!("lost sys.stderr");
        return Ok(());
    };
    if object::is_none(&err) {
        return Ok(());
    }
    let shown = |o: &PyObject| protocol::str(py, o).map(|s| unicode::display(s.as_object()));
    let mut out = format!("{}:{}: {}: {}\n", shown(w.filename)?, w.lineno, shown(&name)?, shown(text)?);
    let line = match w.source_line {
        Some(l) => Some(shown(l)?),
        None => source_line_of_file(&shown(w.filename)?, w.lineno),
    };
    if let Some(l) = line {
        out.push_str("  ");
        out.push_str(l.trim_start_matches([' ', '\t', '\u{c}']));
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
    let out = unicode::from_str(py, &out)?;
    drop(call::method(py, &err, name!("write"), [out.as_object()]));
    Ok(())
}

/// A line of a source file (`_Py_DisplaySourceLine`), taken for UTF-8.
fn source_line_of_file(filename: &str, lineno: i32) -> Option<String> {
    if lineno < 1 || (filename.starts_with('<') && filename.ends_with('>')) {
        return None;
    }
    let bytes = std::fs::read(filename).ok()?;
    let line = bytes.split(|b| *b == b'\n').nth(lineno as usize - 1)?;
    let line = String::from_utf8_lossy(line).trim_end().to_owned();
    (!line.is_empty()).then_some(line)
}

fn file_of(f: &PyFrameObject) -> &PyObject {
    // SAFETY: LIVE: the object's frame runs, or is its own; a frame holds its code, and that its file name.
    unsafe { &*frame::code_of(frame::frame_of(f)).co_filename.get() }
}

/// `is_internal_filename`: importlib's own frames are no place a warning is about.
fn is_internal(file: &PyObject) -> bool {
    unicode::check(file).is_some_and(|_| {
        let name = unicode::display(file);
        name.contains("importlib") && name.contains("_bootstrap")
    })
}

/// `is_filename_to_skip`.
fn is_skipped(py: Py<'_>, file: &PyObject, prefixes: Option<&PyTupleObject>) -> PyResult<bool> {
    let Some(file) = unicode::check(file) else { return Ok(false) };
    for p in prefixes.map(tuple::items).unwrap_or_default() {
        let Some(p) = unicode::check(p) else {
            return Err(exceptions::type_error(
                py,
                format_args!("Found non-str '{}' in skip_file_prefixes.", call::type_name(p.ty())),
            ));
        };
        let mut all = unicode::code_points(file);
        if unicode::code_points(p).all(|c| all.next() == Some(c)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a warning is about: file, line, module, registry (`setup_context`).
struct Context {
    filename: Owned,
    lineno: i32,
    module: Owned,
    registry: Owned,
}

fn context(py: Py<'_>, mut level: isize, prefixes: Option<&PyTupleObject>) -> PyResult<Context> {
    let f: *mut Frame = frame::current(py);
    // SAFETY: LIVE: a running frame.
    let mut at = if f.is_null() { None } else { Some(unsafe { frame::object_of(py, f)? }) };
    if level <= 0 || at.as_ref().is_some_and(|f| is_internal(file_of(f))) {
        while level > 1
            && let Some(f) = at.take()
        {
            at = frame::back(py, &f)?;
            level -= 1;
        }
    } else {
        while level > 1
            && let Some(f) = at.take()
        {
            at = frame::back(py, &f)?;
            while let Some(f) = &at
                && (is_internal(file_of(f)) || is_skipped(py, file_of(f), prefixes)?)
            {
                at = frame::back(py, f)?;
            }
            level -= 1;
        }
    }
    let (globals, filename, lineno);
    match &at {
        None => {
            globals = module::dict_of(state::sys()).to_owned();
            filename = unicode::from_str(py, "sys")?.upcast();
            lineno = 1;
        }
        Some(f) => {
            // SAFETY: LIVE: a frame's function holds its globals.
            let g = unsafe { (*frame::frame_of(f)).f_globals.get().as_ref() };
            let Some(g) = g.and_then(dict::check) else {
                return Err(exceptions::system_error(py, format_args!("a frame's globals are no dict")));
            };
            globals = g.to_owned();
            filename = file_of(f).to_owned();
            lineno = frame::line_number(f);
        }
    }
    let registry = match dict::get_name(py, &globals, name!("__warningregistry__"))? {
        Some(r) => r,
        None => {
            let r = dict::new(py)?.upcast();
            dict::set(py, &globals, name!("__warningregistry__").obj(py), &r)?;
            r
        }
    };
    let module = match dict::get_name(py, &globals, name!("__name__"))? {
        Some(m) if object::is_none(&m) || unicode::check(&m).is_some() => m,
        _ => unicode::from_str(py, "<string>")?.upcast(),
    };
    Ok(Context { filename, lineno, module, registry })
}

/// `do_warn`.
fn do_warn(
    py: Py<'_>,
    message: &PyObject,
    category: &PyTypeObject,
    level: isize,
    source: Option<&PyObject>,
    prefixes: Option<&PyTupleObject>,
) -> PyResult<()> {
    let c = context(py, level, prefixes)?;
    issue(
        py,
        &Warning {
            category: category.as_object(),
            message,
            filename: &c.filename,
            lineno: c.lineno,
            module: Some(&c.module),
            registry: Some(&c.registry),
            source_line: None,
            source,
        },
    )
}

/// `get_category`.
fn category_of(py: Py<'_>, message: &PyObject, category: Option<&PyObject>) -> PyResult<Owned<PyTypeObject>> {
    let category = if is_instance(py, message, exceptions::Warning.as_object())? {
        message.ty().as_object().to_owned()
    } else {
        match category.filter(|c| !object::is_none(c)) {
            None => exceptions::UserWarning.as_object().to_owned(),
            Some(c) => c.to_owned(),
        }
    };
    let wrong = |_: PyErr| {
        exceptions::type_error(
            py,
            format_args!("category must be a Warning subclass, not '{}'", call::type_name(category.ty())),
        )
    };
    let good = is_subclass(py, &category, exceptions::Warning.as_object()).map_err(wrong)?;
    match types::check(&category).filter(|_| good) {
        Some(t) => Ok(t.to_owned()),
        None => Err(exceptions::type_error(
            py,
            format_args!("category must be a Warning subclass, not '{}'", call::type_name(category.ty())),
        )),
    }
}

fn warn(
    py: Py<'_>,
    _: &PyModuleObject,
    message: &PyObject,
    category: Option<&PyObject>,
    level: Option<isize>,
    source: Option<&PyObject>,
    prefixes: Option<&PyTupleObject>,
) -> PyResult<()> {
    let category = category_of(py, message, category)?;
    let mut level = level.unwrap_or(1);
    let prefixes = prefixes.filter(|p| tuple::len(p) > 0);
    if prefixes.is_some() && level < 2 {
        level = 2;
    }
    let source = source.filter(|s| !object::is_none(s));
    do_warn(py, message, &category, level, source, prefixes)
}

#[allow(clippy::too_many_arguments)] // As many as it takes.
fn warn_explicit(
    py: Py<'_>,
    _: &PyModuleObject,
    message: &PyObject,
    category: &PyObject,
    filename: &PyUnicodeObject,
    lineno: i32,
    module: Option<&PyObject>,
    registry: Option<&PyObject>,
    globals: Option<&PyObject>,
    source: Option<&PyObject>,
) -> PyResult<()> {
    let line = match globals.filter(|g| !object::is_none(g)) {
        None => None,
        Some(g) => match dict::check(g) {
            Some(g) => source_line(py, g, lineno)?,
            None => {
                return Err(exceptions::type_error(
                    py,
                    format_args!("module_globals must be a dict, not '{}'", call::type_name(g.ty())),
                ));
            }
        },
    };
    issue(
        py,
        &Warning {
            category,
            message,
            filename: filename.as_object(),
            lineno,
            module,
            registry,
            source_line: line.as_deref(),
            source: source.filter(|s| !object::is_none(s)),
        },
    )
}

/// `get_source_line`: by the module's loader.
fn source_line(py: Py<'_>, globals: &PyDictObject, lineno: i32) -> PyResult<Option<Owned>> {
    let external = hooks::import(py, name!("_frozen_importlib_external"))?;
    let loader = call::method(py, &external, name!("_bless_my_loader"), [globals.as_object()])?;
    let Some(module) = dict::get_name(py, globals, name!("__name__"))? else { return Ok(None) };
    let Some(get_source) = attr::lookup_name(py, &loader, name!("get_source"))? else { return Ok(None) };
    let source = call::call(py, &get_source, [&module])?;
    if object::is_none(&source) {
        return Ok(None);
    }
    let lines = call::method(py, &source, name!("splitlines"), [])?;
    let Some(lines) = list::check(&lines) else { return Ok(None) };
    match usize::try_from(lineno - 1).ok().and_then(|i| list::get(lines, i)) {
        Some(l) => Ok(Some(l)),
        None => Err(exceptions::format(py, &exceptions::IndexError, format_args!("list index out of range"))),
    }
}

fn filters_mutated(_: Py<'_>, _: &PyModuleObject) {
    STATE.version.set(STATE.version.get() + 1);
}
