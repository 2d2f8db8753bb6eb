"""The tables of the local Pasqal."""

# `seq` orders rows by creation; all times are whole milliseconds since 1970 on the emulator's clock.
# `tags`, `variables`, `configuration`, `config` and `errors` are JSON texts. `running_at` and `done_at` are plans until
# the clock has passed them; `settled_as` is written once, DONE or ERROR. `cancel_at` says when cancelling was asked,
# `cancelled_at` when it takes effect. `visible_at`: from then on the tag filter sees the batch; `hidden_until`: before
# that time nothing does. What may be megabytes long is last: SQLite reads a row from its front.
SCHEMA = """
CREATE TABLE pasqal_batch (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, project_id TEXT NOT NULL, user_id TEXT NOT NULL,
  device_type TEXT NOT NULL, queue_priority TEXT NOT NULL, open INTEGER NOT NULL, tags TEXT NOT NULL,
  webhook TEXT, parent_id TEXT, idle_limit INTEGER NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, running_at INTEGER NOT NULL,
  closed_at INTEGER, cancel_at INTEGER, cancelled_at INTEGER,
  visible_at INTEGER NOT NULL, hidden_until INTEGER NOT NULL DEFAULT 0,
  configuration TEXT, backend_configuration TEXT, sequence TEXT
);
CREATE TABLE pasqal_job (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, batch_id TEXT NOT NULL, parent_id TEXT, runs INTEGER NOT NULL,
  created_at INTEGER NOT NULL, duration INTEGER NOT NULL, running_at INTEGER NOT NULL, done_at INTEGER NOT NULL,
  cancel_at INTEGER, cancelled_at INTEGER, settled_as TEXT, errors TEXT,
  variables TEXT, sequence TEXT, result TEXT
);
CREATE INDEX pasqal_job_batch ON pasqal_job (batch_id, seq);
CREATE INDEX pasqal_job_due ON pasqal_job (done_at) WHERE settled_as IS NULL AND cancel_at IS NULL;
CREATE TABLE pasqal_workload (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, project_id TEXT NOT NULL, user_id TEXT NOT NULL,
  workload_type TEXT NOT NULL, backend TEXT NOT NULL,
  created_at INTEGER NOT NULL, running_at INTEGER NOT NULL, done_at INTEGER NOT NULL,
  cancel_at INTEGER, cancelled_at INTEGER, hidden_until INTEGER NOT NULL DEFAULT 0,
  config TEXT NOT NULL
);
"""
