-- Version 4: the citations of all documents.
--
-- Only what the text says is kept, not where it leads: documents come, change and go, and a target that was written
-- down would be wrong each time. `key` finds the citations of a document, whenever it came.

CREATE TABLE citations (
  doc        INTEGER NOT NULL REFERENCES documents(doc) ON DELETE CASCADE,
  position   INTEGER NOT NULL,         -- from 0, in text order; pointers to several targets have several rows
  address    TEXT NOT NULL,            -- of the unit it stands in
  quoted     INTEGER NOT NULL,         -- whether it stands in text quoted from a document that is not known
  span_start INTEGER NOT NULL,         -- bytes of the document's text
  span_end   INTEGER NOT NULL,
  named      TEXT NOT NULL,            -- this, unnamed, number, name
  document   TEXT NOT NULL,            -- số hiệu or name as printed
  key        TEXT NOT NULL,            -- what they are compared by, see law::citation::{number_key, law_key}
  kind       TEXT NOT NULL,            -- as printed
  date       TEXT,
  year       INTEGER,
  path       TEXT NOT NULL,            -- address in the document cited; empty for the whole of it
  PRIMARY KEY (doc, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX citations_key ON citations(key) WHERE key <> '';

-- Number of citations; none where the document was read before they were looked for.
ALTER TABLE documents ADD COLUMN cited INTEGER;
