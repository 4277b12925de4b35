//! The readers of the build step, on packages made here: good ones are read, broken ones are refused with a reason.

#![allow(dead_code, reason = "the build step's modules are included as they are; not every item has a test")]

#[path = "../build/archive.rs"]
mod archive;
#[path = "../build/fetch.rs"]
mod fetch;
#[path = "../build/pins.rs"]
mod pins;

use zlib_rs::{Deflate, DeflateFlush};

fn deflate(data: &[u8], state: Deflate) -> Vec<u8> {
    let (mut state, mut out) = (state, vec![0; data.len() + 128]);
    state.compress(data, &mut out, DeflateFlush::Finish).unwrap();
    out.truncate(state.total_out() as usize);
    out
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut out = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec();
    out.extend(deflate(data, Deflate::new(6, false, 15)));
    out.extend(zlib_rs::crc32::crc32(0, data).to_le_bytes());
    out.extend((data.len() as u32).to_le_bytes());
    out
}

fn tar(name: &str, data: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 512];
    out[..name.len()].copy_from_slice(name.as_bytes());
    out[124..135].copy_from_slice(format!("{:011o}", data.len()).as_bytes());
    out[156] = b'0';
    out.extend_from_slice(data);
    out.resize(out.len().next_multiple_of(512) + 1024, 0);
    out
}

fn zip(name: &str, data: &[u8]) -> Vec<u8> {
    let packed = deflate(data, Deflate::new(6, false, 15));
    let mut sizes = zlib_rs::crc32::crc32(0, data).to_le_bytes().to_vec();
    sizes.extend((packed.len() as u32).to_le_bytes());
    sizes.extend((data.len() as u32).to_le_bytes());
    sizes.extend((name.len() as u16).to_le_bytes());
    let mut out = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0".to_vec();
    out.extend(&sizes);
    out.extend([0, 0]);
    out.extend(name.as_bytes());
    out.extend(packed);
    let directory = out.len() as u32;
    out.extend(b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0");
    out.extend(&sizes);
    out.extend([0; 16]);
    out.extend(name.as_bytes());
    let size = out.len() as u32 - directory;
    out.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend(size.to_le_bytes());
    out.extend(directory.to_le_bytes());
    out.extend([0, 0]);
    out
}

const TEXT: &[u8] = b"def f():\n    return 'some text, some text, some text'\n";

#[test]
fn good_archives_are_read() {
    let zip = zip("a/b.py", TEXT);
    let package = gzip(&tar(pins::INNER, &zip));
    let unpacked = archive::gunzip(&package).unwrap();
    let inner = archive::tar_member(&unpacked, pins::INNER).unwrap();
    assert_eq!(inner, zip);
    let files = archive::zip_files(inner).unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].path, "a/b.py");
    assert_eq!(files[0].unpack().unwrap(), TEXT);
    assert!(archive::tar_member(&unpacked, "package/other").is_err());
}

#[test]
fn any_cut_or_changed_byte_is_an_error_or_the_same_text() {
    let whole = zip("a/b.py", TEXT);
    let read = |data: &[u8]| -> Result<Vec<Vec<u8>>, String> {
        archive::zip_files(data)?.iter().map(archive::Packed::unpack).collect()
    };
    for cut in 0..whole.len() {
        assert!(read(&whole[..cut]).is_err(), "cut at {cut}");
    }
    for at in 0..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 0x41;
        // Dates, versions and the like carry no meaning here; the text never may come out different.
        if let Ok(files) = read(&broken) {
            assert!(files.iter().all(|text| text == TEXT), "byte {at}");
        }
    }
    let package = gzip(TEXT);
    for cut in 0..package.len() {
        assert!(archive::gunzip(&package[..cut]).is_err(), "cut at {cut}");
    }
    for at in 10..package.len() {
        let mut broken = package.clone();
        broken[at] ^= 0x41;
        assert!(archive::gunzip(&broken).is_err(), "byte {at}");
    }
}

#[test]
fn paths_that_leave_the_folder_are_refused() {
    for name in ["../x.py", "/x.py", "a//b.py", "a/./b.py", "a\\b.py", "a/../../b.py"] {
        assert!(archive::zip_files(&zip(name, TEXT)).is_err(), "{name}");
    }
}

#[test]
fn another_package_than_the_pinned_one_is_refused() {
    for data in
        [gzip(&tar(pins::INNER, &zip("os.py", TEXT))), zip("os.py", TEXT), Vec::new(), b"<html>".to_vec()]
    {
        let said = fetch::inner(&data).unwrap_err();
        assert!(said.contains("not the pinned file"), "{said}");
    }
}
