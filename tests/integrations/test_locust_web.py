"""Locust's web UI on one of our workloads, as a person uses it."""

import json
import time
import urllib.request

import pytest
from support.browser import Browser, find_browser
from support.processes import EXAMPLES, Suite, free_port

from suite.formats.envelope import read_document
from suite.records.run import Run

pytestmark = pytest.mark.exhaustive

FILL = """(name, value) => {
    const field = document.querySelector(`input[name="${name}"]`);
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, value);
    field.dispatchEvent(new Event('input', {bubbles: true}));
}"""
CHARTS = "[...document.querySelectorAll('canvas')].map(each => each.toDataURL()).join()"


def wait_for(condition, timeout=90.0):
    """Poll gently: the page must come to do its work."""
    end = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < end, "the condition never held"
        time.sleep(0.5)
    return value


class Page:
    def __init__(self, browser, address):
        self.browser, self.address = browser, address
        browser.visit(address)

    def sees(self, text):
        return text in self.browser.run("document.body.innerText")

    def fill(self, **fields):
        wait_for(lambda: self.browser.run("!!document.querySelector('input[name=userCount]')"))
        for name, value in fields.items():
            self.browser.run(f"({FILL})({json.dumps(name)}, {json.dumps(str(value))})")

    def click(self, words):
        every = "[...document.querySelectorAll('button, a')]"
        found = f"{every}.find(one => one.textContent.trim() == {json.dumps(words)})"
        wait_for(lambda: self.browser.run(f"!!({found})"))
        self.browser.run(f"({found}).click()")

    def told(self):
        with urllib.request.urlopen(f"{self.address}/stats/requests") as answer:
            return json.load(answer)


def answers(address):
    try:
        return urllib.request.urlopen(address).status == 200
    except OSError:
        return False


@pytest.fixture
def browser(tmp_path):
    command = find_browser()
    if command is None:
        pytest.skip("no Chromium here; LOADLEDGER_BROWSER names one")
    opened = Browser(command, tmp_path / "profile", online=True)
    yield opened
    opened.close()


def test_a_test_is_started_changed_stopped_and_reported(browser, tmp_path):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    suite = Suite(
        tmp_path, "locust", EXAMPLES / "load_items.py", "--web-host", "127.0.0.1", "--web-port", port
    )
    try:
        wait_for(lambda: answers(address), 60)
        page = Page(browser, address)
        page.fill(userCount=2, spawnRate=2)
        page.click("Start")
        wait_for(lambda: page.sees("items"))
        page.click("Charts")
        wait_for(lambda: browser.run("document.querySelectorAll('canvas').length"))
        before = browser.run(CHARTS)
        wait_for(lambda: browser.run(CHARTS) != before)
        page.click("Edit")
        page.fill(userCount=5, spawnRate=5)
        page.click("Update")
        wait_for(lambda: page.told()["user_count"] == 5)
        time.sleep(1)
        page.click("Stop")
        wait_for(lambda: page.told()["state"] == "stopped", 60)
        (path,) = wait_for(lambda: list(tmp_path.glob("results/runs/*.json")))
        page.click("Download Data")
        links = "[...document.querySelectorAll('a')]"
        report = browser.run(f"{links}.find(one => /report/i.test(one.textContent)).href")
        with urllib.request.urlopen(report) as answer:
            assert "items" in answer.read().decode()
    finally:
        suite.process.terminate()
        suite.finish(60)
    assert not browser.faults
    assert not suite.left_behind(15)
    (run,) = read_document(path).records
    assert isinstance(run, Run)
    assert run.workload == "items/browse"
    assert run.plan["users"] == 5
    assert run.outcomes["ok"] > 0
