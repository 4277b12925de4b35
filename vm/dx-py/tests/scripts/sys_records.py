import sys
async def f(): pass
def g():
    return f()
sys.set_coroutine_origin_tracking_depth(2)
c=g(); print([(b,d) for a,b,d in c.cr_origin]); c.close()
sys.set_coroutine_origin_tracking_depth(0)
c=g(); print(c.cr_origin); c.close()
print(sys.flags, sys.version_info>=(3,12), sys.hash_info, sys.thread_info.name, sys.float_info)
print(sys.getallocatedblocks()>100, sys.getunicodeinternedsize()>100)
print(sys._current_exceptions().__len__(), sys._current_frames().__len__())
try: type(sys.flags)()
except TypeError as e: print(e)
try: type(sys.version_info)((1,2))
except TypeError as e: print(e)
import builtins
sys.displayhook(3); print(builtins._)
del sys.modules['builtins']
try: sys.displayhook(3)
except Exception as e: print(repr(e))
