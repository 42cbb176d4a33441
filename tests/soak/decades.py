"""T7: two hundred offices of ten years each, every one with a seed of its own."""

import shutil
from pathlib import Path

from tests.proof.story import Story
from tests.proof.years import Years
from tests.soak.grounds import Grounds
from workflow.catalog import Catalog
from workflow.engine.machine import Compiled
from workflow.store.database import Database

SEEDS, YEARS = 200, 10


def run(grounds: Grounds) -> None:
    """As many seeds as wanted, or as the time allows."""
    compiled: dict[int, Compiled] = {}
    folder = grounds.folder()
    virgin = Path(grounds.virgin("sqlite").url.removeprefix("sqlite:///"))
    lived = steps = outages = messages = 0
    for seed in range(grounds.seed, grounds.seed + (grounds.rounds or SEEDS)):
        if grounds.is_over:
            break
        file = folder / f"{seed}.db"
        shutil.copyfile(virgin, file)
        database = Database(f"sqlite:///{file}")
        catalog = Catalog(database)
        catalog._compiled = compiled
        life = Years(Story(database, catalog), seed, YEARS)
        grounds.found.complain(f"seed {seed}", list(life.live()))
        lived, steps, outages = lived + 1, steps + life.steps, outages + life.outages
        messages += len(life.copies)
        database.dispose()
        file.unlink()
        print(f"figure: seed {seed} lived, steps so far = {steps}", flush=True)
    grounds.found.count("seeds lived", lived)
    grounds.found.note("simulated years", lived * YEARS)
    grounds.found.note("steps", steps)
    grounds.found.note("outages", outages)
    grounds.found.note("messages received, each once", messages)
