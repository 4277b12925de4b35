"""Formats of data and hashing: json, struct, pickle, csv, base64, binascii, zlib, hashlib, ast, configuration files."""

import base64
import binascii
import csv
import hashlib
import io
import json
import pickle
import struct
import zlib

DATA = {"name": "x", "values": [1, 2.5, None, True, "text"], "inner": {"a": [1, 2, 3], "b": "é\n"}}
TEXT = json.dumps(DATA)
ROWS = [["a", "b c", 'q"r', "1", "2.5"]] * 50
BLOCK = bytes(range(256)) * 16


class Record:
    def __init__(self):
        self.a = 1
        self.b = "x"


EACH = {
    "json dumps": ("", "json.dumps(DATA)"),
    "json dumps small": ("", "json.dumps({'a': 1})"),
    "json dumps list": ("a = list(range(100))", "json.dumps(a)"),
    "json dumps floats": ("a = [i * 0.7 for i in range(100)]", "json.dumps(a)"),
    "json dumps strings": ("a = ['abc def'] * 100", "json.dumps(a)"),
    "json dumps indent": ("", "json.dumps(DATA, indent=2)"),
    "json dumps sorted": ("", "json.dumps(DATA, sort_keys=True)"),
    "json loads": ("", "json.loads(TEXT)"),
    "json loads small": ("", "json.loads('{\"a\": 1}')"),
    "json loads list": ("a = json.dumps(list(range(100)))", "json.loads(a)"),
    "json loads floats": ("a = json.dumps([i * 0.7 for i in range(100)])", "json.loads(a)"),
    "json loads strings": ("a = json.dumps(['abc def'] * 100)", "json.loads(a)"),
    "json loads bytes": ("a = TEXT.encode()", "json.loads(a)"),
    "struct pack": ("", "struct.pack('<IHB', 1, 2, 3)"),
    "struct unpack": ("a = bytes(7)", "struct.unpack('<IHB', a)"),
    "struct compiled": ("s = struct.Struct('>dq'); a = bytes(16)", "s.unpack(a)"),
    "struct unpack_from": ("s = struct.Struct('>I'); a = bytes(16)", "s.unpack_from(a, 4)"),
    "struct pack_into": ("s = struct.Struct('>I'); a = bytearray(16)", "s.pack_into(a, 4, 7)"),
    "struct iter_unpack": ("s = struct.Struct('<I'); a = bytes(400)", "for x in s.iter_unpack(a): pass"),
    "struct floats": ("", "struct.pack('<3d', 1.5, 2.5, 3.5)"),
    "pickle dumps": ("", "pickle.dumps(DATA)"),
    "pickle dumps list": ("a = list(range(100))", "pickle.dumps(a)"),
    "pickle dumps strings": ("a = [str(i) for i in range(100)]", "pickle.dumps(a)"),
    "pickle loads": ("a = pickle.dumps(DATA)", "pickle.loads(a)"),
    "pickle loads list": ("a = pickle.dumps(list(range(100)))", "pickle.loads(a)"),
    "pickle tuples": ("a = [(i, str(i)) for i in range(100)]", "pickle.loads(pickle.dumps(a))"),
    "csv read": (
        "a = '\\r\\n'.join('a,b c,\"q\"\"r\",1,2.5' for _ in range(50)).splitlines()",
        "for r in csv.reader(a): pass",
    ),
    "csv write": ("", "csv.writer(io.StringIO()).writerows(ROWS)"),
    "csv DictReader": ("a = ['a,b,c'] + ['1,2,3'] * 20", "for r in csv.DictReader(a): pass"),
    "base64 encode": ("", "base64.b64encode(BLOCK)"),
    "base64 decode": ("a = base64.b64encode(BLOCK)", "base64.b64decode(a)"),
    "base64 small": ("", "base64.b64encode(b'hello')"),
    "hexlify": ("", "binascii.hexlify(BLOCK)"),
    "unhexlify": ("a = binascii.hexlify(BLOCK)", "binascii.unhexlify(a)"),
    "crc32": ("", "binascii.crc32(BLOCK)"),
    "zlib crc32": ("", "zlib.crc32(BLOCK)"),
    "adler32": ("", "zlib.adler32(BLOCK)"),
    "zlib compress": ("", "zlib.compress(BLOCK)"),
    "zlib decompress": ("a = zlib.compress(BLOCK)", "zlib.decompress(a)"),
    "md5": ("", "hashlib.md5(BLOCK).hexdigest()"),
    "sha1": ("", "hashlib.sha1(BLOCK).hexdigest()"),
    "sha256": ("", "hashlib.sha256(BLOCK).hexdigest()"),
    "sha512": ("", "hashlib.sha512(BLOCK).digest()"),
    "sha3_256": ("", "hashlib.sha3_256(BLOCK).digest()"),
    "blake2b": ("", "hashlib.blake2b(BLOCK).digest()"),
    "sha256 small": ("", "hashlib.sha256(b'abc').digest()"),
    "md5 update": ("h = hashlib.md5()", "h.update(b'abc')"),
    "hmac": ("import hmac", "hmac.digest(b'key', b'message', 'sha256')"),
    "literal_eval": ("import ast", "ast.literal_eval('[1, 2, {\"a\": 3}]')"),
    "ast parse": ("import ast", "ast.parse('def f(x):\\n    return x + 1')"),
    "tokenize": (
        "import tokenize",
        "for t in tokenize.generate_tokens(io.StringIO('a = b + c(1)\\n').readline): pass",
    ),
    "html escape": ("import html", "html.escape('<a href=\"x\">')"),
    "urlparse": ("from urllib.parse import urlsplit", "urlsplit('http://example.com/path?q=1')"),
    "url quote": ("from urllib.parse import quote", "quote('a b/c')"),
    "uuid4": ("import uuid", "uuid.uuid4()"),
    "path join": ("import os.path", "os.path.join('a', 'b', 'c')"),
    "pathlib": ("import pathlib; p = pathlib.PurePosixPath('a')", "p / 'b'"),
}
