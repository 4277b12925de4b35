//! What programs see of a code object: its fields, the views of its tables, `replace`, comparison and constructor
//! (`Objects/codeobject.c`). The iterators of `co_lines` and `co_positions` are in `iter`.

use super::iter::{lines, positions};
use super::{Parts, check, line_table, locals_kinds, locals_names, new, plain_code};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_bytecode::dis::Instructions;
use dxpy_bytecode::{Op, co, fast, linetable};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{self, Bound};
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, boolean, bytes, exceptions, float, getset, long, members, methods, number,
    object, protocol, signature, tuple, unicode,
};

members! { pub(super) static MEMBERS [
    "co_argcount" = Py_T_INT, offset_of!(PyCodeObject, co_argcount), Py_READONLY, "";
    "co_posonlyargcount" = Py_T_INT, offset_of!(PyCodeObject, co_posonlyargcount), Py_READONLY, "";
    "co_kwonlyargcount" = Py_T_INT, offset_of!(PyCodeObject, co_kwonlyargcount), Py_READONLY, "";
    "co_stacksize" = Py_T_INT, offset_of!(PyCodeObject, co_stacksize), Py_READONLY, "";
    "co_flags" = Py_T_INT, offset_of!(PyCodeObject, co_flags), Py_READONLY, "";
    "co_nlocals" = Py_T_INT, offset_of!(PyCodeObject, co_nlocals), Py_READONLY, "";
    "co_consts" = _Py_T_OBJECT, offset_of!(PyCodeObject, co_consts), Py_READONLY, "";
    "co_names" = _Py_T_OBJECT, offset_of!(PyCodeObject, co_names), Py_READONLY, "";
    "co_filename" = _Py_T_OBJECT, offset_of!(PyCodeObject, co_filename), Py_READONLY, "";
    "co_name" = _Py_T_OBJECT, offset_of!(PyCodeObject, co_name), Py_READONLY, "";
    "co_qualname" = _Py_T_OBJECT, offset_of!(PyCodeObject, co_qualname), Py_READONLY, "";
    "co_firstlineno" = Py_T_INT, offset_of!(PyCodeObject, co_firstlineno), Py_READONLY, "";
    "co_linetable" = _Py_T_OBJECT, offset_of!(PyCodeObject, co_linetable), Py_READONLY, "";
    "co_exceptiontable" = _Py_T_OBJECT, offset_of!(PyCodeObject, co_exceptiontable), Py_READONLY, "";
] }
getset! { pub(super) static GETSET [
    "co_lnotab" = lnotab, "";
    "_co_code_adaptive" = raw_code, "";
    "co_varnames" = varnames, "";
    "co_cellvars" = cellvars, "";
    "co_freevars" = freevars, "";
    "co_code" = code, "";
] }
methods! { pub(super) static METHODS: for PyCodeObject [
    "__sizeof__" = sizeof [0], "?($self, /)", "";
    "co_lines" = lines [0], "?($self, /)", "";
    "co_positions" = positions [0], "?($self, /)", "";
    "replace" = replace [1], "($self, /, **changes)", "A copy of the code object with some fields changed.";
    "_varname_from_oparg" = varname [1], "($self, /, oparg)", "(internal-only) The local variable an instruction's argument names.";
] }

/// The instructions as they are now: tracing rewrites opcodes.
fn instructions(c: &PyCodeObject) -> &[u8] {
    let n = c.ob_base.ob_size.get() as usize * size_of::<u16>();
    // SAFETY: LAYOUT: the units follow the fields.
    unsafe { core::slice::from_raw_parts(c.co_code_adaptive.as_ptr() as *const u8, n) }
}

/// The cache of computed attributes, made on first use (`init_co_cached`).
fn cached<'c>(
    c: &'c PyCodeObject,
    field: fn(&'c _PyCoCached) -> &'c Cell<*mut PyObject>,
    make: impl FnOnce() -> PyResult,
) -> PyResult {
    let field = field(&super::private::of(c).cached);
    // SAFETY: LIVE: the field holds a reference, or NULL.
    if let Some(o) = unsafe { field.get().as_ref() } {
        return Ok(o.to_owned());
    }
    let value = make()?;
    // SAFETY: OWNED: the field holds one reference, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(field.replace(value.to_owned().into_ptr())) });
    Ok(value)
}

fn names_of_kind(py: Py<'_>, c: &PyCodeObject, kind: u8) -> PyResult {
    let both = locals_names(c).iter().zip(locals_kinds(c));
    let chosen: Vec<Owned> = both.filter(|(_, k)| **k & kind != 0).map(|(n, _)| (*n).to_owned()).collect();
    tuple::from_iter(py, chosen).map(Owned::upcast)
}

fn varnames(py: Py<'_>, c: &PyCodeObject) -> PyResult {
    cached(c, |k| &k._co_varnames, || names_of_kind(py, c, fast::LOCAL))
}

fn cellvars(py: Py<'_>, c: &PyCodeObject) -> PyResult {
    cached(c, |k| &k._co_cellvars, || names_of_kind(py, c, fast::CELL))
}

fn freevars(py: Py<'_>, c: &PyCodeObject) -> PyResult {
    cached(c, |k| &k._co_freevars, || names_of_kind(py, c, fast::FREE))
}

fn code(py: Py<'_>, c: &PyCodeObject) -> PyResult {
    cached(c, |k| &k._co_code, || bytes::new(py, &plain_code(c)).map(Owned::upcast))
}

fn raw_code(py: Py<'_>, c: &PyCodeObject) -> PyResult {
    bytes::new(py, instructions(c)).map(Owned::upcast)
}

fn lnotab(py: Py<'_>, c: &PyCodeObject) -> PyResult {
    exceptions::warn(
        py,
        &exceptions::DeprecationWarning,
        1,
        format_args!("co_lnotab is deprecated, use co_lines instead."),
    )?;
    bytes::new(py, &linetable::lnotab(line_table(c), c.co_firstlineno.get())).map(Owned::upcast)
}

fn sizeof(py: Py<'_>, c: &PyCodeObject) -> PyResult {
    let n = (offset_of!(PyCodeObject, co_code_adaptive) + instructions(c).len()).next_multiple_of(8);
    long::from_i64(py, n as i64).map(Owned::upcast)
}

fn varname(py: Py<'_>, c: &PyCodeObject, i: i32) -> PyResult {
    match usize::try_from(i).ok().and_then(|i| locals_names(c).get(i).copied()) {
        Some(n) => Ok(n.to_owned()),
        None => {
            Err(exceptions::format(py, &exceptions::IndexError, format_args!("tuple index out of range")))
        }
    }
}

/// `code_repr`.
pub(super) fn repr(py: Py<'_>, c: &PyCodeObject) -> PyResult<Owned<PyUnicodeObject>> {
    // SAFETY: LIVE, LAYOUT: a code object holds name and file name, str both.
    let (name, file) = unsafe {
        (&*(c.co_name.get() as *const PyUnicodeObject), &*(c.co_filename.get() as *const PyUnicodeObject))
    };
    let line = if c.co_firstlineno.get() != 0 { c.co_firstlineno.get() } else { -1 };
    let text = |s: &str| unicode::from_str(py, s);
    let (at, end) = (format!(" at {:p}, file \"", c.as_ptr()), format!("\", line {line}>"));
    unicode::join_all(py, &[&*text("<code object ")?, name, &*text(&at)?, file, &*text(&end)?])
}

/// The fields that are equal in equal code objects, besides the constants and the plain ints.
fn compared(c: &PyCodeObject) -> [&PyObject; 5] {
    // SAFETY: LIVE: a code object holds its fields.
    [&c.co_name, &c.co_names, &c.co_localsplusnames, &c.co_linetable, &c.co_exceptiontable]
        .map(|f| unsafe { &*f.get() })
}

fn numbers(c: &PyCodeObject) -> [i32; 5] {
    [&c.co_argcount, &c.co_posonlyargcount, &c.co_kwonlyargcount, &c.co_flags, &c.co_firstlineno]
        .map(Cell::get)
}

/// Whether two constants are the same to the compiler (`_PyCode_ConstantKey`): 1, 1.0 and True differ, as do 0.0 and -0.0.
fn same_constant(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<bool> {
    if a.is(b) {
        return Ok(true);
    }
    if !a.ty().is(b.ty()) {
        return Ok(false);
    }
    if let (Some(x), Some(y)) = (tuple::check_exact(a), tuple::check_exact(b)) {
        if tuple::len(x) != tuple::len(y) {
            return Ok(false);
        }
        let _depth = dxpy_core::call::Depth::enter(py, " while comparing constants")?;
        for (x, y) in tuple::items(x).iter().zip(tuple::items(y)) {
            if !same_constant(py, x, y)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if a.ty().is(&float::PyFloat_Type.0) {
        return Ok(float::as_f64(py, a)?.to_bits() == float::as_f64(py, b)?.to_bits());
    }
    if !protocol::rich_compare_bool(py, a, b, Py_EQ)? {
        return Ok(false);
    }
    // A complex or frozenset may hide zeros of different sign; their text tells.
    let plain = unicode::check(a).is_some()
        || long::check(a).is_some()
        || check(a).is_some()
        || bytes::check(a).is_some();
    Ok(plain || unicode::equal(&*protocol::repr(py, a)?, &*protocol::repr(py, b)?))
}

/// `code_richcompare`.
pub(super) fn richcompare(py: Py<'_>, a: &PyCodeObject, other: &PyObject, op: core::ffi::c_int) -> PyResult {
    let Some(b) = check(other).filter(|_| op == Py_EQ || op == Py_NE) else {
        return Ok(object::not_implemented());
    };
    let equal = || -> PyResult<bool> {
        if numbers(a) != numbers(b) || plain_code(a) != plain_code(b) || locals_kinds(a) != locals_kinds(b) {
            return Ok(false);
        }
        for (x, y) in compared(a).into_iter().zip(compared(b)) {
            if !protocol::rich_compare_bool(py, x, y, Py_EQ)? {
                return Ok(false);
            }
        }
        // SAFETY: LIVE: a code object holds its constants.
        let (x, y) = unsafe { (&*a.co_consts.get(), &*b.co_consts.get()) };
        same_constant(py, x, y)
    };
    Ok(boolean::new((a.is(b) || equal()?) == (op == Py_EQ)).upcast())
}

/// `code_hash`, of the same fields.
pub(super) fn hash(py: Py<'_>, c: &PyCodeObject) -> PyResult<Py_hash_t> {
    const FACTOR: u64 = 1000003;
    // SAFETY: LIVE: a code object holds its constants.
    let mut h = 20221211 ^ protocol::hash(py, unsafe { &*c.co_consts.get() })? as u64;
    for o in compared(c) {
        h = (h ^ protocol::hash(py, o)? as u64).wrapping_mul(FACTOR);
    }
    for n in numbers(c) {
        h = (h ^ n as u64).wrapping_mul(FACTOR);
    }
    for b in &plain_code(c) {
        h = (h ^ u64::from(*b)).wrapping_mul(FACTOR);
    }
    Ok(if h as Py_hash_t == -1 { -2 } else { h as Py_hash_t })
}

fn invalid(py: Py<'_>, message: &str) -> PyErr {
    exceptions::value_error(py, format_args!("{message}"))
}

/// The arguments of the constructor in order, as live objects.
struct Given {
    ints: [i32; 7],
    code: Owned,
    consts: Owned,
    names: Owned,
    varnames: Owned,
    filename: Owned,
    name: Owned,
    qualname: Owned,
    linetable: Owned,
    exceptiontable: Owned,
    freevars: Owned,
    cellvars: Owned,
}

fn string(o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    // SAFETY: LAYOUT: the callers checked the type.
    Ok(unsafe { o.to_owned().cast() })
}

/// `validate_and_copy_tuple`: interned names.
fn name_tuple(py: Py<'_>, o: &PyObject) -> PyResult<Vec<Owned>> {
    // SAFETY: LAYOUT: the callers checked the type.
    let t: &PyTupleObject = unsafe { &*(o.as_ptr() as *const PyTupleObject) };
    let mut out = Vec::with_capacity(tuple::len(t));
    for n in tuple::items(t) {
        let Some(s) = unicode::check(n) else {
            return Err(exceptions::type_error(
                py,
                format_args!("name tuples must contain only strings, not '{}'", type_name(n.ty())),
            ));
        };
        out.push(unicode::intern(py, unicode::exact(py, s)?)?.upcast());
    }
    Ok(out)
}

/// `PyUnstable_Code_NewWithPosOnlyArgs`, for values whose types were checked.
fn build(py: Py<'_>, g: Given) -> PyResult {
    let [argcount, posonly, kwonly, nlocals, stacksize, flags, firstlineno] = g.ints;
    let (names, vars) = (name_tuple(py, &g.names)?, name_tuple(py, &g.varnames)?);
    let (free, cells) = (name_tuple(py, &g.freevars)?, name_tuple(py, &g.cellvars)?);
    // SAFETY: LAYOUT: the callers checked the types.
    let (code, lines, exceptions_of): (Owned<PyBytesObject>, Owned<PyBytesObject>, Owned<PyBytesObject>) =
        unsafe { (g.code.cast(), g.linetable.cast(), g.exceptiontable.cast()) };
    if argcount < posonly {
        return Err(exceptions::system_error(py, format_args!("bad argument to internal function")));
    }
    if !bytes::as_slice(&code).len().is_multiple_of(2) {
        return Err(invalid(py, "code: co_code is malformed"));
    }
    let flag = |bit: u32| i64::from(flags as u32 & bit != 0);
    let parameters = i64::from(argcount) + i64::from(kwonly) + flag(co::VARARGS) + flag(co::VARKEYWORDS);
    if parameters > vars.len() as i64 {
        return Err(invalid(py, "code: co_varnames is too small"));
    }
    if nlocals as usize != vars.len() {
        return Err(invalid(py, "code: co_nlocals != len(co_varnames)"));
    }
    let mut kinds = vec![fast::LOCAL; vars.len()];
    let mut all = vars;
    for c in cells {
        match all.iter().position(|v| v.is(&*c)) {
            Some(i) => kinds[i] |= fast::CELL,
            None => {
                kinds.push(fast::CELL);
                all.push(c);
            }
        }
    }
    kinds.extend(free.iter().map(|_| fast::FREE));
    all.extend(free);
    // Variables of inlined comprehensions are known by the instruction that saves what they hide: `replace` was given
    // their names only.
    if flags as u32 & co::OPTIMIZED == 0 {
        for i in Instructions::new(bytes::as_slice(&code)).filter(|i| i.op() == Some(Op::LOAD_FAST_AND_CLEAR))
        {
            match kinds.get_mut(i.arg as usize) {
                Some(k) => *k |= fast::HIDDEN,
                None => {
                    let arg = i.arg;
                    return Err(invalid(py, &format!("code: LOAD_FAST_AND_CLEAR oparg {arg} out of range")));
                }
            }
        }
    }
    // SAFETY: LAYOUT: the callers checked the type.
    let consts: Owned<PyTupleObject> = unsafe { g.consts.cast() };
    let parts = Parts {
        argcount: argcount as u32,
        posonlyargcount: posonly as u32,
        kwonlyargcount: kwonly as u32,
        stacksize: stacksize as u32,
        flags: flags as u32,
        firstlineno,
        code: bytes::as_slice(&code),
        consts,
        names: tuple::from_iter(py, names)?,
        localsplusnames: tuple::from_iter(py, all)?,
        localspluskinds: bytes::new(py, &kinds)?,
        filename: string(&g.filename)?,
        name: string(&g.name)?,
        qualname: string(&g.qualname)?,
        linetable: lines,
        exceptiontable: exceptions_of,
    };
    new(py, parts).map(Owned::upcast)
}

/// What `_PyCode_New` is given (`struct _PyCodeConstructor`); the types were checked, kinds are as many as names.
pub struct Constructor<'a> {
    pub ints: [i32; 6],
    pub code: &'a PyBytesObject,
    pub consts: &'a PyTupleObject,
    pub names: &'a PyTupleObject,
    pub localsplusnames: &'a PyTupleObject,
    pub localspluskinds: &'a PyBytesObject,
    pub texts: [&'a PyUnicodeObject; 3],
    pub tables: [&'a PyBytesObject; 2],
}

impl Constructor<'_> {
    /// `_PyCode_Validate`, what does not concern types.
    pub fn validate(&self, py: Py<'_>) -> PyResult<()> {
        let [argcount, posonly, kwonly, stacksize, flags, _] = self.ints;
        let kinds = bytes::as_slice(self.localspluskinds);
        let bad = argcount < posonly
            || [posonly, kwonly, stacksize, flags].iter().any(|n| *n < 0)
            || kinds.len() != tuple::len(self.localsplusnames);
        if bad {
            return Err(exceptions::system_error(py, format_args!("bad argument to internal function")));
        }
        if !bytes::as_slice(self.code).len().is_multiple_of(2) {
            return Err(invalid(py, "code: co_code is malformed"));
        }
        let locals = kinds.iter().filter(|k| **k & fast::LOCAL != 0).count() as i64;
        let flag = |bit: u32| i64::from(flags as u32 & bit != 0);
        let parameters = i64::from(argcount) + i64::from(kwonly) + flag(co::VARARGS) + flag(co::VARKEYWORDS);
        if locals < parameters {
            return Err(invalid(py, "code: co_varnames is too small"));
        }
        Ok(())
    }

    /// `_PyCode_New`; strings are interned.
    pub fn build(&self, py: Py<'_>) -> PyResult<Owned<PyCodeObject>> {
        let [argcount, posonly, kwonly, stacksize, flags, firstlineno] = self.ints;
        let [filename, name, qualname] = self.texts;
        let intern = |t: &PyTupleObject| {
            let strings = tuple::items(t).iter().all(|n| unicode::check_exact(n).is_some());
            if !strings {
                return Err(exceptions::system_error(py, format_args!("non-string found in code slot")));
            }
            tuple::from_iter(py, name_tuple(py, t.as_object())?)
        };
        let parts = Parts {
            argcount: argcount as u32,
            posonlyargcount: posonly as u32,
            kwonlyargcount: kwonly as u32,
            stacksize: stacksize as u32,
            flags: flags as u32,
            firstlineno,
            code: bytes::as_slice(self.code),
            consts: self.consts.to_owned(),
            names: intern(self.names)?,
            localsplusnames: intern(self.localsplusnames)?,
            localspluskinds: self.localspluskinds.to_owned(),
            filename: filename.to_owned(),
            name: name.to_owned(),
            qualname: qualname.to_owned(),
            linetable: self.tables[0].to_owned(),
            exceptiontable: self.tables[1].to_owned(),
        };
        new(py, parts)
    }
}

/// A C int of an argument.
fn int(py: Py<'_>, o: &PyObject) -> PyResult<i32> {
    let n = number::index_any(py, o)?;
    let n = long::to_i64(&n).and_then(|n| i32::try_from(n).ok());
    n.ok_or_else(|| exceptions::overflow_error(py, format_args!("Python int too large to convert to C int")))
}

/// The fields `replace` takes, in the order of [`Given`]'s constructor; the word is the type asked for.
const FIELDS: [(&str, &str); 18] = [
    ("co_argcount", "int"),
    ("co_posonlyargcount", "int"),
    ("co_kwonlyargcount", "int"),
    ("co_nlocals", "int"),
    ("co_stacksize", "int"),
    ("co_flags", "int"),
    ("co_firstlineno", "int"),
    ("co_code", "bytes"),
    ("co_consts", "tuple"),
    ("co_names", "tuple"),
    ("co_varnames", "tuple"),
    ("co_freevars", "tuple"),
    ("co_cellvars", "tuple"),
    ("co_filename", "str"),
    ("co_name", "str"),
    ("co_qualname", "str"),
    ("co_linetable", "bytes"),
    ("co_exceptiontable", "bytes"),
];

fn fits(o: &PyObject, kind: &str) -> bool {
    match kind {
        "bytes" => bytes::check(o).is_some(),
        "tuple" => tuple::check(o).is_some(),
        "str" => unicode::check(o).is_some(),
        _ => true,
    }
}

/// Values in the order of [`FIELDS`].
fn build_ordered(py: Py<'_>, v: Vec<Owned>, replacing: bool) -> PyResult {
    let mut ints = [0; 7];
    for (slot, o) in ints.iter_mut().zip(&v) {
        *slot = int(py, o)?;
    }
    // The constructor lets any first line pass.
    let checked = if replacing { 7 } else { 6 };
    if let Some((_, (name, _))) = ints[..checked].iter().zip(FIELDS).find(|(n, _)| **n < 0) {
        return Err(if replacing {
            invalid(py, &format!("{name} must be a positive integer"))
        } else {
            invalid(py, &format!("code: {} must not be negative", &name["co_".len()..]))
        });
    }
    if replacing {
        let names = v[9..13].iter().filter_map(|t| tuple::check(t)).flat_map(|t| tuple::items(t).iter());
        if names.into_iter().any(|n| unicode::check(n).is_none()) {
            return Err(exceptions::system_error(py, format_args!("non-string found in code slot")));
        }
    }
    let at = |i: usize| v[i].clone();
    let g = Given {
        ints,
        code: at(7),
        consts: at(8),
        names: at(9),
        varnames: at(10),
        freevars: at(11),
        cellvars: at(12),
        filename: at(13),
        name: at(14),
        qualname: at(15),
        linetable: at(16),
        exceptiontable: at(17),
    };
    build(py, g)
}

/// `code_replace_impl`.
fn replace(py: Py<'_>, c: &PyCodeObject, changes: args::Keywords<'_>) -> PyResult {
    let mut values = Vec::with_capacity(FIELDS.len());
    for (name, _) in FIELDS {
        let name = unicode::intern_str(py, name)?;
        values.push(dxpy_core::attr::get(py, c.as_object(), &name)?);
    }
    for (key, value) in changes.pairs() {
        let key = unicode::display(key);
        let Some(i) = FIELDS.iter().position(|(n, _)| *n == key) else {
            return Err(exceptions::type_error(
                py,
                format_args!("'{key}' is an invalid keyword argument for replace()"),
            ));
        };
        if !fits(value, FIELDS[i].1) {
            let given = if object::is_none(value) { "None".to_owned() } else { type_name(value.ty()) };
            return Err(exceptions::type_error(
                py,
                format_args!("replace() argument '{key}' must be {}, not {given}", FIELDS[i].1),
            ));
        }
        values[i] = (*value).to_owned();
    }
    audit_new(py, &values)?;
    build_ordered(py, values, true)
}

/// The event of new code made by a program: code, file, name, and the numbers.
fn audit_new(py: Py<'_>, values: &[Owned]) -> PyResult<()> {
    const SHOWN: [&str; 9] = [
        "co_code",
        "co_filename",
        "co_name",
        "co_argcount",
        "co_posonlyargcount",
        "co_kwonlyargcount",
        "co_nlocals",
        "co_stacksize",
        "co_flags",
    ];
    dxpy_core::audit::event_with(py, "code.__new__", || {
        let of = |name: &str| FIELDS.iter().position(|(n, _)| *n == name).expect("a field");
        tuple::from_iter(py, SHOWN.map(|n| values[of(n)].clone()))
    })
}

/// `code_new_impl`: as [`replace`] builds, from positional arguments.
pub(super) fn create(
    py: Py<'_>,
    _: &PyTypeObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    /// Where each of [`FIELDS`] stands among the arguments.
    const PLACES: [usize; 18] = [0, 1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 16, 17, 10, 11, 12, 14, 15];
    let given = tuple::len(args);
    if given < 16 {
        let text = format_args!("code expected at least 16 arguments, got {given}");
        return Err(exceptions::type_error(py, text));
    }
    let sig = signature!(
        "code",
        "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, codestring, constants, names, varnames, filename, name, qualname, firstlineno, linetable, exceptiontable, freevars=(), cellvars=(), /)"
    );
    args::bind_call(py, sig, args, kw, |b: &Bound<'_>| {
        let mut values = Vec::with_capacity(FIELDS.len());
        for (place, (_, kind)) in PLACES.into_iter().zip(FIELDS) {
            let Some(v) = b.get(place) else {
                values.push(tuple::empty().upcast());
                continue;
            };
            if kind == "int" {
                int(py, v)?;
            }
            if !fits(v, kind) {
                return Err(args::bad_argument(py, b, place, kind));
            }
            values.push(v.to_owned());
        }
        audit_new(py, &values)?;
        build_ordered(py, values, false)
    })
}
