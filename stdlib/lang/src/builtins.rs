//! `builtins`: the functions (`Python/bltinmodule.c`). The types in it come from their own modules.

mod code;
mod iteration;
mod objects;

pub use code::OPTIMIZE;
pub(crate) use code::{file_name, text_of};

use dxpy_core::abi::*;
use dxpy_core::args::Raw;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyResult, attr, call, dict, exceptions, methods, module, name, object, protocol, tuple, types,
    unicode,
};
use dxpy_interp::eval_code;

/// `builtins`.
pub static BUILTINS: StaticModule = StaticModule::new(c"builtins")
    .doc(c"The functions, types, exceptions and constants that every program has at hand.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: dxpy_core::statics::Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "__build_class__" = build_class [2], "?($module, *args, **kwargs)", "Used by the class statement.";
    "__import__" = dxpy_import::import::dunder_import [5], "($module, /, name, globals=None, locals=None, fromlist=(),\n           level=0)", "Imports a module; importlib.import_module() is what programs call.";
    "abs" = objects::abs [1], "($module, x, /)", "The absolute value of a number.";
    "all" = iteration::all [1], "($module, iterable, /)", "Whether every item is true.";
    "any" = iteration::any [1], "($module, iterable, /)", "Whether some item is true.";
    "ascii" = objects::ascii [1], "($module, obj, /)", "As repr(), with everything outside ASCII escaped.";
    "bin" = objects::bin [1], "($module, number, /)", "An integer in base 2.\n\n>>> bin(5)\n'0b101'";
    "breakpoint" = code::breakpoint [2], "?($module, *args, **kws)", "Calls sys.breakpointhook().";
    "callable" = objects::callable [1], "($module, obj, /)", "Whether an object can be called.";
    "chr" = objects::chr [1], "($module, i, /)", "The character of a code point.";
    "compile" = code::compile [7], "($module, /, source, filename, mode, flags=0,\n        dont_inherit=False, optimize=-1, *, _feature_version=-1)", "Compiles source to a code object.";
    "delattr" = objects::delattr [2], "($module, obj, name, /)", "Deletes an attribute.";
    "dir" = code::dir [1], "($module, arg=<unrepresentable>, /)", "The names of an object's attributes, or of the local names.";
    "divmod" = objects::divmod [2], "($module, x, y, /)", "Quotient and remainder.";
    "eval" = code::eval [3], "($module, source, globals=None, locals=None, /)", "The value of an expression.";
    "exec" = code::exec [4], "($module, source, globals=None, locals=None, /, *, closure=None)", "Runs code.";
    "format" = objects::format [2], "($module, value, format_spec='', /)", "The text of a value after a specification.";
    "getattr" = objects::getattr [3], "($module, object, name, default=<unrepresentable>, /)", "An attribute, or a default.";
    "globals" = code::globals [0], "($module, /)", "The globals of the running code.";
    "hasattr" = objects::hasattr [2], "($module, obj, name, /)", "Whether an object has an attribute.";
    "hash" = objects::hash [1], "($module, obj, /)", "The hash of an object.";
    "hex" = objects::hex [1], "($module, number, /)", "An integer in base 16.\n\n>>> hex(255)\n'0xff'";
    "id" = objects::id [1], "($module, obj, /)", "The identity of an object.";
    "input" = code::input [1], "($module, prompt='', /)", "A line of standard input.";
    "isinstance" = objects::isinstance [2], "($module, obj, class_or_tuple, /)", "Whether an object is an instance of a class.";
    "issubclass" = objects::issubclass [2], "($module, cls, class_or_tuple, /)", "Whether a class is derived from another.";
    "iter" = iteration::iter [2], "($module, object, sentinel=<unrepresentable>, /)", "An iterator over an object, or over a function's results.";
    "aiter" = iteration::aiter [1], "($module, async_iterable, /)", "An asynchronous iterator over an object.";
    "len" = objects::len [1], "($module, obj, /)", "The number of items of a container.";
    "locals" = code::locals [0], "($module, /)", "The local names of the running code.";
    "max" = iteration::max [2], "?($module, *args, **kwargs)", "max(iterable, *[, default=obj, key=func]) -> value\nmax(arg1, arg2, *args, *[, key=func]) -> value\n\nThe largest of its arguments, or of an iterable, which if empty gives the default.";
    "min" = iteration::min [2], "?($module, *args, **kwargs)", "min(iterable, *[, default=obj, key=func]) -> value\nmin(arg1, arg2, *args, *[, key=func]) -> value\n\nThe smallest of its arguments, or of an iterable, which if empty gives the default.";
    "next" = iteration::next [2], "($module, iterator, default=<unrepresentable>, /)", "The next item of an iterator, or a default.";
    "anext" = iteration::anext [2], "($module, aiterator, default=<unrepresentable>, /)", "The next item of an asynchronous iterator.";
    "oct" = objects::oct [1], "($module, number, /)", "An integer in base 8.\n\n>>> oct(64)\n'0o100'";
    "ord" = objects::ord [1], "($module, c, /)", "The code point of a character.";
    "pow" = objects::pow [3], "($module, /, base, exp, mod=None)", "A power, perhaps modulo a number.";
    "print" = crate::print::print [5], "($module, /, *args, sep=' ', end='\\n', file=None, flush=False)", "Prints values to a stream, or to sys.stdout.";
    "repr" = objects::repr [1], "($module, obj, /)", "The canonical text of an object.";
    "round" = objects::round [2], "($module, /, number, ndigits=None)", "A number rounded to digits after the point.";
    "setattr" = objects::setattr [3], "($module, obj, name, value, /)", "Sets an attribute.";
    "sorted" = iteration::sorted [2], "?($module, *args, **kwargs)", "sorted($module, iterable, /, *, key=None, reverse=False)\n--\n\nThe items of an iterable in order, as a list.";
    "sum" = iteration::sum [2], "($module, iterable, /, start=0)", "The sum of the items, with a start value.";
    "vars" = code::vars [1], "($module, object=<unrepresentable>, /)", "An object's __dict__, or the local names.";
] }

/// The types and constants of the module.
fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    module::add(py, m, "None", &object::none())?;
    module::add(py, m, "Ellipsis", object::_Py_EllipsisObject.as_object())?;
    module::add(py, m, "NotImplemented", object::_Py_NotImplementedStruct.as_object())?;
    module::add(py, m, "True", dxpy_core::boolean::_Py_TrueStruct.as_object())?;
    module::add(py, m, "False", dxpy_core::boolean::_Py_FalseStruct.as_object())?;
    let all: [&PyTypeObject; 12] = [
        &types::PyBaseObject_Type,
        &types::PyType_Type,
        &dxpy_core::boolean::PyBool_Type,
        &dxpy_core::bytes::PyBytes_Type,
        &dxpy_core::dict::PyDict_Type,
        &dxpy_core::float::PyFloat_Type,
        &dxpy_core::long::PyLong_Type,
        &dxpy_core::list::PyList_Type,
        &dxpy_core::slice::PySlice_Type,
        &dxpy_core::unicode::PyUnicode_Type,
        &dxpy_core::tuple::PyTuple_Type,
        &dxpy_core::function::PyStaticMethod_Type,
    ];
    for t in all {
        module::add_type(py, m, t)?;
    }
    module::add_type(py, m, &dxpy_types::bytearray::PyByteArray_Type)?;
    module::add_type(py, m, &dxpy_types::memoryview::PyMemoryView_Type)?;
    module::add_type(py, m, &dxpy_core::function::PyClassMethod_Type)?;
    module::add_type(py, m, &dxpy_core::set::PySet_Type)?;
    module::add_type(py, m, &dxpy_core::set::PyFrozenSet_Type)?;
    module::add_type(py, m, &dxpy_types::property::PyProperty_Type)?;
    module::add_type(py, m, &dxpy_types::super_::PySuper_Type)?;
    module::add_type(py, m, &dxpy_types::bytearray::PyByteArray_Type)?;
    module::add_type(py, m, &dxpy_types::complex::PyComplex_Type)?;
    module::add_type(py, m, &dxpy_types::memoryview::PyMemoryView_Type)?;
    module::add(py, m, "__debug__", code::debug().as_object())?;
    module::add_type(py, m, &dxpy_types::range::PyRange_Type)?;
    for t in dxpy_types::iterators::PART.types {
        module::add_type(py, m, t)?;
    }
    for t in exceptions::TYPES {
        module::add_type(py, m, t)?;
    }
    module::add_type(py, m, dxpy_types::exceptions::group::exception_group())?;
    for alias in ["EnvironmentError", "IOError"] {
        module::add(py, m, alias, exceptions::OSError.as_object())?;
    }
    Ok(())
}

/// `builtin___build_class__`.
fn build_class(py: Py<'_>, _: &PyModuleObject, raw: Raw<'_>, _: Raw<'_>) -> PyResult {
    let raw = raw.0;
    let positional: Vec<&PyObject> = raw
        .positional()
        .iter()
        .map(|a| {
            // SAFETY: LIVE: an argument of the call.
            unsafe { &**a }
        })
        .collect();
    let [func, class_name, given @ ..] = positional.as_slice() else {
        return Err(exceptions::type_error(py, format_args!("__build_class__: not enough arguments")));
    };
    let Some(func) = dxpy_core::function::check(func) else {
        return Err(exceptions::type_error(py, format_args!("__build_class__: func must be a function")));
    };
    if unicode::check(class_name).is_none() {
        return Err(exceptions::type_error(py, format_args!("__build_class__: name is not a string")));
    }
    let orig_bases = tuple::from_iter(py, given.iter().map(|b| (*b).to_owned()).collect::<Vec<_>>())?;
    let bases = update_bases(py, &orig_bases)?;
    let kw = dict::new(py)?;
    let mut meta = None;
    for i in 0..raw.keywords() {
        let (k, v) = raw.keyword(i);
        if unicode::equals_str(k, "metaclass") {
            meta = Some(v.to_owned());
        } else {
            dict::set(py, &kw, k, v)?;
        }
    }
    let explicit = meta.is_some();
    let mut meta = match meta {
        Some(m) => m,
        None => match tuple::items(&bases).first() {
            Some(b) => b.ty().as_object().to_owned(),
            None => types::PyType_Type.as_object().to_owned(),
        },
    };
    if let Some(m) = types::check(&meta) {
        let winner = types::create::calculate_metaclass(py, m, tuple::items(&bases))?;
        meta = winner.as_object().to_owned();
    }
    let _ = explicit;
    let args = tuple::from_iter(py, [(*class_name).to_owned(), bases.clone().upcast()])?;
    let namespace = match attr::lookup_name(py, &meta, name!("__prepare__"))? {
        Some(prepare) => {
            call::call_tuple(py, &prepare, &args, Some(&kw).filter(|k| dict::len(k) > 0).map(|k| &**k))?
        }
        None => dict::new(py)?.upcast(),
    };
    if !dxpy_core::sequence::is_mapping(&namespace) {
        let shown = match types::check(&meta) {
            Some(t) => call::type_name(t),
            None => "<metaclass>".to_owned(),
        };
        return Err(exceptions::type_error(
            py,
            format_args!(
                "{shown}.__prepare__() must return a mapping, not {}",
                call::type_name(namespace.ty())
            ),
        ));
    }
    let cell = dxpy_interp::eval_function(py, func, &namespace)?;
    if !bases.is(&*orig_bases) {
        dxpy_core::sequence::set_item(
            py,
            &namespace,
            name!("__orig_bases__").obj(py),
            Some(orig_bases.as_object()),
        )?;
    }
    let args = tuple::from_iter(py, [(*class_name).to_owned(), bases.upcast(), namespace])?;
    let class = call::call_tuple(py, &meta, &args, Some(&kw).filter(|k| dict::len(k) > 0).map(|k| &**k))?;
    if types::check(&class).is_some()
        && let Some(c) = dxpy_core::cell::check(&cell)
    {
        let name = unicode::display(class_name);
        match dxpy_core::cell::get(c) {
            Some(got) if got.is(&*class) => {}
            Some(got) => {
                let (a, b) = (protocol::repr(py, &got)?, protocol::repr(py, &class)?);
                return Err(exceptions::type_error(
                    py,
                    format_args!(
                        "__class__ set to {} defining '{name}' as {}",
                        unicode::display(a.as_object()),
                        unicode::display(b.as_object())
                    ),
                ));
            }
            None => {
                let shown = protocol::repr(py, &class)?;
                return Err(exceptions::runtime_error(
                    py,
                    format_args!(
                        "__class__ not set defining '{name}' as {}. Was __classcell__ propagated to type.__new__?",
                        unicode::display(shown.as_object())
                    ),
                ));
            }
        }
    }
    Ok(class)
}

/// `update_bases`: bases that are no classes give some through `__mro_entries__`.
fn update_bases(py: Py<'_>, bases: &Owned<PyTupleObject>) -> PyResult<Owned<PyTupleObject>> {
    let mut out: Option<Vec<Owned>> = None;
    for (i, b) in tuple::items(bases).iter().enumerate() {
        let entries = if types::check(b).is_some() {
            None
        } else {
            attr::lookup_name(py, b, name!("__mro_entries__"))?
        };
        let Some(m) = entries else {
            if let Some(o) = &mut out {
                o.push((*b).to_owned());
            }
            continue;
        };
        let new = call::call(py, &m, [bases.as_object()])?;
        let Some(t) = tuple::check(&new) else {
            return Err(exceptions::type_error(py, format_args!("__mro_entries__ must return a tuple")));
        };
        let o = out.get_or_insert_with(|| tuple::items(bases)[..i].iter().map(|b| (*b).to_owned()).collect());
        o.extend(tuple::items(t).iter().map(|b| (*b).to_owned()));
    }
    match out {
        None => Ok(bases.clone()),
        Some(items) => tuple::from_iter(py, items),
    }
}

/// Runs code as `exec` does.
pub fn run(py: Py<'_>, code: &PyCodeObject, globals: &PyObject, locals: &PyObject) -> PyResult {
    eval_code(py, code, globals, locals)
}
