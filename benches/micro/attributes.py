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


class Meta(type):
    def made(cls):
        return 3

    @property
    def computed(cls):
        return 4


class WithMeta(metaclass=Meta):
    shared = 5

    def __init__(self):
        self.a = 1

    def method(self):
        return self.a

    @classmethod
    def build(cls):
        return 3


class Forwarding:
    def __init__(self):
        self.a = 1

    def __getattr__(self, name):
        return 9


class Reading:
    def __getattribute__(self, name):
        return 9


class Writing:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)


class Descriptor:
    def __get__(self, instance, owner):
        return 5

    def __set__(self, instance, value):
        pass


class Described:
    d = Descriptor()

    def __init__(self):
        self.a = 1


class Settable:
    def __init__(self):
        self._v = 1

    @property
    def v(self):
        return self._v

    @v.setter
    def v(self, value):
        self._v = value


class Deep(Derived):
    def call(self):
        return self.a


class Deeper(Deep):
    pass


class Cached:
    import functools

    @functools.cached_property
    def v(self):
        return 3


class SlotsAndDict(Slotted):
    pass


def many():
    x = Plain()
    for i in range(60):
        setattr(x, f"name{i}", i)
    return x


EACH = {
    "instance": ("x = Plain()", "x.b"),
    "instance of deep class": ("x = Deeper()", "x.b"),
    "instance with many": ("x = many()", "x.name50"),
    "class by instance": ("x = Plain()", "x.shared"),
    "class by deep instance": ("x = Deeper()", "x.shared"),
    "class": ("", "Plain.shared"),
    "class of base": ("", "Deeper.shared"),
    "store": ("x = Plain()", "x.a = 3"),
    "store new": ("", "x = Plain(); x.z = 3"),
    "store class": ("", "Plain.other = 3"),
    "store with many": ("x = many()", "x.name50 = 1"),
    "augmented": ("x = Plain()", "x.a += 1"),
    "delete": ("x = Plain()", "x.z = 1; del x.z"),
    "slot": ("x = Slotted()", "x.a"),
    "store slot": ("x = Slotted()", "x.a = 3"),
    "slot of subclass": ("x = SlotsAndDict()", "x.a"),
    "property": ("x = Computed()", "x.value"),
    "property set": ("x = Settable()", "x.v = 3"),
    "cached property": ("x = Cached(); x.v", "x.v"),
    "__getattr__": ("x = Forwarding()", "x.b"),
    "__getattr__ not used": ("x = Forwarding()", "x.a"),
    "__getattribute__": ("x = Reading()", "x.a"),
    "__setattr__": ("x = Writing()", "x.a = 1"),
    "descriptor": ("x = Described()", "x.d"),
    "descriptor set": ("x = Described()", "x.d = 3"),
    "beside descriptor": ("x = Described()", "x.a"),
    "metaclass instance": ("x = WithMeta()", "x.a"),
    "metaclass class": ("", "WithMeta.shared"),
    "metaclass method": ("", "WithMeta.made()"),
    "metaclass property": ("", "WithMeta.computed"),
    "metaclass method of instance": ("x = WithMeta()", "x.method()"),
    "metaclass classmethod": ("", "WithMeta.build()"),
    "metaclass store": ("", "WithMeta.other = 3"),
    "metaclass construct": ("", "WithMeta()"),
    "module": ("import sys", "sys.path"),
    "module function": ("import math", "math.sqrt"),
    "global": ("", "level"),
    "builtin": ("", "len"),
    "__class__": ("x = Plain()", "x.__class__"),
    "__dict__": ("x = Plain()", "x.__dict__"),
    "__name__ of class": ("", "Plain.__name__"),
    "__doc__": ("x = Plain()", "x.__doc__"),
    "__name__ of function": ("", "many.__name__"),
    "method of list": ("x = []", "x.append"),
    "method bound": ("x = Deep()", "x.call"),
    "int real": ("x = 3", "x.real"),
    "complex imag": ("x = 3j", "x.imag"),
    "exception args": ("x = ValueError(3)", "x.args"),
    "missing caught": ("x = Plain()", "try:\n    x.q\nexcept AttributeError: pass"),
    "polymorphic": ("a = Plain(); b = Derived(); c = Deep()\nd = Deeper()", "for x in (a, b, c, d): x.b"),
    "polymorphic methods": ("a = []; b = set(); c = {}", "for x in (a, b, c): x.clear()"),
}
