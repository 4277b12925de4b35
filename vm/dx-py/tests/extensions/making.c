/* Code objects, generators of frames, single passes of the compiler, arguments in C arrays, lines from a terminal, opening files
   of code, and a program in the program: names that tools and tests of the compiler call. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <frameobject.h>
#include <stdarg.h>

extern PyObject *_PyCode_ConstantKey(PyObject *);
extern PyObject *_PyCompile_CodeGen(PyObject *, PyObject *, PyCompilerFlags *, int, int);
extern PyObject *_PyCompile_OptimizeCfg(PyObject *, PyObject *, int);
typedef struct {
    PyObject *name, *qualname, *consts, *names, *varnames, *cellvars, *freevars, *fasthidden;
    Py_ssize_t argcount, posonly, kwonly;
    int firstlineno;
} Metadata;
extern PyCodeObject *_PyCompile_Assemble(Metadata *, PyObject *, PyObject *);
struct constructor {
    PyObject *filename, *name, *qualname;
    int flags;
    PyObject *code;
    int firstlineno;
    PyObject *linetable, *consts, *names, *localsplusnames, *localspluskinds;
    int argcount, posonly, kwonly, stacksize;
    PyObject *exceptiontable;
};
extern int _PyCode_Validate(struct constructor *);
extern PyCodeObject *_PyCode_New(struct constructor *);
extern PyTypeObject _PyBufferWrapper_Type;

static PyObject *effects(PyObject *self, PyObject *args)
{
    int op, arg;
    if (!PyArg_ParseTuple(args, "ii", &op, &arg))
        return NULL;
    return Py_BuildValue("iiii", PyCompile_OpcodeStackEffect(op, arg), PyCompile_OpcodeStackEffectWithJump(op, arg, 0),
                         PyCompile_OpcodeStackEffectWithJump(op, arg, 1), PyCompile_OpcodeStackEffectWithJump(op, arg, -1));
}

static PyObject *key(PyObject *self, PyObject *o) { return _PyCode_ConstantKey(o); }

static PyObject *codegen(PyObject *self, PyObject *args)
{
    PyObject *tree, *filename;
    int optimize, mode;
    if (!PyArg_ParseTuple(args, "OUii", &tree, &filename, &optimize, &mode))
        return NULL;
    return _PyCompile_CodeGen(tree, filename, NULL, optimize, mode);
}

static PyObject *optimized(PyObject *self, PyObject *args)
{
    PyObject *instructions, *consts;
    int nlocals;
    if (!PyArg_ParseTuple(args, "OOi", &instructions, &consts, &nlocals))
        return NULL;
    return _PyCompile_OptimizeCfg(instructions, consts, nlocals);
}

static PyObject *assembled(PyObject *self, PyObject *args)
{
    Metadata m;
    PyObject *instructions;
    if (!PyArg_ParseTuple(args, "OOOOOOOOnnniO", &m.name, &m.qualname, &m.consts, &m.names, &m.varnames, &m.cellvars, &m.freevars,
                          &m.fasthidden, &m.argcount, &m.posonly, &m.kwonly, &m.firstlineno, &instructions))
        return NULL;
    return (PyObject *)_PyCompile_Assemble(&m, m.name, instructions);
}

static PyObject *code(PyObject *self, PyObject *args)
{
    struct constructor c;
    if (!PyArg_ParseTuple(args, "OOOiOiOOOOOiiiiO", &c.filename, &c.name, &c.qualname, &c.flags, &c.code, &c.firstlineno, &c.linetable,
                          &c.consts, &c.names, &c.localsplusnames, &c.localspluskinds, &c.argcount, &c.posonly, &c.kwonly,
                          &c.stacksize, &c.exceptiontable))
        return NULL;
    if (_PyCode_Validate(&c) < 0)
        return NULL;
    return (PyObject *)_PyCode_New(&c);
}

static PyObject *lines(PyObject *self, PyObject *args)
{
    PyCodeObject *c;
    PyObject *places;
    if (!PyArg_ParseTuple(args, "OO", &c, &places))
        return NULL;
    PyCodeAddressRange range;
    memset(&range, 0, sizeof range);
    range.opaque.lo_next = (const uint8_t *)PyBytes_AS_STRING(c->co_linetable);
    range.opaque.limit = range.opaque.lo_next + PyBytes_GET_SIZE(c->co_linetable);
    range.ar_start = -1;
    range.ar_line = -1;
    range.opaque.computed_line = c->co_firstlineno;
    PyObject *r = PyList_New(0);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(places); i++) {
        int at = (int)PyLong_AsLong(PyList_GET_ITEM(places, i));
        PyObject *line = PyLong_FromLong(_PyCode_CheckLineNumber(at, &range));
        PyList_Append(r, line);
        Py_DECREF(line);
    }
    return r;
}

static PyObject *generator(PyObject *self, PyObject *args)
{
    PyObject *f, *name = NULL, *qualname = NULL;
    int kind;
    if (!PyArg_ParseTuple(args, "Oi|OO", &f, &kind, &name, &qualname))
        return NULL;
    PyFrameObject *frame = PyFrame_New(PyThreadState_Get(), (PyCodeObject *)PyFunction_GET_CODE(f), PyFunction_GET_GLOBALS(f), NULL);
    if (frame == NULL)
        return NULL;
    switch (kind) {
    case 0: return PyGen_New(frame);
    case 1: return PyGen_NewWithQualName(frame, name, qualname);
    case 2: return PyCoro_New(frame, name, qualname);
    default: return PyAsyncGen_New(frame, name, qualname);
    }
}

static PyObject *evaluated(PyObject *self, PyObject *args)
{
    PyObject *f;
    int extended;
    if (!PyArg_ParseTuple(args, "Oi", &f, &extended))
        return NULL;
    PyFrameObject *frame = PyFrame_New(PyThreadState_Get(), (PyCodeObject *)PyFunction_GET_CODE(f), PyFunction_GET_GLOBALS(f), NULL);
    if (frame == NULL)
        return NULL;
    PyObject *r = extended ? PyEval_EvalFrameEx(frame, 0) : PyEval_EvalFrame(frame);
    if (r != NULL)
        r = Py_BuildValue("Nn", r, Py_REFCNT(frame));
    Py_DECREF(frame);
    return r;
}

static PyObject **stack_of(PyObject **small, Py_ssize_t room, Py_ssize_t *n, const char *format, ...)
{
    va_list va;
    va_start(va, format);
    PyObject **stack = _Py_VaBuildStack(small, room, format, va, n);
    va_end(va);
    return stack;
}

static PyObject *stacked(PyObject *self, PyObject *o)
{
    PyObject *small[2], **stack, *r = PyList_New(0);
    Py_ssize_t n;
    for (int i = 0; i < 4; i++) {
        switch (i) {
        case 0: stack = stack_of(small, 2, &n, ""); break;
        case 1: stack = stack_of(small, 2, &n, "s#O", "text", (Py_ssize_t)3, o); break;
        case 2: stack = stack_of(small, 2, &n, "(ii)diO", 1, 2, 2.5, 7, o); break;
        default: stack = stack_of(small, 2, &n, "i?", 1); break;
        }
        if (stack == NULL) {
            PyErr_Clear();
            PyList_Append(r, Py_None);
            continue;
        }
        for (Py_ssize_t k = 0; k < n; k++) {
            PyList_Append(r, stack[k]);
            Py_DECREF(stack[k]);
        }
        PyObject *where = Py_BuildValue("ni", n, stack == small);
        PyList_Append(r, where);
        Py_DECREF(where);
        if (stack != small)
            PyMem_Free(stack);
    }
    return r;
}

/* def varied(a, /, b, *args, c, d=None) */
static PyObject *varied(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"", "b", "c", "d", NULL};
    static _PyArg_Parser parser = {.keywords = names, .fname = "varied"};
    PyObject *buffer[5] = {NULL};
    PyObject *const *r = _PyArg_UnpackKeywordsWithVararg(args, nargs, NULL, kwnames, &parser, 2, 2, 1, 2, buffer);
    if (r == NULL)
        return NULL;
    PyObject *all = PyList_New(0);
    for (int i = 0; i < 5; i++)
        PyList_Append(all, r[i] ? r[i] : Py_Ellipsis);
    Py_DECREF(r[2]);
    return all;
}

static int asked;
static char *(*before)(FILE *, FILE *, const char *);

static char *read_it(FILE *in, FILE *out, const char *prompt)
{
    asked++;
    if (asked == 3)
        return before(in, out, prompt);
    if (asked == 4)
        return NULL;
    char *r = PyMem_RawMalloc(100);
    snprintf(r, 100, asked == 2 ? "" : "%s line %d%s\n", prompt, asked, _PyOS_ReadlineTState != NULL ? " with a state" : "");
    return r;
}

static PyObject *install(PyObject *self, PyObject *unused)
{
    before = PyOS_ReadlineFunctionPointer;
    PyOS_ReadlineFunctionPointer = read_it;
    return PyBool_FromLong(before != NULL);
}

static int waited;
static int wait_for_input(void) { waited = 1; return 0; }

static PyObject *hook(PyObject *self, PyObject *unused)
{
    PyOS_InputHook = wait_for_input;
    Py_RETURN_NONE;
}

static PyObject *has_waited(PyObject *self, PyObject *unused) { return PyLong_FromLong(waited); }

static PyObject *read_line(PyObject *self, PyObject *prompt)
{
    char *s = PyOS_Readline(stdin, stdout, PyUnicode_AsUTF8(prompt));
    if (s == NULL)
        return NULL;
    PyObject *r = PyUnicode_FromString(s);
    PyMem_Free(s);
    return r;
}

static PyObject *open_it(PyObject *path, void *data)
{
    return Py_BuildValue("Os", path, (char *)data);
}

static PyObject *open_hook(PyObject *self, PyObject *unused)
{
    if (PyFile_SetOpenCodeHook(open_it, "the data") < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *main_again(PyObject *self, PyObject *args)
{
    char *argv[20];
    int n = (int)PyTuple_GET_SIZE(args);
    for (int i = 0; i < n; i++)
        argv[i] = strdup(PyUnicode_AsUTF8(PyTuple_GET_ITEM(args, i)));
    exit(Py_BytesMain(n, argv));
}

static PyObject *tree(PyObject *self, PyObject *args)
{
    const char *source;
    int start, version;
    if (!PyArg_ParseTuple(args, "sii", &source, &start, &version))
        return NULL;
    PyCompilerFlags flags = {.cf_flags = PyCF_ONLY_AST, .cf_feature_version = version};
    return Py_CompileStringFlags(source, "file", start, &flags);
}

extern int _PyInterpreterState_SetRunningMain(PyInterpreterState *);
extern void _PyInterpreterState_SetNotRunningMain(PyInterpreterState *);
extern int _PyInterpreterState_IsRunningMain(PyInterpreterState *);

static PyObject *running(PyObject *self, PyObject *unused)
{
    PyInterpreterState *i = PyInterpreterState_Get();
    int before = _PyInterpreterState_IsRunningMain(i);
    int refused = _PyInterpreterState_SetRunningMain(i);
    PyErr_Clear();
    _PyInterpreterState_SetNotRunningMain(i);
    int not_running = _PyInterpreterState_IsRunningMain(i);
    return Py_BuildValue("iiiii", before, refused, not_running, _PyInterpreterState_SetRunningMain(i),
                         _PyInterpreterState_IsRunningMain(i));
}

static PyObject *formatted(PyObject *self, PyObject *unused)
{
    PyObject *r = PyList_New(0);
    static const char *const formats[] = {"%07.5d|", "%-7.5d|", "%07d|", "%.3d|", "%7.3d|", "%2c", "%5p", "%lc", "%zs", "%lls", "%lU", "%d%", "%?"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        PyObject *s = PyUnicode_FromFormat(formats[i], -42);
        if (s == NULL) {
            PyObject *e = PyErr_GetRaisedException();
            s = PyObject_Str(e);
            Py_DECREF(e);
        }
        PyList_Append(r, s);
        Py_DECREF(s);
    }
    return r;
}

static PyObject *wrapper(PyObject *self, PyObject *unused) { return PyUnicode_FromString(_PyBufferWrapper_Type.tp_name); }

static PyMethodDef methods[] = {
    {"effects", effects, METH_VARARGS}, {"key", key, METH_O}, {"codegen", codegen, METH_VARARGS},
    {"optimized", optimized, METH_VARARGS}, {"assembled", assembled, METH_VARARGS}, {"code", code, METH_VARARGS},
    {"lines", lines, METH_VARARGS}, {"generator", generator, METH_VARARGS}, {"stacked", stacked, METH_O},
    {"evaluated", evaluated, METH_VARARGS},
    {"varied", (PyCFunction)(void (*)(void))varied, METH_FASTCALL | METH_KEYWORDS}, {"install", install, METH_NOARGS},
    {"hook", hook, METH_NOARGS}, {"has_waited", has_waited, METH_NOARGS}, {"read_line", read_line, METH_O},
    {"open_hook", open_hook, METH_NOARGS}, {"main_again", main_again, METH_VARARGS}, {"wrapper", wrapper, METH_NOARGS},
    {"tree", tree, METH_VARARGS}, {"running", running, METH_NOARGS}, {"formatted", formatted, METH_NOARGS}, {NULL}};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, "making", NULL, 0, methods};

PyMODINIT_FUNC PyInit_making(void) { return PyModuleDef_Init(&module); }
