"""Reads files that say what becomes of who reads them."""

import os
import signal
import time

from suite.process.reading import answer


def read(path, *words):
    match path.read_text():
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            os._exit(5)
        case "hang":
            time.sleep(1000)
        case "large":
            bytearray(6 << 30)
        case "odd":
            raise KeyError(0)
    return {"read": path.name, "words": words}


if __name__ == "__main__":
    answer(read)
