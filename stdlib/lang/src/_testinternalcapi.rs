//! `_testinternalcapi`: what CPython's own tests look at of the interpreter's insides
//! (`Modules/_testinternalcapi.c`): the configuration, single passes of the compiler, frames, text in the locale's
//! encoding.
//!
//! Not here: what checks CPython's C code itself (`test_hashtable` and the like), perf maps, and changing the configuration.

pub mod config;

use crate::ast;
use config::{get_config, get_configs};
use dxpy_ast::{Constant, Ident, Location, PyStr};
use dxpy_bytecode::{CodeObject, Const, ConstTable, Op};
use dxpy_compiler::instr::{Instr, InstrSequence, NameTable, Unit};
use dxpy_compiler::{AssembleError, internals};
use dxpy_core::abi::*;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, bytes, call, codecs, dict, exceptions, list, long, methods, module,
    number, object, tuple, unicode,
};
use dxpy_import::source::{self, Compile};
use dxpy_parser::Mode;
use dxpy_types::code::{Cache, constants};

/// `_testinternalcapi`.
pub static MODULE: StaticModule = StaticModule::new(c"_testinternalcapi").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> =
    exec(|py, m| module::add_int(py, m, "SIZEOF_PYGC_HEAD", size_of::<PyGC_Head>() as i64));

methods! { static METHODS: for PyModuleObject [
    "get_configs" = get_configs [0], "?($module, /)", "The whole configuration.";
    "get_config" = get_config [0], "?($module, /)", "The configuration of Python itself.";
    "get_recursion_depth" = get_recursion_depth [0], "?($module, /)", "How many Python calls are open.";
    "get_interp_settings" = get_interp_settings [1], "?($module, interpid=None, /)", "What an interpreter may do.";
    "clear_extension" = clear_extension [2], "?($module, name, filename, /)", "Forgets what is kept of an extension module.";
    "normalize_path" = normalize_path [1], "?($module, path, /)", "A path without redundant parts.";
    "EncodeLocaleEx" = encode_locale [3], "?($module, text, current_locale=False, errors=None, /)", "Text in the locale's encoding.";
    "DecodeLocaleEx" = decode_locale [3], "?($module, text, current_locale=False, errors=None, /)", "Text from the locale's encoding.";
    "iframe_getcode" = iframe_getcode [1], "?($module, frame, /)", "A frame's code.";
    "iframe_getline" = iframe_getline [1], "?($module, frame, /)", "The line a frame is in.";
    "iframe_getlasti" = iframe_getlasti [1], "?($module, frame, /)", "The instruction a frame is at.";
    "set_eval_frame_default" = set_eval_frame_default [0], "?($module, /)", "Takes the frame evaluation function away.";
    "set_eval_frame_record" = set_eval_frame_record [1], "?($module, list, /)", "Sets a frame evaluation function that appends the names of functions to a list.";
    "compiler_codegen" = compiler_codegen [4], "($module, /, ast, filename, optimize, compile_mode=0)", "The instructions of a tree, and what goes with them.";
    "optimize_cfg" = optimize_cfg [3], "($module, /, instructions, consts, nlocals)", "Optimised instructions.";
    "pending_threadfunc" = pending_threadfunc [2], "($module, callback, /, *, ensure_added=False)", "Has a function called by the thread that comes first.";
    "pending_identify" = pending_identify [1], "?($module, interpid, /)", "The interpreter that runs a pending call.";
    "assemble_code_object" = assemble_code_object [3], "($module, /, filename, instructions, metadata)", "A code object of instructions.";
] }

fn clear_extension(py: Py<'_>, _: &PyModuleObject, name: &PyUnicodeObject, file: &PyObject) -> PyResult<()> {
    dxpy_import::dynamic::clear(py, name.as_object(), file)
}

/// Calls the function that `pending_threadfunc` was given, and forgets it.
unsafe extern "C" fn call_pending(f: *mut core::ffi::c_void) -> core::ffi::c_int {
    // SAFETY: GIL; OWNED: the reference that was put there.
    let (py, f) = unsafe { (Py::assume(), Owned::<PyObject>::from_raw(f.cast())) };
    match call::call(py, &f, []) {
        Ok(_) => 0,
        Err(e) => {
            e.restore(py);
            -1
        }
    }
}

fn pending_threadfunc(py: Py<'_>, _: &PyModuleObject, f: &PyObject, ensure: bool) -> bool {
    let f = f.to_owned().into_ptr();
    loop {
        if dxpy_core::thread::pending::add_call_anywhere(call_pending, f.cast()) {
            return true;
        }
        if !ensure {
            // SAFETY: OWNED: nobody took it.
            drop(unsafe { Owned::<PyObject>::from_raw(f) });
            return false;
        }
        dxpy_core::thread::without_gil(py, || std::thread::sleep(core::time::Duration::from_millis(1)));
    }
}

/// The list of `set_eval_frame_record`.
static RECORD: Gil<core::cell::Cell<*mut PyObject>> = Gil(core::cell::Cell::new(core::ptr::null_mut()));

fn keep_record(o: *mut PyObject) {
    // SAFETY: OWNED: the place held the former list, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(RECORD.replace(o)) });
}

fn set_eval_frame_default(py: Py<'_>, _: &PyModuleObject) {
    dxpy_interp::eval_hook::set(py, None);
    keep_record(core::ptr::null_mut());
}

fn set_eval_frame_record(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult<()> {
    if list::check(o).is_none() {
        return Err(exceptions::type_error(py, format_args!("argument must be a list")));
    }
    keep_record(o.to_owned().into_ptr());
    dxpy_interp::eval_hook::set(py, Some(record));
    Ok(())
}

/// `record_eval`.
unsafe extern "C" fn record(
    _: *mut PyThreadState,
    f: *mut _PyInterpreterFrame,
    throw: core::ffi::c_int,
) -> *mut PyObject {
    // SAFETY: GIL; LIVE: a frame holds its function, which holds its name.
    unsafe {
        let py = Py::assume();
        let func = (*f).f_funcobj.get().as_ref().and_then(dxpy_core::function::check);
        let to = RECORD.get().as_ref().and_then(list::check);
        if let (Some(func), Some(to)) = (func, to) {
            // What cannot be recorded is run all the same.
            drop(list::push(py, to, (*func.func_name.get()).to_owned()));
        }
        dxpy_interp::eval_frame(py, f, throw != 0)
    }
}

/// There is one interpreter, whose number is 0.
fn pending_identify(py: Py<'_>, _: &PyModuleObject, id: &PyObject) -> PyResult<i32> {
    match number::as_ssize(py, id, &exceptions::OverflowError)? {
        0 => Ok(0),
        n => Err(exceptions::value_error(py, format_args!("unknown interpreter ID {n}"))),
    }
}

fn get_recursion_depth(py: Py<'_>, _: &PyModuleObject) -> i32 {
    let abi = &py.state().abi;
    abi.py_recursion_limit.get() - abi.py_recursion_remaining.get()
}

/// The settings of the only interpreter: everything is allowed, and it has its own GIL.
fn get_interp_settings(py: Py<'_>, _: &PyModuleObject, id: Option<&PyObject>) -> PyResult {
    if let Some(id) = id.filter(|o| !object::is_none(o))
        && number::as_ssize(py, id, &exceptions::OverflowError)? != 0
    {
        let shown = unicode::display(dxpy_core::protocol::repr(py, id)?.as_object());
        return Err(exceptions::not_implemented_error(
            py,
            format_args!("dx-py: _testinternalcapi.get_interp_settings() of interpreter {shown}"),
        ));
    }
    let d = dict::new(py)?;
    // `Py_RTFLAGS_*`: main objects shared, threads, daemon threads, fork, exec.
    dict::set_str(py, &d, "feature_flags", long::from_i64(py, 101_408)?.as_object())?;
    dict::set_str(py, &d, "own_gil", dxpy_core::boolean::new(true).as_object())?;
    Ok(d.upcast())
}

/// `_Py_normpath`: no `.` but a lone one, no empty and no `..` parts where they can be taken away.
fn normalize_path(py: Py<'_>, _: &PyModuleObject, path: &PyUnicodeObject) -> PyResult {
    let path = unicode::display(path.as_object());
    let start = match path.bytes().take_while(|b| *b == b'/').count() {
        0 => "",
        2 => "//",
        _ => "/",
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|p| !p.is_empty() && *p != ".") {
        match (part, parts.last()) {
            ("..", Some(last)) if *last != ".." => {
                parts.pop();
            }
            ("..", None) if !start.is_empty() => {}
            _ => parts.push(part),
        }
    }
    unicode::from_str(py, &format!("{start}{}", parts.join("/"))).map(Owned::upcast)
}

/// The encoding that the C library's locale uses: UTF-8, or ASCII for `C` and `POSIX` outside UTF-8 mode.
fn locale_encoding(py: Py<'_>, current: bool) -> PyResult<&'static str> {
    let name = if current {
        let module = dxpy_import::import::import_module(py, &*unicode::intern_str(py, "_locale")?)?;
        unicode::display(&*call::method(py, &module, dxpy_core::name!("getencoding"), [])?)
    } else {
        dxpy_import::config::get().fs_encoding.clone()
    };
    Ok(match name.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => "utf-8",
        "iso-8859-1" | "iso8859-1" | "latin-1" | "latin1" => "latin-1",
        _ => "ascii",
    })
}

/// The handlers that locale functions know.
fn locale_errors(py: Py<'_>, errors: Option<&PyObject>) -> PyResult<&'static str> {
    let Some(errors) = errors.filter(|o| !object::is_none(o)) else { return Ok("strict") };
    match unicode::display(errors).as_str() {
        "strict" => Ok("strict"),
        "surrogateescape" => Ok("surrogateescape"),
        "surrogatepass" => Ok("surrogatepass"),
        _ => Err(exceptions::value_error(py, format_args!("unsupported error handler"))),
    }
}

/// `_Py_EncodeLocaleEx`.
fn encode_locale(
    py: Py<'_>,
    _: &PyModuleObject,
    text: &PyUnicodeObject,
    current: Option<bool>,
    errors: Option<&PyObject>,
) -> PyResult {
    let encoding = locale_encoding(py, current.unwrap_or(false))?;
    let errors = locale_errors(py, errors)?;
    if errors == "surrogatepass" && encoding != "utf-8" {
        return Err(exceptions::value_error(py, format_args!("unsupported error handler")));
    }
    codecs::encode(py, text, Some(encoding), Some(errors)).map(Owned::upcast).map_err(|e| {
        let Some(start) = attr::get_name(py, e.value().as_object(), dxpy_core::name!("start")).ok() else {
            return e;
        };
        let start = long::check(&start).and_then(long::to_i64).unwrap_or(0);
        exceptions::runtime_error(py, format_args!("encode error: pos={start}, reason=encoding error"))
    })
}

fn name_of(py: Py<'_>, s: &str) -> Owned {
    unicode::intern_str(py, s).map_or_else(|_| object::none(), Owned::upcast)
}

/// `_Py_DecodeLocaleEx`.
fn decode_locale(
    py: Py<'_>,
    _: &PyModuleObject,
    text: &PyBytesObject,
    current: Option<bool>,
    errors: Option<&PyObject>,
) -> PyResult {
    let encoding = locale_encoding(py, current.unwrap_or(false))?;
    let errors = locale_errors(py, errors)?;
    if errors == "surrogatepass" && encoding != "utf-8" {
        return Err(exceptions::value_error(py, format_args!("unsupported error handler")));
    }
    let source = codecs::Source::new(bytes::as_slice(text));
    codecs::decode(py, source, Some(encoding), Some(errors)).map(Owned::upcast).map_err(|e| {
        match attr::get_name(py, e.value().as_object(), dxpy_core::name!("start")) {
            Ok(start) => {
                let start = long::check(&start).and_then(long::to_i64).unwrap_or(0);
                exceptions::runtime_error(
                    py,
                    format_args!("decode error: pos={start}, reason=decoding error"),
                )
            }
            Err(_) => e,
        }
    })
}

/// An attribute of a frame, which must be one.
fn of_frame(py: Py<'_>, o: &PyObject, name: &str) -> PyResult {
    if !o.ty().is(&dxpy_types::frame::PyFrame_Type.0) {
        return Err(exceptions::type_error(py, format_args!("argument must be a frame")));
    }
    attr::get(py, o, &*unicode::intern_str(py, name)?)
}

fn iframe_getcode(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult {
    of_frame(py, o, "f_code")
}

fn iframe_getline(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult {
    of_frame(py, o, "f_lineno")
}

fn iframe_getlasti(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult {
    of_frame(py, o, "f_lasti")
}

/// An instruction as a tuple: opcode, argument, place.
fn instruction(py: Py<'_>, op: Op, arg: i32, at: Location) -> PyResult {
    let all = [op as i32, arg, at.lineno, at.end_lineno, at.col_offset, at.end_col_offset];
    let all: Vec<Owned> =
        all.iter().map(|n| long::from_i64(py, (*n).into()).map(Owned::upcast)).collect::<PyResult<_>>()?;
    tuple::from_iter(py, all).map(Owned::upcast)
}

/// A list of names and constants as a dict from each to its place.
fn places(py: Py<'_>, keys: impl IntoIterator<Item = PyResult>) -> PyResult {
    let d = dict::new(py)?;
    for (i, key) in keys.into_iter().enumerate() {
        dict::set(py, &d, &*key?, long::from_i64(py, i as i64)?.as_object())?;
    }
    Ok(d.upcast())
}

fn name_places(py: Py<'_>, names: &NameTable) -> PyResult {
    places(py, names.list().iter().map(|n| unicode::intern_str(py, n).map(Owned::upcast)))
}

/// `_PyCode_ConstantKey`: the constant, together with its type where values of several types may be equal.
fn constant_key(py: Py<'_>, c: &Const) -> PyResult {
    match c {
        Const::Code(code) => code_object(py, code),
        Const::Value(v) => {
            let o = constants::constant(py, v)?;
            if matches!(v, Constant::None | Constant::Ellipsis | Constant::Int(_) | Constant::Str(_)) {
                return Ok(o);
            }
            tuple::from_iter(py, [o.ty().as_object().to_owned(), o]).map(Owned::upcast)
        }
    }
}

fn code_object(py: Py<'_>, code: &CodeObject) -> PyResult {
    dxpy_types::code::from_plain(py, code, &mut Cache::default()).map(Owned::upcast)
}

fn compiler_codegen(
    py: Py<'_>,
    _: &PyModuleObject,
    tree: &PyObject,
    filename: &PyUnicodeObject,
    optimize: i32,
    mode: Option<i32>,
) -> PyResult {
    codegen(py, tree, filename, optimize, mode.unwrap_or(0))
}

/// `_PyCompile_CodeGen`: the instructions of a tree, and what goes with them.
pub fn codegen(
    py: Py<'_>,
    tree: &PyObject,
    filename: &PyUnicodeObject,
    optimize: i32,
    mode: i32,
) -> PyResult {
    if !ast::is_node(py, tree)? {
        return Err(exceptions::type_error(py, format_args!("expected an AST")));
    }
    let mode = match mode {
        0 => Mode::Exec,
        1 => Mode::Eval,
        2 => Mode::Single,
        other => {
            return Err(exceptions::value_error(py, format_args!("compile mode {other}")));
        }
    };
    let (mut tree, _constants) = ast::to_tree(py, tree, mode)?;
    let optimize = u8::try_from(optimize).unwrap_or_else(|_| crate::builtins::OPTIMIZE.get());
    let how = Compile { mode, optimize, ..Compile::module() };
    let unit = source::generate(py, &mut tree, filename, how)?;
    let instrs = list::with_capacity(py, unit.instrs.instrs.len())?;
    for i in &unit.instrs.instrs {
        let jumps = i.op.has(dxpy_bytecode::flag::JUMP | dxpy_bytecode::flag::EXC);
        let label = usize::try_from(i.arg).ok().and_then(|l| unit.instrs.labels.get(l)).filter(|_| jumps);
        let arg = label.map_or(i.arg, |l| i32::try_from(*l).unwrap_or(-1));
        list::push(py, &instrs, instruction(py, i.op, arg, i.loc)?)?;
    }
    let metadata = dict::new(py)?;
    let set = |name: &str, value: Owned| dict::set_str(py, &metadata, name, &value);
    set("name", unicode::intern_str(py, &unit.name)?.upcast())?;
    set("consts", places(py, unit.consts.list().iter().map(|c| constant_key(py, c)))?)?;
    set("names", name_places(py, &unit.names)?)?;
    set("varnames", name_places(py, &unit.varnames)?)?;
    set("cellvars", name_places(py, &unit.cellvars)?)?;
    set("freevars", name_places(py, &unit.freevars)?)?;
    for (name, n) in [
        ("argcount", unit.argcount - unit.posonlyargcount),
        ("posonlyargcount", unit.posonlyargcount),
        ("kwonlyargcount", unit.kwonlyargcount),
    ] {
        set(name, long::from_i64(py, n.into())?.upcast())?;
    }
    tuple::from_iter(py, [instrs.upcast(), metadata.upcast()]).map(Owned::upcast)
}

/// `instructions_to_cfg`: what a list of tuples says.
fn read_instructions(py: Py<'_>, o: &PyObject) -> PyResult<Vec<Instr>> {
    let Some(l) = list::check(o) else {
        return Err(exceptions::value_error(py, format_args!("expected a list")));
    };
    let items: Vec<Owned> = list::items(l).iter().map(|i| (*i).to_owned()).collect();
    items
        .iter()
        .map(|item| {
            let numbers = tuple::check(item).map(tuple::items).unwrap_or_default();
            let &[op, arg, lineno, end_lineno, col, end_col] = numbers else {
                return Err(exceptions::value_error(py, format_args!("expected a 6-tuple")));
            };
            let int = |o: &PyObject| -> PyResult<i32> {
                let n = number::as_ssize(py, o, &exceptions::OverflowError)?;
                i32::try_from(n)
                    .map_err(|_| exceptions::overflow_error(py, format_args!("number of an instruction")))
            };
            let number = int(op)?;
            let op = u16::try_from(number).ok().and_then(Op::from_number);
            let op = op.ok_or_else(|| exceptions::value_error(py, format_args!("no opcode {number}")))?;
            let loc = Location {
                lineno: int(lineno)?,
                end_lineno: int(end_lineno)?,
                col_offset: int(col)?,
                end_col_offset: int(end_col)?,
            };
            // The argument of an instruction without one is not looked at.
            let arg = if op.has(dxpy_bytecode::flag::ARG | dxpy_bytecode::flag::EXC) { int(arg)? } else { 0 };
            Ok(Instr { op, arg, loc })
        })
        .collect()
}

fn read_constant(py: Py<'_>, o: &PyObject) -> PyResult<Const> {
    constants::from_object(o).map(Const::Value).ok_or_else(|| {
        let ty = call::type_name(o.ty());
        exceptions::not_implemented_error(py, format_args!("dx-py: a constant of type {ty}"))
    })
}

fn assemble_error(py: Py<'_>, e: &AssembleError) -> PyErr {
    exceptions::value_error(py, format_args!("{e}"))
}

fn optimize_cfg(
    py: Py<'_>,
    _: &PyModuleObject,
    instructions: &PyObject,
    consts: &PyObject,
    nlocals: i32,
) -> PyResult {
    optimized(py, instructions, consts, nlocals)
}

/// `_PyCompile_OptimizeCfg`: optimised instructions; the list of constants becomes that of those that are left.
pub fn optimized(py: Py<'_>, instructions: &PyObject, consts: &PyObject, nlocals: i32) -> PyResult {
    let Some(constant_list) = list::check(consts) else {
        return Err(exceptions::type_error(py, format_args!("expected a list of constants")));
    };
    let instrs = read_instructions(py, instructions)?;
    let objects: Vec<Owned> = list::items(constant_list).iter().map(|i| (*i).to_owned()).collect();
    let values: Vec<Const> = objects.iter().map(|o| read_constant(py, o)).collect::<PyResult<_>>()?;
    let nlocals = usize::try_from(nlocals).unwrap_or(0);
    let (instrs, values) =
        internals::optimize_cfg(&instrs, values, nlocals).map_err(|e| assemble_error(py, &e))?;
    // The list given becomes the list of the constants that are left.
    list::clear(py, constant_list);
    for v in &values {
        let v = match v {
            Const::Value(v) => constants::constant(py, v)?,
            Const::Code(code) => code_object(py, code)?,
        };
        list::push(py, constant_list, v)?;
    }
    let out = list::with_capacity(py, instrs.len())?;
    for i in instrs {
        list::push(py, &out, instruction(py, i.op, i.arg, i.loc)?)?;
    }
    Ok(out.upcast())
}

/// The keys of a dict from each to its place, in the order of the places.
fn read_places(py: Py<'_>, o: &PyObject) -> PyResult<Vec<Owned>> {
    let Some(d) = dict::check(o) else {
        return Err(exceptions::type_error(py, format_args!("expected a dict of places")));
    };
    let mut all = dict::items(d)
        .into_iter()
        .map(|(k, v)| Ok((number::as_ssize(py, &v, &exceptions::OverflowError)?, k)))
        .collect::<PyResult<Vec<(isize, Owned)>>>()?;
    all.sort_by_key(|(place, _)| *place);
    Ok(all.into_iter().map(|(_, k)| k).collect())
}

fn read_names(py: Py<'_>, metadata: &PyDictObject, key: &str) -> PyResult<NameTable> {
    let mut table = NameTable::default();
    for name in read_places(py, &*need(py, metadata, key)?)? {
        table.add(&read_ident(py, &name)?);
    }
    Ok(table)
}

fn read_ident(py: Py<'_>, o: &PyObject) -> PyResult<Ident> {
    match unicode::check(o) {
        Some(s) => Ok(unicode::utf8(py, s)?.as_ref().into()),
        None => Err(exceptions::type_error(py, format_args!("expected a str"))),
    }
}

fn need(py: Py<'_>, metadata: &PyDictObject, key: &str) -> PyResult {
    dict::get_str(py, metadata, key)?.ok_or_else(|| exceptions::key_error(py, &name_of(py, key)))
}

fn assemble_code_object(
    py: Py<'_>,
    _: &PyModuleObject,
    filename: &PyUnicodeObject,
    instructions: &PyObject,
    metadata: &PyDictObject,
) -> PyResult {
    assembled(py, filename, instructions, metadata)
}

/// `_PyCompile_Assemble`: a code object of instructions and of what goes with them.
pub fn assembled(
    py: Py<'_>,
    filename: &PyUnicodeObject,
    instructions: &PyObject,
    metadata: &PyDictObject,
) -> PyResult {
    let instrs = read_instructions(py, instructions)?;
    let ident = |key: &str| read_ident(py, &*need(py, metadata, key)?);
    let count = |key: &str| -> PyResult<i32> {
        let n = number::as_ssize(py, &*need(py, metadata, key)?, &exceptions::OverflowError)?;
        let n = i32::try_from(n).ok().filter(|n| *n >= 0);
        n.ok_or_else(|| exceptions::value_error(py, format_args!("{key} out of range")))
    };
    let consts = read_places(py, &*need(py, metadata, "consts")?)?;
    let consts = consts.iter().map(|o| read_constant(py, o)).collect::<PyResult<_>>()?;
    let hidden = read_places(py, &*need(py, metadata, "fasthidden")?)?;
    let unit = Unit {
        name: ident("name")?,
        qualname: ident("qualname")?,
        instrs: InstrSequence::default(),
        consts: ConstTable::from_list(consts),
        names: read_names(py, metadata, "names")?,
        varnames: read_names(py, metadata, "varnames")?,
        cellvars: read_names(py, metadata, "cellvars")?,
        freevars: read_names(py, metadata, "freevars")?,
        fasthidden: hidden.iter().map(|o| read_ident(py, o)).collect::<PyResult<_>>()?,
        argcount: (count("argcount")? + count("posonlyargcount")?) as u32,
        posonlyargcount: count("posonlyargcount")? as u32,
        kwonlyargcount: count("kwonlyargcount")? as u32,
        firstlineno: count("firstlineno")?,
        flags: 0,
        is_generator_like: false,
        add_none: false,
        private: None,
    };
    let filename = PyStr::from_code_points(unicode::code_points(filename));
    let code =
        internals::assemble_code_object(&instrs, unit, &filename).map_err(|e| assemble_error(py, &e))?;
    code_object(py, &code)
}
