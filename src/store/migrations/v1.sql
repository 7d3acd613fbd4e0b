-- Version 1: documents with their leaves, predictions, the register.
--
-- Large texts are packed (length, then deflate), once for each document: the text itself, the tree (JSON), the contexts (JSON) that leaves
-- share. A leaf's own text is a piece of the document's text, so the row holds where it stands, not the words.

CREATE TABLE documents (
  doc          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  number       TEXT NOT NULL,
  kind         TEXT NOT NULL,
  title        TEXT NOT NULL,
  issuer       TEXT NOT NULL,
  issued_on    TEXT,
  effective_on TEXT,
  status       TEXT NOT NULL,
  domain       TEXT NOT NULL,
  url          TEXT NOT NULL,
  source_hash  TEXT NOT NULL,          -- of what was read, and of the parser that read it
  content_hash TEXT NOT NULL,          -- of all that is stored for the document
  leaf_count   INTEGER NOT NULL,
  text         BLOB NOT NULL,          -- packed
  nodes        BLOB NOT NULL,          -- packed, JSON: [[kind, label, address, parent, quoted, start, end], …]
  contexts     BLOB NOT NULL           -- packed, JSON: [[article, heading, lead], …]
) STRICT;

CREATE TABLE leaves (
  doc        INTEGER NOT NULL REFERENCES documents(doc) ON DELETE CASCADE,
  position   INTEGER NOT NULL,         -- from 0, in text order
  address    TEXT NOT NULL,            -- unique in the document; no index, a document's leaves are few
  key        BLOB NOT NULL,            -- SHA-256 of what a reader is given, see law::Unit::key
  context    INTEGER NOT NULL,         -- index in documents.contexts
  span_start INTEGER NOT NULL,         -- bytes of the document's text, label included
  span_end   INTEGER NOT NULL,
  text_start INTEGER,                  -- bytes of the document's text without the label, where lines are joined by blanks
  text_end   INTEGER,
  text       TEXT,                     -- only where the text is not such a piece of the document
  PRIMARY KEY (doc, position),
  CHECK ((text IS NULL) = (text_start IS NOT NULL AND text_end IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX leaves_key ON leaves(key);

-- What made predictions: model, rules and decoding.
CREATE TABLE versions (
  version INTEGER PRIMARY KEY,
  name    TEXT NOT NULL UNIQUE
) STRICT;

-- Keyed by what was read, not by where it stands: the same provision in two documents is read once, and a
-- document that is removed and comes back finds its predictions again.
CREATE TABLE predictions (
  version  INTEGER NOT NULL REFERENCES versions(version) ON DELETE CASCADE,
  key      BLOB NOT NULL,
  kind     TEXT NOT NULL,
  p_task   REAL,
  mentions TEXT,                       -- JSON; none where there are no mentions
  PRIMARY KEY (version, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX predictions_tasks ON predictions(version, key) WHERE kind = 'task';

CREATE TABLE runs (
  run  INTEGER PRIMARY KEY,
  info TEXT NOT NULL                   -- JSON
) STRICT;

CREATE TABLE tasks (
  run          INTEGER NOT NULL REFERENCES runs(run) ON DELETE CASCADE,
  position     INTEGER NOT NULL,       -- from 0, the order of the register
  code         TEXT NOT NULL,
  field        TEXT,
  level        TEXT NOT NULL,
  category     TEXT NOT NULL,
  needs_review INTEGER NOT NULL,
  body         TEXT NOT NULL,          -- JSON, the whole row
  PRIMARY KEY (run, position),
  UNIQUE (run, code)
) STRICT, WITHOUT ROWID;
