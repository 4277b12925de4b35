//! `_abc`: abstract base classes: registration and the caches of subclass checks (`Modules/_abc.c`).

use core::cell::Cell;
use core::sync::atomic::{AtomicU64, Ordering};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, attr, call, dict, exceptions, gc, glue, list, methods, name, object, protocol, set,
    tuple, types, weakref,
};

/// `_abc`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_abc").doc(c"What abc.ABCMeta is made of.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "get_cache_token" = get_cache_token [0], "($module, /)", "A value that differs after every registration.";
    "_abc_init" = abc_init [1], "($module, self, /)", "Sets up a class of ABCMeta.";
    "_reset_registry" = reset_registry [1], "($module, self, /)", "Forgets the registered classes.";
    "_reset_caches" = reset_caches [1], "($module, self, /)", "Forgets the answers kept.";
    "_get_dump" = get_dump [1], "($module, self, /)", "The registry, both caches and their version.";
    "_abc_register" = abc_register [2], "($module, self, subclass, /)", "Makes a class count as a subclass.";
    "_abc_instancecheck" = abc_instancecheck [2], "($module, self, instance, /)", "What isinstance() asks.";
    "_abc_subclasscheck" = abc_subclasscheck [2], "($module, self, subclass, /)", "What issubclass() asks.";
] }

/// Counts registrations: negative answers from before the last one are void.
static INVALIDATION: AtomicU64 = AtomicU64::new(0);

fn invalidations() -> u64 {
    INVALIDATION.load(Ordering::Relaxed)
}

fn fill(py: Py<'_>, _: &PyModuleObject) -> PyResult<()> {
    types::ready::ready(py, &DATA)
}

/// What a class keeps as `_abc_impl`: sets of weak references, NULL until needed.
#[repr(C)]
struct DataObject {
    ob_base: PyObject,
    registry: Cell<*mut PyObject>,
    cache: Cell<*mut PyObject>,
    negative: Cell<*mut PyObject>,
    negative_version: Cell<u64>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for DataObject {}

static DATA: StaticType = StaticType::new::<DataObject>(c"_abc._abc_data")
    .mutable()
    .doc(c"Internal state held by ABC machinery.")
    .traverse(glue::traverse(|d: &DataObject, v: &glue::Visitor| {
        v.visit(&d.registry)?;
        v.visit(&d.cache)?;
        v.visit(&d.negative)
    }))
    .clear(glue::clear(data_clear))
    .dealloc(glue::dealloc(data_dealloc))
    .create(glue::create(data_new));

fn data_clear(_: Py<'_>, d: &DataObject) {
    object::clear_field(&d.registry);
    object::clear_field(&d.cache);
    object::clear_field(&d.negative);
}

fn data_dealloc(py: Py<'_>, d: &DataObject) {
    // SAFETY: the type has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(d.as_object());
        data_clear(py, d);
        object::tp_free(d.as_object());
    }
}

fn data_new(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    // SAFETY: LAYOUT: an instance of this type.
    let d: Owned<DataObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    d.negative_version.set(invalidations());
    Ok(d.upcast())
}

/// `_get_impl`.
fn data_of(py: Py<'_>, class: &PyObject) -> PyResult<Owned<DataObject>> {
    let d = attr::get_name(py, class, name!("_abc_impl"))?;
    if !d.ty().is(&DATA.0) {
        return Err(exceptions::type_error(py, format_args!("_abc_impl is set to a wrong type")));
    }
    // SAFETY: LAYOUT: just checked.
    Ok(unsafe { d.cast() })
}

/// The set in a field, held.
fn set_in(field: &Cell<*mut PyObject>) -> Option<Owned<PySetObject>> {
    // SAFETY: LIVE, LAYOUT: the object holds its sets, which this module makes.
    unsafe { (field.get() as *const PySetObject).as_ref() }.map(Object::to_owned)
}

/// `_in_weak_set`.
fn contains(py: Py<'_>, field: &Cell<*mut PyObject>, o: &PyObject) -> PyResult<bool> {
    let Some(s) = set_in(field).filter(|s| set::len(s) > 0) else { return Ok(false) };
    let w = match weakref::new_ref(py, &weakref::_PyWeakref_RefType, o, None) {
        Ok(w) => w,
        // What has no weak references is in no set of them.
        Err(e) if exceptions::matches(&e, &exceptions::TypeError) => return Ok(false),
        Err(e) => return Err(e),
    };
    set::contains(py, &s, w.as_object())
}

/// `_destroy`: the callback of a reference in a set; `this` is a reference to that set.
fn destroy(py: Py<'_>, this: &PyObject, w: &PyObject) -> PyResult<()> {
    let alive = weakref::check_ref(this).and_then(weakref::target);
    if let Some(s) = alive.as_ref().and_then(|s| set::check(s)) {
        set::discard(py, s, w)?;
    }
    Ok(())
}

methods! { static DESTROY: for PyObject [
    "_destroy" = destroy [1], "?($self, wr, /)", "";
] }

/// `_add_to_weak_set`.
fn insert(py: Py<'_>, field: &Cell<*mut PyObject>, o: &PyObject) -> PyResult<()> {
    if field.get().is_null() {
        field.set(set::new(py)?.into_ptr());
    }
    let Some(s) = set_in(field) else { return Ok(()) };
    let to_set = weakref::new_ref(py, &weakref::_PyWeakref_RefType, s.as_object(), None)?;
    let callback = dxpy_core::cfunction::new(py, &DESTROY.0[0], Some(to_set.as_object()), None, None)?;
    let w = weakref::new_ref(py, &weakref::_PyWeakref_RefType, o, Some(&callback))?;
    set::add(py, &s, w.as_object())
}

fn empty(py: Py<'_>, field: &Cell<*mut PyObject>) {
    if let Some(s) = set_in(field) {
        set::clear(py, &s);
    }
}

fn get_cache_token(_: Py<'_>, _: &PyModuleObject) -> u64 {
    invalidations()
}

/// Whether `__isabstractmethod__` of an object is true (`_PyObject_IsAbstract`).
fn is_abstract(py: Py<'_>, o: &PyObject) -> PyResult<bool> {
    match attr::lookup_name(py, o, name!("__isabstractmethod__"))? {
        Some(v) => protocol::is_true(py, &v),
        None => Ok(false),
    }
}

/// `compute_abstract_methods`.
fn compute_abstract_methods(py: Py<'_>, class: &PyObject) -> PyResult<()> {
    let mut names: Vec<Owned> = Vec::new();
    let ns = attr::get_name(py, class, name!("__dict__"))?;
    let items = call::method(py, &ns, name!("items"), [])?;
    for pair in protocol::collect(py, &items)? {
        let Some(t) = tuple::check(&pair).filter(|t| tuple::len(t) == 2) else {
            return Err(exceptions::type_error(
                py,
                format_args!("Iteration over a mapping's items() gave something that is not a pair"),
            ));
        };
        if is_abstract(py, tuple::items(t)[1])? {
            names.push(tuple::items(t)[0].to_owned());
        }
    }
    let bases = attr::get_name(py, class, name!("__bases__"))?;
    let Some(bases) = tuple::check(&bases) else {
        return Err(exceptions::type_error(py, format_args!("__bases__ is not tuple")));
    };
    for base in tuple::items(bases) {
        let Some(inherited) = attr::lookup_name(py, base, name!("__abstractmethods__"))? else { continue };
        for key in protocol::collect(py, &inherited)? {
            let name = attr::check_name(py, &key)?;
            if let Some(value) = attr::lookup(py, class, name)?
                && is_abstract(py, &value)?
            {
                names.push(key);
            }
        }
    }
    let all = set::frozen(py, &names)?;
    attr::set_name(py, class, name!("__abstractmethods__"), all.as_object())
}

/// The flags of patterns that a class may ask for (`COLLECTION_FLAGS`).
const COLLECTION: core::ffi::c_ulong = Py_TPFLAGS_SEQUENCE | Py_TPFLAGS_MAPPING;

fn abc_init(py: Py<'_>, _: &PyModuleObject, class: &PyObject) -> PyResult<()> {
    compute_abstract_methods(py, class)?;
    let data = data_new(py, &DATA, &tuple::empty(), None)?;
    attr::set_name(py, class, name!("_abc_impl"), &data)?;
    if let Some(ty) = types::check(class) {
        let key = name!("__abc_tpflags__");
        let own = types::ready::dict_of(ty);
        if let Some(flags) = dict::get_name(py, own, key)?
            && let Some(n) = dxpy_core::long::check(&flags)
        {
            let Some(bits) = dxpy_core::long::to_i64(n) else {
                return Err(exceptions::overflow_error(
                    py,
                    format_args!("Python int too large to convert to C long"),
                ));
            };
            let bits = bits as core::ffi::c_ulong & COLLECTION;
            if bits == COLLECTION {
                return Err(exceptions::type_error(
                    py,
                    format_args!("__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING"),
                ));
            }
            ty.tp_flags.set(ty.tp_flags.get() | bits);
            drop(dict::pop(py, own, key.obj(py))?);
            types::lookup::modified(py, ty);
        }
    }
    Ok(())
}

/// `set_collection_flag_recursive`: subtypes that have no flag of their own follow.
fn set_collection_flag(ty: &PyTypeObject, flag: core::ffi::c_ulong) {
    let flags = ty.tp_flags.get();
    if flags & COLLECTION == flag || flags & Py_TPFLAGS_IMMUTABLETYPE != 0 {
        return;
    }
    ty.tp_flags.set(flags & !COLLECTION | flag);
    for sub in types::lookup::subclasses(ty) {
        // SAFETY: LIVE: a subtype leaves the list when it dies, and nothing here runs Python code.
        set_collection_flag(unsafe { &*sub }, flag);
    }
}

fn abc_register(py: Py<'_>, _: &PyModuleObject, class: &PyObject, subclass: &PyObject) -> PyResult {
    let Some(sub) = types::check(subclass) else {
        return Err(exceptions::type_error(py, format_args!("Can only register classes")));
    };
    if types::isinstance::is_subclass(py, subclass, class)? {
        return Ok(subclass.to_owned());
    }
    if types::isinstance::is_subclass(py, class, subclass)? {
        return Err(exceptions::runtime_error(py, format_args!("Refusing to create an inheritance cycle")));
    }
    let data = data_of(py, class)?;
    insert(py, &data.registry, subclass)?;
    INVALIDATION.fetch_add(1, Ordering::Relaxed);
    if let Some(ty) = types::check(class) {
        let flag = ty.tp_flags.get() & COLLECTION;
        if flag != 0 {
            set_collection_flag(sub, flag);
        }
    }
    Ok(subclass.to_owned())
}

fn abc_instancecheck(py: Py<'_>, _: &PyModuleObject, class: &PyObject, o: &PyObject) -> PyResult {
    let data = data_of(py, class)?;
    let truth = |b: bool| Ok(dxpy_core::boolean::new(b).upcast());
    let shown = attr::get_name(py, o, name!("__class__"))?;
    if contains(py, &data.cache, &shown)? {
        return truth(true);
    }
    let check = |c: &PyObject| call::method(py, class, name!("__subclasscheck__"), [c]);
    let actual = o.ty().as_object().to_owned();
    if actual.is(&*shown) {
        if data.negative_version.get() == invalidations() && contains(py, &data.negative, &shown)? {
            return truth(false);
        }
        return check(&shown);
    }
    let r = check(&shown)?;
    if protocol::is_true(py, &r)? {
        return Ok(r);
    }
    check(&actual)
}

fn abc_subclasscheck(py: Py<'_>, _: &PyModuleObject, class: &PyObject, sub: &PyObject) -> PyResult<bool> {
    if types::check(sub).is_none() {
        return Err(exceptions::type_error(py, format_args!("issubclass() arg 1 must be a class")));
    }
    let data = data_of(py, class)?;
    if contains(py, &data.cache, sub)? {
        return Ok(true);
    }
    if data.negative_version.get() < invalidations() {
        empty(py, &data.negative);
        data.negative_version.set(invalidations());
    } else if contains(py, &data.negative, sub)? {
        return Ok(false);
    }
    let hook = call::method(py, class, name!("__subclasshook__"), [sub])?;
    if !object::is_not_implemented(&hook) {
        let yes = dxpy_core::boolean::new(true).upcast();
        let no = dxpy_core::boolean::new(false).upcast();
        if hook.is(&*yes) {
            insert(py, &data.cache, sub)?;
            return Ok(true);
        }
        if hook.is(&*no) {
            insert(py, &data.negative, sub)?;
            return Ok(false);
        }
        return Err(exceptions::format(
            py,
            &exceptions::AssertionError,
            format_args!("__subclasshook__ must return either False, True, or NotImplemented"),
        ));
    }
    // A real subclass is one without asking anybody.
    let (Some(s), Some(c)) = (types::check(sub), types::check(class)) else {
        return Err(exceptions::type_error(py, format_args!("issubclass() arg 1 must be a class")));
    };
    if types::is_subtype(s, c) {
        insert(py, &data.cache, sub)?;
        return Ok(true);
    }
    if in_registry(py, &data, sub)? {
        return Ok(true);
    }
    let direct = call::method(py, class, name!("__subclasses__"), [])?;
    let Some(direct) = list::check(&direct) else {
        return Err(exceptions::type_error(py, format_args!("__subclasses__() must return a list")));
    };
    let mut i = 0;
    // The list may change under way, so every item is fetched anew.
    while let Some(c) = list::get(direct, i) {
        i += 1;
        if types::isinstance::is_subclass(py, sub, &c)? {
            insert(py, &data.cache, sub)?;
            return Ok(true);
        }
    }
    insert(py, &data.negative, sub)?;
    Ok(false)
}

/// `subclasscheck_check_registry`: registered itself, or derived from what is.
fn in_registry(py: Py<'_>, data: &DataObject, sub: &PyObject) -> PyResult<bool> {
    if contains(py, &data.registry, sub)? {
        return Ok(true);
    }
    let Some(registry) = set_in(&data.registry) else { return Ok(false) };
    for w in set::keys(&registry) {
        let Some(c) = weakref::check_ref(&w).and_then(weakref::target) else { continue };
        if types::isinstance::is_subclass(py, sub, &c)? {
            insert(py, &data.cache, sub)?;
            return Ok(true);
        }
    }
    Ok(false)
}

fn reset_registry(py: Py<'_>, _: &PyModuleObject, class: &PyObject) -> PyResult<()> {
    empty(py, &data_of(py, class)?.registry);
    Ok(())
}

fn reset_caches(py: Py<'_>, _: &PyModuleObject, class: &PyObject) -> PyResult<()> {
    let data = data_of(py, class)?;
    empty(py, &data.cache);
    empty(py, &data.negative);
    Ok(())
}

fn get_dump(py: Py<'_>, _: &PyModuleObject, class: &PyObject) -> PyResult<Owned<PyTupleObject>> {
    let data = data_of(py, class)?;
    let copy = |field: &Cell<*mut PyObject>| -> PyResult {
        let s = set_in(field);
        set::make(py, &set::PySet_Type, s.as_ref().map(|s| s.as_object())).map(Owned::upcast)
    };
    let version = dxpy_core::long::from_u64(py, data.negative_version.get())?.upcast();
    tuple::from_iter(py, [copy(&data.registry)?, copy(&data.cache)?, copy(&data.negative)?, version])
}
