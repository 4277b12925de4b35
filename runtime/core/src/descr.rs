//! Descriptors of built-in types: methods, class methods, members, computed attributes, slot wrappers, and the bound
//! form of the last (`Objects/descrobject.c`). `property` and `mappingproxy` are in `types`.

use crate::abi::constants::*;
use crate::abi::*;
use crate::call::{nargs, short_name, type_name};
use crate::err::{PyErr, PyResult, from_ptr, into_ptr};
use crate::exceptions;
use crate::gc;
use crate::glue;
use crate::object;
use crate::ptr::{Layout, Object, Owned, borrow};
use crate::statics::StaticType;
use crate::thread::Py;
use crate::types::{is_subtype, wrap};
use crate::{cfunction, tuple, unicode};
use core::ffi::{CStr, c_int, c_void};
use core::mem::offset_of;

macro_rules! descriptor_type {
    ($(#[$m:meta])* $name:ident $text:literal $layout:ident $(. $extra:ident ($($arg:expr),*))*) => {
        $(#[$m])*
        #[unsafe(no_mangle)]
        pub static $name: StaticType = StaticType::new::<$layout>($text)
            .repr(glue::unary(repr))
            .traverse(glue::traverse(traverse))
            .dealloc(glue::dealloc(dealloc))
            $(.$extra($($arg),*))*;
    };
}

descriptor_type! {
    /// `method_descriptor`.
    PyMethodDescr_Type c"method_descriptor" PyMethodDescrObject
    .flags(Py_TPFLAGS_METHOD_DESCRIPTOR).vectorcall_offset(offset_of!(PyMethodDescrObject, vectorcall))
    .call(crate::call::vectorcall_call).descr_get(glue::descr_get(method_get))
}
descriptor_type! {
    /// `classmethod_descriptor`.
    PyClassMethodDescr_Type c"classmethod_descriptor" PyMethodDescrObject
    .call(glue::call(classmethod_call)).descr_get(glue::descr_get(classmethod_get))
}
descriptor_type! {
    /// `member_descriptor`.
    PyMemberDescr_Type c"member_descriptor" PyMemberDescrObject
    .descr_get(glue::descr_get(member_get)).descr_set(glue::assign(member_set))
}
descriptor_type! {
    /// `getset_descriptor`.
    PyGetSetDescr_Type c"getset_descriptor" PyGetSetDescrObject
    .descr_get(glue::descr_get(getset_get)).descr_set(glue::assign(getset_set))
}
descriptor_type! {
    /// `wrapper_descriptor`.
    PyWrapperDescr_Type c"wrapper_descriptor" PyWrapperDescrObject
    .flags(Py_TPFLAGS_METHOD_DESCRIPTOR).call(glue::call(wrapper_call)).descr_get(glue::descr_get(wrapper_get))
}

/// The type a descriptor belongs to.
pub fn owner(d: &PyDescrObject) -> &PyTypeObject {
    // SAFETY: LIVE: a descriptor holds its type.
    unsafe { &*d.d_type.get() }
}

/// The attribute's name.
pub fn name(d: &PyDescrObject) -> &PyUnicodeObject {
    // SAFETY: LIVE, LAYOUT: a descriptor holds its name, a str.
    unsafe { &*(d.d_name.get() as *const PyUnicodeObject) }
}

fn shown(d: &PyDescrObject) -> String {
    unicode::display(name(d).as_object())
}

fn repr(py: Py<'_>, d: &PyDescrObject) -> PyResult<Owned<PyUnicodeObject>> {
    let (kind, ty) = (d.as_object().ty(), type_name(owner(d)));
    let word = if kind.is(&PyMemberDescr_Type.0) {
        "member"
    } else if kind.is(&PyGetSetDescr_Type.0) {
        "attribute"
    } else if kind.is(&PyWrapperDescr_Type.0) {
        "slot wrapper"
    } else {
        "method"
    };
    unicode::from_str(py, &format!("<{word} '{}' of '{ty}' objects>", shown(d)))
}

fn traverse(d: &PyDescrObject, v: &glue::Visitor) -> Result<(), c_int> {
    v.visit(&core::cell::Cell::new(d.d_type.get() as *mut PyObject))
}

fn dealloc(_: Py<'_>, d: &PyDescrObject) {
    // SAFETY: a descriptor has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(d.as_object());
        drop(Owned::<PyTypeObject>::from_raw_opt(d.d_type.replace(core::ptr::null_mut())));
        object::clear_field(&d.d_name);
        object::clear_field(&d.d_qualname);
        object::tp_free(d.as_object());
    }
}

/// `descr_new`: the common fields; the caller fills the rest and tracks.
///
/// # Safety
/// The caller sets every field after `d_common`.
unsafe fn new<T: Layout>(
    py: Py<'_>,
    kind: &'static StaticType,
    ty: &PyTypeObject,
    name: &str,
) -> PyResult<Owned<T>> {
    let name = unicode::intern_str(py, name)?;
    // SAFETY: the common fields are set here.
    unsafe {
        let d = object::alloc_uninit::<T>(py, kind, size_of::<T>())?;
        let common = &*(d.as_ptr() as *const PyDescrObject);
        common.d_type.set(ty.to_owned().into_raw());
        common.d_name.set(name.into_ptr());
        common.d_qualname.set(core::ptr::null_mut());
        Ok(d)
    }
}

fn c_text<'a>(p: *mut core::ffi::c_char) -> std::borrow::Cow<'a, str> {
    // SAFETY: STATIC: a C string of a table.
    unsafe { CStr::from_ptr(p) }.to_string_lossy()
}

/// `PyDescr_NewMethod` and `PyDescr_NewClassMethod`.
pub fn new_method(py: Py<'_>, ty: &PyTypeObject, def: &'static PyMethodDef, class: bool) -> PyResult {
    let kind = if class { &PyClassMethodDescr_Type } else { &PyMethodDescr_Type };
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let d: Owned<PyMethodDescrObject> = new(py, kind, ty, &c_text(def.ml_name.get()))?;
        d.d_method.set(def as *const PyMethodDef as *mut PyMethodDef);
        d.vectorcall.set(if class { None } else { Some(method_vectorcall) });
        gc::track(d.as_object());
        Ok(d.upcast())
    }
}

/// `PyDescr_NewMember`.
pub fn new_member(py: Py<'_>, ty: &PyTypeObject, def: &PyMemberDef) -> PyResult {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let d: Owned<PyMemberDescrObject> = new(py, &PyMemberDescr_Type, ty, &c_text(def.name.get()))?;
        d.d_member.set(def as *const PyMemberDef as *mut PyMemberDef);
        gc::track(d.as_object());
        Ok(d.upcast())
    }
}

/// `PyDescr_NewGetSet`.
pub fn new_getset(py: Py<'_>, ty: &PyTypeObject, def: &PyGetSetDef) -> PyResult {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let d: Owned<PyGetSetDescrObject> = new(py, &PyGetSetDescr_Type, ty, &c_text(def.name.get()))?;
        d.d_getset.set(def as *const PyGetSetDef as *mut PyGetSetDef);
        gc::track(d.as_object());
        Ok(d.upcast())
    }
}

/// `PyDescr_NewWrapper`.
pub fn new_wrapper(py: Py<'_>, ty: &PyTypeObject, base: &wrapperbase, f: *mut c_void) -> PyResult {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let d: Owned<PyWrapperDescrObject> = new(py, &PyWrapperDescr_Type, ty, &c_text(base.name.get()))?;
        d.d_base.set(base as *const wrapperbase as *mut wrapperbase);
        d.d_wrapped.set(f);
        gc::track(d.as_object());
        Ok(d.upcast())
    }
}

/// `descr_check`: the error for an object of another type.
fn check(py: Py<'_>, d: &PyDescrObject, o: &PyObject) -> PyResult<()> {
    if is_subtype(o.ty(), owner(d)) {
        return Ok(());
    }
    Err(exceptions::type_error(
        py,
        format_args!(
            "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
            shown(d),
            type_name(owner(d)),
            type_name(o.ty())
        ),
    ))
}

fn method_def(d: &PyMethodDescrObject) -> &'static PyMethodDef {
    // SAFETY: STATIC, or kept by whoever made the type.
    unsafe { &*d.d_method.get() }
}

/// `method_get`.
fn method_get(py: Py<'_>, d: &PyMethodDescrObject, o: Option<&PyObject>, _: Option<&PyObject>) -> PyResult {
    let Some(o) = o else { return Ok(d.to_owned().upcast()) };
    check(py, &d.d_common, o)?;
    let class = (method_def(d).ml_flags.get() & METH_METHOD != 0).then(|| owner(&d.d_common));
    cfunction::new(py, method_def(d), Some(o), None, class)
}

/// `method_vectorcall_*`: the first argument is self.
unsafe extern "C" fn method_vectorcall(
    d: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE, LAYOUT: the vectorcall contract; only method descriptors carry this function.
    unsafe {
        let (py, d) = (Py::assume(), borrow::<PyMethodDescrObject>(d));
        let n = nargs(nargsf);
        let shown = || qualified(&d.d_common);
        if n == 0 {
            let e =
                exceptions::type_error(py, format_args!("unbound method {}() needs an argument", shown()));
            return into_ptr::<PyObject>(py, Err(e));
        }
        let this = &**args;
        if let Err(e) = check_first(py, &d.d_common, this) {
            return into_ptr::<PyObject>(py, Err(e));
        }
        let class = d.d_common.d_type.get();
        let r =
            cfunction::invoke(py, method_def(d), this.as_ptr(), class, args.add(1), n - 1, kwnames, &shown);
        into_ptr(py, r)
    }
}

/// `_PyObject_FunctionStr` of a descriptor, without parentheses.
fn qualified(d: &PyDescrObject) -> String {
    format!("{}.{}", short_name(owner(d)), shown(d))
}

/// `method_check_args`' type check.
fn check_first(py: Py<'_>, d: &PyDescrObject, o: &PyObject) -> PyResult<()> {
    if is_subtype(o.ty(), owner(d)) {
        return Ok(());
    }
    Err(exceptions::type_error(
        py,
        format_args!(
            "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
            shown(d),
            type_name(owner(d)),
            type_name(o.ty())
        ),
    ))
}

/// `classmethod_get`: bound to the class.
fn classmethod_get(
    py: Py<'_>,
    d: &PyMethodDescrObject,
    o: Option<&PyObject>,
    ty: Option<&PyObject>,
) -> PyResult {
    let ty = match (ty, o) {
        (Some(t), _) => t,
        (None, Some(o)) => o.ty().as_object(),
        (None, None) => {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "descriptor '{}' for type '{}' needs either an object or a type",
                    shown(&d.d_common),
                    type_name(owner(&d.d_common))
                ),
            ));
        }
    };
    let Some(class) = crate::types::check(ty) else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "descriptor '{}' for type '{}' needs a type, not a '{}' as arg 2",
                shown(&d.d_common),
                type_name(owner(&d.d_common)),
                type_name(ty.ty())
            ),
        ));
    };
    if !is_subtype(class, owner(&d.d_common)) {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "descriptor '{}' requires a subtype of '{}' but received '{}'",
                shown(&d.d_common),
                type_name(owner(&d.d_common)),
                type_name(class)
            ),
        ));
    }
    let with_class = method_def(d).ml_flags.get() & METH_METHOD != 0;
    cfunction::new(py, method_def(d), Some(ty), None, with_class.then(|| owner(&d.d_common)))
}

/// `classmethoddescr_call`.
fn classmethod_call(
    py: Py<'_>,
    d: &PyMethodDescrObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    let Some((first, rest)) = tuple::items(args).split_first() else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "descriptor '{}' of '{}' object needs an argument",
                shown(&d.d_common),
                type_name(owner(&d.d_common))
            ),
        ));
    };
    let bound = classmethod_get(py, d, None, Some(first))?;
    let rest = tuple::from_iter(py, rest.iter().map(|a| (*a).to_owned()))?;
    crate::call::call_tuple(py, &bound, &rest, kw)
}

/// `member_get`.
fn member_get(py: Py<'_>, d: &PyMemberDescrObject, o: Option<&PyObject>, _: Option<&PyObject>) -> PyResult {
    let Some(o) = o else { return Ok(d.to_owned().upcast()) };
    check(py, &d.d_common, o)?;
    // SAFETY: STATIC, or in the type's own memory; the object is of the type.
    unsafe { crate::member::get(py, o, &*d.d_member.get()) }
}

/// `descr_setcheck`.
fn check_set(py: Py<'_>, d: &PyDescrObject, o: &PyObject) -> PyResult<()> {
    if is_subtype(o.ty(), owner(d)) {
        return Ok(());
    }
    Err(exceptions::type_error(
        py,
        format_args!(
            "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
            shown(d),
            type_name(owner(d)),
            type_name(o.ty())
        ),
    ))
}

fn member_set(py: Py<'_>, d: &PyMemberDescrObject, o: &PyObject, v: Option<&PyObject>) -> PyResult<()> {
    check_set(py, &d.d_common, o)?;
    // SAFETY: as in `member_get`.
    unsafe { crate::member::set(py, o, &*d.d_member.get(), v) }
}

fn getset_def(d: &PyGetSetDescrObject) -> &PyGetSetDef {
    // SAFETY: STATIC, or kept by whoever made the type.
    unsafe { &*d.d_getset.get() }
}

/// `getset_get`.
fn getset_get(py: Py<'_>, d: &PyGetSetDescrObject, o: Option<&PyObject>, _: Option<&PyObject>) -> PyResult {
    let Some(o) = o else { return Ok(d.to_owned().upcast()) };
    check(py, &d.d_common, o)?;
    match getset_def(d).get.get() {
        // SAFETY: the getter's contract: the object is of its type.
        Some(f) => unsafe { from_ptr(py, f(o.as_ptr(), getset_def(d).closure.get())) },
        None => Err(not_accessible(py, &d.d_common, "readable")),
    }
}

#[cold]
fn not_accessible(py: Py<'_>, d: &PyDescrObject, what: &str) -> PyErr {
    exceptions::format(
        py,
        &exceptions::AttributeError,
        format_args!("attribute '{}' of '{}' objects is not {what}", shown(d), type_name(owner(d))),
    )
}

/// `getset_set`.
fn getset_set(py: Py<'_>, d: &PyGetSetDescrObject, o: &PyObject, v: Option<&PyObject>) -> PyResult<()> {
    check_set(py, &d.d_common, o)?;
    let v = v.map_or(core::ptr::null_mut(), |v| v.as_ptr());
    match getset_def(d).set.get() {
        // SAFETY: the setter's contract: the object is of its type.
        Some(f) => match unsafe { f(o.as_ptr(), v, getset_def(d).closure.get()) } {
            0 => Ok(()),
            _ => Err(PyErr::fetch(py)),
        },
        None => Err(not_accessible(py, &d.d_common, "writable")),
    }
}

fn base(d: &PyWrapperDescrObject) -> &wrapperbase {
    // SAFETY: STATIC, or kept by whoever made the type.
    unsafe { &*d.d_base.get() }
}

/// What `slotdefs` compares of a slot wrapper.
pub struct WrapperInfo<'a> {
    pub base_name: *mut PyObject,
    pub wrapper: Option<wrapperfunc>,
    /// Of the table's row, with the wrapper's number.
    pub flags: i32,
    pub wrapped: *mut c_void,
    pub owner: &'a PyTypeObject,
}

/// Reads a slot wrapper.
pub fn as_wrapper(d: &PyObject) -> Option<WrapperInfo<'_>> {
    if !d.ty().is(&PyWrapperDescr_Type.0) {
        return None;
    }
    // SAFETY: LAYOUT: just checked.
    let d = unsafe { &*(d as *const PyObject as *const PyWrapperDescrObject) };
    let b = base(d);
    Some(WrapperInfo {
        base_name: b.name_strobj.get(),
        wrapper: b.wrapper.get(),
        flags: b.flags.get(),
        wrapped: d.d_wrapped.get(),
        owner: owner(&d.d_common),
    })
}

/// The slot function behind a slot wrapper.
pub fn wrapped(d: &PyObject) -> Option<*mut c_void> {
    as_wrapper(d).map(|w| w.wrapped)
}

/// `wrapperdescr_raw_call`.
fn raw_call(
    py: Py<'_>,
    d: &PyWrapperDescrObject,
    o: &PyObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    let b = base(d);
    let wrapper = b.wrapper.get().expect("a wrapper descriptor has a wrapper");
    let kw = kw.filter(|d| crate::dict::len(d) > 0);
    // SAFETY: GIL, LIVE: the wrapper's contract; the descriptor passes the slot of its own type.
    unsafe {
        if b.flags.get() & 1 != 0 {
            let is_init = core::ptr::fn_addr_eq(wrapper, wrap::init as wrapperfunc);
            let known = is_init || core::ptr::fn_addr_eq(wrapper, wrap::call as wrapperfunc);
            let kw = kw.map_or(core::ptr::null_mut(), |d| d.as_ptr());
            let r = if known {
                wrap::keywords(o.as_ptr(), args.as_ptr(), d.d_wrapped.get(), kw, is_init)
            } else {
                type WithKeywords = unsafe extern "C" fn(
                    *mut PyObject,
                    *mut PyObject,
                    *mut c_void,
                    *mut PyObject,
                ) -> *mut PyObject;
                let f = core::mem::transmute::<wrapperfunc, WithKeywords>(wrapper);
                f(o.as_ptr(), args.as_ptr(), d.d_wrapped.get(), kw)
            };
            return from_ptr(py, r);
        }
        if kw.is_some() {
            return Err(exceptions::type_error(
                py,
                format_args!("wrapper {}() takes no keyword arguments", shown(&d.d_common)),
            ));
        }
        from_ptr(py, wrapper(o.as_ptr(), args.as_ptr(), d.d_wrapped.get()))
    }
}

/// `wrapperdescr_call`.
fn wrapper_call(
    py: Py<'_>,
    d: &PyWrapperDescrObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    let Some((first, rest)) = tuple::items(args).split_first() else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "descriptor '{}' of '{}' object needs an argument",
                shown(&d.d_common),
                type_name(owner(&d.d_common))
            ),
        ));
    };
    if !is_subtype(first.ty(), owner(&d.d_common)) {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "descriptor '{}' requires a '{}' object but received a '{}'",
                shown(&d.d_common),
                type_name(owner(&d.d_common)),
                type_name(first.ty())
            ),
        ));
    }
    let rest = tuple::from_iter(py, rest.iter().map(|a| (*a).to_owned()))?;
    raw_call(py, d, first, &rest, kw)
}

/// `wrapperdescr_get`.
fn wrapper_get(py: Py<'_>, d: &PyWrapperDescrObject, o: Option<&PyObject>, _: Option<&PyObject>) -> PyResult {
    let Some(o) = o else { return Ok(d.to_owned().upcast()) };
    check(py, &d.d_common, o)?;
    new_bound_wrapper(py, d, o)
}

/// `method-wrapper`: a slot wrapper with its object.
#[unsafe(no_mangle)]
pub static _PyMethodWrapper_Type: StaticType = StaticType::new::<wrapperobject>(c"method-wrapper")
    .repr(glue::unary(bound_repr))
    .hash(glue::hash(bound_hash))
    .richcompare(glue::richcompare(bound_compare))
    .call(glue::call(bound_call))
    .traverse(glue::traverse(bound_traverse))
    .dealloc(glue::dealloc(bound_dealloc));

/// `PyWrapper_New`.
pub fn new_bound_wrapper(py: Py<'_>, d: &PyWrapperDescrObject, o: &PyObject) -> PyResult {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let w =
            object::alloc_uninit::<wrapperobject>(py, &_PyMethodWrapper_Type, size_of::<wrapperobject>())?;
        w.descr.set(d.to_owned().into_raw());
        w.self_.set(o.to_owned().into_ptr());
        gc::track(w.as_object());
        Ok(w.upcast())
    }
}

/// The slot wrapper and the object of a bound one.
pub fn bound_parts(w: &wrapperobject) -> (&PyWrapperDescrObject, &PyObject) {
    // SAFETY: LIVE: the object holds both.
    unsafe { (&*w.descr.get(), &*w.self_.get()) }
}

fn bound_repr(py: Py<'_>, w: &wrapperobject) -> PyResult<Owned<PyUnicodeObject>> {
    let (d, o) = bound_parts(w);
    let text = format!(
        "<method-wrapper '{}' of {} object at {:p}>",
        shown(&d.d_common),
        type_name(o.ty()),
        o.as_ptr()
    );
    unicode::from_str(py, &text)
}

fn bound_hash(_: Py<'_>, w: &wrapperobject) -> PyResult<Py_hash_t> {
    let (d, o) = bound_parts(w);
    let h = crate::protocol::hash_pointer(o.as_ptr() as *const c_void)
        ^ crate::protocol::hash_pointer(d.as_ptr() as *const c_void);
    Ok(h)
}

fn bound_compare(_: Py<'_>, w: &wrapperobject, other: &PyObject, op: c_int) -> PyResult {
    if (op != Py_EQ && op != Py_NE) || !other.ty().is(&_PyMethodWrapper_Type.0) {
        return Ok(object::not_implemented());
    }
    // SAFETY: LAYOUT: just checked.
    let other = unsafe { &*(other as *const PyObject as *const wrapperobject) };
    let equal = w.descr.get() == other.descr.get() && w.self_.get() == other.self_.get();
    Ok(crate::boolean::new(equal == (op == Py_EQ)).upcast())
}

fn bound_call(py: Py<'_>, w: &wrapperobject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let (d, o) = bound_parts(w);
    let (d, o) = (d.to_owned(), o.to_owned());
    raw_call(py, &d, &o, args, kw)
}

fn bound_traverse(w: &wrapperobject, v: &glue::Visitor) -> Result<(), c_int> {
    v.visit(&core::cell::Cell::new(w.descr.get() as *mut PyObject))?;
    v.visit(&w.self_)
}

fn bound_dealloc(_: Py<'_>, w: &wrapperobject) {
    // SAFETY: the object has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(w.as_object());
        drop(Owned::<PyWrapperDescrObject>::from_raw_opt(w.descr.replace(core::ptr::null_mut())));
        object::clear_field(&w.self_);
        object::free(w.as_object());
    }
}
