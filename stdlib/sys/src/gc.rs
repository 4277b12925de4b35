//! `gc`: the collector's controls and a view of the objects it knows (`Modules/gcmodule.c`).

use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::gc::{GENERATIONS, collect, control};
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, audit, dict, exceptions, list, long, methods, object, tuple, unicode};

/// `gc`.
pub static MODULE: StaticModule = StaticModule::new(c"gc")
    .doc(c"Controls of the collector of reference cycles.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "enable" = enable [0], "($module, /)", "Lets collections start by themselves.";
    "disable" = disable [0], "($module, /)", "Keeps collections from starting by themselves.";
    "isenabled" = isenabled [0], "($module, /)", "Whether collections start by themselves.";
    "set_debug" = set_debug [1], "($module, flags, /)", "Sets what collections tell about themselves, on stderr.";
    "get_debug" = get_debug [0], "($module, /)", "The flags of set_debug().";
    "get_count" = get_count [0], "($module, /)", "How far each generation is on its way to the threshold.";
    "set_threshold" = set_threshold [1], "?($module, /, *args)", "Sets the thresholds; the first 0 disables collection.";
    "get_threshold" = get_threshold [0], "($module, /)", "The thresholds of the generations.";
    "collect" = run [1], "($module, /, generation=2)", "Collects a generation and those younger; the number of unreachable objects.";
    "get_objects" = get_objects [1], "($module, /, generation=None)", "The objects of a generation, or of all.";
    "get_stats" = get_stats [0], "($module, /)", "Collections, collected and uncollectable objects of each generation.";
    "is_tracked" = is_tracked [1], "($module, obj, /)", "Whether the collector looks at the object.";
    "is_finalized" = is_finalized [1], "($module, obj, /)", "Whether the collector finalized the object.";
    "get_referrers" = get_referrers [1], "?($module, /, *objs)", "The objects that refer to one of these.";
    "get_referents" = get_referents [1], "?($module, /, *objs)", "The objects that these refer to.";
    "freeze" = freeze [0], "($module, /)", "Makes all tracked objects permanent: no collection looks at them.";
    "unfreeze" = unfreeze [0], "($module, /)", "Makes permanent objects members of the oldest generation.";
    "get_freeze_count" = get_freeze_count [0], "($module, /)", "The number of permanent objects.";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    use control::debug;
    module::add(py, m, "garbage", control::garbage(py)?.as_object())?;
    module::add(py, m, "callbacks", control::callbacks(py)?.as_object())?;
    for (name, value) in [
        ("DEBUG_STATS", debug::STATS),
        ("DEBUG_COLLECTABLE", debug::COLLECTABLE),
        ("DEBUG_UNCOLLECTABLE", debug::UNCOLLECTABLE),
        ("DEBUG_SAVEALL", debug::SAVEALL),
        ("DEBUG_LEAK", debug::LEAK),
    ] {
        module::add_int(py, m, name, value as i64)?;
    }
    Ok(())
}

fn enable(_: Py<'_>, _: &PyModuleObject) {
    collect::set_enabled(true);
}

fn disable(_: Py<'_>, _: &PyModuleObject) {
    collect::set_enabled(false);
}

fn isenabled(_: Py<'_>, _: &PyModuleObject) -> bool {
    collect::is_enabled()
}

fn set_debug(_: Py<'_>, _: &PyModuleObject, flags: i32) {
    control::set_flags(flags);
}

fn get_debug(_: Py<'_>, _: &PyModuleObject) -> i32 {
    control::flags()
}

fn three(py: Py<'_>, of: impl Fn(usize) -> i32) -> PyResult {
    let items: Vec<Owned> =
        (0..3).map(|i| long::from_i64(py, of(i) as i64).map(Owned::upcast)).collect::<PyResult<_>>()?;
    tuple::from_iter(py, items).map(Owned::upcast)
}

fn get_count(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    three(py, |i| GENERATIONS[i].count.get())
}

fn get_threshold(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    three(py, |i| GENERATIONS[i].threshold.get())
}

fn set_threshold(py: Py<'_>, _: &PyModuleObject, args: Rest<'_>) -> PyResult<()> {
    let n = args.0.len();
    if n == 0 || n > 3 {
        let (word, bound, s) = if n == 0 { ("least", 1, "") } else { ("most", 3, "s") };
        return Err(exceptions::type_error(
            py,
            format_args!("set_threshold() takes at {word} {bound} argument{s} ({n} given)"),
        ));
    }
    for (i, a) in args.0.iter().enumerate() {
        // SAFETY: LIVE: the caller holds its arguments.
        let v = dxpy_core::number::index_any(py, unsafe { &**a })?;
        let v = long::to_i64(&v).and_then(|v| i32::try_from(v).ok()).ok_or_else(|| {
            let word = if long::sign(&v) < 0 { "less than minimum" } else { "greater than maximum" };
            exceptions::overflow_error(py, format_args!("signed integer is {word}"))
        })?;
        GENERATIONS[i].threshold.set(v);
    }
    Ok(())
}

fn run(py: Py<'_>, _: &PyModuleObject, generation: Option<i32>) -> PyResult<usize> {
    match generation.unwrap_or(2) {
        n @ 0..=2 => {
            let found = collect::collect(py, n as usize);
            if n == 2 {
                dxpy_core::alloc::trim(py);
            }
            Ok(found)
        }
        _ => Err(exceptions::value_error(py, format_args!("invalid generation"))),
    }
}

fn get_objects(py: Py<'_>, _: &PyModuleObject, generation: Option<&PyObject>) -> PyResult {
    let given = generation.filter(|o| !object::is_none(o));
    let n = match given {
        None => -1,
        Some(o) => dxpy_core::number::as_ssize(py, o, &exceptions::OverflowError)?,
    };
    audit::event(py, "gc.get_objects", [long::from_i64(py, n as i64)?.as_object()])?;
    if given.is_none() {
        let all = (0..3).flat_map(control::objects).collect::<Vec<_>>();
        return list::from_iter(py, all).map(Owned::upcast);
    }
    match n {
        0..=2 => list::from_iter(py, control::objects(n as usize)).map(Owned::upcast),
        -1 => list::from_iter(py, (0..3).flat_map(control::objects).collect::<Vec<_>>()).map(Owned::upcast),
        ..-1 => Err(exceptions::value_error(py, format_args!("generation parameter cannot be negative"))),
        _ => Err(exceptions::value_error(
            py,
            format_args!("generation parameter must be less than the number of available generations (3)"),
        )),
    }
}

fn get_stats(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    let all = list::new(py)?;
    for s in control::STATS.iter() {
        let d = dict::new(py)?;
        let fields = [
            ("collections", &s.collections),
            ("collected", &s.collected),
            ("uncollectable", &s.uncollectable),
        ];
        for (k, v) in fields {
            let key = unicode::intern_str(py, k)?;
            dict::set(py, &d, key.as_object(), long::from_u64(py, v.get() as u64)?.as_object())?;
        }
        list::push(py, &all, d.upcast())?;
    }
    Ok(all.upcast())
}

fn is_tracked(_: Py<'_>, _: &PyModuleObject, o: &PyObject) -> bool {
    control::is_tracked(o)
}

fn is_finalized(_: Py<'_>, _: &PyModuleObject, o: &PyObject) -> bool {
    control::is_finalized(o)
}

/// The event of the functions that walk the graph: its argument is the tuple of theirs.
fn walk_event(py: Py<'_>, event: &str, args: &Rest<'_>) -> PyResult<()> {
    audit::event_with(py, event, || {
        // SAFETY: LIVE: the caller holds its arguments.
        let objs =
            tuple::from_iter(py, args.0.iter().map(|a| unsafe { (**a).to_owned() }).collect::<Vec<_>>())?;
        tuple::from_iter(py, [objs.upcast()])
    })
}

fn get_referrers(py: Py<'_>, _: &PyModuleObject, args: Rest<'_>) -> PyResult {
    walk_event(py, "gc.get_referrers", &args)?;
    list::from_iter(py, control::referrers(args.0, &[])).map(Owned::upcast)
}

fn get_referents(py: Py<'_>, _: &PyModuleObject, args: Rest<'_>) -> PyResult {
    walk_event(py, "gc.get_referents", &args)?;
    // SAFETY: LIVE: the caller holds its arguments.
    let all: Vec<Owned> = args.0.iter().flat_map(|a| control::referents(unsafe { &**a })).collect();
    list::from_iter(py, all).map(Owned::upcast)
}

fn freeze(_: Py<'_>, _: &PyModuleObject) {
    control::freeze();
}

fn unfreeze(_: Py<'_>, _: &PyModuleObject) {
    control::unfreeze();
}

fn get_freeze_count(_: Py<'_>, _: &PyModuleObject) -> usize {
    control::frozen()
}
