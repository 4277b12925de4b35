//! The method resolution order: C3 over types, as `mro_implementation` and `pmerge`. `type.mro()` overridden by a
//! metaclass is asked by the caller.

/// Why there is no order.
#[derive(Debug, PartialEq, Eq)]
pub enum MroError<T> {
    /// A base is listed twice.
    Duplicate(T),
    /// The orders of the bases contradict each other; these bases are the heads that remained, first seen first.
    Inconsistent(Vec<T>),
}

/// Merges the orders of the bases: `ty`, then of the heads of all remaining lists the first that is in no tail.
/// `mros[i]` is the order of `bases[i]`.
pub fn linearize<T: Copy + PartialEq>(ty: T, bases: &[T], mros: &[&[T]]) -> Result<Vec<T>, MroError<T>> {
    if let Some(i) = (1..bases.len()).find(|i| bases[..*i].contains(&bases[*i])) {
        return Err(MroError::Duplicate(bases[i]));
    }
    let mut order = vec![ty];
    // One base: nothing can contradict.
    if let [only] = mros {
        order.extend_from_slice(only);
        return Ok(order);
    }
    let mut lists: Vec<&[T]> = mros.to_vec();
    lists.push(bases);
    loop {
        lists.retain(|l| !l.is_empty());
        if lists.is_empty() {
            return Ok(order);
        }
        let Some(next) = lists.iter().map(|l| l[0]).find(|head| lists.iter().all(|l| !l[1..].contains(head)))
        else {
            let mut heads = Vec::new();
            for l in &lists {
                if !heads.contains(&l[0]) {
                    heads.push(l[0]);
                }
            }
            return Err(MroError::Inconsistent(heads));
        };
        order.push(next);
        for l in &mut lists {
            if l[0] == next {
                *l = &l[1..];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_come_before_their_bases() {
        // The example of the C3 paper as Python's documentation tells it: O; A B C D E; K1(A,B,C) K2(D,B,E) K3(D,A).
        let (o, a, b, c, d, e) = (["O"], ["A", "O"], ["B", "O"], ["C", "O"], ["D", "O"], ["E", "O"]);
        let k1 = linearize("K1", &["A", "B", "C"], &[&a, &b, &c]).unwrap();
        let k2 = linearize("K2", &["D", "B", "E"], &[&d, &b, &e]).unwrap();
        let k3 = linearize("K3", &["D", "A"], &[&d, &a]).unwrap();
        let z = linearize("Z", &["K1", "K2", "K3"], &[&k1, &k2, &k3]).unwrap();
        assert_eq!(z, ["Z", "K1", "K2", "K3", "D", "A", "B", "C", "E", "O"]);
        assert_eq!(linearize("X", &["O"], &[&o]).unwrap(), ["X", "O"]);
        assert_eq!(linearize("O", &[], &[]).unwrap(), ["O"]);
    }

    #[test]
    fn contradictions_are_named() {
        let (a, b) = (["A", "O"], ["B", "A", "O"]);
        assert_eq!(linearize("X", &["A", "B"], &[&a, &b]), Err(MroError::Inconsistent(vec!["A", "B"])));
        assert_eq!(linearize("X", &["A", "A"], &[&a, &a]), Err(MroError::Duplicate("A")));
    }
}
