"""A hotel's backend with planted weaknesses, each of which a check of the loads has to notice."""

import asyncio

from sqlalchemy import func, insert, select, update

from suite.reference.hotel.serving import serve


def weak(system, **parameters):
    """One that has them all; a Server runs it."""
    from suite.reference.hotel import app, calls, rooms, routing
    from suite.reference.hotel.models import CallEvent, Room, VoiceCall, VoiceLine
    from suite.reference.hotel.session_store import SessionStore

    async def changed(connection, number, **values):
        """Reads what a room owes, and writes it later: what others charge meanwhile is lost."""
        query = select(Room.balance, Room.version).where(Room.number == number)
        row = (await connection.execute(query)).one()
        await asyncio.sleep(0.05)
        if (more := values.pop("balance", None)) is not None:
            values["balance"] = row.balance + more.right.value
        made = update(Room).where(Room.number == number).values(version=row.version + 1, **values)
        return (await connection.execute(made.returning(*rooms._SHOWN))).one()

    async def take_free(connection, key):
        """Always the same desk, whoever has it."""
        return (await connection.execute(select(func.min(VoiceLine.name)))).scalar_one()

    async def happened(connection, call, kind, state, note=""):
        """Acknowledges each event, and writes every other one down."""
        number = call.events + 1
        if number % 2:
            await connection.execute(insert(CallEvent).values(call_id=call.id, number=number, kind=kind))
        told = update(VoiceCall).where(VoiceCall.id == call.id).values(state=state, events=number)
        return (await connection.execute(told.returning(*calls.COLUMNS))).one()

    class Lasting(SessionStore):
        """Of its sessions none expires that nobody ends."""

        def __init__(self, redis, namespace, _seconds, counters):
            super().__init__(redis, namespace, 86_400, counters)

    vars(rooms)["changed"] = changed
    vars(routing)["take_free"] = take_free
    vars(calls)["happened"] = vars(routing)["happened"] = happened
    vars(app)["SessionStore"] = Lasting
    serve(system, **parameters)
