"""Digests, compression, encodings and serialisation of the library's files."""

import base64
import binascii
import bz2
import csv
import hashlib
import io
import json
import marshal
import os
import pickle
import struct
import sys
import zlib

lib = sys.argv[1]
for name in "os.py", "typing.py", "_pydecimal.py":
    with open(os.path.join(lib, name), "rb") as file:
        data = file.read()
    print(name, zlib.crc32(data), zlib.adler32(data), binascii.crc_hqx(data, 0))
    for kind in "md5", "sha1", "sha256", "sha3_512", "blake2b", "blake2s":
        print(kind, hashlib.new(kind, data).hexdigest())
    for module in zlib, bz2:
        assert module.decompress(module.compress(data)) == data
    assert base64.b85decode(base64.b85encode(data)) == data
    text = data.decode()
    for codec in "utf-16", "utf-32-be", "utf-7", "unicode_escape", "rot13":
        if codec == "rot13":
            import codecs

            made = codecs.encode(text, codec).encode()
        else:
            made = text.encode(codec)
            assert made.decode(codec) == text
        print(codec, hashlib.sha256(made).hexdigest())
    code = compile(data, name, "exec")
    # From version 3 on, what is written as a reference depends on the counts of references to constants, which another
    # interpreter need not share.
    print(hashlib.sha256(marshal.dumps(code, 2)).hexdigest(), marshal.loads(marshal.dumps(code)) == code)
value = {"a": [1, 2.5, None, True, "é\u2028"], "b": (1, {2, 3}, b"x"), "c": 10**40, "d": float("inf"), "e": -0.0}
for protocol in range(6):
    print(protocol, pickle.dumps(value, protocol))
print(json.dumps({k: v for k, v in value.items() if k != "b"}, indent=1, sort_keys=True))
out = io.StringIO()
csv.writer(out, quoting=csv.QUOTE_NONNUMERIC).writerows([[1, "a,b", 'q"q'], [2.5, "", "x\ny"]])
print(repr(out.getvalue()), list(csv.reader(io.StringIO(out.getvalue()))))
print(struct.pack("<bHiqfd5sp?", -1, 65535, -2, 2**40, 1.5, 2.25, b"abc", b"", True))
