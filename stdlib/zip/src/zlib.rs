//! `zlib`'s functions and the states of its three objects: `compressobj`, `decompressobj` and `_ZlibDecompressor`,
//! with the module's error texts. Compressed bytes differ from those of the C library; decompressed ones do not.
//! Known difference: where zlib-rs' fast loop finds a bad code or distance it loses its text («invalid distance
//! too far back», «invalid distance code», «invalid literal/length code»); the error then says «invalid input data».

use crate::raw::{DeflateParams, Step, Stream};
use libz_rs_sys as z;

/// The module's integer constants.
pub const CONSTANTS: &[(&str, i64)] = &[
    ("MAX_WBITS", 15),
    ("DEFLATED", 8),
    ("DEF_MEM_LEVEL", 8),
    ("DEF_BUF_SIZE", 16 * 1024),
    ("Z_NO_COMPRESSION", 0),
    ("Z_BEST_SPEED", 1),
    ("Z_BEST_COMPRESSION", 9),
    ("Z_DEFAULT_COMPRESSION", -1),
    ("Z_FILTERED", 1),
    ("Z_HUFFMAN_ONLY", 2),
    ("Z_RLE", 3),
    ("Z_FIXED", 4),
    ("Z_DEFAULT_STRATEGY", 0),
    ("Z_NO_FLUSH", 0),
    ("Z_PARTIAL_FLUSH", 1),
    ("Z_SYNC_FLUSH", 2),
    ("Z_FULL_FLUSH", 3),
    ("Z_FINISH", 4),
    ("Z_BLOCK", 5),
    ("Z_TREES", 6),
];

/// The first size of an output buffer; each next one is twice what there is.
const CHUNK: usize = 16 * 1024;

/// The exception to raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `zlib.error`
    Zlib,
    Value,
    Memory,
    Overflow,
    Eof,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: Kind,
    pub message: String,
}

fn error<T>(kind: Kind, message: &str) -> Result<T, Error> {
    Err(Error { kind, message: message.to_owned() })
}

/// `zlib_error`: the library's own message, or one for the code.
fn zlib_error<T>(code: i32, message: Option<&str>, doing: &str) -> Result<T, Error> {
    let text = message.or(match code {
        z::Z_BUF_ERROR => Some("incomplete or truncated stream"),
        z::Z_STREAM_ERROR => Some("inconsistent stream state"),
        z::Z_DATA_ERROR => Some("invalid input data"),
        z::Z_VERSION_ERROR => Some("library version mismatch"),
        _ => None,
    });
    let message = match text {
        Some(text) => format!("Error {code} {doing}: {text}"),
        None => format!("Error {code} {doing}"),
    };
    Err(Error { kind: Kind::Zlib, message })
}

/// How much to let a stream write next: what is there doubles, up to the limit.
fn room(out: &Vec<u8>, limit: usize) -> usize {
    let free = out.capacity() - out.len();
    let room = if free > 0 { free } else { out.len().max(CHUNK) };
    room.min(limit - out.len())
}

/// Feeds all of `input`, the last piece with `flush`, until the stream asks for no more room.
fn deflate_all(s: &mut Stream, mut input: &[u8], flush: i32, out: &mut Vec<u8>) -> Result<i32, i32> {
    loop {
        let last = input.len() <= u32::MAX as usize;
        let step = s.step(input, out, room(out, usize::MAX), if last { flush } else { z::Z_NO_FLUSH });
        if step.code == z::Z_STREAM_ERROR {
            return Err(step.code);
        }
        input = &input[step.consumed..];
        if !step.full && input.is_empty() {
            return Ok(step.code);
        }
    }
}

/// `zlib.compress`.
pub fn compress(data: &[u8], level: i32, wbits: i32) -> Result<Vec<u8>, Error> {
    let params = DeflateParams { level, method: 8, wbits, mem_level: 8, strategy: 0 };
    let mut s = match Stream::deflate(&params) {
        Ok(s) => s,
        Err((z::Z_MEM_ERROR, _)) => return error(Kind::Memory, "Out of memory while compressing data"),
        Err((z::Z_STREAM_ERROR, _)) => return error(Kind::Zlib, "Bad compression level"),
        Err((code, message)) => return zlib_error(code, message, "while compressing data"),
    };
    let mut out = Vec::new();
    match deflate_all(&mut s, data, z::Z_FINISH, &mut out) {
        Ok(_) => Ok(out),
        Err(code) => zlib_error(code, s.message(), "while compressing data"),
    }
}

/// `zlib.decompress`; `bufsize` is the first size of the output buffer.
pub fn decompress(data: &[u8], wbits: i32, bufsize: isize) -> Result<Vec<u8>, Error> {
    if bufsize < 0 {
        return error(Kind::Value, "bufsize must be non-negative");
    }
    let mut s = match Stream::inflate(wbits) {
        Ok(s) => s,
        Err((z::Z_MEM_ERROR, _)) => return error(Kind::Memory, "Out of memory while decompressing data"),
        Err((code, message)) => return zlib_error(code, message, "while preparing to decompress data"),
    };
    // A hint beyond what the data can hold (deflate expands at most 1032 times) is not followed.
    let hint = (bufsize as usize).clamp(1, data.len().saturating_mul(1032).max(CHUNK));
    let mut out = Vec::with_capacity(hint);
    let mut input = data;
    loop {
        let free = room(&out, usize::MAX);
        let step = s.step(input, &mut out, free, z::Z_SYNC_FLUSH);
        input = &input[step.consumed..];
        match step.code {
            z::Z_STREAM_END => return Ok(out),
            z::Z_OK | z::Z_BUF_ERROR => (),
            z::Z_MEM_ERROR => return error(Kind::Memory, "Out of memory while decompressing data"),
            code => return zlib_error(code, s.message(), "while decompressing data"),
        }
        if !step.full && (input.is_empty() || step.consumed == 0) {
            return zlib_error(z::Z_BUF_ERROR, s.message(), "while decompressing data");
        }
    }
}

/// The state of `zlib.compressobj`.
pub struct Compressor {
    stream: Stream,
}

/// The arguments of `compressobj`.
#[derive(Clone, Copy)]
pub struct CompressOptions<'a> {
    pub level: i32,
    pub method: i32,
    pub wbits: i32,
    pub mem_level: i32,
    pub strategy: i32,
    pub zdict: Option<&'a [u8]>,
}

impl Default for CompressOptions<'_> {
    fn default() -> Self {
        CompressOptions { level: -1, method: 8, wbits: 15, mem_level: 8, strategy: 0, zdict: None }
    }
}

impl Compressor {
    pub fn new(o: &CompressOptions) -> Result<Compressor, Error> {
        if o.zdict.is_some_and(|d| u32::try_from(d.len()).is_err()) {
            return error(Kind::Overflow, "zdict length does not fit in an unsigned int");
        }
        let CompressOptions { level, method, wbits, mem_level, strategy, .. } = *o;
        let mut stream = match Stream::deflate(&DeflateParams { level, method, wbits, mem_level, strategy }) {
            Ok(s) => s,
            Err((z::Z_MEM_ERROR, _)) => {
                return error(Kind::Memory, "Can't allocate memory for compression object");
            }
            Err((z::Z_STREAM_ERROR, _)) => return error(Kind::Value, "Invalid initialization option"),
            Err((code, message)) => return zlib_error(code, message, "while creating compression object"),
        };
        if let Some(dictionary) = o.zdict {
            match stream.set_dictionary(dictionary) {
                z::Z_OK => (),
                z::Z_STREAM_ERROR => return error(Kind::Value, "Invalid dictionary"),
                _ => return error(Kind::Value, "deflateSetDictionary()"),
            }
        }
        Ok(Compressor { stream })
    }

    pub fn compress(&mut self, data: &[u8]) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        match deflate_all(&mut self.stream, data, z::Z_NO_FLUSH, &mut out) {
            Ok(_) => Ok(out),
            Err(code) => zlib_error(code, self.stream.message(), "while compressing data"),
        }
    }

    /// `flush(mode)`; after `Z_FINISH` the stream is closed.
    pub fn flush(&mut self, mode: i32) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        if mode == z::Z_NO_FLUSH {
            return Ok(out);
        }
        let code = match deflate_all(&mut self.stream, &[], mode, &mut out) {
            Ok(code) => code,
            Err(code) => return zlib_error(code, self.stream.message(), "while flushing"),
        };
        match code {
            z::Z_STREAM_END if mode == z::Z_FINISH => match self.stream.end() {
                z::Z_OK => Ok(out),
                code => zlib_error(code, self.stream.message(), "while finishing compression"),
            },
            z::Z_OK | z::Z_BUF_ERROR | z::Z_STREAM_END => Ok(out),
            code => zlib_error(code, self.stream.message(), "while flushing"),
        }
    }

    pub fn copy(&mut self) -> Result<Compressor, Error> {
        match copy(&mut self.stream, "Can't allocate memory for compression object", "compression") {
            Ok(stream) => Ok(Compressor { stream }),
            Err(e) => Err(e),
        }
    }
}

fn copy(stream: &mut Stream, memory: &str, what: &str) -> Result<Stream, Error> {
    match stream.copy() {
        Ok(copy) => Ok(copy),
        Err((z::Z_STREAM_ERROR, _)) => error(Kind::Value, "Inconsistent stream state"),
        Err((z::Z_MEM_ERROR, _)) => error(Kind::Memory, memory),
        Err((code, message)) => zlib_error(code, message, &format!("while copying {what} object")),
    }
}

fn new_inflate(wbits: i32) -> Result<Stream, Error> {
    match Stream::inflate(wbits) {
        Ok(s) => Ok(s),
        Err((z::Z_STREAM_ERROR, _)) => error(Kind::Value, "Invalid initialization option"),
        Err((z::Z_MEM_ERROR, _)) => error(Kind::Memory, "Can't allocate memory for decompression object"),
        Err((code, message)) => zlib_error(code, message, "while creating decompression object"),
    }
}

fn set_zdict(stream: &mut Stream, dictionary: &[u8]) -> Result<(), Error> {
    match stream.set_dictionary(dictionary) {
        z::Z_OK => Ok(()),
        code => zlib_error(code, stream.message(), "while setting zdict"),
    }
}

/// The state of `zlib.decompressobj`.
pub struct Decompressor {
    stream: Stream,
    zdict: Option<Vec<u8>>,
    pub eof: bool,
    pub unused_data: Vec<u8>,
    pub unconsumed_tail: Vec<u8>,
}

impl Decompressor {
    pub fn new(wbits: i32, zdict: Option<&[u8]>) -> Result<Decompressor, Error> {
        let mut stream = new_inflate(wbits)?;
        if let (Some(dictionary), true) = (zdict, wbits < 0) {
            set_zdict(&mut stream, dictionary)?;
        }
        Ok(Decompressor {
            stream,
            zdict: zdict.map(<[u8]>::to_vec),
            eof: false,
            unused_data: Vec::new(),
            unconsumed_tail: Vec::new(),
        })
    }

    /// Inflates until the input is used up, the stream ends, or `limit` bytes are there.
    fn run(&mut self, data: &[u8], limit: usize, last_flush: i32, out: &mut Vec<u8>) -> Result<Step, Error> {
        let mut input = data;
        loop {
            let more = input.len() > u32::MAX as usize;
            let flush = if more && last_flush == z::Z_FINISH { z::Z_NO_FLUSH } else { last_flush };
            let mut step = self.stream.step(input, out, room(out, limit), flush);
            input = &input[step.consumed..];
            step.consumed = data.len() - input.len();
            match step.code {
                z::Z_NEED_DICT => match &self.zdict {
                    Some(dictionary) => set_zdict(&mut self.stream, dictionary)?,
                    None => return Ok(step),
                },
                z::Z_OK | z::Z_BUF_ERROR if out.len() < limit && (step.full || more) => (),
                _ => return Ok(step),
            }
        }
    }

    /// Where the input that was not used goes.
    fn keep(&mut self, data: &[u8], step: &Step) {
        let rest = &data[step.consumed..];
        let end = step.code == z::Z_STREAM_END;
        if end {
            self.eof = true;
            self.unused_data.extend(rest);
        }
        // As CPython: at the end of the stream a tail that was there is replaced by the same unused data.
        if !end || !self.unconsumed_tail.is_empty() {
            self.unconsumed_tail = rest.to_vec();
        }
    }

    /// `decompress(data, max_length)`; 0 is no limit.
    pub fn decompress(&mut self, data: &[u8], max_length: isize) -> Result<Vec<u8>, Error> {
        let limit = match max_length {
            ..0 => return error(Kind::Value, "max_length must be non-negative"),
            0 => usize::MAX,
            n => n as usize,
        };
        let mut out = Vec::new();
        let step = self.run(data, limit, z::Z_SYNC_FLUSH, &mut out)?;
        self.keep(data, &step);
        match step.code {
            z::Z_OK | z::Z_BUF_ERROR | z::Z_STREAM_END => Ok(out),
            code => zlib_error(code, self.stream.message(), "while decompressing data"),
        }
    }

    /// `flush(length)`: what the unconsumed tail still gives.
    pub fn flush(&mut self, length: isize) -> Result<Vec<u8>, Error> {
        if length <= 0 {
            return error(Kind::Value, "length must be greater than zero");
        }
        let data = self.unconsumed_tail.clone();
        let mut out = Vec::new();
        // A dictionary that does not fit was reported by `decompress`; CPython's `flush` is silent on it.
        let Ok(step) = self.run(&data, usize::MAX, z::Z_FINISH, &mut out) else { return Ok(out) };
        self.keep(&data, &step);
        if step.code == z::Z_STREAM_END {
            let code = self.stream.end();
            if code != z::Z_OK {
                return zlib_error(code, self.stream.message(), "while finishing decompression");
            }
        }
        Ok(out)
    }

    pub fn copy(&mut self) -> Result<Decompressor, Error> {
        Ok(Decompressor {
            stream: copy(
                &mut self.stream,
                "Can't allocate memory for decompression object",
                "decompression",
            )?,
            zdict: self.zdict.clone(),
            eof: self.eof,
            unused_data: self.unused_data.clone(),
            unconsumed_tail: self.unconsumed_tail.clone(),
        })
    }
}

/// The state of `zlib._ZlibDecompressor`, which keeps input it could not use yet (as `bz2`'s and `lzma`'s do).
pub struct BufferedDecompressor {
    inner: Decompressor,
    pending: Vec<u8>,
    pub needs_input: bool,
}

impl BufferedDecompressor {
    pub fn new(wbits: i32, zdict: Option<&[u8]>) -> Result<BufferedDecompressor, Error> {
        let inner = Decompressor::new(wbits, zdict)?;
        Ok(BufferedDecompressor { inner, pending: Vec::new(), needs_input: true })
    }

    pub fn eof(&self) -> bool {
        self.inner.eof
    }

    pub fn unused_data(&self) -> &[u8] {
        &self.inner.unused_data
    }

    /// `decompress(data, max_length)`; a negative length is no limit.
    pub fn decompress(&mut self, data: &[u8], max_length: isize) -> Result<Vec<u8>, Error> {
        if self.inner.eof {
            return error(Kind::Eof, "End of stream already reached");
        }
        let limit = usize::try_from(max_length).unwrap_or(usize::MAX);
        let joined;
        let input = if self.pending.is_empty() {
            data
        } else {
            self.pending.extend(data);
            joined = std::mem::take(&mut self.pending);
            &joined
        };
        let mut out = Vec::new();
        let step = self.inner.run(input, limit, z::Z_SYNC_FLUSH, &mut out)?;
        match step.code {
            z::Z_OK | z::Z_BUF_ERROR | z::Z_STREAM_END => (),
            code => return zlib_error(code, self.inner.stream.message(), "while decompressing data"),
        }
        let rest = &input[step.consumed..];
        if step.code == z::Z_STREAM_END {
            self.inner.eof = true;
            self.inner.unused_data = rest.to_vec();
            self.needs_input = false;
        } else {
            self.pending = rest.to_vec();
            self.needs_input = rest.is_empty();
        }
        Ok(out)
    }
}
