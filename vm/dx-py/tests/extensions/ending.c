/* What runs at the end of the interpreter: functions of Py_AtExit, the last first, after atexit's and all output of
   Python's streams; and no more than 32 of them. */
#include <Python.h>
#include <stdio.h>

static void first(void) { fputs("first\n", stdout); fflush(stdout); }
static void second(void) { fputs("second\n", stdout); fflush(stdout); }
static void nothing(void) {}

static PyObject *at_exit(PyObject *module, PyObject *ignored)
{
    int taken = 0;
    if (Py_AtExit(first) < 0 || Py_AtExit(second) < 0)
        return PyErr_Format(PyExc_RuntimeError, "no room");
    while (taken < 100 && Py_AtExit(nothing) == 0)
        taken++;
    return PyLong_FromLong(taken);
}

static PyMethodDef methods[] = {{"at_exit", at_exit, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "ending", NULL, 0, methods};

PyMODINIT_FUNC PyInit_ending(void) { return PyModule_Create(&module); }
