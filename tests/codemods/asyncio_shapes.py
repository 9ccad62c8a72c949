"""Programs made from parts: how a loop is made, run, left and closed, in every combination that makes sense."""

import itertools

HEAD = """
import asyncio
import threading


async def work(name, *_):
    await asyncio.sleep(0)
    print("work", name)
    return name


async def fail(name):
    await asyncio.sleep(0)
    raise ValueError(name)


def later(name):
    return work(name)


def stop():
    print("stop")


"""
PLACES = {  # where the loop is made: code around a body, its indentation, and whether the loop is one's own
    "guard": ('if __name__ == "__main__":\n{body}', 4, False),
    "called-once": ('def main():\n{body}\n\nif __name__ == "__main__":\n    main()\n', 4, False),
    "function": ("def main():\n{body}\n\nmain()\nmain()\n", 4, True),
    "thread": ("def main():\n{body}\n\none = threading.Thread(target=main)\none.start()\none.join()\n", 4, True),
    "in-if": ("def main(flag):\n    if flag:\n{body}\n    print('end')\n\nmain(1)\n", 8, True),
}
RUNS = {
    "one": ["{run}(work('a'))"],
    "printed": ["print('got', {run}(work('a')))"],
    "gather": ["results = {run}(asyncio.gather(work('a'), later('b')))", "print(results)"],
    "long": ["print({run}(", "    asyncio.gather(", "        work('a'),", "        work('''b", "c'''),", "    )", "))"],
    "task": ["{run}(loop.create_task(work('a')))"],
    "later": ["{run}(later('a'))"],
    "two": ["first = {run}(work('a'))", "# between", "print('between')", "{run}(work(first))"],
    "repeated": ["for name in 'ab':", "    {run}(work(name))"],
    "fails": ["try:", "    {run}(fail('no'))", "except ValueError as error:", "    print('failed', error)"],
}
CLOSES = {
    "none": [],
    "close": ["loop.close()"],
    "comment": ["loop.close()  # done"],
    "leftovers": ["loop.run_until_complete(loop.shutdown_asyncgens())", "asyncio.set_event_loop(None)", "loop.close()"],
    "stop-first": ["stop()", "loop.close()"],
    "print-first": ["print('closing')", "loop.close()", "print('closed')"],
}
BLOCKS = ("straight", "try", "try-set-inside", "handlers", "nested")


def _inner(lines, by=4):
    return [" " * by + line if line and not line.startswith("c'''") else line for line in lines]


def _body(own, is_set, runs, closes, block):
    made = ["loop = asyncio.new_event_loop()" if own else "loop = asyncio.get_event_loop()"]
    sets = ["asyncio.set_event_loop(loop)"] if is_set else []
    run = [line.replace("{run}", "loop.run_until_complete") for line in runs]
    if block == "straight" or not closes:
        return [*made, *sets, "", *run, *closes]
    if block == "try":
        return [*made, *sets, "try:", *_inner(run), "finally:", *_inner(closes)]
    if block == "try-set-inside":
        return [*made, "try:", *_inner([*sets, "# inside", *run]), "finally:", *_inner(closes)]
    if block == "handlers":
        handlers = ["except KeyError:", "    print('never')", "else:", "    print('else')"]
        return [*made, *sets, "try:", *_inner(run), *handlers, "finally:", *_inner(closes)]
    return [*made, *sets, "if stop:", *_inner([*run, *closes])]


def programs():
    """Name to text. A loop that is not one's own is never set; gather needs one that is set, or its own futures have another."""
    found = {}
    parts = itertools.product(PLACES, (True, False), RUNS, CLOSES, BLOCKS)
    for place, is_set, runs, closes, block in parts:
        frame, indent, own = PLACES[place]
        if (is_set and not own) or (not CLOSES[closes] and block != "straight") or (block == "try-set-inside" and not is_set):
            continue
        if own and not is_set and runs in ("gather", "long"):
            continue
        body = _inner(_body(own, is_set, RUNS[runs], CLOSES[closes], block), indent)
        name = "/".join([place, "set" if is_set else "unset", runs, closes, block])
        found[name] = HEAD + frame.format(body="\n".join(body)) + "\n"
    return found
