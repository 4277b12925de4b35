//! Fetches, verifies and lays out the Python part of the standard library.
