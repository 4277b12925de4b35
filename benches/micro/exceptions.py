"""Exceptions: try without one, raising and catching near and far, finally, with, assert, chained ones."""


class Own(Exception):
    pass


class Manager:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        return True


def deep(n):
    if n == 0:
        raise Own("x")
    deep(n - 1)


def bench_try_nothing(n):
    for _ in range(n):
        try:
            pass
        except ValueError:
            pass


def bench_raise_catch(n):
    for _ in range(n):
        try:
            raise ValueError("x")
        except ValueError:
            pass


def bench_raise_deep(n):
    for _ in range(n):
        try:
            deep(10)
        except Own:
            pass


def bench_from_builtin(n):
    table = {}
    for _ in range(n):
        try:
            table["missing"]
        except KeyError as err:
            err.args
        try:
            int("x")
        except ValueError:
            pass


def bench_finally(n):
    x = 0
    for _ in range(n):
        try:
            x += 1
        finally:
            x -= 1


def bench_with(n):
    m = Manager()
    for _ in range(n):
        with m:
            pass


def bench_with_raise(n):
    m = Manager()
    for _ in range(n):
        with m:
            raise Own


def bench_chained(n):
    for _ in range(n):
        try:
            try:
                raise Own(1)
            except Own as err:
                raise ValueError(2) from err
        except ValueError:
            pass


class Own(Exception):
    pass


class Rich(Exception):
    def __init__(self, a, b):
        super().__init__(a)
        self.b = b


def fails():
    raise ValueError("x")


def sink(n):
    if n == 0:
        raise ValueError
    sink(n - 1)


EACH = {
    "try": ("", "try: pass\nexcept ValueError: pass"),
    "try finally": ("", "try: pass\nfinally: pass"),
    "raise catch": ("", "try: raise ValueError\nexcept ValueError: pass"),
    "raise catch message": ("", "try: raise ValueError('x')\nexcept ValueError as e: pass"),
    "raise catch own": ("", "try: raise Own('x')\nexcept Own: pass"),
    "raise catch rich": ("", "try: raise Rich(1, 2)\nexcept Rich as e: e.b"),
    "raise catch tuple": ("", "try: raise KeyError\nexcept (ValueError, KeyError): pass"),
    "raise catch base": ("", "try: raise KeyError\nexcept Exception: pass"),
    "raise from call": ("", "try: fails()\nexcept ValueError: pass"),
    "raise deep": ("", "try: sink(20)\nexcept ValueError: pass"),
    "raise from": ("c = KeyError()", "try: raise ValueError from c\nexcept ValueError: pass"),
    "reraise": ("", "try:\n    try: fails()\n    except ValueError: raise\nexcept ValueError: pass"),
    "raise in except": ("", "try:\n    try: fails()\n    except ValueError: raise KeyError\nexcept KeyError: pass"),
    "finally raised": ("", "try:\n    try: fails()\n    finally: pass\nexcept ValueError: pass"),
    "zero division": ("", "try: 1 / 0\nexcept ZeroDivisionError: pass"),
    "key error": ("d = {}", "try: d[1]\nexcept KeyError: pass"),
    "index error": ("d = []", "try: d[1]\nexcept IndexError: pass"),
    "attribute error": ("d = 3", "try: d.q\nexcept AttributeError: pass"),
    "type error": ("d = 3", "try: d()\nexcept TypeError: pass"),
    "type error add": ("d = 3", "try: d + 'x'\nexcept TypeError: pass"),
    "value error int": ("", "try: int('x')\nexcept ValueError: pass"),
    "name error": ("", "try: undefined_name\nexcept NameError: pass"),
    "stop iteration": ("i = iter(())", "try: next(i)\nexcept StopIteration: pass"),
    "os error": ("import os", "try: os.stat('/nothere')\nexcept OSError: pass"),
    "unpack error": ("a = (1, 2, 3)", "try: x, y = a\nexcept ValueError: pass"),
    "import error": ("", "try: from sys import nothere\nexcept ImportError: pass"),
    "group": ("", "try: raise ExceptionGroup('x', [ValueError()])\nexcept* ValueError: pass"),
    "str of exception": ("e = ValueError('x')", "str(e)"),
    "with traceback": ("e = ValueError('x')", "e.with_traceback(None)"),
}
