# Files, buffers and text over them. TMP is a folder of our own, _io the module.
def raises(kind, text, f, *args):
    try:
        f(*args)
    except kind as e:
        assert text is None or e.args[0] == text, e.args
        return
    assert False, text

p = TMP + "/text"
f = _io.open(p, "w", -1, "utf-8")
assert f.write("h\xe4llo\nworld\n") == 12
assert f.name == p
assert f.mode == "w"
assert f.encoding == "utf-8"
assert f.errors == "strict"
assert f.closed is False
f.close()
assert f.closed is True
f.close()
raises(ValueError, "I/O operation on closed file.", f.write, "x")

f = _io.open(p, "rb")
assert f.read() == b"h\xc3\xa4llo\nworld\n"
assert f.read() == b""
assert f.seek(1) == 1
assert f.read(2) == b"\xc3\xa4"
assert f.tell() == 3
assert f.seek(-2, 2) == 11
assert f.peek() == b"d\n"
assert f.readline() == b"d\n"
f.close()
raises(ValueError, "read of closed file", f.read)

f = _io.open(p, "r", -1, "utf-8")
assert f.readline() == "h\xe4llo\n"
at = f.tell()
assert at == 7
assert f.read() == "world\n"
assert f.seek(at) == 7
assert f.read(3) == "wor"
at = f.tell()
assert f.read(1) == "l"
f.seek(at)
assert f.readline() == "ld\n"
assert f.readline() == ""
f.seek(0)
out = []
for line in f:
    out.append(line)
assert out == ["h\xe4llo\n", "world\n"]
f.close()

# Newlines.
f = _io.open(p, "wb")
assert f.write(b"a\r\nb\rc\nd") == 8
f.close()
def lines(newline):
    f = _io.open(p, "r", -1, "ascii", None, newline)
    got = f.readlines()
    seen = f.newlines
    f.close()
    return got, seen
assert lines(None) == (["a\n", "b\n", "c\n", "d"], ("\r", "\n", "\r\n"))
assert lines("") == (["a\r\n", "b\r", "c\n", "d"], ("\r", "\n", "\r\n"))
assert lines("\n") == (["a\r\n", "b\rc\n", "d"], None)
assert lines("\r") == (["a\r", "\nb\r", "c\nd"], None)
assert lines("\r\n") == (["a\r\n", "b\rc\nd"], None)
raises(ValueError, "illegal newline value: x", _io.open, p, "r", -1, "ascii", None, "x")
f = _io.open(p, "w", -1, "latin-1", None, "\r\n")
f.write("\xe9\n")
f.close()
f = _io.open(p, "rb", 0)
assert f.read() == b"\xe9\r\n"
assert f.readall() == b""
assert f.mode == "rb"
assert f.closefd is True
f.close()

# Errors of decoding and encoding.
f = _io.open(p, "w", -1, "ascii")
raises(UnicodeEncodeError, None, f.write, "\xe9")
f.close()
f = _io.open(p, "w", -1, "ascii", "xmlcharrefreplace")
f.write("\xe9")
f.close()
f = _io.open(p, "rb")
assert f.read() == b"&#233;"
f.close()

# Appending, updating, truncating.
f = _io.open(p, "ab")
f.write(b"12345")
assert f.tell() == 11
f.close()
f = _io.open(p, "r+b")
assert f.read(3) == b"&#2"
f.write(b"XX")
f.seek(0)
assert f.read() == b"&#2XX;12345"
f.seek(4)
assert f.truncate() == 4
f.seek(0)
assert f.read() == b"&#2X"
b = bytearray(3)
f.seek(0)
assert f.readinto(b) == 3
assert b == b"&#2"
f.close()

# Large writes and reads pass the buffer.
f = _io.open(p, "wb", 16)
for i in [0] * 100:
    f.write(b"0123456789")
f.write(b"x" * 100)
f.close()
f = _io.open(p, "rb", 16)
assert len(f.read(995)) == 995
assert f.read(10) == b"56789xxxxx"
assert len(f.read()) == 95
f.close()

# Mode errors.
raises(ValueError, "invalid mode: 'q'", _io.open, p, "q")
raises(ValueError, "can't have text and binary mode at once", _io.open, p, "rbt")
raises(ValueError, "can't have unbuffered text I/O", _io.open, p, "r", 0)
raises(ValueError, "binary mode doesn't take an encoding argument", _io.open, p, "rb", -1, "ascii")
raises(ValueError, "must have exactly one of create/read/write/append mode", _io.open, p, "rw")
raises(ValueError, "Must have exactly one of create/read/write/append mode and at most one plus", _io.open, p, "b")
f = _io.open(p, "rb", 0)
raises(_io.UnsupportedOperation, "File not open for writing", f.write, b"x")
f.close()
raises(ValueError, "negative file descriptor", _io.FileIO, -5)

# Classes of Python's.
class Raw(_io._RawIOBase):
    def __init__(self, parts):
        self.parts = parts
        self.out = []
    def readable(self):
        return True
    def writable(self):
        return True
    def readinto(self, b):
        if not self.parts:
            return 0
        part = self.parts.pop(0)
        b[:len(part)] = part
        return len(part)
    def write(self, b):
        self.out.append(bytes(b))
        return len(b)

r = _io.BufferedReader(Raw([b"abc\nde", b"f\ngh"]))
assert r.readline() == b"abc\n"
assert r.read(4) == b"def\n"
assert r.read() == b"gh"
r = Raw([b"abc\nde", b"f\ngh"])
assert r.read(100) == b"abc\nde"
assert r.readall() == b"f\ngh"
r = Raw([b"a", b"\n", b"b"])
assert r.readline() == b"a\n"
w = Raw([])
t = _io.TextIOWrapper(_io.BufferedWriter(w), "utf-8", None, None, True)
t.write("ab")
assert w.out == []
t.write("c\n")
assert w.out == [b"abc\n"]
t.write("rest")
b = t.detach()
raises(ValueError, "underlying buffer has been detached", t.write, "x")
b.flush()
assert w.out == [b"abc\n", b"rest"]
closed = []
class Closing(_io._IOBase):
    def close(self):
        closed.append(1)
        super(Closing, self).close()
c = Closing()
del c
assert closed == [1]
class With(_io._RawIOBase):
    pass
with With() as x:
    assert not x.closed
assert x.closed
raises(ValueError, "I/O operation on closed file.", x.__enter__)
raises(_io.UnsupportedOperation, "seek", With().seek, 0)

p = _io.BufferedRWPair(Raw([b"in"]), w)
assert p.read(2) == b"in"
assert p.write(b"out") == 3
p.flush()
assert w.out[-1] == b"out"

d = _io.IncrementalNewlineDecoder(None, True)
assert d.decode("a\r") == "a"
assert d.decode("\nb") == "\nb"
assert d.newlines == "\r\n"
assert d.getstate() == (b"", 0)

# What answers nothing, too much, or comes back while it is called.
raises(TypeError, "cannot pickle 'FileIO' instances", _io.FileIO(0, "r", False).__reduce__)
raises(TypeError, "readinto() argument 1 must be read-write bytes-like object, not bytes", _io.FileIO(0, "r", False).readinto, b"")
class Silent(_io._RawIOBase):
    def readable(self):
        return True
    def writable(self):
        return True
    def readinto(self, b):
        return None
    def write(self, b):
        return None
assert _io.BufferedReader(Silent()).read(5) is None
assert _io.BufferedReader(Silent()).readline() == b""
assert _io.BufferedReader(Silent()).read1() == b""
w = _io.BufferedWriter(Silent(), 4)
assert w.write(b"abc") == 3
try:
    w.write(b"abcdef")
    assert False
except _io.BlockingIOError as e:
    assert e.args == (0, "write could not complete without blocking", 1), e.args
class Wrong(Silent):
    def readinto(self, b):
        return len(b) + 1
    def write(self, b):
        return len(b) + 1
raises(OSError, "raw write() returned invalid length 7 (should have been between 0 and 6)", _io.BufferedWriter(Wrong(), 4).write, b"123456")
raises(OSError, "raw readinto() returned invalid length 5 (should have been between 0 and 4)", _io.BufferedReader(Wrong(), 4).read, 1)
seen = []
class Again(Silent):
    def write(self, b):
        try:
            self.outer.flush()
        except RuntimeError as e:
            seen.append(e.args[0][:23])
        return len(b)
q = Again()
q.outer = _io.BufferedWriter(q)
q.outer.write(b"x")
q.outer.flush()
assert seen == ["reentrant call inside <"], seen

# A stream that goes away writes what it holds.
p = TMP + "/gone"
f = _io.open(p, "w", -1, "utf-8")
f.write("kept")
del f
f = _io.open(p, "rb")
assert f.read() == b"kept"
f.close()
