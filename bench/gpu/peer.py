"""The other side on a machine with a GPU: JSON lines as in peer.py of the folder above.

It uses what the machine has: PyTorch with transformers and PEFT, or PyTorch alone with a BERT and a
LoRA of our own. {"cmd": "setup", …} also answers "peer", which says what ran, and "device".
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from peer_lines import serve  # noqa: E402


def choose_model():
    """What makes a model, and what to call it."""
    import torch

    name = f"PyTorch {torch.__version__}"
    try:
        import peft
        import transformers

        from peer import make_model

        transformers.logging.set_verbosity_error()
        versions = f"transformers {transformers.__version__} + PEFT {peft.__version__}"
        return make_model, f"{name} + {versions}"
    except ImportError as error:
        from plain_bert import make_model

        return make_model, f"{name} alone, with a BERT and a LoRA of the bench ({error})"


def main() -> None:
    run = None

    def setup(request: dict) -> dict:
        nonlocal run
        try:
            import torch
        except ImportError as error:
            raise RuntimeError(f"{sys.executable} has no PyTorch ({error})") from error

        from peer_step import Run

        make_model, peer = choose_model()
        on_gpu = torch.cuda.is_available()
        run = None  # the last model goes before the next one comes
        run = Run(make_model, request | {"device": "cuda" if on_gpu else "cpu"})
        return {
            "peer": peer,
            "device": torch.cuda.get_device_name() if on_gpu else "cpu",
            "trainable": sum(p.numel() for p in run.trained),
            "tf32": torch.backends.cuda.matmul.allow_tf32,
        }

    def step(request: dict) -> dict:
        if run is None:
            raise ValueError("setup comes before step")
        return run.steps(request.get("count", 1))

    serve({"setup": setup, "step": step})


if __name__ == "__main__":
    main()
