//! `_functools`: `partial`, `reduce`, `cmp_to_key` and the wrapper behind `lru_cache` (`Modules/_functoolsmodule.c`).

mod key;
mod lru;
mod partial;

use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, call, exceptions, methods, protocol, types};

/// `_functools`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_functools").doc(c"Tools that operate on functions.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "reduce" = reduce [1], "?($module, /, *args)", "reduce(function, iterable[, initial], /) -> value\n\nCombines the items from left to right with a function of two arguments.";
    "cmp_to_key" = key::cmp_to_key [1], "($module, /, mycmp)", "A key function for sorting that compares with a function of two arguments.";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    for ty in [&partial::PARTIAL, &lru::LRU, &lru::LINK, &key::KEY] {
        types::ready::ready(py, ty)?;
    }
    lru::init(py)?;
    module::add(py, m, "partial", partial::PARTIAL.as_object())?;
    module::add(py, m, "_lru_cache_wrapper", lru::LRU.as_object())
}

/// `functools_reduce`.
fn reduce(py: Py<'_>, _: &PyModuleObject, args: Rest<'_>) -> PyResult {
    let n = args.0.len();
    if !(2..=3).contains(&n) {
        let (word, bound) = if n < 2 { ("least", 2) } else { ("most", 3) };
        return Err(exceptions::type_error(
            py,
            format_args!("reduce expected at {word} {bound} arguments, got {n}"),
        ));
    }
    // SAFETY: LIVE: the caller holds the arguments.
    let arg = |i: usize| unsafe { &*args.0[i] };
    let function = arg(0);
    let it = match protocol::iter(py, arg(1)) {
        Err(e) if exceptions::matches(&e, &exceptions::TypeError) => {
            return Err(exceptions::type_error(py, format_args!("reduce() arg 2 must support iteration")));
        }
        r => r?,
    };
    let mut result: Option<Owned> = (n == 3).then(|| arg(2).to_owned());
    while let Some(item) = protocol::next(py, &it)? {
        result = Some(match result {
            None => item,
            Some(r) => call::call(py, function, [&r, &item])?,
        });
    }
    result.ok_or_else(|| {
        exceptions::type_error(py, format_args!("reduce() of empty iterable with no initial value"))
    })
}
