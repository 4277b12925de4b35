//! `list.sort`: timsort (`listsort.txt`): runs found or made by binary insertion, merged by the powersort rule with
//! galloping. The order of comparisons is CPython's, which a key's side effects can see.
//! Comparison of keys of one built-in type without the general protocol is to come.

use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::list::len;
use dxpy_core::{Owned, Py, PyResult, call, exceptions, object, protocol};

/// A key, and the item it stands for where they differ.
struct Entry {
    key: Owned,
    value: Option<Owned>,
}

/// `MIN_GALLOP`.
const MIN_GALLOP: usize = 7;

struct Run {
    base: usize,
    len: usize,
    power: u32,
}

struct State<'py> {
    py: Py<'py>,
    a: Vec<Entry>,
    min_gallop: usize,
    runs: Vec<Run>,
}

fn less(py: Py<'_>, a: &Entry, b: &Entry) -> PyResult<bool> {
    let r = protocol::rich_compare(py, &a.key, &b.key, Py_LT)?;
    protocol::is_true(py, &r)
}

/// `list_sort_impl`.
pub(super) fn sort_method(
    py: Py<'_>,
    l: &PyListObject,
    key: Option<&PyObject>,
    reverse: Option<bool>,
) -> PyResult<()> {
    let key = key.filter(|k| !object::is_none(k));
    // The list is empty while it is sorted, so that changes by comparisons are noticed.
    let (n, block, allocated) = (len(l), l.ob_item.replace(core::ptr::null_mut()), l.allocated.get());
    l.ob_base.ob_size.set(0);
    l.allocated.set(-1);
    // SAFETY: OWNED: the items are the list's former ones, now only here.
    let items: Vec<Owned> = (0..n).map(|i| unsafe { Owned::from_raw(*block.add(i)) }).collect();
    let mut entries = Vec::with_capacity(n);
    let mut rest = items.into_iter();
    let mut result = Ok(());
    for item in rest.by_ref() {
        let made = match key {
            None => Ok(Entry { key: item.clone(), value: None }),
            Some(k) => match call::call(py, k, [&item]) {
                Ok(key) => Ok(Entry { key, value: Some(item.clone()) }),
                Err(e) => Err(e),
            },
        };
        match made {
            Ok(e) => entries.push(e),
            Err(e) => {
                result = Err(e);
                entries.push(Entry { key: item, value: None });
                break;
            }
        }
    }
    // After an error the items go back in the order they are in.
    entries.extend(rest.map(|item| Entry { key: item, value: None }));
    let mut s = State { py, a: entries, min_gallop: MIN_GALLOP, runs: Vec::new() };
    let reverse = reverse.unwrap_or(false);
    if result.is_ok() && n > 1 {
        // Reversed before and after, equal items keep their order.
        if reverse {
            s.a.reverse();
        }
        result = s.sort();
        if reverse {
            s.a.reverse();
        }
    }
    // The keys go first: their finalisers can still find the list being sorted.
    for (i, e) in s.a.into_iter().enumerate() {
        let Entry { key, value } = e;
        // SAFETY: the block has `n` places, and there are as many entries.
        unsafe { *block.add(i) = value.unwrap_or(key).into_ptr() };
    }
    let modified = l.allocated.get() != -1 && result.is_ok();
    let intruders = (l.ob_item.get(), len(l));
    l.ob_item.set(block);
    l.ob_base.ob_size.set(n as isize);
    l.allocated.set(allocated);
    if !intruders.0.is_null() {
        // SAFETY: OWNED: what was put into the list meanwhile.
        unsafe {
            for i in 0..intruders.1 {
                drop(Owned::<PyObject>::from_raw_opt(*intruders.0.add(i)));
            }
            dxpy_core::alloc::free(intruders.0 as *mut core::ffi::c_void);
        }
    }
    if modified {
        return Err(exceptions::value_error(py, format_args!("list modified during sort")));
    }
    result
}

impl State<'_> {
    fn lt(&self, i: usize, j: usize) -> PyResult<bool> {
        less(self.py, &self.a[i], &self.a[j])
    }

    fn sort(&mut self) -> PyResult<()> {
        let n = self.a.len();
        let min_run = {
            let (mut n, mut r) = (n, 0);
            while n >= 64 {
                r |= n & 1;
                n >>= 1;
            }
            n + r
        };
        let mut lo = 0;
        while lo < n {
            let (mut run, descending) = self.count_run(lo, n)?;
            if descending {
                self.a[lo..lo + run].reverse();
            }
            if run < min_run {
                let force = (n - lo).min(min_run);
                self.binary_insertion(lo, lo + force, lo + run)?;
                run = force;
            }
            self.found_new_run(run)?;
            self.runs.push(Run { base: lo, len: run, power: 0 });
            lo += run;
        }
        while self.runs.len() > 1 {
            let mut i = self.runs.len() - 2;
            if i > 0 && self.runs[i - 1].len < self.runs[i + 1].len {
                i -= 1;
            }
            self.merge_at(i)?;
        }
        Ok(())
    }

    /// `count_run`: the length of the run at `lo`, and whether it descends strictly.
    fn count_run(&self, lo: usize, hi: usize) -> PyResult<(usize, bool)> {
        if lo + 1 == hi {
            return Ok((1, false));
        }
        let mut n = 2;
        let descending = self.lt(lo + 1, lo)?;
        let mut i = lo + 2;
        while i < hi {
            if self.lt(i, i - 1)? != descending {
                break;
            }
            i += 1;
            n += 1;
        }
        Ok((n, descending))
    }

    /// `binarysort`: `lo..start` is sorted.
    fn binary_insertion(&mut self, lo: usize, hi: usize, start: usize) -> PyResult<()> {
        let start = if lo == start { start + 1 } else { start };
        for at in start..hi {
            let (mut l, mut r) = (lo, at);
            while l < r {
                let p = l + ((r - l) >> 1);
                if self.lt(at, p)? {
                    r = p;
                } else {
                    l = p + 1;
                }
            }
            self.a[l..=at].rotate_right(1);
        }
        Ok(())
    }

    /// `powerloop`: the power of the boundary between two neighbouring runs.
    fn power(s1: usize, n1: usize, n2: usize, n: usize) -> u32 {
        let (mut a, mut result) = (2 * s1 + n1, 0);
        let mut b = a + n1 + n2;
        loop {
            result += 1;
            if a >= n {
                a -= n;
                b -= n;
            } else if b >= n {
                break;
            }
            a <<= 1;
            b <<= 1;
        }
        result
    }

    /// `found_new_run`: merges what the powersort rule says before a run of `n2` is added.
    fn found_new_run(&mut self, n2: usize) -> PyResult<()> {
        let Some(last) = self.runs.last() else { return Ok(()) };
        let power = Self::power(last.base, last.len, n2, self.a.len());
        while self.runs.len() > 1 && self.runs[self.runs.len() - 2].power > power {
            self.merge_at(self.runs.len() - 2)?;
        }
        self.runs.last_mut().expect("there is a run").power = power;
        Ok(())
    }

    /// `merge_at`: runs `i` and `i + 1` become one.
    fn merge_at(&mut self, i: usize) -> PyResult<()> {
        let (mut a, mut na) = (self.runs[i].base, self.runs[i].len);
        let (b, mut nb) = (self.runs[i + 1].base, self.runs[i + 1].len);
        self.runs[i].len = na + nb;
        self.runs.remove(i + 1);
        // What is in place already at both ends stays.
        let k = self.gallop_right(b, a, na, 0)?;
        a += k;
        na -= k;
        if na == 0 {
            return Ok(());
        }
        nb = self.gallop_left(a + na - 1, b, nb, nb - 1)?;
        if nb == 0 {
            return Ok(());
        }
        if na <= nb { self.merge_lo(a, na, nb) } else { self.merge_hi(a, na, nb) }
    }

    /// `gallop_left`: where entry `key` goes in the sorted `n` from `base`, left of equal ones, beginning at `hint`.
    fn gallop_left(&self, key: usize, base: usize, n: usize, hint: usize) -> PyResult<usize> {
        let k = &self.a[key];
        gallop_left(self.py, k, &self.a[base..base + n], hint)
    }

    /// `gallop_right`: as above, right of equal ones.
    fn gallop_right(&self, key: usize, base: usize, n: usize, hint: usize) -> PyResult<usize> {
        let k = &self.a[key];
        gallop_right(self.py, k, &self.a[base..base + n], hint)
    }

    /// `merge_lo`: the left run, the shorter, waits outside.
    fn merge_lo(&mut self, base: usize, na: usize, nb: usize) -> PyResult<()> {
        let mut merged: Vec<Entry> = Vec::with_capacity(na + nb);
        let mut left: std::collections::VecDeque<Entry> = self.a.splice(base..base + na, []).collect();
        let mut right: std::collections::VecDeque<Entry> = self.a.splice(base..base + nb, []).collect();
        let r = merge_low(self.py, &mut left, &mut right, &mut merged, &mut self.min_gallop);
        // Finished or failed, all entries come back, none twice.
        merged.extend(left);
        merged.extend(right);
        self.a.splice(base..base, merged);
        r
    }

    /// `merge_hi`: from the right end.
    fn merge_hi(&mut self, base: usize, na: usize, nb: usize) -> PyResult<()> {
        let mut merged: Vec<Entry> = Vec::with_capacity(na + nb);
        let mut left: Vec<Entry> = self.a.splice(base..base + na, []).collect();
        let mut right: Vec<Entry> = self.a.splice(base..base + nb, []).collect();
        let r = merge_high(self.py, &mut left, &mut right, &mut merged, &mut self.min_gallop);
        // `merged` was filled from the end.
        let mut all = left;
        all.extend(right);
        merged.reverse();
        all.extend(merged);
        self.a.splice(base..base, all);
        r
    }
}

/// `gallop_left` over a slice.
fn gallop_left(py: Py<'_>, key: &Entry, a: &[Entry], hint: usize) -> PyResult<usize> {
    let n = a.len();
    let (mut last, mut ofs);
    let (mut lo, mut hi);
    if less(py, &a[hint], key)? {
        (last, ofs) = (0, 1);
        let max = n - hint;
        while ofs < max && less(py, &a[hint + ofs], key)? {
            last = ofs;
            ofs = (ofs << 1) + 1;
        }
        ofs = ofs.min(max);
        (lo, hi) = (hint + last + 1, hint + ofs);
    } else {
        (last, ofs) = (0, 1);
        let max = hint + 1;
        while ofs < max && !less(py, &a[hint - ofs], key)? {
            last = ofs;
            ofs = (ofs << 1) + 1;
        }
        ofs = ofs.min(max);
        (lo, hi) = (hint + 1 - ofs, hint - last);
    }
    while lo < hi {
        let m = lo + ((hi - lo) >> 1);
        if less(py, &a[m], key)? {
            lo = m + 1;
        } else {
            hi = m;
        }
    }
    Ok(hi)
}

/// `gallop_right` over a slice.
fn gallop_right(py: Py<'_>, key: &Entry, a: &[Entry], hint: usize) -> PyResult<usize> {
    let n = a.len();
    let (mut last, mut ofs);
    let (mut lo, mut hi);
    if less(py, key, &a[hint])? {
        (last, ofs) = (0, 1);
        let max = hint + 1;
        while ofs < max && less(py, key, &a[hint - ofs])? {
            last = ofs;
            ofs = (ofs << 1) + 1;
        }
        ofs = ofs.min(max);
        (lo, hi) = (hint + 1 - ofs, hint - last);
    } else {
        (last, ofs) = (0, 1);
        let max = n - hint;
        while ofs < max && !less(py, key, &a[hint + ofs])? {
            last = ofs;
            ofs = (ofs << 1) + 1;
        }
        ofs = ofs.min(max);
        (lo, hi) = (hint + last + 1, hint + ofs);
    }
    while lo < hi {
        let m = lo + ((hi - lo) >> 1);
        if less(py, key, &a[m])? {
            hi = m;
        } else {
            lo = m + 1;
        }
    }
    Ok(hi)
}

type Queue = std::collections::VecDeque<Entry>;

/// The loop of `merge_lo`: one pair at a time until one run wins often, then in gallops.
fn merge_low(
    py: Py<'_>,
    left: &mut Queue,
    right: &mut Queue,
    out: &mut Vec<Entry>,
    min_gallop: &mut usize,
) -> PyResult<()> {
    // The first of the right run is known to come first; the last of the left one last.
    out.extend(right.pop_front());
    if right.is_empty() || left.len() == 1 {
        return finish_low(left, right, out);
    }
    let mut limit = *min_gallop;
    loop {
        let (mut a_wins, mut b_wins) = (0, 0);
        loop {
            if less(py, &right[0], &left[0])? {
                out.extend(right.pop_front());
                b_wins += 1;
                a_wins = 0;
                if right.is_empty() {
                    return finish_low(left, right, out);
                }
                if b_wins >= limit {
                    break;
                }
            } else {
                out.extend(left.pop_front());
                a_wins += 1;
                b_wins = 0;
                if left.len() == 1 {
                    return finish_low(left, right, out);
                }
                if a_wins >= limit {
                    break;
                }
            }
        }
        limit += 1;
        loop {
            limit -= (limit > 1) as usize;
            *min_gallop = limit;
            let k = gallop_right(py, &right[0], left.make_contiguous(), 0)?;
            let taken = k;
            out.extend(left.drain(..k));
            if left.len() == 1 || left.is_empty() {
                return finish_low(left, right, out);
            }
            out.extend(right.pop_front());
            if right.is_empty() {
                return finish_low(left, right, out);
            }
            let k = gallop_left(py, &left[0], right.make_contiguous(), 0)?;
            out.extend(right.drain(..k));
            if right.is_empty() {
                return finish_low(left, right, out);
            }
            out.extend(left.pop_front());
            if left.len() == 1 {
                return finish_low(left, right, out);
            }
            if taken < MIN_GALLOP && k < MIN_GALLOP {
                break;
            }
        }
        limit += 1;
        *min_gallop = limit;
    }
}

/// The last of the left run goes behind all of the right one.
fn finish_low(left: &mut Queue, right: &mut Queue, out: &mut Vec<Entry>) -> PyResult<()> {
    if left.len() == 1 {
        out.extend(right.drain(..));
        out.extend(left.pop_front());
    }
    Ok(())
}

/// The loop of `merge_hi`; `out` is filled from the right end.
fn merge_high(
    py: Py<'_>,
    left: &mut Vec<Entry>,
    right: &mut Vec<Entry>,
    out: &mut Vec<Entry>,
    min_gallop: &mut usize,
) -> PyResult<()> {
    out.extend(left.pop());
    if left.is_empty() || right.len() == 1 {
        return finish_high(left, right, out);
    }
    let mut limit = *min_gallop;
    loop {
        let (mut a_wins, mut b_wins) = (0, 0);
        loop {
            if less(py, &right[right.len() - 1], &left[left.len() - 1])? {
                out.extend(left.pop());
                a_wins += 1;
                b_wins = 0;
                if left.is_empty() {
                    return finish_high(left, right, out);
                }
                if a_wins >= limit {
                    break;
                }
            } else {
                out.extend(right.pop());
                b_wins += 1;
                a_wins = 0;
                if right.len() == 1 {
                    return finish_high(left, right, out);
                }
                if b_wins >= limit {
                    break;
                }
            }
        }
        limit += 1;
        loop {
            limit -= (limit > 1) as usize;
            *min_gallop = limit;
            let k = gallop_right(py, &right[right.len() - 1], left, left.len() - 1)?;
            let taken = left.len() - k;
            out.extend(left.drain(k..).rev());
            if left.is_empty() {
                return finish_high(left, right, out);
            }
            out.extend(right.pop());
            if right.len() == 1 {
                return finish_high(left, right, out);
            }
            let k = gallop_left(py, &left[left.len() - 1], right, right.len() - 1)?;
            let taken_right = right.len() - k;
            out.extend(right.drain(k..).rev());
            if right.len() == 1 || right.is_empty() {
                return finish_high(left, right, out);
            }
            out.extend(left.pop());
            if left.is_empty() {
                return finish_high(left, right, out);
            }
            if taken < MIN_GALLOP && taken_right < MIN_GALLOP {
                break;
            }
        }
        limit += 1;
        *min_gallop = limit;
    }
}

/// The first of the right run goes before all of the left one.
fn finish_high(left: &mut Vec<Entry>, right: &mut Vec<Entry>, out: &mut Vec<Entry>) -> PyResult<()> {
    if right.len() == 1 {
        out.extend(left.drain(..).rev());
        out.extend(right.pop());
    }
    Ok(())
}
