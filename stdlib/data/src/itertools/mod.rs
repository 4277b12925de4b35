//! `itertools` (`Modules/itertoolsmodule.c`). Here: the module and what its types share. The types are in `infinite`
//! (count, cycle, repeat), `select` (compress, dropwhile, takewhile, filterfalse, starmap, islice), `joining` (chain,
//! zip_longest, pairwise, batched, accumulate), `combine` (product, permutations, combinations), `grouping` (groupby) and
//! `tee`.

pub mod combine;
pub mod grouping;
pub mod infinite;
pub mod joining;
pub mod select;
pub mod tee;

pub(crate) use crate::fields::{get, put};
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{Owned, Py, PyErr, PyResult, call, exceptions, long, methods, number, object, tuple, types};
use dxpy_types::iterators::no_keywords;

/// `itertools`.
pub static MODULE: StaticModule = StaticModule::new(c"itertools")
    .doc(c"Iterators that are made of other iterators, or that go on for ever.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "tee" = tee::tee [2], "($module, iterable, n=2, /)", "A tuple of n independent iterators over the same items.";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    for ty in [
        &joining::ACCUMULATE,
        &joining::BATCHED,
        &joining::CHAIN,
        &combine::COMBINATIONS,
        &select::COMPRESS,
        &infinite::COUNT,
        &combine::WITH_REPLACEMENT,
        &infinite::CYCLE,
        &select::DROPWHILE,
        &select::FILTERFALSE,
        &grouping::GROUPBY,
        &grouping::GROUPER,
        &select::ISLICE,
        &joining::PAIRWISE,
        &combine::PERMUTATIONS,
        &combine::PRODUCT,
        &infinite::REPEAT,
        &select::STARMAP,
        &select::TAKEWHILE,
        &tee::TEE,
        &tee::TEE_DATA,
        &joining::ZIP_LONGEST,
    ] {
        types::ready::ready(py, ty)?;
        module::add(py, m, &call::short_name(ty), ty.as_object())?;
    }
    Ok(())
}

/// Declares a type of iterators: its struct, and a `StaticType` whose fields that hold objects the collector visits.
/// What follows `=` are more of the builder's calls.
macro_rules! iterator {
    (
        $(#[$meta:meta])*
        $vis:vis struct $layout:ident { objects: [$($field:ident)*], $( $(#[$fm:meta])* $other:ident: $ty:ty,)* }
        static $name:ident = $text:literal $( . $call:ident ( $($arg:expr),* ) )*;
    ) => {
        $(#[$meta])*
        #[repr(C)]
        $vis struct $layout {
            ob_base: PyObject,
            $( pub(crate) $field: core::cell::Cell<*mut PyObject>, )*
            $( $(#[$fm])* pub(crate) $other: $ty, )*
        }

        // SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
        unsafe impl dxpy_core::ptr::Layout for $layout {}

        $(#[$meta])*
        pub static $name: dxpy_core::statics::StaticType = dxpy_core::statics::StaticType::new::<$layout>($text)
            .iter(dxpy_core::glue::unary(|_: Py<'_>, o: &PyObject| Ok(o.to_owned())))
            .traverse(dxpy_core::glue::traverse(|_it: &$layout, _v: &dxpy_core::glue::Visitor| {
                $( _v.visit(&_it.$field)?; )*
                Ok(())
            }))
            .clear(dxpy_core::glue::clear(|_: Py<'_>, _it: &$layout| {
                $( dxpy_core::object::clear_field(&_it.$field); )*
            }))
            .dealloc(dxpy_core::glue::dealloc(|_: Py<'_>, it: &$layout| {
                // SAFETY: the object has a collector header; its fields are released once and its memory last.
                unsafe {
                    dxpy_core::gc::untrack(it.as_object());
                    $( dxpy_core::object::clear_field(&it.$field); )*
                    dxpy_core::object::tp_free(it.as_object());
                }
            }))
            $( . $call ( $($arg),* ) )*;
    };
}
pub(crate) use iterator;

/// A new zeroed instance of one of this module's types, through the type's allocator.
///
/// # Safety
/// LAYOUT: `ty` is a type made for `T`, or a subtype of it, as in every `tp_new`.
pub(crate) unsafe fn allocate<T: Layout>(py: Py<'_>, ty: &PyTypeObject) -> PyResult<Owned<T>> {
    // SAFETY: the caller's promise.
    object::tp_alloc(py, ty, 0).map(|o| unsafe { o.cast() })
}

/// `_PyArg_CheckPositional` of a constructor, after its `_PyArg_NoKeywords`.
pub(crate) fn positional<'a>(
    py: Py<'_>,
    ty: &PyTypeObject,
    own: &'static StaticType,
    args: &'a PyTupleObject,
    kw: Option<&PyDictObject>,
    (min, max): (usize, usize),
) -> PyResult<&'a [&'a PyObject]> {
    no_keywords(py, ty, own, kw)?;
    let args = tuple::items(args);
    let n = args.len();
    if (min..=max).contains(&n) {
        return Ok(args);
    }
    let word = if min == max {
        ""
    } else if n < min {
        "at least "
    } else {
        "at most "
    };
    let bound = if n < min { min } else { max };
    let (name, s) = (call::short_name(own), if bound == 1 { "" } else { "s" });
    Err(exceptions::type_error(py, format_args!("{name} expected {word}{bound} argument{s}, got {n}")))
}

/// `ITERTOOL_PICKLE_DEPRECATION`.
pub(crate) fn pickling(py: Py<'_>) -> PyResult<()> {
    exceptions::warn(
        py,
        &exceptions::DeprecationWarning,
        1,
        format_args!("Pickle, copy, and deepcopy support will be removed from itertools in Python 3.14."),
    )
}

/// A tuple of these.
pub(crate) fn pack<const N: usize>(py: Py<'_>, items: [Owned; N]) -> PyResult {
    tuple::from_iter(py, items).map(Owned::upcast)
}

/// An int.
pub(crate) fn int(py: Py<'_>, v: isize) -> PyResult {
    long::from_i64(py, v as i64).map(Owned::upcast)
}

/// The type of an iterator, which reductions begin with.
pub(crate) fn type_of<T: Layout>(it: &T) -> Owned {
    it.ty().as_object().to_owned()
}

/// What a field holds, or `None`.
pub(crate) fn or_none(field: &core::cell::Cell<*mut PyObject>) -> Owned {
    get(field).unwrap_or_else(object::none)
}

/// `(type, args)`: a reduction without state.
pub(crate) fn reduced<T: Layout, const N: usize>(py: Py<'_>, it: &T, args: [Owned; N]) -> PyResult {
    pack(py, [type_of(it), pack(py, args)?])
}

/// `(type, args, state)`.
pub(crate) fn reduced_with<T: Layout, const N: usize>(
    py: Py<'_>,
    it: &T,
    args: [Owned; N],
    state: Owned,
) -> PyResult {
    pack(py, [type_of(it), pack(py, args)?, state])
}

/// The tuple that `__setstate__` got, with as many items as `PyArg_ParseTuple` would ask for.
pub(crate) fn state_items<'a>(
    py: Py<'_>,
    state: &'a PyObject,
    (min, max): (usize, usize),
) -> PyResult<&'a [&'a PyObject]> {
    let Some(t) = tuple::check(state) else {
        return Err(exceptions::type_error(py, format_args!("state is not a tuple")));
    };
    let items = tuple::items(t);
    let n = items.len();
    if (min..=max).contains(&n) {
        return Ok(items);
    }
    let word = if min == max {
        "exactly"
    } else if n < min {
        "at least"
    } else {
        "at most"
    };
    let bound = if n < min { min } else { max };
    let s = if bound == 1 { "" } else { "s" };
    Err(exceptions::type_error(py, format_args!("function takes {word} {bound} argument{s} ({n} given)")))
}

/// The error of `PyArg_ParseTuple` for an argument of the wrong type.
#[cold]
pub(crate) fn wrong_type(py: Py<'_>, place: usize, expected: &str, given: &PyObject) -> PyErr {
    let given = if object::is_none(given) { "None".to_owned() } else { call::type_name(given.ty()) };
    exceptions::type_error(py, format_args!("argument {place} must be {expected}, not {given}"))
}

/// `PyLong_AsSsize_t`, which takes ints only.
pub(crate) fn as_ssize(py: Py<'_>, o: &PyObject) -> PyResult<isize> {
    let Some(n) = long::check(o) else {
        return Err(exceptions::type_error(py, format_args!("an integer is required")));
    };
    long::to_i64(n).map(|v| v as isize).ok_or_else(|| {
        exceptions::overflow_error(py, format_args!("Python int too large to convert to C ssize_t"))
    })
}

/// What `PyArg_Parse*` reads for an `n`: an index that fits.
pub(crate) fn as_size(py: Py<'_>, o: &PyObject) -> PyResult<isize> {
    let n = number::index_any(py, o)?;
    as_ssize(py, n.as_object())
}
