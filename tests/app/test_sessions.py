"""Many readers at once and one who stays, over the app's own websocket, without a browser."""

import asyncio
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from reader import SLUGS

from benchmarks.websocket import Session, serve


def apart(coroutine):
    """Run in a thread: the main one may hold a browser's event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@pytest.mark.parametrize("asgi", [False, True], ids=["streamlit run", "uvicorn"])
def test_thirty_readers_open_a_cold_server_at_once(asgi):
    async def herd(url):
        async def one(i):
            async with Session(url, SLUGS[i % len(SLUGS)], seed=i) as session:
                await session.open()
                await session.move()
                assert session.config.gather_usage_stats is False, "the project's configuration is in force"
                return session.exceptions, session.stage.get("slug")

        return await asyncio.gather(*[one(i) for i in range(30)])

    with serve("app.py", asgi=asgi) as server:
        readers = apart(herd(server.url))
        with urllib.request.urlopen(f"{server.url}/app/static/stage/stage.js") as answer:
            assert "javascript" in answer.headers["content-type"] and b"class Stage" in answer.read()
    assert [e for exceptions, _ in readers for e in exceptions] == []
    assert [slug for _, slug in readers] == [SLUGS[i % len(SLUGS)] for i in range(30)]


def test_a_long_session_does_not_grow():
    """150 releases on every lesson's scene cache: what is kept is bounded.  benchmarks/sessions.py goes on to 1,000."""

    async def soak(server):
        memory = []
        async with Session(server.url, SLUGS[0], seed=1) as session:
            await session.open()
            for i in range(150):
                await session.move()
                if i >= 60 and i % 10 == 9:
                    memory.append(server.memory)
            assert session.exceptions == []
        return memory

    with serve("app.py", asgi=True) as server:
        memory = apart(soak(server))
    assert memory[-1] - memory[0] < 25, memory


def test_one_message_does_not_freeze_everybody():
    """A name of a page as long as a book, which a formatter of tracebacks would chew on for minutes."""

    async def strange(url):
        async with Session(url, SLUGS[0]) as session:
            await session.open()
            for kind, fields in [("go", {"page": "x" * 1_000_000}), ("tab", {"tab": []}), ("preset", {"preset": "y" * 100_000})]:
                assert await session.send({}, kind=kind, **fields) < 2
                assert session.stage["notices"] and session.exceptions == []
            await session.move()
            assert session.stage["n"] == session.n and session.exceptions == []

    with serve("app.py", asgi=True) as server:
        before = server.cpu
        apart(strange(server.url))
        with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5) as answer:
            assert answer.status == 200
        assert server.cpu - before < 5
