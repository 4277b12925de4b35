//! The order of an `OrderedDict`: a list of nodes, and for each entry of the dict's table its node.
//!
//! Programs can call `dict`'s own methods on an `OrderedDict`, so the table may have changed behind the list's back:
//! nodes whose key the table no longer has, keys without a node. Only nodes of the list are ever referred to, and a node
//! counts for an entry only if both have the very same key object. Nothing here runs Python code but where it says so.

use core::cell::Cell;
use core::ffi::c_void;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, dict, exceptions};

/// One key in its place.
pub struct Node {
    /// Owned.
    key: Cell<*mut PyObject>,
    pub hash: Py_hash_t,
    next: Cell<*const Node>,
    prev: Cell<*const Node>,
}

impl Node {
    /// The key.
    pub fn key(&self) -> Owned {
        // SAFETY: LIVE: the node holds its key.
        unsafe { (*self.key.get()).to_owned() }
    }

    /// The field, for the collector.
    pub fn field(&self) -> &Cell<*mut PyObject> {
        &self.key
    }

    /// The node after this one, or before.
    pub fn neighbour(&self, backwards: bool) -> Option<&Node> {
        // SAFETY: LIVE: nodes of one list live as long as they are in it.
        unsafe { if backwards { self.prev.get() } else { self.next.get() }.as_ref() }
    }
}

/// Bytes of a node.
pub const NODE_SIZE: usize = size_of::<Node>();

/// The first node.
pub fn first(od: &PyODictObject) -> Option<&Node> {
    // SAFETY: LIVE: the list holds its nodes.
    unsafe { (od.od_first.get() as *const Node).as_ref() }
}

/// The last node.
pub fn last(od: &PyODictObject) -> Option<&Node> {
    // SAFETY: LIVE: the list holds its nodes.
    unsafe { (od.od_last.get() as *const Node).as_ref() }
}

/// All nodes in order.
pub fn iter(od: &PyODictObject) -> impl Iterator<Item = &Node> {
    core::iter::successors(first(od), |n| n.neighbour(false))
}

/// The keys in order, held, for loops that run Python code.
pub fn keys(od: &PyODictObject) -> Vec<(Owned, Py_hash_t)> {
    iter(od).map(|n| (n.key(), n.hash)).collect()
}

fn touch(od: &PyODictObject) {
    od.od_state.set(od.od_state.get().wrapping_add(1));
}

/// Takes a node out of the list.
fn unlink(od: &PyODictObject, n: &Node) {
    let (prev, next) = (n.prev.get(), n.next.get());
    // SAFETY: LIVE: neighbours are in the list.
    unsafe {
        match prev.as_ref() {
            Some(p) => p.next.set(next),
            None => od.od_first.set(next as *mut c_void),
        }
        match next.as_ref() {
            Some(x) => x.prev.set(prev),
            None => od.od_last.set(prev as *mut c_void),
        }
    }
    touch(od);
}

/// Puts a node that is in no list at one of the ends.
fn link(od: &PyODictObject, n: &Node, at_end: bool) {
    let here = n as *const Node as *mut c_void;
    let other = if at_end { od.od_last.replace(here) } else { od.od_first.replace(here) } as *const Node;
    n.prev.set(if at_end { other } else { core::ptr::null() });
    n.next.set(if at_end { core::ptr::null() } else { other });
    // SAFETY: LIVE: what was at the end is in the list.
    match unsafe { other.as_ref() } {
        Some(o) if at_end => o.next.set(n),
        Some(o) => o.prev.set(n),
        None if at_end => od.od_first.set(here),
        None => od.od_last.set(here),
    }
    touch(od);
}

/// Moves a node of the list to one of the ends.
pub fn move_to(od: &PyODictObject, n: &Node, to_end: bool) {
    let there = if to_end { last(od) } else { first(od) };
    if !there.is_some_and(|t| core::ptr::eq(t, n)) {
        unlink(od, n);
        link(od, n, to_end);
    }
}

/// The nodes by entry.
fn table(od: &PyODictObject) -> &[Cell<*const Node>] {
    let p = od.od_fast_nodes.get() as *const Cell<*const Node>;
    if p.is_null() {
        return &[];
    }
    // SAFETY: `refresh` made a slice of this length.
    unsafe { core::slice::from_raw_parts(p, od.od_fast_nodes_size.get() as usize) }
}

fn free_table(od: &PyODictObject) {
    let p = od.od_fast_nodes.replace(core::ptr::null_mut());
    let n = od.od_fast_nodes_size.replace(0) as usize;
    if !p.is_null() {
        // SAFETY: `refresh` made it from a boxed slice of this length.
        drop(unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(p as *mut Cell<*const Node>, n)) });
    }
}

/// `_odict_resize`: after the dict got another table, the nodes are found anew by their keys.
fn refresh(od: &PyODictObject) {
    let (keys, size) = (od.od_dict.ma_keys.get() as *mut c_void, dict::table_size(&od.od_dict));
    if od.od_resize_sentinel.get() == keys && od.od_fast_nodes_size.get() as usize == size {
        return;
    }
    let fresh: Box<[Cell<*const Node>]> = (0..size).map(|_| Cell::new(core::ptr::null())).collect();
    for n in iter(od) {
        // SAFETY: LIVE: the node holds its key.
        if let Some(ix) = dict::index_of_same(&od.od_dict, unsafe { &*n.key.get() }, n.hash) {
            fresh[ix].set(n);
        }
    }
    free_table(od);
    od.od_fast_nodes.set(Box::into_raw(fresh) as *mut *mut c_void);
    od.od_fast_nodes_size.set(size as isize);
    od.od_resize_sentinel.set(keys);
}

/// The entry of a key, and its node if it has one. Comparisons may run Python code, before anything is looked at here.
fn entry<'a>(
    py: Py<'_>,
    od: &'a PyODictObject,
    key: &PyObject,
    hash: Py_hash_t,
) -> PyResult<Option<(usize, Option<&'a Node>)>> {
    let Some(ix) = dict::index_of(py, &od.od_dict, key, hash)? else { return Ok(None) };
    refresh(od);
    // SAFETY: LIVE: the table refers to nodes of the list only.
    let node = table(od).get(ix).and_then(|n| unsafe { n.get().as_ref() });
    let same = |n: &&Node| dict::key_at(&od.od_dict, ix).is_some_and(|k| core::ptr::addr_eq(k, n.key.get()));
    Ok(Some((ix, node.filter(same))))
}

/// `_odict_find_node_hash`.
pub fn find<'a>(
    py: Py<'_>,
    od: &'a PyODictObject,
    key: &PyObject,
    hash: Py_hash_t,
) -> PyResult<Option<&'a Node>> {
    Ok(entry(py, od, key, hash)?.and_then(|(_, n)| n))
}

/// `_odict_add_new_node`: gives a key of the dict the last place, unless it has a place.
pub fn add(py: Py<'_>, od: &PyODictObject, key: &PyObject, hash: Py_hash_t) -> PyResult<()> {
    let Some((ix, node)) = entry(py, od, key, hash)? else { return Err(exceptions::key_error(py, key)) };
    if node.is_none()
        && let Some(k) = dict::key_at(&od.od_dict, ix)
    {
        let key = Cell::new(k.to_owned().into_ptr());
        let null = || Cell::new(core::ptr::null());
        let n = Box::leak(Box::new(Node { key, hash, next: null(), prev: null() }));
        link(od, n, true);
        table(od)[ix].set(n);
    }
    Ok(())
}

/// `_odict_clear_node`: takes a key's node out, if it has one; whether it had.
pub fn remove(py: Py<'_>, od: &PyODictObject, key: &PyObject, hash: Py_hash_t) -> PyResult<bool> {
    let Some((ix, Some(n))) = entry(py, od, key, hash)? else { return Ok(false) };
    table(od)[ix].set(core::ptr::null());
    unlink(od, n);
    // SAFETY: made by `add`, and nothing refers to it any more.
    drop(unsafe { free(n) });
    Ok(true)
}

/// Gives a node's memory back, and its key to the caller.
///
/// # Safety
/// Made by `add`, in no list or table.
unsafe fn free(n: *const Node) -> Owned {
    // SAFETY: the caller's promise; OWNED: the node held its key.
    unsafe { Owned::from_raw(Box::from_raw(n as *mut Node).key.get()) }
}

/// `_odict_clear_nodes`. Dropping keys may run Python code, when the list is empty already.
pub fn clear(od: &PyODictObject) {
    let all: Vec<*const Node> = iter(od).map(|n| n as *const Node).collect();
    free_table(od);
    od.od_resize_sentinel.set(core::ptr::null_mut());
    od.od_first.set(core::ptr::null_mut());
    od.od_last.set(core::ptr::null_mut());
    touch(od);
    for n in all {
        // SAFETY: made by `add`; list and table were just emptied.
        drop(unsafe { free(n) });
    }
}
