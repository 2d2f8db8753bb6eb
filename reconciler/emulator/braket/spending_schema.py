# `after` is the newest task that the limit does not count; `amount` is a decimal text; times are milliseconds.
SCHEMA = """
CREATE TABLE spending_limit (
  seq INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, region TEXT NOT NULL, device TEXT NOT NULL, amount TEXT NOT NULL,
  start_at INTEGER NOT NULL, end_at INTEGER NOT NULL, tags TEXT NOT NULL, after INTEGER NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
)
"""
