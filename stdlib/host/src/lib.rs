//! The operating system as the native modules see it; no Python types.
