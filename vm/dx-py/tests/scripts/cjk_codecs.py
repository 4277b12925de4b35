# The CJK codecs: every code, every character, random input with handlers, incremental coders, streams; as hashes.
import hashlib, random, codecs, sys
names = "gb2312 gbk gb18030 hz big5hkscs shift_jis cp932 euc_jp shift_jis_2004 euc_jis_2004 euc_jisx0213 shift_jisx0213 euc_kr cp949 johab big5 cp950 iso2022_kr iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext".split()
step = 5
def d(b, n, e='strict'):
    try: return b.decode(n, e)
    except UnicodeDecodeError as x: return str(x)
def en(s, n, e='strict'):
    try: return s.encode(n, e)
    except UnicodeEncodeError as x: return str(x)
for n in names:
    h = []
    h.append(hashlib.sha1(repr([d(bytes([a, b]), n) for a in range(256) for b in range(0,256,step)]).encode('utf8','surrogatepass')).hexdigest()[:8])
    h.append(hashlib.sha1(repr([en(chr(c), n) for c in range(0, 0x30000, step)]+[en(chr(c), n) for c in range(0x30000, 0x110000, 97*step)]).encode()).hexdigest()[:8])
    r = random.Random(5)
    esc = [b'\x1b$B', b'\x1b(B', b'\x1b$@', b'\x1b(J', b'\x1b(I', b'\x1b$(D', b'\x1b$(C', b'\x1b$)C', b'\x1b$A', b'\x1b.A', b'\x1b.F', b'\x1bN', b'\x1b$(O', b'\x1b$(P', b'\x1b$(Q', b'\x1b&@\x1b$B', b'\x1b&', b'\x0e', b'\x0f', b'~{', b'~}', b'~~', b'~\n', b'\n', b'\x1bx']
    out = []
    for i in range(2000//step):
        if i % 2: b = bytes(r.choices(range(256), k=r.randrange(1, 30)))
        else: b = b''.join(r.choice(esc) if r.random() < .3 else bytes([r.randrange(0x20,0x80)]) * r.choice((1,2)) for _ in range(12))
        out.append(d(b, n)); out.append(d(b, n, 'replace')); out.append(d(b,n,'backslashreplace'))
        dec = codecs.getincrementaldecoder(n)('replace'); j = r.randrange(len(b)+1)
        try: out.append((dec.decode(b[:j]), dec.getstate(), dec.decode(b[j:], True), dec.getstate()))
        except UnicodeError as e: out.append(str(e))
    h.append(hashlib.sha1(repr(out).encode('utf8','surrogatepass')).hexdigest()[:8])
    out = []
    pool = [chr(r.randrange(0x20,0x7f)) for _ in range(20)] + list('かカ゚\u02e9\u02e5\u00ca\u0304\u030c\u0302\u0300\u0301æ한글中文日本語ｱ¥‾é∥～−€ά') + [chr(r.randrange(0x4e00, 0x9fff)) for _ in range(20)] + [chr(r.randrange(0xac00,0xd7a3)) for _ in range(5)] + ['\n', '\ud800', '\U0002000b', '\U0001f600']
    for i in range(1000//step):
        s = ''.join(r.choices(pool, k=r.randrange(1,12)))
        for e in ('strict','replace','xmlcharrefreplace','ignore'): out.append(en(s, n, e))
        x = codecs.getincrementalencoder(n)('replace'); j = r.randrange(len(s)+1)
        out.append((x.encode(s[:j]), x.getstate(), x.encode(s[j:], True), x.getstate()))
    h.append(hashlib.sha1(repr(out).encode('utf8','surrogatepass')).hexdigest()[:8])
    if n in ('euc_jp','euc_jis_2004','euc_jisx0213'):
        h.append(hashlib.sha1(repr([d(bytes([0x8f, a, b]), n) for a in range(0,256) for b in range(0,256,step)]).encode()).hexdigest()[:8])
    if n == 'gb18030':
        h.append(hashlib.sha1(repr([d(bytes([a, b, c, e]), n) for a in range(0x80,256,step) for b in range(0x30,0x3a) for c in range(0x80,256, step) for e in range(0x30,0x3a,3)]).encode()).hexdigest()[:8])
    if n == 'euc_kr':
        h.append(hashlib.sha1(repr([d(b'\xa4\xd4\xa4'+bytes([a])+b'\xa4'+bytes([b])+b'\xa4'+bytes([c]), n) for a in range(0xa0,0xc1) for b in range(0xbe,0xd6) for c in range(0xa0,0xd6)]).encode()).hexdigest()[:8])
    print(n, *h)

# The objects.
import io
import _multibytecodec as m, _codecs_jp
def tr(f):
    try: print(f())
    except BaseException as e: print(type(e).__name__,e)
tr(lambda: type(_codecs_jp.getcodec('cp932'))())
tr(lambda: m.MultibyteIncrementalEncoder())
tr(lambda: _codecs_jp.getcodec('xx'))
tr(lambda: _codecs_jp.getcodec(b'xx'))
tr(lambda: m.__create_codec(1))
c=_codecs_jp.getcodec('euc_jis_2004')
tr(lambda: c.encode(12)); tr(lambda: c.decode('x')); tr(lambda:c.encode('a',errors=5)); tr(lambda:c.encode()); tr(lambda: c.decode(b'',None)); tr(lambda: c.encode('\u30ab\u309a'))
class B:
    def __init__(s,*a): print('B',a)
class E(m.MultibyteIncrementalEncoder,B): codec=c
class D(m.MultibyteIncrementalDecoder): codec=c
class R(m.MultibyteStreamReader): codec=c
class W(m.MultibyteStreamWriter): codec=c
tr(lambda: E(1)); tr(lambda: E('a',2)); tr(lambda: E(foo=2)); tr(lambda: R()); tr(lambda: W(1,2,3))
class X(m.MultibyteIncrementalEncoder): codec=3
tr(X)
e=E('replace')
tr(lambda: e.errors); 
def s(o,n,v): setattr(o,n,v)
tr(lambda: s(e,'errors',3)); 
def dl(): del e.errors
tr(dl)
tr(lambda: (e.encode('\u30ab'), e.getstate(), e.encode('\u309a'), e.getstate()))
tr(lambda: (e.encode('\u30ab'), e.getstate(), e.encode('\u309a',True), e.getstate()))
tr(lambda: (e.encode('\u30ab'), e.reset(), e.getstate()))
tr(lambda: e.encode(3)); tr(lambda: e.setstate(-1)); tr(lambda: e.setstate(1<<300)); tr(lambda: e.setstate(0xff)); tr(lambda: e.setstate('a')); tr(lambda: e.setstate(0x05)); tr(lambda: e.getstate())
tr(lambda: e.setstate(0xff03)) 
d=D()
tr(lambda: (d.decode(b'\xa4'), d.getstate(), d.decode(b'\xf7'), d.getstate()))
tr(lambda: (d.decode(b'\xa4'), d.getstate(), d.decode(b'',True)));tr(lambda: d.getstate())
tr(lambda: d.setstate(3)); tr(lambda: d.setstate((b'',))); tr(lambda: d.setstate((b'',-1)));tr(lambda: d.setstate((b'123456789',1)));tr(lambda: d.setstate((b'',1<<70)));tr(lambda: d.setstate((1,1)));tr(lambda: d.setstate((b'',b'')))
tr(lambda: d.setstate((b'\xa4',77)));tr(lambda: d.getstate()); tr(lambda: d.decode('x')); tr(lambda:d.reset()); tr(lambda: d.getstate())
r=R(io.BytesIO(b'\xa4\xf7abc\n\xa4\xa2\xa4'))
tr(lambda: r.read(1)); tr(lambda: r.read(3)); tr(lambda: r.readline()); tr(lambda: r.read('a')); tr(lambda: r.readlines(0)); tr(lambda: r.read()); tr(lambda: r.read()); tr(lambda: r.reset()); 
r=R(io.StringIO('abc')); tr(lambda: r.read())
tr(lambda: R(3).read())
o=io.BytesIO(); w=W(o)
tr(lambda: (w.write('a\u30ab'), o.getvalue())); tr(lambda: (w.reset(), o.getvalue())); tr(lambda: w.writelines(['a','\u3042'])); tr(lambda: w.writelines(3)); tr(lambda: w.write(3)); tr(lambda: w.writelines([1])); tr(lambda: (o.getvalue(), w.stream is o, w.errors))
def dr(): r.stream=1
tr(dr)
import codecs
def h(v):
    codecs.register_error('nt', lambda e: v if not callable(v) else v(e))
    tr(lambda: c.encode('a\U0001F600b','nt')); tr(lambda: c.decode(b'a\xffb','nt'))
for v in (3,(1,2),('x',),('x',50),('x',-50),('x','y'),('x',1<<70),('\u3042',2),(b'x',2),('\U0001F600',2)): print(v); h(v)
h(lambda e: (print(e, e.encoding, e.start,e.end,e.reason,e.object),('',e.end))[1])
tr(lambda: c.decode(b'a\xa4','nt')); tr(lambda: c.decode(b'a\xa4','replace')); tr(lambda: c.decode(b'a\x8f\xa4','ignore')); tr(lambda: c.decode(b'\xff\xffab\xff','backslashreplace')); tr(lambda: c.encode('a\U0001F600\U0001F600','xmlcharrefreplace')); tr(lambda: c.encode('\ud800','surrogateescape')); tr(lambda: c.encode('\ud800','surrogatepass')); tr(lambda: c.encode('\udc80','surrogateescape')); tr(lambda: c.encode('\ud800','nosuch')); tr(lambda: c.encode('\U0001F600','namereplace')); tr(lambda: c.decode(b'\xff','surrogateescape'));tr(lambda: c.decode(b'\xff','xmlcharrefreplace'))
for n in 'iso2022_jp','iso2022_kr','hz':
    tr(lambda: 'a\u3042\U0001F600\u3042'.encode(n,'replace')); tr(lambda: 'a\u4e2d\U0001F600\u4e2d'.encode(n,'xmlcharrefreplace'))
    i=codecs.getincrementalencoder(n)(); tr(lambda: (i.encode('\u4e2d'), i.getstate(), i.encode('\u4e2d'), i.reset(), i.getstate(), i.encode('\u4e2d'), i.encode('',True)))
    i=codecs.getincrementaldecoder(n)(); tr(lambda: (i.decode(b'\x1b$BCf'), i.getstate(), i.decode(b'~{VP',False), i.getstate(), i.reset(), i.getstate()))
