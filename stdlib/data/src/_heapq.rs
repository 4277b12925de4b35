//! `_heapq`: lists as heaps (`Modules/_heapqmodule.c`). A comparison may change the list: nothing of it is held over one
//! but references, and its size is checked after each.

use dxpy_core::abi::constants::Py_LT;
use dxpy_core::abi::*;
use dxpy_core::list::{get, len, push, remove, replace};
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyErr, PyResult, exceptions, methods, protocol, unicode};

/// `_heapq`.
pub static MODULE: StaticModule = StaticModule::new(c"_heapq")
    .doc(c"Heaps in lists: heap[k] <= heap[2*k+1] and heap[k] <= heap[2*k+2] for all k.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "heappush" = heappush [2], "($module, heap, item, /)", "Push item onto heap, maintaining the heap invariant.";
    "heappushpop" = heappushpop [2], "($module, heap, item, /)", "Push item on the heap, then pop and return the smallest item from the heap, faster than one after the other.";
    "heappop" = heappop [1], "($module, heap, /)", "Pop the smallest item off the heap, maintaining the heap invariant.";
    "heapreplace" = heapreplace [2], "($module, heap, item, /)", "Pop and return the current smallest value, and add the new item.\n\nThe size of the heap stays; what is returned may be larger than item.";
    "heapify" = heapify [1], "($module, heap, /)", "Transform list into a heap, in-place, in O(len(heap)) time.";
    "_heappop_max" = heappop_max [1], "($module, heap, /)", "Maxheap variant of heappop.";
    "_heapify_max" = heapify_max [1], "($module, heap, /)", "Maxheap variant of heapify.";
    "_heapreplace_max" = heapreplace_max [2], "($module, heap, item, /)", "Maxheap variant of heapreplace.";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    let about = "A heap is a tree in a list: the children of item k are the items 2*k+1 and 2*k+2, and no item\n\
        is larger than its children. So the smallest item is the first, and taking it, or adding one,\n\
        takes a number of comparisons that grows with the logarithm of the size.\n";
    module::add(py, m, "__about__", unicode::from_str(py, about)?.as_object())
}

#[cold]
fn out_of_range(py: Py<'_>) -> PyErr {
    exceptions::index_error(py, format_args!("index out of range"))
}

/// Whether item `a` goes above item `b`: the smaller one, or in a maxheap the larger one.
fn above<const MAX: bool>(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<bool> {
    if MAX {
        protocol::rich_compare_bool(py, b, a, Py_LT)
    } else {
        protocol::rich_compare_bool(py, a, b, Py_LT)
    }
}

fn item(py: Py<'_>, heap: &PyListObject, i: usize) -> PyResult {
    get(heap, i).ok_or_else(|| out_of_range(py))
}

fn check_size(py: Py<'_>, heap: &PyListObject, n: usize) -> PyResult<()> {
    if len(heap) != n {
        return Err(exceptions::runtime_error(py, format_args!("list changed size during iteration")));
    }
    Ok(())
}

/// Exchanges two items that are there.
fn swap(heap: &PyListObject, i: usize, j: usize) {
    let (Some(a), Some(b)) = (get(heap, i), get(heap, j)) else { return };
    // The list goes on holding both, so nothing is finalised.
    drop((replace(heap, i, b), replace(heap, j, a)));
}

/// `siftdown`: moves an item towards the root until its parent is above it.
fn siftdown<const MAX: bool>(py: Py<'_>, heap: &PyListObject, start: usize, mut pos: usize) -> PyResult<()> {
    let n = len(heap);
    let new = item(py, heap, pos)?;
    while pos > start {
        let up = (pos - 1) / 2;
        let parent = item(py, heap, up)?;
        let higher = above::<MAX>(py, &new, &parent)?;
        check_size(py, heap, n)?;
        if !higher {
            break;
        }
        swap(heap, up, pos);
        pos = up;
    }
    Ok(())
}

/// `siftup`: moves an item to a leaf, each time along the child that goes above, and from there to its place.
fn siftup<const MAX: bool>(py: Py<'_>, heap: &PyListObject, start: usize) -> PyResult<()> {
    let n = len(heap);
    if start >= n {
        return Err(out_of_range(py));
    }
    let mut pos = start;
    while pos < n / 2 {
        let mut child = 2 * pos + 1;
        if child + 1 < n {
            let (a, b) = (item(py, heap, child)?, item(py, heap, child + 1)?);
            if !above::<MAX>(py, &a, &b)? {
                child += 1;
            }
            check_size(py, heap, n)?;
        }
        swap(heap, child, pos);
        pos = child;
    }
    siftdown::<MAX>(py, heap, start, pos)
}

fn heappush(py: Py<'_>, _: &PyModuleObject, heap: &PyListObject, new: &PyObject) -> PyResult<()> {
    push(py, heap, new.to_owned())?;
    siftdown::<false>(py, heap, 0, len(heap) - 1)
}

fn pop<const MAX: bool>(py: Py<'_>, heap: &PyListObject) -> PyResult {
    let Some(n) = len(heap).checked_sub(1) else { return Err(out_of_range(py)) };
    let last = remove(py, heap, n)?;
    if len(heap) == 0 {
        return Ok(last);
    }
    let top = replace(heap, 0, last);
    siftup::<MAX>(py, heap, 0)?;
    Ok(top)
}

fn heappop(py: Py<'_>, _: &PyModuleObject, heap: &PyListObject) -> PyResult {
    pop::<false>(py, heap)
}

fn heappop_max(py: Py<'_>, _: &PyModuleObject, heap: &PyListObject) -> PyResult {
    pop::<true>(py, heap)
}

fn exchange<const MAX: bool>(py: Py<'_>, heap: &PyListObject, new: &PyObject) -> PyResult {
    if len(heap) == 0 {
        return Err(out_of_range(py));
    }
    let top: Owned = replace(heap, 0, new.to_owned());
    siftup::<MAX>(py, heap, 0)?;
    Ok(top)
}

fn heapreplace(py: Py<'_>, _: &PyModuleObject, heap: &PyListObject, new: &PyObject) -> PyResult {
    exchange::<false>(py, heap, new)
}

fn heapreplace_max(py: Py<'_>, _: &PyModuleObject, heap: &PyListObject, new: &PyObject) -> PyResult {
    exchange::<true>(py, heap, new)
}

fn heappushpop(py: Py<'_>, _: &PyModuleObject, heap: &PyListObject, new: &PyObject) -> PyResult {
    match get(heap, 0) {
        Some(top) if protocol::rich_compare_bool(py, &top, new, Py_LT)? => exchange::<false>(py, heap, new),
        _ => Ok(new.to_owned()),
    }
}

fn make<const MAX: bool>(py: Py<'_>, heap: &PyListObject) -> PyResult<()> {
    (0..len(heap) / 2).rev().try_for_each(|i| siftup::<MAX>(py, heap, i))
}

fn heapify(py: Py<'_>, _: &PyModuleObject, heap: &PyListObject) -> PyResult<()> {
    make::<false>(py, heap)
}

fn heapify_max(py: Py<'_>, _: &PyModuleObject, heap: &PyListObject) -> PyResult<()> {
    make::<true>(py, heap)
}
