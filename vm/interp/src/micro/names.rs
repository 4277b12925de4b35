//! Micro-ops of names: those of namespaces, of modules and of `builtins`.

use super::*;
use crate::handlers::{builtins, globals, is, local, name, namespace, raise_unbound, share};
use crate::specialize::{value_at, word};
use dxpy_core::dict::PyDict_Type;
use dxpy_core::ptr::Object;
use dxpy_core::{cell, dict, exceptions, name};
use dxpy_ops::names;

value!(LOAD_NAME(fp, arg), |py| names::load_name(
    py,
    namespace(fp),
    globals(fp),
    builtins(fp),
    name(fp, arg)
));
action!(STORE_NAME(fp, arg), |py, v| names::store_name(py, namespace(fp), name(fp, arg), v));
action!(DELETE_NAME(fp, arg), |py| names::delete_name(py, namespace(fp), name(fp, arg)));

/// The running function's globals, which are a dict.
unsafe fn module_dict<'a>(fp: Fp) -> &'a PyDictObject {
    // SAFETY: LAYOUT: a function's globals are a dict, perhaps of a subclass.
    unsafe { &*(globals(fp) as *const PyObject as *const PyDictObject) }
}

action!(STORE_GLOBAL(fp, arg), |py, v| dict::set(py, module_dict(fp), name(fp, arg), v));
action!(DELETE_GLOBAL(fp, arg), |py| names::delete_global(py, module_dict(fp), name(fp, arg)));

/// Gives a value, above NULL for the form that calls it.
#[inline(always)]
pub(super) unsafe fn give_to_call(arg: usize, out: *mut Obj, v: Obj) -> Answer {
    // SAFETY: the contract of micro-ops.
    unsafe {
        *out = core::ptr::null_mut();
        *out.add(arg & 1) = v;
    }
    Answer::Done
}

micro!(
    #[inline(never)]
    LOAD_GLOBAL(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        match names::load_global(py, globals(fp), builtins(fp), name(fp, arg >> 1)) {
            Ok(v) => give_to_call(arg, out, v.into_ptr()),
            Err(e) => raised(py, e),
        }
    }
);

/// The value in the module's dict that the cache of `LOAD_GLOBAL_MODULE` names; NULL where it is not for this dict.
#[inline(always)]
pub(crate) unsafe fn module_value(pc: Pc, fp: Fp) -> Obj {
    // SAFETY: the handler contract; the version says that the keys are the ones the index is for.
    unsafe {
        let k = &*(*((*fp).f_globals.get() as *const PyDictObject)).ma_keys.get();
        if k.dk_version.get() != word(pc, 2).get() as u32 {
            return core::ptr::null_mut();
        }
        value_at(k, word(pc, 1).get() as usize)
    }
}

/// The value in `builtins` that the cache of `LOAD_GLOBAL_BUILTIN` names; NULL where it is not for these dicts.
#[inline(always)]
pub(crate) unsafe fn builtins_value(pc: Pc, fp: Fp) -> Obj {
    // SAFETY: as above. The builtins are a dict of the exact type where the instruction was made; another function's may be
    // any mapping.
    unsafe {
        let d = &*((*fp).f_globals.get() as *const PyDictObject);
        let b = (*fp).f_builtins.get();
        if (*d.ma_keys.get()).dk_version.get() != word(pc, 2).get() as u32 || !is(b, &PyDict_Type.0) {
            return core::ptr::null_mut();
        }
        let k = &*(*(b as *const PyDictObject)).ma_keys.get();
        if k.dk_version.get() != word(pc, 3).get() as u32 {
            return core::ptr::null_mut();
        }
        value_at(k, word(pc, 1).get() as usize)
    }
}

guard!(GLOBAL_OF_MODULE(pc, sp, fp, ts, arg) !module_value(pc, fp).is_null());
guard!(GLOBAL_OF_BUILTINS(pc, sp, fp, ts, arg) !builtins_value(pc, fp).is_null());
micro!(MODULE_VALUE(pc, sp, fp, ts, arg, out) { give_to_call(arg, out, share(&*module_value(pc, fp))) });
micro!(BUILTINS_VALUE(pc, sp, fp, ts, arg, out) { give_to_call(arg, out, share(&*builtins_value(pc, fp))) });

value!(LOAD_LOCALS(fp, arg), |py| match namespace(fp) {
    Some(n) => Ok(n.to_owned()),
    None => Err(exceptions::system_error(py, format_args!("no locals"))),
});

value!(LOAD_FROM_DICT_OR_GLOBALS(fp, arg), |py, d| names::load_name(
    py,
    Some(d),
    globals(fp),
    builtins(fp),
    name(fp, arg)
));

micro!(
    #[inline(never)]
    LOAD_FROM_DICT_OR_DEREF(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        operands!(sp, d);
        let name = dxpy_types::code::locals_names(dxpy_types::frame::code_of(fp))[arg];
        match names::mapping_get(py, d, name) {
            Ok(Some(v)) => return give(py, out, Ok(v)),
            Ok(None) => {}
            Err(e) => return raised(py, e),
        }
        let Some(v) = cell::get(&*(*local(fp, arg) as *const PyCellObject)) else {
            raise_unbound(ts, fp, arg);
            return Answer::No;
        };
        give(py, out, Ok(v))
    }
);

value!(LOAD_BUILD_CLASS(fp, arg), |py| {
    names::mapping_get(py, builtins(fp), name!("__build_class__").obj(py)).and_then(|f| {
        f.ok_or_else(|| {
            exceptions::format(py, &exceptions::NameError, format_args!("__build_class__ not found"))
        })
    })
});

micro!(
    #[inline(always)]
    LOAD_ASSERTION_ERROR(pc, sp, fp, ts, arg, out) {
        put(out, share(exceptions::AssertionError.as_object()))
    }
);

action!(SETUP_ANNOTATIONS(fp, arg), |py| setup_annotations(py, namespace(fp)));

fn setup_annotations(py: Py<'_>, namespace: Option<&PyObject>) -> PyResult<()> {
    let key = name!("__annotations__").obj(py);
    let Some(n) = namespace else {
        return Err(exceptions::system_error(
            py,
            format_args!("no locals found when setting up annotations"),
        ));
    };
    if names::mapping_get(py, n, key)?.is_none() {
        let d = dict::new(py)?;
        names::store_name(py, namespace, key, d.as_object())?;
    }
    Ok(())
}
