"""Regular expressions: compiled patterns, the functions of re, each kind of search."""

import re

TEXT = "The quick brown fox (aged 12) jumps over 3 lazy dogs; mail fox@example.com on 2024-05-06. " * 10
WORD = re.compile(r"\w+")
DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
NAMED = re.compile(r"(?P<key>\w+)=(?P<value>\w+)")
MAIL = re.compile(r"[\w.]+@[\w.]+\.\w+")
ALT = re.compile(r"fox|dog|cat|bird")
TOKEN = re.compile(r"\s*(?:(\d+)|(\w+)|(.))")
LAZY = re.compile(r"<(.*?)>")
NOCASE = re.compile(r"FOX", re.I)
BACK = re.compile(r"(\w)\1")
LOOK = re.compile(r"\w+(?=@)")

EACH = {
    "match": ("", "WORD.match('hello world')"),
    "match fails": ("", "DATE.match('hello world')"),
    "match literal": ("p = re.compile('hello')", "p.match('hello world')"),
    "fullmatch": ("", "WORD.fullmatch('hello')"),
    "search near": ("", "DATE.search('on 2024-05-06')"),
    "search far": ("", "DATE.search(TEXT)"),
    "search mail": ("", "MAIL.search(TEXT)"),
    "search literal": ("p = re.compile('2024')", "p.search(TEXT)"),
    "search fails": ("p = re.compile('xyzzy')", "p.search(TEXT)"),
    "search class fails": ("p = re.compile('[QZ]+q')", "p.search(TEXT)"),
    "search any star": ("p = re.compile('.*mail')", "p.search(TEXT)"),
    "findall": ("", "WORD.findall(TEXT)"),
    "findall groups": ("", "DATE.findall(TEXT)"),
    "findall alternatives": ("", "ALT.findall(TEXT)"),
    "findall ignore case": ("", "NOCASE.findall(TEXT)"),
    "findall backreference": ("", "BACK.findall(TEXT)"),
    "findall lookahead": ("", "LOOK.findall(TEXT)"),
    "findall digits": ("p = re.compile('[0-9]+')", "p.findall(TEXT)"),
    "finditer": ("", "for m in WORD.finditer(TEXT): m.group()"),
    "tokens": ("", "for m in TOKEN.finditer(TEXT): m.lastindex"),
    "lazy": ("a = '<a> and <b> and <c>' * 10", "LAZY.findall(a)"),
    "sub": ("", "WORD.sub('x', TEXT)"),
    "sub function": ("f = lambda m: m.group()", "WORD.sub(f, TEXT)"),
    "sub template": ("", "DATE.sub(r'\\3/\\2/\\1', TEXT)"),
    "sub none": ("p = re.compile('xyzzy')", "p.sub('', 'hello world')"),
    "subn": ("", "DATE.subn('', TEXT)"),
    "split": ("p = re.compile(r'[ ,;]+')", "p.split(TEXT)"),
    "split spaces": ("p = re.compile(r'\\s+')", "p.split(TEXT)"),
    "group": ("m = DATE.match('2024-05-06')", "m.group(1)"),
    "groups": ("m = DATE.match('2024-05-06')", "m.groups()"),
    "group 2": ("m = DATE.match('2024-05-06')", "m.group(1, 2)"),
    "getitem": ("m = DATE.match('2024-05-06')", "m[1]"),
    "group name": ("m = NAMED.match('a=b')", "m.group('key')"),
    "groupdict": ("m = NAMED.match('a=b')", "m.groupdict()"),
    "span": ("m = DATE.match('2024-05-06')", "m.span()"),
    "start end": ("m = DATE.match('2024-05-06')", "m.start(); m.end()"),
    "re.match cached": ("", "re.match('a', 'abc')"),
    "re.search cached": ("", "re.search(r'b+', 'abc')"),
    "re.sub cached": ("", "re.sub('b', 'x', 'abc')"),
    "re.compile cached": ("", "re.compile('abc')"),
    "re.escape": ("", "re.escape('a.b*c')"),
    "bytes search": ("p = re.compile(rb'\\d+'); b = TEXT.encode()", "p.search(b)"),
    "compile new": ("", "re.purge(); re.compile(r'(\\d{4})-(\\d\\d)-(\\w+|x)*[abc]')"),
}
