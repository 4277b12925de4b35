//! Reading: bytes to whatever a [`Make`] makes of them, without recursion.
//!
//! The format, the table of references, the limits and the errors are here; what a value is made into is not. The graph
//! of this crate is one maker, live Python objects are another (`dxpy_types::code::unmarshal`).

use super::format::{FLAG_REF, MAX_DEPTH, ReadError, StrForm, StrWidth, code};

/// Where bytes come from: a slice, or a file object.
pub trait Input {
    type Error: From<ReadError>;

    /// One byte; `ReadError::NoByte` at the end.
    fn byte(&mut self) -> Result<u8, Self::Error>;

    /// `n` bytes, all of them or `ReadError::TooShort`.
    fn take(&mut self, n: usize) -> Result<&[u8], Self::Error>;

    /// How many items at most can still come, each being a byte at least: what a container may reserve.
    fn at_most(&self) -> usize;

    /// Whether an error says that nothing is left, rather than that reading failed.
    fn is_end(error: &Self::Error) -> bool;
}

/// A slice that is read from its beginning.
impl Input for &[u8] {
    type Error = ReadError;

    fn byte(&mut self) -> Result<u8, ReadError> {
        let (first, rest) = self.split_first().ok_or(ReadError::NoByte)?;
        *self = rest;
        Ok(*first)
    }

    fn take(&mut self, n: usize) -> Result<&[u8], ReadError> {
        let (taken, rest) = self.split_at_checked(n).ok_or(ReadError::TooShort)?;
        *self = rest;
        Ok(taken)
    }

    fn at_most(&self) -> usize {
        self.len()
    }

    fn is_end(_: &ReadError) -> bool {
        true
    }
}

/// A value without items.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scalar<'a> {
    None,
    StopIteration,
    Ellipsis,
    False,
    True,
    Int(i32),
    Int64(i64),
    /// 15-bit digits in two bytes each, both least first; the last one is not 0.
    Long {
        negative: bool,
        digits: &'a [u8],
    },
    Float(f64),
    /// Text for [`parse_float`](super::format::parse_float).
    FloatText(&'a [u8]),
    Complex(f64, f64),
    Bytes(&'a [u8]),
    Str(&'a [u8], StrForm),
}

/// The beginning of a value with items.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Head {
    /// A tuple, and whether its length takes one byte.
    Tuple {
        len: usize,
        short: bool,
    },
    List {
        len: usize,
    },
    Set {
        len: usize,
    },
    FrozenSet {
        len: usize,
    },
    /// Pairs are pushed as keys and values in turn.
    Dict,
    /// `co_argcount`, `co_posonlyargcount`, `co_kwonlyargcount`, `co_stacksize`, `co_flags`. Items are `co_code`,
    /// `co_consts`, `co_names`, `co_localsplusnames`, `co_localspluskinds`, `co_filename`, `co_name`, `co_qualname`,
    /// `co_linetable`, `co_exceptiontable`.
    Code([i32; 5]),
}

/// Makes values. `slot` is the index in the table of references of a value that is entered there.
pub trait Make {
    type Object: Clone;
    /// A container in the making.
    type Open;
    type Error: From<ReadError>;

    fn scalar(&mut self, value: Scalar<'_>, slot: Option<u32>) -> Result<Self::Object, Self::Error>;

    /// Begins a container. `reserve` is how much of the length said the input can hold.
    fn open(&mut self, head: Head, reserve: usize) -> Result<Self::Open, Self::Error>;

    /// What a reference from inside means; `None` where CPython does not allow one (frozen sets, code objects).
    fn unfinished(&mut self, open: &Self::Open) -> Option<Self::Object>;

    fn push(&mut self, open: &mut Self::Open, item: Self::Object) -> Result<(), Self::Error>;

    /// Says the `co_firstlineno` of a code object, after its eighth item.
    fn line(&mut self, open: &mut Self::Open, firstlineno: i32) -> Result<(), Self::Error>;

    fn close(&mut self, open: Self::Open, slot: Option<u32>) -> Result<Self::Object, Self::Error>;

    /// A reference to an object that came before.
    fn reference(&mut self, _slot: u32, object: &Self::Object) -> Result<Self::Object, Self::Error> {
        Ok(object.clone())
    }
}

/// How many items a container still takes.
enum Left {
    Items(usize),
    /// Until NULL; the key that waits for its value.
    Pairs,
    /// Of the ten of a code object.
    Code(usize),
}

struct Level<M: Make> {
    open: M::Open,
    left: Left,
    slot: Option<u32>,
    key: Option<M::Object>,
    /// What the container is called where a value is missing in it.
    name: &'static str,
}

struct Reader<'i, 'm, I, M: Make> {
    input: &'i mut I,
    make: &'m mut M,
    /// `None` for an object that is still being read and may not be referred to.
    refs: Vec<Option<M::Object>>,
    levels: Vec<Level<M>>,
}

/// What a type code brought.
enum Step<O> {
    Null,
    Opened,
    Done(O),
}

/// Reads one value from `input` (`PyMarshal_ReadObjectFromString`, `marshal.load`); what follows it stays there.
pub fn read<I, M>(input: &mut I, make: &mut M) -> Result<M::Object, M::Error>
where
    I: Input,
    M: Make,
    M::Error: From<I::Error>,
{
    Reader { input, make, refs: Vec::new(), levels: Vec::new() }.value()
}

impl<I, M> Reader<'_, '_, I, M>
where
    I: Input,
    M: Make,
    M::Error: From<I::Error>,
{
    fn value(&mut self) -> Result<M::Object, M::Error> {
        loop {
            let mut step = self.step()?;
            // A container that takes no more items is an item of the one around it.
            loop {
                let object = match step {
                    Step::Opened => None,
                    Step::Done(object) => match self.levels.last_mut() {
                        None => return Ok(object),
                        Some(_) => Some(object),
                    },
                    Step::Null => match self.levels.last() {
                        Some(Level { left: Left::Pairs, .. }) => {
                            step = Step::Done(self.close()?);
                            continue;
                        }
                        level => return Err(ReadError::Null(level.map_or("object", |l| l.name)).into()),
                    },
                };
                if let Some(object) = object {
                    self.put(object)?;
                }
                match self.levels.last() {
                    Some(Level { left: Left::Items(0) | Left::Code(0), .. }) => {
                        step = Step::Done(self.close()?)
                    }
                    _ => break,
                }
            }
        }
    }

    fn close(&mut self) -> Result<M::Object, M::Error> {
        let level = self.levels.pop().ok_or(ReadError::NoObject)?;
        let object = self.make.close(level.open, level.slot)?;
        if let Some(slot) = level.slot {
            self.refs[slot as usize] = Some(object.clone());
        }
        Ok(object)
    }

    fn put(&mut self, object: M::Object) -> Result<(), M::Error> {
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        match &mut level.left {
            Left::Items(n) => *n -= 1,
            Left::Pairs => match level.key.take() {
                None => {
                    // A key without a value is dropped, as CPython does.
                    level.key = Some(object);
                    return Ok(());
                }
                Some(key) => self.make.push(&mut level.open, key)?,
            },
            Left::Code(n) => {
                *n -= 1;
                self.make.push(&mut level.open, object)?;
                if *n == 2 {
                    let line = long(self.input)?;
                    self.make.line(&mut level.open, line)?;
                }
                return Ok(());
            }
        }
        self.make.push(&mut level.open, object)
    }

    fn open(&mut self, head: Head, slot: Option<u32>) -> Result<Step<M::Object>, M::Error> {
        let (left, name) = match head {
            Head::Tuple { len, .. } => (Left::Items(len), "tuple"),
            Head::List { len } => (Left::Items(len), "list"),
            Head::Set { len } | Head::FrozenSet { len } => (Left::Items(len), "set"),
            Head::Dict => (Left::Pairs, "dict"),
            Head::Code(_) => (Left::Code(10), "code object"),
        };
        let reserve = match left {
            Left::Items(n) => n.min(self.input.at_most()),
            Left::Pairs => 0,
            Left::Code(n) => n,
        };
        let open = self.make.open(head, reserve)?;
        if let Some(slot) = slot {
            self.refs[slot as usize] = self.make.unfinished(&open);
        }
        self.levels.push(Level { open, left, slot, key: None, name });
        Ok(Step::Opened)
    }

    fn step(&mut self) -> Result<Step<M::Object>, M::Error> {
        let byte = match self.input.byte() {
            Ok(byte) => byte,
            Err(e) if I::is_end(&e) => return Err(ReadError::NoObject.into()),
            Err(e) => return Err(e.into()),
        };
        if self.levels.len() >= MAX_DEPTH {
            return Err(ReadError::TooDeep.into());
        }
        let kind = byte & !FLAG_REF;
        // These are not entered into the table, whatever their flag.
        let single = match kind {
            code::NULL => return Ok(Step::Null),
            code::NONE => Some(Scalar::None),
            code::STOPITERATION => Some(Scalar::StopIteration),
            code::ELLIPSIS => Some(Scalar::Ellipsis),
            code::FALSE => Some(Scalar::False),
            code::TRUE => Some(Scalar::True),
            _ => None,
        };
        if let Some(single) = single {
            return Ok(Step::Done(self.make.scalar(single, None)?));
        }
        if kind == code::REF {
            let index = long(self.input)?;
            let found = usize::try_from(index).ok().and_then(|i| self.refs.get(i)?.as_ref());
            let object = found.ok_or(ReadError::Bad("invalid reference"))?;
            return Ok(Step::Done(self.make.reference(index as u32, object)?));
        }
        let slot = (byte & FLAG_REF != 0).then(|| {
            self.refs.push(None);
            self.refs.len() as u32 - 1
        });
        let input = &mut *self.input;
        let scalar = match kind {
            code::INT => Scalar::Int(long(input)?),
            code::INT64 => Scalar::Int64(i64::from_le_bytes(word(input)?)),
            code::LONG => digits(input)?,
            code::FLOAT => Scalar::FloatText(short(input)?),
            code::BINARY_FLOAT => Scalar::Float(f64::from_le_bytes(word(input)?)),
            code::COMPLEX => {
                let mut parts = [0.0; 2];
                for part in &mut parts {
                    *part = super::format::parse_float(short(input)?)?;
                }
                Scalar::Complex(parts[0], parts[1])
            }
            code::BINARY_COMPLEX => {
                let real = f64::from_le_bytes(word(input)?);
                Scalar::Complex(real, f64::from_le_bytes(word(input)?))
            }
            code::STRING => {
                let n = size(input, "bytes object size out of range")?;
                Scalar::Bytes(input.take(n)?)
            }
            code::SHORT_ASCII | code::SHORT_ASCII_INTERNED => {
                let interned = kind == code::SHORT_ASCII_INTERNED;
                Scalar::Str(short(input)?, StrForm { interned, width: StrWidth::Short })
            }
            code::ASCII | code::ASCII_INTERNED | code::UNICODE | code::INTERNED => {
                let n = size(input, "string size out of range")?;
                let interned = matches!(kind, code::ASCII_INTERNED | code::INTERNED);
                let width = match kind {
                    code::ASCII | code::ASCII_INTERNED => StrWidth::Ascii,
                    _ => StrWidth::Utf8,
                };
                Scalar::Str(input.take(n)?, StrForm { interned, width })
            }
            _ => {
                let head = head(input, kind)?;
                return self.open(head, slot);
            }
        };
        let object = self.make.scalar(scalar, slot)?;
        if let Some(slot) = slot {
            self.refs[slot as usize] = Some(object.clone());
        }
        Ok(Step::Done(object))
    }
}

fn head<I: Input>(input: &mut I, kind: u8) -> Result<Head, I::Error> {
    Ok(match kind {
        code::SMALL_TUPLE => Head::Tuple { len: input.byte()?.into(), short: true },
        code::TUPLE => Head::Tuple { len: size(input, "tuple size out of range")?, short: false },
        code::LIST => Head::List { len: size(input, "list size out of range")? },
        code::SET => Head::Set { len: size(input, "set size out of range")? },
        code::FROZENSET => Head::FrozenSet { len: size(input, "set size out of range")? },
        code::DICT => Head::Dict,
        code::CODE => {
            let mut numbers = [0; 5];
            for n in &mut numbers {
                *n = long(input)?;
            }
            Head::Code(numbers)
        }
        _ => return Err(ReadError::Bad("unknown type code").into()),
    })
}

fn long<I: Input>(input: &mut I) -> Result<i32, I::Error> {
    let bytes = input.take(4)?;
    Ok(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

fn word<I: Input>(input: &mut I) -> Result<[u8; 8], I::Error> {
    let bytes = input.take(8)?;
    Ok(std::array::from_fn(|i| bytes[i]))
}

/// A size in four bytes; a negative one is an error with this name.
fn size<I: Input>(input: &mut I, error: &'static str) -> Result<usize, I::Error> {
    let n = long(input)?;
    usize::try_from(n).map_err(|_| ReadError::Bad(error).into())
}

/// Bytes with their length in one byte.
fn short<I: Input>(input: &mut I) -> Result<&[u8], I::Error> {
    let n = input.byte()?;
    input.take(n.into())
}

fn digits<I: Input>(input: &mut I) -> Result<Scalar<'_>, I::Error> {
    let n = long(input)?;
    if n == i32::MIN {
        return Err(ReadError::Bad("long size out of range").into());
    }
    let size = 2 * n.unsigned_abs() as usize;
    let have = size.min(input.at_most() & !1);
    // A digit out of range is found before the end of the data is.
    let digits = input.take(have)?;
    if digits.chunks_exact(2).any(|d| d[1] & 0x80 != 0) {
        return Err(ReadError::Bad("digit out of range in long").into());
    }
    if have < size {
        return Err(ReadError::TooShort.into());
    }
    if digits.ends_with(&[0, 0]) {
        return Err(ReadError::Bad("unnormalized long data").into());
    }
    Ok(Scalar::Long { negative: n < 0, digits })
}
