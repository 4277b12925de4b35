//! `memoryview` through the object protocol.

mod common;

use common::{message, s, text, with_types};
use dxpy_core::ptr::Object;
use dxpy_core::unicode::Name;
use dxpy_core::{Owned, Py, PyResult, buffer, bytes, call, list, long, protocol, sequence, slice, tuple};
use dxpy_types::bytearray;
use dxpy_types::bytes::shared::Bytes;
use dxpy_types::memoryview;

fn name(n: &'static str) -> &'static Name {
    Box::leak(Box::new(Name::new(n)))
}

fn int(py: Py<'_>, v: i64) -> Owned {
    long::from_i64(py, v).unwrap().upcast()
}

fn show(r: PyResult) -> String {
    match r {
        Err(e) => message(e),
        Ok(o) => match (long::check(&o), bytes::check(&o), list::check(&o)) {
            (Some(n), _, _) => long::to_i64(n).unwrap().to_string(),
            (_, Some(b), _) => String::from_utf8_lossy(bytes::as_slice(b)).into_owned(),
            (_, _, Some(l)) => {
                let items: Vec<String> = list::items(l).iter().map(|o| show(Ok((**o).to_owned()))).collect();
                format!("[{}]", items.join(", "))
            }
            _ => text(&o),
        },
    }
}

#[test]
fn items_slices_casts_and_release() {
    with_types(|py| {
        let b = bytearray::new(py, b"abcdefgh").unwrap();
        let m = memoryview::from_object(py, b.as_object()).unwrap();
        assert_eq!(show(sequence::get_item(py, m.as_object(), &int(py, 1))), "98");
        assert_eq!(
            show(sequence::get_item(py, m.as_object(), &int(py, 8))),
            "IndexError: index out of bounds on dimension 1"
        );
        let back = slice::new(py, None, None, Some(&int(py, -2))).unwrap();
        let r = sequence::get_item(py, m.as_object(), back.as_object()).unwrap();
        assert_eq!(show(call::method(py, &r, name("tobytes"), [])), "hfdb");
        assert_eq!(
            show(call::method(py, &r, name("cast"), [&s(py, "H")])),
            "TypeError: memoryview: casts are restricted to C-contiguous views"
        );
        sequence::set_item(py, m.as_object(), &int(py, 0), Some(&int(py, 65))).unwrap();
        let e = sequence::set_item(py, m.as_object(), &int(py, 0), Some(&int(py, 256))).unwrap_err();
        assert_eq!(message(e), "ValueError: memoryview: invalid value for format 'B'");
        let h = call::method(py, m.as_object(), name("cast"), [&s(py, "H")]).unwrap();
        assert_eq!(show(call::method(py, &h, name("tolist"), [])), "[25153, 25699, 26213, 26727]");
        let dims = tuple::from_iter(py, [int(py, 2), int(py, 4)]).unwrap();
        let n = call::method(py, m.as_object(), name("cast"), [&s(py, "B"), dims.as_object()]).unwrap();
        assert_eq!(
            show(call::method(py, &n, name("tolist"), [])),
            "[[65, 98, 99, 100], [101, 102, 103, 104]]"
        );
        let at = tuple::from_iter(py, [int(py, 1), int(py, -1)]).unwrap();
        assert_eq!(show(sequence::get_item(py, &n, at.as_object())), "104");
        let e = call::method(py, b.as_object(), name("append"), [&int(py, 1)]).unwrap_err();
        assert_eq!(message(e), "BufferError: Existing exports of data: object cannot be re-sized");
        assert_eq!(
            show(protocol::hash(py, m.as_object()).map(|_| unreachable!())),
            "ValueError: cannot hash writable memoryview object"
        );
        for v in [m.as_object(), &r, &h, &n] {
            call::method(py, v, name("release"), []).unwrap();
        }
        assert_eq!(
            show(sequence::get_item(py, m.as_object(), &int(py, 1))),
            "ValueError: operation forbidden on released memoryview object"
        );
        call::method(py, b.as_object(), name("append"), [&int(py, 1)]).unwrap();
        assert_eq!(b.content(), b"Abcdefgh\x01");
    });
}

#[test]
fn equality_looks_at_values_and_hash_is_that_of_bytes() {
    with_types(|py| {
        let b = bytes::new(py, b"\x01\x00\x02\x00").unwrap();
        let m = memoryview::from_object(py, b.as_object()).unwrap();
        let h = call::method(py, m.as_object(), name("cast"), [&s(py, "h")]).unwrap();
        let short = memoryview::from_object(py, bytes::new(py, b"\x01\x02").unwrap().as_object()).unwrap();
        assert!(protocol::rich_compare_bool(py, &h, short.as_object(), protocol::EQ).unwrap());
        assert!(protocol::rich_compare_bool(py, m.as_object(), b.as_object(), protocol::EQ).unwrap());
        assert!(!protocol::rich_compare_bool(py, m.as_object(), &h, protocol::EQ).unwrap());
        assert_eq!(protocol::hash(py, m.as_object()).unwrap(), protocol::hash(py, b.as_object()).unwrap());
        // Exports of a view keep it from being released.
        let v = buffer::View::simple(py, m.as_object()).unwrap();
        assert_eq!(
            show(call::method(py, m.as_object(), name("release"), [])),
            "BufferError: memoryview has 1 exported buffer"
        );
        drop(v);
        call::method(py, m.as_object(), name("release"), []).unwrap();
    });
}
