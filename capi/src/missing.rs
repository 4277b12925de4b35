//! The C API's names that have no body yet, so that every extension links: calling such a function raises `SystemError`
//! naming it (or ends the process with a message where no thread state can hold an error); such data is zero.
//!
//! Removing a name here is part of giving it a body: a test compares this list with what is defined.

use core::ffi::{CStr, c_char};
use dxpy_core::{Py, exceptions, thread};

/// Raises the error of a missing function.
///
/// # Safety
/// `name` is a C string; called from C, with the GIL where a thread state is attached.
unsafe extern "C" fn raise(name: *const c_char) {
    // SAFETY: the caller's promise.
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    if thread::current().is_null() {
        eprintln!(
            "dx-py: the C API function {name} is not implemented yet, and was called without a thread state"
        );
        std::process::abort();
    }
    // SAFETY: a state is attached, so C code holds the GIL by this function's contract.
    let py = unsafe { Py::assume() };
    exceptions::system_error(py, format_args!("the C API function {name} is not implemented yet"))
        .restore(py);
}

/// Answers NULL.
unsafe extern "C" fn pointer(name: *const c_char) -> *const c_char {
    // SAFETY: the stub's own name.
    unsafe { raise(name) };
    core::ptr::null()
}

/// Answers -1, whatever the width.
unsafe extern "C" fn integer(name: *const c_char) -> isize {
    // SAFETY: the stub's own name.
    unsafe { raise(name) };
    -1
}

/// Answers -1.0.
unsafe extern "C" fn double(name: *const c_char) -> f64 {
    // SAFETY: the stub's own name.
    unsafe { raise(name) };
    -1.0
}

/// Answers nothing.
unsafe extern "C" fn void(name: *const c_char) {
    // SAFETY: the stub's own name.
    unsafe { raise(name) };
}

/// Keeps the stubs in the link: the executable refers to it.
#[unsafe(no_mangle)]
pub extern "C" fn dxpy_missing_anchor() {}

/// Stubs that hand their own name to `$target`. They are assembly because nothing is known of their arguments, which
/// the caller cleans up.
macro_rules! functions {
    ($target:ident: $($name:ident)*) => { $(
        #[cfg(target_arch = "x86_64")]
        core::arch::global_asm!(
            concat!(".text\n.balign 16\n.globl ", stringify!($name), "\n.type ", stringify!($name), ",@function\n", stringify!($name), ":"),
            "lea rdi, [rip + 2f]",
            "jmp {target}",
            concat!("2: .asciz \"", stringify!($name), "\""),
            target = sym $target,
        );
        #[cfg(target_arch = "aarch64")]
        core::arch::global_asm!(
            concat!(".text\n.balign 16\n.globl ", stringify!($name), "\n.type ", stringify!($name), ",@function\n", stringify!($name), ":"),
            "adr x0, 2f",
            "b {target}",
            concat!("2: .asciz \"", stringify!($name), "\""),
            target = sym $target,
        );
    )*
    };
}

/// Zeroed data of the given size.
macro_rules! data {
    ($($name:ident = $size:literal;)*) => { $(
        core::arch::global_asm!(concat!(
            ".bss\n.balign 16\n.globl ", stringify!($name), "\n.type ", stringify!($name), ",@object\n.size ",
            stringify!($name), ", ", $size, "\n", stringify!($name), ": .zero ", $size, "\n.text"
        ));
    )*
    };
}

functions! { pointer:
    PyTuple_GetItem PyTuple_GetSlice _PyObject_GetDictPtr PyUnstable_Code_NewWithPosOnlyArgs
    _PyObject_GenericGetAttrWithDict PyObject_Init PyEval_GetBuiltins Py_GenericAlias
    PyThreadState_GetFrame PyDescr_NewClassMethod Py_GetVersion _PyBytes_Join _PyObject_NextNotImplemented
    PySys_GetObject PyGen_GetCode PyOS_double_to_string PyUnicode_FromEncodedObject
    PyMemoryView_GetContiguous PyOS_FSPath PyEval_EvalCode PyMem_RawMalloc _PyStack_AsDict
    PyBytes_FromFormat PyMem_RawRealloc PyUnicodeDecodeError_Create PyMem_RawCalloc PyUnicode_AsUCS4Copy
    PyUnicode_FromWideChar _PyUnicodeWriter_Finish PyErr_SetImportError PyStructSequence_New
    PyUnicode_AsUCS4 PyUnicode_DecodeUTF32 _PyLong_New PyCode_GetCode PyCode_GetVarnames PyCodec_Decoder
    PyCodec_Encoder PyEval_GetFrame PyEval_GetGlobals PyEval_GetLocals PyInterpreterState_ThreadHead
    PyOS_setsig PyObject_InitVar PySeqIter_New PyThreadState_Next PyUnicode_AsUTF16String
    PyUnicode_DecodeLocale PyUnicode_DecodeUTF16 PyUnicode_EncodeLocale PyUnicode_GetDefaultEncoding
    _PyInterpreterState_GetConfig _PyMem_GetCurrentAllocatorName PyAsyncGen_New PyBuffer_GetPointer
    PyBytes_DecodeEscape PyBytes_FromFormatV PyCFunction_New PyCallIter_New PyCode_GetCellvars
    PyCode_GetFreevars PyCode_Optimize PyCodec_BackslashReplaceErrors PyCodec_IgnoreErrors
    PyCodec_IncrementalDecoder PyCodec_IncrementalEncoder PyCodec_NameReplaceErrors PyCodec_ReplaceErrors
    PyCodec_StreamReader PyCodec_StreamWriter PyCodec_StrictErrors PyCodec_XMLCharRefReplaceErrors
    PyConfig_Read PyConfig_SetArgv PyConfig_SetBytesArgv PyConfig_SetBytesString PyConfig_SetString
    PyConfig_SetWideStringList PyCoro_New PyDescr_NewGetSet PyDescr_NewMember PyDescr_NewMethod
    PyDescr_NewWrapper PyErr_ProgramText PyErr_ProgramTextObject PyErr_SetImportErrorSubclass
    PyEval_EvalCodeEx PyEval_EvalFrame PyEval_EvalFrameEx PyEval_GetFuncDesc PyEval_GetFuncName
    PyFile_FromFd PyFile_GetLine PyFile_OpenCode PyFile_OpenCodeObject PyFloat_GetInfo PyGen_New
    PyGen_NewWithQualName PyHash_GetFuncDef PyImport_AppendInittab PyInit__abc PyInit__ast PyInit__codecs
    PyInit__collections PyInit__functools PyInit__imp PyInit__io PyInit__locale PyInit__operator
    PyInit__signal PyInit__sre PyInit__stat PyInit__string PyInit__symtable PyInit__thread PyInit__tokenize
    PyInit__tracemalloc PyInit__typing PyInit__weakref PyInit_atexit PyInit_errno PyInit_faulthandler
    PyInit_gc PyInit_itertools PyInit_posix PyInit_pwd PyInit_time PyInterpreterState_New PyLong_GetInfo
    PyMarshal_Init PyMarshal_ReadLastObjectFromFile PyMarshal_ReadObjectFromFile
    PyMarshal_ReadObjectFromString PyMarshal_WriteObjectToString PyMember_GetOne PyMethod_Function
    PyMethod_Self PyOS_Readline PyOS_getsig PyRun_File PyRun_FileEx PyRun_FileExFlags PyRun_FileFlags
    PyStructSequence_GetItem PyStructSequence_NewType PySymtable_Lookup PySys_GetXOptions PyThread_GetInfo
    PyUnicodeDecodeError_GetObject PyUnicodeEncodeError_GetEncoding PyUnicodeEncodeError_GetObject
    PyUnicodeEncodeError_GetReason PyUnicode_AsCharmapString PyUnicode_AsDecodedObject
    PyUnicode_AsDecodedUnicode PyUnicode_AsEncodedObject PyUnicode_AsEncodedUnicode
    PyUnicode_AsRawUnicodeEscapeString PyUnicode_AsUTF32String PyUnicode_AsUnicodeEscapeString
    PyUnicode_AsWideCharString PyUnicode_BuildEncodingMap PyUnicode_DecodeCharmap
    PyUnicode_DecodeLocaleAndSize PyUnicode_DecodeRawUnicodeEscape PyUnicode_DecodeUTF16Stateful
    PyUnicode_DecodeUTF32Stateful PyUnicode_DecodeUTF7 PyUnicode_DecodeUTF7Stateful
    PyUnicode_DecodeUTF8Stateful PyUnicode_DecodeUnicodeEscape PyUnicode_RichCompare PyUnicode_Translate
    PyUnstable_Code_New PyUnstable_Exc_PrepReraiseStar PyUnstable_InterpreterFrame_GetCode
    PyUnstable_Object_GC_NewWithExtraData PyWideStringList_Append PyWideStringList_Insert PyWrapper_New
    Py_DecodeLocale Py_EncodeLocale Py_GETENV Py_GetBuildInfo Py_GetCompiler Py_GetCopyright
    Py_GetExecPrefix Py_GetPath Py_GetPlatform Py_GetPrefix Py_GetProgramFullPath Py_GetProgramName
    Py_GetPythonHome Py_InitializeFromConfig Py_PreInitialize Py_PreInitializeFromArgs
    Py_PreInitializeFromBytesArgs Py_UniversalNewlineFgets _PyAST_Compile _PyArena_Malloc _PyArena_New
    _PyArg_UnpackKeywordsWithVararg _PyArgv_AsWstrList _PyBytesWriter_Alloc _PyBytesWriter_Finish
    _PyBytesWriter_Prepare _PyBytesWriter_Resize _PyBytesWriter_WriteBytes _PyBytes_DecodeEscape
    _PyBytes_FormatEx _PyBytes_FromHex _PyCode_ConstantKey _PyCode_New _PyCodecInfo_GetIncrementalDecoder
    _PyCodecInfo_GetIncrementalEncoder _PyCodec_DecodeText _PyCodec_EncodeText _PyCodec_Lookup
    _PyCodec_LookupTextEncoding _PyCompile_Assemble _PyCompile_CodeGen _PyCompile_OptimizeCfg
    _PyCrossInterpreterData_NewObject _PyDictView_Intersect _PyDictView_New _PyDict_DelItemIf
    _PyDict_GetItemIdWithError _PyErr_Format _PyErr_FormatFromCauseTstate _PyErr_GetHandledException
    _PyErr_GetTopmostException _PyErr_NoMemory _PyErr_ProgramDecodedTextObject
    _PyErr_StackItemToExcInfoTuple _PyEval_AddPendingCall _PyEval_EvalFrameDefault _PyEval_GetBuiltin
    _PyEval_GetBuiltinId _PyExc_CreateExceptionGroup _PyExc_PrepReraiseStar
    _PyGILState_GetInterpreterStateUnsafe _PyImport_GetModuleId _PyInterpreterID_LookUp
    _PyInterpreterID_New _PyInterpreterState_Enable _PyInterpreterState_GetEvalFrameFunc
    _PyInterpreterState_GetIDObject _PyInterpreterState_GetMainModule _PyInterpreterState_LookUpID
    _PyLong_DivmodNear _PyLong_Format _PyLong_FormatBytesWriter _PyLong_FromBytes _PyLong_FromDigits
    _PyLong_FromUid _PyLong_GCD _PyLong_Lshift _PyLong_Rshift _PyMem_RawStrdup _PyMem_RawWcsdup
    _PyMem_Strdup _PyModule_CreateInitialized _PyObject_Call _PyObject_CallMethod _PyObject_CallMethodId
    _PyObject_CallMethodIdObjArgs _PyObject_CallMethodId_SizeT _PyObject_Call_Prepend
    _PyObject_FastCallDictTstate _PyObject_FunctionStr _PyObject_GC_Resize _PyObject_GetAttrId
    _PyObject_GetState _PyObject_LookupSpecial _PyObject_LookupSpecialId _PyRuntimeState_Init
    _PyRuntime_Initialize _PySequence_BytesToCharpArray _PySlice_FromIndices _PyStructSequence_NewType
    _PySys_GetAttr _PyThreadState_New _PyThreadState_Prealloc _PyThreadState_Swap
    _PyThread_CurrentExceptions _PyThread_CurrentFrames _PyTraceBack_FromFrame
    _PyTraceMalloc_GetObjectTraceback _PyTraceMalloc_GetTraceback _PyTraceMalloc_GetTracedMemory
    _PyTraceMalloc_GetTraces _PyType_GetDict _PyType_GetDocFromInternalDoc
    _PyType_GetTextSignatureFromInternalDoc _PyType_LookupId _PyUnicodeTranslateError_Create
    _PyUnicode_AsASCIIString _PyUnicode_AsLatin1String _PyUnicode_AsUTF8String _PyUnicode_Copy
    _PyUnicode_DecodeRawUnicodeEscapeStateful _PyUnicode_DecodeUnicodeEscapeInternal
    _PyUnicode_DecodeUnicodeEscapeStateful _PyUnicode_EncodeCharmap _PyUnicode_EncodeUTF16
    _PyUnicode_EncodeUTF32 _PyUnicode_EncodeUTF7 _PyUnicode_FormatLong _PyUnicode_FromASCII
    _PyUnicode_FromId _PyUnicode_JoinArray _PyUnicode_TransformDecimalAndSpaceToASCII _PyUnicode_XStrip
    _PyWarnings_Init _PyWideStringList_AsList _PyWideStringList_Extend _Py_DecodeUTF8_surrogateescape
    _Py_DumpTracebackThreads _Py_EncodeLocaleRaw _Py_GetConfig _Py_GetEnv _Py_GetLocaleEncoding
    _Py_GetLocaleEncodingObject _Py_Get_Getpath_CodeObject _Py_InitializeMain _Py_PreInitializeFromConfig
    _Py_PreInitializeFromPyArgv _Py_SetLocaleFromEnv _Py_SourceAsString _Py_UniversalNewlineFgetsWithSize
    _Py_VaBuildStack _Py_VaBuildStack_SizeT _Py_device_encoding _Py_dg_dtoa _Py_fopen_obj _Py_get_xoption
    _Py_gitidentifier _Py_hashtable_get _Py_hashtable_new _Py_hashtable_new_full _Py_hashtable_steal
    _Py_normpath _Py_strhex _Py_strhex_bytes _Py_strhex_bytes_with_sep _Py_strhex_with_sep
    _Py_string_to_number_with_underscores _Py_trampoline_func_end _Py_trampoline_func_start _Py_wfopen
    _Py_wgetcwd _Py_wrealpath
}

functions! { integer:
    PyTraceBack_Here PyOS_snprintf PyObject_CallFinalizerFromDealloc PyObject_GC_IsFinalized
    PyUnicode_FindChar _PyObject_VisitManagedDict PyGC_Disable PyGC_Enable PyTuple_SetItem Py_IsInitialized
    PyUnicode_Resize _PyUnicode_IsWhitespace PyUnicode_Tailmatch PySlice_Unpack _PyBytes_Resize
    PyUnicode_Find _PyTrash_begin _PyTrash_cond PyObject_Print _Py_IsFinalizing PyUnicode_ReadChar
    _PyUnicode_IsAlpha _PyUnicode_IsDecimalDigit _PyUnicode_IsDigit _PyUnicode_IsNumeric PyUnicode_Count
    _PyUnicodeWriter_WriteStr _PyUnicode_EQ _Py_HashDouble _Py_HashPointer PyBuffer_ToContiguous
    PyTraceMalloc_Track PyTraceMalloc_Untrack _PyGen_FetchStopIterationValue
    _PyUnicodeWriter_PrepareInternal _PyUnicodeWriter_WriteASCIIString _PyUnicodeWriter_WriteChar
    _PyUnicode_ToLowerFull _PyUnicode_ToUpperFull _Py_HashBytes PyCode_AddWatcher PyCode_Addr2Line
    PyCodec_KnownEncoding PyDescr_IsData PyEval_MergeCompilerFlags PyFile_WriteObject PyFile_WriteString
    PyOS_strtol PyOS_strtoul PyOS_vsnprintf PyObject_AsReadBuffer PyStructSequence_InitType2
    PyUnicodeEncodeError_GetStart PyUnicode_CopyCharacters PyUnicode_FSConverter PyUnicode_WriteChar
    Py_FinalizeEx Py_GetRecursionLimit _PyEval_SetProfile _PyEval_SliceIndex _PyFrame_IsEntryFrame
    _PyUnicodeWriter_WriteSubstring _PyUnicode_IsLinebreak _PyUnicode_IsLowercase _PyUnicode_IsTitlecase
    _PyUnicode_IsUppercase _PyUnicode_ToLowercase PyBuffer_FromContiguous PyBuffer_SizeFromFormat
    PyCode_Addr2Location PyCode_ClearWatcher PyCompile_OpcodeStackEffect
    PyCompile_OpcodeStackEffectWithJump PyErr_SetInterruptEx PyErr_WarnExplicit PyErr_WarnExplicitFormat
    PyErr_WarnExplicitObject PyFile_SetOpenCodeHook PyFloat_Pack2 PyFunction_AddWatcher
    PyFunction_ClearWatcher PyGC_IsEnabled PyImport_ExtendInittab PyMarshal_ReadLongFromFile
    PyMarshal_ReadShortFromFile PyMember_SetOne PyOS_InterruptOccurred PyOS_mystricmp PyOS_mystrnicmp
    PyObject_AsCharBuffer PyObject_AsWriteBuffer PyObject_CheckReadBuffer PyObject_CopyData PyObject_IS_GC
    PyRun_AnyFile PyRun_AnyFileEx PyRun_AnyFileExFlags PyRun_AnyFileFlags PyRun_InteractiveLoop
    PyRun_InteractiveLoopFlags PyRun_InteractiveOne PyRun_InteractiveOneFlags PyRun_InteractiveOneObject
    PyRun_SimpleFile PyRun_SimpleFileEx PyRun_SimpleFileExFlags PySlice_GetIndices PySlice_GetIndicesEx
    PySys_AddAuditHook PySys_Audit PySys_HasWarnOptions PySys_SetObject PyType_AddWatcher
    PyType_ClearWatcher PyType_Unwatch PyType_Watch PyUnicodeDecodeError_GetEncoding
    PyUnicodeDecodeError_GetEnd PyUnicodeDecodeError_GetReason PyUnicodeDecodeError_GetStart
    PyUnicodeDecodeError_SetEnd PyUnicodeDecodeError_SetReason PyUnicodeDecodeError_SetStart
    PyUnicodeEncodeError_GetEnd PyUnicodeEncodeError_SetEnd PyUnicodeEncodeError_SetReason
    PyUnicodeEncodeError_SetStart PyUnicodeTranslateError_GetEnd PyUnicodeTranslateError_GetObject
    PyUnicodeTranslateError_GetReason PyUnicodeTranslateError_GetStart PyUnicodeTranslateError_SetEnd
    PyUnicodeTranslateError_SetReason PyUnicodeTranslateError_SetStart PyUnicode_AsWideChar
    PyUnicode_FSDecoder PyUnicode_Fill PyUnicode_GetSize PyUnstable_Code_GetExtra PyUnstable_Code_SetExtra
    PyUnstable_Eval_RequestCodeExtraIndex PyUnstable_InterpreterFrame_GetLasti
    PyUnstable_InterpreterFrame_GetLine PyUnstable_Long_CompactValue PyUnstable_Long_IsCompact
    PyUnstable_PerfMapState_Init PyUnstable_Type_AssignVersionTag PyUnstable_WritePerfMapEntry Py_BytesMain
    Py_FdIsInteractive Py_FrozenMain Py_IsFalse Py_IsTrue Py_Main Py_RunMain Py_SetStandardStreamEncoding
    _PyArena_AddPyObject _PyBytes_Find _PyBytes_ReverseFind _PyCode_CheckLineNumber _PyCode_Validate
    _PyConfig_FromDict _PyCrossInterpreterData_InitWithSize _PyCrossInterpreterData_Lookup
    _PyCrossInterpreterData_RegisterClass _PyCrossInterpreterData_Release
    _PyCrossInterpreterData_ReleaseAndRawFree _PyCrossInterpreterData_UnregisterClass
    _PyDict_CheckConsistency _PyDict_ContainsId _PyDict_DelItemId _PyDict_MergeEx _PyDict_SetItemId
    _PyErr_CheckSignals _PyErr_CheckSignalsTstate _PyErr_ExceptionMatches _PyEval_GetSwitchInterval
    _PyEval_MakePendingCalls _PyEval_SetTrace _PyEval_SliceIndexNotNone _PyException_AddNote
    _PyFloat_FormatAdvancedWriter _PyGen_SetStopIterationValue
    _PyImport_CheckSubinterpIncompatibleExtensionAllowed _PyImport_ClearExtension _PyImport_FixupBuiltin
    _PyImport_FixupExtensionObject _PyImport_IsInitialized _PyImport_ReleaseLock
    _PyInterpreterState_HasFeature _PyInterpreterState_IDIncref _PyInterpreterState_IDInitref
    _PyInterpreterState_IsRunningMain _PyInterpreterState_RequiresIDRef _PyInterpreterState_SetConfig
    _PyInterpreterState_SetRunningMain _PyLong_FileDescriptor_Converter _PyLong_FormatAdvancedWriter
    _PyLong_FormatWriter _PyLong_FromGid _PyLong_Size_t_Converter _PyLong_UnsignedInt_Converter
    _PyLong_UnsignedLongLong_Converter _PyLong_UnsignedLong_Converter _PyLong_UnsignedShort_Converter
    _PyMem_GetAllocatorName _PyMem_SetDefaultAllocator _PyMem_SetupAllocators _PyModuleSpec_IsInitializing
    _PyOS_InterruptOccurred _PyOS_IsMainThread _PyOS_URandom _PyOS_URandomNonblock
    _PyObject_CheckConsistency _PyObject_CheckCrossInterpreterData _PyObject_DebugMallocStats
    _PyObject_GenericSetAttrWithDict _PyObject_GetCrossInterpreterData _PyObject_GetMethod _PyObject_HasLen
    _PyObject_IsAbstract _PyObject_IsFreed _PyObject_LookupAttrId _PyObject_SetAttrId _PyRun_AnyFileObject
    _PyRun_InteractiveLoopObject _PyRun_SimpleFileObject _PySlice_GetLongIndices _PyState_AddModule
    _PySys_GetSizeOf _PyToken_OneChar _PyToken_ThreeChars _PyToken_TwoChars _PyTraceBack_Print_Indented
    _PyTraceMalloc_GetMemory _PyTraceMalloc_GetTracebackLimit _PyTraceMalloc_Init _PyTraceMalloc_IsTracing
    _PyTraceMalloc_Start _PyTuple_Resize _PyType_CheckConsistency _PyUnicodeWriter_PrepareKindInternal
    _PyUnicodeWriter_WriteLatin1String _PyUnicode_CheckConsistency _PyUnicode_Equal
    _PyUnicode_EqualToASCIIId _PyUnicode_EqualToASCIIString _PyUnicode_FindMaxChar
    _PyUnicode_FormatAdvancedWriter _PyUnicode_InsertThousandsGrouping _PyUnicode_IsCaseIgnorable
    _PyUnicode_IsCased _PyUnicode_IsPrintable _PyUnicode_IsXidContinue _PyUnicode_IsXidStart
    _PyUnicode_ScanIdentifier _PyUnicode_ToDecimalDigit _PyUnicode_ToDigit _PyUnicode_ToFoldedFull
    _PyUnicode_ToTitleFull _PyUnicode_ToTitlecase _PyUnicode_ToUppercase
    _PyUnicode_WideCharString_Converter _PyUnicode_WideCharString_Opt_Converter _PyWideStringList_Copy
    _Py_AtExit _Py_CoerceLegacyLocale _Py_DecodeLocaleEx _Py_DecodeUTF8Ex _Py_DisplaySourceLine
    _Py_EncodeLocaleEx _Py_EncodeUTF8Ex _Py_FdIsInteractive _Py_GetErrorHandler _Py_GetForceASCII
    _Py_GetLocaleconvNumeric _Py_Gid_Converter _Py_HandleSystemExit _Py_HashPointerRaw
    _Py_IsCoreInitialized _Py_IsInterpreterFinalizing _Py_IsLocaleCoercionTarget _Py_LegacyLocaleDetected
    _Py_Sigset_Converter _Py_UTF8_Edit_Cost _Py_Uid_Converter _Py_WriteIndent _Py_WriteIndentedMargin
    _Py_convert_optional_to_ssize_t _Py_dup _Py_fstat _Py_fstat_noraise _Py_get_blocking
    _Py_get_inheritable _Py_gitversion _Py_hashtable_compare_direct _Py_hashtable_foreach
    _Py_hashtable_hash_ptr _Py_hashtable_len _Py_hashtable_set _Py_hashtable_size _Py_open _Py_open_noraise
    _Py_read _Py_set_blocking _Py_set_inheritable _Py_set_inheritable_async_safe _Py_stat _Py_str_to_int
    _Py_wreadlink _Py_write _Py_write_noraise
}

functions! { double:
    PyOS_string_to_double _Py_c_pow PyFloat_Unpack2 _PyLong_Frexp _PyUnicode_ToNumeric _Py_c_abs _Py_c_diff
    _Py_c_neg _Py_c_prod _Py_c_quot _Py_c_sum _Py_dg_strtod _Py_parse_inf_or_nan
}

functions! { void:
    _PyObject_ClearManagedDict _PyUnicode_FastCopyCharacters _Py_FatalErrorFunc _PyTrash_end
    PyErr_SetExcInfo PyMem_RawFree PyErr_SetHandledException _PyUnicodeWriter_Dealloc _PyUnicodeWriter_Init
    PyMem_GetAllocator PyMem_SetAllocator PyThreadState_EnterTracing PyThreadState_LeaveTracing
    PyUnicode_Append Py_FatalError PyBytes_Concat PyBytes_ConcatAndDel PyErr_SetInterrupt
    PyObject_GetArenaAllocator PyStructSequence_SetItem PySys_WriteStderr PyThreadState_Delete
    Py_GetArgcArgv PyBuffer_FillContiguousStrides PyErr_RangedSyntaxLocationObject PyErr_SyntaxLocation
    PyErr_SyntaxLocationEx PyErr_SyntaxLocationObject PyEval_AcquireLock PyEval_ReleaseLock
    PyInterpreterState_Clear PyInterpreterState_Delete PyMarshal_WriteLongToFile
    PyMarshal_WriteObjectToFile PyMem_SetupDebugHooks PyOS_AfterFork PyObject_CallFinalizer
    PyObject_SetArenaAllocator PyPreConfig_InitIsolatedConfig PyPreConfig_InitPythonConfig
    PyStructSequence_InitType PySys_AddWarnOption PySys_AddWarnOptionUnicode PySys_AddXOption
    PySys_ResetWarnOptions PySys_SetArgv PySys_SetArgvEx PySys_SetPath PySys_WriteStdout
    PyThread_exit_thread PyUnicode_AppendAndDel PyUnicode_InternImmortal PyUnstable_GC_VisitObjects
    PyUnstable_PerfMapState_Fini Py_EndInterpreter Py_ExitStatusException Py_Finalize Py_Initialize
    Py_InitializeEx Py_SetPath Py_SetProgramName Py_SetPythonHome Py_SetRecursionLimit _PyArena_Free
    _PyBytesWriter_Dealloc _PyBytesWriter_Init _PyBytes_Repeat _PyConfig_InitCompatConfig
    _PyCrossInterpreterData_Clear _PyCrossInterpreterData_Init _PyDebugAllocatorStats
    _PyDict_DebugMallocStats _PyDict_MaybeUntrack _PyErr_ChainExceptions _PyErr_ChainStackItem _PyErr_Clear
    _PyErr_Fetch _PyErr_GetExcInfo _PyErr_NormalizeException _PyErr_Print _PyErr_Restore
    _PyErr_SetHandledException _PyErr_SetNone _PyErr_SetObject _PyErr_SetString _PyEval_SetSwitchInterval
    _PyEval_SignalAsyncExc _PyEval_SignalReceived _PyFloat_DebugMallocStats _PyGen_Finalize
    _PyImport_AcquireLock _PyInterpreterState_IDDecref _PyInterpreterState_RequireIDRef
    _PyInterpreterState_SetEvalFrameFunc _PyInterpreterState_SetNotRunningMain _PyList_DebugMallocStats
    _PyModule_Clear _PyModule_ClearDict _PyObject_AssertFailed _PyObject_DebugTypeStats _PyObject_Dump
    _PyPathConfig_ClearGlobal _PyPreConfig_InitCompatConfig _PyRuntimeState_Fini _PyRuntime_Finalize
    _PyThreadState_Bind _PyThreadState_DeleteCurrent _PyThreadState_DeleteExcept _PyThreadState_Init
    _PyTraceMalloc_ClearTraces _PyTraceMalloc_ResetPeak _PyTraceMalloc_Stop _PyTraceback_Add
    _PyTuple_DebugMallocStats _PyTuple_MaybeUntrack _PyUnicode_FastFill _PyWeakref_ClearRef
    _PyWideStringList_Clear _Py_BreakPoint _Py_ClearArgcArgv _Py_ClearStandardStreamEncoding _Py_DumpASCII
    _Py_DumpDecimal _Py_DumpExtensionModules _Py_DumpHexadecimal _Py_DumpTraceback _Py_FatalErrorFormat
    _Py_FatalRefcountErrorFunc _Py_FreeCharPArray _Py_ResetForceASCII _Py_RestoreSignals
    _Py_SetProgramFullPath _Py_add_one_to_index_C _Py_add_one_to_index_F _Py_closerange _Py_dg_freedtoa
    _Py_get_env_flag _Py_hashtable_clear _Py_hashtable_destroy
}

data! {
    Py_Version = 8;
    _PyByteArray_empty_string = 1;
    _Py_ascii_whitespace = 128;
    PyExc_IOError = 8;
    _Py_ctype_table = 1024;
    _Py_ctype_tolower = 256;
    _Py_ctype_toupper = 256;
    PyExc_EnvironmentError = 8;
    PyStructSequence_UnnamedField = 8;
    Py_FileSystemDefaultEncoding = 8;
    _PyRuntime = 459944;
    PyImport_FrozenModules = 8;
    PyImport_Inittab = 8;
    PyOS_InputHook = 8;
    PyOS_ReadlineFunctionPointer = 8;
    Py_BytesWarningFlag = 4;
    Py_DebugFlag = 4;
    Py_DontWriteBytecodeFlag = 4;
    Py_FileSystemDefaultEncodeErrors = 8;
    Py_FrozenFlag = 4;
    Py_HasFileSystemDefaultEncoding = 4;
    Py_HashRandomizationFlag = 4;
    Py_IgnoreEnvironmentFlag = 4;
    Py_InspectFlag = 4;
    Py_InteractiveFlag = 4;
    Py_IsolatedFlag = 4;
    Py_NoSiteFlag = 4;
    Py_NoUserSiteDirectory = 4;
    Py_OptimizeFlag = 4;
    Py_QuietFlag = 4;
    Py_UTF8Mode = 4;
    Py_UnbufferedStdioFlag = 4;
    Py_VerboseFlag = 4;
    Py_hexdigits = 8;
    _PyBufferWrapper_Type = 416;
    _PyImport_FrozenBootstrap = 8;
    _PyImport_FrozenStdlib = 8;
    _PyImport_FrozenTest = 8;
    _PyInterpreterID_Type = 416;
    _PyLong_DigitValue = 256;
    _PyOS_ReadlineTState = 8;
    _PyParser_TokenNames = 552;
    _Py_HasFileSystemDefaultEncodeErrors = 4;
    _Py_HashSecret = 24;
    _Py_SwappedOp = 24;
}
