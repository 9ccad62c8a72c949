"""`rewright try`: what it says where its words are not what they were meant to be."""

import pytest
from test_commands_try import target, tried  # noqa: F401

WHERE = {
    "a pattern that is not quoted": (
        "file-has: class $_: $$$",
        """--where is not YAML: mapping values are not allowed in this context; quote a text that holds ': ', or write it """
        """below a `|`, as in --where 'inside: "class $NAME: $$$"'""",
    ),
    "no YAML": ("inside: [", "--where is not YAML: "),
    "a key twice": ("inside: loop\ninside: loop", "--where: "),
}


@pytest.mark.parametrize("name", WHERE)
def test_a_condition_that_cannot_be_read_says_how_to_write_it(name, target):  # noqa: F811
    text, sentence = WHERE[name]
    code, out, err = tried(target, "len($X)", "--where", text)
    assert (code, out) == (2, "") and sentence in err and "unicode string" not in err


def test_a_condition_in_quotes_or_empty(target):  # noqa: F811
    (target / "a.py").write_text("class A:\n    x = len(A)\n")
    assert tried(target, "len($X)", "a.py", "--where", 'inside: "class $_: $$$"')[0] == 1
    assert tried(target, "len($X)", "a.py", "--where", 'inside: "def $_(): $$$"')[0] == 0
    assert tried(target, "len($X)", "a.py", "--where", " ")[0] == 1


@pytest.mark.parametrize("word", ["nosuchdir/", "nosuch.py", "./nosuch", "src/nosuch"])
def test_a_path_that_is_not_there_is_taken_for_a_replacement_and_said_to_be(word, target):  # noqa: F811
    assert f"note: there is no file or folder {word}, so it is taken for the replacement\n" in tried(target, "len($X)", word)[2]


@pytest.mark.parametrize("replacement", ["g($X)", "$X.py", "$X / 2", "g", ""])
def test_a_replacement_is_no_path(replacement, target):  # noqa: F811
    assert "note: there is no file" not in tried(target, "len($X)", replacement, ".")[2]
