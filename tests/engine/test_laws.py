"""Laws that hold for every module: generated ones, and the running interpreter's own."""

import ast
import random
import sysconfig
import tokenize
import warnings
from pathlib import Path

import hypothesmith
import pytest
from badmods import Tidy, rule, tidy
from fault_kit import pool
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from kit import outputs, plan, replayed

from engine import SliceError, Source, need_import, rewrite_statement
from engine.edits import Shift, apply_edits, overlap
from engine.imports import import_edits
from engine.model import Change, Edit, Failure, RefusedFile, Skip

LAW = settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
FEW = settings(LAW, max_examples=25)


def modules():
    """Generated modules as text that both ast and we accept."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return st.one_of(hypothesmith.from_grammar(), hypothesmith.from_node()).filter(_parses)


def _parses(text):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Source("m.py", text.encode()).tree
    except (RefusedFile, UnicodeEncodeError):
        return False
    return True


def _standard_library():
    """About 40 modules, spread over the sorted list of all; every fourth with CRLF."""
    root = Path(sysconfig.get_path("stdlib"))
    names = sorted(file for file in root.rglob("*.py") if "site-packages" not in file.parts and "lib2to3" not in file.parts)
    chosen = names[:: max(1, len(names) // 40)]
    non_ascii = [root / name for name in ("string.py", "heapq.py", "test/test_unicode_identifiers.py")]
    files = {}
    for number, file in enumerate([*chosen, *(file for file in non_ascii if file.exists())]):
        data = file.read_bytes()
        files[f"m{number}_{file.stem}.py"] = data.replace(b"\n", b"\r\n") if number % 4 == 0 and b"\r" not in data else data
    return files


FILES = _standard_library()
EACH = pytest.mark.parametrize("name", FILES)


def readable(name):
    """The module as a Source, or None where it does not parse (bad_coding.py and its kin)."""
    try:
        source = Source(name, FILES[name])
        source.tree  # noqa: B018
    except RefusedFile:
        return None
    return source


def some_statements(source, most=12):
    found = source.statements(ast.stmt)
    return random.Random(source.path).sample(found, min(most, len(found)))


def assert_identity(source, node):
    """Cutting a statement out and putting it back says nothing, hollow or not."""
    blocks = [block for name in ("body", "orelse", "finalbody") if (block := getattr(node, name, None))]
    for hollow in ([], blocks):
        try:
            rewrite = rewrite_statement(source, node, lambda tree: tree, hollow)
        except SliceError as error:
            assert error.reason in ("shares-line", "slice-parse")
            continue
        assert rewrite.edits == ()
        assert rewrite.span.start <= source.start(node) and source.end(node) <= rewrite.span.end


@EACH
def test_unchanged_slice_is_the_identity(name):
    source = readable(name)
    for node in some_statements(source) if source else ():
        assert_identity(source, node)


def test_standard_library_slices_are_read():
    """The law above is not empty: nearly every statement on its own lines can be cut out."""
    refused = done = 0
    for name in list(FILES)[::4]:
        for node in some_statements(source, 8) if (source := readable(name)) else ():
            try:
                rewrite_statement(source, node, lambda tree: tree)
            except SliceError:
                refused += 1
            done += 1
    assert done > 40 and refused < done * 0.1


@LAW
@given(modules())
def test_unchanged_slice_of_a_generated_module_is_the_identity(text):
    source = Source("m.py", text.encode())
    for node in source.statements(ast.stmt)[:5]:
        assert_identity(source, node)


@EACH
def test_positions_agree_with_ast(name):
    source = readable(name)
    if source is None:
        return
    nodes = [node for node in ast.walk(source.tree) if hasattr(node, "lineno")]
    for node in random.Random(name).sample(nodes, min(60, len(nodes))):
        if not _in_f_string(source, node):
            assert source.segment(node).replace("\r\n", "\n") == _segment(source, node)
        offset = source.start(node)
        line, column = source.position(offset)
        assert line == node.lineno
        assert source.line_starts[line - 1] + column - 1 == offset
        assert source.line_start(offset) <= offset <= source.line_end(offset)


def _segment(source, node):
    found = ast.get_source_segment(source.text, node)
    return found.replace("\r\n", "\n") if found is not None else None


def _in_f_string(source, node):
    """Python 3.11 gives wrong places to what stands inside an f-string."""
    return any(
        (outer.lineno, outer.col_offset) <= (node.lineno, node.col_offset)
        and node is not outer
        and (node.lineno, node.col_offset) < (outer.end_lineno, outer.end_col_offset)
        for outer in _f_strings(source)
    ) or not source.start(node) <= source.end(node) <= len(source.text)


def _f_strings(source):
    if "_f_strings" not in source.__dict__:
        source.__dict__["_f_strings"] = [node for node in ast.walk(source.tree) if isinstance(node, ast.JoinedStr)]
    return source.__dict__["_f_strings"]


@LAW
@given(modules())
def test_positions_in_generated_modules_agree_with_ast(text):
    source = Source("m.py", text.encode())
    for node in source.statements(ast.stmt):
        assert source.segment(node) == text[source.start(node) : source.end(node)]
        assert ast.get_source_segment(text, node) == source.segment(node) or "\r" in text or "\f" in text


# -- edits ---------------------------------------------------------------------------------


@st.composite
def edited(draw):
    """A text and edits of it that do not overlap."""
    text = draw(st.text("ab\n", max_size=40))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    edits = []
    for start, end in zip(places[::2], places[1::2], strict=False):
        one = Edit("a", start, end, draw(st.text("XY", max_size=4)))
        if not overlap([one], edits):
            edits.append(one)
    return text, edits


@LAW
@given(edited())
def test_text_outside_edits_stays_and_offsets_follow_it(case):
    text, edits = case
    after, shift = apply_edits(text, edits), Shift(edits)
    for offset in range(len(text)):
        if not any(edit.start <= offset < edit.end for edit in edits):
            moved = shift.forward(offset, after=True)
            assert after[moved] == text[offset]
            assert shift.backward(moved) == offset
    for offset in range(len(text)):
        assert shift.forward(offset) <= shift.forward(offset, after=True) <= shift.forward(offset + 1, after=True)
    places = [shift.backward(offset) for offset in range(len(after) + 1)]
    assert places == sorted(places) and all(0 <= place <= len(text) for place in places)
    assert len(after) == len(text) + sum(len(edit.text) - (edit.end - edit.start) for edit in edits)


@LAW
@given(edited(), st.integers(0, 40), st.integers(0, 8))
def test_overlap_is_what_it_says(case, start, length):
    _, edits = case
    one = Edit("a", start, start + length, "")
    touching = any((one.start < b.end and b.start < one.end) or one.start == b.start for b in edits)
    assert overlap([one], sorted(edits)) == touching


# -- plans ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The sample on disk, and its plan in this process."""
    root = tmp_path_factory.mktemp("library")
    for name, data in FILES.items():
        (root / name).write_bytes(data)
    return root, plan(root, [rule(tidy)])


def test_plans_are_equal_for_any_number_of_jobs(library):
    root, inline = library
    for jobs in (1, 4):
        with pool(seconds=60, jobs=jobs) as runner:
            assert plan(root, [rule(tidy)], runner=runner) == inline
    assert len(inline.of(Change)) > 100
    assert not [item for item in inline.of(Failure) if item.reason not in ("syntax-error", "encoding", "unverifiable")]


def test_edits_applied_again_give_the_output(library):
    root, made = library
    for path, after in outputs(made, root).items():
        if path in {delta.path for delta in made.deltas}:
            assert replayed(made, path, FILES[path]) == after


def test_lines_outside_spans_never_move(library):
    _, made = library
    for delta in made.deltas:
        before, after = Source(delta.path, delta.before).text, Source(delta.path, delta.after).text
        edits = [edit for change in made.of(Change) for edit in change.edits if edit.path == delta.path]
        assert not any(change.batch for change in made.of(Change))
        rest, at = [], 0
        for edit in sorted(edits):
            rest.append(before[at : edit.start])
            at = edit.end
        assert all(part in after for part in [*rest, before[at:]])


def test_second_run_proposes_nothing(library, tmp_path):
    root, made = library
    for path, data in outputs(made, root).items():
        (tmp_path / path).write_bytes(data)
    assert not plan(tmp_path, [rule(tidy)]).deltas


@FEW
@given(text=modules())
def test_plans_of_generated_modules_hold(tmp_path_factory, text):
    assume(any(isinstance(node, Tidy) for node in ast.walk(ast.parse(text))) or "0" in text)
    root = tmp_path_factory.mktemp("m")
    data = text.encode()
    (root / "m.py").write_bytes(data)
    made = plan(root, [rule(tidy)])
    assert not [item for item in made.of(Failure) if item.reason == "codemod-error"], made.of(Failure)
    after = outputs(made, root)["m.py"]
    assert replayed(made, "m.py", data) == after
    compile(after, "m.py", "exec", dont_inherit=True)
    assert len(made.of(Change)) + len(made.of(Skip)) + len(made.of(Failure)) >= bool(made.deltas)


# -- imports -------------------------------------------------------------------------------


def assert_import_stands(source, module="rewright_target.thing", name="fetch"):
    """The import compiles, binds its name at module level, and displaces neither docstring nor __future__ nor a name."""
    local, needs = need_import(source, module, name)
    after = Source.of_text(source, apply_edits(source.text, import_edits(source, needs)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(after.text, "m.py", "exec", dont_inherit=True)
    assert ast.get_docstring(after.tree) == ast.get_docstring(source.tree)
    found = [node for node in after.tree.body if isinstance(node, ast.ImportFrom) and node.module == module]
    assert len(found) == 1 and (found[0].names[0].asname or found[0].names[0].name) == local
    assert [ast.dump(node) for node in after.tree.body if node is not found[0]] == [ast.dump(node) for node in source.tree.body]
    used = {getattr(node, "id", None) or getattr(node, "arg", None) for node in ast.walk(source.tree)}
    assert local not in used
    assert need_import(after, module, name) == (local, ())


@EACH
def test_import_goes_to_module_level(name):
    source = readable(name)
    if source is not None and source.tree.body:
        assert_import_stands(source)
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Name):
                assert_import_stands(source, name=node.id)
                break


@FEW
@given(modules())
def test_import_into_a_generated_module(text):
    source = Source("m.py", text.encode())
    try:
        compile(source.tree, "m.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        assume(False)
    assume(source.tree.body)
    assert_import_stands(source)


def test_comments_are_counted_as_the_tokenizer_does():
    """Every module of the sample can be tokenized: suppressions and the comment gate rest on it."""
    from engine.gates import comment_counts

    for name in FILES:
        if source := readable(name):
            counts = comment_counts(source)
            assert sum(counts.values()) == sum(
                token.type == tokenize.COMMENT for token in tokenize.tokenize(iter(source.data.splitlines(True)).__next__)
            )
