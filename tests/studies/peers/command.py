"""The command: which generators, how long; a table and JSON."""

import argparse
import dataclasses
import json
import os
import random
import sys
import time

from studies.peers import stall, summary, table
from studies.peers.roster import PEERS, Load
from studies.peers.target import running_target
from studies.peers.trial import Failed, try_out

from suite.errors import Interrupted, SystemFailed
from suite.process.guard import interruptible
from suite.process.identity import round_identity
from suite.process.scratch import scratch_directory

_LONGEST = 10
_MOST = 1_000


def main(words=None):
    """Exit code of the comparison that `words` ask for."""
    options = _options(words)
    chosen = [peer for peer in PEERS if not options.only or peer.name in options.only]
    there = []
    for peer in chosen:
        if (reason := peer.missing()) is None:
            there.append(peer)
        else:
            table.note(f"skipped: {reason}")
    if not there:
        return 2
    server_core, core = _cores()
    if core is None:
        table.note("one core for all: generators and server take it from each other")
    try:
        with (
            interruptible(),
            scratch_directory() as folder,
            round_identity(folder),
            running_target(folder, server_core, nginx=not options.null) as target,
        ):
            run = _stall if options.stall else _compare
            document = run(options, there, target, core, folder)
    except Interrupted as error:
        return error.exit_code
    except SystemFailed as error:
        table.note(str(error))
        return 4
    if options.json:
        with open(options.json, "w") as file:
            json.dump(document, file, indent=2)
    return 1 if document["failed"] else 0


def _options(words):
    parser = argparse.ArgumentParser(prog="compare.py", description=__doc__)
    names = [peer.name for peer in PEERS]
    parser.add_argument("--seconds", type=int, default=2, help="length of each generator's run (default 2)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, each in a random order (default 3)")
    parser.add_argument("--connections", type=int, default=32, help="connections of each (default 32)")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--null", action="store_true", help="our null server, even where nginx is installed")
    parser.add_argument("--stall", action="store_true", help="stop the server for 1 s within 8 s at 1,000/s")
    parser.add_argument("--json", metavar="FILE", help="write all figures there")
    options = parser.parse_args(words)
    for name, most in (("seconds", _LONGEST), ("rounds", 20), ("connections", _MOST)):
        if not 1 <= getattr(options, name) <= most:
            parser.error(f"--{name} must be between 1 and {most}")
    return options


def _cores():
    """The server's core and the generators'; (None, None) where there is one for all."""
    cores = sorted(os.sched_getaffinity(0))
    return (cores[0], cores[-1]) if len(cores) > 1 else (None, None)


def _compare(options, peers, target, core, folder):
    load = Load(target.url + "/", options.connections, options.seconds)
    rounds, failed, fit = [], [], list(peers)
    for number in range(options.rounds):
        rounds.append({})
        for peer in random.sample(fit, len(fit)):
            table.progress(f"round {number + 1} of {options.rounds}: {peer.label}")
            try:
                rounds[-1][peer.name] = try_out(peer, load, target, core, folder)
            except Failed as error:
                fit.remove(peer)
                failed.append(str(error))
                table.note(str(error))
    rows = summary.rows({peer.name: peer.label for peer in peers}, rounds)
    goals = list(summary.goals(rounds))
    table.comparison(target.name, load, options.rounds, rows, goals)
    return {
        "server": target.name,
        "load": dataclasses.asdict(load),
        "rows": [dataclasses.asdict(row) for row in rows],
        "goals": [dataclasses.asdict(goal) for goal in goals],
        "rounds": [{name: dataclasses.asdict(trial) for name, trial in each.items()} for each in rounds],
        "failed": failed,
    }


def _stall(options, peers, target, core, folder):
    rows, failed = [], []
    for peer in peers:
        table.progress(f"{peer.label}, with a stall")
        try:
            rows.append(stall.beside(peer, options.connections, target, core, folder))
        except Failed as error:
            failed.append(str(error))
            table.note(str(error))
        time.sleep(0.2)
    table.stalls(target.name, rows)
    return {"server": target.name, "stall": [dataclasses.asdict(row) for row in rows], "failed": failed}


if __name__ == "__main__":
    sys.exit(main())
