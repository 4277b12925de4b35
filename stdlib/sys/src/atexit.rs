//! `atexit`: functions that run at the end of the interpreter, the last registered first (`Modules/atexitmodule.c`).

use core::cell::RefCell;
use dxpy_core::abi::constants::Py_EQ;
use dxpy_core::abi::*;
use dxpy_core::args::{Keywords, Raw};
use dxpy_core::module::StaticModule;
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, call, dict, exceptions, methods, protocol, tuple};
use dxpy_import::display::ignored;

/// `atexit`.
pub static MODULE: StaticModule = StaticModule::new(c"atexit")
    .doc(c"Functions that run when the interpreter ends normally.")
    .methods(&METHODS);

methods! { static METHODS: for PyModuleObject [
    "register" = register [2], "?($module, /, *args, **kw)", "Has a function called with these arguments at the end; the function.";
    "_clear" = clear [0], "!($module, /)", "Forgets all functions.";
    "unregister" = unregister [1], "?($module, func, /)", "Forgets a function, however often it was registered.";
    "_run_exitfuncs" = run_exitfuncs [0], "!($module, /)", "Calls all functions now, and forgets them.";
    "_ncallbacks" = ncallbacks [0], "!($module, /)", "How many functions are registered.";
] }

/// A function and its arguments.
struct Callback {
    function: Owned,
    args: Owned<PyTupleObject>,
    kw: Option<Owned<PyDictObject>>,
}

/// Those registered; None where one was forgotten while others ran. Nothing is borrowed while Python code may run.
static CALLBACKS: Gil<RefCell<Vec<Option<Callback>>>> = Gil(RefCell::new(Vec::new()));

fn register(py: Py<'_>, _: &PyModuleObject, raw: Raw<'_>, _: Keywords<'_>) -> PyResult {
    // SAFETY: LIVE: the caller holds its arguments.
    let given: Vec<&PyObject> = raw.0.positional().iter().map(|a| unsafe { &**a }).collect();
    let Some((function, args)) = given.split_first() else {
        let text = format_args!("register() takes at least 1 argument (0 given)");
        return Err(exceptions::type_error(py, text));
    };
    if !protocol::is_callable(function) {
        return Err(exceptions::type_error(py, format_args!("the first argument must be callable")));
    }
    let kw = match raw.0.keywords() {
        0 => None,
        n => {
            let d = dict::presized(py, n)?;
            for i in 0..n {
                let (k, v) = raw.0.keyword(i);
                dict::set(py, &d, k, v)?;
            }
            Some(d)
        }
    };
    let args = tuple::from_iter(py, args.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>())?;
    CALLBACKS.borrow_mut().push(Some(Callback { function: (*function).to_owned(), args, kw }));
    Ok((*function).to_owned())
}

/// `atexit_callfuncs`: errors are reported and do not keep others from running.
pub fn run(py: Py<'_>) {
    let mut i = CALLBACKS.borrow().len();
    while i > 0 {
        i -= 1;
        let next = {
            let all = CALLBACKS.borrow();
            let cb = all.get(i).and_then(Option::as_ref);
            cb.map(|c| (c.function.clone(), c.args.clone(), c.kw.clone()))
        };
        let Some((function, args, kw)) = next else { continue };
        if let Err(e) = call::call_tuple(py, &function, &args, kw.as_deref()) {
            ignored::report(py, e, Some("in atexit callback"), Some(&function));
        }
    }
    forget_all();
}

/// The list goes first, since what it holds may run code that registers more.
fn forget_all() {
    let old = CALLBACKS.take();
    drop(old);
}

fn run_exitfuncs(py: Py<'_>, _: &PyModuleObject) {
    run(py);
}

fn clear(_: Py<'_>, _: &PyModuleObject) {
    forget_all();
}

fn ncallbacks(_: Py<'_>, _: &PyModuleObject) -> usize {
    CALLBACKS.borrow().len()
}

fn unregister(py: Py<'_>, _: &PyModuleObject, func: &PyObject) -> PyResult<()> {
    let mut i = 0;
    loop {
        let held = match CALLBACKS.borrow().get(i) {
            None => return Ok(()),
            Some(cb) => cb.as_ref().map(|c| c.function.clone()),
        };
        if let Some(f) = held
            && protocol::rich_compare_bool(py, &f, func, Py_EQ)?
        {
            let gone = CALLBACKS.borrow_mut().get_mut(i).and_then(Option::take);
            drop(gone);
        }
        i += 1;
    }
}
