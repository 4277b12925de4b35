//! Structure sequences: tuples whose items also have names, some of them beyond the visible length
//! (`Objects/structseq.c`). Types are made at start-up and live as long as the process.

use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::tuple::PyTuple_Type;
use dxpy_core::{
    Owned, Py, PyResult, args, dict, exceptions, gc, glue, member, methods, object, protocol, sequence,
    signature, tuple, types, unicode,
};
use std::ffi::CString;

/// A field's name, None for one without (it is still an item), and its docstring.
pub type Field = (Option<&'static str>, &'static str);

/// The description of a type (`PyStructSequence_Desc`).
pub struct Desc {
    /// With its module: `os.stat_result`.
    pub name: &'static str,
    pub doc: &'static str,
    pub fields: &'static [Field],
    /// How many fields are items; the rest are attributes only.
    pub visible: usize,
}

/// A type and what its instances need to know.
#[repr(C)]
struct Type {
    ty: PyTypeObject,
    desc: &'static Desc,
    members: Vec<PyMemberDef>,
}

methods! { static METHODS: for PyTupleObject [
    "__reduce__" = reduce [0], "?($self, /)", "State for pickling.";
] }

/// `PyStructSequence_NewType`, for a type that stays.
pub fn new_type(py: Py<'_>, desc: &'static Desc) -> PyResult<&'static PyTypeObject> {
    new_type_with(py, desc, None, None)
}

/// The same with another constructor, which may use [`create`], and with methods that go before a sequence's own.
pub fn new_type_with(
    py: Py<'_>,
    desc: &'static Desc,
    constructor: Option<newfunc>,
    methods: Option<*mut PyMethodDef>,
) -> PyResult<&'static PyTypeObject> {
    let members = members_of(desc);
    let t = Box::leak(Box::new(Type { ty: template().0, desc, members }));
    name_it(&t.ty, desc, &t.members);
    if constructor.is_some() {
        t.ty.tp_new.set(constructor);
    }
    if let Some(m) = methods {
        t.ty.tp_methods.set(m);
    }
    finish(py, &t.ty, desc)?;
    Ok(&t.ty)
}

/// `PyStructSequence_InitType2`: makes memory of C code the type.
pub fn init_type(py: Py<'_>, ty: &'static PyTypeObject, desc: &'static Desc) -> PyResult<()> {
    // SAFETY: the C code has this for a type, and has not used it yet.
    unsafe { core::ptr::from_ref(ty).cast_mut().write(template().0) };
    name_it(ty, desc, Box::leak(members_of(desc).into_boxed_slice()));
    OTHERS.with(|all| all.push((core::ptr::from_ref(ty) as usize, desc)));
    finish(py, ty, desc)
}

/// Types in memory of C code, which has no room for their descriptions.
struct Others(Gil<Cell<Vec<(usize, &'static Desc)>>>);

static OTHERS: Others = Others(Gil(Cell::new(Vec::new())));

impl Others {
    fn with<R>(&self, f: impl FnOnce(&mut Vec<(usize, &'static Desc)>) -> R) -> R {
        let mut all = self.0.take();
        let r = f(&mut all);
        self.0.set(all);
        r
    }
}

fn c(s: &str) -> *mut core::ffi::c_char {
    CString::new(s).expect("names have no NUL").into_raw()
}

/// The attributes of the named fields.
fn members_of(desc: &Desc) -> Vec<PyMemberDef> {
    let named = desc.fields.iter().enumerate().filter_map(|(i, (name, doc))| name.map(|n| (i, n, *doc)));
    named
        .map(|(i, name, doc)| PyMemberDef {
            name: Cell::new(c(name)),
            r#type: Cell::new(_Py_T_OBJECT),
            offset: Cell::new((offset_of!(PyTupleObject, ob_item) + i * size_of::<usize>()) as isize),
            flags: Cell::new(Py_READONLY),
            doc: Cell::new(if doc.is_empty() { core::ptr::null_mut() } else { c(doc) }),
        })
        .chain([member::end()])
        .collect()
}

fn template() -> Gil<PyTypeObject> {
    StaticType::new::<PyTupleObject>(c"")
        .sized(offset_of!(PyTupleObject, ob_item), size_of::<*mut PyObject>())
        .base(&PyTuple_Type)
        .create(glue::create(create))
        .repr(glue::unary(repr))
        .traverse(glue::traverse(traverse))
        .dealloc(glue::dealloc(dealloc))
        .methods(&METHODS)
}

fn name_it(ty: &PyTypeObject, desc: &Desc, members: &[PyMemberDef]) {
    ty.tp_name.set(c(desc.name));
    ty.tp_doc.set(c(desc.doc));
    ty.tp_members.set(members.as_ptr() as *mut PyMemberDef);
}

fn finish(py: Py<'_>, ty: &PyTypeObject, desc: &Desc) -> PyResult<()> {
    types::ready(py, ty)?;
    if desc.name.contains('.') && !desc.name.starts_with("sys.") {
        // Those of modules other than `sys` are CPython's heap types, which can be changed.
        ty.tp_flags.set(ty.tp_flags.get() & !Py_TPFLAGS_IMMUTABLETYPE);
    }
    let d = types::ready::dict_of(ty);
    let unnamed = desc.fields.iter().filter(|f| f.0.is_none()).count();
    for (k, v) in
        [("n_sequence_fields", desc.visible), ("n_fields", desc.fields.len()), ("n_unnamed_fields", unnamed)]
    {
        dict::set_str(py, d, k, dxpy_core::long::from_u64(py, v as u64)?.as_object())?;
    }
    let names: Vec<Owned> = desc.fields[..desc.visible]
        .iter()
        .filter_map(|f| f.0)
        .map(|n| unicode::intern_str(py, n).map(Owned::upcast))
        .collect::<PyResult<_>>()?;
    dict::set_str(py, d, "__match_args__", tuple::from_iter(py, names)?.as_object())?;
    Ok(())
}

/// Makes instances of a type unavailable to programs (`Py_TPFLAGS_DISALLOW_INSTANTIATION`).
pub fn close(py: Py<'_>, ty: &PyTypeObject) -> PyResult<()> {
    ty.tp_new.set(None);
    ty.tp_flags.set(ty.tp_flags.get() | Py_TPFLAGS_DISALLOW_INSTANTIATION);
    let key = unicode::intern_str(py, "__new__")?;
    dict::remove(py, types::ready::dict_of(ty), key.as_object())?;
    types::lookup::modified(py, ty);
    Ok(())
}

/// The description of a type made here.
pub fn desc(ty: &PyTypeObject) -> &'static Desc {
    let at = core::ptr::from_ref(ty) as usize;
    if let Some(d) = OTHERS.with(|all| all.iter().find(|t| t.0 == at).map(|t| t.1)) {
        return d;
    }
    // SAFETY: LAYOUT: these slots belong to types made above, which have no subtypes.
    unsafe { (*(ty as *const PyTypeObject as *const Type)).desc }
}

/// An instance with all fields (`PyStructSequence_New` and `SetItem`); missing ones at the end are None.
pub fn new(py: Py<'_>, ty: &PyTypeObject, values: Vec<Owned>) -> PyResult {
    let d = desc(ty);
    let total = d.fields.len();
    let size = offset_of!(PyTupleObject, ob_item) + (total + 1) * size_of::<*mut PyObject>();
    // SAFETY: the size covers all fields; each is written before the object is tracked.
    unsafe {
        let t = object::alloc_uninit::<PyTupleObject>(py, ty, size)?;
        t.ob_base.ob_size.set(d.visible as isize);
        let mut values = values.into_iter();
        for i in 0..total {
            let v = values.next().unwrap_or_else(object::none);
            (*t.ob_item.as_ptr().add(i)).set(v.into_ptr());
        }
        gc::track(t.as_object());
        Ok(t.upcast())
    }
}

fn cell(t: &PyTupleObject, i: usize) -> &Cell<*mut PyObject> {
    // SAFETY: instances have a place for each field of their type.
    unsafe { &*t.ob_item.as_ptr().add(i) }
}

fn traverse(t: &PyTupleObject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    (0..desc(t.as_object().ty()).fields.len()).try_for_each(|i| v.visit(cell(t, i)))
}

fn dealloc(_: Py<'_>, t: &PyTupleObject) {
    // SAFETY: the object has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(t.as_object());
        for i in 0..desc(t.as_object().ty()).fields.len() {
            object::clear_field(cell(t, i));
        }
        object::free(t.as_object());
    }
}

/// Where item `to` of an instance just made is None, it becomes item `from`; beyond the visible ones too.
pub fn fill_from(_: Py<'_>, o: &PyObject, to: usize, from: usize) {
    // SAFETY: LAYOUT, LIVE: instances of the types made here are tuples, with a place for each field, all set.
    unsafe {
        let t = &*(o.as_ptr() as *const PyTupleObject);
        assert!(to.max(from) < desc(o.ty()).fields.len());
        if object::is_none(&*cell(t, to).get()) {
            let v = (*cell(t, from).get()).to_owned();
            object::clear_field(cell(t, to));
            cell(t, to).set(v.into_ptr());
        }
    }
}

/// `structseq_new_impl`.
pub fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let d = desc(ty);
    let (min, max) = (d.visible, d.fields.len());
    args::bind_call(py, signature!("structseq", "(sequence, dict={})"), a, kw, |b| {
        let given: &PyObject = b.arg(py, 0)?;
        let extra: Option<&PyObject> = b.arg(py, 1)?;
        let items = protocol::collect(py, given).map_err(|e| {
            if exceptions::matches(&e, &exceptions::TypeError) && !sequence::check(given) {
                return exceptions::type_error(py, format_args!("constructor requires a sequence"));
            }
            e
        })?;
        let name = type_name(ty);
        let extra = match extra {
            None => None,
            Some(x) => Some(dict::check(x).ok_or_else(|| {
                exceptions::type_error(py, format_args!("{name}() takes a dict as second arg, if any"))
            })?),
        };
        let n = items.len();
        if n < min || n > max {
            let (word, limit) = match (min == max, n < min) {
                (true, _) => ("a", min),
                (false, true) => ("an at least", min),
                (false, false) => ("an at most", max),
            };
            return Err(exceptions::type_error(
                py,
                format_args!("{name}() takes {word} {limit}-sequence ({n}-sequence given)"),
            ));
        }
        let mut values = items;
        for f in &d.fields[n..] {
            let v = match (extra, f.0) {
                (Some(x), Some(name)) => dict::get_str(py, x, name)?,
                _ => None,
            };
            values.push(v.unwrap_or_else(object::none));
        }
        new(py, ty, values)
    })
}

/// `structseq_repr`.
fn repr(py: Py<'_>, t: &PyTupleObject) -> PyResult<Owned<PyUnicodeObject>> {
    let ty = t.as_object().ty();
    let d = desc(ty);
    let names = d.fields.iter().filter_map(|f| f.0);
    let mut parts = Vec::new();
    for (v, n) in tuple::items(t).iter().zip(names) {
        parts.push(format!("{n}={}", unicode::display(protocol::repr(py, v)?.as_object())));
    }
    unicode::from_str(py, &format!("{}({})", type_name(ty), parts.join(", ")))
}

/// `structseq_reduce`.
fn reduce(py: Py<'_>, t: &PyTupleObject) -> PyResult {
    let ty = t.as_object().ty();
    let d = desc(ty);
    let visible = tuple::from_iter(py, tuple::items(t).iter().map(|v| (*v).to_owned()).collect::<Vec<_>>())?;
    let extra = dict::new(py)?;
    for (i, f) in d.fields.iter().enumerate().skip(d.visible) {
        if let Some(name) = f.0 {
            // SAFETY: LIVE: a field holds its value.
            dict::set_str(py, &extra, name, unsafe { &*cell(t, i).get() })?;
        }
    }
    let state = tuple::from_iter(py, [visible.upcast(), extra.upcast()])?;
    tuple::from_iter(py, [ty.as_object().to_owned(), state.upcast()]).map(Owned::upcast)
}
