"""The tables of hybrid jobs."""

# `seq` orders jobs by creation; all times are whole milliseconds since 1970 on the emulator's clock.
# `request` is what CreateJob was asked, with the service's defaults; `secret` is the token the job's tasks name it by.
# `starts_at` is the plan, `began_at` what came of it; `real` says that a process runs the job, and then nobody knows
# `done_at` before it is over. `outcome` is COMPLETED or FAILED, and holds from `done_at` on; `doom` is one decided
# beforehand. A task's row is left alone: most tasks belong to no job.
SCHEMA = """
CREATE TABLE job (
  seq INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, region TEXT NOT NULL, name TEXT NOT NULL, device TEXT NOT NULL,
  tags TEXT NOT NULL, request TEXT NOT NULL, secret TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL, starts_at INTEGER NOT NULL, visible_at INTEGER NOT NULL, doom TEXT,
  began_at INTEGER, real INTEGER NOT NULL DEFAULT 0, done_at INTEGER, outcome TEXT, failure TEXT,
  overran INTEGER NOT NULL DEFAULT 0, cancel_at INTEGER, cancelled_at INTEGER
);
CREATE INDEX job_open ON job (starts_at) WHERE done_at IS NULL AND cancelled_at IS NULL;
CREATE TABLE job_task (task TEXT PRIMARY KEY, job TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX job_task_job ON job_task (job);
CREATE TABLE job_source (digest TEXT PRIMARY KEY) WITHOUT ROWID
"""
