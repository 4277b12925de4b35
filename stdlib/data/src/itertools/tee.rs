//! `itertools.tee`: iterators over the same items, which stay in a chain of blocks as long as one of the iterators is
//! still before them.

use super::*;
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::{attr, gc, glue, list, name, protocol, weakref};

/// The items of a block.
const LINKCELLS: usize = 57;

/// `_tee_dataobject`: a block of items, the iterator they come from, and the next block.
#[repr(C)]
pub struct DataObject {
    ob_base: PyObject,
    it: Cell<*mut PyObject>,
    numread: Cell<i32>,
    /// Whether the iterator is being asked for an item.
    running: Cell<bool>,
    nextlink: Cell<*mut PyObject>,
    values: [Cell<*mut PyObject>; LINKCELLS],
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for DataObject {}

/// `_tee_dataobject`.
pub static TEE_DATA: StaticType = StaticType::new::<DataObject>(c"itertools._tee_dataobject")
    .doc(c"teedataobject(iterable, values, next, /)\n--\n\nItems that several iterators of tee() share.")
    .getattro(dxpy_core::attr::generic_get_slot)
    .create(glue::create(data_new))
    .methods(&DATA_METHODS)
    .traverse(glue::traverse(|d: &DataObject, v: &glue::Visitor| {
        v.visit(&d.it)?;
        d.values.iter().try_for_each(|c| v.visit(c))?;
        v.visit(&d.nextlink)
    }))
    .clear(glue::clear(data_clear))
    .dealloc(glue::dealloc(|py: Py<'_>, d: &DataObject| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(d.as_object());
            data_clear(py, d);
            object::tp_free(d.as_object());
        }
    }));

methods! { static DATA_METHODS: for DataObject [
    "__reduce__" = data_reduce [0], "?($self, /)", "State for pickling.";
] }

/// Releases everything, and a chain of blocks that only this one holds one by one: a long one would nest too deep.
fn data_clear(_: Py<'_>, d: &DataObject) {
    object::clear_field(&d.it);
    d.values.iter().for_each(object::clear_field);
    // SAFETY: OWNED: the field held one reference, or NULL.
    let mut link = unsafe { Owned::<PyObject>::from_raw_opt(d.nextlink.replace(core::ptr::null_mut())) };
    while let Some(next) = link {
        link = match as_data(&next) {
            // SAFETY: OWNED, as above.
            Some(n) if next.refcnt() == 1 => unsafe {
                Owned::from_raw_opt(n.nextlink.replace(core::ptr::null_mut()))
            },
            _ => None,
        };
    }
}

/// The object as the block that it is.
fn as_data(o: &PyObject) -> Option<&DataObject> {
    // SAFETY: LAYOUT: the type says so; it has no subtypes.
    o.ty().is(&TEE_DATA.0).then(|| unsafe { &*(o.as_ptr() as *const DataObject) })
}

fn new_data(py: Py<'_>, it: &PyObject) -> PyResult<Owned<DataObject>> {
    // SAFETY: LAYOUT: the type was made for this struct.
    let d: Owned<DataObject> = unsafe { allocate(py, &TEE_DATA)? };
    put(&d.it, it.to_owned());
    Ok(d)
}

/// `itertools_teedataobject_impl`.
fn data_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if tuple::len(args) != 3 {
        let n = tuple::len(args);
        return Err(exceptions::type_error(py, format_args!("teedataobject expected 3 arguments, got {n}")));
    }
    let args = positional(py, ty, &TEE_DATA, args, kw, (3, 3))?;
    let (it, next) = (args[0], args[2]);
    let Some(values) = list::check(args[1]) else {
        let given = if object::is_none(args[1]) { "None".into() } else { call::type_name(args[1].ty()) };
        return Err(exceptions::type_error(
            py,
            format_args!("teedataobject() argument 2 must be list, not {given}"),
        ));
    };
    let d = new_data(py, it)?;
    let n = list::len(values);
    let linked = as_data(next).is_some();
    if n > LINKCELLS || !(object::is_none(next) || n == LINKCELLS && linked) {
        return Err(exceptions::value_error(py, format_args!("Invalid arguments")));
    }
    for (i, cell) in d.values.iter().enumerate().take(n) {
        if let Some(v) = list::get(values, i) {
            put(cell, v);
        }
    }
    d.numread.set(n as i32);
    if linked {
        put(&d.nextlink, next.to_owned());
    }
    Ok(d.upcast())
}

/// `teedataobject_getitem`: an item of the block, taken from the iterator if nobody was there before.
fn data_item(py: Py<'_>, d: &DataObject, i: usize) -> PyResult<Option<Owned>> {
    if (i as i32) < d.numread.get() {
        return Ok(get(&d.values[i]));
    }
    if d.running.get() {
        return Err(exceptions::runtime_error(py, format_args!("cannot re-enter the tee iterator")));
    }
    let Some(it) = get(&d.it) else { return Ok(None) };
    d.running.set(true);
    let value = protocol::next(py, &it);
    d.running.set(false);
    let Some(value) = value? else { return Ok(None) };
    d.numread.set(d.numread.get() + 1);
    put(&d.values[i], value.clone());
    Ok(Some(value))
}

fn data_reduce(py: Py<'_>, d: &DataObject) -> PyResult {
    pickling(py)?;
    let read = d.values.iter().take(d.numread.get() as usize).filter_map(get).collect::<Vec<_>>();
    let values = list::from_iter(py, read)?.upcast();
    reduced(py, d, [or_none(&d.it), values, or_none(&d.nextlink)])
}

/// `_tee`: an iterator, which is a place in the chain of blocks.
#[repr(C)]
pub struct TeeObject {
    ob_base: PyObject,
    dataobj: Cell<*mut PyObject>,
    index: Cell<i32>,
    weakreflist: Cell<*mut PyObject>,
    /// CPython's pointer to the state of the module.
    _state: Cell<isize>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for TeeObject {}

/// `_tee`.
pub static TEE: StaticType = StaticType::new::<TeeObject>(c"itertools._tee")
    .doc(c"_tee(iterable, /)\n--\n\nAn iterator that can be copied.")
    .create(glue::create(tee_new))
    .iter(glue::unary(|_: Py<'_>, o: &PyObject| Ok(o.to_owned())))
    .iternext(glue::iternext(tee_next))
    .weaklist(offset_of!(TeeObject, weakreflist))
    .methods(&TEE_METHODS)
    .traverse(glue::traverse(|t: &TeeObject, v: &glue::Visitor| v.visit(&t.dataobj)))
    .clear(glue::clear(|_: Py<'_>, t: &TeeObject| object::clear_field(&t.dataobj)))
    .dealloc(glue::dealloc(|py: Py<'_>, t: &TeeObject| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(t.as_object());
            weakref::clear_all(py, t.as_object());
            object::clear_field(&t.dataobj);
            object::tp_free(t.as_object());
        }
    }));

methods! { static TEE_METHODS: for TeeObject [
    "__copy__" = tee_copy [0], "?($self, /)", "An independent iterator at the same place.";
    "__reduce__" = tee_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = tee_setstate [1], "?($self, state, /)", "Restores what __reduce__() gave.";
] }

fn at(py: Py<'_>, data: Owned, index: i32) -> PyResult {
    // SAFETY: LAYOUT: the type was made for this struct.
    let t: Owned<TeeObject> = unsafe { allocate(py, &TEE)? };
    put(&t.dataobj, data);
    t.index.set(index);
    Ok(t.upcast())
}

/// `tee_fromiterable`.
fn from_iterable(py: Py<'_>, iterable: &PyObject) -> PyResult {
    let it = protocol::iter(py, iterable)?;
    if it.ty().is(&TEE.0) {
        // SAFETY: LAYOUT: the type says so.
        return tee_copy(py, unsafe { &*(it.as_ptr() as *const TeeObject) });
    }
    at(py, new_data(py, &it)?.upcast(), 0)
}

fn tee_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let args = positional(py, ty, &TEE, args, kw, (1, 1))?;
    from_iterable(py, args[0])
}

fn tee_next(py: Py<'_>, t: &TeeObject) -> PyResult<Option<Owned>> {
    let Some(mut data) = get(&t.dataobj) else { return Ok(None) };
    if t.index.get() as usize >= LINKCELLS {
        let Some(d) = as_data(&data) else { return Ok(None) };
        let next = match get(&d.nextlink) {
            Some(next) => next,
            None => {
                let next = new_data(py, &or_none(&d.it))?.upcast();
                put(&d.nextlink, next.clone());
                next
            }
        };
        put(&t.dataobj, next.clone());
        t.index.set(0);
        data = next;
    }
    let Some(d) = as_data(&data) else { return Ok(None) };
    let Some(value) = data_item(py, d, t.index.get() as usize)? else { return Ok(None) };
    t.index.set(t.index.get() + 1);
    Ok(Some(value))
}

fn tee_copy(py: Py<'_>, t: &TeeObject) -> PyResult {
    at(py, or_none(&t.dataobj), t.index.get())
}

fn tee_reduce(py: Py<'_>, t: &TeeObject) -> PyResult {
    pickling(py)?;
    let state = pack(py, [or_none(&t.dataobj), int(py, t.index.get() as isize)?])?;
    reduced_with(py, t, [tuple::empty().upcast()], state)
}

fn tee_setstate(py: Py<'_>, t: &TeeObject, state: &PyObject) -> PyResult<()> {
    pickling(py)?;
    let items = state_items(py, state, (2, 2))?;
    if as_data(items[0]).is_none() {
        return Err(wrong_type(py, 1, "itertools._tee_dataobject", items[0]));
    }
    let index = as_size(py, items[1])?;
    if !(0..=LINKCELLS as isize).contains(&index) {
        return Err(exceptions::value_error(py, format_args!("Index out of range")));
    }
    put(&t.dataobj, items[0].to_owned());
    t.index.set(index as i32);
    Ok(())
}

/// `itertools.tee`.
pub(super) fn tee(py: Py<'_>, _: &PyModuleObject, iterable: &PyObject, n: Option<isize>) -> PyResult {
    let n = n.unwrap_or(2);
    if n < 0 {
        return Err(exceptions::value_error(py, format_args!("n must be >= 0")));
    }
    let mut all: Vec<Owned> = Vec::new();
    if all.try_reserve_exact(n as usize).is_err() {
        return Err(exceptions::memory_error(py));
    }
    if n == 0 {
        return Ok(tuple::empty().upcast());
    }
    let mut it = protocol::iter(py, iterable)?;
    let copy = match attr::lookup_name(py, &it, name!("__copy__"))? {
        Some(copy) => copy,
        None => {
            it = from_iterable(py, &it)?;
            attr::get_name(py, &it, name!("__copy__"))?
        }
    };
    all.push(it);
    for _ in 1..n {
        all.push(call::call(py, &copy, [])?);
    }
    tuple::from_iter(py, all).map(Owned::upcast)
}
