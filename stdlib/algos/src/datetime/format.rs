//! What `datetime.strftime` does before the C library's: `%z`, `%:z`, `%Z` and `%f` are replaced in the format
//! (`wrap_strftime`). Not here: the fields of the C library, and `__format__`, which is a method call.

/// What a directive asks of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive {
    /// `%z`: the offset without separators, or nothing
    Offset,
    /// `%:z`: the offset with colons
    OffsetColons,
    /// `%Z`: the zone's name, with its percent signs doubled
    ZoneName,
    /// `%f`: six digits of microseconds
    Microseconds,
}

/// The format for the C library. Each directive is asked for once, at its first use; a NUL ends the format.
pub fn preprocess<E>(
    format: &[u8],
    mut value: impl FnMut(Directive) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    let mut known: [Option<Vec<u8>>; 4] = [const { None }; 4];
    let mut out = Vec::with_capacity(format.len() + 16);
    let format = format.split(|c| *c == 0).next().unwrap_or_default();
    let mut i = 0;
    while i < format.len() {
        if format[i] != b'%' {
            out.push(format[i]);
            i += 1;
            continue;
        }
        let (directive, width) = match format.get(i + 1) {
            Some(b'z') => (Directive::Offset, 2),
            Some(b':') if format.get(i + 2) == Some(&b'z') => (Directive::OffsetColons, 3),
            Some(b'Z') => (Directive::ZoneName, 2),
            Some(b'f') => (Directive::Microseconds, 2),
            other => {
                out.push(b'%');
                out.extend(other);
                i += 2;
                continue;
            }
        };
        let slot = &mut known[directive as usize];
        if slot.is_none() {
            *slot = Some(value(directive)?);
        }
        out.extend(slot.iter().flatten());
        i += width;
    }
    Ok(out)
}
