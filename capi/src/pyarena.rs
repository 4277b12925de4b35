//! pycore_pyarena.h: memory and objects that are given up together.

use crate::util::{api, given};
use core::ffi::{c_int, c_void};
use dxpy_core::abi::PyObject;
use dxpy_core::{Owned, PyResult, exceptions};

/// `PyArena`: blocks of words, so that whatever is put there is aligned, and references.
pub struct Arena {
    blocks: Vec<Box<[u128]>>,
    objects: Vec<Owned>,
}

fn of<'a>(a: *mut Arena) -> &'a mut Arena {
    // SAFETY: the C API's contract: made by `_PyArena_New`, used by one thread.
    unsafe { &mut *a }
}

api! {
    /// C: `PyArena *_PyArena_New(void)`.
    fn _PyArena_New(_py) -> *mut Arena {
        Box::into_raw(Box::new(Arena { blocks: Vec::new(), objects: Vec::new() }))
    }
    /// C: `void *_PyArena_Malloc(PyArena *, size_t)`.
    fn _PyArena_Malloc(py, a: *mut Arena, size: usize) -> PyResult<*mut c_void> {
        let mut block = Vec::new();
        let words = size.div_ceil(size_of::<u128>()).max(1);
        block.try_reserve_exact(words).map_err(|_| exceptions::memory_error(py))?;
        block.resize(words, 0);
        let blocks = &mut of(a).blocks;
        blocks.push(block.into_boxed_slice());
        Ok(blocks.last_mut().expect("just added").as_mut_ptr().cast())
    }
    /// C: `int _PyArena_AddPyObject(PyArena *, PyObject *)`: takes the reference.
    fn _PyArena_AddPyObject(_py, a: *mut Arena, o: *mut PyObject) -> c_int {
        of(a).objects.extend(given(o));
        0
    }
    /// C: `void _PyArena_Free(PyArena *)`.
    fn _PyArena_Free(_py, a: *mut Arena) -> () {
        // SAFETY: the C API's contract: made by `_PyArena_New`, and not used any more.
        drop(unsafe { Box::from_raw(a) });
    }
}
