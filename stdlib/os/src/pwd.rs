//! `pwd`: the database of users.

use crate::convert::{fs_text, id, plain};
use crate::path::decode;
use crate::posix::Made;
use dxpy_core::abi::*;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::without_gil;
use dxpy_core::{Owned, Py, PyErr, PyResult, exceptions, list, long, methods, protocol, unicode};
use dxpy_host::users::{self, User};
use dxpy_types::structseq::{self, Desc};

/// `pwd`.
pub static MODULE: StaticModule =
    StaticModule::new(c"pwd").doc(c"The database of users.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "getpwuid" = getpwuid [1], "($module, uidobj, /)", "The entry of a user's number.";
    "getpwnam" = getpwnam [1], "($module, name, /)", "The entry of a user's name.";
    "getpwall" = getpwall [0], "($module, /)", "All entries, in no order that may be relied on.";
] }

static STRUCT: Desc = Desc {
    name: "pwd.struct_passwd",
    doc: "An entry of the database of users: a tuple whose items are attributes too.",
    fields: &[
        (Some("pw_name"), "user name"),
        (Some("pw_passwd"), "password"),
        (Some("pw_uid"), "user id"),
        (Some("pw_gid"), "group id"),
        (Some("pw_gecos"), "real name"),
        (Some("pw_dir"), "home directory"),
        (Some("pw_shell"), "shell program"),
    ],
    visible: 7,
};
static TYPE: Made = Made::new();

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    TYPE.make(py, m, &STRUCT)
}

/// A number, -1 where the system means nobody.
pub(crate) fn number_of(py: Py<'_>, v: u32) -> PyResult {
    long::from_i64(py, if v == u32::MAX { -1 } else { v.into() }).map(Owned::upcast)
}

fn entry(py: Py<'_>, u: &User) -> PyResult {
    let text = |t: &[u8]| decode(py, t).map(Owned::upcast);
    let values = vec![
        text(&u.name)?,
        text(&u.password)?,
        number_of(py, u.uid)?,
        number_of(py, u.gid)?,
        text(&u.gecos)?,
        text(&u.dir)?,
        text(&u.shell)?,
    ];
    structseq::new(py, TYPE.get(), values)
}

/// The `KeyError` for an entry that is not there.
#[cold]
pub(crate) fn missing(py: Py<'_>, text: &str) -> PyErr {
    match unicode::from_str(py, text) {
        Ok(s) => exceptions::key_error(py, s.as_object()),
        Err(e) => e,
    }
}

fn getpwuid(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult {
    let uid = id(py, o, "uid").map_err(|e| {
        if exceptions::matches(&e, &exceptions::OverflowError) {
            return missing(py, "getpwuid(): uid not found");
        }
        e
    })?;
    match without_gil(py, || users::user_by_id(uid)).map_err(|e| plain(py, e))? {
        Some(u) => entry(py, &u),
        None => {
            let shown = if uid == u32::MAX { -1 } else { i64::from(uid) };
            Err(missing(py, &format!("getpwuid(): uid not found: {shown}")))
        }
    }
}

fn getpwnam(py: Py<'_>, _: &PyModuleObject, name: &PyUnicodeObject) -> PyResult {
    let text = fs_text(py, name.as_object())?;
    match without_gil(py, || users::user_by_name(&text)).map_err(|e| plain(py, e))? {
        Some(u) => entry(py, &u),
        None => {
            let shown = protocol::repr(py, name.as_object())?;
            let shown = unicode::display(shown.as_object());
            Err(missing(py, &format!("getpwnam(): name not found: {shown}")))
        }
    }
}

fn getpwall(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    // The GIL is held: the position in the database is the process'.
    let all: Vec<Owned> = users::all_users().iter().map(|u| entry(py, u)).collect::<PyResult<_>>()?;
    list::from_iter(py, all).map(Owned::upcast)
}
