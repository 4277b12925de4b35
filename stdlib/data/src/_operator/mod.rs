//! `_operator` (`Modules/_operator.c`): the operators as functions. The callables that fetch are in `getters`
//! (`itemgetter`, `attrgetter`) and `methodcaller`.

pub mod getters;
pub mod methodcaller;

use dxpy_core::abi::*;
use dxpy_core::args::Raw;
use dxpy_core::call::{self, type_name};
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::unicode::{Data, data};
use dxpy_core::{
    Owned, Py, PyResult, buffer, exceptions, methods, number, object, protocol, sequence, types, unicode,
};

/// `_operator`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_operator").doc(c"The operators as functions.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "truth" = truth [1], "($module, a, /)", "True if a counts as true.";
    "contains" = contains [2], "($module, a, b, /)", "b in a.";
    "indexOf" = index_of [2], "($module, a, b, /)", "The place of the first item of a that equals b.";
    "countOf" = count_of [2], "($module, a, b, /)", "How many items of a equal b.";
    "is_" = is_ [2], "($module, a, b, /)", "a is b.";
    "is_not" = is_not [2], "($module, a, b, /)", "a is not b.";
    "index" = index [1], "($module, a, /)", "a.__index__().";
    "add" = add [2], "($module, a, b, /)", "a + b.";
    "sub" = sub [2], "($module, a, b, /)", "a - b.";
    "mul" = mul [2], "($module, a, b, /)", "a * b.";
    "matmul" = matmul [2], "($module, a, b, /)", "a @ b.";
    "floordiv" = floordiv [2], "($module, a, b, /)", "a // b.";
    "truediv" = truediv [2], "($module, a, b, /)", "a / b.";
    "mod" = mod_ [2], "($module, a, b, /)", "a % b.";
    "neg" = neg [1], "($module, a, /)", "-a.";
    "pos" = pos [1], "($module, a, /)", "+a.";
    "abs" = abs [1], "($module, a, /)", "abs(a).";
    "inv" = invert [1], "($module, a, /)", "~a.";
    "invert" = invert [1], "($module, a, /)", "~a.";
    "lshift" = lshift [2], "($module, a, b, /)", "a << b.";
    "rshift" = rshift [2], "($module, a, b, /)", "a >> b.";
    "not_" = not_ [1], "($module, a, /)", "not a.";
    "and_" = and_ [2], "($module, a, b, /)", "a & b.";
    "xor" = xor [2], "($module, a, b, /)", "a ^ b.";
    "or_" = or_ [2], "($module, a, b, /)", "a | b.";
    "iadd" = iadd [2], "($module, a, b, /)", "What a += b gives a.";
    "isub" = isub [2], "($module, a, b, /)", "What a -= b gives a.";
    "imul" = imul [2], "($module, a, b, /)", "What a *= b gives a.";
    "imatmul" = imatmul [2], "($module, a, b, /)", "What a @= b gives a.";
    "ifloordiv" = ifloordiv [2], "($module, a, b, /)", "What a //= b gives a.";
    "itruediv" = itruediv [2], "($module, a, b, /)", "What a /= b gives a.";
    "imod" = imod [2], "($module, a, b, /)", "What a %= b gives a.";
    "ilshift" = ilshift [2], "($module, a, b, /)", "What a <<= b gives a.";
    "irshift" = irshift [2], "($module, a, b, /)", "What a >>= b gives a.";
    "iand" = iand [2], "($module, a, b, /)", "What a &= b gives a.";
    "ixor" = ixor [2], "($module, a, b, /)", "What a ^= b gives a.";
    "ior" = ior [2], "($module, a, b, /)", "What a |= b gives a.";
    "concat" = concat [2], "($module, a, b, /)", "a + b, of sequences.";
    "iconcat" = iconcat [2], "($module, a, b, /)", "What a += b gives a, of sequences.";
    "getitem" = getitem [2], "($module, a, b, /)", "a[b].";
    "setitem" = setitem [3], "($module, a, b, c, /)", "a[b] = c.";
    "delitem" = delitem [2], "($module, a, b, /)", "del a[b].";
    "pow" = pow [2], "($module, a, b, /)", "a ** b.";
    "ipow" = ipow [2], "($module, a, b, /)", "What a **= b gives a.";
    "eq" = eq [2], "($module, a, b, /)", "a == b.";
    "ne" = ne [2], "($module, a, b, /)", "a != b.";
    "lt" = lt [2], "($module, a, b, /)", "a < b.";
    "le" = le [2], "($module, a, b, /)", "a <= b.";
    "gt" = gt [2], "($module, a, b, /)", "a > b.";
    "ge" = ge [2], "($module, a, b, /)", "a >= b.";
    "_compare_digest" = compare_digest [2], "($module, a, b, /)", "a == b, in a time that does not depend on where they differ: for str of ASCII characters and for bytes-like objects.";
    "length_hint" = length_hint [2], "($module, obj, default=0, /)", "How many items obj may have: its length, its own estimate, or the default.";
    "call" = call_ [3], "($module, obj, /, *args, **kwargs)", "obj(*args, **kwargs).";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    for ty in [&getters::ATTRGETTER, &getters::ITEMGETTER, &methodcaller::METHODCALLER] {
        types::ready::ready(py, ty)?;
        module::add(py, m, &call::short_name(ty), ty.as_object())?;
    }
    Ok(())
}

/// Functions of the module that hand their operands on.
macro_rules! forward {
    (unary $($name:ident = $f:path;)*) => { $(
        fn $name(py: Py<'_>, _: &PyModuleObject, a: &PyObject) -> PyResult {
            $f(py, a)
        }
    )* };
    (binary $($name:ident = $f:path;)*) => { $(
        fn $name(py: Py<'_>, _: &PyModuleObject, a: &PyObject, b: &PyObject) -> PyResult {
            $f(py, a, b)
        }
    )* };
    (compare $($name:ident = $op:ident;)*) => { $(
        fn $name(py: Py<'_>, _: &PyModuleObject, a: &PyObject, b: &PyObject) -> PyResult {
            protocol::rich_compare(py, a, b, protocol::$op)
        }
    )* };
}

forward! { unary
    neg = number::negative;
    pos = number::positive;
    abs = number::absolute;
    invert = number::invert;
}

forward! { binary
    add = number::add;
    sub = number::subtract;
    mul = number::multiply;
    matmul = number::matrix_multiply;
    floordiv = number::floor_divide;
    truediv = number::true_divide;
    mod_ = number::remainder;
    lshift = number::lshift;
    rshift = number::rshift;
    and_ = number::and;
    xor = number::xor;
    or_ = number::or;
    iadd = number::inplace_add;
    isub = number::inplace_subtract;
    imul = number::inplace_multiply;
    imatmul = number::inplace_matrix_multiply;
    ifloordiv = number::inplace_floor_divide;
    itruediv = number::inplace_true_divide;
    imod = number::inplace_remainder;
    ilshift = number::inplace_lshift;
    irshift = number::inplace_rshift;
    iand = number::inplace_and;
    ixor = number::inplace_xor;
    ior = number::inplace_or;
    concat = sequence::concat;
    iconcat = sequence::inplace_concat;
    getitem = sequence::get_item;
}

forward! { compare
    eq = EQ;
    ne = NE;
    lt = LT;
    le = LE;
    gt = GT;
    ge = GE;
}

fn truth(py: Py<'_>, _: &PyModuleObject, a: &PyObject) -> PyResult<bool> {
    protocol::is_true(py, a)
}

fn not_(py: Py<'_>, _: &PyModuleObject, a: &PyObject) -> PyResult<bool> {
    protocol::is_true(py, a).map(|t| !t)
}

fn contains(py: Py<'_>, _: &PyModuleObject, a: &PyObject, b: &PyObject) -> PyResult<bool> {
    sequence::contains(py, a, b)
}

fn index_of(py: Py<'_>, _: &PyModuleObject, a: &PyObject, b: &PyObject) -> PyResult<isize> {
    sequence::index(py, a, b).map(|n| n as isize)
}

fn count_of(py: Py<'_>, _: &PyModuleObject, a: &PyObject, b: &PyObject) -> PyResult<isize> {
    sequence::count(py, a, b).map(|n| n as isize)
}

fn is_(_: Py<'_>, _: &PyModuleObject, a: &PyObject, b: &PyObject) -> bool {
    a.is(b)
}

fn is_not(_: Py<'_>, _: &PyModuleObject, a: &PyObject, b: &PyObject) -> bool {
    !a.is(b)
}

fn index(py: Py<'_>, _: &PyModuleObject, a: &PyObject) -> PyResult {
    number::index(py, a).map(Owned::upcast)
}

fn setitem(py: Py<'_>, _: &PyModuleObject, a: &PyObject, b: &PyObject, c: &PyObject) -> PyResult<()> {
    sequence::set_item(py, a, b, Some(c))
}

fn delitem(py: Py<'_>, _: &PyModuleObject, a: &PyObject, b: &PyObject) -> PyResult<()> {
    sequence::set_item(py, a, b, None)
}

fn pow(py: Py<'_>, _: &PyModuleObject, a: &PyObject, b: &PyObject) -> PyResult {
    number::power(py, a, b, &object::none())
}

fn ipow(py: Py<'_>, _: &PyModuleObject, a: &PyObject, b: &PyObject) -> PyResult {
    number::inplace_power(py, a, b, &object::none())
}

fn length_hint(py: Py<'_>, _: &PyModuleObject, obj: &PyObject, default: Option<isize>) -> PyResult<isize> {
    // A negative default comes back as it is, where nothing better is known.
    let default = default.unwrap_or(0);
    protocol::length_hint(py, obj, default as usize).map(|n| n as isize)
}

fn call_(py: Py<'_>, _: &PyModuleObject, Raw(raw): Raw<'_>, _: Raw<'_>, _: Raw<'_>) -> PyResult {
    // The binding of the signature made sure of the first.
    let (first, rest) = raw.all.split_at(1);
    // SAFETY: LIVE: the caller holds the arguments.
    unsafe { call::vectorcall_raw(py, &*first[0], rest.as_ptr(), raw.nargs - 1, raw.kwnames) }
}

/// `_operator__compare_digest_impl`.
fn compare_digest(py: Py<'_>, _: &PyModuleObject, a: &PyObject, b: &PyObject) -> PyResult<bool> {
    if let (Some(a), Some(b)) = (unicode::check(a), unicode::check(b)) {
        if !unicode::is_ascii(a) || !unicode::is_ascii(b) {
            return Err(exceptions::type_error(
                py,
                format_args!("comparing strings with non-ASCII characters is not supported"),
            ));
        }
        let bytes = |s| match data(s) {
            Data::One(b) => b,
            _ => &[][..],
        };
        return Ok(same_bytes(bytes(a), bytes(b)));
    }
    if !buffer::check(a) && !buffer::check(b) {
        let (a, b) = (type_name(a.ty()), type_name(b.ty()));
        return Err(exceptions::type_error(
            py,
            format_args!("unsupported operand types(s) or combination of types: '{a}' and '{b}'"),
        ));
    }
    let view = |o: &PyObject| {
        let view = buffer::View::simple(py, o)?;
        if view.raw().ndim.get() > 1 {
            return Err(exceptions::buffer_error(py, format_args!("Buffer must be single dimension")));
        }
        Ok(view)
    };
    let (a, b) = (view(a)?, view(b)?);
    Ok(same_bytes(a.bytes(), b.bytes()))
}

/// `_tscmp`: compares all of `b`, with itself where the lengths differ, so that time tells the length of `b` only.
fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    let (left, mut result) = if a.len() == b.len() { (a, 0) } else { (b, 1) };
    for (x, y) in left.iter().zip(b) {
        // The compiler must not learn that the loop could end here.
        result = core::hint::black_box(result | (x ^ y));
    }
    result == 0
}
