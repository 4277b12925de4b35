"""An echo server and its clients over TCP and a Unix socket; queues, tasks, groups, timeouts, a subprocess."""

import asyncio
import os
import sys
import tempfile


async def serve(reader, writer):
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()


async def client(open_connection, number):
    reader, writer = await open_connection()
    answers = []
    for i in range(5):
        writer.write(b"client %d line %d\n" % (number, i))
        await writer.drain()
        answers.append((await reader.readline()).decode().strip())
    writer.close()
    await writer.wait_closed()
    return answers


async def work(queue, name, log):
    while True:
        item = await queue.get()
        log.append((name, item))
        await asyncio.sleep(0)
        queue.task_done()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        for answers in await asyncio.gather(*[client(lambda: asyncio.open_connection("127.0.0.1", port), i) for i in range(10)]):
            print(answers)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "s")
        async with await asyncio.start_unix_server(serve, path):
            print(await client(lambda: asyncio.open_unix_connection(path), 99))
    queue, log = asyncio.Queue(), []
    workers = [asyncio.create_task(work(queue, name, log)) for name in "abc"]
    for i in range(10):
        queue.put_nowait(i)
    await queue.join()
    for worker in workers:
        worker.cancel()
    print(log, await asyncio.gather(*workers, return_exceptions=True))
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(10)
    except TimeoutError as err:
        print("timeout", repr(err))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(10))
            group.create_task(fail())
    except* ValueError as errors:
        print(errors.exceptions)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "print(input()[::-1])", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    print(await process.communicate(b"backwards\n"), process.returncode)
    print([x async for x in numbers(4)], await asyncio.to_thread(sum, range(10)))


async def fail():
    raise ValueError("no")


async def numbers(n):
    for i in range(n):
        yield i
        await asyncio.sleep(0)


asyncio.run(main())
