"""The GitHub client: opens the pull request of a sprint's branch, or brings ours up to date. Over engine.forge.http.

A pull request is ours when its description begins with the hidden marker of the same sprint (engine.forge.body); no other
one is ever written to. So a run that is repeated, after a crash or an answer that was lost, makes no second one.
GitHub without drafts (some plans): a normal pull request whose title begins with "[draft] ". The REST API cannot turn a
draft into a normal pull request nor back; that is said in `notes` and left to a person.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import httpx

from engine.errors import RewrightError
from engine.forge.answers import Pull, expect, pull
from engine.forge.body import LIMIT, keep_ticks, marker_of
from engine.forge.http import DELAYS, Answer, ForgeError, Lost, Server, check_api

API = "https://api.github.com"
DRAFT = "[draft] "
PAGES = 30  # of a hundred pull requests or comments each
_REPO = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True)
class PullRequest:
    """The pull request of a branch. `created`: by this call. `notes`: sentences on what could not be done."""

    number: int
    url: str
    created: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Forge:
    """A repository on GitHub, or on a GitHub Enterprise server. Raises RewrightError when repo, token or api cannot be right."""

    repo: str  # owner/name
    token: str = field(repr=False)
    api: str = API
    transport: httpx.BaseTransport | None = None
    sleep: Callable[[float], object] = time.sleep
    now: Callable[[], float] = time.time
    patience: float = 60.0  # seconds that one request may wait for rate limits
    seconds: float = 10.0  # a request's time-out

    def __post_init__(self) -> None:
        if not _REPO.fullmatch(self.repo):
            raise RewrightError("REPO must be owner/name, as octocat/hello-world: no address, no .git")
        if not re.fullmatch(r"[!-~]+", self.token):
            raise RewrightError("GITHUB_TOKEN holds a space, a line end or no ASCII; set it again, without them")
        check_api(self.api)

    def open_or_update(
        self, branch: str, base: str, title: str, body: str, draft: bool = False, labels: Sequence[str] = ()
    ) -> PullRequest:
        """The pull request of `branch` into `base`, with this title and body, and these labels besides those it has.

        `body` is what engine.forge.body.body made: it begins with the marker. Raises ForgeError: a pull request of somebody
        else's for the same branches, a token that may not, no such branch on the server, a server that does not answer.
        """
        marker = marker_of(body)
        if marker is None:
            raise ForgeError("the description of the pull request lacks Rewright's marker; nothing was sent")
        if len(body) > LIMIT:
            raise ForgeError(f"the description has {len(body):,} characters, of which GitHub takes {LIMIT:,}; nothing was sent")
        wanted = _Wanted(branch, base, title, body, marker.sprint, draft)
        found, closed = self._find(wanted)
        notes: tuple[str, ...] = ()
        made = False
        if found is None:
            found, made, notes = self._create(wanted)
            if closed:
                notes += (f"#{closed.number} for this branch was closed without a merge; #{found.number} is a new one",)
        if not made:
            notes += self._update(found, wanted)
        return PullRequest(found.number, found.url, made, (*notes, *self._label(found, labels)))

    def comment(self, number: int, text: str, key: str) -> bool:
        """Say `text` under pull request `number`, unless a comment with this key is there. True when it was written."""
        if not re.fullmatch(r"[\w.-]+", key):
            raise ForgeError(f"a comment's key holds letters, digits, '.', '_' and '-' only, not {key!r}")
        mark = f"<!-- rewright: comment={key} -->"
        path = f"/repos/{self.repo}/issues/{number}/comments"
        for attempt in (*DELAYS, None):
            for item in self._pages(path, {"per_page": "100"}, f"reading the comments of #{number}"):
                if isinstance(item, Mapping) and str(item.get("body") or "").startswith(mark):
                    return False
            try:
                answer = self._server.ask("POST", path, body={"body": f"{mark}\n{text}"}, repeat=False)
            except Lost as lost:
                if not lost.again or attempt is None:
                    raise
                self.sleep(attempt)
                continue
            self._expect(answer, 201, f"commenting on #{number}")
            return True
        raise AssertionError("the last attempt raises")  # pragma: no cover

    @property
    def _server(self) -> Server:
        return Server(self.api.rstrip("/"), self.token, self.transport, self.sleep, self.now, self.patience, self.seconds)

    def _find(self, wanted: _Wanted) -> tuple[Pull | None, Pull | None]:
        """Our open pull request, and our last one that was closed without a merge. Raises ForgeError for somebody else's."""
        owner = self.repo.partition("/")[0]
        query = {"head": f"{owner}:{wanted.branch}", "state": "all", "per_page": "100"}
        pulls = [pull(item) for item in self._pages(f"/repos/{self.repo}/pulls", query, "listing pull requests")]
        # GitHub lists everything when it cannot read `head`, and forks of the same owner.
        pulls = [one for one in pulls if one.head == wanted.branch and one.from_here]
        ours = [one for one in pulls if (mark := marker_of(one.body)) and mark.sprint == wanted.sprint]
        opened = sorted((one for one in ours if one.open), key=lambda one: (one.base != wanted.base, one.number))
        other = next((one for one in pulls if one.open and one.base == wanted.base and one not in ours), None)
        if other and not (opened and opened[0].base == wanted.base):
            raise ForgeError(
                f"{other.url} is open for {wanted.branch} already, and is not of sprint {wanted.sprint}: it was left alone. "
                f"Close it, or make this the first line of its description: {wanted.body.partition(chr(10))[0]}"
            )
        last = max((one for one in ours if not one.open), key=lambda one: one.number, default=None)
        return (opened[0] if opened else None), (last if last and not last.merged else None)

    def _create(self, wanted: _Wanted) -> tuple[Pull, bool, tuple[str, ...]]:
        """A new pull request, whether this call made it, and notes. An answer that was lost is looked up before another try."""
        notes: tuple[str, ...] = ()
        lost_one = False
        delays = iter(DELAYS)
        while True:
            payload = {"title": wanted.title, "head": wanted.branch, "base": wanted.base, "body": wanted.body}
            try:
                answer = self._server.ask(
                    "POST", f"/repos/{self.repo}/pulls", body=payload | {"draft": wanted.draft}, repeat=False
                )
                said = self._server.said(answer).lower()
                if answer.status == 201:
                    return pull(answer.data), True, notes
            except Lost as lost:
                lost_one = True
                found, _ = self._find(wanted)
                delay = next(delays, None) if lost.again else None
                if found is None and delay is None:
                    raise
                if found is None:
                    self.sleep(delay or 0.0)
                    continue
                return found, True, notes
            if answer.status == 422 and "already exists" in said:
                found = self._appeared(wanted, delays)
                return found, lost_one, notes
            if answer.status == 422 and wanted.draft and "draft" in said:
                wanted = replace(wanted, draft=False, title=DRAFT + wanted.title)
                notes = ("this repository has no draft pull requests: the title begins with [draft] instead",)
                continue
            self._expect(answer, 201, f"opening a pull request for {wanted.branch}")

    def _appeared(self, wanted: _Wanted, delays: Iterator[float]) -> Pull:
        """The pull request that GitHub says is there; its list may lag behind."""
        while True:
            found, _ = self._find(wanted)
            if found:
                return found
            delay = next(delays, None)
            if delay is None:
                raise ForgeError(
                    f"GitHub says that {wanted.branch} has a pull request, and does not list it; run again later", 422
                )
            self.sleep(delay)

    def _update(self, found: Pull, wanted: _Wanted) -> tuple[str, ...]:
        title = DRAFT + wanted.title if wanted.draft and found.title.startswith(DRAFT) else wanted.title
        body = keep_ticks(found.body, wanted.body)
        now = {"title": found.title, "body": found.body.replace("\r\n", "\n").strip(), "base": found.base}
        then = {"title": title, "body": body.strip(), "base": wanted.base}
        if change := {name: value for name, value in then.items() if now[name] != value}:
            answer = self._server.ask("PATCH", f"/repos/{self.repo}/pulls/{found.number}", body=change)
            self._expect(answer, 200, f"updating #{found.number}")
        if wanted.draft and not found.draft and not title.startswith(DRAFT):
            return (f"#{found.number} holds unsafe changes and is no draft; a person may convert it",)
        return (f"#{found.number} is still a draft; mark it as ready when it is",) if found.draft and not wanted.draft else ()

    def _label(self, found: Pull, labels: Sequence[str]) -> tuple[str, ...]:
        missing = [label for label in dict.fromkeys(labels) if label not in found.labels]
        if not missing:
            return ()
        try:
            answer = self._server.ask("POST", f"/repos/{self.repo}/issues/{found.number}/labels", body={"labels": missing})
            self._expect(answer, 200, f"labelling #{found.number}")
        except ForgeError as error:
            return (f"the labels {', '.join(missing)} were not added: {error}",)
        return ()

    def _pages(self, path: str, query: Mapping[str, str], what: str) -> Iterator[object]:
        answer = self._server.ask("GET", path, query)
        for _ in range(PAGES):
            self._expect(answer, 200, what)
            if not isinstance(answer.data, list):
                raise ForgeError(f"{what}: the answer is no list; check GITHUB_API_URL", answer.status)
            yield from answer.data
            if not answer.next:
                return
            answer = self._server.ask("GET", answer.next)
        raise ForgeError(f"{what}: more than {PAGES} pages; check GITHUB_API_URL")

    def _expect(self, answer: Answer, status: int, what: str) -> None:
        expect(answer, status, what, self.repo, self._server.said(answer))


@dataclass(frozen=True, slots=True)
class _Wanted:
    branch: str
    base: str
    title: str
    body: str
    sprint: str
    draft: bool


def from_environment(variables: Mapping[str, str]) -> Forge | None:
    """The forge that GITHUB_TOKEN, REPO and GITHUB_API_URL name; None without a token. Raises RewrightError."""
    token = variables.get("GITHUB_TOKEN", "").strip()
    if not token:
        return None
    if not variables.get("REPO"):
        raise RewrightError("GITHUB_TOKEN is set and REPO is not: set REPO to owner/name of the repository on GitHub")
    return Forge(variables["REPO"], token, variables.get("GITHUB_API_URL") or API)
