"""At a limit of memory buffers and matchers say so, and what fits goes on."""

import subprocess
import sys

import pytest

CODE = """if True:
    import os, resource
    import numpy as np
    from suite.reference.vision.camera_buffers import CameraBuffers
    from suite.reference.vision.frame_reader import FrameReader
    from suite.reference.vision.frame_writer import FrameWriter
    from suite.reference.vision.gallery import Gallery

    def pages():
        return int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()

    gallery = Gallery(512)
    resource.setrlimit(resource.RLIMIT_AS, (pages() + 64_000_000,) * 2)
    files = len(os.listdir("/proc/self/fd"))
    for what in (
        lambda: CameraBuffers(4, 900, 100_000),
        lambda: FrameWriter(100_000_000),
        lambda: FrameWriter(2**62),
        lambda: gallery.add("crowd", np.broadcast_to(np.float32(1), (60_000, 512))),
    ):
        try:
            what()
        except MemoryError:
            print("told")
    assert len(os.listdir("/proc/self/fd")) == files, "a file of a ring that there is not was left open"
    assert len(gallery) == 0 and "crowd" not in gallery
    gallery.add("one", np.ones((10, 512), np.float32))
    writer = FrameWriter(1_000_000)
    reader = FrameReader(writer.path)
    for _ in range(100):
        writer.add(bytes(100_000))
    assert reader.read(99, lambda view, stamp: len(view)) == 100_000
    buffers = CameraBuffers(4, 10, 100_000)
    for number in range(100):
        buffers.add(number % 4, bytes(100_000))
    print("goes on")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS")
def test_what_does_not_fit_is_an_error_and_what_fits_goes_on():
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n") == ["told"] * 4 + ["goes on", ""]
