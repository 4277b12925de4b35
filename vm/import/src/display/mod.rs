//! Showing exceptions that nothing handled, as `sys.excepthook` does (`_PyErr_Display` of `Python/pythonrun.c`): chains,
//! groups, syntax errors, notes. Tracebacks are in `traceback`, the guesses of what was meant in `suggest`.

pub mod ignored;
mod stdlib_names;
pub mod suggest;
pub mod traceback;

pub use stdlib_names::STDLIB_MODULE_NAMES;

use core::cell::{Cell, RefCell};
use dxpy_core::abi::*;
use dxpy_core::call::{Depth, type_name};
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, audit, call, dict, exceptions, long, module, name, object, protocol,
    sequence, tuple, types, unicode,
};
use dxpy_types::exceptions::group;
use std::collections::HashSet;

use crate::state;

const CAUSE: &str = "The above exception was the direct cause of the following exception:\n";
const CONTEXT: &str = "During handling of the above exception, another exception occurred:\n";
/// How many exceptions of a group are shown, and how deep groups nest (`max_group_width`, `max_group_depth`).
const GROUP_WIDTH: usize = 15;
const GROUP_DEPTH: usize = 10;

/// A file that text is written to, line by line.
pub struct Out<'a> {
    pub py: Py<'a>,
    file: &'a PyObject,
    line: RefCell<Vec<Owned<PyUnicodeObject>>>,
}

impl<'a> Out<'a> {
    /// Writes to a Python file.
    pub fn new(py: Py<'a>, file: &'a PyObject) -> Out<'a> {
        Out { py, file, line: RefCell::new(Vec::new()) }
    }

    /// Adds text; a complete line is written.
    pub fn text(&self, s: &str) -> PyResult<()> {
        let text = unicode::from_str(self.py, s)?;
        self.line.borrow_mut().push(text);
        if s.ends_with('\n') { self.end() } else { Ok(()) }
    }

    /// Adds the text of a str (`PyFile_WriteObject` with `Py_PRINT_RAW`).
    pub fn object(&self, o: &PyObject) -> PyResult<()> {
        let text = protocol::str(self.py, o)?;
        self.line.borrow_mut().push(text);
        Ok(())
    }

    /// Writes what there is of a line.
    pub fn end(&self) -> PyResult<()> {
        let parts = self.line.take();
        if parts.is_empty() {
            return Ok(());
        }
        let parts: Vec<&PyUnicodeObject> = parts.iter().map(|p| &**p).collect();
        let text = unicode::join_all(self.py, &parts)?;
        let write =
            |s: &PyUnicodeObject| call::method(self.py, self.file, name!("write"), [s.as_object()]).map(drop);
        // What cannot be written keeps nothing in front of it from being written.
        write(&text).or_else(|e| {
            if parts.len() == 1 {
                return Err(e);
            }
            drop(e);
            parts.iter().try_for_each(|p| write(p))
        })
    }
}

/// How a line is set off: spaces and the bar of a group (`_Py_WriteIndentedMargin`).
#[derive(Clone, Copy, Default)]
pub struct Margin<'a> {
    pub indent: usize,
    pub bar: &'a str,
}

impl Margin<'_> {
    /// Begins a line.
    pub fn begin(self, out: &Out<'_>) -> PyResult<()> {
        if self.indent == 0 && self.bar.is_empty() {
            return Ok(());
        }
        out.text(&format!("{:1$}{2}", "", self.indent, self.bar))
    }
}

/// `struct exception_print_context`.
struct Printer<'a> {
    out: Out<'a>,
    py: Py<'a>,
    /// Exceptions that were shown or are being shown.
    seen: RefCell<HashSet<*const PyObject>>,
    depth: Cell<usize>,
    need_close: Cell<bool>,
}

/// An exception's base struct.
fn base(e: &PyObject) -> Option<&PyBaseExceptionObject> {
    // SAFETY: LAYOUT: just checked.
    types::is_subtype(e.ty(), &exceptions::BaseException)
        .then(|| unsafe { &*(e as *const PyObject as *const PyBaseExceptionObject) })
}

/// A reference field's value.
fn held(field: &Cell<*mut PyObject>) -> Option<Owned> {
    // SAFETY: LIVE: the field of a live object holds a reference, or NULL.
    unsafe { field.get().as_ref() }.map(Object::to_owned)
}

impl Printer<'_> {
    fn margin(&self) -> Margin<'static> {
        let depth = self.depth.get();
        Margin { indent: 2 * depth, bar: if depth > 0 { "| " } else { "" } }
    }

    /// `print_exception_recursive`.
    fn recursive(&self, e: &PyObject) -> PyResult<()> {
        let _depth = Depth::enter(self.py, " in print_exception_recursive")?;
        self.cause_and_context(e)?;
        if group::check(e).is_some() { self.group(e) } else { self.one(e) }
    }

    /// `print_exception_cause_and_context`.
    fn cause_and_context(&self, e: &PyObject) -> PyResult<()> {
        self.seen.borrow_mut().insert(e);
        let Some(b) = base(e) else { return Ok(()) };
        let (other, message) = match held(&b.cause) {
            Some(c) => (c, CAUSE),
            None if b.suppress_context.get() != 0 => return Ok(()),
            None => match held(&b.context) {
                Some(c) => (c, CONTEXT),
                None => return Ok(()),
            },
        };
        if self.seen.borrow().contains(&(&*other as *const PyObject)) {
            return Ok(());
        }
        let _depth = Depth::enter(self.py, " in print_chained")?;
        let close = self.need_close.get();
        self.recursive(&other)?;
        self.need_close.set(close);
        for text in ["\n", message, "\n"] {
            self.margin().begin(&self.out)?;
            self.out.text(text)?;
        }
        Ok(())
    }

    /// `print_exception`.
    fn one(&self, e: &PyObject) -> PyResult<()> {
        let Some(b) = base(e) else {
            self.margin().begin(&self.out)?;
            let name = type_name(e.ty());
            self.out.text(&format!(
                "TypeError: print_exception(): Exception expected for value, {name} found\n"
            ))?;
            return self.out.end();
        };
        let e = e.to_owned();
        self.traceback(b)?;
        let ty = e.ty().as_object().to_owned();
        let notes = attr::lookup_name(self.py, &e, name!("__notes__"))?;
        let shown = self.file_and_line(&e)?.unwrap_or_else(|| e.clone());
        self.message(&ty, &shown)?;
        // `print_exception_suggestions`: of the exception, unless its message took its place.
        match suggest::offer(self.py, &shown) {
            Ok(Some(s)) => self.out.object(s.as_object())?,
            Ok(None) => {}
            Err(e) => drop(e),
        }
        self.out.text("\n")?;
        match notes {
            Some(n) => self.notes(&n),
            None => Ok(()),
        }
    }

    /// `print_exception_traceback`.
    fn traceback(&self, e: &PyBaseExceptionObject) -> PyResult<()> {
        let Some(tb) = held(&e.traceback).filter(|t| !object::is_none(t)) else { return Ok(()) };
        let (mut header, mut bar) = ("Traceback (most recent call last):\n", self.margin().bar);
        if group::check(e.as_object()).is_some() {
            header = "Exception Group Traceback (most recent call last):\n";
            if self.depth.get() == 1 {
                bar = "+ ";
            }
        }
        traceback::print(&self.out, &tb, self.margin(), bar, header)
    }

    /// `print_exception_file_and_line`: where a syntax error is. Its message, if it is one.
    fn file_and_line(&self, e: &PyObject) -> PyResult<Option<Owned>> {
        match attr::lookup_name(self.py, e, name!("print_file_and_line")) {
            Ok(Some(_)) => {}
            _ => return Ok(None),
        }
        let Ok(s) = Syntax::parse(self.py, e) else { return Ok(None) };
        self.margin().begin(&self.out)?;
        self.out.text("  File \"")?;
        self.out.object(&s.filename)?;
        self.out.text(&format!("\", line {}\n", s.lineno))?;
        if let Some(text) = &s.text {
            let Some(text) = unicode::check(text) else {
                return Err(exceptions::type_error(
                    self.py,
                    format_args!("bad argument type for built-in operation"),
                ));
            };
            let text = unicode::utf8(self.py, text)?;
            let size = text.len() as isize;
            let end = if s.end_lineno > s.lineno { size } else { s.end_offset }.min(size + 1);
            self.error_text(&text, s.offset, end)?;
        }
        Ok(Some(s.message))
    }

    /// `print_error_text`: the line of a syntax error and carets under it. Offsets are in characters from 1.
    fn error_text(&self, text: &str, offset: isize, end_offset: isize) -> PyResult<()> {
        // C's text ends at the first NUL.
        let text = text.split('\0').next().unwrap_or_default();
        let carets = if end_offset > 0 && end_offset > offset { (end_offset - offset) as usize } else { 1 };
        let stripped = text.trim_start_matches([' ', '\t', '\x0c']);
        let mut offset = offset - 1 - (text.len() - stripped.len()) as isize;
        let mut text = stripped;
        let mut len = text.strip_suffix('\n').unwrap_or(text).len() as isize;
        offset = offset.min(len);
        while let Some(newline) = text.find('\n') {
            if newline as isize >= offset {
                break;
            }
            text = &text[newline + 1..];
            len -= newline as isize + 1;
            offset -= newline as isize + 1;
        }
        self.margin().begin(&self.out)?;
        self.out.text("    ")?;
        self.out.text(text)?;
        if text.as_bytes().get(usize::try_from(len).unwrap_or(0)) != Some(&b'\n') {
            self.out.text("\n")?;
        }
        if offset < 0 {
            return Ok(());
        }
        self.margin().begin(&self.out)?;
        self.out.text(&format!("    {:1$}{2}\n", "", offset as usize, "^".repeat(carets)))
    }

    /// `print_exception_message`: the class and the text.
    fn message(&self, ty: &PyObject, value: &PyObject) -> PyResult<()> {
        self.margin().begin(&self.out)?;
        class_name(&self.out, ty, "<unknown>.")?;
        if object::is_none(value) {
            return Ok(());
        }
        match protocol::str(self.py, value) {
            Err(e) => {
                drop(e);
                self.out.text(": <exception str() failed>")
            }
            Ok(s) if unicode::len(&s) == 0 => Ok(()),
            Ok(s) => {
                self.out.text(": ")?;
                self.out.object(s.as_object())
            }
        }
    }

    /// `print_exception_notes`.
    fn notes(&self, notes: &PyObject) -> PyResult<()> {
        let py = self.py;
        let is_text = unicode::check(notes).is_some() || dxpy_core::bytes::check(notes).is_some();
        if is_text || !sequence::check(notes) {
            self.margin().begin(&self.out)?;
            match protocol::repr(py, notes) {
                Ok(r) => self.out.object(r.as_object())?,
                Err(e) => {
                    drop(e);
                    self.out.text("<__notes__ repr() failed>")?;
                }
            }
            return self.out.text("\n");
        }
        for i in 0..protocol::len(py, notes)? {
            let note = sequence::item(py, notes, i as isize)?;
            match protocol::str(py, &note) {
                Err(e) => {
                    drop(e);
                    self.out.text("<note str() failed>")?;
                }
                Ok(text) => {
                    let keep = dxpy_core::boolean::new(true);
                    let lines = call::method(py, text.as_object(), name!("splitlines"), [keep.as_object()])?;
                    for line in protocol::collect(py, &lines)? {
                        self.margin().begin(&self.out)?;
                        self.out.object(&line)?;
                    }
                }
            }
            self.out.text("\n")?;
        }
        Ok(())
    }

    /// `print_exception_group`.
    fn group(&self, e: &PyObject) -> PyResult<()> {
        if self.depth.get() > GROUP_DEPTH {
            self.margin().begin(&self.out)?;
            return self.out.text(&format!("... (max_group_depth is {GROUP_DEPTH})\n"));
        }
        if self.depth.get() == 0 {
            self.depth.set(1);
        }
        self.one(e)?;
        let members = group::check(e).map_or_else(tuple::empty, group::exceptions_of);
        let members = tuple::items(&members);
        let shown = members.len().min(GROUP_WIDTH + 1);
        self.need_close.set(false);
        for (i, member) in members.iter().enumerate().take(shown) {
            let last = i == shown - 1;
            if last {
                // The closing line may be written further down.
                self.need_close.set(true);
            }
            let truncated = i >= GROUP_WIDTH;
            let indent = 2 * self.depth.get();
            let corner = if i == 0 { "+-" } else { "  " };
            let number = if truncated { "...".to_owned() } else { (i + 1).to_string() };
            self.out.text(&format!("{:indent$}{corner}+---------------- {number} ----------------\n", ""))?;
            self.depth.set(self.depth.get() + 1);
            if truncated {
                let more = members.len() - GROUP_WIDTH;
                self.margin().begin(&self.out)?;
                self.out.text(&format!("and {more} more exception{}\n", if more > 1 { "s" } else { "" }))?;
            } else {
                self.recursive(member)?;
            }
            if last && self.need_close.get() {
                let indent = 2 * self.depth.get();
                self.out.text(&format!("{:indent$}+------------------------------------\n", ""))?;
                self.need_close.set(false);
            }
            self.depth.set(self.depth.get() - 1);
        }
        if self.depth.get() == 1 {
            self.depth.set(0);
        }
        Ok(())
    }
}

/// The qualified name of an exception's class, with its module unless that is plain.
fn class_name(out: &Out<'_>, ty: &PyObject, unknown_module: &str) -> PyResult<()> {
    match attr::get_name(out.py, ty, name!("__module__")) {
        Ok(m) if unicode::check(&m).is_some() => {
            if !unicode::equals_str(&m, "builtins") && !unicode::equals_str(&m, "__main__") {
                out.object(&m)?;
                out.text(".")?;
            }
        }
        r => {
            drop(r);
            out.text(unknown_module)?;
        }
    }
    match types::check(ty).map(|t| types::attrs::qualname_of(out.py, t)) {
        Some(Ok(q)) => out.object(q.as_object()),
        _ => out.text("<unknown>"),
    }
}

/// The attributes of a syntax error (`parse_syntax_error`).
struct Syntax {
    message: Owned,
    filename: Owned,
    lineno: isize,
    offset: isize,
    end_lineno: isize,
    end_offset: isize,
    text: Option<Owned>,
}

impl Syntax {
    fn parse(py: Py<'_>, e: &PyObject) -> PyResult<Syntax> {
        let some = |n| attr::get_name(py, e, n).map(|v| Some(v).filter(|v| !object::is_none(v)));
        let number = |v: Owned| match long::check(&v) {
            Some(n) => dxpy_core::number::to_ssize(py, n, &exceptions::OverflowError),
            None => Err(exceptions::type_error(py, format_args!("an integer is required"))),
        };
        let message = attr::get_name(py, e, name!("msg"))?;
        let filename = match some(name!("filename"))? {
            Some(f) => f,
            None => unicode::from_str(py, "<string>")?.upcast(),
        };
        let lineno = number(attr::get_name(py, e, name!("lineno"))?)?;
        let offset = some(name!("offset"))?.map_or(Ok(-1), number)?;
        let (mut end_lineno, mut end_offset) = (lineno, -1);
        if e.ty().is(&exceptions::SyntaxError.0) {
            end_lineno = some(name!("end_lineno"))?.map_or(Ok(lineno), number)?;
            end_offset = some(name!("end_offset"))?.map_or(Ok(-1), number)?;
        }
        Ok(Syntax { message, filename, lineno, offset, end_lineno, end_offset, text: some(name!("text"))? })
    }
}

/// An attribute of `sys`.
fn sys_attribute(py: Py<'_>, name: &unicode::Name) -> Option<Owned> {
    dict::get_name(py, module::dict_of(state::sys()), name).ok().flatten()
}

/// `_PyErr_Display`: shows an exception in a file, and flushes it.
pub fn display_in(py: Py<'_>, file: &PyObject, value: &PyObject, tb: Option<&PyObject>) {
    if let Some(b) = base(value)
        && let Some(tb) = tb.filter(|t| dxpy_types::traceback::check(t).is_some())
        && held(&b.traceback).is_none()
    {
        // It is shown from the exception.
        b.traceback.set(tb.to_owned().into_ptr());
    }
    let printer = Printer {
        out: Out::new(py, file),
        py,
        seen: RefCell::default(),
        depth: Cell::new(0),
        need_close: Cell::new(false),
    };
    if let Err(e) = printer.recursive(value) {
        drop(e);
        lost(value);
    }
    if let Err(e) = call::method(py, file, name!("flush"), []) {
        drop(e);
    }
}

/// There is no standard error that works: a word to the descriptor (`_PyObject_Dump`).
fn lost(value: &PyObject) {
    use std::io::Write;
    let text = format!(
        "object address  : {:p}\nobject refcount : {}\nobject type     : {:p}\nobject type name: {}\nlost sys.stderr\n",
        value,
        value.refcnt(),
        value.ty(),
        type_name(value.ty())
    );
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// `PyErr_Display`: in `sys.stderr`.
pub fn display(py: Py<'_>, value: &PyObject, tb: Option<&PyObject>) {
    match sys_attribute(py, name!("stderr")) {
        None => lost(value),
        Some(f) if object::is_none(&f) => {}
        Some(f) => display_in(py, &f, value, tb),
    }
}

/// `PyErr_DisplayException`.
pub fn display_exception(py: Py<'_>, e: &PyErr) {
    display(py, e.value().as_object(), None);
}

/// Writes to `sys.stderr`, or to the descriptor if that fails (`PySys_WriteStderr`).
pub(crate) fn write_stderr(py: Py<'_>, text: &str) {
    let written = sys_attribute(py, name!("stderr")).filter(|f| !object::is_none(f)).map(|f| {
        let text = unicode::from_str(py, text)?;
        call::method(py, &f, name!("write"), [text.as_object()]).map(drop)
    });
    if !matches!(written, Some(Ok(()))) {
        eprint!("{text}");
    }
}

/// `_PyErr_PrintEx` without `SystemExit`, which the caller looks for first: hands the exception to `sys.excepthook`. A
/// `SystemExit` that the hook raises is given back.
pub fn print(py: Py<'_>, e: PyErr, set_last: bool) -> Option<PyErr> {
    let value = e.into_value().upcast();
    let ty = value.ty().as_object().to_owned();
    let tb = base(&value).and_then(|b| held(&b.traceback)).unwrap_or_else(object::none);
    let sys = module::dict_of(state::sys());
    if set_last {
        let last = [
            (name!("last_exc"), &value),
            (name!("last_type"), &ty),
            (name!("last_value"), &value),
            (name!("last_traceback"), &tb),
        ];
        for (n, v) in last {
            if let Err(e) = dict::set(py, sys, n.obj(py), v) {
                drop(e);
            }
        }
    }
    match sys_attribute(py, name!("excepthook")) {
        None => {
            write_stderr(py, "sys.excepthook is missing\n");
            display(py, &value, None);
        }
        Some(hook) => {
            if let Err(e) = audit::event(py, "sys.excepthook", [&hook, &ty, &value, &tb]) {
                if exceptions::matches(&e, &exceptions::RuntimeError) {
                    // A hook that refuses: nothing is shown.
                    return None;
                }
                display_exception(py, &e);
                write_stderr(py, "Error in audit hook:\n");
            }
            if let Err(second) = call::call(py, &hook, [&ty, &value, &tb]) {
                if exceptions::matches(&second, &exceptions::SystemExit) {
                    return Some(second);
                }
                write_stderr(py, "Error in sys.excepthook:\n");
                display_exception(py, &second);
                write_stderr(py, "\nOriginal exception was:\n");
                display(py, &value, None);
            }
        }
    }
    None
}
