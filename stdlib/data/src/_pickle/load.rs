//! Reading a pickle: the machine of opcodes, a stack and marks.

use super::input::{Input, truncated};
use super::unpickler::{self, UnpicklerObject};
use super::{STATE, op, table, unpickling_error};
use crate::fields::get;
use dxpy_core::abi::*;
use dxpy_core::codecs::errors::Source;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::types;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, boolean, bytes, call, codecs, dict, exceptions, float, list, long,
    name, number, object, sequence, set, tuple, unicode,
};
use dxpy_types::{bytearray, memoryview};

/// `Unpickler.load`.
pub fn load_method(py: Py<'_>, u: &UnpicklerObject) -> PyResult {
    if !unpickler::is_ready(u) {
        let name = call::short_name(u.ty());
        return Err(unpickling_error(
            py,
            format_args!("Unpickler.__init__() was not called by {name}.__init__()"),
        ));
    }
    load(py, u)
}

/// One run of the machine. The input is taken from the unpickler and put back at the end.
struct Load<'a> {
    py: Py<'a>,
    u: &'a UnpicklerObject,
    state: &'a unpickler::State,
    input: Input,
    stack: Vec<Owned>,
    marks: Vec<usize>,
    /// What is below the last mark cannot be popped.
    fence: usize,
}

/// `load`.
pub fn load(py: Py<'_>, u: &UnpicklerObject) -> PyResult {
    let state = unpickler::state(py, u)?;
    state.proto.set(0);
    let input = state.input.take();
    let mut l = Load { py, u, state, input, stack: Vec::new(), marks: Vec::new(), fence: 0 };
    let r = l.run();
    let file = unpickler::file(u);
    let r = match r {
        Ok(v) => l.input.skip_consumed(py, &file).map(|()| v),
        Err(e) => Err(e),
    };
    let Load { input, stack, .. } = l;
    let old = state.input.replace(input);
    drop((old, stack));
    r
}

impl Load<'_> {
    fn run(&mut self) -> PyResult {
        loop {
            let opcode = match self.array::<1>() {
                Ok([c]) => c,
                Err(e) => return Err(self.at_end(e)),
            };
            if opcode == op::STOP {
                return self.pop();
            }
            self.step(opcode)?;
        }
    }

    /// A pickle that ends where an opcode should be.
    #[cold]
    fn at_end(&self, e: PyErr) -> PyErr {
        let class = super::held(&STATE.unpickling_error);
        let is_ours = types::check(&class).is_some_and(|c| types::is_subtype(e.value().ty(), c));
        if is_ours {
            return exceptions::format(self.py, &exceptions::EOFError, format_args!("Ran out of input"));
        }
        e
    }

    fn step(&mut self, opcode: u8) -> PyResult<()> {
        let py = self.py;
        match opcode {
            op::NONE => self.push(object::none()),
            op::BININT => {
                let v = i32::from_le_bytes(self.array()?);
                self.push_int(v.into())
            }
            op::BININT1 => {
                let [v] = self.array()?;
                self.push_int(v.into())
            }
            op::BININT2 => {
                let v = u16::from_le_bytes(self.array()?);
                self.push_int(v.into())
            }
            op::INT => self.int(),
            op::LONG => self.long(),
            op::LONG1 => {
                let [n] = self.array()?;
                self.signed(n.into())
            }
            op::LONG4 => match i32::from_le_bytes(self.array()?) {
                n if n < 0 => Err(unpickling_error(py, format_args!("LONG pickle has negative byte count"))),
                n => self.signed(n as usize),
            },
            op::FLOAT => self.float(),
            op::BINFLOAT => {
                let v = f64::from_be_bytes(self.array()?);
                self.push(float::new(py, v)?.upcast())
            }
            op::NEWTRUE => self.push(boolean::new(true).upcast()),
            op::NEWFALSE => self.push(boolean::new(false).upcast()),
            op::STRING => self.string(),
            op::SHORT_BINSTRING => {
                let n = self.size::<1>("BINSTRING")?;
                self.bin_string(n)
            }
            op::BINSTRING => {
                let n = self.size::<4>("BINSTRING")?;
                self.bin_string(n)
            }
            op::SHORT_BINBYTES => {
                let n = self.size::<1>("BINBYTES")?;
                self.bin_bytes(n)
            }
            op::BINBYTES => {
                let n = self.size::<4>("BINBYTES")?;
                self.bin_bytes(n)
            }
            op::BINBYTES8 => {
                let n = self.size::<8>("BINBYTES")?;
                self.bin_bytes(n)
            }
            op::BYTEARRAY8 => {
                let n = self.size::<8>("BYTEARRAY8")?;
                let b = self.input.bytes_object(py, &unpickler::file(self.u), n)?;
                self.push(bytearray::new(py, bytes::as_slice(&b))?.upcast())
            }
            op::UNICODE => {
                let line = self.line(0)?;
                let o = codecs::decode(py, Source::new(&line), Some("raw-unicode-escape"), None)?;
                self.push(o)
            }
            op::SHORT_BINUNICODE => {
                let n = self.size::<1>("BINUNICODE")?;
                self.bin_unicode(n)
            }
            op::BINUNICODE => {
                let n = self.size::<4>("BINUNICODE")?;
                self.bin_unicode(n)
            }
            op::BINUNICODE8 => {
                let n = self.size::<8>("BINUNICODE")?;
                self.bin_unicode(n)
            }
            op::NEXT_BUFFER => self.next_buffer(),
            op::READONLY_BUFFER => self.readonly_buffer(),
            op::EMPTY_TUPLE => self.push(tuple::empty().upcast()),
            op::TUPLE1 => self.tuple(1),
            op::TUPLE2 => self.tuple(2),
            op::TUPLE3 => self.tuple(3),
            op::TUPLE => {
                let at = self.marker()?;
                let t = self.take_tuple(at)?;
                self.push(t.upcast())
            }
            op::EMPTY_LIST => self.push(list::new(py)?.upcast()),
            op::LIST => {
                let at = self.marker()?;
                let items = self.take(at)?;
                self.push(list::from_iter(py, items)?.upcast())
            }
            op::EMPTY_DICT => self.push(dict::new(py)?.upcast()),
            op::DICT => self.dict(),
            op::EMPTY_SET => self.push(set::new(py)?.upcast()),
            op::ADDITEMS => self.add_items(),
            op::FROZENSET => {
                let at = self.marker()?;
                let items = self.take(at)?;
                self.push(set::frozen(py, &items)?.upcast())
            }
            op::OBJ => self.obj(),
            op::INST => self.inst(),
            op::NEWOBJ => self.new_object(false),
            op::NEWOBJ_EX => self.new_object(true),
            op::GLOBAL => {
                let (module, name) = (self.name_line("utf-8")?, self.name_line("utf-8")?);
                let o = self.find_class(&module, &name)?;
                self.push(o)
            }
            op::STACK_GLOBAL => {
                let (name, module) = (self.pop()?, self.pop()?);
                if unicode::check_exact(&name).is_none() || unicode::check_exact(&module).is_none() {
                    return Err(unpickling_error(py, format_args!("STACK_GLOBAL requires str")));
                }
                let o = self.find_class(&module, &name)?;
                self.push(o)
            }
            op::APPEND => self.append(self.stack.len().wrapping_sub(1)),
            op::APPENDS => {
                let at = self.marker()?;
                self.append(at)
            }
            op::BUILD => self.build(),
            op::DUP => {
                let top = self.top()?.clone();
                self.push(top)
            }
            op::BINGET => {
                let [i] = self.array()?;
                self.get(i.into())
            }
            op::LONG_BINGET => {
                let i = u32::from_le_bytes(self.array()?);
                self.get(i as usize)
            }
            op::GET => {
                let i = self.number_line()?;
                match usize::try_from(i) {
                    Ok(i) => self.get(i),
                    Err(_) => Err(missing(py, i)),
                }
            }
            op::MARK => {
                self.marks.push(self.stack.len());
                self.fence = self.stack.len();
                Ok(())
            }
            op::BINPUT => {
                let [i] = self.array()?;
                self.put(i.into())
            }
            op::LONG_BINPUT => {
                let i = u32::from_le_bytes(self.array()?);
                self.put(i as usize)
            }
            op::PUT => match usize::try_from(self.number_line()?) {
                Ok(i) => self.put(i),
                Err(_) => Err(exceptions::value_error(py, format_args!("negative PUT argument"))),
            },
            op::MEMOIZE => {
                let i = self.state.memo.borrow().len();
                self.put(i)
            }
            op::POP => self.pop_or_mark(),
            op::POP_MARK => {
                let at = self.marker()?;
                self.take(at).map(drop)
            }
            op::SETITEM => self.set_items(self.stack.len().wrapping_sub(2)),
            op::SETITEMS => {
                let at = self.marker()?;
                self.set_items(at)
            }
            op::PERSID => self.persistent_id(),
            op::BINPERSID => {
                if !unpickler::has_persistent_load(self.u) {
                    return Err(unpickler::no_persistent_load(py));
                }
                let id = self.pop()?;
                let o = unpickler::persistent_load(py, self.u, &id)?;
                self.push(o)
            }
            op::REDUCE => {
                let (args, f) = (self.pop()?, self.pop()?);
                let Some(args) = tuple::check(&args) else {
                    return Err(exceptions::type_error(py, format_args!("argument list must be a tuple")));
                };
                let o = call::call_tuple(py, &f, args, None)?;
                self.push(o)
            }
            op::PROTO => match self.array::<1>()? {
                [v] if i32::from(v) <= op::HIGHEST => {
                    self.state.proto.set(v.into());
                    Ok(())
                }
                [v] => Err(exceptions::value_error(py, format_args!("unsupported pickle protocol: {v}"))),
            },
            op::FRAME => {
                let n = u64::from_le_bytes(self.array()?);
                match isize::try_from(n) {
                    Ok(n) => self.input.ensure(py, &unpickler::file(self.u), n as usize),
                    Err(_) => Err(exceptions::overflow_error(
                        py,
                        format_args!("FRAME length exceeds system's maximum of {} bytes", isize::MAX),
                    )),
                }
            }
            op::EXT1 => {
                let [c] = self.array()?;
                self.extension(c.into())
            }
            op::EXT2 => {
                let c = u16::from_le_bytes(self.array()?);
                self.extension(c.into())
            }
            op::EXT4 => {
                let c = i32::from_le_bytes(self.array()?);
                self.extension(c.into())
            }
            c if (0x20..0x7f).contains(&c) && c != b'\'' => {
                Err(unpickling_error(py, format_args!("invalid load key, '{}'.", c as char)))
            }
            c => Err(unpickling_error(py, format_args!("invalid load key, '\\x{c:02x}'."))),
        }
    }

    // Input.

    fn array<const N: usize>(&mut self) -> PyResult<[u8; N]> {
        self.input.array(self.py, &unpickler::file(self.u))
    }

    /// A length of up to eight bytes (`calc_binsize`).
    fn size<const N: usize>(&mut self, what: &str) -> PyResult<usize> {
        let mut b = [0; 8];
        b[..N].copy_from_slice(&self.array::<N>()?);
        isize::try_from(u64::from_le_bytes(b)).map(|n| n as usize).map_err(|_| {
            exceptions::overflow_error(
                self.py,
                format_args!("{what} exceeds system's maximum size of {} bytes", isize::MAX),
            )
        })
    }

    /// A line of at least `least` bytes besides its end.
    fn line(&mut self, least: usize) -> PyResult<Vec<u8>> {
        let line = self.input.line(self.py, &unpickler::file(self.u))?;
        if line.len() < least {
            return Err(truncated(self.py));
        }
        Ok(line)
    }

    /// A decimal number on a line.
    fn number_line(&mut self) -> PyResult<isize> {
        let line = self.line(1)?;
        let n = self.int_of(&line, 10)?;
        match long::check(&n) {
            Some(n) => number::to_ssize(self.py, n, &exceptions::OverflowError),
            None => Err(truncated(self.py)),
        }
    }

    /// A name on a line.
    fn name_line(&mut self, encoding: &str) -> PyResult {
        let line = self.line(1)?;
        codecs::decode(self.py, Source::new(&line), Some(encoding), None).map(Owned::upcast)
    }

    // The stack.

    fn push<T: Layout>(&mut self, o: Owned<T>) -> PyResult<()> {
        self.stack.push(o.upcast());
        Ok(())
    }

    fn push_int(&mut self, v: i64) -> PyResult<()> {
        self.push(long::from_i64(self.py, v)?.upcast())
    }

    /// `Pdata_stack_underflow`.
    #[cold]
    fn underflow(&self) -> PyErr {
        let text = if self.marks.is_empty() { "unpickling stack underflow" } else { "unexpected MARK found" };
        unpickling_error(self.py, format_args!("{text}"))
    }

    fn pop(&mut self) -> PyResult {
        if self.stack.len() <= self.fence {
            return Err(self.underflow());
        }
        self.stack.pop().ok_or_else(|| self.underflow())
    }

    fn top(&self) -> PyResult<&Owned> {
        if self.stack.len() <= self.fence {
            return Err(self.underflow());
        }
        self.stack.last().ok_or_else(|| self.underflow())
    }

    /// `marker`: takes the last mark away.
    fn marker(&mut self) -> PyResult<usize> {
        let Some(at) = self.marks.pop() else {
            return Err(unpickling_error(self.py, format_args!("could not find MARK")));
        };
        self.fence = self.marks.last().copied().unwrap_or(0);
        Ok(at)
    }

    /// Everything from a place on.
    fn take(&mut self, at: usize) -> PyResult<Vec<Owned>> {
        if at < self.fence || at > self.stack.len() {
            return Err(self.underflow());
        }
        Ok(self.stack.split_off(at))
    }

    fn take_tuple(&mut self, at: usize) -> PyResult<Owned<PyTupleObject>> {
        tuple::from_iter(self.py, self.take(at)?)
    }

    fn tuple(&mut self, n: usize) -> PyResult<()> {
        let at = self.stack.len().checked_sub(n).ok_or_else(|| self.underflow())?;
        let t = self.take_tuple(at)?;
        self.push(t.upcast())
    }

    /// `load_pop`: the top of the stack is a mark if that was put there last.
    fn pop_or_mark(&mut self) -> PyResult<()> {
        if self.marks.last() == Some(&self.stack.len()) {
            return self.marker().map(drop);
        }
        self.pop().map(drop)
    }

    // The memo.

    fn get(&mut self, i: usize) -> PyResult<()> {
        let found = self.state.memo.borrow().get(i);
        match found {
            Some(o) => self.push(o),
            None => Err(missing(self.py, i as isize)),
        }
    }

    fn put(&mut self, i: usize) -> PyResult<()> {
        let top = self.top()?.clone();
        let old = self.state.memo.borrow_mut().replace(i, top);
        drop(old);
        Ok(())
    }

    // Atoms.

    /// An int in a notation of Python's.
    fn int_of(&self, text: &[u8], base: u32) -> PyResult {
        let py = self.py;
        let text = unicode::from_latin1(py, text)?;
        let base = long::from_i64(py, base.into())?;
        call::call(py, long::PyLong_Type.as_object(), [text.as_object(), base.as_object()])
    }

    fn int(&mut self) -> PyResult<()> {
        let line = self.line(1)?;
        match &line[..] {
            b"00" => return self.push(boolean::new(false).upcast()),
            b"01" => return self.push(boolean::new(true).upcast()),
            _ => {}
        }
        let o = self.int_of(&line, 0).or_else(|e| {
            let plain = core::str::from_utf8(&line).ok().and_then(|t| t.parse::<i64>().ok());
            match plain {
                Some(v) => long::from_i64(self.py, v).map(Owned::upcast),
                None if exceptions::matches(&e, &exceptions::ValueError) => {
                    Err(exceptions::value_error(self.py, format_args!("could not convert string to int")))
                }
                None => Err(e),
            }
        })?;
        self.push(o)
    }

    fn long(&mut self) -> PyResult<()> {
        let mut line = self.line(1)?;
        if line.last() == Some(&b'L') {
            line.pop();
        }
        let o = self.int_of(&line, 0)?;
        self.push(o)
    }

    /// `_PyLong_FromByteArray`: two's complement, least significant first.
    fn signed(&mut self, n: usize) -> PyResult<()> {
        let b = self.input.read(self.py, &unpickler::file(self.u), n, <[u8]>::to_vec)?;
        let o = from_signed(self.py, &b)?;
        self.push(o)
    }

    fn float(&mut self) -> PyResult<()> {
        let line = self.line(1)?;
        let py = self.py;
        let text = unicode::from_latin1(py, &line)?;
        // As a program would write it, without what only float() takes.
        let plain = line.iter().all(|b| b.is_ascii_graphic() && *b != b'_');
        let r = match plain {
            true => call::call(py, float::PyFloat_Type.as_object(), [text.as_object()]),
            false => Err(exceptions::value_error(py, format_args!(""))),
        };
        match r {
            Ok(o) => self.push(o),
            Err(e) if exceptions::matches(&e, &exceptions::ValueError) => {
                let mut all = line.clone();
                all.push(b'\n');
                let all = unicode::display(unicode::from_latin1(py, &all)?.as_object());
                Err(exceptions::value_error(py, format_args!("could not convert string to float: '{all}'")))
            }
            Err(e) => Err(e),
        }
    }

    /// A string of Python 2.
    fn push_string(&mut self, data: &[u8]) -> PyResult<()> {
        let py = self.py;
        let (encoding, errors) = (self.state.encoding.borrow().clone(), self.state.errors.borrow().clone());
        let o = match &encoding[..] {
            "bytes" => bytes::new(py, data)?.upcast(),
            _ => codecs::decode(py, Source::new(data), Some(&encoding), Some(&errors))?.upcast(),
        };
        self.push(o)
    }

    fn string(&mut self) -> PyResult<()> {
        let line = self.line(0)?;
        let inner = match &line[..] {
            [a @ (b'\'' | b'"'), inner @ .., b] if a == b => inner,
            _ => {
                return Err(unpickling_error(
                    self.py,
                    format_args!("the STRING opcode argument must be quoted"),
                ));
            }
        };
        let py = self.py;
        let codecs = dxpy_core::hooks::import(py, name!("_codecs"))?;
        let r = call::method(py, &codecs, name!("escape_decode"), [bytes::new(py, inner)?.as_object()])?;
        let data = match tuple::check(&r).map(tuple::items) {
            Some([b, _]) => dxpy_core::buffer::to_vec(py, b)?,
            _ => return Err(truncated(py)),
        };
        self.push_string(&data)
    }

    fn bin_string(&mut self, n: usize) -> PyResult<()> {
        let data = self.input.read(self.py, &unpickler::file(self.u), n, <[u8]>::to_vec)?;
        self.push_string(&data)
    }

    fn bin_bytes(&mut self, n: usize) -> PyResult<()> {
        let b = self.input.bytes_object(self.py, &unpickler::file(self.u), n)?;
        self.push(b.upcast())
    }

    fn bin_unicode(&mut self, n: usize) -> PyResult<()> {
        let py = self.py;
        let plain = self.input.read(py, &unpickler::file(self.u), n, |b| {
            if b.is_ascii() { Ok(unicode::from_latin1(py, b)) } else { Err(b.to_vec()) }
        })?;
        let o = match plain {
            Ok(o) => o?.upcast(),
            Err(b) => codecs::decode_utf8(py, Source::new(&b), Some("surrogatepass"))?.upcast(),
        };
        self.push(o)
    }

    // Buffers out of band.

    fn next_buffer(&mut self) -> PyResult<()> {
        let Some(it) = get(&self.u.buffers) else {
            return Err(unpickling_error(
                self.py,
                format_args!("pickle stream refers to out-of-band data but no *buffers* argument was given"),
            ));
        };
        match dxpy_core::protocol::next(self.py, &it)? {
            Some(b) => self.push(b),
            None => Err(unpickling_error(self.py, format_args!("not enough out-of-band buffers"))),
        }
    }

    fn readonly_buffer(&mut self) -> PyResult<()> {
        let b = self.top()?.clone();
        let view = memoryview::from_object(self.py, &b)?;
        if view.view.readonly.get() == 0 {
            view.view.readonly.set(1);
            let old = self.stack.pop();
            self.stack.push(view.upcast());
            drop(old);
        }
        Ok(())
    }

    // Containers.

    fn dict(&mut self) -> PyResult<()> {
        let at = self.marker()?;
        let items = self.take(at)?;
        if items.len() % 2 != 0 {
            return Err(unpickling_error(self.py, format_args!("odd number of items for DICT")));
        }
        let d = dict::new(self.py)?;
        for pair in items.chunks_exact(2) {
            dict::set(self.py, &d, &pair[0], &pair[1])?;
        }
        self.push(d.upcast())
    }

    /// The object below a place, and what is from there on.
    fn below(&mut self, at: usize) -> PyResult<Option<(Owned, Vec<Owned>)>> {
        if at > self.stack.len() || at <= self.fence {
            return Err(self.underflow());
        }
        let items = self.stack.split_off(at);
        if items.is_empty() {
            return Ok(None);
        }
        let o = self.stack[at - 1].clone();
        Ok(Some((o, items)))
    }

    /// `do_append`.
    fn append(&mut self, at: usize) -> PyResult<()> {
        let py = self.py;
        let Some((o, items)) = self.below(at)? else { return Ok(()) };
        if let Some(l) = list::check_exact(&o) {
            return items.into_iter().try_for_each(|i| list::push(py, l, i));
        }
        if let Some(extend) = attr::lookup_name(py, &o, name!("extend"))? {
            let items = list::from_iter(py, items)?;
            return call::call(py, &extend, [items.as_object()]).map(drop);
        }
        let append = attr::get_name(py, &o, name!("append"))?;
        items.iter().try_for_each(|i| call::call(py, &append, [i]).map(drop))
    }

    /// `do_setitems`.
    fn set_items(&mut self, at: usize) -> PyResult<()> {
        let py = self.py;
        let Some((o, items)) = self.below(at)? else { return Ok(()) };
        if items.len() % 2 != 0 {
            return Err(unpickling_error(py, format_args!("odd number of items for SETITEMS")));
        }
        for pair in items.chunks_exact(2) {
            match dict::check_exact(&o) {
                Some(d) => dict::set(py, d, &pair[0], &pair[1])?,
                None => sequence::set_item(py, &o, &pair[0], Some(&pair[1]))?,
            }
        }
        Ok(())
    }

    fn add_items(&mut self) -> PyResult<()> {
        let py = self.py;
        let at = self.marker()?;
        let Some((o, items)) = self.below(at)? else { return Ok(()) };
        if let Some(s) = set::check(&o) {
            return items.iter().try_for_each(|i| set::add(py, s, i));
        }
        let add = attr::get_name(py, &o, name!("add"))?;
        items.iter().try_for_each(|i| call::call(py, &add, [i]).map(drop))
    }

    // Objects.

    fn find_class(&self, module: &PyObject, name: &PyObject) -> PyResult {
        if self.u.ty().is(&unpickler::UNPICKLER.0) {
            return unpickler::find_class(self.py, self.u, module, name);
        }
        call::method(self.py, self.u.as_object(), name!("find_class"), [module, name])
    }

    /// `instantiate`: what old pickles mean by an object of a class.
    fn instantiate(&mut self, class: &PyObject, args: &PyTupleObject) -> PyResult<()> {
        let py = self.py;
        let plain = tuple::len(args) == 0
            && types::check(class).is_some()
            && attr::lookup_name(py, class, name!("__getinitargs__"))?.is_none();
        let o = if plain {
            call::method(py, class, name!("__new__"), [class])?
        } else {
            call::call_tuple(py, class, args, None)?
        };
        self.push(o)
    }

    fn obj(&mut self) -> PyResult<()> {
        let at = self.marker()?;
        if self.stack.len() <= at {
            return Err(self.underflow());
        }
        let args = self.take_tuple(at + 1)?;
        let class = self.pop()?;
        self.instantiate(&class, &args)
    }

    fn inst(&mut self) -> PyResult<()> {
        let at = self.marker()?;
        let (module, name) = (self.name_line("ascii")?, self.name_line("ascii")?);
        let class = self.find_class(&module, &name)?;
        let args = self.take_tuple(at)?;
        self.instantiate(&class, &args)
    }

    /// `load_newobj`.
    fn new_object(&mut self, with_keywords: bool) -> PyResult<()> {
        let py = self.py;
        let kw = if with_keywords { Some(self.pop()?) } else { None };
        let (args, class) = (self.pop()?, self.pop()?);
        let what = if with_keywords { "NEWOBJ_EX" } else { "NEWOBJ" };
        let bad = |part: &str, want: &str, o: &PyObject| {
            let given = call::type_name(o.ty());
            unpickling_error(py, format_args!("{what} {part} argument must be a {want}, not {given}"))
        };
        let Some(ty) = types::check(&class) else { return Err(bad("class", "type", &class)) };
        let Some(f) = ty.tp_new.get() else {
            let name = call::type_name(ty);
            return Err(unpickling_error(
                py,
                format_args!("{what} class argument '{name}' doesn't have __new__"),
            ));
        };
        if tuple::check(&args).is_none() {
            return Err(bad("args", "tuple", &args));
        }
        if let Some(kw) = kw.as_ref().filter(|kw| dict::check(kw).is_none()) {
            return Err(bad("kwargs", "dict", kw));
        }
        let kw = kw.as_ref().map_or(core::ptr::null_mut(), |kw| kw.as_ptr());
        // SAFETY: OWNED: the contract of `tp_new`.
        let o: Owned =
            unsafe { dxpy_core::err::from_ptr(py, f(ty.as_ptr() as *mut PyTypeObject, args.as_ptr(), kw))? };
        self.push(o)
    }

    fn persistent_id(&mut self) -> PyResult<()> {
        let py = self.py;
        if !unpickler::has_persistent_load(self.u) {
            return Err(unpickler::no_persistent_load(py));
        }
        let line = self.line(0)?;
        if !line.is_ascii() {
            return Err(unpickling_error(
                py,
                format_args!("persistent IDs in protocol 0 must be ASCII strings"),
            ));
        }
        let id = unicode::from_latin1(py, &line)?;
        let o = unpickler::persistent_load(py, self.u, id.as_object())?;
        self.push(o)
    }

    /// `load_build`.
    fn build(&mut self) -> PyResult<()> {
        let py = self.py;
        if self.stack.len() < self.fence + 2 {
            return Err(self.underflow());
        }
        let state = self.pop()?;
        let o = self.top()?.clone();
        if let Some(f) = attr::lookup_name(py, &o, name!("__setstate__"))? {
            return call::call(py, &f, [&state]).map(drop);
        }
        let (state, slots) = match tuple::check(&state).map(tuple::items) {
            Some([a, b]) => ((*a).to_owned(), Some((*b).to_owned())),
            _ => (state, None),
        };
        if !object::is_none(&state) {
            let Some(state) = dict::check(&state) else {
                return Err(unpickling_error(py, format_args!("state is not a dictionary")));
            };
            let own = attr::get_name(py, &o, name!("__dict__"))?;
            for (k, v) in dict::items(state) {
                // As instances have them.
                let k = match unicode::check_exact(&k) {
                    Some(s) => unicode::intern(py, s.to_owned())?.upcast(),
                    None => k,
                };
                sequence::set_item(py, &own, &k, Some(&v))?;
            }
        }
        let Some(slots) = slots.filter(|s| !object::is_none(s)) else { return Ok(()) };
        let Some(slots) = dict::check(&slots) else {
            return Err(unpickling_error(py, format_args!("slot state is not a dictionary")));
        };
        for (k, v) in dict::items(slots) {
            attr::set(py, &o, attr::check_name(py, &k)?, Some(&v))?;
        }
        Ok(())
    }

    /// `load_extension`.
    fn extension(&mut self, code: i64) -> PyResult<()> {
        let py = self.py;
        if code <= 0 {
            return Err(unpickling_error(py, format_args!("EXT specifies code <= 0")));
        }
        let key = long::from_i64(py, code)?;
        let key = key.as_object();
        if let Some(o) = dict::get(py, &table(&STATE.extension_cache), key)? {
            return self.push(o);
        }
        let Some(pair) = dict::get(py, &table(&STATE.inverted_registry), key)? else {
            return Err(exceptions::value_error(py, format_args!("unregistered extension code {code}")));
        };
        let names = tuple::check(&pair).map(tuple::items);
        let (module, name) = match names {
            Some([m, n]) if unicode::check(m).is_some() && unicode::check(n).is_some() => (*m, *n),
            _ => {
                return Err(exceptions::value_error(
                    py,
                    format_args!("_inverted_registry[{code}] isn't a 2-tuple of strings"),
                ));
            }
        };
        let o = self.find_class(module, name)?;
        dict::set(py, &table(&STATE.extension_cache), key, &o)?;
        self.push(o)
    }
}

#[cold]
fn missing(py: Py<'_>, i: isize) -> PyErr {
    unpickling_error(py, format_args!("Memo value not found at index {i}"))
}

/// An int from its bytes in two's complement, least significant first.
fn from_signed(py: Py<'_>, b: &[u8]) -> PyResult {
    let negative = b.last().is_some_and(|b| b & 0x80 != 0);
    let (mut digits, mut acc, mut bits, mut carry) = (Vec::with_capacity(b.len() / 3 + 1), 0u64, 0, negative);
    for b in b {
        let mut v = *b;
        if negative {
            let (inverted, c) = (!v).overflowing_add(carry as u8);
            (v, carry) = (inverted, c);
        }
        acc |= u64::from(v) << bits;
        bits += 8;
        if bits >= 30 {
            digits.push((acc & 0x3fff_ffff) as u32);
            acc >>= 30;
            bits -= 30;
        }
    }
    // The magnitude of the lowest number of a length needs one bit more.
    if carry && negative {
        acc |= 1 << bits;
    }
    while acc != 0 {
        digits.push((acc & 0x3fff_ffff) as u32);
        acc >>= 30;
    }
    while digits.last() == Some(&0) {
        digits.pop();
    }
    long::from_digits(py, negative, &digits).map(Owned::upcast)
}
