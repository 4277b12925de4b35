//! `_lsprof`: the profiler below `cProfile` (`Modules/_lsprof.c`), a tool of `sys.monitoring`. Times are nanoseconds, or
//! what a timer of the program's own counts.
//!
//! A program's timer may do anything, also use the profiler it times for: no borrow is held while it runs, and what it
//! cleared away meanwhile is not found again.

use core::cell::{Cell, RefCell};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{self, Rest};
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, attr, call, cfunction, descr, exceptions, float, gc, glue, hooks, list, long,
    methods, name, object, protocol, signature, types, unicode,
};
use dxpy_interp::monitor::{self, event};
use dxpy_types::structseq;
use dxpy_types::tracemalloc::Table;
use std::sync::OnceLock;
use std::time::Instant;

/// `_lsprof`.
pub static MODULE: StaticModule = StaticModule::new(c"_lsprof").doc(c"Fast profiler").slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

static ENTRY: structseq::Desc = structseq::Desc {
    name: "_lsprof.profiler_entry",
    doc: "",
    fields: &[
        (Some("code"), "code object or built-in function name"),
        (Some("callcount"), "how many times this was called"),
        (Some("reccallcount"), "how many times called recursively"),
        (Some("totaltime"), "total time in this entry"),
        (Some("inlinetime"), "inline time in this entry (not in subcalls)"),
        (Some("calls"), "details of the calls"),
    ],
    visible: 6,
};

static SUBENTRY: structseq::Desc = structseq::Desc {
    name: "_lsprof.profiler_subentry",
    doc: "",
    fields: &[
        (Some("code"), "called code object or built-in function name"),
        (Some("callcount"), "how many times this is called"),
        (Some("reccallcount"), "how many times this is called recursively"),
        (Some("totaltime"), "total time spent in this call"),
        (Some("inlinetime"), "inline time (not in further subcalls)"),
    ],
    visible: 5,
};

static ENTRY_TYPE: Gil<Cell<Option<&'static PyTypeObject>>> = Gil(Cell::new(None));
static SUBENTRY_TYPE: Gil<Cell<Option<&'static PyTypeObject>>> = Gil(Cell::new(None));

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    module::add_type(py, m, &PROFILER)?;
    for (slot, desc, short) in
        [(&ENTRY_TYPE, &ENTRY, "profiler_entry"), (&SUBENTRY_TYPE, &SUBENTRY, "profiler_subentry")]
    {
        let ty = match slot.get() {
            Some(t) => t,
            None => structseq::new_type(py, desc)?,
        };
        slot.set(Some(ty));
        module::add(py, m, short, ty.as_object())?;
    }
    Ok(())
}

/// What is counted of a function, or of its calls by another.
#[derive(Default, Clone, Copy)]
struct Counts {
    total: i64,
    inline: i64,
    calls: i64,
    recursive: i64,
    /// How many of its calls are running.
    level: i64,
}

impl Counts {
    /// A call that took so long ends.
    fn end(&mut self, total: i64, inline: i64) {
        self.level -= 1;
        if self.level == 0 {
            self.total = self.total.wrapping_add(total);
        } else {
            self.recursive += 1;
        }
        self.inline = self.inline.wrapping_add(inline);
        self.calls += 1;
    }
}

/// A function: the code object, or the text for a built-in one.
struct Function {
    shown: Owned,
    counts: Counts,
    /// What it calls, by key.
    callees: Table<usize, Counts>,
}

/// A running call.
struct Running {
    key: usize,
    start: i64,
    /// The time of the calls it made.
    below: i64,
}

#[derive(Default)]
struct State {
    /// By the address of the code object or of the built-in function's definition.
    functions: Table<usize, Function>,
    stack: Vec<Running>,
}

#[repr(C)]
struct ProfilerObject {
    ob_base: PyObject,
    state: Cell<*mut RefCell<State>>,
    timer: Cell<*mut PyObject>,
    unit: Cell<f64>,
    subcalls: Cell<bool>,
    builtins: Cell<bool>,
    enabled: Cell<bool>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for ProfilerObject {}

impl ProfilerObject {
    fn state(&self) -> &RefCell<State> {
        // SAFETY: set when the object was made, and freed with it.
        unsafe { &*self.state.get() }
    }
}

static PROFILER: StaticType = StaticType::new::<ProfilerObject>(c"_lsprof.Profiler")
    .doc(c"Profiler(timer=None, timeunit=None, subcalls=True, builtins=True)\n\n    Counts and times the calls of Python and built-in functions. A timer of one's own gives\n    seconds as a float, or an integer in units of timeunit seconds.\n")
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC)
    .create(glue::create(|py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>| {
        // SAFETY: LAYOUT: the type's instances begin like this struct.
        let p: Owned<ProfilerObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
        p.state.set(Box::into_raw(Box::default()));
        Ok(p.upcast())
    }))
    .init(glue::init(init))
    .methods(&METHODS)
    .traverse(glue::traverse(|p: &ProfilerObject, v: &glue::Visitor| v.visit(&p.timer)))
    .clear(glue::clear(|_: Py<'_>, p: &ProfilerObject| object::clear_field(&p.timer)))
    .dealloc(glue::dealloc(dealloc));

methods! { static METHODS: for ProfilerObject [
    "getstats" = getstats [0], "($self, /)", "A list of profiler_entry: a function, how often it was called, and recursively, the time in it and in it alone, and its calls of others.", defining;
    "enable" = enable [2], "!($self, subcalls=True, builtins=True)", "Starts to count calls: with subcalls also who called whom, with builtins also those of built-in functions.";
    "disable" = disable [0], "?($self, /)", "Stops to count calls.";
    "clear" = clear [0], "?($self, /)", "Forgets what was counted.";
    "_pystart_callback" = pystart [1], "?($self, *args)", "A Python function begins or goes on.";
    "_pyreturn_callback" = pyreturn [1], "?($self, *args)", "A Python function ends or waits.";
    "_ccall_callback" = ccall [1], "?($self, *args)", "Something is called.";
    "_creturn_callback" = creturn [1], "?($self, *args)", "A built-in function ends.";
] }

/// The identifier of profilers among the tools (`PY_MONITORING_PROFILER_ID`).
const TOOL: i64 = 2;
/// Which event goes to which method.
const EVENTS: [(usize, &str); 9] = [
    (event::PY_START, "_pystart_callback"),
    (event::PY_RESUME, "_pystart_callback"),
    (event::PY_THROW, "_pystart_callback"),
    (event::PY_RETURN, "_pyreturn_callback"),
    (event::PY_YIELD, "_pyreturn_callback"),
    (event::PY_UNWIND, "_pyreturn_callback"),
    (event::CALL, "_ccall_callback"),
    (event::C_RETURN, "_creturn_callback"),
    (event::C_RAISE, "_creturn_callback"),
];

fn init(py: Py<'_>, p: &ProfilerObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    args::bind_call(
        py,
        signature!("Profiler", "!(timer=None, timeunit=0.0, subcalls=True, builtins=True)"),
        a,
        kw,
        |b| {
            let unit = b.get(1).map_or(Ok(0.0), |o| float::as_f64(py, o))?;
            let truth = |o: Option<&PyObject>| o.map_or(Ok(true), |o| protocol::is_true(py, o));
            let (subcalls, builtins) = (truth(b.get(2))?, truth(b.get(3))?);
            let old = p.timer.replace(b.get(0).map_or(core::ptr::null_mut(), |t| t.to_owned().into_ptr()));
            p.unit.set(unit);
            p.subcalls.set(subcalls);
            p.builtins.set(builtins);
            // SAFETY: OWNED: the field's reference, which is there no more.
            drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
            Ok(())
        },
    )
}

fn dealloc(py: Py<'_>, p: &ProfilerObject) {
    // SAFETY: the type has a collector header; the fields are released once and the memory last. An enabled profiler is not
    // here: its methods are registered and hold it.
    unsafe {
        gc::untrack(p.as_object());
        object::clear_field(&p.timer);
        let state = p.state.replace(core::ptr::null_mut());
        if !state.is_null() {
            drop(Box::from_raw(state));
        }
        object::tp_free(p.as_object());
    }
    let _ = py;
}

/// The time of a program's timer.
fn external(py: Py<'_>, p: &ProfilerObject, timer: &PyObject) -> PyResult<i64> {
    let v = call::call(py, timer, [])?;
    let too_large =
        || exceptions::overflow_error(py, format_args!("timestamp too large to convert to C _PyTime_t"));
    let whole = long::check(&v);
    if p.unit.get() > 0.0 {
        // Units, which `getstats` scales.
        let Some(n) = whole else {
            let given = call::type_name(v.ty());
            return Err(exceptions::type_error(py, format_args!("expect int, got {given}")));
        };
        return long::to_i64(n).ok_or_else(too_large);
    }
    if let Some(n) = whole {
        return long::to_i64(n).and_then(|n| n.checked_mul(1_000_000_000)).ok_or_else(too_large);
    }
    let seconds = float::as_f64(py, &v)?;
    if seconds.is_nan() {
        return Err(exceptions::value_error(py, format_args!("Invalid value NaN (not a number)")));
    }
    let n = (seconds * 1e9).floor();
    if (-9.223_372_036_854_775e18..9.223_372_036_854_775e18).contains(&n) {
        Ok(n as i64)
    } else {
        Err(too_large())
    }
}

/// `call_timer`.
fn now(py: Py<'_>, p: &ProfilerObject) -> i64 {
    // SAFETY: LIVE: the profiler holds its timer.
    if let Some(timer) = unsafe { p.timer.get().as_ref() } {
        let timer = timer.to_owned();
        return external(py, p, &timer).unwrap_or_else(|e| {
            exceptions::unraisable(py, e, Some(&timer));
            0
        });
    }
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as i64
}

/// `ptrace_enter_call`: a function begins.
fn enter(py: Py<'_>, p: &ProfilerObject, key: usize, shown: impl FnOnce() -> PyResult) {
    if !p.state().borrow().functions.contains_key(&key) {
        let shown = match shown() {
            Ok(s) => s,
            Err(e) => return drop(e),
        };
        let made = Function { shown, counts: Counts::default(), callees: Table::default() };
        let before = p.state().borrow_mut().functions.insert(key, made);
        drop(before);
    }
    {
        let mut s = p.state().borrow_mut();
        let s = &mut *s;
        if let Some(f) = s.functions.get_mut(&key) {
            f.counts.level += 1;
        }
        if p.subcalls.get()
            && let Some(caller) = s.stack.last().map(|r| r.key)
            && let Some(f) = s.functions.get_mut(&caller)
        {
            f.callees.entry(key).or_default().level += 1;
        }
        s.stack.push(Running { key, start: 0, below: 0 });
    }
    let start = now(py, p);
    if let Some(top) = p.state().borrow_mut().stack.last_mut() {
        top.start = start;
    }
}

/// `ptrace_leave_call`: a function ends.
fn leave(py: Py<'_>, p: &ProfilerObject, key: usize) {
    {
        let mut s = p.state().borrow_mut();
        if s.stack.is_empty() {
            return;
        }
        if !s.functions.contains_key(&key) {
            s.stack.pop();
            return;
        }
    }
    let end = now(py, p);
    stop(p, key, end);
}

/// `Stop`: counts the call on top as one of `key`.
fn stop(p: &ProfilerObject, key: usize, end: i64) {
    let mut s = p.state().borrow_mut();
    let s = &mut *s;
    let Some(top) = s.stack.pop() else { return };
    let total = end.wrapping_sub(top.start);
    let inline = total.wrapping_sub(top.below);
    if let Some(f) = s.functions.get_mut(&key) {
        f.counts.end(total, inline);
    }
    if let Some(caller) = s.stack.last_mut() {
        caller.below = caller.below.wrapping_add(total);
        if p.subcalls.get()
            && let Some(sub) = s.functions.get_mut(&caller.key).and_then(|f| f.callees.get_mut(&key))
        {
            sub.end(total, inline);
        }
    }
}

/// A built-in function as the statistics name it (`normalizeUserObj`).
fn shown(py: Py<'_>, o: &PyObject) -> PyResult {
    let Some(f) = cfunction::check(o) else { return Ok(o.to_owned()) };
    // SAFETY: STATIC, LIVE: a function has a definition, and holds its self and its module, or none.
    let (def, this, module) = unsafe { (&*f.m_ml.get(), f.m_self.get().as_ref(), f.m_module.get().as_ref()) };
    let name = cfunction::name_of(def);
    let text = |s: String| unicode::from_str(py, &s).map(Owned::upcast);
    let module = module.and_then(unicode::check).map(|m| unicode::display(m.as_object()));
    let Some(this) = this else {
        return match module {
            Some(m) if m != "builtins" => text(format!("<{m}.{name}>")),
            _ => text(format!("<{name}>")),
        };
    };
    let attribute = unicode::intern_str(py, &name)?;
    if let Some(d) = types::lookup::find(py, this.ty(), &attribute)
        && let Ok(r) = protocol::repr(py, &d)
    {
        return Ok(r.upcast());
    }
    match module {
        Some(m) => text(format!("<built-in method {m}.{name}>")),
        None => text(format!("<built-in method {name}>")),
    }
}

/// The built-in function that is called, if it is one (`get_cfunc_from_callable`).
fn built_in(py: Py<'_>, args: &[&PyObject]) -> PyResult<Option<Owned>> {
    let (callable, first) = (args[2], args[3]);
    if cfunction::check(callable).is_some() {
        return Ok(Some(callable.to_owned()));
    }
    if !callable.ty().is(descr::PyMethodDescr_Type.as_object()) || first.is(monitor::missing(py)?) {
        return Ok(None);
    }
    let Some(get) = callable.ty().tp_descr_get.get() else { return Ok(None) };
    // SAFETY: the slot's contract: the object, and its type.
    let bound =
        unsafe { dxpy_core::err::from_ptr(py, get(callable.as_ptr(), first.as_ptr(), first.ty().as_ptr())) };
    // A method of another type is a mistake that the call itself reports.
    Ok(bound.ok().filter(|b| cfunction::check(b).is_some()))
}

fn definition(o: &PyObject) -> usize {
    cfunction::check(o).map_or(0, |f| f.m_ml.get() as usize)
}

fn needed<'a>(py: Py<'_>, args: &'a Rest<'_>, n: usize) -> PyResult<&'a [&'a PyObject]> {
    // SAFETY: LIVE: the caller of the vectorcall holds its arguments, none of which is NULL.
    let items = unsafe { &*(core::ptr::from_ref(args.0) as *const [&PyObject]) };
    if items.len() < n {
        let m = format_args!("a callback of {n} arguments was called with {}", items.len());
        return Err(exceptions::type_error(py, m));
    }
    Ok(items)
}

fn pystart(py: Py<'_>, p: &ProfilerObject, args: Rest<'_>) -> PyResult<()> {
    let code = needed(py, &args, 1)?[0];
    enter(py, p, code.as_ptr() as usize, || Ok(code.to_owned()));
    Ok(())
}

fn pyreturn(py: Py<'_>, p: &ProfilerObject, args: Rest<'_>) -> PyResult<()> {
    leave(py, p, needed(py, &args, 1)?[0].as_ptr() as usize);
    Ok(())
}

fn ccall(py: Py<'_>, p: &ProfilerObject, args: Rest<'_>) -> PyResult<()> {
    let items = needed(py, &args, 4)?;
    if p.builtins.get()
        && let Some(f) = built_in(py, items)?
    {
        enter(py, p, definition(&f), || shown(py, &f));
    }
    Ok(())
}

fn creturn(py: Py<'_>, p: &ProfilerObject, args: Rest<'_>) -> PyResult<()> {
    let items = needed(py, &args, 4)?;
    if p.builtins.get()
        && let Some(f) = built_in(py, items)?
    {
        leave(py, p, definition(&f));
    }
    Ok(())
}

/// `sys.monitoring`.
fn monitoring(py: Py<'_>) -> PyResult {
    attr::get_name(py, &*hooks::import(py, name!("sys"))?, name!("monitoring"))
}

fn enable(
    py: Py<'_>,
    p: &ProfilerObject,
    subcalls: Option<&PyObject>,
    builtins: Option<&PyObject>,
) -> PyResult<()> {
    for (given, to) in [(subcalls, &p.subcalls), (builtins, &p.builtins)] {
        if let Some(o) = given {
            to.set(protocol::is_true(py, o)?);
        }
    }
    let m = monitoring(py)?;
    let tool = long::from_i64(py, TOOL)?;
    let title = unicode::from_str(py, "cProfile")?;
    if let Err(e) = call::method(py, &m, name!("use_tool_id"), [tool.as_object(), title.as_object()]) {
        drop(e);
        return Err(exceptions::value_error(py, format_args!("Another profiling tool is already active")));
    }
    let mut all = 0;
    for (event, method) in EVENTS {
        let bit = long::from_i64(py, 1 << event)?;
        let f = attr::get(py, p.as_object(), &*unicode::intern_str(py, method)?)?;
        call::method(py, &m, name!("register_callback"), [tool.as_object(), bit.as_object(), &f])?;
        all |= 1 << event;
    }
    let all = long::from_i64(py, all)?;
    call::method(py, &m, name!("set_events"), [tool.as_object(), all.as_object()])?;
    p.enabled.set(true);
    Ok(())
}

/// `flush_unmatched`: what still runs is counted up to now.
fn flush(py: Py<'_>, p: &ProfilerObject) {
    loop {
        let Some(key) = p.state().borrow().stack.last().map(|r| r.key) else { return };
        let end = now(py, p);
        stop(p, key, end);
    }
}

fn disable(py: Py<'_>, p: &ProfilerObject) -> PyResult<()> {
    if !p.enabled.get() {
        return Ok(());
    }
    let m = monitoring(py)?;
    let tool = long::from_i64(py, TOOL)?;
    for (event, _) in EVENTS {
        let bit = long::from_i64(py, 1 << event)?;
        let none = object::none();
        call::method(py, &m, name!("register_callback"), [tool.as_object(), bit.as_object(), &none])?;
    }
    let zero = long::from_i64(py, 0)?;
    call::method(py, &m, name!("set_events"), [tool.as_object(), zero.as_object()])?;
    call::method(py, &m, name!("free_tool_id"), [tool.as_object()])?;
    p.enabled.set(false);
    flush(py, p);
    Ok(())
}

fn clear(_: Py<'_>, p: &ProfilerObject) {
    let old = core::mem::take(&mut *p.state().borrow_mut());
    drop(old);
}

/// A function that is called, and how often.
type Counted = (Owned, Counts);

fn getstats(py: Py<'_>, p: &ProfilerObject) -> PyResult<Owned<PyListObject>> {
    // SAFETY: LIVE: the profiler holds its timer.
    let own = unsafe { p.timer.get().as_ref() }.is_some();
    let factor = if own && p.unit.get() != 0.0 { p.unit.get() } else { 1e-9 };
    // Copied, for making objects may run anything.
    let copied: Vec<(Owned, Counts, Vec<Counted>)> = {
        let s = p.state().borrow();
        // By address, as CPython's trees have them.
        let mut counted: Vec<_> = s.functions.iter().filter(|(_, f)| f.counts.calls > 0).collect();
        counted.sort_unstable_by_key(|(k, _)| **k);
        let of = |k: &usize, c: &Counts| s.functions.get(k).map(|f| (f.shown.clone(), *c));
        let row = |f: &Function| {
            let mut callees: Vec<_> = f.callees.iter().collect();
            callees.sort_unstable_by_key(|(k, _)| **k);
            (f.shown.clone(), f.counts, callees.into_iter().filter_map(|(k, c)| of(k, c)).collect())
        };
        counted.into_iter().map(|(_, f)| row(f)).collect()
    };
    let row = |shown: Owned, c: &Counts| -> PyResult<Vec<Owned>> {
        Ok(vec![
            shown,
            long::from_i64(py, c.calls)?.upcast(),
            long::from_i64(py, c.recursive)?.upcast(),
            float::new(py, factor * c.total as f64)?.upcast(),
            float::new(py, factor * c.inline as f64)?.upcast(),
        ])
    };
    let (Some(entry), Some(subentry)) = (ENTRY_TYPE.get(), SUBENTRY_TYPE.get()) else {
        return Err(exceptions::system_error(py, format_args!("the module was not executed")));
    };
    let all = list::new(py)?;
    for (shown, counts, callees) in copied {
        let calls = if callees.is_empty() {
            object::none()
        } else {
            let calls = list::new(py)?;
            for (shown, c) in callees {
                list::append(py, &calls, &*structseq::new(py, subentry, row(shown, &c)?)?)?;
            }
            calls.upcast()
        };
        let mut values = row(shown, &counts)?;
        values.push(calls);
        list::append(py, &all, &*structseq::new(py, entry, values)?)?;
    }
    Ok(all)
}
