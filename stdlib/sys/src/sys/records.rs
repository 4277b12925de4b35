//! The structure sequences of `sys`: `flags`, `version_info`, `hash_info`, `int_info`, `float_info`, `thread_info`, and
//! what `get_asyncgen_hooks` answers.

use super::{int, text};
use crate::config::Config;
use core::cell::Cell;
use dxpy_core::abi::constants::_PY_LONG_DEFAULT_MAX_STR_DIGITS;
use dxpy_core::abi::*;
use dxpy_core::module;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, boolean, float};
use dxpy_types::structseq::{self, Desc};

static FLAGS: Desc = Desc {
    name: "sys.flags",
    doc: "sys.flags\n\nWhat the command line and the environment asked for.",
    fields: &[
        (Some("debug"), "-d"),
        (Some("inspect"), "-i"),
        (Some("interactive"), "-i"),
        (Some("optimize"), "-O or -OO"),
        (Some("dont_write_bytecode"), "-B"),
        (Some("no_user_site"), "-s"),
        (Some("no_site"), "-S"),
        (Some("ignore_environment"), "-E"),
        (Some("verbose"), "-v"),
        (Some("bytes_warning"), "-b"),
        (Some("quiet"), "-q"),
        (Some("hash_randomization"), "-R"),
        (Some("isolated"), "-I"),
        (Some("dev_mode"), "-X dev"),
        (Some("utf8_mode"), "-X utf8"),
        (Some("warn_default_encoding"), "-X warn_default_encoding"),
        (Some("safe_path"), "-P"),
        (Some("int_max_str_digits"), "-X int_max_str_digits"),
    ],
    visible: 18,
};

static VERSION_INFO: Desc = Desc {
    name: "sys.version_info",
    doc: "sys.version_info\n\nThe version, in parts.",
    fields: &[
        (Some("major"), "Major release number"),
        (Some("minor"), "Minor release number"),
        (Some("micro"), "Patch release number"),
        (Some("releaselevel"), "'alpha', 'beta', 'candidate', or 'final'"),
        (Some("serial"), "Serial number of the release"),
    ],
    visible: 5,
};

static HASH_INFO: Desc = Desc {
    name: "sys.hash_info",
    doc: "hash_info\n\nParameters of hashing.",
    fields: &[
        (Some("width"), "bits of a hash"),
        (Some("modulus"), "the prime that hashes of numbers are reduced by"),
        (Some("inf"), "the hash of infinity"),
        (Some("nan"), "not used any more"),
        (Some("imag"), "the factor of imaginary parts"),
        (Some("algorithm"), "the algorithm for str and bytes"),
        (Some("hash_bits"), "bits of that algorithm's result"),
        (Some("seed_bits"), "bits of its key"),
        (Some("cutoff"), "shorter strings are hashed by another algorithm"),
    ],
    visible: 9,
};

static INT_INFO: Desc = Desc {
    name: "sys.int_info",
    doc: "sys.int_info\n\nHow int is represented.",
    fields: &[
        (Some("bits_per_digit"), "bits of a digit"),
        (Some("sizeof_digit"), "bytes of a digit"),
        (Some("default_max_str_digits"), "the most digits of conversions, by default"),
        (Some("str_digits_check_threshold"), "the least that can be set"),
    ],
    visible: 4,
};

static FLOAT_INFO: Desc = Desc {
    name: "sys.float_info",
    doc: "sys.float_info\n\nHow float is represented.",
    fields: &[
        (Some("max"), "DBL_MAX -- the largest finite float"),
        (Some("max_exp"), "DBL_MAX_EXP -- the largest e with radix**(e-1) representable"),
        (Some("max_10_exp"), "DBL_MAX_10_EXP -- the largest e with 10**e representable"),
        (Some("min"), "DBL_MIN -- the smallest positive normalized float"),
        (Some("min_exp"), "DBL_MIN_EXP -- the smallest e with radix**(e-1) normalized"),
        (Some("min_10_exp"), "DBL_MIN_10_EXP -- the smallest e with 10**e normalized"),
        (Some("dig"), "DBL_DIG -- decimal digits that survive being a float"),
        (Some("mant_dig"), "DBL_MANT_DIG -- digits of the mantissa"),
        (Some("epsilon"), "DBL_EPSILON -- the distance from 1 to the next float"),
        (Some("radix"), "FLT_RADIX -- the radix of the exponent"),
        (Some("rounds"), "FLT_ROUNDS -- the rounding mode of additions"),
    ],
    visible: 11,
};

static THREAD_INFO: Desc = Desc {
    name: "sys.thread_info",
    doc: "sys.thread_info\n\nHow threads are made.",
    fields: &[
        (Some("name"), "the thread library"),
        (Some("lock"), "what locks are made of"),
        (Some("version"), "the thread library's version"),
    ],
    visible: 3,
};

static ASYNCGEN_HOOKS: Desc = Desc {
    name: "asyncgen_hooks",
    doc: "asyncgen_hooks\n\nThe hooks of asynchronous generators.",
    fields: &[
        (Some("firstiter"), "called at the first iteration"),
        (Some("finalizer"), "called when one is about to be collected"),
    ],
    visible: 2,
};

static ASYNCGEN_HOOKS_TYPE: Gil<Cell<Option<&'static PyTypeObject>>> = Gil(Cell::new(None));

/// What `sys.get_asyncgen_hooks` answers.
pub(super) fn asyncgen_hooks(py: Py<'_>, firstiter: Owned, finalizer: Owned) -> PyResult {
    let ty = match ASYNCGEN_HOOKS_TYPE.get() {
        Some(t) => t,
        None => {
            let t = structseq::new_type(py, &ASYNCGEN_HOOKS)?;
            ASYNCGEN_HOOKS_TYPE.set(Some(t));
            t
        }
    };
    structseq::new(py, ty, vec![firstiter, finalizer])
}

fn version_values(py: Py<'_>) -> PyResult<Vec<Owned>> {
    Ok(vec![int(py, 3)?, int(py, 12)?, int(py, 1)?, text(py, "final")?, int(py, 0)?])
}

/// The version of the C library's threads.
fn thread_version(py: Py<'_>) -> PyResult {
    let mut buffer = [0u8; 255];
    // SAFETY: the buffer is as long as said.
    let n =
        unsafe { libc::confstr(libc::_CS_GNU_LIBPTHREAD_VERSION, buffer.as_mut_ptr().cast(), buffer.len()) };
    match core::str::from_utf8(&buffer[..n.clamp(1, buffer.len()) - 1]) {
        Ok(s) if n > 1 => text(py, s),
        _ => Ok(dxpy_core::object::none()),
    }
}

fn flags(py: Py<'_>, c: &Config) -> PyResult<Vec<Owned>> {
    let b = |v: bool| boolean::new(v).upcast();
    Ok(vec![
        int(py, c.debug)?,
        int(py, c.inspect)?,
        int(py, c.interactive)?,
        int(py, c.optimize)?,
        int(py, c.dont_write_bytecode)?,
        int(py, c.no_user_site)?,
        int(py, c.no_site)?,
        int(py, c.ignore_environment)?,
        int(py, c.verbose)?,
        int(py, c.bytes_warning)?,
        int(py, c.quiet)?,
        int(py, c.hash_randomization)?,
        int(py, c.isolated)?,
        b(c.dev_mode),
        int(py, c.utf8_mode)?,
        int(py, c.warn_default_encoding)?,
        b(c.safe_path),
        int(py, c.int_max_str_digits)?,
    ])
}

fn float_values(py: Py<'_>) -> PyResult<Vec<Owned>> {
    let f = |v: f64| float::new(py, v).map(Owned::upcast);
    Ok(vec![
        f(f64::MAX)?,
        int(py, f64::MAX_EXP.into())?,
        int(py, f64::MAX_10_EXP.into())?,
        f(f64::MIN_POSITIVE)?,
        int(py, f64::MIN_EXP.into())?,
        int(py, f64::MIN_10_EXP.into())?,
        int(py, f64::DIGITS.into())?,
        int(py, f64::MANTISSA_DIGITS.into())?,
        f(f64::EPSILON)?,
        int(py, f64::RADIX.into())?,
        int(py, 1)?,
    ])
}

/// Adds them all; the answer is `version_info`.
pub(super) fn add(py: Py<'_>, m: &PyModuleObject, c: &Config) -> PyResult {
    let add = |name: &str, desc: &'static Desc, values: Vec<Owned>, closed: bool| -> PyResult<Owned> {
        let ty = structseq::new_type(py, desc)?;
        if closed {
            structseq::close(py, ty)?;
        }
        let o = structseq::new(py, ty, values)?;
        module::add(py, m, name, &o)?;
        Ok(o)
    };
    add("flags", &FLAGS, flags(py, c)?, true)?;
    let version = add("version_info", &VERSION_INFO, version_values(py)?, true)?;
    let hash = vec![
        int(py, 64)?,
        int(py, (1 << 61) - 1)?,
        int(py, 314_159)?,
        int(py, 0)?,
        int(py, 1_000_003)?,
        text(py, "siphash13")?,
        int(py, 64)?,
        int(py, 128)?,
        int(py, 0)?,
    ];
    add("hash_info", &HASH_INFO, hash, false)?;
    let limit = int(py, _PY_LONG_DEFAULT_MAX_STR_DIGITS.into())?;
    add("int_info", &INT_INFO, vec![int(py, 30)?, int(py, 4)?, limit, int(py, 640)?], false)?;
    add("float_info", &FLOAT_INFO, float_values(py)?, false)?;
    let thread = vec![text(py, "pthread")?, text(py, "semaphore")?, thread_version(py)?];
    add("thread_info", &THREAD_INFO, thread, false)?;
    Ok(version)
}
