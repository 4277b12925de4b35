//! Tracebacks as text (`tb_printinternal`, `tb_displayline` of `Python/traceback.c`): the lines of the source with marks
//! under what was running, and calls that repeat folded.

use super::{Margin, Out, sys_attribute};
use dxpy_ast::{ExprKind, Mod, StmtKind};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Py, PyResult, codecs, exceptions, list, long, name, unicode};
use dxpy_types::{code, frame, traceback};
use std::path::PathBuf;

/// `PyTraceBack_LIMIT`.
const LIMIT: i64 = 1000;
/// `TB_RECURSIVE_CUTOFF`: how often the same line is shown in a row.
const CUTOFF: usize = 3;

/// `PyTraceBack_Print`.
pub fn print_plain(out: &Out<'_>, tb: &PyObject) -> PyResult<()> {
    print(out, tb, Margin::default(), "", "Traceback (most recent call last):\n")
}

/// `_PyTraceBack_Print_Indented`; `bar` is the margin's in front of the header.
pub fn print(out: &Out<'_>, tb: &PyObject, margin: Margin<'_>, bar: &str, header: &str) -> PyResult<()> {
    let Some(tb) = traceback::check(tb) else {
        return Err(exceptions::system_error(out.py, format_args!("bad argument to internal function")));
    };
    let mut limit = LIMIT;
    if let Some(l) = sys_attribute(out.py, name!("tracebacklimit"))
        && let Some(l) = long::check(&l)
    {
        limit = match long::to_i64(l) {
            Some(n) => n,
            None if long::sign(l) > 0 => i64::MAX,
            None => 0,
        };
        if limit <= 0 {
            return Ok(());
        }
    }
    Margin { bar, ..margin }.begin(out)?;
    out.text(header)?;
    let mut depth = core::iter::successors(Some(tb), |t| traceback::next(t)).count() as i64;
    let mut next = Some(tb.to_owned());
    // File, line and function of the last one, and how often it came.
    let mut last: Option<(*mut PyObject, i32, *mut PyObject)> = None;
    let mut times = 0;
    while let Some(t) = next {
        if depth <= limit {
            let line = traceback::lineno(&t);
            // SAFETY: LIVE: a link holds its frame, and that its code.
            let c = unsafe { frame::code_of((*t.tb_frame.get()).f_frame.get()) }.to_owned();
            let here = (c.co_filename.get(), line, c.co_name.get());
            if line == -1 || last != Some(here) {
                repeated(out, times)?;
                last = Some(here);
                times = 0;
            }
            times += 1;
            if times <= CUTOFF {
                entry(out, &t, &c, line, margin)?;
            }
        }
        depth -= 1;
        next = traceback::next(&t).map(Object::to_owned);
    }
    repeated(out, times)
}

/// `tb_print_line_repeated`, where the same line came oftener than it was shown.
fn repeated(out: &Out<'_>, times: usize) -> PyResult<()> {
    if times <= CUTOFF {
        return Ok(());
    }
    let n = times - CUTOFF;
    out.text(&format!("  [Previous line repeated {n} more time{}]\n", if n > 1 { "s" } else { "" }))
}

/// `tb_displayline`.
fn entry(
    out: &Out<'_>,
    t: &PyTracebackObject,
    c: &PyCodeObject,
    line: i32,
    margin: Margin<'_>,
) -> PyResult<()> {
    // SAFETY: LIVE, LAYOUT: a code object holds its file's name, a str, and its own.
    let (file, name) = unsafe { (&*(c.co_filename.get() as *const PyUnicodeObject), &*c.co_name.get()) };
    margin.begin(out)?;
    out.text("  File \"")?;
    out.object(file.as_object())?;
    out.text(&format!("\", line {line}, in "))?;
    out.object(name)?;
    out.text("\n")?;
    let Some(source) = source_line(out.py, file, line) else { return Ok(()) };
    let stripped = source.trim_start_matches([' ', '\t', '\x0c']);
    margin.begin(out)?;
    out.text("    ")?;
    // The line may be without an end even so: it is ended apart.
    let text = unicode::from_str(out.py, stripped)?;
    out.object(text.as_object())?;
    out.text("\n")?;
    match marks(out.py, c, t.tb_lasti.get(), &source, stripped) {
        None => Ok(()),
        Some(marks) => {
            margin.begin(out)?;
            out.text(&marks)
        }
    }
}

fn blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\x0c')
}

/// The marks under a line, if there are any to make.
fn marks(py: Py<'_>, c: &PyCodeObject, lasti: i32, source: &str, stripped: &str) -> Option<String> {
    let at = code::location_at(c, lasti)?;
    let lines = (at.lineno, at.end_lineno);
    let byte = |n: i32| usize::try_from(n).ok();
    if lines.0 < 0 || lines.1 < 0 {
        return None;
    }
    let start = characters(source, byte(at.col_offset)?);
    let mut end = characters(source, byte(at.end_col_offset)?);
    let mut anchors = None;
    if lines.0 == lines.1 {
        anchors = anchors_of(py, source, start, end);
    } else {
        // An expression over several lines is marked up to the end of its first.
        end = characters(source, source.trim_end_matches([' ', '\t', '\x0c']).len());
    }
    let whole = stripped.chars().count();
    if end.wrapping_sub(start) == whole && anchors.is_none() {
        return None;
    }
    // From here on columns are those of a terminal, where some characters take two.
    let column = |n: usize| columns(source, n);
    let (primary, left, right) = match anchors {
        Some((l, r)) => ('~', column(l), column(r)),
        None => ('^', usize::MAX, 0),
    };
    let (start, end) = (column(start), column(end));
    // The source is shown four columns in, without the blanks it begins with.
    let indent = source.chars().count() - whole;
    let mut text = " ".repeat(4);
    for i in indent..end.max(indent) {
        text.push(match i {
            _ if i < start => ' ',
            _ if left <= i && i < right => '^',
            _ => primary,
        });
    }
    text.push('\n');
    Some(text)
}

/// `_PyPegen_calculate_display_width`: the columns that the first characters take.
fn columns(text: &str, characters: usize) -> usize {
    let wide = |c: char| !c.is_ascii() && matches!(dxpy_text::unicode::east_asian_width(c as u32), "W" | "F");
    let extra = characters.saturating_sub(text.chars().count());
    text.chars().take(characters).map(|c| 1 + wide(c) as usize).sum::<usize>() + extra
}

/// `_PyPegen_byte_offset_to_character_offset`: an offset behind the end is that of the NUL there.
fn characters(text: &str, bytes: usize) -> usize {
    let behind = usize::from(bytes > text.len());
    String::from_utf8_lossy(&text.as_bytes()[..bytes.min(text.len())]).chars().count() + behind
}

/// `extract_anchors_from_line`: what of the expression between two columns did it: the operator, or the subscript.
fn anchors_of(py: Py<'_>, line: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let segment: String = line.chars().take(end).skip(start).collect();
    let mut warnings = Vec::new();
    let mut options = dxpy_parser::Options::new(dxpy_parser::Mode::Exec);
    options.ignore_cookie = true;
    let mut tree =
        dxpy_parser::parse_with(segment.as_bytes(), &options, &crate::source::Tables::new(py), &mut warnings)
            .ok()?;
    dxpy_compiler::astopt::optimize(&mut tree, 0, 0).ok()?;
    let Mod::Module { body, .. } = &tree else { return None };
    let [statement] = body.as_slice() else { return None };
    let StmtKind::Expr { value } = &statement.kind else { return None };
    let text = segment.as_bytes();
    let at = |n: i32| usize::try_from(n).unwrap_or(0);
    let (left, right) = match &value.kind {
        ExprKind::BinOp { left, right, .. } => {
            let (from, to) = (at(left.range.end_col_offset), at(right.range.col_offset));
            // Behind the left operand may be the end of its parentheses.
            let operator =
                |i: &usize| text.get(*i).is_some_and(|b| !blank(*b) && (*b != b')' || i + 1 == to));
            let first = (from..to).find(operator);
            match first {
                Some(i) => {
                    let two = i + 1 < to && text.get(i + 1).is_some_and(|b| !blank(*b));
                    (i, i + 1 + two as usize)
                }
                None => return None,
            }
        }
        ExprKind::Subscript { value, slice, .. } => {
            let find = |from: usize, b: u8| (from..text.len()).find(|i| text[*i] == b);
            let left = find(at(value.range.end_col_offset), b'[').unwrap_or(text.len());
            let right = find(at(slice.range.end_col_offset) + 1, b']').map_or(text.len(), |i| i + 1);
            (left, right)
        }
        _ => return None,
    };
    Some((characters(&segment, left) + start, characters(&segment, right) + start))
}

/// Where the source of a code object is (`_Py_FindSourceFile`): at its name, or by its last part in `sys.path`.
fn find_source(py: Py<'_>, file: &PyUnicodeObject) -> Option<std::fs::File> {
    use std::os::unix::ffi::OsStringExt;
    let path_of = |o: &PyUnicodeObject| -> Option<PathBuf> {
        let b = codecs::encode_fs(py, o).ok()?;
        let b = dxpy_core::bytes::as_slice(&b);
        (!b.contains(&0)).then(|| PathBuf::from(std::ffi::OsString::from_vec(b.to_vec())))
    };
    let path = path_of(file)?;
    if let Ok(f) = std::fs::File::open(&path) {
        return Some(f);
    }
    let tail = path.file_name()?;
    let sys_path = sys_attribute(py, name!("path"))?;
    let folders = list::items(list::check(&sys_path)?);
    folders.iter().filter_map(|o| unicode::check(o)).find_map(|o| {
        let full = path_of(o)?.join(tail);
        std::fs::File::open(full).ok()
    })
}

/// A line of a source file without its end (`display_source_line_with_margin`); none if it cannot be had.
pub fn source_line(py: Py<'_>, file: &PyUnicodeObject, line: i32) -> Option<String> {
    use std::io::Read;
    let shown = unicode::display(file.as_object());
    if shown.starts_with('<') && shown.ends_with('>') {
        return None;
    }
    let line = usize::try_from(line).ok()?.checked_sub(1)?;
    let mut bytes = Vec::new();
    let f = find_source(py, file)?;
    // A device or pipe may have no end.
    if !f.metadata().ok()?.is_file() {
        return None;
    }
    f.take(1 << 26).read_to_end(&mut bytes).ok()?;
    let bom = bytes.starts_with(b"\xef\xbb\xbf");
    let body = if bom { &bytes[3..] } else { &bytes[..] };
    let encoding = dxpy_parser::coding_cookie(body).unwrap_or_else(|| "utf-8".to_owned());
    let mut ended = false;
    let text = match encoding.as_str() {
        "utf-8" => {
            // Only the lines up to the one wanted need to be right.
            let found = body.iter().enumerate().filter(|(_, b)| **b == b'\n').nth(line).map(|(i, _)| i);
            ended = found.is_some();
            core::str::from_utf8(&body[..found.unwrap_or(body.len())]).ok()?.to_owned()
        }
        _ => {
            let s = codecs::decode(py, codecs::Source::new(body), Some(&encoding), None).ok()?;
            unicode::utf8(py, &s).ok()?.into_owned()
        }
    };
    let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text };
    // A line without text is one if it has an end.
    text.split('\n')
        .nth(line)
        .filter(|l| !l.is_empty() || ended || text.split('\n').count() > line + 1)
        .map(str::to_owned)
}
