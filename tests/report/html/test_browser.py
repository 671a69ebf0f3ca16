"""Reports in a real browser, opened from files without a network, in light and dark, wide and narrow."""

import pytest
from support.browser import Browser, find_browser
from support.contrasts import CONTRASTS
from support.every_kind import RECORDS
from support.reported import RUNS
from support.runs import make_comparison

from suite.records.comparison import Change, Shift
from suite.records.reason import Reason
from suite.records.record import Record
from suite.report.html.page import report_page

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]
PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 28)"}
PAGES = [*RUNS, "leaks", "capacity", "costs", "soak", "resilience", "comparison", "all"]
WHY = Reason.of_text("so it is")
CHANGES = (
    Change("response.p99@browse", "s", "lower", 0.0013, 0.0021, "regression", WHY, Shift(0.6, 0.5, 0.7)),
    Change("cpu.per_operation", "s", "lower", 0.0004, 0.00035, "improvement", WHY, Shift(-0.1, -0.2, -0.1)),
    Change("memory.peak", "B", "lower", 34e6, 36e6, "inconclusive", WHY, Shift(0.06, -0.04, 0.16), p=0.3),
)  # fmt: skip
CUT = """[...document.querySelectorAll('.scroll > table')].filter(
    e => e.scrollWidth > e.parentElement.clientWidth + 1
).map(e => e.outerHTML.slice(0, 90))"""
SQUEEZED = """[...document.querySelectorAll('td, th, dd, li, p, h2')].filter(
    e => e.getClientRects().length && e.textContent.trim().length > 8 && e.getBoundingClientRect().width < 40
).map(e => e.outerHTML.slice(0, 90))"""
OUTSIDE = """[...document.querySelectorAll('main *')].filter(e => {
    if (e.closest('.scroll') || !e.getClientRects().length) return false;
    const box = e.getBoundingClientRect();
    return box.right > innerWidth + 1 || box.left < -1;
}).map(e => e.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    command = find_browser()
    if command is None:
        pytest.skip("no Chromium: install one, or name it in LOADLEDGER_BROWSER")
    made = Browser(command, tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    records: dict[str, list[Record]] = {name: [make()] for name, make in RUNS.items()}
    records |= {"comparison": [make_comparison(changes=CHANGES)]}
    records |= {kind: [record] for kind, record in RECORDS.items() if kind not in records} | {
        "all": [*RECORDS.values()]
    }
    made = {}
    for name in PAGES:
        made[name] = folder / f"{name.replace(' ', '-')}.html"
        made[name].write_text(report_page(records[name], faults=[]), encoding="utf-8")
    return made


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_window_and_nothing_is_squeezed(browser, pages, name, width):
    browser.open(pages[name], width=width)
    assert browser.faults == []
    assert all(load.startswith(("file://", "data:")) for load in browser.loads)
    assert browser.run("document.documentElement.scrollWidth") <= width
    assert browser.run(OUTSIDE) == []
    assert browser.run(SQUEEZED) == []
    assert browser.run(CUT) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["failing", "invalid", "leaks", "capacity", "all"])
def test_text_stands_out_in_both_schemes(browser, pages, name, scheme):
    browser.open(pages[name], scheme=scheme)
    assert browser.run("getComputedStyle(document.body).backgroundColor") == PAPER[scheme]
    ratios = browser.run(CONTRASTS)
    assert len(ratios) > 20
    assert min(ratio for ratio, _ in ratios) >= 4.5, sorted(ratios)[:3]


def test_on_paper_it_is_light_and_nothing_is_cut_off(browser, pages):
    browser.open(pages["failing"], scheme="dark", width=700)
    browser.ask(
        "Emulation.setEmulatedMedia",
        media="print",
        features=[{"name": "prefers-color-scheme", "value": "dark"}],
    )
    assert browser.run("getComputedStyle(document.body).backgroundColor") == PAPER["light"]
    assert browser.run("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
    browser.ask("Emulation.setEmulatedMedia", media="")


def test_figures_stand_below_each_other(browser, pages):
    browser.open(pages["good"])
    numbers = "[...document.querySelectorAll('td.number')]"
    assert browser.run(f"{numbers}.every(e => getComputedStyle(e).fontVariantNumeric == 'tabular-nums')")
    assert browser.run(f"{numbers}.every(e => getComputedStyle(e).textAlign == 'right')")
