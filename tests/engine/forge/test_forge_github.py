"""engine/forge/github against a server that checks each request: one pull request for a branch, whatever goes wrong."""

import logging

import pytest
from github_kit import REPO, TOKEN

from engine.forge.body import body
from engine.forge.github import Forge, from_environment
from engine.forge.http import ForgeError
from engine.forge.published import Published, Review
from engine.model import RewrightError

BRANCH = "refactor/x"


def test_opens_a_draft_with_labels(github, forge, text):
    made = forge.open_or_update(BRANCH, "main", "Title", text, draft=True, labels=("rewright", "review", "rewright"))
    assert (made.number, made.url, made.created, made.notes) == (1, "https://github.test/octo/engine/pull/1", True, ())
    (pull,) = github.pulls
    assert (pull["title"], pull["body"], pull["draft"], pull["head"]["ref"], pull["base"]["ref"]) == (
        "Title",
        text,
        True,
        BRANCH,
        "main",
    )
    assert [label["name"] for label in pull["labels"]] == ["rewright", "review"]
    assert github.methods() == ["GET", "POST", "POST"]
    assert github.asked[0].query == {"head": "octo:refactor/x", "state": "all", "per_page": "100"}


def test_a_second_run_changes_nothing_and_a_new_text_updates(github, forge, text):
    forge.open_or_update(BRANCH, "main", "Title", text, labels=("a",))
    again = forge.open_or_update(BRANCH, "main", "Title", text, labels=("a",))
    assert (again.number, again.created) == (1, False)
    assert github.methods() == ["GET", "POST", "POST", "GET"]
    later = forge.open_or_update(BRANCH, "main", "Other", f"{text}more", labels=("a", "b"))
    assert (later.number, later.created, len(github.pulls)) == (1, False, 1)
    assert github.asked[-2].body == {"title": "Other", "body": f"{text}more"}
    assert github.asked[-1].body == {"labels": ["b"]}


def test_a_base_that_changed_is_changed(github, forge, text):
    github.branches.add("develop")
    forge.open_or_update(BRANCH, "main", "Title", text)
    assert forge.open_or_update(BRANCH, "develop", "Title", text).created is False
    assert github.asked[-1].body == {"base": "develop"}


def test_line_ends_that_the_web_form_changed_are_no_change(github, forge, text):
    github.add(title="Title", body=text.replace("\n", "\r\n"))
    forge.open_or_update(BRANCH, "main", "Title", text)
    assert github.methods() == ["GET"]


def test_ticks_of_a_reviewer_stay(github, forge):
    review = tuple(Review("r", "a.py", line, "narrowed", f"{line}") for line in (1, 2))
    text = body(Published("phase-1", "One", BRANCH, "main", review=review))
    github.add(body=text.replace("- [ ] `a.py:2`", "- [x] `a.py:2`"))
    forge.open_or_update(BRANCH, "main", "Title", text)
    assert "- [ ] `a.py:1`" in github.pulls[0]["body"] and "- [x] `a.py:2`" in github.pulls[0]["body"]


@pytest.mark.parametrize(
    "other", ["By hand", None, "text\n<!-- rewright: sprint=phase-1 generation=1 -->"], ids=["hand", "empty", "late"]
)
def test_somebody_elses_pull_request_is_never_touched(github, forge, text, other):
    before = dict(github.add(title="Mine", body=other))
    with pytest.raises(ForgeError, match=r"pull/1 is open for refactor/x already.*phase-1.*<!-- rewright: sprint=phase-1"):
        forge.open_or_update(BRANCH, "main", "Title", text, labels=("a",))
    assert github.pulls == [before] and github.methods() == ["GET"]


def test_a_pull_request_of_another_sprint_is_not_ours(github, forge, text):
    github.add(body=text.replace("sprint=phase-1", "sprint=phase-2"))
    with pytest.raises(ForgeError, match="not of sprint phase-1"):
        forge.open_or_update(BRANCH, "main", "Title", text)


def test_forks_other_branches_and_other_bases_are_not_in_the_way(github, forge, text):
    github.add(repo="octo/fork", body=text)
    github.add(head="refactor/y", body=text)
    github.add(base="release", body="By hand")
    made = forge.open_or_update(BRANCH, "main", "Title", text)
    assert (made.number, made.created) == (4, True)


def test_a_server_that_lists_everything_does_not_mislead(github, text, clock):
    github.add(head="other", body=text)
    shouting = Forge("OCTO/engine", TOKEN, github.url, sleep=clock.sleep)  # the kit cannot read this head, and lists all
    with pytest.raises(ForgeError):  # 404 from nobody: the kit knows no such repository to create in
        github.fault("POST", 404, {"message": "Not Found"})
        shouting.open_or_update(BRANCH, "main", "Title", text)
    assert github.methods() == ["GET", "POST"]


def test_a_closed_one_is_not_opened_again_but_said(github, forge, text):
    github.add(state="closed", body=text)
    made = forge.open_or_update(BRANCH, "main", "Title", text)
    assert (made.number, made.created) == (2, True)
    assert made.notes == ("#1 for this branch was closed without a merge; #2 is a new one",)
    github.pulls[1].update(state="closed", merged_at="2026-01-01T00:00:00Z")
    assert forge.open_or_update(BRANCH, "main", "Title", text).notes == ()


def test_pages_are_followed(github, forge, text):
    github.page_size = 2
    github.add(body=text, title="Title")
    for _ in range(6):
        github.add(state="closed", body="By hand")
    assert forge.open_or_update(BRANCH, "main", "Title", text).number == 1
    assert [asked.path for asked in github.asked] == [f"/repos/{REPO}/pulls"] + ["/repositories/7/pulls"] * 3
    assert github.asked[-1].query["page"] == "4" and github.asked[-1].headers["Authorization"] == f"Bearer {TOKEN}"


def test_pages_without_end_end(github, forge, text):
    github.page_size = 1
    for _ in range(40):
        github.add(state="closed", body=text)
    with pytest.raises(ForgeError, match="more than 30 pages"):
        forge.open_or_update(BRANCH, "main", "Title", text)


# -- drafts --------------------------------------------------------------------------------


def test_where_there_are_no_drafts_the_title_says_so_and_goes_on_saying_so(github, forge, text):
    github.drafts = False
    made = forge.open_or_update(BRANCH, "main", "Title", text, draft=True)
    assert (made.created, github.pulls[0]["title"], github.pulls[0]["draft"]) == (True, "[draft] Title", False)
    assert "no draft pull requests" in made.notes[0]
    assert forge.open_or_update(BRANCH, "main", "Other", text, draft=True).notes == ()
    assert github.pulls[0]["title"] == "[draft] Other"
    forge.open_or_update(BRANCH, "main", "Other", text, draft=False)
    assert github.pulls[0]["title"] == "Other"


def test_what_the_api_cannot_convert_is_said(github, forge, text):
    forge.open_or_update(BRANCH, "main", "Title", text)
    assert "no draft; a person may convert it" in forge.open_or_update(BRANCH, "main", "Title", text, draft=True).notes[0]
    github.pulls[0]["draft"] = True
    assert "still a draft" in forge.open_or_update(BRANCH, "main", "Title", text).notes[0]


# -- comments ------------------------------------------------------------------------------


def test_a_comment_is_made_once(github, forge, text):
    github.add(body=text)
    github.fault("POST", 0, acts=True)
    assert forge.comment(1, "A new generation is open.", "superseded-2") is False  # lost, and found again
    assert forge.comment(1, "A new generation is open.", "superseded-2") is False
    assert forge.comment(1, "Another.", "superseded-3") is True
    assert [one["body"] for one in github.comments] == [
        "<!-- rewright: comment=superseded-2 -->\nA new generation is open.",
        "<!-- rewright: comment=superseded-3 -->\nAnother.",
    ]
    with pytest.raises(ForgeError, match="key"):
        forge.comment(1, "x", "a --> b")


def test_a_comment_that_cannot_be_made(github, forge):
    github.fault("POST", 502, {}, times=4)
    with pytest.raises(ForgeError, match="answered 502"):
        forge.comment(1, "x", "k")
    assert github.comments == [] and github.methods().count("POST") == 4


# -- the token, and what names the repository ----------------------------------------------


def test_the_token_is_never_shown(github, forge, text, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    assert TOKEN not in repr(forge)
    github.fault("GET", 422, {"message": f"no {TOKEN}\x1b[31m", "errors": [{"field": TOKEN, "code": "x"}]})
    with pytest.raises(ForgeError) as caught:
        forge.open_or_update(BRANCH, "main", "Title", text)
    assert TOKEN not in str(caught.value) and "\x1b" not in str(caught.value) and "****" in str(caught.value)
    forge.open_or_update(BRANCH, "main", "Title", text, labels=("a",))
    assert caplog.records and not any(TOKEN in record.getMessage() for record in caplog.records)
    assert TOKEN not in "".join(capfd.readouterr())
    assert all(TOKEN not in f"{asked.path}{asked.query}{asked.body}" for asked in github.asked)


@pytest.mark.parametrize(
    "repo", ["engine", "a/b/c", "../x", "a/..", "https://github.com/a/b", "a/b?x", "a/b#", "-a/b", "a b/c", "a/b\n", ""]
)
def test_repo_must_be_owner_and_name(repo):
    with pytest.raises(RewrightError, match="owner/name"):
        Forge(repo, TOKEN)


@pytest.mark.parametrize("token", ["", "a b", f"{TOKEN}\nX-Evil: 1", "é"])
def test_a_token_that_would_break_the_header_is_refused_unseen(token):
    with pytest.raises(RewrightError, match="GITHUB_TOKEN") as caught:
        Forge(REPO, token)
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize(
    "api",
    [
        "http://example.com",
        "ftp://localhost",
        "example.com",
        "https://u:p@host",
        "https://h/?q",
        "https://h/#f",
        "https://",
        "https://h:x",
        "http://localhost.evil",
    ],
)
def test_the_api_is_https_or_on_this_machine(api):
    with pytest.raises(RewrightError, match="GITHUB_API_URL"):
        Forge(REPO, TOKEN, api)


def test_the_environment_names_everything():
    assert from_environment({"REPO": REPO}) is None
    assert from_environment({"REPO": REPO, "GITHUB_TOKEN": " "}) is None
    with pytest.raises(RewrightError, match="set REPO to owner/name"):
        from_environment({"GITHUB_TOKEN": TOKEN})
    forge = from_environment({"GITHUB_TOKEN": f"{TOKEN}\n", "REPO": REPO})
    assert (forge.repo, forge.token, forge.api) == (REPO, TOKEN, "https://api.github.com")
    assert from_environment({"GITHUB_TOKEN": TOKEN, "REPO": REPO, "GITHUB_API_URL": "https://ghe.test/api/v3"}).api.endswith(
        "/api/v3"
    )
