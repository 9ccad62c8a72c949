"""What the child process of a cold import runs, under any Python from 3.6 on. It never returns, and imports nothing of ours.

Its one argument is JSON: the module, the file to answer in, and the folders to put before and behind `sys.path`.
"""

import importlib
import json
import os
import sys

NETWORK = (
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyaddr",
    "socket.gethostbyname",
    "socket.sendmsg",
    "socket.sendto",
)


def no_network(event: str, _arguments: object) -> None:
    """An audit hook that refuses the network to Python code, where no name space does it for the whole process."""
    if event in NETWORK:
        raise PermissionError("no network during a cold import")


def said(error: BaseException) -> str:
    """An error in one line; a missing module by its name."""
    missing = error.name if type(error) is ModuleNotFoundError else None
    words = " ".join((missing or str(error)).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def main() -> None:
    """Import the module and write what came of it; end without running what it left for later."""
    mine = os.getpid()
    module, answer, before, behind = json.loads(sys.argv[1])
    sys.path[:] = [*before, *sys.path[1:], *behind]  # the first was this script's own folder
    sys.argv[:] = [module]
    if hasattr(sys, "addaudithook"):
        sys.addaudithook(no_network)
    told: dict[str, str | list[str]]
    try:
        names = dir(importlib.import_module(module))
        told = {"names": sorted(name for name in names if isinstance(name, str) and name[:1] != "_")}
    except BaseException as error:  # noqa: BLE001  # rewright: ignore[broad-except] whatever the module raises is the answer
        told = {"error": said(error)}
    if os.getpid() == mine:  # not what the module forked
        with open(answer, "w", encoding="utf-8") as stream:
            json.dump(told, stream)
    os._exit(0)


if __name__ == "__main__":
    main()
