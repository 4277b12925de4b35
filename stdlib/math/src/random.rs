//! `_random`: the Mersenne twister as a type that `random.Random` derives from (`Modules/_randommodule.c`).

use core::cell::UnsafeCell;
use dxpy_algos::twister::{N, Twister};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, exceptions, glue, long, methods, object, protocol, tuple, types,
};
use dxpy_types::float::same_init;

/// `_random`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_random").doc(c"The Mersenne twister behind the random module.").slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    types::ready::ready(py, &RANDOM)?;
    module::add(py, m, "Random", RANDOM.as_object())
}

/// An instance of `_random.Random`; the memory of a new one, all zero, is a generator too.
#[repr(C)]
pub struct RandomObject {
    ob_base: PyObject,
    twister: UnsafeCell<Twister>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for RandomObject {}

static RANDOM: StaticType = StaticType::new::<RandomObject>(c"_random.Random")
    .mutable()
    .doc(c"Random() -> create a random number generator with its own internal state.")
    .flags(Py_TPFLAGS_BASETYPE)
    .dealloc(glue::dealloc(dealloc))
    .create(glue::create(create))
    .init(glue::init(init))
    .methods(&METHODS);

methods! { static METHODS: for RandomObject [
    "random" = random [0], "($self, /)", "random() -> x in the interval [0, 1).";
    "seed" = seed [1], "($self, n=None, /)", "Sets the state from an int, from the hash of another object, or from the operating system.";
    "getstate" = getstate [0], "($self, /)", "getstate() -> tuple containing the current state.";
    "setstate" = setstate [1], "($self, state, /)", "setstate(state) -> None.  Restores generator state.";
    "getrandbits" = getrandbits [1], "($self, k, /)", "getrandbits(k) -> x.  An int of k random bits.";
] }

fn dealloc(_: Py<'_>, o: &RandomObject) {
    // SAFETY: the generator holds no references.
    unsafe { object::tp_free(o.as_object()) }
}

fn create(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    object::tp_alloc(py, ty, 0)
}

/// The generator. The closure must not run Python code.
fn with<R>(o: &RandomObject, f: impl FnOnce(&mut Twister) -> R) -> R {
    // SAFETY: under the GIL, and nothing in `f` comes back here, so this is the only reference.
    f(unsafe { &mut *o.twister.get() })
}

/// `random_init`.
fn init(py: Py<'_>, o: &RandomObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    if has_keywords(kw) && (o.ty().is(&RANDOM.0) || same_init(o.ty(), &RANDOM)) {
        return Err(exceptions::type_error(py, format_args!("Random() takes no keyword arguments")));
    }
    if tuple::len(args) > 1 {
        return Err(exceptions::type_error(py, format_args!("Random() requires 0 or 1 argument")));
    }
    seed(py, o, tuple::items(args).first().copied())
}

fn random(_: Py<'_>, o: &RandomObject) -> f64 {
    with(o, Twister::random)
}

/// Fills words from the operating system; whether it could.
fn system_words(words: &mut [u32; N]) -> bool {
    let bytes = size_of_val(words);
    let mut done = 0;
    while done < bytes {
        // SAFETY: the buffer has that many bytes left.
        let n = unsafe { libc::getrandom((words.as_mut_ptr() as *mut u8).add(done).cast(), bytes - done, 0) };
        match usize::try_from(n) {
            Ok(n) if n > 0 => done += n,
            _ if std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted => {}
            _ => return false,
        }
    }
    true
}

/// `random_seed`.
fn seed(py: Py<'_>, o: &RandomObject, n: Option<&PyObject>) -> PyResult<()> {
    let Some(n) = n.filter(|n| !object::is_none(n)) else {
        let mut words = [0; N];
        if !system_words(&mut words) {
            // Time and process are what is left without the system's generator.
            let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            let nanos = time.as_nanos() as u64;
            words = [0; N];
            [words[0], words[1], words[2]] = [nanos as u32, (nanos >> 32) as u32, std::process::id()];
        }
        with(o, |t| t.seed_words(&words));
        return Ok(());
    };
    if let Some(n) = long::check(n) {
        with(o, |t| t.seed_digits(long::digits(n)));
        return Ok(());
    }
    let hash = protocol::hash(py, n)? as u64;
    let words = [hash as u32, (hash >> 32) as u32];
    with(o, |t| t.seed_words(&words[..if words[1] == 0 { 1 } else { 2 }]));
    Ok(())
}

/// `random_getstate`: the words and the place in them.
fn getstate(py: Py<'_>, o: &RandomObject) -> PyResult<Owned<PyTupleObject>> {
    let (words, index) = with(o, |t| (*t.state().0, t.state().1));
    let all = words.iter().map(|w| u64::from(*w)).chain([index as u64]);
    let items = all.map(|v| long::from_u64(py, v).map(Owned::upcast)).collect::<PyResult<Vec<_>>>()?;
    tuple::from_iter(py, items)
}

#[cold]
fn not_an_int(py: Py<'_>) -> PyErr {
    exceptions::type_error(py, format_args!("an integer is required"))
}

/// An item of a state as `PyLong_AsUnsignedLong` reads it, cut to a word.
fn word(py: Py<'_>, o: &PyObject) -> PyResult<u32> {
    let n = long::check(o).ok_or_else(|| not_an_int(py))?;
    match long::to_u64(n) {
        Some(v) => Ok(v as u32),
        None if long::sign(n) < 0 => {
            Err(exceptions::overflow_error(py, format_args!("can't convert negative value to unsigned int")))
        }
        None => Err(exceptions::overflow_error(
            py,
            format_args!("Python int too large to convert to C unsigned long"),
        )),
    }
}

/// `random_setstate`.
fn setstate(py: Py<'_>, o: &RandomObject, state: &PyObject) -> PyResult<()> {
    let Some(state) = tuple::check(state) else {
        return Err(exceptions::type_error(py, format_args!("state vector must be a tuple")));
    };
    let Some((last, items)) = tuple::items(state).split_last().filter(|(_, items)| items.len() == N) else {
        return Err(exceptions::value_error(py, format_args!("state vector is the wrong size")));
    };
    let mut words = [0; N];
    for (w, item) in words.iter_mut().zip(items) {
        *w = word(py, item)?;
    }
    let index = dxpy_core::number::index_any(py, last)?;
    let Some(index) = long::to_i64(&index) else {
        return Err(exceptions::overflow_error(
            py,
            format_args!("Python int too large to convert to C long"),
        ));
    };
    usize::try_from(index)
        .ok()
        .and_then(|i| with(o, |t| t.set_state(&words, i)))
        .ok_or_else(|| exceptions::value_error(py, format_args!("invalid state")))
}

/// `random_getrandbits`.
fn getrandbits(py: Py<'_>, o: &RandomObject, k: i32) -> PyResult<Owned<PyLongObject>> {
    match u32::try_from(k) {
        Err(_) => Err(exceptions::value_error(py, format_args!("number of bits must be non-negative"))),
        Ok(k @ 0..=64) => long::from_u64(py, with(o, |t| t.bits(k))),
        Ok(k) => long::from_digits(py, false, &with(o, |t| t.bit_digits(u64::from(k)))),
    }
}
