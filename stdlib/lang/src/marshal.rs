//! `marshal` for live objects, on the one description of the format in `dxpy_bytecode::marshal` (`Python/marshal.c`).
//! Writing marks as shared what has more than one reference, as CPython does.

use dxpy_bytecode::marshal::decode::Input;
use dxpy_bytecode::marshal::{Encoder, format};
use dxpy_core::abi::*;
use dxpy_core::buffer::View;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, audit, boolean, bytes, call, dict, exceptions, float, list, long, methods,
    name, number, object, tuple, unicode,
};
use dxpy_types::code::{self, unmarshal::Failure};
use std::collections::HashMap;

/// `marshal`.
pub static MODULE: StaticModule = StaticModule::new(c"marshal")
    .doc(c"Reading and writing Python values in a binary format of its own.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "dump" = dump [3], "($module, value, file, version=version, /)", "Write the value on the open file.";
    "load" = load [1], "($module, file, /)", "Read one value from the open file and return it.";
    "dumps" = dumps [2], "($module, value, version=version, /)", "Return the bytes object that would be written to a file by dump(value, file).";
    "loads" = loads [1], "($module, bytes, /)", "Convert the bytes-like object to a value.";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    module::add_int(py, m, "version", 4)
}

fn loads(py: Py<'_>, _: &PyModuleObject, data: &PyObject) -> PyResult {
    let view = View::simple(py, data)?;
    audit::event_with(py, "marshal.loads", || {
        tuple::from_iter(py, [bytes::new(py, view.bytes())?.upcast()])
    })?;
    code::unmarshal::read(py, &mut view.bytes())
}

/// `marshal.load`: only what belongs to the value is read.
fn load(py: Py<'_>, _: &PyModuleObject, file: &PyObject) -> PyResult {
    let none = long::from_i64(py, 0)?;
    let data = call::method(py, file, name!("read"), [none.as_object()])?;
    if bytes::check(&data).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("file.read() returned not bytes but {}", call::type_name(data.ty())),
        ));
    }
    audit::event(py, "marshal.load", [])?;
    code::unmarshal::read_from(py, &mut File { py, file, taken: Vec::new() })
}

/// A file that values are read from, by its `readinto` (`r_string`).
struct File<'a> {
    py: Py<'a>,
    file: &'a PyObject,
    taken: Vec<u8>,
}

impl File<'_> {
    /// Reads so many bytes behind those that are there.
    fn more(&mut self, n: usize) -> Result<(), Failure> {
        let py = self.py;
        let buffer = dxpy_types::bytearray::new(py, &vec![0; n])?;
        let view = dxpy_types::memoryview::from_object(py, buffer.as_object())?;
        let read = call::method(py, self.file, name!("readinto"), [view.as_object()])?;
        let read = number::as_ssize(py, &read, &exceptions::ValueError)?;
        if read > n as isize {
            let text = format_args!("read() returned too much data: {n} bytes requested, {read} returned");
            return Err(exceptions::value_error(py, text).into());
        }
        let view = View::simple(py, buffer.as_object())?;
        if read < n as isize || view.bytes().len() < n {
            return Err(Failure::Format(format::ReadError::NoByte));
        }
        self.taken.extend_from_slice(&view.bytes()[..n]);
        Ok(())
    }
}

impl Input for File<'_> {
    type Error = Failure;

    fn byte(&mut self) -> Result<u8, Failure> {
        self.take(1).map(|b| b[0])
    }

    fn take(&mut self, n: usize) -> Result<&[u8], Failure> {
        // A size that the data made up must not take the memory for it before the bytes come.
        const STEP: usize = 1 << 20;
        self.taken.clear();
        while self.taken.len() < n {
            self.more((n - self.taken.len()).min(STEP))?;
        }
        Ok(&self.taken)
    }

    fn at_most(&self) -> usize {
        usize::MAX
    }

    fn is_end(error: &Failure) -> bool {
        matches!(error, Failure::Format(_))
    }
}

/// Writes live objects.
struct Writer<'py> {
    py: Py<'py>,
    out: Encoder,
    /// Objects written with their reference index; held so that addresses stay theirs.
    seen: HashMap<usize, u32>,
    held: Vec<Owned>,
    depth: usize,
}

/// `MAX_MARSHAL_STACK_DEPTH`.
const MAX_DEPTH: usize = 2000;

impl Writer<'_> {
    fn unmarshallable(&self) -> PyErr {
        exceptions::value_error(self.py, format_args!("unmarshallable object"))
    }

    fn check<T>(&self, r: Result<T, format::WriteError>) -> PyResult<T> {
        r.map_err(|e| exceptions::value_error(self.py, format_args!("{e}")))
    }

    fn write(&mut self, o: &PyObject) -> PyResult<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(exceptions::value_error(
                self.py,
                format_args!("object too deeply nested to marshal"),
            ));
        }
        let r = self.object(o);
        self.depth -= 1;
        r
    }

    fn object(&mut self, o: &PyObject) -> PyResult<()> {
        if object::is_none(o) {
            self.out.none();
            return Ok(());
        }
        if o.is(&exceptions::StopIteration.0) {
            self.out.stop_iteration();
            return Ok(());
        }
        if o.is(&object::_Py_EllipsisObject.0) {
            self.out.ellipsis();
            return Ok(());
        }
        if o.ty().is(&boolean::PyBool_Type.0) {
            self.out.boolean(o.is(&boolean::_Py_TrueStruct.0));
            return Ok(());
        }
        let mut flag = false;
        // An object with one reference is seen once.
        if self.out.has_refs() && o.refcnt() != 1 {
            let address = o.as_ptr() as usize;
            if let Some(i) = self.seen.get(&address) {
                self.out.reference(*i);
                return Ok(());
            }
            let i = self.seen.len() as u32;
            self.seen.insert(address, i);
            self.held.push(o.to_owned());
            flag = true;
        }
        self.complex_object(o, flag)
    }

    fn complex_object(&mut self, o: &PyObject, flag: bool) -> PyResult<()> {
        if let Some(n) = long::check_exact(o) {
            if let Some(v) = long::to_i64(n).and_then(|v| i32::try_from(v).ok()) {
                self.out.int(v, flag);
                return Ok(());
            }
            let mut halves: Vec<u16> =
                long::digits(n).iter().flat_map(|d| [(d & 0x7FFF) as u16, (d >> 15) as u16]).collect();
            while halves.last() == Some(&0) {
                halves.pop();
            }
            let r = self.out.long(long::sign(n) < 0, &halves, flag);
            return self.check(r);
        }
        if let Some(f) = float::check_exact(o) {
            let r = self.out.float(f.ob_fval.get(), flag);
            return self.check(r);
        }
        if let Some((re, im)) = dxpy_types::complex_parts(o) {
            let r = self.out.complex(re, im, flag);
            return self.check(r);
        }
        if let Some(b) = bytes::check_exact(o) {
            let r = self.out.bytes(bytes::as_slice(b), flag);
            return self.check(r);
        }
        if let Some(s) = unicode::check_exact(o) {
            let text = dxpy_import::source::plain(s);
            let r = self.out.string(text.as_bytes(), unicode::is_interned(s), flag);
            return self.check(r);
        }
        if let Some(t) = tuple::check_exact(o) {
            let r = self.out.tuple(tuple::len(t), flag);
            self.check(r)?;
            return tuple::items(t).iter().try_for_each(|v| self.write(v));
        }
        if let Some(l) = list::check_exact(o) {
            let r = self.out.list(list::len(l), flag);
            self.check(r)?;
            let mut i = 0;
            while let Some(v) = list::get(l, i) {
                self.write(&v)?;
                i += 1;
            }
            return Ok(());
        }
        if let Some(d) = dict::check_exact(o) {
            self.out.dict(flag);
            for (k, v) in dict::items(d) {
                self.write(&k)?;
                self.write(&v)?;
            }
            self.out.null();
            return Ok(());
        }
        if let Some(frozen) = dxpy_types::set_kind(o) {
            // The order is that of the written forms, so that equal sets are written alike.
            let items = dxpy_core::protocol::collect(self.py, o)?;
            let mut pairs = Vec::with_capacity(items.len());
            for v in items {
                pairs.push((dump_bytes(self.py, &v, self.version())?, v));
            }
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            let r = self.out.set(pairs.len(), frozen, flag);
            self.check(r)?;
            return pairs.iter().try_for_each(|(_, v)| self.write(v));
        }
        if let Some(c) = code::check(o) {
            return self.code(c, flag);
        }
        if let Ok(view) = View::simple(self.py, o) {
            let r = self.out.bytes(view.bytes(), flag);
            return self.check(r);
        }
        Err(self.unmarshallable())
    }

    fn version(&self) -> i32 {
        if self.out.has_refs() { 4 } else { 2 }
    }

    fn code(&mut self, c: &PyCodeObject, flag: bool) -> PyResult<()> {
        let numbers = [
            c.co_argcount.get(),
            c.co_posonlyargcount.get(),
            c.co_kwonlyargcount.get(),
            c.co_stacksize.get(),
            c.co_flags.get(),
        ];
        self.out.code(numbers, flag);
        let units = code::plain_code(c);
        let text = bytes::new(self.py, &units)?;
        self.write(text.as_object())?;
        // SAFETY: LIVE: a code object holds its parts.
        let parts = unsafe {
            [
                &*c.co_consts.get(),
                &*c.co_names.get(),
                &*c.co_localsplusnames.get(),
                &*c.co_localspluskinds.get(),
                &*c.co_filename.get(),
                &*c.co_name.get(),
                &*c.co_qualname.get(),
            ]
        };
        parts.into_iter().try_for_each(|p| self.write(p))?;
        self.out.code_line(c.co_firstlineno.get());
        // SAFETY: as above.
        let (lines, table) = unsafe { (&*c.co_linetable.get(), &*c.co_exceptiontable.get()) };
        self.write(lines)?;
        self.write(table)
    }
}

/// The written form of a value (`PyMarshal_WriteObjectToString`).
pub fn dump_bytes(py: Py<'_>, o: &PyObject, version: i32) -> PyResult<Vec<u8>> {
    audit::event_with(py, "marshal.dumps", || {
        tuple::from_iter(py, [o.to_owned(), long::from_i64(py, version.into())?.upcast()])
    })?;
    let mut w = Writer { py, out: Encoder::new(version), seen: HashMap::new(), held: Vec::new(), depth: 0 };
    w.write(o)?;
    Ok(w.out.finish())
}

fn dumps(py: Py<'_>, _: &PyModuleObject, o: &PyObject, version: Option<i32>) -> PyResult {
    let b = dump_bytes(py, o, version.unwrap_or(4))?;
    bytes::new(py, &b).map(Owned::upcast)
}

fn dump(py: Py<'_>, _: &PyModuleObject, o: &PyObject, file: &PyObject, version: Option<i32>) -> PyResult {
    let b = dump_bytes(py, o, version.unwrap_or(4))?;
    let b = bytes::new(py, &b)?;
    call::method(py, file, name!("write"), [b.as_object()])
}
