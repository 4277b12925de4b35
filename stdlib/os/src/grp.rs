//! `grp`: the database of groups.

use crate::convert::{fs_text, id, plain};
use crate::path::decode;
use crate::posix::Made;
use crate::pwd::{missing, number_of};
use dxpy_core::abi::*;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::without_gil;
use dxpy_core::{Owned, Py, PyResult, list, methods, object, protocol, unicode};
use dxpy_host::users::{self, Group};
use dxpy_types::structseq::{self, Desc};

/// `grp`.
pub static MODULE: StaticModule =
    StaticModule::new(c"grp").doc(c"The database of groups.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "getgrgid" = getgrgid [1], "($module, /, id)", "The entry of a group's number.";
    "getgrnam" = getgrnam [1], "($module, /, name)", "The entry of a group's name.";
    "getgrall" = getgrall [0], "($module, /)", "All entries, in no order that may be relied on.";
] }

static STRUCT: Desc = Desc {
    name: "grp.struct_group",
    doc: "An entry of the database of groups: a tuple whose items are attributes too.",
    fields: &[
        (Some("gr_name"), "group name"),
        (Some("gr_passwd"), "password"),
        (Some("gr_gid"), "group id"),
        (Some("gr_mem"), "group members"),
    ],
    visible: 4,
};
static TYPE: Made = Made::new();

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    TYPE.make(py, m, &STRUCT)
}

fn entry(py: Py<'_>, g: &Group) -> PyResult {
    let members: Vec<Owned> =
        g.members.iter().map(|n| decode(py, n).map(Owned::upcast)).collect::<PyResult<_>>()?;
    // A group without a password has None there.
    let password = if g.password.is_empty() { object::none() } else { decode(py, &g.password)?.upcast() };
    let members = list::from_iter(py, members)?.upcast();
    let values = vec![decode(py, &g.name)?.upcast(), password, number_of(py, g.gid)?, members];
    structseq::new(py, TYPE.get(), values)
}

fn getgrgid(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult {
    let gid = id(py, o, "gid")?;
    match without_gil(py, || users::group_by_id(gid)).map_err(|e| plain(py, e))? {
        Some(g) => entry(py, &g),
        None => {
            let shown = if gid == u32::MAX { -1 } else { i64::from(gid) };
            Err(missing(py, &format!("getgrgid(): gid not found: {shown}")))
        }
    }
}

fn getgrnam(py: Py<'_>, _: &PyModuleObject, name: &PyUnicodeObject) -> PyResult {
    let text = fs_text(py, name.as_object())?;
    match without_gil(py, || users::group_by_name(&text)).map_err(|e| plain(py, e))? {
        Some(g) => entry(py, &g),
        None => {
            let shown = protocol::repr(py, name.as_object())?;
            let shown = unicode::display(shown.as_object());
            Err(missing(py, &format!("getgrnam(): name not found: {shown}")))
        }
    }
}

fn getgrall(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    // The GIL is held: the position in the database is the process'.
    let all: Vec<Owned> = users::all_groups().iter().map(|g| entry(py, g)).collect::<PyResult<_>>()?;
    list::from_iter(py, all).map(Owned::upcast)
}
