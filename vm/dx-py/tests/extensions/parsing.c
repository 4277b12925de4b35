/* A module of one phase: argument parsing and Py_BuildValue by format, errors, constants. The script beside it says what
 * is called; the same binary runs in CPython and here. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* parse(format, *args): reads the arguments by one of the formats below and builds a value from what came. */
static PyObject *parse(PyObject *self, PyObject *args)
{
    const char *which;
    PyObject *rest, *result = NULL;
    if (!PyArg_ParseTuple(args, "sO!:parse", &which, &PyTuple_Type, &rest))
        return NULL;
    if (!strcmp(which, "ints")) {
        unsigned char b; short h; int i; long l; long long L; Py_ssize_t n; unsigned int I; unsigned long k;
        if (!PyArg_ParseTuple(rest, "bhilLnIk:ints", &b, &h, &i, &l, &L, &n, &I, &k))
            return NULL;
        return Py_BuildValue("(BhilLnIk)", b, h, i, l, L, n, I, k);
    }
    if (!strcmp(which, "floats")) {
        float f; double d; Py_complex c;
        if (!PyArg_ParseTuple(rest, "fdD:floats", &f, &d, &c))
            return NULL;
        return Py_BuildValue("fdD", f, d, &c);
    }
    if (!strcmp(which, "text")) {
        const char *s, *z; const char *y; Py_ssize_t n; int C; char c;
        if (!PyArg_ParseTuple(rest, "szy#Cc:text", &s, &z, &y, &n, &C, &c))
            return NULL;
        return Py_BuildValue("{s:s,s:z,s:y#,s:C,s:c}", "s", s, "z", z, "y", y, n, "C", C, "c", c);
    }
    if (!strcmp(which, "buffers")) {
        Py_buffer s, w;
        if (!PyArg_ParseTuple(rest, "s*w*:buffers", &s, &w))
            return NULL;
        result = Py_BuildValue("[nni]", s.len, w.len, w.readonly);
        PyBuffer_Release(&s);
        PyBuffer_Release(&w);
        return result;
    }
    if (!strcmp(which, "encoded")) {
        char *e = NULL; Py_ssize_t n;
        if (!PyArg_ParseTuple(rest, "es#;own message", "latin-1", &e, &n))
            return NULL;
        result = Py_BuildValue("y#n", e, n, n);
        PyMem_Free(e);
        return result;
    }
    if (!strcmp(which, "nested")) {
        int a, b, c; PyObject *o = Py_None; int p = 0;
        if (!PyArg_ParseTuple(rest, "i(ii)|Op:nested", &a, &b, &c, &o, &p))
            return NULL;
        return Py_BuildValue("i(ii)Oi", a, b, c, o, p);
    }
    if (!strcmp(which, "objects")) {
        PyObject *S, *Y, *U, *t;
        if (!PyArg_ParseTuple(rest, "SYUO!:objects", &S, &Y, &U, &PyList_Type, &t))
            return NULL;
        return Py_BuildValue("OOON", S, Y, U, PyList_AsTuple(t));
    }
    PyErr_Format(PyExc_LookupError, "no format %s (%R, %d, %zd, %x, %5.2s)", which, rest, 7, (Py_ssize_t)-1, 255, "abc");
    return NULL;
}

static PyObject *keywords(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", "a", "b", "c", NULL};
    int x, a, b = -1; const char *c = "none";
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "ii|i$s:keywords", names, &x, &a, &b, &c))
        return NULL;
    return Py_BuildValue("iiis", x, a, b, c);
}

static PyObject *unpack(PyObject *self, PyObject *args)
{
    PyObject *a, *b = Py_None, *c = Py_None;
    if (!PyArg_UnpackTuple(args, "unpack", 1, 3, &a, &b, &c))
        return NULL;
    return PyTuple_Pack(3, a, b, c);
}

static PyObject *call(PyObject *self, PyObject *args)
{
    PyObject *f, *r;
    if (!PyArg_ParseTuple(args, "O", &f))
        return NULL;
    r = PyObject_CallFunction(f, "is", 5, "six");
    if (!r)
        return NULL;
    Py_DECREF(r);
    return PyObject_CallMethod(args, "count", "O", f);
}

static PyObject *errors(PyObject *self, PyObject *f)
{
    PyObject *r = PyObject_CallNoArgs(f), *type, *value, *tb;
    if (r)
        return r;
    if (PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyErr_Fetch(&type, &value, &tb);
        PyErr_NormalizeException(&type, &value, &tb);
        r = Py_BuildValue("sOi", "caught", value, tb != NULL);
        Py_XDECREF(type); Py_XDECREF(value); Py_XDECREF(tb);
        return r;
    }
    return NULL;
}

static PyMethodDef methods[] = {
    {"parse", parse, METH_VARARGS, "parse($module, format, args, /)\n--\n\nReads arguments."},
    {"keywords", (PyCFunction)(void (*)(void))keywords, METH_VARARGS | METH_KEYWORDS, NULL},
    {"unpack", unpack, METH_VARARGS, NULL},
    {"call", call, METH_VARARGS, NULL},
    {"errors", errors, METH_O, NULL},
    {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "parsing", "Parsing.", -1, methods};

PyMODINIT_FUNC PyInit_parsing(void)
{
    PyObject *m = PyModule_Create(&module);
    if (m && (PyModule_AddIntConstant(m, "ANSWER", 42) < 0 || PyModule_AddStringConstant(m, "WORD", "w\xc3\xb6rt") < 0)) {
        Py_DECREF(m);
        return NULL;
    }
    return m;
}
