# Each built-in module once, in order, and each imports under its name.
import sys

names = sys.builtin_module_names
print(type(names), list(names) == sorted(set(names)))
for name in names:
    module = __import__(name)
    if module.__name__ != name:
        print(name, module.__name__)
