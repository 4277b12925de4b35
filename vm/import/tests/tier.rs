//! A tier without a compiler: what it is told of, what it can read, and that the interpreter enters what it publishes and
//! goes on where that says.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use dxpy_bytecode::Op;
use dxpy_core::abi::{_PyInterpreterFrame, PyCodeObject, PyObject};
use dxpy_core::ptr::Object;
use dxpy_core::thread::ThreadState;
use dxpy_core::{Py, PyResult, dict, exceptions, long, name, unicode};
use dxpy_import::source::{self, Compile};
use dxpy_interp::tier::{self, Exit, Tier};
use dxpy_types::frame;
use std::sync::Mutex;

const SCRIPT: &str = "
def add(a, b):
    return a + b

def loop(n):
    i = 0
    while i < n:
        i = add(i, 1)
    return i

ints = loop(1000)
mixed = [add(1, 2), add(1.5, 2.5), add('a', 'b')]
while len_of_mixed < 300:
    mixed = [add(1.5, 2.5), add('a', 'b'), add((), ())]
    len_of_mixed = len_of_mixed + 1

def raising(n):
    return n

caught = 0
i = 0
while i < 500:
    try:
        raising(i)
    except error:
        caught = caught + 1
    i = i + 1

def changed(a):
    return a

while changed(0) == 0:
    pass
last = changed(0)
del changed
";

/// What the tier was told: the code's name, and whether at its beginning.
static TOLD: Mutex<Vec<(String, bool)>> = Mutex::new(Vec::new());
static GONE: Mutex<Vec<String>> = Mutex::new(Vec::new());
static ENTERED: AtomicUsize = AtomicUsize::new(0);

struct Recorder;

fn name_of(code: &PyCodeObject) -> String {
    // SAFETY: LIVE: a code object holds its name.
    unicode::display(unsafe { &*code.co_name.get() })
}

fn units(code: &PyCodeObject) -> *const u16 {
    code.co_code_adaptive.as_ptr() as *const u16
}

impl Tier for Recorder {
    fn threshold(&self) -> u32 {
        400
    }

    fn hot(&self, py: Py<'_>, code: &PyCodeObject, at: u32) {
        let name = name_of(code);
        // SAFETY: an instruction of the code.
        let op = unsafe { *units(code).add(at as usize) } & 255;
        TOLD.lock().unwrap().push((name.clone(), op == Op::RESUME as u16));
        let entry: tier::Entry = match name.as_str() {
            "loop" => at_loop,
            "raising" => raise,
            "changed" => change,
            _ => return,
        };
        // SAFETY: the functions below are for the instructions at which these are reported; they stay for good.
        let old = unsafe { tier::publish(py, code, at, entry) };
        assert!(old.is_none());
    }

    fn dies(&self, code: &PyCodeObject) {
        GONE.lock().unwrap().push(name_of(code));
    }
}

/// Goes on where it was entered.
unsafe extern "C" fn at_loop(
    fp: *mut _PyInterpreterFrame,
    sp: *mut *mut PyObject,
    _: *const ThreadState,
    at: *const u16,
) -> Exit {
    ENTERED.fetch_add(1, Relaxed);
    // SAFETY: the frame runs; a loop's entry is at the target of the jump the frame stands at.
    unsafe {
        let jump = (*fp).prev_instr.get() as *const u16;
        assert_eq!(at, jump.add(1).sub((*jump >> 8) as usize));
        assert!(at >= units(frame::code_of(fp)));
        Exit::go_on(at, sp)
    }
}

/// Raises behind `RESUME`.
unsafe extern "C" fn raise(
    fp: *mut _PyInterpreterFrame,
    sp: *mut *mut PyObject,
    _: *const ThreadState,
    _: *const u16,
) -> Exit {
    // SAFETY: GIL: the interpreter entered; the frame stands at `RESUME`.
    unsafe {
        let py = Py::assume();
        exceptions::runtime_error(py, format_args!("raised by machine code")).restore(py);
        Exit::raise((*fp).prev_instr.get().add(1), sp)
    }
}

/// Gives the first local another value and goes on behind `RESUME`.
unsafe extern "C" fn change(
    fp: *mut _PyInterpreterFrame,
    sp: *mut *mut PyObject,
    _: *const ThreadState,
    _: *const u16,
) -> Exit {
    // SAFETY: GIL: the interpreter entered; the function has one parameter, which the frame holds.
    unsafe {
        let py = Py::assume();
        let new = long::from_i64(py, 42).expect("a small int").upcast();
        let local = frame::locals(fp);
        dxpy_core::ptr::decref(local.replace(new.into_ptr()));
        Exit::go_on((*fp).prev_instr.get().add(1), sp)
    }
}

fn run(py: Py<'_>) -> PyResult<()> {
    let globals = dict::new(py)?;
    let set = |name: &str, value: &PyObject| dict::set_str(py, &globals, name, value);
    set("__builtins__", dict::new(py)?.as_object())?;
    set("len_of_mixed", long::from_i64(py, 0)?.as_object())?;
    set("error", exceptions::RuntimeError.as_object())?;
    let file = unicode::from_str(py, "script")?;
    let code = source::compile(py, SCRIPT.as_bytes(), &file, Compile::module())?;
    dxpy_interp::eval_code(py, &code, globals.as_object(), globals.as_object())?;
    drop(code);

    let int = |name: &str| {
        let v =
            dict::get(py, &globals, unicode::from_str(py, name)?.as_object())?.expect("the script sets it");
        PyResult::Ok(long::check(&v).and_then(long::to_i64).expect("an int"))
    };
    assert_eq!(int("ints")?, 1000);
    // The entry of the loop is looked for from the first report on.
    let entered = ENTERED.load(Relaxed);
    assert!((1..1000).contains(&entered), "{entered}");
    // 50 calls make it hot, and the last of them is the first that raises.
    assert_eq!(int("caught")?, 451);
    assert_eq!(int("last")?, 42);

    let told = TOLD.lock().unwrap().clone();
    for expected in
        [("add", true), ("loop", false), ("raising", true), ("changed", true), ("<module>", false)]
    {
        assert!(told.iter().any(|(n, start)| (n.as_str(), *start) == expected), "{expected:?} of {told:?}");
    }

    let add = dict::get(py, &globals, name!("add").obj(py))?.expect("a function");
    let add = dxpy_core::function::check(&add).expect("a function");
    let code = dxpy_types::function::code_of(add);
    let sites = tier::feedback(py, code);
    let [site] = &sites[..] else { panic!("{sites:?}") };
    let ops: Vec<u16> = site.variants().iter().map(|v| v.op.into()).collect();
    // SAFETY: an instruction of the code.
    let op = unsafe { *units(code).add(site.at as usize) } & 255;
    assert_eq!(Op::from_number(op).expect("an opcode").meta().family as u16, Op::BINARY_OP as u16);
    assert_eq!(ops[0], Op::BINARY_OP_ADD_INT as u16);
    assert!(ops.contains(&(Op::BINARY_OP as u16)) || ops.len() > 1, "{ops:?}");

    assert!(tier::withdraw(py, code, 0).is_none());
    let gone = GONE.lock().unwrap().clone();
    assert!(gone.contains(&"changed".to_owned()) && !gone.contains(&"add".to_owned()), "{gone:?}");
    Ok(())
}

#[test]
fn a_tier_is_told_reads_and_publishes() {
    let py = dxpy_core::thread::states::start_main();
    dxpy_interp::install();
    dxpy_types::init(py).unwrap();
    tier::install(py, &Recorder);
    if let Err(e) = run(py) {
        let shown =
            dxpy_core::protocol::str(py, e.value().as_object()).map(|s| unicode::display(s.as_object()));
        panic!("{e:?}: {shown:?}");
    }
}
