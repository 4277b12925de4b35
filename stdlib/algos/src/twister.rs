//! `_random`: the Mersenne Twister MT19937 of M. Matsumoto and T. Nishimura, seeded and read as CPython does.
//!
//! Not here: what `seed()` makes of objects that are not ints (the module hashes them) and of nothing (it asks the
//! operating system for words and passes them to [`Twister::seed_words`]).

/// Words of state.
pub const N: usize = 624;
const M: usize = 397;
const MATRIX: u32 = 0x9908_b0df;
const UPPER: u32 = 0x8000_0000;

/// A generator. It is made with the state of no seed; seed it, or set a state, before reading from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twister {
    state: [u32; N],
    index: usize,
}

impl Twister {
    /// The generator of `Random(0)`.
    pub fn new() -> Twister {
        let mut t = Twister { state: [0; N], index: N };
        t.seed_words(&[0]);
        t
    }

    /// `init_genrand`.
    fn start(&mut self, seed: u32) {
        self.state[0] = seed;
        for i in 1..N {
            let before = self.state[i - 1];
            self.state[i] = 1_812_433_253u32.wrapping_mul(before ^ before >> 30).wrapping_add(i as u32);
        }
        self.index = N;
    }

    /// `init_by_array`: the words of the seed's absolute value, least significant first; one zero for zero.
    pub fn seed_words(&mut self, key: &[u32]) {
        let key = if key.is_empty() { &[0][..] } else { key };
        self.start(19_650_218);
        let (mut i, mut j) = (1, 0);
        // The first word only carries over from the last.
        let next = |i: usize, state: &mut [u32; N]| {
            if i + 1 < N {
                return i + 1;
            }
            state[0] = state[N - 1];
            1
        };
        for _ in 0..N.max(key.len()) {
            let before = self.state[i - 1];
            self.state[i] = (self.state[i] ^ (before ^ before >> 30).wrapping_mul(1_664_525))
                .wrapping_add(key[j])
                .wrapping_add(j as u32);
            i = next(i, &mut self.state);
            j = (j + 1) % key.len();
        }
        for _ in 1..N {
            let before = self.state[i - 1];
            self.state[i] =
                (self.state[i] ^ (before ^ before >> 30).wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
            i = next(i, &mut self.state);
        }
        self.state[0] = UPPER;
    }

    /// As `seed_words`, from the 30-bit digits of an int.
    pub fn seed_digits(&mut self, digits: &[u32]) {
        let mut words = Vec::with_capacity(digits.len());
        let (mut acc, mut bits) = (0u64, 0);
        for d in digits {
            acc |= u64::from(*d) << bits;
            bits += 30;
            if bits >= 32 {
                words.push(acc as u32);
                acc >>= 32;
                bits -= 32;
            }
        }
        words.push(acc as u32);
        while words.len() > 1 && words.last() == Some(&0) {
            words.pop();
        }
        self.seed_words(&words);
    }

    /// All words anew.
    fn refill(&mut self) {
        let s = &mut self.state;
        for i in 0..N {
            let y = s[i] & UPPER | s[(i + 1) % N] & !UPPER;
            s[i] = s[(i + M) % N] ^ y >> 1 ^ if y & 1 != 0 { MATRIX } else { 0 };
        }
        self.index = 0;
    }

    /// The next 32 bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.index >= N {
            self.refill();
        }
        let mut y = self.state[self.index];
        self.index += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c_5680;
        y ^= y << 15 & 0xefc6_0000;
        y ^ y >> 18
    }

    /// `random()`: 53 bits below one.
    #[inline]
    pub fn random(&mut self) -> f64 {
        let (high, low) = (self.next_u32() >> 5, self.next_u32() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// `getrandbits(k)` for `k` up to 64; none at all for 0.
    #[inline]
    pub fn bits(&mut self, k: u32) -> u64 {
        match k {
            0 => 0,
            1..=32 => u64::from(self.next_u32() >> (32 - k)),
            _ => {
                let low = u64::from(self.next_u32());
                low | u64::from(self.next_u32() >> (64 - k.min(64))) << 32
            }
        }
    }

    /// `getrandbits(k)` as words, least significant first. The caller has checked that `k` bits fit in memory.
    pub fn bit_words(&mut self, mut k: u64) -> Vec<u32> {
        let mut out = Vec::with_capacity(k.div_ceil(32) as usize);
        while k > 0 {
            let word = self.next_u32();
            out.push(if k < 32 { word >> (32 - k) } else { word });
            k = k.saturating_sub(32);
        }
        out
    }

    /// `getrandbits(k)` as the 30-bit digits of an int, without zeros at the top.
    pub fn bit_digits(&mut self, k: u64) -> Vec<u32> {
        let words = self.bit_words(k);
        let mut out = Vec::with_capacity(k.div_ceil(30) as usize);
        let (mut acc, mut bits) = (0u64, 0);
        for w in words {
            acc |= u64::from(w) << bits;
            bits += 32;
            while bits >= 30 {
                out.push(acc as u32 & ((1 << 30) - 1));
                acc >>= 30;
                bits -= 30;
            }
        }
        out.push(acc as u32);
        while out.last() == Some(&0) {
            out.pop();
        }
        out
    }

    /// `getstate()`: the words and the place in them.
    pub fn state(&self) -> (&[u32; N], usize) {
        (&self.state, self.index)
    }

    /// `setstate()`; `None` for a place outside the words (`invalid state`).
    pub fn set_state(&mut self, words: &[u32; N], index: usize) -> Option<()> {
        if index > N {
            return None;
        }
        (self.state, self.index) = (*words, index);
        Some(())
    }
}

impl Default for Twister {
    fn default() -> Self {
        Twister::new()
    }
}
