"""The pages in a real browser, opened from files without a network, in light and dark."""

import re

import pytest
from support.browser import Browser, find_browser
from support.contrasts import CONTRASTS

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]
PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 28)"}
SEEN = "[...document.querySelectorAll('svg.{}')].filter(e => e.getBoundingClientRect().height > 40).length"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    command = find_browser()
    if command is None:
        pytest.skip("no Chromium: install one, or name it in LOADLEDGER_BROWSER")
    made = Browser(command, tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("index.html", "light"),
        ("shop-browse.html", "dark"),
        ("index.html", "dark"),
        ("shop-browse.html", "light"),
    ],
)
def test_pages_open_offline_without_a_fault(made, browser, name, scheme):
    browser.open(made.pages / name, scheme=scheme)
    assert browser.faults == []
    assert browser.loads
    assert all(load.startswith(("file://", "data:")) for load in browser.loads)
    assert browser.run("getComputedStyle(document.body).backgroundColor") == PAPER[scheme]
    assert browser.run("document.documentElement.scrollWidth") <= 1200
    if name == "index.html":
        assert browser.run("document.querySelectorAll('svg.spark path.run').length") == 3


def test_the_graphs_are_there(made, browser):
    browser.open(made.pages / "shop-browse.html")
    seen = {
        css: browser.run(SEEN.format(css))
        for css in ("history", "spectrum", "outcomes", "timeline", "capacity")
    }
    assert seen == {"history": 1, "spectrum": 2, "outcomes": 1, "timeline": 4, "capacity": 2}


def test_a_metric_and_a_setting_can_be_chosen(made, browser):
    browser.open(made.pages / "shop-browse.html")
    shown = "[...document.querySelectorAll('.panel')].filter(e => e.offsetHeight).map(e => e.id).join()"
    assert browser.run(shown) == "m0-0"
    browser.run("document.querySelectorAll('.card')[2].click()")
    assert browser.run(shown) == "m0-2"
    browser.run("s = document.getElementById('setting'); s.value = 1; s.dispatchEvent(new Event('change'))")
    assert browser.run(shown) == "m1-0"
    browser.open(made.pages / "shop-browse.html", fragment="#m1-2")
    assert browser.run(shown) == "m1-2"
    assert browser.faults == []


def test_the_theme_button_wins_over_the_system(made, browser):
    browser.open(made.pages / "index.html", scheme="light")
    for _ in range(2):  # system, light, dark
        browser.run("document.getElementById('theme').click()")
    assert browser.run("getComputedStyle(document.body).backgroundColor") == PAPER["dark"]
    browser.run("document.getElementById('theme').click()")
    assert browser.run("getComputedStyle(document.body).backgroundColor") == PAPER["light"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("metric", ["throughput", "memory peak"])
def test_text_stands_out_from_what_is_behind_it(made, browser, scheme, metric):
    page = made.pages / "shop-browse.html"
    browser.open(page)
    place = browser.run(_PANEL.format(metric))
    browser.open(page, scheme=scheme, fragment=f"#{place}")
    small = browser.run("[...document.querySelectorAll('.label.small')].some(e => e.getClientRects().length)")
    assert small == (metric == "memory peak")  # a small change is no excuse
    ratios = browser.run(CONTRASTS)
    assert len(ratios) > 10
    assert min(ratio for ratio, _ in ratios) >= 4.5, sorted(ratios)[:3]


def test_a_narrow_window_needs_no_sideways_scrolling(made, browser):
    browser.open(made.pages / "shop-browse.html", width=400, height=800)
    assert browser.run("document.documentElement.scrollWidth") <= 400


def test_asv_offline_says_where_to_go(made, browser):
    browser.open(made.site / "error.html")
    assert browser.run("document.querySelector('a').getAttribute('href')") == "loadledger/index.html"


@pytest.mark.exhaustive
def test_the_link_on_asv_pages_follows_the_graph_that_is_shown(made, browser):
    # Without the network's scripts, as asv itself loads them.
    foreign = re.compile(r"<script(?! src=.loadledger).*?</script>|<link[^>]*https:[^>]*>", re.DOTALL)
    page = made.site / "without-scripts.html"
    page.write_text(foreign.sub("", (made.site / "index.html").read_text()))
    address = "document.getElementById('loadledger-link').getAttribute('href')"
    browser.open(page)
    assert browser.faults == []
    assert browser.run(address) == "loadledger/index.html"
    browser.open(page, fragment="#shop.Browse.track_response_p99?x-axis=commit")
    assert browser.run(address) == "loadledger/shop-browse.html"
    browser.open(page, fragment="#/regressions")
    assert browser.run(address) == "loadledger/index.html"


_PANEL = "[...document.querySelectorAll('.panel')].find(e => e.textContent.includes('{}')).id"
