//! `module`: the type, definitions in static memory, and making modules from definitions in two phases (PEP 489;
//! `Objects/moduleobject.c`). Attribute access of modules and their methods are in the crate of built-in types.

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyResult;
use crate::gc;
use crate::glue;
use crate::object;
use crate::ptr::{Object, Owned};
use crate::statics::{Gil, StaticType};
use crate::thread::Py;
use crate::types::is_subtype;
use crate::{dict, exceptions, name};
use core::cell::Cell;
use core::ffi::{CStr, c_int, c_void};
use core::mem::offset_of;

/// `module`.
#[unsafe(no_mangle)]
pub static PyModule_Type: StaticType = StaticType::new::<PyModuleObject>(c"module")
    .flags(Py_TPFLAGS_BASETYPE)
    .dict(offset_of!(PyModuleObject, md_dict))
    .weaklist(offset_of!(PyModuleObject, md_weaklist))
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc));

/// `PyModule_Check`.
#[inline(always)]
pub fn check(o: &PyObject) -> bool {
    is_subtype(o.ty(), &PyModule_Type)
}

/// The object as a module, if it is one.
pub fn as_module(o: &PyObject) -> Option<&PyModuleObject> {
    // SAFETY: LAYOUT: modules are such objects.
    check(o).then(|| unsafe { &*(&raw const *o).cast() })
}

/// The definition a module was made from, if any.
fn definition(m: &PyModuleObject) -> Option<&PyModuleDef> {
    // SAFETY: STATIC: definitions outlive their modules.
    unsafe { m.md_def.get().as_ref() }
}

/// `module_traverse`: the state's own traversal first, once there is state or the definition needs none.
fn traverse(m: &PyModuleObject, v: &glue::Visitor) -> Result<(), c_int> {
    if let Some(def) = definition(m)
        && let Some(f) = def.m_traverse.get()
        && (def.m_size.get() <= 0 || !m.md_state.get().is_null())
    {
        v.delegate(f, m.as_object())?;
    }
    v.visit(&m.md_dict)
}

/// `module_clear`.
fn clear(_: Py<'_>, m: &PyModuleObject) {
    if let Some(def) = definition(m)
        && let Some(f) = def.m_clear.get()
        && (def.m_size.get() <= 0 || !m.md_state.get().is_null())
    {
        // SAFETY: the slot's contract.
        unsafe { f(m.as_ptr()) };
    }
    object::clear_field(&m.md_dict);
}

/// `module_dealloc`.
fn dealloc(py: Py<'_>, m: &PyModuleObject) {
    // SAFETY: a module has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(m.as_object());
        crate::weakref::clear_all(py, m.as_object());
        if let Some(def) = definition(m)
            && let Some(f) = def.m_free.get()
            && (def.m_size.get() <= 0 || !m.md_state.get().is_null())
        {
            f(m.as_ptr() as *mut core::ffi::c_void);
        }
        object::clear_field(&m.md_dict);
        object::clear_field(&m.md_name);
        if !m.md_state.get().is_null() {
            crate::alloc::free(m.md_state.get());
        }
        object::tp_free(m.as_object());
    }
}

/// `PyModule_NewObject`: with an empty dict holding the five names every module has.
pub fn new(py: Py<'_>, name: &PyUnicodeObject) -> PyResult<Owned<PyModuleObject>> {
    // SAFETY: LAYOUT: a zeroed module.
    let m: Owned<PyModuleObject> = unsafe { object::generic_alloc(py, &PyModule_Type, 0)?.cast() };
    m.md_dict.set(dict::new(py)?.into_ptr());
    init_dict(py, &m, Some(name), None)?;
    Ok(m)
}

/// `module_init_dict`.
pub fn init_dict(
    py: Py<'_>,
    m: &PyModuleObject,
    name: Option<&PyUnicodeObject>,
    doc: Option<&PyObject>,
) -> PyResult<()> {
    let (d, none) = (dict_of(m), object::none());
    let name_object = name.map_or(&*none, |n| n.as_object());
    dict::set(py, d, name!("__name__").obj(py), name_object)?;
    dict::set(py, d, name!("__doc__").obj(py), doc.unwrap_or(&none))?;
    for n in [name!("__package__"), name!("__loader__"), name!("__spec__")] {
        dict::set(py, d, n.obj(py), &none)?;
    }
    if let Some(n) = name {
        let old = m.md_name.replace(n.to_owned().into_ptr());
        // SAFETY: OWNED: the module held its former name.
        drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    }
    Ok(())
}

/// `PyModule_GetDict`.
///
/// # Panics
/// On a module without a dict, which only one whose `__init__` never ran has.
pub fn dict_of(m: &PyModuleObject) -> &PyDictObject {
    let d = m.md_dict.get() as *const PyDictObject;
    assert!(!d.is_null(), "a module that was never initialised");
    // SAFETY: LIVE, LAYOUT: a module holds its dict.
    unsafe { &*d }
}

/// `PyModule_AddObjectRef`.
pub fn add(py: Py<'_>, m: &PyModuleObject, name: &str, value: &PyObject) -> PyResult<()> {
    dict::set_str(py, dict_of(m), name, value)
}

/// `PyModule_AddType`: readies the type and adds it under the last part of its name.
pub fn add_type(py: Py<'_>, m: &PyModuleObject, ty: &PyTypeObject) -> PyResult<()> {
    crate::types::ready(py, ty)?;
    add(py, m, &crate::call::short_name(ty), ty.as_object())
}

/// `PyModule_AddIntConstant`.
pub fn add_int(py: Py<'_>, m: &PyModuleObject, name: &str, value: i64) -> PyResult<()> {
    add(py, m, name, crate::long::from_i64(py, value)?.as_object())
}

/// `PyModule_AddStringConstant`.
pub fn add_str(py: Py<'_>, m: &PyModuleObject, name: &str, value: &str) -> PyResult<()> {
    add(py, m, name, crate::unicode::from_str(py, value)?.as_object())
}

/// A `PyModuleDef` in static memory: the one description of a module, whether it is written here or in C.
pub type StaticModule = Gil<PyModuleDef>;

impl StaticModule {
    /// A module without methods or state.
    pub const fn new(name: &'static CStr) -> StaticModule {
        // SAFETY: all-zero is the empty definition.
        let mut d: PyModuleDef = unsafe { core::mem::MaybeUninit::zeroed().assume_init() };
        d.m_base.ob_base.ob_refcnt = Cell::new(crate::ptr::IMMORTAL_REFCNT);
        d.m_base.ob_base.ob_type = Cell::new(&raw const PyModuleDef_Type.0 as *mut PyTypeObject);
        d.m_name = Cell::new(name.as_ptr() as *mut _);
        Gil(d)
    }

    /// `m_doc`.
    pub const fn doc(mut self, text: &'static CStr) -> Self {
        self.0.m_doc = Cell::new(text.as_ptr() as *mut _);
        self
    }

    /// `m_methods`, a table made by `methods!` for `PyModuleObject`.
    pub const fn methods<const N: usize>(mut self, table: &'static Gil<[PyMethodDef; N]>) -> Self {
        self.0.m_methods = Cell::new(&raw const table.0 as *mut PyMethodDef);
        self
    }

    /// `m_slots`, a table made by [`exec`].
    pub const fn slots<const N: usize>(mut self, table: &'static Gil<[PyModuleDef_Slot; N]>) -> Self {
        self.0.m_slots = Cell::new(&raw const table.0 as *mut PyModuleDef_Slot);
        self
    }

    /// `m_size`, with what the collector needs of the state.
    pub const fn state(
        mut self,
        size: usize,
        traverse: Option<traverseproc>,
        clear: Option<inquiry>,
    ) -> Self {
        self.0.m_size = Cell::new(size as isize);
        self.0.m_traverse = Cell::new(traverse);
        self.0.m_clear = Cell::new(clear);
        self
    }
}

/// `moduledef`.
#[unsafe(no_mangle)]
pub static PyModuleDef_Type: StaticType =
    StaticType::new::<PyModuleDef>(c"moduledef").dealloc(glue::dealloc(object::revive));

/// A slot table with one `Py_mod_exec`: the function fills the module's dict.
pub const fn exec<F>(_: F) -> Gil<[PyModuleDef_Slot; 2]>
where
    F: for<'a> Fn(Py<'a>, &'a PyModuleObject) -> PyResult<()> + Copy,
{
    unsafe extern "C" fn shim<F>(m: *mut PyObject) -> c_int
    where
        F: for<'a> Fn(Py<'a>, &'a PyModuleObject) -> PyResult<()> + Copy,
    {
        // SAFETY: GIL, LIVE, LAYOUT: the contract of `Py_mod_exec`.
        unsafe {
            let py = Py::assume();
            match glue::conjure::<F>()(py, crate::ptr::borrow(m)) {
                Ok(()) => 0,
                Err(e) => {
                    e.restore(py);
                    -1
                }
            }
        }
    }
    let f: unsafe extern "C" fn(*mut PyObject) -> c_int = shim::<F>;
    Gil([
        PyModuleDef_Slot { slot: Cell::new(Py_mod_exec), value: Cell::new(f as *mut c_void) },
        PyModuleDef_Slot { slot: Cell::new(0), value: Cell::new(core::ptr::null_mut()) },
    ])
}

/// The slots of a definition.
fn slots(def: &PyModuleDef) -> &[PyModuleDef_Slot] {
    let first = def.m_slots.get();
    if first.is_null() {
        return &[];
    }
    // SAFETY: STATIC: a table ended by a zero row.
    unsafe {
        let mut n = 0;
        while (*first.add(n)).slot.get() != 0 {
            n += 1;
        }
        core::slice::from_raw_parts(first, n)
    }
}

/// `PyModule_FromDefAndSpec2`: creates the module of a multi-phase definition; [`exec_def`] fills it.
pub fn from_def_and_spec(py: Py<'_>, def: &'static PyModuleDef, spec: &PyObject) -> PyResult {
    let name = crate::attr::get_name(py, spec, name!("name"))?;
    let name = crate::attr::check_name(py, &name)?;
    let shown = || crate::unicode::display(name.as_object());
    if def.m_size.get() < 0 {
        return Err(exceptions::system_error(
            py,
            format_args!("module {}: m_size may not be negative for multi-phase initialization", shown()),
        ));
    }
    let (mut create, mut interpreters) = (None, false);
    for s in slots(def) {
        match s.slot.get() {
            Py_mod_create if create.is_some() => {
                return Err(exceptions::system_error(
                    py,
                    format_args!("module {} has multiple create slots", shown()),
                ));
            }
            Py_mod_create => create = Some(s.value.get()),
            Py_mod_multiple_interpreters if interpreters => {
                return Err(exceptions::system_error(
                    py,
                    format_args!("module {} has more than one 'multiple interpreters' slots", shown()),
                ));
            }
            Py_mod_multiple_interpreters => interpreters = true,
            Py_mod_exec => {}
            other => {
                return Err(exceptions::system_error(
                    py,
                    format_args!("module {} uses unknown slot ID {other}", shown()),
                ));
            }
        }
    }
    let m: Owned = match create {
        None => new(py, name)?.upcast(),
        Some(f) => {
            type Create = unsafe extern "C" fn(*mut PyObject, *mut PyModuleDef) -> *mut PyObject;
            // SAFETY: the slot's contract: its value is a function of this type, with an owned result.
            let made = unsafe {
                let f = core::mem::transmute::<*mut c_void, Create>(f);
                Owned::<PyObject>::from_raw_opt(f(
                    spec.as_ptr(),
                    def as *const PyModuleDef as *mut PyModuleDef,
                ))
            };
            outcome(py, made, || format!("creation of module {}", shown()))?
        }
    };
    if check(&m) {
        // SAFETY: LAYOUT: just checked.
        let module = unsafe { &*(m.as_ptr() as *const PyModuleObject) };
        module.md_def.set(def as *const PyModuleDef as *mut PyModuleDef);
    } else if def.m_size.get() > 0 || def.m_traverse.get().is_some() || def.m_clear.get().is_some() {
        return Err(exceptions::system_error(
            py,
            format_args!("module {} is not a module object, but requests module state", shown()),
        ));
    }
    add_functions(py, &m, def, name)?;
    if !def.m_doc.get().is_null() {
        // SAFETY: STATIC: a C string.
        let text = unsafe { CStr::from_ptr(def.m_doc.get()) }.to_string_lossy();
        let text = crate::unicode::from_str(py, &text)?;
        crate::attr::set_name(py, &m, name!("__doc__"), text.as_object())?;
    }
    Ok(m)
}

/// The result of a slot's function: a value and an exception exclude each other, and one of both is there.
fn outcome<T>(py: Py<'_>, made: Option<T>, what: impl Fn() -> String) -> PyResult<T> {
    match (made, crate::err::PyErr::take(py)) {
        (Some(m), None) => Ok(m),
        (None, Some(e)) => Err(e),
        (None, None) => {
            Err(exceptions::system_error(py, format_args!("{} failed without setting an exception", what())))
        }
        (Some(_), Some(cause)) => {
            let e = exceptions::system_error(py, format_args!("{} raised unreported exception", what()));
            Err(exceptions::caused_by(py, e, cause))
        }
    }
}

/// `_add_methods_to_object`.
pub fn add_functions(
    py: Py<'_>,
    m: &PyObject,
    def: &'static PyModuleDef,
    name: &PyUnicodeObject,
) -> PyResult<()> {
    // SAFETY: STATIC: a definition's table.
    unsafe { add_table(py, m, def.m_methods.get(), name) }
}

/// `PyModule_AddFunctions`, with the module's name.
///
/// # Safety
/// The table is static and ended by a row without a name, or NULL.
pub unsafe fn add_table(
    py: Py<'_>,
    m: &PyObject,
    table: *const PyMethodDef,
    name: &PyUnicodeObject,
) -> PyResult<()> {
    let mut row = table;
    // SAFETY: STATIC: a table ended by a row without a name.
    while let Some(r) = unsafe { row.as_ref() }.filter(|r| !r.ml_name.get().is_null()) {
        if r.ml_flags.get() & (METH_CLASS | METH_STATIC) != 0 {
            return Err(exceptions::value_error(
                py,
                format_args!("module functions cannot set METH_CLASS or METH_STATIC"),
            ));
        }
        let f = crate::cfunction::new(py, r, Some(m), Some(name.as_object()), None)?;
        let key = crate::unicode::intern_str(py, &crate::cfunction::name_of(r))?;
        crate::attr::set(py, m, &key, Some(&f))?;
        // SAFETY: the row was not the last.
        row = unsafe { row.add(1) };
    }
    Ok(())
}

/// `PyModule_ExecDef`: allocates the state and runs the exec slots.
pub fn exec_def(py: Py<'_>, m: &PyModuleObject, def: &'static PyModuleDef) -> PyResult<()> {
    let size = def.m_size.get();
    if size >= 0 && m.md_state.get().is_null() {
        // Where there is no state, the pointer still says that the module was run.
        let block = crate::alloc::calloc((size as usize).max(1));
        if block.is_null() {
            return Err(exceptions::memory_error(py));
        }
        m.md_state.set(block);
    }
    for s in slots(def).iter().filter(|s| s.slot.get() == Py_mod_exec) {
        type Exec = unsafe extern "C" fn(*mut PyObject) -> c_int;
        // SAFETY: the slot's contract: its value is a function of this type.
        let r = unsafe { core::mem::transmute::<*mut c_void, Exec>(s.value.get())(m.as_ptr()) };
        outcome(py, (r == 0).then_some(()), || {
            let name = dict::get_name(py, dict_of(m), name!("__name__")).ok().flatten();
            format!("execution of module {}", name.map(|n| crate::unicode::display(&n)).unwrap_or_default())
        })?;
    }
    Ok(())
}

/// The definition a module was made from (`PyModule_GetDef`).
pub fn def_of(m: &PyModuleObject) -> Option<&'static PyModuleDef> {
    // SAFETY: STATIC: definitions outlive their modules.
    unsafe { m.md_def.get().as_ref() }
}

/// `_PyModule_ClearDict`: all names become None, those with one underscore first, for destructors may need the others;
/// `__builtins__` stays.
pub fn clear_dict(py: Py<'_>, d: &PyDictObject) {
    let none = object::none();
    for private in [true, false] {
        for (key, value) in dict::items(d) {
            if object::is_none(&value) {
                continue;
            }
            drop(value);
            let Some(k) = crate::unicode::check(&key) else { continue };
            let mut start = crate::unicode::code_points(k);
            let begins = (start.next(), start.next());
            let underscore = Some(u32::from('_'));
            let clear = if private {
                begins.0 == underscore && begins.1 != underscore
            } else {
                begins.0 != underscore || !crate::unicode::equals_str(&key, "__builtins__")
            };
            drop(start);
            if clear && let Err(e) = dict::set(py, d, &key, &none) {
                exceptions::unraisable(py, e, None);
            }
        }
    }
}
