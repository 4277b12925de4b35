//! `itertools.groupby` and the iterators of its groups.

use super::*;
use core::cell::Cell;
use dxpy_core::abi::constants::*;
use dxpy_core::args::bind_call;
use dxpy_core::{glue, hooks, name, protocol, signature};

iterator! {
    /// `groupby`: the key of the group it is in, and the item it has taken but not given yet with its key.
    pub struct GroupByObject {
        objects: [it keyfunc tgtkey currkey currvalue],
        /// The group that may take items, by identity only.
        currgrouper: Cell<*const PyObject>,
        /// CPython's pointer to the state of the module.
        _state: Cell<isize>,
    }
    static GROUPBY = c"itertools.groupby"
        .doc(c"groupby(iterable, key=None)\n--\n\nPairs of a key and an iterator of the successive items that have it.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(groupby_new))
        .iternext(glue::iternext(groupby_next))
        .methods(&GROUPBY_METHODS);
}

methods! { static GROUPBY_METHODS: for GroupByObject [
    "__reduce__" = groupby_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = groupby_setstate [1], "?($self, state, /)", "Restores what __reduce__() gave.";
] }

fn groupby_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let (it, key) = bind_call(py, signature!("groupby", "(iterable, key=None)"), args, kw, |b| {
        Ok((protocol::iter(py, b.arg(py, 0)?)?, b.get(1).map(|o| o.to_owned())))
    })?;
    // SAFETY: LAYOUT: the slot of this type.
    let g: Owned<GroupByObject> = unsafe { allocate(py, ty)? };
    put(&g.it, it);
    put(&g.keyfunc, key.unwrap_or_else(object::none));
    Ok(g.upcast())
}

/// `groupby_step`: takes the next item and its key; false at the end.
fn step(py: Py<'_>, g: &GroupByObject) -> PyResult<bool> {
    let Some(it) = get(&g.it) else { return Ok(false) };
    let Some(value) = protocol::next(py, &it)? else { return Ok(false) };
    let key = match get(&g.keyfunc).filter(|f| !object::is_none(f)) {
        None => value.clone(),
        Some(f) => call::call(py, &f, [&*value])?,
    };
    put(&g.currvalue, value);
    put(&g.currkey, key);
    Ok(true)
}

fn groupby_next(py: Py<'_>, g: &GroupByObject) -> PyResult<Option<Owned>> {
    g.currgrouper.set(core::ptr::null());
    let key = loop {
        if let Some(key) = get(&g.currkey) {
            let Some(target) = get(&g.tgtkey) else { break key };
            if !protocol::rich_compare_bool(py, &target, &key, Py_EQ)? {
                break key;
            }
        }
        if !step(py, g)? {
            return Ok(None);
        }
    };
    put(&g.tgtkey, key.clone());
    let group = new_grouper(py, g, &key)?;
    pack(py, [key, group]).map(Some)
}

fn groupby_reduce(py: Py<'_>, g: &GroupByObject) -> PyResult {
    pickling(py)?;
    let args = [or_none(&g.it), or_none(&g.keyfunc)];
    match (get(&g.currkey), get(&g.currvalue), get(&g.tgtkey)) {
        (Some(key), Some(value), Some(target)) => {
            let state = pack(py, [key, value, target])?;
            reduced_with(py, g, args, state)
        }
        _ => reduced(py, g, args),
    }
}

fn groupby_setstate(py: Py<'_>, g: &GroupByObject, state: &PyObject) -> PyResult<()> {
    pickling(py)?;
    let items = state_items(py, state, (3, 3))?;
    for (field, item) in [&g.currkey, &g.currvalue, &g.tgtkey].into_iter().zip(items) {
        put(field, (*item).to_owned());
    }
    Ok(())
}

iterator! {
    /// `_grouper`: the items of one group, as long as `groupby` has not gone on to the next.
    pub struct GrouperObject { objects: [parent tgtkey], }
    static GROUPER = c"itertools._grouper"
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(grouper_new))
        .iternext(glue::iternext(grouper_next))
        .methods(&GROUPER_METHODS);
}

methods! { static GROUPER_METHODS: for GrouperObject [
    "__reduce__" = grouper_reduce [0], "?($self, /)", "State for pickling.";
] }

fn grouper_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let args = positional(py, ty, &GROUPER, args, kw, (2, 2))?;
    let Some(parent) = as_groupby(args[0]) else {
        let given = call::type_name(args[0].ty());
        return Err(exceptions::type_error(
            py,
            format_args!("_grouper() argument 1 must be itertools.groupby, not {given}"),
        ));
    };
    new_grouper(py, parent, args[1])
}

/// The object as the `groupby` that it is.
fn as_groupby(o: &PyObject) -> Option<&GroupByObject> {
    // SAFETY: LAYOUT: the type says so.
    types::is_subtype(o.ty(), &GROUPBY).then(|| unsafe { &*(o.as_ptr() as *const GroupByObject) })
}

/// `_grouper_create`: the group that takes items from now on.
fn new_grouper(py: Py<'_>, parent: &GroupByObject, key: &PyObject) -> PyResult {
    // SAFETY: LAYOUT: the type was made for this struct.
    let g: Owned<GrouperObject> = unsafe { allocate(py, &GROUPER)? };
    put(&g.parent, parent.to_owned());
    put(&g.tgtkey, key.to_owned());
    parent.currgrouper.set(g.as_object());
    Ok(g.upcast())
}

/// The `groupby` of a group that may still take items.
fn parent_of(g: &GrouperObject) -> Option<Owned<GroupByObject>> {
    let parent = get(&g.parent)?;
    as_groupby(&parent).filter(|p| core::ptr::eq(p.currgrouper.get(), g.as_object())).map(|p| p.to_owned())
}

fn grouper_next(py: Py<'_>, g: &GrouperObject) -> PyResult<Option<Owned>> {
    let Some(parent) = parent_of(g) else { return Ok(None) };
    if get(&parent.currvalue).is_none() && !step(py, &parent)? {
        return Ok(None);
    }
    let (Some(target), Some(key)) = (get(&g.tgtkey), get(&parent.currkey)) else { return Ok(None) };
    if !protocol::rich_compare_bool(py, &target, &key, Py_EQ)? {
        return Ok(None);
    }
    let value = get(&parent.currvalue);
    object::clear_field(&parent.currvalue);
    object::clear_field(&parent.currkey);
    Ok(value)
}

fn grouper_reduce(py: Py<'_>, g: &GrouperObject) -> PyResult {
    pickling(py)?;
    if parent_of(g).is_none() {
        let iter = hooks::builtin(py, name!("iter"))?;
        let args = pack(py, [tuple::empty().upcast()])?;
        return pack(py, [iter, args]);
    }
    reduced(py, g, [or_none(&g.parent), or_none(&g.tgtkey)])
}
