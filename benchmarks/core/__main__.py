"""Speed and accuracy of fisher_core beside its peers, and networks beside PyTorch.  See ./run."""

from __future__ import annotations

import argparse
import os
import warnings

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.core", description=__doc__)
    parser.add_argument(
        "part",
        nargs="?",
        choices=["speed", "peers", "network", "reference"],
        help="only this one; reference only if asked",
    )
    parser.add_argument("--quick", action="store_true", help="fewer sizes and repeats: a look, not a record")
    asked = parser.parse_args()
    if any(os.environ.get(name) != "1" for name in THREADS):
        raise SystemExit(f"set {', '.join(THREADS)} to 1, as ./run does: ratios mean little otherwise")
    warnings.simplefilter("ignore")  # the peers' notes on deprecations; ours are errors in the tests
    if asked.part == "reference":
        from . import reference

        return reference.write()
    from . import mlp, peers, speed

    if asked.part in (None, "peers"):
        peers.write()
    if asked.part in (None, "speed"):
        speed.write(asked.quick)
    if asked.part in (None, "network"):
        mlp.main()


if __name__ == "__main__":
    main()
