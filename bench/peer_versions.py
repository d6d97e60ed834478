"""Prints the versions of this Python, of what the bench compares with, and of torch.compile's compiler."""

import json
import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ["torch", "transformers", "peft", "accelerate", "trl", "bitsandbytes", "diffusers"]


def compiler() -> str:
    """What PyTorch looks for: CXX, else the system's."""
    names = [os.environ.get("CXX"), "clang++" if platform.system() == "Darwin" else "g++"]
    for name in filter(None, names):
        if path := shutil.which(name):
            ran = subprocess.run([path, "-dumpfullversion", "-dumpversion"], capture_output=True, text=True)
            return f"{name} {ran.stdout.split()[0]}" if ran.stdout else name
    return "none"


found = {"Python": platform.python_version()}
for package in PACKAGES:
    try:
        found[package] = version(package)
    except PackageNotFoundError:
        pass
print(json.dumps(found | {"C++ compiler": compiler()}))
