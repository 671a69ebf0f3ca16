"""Waves: users go together, hold together, and are not stuck when some don't come."""

import asyncio

import pytest

from suite.reference.conversation.waves import Waves, waves_of


def make(parties, patience=0.05):
    waves = Waves(patience)
    for _ in range(parties):
        waves.join()
    return waves


def test_all_go_together_again_and_again():
    async def main():
        waves, log = make(5), []

        async def user():
            for _ in range(4):
                async with waves.gather() as place:
                    log.append(("in", place.wave.number, place.wave.size))
                    await place.answered(accepted=True)
                    log.append(("out", place.wave.number, place.wave.accepted))

        await asyncio.gather(*(user() for _ in range(5)))
        assert log == [entry for wave in range(4) for entry in [("in", wave, 5)] * 5 + [("out", wave, 5)] * 5]

    asyncio.run(main())


def test_exactly_one_user_is_the_last_to_be_answered():
    async def main():
        waves = make(6)

        async def user(number):
            async with waves.gather() as place:
                last = await place.answered(accepted=number % 2 == 0)
                return last, place.wave.accepted

        answers = await asyncio.gather(*(user(number) for number in range(6)))
        assert sum(last for last, _ in answers) == 1
        assert {accepted for _, accepted in answers} == {3}

    asyncio.run(main())


def test_an_incomplete_wave_goes_after_a_while():
    async def main():
        waves = make(5)

        async def user():
            async with waves.gather() as place:
                await place.answered(accepted=True)
                return place.wave.size

        assert await asyncio.gather(user(), user(), user()) == [3, 3, 3]

    asyncio.run(main())


def test_nobody_goes_while_others_are_still_in_the_last_wave():
    async def main():
        waves, sizes = make(3, patience=0.02), []
        slow_is_done = False

        async def user(slow):
            nonlocal slow_is_done
            for _ in range(2):
                async with waves.gather() as place:
                    sizes.append(place.wave.size)
                    await place.answered(accepted=True)
                    if slow and not slow_is_done:
                        await asyncio.sleep(0.2)
                        slow_is_done = True
                    assert place.wave.number == 0 or slow_is_done

        await asyncio.gather(user(True), user(False), user(False))
        assert sizes == [3] * 6

    asyncio.run(main())


def test_who_is_cut_short_holds_nobody_up():
    async def main():
        waves = make(3)

        async def user():
            async with waves.gather() as place:
                await place.answered(accepted=True)
                return place.wave.accepted

        async def broken():
            async with waves.gather():
                raise RuntimeError("cut short")

        answers = await asyncio.gather(user(), user(), broken(), return_exceptions=True)
        assert answers[:2] == [2, 2]
        assert isinstance(answers[2], RuntimeError)

    asyncio.run(main())


def test_who_is_cancelled_while_waiting_is_not_counted():
    async def main():
        waves = make(2)

        async def user():
            async with waves.gather() as place:
                await place.answered(accepted=True)
                return place.wave.size

        gone = asyncio.ensure_future(user())
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert await asyncio.gather(user(), user()) == [2, 2]

    asyncio.run(main())


def test_every_system_has_waves_of_its_own():
    class System:
        pass

    one, other = System(), System()
    assert waves_of(one) is waves_of(one)
    assert waves_of(one) is not waves_of(other)
    waves_of(one).join()
    waves_of(one).part()
    assert waves_of(one).parties == 0
