# array: all type codes, construction and its errors, slices, pickling, buffers.
import array, sys
a = array.array('i', [1, 2, 3])
print(a, a[1:], a * 2, a + a, len(a), list(a), a == array.array('d', [1, 2, 3]), a < array.array('i', [1, 3]))
for t in array.typecodes:
    x = array.array(t)
    print(x, x.itemsize, x.typecode, memoryview(x).format)
for args in [(), (1,), ('ab',), ('x',), ('i', 's'), ('i', 1.5), ('i', [1.5]), ('i', array.array('u', 'x')),
             ('b', [300]), ('d', ['x']), ('u', [1]), ('u', 'abc'), ('i', 5), ('q', b'12345678'), ('i', b'123')]:
    try:
        print(args, array.array(*args))
    except Exception as e:
        print(args, type(e).__name__, e)
it = iter(a)
next(it)
print(it.__reduce__())
list(it)
print(it.__reduce__())
print(a.__reduce_ex__(2), a.__reduce_ex__(4))
a[::2] = array.array('i', [9, 8])
print(a)
del a[0]
print(a)
a.insert(-1, 4)
print(a, sys.getsizeof(a), a.index(8), a.count(4), array.array[int])
print(array._array_reconstructor(array.array, 'i', 3, b'\0\1\0\2'), array._array_reconstructor(array.array, 'u', 19, b'\0a\0b'))
m = memoryview(a)
for f in [lambda: array._array_reconstructor(1, 2, 3, 4), lambda: a.index(99), lambda: a.append(1),
          lambda: array.array(typecode='i'), lambda: a.fromlist(['x']), lambda: a.__setitem__(slice(0, 2), [1])]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
