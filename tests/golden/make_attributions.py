"""What Captum says of golden models → attributions.json (2026-11-30).

`text`: a tiny BERT classifier, `next`: a tiny GPT-2's next token, `image`: a tiny ViT and a tiny ResNet; of each the
input, the target and every method's values. Words have several tokens, special tokens have none (-1). What is left out
gives way to the baseline's token, of images to 0. `sampled` Shapley values go by the given orders, `lime` by the given
masks, and so does the infidelity of the occlusion's values. Needs captum 0.9.0 (matplotlib and tqdm with it).
"""

import random

import torch
import transformers
from captum.attr import (
    FeatureAblation,
    InputXGradient,
    IntegratedGradients,
    LayerIntegratedGradients,
    Saliency,
    ShapleyValues,
    ShapleyValueSampling,
)
from captum.attr._core.lime import LimeBase
from captum._utils.models.linear_model import SkLearnRidge
from captum.metrics import infidelity
from safetensors.torch import load_file
from transformers import (
    AutoModelForCausalLM,
    AutoModelForImageClassification,
    AutoModelForSequenceClassification,
)

from golden import HERE, save_json

PACKAGES = ("torch", "transformers", "captum", "scikit-learn")
STEPS = 20
WIDTH = 0.25  # of LIME's kernel


def nearness(_original, _perturbed, kept, **_):
    distance = 1 - (kept.float().mean()) ** 0.5
    return torch.exp(-(distance**2) / (2 * WIDTH**2))


def by_word(values: torch.Tensor, words: list[int]) -> list[float]:
    sums = [0.0] * (max(words) + 1)
    for value, word in zip(values.flatten().tolist(), words):
        if word >= 0:
            sums[word] += value
    return sums


def masks_of(count: int, features: int, seed: int) -> list[list[int]]:
    draw = random.Random(seed)
    return [[1] * features] + [[draw.randint(0, 1) for _ in range(features)] for _ in range(count - 1)]


def infidelity_of(forward, ids, base, values, feature_mask, masks) -> float:
    """Captum's, for given masks: attributions by feature as if a one stood for each that is there."""
    features = len(values)
    there = torch.ones(1, features)

    def forward_mask(kept):
        return torch.stack([forward(torch.where(row.bool()[feature_mask], ids, base))[0] for row in kept])

    def perturb(inputs):
        left = torch.tensor(masks, dtype=torch.float)
        return 1 - left, left

    return infidelity(
        forward_mask,
        perturb,
        there,
        torch.tensor([values]),
        n_perturb_samples=len(masks),
        normalize=True,
    ).item()


def of_features(forward, ids, base, words) -> dict:
    """What leaves out whole words: the special tokens are one more, which the baseline keeps."""
    features = max(words) + 1
    feature_mask = torch.tensor([[word if word >= 0 else features for word in words]])
    pick = lambda values: [values.flatten()[words.index(word)].item() for word in range(features)]
    ablation = FeatureAblation(forward).attribute(ids, baselines=base, feature_mask=feature_mask)
    exact = ShapleyValues(forward).attribute(ids, baselines=base, feature_mask=feature_mask)
    orders = [random.Random(order).sample(range(features), features) for order in range(3)]
    sampling = ShapleyValueSampling(forward)
    with_special = [[*order, features] for order in orders]
    sampling.permutation_generator = lambda *_: iter(with_special)
    sampled = sampling.attribute(ids, baselines=base, feature_mask=feature_mask, n_samples=len(orders))
    masks = masks_of(24, features, 7)
    waiting = iter(masks)
    kept_mask = feature_mask[0]
    extended = lambda kept: torch.cat([kept.flatten(), torch.ones(1)]).bool()[kept_mask]
    lime = LimeBase(
        forward,
        SkLearnRidge(alpha=1.0),
        nearness,
        lambda *_, **__: torch.tensor([next(waiting)], dtype=torch.float),
        True,
        lambda kept, *_, **__: torch.where(extended(kept), ids, base),
        None,
    ).attribute(ids, n_samples=len(masks))
    values = pick(ablation)
    special_mask = torch.where(feature_mask == features, 0, feature_mask)
    keep = feature_mask == features

    def forward_keeping(variants):
        return forward(torch.where(keep, ids, variants))

    return {
        "occlusion": values,
        "shapley": pick(exact),
        "orders": orders,
        "sampled": pick(sampled),
        "masks": masks,
        "lime": lime.flatten().tolist(),
        "infidelity": infidelity_of(forward_keeping, ids, base, values, special_mask, masks[1:]),
    }


def of_text(model, table, block, ids, base, words, forward) -> dict:
    embeds = table(ids)
    whole = lambda vectors: forward(vectors, embedded=True)
    saliency = Saliency(whole).attribute(embeds.detach(), abs=False).norm(dim=-1)
    product = InputXGradient(whole).attribute(embeds.detach()).sum(-1)
    by_ids = lambda tokens: forward(tokens)
    integrated, error = LayerIntegratedGradients(by_ids, table).attribute(
        ids, baselines=base, n_steps=STEPS, return_convergence_delta=True
    )
    # What the first block gives is what the second one is given.
    layered = LayerIntegratedGradients(by_ids, block).attribute(ids, baselines=base, n_steps=STEPS)
    layered = layered[0] if isinstance(layered, tuple) else layered
    return {
        "ids": ids[0].tolist(),
        "baseline": base[0].tolist(),
        "words": words,
        "score": by_ids(ids).item(),
        "saliency": by_word(saliency, words),
        "inputTimesGradient": by_word(product, words),
        "integrated": by_word(integrated.sum(-1), words),
        "completenessError": error.item(),
        "block": by_word(layered.sum(-1), words),
        **of_features(by_ids, ids, base, words),
    }


def text() -> dict:
    model = AutoModelForSequenceClassification.from_pretrained(HERE / "models/bert").eval()
    ids = torch.tensor([[2, 11, 23, 7, 31, 19, 40, 3]])
    words = [-1, 0, 1, 1, 2, 3, 4, -1]
    base = torch.tensor([[token if word < 0 else 0 for token, word in zip(ids[0].tolist(), words)]])

    def forward(given, embedded=False):
        kind = "inputs_embeds" if embedded else "input_ids"
        logits = model(**{kind: given}).logits
        return logits[:, 1] - logits[:, 0]

    return of_text(model, model.bert.embeddings.word_embeddings, model.bert.encoder.layer[0], ids, base, words, forward)


def next_token() -> dict:
    model = AutoModelForCausalLM.from_pretrained(HERE / "models/gpt2").eval()
    ids = torch.tensor([[11, 23, 7, 31, 19]])
    words = [0, 1, 1, 2, 3]
    base = torch.zeros_like(ids)

    def forward(given, embedded=False):
        kind = "inputs_embeds" if embedded else "input_ids"
        return model(**{kind: given}).logits[:, -1, 5]

    return of_text(model, model.transformer.wte, model.transformer.h[0], ids, base, words, forward)


def image(name: str, rows: int, columns: int) -> dict:
    folder = HERE / "vision" / name
    model = AutoModelForImageClassification.from_pretrained(folder).eval()
    pixels = load_file(folder / "expected.safetensors")["pixel_values"][:1]
    forward = lambda given: model(pixel_values=given).logits[:, 2]
    height, width = pixels.shape[-2:]
    at = (torch.arange(height) * rows // height)[:, None] * columns + (torch.arange(width) * columns // width)[None]
    region = at[None, None]

    def by_region(values):
        sums = torch.zeros(rows * columns)
        return sums.index_add(0, at.flatten(), values.sum((0, 1)).flatten()).tolist()

    ablation = FeatureAblation(forward).attribute(pixels, feature_mask=region)
    exact = ShapleyValues(forward).attribute(pixels, feature_mask=region)
    pick = lambda values: [values[0, 0][at == each][0].item() for each in range(rows * columns)]
    saliency = Saliency(forward).attribute(pixels, abs=False).norm(dim=1, keepdim=True)
    integrated = IntegratedGradients(forward).attribute(pixels, n_steps=STEPS)
    return {
        "saliency": by_region(saliency),
        "inputTimesGradient": by_region(InputXGradient(forward).attribute(pixels)),
        "integrated": by_region(integrated),
        "occlusion": pick(ablation),
        "shapley": pick(exact),
    }


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    content = {
        "text": text(),
        "next": next_token(),
        "image": {name: image(name, 2, 2) for name in ("vit", "resnet")},
    }
    save_json(HERE / "attributions.json", content, PACKAGES)
