//! `Context` and the context manager of `localcontext`.

use super::signals::{self, SignalDict};
use super::{TEMPLATES, methods, rounding, rounding_name, set_current};
use core::cell::Cell;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{self, Rest};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::types::is_subtype;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, exceptions, getset, glue, list, long, methods as method_table, object,
    signature, tuple, unicode,
};
use dxpy_decimal::context::{MAX_EMAX, MAX_PREC, MIN_EMIN};
use dxpy_decimal::{Context, Flags};

/// `PyDecContextObject`.
#[repr(C)]
pub struct ContextObject {
    ob_base: PyObject,
    context: Cell<Context>,
    capitals: Cell<bool>,
    traps: Cell<*mut PyObject>,
    flags: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for ContextObject {}

impl ContextObject {
    /// What the kernel works in.
    pub fn kernel(&self) -> Context {
        self.context.get()
    }

    pub fn capitals(&self) -> bool {
        self.capitals.get()
    }

    fn dict(&self, field: &Cell<*mut PyObject>) -> &SignalDict {
        // SAFETY: LIVE, LAYOUT: set when the context was made, and held by it.
        unsafe { &*(field.get() as *const SignalDict) }
    }

    pub fn traps(&self) -> Flags {
        self.dict(&self.traps).bits.get()
    }

    pub fn flags(&self) -> Flags {
        self.dict(&self.flags).bits.get()
    }

    pub fn set_flags(&self, f: Flags) {
        self.dict(&self.flags).bits.set(f);
    }

    pub fn add_flags(&self, f: Flags) {
        self.set_flags(self.flags() | f);
    }

    fn set_traps(&self, f: Flags) {
        self.dict(&self.traps).bits.set(f);
    }
}

pub static CONTEXT: StaticType = StaticType::new::<ContextObject>(c"decimal.Context")
    .doc(c"Context(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)\n--\n\nThe environment of operations: precision, rounding, the limits of exponents, and which signals raise.\n\n>>> Context(prec=4).divide(Decimal(2), Decimal(3))\nDecimal('0.6667')")
    .flags(Py_TPFLAGS_BASETYPE)
    .dealloc(glue::dealloc(|_: Py<'_>, c: &ContextObject| {
        for field in [&c.traps, &c.flags] {
            if !field.get().is_null() {
                c.dict(field).valid.set(false);
            }
            object::clear_field(field);
        }
        // SAFETY: the memory goes last.
        unsafe { object::tp_free(c.as_object()) }
    }))
    .create(glue::create(|py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>| {
        // SAFETY: LIVE, LAYOUT: the template is kept for ever, once it is made.
        match unsafe { (TEMPLATES[0].get() as *const ContextObject).as_ref() } {
            Some(t) => Ok(new(py, ty, t.kernel(), t.capitals(), 0, t.traps())?.upcast()),
            None => Ok(new(py, ty, Context::default(), true, 0, 0)?.upcast()),
        }
    }))
    .init(glue::init(init))
    .repr(glue::unary(repr))
    .getattro(glue::binary(getattro))
    .setattro(glue::assign(setattro))
    .methods(&methods::CONTEXT_METHODS)
    .getset(&ATTRIBUTES);

getset! { static ATTRIBUTES [
    "prec" = |py: Py<'_>, c: &ContextObject| long::from_i64(py, c.kernel().prec), set set_prec, "";
    "Emax" = |py: Py<'_>, c: &ContextObject| long::from_i64(py, c.kernel().emax), set set_emax, "";
    "Emin" = |py: Py<'_>, c: &ContextObject| long::from_i64(py, c.kernel().emin), set set_emin, "";
    "rounding" = |py: Py<'_>, c: &ContextObject| unicode::intern_str(py, rounding_name(c.kernel().rounding)), set set_rounding, "";
    "capitals" = |py: Py<'_>, c: &ContextObject| long::from_i64(py, c.capitals().into()), set set_capitals, "";
    "clamp" = |py: Py<'_>, c: &ContextObject| long::from_i64(py, c.kernel().clamp.into()), set set_clamp, "";
] }

pub fn check(o: &PyObject) -> Option<&ContextObject> {
    // SAFETY: LAYOUT: the type says so.
    is_subtype(o.ty(), &CONTEXT).then(|| unsafe { &*(o as *const PyObject as *const ContextObject) })
}

pub fn new(
    py: Py<'_>,
    ty: &PyTypeObject,
    k: Context,
    capitals: bool,
    flags: Flags,
    traps: Flags,
) -> PyResult<Owned<ContextObject>> {
    let (traps, flags) = (signals::new(py, traps)?, signals::new(py, flags)?);
    // SAFETY: LAYOUT: the type's instances begin like this struct; the context is written before it is read, for all
    // bytes zero are no rounding.
    let c: Owned<ContextObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    c.context.set(k);
    c.capitals.set(capitals);
    c.traps.set(traps.into_ptr());
    c.flags.set(flags.into_ptr());
    Ok(c)
}

/// `context_copy`.
pub fn copy_of(py: Py<'_>, c: &ContextObject) -> PyResult<Owned<ContextObject>> {
    new(py, &CONTEXT, c.kernel(), c.capitals(), c.flags(), c.traps())
}

fn value_error(py: Py<'_>, text: &str) -> PyErr {
    exceptions::value_error(py, format_args!("{text}"))
}

/// A number that an attribute is set to.
fn number(py: Py<'_>, v: Option<&PyObject>) -> PyResult<i64> {
    let Some(v) = v else { return Err(undeletable(py)) };
    let Some(n) = long::check(v) else {
        return Err(exceptions::type_error(py, format_args!("an integer is required")));
    };
    long::to_i64(n).ok_or_else(|| {
        exceptions::overflow_error(py, format_args!("Python int too large to convert to C ssize_t"))
    })
}

#[cold]
fn undeletable(py: Py<'_>) -> PyErr {
    exceptions::attribute_error(py, format_args!("context attributes cannot be deleted"))
}

fn change(c: &ContextObject, f: impl FnOnce(&mut Context)) {
    let mut k = c.kernel();
    f(&mut k);
    c.context.set(k);
}

fn set_prec(py: Py<'_>, c: &ContextObject, v: Option<&PyObject>) -> PyResult<()> {
    let n = number(py, v)?;
    if !(1..=MAX_PREC).contains(&n) {
        return Err(value_error(py, "valid range for prec is [1, MAX_PREC]"));
    }
    change(c, |k| k.prec = n);
    Ok(())
}

fn set_emax(py: Py<'_>, c: &ContextObject, v: Option<&PyObject>) -> PyResult<()> {
    let n = number(py, v)?;
    if !(0..=MAX_EMAX).contains(&n) {
        return Err(value_error(py, "valid range for Emax is [0, MAX_EMAX]"));
    }
    change(c, |k| k.emax = n);
    Ok(())
}

fn set_emin(py: Py<'_>, c: &ContextObject, v: Option<&PyObject>) -> PyResult<()> {
    let n = number(py, v)?;
    if !(MIN_EMIN..=0).contains(&n) {
        return Err(value_error(py, "valid range for Emin is [MIN_EMIN, 0]"));
    }
    change(c, |k| k.emin = n);
    Ok(())
}

fn set_rounding(py: Py<'_>, c: &ContextObject, v: Option<&PyObject>) -> PyResult<()> {
    let Some(v) = v else { return Err(undeletable(py)) };
    let r = rounding(py, v)?;
    change(c, |k| k.rounding = r);
    Ok(())
}

fn bit(py: Py<'_>, v: Option<&PyObject>, what: &str) -> PyResult<bool> {
    match number(py, v)? {
        n @ 0..=1 => Ok(n == 1),
        _ => Err(value_error(py, &format!("valid values for {what} are [0, 1]"))),
    }
}

fn set_capitals(py: Py<'_>, c: &ContextObject, v: Option<&PyObject>) -> PyResult<()> {
    c.capitals.set(bit(py, v, "capitals")?);
    Ok(())
}

fn set_clamp(py: Py<'_>, c: &ContextObject, v: Option<&PyObject>) -> PyResult<()> {
    let on = bit(py, v, "clamp")?;
    change(c, |k| k.clamp = on);
    Ok(())
}

/// Signals that an attribute is set to: a signal dict, or a dict of all signals.
fn signal_flags(py: Py<'_>, v: &PyObject) -> PyResult<Flags> {
    match signals::check(v) {
        Some(d) => Ok(d.bits.get()),
        None => signals::of_dict(py, v),
    }
}

fn getattro(py: Py<'_>, c: &ContextObject, name: &PyObject) -> PyResult {
    if unicode::equals_str(name, "traps") {
        return Ok(c.dict(&c.traps).as_object().to_owned());
    }
    if unicode::equals_str(name, "flags") {
        return Ok(c.dict(&c.flags).as_object().to_owned());
    }
    attr::generic_get(py, c.as_object(), attr::check_name(py, name)?)
}

fn setattro(py: Py<'_>, c: &ContextObject, name: &PyObject, v: Option<&PyObject>) -> PyResult<()> {
    let (traps, flags) = (unicode::equals_str(name, "traps"), unicode::equals_str(name, "flags"));
    if traps || flags {
        let Some(v) = v else { return Err(undeletable(py)) };
        let f = signal_flags(py, v)?;
        if traps {
            c.set_traps(f)
        } else {
            c.set_flags(f)
        }
        return Ok(());
    }
    attr::generic_set(py, c.as_object(), attr::check_name(py, name)?, v)
}

/// `context_setattrs`: prec, rounding, Emin, Emax, capitals, clamp, flags, traps; `None` leaves one as it is.
pub fn set_options(py: Py<'_>, c: &ContextObject, options: &[Option<&PyObject>; 8]) -> PyResult<()> {
    let option = |i: usize| options[i].filter(|o| !object::is_none(o));
    type Set = fn(Py<'_>, &ContextObject, Option<&PyObject>) -> PyResult<()>;
    let setters: [Set; 6] = [set_prec, set_rounding, set_emin, set_emax, set_capitals, set_clamp];
    for (i, set) in setters.into_iter().enumerate() {
        if let some @ Some(_) = option(i) {
            set(py, c, some)?;
        }
    }
    let flags = |o: &PyObject| match list::check(o) {
        Some(l) => signals::of_list(py, l),
        None => signal_flags(py, o),
    };
    // Traps are set before flags.
    if let Some(o) = option(7) {
        c.set_traps(flags(o)?);
    }
    if let Some(o) = option(6) {
        c.set_flags(flags(o)?);
    }
    Ok(())
}

fn init(py: Py<'_>, c: &ContextObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let sig = signature!(
        "",
        "!(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)"
    );
    args::bind_call(py, sig, a, kw, |b| set_options(py, c, &core::array::from_fn(|i| b.get(i))))
}

fn repr(py: Py<'_>, c: &ContextObject) -> PyResult<Owned<PyUnicodeObject>> {
    let k = c.kernel();
    unicode::from_str(
        py,
        &format!(
            "Context(prec={}, rounding={}, Emin={}, Emax={}, capitals={}, clamp={}, flags={}, traps={})",
            k.prec,
            rounding_name(k.rounding),
            k.emin,
            k.emax,
            c.capitals() as i32,
            k.clamp as i32,
            signals::names(c.flags()),
            signals::names(c.traps()),
        ),
    )
}

pub fn copy(py: Py<'_>, c: &ContextObject) -> PyResult<Owned<ContextObject>> {
    copy_of(py, c)
}

pub fn reduce(py: Py<'_>, c: &ContextObject) -> PyResult<Owned<PyTupleObject>> {
    let k = c.kernel();
    let n = |v: i64| Ok::<_, PyErr>(long::from_i64(py, v)?.upcast());
    let of = [
        n(k.prec)?,
        unicode::from_str(py, rounding_name(k.rounding))?.upcast(),
        n(k.emin)?,
        n(k.emax)?,
        n(c.capitals().into())?,
        n(k.clamp.into())?,
        signals::to_list(py, c.flags())?.upcast(),
        signals::to_list(py, c.traps())?.upcast(),
    ];
    let of = tuple::from_iter(py, of)?;
    tuple::from_iter(py, [c.ty().as_object().to_owned(), of.upcast()])
}

pub fn clear_flags(_: Py<'_>, c: &ContextObject) {
    c.set_flags(0);
}

pub fn clear_traps(_: Py<'_>, c: &ContextObject) {
    c.set_traps(0);
}

pub fn etiny(_: Py<'_>, c: &ContextObject) -> i64 {
    c.kernel().etiny()
}

pub fn etop(_: Py<'_>, c: &ContextObject) -> i64 {
    c.kernel().etop()
}

// The context manager.

/// `PyDecContextManagerObject`.
#[repr(C)]
pub struct ManagerObject {
    ob_base: PyObject,
    local: Cell<*mut PyObject>,
    global: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for ManagerObject {}

pub static MANAGER: StaticType = StaticType::new::<ManagerObject>(c"decimal.ContextManager")
    .getattro(dxpy_core::attr::generic_get_slot)
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .dealloc(glue::dealloc(|_: Py<'_>, m: &ManagerObject| {
        object::clear_field(&m.local);
        object::clear_field(&m.global);
        // SAFETY: the memory goes last.
        unsafe { object::tp_free(m.as_object()) }
    }))
    .methods(&MANAGER_METHODS);

method_table! { static MANAGER_METHODS: for ManagerObject [
    "__enter__" = enter [0], "!($self, /)", "Makes the copy the current context, and gives it.";
    "__exit__" = exit [1], "?($self, /, *args)", "Makes the former context the current one again.";
] }

pub fn new_manager(py: Py<'_>, local: Owned<ContextObject>, global: Owned<ContextObject>) -> PyResult {
    // SAFETY: LAYOUT: the type's own struct.
    let m: Owned<ManagerObject> = unsafe { object::generic_alloc(py, &MANAGER, 0)?.cast() };
    m.local.set(local.into_ptr());
    m.global.set(global.into_ptr());
    Ok(m.upcast())
}

fn enter(py: Py<'_>, m: &ManagerObject) -> PyResult<Owned<ContextObject>> {
    // SAFETY: LIVE, LAYOUT: set when it was made.
    let c = unsafe { &*(m.local.get() as *const ContextObject) };
    set_current(py, c)?;
    Ok(c.to_owned())
}

fn exit(py: Py<'_>, m: &ManagerObject, _: Rest<'_>) -> PyResult<bool> {
    // SAFETY: LIVE, LAYOUT: set when it was made.
    set_current(py, unsafe { &*(m.global.get() as *const ContextObject) })?;
    Ok(false)
}
