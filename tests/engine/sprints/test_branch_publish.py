"""A branch on its way out: to a remote, to files, and to its review."""

import threading

import pytest
import sprint_kit as kit
import vcs_kit
from github_kit import REPO, TOKEN, GitHub


def published(tmp_path, **more):
    folder = kit.repository(tmp_path / "r", "base: main, budget: {files: 2}", **more)
    vcs_kit.git(tmp_path, "init", "-q", "--bare", "remote.git")
    vcs_kit.git(folder, "remote", "add", "review", str(tmp_path / "remote.git"))
    return folder


def test_a_push_goes_to_a_named_remote_and_a_second_one_goes_on(tmp_path):
    folder = published(tmp_path)
    assert "review/refactor/s is at" in kit.branch(folder, "--push", "review").stdout
    assert vcs_kit.git(tmp_path / "remote.git", "rev-parse", "refactor/s") == vcs_kit.git(folder, "rev-parse", "refactor/s")
    assert "(updated)" in kit.branch(folder, "--push", "review").stdout


def test_fault_86_a_push_that_is_rejected_keeps_the_branch_and_makes_no_duplicate(tmp_path):
    folder = published(tmp_path)
    kit.branch(folder, "--push", "review")
    vcs_kit.git(tmp_path, "clone", "-q", "-b", "refactor/s", str(tmp_path / "remote.git"), "other")
    vcs_kit.git(tmp_path / "other", "commit", "-q", "--allow-empty", "-m", "a reviewer's")
    vcs_kit.git(tmp_path / "other", "push", "-q")
    refused = kit.branch(folder, "--push", "review", expect=2)
    assert "review" in refused.stderr and "Traceback" not in refused.stderr
    assert len(kit.commits(folder)) == 2
    tip = vcs_kit.git(folder, "rev-parse", "refactor/s")
    assert vcs_kit.git(tmp_path / "remote.git", "log", "-1", "--format=%s", "refactor/s") == "a reviewer's"
    kit.branch(folder, "--push", "review", expect=2)  # the third batch lands, and the push is refused again
    assert vcs_kit.git(folder, "rev-parse", "refactor/s~1") == tip


def test_fault_88_an_address_is_no_remote(tmp_path):
    folder = published(tmp_path)
    for address in ("ext::sh -c touch% x", "--upload-pack=x", str(tmp_path / "remote.git")):
        assert "Traceback" not in kit.branch(folder, f"--push={address}", "--all", expect=2).stderr
    assert vcs_kit.git(tmp_path / "remote.git", "for-each-ref") == ""


def test_without_a_token_the_text_is_written_to_a_file(tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    folder = published(tmp_path)
    assert "set GITHUB_TOKEN and REPO to open it" in kit.branch(folder, "--pr").stdout
    text = (folder / ".git" / "rewright" / "s.md").read_text()
    assert text.startswith("<!-- rewright: sprint=s generation=1 -->")
    assert "From `refactor/s` into `main`: 2 changes in 2 files, 2 of them unsafe." in text
    kit.branch(folder, "--body", str(tmp_path / "all.md"))
    assert "4 changes in 4 files" in (tmp_path / "all.md").read_text()


def test_the_text_tells_what_was_set_aside(tmp_path):
    (tmp_path / "check.py").write_text(
        "import sys\nsys.exit(any('Unavailable' in open(n).read() for n in sys.argv[1:] if 'm1' in n))\n"
    )
    gates = f'gates: [{{name: clean, run: "python3 {tmp_path}/check.py {{files}}"}}]'
    folder = kit.repository(tmp_path / "r", f"granularity: file, {gates}", count=2)
    kit.branch(folder, "--body", str(tmp_path / "body.md"), expect=1)
    text = (tmp_path / "body.md").read_text()
    assert "## Set aside" in text and "b/m1.py" in text and "gate clean: failed" in text


def test_a_bundle_and_patches_hold_the_branch(tmp_path):
    folder = published(tmp_path)
    kit.branch(folder, "--all", "--bundle", str(tmp_path / "s.bundle"), "--patches", str(tmp_path / "patches"))
    vcs_kit.git(tmp_path, "clone", "-q", str(folder), "one")
    vcs_kit.git(tmp_path / "one", "fetch", "-q", str(tmp_path / "s.bundle"), "refactor/s:bundled")
    vcs_kit.git(tmp_path / "one", "am", "-q", *map(str, sorted((tmp_path / "patches").glob("*.patch"))))
    assert vcs_kit.git(tmp_path / "one", "rev-parse", "bundled") == vcs_kit.git(folder, "rev-parse", "refactor/s")
    assert vcs_kit.git(tmp_path / "one", "diff", "bundled", "HEAD") == ""


def test_there_must_be_a_branch_to_publish(tmp_path):
    folder = published(tmp_path, files={"a.py": "a = 1\n"})
    assert "there is no branch refactor/s yet" in kit.branch(folder, "--push", "review", expect=2).stderr
    assert "nothing to publish" in kit.branch(folder, "--push", "review", "--dry-run", expect=2).stderr


@pytest.fixture
def github(monkeypatch):
    """GitHub on this machine, which the environment names."""
    server = GitHub()
    server.branches.add("refactor/s")
    for name, value in {"GITHUB_TOKEN": TOKEN, "REPO": REPO, "GITHUB_API_URL": server.url}.items():
        monkeypatch.setenv(name, value)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.gone.set()
    server.shutdown()
    server.server_close()
    thread.join()
    assert server.wrong == []


def test_a_pull_request_is_opened_once_and_then_updated(tmp_path, github):
    folder = published(tmp_path)
    first = kit.branch(folder, "--push", "review", "--pr")
    assert "opened as a draft" in first.stdout and TOKEN not in first.stdout + first.stderr
    assert "updated" in kit.branch(folder, "--push", "review", "--pr").stdout
    (pull,) = github.pulls
    assert "4 changes in 4 files" in pull["body"]


def test_fault_86_a_forge_that_fails_keeps_what_landed_and_makes_no_duplicate(tmp_path, github):
    folder = published(tmp_path)
    github.fault("POST", 422, {"message": "Validation Failed", "errors": []})
    kit.branch(folder, "--push", "review", "--pr", expect=2)
    assert len(kit.commits(folder)) == 1 and github.pulls == []
    kit.branch(folder, "--push", "review", "--pr")
    assert len(github.pulls) == 1


def test_a_base_of_a_remote_is_named_as_the_forge_knows_it(tmp_path):
    folder = published(tmp_path)
    vcs_kit.git(folder, "push", "-q", "review", "main")
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text().replace("base: main", "base: review/main"))
    kit.branch(folder, "--body", str(tmp_path / "body.md"))
    assert "From `refactor/s` into `main`" in (tmp_path / "body.md").read_text()
    vcs_kit.git(folder, "tag", "v1")
    rules.write_text(rules.read_text().replace("base: review/main", "base: v1"))
    assert "its base v1 is no branch" in kit.branch(folder, "--body", str(tmp_path / "none.md"), expect=2).stderr


def test_what_cannot_be_published_is_known_before_anything_lands(tmp_path, monkeypatch):
    folder = published(tmp_path)
    assert "--push takes the name of a remote, not typo" in kit.branch(folder, "--push", "typo", expect=2).stderr
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.delenv("REPO", raising=False)
    assert "REPO is not" in kit.branch(folder, "--pr", expect=2).stderr
    assert kit.branches(folder) == ["main"]


def test_no_batch_and_what_landed_is_published(tmp_path):
    folder = published(tmp_path)
    kit.branch(folder)
    assert "Nothing landed. More may be left" in kit.branch(folder, "--batches", "0", "--push", "review").stdout
    assert len(kit.commits(folder)) == 1
    assert vcs_kit.git(tmp_path / "remote.git", "rev-parse", "refactor/s") == vcs_kit.git(folder, "rev-parse", "refactor/s")
