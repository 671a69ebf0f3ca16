"""What behaviours of leaky.py do to the memory of a process, counted: python leaky_count.py CASE...

A case is behaviour:size:requests:looks[:pause[:ttl]]. All are tried at the same time, each in a process of
its own, without a server. A line of JSON for each: levels at the start and, `looks` times, after so many
requests and a pause in seconds.
"""

import gc
import json
import os
import re
import sys
import time
from pathlib import Path

import psutil
from leaky import behaving


def level():
    """Python's blocks, bytes from malloc, resident anonymous bytes."""
    gc.collect()
    heap = psutil.heap_info()
    sizes = Path("/proc/self/smaps_rollup").read_text()
    anonymous = int(re.search(r"^Anonymous:\s+(\d+)", sizes, re.MULTILINE)[1]) * 1024
    return {
        "blocks": sys.getallocatedblocks(),
        "malloc": heap.heap_used + heap.mmap_used,
        "resident": anonymous,
    }


def levels(behaviour, size, requests, looks, pause="0", ttl="60"):
    request, held = behaving(behaviour, int(size), float(ttl), seed=7), []
    request(held)
    yield level()
    for _ in range(int(looks)):
        for _ in range(int(requests)):
            request(held)
        time.sleep(float(pause))
        yield level()


def main():
    pids = {}
    for case in sys.argv[1:]:
        if pid := os.fork():
            pids[pid] = case
            continue
        level()  # what the first look allocates is not the behaviour's
        line = json.dumps({"case": case, "levels": list(levels(*case.split(":")))}) + "\n"
        os.write(sys.stdout.fileno(), line.encode())
        os._exit(0)
    for pid, case in pids.items():
        if os.waitpid(pid, 0)[1]:
            sys.exit(f"{case} failed")


if __name__ == "__main__":
    main()
