//! `termios`: the modes of terminals.

use crate::convert::{Descriptor, c_long};
use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::{check_signals, without_gil};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, bytes, exceptions, list, long, methods, protocol, sequence, tuple,
};
use dxpy_host::tty::{self, Modes};
use dxpy_host::{Errno, constants};

/// `termios`.
pub static MODULE: StaticModule = StaticModule::new(c"termios")
    .doc(c"The modes of terminals, as POSIX has them; a descriptor is a number or has a fileno() method.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

type M = PyModuleObject;

methods! { static METHODS: for PyModuleObject [
    "tcgetattr" = tcgetattr [1], "($module, fd, /)", "The modes of a terminal: four flags, two speeds, and the control characters.";
    "tcsetattr" = tcsetattr [3], "($module, fd, when, attributes, /)", "Sets the modes of a terminal.";
    "tcsendbreak" = tcsendbreak [2], "($module, fd, duration, /)", "Sends a break.";
    "tcdrain" = tcdrain [1], "($module, fd, /)", "Waits until all output is sent.";
    "tcflush" = tcflush [2], "($module, fd, queue, /)", "Forgets what is queued.";
    "tcflow" = tcflow [2], "($module, fd, action, /)", "Stops or continues input or output.";
    "tcgetwinsize" = tcgetwinsize [1], "($module, fd, /)", "The rows and columns of a terminal.";
    "tcsetwinsize" = tcsetwinsize [2], "($module, fd, winsize, /)", "Sets the rows and columns of a terminal.";
] }

/// `termios.error`.
static ERROR: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));

fn fill(py: Py<'_>, m: &M) -> PyResult<()> {
    if ERROR.get().is_null() {
        ERROR.set(exceptions::new_class(py, "termios", "error", &exceptions::Exception)?.into_ptr());
    }
    module::add(py, m, "error", error_class())?;
    constants::io::TERMIOS.iter().try_for_each(|(n, v)| module::add_int(py, m, n, *v))
}

fn error_class() -> &'static PyObject {
    assert!(!ERROR.get().is_null(), "the module makes the class first");
    // SAFETY: LIVE: kept for ever once set.
    unsafe { &*ERROR.get() }
}

/// `termios.error(number, text)`.
#[cold]
fn failed(py: Py<'_>, e: Errno) -> PyErr {
    let run = || -> PyResult<PyErr> {
        let text = crate::path::decode(py, &e.message())?;
        let args = tuple::from_iter(py, [long::from_i64(py, e.0.into())?.upcast(), text.upcast()])?;
        let Some(class) = dxpy_core::types::check(error_class()) else {
            return Ok(exceptions::system_error(py, format_args!("termios.error")));
        };
        Ok(exceptions::create(py, class, Some(args.as_object())))
    };
    run().unwrap_or_else(|e| e)
}

/// Asks the system, again after a signal.
fn ask<T>(py: Py<'_>, mut f: impl FnMut() -> dxpy_host::Result<T>) -> PyResult<T> {
    loop {
        match without_gil(py, &mut f) {
            Err(Errno(4)) => check_signals(py)?,
            r => return r.map_err(|e| failed(py, e)),
        }
    }
}

/// `ICANON`, without which two of the characters are numbers.
fn canonical(m: &Modes) -> bool {
    let flag = constants::find(constants::io::TERMIOS, "ICANON").unwrap_or(2);
    i64::from(m.local) & flag != 0
}

/// The places of those two.
fn counted() -> [usize; 2] {
    ["VMIN", "VTIME"].map(|n| constants::find(constants::io::TERMIOS, n).unwrap_or_default() as usize)
}

fn tcgetattr(py: Py<'_>, _: &M, Descriptor(fd): Descriptor) -> PyResult {
    let m = ask(py, || tty::get_modes(fd))?;
    let characters = list::new(py)?;
    for (i, c) in m.characters.iter().enumerate() {
        let item = if !canonical(&m) && counted().contains(&i) {
            long::from_i64(py, (*c).into())?.upcast()
        } else {
            bytes::new(py, &[*c])?.upcast()
        };
        list::push(py, &characters, item)?;
    }
    let n = |v: u32| long::from_i64(py, v.into()).map(Owned::upcast);
    let all = vec![
        n(m.input)?,
        n(m.output)?,
        n(m.control)?,
        n(m.local)?,
        n(m.input_speed)?,
        n(m.output_speed)?,
        characters.upcast(),
    ];
    list::from_iter(py, all).map(Owned::upcast)
}

fn wrong(py: Py<'_>, text: &str) -> PyErr {
    exceptions::type_error(py, format_args!("{text}"))
}

fn tcsetattr(
    py: Py<'_>,
    _: &M,
    Descriptor(fd): Descriptor,
    when: i32,
    attributes: &PyObject,
) -> PyResult<()> {
    let shape = "tcsetattr, arg 3: must be 7 element list";
    let Some(l) = list::check(attributes).filter(|l| list::len(l) == 7) else { return Err(wrong(py, shape)) };
    let item = |i: usize| list::get(l, i).ok_or_else(|| wrong(py, shape));
    let mut m = ask(py, || tty::get_modes(fd))?;
    // The low half of a C long.
    let number = |i: usize| -> PyResult<u32> { Ok(c_long(py, &*item(i)?)? as u32) };
    (m.input, m.output, m.control, m.local) = (number(0)?, number(1)?, number(2)?, number(3)?);
    (m.input_speed, m.output_speed) = (number(4)?, number(5)?);
    let characters = item(6)?;
    let Some(cc) = list::check(&characters).filter(|l| list::len(l) == m.characters.len()) else {
        return Err(wrong(
            py,
            &format!("tcsetattr: attributes[6] must be {} element list", m.characters.len()),
        ));
    };
    for i in 0..m.characters.len() {
        let Some(c) = list::get(cc, i) else { return Err(wrong(py, shape)) };
        m.characters[i] = match bytes::check(&c).map(bytes::as_slice) {
            Some([b]) => *b,
            _ if long::check(&c).is_some() => c_long(py, &c)? as u8,
            _ => {
                return Err(wrong(py, "tcsetattr: elements of attributes must be characters or integers"));
            }
        };
    }
    ask(py, || tty::set_modes(fd, when, &m))
}

fn tcsendbreak(py: Py<'_>, _: &M, Descriptor(fd): Descriptor, duration: i32) -> PyResult<()> {
    ask(py, || tty::send_break(fd, duration))
}

fn tcdrain(py: Py<'_>, _: &M, Descriptor(fd): Descriptor) -> PyResult<()> {
    ask(py, || tty::drain(fd))
}

fn tcflush(py: Py<'_>, _: &M, Descriptor(fd): Descriptor, queue: i32) -> PyResult<()> {
    ask(py, || tty::flush(fd, queue))
}

fn tcflow(py: Py<'_>, _: &M, Descriptor(fd): Descriptor, action: i32) -> PyResult<()> {
    ask(py, || tty::flow(fd, action))
}

fn tcgetwinsize(py: Py<'_>, _: &M, Descriptor(fd): Descriptor) -> PyResult {
    let (rows, columns) = ask(py, || tty::size(fd))?;
    crate::convert::int_tuple(py, [rows.into(), columns.into()])
}

fn tcsetwinsize(py: Py<'_>, _: &M, Descriptor(fd): Descriptor, size: &PyObject) -> PyResult<()> {
    let shape = "tcsetwinsize, arg 2: must be a two-item sequence";
    if !sequence::check(size) || protocol::len(py, size)? != 2 {
        return Err(wrong(py, shape));
    }
    let number = |i: isize| -> PyResult<u16> {
        let v = crate::convert::c_long(py, &*sequence::item(py, size, i)?)?;
        u16::try_from(v)
            .map_err(|_| exceptions::overflow_error(py, format_args!("winsize value(s) out of range.")))
    };
    let (rows, columns) = (number(0)?, number(1)?);
    ask(py, || tty::set_size(fd, rows, columns))
}
