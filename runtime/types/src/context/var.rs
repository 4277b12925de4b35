//! `ContextVar` and `Token`.

use super::{changed, current, current_or_none, hamt, replace, set_vars, shown, vars};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, dict, exceptions, gc, getset, glue, hooks, members, methods, object, protocol,
    tuple, unicode,
};

/// `_contextvars.ContextVar`.
#[unsafe(no_mangle)]
pub static PyContextVar_Type: StaticType = StaticType::new::<PyContextVar>(c"_contextvars.ContextVar")
    .getattro(dxpy_core::attr::generic_get_slot)
    .flags(Py_TPFLAGS_HAVE_GC)
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .hash(glue::hash(|_: Py<'_>, v: &PyContextVar| Ok(v.var_hash.get())))
    .methods(&METHODS)
    .members(&MEMBERS)
    .traverse(glue::traverse(|o: &PyContextVar, v: &glue::Visitor| {
        v.visit(&o.var_name)?;
        v.visit(&o.var_default)
    }))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(|py: Py<'_>, v: &PyContextVar| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(v.as_object());
            clear(py, v);
            object::tp_free(v.as_object());
        }
    }));

methods! { static METHODS: for PyContextVar [
    "get" = get [1], "($self, default=<unrepresentable>, /)", "The value in the current context; else the default given here, else the variable's.";
    "set" = set_var [1], "($self, value, /)", "Sets the value in the current context; a token that undoes it.";
    "reset" = reset [1], "($self, token, /)", "Undoes the set() that gave this token.";
    "__class_getitem__" = var_class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }

members! { static MEMBERS [
    "name" = _Py_T_OBJECT, offset_of!(PyContextVar, var_name), Py_READONLY, "";
] }

/// `_contextvars.Token`.
#[unsafe(no_mangle)]
pub static PyContextToken_Type: StaticType = StaticType::new::<PyContextToken>(c"_contextvars.Token")
    .getattro(dxpy_core::attr::generic_get_slot)
    .flags(Py_TPFLAGS_HAVE_GC)
    .create(glue::create(
        |py: Py<'_>, _: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>| -> PyResult {
            Err(exceptions::runtime_error(py, format_args!("Tokens can only be created by ContextVars")))
        },
    ))
    .repr(glue::unary(token_repr))
    .hash(protocol::hash_not_implemented)
    .methods(&TOKEN_METHODS)
    .getset(&TOKEN_ATTRIBUTES)
    .traverse(glue::traverse(|t: &PyContextToken, v: &glue::Visitor| {
        v.visit(object::field(&t.tok_ctx))?;
        v.visit(object::field(&t.tok_var))?;
        v.visit(&t.tok_oldval)
    }))
    .clear(glue::clear(token_clear))
    .dealloc(glue::dealloc(|py: Py<'_>, t: &PyContextToken| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(t.as_object());
            token_clear(py, t);
            object::tp_free(t.as_object());
        }
    }));

methods! { static TOKEN_METHODS: for PyObject [
    "__class_getitem__" = class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }

getset! { static TOKEN_ATTRIBUTES [
    "var" = |_: Py<'_>, t: &PyContextToken| Ok(token_var(t)), "";
    "old_value" = |_: Py<'_>, t: &PyContextToken| Ok(old_value(t)), "";
] }

/// The type of `Token.MISSING`.
pub static MISSING_TYPE: StaticType = StaticType::new::<PyObject>(c"Token.MISSING")
    .getattro(dxpy_core::attr::generic_get_slot)
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .dealloc(glue::dealloc(|py: Py<'_>, o: &PyObject| object::revive(py, o)))
    .repr(glue::unary(|py: Py<'_>, _: &PyObject| unicode::from_str(py, "<Token.MISSING>")));

static MISSING: Gil<PyObject> = Gil(PyObject {
    ob_refcnt: core::cell::Cell::new(dxpy_core::ptr::IMMORTAL_REFCNT),
    ob_type: core::cell::Cell::new((&raw const MISSING_TYPE.0).cast_mut()),
});

/// Makes `Token.MISSING` an attribute; at start-up (`_PyContext_Init`).
pub fn add_missing(py: Py<'_>) -> PyResult<()> {
    let d = dxpy_core::types::ready::dict_of(&PyContextToken_Type);
    dict::set_str(py, d, "MISSING", &MISSING)
}

fn clear(_: Py<'_>, v: &PyContextVar) {
    object::clear_field(&v.var_name);
    object::clear_field(&v.var_default);
    v.var_cached.set(core::ptr::null_mut());
    v.var_cached_tsid.set(0);
    v.var_cached_tsver.set(0);
}

fn token_clear(_: Py<'_>, t: &PyContextToken) {
    object::clear_field(object::field(&t.tok_ctx));
    object::clear_field(object::field(&t.tok_var));
    object::clear_field(&t.tok_oldval);
}

fn class_getitem(py: Py<'_>, ty: &PyObject, item: &PyObject) -> PyResult {
    hooks::generic_alias(py, ty, item)
}

fn var_class_getitem(py: Py<'_>, ty: &PyContextVar, item: &PyObject) -> PyResult {
    class_getitem(py, ty.as_object(), item)
}

/// `PyContextVar_CheckExact`.
pub fn check_var(o: &PyObject) -> Option<&PyContextVar> {
    // SAFETY: LAYOUT: the type cannot be subclassed.
    o.ty().is(&PyContextVar_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyContextVar) })
}

/// `PyContextToken_CheckExact`.
pub fn check_token(o: &PyObject) -> Option<&PyContextToken> {
    // SAFETY: LAYOUT: the type cannot be subclassed.
    o.ty().is(&PyContextToken_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyContextToken) })
}

/// `contextvar_new`.
pub fn new_var(py: Py<'_>, name: &PyObject, default: Option<&PyObject>) -> PyResult<Owned<PyContextVar>> {
    if unicode::check(name).is_none() {
        return Err(exceptions::type_error(py, format_args!("context variable name must be a str")));
    }
    // SAFETY: LAYOUT: the type's own struct.
    let v: Owned<PyContextVar> = unsafe { object::generic_alloc(py, &PyContextVar_Type, 0)?.cast() };
    // Of the address and of the name, as many variables lie close to each other.
    let hash = protocol::hash_pointer(v.as_ptr().cast()) ^ protocol::hash(py, name)?;
    v.var_hash.set(if hash == -1 { -2 } else { hash });
    v.var_name.set(name.to_owned().into_ptr());
    replace(&v.var_default, default.map(Object::to_owned));
    Ok(v)
}

fn create(py: Py<'_>, _: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let error = |text: String| Err(exceptions::type_error(py, format_args!("{text}")));
    let (name, n) = match tuple::items(args) {
        [name] => (*name, 1),
        [] => return error("ContextVar() takes exactly 1 positional argument (0 given)".into()),
        more => {
            return error(format!("ContextVar() takes at most 1 positional argument ({} given)", more.len()));
        }
    };
    debug_assert_eq!(n, 1);
    let mut default = None;
    for (k, v) in kw.map(dict::items).unwrap_or_default() {
        if !unicode::equals_str(&k, "default") {
            let k = unicode::display(&k);
            return error(format!("'{k}' is an invalid keyword argument for ContextVar()"));
        }
        default = Some(v);
    }
    new_var(py, name, default.as_deref()).map(Owned::upcast)
}

fn repr(py: Py<'_>, v: &PyContextVar) -> PyResult<Owned<PyUnicodeObject>> {
    // SAFETY: LIVE: a variable holds its name and default, unless the collector cleared it.
    let (name, default) = unsafe { (v.var_name.get().as_ref(), v.var_default.get().as_ref()) };
    let mut text = String::from("<ContextVar name=");
    let mut parts = vec![];
    if let Some(n) = name {
        parts.push(protocol::repr(py, n)?);
    }
    let begin = unicode::from_str(py, &core::mem::take(&mut text))?;
    let mut all = vec![begin];
    all.append(&mut parts);
    if let Some(d) = default {
        all.push(unicode::from_str(py, " default=")?);
        all.push(protocol::repr(py, d)?);
    }
    all.push(unicode::from_str(py, &format!(" at {:p}>", v.as_ptr()))?);
    let all: Vec<&PyUnicodeObject> = all.iter().map(|s| &**s).collect();
    unicode::join_all(py, &all)
}

/// `PyContextVar_Get`: the value in the current context, the default given, or the variable's; None if there is none.
pub fn get_var(py: Py<'_>, v: &PyContextVar, default: Option<&PyObject>) -> PyResult<Option<Owned>> {
    let abi = &py.state().abi;
    if abi.context.get().is_null() {
        return Ok(default_of(v, default));
    }
    if !v.var_cached.get().is_null()
        && v.var_cached_tsid.get() == abi.id.get()
        && v.var_cached_tsver.get() == abi.context_ver.get()
    {
        // SAFETY: LIVE: the context of this version holds the value.
        return Ok(unsafe { v.var_cached.get().as_ref() }.map(Object::to_owned));
    }
    if let Some(c) = current_or_none(py)
        && let Some(h) = vars(&c)
        && let Some(found) = hamt::get(py, h, v.as_object())?
    {
        remember(py, v, &found);
        return Ok(Some(found));
    }
    Ok(default_of(v, default))
}

fn default_of(v: &PyContextVar, default: Option<&PyObject>) -> Option<Owned> {
    // SAFETY: LIVE: a variable holds its default, or NULL.
    default.or_else(|| unsafe { v.var_default.get().as_ref() }).map(Object::to_owned)
}

/// The next look-up of the same thread in the same context is short. The value is borrowed from the context.
fn remember(py: Py<'_>, v: &PyContextVar, value: &PyObject) {
    let abi = &py.state().abi;
    v.var_cached.set(value.as_ptr());
    v.var_cached_tsid.set(abi.id.get());
    v.var_cached_tsver.set(abi.context_ver.get());
}

fn get(py: Py<'_>, v: &PyContextVar, default: Option<&PyObject>) -> PyResult {
    match get_var(py, v, default)? {
        Some(found) => Ok(found),
        None => Err(exceptions::create(py, &exceptions::LookupError, Some(v.as_object()))),
    }
}

/// Puts a value into the current context (`contextvar_set`).
fn put(py: Py<'_>, v: &PyContextVar, value: &PyObject) -> PyResult<()> {
    v.var_cached.set(core::ptr::null_mut());
    let c = current(py)?;
    let new = match vars(&c) {
        Some(h) => hamt::set(py, h, v.as_object(), value)?,
        None => hamt::set(py, &*hamt::empty(py)?, v.as_object(), value)?,
    };
    set_vars(&c, new);
    remember(py, v, value);
    Ok(())
}

/// `PyContextVar_Set`.
pub fn set_var(py: Py<'_>, v: &PyContextVar, value: &PyObject) -> PyResult<Owned<PyContextToken>> {
    let c = current(py)?;
    let old = match vars(&c) {
        Some(h) => hamt::get(py, h, v.as_object())?,
        None => None,
    };
    // SAFETY: LAYOUT: the type's own struct.
    let t: Owned<PyContextToken> = unsafe { object::generic_alloc(py, &PyContextToken_Type, 0)?.cast() };
    t.tok_ctx.set(c.into_raw());
    t.tok_var.set(v.to_owned().into_raw());
    t.tok_oldval.set(old.map_or(core::ptr::null_mut(), Owned::into_ptr));
    put(py, v, value)?;
    Ok(t)
}

/// `PyContextVar_Reset`.
pub fn reset_var(py: Py<'_>, v: &PyContextVar, t: &PyContextToken) -> PyResult<()> {
    let wrong = |error: &'static StaticType, what: &str| -> PyResult<()> {
        let text = shown(py, t.as_object())?;
        Err(exceptions::format(py, error, format_args!("{text} {what}")))
    };
    if t.tok_used.get() != 0 {
        return wrong(&exceptions::RuntimeError, "has already been used once");
    }
    if !core::ptr::eq(t.tok_var.get(), v) {
        return wrong(&exceptions::ValueError, "was created by a different ContextVar");
    }
    let c = current(py)?;
    if !core::ptr::eq(t.tok_ctx.get(), &*c) {
        return wrong(&exceptions::ValueError, "was created in a different Context");
    }
    t.tok_used.set(1);
    // SAFETY: LIVE: a token holds the former value, or NULL.
    if let Some(old) = unsafe { t.tok_oldval.get().as_ref() } {
        return put(py, v, &old.to_owned());
    }
    v.var_cached.set(core::ptr::null_mut());
    changed(py);
    let h = vars(&c).map(Object::to_owned);
    match h.map(|h| hamt::delete(py, &h, v.as_object())).transpose()?.flatten() {
        Some(new) => {
            set_vars(&c, new);
            Ok(())
        }
        None => Err(exceptions::create(py, &exceptions::LookupError, Some(v.as_object()))),
    }
}

fn reset(py: Py<'_>, v: &PyContextVar, token: &PyObject) -> PyResult<()> {
    match check_token(token) {
        Some(t) => reset_var(py, v, t),
        None => {
            let text = shown(py, token)?;
            Err(exceptions::type_error(py, format_args!("expected an instance of Token, got {text}")))
        }
    }
}

fn token_var(t: &PyContextToken) -> Owned {
    // SAFETY: LIVE: a token holds its variable, unless the collector cleared it.
    unsafe { (t.tok_var.get() as *const PyObject).as_ref() }.map_or_else(object::none, Object::to_owned)
}

fn old_value(t: &PyContextToken) -> Owned {
    // SAFETY: LIVE: a token holds the former value, or NULL.
    unsafe { t.tok_oldval.get().as_ref() }.unwrap_or(&MISSING).to_owned()
}

fn token_repr(py: Py<'_>, t: &PyContextToken) -> PyResult<Owned<PyUnicodeObject>> {
    let used = if t.tok_used.get() != 0 { " used" } else { "" };
    let parts = [
        unicode::from_str(py, &format!("<Token{used} var="))?,
        protocol::repr(py, &token_var(t))?,
        unicode::from_str(py, &format!(" at {:p}>", t.as_ptr()))?,
    ];
    unicode::join_all(py, &[&parts[0], &parts[1], &parts[2]])
}
