//! Functions of `builtins` that compile and run code, and those that see the running frame.

use crate::ast;
use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, audit, bytes, call, cell, dict, exceptions, hooks, list, name, object,
    protocol, sequence, tuple, types, unicode,
};
use dxpy_import::source::{self, Compile, flag};
use dxpy_parser::Mode;
use dxpy_types::{code, frame, locals};

type M = PyModuleObject;

/// Flags a program may pass: those of future features.
const FUTURE: u32 = 0x1FE_0000;

pub fn globals(py: Py<'_>, _: &M) -> PyResult {
    Ok(hooks::globals(py).map_or_else(object::none, Owned::upcast))
}

pub fn locals(py: Py<'_>, _: &M) -> PyResult {
    locals::current(py)?.ok_or_else(|| exceptions::system_error(py, format_args!("frame does not exist")))
}

pub fn vars(py: Py<'_>, m: &M, o: Option<&PyObject>) -> PyResult {
    let Some(o) = o else { return locals(py, m) };
    attr::lookup_name(py, o, name!("__dict__"))?.ok_or_else(|| {
        exceptions::type_error(py, format_args!("vars() argument must have __dict__ attribute"))
    })
}

/// `PyObject_Dir`: the names in the running frame, or what the object's `__dir__` says, sorted.
pub fn dir(py: Py<'_>, _: &M, o: Option<&PyObject>) -> PyResult {
    let names = match o {
        None => {
            let Some(l) = locals::current(py)? else {
                return Err(exceptions::system_error(py, format_args!("frame does not exist")));
            };
            match dict::check_exact(&l) {
                Some(d) => list::from_iter(py, dict::items(d).into_iter().map(|(k, _)| k))?.upcast(),
                None => {
                    let keys = call::method(py, &l, name!("keys"), [])?;
                    sequence::to_list(py, &keys)?.upcast()
                }
            }
        }
        Some(o) => {
            let Some(f) = types::special::bound(py, o, name!("__dir__"))? else {
                return Err(exceptions::type_error(py, format_args!("object does not provide __dir__")));
            };
            let given = call::call(py, &f, [])?;
            sequence::to_list(py, &given)?.upcast()
        }
    };
    call::method(py, &names, name!("sort"), [])?;
    Ok(names)
}

/// The future features and the optimisation of the code that runs.
fn inherited(py: Py<'_>) -> u32 {
    let f = frame::current(py);
    if f.is_null() {
        return 0;
    }
    // SAFETY: the frame runs.
    unsafe { frame::code_of(f).co_flags.get() as u32 & FUTURE }
}

/// `_Py_SourceAsString`: the text, and whether it is a str, in which a coding cookie means nothing.
pub(crate) fn text_of(py: Py<'_>, o: &PyObject, func: &str, what: &str) -> PyResult<(Vec<u8>, bool)> {
    let (text, is_str) = if let Some(s) = unicode::check(o) {
        (unicode::utf8_cached(py, s)?.to_vec(), true)
    } else if let Some(b) = bytes::check(o) {
        (bytes::as_slice(b).to_vec(), false)
    } else if dxpy_core::buffer::check(o) {
        let b = call::call(py, bytes::PyBytes_Type.as_object(), [o])?;
        (bytes::check(&b).map(|b| bytes::as_slice(b).to_vec()).unwrap_or_default(), false)
    } else {
        return Err(exceptions::type_error(py, format_args!("{func}() arg 1 must be a {what} object")));
    };
    if text.contains(&0) {
        let text = unicode::from_str(py, "source code string cannot contain null bytes")?;
        return Err(exceptions::create(py, &exceptions::SyntaxError, Some(text.as_object())));
    }
    Ok((text, is_str))
}

/// Puts `__builtins__` where the code will look for it.
fn add_builtins(py: Py<'_>, globals: &PyDictObject) -> PyResult<()> {
    let key = name!("__builtins__").obj(py);
    if !dict::contains(py, globals, key)? {
        dict::set(py, globals, key, &*hooks::builtins(py)?)?;
    }
    Ok(())
}

/// Globals and locals of `exec` and `eval`: given, or the running frame's.
fn namespaces(
    py: Py<'_>,
    func: &str,
    g: Option<&PyObject>,
    l: Option<&PyObject>,
) -> PyResult<(Owned<PyDictObject>, Owned)> {
    let g = g.filter(|o| !object::is_none(o));
    let l = l.filter(|o| !object::is_none(o));
    let (g, l) = match (g, l) {
        (None, l) => {
            let Some(g) = hooks::globals(py) else {
                return Err(exceptions::type_error(
                    py,
                    format_args!("{func} must be given globals and locals when called without a frame"),
                ));
            };
            let l = match l {
                Some(l) => l.to_owned(),
                None => locals::current(py)?.unwrap_or_else(|| g.as_object().to_owned()),
            };
            (g, l)
        }
        (Some(g), l) => {
            let Some(d) = dict::check(g) else {
                let e = if func == "exec" {
                    format!("exec() globals must be a dict, not {}", type_name(g.ty()))
                } else if sequence::is_mapping(g) {
                    "globals must be a real dict; try eval(code, {}, mapping)".to_owned()
                } else {
                    "globals must be a dict".to_owned()
                };
                return Err(exceptions::type_error(py, format_args!("{e}")));
            };
            (d.to_owned(), l.unwrap_or(g).to_owned())
        }
    };
    if !sequence::is_mapping(&l) {
        let e = if func == "exec" {
            format!("locals must be a mapping or None, not {}", type_name(l.ty()))
        } else {
            "locals must be a mapping".to_owned()
        };
        return Err(exceptions::type_error(py, format_args!("{e}")));
    }
    add_builtins(py, &g)?;
    Ok((g, l))
}

fn free_variables(c: &PyCodeObject) -> usize {
    c.co_nfreevars.get() as usize
}

pub fn eval(py: Py<'_>, _: &M, src: &PyObject, g: Option<&PyObject>, l: Option<&PyObject>) -> PyResult {
    // CPython looks at the mapping before the globals.
    if let Some(l) = l.filter(|l| !object::is_none(l))
        && !sequence::is_mapping(l)
    {
        return Err(exceptions::type_error(py, format_args!("locals must be a mapping")));
    }
    let (g, l) = namespaces(py, "eval", g, l)?;
    if let Some(c) = code::check(src) {
        if free_variables(c) > 0 {
            return Err(exceptions::type_error(
                py,
                format_args!("code object passed to eval() may not contain free variables"),
            ));
        }
        audit::event(py, "exec", [c.as_object()])?;
        return dxpy_interp::eval_code(py, c, g.as_object(), &l);
    }
    let (text, is_str) = text_of(py, src, "eval", "string, bytes or code")?;
    let start = text.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(text.len());
    run_text(py, &text[start..], Mode::Eval, is_str, &g, &l)
}

fn run_text(py: Py<'_>, text: &[u8], mode: Mode, is_str: bool, g: &PyDictObject, l: &PyObject) -> PyResult {
    let how = Compile {
        mode,
        flags: inherited(py),
        optimize: optimization(),
        ignore_cookie: is_str,
        ..Compile::module()
    };
    let file = unicode::from_str(py, "<string>")?;
    let c = source::compile(py, text, &file, how)?;
    audit::event(py, "exec", [c.as_object()])?;
    dxpy_interp::eval_code(py, &c, g.as_object(), l)
}

/// `-O`'s level.
fn optimization() -> u8 {
    OPTIMIZE.get()
}

/// Set at start-up from the command line.
pub static OPTIMIZE: dxpy_core::statics::Gil<core::cell::Cell<u8>> =
    dxpy_core::statics::Gil(core::cell::Cell::new(0));

pub fn exec(
    py: Py<'_>,
    _: &M,
    src: &PyObject,
    g: Option<&PyObject>,
    l: Option<&PyObject>,
    closure: Option<&PyObject>,
) -> PyResult<()> {
    let closure = closure.filter(|c| !object::is_none(c));
    let (g, l) = namespaces(py, "exec", g, l)?;
    let Some(c) = code::check(src) else {
        if closure.is_some() {
            return Err(exceptions::type_error(
                py,
                format_args!("closure can only be used when source is a code object"),
            ));
        }
        let (text, is_str) = text_of(py, src, "exec", "string, bytes or code")?;
        return run_text(py, &text, Mode::Exec, is_str, &g, &l).map(drop);
    };
    let free = free_variables(c);
    audit::event(py, "exec", [c.as_object()])?;
    if free == 0 {
        if closure.is_some() {
            return Err(exceptions::type_error(
                py,
                format_args!("cannot use a closure with this code object"),
            ));
        }
        return dxpy_interp::eval_code(py, c, g.as_object(), &l).map(drop);
    }
    let cells = closure
        .and_then(tuple::check_exact)
        .filter(|t| tuple::len(t) == free && tuple::items(t).iter().all(|c| cell::check(c).is_some()));
    let Some(cells) = cells else {
        return Err(exceptions::type_error(
            py,
            format_args!("code object requires a closure of exactly length {free}"),
        ));
    };
    let func = dxpy_interp::make_function(py, c, g.as_object())?;
    func.func_closure.set(cells.to_owned().into_ptr());
    dxpy_interp::eval_function(py, &func, &l).map(drop)
}

/// `PyUnicode_FSDecoder` for names of files that need not exist.
pub(crate) fn file_name(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    let path = if unicode::check(o).is_some() || bytes::check(o).is_some() {
        o.to_owned()
    } else {
        match types::special::bound(py, o, name!("__fspath__"))? {
            Some(f) => call::call(py, &f, [])?,
            None => {
                return Err(exceptions::type_error(
                    py,
                    format_args!("expected str, bytes or os.PathLike object, not {}", type_name(o.ty())),
                ));
            }
        }
    };
    let s = match bytes::check(&path) {
        Some(b) => {
            let source = dxpy_core::codecs::Source::new(bytes::as_slice(b));
            dxpy_core::codecs::decode(py, source, Some("utf-8"), Some("surrogateescape"))?
        }
        None => match unicode::check(&path) {
            Some(s) => s.to_owned(),
            None => {
                return Err(exceptions::type_error(
                    py,
                    format_args!(
                        "expected {}.__fspath__() to return str or bytes, not {}",
                        type_name(o.ty()),
                        type_name(path.ty())
                    ),
                ));
            }
        },
    };
    if unicode::code_points(&s).any(|c| c == 0) {
        return Err(exceptions::value_error(py, format_args!("embedded null character")));
    }
    Ok(s)
}

/// What `compile` takes from `PyCF_*`: tree only, await at top level, type comments, no implied dedent, incomplete input.
const COMPILE_FLAGS: u32 = flag::ONLY_AST
    | flag::ALLOW_TOP_LEVEL_AWAIT
    | flag::TYPE_COMMENTS
    | flag::DONT_IMPLY_DEDENT
    | flag::ALLOW_INCOMPLETE;

/// `CO_NESTED`, which once was a future feature (`PyCF_MASK_OBSOLETE`).
const OBSOLETE: u32 = 0x10;

#[allow(clippy::too_many_arguments)]
pub fn compile(
    py: Py<'_>,
    _: &M,
    src: &PyObject,
    filename: &PyObject,
    mode: &PyUnicodeObject,
    flags: Option<i32>,
    dont_inherit: Option<bool>,
    optimize: Option<i32>,
    feature_version: Option<i32>,
) -> PyResult {
    let filename = file_name(py, filename)?;
    let (flags, optimize) = (flags.unwrap_or(0) as u32, optimize.unwrap_or(-1));
    if flags & !(FUTURE | OBSOLETE | COMPILE_FLAGS) != 0 {
        return Err(exceptions::value_error(py, format_args!("compile(): unrecognised flags")));
    }
    if !(-1..=2).contains(&optimize) {
        return Err(exceptions::value_error(py, format_args!("compile(): invalid optimize value")));
    }
    let only_ast = flags & flag::ONLY_AST != 0;
    let all = flags | if dont_inherit.unwrap_or(false) { 0 } else { inherited(py) };
    let mode = match unicode::display(mode.as_object()).as_str() {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        "func_type" if only_ast => Mode::FuncType,
        other => {
            let text = match (other, only_ast) {
                ("func_type", _) => "compile() mode 'func_type' requires flag PyCF_ONLY_AST",
                (_, true) => "compile() mode must be 'exec', 'eval', 'single' or 'func_type'",
                _ => "compile() mode must be 'exec', 'eval' or 'single'",
            };
            return Err(exceptions::value_error(py, format_args!("{text}")));
        }
    };
    let optimize = if optimize < 0 { optimization() } else { optimize as u8 };
    let how = Compile { mode, flags: all, optimize, ..Compile::module() };
    if ast::is_node(py, src)? {
        if only_ast {
            return Ok(src.to_owned());
        }
        let (mut tree, mut constants) = ast::to_tree(py, src, mode)?;
        return source::compile_given_tree(py, &mut tree, &filename, how, &mut constants).map(Owned::upcast);
    }
    let (text, is_str) = text_of(py, src, "compile", "string, bytes or AST")?;
    // `PyParser_ASTFromStringObject` raises the event before it reads a source.
    let event = unicode::from_utf8(py, &text).map_or_else(|_| src.to_owned(), Owned::upcast);
    dxpy_core::audit::event(py, "compile", [&event, filename.as_object()])?;
    let feature_version = feature_version.filter(|v| *v >= 0 && only_ast);
    let how = Compile { ignore_cookie: is_str, feature_version, ..how };
    if only_ast {
        let tree = source::parse(py, &text, &filename, how)?;
        return ast::to_object(py, &tree);
    }
    source::compile(py, &text, &filename, how).map(Owned::upcast)
}

/// A stream of `sys`, unless it is missing or None.
fn stream(py: Py<'_>, n: &unicode::Name) -> PyResult<Option<Owned>> {
    dict::get_name(py, dxpy_core::module::dict_of(dxpy_import::state::sys()), n)
}

/// What a stream says of its encoding; `None` where it says nothing.
fn encoding_of(py: Py<'_>, stream: &PyObject) -> Option<(String, String)> {
    let of = |n: &unicode::Name| {
        let v = dxpy_core::attr::get_name(py, stream, n).ok()?;
        unicode::check(&v).map(|v| unicode::display(v.as_object()))
    };
    Some((of(name!("encoding"))?, of(name!("errors"))?))
}

/// Whether a stream is this descriptor, and a terminal.
fn is_terminal(py: Py<'_>, stream: &PyObject, fd: i32) -> bool {
    let number = call::method(py, stream, name!("fileno"), []).ok();
    let number = number.as_ref().and_then(|n| dxpy_core::long::check(n)).and_then(dxpy_core::long::to_i64);
    number == Some(fd.into()) && dxpy_host::fd::isatty(fd)
}

/// `input` where a person sits at both ends: the line is read by `PyOS_Readline`. `None` where that cannot be.
fn input_at_terminal(
    py: Py<'_>,
    fin: &PyObject,
    out: &PyObject,
    prompt: Option<&PyObject>,
) -> PyResult<Option<Owned>> {
    let Some((encoding, errors)) = encoding_of(py, fin) else { return Ok(None) };
    drop(call::method(py, out, name!("flush"), []));
    let mut shown = Vec::new();
    if let Some(p) = prompt {
        let Some((encoding, errors)) = encoding_of(py, out) else { return Ok(None) };
        let s = protocol::str(py, p)?;
        let b = dxpy_core::codecs::encode(py, &s, Some(&encoding), Some(&errors))?;
        shown =
            dxpy_core::bytes::check(&b).map(|b| dxpy_core::bytes::as_slice(b).to_vec()).unwrap_or_default();
        if shown.contains(&0) {
            return Err(exceptions::value_error(
                py,
                format_args!("input: prompt string cannot contain null characters"),
            ));
        }
    }
    let Some(mut line) = dxpy_import::readline::read_line(py, &shown)? else {
        return Err(exceptions::create(py, &exceptions::EOFError, None));
    };
    // As C's strings end.
    line.truncate(line.iter().position(|b| *b == 0).unwrap_or(line.len()));
    if line.pop().is_some_and(|b| b == b'\n') && line.last() == Some(&b'\r') {
        line.pop();
    }
    let source = dxpy_core::codecs::Source::new(&line);
    let s = dxpy_core::codecs::decode(py, source, Some(&encoding), Some(&errors))?;
    audit::event(py, "builtins.input/result", [s.as_object()])?;
    Ok(Some(s.upcast()))
}

/// `builtin_input`.
pub fn input(py: Py<'_>, _: &M, prompt: Option<&PyObject>) -> PyResult {
    let need = |n: &'static unicode::Name, what: &str| -> PyResult<Owned> {
        stream(py, n)?
            .filter(|f| !object::is_none(f))
            .ok_or_else(|| exceptions::runtime_error(py, format_args!("input(): lost sys.{what}")))
    };
    let fin = need(name!("stdin"), "stdin")?;
    let out = need(name!("stdout"), "stdout")?;
    let err = need(name!("stderr"), "stderr")?;
    audit::event_with(py, "builtins.input", || {
        tuple::from_iter(py, [prompt.map_or_else(object::none, Object::to_owned)])
    })?;
    drop(call::method(py, &err, name!("flush"), []));
    if is_terminal(py, &fin, 0)
        && is_terminal(py, &out, 1)
        && let Some(line) = input_at_terminal(py, &fin, &out, prompt)?
    {
        return Ok(line);
    }
    if let Some(p) = prompt {
        let s = protocol::str(py, p)?;
        call::method(py, &out, name!("write"), [s.as_object()])?;
    }
    drop(call::method(py, &out, name!("flush"), []));
    let line = call::method(py, &fin, name!("readline"), [])?;
    let Some(s) = unicode::check(&line) else {
        return Err(exceptions::type_error(py, format_args!("object.readline() returned non-string")));
    };
    let n = unicode::len(s);
    if n == 0 {
        return Err(exceptions::format(py, &exceptions::EOFError, format_args!("EOF when reading a line")));
    }
    let ends = unicode::code_points(s).last() == Some(u32::from('\n'));
    let s = unicode::substring(py, s, 0, if ends { n - 1 } else { n })?;
    audit::event(py, "builtins.input/result", [s.as_object()])?;
    Ok(s.upcast())
}

/// `builtin_breakpoint`.
pub fn breakpoint(py: Py<'_>, _: &M, args: Rest<'_>, kw: dxpy_core::args::Keywords<'_>) -> PyResult {
    let Some(hook) = stream(py, name!("breakpointhook"))? else {
        return Err(lost_hook(py));
    };
    audit::event(py, "builtins.breakpoint", [&*hook])?;
    // SAFETY: LIVE: arguments of the call.
    let all = tuple::from_iter(py, args.0.iter().map(|a| unsafe { &**a }.to_owned()).collect::<Vec<_>>())?;
    let kw = kw.to_dict(py)?;
    call::call_tuple(py, &hook, &all, Some(&*kw).filter(|k| dict::len(k) > 0))
}

fn lost_hook(py: Py<'_>) -> PyErr {
    exceptions::runtime_error(py, format_args!("lost sys.breakpointhook"))
}

/// `__debug__`.
pub fn debug() -> Owned<PyLongObject> {
    dxpy_core::boolean::new(optimization() == 0)
}
