/* Functions of the C API about values: str in all widths, bytes, ints, floats, tuples, slices, structure sequences, marshal,
   buffers, error fields. Each function of the module calls a few and answers what they gave. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structseq.h>
#include <marshal.h>

static PyObject *strings(PyObject *self, PyObject *args)
{
    PyObject *s, *sub;
    if (!PyArg_ParseTuple(args, "UU", &s, &sub))
        return NULL;
    Py_ssize_t n = PyUnicode_GET_LENGTH(s), wide_length;
    wchar_t *wide = PyUnicode_AsWideCharString(s, &wide_length);
    if (wide == NULL)
        return NULL;
    PyObject *again = PyUnicode_FromWideChar(wide, wide_length);
    PyMem_Free(wide);
    Py_UCS4 *four = PyUnicode_AsUCS4Copy(s);
    PyObject *from_four = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, four, n);
    PyMem_Free(four);
    PyObject *r = Py_BuildValue("(nnnnniNNNN)",
        PyUnicode_Find(s, sub, 0, n, 1), PyUnicode_Find(s, sub, 0, n, -1), PyUnicode_Count(s, sub, 0, n),
        PyUnicode_Tailmatch(s, sub, 0, n, 1), PyUnicode_Tailmatch(s, sub, 0, n, -1),
        PyUnicode_Contains(s, sub), again, from_four, PyUnicode_AsUTF16String(s), PyUnicode_AsUnicodeEscapeString(s));
    return r;
}

static PyObject *writer(PyObject *self, PyObject *args)
{
    PyObject *items = PySequence_Fast(args, "a tuple");
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items); i++) {
        PyObject *o = PySequence_Fast_GET_ITEM(items, i);
        if (PyUnicode_Check(o) ? _PyUnicodeWriter_WriteStr(&w, o) : _PyUnicodeWriter_WriteChar(&w, (Py_UCS4)PyLong_AsLong(o))) {
            _PyUnicodeWriter_Dealloc(&w);
            return NULL;
        }
        if (_PyUnicodeWriter_WriteASCIIString(&w, "; ", 2) < 0)
            return NULL;
    }
    Py_DECREF(items);
    return _PyUnicodeWriter_Finish(&w);
}

static PyObject *edited(PyObject *self, PyObject *s)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(s);
    PyObject *t = PyUnicode_New(n + 2, PyUnicode_MAX_CHAR_VALUE(s));
    if (t == NULL || PyUnicode_CopyCharacters(t, 0, s, 0, n) < 0 || PyUnicode_Fill(t, n, 2, '!') < 0)
        return NULL;
    if (n > 0 && PyUnicode_WriteChar(t, 0, '?') < 0)
        return NULL;
    if (PyUnicode_Resize(&t, n + 1) < 0)
        return NULL;
    PyUnicode_Append(&t, s);
    return t;
}

static PyObject *numbers(PyObject *self, PyObject *o)
{
    char *end;
    const char *text = PyUnicode_AsUTF8(o);
    double d = PyOS_string_to_double(text, &end, NULL);
    if (d == -1.0 && PyErr_Occurred())
        return NULL;
    char *shown = PyOS_double_to_string(d, 'g', 6, Py_DTSF_SIGN, NULL);
    char packed[2];
    PyObject *half = PyFloat_Pack2(d, packed, 1) < 0 ? NULL : PyFloat_FromDouble(PyFloat_Unpack2(packed, 1));
    if (half == NULL)
        PyErr_Clear();
    long parsed = PyOS_strtol(text, NULL, 0);
    PyObject *r = Py_BuildValue("(ssNl)", shown, end, half ? half : Py_NewRef(Py_None), parsed);
    PyMem_Free(shown);
    return r;
}

static PyObject *tuples(PyObject *self, PyObject *t)
{
    Py_ssize_t n = PyTuple_Size(t);
    if (n < 0)
        return NULL;
    PyObject *copy = PyTuple_New(n);
    for (Py_ssize_t i = 0; i < n; i++)
        PyTuple_SetItem(copy, i, Py_NewRef(PyTuple_GetItem(t, n - 1 - i)));
    if (_PyTuple_Resize(&copy, n + 1) < 0)
        return NULL;
    PyTuple_SetItem(copy, n, Py_NewRef(Py_Ellipsis));
    PyObject *out = PyTuple_GetItem(copy, n + 1);
    PyObject *error = PyErr_GetRaisedException();
    PyObject *r = Py_BuildValue("(NOON)", PyTuple_GetSlice(copy, 1, 100), out ? out : Py_None, error ? error : Py_None, copy);
    Py_XDECREF(error);
    return r;
}

static PyObject *slices(PyObject *self, PyObject *args)
{
    PyObject *s;
    Py_ssize_t length, start, stop, step, count;
    if (!PyArg_ParseTuple(args, "On", &s, &length) || PySlice_GetIndicesEx(s, length, &start, &stop, &step, &count) < 0)
        return NULL;
    return Py_BuildValue("(nnnn)", start, stop, step, count);
}

static PyStructSequence_Field fields[] = {{"first", "one"}, {"second", NULL}, {"hidden", "not an item"}, {NULL}};
static PyStructSequence_Desc description = {"values.record", "A record.", fields, 2};

static PyObject *record(PyObject *self, PyObject *args)
{
    static PyTypeObject *type;
    if (type == NULL && (type = PyStructSequence_NewType(&description)) == NULL)
        return NULL;
    PyObject *r = PyStructSequence_New(type);
    for (int i = 0; i < 3; i++)
        PyStructSequence_SetItem(r, i, PyLong_FromLong(i * 10));
    return r;
}

static PyObject *marshalled(PyObject *self, PyObject *o)
{
    PyObject *b = PyMarshal_WriteObjectToString(o, Py_MARSHAL_VERSION);
    if (b == NULL)
        return NULL;
    PyObject *r = PyMarshal_ReadObjectFromString(PyBytes_AS_STRING(b), PyBytes_GET_SIZE(b));
    Py_DECREF(b);
    return r;
}

static PyObject *contiguous(PyObject *self, PyObject *o)
{
    Py_buffer view;
    if (PyObject_GetBuffer(o, &view, PyBUF_FULL_RO) < 0)
        return NULL;
    PyObject *b = PyBytes_FromStringAndSize(NULL, view.len);
    if (PyBuffer_ToContiguous(PyBytes_AS_STRING(b), &view, view.len, 'C') < 0)
        return NULL;
    PyBuffer_Release(&view);
    return b;
}

static PyObject *bytes(PyObject *self, PyObject *args)
{
    PyObject *a, *b;
    if (!PyArg_ParseTuple(args, "SO", &a, &b))
        return NULL;
    PyObject *r = PyBytes_FromFormat("%d|%s|%.2s|%c|%x|%%", -5, "text", "text", 'c', 255);
    PyBytes_ConcatAndDel(&r, Py_NewRef(a));
    if (r == NULL)
        return NULL;
    PyBytes_Concat(&r, b);
    if (r != NULL && _PyBytes_Resize(&r, PyBytes_GET_SIZE(r) - 1) < 0)
        return NULL;
    return r;
}

static PyObject *failure(PyObject *self, PyObject *args)
{
    PyObject *e = PyUnicodeDecodeError_Create("code", "abc", 3, 1, 2, "why");
    Py_ssize_t start, end;
    PyUnicodeDecodeError_SetStart(e, 5);
    PyUnicodeDecodeError_SetReason(e, "because");
    PyUnicodeDecodeError_GetStart(e, &start);
    PyUnicodeDecodeError_GetEnd(e, &end);
    PyObject *r = Py_BuildValue("(nnNNN)", start, end, PyUnicodeDecodeError_GetReason(e), PyUnicodeDecodeError_GetEncoding(e),
                                PyUnicodeDecodeError_GetObject(e));
    Py_DECREF(e);
    return r;
}

static PyObject *misplaced(PyObject *self, PyObject *args)
{
    PyErr_SetString(PyExc_SyntaxError, "bad");
    PyErr_SyntaxLocationEx("no such file", 3, 4);
    return NULL;
}

static PyObject *codes(PyObject *self, PyObject *f)
{
    PyCodeObject *c = (PyCodeObject *)PyFunction_GetCode(f);
    if (c == NULL)
        return NULL;
    return Py_BuildValue("(NNNNi)", PyCode_GetCode(c), PyCode_GetVarnames(c), PyCode_GetCellvars(c), PyCode_GetFreevars(c),
                         PyCode_Addr2Line(c, 0) - c->co_firstlineno);
}

static PyMethodDef methods[] = {
    {"strings", strings, METH_VARARGS}, {"writer", writer, METH_VARARGS}, {"edited", edited, METH_O},
    {"numbers", numbers, METH_O}, {"tuples", tuples, METH_O}, {"slices", slices, METH_VARARGS},
    {"record", record, METH_NOARGS}, {"marshalled", marshalled, METH_O}, {"contiguous", contiguous, METH_O},
    {"bytes", bytes, METH_VARARGS}, {"failure", failure, METH_NOARGS}, {"misplaced", misplaced, METH_NOARGS},
    {"codes", codes, METH_O}, {NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "values", NULL, -1, methods};

PyMODINIT_FUNC PyInit_values(void)
{
    return PyModule_Create(&module);
}
