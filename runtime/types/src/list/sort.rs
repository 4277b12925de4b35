//! `list.sort`: timsort (`listsort.txt`): runs found or made by binary insertion, merged by the powersort rule with
//! galloping. The order of comparisons is CPython's, which a key's side effects can see. Keys that are all small ints, all
//! floats, all strings of one-byte characters, or tuples that begin with such, are compared without the general protocol.

use core::ptr::{copy, copy_nonoverlapping};
use core::slice::from_raw_parts;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::list::len;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, call, exceptions, float, long, object, protocol, tuple, unicode};

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
    cmp: Compare<'py>,
    a: Vec<Entry>,
    /// Where the shorter run of a merge waits; what is in it belongs to `a`, so its length stays 0.
    tmp: Vec<Entry>,
    min_gallop: usize,
    runs: Vec<Run>,
}

/// What is known of all keys (`struct s_MergeState`'s `key_compare`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Exact ints of at most one digit.
    Int,
    Float,
    /// Exact strings of one-byte characters.
    Latin,
    Any,
}

/// How keys are compared.
#[derive(Clone, Copy)]
struct Compare<'py> {
    py: Py<'py>,
    kind: Kind,
    /// All keys are tuples with items, and `kind` is about the first ones.
    tuples: bool,
}

fn kind_of(o: &PyObject) -> Kind {
    if long::check_exact(o).is_some_and(|i| long::digits(i).len() <= 1) {
        Kind::Int
    } else if o.ty().is(&float::PyFloat_Type.0) {
        Kind::Float
    } else if unicode::check_exact(o).is_some_and(|s| matches!(unicode::data(s), unicode::Data::One(_))) {
        Kind::Latin
    } else {
        Kind::Any
    }
}

fn small(o: &PyObject) -> i64 {
    // SAFETY: LAYOUT: only called on what `kind_of` found to be an int.
    let i = unsafe { &*(o as *const PyObject as *const PyLongObject) };
    let d = long::digits(i).first().map_or(0, |d| i64::from(*d));
    if long::sign(i) < 0 { -d } else { d }
}

fn float_of(o: &PyObject) -> f64 {
    // SAFETY: LAYOUT: only called on what `kind_of` found to be a float.
    unsafe { &*(o as *const PyObject as *const PyFloatObject) }.ob_fval.get()
}

fn latin(o: &PyObject) -> &[u8] {
    // SAFETY: LAYOUT: only called on what `kind_of` found to be a string.
    match unicode::data(unsafe { &*(o as *const PyObject as *const PyUnicodeObject) }) {
        unicode::Data::One(b) => b,
        _ => &[],
    }
}

fn first_item(o: &PyObject) -> Option<&PyObject> {
    tuple::check_exact(o).and_then(|t| tuple::items(t).first().copied())
}

impl<'py> Compare<'py> {
    /// Looks at the keys before the sort; they do not change.
    fn of(py: Py<'py>, entries: &[Entry]) -> Compare<'py> {
        let tuples = entries.iter().all(|e| first_item(&e.key).is_some());
        let of = |e: &Entry| {
            if tuples { first_item(&e.key).map_or(Kind::Any, kind_of) } else { kind_of(&e.key) }
        };
        let first = entries.first().map_or(Kind::Any, of);
        let same = first != Kind::Any && entries.iter().all(|e| of(e) == first);
        Compare { py, kind: if same { first } else { Kind::Any }, tuples }
    }

    #[inline]
    fn by_kind(self, a: &PyObject, b: &PyObject) -> PyResult<bool> {
        match self.kind {
            Kind::Int => Ok(small(a) < small(b)),
            Kind::Float => Ok(float_of(a) < float_of(b)),
            Kind::Latin => Ok(latin(a) < latin(b)),
            Kind::Any => {
                let r = protocol::rich_compare(self.py, a, b, Py_LT)?;
                protocol::is_true(self.py, &r)
            }
        }
    }

    #[inline]
    fn less(self, a: &Entry, b: &Entry) -> PyResult<bool> {
        if self.tuples { self.tuples_less(&a.key, &b.key) } else { self.by_kind(&a.key, &b.key) }
    }

    /// `unsafe_tuple_compare`: the first items that differ decide, or the lengths.
    fn tuples_less(self, a: &PyObject, b: &PyObject) -> PyResult<bool> {
        let (Some(a), Some(b)) = (tuple::check_exact(a), tuple::check_exact(b)) else { return Ok(false) };
        let (a, b) = (tuple::items(a), tuple::items(b));
        let mut i = 0;
        while let (Some(x), Some(y)) = (a.get(i), b.get(i)) {
            if !protocol::rich_compare_bool(self.py, x, y, Py_EQ)? {
                return if i == 0 {
                    self.by_kind(x, y)
                } else {
                    protocol::rich_compare_bool(self.py, x, y, Py_LT)
                };
            }
            i += 1;
        }
        Ok(a.len() < b.len())
    }
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
    if let Some(k) = key {
        for item in rest.by_ref() {
            match call::call(py, k, [&item]) {
                Ok(key) => entries.push(Entry { key, value: Some(item) }),
                Err(e) => {
                    result = Err(e);
                    entries.push(Entry { key: item, value: None });
                    break;
                }
            }
        }
    }
    // After an error the items go back in the order they are in.
    entries.extend(rest.map(|item| Entry { key: item, value: None }));
    let cmp = Compare::of(py, &entries);
    let mut s = State { cmp, a: entries, tmp: Vec::new(), min_gallop: MIN_GALLOP, runs: Vec::new() };
    let reverse = reverse.unwrap_or(false);
    if result.is_ok() && n > 1 {
        // Reversed before and after, equal items keep their order.
        if reverse {
            s.a.reverse();
        }
        if !s.sort_plain() {
            result = s.sort();
        }
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
        self.cmp.less(&self.a[i], &self.a[j])
    }

    /// Sorts keys that compare without running code and in a total order: any stable sort then gives the same, and the
    /// standard library's need not read the objects again. Answers whether it did.
    fn sort_plain(&mut self) -> bool {
        if self.cmp.tuples {
            return false;
        }
        match self.cmp.kind {
            Kind::Int => self.sort_by_value(small, |a, b| a.cmp(b)),
            Kind::Float if self.a.iter().any(|e| float_of(&e.key).is_nan()) => return false,
            Kind::Float => {
                self.sort_by_value(float_of, |a, b| a.partial_cmp(b).unwrap_or(core::cmp::Ordering::Equal))
            }
            Kind::Latin => self.a.sort_by(|a, b| latin(&a.key).cmp(latin(&b.key))),
            Kind::Any => return false,
        }
        true
    }

    /// Sorts by what stands beside each entry while it is sorted.
    fn sort_by_value<V>(
        &mut self,
        value: impl Fn(&PyObject) -> V,
        compare: impl Fn(&V, &V) -> core::cmp::Ordering,
    ) {
        let entries = core::mem::take(&mut self.a);
        let mut all: Vec<(V, Entry)> = entries.into_iter().map(|e| (value(&e.key), e)).collect();
        all.sort_by(|a, b| compare(&a.0, &b.0));
        self.a = all.into_iter().map(|(_, e)| e).collect();
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
        gallop_left(self.cmp, k, &self.a[base..base + n], hint)
    }

    /// `gallop_right`: as above, right of equal ones.
    fn gallop_right(&self, key: usize, base: usize, n: usize, hint: usize) -> PyResult<usize> {
        let k = &self.a[key];
        gallop_right(self.cmp, k, &self.a[base..base + n], hint)
    }

    /// `merge_getmem`: room for `n` entries in `tmp`.
    fn room(&mut self, n: usize) -> PyResult<()> {
        self.tmp.try_reserve_exact(n).map_err(|_| exceptions::memory_error(self.cmp.py))
    }

    /// `merge_lo`: the left run, the shorter, waits outside, and the gap it leaves is filled from the left.
    fn merge_lo(&mut self, base: usize, na: usize, nb: usize) -> PyResult<()> {
        self.room(na)?;
        // SAFETY: both runs are within `a`, next to each other, and `tmp` has room for the left one. While code of Python
        // runs nobody else has them, and `Gap` closes the gap whatever happens.
        unsafe {
            let dest = self.a.as_mut_ptr().add(base);
            let tmp = self.tmp.as_mut_ptr();
            copy_nonoverlapping(dest, tmp, na);
            let right = dest.add(na);
            let mut g = LeftGap { dest, left: tmp, na, right, nb };
            g.merge(self.cmp, &mut self.min_gallop)
        }
    }

    /// `merge_hi`: the right run waits outside, and the gap is filled from the right.
    fn merge_hi(&mut self, base: usize, na: usize, nb: usize) -> PyResult<()> {
        self.room(nb)?;
        // SAFETY: as above.
        unsafe {
            let left = self.a.as_mut_ptr().add(base);
            let tmp = self.tmp.as_mut_ptr();
            copy_nonoverlapping(left.add(na), tmp, nb);
            let mut g = RightGap { left, na, right: tmp, nb };
            g.merge(self.cmp, &mut self.min_gallop)
        }
    }
}

/// A merge from the left: `dest` is where the next entry goes, `na` entries from `left` (outside) and `nb` from `right`
/// are still to come; the gap at `dest` is as wide as `na`. Dropped, it puts what is left of the left run there.
struct LeftGap {
    dest: *mut Entry,
    left: *mut Entry,
    na: usize,
    right: *mut Entry,
    nb: usize,
}

impl Drop for LeftGap {
    fn drop(&mut self) {
        // SAFETY: the gap is as wide as the run, by the invariant.
        unsafe { copy_nonoverlapping(self.left, self.dest, self.na) }
    }
}

impl LeftGap {
    /// Moves `k` entries of the left run.
    ///
    /// # Safety
    /// There are so many.
    unsafe fn take_left(&mut self, k: usize) {
        // SAFETY: the caller's promise; the left run is elsewhere.
        unsafe {
            copy_nonoverlapping(self.left, self.dest, k);
            (self.left, self.dest) = (self.left.add(k), self.dest.add(k));
        }
        self.na -= k;
    }

    /// Moves `k` entries of the right run, over the gap.
    ///
    /// # Safety
    /// There are so many.
    unsafe fn take_right(&mut self, k: usize) {
        // SAFETY: the caller's promise; the places may overlap.
        unsafe {
            copy(self.right, self.dest, k);
            (self.right, self.dest) = (self.right.add(k), self.dest.add(k));
        }
        self.nb -= k;
    }

    /// The last entry of the left run belongs behind all of the right one; the drop puts it there.
    ///
    /// # Safety
    /// The invariant.
    unsafe fn right_then_last(&mut self) -> PyResult<()> {
        // SAFETY: all of the right run.
        unsafe { self.take_right(self.nb) };
        Ok(())
    }

    /// The first of the right run is known to come first; the last of the left one last.
    ///
    /// # Safety
    /// The invariant, with both runs not empty.
    unsafe fn merge(&mut self, cmp: Compare<'_>, min_gallop: &mut usize) -> PyResult<()> {
        // SAFETY: the counts are checked before each step; the runs are initialised entries.
        unsafe {
            self.take_right(1);
            if self.nb == 0 {
                return Ok(());
            }
            if self.na == 1 {
                return self.right_then_last();
            }
            let mut limit = *min_gallop;
            loop {
                let (mut a_wins, mut b_wins) = (0, 0);
                loop {
                    if cmp.less(&*self.right, &*self.left)? {
                        self.take_right(1);
                        (a_wins, b_wins) = (0, b_wins + 1);
                        if self.nb == 0 {
                            return Ok(());
                        }
                        if b_wins >= limit {
                            break;
                        }
                    } else {
                        self.take_left(1);
                        (a_wins, b_wins) = (a_wins + 1, 0);
                        if self.na == 1 {
                            return self.right_then_last();
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
                    let lefts = gallop_right(cmp, &*self.right, from_raw_parts(self.left, self.na), 0)?;
                    self.take_left(lefts);
                    if self.na == 1 {
                        return self.right_then_last();
                    }
                    // Only a comparison that contradicts itself leads here.
                    if self.na == 0 {
                        return Ok(());
                    }
                    self.take_right(1);
                    if self.nb == 0 {
                        return Ok(());
                    }
                    let rights = gallop_left(cmp, &*self.left, from_raw_parts(self.right, self.nb), 0)?;
                    self.take_right(rights);
                    if self.nb == 0 {
                        return Ok(());
                    }
                    self.take_left(1);
                    if self.na == 1 {
                        return self.right_then_last();
                    }
                    if lefts < MIN_GALLOP && rights < MIN_GALLOP {
                        break;
                    }
                }
                limit += 1;
                *min_gallop = limit;
            }
        }
    }
}

/// A merge from the right: the left run of `na` entries stands at `left`, the `nb` from `right` wait outside, and the gap
/// behind the left run is as wide as `nb`. Dropped, it puts what is left of the right run there.
struct RightGap {
    left: *mut Entry,
    na: usize,
    right: *mut Entry,
    nb: usize,
}

impl Drop for RightGap {
    fn drop(&mut self) {
        // SAFETY: the gap is as wide as the run, by the invariant.
        unsafe { copy_nonoverlapping(self.right, self.left.add(self.na), self.nb) }
    }
}

impl RightGap {
    /// Moves the last `k` entries of the left run to the end of the gap.
    ///
    /// # Safety
    /// There are so many.
    unsafe fn take_left(&mut self, k: usize) {
        self.na -= k;
        // SAFETY: the caller's promise; the places may overlap.
        unsafe { copy(self.left.add(self.na), self.left.add(self.na + self.nb), k) };
    }

    /// Moves the last `k` entries of the right run there.
    ///
    /// # Safety
    /// There are so many.
    unsafe fn take_right(&mut self, k: usize) {
        self.nb -= k;
        // SAFETY: the caller's promise; the right run is elsewhere.
        unsafe { copy_nonoverlapping(self.right.add(self.nb), self.left.add(self.na + self.nb), k) };
    }

    /// The first entry of the right run belongs before all of the left one; the drop puts it there.
    ///
    /// # Safety
    /// The invariant.
    unsafe fn left_then_first(&mut self) -> PyResult<()> {
        // SAFETY: all of the left run.
        unsafe { self.take_left(self.na) };
        Ok(())
    }

    /// The last of the left run is known to come last; the first of the right one first.
    ///
    /// # Safety
    /// The invariant, with both runs not empty.
    unsafe fn merge(&mut self, cmp: Compare<'_>, min_gallop: &mut usize) -> PyResult<()> {
        // SAFETY: the counts are checked before each step; the runs are initialised entries.
        unsafe {
            self.take_left(1);
            if self.na == 0 {
                return Ok(());
            }
            if self.nb == 1 {
                return self.left_then_first();
            }
            let mut limit = *min_gallop;
            loop {
                let (mut a_wins, mut b_wins) = (0, 0);
                loop {
                    if cmp.less(&*self.right.add(self.nb - 1), &*self.left.add(self.na - 1))? {
                        self.take_left(1);
                        (a_wins, b_wins) = (a_wins + 1, 0);
                        if self.na == 0 {
                            return Ok(());
                        }
                        if a_wins >= limit {
                            break;
                        }
                    } else {
                        self.take_right(1);
                        (a_wins, b_wins) = (0, b_wins + 1);
                        if self.nb == 1 {
                            return self.left_then_first();
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
                    let (run, key) = (from_raw_parts(self.left, self.na), &*self.right.add(self.nb - 1));
                    let lefts = self.na - gallop_right(cmp, key, run, self.na - 1)?;
                    self.take_left(lefts);
                    if self.na == 0 {
                        return Ok(());
                    }
                    self.take_right(1);
                    if self.nb == 1 {
                        return self.left_then_first();
                    }
                    let (run, key) = (from_raw_parts(self.right, self.nb), &*self.left.add(self.na - 1));
                    let rights = self.nb - gallop_left(cmp, key, run, self.nb - 1)?;
                    self.take_right(rights);
                    if self.nb == 1 {
                        return self.left_then_first();
                    }
                    // Only a comparison that contradicts itself leads here.
                    if self.nb == 0 {
                        return Ok(());
                    }
                    self.take_left(1);
                    if self.na == 0 {
                        return Ok(());
                    }
                    if lefts < MIN_GALLOP && rights < MIN_GALLOP {
                        break;
                    }
                }
                limit += 1;
                *min_gallop = limit;
            }
        }
    }
}

/// `gallop_left` over a slice.
fn gallop_left(cmp: Compare<'_>, key: &Entry, a: &[Entry], hint: usize) -> PyResult<usize> {
    let n = a.len();
    let (mut last, mut ofs);
    let (mut lo, mut hi);
    if cmp.less(&a[hint], key)? {
        (last, ofs) = (0, 1);
        let max = n - hint;
        while ofs < max && cmp.less(&a[hint + ofs], key)? {
            last = ofs;
            ofs = (ofs << 1) + 1;
        }
        ofs = ofs.min(max);
        (lo, hi) = (hint + last + 1, hint + ofs);
    } else {
        (last, ofs) = (0, 1);
        let max = hint + 1;
        while ofs < max && !cmp.less(&a[hint - ofs], key)? {
            last = ofs;
            ofs = (ofs << 1) + 1;
        }
        ofs = ofs.min(max);
        (lo, hi) = (hint + 1 - ofs, hint - last);
    }
    while lo < hi {
        let m = lo + ((hi - lo) >> 1);
        if cmp.less(&a[m], key)? {
            lo = m + 1;
        } else {
            hi = m;
        }
    }
    Ok(hi)
}

/// `gallop_right` over a slice.
fn gallop_right(cmp: Compare<'_>, key: &Entry, a: &[Entry], hint: usize) -> PyResult<usize> {
    let n = a.len();
    let (mut last, mut ofs);
    let (mut lo, mut hi);
    if cmp.less(key, &a[hint])? {
        (last, ofs) = (0, 1);
        let max = hint + 1;
        while ofs < max && cmp.less(key, &a[hint - ofs])? {
            last = ofs;
            ofs = (ofs << 1) + 1;
        }
        ofs = ofs.min(max);
        (lo, hi) = (hint + 1 - ofs, hint - last);
    } else {
        (last, ofs) = (0, 1);
        let max = n - hint;
        while ofs < max && !cmp.less(key, &a[hint + ofs])? {
            last = ofs;
            ofs = (ofs << 1) + 1;
        }
        ofs = ofs.min(max);
        (lo, hi) = (hint + last + 1, hint + ofs);
    }
    while lo < hi {
        let m = lo + ((hi - lo) >> 1);
        if cmp.less(key, &a[m])? {
            hi = m;
        } else {
            lo = m + 1;
        }
    }
    Ok(hi)
}
