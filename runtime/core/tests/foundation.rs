//! The foundations together: a thread state, objects made and released, errors, static types whose slots and method
//! tables come from safe functions and are called as C code calls them.

use dxpy_core::abi::constants::{METH_FASTCALL, METH_KEYWORDS, METH_NOARGS, METH_O};
use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::ptr::{Object, is_immortal};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::thread::states;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, bytes, call, cell, cfunction, exceptions, float, gc, glue, long, method,
    methods, object, tuple, unicode,
};

/// What the GIL will be: the tests run one at a time.
static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// Runs `f` on a fresh thread state.
fn with_thread(f: impl FnOnce(Py<'_>)) {
    let _held = LOCK.lock().unwrap_or_else(|e| e.into_inner());
    states::ensure();
    // SAFETY: the thread holds the GIL until it saves its state, after which the token is gone.
    unsafe {
        let py = Py::assume();
        py.state().abi.c_recursion_remaining.set(100);
        f(py);
        states::save(py);
    }
}

fn message(e: &PyErr) -> String {
    // SAFETY: `exceptions::format` sets `args` to a tuple of one str.
    let args = unsafe { &*(e.value().args.get() as *const PyTupleObject) };
    unicode::display(tuple::items(args)[0])
}

fn double(py: Py<'_>, n: &PyLongObject) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, 2 * long::to_i64(n).expect("a small int"))
}

fn truth(_: Py<'_>, n: &PyLongObject) -> PyResult<bool> {
    Ok(long::sign(n) != 0)
}

fn describe(py: Py<'_>, n: &PyLongObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, &format!("<{}>", long::to_i64(n).unwrap()))
}

fn plus(py: Py<'_>, n: &PyLongObject, other: &PyObject, times: Option<&PyObject>) -> PyResult<i64> {
    let value = |o: &PyObject| {
        // SAFETY: the tests pass ints only.
        long::to_i64(unsafe { &*(o as *const PyObject as *const PyLongObject) }).unwrap()
    };
    if value(other) < 0 {
        return Err(exceptions::value_error(py, format_args!("negative: {}", value(other))));
    }
    Ok(value(n.as_object()) + value(other) * times.map_or(1, value))
}

fn first(_: Py<'_>, _: &PyLongObject, a: &PyObject) -> Owned {
    a.to_owned()
}

fn nothing(_: Py<'_>, _: &PyLongObject) {}

fn count(_: Py<'_>, _: &PyLongObject, rest: Rest<'_>) -> usize {
    rest.0.len()
}

methods! { static METHODS: for PyLongObject [
    "plus" = plus [2], "($self, other, /, times=1)", "Add a number, some times over.";
    "first" = first [1], "($self, a, /)", "The argument.";
    "nothing" = nothing [0], "($self, /)", "None.";
    "count" = count [1], "($self, /, *args)", "The number of arguments.";
] }

static NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().positive(glue::unary(double)).bool(glue::truth(truth));

static TEST_TYPE: StaticType = StaticType::new::<PyLongObject>(c"test.number")
    .base(&long::PyLong_Type)
    .repr(glue::unary(describe))
    .number(&NUMBER)
    .methods(&METHODS);

#[test]
fn objects_are_counted_and_released() {
    with_thread(|py| {
        assert!(is_immortal(&object::none()) && is_immortal(long::from_i64(py, 256).unwrap().as_object()));
        for v in [-6, 257, 1 << 29, 1 << 30, -(1 << 30), 1 << 59, 1 << 60, i64::MAX, i64::MIN] {
            let o = long::from_i64(py, v).unwrap();
            assert_eq!((long::to_i64(&o), o.refcnt()), (Some(v), 1));
        }
        let big = long::from_u64(py, u64::MAX).unwrap();
        assert_eq!((long::to_i64(&big), long::digits(&big).len()), (None, 3));
        let pair = tuple::from_iter(py, [big.clone().upcast(), object::none()]).unwrap();
        assert_eq!(big.refcnt(), 2);
        drop(pair);
        assert_eq!(big.refcnt(), 1);
        for text in ["", "ascii", "é", "€uro", "😀"] {
            let s = unicode::from_str(py, text).unwrap();
            assert_eq!(unicode::display(s.as_object()), text);
            assert!(unicode::equals_str(s.as_object(), text) && !unicode::equals_str(s.as_object(), "other"));
            assert_eq!(unicode::len(&s), text.chars().count());
        }
        assert_eq!(float::new(py, 1.5).unwrap().ob_fval.get(), 1.5);
    });
}

#[test]
fn errors_cross_the_boundary_and_back() {
    with_thread(|py| {
        let e = exceptions::type_error(py, format_args!("bad {}", 1));
        assert!(
            exceptions::matches(&e, &exceptions::Exception)
                && !exceptions::matches(&e, &exceptions::ValueError)
        );
        e.restore(py);
        assert!(!py.pending().is_null());
        assert_eq!(message(&PyErr::fetch(py)), "bad 1");
        assert!(py.pending().is_null());
        assert_eq!(message(&PyErr::fetch(py)), "error return without exception set");
        exceptions::memory_error(py).restore(py);
        assert!(exceptions::matches(&PyErr::fetch(py), &exceptions::MemoryError));
    });
}

#[test]
fn slots_answer_as_c_expects() {
    with_thread(|py| {
        let n = long::from_i64(py, 1000).unwrap();
        // SAFETY: the slots of `TEST_TYPE` take ints.
        unsafe {
            let doubled: Owned<PyLongObject> =
                Owned::from_raw(NUMBER.nb_positive.get().unwrap()(n.as_ptr()) as *mut PyLongObject);
            assert_eq!(long::to_i64(&doubled), Some(2000));
            assert_eq!(NUMBER.nb_bool.get().unwrap()(n.as_ptr()), 1);
            let repr = Owned::from_raw(TEST_TYPE.tp_repr.get().unwrap()(n.as_ptr()));
            assert_eq!(unicode::display(&repr), "<1000>");
        }
    });
}

#[test]
fn method_tables_bind_arguments_as_argument_clinic_does() {
    with_thread(|py| {
        let flags: Vec<_> = METHODS.iter().map(|m| m.ml_flags.get()).collect();
        assert_eq!(flags, [METH_FASTCALL | METH_KEYWORDS, METH_O, METH_NOARGS, METH_FASTCALL, 0]);
        // SAFETY: a C string made by the macro.
        let doc = unsafe { std::ffi::CStr::from_ptr(METHODS[0].ml_doc.get()) }.to_str().unwrap();
        assert_eq!(doc, "plus($self, other, /, times=1)\n--\n\nAdd a number, some times over.");

        let this = long::from_i64(py, 1000).unwrap();
        // Calls `plus` with these ints, the last ones by these names.
        let call = |values: &[i64], names: &[&str]| -> Result<i64, String> {
            let args: Vec<Owned> = values.iter().map(|v| long::from_i64(py, *v).unwrap().upcast()).collect();
            let raw: Vec<*mut PyObject> = args.iter().map(|a| a.as_ptr()).collect();
            let names: Vec<Owned> =
                names.iter().map(|n| unicode::from_str(py, n).unwrap().upcast()).collect();
            let positional = raw.len() - names.len();
            let kwnames = tuple::from_iter(py, names).unwrap();
            // SAFETY: the row's flags say METH_FASTCALL | METH_KEYWORDS.
            unsafe {
                let f: PyCFunctionFastWithKeywords = core::mem::transmute(METHODS[0].ml_meth.get().unwrap());
                let r = f(this.as_ptr(), raw.as_ptr(), positional as isize, kwnames.as_ptr());
                match Owned::from_raw_opt(r as *mut PyLongObject) {
                    Some(o) => Ok(long::to_i64(&o).unwrap()),
                    None => Err(message(&PyErr::fetch(py))),
                }
            }
        };
        assert_eq!(call(&[5], &[]), Ok(1005));
        assert_eq!(call(&[5, 3], &[]), Ok(1015));
        assert_eq!(call(&[5, 3], &["times"]), Ok(1015));
        for (values, names, want) in [
            (&[][..], &[][..], "plus() takes at least 1 positional argument (0 given)"),
            (&[1, 2, 3], &[], "plus() takes at most 2 arguments (3 given)"),
            (&[1, 2], &["bogus"], "'bogus' is an invalid keyword argument for plus()"),
            (&[-7], &[], "negative: -7"),
        ] {
            assert_eq!(call(values, names), Err(want.to_string()));
        }
        assert_eq!(this.refcnt(), 1);
    });
}

/// A cell as `types.CellType` is laid out: one reference, collected.
static CELL: StaticType = StaticType::new::<PyCellObject>(c"test.cell")
    .traverse(glue::traverse(|c: &PyCellObject, v: &glue::Visitor| v.visit(&c.ob_ref)))
    .clear(glue::clear(|_: Py<'_>, c: &PyCellObject| object::clear_field(&c.ob_ref)))
    .finalize(glue::dealloc(count_finalizer))
    .dealloc(glue::dealloc(free_cell));

thread_local! {
    static FINALIZED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    static FREED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    static RESURRECT: std::cell::RefCell<Option<Owned>> = const { std::cell::RefCell::new(None) };
    static DO_RESURRECT: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

fn count_finalizer(_: Py<'_>, c: &PyCellObject) {
    FINALIZED.set(FINALIZED.get() + 1);
    if DO_RESURRECT.get() {
        RESURRECT.set(Some(c.as_object().to_owned()));
    }
}

fn free_cell(_: Py<'_>, c: &PyCellObject) {
    FREED.set(FREED.get() + 1);
    // SAFETY: the cell has a collector header, and is freed once, last.
    unsafe {
        gc::untrack(c.as_object());
        object::clear_field(&c.ob_ref);
        object::free(c.as_object());
    }
}

/// A ring of `n` cells, each referring to the next; the first is given.
fn cell_ring(py: Py<'_>, n: usize) -> Owned<PyCellObject> {
    // SAFETY: `CELL`'s instances are cells.
    let make = || unsafe { object::generic_alloc(py, &CELL, 0).unwrap().cast::<PyCellObject>() };
    let first = make();
    let mut last = first.clone();
    for _ in 1..n {
        let next = make();
        last.ob_ref.set(next.clone().into_ptr());
        last = next;
    }
    last.ob_ref.set(first.clone().into_ptr());
    first
}

#[test]
fn cycles_are_collected_unless_something_outside_holds_them() {
    with_thread(|py| {
        gc::collect::collect(py, 2);
        let held = cell_ring(py, 3);
        drop(cell_ring(py, 1000));
        assert_eq!((gc::collect::collect(py, 0), FREED.get(), FINALIZED.get()), (1000, 1000, 1000));
        assert_eq!((gc::collect::collect(py, 2), FREED.get()), (0, 1000));
        assert_eq!(held.refcnt(), 2);
        drop(held);
        // The survivors are in an older generation now.
        assert_eq!(gc::collect::collect(py, 0), 0);
        assert_eq!((gc::collect::collect(py, 2), FREED.get()), (3, 1003));
    });
}

#[test]
fn finalizers_run_once_and_may_resurrect() {
    with_thread(|py| {
        DO_RESURRECT.set(true);
        drop(cell_ring(py, 5));
        assert_eq!((gc::collect::collect(py, 2), FREED.get(), FINALIZED.get()), (0, 0, 5));
        DO_RESURRECT.set(false);
        RESURRECT.set(None);
        assert_eq!((gc::collect::collect(py, 2), FREED.get(), FINALIZED.get()), (5, 5, 5));
    });
}

#[test]
fn built_in_functions_are_called_by_their_convention() {
    with_thread(|py| {
        let this = long::from_i64(py, 1000).unwrap();
        let f: Vec<Owned> = METHODS[..4]
            .iter()
            .map(|d| cfunction::new(py, d, Some(this.as_object()), None, None).unwrap())
            .collect();
        let five = long::from_i64(py, 5).unwrap();
        let value = |r: PyResult| match r {
            Ok(o) => {
                // SAFETY: the functions called below give ints.
                let n = unsafe { o.cast::<PyLongObject>() };
                Ok(long::to_i64(&n).unwrap())
            }
            Err(e) => Err(message(&e)),
        };
        let (plus, first, nothing, count) = (&f[0], &f[1], &f[2], &f[3]);
        assert_eq!(value(call::call(py, plus, [five.as_object()])), Ok(1005));
        assert_eq!(value(call::call(py, first, [five.as_object()])), Ok(5));
        assert_eq!(value(call::call(py, count, [five.as_object(), &object::none()])), Ok(2));
        assert!(object::is_none(&call::call(py, nothing, []).unwrap()));
        assert_eq!(
            value(call::call(py, first, [])),
            Err("int.first() takes exactly one argument (0 given)".into())
        );
        let none = object::none();
        assert_eq!(
            value(call::call(py, nothing, [&none])),
            Err("int.nothing() takes no arguments (1 given)".into())
        );
        assert_eq!(value(call::call(py, &none, [])), Err("'NoneType' object is not callable".into()));
        py.state().abi.c_recursion_remaining.set(0);
        let deep = call::call(py, nothing, []).map(drop);
        py.state().abi.c_recursion_remaining.set(100);
        let deep = deep.unwrap_err();
        assert!(exceptions::matches(&deep, &exceptions::RecursionError));
        assert_eq!(message(&deep), "maximum recursion depth exceeded while calling a Python object");
    });
}

#[test]
fn bound_methods_put_self_in_front_and_cells_hold_their_content() {
    with_thread(|py| {
        let (this, five) = (long::from_i64(py, 1000).unwrap(), long::from_i64(py, 5000).unwrap());
        let count = cfunction::new(py, &METHODS[3], Some(this.as_object()), None, None).unwrap();
        let bound = method::new(py, &count, this.as_object()).unwrap();
        let value = |r: PyResult| {
            // SAFETY: `count` gives an int.
            let n = unsafe { r.unwrap().cast::<PyLongObject>() };
            long::to_i64(&n).unwrap()
        };
        assert_eq!(value(call::call(py, bound.as_object(), [])), 1);
        assert_eq!(value(call::call(py, bound.as_object(), [five.as_object(), five.as_object()])), 3);
        // Without room in front of the arguments, as plain C callers do it.
        // SAFETY: the vectorcall contract: two live arguments.
        let plain = unsafe {
            call::vectorcall_raw(py, bound.as_object(), [five.as_ptr(), five.as_ptr()].as_ptr(), 2, None)
        };
        assert_eq!(value(plain), 3);
        drop(bound);
        assert_eq!((this.refcnt(), five.refcnt()), (2, 1));

        let c = cell::new(py, None).unwrap();
        assert!(cell::get(&c).is_none());
        cell::set(&c, Some(five.clone().upcast()));
        assert!(cell::get(&c).unwrap().is(&*five) && five.refcnt() == 2);
        drop(c);
        assert_eq!(five.refcnt(), 1);

        for content in [&b""[..], b"x", b"with a \0 inside"] {
            let b = bytes::new(py, content).unwrap();
            assert_eq!(bytes::as_slice(bytes::check(b.as_object()).unwrap()), content);
        }
    });
}

#[test]
fn exceptions_release_the_fields_of_their_own_struct() {
    with_thread(|py| {
        let value = long::from_i64(py, 123_456).unwrap();
        let e = exceptions::format(py, &exceptions::StopIteration, format_args!("done"));
        // SAFETY: `StopIteration` has this layout.
        let stop = unsafe { e.into_value().cast::<PyStopIterationObject>() };
        stop.value.set(value.clone().into_ptr());
        drop(stop);
        assert_eq!(value.refcnt(), 1);

        // An exception that is its own value is garbage only the collector finds.
        gc::collect::collect(py, 2);
        let e = exceptions::format(py, &exceptions::SystemExit, format_args!("bye"));
        // SAFETY: `SystemExit` has this layout.
        let exit = unsafe { e.into_value().cast::<PySystemExitObject>() };
        exit.code.set(exit.clone().into_ptr());
        exit.context.set(value.clone().into_ptr());
        drop(exit);
        assert_eq!(value.refcnt(), 2);
        assert!(gc::collect::collect(py, 2) >= 1);
        assert_eq!(value.refcnt(), 1);
    });
}

#[test]
fn long_chains_are_released_without_deep_recursion() {
    with_thread(|py| {
        let mut chain = object::none();
        for _ in 0..1_000_000 {
            chain = tuple::from_iter(py, [chain, object::none()]).unwrap().upcast();
        }
        let end = long::from_i64(py, 777_777).unwrap();
        let pair = tuple::from_iter(py, [chain, end.clone().upcast()]).unwrap();
        assert_eq!(end.refcnt(), 2);
        drop(pair);
        assert_eq!(end.refcnt(), 1);
    });
}
