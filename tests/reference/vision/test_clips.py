"""X-CLIP behind a queue, with its smallest size. Needs the extra xclip: tox -e xclip."""

import asyncio
import json

import numpy as np
import pytest
from support.broken_vision import MixesClips, with_system

from suite import closed_loop
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.reference.vision import workloads
from suite.reference.vision.batcher import QueueFull
from suite.reference.vision.clip_service import TEXTS, ClipService

pytestmark = [pytest.mark.exhaustive, pytest.mark.usefixtures("rounds_once")]


@pytest.fixture(scope="module")
def service():
    pytest.importorskip("torch")
    pytest.importorskip("transformers")

    made = ClipService(batch=4, waiting=6)
    yield made
    made.close()


def save_tokenizer(folder):
    """One that knows the words of TEXTS."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = sorted({word for text in TEXTS for word in text.split()})
    made = Tokenizer(
        models.WordLevel({word: at for at, word in enumerate(["<pad>", "<unk>", *words])}, "<unk>")
    )
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", unk_token="<unk>")
    fast.save_pretrained(folder)


def asked(service, *clips):
    async def all_of_them():
        return await asyncio.gather(*(service.classify(clip) for clip in clips), return_exceptions=True)

    return asyncio.run(all_of_them())


def test_who_is_asked_together_is_told_what_is_told_alone(service):
    alone = [service.alone(number) for number in range(6)]
    together = asked(service, *(service.clip(number) for number in range(6)))
    assert max(service.batches.sizes) > 1
    for (text, shares), expected in zip(together, alone, strict=True):
        np.testing.assert_allclose(shares, expected, atol=1e-4)
        assert text == TEXTS[int(expected.argmax())]
        assert shares.sum() == pytest.approx(1, abs=1e-5)
    assert len({tuple(np.round(one, 3)) for one in alone}) > 1, "clips are told apart"


def test_past_its_limit_it_is_full(service):
    said = asked(service, *[service.clip(0)] * 20)
    full = [one for one in said if isinstance(one, QueueFull)]
    assert 0 < len(full) < 20
    assert all(not isinstance(one, Exception) for one in said if one not in full)


def test_a_clip_of_another_shape_harms_nobody_beside_it(service):
    good, bad = service.clip(1), np.zeros((2, 8, 8, 3), np.uint8)
    first, wrong, last = asked(service, good, bad, good)
    assert isinstance(wrong, ValueError)
    assert "a clip of shape (2, 8, 8, 3)" in str(wrong)
    assert first[0] == last[0]


def test_texts_are_encoded_once(service):
    encoded = service.model._model.text_model.forward
    (known,) = [cell.cell_contents for cell in encoded.__closure__ if isinstance(cell.cell_contents, dict)]
    asked(service, service.clip(2))
    assert len(known) == 1


def test_the_same_seed_gives_the_same_answers_and_another_does_not(service):
    from suite.reference.vision.clip_model import ClipModel

    clip, texts = [service.clip(3)], TEXTS
    one, same, other = (ClipModel(seed=seed).classify(clip, texts) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 1e-3


def test_a_model_of_the_users_own_is_taken_from_its_folder(service, tmp_path):
    from suite.reference.vision.clip_model import ClipModel

    for text, why in (
        (None, "there is no model in"),
        ("{", "is no JSON"),
        ('{"model_type": "clip"}', "'clip', not"),
    ):
        if text is not None:
            (tmp_path / "config.json").write_text(text)
        with pytest.raises((FileNotFoundError, ValueError), match=why):
            ClipModel(folder=str(tmp_path))
    service.model._model.save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["model_type"] == "xclip"
    with pytest.raises(FileNotFoundError, match=r"no tokenizer in .*: tokenizer.json or vocab.json"):
        ClipModel(folder=str(tmp_path))
    save_tokenizer(tmp_path)
    clip = [service.clip(0)]
    own = ClipModel(folder=str(tmp_path)).classify(clip, TEXTS)
    assert own.shape == (1, len(TEXTS))
    assert np.abs(own - service.model.classify(clip, TEXTS)).max() > 1e-6, "its own numbers of words"


def test_what_is_not_there_is_told(service):
    torch = pytest.importorskip("torch")
    from suite.reference.vision.clip_model import ClipModel

    with pytest.raises(ValueError, match="size 'huge': tiny or base"):
        ClipModel("huge")
    with pytest.raises(ValueError, match="'cpu' or 'cuda'"):
        ClipModel(device="tpu")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="there is no GPU"):
            ClipModel(device="cuda")


def test_a_load_of_ten_passes_and_one_that_mixes_answers_up_does_not(service):
    loop, alone = closed_loop(10, operations=200), Settings(rounds=1, quick=True)
    sound = run(with_system(workloads.clips, ClipService, loop), alone)
    assert all(check.passed for check in sound.checks)
    assert sound.metrics["batch.mean"].value > 1
    assert sound.metrics["loop.lag.p99"].value is not None
    mixed = run(with_system(workloads.clips, MixesClips, loop), alone)
    assert "answers are those given alone" in {check.name for check in mixed.checks if not check.passed}
