# zlib and _bz2: round trips, limits, errors.
import zlib,_bz2
d=b'hello world '*1000
c=zlib.compress(d); print(zlib.decompress(c)==d, zlib.crc32(d), zlib.adler32(d), zlib.crc32(b'a',-5), zlib.crc32(b'a',2**70+3))
co=zlib.compressobj(9); x=co.compress(d)+co.flush(); do=zlib.decompressobj(); y=do.decompress(x+b'zz',100); print(len(y), do.eof, len(do.unconsumed_tail), do.unused_data); y+=do.flush(); print(y==d, do.eof, do.unused_data)
z=zlib._ZlibDecompressor(); print(z.decompress(x)==d, z.eof, z.needs_input)
for f in [lambda: zlib.decompress(b'abc'), lambda: zlib.decompress(c[:10]), lambda: zlib.compress(d, 99), lambda: zlib.decompressobj().flush(0), lambda: zlib.compressobj(zdict=3), lambda: zlib.decompressobj(zdict=3), lambda: zlib.compress('x'), lambda: z.decompress(b''),lambda: zlib.decompress(c,bufsize=-1), lambda: _bz2.BZ2Compressor(10), lambda: _bz2.BZ2Decompressor().decompress(b'abcdefghijklmn'), lambda: _bz2.BZ2Decompressor(1), lambda: _bz2.BZ2Compressor(x=1), lambda: zlib.crc32(1.5)]:
    try: print(f())
    except Exception as e: print(type(e), e)
b=_bz2.BZ2Compressor(); x=b.compress(d)+b.flush(); print(x==b'' , len(x)); u=_bz2.BZ2Decompressor(); print(u.decompress(x)==d,u.eof,u.needs_input,u.unused_data)
print(zlib.error, zlib.Z_BLOCK, zlib.ZLIB_VERSION, zlib.compressobj())if 0 else 0
