"""The alarm fires once for each time that it was set to, however it is set."""

import asyncio
import os

import pytest
import uvloop

from suite.engine.clock import Alarm, now, sleep_until

pytestmark = pytest.mark.rounds


def run(body):
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(asyncio.wait_for(body, 30))


async def fired(times, **options):
    """Moments at which an alarm set from inside its callback to each of `times` in turn fired."""
    left, moments, done = list(times), [], asyncio.get_running_loop().create_future()

    def callback():
        moments.append(now())
        if left:
            alarm.set(left.pop(0))
        elif not done.done():
            done.set_result(None)

    alarm = Alarm(asyncio.get_running_loop(), callback, **options)
    alarm.set(left.pop(0))
    await done
    await asyncio.sleep(0.05)  # an alarm that was not quiet after its last time would fire on
    alarm.close()
    return moments


@pytest.mark.parametrize("spin", [0, 100_000])
def test_it_fires_once_a_time_and_never_early(spin):
    async def body():
        begin = now()
        times = [begin + i * 2_000_000 for i in range(1, 50)]
        moments = await fired(times, spin=spin)
        assert len(moments) == len(times)
        assert all(moment >= due for moment, due in zip(moments, times, strict=True))

    run(body())


def test_watching_the_clock_is_more_punctual_than_being_woken():
    async def lateness(spin):
        times = [now() + i * 2_000_000 for i in range(1, 200)]
        moments = await fired(times, spin=spin)
        return sorted(moment - due for moment, due in zip(moments, times, strict=True))[len(times) // 2]

    async def body():
        assert await lateness(200_000) < 0.5 * await lateness(0)

    run(body())


def test_times_that_have_passed_fire_at_once_each():
    async def body():
        assert len(await fired([1, 0, -5, now() - 1, now()])) == 5

    run(body())


def test_an_alarm_that_is_not_set_again_costs_nothing():
    async def body():
        await fired([now()])
        before = os.times()
        await asyncio.sleep(0.2)
        after = os.times()
        assert after.user + after.system - before.user - before.system < 0.1  # a busy loop would use 0.2 s

    run(body())


def test_closing_within_its_own_callback_is_fine():
    async def body():
        done = asyncio.get_running_loop().create_future()

        def callback():
            alarm.close()
            done.set_result(None)

        alarm = Alarm(asyncio.get_running_loop(), callback)
        alarm.set(1)
        await done
        alarm.close()
        with pytest.raises(asyncio.CancelledError):
            await cancelled_sleep()

    run(body())


async def cancelled_sleep():
    task = asyncio.create_task(sleep_until(now() + 60_000_000_000))
    await asyncio.sleep(0)
    task.cancel()
    await task
