import atexit, ending

class Late:
    def __del__(self):
        print("destroyed")

late = Late()
atexit.register(print, "atexit")
print("taken" if ending.at_exit() >= 20 else "too few")
