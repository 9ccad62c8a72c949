"""The message that a rule has when it says none; where several patterns could have matched, with what was captured."""

import pytest
from pattern_kit import run

NONE = [{"match": "$X == None", "replace": "$X is None"}, {"match": "$X != None", "replace": "$X is not None"}]
RULES = {
    "any": ({"any": NONE}, "replace the pattern by y is not None"),
    "any, whose replacement is the rule's": (
        {"any": ["$X == None", "$X != None"], "replace": "bool($X)"},
        "replace the pattern by bool(y)",
    ),
    "match": ({"match": "$X != None", "replace": "$X is not None"}, "replace $X != None by $X is not None"),
    "any without a replacement": ({"any": ["$X == None", "$X != None"]}, "matches the pattern"),
    "any, deleted": ({"any": [{"match": "print($$$)", "replace": ""}, "$X != None"]}, "matches the pattern"),
    "a message of its own": ({"any": NONE, "message": "ask $X"}, "ask y"),
}


@pytest.mark.parametrize("name", RULES)
def test_it_holds_no_metavariable_where_nobody_knows_whose(name):
    options, message = RULES[name]
    items, _ = run("def f(y):\n    return y != None\n", **options)
    assert [item.message for item in items] == [message]
