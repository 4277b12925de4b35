"""Writes src/unicode/tables.rs and src/unicode/names.bin: facts of Unicode 15.0 (and of its difference from 3.2).

Run by CPython 3.12.1, whose `unicodedata` and `str` are where the facts are read:

    python3.12 runtime/text/gen/unicode.py

Nothing is fetched. The output is committed; tests compare it with the oracle, code point by code point.
"""
import ctypes
import os
import re
import struct
import sys
import unicodedata as ucd
from collections import Counter

assert sys.version_info[:2] == (3, 12) and ucd.unidata_version == '15.0.0'
OLD = ucd.ucd_3_2_0
N = 0x110000
SHIFT = 7
API = ctypes.pythonapi
OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'src', 'unicode')
out = []


def emit(name, ty, items, per_line=None):
    """One static array; `per_line` None fills lines of about 190 columns."""
    items = [str(i) for i in items]
    out.append(f'pub static {name}: [{ty}; {len(items)}] = [')
    if per_line:
        for i in range(0, len(items), per_line):
            out.append(','.join(items[i:i + per_line]) + ',')
    else:
        line = ''
        for i in items:
            if len(line) + len(i) > 190:
                out.append(line)
                line = ''
            line += i + ','
        out.append(line)
    out.append('];')


def trie(name, values):
    """Two levels: blocks of 128 values, and the number of each block. The tail of zeroes is left out."""
    size = 1 << SHIFT
    blocks, first = {}, []
    for i in range(0, N, size):
        first.append(blocks.setdefault(tuple(values[i:i + size]), len(blocks)))
    zero = blocks.get((0,) * size)
    while first and first[-1] == zero:
        first.pop()
    flat = [v for b in blocks for v in b]
    ty = lambda m: 'u8' if m < 256 else 'u16'
    emit(name + '_1', ty(len(blocks) - 1), first)
    emit(name + '_2', ty(max(flat)), flat)
    out.append(f'#[inline]\npub fn {name.lower()}(c: u32) -> usize {{ match {name}_1.get((c >> {SHIFT}) as usize) {{ '
               f'Some(&b) => {name}_2[(b as usize) << {SHIFT} | (c & {size - 1}) as usize] as usize, None => 0 }} }}')


def numbering(first=None):
    """A dictionary that numbers what it is asked for, in order."""
    class D(dict):
        def __missing__(self, k):
            self[k] = len(self)
            return self[k]
    d = D()
    if first is not None:
        d[first]
    return d


chars = [chr(c) for c in range(N)]

# --- types: what str methods ask ---
FLAGS = ('ALPHA DECIMAL DIGIT LOWER SPACE UPPER TITLE XID_START XID_CONTINUE PRINTABLE NUMERIC CASE_IGNORABLE CASED '
         'SPECIAL_CASE LINEBREAK').split()
for i, f in enumerate(FLAGS):
    out.append(f'pub const {f}: u16 = 1 << {i};')
BIT = {f: 1 << i for i, f in enumerate(FLAGS)}
types = numbering((0, 0, 0, 0, 255, 255))
special = []
values = []
for c, s in enumerate(chars):
    up, lo, ti = API._PyUnicode_ToUppercase(c), API._PyUnicode_ToLowercase(c), API._PyUnicode_ToTitlecase(c)
    full = s.lower(), s.title(), s.upper(), s.casefold()
    f = 0
    for name, on in (
        ('ALPHA', s.isalpha()), ('DECIMAL', s.isdecimal()), ('DIGIT', s.isdigit()), ('LOWER', s.islower()),
        ('SPACE', s.isspace()), ('UPPER', API._PyUnicode_IsUppercase(c)), ('TITLE', API._PyUnicode_IsTitlecase(c)),
        ('XID_START', API._PyUnicode_IsXidStart(c)), ('XID_CONTINUE', API._PyUnicode_IsXidContinue(c)),
        ('PRINTABLE', s.isprintable()), ('NUMERIC', s.isnumeric()),
        ('CASE_IGNORABLE', API._PyUnicode_IsCaseIgnorable(c)), ('CASED', API._PyUnicode_IsCased(c)),
        ('SPECIAL_CASE', full != (chr(lo), chr(ti), chr(up), full[0])),
        ('LINEBREAK', len((s + 'x').splitlines()) == 2),
    ):
        if on:
            f |= BIT[name]
    if f & BIT['SPECIAL_CASE']:
        special.append((c, *full))
    dec = ucd.decimal(s, 255)
    dig = API._PyUnicode_ToDigit(c)
    values.append(types[f, up - c, lo - c, ti - c, dec, dig if dig >= 0 else 255])
trie('KIND', values)
emit('TYPE_RECORDS', 'TypeRecord', (f'TypeRecord{{flags:{f},upper:{u},lower:{l},title:{t},decimal:{d},digit:{g}}}'
                                    for f, u, l, t, d, g in types), 3)
lit = lambda s: '&[' + ','.join(str(ord(x)) for x in s) + ']'
emit('SPECIAL_CASES', 'SpecialCase', (f'SpecialCase{{c:{c},lower:{lit(l)},title:{lit(t)},upper:{lit(u)},fold:{lit(d)}}}'
                                      for c, l, t, u, d in special), 3)

# --- the database: what unicodedata asks ---
CATEGORIES = ('Cn Lu Ll Lt Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Lm Lo Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So').split()
BIDI = [''] + sorted({ucd.bidirectional(s) for s in chars} - {''})
EAW = sorted({ucd.east_asian_width(s) for s in chars} | {OLD.east_asian_width(s) for s in chars})
assert EAW == ['A', 'F', 'H', 'N', 'Na', 'W'], EAW
q = lambda l: ('"' + x + '"' for x in l)
emit('CATEGORIES', "&str", q(CATEGORIES))
emit('BIDI', "&str", q(BIDI))
emit('WIDTHS', "&str", q(EAW))

decomp = {c: ucd.decomposition(s) for c, s in enumerate(chars) if ucd.decomposition(s)}
compose = {}
for c, d in decomp.items():
    p = d.split()
    if not d.startswith('<') and len(p) == 2:
        a, b = (int(x, 16) for x in p)
        if ucd.normalize('NFC', chr(a) + chr(b)) == chr(c):
            compose[a, b] = c
seconds = {b for _, b in compose} | set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))
QC = 'NFD_NO NFKD_NO NFC_NO NFKC_NO NFC_MAYBE'.split()
for i, f in enumerate(QC):
    out.append(f'pub const {f}: u8 = 1 << {i};')
records = numbering((0, 0, 0, EAW.index('N'), 0, 0))
values = []
for c, s in enumerate(chars):
    qc = sum(1 << i for i, form in enumerate(('NFD', 'NFKD', 'NFC', 'NFKC')) if ucd.normalize(form, s) != s)
    qc |= 16 if c in seconds else 0
    values.append(records[CATEGORIES.index(ucd.category(s)), BIDI.index(ucd.bidirectional(s)), ucd.combining(s),
                          EAW.index(ucd.east_asian_width(s)), ucd.mirrored(s), qc])
trie('RECORD', values)
rec = lambda r: 'Record{category:%d,bidi:%d,combining:%d,width:%d,mirrored:%d,quick:%d}' % r
emit('RECORDS', 'Record', map(rec, records), 3)

# --- numeric values ---
old_numeric = lambda s: OLD.numeric(s, None)
numbers = numbering(None)
values = [numbers[ucd.numeric(s, None)] for s in chars]
changed_numbers = {c: numbers[old_numeric(s)] for c, s in enumerate(chars) if old_numeric(s) != ucd.numeric(s, None)}
trie('NUMERIC', values)
emit('NUMBERS', 'f64', (repr(x) if x is not None else '-1.0' for x in numbers))

# --- decompositions: a tag, then code points ---
TAGS = [''] + sorted({d.split()[0] for d in decomp.values() if d.startswith('<')})
emit('TAGS', '&str', q(TAGS))
data, index, where = [0], {}, [0] * N
for c, d in decomp.items():
    p = d.split()
    tag = TAGS.index(p.pop(0)) if d[0] == '<' else 0
    key = tag, tuple(int(x, 16) for x in p)
    if key not in index:
        index[key] = len(data)
        # The head holds tag and length; a character beyond the basic plane is a surrogate pair, as everywhere in 16 bits.
        units = struct.unpack(f'<{len(u := "".join(map(chr, key[1])).encode("utf-16-le")) // 2}H', u)
        data += [tag << 8 | len(units), *units]
    where[c] = index[key]
trie('DECOMPOSITION', where)
emit('DECOMPOSITIONS', 'u16', data)
emit('COMPOSITIONS', '(u32,u32,u32)', (f'({a},{b},{c})' for (a, b), c in sorted(compose.items())))

# --- Unicode 3.2.0 ---
old_records = numbering((255, 255, 255, 255, 255, 255, 0))
values, corrigenda = [], []
for c, s in enumerate(chars):
    pick = lambda get, index: index(get(OLD)) if get(OLD) != get(ucd) else 255
    number = 0
    if c in changed_numbers:
        number = 1 + changed_numbers[c]
    r = (pick(lambda u: u.category(s), CATEGORIES.index), pick(lambda u: u.bidirectional(s), BIDI.index),
         pick(lambda u: u.combining(s), int), pick(lambda u: u.east_asian_width(s), EAW.index),
         pick(lambda u: u.mirrored(s), int), pick(lambda u: u.decimal(s, 254), int), number)
    values.append(old_records[r])
    unassigned = r[0] == 0
    assert OLD.decomposition(s) == ('' if unassigned else ucd.decomposition(s))
    assert OLD.name(s, None) == (None if unassigned else ucd.name(s, None))
    assert OLD.digit(s, None) == ucd.digit(s, None)
    if not unassigned and OLD.normalize('NFD', s) != ucd.normalize('NFD', s):
        corrigenda.append((c, ord(OLD.normalize('NFD', s))))
trie('OLD', values)
emit('OLD_RECORDS', 'OldRecord', ('OldRecord{category:%d,bidi:%d,combining:%d,width:%d,mirrored:%d,decimal:%d,number:%d}' % r
                                  for r in old_records), 3)
emit('OLD_CORRIGENDA', '(u32,u32)', (f'({a},{b})' for a, b in corrigenda))

# --- names ---
names = {c: ucd.name(s, None) for c, s in enumerate(chars)}
is_hangul = lambda c: 0xAC00 <= c < 0xAC00 + 11172
ranges, stored = [], []
for c, n in names.items():
    if n is None or is_hangul(c):
        continue
    if n.endswith('-%04X' % c):
        prefix = n[:n.rindex('-') + 1]
        if ranges and ranges[-1][1] == c - 1 and ranges[-1][2] == prefix:
            ranges[-1][1] = c
        else:
            ranges.append([c, c, prefix])
    else:
        stored.append((c, n))
emit('NAME_RANGES', '(u32,u32,&str)', (f'({a},{b},"{p}")' for a, b, p in ranges), 4)

# Aliases and named sequences live at private code points of the C interface that \N{} uses.
get_pointer = API.PyCapsule_GetPointer
get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
table = ctypes.cast(get_pointer(ucd._ucnhash_CAPI, b'unicodedata._ucnhash_CAPI'), ctypes.POINTER(ctypes.c_void_p))
get_name = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_int, ctypes.c_int)(table[0])
buffer = ctypes.create_string_buffer(512)
aliases, sequences = [], []
for c in range(0xF0000, N):
    if get_name(c, buffer, 512, 1):
        name = buffer.value.decode()
        target = ucd.lookup(name)
        (aliases if len(target) == 1 else sequences).append((target, name))
runs = []
for i, (c, _) in enumerate(stored):
    if not runs or c - i != runs[-1][0] - runs[-1][1]:
        runs.append((c, i))
emit('NAME_RUNS', '(u32,u16)', (f'({a},{b})' for a, b in runs))
out.append(f'pub const NAME_CHARS: usize = {len(stored)};')
emit('ALIASES', 'u32', (ord(t) for t, _ in aliases))
emit('SEQUENCES', '&[u32]', (lit(t) for t, _ in sequences))

all_names = [n for _, n in stored] + [n for _, n in aliases] + [n for _, n in sequences]
assert len(all_names) < 65536
GLUE = '-'
glue = re.compile(r'(?<=[A-Z0-9])-(?=[A-Z0-9])')


def tokens(name):
    """Words with a space between them, except around the glue."""
    for word in name.split(' '):
        for i, part in enumerate(glue.split(word)):
            if i:
                yield GLUE
            yield part


count = Counter(t for n in all_names for t in tokens(n))
words = [w for w, _ in count.most_common()]
words.remove(GLUE)
words.insert(0, GLUE)
# A byte of 0 ends a name; up to ONE it is a word; above, it and the next byte are a word.
need = lambda one: one + (255 - one) * 256 >= len(words)
ONE = max(one for one in range(1, 255) if need(one))
code = {w: bytes([1 + i]) if i < ONE else bytes([1 + ONE + (i - ONE >> 8), i - ONE & 255]) for i, w in enumerate(words)}
phrases, starts = b'', []
for i, n in enumerate(all_names):
    if i % 16 == 0:
        starts.append(len(phrases))
    phrases += b''.join(code[t] for t in tokens(n)) + b'\0'
lexicon = ''.join(words).encode()
ends, at = [0], 0
for w in words:
    at += len(w)
    ends.append(at)
order = sorted(range(len(all_names)), key=lambda i: all_names[i])
blob = b''
for name, part in (('WORD_ENDS', struct.pack(f'<{len(ends)}I', *ends)),
                   ('STARTS', struct.pack(f'<{len(starts)}I', *starts)),
                   ('ORDER', struct.pack(f'<{len(order)}H', *order)),
                   ('LEXICON', lexicon), ('PHRASES', phrases)):
    out.append(f'pub const NAMES_{name}: core::ops::Range<usize> = {len(blob)}..{len(blob) + len(part)};')
    blob += part
out.append(f'pub const NAMES_ONE: usize = {ONE};')
out.append(f'pub const NAMES_LONGEST: usize = {max(map(len, all_names))};')
with open(os.path.join(OUT, 'names.bin'), 'wb') as f:
    f.write(blob)
with open(os.path.join(OUT, 'tables.rs'), 'w') as f:
    f.write('//! Written by gen/unicode.py: the tables of Unicode 15.0 and of its difference from 3.2. Do not edit.\n\n'
            'use super::{OldRecord, Record, SpecialCase, TypeRecord};\n\n' + '\n'.join(out) + '\n')
print(len(types), 'types', len(records), 'records', len(old_records), 'old', len(special), 'special cases',
      len(compose), 'compositions', len(all_names), 'names', len(words), 'words', len(blob), 'bytes of names', corrigenda)
