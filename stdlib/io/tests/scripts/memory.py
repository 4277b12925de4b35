# Streams in memory.
def raises(kind, text, f, *args):
    try:
        f(*args)
    except kind as e:
        assert text is None or e.args[0] == text, e.args
        return
    assert False, text

b = _io.BytesIO(b"abc\ndef\nghi")
assert b.read(2) == b"ab"
assert b.readline() == b"c\n"
assert b.tell() == 4
assert b.readlines() == [b"def\n", b"ghi"]
assert b.read() == b""
assert b.seek(0, 2) == 11
assert b.write(b"XY") == 2
assert b.seek(-3, 1) == 10
assert b.read() == b"iXY"
assert b.seek(15) == 15
assert b.write(b"z") == 1
assert b.getvalue() == b"abc\ndef\nghiXY\0\0z"
raises(ValueError, "negative seek value -1", b.seek, -1)
raises(ValueError, "invalid whence (3, should be 0, 1 or 2)", b.seek, 0, 3)
assert b.truncate(3) == 3
assert b.tell() == 16
assert b.getvalue() == b"abc"
v = b.getbuffer()
v[1] = 66
assert b.getvalue() == b"aBc"
raises(BufferError, "Existing exports of data: object cannot be re-sized", b.write, b"x")
raises(BufferError, "Existing exports of data: object cannot be re-sized", b.close)
v.release()
b.seek(0)
to = bytearray(2)
assert b.readinto(to) == 2
assert to == b"aB"
assert b.__getstate__() == (b"aBc", 2, None)
b.__setstate__((b"new", 1, None))
assert b.read() == b"ew"
b.seek(0)
assert [line for line in b] == [b"new"]
b.close()
raises(ValueError, "I/O operation on closed file.", b.read)
raises(ValueError, "I/O operation on closed file.", b.getvalue)
raises(TypeError, "a bytes-like object is required, not 'str'", _io.BytesIO().write, "x")

s = _io.StringIO()
assert s.write("abc") == 3
assert s.write("\xe9\u20ac") == 2
assert s.getvalue() == "abc\xe9\u20ac"
assert s.tell() == 5
s.seek(0)
assert s.read(4) == "abc\xe9"
s.seek(1)
s.write("\U0001f600")
assert s.getvalue() == "a\U0001f600c\xe9\u20ac"
s.seek(7)
s.write("x")
assert s.getvalue() == "a\U0001f600c\xe9\u20ac\0\0x"
assert s.truncate(2) == 2
assert s.getvalue() == "a\U0001f600"
raises(TypeError, "string argument expected, got 'bytes'", s.write, b"x")
raises(ValueError, "Negative seek position -1", s.seek, -1)
raises(OSError, "Can't do nonzero cur-relative seeks", s.seek, 1, 1)
assert _io.StringIO("a\r\nb\rc\n").readlines() == ["a\r\n", "b\rc\n"]
assert _io.StringIO("a\r\nb\rc\n", None).readlines() == ["a\n", "b\n", "c\n"]
assert _io.StringIO("a\r\nb\rc\n", "").readlines() == ["a\r\n", "b\r", "c\n"]
assert _io.StringIO("a\nb", "\r\n").getvalue() == "a\r\nb"
assert _io.StringIO("a\nb", "\r\n").readline() == "a\r\n"
assert _io.StringIO("a\r\nb", None).newlines == "\r\n"
assert _io.StringIO("ab\n").readline(1) == "a"
raises(ValueError, "illegal newline value: 'x'", _io.StringIO, "", "x")
t = _io.StringIO("ab")
t.read(1)
assert t.__getstate__() == ("ab", "\n", 1, None)
u = _io.StringIO()
u.__setstate__(("xyz", "\n", 2, None))
assert u.read() == "z"
s.close()
raises(ValueError, "I/O operation on closed file", s.read)

# Text over bytes in memory, with places inside sequences of several bytes.
raw = _io.BytesIO("h\xe9\u20ac\U0001f600\r\nend".encode())
t = _io.TextIOWrapper(raw, "utf-8")
t._CHUNK_SIZE = 3
got = []
for i in (1, 2, 3, 4, 5, 6, 7, 8, 9):
    at = t.tell()
    c = t.read(1)
    got.append(c)
    t.seek(at)
    assert t.read(1) == c
assert got == ["h", "\xe9", "\u20ac", "\U0001f600", "\n", "e", "n", "d", ""]
t = _io.TextIOWrapper(_io.BytesIO(b"ok\xff"), "utf-8")
raises(UnicodeDecodeError, None, t.read)
t = _io.TextIOWrapper(_io.BytesIO(b"ok\xff"), "utf-8", "surrogateescape")
assert t.read() == "ok\udcff"
t = _io.TextIOWrapper(_io.BytesIO(b"x\n"), "utf-8")
t.reconfigure(errors="replace", line_buffering=True)
assert t.errors == "replace"
assert t.line_buffering is True
