//! `_uuid`: identifiers made of the time and the machine's address (`Modules/_uuidmodule.c`).
//!
//! CPython calls libuuid, which asks a daemon for times nobody else on the machine uses, and says so in its second result
//! where there is one. Here every process has a clock sequence of its own, at random (RFC 4122, 4.1.5), and says what
//! libuuid says without the daemon: that nothing was agreed on with others.

use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, bytes, long, methods, tuple};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// `_uuid`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_uuid").doc(c"Identifiers made of time and place.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "generate_time_safe" = generate_time_safe [0], "?($module, /)", "An identifier of time and place, and 0 if nobody else can have it, else -1.";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    module::add(py, m, "has_uuid_generate_time_safe", long::from_i64(py, 1)?.as_object())
}

/// From the beginning of the Gregorian calendar to 1970, in tenths of microseconds.
const GREGORIAN: u64 = 0x01B2_1DD2_1381_4000;

/// What a process goes on from.
struct State {
    /// The process it belongs to: a child after a fork begins anew.
    pid: u32,
    node: [u8; 6],
    sequence: u16,
    last: u64,
}

static STATE: Mutex<Option<State>> = Mutex::new(None);

fn random<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    if dxpy_host::env::getrandom(&mut out, 0) != Ok(N) {
        // Kernels without the call: the time is better than nothing, and uniqueness is all that is asked.
        let t = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        let mixed = (t ^ u64::from(std::process::id()).rotate_left(40)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        for (b, m) in out.iter_mut().zip(mixed.to_le_bytes().into_iter().cycle()) {
            *b = m;
        }
    }
    out
}

/// The address of an interface in the text of `/sys/class/net/NAME/address`; none if it is not one or all zeros.
fn address(text: &str) -> Option<[u8; 6]> {
    let mut out = [0; 6];
    let mut parts = text.trim().split(':');
    for b in &mut out {
        *b = u8::from_str_radix(parts.next()?, 16).ok()?;
    }
    (parts.next().is_none() && out != [0; 6]).then_some(out)
}

/// The first interface's address; a random one, marked as none of an interface, on a machine without.
fn node() -> [u8; 6] {
    let mut names: Vec<_> =
        std::fs::read_dir("/sys/class/net").into_iter().flatten().flatten().map(|e| e.path()).collect();
    names.sort();
    let found = names.iter().find_map(|p| address(&std::fs::read_to_string(p.join("address")).ok()?));
    found.unwrap_or_else(|| {
        let mut n = random::<6>();
        n[0] |= 1;
        n
    })
}

/// The next identifier of this process.
fn next() -> [u8; 16] {
    let pid = std::process::id();
    let mut guard = STATE.lock().unwrap_or_else(PoisonError::into_inner);
    let state = match guard.as_mut() {
        Some(s) if s.pid == pid => s,
        _ => guard.insert(State {
            pid,
            node: node(),
            sequence: u16::from_le_bytes(random()) & 0x3FFF,
            last: 0,
        }),
    };
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut t = (since.as_nanos() / 100) as u64 + GREGORIAN;
    if t <= state.last {
        // The same tick again, or a clock set back by little: the next tick. Set back by much: another sequence.
        if state.last - t > 10_000_000 {
            state.sequence = (state.sequence + 1) & 0x3FFF;
        } else {
            t = state.last + 1;
        }
    }
    state.last = t;
    let mut out = [0; 16];
    out[..4].copy_from_slice(&(t as u32).to_be_bytes());
    out[4..6].copy_from_slice(&((t >> 32) as u16).to_be_bytes());
    out[6..8].copy_from_slice(&((t >> 48) as u16 & 0x0FFF | 0x1000).to_be_bytes());
    out[8..10].copy_from_slice(&(state.sequence | 0x8000).to_be_bytes());
    out[10..].copy_from_slice(&state.node);
    out
}

fn generate_time_safe(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    let made = bytes::new(py, &next())?.upcast();
    Ok(tuple::from_iter(py, [made, Owned::upcast(long::from_i64(py, -1)?)])?.upcast())
}

#[cfg(test)]
mod tests {
    use super::{address, next};

    #[test]
    fn addresses() {
        assert_eq!(address("02:fc:00:00:00:01\n"), Some([2, 0xFC, 0, 0, 0, 1]));
        for bad in ["", "00:00:00:00:00:00", "02:fc", "02:fc:00:00:00:01:02", "zz:fc:00:00:00:01"] {
            assert_eq!(address(bad), None, "{bad}");
        }
    }

    #[test]
    fn no_two_are_alike() {
        let all: std::collections::HashSet<_> = (0..10_000).map(|_| next()).collect();
        assert_eq!(all.len(), 10_000);
        assert!(all.iter().all(|u| u[6] >> 4 == 1 && u[8] >> 6 == 2));
    }
}
