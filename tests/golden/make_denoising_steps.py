"""Training steps of a denoiser as diffusers' scripts take them: make_denoising_steps.py. Made on 2026-11-29.

denoisers/steps.safetensors, of the model in denoisers/dit: `clean` and `noise` [images, channels, height, width],
`steps` [images], counted from the least noise, `labels` [images], and for each case `<case>.sample`,
`<case>.timestep`, `<case>.target`, `<case>.weights` of the images, `<case>.loss` and `<case>.gradient.<name>` of a
few parameters. Noise and targets follow train_text_to_image.py (epsilon, v, min-SNR) and
train_dreambooth_lora_flux.py (flow).
"""

import diffusers
import torch
from diffusers import DDPMScheduler, DiTTransformer2DModel, FlowMatchEulerDiscreteScheduler
from diffusers.training_utils import compute_snr

from golden import HERE, save_tensors

PACKAGES = ("torch", "diffusers", "safetensors")
FOLDER = HERE / "denoisers"
STEPS = [3, 420, 977]
LABELS = [2, 4, 0]  # 4 is no label
PARAMETERS = (
    "pos_embed.proj.weight",
    "transformer_blocks.0.norm1.emb.class_embedder.embedding_table.weight",
    "transformer_blocks.1.attn1.to_v.weight",
    "proj_out_2.bias",
)
# name → scheduler, γ of min-SNR
CASES = {
    "epsilon": (DDPMScheduler(), None),
    "epsilon_min_snr": (DDPMScheduler(beta_schedule="squaredcos_cap_v2"), 5.0),
    "velocity": (DDPMScheduler(prediction_type="v_prediction"), None),
    "velocity_min_snr": (DDPMScheduler(prediction_type="v_prediction"), 5.0),
    "flow": (FlowMatchEulerDiscreteScheduler(shift=3.0), None),
}


def noisy(scheduler, clean, noise, steps):
    """The sample, what the model is told as its time, and the target."""
    if isinstance(scheduler, FlowMatchEulerDiscreteScheduler):
        at = scheduler.config.num_train_timesteps - 1 - steps  # its lists begin with noise
        sigmas = scheduler.sigmas[at].view(-1, 1, 1, 1)
        return (1.0 - sigmas) * clean + sigmas * noise, scheduler.timesteps[at], noise - clean
    sample = scheduler.add_noise(clean, noise, steps)
    if scheduler.config.prediction_type == "epsilon":
        return sample, steps, noise
    return sample, steps, scheduler.get_velocity(clean, noise, steps)


def weights_of(scheduler, gamma, steps):
    if gamma is None:
        return torch.ones(len(steps))
    snr = compute_snr(scheduler, steps)
    weights = torch.stack([snr, gamma * torch.ones_like(snr)], dim=1).min(dim=1)[0]
    return weights / (snr if scheduler.config.prediction_type == "epsilon" else snr + 1)


def main() -> None:
    model = DiTTransformer2DModel.from_pretrained(FOLDER / "dit").train()
    for block in model.transformer_blocks:
        block.norm1.emb.class_embedder.dropout_prob = 0.0  # labels are dropped before the model
    generator = torch.Generator().manual_seed(311)
    clean = torch.rand(3, 3, 8, 8, generator=generator) * 2 - 1
    noise = torch.randn(clean.shape, generator=generator)
    steps, labels = torch.tensor(STEPS), torch.tensor(LABELS)
    tensors = {"clean": clean, "noise": noise, "steps": steps, "labels": labels}
    parameters = dict(model.named_parameters())
    for name, (scheduler, gamma) in CASES.items():
        sample, timestep, target = noisy(scheduler, clean, noise, steps)
        weights = weights_of(scheduler, gamma, steps)
        model.zero_grad()
        said = model(sample, timestep=timestep, class_labels=labels).sample
        errors = torch.nn.functional.mse_loss(said.float(), target.float(), reduction="none")
        loss = (errors.mean(dim=list(range(1, errors.dim()))) * weights).mean()
        loss.backward()
        own = {"sample": sample, "timestep": timestep.float(), "target": target, "weights": weights, "loss": loss}
        tensors |= {f"{name}.{key}": value for key, value in own.items()}
        tensors |= {f"{name}.gradient.{key}": parameters[key].grad for key in PARAMETERS}
    save_tensors(FOLDER / "steps.safetensors", tensors, PACKAGES)


if __name__ == "__main__":
    diffusers.logging.set_verbosity_error()
    torch.set_num_threads(1)  # faster for a model this small
    main()
