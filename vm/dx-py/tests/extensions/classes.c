/* A module of two phases with state: a static type, types from specifications, members, properties, buffers, weak
 * references, the collector, iteration, numbers. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

typedef struct { PyObject *error; PyTypeObject *heap; } State;

/* ---- a static type ---- */
typedef struct { PyObject_HEAD int n; double d; PyObject *any; char flag; PyObject *weak; } Static;

static int static_init(Static *self, PyObject *args, PyObject *kw)
{
    static char *names[] = {"n", "d", NULL};
    self->d = 0.5;
    return PyArg_ParseTupleAndKeywords(args, kw, "i|d", names, &self->n, &self->d) ? 0 : -1;
}
static void static_dealloc(Static *self)
{
    PyObject_ClearWeakRefs((PyObject *)self);
    Py_XDECREF(self->any);
    Py_TYPE(self)->tp_free(self);
}
static PyObject *static_repr(Static *self) { return PyUnicode_FromFormat("<Static %d>", self->n); }
static PyObject *static_add(PyObject *a, PyObject *b)
{
    if (!PyLong_Check(b))
        Py_RETURN_NOTIMPLEMENTED;
    return PyLong_FromLong(((Static *)a)->n + PyLong_AsLong(b));
}
static Py_ssize_t static_len(PyObject *self) { return ((Static *)self)->n; }
static PyObject *static_item(PyObject *self, Py_ssize_t i)
{
    if (i < 0 || i >= ((Static *)self)->n) {
        PyErr_SetString(PyExc_IndexError, "beyond");
        return NULL;
    }
    return PyLong_FromSsize_t(i * i);
}
static PyObject *static_double(Static *self, void *closure) { return PyFloat_FromDouble(self->d * 2); }
static int static_set_double(Static *self, PyObject *v, void *closure)
{
    if (!v) {
        PyErr_SetString(PyExc_TypeError, "cannot delete");
        return -1;
    }
    self->d = PyFloat_AsDouble(v) / 2;
    return PyErr_Occurred() ? -1 : 0;
}
static PyObject *static_compare(PyObject *a, PyObject *b, int op)
{
    if (!Py_IS_TYPE(b, Py_TYPE(a)))
        Py_RETURN_NOTIMPLEMENTED;
    Py_RETURN_RICHCOMPARE(((Static *)a)->n, ((Static *)b)->n, op);
}
static PyObject *static_fast(PyObject *self, PyObject *const *args, Py_ssize_t n) { return PyLong_FromSsize_t(n); }
static PyObject *static_make(PyObject *cls, PyObject *args) { return PyObject_CallFunction(cls, "i", 9); }
static PyObject *static_plain(PyObject *none, PyObject *arg) { return Py_NewRef(arg); }

static PyNumberMethods static_number = {.nb_add = static_add};
static PySequenceMethods static_sequence = {.sq_length = static_len, .sq_item = static_item};
static PyMemberDef static_members[] = {
    {"n", T_INT, offsetof(Static, n), READONLY, "the number"},
    {"d", T_DOUBLE, offsetof(Static, d), 0, NULL},
    {"any", T_OBJECT_EX, offsetof(Static, any), 0, NULL},
    {"flag", T_BOOL, offsetof(Static, flag), 0, NULL},
    {NULL}};
static PyGetSetDef static_getset[] = {
    {"double", (getter)static_double, (setter)static_set_double, "twice d", NULL}, {NULL}};
static PyMethodDef static_methods[] = {
    {"fast", (PyCFunction)(void (*)(void))static_fast, METH_FASTCALL, NULL},
    {"make", static_make, METH_CLASS | METH_NOARGS, NULL},
    {"plain", static_plain, METH_STATIC | METH_O, NULL},
    {NULL}};
static PyTypeObject StaticType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "classes.Static", .tp_basicsize = sizeof(Static),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_doc = "Static(n, d=0.5)\n--\n\nA static type.",
    .tp_new = PyType_GenericNew, .tp_init = (initproc)static_init, .tp_dealloc = (destructor)static_dealloc,
    .tp_repr = (reprfunc)static_repr, .tp_as_number = &static_number, .tp_as_sequence = &static_sequence,
    .tp_members = static_members, .tp_getset = static_getset, .tp_methods = static_methods,
    .tp_richcompare = static_compare, .tp_weaklistoffset = offsetof(Static, weak)};

/* ---- a type from a specification ---- */
typedef struct { PyObject_HEAD PyObject *held; PyObject *dict; } Heap;

static int heap_traverse(Heap *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->held);
    Py_VISIT(self->dict);
    return 0;
}
static int heap_clear(Heap *self)
{
    Py_CLEAR(self->held);
    Py_CLEAR(self->dict);
    return 0;
}
static void heap_dealloc(Heap *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    heap_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}
static PyObject *heap_iter(PyObject *self) { return PyObject_GetIter(((Heap *)self)->held); }
static PyObject *heap_state(PyObject *self, PyTypeObject *defining, PyObject *const *args, Py_ssize_t n, PyObject *names)
{
    State *state = PyType_GetModuleState(defining);
    PyErr_Format(state->error, "%s with %zd arguments, %zd of them named", defining->tp_name,
                 n + (names ? PyTuple_GET_SIZE(names) : 0), names ? PyTuple_GET_SIZE(names) : (Py_ssize_t)0);
    return NULL;
}
static PyMemberDef heap_members[] = {
    {"held", T_OBJECT, offsetof(Heap, held), 0, NULL},
    {"__dictoffset__", T_PYSSIZET, offsetof(Heap, dict), READONLY, NULL},
    {NULL}};
static PyMethodDef heap_methods[] = {
    {"state", (PyCFunction)(void (*)(void))heap_state, METH_METHOD | METH_FASTCALL | METH_KEYWORDS, NULL}, {NULL}};
static PyGetSetDef heap_getset[] = {{"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL}, {NULL}};
static PyType_Slot heap_slots[] = {
    {Py_tp_doc, "Heap()\n--\n\nA heap type."}, {Py_tp_traverse, heap_traverse}, {Py_tp_clear, heap_clear},
    {Py_tp_dealloc, heap_dealloc}, {Py_tp_iter, heap_iter}, {Py_tp_members, heap_members},
    {Py_tp_methods, heap_methods}, {Py_tp_getset, heap_getset}, {0, NULL}};
static PyType_Spec heap_spec = {
    "classes.sub.Heap", sizeof(Heap), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, heap_slots};

static PyType_Slot int_slots[] = {{Py_tp_doc, "An int."}, {0, NULL}};
static PyType_Spec int_spec = {"classes.Int", 0, 0, Py_TPFLAGS_DEFAULT, int_slots};

/* ---- the module ---- */
static PyObject *threads(PyObject *m, PyObject *arg)
{
    PyThread_type_lock lock = PyThread_allocate_lock();
    int taken;
    Py_BEGIN_ALLOW_THREADS
    taken = PyThread_acquire_lock(lock, WAIT_LOCK) + PyThread_acquire_lock(lock, NOWAIT_LOCK);
    PyThread_release_lock(lock);
    Py_END_ALLOW_THREADS
    PyThread_free_lock(lock);
    PyGILState_STATE s = PyGILState_Ensure();
    int held = PyGILState_Check();
    PyGILState_Release(s);
    return Py_BuildValue("ii", taken, held);
}
static PyObject *capsule(PyObject *m, PyObject *name)
{
    PyObject *c = PyCapsule_New(m, "classes.capsule", NULL);
    if (!c)
        return NULL;
    const char *asked = PyUnicode_AsUTF8(name);
    void *p = PyCapsule_GetPointer(c, asked);
    PyObject *r = p ? PyBool_FromLong(p == m) : NULL;
    Py_DECREF(c);
    return r;
}
static PyObject *look(PyObject *m, PyObject *o)
{
    PyObject *d = PyDict_New(), *k, *v, *sum = PyLong_FromLong(0);
    Py_ssize_t at = 0;
    PyDict_SetItemString(d, "one", PyLong_FromLong(1));
    PyDict_SetItemString(d, "two", PyLong_FromLong(2));
    while (PyDict_Next(d, &at, &k, &v))
        Py_SETREF(sum, PyNumber_Add(sum, v));
    PyObject *json = PyImport_ImportModule("json");
    PyObject *text = json ? PyObject_CallMethod(json, "dumps", "O", d) : NULL;
    Py_XDECREF(json);
    PyObject *r = text ? Py_BuildValue("NNOn", sum, text, (PyObject *)Py_TYPE(o), PyObject_Length(d)) : NULL;
    Py_DECREF(d);
    return r;
}
static int fill(PyObject *m)
{
    State *state = PyModule_GetState(m);
    state->error = PyErr_NewExceptionWithDoc("classes.Error", "Ours.", PyExc_ValueError, NULL);
    if (!state->error || PyModule_AddObjectRef(m, "Error", state->error) < 0 || PyModule_AddType(m, &StaticType) < 0)
        return -1;
    state->heap = (PyTypeObject *)PyType_FromModuleAndSpec(m, &heap_spec, NULL);
    if (!state->heap || PyModule_AddType(m, state->heap) < 0)
        return -1;
    PyObject *i = PyType_FromSpecWithBases(&int_spec, (PyObject *)&PyLong_Type);
    if (!i || PyModule_AddObject(m, "Int", i) < 0)
        return -1;
    return PyModule_AddIntMacro(m, METH_VARARGS);
}
static int traverse(PyObject *m, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(m);
    Py_VISIT(state->error);
    Py_VISIT(state->heap);
    return 0;
}
static int clear(PyObject *m)
{
    State *state = PyModule_GetState(m);
    Py_CLEAR(state->error);
    Py_CLEAR(state->heap);
    return 0;
}
static PyMethodDef functions[] = {
    {"threads", threads, METH_NOARGS, NULL}, {"capsule", capsule, METH_O, NULL}, {"look", look, METH_O, NULL}, {NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, fill}, {0, NULL}};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "classes", NULL, sizeof(State), functions, slots, traverse, clear, NULL};
PyMODINIT_FUNC PyInit_classes(void) { return PyModuleDef_Init(&module); }
