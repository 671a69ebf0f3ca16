"""From a picture to an embedding."""

import numpy as np
import pytest

from suite.data.images import image, jpeg, scene
from suite.reference.vision.embedder import CorruptFrame, PictureEmbedder


@pytest.fixture(scope="module")
def embedder():
    return PictureEmbedder()


def test_pictures_of_one_scene_are_alike_and_of_others_are_not(embedder):
    places = [embedder.embed(jpeg(scene(place, 320, 240))) for place in range(20)]
    for place, clean in enumerate(places):
        assert np.linalg.norm(clean) == pytest.approx(1, abs=1e-5)
        noisy = embedder.embed(jpeg(image(5, 320, 240, place=place)))
        assert noisy @ clean > 0.9
        assert max(noisy @ other for at, other in enumerate(places) if at != place) < 0.7


@pytest.mark.parametrize("damage", [
    lambda file: b"", lambda file: file[: len(file) // 2], lambda file: file[100:],
    lambda file: b"\x89PNG" + file, lambda file: jpeg(np.full((48, 64, 3), 9, np.uint8)),
])  # fmt: skip
def test_what_is_no_whole_picture_is_told(embedder, damage):
    with pytest.raises(CorruptFrame):
        embedder.embed(damage(jpeg(image(1, 64, 48))))
