//! The object model: references, errors, types, calls, and the types those need. Never executes bytecode.
