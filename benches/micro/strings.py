"""Strings and bytes: build, format, split, join, search, replace, compare, encode."""

TEXT = "the quick brown fox jumps over the lazy dog " * 10
WIDE = "наше слово и другое слово " * 10
PARTS = TEXT.split()


def bench_concatenate(n):
    for i in range(n):
        s = ""
        for _ in range(10):
            s += "ab"


def bench_format(n):
    for i in range(n):
        f"{i} of {n}: {i:>5} {1.5:.2f}"
        "%s and %d" % ("x", i)
        "{} {}".format(i, "y")


def bench_split_join(n):
    for _ in range(n):
        TEXT.split()
        " ".join(PARTS)
        TEXT.split("o")


def bench_search(n):
    for _ in range(n):
        TEXT.find("lazy cat")
        "dog" in TEXT
        TEXT.count("o")
        TEXT.startswith("the")


def bench_replace_case(n):
    for _ in range(n):
        TEXT.replace("fox", "cat")
        TEXT.upper()
        TEXT.strip()


def bench_wide(n):
    for _ in range(n):
        WIDE.find("третье")
        WIDE.upper()
        WIDE.encode()
        WIDE.split(" ")


def bench_index_iterate(n):
    for _ in range(n):
        TEXT[5]
        TEXT[3:30]
        for c in "abcdefghij":
            pass


def bench_compare_hash(n):
    a = "some text that is equal"
    b = "some text that is " + "equal"[:]
    for _ in range(n):
        a == b
        a < "some text"
        a in ("x", "y", b)


def bench_bytes(n):
    data = TEXT.encode()
    for _ in range(n):
        data.find(b"lazy")
        data.decode()
        data[3:10]
        data.hex()


def bench_numbers(n):
    for i in range(n):
        str(i)
        int("12345")
        repr(1.25)
        float("2.5")
