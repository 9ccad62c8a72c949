"""What GitHub answers, read with care: a pull request out of its JSON, and a sentence out of a refusal. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.forge.http import Answer, ForgeError, Lost


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request as GitHub lists it."""

    number: int
    url: str  # for people
    title: str
    body: str  # empty when there is none
    open: bool
    merged: bool
    draft: bool
    head: str  # branch
    base: str  # branch
    from_here: bool  # its branch is in the repository that it is for, not in a fork
    labels: tuple[str, ...]


def pull(data: object) -> Pull:
    """A pull request out of GitHub's JSON. Raises Lost when it is something else: it may have been made all the same."""
    head, base = _map(data, "head"), _map(data, "base")
    labels = _map(data).get("labels")
    made = Pull(
        number=number if isinstance(number := _map(data).get("number"), int) else 0,
        url=_text(data, "html_url"),
        title=_text(data, "title"),
        body=_text(data, "body"),
        open=_text(data, "state") == "open",
        merged=bool(_map(data).get("merged_at")),
        draft=_map(data).get("draft") is True,
        head=_text(head, "ref"),
        base=_text(base, "ref"),
        from_here=_text(_map(head, "repo"), "full_name") == _text(_map(base, "repo"), "full_name") != "",
        labels=tuple(_text(label, "name") for label in labels) if isinstance(labels, list) else (),
    )
    if not (made.number > 0 and made.url and made.head and made.base):
        raise Lost("GitHub's answer is no pull request; check GITHUB_API_URL", again=False)
    return made


def expect(answer: Answer, status: int, what: str, repo: str, said: str) -> None:
    """Raises ForgeError, in words that say what to do, unless the answer has this status. `said`: Server.said of it."""
    if answer.status == status:
        return
    quoted = f" GitHub says: {said}" if said else ""
    if answer.status == 401:
        why = "GITHUB_TOKEN is not accepted (401): it is wrong, expired or revoked; set a new one"
    elif answer.status == 403 and "x-github-sso" in answer.headers:
        why = "GITHUB_TOKEN is not authorised for this organisation's single sign-on (403): authorise it in its settings"
    elif answer.status == 403:
        why = f"GITHUB_TOKEN may not do this (403): it needs read and write access to pull requests and issues of {repo}"
    elif answer.status in (404, 410):
        why = f"{repo} is not there, or GITHUB_TOKEN may not see it ({answer.status}): check REPO, GITHUB_API_URL and the token"
    elif answer.status == 422:
        why = _invalid(answer, said)
    else:
        why = f"GitHub answered {answer.status}; run the same command again later"
    raise ForgeError(f"{what}: {why}.{quoted}", answer.status)


def _invalid(answer: Answer, said: str) -> str:
    fields = {_text(error, "field"): _text(error, "code") for error in _list(answer.data, "errors")}
    if fields.get("head") == "invalid":
        return "the branch is not on GitHub (422): push it first, to the repository that REPO names"
    if fields.get("base") == "invalid":
        return "the base branch is not on GitHub (422): check the sprint's `base`, or push that branch"
    if "no commits between" in said.lower():
        return "the branch holds nothing that its base lacks (422): there is nothing to review"
    return "GitHub refuses it (422)"


def _map(data: object, key: str = "") -> Mapping[str, object]:
    found = data.get(key) if key and isinstance(data, Mapping) else data
    return found if isinstance(found, Mapping) else {}


def _list(data: object, key: str) -> list[object]:
    found = _map(data).get(key)
    return found if isinstance(found, list) else []


def _text(data: object, key: str) -> str:
    found = _map(data).get(key)
    return found if isinstance(found, str) else ""
