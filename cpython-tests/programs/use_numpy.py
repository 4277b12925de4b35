"""numpy from the wheel made for CPython: arrays, universal functions, indexing, linear algebra, random numbers, records."""

import io
import pickle

import numpy as np

print(np.__version__)
a = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
print(a, a.T.shape, a.strides, a[:, 1:, ::2], a[..., -1], a[a % 5 == 0], a[[0, 1], [2, 0]])
print(a.sum(), a.sum(axis=1), a.mean(axis=(0, 2)), a.argmax(axis=1), np.cumsum(a[0], axis=0))
b = np.linspace(0, 1, 7)
print(b, np.sin(b), np.round(np.exp(b), 3), b @ b, np.outer(b[:3], b[:3]), np.add.reduce(b), np.add.accumulate(b))
print(np.einsum("ijk,ikl->ijl", a, a.swapaxes(1, 2)), np.tensordot(a, a, 3), np.where(a > 10, a, -1))
for dtype in ["?", "i1", "u8", "f2", "f8", "c16", "U3", "S2", "M8[D]", "m8[s]", "O", ">i4"]:
    x = np.zeros(2, dtype)
    print(x, x.dtype, x.dtype.str, x.itemsize, repr(x.dtype))
m = np.array([[4.0, 1, 0], [1, 3, 1], [0, 1, 2]])
print(np.linalg.inv(m), np.linalg.eigvalsh(m), np.linalg.solve(m, [1, 2, 3]), np.linalg.det(m))
print(np.fft.fft([1, 2, 3, 4]), np.polyfit([0, 1, 2], [1, 3, 7], 2).round(6), np.histogram([1, 2, 2, 5], 3))
g = np.random.default_rng(42)
print(g.integers(0, 100, 8), g.normal(size=3), g.permutation(6), g.choice(["a", "b", "c"], 5))
r = np.array([(1, 2.5, "x"), (2, 3.5, "yz")], dtype=[("n", "i4"), ("v", "f8"), ("s", "U4")])
print(r, r["v"].max(), r[r["n"] > 1], np.sort(r, order="v")[::-1], r.dtype.fields)
print(memoryview(a).format, memoryview(a).shape, bytes(np.arange(3, dtype="u1")), np.frombuffer(b"\1\0\2\0", "<u2"))
print(pickle.loads(pickle.dumps(a, 5)).tobytes() == a.tobytes(), np.array(["b", "a"]).argsort(), np.unique([3, 1, 3]))
out = io.BytesIO()
np.save(out, a)
print(len(out.getvalue()), np.load(io.BytesIO(out.getvalue())).shape)


class Tagged(np.ndarray):
    def __array_finalize__(self, obj):
        self.tag = getattr(obj, "tag", "none")


t = np.arange(3).view(Tagged)
t.tag = "mine"
print(type(t[1:]), t[1:].tag, (t + 1).tag, np.vectorize(lambda x: x * x)(t), np.frompyfunc(divmod, 2, 2)(7, [2, 3]))
for wrong in [
    lambda: a + np.ones(5),
    lambda: a[3],
    lambda: a.reshape(5, 5),
    lambda: np.zeros(3).astype("nope"),
    lambda: np.linalg.inv(np.zeros((2, 2))),
    lambda: np.array([1, 2]) @ np.array([1, 2, 3]),
    lambda: np.int8(300),
    lambda: bool(a),
]:
    try:
        print(wrong())
    except Exception as e:
        print(type(e).__name__, e)
with np.errstate(all="raise"):
    try:
        np.float64(1) / 0
    except FloatingPointError as e:
        print(e)
print(np.ma.masked_array([1, 2, 3], [0, 1, 0]).mean(), np.datetime64("2024-02-28") + np.timedelta64(2, "D"))
