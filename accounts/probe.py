"""What a test instance is asked, and what its answers mean. Pure: nothing here asks anybody."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from assurance.trace import State
from findings import Finding, Place, Severity, codes

__all__ = ["Answer", "Question", "judge", "observed", "parse", "script_for"]

HTTPS = 443
"""What the security group of a test instance lets out; other ports are not tried from it."""
AT_ONCE = 8
"""Names that the instance tries side by side: more would not fit into the memory of the smallest instances."""

# POSIX sh, as AWS-RunShellScript runs it. curl, bash and awk are part of Amazon Linux 2023, nslookup is not always.
# A closed port costs five seconds, a resolver that is silent twenty. curl alone would not do for a port: its time of
# connecting stays 0 where TLS fails.
PRELUDE = r"""# From `./hub verify`: resolves names, connects to what they answer, and changes nothing.
answers() {
    if command -v nslookup >/dev/null 2>&1; then
        said=$(timeout 20 nslookup "$1" 2>&1)
        status=$?
        found=$(printf '%s\n' "$said" |
            awk '/^Name:/ { on = 1 } on && /^Address/ { sub(/^Address[ 0-9]*:[ \t]*/, ""); print $1 }')
    else
        said=
        found=$(timeout 20 getent ahostsv4 "$1" | awk '{ print $1 }')
        status=$?
    fi
    found=$(printf '%s\n' "$found" | grep -E '^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$' | sort -u)
    [ -n "$found" ] && { printf '%s\n' "$found"; return; }
    case "$said" in
        *NXDOMAIN*) echo NXDOMAIN ;;
        *SERVFAIL*) echo SERVFAIL ;;
        *REFUSED*) echo REFUSED ;;
        *"timed out"* | *"no servers"*) echo timeout ;;
        *) if [ "$status" = 124 ]; then echo timeout; else echo nothing; fi ;;
    esac
}
shakes() {
    told=$(curl -s -o /dev/null --noproxy '*' --max-time 10 --resolve "$1:$3:$2" -w '%{time_appconnect}' \
        "https://$1:$3/" 2>/dev/null)
    status=$?
    case "$told" in *[1-9]*) echo tls ;; *) echo "tls-$status" ;; esac
}
connects() {
    if command -v bash >/dev/null 2>&1; then
        timeout 5 bash -c ': < "/dev/tcp/$0/$1"' "$2" "$3" 2>/dev/null || { echo closed; return; }
    elif command -v nc >/dev/null 2>&1; then
        nc -z -w 5 "$2" "$3" >/dev/null 2>&1 || { echo closed; return; }
    else
        echo unable
        return
    fi
    if [ "$3" = 443 ] && command -v curl >/dev/null 2>&1; then shakes "$1" "$2" "$3"; else echo open; fi
}
ask() {
    number=$1 name=$2 most=$3
    shift 3
    found=$(answers "$name")
    case "$found" in
        [0-9]*) ;;
        *) echo "$number - - $found"; return ;;
    esac
    tried=0
    for address in $found; do
        if [ "$#" = 0 ] || { [ "$most" != 0 ] && [ "$tried" -ge "$most" ]; }; then
            echo "$number $address - -"
            continue
        fi
        tried=$((tried + 1))
        for port; do
            echo "$number $address $port $(connects "$name" "$address" "$port")"
        done
    done
}
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A name that an instance resolves and connects to, and what the trace says will come of it."""

    service: str
    """Key of the service; empty for the name without endpoint."""
    name: str
    expected: State
    addresses: frozenset[str] = frozenset()
    """Those of the service's endpoint as it is deployed; empty where it has none."""
    ports: tuple[int, ...] = (HTTPS,)

    @property
    def tried(self) -> tuple[int, ...]:
        """The ports that a test instance may connect to."""
        return tuple(port for port in self.ports if port == HTTPS)


@dataclass(frozen=True, slots=True)
class Answer:
    """A line of what the instance printed."""

    address: str = ""
    """Empty where the name was not answered; `told` then says how."""
    port: int | None = None
    told: str = ""
    """For a port: tls, open, closed, unable, or `tls-` with curl's exit status: it is open, and TLS failed."""

    @property
    def connected(self) -> bool:
        """Whether packets got there and back."""
        return self.told in {"tls", "open"} or self.told.startswith("tls-")


def script_for(questions: Sequence[Question]) -> str:
    """A script that asks them all and prints `NUMBER ADDRESS PORT RESULT` lines, then `end COUNT`.

    Every address of an endpoint is connected to, and one of those that are not an endpoint's.
    """
    lines = [PRELUDE]
    for number, question in enumerate(questions):
        most = "0" if question.addresses else "1"
        words = ("ask", str(number), question.name, most, *map(str, question.tried))
        lines.append(f"{shlex.join(words)} &")
        if number % AT_ONCE == AT_ONCE - 1:
            lines.append("wait")
    return "\n".join([*lines, "wait", f"echo end {len(questions)}", ""])


LINE = re.compile(r"(\d+) (-|[0-9.]+) (-|\d+) (\S+)")


def parse(printed: str) -> tuple[Mapping[int, tuple[Answer, ...]], bool]:
    """The answers to each question, by its number, and whether the script came to its end. Other lines are noise."""
    answers: dict[int, list[Answer]] = {}
    lines = printed.splitlines()
    for line in lines:
        told = LINE.fullmatch(line.strip())
        if told is not None:
            number, address, port, word = told.groups()
            answer = Answer("" if address == "-" else address, None if port == "-" else int(port), word)
            answers.setdefault(int(number), []).append(answer)
    return {number: tuple(given) for number, given in answers.items()}, any(line.startswith("end ") for line in lines)


# RFC 1918 and RFC 6598. Python's own `is_private` holds ranges for documentation and benchmarks too.
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))


def _is_private(address: str) -> bool:
    return any(IPv4Address(address) in network for network in PRIVATE)


def observed(question: Question, answers: Collection[Answer]) -> State:
    """How the instance reaches the service: the trace's words. UNKNOWN where it could not try."""
    addresses = {answer.address for answer in answers if answer.address}
    tries = [answer for answer in answers if answer.port is not None]
    if not addresses:
        return State.BROKEN if answers else State.UNKNOWN
    if any(answer.told == "unable" for answer in tries):
        return State.UNKNOWN
    through = all(answer.connected and answer.told != SILENT for answer in tries)
    if addresses <= question.addresses:
        return State.PRIVATE if through else State.BROKEN
    if any(map(_is_private, addresses)):
        return State.BROKEN
    return State.PUBLIC if through and tries else State.UNREACHABLE


SILENT = "tls-28"
"""curl's status for a timeout: connected, and then nothing: large packets are lost."""
ALIKE = {State.GATEWAY: State.PUBLIC}
"""A gateway endpoint cannot be told from the internet by the addresses and ports."""


def judge(place: Place, spoke: str, question: Question, answers: Collection[Answer]) -> Finding:
    """What the instance saw is what the trace says."""
    severity, more, fix = _compare(question, answers)
    found = describe(answers) + (f"; {more}" if more else "")
    return Finding(
        codes.ANSWER,
        place,
        severity,
        found,
        fix,
        subject=spoke,
        service=question.service,
        label=question.name,
        expected=_expected(question),
    )


def _compare(question: Question, answers: Collection[Answer]) -> tuple[Severity, str, str]:
    """The severity, what else was found, and the fix."""
    state = observed(question, answers)
    if state is State.UNKNOWN:
        why = "the instance has neither bash nor nc to connect with" if answers else "no answer was printed"
        return Severity.UNKNOWN, why, "look at the instance itself"
    if question.expected is State.UNKNOWN:
        return Severity.WARNING, "the trace cannot tell", ""
    if state is not ALIKE.get(question.expected, question.expected):
        return Severity.FAILED, "", _fix(question, answers, state)
    shaky = sorted({answer.told.removeprefix("tls-") for answer in answers if answer.told.startswith("tls-")})
    if shaky:
        fix = f"curl ends with {', '.join(shaky)}: see that nothing on the way answers for the service"
        return Severity.WARNING, "TLS did not come about", fix
    return Severity.OK, "", ""


def _fix(question: Question, answers: Collection[Answer], state: State) -> str:
    addresses = {answer.address for answer in answers if answer.address}
    private = any(map(_is_private, addresses))
    if not addresses:
        return "the way of a query: association and share of the rule, resolver endpoints and their security groups"
    if state is State.PUBLIC and question.expected is not State.PRIVATE:
        return "find the way out: an internet or NAT gateway, or a proxy, that no stack has"
    if private and not addresses <= question.addresses:
        return "another rule, private zone or endpoint answers the name, in the spoke's or the hub's VPC"
    if not private and question.addresses:
        return "the hub is not asked, or has no private DNS: association and share of the rule, the endpoint"
    if any(answer.told == SILENT for answer in answers):
        return "connected, and nothing after it: look for a lower MTU, or a firewall, on the way"
    return (
        "routes, the gateway's tables, the endpoint's security group, network ACLs: there and back"
        if question.addresses
        else "the route to the gateway endpoint's prefix list, and the endpoint's policy"
    )


WORDS = {"tls": "TLS", "open": "open", "closed": "no connection", "unable": "not tried"}


def describe(answers: Iterable[Answer]) -> str:
    """The addresses, with what became of the connections to them."""
    shown: dict[str, list[str]] = {}
    for answer in answers:
        if not answer.address:
            return f"no address ({answer.told})"
        tries = shown.setdefault(answer.address, [])
        if answer.port is not None:
            tries.append(f"{answer.port} {WORDS.get(answer.told, f'connected, no TLS (curl {answer.told[4:]})')}")
    return ", ".join(f"{ip} ({', '.join(tries)})" if tries else ip for ip, tries in sorted(shown.items())) or "nothing"


def _expected(question: Question) -> str:
    if question.expected is State.PRIVATE:
        where = ", ".join(sorted(question.addresses)) or "an endpoint that the hub does not have"
        untried = [str(port) for port in question.ports if port not in question.tried]
        ports = [f"connects to {port}" for port in question.tried]
        if untried:
            ports.append(f"{', '.join(untried)} not tried: the instance may not connect to it")
        return f"private ({where}); {'; '.join(ports)}"
    if question.expected is State.UNREACHABLE:
        return "public addresses, and no way to them"
    if question.expected is State.GATEWAY:
        return "public addresses, reached through the gateway endpoint"
    return str(question.expected.value)
