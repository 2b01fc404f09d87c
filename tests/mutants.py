"""Mutation testing: change the code in one place, run the tests that cover it, and see that one fails.

    python -m tests.mutants nsgkit.html                           every mutant of a module or folder
    python -m tests.mutants nsgkit.flows --sample 200 --seed 7    200 of them, by chance: always the same

mutmut (pyproject.toml) makes the mutants and knows which tests cover which; its first run here takes as
long as those tests take twice. Survivors that change nothing but the words of a text are told apart:
a sentence is not repeated in a test. `mutmut show NAME` shows one, `mutmut results` lists them.
"""

import argparse
import collections
import json
import random
import re
import subprocess
import sys
from pathlib import Path

FIRST = "nsgkit.html.*"  # few mutants: running them makes all others
RESULTS = {0: "survived", 1: "killed", 3: "killed", 5: "not covered", 33: "not covered", None: "not run"}


def mutants(room):
    """The names of the mutants of a module or folder, and what became of each."""
    names = {}
    for path in sorted(Path("mutants/nsgkit").rglob("*.py.meta")):
        names |= json.loads(path.read_text("utf-8"))["exit_code_by_key"]
    return {name: code for name, code in names.items() if name.startswith(f"{room}.")}


def changes_words_alone(name):
    """Whether a mutant differs from the code in nothing but the content of texts of two words or more."""
    shown = subprocess.run(["mutmut", "show", name], capture_output=True, text=True, check=True).stdout
    hunk = [line for line in shown.splitlines() if not line.startswith(("---", "+++"))]
    before, after = ([wordless(line[1:]) for line in hunk if line[:1] == sign] for sign in "-+")
    return before == after


def wordless(line):
    text = re.compile(r'"(?:[^"\\]|\\.)*"')
    return text.sub(lambda found: '"words"' if re.search(r"\w \w", found[0]) else found[0], line)


def main():
    """Run the mutants, and say what became of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("room", help="a module or folder, such as nsgkit.analyses.traffic.matrix")
    parser.add_argument("--sample", type=int, help="how many mutants, chosen by chance (all)")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    if not mutants(asked.room):
        subprocess.run(["mutmut", "run", "--max-children", "1", FIRST], check=True)
    names = sorted(mutants(asked.room)) or sys.exit(f"pyproject.toml has no mutants of {asked.room}")
    if asked.sample:
        names = random.Random(asked.seed).sample(names, min(asked.sample, len(names)))
    subprocess.run(["mutmut", "run", "--max-children", "1", *names], check=True)
    became = {name: RESULTS.get(mutants(asked.room)[name], "killed by time or a crash") for name in names}
    survivors = sorted(name for name, result in became.items() if result == "survived")
    words = {name for name in survivors if changes_words_alone(name)}
    print(len(names), "mutants:", dict(collections.Counter(became.values())))
    print(len(words), "of the survivors change words alone; the others:")
    print(*(name for name in survivors if name not in words), sep="\n")


if __name__ == "__main__":
    main()
