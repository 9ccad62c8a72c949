"""One way to ask a REST server: retries, rate limits, time-outs, size limits, and a token that goes to no other host.

Nothing here knows what is asked for. Redirects are followed on the same scheme, host and port only, with the same method
and body, as GitHub's documentation asks. Sleep, clock and transport are the caller's to replace.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from engine.errors import RewrightError
from engine.model import JSON
from engine.redact import redact
from engine.report.screen import escape

DELAYS = (1.0, 2.0, 4.0)  # seconds before each further try
HOPS = 3  # redirects that one request may take
MAX_BYTES = 20_000_000  # of one answer
VERSION = "2022-11-28"  # of GitHub's REST API
_AGAIN = frozenset({502, 503, 504})
_MOVED = frozenset({301, 302, 307, 308})
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_UNSAID = 60.0  # seconds to wait for a rate limit that names no time, as GitHub's documentation asks
_LATEST = 253402300799.0  # the last second of the year 9999, which datetime can show


class ForgeError(RewrightError):
    """A request that did not get what it wanted. `status` is the answer's, 0 when there was none."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Lost(ForgeError):
    """No usable answer: the server may have done what was asked, or not. `again`: another try may help."""

    def __init__(self, message: str, status: int = 0, *, again: bool) -> None:
        super().__init__(message, status)
        self.again = again


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the headers, and the JSON of the body (None when it is empty, or no JSON under an error status)."""

    status: int
    headers: httpx.Headers
    data: JSON
    url: str
    next: str = ""  # absolute URL of the next page, from the Link header


@dataclass(frozen=True, slots=True)
class Server:
    """A REST server with the token for it. Times are in seconds."""

    api: str  # https://host or https://host/path, without a slash at the end
    token: str = field(repr=False)
    transport: httpx.BaseTransport | None = None
    sleep: Callable[[float], object] = time.sleep
    now: Callable[[], float] = time.time
    patience: float = 60.0  # what one request may wait for rate limits, all in all
    seconds: float = 10.0  # to connect, and between two pieces of an answer; an answer takes three times that at most

    def ask(
        self, method: str, path: str, params: Mapping[str, str] | None = None, body: JSON = None, *, repeat: bool = True
    ) -> Answer:
        """The answer to one request; `path` is below `api`, or the whole URL of a next page.

        With `repeat`, a lost answer is asked for again up to three times; without, Lost is raised at once. A rate limit,
        under which nothing was done, is waited for in both. Raises ForgeError.
        """
        url = httpx.URL(path if "://" in path else self.api + path)
        url = url.copy_merge_params(params) if params else url
        delays, left = iter(DELAYS), self.patience
        while True:
            try:
                answer = self._hops(method, url, body)
            except Lost as lost:
                delay = next(delays, None) if repeat and lost.again else None
                if delay is None:
                    raise
                self.sleep(delay)
                continue
            wait = _limited(answer, self.now())
            if wait is None:
                return answer
            if wait > left:
                raise ForgeError(self._out_of_patience(wait), answer.status)
            left -= wait
            self.sleep(wait)

    def said(self, answer: Answer) -> str:
        """What an answer says in its `message` and `errors`, in one line that may be shown."""
        data = answer.data if isinstance(answer.data, Mapping) else {}
        parts = [str(data.get("message") or "")]
        errors = data.get("errors")
        for error in errors if isinstance(errors, list) else []:
            if isinstance(error, Mapping):
                parts.append(str(error.get("message") or f"{error.get('field', '')} {error.get('code', '')}".strip()))
            else:
                parts.append(str(error))
        return self.shown("; ".join(part for part in parts if part))

    def shown(self, text: str) -> str:
        """Text of a server, or of an exception, without the token and without control characters."""
        return escape(redact(text.replace(self.token, "****")[:1_000]))[:300]

    def _hops(self, method: str, url: httpx.URL, body: JSON) -> Answer:
        for _ in range(HOPS + 1):
            answer = self._once(method, url, body)
            if answer.status not in _MOVED:
                return self._with_next(answer, url)
            url = self._near(url, answer.headers.get("location", ""), "redirects")
        raise ForgeError(f"{url.host} redirects from one place to the next; check REPO and GITHUB_API_URL")

    def _once(self, method: str, url: httpx.URL, body: JSON) -> Answer:
        headers = {
            "Accept": "application/vnd.github+json",
            "Accept-Encoding": "identity",
            "Authorization": f"Bearer {self.token}",
            "User-Agent": "rewright",
            "X-GitHub-Api-Version": VERSION,
        }
        # A proxy named in the environment sees https encrypted; over http, to this machine, it would see the token.
        # Certificates are loaded for https only: that takes a tenth of a second, and http has none.
        https = url.scheme == "https"
        settings = {"transport": self.transport, "trust_env": https, "verify": https}
        try:
            with (
                httpx.Client(timeout=self.seconds, follow_redirects=False, **settings) as client,  # type: ignore[arg-type]
                client.stream(method, url, json=body, headers=headers) as response,
            ):
                return self._read(response)
        except httpx.TimeoutException as error:
            raise Lost(f"{url.host} did not answer within {self.seconds:g} s", again=True) from error
        except httpx.RequestError as error:
            raise Lost(f"{url.host} cannot be reached: {self.shown(str(error))}", again=True) from error

    def _read(self, response: httpx.Response) -> Answer:
        host, status = response.url.host, response.status_code
        end, content = time.monotonic() + 3 * self.seconds, bytearray()
        for piece in response.iter_bytes():
            content += piece
            if len(content) > MAX_BYTES:
                raise ForgeError(f"{host} answered more than {MAX_BYTES // 1_000_000} MB; check GITHUB_API_URL", status)
            if time.monotonic() > end:
                raise Lost(f"{host} did not end its answer within {3 * self.seconds:g} s", status, again=True)
        if status in _AGAIN:
            raise Lost(f"{host} answered {status}", status, again=True)
        data: JSON = None
        try:
            data = json.loads(content.decode("utf-8")) if content else None
        except (ValueError, RecursionError) as error:
            if status < 300:
                message = f"{host} answered {status} with something that is not JSON; check GITHUB_API_URL"
                raise Lost(message, status, again=False) from error
        return Answer(status, response.headers, data, str(response.url))

    def _with_next(self, answer: Answer, url: httpx.URL) -> Answer:
        links = httpx.Response(answer.status, headers=answer.headers).links
        following = links.get("next", {}).get("url", "")
        if not following:
            return answer
        return Answer(
            answer.status, answer.headers, answer.data, answer.url, str(self._near(url, following, "has the next page"))
        )

    def _near(self, url: httpx.URL, location: str, what: str) -> httpx.URL:
        """Where an answer sends us, if that is the same server. Raises ForgeError: the token goes nowhere else."""
        try:
            there = url.join(location)
        except httpx.InvalidURL as error:
            raise ForgeError(f"{url.host} {what} at an address that cannot be read") from error
        if not location or (there.scheme, there.host, there.port) != (url.scheme, url.host, url.port):
            raise ForgeError(
                f"{url.host} {what} at {self.shown(there.host) or 'nowhere'}, where the token will not be sent; "
                "check REPO and GITHUB_API_URL"
            )
        return there.copy_with(userinfo=b"")

    def _out_of_patience(self, wait: float) -> str:
        until = datetime.fromtimestamp(min(self.now() + wait, _LATEST), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"the rate limit of {httpx.URL(self.api).host} is used up until {until}; run the same command again then"


def check_api(api: str) -> None:
    """Raises RewrightError unless `api` is an https address without a user, a query or a fragment; http on this machine only."""
    try:
        url = httpx.URL(api)
    except httpx.InvalidURL as error:
        raise RewrightError("GITHUB_API_URL is no address; leave it unset for github.com") from error
    if not url.host or url.userinfo or url.query or url.fragment or not api.isprintable():
        raise RewrightError("GITHUB_API_URL must be https://host/path, without a user, a query or a fragment")
    if url.scheme != "https" and not (url.scheme == "http" and url.host in _LOCAL):
        raise RewrightError(
            f"GITHUB_API_URL must begin with https://: the token would be readable on its way to {escape(url.host)}"
        )


def _limited(answer: Answer, now: float) -> float | None:
    """Seconds to wait, one at least, if the answer speaks of a rate limit."""
    if answer.status not in (403, 429):
        return None
    after, reset = answer.headers.get("retry-after"), answer.headers.get("x-ratelimit-reset", "")
    if after is not None:
        return max(_seconds(after, now), 1.0)
    if answer.headers.get("x-ratelimit-remaining") == "0":
        return max(float(reset) - now + 1, 1.0) if reset.isdecimal() and len(reset) < 13 else _UNSAID
    message = str(answer.data.get("message")) if isinstance(answer.data, Mapping) else ""
    return _UNSAID if answer.status == 429 or "rate limit" in message.lower() else None


def _seconds(after: str, now: float) -> float:
    if after.isdecimal() and len(after) < 10:
        return float(after)
    try:
        return parsedate_to_datetime(after).timestamp() - now
    except (ValueError, OverflowError):
        return _UNSAID
