"""Highlights every file of the library as HTML and for a terminal; prints a digest of each and all of some."""

import hashlib
import io
import os
import sys

from pygments import highlight
from pygments.formatters import HtmlFormatter, Terminal256Formatter
from pygments.lexers import PythonLexer, get_lexer_by_name
from pygments.token import Token

LEFT_OUT = {"test", "tests", "idlelib", "lib2to3", "site-packages", "__pycache__", "lib-dynload"}
lib = sys.argv[1]
html = HtmlFormatter(linenos=True, full=True, style="friendly")
terminal = Terminal256Formatter(style="monokai")
for folder, folders, files in os.walk(lib):
    folders[:] = sorted(f for f in folders if f not in LEFT_OUT)
    for name in sorted(files):
        # A table of data, as long as all of the rest.
        if not name.endswith(".py") or name == "topics.py":
            continue
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as file:
            tokens = list(PythonLexer().get_tokens(file.read()))
        kinds = {}
        for kind, value in tokens:
            kinds[kind] = kinds.get(kind, 0) + len(value)
        print(os.path.relpath(path, lib), sorted((str(k), n) for k, n in kinds.items()))
        for formatter in html, terminal:
            out = io.StringIO()
            formatter.format(tokens, out)
            print(len(out.getvalue()), hashlib.sha256(out.getvalue().encode()).hexdigest())
print(highlight("def f(x: int) -> str:\n    return f'{x!r:>{x}}'  # why\n", PythonLexer(), html))
for language, text in [
    ("json", '{"a": [1, 2.5e3, null, true], "b": "\\u00e9"}'),
    ("c", "int main(void) { return 0x1F & ~3; } /* end */"),
    ("html", "<p class='x'>a &amp; b<!-- c --></p>"),
    ("sql", "SELECT a, count(*) FROM t WHERE b > 3 GROUP BY a;"),
]:
    print(list(get_lexer_by_name(language).get_tokens(text)))
print(Token.Name.Function in Token.Name)
