"""What inspect reads of functions written in C: `__text_signature__`, where there is one and where there is none."""
import builtins
import functools
import inspect
import types


def line(name, value):
    print(name, repr(value.__text_signature__), (value.__doc__ is None) or "")


for name, value in sorted(vars(builtins).items()):
    if isinstance(value, types.BuiltinFunctionType):
        line(name, value)

TYPES = (
    types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType, types.GenericAlias, types.SimpleNamespace,
    types.TracebackType, type(...), type(NotImplemented), type(iter([])), type(reversed([])), type(iter(())), str, bytes,
    list, dict, tuple, set, int, float, range, slice, functools.partial,
)
for t in TYPES:
    print(t, repr(t.__text_signature__))
    for name, value in sorted(vars(t).items()):
        if name == "__getattribute__" or (t is types.GenericAlias and name in ("__setattr__", "__delattr__")):
            continue
        value = getattr(value, "__func__", value)
        if hasattr(value, "__text_signature__"):
            line(t.__name__ + "." + name, value)

for f in (getattr, iter, next, anext, dir, vars, max, print, functools.partial, str.maketrans):
    try:
        print(inspect.signature(f))
    except ValueError as e:
        print(str(e).split(" object at ")[0].split(" type ")[0])
