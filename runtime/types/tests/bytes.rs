//! `bytes` and `bytearray` through the object protocol.

mod common;

use common::{message, s, text, with_types};
use dxpy_core::ptr::Object;
use dxpy_core::unicode::Name;
use dxpy_core::{Owned, Py, buffer, bytes, call, long, number, protocol};
use dxpy_types::bytearray;
use dxpy_types::bytes::shared::Bytes;

fn name(n: &'static str) -> &'static Name {
    Box::leak(Box::new(Name::new(n)))
}

fn b(py: Py<'_>, v: &[u8]) -> Owned {
    bytes::new(py, v).unwrap().upcast()
}

fn repr(py: Py<'_>, r: dxpy_core::PyResult) -> String {
    match r {
        Ok(o) => match long::check(&o) {
            Some(n) => long::to_i64(n).unwrap().to_string(),
            None => text(&protocol::repr(py, &o).unwrap().upcast()),
        },
        Err(e) => message(e),
    }
}

#[test]
fn methods_of_both() {
    with_types(|py| {
        let x = b(py, b"a,b\xff");
        let y: Owned = bytearray::new(py, b"a,b\xff").unwrap().upcast();
        for (o, wrap) in [(&x, false), (&y, true)] {
            let w = |t: &str| if wrap { format!("bytearray({t})") } else { t.to_owned() };
            assert_eq!(repr(py, Ok(o.clone())), w("b'a,b\\xff'"));
            assert_eq!(repr(py, call::method(py, o, name("upper"), [])), w("b'A,B\\xff'"));
            assert_eq!(repr(py, call::method(py, o, name("find"), [&b(py, b"b")])), "2");
            assert_eq!(
                repr(py, call::method(py, o, name("find"), [&s(py, "b")])),
                "TypeError: argument should be integer or bytes-like object, not 'str'"
            );
            assert_eq!(
                repr(py, call::method(py, o, name("replace"), [&b(py, b"a"), &b(py, b"xy")])),
                w("b'xy,b\\xff'")
            );
            let joined = call::method(
                py,
                o,
                name("join"),
                [&dxpy_core::list::from_iter(py, [b(py, b"1"), b(py, b"2")]).unwrap().upcast()],
            );
            assert_eq!(repr(py, joined), w("b'1a,b\\xff2'"));
            assert_eq!(repr(py, number::add(py, o, &b(py, b"!"))), w("b'a,b\\xff!'"));
            assert!(call::method(py, o, name("decode"), []).is_err());
            let decoded = call::method(py, o, name("decode"), [&s(py, "utf8"), &s(py, "replace")]).unwrap();
            assert_eq!(text(&decoded), "a,b\u{fffd}");
            assert_eq!(
                repr(
                    py,
                    number::remainder(
                        py,
                        &b(py, b"%5s|%a"),
                        &dxpy_core::tuple::from_iter(py, [b(py, b"x"), s(py, "é")]).unwrap().upcast()
                    )
                ),
                "b\"    x|'\\\\xe9'\""
            );
            assert!(protocol::rich_compare_bool(py, o, &x, protocol::EQ).unwrap());
        }
    });
}

#[test]
fn bytearrays_change_and_exports_lock_their_size() {
    with_types(|py| {
        let o = bytearray::new(py, b"").unwrap();
        for i in 0..300 {
            call::method(py, o.as_object(), name("append"), [&long::from_i64(py, i % 256).unwrap().upcast()])
                .unwrap();
        }
        assert_eq!(o.content().len(), 300);
        assert_eq!(o.content()[299], 43);
        let view = buffer::View::writable(py, o.as_object()).unwrap();
        let e = call::method(py, o.as_object(), name("clear"), []).unwrap_err();
        assert_eq!(message(e), "BufferError: Existing exports of data: object cannot be re-sized");
        drop(view);
        call::method(py, o.as_object(), name("clear"), []).unwrap();
        assert_eq!(o.content(), b"");
        let grown = number::inplace_add(py, o.as_object(), &b(py, b"xyz")).unwrap();
        assert!(grown.is(&*o));
        let e = number::inplace_add(py, &grown, &grown.clone()).unwrap_err();
        assert_eq!(message(e), "BufferError: Existing exports of data: object cannot be re-sized");
        assert_eq!(repr(py, Ok(grown)), "bytearray(b'xyz')");
    });
}
