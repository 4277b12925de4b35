//! C-variadic functions: the argument list as the System V ABI for x86-64 lays it out, and the trampolines that build one.
//! Stable Rust cannot define such functions, so each exported one is a naked trampoline before an ordinary function that
//! takes the list as its last argument. The list is also what C's `va_list` parameters are, so the `V` functions of the
//! C API share those ordinary functions.

use core::ffi::c_void;

/// `va_list`: the registers of a call spilled by the callee, and where its arguments on the stack begin.
#[repr(C)]
pub struct VaList {
    general: u32,
    vector: u32,
    overflow: *mut c_void,
    saved: *mut c_void,
}

impl VaList {
    /// `va_copy`: a list of its own over the same arguments.
    pub fn copy(&self) -> VaList {
        VaList { general: self.general, vector: self.vector, overflow: self.overflow, saved: self.saved }
    }

    /// The next argument of a whole word: an integer of any width, or a pointer.
    ///
    /// # Safety
    /// The caller's format promises one more such argument.
    pub unsafe fn word(&mut self) -> u64 {
        // SAFETY: the caller's promise: six words are saved, the rest is on the stack.
        unsafe {
            if self.general < 48 {
                let p = self.saved.byte_add(self.general as usize) as *const u64;
                self.general += 8;
                *p
            } else {
                self.stacked()
            }
        }
    }

    /// The next `double`.
    ///
    /// # Safety
    /// As for [`VaList::word`].
    pub unsafe fn double(&mut self) -> f64 {
        // SAFETY: the caller's promise: vector registers are saved every 16 bytes up to 176.
        unsafe {
            if self.vector < 176 {
                let p = self.saved.byte_add(self.vector as usize) as *const f64;
                self.vector += 16;
                *p
            } else {
                f64::from_bits(self.stacked())
            }
        }
    }

    /// The next pointer.
    ///
    /// # Safety
    /// As for [`VaList::word`].
    pub unsafe fn pointer<T>(&mut self) -> *mut T {
        // SAFETY: the caller's promise.
        unsafe { self.word() as *mut T }
    }

    /// The next `int`.
    ///
    /// # Safety
    /// As for [`VaList::word`].
    pub unsafe fn int(&mut self) -> i32 {
        // SAFETY: the caller's promise; the upper half is not defined.
        unsafe { self.word() as i32 }
    }

    unsafe fn stacked(&mut self) -> u64 {
        // SAFETY: the caller's promise.
        unsafe {
            let p = self.overflow as *const u64;
            self.overflow = self.overflow.byte_add(8);
            *p
        }
    }
}

/// Defines the C-variadic function `$name` with `$fixed` named arguments, none of them floating: it spills the argument
/// registers, builds the list, and calls `$target(named..., &mut VaList)`.
macro_rules! variadic {
    ($name:ident, $target:path, 1) => { $crate::varargs::variadic!(@ $name, $target, "8", "rsi"); };
    ($name:ident, $target:path, 2) => { $crate::varargs::variadic!(@ $name, $target, "16", "rdx"); };
    ($name:ident, $target:path, 3) => { $crate::varargs::variadic!(@ $name, $target, "24", "rcx"); };
    ($name:ident, $target:path, 4) => { $crate::varargs::variadic!(@ $name, $target, "32", "r8"); };
    ($name:ident, $target:path, 5) => { $crate::varargs::variadic!(@ $name, $target, "40", "r9"); };
    (@ $name:ident, $target:path, $general:literal, $register:literal) => {
        #[doc = concat!("C: `", stringify!($name), "(...)`.")]
        ///
        /// # Safety
        /// GIL; the arguments the function's contract names.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name() {
            core::arch::naked_asm!(
                ".cfi_startproc",
                "sub rsp, 216",
                ".cfi_adjust_cfa_offset 216",
                "mov [rsp+32], rdi",
                "mov [rsp+40], rsi",
                "mov [rsp+48], rdx",
                "mov [rsp+56], rcx",
                "mov [rsp+64], r8",
                "mov [rsp+72], r9",
                "test al, al",
                "je 2f",
                "movaps [rsp+80], xmm0",
                "movaps [rsp+96], xmm1",
                "movaps [rsp+112], xmm2",
                "movaps [rsp+128], xmm3",
                "movaps [rsp+144], xmm4",
                "movaps [rsp+160], xmm5",
                "movaps [rsp+176], xmm6",
                "movaps [rsp+192], xmm7",
                "2:",
                concat!("mov dword ptr [rsp+8], ", $general),
                "mov dword ptr [rsp+12], 48",
                "lea rax, [rsp+224]",
                "mov [rsp+16], rax",
                "lea rax, [rsp+32]",
                "mov [rsp+24], rax",
                concat!("lea ", $register, ", [rsp+8]"),
                "call {target}",
                "add rsp, 216",
                ".cfi_adjust_cfa_offset -216",
                "ret",
                ".cfi_endproc",
                target = sym $target
            )
        }
    };
}
pub(crate) use variadic;
