"""What people write in surveys, by theme and tone, in English and German."""

from __future__ import annotations

from data.company.dice import Dice

# theme -> tone -> (English, German); {f} is a feature, {n} a small number
COMMENTS: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "love": {
        "good": (
            (
                "Love it, the whole team uses it every morning.",
                "Best tool we bought in years. {f} alone pays for it.",
                "Easy to use and it just works.",
                "{f} saves us about {n} hours a week, thank you!",
                "Our reviews with management are so much simpler now.",
            ),
            (
                "Wir sind rundum zufrieden, das ganze Team nutzt es täglich.",
                "{f} spart uns rund {n} Stunden pro Woche. Klasse!",
                "Sehr übersichtlich und einfach zu bedienen.",
            ),
        ),
        "mixed": (
            ("Good product overall, still learning {f}.", "Solid. Does what we need."),
            ("Insgesamt gut, {f} lernen wir noch.",),
        ),
        "bad": (
            ("Nice idea, but nobody here opens it any more.",),
            ("Gute Idee, aber bei uns nutzt es kaum noch jemand.",),
        ),
    },
    "support": {
        "good": (
            (
                "Support answered within minutes and solved it. Great people.",
                "{a} from support is fantastic, always friendly and fast.",
            ),
            ("Der Support ist schnell und freundlich.", "{a} hat uns sofort geholfen, vielen Dank!"),
        ),
        "mixed": (
            ("Support is fine, sometimes a bit slow on weekends.",),
            ("Support okay, am Wochenende etwas langsam.",),
        ),
        "bad": (
            (
                "Waited {n} days for an answer from support.",
                "My ticket was closed without a solution, had to reopen it.",
                "Three agents, three different answers. Frustrating.",
            ),
            ("{n} Tage auf eine Antwort vom Support gewartet.", "Ticket wurde ohne Lösung geschlossen."),
        ),
    },
    "billing": {
        "good": (("Fair price and clear invoices.",), ("Faire Preise und klare Rechnungen.",)),
        "mixed": (
            ("Price is okay, but add-ons add up quickly.",),
            ("Preis in Ordnung, die Zusatzmodule summieren sich aber.",),
        ),
        "bad": (
            (
                "The invoice was wrong again, {n} seats too many.",
                "Too expensive for what we use. The price increase hurt.",
                "After the discount ended the price doubled.",
            ),
            ("Die Rechnung war wieder falsch.", "Zu teuer für das, was wir nutzen."),
        ),
    },
    "speed": {
        "good": (("Fast, even with our large {f}.",), ("Schnell, auch bei grossen Datenmengen.",)),
        "mixed": (("Mostly fast, {f} take a while on Mondays.",), ("Meist schnell, montags dauert es etwas.",)),
        "bad": (
            (
                "{f} take forever to load.",
                "So slow that we export to Excel instead.",
                "Timeouts every day, please fix performance.",
            ),
            ("{f} laden ewig.", "So langsam, dass wir wieder Excel nehmen."),
        ),
    },
    "feature": {
        "good": (("{f} got so much better this year.",), ("{f} ist dieses Jahr viel besser geworden.",)),
        "mixed": (
            ("Would be a 10 with a dark mode and better filters.", "Missing a way to schedule {f} by e-mail."),
            ("Mit besseren Filtern wäre es eine 10.",),
        ),
        "bad": (
            (
                "We need single sign-on and it is still missing.",
                "No bulk edit after {n} years of asking.",
                "The mobile app cannot do half of it.",
            ),
            ("Single Sign-on fehlt immer noch.", "In der App fehlt die Hälfte der Funktionen."),
        ),
    },
    "release": {  # the release of September 2025
        "good": (("The new editor is a step forward.",), ("Der neue Editor ist ein Fortschritt.",)),
        "mixed": (
            ("New editor is okay, but our date format is gone.",),
            ("Neuer Editor geht, aber das Datumsformat stimmt nicht.",),
        ),
        "bad": (
            (
                "Since the September update dates show as month/day and our reports are wrong.",
                "The new editor lost our templates. Bring the old one back!",
                "Since the update decimal commas break every import.",
            ),
            (
                "Seit dem Update im September stimmen Datum und Komma nicht mehr.",
                "Der neue Editor hat unsere Vorlagen verloren. Bitte den alten zurück!",
                "Nach dem Update sind unsere Berichte falsch.",
            ),
        ),
    },
}
THEMES = (("love", 30), ("support", 20), ("billing", 14), ("speed", 14), ("feature", 22))
FEATURES_EN = ("Reports", "Dashboards", "Exports", "Automations")
NAMES = ("Marta", "Nils", "Priya", "Sami")


def comment(dice: Dice, tone: str, german: bool, theme: str | None = None) -> str:
    """Return a sentence in the given tone: good, mixed or bad; of a theme, else of any."""
    if theme is None:
        weights = {"good": (("love", 55), ("support", 20), ("billing", 6), ("speed", 7), ("feature", 12))}
        theme = dice.weighted(weights.get(tone, THEMES))
    english, deutsch = COMMENTS[theme][tone]
    text = dice.pick(deutsch if german else english)
    return text.format(f=dice.pick(FEATURES_EN), n=dice.between(2, 9), a=dice.pick(NAMES))
