//! `audioop`: operations on fragments of sound (`Modules/audioop.c`). The arithmetic is in `dxpy_algos::audio`.

use crate::boxed::{Class, add_exception, error, no_class};
use dxpy_algos::audio::{self, Adpcm, Rate, Sound};
use dxpy_core::abi::*;
use dxpy_core::buffer::View;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyErr, PyResult, bytes, exceptions, float, long, methods, number, object, tuple};

/// `audioop`.
pub static MODULE: StaticModule = StaticModule::new(c"audioop")
    .doc(c"Operations on fragments of sound: samples of one to four bytes.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    let text = format_args!("'audioop' is deprecated and slated for removal in Python 3.13");
    exceptions::warn(py, &exceptions::DeprecationWarning, 7, text)?;
    add_exception(py, m, "audioop", "error", &exceptions::Exception, &ERROR)
});

static ERROR: Class = no_class();

type M = PyModuleObject;
type Made = PyResult<Owned<PyBytesObject>>;

methods! { static METHODS: for PyModuleObject [
    "max" = max [2], "($module, fragment, width, /)", "The largest magnitude of a sample.";
    "minmax" = minmax [2], "($module, fragment, width, /)", "The least and the largest sample.";
    "avg" = avg [2], "($module, fragment, width, /)", "The average of the samples.";
    "maxpp" = maxpp [2], "($module, fragment, width, /)", "The largest difference of neighbouring extremes.";
    "avgpp" = avgpp [2], "($module, fragment, width, /)", "The average difference of neighbouring extremes.";
    "rms" = rms [2], "($module, fragment, width, /)", "The root of the mean of the squares of the samples.";
    "findfit" = findfit [2], "($module, fragment, reference, /)", "Where a reference fits best, and the factor by which.";
    "findmax" = findmax [2], "($module, fragment, length, /)", "Where the loudest part of so many samples begins.";
    "findfactor" = findfactor [2], "($module, fragment, reference, /)", "The factor that makes a reference most like a fragment.";
    "cross" = cross [2], "($module, fragment, width, /)", "How often the sign of the samples changes.";
    "mul" = mul [3], "($module, fragment, width, factor, /)", "Every sample times a factor.";
    "add" = add [3], "($module, fragment1, fragment2, width, /)", "The sums of the samples of two fragments.";
    "bias" = bias [3], "($module, fragment, width, bias, /)", "Every sample plus a number.";
    "ulaw2lin" = ulaw2lin [2], "($module, fragment, width, /)", "Samples of u-law.";
    "lin2ulaw" = lin2ulaw [2], "($module, fragment, width, /)", "Samples in u-law.";
    "alaw2lin" = alaw2lin [2], "($module, fragment, width, /)", "Samples of A-law.";
    "lin2alaw" = lin2alaw [2], "($module, fragment, width, /)", "Samples in A-law.";
    "lin2lin" = lin2lin [3], "($module, fragment, width, newwidth, /)", "Samples in another width.";
    "adpcm2lin" = adpcm2lin [3], "($module, fragment, width, state, /)", "Samples of ADPCM, and the state after them.";
    "lin2adpcm" = lin2adpcm [3], "($module, fragment, width, state, /)", "Samples in ADPCM, and the state after them.";
    "tomono" = tomono [4], "($module, fragment, width, lfactor, rfactor, /)", "One channel of two.";
    "tostereo" = tostereo [4], "($module, fragment, width, lfactor, rfactor, /)", "Two channels of one.";
    "getsample" = getsample [3], "($module, fragment, width, index, /)", "The sample at an index.";
    "reverse" = reverse [2], "($module, fragment, width, /)", "The samples from the last to the first.";
    "byteswap" = byteswap [2], "($module, fragment, width, /)", "The samples with their bytes in the other order.";
    "ratecv" = ratecv [8], "($module, fragment, width, nchannels, inrate, outrate, state,\n       weightA=1, weightB=0, /)", "Samples at another frame rate, and the state after them.";
] }

#[cold]
fn wrong(py: Py<'_>, text: &str) -> PyErr {
    error(py, &ERROR, format_args!("{text}"))
}

fn checked_width(py: Py<'_>, width: i32) -> PyResult<usize> {
    match width {
        1..=4 => Ok(width as usize),
        _ => Err(wrong(py, "Size should be 1, 2, 3 or 4")),
    }
}

/// A fragment that is whole samples.
fn sound<'a>(py: Py<'_>, view: &'a View, width: i32) -> PyResult<Sound<'a>> {
    let (width, data) = (checked_width(py, width)?, view.bytes());
    if data.len() % width != 0 {
        return Err(wrong(py, "not a whole number of frames"));
    }
    Ok(Sound { data, width })
}

fn max(py: Py<'_>, _: &M, fragment: View, width: i32) -> PyResult<u64> {
    Ok(u64::from(sound(py, &fragment, width)?.max()))
}

fn int(py: Py<'_>, v: i64) -> PyResult {
    Ok(long::from_i64(py, v)?.upcast())
}

fn minmax(py: Py<'_>, _: &M, fragment: View, width: i32) -> PyResult<Owned<PyTupleObject>> {
    let (a, b) = sound(py, &fragment, width)?.min_max();
    tuple::from_iter(py, [int(py, a.into())?, int(py, b.into())?])
}

fn avg(py: Py<'_>, _: &M, fragment: View, width: i32) -> PyResult<i64> {
    Ok(sound(py, &fragment, width)?.average().into())
}

fn rms(py: Py<'_>, _: &M, fragment: View, width: i32) -> PyResult<u64> {
    Ok(sound(py, &fragment, width)?.rms().into())
}

fn cross(py: Py<'_>, _: &M, fragment: View, width: i32) -> PyResult<isize> {
    Ok(sound(py, &fragment, width)?.crossings())
}

fn maxpp(py: Py<'_>, _: &M, fragment: View, width: i32) -> PyResult<u64> {
    Ok(sound(py, &fragment, width)?.peaks().into_iter().max().unwrap_or(0).into())
}

fn avgpp(py: Py<'_>, _: &M, fragment: View, width: i32) -> PyResult<u64> {
    let peaks = sound(py, &fragment, width)?.peaks();
    let sum: f64 = peaks.iter().map(|p| f64::from(*p)).sum();
    Ok(if peaks.is_empty() { 0 } else { (sum / peaks.len() as f64) as u64 })
}

fn getsample(py: Py<'_>, _: &M, fragment: View, width: i32, index: isize) -> PyResult<i64> {
    let s = sound(py, &fragment, width)?;
    match usize::try_from(index).ok().and_then(|i| s.sample(i)) {
        Some(v) => Ok(v.into()),
        None => Err(wrong(py, "Index out of range")),
    }
}

fn even(py: Py<'_>, fragments: &[&View]) -> PyResult<()> {
    if fragments.iter().any(|f| f.bytes().len() % 2 != 0) {
        return Err(wrong(py, "Strings should be even-sized"));
    }
    Ok(())
}

fn findfit(py: Py<'_>, _: &M, fragment: View, reference: View) -> PyResult<Owned<PyTupleObject>> {
    even(py, &[&fragment, &reference])?;
    if fragment.bytes().len() < reference.bytes().len() {
        return Err(wrong(py, "First sample should be longer"));
    }
    let (at, factor) = audio::find_fit(fragment.bytes(), reference.bytes());
    tuple::from_iter(py, [int(py, at as i64)?, float::new(py, factor)?.upcast()])
}

fn findfactor(py: Py<'_>, _: &M, fragment: View, reference: View) -> PyResult<f64> {
    even(py, &[&fragment, &reference])?;
    if fragment.bytes().len() != reference.bytes().len() {
        return Err(wrong(py, "Samples should be same size"));
    }
    Ok(audio::find_factor(fragment.bytes(), reference.bytes()))
}

fn findmax(py: Py<'_>, _: &M, fragment: View, length: isize) -> PyResult<usize> {
    even(py, &[&fragment])?;
    match usize::try_from(length) {
        Ok(n) if n <= fragment.bytes().len() / 2 => Ok(audio::find_max(fragment.bytes(), n)),
        _ => Err(wrong(py, "Input sample should be longer")),
    }
}

fn mul(py: Py<'_>, _: &M, fragment: View, width: i32, factor: f64) -> Made {
    bytes::new(py, &sound(py, &fragment, width)?.scaled(factor))
}

fn tomono(py: Py<'_>, _: &M, fragment: View, width: i32, left: f64, right: f64) -> Made {
    let s = sound(py, &fragment, width)?;
    if s.data.len() / s.width % 2 != 0 {
        return Err(wrong(py, "not a whole number of frames"));
    }
    bytes::new(py, &s.to_mono(left, right))
}

fn tostereo(py: Py<'_>, _: &M, fragment: View, width: i32, left: f64, right: f64) -> Made {
    bytes::new(py, &sound(py, &fragment, width)?.to_stereo(left, right))
}

fn add(py: Py<'_>, _: &M, a: View, b: View, width: i32) -> Made {
    let s = sound(py, &a, width)?;
    if a.bytes().len() != b.bytes().len() {
        return Err(wrong(py, "Lengths should be the same"));
    }
    bytes::new(py, &s.plus(Sound { data: b.bytes(), width: s.width }))
}

fn bias(py: Py<'_>, _: &M, fragment: View, width: i32, by: i32) -> Made {
    bytes::new(py, &sound(py, &fragment, width)?.biased(by))
}

fn reverse(py: Py<'_>, _: &M, fragment: View, width: i32) -> Made {
    bytes::new(py, &sound(py, &fragment, width)?.reversed())
}

fn byteswap(py: Py<'_>, _: &M, fragment: View, width: i32) -> Made {
    bytes::new(py, &sound(py, &fragment, width)?.swapped())
}

fn lin2lin(py: Py<'_>, _: &M, fragment: View, width: i32, new: i32) -> Made {
    let s = sound(py, &fragment, width)?;
    bytes::new(py, &s.to_width(checked_width(py, new)?))
}

fn lin2ulaw(py: Py<'_>, _: &M, fragment: View, width: i32) -> Made {
    bytes::new(py, &sound(py, &fragment, width)?.to_ulaw())
}

fn lin2alaw(py: Py<'_>, _: &M, fragment: View, width: i32) -> Made {
    bytes::new(py, &sound(py, &fragment, width)?.to_alaw())
}

fn ulaw2lin(py: Py<'_>, _: &M, fragment: View, width: i32) -> Made {
    bytes::new(py, &audio::from_law(fragment.bytes(), checked_width(py, width)?, audio::ulaw_to_linear))
}

fn alaw2lin(py: Py<'_>, _: &M, fragment: View, width: i32) -> Made {
    bytes::new(py, &audio::from_law(fragment.bytes(), checked_width(py, width)?, audio::alaw_to_linear))
}

fn tuple_or_none<'a>(py: Py<'_>, state: &'a PyObject) -> PyResult<Option<&'a PyTupleObject>> {
    if object::is_none(state) {
        return Ok(None);
    }
    match tuple::check(state) {
        Some(t) => Ok(Some(t)),
        None => Err(exceptions::type_error(py, format_args!("state must be a tuple or None"))),
    }
}

/// A C int of a state.
fn c_int(py: Py<'_>, o: &PyObject) -> PyResult<i32> {
    let n = number::as_ssize(py, o, &exceptions::OverflowError)?;
    i32::try_from(n).map_err(|_| {
        let side = if n < 0 { "less than minimum" } else { "greater than maximum" };
        exceptions::overflow_error(py, format_args!("signed integer is {side}"))
    })
}

#[cold]
fn illegal(py: Py<'_>, function: &str) -> PyErr {
    exceptions::type_error(py, format_args!("{function}(): illegal state argument"))
}

fn adpcm(py: Py<'_>, state: &PyObject, function: &str) -> PyResult<Adpcm> {
    let Some(t) = tuple_or_none(py, state)? else { return Ok(Adpcm::default()) };
    let &[value, index] = tuple::items(t) else { return Err(illegal(py, function)) };
    Adpcm::new(c_int(py, value)?, c_int(py, index)?)
        .ok_or_else(|| exceptions::value_error(py, format_args!("bad state")))
}

fn with_adpcm(py: Py<'_>, data: Vec<u8>, state: Adpcm) -> PyResult<Owned<PyTupleObject>> {
    let (value, index) = state.parts();
    let state = tuple::from_iter(py, [int(py, value.into())?, int(py, index.into())?])?.upcast();
    tuple::from_iter(py, [bytes::new(py, &data)?.upcast(), state])
}

fn lin2adpcm(
    py: Py<'_>,
    _: &M,
    fragment: View,
    width: i32,
    state: &PyObject,
) -> PyResult<Owned<PyTupleObject>> {
    let s = sound(py, &fragment, width)?;
    let mut state = adpcm(py, state, "lin2adpcm")?;
    let data = s.to_adpcm(&mut state);
    with_adpcm(py, data, state)
}

fn adpcm2lin(
    py: Py<'_>,
    _: &M,
    fragment: View,
    width: i32,
    state: &PyObject,
) -> PyResult<Owned<PyTupleObject>> {
    let width = checked_width(py, width)?;
    let mut state = adpcm(py, state, "adpcm2lin")?;
    let data = audio::from_adpcm(fragment.bytes(), width, &mut state);
    with_adpcm(py, data, state)
}

fn gcd(a: i32, b: i32) -> i32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The state of a conversion of rates: `(place, ((before, now), ...))`.
fn rate(py: Py<'_>, state: &PyObject, channels: i32, outrate: i32) -> PyResult<Rate> {
    let Some(t) = tuple_or_none(py, state)? else {
        let mut all = Vec::new();
        if all.try_reserve_exact(channels as usize).is_err() {
            return Err(exceptions::memory_error(py));
        }
        all.resize(channels as usize, (0, 0));
        return Ok(Rate { place: -outrate, channels: all });
    };
    let &[place, samples] = tuple::items(t) else { return Err(illegal(py, "ratecv")) };
    let (place, Some(samples)) = (c_int(py, place)?, tuple::check(samples)) else {
        return Err(illegal(py, "ratecv"));
    };
    // A place of its own is below zero; one far above would make frames without end.
    if tuple::items(samples).len() != channels as usize || place > outrate {
        return Err(wrong(py, "illegal state argument"));
    }
    let mut all = Vec::new();
    for pair in tuple::items(samples) {
        let Some(&[before, now]) = tuple::check(pair).map(tuple::items) else {
            return Err(exceptions::type_error(py, format_args!("illegal state argument")));
        };
        all.push((c_int(py, before)?, c_int(py, now)?));
    }
    Ok(Rate { place, channels: all })
}

#[allow(clippy::too_many_arguments)] // Python's.
fn ratecv(
    py: Py<'_>,
    _: &M,
    fragment: View,
    width: i32,
    channels: i32,
    inrate: i32,
    outrate: i32,
    state: &PyObject,
    weight_a: Option<i32>,
    weight_b: Option<i32>,
) -> PyResult<Owned<PyTupleObject>> {
    let (a, b) = (weight_a.unwrap_or(1), weight_b.unwrap_or(0));
    let width = checked_width(py, width)?;
    if channels < 1 {
        return Err(wrong(py, "# of channels should be >= 1"));
    }
    if channels > i32::MAX / width as i32 {
        let text = format_args!("width * nchannels too big for a C int");
        return Err(exceptions::overflow_error(py, text));
    }
    let frame = width * channels as usize;
    if a < 1 || b < 0 {
        return Err(wrong(py, "weightA should be >= 1, weightB should be >= 0"));
    }
    if !fragment.bytes().len().is_multiple_of(frame) {
        return Err(wrong(py, "not a whole number of frames"));
    }
    if inrate <= 0 || outrate <= 0 {
        return Err(wrong(py, "sampling rate not > 0"));
    }
    let (d, w) = (gcd(inrate, outrate), gcd(a, b));
    let rates = (inrate / d, outrate / d);
    // The output has to fit memory; CPython asks the same of its first guess.
    let frames = fragment.bytes().len() / frame;
    let room =
        frames.div_ceil(rates.0 as usize).checked_mul(rates.1 as usize).and_then(|n| n.checked_mul(frame));
    if room.is_none_or(|n| n > isize::MAX as usize) {
        let text = format_args!("not enough memory for output buffer");
        return Err(exceptions::format(py, &exceptions::MemoryError, text));
    }
    let mut state = rate(py, state, channels, rates.1)?;
    let sound = Sound { data: fragment.bytes(), width };
    let data = audio::convert_rate(sound, rates, (a / w, b / w), &mut state);
    let mut samples = Vec::new();
    for (before, now) in &state.channels {
        let pair = tuple::from_iter(py, [int(py, (*before).into())?, int(py, (*now).into())?])?;
        samples.push(pair.upcast());
    }
    let samples = tuple::from_iter(py, samples)?.upcast();
    let state = tuple::from_iter(py, [int(py, state.place.into())?, samples])?.upcast();
    tuple::from_iter(py, [bytes::new(py, &data)?.upcast(), state])
}
