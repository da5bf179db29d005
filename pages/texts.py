"""What they say: the themes of everything that customers wrote, how they change, and every text behind them."""

from pages._ui import door, empty, errors, filter_bar, shell
from pages._ui.texts import cards, pins, text_list, theme_parts, time

shell.guard()

shell.head(
    "What they say",
    about="Comments of surveys, tickets, words on leaving, notes of calls and interviews, mentions: what they are "
    "about. E-mail addresses and phone numbers are masked.",
)
if door.version_or_none() is None:
    empty.no_data()
asked = filter_bar.show()
pins.UNDOING.bar()
with errors.shown():
    question = theme_parts.ask(asked)
    theme_parts.headline(question)
    section = theme_parts.section()
    {
        "themes": cards.show,
        "time": time.show,
        "origins": theme_parts.origins,
        "texts": text_list.show,
    }[section](question)
