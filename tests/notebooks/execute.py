"""Executes notebooks in the Deno kernel.

execute.py TOGETHER CWD INTERRUPT_AT (INPUT OUTPUT)...

TOGETHER notebooks run at the same time, in the folder CWD. Where INTERRUPT_AT is not empty, the
kernel gets SIGINT when that text appears in a cell's output, once a notebook; the seconds until the
cell's end are kept in the notebook's metadata.
"""
import asyncio
import os
import signal
import sys
import time

import nbformat
from nbclient import NotebookClient


class Client(NotebookClient):
    interrupt_at = ""
    interrupted = None

    def process_message(self, msg, cell, cell_index):
        text = msg["content"].get("text", "")
        if self.interrupt_at and self.interrupted is None and self.interrupt_at in text:
            os.kill(self.km.provisioner.process.pid, signal.SIGINT)
            self.interrupted = time.monotonic()
        return super().process_message(msg, cell, cell_index)


async def execute(source, target, cwd, interrupt_at, limit):
    async with limit:
        book = nbformat.read(source, as_version=4)
        client = Client(
            book,
            kernel_name="deno",
            allow_errors=True,
            timeout=300,
            resources={"metadata": {"path": cwd}},
        )
        client.interrupt_at = interrupt_at

        def cell_executed(cell, cell_index, execute_reply):
            if client.interrupted and "seconds_to_stop" not in book.metadata:
                book.metadata["seconds_to_stop"] = time.monotonic() - client.interrupted

        client.on_cell_executed = cell_executed
        await client.async_execute()
        nbformat.write(book, target)


async def main():
    together, cwd, interrupt_at, *paths = sys.argv[1:]
    limit = asyncio.Semaphore(int(together))
    pairs = zip(paths[::2], paths[1::2])
    await asyncio.gather(*(execute(a, b, cwd, interrupt_at, limit) for a, b in pairs))


asyncio.run(main())
