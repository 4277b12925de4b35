//! Docstrings of C tables: the first line is `name(signature)`, then `--`, a blank line and the docstring proper
//! (`Objects/typeobject.c`, "internal doc"). A text without that head is all docstring.

/// What separates the signature from the docstring.
const MARK: &str = ")\n--\n\n";

/// The signature with its parentheses and what follows the mark, if the text begins with one for `name`
/// (`find_signature`, `skip_signature`). The name is without its qualifying part.
fn split<'a>(name: &str, doc: &'a str) -> Option<(&'a str, &'a str)> {
    let name = name.rsplit('.').next().unwrap_or_default();
    let signature = doc.strip_prefix(name).filter(|rest| rest.starts_with('('))?;
    let at = signature.find(MARK)?;
    // A blank line before the mark means that this parenthesis belongs to prose.
    (!signature[..at].contains("\n\n")).then(|| (&signature[..at + 1], &signature[at + MARK.len()..]))
}

/// `_PyType_GetDocFromInternalDoc`: the text for `__doc__`, `None` where there is nothing.
pub fn docstring<'a>(name: &str, doc: &'a str) -> Option<&'a str> {
    let text = split(name, doc).map_or(doc, |(_, rest)| rest);
    (!text.is_empty()).then_some(text)
}

/// `_PyType_GetTextSignatureFromInternalDoc`: the text for `__text_signature__`.
pub fn text_signature<'a>(name: &str, doc: &'a str) -> Option<&'a str> {
    split(name, doc).map(|(signature, _)| signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_text_are_told_apart() {
        let doc = "append($self, object, /)\n--\n\nAdd one.";
        assert_eq!(
            (docstring("append", doc), text_signature("append", doc)),
            (Some("Add one."), Some("($self, object, /)"))
        );
        assert_eq!((docstring("f", "f() -> x"), text_signature("f", "f() -> x")), (Some("f() -> x"), None));
        assert_eq!(docstring("f", "f()\n--\n\n"), None);
        assert_eq!(docstring("f", ""), None);
        assert_eq!(text_signature("a.b", "b()\n--\n\nx"), Some("()"));
        assert_eq!(text_signature("f", "f(x)\n\nprose (y)\n--\n\nx"), None);
    }
}
