"""GitHub on this machine: an HTTP server that holds pull requests, and checks what it is asked, and what it answers itself,
against GitHub's published OpenAPI description (tests/data/github-openapi.json)."""

import copy
import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from openapi_kit import EXAMPLES, check_answer, check_request, operation

TOKEN = "k3y" * 12  # of no shape that engine.redact knows
REPO = "octo/engine"


@dataclass
class Fault:
    """What the next request of a method gets instead of its answer. `acts`: it is carried out all the same."""

    method: str
    status: int = 0  # 0: the connection is closed without an answer
    data: object = None  # bytes as they are, anything else as JSON
    headers: dict = field(default_factory=dict)
    acts: bool = False
    seconds: float = 0.0


@dataclass
class Asked:
    method: str
    path: str
    query: dict
    headers: dict
    body: object


class GitHub(ThreadingHTTPServer):
    """`pulls` as GitHub lists them, `asked` in order, `wrong`: what breaks the description."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pulls, self.comments, self.asked, self.wrong, self.faults = [], [], [], [], deque()
        self.page_size, self.drafts, self.branches, self.token = 100, True, {"main", "refactor/x"}, TOKEN
        self.gone = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def fault(self, method, status=0, data=None, times=1, **more):
        self.faults.extend(Fault(method, status, data, **more) for _ in range(times))

    def methods(self):
        return [asked.method for asked in self.asked]

    def add(self, head="refactor/x", base="main", state="open", repo=REPO, **fields):
        """A pull request that is there already."""
        number = len(self.pulls) + 1
        made = copy.deepcopy(EXAMPLES["pull-request-simple-items"][0])
        made.update(
            number=number,
            html_url=f"https://github.test/{REPO}/pull/{number}",
            state=state,
            merged_at=None,
            labels=[],
            draft=False,
        )
        made["head"]["ref"], made["base"]["ref"] = head, base
        made["head"]["repo"]["full_name"], made["base"]["repo"]["full_name"] = repo, REPO
        made.update(fields)
        self.pulls.append(made)
        return made

    # -- the operations: (status, data) ----------------------------------------------------

    def list_pulls(self, query, _body, _values):
        owner, _, head = query.get("head", "").partition(":")
        state = query.get("state", "open")
        found = [one for one in self.pulls if (not head or one["head"]["ref"] == head) and state in ("all", one["state"])]
        return 200, found[::-1] if owner == REPO.split("/", maxsplit=1)[0] else self.pulls[::-1]

    def create_pull(self, _query, body, _values):
        def invalid(**error):
            return 422, {
                "message": "Validation Failed",
                "documentation_url": "x",
                "errors": [{"resource": "PullRequest", **error}],
            }

        for name in ("head", "base"):
            if body[name] not in self.branches:
                return invalid(field=name, code="invalid")
        if body.get("draft") and not self.drafts:
            return 422, {"message": "Draft pull requests are not supported in this repository.", "documentation_url": "x"}
        same = (body["head"], REPO, body["base"])
        taken = (
            (one["head"]["ref"], one["head"]["repo"]["full_name"], one["base"]["ref"])
            for one in self.pulls
            if one["state"] == "open"
        )
        if same in taken:
            return invalid(code="custom", message=f"A pull request already exists for octo:{body['head']}.")
        made = self.add(body["head"], body["base"], title=body["title"], body=body["body"], draft=body["draft"])
        return 201, whole(made)

    def update_pull(self, _query, body, values):
        found = self.pulls[int(values["pull_number"]) - 1]
        found.update({name: value for name, value in body.items() if name != "base"})
        found["base"]["ref"] = body.get("base", found["base"]["ref"])
        return 200, whole(found)

    def add_labels(self, _query, body, values):
        found = self.pulls[int(values["issue_number"]) - 1]
        found["labels"] += [{**EXAMPLES["label-items"][0], "name": name} for name in body["labels"]]
        return 200, found["labels"]

    def list_comments(self, _query, _body, _values):
        return 200, self.comments

    def create_comment(self, _query, body, _values):
        self.comments.append({**copy.deepcopy(EXAMPLES["issue-comment"]), "body": body["body"]})
        return 201, self.comments[-1]


def whole(simple):
    """A listed pull request as GitHub answers when one is made or changed."""
    return {**copy.deepcopy(EXAMPLES["pull-request"]), **simple}


OPERATIONS = {
    "pulls/list": GitHub.list_pulls,
    "pulls/create": GitHub.create_pull,
    "pulls/update": GitHub.update_pull,
    "issues/add-labels": GitHub.add_labels,
    "issues/list-comments": GitHub.list_comments,
    "issues/create-comment": GitHub.create_comment,
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits 40 ms for its header to be acknowledged

    def log_message(self, *_):
        pass

    def handle_any(self):
        server, body = self.server, self.rfile.read(int(self.headers.get("Content-Length", 0)))
        split = urlsplit(self.path)
        path = split.path.replace("/repositories/7/", f"/repos/{REPO}/")  # as GitHub writes its Link headers
        query = dict(parse_qsl(split.query))
        server.asked.append(Asked(self.command, split.path, query, dict(self.headers), json.loads(body) if body else None))
        server.wrong += check_request(self.command, path, query, self.headers, body)
        fault = server.faults[0] if server.faults and server.faults[0].method == self.command else None
        if fault:
            server.faults.popleft()
            server.gone.wait(fault.seconds)
            if not fault.acts:
                return self.break_off(fault)
        if self.headers["Authorization"] != f"Bearer {server.token}":
            return self.answer(401, {"message": "Bad credentials", "documentation_url": "x", "status": "401"})
        _, described, values = operation(self.command, path)
        status, data = OPERATIONS[described["operationId"]](server, query, json.loads(body) if body else None, values)
        if fault:
            return self.break_off(fault)
        headers = {}
        if isinstance(data, list) and self.command == "GET":
            page, size = int(query.get("page", 1)), min(server.page_size, int(query.get("per_page", 30)))
            if len(data) > page * size:
                following = urlencode({**query, "page": page + 1})
                headers["Link"] = f'<{server.url}{path.replace(f"/repos/{REPO}/", "/repositories/7/")}?{following}>; rel="next"'
            data = data[(page - 1) * size : page * size]
        server.wrong += [f"our own answer: {problem}" for problem in check_answer(self.command, path, status, json.dumps(data))]
        return self.answer(status, data, headers)

    do_GET = do_POST = do_PATCH = handle_any

    def break_off(self, fault):
        if fault.status:
            self.answer(fault.status, fault.data, fault.headers)
        self.close_connection = True

    def answer(self, status, data, headers=None):
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:  # whoever asked has gone
            self.close_connection = True


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.time, self.slept = 1_800_000_000.0, []

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.time += seconds


def wait_for(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()
