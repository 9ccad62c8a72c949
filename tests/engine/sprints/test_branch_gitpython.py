"""What landed, as GitPython reads it: its own parsers of refs, commits and trees, and none of our code."""

import git
import sprint_kit as kit


def tree_of(commit):
    return {blob.path: (blob.mode, blob.data_stream.read()) for blob in commit.tree.traverse() if blob.type == "blob"}


def test_another_reader_sees_the_batches_that_were_told(tmp_path):
    files = {"a/crlf.py": kit.OLD.replace("\n", "\r\n"), "b/ß.py": "# ö\n" + kit.OLD, "b/same.py": "x = 1\n"}
    folder = kit.repository(tmp_path / "r", "budget: {files: 1}", files)
    told = kit.told(folder, "--all")
    made = [one for batch in told["batches"] for one in batch["commits"]]
    with git.Repo(folder) as repo:
        assert not repo.is_dirty(untracked_files=True) and repo.active_branch.name == "main"
        commit, chain = repo.heads["refactor/s"].commit, []
        while commit != repo.heads.main.commit:
            chain.insert(0, commit)
            (commit,) = commit.parents
        assert [one.hexsha for one in chain] == [one["commit"] for one in made]
        for one, said in zip(chain, made, strict=True):
            before, after = tree_of(one.parents[0]), tree_of(one)
            assert sorted(path for path in after if after[path] != before.get(path)) == said["files"]
            assert {path: mode for path, (mode, _) in after.items()} == {path: mode for path, (mode, _) in before.items()}
            assert one.author.email == "ada@example.org" and one.trailers_dict["Rewright-Sprint"] == ["s"]
        _, crlf = tree_of(chain[-1])["a/crlf.py"]
        assert b"Unavailable" in crlf and crlf.count(b"\r\n") == crlf.count(b"\n")
