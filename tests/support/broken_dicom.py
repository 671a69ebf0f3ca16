"""Gateways with one fault each, and workloads that run them."""

from typing import Any

from suite import Server
from suite.clients.dicom import Association
from suite.reference.dicom import files, gateway, store


def every(count):
    """True for each `count`th call."""
    calls = iter(range(1, 1 << 30))
    return lambda: next(calls) % count == 0


def loses_rows(system, **parameters):
    now, add = every(7), store.Store.add
    store.Store.add = lambda self, *rows, **queue: None if now() else add(self, *rows, **queue)
    gateway.serve(system, **parameters)


def truncates_files(system, **parameters):
    now, write = every(7), files.write

    def short(path, header, dataset, *, durable=False):
        return write(path, header, dataset[:-2] if now() else dataset, durable=durable)

    files.write = short
    gateway.serve(system, **parameters)


def mixes_up_files(system, **parameters):
    now, write = every(7), files.write

    def other(path, header, dataset, *, durable=False):
        changed = bytearray(dataset)
        changed[-1] ^= 1
        return write(path, header, changed if now() else dataset, durable=durable)

    files.write = other
    gateway.serve(system, **parameters)


def fails_sometimes(system, **parameters):
    now, write = every(7), files.write

    def failing(path, header, dataset, *, durable=False):
        if now():
            raise RuntimeError("out of luck")
        return write(path, header, dataset, durable=durable)

    files.write = failing
    gateway.serve(system, **parameters)


def forwards_other_bytes(system, **parameters):
    now, send = every(7), Association.send

    async def other(self, sop_class, uid, dataset, syntax=""):
        return await send(self, sop_class, uid, dataset[:-2] + b"\0\0" if now() else dataset, syntax)

    Association.send = other
    gateway.serve(system, **parameters)


def forgets_to_forward(system, **parameters):
    now, send = every(7), Association.send

    async def forgetful(self, sop_class, uid, dataset, syntax=""):
        return 0 if now() else await send(self, sop_class, uid, dataset, syntax)

    Association.send = forgetful
    gateway.serve(system, **parameters)


def keeps_some(system, **parameters):
    """3 KB of each instance stay in memory."""
    kept, write = [], files.write

    def keeping(path, header, dataset, *, durable=False):
        kept.append(bytes(dataset[:3_000]))
        return write(path, header, dataset, durable=durable)

    files.write = keeping
    gateway.serve(system, **parameters)


def with_gateway(workload, serve):
    """`workload` with another gateway."""
    twin = workload.copy()
    twin.system = Server(serve, **workload.system.parameters)
    twin.system.beside = workload.beside
    return twin


def leaky_pool(**parameters):
    """The pool workloads' component; each hundredth connection is never returned."""
    from suite.reference.dicom.pooling import Pooled

    pooled = Pooled(**parameters)
    now, engine, kept = every(100), pooled.pool.engine, []
    connection = pooled.pool.connection

    def leaking():
        if now() and len(kept) < 3:
            kept.append(engine.connect())
        return connection()

    pooled.pool.connection = leaking
    return pooled


def hanging_pool(**parameters):
    """The pool workloads' component; a full pool is waited for without end."""
    from suite.reference.dicom.pooling import Pooled

    pooled = Pooled(**parameters)
    pool: Any = pooled.pool.engine.pool
    pool._timeout = 60.0
    return pooled


def boundless_pool(**parameters):
    """The pool workloads' component; the pool makes as many connections as are wanted."""
    from suite.reference.dicom.pooling import Pooled

    pooled = Pooled(**parameters)
    pool: Any = pooled.pool.engine.pool
    pool._max_overflow = -1
    return pooled
