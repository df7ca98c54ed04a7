"""aiohttp for one turn: aiohttp_client.py URL CONCURRENCY (requests N | seconds S). Prints JSON."""

import asyncio
import json
import resource
import sys
import time

import aiohttp


async def main(url, concurrency, kind, amount):
    latencies = []
    sent = 0

    async def worker(session, start):
        nonlocal sent
        while sent < amount if kind == "requests" else time.perf_counter() - start < amount:
            sent += 1
            left = time.perf_counter()
            async with session.get(url) as response:
                await response.read()
                response.raise_for_status()
            latencies.append((time.perf_counter() - left) * 1000)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        before = resource.getrusage(resource.RUSAGE_SELF)
        start = time.perf_counter()
        await asyncio.gather(*(worker(session, start) for _ in range(concurrency)))
        took = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_SELF)

    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"seconds": took, "cpuS": cpu, "latenciesMs": latencies}))


asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
