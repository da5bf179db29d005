"""Which column feeds which: names, values, links, vendors' exports, rules, and what only a person can say."""
