"""Where a workload is described, told without running its file."""

from suite.config.described import places_of

TEXT = """
import suite
raise RuntimeError("nobody runs this")
browse = suite.Workload(
    "shop/browse", ...)
several = [Workload(f"shop/{name}") for name in "ab"] + [Workload("shop/buy")]
"""


def test_it_is_the_line_of_the_call(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "load_shop.py").write_text(TEXT)
    (tmp_path / "load_broken.py").write_text("Workload('shop/browse'")
    found = places_of(["shop/browse", "shop/buy", "shop/a", "shop/other"])
    assert {name: (str(file), line) for name, (file, line) in found.items()} == {
        "shop/browse": ("load_shop.py", 4),
        "shop/buy": ("load_shop.py", 6),
    }
    (tmp_path / "load_shop.py").rename(tmp_path / "other.py")
    assert not places_of(["shop/browse"])
    assert places_of(["shop/browse"], ["oth*.py"])


def test_what_is_installed_has_a_place_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ((file, line),) = places_of(["conversation/bursts"]).values()
    assert "conversation/bursts" in "".join(file.read_text().splitlines()[line - 1 : line + 2])
