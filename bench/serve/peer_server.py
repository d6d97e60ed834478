"""The other server: FastAPI on uvicorn, transformers on PyTorch, requests that arrive together in one batch.

peer_server.py FOLDER BATCH_SIZE THREADS
"""

import asyncio
import socket
import sys
from contextlib import asynccontextmanager

import torch
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from transformers import AutoModelForSequenceClassification, AutoTokenizer

folder, batch_size, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
labels = [model.config.id2label[i] for i in range(model.config.num_labels)]


def predict(texts: list[str]) -> list[list[float]]:
    with torch.inference_mode():
        tokens = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
        return torch.softmax(model(**tokens).logits, -1).tolist()


queue: asyncio.Queue[tuple[str, asyncio.Future]] = asyncio.Queue()


async def answer_batches() -> None:
    """Takes what waits, at most batch_size, without waiting for more; the event loop is free meanwhile."""
    while True:
        batch = [await queue.get()]
        # Requests whose bytes are there already are read first.
        await asyncio.sleep(0)
        while len(batch) < batch_size and not queue.empty():
            batch.append(queue.get_nowait())
        try:
            answers = await asyncio.to_thread(predict, [text for text, _ in batch])
            for (_, future), answer in zip(batch, answers):
                future.set_result(answer)
        except Exception as error:
            for _, future in batch:
                future.set_exception(error)


@asynccontextmanager
async def lifespan(_: FastAPI):
    task = asyncio.create_task(answer_batches())
    yield
    task.cancel()


app = FastAPI(lifespan=lifespan)


class Body(BaseModel):
    input: str


@app.post("/classify")
async def classify(body: Body):
    future = asyncio.get_running_loop().create_future()
    await queue.put((body.input, future))
    probabilities = await future
    best = max(range(len(labels)), key=probabilities.__getitem__)
    return {"data": [{"index": 0, "label": labels[best], "probabilities": dict(zip(labels, probabilities))}]}


listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen(2048)
server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
# It is asked only after this line, and waits in the queue until uvicorn takes it.
print(f"listening at http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
server.run(sockets=[listening])
