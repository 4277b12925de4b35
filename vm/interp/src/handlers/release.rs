//! Giving up references in handlers.
//!
//! A handler that calls anything before it jumps on has to keep the interpreter's five registers in callee-saved ones, and
//! so pushes and pops those every time it runs, even where the call is that of an object's death, which few of its runs
//! see. Here that call goes through a stub that keeps all registers itself: for the compiler the handler calls nothing.

use crate::dispatch::Obj;

/// Releases a value that may be NULL.
///
/// # Safety
/// OWNED: a stack slot held it.
#[inline(always)]
pub(crate) unsafe fn release(p: Obj) {
    if !p.is_null() {
        // SAFETY: the caller's promise.
        unsafe { release_some(p) }
    }
}

/// Releases a value.
///
/// # Safety
/// OWNED, not NULL.
#[cfg(any(debug_assertions, feature = "zeal", not(target_arch = "x86_64")))]
#[inline(always)]
pub(crate) unsafe fn release_some(p: Obj) {
    // SAFETY: the caller's promise.
    unsafe { dxpy_core::ptr::decref(p) }
}

/// Releases an int or float of exactly that type: its memory goes to the free list right here.
///
/// # Safety
/// OWNED, an int or float whose type is no subclass.
#[inline(always)]
pub(crate) unsafe fn release_number(ts: crate::dispatch::Ts, p: Obj) {
    // SAFETY: the caller's promise: such an object holds nothing, and nothing is in front of it. One that does not come
    // from a pool goes the common way.
    unsafe {
        let count = &(*p).ob_refcnt;
        if cfg!(feature = "zeal") || count.get() != 1 || !dxpy_core::alloc::give(ts, p.cast()) {
            release_some(p)
        }
    }
}

#[cfg(all(not(debug_assertions), not(feature = "zeal"), target_arch = "x86_64"))]
pub(crate) use quiet::release_some;

#[cfg(all(not(debug_assertions), not(feature = "zeal"), target_arch = "x86_64"))]
mod quiet {
    use super::Obj;

    /// Releases a value.
    ///
    /// # Safety
    /// OWNED, not NULL.
    #[inline(always)]
    pub(crate) unsafe fn release_some(p: Obj) {
        // SAFETY: LIVE by the reference being given up. The stub leaves all general registers but `rax` as they are, and
        // the others are named; the stack pointer is first moved behind what a function without calls may have put below
        // it, and is afterwards what it was.
        unsafe {
            let count = &(*p).ob_refcnt;
            let n = count.get();
            if (n as i32) < 0 {
                return;
            }
            count.set(n - 1);
            if n == 1 {
                core::arch::asm!(
                    "lea rsp, [rsp - 128]",
                    "call {stub}",
                    "lea rsp, [rsp + 128]",
                    stub = sym die,
                    inout("rax") p => _,
                    out("xmm0") _, out("xmm1") _, out("xmm2") _, out("xmm3") _,
                    out("xmm4") _, out("xmm5") _, out("xmm6") _, out("xmm7") _,
                    out("xmm8") _, out("xmm9") _, out("xmm10") _, out("xmm11") _,
                    out("xmm12") _, out("xmm13") _, out("xmm14") _, out("xmm15") _,
                    options(nostack),
                );
            }
        }
    }

    /// Takes apart the object in `rax`; keeps all other general registers.
    #[unsafe(naked)]
    unsafe extern "C" fn die() {
        core::arch::naked_asm!(
            "push rbp",
            "mov rbp, rsp",
            "push rdi",
            "push rsi",
            "push rdx",
            "push rcx",
            "push r8",
            "push r9",
            "push r10",
            "push r11",
            "and rsp, -16",
            "mov rdi, rax",
            "call {dealloc}",
            "lea rsp, [rbp - 64]",
            "pop r11",
            "pop r10",
            "pop r9",
            "pop r8",
            "pop rcx",
            "pop rdx",
            "pop rsi",
            "pop rdi",
            "pop rbp",
            "ret",
            dealloc = sym dealloc,
        )
    }

    /// `dealloc` with the calling convention that the stub counts on.
    unsafe extern "C" fn dealloc(p: Obj) {
        // SAFETY: the last reference was just given up.
        unsafe { dxpy_core::ptr::dealloc(p) }
    }
}
