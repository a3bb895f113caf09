"""jsii's Python side of Node, which waits for no answer that it knows: the others are read when one is needed.

It reaches into jsii, so it is used with the version that it was tested with, and with no other (`modules/node.py`).
"""

from __future__ import annotations

import atexit
import json
import re
import subprocess
from collections import deque
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

from jsii._kernel.providers import process as internal
from jsii._kernel.types import CreateRequest, CreateResponse, LoadRequest, LoadResponse
from jsii.errors import ErrorType, JavaScriptError, JSIIError

__all__ = ["Pipelined"]

MOST = 8
"""Answers that may be unread. Pipes have room for them and for their requests, so that neither side waits to write."""
ENDED = "Node has ended; what it printed may say why"
OBJECT = re.compile(rb'"\$jsii\.byref":"[^"]*@(\d+)"')


class Pipelined(internal._NodeProcess):  # noqa: SLF001  jsii exports no other
    """A process of Node that works on a request while Python goes on to the next.

    The answer to a load says nothing. The answer to a new object is its number, one more than the last one's, unless
    Python overrides one of its methods: then Node may call Python first. For any other request, all answers are read.
    What Node refuses is raised there, a few requests late, with the name of what was refused.
    """

    def __init__(self, node: subprocess.Popen[bytes], asked: Collection[str]) -> None:
        """For a process that runs already, and was asked to load some assemblies, by the names of their files."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._process: Any = node
        self._asked = frozenset(asked)
        self._unread = deque(asked)
        """What each unread answer should be about: an assembly, or the reference to a new object."""
        self._newest: int | None = None
        """The number of the newest object; None until an answer has told one."""
        self._greeted = self._calls_back = False
        self.sink_thread = Thread(target=internal.stderr_sink, args=[node.stderr], daemon=True)
        self.sink_thread.start()
        atexit.register(self.stop)

    def send(self, request: Any, response_type: Any) -> Any:  # noqa: ANN401  as jsii has it
        """Send a request, and wait for its answer where that is not known."""
        try:
            return self._answer(request, response_type)
        except BrokenPipeError:
            raise RuntimeError(ENDED) from None

    def stop(self) -> None:
        """End Node, if it runs."""
        with suppress(BrokenPipeError):
            super().stop()

    def _answer(self, request: Any, response_type: Any) -> Any:  # noqa: ANN401  as above
        if isinstance(request, LoadRequest):
            name = Path(request.tarball).name
            if name not in self._asked:
                self._ask(request, name)
            return LoadResponse(assembly=request.name, types=0)
        if not isinstance(request, CreateRequest):
            self._catch_up()
            return super().send(request, response_type)
        self._calls_back = self._calls_back or bool(request.overrides)
        if self._newest is None or self._calls_back:
            self._catch_up()
            made = super().send(request, response_type)
            if isinstance(made, CreateResponse):
                self._newest = int(made.ref.rpartition("@")[2])
            return made
        reference = f"{request.fqn}@{self._newest + 1}"
        self._ask(request, reference)
        self._newest += 1
        return CreateResponse(reference)

    def _ask(self, request: Any, about: str) -> None:  # noqa: ANN401  one of jsii's requests
        self._catch_up(MOST - 1)
        line = json.dumps(self._serializer.unstructure(request), default=internal.jdefault)
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        self._unread.append(about)

    def _catch_up(self, most: int = 0) -> None:
        """Read answers until no more than so many are unread. After a failure none is: what follows starts anew."""
        failure: Exception | None = None
        while len(self._unread) > (0 if failure else most):
            about = self._unread.popleft()
            answer = self._next_message()
            failure = failure or _failure(answer, about)
        if failure is not None:
            self._newest = None
            raise failure

    def _next_message(self) -> Any:  # noqa: ANN401  JSON
        if not self._greeted:
            self._greeted = True
            self.handshake()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(ENDED)
        if self._newest is not None:
            self._newest = max([self._newest, *map(int, OBJECT.findall(line))])
        return json.loads(line, object_hook=internal.ohook)


def _failure(answer: dict[str, Any], about: str) -> Exception | None:
    """Why an answer is not the one that was known."""
    if "error" in answer:
        kind = JSIIError if answer["name"] == ErrorType.JSII_FAULT.value else RuntimeError
        failure = kind(f"{about}: {answer['error']}")
        failure.__cause__ = JavaScriptError(answer["stack"])  # type: ignore[no-untyped-call]
        return failure
    told = getattr(answer.get("ok", answer), "ref", about if "ok" in answer else answer)
    return None if told == about else JSIIError(f"Node has told {told}, and {about} was expected")
