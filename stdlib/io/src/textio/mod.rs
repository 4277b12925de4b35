//! `TextIOWrapper` (`Modules/_io/textio.c`): the struct, writing and reading. Places are in `seek`, construction and
//! the tables in `types`.

mod seek;
pub mod types;

use crate::buffered::{self, Buffered};
use crate::fileio;
use crate::iobase::{self, IoBase, begin_dealloc, end_dealloc};
use crate::newline::{Ending, line_end};
use crate::textdecode::{TextDecoder, TextEncoder};
use crate::util::*;
use dxpy_core::abi::*;
use dxpy_core::buffer;
use dxpy_core::call::{self, type_name};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::{Owned, Py, PyResult, attr, bytes, exceptions, glue, long, name, object, protocol, unicode};
use std::cell::Cell;
use std::ffi::c_int;

/// `textio`.
#[repr(C)]
pub struct TextIO {
    pub base: IoBase,
    buffer: Field,
    encoding: Field,
    errors: Field,
    ok: Cell<bool>,
    detached: Cell<bool>,
    line_buffering: Cell<bool>,
    write_through: Cell<bool>,
    read_universal: Cell<bool>,
    read_translate: Cell<bool>,
    write_translate: Cell<bool>,
    seekable: Cell<bool>,
    telling: Cell<bool>,
    has_read1: Cell<bool>,
    finalizing: Cell<bool>,
    chunk_size: Cell<isize>,
    /// The ending of lines given by `newline`, if one was.
    read_nl: Field,
    /// What `\n` is written as, if not as itself.
    write_nl: Field,
    decoder: TextDecoder,
    encoder: TextEncoder,
    /// Text that was decoded and how much of it was given out.
    decoded: Field,
    used: Cell<usize>,
    /// The decoder's flags before the current chunk, and the chunk with what the decoder had kept before.
    snapshot_flags: Field,
    snapshot_input: Field,
    /// Bytes per character of the last chunk.
    ratio: Cell<f64>,
    /// Encoded text that waits to be written.
    // Boxed, because all zero must be None.
    #[allow(clippy::box_collection)]
    pending: Cell<Option<Box<Vec<u8>>>>,
    pending_len: Cell<usize>,
}
// SAFETY: `#[repr(C)]`, and the header is first. All zero is a valid value: NULL fields, no pending text.
unsafe impl Layout for TextIO {}

impl TextIO {
    /// The buffer of a stream that is initialised and attached (`CHECK_ATTACHED`).
    fn attached(&self, py: Py<'_>) -> PyResult {
        match get(&self.buffer) {
            Some(b) if self.ok.get() => Ok(b),
            _ if self.detached.get() => Err(value_error(py, "underlying buffer has been detached")),
            _ => Err(value_error(py, "I/O operation on uninitialized object")),
        }
    }

    /// `CHECK_CLOSED`.
    fn check_closed(&self, py: Py<'_>) -> PyResult<()> {
        if !self.as_object().ty().is(&types::TextIOWrapper.0) {
            return iobase::check_closed(py, self.as_object());
        }
        let buffer = self.attached(py)?;
        if let Some(f) = raw_file(&buffer) {
            return if fileio::is_closed(&f) { Err(iobase::closed_error(py)) } else { Ok(()) };
        }
        if flag(py, &buffer, name!("closed"))? { Err(iobase::closed_error(py)) } else { Ok(()) }
    }

    /// The name of the error handler.
    fn errors_name(&self) -> String {
        get(&self.errors).map_or_else(|| "strict".to_owned(), |e| unicode::display(&e))
    }

    fn forget_decoded(&self) {
        set::<PyObject>(&self.decoded, None);
        self.used.set(0);
    }

    fn forget_snapshot(&self) {
        set::<PyObject>(&self.snapshot_flags, None);
        set::<PyObject>(&self.snapshot_input, None);
    }

    fn set_decoded(&self, text: Owned<PyUnicodeObject>) {
        set(&self.decoded, Some(text));
        self.used.set(0);
    }

    fn decoded(&self) -> Option<Owned<PyUnicodeObject>> {
        // SAFETY: LAYOUT: only strings are put there.
        get(&self.decoded).map(|o| unsafe { o.cast() })
    }

    /// `textiowrapper_get_decoded_chars`.
    fn take_decoded(&self, py: Py<'_>, n: Option<usize>) -> PyResult<Owned<PyUnicodeObject>> {
        let Some(text) = self.decoded() else { return Ok(unicode::empty()) };
        let from = self.used.get().min(unicode::len(&text));
        let n = n.unwrap_or(usize::MAX).min(unicode::len(&text) - from);
        let part = if from == 0 && n == unicode::len(&text) {
            text.clone()
        } else {
            unicode::substring(py, &text, from, from + n)?
        };
        self.used.set(from + n);
        Ok(part)
    }

    /// `_textiowrapper_writeflush`.
    fn write_pending(&self, py: Py<'_>) -> PyResult<()> {
        if self.pending_len.get() == 0 {
            return Ok(());
        }
        let data = self.pending.take().unwrap_or_default();
        self.pending_len.set(0);
        let buffer = self.attached(py)?;
        if let Some(b) = exact_writer(&buffer) {
            return buffered::write_all(py, b, &data);
        }
        let b = bytes::new(py, &data)?;
        while let Err(e) = call::method(py, &buffer, name!("write"), [b.as_object()]) {
            trap_eintr(py, e)?;
        }
        Ok(())
    }

    fn append_pending(&self, data: &[u8]) {
        let mut all = self.pending.take().unwrap_or_default();
        all.extend_from_slice(data);
        self.pending_len.set(all.len());
        self.pending.set(Some(all));
    }
}

/// The raw file behind a buffer of ours, where no Python method is between.
fn raw_file(buffer: &PyObject) -> Option<Owned<fileio::FileObject>> {
    let b = exact_writer(buffer).or_else(|| exact_reader(buffer))?;
    buffered::raw_file(b)
}

fn as_buffered(o: &PyObject) -> &Buffered {
    // SAFETY: LAYOUT: the callers checked the type.
    unsafe { &*(o as *const PyObject as *const Buffered) }
}

fn exact_writer(o: &PyObject) -> Option<&Buffered> {
    let t = o.ty();
    (t.is(&buffered::types::BufferedWriter.0) || t.is(&buffered::types::BufferedRandom.0))
        .then(|| as_buffered(o))
}

fn exact_reader(o: &PyObject) -> Option<&Buffered> {
    o.ty().is(&buffered::types::BufferedReader.0).then(|| as_buffered(o))
}

fn traverse(t: &TextIO, v: &glue::Visitor) -> Result<(), c_int> {
    for f in fields(t) {
        v.visit(f)?;
    }
    v.visit(&t.base.dict)
}

fn fields(t: &TextIO) -> [&Field; 10] {
    [
        &t.buffer,
        &t.encoding,
        &t.errors,
        &t.read_nl,
        &t.write_nl,
        &t.decoder.object,
        &t.encoder.object,
        &t.decoded,
        &t.snapshot_flags,
        &t.snapshot_input,
    ]
}

fn clear(_: Py<'_>, t: &TextIO) {
    t.ok.set(false);
    fields(t).into_iter().for_each(object::clear_field);
    object::clear_field(&t.base.dict);
}

fn dealloc(py: Py<'_>, t: &TextIO) {
    t.finalizing.set(true);
    if begin_dealloc(py, &t.base) {
        clear(py, t);
        drop(t.pending.take());
        end_dealloc(&t.base);
    }
}

/// `write(text)`.
fn write(py: Py<'_>, t: &TextIO, text: &PyUnicodeObject) -> PyResult<usize> {
    t.attached(py)?;
    t.check_closed(py)?;
    if !t.encoder.exists() {
        return Err(unsupported(py, "not writable"));
    }
    let n = unicode::len(text);
    let view = unicode::view(text);
    let has = |c: u32| match view {
        dxpy_text::strings::Str::Ascii(v) | dxpy_text::strings::Str::Latin1(v) => v.contains(&(c as u8)),
        wide => wide.chars().any(|x| x == c),
    };
    let write_nl = get(&t.write_nl).filter(|_| t.write_translate.get());
    let has_lf = (write_nl.is_some() || t.line_buffering.get()) && has(0x0A);
    let flush_buffer = t.line_buffering.get() && (has_lf || has(0x0D));
    let own;
    let mut text = text;
    if let Some(nl) = write_nl.filter(|_| has_lf)
        && let Some(nl) = unicode::check(&nl)
    {
        let mut out = dxpy_text::strings::Builder::with_capacity(n + n / 16);
        for c in view.chars() {
            if c == 0x0A { out.push_str(unicode::view(nl)) } else { out.push(c) }
        }
        own = unicode::from_buf(py, out.finish())?;
        text = &own;
    }
    let encoded;
    let data: &[u8] = match unicode::view(text) {
        dxpy_text::strings::Str::Ascii(v) if t.encoder.kind.get() != crate::textdecode::FOREIGN => v,
        _ => {
            encoded = t.encoder.encode(py, text, &t.errors_name())?;
            bytes::as_slice(&encoded)
        }
    };
    let chunk = t.chunk_size.get().max(1) as usize;
    // Much text is not gathered into ever longer pieces.
    if t.pending_len.get() > 0 && t.pending_len.get() + data.len() > chunk {
        t.write_pending(py)?;
    }
    t.append_pending(data);
    if t.pending_len.get() >= chunk || flush_buffer || t.write_through.get() {
        t.write_pending(py)?;
    }
    if flush_buffer {
        call::method(py, &*t.attached(py)?, name!("flush"), [])?;
    }
    t.forget_decoded();
    t.forget_snapshot();
    if t.decoder.exists() {
        t.decoder.reset(py)?;
    }
    Ok(n)
}

/// `textiowrapper_read_chunk`: decodes another chunk; false at the end.
fn read_chunk(py: Py<'_>, t: &TextIO, hint: usize) -> PyResult<bool> {
    if !t.decoder.exists() {
        return Err(unsupported(py, "not readable"));
    }
    let state = if t.telling.get() { Some(t.decoder.state(py)?) } else { None };
    let hint = (t.ratio.get().max(1.0) * hint as f64) as isize;
    let size = long::from_i64(py, t.chunk_size.get().max(hint) as i64)?;
    let buffer = t.attached(py)?;
    let (method, shown) = if t.has_read1.get() { (name!("read1"), "read1") } else { (name!("read"), "read") };
    let input = call::method(py, &buffer, method, [size.as_object()])?;
    if bytes::check(&input).is_none() && !buffer::check(&input) {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "underlying {shown}() should have returned a bytes-like object, not '{}'",
                type_name(input.ty())
            ),
        ));
    }
    let own;
    let content = match bytes::check(&input) {
        Some(b) => bytes::as_slice(b),
        None => {
            own = buffer::to_vec(py, &input)?;
            &own
        }
    };
    let end = content.is_empty();
    let text = t.decoder.decode(py, &input, &t.errors_name(), end)?;
    let n = unicode::len(&text);
    t.set_decoded(text);
    t.ratio.set(if n > 0 { content.len() as f64 / n as f64 } else { 0.0 });
    if let Some(s) = state {
        // If the decoder is put back to this state, this input gives all that was decoded since.
        let before = bytes::as_slice(&s.buffer);
        let all = match bytes::check_exact(&input) {
            Some(b) if before.is_empty() => b.to_owned(),
            _ => bytes::new(py, &[before, content].concat())?,
        };
        set(&t.snapshot_flags, Some(s.flags));
        set(&t.snapshot_input, Some(all));
    }
    Ok(!end || n > 0)
}

/// [`read_chunk`], again after a signal.
fn next_chunk(py: Py<'_>, t: &TextIO, hint: usize) -> PyResult<bool> {
    loop {
        match read_chunk(py, t, hint) {
            Err(e) => trap_eintr(py, e)?,
            r => return r,
        }
    }
}

/// `read(size=-1)`.
fn read(py: Py<'_>, t: &TextIO, size: Option<Size>) -> PyResult<Owned<PyUnicodeObject>> {
    let buffer = t.attached(py)?;
    t.check_closed(py)?;
    if !t.decoder.exists() {
        return Err(unsupported(py, "not readable"));
    }
    t.write_pending(py)?;
    let Ok(n) = usize::try_from(size.map_or(-1, |s| s.0)) else {
        let input = call::method(py, &buffer, name!("read"), [])?;
        let rest = t.decoder.decode(py, &input, &t.errors_name(), true)?;
        let first = t.take_decoded(py, None)?;
        t.forget_decoded();
        t.forget_snapshot();
        return unicode::concat(py, &first, &rest);
    };
    let mut parts = vec![t.take_decoded(py, Some(n))?];
    let mut left = n - unicode::len(&parts[0]);
    while left > 0 && next_chunk(py, t, left)? {
        let part = t.take_decoded(py, Some(left))?;
        left -= unicode::len(&part);
        parts.push(part);
    }
    join(py, parts)
}

fn join(py: Py<'_>, mut parts: Vec<Owned<PyUnicodeObject>>) -> PyResult<Owned<PyUnicodeObject>> {
    parts.retain(|p| unicode::len(p) > 0);
    match parts.len() {
        0 => Ok(unicode::empty()),
        1 => Ok(parts.pop().expect("one")),
        _ => unicode::join_all(py, &parts.iter().map(|p| &**p).collect::<Vec<_>>()),
    }
}

/// `_textiowrapper_readline`.
fn line(py: Py<'_>, t: &TextIO, limit: Option<usize>) -> PyResult<Owned<PyUnicodeObject>> {
    t.check_closed(py)?;
    t.write_pending(py)?;
    let nl = get(&t.read_nl);
    let ending = if t.read_translate.get() {
        Ending::Translated
    } else if t.read_universal.get() {
        Ending::Universal
    } else {
        match nl.as_deref().and_then(unicode::check) {
            Some(nl) => Ending::This(unicode::view(nl)),
            None => Ending::Translated,
        }
    };
    let mut parts: Vec<Owned<PyUnicodeObject>> = Vec::new();
    let mut length = 0;
    let mut rest: Option<Owned<PyUnicodeObject>> = None;
    loop {
        let mut more = true;
        while more && t.decoded().is_none_or(|d| unicode::len(&d) == 0) {
            more = next_chunk(py, t, 0)?;
        }
        let Some(text) = t.decoded().filter(|_| more) else {
            t.forget_decoded();
            t.forget_snapshot();
            parts.extend(rest);
            break;
        };
        let (text, start, before) = match rest.take() {
            None => (text.clone(), t.used.get().min(unicode::len(&text)), 0),
            Some(r) => (unicode::concat(py, &r, &text)?, 0, unicode::len(&r)),
        };
        let (mut end, found) = match line_end(unicode::view(&text), start, &ending) {
            Ok(end) => (end, true),
            Err(end) => (end, false),
        };
        let at_limit = limit.is_some_and(|l| (end - start) + length >= l);
        if at_limit {
            end = start + (limit.unwrap_or(0) - length);
        }
        if found || at_limit {
            t.used.set(end.saturating_sub(before));
            if end > start {
                parts.push(unicode::substring(py, &text, start, end)?);
            }
            break;
        }
        if end > start {
            length += end - start;
            parts.push(unicode::substring(py, &text, start, end)?);
        }
        if end < unicode::len(&text) {
            rest = Some(unicode::substring(py, &text, end, unicode::len(&text))?);
        }
        t.forget_decoded();
    }
    join(py, parts)
}

fn readline(py: Py<'_>, t: &TextIO, size: Option<isize>) -> PyResult<Owned<PyUnicodeObject>> {
    t.attached(py)?;
    line(py, t, size.and_then(|s| usize::try_from(s).ok()))
}

/// `__next__`: places cannot be asked for until the end.
fn next(py: Py<'_>, t: &TextIO) -> PyResult<Option<Owned>> {
    t.attached(py)?;
    t.telling.set(false);
    let line = if t.as_object().ty().is(&types::TextIOWrapper.0) {
        line(py, t, None)?.upcast()
    } else {
        let l = call::method(py, t.as_object(), name!("readline"), [])?;
        if unicode::check(&l).is_none() {
            return Err(exceptions::format(
                py,
                &exceptions::OSError,
                format_args!("readline() should have returned a str object, not '{}'", type_name(l.ty())),
            ));
        }
        l
    };
    if protocol::len(py, &line)? == 0 {
        t.forget_snapshot();
        t.telling.set(t.seekable.get());
        return Ok(None);
    }
    Ok(Some(line))
}

fn flush(py: Py<'_>, t: &TextIO) -> PyResult {
    let buffer = t.attached(py)?;
    t.check_closed(py)?;
    t.telling.set(t.seekable.get());
    t.write_pending(py)?;
    call::method(py, &buffer, name!("flush"), [])
}

fn close(py: Py<'_>, t: &TextIO) -> PyResult {
    let buffer = t.attached(py)?;
    if flag(py, t.as_object(), name!("closed"))? {
        return Ok(object::none());
    }
    if t.finalizing.get()
        && let Err(e) = call::method(py, &buffer, name!("_dealloc_warn"), [t.as_object()])
    {
        glue::ignore(e);
    }
    let flushed = call::method(py, t.as_object(), name!("flush"), []);
    let closed = call::method(py, &buffer, name!("close"), []);
    chain(flushed.err(), closed)
}

fn detach(py: Py<'_>, t: &TextIO) -> PyResult {
    t.attached(py)?;
    call::method(py, t.as_object(), name!("flush"), [])?;
    let buffer = t.attached(py)?;
    set::<PyObject>(&t.buffer, None);
    t.detached.set(true);
    Ok(buffer)
}

fn repr(py: Py<'_>, t: &TextIO) -> PyResult<Owned<PyUnicodeObject>> {
    if !t.ok.get() {
        t.attached(py)?;
    }
    let mut out = "<_io.TextIOWrapper".to_owned();
    if let Some(name) = name_repr(py, t.as_object())? {
        out.push_str(&format!(" name={name}"));
    }
    if let Some(mode) = attr::lookup_name(py, t.as_object(), name!("mode"))? {
        let mode = protocol::repr(py, &mode)?;
        out.push_str(&format!(" mode={}", unicode::display(mode.as_object())));
    }
    let encoding = protocol::repr(py, &get(&t.encoding).unwrap_or_else(object::none))?;
    out.push_str(&format!(" encoding={}>", unicode::display(encoding.as_object())));
    unicode::from_str(py, &out)
}

/// A pair of the snapshot, where there is one.
fn snapshot(t: &TextIO) -> Option<(Owned, Owned<PyBytesObject>)> {
    let (flags, input) = (get(&t.snapshot_flags)?, get(&t.snapshot_input)?);
    // SAFETY: LAYOUT: only bytes are put there.
    Some((flags, unsafe { input.cast() }))
}
