# rewright-support: error_handling_tests 1
"""What SafeExecutor promises, checked where it runs: `python -m unittest` and pytest both find these tests."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
import os
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

_MARK = "# rewright-support: error_handling "
_SIGNALS = (KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError)


def _load() -> Any:
    """The module beside this file, by its place: the folder may be no package, or be known by another name."""
    for name in ("error_handling.py", "safe_executor.py"):
        file = Path(__file__).with_name(name)
        if file.is_file() and file.read_text(encoding="utf-8").startswith(_MARK):
            spec = importlib.util.spec_from_file_location(f"{__name__}_subject", str(file))
            module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
            spec.loader.exec_module(module)  # type: ignore[union-attr]
            return module
    raise ImportError(f"no error_handling.py or safe_executor.py of Rewright beside {__file__}")


SafeExecutor = _load().SafeExecutor


class SafeExecutorTest(unittest.TestCase):
    def setUp(self) -> None:
        patched = mock.patch.dict(os.environ, {"REWRIGHT_SHADOW": ""})
        patched.start()
        self.addCleanup(patched.stop)
        self.logger = logging.getLogger(__name__)

    def test_suppresses_what_it_names_and_logs_the_traceback(self) -> None:
        with self.assertLogs(self.logger, "ERROR") as logs, SafeExecutor(self.logger, (OSError,), "reading") as attempt:
            raise FileNotFoundError("gone")
        self.assertTrue(attempt.failed)
        self.assertIsInstance(attempt.error, FileNotFoundError)
        self.assertIn("reading: FileNotFoundError: gone", logs.output[0])
        self.assertIn("Traceback (most recent call last)", logs.output[0])

    def test_lets_everything_else_out_and_logs_it_once(self) -> None:
        outer, inner = SafeExecutor(self.logger, OSError), SafeExecutor(self.logger, (ValueError, KeyError))
        with self.assertLogs(self.logger, "ERROR") as logs, self.assertRaises(NameError), outer, inner:
            raise NameError("a bug")
        self.assertEqual(len(logs.records), 1)

    def test_nothing_failed(self) -> None:
        with SafeExecutor(self.logger, Exception) as attempt:
            pass
        self.assertEqual((attempt.failed, attempt.error), (False, None))

    def test_signals_pass_unless_named(self) -> None:
        for kind in _SIGNALS:
            with self.subTest(kind=kind.__name__):
                logger = mock.Mock()
                with self.assertRaises(kind), SafeExecutor(logger, Exception):
                    raise kind
                self.assertEqual(logger.mock_calls, [])
                with SafeExecutor(self.logger, kind, level=None) as attempt:
                    raise kind
                self.assertTrue(attempt.failed)

    def test_reraise(self) -> None:
        executor = SafeExecutor(self.logger, OSError, level="warning", reraise=True)
        with self.assertLogs(self.logger, "WARNING") as logs, self.assertRaises(OSError), executor:
            raise OSError
        self.assertEqual([record.levelname for record in logs.records], ["WARNING"])

    def test_async(self) -> None:
        async def body() -> bool:
            async with SafeExecutor(self.logger, ValueError, level=None) as attempt:
                await asyncio.sleep(0)
                raise ValueError
            return bool(attempt.failed)

        self.assertTrue(asyncio.run(body()))

    def test_a_logger_that_fails_costs_no_error(self) -> None:
        with mock.patch.object(logging, "lastResort", None), SafeExecutor(object(), ValueError) as attempt:
            raise ValueError
        self.assertTrue(attempt.failed)

    def test_shadow_mode_records_and_suppresses(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder, "shadow.jsonl")
            shadow = mock.patch.dict(os.environ, {"REWRIGHT_SHADOW": "1", "REWRIGHT_SHADOW_LOG": str(log)})
            with shadow, SafeExecutor(self.logger, OSError, level=None) as attempt:
                raise LookupError("never in the record")
            (line,) = log.read_text(encoding="utf-8").splitlines()
        record = json.loads(line)
        self.assertTrue(attempt.failed)
        self.assertEqual((record["type"], record["recoverable"]), ("builtins.LookupError", ["builtins.OSError"]))
        self.assertNotIn("never in the record", line)


if __name__ == "__main__":
    unittest.main()
