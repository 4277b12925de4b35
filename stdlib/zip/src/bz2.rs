//! The states of `bz2`'s two objects, `BZ2Compressor` and `BZ2Decompressor`, with the module's error texts. The stream
//! behind both is the one unsafe part.

use libbz2_rs_sys as bz;
use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr;

/// The first size of an output buffer; each next one is twice what there is.
const CHUNK: usize = 16 * 1024;

/// The exception to raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Value,
    Memory,
    Os,
    Eof,
    Runtime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: Kind,
    pub message: String,
}

fn error<T>(kind: Kind, message: &str) -> Result<T, Error> {
    Err(Error { kind, message: message.to_owned() })
}

/// `catch_bz2_error`.
fn check(code: c_int) -> Result<c_int, Error> {
    match code {
        bz::BZ_OK | bz::BZ_RUN_OK | bz::BZ_FLUSH_OK | bz::BZ_FINISH_OK | bz::BZ_STREAM_END => Ok(code),
        bz::BZ_PARAM_ERROR => error(Kind::Value, "Internal error - invalid parameters passed to libbzip2"),
        bz::BZ_MEM_ERROR => error(Kind::Memory, ""),
        bz::BZ_DATA_ERROR | bz::BZ_DATA_ERROR_MAGIC => error(Kind::Os, "Invalid data stream"),
        bz::BZ_IO_ERROR => error(Kind::Os, "Unknown I/O error"),
        bz::BZ_UNEXPECTED_EOF => {
            error(Kind::Eof, "Compressed file ended before the logical end-of-stream was detected")
        }
        bz::BZ_SEQUENCE_ERROR => {
            error(Kind::Runtime, "Internal error - Invalid sequence of commands sent to libbzip2")
        }
        other => error(Kind::Os, &format!("Unrecognized error from libbzip2: {other}")),
    }
}

/// A stream of the library.
struct Stream {
    // Boxed: the state inside points back at it.
    s: Box<bz::bz_stream>,
    compress: bool,
}

// SAFETY: a stream owns all that its pointers reach, is used through `&mut` only, and borrows no input or output
// between calls.
unsafe impl Send for Stream {}

impl Stream {
    fn new(level: Option<c_int>) -> Result<Stream, Error> {
        // SAFETY: all-zero is the library's documented state before an init function.
        let mut s = Box::new(unsafe { MaybeUninit::<bz::bz_stream>::zeroed().assume_init() });
        // SAFETY: a zeroed stream at its final address.
        let code = unsafe {
            match level {
                Some(level) => bz::BZ2_bzCompressInit(&mut *s, level, 0, 0),
                None => bz::BZ2_bzDecompressInit(&mut *s, 0, 0),
            }
        };
        check(code)?;
        Ok(Stream { s, compress: level.is_some() })
    }

    /// Runs once: the code, how much input was used, whether the room was.
    fn step(&mut self, input: &[u8], out: &mut Vec<u8>, room: usize, action: c_int) -> (c_int, usize, bool) {
        let most = u32::MAX as usize;
        let (available, room) = (input.len().min(most), room.min(most));
        out.reserve(room);
        self.s.next_in = input.as_ptr().cast_mut().cast();
        self.s.avail_in = available as u32;
        self.s.next_out = out.spare_capacity_mut().as_mut_ptr().cast();
        self.s.avail_out = room as u32;
        // SAFETY: the stream is initialised; `next_in` has `avail_in` readable bytes, which are only read; `next_out` has
        // `room` writable ones, reserved above.
        let code = unsafe {
            match self.compress {
                true => bz::BZ2_bzCompress(&mut *self.s, action),
                false => bz::BZ2_bzDecompress(&mut *self.s),
            }
        };
        let written = room - self.s.avail_out as usize;
        // SAFETY: the library has written `written` bytes from the old end on, within the capacity.
        unsafe { out.set_len(out.len() + written) };
        let result = (code, available - self.s.avail_in as usize, self.s.avail_out == 0);
        (self.s.next_in, self.s.next_out) = (ptr::null(), ptr::null_mut());
        (self.s.avail_in, self.s.avail_out) = (0, 0);
        result
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: initialised, and ended once.
        unsafe {
            match self.compress {
                true => bz::BZ2_bzCompressEnd(&mut *self.s),
                false => bz::BZ2_bzDecompressEnd(&mut *self.s),
            }
        };
    }
}

fn room(out: &Vec<u8>, limit: usize) -> usize {
    let free = out.capacity() - out.len();
    let room = if free > 0 { free } else { out.len().max(CHUNK) };
    room.min(limit - out.len())
}

/// The state of `BZ2Compressor`.
pub struct Compressor {
    stream: Stream,
    flushed: bool,
}

impl Compressor {
    pub fn new(level: i32) -> Result<Compressor, Error> {
        if !(1..=9).contains(&level) {
            return error(Kind::Value, "compresslevel must be between 1 and 9");
        }
        Ok(Compressor { stream: Stream::new(Some(level))?, flushed: false })
    }

    pub fn compress(&mut self, mut data: &[u8]) -> Result<Vec<u8>, Error> {
        if self.flushed {
            return error(Kind::Value, "Compressor has been flushed");
        }
        let mut out = Vec::new();
        while !data.is_empty() {
            let free = room(&out, usize::MAX);
            let (code, used, _) = self.stream.step(data, &mut out, free, bz::BZ_RUN);
            check(code)?;
            data = &data[used..];
        }
        Ok(out)
    }

    pub fn flush(&mut self) -> Result<Vec<u8>, Error> {
        if std::mem::replace(&mut self.flushed, true) {
            return error(Kind::Value, "Repeated call to flush()");
        }
        let mut out = Vec::new();
        loop {
            let free = room(&out, usize::MAX);
            let (code, ..) = self.stream.step(&[], &mut out, free, bz::BZ_FINISH);
            if check(code)? == bz::BZ_STREAM_END {
                return Ok(out);
            }
        }
    }
}

/// The state of `BZ2Decompressor`.
pub struct Decompressor {
    stream: Stream,
    pending: Vec<u8>,
    pub eof: bool,
    pub unused_data: Vec<u8>,
    pub needs_input: bool,
}

impl Decompressor {
    pub fn new() -> Result<Decompressor, Error> {
        let stream = Stream::new(None)?;
        Ok(Decompressor {
            stream,
            pending: Vec::new(),
            eof: false,
            unused_data: Vec::new(),
            needs_input: true,
        })
    }

    /// `decompress(data, max_length)`; a negative length is no limit.
    pub fn decompress(&mut self, data: &[u8], max_length: isize) -> Result<Vec<u8>, Error> {
        if self.eof {
            return error(Kind::Eof, "End of stream already reached");
        }
        let limit = usize::try_from(max_length).unwrap_or(usize::MAX);
        let joined;
        let mut input = if self.pending.is_empty() {
            data
        } else {
            self.pending.extend(data);
            joined = std::mem::take(&mut self.pending);
            &joined
        };
        let mut out = Vec::new();
        loop {
            let free = room(&out, limit);
            let (code, used, full) = self.stream.step(input, &mut out, free, 0);
            check(code)?;
            input = &input[used..];
            if code == bz::BZ_STREAM_END {
                self.eof = true;
                break;
            }
            if full {
                if out.len() >= limit {
                    break;
                }
            } else if input.is_empty() || used == 0 {
                break;
            }
        }
        if self.eof {
            self.needs_input = false;
            self.unused_data = input.to_vec();
        } else {
            self.needs_input = input.is_empty();
            self.pending = input.to_vec();
        }
        Ok(out)
    }
}
