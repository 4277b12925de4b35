//! Writing an object: the types that pickles have opcodes for, and the choice of how to write others.

use super::op;
use super::pickler::{self, PicklerObject};
use super::reduce::{save_global, save_reduce};
use super::{STATE, held, pickling_error, table};
use crate::fields::get;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::types::{self, PyType_Type};
use dxpy_core::{
    Owned, Py, PyResult, attr, boolean, bytes, call, codecs, dict, exceptions, float, function, list, long,
    name, object, protocol, sequence, set, tuple, unicode,
};
use dxpy_types::{bytearray, picklebuffer};

/// What is written to, at hand.
type P = PicklerObject;

pub fn op(py: Py<'_>, p: &P, op: u8) -> PyResult<()> {
    pickler::state(py, p)?.out.op(op);
    Ok(())
}

pub fn proto(py: Py<'_>, p: &P) -> PyResult<i32> {
    Ok(pickler::state(py, p)?.proto.get())
}

/// `_Pickler_OpcodeBoundary`: between two opcodes a frame that is long enough ends.
fn boundary(py: Py<'_>, p: &P) -> PyResult<()> {
    let s = pickler::state(py, p)?;
    if s.out.frame_is_full() {
        s.out.end_frame();
        if !p.write.get().is_null() {
            pickler::flush(py, p)?;
        }
    }
    Ok(())
}

/// `save`, for an object that is not a persistent id itself.
pub fn save(py: Py<'_>, p: &P, o: &PyObject) -> PyResult<()> {
    boundary(py, p)?;
    if let Some(id) = pickler::persistent_id(py, p, o)? {
        return save_persistent(py, p, &id);
    }
    save_without_id(py, p, o)
}

/// `save` of an object that is no persistent object.
fn save_without_id(py: Py<'_>, p: &P, o: &PyObject) -> PyResult<()> {
    let s = pickler::state(py, p)?;
    let bin = p.bin.get() != 0;
    if object::is_none(o) {
        s.out.op(op::NONE);
        return Ok(());
    }
    if o.is(&boolean::_Py_TrueStruct.0) || o.is(&boolean::_Py_FalseStruct.0) {
        let yes = o.is(&boolean::_Py_TrueStruct.0);
        match s.proto.get() {
            2.. => s.out.op(if yes { op::NEWTRUE } else { op::NEWFALSE }),
            _ => s.out.write(if yes { b"I01\n" } else { b"I00\n" }),
        }
        return Ok(());
    }
    if let Some(n) = long::check_exact(o) {
        return save_long(py, p, n);
    }
    if let Some(f) = float::check_exact(o) {
        let v = f.ob_fval.get();
        if bin {
            s.out.op_with(op::BINFLOAT, &v.to_be_bytes());
        } else {
            let text = protocol::repr(py, o)?;
            s.out.write(format!("F{}\n", unicode::display(text.as_object())).as_bytes());
        }
        return Ok(());
    }
    if memo_get(py, p, o)? {
        return Ok(());
    }
    let _depth = call::Depth::enter(py, " while pickling an object")?;
    if let Some(b) = bytes::check_exact(o) {
        return save_bytes(py, p, b);
    }
    if let Some(t) = unicode::check_exact(o) {
        return save_unicode(py, p, t);
    }
    if let Some(d) = dict::check_exact(o) {
        return guarded(py, p, o, |p| save_dict(py, p, d));
    }
    if let Some(l) = list::check_exact(o) {
        return guarded(py, p, o, |p| save_list(py, p, l));
    }
    if let Some(t) = tuple::check_exact(o) {
        return save_tuple(py, p, t);
    }
    if let Some(x) = set::check_exact(o) {
        if o.ty().is(&set::PySet_Type.0) {
            return save_set(py, p, x);
        }
        return guarded(py, p, o, |p| save_frozenset(py, p, x));
    }
    if o.ty().is(&bytearray::PyByteArray_Type.0)
        && let Some(b) = bytearray::check(o)
    {
        return save_bytearray(py, p, b);
    }
    if let Some(b) = picklebuffer::check(o) {
        return save_buffer(py, p, b);
    }
    save_other(py, p, o)
}

/// The second half of `save`: objects that say themselves how they are pickled.
fn save_other(py: Py<'_>, p: &P, o: &PyObject) -> PyResult<()> {
    if let Some(f) = get(&p.reducer_override) {
        let r = call::call(py, &f, [o])?;
        if !object::is_not_implemented(&r) {
            return save_reduced(py, p, o, &r);
        }
    }
    let ty = o.ty();
    if ty.is(&PyType_Type.0) {
        return save_type(py, p, o);
    }
    if ty.is(&function::PyFunction_Type.0) {
        return save_global(py, p, o, None);
    }
    let reducer = match get(&p.dispatch_table) {
        None => dict::get(py, &table(&STATE.dispatch_table), ty.as_object())?,
        Some(t) => match sequence::get_item(py, &t, ty.as_object()) {
            Ok(f) => Some(f),
            Err(e) if exceptions::matches(&e, &exceptions::KeyError) => None,
            Err(e) => return Err(e),
        },
    };
    let r = if let Some(f) = reducer {
        call::call(py, &f, [o])?
    } else if types::is_subtype(ty, &PyType_Type) {
        return save_global(py, p, o, None);
    } else if let Some(f) = attr::lookup_name(py, o, name!("__reduce_ex__"))? {
        call::call(py, &f, [long::from_i64(py, proto(py, p)?.into())?.as_object()])?
    } else if let Some(f) = attr::lookup_name(py, o, name!("__reduce__"))? {
        call::call(py, &f, [])?
    } else {
        let (name, shown) = (call::type_name(ty), super::shown(py, o)?);
        return Err(pickling_error(py, format_args!("can't pickle '{name}' object: {shown}")));
    };
    save_reduced(py, p, o, &r)
}

fn save_reduced(py: Py<'_>, p: &P, o: &PyObject, r: &PyObject) -> PyResult<()> {
    if unicode::check(r).is_some() {
        return save_global(py, p, o, Some(r));
    }
    match tuple::check(r) {
        Some(t) => save_reduce(py, p, t, Some(o)),
        None => Err(pickling_error(py, format_args!("__reduce__ must return a string or tuple"))),
    }
}

/// `save_type`.
fn save_type(py: Py<'_>, p: &P, o: &PyObject) -> PyResult<()> {
    let singletons = [object::none(), object::_Py_EllipsisObject.0.to_owned(), object::not_implemented()];
    for s in singletons {
        if o.is(s.ty()) {
            let args = tuple::from_iter(py, [s])?;
            let r = tuple::from_iter(py, [PyType_Type.as_object().to_owned(), args.upcast()])?;
            return save_reduce(py, p, &r, Some(o));
        }
    }
    save_global(py, p, o, None)
}

/// `save_pers`.
fn save_persistent(py: Py<'_>, p: &P, id: &PyObject) -> PyResult<()> {
    if p.bin.get() != 0 {
        save_without_id(py, p, id)?;
        return op(py, p, op::BINPERSID);
    }
    let text = protocol::str(py, id)?;
    if !unicode::is_ascii(&text) {
        return Err(pickling_error(py, format_args!("persistent IDs in protocol 0 must be ASCII strings")));
    }
    let line = format!("P{}\n", unicode::display(text.as_object()));
    pickler::state(py, p)?.out.write(line.as_bytes());
    Ok(())
}

// The memo.

/// Whether the object is in the memo.
pub fn in_memo(py: Py<'_>, p: &P, o: &PyObject) -> PyResult<bool> {
    Ok(pickler::state(py, p)?.memo.borrow().contains_key(&(o.as_ptr() as usize)))
}

/// `memo_get`: writes the reference to an object that is in the memo; whether it is.
pub fn memo_get(py: Py<'_>, p: &P, o: &PyObject) -> PyResult<bool> {
    let s = pickler::state(py, p)?;
    let Some(i) = s.memo.borrow().get(&(o.as_ptr() as usize)).map(|(i, _)| *i) else { return Ok(false) };
    if p.bin.get() == 0 {
        s.out.write(format!("g{i}\n").as_bytes());
    } else if let Ok(i) = u8::try_from(i) {
        s.out.write(&[op::BINGET, i]);
    } else if let Ok(i) = u32::try_from(i) {
        s.out.op_with(op::LONG_BINGET, &i.to_le_bytes());
    } else {
        return Err(pickling_error(py, format_args!("memo id too large for LONG_BINGET")));
    }
    Ok(true)
}

/// `memo_put`.
pub fn memo_put(py: Py<'_>, p: &P, o: &PyObject) -> PyResult<()> {
    if p.fast.get() != 0 {
        return Ok(());
    }
    let s = pickler::state(py, p)?;
    let i = {
        let mut memo = s.memo.borrow_mut();
        let i = memo.len();
        memo.entry(o.as_ptr() as usize).or_insert_with(|| (i, o.to_owned()));
        i
    };
    if s.proto.get() >= 4 {
        s.out.op(op::MEMOIZE);
    } else if p.bin.get() == 0 {
        s.out.write(format!("p{i}\n").as_bytes());
    } else if let Ok(i) = u8::try_from(i) {
        s.out.write(&[op::BINPUT, i]);
    } else if let Ok(i) = u32::try_from(i) {
        s.out.op_with(op::LONG_BINPUT, &i.to_le_bytes());
    } else {
        return Err(pickling_error(py, format_args!("memo id too large for LONG_BINPUT")));
    }
    Ok(())
}

/// How deep containers nest before fast mode looks for cycles (`FAST_NESTING_LIMIT`).
const FAST_LIMIT: i32 = 50;

/// `fast_save_enter` and `fast_save_leave` around a container: without a memo, a cycle must be noticed.
fn guarded(py: Py<'_>, p: &P, o: &PyObject, f: impl FnOnce(&P) -> PyResult<()>) -> PyResult<()> {
    if p.fast.get() == 0 {
        return f(p);
    }
    let s = pickler::state(py, p)?;
    s.nesting.set(s.nesting.get() + 1);
    let watched = s.nesting.get() >= FAST_LIMIT;
    let key = long::from_u64(py, o.as_ptr() as u64)?;
    if watched {
        if p.fast_memo.get().is_null() {
            crate::fields::put(&p.fast_memo, dict::new(py)?);
        }
        let memo = get(&p.fast_memo).unwrap_or_else(object::none);
        if let Some(d) = dict::check(&memo) {
            if dict::contains(py, d, key.as_object())? {
                s.nesting.set(0);
                let (ty, at) = (call::type_name(o.ty()), o.as_ptr());
                return Err(exceptions::value_error(
                    py,
                    format_args!(
                        "fast mode: can't pickle cyclic objects including object type {ty} at {at:p}"
                    ),
                ));
            }
            dict::set(py, d, key.as_object(), &object::none())?;
        }
    }
    let r = f(p);
    s.nesting.set(s.nesting.get() - 1);
    if watched
        && r.is_ok()
        && let Some(memo) = get(&p.fast_memo)
        && let Some(d) = dict::check(&memo)
    {
        dict::pop(py, d, key.as_object())?;
    }
    r
}

// Atoms.

/// The bytes of an int in two's complement, least significant first, without needless ones.
fn signed_bytes(n: &PyLongObject) -> Vec<u8> {
    let (mut out, mut acc, mut bits) = (Vec::new(), 0u64, 0);
    for d in long::digits(n) {
        acc |= u64::from(*d) << bits;
        bits += 30;
        while bits >= 8 {
            out.push(acc as u8);
            acc >>= 8;
            bits -= 8;
        }
    }
    out.push(acc as u8);
    out.push(0);
    if long::sign(n) < 0 {
        let mut carry = true;
        for b in &mut out {
            let (v, c) = (!*b).overflowing_add(carry as u8);
            (*b, carry) = (v, c);
        }
    }
    while let [.., before, last] = out[..]
        && ((last == 0 && before & 0x80 == 0) || (last == 0xff && before & 0x80 != 0))
    {
        out.pop();
    }
    out
}

fn save_long(py: Py<'_>, p: &P, n: &PyLongObject) -> PyResult<()> {
    let s = pickler::state(py, p)?;
    // The lowest number of four bytes is written as a longer one.
    let small = long::to_i64(n).filter(|v| (-0x7fff_ffff - 1..=0x7fff_ffff).contains(v)).map(|v| v as i32);
    if let Some(v) = small {
        if p.bin.get() == 0 {
            s.out.write(format!("I{v}\n").as_bytes());
            return Ok(());
        }
        let b = v.to_le_bytes();
        match b {
            [a, 0, 0, 0] => s.out.write(&[op::BININT1, a]),
            [a, b, 0, 0] => s.out.write(&[op::BININT2, a, b]),
            _ => s.out.op_with(op::BININT, &b),
        }
        return Ok(());
    }
    if s.proto.get() < 2 {
        let text = protocol::repr(py, n.as_object())?;
        s.out.write(format!("L{}L\n", unicode::display(text.as_object())).as_bytes());
        return Ok(());
    }
    let b = signed_bytes(n);
    match (u8::try_from(b.len()), i32::try_from(b.len())) {
        (Ok(len), _) => s.out.write(&[op::LONG1, len]),
        (_, Ok(len)) => s.out.op_with(op::LONG4, &len.to_le_bytes()),
        _ => return Err(exceptions::overflow_error(py, format_args!("int too large to pickle"))),
    }
    s.out.write(&b);
    Ok(())
}

/// `_Pickler_write_bytes`: what is large goes past frames, and to the file without a copy.
fn write_large(py: Py<'_>, p: &P, header: &[u8], data: &[u8], whole: Option<&PyObject>) -> PyResult<()> {
    let s = pickler::state(py, p)?;
    if data.len() < super::out::FRAME_TARGET {
        s.out.write(header);
        s.out.write(data);
        return Ok(());
    }
    s.out.end_frame();
    let framing = s.out.set_framing(false);
    s.out.write(header);
    match get(&p.write) {
        None => s.out.write(data),
        Some(w) => {
            let made;
            let whole = match whole {
                Some(o) => o,
                None => {
                    made = bytes::new(py, data)?;
                    made.as_object()
                }
            };
            pickler::flush(py, p)?;
            call::call(py, &w, [whole])?;
        }
    }
    s.out.set_framing(framing);
    Ok(())
}

/// The opcode with the shortest length that fits; `short` and `wide` are not in every protocol.
fn header(
    py: Py<'_>,
    n: usize,
    short: Option<u8>,
    plain: u8,
    wide: Option<u8>,
    what: &str,
) -> PyResult<Vec<u8>> {
    let mut h = Vec::with_capacity(9);
    match (u8::try_from(n), u32::try_from(n), short, wide) {
        (Ok(n), _, Some(op), _) => h.extend([op, n]),
        (_, Ok(n), _, _) => {
            h.push(plain);
            h.extend(n.to_le_bytes());
        }
        (_, _, _, Some(op)) => {
            h.push(op);
            h.extend((n as u64).to_le_bytes());
        }
        _ => {
            return Err(exceptions::overflow_error(
                py,
                format_args!("serializing a {what} larger than 4 GiB requires pickle protocol 4 or higher"),
            ));
        }
    }
    Ok(h)
}

/// `_save_bytes_data`.
fn bytes_data(py: Py<'_>, p: &P, o: &PyObject, data: &[u8]) -> PyResult<()> {
    let wide = (proto(py, p)? >= 4).then_some(op::BINBYTES8);
    let h = header(py, data.len(), Some(op::SHORT_BINBYTES), op::BINBYTES, wide, "bytes object")?;
    write_large(py, p, &h, data, Some(o))?;
    memo_put(py, p, o)
}

fn bytearray_data(py: Py<'_>, p: &P, o: &PyObject, data: &[u8]) -> PyResult<()> {
    let mut h = vec![op::BYTEARRAY8];
    h.extend((data.len() as u64).to_le_bytes());
    write_large(py, p, &h, data, Some(o))?;
    memo_put(py, p, o)
}

fn reduced<const N: usize>(
    py: Py<'_>,
    class: &PyTypeObject,
    args: [Owned; N],
) -> PyResult<Owned<PyTupleObject>> {
    let args = tuple::from_iter(py, args)?;
    tuple::from_iter(py, [class.as_object().to_owned(), args.upcast()])
}

/// Before protocol 3, bytes are text encoded in Latin-1.
fn save_bytes(py: Py<'_>, p: &P, b: &PyBytesObject) -> PyResult<()> {
    let o = b.as_object();
    let data = bytes::as_slice(b);
    if proto(py, p)? >= 3 {
        return bytes_data(py, p, o, data);
    }
    let r = if data.is_empty() {
        reduced(py, &bytes::PyBytes_Type, [])?
    } else {
        let text = unicode::from_latin1(py, data)?;
        let args = tuple::from_iter(py, [text.upcast(), unicode::from_str(py, "latin1")?.upcast()])?;
        tuple::from_iter(py, [held(&STATE.codecs_encode), args.upcast()])?
    };
    save_reduce(py, p, &r, Some(o))
}

fn save_bytearray(py: Py<'_>, p: &P, b: &PyByteArrayObject) -> PyResult<()> {
    let o = b.as_object();
    let data = dxpy_core::buffer::to_vec(py, o)?;
    if proto(py, p)? >= 5 {
        return bytearray_data(py, p, o, &data);
    }
    let class = &bytearray::PyByteArray_Type;
    let r = match data.is_empty() {
        true => reduced(py, class, [])?,
        false => reduced(py, class, [bytes::new(py, &data)?.upcast()])?,
    };
    save_reduce(py, p, &r, Some(o))
}

/// `save_picklebuffer`.
fn save_buffer(py: Py<'_>, p: &P, b: &PyPickleBufferObject) -> PyResult<()> {
    let o = b.as_object();
    if proto(py, p)? < 5 {
        return Err(pickling_error(py, format_args!("PickleBuffer can only be pickled with protocol >= 5")));
    }
    let view = picklebuffer::view(py, b)?;
    if !picklebuffer::is_contiguous(view) {
        return Err(pickling_error(
            py,
            format_args!("PickleBuffer can not be pickled when pointing to a non-contiguous buffer"),
        ));
    }
    let in_band = match get(&p.buffer_callback) {
        None => true,
        Some(f) => {
            let r = call::call(py, &f, [o])?;
            protocol::is_true(py, &r)?
        }
    };
    let view = picklebuffer::view(py, b)?;
    let readonly = view.readonly.get() != 0;
    if !in_band {
        op(py, p, op::NEXT_BUFFER)?;
        return if readonly { op(py, p, op::READONLY_BUFFER) } else { Ok(()) };
    }
    let data = dxpy_core::buffer::contiguous(view, b'A')
        .ok_or_else(|| exceptions::buffer_error(py, format_args!("the view's dimensions make no sense")))?;
    if readonly { bytes_data(py, p, o, &data) } else { bytearray_data(py, p, o, &data) }
}

/// `raw_unicode_escape`.
fn raw_escape(t: &PyUnicodeObject) -> Vec<u8> {
    let mut out = Vec::with_capacity(unicode::len(t));
    for c in unicode::code_points(t) {
        match c {
            0x10000.. => out.extend(format!("\\U{c:08x}").bytes()),
            0x100.. | 0 | 0x0a | 0x0d | 0x1a | 0x5c => out.extend(format!("\\u{c:04x}").bytes()),
            _ => out.push(c as u8),
        }
    }
    out
}

fn save_unicode(py: Py<'_>, p: &P, t: &PyUnicodeObject) -> PyResult<()> {
    let o = t.as_object();
    let s = pickler::state(py, p)?;
    if p.bin.get() == 0 {
        s.out.op(op::UNICODE);
        s.out.write(&raw_escape(t));
        s.out.op(b'\n');
        return memo_put(py, p, o);
    }
    let proto = s.proto.get();
    // Lone surrogates are what UTF-8 has no place for, but pickles have.
    let (text, encoded);
    let data = match unicode::utf8(py, t) {
        Ok(t) => {
            text = t;
            text.as_bytes()
        }
        Err(_) => {
            encoded = codecs::encode_utf8(py, t, Some("surrogatepass"))?;
            bytes::as_slice(&encoded)
        }
    };
    let short = (proto >= 4).then_some(op::SHORT_BINUNICODE);
    let wide = (proto >= 4).then_some(op::BINUNICODE8);
    let h = header(py, data.len(), short, op::BINUNICODE, wide, "string")?;
    write_large(py, p, &h, data, None)?;
    memo_put(py, p, o)
}

// Containers. What is in them may change while it is written.

fn save_tuple(py: Py<'_>, p: &P, t: &PyTupleObject) -> PyResult<()> {
    let (o, items) = (t.as_object(), tuple::items(t));
    let s = pickler::state(py, p)?;
    if items.is_empty() {
        s.out.write(if p.bin.get() != 0 { &[op::EMPTY_TUPLE] } else { &[op::MARK, op::TUPLE] });
        return Ok(());
    }
    let short = items.len() <= 3 && s.proto.get() >= 2;
    if !short {
        s.out.op(op::MARK);
    }
    for i in items {
        save(py, p, i)?;
    }
    if in_memo(py, p, o)? {
        // The tuple is in itself, and was written while its items were.
        if short {
            items.iter().for_each(|_| s.out.op(op::POP));
        } else if p.bin.get() != 0 {
            s.out.op(op::POP_MARK);
        } else {
            (0..=items.len()).for_each(|_| s.out.op(op::POP));
        }
        return memo_get(py, p, o).map(drop);
    }
    s.out.op(match items.len() {
        1 if short => op::TUPLE1,
        2 if short => op::TUPLE2,
        3 if short => op::TUPLE3,
        _ => op::TUPLE,
    });
    memo_put(py, p, o)
}

fn save_list(py: Py<'_>, p: &P, l: &PyListObject) -> PyResult<()> {
    let s = pickler::state(py, p)?;
    s.out.write(if p.bin.get() != 0 { &[op::EMPTY_LIST] } else { &[op::MARK, op::LIST] });
    memo_put(py, p, l.as_object())?;
    let n = list::len(l);
    if n == 0 {
        return Ok(());
    }
    if s.proto.get() == 0 {
        let it = protocol::iter(py, l.as_object())?;
        return batch_list(py, p, &it);
    }
    // `batch_list_exact`.
    if n == 1 {
        if let Some(i) = list::get(l, 0) {
            save(py, p, &i)?;
        }
        return op(py, p, op::APPEND);
    }
    let mut at = 0;
    while at < list::len(l) {
        s.out.op(op::MARK);
        let end = at + op::BATCH;
        while at < end
            && let Some(i) = list::get(l, at)
        {
            save(py, p, &i)?;
            at += 1;
        }
        s.out.op(op::APPENDS);
    }
    Ok(())
}

/// `batch_list` and `batch_dict`: what an iterator gives, each written by `one`, taken by the opcodes.
fn batches(
    py: Py<'_>,
    p: &P,
    it: &PyObject,
    (single, many): (u8, u8),
    one: &dyn Fn(&PyObject) -> PyResult<()>,
) -> PyResult<()> {
    if proto(py, p)? == 0 {
        while let Some(i) = protocol::next(py, it)? {
            one(&i)?;
            op(py, p, single)?;
        }
        return Ok(());
    }
    while let Some(first) = protocol::next(py, it)? {
        let Some(second) = protocol::next(py, it)? else {
            one(&first)?;
            return op(py, p, single);
        };
        op(py, p, op::MARK)?;
        one(&first)?;
        let (mut next, mut n) = (Some(second), 1);
        while let Some(i) = next {
            one(&i)?;
            n += 1;
            next = if n < op::BATCH { protocol::next(py, it)? } else { None };
        }
        op(py, p, many)?;
        if n < op::BATCH {
            break;
        }
    }
    Ok(())
}

/// `batch_list`.
pub fn batch_list(py: Py<'_>, p: &P, it: &PyObject) -> PyResult<()> {
    batches(py, p, it, (op::APPEND, op::APPENDS), &|i| save(py, p, i))
}

/// `batch_dict`.
pub fn batch_dict(py: Py<'_>, p: &P, it: &PyObject) -> PyResult<()> {
    batches(py, p, it, (op::SETITEM, op::SETITEMS), &|i| match tuple::check(i).map(tuple::items) {
        Some([k, v]) => {
            save(py, p, k)?;
            save(py, p, v)
        }
        _ => Err(exceptions::type_error(py, format_args!("dict items iterator must return 2-tuples"))),
    })
}

fn save_dict(py: Py<'_>, p: &P, d: &PyDictObject) -> PyResult<()> {
    let s = pickler::state(py, p)?;
    s.out.write(if p.bin.get() != 0 { &[op::EMPTY_DICT] } else { &[op::MARK, op::DICT] });
    memo_put(py, p, d.as_object())?;
    let n = dict::len(d);
    if n == 0 {
        return Ok(());
    }
    if s.proto.get() == 0 {
        let items = call::method(py, d.as_object(), name!("items"), [])?;
        let it = protocol::iter(py, &items)?;
        return batch_dict(py, p, &it);
    }
    // `batch_dict_exact`.
    let mut pos = 0;
    let mut next = || dict::next(d, &mut pos).map(|(k, v)| (k.to_owned(), v.to_owned()));
    if n == 1 {
        if let Some((k, v)) = next() {
            save(py, p, &k)?;
            save(py, p, &v)?;
        }
        return op(py, p, op::SETITEM);
    }
    loop {
        s.out.op(op::MARK);
        let mut i = 0;
        while i < op::BATCH
            && let Some((k, v)) = next()
        {
            save(py, p, &k)?;
            save(py, p, &v)?;
            i += 1;
        }
        s.out.op(op::SETITEMS);
        if dict::len(d) != n {
            return Err(exceptions::runtime_error(
                py,
                format_args!("dictionary changed size during iteration"),
            ));
        }
        if i < op::BATCH {
            return Ok(());
        }
    }
}

/// Before protocol 4, a set is what its class makes of a list.
fn save_set_by_list(py: Py<'_>, p: &P, x: &PySetObject, class: &PyTypeObject) -> PyResult<()> {
    let items = list::from_iter(py, set::keys(x))?;
    let r = reduced(py, class, [items.upcast()])?;
    save_reduce(py, p, &r, Some(x.as_object()))
}

fn save_set(py: Py<'_>, p: &P, x: &PySetObject) -> PyResult<()> {
    if proto(py, p)? < 4 {
        return save_set_by_list(py, p, x, &set::PySet_Type);
    }
    op(py, p, op::EMPTY_SET)?;
    memo_put(py, p, x.as_object())?;
    let n = set::len(x);
    if n == 0 {
        return Ok(());
    }
    let mut pos = 0;
    loop {
        op(py, p, op::MARK)?;
        let mut i = 0;
        while i < op::BATCH
            && let Some(k) = set::next(x, &mut pos).map(|(k, _)| k.to_owned())
        {
            save(py, p, &k)?;
            i += 1;
        }
        op(py, p, op::ADDITEMS)?;
        if set::len(x) != n {
            return Err(exceptions::runtime_error(py, format_args!("set changed size during iteration")));
        }
        if i < op::BATCH {
            return Ok(());
        }
    }
}

fn save_frozenset(py: Py<'_>, p: &P, x: &PySetObject) -> PyResult<()> {
    if proto(py, p)? < 4 {
        return save_set_by_list(py, p, x, &set::PyFrozenSet_Type);
    }
    op(py, p, op::MARK)?;
    for k in set::keys(x) {
        save(py, p, &k)?;
    }
    if in_memo(py, p, x.as_object())? {
        op(py, p, op::POP_MARK)?;
        return memo_get(py, p, x.as_object()).map(drop);
    }
    op(py, p, op::FROZENSET)?;
    memo_put(py, p, x.as_object())
}
