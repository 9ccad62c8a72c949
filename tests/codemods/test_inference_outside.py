"""Look-ups in data from outside, bytes that are no text, and what is only by the way: what a rewrite must not lose."""

import pytest
from inference_kit import infer_body

IMPORTS = "import json, os, re, subprocess, sys, time, zmq\n"

OUTSIDE = {
    "a parameter": ("x = data['a']\nopen(path)", {"KeyError"}),
    "what a call gave": ("x = json.loads(open(path).read())\ny = x['a']['b'][0]", {"KeyError", "IndexError"}),
    "a loop over it": ("for one in json.loads(open(path).read()):\n    one['a']", {"KeyError"}),
    "columns of it": ("for one in open(path).read().split('\\n'):\n    a, b = one.split(',')", {"ValueError"}),
    "columns that were asked for": ("if ',' in item:\n    x = item.split(',')[1]\nopen(path)", set()),
    "columns of a line that is not empty": ("if item:\n    x = item.split(',')[1]\nopen(path)", {"IndexError"}),
    "the first part": ("x = item.split(',')[0], item.split(',')[-1]\nopen(path)", set()),
    "asked around": ("if 'a' in data:\n    x = data['a']\nopen(path)", set()),
    "asked before": ("if 'a' not in data:\n    return\nx = data['a']\nopen(path)", set()),
    "asked in the same expression": ("x = data and data[0]\nopen(path)", set()),
    "asked for its length": ("if len(data) > 2:\n    x = data[1]\nopen(path)", set()),
    "another was asked": ("if 'a' in item:\n    x = data['a']\nopen(path)", {"KeyError"}),
    "our own": ("x = self.seen['a']\nopen(path)", set()),
    "our own, made here": ("x = {}\ny = x['a']\nopen(path)", set()),
    "a variable key": ("x = data[item]\nopen(path)", set()),
    "the shape of an array": ("x = data.shape[0]\nopen(path)", set()),
    "the environment": ("x = os.environ['A']\nopen(path)", {"KeyError"}),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_lookups(name):
    body, expected = OUTSIDE[name]
    found = infer_body(body, IMPORTS)
    assert {step.exception for step in found.also} - {"OSError"} == expected, found
    assert "OSError" in found.exceptions


DECODING = {
    "data.decode()": True,
    "data.body.decode('utf-8')": True,
    "data.decode(encoding='utf-8', errors='strict')": True,
    "data.decode('utf-8', 'strict')": True,
    "data.decode('utf-8', 'replace')": False,
    "data.decode(errors='ignore')": False,
    "data.decode(item)": False,
    "data.decode(item, skip_special_tokens=True)": False,
}


@pytest.mark.parametrize("code", DECODING)
def test_decoding_a_value_of_unknown_type(code):
    found = infer_body(f"open(path)\nx = {code}", IMPORTS)
    assert ("UnicodeDecodeError" in {step.exception for step in found.also}) is DECODING[code]


@pytest.mark.parametrize(("imported", "expected"), [("from .store import x", True), ("import os", False), ("import json", False)])
def test_an_import_in_the_middle(imported, expected):
    found = infer_body(f"open(path)\n{imported}\ntime.sleep(1)", IMPORTS)
    assert found.exceptions == ("OSError",)
    assert ("ImportError" in {step.exception for step in found.also}) is expected


def test_standard_import_first_is_not_what_the_body_is_about():
    assert infer_body("import os\nos.remove(path)", IMPORTS).exceptions == ("OSError",)
    assert infer_body("import readline", IMPORTS).exceptions == ("ImportError",)


def test_sums_do_not_stand_beside_the_environment():
    assert infer_body("x = int(data * item)\nopen(path)", IMPORTS).exceptions == ("OSError",)


@pytest.mark.parametrize("receiver", ["redis_client", "self.session", "self.db", "conn", "item.proxy"])
def test_a_method_of_something_far_away_is_not_harmless(receiver):
    assert infer_body(f"open(path)\n{receiver}.get('a')", IMPORTS).unknown
    assert not infer_body("open(path)\nitem.get('a')", IMPORTS).unknown
