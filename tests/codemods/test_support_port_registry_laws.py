"""What holds for every registry and environment: the law that each rewrite of a port rests on."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st
from port_registry_kit import document, target

NAMES = st.text("ABCXYZ_", min_size=1, max_size=4)
PORTS = st.integers(1, 65535)
TEXTS = st.one_of(
    st.none(), PORTS.map(str), PORTS.map(" {} ".format), st.sampled_from(["", " ", "x", "0", "65536", "-1", "1_000", "+7"])
)
REGISTRIES = st.dictionaries(NAMES, PORTS, min_size=1, max_size=5).map(
    lambda ports: {name: {"port": port, "machine": name} for name, port in ports.items()}
)


def outcome(call):
    """What a call gives, or the kind of error that both sides of a law must share."""
    try:
        return call()
    except ValueError:
        return ValueError


def set_variable(name, text):
    os.environ.pop(name, None)
    if text is not None:
        os.environ[name] = text


@settings(deadline=None)
@given(rows=REGISTRIES, text=TEXTS, data=st.data())
def test_an_env_default_and_get_port_agree(rows, text, data):
    """`int(os.environ.get(ENV, N))` against `get_port(NAME, env=ENV, fallback=N)` where the registry says N."""
    with target() as it:
        it.write(document(rows))
        name = data.draw(st.sampled_from(sorted(rows)))
        port = rows[name]["port"]
        set_variable("X_PORT", text)
        old = outcome(lambda: int(os.environ.get("X_PORT", port)))
        new = outcome(lambda: it.get_port(name, env="X_PORT", fallback=port))
        if text is not None and not text.strip():
            assert (old, new) == (ValueError, port)  # set but empty: this is why a rewrite keeps the old call
        elif old is not ValueError and not 1 <= old <= 65535:
            assert new is ValueError  # no port at all, or 0, "any free one": the other reason
        else:
            assert old == new
        assert outcome(lambda: int(os.environ.get("X_PORT", it.get_port(name, fallback=port)))) == old  # what is written


@settings(deadline=None)
@given(rows=REGISTRIES, data=st.data(), offset=st.integers(-70000, 70000), own=st.none() | PORTS)
def test_set_and_offset_add_up(rows, data, offset, own):
    with target(REWRIGHT_PORT_SET="s", PORT_OFFSET="1") as it:
        name = data.draw(st.sampled_from(sorted(rows)))
        given_ports = {} if own is None else {name: own}
        it.write(document(rows, sets={"s": {"offset": offset, **given_ports}}, **{"offset-env": "PORT_OFFSET"}))
        fits = all(1 <= row["port"] + offset <= 65535 for other, row in rows.items() if other not in given_ports)
        expected = (own or rows[name]["port"] + offset) + 1
        found = outcome(lambda: it.get_port(name))
        assert found == (expected if fits and expected <= 65535 else ValueError)
