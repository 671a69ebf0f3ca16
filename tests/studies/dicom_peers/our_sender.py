"""Our sender alone: PORT SIZE COUNT. Prints the seconds of CPU and of time that sending took."""

import sys

import uvloop
from told import told

from suite.clients.dicom import Association
from suite.data.ct import ct


async def main(port, size, count):
    template = ct(size)
    association = await Association.connect("127.0.0.1", port, instances=template)
    await association.store(template.uid(1, 0))
    with told():
        for number in range(count):
            await association.store(template.uid(0, number))
    await association.release()


if __name__ == "__main__":
    uvloop.run(main(*map(int, sys.argv[1:])))
