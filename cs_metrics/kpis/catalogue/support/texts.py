"""What people say about us in their own words: how much, about what, in which tone."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.catalogue.places import AT_ADVOCACY, AT_VALUE, HEALTH, SUPPORT
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, Measure, Part, count
from cs_metrics.kpis.relations.texts import FEEDBACK, FEEDBACK_BEFORE, FEEDBACK_THEMES, TEXTS

_FEEDBACK = Form(
    parts={
        "said": Part(FEEDBACK, count()),
        "judged": Part(FEEDBACK, count("tone IS NOT NULL")),
        "good": Part(FEEDBACK, count("label = 'positive'")),
        "bad": Part(FEEDBACK, count("label = 'negative'")),
        "earlier": Part(FEEDBACK_BEFORE, count()),
    },
    quotient="said",
    n="said",
    numerator=count(),
    items=FEEDBACK_THEMES,
    item="theme",
    base="comments and notes",
    words="{numerator:text} by or about customers, {positive:share} positive and {negative:share} negative of those "
    "with a tone; {change_on_period_before:share} on the period before",
    beside=(
        Beside("positive", "CAST(good AS DOUBLE) / nullif(judged, 0)", "share"),
        Beside("negative", "CAST(bad AS DOUBLE) / nullif(judged, 0)", "share"),
        Beside("change_on_period_before", "CAST(said - earlier AS DOUBLE) / nullif(earlier, 0)", "share"),
    ),
)

QUALITATIVE_CUSTOMER_FEEDBACK = KPI(
    id="qualitative_customer_feedback",
    name="Qualitative Customer Feedback",
    also=("voice of the customer", "open comments", "verbatims"),
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="count",
    better="neither",
    area=HEALTH,
    stage=AT_VALUE,
    forms=tuple(
        replace(_FEEDBACK, needs=needs)
        for needs in (
            ("survey_responses.comment", "survey_responses.responded_at"),
            ("touchpoints.notes", "touchpoints.occurred_at"),
        )
    ),
    doc=Doc(
        definition="How many comments customers left in surveys and how many notes the team took of contacts in the "
        "period, with the themes they are about and the share in a good and in a bad tone.",
        formula="survey comments + touchpoint notes in the period; an item for each theme",
        insight="What customers talk about when nobody gives them a scale: the reasons behind the scores, and topics "
        "no survey thought to ask for.",
        measured="survey_responses.comment by responded_at, of customers and unknown respondents, with or without a "
        "score; touchpoints.notes by occurred_at. Themes are found in all English texts by the words that they "
        "share, at most sixty, fixed for a version; a text may have several or none. Tone is touchpoints.sentiment, "
        "else VADER's for English.",
        trends="The number follows the survey calendar, so a jump may be a mailing. Watch a theme's size against all "
        "texts: one that doubles in a month is news, whatever its tone.",
        questions=(
            "Which theme grew most since the period before, and what do its five newest texts say?",
            "Do the texts of a theme come from one segment, one product, one CSM?",
            "What do detractors write that promoters never mention?",
            "What do the texts without any theme have in common?",
        ),
        improve=(
            "End every survey with one open question, and keep it open: why did you choose this score?",
            "Read twenty texts of the largest bad theme aloud in the product meeting each month.",
            "Tell customers what came of their words, by name; people write again when they are heard.",
            "Write notes after contacts in the customer's words, one topic a line.",
        ),
        show="A ranked bar of themes with last period's size as a mark, each opening to its texts; never a word cloud.",
        risks="Words understand nothing: 'price' gathers praise and complaint alike, and texts that are not in "
        "English get neither theme nor tone. Notes are what the team heard, not what the customer said.",
        sources="Open answers from Delighted, Typeform, SurveyMonkey or Qualtrics; notes from Gainsight, HubSpot, "
        "Salesforce activities or Gong summaries.",
        connects="The product roadmap, release retrospectives, wording of the website, and the agenda of business "
        "reviews.",
        effects={
            "sentiment": "is counted from the same comments and notes, and from mentions beside them",
            "net_promoter_score": "finds its reasons here, theme by theme",
            "survey_response_rate": "rises when customers see that their words had consequences",
        },
    ),
)

_SIGN = "CASE label WHEN 'positive' THEN 1 WHEN 'negative' THEN -1 ELSE 0 END"
_TONE = Form(
    over=TEXTS,
    numerator=Measure(f"coalesce(sum({_SIGN}), 0)", _SIGN),
    denominator=count("tone IS NOT NULL"),
    interval=Interval.CLUSTER,
    bounds=(-1.0, 1.0),
    item="source",
    own_base=True,
    base="texts with a tone",
    words="({positive:text} in a good tone less {negative:text} in a bad one) / {denominator:text} with a tone",
    beside=(
        Beside("positive", "count(*) FILTER (WHERE label = 'positive')", "count"),
        Beside("negative", "count(*) FILTER (WHERE label = 'negative')", "count"),
    ),
    leaves_out=(
        LeftOut(
            "count(*) FILTER (WHERE tone IS NULL AND NOT outside)",
            "texts in another language than English, without a tone,",
            "text in another language than English, without a tone,",
        ),
        LeftOut(
            "count(*) FILTER (WHERE outside)",
            "texts with a sentiment outside -1 to 1",
            "text with a sentiment outside -1 to 1",
        ),
    ),
)

SENTIMENT = KPI(
    id="sentiment",
    name="Sentiment Analysis (Sales + Social)",
    also=("sentiment", "net sentiment", "sentiment score"),
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="score",
    better="higher",
    area=HEALTH,
    stage=AT_ADVOCACY,
    leading=True,
    forms=tuple(
        replace(_TONE, needs=needs)
        for needs in (
            ("mentions.text|mentions.sentiment", "mentions.occurred_at", "mentions.source"),
            ("survey_responses.comment", "survey_responses.responded_at"),
            ("touchpoints.notes|touchpoints.sentiment", "touchpoints.occurred_at"),
        )
    ),
    doc=Doc(
        definition="How much more good than bad is said about us, from -1 to 1: texts in a positive tone less those in "
        "a negative one, over all texts with a tone, from sales calls, social media, reviews, surveys and contacts.",
        formula="(positive - negative) / all texts with a tone in the period, by source",
        insight="The mood around the company beyond those who answer surveys, and where it differs: what is said to "
        "our face, to our survey, and to everybody else.",
        measured="mentions, survey comments and touchpoints by their dates. The row's own sentiment (-1 to 1) counts "
        "where it is mapped, else VADER judges the English text offline; above 0.05 is positive, below -0.05 negative, "
        "between them neutral. Each mentions.source is an item, so are survey and touchpoint.",
        trends="Sources have levels of their own: sales calls are polite, social media is not. A fall in one source "
        "alone is usually an incident; a slow fall in all is the product.",
        questions=(
            "Which source moved, and did its number of texts move as well?",
            "Is one loud account or one thread behind it?",
            "What happened on the day on which it turned: an outage, a price change, a release?",
            "Do neutral texts hide complaints in polite words?",
        ),
        improve=(
            "Answer bad reviews and posts within a day, in public, with what will be done.",
            "Brief sales and success on the week's complaints, so that the next call does not begin with them.",
            "Ask content customers to say so where others look: reviews, references, posts.",
        ),
        show="A line for each source on one scale from -1 to 1 with the number of texts below it; open a dip to its "
        "most negative texts.",
        risks="A word list misses irony, mixed feelings and trade terms: 'so slow that we export instead' reads as "
        "praise or as nothing. The mix of sources shifts the total while no source moved.",
        sources="Review sites (G2, Capterra, Trustpilot), social listening (Brandwatch, Mention), call transcripts "
        "(Gong, Chorus), survey tools, and CRM notes.",
        connects="Brand and press work, sales enablement, incident communication, and the choice of whom to ask for a "
        "reference.",
        effects={
            "net_promoter_score": "tends to follow within a quarter",
            "advocacy_actions": "become easier to win while the mood is good",
            "win_rate": "suffers where prospects read bad reviews",
            "referral_conversion_rate": "drops when friends' praise meets a bad press",
        },
    ),
)

KPIS = (QUALITATIVE_CUSTOMER_FEEDBACK, SENTIMENT)
