"""X-CLIP: which of several texts a short clip shows. Imported only where the extra `xclip` is."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import AutoTokenizer, XCLIPConfig, XCLIPModel

Clip = npt.NDArray[np.uint8]
Shares = npt.NDArray[np.float32]

_TRANSFORMER: Mapping[str, int] = {
    "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
}  # fmt: skip
SIZES: Mapping[str, Mapping[str, Any]] = {
    "tiny": {
        "projection_dim": 64, "prompt_layers": 1, "prompt_num_attention_heads": 4,
        "text_config": {
            **_TRANSFORMER, "vocab_size": 1_000, "max_position_embeddings": 16, "bos_token_id": 998,
            "eos_token_id": 999, "pad_token_id": 0,
        },
        "vision_config": {
            **_TRANSFORMER, "image_size": 64, "patch_size": 16, "num_frames": 8, "mit_hidden_size": 64,
            "mit_intermediate_size": 128, "mit_num_hidden_layers": 1, "mit_num_attention_heads": 4,
        },
    },
    "base": {},
}  # fmt: skip
"""What the sizes say otherwise than X-CLIP base with patches of 32 pixels does."""
_MEAN = torch.tensor((0.4815, 0.4578, 0.4082)).view(1, 1, 3, 1, 1)
_SPREAD = torch.tensor((0.2686, 0.2613, 0.2758)).view(1, 1, 3, 1, 1)
"""Of the pictures that CLIP was made with, by colour."""
_WORDS = 8
_TOKENIZERS = ("tokenizer.json", "vocab.json")


class ClipModel:
    """The architecture X-CLIP as transformers has it, on `device`, by `threads` threads.

    Its weights are those in `folder`, if that is given; else they are drawn from `seed` in one of SIZES, and
    words are numbered by their hash: what it says then is as good as a guess, and costs what an answer costs.
    Texts are encoded once. Raises FileNotFoundError or ValueError for a folder without an X-CLIP model, an
    unknown size, and a device that is not there.
    """

    def __init__(
        self, size: str = "tiny", *, folder: str = "", device: str = "cpu", threads: int = 1, seed: int = 1
    ) -> None:
        if device == "cuda" and not torch.cuda.is_available():
            raise ValueError("there is no GPU that torch can use; device='cpu' does without")
        if device not in ("cpu", "cuda"):
            raise ValueError(f"device {device!r}: 'cpu' or 'cuda'")
        torch.set_num_threads(threads)
        self._tokens: Callable[[Sequence[str]], Mapping[str, Any]]
        if folder:
            _check_folder(Path(folder))
            self._model = XCLIPModel.from_pretrained(folder, local_files_only=True)
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._tokens = lambda texts: tokenizer(list(texts), padding=True, return_tensors="pt")
        else:
            if size not in SIZES:
                raise ValueError(f"size {size!r}: {' or '.join(SIZES)}")
            torch.manual_seed(seed)
            self._model = XCLIPModel(XCLIPConfig(**SIZES[size]))
            self._tokens = self._hashed
        self._model.eval().to(device)
        self._device = device
        self._model.text_model.forward = _remembered(self._model.text_model.forward)
        vision = self._model.config.vision_config
        self.frames, self.pixels = int(vision.num_frames), int(vision.image_size)

    def classify(self, clips: Sequence[Clip], texts: Sequence[str]) -> Shares:
        """How likely each clip shows each text, shape (clips, texts); a row adds up to 1.

        A clip has shape (frames, pixels, pixels, 3). Raises ValueError for another.
        """
        shape = (self.frames, self.pixels, self.pixels, 3)
        wrong = next((clip.shape for clip in clips if clip.shape != shape), None)
        if wrong is not None:
            raise ValueError(f"a clip of shape {wrong}, not {shape}")
        with torch.inference_mode():
            values = torch.from_numpy(np.stack(clips)).permute(0, 1, 4, 2, 3).float() / 255
            values = ((values - _MEAN) / _SPREAD).to(self._device)
            tokens = {name: one.to(self._device) for name, one in self._tokens(texts).items()}
            scores = self._model(pixel_values=values, **tokens).logits_per_video
            shares: Shares = scores.softmax(dim=1).cpu().numpy()
        return shares

    def _hashed(self, texts: Sequence[str]) -> Mapping[str, Any]:
        """Numbers of the words of each text, up to eight, between those of a beginning and an end."""
        text = self._model.config.text_config
        rows = []
        for one in texts:
            words = one.lower().split()[:_WORDS]
            numbers = [1 + zlib.crc32(word.encode()) % (text.vocab_size - 3) for word in words]
            row = [text.bos_token_id, *numbers, text.eos_token_id]
            rows.append(row + [text.pad_token_id] * (_WORDS + 2 - len(row)))
        ids = torch.tensor(rows)
        return {"input_ids": ids, "attention_mask": (ids != text.pad_token_id).long()}


def _remembered(encode: Callable[..., Any]) -> Callable[..., Any]:
    """`encode` that is asked once for the same texts."""
    known: dict[bytes, Any] = {}

    def encoded(input_ids: Any, **options: Any) -> Any:
        key = input_ids.cpu().numpy().tobytes()
        if key not in known:
            known[key] = encode(input_ids=input_ids, **options)
        return known[key]

    return encoded


def _check_folder(folder: Path) -> None:
    try:
        kind = json.loads((folder / "config.json").read_text()).get("model_type")
    except OSError as error:
        raise FileNotFoundError(f"there is no model in {folder}: {error}") from error
    except ValueError as error:
        raise ValueError(f"{folder / 'config.json'} is no JSON: {error}") from error
    if kind != "xclip":
        raise ValueError(f"the model in {folder} is of type {kind!r}, not 'xclip'")
    if not any((folder / name).exists() for name in _TOKENIZERS):
        raise FileNotFoundError(f"there is no tokenizer in {folder}: {' or '.join(_TOKENIZERS)}")
