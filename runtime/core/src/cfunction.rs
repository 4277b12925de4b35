//! Built-in functions and methods bound to an object: `PyCFunction_Type` (`Objects/methodobject.c`).
//! `__reduce__`, `__self__` and the attributes kept in `tp_members` come with attribute lookup; calling with a keyword
//! dict comes with `call`.

use crate::abi::constants::*;
use crate::abi::*;
use crate::call::{Depth, nargs};
use crate::err::{PyResult, into_ptr};
use crate::exceptions;
use crate::gc;
use crate::glue;
use crate::object;
use crate::ptr::{Object, Owned, borrow};
use crate::statics::StaticType;
use crate::thread::Py;
use crate::unicode;
use core::cell::Cell;
use core::ffi::{CStr, c_int};
use core::mem::offset_of;

/// `builtin_function_or_method`.
#[unsafe(no_mangle)]
pub static PyCFunction_Type: StaticType = StaticType::new::<PyCFunctionObject>(c"builtin_function_or_method")
    .weaklist(offset_of!(PyCFunctionObject, m_weakreflist))
    .vectorcall_offset(offset_of!(PyCFunctionObject, vectorcall))
    .call(tp_call)
    .repr(glue::unary(repr))
    .hash(glue::hash(hash))
    .richcompare(glue::richcompare(richcompare))
    .traverse(glue::traverse(traverse))
    .dealloc(glue::dealloc(dealloc));

/// `builtin_method`: functions that also receive their defining class (`METH_METHOD`).
#[unsafe(no_mangle)]
pub static PyCMethod_Type: StaticType = StaticType::new::<PyCMethodObject>(c"builtin_method")
    .base(&PyCFunction_Type)
    .traverse(glue::traverse(traverse));

/// The bits that choose the calling convention.
const CONVENTION: c_int = METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD;

/// A field's reference, for a field that holds one or NULL.
fn new_ref(o: Option<&PyObject>) -> *mut PyObject {
    o.map_or(core::ptr::null_mut(), |o| o.to_owned().into_ptr())
}

/// `PyCMethod_New`: `class` goes with `METH_METHOD` and only with it.
pub fn new(
    py: Py<'_>,
    def: &'static PyMethodDef,
    this: Option<&PyObject>,
    module: Option<&PyObject>,
    class: Option<&PyTypeObject>,
) -> PyResult {
    let flags = def.ml_flags.get();
    let vectorcall: Option<vectorcallfunc> = match flags & CONVENTION {
        // Argument tuples and dicts: through `tp_call`.
        METH_VARARGS | VARARGS_KEYWORDS => None,
        METH_FASTCALL => Some(call_fast),
        FAST_KEYWORDS => Some(call_fast_keywords),
        METH_NOARGS => Some(call_noargs),
        METH_O => Some(call_o),
        METHOD_CONVENTION => Some(call_method),
        _ => {
            let name = name_of(def);
            return Err(exceptions::system_error(py, format_args!("{name}() method: bad call flags")));
        }
    };
    if (flags & METH_METHOD != 0) != class.is_some() {
        let problem =
            if class.is_some() { "a class without METH_METHOD" } else { "METH_METHOD without a class" };
        return Err(exceptions::system_error(py, format_args!("PyCMethod_New was given {problem}")));
    }
    let (ty, size) = match class {
        Some(_) => (&PyCMethod_Type, size_of::<PyCMethodObject>()),
        None => (&PyCFunction_Type, size_of::<PyCFunctionObject>()),
    };
    // SAFETY: every field after the header is set before the object is tracked.
    unsafe {
        let f = object::alloc_uninit::<PyCFunctionObject>(py, ty, size)?;
        f.m_ml.set(def as *const PyMethodDef as *mut PyMethodDef);
        f.m_self.set(new_ref(this));
        f.m_module.set(new_ref(module));
        f.m_weakreflist.set(core::ptr::null_mut());
        f.vectorcall.set(vectorcall);
        if let Some(class) = class {
            (*(f.as_ptr() as *mut PyCMethodObject)).mm_class = Cell::new(class.to_owned().into_raw());
        }
        gc::track(f.as_object());
        Ok(f.upcast())
    }
}

const VARARGS_KEYWORDS: c_int = METH_VARARGS | METH_KEYWORDS;
const FAST_KEYWORDS: c_int = METH_FASTCALL | METH_KEYWORDS;
const METHOD_CONVENTION: c_int = METH_METHOD | METH_FASTCALL | METH_KEYWORDS;

/// The table row of a function.
fn def(f: &PyCFunctionObject) -> &'static PyMethodDef {
    // SAFETY: STATIC, or kept alive by whoever made the function, as the C API asks.
    unsafe { &*f.m_ml.get() }
}

/// `ml_name` as text.
pub fn name_of(def: &PyMethodDef) -> std::borrow::Cow<'_, str> {
    // SAFETY: STATIC: a C string.
    unsafe { CStr::from_ptr(def.ml_name.get()) }.to_string_lossy()
}

/// The object a function is bound to: its module, an instance, a type, or nothing (`PyCFunction_GET_SELF`).
fn bound_to(f: &PyCFunctionObject) -> Option<&PyObject> {
    if def(f).ml_flags.get() & METH_STATIC != 0 {
        return None;
    }
    // SAFETY: LIVE: the function holds it.
    unsafe { f.m_self.get().as_ref() }
}

/// What a call passes as its first argument.
fn self_ptr(f: &PyCFunctionObject) -> *mut PyObject {
    bound_to(f).map_or(core::ptr::null_mut(), |o| o.as_ptr())
}

/// The function as messages name it, without parentheses (`_PyObject_FunctionStr`): qualified by the type it is bound
/// to, or by its module unless that is `builtins`.
pub fn display(f: &PyCFunctionObject) -> String {
    let name = name_of(def(f));
    // SAFETY: LIVE: the function holds its module name.
    let module = unsafe { f.m_module.get().as_ref() }.map(unicode::display);
    match (module, bound_to(f)) {
        (Some(m), _) if !m.is_empty() && m != "builtins" => format!("{m}.{name}"),
        (None, Some(o)) => format!("{}.{name}", crate::call::short_name(o.ty())),
        _ => name.into_owned(),
    }
}

/// The function of a table row as the type its flags name.
///
/// # Safety
/// `F` is that type.
#[inline(always)]
unsafe fn as_convention<F: Copy>(meth: PyCFunction) -> F {
    const { assert!(size_of::<F>() == size_of::<PyCFunction>()) };
    // SAFETY: the caller's promise; both are code pointers.
    unsafe { core::mem::transmute_copy(&meth) }
}

/// Calls the C function as type `$t` with one level of recursion, and gives C's result.
macro_rules! enter {
    ($f:ident: $t:ty, |$m:ident, $this:ident| $call:expr) => {{
        // SAFETY: GIL: the vectorcall contract.
        let py = unsafe { Py::assume() };
        let _depth = match Depth::enter(py, " while calling a Python object") {
            Ok(depth) => depth,
            Err(e) => return into_ptr::<PyObject>(py, Err(e)),
        };
        let meth = def($f).ml_meth.get().expect("a method table row has a function");
        // SAFETY: the flags of the row, which chose this convention, name the type of its function.
        let $m: $t = unsafe { as_convention(meth) };
        let $this = self_ptr($f);
        // SAFETY: LIVE: the function holds its self, the caller the arguments.
        unsafe { $call }
    }};
}

/// Raises the error of a call with keywords to a function that takes none.
#[cold]
fn no_keywords(py: Py<'_>, f: &PyCFunctionObject) -> *mut PyObject {
    let e = exceptions::type_error(py, format_args!("{}() takes no keyword arguments", display(f)));
    into_ptr::<PyObject>(py, Err(e))
}

/// Does the call carry keywords?
fn has_keywords(kwnames: *mut PyObject) -> bool {
    // SAFETY: NULL or a tuple: the vectorcall contract.
    unsafe { (kwnames as *const PyTupleObject).as_ref() }.is_some_and(|k| k.ob_base.ob_size.get() > 0)
}

/// The function object and the token of a vectorcall.
///
/// # Safety
/// The vectorcall contract; `f` is a built-in function.
unsafe fn callee<'a>(f: *mut PyObject) -> (Py<'a>, &'a PyCFunctionObject) {
    // SAFETY: GIL, LIVE, LAYOUT: the caller's promise.
    unsafe { (Py::assume(), borrow(f)) }
}

/// `cfunction_vectorcall_NOARGS`.
unsafe extern "C" fn call_noargs(
    f: *mut PyObject,
    _: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: only installed in built-in functions.
    let (py, f) = unsafe { callee(f) };
    if has_keywords(kwnames) {
        return no_keywords(py, f);
    }
    let n = nargs(nargsf);
    if n != 0 {
        let e = exceptions::type_error(py, format_args!("{}() takes no arguments ({n} given)", display(f)));
        return into_ptr::<PyObject>(py, Err(e));
    }
    enter!(f: PyCFunction, |m, this| m(this, core::ptr::null_mut()))
}

/// `cfunction_vectorcall_O`.
unsafe extern "C" fn call_o(
    f: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: only installed in built-in functions.
    let (py, f) = unsafe { callee(f) };
    if has_keywords(kwnames) {
        return no_keywords(py, f);
    }
    let n = nargs(nargsf);
    if n != 1 {
        let e = exceptions::type_error(
            py,
            format_args!("{}() takes exactly one argument ({n} given)", display(f)),
        );
        return into_ptr::<PyObject>(py, Err(e));
    }
    enter!(f: PyCFunction, |m, this| m(this, *args))
}

/// `cfunction_vectorcall_FASTCALL`.
unsafe extern "C" fn call_fast(
    f: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: only installed in built-in functions.
    let (py, f) = unsafe { callee(f) };
    if has_keywords(kwnames) {
        return no_keywords(py, f);
    }
    enter!(f: PyCFunctionFast, |m, this| m(this, args, nargs(nargsf) as isize))
}

/// `cfunction_vectorcall_FASTCALL_KEYWORDS`.
unsafe extern "C" fn call_fast_keywords(
    f: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: only installed in built-in functions.
    let (_, f) = unsafe { callee(f) };
    enter!(f: PyCFunctionFastWithKeywords, |m, this| m(this, args, nargs(nargsf) as isize, kwnames))
}

/// `cfunction_vectorcall_FASTCALL_KEYWORDS_METHOD`.
unsafe extern "C" fn call_method(
    f: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: only installed in functions made with a class, whose struct has it.
    let (class, (_, f)) = unsafe { (borrow::<PyCMethodObject>(f).mm_class.get(), callee(f)) };
    enter!(f: PyCMethod, |m, this| m(this, class, args, nargs(nargsf), kwnames))
}

fn traverse(f: &PyCFunctionObject, v: &glue::Visitor) -> Result<(), c_int> {
    v.visit(&f.m_self)?;
    v.visit(&f.m_module)?;
    match class_field(f) {
        Some(class) => v.visit(class),
        None => Ok(()),
    }
}

/// The field of the defining class, where the struct has one.
fn class_field(f: &PyCFunctionObject) -> Option<&Cell<*mut PyObject>> {
    if def(f).ml_flags.get() & METH_METHOD == 0 {
        return None;
    }
    // SAFETY: LAYOUT: `new` makes a `PyCMethodObject` for these flags; a type pointer is an object pointer.
    unsafe {
        let class = &raw const (*(f as *const PyCFunctionObject as *const PyCMethodObject)).mm_class;
        Some(&*(class as *const Cell<*mut PyObject>))
    }
}

/// `meth_dealloc`.
fn dealloc(py: Py<'_>, f: &PyCFunctionObject) {
    // SAFETY: a function has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(f.as_object());
        crate::weakref::clear_all(py, f.as_object());
        if let Some(class) = class_field(f) {
            object::clear_field(class);
        }
        object::clear_field(&f.m_self);
        object::clear_field(&f.m_module);
        object::tp_free(f.as_object());
    }
}

/// `meth_repr`: bound to nothing or to a module, it is a function.
fn repr(py: Py<'_>, f: &PyCFunctionObject) -> PyResult<Owned<PyUnicodeObject>> {
    let name = name_of(def(f));
    // Of a static method this says the type, though `__self__` is None.
    // SAFETY: LIVE: the function holds it.
    match unsafe { f.m_self.get().as_ref() } {
        Some(o) if !crate::module::check(o) => {
            let type_name = crate::call::type_name(o.ty());
            unicode::from_str(
                py,
                &format!("<built-in method {name} of {type_name} object at {:p}>", o.as_ptr()),
            )
        }
        _ => unicode::from_str(py, &format!("<built-in function {name}>")),
    }
}

/// `meth_hash`: from the identity of self and function.
fn hash(_: Py<'_>, f: &PyCFunctionObject) -> PyResult<Py_hash_t> {
    let pointer = |p: usize| p.rotate_right(4) as Py_hash_t;
    let meth = def(f).ml_meth.get().map_or(0, |m| m as usize);
    Ok(pointer(f.m_self.get() as usize) ^ pointer(meth))
}

/// `meth_richcompare`: equal with the same function and the same self.
fn richcompare(_: Py<'_>, f: &PyCFunctionObject, other: &PyObject, op: c_int) -> PyResult {
    if (op != Py_EQ && op != Py_NE) || !core::ptr::eq(f.ty(), other.ty()) {
        return Ok(object::not_implemented());
    }
    // SAFETY: LAYOUT: the same type.
    let other: &PyCFunctionObject = unsafe { &*(other as *const PyObject as *const PyCFunctionObject) };
    let address = |f: &PyCFunctionObject| def(f).ml_meth.get().map_or(0, |m| m as usize);
    let equal = f.m_self.get() == other.m_self.get() && address(f) == address(other);
    Ok(crate::boolean::new(equal == (op == Py_EQ)).upcast())
}

/// Calls the C function of a table row by its convention, for callers that did the work of a function object
/// themselves (method descriptors). `this` may be NULL; `shown` is the name for messages, with its type.
///
/// # Safety
/// The vectorcall contract for `args` and `kwnames`; `this` and `class` are what the row's function expects.
pub unsafe fn invoke(
    py: Py<'_>,
    def: &PyMethodDef,
    this: *mut PyObject,
    class: *mut PyTypeObject,
    args: *const *mut PyObject,
    n: usize,
    kwnames: *mut PyObject,
    shown: &dyn Fn() -> String,
) -> PyResult {
    let flags = def.ml_flags.get() & CONVENTION;
    let Some(meth) = def.ml_meth.get() else {
        return Err(exceptions::system_error(py, format_args!("{}: no function in the table", shown())));
    };
    if has_keywords(kwnames) && flags & METH_KEYWORDS == 0 {
        return Err(exceptions::type_error(py, format_args!("{}() takes no keyword arguments", shown())));
    }
    let _depth = Depth::enter(py, " while calling a Python object")?;
    // SAFETY: the caller's promise; the flags name the type of the function.
    let r = unsafe {
        match flags {
            METH_NOARGS if n == 0 => meth(this, core::ptr::null_mut()),
            METH_NOARGS => {
                return Err(exceptions::type_error(
                    py,
                    format_args!("{}() takes no arguments ({n} given)", shown()),
                ));
            }
            METH_O if n == 1 => meth(this, *args),
            METH_O => {
                return Err(exceptions::type_error(
                    py,
                    format_args!("{}() takes exactly one argument ({n} given)", shown()),
                ));
            }
            METH_FASTCALL => as_convention::<PyCFunctionFast>(meth)(this, args, n as isize),
            FAST_KEYWORDS => {
                as_convention::<PyCFunctionFastWithKeywords>(meth)(this, args, n as isize, kwnames)
            }
            METHOD_CONVENTION => as_convention::<PyCMethod>(meth)(this, class, args, n, kwnames),
            METH_VARARGS | VARARGS_KEYWORDS => {
                let given = if n == 0 { &[] } else { core::slice::from_raw_parts(args, n) };
                let tuple = crate::tuple::from_iter(py, given.iter().map(|a| (**a).to_owned()))?;
                if flags == METH_VARARGS {
                    meth(this, tuple.as_ptr())
                } else {
                    let mut kw = None;
                    if let Some(names) = (kwnames as *const PyTupleObject).as_ref() {
                        let d = crate::dict::new(py)?;
                        for (i, name) in crate::tuple::items(names).iter().enumerate() {
                            crate::dict::set(py, &d, name, &**args.add(n + i))?;
                        }
                        kw = Some(d);
                    }
                    let kw = kw.as_ref().map_or(core::ptr::null_mut(), |d| d.as_ptr());
                    as_convention::<PyCFunctionWithKeywords>(meth)(this, tuple.as_ptr(), kw)
                }
            }
            _ => {
                return Err(exceptions::system_error(
                    py,
                    format_args!("{}() method: bad call flags", shown()),
                ));
            }
        }
    };
    // SAFETY: OWNED: the function's result.
    unsafe { crate::err::from_ptr(py, r) }
}

/// `cfunction_call`: the `tp_call`, for functions that take a tuple and for callers that have one.
unsafe extern "C" fn tp_call(f: *mut PyObject, args: *mut PyObject, kw: *mut PyObject) -> *mut PyObject {
    // SAFETY: GIL, LIVE, LAYOUT: the contract of `tp_call`.
    unsafe {
        let (py, this) = callee(f);
        if this.vectorcall.get().is_some() {
            return crate::call::vectorcall_call(f, args, kw);
        }
        let has_kw = (kw as *const PyDictObject).as_ref().is_some_and(|d| crate::dict::len(d) > 0);
        let meth = def(this).ml_meth.get().expect("a method table row has a function");
        if def(this).ml_flags.get() & METH_KEYWORDS != 0 {
            return as_convention::<PyCFunctionWithKeywords>(meth)(self_ptr(this), args, kw);
        }
        if has_kw {
            return no_keywords(py, this);
        }
        meth(self_ptr(this), args)
    }
}

/// `__name__` and what else a function tells of its row.
pub fn method_def(f: &PyCFunctionObject) -> &'static PyMethodDef {
    def(f)
}

/// `PyCFunction_Check`.
pub fn check(o: &PyObject) -> Option<&PyCFunctionObject> {
    // SAFETY: LAYOUT: just checked.
    crate::types::is_subtype(o.ty(), &PyCFunction_Type)
        .then(|| unsafe { &*(o as *const PyObject as *const PyCFunctionObject) })
}
