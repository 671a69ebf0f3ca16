"""Uploads: streamed to disk, whole or not at all."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from suite.data.audio import audio
from suite.reference.api.uploads import AudioUpload
from suite.reference.backend.problem import BackendProblem

WAVE = audio(1, 0.5, rate=8_000)
TYPE = "multipart/form-data; boundary=XX"


def body(content=WAVE, name="audio", end="--XX--\r\n"):
    head = f'--XX\r\nContent-Disposition: form-data; name="{name}"; filename="a.wav"\r\n\r\n'
    return head.encode() + content + b"\r\n" + end.encode()


def received(folder, pieces, *, content_type=TYPE, headers=(), limit=100_000, idle=5.0, last=True):
    """The upload of `pieces`, after which the client is gone unless they were the `last`."""
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.request", "body": b""} if last else {"type": "http.disconnect"})

    async def receive():
        if not messages:
            await asyncio.sleep(60)
        return messages.pop(0)

    named = [(b"content-type", content_type.encode()), *headers]
    upload = AudioUpload(folder, limit=limit, idle=idle)
    asyncio.run(upload.receive(Request({"type": "http", "method": "POST", "headers": named}, receive)))
    return upload


@given(st.lists(st.integers(1, len(body()) - 1), max_size=6))
def test_it_is_the_same_however_it_is_cut(tmp_path_factory, cuts):
    folder, whole = tmp_path_factory.mktemp("audio"), body()
    ends = [0, *sorted(set(cuts)), len(whole)]
    upload = received(folder, [whole[a:b] for a, b in pairwise(ends)])
    assert (folder / upload.name).read_bytes() == WAVE
    assert upload.size == len(WAVE)


@pytest.mark.parametrize(
    ("status", "error", "given"),
    [
        (413, "too_large", {"pieces": [body(WAVE * 20)]}),
        (413, "too_large", {"pieces": [], "headers": [(b"content-length", b"99999999999999999999")]}),
        (400, "cut_off", {"pieces": [body()[:3_000]]}),
        (400, "cut_off", {"pieces": [body()[:3_000]], "last": False}),
        (400, "cut_off", {"pieces": []}),
        (400, "malformed", {"pieces": [b"no multipart at all"]}),
        (400, "malformed", {"pieces": [body(name="video")]}),
        (415, "no_audio", {"pieces": [body(b"%PDF-1.7 this is a document")]}),
        (415, "no_audio", {"pieces": [body(b"")]}),
        (415, "no_upload", {"pieces": [WAVE], "content_type": "audio/wav"}),
        (415, "no_upload", {"pieces": [body()], "content_type": "multipart/form-data"}),
    ],
)
def test_what_is_no_upload_is_told_and_leaves_nothing(tmp_path, status, error, given):
    with pytest.raises(BackendProblem) as caught:
        received(tmp_path, given.pop("pieces"), **given)
    assert (caught.value.status, caught.value.error) == (status, error)
    assert list(tmp_path.iterdir()) == []


def test_a_client_that_sends_nothing_more_is_given_up(tmp_path):
    async def never():
        await asyncio.sleep(60)

    upload = AudioUpload(tmp_path, limit=1_000, idle=0.01)
    request = Request(
        {"type": "http", "method": "POST", "headers": [(b"content-type", TYPE.encode())]}, never
    )
    with pytest.raises(BackendProblem) as caught:
        asyncio.run(upload.receive(request))
    assert caught.value.status == 408
    assert list(tmp_path.iterdir()) == []
