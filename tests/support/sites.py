"""Pages of what a ledger holds."""

from support.markup import read_markup
from support.published import make_stored_run

from suite.ledger.store import Ledger
from suite.report.site.lineage import Lineage
from suite.report.site.page import Site, index_page, workload_page
from suite.report.site.stored import add_ledger

PLAN = make_stored_run(0, "").plan


COMMITS = [f"{index:08x}" * 5 for index in range(6)]


def store(place, *runs):
    with Ledger(place) as ledger:
        for run in runs:
            ledger.add(run)


def read(place, *branches):
    """What is read with the repository beside the ledger, if there is one."""
    stories = {}
    add_ledger(stories, place, [Lineage(branch, place.parent) for branch in branches or (None,)])
    return stories


def page_of(story):
    text = workload_page(Site("made up", "now", {story.name: "x.html"}, {}), story)
    read_markup(text)
    return text


def index_of(*stories):
    text = index_page(Site("made up", "now", {story.name: "x.html" for story in stories}, {}), stories)
    read_markup(text)
    return text


def find(story, metric):
    return next(graph for graph in story.graphs if graph.metric == metric)


def commits_of(story):
    return [point.commit for point in story.graphs[0].points]
