"""Asking a cache whose answers expire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def ask(cached: Callable[..., Any], *args: Any) -> Any:
    """Return what a function kept with `st.cache_resource(ttl=...)` answers.

    Streamlit looks whether there is an answer, then takes it; one that expires in between is a KeyError of its own.
    """
    try:
        return cached(*args)
    except KeyError:
        return cached(*args)
