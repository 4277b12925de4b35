//! What is written for which object: `save` and its kin.

use super::opcode::*;
use super::pickler::{PicklerObject, boundary, held, write_bytes};
use super::{dotted, from_module, import_named, pickling_error, table};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::buffer::{self, View};
use dxpy_core::call::{self, Depth, type_name};
use dxpy_core::codecs;
use dxpy_core::exceptions::{self, matches};
use dxpy_core::ptr::Object;
use dxpy_core::types::is_subtype;
use dxpy_core::{
    Owned, Py, PyResult, attr, bytes, dict, float, function, hooks, list, long, name, number, object,
    protocol, sequence, set, tuple, types, unicode,
};
use dxpy_types::{bytearray, picklebuffer};

/// How many items one opcode adds to a container.
const BATCH: usize = 1000;
/// How deep `fast` mode nests before it looks for cycles.
const FAST_NESTING: usize = 50;

#[inline]
fn write(p: &PicklerObject, b: &[u8]) {
    if let [b] = b {
        return p.state().borrow_mut().byte(*b);
    }
    p.state().borrow_mut().write(b);
}

fn op(p: &PicklerObject, op: u8, n: u64, size: usize) {
    p.state().borrow_mut().op(op, n, size);
}

fn proto(p: &PicklerObject) -> i32 {
    p.state().borrow().protocol
}

fn bin(p: &PicklerObject) -> bool {
    p.bin.get() != 0
}

fn shown(py: Py<'_>, o: &PyObject) -> PyResult<String> {
    Ok(unicode::display(protocol::repr(py, o)?.as_object()))
}

/// The place of an object that was written already.
fn place(p: &PicklerObject, o: &PyObject) -> Option<usize> {
    p.state().borrow().memo.place(o)
}

/// `memo_get`.
fn get(p: &PicklerObject, n: usize) {
    match n {
        n if !bin(p) => write(p, format!("g{n}\n").as_bytes()),
        0..256 => op(p, BINGET, n as u64, 1),
        n => op(p, LONG_BINGET, n as u64, 4),
    }
}

/// `memo_put`.
fn memoize(p: &PicklerObject, o: &PyObject) {
    if p.fast.get() != 0 {
        return;
    }
    let n = {
        let mut s = p.state().borrow_mut();
        let n = s.memo.put(o);
        if s.protocol >= 4 {
            return s.byte(MEMOIZE);
        }
        n
    };
    match n {
        n if !bin(p) => write(p, format!("p{n}\n").as_bytes()),
        0..256 => op(p, BINPUT, n as u64, 1),
        n => op(p, LONG_BINPUT, n as u64, 4),
    }
}

/// `save`; `pers` says that the object is a persistent id itself.
pub fn save(py: Py<'_>, p: &PicklerObject, o: &PyObject, pers: bool) -> PyResult<()> {
    let _depth = Depth::enter(py, " while pickling an object")?;
    boundary(py, p)?;
    if !pers && save_persistent(py, p, o)? {
        return Ok(());
    }
    let ty = o.ty();
    let is = |t: &'static dxpy_core::statics::StaticType| ty.is(&t.0);
    if object::is_none(o) {
        write(p, &[NONE]);
        return Ok(());
    }
    if is(&dxpy_core::boolean::PyBool_Type) {
        let on = protocol::is_true(py, o)?;
        match proto(p) >= 2 {
            true => write(p, &[if on { NEWTRUE } else { NEWFALSE }]),
            false => write(p, if on { b"I01\n" } else { b"I00\n" }),
        }
        return Ok(());
    }
    if let Some(n) = long::check_exact(o) {
        return save_int(py, p, n);
    }
    if let Some(f) = float::check_exact(o) {
        let x = f.ob_fval.get();
        match bin(p) {
            true => op(p, BINFLOAT, x.to_bits().swap_bytes(), 8),
            false => write(p, format!("F{}\n", dxpy_num::float_text::repr(x)).as_bytes()),
        }
        return Ok(());
    }
    if let Some(n) = place(p, o) {
        get(p, n);
        return Ok(());
    }
    if let Some(b) = bytes::check_exact(o) {
        return save_bytes(py, p, b);
    }
    if let Some(s) = unicode::check_exact(o) {
        return save_text(py, p, s);
    }
    if let Some(d) = dict::check_exact(o) {
        return nested(py, p, o, || save_dict(py, p, d.as_object()));
    }
    if let Some(l) = list::check_exact(o) {
        return nested(py, p, o, || save_list(py, p, l));
    }
    if let Some(t) = tuple::check_exact(o) {
        return save_tuple(py, p, t);
    }
    if is(&set::PySet_Type) || is(&set::PyFrozenSet_Type) {
        return save_set(py, p, o, is(&set::PyFrozenSet_Type));
    }
    if let Some(b) = bytearray::check(o).filter(|_| is(&bytearray::PyByteArray_Type)) {
        return save_bytearray(py, p, b.as_object());
    }
    if picklebuffer::check(o).is_some() {
        return save_buffer(py, p, o);
    }
    // A method of the pickler may know better.
    if let Some(f) = held(&p.reducer_override) {
        let r = call::call(py, &f, [o])?;
        if !object::is_not_implemented(&r) {
            return save_reduced(py, p, &r, o);
        }
    }
    if is(&types::PyType_Type) {
        return save_type(py, p, o);
    }
    if is(&function::PyFunction_Type) {
        return save_global(py, p, o, None);
    }
    let reducer = match held(&p.dispatch_table) {
        None => dict::get(py, &*table(py, name!("copyreg"), name!("dispatch_table"))?, ty.as_object())?,
        Some(t) => match sequence::get_item(py, &t, ty.as_object()) {
            Ok(f) => Some(f),
            Err(e) if matches(&e, &exceptions::KeyError) => None,
            Err(e) => return Err(e),
        },
    };
    let r = if let Some(f) = reducer {
        call::call(py, &f, [o])?
    } else if is_subtype(ty, &types::PyType_Type) {
        return save_global(py, p, o, None);
    } else if let Some(f) = attr::lookup_name(py, o, name!("__reduce_ex__"))? {
        let n = long::from_i64(py, proto(p).into())?;
        call::call(py, &f, [n.as_object()])?
    } else if let Some(f) = attr::lookup_name(py, o, name!("__reduce__"))? {
        call::call(py, &f, [])?
    } else {
        let text = format!("can't pickle '{}' object: {}", type_name(ty), shown(py, o)?);
        return Err(pickling_error(py, &text));
    };
    save_reduced(py, p, &r, o)
}

fn save_reduced(py: Py<'_>, p: &PicklerObject, r: &PyObject, o: &PyObject) -> PyResult<()> {
    if unicode::check(r).is_some() {
        return save_global(py, p, o, Some(r));
    }
    match tuple::check(r) {
        Some(t) => save_reduce(py, p, t, Some(o)),
        None => Err(pickling_error(py, "__reduce__ must return a string or tuple")),
    }
}

/// `save_pers`.
fn save_persistent(py: Py<'_>, p: &PicklerObject, o: &PyObject) -> PyResult<bool> {
    let Some(id) = p.persistent_id.call(py, p.as_object(), o)? else { return Ok(false) };
    if object::is_none(&id) {
        return Ok(false);
    }
    if bin(p) {
        save(py, p, &id, true)?;
        write(p, &[BINPERSID]);
        return Ok(true);
    }
    let text = protocol::str(py, &id)?;
    if !unicode::is_ascii(&text) {
        return Err(pickling_error(py, "persistent IDs in protocol 0 must be ASCII strings"));
    }
    write(p, &[PERSID]);
    write(p, unicode::raw(&text));
    write(p, b"\n");
    Ok(true)
}

/// In `fast` mode, deep nesting is looked at for cycles, which the memo does not end.
fn nested(py: Py<'_>, p: &PicklerObject, o: &PyObject, f: impl FnOnce() -> PyResult<()>) -> PyResult<()> {
    if p.fast.get() == 0 {
        return f();
    }
    let key = o.as_ptr() as usize;
    let deep = {
        let mut s = p.state().borrow_mut();
        s.depth += 1;
        let deep = s.depth >= FAST_NESTING;
        if deep {
            if s.nested.contains(&key) {
                drop(s);
                return Err(exceptions::value_error(
                    py,
                    format_args!(
                        "fast mode: can't pickle cyclic objects including object type {} at {:p}",
                        type_name(o.ty()),
                        o.as_ptr()
                    ),
                ));
            }
            s.nested.push(key);
        }
        deep
    };
    let done = f();
    let mut s = p.state().borrow_mut();
    s.depth = s.depth.saturating_sub(1);
    if deep {
        s.nested.retain(|k| *k != key);
    }
    done
}

fn save_int(py: Py<'_>, p: &PicklerObject, n: &PyLongObject) -> PyResult<()> {
    if let Some(v) = long::to_i64(n).filter(|v| i32::try_from(*v).is_ok()) {
        match v {
            v if !bin(p) => write(p, format!("I{v}\n").as_bytes()),
            0..0x100 => op(p, BININT1, v as u64, 1),
            0x100..0x1_0000 => op(p, BININT2, v as u64, 2),
            v => op(p, BININT, v as u32 as u64, 4),
        }
        return Ok(());
    }
    if proto(p) < 2 {
        let text = protocol::repr(py, n.as_object())?;
        write(p, b"L");
        write(p, unicode::raw(&text));
        write(p, b"L\n");
        return Ok(());
    }
    // Two's complement, with no byte that its sign bit makes superfluous.
    let value = long::num(n);
    let mut out = vec![0; (dxpy_num::mag::bit_length(value.digits) / 8 + 1) as usize];
    dxpy_num::convert::to_bytes(value, &mut out, true, true).map_err(|e| number::error(py, &e))?;
    if let [.., a, 0xff] = out[..]
        && a >= 0x80
    {
        out.pop();
    }
    match out.len() {
        n @ 0..256 => op(p, LONG1, n as u64, 1),
        n @ 256..=0x7fff_ffff => op(p, LONG4, n as u64, 4),
        _ => {
            return Err(exceptions::overflow_error(py, format_args!("int too large to pickle")));
        }
    }
    write(p, &out);
    Ok(())
}

/// A reduction that is a call.
fn save_call(
    py: Py<'_>,
    p: &PicklerObject,
    f: &PyObject,
    of: Vec<Owned>,
    o: Option<&PyObject>,
) -> PyResult<()> {
    let of = tuple::from_iter(py, of)?;
    let t = tuple::from_iter(py, [f.to_owned(), of.upcast()])?;
    save_reduce(py, p, &t, o)
}

/// The opcode for content of a length, and the bytes of that; one that needs a newer protocol is an error.
fn sized(py: Py<'_>, p: &PicklerObject, n: usize, ops: [(u8, i32); 3], what: &str) -> PyResult<(u8, usize)> {
    let proto = proto(p);
    let [short, normal, long] = ops;
    if n <= 0xff && proto >= short.1 {
        Ok((short.0, 1))
    } else if n as u64 <= 0xffff_ffff {
        Ok((normal.0, 4))
    } else if proto >= long.1 {
        Ok((long.0, 8))
    } else {
        Err(exceptions::overflow_error(
            py,
            format_args!("serializing a {what} larger than 4 GiB requires pickle protocol 4 or higher"),
        ))
    }
}

fn save_bytes_content(py: Py<'_>, p: &PicklerObject, o: &PyObject, b: &[u8]) -> PyResult<()> {
    let ops = [(SHORT_BINBYTES, 3), (BINBYTES, 3), (BINBYTES8, 4)];
    let header = sized(py, p, b.len(), ops, "bytes object")?;
    write_bytes(py, p, header, b, bytes::check_exact(o).map(|b| b.as_object()))?;
    memoize(p, o);
    Ok(())
}

fn save_bytes(py: Py<'_>, p: &PicklerObject, b: &PyBytesObject) -> PyResult<()> {
    let content = bytes::as_slice(b);
    if proto(p) >= 3 {
        return save_bytes_content(py, p, b.as_object(), content);
    }
    // Python 2 reads these as str.
    let o = Some(b.as_object());
    if content.is_empty() {
        return save_call(py, p, bytes::PyBytes_Type.as_object(), Vec::new(), o);
    }
    let encode = from_module(py, name!("_codecs"), name!("encode"))?;
    let text = unicode::from_latin1(py, content)?.upcast();
    let latin1 = unicode::from_str(py, "latin1")?.upcast();
    save_call(py, p, &encode, vec![text, latin1], o)
}

fn save_bytearray_content(py: Py<'_>, p: &PicklerObject, o: &PyObject, b: &[u8]) -> PyResult<()> {
    write_bytes(py, p, (BYTEARRAY8, 8), b, None)?;
    memoize(p, o);
    Ok(())
}

fn save_bytearray(py: Py<'_>, p: &PicklerObject, o: &PyObject) -> PyResult<()> {
    let content = buffer::to_vec(py, o)?;
    if proto(p) >= 5 {
        return save_bytearray_content(py, p, o, &content);
    }
    let of = match content.is_empty() {
        true => Vec::new(),
        false => vec![bytes::new(py, &content)?.upcast()],
    };
    save_call(py, p, bytearray::PyByteArray_Type.as_object(), of, Some(o))
}

/// `save_picklebuffer`.
fn save_buffer(py: Py<'_>, p: &PicklerObject, o: &PyObject) -> PyResult<()> {
    if proto(p) < 5 {
        return Err(pickling_error(py, "PickleBuffer can only pickled with protocol >= 5"));
    }
    let view = View::get(py, o, PyBUF_FULL_RO)?;
    if !view.raw().suboffsets.get().is_null() || !buffer::is_contiguous(view.raw(), b'A') {
        return Err(pickling_error(
            py,
            "PickleBuffer can not be pickled when pointing to a non-contiguous buffer",
        ));
    }
    let in_band = match held(&p.buffer_callback) {
        None => true,
        Some(f) => {
            let r = call::call(py, &f, [o])?;
            protocol::is_true(py, &r)?
        }
    };
    let readonly = view.raw().readonly.get() != 0;
    if in_band {
        let content = view.bytes().to_vec();
        return match readonly {
            true => save_bytes_content(py, p, o, &content),
            false => save_bytearray_content(py, p, o, &content),
        };
    }
    write(p, &[NEXT_BUFFER]);
    if readonly {
        write(p, &[READONLY_BUFFER]);
    }
    Ok(())
}

fn save_text(py: Py<'_>, p: &PicklerObject, s: &PyUnicodeObject) -> PyResult<()> {
    // Short ASCII is its own encoding.
    if bin(p) && unicode::is_ascii(s) && unicode::len(s) < 256 {
        let mut state = p.state().borrow_mut();
        let (op, size) = if state.protocol >= 4 { (SHORT_BINUNICODE, 1) } else { (BINUNICODE, 4) };
        let content = unicode::raw(s);
        state.op(op, content.len() as u64, size);
        state.write(content);
    } else if bin(p) {
        let encoded = codecs::encode_utf8(py, s, Some("surrogatepass"))?;
        let content = bytes::as_slice(&encoded);
        let ops = [(SHORT_BINUNICODE, 4), (BINUNICODE, 1), (BINUNICODE8, 4)];
        let header = sized(py, p, content.len(), ops, "string")?;
        write_bytes(py, p, header, content, Some(encoded.as_object()))?;
    } else {
        let mut out = vec![UNICODE];
        for c in unicode::code_points(s) {
            match c {
                0x1_0000.. => out.extend_from_slice(format!("\\U{c:08x}").as_bytes()),
                0x100..0x1_0000 | 0 | 0x0a | 0x0d | 0x1a | 0x5c => {
                    out.extend_from_slice(format!("\\u{c:04x}").as_bytes());
                }
                c => out.push(c as u8),
            }
        }
        out.push(b'\n');
        write(p, &out);
    }
    memoize(p, s.as_object());
    Ok(())
}

fn save_tuple(py: Py<'_>, p: &PicklerObject, t: &PyTupleObject) -> PyResult<()> {
    let (n, o) = (tuple::len(t), t.as_object());
    if n == 0 {
        write(p, if bin(p) { &[EMPTY_TUPLE][..] } else { &[MARK, TUPLE] });
        return Ok(());
    }
    let short = n <= 3 && proto(p) >= 2;
    if !short {
        write(p, &[MARK]);
    }
    for item in tuple::items(t) {
        save(py, p, item, false)?;
    }
    // A tuple that contains itself, by way of something else, was written meanwhile.
    if let Some(at) = place(p, o) {
        if short {
            write(p, &vec![POP; n]);
        } else if bin(p) {
            write(p, &[POP_MARK]);
        } else {
            write(p, &vec![POP; n + 1]);
        }
        get(p, at);
        return Ok(());
    }
    write(p, &[if short { [TUPLE1, TUPLE2, TUPLE3][n - 1] } else { TUPLE }]);
    memoize(p, o);
    Ok(())
}

fn save_list(py: Py<'_>, p: &PicklerObject, l: &PyListObject) -> PyResult<()> {
    write(p, if bin(p) { &[EMPTY_LIST][..] } else { &[MARK, LIST] });
    memoize(p, l.as_object());
    match list::len(l) {
        0 => return Ok(()),
        _ if proto(p) == 0 => return batch_items(py, p, &*protocol::iter(py, l.as_object())?),
        1 => {
            if let Some(v) = list::get(l, 0) {
                save(py, p, &v, false)?;
            }
            write(p, &[APPEND]);
            return Ok(());
        }
        _ => {}
    }
    let mut i = 0;
    loop {
        write(p, &[MARK]);
        let end = i + BATCH;
        while i < end
            && let Some(v) = list::get(l, i)
        {
            save(py, p, &v, false)?;
            i += 1;
        }
        write(p, &[APPENDS]);
        if i >= list::len(l) {
            return Ok(());
        }
    }
}

/// `batch_list`.
fn batch_items(py: Py<'_>, p: &PicklerObject, it: &PyObject) -> PyResult<()> {
    if proto(p) == 0 {
        while let Some(v) = protocol::next(py, it)? {
            save(py, p, &v, false)?;
            write(p, &[APPEND]);
        }
        return Ok(());
    }
    while let Some(first) = protocol::next(py, it)? {
        let Some(mut v) = protocol::next(py, it)? else {
            save(py, p, &first, false)?;
            write(p, &[APPEND]);
            return Ok(());
        };
        write(p, &[MARK]);
        save(py, p, &first, false)?;
        let mut n = 1;
        loop {
            save(py, p, &v, false)?;
            n += 1;
            if n == BATCH {
                break;
            }
            match protocol::next(py, it)? {
                Some(next) => v = next,
                None => break,
            }
        }
        write(p, &[APPENDS]);
        if n < BATCH {
            return Ok(());
        }
    }
    Ok(())
}

fn save_dict(py: Py<'_>, p: &PicklerObject, o: &PyObject) -> PyResult<()> {
    write(p, if bin(p) { &[EMPTY_DICT][..] } else { &[MARK, DICT] });
    memoize(p, o);
    let Some(d) = dict::check(o) else { return Ok(()) };
    let n = dict::len(d);
    if n == 0 {
        return Ok(());
    }
    if proto(p) == 0 {
        let items = call::method(py, o, name!("items"), [])?;
        return batch_pairs(py, p, &*protocol::iter(py, &items)?);
    }
    let mut pos = 0;
    let next = |pos: &mut usize| dict::next(d, pos).map(|(k, v)| (k.to_owned(), v.to_owned()));
    if n == 1 {
        if let Some((k, v)) = next(&mut pos) {
            save(py, p, &k, false)?;
            save(py, p, &v, false)?;
        }
        write(p, &[SETITEM]);
        return Ok(());
    }
    loop {
        let mut i = 0;
        write(p, &[MARK]);
        while i < BATCH
            && let Some((k, v)) = next(&mut pos)
        {
            save(py, p, &k, false)?;
            save(py, p, &v, false)?;
            i += 1;
        }
        write(p, &[SETITEMS]);
        if dict::len(d) != n {
            return Err(exceptions::runtime_error(
                py,
                format_args!("dictionary changed size during iteration"),
            ));
        }
        if i < BATCH {
            return Ok(());
        }
    }
}

/// `batch_dict`.
fn batch_pairs(py: Py<'_>, p: &PicklerObject, it: &PyObject) -> PyResult<()> {
    let next = || -> PyResult<Option<Owned<PyTupleObject>>> {
        let Some(o) = protocol::next(py, it)? else { return Ok(None) };
        match tuple::check(&o).filter(|t| tuple::len(t) == 2) {
            Some(t) => Ok(Some(t.to_owned())),
            None => Err(exceptions::type_error(py, format_args!("dict items iterator must return 2-tuples"))),
        }
    };
    let pair = |t: &PyTupleObject| tuple::items(t).iter().try_for_each(|o| save(py, p, o, false));
    if proto(p) == 0 {
        while let Some(t) = next()? {
            pair(&t)?;
            write(p, &[SETITEM]);
        }
        return Ok(());
    }
    while let Some(first) = next()? {
        let Some(mut t) = next()? else {
            pair(&first)?;
            write(p, &[SETITEM]);
            return Ok(());
        };
        write(p, &[MARK]);
        pair(&first)?;
        let mut n = 1;
        loop {
            pair(&t)?;
            n += 1;
            if n == BATCH {
                break;
            }
            match next()? {
                Some(next) => t = next,
                None => break,
            }
        }
        write(p, &[SETITEMS]);
        if n < BATCH {
            return Ok(());
        }
    }
    Ok(())
}

fn save_set(py: Py<'_>, p: &PicklerObject, o: &PyObject, frozen: bool) -> PyResult<()> {
    if proto(p) < 4 {
        let items = sequence::to_list(py, o)?;
        return save_call(py, p, o.ty().as_object(), vec![items.upcast()], Some(o));
    }
    let Some(s) = set::check_any(o) else { return Ok(()) };
    if frozen {
        write(p, &[MARK]);
        for v in set::keys(s) {
            save(py, p, &v, false)?;
        }
        if let Some(at) = place(p, o) {
            write(p, &[POP_MARK]);
            get(p, at);
            return Ok(());
        }
        write(p, &[FROZENSET]);
        memoize(p, o);
        return Ok(());
    }
    write(p, &[EMPTY_SET]);
    memoize(p, o);
    let n = set::len(s);
    if n == 0 {
        return Ok(());
    }
    let mut pos = 0;
    loop {
        let mut i = 0;
        write(p, &[MARK]);
        while i < BATCH
            && let Some(v) = set::next(s, &mut pos).map(|(v, _)| v.to_owned())
        {
            save(py, p, &v, false)?;
            i += 1;
        }
        write(p, &[ADDITEMS]);
        if set::len(s) != n {
            return Err(exceptions::runtime_error(py, format_args!("set changed size during iteration")));
        }
        if i < BATCH {
            return Ok(());
        }
    }
}

fn save_type(py: Py<'_>, p: &PicklerObject, o: &PyObject) -> PyResult<()> {
    let singletons = [object::none(), object::not_implemented(), object::_Py_EllipsisObject.to_owned()];
    for s in singletons {
        if o.is(s.ty()) {
            return save_call(py, p, types::PyType_Type.as_object(), vec![s], Some(o));
        }
    }
    save_global(py, p, o, None)
}

/// `whichmodule`.
fn which_module(py: Py<'_>, o: &PyObject, path: &PyUnicodeObject) -> PyResult<Owned> {
    if let Some(m) = attr::lookup_name(py, o, name!("__module__"))?
        && !object::is_none(&m)
    {
        return Ok(m);
    }
    let modules = hooks::sys_modules(py)?;
    let pairs = match dict::check(&modules) {
        Some(d) => dict::items(d),
        None => Vec::new(),
    };
    for (n, m) in pairs {
        if unicode::equals_str(&n, "__main__") || object::is_none(&m) {
            continue;
        }
        if let Ok((found, _)) = dotted(py, &m, path)
            && found.is(o)
        {
            return Ok(n);
        }
    }
    Ok(unicode::from_str(py, "__main__")?.upcast())
}

fn str_or<'a>(py: Py<'_>, o: &'a PyObject, what: &str) -> PyResult<&'a PyUnicodeObject> {
    unicode::check(o).ok_or_else(|| {
        exceptions::type_error(py, format_args!("{what} must be a string, not {}", type_name(o.ty())))
    })
}

fn save_global(py: Py<'_>, p: &PicklerObject, o: &PyObject, given: Option<&PyObject>) -> PyResult<()> {
    let name_object = match given {
        Some(n) => n.to_owned(),
        None => match attr::lookup_name(py, o, name!("__qualname__"))? {
            Some(n) => n,
            None => attr::get_name(py, o, name!("__name__"))?,
        },
    };
    let path = str_or(py, &name_object, "__qualname__")?;
    let text = unicode::utf8(py, path)?;
    if text.split('.').any(|part| part == "<locals>") {
        return Err(exceptions::attribute_error(
            py,
            format_args!("Can't pickle local object {}", shown(py, path.as_object())?),
        ));
    }
    let module_object = which_module(py, o, path)?;
    let module_name = str_or(py, &module_object, "__module__")?;
    let module = match import_named(py, module_name) {
        Ok(m) => m,
        Err(e) => {
            drop(e);
            let (o, m) = (shown(py, o)?, shown(py, module_name.as_object())?);
            return Err(pickling_error(py, &format!("Can't pickle {o}: import of module {m} failed")));
        }
    };
    let display = |s: &PyUnicodeObject| unicode::display(s.as_object());
    let (found, parent) = match dotted(py, &module, path) {
        Ok(f) => f,
        Err(e) => {
            drop(e);
            let text = format!(
                "Can't pickle {}: attribute lookup {} on {} failed",
                shown(py, o)?,
                display(path),
                display(module_name)
            );
            return Err(pickling_error(py, &text));
        }
    };
    if !found.is(o) {
        let text = format!(
            "Can't pickle {}: it's not the same object as {}.{}",
            shown(py, o)?,
            display(module_name),
            display(path)
        );
        return Err(pickling_error(py, &text));
    }
    let version = proto(p);
    if version >= 2 && save_extension(py, p, module_name, path)? {
        return Ok(());
    }
    // A path that comes back to its module is as good as its last part.
    let in_module = parent.is(&*module);
    let last = unicode::from_str(py, text.rsplit('.').next().unwrap_or_default())?;
    let name_object =
        if in_module && text.contains('.') { last.clone().upcast() } else { name_object.clone() };
    if version >= 4 {
        save(py, p, module_name.as_object(), false)?;
        save(py, p, &name_object, false)?;
        write(p, &[STACK_GLOBAL]);
    } else if !in_module {
        let getattr = hooks::builtin(py, name!("getattr"))?;
        save_call(py, p, &getattr, vec![parent, last.upcast()], None)?;
    } else {
        let (mut m, mut n) = (module_object.clone(), name_object.clone());
        if p.state().borrow().fix_imports {
            (m, n) = fixed(py, m, n)?;
        }
        write(p, &[GLOBAL]);
        for part in [&m, &n] {
            let s = str_or(py, part, "a global's name")?;
            if version < 3 && !unicode::is_ascii(s) {
                let text = format!(
                    "can't pickle global identifier '{}.{}' using pickle protocol {version}",
                    unicode::display(&m),
                    unicode::display(&n)
                );
                return Err(pickling_error(py, &text));
            }
            let encoded = codecs::encode_utf8(py, s, None)?;
            write(p, bytes::as_slice(&encoded));
            write(p, b"\n");
        }
    }
    memoize(p, o);
    Ok(())
}

/// The short code of a registered global.
fn save_extension(
    py: Py<'_>,
    p: &PicklerObject,
    module: &PyUnicodeObject,
    name: &PyUnicodeObject,
) -> PyResult<bool> {
    let registry = table(py, name!("copyreg"), name!("_extension_registry"))?;
    if dict::len(&registry) == 0 {
        return Ok(false);
    }
    let key = tuple::from_iter(py, [module.as_object().to_owned(), name.as_object().to_owned()])?;
    let Some(code) = dict::get(py, &registry, key.as_object())? else { return Ok(false) };
    let Some(n) = long::check(&code) else {
        let text = format!("Can't pickle: extension code {} isn't an integer", shown(py, &code)?);
        return Err(pickling_error(py, &text));
    };
    match long::to_i64(n) {
        Some(n @ 1..0x100) => op(p, EXT1, n as u64, 1),
        Some(n @ 0x100..0x1_0000) => op(p, EXT2, n as u64, 2),
        Some(n @ 0x1_0000..=0x7fff_ffff) => op(p, EXT4, n as u64, 4),
        _ => {
            let text = format!("Can't pickle: extension code {} is out of range", shown(py, &code)?);
            return Err(pickling_error(py, &text));
        }
    }
    Ok(true)
}

/// `fix_imports`: the names that Python 2 has for a global.
fn fixed(py: Py<'_>, module: Owned, name: Owned) -> PyResult<(Owned, Owned)> {
    let names = table(py, name!("_compat_pickle"), name!("REVERSE_NAME_MAPPING"))?;
    let key = tuple::from_iter(py, [module.clone(), name.clone()])?;
    if let Some(pair) = dict::get(py, &names, key.as_object())? {
        return match tuple::check(&pair).map(tuple::items) {
            Some([m, n]) => Ok(((*m).to_owned(), (*n).to_owned())),
            _ => Err(exceptions::runtime_error(
                py,
                format_args!(
                    "_compat_pickle.REVERSE_NAME_MAPPING values should be 2-tuples, not {}",
                    type_name(pair.ty())
                ),
            )),
        };
    }
    let modules = table(py, name!("_compat_pickle"), name!("REVERSE_IMPORT_MAPPING"))?;
    Ok((dict::get(py, &modules, &module)?.unwrap_or(module), name))
}

/// `save_reduce`.
fn save_reduce(py: Py<'_>, p: &PicklerObject, t: &PyTupleObject, o: Option<&PyObject>) -> PyResult<()> {
    let items = tuple::items(t);
    if !(2..=6).contains(&items.len()) {
        return Err(pickling_error(py, "tuple returned by __reduce__ must contain 2 through 6 elements"));
    }
    let (f, of) = (items[0], items[1]);
    let part = |i: usize| items.get(i).copied().filter(|o| !object::is_none(o));
    if !protocol::is_callable(f) {
        return Err(pickling_error(py, "first item of the tuple returned by __reduce__ must be callable"));
    }
    let Some(of) = tuple::check(of) else {
        return Err(pickling_error(py, "second item of the tuple returned by __reduce__ must be a tuple"));
    };
    let (state, list_items, dict_items, setter) = (part(2), part(3), part(4), part(5));
    for (which, it) in [("fourth", list_items), ("fifth", dict_items)] {
        if let Some(it) = it.filter(|it| !protocol::is_iterator(it)) {
            let text = format!(
                "{which} element of the tuple returned by __reduce__ must be an iterator, not {}",
                type_name(it.ty())
            );
            return Err(pickling_error(py, &text));
        }
    }
    if let Some(s) = setter.filter(|s| !protocol::is_callable(s)) {
        let text = format!(
            "sixth element of the tuple returned by __reduce__ must be a function, not {}",
            type_name(s.ty())
        );
        return Err(pickling_error(py, &text));
    }
    let version = proto(p);
    let called = match version >= 2 {
        true => attr::lookup_name(py, f, name!("__name__"))?,
        false => None,
    };
    let called = |n: &str| called.as_ref().is_some_and(|c| unicode::equals_str(c, n));
    if called("__newobj_ex__") {
        save_newobj_ex(py, p, of)?;
    } else if called("__newobj__") {
        save_newobj(py, p, of, o)?;
    } else {
        save(py, p, f, false)?;
        save(py, p, of.as_object(), false)?;
        write(p, &[REDUCE]);
    }
    if let Some(o) = o {
        // A recursive tuple or set was written by one of its items meanwhile.
        match place(p, o) {
            Some(at) => {
                write(p, &[POP]);
                get(p, at);
            }
            None => memoize(p, o),
        }
    }
    if let Some(it) = list_items {
        batch_items(py, p, it)?;
    }
    if let Some(it) = dict_items {
        batch_pairs(py, p, it)?;
    }
    let Some(state) = state else { return Ok(()) };
    match setter {
        None => {
            save(py, p, state, false)?;
            write(p, &[BUILD]);
        }
        Some(f) => {
            save(py, p, f, false)?;
            save(py, p, o.unwrap_or(&object::none()), false)?;
            save(py, p, state, false)?;
            write(p, &[TUPLE2, REDUCE, POP]);
        }
    }
    Ok(())
}

fn save_newobj_ex(py: Py<'_>, p: &PicklerObject, of: &PyTupleObject) -> PyResult<()> {
    let [class, args, kw] = tuple::items(of) else {
        let n = tuple::len(of);
        let text = format!("length of the NEWOBJ_EX argument tuple must be exactly 3, not {n}");
        return Err(pickling_error(py, &text));
    };
    let wrong = |which: &str, what: &str, o: &PyObject| {
        let text =
            format!("{which} item from NEWOBJ_EX argument tuple must be a {what}, not {}", type_name(o.ty()));
        pickling_error(py, &text)
    };
    if types::check(class).is_none() {
        return Err(wrong("first", "class", class));
    }
    let Some(a) = tuple::check(args) else { return Err(wrong("second", "tuple", args)) };
    let Some(k) = dict::check(kw) else { return Err(wrong("third", "dict", kw)) };
    if proto(p) >= 4 {
        for o in [class, args, kw] {
            save(py, p, o, false)?;
        }
        write(p, &[NEWOBJ_EX]);
        return Ok(());
    }
    // Older protocols call a partial object.
    let partial = from_module(py, name!("functools"), name!("partial"))?;
    let new = attr::get_name(py, class, name!("__new__"))?;
    let all: Vec<Owned> = [new, (*class).to_owned()]
        .into_iter()
        .chain(tuple::items(a).iter().map(|o| (*o).to_owned()))
        .collect();
    let all = tuple::from_iter(py, all)?;
    let made = call::call_tuple(py, &partial, &all, Some(k))?;
    save(py, p, &made, false)?;
    save(py, p, tuple::empty().as_object(), false)?;
    write(p, &[REDUCE]);
    Ok(())
}

fn save_newobj(py: Py<'_>, p: &PicklerObject, of: &PyTupleObject, o: Option<&PyObject>) -> PyResult<()> {
    let [class, rest @ ..] = tuple::items(of) else {
        return Err(pickling_error(py, "__newobj__ arglist is empty"));
    };
    if attr::lookup_name(py, class, name!("__new__"))?.is_none() {
        return Err(pickling_error(py, "args[0] from __newobj__ args has no __new__"));
    }
    if let Some(o) = o {
        let real = attr::get_name(py, o, name!("__class__"))?;
        if !real.is(*class) {
            return Err(pickling_error(py, "args[0] from __newobj__ args has the wrong class"));
        }
    }
    save(py, p, class, false)?;
    let rest = tuple::from_iter(py, rest.iter().map(|o| (*o).to_owned()))?;
    save(py, p, rest.as_object(), false)?;
    write(p, &[NEWOBJ]);
    Ok(())
}
