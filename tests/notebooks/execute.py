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


# The ports of a kernel are chosen before it takes them, and another program may take one meanwhile.
TRIES = 3


class NotStarted(Exception):
    pass


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
        for tries_left in range(TRIES - 1, -1, -1):
            try:
                nbformat.write(await executed(source, cwd, interrupt_at), target)
                return
            except NotStarted as error:
                if tries_left == 0:
                    raise error.__cause__
                print(f"starting again: {error.__cause__}", file=sys.stderr)


async def executed(source, cwd, interrupt_at):
    book = nbformat.read(source, as_version=4)
    client = Client(
        book,
        kernel_name="deno",
        allow_errors=True,
        timeout=1200,
        # A busy machine reads a long output for longer than the 4 s that nbclient would wait.
        iopub_timeout=600,
        resources={"metadata": {"path": cwd}},
    )
    client.interrupt_at = interrupt_at

    def cell_executed(cell, cell_index, execute_reply):
        if client.interrupted and "seconds_to_stop" not in book.metadata:
            book.metadata["seconds_to_stop"] = time.monotonic() - client.interrupted

    client.on_cell_executed = cell_executed
    try:
        await client.async_execute()
    except RuntimeError as error:
        if client.code_cells_executed > 0:
            raise
        raise NotStarted() from error
    return book


async def main():
    together, cwd, interrupt_at, *paths = sys.argv[1:]
    limit = asyncio.Semaphore(int(together))
    pairs = zip(paths[::2], paths[1::2])
    await asyncio.gather(*(execute(a, b, cwd, interrupt_at, limit) for a, b in pairs))


asyncio.run(main())
