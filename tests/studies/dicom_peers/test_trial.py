"""Who takes part, and that our own gateway and node get through a trial."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from studies.dicom_peers import command
from studies.dicom_peers.kept import kept
from studies.dicom_peers.peer import DicomPeer
from studies.dicom_peers.receivers import RECEIVERS
from studies.dicom_peers.trial import Failed, received
from support.processes import wait_for

from suite.data.ct import ct
from suite.reference.dicom import files


def test_what_is_not_installed_is_named_with_its_package():
    peer = DicomPeer("theirs", None, "no-such-program", "some-package")
    assert peer.missing() == "no-such-program (apt install some-package)"
    assert DicomPeer("ours", None).missing() is None


@pytest.mark.parametrize("count", ["19", "20001"])
def test_a_count_that_tells_nothing_is_refused(count, capsys):
    with pytest.raises(SystemExit):
        command.main(["--count", count])
    assert "--count must be between 20 and 20000" in capsys.readouterr().err


def test_what_does_not_listen_failed_and_says_why(tmp_path):
    def start(folder, port):
        return ["python3", "-c", "raise SystemExit('not today')"]

    with pytest.raises(Failed, match="it does not listen: not today"):
        received(DicomPeer("broken", start), 4_000, 1, 20, tmp_path)


@pytest.mark.exhaustive
def test_our_gateway_keeps_all_that_it_acknowledged(tmp_path):
    found = received(RECEIVERS[0], 4_000, 2, 20, tmp_path)
    assert found.kept == (0, 0, 0)
    assert 0 < found.p50 <= found.p99
    assert found.rate > 0


def test_what_was_kept_is_told_file_by_file(tmp_path):
    template = ct(4_000)
    uids = [template.uid(0, number) for number in range(5)]

    def write(name, uid, dataset):
        files.write(tmp_path / name, files.header(template.sop_class, uid, template.transfer_syntax), dataset)

    for number in range(3):
        write(f"{number}.dcm", uids[number], template.instance(uids[number]))
    write("renamed", uids[3], template.instance(uids[3]))
    (tmp_path / "index.dat").write_text("no DICOM file")
    assert kept(tmp_path, template, uids[:4]) == (0, 0, 0)
    write("again", uids[0], template.instance(uids[0]))
    write("2.dcm", uids[2], template.instance(uids[2])[:-2] + b"\1\1")
    assert kept(tmp_path, template, uids) == (1, 1, 1)


@pytest.mark.exhaustive
def test_ctrl_c_ends_it_in_the_middle_of_a_load(tmp_path):
    """It hung, and printed a traceback for ever: what raises in a callback of an event loop is only told."""
    words = ["--only", "gateway", "--sizes", "4000", "--associations", "2", "--count", "20000"]
    with (tmp_path / "said").open("wb") as said:
        study = subprocess.Popen(
            [sys.executable, str(Path(command.__file__).with_name("compare.py")), *words],
            stdout=said, stderr=said, env={**os.environ, "TMPDIR": str(tmp_path)},
        )  # fmt: skip
        wait_for(lambda: [*tmp_path.rglob("*.dcm")], 60)
        study.send_signal(signal.SIGINT)
        assert study.wait(60) == 130
    text = (tmp_path / "said").read_text()
    assert text.endswith("interrupted\n")
    assert "Traceback" not in text
