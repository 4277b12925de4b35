//! pycore_token.h: the names and numbers of tokens, for C code that has a tokenizer of its own.

use crate::util::free;
use core::ffi::{CStr, c_char, c_int};

/// What an operator is that is none.
const OP: c_int = 55;

/// Operators by their text.
#[rustfmt::skip]
const OPERATORS: &[(&[u8], c_int)] = &[
    (b"!", 54), (b"!=", 28), (b"%", 24), (b"%=", 40), (b"&", 19), (b"&=", 41), (b"(", 7), (b")", 8),
    (b"*", 16), (b"**", 35), (b"**=", 46), (b"*=", 38), (b"+", 14), (b"+=", 36), (b",", 12), (b"-", 15),
    (b"-=", 37), (b"->", 51), (b".", 23), (b"...", 52), (b"/", 17), (b"//", 47), (b"//=", 48), (b"/=", 39),
    (b":", 11), (b":=", 53), (b";", 13), (b"<", 20), (b"<<", 33), (b"<<=", 44), (b"<=", 29), (b"<>", 28),
    (b"=", 22), (b"==", 27), (b">", 21), (b">=", 30), (b">>", 34), (b">>=", 45), (b"@", 49), (b"@=", 50),
    (b"[", 9), (b"]", 10), (b"^", 32), (b"^=", 43), (b"{", 25), (b"|", 18), (b"|=", 42), (b"}", 26),
    (b"~", 31),
];

fn operator(text: &[u8]) -> c_int {
    OPERATORS.iter().find(|(t, _)| *t == text).map_or(OP, |(_, n)| *n)
}

/// Characters as bytes; what is no ASCII is in no operator.
fn bytes<const N: usize>(chars: [c_int; N]) -> [u8; N] {
    chars.map(|c| u8::try_from(c).unwrap_or(0))
}

free! {
    /// C: `int _PyToken_OneChar(int)`.
    fn _PyToken_OneChar(a: c_int) -> c_int { operator(&bytes([a])) }
    /// C: `int _PyToken_TwoChars(int, int)`.
    fn _PyToken_TwoChars(a: c_int, b: c_int) -> c_int { operator(&bytes([a, b])) }
    /// C: `int _PyToken_ThreeChars(int, int, int)`.
    fn _PyToken_ThreeChars(a: c_int, b: c_int, c: c_int) -> c_int { operator(&bytes([a, b, c])) }
}

/// C strings that never change.
#[repr(transparent)]
pub struct Names([*const c_char; 69]);
// SAFETY: pointers to constants.
unsafe impl Sync for Names {}

const NAMES: [&CStr; 69] = [
    c"ENDMARKER",
    c"NAME",
    c"NUMBER",
    c"STRING",
    c"NEWLINE",
    c"INDENT",
    c"DEDENT",
    c"LPAR",
    c"RPAR",
    c"LSQB",
    c"RSQB",
    c"COLON",
    c"COMMA",
    c"SEMI",
    c"PLUS",
    c"MINUS",
    c"STAR",
    c"SLASH",
    c"VBAR",
    c"AMPER",
    c"LESS",
    c"GREATER",
    c"EQUAL",
    c"DOT",
    c"PERCENT",
    c"LBRACE",
    c"RBRACE",
    c"EQEQUAL",
    c"NOTEQUAL",
    c"LESSEQUAL",
    c"GREATEREQUAL",
    c"TILDE",
    c"CIRCUMFLEX",
    c"LEFTSHIFT",
    c"RIGHTSHIFT",
    c"DOUBLESTAR",
    c"PLUSEQUAL",
    c"MINEQUAL",
    c"STAREQUAL",
    c"SLASHEQUAL",
    c"PERCENTEQUAL",
    c"AMPEREQUAL",
    c"VBAREQUAL",
    c"CIRCUMFLEXEQUAL",
    c"LEFTSHIFTEQUAL",
    c"RIGHTSHIFTEQUAL",
    c"DOUBLESTAREQUAL",
    c"DOUBLESLASH",
    c"DOUBLESLASHEQUAL",
    c"AT",
    c"ATEQUAL",
    c"RARROW",
    c"ELLIPSIS",
    c"COLONEQUAL",
    c"EXCLAMATION",
    c"OP",
    c"AWAIT",
    c"ASYNC",
    c"TYPE_IGNORE",
    c"TYPE_COMMENT",
    c"SOFT_KEYWORD",
    c"FSTRING_START",
    c"FSTRING_MIDDLE",
    c"FSTRING_END",
    c"COMMENT",
    c"NL",
    c"<ERRORTOKEN>",
    c"<ENCODING>",
    c"<N_TOKENS>",
];

/// `_PyParser_TokenNames`.
#[unsafe(no_mangle)]
pub static _PyParser_TokenNames: Names = Names({
    let mut all = [core::ptr::null(); NAMES.len()];
    let mut i = 0;
    while i < all.len() {
        all[i] = NAMES[i].as_ptr();
        i += 1;
    }
    all
});
