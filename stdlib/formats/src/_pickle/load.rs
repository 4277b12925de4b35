//! The machine of pickles: a stack, marks on it, and what each opcode does.

use super::opcode::*;
use super::pickler::held;
use super::unpickler::{UnpicklerObject, find_global, line, need, number, opcode, take, take_ascii};
use super::{is_unpickling_error, table, unpickling_error};
use dxpy_core::abi::*;
use dxpy_core::call::{self, type_name};
use dxpy_core::codecs::{self, Source};
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, boolean, bytes, dict, exceptions, float, list, long, name, object,
    protocol, sequence, set, tuple, types, unicode,
};
use dxpy_types::{bytearray, memoryview};

struct Machine<'u> {
    u: &'u UnpicklerObject,
    stack: Vec<Owned>,
    marks: Vec<usize>,
}

/// `load`: runs one pickle to its end.
pub fn run(py: Py<'_>, u: &UnpicklerObject) -> PyResult {
    {
        let mut s = u.state().borrow_mut();
        if s.running {
            drop(s);
            return Err(exceptions::runtime_error(py, format_args!("Unpickler.load() is running already")));
        }
        s.running = true;
        s.protocol = 0;
    }
    let mut m = Machine { u, stack: Vec::with_capacity(32), marks: Vec::new() };
    let done = m.run(py);
    u.state().borrow_mut().running = false;
    done
}

impl Machine<'_> {
    fn run(&mut self, py: Py<'_>) -> PyResult {
        loop {
            let op = opcode(py, self.u).map_err(|e| {
                if is_unpickling_error(&e) {
                    return exceptions::eof_error(py, format_args!("Ran out of input"));
                }
                e
            })?;
            if op == STOP {
                return self.pop(py);
            }
            self.step(py, op)?;
        }
    }

    /// The place of the last mark, below which nothing is taken.
    fn fence(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    #[cold]
    fn underflow(&self, py: Py<'_>) -> PyErr {
        let text = if self.marks.is_empty() { "unpickling stack underflow" } else { "unexpected MARK found" };
        unpickling_error(py, text)
    }

    fn pop(&mut self, py: Py<'_>) -> PyResult {
        if self.stack.len() <= self.fence() {
            return Err(self.underflow(py));
        }
        self.stack.pop().ok_or_else(|| self.underflow(py))
    }

    fn top(&self, py: Py<'_>) -> PyResult {
        if self.stack.len() <= self.fence() {
            return Err(self.underflow(py));
        }
        self.stack.last().cloned().ok_or_else(|| self.underflow(py))
    }

    fn push<T: dxpy_core::Layout>(&mut self, o: Owned<T>) {
        self.stack.push(o.upcast());
    }

    /// Takes everything above the last mark, and the mark.
    fn marked(&mut self, py: Py<'_>) -> PyResult<Vec<Owned>> {
        let at = self.mark(py)?;
        Ok(self.stack.split_off(at))
    }

    /// Takes the last mark: where the stack was then.
    fn mark(&mut self, py: Py<'_>) -> PyResult<usize> {
        match self.marks.pop() {
            Some(at) => Ok(at.min(self.stack.len())),
            None => Err(unpickling_error(py, "could not find MARK")),
        }
    }

    /// The last `n` objects as a tuple.
    fn top_tuple(&mut self, py: Py<'_>, n: usize) -> PyResult<()> {
        let len = self.stack.len();
        if len < self.fence() + n {
            return Err(self.underflow(py));
        }
        let t = tuple::from_iter(py, self.stack.drain(len - n..))?;
        self.push(t);
        Ok(())
    }

    fn step(&mut self, py: Py<'_>, op: u8) -> PyResult<()> {
        let u = self.u;
        match op {
            NONE => self.push(object::none()),
            NEWTRUE => self.push(boolean::new(true)),
            NEWFALSE => self.push(boolean::new(false)),
            BININT => {
                let n = number(py, u, 4)? as u32 as i32;
                self.push(long::from_i64(py, n.into())?);
            }
            BININT1 => {
                let n = number(py, u, 1)?;
                self.push(long::from_u64(py, n)?);
            }
            BININT2 => {
                let n = number(py, u, 2)?;
                self.push(long::from_u64(py, n)?);
            }
            INT => self.int_line(py)?,
            LONG => {
                let mut text = line(py, u)?;
                if text.last() == Some(&b'L') {
                    text.pop();
                }
                let o = int_of_text(py, &text)?;
                self.push(o);
            }
            LONG1 | LONG4 => {
                let n = if op == LONG1 {
                    number(py, u, 1)? as i64
                } else {
                    i64::from(number(py, u, 4)? as u32 as i32)
                };
                let Ok(n) = usize::try_from(n) else {
                    return Err(unpickling_error(py, "LONG pickle has negative byte count"));
                };
                let b = take(py, u, n)?;
                self.push(int_of_bytes(py, &b)?);
            }
            FLOAT => {
                let text = line(py, u)?;
                let parsed = core::str::from_utf8(&text).ok();
                let text = unicode::from_str(py, parsed.unwrap_or("?"))?;
                let o = call::call(py, float::PyFloat_Type.as_object(), [text.as_object()]).map_err(|e| {
                    if exceptions::matches(&e, &exceptions::ValueError) {
                        return exceptions::value_error(
                            py,
                            format_args!("could not convert string to float: '{}\n'", parsed.unwrap_or("?")),
                        );
                    }
                    e
                })?;
                self.push(o);
            }
            BINFLOAT => {
                let bits = number(py, u, 8)?.swap_bytes();
                self.push(float::new(py, f64::from_bits(bits))?);
            }
            SHORT_BINBYTES => self.bytes(py, 1)?,
            BINBYTES => self.bytes(py, 4)?,
            BINBYTES8 => self.bytes(py, 8)?,
            BYTEARRAY8 => {
                let n = self.size(py, 8, "BYTEARRAY8")?;
                let b = take(py, u, n)?;
                self.push(bytearray::new(py, &b)?);
            }
            NEXT_BUFFER => {
                let Some(buffers) = held(&u.buffers) else {
                    return Err(unpickling_error(
                        py,
                        "pickle stream refers to out-of-band data but no *buffers* argument was given",
                    ));
                };
                match protocol::next(py, &buffers)? {
                    Some(b) => self.push(b),
                    None => return Err(unpickling_error(py, "not enough out-of-band buffers")),
                }
            }
            READONLY_BUFFER => {
                let b = self.pop(py)?;
                let view = memoryview::from_object(py, &b)?;
                if view.view.readonly.get() != 0 {
                    self.push(b);
                } else {
                    let fixed = call::method(py, view.as_object(), name!("toreadonly"), [])?;
                    self.push(fixed);
                }
            }
            STRING => self.string_line(py)?,
            SHORT_BINSTRING | BINSTRING => {
                let n = if op == BINSTRING {
                    usize::try_from(number(py, u, 4)? as u32 as i32)
                        .map_err(|_| unpickling_error(py, "BINSTRING pickle has negative byte count"))?
                } else {
                    number(py, u, 1)? as usize
                };
                let b = take(py, u, n)?;
                self.old_string(py, &b)?;
            }
            UNICODE => {
                let text = line(py, u)?;
                self.push(codecs::decode(py, Source::new(&text), Some("raw-unicode-escape"), None)?);
            }
            SHORT_BINUNICODE => self.text(py, 1)?,
            BINUNICODE => self.text(py, 4)?,
            BINUNICODE8 => self.text(py, 8)?,
            EMPTY_TUPLE => self.push(tuple::empty()),
            TUPLE1 => self.top_tuple(py, 1)?,
            TUPLE2 => self.top_tuple(py, 2)?,
            TUPLE3 => self.top_tuple(py, 3)?,
            TUPLE => {
                let at = self.mark(py)?;
                let t = tuple::from_iter(py, self.stack.drain(at..))?;
                self.push(t);
            }
            EMPTY_LIST => self.push(list::new(py)?),
            LIST => {
                let at = self.mark(py)?;
                let l = list::from_iter(py, self.stack.drain(at..))?;
                self.push(l);
            }
            EMPTY_DICT => self.push(dict::new(py)?),
            DICT => {
                let items = self.marked(py)?;
                if !items.len().is_multiple_of(2) {
                    return Err(unpickling_error(py, "odd number of items for DICT"));
                }
                let d = dict::new(py)?;
                for pair in items.chunks_exact(2) {
                    dict::set(py, &d, &pair[0], &pair[1])?;
                }
                self.push(d);
            }
            EMPTY_SET => self.push(set::new(py)?),
            FROZENSET => {
                let items = self.marked(py)?;
                self.push(set::frozen(py, &items)?);
            }
            APPEND => {
                let len = self.stack.len();
                if len <= self.fence() + 1 {
                    return Err(self.underflow(py));
                }
                self.append(py, len - 1)?;
            }
            APPENDS => {
                let at = self.mark(py)?;
                self.append(py, at)?;
            }
            SETITEM => {
                let len = self.stack.len();
                if len <= self.fence() + 2 {
                    return Err(self.underflow(py));
                }
                self.set_items(py, len - 2)?;
            }
            SETITEMS => {
                let at = self.mark(py)?;
                self.set_items(py, at)?;
            }
            ADDITEMS => self.add_items(py)?,
            MARK => {
                self.u.note_marks(self.marks.len());
                self.marks.push(self.stack.len());
            }
            POP => {
                // A mark is taken as well as an object.
                if self.marks.last() == Some(&self.stack.len()) {
                    self.marks.pop();
                } else if self.stack.len() <= self.fence() {
                    return Err(self.underflow(py));
                } else {
                    drop(self.stack.pop());
                }
            }
            POP_MARK => drop(self.marked(py)?),
            DUP => {
                let o = self.top(py)?;
                self.push(o);
            }
            GET => {
                let key = self.memo_key(py)?;
                let found = usize::try_from(key).ok().and_then(|k| u.memo_get(k));
                self.recall(py, found, key)?;
            }
            BINGET | LONG_BINGET => {
                let key = number(py, u, if op == BINGET { 1 } else { 4 })?;
                self.recall(py, u.memo_get(key as usize), key as i64)?;
            }
            PUT => {
                let key = self.memo_key(py)?;
                let o = self.top(py)?;
                let Ok(key) = usize::try_from(key) else {
                    return Err(exceptions::value_error(py, format_args!("negative PUT argument")));
                };
                drop(u.memo_put(key, o));
            }
            BINPUT | LONG_BINPUT => {
                let key = number(py, u, if op == BINPUT { 1 } else { 4 })?;
                let o = self.top(py)?;
                drop(u.memo_put(key as usize, o));
            }
            MEMOIZE => {
                let o = self.top(py)?;
                drop(u.memo_put(u.memo_len(), o));
            }
            GLOBAL => {
                let (m, n) = self.two_lines(py)?;
                let o = find_global(py, u, m.as_object(), n.as_object())?;
                self.push(o);
            }
            STACK_GLOBAL => {
                let (n, m) = (self.pop(py)?, self.pop(py)?);
                if unicode::check_exact(&n).is_none() || unicode::check_exact(&m).is_none() {
                    return Err(unpickling_error(py, "STACK_GLOBAL requires str"));
                }
                let o = find_global(py, u, &m, &n)?;
                self.push(o);
            }
            EXT1 => self.extension(py, 1)?,
            EXT2 => self.extension(py, 2)?,
            EXT4 => self.extension(py, 4)?,
            REDUCE => {
                let (of, f) = (self.pop(py)?, self.pop(py)?);
                let Some(of) = tuple::check(&of) else {
                    return Err(exceptions::type_error(py, format_args!("argument list must be a tuple")));
                };
                let o = call::call_tuple(py, &f, of, None)?;
                self.push(o);
            }
            INST => {
                let (m, n) = self.two_lines(py)?;
                let class = find_global(py, u, m.as_object(), n.as_object())?;
                let of = self.marked(py)?;
                let o = instantiate(py, &class, of)?;
                self.push(o);
            }
            OBJ => {
                let mut of = self.marked(py)?;
                if of.is_empty() {
                    return Err(self.underflow(py));
                }
                let class = of.remove(0);
                let o = instantiate(py, &class, of)?;
                self.push(o);
            }
            NEWOBJ => self.new_object(py, false)?,
            NEWOBJ_EX => self.new_object(py, true)?,
            BUILD => self.build(py)?,
            PERSID => {
                let text = line(py, u)?;
                if !text.is_ascii() {
                    return Err(unpickling_error(py, "persistent IDs in protocol 0 must be ASCII strings"));
                }
                let id = unicode::from_latin1(py, &text)?.upcast();
                self.persistent(py, id)?;
            }
            BINPERSID => {
                let id = self.pop(py)?;
                self.persistent(py, id)?;
            }
            PROTO => {
                let n = number(py, u, 1)? as i32;
                if n > HIGHEST {
                    return Err(exceptions::value_error(
                        py,
                        format_args!("unsupported pickle protocol: {n}"),
                    ));
                }
                u.state().borrow_mut().protocol = n;
            }
            FRAME => {
                let n = number(py, u, 8)?;
                if n > isize::MAX as u64 {
                    return Err(exceptions::overflow_error(
                        py,
                        format_args!("FRAME length exceeds system's maximum of {} bytes", isize::MAX),
                    ));
                }
                need(py, u, n as usize)?;
            }
            other => {
                let text = if (0x20..0x7f).contains(&other) && other != b'\'' && other != b'\\' {
                    format!("invalid load key, '{}'.", other as char)
                } else {
                    format!("invalid load key, '\\x{other:02x}'.")
                };
                return Err(unpickling_error(py, &text));
            }
        }
        Ok(())
    }

    fn int_line(&mut self, py: Py<'_>) -> PyResult<()> {
        let text = line(py, self.u)?;
        match &text[..] {
            b"00" => self.push(boolean::new(false)),
            b"01" => self.push(boolean::new(true)),
            text => {
                let o = int_of_text(py, text).map_err(|e| {
                    if exceptions::matches(&e, &exceptions::ValueError) {
                        return exceptions::value_error(py, format_args!("could not convert string to int"));
                    }
                    e
                })?;
                self.push(o);
            }
        }
        Ok(())
    }

    /// A length of so many bytes.
    fn size(&self, py: Py<'_>, n: usize, what: &str) -> PyResult<usize> {
        let size = number(py, self.u, n)?;
        if size > isize::MAX as u64 {
            return Err(exceptions::overflow_error(
                py,
                format_args!("{what} exceeds system's maximum size of {} bytes", isize::MAX),
            ));
        }
        Ok(size as usize)
    }

    fn bytes(&mut self, py: Py<'_>, n: usize) -> PyResult<()> {
        let n = self.size(py, n, "BINBYTES")?;
        let b = take(py, self.u, n)?;
        self.push(bytes::new(py, &b)?);
        Ok(())
    }

    fn text(&mut self, py: Py<'_>, n: usize) -> PyResult<()> {
        let n = self.size(py, n, "BINUNICODE")?;
        if let Some(text) = take_ascii(py, self.u, n)? {
            self.push(text);
            return Ok(());
        }
        let b = take(py, self.u, n)?;
        self.push(codecs::decode_utf8(py, Source::new(&b), Some("surrogatepass"))?);
        Ok(())
    }

    /// A string of Python 2: text in the encoding that was asked for, or bytes.
    fn old_string(&mut self, py: Py<'_>, b: &[u8]) -> PyResult<()> {
        let (encoding, errors) = {
            let s = self.u.state().borrow();
            (s.encoding.clone(), s.errors.clone())
        };
        if encoding == "bytes" {
            self.push(bytes::new(py, b)?);
        } else {
            self.push(codecs::decode(py, Source::new(b), Some(&encoding), Some(&errors))?);
        }
        Ok(())
    }

    fn string_line(&mut self, py: Py<'_>) -> PyResult<()> {
        let text = line(py, self.u)?;
        let inner = match &text[..] {
            [q @ (b'"' | b'\''), inner @ .., end] if q == end => inner,
            _ => {
                return Err(unpickling_error(py, "the STRING opcode argument must be quoted"));
            }
        };
        let b = bytes::new(py, inner)?;
        let decode = super::from_module(py, name!("_codecs"), name!("escape_decode"))?;
        let pair = call::call(py, &decode, [b.as_object()])?;
        let first = sequence::item(py, &pair, 0)?;
        let b = dxpy_core::buffer::to_vec(py, &first)?;
        self.old_string(py, &b)
    }

    fn memo_key(&self, py: Py<'_>) -> PyResult<i64> {
        let text = line(py, self.u)?;
        let n = int_of_text(py, &text)?;
        let n = long::check(&n).and_then(long::to_i64);
        n.ok_or_else(|| {
            exceptions::overflow_error(py, format_args!("Python int too large to convert to C ssize_t"))
        })
    }

    fn recall(&mut self, py: Py<'_>, o: Option<Owned>, key: i64) -> PyResult<()> {
        match o {
            Some(o) => {
                self.push(o);
                Ok(())
            }
            None => Err(unpickling_error(py, &format!("Memo value not found at index {key}"))),
        }
    }

    fn two_lines(&self, py: Py<'_>) -> PyResult<(Owned<PyUnicodeObject>, Owned<PyUnicodeObject>)> {
        let m = line(py, self.u)?;
        let m = codecs::decode_utf8(py, Source::new(&m), None)?;
        let n = line(py, self.u)?;
        Ok((m, codecs::decode_utf8(py, Source::new(&n), None)?))
    }

    /// The object below the items that are at `at` and above.
    fn below(&self, py: Py<'_>, at: usize) -> PyResult {
        if at <= self.fence() {
            return Err(self.underflow(py));
        }
        Ok(self.stack[at - 1].clone())
    }

    fn append(&mut self, py: Py<'_>, at: usize) -> PyResult<()> {
        let to = self.below(py, at)?;
        let items = self.stack.drain(at..);
        if let Some(l) = list::check_exact(&to) {
            for v in items {
                list::push(py, l, v)?;
            }
            return Ok(());
        }
        let items: Vec<Owned> = items.collect();
        if let Some(extend) = attr::lookup_name(py, &to, name!("extend"))? {
            let items = list::from_iter(py, items)?;
            return call::call(py, &extend, [items.as_object()]).map(drop);
        }
        let append = attr::get_name(py, &to, name!("append"))?;
        items.iter().try_for_each(|v| call::call(py, &append, [v]).map(drop))
    }

    fn set_items(&mut self, py: Py<'_>, at: usize) -> PyResult<()> {
        let to = self.below(py, at)?;
        // The stack is this run's alone: what the keys' methods do leaves it as it is.
        let items = &self.stack[at..];
        if !items.len().is_multiple_of(2) {
            return Err(unpickling_error(py, "odd number of items for SETITEMS"));
        }
        for pair in items.chunks_exact(2) {
            match dict::check_exact(&to) {
                Some(d) => dict::set(py, d, &pair[0], &pair[1])?,
                None => sequence::set_item(py, &to, &pair[0], Some(&pair[1]))?,
            }
        }
        self.stack.truncate(at);
        Ok(())
    }

    fn add_items(&mut self, py: Py<'_>) -> PyResult<()> {
        let items = self.marked(py)?;
        let to = self.top(py)?;
        if let Some(s) = set::check(&to) {
            return items.iter().try_for_each(|v| set::add(py, s, v).map(drop));
        }
        let add = attr::get_name(py, &to, name!("add"))?;
        items.iter().try_for_each(|v| call::call(py, &add, [v]).map(drop))
    }

    fn extension(&mut self, py: Py<'_>, n: usize) -> PyResult<()> {
        let code = number(py, self.u, n)? as u32 as i32;
        if code <= 0 {
            return Err(unpickling_error(py, "EXT specifies code <= 0"));
        }
        let key = long::from_i64(py, code.into())?;
        let cache = table(py, name!("copyreg"), name!("_extension_cache"))?;
        if let Some(o) = dict::get(py, &cache, key.as_object())? {
            self.push(o);
            return Ok(());
        }
        let registry = table(py, name!("copyreg"), name!("_inverted_registry"))?;
        let Some(pair) = dict::get(py, &registry, key.as_object())? else {
            return Err(exceptions::value_error(py, format_args!("unregistered extension code {code}")));
        };
        let names = tuple::check(&pair).map(tuple::items);
        let Some([m, n]) = names.filter(|p| p.iter().all(|o| unicode::check(o).is_some())) else {
            return Err(exceptions::value_error(
                py,
                format_args!("_inverted_registry[{code}] isn't a 2-tuple of strings"),
            ));
        };
        let o = find_global(py, self.u, m, n)?;
        dict::set(py, &cache, key.as_object(), &o)?;
        self.push(o);
        Ok(())
    }

    fn new_object(&mut self, py: Py<'_>, with_keywords: bool) -> PyResult<()> {
        let kw = if with_keywords { Some(self.pop(py)?) } else { None };
        let (of, class) = (self.pop(py)?, self.pop(py)?);
        let what = if with_keywords { "NEWOBJ_EX" } else { "NEWOBJ" };
        let wrong = |part: &str, kind: &str, o: &PyObject| {
            unpickling_error(py, &format!("{what} {part} must be a {kind}, not {}", type_name(o.ty())))
        };
        let Some(ty) = types::check(&class) else { return Err(wrong("class argument", "type", &class)) };
        let Some(make) = ty.tp_new.get() else {
            return Err(unpickling_error(
                py,
                &format!("{what} class argument '{}' doesn't have __new__", type_name(ty)),
            ));
        };
        if tuple::check(&of).is_none() {
            return Err(wrong("args argument", "tuple", &of));
        }
        if let Some(k) = kw.as_ref().filter(|k| dict::check(k).is_none()) {
            return Err(wrong("kwargs argument", "dict", k));
        }
        let kw = kw.as_ref().map_or(core::ptr::null_mut(), |k| k.as_ptr());
        // SAFETY: the slot's contract.
        let o: Owned =
            unsafe { dxpy_core::err::from_ptr(py, make(ty.as_ptr() as *mut PyTypeObject, of.as_ptr(), kw))? };
        self.push(o);
        Ok(())
    }

    fn build(&mut self, py: Py<'_>) -> PyResult<()> {
        // Below the state there is the object it is the state of.
        if self.stack.len() < self.fence() + 2 {
            return Err(self.underflow(py));
        }
        let mut state = self.pop(py)?;
        let o = self.top(py)?;
        if let Some(f) = attr::lookup_name(py, &o, name!("__setstate__"))? {
            return call::call(py, &f, [&state]).map(drop);
        }
        let mut slots = None;
        let parts = tuple::check(&state).filter(|t| tuple::len(t) == 2).map(|t| {
            let items = tuple::items(t);
            (items[0].to_owned(), items[1].to_owned())
        });
        if let Some((a, b)) = parts {
            state = a;
            slots = Some(b);
        }
        if !object::is_none(&state) {
            let Some(d) = dict::check(&state) else {
                return Err(unpickling_error(py, "state is not a dictionary"));
            };
            let to = attr::get_name(py, &o, name!("__dict__"))?;
            for (k, v) in dict::items(d) {
                // Names of attributes are interned, as those that code has.
                let k = match unicode::check_exact(&k) {
                    Some(s) => unicode::intern(py, s.to_owned())?.upcast(),
                    None => k,
                };
                sequence::set_item(py, &to, &k, Some(&v))?;
            }
        }
        if let Some(slots) = slots.filter(|s| !object::is_none(s)) {
            let Some(d) = dict::check(&slots) else {
                return Err(unpickling_error(py, "slot state is not a dictionary"));
            };
            for (k, v) in dict::items(d) {
                attr::set(py, &o, attr::check_name(py, &k)?, Some(&v))?;
            }
        }
        Ok(())
    }

    fn persistent(&mut self, py: Py<'_>, id: Owned) -> PyResult<()> {
        let Some(o) = self.u.persistent_load.call(py, self.u.as_object(), &id)? else {
            return Err(unpickling_error(
                py,
                "A load persistent id instruction was encountered, but no persistent_load function was specified.",
            ));
        };
        self.push(o);
        Ok(())
    }
}

/// `instantiate`: a class without arguments is not called but made by `__new__`.
fn instantiate(py: Py<'_>, class: &PyObject, of: Vec<Owned>) -> PyResult {
    if of.is_empty()
        && types::check(class).is_some()
        && attr::lookup_name(py, class, name!("__getinitargs__"))?.is_none()
    {
        return call::method(py, class, name!("__new__"), [class]);
    }
    let of = tuple::from_iter(py, of)?;
    call::call_tuple(py, class, &of, None)
}

/// `int(text, 0)` of a line.
fn int_of_text(py: Py<'_>, text: &[u8]) -> PyResult {
    let text = unicode::from_latin1(py, text)?;
    // Leading zeros are a number of base ten too.
    let base = long::from_i64(py, 10)?;
    call::call(py, long::PyLong_Type.as_object(), [text.as_object(), base.as_object()])
}

/// `decode_long`: two's complement, little end first.
fn int_of_bytes(py: Py<'_>, b: &[u8]) -> PyResult<Owned<PyLongObject>> {
    long::from_num(py, dxpy_num::convert::from_bytes(b, true, true))
}
