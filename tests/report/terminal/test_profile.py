"""The difference of two profiles: a table of causes, and a flame graph in one file."""

import io
import re
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from suite.compare.profilediff import Function, Profile, difference
from suite.report.documents.flame import flame_svg
from suite.report.terminal.profile import MOST, difference_table, headline, left_out

SVG = "{http://www.w3.org/2000/svg}"
MAIN, PARSE, LOOK, GONE = (Function(name, "work/it.py") for name in ("main", "parse", "look", "gone"))
BASE = {(MAIN, PARSE): 1e-3, (MAIN, LOOK): 3e-3, (MAIN, GONE): 5e-4}
HEAD = {(MAIN, PARSE): 4e-3, (MAIN, LOOK): 2e-3}
STACKS = st.dictionaries(
    st.lists(st.builds(Function, st.text(), st.text()), min_size=1, max_size=4).map(tuple),
    st.floats(0, 1e3),
    max_size=6,
)


def differing(base, head):
    return difference([Profile(base)] * 3, [Profile(head)] * 3)


def boxes(text):
    """Tooltip and rectangle of each box."""
    groups = ElementTree.fromstring(text).iter(f"{SVG}g")
    return [(group.find(f"{SVG}title").text, group.find(f"{SVG}rect").attrib) for group in groups]


def printed(found, unit="s"):
    file = io.StringIO()
    console = Console(file=file, width=140)
    console.print(difference_table(found, unit))
    return file.getvalue()


def test_the_table_has_the_causes_first():
    lines = printed(differing(BASE, HEAD)).splitlines()
    assert " ".join(lines[1].split()) == "parse work/it.py 1 ms 4 ms +3 ms 1 ms 4 ms +3 ms"
    assert [line.split()[0] for line in lines[1:]] == ["parse", "look", "gone"]
    assert "-1 ms" in lines[2]


def test_the_headline_is_about_all_of_it():
    found = differing(BASE, HEAD)
    assert headline(found, "CPU time", "s") == "CPU time as profiled: 4.5 ms in base, 6 ms in head (+1.5 ms)"


def test_what_is_not_shown_is_told():
    assert left_out(differing(BASE, HEAD)) == ""
    assert left_out(differing(BASE, BASE)) == "no function changed by more than the noise"
    many = {(Function(f"f{index}", "it.py"),): 1.0 for index in range(MOST + 2)}
    found = differing(many, dict.fromkeys(many, 2.0))
    assert left_out(found) == "2 more in the flame graph"
    assert len(printed(found).splitlines()) == MOST + 1


def test_widths_are_costs_after_the_change_and_colours_its_direction():
    found = {told.split(" ")[0]: rect for told, rect in boxes(flame_svg(differing(BASE, HEAD), "work", "s"))}
    assert set(found) == {"all", "main", "parse", "look"}
    assert {name: float(rect["width"]) for name, rect in found.items()} == {
        "all": 1200, "main": 1200, "parse": 800, "look": 400
    }  # fmt: skip
    assert (found["parse"]["class"], found["look"]["class"]) == ("more", "less")
    assert float(found["parse"]["fill-opacity"]) > float(found["look"]["fill-opacity"])
    assert float(found["main"]["y"]) < float(found["parse"]["y"])


def test_a_tooltip_tells_both_sides():
    told = [told for told, _ in boxes(flame_svg(differing(BASE, HEAD), "work", "s"))]
    assert "parse (work/it.py)\nbase 1 ms, head 4 ms, +3 ms" in told


def test_the_file_needs_nothing_else():
    text = flame_svg(differing(BASE, HEAD), "work", "s")
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
    assert "<script" not in text
    assert "url(" not in text
    assert "prefers-color-scheme: dark" in text


@given(STACKS, STACKS, st.text())
def test_whatever_the_names_it_is_svg_and_boxes_lie_in_their_callers(base, head, title):
    found = differing(base, head)
    text = flame_svg(found, title, "s")
    assert text == flame_svg(found, title, "s")
    rows = {}
    for _, rect in boxes(text):
        left, width = float(rect["x"]), float(rect["width"])
        rows.setdefault(float(rect["y"]), []).append((left, left + width))
    above = [(0.0, 1200.0)]
    for _, spans in sorted(rows.items()):
        spans.sort()
        assert all(one[1] <= other[0] + 0.02 for one, other in pairwise(spans))
        for left, right in spans:
            assert any(start - 0.02 <= left and right <= end + 0.02 for start, end in above)
        above = spans
