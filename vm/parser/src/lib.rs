//! Tokenizer and parser for Python 3.12, with CPython's syntax errors.
#![forbid(unsafe_code)]

mod error;
pub mod token;
pub mod tokenizer;

pub use error::{ErrorKind, SyntaxError, Warning, WarningKind};

/// What the parser needs to know about Unicode beyond ASCII. The runtime answers with its own tables of Unicode 15.0;
/// the provided answers come from Rust's standard library and are for tools and tests.
pub trait Unicode {
    fn is_xid_start(&self, c: char) -> bool {
        c.is_alphabetic()
    }
    fn is_xid_continue(&self, c: char) -> bool {
        // Combining marks are not in the standard library's tables; the block ranges of the common ones stand in.
        c.is_alphanumeric()
            || matches!(c, '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}' | '\u{20d0}'..='\u{20f0}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{e0100}'..='\u{e01ef}')
    }
    fn is_printable(&self, c: char) -> bool {
        !c.is_control()
            && (c == ' ' || !c.is_whitespace())
            && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}')
    }
    /// NFKC of an identifier with non-ASCII characters; `None` says that this implementation cannot tell.
    fn nfkc(&self, s: &str) -> Option<String> {
        // Letters that are their own normal form whatever follows, short of combining marks.
        let stable = |c: char| {
            c.is_ascii()
                || (matches!(c, '\u{c0}'..='\u{131}' | '\u{134}'..='\u{13e}' | '\u{141}'..='\u{148}' | '\u{14a}'..='\u{17e}' | '\u{370}'..='\u{3cf}' | '\u{400}'..='\u{481}' | '\u{4e00}'..='\u{9fff}' | '\u{3041}'..='\u{3094}' | '\u{30a1}'..='\u{30fa}' | '\u{ac00}'..='\u{d7a3}')
                    && c.is_alphabetic())
        };
        s.chars().all(stable).then(|| s.to_string())
    }
    /// `\N{name}`.
    fn by_name(&self, name: &str) -> Option<u32> {
        let _ = name;
        None
    }
}

/// The standard library's knowledge of Unicode.
pub struct StdUnicode;
impl Unicode for StdUnicode {}
