//! `_decimal`: the module: signals and their exceptions, constants, the current context (`Modules/_decimal/_decimal.c`).
//! Arithmetic is `dxpy_decimal`; contexts are in [`context`], numbers in [`number`], their methods in [`methods`],
//! conversion from other objects in [`convert`].

mod context;
mod convert;
mod methods;
mod number;
mod signals;

use crate::boxed::{Class, no_class};
use context::ContextObject;
use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::args::Bound;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, attr, call, dict, exceptions, hooks, list, methods as method_table,
    name, object, signature, tuple, types, unicode,
};
use dxpy_decimal::context::{MAX_EMAX, MAX_PREC, MIN_EMIN, MIN_ETINY};
use dxpy_decimal::{Context, Flags, Rounding, flag};

/// `_decimal`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_decimal").doc(c"Decimal arithmetic.").methods(&FUNCTIONS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

method_table! { static FUNCTIONS: for PyModuleObject [
    "getcontext" = getcontext [0], "($module, /)", "The context of this thread or task.";
    "setcontext" = setcontext [1], "($module, context, /)", "Sets the context of this thread or task.";
    "localcontext" = localcontext [2], "?($module, /, *args, **kwargs)", "localcontext($module, /, ctx=None, **kwargs)\n--\n\nA context manager that works in a copy of a context, changed as the other arguments say.";
] }

/// `FloatOperation`, which is the module's own.
pub const FLOAT_OPERATION: u32 = 0x400;

/// A signal: its name, the bits that raise it, and its exception once the module was executed.
struct Signal {
    name: &'static str,
    bits: u32,
    class: Class,
}

const fn signal(name: &'static str, bits: u32) -> Signal {
    Signal { name, bits, class: no_class() }
}

/// The signals of contexts, in the order of `SignalDict`.
static SIGNALS: Gil<[Signal; 9]> = Gil([
    signal("InvalidOperation", flag::INVALID),
    signal("FloatOperation", FLOAT_OPERATION),
    signal("DivisionByZero", flag::DIVISION_BY_ZERO),
    signal("Overflow", flag::OVERFLOW),
    signal("Underflow", flag::UNDERFLOW),
    signal("Subnormal", flag::SUBNORMAL),
    signal("Inexact", flag::INEXACT),
    signal("Rounded", flag::ROUNDED),
    signal("Clamped", flag::CLAMPED),
]);

/// What `InvalidOperation` may be in particular.
static CONDITIONS: Gil<[Signal; 5]> = Gil([
    signal("InvalidOperation", flag::INVALID_OPERATION),
    signal("ConversionSyntax", flag::CONVERSION_SYNTAX),
    signal("DivisionImpossible", flag::DIVISION_IMPOSSIBLE),
    signal("DivisionUndefined", flag::DIVISION_UNDEFINED),
    signal("InvalidContext", flag::INVALID_CONTEXT),
]);

impl Signal {
    fn class(&self) -> &PyObject {
        // SAFETY: LIVE: set when the module was executed, before anything of it can be had.
        unsafe { &*self.class.get() }
    }
}

/// A class of Python's that the module needs, kept once found.
static RATIONAL: Class = no_class();
static DECIMAL_TUPLE: Class = no_class();
static CONTEXT_VAR: Class = no_class();
/// `DefaultContext`, `BasicContext` and `ExtendedContext`.
static TEMPLATES: Gil<[Cell<*mut PyObject>; 3]> = Gil([const { Cell::new(core::ptr::null_mut()) }; 3]);

fn kept(class: &'static Class) -> Option<&'static PyObject> {
    // SAFETY: LIVE: kept for ever once set.
    unsafe { class.get().as_ref() }
}

/// The first time a class is asked for it is made and kept.
fn once(slot: &'static Class, make: impl FnOnce() -> PyResult) -> PyResult<&'static PyObject> {
    if let Some(c) = kept(slot) {
        return Ok(c);
    }
    slot.set(make()?.into_ptr());
    // SAFETY: LIVE: kept for ever.
    Ok(unsafe { &*slot.get() })
}

fn new_class(py: Py<'_>, name: &str, bases: &[&PyObject]) -> PyResult {
    let d = dict::new(py)?;
    let module = unicode::from_str(py, "decimal")?;
    dict::set(py, &d, name!("__module__").obj(py), module.as_object())?;
    let bases: Vec<Owned> = bases.iter().map(|b| (*b).to_owned()).collect();
    let bases = tuple::from_iter(py, bases)?;
    let name = unicode::from_str(py, name)?;
    call::call(py, types::PyType_Type.as_object(), [name.as_object(), bases.as_object(), d.as_object()])
}

static EXCEPTION: Class = no_class();

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    for ty in [&number::DECIMAL, &context::CONTEXT, &context::MANAGER, &signals::MIXIN] {
        types::ready(py, ty)?;
    }
    let numbers = hooks::import(py, name!("numbers"))?;
    let registered = attr::get_name(py, &numbers, name!("Number"))?;
    call::method(py, &registered, name!("register"), [number::DECIMAL.as_object()])?;
    once(&RATIONAL, || attr::get_name(py, &numbers, name!("Rational")))?;
    let abc = hooks::import(py, name!("_collections_abc"))?;
    let mapping = attr::get_name(py, &abc, name!("MutableMapping"))?;
    once(&signals::CLASS, || new_class(py, "SignalDict", &[signals::MIXIN.as_object(), &mapping]))?;
    for ty in [&number::DECIMAL, &context::CONTEXT] {
        let module = unicode::from_str(py, "decimal")?;
        dict::set(py, types::ready::dict_of(ty), name!("__module__").obj(py), module.as_object())?;
    }
    module::add(py, m, "Decimal", number::DECIMAL.as_object())?;
    module::add(py, m, "Context", context::CONTEXT.as_object())?;
    let tuple_class = once(&DECIMAL_TUPLE, || {
        let collections = hooks::import(py, name!("collections"))?;
        let make = attr::get_name(py, &collections, name!("namedtuple"))?;
        let (n, f) = (unicode::from_str(py, "DecimalTuple")?, unicode::from_str(py, "sign digits exponent")?);
        let made = call::call(py, &make, [n.as_object(), f.as_object()])?;
        let module = unicode::from_str(py, "decimal")?;
        attr::set_name(py, &made, name!("__module__"), module.as_object())?;
        Ok(made)
    })?;
    module::add(py, m, "DecimalTuple", tuple_class)?;

    // Exceptions.
    let base =
        once(&EXCEPTION, || new_class(py, "DecimalException", &[exceptions::ArithmeticError.as_object()]))?;
    module::add(py, m, "DecimalException", base)?;
    // Those that others derive from come first.
    for i in [8, 7, 6, 5, 4, 3, 2, 1, 0] {
        let s = &SIGNALS[i];
        let parents: Vec<&PyObject> = match s.name {
            "FloatOperation" => vec![base, exceptions::TypeError.as_object()],
            "DivisionByZero" => vec![base, exceptions::ZeroDivisionError.as_object()],
            "Overflow" => vec![SIGNALS[6].class(), SIGNALS[7].class()],
            "Underflow" => vec![SIGNALS[6].class(), SIGNALS[7].class(), SIGNALS[5].class()],
            _ => vec![base],
        };
        let class = once(&s.class, || new_class(py, s.name, &parents))?;
        module::add(py, m, s.name, class)?;
    }
    CONDITIONS[0].class.set(SIGNALS[0].class.get());
    for c in &CONDITIONS[1..] {
        let invalid = SIGNALS[0].class();
        let class = once(&c.class, || match c.name {
            "DivisionUndefined" => {
                new_class(py, c.name, &[invalid, exceptions::ZeroDivisionError.as_object()])
            }
            _ => new_class(py, c.name, &[invalid]),
        })?;
        module::add(py, m, c.name, class)?;
    }

    // Contexts.
    let traps = flag::INVALID | flag::DIVISION_BY_ZERO | flag::OVERFLOW;
    let basic = Context { prec: 9, rounding: Rounding::HalfUp, ..Context::default() };
    let extended = Context { prec: 9, ..Context::default() };
    let all = [
        ("DefaultContext", Context::default(), traps),
        ("BasicContext", basic, traps | flag::UNDERFLOW | flag::CLAMPED),
        ("ExtendedContext", extended, 0),
    ];
    for (i, (name, c, traps)) in all.into_iter().enumerate() {
        if TEMPLATES[i].get().is_null() {
            TEMPLATES[i].set(context::new(py, &context::CONTEXT, c, true, 0, traps)?.into_ptr());
        }
        // SAFETY: LIVE: kept for ever.
        module::add(py, m, name, unsafe { &*TEMPLATES[i].get() })?;
    }
    if kept(&CONTEXT_VAR).is_none()
        && let Ok(vars) = hooks::import(py, name!("_contextvars"))
    {
        let class = attr::get_name(py, &vars, name!("ContextVar"))?;
        let name = unicode::from_str(py, "decimal_context")?;
        CONTEXT_VAR.set(call::call(py, &class, [name.as_object()])?.into_ptr());
    }
    module::add(py, m, "HAVE_CONTEXTVAR", dxpy_core::boolean::new(true).as_object())?;
    module::add(py, m, "HAVE_THREADS", dxpy_core::boolean::new(true).as_object())?;
    for (name, n) in
        [("MAX_PREC", MAX_PREC), ("MAX_EMAX", MAX_EMAX), ("MIN_EMIN", MIN_EMIN), ("MIN_ETINY", MIN_ETINY)]
    {
        module::add_int(py, m, name, n)?;
    }
    for (name, _) in Rounding::ALL {
        let text = unicode::intern_str(py, name)?;
        module::add(py, m, name, text.as_object())?;
    }
    module::add_str(py, m, "__version__", "1.70")?;
    module::add_str(py, m, "__libmpdec_version__", "2.5.1")
}

/// `dec_addstatus`: sets flags in a context, and raises the first one that it traps.
fn add_status(py: Py<'_>, c: &ContextObject, status: Flags) -> PyResult<()> {
    if status == 0 {
        return Ok(());
    }
    c.add_flags(status);
    if status & flag::MALLOC_ERROR != 0 {
        return Err(exceptions::memory_error(py));
    }
    let trapped = status & c.traps();
    if trapped == 0 {
        return Ok(());
    }
    Err(trapped_error(py, trapped))
}

#[cold]
fn trapped_error(py: Py<'_>, trapped: Flags) -> PyErr {
    let run = || -> PyResult<PyErr> {
        let all = CONDITIONS.iter().chain(&SIGNALS[1..]);
        let classes: Vec<Owned> =
            all.filter(|s| trapped & s.bits != 0).map(|s| s.class().to_owned()).collect();
        let classes = list::from_iter(py, classes)?;
        let first = SIGNALS.iter().find(|s| trapped & s.bits != 0);
        let class = first.and_then(|s| types::check(s.class())).unwrap_or(&exceptions::RuntimeError);
        Ok(exceptions::create(py, class, Some(classes.as_object())))
    };
    run().unwrap_or_else(|e| e)
}

thread_local! {
    /// The context of a thread while there are no context variables.
    static LOCAL: Cell<*mut PyObject> = const { Cell::new(core::ptr::null_mut()) };
}

/// `CURRENT_CONTEXT`.
fn current(py: Py<'_>) -> PyResult<Owned<ContextObject>> {
    let found = match kept(&CONTEXT_VAR) {
        Some(v) => {
            let nothing = object::none();
            let c = call::method(py, v, name!("get"), [&nothing])?;
            (!object::is_none(&c)).then_some(c)
        }
        // SAFETY: LIVE: the thread holds its context.
        None => unsafe { LOCAL.get().as_ref() }.map(Object::to_owned),
    };
    match found {
        Some(c) => {
            // SAFETY: LAYOUT: only contexts are put there.
            Ok(unsafe { c.cast() })
        }
        None => {
            // SAFETY: LIVE, LAYOUT: the template is kept for ever.
            let template = unsafe { &*(TEMPLATES[0].get() as *const ContextObject) };
            let c = context::copy_of(py, template)?;
            c.set_flags(0);
            set_current(py, &c)?;
            Ok(c)
        }
    }
}

fn set_current(py: Py<'_>, c: &ContextObject) -> PyResult<()> {
    match kept(&CONTEXT_VAR) {
        Some(v) => {
            call::method(py, v, name!("set"), [c.as_object()])?;
        }
        None => {
            let old = LOCAL.replace(c.to_owned().into_ptr());
            // SAFETY: OWNED: the thread held its context.
            drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
        }
    }
    Ok(())
}

/// The context that an argument is: the current one without.
fn context_of(py: Py<'_>, o: Option<&PyObject>) -> PyResult<Owned<ContextObject>> {
    match o.filter(|o| !object::is_none(o)) {
        None => current(py),
        Some(o) => match context::check(o) {
            Some(c) => Ok(c.to_owned()),
            None => Err(exceptions::type_error(py, format_args!("optional argument must be a context"))),
        },
    }
}

fn getcontext(py: Py<'_>, _: &PyModuleObject) -> PyResult<Owned<ContextObject>> {
    current(py)
}

fn setcontext(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult<()> {
    let Some(c) = context::check(o) else {
        return Err(exceptions::type_error(py, format_args!("argument must be a context")));
    };
    if TEMPLATES.iter().any(|t| core::ptr::addr_eq(t.get(), o)) {
        let copy = context::copy_of(py, c)?;
        copy.set_flags(0);
        return set_current(py, &copy);
    }
    set_current(py, c)
}

fn localcontext(py: Py<'_>, _: &PyModuleObject, a: args::Rest<'_>, kw: args::Keywords<'_>) -> PyResult {
    let sig = signature!(
        "localcontext",
        "!(ctx=None, prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)"
    );
    // SAFETY: LIVE: the caller of the function holds its arguments.
    let positional: Vec<Owned> = a.0.iter().map(|p| unsafe { &**p }.to_owned()).collect();
    let positional = tuple::from_iter(py, positional)?;
    let kw = kw.to_dict(py)?;
    args::bind_call(py, sig, &positional, Some(&kw), |b: &Bound<'_>| {
        let global = current(py)?;
        let from = match b.get(0).filter(|o| !object::is_none(o)) {
            None => global.clone(),
            some => context_of(py, some)?,
        };
        let local = context::copy_of(py, &from)?;
        context::set_options(py, &local, &core::array::from_fn(|i| b.get(i + 1)))?;
        context::new_manager(py, local, global)
    })
}

/// `getround`.
fn rounding(py: Py<'_>, o: &PyObject) -> PyResult<Rounding> {
    if let Some(s) = unicode::check(o) {
        for (name, r) in Rounding::ALL {
            if unicode::equals_str(s.as_object(), name) {
                return Ok(r);
            }
        }
    }
    Err(exceptions::type_error(
        py,
        format_args!(
            "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]"
        ),
    ))
}

fn rounding_name(r: Rounding) -> &'static str {
    Rounding::ALL.iter().find(|(_, x)| *x == r).map_or("ROUND_HALF_EVEN", |(n, _)| n)
}
