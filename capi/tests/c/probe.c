/* A shared library built against the real 3.12 headers: inline functions of the headers work on our objects. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Calls a name that has no body yet; when it gets one, another takes its place here. */
static PyObject *missing(PyObject *self, PyObject *arg) { return (PyObject *)PyInterpreterState_New(); }
static PyMethodDef missing_def = {"missing", missing, METH_O, NULL};

static PyObject *argument(PyObject *self, PyObject *arg) { return Py_NewRef(arg); }
static PyMethodDef argument_def = {"argument", argument, METH_O, NULL};

/* Answers 0, or the number of the line that found something wrong. */
#define CHECK(x) do { if (!(x)) return __LINE__; } while (0)

int probe(void) {
    PyObject *n = PyLong_FromLong(1234567890123L);
    CHECK(n && Py_REFCNT(n) == 1 && PyLong_CheckExact(n) && !PyBool_Check(n));
    PyObject *f = PyFloat_FromDouble(2.5);
    CHECK(f && PyFloat_AS_DOUBLE(f) == 2.5 && PyFloat_Check(f));
    PyObject *b = PyBytes_FromStringAndSize("a\0b", 3);
    CHECK(b && PyBytes_GET_SIZE(b) == 3 && PyBytes_AS_STRING(b)[2] == 'b' && PyBytes_AS_STRING(b)[3] == 0);
    CHECK(Py_IsNone(Py_None) && _Py_IsImmortal(Py_None) && PyBool_FromLong(3) == Py_True);

    PyObject *t = PyTuple_New(2);
    CHECK(t && PyTuple_Check(t) && PyTuple_GET_SIZE(t) == 2);
    PyTuple_SET_ITEM(t, 0, Py_NewRef(n));
    PyTuple_SET_ITEM(t, 1, Py_NewRef(f));
    CHECK(Py_REFCNT(n) == 2 && PyTuple_Size(t) == 2 && PyTuple_GET_ITEM(t, 1) == f);
    CHECK(PyObject_GC_IsTracked(t));
    Py_DECREF(t);
    CHECK(Py_REFCNT(n) == 1 && Py_REFCNT(f) == 1);

    PyObject *g = PyCFunction_NewEx(&argument_def, NULL, NULL);
    CHECK(g && PyCFunction_CheckExact(g) && PyCFunction_GET_FUNCTION(g) == argument);
    PyObject *r = PyObject_CallOneArg(g, n);
    CHECK(r == n && Py_REFCNT(n) == 2);
    Py_DECREF(r);
    PyObject *m = PyMethod_New(g, n);
    CHECK(m && PyMethod_GET_SELF(m) == n);
    r = PyObject_CallNoArgs(m);
    CHECK(r == n);
    Py_DECREF(r);
    CHECK(PyObject_CallNoArgs(g) == NULL && PyErr_Occurred() == PyExc_TypeError);
    CHECK(PyErr_ExceptionMatches(PyExc_Exception) && !PyErr_ExceptionMatches(PyExc_ValueError));
    PyErr_Clear();
    CHECK(!PyErr_Occurred());
    PyErr_SetString(PyExc_KeyError, "key");
    PyObject *e = PyErr_GetRaisedException();
    CHECK(e && PyExceptionInstance_Check(e) && Py_TYPE(e) == (PyTypeObject *)PyExc_KeyError);
    PyErr_SetRaisedException(e);
    CHECK(PyErr_ExceptionMatches(PyExc_LookupError));
    PyErr_Clear();

    /* A name without a body raises SystemError and nothing worse. */
    PyObject *p = PyCFunction_NewEx(&missing_def, NULL, NULL);
    CHECK(PyObject_CallOneArg(p, n) == NULL && PyErr_ExceptionMatches(PyExc_SystemError));
    PyErr_Clear();

    PyObject *c = PyCell_New(n);
    CHECK(PyCell_GET(c) == n && Py_REFCNT(n) == 3);
    CHECK(PyCell_Set(c, f) == 0 && Py_REFCNT(n) == 2 && (r = PyCell_Get(c)) == f && PyCell_Get(n) == NULL);
    Py_DECREF(r);
    PyErr_Clear();
    Py_ssize_t start = -3, stop = 100;
    CHECK(PySlice_AdjustIndices(10, &start, &stop, 2) == 2 && start == 7 && stop == 10);
    r = PySlice_New(n, NULL, NULL);
    CHECK(PySlice_Check(r) && ((PySliceObject *)r)->stop == Py_None);
    Py_DECREF(r);
    Py_DECREF(c); Py_DECREF(p); Py_DECREF(m); Py_DECREF(g); Py_DECREF(b); Py_DECREF(f);
    CHECK(Py_REFCNT(n) == 1);
    Py_DECREF(n);
    char *mem = PyMem_Malloc(10);
    CHECK(mem && (mem = PyMem_Realloc(mem, 100000)));
    PyMem_Free(mem);
    CHECK(PyMem_Malloc((size_t)PY_SSIZE_T_MAX + 1) == NULL);
    return 0;
}
