//! What `LOAD_ATTR`, `STORE_ATTR` and `LOAD_SUPER_ATTR` become.

use super::{index_of, keys_version, own_keys, word, write_object, write_u32};
use crate::dispatch::Pc;
use core::mem::offset_of;
use dxpy_bytecode::Op;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::descr::{PyClassMethodDescr_Type, PyGetSetDescr_Type, PyMemberDescr_Type, PyMethodDescr_Type};
use dxpy_core::function::PyFunction_Type;
use dxpy_core::instance::{self, Attributes};
use dxpy_core::module::PyModule_Type;
use dxpy_core::ptr::Object;
use dxpy_core::types::inherit::has;
use dxpy_core::types::{self, lookup};
use dxpy_core::{Owned, Py, attr, name};

/// What a name is in a type (`analyze_descriptor`).
enum Kind {
    Absent,
    /// A function, bound when it is got.
    Method(Owned),
    /// A property with a Python function.
    Property(Owned),
    /// A slot of the instance at this offset.
    Slot(isize),
    /// A plain value.
    Plain(Owned),
    Other,
}

fn kind(py: Py<'_>, ty: &PyTypeObject, name: &PyUnicodeObject, store: bool) -> Kind {
    let Some(d) = lookup::find(py, ty, name) else { return Kind::Absent };
    let class = d.ty();
    if !has(class, Py_TPFLAGS_IMMUTABLETYPE) {
        return Kind::Other;
    }
    if class.is(&PyMemberDescr_Type.0) {
        // SAFETY: LAYOUT, STATIC: the type says so; a descriptor's row outlives it.
        let (row, of) = unsafe {
            let d = &*(d.as_ptr() as *const PyMemberDescrObject);
            (&*d.d_member.get(), &*d.d_common.d_type.get())
        };
        // A descriptor of another class, found here by its name, refuses such an instance.
        let plain = types::is_subtype(ty, of)
            && row.r#type.get() == Py_T_OBJECT_EX
            && row.flags.get() & (Py_READONLY | Py_AUDIT_READ) == 0;
        return if plain { Kind::Slot(row.offset.get()) } else { Kind::Other };
    }
    if class.tp_descr_set.get().is_some() {
        let property = class.is(&dxpy_types::property::PyProperty_Type.0);
        return match store {
            false if property => Kind::Property(d),
            // The class itself is a field of every object.
            false if is_class_of_object(py, name, &d) => Kind::Slot(offset_of!(PyObject, ob_type) as isize),
            _ => Kind::Other,
        };
    }
    if class.is(&PyGetSetDescr_Type.0) || class.is(&PyClassMethodDescr_Type.0) {
        return Kind::Other;
    }
    if class.tp_descr_get.get().is_some() {
        return if has(class, Py_TPFLAGS_METHOD_DESCRIPTOR) { Kind::Method(d) } else { Kind::Other };
    }
    Kind::Plain(d)
}

/// Is this `object.__class__`?
fn is_class_of_object(py: Py<'_>, name: &PyUnicodeObject, d: &PyObject) -> bool {
    let class = name!("__class__").get(py);
    core::ptr::eq(name, class)
        && lookup::find(py, &types::PyBaseObject_Type, class).is_some_and(|own| core::ptr::eq(&*own, d))
}

/// The version of a type, 0 when it can have none.
fn version(ty: &PyTypeObject) -> Option<u32> {
    (lookup::assign_version(ty) && ty.tp_version_tag.get() != 0).then(|| ty.tp_version_tag.get())
}

/// Does the type look attributes up the generic way, or with a `__getattr__` that is asked last?
fn reads_plainly(py: Py<'_>, ty: &PyTypeObject) -> bool {
    let f = ty.tp_getattro.get().map(|f| f as usize);
    f == Some(attr::generic_get_slot as *const () as usize)
        || (f == Some(types::slots::tp_getattro_hook as *const () as usize)
            && lookup::find(py, ty, name!("__getattribute__").get(py))
                .is_some_and(|g| g.ty().is(&dxpy_core::descr::PyWrapperDescr_Type.0)))
}

/// `_Py_Specialize_LoadAttr`.
///
/// # Safety
/// The instruction before `pc` is `LOAD_ATTR`.
pub unsafe fn load(py: Py<'_>, pc: Pc, o: &PyObject, name: &PyUnicodeObject, method: bool) -> Option<Op> {
    let ty = o.ty();
    if ty.is(&PyModule_Type.0) {
        // SAFETY: the caller's promise.
        return unsafe { load_module(py, pc, o, name) };
    }
    if let Some(class) = types::check(o) {
        // SAFETY: the caller's promise.
        return unsafe { load_class(py, pc, class, name) };
    }
    if !reads_plainly(py, ty) {
        return None;
    }
    let v = version(ty)?;
    // SAFETY: the caller's promise: counter, version of the type, of the keys (or an index), the descriptor.
    unsafe {
        match kind(py, ty, name, false) {
            Kind::Method(d) if method => load_method(pc, o, name, v, &d),
            Kind::Property(d) => {
                let get = (*(d.as_ptr() as *const _PyPropertyObject)).prop_get.get().as_ref()?;
                if !get.ty().is(&PyFunction_Type.0) {
                    return None;
                }
                let f = &*(get.as_ptr() as *const PyFunctionObject);
                if !super::calls::takes_exactly(f, 1) {
                    return None;
                }
                write_u32(pc, 1, v);
                write_u32(pc, 3, super::calls::function_version(f)?);
                write_object(pc, 5, get.as_ptr());
                Some(Op::LOAD_ATTR_PROPERTY)
            }
            Kind::Slot(offset) => {
                write_u32(pc, 1, v);
                word(pc, 3).set(u16::try_from(offset).ok()?);
                Some(Op::LOAD_ATTR_SLOT)
            }
            Kind::Absent => of_dict(pc, o, name, v, Op::LOAD_ATTR_INSTANCE_VALUE, Op::LOAD_ATTR_WITH_HINT),
            _ => None,
        }
    }
}

/// `specialize_dict_access`: an instance's own attribute.
unsafe fn of_dict(
    pc: Pc,
    o: &PyObject,
    name: &PyUnicodeObject,
    v: u32,
    inline: Op,
    hinted: Op,
) -> Option<Op> {
    if !has(o.ty(), Py_TPFLAGS_MANAGED_DICT) {
        return None;
    }
    // SAFETY: the flag was checked; the caller's promise.
    unsafe {
        match instance::decode(instance::managed(o).get()) {
            Attributes::Values(_) => {
                let i = index_of(instance::cached_keys(o.ty())?, name)?;
                write_u32(pc, 1, v);
                word(pc, 3).set(i as u16);
                Some(inline)
            }
            Attributes::Dict(d) => {
                let i = index_of(own_keys(d)?, name)?;
                write_u32(pc, 1, v);
                word(pc, 3).set(u16::try_from(i).ok()?);
                Some(hinted)
            }
            Attributes::Nothing => None,
        }
    }
}

/// `specialize_attr_loadmethod`: a method that no attribute of the instance hides.
unsafe fn load_method(pc: Pc, o: &PyObject, name: &PyUnicodeObject, v: u32, d: &PyObject) -> Option<Op> {
    let ty = o.ty();
    // SAFETY: the caller's promise; the flag is checked before the word is read.
    unsafe {
        let op = if has(ty, Py_TPFLAGS_MANAGED_DICT) {
            if !matches!(instance::decode(instance::managed(o).get()), Attributes::Values(_)) {
                return None;
            }
            let k = instance::cached_keys(ty)?;
            if index_of(k, name).is_some() {
                return None;
            }
            let kv = keys_version(k);
            if kv == 0 {
                return None;
            }
            write_u32(pc, 3, kv);
            Op::LOAD_ATTR_METHOD_WITH_VALUES
        } else if ty.tp_dictoffset.get() == 0 {
            Op::LOAD_ATTR_METHOD_NO_DICT
        } else if ty.tp_dictoffset.get() > 0
            && u16::try_from(ty.tp_dictoffset.get()).is_ok()
            && instance::dict_cell(o)?.get().is_null()
        {
            word(pc, 3).set(ty.tp_dictoffset.get() as u16);
            Op::LOAD_ATTR_METHOD_LAZY_DICT
        } else {
            return None;
        };
        write_u32(pc, 1, v);
        write_object(pc, 5, d.as_ptr());
        Some(op)
    }
}

/// `specialize_module_load_attr`.
unsafe fn load_module(py: Py<'_>, pc: Pc, m: &PyObject, name: &PyUnicodeObject) -> Option<Op> {
    // SAFETY: LAYOUT: the type was checked; LIVE: a module holds its dict, NULL before it is initialised.
    let d =
        unsafe { ((*(m.as_ptr() as *const PyModuleObject)).md_dict.get() as *const PyDictObject).as_ref()? };
    let k = own_keys(d)?;
    if lookup::find(py, m.ty(), name).is_some() || index_of(k, name!("__getattr__").get(py)).is_some() {
        return None;
    }
    let i = index_of(k, name)?;
    let v = keys_version(k);
    // SAFETY: the caller's promise.
    unsafe {
        write_u32(pc, 1, v);
        word(pc, 3).set(u16::try_from(i).ok()?);
    }
    (v != 0).then_some(Op::LOAD_ATTR_MODULE)
}

/// `specialize_class_load_attr`.
unsafe fn load_class(py: Py<'_>, pc: Pc, class: &PyTypeObject, name: &PyUnicodeObject) -> Option<Op> {
    let meta = class.as_object().ty();
    if !meta.is(&types::PyType_Type.0) || lookup::find(py, meta, name).is_some() {
        return None;
    }
    let v = version(class)?;
    let d = match kind(py, class, name, false) {
        Kind::Method(d) | Kind::Plain(d) => d,
        _ => return None,
    };
    // A method descriptor got from the class is itself (a function, say); one that checks its type gives itself too.
    if d.ty().tp_descr_get.get().is_some()
        && !d.ty().is(&PyFunction_Type.0)
        && !d.ty().is(&PyMethodDescr_Type.0)
    {
        return None;
    }
    // SAFETY: the caller's promise.
    unsafe {
        write_u32(pc, 1, v);
        write_object(pc, 5, d.as_ptr());
    }
    Some(Op::LOAD_ATTR_CLASS)
}

/// `_Py_Specialize_StoreAttr`.
///
/// # Safety
/// The instruction before `pc` is `STORE_ATTR`.
pub unsafe fn store(py: Py<'_>, pc: Pc, o: &PyObject, name: &PyUnicodeObject) -> Option<Op> {
    let ty = o.ty();
    if ty.tp_setattro.get().map(|f| f as usize) != Some(attr::generic_set_slot as *const () as usize) {
        return None;
    }
    let v = version(ty)?;
    // SAFETY: the caller's promise: counter, version, index.
    unsafe {
        match kind(py, ty, name, true) {
            Kind::Slot(offset) => {
                write_u32(pc, 1, v);
                word(pc, 3).set(u16::try_from(offset).ok()?);
                Some(Op::STORE_ATTR_SLOT)
            }
            Kind::Absent => of_dict(pc, o, name, v, Op::STORE_ATTR_INSTANCE_VALUE, Op::STORE_ATTR_WITH_HINT),
            _ => None,
        }
    }
}
