"""Small programs that ask for an event loop, each a shape that get-event-loop rewrites; run as they are and as rewritten."""

HEAD = """
import asyncio
import threading

async def work(name, seconds=0):
    print("start", name)
    await asyncio.sleep(seconds)
    print("end", name)
    return name * 2

async def fail(name):
    await asyncio.sleep(0)
    raise ValueError(name)

"""

PROGRAMS = {
    "one-line": """
if __name__ == "__main__":
    print(asyncio.get_event_loop().run_until_complete(work("a")))
""",
    "variable-and-close": """
if __name__ == "__main__":
    loop = asyncio.get_event_loop()
    code = loop.run_until_complete(work("a"))
    loop.close()
    print(code)
""",
    "try-finally-return": """
def main():
    loop = asyncio.get_event_loop()
    try:
        return loop.run_until_complete(work("a"))
    finally:
        loop.close()

if __name__ == "__main__":
    print(main())
""",
    "exception-and-handlers": """
if __name__ == "__main__":
    loop = asyncio.get_event_loop()
    try:
        loop.run_until_complete(fail("no"))
    except ValueError as error:
        print("failed", error)
    else:
        print("never")
    finally:
        print("finally")
        loop.close()
    print("end")
""",
    "exception-leaves": """
def main():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(fail("out"))
    finally:
        loop.close()

try:
    main()
except ValueError as error:
    print("left", error)
""",
    "task-left-over": """
async def main():
    async def forever():
        try:
            await asyncio.sleep(3600)
        finally:
            print("given up")
    task = asyncio.ensure_future(forever())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled")

if __name__ == "__main__":
    asyncio.get_event_loop().run_until_complete(main())
""",
    "async-generator-left-open": """
async def numbers():
    try:
        yield 1
        yield 2
    finally:
        print("closed")

async def main():
    async for number in numbers():
        print(number)
        break

def run():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(main())
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()
    print("after")

run()
""",
    "thread-own-loop": """
def thread():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        print(loop.run_until_complete(work("t")))
    finally:
        loop.close()

one = threading.Thread(target=thread)
one.start()
one.join()
print("joined")
""",
    "thread-never-closed": """
class Agent:
    def start(self):
        self.thread = threading.Thread(target=self._work)
        self.thread.start()

    def _work(self):
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.run_until_complete(self.serve())

    async def serve(self):
        await work("served")

agent = Agent()
agent.start()
agent.thread.join()
""",
    "executor-in-thread": """
def thread():
    async def main():
        loop = asyncio.get_event_loop()
        start = loop.time()
        print(await loop.run_in_executor(None, sum, [1, 2]))
        done = loop.create_future()
        loop.call_later(0.001, done.set_result, "later")
        loop.call_soon(print, "soon")
        print(await done, loop.time() > start)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(main())
    loop.close()

one = threading.Thread(target=thread)
one.start()
one.join()
""",
    "signal-handler": """
import os
import signal

class Hub:
    def __init__(self):
        self.stopped = False

    async def run(self):
        os.kill(os.getpid(), signal.SIGTERM)
        while not self.stopped:
            await asyncio.sleep(0.001)
        print("stopped")

def main():
    hub = Hub()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def stop(number, frame):
        print("signal", number)
        hub.stopped = True

    old = signal.signal(signal.SIGTERM, stop)
    try:
        loop.run_until_complete(hub.run())
    except KeyboardInterrupt:
        print("interrupted")
    finally:
        loop.close()
        signal.signal(signal.SIGTERM, old)
        print("down")

if __name__ == "__main__":
    main()
""",
}
