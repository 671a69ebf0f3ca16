"""The command: which sizes, how many instances; two tables and the ratios that are our goals."""

import argparse
import random
import statistics
from collections import Counter

from rich.console import Console
from rich.table import Table
from studies.dicom_peers.receivers import RECEIVERS
from studies.dicom_peers.senders import SENDERS
from studies.dicom_peers.trial import Failed, received, sent

from suite.data.ct import LARGE
from suite.process.identity import round_identity
from suite.process.scratch import scratch_directory

_SMALL = 39_000
_MOST = 20_000
_FLOOR, _GOAL = "loopback floor", 1.3
"""CPU a file of ours to that of the floor, at most."""
_out = Console(highlight=False, soft_wrap=True)
_out.width = max(_out.width, 110)


def main(words=None):
    """Exit code of the comparison that `words` ask for: 1 if ours failed; what fails of others is told."""
    options = _options(words)
    missing = [text for peer in (*SENDERS, *RECEIVERS) if (text := peer.missing())]
    for text in dict.fromkeys(missing):
        _out.print(f"skipped: {text}")
    failed = []
    try:
        with scratch_directory() as folder, round_identity(folder):
            for size in options.sizes:
                failed += _senders(options, size, folder)
            for size in options.sizes:
                for associations in options.associations:
                    failed += _receivers(options, size, associations, folder)
    except KeyboardInterrupt:  # as asyncio's own runner has it: a load runs in this process
        _out.print("interrupted")
        return 130
    for text, times in Counter(failed).items():
        _out.print(f"failed {times} ×: {text}")
    return int(any(text.startswith("our") for text in failed))


def _options(words):
    parser = argparse.ArgumentParser(prog="compare.py", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000, help="instances of each trial (default 1000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, each in a random order (default 3)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[_SMALL, LARGE], help="bytes of an instance")
    parser.add_argument("--associations", type=int, nargs="+", default=[4, 16], help="into the receivers")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="those whose name has one of these words")
    options = parser.parse_args(words)
    if not 20 <= options.count <= _MOST:
        parser.error(f"--count must be between 20 and {_MOST}")
    return options


def _chosen(options, peers):
    words = options.only or [""]
    return [peer for peer in peers if not peer.missing() and any(word in peer.name for word in words)]


def _rounds(options, peers, trial):
    """Results by peer, and what failed."""
    results, failed = {peer: [] for peer in peers}, []
    for _ in range(options.rounds):
        for peer in random.sample(peers, len(peers)):
            try:
                results[peer].append(trial(peer))
            except Failed as error:
                failed.append(f"{peer.name}: {error}")
    return {peer: found for peer, found in results.items() if found}, failed


def _senders(options, size, folder):
    results, failed = _rounds(
        options, _chosen(options, SENDERS), lambda peer: sent(peer, size, options.count, folder)
    )
    table = Table(
        title=f"{size:,} bytes into one storescp --fork --ignore, one association, medians",
        title_justify="left",
    )
    for column in ("sender", "CPU µs/file", "files/s"):
        table.add_column(column, justify="left" if column == "sender" else "right")
    cpu = {}
    for peer, found in results.items():
        cpu[peer.name] = statistics.median(one.cpu for one in found)
        table.add_row(
            peer.name,
            f"{cpu[peer.name] * 1e6:,.0f}",
            f"{statistics.median(one.rate for one in found):,.0f}",
        )
    if results:
        _out.print(table)
    if {"ours", _FLOOR} <= cpu.keys():
        ratio = cpu["ours"] / cpu[_FLOOR]
        _out.print(f"{'yes' if ratio <= _GOAL else 'no '}  ours / {_FLOOR}: {ratio:.2f} (goal {_GOAL})")
        if "storescu" in cpu:
            ours, floor = (cpu[name] / cpu["storescu"] for name in ("ours", _FLOOR))
            _out.print(f"     ours / storescu: {ours:.2f}; {_FLOOR} / storescu: {floor:.2f}")
    return failed


def _receivers(options, size, associations, folder):
    results, failed = _rounds(
        options,
        _chosen(options, RECEIVERS),
        lambda peer: received(peer, size, associations, options.count, folder),
    )
    table = Table(
        title=f"{size:,} bytes over {associations} associations of ours, medians", title_justify="left"
    )
    for column in (
        "receiver",
        "files/s",
        "CPU µs/file",
        "p50 ms",
        "p99 ms",
        "lost",
        "twice",
        "changed",
        "note",
    ):
        left = column in ("receiver", "note")
        table.add_column(column, justify="left" if left else "right", no_wrap=column == "receiver")
    for peer, found in results.items():
        middle = [
            statistics.median(getattr(one, name) for one in found) for name in ("rate", "cpu", "p50", "p99")
        ]
        rate, cpu, p50, p99 = middle
        delayed = 2 * sum(one.delayed for one in found) > len(found)
        table.add_row(
            peer.name,
            f"{rate:,.0f}",
            f"{cpu * 1e6:,.0f}",
            f"{p50 * 1e3:.2f}",
            f"{p99 * 1e3:.2f}",
            *(str(sum(counts)) for counts in zip(*(one.kept for one in found), strict=True)),
            "Nagle with delayed acknowledgement" if delayed else "",
        )
    if results:
        _out.print(table)
    return failed
