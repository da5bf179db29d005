"""The words of the sample company: names, places, prices' names."""

from __future__ import annotations

COMPANY = "Tidewise"
HOME_CURRENCY = "USD"
CORE = "Tidewise Core"
ADD_ONS = (("Insights", 20), ("Automations", 15), ("Premium Support", 10))  # share of the core price, in percent
PLANS = ("Starter", "Team", "Pro", "Enterprise")
FEATURES = ("Reports", "Dashboards", "Exports", "Integrations", "Mobile", "Automations", "Forecasts")

SEGMENTS = (("SMB", 48), ("Mid-Market", 30), ("Enterprise", 22))
REGIONS = (("AMER", 40), ("EMEA", 33), ("APAC", 17), ("LATAM", 10))
COUNTRIES = {
    "AMER": (("United States", 80), ("Canada", 20)),
    "EMEA": (
        ("Germany", 26),
        ("United Kingdom", 20),
        ("France", 14),
        ("Netherlands", 12),
        ("Spain", 9),
        ("Austria", 7),
        ("Switzerland", 6),
        ("Ireland", 6),
    ),
    "APAC": (("Australia", 40), ("Singapore", 25), ("Japan", 20), ("New Zealand", 15)),
    "LATAM": (("Brazil", 50), ("Mexico", 35), ("Chile", 15)),
}
EURO = {"Germany", "France", "Netherlands", "Spain", "Austria", "Ireland"}
GERMAN = {"Germany", "Austria", "Switzerland"}
# Office hours of a region begin at this hour, UTC.
MORNING = {"AMER": 14, "EMEA": 7, "APAC": 0, "LATAM": 12}

INDUSTRIES = (
    ("Logistics", 16),
    ("Retail", 16),
    ("Manufacturing", 15),
    ("Software", 14),
    ("Healthcare", 12),
    ("Financial Services", 10),
    ("Education", 9),
    ("Media", 8),
)
CHANNELS = (("Website", 30), ("Outbound", 22), ("Paid Search", 18), ("Partner", 16), ("Event", 14))
CSMS = {
    "SMB": ("Pooled", "Noor Haddad"),
    "Mid-Market": ("Ana Ruiz", "Ben Whitlock", "Chloé Martin"),
    "Enterprise": ("Dmitri Sokol", "Erika Lund", "Femi Adeyemi", "Grace Tan"),
}
SELLERS = ("Hugo Brandt", "Isla Moore", "Jae Park", "Kofi Mensah", "Lena Vogt")
AGENTS = ("Marta", "Nils", "Oksana", "Priya", "Quentin", "Rosa", "Sami")

_FIRST = """
Alder Amber Anchor Aspen Basalt Beacon Birch Bluewater Bramble Brass Cedar Cinder Clover Cobalt Copper Coral
Crane Delta Ember Falcon Fern Flint Foxglove Garnet Granite Harbor Hazel Heron Indigo Iron Jasper Juniper
Kestrel Lantern Larch Linden Lumen Maple Marble Meridian Mistral Nettle Nimbus Oak Onyx Orchard Osprey Pebble
Pine Quarry Quartz Raven Redwood Ridge Rowan Saffron Sable Sierra Slate Solstice Sparrow Summit Swift Tamarack
Thistle Timber Topaz Tundra Umber Vale Verdant Violet Walnut Willow Wren Yarrow Zephyr
"""
FIRST = tuple(_FIRST.split())
SECOND = {
    "Logistics": ("Freight", "Logistics", "Cargo"),
    "Retail": ("Stores", "Market", "Goods"),
    "Manufacturing": ("Works", "Industries", "Tooling"),
    "Software": ("Labs", "Systems", "Cloud"),
    "Healthcare": ("Health", "Clinics", "Care"),
    "Financial Services": ("Capital", "Bank", "Insurance"),
    "Education": ("Academy", "Learning", "Schools"),
    "Media": ("Media", "Studios", "Press"),
}
LEGAL = {"Germany": "GmbH", "Austria": "GmbH", "Switzerland": "AG", "United Kingdom": "Ltd", "France": "SAS"}

ROLES = (("Analyst", 36), ("Manager", 26), ("Admin", 18), ("Executive", 10), ("Viewer", 10))
SENIORITY = {
    "Analyst": "individual",
    "Manager": "manager",
    "Admin": "individual",
    "Executive": "c_level",
    "Viewer": "individual",
}
REASONS = (
    ("Price", 26),
    ("Missing feature", 20),
    ("Low usage", 18),
    ("Poor support", 12),
    ("Switched to competitor", 12),
    ("Out of business", 6),
    ("Champion left", 6),
)
