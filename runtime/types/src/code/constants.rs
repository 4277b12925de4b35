//! Constants of the compiler as objects, with the interning CPython does to those that look like names
//! (`intern_constants`).

use dxpy_ast::Constant;
use dxpy_bytecode::key_of;
use dxpy_core::abi::*;
use dxpy_core::object::{_Py_EllipsisObject, none};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, boolean, bytes, float, long, object, set, tuple, unicode};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The objects of the constants of one compilation: equal ones are one object in all its code objects
/// (`c_const_cache`).
#[derive(Default)]
pub struct Cache(HashMap<Vec<u8>, Owned>);

impl Cache {
    /// Makes an object stand for a constant, unless one does already.
    pub fn seed(&mut self, py: Py<'_>, c: &Constant, o: &PyObject) -> PyResult<()> {
        let Some(key) = key_of(c) else { return Ok(()) };
        if let Entry::Vacant(place) = self.0.entry(key) {
            let o = match unicode::check_exact(o) {
                Some(s) if looks_like_name(s) => unicode::intern(py, s.to_owned())?.upcast(),
                _ => o.to_owned(),
            };
            place.insert(o);
        }
        Ok(())
    }

    /// The object of a constant, with strings that look like names interned, inside tuples and sets too.
    pub(super) fn get(&mut self, py: Py<'_>, c: &Constant) -> PyResult {
        let key = match c {
            Constant::None | Constant::True | Constant::False | Constant::Ellipsis => None,
            _ => key_of(c),
        };
        if let Some(o) = key.as_ref().and_then(|k| self.0.get(k)) {
            return Ok(o.clone());
        }
        let o = convert(py, c, Some(self))?;
        if let Some(key) = key {
            self.0.insert(key, o.clone());
        }
        Ok(o)
    }

    /// A tuple of the compiler's, which may be that of another code object, or a constant.
    pub(super) fn tuple(&mut self, key: Option<Vec<u8>>, made: Owned<PyTupleObject>) -> Owned<PyTupleObject> {
        let Some(key) = key else { return made };
        match self.0.entry(key) {
            Entry::Occupied(o) => tuple::check_exact(o.get()).map_or(made, |t| t.to_owned()),
            Entry::Vacant(place) => {
                place.insert(made.clone().upcast());
                made
            }
        }
    }

    /// A bytes object of the compiler's, which may be the object of a constant.
    pub(super) fn bytes(&mut self, py: Py<'_>, b: &[u8]) -> PyResult<Owned<PyBytesObject>> {
        let o = self.get(py, &Constant::Bytes(b.into()))?;
        match bytes::check_exact(&o) {
            Some(b) => Ok(b.to_owned()),
            None => bytes::new(py, b),
        }
    }
}

/// The object of a constant.
pub fn constant(py: Py<'_>, c: &Constant) -> PyResult {
    convert(py, c, None)
}

fn convert(py: Py<'_>, c: &Constant, mut cache: Option<&mut Cache>) -> PyResult {
    let mut items = |list: &[Constant]| -> PyResult<Vec<Owned>> {
        list.iter()
            .map(|i| match &mut cache {
                Some(cache) => cache.get(py, i),
                None => convert(py, i, None),
            })
            .collect()
    };
    Ok(match c {
        Constant::None => none(),
        Constant::True => boolean::new(true).upcast(),
        Constant::False => boolean::new(false).upcast(),
        Constant::Ellipsis => _Py_EllipsisObject.to_owned(),
        Constant::Int(i) => big(py, i)?.upcast(),
        Constant::Float(f) => float::new(py, *f)?.upcast(),
        Constant::Complex { real, imag } => crate::complex_constant(py, *real, *imag)?,
        Constant::Str(s) => {
            let s = super::text(py, s)?;
            if cache.is_some() && looks_like_name(&s) { unicode::intern(py, s)?.upcast() } else { s.upcast() }
        }
        Constant::Bytes(b) => bytes::new(py, b)?.upcast(),
        Constant::Tuple(list) => tuple::from_iter(py, items(list)?)?.upcast(),
        Constant::FrozenSet(list) => {
            let values = set::frozen(py, &items(list)?)?;
            if cache.is_none() {
                return Ok(values.upcast());
            }
            // `merge_consts_recursive` makes it anew of what it finds there: of two values that meet in the table the other
            // one comes first then.
            set::frozen(py, &set::keys(&values))?.upcast()
        }
    })
}

/// `should_intern_string`.
fn looks_like_name(s: &PyUnicodeObject) -> bool {
    unicode::is_ascii(s) && unicode::raw(s).iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// An int of any size.
pub fn big(py: Py<'_>, i: &num_bigint::BigInt) -> PyResult<Owned<PyLongObject>> {
    if let Ok(v) = i64::try_from(i) {
        return long::from_i64(py, v);
    }
    // 32-bit digits of the crate into the 30-bit digits of the ABI.
    let words = i.magnitude().to_u32_digits();
    let mut digits = Vec::with_capacity(words.len() * 16 / 15 + 1);
    let (mut acc, mut bits) = (0u64, 0);
    for w in words {
        acc |= (w as u64) << bits;
        bits += 32;
        while bits >= long::SHIFT {
            digits.push((acc & ((1 << long::SHIFT) - 1)) as u32);
            acc >>= long::SHIFT;
            bits -= long::SHIFT;
        }
    }
    if acc != 0 {
        digits.push(acc as u32);
    }
    long::from_digits(py, i.sign() == num_bigint::Sign::Minus, &digits)
}

/// The constant that an object is, if it is of a type that code can hold; subclasses are not.
pub fn from_object(o: &PyObject) -> Option<Constant> {
    if object::is_none(o) {
        return Some(Constant::None);
    }
    if o.is(&_Py_EllipsisObject.0) {
        return Some(Constant::Ellipsis);
    }
    if o.ty().is(&boolean::PyBool_Type.0) {
        return Some(if o.is(boolean::new(true).as_object()) { Constant::True } else { Constant::False });
    }
    if let Some(i) = long::check_exact(o) {
        return Some(Constant::Int(to_big(i)));
    }
    if o.ty().is(&float::PyFloat_Type.0) {
        // SAFETY: LAYOUT: just checked.
        return Some(Constant::Float(unsafe {
            (*(o as *const PyObject as *const PyFloatObject)).ob_fval.get()
        }));
    }
    if let Some((real, imag)) = crate::complex_parts(o) {
        return Some(Constant::Complex { real, imag });
    }
    if let Some(s) = unicode::check_exact(o) {
        return Some(Constant::Str(dxpy_ast::PyStr::from_code_points(unicode::code_points(s))));
    }
    if let Some(b) = bytes::check_exact(o) {
        return Some(Constant::Bytes(bytes::as_slice(b).into()));
    }
    if let Some(t) = tuple::check_exact(o) {
        return tuple::items(t).iter().map(|i| from_object(i)).collect::<Option<_>>().map(Constant::Tuple);
    }
    if crate::set_kind(o) == Some(true) {
        let keys = set::keys(set::check_frozen(o)?);
        return keys.iter().map(|i| from_object(i)).collect::<Option<_>>().map(Constant::FrozenSet);
    }
    None
}

/// The value of an int of any size.
pub fn to_big(i: &PyLongObject) -> num_bigint::BigInt {
    // 30-bit digits of the ABI into the 32-bit digits of the crate.
    let mut words = Vec::new();
    let (mut acc, mut bits) = (0u64, 0);
    for d in long::digits(i) {
        acc |= u64::from(*d) << bits;
        bits += long::SHIFT;
        if bits >= 32 {
            words.push(acc as u32);
            acc >>= 32;
            bits -= 32;
        }
    }
    words.push(acc as u32);
    let sign = match long::sign(i) {
        0 => num_bigint::Sign::NoSign,
        n if n < 0 => num_bigint::Sign::Minus,
        _ => num_bigint::Sign::Plus,
    };
    num_bigint::BigInt::from_slice(sign, &words)
}

/// `_PyCode_ConstantKey`: what is equal for constants that are the same to the compiler: the value with its type, where
/// values of several types may be equal, and with the signs of zeros.
pub fn key_of_object(py: Py<'_>, o: &PyObject) -> PyResult {
    let pair = |a: Owned, b: Owned| tuple::from_iter(py, [a, b]).map(Owned::upcast);
    let ty = || o.ty().as_object().to_owned();
    let own = || o.to_owned();
    if object::is_none(o)
        || o.is(&_Py_EllipsisObject.0)
        || long::check_exact(o).is_some()
        || unicode::check_exact(o).is_some()
        || super::check(o).is_some()
    {
        return Ok(own());
    }
    if let Some(t) = tuple::check_exact(o) {
        let _depth = dxpy_core::call::Depth::enter(py, " while comparing constants")?;
        let keys = tuple::items(t).iter().map(|i| key_of_object(py, i)).collect::<PyResult<Vec<_>>>()?;
        return pair(tuple::from_iter(py, keys)?.upcast(), own());
    }
    if let Some(s) = set::check_frozen(o).filter(|_| o.ty().is(&set::PyFrozenSet_Type.0)) {
        let _depth = dxpy_core::call::Depth::enter(py, " while comparing constants")?;
        let items = set::keys(s);
        let keys = items.iter().map(|i| key_of_object(py, i)).collect::<PyResult<Vec<_>>>()?;
        return pair(set::frozen(py, &keys)?.upcast(), own());
    }
    let negative_zero = |v: f64| v == 0.0 && v.is_sign_negative();
    let sign = if o.ty().is(&float::PyFloat_Type.0) {
        negative_zero(float::as_f64(py, o)?).then(none)
    } else if let Some(c) = crate::complex::check_exact(o) {
        let c = crate::complex::value(c);
        match (negative_zero(c.re), negative_zero(c.im)) {
            (true, true) => Some(boolean::new(true).upcast()),
            (false, true) => Some(boolean::new(false).upcast()),
            (true, false) => Some(none()),
            (false, false) => None,
        }
    } else if o.ty().is(&boolean::PyBool_Type.0) || bytes::check_exact(o).is_some() {
        None
    } else {
        // Any other object is a constant of its own.
        return pair(long::from_u64(py, o.as_ptr() as u64)?.upcast(), own());
    };
    match sign {
        Some(sign) => tuple::from_iter(py, [ty(), own(), sign]).map(Owned::upcast),
        None => pair(ty(), own()),
    }
}
