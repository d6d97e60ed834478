"""The other side of the generation bench: transformers, in float32."""

import time

import torch
from peer_lines import serve
from transformers import AutoModelForCausalLM, __version__

IDS = 10_000
FACTOR, MODULUS = 48271, 2**31 - 1
model = None


def setup(request):
    global model
    torch.set_num_threads(request["threads"])
    model = AutoModelForCausalLM.from_pretrained(request["folder"], dtype=torch.float32).eval()
    return {"about": f"transformers {__version__}, PyTorch {torch.__version__.split('+')[0]}, float32"}


def prompts_of(prompts, tokens):
    state = 1
    rows = []
    for _ in range(prompts):
        row = []
        for _ in range(tokens):
            state = state * FACTOR % MODULUS
            row.append(3 + state % (IDS - 3))
        rows.append(row)
    return torch.tensor(rows)


class FirstToken:
    """Notes when the first new token was chosen."""

    def __init__(self):
        self.at = None

    def __call__(self, ids, scores, **_):
        if self.at is None:
            self.at = time.perf_counter()
        return torch.zeros(ids.shape[0], dtype=torch.bool)


def write(request):
    prompt_tokens, new_tokens = request["promptTokens"], request["newTokens"]
    ids = prompts_of(request["prompts"], prompt_tokens)
    first = FirstToken()
    began = time.perf_counter()
    began_processor = time.process_time()
    with torch.inference_mode():
        found = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=new_tokens,
            do_sample=False,
            pad_token_id=0,
            eos_token_id=None,
            stopping_criteria=[first],
        )
    return {
        "seconds": time.perf_counter() - began,
        "processorSeconds": time.process_time() - began_processor,
        "firstTokenSeconds": first.at - began,
        "tokens": found[:, prompt_tokens:].tolist(),
    }


serve({"setup": setup, "write": write})
