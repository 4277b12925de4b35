//! `errno`: the names of the system's error numbers.

use dxpy_algos::numbers::ERRNO;
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Py, PyResult, dict, long, unicode};

/// `errno`.
pub static MODULE: StaticModule = StaticModule::new(c"errno")
    .doc(c"The system's error numbers by name; errorcode has the names by number.")
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    let names = dict::new(py)?;
    module::add(py, m, "errorcode", names.as_object())?;
    for (name, value) in ERRNO {
        let (name, value) = (unicode::intern_str(py, name)?, long::from_i64(py, (*value).into())?);
        dict::set(py, module::dict_of(m), name.as_object(), value.as_object())?;
        dict::set(py, &names, value.as_object(), name.as_object())?;
    }
    Ok(())
}
