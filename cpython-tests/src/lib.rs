//! Runs the files of CPython 3.12.1's own test suite, unmodified, with any interpreter, one process a file, and says
//! for each test id what became of it. The measure is strict: an id counts when it passes (or fails as expected) here
//! and does so with CPython 3.12.1; skipped, failed, not reached and not existing all count as not passing.
//!
//! [`data`] is the frozen list of ids; [`job`] runs processes under limits; [`events`] reads what the worker wrote;
//! [`run`] schedules and keeps results; [`report`] counts; [`gate`] compares with the floor and the tags; [`prefix`] lays out an installation;
//! [`left`] lists what an interpreter lacks against CPython; [`programs`] compares the output of real programs; [`record`]
//! writes numbers into a document.

pub mod data;
pub mod events;
pub mod gate;
pub mod job;
pub mod left;
pub mod prefix;
pub mod programs;
pub mod record;
pub mod report;
pub mod run;
