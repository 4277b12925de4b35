//! One safe type over zlib-rs' C API: a stream that inflates or deflates slices into a growing vector and can be
//! copied. Nothing here knows how `zlib`'s objects behave.

use libz_rs_sys as z;
use std::ffi::{CStr, c_int};
use std::mem::{MaybeUninit, size_of};
use std::ptr;

/// What a stream does; decides which functions end and copy it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Deflate,
    Inflate,
}

/// The parameters of `deflateInit2`.
pub(crate) struct DeflateParams {
    pub level: i32,
    pub method: i32,
    pub wbits: i32,
    pub mem_level: i32,
    pub strategy: i32,
}

pub(crate) struct Stream {
    // Boxed: the state inside points back at it.
    z: Box<z::z_stream>,
    kind: Kind,
    live: bool,
    /// The text of the last error before zlib-rs said only that the stream is called again after one.
    text: Option<&'static str>,
}

// SAFETY: a stream owns all that its pointers reach, is used through `&mut` only, and borrows no input or output
// between calls (both pointers are dead once `step` has returned).
unsafe impl Send for Stream {}

/// What one call did.
pub(crate) struct Step {
    pub code: c_int,
    pub consumed: usize,
    /// Whether the room given was used up.
    pub full: bool,
}

fn blank() -> Box<z::z_stream> {
    // SAFETY: all-zero is zlib's documented state before an init function: null pointers, absent callbacks, zeros.
    Box::new(unsafe { MaybeUninit::<z::z_stream>::zeroed().assume_init() })
}

const VERSION: &CStr = c"1.3.0";

/// A failed init: the code, and zlib's message if it left one.
pub(crate) type InitError = (c_int, Option<&'static str>);

impl Stream {
    pub fn deflate(p: &DeflateParams) -> Result<Stream, InitError> {
        let mut z = blank();
        // SAFETY: `z` is zeroed as the function asks, the version is a C string, the size is the struct's.
        let code = unsafe {
            z::deflateInit2_(
                &mut *z,
                p.level,
                p.method,
                p.wbits,
                p.mem_level,
                p.strategy,
                VERSION.as_ptr(),
                size_of::<z::z_stream>() as c_int,
            )
        };
        Stream::begun(z, code, Kind::Deflate)
    }

    pub fn inflate(wbits: i32) -> Result<Stream, InitError> {
        let mut z = blank();
        // SAFETY: as in `deflate`.
        let code =
            unsafe { z::inflateInit2_(&mut *z, wbits, VERSION.as_ptr(), size_of::<z::z_stream>() as c_int) };
        Stream::begun(z, code, Kind::Inflate)
    }

    fn begun(z: Box<z::z_stream>, code: c_int, kind: Kind) -> Result<Stream, InitError> {
        let mut stream = Stream { z, kind, live: code == z::Z_OK, text: None };
        stream.text = stream.latest();
        if stream.live { Ok(stream) } else { Err((code, stream.text)) }
    }

    /// zlib's own text for the last error.
    pub fn message(&self) -> Option<&'static str> {
        self.text
    }

    fn latest(&self) -> Option<&'static str> {
        if self.z.msg.is_null() {
            return self.text;
        }
        // SAFETY: `msg` points at one of the library's static C strings.
        let text = unsafe { CStr::from_ptr(self.z.msg) }.to_str().ok();
        // The C library goes on repeating what was wrong.
        text.filter(|t| *t != "repeated call with bad state").or(self.text)
    }

    /// Runs once over `input`, appending at most `room` bytes to `out`.
    pub fn step(&mut self, input: &[u8], out: &mut Vec<u8>, room: usize, flush: i32) -> Step {
        if !self.live {
            return Step { code: z::Z_STREAM_ERROR, consumed: 0, full: false };
        }
        // Both lengths are C unsigned ints; the caller's loop takes what is left over.
        let most = u32::MAX as usize;
        let (avail_in, room) = (input.len().min(most), room.min(most));
        out.reserve(room);
        let spare = out.spare_capacity_mut();
        self.z.next_in = input.as_ptr().cast_mut();
        self.z.avail_in = avail_in as u32;
        self.z.next_out = spare.as_mut_ptr().cast();
        self.z.avail_out = room as u32;
        // SAFETY: the stream is live; `next_in` has `avail_in` readable bytes, which are only read; `next_out` has
        // `room` writable ones, reserved above.
        let code = unsafe {
            match self.kind {
                Kind::Deflate => z::deflate(&mut *self.z, flush),
                Kind::Inflate => z::inflate(&mut *self.z, flush),
            }
        };
        self.text = self.latest();
        let written = room - self.z.avail_out as usize;
        // SAFETY: zlib has written `written` bytes from the old end on, within the capacity.
        unsafe { out.set_len(out.len() + written) };
        let step = Step { code, consumed: avail_in - self.z.avail_in as usize, full: self.z.avail_out == 0 };
        (self.z.next_in, self.z.next_out) = (ptr::null_mut(), ptr::null_mut());
        (self.z.avail_in, self.z.avail_out) = (0, 0);
        step
    }

    pub fn set_dictionary(&mut self, dictionary: &[u8]) -> c_int {
        let Ok(length) = u32::try_from(dictionary.len()) else { return z::Z_STREAM_ERROR };
        if !self.live {
            return z::Z_STREAM_ERROR;
        }
        // SAFETY: the stream is live and the dictionary has `length` readable bytes, which zlib copies.
        unsafe {
            match self.kind {
                Kind::Deflate => z::deflateSetDictionary(&mut *self.z, dictionary.as_ptr(), length),
                Kind::Inflate => z::inflateSetDictionary(&mut *self.z, dictionary.as_ptr(), length),
            }
        }
    }

    /// A second stream in the same state.
    pub fn copy(&mut self) -> Result<Stream, InitError> {
        if !self.live {
            return Err((z::Z_STREAM_ERROR, None));
        }
        let mut z = blank();
        // Copying an inflating stream asks for an output pointer, without following it.
        self.z.next_out = ptr::NonNull::dangling().as_ptr();
        // SAFETY: the source is live, the destination a blank stream at its final address, no length is above 0.
        let code = unsafe {
            match self.kind {
                Kind::Deflate => z::deflateCopy(&mut *z, &mut *self.z),
                Kind::Inflate => z::inflateCopy(&mut *z, &*self.z),
            }
        };
        (self.z.next_out, z.next_out) = (ptr::null_mut(), ptr::null_mut());
        let mut copy = Stream::begun(z, code, self.kind)?;
        copy.text = self.text;
        Ok(copy)
    }

    /// Frees the state; further calls give `Z_STREAM_ERROR`.
    pub fn end(&mut self) -> c_int {
        if !std::mem::take(&mut self.live) {
            return z::Z_OK;
        }
        // SAFETY: the stream was live, and is marked dead above, so that its state is freed once.
        unsafe {
            match self.kind {
                Kind::Deflate => z::deflateEnd(&mut *self.z),
                Kind::Inflate => z::inflateEnd(&mut *self.z),
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.end();
    }
}
