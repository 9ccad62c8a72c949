"""What inference knows of Python itself: names, and which exceptions tell of bugs."""

from __future__ import annotations

from engine import EVERYWHERE


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TYPES = _words(
    """str bytes bytearray int float complex bool dict list set frozenset tuple object range slice memoryview type
    property super"""
)
FUNCTIONS = TYPES | _words(
    """abs all any ascii bin callable chr delattr dir divmod enumerate filter format getattr globals hasattr hash hex id
    isinstance issubclass iter len locals map max min next oct ord pow print repr reversed round setattr sorted sum vars
    zip unicode xrange unichr basestring long reduce cmp"""
)
# Built in, but with an effect that only the knowledge base may describe.
NAMES = FUNCTIONS | _words("open input raw_input eval exec compile __import__ breakpoint exit quit")
# A file beside the importer does not hide these; and importing them never fails. The last are Python 2's.
STANDARD = EVERYWHERE | _words("urllib2 cPickle ConfigParser httplib urlparse StringIO")
NEVER = _words("Exception BaseException KeyboardInterrupt SystemExit GeneratorExit asyncio.CancelledError")
# A function that lets these out has a bug, or is part of the interpreter's own machinery.
BUGS = _words(
    """NameError UnboundLocalError AttributeError TypeError AssertionError NotImplementedError RecursionError SyntaxError
    IndexError KeyError StopIteration StopAsyncIteration ZeroDivisionError LookupError"""
)
# Methods that do I/O or end something: a failure of these is not about the receiver's type.
ACTIONS = _words(
    """close stop kill terminate flush send recv read write commit rollback connect join start shutdown release acquire
    disconnect open save load delete run execute fetch fetchall fetchone cleanup clean quit exit reset cancel wait poll
    ping login logout refresh reload update setup tearDown setUp teardown destroy remove unlink next main initialize init
    process call result unregister register bind listen accept readline"""
)


def is_standard(module: str) -> bool:
    """Is this dotted name part of every Python?"""
    return module.partition(".")[0] in STANDARD
