//! Expansion of a replacement template (`_sre.template`, `Match.expand`). Not its parsing, which
//! is Python code.

/// A parsed template: a leading literal, then groups each followed by a literal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template<C> {
    /// Text before the first group reference.
    pub head: Vec<C>,
    /// Group numbers (0 is the whole match) and the text after each.
    pub items: Vec<(usize, Vec<C>)>,
}

impl<C: Copy> Template<C> {
    /// Appends the expansion to `out`; a group that took no part contributes nothing. False, with
    /// nothing appended, if the template names a group that is not in `spans`, which is the
    /// caller's "invalid group reference" error.
    pub fn expand(&self, subject: &[C], spans: &[Option<(usize, usize)>], out: &mut Vec<C>) -> bool {
        if self.items.iter().any(|(group, _)| *group >= spans.len()) {
            return false;
        }
        out.extend_from_slice(&self.head);
        for (group, literal) in &self.items {
            if let Some(part) = spans[*group].and_then(|(a, b)| subject.get(a..b)) {
                out.extend_from_slice(part);
            }
            out.extend_from_slice(literal);
        }
        true
    }
}
