//! Readers for the three layers of the fetched package: gzip, tar, zip. Only what that package uses is understood;
//! anything else, and any inconsistency, is an error with a reason, never a panic.

use zlib_rs::{Inflate, InflateFlush, Status};

/// No package we read is larger than this when unpacked: a bound on what a hostile file can make us allocate.
const LIMIT: usize = 256 << 20;

fn u16_at(data: &[u8], at: usize) -> Result<usize, String> {
    let bytes = data.get(at..).and_then(|d| d.first_chunk::<2>()).ok_or("the archive ends early")?;
    Ok(usize::from(u16::from_le_bytes(*bytes)))
}

fn u32_at(data: &[u8], at: usize) -> Result<usize, String> {
    let bytes = data.get(at..).and_then(|d| d.first_chunk::<4>()).ok_or("the archive ends early")?;
    Ok(u32::from_le_bytes(*bytes) as usize)
}

fn slice(data: &[u8], at: usize, len: usize) -> Result<&[u8], String> {
    let end = at.checked_add(len).ok_or("a length of the archive overflows")?;
    data.get(at..end).ok_or_else(|| "the archive ends early".to_owned())
}

/// Inflates a gzip file; its CRC and length are checked.
pub fn gunzip(data: &[u8]) -> Result<Vec<u8>, String> {
    let trailer = data.len().checked_sub(4).ok_or("not a gzip file")?;
    let size = u32_at(data, trailer)?;
    if size > LIMIT {
        return Err(format!("the gzip file says it holds {size} bytes, over the limit"));
    }
    // A window of 16 + 15 asks the decoder for gzip framing.
    inflate(data, size, Inflate::new(true, 16 + 15))
}

/// Inflates a raw deflate stream of known size.
pub fn inflate_raw(data: &[u8], size: usize) -> Result<Vec<u8>, String> {
    if size > LIMIT {
        return Err(format!("a file of {size} bytes is over the limit"));
    }
    inflate(data, size, Inflate::new(false, 15))
}

fn inflate(data: &[u8], size: usize, mut state: Inflate) -> Result<Vec<u8>, String> {
    // One byte more than said: a stream that is longer shows itself.
    let mut out = vec![0; size + 1];
    match state.decompress(data, &mut out, InflateFlush::Finish) {
        Ok(Status::StreamEnd) if state.total_out() == size as u64 => {
            out.truncate(size);
            Ok(out)
        }
        Ok(_) => Err("compressed data is cut short or longer than said".to_owned()),
        Err(error) => Err(format!("compressed data is damaged: {}", error.as_str())),
    }
}

/// The content of one regular file of a tar archive.
pub fn tar_member<'a>(tar: &'a [u8], name: &str) -> Result<&'a [u8], String> {
    let mut at = 0;
    while let Some(header) = tar.get(at..at + 512) {
        if header.iter().all(|&b| b == 0) {
            break;
        }
        let text = |range: std::ops::Range<usize>| {
            let field = header[range].split(|&b| b == 0).next().unwrap_or_default();
            String::from_utf8_lossy(field).trim().to_owned()
        };
        let size = usize::from_str_radix(&text(124..136), 8)
            .map_err(|_| "a size of the tar archive is no octal number".to_owned())?;
        let regular = matches!(header[156], b'0' | 0);
        let content = slice(tar, at + 512, size)?;
        if regular && text(0..100) == name && text(345..500).is_empty() {
            return Ok(content);
        }
        at += 512 + size.next_multiple_of(512);
    }
    Err(format!("the package has no {name}"))
}

/// A file of a zip archive, still packed.
pub struct Packed<'a> {
    pub path: &'a str,
    pub data: &'a [u8],
    /// Deflated, or as it is.
    pub deflated: bool,
    pub size: usize,
    pub crc: u32,
}

impl Packed<'_> {
    /// The file itself, its checksum verified.
    pub fn unpack(&self) -> Result<Vec<u8>, String> {
        let data = if self.deflated { inflate_raw(self.data, self.size)? } else { self.data.to_vec() };
        if data.len() != self.size || zlib_rs::crc32::crc32(0, &data) != self.crc {
            return Err(format!("{}: the checksum is wrong", self.path));
        }
        Ok(data)
    }
}

/// The files (not the folders) of a zip archive, as its central directory lists them.
pub fn zip_files(zip: &[u8]) -> Result<Vec<Packed<'_>>, String> {
    const END: &[u8] = b"PK\x05\x06";
    let from = zip.len().saturating_sub(22 + 0xffff);
    let tail = &zip[from..];
    let end = tail.windows(4).rposition(|w| w == END).ok_or("not a zip archive, or cut short")? + from;
    if end + 22 + u16_at(zip, end + 20)? != zip.len() {
        return Err("the zip archive is cut short, or something follows it".to_owned());
    }
    let count = u16_at(zip, end + 10)?;
    let mut at = u32_at(zip, end + 16)?;
    let mut files = Vec::with_capacity(count);
    for _ in 0..count {
        if slice(zip, at, 4)? != b"PK\x01\x02" {
            return Err("the zip archive's directory is damaged".to_owned());
        }
        let (flags, method) = (u16_at(zip, at + 8)?, u16_at(zip, at + 10)?);
        let crc = u32_at(zip, at + 16)? as u32;
        let (packed, size) = (u32_at(zip, at + 20)?, u32_at(zip, at + 24)?);
        let (name, extra, comment) = (u16_at(zip, at + 28)?, u16_at(zip, at + 30)?, u16_at(zip, at + 32)?);
        let local = u32_at(zip, at + 42)?;
        let path = std::str::from_utf8(slice(zip, at + 46, name)?).map_err(|_| "a name is not UTF-8")?;
        at += 46 + name + extra + comment;
        if path.ends_with('/') {
            continue;
        }
        let proper = |part: &str| !part.is_empty() && part != "." && part != "..";
        if !path.split('/').all(proper) || path.contains('\\') || path.contains('"') {
            return Err(format!("the zip archive names a file {path:?}"));
        }
        if flags & 1 != 0 || !matches!(method, 0 | 8) {
            return Err(format!("{path}: packed in a way that is not understood"));
        }
        // The local header repeats the name, with an extra field of its own length.
        let skip = 30 + u16_at(zip, local + 26)? + u16_at(zip, local + 28)?;
        let data = slice(zip, local + skip, packed)?;
        files.push(Packed { path, data, deflated: method == 8, size, crc });
    }
    Ok(files)
}
