"""The Python side of jsii's connection to Node, pipelined: it does not wait for answers that it can predict.

It depends on jsii's internals, so it is only used with the version that it was tested with (`modules/start/node.py`).
"""

from __future__ import annotations

import atexit
import json
import re
import subprocess
import sys
from collections import deque
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

from jsii._kernel.providers import process as internal
from jsii._kernel.types import CreateRequest, CreateResponse, LoadRequest, LoadResponse, ObjRef
from jsii.errors import ErrorType, JavaScriptError, JSIIError

from modules.start.failures import ENDED

__all__ = ["Pipelined"]

ROOM = 16_384
"""The most bytes of requests with unread answers.

A pipe's buffer holds that many, so Python never blocks while writing and always gets to read the answers, however long
they are (errors are).
"""
FINISHING = 60.0
"""Seconds for Node to end, since it deletes what it unpacked. jsii allows five, too few on a busy machine, and a Node
that is terminated leaves its folder behind.
"""
OBJECT = re.compile(rb'"\$jsii\.byref":"[^"]*@(\d+)"')


class Pipelined(internal._NodeProcess):  # noqa: SLF001  jsii exports no other
    """A Node process that handles a request while Python continues with the next.

    The answer to a load has no information. The answer to a creation is the object's number, one more than the last
    one's, unless Python overrides one of its methods: then Node may call Python first. Before any other request, all
    answers are read. An error in Node is therefore raised a few requests late, with the name of the class; and again
    for each later request, since the numbers of later objects differ from those that Python predicted.
    """

    def __init__(self, node: subprocess.Popen[bytes], asked: Collection[str]) -> None:
        """For a running process that has been asked to load some assemblies, given by their file names."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._process: Any = node
        self._asked = frozenset(asked)
        self._unread: deque[str | CreateResponse] = deque(asked)
        """The expected unread answers: an assembly that was loaded, or the reference to a new object."""
        self._bytes = 0
        """The size of the requests with unread answers."""
        self._refused: Exception | None = None
        self._newest: int | None = None
        """The number of the newest object; None until an answer contains one."""
        self._greeted = self._calls_back = False
        self.sink_thread = Thread(target=internal.stderr_sink, args=[node.stderr], daemon=True)
        self.sink_thread.start()
        atexit.register(self.stop)

    def send(self, request: Any, response_type: Any) -> Any:  # noqa: ANN401  jsii's signature
        """Send a request, and wait for its answer unless that can be predicted."""
        try:
            return self._answer(request, response_type)
        except BrokenPipeError:
            raise RuntimeError(ENDED) from None

    def stop(self) -> None:
        """Stop Node if it is running, after reading its answers: unread ones would keep it from ending."""
        told = self._refused
        with suppress(Exception):
            self._catch_up()
        if self._refused is not told:
            sys.stderr.write(f"{self._refused}\n")
        if not self._process.stdin.closed:
            with suppress(BrokenPipeError, subprocess.TimeoutExpired):
                self._process.stdin.write(b'{"exit":0}\n')
                self._process.stdin.close()
                self._process.wait(timeout=FINISHING)
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
        made = CreateResponse(f"{request.fqn}@{self._newest + 1}")
        self._ask(request, made)
        self._newest += 1
        return made

    def _ask(self, request: Any, expected: str | CreateResponse) -> None:  # noqa: ANN401  one of jsii's requests
        line = json.dumps(self._serializer.unstructure(request), default=internal.jdefault).encode() + b"\n"
        if self._refused or self._bytes + len(line) > ROOM:
            self._catch_up()
        self._process.stdin.write(line)
        self._process.stdin.flush()
        self._unread.append(expected)
        self._bytes += len(line)

    def _catch_up(self) -> None:
        """Read all answers; raise the first error."""
        while self._unread:
            expected = self._unread.popleft()
            answer = self._next_message()
            self._refused = self._refused or _failure(answer, expected)
        self._bytes = 0
        if self._refused is not None:
            raise self._refused

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


def _failure(answer: dict[str, Any], expected: str | CreateResponse) -> Exception | None:
    """The error in an answer, or the mismatch with the expected answer; None if it is as expected."""
    name = expected if isinstance(expected, str) else expected.ref
    if "error" in answer:
        kind = JSIIError if answer["name"] == ErrorType.JSII_FAULT.value else RuntimeError
        failure = kind(f"{name}: {answer['error']}")
        failure.__cause__ = JavaScriptError(answer["stack"])  # type: ignore[no-untyped-call]
        return failure
    told = answer.get("ok")
    if told is not None if isinstance(expected, str) else isinstance(told, ObjRef) and told.ref == name:
        return None
    return JSIIError(f"Node returned {getattr(told, 'ref', answer)}; expected {name}")
