"""More programs, to stand behind asyncio_programs.HEAD: several coroutines, awaitables of other kinds, tasks, runners."""

MORE_PROGRAMS = {
    "gather": """
if __name__ == "__main__":
    results = asyncio.get_event_loop().run_until_complete(asyncio.gather(work("a"), work("b", 0.001), work("c")))
    print(results)
""",
    "gather-list": """
def main(names):
    works = [work(name) for name in names]
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        print(loop.run_until_complete(asyncio.gather(*works)))
    finally:
        loop.close()

main("xyz")
""",
    "gather-exceptions": """
if __name__ == "__main__":
    loop = asyncio.get_event_loop()
    print(loop.run_until_complete(asyncio.gather(fail("a"), work("b"), return_exceptions=True)))
    loop.close()
""",
    "wait-for-times-out": """
if __name__ == "__main__":
    loop = asyncio.get_event_loop()
    try:
        loop.run_until_complete(asyncio.wait_for(asyncio.gather(work("slow", 5)), 0.001))
    except asyncio.TimeoutError:
        print("timed out")
    finally:
        loop.close()
""",
    "task-is-run": """
def first():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    print(loop.run_until_complete(loop.create_task(work("a"))))
    loop.close()

def second():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    print(loop.run_until_complete(asyncio.ensure_future(work("b"), loop=loop)))
    loop.close()

first()
second()
""",
    "awaitable-of-a-function": """
class Ready:
    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return "ready"

def make():
    return Ready()

if __name__ == "__main__":
    print(asyncio.get_event_loop().run_until_complete(make()))
""",
    "argument-wants-a-loop": """
class Box:
    def __init__(self):
        self.queue = asyncio.Queue()

async def take(box):
    await box.queue.put(1)
    print("took", await box.queue.get())

class Shelf:
    make = Box

def main():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(take(Shelf.make()))
    loop.close()
    print("done")

main()
""",
    "in-handler": """
def main():
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        print("no loop")
        loop = asyncio.new_event_loop()
        try:
            asyncio.set_event_loop(loop)
            return loop.run_until_complete(work("h"))
        finally:
            loop.close()

print(main())
""",
    "tasks-in-a-coroutine": """
async def main():
    loop = asyncio.get_event_loop()
    first = loop.create_task(work("a"), name="first")
    second = asyncio.get_event_loop().create_task(work("b"))
    third = asyncio.ensure_future(work("c"))
    print(first.get_name(), await first, await second, await third)

if __name__ == "__main__":
    asyncio.get_event_loop().run_until_complete(main())
""",
    "runner": """
if __name__ == "__main__":
    loop = asyncio.get_event_loop()
    first = loop.run_until_complete(work("a"))
    print("between", first)
    text = '''
  kept
    '''
    print(repr(text), loop.run_until_complete(work("b")))
    loop.close()
    print("end")
""",
    "runner-same-loop": """
async def start(queue):
    task = asyncio.ensure_future(serve(queue))
    await asyncio.sleep(0)
    return task

async def serve(queue):
    while (item := await queue.get()) is not None:
        print("got", item)
    return "served"

async def stop(queue, task):
    await queue.put(None)
    print(await task)

def main():
    queue = asyncio.Queue()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        task = loop.run_until_complete(start(queue))
        for number in range(3):
            loop.run_until_complete(queue.put(number))
        loop.run_until_complete(stop(queue, task))
    finally:
        loop.close()
    print("closed")

main()
""",
    "runner-work-before-close": """
class Agent:
    async def serve(self):
        self.server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        print("serving", self.server.is_serving())

    def stop(self):
        self.server.close()
        print("stopped", self.server.is_serving())

def main():
    agent = Agent()
    loop = asyncio.get_event_loop()
    try:
        loop.run_until_complete(agent.serve())
    finally:
        agent.stop()
        loop.close()
    print("end")

if __name__ == "__main__":
    main()
""",
    "runner-keeps-the-threads-loop": """
def ask(name):
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work(name))
    finally:
        loop.close()

kept = asyncio.new_event_loop()
asyncio.set_event_loop(kept)
print(ask("a"))
print(ask("b"))
print(asyncio.events.get_event_loop() is kept)
asyncio.set_event_loop(None)
kept.close()
""",
    "runner-exception-between": """
def main():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        print(loop.run_until_complete(work("a")))
        raise KeyError("between")
        loop.run_until_complete(work("b"))
    finally:
        loop.close()

try:
    main()
except KeyError as error:
    print("left", error)
""",
    "task-group": """
async def main():
    first, second = await asyncio.gather(work("a", 0.001), work("b"))
    await asyncio.gather(work(first), work(second))
    print(first, second)

if __name__ == "__main__":
    asyncio.get_event_loop().run_until_complete(main())
""",
}
