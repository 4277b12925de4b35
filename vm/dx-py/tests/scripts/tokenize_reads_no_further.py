"""How many lines the tokenizer has read when it gives a token: checkers such as pycodestyle count on it."""

import tokenize

SOURCE = '''"""A text
of
several
lines,
more than a few,
so that reading ahead would show.
"""
x = 1
if x:

    y = f"""{x}
    of
    {x:>
3}
    lines
    too"""
    # a comment
    z = (1,
         2)
w = \\
    3
v = 'continued \\
here \\
and here'
r = rb\'\'\'raw
"""
"\\'\'\'
'''


def tokens(lines):
    read = 0

    def readline():
        nonlocal read
        read += 1
        return lines[read - 1] if read <= len(lines) else ""

    try:
        for token in tokenize.generate_tokens(readline):
            print(read, token.start, token.end, tokenize.tok_name[token.type], repr(token.string)[:60])
    except tokenize.TokenError as error:
        print(read, error)


tokens(SOURCE.splitlines(True))
tokens(["x = '''never\n", "ended\n", "at all\n"])
# Longer than any patience with single lines.
tokens(['"""' + "a\n", *["b\n"] * 3000, '"""\n', "c\n"])
