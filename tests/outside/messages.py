"""What stands in Streamlit's own messages: the words of one, and what somebody filled in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from streamlit.proto.Common_pb2 import FileUploaderState


def put(state: Any, value: Any) -> None:
    """Put what somebody filled in into a widget's state."""
    if isinstance(value, bool):
        state.bool_value = value
    elif isinstance(value, (int, float)):
        state.double_value = value
    elif isinstance(value, (list, tuple)):
        state.string_array_value.data.extend(value)
    elif isinstance(value, FileUploaderState):
        state.file_uploader_state_value.CopyFrom(value)
    else:
        state.string_value = value


def words(message: Message) -> Iterator[str]:
    """Give every text in a message, whatever it belongs to."""
    for field, value in message.ListFields():
        many = value if field.is_repeated else [value]
        for one in many:
            if isinstance(one, Message):
                yield from words(one)
            elif isinstance(one, str):
                yield one
