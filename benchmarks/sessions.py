"""What a class costs a server: CPU per release, sessions per core, a cold herd, a long session.

    python -m benchmarks.sessions cost  [-n 25] [--reruns 6]    CPU per release among n readers, lesson by lesson, under both ways to serve
    python -m benchmarks.sessions load  [-n 30] [--period 2]    n readers, each moving a slider every so many seconds
    python -m benchmarks.sessions herd  [-n 30]                 n readers open a cold server at the same moment
    python -m benchmarks.sessions soak  [--reruns 1000]         one reader for a long time: does memory grow?

Each starts a server of its own on the loopback address.  CPU is the steady figure on a shared machine; latencies are not.
"""

import argparse
import asyncio
import contextlib
import statistics
import time

from fisher_app.course import Course

from .websocket import Session, percentile, serve

LESSONS = [e.slug for e in Course.read().written]


async def cost(a):
    """With as many readers as a class has: one release costs about twice as much among 25 sessions as in one alone."""

    async def reader(session, i, spent):
        await asyncio.sleep(a.period * i / a.n)
        for _ in range(a.reruns):
            spent.append(await session.move())
            await asyncio.sleep(max(0.0, a.period - spent[-1]))

    for asgi in (False, True):
        print(f"{'uvicorn asgi:app' if asgi else 'streamlit run app.py'}, {a.n} readers, one release each {a.period:g} s")
        with serve("app.py", asgi=asgi) as server:
            for lesson in a.lessons:
                async with contextlib.AsyncExitStack() as stack:
                    sessions = [await stack.enter_async_context(Session(server.url, lesson, seed=i)) for i in range(a.n)]
                    first = [await session.open() for session in sessions]
                    before, spent, size = server.cpu, [], sum(session.bytes for session in sessions)
                    await asyncio.gather(*[reader(session, i, spent) for i, session in enumerate(sessions)])
                    each = 1000 * (server.cpu - before) / len(spent)
                    print(
                        f"  {lesson:10s} {each:5.1f} ms CPU a release, so {0.7 * 1000 * a.period / each:4.0f} readers a core (70 % busy);"
                        f" median {1000 * statistics.median(spent):4.0f} p95 {1000 * percentile(spent, 95):4.0f} ms;"
                        f" {(sum(session.bytes for session in sessions) - size) / len(spent) / 1024:.0f} KB;"
                        f" first load {statistics.median(first):.2f} s; {server.memory:.0f} MB; exceptions {sum(len(session.exceptions) for session in sessions)}"
                    )


async def load(a):
    async def reader(i, end, spent, exceptions):
        async with Session(server.url, a.lessons[i % len(a.lessons)], seed=i) as session:
            await session.open()
            await asyncio.sleep(a.period * i / a.n)
            while time.monotonic() < end:
                spent.append(await session.move())
                await asyncio.sleep(max(0.0, a.period - spent[-1]))
            exceptions += session.exceptions

    with serve("app.py", asgi=True) as server:
        spent, exceptions, before, start = [], [], server.cpu, time.monotonic()
        await asyncio.gather(*[reader(i, start + a.seconds, spent, exceptions) for i in range(a.n)])
        took = time.monotonic() - start
        print(
            f"{a.n} readers, one release each {a.period:g} s: {len(spent) / took:.1f} releases/s, CPU {100 * (server.cpu - before) / took:.0f} % of a core,"
            f" median {1000 * statistics.median(spent):.0f} p95 {1000 * percentile(spent, 95):.0f} ms, {server.memory:.0f} MB, exceptions {len(exceptions)}"
        )


async def herd(a):
    async def one(url, i):
        async with Session(url, a.lessons[i % len(a.lessons)], seed=i) as session:
            return await session.open(), session.exceptions, bool(session.stage)

    for asgi in (False, True):
        with serve("app.py", asgi=asgi) as server:
            loads = await asyncio.gather(*[one(server.url, i) for i in range(a.n)])
        spent = [t for t, *_ in loads]
        print(
            f"{'uvicorn asgi:app    ' if asgi else 'streamlit run app.py'} {a.n} at once on a cold server: median {statistics.median(spent):.1f} worst {max(spent):.1f} s;"
            f" with an exception {sum(bool(e) for _, e, _ in loads)}, without a lesson {sum(not s for *_, s in loads)}"
        )


async def soak(a):
    with serve("app.py", asgi=True) as server:
        memory = []
        async with Session(server.url, a.lessons[0], seed=1) as session:
            await session.open()
            for i in range(a.reruns):
                await session.move()
                if i % max(1, a.reruns // 20) == 0:
                    memory.append(round(server.memory))
        third = len(memory) // 3
        growth = statistics.mean(memory[-third:]) - statistics.mean(memory[third:-third])
        print(f"{a.reruns} releases on {a.lessons[0]}: MB {memory}; mean of the last third {growth:+.0f} MB over the middle one; exceptions {len(session.exceptions)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["cost", "load", "herd", "soak"])
    parser.add_argument("--lessons", nargs="*", default=LESSONS)
    parser.add_argument("-n", type=int)
    parser.add_argument("--period", type=float, default=2)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--reruns", type=int)
    a = parser.parse_args()
    a.reruns = a.reruns or (1000 if a.what == "soak" else 6)
    a.n = a.n or (25 if a.what == "cost" else 30)
    asyncio.run({"cost": cost, "load": load, "herd": herd, "soak": soak}[a.what](a))


if __name__ == "__main__":
    main()
