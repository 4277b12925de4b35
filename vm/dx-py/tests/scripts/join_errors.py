"""What join() says of what it cannot iterate over: a TypeError of iter() is put in its own words, a later one is not."""


class Raises:
    def __iter__(self):
        raise TypeError("x")


class Gives:
    def __iter__(self):
        return None


class Items:
    def __getitem__(self, i):
        raise TypeError("y")


class Late:
    def __iter__(self):
        yield "a"
        raise TypeError("z")


class Never:
    __iter__ = None


class Other:
    def __iter__(self):
        raise ValueError("v")


for join in ("".join, b"".join, bytearray().join):
    for value in (Raises(), Gives(), Items(), Late(), Never(), Other(), None, 5):
        try:
            print(join(value))
        except Exception as e:
            print(type(e).__name__, e, repr(e.__context__), repr(e.__cause__))
