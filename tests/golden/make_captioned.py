"""Pipelines whose denoiser reads captions, with what diffusers and transformers compute: make_captioned.py [NAME …].

denoisers/<name>/: a folder as diffusers saves a pipeline (model_index.json, unet, text_encoder, tokenizer and
scheduler) of tiny random parts, and expected.safetensors with `input_ids` of CAPTIONS as StableDiffusionPipeline
makes them, the text encoder's `states` [captions, tokens, numbers] and `pooled` [captions, numbers], and for the
denoiser sample [images, channels, height, width], timestep [images], encoder_hidden_states (the states), `results`
of the same shape as sample, `weights` of the same shape, `loss` = Σ weights · results, and of one of them
`gradient.<name>` of every parameter. Denoisers are stored in half precision, so that their files stay small.
"""

import json
import shutil
import sys

import diffusers
import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from golden import HERE, save_tensors
from make_denoisers import randomise

PACKAGES = ("torch", "transformers", "diffusers", "tokenizers", "safetensors")
FOLDER = HERE / "denoisers"
CAPTIONS = ["a red CAT", "", "a very long caption of more tokens than the encoder reads"]
TOKENS = 12
START, END = "<|startoftext|>", "<|endoftext|>"
MERGES = [("c", "a"), ("ca", "t</w>"), ("r", "e"), ("re", "d</w>"), ("t", "o"), ("e", "n")]
TEXT = dict(
    hidden_size=6, intermediate_size=10, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=TOKENS,
)
UNET = dict(
    in_channels=3, out_channels=3, sample_size=8, block_out_channels=[4, 4], norm_num_groups=2, attention_head_dim=2,
    cross_attention_dim=6, layers_per_block=1, down_block_types=["CrossAttnDownBlock2D", "DownBlock2D"],
    up_block_types=["UpBlock2D", "CrossAttnUpBlock2D"],
)
# name → fields of the denoiser's config, fields of the text encoder's, whether there are gradients
PIPELINES = {
    "captioned": (UNET, dict(TEXT, hidden_act="quick_gelu"), True),
    # Two transformer blocks, heads by level and linear projections, as in Stable Diffusion 2.
    "captioned-linear": (
        dict(
            UNET, attention_head_dim=[1, 2], use_linear_projection=True, transformer_layers_per_block=[1, 2],
            down_block_types=["DownBlock2D", "CrossAttnDownBlock2D"],
            up_block_types=["CrossAttnUpBlock2D", "UpBlock2D"], mid_block_scale_factor=2, norm_eps=1e-3,
            center_input_sample=True, flip_sin_to_cos=False, freq_shift=1, upcast_attention=True,
        ),
        dict(TEXT, hidden_act="gelu", layer_norm_eps=1e-3),
        False,
    ),
}


def make_tokenizer() -> CLIPTokenizer:
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)] + [",", "."]
    words = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(pair) for pair in MERGES), START, END]
    return CLIPTokenizer(
        vocab={word: at for at, word in enumerate(words)}, merges=MERGES, bos_token=START, eos_token=END,
        unk_token=END, pad_token=END, model_max_length=TOKENS,
    )


def make_pipeline(name: str, seed: int) -> None:
    unet_fields, text_fields, has_gradients = PIPELINES[name]
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    tokenizer = make_tokenizer()
    tokenizer.save_pretrained(folder / "tokenizer")
    ids = {key: tokenizer.convert_tokens_to_ids(word) for key, word in dict(bos=START, eos=END).items()}
    torch.manual_seed(seed)
    config = CLIPTextConfig(
        **text_fields, vocab_size=len(tokenizer), bos_token_id=ids["bos"], eos_token_id=ids["eos"], pad_token_id=1
    )
    encoder = CLIPTextModel(config).eval()
    randomise(encoder, seed)
    encoder.save_pretrained(folder / "text_encoder")
    unet = UNet2DConditionModel(**unet_fields).eval()
    randomise(unet, seed + 1)
    unet.half().save_pretrained(folder / "unet")
    unet.float()
    scheduler = DDIMScheduler(num_train_timesteps=1000, clip_sample=False)
    scheduler.save_pretrained(folder / "scheduler")
    index = {
        "_class_name": "DiffusionPipeline", "_diffusers_version": diffusers.__version__,
        "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
    }
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
    # As StableDiffusionPipeline.encode_prompt asks: padded to the longest, without a mask.
    input_ids = tokenizer(
        CAPTIONS, padding="max_length", max_length=TOKENS, truncation=True, return_tensors="pt"
    ).input_ids
    with torch.no_grad():
        said = encoder(input_ids)
    generator = torch.Generator().manual_seed(seed)
    size = unet_fields["sample_size"]
    sample = torch.randn(len(CAPTIONS), 3, size, size, generator=generator)
    timestep = torch.tensor([0.0, 417.5, 999.0])
    states = said.last_hidden_state
    results = unet(sample, timestep, encoder_hidden_states=states).sample
    weights = torch.randn(results.shape, generator=generator) / 10
    loss = (weights * results).sum()
    loss.backward()
    gradients = {f"gradient.{key}": own.grad for key, own in unet.named_parameters()} if has_gradients else {}
    tensors = {
        "input_ids": input_ids, "pooled": said.pooler_output, "encoder_hidden_states": states, "sample": sample,
        "timestep": timestep, "results": results, "weights": weights, "loss": loss,
    }
    save_tensors(folder / "expected.safetensors", tensors | gradients, PACKAGES)


if __name__ == "__main__":
    diffusers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    wanted = sys.argv[1:]
    for seed, name in enumerate(PIPELINES, start=341):
        if not wanted or name in wanted:
            make_pipeline(name, 10 * seed)
