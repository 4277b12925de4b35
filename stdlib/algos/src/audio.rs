//! Fragments of linear, u-law, A-law and ADPCM sound (what `audioop` computes; ITU-T G.711, and the IMA's ADPCM).
//! A fragment is whole samples of a width of one to four bytes in the machine's order; callers check that.

/// The largest and least value of a sample of each width.
const MAX: [i32; 5] = [0, 0x7F, 0x7FFF, 0x7F_FFFF, i32::MAX];
const MIN: [i32; 5] = [0, -0x80, -0x8000, -0x80_0000, i32::MIN];

/// Samples of a fragment.
#[derive(Clone, Copy)]
pub struct Sound<'a> {
    pub data: &'a [u8],
    pub width: usize,
}

/// One sample.
fn get(b: &[u8]) -> i32 {
    match *b {
        [a] => i32::from(a as i8),
        [a, b] => i32::from(i16::from_ne_bytes([a, b])),
        #[cfg(target_endian = "little")]
        [a, b, c] => i32::from_le_bytes([0, a, b, c]) >> 8,
        #[cfg(target_endian = "big")]
        [a, b, c] => i32::from_be_bytes([a, b, c, 0]) >> 8,
        [a, b, c, d] => i32::from_ne_bytes([a, b, c, d]),
        _ => 0,
    }
}

/// Appends one sample; what does not fit its width is cut off.
fn put(out: &mut Vec<u8>, width: usize, v: i32) {
    let b = v.to_ne_bytes();
    if cfg!(target_endian = "little") {
        out.extend_from_slice(&b[..width]);
    } else {
        out.extend_from_slice(&b[4 - width..]);
    }
}

/// As a sample of four bytes: the first byte of the smaller one is the first of the larger.
fn widen(v: i32, width: usize) -> i32 {
    v << (8 * (4 - width))
}

fn put_wide(out: &mut Vec<u8>, width: usize, v: i32) {
    put(out, width, v >> (8 * (4 - width)));
}

/// A product as a sample: rounded down, no further than the width goes.
fn bounded(v: f64, width: usize) -> i32 {
    let (min, max) = (f64::from(MIN[width]), f64::from(MAX[width]));
    let v = if v > max {
        max
    } else if v < min + 1.0 {
        min
    } else {
        v
    };
    v.floor() as i32
}

impl<'a> Sound<'a> {
    /// The samples.
    pub fn samples(self) -> impl DoubleEndedIterator<Item = i32> + ExactSizeIterator + 'a {
        self.data.chunks_exact(self.width).map(get)
    }

    fn map(self, mut f: impl FnMut(i32) -> i32) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.data.len());
        self.samples().for_each(|v| put(&mut out, self.width, f(v)));
        out
    }

    /// The sample at an index.
    pub fn sample(self, index: usize) -> Option<i32> {
        self.samples().nth(index)
    }

    /// The largest magnitude.
    pub fn max(self) -> u32 {
        self.samples().map(i32::unsigned_abs).max().unwrap_or(0)
    }

    /// Least and largest sample; of none, the largest and the least there are.
    pub fn min_max(self) -> (i32, i32) {
        self.samples().fold((i32::MAX, i32::MIN), |(a, b), v| (a.min(v), b.max(v)))
    }

    /// The average, rounded down.
    pub fn average(self) -> i32 {
        let sum: f64 = self.samples().map(f64::from).sum();
        if self.data.is_empty() { 0 } else { (sum / self.samples().len() as f64).floor() as i32 }
    }

    /// The root of the mean of the squares.
    pub fn rms(self) -> u32 {
        let sum: f64 = self.samples().map(|v| f64::from(v) * f64::from(v)).sum();
        if self.data.is_empty() { 0 } else { (sum / self.samples().len() as f64).sqrt() as u32 }
    }

    /// How many times the sign changes; -1 without samples.
    pub fn crossings(self) -> isize {
        let mut before = None;
        let mut n = -1;
        for negative in self.samples().map(|v| v < 0) {
            if before.replace(negative) != Some(negative) {
                n += 1;
            }
        }
        n
    }

    /// The differences of neighbouring extremes.
    pub fn peaks(self) -> Vec<u32> {
        let (mut out, mut extreme, mut falling) = (Vec::new(), None::<i32>, None);
        let mut all = self.samples();
        let Some(mut before) = all.next() else { return out };
        for v in all {
            if v == before {
                continue;
            }
            let falls = v < before;
            if falling == Some(!falls) {
                if let Some(e) = extreme {
                    out.push(e.abs_diff(before));
                }
                extreme = Some(before);
            }
            before = v;
            falling = Some(falls);
        }
        out
    }

    /// Every sample times a factor.
    pub fn scaled(self, factor: f64) -> Vec<u8> {
        self.map(|v| bounded(f64::from(v) * factor, self.width))
    }

    /// Pairs of samples to single ones.
    pub fn to_mono(self, left: f64, right: f64) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.data.len() / 2);
        for pair in self.data.chunks_exact(2 * self.width) {
            let (l, r) = pair.split_at(self.width);
            let v = f64::from(get(l)) * left + f64::from(get(r)) * right;
            put(&mut out, self.width, bounded(v, self.width));
        }
        out
    }

    /// Samples to pairs.
    pub fn to_stereo(self, left: f64, right: f64) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.data.len() * 2);
        for v in self.samples().map(f64::from) {
            put(&mut out, self.width, bounded(v * left, self.width));
            put(&mut out, self.width, bounded(v * right, self.width));
        }
        out
    }

    /// The sums with another fragment as long.
    pub fn plus(self, other: Sound<'_>) -> Vec<u8> {
        let (min, max) = (i64::from(MIN[self.width]), i64::from(MAX[self.width]));
        let mut out = Vec::with_capacity(self.data.len());
        for (a, b) in self.samples().zip(other.samples()) {
            put(&mut out, self.width, (i64::from(a) + i64::from(b)).clamp(min, max) as i32);
        }
        out
    }

    /// Every sample plus a number, wrapping around.
    pub fn biased(self, by: i32) -> Vec<u8> {
        self.map(|v| v.wrapping_add(by))
    }

    pub fn reversed(self) -> Vec<u8> {
        self.data.chunks_exact(self.width).rev().flatten().copied().collect()
    }

    /// The samples with their bytes in the other order.
    pub fn swapped(self) -> Vec<u8> {
        self.data.chunks_exact(self.width).flat_map(|c| c.iter().rev().copied()).collect()
    }

    /// In another width.
    pub fn to_width(self, width: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.samples().len() * width);
        self.samples().for_each(|v| put_wide(&mut out, width, widen(v, self.width)));
        out
    }

    /// In u-law.
    pub fn to_ulaw(self) -> Vec<u8> {
        self.samples().map(|v| linear_to_ulaw(widen(v, self.width) >> 18)).collect()
    }

    /// In A-law.
    pub fn to_alaw(self) -> Vec<u8> {
        self.samples().map(|v| linear_to_alaw(widen(v, self.width) >> 19)).collect()
    }

    /// In ADPCM, going on from a state.
    pub fn to_adpcm(self, state: &mut Adpcm) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.samples().len() / 2);
        let mut first = None;
        for v in self.samples() {
            let code = state.encode(widen(v, self.width) >> 16);
            match first.take() {
                None => first = Some(code << 4),
                Some(high) => out.push(high | code),
            }
        }
        out
    }
}

/// Bytes of u-law or A-law as samples.
pub fn from_law(data: &[u8], width: usize, one: fn(u8) -> i32) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() * width);
    data.iter().for_each(|b| put_wide(&mut out, width, one(*b) << 16));
    out
}

/// ADPCM as samples, going on from a state.
pub fn from_adpcm(data: &[u8], width: usize, state: &mut Adpcm) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() * 2 * width);
    for b in data {
        for code in [b >> 4, b & 15] {
            let v = state.decode(code);
            put_wide(&mut out, width, v << 16);
        }
    }
    out
}

const BIAS: i32 = 0x84;

/// A u-law byte as a sample of 16 bits.
pub fn ulaw_to_linear(b: u8) -> i32 {
    let b = i32::from(!b);
    let t = (((b & 0xF) << 3) + BIAS) << ((b & 0x70) >> 4);
    if b & 0x80 != 0 { BIAS - t } else { t - BIAS }
}

/// An A-law byte as a sample of 16 bits.
pub fn alaw_to_linear(b: u8) -> i32 {
    let b = i32::from(b ^ 0x55);
    let (t, segment) = ((b & 0xF) << 4, (b & 0x70) >> 4);
    let t = match segment {
        0 => t + 8,
        s => (t + 0x108) << (s - 1),
    };
    if b & 0x80 != 0 { t } else { -t }
}

/// The segment of a magnitude: of those whose ends double, the first that reaches so far; 8 for none.
fn segment(v: i32, first_end: i32) -> i32 {
    (0..8).find(|s| v < ((first_end + 1) << s)).unwrap_or(8)
}

fn linear_to_ulaw(v: i32) -> u8 {
    let mask = if v < 0 { 0x7F } else { 0xFF };
    let v = v.abs().min(8159) + (BIAS >> 2);
    let s = segment(v, 0x3F);
    let b = if s >= 8 { 0x7F } else { s << 4 | v >> (s + 1) & 0xF };
    (b ^ mask) as u8
}

fn linear_to_alaw(v: i32) -> u8 {
    let (mask, v) = if v >= 0 { (0xD5, v) } else { (0x55, -v - 1) };
    let s = segment(v, 0x1F);
    let b = if s >= 8 { 0x7F } else { s << 4 | v >> s.max(1) & 0xF };
    (b ^ mask) as u8
}

/// The IMA's steps.
#[rustfmt::skip]
const STEPS: [i32; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118,
    130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060,
    1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132,
    7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
];

/// Where an ADPCM stream is: the value it predicts, and which step it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Adpcm {
    value: i32,
    index: i32,
}

impl Adpcm {
    /// `None`: a value of more than 16 bits, or no such step.
    pub fn new(value: i32, index: i32) -> Option<Adpcm> {
        (i16::try_from(value).is_ok() && (0..89).contains(&index)).then_some(Adpcm { value, index })
    }

    pub fn parts(self) -> (i32, i32) {
        (self.value, self.index)
    }

    fn step(&self) -> i32 {
        STEPS[self.index as usize]
    }

    /// The next value, and the step after it.
    fn advance(&mut self, code: u8, by: i32) {
        let by = if code & 8 != 0 { -by } else { by };
        self.value = (self.value + by).clamp(-0x8000, 0x7FFF);
        let change = if code & 4 != 0 { 2 * i32::from(code & 3) + 2 } else { -1 };
        self.index = (self.index + change).clamp(0, 88);
    }

    fn encode(&mut self, v: i32) -> u8 {
        let (mut step, mut rest) = (self.step(), v - self.value);
        let mut code = 0;
        if rest < 0 {
            (code, rest) = (8, -rest);
        }
        let mut by = step >> 3;
        for bit in [4, 2, 1] {
            if rest >= step {
                code |= bit;
                rest -= step;
                by += step;
            }
            step >>= 1;
        }
        self.advance(code, by);
        code
    }

    fn decode(&mut self, code: u8) -> i32 {
        let step = self.step();
        let mut by = step >> 3;
        for (bit, shift) in [(4, 0), (2, 1), (1, 2)] {
            if code & bit != 0 {
                by += step >> shift;
            }
        }
        self.advance(code, by);
        self.value
    }
}

/// What searching a fragment in another compares: samples of 16 bits.
fn product(a: &[f64], b: &[f64]) -> f64 {
    // From 0, not from the -0 that `sum` begins with: the sum of nothing is seen.
    a.iter().zip(b).fold(0.0, |s, (a, b)| s + a * b)
}

fn pairs(data: &[u8]) -> Vec<f64> {
    Sound { data, width: 2 }.samples().map(f64::from).collect()
}

/// Where a reference fits best in a fragment at least as long, and the factor by which.
pub fn find_fit(fragment: &[u8], reference: &[u8]) -> (usize, f64) {
    let (a, r) = (pairs(fragment), pairs(reference));
    let n = r.len();
    let energy = product(&r, &r);
    let mut own = product(&a[..n], &a[..n]);
    let error = |own: f64, both: f64| (energy * own - both * both) / own;
    let (mut best, mut at) = (error(own, product(&a[..n], &r)), 0);
    for j in 1..=a.len() - n {
        own = own + a[j + n - 1] * a[j + n - 1] - a[j - 1] * a[j - 1];
        let e = error(own, product(&a[j..j + n], &r));
        if e < best {
            (best, at) = (e, j);
        }
    }
    (at, product(&a[at..at + n], &r) / energy)
}

/// The factor that makes a reference most like a fragment as long.
pub fn find_factor(fragment: &[u8], reference: &[u8]) -> f64 {
    let (a, r) = (pairs(fragment), pairs(reference));
    product(&a, &r) / product(&r, &r)
}

/// Where the loudest part of this many samples begins.
pub fn find_max(fragment: &[u8], n: usize) -> usize {
    let a = pairs(fragment);
    let mut own = product(&a[..n], &a[..n]);
    let (mut best, mut at) = (own, 0);
    for j in 1..=a.len() - n {
        own = own + a[j + n - 1] * a[j + n - 1] - a[j - 1] * a[j - 1];
        if own > best {
            (best, at) = (own, j);
        }
    }
    at
}

/// Where a conversion of the frame rate is: how far between two frames, and for each channel the last two samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Rate {
    pub place: i32,
    pub channels: Vec<(i32, i32)>,
}

/// Converts the frame rate. The rates and the weights of the filter are positive (the second weight may be 0) and without
/// common factors.
pub fn convert_rate(
    sound: Sound<'_>,
    (inrate, outrate): (i32, i32),
    (weight_a, weight_b): (i32, i32),
    state: &mut Rate,
) -> Vec<u8> {
    let (a, b) = (f64::from(weight_a), f64::from(weight_b));
    let frame = sound.width * state.channels.len();
    let mut frames = sound.data.chunks_exact(frame);
    let mut out = Vec::new();
    let mut d = i64::from(state.place);
    'all: loop {
        while d < 0 {
            let Some(f) = frames.next() else { break 'all };
            for (s, (before, now)) in f.chunks_exact(sound.width).zip(&mut state.channels) {
                *before = *now;
                let v = f64::from(widen(get(s), sound.width));
                *now = ((a * v + b * f64::from(*before)) / (a + b)) as i32;
            }
            d += i64::from(outrate);
        }
        while d >= 0 {
            for (before, now) in &state.channels {
                let v = f64::from(*before) * d as f64 + f64::from(*now) * (i64::from(outrate) - d) as f64;
                put_wide(&mut out, sound.width, (v / f64::from(outrate)) as i32);
            }
            d -= i64::from(inrate);
        }
    }
    state.place = d as i32;
    out
}
