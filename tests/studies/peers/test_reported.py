"""The figures of each tool, out of what it really printed."""

from typing import Any

import pytest
from studies.peers import reported
from studies.peers.reported import Reported, Unreadable

WRK = """\
Running 2s test @ http://127.0.0.1:8917/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   738.97us    1.16ms  13.68ms   87.77%
    Req/Sec    54.04k     9.57k   76.66k    70.00%
  Latency Distribution
     50%  219.00us
     75%    0.93ms
     90%    2.14ms
     99%    5.25ms
  107576 requests in 2.01s, 15.80MB read
Requests/sec:  53627.39
Transfer/sec:      7.88MB
"""

WRK_SLOW = """\
  Latency Distribution
     50%  218.00us
     75%  356.00us
     90%    6.14ms
     99%    1.02s 
  55112 requests in 3.69s, 8.09MB read
  Socket errors: connect 0, read 1, write 0, timeout 32
  Non-2xx or 3xx responses: 53293
Requests/sec:  14916.30
"""  # noqa: W291

HEY = """
Summary:
  Total:	2.0016 secs
  Slowest:	0.0317 secs
  Requests/sec:	22520.2187

  Total data:	585988 bytes

Response time histogram:
  0.000 [1]	|
  0.003 [40669]	|■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■


Latency distribution:
  10% in 0.0002 secs
  50% in 0.0009 secs
  95% in 0.0045 secs
  99% in 0.0090 secs

Details (average, fastest, slowest):
  DNS+dialup:	0.0000 secs, 0.0000 secs, 0.0317 secs

Status code distribution:
  [200]	45076 responses
"""

HEY_BAD = """
  Requests/sec:	21361.1334

Latency distribution:
  50% in 0.0001 secs
  99% in 0.0028 secs

Status code distribution:
  [200]	5 responses
  [503]	21379 responses

Error distribution:
  [20]	Get "http://127.0.0.1:8917/": dial tcp 127.0.0.1:8917: connect: connection refused
"""

HEY_REFUSED = """
Summary:
  Total:	0.0021 secs
  Requests/sec:	 NaN

Status code distribution:

Error distribution:
  [20]	Get "http://127.0.0.1:8917/": dial tcp 127.0.0.1:8917: connect: connection refused
"""

AB = """\
Concurrency Level:      32
Time taken for tests:   2.000 seconds
Complete requests:      111301
Failed requests:        0
Keep-Alive requests:    111301
Requests per second:    55650.50 [#/sec] (mean)
Time per request:       0.575 [ms] (mean)

Connection Times (ms)
              min  mean[+/-sd] median   max
Total:          0    1   1.3      0      17

Percentage of the requests served within a certain time (ms)
  50%      0
  66%      0
  99%      7
 100%     17 (longest request)
"""

AUTOCANNON = (
    "Running 2s test @ http://127.0.0.1:8917/\n32 connections\n\n"
    '{"url":"http://127.0.0.1:8917/","connections":32,"errors":0,"timeouts":0,"non2xx":3,"2xx":176159,'
    '"latency":{"average":0.04,"p50":0,"p75":0,"p99":1,"p99_9":6},'
    '"requests":{"average":88064,"mean":88064,"total":176159,"p50":78911}}\n'
)

LOCUST = """\
[2026-11-20 07:49:28,157] vm/INFO/locust.main: Shutting down (exit code 0)
Type     Name      # reqs      # fails |    Avg     Min     Max    Med |   req/s  failures/s
--------|---------|-------|-------------|-------|-------|-------|-------|--------|-----------
GET      /          14568     2(0.01%) |      2       0      29      2 | 7957.13        0.00
--------|---------|-------|-------------|-------|-------|-------|-------|--------|-----------
         Aggregated 14568     2(0.01%) |      2       0      29      2 | 7957.13        0.00

Response time percentiles (approximated)
Type     Name            50%    66%    75%    80%    90%    95%    98%    99%  99.9% 99.99%   100% # reqs
--------|---------------|--------|------|------|------|------|------|------|------|------|------|------
GET      /                 2      2      3      3      6      7      9     10     26     29     29  14568
--------|---------------|--------|------|------|------|------|------|------|------|------|------|------
         Aggregated        2      2      3      3      6      7      9     10     26     29     29  14568
"""

OURS = 'a warning\n{"throughput": 50000.5, "p50": 0.0002, "p99": 0.003}\n'

CASES: list[tuple[Any, str, Reported]] = [
    (reported.wrk, WRK, Reported(53627.39, 219e-6, 5.25e-3)),
    (reported.wrk, WRK_SLOW, Reported(14916.30, 218e-6, 1.02, 53326)),
    (reported.hey, HEY, Reported(22520.2187, 0.9e-3, 9e-3)),
    (reported.hey, HEY_BAD, Reported(21361.1334, 0.1e-3, 2.8e-3, 21399)),
    (reported.ab, AB, Reported(55650.50, 0.0, 7e-3)),
    (reported.ab, AB + "Non-2xx responses:      35719\n", Reported(55650.50, 0.0, 7e-3, 35719)),
    (reported.autocannon, AUTOCANNON, Reported(88064, 0.0, 1e-3, 3)),
    (reported.locust, LOCUST, Reported(7957.13, 2e-3, 10e-3, 2)),
    (reported.ours, OURS, Reported(50000.5, 0.2e-3, 3e-3)),
]
READERS = {read.__name__: read for read, _, _ in CASES}


@pytest.mark.parametrize(("read", "text", "right"), CASES)
def test_figures(read, text, right):
    found = read(text)
    assert (found.throughput, found.p50, found.p99) == pytest.approx((right.throughput, right.p50, right.p99))
    assert found.failures == right.failures


@pytest.mark.parametrize("text", ["", "Segmentation fault", HEY_REFUSED])
@pytest.mark.parametrize("read", [READERS[name] for name in sorted(READERS)])
def test_what_has_no_figures_is_unreadable(read, text):
    with pytest.raises(Unreadable):
        read(text)
