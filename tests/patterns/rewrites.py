"""The examples that rewrite: the idea's name (tool: rule), the rule's options, code, and the code afterwards."""

REWRITES = [
    (
        "ast-grep: optional to union",
        {"match": "typing.Optional[$T]", "replace": "$T | None"},
        "from typing import Optional as O\nx: O[int] = 1\n",
        "from typing import Optional as O\nx: int | None = 1\n",
    ),
    (
        "ast-grep: walrus in if",
        {"match": "$X = $V\nif $X: $$$B", "replace": "if $X := $V: $$$B"},
        "def f(d):\n    a = d.get(1)\n    if a:\n        # yes\n        print(a)\n",
        "def f(d):\n    if a := d.get(1):\n        # yes\n        print(a)\n",
    ),
    (
        "ast-grep: generator in any",
        {"match": "any([$X for $Y in $Z])", "replace": "any($X for $Y in $Z)"},
        "b = [1]\nprint(any([a > 1 for a in b]))\n",
        "b = [1]\nprint(any(a > 1 for a in b))\n",
    ),
    (
        "ast-grep: fixture to plugin",
        {"match": "@foo.fixture\ndef $F($$$P): $$$B", "replace": "@foo.plugin()\ndef $F($$$P): $$$B"},
        "import foo\n@foo.fixture\ndef f(a):  # x\n    return a\n",
        "import foo\n@foo.plugin()\ndef f(a):  # x\n    return a\n",
    ),
    (
        "semgrep: deprecated-asyncio",
        {"match": "asyncio.get_event_loop()", "replace": "asyncio.get_running_loop()", "where": {"inside": "coroutine"}},
        "import asyncio\nasync def f():\n    return asyncio.get_event_loop()\n",
        "import asyncio\nasync def f():\n    return asyncio.get_running_loop()\n",
    ),
    (
        "semgrep: yaml safe load autofix",
        {"match": "yaml.load($X)", "replace": "yaml.safe_load($X)"},
        "from yaml import load\nload(open('a'))\n",
        "from yaml import load\nimport yaml\nyaml.safe_load(open('a'))\n",
    ),
    (
        "semgrep: is-none autofix",
        {"any": ["$X == None", "None == $X"], "replace": "$X is None"},
        "a = 1\nif a == None or None == a: pass\n",
        "a = 1\nif a is None or a is None: pass\n",
    ),
    (
        "ruff: collapsible-if (SIM102)",
        {"match": "if $A:\n    if $B: $$$C", "replace": "if $A and $B: $$$C"},
        "a = b = 1\nif a or b:\n    if b:\n        print(1)\n",
        "a = b = 1\nif (a or b) and b:\n    print(1)\n",
    ),
    (
        "ruff: needless-bool (SIM103)",
        {"match": "if $C: return True\nelse: return False", "replace": "return bool($C)"},
        "def f(a):\n    if a:\n        return True\n    else:\n        return False\n",
        "def f(a):\n    return bool(a)\n",
    ),
    (
        "ruff: suppressible-exception (SIM105)",
        {"match": "try: $$$B\nexcept $E: pass", "replace": "with contextlib.suppress($E): $$$B"},
        "try:\n    print(1)\nexcept OSError:\n    pass\n",
        "import contextlib\n\nwith contextlib.suppress(OSError):\n    print(1)\n",
    ),
    (
        "ruff: not-equal (SIM202)",
        {"match": "not $A == $B", "replace": "$A != $B"},
        "a = b = 1\nc = not a == b\n",
        "a = b = 1\nc = a != b\n",
    ),
    (
        "ruff: double-negation (SIM208)",
        {"match": "not (not $A)", "replace": "bool($A)"},
        "a = 1\nb = not (not a)\n",
        "a = 1\nb = bool(a)\n",
    ),
    (
        "ruff: if-expr-with-true-false (SIM210)",
        {"match": "True if $C else False", "replace": "bool($C)"},
        "a = 1\nb = True if a > 1 else False\n",
        "a = 1\nb = bool(a > 1)\n",
    ),
    (
        "ruff: unnecessary-list-comprehension (C416)",
        {"match": "[$X for $X in $Y]", "replace": "list($Y)"},
        "b = ()\nc = [a for a in b]\n",
        "b = ()\nc = list(b)\n",
    ),
    (
        "ruff: unnecessary-call-around-sorted (C413)",
        {"match": "list(sorted($$$A))", "replace": "sorted($$$A)"},
        "b = ()\nc = list(sorted(b, key=len))\n",
        "b = ()\nc = sorted(b, key=len)\n",
    ),
    (
        "ruff: useless-object-inheritance (UP004)",
        {"match": "class $C(object): $$$B", "replace": "class $C: $$$B"},
        "class A(object):\n    x = 1\n",
        "class A:\n    x = 1\n",
    ),
    (
        "ruff: super-call-with-parameters (UP008)",
        {"match": "super($C, self)", "replace": "super()", "where": {"inside": "class $C($$$): $$$"}},
        "class A:\n    def f(self): super(A, self).f()\n",
        "class A:\n    def f(self): super().f()\n",
    ),
    (
        "ruff: os-error-alias (UP024)",
        {"match": "except IOError: $$$B", "replace": "except OSError: $$$B"},
        "try: print(1)\nexcept IOError: print(2)\n",
        "try: print(1)\nexcept OSError: print(2)\n",
    ),
    (
        "ruff: native-literals (UP018)",
        {"match": "str($X)", "replace": "$X", "where": {"$X": {"is": "string"}}},
        "a = str('b') + str(1)\n",
        "a = 'b' + str(1)\n",
    ),
    (
        "ruff: explicit open modes (UP015)",
        {"match": "open($P, 'r', $$$A)", "replace": "open($P, $$$A)"},
        "open('a', \"r\", encoding='b')\nopen('c', 'r')\n",
        "open('a', encoding='b')\nopen('c')\n",
    ),
    (
        "ruff: dict-get-with-none (SIM910)",
        {"match": "$D.get($K, None)", "replace": "$D.get($K)"},
        "d = {}\nd.get('a', None)\n",
        "d = {}\nd.get('a')\n",
    ),
    ("ruff: print-empty-string (FURB105)", {"match": "print('')", "replace": "print()"}, 'print("")\n', "print()\n"),
    (
        "ruff: unnecessary-lambda (PLW0108)",
        {"match": "lambda $X: $F($X)", "replace": "$F", "where": {"$F": {"is": "dotted"}}},
        "a = map(lambda x: len(x), [])\n",
        "a = map(len, [])\n",
    ),
    (
        "ruff: non-pep585-annotation (UP006), each name by its own",
        {
            "any": [
                {"match": "typing.List", "replace": "list"},
                {"match": "typing.Dict", "replace": "dict"},
                {"match": "typing.Deque", "replace": "collections.deque"},
            ]
        },
        "from typing import Dict, List\nimport typing as t\na: Dict[str, List[int]] = {}\nb: t.Deque[int]\n",
        "from typing import Dict, List\nimport typing as t\nimport collections\n"
        "a: dict[str, list[int]] = {}\nb: collections.deque[int]\n",
    ),
    (
        "ruff: logging-f-string (G004)",
        {
            "match": "logging.info($TEXT)",
            "where": {"$TEXT": {"is": "f-string"}},
            "transform": {"$$$ARGS": {"source": "$TEXT", "by": "percent-format"}},
            "replace": "logging.info($$$ARGS)",
        },
        "import logging\na = 1\nlogging.info(f'{a!r} of 100%')\n",
        "import logging\na = 1\nlogging.info('%r of 100%%', a)\n",
    ),
    (
        "ruff: subprocess-popen-with-shell-equals-true (S602), a fixed command",
        {
            "match": "subprocess.run($COMMAND, $$$REST, shell=True)",
            "transform": {"$WORDS": {"source": "$COMMAND", "by": "shell-words"}},
            "replace": "subprocess.run($WORDS, $$$REST)",
        },
        "import subprocess\nsubprocess.run('git log -1', shell=True, check=True)\n",
        "import subprocess\nsubprocess.run(['git', 'log', '-1'], check=True)\n",
    ),
    (
        "ruff: mutable-argument-default (B006)",
        {
            "match": "def $_($$$, $NAME=$VALUE, $$$): $$$BODY",
            "where": {"$VALUE": {"is": ["list", "dict", "set"]}},
            "replace": {"$VALUE": "None", "$$$BODY": "if $NAME is None:\n    $NAME = $VALUE\n$$$BODY"},
        },
        "@print\ndef f(a, *, b=[], **c) -> list:\n    return b  # why\n",
        "@print\ndef f(a, *, b=None, **c) -> list:\n    if b is None:\n        b = []\n    return b  # why\n",
    ),
    (
        "ruff: assert-false (B011)",
        {"any": ["assert False, $X", "assert 0, $X"], "replace": "raise AssertionError($X)"},
        "def f(a):\n    if a:\n        assert False, a\n    assert 0, a\n",
        "def f(a):\n    if a:\n        raise AssertionError(a)\n    raise AssertionError(a)\n",
    ),
    (
        "semgrep: a client that nobody closes in its file",
        {
            "match": "$C = open($F)",
            "where": {"not-file-has": "$C.close()", "inside": "function"},
            "replace": "$C = io.open($F)",
        },
        "import io\ndef f(a):\n    b = open(a)\n    c = open(a)\n    return b, c.close()\n",
        "import io\ndef f(a):\n    b = io.open(a)\n    c = open(a)\n    return b, c.close()\n",
    ),
]
