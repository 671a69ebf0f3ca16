#!/bin/sh
# How everything in this folder but asv/ was made, once. It can't be made again byte for byte.
#
#   sh make.sh PYTHON FOLDER     PYTHON has loadledger at commit 7b835b8933fef25d1fc744d50a6e56c08604ff48;
#                                FOLDER is new, or empty
#
# asv/ is a part of results/asv/ at that commit. What of FOLDER/results and FOLDER.out is kept, is named below.
set -eu
python=$1 folder=$2
mkdir -p "$folder" "$folder.out"
cd "$folder"
out=$folder.out

# What says which machine this is, is left out from the start.
cat >"$out/neutral.py" <<'END'
import platform
import socket

platform.release = lambda: "6.18.44"
socket.gethostname = lambda: "reference"

if __name__ == "__main__":
    from suite.cli import main

    main()
END
suite() { "$python" "$out/neutral.py" "$@" || echo "suite $1 ended with $?" >&2; }

export GIT_AUTHOR_NAME=shop GIT_AUTHOR_EMAIL=shop@example.org GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
save() {
    sed -i "s/^PAUSE = .*/PAUSE = $1  # $2/" counter.py
    git add -A
    git commit -q -m "$2"
}

git init -q -b main --template= .
printf '%s\n' 'results/' '__pycache__/' >.gitignore
cat >counter.py <<'END'
"""Counts, and takes its time."""

import time

PAUSE = 0.001


class Counter:
    def __init__(self, step=1):
        self.step = step
        self.count = 0

    def click(self):
        time.sleep(PAUSE)
        self.count += self.step
END
cat >server.py <<'END'
"""A shop: items, orders until it is full, questions that it has no answer to; `--leak` bytes stay of each item."""

import argparse
import asyncio
import itertools
import os

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--leak", type=int, default=0)
options = parser.parse_args()
kept, orders = [], itertools.count()


def remember():
    if options.leak:
        kept.append(os.urandom(options.leak))


def answer(path):
    if path == "/items":
        remember()
        return "200 OK"
    if path == "/orders":
        return "201 Created" if next(orders) % 4 else "429 Too Many Requests"
    return "200 OK" if path == "/health" else "500 Internal Server Error"


async def serve(reader, writer):
    try:
        while line := await reader.readline():
            while (await reader.readline()).strip():
                pass
            status = answer(line.split()[1].decode())
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok".encode())
    except ConnectionError:
        pass
    finally:
        writer.close()


async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", options.port) as server:
        await server.serve_forever()


asyncio.run(main())
END
cat >load_shop.py <<'END'
"""Load on the counter and the shop."""

from counter import Counter

from suite import Command, Component, Metric, Threshold, User, Workload, closed_loop, open_loop, operation
from suite.clients import Http


class Clicker(User):
    def connect(self, counter):
        self.counter = counter

    @operation(tags={"write"})
    def click(self):
        self.counter.click()


class Shopper(User):
    async def connect(self, system):
        self.http = await Http.connect(system.url)

    @operation(weight=7, tags={"read"})
    async def browse(self):
        await self.http.get("/items", expect=200)

    @operation(weight=2, tags={"write"})
    async def buy(self):
        await self.http.get("/orders", expect=201, rejected=429)

    @operation(weight=1)
    async def ask(self):
        await self.http.get("/why", expect=200)


class Browser(User):
    async def connect(self, system):
        self.http = await Http.connect(system.url)

    @operation
    async def browse(self):
        await self.http.get("/items", expect=200)


def counts(counter, kept, recording):
    clicks = recording.of("click").counts()["ok"]
    assert counter.count == clicks * counter.step
    return f"{counter.count} after {clicks} clicks"


def miscounts(counter, kept, recording):
    assert counter.count < 0, "the counter is not below zero"


shop = Command("{python} server.py --port {port} --leak {leak}", ready="/health", leak=0)
shut = Command("sh -c 'echo the shop is shut; exit 1'", ready="/health")
once = closed_loop(1, operations=200)

count = Workload(
    "counter/click", Component(Counter, step=1), Clicker, loop=once, checks=[counts],
    thresholds=[Threshold("response.p50", target="1ms", critical="1s")], tags={"small"},
    description="clicks one by one",
)
miscount = Workload("counter/miscount", Component(Counter), Clicker, loop=once, checks=[counts, miscounts])
browse = Workload(
    "shop/browse", shop, Shopper,
    loop=open_loop(rate=100, seconds=2.5, arrivals="poisson"),
    thresholds=[Threshold("response.p90", target="100ms", warning="500ms", critical="1s"),
                Threshold("failures", target="1%", critical="50%")],
    metrics=[Metric("queue.peak", "1", "lower", lambda system, kept, recording: 3.0)],
)
strict = Workload("shop/strict", shop, Browser, loop=closed_loop(2, seconds=0.5),
                  thresholds=[Threshold("response.p50", critical="1us")])
items = Workload("shop/items", shop, Browser, loop=closed_loop(2, operations=400))
broken = Workload("shop/shut", shut, Browser, loop=closed_loop(1, operations=10))
END

once="--rounds 1 --on-invalid warn"
for number in $(seq 1 8); do
    save 0.001 "commit $number"
    suite run load_shop.py -k click $once >/dev/null
done
for number in $(seq 9 17); do
    save 0.0016 "commit $number, slower"
    suite run load_shop.py -k click $once >/dev/null
done
for number in 1 2 3 4; do suite run load_shop.py -k click $once >/dev/null; done
git checkout -q -b slow
save 0.0025 "slower still"
for number in 1 2 3 4 5; do suite run load_shop.py -k click $once >/dev/null; done
git checkout -q main

suite run load_shop.py -k shop/ --rounds 2 --on-invalid warn --json "$out/run.json"
suite run load_shop.py -k miscount $once
git checkout -q main~2
suite run load_shop.py -k browse --rounds 1 --rate 40000/s --seconds 0.3
git checkout -q main~1
suite run load_shop.py -k browse $once
git checkout -q slow
suite run load_shop.py -k browse $once
git checkout -q main
slower=$(git rev-parse main~8)
suite accept response.p50 "$slower" -k counter/click --reason "every click is written down now"

suite leaks load_shop.py -k items --set leak=2000 --requests 100 --ttl 1s --json "$out/leaks.json"
suite capacity load_shop.py -k browse --over rate --from 50 --to 100 --seconds 0.5 --repeats 1 --budget 20s \
    --json "$out/capacity.json"
suite ab main~12 main load_shop.py -k click  # its rounds run in processes of their own
sed -i "s/$(uname -r)/6.18.44/; s/$(uname -n | tr -d '\n' | sha256sum | cut -c1-12)/52367a6622b1/" results/ab/*.json
suite calibrate load_shop.py -k click --full --runs 16 --budget 1min --json "$out/calibrate.json"
# Of code that is in no commit, of users that can't connect, and of one with whom its worker dies.
git checkout -q main~3
cat >load_late.py <<'END'
"""Load by a user who keeps all others waiting: what it measures can't be believed."""

import time

from counter import Counter

from suite import Component, User, Workload, open_loop, operation


class Sleeper(User):
    def connect(self, counter):
        self.counter = counter

    @operation
    async def click(self):
        time.sleep(0.03)
        self.counter.click()


late = Workload("counter/late", Component(Counter), Sleeper, loop=open_loop(rate=60, seconds=0.5))
END
suite run load_late.py --rounds 1
rm load_late.py
cat >load_refused.py <<'END'
"""Load by users who look for the shop where it is not."""

from counter import Counter

from suite import Component, User, Workload, closed_loop, operation
from suite.clients import Http


class Lost(User):
    async def connect(self, counter):
        await Http.connect("http://127.0.0.1:9")

    @operation
    async def browse(self):
        raise AssertionError("who is not connected does nothing")


lost = Workload("shop/lost", Component(Counter), Lost, loop=closed_loop(1, operations=10))
END
suite run load_refused.py --rounds 1
rm load_refused.py
cat >load_dying.py <<'END'
"""Load by a user with whom its worker dies."""

import os
import signal

from load_shop import shop

from suite import User, Workload, closed_loop, operation


class Last(User):
    @operation
    async def leave(self):
        os.kill(os.getpid(), signal.SIGKILL)


dying = Workload("shop/dying", shop, Last, loop=closed_loop(1, operations=10))
END
suite run load_dying.py --rounds 1
rm load_dying.py
git checkout -q main

suite list load_shop.py --json >"$out/list.json"
suite show --json --limit 100 >"$out/show.json"
suite show shop/browse --json >"$out/show-run.json"
suite compare main~1 main --json "$out/compare.json"
suite gate slow --base main --json "$out/gate.json"
suite history --json "$out/history-events.json"
suite history response.p50 -k counter/click --json "$out/history.json"
suite blame response.p50 -k counter/click --json "$out/blame.json"
suite export "$out/export.json" -k counter/click --limit 2
suite export "$out/export-asv" --format asv -k counter/click --commit slow
suite export "$out/pytest-benchmark.json" --format pytest-benchmark --commit slow

git bundle create -q "$out/shop.bundle" main slow

# What is kept: the ledger and the calibration; all that --json and export wrote; of results/runs four, of
# results/leaks, capacity and ab (compressed) the documents. expected.json is what the tests found then.
