//! `_sre`: compiled patterns, matches, scanners and templates as objects over the engine of `dxpy-sre`
//! (`Modules/_sre/sre.c`). Here: the module, the subject of a match, running the engine. Patterns are in `pattern`, matches
//! and templates in `matches`.

pub mod matches;
pub mod pattern;

use dxpy_core::abi::*;
use dxpy_core::buffer::View;
use dxpy_core::call::type_name;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyErr, PyResult, bytes, exceptions, methods, types, unicode};
use dxpy_sre::{
    Error, Program, State, UnicodeProps, ascii_iscased as iscased_ascii, ascii_tolower as tolower_ascii,
    unicode_iscased as iscased_unicode, unicode_tolower as tolower_unicode,
};
use dxpy_text::strings::{Str, each_kind};

/// `_sre`.
pub static MODULE: StaticModule = StaticModule::new(c"_sre").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "compile" = pattern::compile [6], "($module, /, pattern, flags, code, groups, groupindex,\n        indexgroup)", "A pattern of the code that re makes.";
    "getcodesize" = getcodesize [0], "($module, /)", "The bytes of a word of code.";
    "ascii_iscased" = ascii_iscased [1], "($module, character, /)", "";
    "unicode_iscased" = unicode_iscased [1], "($module, character, /)", "";
    "ascii_tolower" = ascii_tolower [1], "($module, character, /)", "";
    "unicode_tolower" = unicode_tolower [1], "($module, character, /)", "";
    "template" = matches::template [2], "($module, pattern, template, /)", "";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    for ty in [&pattern::PATTERN, &pattern::SCANNER, &matches::MATCH, &matches::TEMPLATE] {
        types::ready::ready(py, ty)?;
    }
    module::add_int(py, m, "MAGIC", dxpy_sre::MAGIC as i64)?;
    module::add_int(py, m, "CODESIZE", dxpy_sre::CODESIZE as i64)?;
    module::add_int(py, m, "MAXREPEAT", dxpy_sre::MAXREPEAT as i64)?;
    module::add_int(py, m, "MAXGROUPS", dxpy_sre::MAXGROUPS as i64)?;
    module::add_str(py, m, "copyright", " SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ")
}

fn getcodesize(_: Py<'_>, _: &PyModuleObject) -> i64 {
    dxpy_sre::CODESIZE as i64
}

fn ascii_iscased(_: Py<'_>, _: &PyModuleObject, c: i32) -> bool {
    iscased_ascii(c as u32)
}

fn unicode_iscased(_: Py<'_>, _: &PyModuleObject, c: i32) -> bool {
    iscased_unicode(&UnicodeProps, c as u32)
}

fn ascii_tolower(_: Py<'_>, _: &PyModuleObject, c: i32) -> i64 {
    tolower_ascii(c as u32) as i64
}

fn unicode_tolower(_: Py<'_>, _: &PyModuleObject, c: i32) -> i64 {
    tolower_unicode(&UnicodeProps, c as u32) as i64
}

/// What a pattern is matched against: a str, or the bytes of a buffer, which is held meanwhile.
pub struct Subject {
    pub object: Owned,
    buffer: Option<View>,
}

impl Subject {
    /// `getstring`.
    pub fn new(py: Py<'_>, o: &PyObject) -> PyResult<Subject> {
        if unicode::check(o).is_some() {
            return Ok(Subject { object: o.to_owned(), buffer: None });
        }
        match View::simple(py, o) {
            Ok(v) => Ok(Subject { object: o.to_owned(), buffer: Some(v) }),
            Err(_) => Err(exceptions::type_error(
                py,
                format_args!("expected string or bytes-like object, got '{}'", type_name(o.ty())),
            )),
        }
    }

    pub fn is_bytes(&self) -> bool {
        self.buffer.is_some()
    }

    /// The characters, or the bytes.
    pub fn view(&self) -> Str<'_> {
        match (&self.buffer, unicode::check(&self.object)) {
            (Some(v), _) => Str::Latin1(v.bytes()),
            (_, Some(s)) => unicode::view(s),
            _ => Str::Ascii(&[]),
        }
    }

    pub fn length(&self) -> usize {
        self.view().len()
    }

    /// `getslice`: a part of the subject as a str or bytes.
    pub fn slice(&self, py: Py<'_>, from: usize, to: usize) -> PyResult {
        if let Some(s) = unicode::check(&self.object) {
            return Ok(unicode::substring(py, s, from, to)?.upcast());
        }
        match (self.view(), bytes::check_exact(&self.object)) {
            (Str::Latin1(v), Some(b)) if from == 0 && to == v.len() => Ok(b.to_owned().upcast()),
            (Str::Latin1(v), _) => Ok(bytes::new(py, &v[from..to])?.upcast()),
            _ => Err(exceptions::system_error(py, format_args!("a subject that is neither text nor bytes"))),
        }
    }

    /// The empty str or bytes.
    pub fn empty(&self) -> Owned {
        if self.is_bytes() { bytes::empty().upcast() } else { unicode::empty().upcast() }
    }
}

/// What is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// From the start.
    Match,
    /// Anywhere behind it.
    Search,
}

/// Runs the engine on a subject; signals are looked after now and then.
pub fn run(py: Py<'_>, state: &mut State, program: &Program, s: &Subject, how: How) -> PyResult<bool> {
    let mut interrupted: Option<PyErr> = None;
    let mut poll = || match dxpy_core::thread::check_signals(py) {
        Err(e) => {
            interrupted = Some(e);
            false
        }
        Ok(()) => true,
    };
    let props = &UnicodeProps;
    let r = each_kind!(s.view(), v => match how {
        How::Match => state.matches(program, v, props, &mut poll),
        How::Search => state.search(program, v, props, &mut poll),
    });
    r.map_err(|e| match interrupted {
        Some(e) => e,
        None => engine_error(py, e),
    })
}

/// The exception for what went wrong in the engine.
#[cold]
pub fn engine_error(py: Py<'_>, e: Error) -> PyErr {
    match e {
        Error::Memory => exceptions::memory_error(py),
        Error::Interrupted => exceptions::runtime_error(py, format_args!("matching was interrupted")),
        Error::Code => exceptions::runtime_error(py, format_args!("invalid SRE code")),
        Error::Span => exceptions::system_error(
            py,
            format_args!("The span of capturing group is wrong, please report a bug for the re module."),
        ),
    }
}

/// The spans of all groups of a match; the first is the match itself.
pub fn spans(py: Py<'_>, state: &State, groups: usize) -> PyResult<Vec<Option<(usize, usize)>>> {
    // The length is known, which collecting results does not see.
    let mut spans = Vec::with_capacity(groups + 1);
    for g in 0..=groups {
        match state.span(g) {
            Ok(s) => spans.push(s),
            Err(e) => return Err(engine_error(py, e)),
        }
    }
    Ok(spans)
}
