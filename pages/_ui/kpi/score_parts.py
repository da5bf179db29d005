"""The parts of the page on which a score's weights and rules are changed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import score_rules
from cs_metrics.errors import CSMetricsError, QueryError
from pages._ui import door, errors, formats, leave, shell, state
from pages._ui.links import linked

SAID = "_scores_said"
HOW = """
**target**: 100 from that number on, in proportion below it. **thresholds**: `0: 100, 1: 80, 4: 0` gives 100 points from
0 on, 80 from 1 on, none from 4 on. **rank**: the account's place among all, `higher` or `lower` being the better end.
A weight of 0 leaves a component out; weights need not add up to 100.
"""


def choose() -> str:
    """Let the reader choose a score; return its id."""
    known = list(score_rules.DEFAULTS)
    chosen = state.get("score") if state.get("score") in known else known[0]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            "Score", known, format_func=lambda s: door.kpi(s).name, width=320, **state.bind("score", value=chosen)
        )
        shell.link("kpi", "Open its page", icon=":material/query_stats:", id=chosen)
    return chosen


def held() -> dict[str, Any]:
    """Return the rules of every score: the workspace's, which are changed here; of a link those it counts by."""
    return dict((door.settings() if linked.opened() is not None else door.workspace().settings)["scores"])


def edit(score: str) -> dict[str, dict[str, Any]] | None:
    """Show the components as a table to be changed; return them, None where what was entered makes no rule."""
    rules = held()[score]
    of = "team" if score in score_rules.OF_TEAM else "account"
    signals = [name for name, signal in score_rules.SIGNALS.items() if signal.of == of]
    signals += [score_rules.BUILT_ON] if score == "referral_readiness_score" else []
    shown = pd.DataFrame(
        [
            {"Component": name.replace("_", " "), "Weight": rule["weight"], "What is looked at": rule["signal"],
             "Rule": rule["rule"], "Numbers": _written(rule)}
            for name, rule in rules.items()
        ]
    )  # fmt: skip
    mine = leave.given("set_settings", "change the weights and rules")
    entered = st.data_editor(
        shown, hide_index=True, disabled=["Component"] if mine else True, key=f"score_{score}", width="stretch",
        column_config={
            "Weight": st.column_config.NumberColumn(min_value=0, max_value=1000, step=1),
            "What is looked at": st.column_config.SelectboxColumn(options=signals, required=True),
            "Rule": st.column_config.SelectboxColumn(options=list(score_rules.RULES), required=True),
        },
    )  # fmt: skip
    with st.expander("How a rule is written, and what can be looked at", icon=":material/help:"):
        st.markdown(HOW)
        st.markdown("\n".join(f"- `{name}`: {score_rules.SIGNALS[name].help}" for name in signals if name in
                              score_rules.SIGNALS))  # fmt: skip
    try:
        read = dict(zip(rules, (_read(row) for row in entered.to_dict("records")), strict=True))
        return score_rules.check({score: read})[score]
    except CSMetricsError as error:
        errors.show(error)
        return None


def _written(rule: dict[str, Any]) -> str:
    if rule["rule"] == "target":
        return f"{rule['target']:g}"
    if rule["rule"] == "rank":
        return rule["better"]
    return ", ".join(f"{start:g}: {points:g}" for start, points in rule["steps"])


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """Return the rule that a row of the table says. Raises QueryError with what it should look like."""
    numbers = str(row["Numbers"]).strip()
    read = {"signal": row["What is looked at"], "weight": row["Weight"], "rule": row["Rule"]}
    try:
        if row["Rule"] == "target":
            return {**read, "target": float(numbers)}
        if row["Rule"] == "rank":
            return {**read, "better": numbers}
        steps = [[float(part) for part in step.split(":")] for step in numbers.split(",")]
        return {**read, "steps": steps}
    except ValueError:
        wanted = "a number, like 10" if row["Rule"] == "target" else "steps, like 0: 100, 1: 80, 4: 0"
        raise QueryError(f"{row['Component']}: '{numbers}' is not {wanted}.") from None


def preview(score: str, rules: dict[str, dict[str, Any]] | None) -> None:
    """Show what the changed rules make of the score today, and offer to save them, or to go back to the defaults."""
    known = held()
    changed = rules is not None and rules != known[score]
    if changed and not door.needs().get(score):
        with errors.shown():
            before, after = (_today(score, {**known, score: which}) for which in (known[score], rules))
            st.markdown(f"Over all active accounts: **{formats.value(before, 'score')}** by the rules as they are, "
                        f"**{formats.value(after, 'score')}** by these.")  # fmt: skip
    if not door.may("set_settings"):
        return
    with st.container(horizontal=True):
        if st.button("Save the rules", type="primary", icon=":material/save:", disabled=not changed):
            _save({**known, score: rules}, f"The rules of {door.kpi(score).name} are saved; history follows them.")
        if known[score] != score_rules.DEFAULTS[score] and st.button(
            "Back to the defaults", type="tertiary", icon=":material/restart_alt:"
        ):
            _save({**known, score: score_rules.DEFAULTS[score]}, "The rules are the app's own again.")


def _today(score: str, scores: dict[str, Any]) -> float:
    frame = door.ask("compute", [score], definitions={"scores": scores})
    return float(frame[frame["item"].isna()]["value"].iloc[0])


def _save(scores: dict[str, Any], said: str) -> None:
    try:
        door.workspace().set_settings({"scores": scores})
    except CSMetricsError as error:
        errors.show(error)
        return
    st.session_state[SAID] = said
    st.rerun()


def outcome() -> None:
    """Say what the last saving did."""
    said = st.session_state.pop(SAID, None)
    if said:
        st.success(said, icon=":material/check:")
