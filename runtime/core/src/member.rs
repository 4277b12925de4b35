//! Fields of C structs as attributes: `PyMember_GetOne` and `PyMember_SetOne` (`Python/structmember.c`), and `members!`,
//! which makes their tables.

use crate::abi::constants::*;
use crate::abi::*;
use crate::call::type_name;
use crate::err::PyResult;
use crate::exceptions;
use crate::object::none;
use crate::ptr::{Object, Owned};
use crate::thread::Py;
use crate::{boolean, float, long, number, unicode};
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int};

/// A table of fields: `"name" = kind, offset, flags, doc;`, ended by the all-zero row.
#[macro_export]
macro_rules! members {
    ($(#[$m:meta])* $vis:vis static $table:ident [ $($name:literal = $kind:expr, $offset:expr, $flags:expr, $doc:literal;)* ]) => {
        $(#[$m])*
        $vis static $table: $crate::statics::Gil<[$crate::abi::PyMemberDef; { 1 $(+ { let _ = $name; 1 })* }]> =
            $crate::statics::Gil([
                $($crate::member::row(
                    $crate::args::c_str(concat!($name, "\0")),
                    $kind,
                    $offset,
                    $flags,
                    $crate::args::c_str(concat!($doc, "\0")),
                ),)*
                $crate::member::end(),
            ]);
    };
}

/// A table of computed attributes: `"name" = getter, doc;` or `"name" = getter, setter, doc;`, ended by the zero row.
#[macro_export]
macro_rules! getset {
    ($(#[$m:meta])* $vis:vis static $table:ident [ $($name:literal = $get:expr $(, set $set:expr)?, $doc:literal;)* ]) => {
        $(#[$m])*
        $vis static $table: $crate::statics::Gil<[$crate::abi::PyGetSetDef; { 1 $(+ { let _ = $name; 1 })* }]> =
            $crate::statics::Gil([
                $({
                    #[allow(unused_mut, unused_assignments)]
                    let mut set: Option<$crate::abi::setter> = None;
                    $( set = Some($crate::glue::setter($set)); )?
                    $crate::member::getset_row(
                        $crate::args::c_str(concat!($name, "\0")),
                        Some($crate::glue::getter($get)),
                        set,
                        $crate::args::c_str(concat!($doc, "\0")),
                    )
                },)*
                $crate::member::getset_end(),
            ]);
    };
}

/// One row of a member table.
#[doc(hidden)]
pub const fn row(
    name: &'static CStr,
    kind: c_int,
    offset: usize,
    flags: c_int,
    doc: &'static CStr,
) -> PyMemberDef {
    PyMemberDef {
        name: Cell::new(name.as_ptr() as *mut _),
        r#type: Cell::new(kind),
        offset: Cell::new(offset as isize),
        flags: Cell::new(flags),
        doc: Cell::new(doc_ptr(doc)),
    }
}

/// An empty docstring is none.
const fn doc_ptr(doc: &'static CStr) -> *mut c_char {
    if doc.count_bytes() == 0 { core::ptr::null_mut() } else { doc.as_ptr() as *mut _ }
}

/// The row that ends a member table.
#[doc(hidden)]
pub const fn end() -> PyMemberDef {
    PyMemberDef {
        name: Cell::new(core::ptr::null_mut()),
        r#type: Cell::new(0),
        offset: Cell::new(0),
        flags: Cell::new(0),
        doc: Cell::new(core::ptr::null_mut()),
    }
}

/// One row of a getset table.
#[doc(hidden)]
pub const fn getset_row(
    name: &'static CStr,
    get: Option<getter>,
    set: Option<setter>,
    doc: &'static CStr,
) -> PyGetSetDef {
    PyGetSetDef {
        name: Cell::new(name.as_ptr() as *mut _),
        get: Cell::new(get),
        set: Cell::new(set),
        doc: Cell::new(doc_ptr(doc)),
        closure: Cell::new(core::ptr::null_mut()),
    }
}

/// The row that ends a getset table.
#[doc(hidden)]
pub const fn getset_end() -> PyGetSetDef {
    PyGetSetDef {
        name: Cell::new(core::ptr::null_mut()),
        get: Cell::new(None),
        set: Cell::new(None),
        doc: Cell::new(core::ptr::null_mut()),
        closure: Cell::new(core::ptr::null_mut()),
    }
}

/// `PyMember_GetOne`.
///
/// # Safety
/// `def` describes a field of the object's struct.
pub unsafe fn get(py: Py<'_>, o: &PyObject, def: &PyMemberDef) -> PyResult {
    if def.flags.get() & Py_RELATIVE_OFFSET != 0 {
        return Err(exceptions::system_error(
            py,
            format_args!("PyMember_GetOne used with Py_RELATIVE_OFFSET"),
        ));
    }
    if def.flags.get() & Py_AUDIT_READ != 0 && crate::audit::is_active() {
        // SAFETY: STATIC: a member's name.
        let name = unsafe { core::ffi::CStr::from_ptr(def.name.get()) };
        crate::audit::read(py, o, &name.to_string_lossy())?;
    }
    // SAFETY: the caller's promise: a field of this C type is at the offset.
    unsafe {
        let p = (o.as_ptr() as *const u8).offset(def.offset.get());
        macro_rules! int {
            ($t:ty) => {
                long::from_i64(py, (p as *const $t).read_unaligned() as i64).map(Owned::upcast)
            };
        }
        match def.r#type.get() {
            Py_T_BOOL => Ok(boolean::new(*p != 0).upcast()),
            Py_T_BYTE => int!(i8),
            Py_T_UBYTE => int!(u8),
            Py_T_SHORT => int!(i16),
            Py_T_USHORT => int!(u16),
            Py_T_INT => int!(i32),
            Py_T_UINT => int!(u32),
            Py_T_LONG | Py_T_LONGLONG | Py_T_PYSSIZET => int!(i64),
            Py_T_ULONG | Py_T_ULONGLONG => long::from_u64(py, *(p as *const u64)).map(Owned::upcast),
            Py_T_FLOAT => float::new(py, *(p as *const f32) as f64).map(Owned::upcast),
            Py_T_DOUBLE => float::new(py, *(p as *const f64)).map(Owned::upcast),
            Py_T_STRING => {
                let s = *(p as *const *const c_char);
                if s.is_null() {
                    return Ok(none());
                }
                unicode::from_utf8(py, CStr::from_ptr(s).to_bytes()).map(Owned::upcast)
            }
            Py_T_STRING_INPLACE => {
                unicode::from_utf8(py, CStr::from_ptr(p as *const c_char).to_bytes()).map(Owned::upcast)
            }
            Py_T_CHAR => unicode::from_utf8(py, core::slice::from_raw_parts(p, 1)).map(Owned::upcast),
            _Py_T_OBJECT => Ok((*(p as *const *mut PyObject)).as_ref().map_or_else(none, Object::to_owned)),
            Py_T_OBJECT_EX => match (*(p as *const *mut PyObject)).as_ref() {
                Some(v) => Ok(v.to_owned()),
                None => {
                    let name = CStr::from_ptr(def.name.get()).to_string_lossy();
                    Err(exceptions::attribute_error(
                        py,
                        format_args!("'{}' object has no attribute '{name}'", type_name(o.ty())),
                    ))
                }
            },
            _Py_T_NONE => Ok(none()),
            _ => Err(exceptions::system_error(py, format_args!("bad memberdescr type"))),
        }
    }
}

/// `PyMember_SetOne`; `None` deletes.
///
/// # Safety
/// As [`get`].
pub unsafe fn set(py: Py<'_>, o: &PyObject, def: &PyMemberDef, value: Option<&PyObject>) -> PyResult<()> {
    if def.flags.get() & Py_RELATIVE_OFFSET != 0 {
        return Err(exceptions::system_error(
            py,
            format_args!("PyMember_SetOne used with Py_RELATIVE_OFFSET"),
        ));
    }
    if def.flags.get() & Py_READONLY != 0 {
        return Err(exceptions::attribute_error(py, format_args!("readonly attribute")));
    }
    // SAFETY: the caller's promise: a field of this C type is at the offset; OWNED: object fields hold a reference.
    unsafe {
        let p = (o.as_ptr() as *mut u8).offset(def.offset.get());
        let kind = def.r#type.get();
        // Only fields of objects are aligned for this.
        let cell = || &*(p as *const Cell<*mut PyObject>);
        let Some(v) = value else {
            match kind {
                Py_T_OBJECT_EX if cell().get().is_null() => {
                    let name = CStr::from_ptr(def.name.get()).to_string_lossy();
                    return Err(exceptions::attribute_error(py, format_args!("{name}")));
                }
                Py_T_OBJECT_EX | _Py_T_OBJECT => crate::object::clear_field(cell()),
                _ => {
                    return Err(exceptions::type_error(
                        py,
                        format_args!("can't delete numeric/char attribute"),
                    ));
                }
            }
            return Ok(());
        };
        match kind {
            Py_T_BOOL => {
                if !v.ty().is(&boolean::PyBool_Type.0) {
                    return Err(exceptions::type_error(
                        py,
                        format_args!("attribute value type must be bool"),
                    ));
                }
                *p = v.is(&boolean::_Py_TrueStruct.0) as u8;
            }
            Py_T_BYTE => store(py, v, p as *mut i8, "char")?,
            Py_T_UBYTE => store(py, v, p, "unsigned char")?,
            Py_T_SHORT => store(py, v, p as *mut i16, "short")?,
            Py_T_USHORT => store(py, v, p as *mut u16, "unsigned short")?,
            Py_T_INT => store(py, v, p as *mut i32, "int")?,
            Py_T_UINT => store(py, v, p as *mut u32, "unsigned int")?,
            Py_T_LONG | Py_T_LONGLONG => {
                *(p as *mut i64) = wide(py, v, "int too large to convert to C long")?
            }
            Py_T_PYSSIZET => *(p as *mut isize) = number::as_ssize(py, v, &exceptions::OverflowError)?,
            Py_T_ULONG | Py_T_ULONGLONG => {
                let n = number::index_any(py, v)?;
                *(p as *mut u64) = match long::to_u64(&n) {
                    Some(u) => u,
                    None => {
                        let i = wide(py, v, "int too large to convert to C unsigned long")?;
                        exceptions::warn(
                            py,
                            &exceptions::RuntimeWarning,
                            1,
                            format_args!("Writing negative value into unsigned field"),
                        )?;
                        i as u64
                    }
                };
            }
            Py_T_FLOAT => *(p as *mut f32) = float::as_f64(py, v)? as f32,
            Py_T_DOUBLE => *(p as *mut f64) = float::as_f64(py, v)?,
            Py_T_CHAR => match unicode::check(v).map(|s| (unicode::is_ascii(s), unicode::raw(s))) {
                Some((true, [c])) => *p = *c,
                _ => {
                    return Err(exceptions::type_error(
                        py,
                        format_args!("bad argument type for built-in operation"),
                    ));
                }
            },
            Py_T_STRING | Py_T_STRING_INPLACE => {
                return Err(exceptions::type_error(py, format_args!("readonly attribute")));
            }
            _Py_T_OBJECT | Py_T_OBJECT_EX => {
                let old = cell().replace(v.to_owned().into_ptr());
                drop(Owned::<PyObject>::from_raw_opt(old));
            }
            _ => {
                return Err(exceptions::system_error(
                    py,
                    format_args!(
                        "bad memberdescr type for {}",
                        CStr::from_ptr(def.name.get()).to_string_lossy()
                    ),
                ));
            }
        }
    }
    Ok(())
}

fn wide(py: Py<'_>, v: &PyObject, too_large: &str) -> PyResult<i64> {
    let n = number::index_any(py, v)?;
    long::to_i64(&n).ok_or_else(|| exceptions::overflow_error(py, format_args!("{too_large}")))
}

/// Stores an int into a narrow field; what does not fit is cut, with a warning.
///
/// # Safety
/// `p` is a field of this type.
unsafe fn store<T: TryFrom<i64> + Truncated>(
    py: Py<'_>,
    v: &PyObject,
    p: *mut T,
    what: &str,
) -> PyResult<()> {
    let n = wide(py, v, "Python int too large to convert to C long")?;
    // SAFETY: the caller's promise.
    unsafe { *p = T::truncated(n) };
    if T::try_from(n).is_err() {
        exceptions::warn(py, &exceptions::RuntimeWarning, 1, format_args!("Truncation of value to {what}"))?;
    }
    Ok(())
}

/// The low bits of a wide int.
trait Truncated {
    fn truncated(n: i64) -> Self;
}
macro_rules! truncated {
    ($($t:ty)*) => { $( impl Truncated for $t { fn truncated(n: i64) -> Self { n as $t } } )* };
}
truncated! { i8 u8 i16 u16 i32 u32 }
