//! Native modules of iteration and containers: `itertools`, `_operator`, `_functools`, `_collections`, `_heapq`,
//! `_bisect`.
#![allow(non_upper_case_globals)]

pub mod _bisect;
pub mod _collections;
pub mod _functools;
pub mod _heapq;
pub mod _operator;
mod fields;
pub mod itertools;
