//! pyhash.h and pycore_hashtable.h: hashes of raw data, and the hash table that C code keeps its own data in.

use crate::util::{api, free, memory};
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};
use dxpy_core::abi::{PyHash_FuncDef, PyMemAllocatorEx, PyObject};
use dxpy_core::{protocol, unicode};
use std::collections::HashMap;

unsafe extern "C" fn hash_bytes(p: *const c_char, n: isize) -> isize {
    unicode::hash_bytes(memory(p, n))
}

/// The description of the hash function.
struct Function(PyHash_FuncDef);
// SAFETY: nobody writes it.
unsafe impl Sync for Function {}

static FUNCTION: Function = Function(PyHash_FuncDef {
    // SAFETY: function pointers are of one size; C code calls it with the prototype of its field.
    hash: Cell::new(Some(unsafe {
        core::mem::transmute::<unsafe extern "C" fn(*const c_char, isize) -> isize, unsafe extern "C" fn()>(
            hash_bytes,
        )
    })),
    name: Cell::new(c"siphash13".as_ptr().cast_mut()),
    hash_bits: Cell::new(64),
    seed_bits: Cell::new(128),
});

api! {
    /// C: `Py_hash_t _Py_HashDouble(PyObject *, double)`: a NaN's is that of the object.
    fn _Py_HashDouble(_, o: &PyObject, v: f64) -> isize {
        dxpy_types::float::hash_f64(o, v)
    }

    /// C: `Py_hash_t _Py_HashBytes(const void *, Py_ssize_t)`.
    fn _Py_HashBytes(_, p: *const c_char, n: isize) -> isize {
        if n <= 0 { 0 } else { unicode::hash_bytes(memory(p, n)) }
    }
}

free! {
    /// C: `Py_hash_t _Py_HashPointer(const void *)`.
    fn _Py_HashPointer(p: *const c_void) -> isize { protocol::hash_pointer(p) }
    /// C: `Py_hash_t _Py_HashPointerRaw(const void *)`.
    fn _Py_HashPointerRaw(p: *const c_void) -> isize { (p as usize).rotate_right(4) as isize }
    /// C: `PyHash_FuncDef *PyHash_GetFuncDef(void)`.
    fn PyHash_GetFuncDef() -> *mut PyHash_FuncDef { core::ptr::from_ref(&FUNCTION.0).cast_mut() }
}

type Hash = unsafe extern "C" fn(*const c_void) -> usize;
type Compare = unsafe extern "C" fn(*const c_void, *const c_void) -> c_int;
type Destroy = unsafe extern "C" fn(*mut c_void);

/// `_Py_hashtable_t`, which C code only has pointers to.
pub struct Table {
    entries: HashMap<usize, Vec<(*mut c_void, *mut c_void)>>,
    n: usize,
    hash: Hash,
    compare: Compare,
    destroy_key: Option<Destroy>,
    destroy_value: Option<Destroy>,
}

/// A table behind its pointer.
fn table<'a>(t: *mut Table) -> &'a mut Table {
    // SAFETY: the C API's contract: made by `_Py_hashtable_new`, and used by one thread at a time.
    unsafe { &mut *t }
}

impl Table {
    fn hash_of(&self, key: *const c_void) -> usize {
        // SAFETY: the caller's function.
        unsafe { (self.hash)(key) }
    }

    fn find(&self, key: *const c_void) -> Option<(usize, usize)> {
        let h = self.hash_of(key);
        // SAFETY: the caller's function.
        let i = self.entries.get(&h)?.iter().position(|e| unsafe { (self.compare)(key, e.0) } != 0)?;
        Some((h, i))
    }

    fn clear(&mut self) {
        let all = core::mem::take(&mut self.entries);
        self.n = 0;
        for (key, value) in all.into_values().flatten() {
            // SAFETY: the caller's functions; nobody else has these.
            unsafe {
                if let Some(f) = self.destroy_key {
                    f(key);
                }
                if let Some(f) = self.destroy_value {
                    f(value);
                }
            }
        }
    }
}

fn new(
    hash: Hash,
    compare: Compare,
    destroy_key: Option<Destroy>,
    destroy_value: Option<Destroy>,
) -> *mut Table {
    Box::into_raw(Box::new(Table {
        entries: HashMap::new(),
        n: 0,
        hash,
        compare,
        destroy_key,
        destroy_value,
    }))
}

free! {
    /// C: `Py_uhash_t _Py_hashtable_hash_ptr(const void *)`.
    fn _Py_hashtable_hash_ptr(p: *const c_void) -> usize { (p as usize).rotate_right(4) }
    /// C: `int _Py_hashtable_compare_direct(const void *, const void *)`.
    fn _Py_hashtable_compare_direct(a: *const c_void, b: *const c_void) -> c_int { (a == b).into() }
    /// C: `_Py_hashtable_t *_Py_hashtable_new(hash function, compare function)`.
    fn _Py_hashtable_new(hash: Hash, compare: Compare) -> *mut Table { new(hash, compare, None, None) }
    /// C: `_Py_hashtable_t *_Py_hashtable_new_full(hash, compare, destroy key, destroy value, allocator)`: the table's own
    /// memory is Rust's, whatever allocator is given.
    fn _Py_hashtable_new_full(hash: Hash, compare: Compare, key: Option<Destroy>, value: Option<Destroy>, _allocator: *mut PyMemAllocatorEx) -> *mut Table {
        new(hash, compare, key, value)
    }
    /// C: `void _Py_hashtable_destroy(_Py_hashtable_t *)`.
    fn _Py_hashtable_destroy(t: *mut Table) -> () {
        table(t).clear();
        // SAFETY: made by `new`, and not used any more.
        drop(unsafe { Box::from_raw(t) });
    }
    /// C: `void _Py_hashtable_clear(_Py_hashtable_t *)`.
    fn _Py_hashtable_clear(t: *mut Table) -> () { table(t).clear() }
    /// C: `size_t _Py_hashtable_len(const _Py_hashtable_t *)`.
    fn _Py_hashtable_len(t: *mut Table) -> usize { table(t).n }
    /// C: `size_t _Py_hashtable_size(const _Py_hashtable_t *)`: in bytes, about.
    fn _Py_hashtable_size(t: *mut Table) -> usize { size_of::<Table>() + table(t).entries.capacity() * 48 + table(t).n * 16 }
    /// C: `int _Py_hashtable_set(_Py_hashtable_t *, const void *key, void *value)`: the key is not there yet.
    fn _Py_hashtable_set(t: *mut Table, key: *mut c_void, value: *mut c_void) -> c_int {
        let t = table(t);
        let h = t.hash_of(key);
        t.entries.entry(h).or_default().push((key, value));
        t.n += 1;
        0
    }
    /// C: `void *_Py_hashtable_get(_Py_hashtable_t *, const void *key)`: NULL for none.
    fn _Py_hashtable_get(t: *mut Table, key: *const c_void) -> *mut c_void {
        let t = table(t);
        t.find(key).map_or(core::ptr::null_mut(), |(h, i)| t.entries[&h][i].1)
    }
    /// C: `void *_Py_hashtable_steal(_Py_hashtable_t *, const void *key)`: takes the entry out.
    fn _Py_hashtable_steal(t: *mut Table, key: *const c_void) -> *mut c_void {
        let t = table(t);
        let Some((h, i)) = t.find(key) else { return core::ptr::null_mut() };
        let bucket = t.entries.entry(h).or_default();
        let (_, value) = bucket.swap_remove(i);
        if bucket.is_empty() {
            t.entries.remove(&h);
        }
        t.n -= 1;
        value
    }
    /// C: `int _Py_hashtable_foreach(_Py_hashtable_t *, function, void *)`: until the function answers other than 0.
    fn _Py_hashtable_foreach(t: *mut Table, f: unsafe extern "C" fn(*mut Table, *const c_void, *const c_void, *mut c_void) -> c_int, data: *mut c_void) -> c_int {
        let all: Vec<_> = table(t).entries.values().flatten().copied().collect();
        // SAFETY: the caller's function.
        all.into_iter().map(|(k, v)| unsafe { f(t, k, v, data) }).find(|r| *r != 0).unwrap_or(0)
    }
}
