"""Time from the command to its help text, beside a bare start of Python, in turns."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ENNGENE = str(Path(sys.executable).with_name("enngene"))
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "enngene --help": [ENNGENE, "--help"],
    "enngene preprocess --help": [ENNGENE, "preprocess", "--help"],
}
N_ROUNDS = 11


def main() -> None:
    """Print median seconds of each command over interleaved rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(N_ROUNDS):
        for name, words in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
            seconds[name].append(time.perf_counter() - start)
    bare = statistics.median(seconds["python -c pass"])
    print("command\tmedian seconds\ttimes a bare start")
    for name, values in seconds.items():
        median = statistics.median(values)
        print(f"{name}\t{median:.2f}\t{median / bare:.1f}")


if __name__ == "__main__":
    main()
