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
