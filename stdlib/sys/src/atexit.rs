//! `atexit`: functions that run when the interpreter ends, the last registered first (`Modules/atexitmodule.c`).

use core::cell::RefCell;
use dxpy_core::abi::*;
use dxpy_core::args::{Keywords, Rest};
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, call, dict, exceptions, methods, protocol, tuple};
use dxpy_import::display;

/// `atexit`.
pub static MODULE: StaticModule = StaticModule::new(c"atexit")
    .doc(c"Functions that are called when the interpreter ends, the last registered first.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|_, _| Ok(()));

methods! { static METHODS: for PyModuleObject [
    "register" = register [3], "?($module, func, /, *args, **kwargs)", "Registers a function to be called at the end, with these arguments. Gives the function back.";
    "_clear" = clear [0], "!($module, /)", "Forgets all functions.";
    "unregister" = unregister [1], "?($module, func, /)", "Forgets a function, however often it was registered.";
    "_run_exitfuncs" = run_all [0], "!($module, /)", "Calls the functions now, and forgets them.";
    "_ncallbacks" = ncallbacks [0], "!($module, /)", "How many functions are registered.";
] }

/// A function and its arguments.
struct Callback {
    function: Owned,
    args: Owned<PyTupleObject>,
    keywords: Option<Owned<PyDictObject>>,
}

static CALLBACKS: Gil<RefCell<Vec<Option<Callback>>>> = Gil(RefCell::new(Vec::new()));

fn register(py: Py<'_>, _: &PyModuleObject, f: &PyObject, args: Rest<'_>, kw: Keywords<'_>) -> PyResult {
    if !protocol::is_callable(f) {
        return Err(exceptions::type_error(py, format_args!("the first argument must be callable")));
    }
    // SAFETY: LIVE: the arguments of the call.
    let given = args.0.iter().map(|a| unsafe { &**a }.to_owned()).collect::<Vec<_>>();
    let keywords = kw.to_dict(py)?;
    let callback = Callback {
        function: f.to_owned(),
        args: tuple::from_iter(py, given)?,
        keywords: (dict::len(&keywords) > 0).then_some(keywords),
    };
    CALLBACKS.borrow_mut().push(Some(callback));
    Ok(f.to_owned())
}

fn clear(_: Py<'_>, _: &PyModuleObject) {
    // Dropped outside the borrow: that may run anything.
    let old = CALLBACKS.take();
    drop(old);
}

fn unregister(py: Py<'_>, _: &PyModuleObject, f: &PyObject) -> PyResult<()> {
    let mut i = 0;
    loop {
        // A comparison may register and forget functions itself.
        let candidate = match CALLBACKS.borrow().get(i) {
            None => return Ok(()),
            Some(c) => c.as_ref().map(|c| c.function.clone()),
        };
        if let Some(c) = candidate
            && protocol::rich_compare_bool(py, &c, f, protocol::EQ)?
        {
            let gone = CALLBACKS.borrow_mut().get_mut(i).and_then(Option::take);
            drop(gone);
        }
        i += 1;
    }
}

fn run_all(py: Py<'_>, _: &PyModuleObject) {
    run(py);
}

fn ncallbacks(_: Py<'_>, _: &PyModuleObject) -> usize {
    CALLBACKS.borrow().len()
}

/// `_PyAtExit_Call`: calls the functions; what they raise is reported and lost.
pub fn run(py: Py<'_>) {
    let mut at = CALLBACKS.borrow().len();
    while at > 0 {
        at -= 1;
        let Some(callback) = CALLBACKS.borrow_mut().get_mut(at).and_then(Option::take) else { continue };
        if let Err(e) = call::call_tuple(py, &callback.function, &callback.args, callback.keywords.as_deref())
        {
            display::ignored::report(py, e, Some("in atexit callback"), Some(&callback.function));
        }
    }
    let old = CALLBACKS.take();
    drop(old);
}
