"""Answers JSON lines: a command in on stdin, its answer out on stdout."""

import json
import resource
import sys
from collections.abc import Callable


def serve(commands: dict[str, Callable[[dict], dict]]) -> None:
    """Answers until "stop". A mistake is answered with "error"; "memory" is always known."""
    known = {"memory": lambda request: {"mb": peak_megabytes()}} | commands
    answers, sys.stdout = sys.stdout, sys.stderr  # only answers may reach standard output
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            request = json.loads(line)
            command = request.get("cmd")
            if command == "stop":
                return
            if command not in known:
                raise ValueError(f'cmd is one of {", ".join(known)}, not "{command}"')
            result = known[command](request)
        except Exception as error:  # whatever it was, the other side waits for a line
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), file=answers, flush=True)


def peak_megabytes() -> float:
    """The largest resident memory of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in kibibytes, macOS in bytes.
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
