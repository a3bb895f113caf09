"""Reads YAML into plain text, lists and dictionaries, and remembers on which line each of them is.

Every scalar stays the text that the author wrote: `012345670123` is an account id, not an octal number, and only the
model that knows what a value means gives it a type. The C event stream is used rather than PyYAML's composer, because
the composer recurses on the C stack and a file of brackets ends the process.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import yaml

from findings import Finding, codes
from findings.codes import Code
from topology.problems import problem, shortened

__all__ = ["Document", "Node", "Place", "read_document", "read_text"]

# A topology is six levels deep; the rest is room for nonsense to be reported rather than to recurse.
MAX_DEPTH = 32
# 4,999 spokes with every key given come to some 100,000 nodes. Aliases count as what they expand to.
MAX_NODES = 2_000_000
MAX_BYTES = 64 * 1024 * 1024

LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Node = str | None | list["Node"] | dict[str, "Node"]
Place = tuple[str | int, ...]


@dataclass
class Document:
    """One YAML document: its data, and the line of every key and list item in it."""

    name: str
    data: Node = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Finding] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """Line (from 1) of a place, or of the nearest enclosing place that is in the file."""
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_document(path: Path | str) -> Document:
    """Read a file. What keeps it from being read is a problem of the document, never an exception."""
    name = str(path)
    try:
        found = Path(path).stat()
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):  # a pipe would be waited for
            return Document(
                name, problems=[problem(codes.FILE_UNREADABLE, name, 1, "cannot be read: Not a regular file")]
            )
        if found.st_size > MAX_BYTES:
            return Document(
                name,
                problems=[problem(codes.FILE_UNREADABLE, name, 1, f"the file is larger than {MAX_BYTES >> 20} MiB")],
            )
        raw = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Document(name, problems=[problem(codes.FILE_UNREADABLE, name, 1, f"cannot be read: {reason}")])
    return read_text(raw, name)


def read_text(text: bytes | str, name: str = "<text>") -> Document:
    """Read YAML from memory; `name` stands for the file in messages."""
    document = Document(name)
    try:
        raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        decoded = raw.decode("utf-8-sig")
        _refuse_control_characters(document, decoded)
        if not document.problems:
            builder = _Builder(document)
            document.data = builder.build(yaml.parse(decoded, Loader=yaml.CSafeLoader))
    except UnicodeDecodeError as error:
        _report(document, codes.NOT_YAML, raw[: error.start].count(b"\n") + 1, "is not UTF-8 text", "save it as UTF-8")
    except yaml.MarkedYAMLError as error:
        _refuse_syntax(document, error, decoded, builder.last_quote)
    except _RefusedError as refused:
        _report(document, codes.UNSUPPORTED_YAML, refused.line, refused.message, refused.fix)
    return document


def _refuse_control_characters(document: Document, text: str) -> None:
    """Report each line that has a character that no YAML file may have.

    https://yaml.org/spec/1.2.2/#51-character-set
    """
    for number, line in enumerate(LINE_END.split(text), 1):
        found = NOT_PRINTABLE.search(line)
        if found:
            name = "NUL character" if found[0] == "\0" else "control character"
            message = f"has a {name} (U+{ord(found[0]):04X}) in column {found.start() + 1}"
            _report(document, codes.NOT_YAML, number, message, "remove it; a text file has none")


def _refuse_syntax(document: Document, error: yaml.MarkedYAMLError, text: str, last_quote: tuple[int, int]) -> None:
    """Report what YAML's parser says; a quote that was not closed where it begins, since the parser notices it later.

    `last_quote` has the first and the last line of the last quoted text that was read.
    """
    line = _line_of(error.problem_mark or error.context_mark)
    begun = error.context_mark
    if error.context == "while scanning a quoted scalar":
        _report(document, codes.NOT_YAML, _line_of(begun), "has a quote that is never closed", "close it on this line")
    elif begun is not None and error.context == "while scanning a simple key" and _at(text, begun) in {"'", '"'}:
        message = f"has a quote that is closed on line {line} only"
        _report(document, codes.NOT_YAML, _line_of(begun), message, "close it on this line")
    elif last_quote[0] < last_quote[1] == line:
        message = f"has a quote that is closed on line {line} only"
        _report(document, codes.NOT_YAML, last_quote[0], message, "close it on this line")
    else:
        what = " ".join(part for part in (error.problem, error.context) if part)
        _report(document, codes.NOT_YAML, line, f"is not YAML: {what}")


class _Mark(Protocol):
    """A position in the file, counted from 0."""

    line: int
    column: int


def _line_of(mark: _Mark | None) -> int:
    return 1 if mark is None else mark.line + 1


def _at(text: str, mark: _Mark) -> str:
    """The character at a position."""
    line = LINE_END.split(text)[mark.line]
    return line[mark.column : mark.column + 1]


def _report(document: Document, code: Code, line: int, message: str, fix: str = "") -> None:
    document.problems.append(problem(code, document.name, line, message, fix))


class _RefusedError(Exception):
    """YAML that is well formed and not for a topology."""

    def __init__(self, line: int, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.line, self.message, self.fix = line, message, fix


@dataclass
class _Open:
    """A collection whose end has not been read yet."""

    value: list[Node] | dict[str, Node]
    place: Place
    anchor: str | None
    start: int
    depth: int = 1
    key: str | None = None
    merges: list[tuple[Node, int]] = field(default_factory=list)


class _Builder:
    """Builds a document from events, without recursion."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.root: Node = None
        self.nodes = 0
        self.documents = 0
        self.last_quote = (1, 1)
        """The first and the last line of the last quoted text."""

    def build(self, events: Iterable[yaml.Event]) -> Node:
        for event in events:
            line = _line_of(event.start_mark)
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise _RefusedError(line, "holds a second document", "keep one; `---` may be at the top only")
            elif isinstance(event, yaml.ScalarEvent):
                self._refuse_tag(event, line)
                if event.style in {"'", '"'}:
                    self.last_quote = line, _line_of(event.end_mark)
                text = event.value
                empty = event.implicit[0] and text in ("", "~", "null", "Null", "NULL")
                self._add(None if empty else text, line, event.anchor, is_text=True)
            elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
                self._refuse_tag(event, line)
                self._open([] if isinstance(event, yaml.SequenceStartEvent) else {}, line, event.anchor)
            elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                self._close()
            elif isinstance(event, yaml.AliasEvent):
                self._alias(str(event.anchor), line)
        return self.root

    def _refuse_tag(self, event: yaml.NodeEvent, line: int) -> None:
        tag = getattr(event, "tag", None)
        if tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise _RefusedError(line, f"the tag {shortened(str(tag))} means nothing in a topology", "leave it out")

    def _count(self, nodes: int, line: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise _RefusedError(line, f"comes to more than {MAX_NODES:,} values", "use fewer aliases")

    def _bound_depth(self, depth: int, line: int) -> None:
        if len(self.stack) + depth > MAX_DEPTH:
            raise _RefusedError(line, f"is nested more than {MAX_DEPTH} levels deep")

    def _open(self, value: list[Node] | dict[str, Node], line: int, anchor: str | None) -> None:
        self._bound_depth(1, line)
        start = self.nodes
        place = self._add(value, line, None)
        self.stack.append(_Open(value, place, anchor, start))

    def _close(self) -> None:
        done = self.stack.pop()
        if isinstance(done.value, dict):
            for merged, line in done.merges:
                self._merge(done.value, merged, line)
        if self.stack:
            self.stack[-1].depth = max(self.stack[-1].depth, done.depth + 1)
        if done.anchor:
            self.anchors[done.anchor] = (done.value, self.nodes - done.start, done.depth)

    def _merge(self, mapping: dict[str, Node], merged: Node, line: int) -> None:
        """Add what `<<` brings and the mapping does not say itself; of several, the first one wins."""
        for source in merged if isinstance(merged, list) else [merged]:
            if not isinstance(source, dict):
                raise _RefusedError(line, "<< takes a mapping or a list of mappings", "write <<: *NAME")
            for key, value in source.items():
                mapping.setdefault(key, value)

    def _alias(self, anchor: str, line: int) -> None:
        if anchor not in self.anchors:
            raise _RefusedError(
                line, f"*{shortened(anchor)} is used before &{shortened(anchor)} ends", "define the anchor first"
            )
        value, size, depth = self.anchors[anchor]
        self._count(size, line)
        self._bound_depth(depth, line)
        if self.stack:
            self.stack[-1].depth = max(self.stack[-1].depth, depth + 1)
        self._add(value, line, None)

    def _add(self, value: Node, line: int, anchor: str | None, *, is_text: bool = False) -> Place:
        """Put a value where the next one belongs; returns its place."""
        self._count(1, line)
        if anchor and is_text:
            self.anchors[anchor] = (value, 1, 0)
        if not self.stack:
            self.root = value
            self.document.lines[()] = line
            return ()
        parent = self.stack[-1]
        if isinstance(parent.value, list):
            place = (*parent.place, len(parent.value))
            parent.value.append(value)
            self.document.lines[place] = line
            if isinstance(value, str):  # `services: [kms]` is also found as ("services", "kms")
                self.document.lines.setdefault((*parent.place, value), line)
            return place
        return self._add_to_mapping(parent, parent.value, value, line)

    def _add_to_mapping(self, parent: _Open, mapping: dict[str, Node], value: Node, line: int) -> Place:
        if parent.key is None:
            if isinstance(value, list | dict):
                raise _RefusedError(line, "a key must be plain text, not a list or mapping")
            parent.key = "" if value is None else value
            place = (*parent.place, parent.key)
            if parent.key != "<<":
                if parent.key in mapping:
                    first = self.document.lines[place]
                    _report(
                        self.document,
                        codes.DUPLICATE_KEY,
                        line,
                        f'key "{shortened(parent.key)}" is listed twice, first on line {first}',
                        "keep one of them",
                    )
                self.document.lines[place] = line
            return place
        key, parent.key = parent.key, None
        if key == "<<":
            parent.merges.append((value, line))
        else:
            mapping[key] = value
        return (*parent.place, key)
