"""How often a theme is called new, growing or falling where nothing changed, and how often where one does.

`python -m tests.simulations.themes [--runs 1000]` prints the table. A data set is what 120 accounts write in two equal
stretches about 12 themes of different size; an account writes once or often, and one that wrote about a theme comes
back to it. The sums that `growth` tests are taken of them as `themes` takes them.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from cs_metrics.analysis.feedback.said.growth import growth

ACCOUNTS, THEMES = 120, 12
# an account that has a favourite theme writes of it so often
FAITHFUL = 0.6


def drawn(random: np.random.Generator, *, texts: float, repeats: bool, planted: float = 0.0) -> pd.DataFrame:
    """Return the themes of one data set as `growth` takes them. `texts`: so many a stretch; `repeats`: accounts write
    several and come back to what they wrote of; `planted`: the share of the texts now that are about a new theme."""
    sizes = 1 / np.arange(1, THEMES + 1)
    chances = sizes / sizes.sum()
    favourite = random.choice(THEMES, size=ACCOUNTS, p=chances)
    pieces = []
    for stretch in ("now", "earlier"):
        rate = random.gamma(0.5, 2.0, ACCOUNTS) if repeats else np.full(ACCOUNTS, 1.0)
        account = np.repeat(np.arange(ACCOUNTS), random.poisson(rate * texts / ACCOUNTS))
        theme = random.choice(THEMES, size=len(account), p=chances)
        if repeats:
            theme = np.where(random.random(len(account)) < FAITHFUL, favourite[account], theme)
        if stretch == "now":
            theme = np.where(random.random(len(account)) < planted, THEMES, theme)
        pieces.append(pd.DataFrame({"stretch": stretch, "account": account, "theme": theme}))
    return _sums(pd.concat(pieces))


def _sums(texts: pd.DataFrame) -> pd.DataFrame:
    counts = texts.groupby(["stretch", "account", "theme"]).size().rename("x").reset_index()
    alls = texts.groupby(["stretch", "account"]).size().rename("m").reset_index()
    counts = counts.merge(alls, on=["stretch", "account"])
    found = pd.DataFrame({"theme": sorted(texts["theme"].unique())})
    for stretch in ("now", "earlier"):
        own, whole = counts[counts["stretch"] == stretch], alls[alls["stretch"] == stretch]["m"]
        of = own.assign(xx=own["x"] ** 2, xm=own["x"] * own["m"]).groupby("theme")[["x", "xx", "xm"]].sum()
        of = of.reindex(found["theme"]).fillna(0).reset_index(drop=True)
        found[[stretch, f"{stretch}_xx", f"{stretch}_xm"]] = of
        found[f"{stretch}_n"], found[f"{stretch}_mm"], found[f"{stretch}_accounts"] = (
            whole.sum(), (whole**2).sum(), len(whole),
        )  # fmt: skip
    return found.assign(unheard=found["earlier"] == 0)


def rates(runs: int, *, texts: float, repeats: bool, planted: float = 0.0, seed: int = 1) -> dict[str, float]:
    """Return the shares of data sets: any (a theme that did not change was called new, growing or falling), up (new or
    growing alone), found (the planted one was called new)."""
    random = np.random.default_rng(seed)
    called = np.zeros(3)
    for _ in range(runs):
        told = growth(drawn(random, texts=texts, repeats=repeats, planted=planted))
        old = told[told["theme"] < THEMES]
        up = (old["is_new"] | old["is_growing"]).any()
        called += [up or old["is_falling"].any(), up, told.loc[told["theme"] == THEMES, "is_new"].any()]
    return dict(zip(("any", "up", "found"), called / runs, strict=True))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--runs", type=int, default=1000)
    runs = words.parse_args().runs
    print(f"{'texts a stretch':>16}{'accounts':>12}{'planted':>9}{'any':>8}{'new or growing':>16}{'planted found':>15}")
    for texts in (60, 300, 2000):
        for repeats in (False, True):
            for planted in (0.0, 0.05, 0.1):
                told = rates(runs, texts=texts, repeats=repeats, planted=planted)
                kind, share = "repeat" if repeats else "once", f"{planted:.0%}"
                found = f"{told['found']:.1%}" if planted else ""
                print(f"{texts:16,}{kind:>12}{share:>9}{told['any']:8.1%}{told['up']:16.1%}{found:>15}", flush=True)


if __name__ == "__main__":
    main()
