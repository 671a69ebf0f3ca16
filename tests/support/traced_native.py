"""Memory that Python does not give: malloc called through ctypes, libc's own use of malloc, mmap."""

import ctypes
import mmap
import sys

from traced_marks import recording, windows

LIBC = ctypes.CDLL(None)
LIBC.malloc.restype = LIBC.strdup.restype = ctypes.c_void_p
MAPS = []


def malloc():
    LIBC.malloc(5000)


def strdup():
    LIBC.strdup(b"x" * 1500)


def mapped():
    MAPS.append(mmap.mmap(-1, 8192))


def operation(number):
    malloc()
    strdup()
    mapped()


if __name__ == "__main__":
    with recording(sys.argv[1], native="native" in sys.argv):
        windows(operation)
