"""A workload whose operations are slowed down on purpose."""

from typing import Any

from suite.ab.planted import planted, write_planted
from suite.config.catalog import Reference, from_file
from suite.config.settings import Settings
from suite.engine import coordinator


def test_a_planted_slow_down_delays_each_operation(command):
    load = command.example("load_counter.py")
    name = from_file(load)[0].workload.name
    delay = 0.02
    write_planted(command.folder / "planted.py", Reference(name, file=str(load)), delay)
    (found,) = from_file(command.folder / "planted.py")
    run = coordinator.run(found.workload, Settings(rounds=1, operations=20), reference=found.reference)
    assert run.error is None
    assert run.outcomes["ok"] == 20
    assert run.metrics["response.mean"].value >= delay
    assert all(check.passed for check in run.checks)


def test_operations_within_an_operation_are_not_delayed_again(command):
    """20 % of a conversation was planted on each of its steps too, and made it 68 % slower."""
    load = command.file(
        "loads.py",
        """
        from suite import Component, User, Workload, closed_loop, operation

        class Talker(User):
            def connect(self, system): ...

            @operation(weight=0)
            async def word(self): ...

            @operation
            async def talk(self):
                await self.word()
                await self.word()

        talk = Workload("talk/talk", Component(dict), Talker, loop=closed_loop(1, operations=20))
        """,
    )
    found = planted(Reference("talk/talk", file=str(load)), 1e-3)
    (user,) = found.users
    late = {one.name: hasattr(one.body, "__wrapped__") for one in user.operations()}
    assert late == {"word": False, "talk": True}
    run = coordinator.run(found, Settings(rounds=1))
    assert run.outcomes["ok"] == 20
    assert run.metrics["response.min@talk"].value >= 0.99e-3  # spun; a histogram has three digits


def test_commands_of_what_is_planted_run_in_their_own_folder(command):
    load = command.file(
        "loads.py",
        """
        from suite import Command, User, Workload, closed_loop, operation

        class Idle(User):
            @operation
            async def wait(self): ...

        one = Workload("idle/one", Command("true"), Idle, loop=closed_loop(operations=1))
        two = Workload("idle/two", Command("true", cwd="/"), Idle, loop=closed_loop(operations=1))
        """,
    )
    systems: list[Any] = [
        planted(Reference(f"idle/{name}", file=str(load)), 1.0).system for name in ("one", "two")
    ]
    assert [system.cwd for system in systems] == [command.folder, "/"]
