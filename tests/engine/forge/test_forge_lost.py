"""engine/forge/github where an answer is lost or a refusal: no second pull request, and a sentence that says what to do."""

import pytest

from engine.forge.http import ForgeError

BRANCH = "refactor/x"


@pytest.mark.parametrize("status", [0, 502, 503, 504])
@pytest.mark.parametrize("acts", [True, False], ids=["made", "not made"])
def test_fault_86_a_creation_whose_answer_is_lost_makes_no_second_one(github, forge, text, clock, status, acts):
    github.fault("POST", status, {"message": "x"}, acts=acts)
    made = forge.open_or_update(BRANCH, "main", "Title", text)
    assert (made.number, made.created, len(github.pulls)) == (1, True, 1)
    assert github.methods() == (["GET", "POST", "GET"] if acts else ["GET", "POST", "GET", "POST"])
    assert clock.slept == ([] if acts else [1.0])


def test_fault_86_a_run_after_a_failed_one_makes_no_duplicate(github, forge, text, clock):
    github.fault("POST", 503, {"message": "x"}, times=4)
    with pytest.raises(ForgeError, match="answered 503"):
        forge.open_or_update(BRANCH, "main", "Title", text)
    assert github.pulls == [] and clock.slept == [1.0, 2.0, 4.0]
    github.fault("POST", 201, b"<html>", acts=True)
    github.fault("GET", 503, {"message": "x"}, times=4)
    with pytest.raises(ForgeError, match="answered 503"):
        forge.open_or_update(BRANCH, "main", "Title", text)  # made, and neither answer nor list came through
    assert len(github.pulls) == 1
    made = forge.open_or_update(BRANCH, "main", "Title", text)
    assert (made.number, made.created, len(github.pulls)) == (1, False, 1)


@pytest.mark.parametrize(
    "data", [b"<html>", b"\xff\xfe", b"[]", b'{"number": 1}', b"[" * 100_000], ids=["html", "bytes", "list", "half", "deep"]
)
def test_a_creation_with_a_malformed_answer_is_looked_up(github, forge, text, data):
    github.fault("POST", 201, data, acts=True)
    assert forge.open_or_update(BRANCH, "main", "Title", text).created is True
    assert len(github.pulls) == 1 and github.methods() == ["GET", "POST", "GET"]


def test_a_creation_that_answers_nonsense_and_made_nothing_is_an_error(github, forge, text):
    github.fault("POST", 201, b"<html>")
    with pytest.raises(ForgeError, match="not JSON"):
        forge.open_or_update(BRANCH, "main", "Title", text)


def test_already_exists_is_looked_up_until_the_list_has_it(github, forge, text, clock):
    github.add(body=text, title="Old")
    github.fault("GET", 200, [])
    github.fault(
        "POST", 422, {"message": "Validation Failed", "errors": [{"message": "A pull request already exists for octo:x."}]}
    )
    github.fault("GET", 200, [])
    made = forge.open_or_update(BRANCH, "main", "Title", text)
    assert (made.number, made.created, clock.slept) == (1, False, [1.0])
    assert github.pulls[0]["title"] == "Title" and len(github.pulls) == 1


def test_already_exists_and_never_listed_is_an_error(github, forge, text):
    github.fault("GET", 200, [])
    github.fault("POST", 422, {"message": "A pull request already exists for octo:x."})
    github.fault("GET", 200, [], times=4)
    with pytest.raises(ForgeError, match="does not list it"):
        forge.open_or_update(BRANCH, "main", "Title", text)


# -- what GitHub refuses -------------------------------------------------------------------


def test_a_branch_or_a_base_that_is_not_there(github, forge, text):
    with pytest.raises(ForgeError, match=r"the branch is not on GitHub \(422\): push it first") as caught:
        forge.open_or_update("refactor/unpushed", "main", "Title", text)
    assert caught.value.status == 422
    with pytest.raises(ForgeError, match="base branch is not on GitHub"):
        forge.open_or_update(BRANCH, "nowhere", "Title", text)


def test_nothing_to_review_and_other_refusals(github, forge, text):
    github.fault("POST", 422, {"message": "Validation Failed", "errors": [{"message": "No commits between main and refactor/x"}]})
    with pytest.raises(ForgeError, match="nothing to review"):
        forge.open_or_update(BRANCH, "main", "Title", text)
    github.fault("POST", 422, {"message": "Validation Failed", "errors": ["plain words"]})
    with pytest.raises(ForgeError, match=r"GitHub refuses it \(422\). GitHub says: Validation Failed; plain words"):
        forge.open_or_update(BRANCH, "main", "Title", text)


def test_401_403_404_and_others_say_what_to_do(github, forge, text):
    for status, data, headers, words in (
        (403, {"message": "Resource not accessible"}, {}, "may not do this"),
        (403, {}, {"X-GitHub-SSO": "required"}, "single sign-on"),
        (404, {"message": "Not Found"}, {}, "check REPO, GITHUB_API_URL and the token"),
        (500, b"oops", {}, "answered 500; run the same command again later"),
        (418, None, {}, "answered 418"),
    ):
        github.fault("GET", status, data, headers=headers)
        with pytest.raises(ForgeError, match=words) as caught:
            forge.open_or_update(BRANCH, "main", "Title", text)
        assert caught.value.status == status
    github.token = "another"
    with pytest.raises(ForgeError, match=r"GITHUB_TOKEN is not accepted \(401\)"):
        forge.open_or_update(BRANCH, "main", "Title", text)


def test_labels_that_fail_are_a_note(github, forge, text):
    github.fault("GET", 200, [])
    github.fault("POST", 422, {"message": "Draft pull requests are not supported"})  # uses up the first POST
    github.drafts = False
    made = forge.open_or_update(BRANCH, "main", "Title", text, draft=True)
    github.fault("POST", 403, {"message": "no"})
    again = forge.open_or_update(BRANCH, "main", "Title", text, draft=True, labels=("a", "b"))
    assert made.created and again.number == 1
    assert "the labels a, b were not added: labelling #1: GITHUB_TOKEN may not do this" in again.notes[0]


def test_a_body_that_is_not_ours_or_too_long_is_not_sent(github, forge, text):
    with pytest.raises(ForgeError, match="lacks Rewright's marker"):
        forge.open_or_update(BRANCH, "main", "Title", "Hello")
    with pytest.raises(ForgeError, match="65,536"):
        forge.open_or_update(BRANCH, "main", "Title", text + "x" * 65_536)
    assert github.asked == []


def test_a_list_that_is_none_is_an_error(github, forge, text):
    for data, words in (({"a": 1}, "no list"), ([{"number": "1"}], "is no pull request")):
        github.fault("GET", 200, data)
        with pytest.raises(ForgeError, match=words):
            forge.open_or_update(BRANCH, "main", "Title", text)
