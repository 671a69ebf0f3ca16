"""The picture for a README."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from support.runs import make_run

from suite.errors import StoreError
from suite.records.run import Run
from suite.report.documents.picture import save_picture


@pytest.mark.parametrize("shown", [make_run(), [make_run(), make_run(workload="api/read")]])
def test_a_picture_is_svg_and_always_the_same(tmp_path: Path, shown: Run | list[Run]) -> None:
    paths = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for path in paths:
        save_picture(shown, path)
    text = paths[0].read_text()
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert "dicom/receive" in text
    assert "url(" not in text.replace("url(#", "")
    assert text == paths[1].read_text()


def test_a_picture_that_can_not_be_written_says_why(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="it is a folder"):
        save_picture(make_run(), tmp_path)
