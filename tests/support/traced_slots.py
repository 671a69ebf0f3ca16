"""Memory whose size is known: slots that are filled and emptied at random; the third word of a mark."""

import random
import sys

from traced_marks import mark, recording

SLOTS: list[bytes | None] = [None] * 500


def fill(slot, size):
    SLOTS[slot] = bytes(size)


def held():
    return sum(sys.getsizeof(value) for value in SLOTS if value is not None)


if __name__ == "__main__":
    random.seed(int(sys.argv[2]))
    with recording(sys.argv[1]):
        mark(0)
        for _ in range(10):
            for _ in range(random.randrange(300)):
                slot = random.randrange(len(SLOTS))
                if random.random() < 0.6:
                    fill(slot, random.randrange(1, 5000))
                else:
                    SLOTS[slot] = None
            mark(1, held())
