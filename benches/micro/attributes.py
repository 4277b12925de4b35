"""Attributes: of instances, classes and modules, slots, properties, descriptors, globals and closures."""

import sys


class Plain:
    shared = 5

    def __init__(self):
        self.a = 1
        self.b = 2
        self.c = 3


class Derived(Plain):
    pass


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = 1
        self.b = 2


class Computed:
    @property
    def value(self):
        return 7

    def __getattr__(self, name):
        return 9


level = 3


def bench_load(n):
    x = Plain()
    for _ in range(n):
        x.a
        x.b
        x.c
        x.shared


def bench_load_inherited(n):
    x = Derived()
    for _ in range(n):
        x.a
        x.shared
        x.__init__


def bench_store(n):
    x = Plain()
    for i in range(n):
        x.a = i
        x.b = i
        x.c = i


def bench_slots(n):
    x = Slotted()
    for i in range(n):
        x.a = i
        x.b
        x.a


def bench_property(n):
    x = Computed()
    for _ in range(n):
        x.value
        x.value


def bench_getattr_hook(n):
    x = Computed()
    for _ in range(n):
        x.missing


def bench_getattr_builtin(n):
    x = Plain()
    for _ in range(n):
        getattr(x, "a")
        getattr(x, "zz", None)
        hasattr(x, "b")


def bench_module_and_global(n):
    for _ in range(n):
        sys.path
        level
        sys.argv
        len


def bench_polymorphic(n):
    items = [Plain(), Derived(), Slotted(), Plain()]
    for _ in range(n):
        for x in items:
            x.a
            x.b
