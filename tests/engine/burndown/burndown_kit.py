"""Repositories with a history, made by `git fast-import`; and codemods that worker processes can import."""

import os
import random
import re
import subprocess
import time

from engine import Codemod, Finding
from engine.cache import Cache
from engine.model import Site
from engine.process import BoundRule
from engine.request import PlannedRule, Request

ENV = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_NAME": "A", "GIT_COMMITTER_NAME": "A"}
ENV |= {"GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_EMAIL": "a@b", "LC_ALL": "C"}
DAY = 86_400
START = 1_735_689_600  # 2025-01-01, a Wednesday


def git(folder, *arguments, stdin=b""):
    """What a git command prints, as bytes."""
    argv = ["git", *map(os.fspath, arguments)]
    return subprocess.run(argv, cwd=folder, input=stdin, env=os.environ | ENV, check=True, capture_output=True).stdout


class History:
    """A repository that grows commit by commit. Each file is bytes, or (mode, bytes or oid); None removes it."""

    def __init__(self, folder, *options):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.stream, self.marks, self.tips = folder, [], 0, {}
        git(folder, "init", "-q", "-b", "main", *options)

    def commit(self, files, when=None, zone="+0000", branch="main", merges=None, message="x"):
        self.marks += 1
        when = START + self.marks * 3600 if when is None else when
        out = self.stream
        out.append(b"commit refs/heads/%s\nmark :%d\n" % (branch.encode(), self.marks))
        out.append(b"committer A <a@b> %d %s\n" % (when, zone.encode()))
        out.append(b"data %d\n%s\n" % (len(message), message.encode()))
        if branch in self.tips:
            out.append(b"from :%d\n" % self.tips[branch])
        elif branch != "main":
            out.append(b"from :%d\n" % self.tips["main"])
        if merges:
            out.append(b"merge :%d\n" % self.tips[merges])
        for path, content in files.items():
            name = b'"%s"' % _quoted(os.fsencode(path))
            if content is None:
                out.append(b"D %s\n" % name)
                continue
            mode, data = content if isinstance(content, tuple) else ("100644", content)
            if mode == "160000":
                out.append(b"M 160000 %s %s\n" % (data, name))
            else:
                out.append(b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), name, len(data), data))
        self.tips[branch] = self.marks
        return self

    def done(self, checkout=True):
        """Write it all; the folder."""
        git(self.folder, "fast-import", "--quiet", "--force", stdin=b"".join(self.stream))
        if checkout:
            git(self.folder, "reset", "-q", "--hard", "main")
        return self.folder


def _quoted(raw):
    return re.sub(rb'["\\\n]', lambda match: {b"\n": b"\\n"}.get(match[0], b"\\" + match[0]), raw)


def random_history(folder, seed, commits=40):
    """Files come, change, go, move, become executable, links, submodules, folders; branches are merged."""
    dice = random.Random(seed)
    names = ["a.py", "src/a.py", "src/b.pyi", "src/deep/c.py", "x.py/d.py", "x.py", 'odd \n"name.py', "caf\udce9.py", "notes.txt"]
    made = History(folder)
    made.commit({"a.py": b"one = 1\n"})
    for number in range(commits):
        files = {}
        for name in dice.sample(names, dice.randint(0, 3)):
            data = b"value = %d\n" % dice.randint(0, 5)
            other = [("100755", data), ("120000", b"a.py"), ("160000", b"1" * 40), None, data, data, data]
            files[name] = dice.choice(other)
        if "x.py" in files:
            files.pop("x.py/d.py", None)
        if dice.random() < 0.2:
            made.commit({f"side{number}.py": b"s = 1\n"}, branch=f"b{number}")
            made.commit(files, merges=f"b{number}")
        else:
            made.commit(files)
    return made.done(checkout=False)


def marks(source, project, options):
    """A finding for each `MARK` in the text."""
    for match in re.finditer("MARK", source.text):
        yield Finding(Site(source.path, *source.position(match.start())), "a mark")


def others(source, project, options):
    """A finding for each `OTHER` in the text."""
    for match in re.finditer("OTHER", source.text):
        yield Finding(Site(source.path, *source.position(match.start())), "another")


def breaks(source, project, options):
    """Does to its worker what the text says."""
    if "DIES" in source.text:
        os._exit(3)
    while "LOOPS" in source.text:
        time.sleep(0.01)
    yield from marks(source, project, options)


def rule(run_file, covers=lambda path: True, hints=rb"[A-Z]{4}"):
    name = run_file.__name__
    return PlannedRule(BoundRule(name, Codemod(name, "A test codemod.", 1, run_file, hints), {}), covers)


def request(root, *rules, **more):
    return Request(root=root, files=(), known=frozenset(), rules=rules, templates={}, program=b"test", **more)


def cache(folder):
    return Cache(folder / "cache.sqlite3")
