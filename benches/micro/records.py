"""Records: copy, dataclasses, named tuples, enums, weak references, abstract classes, typing."""

import abc
import collections
import contextlib
import copy
import dataclasses
import enum
import typing
import weakref


@dataclasses.dataclass
class Point:
    x: int
    y: int = 2


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int
    y: int = 2


@dataclasses.dataclass(order=True, slots=True)
class Ordered:
    x: int
    y: int = 2


@dataclasses.dataclass
class Listed:
    x: list = dataclasses.field(default_factory=list)


Pair = collections.namedtuple("Pair", "a b")


class Typed(typing.NamedTuple):
    a: int
    b: int = 3


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Flag(enum.Flag):
    A = 1
    B = 2


class Base(abc.ABC):
    @abc.abstractmethod
    def f(self):
        pass


class Concrete(Base):
    def f(self):
        return 3


class Plain:
    def __init__(self):
        self.a = [1, 2]
        self.b = "x"


@contextlib.contextmanager
def manager():
    yield 3


EACH = {
    "dataclass made": ("", "Point(1, 2)"),
    "dataclass default": ("", "Point(1)"),
    "dataclass eq": ("a = Point(1, 2); b = Point(1, 2)", "a == b"),
    "dataclass repr": ("a = Point(1, 2)", "repr(a)"),
    "dataclass attribute": ("a = Point(1, 2)", "a.x"),
    "dataclass frozen made": ("", "Frozen(1, 2)"),
    "dataclass frozen hash": ("a = Frozen(1, 2)", "hash(a)"),
    "dataclass slots made": ("", "Ordered(1, 2)"),
    "dataclass order": ("a = Ordered(1, 2); b = Ordered(1, 3)", "a < b"),
    "dataclass factory": ("", "Listed()"),
    "dataclass asdict": ("a = Point(1, 2)", "dataclasses.asdict(a)"),
    "dataclass replace": ("a = Point(1, 2)", "dataclasses.replace(a, x=3)"),
    "dataclass class": ("", "@dataclasses.dataclass\nclass A:\n    x: int\n    y: int = 1"),
    "namedtuple made": ("", "Pair(1, 2)"),
    "namedtuple keywords": ("", "Pair(a=1, b=2)"),
    "namedtuple attribute": ("a = Pair(1, 2)", "a.b"),
    "namedtuple index": ("a = Pair(1, 2)", "a[1]"),
    "namedtuple unpack": ("a = Pair(1, 2)", "x, y = a"),
    "namedtuple replace": ("a = Pair(1, 2)", "a._replace(a=3)"),
    "namedtuple asdict": ("a = Pair(1, 2)", "a._asdict()"),
    "namedtuple eq": ("a = Pair(1, 2); b = Pair(1, 2)", "a == b"),
    "namedtuple hash": ("a = Pair(1, 2)", "hash(a)"),
    "namedtuple repr": ("a = Pair(1, 2)", "repr(a)"),
    "namedtuple class": ("", "collections.namedtuple('P', 'a b')"),
    "NamedTuple made": ("", "Typed(1)"),
    "enum member": ("", "Colour.RED"),
    "enum value": ("a = Colour.RED", "a.value"),
    "enum name": ("a = Colour.RED", "a.name"),
    "enum by value": ("", "Colour(1)"),
    "enum by name": ("", "Colour['RED']"),
    "enum eq": ("a = Colour.RED", "a == Colour.BLUE"),
    "enum is": ("a = Colour.RED", "a is Colour.BLUE"),
    "enum hash": ("d = {Colour.RED: 1}; a = Colour.RED", "d[a]"),
    "enum iterate": ("", "for x in Colour: pass"),
    "enum in": ("a = Colour.RED", "a in Colour"),
    "enum repr": ("a = Colour.RED", "repr(a)"),
    "IntEnum add": ("a = Level.LOW", "a + 1"),
    "IntEnum lt": ("a = Level.LOW", "a < Level.HIGH"),
    "Flag or": ("", "Flag.A | Flag.B"),
    "Flag in": ("a = Flag.A", "Flag.A in a"),
    "enum class": ("", "class E(enum.Enum):\n    A = 1\n    B = 2"),
    "copy list": ("a = [1, 2, 3]", "copy.copy(a)"),
    "copy object": ("a = Plain()", "copy.copy(a)"),
    "deepcopy list": ("a = [1, [2, 3], {'a': 4}]", "copy.deepcopy(a)"),
    "deepcopy object": ("a = Plain()", "copy.deepcopy(a)"),
    "deepcopy int": ("", "copy.deepcopy(3)"),
    "weakref made": ("a = Plain()", "weakref.ref(a)"),
    "weakref call": ("a = Plain(); r = weakref.ref(a)", "r()"),
    "weak dict": ("a = Plain(); d = weakref.WeakKeyDictionary(); d[a] = 1", "d[a]"),
    "weakset": ("a = Plain(); d = weakref.WeakSet()", "d.add(a)"),
    "abc isinstance": ("a = Concrete()", "isinstance(a, Base)"),
    "abc isinstance other": ("", "isinstance(3, Base)"),
    "abc Mapping": ("import collections.abc", "isinstance({}, collections.abc.Mapping)"),
    "abc made": ("", "Concrete()"),
    "abc class": ("", "class A(abc.ABC): pass"),
    "contextmanager": ("", "with manager(): pass"),
    "nullcontext": ("", "with contextlib.nullcontext(): pass"),
    "suppress": ("", "with contextlib.suppress(KeyError): raise KeyError"),
    "lock": ("import threading; a = threading.Lock()", "with a: pass"),
    "rlock": ("import threading; a = threading.RLock()", "with a: pass"),
    "typing subscript": ("", "typing.List[int]"),
    "typing Optional": ("", "typing.Optional[int]"),
    "typing cast": ("", "typing.cast(int, 3)"),
    "list[int]": ("", "list[int]"),
    "int | str": ("", "int | str"),
    "SimpleNamespace": ("import types", "types.SimpleNamespace(a=1)"),
    "logging disabled": ("import logging; l = logging.getLogger('x')", "l.debug('x')"),
    "queue": ("import queue; q = queue.SimpleQueue()", "q.put(1); q.get()"),
    "inspect signature": ("import inspect", "inspect.signature(manager)"),
    "traceback": ("import traceback", "try: 1/0\nexcept ZeroDivisionError: traceback.format_exc()"),
    "warnings": ("import warnings; warnings.simplefilter('ignore')", "warnings.warn('x')"),
}
