"""What Captum says of encoder-decoders → source_attributions.json (2026-11-30).

Of the tiny T5, BART and Marian: the logit of a token behind what the decoder was given, explained by the tokens of the
source. The word table is shared, so that the source's vectors are given (`inputs_embeds`) and the decoder looks up its
own. Each token is a word of its own but the last one, which is special (-1); the baseline keeps it. Integrated
gradients of 20 steps, input × gradient, and what the logit loses without each token. Needs captum 0.9.0.
"""

import torch
import transformers
from captum.attr import FeatureAblation, InputXGradient, IntegratedGradients
from transformers import AutoModelForSeq2SeqLM

from golden import HERE, save_json

PACKAGES = ("torch", "transformers", "captum")
STEPS = 20
IDS, DECODER, OUTPUT, BASELINE = [11, 23, 7, 21, 19, 1], [0, 9, 14], 5, 3


def of_model(name: str) -> dict:
    model = AutoModelForSeq2SeqLM.from_pretrained(HERE / "seq2seq" / name).eval()
    ids = torch.tensor([IDS])
    base = torch.tensor([[BASELINE] * (len(IDS) - 1) + IDS[-1:]])
    # What the table gives, before an encoder multiplies or places it.
    encoder = model.get_encoder()
    table = encoder.embed_tokens
    plain = lambda tokens: torch.nn.functional.embedding(tokens, table.weight)
    # Marian multiplies what it looks up, BART's table does it itself, and T5 not at all.
    scale = encoder.embed_scale if name == "marian" else table(ids)[0, 0, 0] / plain(ids)[0, 0, 0]

    def forward(vectors):
        rows = vectors.shape[0]
        decoder = torch.tensor([DECODER] * rows)
        found = model(inputs_embeds=vectors * scale, decoder_input_ids=decoder)
        return found.logits[:, -1, OUTPUT]

    by_ids = lambda tokens: forward(plain(tokens))
    own = model(input_ids=ids, decoder_input_ids=torch.tensor([DECODER])).logits[0, -1, OUTPUT]
    assert torch.allclose(own, by_ids(ids)[0], atol=1e-5)
    vectors, none = plain(ids).detach(), plain(base).detach()
    integrated = IntegratedGradients(forward).attribute(vectors, baselines=none, n_steps=STEPS)
    product = InputXGradient(forward).attribute(vectors)
    ablation = FeatureAblation(by_ids).attribute(ids, baselines=base)
    words = len(IDS) - 1
    return {
        "score": own.item(),
        "integrated": integrated.sum(-1)[0, :words].tolist(),
        "inputTimesGradient": product.sum(-1)[0, :words].tolist(),
        "occlusion": ablation[0, :words].tolist(),
    }


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    content = {
        "ids": IDS,
        "decoder": DECODER,
        "output": OUTPUT,
        "baseline": BASELINE,
        "models": {name: of_model(name) for name in ("t5", "bart", "marian")},
    }
    save_json(HERE / "source_attributions.json", content, PACKAGES)
