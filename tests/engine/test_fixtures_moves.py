"""Cases of rules that move files: after/ has the new path and lacks the old one, or the case does not pass."""

import pytest
from move_kit import AFTER, FILES, moving
from test_fixtures_trial import TOOLS, problems, told

from engine.fixtures import find_cases, tried
from engine.fixtures.snapshot import updates, write


def run(root, after):
    case = root / "fixtures/mover/first"
    for part, files in (("before", FILES), ("after", after)):
        for path, data in files.items():
            (case / part / path).parent.mkdir(parents=True, exist_ok=True)
            (case / part / path).write_bytes(data)
    (found,) = find_cases(root / "fixtures")
    return tried(found, moving(), TOOLS)


def test_a_case_with_a_move_passes(tmp_path):
    outcome = run(tmp_path, AFTER)
    assert problems(outcome) == [] and dict(outcome.after) == AFTER


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ({**AFTER, "shop/prices.py": FILES["shop/prices.py"]}, "after/shop/prices.py (expected)\n+++ not found"),
        ({**AFTER, "shop/costs.py": b"VAT = 7\n"}, "-VAT = 7"),
        ({path: data for path, data in AFTER.items() if path != "shop/costs.py"}, "shop/costs.py (expected: no such file)"),
        (FILES, "shop/costs.py (expected: no such file)"),
    ],
)
def test_a_move_that_is_not_as_after_says(tmp_path, after, words):
    outcome = run(tmp_path, after)
    assert set(problems(outcome)) == {"after"} and words in told(outcome)


def test_an_update_writes_the_new_path_and_removes_the_old_one(tmp_path):
    outcome = run(tmp_path, FILES)
    case = outcome.case.folder
    done = {file.relative_to(case).as_posix(): what for file, what in write(outcome.case, updates(outcome))}
    moved = {
        "after/shop/prices.py": "removed",
        "after/shop/costs.py": "wrote",
        "after/app.py": "wrote",
        "after/shop/tills.py": "wrote",
    }
    assert {path: what for path, what in done.items() if path.startswith("after/")} == moved
    assert problems(tried(outcome.case, moving(), TOOLS)) == []
