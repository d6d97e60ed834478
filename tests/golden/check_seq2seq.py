"""Opens folders of encoder-decoders and prints the losses of the rows as one JSON line: check_seq2seq.py FOLDER.

Every folder in it is named adapter-<method>-<model> or merged-<model>: the first is opened with PEFT on
seq2seq/trained-<model>, the second with transformers. Prints {"made_with": versions, "losses": {name: the mean
loss of each row's target of that model's training.json}}. A tensor that is not loaded is an error.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from peft import PeftModel
from transformers import AutoModelForSeq2SeqLM

from golden import HERE, made_with
from make_seq2seq_training import decoder_inputs

PACKAGES = ("torch", "transformers", "peft")


def opened(place: Path, name: str):
    if place.name.startswith("merged"):
        model, info = AutoModelForSeq2SeqLM.from_pretrained(place, output_loading_info=True)
        wrong = {key: value for key, value in info.items() if value}
        assert not wrong, f"{place.name}: {wrong}"
        return model.eval()
    base = AutoModelForSeq2SeqLM.from_pretrained(HERE / "seq2seq" / f"trained-{name}")
    return PeftModel.from_pretrained(base, place).eval()


def losses(model, rows) -> list[float]:
    found = []
    for row in rows:
        labels = torch.tensor([row["labels"]])
        with torch.no_grad():
            inputs = torch.tensor([row["source"]])
            own = model.get_base_model() if isinstance(model, PeftModel) else model
            loss = model(
                input_ids=inputs,
                attention_mask=torch.ones_like(inputs),
                decoder_input_ids=decoder_inputs(own, labels),
                decoder_attention_mask=torch.ones_like(labels),
                labels=labels,
            ).loss
        found.append(loss.item())
    return found


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    result = {}
    for place in sorted(Path(sys.argv[1]).iterdir()):
        name = place.name.split("-")[-1]
        rows = json.loads((HERE / "seq2seq" / f"trained-{name}" / "training.json").read_text())["rows"]
        result[place.name] = losses(opened(place, name), rows)
    print(json.dumps({"made_with": made_with(*PACKAGES), "losses": result}))
