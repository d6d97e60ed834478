"""The Python side of the default run of image generation: JSON lines in on stdin, one out for each.

{"cmd": "setup", "folder": f, "classes": n, "threads": n, "settings": {…}} → {"diffusers": version, …}
{"cmd": "score", "images": f} → {"denoisingError": …} of the model that tunebook has trained and merged, and what it
    draws where a file is named
{"cmd": "train", "seed": n, "images": f} → {"denoisingError": …, "losses": […], "seconds": processor time of the steps}
{"cmd": "stop"} ends it

The folder has in start/ the denoiser with new tables of labels, the paths of the layers with LoRA and our learning
rates, in merged/ the pipeline that tunebook has deployed, and rows.safetensors: `clean` images to train on, of the
images to score `sample`, `target` and `step` of always the same noise, and `noise` from which images are drawn;
labels are in labels.json. Images that are drawn are written as bytes [images, height, width, 3].
"""

import json
import time
from importlib.metadata import version
from pathlib import Path

import diffusers
import torch
from diffusers import DiTTransformer2DModel, FlowMatchEulerDiscreteScheduler
from peft import LoraConfig, inject_adapter_in_model
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from peer_fit import fit
from peer_lines import serve

PACKAGES = ("torch", "diffusers", "peft")
DEVIATION = 0.02  # of new tables, tunebook's
TABLE = "embedding_table"
POSITIONS = "pos_embed.pos_embed"  # sines, which no file has to hold
LEVELS = 255

state: dict = {}


def read_json(name: str):
    return json.loads((Path(state["folder"]) / name).read_text())


def without_dropped_labels(model: nn.Module) -> nn.Module:
    """Labels are left out before the model, the same in all blocks, and not by each block for itself."""
    for block in model.transformer_blocks:
        block.norm1.emb.class_embedder.dropout_prob = 0.0
    return model


def start_model() -> nn.Module:
    config = read_json("start/config.json") | {"num_embeds_ada_norm": state["classes"]}
    model = DiTTransformer2DModel.from_config(config)
    weights = load_file(Path(state["folder"]) / "start/model.safetensors")
    missing, unexpected = model.load_state_dict(weights, strict=False)
    if unexpected or set(missing) - {POSITIONS}:
        raise ValueError(f"the start does not fit: {missing}, {unexpected}")
    return without_dropped_labels(model)


def new_adapter(model: nn.Module) -> nn.Module:
    """LoRA where tunebook has it, and new tables of labels, which are trained as a whole."""
    lora = state["settings"]["lora"]
    config = LoraConfig(r=lora["rank"], lora_alpha=lora["alpha"], target_modules=read_json("start/targets.json"))
    model = inject_adapter_in_model(config, model)
    for name, parameter in model.named_parameters():
        if TABLE in name:
            nn.init.normal_(parameter, std=DEVIATION)
            parameter.requires_grad_(True)
    return model


def sigmas_of(steps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How much noise, and what the model is told as its time; steps count from the least noise, 0."""
    scheduler = state["scheduler"]
    at = scheduler.config.num_train_timesteps - 1 - steps  # its lists begin with noise
    return scheduler.sigmas[at].view(-1, 1, 1, 1), scheduler.timesteps[at]


@torch.no_grad()
def denoising_error(model: nn.Module) -> float:
    rows, labels = state["rows"], state["labels"]["test"]
    _, times = sigmas_of(rows["step"].long())
    said = model.eval()(rows["sample"], timestep=times, class_labels=labels).sample
    return F.mse_loss(said, rows["target"]).item()


@torch.no_grad()
def draw(model: nn.Module, file: str) -> None:
    """Draws one image for each held-out label with guidance, and writes their bytes."""
    settings, labels = state["settings"], state["labels"]["test"]
    sampler = FlowMatchEulerDiscreteScheduler.from_config(state["scheduler"].config)
    sampler.set_timesteps(settings["steps"])
    sample = state["rows"]["noise"].clone()
    model.eval()
    asked = torch.cat([labels, torch.full_like(labels, state["classes"])])
    for timestep in sampler.timesteps:
        said = model(torch.cat([sample, sample]), timestep=timestep.expand(len(asked)), class_labels=asked).sample
        with_label, without = said.chunk(2)
        led = without + settings["guidance"] * (with_label - without)
        sample = sampler.step(led, timestep, sample, return_dict=False)[0]
    pixels = ((sample * 0.5 + 0.5) * LEVELS).round().clamp(0, LEVELS).byte()
    Path(file).write_bytes(pixels.permute(0, 2, 3, 1).contiguous().numpy().tobytes())


def setup(request: dict) -> dict:
    torch.set_num_threads(request["threads"])
    state.update(request)
    folder = Path(request["folder"])
    state["start"] = read_json("start/start.json")
    state["labels"] = {name: torch.tensor(each) for name, each in read_json("labels.json").items()}
    state["rows"] = load_file(folder / "rows.safetensors")
    state["scheduler"] = FlowMatchEulerDiscreteScheduler.from_config(read_json("scheduler.json"))
    return {package: version(package) for package in PACKAGES}


def scored(model: nn.Module, request: dict) -> dict:
    if request.get("images"):
        draw(model, request["images"])
    return {"denoisingError": denoising_error(model)}


def score(request: dict) -> dict:
    folder = Path(state["folder"]) / "merged"
    return scored(DiTTransformer2DModel.from_pretrained(folder, subfolder="transformer"), request)


def train(request: dict) -> dict:
    torch.manual_seed(request["seed"])
    model = new_adapter(start_model()).train()
    trained = [p for p in model.parameters() if p.requires_grad]
    average = [p.detach().clone() for p in trained]
    clean, labels = state["rows"]["clean"], state["labels"]["train"]
    settings, rates = state["settings"], state["start"]["rates"]

    def loss_of(batch: torch.Tensor) -> torch.Tensor:
        shares = torch.sigmoid(torch.randn(len(batch)))  # logit-normal
        trained_steps = state["scheduler"].config.num_train_timesteps
        sigmas, times = sigmas_of((shares * trained_steps).long().clamp(max=trained_steps - 1))
        noise = torch.randn_like(clean[batch])
        told = torch.where(torch.rand(len(batch)) < settings["dropLabel"], state["classes"], labels[batch])
        said = model((1 - sigmas) * clean[batch] + sigmas * noise, timestep=times, class_labels=told).sample
        return F.mse_loss(said, noise - clean[batch])

    @torch.no_grad()
    def keep_average(step: int) -> None:
        share = 1 - min(settings["ema"], (1 + step) / (10 + step))
        for kept, parameter in zip(average, trained, strict=True):
            kept.lerp_(parameter, share)

    batches: list[torch.Tensor] = []
    while len(batches) < len(rates):
        batches += torch.randperm(len(clean)).split(settings["batchSize"])
    began = time.process_time()
    losses = fit(model, loss_of, batches, rates, settings, keep_average)
    seconds = time.process_time() - began
    with torch.no_grad():
        for kept, parameter in zip(average, trained, strict=True):
            parameter.copy_(kept)
    return scored(model, request) | {"losses": losses, "seconds": seconds}


diffusers.logging.set_verbosity_error()  # of fields in config.json that are tunebook's
serve({"setup": setup, "score": score, "train": train})
