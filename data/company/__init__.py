"""The sample company: a seeded simulation of a B2B software firm, one module per thing it keeps records of."""
