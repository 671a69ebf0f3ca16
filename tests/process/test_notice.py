"""A round tells who started it which processes carry load, if it is asked to."""

from suite.process.notice import NOTICE_VARIABLE, RECORDINGS_VARIABLE, noticed, read_notice, recordings


def test_the_notice_is_there_while_load_runs(tmp_path, monkeypatch):
    file = tmp_path / "notice.json"
    monkeypatch.setenv(NOTICE_VARIABLE, str(file))
    assert read_notice(file) is None
    with noticed([7, 8]):
        assert read_notice(file) == (7, 8)
    assert list(tmp_path.iterdir()) == []


def test_who_does_not_ask_gets_none(tmp_path, monkeypatch):
    monkeypatch.delenv(NOTICE_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    with noticed([7]):
        assert list(tmp_path.iterdir()) == []


def test_recordings_lie_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.delenv(RECORDINGS_VARIABLE, raising=False)
    assert recordings() is None
    monkeypatch.setenv(RECORDINGS_VARIABLE, str(tmp_path))
    assert recordings() == tmp_path
