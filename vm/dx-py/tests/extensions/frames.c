/* Frame evaluation functions (PEP 523): one that writes down whose frames it is given. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *names;

static PyObject *note(PyThreadState *state, struct _PyInterpreterFrame *frame, int throw)
{
    PyCodeObject *code = (PyCodeObject *)PyUnstable_InterpreterFrame_GetCode(frame);
    PyObject *row = Py_BuildValue("(Oi)", code->co_name, throw);
    PyList_Append(names, row);
    Py_DECREF(row);
    Py_DECREF(code);
    return _PyEval_EvalFrameDefault(state, frame, throw);
}

static PyObject *begin(PyObject *self, PyObject *unused)
{
    PyInterpreterState *i = PyInterpreterState_Get();
    int before = _PyInterpreterState_GetEvalFrameFunc(i) == _PyEval_EvalFrameDefault;
    Py_XSETREF(names, PyList_New(0));
    _PyInterpreterState_SetEvalFrameFunc(i, note);
    return Py_BuildValue("ii", before, _PyInterpreterState_GetEvalFrameFunc(i) == note);
}

static PyObject *end(PyObject *self, PyObject *unused)
{
    PyInterpreterState *i = PyInterpreterState_Get();
    _PyInterpreterState_SetEvalFrameFunc(i, _PyEval_EvalFrameDefault);
    return Py_BuildValue("Oi", names, _PyInterpreterState_GetEvalFrameFunc(i) == _PyEval_EvalFrameDefault);
}

static PyMethodDef methods[] = {{"begin", begin, METH_NOARGS}, {"end", end, METH_NOARGS}, {NULL}};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, "frames", NULL, 0, methods};

PyMODINIT_FUNC PyInit_frames(void) { return PyModuleDef_Init(&module); }
