"""Writes maps.bin, the tables of the CJK codecs, by asking the codecs of the Python that runs it (CPython 3.12.1).

    python3.12 tables.py maps.bin

A grid says what two bytes mean: 129 rows of 256, one for each lead byte from 0x80 on, the last for single bytes. A value
is 0 (nothing), a code point, PAIR plus a number in the list of pairs, BOTH (both bytes are the error, not the first
alone) or MORE (a single byte that begins something longer). The file holds numbers of seven bits a byte, low ones first:

    pairs           count, then two code points each
    four bytes      of gb18030: count, then first code point, last code point, linear number of the first
    grids           in the order of GRIDS, each with its length in bytes before it: runs, n * 4 + kind; kind 0: n positions
                    have nothing; 1: n have what is expected (the base's value, or one more than the last); 2: n
                    have values of their own, as signed differences from the last
    encodings       in the order of CODECS, each with its length before it: code points whose encoding is not that of the
                    first bytes that decode to them: difference from the last code point, bytes as a number or 0
"""
import sys

PAIR, BOTH, MORE = 1 << 30, 1 << 29, 1 << 28
WIDTH, ROWS = 256, 129

# Name, codec, prefix bytes, what the grid is like: None, a grid, ("sjis", plane 1, plane 2) or ("first", a, b).
GRIDS = [
    ("gb18030", "gb18030", b"", None),
    ("gbk", "gbk", b"", "gb18030"),
    ("gb2312", "gb2312", b"", "gbk"),
    ("big5hkscs", "big5hkscs", b"", None),
    ("big5", "big5", b"", "big5hkscs"),
    ("cp950", "cp950", b"", "big5"),
    ("cp949", "cp949", b"", None),
    ("euc_kr", "euc_kr", b"", "cp949"),
    ("johab", "johab", b"", None),
    ("euc_jp", "euc_jp", b"", None),
    ("jisx0212", "euc_jp", b"\x8f", None),
    ("euc_jis_2004", "euc_jis_2004", b"", "euc_jp"),
    ("plane2", None, b"", None),
    ("euc_jis_2004_3", "euc_jis_2004", b"\x8f", ("first", "plane2", "jisx0212")),
    ("euc_jisx0213", "euc_jisx0213", b"", "euc_jis_2004"),
    ("euc_jisx0213_3", "euc_jisx0213", b"\x8f", "euc_jis_2004_3"),
    ("shift_jis", "shift_jis", b"", ("sjis", "euc_jp", None)),
    ("cp932", "cp932", b"", "shift_jis"),
    ("shift_jis_2004", "shift_jis_2004", b"", ("sjis", "euc_jis_2004", "plane2")),
    ("shift_jisx0213", "shift_jisx0213", b"", "shift_jis_2004"),
]
# Codec, its grid, its grid after 0x8F.
CODECS = [
    ("gb18030", "gb18030", None), ("gbk", "gbk", None), ("gb2312", "gb2312", None),
    ("big5hkscs", "big5hkscs", None), ("big5", "big5", None), ("cp950", "cp950", None),
    ("cp949", "cp949", None), ("euc_kr", "euc_kr", None), ("johab", "johab", None),
    ("euc_jp", "euc_jp", "jisx0212"), ("euc_jis_2004", "euc_jis_2004", "euc_jis_2004_3"),
    ("euc_jisx0213", "euc_jisx0213", "euc_jisx0213_3"), ("shift_jis", "shift_jis", None),
    ("cp932", "cp932", None), ("shift_jis_2004", "shift_jis_2004", None),
    ("shift_jisx0213", "shift_jisx0213", None),
]

pairs = []


def number(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out) + bytes([n])


def value(codec, data):
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as e:
        if "incomplete" not in e.reason and (e.start, e.end) == (0, 2) == (0, len(data)):
            return BOTH
        if "incomplete" in e.reason and len(data) == 1:
            return MORE
        assert "incomplete" in e.reason or (e.start, e.end) == (0, 1), (codec, data, e)
        return 0
    if len(text) == 1:
        return ord(text)
    pair = ord(text[0]), ord(text[1])
    if pair not in pairs:
        pairs.append(pair)
    return PAIR + pairs.index(pair)


def ask(codec, prefix):
    single = [0 if prefix else value(codec, bytes([c])) for c in range(WIDTH)]
    grid = [0] * 128 * WIDTH
    for i in range(128 * WIDTH):
        lead = i // WIDTH + 0x80
        if prefix or single[lead] == MORE:
            grid[i] = value(codec, prefix + bytes([lead, i % WIDTH]))
    return grid + single


def plane(lead, trail):
    """Plane, and place in the grid of an EUC code, of two bytes of Shift JIS."""
    if not (0x81 <= lead <= 0x9F or 0xE0 <= lead <= 0xFC) or not 0x40 <= trail <= 0xFC or trail == 0x7F:
        return None
    row = 2 * (lead - (0x81 if lead < 0xA0 else 0xC1))
    cell = trail - (0x40 if trail < 0x7F else 0x41)
    if cell >= 94:
        row, cell = row + 1, cell - 94
    number = 0
    if row >= 94:
        number = 1
        row += 7 if row >= 0x67 else -0x37 if row >= 0x63 or row == 0x5F else -0x3D
        row -= 0x21
    return number, (row + 0x21) * WIDTH + cell + 0xA1


def base_of(base, grids, i, last):
    if base is None:
        return last + 1
    if isinstance(base, str):
        return grids[base][i]
    if base[0] == "first":
        return grids[base[1]][i] or grids[base[2]][i]
    lead, trail = i // WIDTH + 0x80, i % WIDTH
    place = plane(lead, trail) if lead < 0x100 else None
    if place is None or base[1 + place[0]] is None:
        return 0
    return grids[base[1 + place[0]]][place[1]]


def packed(grid, base, grids):
    out, run, last, own = bytearray(), [None, 0], 0, []

    def flush():
        if run[1]:
            out.extend(number(run[1] * 4 + run[0]))
            for n in own:
                out.extend(number(n))
        own.clear()

    for i, v in enumerate(grid):
        kind = 1 if v == base_of(base, grids, i, last) and v else 0 if v == 0 else 2
        if kind != run[0]:
            flush()
            run[:] = [kind, 0]
        run[1] += 1
        if kind == 2:
            difference = v - last
            own.append(difference * 2 if difference >= 0 else -difference * 2 - 1)
        if v:
            last = v
    flush()
    return bytes(out)


def encoded(codec, text):
    try:
        return int.from_bytes(text.encode(codec), "big")
    except UnicodeEncodeError:
        return 0


def exceptions(codec, grid, third, ranges):
    first = {}
    for c in range(WIDTH):
        first.setdefault(grid[128 * WIDTH + c], c)
    for i in range(128 * WIDTH):
        first.setdefault(grid[i], (i // WIDTH + 0x80) << 8 | i % WIDTH)
    for i in range(128 * WIDTH if third else 0):
        first.setdefault(third[i], 0x8F0000 | (i // WIDTH + 0x80) << 8 | i % WIDTH)
    del first[0]
    first[0] = 0
    for v, code in first.items():
        if PAIR <= v:
            assert encoded(codec, "".join(map(chr, pairs[v - PAIR]))) == code, (codec, pairs[v - PAIR])
    out, last, count = bytearray(), 0, 0
    for c in range(0x110000):
        code = encoded(codec, chr(c))
        if codec == "euc_kr" and code > 0xFFFFFFFF:
            assert 0xAC00 <= c <= 0xD7A3
            continue
        if codec == "gb18030" and code > 0xFFFF:
            linear = 0
            for b, n, low in zip(code.to_bytes(4, "big"), (12600, 1260, 10, 1), (0x81, 0x30, 0x81, 0x30)):
                linear += (b - low) * n
            if ranges and ranges[-1][1] == c - 1 and ranges[-1][2] + c - ranges[-1][0] == linear:
                ranges[-1][1] = c
            else:
                ranges.append([c, c, linear])
            assert first.get(c) is None
            continue
        if first.get(c, 0) != code:
            out += number(c - last) + number(code)
            last, count = c, count + 1
    return bytes(out), count


def main(path):
    grids, streams, ranges = {}, [], []
    for name, codec, prefix, base in GRIDS:
        if codec:
            grid = ask(codec, prefix)
        else:
            grid = [0] * (ROWS * WIDTH)
            for i in range(0x70 * WIDTH, 128 * WIDTH):
                place = plane(i // WIDTH + 0x80, i % WIDTH)
                if place and place[0]:
                    grid[place[1]] = value("shift_jis_2004", bytes([i // WIDTH + 0x80, i % WIDTH]))
        stream = packed(grid, base, grids)
        print(name, len(stream))
        grids[name] = grid
        streams.append(stream)
    codes = []
    for codec, grid, third in CODECS:
        stream, count = exceptions(codec, grids[grid], third and grids[third], ranges)
        print(codec, count, len(stream))
        codes.append(stream)
    with open(path, "wb") as out:
        out.write(number(len(pairs)) + b"".join(number(a) + number(b) for a, b in pairs))
        out.write(number(len(ranges)) + b"".join(number(n) for r in ranges for n in r))
        print("ranges", len(ranges))
        for stream in streams + codes:
            out.write(number(len(stream)) + stream)


if __name__ == "__main__":
    main(sys.argv[1])
