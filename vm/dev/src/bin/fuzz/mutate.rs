//! Makes inputs: parts of the corpus, cut, doubled, mixed, and sown with words that matter to the target.

use crate::targets::Target;

/// A small generator with a seed (splitmix64).
pub struct Random(u64);

impl Random {
    /// Two seeds give unlike sequences.
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `n`; 0 for 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// One of a list that is not empty.
    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// A range of the input, at most `most` units long, at unit boundaries.
fn part(random: &mut Random, len: usize, unit: usize, most: usize) -> std::ops::Range<usize> {
    let units = len / unit;
    let start = random.below(units + 1);
    let end = (start + random.below(most + 1)).min(units);
    start * unit..end * unit
}

/// A new input.
pub fn next(target: &Target, corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let entry: &Vec<u8> = random.of(corpus);
    let mut input = sample(target, entry, random);
    for _ in 0..random.below(target.changes) {
        change(target, corpus, &mut input, random);
    }
    input
}

/// An entry of the corpus, or, of a long text, some of its statements: from one line that is not indented to another, or
/// from any indented one, which is given a head.
fn sample(target: &Target, entry: &[u8], random: &mut Random) -> Vec<u8> {
    if !target.text || entry.len() < 400 || random.below(20) == 0 {
        return entry.to_vec();
    }
    let lines: Vec<&[u8]> = entry.split_inclusive(|byte| *byte == b'\n').collect();
    let indent = |line: &[u8]| line.iter().take_while(|byte| **byte == b' ').count();
    let blank = |line: &[u8]| line.trim_ascii().is_empty();
    let begins: Vec<usize> = (0..lines.len()).filter(|&at| !blank(lines[at])).collect();
    let Some(&from) = begins.get(random.below(begins.len())) else { return entry.to_vec() };
    let depth = indent(lines[from]);
    let most = (from + 1 + random.below(40)).min(lines.len());
    let stop = (from + 1..lines.len()).find(|&at| {
        !blank(lines[at]) && (indent(lines[at]) < depth || at >= most && indent(lines[at]) == depth)
    });
    let part = &lines[from..stop.unwrap_or(lines.len())];
    let heads: [&[u8]; 4] =
        [b"def f(a, *b, c=1, **d):\n", b"class A(B):\n", b"async def f(x):\n", b"for x in y:\n"];
    let mut text = if depth > 0 { random.of(&heads).to_vec() } else { Vec::new() };
    text.extend(part.iter().flat_map(|line| line.iter()));
    text
}

fn change(target: &Target, corpus: &[Vec<u8>], input: &mut Vec<u8>, random: &mut Random) {
    let unit = target.unit;
    let len = input.len();
    let at = random.below(len / unit + 1) * unit;
    match random.below(12) {
        0 | 1 => {
            let word = random.of(target.words);
            input.splice(at..at, word.iter().copied());
        }
        2 => {
            let word = random.of(target.words);
            let end = (at + word.len()).min(len);
            input.splice(at..end, word.iter().copied());
        }
        3 => _ = input.drain(part(random, len, unit, 8)),
        4 => _ = input.drain(part(random, len, unit, 200)),
        5 if len > 0 => {
            let byte = random.below(len);
            input[byte] ^= 1 << random.below(8);
        }
        6 if len > 0 => {
            let byte = random.below(len);
            input[byte] = *random.of(&[0, 1, 0x7f, 0x80, 0xff, b'\n', b' ', b'\\', b'"', b'{', 0xc3, 0xed]);
        }
        7 => {
            // Within the input.
            let from = part(random, len, unit, 40);
            let copy = input[from].to_vec();
            input.splice(at..at, copy);
        }
        8 => {
            let other = random.of(corpus);
            let from = part(random, other.len(), unit, 60);
            input.splice(at..at, other[from].iter().copied());
        }
        9 => {
            // Nesting and length: a part many times over.
            let from = part(random, len, unit, 6);
            let copy = input[from].repeat(1 << random.below(13));
            input.splice(at..at, copy.into_iter().take(1 << 15));
        }
        10 => {
            let word = random.of(target.words).repeat(1 << random.below(13));
            input.splice(at..at, word.into_iter().take(1 << 15));
        }
        _ => input.truncate(at),
    }
}

/// A smaller input that still fails.
pub fn minimise(input: &[u8], mut fails: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let mut best = input.to_vec();
    let mut size = best.len() / 2;
    let mut tries = 0;
    while size > 0 && tries < 5000 {
        let (mut at, before) = (0, best.len());
        while at < best.len() && tries < 5000 {
            tries += 1;
            let mut part = best.clone();
            part.drain(at..(at + size).min(best.len()));
            if fails(&part) {
                best = part;
            } else {
                at += size;
            }
        }
        if best.len() == before || size > best.len() {
            size /= 2;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_inputs() {
        let target = &crate::targets::ALL[0];
        let corpus = [b"def f(x):\n    return x\n".to_vec(), b"class A: pass\n".to_vec()];
        let make = |seed| {
            let mut random = Random::new(seed);
            (0..50).map(|_| next(target, &corpus, &mut random)).collect::<Vec<_>>()
        };
        assert_eq!(make(3), make(3));
        assert_ne!(make(3), make(4));
    }

    #[test]
    fn minimising_keeps_what_fails() {
        let small = minimise(b"some long (text [with] one) thing", |part| {
            part.contains(&b'[') && part.contains(&b')')
        });
        assert_eq!(small, b"[)");
    }
}
