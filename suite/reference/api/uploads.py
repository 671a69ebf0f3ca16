"""An upload: multipart, streamed to disk piece by piece, audio and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from suite.reference.backend.problem import BackendProblem

FIELD = "audio"
_BLOCK = 256 * 1024
"""Bytes that are written at once."""
_ENVELOPE = 4096
"""Bytes that a request may be larger than its audio."""
_HEAD = 12


class AudioUpload:
    """The part called `audio` of one request, in a file below `folder`: whole, or not there."""

    def __init__(self, folder: Path, *, limit: int, idle: float) -> None:
        self.name = f"{secrets.token_hex(12)}.wav"
        self.size = 0
        self._folder, self._limit, self._idle = folder, limit, idle
        self._fresh = bytearray()
        self._header = self._value = b""
        self._wanted = self._found = self._ended = False

    async def receive(self, request: Request) -> None:
        """Take it. Raises BackendProblem: 413 too large, 415 no audio, 400 cut off or none, 408 too slow."""
        parser = self._parser(request.headers.get("content-type", ""))
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._limit + _ENVELOPE:
            raise self._too_large()
        part = self._folder / f"{self.name}.part"
        file = await asyncio.to_thread(part.open, "wb")
        try:
            try:
                await self._fill(request, parser, file)
            finally:
                await asyncio.to_thread(file.close)
            await asyncio.to_thread(part.replace, self._folder / self.name)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise

    async def _fill(self, request: Request, parser: MultipartParser, file: BinaryIO) -> None:
        try:
            async for piece in self._pieces(request):
                parser.write(piece)
                if self.size > self._limit:
                    raise self._too_large()
                if self.size >= _HEAD and file.tell() == 0:
                    self._look()
                if len(self._fresh) >= _BLOCK:
                    await self._write(file)
        except FormParserError as error:
            raise BackendProblem(400, "malformed", f"the upload is no multipart: {error}") from None
        if not self._ended:
            raise BackendProblem(400, "cut_off", "the upload ends in the middle")
        if not self._found:
            raise BackendProblem(400, "malformed", f"the upload has no part with the name {FIELD}")
        if file.tell() == 0:
            self._look()
        await self._write(file)

    async def _pieces(self, request: Request) -> AsyncIterator[bytes]:
        """The body's pieces, each within the time for it."""
        stream = request.stream()
        while True:
            try:
                async with asyncio.timeout(self._idle):
                    piece = await anext(stream, None)
            except TimeoutError:
                raise BackendProblem(408, "too_slow", f"nothing came for {self._idle:g} s") from None
            except ClientDisconnect:
                raise BackendProblem(400, "cut_off", "the upload ends in the middle") from None
            if piece is None:
                return
            yield piece

    async def _write(self, file: BinaryIO) -> None:
        fresh, self._fresh = self._fresh, bytearray()
        await asyncio.to_thread(file.write, fresh)

    def _look(self) -> None:
        """Raise BackendProblem unless it begins as a WAVE file does."""
        if self._fresh[:4] != b"RIFF" or self._fresh[8:_HEAD] != b"WAVE":
            raise BackendProblem(415, "no_audio", "this is no audio; send a WAVE file")

    def _too_large(self) -> BackendProblem:
        return BackendProblem(413, "too_large", f"audio has at most {self._limit:,} bytes")

    def _parser(self, content_type: str) -> MultipartParser:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise BackendProblem(415, "no_upload", "send multipart/form-data, with its boundary")
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begun, "on_header_field": self._named,
                    "on_header_value": self._valued, "on_header_end": self._headed,
                    "on_part_data": self._data, "on_end": self._over,
                },
            )  # fmt: skip
        except FormParserError as error:
            raise BackendProblem(400, "malformed", f"the upload is no multipart: {error}") from None

    def _begun(self) -> None:
        self._wanted = False

    def _named(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _valued(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _headed(self) -> None:
        if self._header.lower() == b"content-disposition" and not self._found:
            _, options = parse_options_header(self._value)
            self._wanted = self._found = options.get(b"name") == FIELD.encode()
        self._header = self._value = b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._wanted:
            self._fresh += data[start:end]
            self.size += end - start

    def _over(self) -> None:
        self._ended = True
