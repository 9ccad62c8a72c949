"""rope renames a field of a dataclass or NamedTuple: the keywords that set it follow, or nothing is changed."""

import pytest
import tools_kit as kit

from engine.model import RewrightError

DATA = "from dataclasses import dataclass\n\n\n@dataclass(frozen=True)\nclass D:\n    x: int = 1\n    z: int = 2\n"
NAMED = "import typing\n\n\nclass D(typing.NamedTuple):\n    x: int = 1\n    z: int = 2\n"


def target(folder, m, main):
    rules = "version: 1\nrules:\n- id: it\n  rope: {rename: m.D.x, to: y}\n"
    return kit.target(folder, {"rules.yaml": rules, "m.py": m, "main.py": main})


@pytest.mark.parametrize("m", [DATA, NAMED])
def test_keywords_that_set_a_field_follow(tmp_path, m):
    main = "import m\nfrom m import D as E\n\nprint(m.D(x=3).x, E(z=1, x = 4).x, dict(x=1), m.D(2))\n"
    root = target(tmp_path, m, main)
    after = kit.applied(root, kit.plan(root))
    assert after["main.py"] == main.replace("m.D(x=3).x, E(z=1, x = 4).x", "m.D(y=3).y, E(z=1, y = 4).y")
    assert after["m.py"] == m.replace("    x:", "    y:")
    assert kit.plan(root).deltas == ()


def test_keywords_of_an_heir_follow(tmp_path):
    main = "from dataclasses import dataclass\n\nfrom m import D\n\n\n@dataclass\nclass E(D):\n    w: int = 1\n\n\nE(x=1)\n"
    root = target(tmp_path, DATA, main)
    assert kit.applied(root, kit.plan(root))["main.py"] == main.replace("E(x", "E(y")


@pytest.mark.parametrize(
    ("m", "line", "sentence"),
    [
        ("class D:\n    x = 1\n", "D(x=3)", "main.py line 4: x should mean D.y of m.py once m.D.x is renamed"),
        (DATA, "dataclasses.replace(D(), x=2)", "main.py line 4 sets x by its name"),
        (NAMED, "D()._replace(x=2)", "main.py line 4 sets x by its name"),
        (DATA, "match D():\n    case D(x=2):\n        pass", "main.py line 5 sets x by its name"),
    ],
)
def test_what_nobody_can_tell_is_refused(tmp_path, m, line, sentence):
    with pytest.raises(RewrightError, match=f"^rule it: rope: {sentence}"):
        kit.plan(target(tmp_path, m, f"import dataclasses\nfrom m import D\n\n{line}\n"))
