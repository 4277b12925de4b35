//! Source text to code objects (`Py_CompileStringObject`): parser and compiler with their errors as `SyntaxError`s and
//! their warnings issued.

use std::cell::Cell;
use std::os::unix::ffi::OsStrExt;

use dxpy_ast::{Mod, PyStr};
use dxpy_compiler::{CompileError, Origin};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, codecs, exceptions, long, object, protocol, tuple, unicode};
use dxpy_parser::ErrorKind;
pub use dxpy_parser::Mode;
use dxpy_types::code::Cache;

/// The runtime's Unicode tables for the parser, and its codecs.
pub struct Tables<'py> {
    py: Py<'py>,
    /// An exception of a codec's that is no `SyntaxError` to the tokenizer.
    failed: Cell<Option<PyErr>>,
}

impl<'py> Tables<'py> {
    pub fn new(py: Py<'py>) -> Self {
        Tables { py, failed: Cell::new(None) }
    }
    /// The exception that a codec raised, if it is to be raised as it is.
    pub fn failure(&self) -> Option<PyErr> {
        self.failed.take()
    }
    /// What `unicodedata.normalize` makes of an identifier (`_PyPegen_new_identifier`).
    fn normalized(&self, s: &str) -> PyResult<String> {
        let py = self.py;
        let module = crate::import::import_module(py, &*unicode::intern_str(py, "unicodedata")?)?;
        let (form, text) = (unicode::intern_str(py, "NFKC")?, unicode::from_str(py, s)?);
        let args = [form.as_object(), text.as_object()];
        let made = dxpy_core::call::method(py, &module, dxpy_core::name!("normalize"), args)?;
        match unicode::check(&made) {
            Some(s) => Ok(unicode::utf8(py, s)?.into_owned()),
            None => Err(exceptions::type_error(
                py,
                format_args!(
                    "unicodedata.normalize() must return a string, not {}",
                    dxpy_core::call::type_name(made.ty())
                ),
            )),
        }
    }
    /// The source's text in UTF-8.
    fn decoded(&self, encoding: &str, bytes: &[u8]) -> PyResult<String> {
        let text = codecs::decode(self.py, codecs::Source::new(bytes), Some(encoding), None)?;
        Ok(unicode::utf8(self.py, &text)?.into_owned())
    }
}

impl dxpy_parser::Unicode for Tables<'_> {
    fn decode_source(&self, encoding: &str, bytes: &[u8]) -> Option<Result<String, String>> {
        // `raise_tokenizer_init_error`: the text of these three is that of the `SyntaxError`.
        let as_text = |e: PyErr| -> Result<String, PyErr> {
            let kinds = [&exceptions::LookupError, &exceptions::SyntaxError, &exceptions::UnicodeDecodeError];
            if !kinds.iter().any(|k| exceptions::matches(&e, k)) {
                return Err(e);
            }
            Ok(unicode::display(protocol::str(self.py, e.value().as_object())?.as_object()))
        };
        Some(match self.decoded(encoding, bytes) {
            Ok(text) => Ok(text),
            Err(e) => Err(as_text(e).unwrap_or_else(|e| {
                self.failed.set(Some(e));
                String::new()
            })),
        })
    }
    fn is_xid_start(&self, c: char) -> bool {
        dxpy_text::unicode::is_xid_start(c as u32)
    }
    fn is_xid_continue(&self, c: char) -> bool {
        dxpy_text::unicode::is_xid_continue(c as u32)
    }
    fn is_printable(&self, c: char) -> bool {
        dxpy_text::unicode::is_printable(c as u32)
    }
    fn nfkc(&self, s: &str) -> Option<String> {
        // The parser asks for identifiers outside ASCII, and a program may have put a function of its own there.
        match self.normalized(s) {
            Ok(text) => Some(text),
            Err(e) => {
                self.failed.set(Some(e));
                Some(String::new())
            }
        }
    }
    fn has_names(&self) -> bool {
        // A program may have put None in the module's place.
        let found = dxpy_core::hooks::sys_modules(self.py).and_then(|modules| {
            dxpy_ops::names::mapping_get(self.py, &modules, dxpy_core::name!("unicodedata").obj(self.py))
        });
        !matches!(found, Ok(Some(m)) if dxpy_core::object::is_none(&m))
    }
    fn by_name(&self, name: &str) -> Option<u32> {
        dxpy_text::unicode::names::by_name(name)
    }
}

/// How to compile.
#[derive(Clone, Copy)]
pub struct Compile {
    pub mode: Mode,
    /// `PyCF_*` and future features.
    pub flags: u32,
    /// 0, 1 or 2, as `-O`.
    pub optimize: u8,
    /// The source is a str: a coding cookie means nothing (`PyCF_IGNORE_COOKIE`).
    pub ignore_cookie: bool,
    /// The source is the file that is run as a script, which CPython reads line by line with errors of its own.
    pub script: bool,
    /// The minor version of the language whose syntax is accepted, if not this one's.
    pub feature_version: Option<i32>,
}

impl Compile {
    /// A module's source, in bytes.
    pub fn module() -> Compile {
        Compile {
            mode: Mode::Exec,
            flags: 0,
            optimize: 0,
            ignore_cookie: false,
            script: false,
            feature_version: None,
        }
    }
}

/// `PyCF_*` flags that this module reads.
pub mod flag {
    pub const DONT_IMPLY_DEDENT: u32 = 0x200;
    pub const ONLY_AST: u32 = 0x400;
    pub const IGNORE_COOKIE: u32 = 0x800;
    pub const TYPE_COMMENTS: u32 = 0x1000;
    pub const ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;
    pub const ALLOW_INCOMPLETE: u32 = 0x4000;
    pub const BARRY_AS_FLUFL: u32 = 0x400000;
}

/// Parses source into a tree (`_PyParser_ASTFromString`).
pub fn parse(py: Py<'_>, source: &[u8], filename: &PyUnicodeObject, how: Compile) -> PyResult<Mod> {
    dxpy_core::audit::event_with(py, "compile", || {
        let text = dxpy_core::bytes::new(py, source)?;
        dxpy_core::tuple::from_iter(py, [text.upcast(), filename.as_object().to_owned()])
    })?;
    let mut opts = dxpy_parser::Options::new(how.mode);
    opts.type_comments = how.flags & flag::TYPE_COMMENTS != 0;
    opts.barry_as_flufl = how.flags & flag::BARRY_AS_FLUFL != 0;
    opts.dont_imply_dedent = how.flags & flag::DONT_IMPLY_DEDENT != 0;
    opts.allow_incomplete = how.flags & flag::ALLOW_INCOMPLETE != 0;
    opts.ignore_cookie = how.ignore_cookie || how.flags & flag::IGNORE_COOKIE != 0;
    opts.int_max_str_digits = long::MAX_STR_DIGITS.get();
    if let Some(v) = how.feature_version {
        opts.feature_version = u8::try_from(v).unwrap_or(u8::MAX);
    }
    let mut warnings = Vec::new();
    opts.file = how.script.then(|| unicode::display(filename.as_object()));
    let tables = Tables::new(py);
    let r = dxpy_parser::parse_with(source, &opts, &tables, &mut warnings);
    if let Some(e) = tables.failure() {
        return Err(e);
    }
    for w in &warnings {
        let category = match w.kind {
            dxpy_parser::WarningKind::Syntax => &exceptions::SyntaxWarning,
            dxpy_parser::WarningKind::Deprecation => &exceptions::DeprecationWarning,
        };
        warn(py, category, &w.message, filename, w.lineno).map_err(|e| {
            if exceptions::matches(&e, category) { syntax_error(py, &w.error, filename) } else { e }
        })?;
    }
    r.map_err(|e| syntax_error(py, &e, filename))
}

/// `PyErr_WarnExplicitObject` for the compiler.
fn warn(
    py: Py<'_>,
    category: &'static dxpy_core::statics::StaticType,
    text: &str,
    filename: &PyUnicodeObject,
    lineno: i32,
) -> PyResult<()> {
    match dxpy_core::hooks::HOOKS.warn_explicit.get() {
        Some(f) => f(py, category, text, filename, lineno),
        None => Ok(()),
    }
}

/// The text of a str as the compiler holds it.
pub fn plain(s: &PyUnicodeObject) -> PyStr {
    PyStr::from_code_points(unicode::code_points(s))
}

/// Compiles source to a code object.
pub fn compile(
    py: Py<'_>,
    source: &[u8],
    filename: &PyUnicodeObject,
    how: Compile,
) -> PyResult<Owned<PyCodeObject>> {
    let mut tree = parse(py, source, filename, how)?;
    compile_tree(py, &mut tree, filename, how, &mut Cache::default())
}

/// Compiles a tree that a program made, after checking it (`_PyAST_Validate`). Its constants are the program's objects.
pub fn compile_given_tree(
    py: Py<'_>,
    tree: &mut Mod,
    filename: &PyUnicodeObject,
    how: Compile,
    constants: &mut Cache,
) -> PyResult<Owned<PyCodeObject>> {
    dxpy_compiler::validate::validate_within(tree, used_depth(py))
        .map_err(|e| compile_error(py, e, filename))?;
    compile_tree(py, tree, filename, how, constants)
}

/// `_PyAST_Compile`: a tree to a code object. `constants` has the objects of constants that are there already.
pub fn compile_tree(
    py: Py<'_>,
    tree: &mut Mod,
    filename: &PyUnicodeObject,
    how: Compile,
    constants: &mut Cache,
) -> PyResult<Owned<PyCodeObject>> {
    let mut warnings = Vec::new();
    let r = dxpy_compiler::compile(tree, &plain(filename), options(py, how), &mut warnings);
    issue(py, warnings, filename)?;
    match r {
        Ok(code) => dxpy_types::code::from_plain(py, &code, constants),
        Err(e) => Err(compile_error(py, e, filename)),
    }
}

/// `_PyCompile_CodeGen`: the instructions of a tree's outermost scope, neither optimised nor assembled.
pub fn generate(
    py: Py<'_>,
    tree: &mut Mod,
    filename: &PyUnicodeObject,
    how: Compile,
) -> PyResult<dxpy_compiler::instr::Unit> {
    let mut warnings = Vec::new();
    let r = dxpy_compiler::generate(tree, &plain(filename), options(py, how), &mut warnings);
    issue(py, warnings, filename)?;
    r.map_err(|e| compile_error(py, e, filename))
}

fn options(py: Py<'_>, how: Compile) -> dxpy_compiler::Options {
    dxpy_compiler::Options {
        optimize: how.optimize,
        flags: how.flags & (dxpy_compiler::FLAGS_MASK | dxpy_compiler::ALLOW_TOP_LEVEL_AWAIT),
        used_depth: used_depth(py),
        printable: |c| dxpy_text::unicode::is_printable(c),
    }
}

/// Issues the warnings of a compilation.
fn issue(py: Py<'_>, warnings: Vec<dxpy_compiler::Warning>, filename: &PyUnicodeObject) -> PyResult<()> {
    for w in warnings {
        let category = match w.kind {
            dxpy_compiler::WarningKind::Syntax => &exceptions::SyntaxWarning,
            dxpy_compiler::WarningKind::Deprecation => &exceptions::DeprecationWarning,
        };
        warn(py, category, &w.message, filename, w.range.lineno).map_err(|e| {
            if w.kind == dxpy_compiler::WarningKind::Syntax && exceptions::matches(&e, category) {
                ranged_error(py, &w.message, w.range, filename, Origin::Generator)
            } else {
                e
            }
        })?;
    }
    Ok(())
}

/// The symbol table of some source (`_Py_SymtableStringObjectFlags`), for as long as `read` runs.
pub fn with_symbols<R>(
    py: Py<'_>,
    source: &[u8],
    filename: &PyUnicodeObject,
    how: Compile,
    read: impl FnOnce(&dxpy_compiler::symtable::SymbolTable) -> PyResult<R>,
) -> PyResult<R> {
    let tree = parse(py, source, filename, how)?;
    let table = dxpy_compiler::future::Future::from_ast(&tree).and_then(|mut future| {
        future.features |= how.flags & dxpy_compiler::FLAGS_MASK;
        dxpy_compiler::symtable::SymbolTable::build_within(&tree, future, used_depth(py))
    });
    read(&table.map_err(|e| compile_error(py, e, filename))?)
}

/// How many C calls deep the caller is, in CPython's count.
fn used_depth(py: Py<'_>) -> u32 {
    let left = py.state().abi.c_recursion_remaining.get();
    u32::try_from(dxpy_core::abi::constants::C_RECURSION_LIMIT - left).unwrap_or(0)
}

/// The exception of an error of the compiler's.
fn compile_error(py: Py<'_>, e: CompileError, filename: &PyUnicodeObject) -> PyErr {
    match e {
        CompileError::Syntax(e) => ranged_error(py, &e.message, e.range, filename, e.origin),
        CompileError::Recursion(text) => {
            exceptions::format(py, &exceptions::RecursionError, format_args!("{text}"))
        }
        CompileError::System(text) => exceptions::system_error(py, format_args!("{text}")),
        CompileError::Runtime(text) => exceptions::runtime_error(py, format_args!("{text}")),
        CompileError::Value(text) => exceptions::value_error(py, format_args!("{text}")),
        CompileError::Type(text) => exceptions::type_error(py, format_args!("{text}")),
        CompileError::NotImplemented(text) => {
            exceptions::not_implemented_error(py, format_args!("dx-py: {text}"))
        }
    }
}

/// The compiler's error: columns in bytes from 0. Its text is a line of the file, if the source came from one: a source
/// that is in no file has errors without text (`PyErr_RangedSyntaxLocationObject`, `compiler_error`).
fn ranged_error(
    py: Py<'_>,
    message: &str,
    range: dxpy_ast::Location,
    filename: &PyUnicodeObject,
    origin: Origin,
) -> PyErr {
    let e = dxpy_parser::SyntaxError {
        kind: ErrorKind::Syntax,
        message: message.to_owned(),
        lineno: range.lineno,
        offset: range.col_offset + 1,
        end_lineno: range.end_lineno,
        end_offset: range.end_col_offset + 1,
        text: program_text(py, filename, range.lineno),
    };
    make_error(py, &e, filename, origin).unwrap_or_else(|e| e)
}

/// `PyErr_ProgramTextObject`: a line of a file, if the file can be read that far; of a line that does not fit CPython's
/// buffer, what the buffer holds at the end.
pub fn program_text(py: Py<'_>, filename: &PyUnicodeObject, lineno: i32) -> Option<String> {
    use std::io::Read;
    let path = dxpy_core::codecs::encode_fs(py, filename).ok()?;
    let path = std::ffi::OsStr::from_bytes(dxpy_core::bytes::as_slice(&path));
    let file = std::fs::File::open(path).ok().filter(|_| lineno > 0)?;
    let (mut line, mut at, mut after_cr, mut found) = (Vec::new(), 1, false, false);
    for byte in std::io::BufReader::new(file).bytes() {
        let byte = byte.ok()?;
        if std::mem::take(&mut after_cr) && byte == b'\n' {
            continue;
        }
        after_cr = byte == b'\r';
        let ends = after_cr || byte == b'\n';
        if at == lineno {
            found = true;
            line.push(if ends { b'\n' } else { byte });
            if ends {
                break;
            }
            if line.len() == BUFFER {
                line.clear();
            }
        }
        at += i32::from(ends);
    }
    found.then(|| String::from_utf8_lossy(&line).into_owned())
}

/// CPython's buffer of 1,000 bytes less the NUL.
const BUFFER: usize = 999;

/// The exception of a parser's error: `SyntaxError(msg, (filename, lineno, offset, text, end_lineno, end_offset))`.
pub fn syntax_error(py: Py<'_>, e: &dxpy_parser::SyntaxError, filename: &PyUnicodeObject) -> PyErr {
    make_error(py, e, filename, Origin::Generator).unwrap_or_else(|e| e)
}

fn make_error(
    py: Py<'_>,
    e: &dxpy_parser::SyntaxError,
    filename: &PyUnicodeObject,
    origin: Origin,
) -> PyResult<PyErr> {
    let ty = match e.kind {
        ErrorKind::Syntax | ErrorKind::Incomplete => &exceptions::SyntaxError,
        ErrorKind::Indentation => &exceptions::IndentationError,
        ErrorKind::Tab => &exceptions::TabError,
        ErrorKind::Memory => {
            return Ok(exceptions::format(py, &exceptions::MemoryError, format_args!("{}", e.message)));
        }
        ErrorKind::Unicode => {
            let (codec, rest) = e.message.get(1..).unwrap_or_default().split_once('\'').unwrap_or_default();
            let reason = rest.split_once(": ").map_or(rest, |(_, reason)| reason);
            let bytes: Vec<u8> = e.text.iter().flat_map(|t| t.chars().map(|c| c as u8)).collect();
            let (start, end) = (e.offset.max(0) as usize, e.end_offset.max(0) as usize);
            return Ok(exceptions::unicode_decode_error(py, codec, &bytes, start, end, reason));
        }
        ErrorKind::UnknownEncoding => {
            let file = unicode::display(filename.as_object());
            let text = format!("encoding problem: {} (in {file})", e.message);
            return Ok(exceptions::format(py, &exceptions::SyntaxError, format_args!("{text}")));
        }
    };
    let message = unicode::from_str(py, &e.message)?.upcast();
    let text = match &e.text {
        Some(t) => unicode::from_str(py, t)?.upcast(),
        None => object::none(),
    };
    let int = |n: i32| long::from_i64(py, n as i64).map(Owned::upcast);
    let place = [
        filename.to_owned().upcast(),
        int(e.lineno)?,
        int(e.offset)?,
        text,
        int(e.end_lineno)?,
        match (origin, e.end_offset) {
            (Origin::Table, ..=0) => object::none(),
            (_, n) => int(n)?,
        },
    ];
    // An error from before the first line has a message, and with an offset of -1 also the file's name.
    let early = e.lineno == 0 && e.text.is_none();
    let used = match (early, e.offset) {
        (true, -1) => 4,
        (true, _) => 0,
        _ => place.len(),
    };
    let mut args = vec![message.clone()];
    // The place of the symbol table's errors is in the attributes only.
    if used > 0 && origin == Origin::Generator {
        args.push(tuple::from_iter(py, place[..used].to_vec())?.upcast());
    }
    let args = tuple::from_iter(py, args)?;
    let error = exceptions::with_args(py, ty, args);
    if dxpy_core::types::is_subtype(error.value().as_object().ty(), &exceptions::SyntaxError) {
        // SAFETY: LAYOUT: just checked; the fields of a new exception are NULL.
        let s = unsafe { &*(error.value() as *const PyBaseExceptionObject as *const PySyntaxErrorObject) };
        s.msg.set(message.into_ptr());
        let fields = [&s.filename, &s.lineno, &s.offset, &s.text, &s.end_lineno, &s.end_offset];
        for (field, value) in fields.into_iter().zip(place).take(used) {
            field.set(value.into_ptr());
        }
    }
    Ok(error)
}
