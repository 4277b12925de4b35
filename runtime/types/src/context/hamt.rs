//! `hamt`: the mapping behind contexts, which is copied by sharing (`Python/hamt.c`). A tree of nodes that never change:
//! a change makes new nodes on the way from the root, and shares all others.
//!
//! Nodes are objects, so that the collector counts a shared one once. There are three kinds: a bitmap node holds up to 16
//! pairs and subtrees (a pair without a key is a subtree), an array node up to 32 subtrees, a collision node pairs whose
//! keys' hashes are equal. Order of iteration, and when a node changes its kind, are CPython's.

use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{Owned, Py, PyResult, gc, glue, object, protocol};

use super::mapping;

/// A node of any kind.
#[repr(C)]
pub struct Node {
    ob_base: PyVarObject,
    kind: Cell<u32>,
    /// The bitmap; the number of subtrees; the hash that all keys have.
    bits: Cell<u32>,
    items: [Cell<*mut PyObject>; 0],
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Node {}

const BITMAP: u32 = 0;
const ARRAY: u32 = 1;
const COLLISION: u32 = 2;
/// The subtrees of an array node.
const WIDTH: usize = 32;
/// How many bits of the hash a level uses.
const STEP: u32 = 5;

/// `hamt_node`: never seen by programs, but for `gc.get_objects()`.
pub static NODE: StaticType = StaticType::new::<Node>(c"hamt_node")
    .sized(offset_of!(Node, items), size_of::<*mut PyObject>())
    .flags(Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .traverse(glue::traverse(|n: &Node, v: &glue::Visitor| n.cells().iter().try_for_each(|c| v.visit(c))))
    .dealloc(glue::dealloc(|_: Py<'_>, n: &Node| {
        // SAFETY: the object has a collector header; its items are released once and its memory last.
        unsafe {
            gc::untrack(n.as_object());
            n.cells().iter().for_each(object::clear_field);
            object::tp_free(n.as_object());
        }
    }));

/// A pair of a node.
type Pair = (Owned, Owned);

impl Node {
    fn cells(&self) -> &[Cell<*mut PyObject>] {
        // SAFETY: `ob_size` items follow the header.
        unsafe { core::slice::from_raw_parts(self.items.as_ptr(), self.ob_base.ob_size.get() as usize) }
    }

    fn get(&self, i: usize) -> Option<&PyObject> {
        // SAFETY: LIVE: the node holds its items, or NULL.
        unsafe { self.cells()[i].get().as_ref() }
    }

    /// The subtree that an item is.
    fn child(&self, i: usize) -> Option<Owned<Node>> {
        // SAFETY: LAYOUT: subtrees are nodes, by how nodes are made.
        self.get(i).map(|o| unsafe { o.to_owned().cast() })
    }

    fn pair(&self, i: usize) -> Option<Pair> {
        Some((self.get(2 * i)?.to_owned(), self.get(2 * i + 1)?.to_owned()))
    }

    fn has_kind(&self, kind: u32) -> bool {
        self.kind.get() == kind
    }

    fn pairs(&self) -> usize {
        self.cells().len() / 2
    }
}

fn make(py: Py<'_>, kind: u32, bits: u32, items: Vec<Option<Owned>>) -> PyResult<Owned<Node>> {
    // SAFETY: LAYOUT: the type's own struct, zeroed: no item is set.
    let n: Owned<Node> = unsafe { object::generic_alloc(py, &NODE, items.len())?.cast() };
    n.kind.set(kind);
    n.bits.set(bits);
    for (cell, item) in n.cells().iter().zip(items) {
        cell.set(item.map_or(core::ptr::null_mut(), Owned::into_ptr));
    }
    Ok(n)
}

/// The items of a node, to make another of.
fn items(n: &Node) -> Vec<Option<Owned>> {
    (0..n.cells().len()).map(|i| n.get(i).map(Object::to_owned)).collect()
}

/// A copy with one item replaced.
fn with_item(py: Py<'_>, n: &Node, i: usize, item: Owned) -> PyResult<Owned<Node>> {
    let mut all = items(n);
    all[i] = Some(item);
    make(py, n.kind.get(), n.bits.get(), all)
}

/// `hamt_hash`: 32 bits of a hash.
fn hash(py: Py<'_>, key: &PyObject) -> PyResult<u32> {
    let h = protocol::hash(py, key)? as u64;
    let folded = (h as u32) ^ ((h >> 32) as u32);
    Ok(if folded == u32::MAX { u32::MAX - 1 } else { folded })
}

fn place(hash: u32, shift: u32) -> u32 {
    (hash >> shift) & 31
}

/// The bit of a hash in a bitmap, and how many items are before it.
fn slot(bitmap: u32, hash: u32, shift: u32) -> (u32, usize) {
    let bit = 1 << place(hash, shift);
    (bit, (bitmap & (bit - 1)).count_ones() as usize)
}

fn equal(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<bool> {
    if a.is(b) {
        return Ok(true);
    }
    protocol::rich_compare_bool(py, a, b, Py_EQ)
}

fn empty_node(py: Py<'_>) -> PyResult<Owned<Node>> {
    make(py, BITMAP, 0, Vec::new())
}

/// `hamt_node_new_bitmap_or_collision`.
fn two(
    py: Py<'_>,
    shift: u32,
    first: Pair,
    hash2: u32,
    second: (&PyObject, &PyObject),
) -> PyResult<Owned<Node>> {
    let hash1 = hash(py, &first.0)?;
    if hash1 == hash2 {
        let all = vec![Some(first.0), Some(first.1), Some(second.0.to_owned()), Some(second.1.to_owned())];
        return make(py, COLLISION, hash1, all);
    }
    let mut added = false;
    let one = assoc(py, &*empty_node(py)?, shift, hash1, &first.0, &first.1, &mut added)?;
    assoc(py, &one, shift, hash2, second.0, second.1, &mut added)
}

/// `hamt_node_assoc`: the node with a pair more, or with another value; itself if nothing changes.
fn assoc(
    py: Py<'_>,
    n: &Node,
    shift: u32,
    h: u32,
    key: &PyObject,
    value: &PyObject,
    added: &mut bool,
) -> PyResult<Owned<Node>> {
    match n.kind.get() {
        BITMAP => assoc_bitmap(py, n, shift, h, key, value, added),
        ARRAY => {
            let i = place(h, shift) as usize;
            match n.child(i) {
                None => {
                    let child = assoc(py, &*empty_node(py)?, shift + STEP, h, key, value, added)?;
                    let grown = with_item(py, n, i, child.upcast())?;
                    grown.bits.set(n.bits.get() + 1);
                    Ok(grown)
                }
                Some(old) => {
                    let child = assoc(py, &old, shift + STEP, h, key, value, added)?;
                    if child.is(&*old) { Ok(n.to_owned()) } else { with_item(py, n, i, child.upcast()) }
                }
            }
        }
        _ if h == n.bits.get() => {
            for i in 0..n.pairs() {
                let Some((k, v)) = n.pair(i) else { continue };
                if equal(py, &k, key)? {
                    return if v.is(value) {
                        Ok(n.to_owned())
                    } else {
                        with_item(py, n, 2 * i + 1, value.to_owned())
                    };
                }
            }
            *added = true;
            let mut all = items(n);
            all.extend([Some(key.to_owned()), Some(value.to_owned())]);
            make(py, COLLISION, h, all)
        }
        _ => {
            let (bit, _) = slot(0, n.bits.get(), shift);
            let over = make(py, BITMAP, bit, vec![None, Some(n.to_owned().upcast())])?;
            assoc(py, &over, shift, h, key, value, added)
        }
    }
}

fn assoc_bitmap(
    py: Py<'_>,
    n: &Node,
    shift: u32,
    h: u32,
    key: &PyObject,
    value: &PyObject,
    added: &mut bool,
) -> PyResult<Owned<Node>> {
    let bitmap = n.bits.get();
    let (bit, i) = slot(bitmap, h, shift);
    if bitmap & bit != 0 {
        let Some((k, v)) = n.pair(i) else {
            let Some(old) = n.child(2 * i + 1) else { return Ok(n.to_owned()) };
            let child = assoc(py, &old, shift + STEP, h, key, value, added)?;
            return if child.is(&*old) {
                Ok(n.to_owned())
            } else {
                with_item(py, n, 2 * i + 1, child.upcast())
            };
        };
        if equal(py, &k, key)? {
            return if v.is(value) {
                Ok(n.to_owned())
            } else {
                with_item(py, n, 2 * i + 1, value.to_owned())
            };
        }
        let child = two(py, shift + STEP, (k, v), h, (key, value))?;
        *added = true;
        let mut all = items(n);
        all[2 * i] = None;
        all[2 * i + 1] = Some(child.upcast());
        return make(py, BITMAP, bitmap, all);
    }
    *added = true;
    let count = bitmap.count_ones() as usize;
    if count < WIDTH / 2 {
        let mut all = items(n);
        all.splice(2 * i..2 * i, [Some(key.to_owned()), Some(value.to_owned())]);
        return make(py, BITMAP, bitmap | bit, all);
    }
    // Too many for a bitmap node.
    let mut all: Vec<Option<Owned>> = vec![None; WIDTH];
    let empty = empty_node(py)?;
    let mut ignored = false;
    all[place(h, shift) as usize] =
        Some(assoc(py, &empty, shift + STEP, h, key, value, &mut ignored)?.upcast());
    let mut at = 0;
    for (place, item) in all.iter_mut().enumerate() {
        if bitmap >> place & 1 == 0 {
            continue;
        }
        *item = match n.pair(at) {
            Some((k, v)) => {
                let h = hash(py, &k)?;
                Some(assoc(py, &empty, shift + STEP, h, &k, &v, &mut ignored)?.upcast())
            }
            None => n.child(2 * at + 1).map(Owned::upcast),
        };
        at += 1;
    }
    make(py, ARRAY, count as u32 + 1, all)
}

/// What is left without a key.
enum Without {
    NotFound,
    Empty,
    Node(Owned<Node>),
}

/// `hamt_node_without`.
fn without(py: Py<'_>, n: &Node, shift: u32, h: u32, key: &PyObject) -> PyResult<Without> {
    match n.kind.get() {
        BITMAP => {
            let bitmap = n.bits.get();
            let (bit, i) = slot(bitmap, h, shift);
            if bitmap & bit == 0 {
                return Ok(Without::NotFound);
            }
            let Some((k, _)) = n.pair(i) else {
                let Some(old) = n.child(2 * i + 1) else { return Ok(Without::NotFound) };
                return Ok(match without(py, &old, shift + STEP, h, key)? {
                    Without::Node(child) => {
                        let mut all = items(n);
                        // A subtree of one pair becomes that pair.
                        let single =
                            if child.has_kind(BITMAP) && child.pairs() == 1 { child.pair(0) } else { None };
                        match single {
                            Some((k, v)) => (all[2 * i], all[2 * i + 1]) = (Some(k), Some(v)),
                            None => all[2 * i + 1] = Some(child.upcast()),
                        }
                        Without::Node(make(py, BITMAP, bitmap, all)?)
                    }
                    r => r,
                });
            };
            if !equal(py, &k, key)? {
                return Ok(Without::NotFound);
            }
            if bitmap == bit {
                return Ok(Without::Empty);
            }
            let mut all = items(n);
            all.drain(2 * i..2 * i + 2);
            Ok(Without::Node(make(py, BITMAP, bitmap & !bit, all)?))
        }
        ARRAY => {
            let i = place(h, shift) as usize;
            let Some(old) = n.child(i) else { return Ok(Without::NotFound) };
            match without(py, &old, shift + STEP, h, key)? {
                Without::NotFound => Ok(Without::NotFound),
                Without::Node(child) => Ok(Without::Node(with_item(py, n, i, child.upcast())?)),
                Without::Empty => {
                    let left = n.bits.get() - 1;
                    let mut all = items(n);
                    all[i] = None;
                    if left == 0 {
                        return Ok(Without::Empty);
                    }
                    if left as usize >= WIDTH / 2 {
                        return Ok(Without::Node(make(py, ARRAY, left, all)?));
                    }
                    Ok(Without::Node(make_bitmap(py, n, i)?))
                }
            }
        }
        _ if h != n.bits.get() => Ok(Without::NotFound),
        _ => {
            for i in 0..n.pairs() {
                let Some((k, _)) = n.pair(i) else { continue };
                if !equal(py, &k, key)? {
                    continue;
                }
                let mut all = items(n);
                all.drain(2 * i..2 * i + 2);
                return Ok(match all.len() {
                    0 => Without::Empty,
                    2 => Without::Node(make(py, BITMAP, slot(0, h, shift).0, all)?),
                    _ => Without::Node(make(py, COLLISION, h, all)?),
                });
            }
            Ok(Without::NotFound)
        }
    }
}

/// An array node that lost a subtree and has few left, as a bitmap node.
fn make_bitmap(py: Py<'_>, n: &Node, lost: usize) -> PyResult<Owned<Node>> {
    let (mut bitmap, mut all) = (0u32, Vec::new());
    for i in (0..WIDTH).filter(|i| *i != lost) {
        let Some(child) = n.child(i) else { continue };
        bitmap |= 1 << i;
        // A single pair comes up a level; a single subtree is right only where it is.
        let single = if child.has_kind(BITMAP) && child.pairs() == 1 { child.pair(0) } else { None };
        all.extend(match single {
            Some((k, v)) => [Some(k), Some(v)],
            None => [None, Some(child.upcast())],
        });
    }
    make(py, BITMAP, bitmap, all)
}

/// `hamt_node_find`.
fn find(py: Py<'_>, n: &Node, key: &PyObject) -> PyResult<Option<Owned>> {
    let h = hash(py, key)?;
    let (mut n, mut shift) = (n.to_owned(), 0);
    loop {
        let next = match n.kind.get() {
            BITMAP => {
                let (bit, i) = slot(n.bits.get(), h, shift);
                if n.bits.get() & bit == 0 {
                    return Ok(None);
                }
                match n.pair(i) {
                    Some((k, v)) => return Ok(if equal(py, &k, key)? { Some(v) } else { None }),
                    None => n.child(2 * i + 1),
                }
            }
            ARRAY => n.child(place(h, shift) as usize),
            _ => {
                for i in 0..n.pairs() {
                    if let Some((k, v)) = n.pair(i)
                        && equal(py, &k, key)?
                    {
                        return Ok(Some(v));
                    }
                }
                None
            }
        };
        let Some(next) = next else { return Ok(None) };
        n = next;
        shift += STEP;
    }
}

/// The way down to where an iteration is: nodes, and the item that comes next in each.
#[derive(Default)]
pub struct Walk(Vec<(Owned<Node>, usize)>);

impl Walk {
    /// The next pair, in CPython's order.
    pub fn step(&mut self) -> Option<Pair> {
        loop {
            let (n, at) = self.0.last_mut()?;
            let i = *at;
            *at += 1;
            let size = if n.has_kind(ARRAY) { n.cells().len() } else { n.pairs() };
            if i >= size {
                self.0.pop();
                continue;
            }
            if n.has_kind(ARRAY) {
                if let Some(child) = n.child(i) {
                    self.0.push((child, 0));
                }
            } else if let Some(pair) = n.pair(i) {
                return Some(pair);
            } else if let Some(child) = n.child(2 * i + 1) {
                self.0.push((child, 0));
            }
        }
    }

    /// What the walk holds, for the collector.
    pub fn traverse(&self, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
        self.0.iter().try_for_each(|(n, _)| v.visit(&Cell::new(n.as_ptr())))
    }
}

fn root(h: &PyHamtObject) -> &Node {
    // SAFETY: LIVE, LAYOUT: a mapping holds its root node.
    unsafe { &*(h.h_root.get() as *const Node) }
}

/// `_PyHamt_Type`.
#[unsafe(no_mangle)]
pub static _PyHamt_Type: StaticType = StaticType::new::<PyHamtObject>(c"hamt")
    .getattro(dxpy_core::attr::generic_get_slot)
    .flags(Py_TPFLAGS_HAVE_GC)
    .weaklist(offset_of!(PyHamtObject, h_weakreflist))
    .richcompare(glue::richcompare(mapping::compare))
    .hash(protocol::hash_not_implemented)
    .iter(glue::unary(mapping::keys))
    .sequence(&mapping::SEQUENCE)
    .mapping(&mapping::MAPPING)
    .methods(&mapping::METHODS)
    .create(glue::create(|py: Py<'_>, _: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>| {
        empty(py).map(Owned::upcast)
    }))
    .traverse(glue::traverse(|h: &PyHamtObject, v: &glue::Visitor| v.visit(root_cell(h))))
    .clear(glue::clear(|_: Py<'_>, _: &PyHamtObject| {}))
    .dealloc(glue::dealloc(|py: Py<'_>, h: &PyHamtObject| {
        dxpy_core::weakref::clear_all(py, h.as_object());
        // SAFETY: the object has a collector header; its field is released once and its memory last.
        unsafe {
            gc::untrack(h.as_object());
            object::clear_field(root_cell(h));
            object::tp_free(h.as_object());
        }
    }));

fn root_cell(h: &PyHamtObject) -> &Cell<*mut PyObject> {
    // SAFETY: LAYOUT: a pointer to an object, which the ABI declares as `void *`.
    unsafe { &*((&raw const h.h_root) as *const Cell<*mut PyObject>) }
}

fn with_root(py: Py<'_>, root: Owned<Node>, count: isize) -> PyResult<Owned<PyHamtObject>> {
    // SAFETY: LAYOUT: the type's own struct.
    let h: Owned<PyHamtObject> = unsafe { object::generic_alloc(py, &_PyHamt_Type, 0)?.cast() };
    h.h_root.set(root.into_ptr().cast());
    h.h_count.set(count);
    Ok(h)
}

/// `_PyHamt_New`.
pub fn empty(py: Py<'_>) -> PyResult<Owned<PyHamtObject>> {
    with_root(py, empty_node(py)?, 0)
}

/// `_PyHamt_Len`.
pub fn len(h: &PyHamtObject) -> usize {
    h.h_count.get() as usize
}

/// `_PyHamt_Find`.
pub fn get(py: Py<'_>, h: &PyHamtObject, key: &PyObject) -> PyResult<Option<Owned>> {
    if len(h) == 0 { Ok(None) } else { find(py, root(h), key) }
}

/// `_PyHamt_Assoc`: the mapping with this pair.
pub fn set(py: Py<'_>, h: &PyHamtObject, key: &PyObject, value: &PyObject) -> PyResult<Owned<PyHamtObject>> {
    let mut added = false;
    let hash = hash(py, key)?;
    let new = assoc(py, root(h), 0, hash, key, value, &mut added)?;
    if new.is(root(h)) {
        return Ok(h.to_owned());
    }
    with_root(py, new, h.h_count.get() + isize::from(added))
}

/// `_PyHamt_Without`: the mapping without this key; None if it is not there.
pub fn delete(py: Py<'_>, h: &PyHamtObject, key: &PyObject) -> PyResult<Option<Owned<PyHamtObject>>> {
    let hash = hash(py, key)?;
    match without(py, root(h), 0, hash, key)? {
        Without::NotFound => Ok(None),
        Without::Empty => empty(py).map(Some),
        Without::Node(n) => with_root(py, n, h.h_count.get() - 1).map(Some),
    }
}

/// The pairs, in CPython's order.
pub fn walk(h: &PyHamtObject) -> Walk {
    Walk(vec![(root(h).to_owned(), 0)])
}

/// `_PyHamt_Eq`.
pub fn equals(py: Py<'_>, a: &PyHamtObject, b: &PyHamtObject) -> PyResult<bool> {
    if a.is(b) {
        return Ok(true);
    }
    if len(a) != len(b) {
        return Ok(false);
    }
    let mut pairs = walk(a);
    while let Some((k, v)) = pairs.step() {
        match get(py, b, &k)? {
            Some(w) if protocol::rich_compare_bool(py, &v, &w, Py_EQ)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}
