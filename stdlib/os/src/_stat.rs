//! `_stat`: the bits of a file's mode. What they mean is in `dxpy-algos`.

use dxpy_algos::stat;
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, exceptions, long, methods, unicode};

/// `_stat`.
pub static MODULE: StaticModule = StaticModule::new(c"_stat")
    .doc(c"The bits of a file's mode, and what asks for them.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

macro_rules! tests {
    ($($f:ident $name:literal;)*) => { $(
        fn $f(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult<bool> {
            let wanted = stat::PREDICATES.iter().find(|p| p.0 == $name).and_then(|p| p.1);
            mode(py, o).map(|m| stat::is_type(m, wanted))
        }
    )* };
}
tests! {
    is_dir "S_ISDIR"; is_chr "S_ISCHR"; is_blk "S_ISBLK"; is_reg "S_ISREG"; is_fifo "S_ISFIFO"; is_lnk "S_ISLNK";
    is_sock "S_ISSOCK"; is_door "S_ISDOOR"; is_port "S_ISPORT"; is_wht "S_ISWHT";
}

methods! { static METHODS: for PyModuleObject [
    "S_ISDIR" = is_dir [1], "?(mode, /)", "Whether the mode is that of a directory.";
    "S_ISCHR" = is_chr [1], "?(mode, /)", "Whether the mode is that of a character device.";
    "S_ISBLK" = is_blk [1], "?(mode, /)", "Whether the mode is that of a block device.";
    "S_ISREG" = is_reg [1], "?(mode, /)", "Whether the mode is that of a regular file.";
    "S_ISFIFO" = is_fifo [1], "?(mode, /)", "Whether the mode is that of a named pipe.";
    "S_ISLNK" = is_lnk [1], "?(mode, /)", "Whether the mode is that of a symbolic link.";
    "S_ISSOCK" = is_sock [1], "?(mode, /)", "Whether the mode is that of a socket.";
    "S_ISDOOR" = is_door [1], "?(mode, /)", "Whether the mode is that of a door, which this system has not.";
    "S_ISPORT" = is_port [1], "?(mode, /)", "Whether the mode is that of an event port, which this system has not.";
    "S_ISWHT" = is_wht [1], "?(mode, /)", "Whether the mode is that of a whiteout, which this system has not.";
    "S_IMODE" = permissions [1], "?(mode, /)", "The bits of a mode that os.chmod() can set.";
    "S_IFMT" = format [1], "?(mode, /)", "The bits of a mode that tell the file's type.";
    "filemode" = filemode [1], "?(mode, /)", "A mode as text, such as '-rwxrwxrwx'.";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    stat::CONSTANTS.iter().try_for_each(|(n, v)| module::add_int(py, m, n, *v))
}

/// `_PyLong_AsMode_t`.
fn mode(py: Py<'_>, o: &PyObject) -> PyResult<u32> {
    let Some(n) = long::check(o) else {
        return Err(exceptions::type_error(py, format_args!("an integer is required")));
    };
    let Some(v) = long::to_u64(n) else {
        let text = if long::sign(n) < 0 {
            "can't convert negative value to unsigned int"
        } else {
            "Python int too large to convert to C unsigned long"
        };
        return Err(exceptions::overflow_error(py, format_args!("{text}")));
    };
    u32::try_from(v).map_err(|_| exceptions::overflow_error(py, format_args!("mode out of range")))
}

fn permissions(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult<i64> {
    mode(py, o).map(|m| stat::permission_bits(m).into())
}

fn format(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult<i64> {
    mode(py, o).map(|m| stat::format_bits(m).into())
}

fn filemode(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, &stat::filemode(mode(py, o)?))
}
