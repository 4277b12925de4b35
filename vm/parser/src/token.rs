//! Token kinds and the keyword table.

macro_rules! tokens {
    (plain { $($p:ident),* $(,)? } ops { $($o:ident $ot:literal),* $(,)? } keywords { $($k:ident $kt:literal),* $(,)? }) => {
        /// The kind of a token. Operators, in the order of the module `token`, and hard keywords each have their own; soft
        /// keywords are `Name`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Tok { $($p,)* $($o,)* $($k,)* }

        impl Tok {
            /// The kind of an operator or keyword, from its text.
            pub fn from_text(s: &str) -> Option<Tok> {
                match s { $($ot => Some(Tok::$o),)* $($kt => Some(Tok::$k),)* _ => None }
            }
            pub fn keyword(s: &[u8]) -> Option<Tok> {
                if s.len() < 2 || s.len() > 8 { return None; }
                $(if s == $kt.as_bytes() { return Some(Tok::$k); })*
                None
            }
            pub fn is_keyword(self) -> bool { matches!(self, $(Tok::$k)|*) }
        }
    };
}

tokens! {
    plain {
        EndMarker, Name, Number, String, FStringStart, FStringMiddle, FStringEnd, Newline, Indent, Dedent,
        TypeIgnore, TypeComment, Comment, Nl, Unknown,
    }
    ops {
        LPar "(", RPar ")", LSqb "[", RSqb "]", Colon ":", Comma ",", Semi ";", Plus "+", Minus "-", Star "*", Slash "/",
        VBar "|", Amper "&", Less "<", Greater ">", Equal "=", Dot ".", Percent "%", LBrace "{", RBrace "}", EqEqual "==",
        NotEqual "!=", LessEqual "<=", GreaterEqual ">=", Tilde "~", Circumflex "^", LeftShift "<<", RightShift ">>",
        DoubleStar "**", PlusEqual "+=", MinEqual "-=", StarEqual "*=", SlashEqual "/=", PercentEqual "%=", AmperEqual "&=",
        VBarEqual "|=", CircumflexEqual "^=", LeftShiftEqual "<<=", RightShiftEqual ">>=", DoubleStarEqual "**=",
        DoubleSlash "//", DoubleSlashEqual "//=", At "@", AtEqual "@=", RArrow "->", Ellipsis "...", ColonEqual ":=",
        Exclamation "!",
    }
    keywords {
        KwFalse "False", KwNone "None", KwTrue "True", KwAnd "and", KwAs "as", KwAssert "assert", KwAsync "async",
        KwAwait "await", KwBreak "break", KwClass "class", KwContinue "continue", KwDef "def", KwDel "del",
        KwElif "elif", KwElse "else", KwExcept "except", KwFinally "finally", KwFor "for", KwFrom "from",
        KwGlobal "global", KwIf "if", KwImport "import", KwIn "in", KwIs "is", KwLambda "lambda",
        KwNonlocal "nonlocal", KwNot "not", KwOr "or", KwPass "pass", KwRaise "raise", KwReturn "return",
        KwTry "try", KwWhile "while", KwWith "with", KwYield "yield",
    }
}

/// A token: byte range in the source and the position its node would have.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: Tok,
    /// Byte offsets into the tokenized text.
    pub start: u32,
    pub end: u32,
    pub loc: dxpy_ast::Location,
    /// Bracket nesting at the token, which some error rules look at.
    pub level: u16,
}
