"""Noise schedules and samplers of diffusers → diffusion.json.

schedules: `config` as scheduler_config.json has it, `steps`, and at these training steps `timesteps` as the model is
fed, `signal` and `noise`; `noisy` = add_noise (scale_noise) of `clean` and `added`, `velocity` = get_velocity, `snr` =
compute_snr, each by step. Flows have no velocity and no snr.

samplers: `config`, `steps`, `eta` where it is not 0, `timesteps`, `sigmas` where the class has them, `start` (what
`noise` becomes at first) and `samples` after the steps named by `at`. The model says 0.3 · x + 0.1 · sin(t / 1000),
and step k adds the noise 1.2 · sin(2.3 · k + 1.1 · i).

average: `decay` and `parameters` by step, and the `averages` of diffusers' EMAModel. Made 2026-11-30.
"""

import math
import warnings
from unittest import mock

import torch
from diffusers import (
    DDIMScheduler,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
)
from diffusers.training_utils import EMAModel, compute_snr

from golden import HERE, save_json

PACKAGES = ("torch", "diffusers")
CLASSES = {
    each.__name__: each
    for each in (
        DDIMScheduler,
        DDPMScheduler,
        DPMSolverMultistepScheduler,
        EulerDiscreteScheduler,
        FlowMatchEulerDiscreteScheduler,
    )
}
NOISE = torch.tensor([-1.3, -0.4, 0.05, 0.7, 1.9])
CLEAN = torch.tensor([0.9, -0.2, 0.4, -1.0, 0.1])
# Digits that are kept; float32 has seven.
DIGITS = 9

SCALED = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
COSINE = {"beta_schedule": "squaredcos_cap_v2"}
NO_SIGNAL = {**SCALED, "rescale_betas_zero_snr": True}
PREDICTIONS = ("epsilon", "v_prediction", "sample")


def plain(values):
    """Numbers as JSON keeps them, in as many digits as count."""
    return [float(f"{value:.{DIGITS}g}") for value in torch.as_tensor(values).flatten().tolist()]


def opened(config):
    fields = {name: value for name, value in config.items() if name != "_class_name"}
    return CLASSES[config["_class_name"]](**fields)


def schedule_case(config):
    scheduler = opened(config)
    total = scheduler.config.num_train_timesteps
    steps = sorted({0, 1, total // 7, total // 3, total // 2, total - 2, total - 1})
    case = {"config": config, "steps": steps}
    if isinstance(scheduler, FlowMatchEulerDiscreteScheduler):
        noisiest_first = [total - 1 - step for step in steps]
        noise = scheduler.sigmas[noisiest_first]
        timesteps = scheduler.timesteps[noisiest_first]
        noisy = [scheduler.scale_noise(CLEAN[None], each[None], NOISE[None])[0] for each in timesteps]
        return case | {
            "timesteps": plain(timesteps),
            "signal": plain(1 - noise),
            "noise": plain(noise),
            "noisy": [plain(each) for each in noisy],
        }
    at = torch.tensor(steps)
    products = scheduler.alphas_cumprod[at]
    many = len(steps)
    clean, noise = CLEAN.expand(many, -1), NOISE.expand(many, -1)
    return case | {
        "timesteps": steps,
        "signal": plain(products**0.5),
        "noise": plain((1 - products) ** 0.5),
        "noisy": [plain(each) for each in scheduler.add_noise(clean, noise, at)],
        "velocity": [plain(each) for each in scheduler.get_velocity(clean, noise, at)],
        "snr": plain(compute_snr(scheduler, at)),
    }


def schedule_cases():
    for fields in ({}, SCALED, COSINE, {**NO_SIGNAL, "prediction_type": "v_prediction"}):
        for total in (1000, 60):
            yield schedule_case({"_class_name": "DDPMScheduler", **fields, "num_train_timesteps": total})
    for shift in (1.0, 3.0, 0.5):
        yield schedule_case({"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": shift})


def model(noisy, timestep):
    return 0.3 * noisy + 0.1 * math.sin(float(timestep) / 1000)


def fresh_noise(step):
    return torch.tensor([1.2 * math.sin(2.3 * step + 1.1 * i) for i in range(len(NOISE))])


def sampler_case(config, steps, eta=0.0):
    scheduler = opened(config)
    scheduler.set_timesteps(steps)
    options = {"eta": eta} if eta else {}
    sample = NOISE * getattr(scheduler, "init_noise_sigma", 1.0)
    case = {"config": config, "steps": steps, **options, "timesteps": plain(scheduler.timesteps)}
    if hasattr(scheduler, "sigmas"):
        case["sigmas"] = plain(scheduler.sigmas)
    case |= {"start": plain(sample), "at": [], "samples": []}
    known = {}
    with mock.patch("diffusers.schedulers.scheduling_ddpm.randn_tensor", lambda *_, **__: known["noise"]):
        for step, timestep in enumerate(scheduler.timesteps):
            known["noise"] = fresh_noise(step)[None]
            shown = scheduler.scale_model_input(sample, timestep) if scales(scheduler) else sample
            if eta:
                options["variance_noise"] = known["noise"]
            output = model(shown, timestep)[None]
            sample = scheduler.step(output, timestep, sample[None], **options).prev_sample[0]
            if step < 2 or step >= steps - 2:
                case["at"].append(step)
                case["samples"].append(plain(sample))
    return case


def scales(scheduler):
    return hasattr(scheduler, "scale_model_input")


def sampler_cases():
    yield from ancestral_cases()
    yield from implicit_cases()
    yield from solver_cases()
    yield from euler_cases()


def ancestral_cases():
    of = {"_class_name": "DDPMScheduler"}
    for prediction in PREDICTIONS:
        for steps in (1, 7, 50):
            yield sampler_case({**of, "prediction_type": prediction}, steps)
    yield sampler_case({**of, "num_train_timesteps": 40}, 40)
    yield sampler_case({**of, "variance_type": "fixed_large", "clip_sample": False}, 9)
    yield sampler_case({**of, "variance_type": "fixed_small_log", "timestep_spacing": "trailing"}, 9)
    yield sampler_case({**of, **COSINE, "timestep_spacing": "linspace", "clip_sample_range": 2.0}, 9)
    yield sampler_case(
        {**of, **NO_SIGNAL, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}, 9
    )


def implicit_cases():
    of = {"_class_name": "DDIMScheduler"}
    for prediction in PREDICTIONS:
        for steps in (1, 7, 50):
            yield sampler_case({**of, "prediction_type": prediction}, steps)
        for eta in (0.4, 1.0):
            yield sampler_case({**of, **SCALED, "prediction_type": prediction}, 8, eta)
    latent = {**SCALED, "clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1}
    yield sampler_case({**of, **latent}, 20)
    for spacing in ("linspace", "trailing"):
        for steps in (6, 7):
            yield sampler_case({**of, **COSINE, "timestep_spacing": spacing}, steps)
    yield sampler_case(
        {**of, **NO_SIGNAL, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}, 9
    )


def solver_cases():
    of = {"_class_name": "DPMSolverMultistepScheduler"}
    for prediction in PREDICTIONS:
        for steps in (1, 2, 7, 20):
            yield sampler_case({**of, "prediction_type": prediction}, steps)
    for spacing in ("leading", "trailing"):
        for steps in (5, 18):
            yield sampler_case({**of, **SCALED, "timestep_spacing": spacing, "steps_offset": 1}, steps)
    for fields in (
        {"lower_order_final": False},
        {"euler_at_final": True},
        {"lower_order_final": False, "euler_at_final": True},
        {},
    ):
        for steps in (5, 16):
            yield sampler_case({**of, "final_sigmas_type": "sigma_min", **fields}, steps)
    yield sampler_case({**of, "solver_order": 1}, 6)
    yield sampler_case({**of, **COSINE, "lambda_min_clipped": -5.1}, 6)
    yield sampler_case({**of, **COSINE, "prediction_type": "v_prediction"}, 6)
    yield sampler_case({**of, **NO_SIGNAL, "prediction_type": "v_prediction"}, 6)
    # Not of COSINE, whose timesteps repeat: diffusers fails there.
    for fields in ({}, SCALED):
        for steps in (1, 7, 20):
            yield sampler_case({**of, **fields, "use_karras_sigmas": True}, steps)
    yield sampler_case({**of, **SCALED, "use_karras_sigmas": True, "final_sigmas_type": "sigma_min"}, 6)
    for shift in (1.0, 3.0):
        flow = {"use_flow_sigmas": True, "flow_shift": shift, "prediction_type": "flow_prediction"}
        for steps in (1, 6, 20):
            yield sampler_case({**of, **flow}, steps)


def euler_cases():
    of = {"_class_name": "EulerDiscreteScheduler"}
    for prediction in PREDICTIONS:
        for steps in (1, 7, 20):
            yield sampler_case({**of, "prediction_type": prediction}, steps)
    for spacing in ("leading", "trailing"):
        yield sampler_case({**of, **SCALED, "timestep_spacing": spacing, "steps_offset": 1}, 6)
    yield sampler_case({**of, **SCALED, "final_sigmas_type": "sigma_min"}, 6)
    yield sampler_case({**of, **NO_SIGNAL, "prediction_type": "v_prediction"}, 6)
    for spacing in ("linspace", "leading", "trailing"):
        for steps in (1, 7):
            yield sampler_case(
                {**of, **SCALED, "use_karras_sigmas": True, "timestep_spacing": spacing, "steps_offset": 1}, steps
            )
    yield sampler_case({**of, **COSINE, "use_karras_sigmas": True, "prediction_type": "v_prediction"}, 6)
    for shift in (1.0, 3.0):
        for steps in (1, 6, 20):
            yield sampler_case({"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": shift}, steps)


def average_case():
    generator = torch.Generator().manual_seed(5)
    parameter = torch.nn.Parameter(torch.randn(3, generator=generator))
    average = EMAModel([parameter], decay=0.6)
    parameters, averages, decays = [], [], []
    for _ in range(24):
        with torch.no_grad():
            parameter.copy_(torch.randn(3, generator=generator))
        average.step([parameter])
        parameters.append(plain(parameter.detach()))
        averages.append(plain(average.shadow_params[0]))
        decays.append(average.cur_decay_value)
    return {"decay": 0.6, "parameters": parameters, "averages": averages, "decays": decays}


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    content = {
        "clean": plain(CLEAN),
        "added": plain(NOISE),
        "schedules": list(schedule_cases()),
        "samplers": list(sampler_cases()),
        "average": average_case(),
    }
    save_json(HERE / "diffusion.json", content, PACKAGES)
