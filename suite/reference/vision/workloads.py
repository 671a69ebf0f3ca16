"""Load tests of a home-camera pipeline's parts: `suite run vision`."""

from __future__ import annotations

from typing import Any

from suite import Component, Threshold, Workload, closed_loop, open_loop
from suite.reference.vision.camera_pipeline import CameraPipeline
from suite.reference.vision.checks import (
    FRAMES,
    all_added,
    all_succeed,
    answers_are_those_given_alone,
    every_frame_is_accounted_for,
    every_reader_saw_whole_frames,
    everyone_recognised,
    matrix_is_the_database,
    none_failed,
)
from suite.reference.vision.clip_service import ClipService
from suite.reference.vision.dropping import DROPPED
from suite.reference.vision.frame_buffer import FrameBuffer
from suite.reference.vision.household import Household
from suite.reference.vision.matcher import HouseholdMatcher
from suite.reference.vision.matching import LOAD_TIME, OVER_PRODUCT, OVER_READ, PER_EMBEDDING
from suite.reference.vision.memory import FILL, OVERHEAD, PER_CAMERA
from suite.reference.vision.rig import CameraRig
from suite.reference.vision.serving import LOOP_LAG, MEAN_BATCH
from suite.reference.vision.shared_rig import SharedRig
from suite.reference.vision.sharing import ADD_OVER_COPY, OVER_BARE, handed_over
from suite.reference.vision.sharing import OVERHEAD as SHARED_OVERHEAD
from suite.reference.vision.users import (
    Adder,
    Camera,
    CameraSource,
    ClipViewer,
    Crowd,
    HouseholdUser,
    Pairs,
    Ranker,
    SharedCamera,
    Visitor,
)


def _matching(members: int) -> Workload:
    return Workload(
        f"vision/match-{members}",
        Component(HouseholdMatcher, members=members, dimension=512, seed=1, threshold=0.5),
        Visitor,
        loop=closed_loop(operations=100_000, warmup=2_000),
        quick=closed_loop(operations=10_000, warmup=500),
        thresholds=[Threshold("response.p99", target="1ms", warning="10ms", critical="50ms")],
        checks=[everyone_recognised],
        metrics=[OVER_PRODUCT],
        tags={"matching", "tour"},
        description=f"best match of a face among {members} known members, strangers among them",
    )


def _matching_many(members: int, operations: int, metric: str, target: str) -> Workload:
    """Of so many embeddings that the matrix does not fit into caches: the memory is the limit."""
    return Workload(
        f"vision/match-{members}",
        Component(HouseholdMatcher, members=members, dimension=512, seed=1, threshold=0.5, deadline=120),
        Visitor,
        loop=closed_loop(operations=operations, warmup=operations // 20),
        thresholds=[
            Threshold(metric, target=target, warning="100ms", critical="1s"),
            Threshold("memory.per_embedding", target="2.7kB", critical="4.5kB"),
        ],
        checks=[everyone_recognised],
        metrics=[OVER_PRODUCT, OVER_READ, PER_EMBEDDING, LOAD_TIME],
        tags={"matching", "slow"},
        description=f"the same among {members:,}, from a database that is made once and kept",
    )


match_10 = _matching(10)
match_100 = _matching(100)
match_500 = _matching(500)

match_10000 = _matching_many(10_000, 10_000, "response.p99", "5ms")
match_100000 = _matching_many(100_000, 2_000, "response.p95", "50ms")

match_batch = Workload(
    "vision/match-batch",
    match_500.system,
    Crowd,
    loop=closed_loop(operations=20_000, warmup=500),
    quick=closed_loop(operations=2_000, warmup=100),
    parameters={"batch": 32},
    thresholds=[Threshold("response.p99", target="5ms", warning="50ms", critical="250ms")],
    checks=[everyone_recognised],
    tags={"matching"},
    description="32 faces at a time, in one product of two matrices",
)

match_top = Workload(
    "vision/match-top",
    match_500.system,
    Ranker,
    loop=closed_loop(operations=50_000, warmup=1_000),
    quick=closed_loop(operations=5_000, warmup=500),
    thresholds=[Threshold("response.p99", target="1ms", warning="10ms", critical="50ms")],
    checks=[everyone_recognised],
    tags={"matching"},
    description="who a face may be: the five most like it",
)

household = Workload(
    "vision/household",
    Component(Household, members=500, dimension=512, each=2, seed=1, threshold=0.5),
    HouseholdUser,
    loop=closed_loop(operations=20_000, warmup=500),
    quick=closed_loop(operations=2_000, warmup=100),
    thresholds=[
        Threshold("response.p99@match", target="2ms", warning="20ms", critical="100ms"),
        Threshold("response.mean@enrol", target="50ms", warning="200ms", critical="1s"),
    ],
    checks=[all_succeed, matrix_is_the_database],
    tags={"matching"},
    description="members come and go while faces are matched; the matrix follows the database",
)

cosine = Workload(
    "vision/cosine",
    Component(HouseholdMatcher, members=1, dimension=512),
    Pairs,
    loop=closed_loop(operations=100_000, warmup=2_000),
    quick=closed_loop(operations=20_000, warmup=500),
    thresholds=[Threshold("response.mean", target="10us", critical="100us")],
    checks=[all_succeed],
    tags={"matching", "tour"},
    description="cosine similarity of one pair of embeddings",
)

_ONE_LAP = 1_800
_FOUR_LAPS = 3_600

frame_buffer = Workload(
    "vision/frame-buffer",
    Component(CameraRig, cameras=1, frames=1_800, frame_bytes=100_000, seed=1),
    Camera,
    loop=closed_loop(operations=10 * _ONE_LAP, warmup=_ONE_LAP),
    quick=closed_loop(operations=2 * _ONE_LAP, warmup=_ONE_LAP),
    thresholds=[
        Threshold("memory.growth", target="185MB", critical="500MB"),
        Threshold("memory.overhead", target=1.01, warning=1.1, critical=1.5),
        Threshold("memory.overhead_filled", target=1.01, warning=1.1, critical=1.5),
        Threshold("response.mean@add", target="100us", critical="10ms"),
    ],
    checks=FRAMES,
    metrics=[FILL, OVERHEAD],
    tags={"frames", "memory", "tour"},
    description="one camera, 1,800 distinct frames of 100 KB: filled in the warm-up, then lap after lap",
)

frame_buffer_four = Workload(
    "vision/frame-buffer-four",
    Component(CameraRig, cameras=4, frames=900, frame_bytes=100_000, seed=1),
    Camera,
    loop=closed_loop(users=4, operations=5 * _FOUR_LAPS, warmup=_FOUR_LAPS),
    quick=closed_loop(users=4, operations=_FOUR_LAPS, warmup=_FOUR_LAPS),
    thresholds=[
        Threshold("memory.per_camera", target="92MB", critical="500MB"),
        Threshold("memory.overhead", target=1.01, warning=1.1, critical=1.5),
        Threshold("response.mean@add", target="100us", critical="10ms"),
    ],
    checks=FRAMES,
    metrics=[FILL, OVERHEAD, PER_CAMERA],
    tags={"frames", "memory"},
    description="four cameras, 900 distinct frames of 100 KB each",
)

frame_add = Workload(
    "vision/frame-add",
    Component(FrameBuffer, frames=1_800, frame_bytes=100_000),
    Adder,
    loop=closed_loop(operations=50_000, warmup=_ONE_LAP),
    quick=closed_loop(operations=10_000, warmup=_ONE_LAP),
    thresholds=[Threshold("response.mean", target="100us", critical="10ms")],
    checks=[all_added],
    tags={"frames", "tour"},
    description="adding one frame of 100 KB to a full buffer",
)

shared_frames = Workload(
    "vision/shared-frames",
    Component(SharedRig, budget=60_000_000, smallest=60_000, largest=140_000, seed=1, deadline=60),
    SharedCamera,
    loop=open_loop(rate=240, seconds=10, warmup=3, users=1),
    quick=open_loop(rate=240, seconds=4, warmup=3, users=1),
    collect=handed_over,
    thresholds=[
        Threshold("response.p50@hand-over", warning="1ms", critical="10ms"),
        Threshold("hand-over.over_bare", target=2, warning=5),
        Threshold("memory.overhead", target=1.01, warning=1.1, critical=1.5),
        Threshold("response.mean@add", target="100us", critical="10ms"),
    ],
    checks=[all_succeed, every_reader_saw_whole_frames],
    metrics=[SHARED_OVERHEAD, ADD_OVER_COPY, OVER_BARE],
    tags={"frames", "memory"},
    description="frames of 60 to 140 KB in shared memory, looked at by two other processes where they are",
)

pipeline = Workload(
    "vision/pipeline",
    Component(CameraPipeline, needs=("vision", "PIL"), cameras=8, width=640, height=480, places=50, seed=1),
    CameraSource,
    loop=open_loop(rate=8 * 30, seconds=15, warmup=2, users=8),
    quick=open_loop(rate=8 * 30, seconds=5, warmup=1, users=8),
    thresholds=[
        Threshold("throughput", target=235, warning=200, critical=8),
        Threshold("frames.dropped", target=0, warning="1%", critical="50%"),
        Threshold("failures", target=0, critical="1%"),
        Threshold("response.p99", target="33ms", warning="100ms", critical="1s"),
    ],
    checks=[none_failed, every_frame_is_accounted_for],
    metrics=[DROPPED],
    tags={"frames", "matching"},
    description="8 cameras of 640 x 480 at 30 frames/s: JPEG, ring, decoding, a projection, match",
)


def _clips(name: str, size: str, **more: Any) -> Workload:
    return Workload(
        f"vision/{name}",
        Component(ClipService, needs=("xclip", "torch", "transformers"), size=size, batch=8, deadline=180),
        ClipViewer,
        timeout=120,
        checks=[all_succeed, answers_are_those_given_alone],
        metrics=[LOOP_LAG, MEAN_BATCH],
        **more,
    )


clips = _clips(
    "clips",
    "tiny",
    loop=closed_loop(10, seconds=10, warmup=1),
    quick=closed_loop(10, seconds=3, warmup=1),
    thresholds=[
        Threshold("throughput", target=100, warning=50, critical=10),
        Threshold("failures", target=0, critical="1%"),
        Threshold("loop.lag.p99", target="10ms", warning="50ms", critical="500ms"),
    ],
    tags={"clips"},
    description="ten who ask at a time what a clip shows: X-CLIP, tiny, its weights drawn from a seed",
)

clips_base = _clips(
    "clips-base",
    "base",
    loop=closed_loop(4, operations=24, warmup=4),
    quick=closed_loop(4, operations=8, warmup=0),
    thresholds=[Threshold("failures", target=0, critical="1%")],
    tags={"clips", "slow"},
    description="the same with X-CLIP base, as large as it is published; --set batch=1 … 8 for the curve",
)

memory_stress = Workload(
    "vision/memory-stress",
    frame_buffer.system,
    Camera,
    loop=closed_loop(operations=216_000, warmup=_ONE_LAP),
    quick=closed_loop(operations=10 * _ONE_LAP, warmup=_ONE_LAP),
    thresholds=[
        Threshold("memory.growth", target="185MB", critical="500MB"),
        Threshold("memory.overhead", target=1.01, critical=1.05),
        Threshold("response.mean@add", target="100us", critical="10ms"),
    ],
    checks=FRAMES,
    metrics=[FILL, OVERHEAD],
    tags={"frames", "memory", "sustained"},
    description="two hours of frames at 30 per second, as fast as they can be buffered",
)
