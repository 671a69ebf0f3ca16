"""HTML as a list of elements, read strictly: every element is closed, and by its own name."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}


@dataclass
class Element:
    name: str
    attributes: dict
    text: str = ""
    inside: list = field(default_factory=list)

    def has(self, css: str) -> bool:
        return css in (self.attributes.get("class") or "").split()


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.all, self.open, self.faults = [], [], []

    def handle_starttag(self, tag, attrs):
        self._add(tag, attrs)
        if tag not in VOID:
            self.open.append(self.all[-1])

    def handle_startendtag(self, tag, attrs):
        self._add(tag, attrs)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1].name != tag:
            self.faults.append(
                f"</{tag}> at {self.getpos()} closes {self.open[-1].name if self.open else None}"
            )
        else:
            self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element.text += data

    def _add(self, tag, attrs):
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> at {self.getpos()} has an attribute twice")
        element = Element(tag, dict(attrs))
        for outer in self.open:
            outer.inside.append(element)
        self.all.append(element)


def read_markup(text: str) -> list[Element]:
    """All elements in their order. Fails for markup that is not well-formed, and for ids that come twice."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert not reader.faults, reader.faults
    assert not reader.open, [element.name for element in reader.open]
    ids = [element.attributes["id"] for element in reader.all if "id" in element.attributes]
    assert len(ids) == len(set(ids)), "an id comes twice"
    return reader.all
