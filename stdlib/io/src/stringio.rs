//! `StringIO`: text in memory as a stream (`Modules/_io/stringio.c`). While it is only written at the end the text stays
//! in its narrowest form; the first other access makes it an array of code points.

use crate::abc::TextIOBase;
use crate::bytesio::{position, update_dict};
use crate::iobase::{IoBase, begin_memory_dealloc, end_dealloc};
use crate::newline::{Ending, Newlines, line_end};
use crate::util::*;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::bind_call;
use dxpy_core::call::{self, type_name};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, dict, exceptions, getset, glue, long, methods, name, object, protocol, signature,
    tuple, unicode,
};
use dxpy_text::strings::{Builder, Str};
use std::cell::Cell;
use std::ffi::c_int;

/// The text of a stream.
enum Text {
    Growing(Builder),
    Codes(Vec<u32>),
}

impl Text {
    fn len(&self) -> usize {
        match self {
            Text::Growing(b) => b.len(),
            Text::Codes(v) => v.len(),
        }
    }

    fn view(&self) -> Str<'_> {
        match self {
            Text::Growing(b) => b.as_str(),
            Text::Codes(v) => Str::Four(v),
        }
    }

    fn codes(&mut self) -> &mut Vec<u32> {
        if let Text::Growing(b) = self {
            *self = Text::Codes(b.as_str().chars().collect());
        }
        match self {
            Text::Codes(v) => v,
            Text::Growing(_) => unreachable!("just made an array"),
        }
    }
}

/// `stringio`.
#[repr(C)]
pub struct StringObject {
    base: IoBase,
    /// Boxed; NULL before `__init__` and once it is closed.
    text: Cell<*mut Text>,
    pos: Cell<usize>,
    ok: Cell<bool>,
    closed: Cell<bool>,
    read_universal: Cell<bool>,
    read_translate: Cell<bool>,
    newlines: Newlines,
    read_nl: Field,
    write_nl: Field,
}
// SAFETY: `#[repr(C)]`, and the header is first.
unsafe impl Layout for StringObject {}

/// `_io.StringIO`.
pub static StringIO: StaticType = StaticType::new::<StringObject>(c"_io.StringIO")
    .flags(Py_TPFLAGS_BASETYPE)
    .base(&TextIOBase)
    .doc(c"StringIO(initial_value='', newline='\\n')\n--\n\nText in memory as a stream.")
    .create(glue::create(|py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>| {
        object::tp_alloc(py, ty, 0)
    }))
    .init(glue::init(init))
    .dealloc(glue::dealloc(dealloc))
    .traverse(glue::traverse(traverse))
    .iternext(glue::iternext(next))
    .methods(&METHODS)
    .getset(&GETSET);

methods! { static METHODS: for StringObject [
    "close" = close [0], "($self, /)", "Gives the text up.";
    "getvalue" = getvalue [0], "($self, /)", "The whole text.";
    "read" = read [1], "($self, size=-1, /)", "Up to size characters, or all that are left.";
    "readline" = readline [1], "($self, size=-1, /)", "One line, at most size characters of it.";
    "tell" = tell [0], "($self, /)", "The current place.";
    "truncate" = truncate [1], "($self, pos=None, /)", "Cuts the text at a place.";
    "seek" = seek [2], "($self, pos, whence=0, /)", "Moves to a place and gives it.";
    "write" = write [1], "($self, s, /)", "Writes text and gives the number of its characters.";
    "seekable" = yes [0], "($self, /)", "True.";
    "readable" = yes [0], "($self, /)", "True.";
    "writable" = yes [0], "($self, /)", "True.";
    "__getstate__" = getstate [0], "?($self, /)", "";
    "__setstate__" = setstate [1], "?($self, state, /)", "";
] }

getset! { static GETSET [
    "closed" = |py: Py<'_>, s: &StringObject| {
        initialized(py, s)?;
        Ok(dxpy_core::boolean::new(s.closed.get()))
    }, "";
    "newlines" = |py: Py<'_>, s: &StringObject| {
        s.check(py)?;
        if s.read_universal.get() { s.newlines.to_object(py) } else { Ok(object::none()) }
    }, "";
    "line_buffering" = |py: Py<'_>, s: &StringObject| {
        s.check(py)?;
        Ok(dxpy_core::boolean::new(false))
    }, "";
] }

fn initialized(py: Py<'_>, s: &StringObject) -> PyResult<()> {
    if s.ok.get() { Ok(()) } else { Err(value_error(py, "I/O operation on uninitialized object")) }
}

impl StringObject {
    fn check(&self, py: Py<'_>) -> PyResult<()> {
        initialized(py, self)?;
        if self.closed.get() {
            return Err(value_error(py, "I/O operation on closed file"));
        }
        Ok(())
    }

    /// Runs `f` with the text. `f` must not run Python code.
    fn with<R>(&self, py: Py<'_>, f: impl FnOnce(&mut Text) -> R) -> PyResult<R> {
        self.check(py)?;
        // SAFETY: OWNED by this object and only reached here; `f` runs nothing that could come back.
        match unsafe { self.text.get().as_mut() } {
            Some(t) => Ok(f(t)),
            None => Err(value_error(py, "I/O operation on closed file")),
        }
    }

    fn replace(&self, t: Option<Text>) {
        let new = t.map_or(std::ptr::null_mut(), |t| Box::into_raw(Box::new(t)));
        let old = self.text.replace(new);
        if !old.is_null() {
            // SAFETY: OWNED: boxed above.
            drop(unsafe { Box::from_raw(old) });
        }
    }

    /// `write_str`.
    fn put(&self, py: Py<'_>, text: &PyUnicodeObject) -> PyResult<()> {
        let mut text = text.to_owned();
        if self.read_universal.get() {
            text = self.newlines.feed(py, text, true)?;
        }
        if let Some(nl) = get(&self.write_nl)
            && let Some(nl) = unicode::check(&nl)
        {
            let mut out = Builder::with_capacity(unicode::len(&text));
            for c in unicode::view(&text).chars() {
                if c == 0x0A { out.push_str(unicode::view(nl)) } else { out.push(c) }
            }
            text = unicode::from_buf(py, out.finish())?;
        }
        let (pos, n) = (self.pos.get(), unicode::len(&text));
        let Some(end) = pos.checked_add(n).filter(|e| *e <= isize::MAX as usize / 4) else {
            return Err(exceptions::overflow_error(py, format_args!("new position too large")));
        };
        if n == 0 {
            return Ok(());
        }
        let view = unicode::view(&text);
        self.with(py, |t| match t {
            Text::Growing(b) if b.len() == pos => b.push_str(view),
            _ => {
                let v = t.codes();
                if v.len() < end {
                    v.resize(end, 0);
                }
                for (to, c) in v[pos..end].iter_mut().zip(view.chars()) {
                    *to = c;
                }
            }
        })?;
        self.pos.set(end);
        Ok(())
    }

    fn take(&self, py: Py<'_>, to: usize) -> PyResult<Owned<PyUnicodeObject>> {
        let from = self.pos.get();
        let part = self.with(py, |t| {
            if from >= to {
                return Ok(unicode::empty());
            }
            unicode::from_view(py, t.view().slice(from, to))
        })??;
        self.pos.set(from.max(to));
        Ok(part)
    }

    fn line(&self, py: Py<'_>, limit: isize) -> PyResult<Owned<PyUnicodeObject>> {
        let nl = get(&self.read_nl);
        let ending = if self.read_translate.get() {
            Ending::Translated
        } else if self.read_universal.get() {
            Ending::Universal
        } else {
            match nl.as_deref().and_then(unicode::check) {
                Some(nl) => Ending::This(unicode::view(nl)),
                None => Ending::Translated,
            }
        };
        let pos = self.pos.get();
        let end = self.with(py, |t| {
            if pos >= t.len() {
                return pos;
            }
            let most = usize::try_from(limit).map_or(t.len(), |l| pos.saturating_add(l).min(t.len()));
            let end = line_end(t.view(), pos, &ending).unwrap_or(t.len());
            end.min(most)
        })?;
        self.take(py, end)
    }
}

fn traverse(s: &StringObject, v: &glue::Visitor) -> Result<(), c_int> {
    v.visit(&s.read_nl)?;
    v.visit(&s.write_nl)?;
    v.visit(&s.base.dict)
}

fn dealloc(py: Py<'_>, s: &StringObject) {
    if begin_memory_dealloc(py, &s.base, &StringIO) {
        s.ok.set(false);
        s.replace(None);
        object::clear_field(&s.read_nl);
        object::clear_field(&s.write_nl);
        end_dealloc(&s.base);
    }
}

fn init(py: Py<'_>, s: &StringObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    bind_call(py, signature!("StringIO", "(initial_value='', newline='\\n')"), args, kw, |b| {
        let newline = match b.get(1) {
            None => Some(unicode::from_str(py, "\n")?.upcast()),
            Some(o) => Some(o.to_owned()).filter(|o| !object::is_none(o)),
        };
        start(py, s, b.get(0).filter(|o| !object::is_none(o)), newline)
    })
}

fn start(py: Py<'_>, s: &StringObject, value: Option<&PyObject>, newline: Option<Owned>) -> PyResult<()> {
    let nl = match &newline {
        None => None,
        Some(o) => {
            let Some(text) = unicode::check(o) else {
                return Err(exceptions::type_error(
                    py,
                    format_args!("newline must be str or None, not {}", type_name(o.ty())),
                ));
            };
            let text = unicode::display(text.as_object());
            if !matches!(text.as_str(), "" | "\n" | "\r" | "\r\n") {
                let shown = protocol::repr(py, o)?;
                return Err(exceptions::value_error(
                    py,
                    format_args!("illegal newline value: {}", unicode::display(shown.as_object())),
                ));
            }
            Some(text)
        }
    };
    let value = match value {
        None => None,
        Some(v) => Some(unicode::check(v).ok_or_else(|| {
            exceptions::type_error(
                py,
                format_args!("initial_value must be str or None, not {}", type_name(v.ty())),
            )
        })?),
    };
    s.ok.set(false);
    s.read_universal.set(nl.as_deref().is_none_or(str::is_empty));
    s.read_translate.set(nl.is_none());
    s.newlines.reset();
    s.newlines.translate.set(nl.is_none());
    let writes = newline.clone().filter(|_| nl.as_deref().is_some_and(|n| n.starts_with('\r')));
    set(&s.write_nl, writes);
    set(&s.read_nl, newline);
    s.pos.set(0);
    s.closed.set(false);
    s.replace(Some(Text::Growing(Builder::new())));
    s.ok.set(true);
    if let Some(v) = value {
        s.put(py, v)?;
        s.pos.set(0);
    }
    Ok(())
}

fn yes(py: Py<'_>, s: &StringObject) -> PyResult<bool> {
    s.check(py)?;
    Ok(true)
}

fn close(_: Py<'_>, s: &StringObject) {
    s.closed.set(true);
    s.replace(None);
}

fn getvalue(py: Py<'_>, s: &StringObject) -> PyResult<Owned<PyUnicodeObject>> {
    s.with(py, |t| unicode::from_view(py, t.view()))?
}

fn tell(py: Py<'_>, s: &StringObject) -> PyResult<usize> {
    s.check(py)?;
    Ok(s.pos.get())
}

fn read(py: Py<'_>, s: &StringObject, size: Option<Size>) -> PyResult<Owned<PyUnicodeObject>> {
    let len = s.with(py, |t| t.len())?;
    let pos = s.pos.get();
    let to = match size.and_then(|n| usize::try_from(n.0).ok()) {
        Some(n) => pos.saturating_add(n).min(len),
        None => len,
    };
    s.take(py, to)
}

fn readline(py: Py<'_>, s: &StringObject, size: Option<Size>) -> PyResult<Owned<PyUnicodeObject>> {
    s.check(py)?;
    s.line(py, size.map_or(-1, |n| n.0))
}

fn next(py: Py<'_>, s: &StringObject) -> PyResult<Option<Owned>> {
    s.check(py)?;
    let line = if s.as_object().ty().is(&StringIO.0) {
        s.line(py, -1)?.upcast()
    } else {
        let l = call::method(py, s.as_object(), name!("readline"), [])?;
        if unicode::check(&l).is_none() {
            return Err(exceptions::format(
                py,
                &exceptions::OSError,
                format_args!("readline() should have returned a str object, not '{}'", type_name(l.ty())),
            ));
        }
        l
    };
    Ok((protocol::len(py, &line)? > 0).then_some(line))
}

fn truncate(py: Py<'_>, s: &StringObject, size: Option<&PyObject>) -> PyResult<usize> {
    s.check(py)?;
    let size = match size.filter(|o| !object::is_none(o)) {
        None => s.pos.get(),
        Some(o) => {
            let n = size_or_none(py, o)?;
            usize::try_from(n)
                .map_err(|_| exceptions::value_error(py, format_args!("Negative size value {n}")))?
        }
    };
    s.with(py, |t| {
        if size < t.len() {
            t.codes().truncate(size);
        }
    })?;
    Ok(size)
}

fn seek(py: Py<'_>, s: &StringObject, pos: isize, whence: Option<i32>) -> PyResult<usize> {
    s.check(py)?;
    let whence = whence.unwrap_or(0);
    if !(0..=2).contains(&whence) {
        return Err(exceptions::value_error(
            py,
            format_args!("Invalid whence ({whence}, should be 0, 1 or 2)"),
        ));
    }
    if pos < 0 && whence == 0 {
        return Err(exceptions::value_error(py, format_args!("Negative seek position {pos}")));
    }
    if whence != 0 && pos != 0 {
        return Err(exceptions::format(
            py,
            &exceptions::OSError,
            format_args!("Can't do nonzero cur-relative seeks"),
        ));
    }
    match whence {
        0 => s.pos.set(pos as usize),
        1 => {}
        _ => s.pos.set(s.with(py, |t| t.len())?),
    }
    Ok(s.pos.get())
}

fn write(py: Py<'_>, s: &StringObject, o: &PyObject) -> PyResult<usize> {
    initialized(py, s)?;
    let Some(text) = unicode::check(o) else {
        return Err(exceptions::type_error(
            py,
            format_args!("string argument expected, got '{}'", type_name(o.ty())),
        ));
    };
    s.check(py)?;
    s.put(py, text)?;
    Ok(unicode::len(text))
}

fn getstate(py: Py<'_>, s: &StringObject) -> PyResult<Owned<PyTupleObject>> {
    let value = getvalue(py, s)?;
    let d = match get(&s.base.dict).as_deref().and_then(dict::check) {
        Some(d) => dict::copy(py, d)?.upcast(),
        None => object::none(),
    };
    let nl = get(&s.read_nl).unwrap_or_else(object::none);
    tuple::from_iter(py, [value.upcast(), nl, long::from_u64(py, s.pos.get() as u64)?.upcast(), d])
}

fn setstate(py: Py<'_>, s: &StringObject, state: &PyObject) -> PyResult<()> {
    let Some([value, nl, pos, d]) = tuple::check(state).map(tuple::items) else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "{}.__setstate__ argument should be 4-tuple, got {}",
                type_name(s.as_object().ty()),
                type_name(state.ty())
            ),
        ));
    };
    // One that was never initialized becomes so here.
    if s.closed.get() {
        return Err(value_error(py, "I/O operation on closed file"));
    }
    start(py, s, None, Some((*nl).to_owned()).filter(|o| !object::is_none(o)))?;
    // The text as it was, without translating its newlines again.
    let Some(text) = unicode::check(value) else {
        return Err(exceptions::type_error(
            py,
            format_args!("initial_value must be str or None, not {}", type_name(value.ty())),
        ));
    };
    s.with(py, |t| *t = Text::Codes(unicode::view(text).chars().collect()))?;
    s.pos.set(position(py, pos, "third")?);
    update_dict(py, &s.base, d, "fourth")
}
