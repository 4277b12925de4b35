"""Highlights files of the library as HTML and for a terminal; prints some of it and a digest of each."""

import hashlib
import os
import sys

from pygments import highlight
from pygments.formatters import HtmlFormatter, Terminal256Formatter
from pygments.lexers import PythonLexer, get_lexer_by_name
from pygments.token import Token

lib = sys.argv[1]
names = ["textwrap", "bisect", "heapq", "functools", "dataclasses", "json/decoder", "asyncio/queues", "collections/__init__"]
html = HtmlFormatter(linenos=True, full=True, style="friendly")
terminal = Terminal256Formatter(style="monokai")
for name in names:
    with open(os.path.join(lib, name + ".py"), encoding="utf-8") as file:
        text = file.read()
    kinds = {}
    for kind, value in PythonLexer().get_tokens(text):
        kinds[kind] = kinds.get(kind, 0) + len(value)
    print(name, sorted((str(k), n) for k, n in kinds.items()))
    for formatter in html, terminal:
        out = highlight(text, PythonLexer(), formatter)
        print(len(out), hashlib.sha256(out.encode()).hexdigest())
print(highlight("def f(x: int) -> str:\n    return f'{x!r:>{x}}'  # why\n", PythonLexer(), html))
for language, text in [
    ("json", '{"a": [1, 2.5e3, null, true], "b": "\\u00e9"}'),
    ("c", "int main(void) { return 0x1F & ~3; } /* end */"),
    ("html", "<p class='x'>a &amp; b<!-- c --></p>"),
    ("sql", "SELECT a, count(*) FROM t WHERE b > 3 GROUP BY a;"),
]:
    print(list(get_lexer_by_name(language).get_tokens(text)))
print(Token.Name.Function in Token.Name)
