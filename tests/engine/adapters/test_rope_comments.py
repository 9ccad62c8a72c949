"""Comments and texts of what rope moves and renames: comments go along, annotations that are texts take the new name."""

import tools_kit as kit

from engine.model import Change

MODELS = """\
class Client:
    \"""A client; Client is good.\"""  # Client here

    def twin(self) -> "Client":
        # Client again
        return Client()


def price(a, b=1):
    # what it costs
    return a + b  # price
"""
USE = """\
from svc.models import Client, price


def f(c: "Client", d: "list[Client]", e: "Clients") -> int:
    return price(1)  # price of one
"""
OTHER = """\
import svc.models as models


class Client:
    pass


def g(c: "Client", d: "models.Client"): ...
"""
FILES = {"svc/__init__.py": "", "svc/util.py": "", "svc/models.py": MODELS, "svc/use.py": USE, "svc/other.py": OTHER}


def after(root, rule, files=FILES):
    made = kit.plan(kit.target(root, {**files, "rules.yaml": f"version: 1\nrules:\n- id: it\n  rope: {rule}\n"}))
    assert made.of(Change) and len(made.items) == len(made.of(Change)), made.items
    return kit.applied(root, made)


def test_a_moved_function_takes_its_comments_along(tmp_path):
    files = after(tmp_path, "{move: svc.models.price, to: svc.util}")
    head, tail = MODELS.split("\n\n\ndef price")
    assert files["svc/models.py"] == head + "\n"
    assert files["svc/util.py"] == "def price" + tail
    assert "from svc.util import price\n" in files["svc/use.py"]


def test_a_comment_that_stands_in_both_files_is_counted(tmp_path):
    files = after(tmp_path, "{move: svc.models.price, to: svc.util}", {**FILES, "svc/util.py": "x = 1  # price\n"})
    assert (files["svc/util.py"].count("# price"), files["svc/models.py"].count("# price")) == (2, 0)


def test_annotations_that_are_texts_take_the_new_name_where_they_mean_it(tmp_path):
    files = after(tmp_path, "{rename: svc.models.Client, to: Customer}")
    renamed = MODELS.replace("class Client", "class Customer").replace("Client()", "Customer()").replace('"Client"', '"Customer"')
    assert files["svc/models.py"] == renamed
    assert 'def f(c: "Customer", d: "list[Customer]", e: "Clients")' in files["svc/use.py"]
    assert files["svc/other.py"] == OTHER.replace("models.Client", "models.Customer")


def test_docs_are_renamed_in_comments_too(tmp_path):
    files = after(tmp_path, "{rename: svc.models.price, to: cost, docs: true}")
    assert "    return a + b  # cost\n" in files["svc/models.py"]
    assert "    return cost(1)  # cost of one\n" in files["svc/use.py"]
