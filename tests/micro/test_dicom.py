"""Micro-benchmarks of the gateway's file input and output: pytest --benchmark-only tests/micro."""

import pytest

from suite.data.ct import LARGE, SMALL, ct
from suite.reference.dicom import files


@pytest.fixture(params=[SMALL, LARGE], ids=["40k", "512k"])
def instance(request):
    template = ct(request.param)
    uid = template.uid(0, 1)
    return files.header(template.sop_class, uid, template.transfer_syntax), template.instance(uid)


def test_write(benchmark, tmp_path, instance):
    size = benchmark(files.write, tmp_path / "a.dcm", *instance)
    assert size == sum(map(len, instance))


def test_read(benchmark, tmp_path, instance):
    path = tmp_path / "a.dcm"
    files.write(path, *instance)
    assert benchmark(files.read, path).dataset == instance[1]
