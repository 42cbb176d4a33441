"""Duban with each of its threads profiled: `python -m bench.profiled serve`, with BENCH_PROFILE
naming the file where the profile is put when the process has ended.
"""

import cProfile
import os
import pstats
import sys
import threading

_profilers: list[cProfile.Profile] = []


def _begin(*_: object) -> None:
    """The first thing that a thread does: the profiler takes the place of this hook."""
    profiler = cProfile.Profile()
    _profilers.append(profiler)
    profiler.enable()


def main() -> None:
    """Run the command line, and put down what all threads did."""
    threading.setprofile(_begin)
    _begin()
    try:
        from api.cli import main as duban

        duban()
    finally:
        sys.setprofile(None)
        pstats.Stats(*_profilers).dump_stats(os.environ["BENCH_PROFILE"])


if __name__ == "__main__":
    main()
