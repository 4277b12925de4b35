/* Names of CPython's internal headers that extensions and tools reach for: declared here, since those headers want the core's
   build flags. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

extern char *_Py_dg_dtoa(double, int, int, int *, int *, char **);
extern void _Py_dg_freedtoa(char *);
extern wchar_t *_Py_normpath(wchar_t *, Py_ssize_t);
extern PyObject *_PyLong_FromUid(uid_t);
extern PyObject *_PyLong_FromGid(gid_t);
extern int _Py_Uid_Converter(PyObject *, uid_t *);
extern int _Py_Gid_Converter(PyObject *, gid_t *);
extern int _Py_Sigset_Converter(PyObject *, void *);
extern int _Py_GetLocaleconvNumeric(struct lconv *, PyObject **, PyObject **);
extern int _Py_WriteIndent(int, PyObject *);
extern int _Py_WriteIndentedMargin(int, const char *, PyObject *);
extern int _Py_DisplaySourceLine(PyObject *, PyObject *, int, int, int *, PyObject **);
extern int _PyTraceBack_Print_Indented(PyObject *, int, const char *, const char *, const char *, PyObject *);
extern void _Py_DumpASCII(int, PyObject *);
extern void _Py_DumpDecimal(int, size_t);
extern void _Py_DumpHexadecimal(int, uintptr_t, Py_ssize_t);
extern void _Py_DumpTraceback(int, PyThreadState *);
extern const char *_Py_DumpTracebackThreads(int, PyInterpreterState *, PyThreadState *);
extern void _Py_DumpExtensionModules(int, PyInterpreterState *);
extern int _PyCrossInterpreterData_ReleaseAndRawFree(_PyCrossInterpreterData *);
extern int _PyState_AddModule(PyThreadState *, PyObject *, PyModuleDef *);

static PyObject *dtoa(PyObject *self, PyObject *args)
{
    double v;
    int mode, digits, point, sign;
    char *end;
    if (!PyArg_ParseTuple(args, "dii", &v, &mode, &digits))
        return NULL;
    char *s = _Py_dg_dtoa(v, mode, digits, &point, &sign, &end);
    PyObject *r = Py_BuildValue("siin", s, point, sign != 0, (Py_ssize_t)(end - s));
    _Py_dg_freedtoa(s);
    return r;
}

static PyObject *normpath(PyObject *self, PyObject *args)
{
    PyObject *s;
    Py_ssize_t size, n;
    if (!PyArg_ParseTuple(args, "Un", &s, &size))
        return NULL;
    wchar_t *w = PyUnicode_AsWideCharString(s, &n);
    PyObject *r = PyUnicode_FromWideChar(_Py_normpath(w, size), -1);
    PyMem_Free(w);
    return r;
}

static PyObject *ids(PyObject *self, PyObject *o)
{
    uid_t u;
    gid_t g;
    if (!_Py_Uid_Converter(o, &u) || !_Py_Gid_Converter(o, &g))
        return NULL;
    return Py_BuildValue("NNkk", _PyLong_FromUid(u), _PyLong_FromGid(g), (unsigned long)u, (unsigned long)g);
}

static PyObject *signals(PyObject *self, PyObject *o)
{
    sigset_t set;
    if (!_Py_Sigset_Converter(o, &set))
        return NULL;
    PyObject *r = PyList_New(0);
    for (int i = 1; i < 65; i++)
        if (sigismember(&set, i) == 1)
            PyList_Append(r, PyLong_FromLong(i));
    return r;
}

static PyObject *numeric(PyObject *self, PyObject *unused)
{
    PyObject *point, *separator;
    if (_Py_GetLocaleconvNumeric(localeconv(), &point, &separator) < 0)
        return NULL;
    return Py_BuildValue("NN", point, separator);
}

static PyObject *shown(PyObject *self, PyObject *args)
{
    PyObject *file, *name, *tb, *line = NULL;
    int n, truncation = 77;
    if (!PyArg_ParseTuple(args, "OOiO", &file, &name, &n, &tb))
        return NULL;
    if (_Py_WriteIndent(3, file) < 0 || _Py_WriteIndentedMargin(2, "| ", file) < 0)
        return NULL;
    int r = _Py_DisplaySourceLine(file, name, n, 4, &truncation, &line);
    if (_PyTraceBack_Print_Indented(tb, 4, "> ", "+ ", "Header\n", file) < 0)
        return NULL;
    return Py_BuildValue("iiN", r, truncation, line == NULL ? Py_NewRef(Py_None) : line);
}

static PyObject *dumped(PyObject *self, PyObject *args)
{
    int fd;
    PyObject *s;
    if (!PyArg_ParseTuple(args, "iU", &fd, &s))
        return NULL;
    _Py_DumpASCII(fd, s);
    _Py_DumpDecimal(fd, 12345678901234567890u);
    _Py_DumpHexadecimal(fd, 0xabc, 8);
    _Py_DumpHexadecimal(fd, 0, 0);
    _Py_DumpTraceback(fd, PyThreadState_Get());
    const char *e = _Py_DumpTracebackThreads(fd, NULL, NULL);
    return PyUnicode_FromString(e == NULL ? "fine" : e);
}

static PyObject *modules(PyObject *self, PyObject *fd)
{
    _Py_DumpExtensionModules((int)PyLong_AsLong(fd), PyInterpreterState_Get());
    Py_RETURN_NONE;
}

static PyObject *grouped(PyObject *self, PyObject *args)
{
    PyObject *digits, *separator;
    const char *grouping;
    Py_ssize_t at, count, width;
    if (!PyArg_ParseTuple(args, "UnnnyU", &digits, &at, &count, &width, &grouping, &separator))
        return NULL;
    Py_UCS4 maxchar = 127;
    Py_ssize_t n = _PyUnicode_InsertThousandsGrouping(NULL, 0, NULL, 0, count, width, grouping, separator, &maxchar);
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    if (_PyUnicodeWriter_WriteASCIIString(&w, "<", 1) < 0 || _PyUnicodeWriter_Prepare(&w, n, maxchar) < 0)
        return NULL;
    Py_ssize_t again = _PyUnicode_InsertThousandsGrouping(&w, n, digits, at, count, width, grouping, separator, NULL);
    w.pos += n;
    return Py_BuildValue("nInN", n, maxchar, again, _PyUnicodeWriter_Finish(&w));
}

/* Cross-interpreter data, back and forth. */
static PyObject *crossed(PyObject *self, PyObject *o)
{
    _PyCrossInterpreterData d;
    memset(&d, 0, sizeof d);
    if (_PyObject_CheckCrossInterpreterData(o) != 0 || _PyObject_GetCrossInterpreterData(o, &d) != 0)
        return NULL;
    PyObject *new = _PyCrossInterpreterData_NewObject(&d);
    if (new == NULL)
        return NULL;
    PyObject *r = Py_BuildValue("NLii", new, (long long)d.interp, d.obj == o, d.free != NULL);
    if (_PyCrossInterpreterData_Release(&d) < 0)
        return NULL;
    if (d.data != NULL || d.obj != NULL)
        PyErr_SetString(PyExc_RuntimeError, "not released");
    return r;
}

static PyObject *point_again(_PyCrossInterpreterData *d)
{
    return Py_BuildValue("(si)", "point", *(int *)d->data);
}

static int share_point(PyThreadState *state, PyObject *o, _PyCrossInterpreterData *d)
{
    if (_PyCrossInterpreterData_InitWithSize(d, state->interp, sizeof(int), NULL, point_again) < 0)
        return -1;
    PyObject *x = PyObject_GetAttrString(o, "x");
    if (x == NULL) {
        _PyCrossInterpreterData_Clear(state->interp, d);
        return -1;
    }
    *(int *)d->data = (int)PyLong_AsLong(x);
    Py_DECREF(x);
    return 0;
}

static PyObject *register_class(PyObject *self, PyObject *class)
{
    if (_PyCrossInterpreterData_RegisterClass((PyTypeObject *)class, share_point) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *unregister_class(PyObject *self, PyObject *class)
{
    return PyLong_FromLong(_PyCrossInterpreterData_UnregisterClass((PyTypeObject *)class));
}

static PyObject *allocated(PyObject *self, PyObject *o)
{
    _PyCrossInterpreterData *d = PyMem_RawCalloc(1, sizeof *d);
    if (_PyObject_GetCrossInterpreterData(o, d) != 0) {
        PyMem_RawFree(d);
        return NULL;
    }
    PyObject *r = _PyCrossInterpreterData_NewObject(d);
    if (_PyCrossInterpreterData_ReleaseAndRawFree(d) < 0)
        return NULL;
    return r;
}

static PyObject *secret(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("KKK", (unsigned long long)_Py_HashSecret.siphash.k0, (unsigned long long)_Py_HashSecret.siphash.k1,
                         (unsigned long long)_Py_HashSecret.expat.hashsalt);
}

/* Modules that C code clears, and one that it makes and registers itself. */
static PyObject *cleared(PyObject *self, PyObject *args)
{
    PyObject *module, *dict;
    if (!PyArg_ParseTuple(args, "OO", &module, &dict))
        return NULL;
    _PyModule_Clear(module);
    _PyModule_ClearDict(dict);
    Py_RETURN_NONE;
}

static PyModuleDef made_def = {PyModuleDef_HEAD_INIT, "made", "made by hand", -1, NULL};

static PyObject *made(PyObject *self, PyObject *modules)
{
    PyObject *m = _PyModule_CreateInitialized(&made_def, PYTHON_API_VERSION);
    if (m == NULL || PyModule_AddIntConstant(m, "one", 1) < 0)
        return NULL;
    if (_PyImport_FixupBuiltin(m, "made", modules) < 0)
        return NULL;
    int found = PyState_FindModule(&made_def) == m;
    if (PyState_RemoveModule(&made_def) < 0)
        return NULL;
    int gone = PyState_FindModule(&made_def) == NULL;
    int again = _PyState_AddModule(PyThreadState_Get(), m, &made_def);
    return Py_BuildValue("Niii", m, found, gone, again);
}

static PyObject *weak_cleared(PyObject *self, PyObject *ref)
{
    _PyWeakref_ClearRef((PyWeakReference *)ref);
    return PyBool_FromLong(((PyWeakReference *)ref)->wr_callback != NULL);
}

static PyObject *locked(PyObject *self, PyObject *unused)
{
    PyInterpreterState *i = PyInterpreterState_Get();
    int before = _PyImport_ReleaseLock(i);
    _PyImport_AcquireLock(i);
    _PyImport_AcquireLock(i);
    int one = _PyImport_ReleaseLock(i), two = _PyImport_ReleaseLock(i), three = _PyImport_ReleaseLock(i);
    return Py_BuildValue("iiii", before, one, two, three);
}

static void at_end(void *text)
{
    printf("at end: %s\n", (char *)text);
    fflush(stdout);
}

static void very_last(void)
{
    printf("very last\n");
    fflush(stdout);
}

static PyObject *ends(PyObject *self, PyObject *unused)
{
    Py_AtExit(very_last);
    return Py_BuildValue("ii", _Py_AtExit(PyInterpreterState_Get(), at_end, "first given"),
                         _Py_AtExit(PyInterpreterState_Get(), at_end, "second given"));
}

static void thread_body(void *place)
{
    *(volatile int *)place = 1;
    PyThread_exit_thread();
    *(volatile int *)place = 2;
}

static PyObject *exited(PyObject *self, PyObject *unused)
{
    static volatile int place;
    PyThread_start_new_thread(thread_body, (void *)&place);
    Py_BEGIN_ALLOW_THREADS
    while (place == 0)
        usleep(1000);
    usleep(50000);
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(place);
}

static PyMethodDef methods[] = {
    {"dtoa", dtoa, METH_VARARGS}, {"normpath", normpath, METH_VARARGS}, {"ids", ids, METH_O},
    {"signals", signals, METH_O}, {"numeric", numeric, METH_NOARGS}, {"shown", shown, METH_VARARGS},
    {"dumped", dumped, METH_VARARGS}, {"modules", modules, METH_O}, {"grouped", grouped, METH_VARARGS},
    {"crossed", crossed, METH_O}, {"register_class", register_class, METH_O},
    {"unregister_class", unregister_class, METH_O}, {"allocated", allocated, METH_O}, {"secret", secret, METH_NOARGS},
    {"cleared", cleared, METH_VARARGS}, {"made", made, METH_O}, {"weak_cleared", weak_cleared, METH_O},
    {"locked", locked, METH_NOARGS}, {"ends", ends, METH_NOARGS}, {"exited", exited, METH_NOARGS}, {NULL}};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, "insides", NULL, 0, methods};

PyMODINIT_FUNC PyInit_insides(void) { return PyModuleDef_Init(&module); }
