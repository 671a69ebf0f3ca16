"""Pictures as cameras take them."""

import io

import numpy as np
import pytest
from PIL import Image

from suite.data.images import image, jpeg, scene


def test_a_picture_is_its_scene_under_noise():
    clean, taken = scene(3, 64, 48), image(7, 64, 48, place=3)
    assert clean.shape == taken.shape == (48, 64, 3)
    assert clean.dtype == taken.dtype == np.uint8
    apart = taken.astype(int) - clean
    assert np.abs(apart).max() <= 24
    assert apart.std() > 10
    assert (image(7, 64, 48, place=3) == taken).all()


@pytest.mark.parametrize("other", [{"number": 8}, {"place": 4}, {"seed": 2}])
def test_others_are_others(other):
    one = {"number": 7, "place": 3, "seed": 1}
    assert (image(width=64, height=48, **one) != image(width=64, height=48, **{**one, **other})).mean() > 0.5


def test_a_smaller_picture_shows_the_same_scene():
    large, small = scene(1, 640, 480), scene(1, 64, 48)
    assert np.abs(large[::10, ::10].astype(int) - small).max() < 40
    assert scene(1, 1, 1).shape == (1, 1, 3)
    with pytest.raises(ValueError, match="0 x 48 pixels"):
        scene(1, 0, 48)


def test_files_are_real_and_as_large_as_those_of_cameras():
    file = jpeg(image(1))
    assert 60_000 < len(file) < 140_000
    with Image.open(io.BytesIO(file)) as picture:
        assert picture.format == "JPEG"
        assert np.abs(np.asarray(picture).astype(int) - scene(0)).mean() < 15
