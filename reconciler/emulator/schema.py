# `seq` orders tasks by creation; all times are whole milliseconds since 1970 on the emulator's clock.
# The life of a task is fixed when it is created: the *_at columns say when each status begins. `settled_as` is written
# once, COMPLETED or FAILED; `doom` is a failure decided beforehand; `extras` holds members only echoed back.
# `action` is last: SQLite reads a row from its front, and a program may be megabytes long.
SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1), ahead INTEGER NOT NULL, frozen INTEGER);
CREATE TABLE switch (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE fault (id INTEGER PRIMARY KEY, rule TEXT NOT NULL, seen INTEGER NOT NULL, fired INTEGER NOT NULL);
CREATE TABLE call (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, service TEXT NOT NULL, region TEXT NOT NULL,
  operation TEXT NOT NULL, status INTEGER NOT NULL, fault TEXT NOT NULL
);
CREATE TABLE counter (
  service TEXT NOT NULL, operation TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (service, operation)
) WITHOUT ROWID;
CREATE TABLE bucket_level (name TEXT PRIMARY KEY, level REAL NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE token (
  region TEXT NOT NULL, token TEXT NOT NULL, request TEXT NOT NULL, arn TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (region, token)
) WITHOUT ROWID;
CREATE TABLE task (
  seq INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, region TEXT NOT NULL, device TEXT NOT NULL,
  shots INTEGER NOT NULL, action_type TEXT NOT NULL,
  parameters TEXT NOT NULL, bucket TEXT NOT NULL, directory TEXT NOT NULL, tags TEXT NOT NULL, extras TEXT NOT NULL,
  created_at INTEGER NOT NULL, queued_at INTEGER NOT NULL, running_at INTEGER NOT NULL, done_at INTEGER NOT NULL,
  visible_at INTEGER NOT NULL, cancel_at INTEGER, cancelled_at INTEGER, cancel_token TEXT,
  doom TEXT, settled_as TEXT, failure TEXT,
  action TEXT NOT NULL
);
CREATE INDEX task_directory ON task (directory);
CREATE INDEX task_due ON task (bucket, done_at) WHERE settled_as IS NULL AND cancelled_at IS NULL;
CREATE INDEX task_queue ON task (device, region, running_at);
"""
