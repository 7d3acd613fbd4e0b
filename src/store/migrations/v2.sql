-- Version 2: the relations that documents state of themselves (law::relation).
--
-- Only what the text says is kept, not where it leads: documents come, change and go.

CREATE TABLE relations (
  doc          INTEGER NOT NULL REFERENCES documents(doc) ON DELETE CASCADE,
  position     INTEGER NOT NULL,       -- from 0: the title's first, then in text order
  kind         TEXT NOT NULL,          -- law::relation::RelationKind::code
  at           TEXT NOT NULL,          -- address of the provision that says it; empty for the title
  span_start   INTEGER NOT NULL,       -- bytes of the document's text; both 0 for the title
  span_end     INTEGER NOT NULL,
  named        TEXT NOT NULL,          -- number, name
  document     TEXT NOT NULL,          -- số hiệu or name as printed
  word         TEXT NOT NULL,          -- its kind as printed
  date         TEXT,
  year         INTEGER,
  path         TEXT NOT NULL,          -- address in it; empty for the whole of it
  part         INTEGER NOT NULL,       -- something in it that has no address
  from_day     TEXT,                   -- the day stated; none: when the document takes effect
  except_start INTEGER,                -- bytes of the words that except something
  except_end   INTEGER,
  PRIMARY KEY (doc, position)
) STRICT, WITHOUT ROWID;

-- Number of relations; none where the document was read before they were looked for.
ALTER TABLE documents ADD COLUMN related INTEGER;
