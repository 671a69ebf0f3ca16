"""Match faces and buffer frames by hand: `python -m suite.reference.vision --help`."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.data.embeddings import embeddings, views
from suite.reference.vision.matcher import HouseholdMatcher
from suite.reference.vision.rig import CameraRig


def main(
    members: Annotated[int, typer.Option(min=1, help="Known members of the household.")] = 10,
    faces: Annotated[int, typer.Option(min=0, help="Faces of members to show.")] = 5,
    frames: Annotated[int, typer.Option(min=1, help="Frames that the buffer holds.")] = 1_800,
    frame_bytes: Annotated[int, typer.Option(min=16, help="Bytes of a frame.")] = 100_000,
) -> None:
    """Show faces to a matcher, then fill a frame buffer twice and say what memory it took."""
    matcher = HouseholdMatcher(members)
    known = embeddings(members)[:faces]
    for face in [*views(known), *embeddings(1, seed=2)]:
        name, similarity = matcher.match(face)
        typer.echo(f"{name} ({similarity:.3f})")
    rig = CameraRig(frames=frames, frame_bytes=frame_bytes)
    for _ in range(2 * frames):
        rig.add(*rig.next())
        rig.mark_filled()
    rig.mark_settled()
    held = rig.buffers.raw_bytes
    typer.echo(f"{len(rig.buffers[0])} frames, {held:,} bytes")
    for lap, mark in (("first", rig.filled), ("second", rig.settled)):
        overhead = rig.overhead(mark)
        cost = "unknown" if overhead is None else f"{overhead:.4f}"
        typer.echo(f"memory per byte of frames after the {lap} lap: {cost}")


if __name__ == "__main__":
    typer.run(main)
