//! `_md5`, `_sha1`, `_sha2`, `_sha3` and `_blake2`: hash objects. Kernels are in `dxpy_algos::hashes`. Not here:
//! `_hashlib`, which is OpenSSL's.

use crate::boxed::{Boxed, dealloc};
use dxpy_algos::hashes::blake2::{self, Blake2};
use dxpy_algos::hashes::{Hash, LENGTH_TOO_LARGE};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{self, Bound, FromArg};
use dxpy_core::buffer::{self, View};
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, bytes, dict, exceptions, getset, glue, long, methods, signature, types, unicode,
};

/// Data to be hashed, with the complaints of `GET_BUFFER_VIEW_OR_ERROUT`.
struct Data(View);

impl Data {
    fn of(py: Py<'_>, o: &PyObject) -> PyResult<Data> {
        if unicode::check(o).is_some() {
            return Err(exceptions::type_error(py, format_args!("Strings must be encoded before hashing")));
        }
        if !buffer::check(o) {
            return Err(exceptions::type_error(
                py,
                format_args!("object supporting the buffer API required"),
            ));
        }
        let view = View::simple(py, o)?;
        if view.raw().ndim.get() > 1 {
            return Err(exceptions::buffer_error(py, format_args!("Buffer must be single dimension")));
        }
        Ok(Data(view))
    }
}

impl<'a> FromArg<'a> for Data {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        Data::of(py, <&'a PyObject>::from_arg(py, bound, i)?)
    }
}

fn hex(py: Py<'_>, digest: &[u8]) -> PyResult<Owned<PyUnicodeObject>> {
    let text: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    unicode::from_str(py, &text)
}

type HashObject = Boxed<Hash>;

fn new_hash(py: Py<'_>, ty: &PyTypeObject, name: &str, data: Option<Data>) -> PyResult {
    let Some(mut h) = Hash::new(name) else {
        return Err(exceptions::system_error(py, format_args!("no hash named {name}")));
    };
    if let Some(data) = data {
        h.update(data.0.bytes());
    }
    HashObject::make(py, ty, h)
}

fn copy(py: Py<'_>, h: &HashObject) -> PyResult {
    HashObject::make(py, h.ty(), h.get().borrow().clone())
}

fn digest(py: Py<'_>, h: &HashObject) -> PyResult<Owned<PyBytesObject>> {
    bytes::new(py, &h.get().borrow().digest())
}

fn hexdigest(py: Py<'_>, h: &HashObject) -> PyResult<Owned<PyUnicodeObject>> {
    hex(py, &h.get().borrow().digest())
}

fn update(_: Py<'_>, h: &HashObject, data: Data) {
    h.get().borrow_mut().update(data.0.bytes());
}

fn block_size(py: Py<'_>, h: &HashObject) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, h.get().borrow().info().block_size as i64)
}

fn digest_size(py: Py<'_>, h: &HashObject) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, h.get().borrow().info().digest_size as i64)
}

fn name(py: Py<'_>, h: &HashObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, h.get().borrow().name())
}

methods! { static HASH_METHODS: for HashObject [
    "copy" = copy [0], "($self, /)", "A hash object that goes on from the same state.", defining;
    "digest" = digest [0], "($self, /)", "The digest of what was hashed so far.";
    "hexdigest" = hexdigest [0], "($self, /)", "The digest in hexadecimal digits.";
    "update" = update [1], "($self, obj, /)", "Hashes more bytes.";
] }

getset! { static HASH_ATTRIBUTES [
    "block_size" = block_size, "";
    "name" = name, "";
    "digest_size" = digest_size, "";
] }

/// The types and functions of `_md5`, `_sha1` and `_sha2`: type, its name and its name in the module, function, hash.
macro_rules! plain {
    ($($ty:ident, $full:literal, $f:ident, $hash:literal;)*) => { $(
        static $ty: StaticType = StaticType::new::<HashObject>($full)
            .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
            .dealloc(dealloc::<Hash>())
            .methods(&HASH_METHODS)
            .getset(&HASH_ATTRIBUTES);

        fn $f(py: Py<'_>, _: &PyModuleObject, data: Option<Data>, _: Option<bool>) -> PyResult {
            new_hash(py, &$ty, $hash, data)
        }
    )* };
}
plain! {
    MD5, c"_md5.md5", md5, "md5";
    SHA1, c"_sha1.sha1", sha1, "sha1";
    SHA224, c"_sha2.SHA224Type", sha224, "sha224";
    SHA256, c"_sha2.SHA256Type", sha256, "sha256";
    SHA384, c"_sha2.SHA384Type", sha384, "sha384";
    SHA512, c"_sha2.SHA512Type", sha512, "sha512";
}

/// `_md5`.
pub static MD5_MODULE: StaticModule = StaticModule::new(c"_md5").methods(&MD5_FUNCTIONS).slots(&MD5_SLOTS);
static MD5_SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    types::ready(py, &MD5)?;
    module::add(py, m, "MD5Type", MD5.as_object())
});
methods! { static MD5_FUNCTIONS: for PyModuleObject [
    "md5" = md5 [2], "($module, /, string=b'', *, usedforsecurity=True)", "A new MD5 hash object.";
] }

/// `_sha1`.
pub static SHA1_MODULE: StaticModule =
    StaticModule::new(c"_sha1").methods(&SHA1_FUNCTIONS).slots(&SHA1_SLOTS);
static SHA1_SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    types::ready(py, &SHA1)?;
    module::add(py, m, "SHA1Type", SHA1.as_object())
});
methods! { static SHA1_FUNCTIONS: for PyModuleObject [
    "sha1" = sha1 [2], "($module, /, string=b'', *, usedforsecurity=True)", "A new SHA1 hash object.";
] }

/// `_sha2`.
pub static SHA2_MODULE: StaticModule =
    StaticModule::new(c"_sha2").methods(&SHA2_FUNCTIONS).slots(&SHA2_SLOTS);
static SHA2_SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    [&SHA224, &SHA256, &SHA384, &SHA512].into_iter().try_for_each(|ty| module::add_type(py, m, ty))
});
methods! { static SHA2_FUNCTIONS: for PyModuleObject [
    "sha256" = sha256 [2], "($module, /, string=b'', *, usedforsecurity=True)", "A new SHA-256 hash object.";
    "sha224" = sha224 [2], "($module, /, string=b'', *, usedforsecurity=True)", "A new SHA-224 hash object.";
    "sha512" = sha512 [2], "($module, /, string=b'', *, usedforsecurity=True)", "A new SHA-512 hash object.";
    "sha384" = sha384 [2], "($module, /, string=b'', *, usedforsecurity=True)", "A new SHA-384 hash object.";
] }

// SHA-3, whose types are called.

methods! { static SHA3_METHODS: for HashObject [
    "copy" = copy [0], "($self, /)", "A hash object that goes on from the same state.";
    "digest" = digest [0], "($self, /)", "The digest of what was hashed so far.";
    "hexdigest" = hexdigest [0], "($self, /)", "The digest in hexadecimal digits.";
    "update" = update [1], "($self, data, /)", "Hashes more bytes.";
] }

methods! { static SHAKE_METHODS: for HashObject [
    "copy" = copy [0], "($self, /)", "A hash object that goes on from the same state.";
    "digest" = shake_digest [1], "($self, length, /)", "A digest of this length.";
    "hexdigest" = shake_hexdigest [1], "($self, length, /)", "A digest of this length in hexadecimal digits.";
    "update" = update [1], "($self, data, /)", "Hashes more bytes.";
] }

getset! { static SHA3_ATTRIBUTES [
    "block_size" = block_size, "";
    "name" = name, "";
    "digest_size" = digest_size, "";
    "_capacity_bits" = capacity_bits, "";
    "_rate_bits" = rate_bits, "";
    "_suffix" = suffix, "";
] }

/// The bits of the permutation that input does not reach: what the rate leaves of 1600.
fn capacity_bits(py: Py<'_>, h: &HashObject) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, 1600 - 8 * h.get().borrow().info().block_size as i64)
}

fn rate_bits(py: Py<'_>, h: &HashObject) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, 8 * h.get().borrow().info().block_size as i64)
}

fn suffix(py: Py<'_>, h: &HashObject) -> PyResult<Owned<PyBytesObject>> {
    let shake = h.get().borrow().info().digest_size == 0;
    bytes::new(py, if shake { b"\x1f" } else { b"\x06" })
}

fn extended(py: Py<'_>, h: &HashObject, length: &PyObject) -> PyResult<Vec<u8>> {
    let n = unsigned(py, length, "Python int too large to convert to C unsigned long")?;
    let made = h.get().borrow().extended(usize::try_from(n).unwrap_or(usize::MAX));
    made.ok_or_else(|| exceptions::value_error(py, format_args!("{LENGTH_TOO_LARGE}")))
}

fn shake_digest(py: Py<'_>, h: &HashObject, length: &PyObject) -> PyResult<Owned<PyBytesObject>> {
    bytes::new(py, &extended(py, h, length)?)
}

fn shake_hexdigest(py: Py<'_>, h: &HashObject, length: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    hex(py, &extended(py, h, length)?)
}

/// `_PyLong_UnsignedLong_Converter` and its kin.
fn unsigned(py: Py<'_>, o: &PyObject, too_large: &str) -> PyResult<u64> {
    let Some(n) = long::check(o) else {
        return Err(exceptions::type_error(py, format_args!("an integer is required")));
    };
    if long::sign(n) < 0 {
        return Err(exceptions::value_error(py, format_args!("value must be positive")));
    }
    long::to_u64(n).ok_or_else(|| exceptions::overflow_error(py, format_args!("{too_large}")))
}

macro_rules! sha3 {
    ($($ty:ident, $full:literal, $hash:literal, $methods:ident, $doc:literal;)*) => { $(
        static $ty: StaticType = StaticType::new::<HashObject>($full)
            .doc($doc)
            .dealloc(dealloc::<Hash>())
            .create(glue::create(
                |py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>| {
                    // CPython names the first of these types in all their messages.
                    let sig = signature!("sha3_224", "(data=b'', /, *, usedforsecurity=True)");
                    args::bind_call(py, sig, a, kw, |b| {
                        let data = b.arg::<Option<Data>>(py, 0)?;
                        b.arg::<Option<bool>>(py, 1)?;
                        new_hash(py, ty, $hash, data)
                    })
                },
            ))
            .methods(&$methods)
            .getset(&SHA3_ATTRIBUTES);
    )* };
}
sha3! {
    SHA3_224, c"_sha3.sha3_224", "sha3_224", SHA3_METHODS, c"sha3_224([data], *, usedforsecurity=True) -> SHA3 object\n\nA SHA3 hash of 28 bytes.";
    SHA3_256, c"_sha3.sha3_256", "sha3_256", SHA3_METHODS, c"sha3_256([data], *, usedforsecurity=True) -> SHA3 object\n\nA SHA3 hash of 32 bytes.";
    SHA3_384, c"_sha3.sha3_384", "sha3_384", SHA3_METHODS, c"sha3_384([data], *, usedforsecurity=True) -> SHA3 object\n\nA SHA3 hash of 48 bytes.";
    SHA3_512, c"_sha3.sha3_512", "sha3_512", SHA3_METHODS, c"sha3_512([data], *, usedforsecurity=True) -> SHA3 object\n\nA SHA3 hash of 64 bytes.";
    SHAKE_128, c"_sha3.shake_128", "shake_128", SHAKE_METHODS, c"shake_128([data], *, usedforsecurity=True) -> SHAKE object\n\nA hash of any length.";
    SHAKE_256, c"_sha3.shake_256", "shake_256", SHAKE_METHODS, c"shake_256([data], *, usedforsecurity=True) -> SHAKE object\n\nA hash of any length.";
}

/// `_sha3`.
pub static SHA3_MODULE: StaticModule = StaticModule::new(c"_sha3").slots(&SHA3_SLOTS);
static SHA3_SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    for ty in [&SHA3_224, &SHA3_256, &SHA3_384, &SHA3_512, &SHAKE_128, &SHAKE_256] {
        module::add_type(py, m, ty)?;
    }
    module::add_str(py, m, "implementation", "RustCrypto")
});

// BLAKE2.

type BlakeObject = Boxed<Blake2>;

macro_rules! blake {
    ($($ty:ident, $new:ident, $full:literal, $small:literal, $name:literal, $doc:literal;)*) => { $(
        static $ty: StaticType = StaticType::new::<BlakeObject>($full)
            .doc($doc)
            .dealloc(dealloc::<Blake2>())
            .create(glue::create($new))
            .methods(&BLAKE_METHODS)
            .getset(&BLAKE_ATTRIBUTES);

        fn $new(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
            let sig = signature!($name, "(data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True)");
            args::bind_call(py, sig, a, kw, |b| blake_new(py, ty, $small, b))
        }
    )* };
}
blake! {
    BLAKE2B, blake2b_new, c"_blake2.blake2b", false, "blake2b", c"blake2b(data=b'', /, *, digest_size=_blake2.blake2b.MAX_DIGEST_SIZE,\n        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,\n        node_offset=0, node_depth=0, inner_size=0, last_node=False,\n        usedforsecurity=True)\n--\n\nA new BLAKE2b hash object.";
    BLAKE2S, blake2s_new, c"_blake2.blake2s", true, "blake2s", c"blake2s(data=b'', /, *, digest_size=_blake2.blake2s.MAX_DIGEST_SIZE,\n        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,\n        node_offset=0, node_depth=0, inner_size=0, last_node=False,\n        usedforsecurity=True)\n--\n\nA new BLAKE2s hash object.";
}

fn blake_new(py: Py<'_>, ty: &PyTypeObject, small: bool, b: &Bound<'_>) -> PyResult {
    let mut p = blake2::Params::new(small);
    let data = b.get(0);
    if let Some(n) = b.arg::<Option<i32>>(py, 1)? {
        p.digest_size = n;
    }
    let key = b.arg::<Option<View>>(py, 2)?;
    let salt = b.arg::<Option<View>>(py, 3)?;
    let person = b.arg::<Option<View>>(py, 4)?;
    p.fanout = b.arg::<Option<i32>>(py, 5)?.unwrap_or(1);
    p.depth = b.arg::<Option<i32>>(py, 6)?.unwrap_or(1);
    if let Some(n) = b.get(7) {
        p.leaf_size = unsigned(py, n, "Python int too large to convert to C unsigned long")?;
    }
    if let Some(n) = b.get(8) {
        p.node_offset = unsigned(py, n, "int too big to convert")?;
    }
    p.node_depth = b.arg::<Option<i32>>(py, 9)?.unwrap_or(0);
    p.inner_size = b.arg::<Option<i32>>(py, 10)?.unwrap_or(0);
    p.last_node = b.arg::<Option<bool>>(py, 11)?.unwrap_or(false);
    b.arg::<Option<bool>>(py, 12)?;
    p.key = key.as_ref().map_or(&[], |v| v.bytes());
    p.salt = salt.as_ref().map_or(&[], |v| v.bytes());
    p.person = person.as_ref().map_or(&[], |v| v.bytes());
    let mut state = Blake2::new(small, &p).map_err(|e| {
        let make = if e.is_overflow() { exceptions::overflow_error } else { exceptions::value_error };
        make(py, format_args!("{e}"))
    })?;
    if let Some(data) = data {
        state.update(Data::of(py, data)?.0.bytes());
    }
    BlakeObject::make(py, ty, state)
}

methods! { static BLAKE_METHODS: for BlakeObject [
    "copy" = blake_copy [0], "($self, /)", "A hash object that goes on from the same state.";
    "digest" = blake_digest [0], "($self, /)", "The digest of what was hashed so far.";
    "hexdigest" = blake_hexdigest [0], "($self, /)", "The digest in hexadecimal digits.";
    "update" = blake_update [1], "($self, data, /)", "Hashes more bytes.";
] }

getset! { static BLAKE_ATTRIBUTES [
    "name" = blake_name, "";
    "block_size" = blake_block_size, "";
    "digest_size" = blake_digest_size, "";
] }

fn blake_copy(py: Py<'_>, h: &BlakeObject) -> PyResult {
    BlakeObject::make(py, h.ty(), h.get().borrow().clone())
}

fn blake_digest(py: Py<'_>, h: &BlakeObject) -> PyResult<Owned<PyBytesObject>> {
    bytes::new(py, &h.get().borrow().digest())
}

fn blake_hexdigest(py: Py<'_>, h: &BlakeObject) -> PyResult<Owned<PyUnicodeObject>> {
    hex(py, &h.get().borrow().digest())
}

fn blake_update(_: Py<'_>, h: &BlakeObject, data: Data) {
    h.get().borrow_mut().update(data.0.bytes());
}

fn blake_name(py: Py<'_>, h: &BlakeObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, h.get().borrow().sizes().name)
}

fn blake_block_size(py: Py<'_>, h: &BlakeObject) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, h.get().borrow().sizes().block as i64)
}

fn blake_digest_size(py: Py<'_>, h: &BlakeObject) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, h.get().borrow().digest().len() as i64)
}

/// `_blake2`.
pub static BLAKE2_MODULE: StaticModule =
    StaticModule::new(c"_blake2").doc(c"BLAKE2b and BLAKE2s for hashlib.").slots(&BLAKE2_SLOTS);
static BLAKE2_SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    for (ty, small) in [(&BLAKE2B, false), (&BLAKE2S, true)] {
        module::add_type(py, m, ty)?;
        let sizes = blake2::Sizes::of(small);
        for (constant, n) in [
            ("SALT_SIZE", sizes.salt),
            ("PERSON_SIZE", sizes.salt),
            ("MAX_KEY_SIZE", sizes.digest),
            ("MAX_DIGEST_SIZE", sizes.digest),
        ] {
            let n = long::from_i64(py, n as i64)?;
            dict::set_str(py, types::ready::dict_of(ty), constant, n.as_object())?;
            let full = format!("{}_{constant}", sizes.name.to_uppercase());
            module::add(py, m, &full, n.as_object())?;
        }
    }
    Ok(())
});
